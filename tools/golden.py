"""Write the derivatives in tests/golden anew, below the line that marks them, or with --check say which differ.

Each file there holds a function, an example of its arguments, and its derivative as ast_ad writes it.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "golden"
MARK = "# The derivative, as ast_ad writes it."


def files() -> list[Path]:
    """The golden files, by name."""
    return sorted(path for path in FOLDER.glob("*.py") if path.name != "__init__.py")


def module_of(path: Path) -> ModuleType:
    """A golden file as a module."""
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def upper_part(text: str) -> str:
    """What the author of a golden file wrote: all above the mark."""
    return text.partition(MARK)[0]


def derivative_of(path: Path) -> str:
    """The text that belongs below the mark."""
    import linecache

    from ast_ad.derivative import Derivative

    linecache.checkcache(str(path))
    module = module_of(path)
    primal = getattr(module, path.stem)
    mode = getattr(module, "MODE", "grad")
    return Derivative(primal, mode, module.WRT).source_for(*module.EXAMPLE)


def expected(path: Path) -> str:
    """The whole text of a golden file as it should be."""
    return f"{upper_part(path.read_text()).rstrip()}\n\n\n{MARK}\n\n{derivative_of(path).strip()}\n"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="golden files by name (default: all)")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a text differs")
    options = parser.parse_args()
    different = 0
    for path in files():
        if options.names and path.stem not in options.names:
            continue
        old, new = path.read_text(), expected(path)
        if old == new:
            continue
        different += 1
        print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), path.name, "now")))
        if not options.check:
            path.write_text(new)
    print(f"{different} of {len(files())} derivatives {'differ' if options.check else 'were written anew'}")
    return 1 if different and options.check else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    sys.exit(main())
