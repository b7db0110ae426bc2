"""Values come off their tapes where they are read, and values that are alike have one name."""

import math

import numpy as np
import oracle

import ast_ad

X = np.linspace(0.5, 1.5, 4)


def relaxed(x, steps):
    x = x.copy()
    for _ in range(steps):
        for i in range(len(x)):
            s = 0.0
            for j in range(len(x)):
                if j != i:
                    s += x[j] * x[j]
            x[i] = math.sin(s)
    return np.sum(x)


def exchanged(x):
    x = x.copy()
    left = right = 0.0
    for i in range(1, len(x)):
        left = math.cos(left * x[i]) + x[i]
        x[i - 1], x[i] = x[i] * left, x[i - 1] * left
    for i in range(1, len(x)):
        right = math.cos(right * x[i]) + x[i]
        x[i] *= right
    return left * right + x[0]


def gradient(function, *args):
    derivative = ast_ad.grad(function, (0,))
    oracle.assert_gradient(function, args, (0,), derivative(*args))
    oracle.assert_modes_agree(lambda x: function(x, *args[1:]), args[:1])
    oracle.assert_second_order_modes_agree(lambda x: derivative(x, *args[1:]), args[:1])
    return derivative.source


def test_what_is_put_back_comes_off_its_tape_there():
    text = gradient(relaxed, X, 3)
    assert "x[i] = x_is.pop()" in text
    assert "x_is.append(x[i])" in text


def test_the_same_element_has_the_same_name_in_the_next_loop():
    text = gradient(exchanged, X)
    assert "x_bar_i2" not in text
    assert text.count("x_bar_i = ") > 1


def test_zeros_of_lists_of_lists_are_made_by_a_comprehension():
    def total(x, n):
        rows = [[x * j for j in range(i + 1)] for i in range(n)]
        for i in range(1, n):
            rows[i][0] = rows[i - 1][0] * rows[i][i] + 1.0
        return rows[n - 1][0] * rows[1][0]

    assert "rows_bar = [[0.0] * len(row) for row in rows]" in gradient(total, 0.5, 4)
