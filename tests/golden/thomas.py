"""The Thomas algorithm: a system of three diagonals, eliminated and substituted in place."""

import numpy as np


def thomas(lower, diag, upper, rhs):
    n = len(rhs)
    diag = diag.copy()
    x = rhs.copy()
    for i in range(1, n):
        w = lower[i] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        x[i] -= w * x[i - 1]
    x[-1] /= diag[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / diag[i]
    return np.sum(x**2)


EXAMPLE = (np.sin(np.arange(6.0)), 4 + np.cos(np.arange(6.0)), np.cos(np.arange(6.0)), np.arange(1.0, 7.0))
WRT = (0, 1, 2, 3)


# The derivative, as ast_ad writes it.

import numpy as np


def thomas_grad(lower, diag, upper, rhs):
    # forward sweep
    n = len(rhs)
    diag = diag.copy()
    x = rhs.copy()
    tape = []
    for i in range(1, n):
        w = lower[i] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        a = x[i - 1]
        tape.append(a)
        x[i] -= w * a
    b = x[-1]
    c = diag[-1]
    d = b / c
    x[-1] = d
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / diag[i]
    # reverse sweep
    x_bar = 2 * x                     # return np.sum(x**2)
    upper_bar = np.zeros_like(upper)
    diag_bar = np.zeros_like(diag)
    for i in reversed(range(n - 2, -1, -1)):
        x_bar_i = x_bar[i] / diag[i]  # x[i] = (x[i] - upper[i] * x[i + 1]) / diag[i]
        diag_bar[i] -= x_bar_i * x[i]
        upper_bar[i] -= x_bar_i * x[i + 1]
        x_bar[i] = x_bar_i
        x_bar[i + 1] -= x_bar_i * upper[i]
    e = x_bar[-1] / c                 # x[-1] /= diag[-1]
    diag_bar[-1] -= e * d
    x_bar[-1] = e
    lower_bar = np.zeros_like(lower)
    for i in reversed(range(1, n)):
        a = tape.pop()                # w = lower[i] / diag[i - 1]
        f = diag[i - 1]
        w = lower[i] / f
        x_bar_i = x_bar[i]            # x[i] -= w * x[i - 1]
        x_bar[i - 1] -= x_bar_i * w
        diag_bar_i = diag_bar[i]      # diag[i] -= w * upper[i - 1]
        w_bar = -(x_bar_i * a) - diag_bar_i * upper[i - 1]
        upper_bar[i - 1] -= diag_bar_i * w
        g = w_bar / f                 # w = lower[i] / diag[i - 1]
        diag_bar[i - 1] -= g * w
        lower_bar[i] += g
    return lower_bar, diag_bar, upper_bar, x_bar
