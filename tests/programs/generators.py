"""Generator functions and what consumes them, iterators of the user's classes, managers made of generators."""

import contextlib
import math

from . import Program


def _powers(x, n):
    for k in range(n):
        yield x**k


def consumed_in_many_ways(x):
    total = 0.0
    for value in _powers(x, 4):
        total += value * value
    return total + sum(_powers(x, 3)) + max(_powers(x, 2)) + list(_powers(x, 3))[2]


def _newton(target, guess):
    while True:
        guess = guess - (guess * guess - target) / (2 * guess)
        yield guess


def left_by_break(target):
    n = 0
    for root in _newton(target, 1.0):
        n += 1
        if abs(root * root - target) < 1e-9:
            break
    return root * n


def _in_order(tree):
    if tree is None:
        return
    left, value, right = tree
    yield from _in_order(left)
    yield value
    yield from _in_order(right)


def walks_a_tree(x):
    tree = ((None, x, None), x * x, (None, x**3, (None, x + 1, None)))
    total = 1.0
    for k, value in enumerate(_in_order(tree)):
        total = total * value + k
    return total


@contextlib.contextmanager
def _scope(x):
    print("in")
    try:
        yield x * 2
    finally:
        print("out")


def manager_made_of_a_generator(x):
    with _scope(x) as doubled:
        if x > 1:
            return doubled * x
        value = math.log(doubled)
    return value * doubled


class Series:
    def __init__(self, values):
        self.values = values

    def __iter__(self):
        for value in self.values:
            yield value * 2


def iter_is_a_generator(xs):
    series = Series(xs)
    return sum(series) + sum(v * w for v, w in zip(series, xs, strict=True)) + max(list(series))


def generator_that_sees_names_around(x):
    def pairs(n):
        a, b = x, x * x
        for _ in range(n):
            yield a, b
            a, b = b, a + b

    total = 0.0
    for a, b in pairs(4):
        for c in pairs(2):
            total += a * b - c[0]
            if total > 50:
                break
    first, second = (p[0] for p in pairs(2))
    return total * first + second


def in_comprehensions(x):
    return sum(v * w for v in _powers(x, 3) for w in _powers(x, 2) if v > 1)


def with_an_else(x):
    for value in _powers(x, 3):
        if value > 100:
            break
    else:
        value = value * 2
    return value


class Countdown:
    def __init__(self, n, x):
        self.n = n
        self.x = x

    def __iter__(self):
        self.k = 0
        return self

    def __next__(self):
        if self.k >= self.n:
            raise StopIteration
        self.k += 1
        return self.x * self.k


def iterator_by_next(x):
    total = 0.0
    for value in Countdown(4, x):
        total += value * value
        if total > 1000:
            return total * x
    return total + sum(Countdown(2, x))


def effects_alternate(x):
    def noisy():
        for k in range(3):
            print("made", k)
            yield x * k

    total = 0.0
    for value in noisy():
        print("used")
        total += value * x
    return total


def _several(x):
    yield x
    if x > 1:
        yield x * x
        return
    yield -x
    yield 3.0 * x


def yields_in_branches(x):
    total = 1.0
    for value in _several(x):
        if value > 3.0:
            continue
        total = total * 1.5 + value
    return total


PROGRAMS = [
    Program(consumed_in_many_ways, [(1.5,)]),
    Program(left_by_break, [(2.0,)]),
    Program(walks_a_tree, [(1.5,)]),
    Program(manager_made_of_a_generator, [(1.5,), (0.5,)]),
    Program(iter_is_a_generator, [([1.0, 2.0],)]),
    Program(generator_that_sees_names_around, [(1.5,), (3.0,)]),
    Program(in_comprehensions, [(1.5,)]),
    Program(with_an_else, [(1.5,), (101.0,)]),
    Program(iterator_by_next, [(1.5,), (30.0,)]),
    Program(effects_alternate, [(1.5,)]),
    Program(yields_in_branches, [(1.5,), (2.0,), (0.5,)]),
]
