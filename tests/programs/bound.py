"""Derivatives, taken inside a function, of methods, objects that are called, partial functions, and by defaults."""

import functools

import numpy as np
from ast_ad import grad, value_and_grad

from . import Program, waves


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    def energy(self, x, scale=0.5):
        return scale * np.sum(self.stiffness * x**4)

    def __call__(self, x):
        return np.sum(np.sin(x) * self.stiffness)

    def force(self, x):
        return -grad(self.energy)(x)


def forces(x):
    spring = Spring(x * 2)
    total = spring(x) + spring.energy(x)
    return total + np.sum(grad(spring.energy)(x) * grad(spring)(x)) + np.sum(spring.force(x))


def partials(x):
    spring = Spring(x * 2)
    value, slope = value_and_grad(functools.partial(spring.energy, scale=3.0))(x)
    return value + np.sum(slope) + np.sum(grad(functools.partial(np.dot, x))(x * x))


def defaults(x):
    def inner(y, k=2.0, n=3):
        return y**n * k

    return inner(x) + grad(inner)(x) + grad(inner)(x, 4.0) + grad(lambda y, s=x: y * y * s)(x)


PROGRAMS = [
    Program(forces, [(waves(3),)]),
    Program(partials, [(waves(3),)]),
    Program(defaults, [(0.7,)]),
]
