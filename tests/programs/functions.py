"""Functions as values: closures, partials, decorators, recursion inside, functions in dicts, what `operator` has."""

import functools
import math
import operator
from functools import partial, reduce

import numpy as np

from . import Program, waves


def counter_by_nonlocal(x):
    total = 0.0

    def add(amount):
        nonlocal total
        total += amount * x
        return total

    first = add(2.0)
    add(x)
    return total * first


def accumulates_in_a_loop(xs):
    best, count = xs[0], 0

    def see(value):
        nonlocal best, count
        if value > best:
            best = value
            count += 1

    for v in xs:
        see(v)
    return best**2 + count


def recursion_inside(x, n):
    def power(k):
        if k == 0:
            return 1.0
        return x * power(k - 1)

    return power(4) + n * x


def recursion_over_a_tree(tree):
    def total(node, depth):
        value, children = node
        return value**2 / depth + sum([total(child, depth + 1) for child in children])

    return total(tree, 1)


def line(a, b, x):
    return a * x + b


def partials(x, y):
    steep = partial(line, 3.0)
    through = partial(line, b=y)
    return steep(x, y) * through(x, x=2.0) + partial(steep, x)(y)


def folds(xs):
    product = reduce(lambda a, b: a * b, xs)
    nested = reduce(operator.add, [v**2 for v in xs], 1.0)
    return product + nested


OPERATIONS = {
    "add": lambda a, b: a + b,
    "mul": operator.mul,
    "hypot": math.hypot,
    "line": line,
}


def functions_in_a_dict(x, y):
    total = 0.0
    for name, function in OPERATIONS.items():
        if name != "line":
            total += function(x, y)
    return total + OPERATIONS["line"](x, y, 2.0)


ACTIVATIONS = [np.tanh, np.sin, lambda v: v * v]


def functions_in_a_list(x):
    for activation in ACTIVATIONS:
        x = activation(x)
    return np.sum(x)


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return wrapper


def scaled(factor):
    def decorate(function):
        def wrapper(x):
            return factor * function(x)

        return wrapper

    return decorate


@doubled
def square(x, power=2):
    return x**power


@scaled(3.0)
@doubled
def cube(x):
    return x * x * x


def decorated_helpers(x):
    return square(x) + square(x, power=3) + cube(x)


def decorated_inside(x):
    @scaled(2.0)
    def f(v):
        return math.sin(v) * x

    return f(x)


@functools.lru_cache(maxsize=None)
def weight(n):
    return 1.0 if n < 2 else weight(n - 1) + weight(n - 2)


@functools.cache
def helper(x):
    return math.sin(x) * x


def cached_helpers(x):
    return helper(x) * weight(10) + helper(x)


def makes_functions(x):
    def scale(k):
        return lambda v: k * v

    both = compose(scale(x), scale(3.0), math.sin)
    return both(x)


def compose(*functions):
    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x

    return composed


def closures_over_a_loop(x):
    late = []
    early = []
    for k in range(3):
        late.append(lambda v: v * k)
        early.append(lambda v, k=k: v * k)
    return sum([f(x) for f in late]) * sum([f(x) for f in early])


def operators_as_functions(x, y):
    pairs = list(map(operator.mul, [x, y], [y, 2.0]))
    first = operator.itemgetter(1)(pairs)
    return operator.add(first, operator.neg(x)) + operator.pow(x, 2) + operator.truediv(x, y)


def newton(f, df, x, steps):
    for _ in range(steps):
        x = x - f(x) / df(x)
    return x


def root_by_newton(a):
    return newton(lambda v: v * v - a, lambda v: 2 * v, 1.0, 5)


def keyword_arguments(**weights):
    return sum(k * v for k, v in enumerate(weights.values(), start=1))


def passes_keywords_on(x, y):
    settings = {"a": x * y, "b": y}
    return keyword_arguments(c=x, **settings) ** 2


def shadows_builtins(x):
    sum = x * 2
    max = lambda a, b: a * b
    return max(sum, x)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    return x * 2.0 if n == 0 else even(x * x, n - 1)


def mutual_recursion(x, n):
    return even(x, n)


PROGRAMS = [
    Program(counter_by_nonlocal, [(1.5,)]),
    Program(accumulates_in_a_loop, [([1.0, 3.0, 2.0, 4.0],)]),
    Program(recursion_inside, [(1.3, 2.0)], (0, 1)),
    Program(recursion_over_a_tree, [((1.0, ((2.0, ()), (3.0, ((4.0, ()),)))),)]),
    Program(partials, [(1.5, 0.5)], (0, 1)),
    Program(folds, [([1.5, 0.5, 2.0],)]),
    Program(functions_in_a_dict, [(1.5, 0.5)], (0, 1)),
    Program(functions_in_a_list, [(waves(4),)]),
    Program(decorated_helpers, [(1.5,)]),
    Program(decorated_inside, [(1.5,)]),
    Program(cached_helpers, [(1.5,)]),
    Program(makes_functions, [(1.5,)]),
    Program(closures_over_a_loop, [(1.5,)]),
    Program(operators_as_functions, [(1.5, 0.5)], (0, 1)),
    Program(root_by_newton, [(2.0,)]),
    Program(passes_keywords_on, [(1.5, 0.5)], (0, 1)),
    Program(shadows_builtins, [(1.5,)]),
    Program(mutual_recursion, [(1.2, 3), (1.2, 4)]),
]
