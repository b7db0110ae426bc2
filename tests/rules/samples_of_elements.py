"""Samples of the element-wise functions: shapes and dtypes by a common list, the points by function."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from tests.rules.checking import Sample, sample

REAL = np.array([-1.3, 0.4, 2.1])
POSITIVE = np.array([0.3, 1.7, 2.2])
SMALL = np.array([-0.6, 0.2, 0.7])
ABOVE = np.array([1.2, 1.9, 3.1])

UNARY: dict[Any, Any] = {
    **dict.fromkeys(
        (np.exp, np.exp2, np.expm1, np.sin, np.cos, np.tan, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh), REAL
    ),
    **dict.fromkeys(
        (np.deg2rad, np.rad2deg, np.degrees, np.radians, np.square, np.negative, np.positive, np.cbrt), REAL
    ),
    **dict.fromkeys((np.reciprocal, np.absolute, np.fabs, np.sign, np.floor, np.ceil, np.trunc, np.rint, np.i0), REAL),
    **dict.fromkeys((np.sinc, np.nan_to_num, np.fix, np.round, np.real, np.imag, np.conjugate, np.angle), REAL),
    **dict.fromkeys((np.isnan, np.isinf, np.isfinite, np.signbit, np.spacing, np.logical_not, np.real_if_close), REAL),
    **dict.fromkeys((np.log, np.log2, np.log10, np.sqrt, np.log1p), POSITIVE),
    **dict.fromkeys((np.arcsin, np.arccos, np.arctanh), SMALL),
    np.arccosh: ABOVE,
}
HOLOMORPHIC = (
    np.exp,
    np.sin,
    np.cos,
    np.tan,
    np.sinh,
    np.cosh,
    np.tanh,
    np.log,
    np.sqrt,
    np.square,
    np.negative,
    np.reciprocal,
)
COMPLEX = (*HOLOMORPHIC, np.absolute, np.real, np.imag, np.conjugate, np.angle)

BINARY: dict[Any, Any] = {
    **dict.fromkeys(
        (np.add, np.subtract, np.multiply, np.hypot, np.logaddexp, np.logaddexp2, np.arctan2), (REAL, SMALL)
    ),
    **dict.fromkeys((np.true_divide, np.remainder, np.fmod, np.copysign, np.floor_divide), (REAL, ABOVE)),
    **dict.fromkeys((np.maximum, np.minimum, np.fmax, np.fmin, np.heaviside), (REAL, SMALL)),
    **dict.fromkeys((np.power, np.float_power), (POSITIVE, REAL)),
    **dict.fromkeys((operator.add, operator.sub, operator.mul), (REAL, SMALL)),
    **dict.fromkeys((operator.truediv, operator.mod, operator.floordiv), (REAL, ABOVE)),
    **dict.fromkeys((np.nextafter, np.less, np.logical_and, np.equal), (REAL, SMALL)),
    operator.pow: (POSITIVE, REAL),
}

MATH_UNARY: dict[str, float] = {
    **dict.fromkeys(
        [
            "sin",
            "cos",
            "tan",
            "exp",
            "expm1",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "atan",
            "erf",
            "erfc",
            "degrees",
            "radians",
            "fabs",
        ],
        0.7,
    ),
    **dict.fromkeys(["asin", "acos", "atanh", "sqrt", "log", "log2", "log10", "log1p", "gamma", "lgamma"], 0.6),
    **dict.fromkeys(["modf", "frexp", "floor", "ceil", "trunc", "ulp", "isnan", "isfinite", "isinf"], 2.7),
    "acosh": 1.8,
    **({"exp2": 0.6, "cbrt": -1.2} if sys.version_info >= (3, 11) else {}),
}


def shapes_of(x: Any) -> Iterator[Any]:
    """The same points as arrays of many forms."""
    yield x
    yield x[1]
    yield float(x[1])
    yield np.asfortranarray(np.stack([x, x[::-1]]))[::-1, ::2]
    yield x[:1]
    yield x.astype(np.float32)
    yield x[:0]
    yield np.array(x[2])


def pairs_of(x: Any, y: Any) -> Iterator[Any]:
    """The same points broadcast in many ways."""
    yield x, y
    yield x, y[1]
    yield float(x[1]), y
    yield x[:, None], y[None, :2]
    yield x[:1], y[::-1]
    yield np.stack([x, x]), y[None, :]
    yield x[1], y[2]
    yield float(x[1]), float(y[2])
    yield x.astype(np.float32), y.astype(np.float32)
    yield x.astype(np.float32), float(y[0])
    yield x.astype(np.float32), y
    yield x[:0], y[1]


def of_one() -> Iterator[Sample]:
    """Functions of one number."""
    for function, x in UNARY.items():
        for value in shapes_of(x):
            yield sample(function, value)
    for function in COMPLEX:
        yield sample(function, np.array([0.4 + 0.3j, -0.7 + 1.1j]))
        yield sample(function, np.complex128(0.4 - 0.3j))
    for name, point in MATH_UNARY.items():
        yield sample(getattr(math, name), point)
        yield sample(getattr(math, name), np.float64(point))
    for point in (0.3, 2.5, -0.4, -1.7, 31.0):
        yield sample(math.gamma, point, tolerance=1e-5)
        yield sample(math.lgamma, point)
        for order in (0, 1, 2):
            yield sample(runtime.polygamma, point, order=order, tolerance=1e-5)
    for order in (1, 2, 3):
        yield sample(runtime.sinc_derivative, np.array([-2.2, -0.1, 0.0, 1e-6, 0.9, 1.6, 2.6, 40.0]), order=order)
        yield sample(runtime.bessel_i, REAL, order=order)
    yield sample(np.sinc, np.array([0.0, 1e-9, 1.0]))
    yield sample(np.angle, np.array([0.4 + 0.3j]), deg=True)
    for primitive in (P.NEG, P.POS, P.ABS):
        for value in shapes_of(REAL):
            yield sample(primitive, value)
    yield sample(abs, np.array([0.4 + 0.3j, 2j]))
    yield sample(float, 0.3)
    yield sample(float, np.float64(0.3))
    yield sample(runtime.sign, 0.3)
    yield sample(runtime.real_as, REAL, SMALL)
    yield sample(runtime.log_or_zero, POSITIVE)
    yield sample(np.unwrap, np.array([0.1, 3.0, -3.0, -1.0, 2.5]))
    yield sample(np.unwrap, np.array([[0.1, 3.0], [-3.0, -1.0]]), axis=0, period=4.0)
    yield sample(np.modf, REAL)
    yield sample(np.modf, 2.3)
    yield sample(np.frexp, REAL)
    yield sample(np.nan_to_num, np.array([1.0, np.nan, np.inf]), nan=3.0, smooth=False)


def of_two() -> Iterator[Sample]:
    """Functions of two numbers."""
    for function, (x, y) in BINARY.items():
        for pair in pairs_of(x, y):
            yield sample(function, *pair)
    for function in (operator.add, operator.mul, operator.truediv, np.multiply):
        yield sample(function, np.array([1 + 2j, 3j]), REAL[:2])
        yield sample(function, REAL[:2], np.array([1 + 2j, 3j]))
        yield sample(function, REAL, 2)
        yield sample(function, np.array([1, 2, 3]), REAL)
    for exponent in (0, 1, 2, 3, -1, -2, 0.5, 1.5, 2.0, -0.5, 2.5):
        for x in (POSITIVE, POSITIVE[0], 1.7, POSITIVE.astype(np.float32)):
            yield sample(operator.pow, x, exponent)
            yield sample(np.power, x, float(exponent))
    for base in (2, 0.5):
        yield sample(operator.pow, base, REAL)
        yield sample(operator.pow, base, 0.3)
    yield sample(operator.pow, REAL, np.array([1, 2, 3]))
    yield sample(runtime.power, POSITIVE, REAL)
    yield sample(runtime.power, 0.3, 1.2)
    yield sample(runtime.power_slope, POSITIVE, REAL)
    yield sample(runtime.select, True, 0.3, 0.4)
    yield sample(runtime.select, False, 0.3, 0.4)
    yield sample(P.DIVIDE, REAL, ABOVE)
    yield sample(P.DIVIDE_OR_ZERO, REAL, ABOVE)
    yield sample(P.KEEP_ZEROS, REAL, ABOVE)
    for name in ("pow", "atan2", "hypot", "copysign", "fmod", "remainder"):
        yield sample(getattr(math, name), 1.3, 0.7)
        yield sample(getattr(math, name), np.float64(1.3), 0.7)
    yield sample(math.log, 1.3, 0.7)
    yield sample(math.log, 1.3, 2)
    yield sample(math.ldexp, 1.3, 3)
    yield sample(np.ldexp, REAL, 3)
    yield sample(np.ldexp, REAL[:, None], np.array([1, 2]))
    yield sample(math.hypot, 1.0, 2.0, 3.0)
    yield sample(math.dist, (1.0, 2.0), (0.5, 0.3))
    yield sample(math.fsum, (1.0, 2.0, 3))
    yield sample(math.dist, REAL, REAL[::-1] + 0.1)
    yield sample(math.dist, np.array([1.0, 2.0]), (0.5, 0.3))
    yield sample(math.dist, (0.5, 0.3), np.array([1.0, 2.0]))
    yield sample(math.fsum, [1.0, 2.0])
    yield sample(math.fsum, REAL)
    yield sample(math.prod, REAL)
    yield sample(math.prod, (1.0, 0.0, 3.0), start=1.3)
    yield sample(math.prod, (1.0, 0.0, 3.0))
    yield sample(math.prod, [1.0, 2.0, 3.0])
    if sys.version_info >= (3, 12):
        yield sample(math.sumprod, (1.0, 2.0), (0.5, 0.3))
    if sys.version_info >= (3, 13):
        yield sample(math.fma, 1.0, 2.0, 0.5)
    yield sample(math.nextafter, 1.0, 2.0, smooth=False)
    yield sample(math.isclose, 1.0, 2.0)
    yield sample(math.gcd, 4, 6)
    yield sample(max, 1.0, 2.0)
    yield sample(max, 2.0, 1)
    yield sample(min, 1.0, 2.0)
    yield sample(round, 1.7)
    yield sample(divmod, 2.7, 1.1)
    yield sample(np.divmod, REAL, ABOVE)
    yield sample(np.divmod, REAL, 1.1)
    for bounds in (
        (-1.0, 1.0),
        (None, 1.0),
        (-1.0, None),
        (0, 1),
        (SMALL - 0.5, SMALL + 0.8),
        (REAL[:, None] - 1, 0.5),
    ):
        for x in (REAL, REAL[None], REAL.astype(np.float32)):
            yield sample(np.clip, x, *bounds)
    yield sample(np.clip, 0.3, 0.0, 1.0)
    yield sample(np.clip, REAL, a_min=-1.0, a_max=1.0)


def of_lists() -> Iterator[Sample]:
    """Python's own functions of lists."""
    yield sample(sum, [1.0, 2.0, 0.5])
    yield sample(sum, [1.0, 2.0, 0.5], 0.3)
    yield sample(sum, (1.0, 2, 0.5))
    yield sample(sum, [REAL, SMALL])
    yield sample(sum, REAL)
    yield sample(sum, np.outer(REAL, SMALL), 0.3)
    yield sample(sum, (REAL, 0.3), SMALL)
    yield sample(sorted, [2.0, 0.5, 1.0])
    yield sample(sorted, [2.0, 0.5, 1.0], reverse=True)
    yield sample(runtime.sorting_order, [2.0, 0.5, 1.0])
    yield sample(runtime.in_order, [2.0, 0.5, 1.0], [2, 0, 1])
    yield sample(runtime.out_of_order, [2.0, 0.5, 1.0], [2, 0, 1])


def of_constants() -> Iterator[Sample]:
    """What has no derivative by nature."""
    i, j = np.array([1, 2, 3]), np.array([3, 2, 2])
    b, c = i > 1, j > 2
    for function in (operator.ne, operator.lt, operator.le, operator.eq, operator.gt, operator.ge):
        yield sample(function, REAL, SMALL)
    for function in (np.greater, np.greater_equal, np.less_equal, np.not_equal):
        yield sample(function, REAL, SMALL)
    for function in (operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift):
        yield sample(function, i, j)
        yield sample(function, 5, 2)
    for function in (np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift, np.gcd, np.lcm):
        yield sample(function, i, j)
    for function in (np.logical_or, np.logical_xor):
        yield sample(function, b, c)
    yield sample(np.invert, i)
    yield sample(operator.invert, b)
    yield sample(np.around, REAL, 1)
    for name in ("comb", "perm", "lcm"):
        yield sample(getattr(math, name), 5, 2)
    yield sample(math.factorial, 5)
    yield sample(math.isqrt, 5)
    for function in (int, bool, operator.not_):
        yield sample(function, 0.3)
    yield sample(operator.is_, 0.3, None)
    yield sample(operator.is_not, 0.3, None)
    yield sample(P.IN, 1, (1, 2))
    yield sample(P.NOT_IN, 1, (1, 2))


def elements() -> list[Sample]:
    """All samples of this file."""
    return [*of_one(), *of_two(), *of_lists(), *of_constants()]
