"""Rules of the functions of `math`, which take and give Python numbers, and of NumPy's functions of the same names."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import BOOL, FLOAT, INT, Array, Kind, List, Scalar, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide, divide_or_zero, log_of_number, log_or_zero, power_slope, sign_of_number
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.modes import elements
from ast_ad.rules.structures import list_of
from ast_ad.rules.table import (
    custom,
    elementwise,
    helper,
    linear,
    nondifferentiable,
    primitive_for,
    primitive_of,
)
from ast_ad.rules.terms import Term, call, make

# Exponentials, logarithms, powers

elementwise((np.exp, math.exp, cmath.exp), lambda ans, x: ans)
elementwise(np.exp2, lambda ans, x: ans * log_of_number(2))
elementwise((np.expm1, math.expm1), lambda ans, x: ans + 1)
elementwise(np.log, lambda ans, x: 1 / x, singular=True)
for _log in (math.log, cmath.log):
    elementwise(
        _log,
        lambda ans, x, base=None, _log=_log: 1 / x if base is None else 1 / (x * call(_log, base)),
        lambda ans, x, base, _log=_log: -ans / (base * call(_log, base)),
        singular=True,
    )
elementwise((np.log2, math.log2), lambda ans, x: 1 / (x * log_of_number(2)), singular=True)
elementwise((np.log10, math.log10, cmath.log10), lambda ans, x: 1 / (x * log_of_number(10)), singular=True)
elementwise((np.log1p, math.log1p), lambda ans, x: 1 / (1 + x), singular=True)
elementwise((np.sqrt, math.sqrt, cmath.sqrt), lambda ans, x: divide(0.5, ans), singular=True)
elementwise(np.cbrt, lambda ans, x: divide(1, 3 * (ans * ans)), singular=True)
elementwise(math.pow, lambda ans, x, y: power_slope(x, y), lambda ans, x, y: ans * log_or_zero(x), singular=True)
if hasattr(math, "exp2"):
    elementwise(math.exp2, lambda ans, x: ans * log_of_number(2))
    elementwise(math.cbrt, lambda ans, x: divide(1, 3 * (ans * ans)), singular=True)

# Trigonometric and hyperbolic functions

elementwise((np.sin, math.sin, cmath.sin), lambda ans, x: np.cos(x))
elementwise((np.cos, math.cos, cmath.cos), lambda ans, x: -np.sin(x))
elementwise((np.tan, math.tan, cmath.tan), lambda ans, x: 1 + ans * ans)
elementwise((np.arcsin, math.asin, cmath.asin), lambda ans, x: divide(1, np.sqrt(1 - x * x)), singular=True)
elementwise((np.arccos, math.acos, cmath.acos), lambda ans, x: divide(-1, np.sqrt(1 - x * x)), singular=True)
elementwise((np.arctan, math.atan, cmath.atan), lambda ans, x: 1 / (1 + x * x))
elementwise(
    (np.arctan2, math.atan2),
    lambda ans, y, x: divide_or_zero(x, x * x + y * y),
    lambda ans, y, x: divide_or_zero(-y, x * x + y * y),
)
elementwise((np.sinh, math.sinh, cmath.sinh), lambda ans, x: np.cosh(x))
elementwise((np.cosh, math.cosh, cmath.cosh), lambda ans, x: np.sinh(x))
elementwise((np.tanh, math.tanh, cmath.tanh), lambda ans, x: 1 - ans * ans)
elementwise((np.arcsinh, math.asinh, cmath.asinh), lambda ans, x: 1 / np.sqrt(1 + x * x))
elementwise((np.arccosh, math.acosh, cmath.acosh), lambda ans, x: divide(1, np.sqrt(x * x - 1)), singular=True)
elementwise((np.arctanh, math.atanh, cmath.atanh), lambda ans, x: 1 / (1 - x * x), singular=True)
elementwise((np.deg2rad, np.radians, math.radians), lambda ans, x: math.pi / 180)
elementwise((np.rad2deg, np.degrees, math.degrees), lambda ans, x: 180 / math.pi)

# Distances

elementwise(np.hypot, lambda ans, x, y: divide_or_zero(x, ans), lambda ans, x, y: divide_or_zero(y, ans))


def _hypot_tangent(ans: Any, tangents: Any, *coordinates: Any) -> Any:
    total: Any = 0
    for t, x in zip(tangents, coordinates, strict=True):
        total = total if t is None else total + t * x
    return divide_or_zero(total, ans)


custom(
    math.hypot,
    _hypot_tangent,
    {"*": lambda ct, ans, *coordinates, i: divide_or_zero(ct * coordinates[i], ans)},
    lambda ks, p: FLOAT,
)


def _known(xs: Any) -> Sequence[Any] | None:
    """The elements of a tuple; None for an array or a list."""
    return None if isinstance(xs.kind, Array) else elements(xs)


def _as_array(xs: Any) -> Any:
    return xs if isinstance(xs.kind, Array) else call(np.array, xs)


def _points(p: Any, q: Any) -> list[tuple[Term, Term]]:
    one, two = _known(p), _known(q)
    if one is None and two is None:
        raise UnsupportedArgument("math.dist has a derivative for points whose number of coordinates is known")
    count = len(one if one is not None else two or ())
    return [(p[k] if one is None else one[k], q[k] if two is None else two[k]) for k in range(count)]


def _of_arrays(p: Any, q: Any) -> bool:
    return isinstance(p.kind, Array) and isinstance(q.kind, Array)


def _dist_tangent(ans: Any, tangents: Any, p: Any, q: Any) -> Any:
    total: Any = 0
    if _of_arrays(p, q):
        for t, sign in zip(tangents, (1, -1), strict=True):
            total = total if t is None else total + sign * np.sum(t * (p - q))
        return divide_or_zero(total, ans)
    for k, (a, b) in enumerate(_points(p, q)):
        for t, sign in zip(tangents, (1, -1), strict=True):
            part = t[k] if isinstance(t, (tuple, Term)) else None
            total = total if part is None else total + sign * part * (a - b)
    return divide_or_zero(total, ans)


def _dist_cotangent(ct: Any, ans: Any, p: Any, q: Any) -> Any:
    if isinstance(p.kind, Array):
        return divide_or_zero(ct * (p - _as_array(q)), ans)
    return tuple(divide_or_zero(ct * (a - b), ans) for a, b in _points(p, q))


custom(
    primitive_for(math.dist, lambda ks, p: FLOAT),
    _dist_tangent,
    (_dist_cotangent, lambda ct, ans, p, q: _dist_cotangent(ct, ans, q, p)),
)

# Parts of a number

elementwise(
    math.fabs,
    lambda ans, x: sign_of_number(x),
)
elementwise(
    (np.copysign, math.copysign),
    lambda ans, x, y: np.sign(x) * np.copysign(1.0 if isinstance(y.kind, Scalar) else 1, y),
    None,
)
elementwise((np.fmod, math.fmod), lambda ans, x, y: 1, lambda ans, x, y: (ans - x) / y)
elementwise(math.remainder, lambda ans, x, y: 1, lambda ans, x, y: (ans - x) / y)
linear(np.ldexp, (lambda ct, x, i: np.ldexp(ct, i), None), unbroadcast=True)
linear(math.ldexp, (lambda ct, x, i: call(math.ldexp, ct, i), None))


def _parts(second: Kind) -> Any:
    return lambda ks, p: Tuple((FLOAT, second))


custom(
    primitive_for(math.modf, _parts(FLOAT)),
    lambda ans, t, x: (t[0], None),
    lambda ct, ans, x: ct[0],
)
custom(
    primitive_for(math.frexp, _parts(INT)),
    lambda ans, t, x: (call(math.ldexp, t[0], -ans[1]), None),
    lambda ct, ans, x: call(math.ldexp, ct[0], -ans[1]),
)
nondifferentiable(math.ceil, math.floor, math.trunc, kinds=lambda ks, p: INT)
nondifferentiable(
    *(getattr(math, name) for name in ["comb", "perm", "factorial", "gcd", "lcm", "isqrt"]), kinds=lambda ks, p: INT
)
nondifferentiable(math.isfinite, math.isinf, math.isnan, math.isclose, kinds=lambda ks, p: BOOL)
nondifferentiable(math.ulp, kinds=lambda ks, p: FLOAT)
if hasattr(math, "nextafter"):
    elementwise(math.nextafter, lambda ans, x, y: 1, None)

# Sums and products of iterables


def _each(function: Any) -> Any:
    """The cotangents of the elements of an iterable, from a function of its number."""

    def cotangent(ct: Any, ans: Any, xs: Any, **params: Any) -> Any:
        known = _known(xs)
        if known is None:
            return function(ct, ans, xs, None, None)
        return tuple(function(ct, ans, xs, x, k) for k, x in enumerate(known))

    return cotangent


def _to_all(ct: Any, xs: Any) -> Any:
    return make(P.BROADCAST_LIKE, ct, xs) if isinstance(xs.kind, Array) else list_of(ct, xs)


def _fsum_tangent(ans: Any, tangents: Any, xs: Any) -> Any:
    (t,) = tangents
    if isinstance(t, Term):
        return call(math.fsum, t)
    total: Any = None
    for part in t:
        total = part if total is None else total if part is None else total + part
    return total


custom(
    primitive_for(math.fsum, lambda ks, p: FLOAT),
    _fsum_tangent,
    _each(lambda ct, ans, xs, x, k: _to_all(ct, xs) if x is None else ct),
)


def _product_of_others(known: Any, k: int) -> Any:
    total: Any = 1
    for j, x in enumerate(known):
        total = total if j == k else total * x
    return total


def _prod_tangent(ans: Any, tangents: Any, xs: Any, start: Any = 1) -> Any:
    t = tangents[0]
    known = _known(xs)
    if known is None:
        from ast_ad.rules.reductions import products_of_others

        return start * np.sum(products_of_others(_as_array(xs)) * _as_array(t))
    total: Any = None
    for k, part in enumerate(t if isinstance(t, tuple) else elements(t) or ()):
        if part is not None:
            term = part * (start * _product_of_others(known, k))
            total = term if total is None else total + term
    return total


def _prod_cotangent(ct: Any, ans: Any, xs: Any, start: Any = 1) -> Any:
    known = _known(xs)
    if known is None:
        from ast_ad.rules.reductions import products_of_others
        from ast_ad.rules.structures import list_of_rows

        of_each = ct * start * products_of_others(_as_array(xs))
        return of_each if isinstance(xs.kind, Array) else list_of_rows(of_each)
    return tuple(ct * (start * _product_of_others(known, k)) for k in range(len(known)))


def _kind_of_product(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    from ast_ad.ir.kinds import join, kind_of_value

    whole = kinds[0]
    if isinstance(whole, List):
        return whole.item
    if isinstance(whole, Array):
        return Array(whole.dtype, ())
    items = getattr(whole, "items", ())
    found = kind_of_value(params.get("start", 1))
    for item in items:
        found = join(found, item)
    return found


custom(primitive_for(math.prod, _kind_of_product, operands=("iterable",)), _prod_tangent, _prod_cotangent)

if hasattr(math, "sumprod"):

    def _sumprod_tangent(ans: Any, tangents: Any, p: Any, q: Any) -> Any:
        total: Any = None
        for t, other in zip(tangents, (q, p), strict=True):
            known = elements(other)
            for k, x in enumerate(known or ()):
                part = None if t is None else t[k]
                if part is not None:
                    total = part * x if total is None else total + part * x
        return total

    custom(
        primitive_for(math.sumprod, lambda ks, p: FLOAT),
        _sumprod_tangent,
        (
            lambda ct, ans, p, q: tuple(ct * x for x in elements(q) or ()),
            lambda ct, ans, p, q: tuple(ct * x for x in elements(p) or ()),
        ),
    )
if hasattr(math, "fma"):
    elementwise(math.fma, lambda ans, x, y, z: y, lambda ans, x, y, z: x, lambda ans, x, y, z: 1)

# Special functions

_TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)
elementwise(math.erf, lambda ans, x: _TWO_BY_ROOT_PI * np.exp(-(x * x)))
elementwise(math.erfc, lambda ans, x: -_TWO_BY_ROOT_PI * np.exp(-(x * x)))

_polygamma = helper(runtime.polygamma, lambda ks, p: FLOAT)


def polygamma(order: int, x: Any) -> Any:
    """The derivative of order `order + 1` of log(gamma(x)) for a Python number."""
    return _polygamma(x, order=order)


elementwise(primitive_of(runtime.polygamma), lambda ans, x, order: polygamma(order + 1, x))
elementwise(math.gamma, lambda ans, x: ans * polygamma(0, x))
elementwise(math.lgamma, lambda ans, x: polygamma(0, x))
