"""What `reshape` and its kin give, a view or a copy, is what NumPy gives; where that is not known a write says so."""

import os
import warnings

import numpy as np
import oracle
import pytest
from random_layouts import layout_arguments, random_layout_program

import ast_ad
from ast_ad.errors import MayAlias, NoDerivative

MANY = int(os.environ.get("AST_AD_FUZZ", "0"))
WRT = tuple(range(6))


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch):
    """A text that is compiled once need not be kept."""
    monkeypatch.setenv("AST_AD_CACHE_DIR", "")


def as_they_lie(arrays, change=None):
    """Copies of arrays that lie as they do, with a number added to one element."""
    made = []
    for k, array in enumerate(arrays):
        if isinstance(array, np.ndarray):
            base = np.empty([2 * n for n in array.shape])
            twin = base[tuple(slice(None, None, 2) for _ in array.shape)]
            if array.flags.c_contiguous or array.flags.f_contiguous:
                twin = np.empty_like(array, order="C" if array.flags.c_contiguous else "F")
            twin[...] = array
            if change is not None and change[0] == k:
                twin[change[1]] += change[2]
            made.append(twin)
        else:
            made.append(array)
    return made


def difference(program, args, k, place):
    """The derivative by an element of an array, by differences that leave all arrays where they lie."""
    step = 1e-6
    up, down = (program(*as_they_lie(args, (k, place, h))) for h in (step, -step))
    return (up - down) / (2 * step)


def hold_layout_program(seed):
    """The value and the gradient of a program; None where it raises, and whether it could be compiled."""
    program, text = random_layout_program(seed)
    args = layout_arguments()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = program(*as_they_lie(args))
        except (ValueError, IndexError, TypeError, AttributeError):
            return None
        try:
            value, gradient = ast_ad.value_and_grad(program, WRT)(*args)
        except (MayAlias, NoDerivative) as error:
            assert error.line is not None  # noqa: PT017
            assert "layout" in str(error) or "lies in memory" in str(error) or "of a number one" in str(error), text  # noqa: PT017
            return False
        assert oracle.is_identical(value, expected), text
        for k in WRT:
            found = np.array([difference(program, args, k, place) for place in np.ndindex(*args[k].shape)])
            assert np.allclose(found, np.ravel(gradient[k]), rtol=1e-4, atol=1e-4), text
    return True


@pytest.mark.parametrize("seed", range(80))
def test_what_shares_memory_by_its_layout_is_known_or_refused(seed):
    hold_layout_program(seed)


@pytest.mark.fuzz
def test_more_programs_whose_views_depend_on_layouts():
    for seed in range(1000, 1000 + MANY):
        hold_layout_program(seed)


@pytest.mark.parametrize("seed", [135, 168, 169, 188, 233, 253, 316, 1047, 1459, 1668, 1795, 2391])
def test_programs_that_were_once_wrong(seed):
    hold_layout_program(seed)


def raveled(a):
    v = a.ravel()
    v[0] = 2.0 * a[1, 1]
    return np.sum(a**2) + np.sum(v)


def test_the_layout_of_an_argument_is_part_of_what_is_compiled():
    rows = np.arange(1.0, 5.0).reshape(2, 2)
    columns = np.asfortranarray(rows)
    gradient = ast_ad.grad(raveled)
    for array in (rows, columns, rows, np.repeat(rows, 2, axis=1)[:, ::2], columns):
        change = [[difference(raveled, [array], 0, (i, j)) for j in range(2)] for i in range(2)]
        assert np.allclose(gradient(array), change, atol=1e-6)
    assert rows.tolist() == columns.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def inside(a):
    return np.sum(ast_ad.grad(raveled)(a * 2) ** 2)


def test_a_derivative_inside_a_function_knows_the_layouts_that_are_known_there():
    array = np.arange(1.0, 5.0).reshape(2, 2)
    change = [[difference(inside, [array], 0, (i, j)) for j in range(2)] for i in range(2)]
    assert np.allclose(ast_ad.grad(inside)(array), change, atol=1e-5)


def read_only(a):
    return np.sum(a.ravel() ** 2)


def test_what_is_not_written_to_asks_for_no_layout():
    gradient = ast_ad.value_and_grad(read_only)
    first = gradient.source_for(np.ones((2, 2)))
    assert gradient.source_for(np.ones((2, 2), order="F")) is first


def some_columns(a):
    v = a[:, 1:3].ravel()
    v[0] = 1.0
    return np.sum(a)


def in_some_order(a, n):
    b = a.T if n > 2 else a
    return np.ravel(b, order="K")[1]


def test_where_it_is_not_known_the_error_says_what_may_share():
    with pytest.raises(MayAlias) as caught:
        ast_ad.grad(some_columns)(np.ones((3, 5)))
    assert "a may have been written to through another name" in str(caught.value)
    assert "'a' shares memory with 'v' or not, which its layout decides. Line" in str(caught.value)
    with pytest.raises(NoDerivative) as caught:
        ast_ad.grad(in_some_order)(np.ones((3, 5)), 3)
    assert "the order 'K' of the elements of float64" in str(caught.value)
    assert "Name the order: 'C' or 'F'." in str(caught.value)


def doubled(a, by):
    w = a.reshape(-1)
    for k in range(len(w)):
        w[k] *= by
    return a[1]


def of_parts(a):
    rows = doubled(a[1:], 2.0)
    return np.sum(doubled(a[:, 1].copy().reshape(3, 1), 3.0)) + np.sum(rows**2) + np.sum(a**3)


def test_a_function_is_read_for_the_layouts_that_it_is_called_with():
    array = np.arange(12.0).reshape(3, 4)
    change = [[difference(of_parts, [array], 0, (i, j)) for j in range(4)] for i in range(3)]
    assert np.allclose(ast_ad.grad(of_parts)(array), change, rtol=1e-5)
