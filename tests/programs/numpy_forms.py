"""Functions of NumPy in the forms in which people call them: functions of functions, keywords, other names."""

import math
from typing import NamedTuple

import numpy as np

from . import Program, waves


def weighed(y):
    return np.sum(np.sin(y) * (y + 1.0))


def pieces(x):
    return weighed(np.piecewise(x, [x < 0, x >= 0.5], [-1.0, lambda v: v**3, lambda v: v * np.sum(v)]))


def pieces_with_arguments(x, k):
    one = np.piecewise(x, x < 0, [lambda v, a: a * v**2, lambda v, a: a + v], k)
    return weighed(one + np.piecewise(x, [x < 9, x > 9], [np.exp, lambda v: v / v[0]]))


def rows_by_a_function(x):
    sums = np.apply_along_axis(lambda v: np.sum(v**2), 1, x)
    scans = np.apply_along_axis(np.cumsum, 0, x)
    norms = np.apply_along_axis(np.linalg.norm, -1, x, ord=3)
    return weighed(np.sum(scans * sums[:, None]) + np.sum(norms**3))


def rows_of_three_axes(x):
    outer = np.apply_along_axis(lambda v: np.outer(v, v), 1, x)
    return weighed(outer * outer.shape[1])


def axes_by_a_function(x):
    return weighed(np.apply_over_axes(np.sum, x, [0, -1]) * np.apply_over_axes(np.cumsum, x, 1))


def bend(v, k=2.0):
    if v < 0:
        return math.sin(v) * k
    return v**2


bent = np.vectorize(bend)


@np.vectorize
def ratio(a, b):
    return a / (1.0 + b * b)


def elements_by_a_function(x, y):
    return weighed(bent(x) * bent(x, k=3.0) + ratio(x, y) + np.vectorize(lambda v: int(v > 0) * v, otypes=[float])(y))


def from_an_iterator(x):
    squares = np.fromiter((v * v for v in x), float)
    return weighed(squares + np.fromiter(x.tolist(), dtype=np.float64))


def nested_lists(x):
    rows = x.tolist()
    return weighed(rows[0][1] * rows[1][0] + x.item(1) + x.item((1, 0)) * x.item(1, 1))


def unstacked(x):
    first, second = np.unstack(x)
    return weighed(first * np.unstack(x, axis=1)[0][0] + second)


def bounds_by_other_names(x, low):
    inside = np.clip(x, min=low) + np.clip(x, max=0.5) + x.clip(min=-0.3, max=0.2)
    return weighed(inside + x.clip(low) + np.clip(x, None, 0.7))


def spreads(x, m):
    mean = np.mean(x, axis=1, keepdims=True)
    given = np.std(x, axis=1, mean=mean) + np.var(x, axis=1, mean=m, ddof=1)
    return weighed(given + np.var(x, axis=1, correction=1) + np.nanstd(x, axis=1, mean=m))


def frames(x, v):
    odd = np.pad(x, 2, mode="reflect", reflect_type="odd") * np.pad(x, 2, mode="symmetric", reflect_type="odd")
    return weighed(odd + np.pad(x, 2, constant_values=v) * np.pad(x, (2, 2), constant_values=(v, 2.0)))


def quantiles(x):
    total = 0.0
    for method in ("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "hazen", "higher"):
        total = total + np.quantile(x, np.array([0.25, 0.6]), axis=0, method=method)
    return weighed(total)


def named_results(x):
    system = x @ x.T + 3.0 * np.eye(2)
    return weighed(np.linalg.slogdet(system).logabsdet + np.linalg.eigh(system).eigenvalues + np.linalg.svd(x).S)


def lists_of_axes(x, y):
    return weighed(np.einsum(x, [0, 1], y, [2, 1], [0, 2]) * np.einsum(x, [0, ...], y, [2, ...]))


def reductions_of_ufuncs(x):
    return weighed(np.subtract.reduce(x) * np.divide.reduce(x, axis=0) + np.add.reduce(x, initial=2.0, where=x > 0))


def around_a_period(x, y):
    return weighed(np.interp(x, np.array([0.1, 1.2, 1.9, 3.3]), y, period=5.0))


def matrix_transposes(x):
    return weighed(x.mT @ x + np.linalg.matmul(x.mT, x) + np.linalg.vecdot(x, x)[:, :2, None])


def along_each_axis(x, n):
    table = np.zeros([2] * n) + x
    for _ in range(2):
        for axis in range(n):
            table = np.cumsum(table, axis=axis) * x
    return table.sum()


def ranges_as_arrays(x):
    y = x.copy()
    y[range(0, 4, 2)] = x[range(1, 3)] * 2
    return np.sum(y[range(len(x) - 1)] ** 2) + np.dot(range(4), x) + np.interp(x[0], range(3), [0.0, 1.0, 4.0])


def counted_by_weight(x, groups):
    sums = np.bincount(groups, weights=x, minlength=4)
    return np.sum(sums**2 / np.maximum(np.bincount(groups, minlength=4), 1))


def numbers_stay_numbers(x, y):
    return np.maximum(x, y) * 2 + np.max([x, y, 1.0]) + np.clip(x, 0, y) + np.where(x > y, x * y, x)


class Pair(NamedTuple):
    a: float
    b: float


def sums_of_named_pairs(x):
    return sum(Pair(x, x * x)) * max(Pair(x, 2.0))


PROGRAMS = [
    Program(pieces, [(waves(6),), (waves(3) * 0.1 - 0.5,)]),
    Program(pieces_with_arguments, [(waves(5), 1.5)], (0, 1)),
    Program(rows_by_a_function, [(waves(3, 4),)]),
    Program(rows_of_three_axes, [(waves(2, 3, 2),)]),
    Program(axes_by_a_function, [(waves(2, 3, 2),)]),
    Program(elements_by_a_function, [(waves(2, 3), waves(3, phase=2.0))], (0, 1)),
    Program(from_an_iterator, [(waves(4),)]),
    Program(nested_lists, [(waves(2, 2),)]),
    Program(unstacked, [(waves(2, 3),)]),
    Program(bounds_by_other_names, [(waves(5), -0.4)], (0, 1)),
    Program(spreads, [(waves(2, 4), waves(2, 1, phase=3.0))], (0, 1)),
    Program(frames, [(waves(4), 0.3)], (0, 1)),
    Program(quantiles, [(waves(5, 2),)]),
    Program(named_results, [(waves(2, 3),)]),
    Program(lists_of_axes, [(waves(2, 3), waves(4, 3))], (0, 1)),
    Program(reductions_of_ufuncs, [(waves(3, 2) + 1.3,)]),
    Program(around_a_period, [(waves(3) * 4.0, waves(4))], (0, 1)),
    Program(matrix_transposes, [(waves(2, 3, 2),)]),
    Program(along_each_axis, [(1.2, 3), (1.2, 2)]),
    Program(ranges_as_arrays, [(waves(4),)]),
    Program(counted_by_weight, [(waves(5), np.array([0, 1, 1, 3, 0]))]),
    Program(numbers_stay_numbers, [(1.7, 1.2), (0.7, 1.2)], (0, 1)),
    Program(sums_of_named_pairs, [(1.5,), (2.5,)]),
]
