"""The lengths of the shortest ways between all places, after Floyd and Warshall."""

import numpy as np


def floyd(d):
    d = d.copy()
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return np.sum(d)


EXAMPLE = (2 + np.sin(np.arange(16.0)).reshape(4, 4),)
WRT = 0


# The derivative, as ast_ad writes it.

import numpy as np


def floyd_grad(d):
    # forward sweep
    d = d.copy()
    n = len(d)
    tests = []
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d_i_j = d[i, k] + d[k, j]
                test = d_i_j < d[i, j]
                tests.append(test)
                if test:
                    d[i, j] = d_i_j
    # reverse sweep
    d_bar = np.ones_like(d)                   # return np.sum(d)
    for k in reversed(range(n)):
        for i in reversed(range(n)):
            for j in reversed(range(n)):
                if tests.pop():
                    d_bar_i_j = d_bar[i, j]   # d[i, j] = d[i, k] + d[k, j]
                    d_bar[i, j] = 0.0
                    d_bar[k, j] += d_bar_i_j  # if d[i, k] + d[k, j] < d[i, j]:
                    d_bar[i, k] += d_bar_i_j
    return d_bar
