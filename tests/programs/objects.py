"""Objects: models that come as arguments, particles and vectors made on the way, named tuples and dataclasses."""

import dataclasses
import math
from collections import namedtuple
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from . import Program, waves


class Vector:
    """A point of the plane with the operators that one expects of it."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented  # no input reaches this
        return Vector(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return Vector(self.x + other, self.y + other)

    def __sub__(self, other):
        return self + (-other)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __getitem__(self, axis):
        return (self.x, self.y)[axis]

    def __setitem__(self, axis, value):
        if axis == 0:
            self.x = value  # no input reaches this
        else:
            self.y = value

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self.x, self.y))

    def __contains__(self, value):
        return value == self.x or value == self.y

    def __abs__(self):
        return math.sqrt(self.square)

    def __lt__(self, other):
        return self.square < other.square

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    @property
    def square(self):
        return self @ self

    @property
    def polar(self):
        return abs(self), math.atan2(self.y, self.x)

    @polar.setter
    def polar(self, pair):
        radius, angle = pair
        self.x, self.y = radius * math.cos(angle), radius * math.sin(angle)

    @classmethod
    def diagonal(cls, length):
        return cls(length, length)

    @staticmethod
    def unit():
        return Vector(1.0, 0.0)


def vectors_and_their_operators(x, y):
    a, b = Vector(x, y), Vector(y, 2.0)
    c = 3.0 * a + b * x - Vector.unit() + (-a)
    c += a
    if a < b:
        c = c * 2.0
    return c @ c + abs(a)


def vectors_as_sequences(x, y):
    a = Vector(x, y) + Vector.diagonal(x * y)
    a[1] = a[0] * a[1]
    p, q = a
    total = p * q + len(a)
    for k, part in enumerate(a):
        total += (k + 1) * part**2
    if 7.0 not in a and a == a:
        total *= 2.0
    return total + sum(a)


def vectors_in_polar_form(x, y):
    a = Vector(x, y)
    radius, angle = a.polar
    a.polar = radius * 2.0, angle + 0.3
    return a.x * a.y + (1.0 + a).x


def sum_of_vectors(points):
    """The reflected addition begins with the 0 of sum."""
    return abs(sum([Vector(px, py) for px, py in points[:2]]))


class Dense:
    gain = 2.0

    def __init__(self, w, b):
        self.w, self.b = w, b
        self.name = "dense"

    def __call__(self, x):
        return np.tanh(x @ self.w + self.b) * self.gain

    def loss(self, x, y):
        return np.mean((self(x) - y) ** 2)

    @cached_property
    def size(self):
        return np.sum(self.w**2)


class Scaled(Dense):
    """Inheritance, super() and a class method that sees the class."""

    def __init__(self, w, b, k):
        super().__init__(w, b)
        self.k = k

    def __call__(self, x):
        return super().__call__(x) * self.k + self.doubled(self.k) + self.shifted(x)

    @staticmethod
    def doubled(value):
        return 2 * value

    @classmethod
    def shifted(cls, x):
        return cls.gain * np.sum(x)


def loss_of_a_model(model, x):
    return np.sum(model(x) ** 2) + model.size + model.size


MODEL = Scaled(waves(3, 2), waves(2), 1.5)


def model_from_outside(x):
    return np.sum(MODEL(x) ** 2) + MODEL.loss(x, 0.5)


class Network:
    """A list of objects in an object."""

    def __init__(self, layers, rate):
        self.layers = layers
        self.rate = rate

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x) * self.rate
        return x


def loss_of_a_network(network, x):
    return np.sum(network(x) ** 2)


@dataclass
class Body:
    mass: float
    position: np.ndarray
    name: str = "body"
    trail: list = field(default_factory=list)

    def energy(self):
        return 0.5 * self.mass * np.sum(self.position**2)

    def moved(self, step):
        return dataclasses.replace(self, position=self.position + step)


def energy_of_a_body(body, step):
    later = body.moved(step * body.mass)
    return later.energy() - body.energy() * step


def bodies_made_inside(mass):
    body = Body(mass, np.array([1.0, 2.0]) * mass)
    body.mass *= 3.0
    body.position[0] = mass
    body.trail.append(mass)
    other = Body(position=body.position, mass=body.trail[0])
    return body.energy() + other.energy()


@dataclass(frozen=True)
class Option:
    strike: float
    rate: float = 0.05

    def __post_init__(self):
        object.__setattr__(self, "discount", math.exp(-self.rate))

    def payoff(self, price):
        return max(price - self.strike, 0.0) * self.discount


def value_of_options(strike, price):
    options = [Option(strike), Option(strike * 1.5, rate=0.1), Option(strike)]
    total = 0.0
    for option in options:
        total += option.payoff(price) ** 2
    return total if options[0] == options[2] else -total


Pair = namedtuple("Pair", "x y")


class Reading(NamedTuple):
    value: float
    weight: float = 2.0

    def product(self):
        return self.value * self.weight


def named_tuple_as_argument(pair):
    other = pair._replace(x=pair.y * 2)
    return other.x * pair.x + pair[1] ** 2


def named_tuples_made_inside(x):
    first = Reading(x)
    second = first._replace(weight=x * x)
    value, weight = second
    return first.product() + second.product() * value + weight


class Ledger:
    def __init__(self):
        self.total = 0.0
        self.history = []

    def add(self, amount):
        self.total += amount
        self.history.append(amount)
        return self

    def __bool__(self):
        return self.total > 0


def methods_that_return_self(x):
    ledger = Ledger()
    for k in range(3):
        ledger.add(x * k).add(x)
    return ledger.total**2 + sum(ledger.history)


def an_object_carried_by_a_loop(x, n):
    ledger = Ledger()
    for k in range(n):
        ledger.add(x * math.sin(k))
    return ledger.total**2 + len(ledger.history) if ledger else ledger.total


class Node:
    __slots__ = ("left", "right", "value")

    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def total(self, depth):
        result = self.value**2 / depth
        if self.left is not None:
            result += self.left.total(depth + 1)
        if self.right is not None:
            result += self.right.total(depth + 1)
        return result


def tree_of_objects(tree):
    return tree.total(1)


class Pendulum:
    """An integrator whose method gets another method."""

    def __init__(self, length, damping):
        self.length = length
        self.damping = damping

    def rate(self, state):
        angle, speed = state
        return np.array([speed, -math.sin(angle) / self.length - self.damping * speed])

    def step(self, f, state, h):
        return state + h * f(state + 0.5 * h * f(state))

    def swing(self, angle, steps):
        state = np.array([angle, 0.0])
        for _ in range(steps):
            state = self.step(self.rate, state, 0.1)
        return state[0]


def swing_of_a_pendulum(pendulum, angle):
    return pendulum.swing(angle, 6) ** 2


CLOCK = Pendulum(1.3, 0.2)

PROGRAMS = [
    Program(vectors_and_their_operators, [(1.5, 0.5), (2.5, 3.0)], (0, 1)),
    Program(vectors_as_sequences, [(1.5, 0.5), (2.0, 0.0)], (0, 1)),
    Program(vectors_in_polar_form, [(1.5, 0.5)], (0, 1)),
    Program(sum_of_vectors, [([(1.0, 2.0), (0.5, 3.0)],)]),
    Program(
        loss_of_a_model,
        [(Scaled(waves(3, 2), waves(2), 1.5), waves(3)), (Dense(waves(3, 2), waves(2)), waves(3))],
        (0, 1),
    ),
    Program(model_from_outside, [(waves(3),)]),
    Program(
        loss_of_a_network,
        [(Network([Dense(waves(3, 2), waves(2)), Dense(waves(2, 2), waves(2))], 1.2), waves(3))],
        (0, 1),
    ),
    Program(energy_of_a_body, [(Body(2.0, waves(3)), 0.5)], (0, 1)),
    Program(bodies_made_inside, [(1.2,)]),
    Program(value_of_options, [(1.0, 2.0), (1.0, 1.25)], (0, 1)),
    Program(named_tuple_as_argument, [(Pair(1.0, 2.0),)]),
    Program(named_tuples_made_inside, [(1.5,)]),
    Program(methods_that_return_self, [(1.5,)]),
    Program(an_object_carried_by_a_loop, [(1.5, 5), (-1.5, 5)]),
    Program(tree_of_objects, [(Node(1.0, Node(2.0), Node(3.0, None, Node(0.5))),)]),
    Program(swing_of_a_pendulum, [(Pendulum(1.1, 0.2), 0.5)], (0, 1)),
    Program(CLOCK.swing, [(0.5, 5)]),
]
