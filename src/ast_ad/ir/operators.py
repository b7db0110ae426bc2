"""The operators of the language, and the conversions between its numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from ast_ad.ir.kinds import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    Array,
    Kind,
    Opaque,
    Scalar,
    broadcast_dims,
    broadcasts,
    dims_of,
    is_number,
    known_equal,
)
from ast_ad.ir.primitive import Kinds, Primitive, always, never
from ast_ad.ir.promotion import elementwise_kind


def no_overflow(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """`+ - *`, comparisons: never raise on scalars, nor on arrays that are proven to fit."""
    return all(map(is_number, kinds)) and broadcasts(kinds)


def _total_division(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Division and power raise on Python numbers only."""
    return any(isinstance(k, Array) and k.dtype is not None for k in kinds) and no_overflow(kinds, params)


def _operator(name: str, fn: Callable[..., Any], total: Any = no_overflow, cost: int = 1) -> Primitive:
    return Primitive(name, fn, lambda ks, p: elementwise_kind(fn, ks), total=total, cost=cost)


def _comparison(name: str, fn: Callable[..., Any]) -> Primitive:
    def kinds(ks: Kinds, p: Mapping[str, Any]) -> Kind:
        return elementwise_kind(fn, ks) if all(map(is_number, ks)) else BOOL

    return Primitive(name, fn, kinds, total=no_overflow, cost=0)


def is_sparse_kind(kind: Kind) -> bool:
    """Whether a value is a sparse matrix, which multiplies arrays."""
    return isinstance(kind, Opaque) and kind.dtype is not None


def matmul_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of `a @ b`."""
    a, b = (Array(k.dtype, (None, None)) if isinstance(k, Opaque) and k.dtype else k for k in kinds)
    rows, columns = dims_of(a), dims_of(b)
    numbers = [k if isinstance(k, Scalar) else Array(k.dtype, ()) for k in (a, b) if isinstance(k, (Scalar, Array))]
    element = elementwise_kind(operator.mul, numbers)
    dtype = element.dtype if isinstance(element, Array) and len(numbers) == 2 else None
    if rows is None or columns is None or not rows or not columns:
        return Array(dtype, None)
    batch = (Array(None, rows[:-2]), Array(None, columns[:-2]))
    inner = (*rows[:-1][-1:], *(columns[-1:] if len(columns) > 1 else ()))
    return Array(dtype, (*(broadcast_dims(batch) or ()), *inner))


def fits_matmul(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """`a @ b` of vectors and matrices never raises where the axes that are summed over are proven equally long."""
    a, b = (dims_of(kind) if isinstance(kind, Array) and kind.dtype else None for kind in kinds)
    return bool(a and b and len(a) < 3 and len(b) < 3 and known_equal(a[-1], b[0]))


ADD = _operator("+", operator.add)
SUB = _operator("-", operator.sub)
MUL = _operator("*", operator.mul)
TRUEDIV = _operator("/", operator.truediv, _total_division)
FLOORDIV = _operator("//", operator.floordiv, _total_division)
MOD = _operator("%", operator.mod, _total_division)
POW = _operator("**", operator.pow, _total_division)
MATMUL = Primitive("@", operator.matmul, matmul_kind, total=fits_matmul, cost=2)
NEG = _operator("neg", operator.neg)
POS = _operator("pos", operator.pos)
ABS = _operator("abs", operator.abs)
INVERT = _operator("~", operator.invert)
LSHIFT = _operator("<<", operator.lshift, never)
RSHIFT = _operator(">>", operator.rshift, never)
BITAND = _operator("&", operator.and_)
BITOR = _operator("|", operator.or_)
BITXOR = _operator("^", operator.xor)
LT, LE = _comparison("<", operator.lt), _comparison("<=", operator.le)
GT, GE = _comparison(">", operator.gt), _comparison(">=", operator.ge)
EQ, NE = _comparison("==", operator.eq), _comparison("!=", operator.ne)
IS = Primitive("is", operator.is_, lambda ks, p: BOOL, total=always, cost=0)
IS_NOT = Primitive("is not", operator.is_not, lambda ks, p: BOOL, total=always, cost=0)
IN = Primitive("in", lambda x, xs: x in xs, lambda ks, p: BOOL, cost=0)
NOT_IN = Primitive("not in", lambda x, xs: x not in xs, lambda ks, p: BOOL, cost=0)
NOT = Primitive("not", operator.not_, lambda ks, p: BOOL, cost=0)
TO_FLOAT = Primitive("float", float, lambda ks, p: FLOAT, cost=0)
TO_COMPLEX = Primitive("complex", complex, lambda ks, p: COMPLEX, cost=0)
CONJUGATE = Primitive("conjugate", lambda z: z.conjugate(), lambda ks, p: COMPLEX, total=always, cost=0)
TO_INT = Primitive("int", int, lambda ks, p: INT, cost=0)
TO_BOOL = Primitive("bool", bool, lambda ks, p: BOOL, cost=0)

#: the operators that are written between or before their operands, by the symbol
OPERATORS: dict[str, Primitive] = {
    p.name: p
    for p in (
        *(ADD, SUB, MUL, TRUEDIV, FLOORDIV, MOD, POW, MATMUL, LSHIFT, RSHIFT, BITAND, BITOR, BITXOR),
        *(LT, LE, GT, GE, EQ, NE, IS, IS_NOT, IN, NOT_IN),
    )
}
