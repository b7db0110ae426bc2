"""Calls of user functions: keywords, defaults, stars, helpers of the same name, globals, closures and lambdas."""

import math

import numpy as np

from . import Program, arrays, statistics, waves
from .arrays import sum_of_squares as energy_of

RATE = 0.25
WEIGHTS = np.array([0.5, 1.5, -1.0])
SETTINGS = {"steps": 3, "damping": 0.8}


def affine(x, slope=2.0, offset=0.5):
    return slope * x + offset


def defaults_and_keywords(x, y):
    return affine(x) + affine(y, 3.0) * affine(x, offset=y) - affine(offset=x, slope=y, x=1.5)


def keyword_only(x, *, power=2, scale):
    return scale * x**power


def calls_keyword_only(x, y):
    return keyword_only(x, scale=y) + keyword_only(y, power=3, scale=0.5)


def mean_of(*values):
    total = 0.0
    for v in values:
        total += v
    return total / len(values)


def spreads_its_arguments(x, y, z):
    pair = (x, y)
    return mean_of(x, y, z) * mean_of(*pair) + mean_of(z, *pair, 1.0) ** 2


def options(x, **settings):
    return affine(x, **settings) * settings["slope"]


def passes_options(x, y):
    return options(x, slope=y, offset=1.0) + options(y, offset=x, slope=2.0)


def mixed_signature(a, b=2.0, *rest, c, d=1.0):
    total = a * b + c * d
    for r in rest:
        total += r * a
    return total


def calls_mixed_signature(x, y):
    return mixed_signature(x, c=y) + mixed_signature(x, y, x * y, 3.0, c=x, d=y)


def same_name_in_two_modules(x, y):
    """One `normalise` makes unit vectors, the other z-scores."""
    unit = arrays.normalise(x)
    scores = statistics.normalise(y)
    return np.sum(unit * scores) + np.sum(arrays.normalise(scores + x) ** 3)


def normalise(x):
    """A third one, of this module."""
    return x / np.sum(x)


def same_name_three_times(x):
    return np.sum(normalise(statistics.normalise(x) + 2) * arrays.normalise(x))


def imported_under_another_name(x):
    return energy_of(np.sin(x)) + energy_of(x[:2])


def reads_globals(x):
    return np.sum(WEIGHTS * np.exp(-RATE * x)) + SETTINGS["damping"] * np.sum(x)


def loops_by_a_global(x):
    for _ in range(SETTINGS["steps"]):
        x = x - RATE * math.sin(x)
    return x


def cube(x):
    return x * x * x


def helper_called_in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        total += cube(x + k) - affine(x, slope=k)
    return total


def helper_with_branches(x):
    if x < 0:
        return -x * x
    return math.sqrt(1 + x)


def called_on_both_sides(x, y):
    return helper_with_branches(x) * helper_with_branches(y) + helper_with_branches(x - y)


def helper_with_early_exit(values, limit):
    for k, v in enumerate(values):
        if v > limit:
            return v, k
    return limit, -1


def uses_result_and_position(values, limit):
    v, k = helper_with_early_exit(values, limit)
    return v * v if k < 0 else v * k + limit


def chain_of_helpers(x):
    return cube(affine(cube(affine(x, 0.5)), -0.5))


def chained(x):
    return affine(affine(affine(x)), slope=x)


def make_scaled(scale, shift):
    def scaled(x):
        return scale * math.sin(x) + shift * x

    return scaled


def make_objective(data, targets):
    """A loss that holds its data."""

    def objective(w):
        error = data @ w - targets
        return error @ error

    return objective


def make_polynomial(*coefficients):
    def polynomial(x):
        value = 0.0
        for c in coefficients:
            value = value * x + c
        return value

    return polynomial


def make_composition(outer, inner):
    def composition(x):
        return outer(inner(x)) + inner(outer(x))

    return composition


def local_helper(x, y):
    def ratio(a, b):
        return a / (1 + b * b)

    return ratio(x, y) - ratio(y, x) ** 2


def local_helper_with_capture(x, y):
    def shifted(t):
        return math.sin(t + y) * y

    return shifted(x) + shifted(2 * x)


def apply(f, x):
    return f(x)


def functions_as_arguments(x):
    return apply(math.sin, x) * apply(cube, x) + apply(helper_with_branches, x)


def lambda_as_argument(x, y):
    return apply(lambda t: t * t * y, x) + apply(lambda t: math.exp(-t), x * y)


def newton(f, slope, x):
    """A root of f near x."""
    for _ in range(50):
        step = f(x) / slope(x)
        x = x - step
        if abs(step) < 1e-14:
            break
    return x


def cube_root_by_newton(a):
    return newton(lambda t: t**3 - a, lambda t: 3 * t**2, 1.5)


def integrate(f, a, b, n):
    h = (b - a) / n
    total = 0.0
    for k in range(n):
        total += f(a + (k + 0.5) * h)
    return total * h


def area_under_a_wave(frequency, b):
    return integrate(lambda t: math.sin(frequency * t) ** 2, 0.0, b, 6)


def logs_what_it_does(x, verbose):
    if verbose:
        print("x is", x)
    y = x * x
    if verbose:
        print("y is", y)
    return y * x


def positional_only(x, y, /, z=1.0):
    return x * y * z


def calls_positional_only(x, y):
    return positional_only(x, y) + positional_only(y, x, z=x)


def fills_in_a_default(x, scale=None):
    if scale is None:
        scale = 2.0
    return scale * x**2


def method_by_name(x, kind):
    """A choice by a string."""
    if kind == "square":
        return x * x
    elif kind in ("sine", "sin"):
        return math.sin(x)
    return x


square, half_sine = lambda x: x * x, lambda x, y: 0.5 * math.sin(x * y)

PROGRAMS = [
    Program(defaults_and_keywords, [(0.7, -1.2)], wrt=(0, 1)),
    Program(calls_keyword_only, [(0.7, -1.2)], wrt=(0, 1)),
    Program(mean_of, [(0.5, 1.5), (0.5, 1.5, 4.0)], wrt=(0, 1)),
    Program(spreads_its_arguments, [(0.7, -1.2, 0.4)], wrt=(0, 1, 2)),
    Program(passes_options, [(0.7, -1.2)], wrt=(0, 1)),
    Program(calls_mixed_signature, [(0.7, -1.2)], wrt=(0, 1)),
    Program(same_name_in_two_modules, [(waves(3), waves(3, phase=1.0))], wrt=(0, 1)),
    Program(same_name_three_times, [(waves(4),)]),
    Program(imported_under_another_name, [(waves(4),)]),
    Program(reads_globals, [(waves(3),), (0.7,)]),
    Program(loops_by_a_global, [(0.7,)]),
    Program(helper_called_in_a_loop, [(0.7, 3), (0.7, 0)]),
    Program(called_on_both_sides, [(0.7, -1.2), (0.7, 0.2)], wrt=(0, 1)),
    Program(uses_result_and_position, [([0.1, 0.2, 1.7], 1.0), ([0.1], 1.0)], wrt=(0, 1)),
    Program(chain_of_helpers, [(0.7,)]),
    Program(chained, [(0.7,)]),
    Program(make_scaled(1.5, -0.3), [(0.7,)]),
    Program(make_scaled(0.5, 2.0), [(0.7,)]),
    Program(make_objective(waves(4, 2), waves(4)), [(waves(2),)]),
    Program(make_polynomial(1.0, -2.0, 0.5), [(0.7,)]),
    Program(make_composition(make_scaled(1.5, -0.3), make_polynomial(0.5, 0.1)), [(0.7,)]),
    Program(local_helper, [(0.7, -1.2)], wrt=(0, 1)),
    Program(local_helper_with_capture, [(0.7, -1.2)], wrt=(0, 1)),
    Program(functions_as_arguments, [(0.7,), (-0.7,)]),
    Program(lambda_as_argument, [(0.7, -1.2)], wrt=(0, 1)),
    Program(cube_root_by_newton, [(3.0,)]),
    Program(area_under_a_wave, [(2.0, 1.3)], wrt=(0, 1)),
    Program(logs_what_it_does, [(0.7, True), (0.7, False)]),
    Program(calls_positional_only, [(0.7, -1.2)], wrt=(0, 1)),
    Program(fills_in_a_default, [(0.7,), (0.7, None), (0.7, 3.0)]),
    Program(method_by_name, [(0.7, "square"), (0.7, "sine"), (0.7, "same")]),
    Program(square, [(0.7,), (waves(1),)]),
    Program(half_sine, [(0.7, -1.2)], wrt=(0, 1)),
    Program(lambda x, y=2.0: math.exp(-x) * y, [(0.7,), (0.7, 3.0)]),
]
