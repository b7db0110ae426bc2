"""A polynomial, from a list of coefficients."""

from __future__ import annotations


def horner(coefficients, x):
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y


EXAMPLE = ([1.0, -2.0, 3.0], 0.5)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

def horner_grad(coefficients, x):
    # forward sweep
    a = len(coefficients)
    ys = []
    y = 0.0
    for coefficient in coefficients:
        ys.append(y)
        y = y * x + coefficient
    # reverse sweep
    coefficients_bar = [0.0] * len(coefficients)
    y_bar = 1.0
    x_bar = 0.0
    for i in reversed(range(a)):
        y = ys.pop()                  # y = y * x + c
        x_bar += y_bar * y
        coefficients_bar[i] += y_bar  # for c in coefficients:
        y_bar *= x                    # y = y * x + c
    return coefficients_bar, x_bar
