"""Tuples and lists beside numbers: what Python makes of them, or its TypeError, located."""

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import UnknownAtCompileTime, WrongArgument

X = np.float64(2.0)


def scaled_tuple(x):
    return np.sum((1.0, 2.0) * x)


def scaled_list(x):
    return np.sum([x, 2.0] * 2.5)


def shifted_tuple(x):
    return np.sum((1.0, 2.0) + x)  # noqa: RUF005


def shifted_list(x):
    return np.sum([x, 2.0] + 2.0)


def scaled_by_a_result(x):
    return np.sum(np.sin(x) * [1.0, x])


@pytest.mark.parametrize(
    "function", [scaled_tuple, scaled_list, shifted_tuple, shifted_list, scaled_by_a_result], ids=lambda f: f.__name__
)
def test_what_raises_in_python_is_an_error(function):
    with pytest.raises(TypeError):
        function(2.0)
    with pytest.raises(WrongArgument, match="unsupported operands of"):
        ast_ad.grad(function)(2.0)


@pytest.mark.parametrize("scale", [X, np.ones(2)])
def test_what_numpy_makes_an_array_of_is_one(scale):
    value, slope = ast_ad.value_and_grad(shifted_tuple)(scale)
    assert value == shifted_tuple(scale)
    assert np.all(slope == (2.0 if np.ndim(scale) == 0 else 1.0))


def sum_of_powers(x, n):
    total = 0.0
    for _, power in zip(range(n), (1, 2, 3), strict=False):
        total += x**power
    return total + sum((x, 1.0) * n)


def test_a_number_that_decides_the_structure_is_checked_at_each_call():
    gradient = ast_ad.grad(sum_of_powers)
    assert [gradient(2.0, n) for n in (1, 2, 3, 1)] == [2.0, 7.0, 20.0, 2.0]


def sums_along_axes(a, n):
    total = 0.0
    for k in range(n):
        total += np.sum(np.cumsum(a, axis=k % a.ndim))
    return total


def test_a_loop_with_many_trips_that_differ_in_kind_is_refused():
    a = np.ones((2, 2))
    assert ast_ad.grad(sums_along_axes)(a, 3).tolist() == [[6.0, 5.0], [4.0, 3.0]]
    with pytest.raises(UnknownAtCompileTime, match="'axis' of"):
        ast_ad.grad(sums_along_axes)(a, 33)
