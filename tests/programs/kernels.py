"""Kernels of linear algebra and physics that overwrite what they read: relaxation, recurrences, stencils with steps."""

import numpy as np

from . import Program, waves


def gauss_seidel(a, b, steps):
    x = np.zeros_like(b)
    for _ in range(steps):
        for i in range(len(b)):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x**2)


def over_relaxed(a, b, omega, steps):
    x = np.zeros(len(b))
    for _ in range(steps):
        for i in range(len(b)):
            s = b[i]
            for j in range(len(b)):
                if j != i:
                    s -= a[i, j] * x[j]
            x[i] = (1 - omega) * x[i] + omega * s / a[i, i]
    return np.sum(x**2)


def backwards_and_scaled(a, x):
    """The array is used again, and written to, after the loop that takes it back."""
    x = x.copy()
    for i in range(len(x) - 1, -1, -1):
        x[i] += np.sin(a[i] @ x[:]) + x[i] * np.sum(x[i:])
    y = x * 1.0
    x *= 2.0
    for i in range(1, len(x)):
        x[i] *= np.sum(x[:i] ** 2)
    return np.sum(x * y)


def two_writes(x, steps):
    """A trip writes twice, and what it reads lies between the writes too."""
    x = x.copy()
    total = 0.0
    for _ in range(steps):
        for i in range(1, len(x) - 1):
            x[i] = np.sum(x[: i + 1] ** 2) * 0.1 + x[i + 1]
            x[i + 1] = x[i + 1] * 0.5 + x[i] * x[0]
            total += np.sum(x[i:] ** 3)
        x[0] += total * 0.01
    return total + np.sum(x)


def left_early(a, x, limit):
    x = x.copy()
    for i in range(len(x)):
        x[i] = np.tanh(a[i] @ x[:])
        if np.sum(x[: i + 1] ** 2) > limit:
            break
    return np.sum(x**3)


def in_branches(a, x, steps):
    x = x.copy()
    for t in range(steps):
        for i in range(len(x)):
            if (i + t) % 2:
                x[i] = a[i] @ x[:] / 4
            else:
                x[i] -= np.sum(x[:i] ** 2) * 0.1
    return np.sum(x**2)


def red_black(u, f, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1:2] = 0.5 * (u[:-2:2] + u[2::2] + f[1:-1:2])
        u[2:-1:2] = 0.5 * (u[1:-2:2] * u[3::2] + f[2:-1:2])
    return np.sum(u**2)


def every_third(u, k):
    v = u[::-3] * k[::3]
    v[1:] += u[3::3] ** 2
    return np.sum(v * v[::-1])


def recurrence(r):
    """Durbin's."""
    y = np.empty_like(r)
    alpha, beta = -r[0], 1.0
    y[0] = -r[0]
    for k in range(1, len(r)):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return np.sum(y**2)


def triangular_product(alpha, a, b):
    b = b.copy()
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += np.dot(a[i + 1 :, i], b[i + 1 :, j])
    b *= alpha
    return np.sum(b**2)


def contracted(a, c):
    """The rows of an array are replaced by their products."""
    a = a.copy()
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            s = np.zeros(a.shape[2])
            for p in range(a.shape[2]):
                s[p] = np.dot(a[r, q, :], c[:, p])
            a[r, q, :] = s
    return np.sum(a**2)


_SQUARE = waves(4, 4) + 4 * np.eye(4)
PROGRAMS = [
    Program(gauss_seidel, [(_SQUARE, waves(4), 2), (_SQUARE[:1, :1], waves(1), 1)], (0, 1)),
    Program(over_relaxed, [(_SQUARE, waves(4), 1.1, 2)], (0, 1, 2)),
    Program(backwards_and_scaled, [(waves(3, 3), waves(3))], (0, 1)),
    Program(two_writes, [(waves(4), 2), (waves(3), 1)]),
    Program(left_early, [(waves(4, 4), waves(4), 0.5), (waves(4, 4), waves(4), 9.0)], (0, 1)),
    Program(in_branches, [(waves(3, 3), waves(3), 2)], (0, 1)),
    Program(red_black, [(waves(7), waves(7, phase=1.0), 2), (waves(3), waves(3), 1)], (0, 1)),
    Program(every_third, [(waves(10), waves(10, phase=1.0)), (waves(4), waves(4))], (0, 1)),
    Program(recurrence, [(waves(4) * 0.1,)]),
    Program(triangular_product, [(1.2, waves(3, 3), waves(3, 3, phase=1.0))], (0, 1, 2)),
    Program(contracted, [(waves(2, 2, 3), waves(3, 3))], (0, 1)),
]
