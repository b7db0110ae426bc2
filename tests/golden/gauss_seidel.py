"""Sweeps of Gauss and Seidel: each unknown is overwritten as soon as it is known better."""

import numpy as np


def gauss_seidel(a, b, sweeps):
    n = len(b)
    x = np.zeros(n)
    for _ in range(sweeps):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            x[i] = s / a[i, i]
    return np.sum(x**2)


EXAMPLE = (np.sin(np.arange(16.0)).reshape(4, 4) + 4 * np.eye(4), np.arange(1.0, 5.0), 3)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def gauss_seidel_grad(a, b, sweeps):
    # forward sweep
    n = len(b)
    x = np.zeros(n)
    x_is = []
    for _ in range(sweeps):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            x_is.append(x[i])
            x[i] = s / a[i, i]
    # reverse sweep
    x_bar = 2 * x                                # return np.sum(x**2)
    b_bar = np.zeros_like(b)
    a_bar = np.zeros_like(a)
    for _ in reversed(range(sweeps)):
        for i in reversed(range(n)):
            x_i = x[i]
            x[i] = x_is.pop()                    # x[i] = s / a[i, i]
            x_bar_i = x_bar[i]
            x_bar[i] = 0.0
            s_bar = x_bar_i / a[i, i]
            a_bar[i, i] -= s_bar * x_i
            for j in reversed(range(n)):
                if j != i:
                    x_bar[j] -= s_bar * a[i, j]  # s -= a[i, j] * x[j]
                    a_bar[i, j] -= s_bar * x[j]
            b_bar[i] += s_bar                    # s = b[i]
    return a_bar, b_bar
