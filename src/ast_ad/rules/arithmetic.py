"""Rules of the operators, of the `operator` module and of Python's own functions of numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import FLOAT, INT, Array, Kind, Scalar, Tuple, is_complex, is_number
from ast_ad.ir.primitives import Kinds
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.table import (
    custom,
    elementwise,
    helper,
    linear,
    nondifferentiable,
    primitive_for,
    primitive_of,
    register,
    selecting,
)
from ast_ad.rules.terms import make


def _as_true_power(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    found = elementwise_kind(operator.pow, kinds)
    return FLOAT if found == INT else found


power = helper(runtime.power, _as_true_power)
power_slope = helper(runtime.power_slope, _as_true_power)
log_or_zero = helper(runtime.log_or_zero, lambda ks, p: elementwise_kind(np.log, ks) if ks[0] != FLOAT else FLOAT)
sign_of_number = helper(runtime.sign, lambda ks, p: FLOAT)
select = helper(runtime.select, lambda ks, p: elementwise_kind(operator.add, ks[1:]))


def log_of_number(number: float) -> Any:
    """log(number) as a Python number: it leaves float32 as it is."""
    primitive = primitive_of(math.log)
    assert primitive is not None
    return make(primitive, number)


def divide(a: Any, b: Any) -> Any:
    """a / b where b may be 0 although the primal raises nothing and warns of nothing."""
    return make(P.DIVIDE, a, b)


def divide_or_zero(a: Any, b: Any) -> Any:
    """a / b where 0 / 0 is the kink of a norm."""
    return make(P.DIVIDE_OR_ZERO, a, b)


# + - * / // % @


def power_by_base(ans: Any, x: Any, y: Any) -> Any:
    """The derivative of x ** y by x, which neither raises nor warns where x ** y does not."""
    n = y.value
    if type(n) not in (int, float):
        return power_slope(x, y)
    if n == 0:
        return 0
    n = int(n) if n == int(n) and abs(n) < 2**31 else n
    if n >= 1:
        return n * x ** (n - 1)
    if n < 0:
        return n * ans / x
    return divide(n, ans if n == 0.5 else x ** (1 - n))


def power_by_exponent(ans: Any, x: Any, y: Any) -> Any:
    """The derivative of x ** y by y: 0 where x is 0, nan where x is negative and no power is complex."""
    if type(x.value) in (int, float) and x.value > 0:
        return ans * log_of_number(x.value)
    return ans * log_of_base(ans, x)


def log_of_base(ans: Any, x: Any) -> Any:
    """The logarithm that x ** y was made with; 0 where x is 0."""
    return log_or_zero(x + 0j if is_complex(ans.kind) and not is_complex(x.kind) else x)


ADD = (lambda ans, x, y: 1, lambda ans, x, y: 1)
SUBTRACT = (lambda ans, x, y: 1, lambda ans, x, y: -1)
MULTIPLY = (lambda ans, x, y: y, lambda ans, x, y: x)
DIVIDE = (lambda ans, x, y: 1 / y, lambda ans, x, y: -ans / y)
REMAINDER = (lambda ans, x, y: 1, lambda ans, x, y: -(x // y))
POWER = (power_by_base, power_by_exponent)

elementwise(P.ADD, *ADD)
elementwise(P.SUB, *SUBTRACT)
elementwise(P.MUL, *MULTIPLY)
elementwise(P.TRUEDIV, *DIVIDE, singular=True)
elementwise(P.MOD, *REMAINDER)
elementwise(P.POW, *POWER, singular=True)
elementwise(P.NEG, lambda ans, x: -1)
elementwise(P.POS, lambda ans, x: 1)
elementwise(P.TO_FLOAT, lambda ans, x: 1)
elementwise(P.TO_COMPLEX, lambda ans, x, y=0: 1, lambda ans, x, y: 1j)
linear(P.CONJUGATE, lambda ct, z: np.conj(ct))
nondifferentiable(P.FLOORDIV, P.INVERT, P.LSHIFT, P.RSHIFT, P.BITAND, P.BITOR, P.BITXOR)
nondifferentiable(P.LT, P.LE, P.GT, P.GE, P.EQ, P.NE, P.IS, P.IS_NOT, P.IN, P.NOT_IN, P.NOT, P.TO_INT, P.TO_BOOL)


def magnitude_cotangent(ct: Any, ans: Any, x: Any) -> Any:
    """Of |x|: the sign; of a complex number its conjugate direction, 0 at 0."""
    return ct * (divide_or_zero(np.conj(x), ans) if is_complex(x.kind) else _sign(x))


def magnitude_tangent(ans: Any, tangents: Any, x: Any) -> Any:
    """Of |x|: the real part of the tangent along the conjugate direction."""
    (t,) = tangents
    return np.real(t * divide_or_zero(np.conj(x), ans)) if is_complex(x.kind) else t * _sign(x)


def _sign(x: Any) -> Any:
    return sign_of_number(x) if isinstance(x.kind, Scalar) else np.sign(x)


custom(P.ABS, magnitude_tangent, magnitude_cotangent, unbroadcast=True)

# The derivatives themselves: they close the table under differentiation.

elementwise(
    register(runtime.divide, P.DIVIDE), lambda ans, x, y: divide(1, y), lambda ans, x, y: divide(-ans, y), singular=True
)
elementwise(
    P.DIVIDE_OR_ZERO,
    lambda ans, x, y: divide_or_zero(1, y),
    lambda ans, x, y: divide_or_zero(-ans, y),
    singular=True,
)
selecting(P.KEEP_ZEROS, lambda t, ans, x, y: make(P.KEEP_ZEROS, t, y), None)
elementwise(primitive_of(runtime.power), power_by_base, lambda ans, x, y: ans * log_of_base(ans, x))


def _slope_by_exponent(ans: Any, x: Any, y: Any, order: int = 1) -> Any:
    """Of y * (y - 1) * ... * x ** (y - order), by y."""
    factors, change = y, 1
    for k in range(1, order):
        change = change * (y - k) + factors
        factors = factors * (y - k)
    return power(x, y - order) * (change + factors * log_of_base(ans, x))


elementwise(
    primitive_of(runtime.power_slope),
    lambda ans, x, y, order=1: power_slope(x, y, order=order + 1),
    _slope_by_exponent,
)
elementwise(primitive_of(runtime.log_or_zero), lambda ans, x: divide_or_zero(1, x))
nondifferentiable(primitive_of(runtime.sign))
selecting(
    primitive_of(runtime.select),
    None,
    lambda t, ans, test, a, b: select(test, t, 0.0),
    lambda t, ans, test, a, b: select(test, 0.0, t),
)

# Python's own functions.  `max` and `min` of numbers: of equal ones the first counts, as Python chooses it.


def _of_chosen(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return elementwise_kind(operator.add, kinds) if all(map(is_number, kinds)) else Array(None, None)


selecting(
    primitive_for(max, _of_chosen, name="max", cost=1, total=P.no_overflow),
    lambda t, ans, x, y: select(x >= y, t, 0.0),
    lambda t, ans, x, y: select(x >= y, 0.0, t),
)
selecting(
    primitive_for(min, _of_chosen, name="min", cost=1, total=P.no_overflow),
    lambda t, ans, x, y: select(x <= y, t, 0.0),
    lambda t, ans, x, y: select(x <= y, 0.0, t),
)
nondifferentiable(primitive_for(round, lambda ks, p: INT if len(ks) == 1 else ks[0], name="round", cost=1))


def _both(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Tuple((elementwise_kind(operator.floordiv, kinds), elementwise_kind(operator.mod, kinds)))


def _divmod_tangent(ans: Any, tangents: Any, x: Any, y: Any) -> Any:
    dx, dy = tangents
    part = dx if dy is None else -dy * ans[0] if dx is None else dx - dy * ans[0]
    return None, part


custom(
    primitive_for(divmod, _both, name="divmod", cost=1),
    _divmod_tangent,
    (lambda ct, ans, x, y: ct[1], lambda ct, ans, x, y: None if ct[1] is None else -ct[1] * ans[0]),
    unbroadcast=True,
)

_SAME_AS_OPERATOR = {
    "add iadd concat": P.ADD,
    "sub isub": P.SUB,
    "mul imul": P.MUL,
    "truediv itruediv": P.TRUEDIV,
    "floordiv ifloordiv": P.FLOORDIV,
    "mod imod": P.MOD,
    "pow ipow": P.POW,
    "matmul imatmul": P.MATMUL,
    "neg": P.NEG,
    "pos": P.POS,
    "abs": P.ABS,
    "invert inv": P.INVERT,
    "lshift": P.LSHIFT,
    "rshift": P.RSHIFT,
    "and_": P.BITAND,
    "or_": P.BITOR,
    "xor": P.BITXOR,
    "lt": P.LT,
    "le": P.LE,
    "gt": P.GT,
    "ge": P.GE,
    "eq": P.EQ,
    "ne": P.NE,
    "is_": P.IS,
    "is_not": P.IS_NOT,
    "not_": P.NOT,
    "truth": P.TO_BOOL,
}
for _names, _primitive in _SAME_AS_OPERATOR.items():
    for _name in _names.split():
        if not _name.startswith("i") or _name in ("invert", "inv", "is_", "is_not"):
            register(getattr(operator, _name), _primitive)
for _builtin, _primitive in {
    abs: P.ABS,
    float: P.TO_FLOAT,
    complex: P.TO_COMPLEX,
    complex.conjugate: P.CONJUGATE,
    int: P.TO_INT,
    bool: P.TO_BOOL,
    len: P.LENGTH,
}.items():
    register(_builtin, _primitive)


def _bind_pow(args: Any, kwargs: Any) -> Any:
    from ast_ad.rules.binding import UnsupportedArgument

    if len(args) != 2 or kwargs:
        raise UnsupportedArgument("pow with a modulus is not supported")
    return list(args), {}


register(pow, P.POW)
