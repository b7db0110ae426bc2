"""Functions of the runtime copied into a text of their own."""

import builtins
import dis
from math import hypot, inf
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
    for source, modules in sources_of([name], {}):
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


def parameter_named_math(x, math):
    return hypot(x, math)


def test_a_module_is_imported_and_not_an_object_in_it():
    text = grad(distribution).source_for(np.ones(2))
    assert "import scipy.stats\n" in text
    assert "import scipy.stats.norm" not in text


def test_a_slice_in_the_arguments_of_a_call_is_written_as_a_value():
    x = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(grad(columns)(x), 2 * x * [1, 2, 0])


def text_of(function, args, standalone):
    work = run(Request(function, arguments_of(function, args, {}), *HOW, standalone=standalone))
    names = {}
    exec(work.written.text, names)
    return names[work.names[0]]


def test_a_copied_function_finds_its_modules_where_a_parameter_has_the_name_of_one():
    found = text_of(parameter_named_math, (1.0, 2.0), True)
    assert found(3.0, 4.0) == (0.6, 0.8)
    assert found.__globals__["divide"](-1.0, 0.0) == -inf


def divide(x, y):
    return divide(x, y - 1) if y > 9 else x * y


def divide_or_zero(n):
    return divide_or_zero(n - 1) + 1.0 if n > 0 else 1.0


def math(n):
    return math(n - 1) + 1.0 if n > 0 else 1.0


def calls_functions_named_like_helpers(x, y, n):
    return hypot(x, y) * divide(x, y) * divide_or_zero(n) * math(n)


@pytest.mark.parametrize("standalone", [False, True])
def test_a_function_named_like_one_of_the_runtime_stays_apart_from_it(standalone):
    found = text_of(calls_functions_named_like_helpers, (1.0, 2.0, 1), standalone)
    for x, y in ((0.0, 0.0), (3.0, 4.0)):
        r = hypot(x, y)
        expected = (4 * (r * y + (x * x * y / r if r else 0)), 4 * (r * x + (x * y * y / r if r else 0)))
        assert np.allclose(found(x, y, 1), expected)
