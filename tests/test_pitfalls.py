"""Calls of NumPy that tools of this kind have got wrong: right by hand, by differences, in both modes, to order 2."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from ast_ad import AstAdError, check_grads, grad, jvp, vjp

PAIR = np.array([0.5, -1.5])
TABLE = np.array([[0.5, -1.5, 2.0], [0.25, 3.0, -0.75]])
COLUMN = np.array([[0.1], [-2.0]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
CHOSEN = np.array([[True, False, True], [False, True, True]])


def assigned_twice(v: Any) -> Any:
    z = np.ones(3) * v[0]
    z[[1, 1, 0]] = 2 * v
    return z


def added_twice(v: Any) -> Any:
    z = np.zeros(3)
    z[[1, 1, 0]] += v
    return z


def multiplied_twice(v: Any) -> Any:
    z = np.ones(3)
    z[[1, 1, 0]] *= v
    return z


ROWS: list[tuple[str, Any, tuple[Any, ...], Any]] = [
    ("tile of 2-D", lambda x: np.tile(x, (2, 3)), (TABLE,), [np.full((2, 3), 6)]),
    ("tile of 2-D by a number", lambda x: np.tile(x, 2), (TABLE,), [np.full((2, 3), 2)]),
    ("tile into more axes", lambda x: np.tile(x, (2, 1, 1, 2)), (TABLE,), [np.full((2, 3), 4)]),
    ("repeat on a negative axis", lambda x: np.repeat(x, 2, axis=-2), (TABLE,), [np.full((2, 3), 2)]),
    (
        "repeat by counts on a negative axis",
        lambda x: np.repeat(x, [0, 1, 3], axis=-1),
        (TABLE,),
        [[[0, 1, 3], [0, 1, 3]]],
    ),
    ("sum(where=)", lambda x: np.sum(x, where=CHOSEN), (TABLE,), [CHOSEN]),
    ("sum(where=) along an axis", lambda x: np.sum(x, axis=0, where=[True, False, True]), (TABLE,), [[[1, 0, 1]] * 2]),
    ("mean(where=)", lambda x: np.mean(x, where=CHOSEN), (TABLE,), [CHOSEN / 4]),
    ("asarray([x[0], x[1]])", lambda x: np.asarray([x[0], x[1]]), (PAIR,), [[1, 1]]),
    ("array of rows of elements", lambda x: np.array([[x[0], 1.0], [x[0], x[1]]]), (PAIR,), [[2, 1]]),
    (
        "where with broadcasting",
        lambda x, y: np.where(CHOSEN, x, y),
        (TABLE, COLUMN),
        [CHOSEN, [[1], [1]]],
    ),
    ("where with a number", lambda x, y: np.where(CHOSEN, x, y), (0.3, TABLE), [4, ~CHOSEN]),
    (
        "clip with broadcasting",
        lambda x, low, high: np.clip(x, low, high),
        (TABLE, COLUMN, np.array([1.0, 1.5, 1.6])),
        [[[1, 0, 0], [1, 0, 1]], [[1], [0]], [0, 1, 1]],
    ),
    ("full of a number", lambda v: np.full((2, 3), v), (0.3,), [6]),
    ("full of a row", lambda v: np.full((2, 2), v), (PAIR,), [[2, 2]]),
    ("full_like", lambda x, v: np.full_like(x, v), (TABLE, 0.3), [np.zeros((2, 3)), 6]),
    (
        "outer of 2-D",
        lambda x, y: np.outer(x, y),
        (TABLE, COLUMN),
        [np.full((2, 3), COLUMN.sum()), np.full((2, 1), TABLE.sum())],
    ),
    ("prod with one zero", lambda x: np.prod(x), (np.array([2.0, 0.0, 3.0]),), [[0, 6, 0]]),
    ("prod with two zeros", lambda x: np.prod(x), (np.array([0.0, 0.0, 3.0]),), [[0, 0, 0]]),
    (
        "prod with zeros along an axis",
        lambda x: np.prod(x, axis=-1, keepdims=True),
        (np.array([[2.0, 0.0], [0.0, 0.0]]),),
        [[[0, 2], [0, 0]]],
    ),
    ("cumprod with zeros", lambda x: np.cumprod(x), (np.array([2.0, 0.0, 3.0]),), [[1, 8, 0]]),
    ("det of a singular matrix", lambda a: np.linalg.det(a), (SINGULAR,), [[[4, -2], [-2, 1]]]),
    (
        "det of a stack with a singular matrix",
        lambda a: np.linalg.det(a),
        (np.array([SINGULAR, np.eye(2)]),),
        [[[[4, -2], [-2, 1]], [[1, 0], [0, 1]]]],
    ),
    ("repeated-index assignment", assigned_twice, (np.array([0.5, -1.5, 2.0]),), [[1, 2, 2]]),
    ("repeated-index addition", added_twice, (np.array([0.5, -1.5, 2.0]),), [[0, 1, 1]]),
    ("repeated-index product", multiplied_twice, (np.array([0.5, -1.5, 2.0]),), [[0, 1, 1]]),
    ("sinc(0)", lambda x: np.sinc(x), (np.array([0.0, 0.5]),), [[0, -4 / np.pi]]),
    ("logaddexp of both", lambda x, y: np.logaddexp(x, y), (np.zeros(2), np.zeros(2)), [[0.5, 0.5], [0.5, 0.5]]),
    ("logaddexp of one and itself", lambda x: np.logaddexp(x, x), (PAIR,), [[1, 1]]),
    ("logaddexp with broadcasting", lambda x, y: np.logaddexp(x, y), (np.zeros((3, 1)), 0.0), [[[0.5]] * 3, 1.5]),
]
#: where there is one derivative and no second one
KINKS: list[tuple[str, Any, tuple[Any, ...], Any]] = [
    ("norm(0)", lambda x: np.linalg.norm(x), (np.zeros(3),), [[0, 0, 0]]),
    ("norm(0) along an axis", lambda x: np.linalg.norm(x, axis=0), (np.zeros((2, 2)),), [np.zeros((2, 2))]),
    ("hypot(0, 0)", lambda x, y: np.hypot(x, y), (np.zeros(2), 0.0), [[0, 0], 0]),
    ("std at zero variance", lambda x: np.std(x), (np.ones(3),), [[0, 0, 0]]),
    (
        "std at zero variance in one row",
        lambda x: np.std(x, axis=1),
        (np.array([[1.0, 1], [0, 2]]),),
        [[[0, 0], [-0.5, 0.5]]],
    ),
]


EMPTY: list[Any] = [
    lambda x: np.pad(x, 2),
    lambda x: np.resize(x, 4),
    lambda x: np.trim_zeros(x),
    lambda x: np.nanmedian(x) * 0,
    lambda x: np.diff(x),
    lambda x: np.ediff1d(x, to_end=1.0),
    lambda x: np.cumulative_sum(x, include_initial=True),
    lambda x: np.logaddexp.reduce(x),
    lambda x: np.sum(x) + np.prod(x) + np.linalg.norm(x),
    lambda x: np.max(x, initial=2.0) + sum(x),
    lambda x: np.mean(x),
]


@pytest.mark.parametrize("function", EMPTY)
def test_an_empty_array_has_an_empty_gradient_and_moves_nothing(function: Any) -> None:
    x = np.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the mean of nothing
        out, pull = vjp(function, x)
        assert np.shape(pull(np.ones_like(out) if isinstance(out, np.ndarray) else 1.0)[0]) == (0,)
        moved = jvp(function, (x,), (x,))[1]
    np.testing.assert_array_equal(moved, np.zeros(np.shape(out)))


@pytest.mark.parametrize("function", [*EMPTY[:1], EMPTY[2], *EMPTY[4:7], *EMPTY[8:]])
def test_what_is_found_to_be_empty_while_running_moves_nothing(function: Any) -> None:
    x = np.ones(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out, pull = vjp(lambda x: function(x[x > 5]), x)
        found = pull(np.ones_like(out) if isinstance(out, np.ndarray) else 1.0)[0]
    np.testing.assert_array_equal(found, np.zeros(3))


def test_the_difference_of_fewer_elements_than_differences_is_empty() -> None:
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.diff(x, n=2)))(np.ones(1)), [0.0])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.diff(x, n=3)))(np.ones(2)), [0.0, 0.0])


def named(rows: Any) -> Any:
    return [pytest.param(*row, id=name) for name, *row in rows]


@pytest.mark.parametrize(("function", "args", "expected"), named(ROWS + KINKS))
def test_the_gradient_is_what_one_finds_by_hand(function: Any, args: Any, expected: Any) -> None:
    out, pull = vjp(function, *args)
    for found, by_hand in zip(pull(np.ones_like(out)), expected, strict=True):
        np.testing.assert_allclose(found, by_hand, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("function", "args", "expected"), named(ROWS))
def test_both_modes_agree_with_differences(function: Any, args: Any, expected: Any) -> None:
    check_grads(function, args, order=2)


def at_with_a_number(x: Any) -> Any:
    w = x.copy()
    np.multiply.at(w, [1, 1], 1.3)
    np.subtract.at(w, [0, 0], 0.7)
    return w


SINGLE: list[tuple[Any, Any]] = [
    (at_with_a_number, np.float32),
    (lambda x: np.count_nonzero(x) * x, None),
    (lambda x: np.dot(0.7, x), None),
    (lambda x: np.linspace(x, 2 * x, 3), np.float32),
    (lambda x: np.gradient(x, np.array([0.0, 0.5, 2.0])), np.float32),
    (lambda x: np.ediff1d(x, to_end=[0.5, 2.0]), np.float32),
    (lambda x: np.polyval(x, 0.7), np.float64),
    (lambda x: np.polyfit(x, x * x, 1), np.float64),
    (lambda x: np.vander(x), np.float64),
]


@pytest.mark.parametrize(("function", "dtype"), SINGLE)
def test_singles_give_what_numpy_gives_and_their_gradients_are_singles(function: Any, dtype: Any) -> None:
    x = np.array([0.3, -1.2, 2.1], np.float32)
    out, pull = vjp(function, x)
    expected = function(x)
    np.testing.assert_array_equal(out, expected)
    assert out.dtype == expected.dtype == (expected.dtype if dtype is None else dtype)
    assert pull(np.ones_like(expected))[0].dtype == np.float32
    assert jvp(function, (x,), (x,))[1].dtype == expected.dtype


def test_the_type_of_what_a_vectorized_function_of_singles_gives_must_be_named() -> None:
    x = np.ones(3, np.float32)
    with pytest.raises(AstAdError, match="a function of numbers of single precision"):
        grad(lambda x: np.sum(np.vectorize(lambda v: v * v)(x)))(x)
    found = grad(lambda x: np.sum(np.vectorize(lambda v: v * v, otypes=[float])(x)))(x)
    assert found.dtype == np.float32


@pytest.mark.parametrize("shape", [(), (1,), (2, 1)])
@pytest.mark.parametrize("function", [np.var, np.std, np.nanvar, np.nanstd])
def test_the_spread_of_one_number_by_its_freedom_has_no_number_and_raises_nothing(function: Any, shape: Any) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        by_axis = {"axis": -1} if shape else {}
        found = grad(lambda x: np.sum(function(x, ddof=1, **by_axis)))(np.ones(shape))
    assert np.shape(found) == shape
    assert np.all(np.isnan(found) | (found == 0))


def test_flags_may_be_numbers_that_are_read_at_each_call() -> None:
    x = np.array([[0.5, -1.5], [0.25, 3.0]])
    check_grads(lambda x: np.cov(x, rowvar=NO), (x,))
    check_grads(lambda x: np.sum(x, axis=0, keepdims=not NO) + np.linalg.matrix_norm(x, keepdims=1), (x,))


NO = 0
