"""Algebra on terms: nobody writes `* 1` or `+ 0` out of a rule.  Only derivatives pass here, never the primal."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import (
    COMPLEX,
    Array,
    Scalar,
    broadcast_dims,
    carries_derivative,
    dims_of,
    fits,
    known_equal,
    rank,
    same_shape,
)
from ast_ad.ir.primitives import Primitive
from ast_ad.rules.terms import Term, apply, make, term

_FOLDED: dict[Primitive, Any] = {
    P.ADD: operator.add,
    P.SUB: operator.sub,
    P.MUL: operator.mul,
    P.NEG: operator.neg,
    P.POW: operator.pow,
}


def _number(value: Term) -> bool:
    return type(value.value) in (int, float)


def _inexact(value: Term) -> bool:
    """Whether multiplying by 1.0 leaves the kind as it is."""
    return carries_derivative(value.kind) or _number(value)


def _is(value: Term, number: float) -> bool:
    return _number(value) and value.value == number


def simplify(fn: Primitive, args: tuple[Term, ...], params: dict[str, Any]) -> Term | None:
    """A simpler term for `fn(*args, **params)`, or None."""
    if fn in _FOLDED and all(map(_number, args)):
        return _fold(fn, args)
    rule = _RULES.get(fn) or _RULES_BY_NAME.get(fn.name)
    return rule(*args, **params) if rule is not None else None


def _fold(fn: Primitive, args: tuple[Term, ...]) -> Term | None:
    try:
        return term(_FOLDED[fn](*(a.value for a in args)))
    except ArithmeticError:
        return None


def _covers(value: Term, like: Term) -> bool:
    """Whether an operation with `value` gives the shape that one with both has."""
    if (rank(like.kind) == 0 and rank(value.kind) == 0) or (value.atom is not None and value.atom is like.atom):
        return True
    both, own = broadcast_dims((value.kind, like.kind)), dims_of(value.kind)
    return both is not None and own is not None and len(both) == len(own) and all(map(known_equal, both, own))


def _through_broadcast(fn: Primitive, a: Term, b: Term) -> Term | None:
    """`broadcast_like(s, x) * e` is `s * e` if e has the shape of x, `broadcast_like(s * e, x)` if e is a number."""
    if a.fn is P.BROADCAST_LIKE and b.fn is P.BROADCAST_LIKE and _fill_together(a.args[0], b.args[0], a.args[1]):
        return make(fn, a.args[0], b.args[0])
    for wide, other in ((a, b), (b, a)):
        if wide.fn is P.BROADCAST_LIKE:
            small, like = wide.args
            pair = (small, other) if wide is a else (other, small)
            if _covers(other, like):
                return other if fn is P.MUL and _is(small, 1) and _inexact(other) else make(fn, *pair)
            if rank(other.kind) == 0:
                return make(P.BROADCAST_LIKE, make(fn, *pair), like)
    return None


def _fill_together(one: Term, two: Term, like: Term) -> bool:
    """Whether a row and a column have the shape of a matrix together."""
    both, want = broadcast_dims((one.kind, two.kind)), dims_of(like.kind)
    return both is not None and want is not None and len(both) == len(want) and all(map(known_equal, both, want))


def _add(a: Term, b: Term) -> Term | None:
    if _is(a, 0):
        return b
    if _is(b, 0):
        return a
    if _same(a, b) and _inexact(a):
        return make(P.MUL, term(2), a)
    if b.fn is P.NEG:
        return make(P.SUB, a, b.args[0])
    if a.fn is P.NEG:
        return make(P.SUB, b, a.args[0])
    if b.fn is not None and begins_negative(b):
        return make(P.SUB, a, _turned(b))
    found = _multiples(a, b, 1)
    return found if found is not None else _through_broadcast(P.ADD, a, b)


def _sub(a: Term, b: Term) -> Term | None:
    if _is(b, 0):
        return a
    if _is(a, 0):
        return make(P.NEG, b)
    if b.fn is P.NEG:
        return make(P.ADD, a, b.args[0])
    if b.fn is not None and begins_negative(b):
        return make(P.ADD, a, _turned(b))
    found = _multiples(a, b, -1)
    return found if found is not None else _through_broadcast(P.SUB, a, b)


def _multiples(a: Term, b: Term, sign: int) -> Term | None:
    """`-0.5 * x - 0.5 * x` is `-1.0 * x`."""
    if not all(t.fn is P.MUL and _number(t.args[0]) for t in (a, b)) or not _same(a.args[1], b.args[1]):
        return None
    total = a.args[0].value + sign * b.args[0].value
    return make(P.MUL, term(total), a.args[1]) if total else None


_QUOTIENTS = (P.TRUEDIV, P.DIVIDE, P.DIVIDE_OR_ZERO)


def _mul(a: Term, b: Term) -> Term | None:
    for one, other in ((a, b), (b, a)):
        if _is(one, 1) and (type(one.value) is int or _inexact(other)):
            return other
        if _is(one, -1) and (type(one.value) is int or _inexact(other)):
            return make(P.NEG, other)
    if a.fn is P.NEG:
        return make(P.NEG, make(P.MUL, a.args[0], b))
    if b.fn is P.NEG:
        return make(P.NEG, make(P.MUL, a, b.args[0])) if not _number(a) else make(P.MUL, term(-a.value), b.args[0])
    if _number(b) and not _number(a):
        return make(P.MUL, b, a)
    if _number(a) and b.fn is P.MUL and _number(b.args[0]):
        return make(P.MUL, make(P.MUL, a, b.args[0]), b.args[1])
    if _number(a) and b.fn in _QUOTIENTS and b.args[0].fn is P.MUL and _number(b.args[0].args[0]):
        assert b.fn is not None
        return make(b.fn, make(P.MUL, a, b.args[0]), b.args[1])
    if _number(a) and b.fn is P.TRUEDIV and _number(b.args[1]) and b.args[1].value and not a.value % b.args[1].value:
        return make(P.MUL, term(a.value / b.args[1].value), b.args[0])  # 2 * (x / 2)
    if _number(a) and b.fn is P.TRUEDIV and _number(b.args[0]):
        return make(P.TRUEDIV, make(P.MUL, a, b.args[0]), b.args[1])
    if a.fn is P.TRUEDIV and _is(a.args[0], 1) and rank(a.kind) == 0 and _inexact(b):
        return make(P.TRUEDIV, b, a.args[1])
    return _through_broadcast(P.MUL, a, b)


def _matmul(a: Term, b: Term) -> Term | None:
    """A sign comes out of a product of matrices."""
    if a.fn is P.NEG:
        return make(P.NEG, make(P.MATMUL, a.args[0], b))
    return make(P.NEG, make(P.MATMUL, a, b.args[0])) if b.fn is P.NEG else None


def _transpose(a: Term, **params: Any) -> Term | None:
    """The transpose of a transpose, of a sign, of a product of matrices, and of an outer product."""
    if params:
        return None
    if a.fn is P.NEG:
        return make(P.NEG, np.transpose(a.args[0]))  # type: ignore[call-overload]
    if a.fn is not None and a.fn.name == "np.transpose" and not a.params:
        return a.args[0]
    if a.fn is P.MATMUL and all(rank(part.kind) == 2 for part in a.args):
        left, right = a.args
        return make(P.MATMUL, np.transpose(right), np.transpose(left))  # type: ignore[call-overload]
    if a.fn is not None and a.fn.name == "np.outer":
        return make(a.fn, *a.args[::-1])
    return None


def _truediv(a: Term, b: Term) -> Term | None:
    if _is(b, 1):
        return a
    if a.fn is P.NEG:
        return make(P.NEG, make(P.TRUEDIV, a.args[0], b))
    return _through_broadcast(P.TRUEDIV, a, b) if a.fn is P.BROADCAST_LIKE else None


def _getitem(a: Term, *holes: Term, index: Any) -> Term | None:
    """A subscript of a stretched number is the number, stretched; one that takes a summed axis away is the sum."""
    if isinstance(a.kind, Scalar) and index in ((), (Ellipsis,)):
        return a  # the tangent of an array of rank 0 may be a number of Python's
    if index == (Ellipsis,) and rank(a.kind):
        return a
    if a.fn is P.BROADCAST_LIKE and rank(a.args[0].kind) == 0:
        return make(P.BROADCAST_LIKE, a.args[0], make(P.GETITEM, a.args[1], *holes, index=index))
    if a.fn is P.NEG:
        return make(P.NEG, make(P.GETITEM, a.args[0], *holes, index=index))
    if a.fn is not None and a.fn.name == "np.sum" and a.params.get("keepdims") is True:
        axis, places = a.params.get("axis"), {k: part for k, part in enumerate(index) if part != P.Span()}
        if type(axis) is int and axis >= 0 and places == {axis: 0}:  # the axis that was kept is left out
            return make(a.fn, *a.args, axis=axis)
    return None


def _scatter(x: Term, value: Term, *holes: Term, index: Any) -> Term | None:
    """A stretched number is stretched by the subscript that it is written to."""
    if value.fn is P.BROADCAST_LIKE and rank(value.args[0].kind) == 0:
        return make(P.INDEX_ADD, x, value.args[0], *holes, index=index)
    return None


def _conj(a: Term) -> Term | None:
    """The conjugate of a Python number is one too."""
    return make(P.CONJUGATE, a) if a.kind == COMPLEX else None


def _where(test: Term, a: Term, b: Term) -> Term | None:
    """Stretched numbers need no stretching in `np.where`."""
    for k, (one, other) in enumerate(((a, b), (b, a))):
        if (
            one.fn is P.BROADCAST_LIKE
            and rank(one.args[0].kind) == 0
            and (_covers(test, one.args[1]) or _covers(other, one.args[1]))
        ):
            pair = (one.args[0], other) if k == 0 else (other, one.args[0])
            return apply(np.where, (test, *pair), {})
    return None


def _sum(a: Term, *held: Term, **params: Any) -> Term | None:
    """Minus signs and numbers come out of a sum; the sum of a product of vectors is their inner product."""
    if any(name not in ("axis", "keepdims") for name in params):
        return None
    if a.fn is P.NEG:
        return make(P.NEG, apply(np.sum, (a.args[0],), params))
    if a.fn is P.TRUEDIV and (rank(a.args[1].kind) == 0 or _is_one_along(a.args[1], a, **params)):
        return make(P.TRUEDIV, apply(np.sum, (a.args[0],), params), a.args[1])
    if a.fn is P.MUL:
        for number, rest in (a.args, a.args[::-1]):
            if rank(number.kind) == 0 and rank(rest.kind) != 0:
                return make(P.MUL, number, apply(np.sum, (rest,), params))
        one, two = a.args
        if not params and rank(one.kind) == 1 and same_shape(one.kind, two.kind) and one.kind == two.kind:
            return make(P.MATMUL, one, two)
    return None


def _is_one_along(x: Term, whole: Term, axis: Any = None, keepdims: bool = False) -> bool:
    """Whether an operand does not change along the axis of a sum that keeps it."""
    dims = dims_of(x.kind)
    return type(axis) is int and keepdims and dims is not None and len(dims) == rank(whole.kind) and dims[axis] == 1


def begins_negative(a: Term) -> bool:
    """Whether a product or a quotient has a negative number in front: `-3 * x / y`."""
    while a.fn in (P.MUL, P.TRUEDIV):
        a = a.args[0]
    return _number(a) and a.value < 0


def _turned(a: Term) -> Term:
    """A product or a quotient with the sign of the number in front turned."""
    if a.fn is None:
        return term(-a.value)
    return make(a.fn, _turned(a.args[0]), *a.args[1:])


def _neg(a: Term) -> Term | None:
    if a.fn is P.NEG:
        return a.args[0]
    if a.fn is P.SUB:
        return make(P.SUB, a.args[1], a.args[0])
    if a.fn is P.MUL and _number(a.args[0]):
        return make(P.MUL, term(-a.args[0].value), a.args[1])
    if begins_negative(a):
        return _turned(a)
    if a.fn is P.BROADCAST_LIKE:
        return make(P.BROADCAST_LIKE, make(P.NEG, a.args[0]), a.args[1])
    return None


def _pow(a: Term, b: Term) -> Term | None:
    return a if _is(b, 1) and type(b.value) is int else None


def _broadcast_like(a: Term, like: Term) -> Term | None:
    if same_shape(a.kind, like.kind) or (rank(a.kind) == 0 and rank(like.kind) == 0):
        return a
    if a.fn is P.BROADCAST_LIKE:
        wide = broadcast_dims((a.kind, like.kind))
        if wide is not None and wide == dims_of(like.kind):
            return make(P.BROADCAST_LIKE, a.args[0], like)
    return None


def _quotient(fn: Primitive) -> Any:
    def simpler(a: Term, b: Term) -> Term | None:
        if a.fn is P.NEG:
            return make(P.NEG, make(fn, a.args[0], b))
        return _through_broadcast(fn, a, b) if a.fn is P.BROADCAST_LIKE else None

    return simpler


def _unbroadcast(value: Term, like: Term) -> Term | None:
    if fits(value.kind, like.kind):
        return value
    if value.fn is P.BROADCAST_LIKE and rank(like.kind) == 0 and rank(value.args[0].kind) == 0:
        return make(P.MUL, value.args[0], value.args[1].size)
    if value.fn is P.NEG:
        return make(P.NEG, make(P.UNBROADCAST, value.args[0], like))
    return _sum_to(value, like)


def _sum_to(value: Term, like: Term) -> Term | None:
    """The sum over the axes that one has and the other has not, or has with one element, where the kinds say so."""
    have, want = dims_of(value.kind), dims_of(like.kind)
    if have is None or not want or len(have) < len(want):
        return None
    extra = len(have) - len(want)
    pairs = list(zip(have[extra:], want, strict=True))
    if not all(dim == 1 or known_equal(wide, dim) for wide, dim in pairs):
        return None
    axes = tuple(extra + k for k, (wide, dim) in enumerate(pairs) if dim == 1 and wide != 1)
    if axes and extra:
        return None
    if axes:
        return apply(np.sum, (value,), {"axis": axes[0] if len(axes) == 1 else axes, "keepdims": True})
    return apply(np.sum, (value,), {"axis": 0 if extra == 1 else tuple(range(extra))}) if extra else None


def _keep_zeros(value: Term, cotangent: Term) -> Term | None:
    return value if _same(value, cotangent) else None


def _zeros_like(x: Term) -> Term | None:
    """Zeros in the shape of what is computed from an array of that shape and dtype need no more than the array."""
    for arg in x.args:
        if isinstance(arg.kind, Array) and arg.kind == x.kind and arg.dtype_name and same_shape(arg.kind, x.kind):
            return make(P.ZEROS_LIKE, arg)
    return None


def _item(whole: Term, *, key: Any) -> Term | None:
    return whole.args[key] if whole.fn in (P.MAKE_TUPLE, P.MAKE_FIXED) else None


def _same(a: Term, b: Term) -> bool:
    """Whether two terms are proven to have one value: one atom, or one primitive of the same."""
    if a is b or (a.atom is not None and a.atom is b.atom):
        return True
    if a.fn is None or a.fn is not b.fn or a.fn.effect or a.params != b.params or len(a.args) != len(b.args):
        return False
    return all(map(_same, a.args, b.args))


def _same_rank(a: Term, b: Term) -> bool:
    return rank(a.kind) is not None and rank(a.kind) == rank(b.kind) and isinstance(b.kind, (Scalar, Array))


_RULES: dict[Primitive, Any] = {
    P.ADD: _add,
    P.SUB: _sub,
    P.MUL: _mul,
    P.MATMUL: _matmul,
    P.TRUEDIV: _truediv,
    P.NEG: _neg,
    P.POW: _pow,
    P.BROADCAST_LIKE: _broadcast_like,
    P.DIVIDE: _quotient(P.DIVIDE),
    P.DIVIDE_OR_ZERO: _quotient(P.DIVIDE_OR_ZERO),
    P.UNBROADCAST: _unbroadcast,
    P.KEEP_ZEROS: _keep_zeros,
    P.ZEROS_LIKE: _zeros_like,
    P.ITEM: _item,
    P.GETITEM: _getitem,
    P.INDEX_ADD: _scatter,
}
_RULES_BY_NAME: dict[str, Any] = {"np.conj": _conj, "np.sum": _sum, "np.transpose": _transpose, "np.where": _where}


def scale(factor: Term, partial: Any) -> Term:
    """`factor * partial` with the factor at the left end of the product, where it costs and reads least.

    `c * (a * b)` is `c * a * b`, `c * (a / b)` is `c * a / b`, `c * (1 / b)` is `c / b`, `c * -a` is `-(c * a)`.
    """
    whole: Term = term(partial)
    if _is(whole, 1):
        return factor
    if _is(factor, 1) and _inexact(whole):
        return whole
    if factor.fn is P.BROADCAST_LIKE and _is(factor.args[0], 1) and _covers(whole, factor.args[1]):
        return make(P.MUL, factor, whole)
    if whole.fn is P.NEG:
        return make(P.NEG, scale(factor, whole.args[0]))
    if whole.fn in (P.TRUEDIV, P.DIVIDE, P.DIVIDE_OR_ZERO):
        above, below = whole.args
        assert whole.fn is not None
        if _fits_in(below, above, factor):
            return make(whole.fn, scale(factor, above), below)
    if whole.fn is P.MUL:
        left, right = whole.args
        if _number(left):
            return make(P.MUL, make(P.MUL, left, factor), right)
        if _fits_in(right, left, factor):
            return make(P.MUL, scale(factor, left), right)
    return make(P.MUL, factor, whole)


def _fits_in(rest: Term, first: Term, factor: Term) -> bool:
    """Whether `(factor * first)` is no larger than `factor`: else `factor * (first * rest)` is the cheaper order."""
    wide = broadcast_dims((factor.kind, first.kind))
    small = dims_of(factor.kind)
    if wide is None or small is None:
        return True
    if len(wide) == len(small) and all(map(known_equal, wide, small)):
        return True
    return len(wide) <= len(dims_of(rest.kind) or wide) or isinstance(factor.kind, Array)
