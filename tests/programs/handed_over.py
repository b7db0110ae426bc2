"""Functions that write to the arrays they are given, which their callers look at afterwards, or do not."""

import numpy as np

from . import Program, waves


def fill(a, x, i):
    if i >= len(a):
        return
    a[i] = x * a[i - 1] + i
    fill(a, x, i + 1)


def filled(x, n):
    a = np.zeros(n)
    a[0] = x * x
    fill(a, x, 1)
    return np.sum(a**2)


def filled_and_remembered(x, n):
    """What the array was is read after the call, so that it may not be written to in place."""
    a = np.ones(n) * x
    before = a.copy()
    part = a[1:]
    fill(a, x, 2)
    b = a * 1.0
    fill(b, x * x, 1)
    return np.sum(a * before) + np.sum(b) + part[0] ** 2


def fill_between(a, left, right, x):
    if right - left < 2:
        return x
    middle = (left + right) // 2
    a[middle] = (a[left] + a[right]) * 0.5 + x
    y = fill_between(a, left, middle, x * 0.5)
    return y + fill_between(a, middle, right, x * 0.5) * a[middle]


def midpoints(x, levels):
    n = 2**levels
    a = np.zeros(n + 1)
    a[0], a[n] = x
    bonus = fill_between(a, 0, n, x[0])
    return np.sum(a**2) + bonus


def mix(a, b, k):
    if k == 0:
        return a[0] * b[-1]
    a[k] += b[k - 1] ** 2
    b[k] *= a[k]
    return mix(b, a, k - 1) + a[k]


def mixed(x, y):
    """Two arrays change places with each call."""
    a, b = x * 1.0, y * 2.0
    return mix(a, b, len(x) - 1) + np.sum(a * b)


def hanoi(pegs, n, source, target, x):
    if n == 0:
        return
    other = 3 - source - target
    hanoi(pegs, n - 1, source, other, x)
    pegs[target] = pegs[target] * x + pegs[source]
    pegs[source] = pegs[source] - 0.5 * pegs[target]
    hanoi(pegs, n - 1, other, target, x)


def towers(x, n):
    pegs = np.array([x, 1.0, x * x])
    hanoi(pegs, n, 0, 2, x)
    return pegs[0] * pegs[1] + pegs[2]


def sink_even(a, i, x):
    if i < 0:
        return a
    if i % 2:
        return sink_even(a, i - 1, x)
    a[i] *= x
    return sink_even(a, i - 1, x + a[i])


def given_back(x, n):
    """The function gives back the array that it was given."""
    a = np.arange(1.0, n + 1) * x
    b = sink_even(a, n - 1, x)
    b[1] += 1.0
    return np.sum(a * b)


def relax(a, x, depth):
    """A sweep of a loop, then a finer one by recursion on a view."""
    for i in range(1, len(a) - 1):
        a[i] = 0.5 * (a[i - 1] + a[i + 1]) + x
    if depth:
        relax(a[::2], x * 0.5, depth - 1)


def relaxed(x, depth):
    a = waves(9) + x
    relax(a, x, depth)
    return np.sum(a**2)


PROGRAMS = [
    Program(filled, [(0.8, 5), (1.2, 1)]),
    Program(filled_and_remembered, [(0.8, 4)]),
    Program(midpoints, [(waves(2), 3), (waves(2), 0)]),
    Program(mixed, [(waves(4), waves(4, phase=1.0))], (0, 1)),
    Program(towers, [(0.9, 3)]),
    Program(given_back, [(0.9, 5)]),
    Program(relaxed, [(0.3, 2)]),
]
