"""Rules of NumPy's element-wise functions; those that `math` has too are in math_functions.py."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import FLOAT, Array, Kind, Scalar, Tuple, dims_of, is_complex
from ast_ad.ir.primitives import Kinds
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.arithmetic import (
    ADD,
    DIVIDE,
    MULTIPLY,
    POWER,
    REMAINDER,
    SUBTRACT,
    divide_or_zero,
    magnitude_cotangent,
    magnitude_tangent,
)
from ast_ad.rules.binding import BINDERS, UnsupportedArgument
from ast_ad.rules.results import fits_together, inexact, name_of, real
from ast_ad.rules.table import (
    custom,
    elementwise,
    helper,
    linear,
    nondifferentiable,
    primitive_for,
    primitive_of,
    selecting,
)
from ast_ad.rules.terms import Term, make

# Arithmetic

elementwise(np.add, *ADD)
elementwise(np.subtract, *SUBTRACT)
elementwise(np.multiply, *MULTIPLY)
elementwise(np.true_divide, *DIVIDE, singular=True)
elementwise(np.remainder, *REMAINDER)
elementwise((np.power, np.float_power), *POWER, singular=True)
elementwise(np.negative, lambda ans, x: -1)
elementwise(np.positive, lambda ans, x: 1)
elementwise(np.square, lambda ans, x: 2 * x)
elementwise(np.reciprocal, lambda ans, x: -(ans * ans), singular=True)
custom((np.absolute, np.fabs), magnitude_tangent, magnitude_cotangent, unbroadcast=True, total=fits_together)


def _both(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Tuple((elementwise_kind(np.floor_divide, kinds), elementwise_kind(np.remainder, kinds)))


def _divmod_tangent(ans: Any, tangents: Any, x: Any, y: Any) -> Any:
    dx, dy = tangents
    part = dx if dy is None else -dy * ans[0] if dx is None else dx - dy * ans[0]
    return None, part


custom(
    primitive_for(np.divmod, _both),
    _divmod_tangent,
    (lambda ct, ans, x, y: ct[1], lambda ct, ans, x, y: None if ct[1] is None else -ct[1] * ans[0]),
    unbroadcast=True,
)

# Logarithms of sums, and the cardinal sine

elementwise(np.logaddexp, lambda ans, x, y: np.exp(x - ans), lambda ans, x, y: np.exp(y - ans))
elementwise(np.logaddexp2, lambda ans, x, y: np.exp2(x - ans), lambda ans, x, y: np.exp2(y - ans))

_sinc_derivative = helper(
    runtime.sinc_derivative, lambda ks, p: elementwise_kind(np.sin, ks) if isinstance(ks[0], Array) else ks[0]
)
_bessel_i = helper(runtime.bessel_i, lambda ks, p: elementwise_kind(np.sin, ks))
_inexact = lambda ks, p: elementwise_kind(np.sin, ks)  # noqa: E731

elementwise(np.sinc, lambda ans, x: _sinc_derivative(x, order=1), operands=("x",), kinds=_inexact)
elementwise(primitive_of(runtime.sinc_derivative), lambda ans, x, order: _sinc_derivative(x, order=order + 1))
elementwise(np.i0, lambda ans, x: _bessel_i(x, order=1), operands=("x",), kinds=_inexact)
elementwise(
    primitive_of(runtime.bessel_i),
    lambda ans, x, order: (_bessel_i(x, order=abs(order - 1)) + _bessel_i(x, order=order + 1)) / 2,
)

# Choices: the larger, the smaller, the clipped.  Equal ones share.


def _share(t: Any, wins: Any, ties: Any) -> Any:
    return np.where(wins, t, np.where(ties, 0.5 * t, 0))


selecting(
    np.maximum,
    lambda t, ans, x, y: _share(t, x > y, x.equals(y)),
    lambda t, ans, x, y: _share(t, y > x, x.equals(y)),
)
selecting(
    np.minimum,
    lambda t, ans, x, y: _share(t, x < y, x.equals(y)),
    lambda t, ans, x, y: _share(t, y < x, x.equals(y)),
)
selecting(
    np.fmax,
    lambda t, ans, x, y: _share(t, (x > y) | np.isnan(y), x.equals(y)),
    lambda t, ans, x, y: _share(t, (y > x) | np.isnan(x), x.equals(y)),
)
selecting(
    np.fmin,
    lambda t, ans, x, y: _share(t, (x < y) | np.isnan(y), x.equals(y)),
    lambda t, ans, x, y: _share(t, (y < x) | np.isnan(x), x.equals(y)),
)


def _is_none(value: Any) -> bool:
    return value is None or (isinstance(value, Term) and value.is_lit and value.value is None)


def _clip_share(t: Any, ans: Any, x: Any, low: Any = None, high: Any = None) -> Any:
    """As minimum(maximum(x, low), high): half at either bound."""
    if _is_none(low) and _is_none(high):
        return t
    if _is_none(low):
        return _share(t, x < high, x.equals(high))
    if _is_none(high):
        return _share(t, x > low, x.equals(low))
    return _share(t, (low < x) & (x < high), x.equals(low) | x.equals(high))


def _low_share(t: Any, ans: Any, x: Any, low: Any, high: Any = None) -> Any:
    kept = t if _is_none(high) else _share(t, low < high, low.equals(high))
    return _share(kept, low > x, low.equals(x))


def _high_share(t: Any, ans: Any, x: Any, low: Any, high: Any) -> Any:
    lifted = x if _is_none(low) else np.maximum(x, low)
    return _share(t, high < lifted, high.equals(lifted))


def _clipped(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    numbers = [k for k in kinds if name_of(k) is not None or isinstance(k, Array)]
    found = elementwise_kind(np.maximum, numbers) if len(numbers) == 2 else elementwise_kind(np.clip, numbers)
    return Array(found.dtype, dims_of(found)) if isinstance(found, Array) else Array(name_of(found), ())


selecting(np.clip, _clip_share, _low_share, _high_share, kinds=_clipped, operands=("a", "a_min", "a_max"))


def _bind_clip(args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`min` and `max` are other names of the bounds; a bound that is not there is None."""
    names = {"min": "a_min", "max": "a_max"}
    given = dict(zip(("a", "a_min", "a_max"), args, strict=False))
    for name, value in kwargs.items():
        name = names.get(name, name)
        if name not in ("a", "a_min", "a_max"):
            raise UnsupportedArgument(f"np.clip with {name!r} is not supported")
        if name in given:
            raise TypeError(f"got several values for {name!r}")
        given[name] = value
    if len(args) > 3:
        raise UnsupportedArgument("np.clip with 'out' is not supported")
    return [given["a"], given.get("a_min"), given.get("a_max")], {}


BINDERS[primitive_for(np.clip)] = _bind_clip

selecting(
    np.heaviside,
    None,
    lambda t, ans, x, y: np.where(x.equals(0), t, 0),
)
selecting(
    np.nan_to_num,
    lambda t, ans, x, copy=True, nan=0.0, posinf=None, neginf=None: np.where(np.isfinite(x), t, 0),
    kinds=lambda ks, p: elementwise_kind(np.positive, ks),
    operands=("x",),
)

# Parts


def _pieces(first: Any, second: Any) -> Any:
    return lambda ks, p: Tuple((elementwise_kind(first, ks), elementwise_kind(second, ks, 1)))


custom(
    primitive_for(np.modf, _pieces(np.modf, np.modf)),
    lambda ans, t, x: (t[0], None),
    lambda ct, ans, x: ct[0],
    unbroadcast=True,
)
custom(
    primitive_for(np.frexp, _pieces(np.frexp, np.frexp)),
    lambda ans, t, x: (np.ldexp(t[0], -ans[1]), None),
    lambda ct, ans, x: np.ldexp(ct[0], -ans[1]),
    unbroadcast=True,
)


# Adds a constant, piece by piece: the tangent passes as it is.
custom(
    np.unwrap,
    lambda ans, t, p, discont=None, axis=-1, period=None: t[0],
    lambda ct, ans, p, discont=None, axis=-1, period=None: ct,
    lambda ks, p: Array(name_of(ks[0]), dims_of(ks[0])),
    operands=("p",),
)
elementwise(np.nextafter, lambda ans, x, y: 1, None)
nondifferentiable(np.floor, np.ceil, np.rint, np.trunc, np.sign, np.floor_divide, total=fits_together)
nondifferentiable(*(np.round, np.around), operands=("a",), kinds=lambda ks, p: elementwise_kind(np.rint, ks))
nondifferentiable(np.fix, operands=("x",), kinds=lambda ks, p: elementwise_kind(np.floor, ks))
nondifferentiable(np.spacing, np.signbit, total=fits_together)
nondifferentiable(np.isnan, np.isinf, np.isfinite, total=fits_together, cost=1)
nondifferentiable(
    *(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal), total=fits_together, cost=0
)
nondifferentiable(np.logical_and, np.logical_or, np.logical_xor, np.logical_not, total=fits_together, cost=0)
nondifferentiable(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift)
nondifferentiable(np.gcd, np.lcm)

# Complex numbers: the gradient of a real f(x + iy) is f_x - i f_y.


def _complex_to_real(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    if isinstance(kinds[0], Scalar):
        return FLOAT if kinds[0].type == "complex" else kinds[0]
    return Array(real(name_of(kinds[0])), dims_of(kinds[0]))


def _same(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), dims_of(kinds[0]))


def _has_imaginary_part(x: Any) -> bool:
    """Whether a number is complex; where that is not known, nothing can be said of its imaginary part."""
    if isinstance(x.kind, Array) and x.kind.dtype is None:
        raise UnsupportedArgument("the imaginary part of a number whose type is not known has no derivative rule")
    return is_complex(x.kind)


linear(np.real, lambda ct, x: ct, _complex_to_real, operands=("val",), result="layout", total=P.always, cost=0)
custom(
    np.imag,
    lambda ans, t, x: np.imag(t[0]) if _has_imaginary_part(x) else None,
    lambda ct, ans, x: -1j * ct if _has_imaginary_part(x) else None,
    _complex_to_real,
    operands=("val",),
    result="layout",
    total=P.always,
    cost=0,
)


def _part(function: Any) -> Any:
    """A complex number with another real, or imaginary, part; `z.real[i] = x` writes such a one."""
    return helper(function, lambda kinds, params: kinds[0], cost=1)


with_real, with_imag = _part(runtime.with_real), _part(runtime.with_imag)
linear(
    primitive_of(runtime.with_real),
    (lambda ct, z, x: with_real(ct, 0.0), lambda ct, z, x: make(P.UNBROADCAST, np.real(ct), x)),
)
linear(
    primitive_of(runtime.with_imag),
    (lambda ct, z, y: with_imag(ct, 0.0), lambda ct, z, y: make(P.UNBROADCAST, -np.imag(ct), y)),
)
linear(np.conjugate, lambda ct, x: np.conj(ct) if is_complex(x.kind) else ct, total=fits_together)
linear(
    np.real_if_close,
    lambda ct, x, tol=100: ct,
    lambda ks, p: Array(real(name_of(ks[0])), dims_of(ks[0])),
    operands=("a",),
    result="layout",
)


def square_of_distance(x: Any) -> Any:
    """The square of the distance of a complex number from 0."""
    return np.real(x * np.conj(x))


def _turn(angle: Any, deg: bool) -> Any:
    return angle * (180 / math.pi) if deg else angle


def angle_tangent(ans: Any, tangents: Any, x: Any, deg: bool = False) -> Any:
    """Of the angle: the imaginary part of the tangent over x, 0 at 0; None of a real number."""
    turned = divide_or_zero(tangents[0] * np.conj(x), square_of_distance(x))
    return _turn(np.imag(turned), deg) if _has_imaginary_part(x) else None


def angle_cotangent(ct: Any, ans: Any, x: Any, deg: bool = False) -> Any:
    """The transpose of `angle_tangent`."""
    turned = divide_or_zero(ct * np.conj(x), square_of_distance(x))
    return _turn(-1j * turned, deg) if _has_imaginary_part(x) else None


custom(
    np.angle,
    angle_tangent,
    angle_cotangent,
    lambda ks, p: Array(real(inexact(name_of(ks[0]))), dims_of(ks[0])),
    operands=("z",),
)
