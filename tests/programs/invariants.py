"""Values that are the same in each trip: computed in the loop, in one of its arms, in loops inside loops, or never."""

import math

import numpy as np

from . import Program, waves


def descend(w, X, y, lr, epochs):
    v = np.zeros_like(w)
    for _ in range(epochs):
        p = 1 / (1 + np.exp(-X @ w))
        v = 0.9 * v - lr * (X.T @ (p - y) / len(y))
        w = w + v
    return np.sum(w**2)


def relax(A, b, n):
    x = np.zeros_like(b)
    while n > 0:
        inverse = np.linalg.inv(A)
        x = 0.5 * x + inverse @ np.tanh(b - 0.1 * x)
        n -= 1
    return np.sum(x * b)


def in_an_arm(x, rate, n):
    total = 0.0
    for k in range(n):
        if k % 3 == 1:
            decay = np.exp(-rate)
            total = total + np.sum(decay * x * total)
        elif k == 5:
            break
        else:
            total = total + math.sin(total + 1.0)
    return total


def in_two_loops(x, rate, n, m):
    y = x
    for i in range(n):
        for _ in range(m - i):
            scale = np.sqrt(rate * rate + 1.0)
            y = y * scale / (1.0 + y * y)
        y = y + scale * x if i < 2 and m > i else y
    return np.sum(y)


def discount(price, rate, n):
    for _ in range(n):
        price = math.exp(-rate) * price + math.log(price + 2.0) * math.exp(-rate)
    return price


PROGRAMS = [
    Program(
        descend,
        [
            (waves(2), waves(3, 2), np.array([0.0, 1.0, 1.0]), 0.3, 3),
            (waves(2), waves(3, 2), np.array([0.0, 1.0, 1.0]), 0.3, 0),
        ],
        wrt=(0, 1, 2, 3),
    ),
    Program(relax, [(waves(2, 2) + 2 * np.eye(2), waves(2), 3), (np.eye(2), waves(2), 0)], wrt=(0, 1)),
    Program(in_an_arm, [(waves(3), 0.3, 9), (waves(3), 0.3, 2), (waves(3), 0.3, 1), (waves(3), 0.3, 0)], wrt=(0, 1)),
    Program(in_two_loops, [(waves(3), 0.3, 3, 2), (waves(3), 0.3, 2, 3), (waves(3), 0.3, 2, 0)], wrt=(0, 1)),
    Program(discount, [(1.3, 0.1, 3), (1.3, 0.1, 0)], wrt=(0, 1)),
]
