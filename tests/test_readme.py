"""README shows what the project prints."""

from __future__ import annotations

import importlib.util
import linecache
import re
from pathlib import Path

import numpy as np
import pytest

import ast_ad

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


# The functions that the table of operators calls.


def f(x):
    return np.sum(x**4) + x[0] * x[1]


def F(x):
    return np.array([x[0] * x[1], np.sin(x[0])])


def h(x, y):
    return np.sum(x * y)


def s(x):
    return x * x * x


def pair(x):
    return np.sum(x * x), "aux"


TABLE = (ROOT / "README.md").read_text().partition("| you want | write | elsewhere |")[2].partition("\n\n")[0]
LINES = [re.findall(r"`([^`]+)`", row.split(" | ")[1]) for row in TABLE.splitlines() if row.startswith("| ")]
TOLD = ("f.defvjp(fwd, bwd)", "f.defjvp(rule)", "f", "ast-ad dump file.py:f")  # words about a line, not lines


@pytest.mark.parametrize("line", [line for lines in LINES for line in lines if line not in TOLD])
def test_every_line_of_the_table_of_operators_runs(line):
    x, y = np.array([0.5, 1.5]), np.array([2.0, -1.0])
    names = {**vars(ast_ad), **globals(), "x": x, "y": y, "v": y, "ct": y}
    if "minimize" in line:
        names["minimize"] = pytest.importorskip("scipy.optimize").minimize
    file = f"<README: {line}>"
    linecache.cache[file] = (len(line), None, [f"{line}\n"], file)
    exec(compile(line, file, "exec"), names)


def test_every_public_operator_is_in_the_table():
    words = set(re.findall(r"\w+", " ".join(line for lines in LINES for line in lines)))
    assert set(ast_ad.__all__) - words <= {"AstAdError", "__version__"}
