"""The Cholesky factorisation, element by element."""

import math

import numpy as np


def cholesky(a):
    n = len(a)
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            if i == j:
                low[i, j] = math.sqrt(s)
            else:
                low[i, j] = s / low[j, j]
    return np.sum(low**2)


EXAMPLE = (np.cos(np.subtract.outer(np.arange(4.0), np.arange(4.0))) + 2 * np.eye(4),)
WRT = 0


# The derivative, as ast_ad writes it.

import math
import numpy as np

from ast_ad.runtime import divide


def cholesky_grad(a):
    # forward sweep
    n = len(a)
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            if i == j:
                low[i, j] = math.sqrt(s)
            else:
                low[i, j] = s / low[j, j]
    # reverse sweep
    low_bar = 2 * low                               # return np.sum(low**2)
    a_bar = np.zeros_like(a)
    for i in reversed(range(n)):
        for j in reversed(range(i + 1)):
            if i == j:
                low_bar_i_j = low_bar[i, j]         # low[i, j] = math.sqrt(s)
                low_bar[i, j] = 0.0
                s_bar = divide(0.5 * low_bar_i_j, low[i, j])
            else:
                low_bar_i_j = low_bar[i, j]         # low[i, j] = s / low[j, j]
                low_bar[i, j] = 0.0
                s_bar = low_bar_i_j / low[j, j]
                low_bar[j, j] -= s_bar * low[i, j]
            for k in reversed(range(j)):
                low_bar[j, k] -= s_bar * low[i, k]  # s -= low[i, k] * low[j, k]
                low_bar[i, k] -= s_bar * low[j, k]
            a_bar[i, j] += s_bar                    # s = a[i, j]
    return a_bar
