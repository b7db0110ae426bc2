"""Arrays whose lengths come from numbers: equal ones, ones that differ by a trip, by a call, by a constant, by one."""

import numpy as np
from ast_ad import grad

from . import Program, waves


def buffers(x, w):
    n = len(x)
    out, scale = np.zeros(n), np.ones(n)
    for i in range(n):
        out[i] = x[i] * w
    return np.sum(out * scale * x)


def square(x):
    n, m = x.shape
    return np.sum((np.eye(n) @ x + np.zeros((n, m))) * np.ones(m) * x)


def growing(x):
    total = 0.0
    last = np.zeros(1)
    for k in range(1, 5):
        new = np.ones(k) * x[:k]
        total = total + np.sum(last * new) if k == 2 else total + np.sum(new * new)
        last = new
    return total


def rows_of_many_lengths(x):
    rows = []
    for k in range(1, 4):
        rows.append(np.ones(k) * x)
    return np.sum(rows[0] * rows[2]) + np.sum(rows[1] ** 2)


def halves(x, n):
    a = np.full(n, x)
    while n > 1:
        n = n // 2
        a = np.ones(n) * np.sum(a) + a[:n]
    return np.sum(a * np.full(3, x))


def made(n, v):
    out = np.zeros(n)
    for i in range(n):
        out[i] = v * i
    return out


def called_with_many_lengths(v):
    return np.sum(made(1, v) + made(4, v * v)) + np.sum(made(4, v) * made(4, v))


def scaled(x, k):
    ones = np.ones(k)
    if k > 1:
        ones = ones * 2
    return ones * x


def stretched(x):
    return np.sum(scaled(x, 3) * scaled(x[0], 1) * scaled(x, 1))


def ends(x):
    n = len(x)
    inner = np.zeros(n - 2)
    outer = np.ones(n + 1)
    for i in range(n - 2):
        inner[i] = x[i + 1]
    return np.sum(inner * x[2:] * outer[1:-2]) + np.sum(outer[1:] * x) + np.sum((len(x[5:]) + 3) * x)


def past_the_end(x):
    short = x[5:]
    n = len(short) + 3
    return np.sum(np.ones(n) * x[:3]) + np.sum(np.arange(n - 2) * np.sum(x))


def inner_derivative(x, n):
    def energy(v, m):
        return np.sum((np.ones(m) * v) ** 3)

    total = energy(x[1], 2)
    for k in range(1, n):
        total = total + grad(energy)(x[0] * k, k) * np.sum(np.ones(k) * x[:1])
    return total


def tiled(x, n):
    table = np.reshape(x, (n, -1))
    return np.sum(table * np.arange(n).reshape(n, 1) * np.ones((n, 1)))


PROGRAMS = [
    Program(buffers, [(waves(4), 0.7), (waves(1), 0.7)], wrt=(0, 1)),
    Program(square, [(waves(3, 3),), (waves(3, 2),), (waves(1, 1),)]),
    Program(growing, [(waves(4),)]),
    Program(rows_of_many_lengths, [(0.7,)]),
    Program(halves, [(0.7, 3)]),
    Program(called_with_many_lengths, [(0.7,)]),
    Program(stretched, [(waves(3),)]),
    Program(ends, [(waves(6),), (waves(4),), (waves(3),)]),
    Program(past_the_end, [(waves(4),), (waves(3),)]),
    Program(inner_derivative, [(waves(3), 4)]),
    Program(tiled, [(waves(6), 3), (waves(6), 1), (waves(3), 3)]),
]
