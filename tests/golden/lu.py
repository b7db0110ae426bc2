"""The LU factorisation in the place of the matrix."""

import numpy as np


def lu(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return np.sum(a**2)


EXAMPLE = (np.sin(np.arange(16.0)).reshape(4, 4) + 4 * np.eye(4),)
WRT = 0


# The derivative, as ast_ad writes it.

def lu_grad(a):
    # forward sweep
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1:] -= a[i, k] * a[k, k + 1:]
    # reverse sweep
    a_bar = 2 * a                              # return np.sum(a**2)
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            a_i_k = a[i, k]                    # a[i, k] /= a[k, k]
            b = a_bar[i, k + 1:]               # a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
            c = b @ a[k, k + 1:]
            a_bar[k, k + 1:] -= b * a_i_k
            a_bar[i, k] -= c
            a_bar_i_k = a_bar[i, k] / a[k, k]  # a[i, k] /= a[k, k]
            a_bar[i, k] = a_bar_i_k
            a_bar[k, k] -= a_bar_i_k * a_i_k
    return a_bar
