"""Control flow: `match`, `with`, `del`, loops with `else`, the walrus, assertions, names bound on some paths."""

import contextlib
import math
from dataclasses import dataclass

import numpy as np

from . import Program, waves


def search_with_else(xs, limit):
    for k, v in enumerate(xs):
        if v > limit:
            found = v * (k + 1)
            break
    else:
        found = sum(xs)
    return found**2


def halving_with_else(x):
    n = 0
    while x > 1.0:
        x *= 0.5
        n += 1
        if n == 3:
            x = x * x
            break
    else:
        x = x + 2.0
    return x * math.sin(x)


def match_values(x, mode):
    match mode:
        case "square" | "power":
            return x * x
        case "sine":
            return math.sin(x)
        case 3:
            return x**3
        case None:
            return -x
        case _:
            return x


def match_numbers_known_at_run_time(x, k):
    total = 0.0
    for n in range(k):
        match n % 3:
            case 0:
                total += x
            case 1 | 2 if n > 3:
                total += x * x
            case other:
                total += other * math.sin(x)
    return total


def evaluate(tree, x):
    match tree:
        case ("x",):
            return x
        case ("const", value):
            return value
        case ("+", left, right):
            return evaluate(left, x) + evaluate(right, x)
        case ("*", *factors):
            product = 1.0
            for f in factors:
                product *= evaluate(f, x)
            return product
        case [name, argument] if name == "sin":
            return math.sin(evaluate(argument, x))
    return 0.0


TREE = ("+", ("*", ("x",), ("x",), ("const", 2.0)), ("+", ("sin", ("x",)), ("what",)))


def expression_by_match(x):
    return evaluate(TREE, x)


@dataclass
class Circle:
    radius: float


@dataclass
class Box:
    width: float
    height: float


def area(shape):
    match shape:
        case Circle(radius=r):
            return math.pi * r**2
        case Box(w, h):
            return w * h
        case {"side": side, **rest}:
            return side**2 + len(rest)
        case float() as length:
            return length
    return 0.0


def areas_by_match(x):
    shapes = [Circle(x), Box(x, 2.0), {"side": x, "name": "square"}, x * 1.0, "none"]
    return sum([area(s) for s in shapes])


def guarded_by_errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = x / np.sum(x)
        z = np.log(y + 2.0)
    return np.sum(z)


class Scope:
    """A context manager in Python that changes what it holds."""

    def __init__(self, scale):
        self.scale = scale
        self.depth = 0

    def __enter__(self):
        self.depth += 1
        return self.scale

    def __exit__(self, kind, error, trace):
        self.depth -= 1
        self.scale = self.scale * 2.0


def with_a_scope(x):
    scope = Scope(x)
    with scope as s, contextlib.nullcontext(3.0) as t:
        y = s * t
    with contextlib.nullcontext():
        y += scope.scale * scope.depth
    return y * scope.scale


def early_return_from_with(x):
    with np.errstate(all="ignore"):
        if x > 1.0:
            return x**3
        y = x * 2.0
    return y


def deletes_names(x):
    y = x * x
    z = y + 1.0
    del y
    for k in range(3):
        y = z * k
    del y, k
    return z


def walrus(xs):
    total = 0.0
    if (n := len(xs)) > 2:
        total += n
    while (last := xs[n - 1] * 0.5) and n > 0:
        total += last
        n -= 1
    return total + sum([y := v * v, y][1] for v in xs)


def asserted(x):
    assert x > 0, "positive"
    assert (y := x * 2) > x
    return math.log(y)


def chained(x, a, b):
    if a < x < b <= 3.0:
        return x * x
    return -x if not a < x else x / b


def short_circuits(x, y):
    value = (x > 1.0 and x * y) or y * 3.0
    return value * (y if x else 2.0)


GAIN = 1.5


def reads_a_global(x):
    return x * GAIN


def forever(x):
    k = 0
    while True:
        k += 1
        if k % 2:
            continue
        x = x * 0.9
        if x < 1.0:
            break
        for j in range(3):
            if j == k:
                break
            x -= 0.01 * j * x
        else:
            x *= 0.99
    return x * k


def least_if_any(xs):
    best = None
    for x in xs:
        if x > 0 and (best is None or x < best):
            best = x * x
    return best if best is not None else 0.0 * sum(xs)


def square_or_else(x):
    best = None
    if x > 1:
        best = x * x
    if best is None:
        return 3 * x
    return best


def truthy_or_else(x):
    best = None
    if x > 1:
        best = x * x
    return best or 3 * x


PROGRAMS = [
    Program(search_with_else, [([1.0, 2.0, 3.0], 1.5), ([1.0, 2.0, 3.0], 5.0)]),
    Program(halving_with_else, [(0.5,), (3.0,), (30.0,)]),
    Program(match_values, [(1.5, "power"), (1.5, "sine"), (1.5, 3), (1.5, None), (1.5, "x")]),
    Program(match_numbers_known_at_run_time, [(1.5, 8)]),
    Program(expression_by_match, [(1.5,)]),
    Program(areas_by_match, [(1.5,)]),
    Program(guarded_by_errstate, [(abs(waves(4)),)]),
    Program(with_a_scope, [(1.5,)]),
    Program(early_return_from_with, [(1.5,), (0.5,)]),
    Program(deletes_names, [(1.5,)]),
    Program(walrus, [([1.0, 2.0, 3.0],), ([1.0, 2.0],)]),
    Program(asserted, [(1.5,)]),
    Program(chained, [(1.5, 1.0, 2.0), (0.5, 1.0, 2.0), (2.5, 1.0, 2.0)], (0, 1, 2)),
    Program(short_circuits, [(1.5, 0.5), (0.5, 2.0)], (0, 1)),
    Program(reads_a_global, [(1.5,)]),
    Program(forever, [(3.0,)]),
    Program(least_if_any, [([1.3, -2.0, 0.5],), ([-1.3],)]),
    Program(square_or_else, [(1.5,), (0.5,)]),
    Program(truthy_or_else, [(1.5,), (0.5,)]),
]
