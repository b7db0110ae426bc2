"""What SciPy finds for a function: roots and minima."""

import math

import numpy as np
import scipy.optimize as so
from scipy.optimize import brentq, fsolve, newton

from . import Program, waves


def cubic(u, p, q):
    return u**3 + p * u - q


def root_of_a_cubic(p, q):
    return brentq(cubic, 0.0, 5.0, args=(p, q), xtol=1e-14) ** 2


def root_that_reads_what_is_around(p, q):
    scale = p * q

    def residual(u):
        return scale * math.exp(u) - q - 1.0

    return brentq(residual, -5.0, 5.0, xtol=1e-14) * p


def roots_in_a_loop(p, q):
    total = 0.0
    x = q
    for k in range(3):
        x = brentq(lambda u: u**3 + p * u - x - k, 0.0, 9.0, xtol=1e-14)
        total += x * (k + 1)
    return total


def root_in_a_bracket_that_moves(p, q):
    return so.bisect(lambda u: u - math.cos(p * u), 0.0, 1.0 + q, xtol=1e-13) if q > 0 else p


def root_by_several(p, q):
    f = lambda u: u**3 + p * u - q
    found = so.brenth(f, 0.0, 5.0, xtol=1e-14) * so.ridder(f, 0.0, 5.0, xtol=1e-14)
    by_name = so.root_scalar(f, bracket=[0.0, 5.0], xtol=1e-14)
    return found + (by_name.root if by_name.converged else 0.0) + so.toms748(f, 0.0, 5.0, xtol=1e-14)


def root_with_a_slope(p, q):
    return newton(lambda u: u**3 + p * u - q, 1.0, fprime=lambda u: 3 * u**2 + p, tol=1e-14)


def root_of_a_root(p, q):
    def inner(v):
        return brentq(lambda u: u**3 + p * u - v, 0.0, 20.0, xtol=1e-14)

    return brentq(lambda v: inner(v) + v - q, 0.0, 9.0, xtol=1e-14)


def elementwise_roots(x):
    return np.sum(newton(lambda u: u**3 + u - 2.0 - x, np.ones(3), tol=1e-14) ** 2)


def steady_state(x):
    def balance(u):
        return [u[0] ** 2 + x[0] * u[1] - 3.0, u[1] ** 2 + x[1] * u[0] - 2.0]

    u = fsolve(balance, [1.0, 1.0], xtol=1e-11)
    return u[0] * u[1] ** 2


def system_with_arguments(x, a):
    def residual(u, a, k):
        return u**3 + k * np.sum(u) - a @ x

    found = so.root(residual, np.ones(2), args=(a, 2), tol=1e-11)
    return np.sum(found.x**2) if found.success else 0.0


def point_that_stays(p, q):
    return so.fixed_point(lambda u: np.cos(p * u) * q, 0.5, xtol=1e-13)


def least_of_a_parabola(p, q):
    found = so.minimize_scalar(lambda u: p * (u - q) ** 2 + 1.0)
    return found.x * p + found.fun


PQ = [(0.7, 1.3), (1.4, 2.0)]
PROGRAMS = [
    Program(root_of_a_cubic, PQ, (0, 1)),
    Program(root_that_reads_what_is_around, PQ, (0, 1)),
    Program(roots_in_a_loop, PQ, (0, 1)),
    Program(root_in_a_bracket_that_moves, [(0.7, 1.3), (0.7, -1.0)], (0, 1)),
    Program(root_by_several, PQ, (0, 1)),
    Program(root_with_a_slope, PQ, (0, 1)),
    Program(root_of_a_root, PQ[:1], (0, 1)),
    Program(elementwise_roots, [(waves(3),)]),
    Program(steady_state, [(np.array([0.6, 0.8]),)]),
    Program(system_with_arguments, [(waves(2) + 2.0, waves(2, 2) + 1.5)], (0, 1)),
    Program(point_that_stays, [(0.7, 0.9)], (0, 1)),
    Program(least_of_a_parabola, PQ, (0, 1)),
]
