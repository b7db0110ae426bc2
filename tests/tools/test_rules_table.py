"""The page of functions is what the tool prints."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("rules_table", ROOT / "tools" / "rules_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def functions(text):
    """Name, rule, modes and orders of each row: the keywords are those of the installed version."""
    return {tuple(row.split(" | ")[:4]) for row in text.splitlines() if row.startswith("| `")}


def test_the_page_of_functions_has_every_function(tool):
    written = functions(tool.PAGE.read_text(encoding="utf-8"))
    missing = functions(tool.page()) - written
    assert not missing, "run tools/rules_table.py --write"


def test_every_rule_with_a_derivative_is_tested_in_both_modes(tool):
    untested = [row for row in tool.page().splitlines() if "forward, reverse" in row and " | 0 | " in row]
    assert untested == []


def test_a_prefix_chooses_rows(tool):
    assert len(tool.rows("np.linalg")) - 2 == sum(row.startswith("| `np.linalg") for row in tool.rows())
    assert hasattr(np.linalg, "norm")
