"""Writes to elements of lists: allowed where no other list and no name is left behind, else an error with a place."""

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import MayAlias

X = np.array([0.3, 0.5, 0.7, 1.1])


def _slot_repeated(x, n):
    zero = np.zeros(3)
    rows = [zero for _ in range(n)]
    rows[n - 2][0] = x[0]
    return rows[n - 1][0]


def _appended_again(x, n):
    zero = np.zeros(3)
    rows = []
    for _ in range(n):
        rows.append(zero)
    rows[0][0] = x[0]
    return rows[n - 1][0]


def _multiplied(x, n):
    rows = [[0.0] * n] * n
    rows[n - 2][0] += x[0]
    return rows[n - 1][0]


def _one_array_twice(x, n):
    zero = np.zeros(3)
    buffers = [zero, zero]
    buffers[n % 2][0] = x[0]
    return buffers[(n + 1) % 2][0]


def _overlapping_views(x, n):
    zero = np.zeros(6)
    buffers = [zero[:3], zero[2:5]]
    buffers[n % 2][2] = x[0]
    return buffers[(n + 1) % 2][0]


def _copied_list(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    other = rows.copy()
    rows[0][0] = x[0]
    return other[0][0]


def _sliced_later(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    part = rows
    for i in range(n):
        rows[i][0] += x[i]
        part = rows[1:]
    return part[0][0]


def _element_in_another_list(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    other = []
    for i in range(n):
        other.append(rows[i])
    rows[0][0] = x[0]
    return other[0][0]


def _element_put_elsewhere(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    rows[n - 4] = rows[n - 1]
    rows[0][0] = x[0]
    return rows[n - 1][0]


def _array_of_somebody(x, n):
    zero = np.zeros(3)
    rows = [np.asarray(zero) for _ in range(n)]
    rows[0][0] = x[0]
    return rows[1][0]


@pytest.mark.parametrize(
    "function",
    [
        _slot_repeated,
        _appended_again,
        _multiplied,
        _one_array_twice,
        _overlapping_views,
        _copied_list,
        _sliced_later,
        _element_in_another_list,
        _element_put_elsewhere,
        _array_of_somebody,
    ],
)
def test_an_element_that_something_else_may_hold_is_not_written_to(function):
    with pytest.raises(MayAlias, match="may not be written to here") as caught:
        ast_ad.grad(function)(X, 4)
    assert "It is an element of" in str(caught.value)


def _name_of_what_was_put_in(x, n):
    a, b = np.zeros(3), np.zeros(3)
    buffers = [a, b]
    buffers[n % 2][0] = x[0]
    return a[0] + b[0]


def _row_that_was_replaced(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    row = rows[1]
    rows[n - 3] = np.ones(3)
    rows[1][0] = x[0]
    return row[0]


def _row_of_a_list_that_changed(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    rows[1][0] = x[1]
    row = rows[1]
    rows[n - 3] = np.ones(3) * x[0]
    return row[0]


def _changed_on_one_path(x, n):
    rows = [np.zeros(3) for _ in range(n)]
    row = rows[0]
    if x[0] > 0:
        rows[0][0] = x[0]
    else:
        rows.append(np.ones(3))
    return row[0]


@pytest.mark.parametrize(
    "function", [_name_of_what_was_put_in, _row_that_was_replaced, _row_of_a_list_that_changed, _changed_on_one_path]
)
def test_what_may_be_a_written_element_is_not_read(function):
    with pytest.raises(MayAlias, match="may have been written to through another name"):
        ast_ad.grad(function)(X, 4)


def test_what_a_list_holds_is_read_as_before_where_no_element_is_written():
    def f(x, n):
        states = [x]
        for i in range(n):
            last = states[-1]
            states.append(last * x[i])
            x = x + last
        return np.sum(last) + np.sum(states[n])

    def g(x, n):
        last = x
        for i in range(n):
            before, last, x = last, last * x[i], x + last
        return np.sum(before) + np.sum(last)

    np.testing.assert_array_equal(ast_ad.grad(f)(X, 4), ast_ad.grad(g)(X, 4))


def test_a_list_that_took_in_a_slice_does_not_own_it():
    def f(x, n):
        rows = [np.zeros(3) for _ in range(n)]
        other = [np.zeros(3) for _ in range(n)]
        rows[1:2] = other
        rows[1][0] = x[0]
        return other[0][0]

    with pytest.raises(MayAlias, match="may not be written to here"):
        ast_ad.grad(f)(X, 4)


def test_an_array_that_is_another_on_one_path_is_not_owned():
    def f(x, n):
        row = np.zeros(3)
        same = row if x[0] > 0 else np.ones(3)
        rows = [row, np.zeros(3)]
        rows[n % 2][0] = x[0]
        return same[0]

    with pytest.raises(MayAlias):
        ast_ad.grad(f)(X, 4)
