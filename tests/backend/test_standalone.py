"""Functions of the runtime copied into a text of their own."""

import builtins
import dis
from types import CodeType

import numpy as np
import pytest
import scipy.stats

from ast_ad import grad, runtime
from ast_ad.backend.standalone import sources_of
from ast_ad.frontend.signature import arguments_of
from ast_ad.pipeline import Request, run

HOW = ("grad", (0, 1), False, False)


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


def distribution(x):
    return np.sum(scipy.stats.norm.logpdf(x) * scipy.stats.norm.cdf(x))


def columns(x):
    return np.sum(np.take(x, [0, 1, 1], axis=1) ** 2)


def parameter_named_np(x, math):
    return np.sum(np.linalg.norm(x) / math)


def test_a_module_is_imported_and_not_an_object_in_it():
    text = grad(distribution).source_for(np.ones(2))
    assert "import scipy.stats\n" in text
    assert "import scipy.stats.norm" not in text


def test_a_slice_in_the_arguments_of_a_call_is_written_as_a_value():
    x = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(grad(columns)(x), 2 * x * [1, 2, 0])


def test_a_copied_function_finds_its_modules_where_a_parameter_has_the_name_of_one():
    gradient = grad(parameter_named_np, (0, 1))
    work = run(
        Request(parameter_named_np, arguments_of(parameter_named_np, (np.ones(2), 2.0), {}), *HOW, standalone=True)
    )
    names = {}
    exec(work.written.text, names)
    found, expected = names[work.names[0]](np.zeros(2), 2.0), gradient(np.zeros(2), 2.0)
    assert all(map(np.array_equal, found, expected))
