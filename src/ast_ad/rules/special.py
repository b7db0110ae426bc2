"""Rules of `scipy.special`.  Formulas: NIST Digital Library of Mathematical Functions, by their section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.special as sp

from ast_ad.ir.kinds import Array, Kind, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide, divide_or_zero
from ast_ad.rules.reductions import kept
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, reduced_dims
from ast_ad.rules.structures import unbroadcast
from ast_ad.rules.table import custom, elementwise, nondifferentiable
from ast_ad.rules.terms import call

ROOT_PI = math.sqrt(math.pi)
ROOT_TWO_PI = math.sqrt(2 * math.pi)

# The gamma function (5.2, 5.15, 5.12)

elementwise(sp.gamma, lambda ans, x: ans * sp.digamma(x))
elementwise((sp.gammaln, sp.loggamma), lambda ans, x: sp.digamma(x))
elementwise(sp.rgamma, lambda ans, x: -ans * sp.digamma(x))
elementwise(sp.digamma, lambda ans, x: call(sp.polygamma, 1, x))
elementwise(
    sp.polygamma,
    None,
    lambda ans, n, x: call(sp.polygamma, n + 1, x),
    operands=("n", "x"),
    kinds=lambda ks, p: Array("float64", array_dims(ks[1])),
)
nondifferentiable(sp.gammasgn)
elementwise(
    sp.multigammaln,
    lambda ans, a, d: _multigamma_slope(a, d),
    None,
    operands=("a",),
    written=("*", "d"),
    kinds=lambda ks, p: Array("float64", array_dims(ks[0])),
)


def _multigamma_slope(a: Any, d: int) -> Any:
    total: Any = sp.digamma(a)
    for j in range(1, d):
        total = total + sp.digamma(a - 0.5 * j)
    return total


elementwise(
    sp.beta,
    lambda ans, a, b: ans * (sp.digamma(a) - sp.digamma(a + b)),
    lambda ans, a, b: ans * (sp.digamma(b) - sp.digamma(a + b)),
)
elementwise(
    sp.betaln,
    lambda ans, a, b: sp.digamma(a) - sp.digamma(a + b),
    lambda ans, a, b: sp.digamma(b) - sp.digamma(a + b),
)
elementwise(
    sp.poch, lambda ans, z, m: ans * (sp.digamma(z + m) - sp.digamma(z)), lambda ans, z, m: ans * sp.digamma(z + m)
)
elementwise(
    sp.binom,
    lambda ans, n, k: ans * (sp.digamma(n + 1) - sp.digamma(n - k + 1)),
    lambda ans, n, k: ans * (sp.digamma(n - k + 1) - sp.digamma(k + 1)),
)


def unknown_slope(name: str, which: str) -> Any:
    """The partial derivative by an argument that there is no formula for."""

    def refuse(*_: Any) -> Any:
        from ast_ad.rules.binding import UnsupportedArgument

        raise UnsupportedArgument(f"scipy.special.{name} has no derivative rule for its argument {which}")

    return refuse


# Error functions and the normal distribution (7.2)

elementwise(sp.erf, lambda ans, x: 2 / ROOT_PI * np.exp(-(x * x)))
elementwise(sp.erfc, lambda ans, x: -2 / ROOT_PI * np.exp(-(x * x)))
elementwise(sp.erfcx, lambda ans, x: 2 * x * ans - 2 / ROOT_PI)
elementwise(sp.erfi, lambda ans, x: 2 / ROOT_PI * np.exp(x * x))
elementwise(sp.dawsn, lambda ans, x: 1 - 2 * x * ans)
elementwise(sp.erfinv, lambda ans, y: ROOT_PI / 2 * np.exp(ans * ans))
elementwise(sp.erfcinv, lambda ans, y: -ROOT_PI / 2 * np.exp(ans * ans))
elementwise(sp.ndtr, lambda ans, x: np.exp(-0.5 * (x * x)) / ROOT_TWO_PI)
elementwise(sp.ndtri, lambda ans, p: ROOT_TWO_PI * np.exp(0.5 * (ans * ans)))
elementwise(sp.log_ndtr, lambda ans, x: np.exp(-0.5 * (x * x) - ans) / ROOT_TWO_PI)

# Logistic functions, and logarithms that are safe at 0

elementwise(sp.expit, lambda ans, x: ans * (1 - ans))
elementwise(sp.logit, lambda ans, p: 1 / (p * (1 - p)), singular=True)
elementwise(sp.log_expit, lambda ans, x: sp.expit(-x))
elementwise(sp.xlogy, lambda ans, x, y: _log_but_at_0(x, y), lambda ans, x, y: divide_or_zero(x, y))
elementwise(
    sp.xlog1py,
    lambda ans, x, y: np.log1p(np.where(x.equals(0) & y.equals(-1), 0, y)),
    lambda ans, x, y: divide_or_zero(x, 1 + y),
)
elementwise(sp.entr, lambda ans, x: -np.log(x) - 1, singular=True)
elementwise(sp.rel_entr, lambda ans, x, y: np.log(x / y) + 1, lambda ans, x, y: divide_or_zero(-x, y), singular=True)
elementwise(sp.kl_div, lambda ans, x, y: np.log(x / y), lambda ans, x, y: 1 - divide_or_zero(x, y), singular=True)
elementwise(sp.exprel, lambda ans, x: _exprel_slope(ans, x))
elementwise(sp.huber, lambda ans, d, r: np.where(np.abs(r) > d, np.abs(r) - d, 0), lambda ans, d, r: np.clip(r, -d, d))
elementwise(
    sp.pseudo_huber,
    lambda ans, d, r: 2 * divide_or_zero(ans, d) - divide_or_zero(r * r, d * np.sqrt(1 + (r / d) ** 2)),
    lambda ans, d, r: r / np.sqrt(1 + (r / d) ** 2),
)
elementwise(
    sp.boxcox,
    lambda ans, x, lmbda: np.power(x, lmbda - 1),
    lambda ans, x, lmbda: _boxcox_slope(np.log(x), lmbda),
)
elementwise(
    sp.boxcox1p,
    lambda ans, x, lmbda: np.power(1 + x, lmbda - 1),
    lambda ans, x, lmbda: _boxcox_slope(np.log1p(x), lmbda),
)
elementwise(sp.cbrt, lambda ans, x: divide(1, 3 * (ans * ans)), singular=True)
elementwise(sp.exp2, lambda ans, x: ans * math.log(2))
elementwise(sp.exp10, lambda ans, x: ans * math.log(10))
elementwise(sp.expm1, lambda ans, x: ans + 1)
elementwise(sp.log1p, lambda ans, x: 1 / (1 + x), singular=True)
elementwise(sp.cosm1, lambda ans, x: -np.sin(x))


def _log_but_at_0(x: Any, y: Any) -> Any:
    """log(y), and 0 where both are 0: there x log(y) is 0 along each axis."""
    return np.log(np.where(x.equals(0) & y.equals(0), 1, y))


def _exprel_slope(ans: Any, x: Any) -> Any:
    """(exp(x) - exprel(x)) / x, by its series where x is small."""
    near = np.abs(x) < 0.02
    away = np.where(near, 1.0, x)
    series = 0.5 + x * (1 / 3 + x * (1 / 8 + x * (1 / 30 + x * (1 / 144 + x * (1 / 840 + x / 5760)))))
    return np.where(near, series, (np.exp(x) - ans) / away)


def _boxcox_slope(log_x: Any, lmbda: Any) -> Any:
    """log(x)**2 times the derivative of exprel at lmbda log(x)."""
    z = lmbda * log_x
    return log_x * log_x * _exprel_slope(call(sp.exprel, z), z)


# Bessel functions (10.6, 10.29): in their last argument; orders are constants

elementwise(sp.j0, lambda ans, x: -sp.j1(x))
elementwise(sp.j1, lambda ans, x: sp.j0(x) - divide_or_half(ans, x))
elementwise(sp.y0, lambda ans, x: -sp.y1(x))
elementwise(sp.y1, lambda ans, x: sp.y0(x) - ans / x)
elementwise(sp.i0, lambda ans, x: sp.i1(x))
elementwise(sp.i1, lambda ans, x: (sp.i0(x) + call(sp.iv, 2, x)) / 2)
elementwise(sp.i0e, lambda ans, x: sp.i1e(x) - np.sign(x) * ans)
elementwise(sp.i1e, lambda ans, x: (sp.i0e(x) + call(sp.ive, 2, x)) / 2 - np.sign(x) * ans)
elementwise(sp.k0, lambda ans, x: -sp.k1(x))
elementwise(sp.k1, lambda ans, x: -(sp.k0(x) + call(sp.kv, 2, x)) / 2)
elementwise(sp.jv, unknown_slope("jv", "v"), lambda ans, v, x: (call(sp.jv, v - 1, x) - call(sp.jv, v + 1, x)) / 2)
elementwise(sp.yv, unknown_slope("yv", "v"), lambda ans, v, x: (call(sp.yv, v - 1, x) - call(sp.yv, v + 1, x)) / 2)
elementwise(sp.yn, None, lambda ans, n, x: (call(sp.yn, n - 1, x) - call(sp.yn, n + 1, x)) / 2)
elementwise(sp.iv, unknown_slope("iv", "v"), lambda ans, v, x: (call(sp.iv, v - 1, x) + call(sp.iv, v + 1, x)) / 2)
elementwise(sp.kv, unknown_slope("kv", "v"), lambda ans, v, x: -(call(sp.kv, v - 1, x) + call(sp.kv, v + 1, x)) / 2)
elementwise(sp.kn, None, lambda ans, n, x: -(call(sp.kv, n - 1, x) + call(sp.kv, n + 1, x)) / 2)
elementwise(
    sp.ive,
    unknown_slope("ive", "v"),
    lambda ans, v, x: (call(sp.ive, v - 1, x) + call(sp.ive, v + 1, x)) / 2 - np.sign(x) * ans,
)
elementwise(
    sp.kve,
    unknown_slope("kve", "v"),
    lambda ans, v, x: ans - (call(sp.kve, v - 1, x) + call(sp.kve, v + 1, x)) / 2,
)


def divide_or_half(ans: Any, x: Any) -> Any:
    """j1(x) / x, as (j0 + j2) / 2 has it also at 0."""
    return (sp.j0(x) + call(sp.jv, 2, x)) / 2


elementwise(sp.exp1, lambda ans, x: -np.exp(-x) / x)
elementwise(sp.expi, lambda ans, x: np.exp(x) / x)
elementwise(sp.spence, lambda ans, z: np.log(z) / (1 - z))

# Over an axis


def _over_axis(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


def _logsumexp_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = reduced_dims(array_dims(kinds[0]), params.get("axis"), params.get("keepdims"))
    found = Array(inexact(promoted(kinds)), dims)
    return Tuple((found, found)) if params.get("return_sign") else found


def _weights(ans: Any, a: Any, axis: Any, keepdims: Any, sign: Any) -> Any:
    """What each exponential counts for; with `return_sign` the result is a pair."""
    log = ans[0] if sign else ans
    weights = np.exp(a - kept(log, a, axis, keepdims))
    return weights * kept(ans[1], a, axis, keepdims) if sign else weights


def _logsumexp_tangent(
    ans: Any, t: Any, a: Any, axis: Any = None, keepdims: Any = False, b: Any = None, return_sign: bool = False
) -> Any:
    weights = _weights(ans, a, axis, keepdims, return_sign)
    total: Any = 0
    if t[0] is not None:
        total = t[0] * weights if b is None else t[0] * weights * b
    if b is not None and t.of("b") is not None:
        total = total + t.of("b") * weights
    found = np.sum(total, axis=axis, keepdims=keepdims)
    return (found, None) if return_sign else found


def _logsumexp_cotangent(
    ct: Any, ans: Any, a: Any, axis: Any = None, keepdims: Any = False, b: Any = None, return_sign: bool = False
) -> Any:
    ct = ct[0] if return_sign else ct
    part = kept(ct, a, axis, keepdims) * _weights(ans, a, axis, keepdims, return_sign)
    return part if b is None else part * b


def _logsumexp_by_factor(
    ct: Any, ans: Any, a: Any, axis: Any = None, keepdims: Any = False, b: Any = None, return_sign: bool = False
) -> Any:
    assert b is not None
    ct = ct[0] if return_sign else ct
    return unbroadcast(kept(ct, a, axis, keepdims) * _weights(ans, a, axis, keepdims, return_sign), b)


custom(
    sp.logsumexp,
    _logsumexp_tangent,
    {0: _logsumexp_cotangent, "b": _logsumexp_by_factor},
    _logsumexp_kind,
    operands=("a", "b"),
)
custom(
    sp.softmax,
    lambda ans, t, x, axis=None: ans * (t[0] - np.sum(ans * t[0], axis=axis, keepdims=True)),
    lambda ct, ans, x, axis=None: ans * (ct - np.sum(ans * ct, axis=axis, keepdims=True)),
    _over_axis,
    operands=("x",),
)
custom(
    sp.log_softmax,
    lambda ans, t, x, axis=None: t[0] - np.sum(np.exp(ans) * t[0], axis=axis, keepdims=True),
    lambda ct, ans, x, axis=None: ct - np.exp(ans) * np.sum(ct, axis=axis, keepdims=True),
    _over_axis,
    operands=("x",),
)
