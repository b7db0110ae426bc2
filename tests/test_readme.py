"""README shows what the project prints."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _tool():
    spec = importlib.util.spec_from_file_location("readme_tool", ROOT / "tools" / "readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_printed_parts_of_the_readme_are_up_to_date():
    tool = _tool()
    text = tool.README.read_text()
    assert len(tool.PART.findall(text)) == len(tool.PARTS)
    assert text == tool.renewed(text), "run tools/readme.py"
