"""What one arm of a branch makes is added in that arm, and only there."""

from __future__ import annotations

import math

import numpy as np
import oracle
import pytest

import ast_ad

X = np.sin(1.0 + 1.7 * np.arange(6.0))


def shortened(x):
    d = x.copy()
    for i in range(1, 6):
        if d[i - 1] * 0.5 < d[i]:
            d[i] = d[i - 1] * 0.5
    return np.sum(d * d)


def smallest(x):
    t = np.zeros(6)
    for i in range(2, 6):
        t[i] = min(t[i - 1] + x[i], t[i - 2] + 0.5, x[i - 2])
    return t[5] * t[4]


def scaled(x):
    s = 0.0
    for i in range(6):
        y = x[i] * x[i - 1]
        if y > 0.1:
            s += y * math.sin(x[i])
    return s


def used_in_both(x):
    s = 0.0
    for i in range(5):
        y = x[i] * x[i + 1]
        if y > 0.0:
            s += y * y
        else:
            s -= x[i] * y
        s += 0.1 * y
    return s


def nested(x):
    s = 0.0
    for i in range(6):
        y = x[i] * 2.0
        z = y * x[i - 1]
        if i % 2 == 0:
            if z > 0.0:
                s += z * y
        elif z < 0.2:
            s += y
    return s


def with_vectors(x):
    s = 0.0
    for i in range(3):
        v = x[i : i + 3] * x[i]
        if v[0] > 0.1:
            s += np.sum(v * v)
    return s


def clipped(x):
    y = x.copy()
    for i in range(6):
        y[i] = max(y[i] * 0.8, 0.1) + min(y[i - 1], 0.3)
    return np.sum(y**2)


PROGRAMS = [shortened, smallest, scaled, used_in_both, nested, with_vectors, clipped]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("x", [X, X[::-1].copy(), np.abs(X) + 0.05], ids=["mixed", "turned", "positive"])
def test_the_derivative_is_right_in_all_modes_and_orders(program, x):
    oracle.assert_gradient(program, (x,), (0,), (ast_ad.grad(program)(x),))
    oracle.assert_modes_agree(program, (x,))
    gradient = ast_ad.grad(program, (0,))
    oracle.assert_second_order_modes_agree(gradient, (x,))
    oracle.assert_hessian_product(gradient, (x,))


def test_an_arm_that_makes_nothing_adds_nothing():
    source = ast_ad.grad(shortened).source_for(X)
    assert "else" not in source
    assert source.index("if ", source.index("reverse sweep")) < source.index("d_bar[i - 1] +=")


def test_the_choice_among_three_is_two_branches():
    reverse = ast_ad.grad(smallest).source_for(X).partition("# reverse sweep")[2]
    assert reverse.count("if ") == 2
    assert " else 0.0" not in reverse


def test_an_infinite_slope_beside_the_arm_that_ran_is_not_looked_at():
    def f(x):
        y = 1.0 / x
        return y if x > 0 else 3.0 * x

    assert ast_ad.grad(f)(-2.0) == 3.0
    assert ast_ad.grad(f)(2.0) == -0.25


def chosen_twice(x):
    nearest = min([x[0], x[1], x[2]], key=lambda v: abs(v - x[3]))
    return nearest * x[3] + max(x[4], 0.2, x[0]) * min([x[0], x[1], x[5]])


def test_what_both_arms_need_is_computed_before_them():
    gradient = ast_ad.grad(chosen_twice, (0,))
    oracle.assert_gradient(chosen_twice, (X,), (0,), gradient(X))
    oracle.assert_second_order_modes_agree(gradient, (X,))
