"""Rules of `scipy.special` beyond gamma, error and Bessel functions.  Formulas: NIST Digital Library, by section."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from ast_ad.ir.kinds import Array, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide
from ast_ad.rules.results import array_dims, inexact, name_of
from ast_ad.rules.special import unknown_slope
from ast_ad.rules.table import custom, elementwise
from ast_ad.rules.terms import call

DEGREE = math.pi / 180

# Elementary functions in other words

elementwise(sp.sindg, lambda ans, x: DEGREE * call(sp.cosdg, x))
elementwise(sp.cosdg, lambda ans, x: -DEGREE * call(sp.sindg, x))
elementwise(sp.tandg, lambda ans, x: DEGREE * (1 + ans * ans))
elementwise(sp.cotdg, lambda ans, x: -DEGREE * (1 + ans * ans))
elementwise(sp.powm1, lambda ans, x, y: y * np.power(x, y - 1), lambda ans, x, y: (ans + 1) * np.log(x), singular=True)
elementwise(
    sp.inv_boxcox,
    lambda ans, y, lmbda: np.power(ans, 1 - lmbda),
    lambda ans, y, lmbda: _moved_by_power(ans, y, lmbda),
)
elementwise(
    sp.inv_boxcox1p,
    lambda ans, y, lmbda: np.power(1 + ans, 1 - lmbda),
    lambda ans, y, lmbda: _moved_by_power(1 + ans, y, lmbda),
)


def _moved_by_power(x: Any, y: Any, lmbda: Any) -> Any:
    """What x does when boxcox(x, lmbda) = y stays: -x**(1 - lmbda) times the slope of boxcox by lmbda."""
    from ast_ad.rules.special import _boxcox_slope

    return -np.power(x, 1 - lmbda) * _boxcox_slope(np.log(x), lmbda)


# More of the normal distribution

elementwise(sp.ndtri_exp, lambda ans, y: math.sqrt(2 * math.pi) * np.exp(y + 0.5 * (ans * ans)))
elementwise(
    sp.owens_t,
    lambda ans, h, a: -np.exp(-0.5 * (h * h)) * sp.erf(a * h / math.sqrt(2)) / math.sqrt(8 * math.pi),
    lambda ans, h, a: np.exp(-0.5 * (h * h) * (1 + a * a)) / (2 * math.pi * (1 + a * a)),
)

# Exponential integrals (8.19), zeta functions (25.11), elliptic integrals (19.4)

elementwise(
    sp.expn,
    None,
    lambda ans, n, x: np.where(n > 0, -call(sp.expn, _one_less(n), x), divide((n - 1) * ans - np.exp(-x), x)),
)
elementwise(sp.zeta, unknown_slope("zeta", "x"), lambda ans, x, q: -x * call(sp.zeta, x + 1, q))
elementwise(sp.ellipk, lambda ans, m: _elliptic_slope(sp.ellipe(m), ans, m))
elementwise(sp.ellipe, lambda ans, m: divide(ans - sp.ellipk(m), 2 * m))
elementwise(sp.ellipkm1, lambda ans, p: -_elliptic_slope(sp.ellipe(1 - p), ans, 1 - p))
elementwise(
    sp.ellipkinc,
    lambda ans, phi, m: 1 / np.sqrt(1 - m * np.sin(phi) ** 2),
    lambda ans, phi, m: (
        divide(call(sp.ellipeinc, phi, m), 2 * m * (1 - m))
        - divide(ans, 2 * m)
        - np.sin(2 * phi) / (4 * (1 - m) * np.sqrt(1 - m * np.sin(phi) ** 2))
    ),
)
elementwise(
    sp.ellipeinc,
    lambda ans, phi, m: np.sqrt(1 - m * np.sin(phi) ** 2),
    lambda ans, phi, m: divide(ans - call(sp.ellipkinc, phi, m), 2 * m),
)


def _elliptic_slope(e: Any, k: Any, m: Any) -> Any:
    return divide(e - (1 - m) * k, 2 * m * (1 - m))


# Hypergeometric functions (15.5, 13.3, 16.3): in their last argument

elementwise(
    sp.hyp2f1,
    unknown_slope("hyp2f1", "a"),
    unknown_slope("hyp2f1", "b"),
    unknown_slope("hyp2f1", "c"),
    lambda ans, a, b, c, z: a * b / c * call(sp.hyp2f1, a + 1, b + 1, c + 1, z),
)
elementwise(
    sp.hyp1f1,
    unknown_slope("hyp1f1", "a"),
    unknown_slope("hyp1f1", "b"),
    lambda ans, a, b, x: a / b * call(sp.hyp1f1, a + 1, b + 1, x),
)
elementwise(sp.hyp0f1, unknown_slope("hyp0f1", "v"), lambda ans, v, z: call(sp.hyp0f1, v + 1, z) / v)

# Struve functions (11.4), and orthogonal polynomials of a constant degree (18.9)

elementwise(
    sp.struve,
    unknown_slope("struve", "v"),
    lambda ans, v, x: call(sp.struve, v - 1, x) - v * divide(ans, x),
)
elementwise(
    sp.modstruve,
    unknown_slope("modstruve", "v"),
    lambda ans, v, x: call(sp.modstruve, v - 1, x) - v * divide(ans, x),
)
elementwise(sp.eval_hermite, None, lambda ans, n, x: 2 * n * call(sp.eval_hermite, _one_less(n), x))
elementwise(sp.eval_hermitenorm, None, lambda ans, n, x: n * call(sp.eval_hermitenorm, _one_less(n), x))
elementwise(sp.eval_chebyu, None, lambda ans, n, x: 2 * call(sp.eval_gegenbauer, n - 1, 2.0, x))
elementwise(sp.eval_chebyt, None, lambda ans, n, x: n * call(sp.eval_chebyu, n - 1, x))
elementwise(sp.eval_legendre, None, lambda ans, n, x: call(sp.eval_gegenbauer, n - 1, 1.5, x))
elementwise(
    sp.eval_gegenbauer,
    None,
    unknown_slope("eval_gegenbauer", "alpha"),
    lambda ans, n, alpha, x: 2 * alpha * call(sp.eval_gegenbauer, n - 1, alpha + 1, x),
)
elementwise(sp.eval_laguerre, None, lambda ans, n, x: -call(sp.eval_genlaguerre, n - 1, 1.0, x))
elementwise(
    sp.eval_genlaguerre,
    None,
    unknown_slope("eval_genlaguerre", "alpha"),
    lambda ans, n, alpha, x: -call(sp.eval_genlaguerre, n - 1, alpha + 1, x),
)


def _one_less(n: Any) -> Any:
    """The degree of a derivative, where it counts for nothing that of a constant."""
    return np.maximum(n - 1, 0)


# Functions with several results


def _several(count: int) -> Any:
    def kinds(ks: Kinds, params: Any) -> Any:
        return Tuple((Array(inexact(name_of(ks[0])), array_dims(ks[0])),) * count)

    return kinds


def _by_slopes(function: Any, count: int, slopes: Any) -> None:
    """A function of one number with several results: `slopes(ans, x)` are their derivatives."""

    def tangent(ans: Any, t: Any, x: Any) -> Any:
        return tuple(slope * t[0] for slope in slopes(ans, x))

    def cotangent(ct: Any, ans: Any, x: Any) -> Any:
        parts = [ct[k] * slope for k, slope in enumerate(slopes(ans, x)) if ct[k] is not None]
        return None if not parts else sum(parts[1:], parts[0])

    custom(function, tangent, cotangent, _several(count), unbroadcast=True)


_by_slopes(sp.fresnel, 2, lambda ans, x: (np.sin(0.5 * math.pi * (x * x)), np.cos(0.5 * math.pi * (x * x))))
_by_slopes(sp.sici, 2, lambda ans, x: (np.sinc(x / math.pi), divide(np.cos(x), x)))
_by_slopes(sp.shichi, 2, lambda ans, x: (divide(np.sinh(x), x), divide(np.cosh(x), x)))
_by_slopes(sp.airy, 4, lambda ans, x: (ans[1], x * ans[0], ans[3], x * ans[2]))
