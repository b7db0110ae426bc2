"""The continuous distributions of `scipy.stats` in their standard form: location 0 and scale 1.

A distribution is the logarithm of its density, on its support, and what its distribution function does when a shape
moves: either a `flow`, how far z goes with it at the same probability, or a `slope`, the derivative at the same z.
The mean, the variance and the entropy are given where they are a formula.  Formulas as in SciPy's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sp

from ast_ad.rules.special_shapes import betainc_by_shapes, gammainc_by_shape, stdtr_by_df
from ast_ad.rules.terms import call

Formula = Callable[..., Any]
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
EULER = 0.5772156649015329


class Distribution(NamedTuple):
    """A standard distribution; formulas are of z and the shapes, moments of the shapes."""

    log_density: Formula
    shapes: tuple[str, ...] = ()
    beyond: Formula | None = None  # whether z is outside of the support; nan is not
    point: Any = 1.0  # a place in the support, or a formula of the shapes
    flows: tuple[Formula, ...] = ()
    slopes: tuple[Formula, ...] = ()
    mean: Formula | None = None
    variance: Formula | None = None
    entropy: Formula | None = None


def _negative(z: Any, *_: Any) -> Any:
    return z < 0


def _negative_or_infinite(z: Any, *_: Any) -> Any:
    """Where a density is the exponential of infinity less infinity, it is 0."""
    return (z < 0) | np.isinf(z)


def _not_positive_or_infinite(z: Any, *_: Any) -> Any:
    return (z <= 0) | np.isinf(z)


def _infinite(z: Any, *_: Any) -> Any:
    return np.isinf(z)


def _not_in_unit_interval(z: Any, *_: Any) -> Any:
    return (z < 0) | (z > 1)


def _log_gamma_density(z: Any, a: Any) -> Any:
    return call(sp.xlogy, a - 1, z) - z - sp.gammaln(a)


def _log_student_density(z: Any, df: Any) -> Any:
    log_factor = sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df) - 0.5 * np.log(df * math.pi)
    return log_factor - 0.5 * (df + 1) * np.log1p(z * z / df)


def _log_snedecor_density(z: Any, m: Any, n: Any) -> Any:
    powers = call(sp.xlogy, 0.5 * m - 1, z) + 0.5 * m * np.log(m) + 0.5 * n * np.log(n)
    return powers - 0.5 * (m + n) * np.log(n + m * z) - call(sp.betaln, 0.5 * m, 0.5 * n)


def _snedecor_slope(z: Any, m: Any, n: Any, of_m: int) -> Any:
    """The distribution function is betainc(m / 2, n / 2, y) with y = m z / (n + m z)."""
    by_shape = 0.5 * betainc_by_shapes(0.5 * m, 0.5 * n, m * z / (n + m * z), of_a=of_m, of_b=1 - of_m)
    density = np.exp(_log_snedecor_density(z, m, n))
    return by_shape + z / m * density if of_m else by_shape - z / n * density


def _log_mass_between(a: Any, b: Any) -> Any:
    """The logarithm of the normal probability of [a, b], from the tail that it is nearer to."""
    low, high = np.where(a > 0, -b, a), np.where(a > 0, -a, b)
    return sp.log_ndtr(high) + np.log1p(-np.exp(sp.log_ndtr(low) - sp.log_ndtr(high)))


def _log_normal_density(z: Any) -> Any:
    return -0.5 * (z * z) - HALF_LOG_TWO_PI


DISTRIBUTIONS: dict[str, Distribution] = {
    "norm": Distribution(
        _log_normal_density,
        mean=lambda: 0.0,
        variance=lambda: 1.0,
        entropy=lambda: HALF_LOG_TWO_PI + 0.5,
    ),
    "t": Distribution(_log_student_density, ("df",), slopes=(lambda z, df: stdtr_by_df(df, z),)),
    "gamma": Distribution(
        _log_gamma_density,
        ("a",),
        _negative_or_infinite,
        slopes=(lambda z, a: gammainc_by_shape(a, z),),
        mean=lambda a: a,
        variance=lambda a: a,
        entropy=lambda a: a + sp.gammaln(a) + (1 - a) * sp.digamma(a),
    ),
    "beta": Distribution(
        lambda z, a, b: call(sp.xlog1py, b - 1, -z) + call(sp.xlogy, a - 1, z) - call(sp.betaln, a, b),
        ("a", "b"),
        _not_in_unit_interval,
        0.5,
        slopes=(
            lambda z, a, b: betainc_by_shapes(a, b, z),
            lambda z, a, b: betainc_by_shapes(a, b, z, of_a=0, of_b=1),
        ),
        mean=lambda a, b: a / (a + b),
        variance=lambda a, b: a * b / ((a + b) * (a + b) * (a + b + 1)),
        entropy=lambda a, b: (
            call(sp.betaln, a, b) - (a - 1) * sp.digamma(a) - (b - 1) * sp.digamma(b) + (a + b - 2) * sp.digamma(a + b)
        ),
    ),
    "chi2": Distribution(
        lambda z, df: call(sp.xlogy, 0.5 * df - 1, z) - 0.5 * z - sp.gammaln(0.5 * df) - 0.5 * math.log(2) * df,
        ("df",),
        _negative_or_infinite,
        slopes=(lambda z, df: 0.5 * gammainc_by_shape(0.5 * df, 0.5 * z),),
        mean=lambda df: df,
        variance=lambda df: 2 * df,
        entropy=lambda df: 0.5 * df + math.log(2) + sp.gammaln(0.5 * df) + (1 - 0.5 * df) * sp.digamma(0.5 * df),
    ),
    "chi": Distribution(
        lambda z, df: call(sp.xlogy, df - 1, z) - 0.5 * (z * z) - sp.gammaln(0.5 * df) - math.log(2) * (0.5 * df - 1),
        ("df",),
        _negative_or_infinite,
        slopes=(lambda z, df: 0.5 * gammainc_by_shape(0.5 * df, 0.5 * (z * z)),),
    ),
    "expon": Distribution(lambda z: -z, (), _negative, mean=lambda: 1.0, variance=lambda: 1.0, entropy=lambda: 1.0),
    "laplace": Distribution(
        lambda z: -np.abs(z) - math.log(2),
        mean=lambda: 0.0,
        variance=lambda: 2.0,
        entropy=lambda: math.log(2) + 1,
    ),
    "logistic": Distribution(
        lambda z: -np.abs(z) - 2 * np.log1p(np.exp(-np.abs(z))),
        mean=lambda: 0.0,
        variance=lambda: math.pi**2 / 3,
        entropy=lambda: 2.0,
    ),
    "hypsecant": Distribution(lambda z: math.log(2 / math.pi) - np.abs(z) - np.log1p(np.exp(-2 * np.abs(z)))),
    "lognorm": Distribution(
        lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(s) - np.log(z) - HALF_LOG_TWO_PI,
        ("s",),
        lambda z, s: z <= 0,
        flows=(lambda z, s: z * np.log(z) / s,),
        mean=lambda s: np.exp(0.5 * (s * s)),
        variance=lambda s: np.exp(s * s) * np.expm1(s * s),
        entropy=lambda s: HALF_LOG_TWO_PI + 0.5 + np.log(s),
    ),
    "cauchy": Distribution(lambda z: -math.log(math.pi) - np.log1p(z * z)),
    "halfcauchy": Distribution(lambda z: math.log(2 / math.pi) - np.log1p(z * z), (), _negative),
    "uniform": Distribution(
        lambda z: 0 * z,
        (),
        _not_in_unit_interval,
        0.5,
        mean=lambda: 0.5,
        variance=lambda: 1 / 12,
        entropy=lambda: 0.0,
    ),
    "loguniform": Distribution(
        lambda z, a, b: -np.log(z) - np.log(np.log(b / a)),
        ("a", "b"),
        lambda z, a, b: (z < a) | (z > b),
        lambda a, b: a,
        flows=(
            lambda z, a, b: z / a * (1 - np.log(z / a) / np.log(b / a)),
            lambda z, a, b: z / b * np.log(z / a) / np.log(b / a),
        ),
    ),
    "gumbel_r": Distribution(
        lambda z: -(z + np.exp(-z)),
        (),
        _infinite,
        mean=lambda: EULER,
        variance=lambda: math.pi**2 / 6,
        entropy=lambda: EULER + 1,
    ),
    "gumbel_l": Distribution(
        lambda z: z - np.exp(z),
        (),
        _infinite,
        mean=lambda: -EULER,
        variance=lambda: math.pi**2 / 6,
        entropy=lambda: EULER + 1,
    ),
    "moyal": Distribution(lambda z: -0.5 * (z + np.exp(-z)) - HALF_LOG_TWO_PI, (), _infinite),
    "halfnorm": Distribution(
        lambda z: -0.5 * (z * z) + 0.5 * math.log(2 / math.pi),
        (),
        _negative,
        mean=lambda: math.sqrt(2 / math.pi),
        variance=lambda: 1 - 2 / math.pi,
        entropy=lambda: 0.5 * math.log(0.5 * math.pi) + 0.5,
    ),
    "skewnorm": Distribution(
        lambda z, a: _log_normal_density(z) + sp.log_ndtr(a * z) + math.log(2),
        ("a",),
        slopes=(lambda z, a: -np.exp(-0.5 * (z * z) * (1 + a * a)) / (math.pi * (1 + a * a)),),
    ),
    "truncnorm": Distribution(
        lambda z, a, b: _log_normal_density(z) - _log_mass_between(a, b),
        ("a", "b"),
        lambda z, a, b: (z < a) | (z > b),
        lambda a, b: np.maximum(a, np.minimum(b, 0)),
        slopes=(
            lambda z, a, b: -np.exp(_log_normal_density(a) + _log_mass_between(z, b) - 2 * _log_mass_between(a, b)),
            lambda z, a, b: -np.exp(_log_normal_density(b) + _log_mass_between(a, z) - 2 * _log_mass_between(a, b)),
        ),
    ),
    "vonmises": Distribution(
        lambda z, kappa: kappa * call(sp.cosm1, z) - math.log(2 * math.pi) - np.log(sp.i0e(kappa)),
        ("kappa",),
    ),
    "invgamma": Distribution(
        lambda z, a: -(a + 1) * np.log(z) - sp.gammaln(a) - 1 / z,
        ("a",),
        lambda z, a: z <= 0,
        slopes=(lambda z, a: -gammainc_by_shape(a, 1 / z),),
    ),
    "invgauss": Distribution(
        lambda z, mu: -HALF_LOG_TWO_PI - 1.5 * np.log(z) - 0.5 * (z / mu - 1) ** 2 / z,
        ("mu",),
        _not_positive_or_infinite,
        slopes=(lambda z, mu: -2 / (mu * mu) * np.exp(2 / mu + sp.log_ndtr(-(z / mu + 1) / np.sqrt(z))),),
        mean=lambda mu: mu,
        variance=lambda mu: mu * mu * mu,
    ),
    "f": Distribution(
        _log_snedecor_density,
        ("dfn", "dfd"),
        _negative_or_infinite,
        slopes=(
            lambda z, m, n: _snedecor_slope(z, m, n, 1),
            lambda z, m, n: _snedecor_slope(z, m, n, 0),
        ),
    ),
    "pareto": Distribution(
        lambda z, b: np.log(b) - (b + 1) * np.log(z),
        ("b",),
        lambda z, b: z < 1,
        flows=(lambda z, b: -z * np.log(z) / b,),
    ),
    "lomax": Distribution(
        lambda z, c: np.log(c) - (c + 1) * np.log1p(z),
        ("c",),
        _negative,
        flows=(lambda z, c: -(1 + z) * np.log1p(z) / c,),
    ),
    "powerlaw": Distribution(
        lambda z, a: np.log(a) + call(sp.xlogy, a - 1, z),
        ("a",),
        _not_in_unit_interval,
        0.5,
        flows=(lambda z, a: -call(sp.xlogy, z, z) / a,),
        mean=lambda a: a / (a + 1),
        variance=lambda a: a / ((a + 2) * (a + 1) ** 2),
    ),
    "rayleigh": Distribution(
        lambda z: np.log(z) - 0.5 * (z * z),
        (),
        _not_positive_or_infinite,
        mean=lambda: math.sqrt(0.5 * math.pi),
        variance=lambda: 2 - 0.5 * math.pi,
        entropy=lambda: EULER / 2 + 1 - 0.5 * math.log(2),
    ),
    "maxwell": Distribution(
        lambda z: 2 * np.log(z) - 0.5 * (z * z) + 0.5 * math.log(2 / math.pi), (), _not_positive_or_infinite
    ),
    "weibull_min": Distribution(
        lambda z, c: np.log(c) + call(sp.xlogy, c - 1, z) - np.power(z, c),
        ("c",),
        _negative_or_infinite,
        flows=(lambda z, c: -call(sp.xlogy, z, z) / c,),
        mean=lambda c: sp.gamma(1 + 1 / c),
        variance=lambda c: sp.gamma(1 + 2 / c) - sp.gamma(1 + 1 / c) ** 2,
        entropy=lambda c: EULER * (1 - 1 / c) - np.log(c) + 1,
    ),
    "fisk": Distribution(
        lambda z, c: np.log(c) + call(sp.xlogy, c - 1, z) - 2 * np.log1p(np.power(z, c)),
        ("c",),
        _negative_or_infinite,
        flows=(lambda z, c: -call(sp.xlogy, z, z) / c,),
    ),
}
