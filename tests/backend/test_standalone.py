"""Functions of the runtime copied into a text of their own."""

import builtins
import dis
from types import CodeType

import pytest

from ast_ad import runtime
from ast_ad.backend.standalone import sources_of


def globals_read(code):
    """The global names that code reads, functions within it included."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return found.union(*(globals_read(c) for c in code.co_consts if isinstance(c, CodeType)))


@pytest.mark.parametrize("name", runtime.__all__)
def test_a_function_comes_with_all_it_reads(name):
    namespace = {}
    for source, modules in sources_of([name]):
        for module, alias in modules.items():
            exec(f"import {module} as {alias}", namespace)
        exec("from __future__ import annotations\n" + source, namespace)
    functions = [value for value in namespace.values() if hasattr(value, "__code__")]
    assert namespace[name] in functions
    for function in functions:
        assert globals_read(function.__code__) <= namespace.keys() | vars(builtins).keys()
