"""Programs whose parts are computed again in the reverse sweep."""

import math

import numpy as np
from ast_ad import checkpoint

from . import Program, waves


@checkpoint
def layer(x, w):
    h = np.tanh(x @ w)
    for _ in range(2):
        h = h * np.sin(h) + 0.1 * x
    return np.tanh(h @ w)


@checkpoint
def two_layers(x, w):
    for _ in range(2):
        x = layer(x, w)
    return x


def network(x, w):
    for _ in range(3):
        x = two_layers(x, w)
    return np.sum(x * x)


def of_a_closure(x):
    c = 0.5

    def body(z, i):
        return z * math.sin(z) + c * x + i

    z = x
    i = 0
    while abs(z) < 100:
        z = checkpoint(body)(z, i)
        i += 1
        if i > 5:
            break
        if i == 3:
            z = z + checkpoint(lambda t: t * z)(x)
    return z


@checkpoint
def of_structures(params, x):
    print("structures")
    h = np.tanh(x @ params["w"])
    return h * 2, {"s": np.sum(h), "parts": [h, h + params["b"]]}


def structures(w, b):
    x = waves(2, 3)
    h, found = of_structures({"w": w, "b": b}, x)
    h[0] = 0.0
    return np.sum(h) * found["s"] + np.sum(found["parts"][1] ** 2)


class Model:
    def __init__(self, w):
        self.w = w

    @checkpoint
    def block(self, x):
        h = np.tanh(x @ self.w)
        return h * np.sin(h)


def of_a_method(w, x):
    model = Model(w)
    return np.sum(model.block(model.block(x)))


@checkpoint
def with_exits(x, n):
    total = 0.0
    for k in range(n):
        if x * k > 3:
            return total * x
        total += math.sin(x * k)
    assert total < 1000, "too large"
    return total


def exits(x):
    return with_exits(x, 5) * with_exits(2 * x, 4)


PROGRAMS = [
    Program(network, [(waves(2, 3), waves(3, 3))], wrt=(0, 1)),
    Program(of_a_closure, [(1.1,), (0.3,)]),
    Program(structures, [(waves(3, 2), waves(2))], wrt=(0, 1)),
    Program(of_a_method, [(waves(3, 3), waves(2, 3))], wrt=(0, 1)),
    Program(exits, [(0.4,), (1.7,)]),
]
