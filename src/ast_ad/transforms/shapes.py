"""Read a shape from the variable that is nearest at hand.

`zeros_like(b)`, `b.size` or `broadcast_to(c, b.shape)` ask for the shape of b and not for its values; where b was
computed element by element from an x of the same shape, x serves as well, and b need not be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Callee, Lit, Var
from ast_ad.ir.kinds import (
    Array,
    Dim,
    Kind,
    cotangent_kind,
    dims_of,
    dtype_of,
    is_number,
    known_equal,
    rank,
    same_shape,
)
from ast_ad.rules.modes import Elementwise, Selecting
from ast_ad.rules.table import primitive_of, rule_of

#: of two vectors: an axis for each
_OUTER = (np.outer, np.subtract.outer, np.add.outer, np.multiply.outer)
#: element for element in another order, or again
_KEEPING = (np.flip, np.fliplr, np.flipud, np.roll, np.sort, np.copy)
#: the operand of which a word asks for the shape only (and for `zeros_like` the dtype)
_ASKED = {P.SHAPE: 0, P.LENGTH: 0, P.ZEROS_LIKE: 0, P.OUTLINE: 0, P.UNBROADCAST: 1, P.BROADCAST_LIKE: 1}


def asks_for_shape(call: Call) -> int | None:
    """The place of the operand of which a call asks for the shape only; None where it reads values."""
    if isinstance(call.fn, Callee):
        return None
    return 0 if call.fn is primitive_of(np.size) else _ASKED.get(call.fn)


def shape_of(atom: Atom, maker_of: Callable[[Var], Call | None]) -> tuple[Any, ...] | None:
    """What is known of a shape, so that equal answers mean equal shapes; None where too little is.

    A slice with ends known at run time only is known by its ends: `A[i, k:]` and `A[j, k:]` are equally long.
    """
    kind = kind_of(atom)
    dims = dims_of(kind) if is_number(kind) else None
    if dims is None or not isinstance(atom, Var) or None not in dims:
        return dims
    maker = maker_of(atom)
    if maker is None or isinstance(maker.fn, Callee):
        return None
    if maker.fn is P.GETITEM:
        return shape_of_part(maker.args[0], dict(maker.params)["index"], maker.args[1:])
    if isinstance(rule_of(maker.fn), (Elementwise, Selecting)):
        return _broadcast([shape_of(a, maker_of) for a in maker.args])
    if maker.fn is P.COPY or maker.fn in map(primitive_of, _KEEPING):
        return shape_of(maker.args[0], maker_of)
    if maker.fn in map(primitive_of, _OUTER) and all(rank(kind_of(a)) == 1 for a in maker.args):
        one, two = (shape_of(a, maker_of) for a in maker.args)
        return None if one is None or two is None else one + two
    return None


def _broadcast(shapes: Sequence[tuple[Any, ...] | None]) -> tuple[Any, ...] | None:
    """The shape that shapes broadcast to; None where it depends on which axes have one element."""
    if None in shapes:
        return None
    known = [shape for shape in shapes if shape is not None]
    result: list[Any] = [1] * max(map(len, known), default=0)
    for shape in known:
        for k, dim in enumerate(reversed(shape)):
            if result[k] == 1:
                result[k] = dim
            elif dim not in (1, result[k]):
                return None
    return tuple(reversed(result))


def shape_of_part(array: Atom, index: P.Index, holes: Sequence[Atom]) -> tuple[Any, ...] | None:
    """The shape of `array[index]`, known in the same way, for slices, integers or one array of places; no ellipsis."""
    kinds = tuple(map(kind_of, holes))
    base, part_kind = dims_of(kind_of(array)), P.getitem_kind((kind_of(array), *kinds), {"index": index})
    dims = dims_of(part_kind)
    if (
        base is None
        or dims is None
        or Ellipsis in index
        or not (P.is_basic(index, kinds) or _has_one_array(index, kinds))
    ):
        return dims if dims is not None and None not in dims else None
    left, axes, known = iter(holes), iter(base), iter(dims)
    shape: list[Any] = []
    for part in index:
        if part is None:
            shape.append(next(known))
        elif isinstance(part, P.Span):
            ends = tuple(next(left) if end is P.HOLE else end for end in (part.start, part.stop, part.step))
            ends = tuple(end.value if isinstance(end, Lit) else end for end in ends)
            axis, dim = next(axes), next(known)
            if dim is None and axis is None:
                return None
            shape.append((axis, *ends) if dim is None else dim)
        else:
            next(axes)
            if part is P.HOLE and rank(kind_of(next(left))) != 0:
                shape.append(next(known))
    shape += list(known)
    return None if None in shape else tuple(shape)


def _has_one_array(index: P.Index, kinds: Sequence[Kind]) -> bool:
    """Whether an index has one array of places in a row beside slices: its length stands where it does."""
    arrays = [kind for kind in kinds if rank(kind) != 0]
    places = [part for part in index if part is not None and not isinstance(part, P.Span)]
    return len(arrays) == len(places) == 1 and rank(arrays[0]) == 1 and dtype_of(arrays[0]) in ("int64", "int32")


def keeps_shape(call: Call, arg: Atom, maker_of: Callable[[Var], Call | None]) -> bool:
    """Whether the result of an element-by-element call is proven to have the shape of one of its operands."""
    if all(a is arg or rank(kind_of(a)) == 0 for a in call.args):
        return rank(kind_of(arg)) != 0 or len(call.args) == 1
    own = shape_of(arg, maker_of)
    if own is None:
        return False
    return all(a is arg or shape_of(a, maker_of) in ((), own) for a in call.args)


def same_shape_source(var: Var, maker_of: Callable[[Var], Call | None], exact: bool) -> Var:
    """The earliest variable that is proven to have the shape of another; with `exact` also its dtype."""
    while True:
        maker = maker_of(var)
        if maker is None or isinstance(maker.fn, Callee) or not isinstance(rule_of(maker.fn), (Elementwise, Selecting)):
            return var
        wide = [a for a in maker.args if rank(kind_of(a)) != 0]
        only = wide[0] if len(wide) == 1 and rank(kind_of(wide[0])) == rank(var.kind) else None
        same = [a for a in maker.args if isinstance(a, Var) and (_serves(a, var, exact) or (a is only and not exact))]
        if not same:
            return var
        var = same[0]


def _as_long(var: Var, maker_of: Callable[[Var], Call | None]) -> Var:
    """The earliest array that is proven to be as long as another, which was computed from it."""
    own = _length(var)
    while own is not None:
        maker = maker_of(var)
        args = () if maker is None or isinstance(maker.fn, Callee) else maker.args
        found = next((a for a in args if isinstance(a, Var) and known_equal(_length(a), own)), None)
        if found is None:
            break
        var = found
    return var


def _length(var: Var) -> Dim:
    kind = kind_of(var)
    return kind.dims[0] if isinstance(kind, Array) and kind.dims else None


def _serves(one: Var, other: Var, exact: bool) -> bool:
    if not isinstance(one.kind, Array) or not one.kind.dims or not same_shape(one.kind, other.kind):
        return False
    return not exact or (one.kind.dtype is not None and cotangent_kind(one.kind) == cotangent_kind(other.kind))


def with_nearest_shape(call: Call, maker_of: Callable[[Var], Call | None]) -> Call:
    """The call with the operand whose shape it asks for replaced by the earliest that has it."""
    place = asks_for_shape(call)
    if place is None or not isinstance(call.args[place], Var):
        return call
    old = call.args[place]
    assert isinstance(old, Var)
    exact = call.fn is P.ZEROS_LIKE
    new = _as_long(old, maker_of) if call.fn is P.LENGTH else same_shape_source(old, maker_of, exact)
    if new is old:
        return call
    args: tuple[Atom, ...] = (*call.args[:place], new, *call.args[place + 1 :])
    return Call(call.outs, call.fn, args, call.params, call.origin)
