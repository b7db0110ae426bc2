"""The page about rules is true."""

from __future__ import annotations

import doctest
from pathlib import Path

import ast_ad.rules
from ast_ad.rules.table import RULES, load_all


def test_the_examples_of_the_page_run() -> None:
    page = Path(ast_ad.rules.__file__).parent / "README.md"
    before = set(load_all())
    failed, tried = doctest.testfile(str(page), module_relative=False, globs={"__name__": "page"})
    for primitive in set(RULES) - before:  # the rule that the page makes is no rule of ours
        del RULES[primitive]
    assert tried > 5
    assert not failed
