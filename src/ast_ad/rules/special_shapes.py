"""Rules of incomplete gamma and beta functions and of what they give: in all arguments, shapes among them.

By a shape they have no closed form: `runtime.tails` integrates the derivative of the density.  Formulas of the
densities: NIST Digital Library of Mathematical Functions, 8.2 and 8.17.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Kind
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.results import broadcast
from ast_ad.rules.table import elementwise, helper, primitive_of
from ast_ad.rules.terms import call
from ast_ad.runtime.tails import derivative_of_exponential, log_slope_of_student


def _kind(kinds: Kinds, params: Any) -> Kind:
    return Array("float64", broadcast(kinds))


#: the derivatives of gammainc, betainc and stdtr by their shapes, of any order
gammainc_by_shape = helper(runtime.gammainc_by_shape, _kind, cost=9)
betainc_by_shapes = helper(runtime.betainc_by_shapes, _kind, cost=9)
stdtr_by_df = helper(runtime.stdtr_by_df, _kind, cost=9)

# Densities


def gamma_density(a: Any, x: Any) -> Any:
    """The derivative of gammainc(a, x) by x."""
    return np.exp(call(sp.xlogy, a - 1, x) - x - sp.gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """The derivative of betainc(a, b, x) by x."""
    return np.exp(call(sp.xlogy, a - 1, x) + call(sp.xlog1py, b - 1, -x) - sp.betaln(a, b))


def student_density(df: Any, t: Any) -> Any:
    """The derivative of stdtr(df, t) by t."""
    return np.exp(sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df) - 0.5 * (df + 1) * np.log1p(t * t / df)) / np.sqrt(
        df * math.pi
    )


def _digamma(order: int, x: Any) -> Any:
    return sp.digamma(x) if order == 0 else call(sp.polygamma, order, x)


def _log(x: Any, a: Any) -> Any:
    """log(x), but for 0 where the density with the shape a is 0 there."""
    return np.log(np.where((x > 0) | (a <= 1), x, 1))


def _gamma_density_by_shape(a: Any, x: Any, order: int) -> Any:
    def part(j: int, k: int) -> Any:
        slope = -_digamma(j - 1, a)
        return _log(x, a) + slope if j == 1 else slope

    return gamma_density(a, x) * derivative_of_exponential(part, order)


def _beta_density_by_shapes(a: Any, b: Any, x: Any, of_a: int, of_b: int) -> Any:
    def part(j: int, k: int) -> Any:
        slope = _digamma(j + k - 1, a + b)
        if k == 0:
            slope = slope - _digamma(j - 1, a)
        if j == 0:
            slope = slope - _digamma(k - 1, b)
        if (j, k) == (1, 0):
            return _log(x, a) + slope
        return _log(1 - x, b) + slope if (j, k) == (0, 1) else slope

    return beta_density(a, b, x) * derivative_of_exponential(part, of_a, of_b)


def _student_density_by_df(df: Any, t: Any, order: int) -> Any:
    def part(j: int, k: int) -> Any:
        slopes = 0.5**j * (_digamma(j - 1, 0.5 * (df + 1)) - _digamma(j - 1, 0.5 * df))
        return slopes + log_slope_of_student(j, df, df + t * t, -0.5 * np.log1p(t * t / df))

    return student_density(df, t) * derivative_of_exponential(part, order)


elementwise(
    primitive_of(runtime.gammainc_by_shape),
    lambda ans, a, x, order=1: gammainc_by_shape(a, x, order=order + 1),
    lambda ans, a, x, order=1: _gamma_density_by_shape(a, x, order),
)
elementwise(
    primitive_of(runtime.betainc_by_shapes),
    lambda ans, a, b, x, of_a=1, of_b=0: betainc_by_shapes(a, b, x, of_a=of_a + 1, of_b=of_b),
    lambda ans, a, b, x, of_a=1, of_b=0: betainc_by_shapes(a, b, x, of_a=of_a, of_b=of_b + 1),
    lambda ans, a, b, x, of_a=1, of_b=0: _beta_density_by_shapes(a, b, x, of_a, of_b),
)
elementwise(
    primitive_of(runtime.stdtr_by_df),
    lambda ans, df, t, order=1: stdtr_by_df(df, t, order=order + 1),
    lambda ans, df, t, order=1: _student_density_by_df(df, t, order),
)

# The functions, their complements and their inverses

elementwise(sp.gammainc, lambda ans, a, x: gammainc_by_shape(a, x), lambda ans, a, x: gamma_density(a, x))
elementwise(sp.gammaincc, lambda ans, a, x: -gammainc_by_shape(a, x), lambda ans, a, x: -gamma_density(a, x))
elementwise(
    sp.gammaincinv,
    lambda ans, a, y: -gammainc_by_shape(a, ans) / gamma_density(a, ans),
    lambda ans, a, y: 1 / gamma_density(a, ans),
)
elementwise(
    sp.gammainccinv,
    lambda ans, a, y: -gammainc_by_shape(a, ans) / gamma_density(a, ans),
    lambda ans, a, y: -1 / gamma_density(a, ans),
)


def _by_a(a: Any, b: Any, x: Any) -> Any:
    return betainc_by_shapes(a, b, x)


def _by_b(a: Any, b: Any, x: Any) -> Any:
    return betainc_by_shapes(a, b, x, of_a=0, of_b=1)


elementwise(
    sp.betainc,
    lambda ans, a, b, x: _by_a(a, b, x),
    lambda ans, a, b, x: _by_b(a, b, x),
    lambda ans, a, b, x: beta_density(a, b, x),
)
elementwise(
    sp.betaincinv,
    lambda ans, a, b, y: -_by_a(a, b, ans) / beta_density(a, b, ans),
    lambda ans, a, b, y: -_by_b(a, b, ans) / beta_density(a, b, ans),
    lambda ans, a, b, y: 1 / beta_density(a, b, ans),
)
if hasattr(sp, "betaincc"):
    elementwise(
        sp.betaincc,
        lambda ans, a, b, x: -_by_a(a, b, x),
        lambda ans, a, b, x: -_by_b(a, b, x),
        lambda ans, a, b, x: -beta_density(a, b, x),
    )
    elementwise(
        sp.betainccinv,
        lambda ans, a, b, y: -_by_a(a, b, ans) / beta_density(a, b, ans),
        lambda ans, a, b, y: -_by_b(a, b, ans) / beta_density(a, b, ans),
        lambda ans, a, b, y: -1 / beta_density(a, b, ans),
    )

# Distribution functions of statistics

elementwise(sp.stdtr, lambda ans, df, t: stdtr_by_df(df, t), lambda ans, df, t: student_density(df, t))
elementwise(
    sp.stdtrit,
    lambda ans, df, p: -stdtr_by_df(df, ans) / student_density(df, ans),
    lambda ans, df, p: 1 / student_density(df, ans),
)
elementwise(
    sp.chdtr,
    lambda ans, v, x: 0.5 * gammainc_by_shape(0.5 * v, 0.5 * x),
    lambda ans, v, x: 0.5 * gamma_density(0.5 * v, 0.5 * x),
)
elementwise(
    sp.chdtrc,
    lambda ans, v, x: -0.5 * gammainc_by_shape(0.5 * v, 0.5 * x),
    lambda ans, v, x: -0.5 * gamma_density(0.5 * v, 0.5 * x),
)
elementwise(
    sp.chdtri,
    lambda ans, v, p: -gammainc_by_shape(0.5 * v, 0.5 * ans) / gamma_density(0.5 * v, 0.5 * ans),
    lambda ans, v, p: -2 / gamma_density(0.5 * v, 0.5 * ans),
)


def _snedecor(function: Any, sign: int) -> None:
    """fdtr(m, n, x) is betainc(m / 2, n / 2, y) with y = m x / (n + m x)."""

    def place(m: Any, n: Any, x: Any) -> Any:
        return m * x / (n + m * x)

    def density(m: Any, n: Any, x: Any) -> Any:
        return beta_density(0.5 * m, 0.5 * n, place(m, n, x)) * n / (n + m * x) ** 2

    elementwise(
        function,
        lambda ans, m, n, x: 0.5 * sign * _by_a(0.5 * m, 0.5 * n, place(m, n, x)) + sign * x * density(m, n, x),
        lambda ans, m, n, x: 0.5 * sign * _by_b(0.5 * m, 0.5 * n, place(m, n, x)) - sign * m * x / n * density(m, n, x),
        lambda ans, m, n, x: sign * m * density(m, n, x),
    )


_snedecor(sp.fdtr, 1)
_snedecor(sp.fdtrc, -1)


def _poisson(k: Any, m: Any) -> Any:
    return np.exp(call(sp.xlogy, k, m) - m - sp.gammaln(k + 1))


elementwise(sp.pdtr, None, lambda ans, k, m: -_poisson(np.floor(k), m))
elementwise(sp.pdtrc, None, lambda ans, k, m: _poisson(np.floor(k), m))
elementwise(sp.bdtr, None, None, lambda ans, k, n, p: -beta_density(np.floor(k) + 1, n - np.floor(k), p))
elementwise(sp.bdtrc, None, None, lambda ans, k, n, p: beta_density(np.floor(k) + 1, n - np.floor(k), p))
elementwise(sp.nbdtr, None, None, lambda ans, k, n, p: beta_density(n, k + 1, p))
elementwise(sp.nbdtrc, None, None, lambda ans, k, n, p: -beta_density(n, k + 1, p))
