"""Eliminations with exchanges of rows, and steps that ask of an overwritten part for its shape only."""

import numpy as np

from . import Program, waves


def log_determinant(a):
    """LU in place, with the largest element of a column as pivot."""
    n = len(a)
    a = a.copy()
    total = 0.0
    for k in range(n):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
        total += np.log(np.abs(a[k, k]))
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return total


def solved_with_pivots(a, b):
    n = len(b)
    a = a.copy()
    x = b.copy()
    for k in range(n - 1):
        p = k + np.argmax(np.abs(a[k:, k]))
        a[[k, p], k:] = a[[p, k], k:]
        x[k], x[p] = x[p], x[k]
        for i in range(k + 1, n):
            m = a[i, k] / a[k, k]
            a[i, k:] -= m * a[k, k:]
            x[i] -= m * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - a[k, k + 1 :] @ x[k + 1 :]) / a[k, k]
    return np.sum(x**3)


def fluxes(u, kappa, n):
    for _ in range(n):
        flux = kappa[:, None] * (u[:, 1:] - u[:, :-1])
        u[:, 1:-1] += 0.1 * (flux[:, 1:] - flux[:, :-1])
    return np.mean(u**2)


def read_where_written(a, v):
    """What was written is read there again: stretched over rows, of another dtype, where places repeat."""
    a = a.copy()
    for k in range(3):
        a[k:, :] = v * np.sin(k + v)
        c = a[k:, :]
        v = v + 0.1 * c[0]
        a[:, k : k + 1] = c[:1, :1] * v[0]
        places = [k, (2 * k + 1) % 4]
        a[places] = a[places] * np.array([2.0, 3.0])[:, None]
        x = a[places]
        a[places[::-1]] += x * x * 0.1
    return np.sum(a**2)


def read_where_written_in_buffers(a, n):
    a = a.copy()
    b = np.zeros_like(a)
    for i in range(n):
        if a[i] > 0.9:
            break
        b[i:] = a[i:] * 1.5
        c = b[i:]
        b[i:] += np.sin(c[0]) * c
        a, b = b, a
    return np.sum(a * a) + b[0]


def outer_updates(a, n):
    a = a.copy()
    for k in range(n):
        a[k:, k:] -= 0.1 * np.outer(a[k:, k], a[k, k:])
        a[k:, :] += np.subtract.outer(a[k:, 0], a[0, :])
    return np.sum(a**2)


SQUARE = np.exp(waves(4, 4)) * waves(4, 4, phase=2.0)

PROGRAMS = [
    Program(log_determinant, [(SQUARE,), (SQUARE + 3 * np.eye(4),), (SQUARE[:1, :1],)]),
    Program(solved_with_pivots, [(SQUARE, waves(4)), (SQUARE + 3 * np.eye(4), waves(4))], wrt=(0, 1)),
    Program(fluxes, [(waves(3, 5), waves(3, phase=1.0), 3), (waves(3, 5), waves(1), 2)], wrt=(0, 1)),
    Program(
        read_where_written,
        [(waves(4, 3), waves(3)), (waves(4, 3).astype(np.float32), waves(3)), (waves(4, 3), waves(1))],
        wrt=(0, 1),
    ),
    Program(read_where_written_in_buffers, [(0.3 * waves(6), 4), (waves(6), 4)]),
    Program(outer_updates, [(0.5 * waves(4, 3), 3), (0.5 * waves(4, 1), 1)]),
]
