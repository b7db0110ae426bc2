"""Slices of one array."""

import numpy as np


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


EXAMPLE = (np.sin(np.arange(6.0)),)
WRT = 0


# The derivative, as ast_ad writes it.

import numpy as np


def rosenbrock_grad(x):
    # forward sweep
    a = x[:-1]
    # reverse sweep
    b = 200.0 * (x[1:] - a ** 2)  # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - ...
    x_bar = np.zeros_like(x)
    x_bar[:-1] = -2 * b * a - 2 * (1 - a)
    x_bar[1:] += b
    return x_bar
