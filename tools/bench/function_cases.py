"""Single functions of NumPy, each summed to a number, beside the derivative that one would write by hand.

`FUNCTIONS` is the table.  Those that take a matrix get one with about as many elements as the size says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Single(NamedTuple):
    """A function of one array, its derivative by hand, and how the array of a given size is made."""

    primal: Callable[[Any], Any]
    by_hand: Callable[[Any], Any]
    make: Callable[[int], Any]


def line(n):
    """Positive numbers, none twice, in no order."""
    return np.random.default_rng(0).permutation(np.linspace(0.1, 2.0, n))


def near_one(n):
    """Numbers whose product stays within range."""
    return np.exp(np.random.default_rng(0).normal(size=n) / n)


def matrix(n):
    side = max(2, round(n**0.5))
    return np.random.default_rng(0).normal(size=(side, side)) / side + np.eye(side)


# --- element by element ---


def exp(x):
    return np.sum(np.exp(x))


def exp_by_hand(x):
    return np.exp(x)


def log(x):
    return np.sum(np.log(x))


def log_by_hand(x):
    return 1 / x


def sqrt(x):
    return np.sum(np.sqrt(x))


def sqrt_by_hand(x):
    return 0.5 / np.sqrt(x)


def sin(x):
    return np.sum(np.sin(x))


def sin_by_hand(x):
    return np.cos(x)


def tanh(x):
    return np.sum(np.tanh(x))


def tanh_by_hand(x):
    y = np.tanh(x)
    return 1 - y * y


def arctan(x):
    return np.sum(np.arctan(x))


def arctan_by_hand(x):
    return 1 / (1 + x * x)


def cube(x):
    return np.sum(x**3)


def cube_by_hand(x):
    return 3 * x**2


def power(x):
    return np.sum(x**1.7)


def power_by_hand(x):
    return 1.7 * x**0.7


def quotient(x):
    return np.sum((1 + x) / (2 + x))


def quotient_by_hand(x):
    below = 2 + x
    return (1 - (1 + x) / below) / below


def absolute(x):
    return np.sum(np.abs(x - 1))


def absolute_by_hand(x):
    return np.sign(x - 1)


def maximum(x):
    return np.sum(np.maximum(x, 1.0))


def maximum_by_hand(x):
    return np.where(x > 1.0, 1.0, np.where(x == 1.0, 0.5, 0.0))


def where(x):
    return np.sum(np.where(x > 1, x * x, x))


def where_by_hand(x):
    return np.where(x > 1, 2 * x, 1.0)


def clip(x):
    return np.sum(np.clip(x, 0.5, 1.5) ** 2)


def clip_by_hand(x):
    y = 2 * np.clip(x, 0.5, 1.5)
    return np.where((x > 0.5) & (x < 1.5), y, np.where((x == 0.5) | (x == 1.5), 0.5 * y, 0.0))


def logaddexp(x):
    return np.sum(np.logaddexp(0.0, x))


def logaddexp_by_hand(x):
    return np.exp(-np.logaddexp(0.0, -x))


# --- reductions and scans ---


def mean(x):
    return np.mean(x)


def mean_by_hand(x):
    return np.full_like(x, 1 / x.size)


def std(x):
    return np.std(x)


def std_by_hand(x):
    centred = x - np.mean(x)
    return centred / (np.sqrt(np.mean(centred * centred)) * x.size)


def var(x):
    return np.var(x)


def var_by_hand(x):
    return (2 / x.size) * (x - np.mean(x))


def prod(x):
    return np.prod(x)


def prod_by_hand(x):
    return np.prod(x) / x


def largest(x):
    return np.max(x)


def largest_by_hand(x):
    found = x == np.max(x)
    return found / np.sum(found)


def norm(x):
    return np.linalg.norm(x)


def norm_by_hand(x):
    return x / np.sqrt(x @ x)


def cumsum(x):
    return np.sum(np.cumsum(x) ** 2)


def cumsum_by_hand(x):
    return np.cumsum(2 * np.cumsum(x)[::-1])[::-1]


def diff(x):
    return np.sum(np.diff(x) ** 2)


def diff_by_hand(x):
    steps = 2 * np.diff(x)
    x_bar = np.zeros_like(x)
    x_bar[1:] = steps
    x_bar[:-1] -= steps
    return x_bar


def logsumexp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def logsumexp_by_hand(x):
    p = np.exp(x - np.max(x))
    return p / np.sum(p)


# --- order, shape and places ---


def sort(x):
    return np.sort(x) @ np.arange(x.size)


def sort_by_hand(x):
    x_bar = np.empty_like(x)
    x_bar[np.argsort(x)] = np.arange(x.size)
    return x_bar


def median(x):
    return np.median(x)


def median_by_hand(x):
    n = x.size
    order = np.argsort(x)
    x_bar = np.zeros_like(x)
    x_bar[order[(n - 1) // 2]] += 0.5
    x_bar[order[n // 2]] += 0.5
    return x_bar


def take(x):
    return np.sum(x[:-1:2] * x[1::2])


def take_by_hand(x):
    x_bar = np.zeros_like(x)
    x_bar[:-1:2] = x[1::2]
    x_bar[1::2] = x[:-1:2]
    return x_bar


def concatenate(x):
    return np.sum(np.concatenate([x, np.sin(x)]) ** 2)


def concatenate_by_hand(x):
    return 2 * x + 2 * np.sin(x) * np.cos(x)


def roll(x):
    return np.sum(np.roll(x, 1) * x)


def roll_by_hand(x):
    return np.roll(x, 1) + np.roll(x, -1)


def convolve(x):
    return np.sum(np.convolve(x, np.array([0.25, 0.5, 0.25])) ** 2)


def convolve_by_hand(x):
    weights = np.array([0.25, 0.5, 0.25])
    return np.convolve(2 * np.convolve(x, weights), weights[::-1], mode="valid")


def fft(x):
    return np.sum(np.abs(np.fft.fft(x)) ** 2)


def fft_by_hand(x):
    return np.fft.fft(2 * np.conj(np.fft.fft(x))).real


# --- matrices ---


def matmul(a):
    return np.sum((a @ a) ** 2)


def matmul_by_hand(a):
    b = 2 * (a @ a)
    return b @ a.T + a.T @ b


def softmax(a):
    e = np.exp(a - np.max(a, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.sum(p**2)


def softmax_by_hand(a):
    e = np.exp(a - np.max(a, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return 2 * p * (p - np.sum(p * p, axis=1, keepdims=True))


def centre(a):
    return np.sum((a - np.mean(a, axis=0)) ** 2)


def centre_by_hand(a):  # of whatever is made of the distances: that these add up to zero is not used
    b = 2 * (a - np.mean(a, axis=0))
    return b - np.mean(b, axis=0)


def solve(a):
    return np.sum(np.linalg.solve(a, np.ones(len(a))))


def solve_by_hand(a):
    x = np.linalg.solve(a, np.ones(len(a)))
    return -np.outer(np.linalg.solve(a.T, np.ones(len(a))), x)


def inv(a):
    return np.sum(np.linalg.inv(a) ** 2)


def inv_by_hand(a):
    b = np.linalg.inv(a)
    return -(b.T @ (2 * b) @ b.T)


def slogdet(a):
    return np.linalg.slogdet(a)[1]


def slogdet_by_hand(a):
    return np.linalg.inv(a).T


def eigvalsh(a):
    return np.sum(np.linalg.eigvalsh(a @ a.T) ** 2)


def eigvalsh_by_hand(a):
    values, vectors = np.linalg.eigh(a @ a.T)
    return 2 * (vectors * (2 * values)) @ (vectors.T @ a)


def einsum(a):
    return np.sum(np.einsum("ij,ij->i", a, a) ** 2)


def einsum_by_hand(a):
    return 4 * np.einsum("ij,ij->i", a, a)[:, None] * a


LINES = (
    (exp, exp_by_hand),
    (log, log_by_hand),
    (sqrt, sqrt_by_hand),
    (sin, sin_by_hand),
    (tanh, tanh_by_hand),
    (arctan, arctan_by_hand),
    (cube, cube_by_hand),
    (power, power_by_hand),
    (quotient, quotient_by_hand),
    (absolute, absolute_by_hand),
    (maximum, maximum_by_hand),
    (where, where_by_hand),
    (clip, clip_by_hand),
    (logaddexp, logaddexp_by_hand),
    (mean, mean_by_hand),
    (std, std_by_hand),
    (var, var_by_hand),
    (largest, largest_by_hand),
    (norm, norm_by_hand),
    (cumsum, cumsum_by_hand),
    (diff, diff_by_hand),
    (logsumexp, logsumexp_by_hand),
    (sort, sort_by_hand),
    (median, median_by_hand),
    (take, take_by_hand),
    (concatenate, concatenate_by_hand),
    (roll, roll_by_hand),
    (convolve, convolve_by_hand),
    (fft, fft_by_hand),
)
MATRICES = (
    (matmul, matmul_by_hand),
    (softmax, softmax_by_hand),
    (centre, centre_by_hand),
    (solve, solve_by_hand),
    (inv, inv_by_hand),
    (slogdet, slogdet_by_hand),
    (eigvalsh, eigvalsh_by_hand),
    (einsum, einsum_by_hand),
)
FUNCTIONS = (
    *(Single(primal, by_hand, line) for primal, by_hand in LINES),
    Single(prod, prod_by_hand, near_one),
    *(Single(primal, by_hand, matrix) for primal, by_hand in MATRICES),
)
