"""Write the parts of README.md that the project prints: between `<!-- begin NAME -->` and `<!-- end NAME -->`.

python tools/readme.py            writes them anew
python tools/readme.py --check    changes nothing; exit with 1 if a part differs
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PART = re.compile(r"(<!-- begin (?P<name>[\w-]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)


def settle() -> str:
    """The derivative of README's first function."""
    text = (ROOT / "tests" / "golden" / "settle.py").read_text()
    return f"```text\n{text.partition('writes it.')[2].strip()}\n```\n"


def in_place() -> str:
    """A function that writes into its array, and the derivative of it."""
    text = (ROOT / "tests" / "golden" / "diffuse.py").read_text()
    above, _, below = text.partition("# The derivative, as ast_ad writes it.")
    primal = above[above.index("def ") : above.index("EXAMPLE")]
    return f"```text\n{primal.strip()}\n\n\n{below[below.index('def ') :].strip()}\n```\n"


def limits() -> str:
    """What is refused, with the reason and what to write instead."""
    from ast_ad.frontend import fence

    head, rule, *rows = fence.table().strip().splitlines()
    return "\n".join([head, rule, *(row for row in rows if "| refused |" in row)]) + "\n"


def rules() -> str:
    """How many functions the table of functions has, which `rules_table.py --write` prints."""
    rows = (ROOT / "docs" / "functions.md").read_text().splitlines()
    return f"{sum(row.startswith('| `') for row in rows)} functions have a rule.\n"


def sizes() -> str:
    """How the source of derivatives grows with their order."""
    path = ROOT / "tools" / "sizes.py"
    spec = importlib.util.spec_from_file_location("sizes", path)
    assert spec is not None
    assert spec.loader is not None
    tool = sys.modules["sizes"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.table(5) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "settle": settle,
    "in-place": in_place,
    "limits": limits,
    "rules": rules,
    "sizes": sizes,
}


def renewed(text: str) -> str:
    """The text with its printed parts written anew."""
    return PART.sub(lambda m: m[1] + PARTS[m["name"]]() + m[3], text)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a part differs")
    options = parser.parse_args()
    old = README.read_text()
    new = renewed(old)
    if not options.check:
        README.write_text(new)
    return 1 if options.check and old != new else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    sys.exit(main())
