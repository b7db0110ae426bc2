"""Functions that call themselves."""

import math

import numpy as np

from . import Program, waves


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def power_by_squaring(x, n):
    if n == 0:
        return 1
    half = power_by_squaring(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


def legendre(n, x):
    if n == 0:
        return 1.0
    if n == 1:
        return x
    return ((2 * n - 1) * x * legendre(n - 1, x) - (n - 1) * legendre(n - 2, x)) / n


def legendre_at(x, n):
    return legendre(n, x)


def bezier(points, t, first, last):
    """A point of a curve on its control values, by de Casteljau's scheme."""
    if first == last:
        return points[first]
    left = bezier(points, t, first, last - 1)
    right = bezier(points, t, first + 1, last)
    return (1 - t) * left + t * right


def curve_height(points, t):
    return bezier(points, t, 0, len(points) - 1) ** 2


def bump(x, width):
    return math.exp(-((x - 0.3) ** 2) / width)


def adaptive_simpson(width, a, b, depth):
    """Halves the interval where the two estimates differ."""
    m = 0.5 * (a + b)
    fa, fm, fb = bump(a, width), bump(m, width), bump(b, width)
    coarse = (b - a) / 6 * (fa + 4 * fm + fb)
    f1, f2 = bump(0.5 * (a + m), width), bump(0.5 * (m + b), width)
    fine = (b - a) / 12 * (fa + 4 * f1 + 2 * fm + 4 * f2 + fb)
    if depth == 0 or abs(fine - coarse) < 1e-4:
        return fine
    return adaptive_simpson(width, a, m, depth - 1) + adaptive_simpson(width, m, b, depth - 1)


def product_tree(x):
    """The product of an array's elements, halves first."""
    n = len(x)
    if n == 1:
        return x[0]
    return product_tree(x[: n // 2]) * product_tree(x[n // 2 :])


def continued_root(x, depth):
    if depth == 0:
        return math.sqrt(x)
    return math.sqrt(x + continued_root(1.1 * x, depth - 1))


def logarithmic_mean(a, b):
    """The arithmetic-geometric mean."""
    if abs(a - b) < 1e-12:
        return 0.5 * (a + b)
    return logarithmic_mean(0.5 * (a + b), math.sqrt(a * b))


def steps_to_rest(x, friction, steps=0):
    """How far something slides, and a price for each step."""
    if x < 0.1:
        return x + 0.01 * steps * friction
    return x + steps_to_rest(x * friction, friction, steps=steps + 1)


def accumulate(values, k, total):
    """A loop written as a tail call."""
    if k == len(values):
        return total
    return accumulate(values, k + 1, total * 0.5 + values[k] ** 2)


def tail_sum(values):
    return accumulate(values, 0, 0.0)


def haar_energy(x, level):
    """Energy of a wavelet transform of an array whose length is a power of two."""
    if x.size == 1:
        return x[0] ** 2
    even, odd = x[::2], x[1::2]
    detail = (even - odd) / math.sqrt(2)
    return level * np.sum(detail**4) + haar_energy((even + odd) / math.sqrt(2), level + 1)


def knapsack(values, weights, k, room):
    """The best total value; which items are taken is decided by comparison."""
    if k == len(values):
        return 0.0
    without = knapsack(values, weights, k + 1, room)
    if weights[k] > room:
        return without
    taken = values[k] + knapsack(values, weights, k + 1, room - weights[k])
    return taken if taken > without else without


def quadrature(f, a, b, eps, whole=None, depth=0):
    m = (a + b) / 2
    if whole is None:
        whole = (b - a) / 6 * (f(a) + 4 * f(m) + f(b))
    left = (m - a) / 6 * (f(a) + 4 * f((a + m) / 2) + f(m))
    right = (b - m) / 6 * (f(m) + 4 * f((m + b) / 2) + f(b))
    if depth > 5 or abs(left + right - whole) < 15 * eps:
        return left + right + (left + right - whole) / 15
    return quadrature(f, a, m, eps / 2, left, depth + 1) + quadrature(f, m, b, eps / 2, right, depth + 1)


def quadrature_of_a_lambda(k, end):
    return quadrature(lambda x: math.sin(k * x) * math.exp(-x), 0.0, end, 1e-3)


def quadrature_of_closures(k, end):
    c = k * 2

    def slope(x, w=k):
        return math.sin(c * x) * w

    return quadrature(lambda x: slope(x) ** 2, 0.0, end, 1e-2)


def folded(f, xs, acc):
    if len(xs) == 0:
        return acc
    return folded(f, xs[1:], f(acc, xs[0]))


def iterated(f, x, n):
    if n <= 0:
        return x * 1.0
    return iterated(f, f(x), n - 1)


def functions_through_recursion(k, n):
    W = np.array([[k, 1.0], [0.0, k]])
    return folded(lambda a, b: a * k + b, np.array([1.0, k, 3.0]), 0.0) + np.sum(
        iterated(lambda x: np.tanh(W @ x), np.ones(2), n)
    )


def composed(f, n):
    if n == 1:
        return f
    g = composed(f, n - 1)
    return lambda x: f(g(x))


def composition(k):
    return composed(lambda x: math.sin(k * x), 3)(k)


def local_recursion(x, n):
    def power_of(k):
        return x if k == 0 else power_of(k - 1) * x

    def fibonacci(k):
        if k < 2:
            return x
        return fibonacci(k - 1) + fibonacci(k - 2) * x

    return power_of(n) + fibonacci(n)


def local_walk(x):
    below = {0: [1, 2], 1: [3], 2: [], 3: []}

    def walk(node, depth):
        total = x**depth
        for other in below[node]:
            total += walk(other, depth + 1)
        return total

    return walk(0, 1)


def multigrid(f):
    def smooth(u, f, h):
        u = u.copy()
        for _ in range(2):
            u[1:-1] = 0.5 * (u[:-2] + u[2:] + h * h * f[1:-1])
        return u

    def cycle(u, f, h):
        u = smooth(u, f, h)
        if len(u) <= 3:
            return u * 1.0
        rest = np.zeros_like(u)
        rest[1:-1] = f[1:-1] + (u[:-2] - 2 * u[1:-1] + u[2:]) / h**2
        coarse = cycle(np.zeros_like(rest[::2]), rest[::2].copy(), 2 * h)
        error = np.zeros_like(u)
        error[::2] = coarse
        error[1::2] = 0.5 * (coarse[:-1] + coarse[1:])
        return smooth(u + error, f, h)

    return np.sum(cycle(np.zeros_like(f), f, 1 / (len(f) - 1)) ** 2)


PROGRAMS = [
    Program(power, [(1.3, 4), (1.3, 0)]),
    Program(power_by_squaring, [(1.3, 11), (1.3, 8), (1.3, 0)]),
    Program(legendre_at, [(0.4, 5), (0.4, 1), (0.4, 0)]),
    Program(curve_height, [([0.5, -1.0, 2.0, 0.7], 0.3), ([0.5], 0.3), (waves(4), 0.6)], wrt=(0, 1)),
    Program(adaptive_simpson, [(0.05, -1.0, 2.0, 8), (5.0, 0.0, 0.5, 3)], wrt=(0, 1, 2)),
    Program(product_tree, [(waves(5) + 1.5,), (waves(1),)]),
    Program(continued_root, [(2.0, 5), (2.0, 0)]),
    Program(logarithmic_mean, [(1.0, 3.0)], wrt=(0, 1)),
    Program(steps_to_rest, [(1.0, 0.6), (0.05, 0.6)], wrt=(0, 1)),
    Program(tail_sum, [([0.5, 1.5, -2.0],), ([],)]),
    Program(haar_energy, [(waves(8), 1), (waves(1), 1)]),
    Program(knapsack, [([6.0, 10.0, 12.0, 7.0], [1, 2, 3, 2], 0, 5)]),
    Program(quadrature_of_a_lambda, [(2.3, 2.0), (0.3, 0.1)], wrt=(0, 1)),
    Program(quadrature_of_closures, [(1.1, 1.5)], wrt=(0, 1)),
    Program(functions_through_recursion, [(0.7, 3), (0.7, 0)]),
    Program(composition, [(0.7,)]),
    Program(local_recursion, [(1.2, 4), (1.2, 0)]),
    Program(local_walk, [(1.3,)]),
    Program(multigrid, [(waves(9),), (waves(3),)]),
]
