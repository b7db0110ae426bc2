"""Elements that nobody overwrites are read where they are; all others are recorded."""

from __future__ import annotations

import math

import numpy as np
import oracle
import pytest

import ast_ad

X = np.sin(1.0 + 1.7 * np.arange(6.0))
A = X.reshape(2, 3).repeat(2, axis=0)[:, :3] + np.arange(12.0).reshape(4, 3) / 7


def forward_substitution(x):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] = math.tanh(x[i] - x[i - 1] * x[i - 1])
    return np.sum(x)


def table(x):
    t = np.zeros((4, 6))
    t[0] = x
    for i in range(1, 4):
        for j in range(6):
            t[i, j] = t[i - 1, j] * t[i - 1, j]
            if j > 0:
                t[i, j] += t[i, j - 1] * t[i - 1, j - 1]
    return t[3, 5]


def rows(a):
    a = a.copy()
    for t in range(3):
        a[t + 1, :] = a[t, :] * a[t] + a[t + 1]
    return np.sum(a[-1])


def backwards(x):
    y = np.zeros(7)
    y[6] = 1.0
    for i in range(5, -1, -1):
        y[i] = y[i + 1] * y[i + 1] * x[i] + math.sin(y[i + 1])
    return y[0]


def triangle(a):
    a = a.copy()
    for k in range(3):
        for i in range(k + 1, 4):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return np.sum(a**2)


def under_a_guard(a):
    low = np.zeros((3, 3))
    for i in range(3):
        for j in range(i + 1):
            if i == j:
                low[i, j] = math.sqrt(a[i, j] + 2.0)
            else:
                low[i, j] = a[i, j] / low[j, j]
    return np.sum(low**3)


def every_other(x):
    x = x.copy()
    for i in range(0, 5, 2):
        x[i] = x[i + 1] * x[i + 1] * x[i]
    return np.sum(x)


LAST = [
    (forward_substitution, X, 1),  # the first value of x[i] is overwritten, and recorded for nothing: tanh has its ans
    (table, X, 0),
    (rows, A, 0),
    (backwards, X, 0),
    (triangle, A, 0),
    (under_a_guard, A, 0),
    (every_other, X, 1),
]


def check(program, x):
    oracle.assert_gradient(program, (x,), (0,), (ast_ad.grad(program)(x),))
    oracle.assert_modes_agree(program, (x,))
    gradient = ast_ad.grad(program, (0,))
    oracle.assert_second_order_modes_agree(gradient, (x,))
    oracle.assert_hessian_product(gradient, (x,))


@pytest.mark.parametrize(("program", "x", "tapes"), LAST, ids=lambda v: getattr(v, "__name__", None))
def test_what_lasts_is_not_recorded(program, x, tapes):
    assert ast_ad.grad(program).source_for(x).count(".append(") <= tapes
    check(program, x)


def overwritten_by_a_later_trip(x):
    x = x.copy()
    for _ in range(2):
        for i in range(1, 6):
            x[i] = x[i] - 0.3 * x[i - 1] * x[i - 1]
    return np.sum(x)


def overwritten_in_the_same_trip(x):
    x = x.copy()
    for i in range(1, 6):
        s = x[i - 1] * x[i - 1]
        x[i - 1] = s * 0.5
    return np.sum(x * x)


def overwritten_after_the_loop(x):
    y = np.zeros(6)
    for i in range(1, 6):
        y[i] = x[i] + y[i - 1] * y[i - 1]
    s = np.sum(y)
    y[2] = 7.0
    return s + np.sum(y)


def overwritten_by_another_subscript(x):
    y = np.zeros(6)
    y[0] = x[0]
    for i in range(1, 6):
        y[i] = x[i] * y[i - 1] * y[i - 1]
        y[(2 * i) % 3] *= 0.5
    return np.sum(y)


def counted_from_the_end(x):
    x = x.copy()
    for i in range(5):
        x[i] = x[i - 1] * x[i - 1] * 0.4 + x[i]
    return np.sum(x)


def the_other_way_round(x):
    x = x.copy()
    for i in range(4, -1, -1):
        x[i + 1] = x[i] * x[i] + x[i + 1]
        x[i] *= 0.5
    return np.sum(x * x)


def shifted_by_an_argument(x, k):
    x = x.copy()
    for i in range(4):
        x[i + k] = 0.3 * x[i] * x[i] + x[i + k]
    return np.sum(x)


def in_one_arm_only(x):
    y = np.zeros(6)
    for i in range(1, 6):
        y[i] = x[i] + y[i - 1] * y[i - 1]
        if i == 4:
            y[2] = 0.1 * x[0]
    return np.sum(y)


def another_array_takes_its_place(x):
    a, b = np.zeros(6), x.copy()
    for i in range(1, 6):
        a[i] = b[i - 1] * b[i - 1]
        b[i] = 0.3 * a[i] * a[i]
        a, b = b, a
    return np.sum(a * b)


def slices_overlap(x):
    x = x.copy()
    for i in range(1, 5):
        x[i:] = x[i:] * x[i - 1] * x[i - 1]
        x[i - 1 : i + 1] *= 0.7
    return np.sum(x)


def left_early(x):
    y = np.zeros(6)
    for i in range(1, 6):
        y[i] = x[i] + y[i - 1] * y[i - 1]
        if y[i] > 1.0:
            y[i - 1] = 0.2
            break
    return np.sum(y)


def written_with_steps(x):
    y = x.copy()
    for i in range(2):
        s = y[i] * y[i]
        y[i::2] = s * y[i::2]
    return np.sum(y)


NOT = [
    overwritten_by_a_later_trip,
    overwritten_in_the_same_trip,
    overwritten_after_the_loop,
    overwritten_by_another_subscript,
    counted_from_the_end,
    the_other_way_round,
    in_one_arm_only,
    another_array_takes_its_place,
    slices_overlap,
    left_early,
    written_with_steps,
]


@pytest.mark.parametrize("program", NOT)
def test_what_is_overwritten_is_recorded(program):
    assert ".append(" in ast_ad.grad(program).source_for(X)
    check(program, X)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_a_distance_that_is_known_at_run_time_only_is_not_relied_on(k):
    gradient = ast_ad.grad(shifted_by_an_argument)(X, k)
    oracle.assert_gradient(shifted_by_an_argument, (X, k), (0,), (gradient,))


def test_what_a_pull_back_reads_again_is_not_what_the_caller_writes_to():
    def states(x):
        y = np.zeros((4, 6))
        y[0] = x
        for t in range(3):
            y[t + 1] = y[t] * y[t]
        return y

    y, pull_back = ast_ad.vjp(states, X)
    (before,) = pull_back(np.ones((4, 6)))
    y[:] = 0.0
    (after,) = pull_back(np.ones((4, 6)))
    np.testing.assert_array_equal(before, after)
