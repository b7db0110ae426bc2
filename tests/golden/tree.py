"""Recursion."""

import math


def tree(x, n):
    if n < 2:
        return x
    return 0.5 * tree(x, n - 1) + tree(math.sin(x), n - 2)


EXAMPLE = (0.3, 5)
WRT = 0


# The derivative, as ast_ad writes it.

import math


def tree_reverse(residual, value_bar):
    a, residual2, x, residual3 = residual
    if a:
        return value_bar
    x_bar = tree_reverse(residual2, value_bar) * math.cos(x)  # return 0.5 * tree(x, n - 1) + tr ...
    x_bar2 = tree_reverse(residual3, 0.5 * value_bar)
    x_bar += x_bar2
    return x_bar


def tree_forward(x, n):
    test = n < 2
    if test:
        value = x
        residual = None
        residual2 = None
    else:
        a, residual2 = tree_forward(x, n - 1)
        b, residual = tree_forward(math.sin(x), n - 2)
        value = 0.5 * a + b
    residual3 = test, residual, x, residual2
    return value, residual3


def tree_grad(x, n):
    # forward sweep
    test = n < 2
    if test:
        residual = None
        residual2 = None
    else:
        _, residual2 = tree_forward(x, n - 1)
        _, residual = tree_forward(math.sin(x), n - 2)
    # reverse sweep
    if test:
        return 1.0
    x_bar = tree_reverse(residual, 1.0) * math.cos(x)  # return 0.5 * tree(x, n - 1) + tree(math ...
    x_bar2 = tree_reverse(residual2, 0.5)
    x_bar += x_bar2
    return x_bar
