"""Comprehensions, generator expressions, and everything that one can loop over."""

import math

import numpy as np

from . import Program, waves


def nested_with_conditions(xs):
    pairs = [a * b for k, a in enumerate(xs) for b in xs[k + 1 :] if a > b]
    return sum(pairs) + len(pairs)


def nested_lists(x, n):
    table = [[x * i + j for j in range(3)] for i in range(n)]
    return sum([sum(row) ** 2 for row in table])


def with_two_conditions(xs, low):
    return sum(v**2 for v in xs if v > low if v < 3.0)


def conditional_element(xs):
    return sum([v * 2.0 if v > 0 else -v for v in xs])


def generator_in_extremes(xs, x):
    return max(v * x for v in xs) - min(abs(v - x) for v in xs) + max((v for v in xs if v > 100.0), default=x)


def dict_comprehension(x):
    powers = {k: x**k for k in range(4) if k != 2}
    swapped = {v: k for k, v in {"a": 1, "b": 3}.items()}
    return sum(powers.values()) + powers[3] * (swapped[3] == "b")


def set_comprehension(x, word):
    letters = {c for c in "abc"}
    return x * 2.0 if word in letters else x


def enumerated_from_one(xs):
    return sum(k * v for k, v in enumerate(xs, start=1)) + sum([k for k, _ in enumerate(xs, 2)])


def zipped_strictly(xs, ys):
    total = 0.0
    for k, (a, b) in enumerate(zip(xs, ys, strict=True)):
        total += a * b * k
    return total + sum(a - b for a, b in zip(xs, reversed(ys)))


def rows_and_columns(a):
    total = 0.0
    for row in a:
        total += np.prod(row)
    for column in a.T:
        total += column[0] * column[-1]
    for row in a[::-1]:
        for v in row:
            total += math.sin(v)
    return total


def enumerated_array(a):
    total = 0.0
    for index, v in np.ndenumerate(a):
        total += v * (index[0] + 2 * index[1])
    for i, j in np.ndindex(a.shape):
        total += a[i, j] ** 2 * i
    for i, j in np.ndindex(2, 2):
        total += a[i, j] * j
    return total


def maps_and_filters(xs, x):
    squares = list(map(lambda v: v * v, xs))
    large = list(filter(lambda v: v > x, squares))
    both = map(lambda a, b: a * b, xs, squares)
    return sum(large) + sum(both) + len(list(filter(None, xs)))


def ranges(x):
    total = 0.0
    for k in range(5, 0, -2):
        total += x * k
    for k in reversed(range(2, 6)):
        total = total * 0.9 + x * k
    for k in range(3)[1:]:
        total += k * x
    return total + len(range(1, 10, 3)) * x


def convolution(xs, kernel):
    n, m = len(xs), len(kernel)
    out = [sum(xs[i + j] * kernel[j] for j in range(m)) for i in range(n - m + 1)]
    return sum(v * v for v in out)


def leaks_nothing(x):
    k = x
    squares = [k * k for k in range(3)]
    return k * sum(squares)


def strings_and_tuples(x):
    total = 0.0
    for c in "ab":
        total += x if c == "a" else x * x
    for name, v in (("p", x), ("q", 2.0)):
        total *= v if name == "q" else 1.0
    return total


def array_from_comprehension(x, n):
    grid = np.array([math.sin(x * k) for k in range(n)])
    return np.sum(grid**2) + np.max(np.array([[x * i * j for i in range(2)] for j in range(3)]))


def conditional_element_with_a_name_of_its_own(x, xs):
    other = x * 2.0
    kept = [v if v > 0 else other for v in xs]
    return sum(kept) + sum([v and other for v in xs]) + sum({k: xs[k] if xs[k] > 1 else other for k in (0, 1)}.values())


def zipped_of_different_lengths_beside_a_name(x, ys, zs):
    shift = x * x
    products = [y * z + shift for y, z in zip(ys, zs)]
    return sum(products) * sum(y - shift for y, _ in zip(ys, zs))


def starred_elements(x, xs):
    def volume(a, b, c):
        return a * b**2 * c**3

    first, *rest = tuple(xs)
    return volume(*(x * v for v in xs)) + volume(first, *rest) + volume(*map(math.sin, xs)) + volume(*[x] * 3)


PROGRAMS = [
    Program(nested_with_conditions, [([3.0, 1.0, 2.0],)]),
    Program(nested_lists, [(1.5, 3)]),
    Program(with_two_conditions, [([3.5, 1.0, 2.0], 0.5)]),
    Program(conditional_element, [([3.5, -1.0, 2.0],)]),
    Program(generator_in_extremes, [([3.5, -1.0, 2.0], 1.2)], (0, 1)),
    Program(dict_comprehension, [(1.5,)]),
    Program(set_comprehension, [(1.5, "a"), (1.5, "z")]),
    Program(enumerated_from_one, [([3.5, 1.0, 2.0],)]),
    Program(zipped_strictly, [([3.5, 1.0, 2.0], [1.0, 2.0, 4.0])], (0, 1)),
    Program(rows_and_columns, [(waves(3, 2),)]),
    Program(enumerated_array, [(waves(3, 2),)]),
    Program(maps_and_filters, [([3.5, 1.0, 2.0], 1.2)], (0, 1)),
    Program(ranges, [(1.5,)]),
    Program(convolution, [([3.5, 1.0, 2.0, 0.5], [1.0, -2.0])], (0, 1)),
    Program(leaks_nothing, [(1.5,)]),
    Program(strings_and_tuples, [(1.5,)]),
    Program(array_from_comprehension, [(0.5, 5)]),
    Program(conditional_element_with_a_name_of_its_own, [(1.5, [3.5, -1.0, 2.0])], (0, 1)),
    Program(zipped_of_different_lengths_beside_a_name, [(1.5, [3.5, 1.0, 2.0], [1.0, 2.0])], (0, 1, 2)),
    Program(starred_elements, [(1.5, [0.5, 1.0, 2.0])], (0, 1)),
]
