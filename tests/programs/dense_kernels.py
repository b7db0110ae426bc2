"""Dense linear algebra that overwrites its arguments: updates of ranks, factorisations, recursions of Levinson."""

import numpy as np

from . import Program, waves


def rank_k_update(alpha, beta, c, a):
    """The lower triangle of `beta * c + alpha * a @ a.T`, row by row."""
    n, m = a.shape
    for i in range(n):
        c[i, : i + 1] *= beta
        for k in range(m):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    return np.sum(c**2)


def symmetric_product(alpha, beta, c, a, b):
    """`beta * c + alpha * a @ b`, where only the lower triangle of `a` is stored."""
    scratch = np.empty(c.shape[1])
    c *= beta
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[:i, j] += alpha * b[i, j] * a[i, :i]
            scratch[j] = b[:i, j] @ a[i, :i]
        c[i] += alpha * (b[i] * a[i, i] + scratch)
    return np.sum(c**2)


def triangular_times(alpha, a, b):
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += a[i + 1 :, i] @ b[i + 1 :, j]
    b *= alpha
    return np.sum(b**2)


def factored_and_solved(a, b):
    """The factors of Crout in the place of `a`, then both substitutions."""
    n = len(b)
    for i in range(n):
        for j in range(i):
            a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    y, x = np.zeros_like(b), np.zeros_like(b)
    for i in range(n):
        y[i] = b[i] - a[i, :i] @ y[:i]
    for i in reversed(range(n)):
        x[i] = (y[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x**2) + y[0]


def orthogonalised(a):
    """The modified method of Gram and Schmidt, which uses up the columns that follow."""
    q = np.zeros_like(a)
    r = np.zeros((a.shape[1], a.shape[1]))
    for k in range(a.shape[1]):
        r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, a.shape[1]):
            r[k, j] = q[:, k] @ a[:, j]
            a[:, j] -= q[:, k] * r[k, j]
    return np.sum(q**3) + np.sum(r)


def levinson(r):
    """The equations of Yule and Walker, solved by the recursion of Levinson and Durbin."""
    y = np.ndarray(len(r))
    y[0] = alpha = -r[0]
    beta = 1.0
    for k in range(1, len(r)):
        beta *= 1 - alpha * alpha
        alpha = -(r[k] + np.flip(r[:k]) @ y[:k]) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return np.sum(y**2)


def covariances(data, n):
    """The length is a number of its own: nothing says that slices fit."""
    data -= data.mean(axis=0)
    cov = np.zeros((n, n), dtype=data.dtype)
    for i in range(n):
        cov[i:n, i] = cov[i, i:n] = data[:, i] @ data[:, i:n] / (len(data) - 1)
    return np.sum(cov**2)


def contracted_rows(a, c):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j, :] = a[i, j, :] @ c
    return np.sum(a**2)


def in_one_row(values, columns, starts, x):
    """A sparse matrix by rows, times a vector."""
    y = np.empty(len(starts) - 1)
    for i in range(len(y)):
        row = slice(starts[i], starts[i + 1])
        y[i] = values[row] @ x[columns[row]]
    return np.sum(y**2)


def shortest_ways(d):
    for k in range(len(d)):
        d[:] = np.minimum(d[:], np.add.outer(d[:, k], d[k, :]))
    return np.sum(d**2)


def shortest_ways_by_rows(d):
    for k in range(len(d)):
        for i in range(len(d)):
            through = d[i, k] + d[k]
            shorter = through < d[i]
            d[i, shorter] = through[shorter]
    return np.sum(d**2)


def softmax_in_place(x, w, b):
    h = x @ w
    h += b
    np.maximum(h, 0, out=h)
    h -= h.max(axis=1, keepdims=True)
    np.exp(h, out=h)
    h /= h.sum(axis=1, keepdims=True)
    return -np.sum(np.log(h[:, 0]))


SQUARE = np.exp(waves(4, 4)) + 3 * np.eye(4)
COLUMNS, STARTS = np.array([2, 1, 0, 3, 2]), np.array([0, 2, 2, 5])

PROGRAMS = [
    Program(
        rank_k_update, [(1.5, 1.2, waves(3, 3), waves(3, 4)), (1.5, 1.2, waves(1, 1), waves(1, 2))], wrt=(0, 1, 2, 3)
    ),
    Program(symmetric_product, [(1.5, 1.2, waves(3, 4), waves(3, 3), waves(3, 4, phase=1.0))], wrt=(0, 1, 2, 3, 4)),
    Program(triangular_times, [(1.5, waves(3, 3), waves(3, 4))], wrt=(0, 1, 2)),
    Program(factored_and_solved, [(SQUARE, waves(4))], wrt=(0, 1)),
    Program(orthogonalised, [(np.exp(waves(4, 3)) + np.eye(4, 3),)]),
    Program(levinson, [(0.3 * waves(5),), (waves(1),)]),
    Program(covariances, [(waves(5, 3), 3), (waves(4, 3), 2)]),
    Program(contracted_rows, [(waves(2, 3, 2), waves(2, 2))], wrt=(0, 1)),
    Program(in_one_row, [(waves(5), COLUMNS, STARTS, waves(4, phase=2.0))]),
    Program(shortest_ways, [(1.5 + waves(4, 4),), (1.5 + waves(1, 1),)]),
    Program(shortest_ways_by_rows, [(1.5 + waves(4, 4),)]),
    Program(softmax_in_place, [(waves(4, 3), waves(3, 5), waves(5, phase=1.0))], wrt=(0, 1, 2)),
]
