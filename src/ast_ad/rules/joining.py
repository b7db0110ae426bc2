"""Rules of the functions that join arrays and take them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Kind, List, Tuple, dims_of, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.modes import elements
from ast_ad.rules.results import Dims, array_dims, item_of, items_of, joined_dims, name_of, promoted, sum_of
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.structures import list_of_rows
from ast_ad.rules.table import helper, linear, primitive_of
from ast_ad.rules.terms import UnknownRank, call, make


def _promoted_items(kind: Kind) -> str | None:
    items = items_of(kind)
    return promoted(items) if items is not None else name_of(item_of(kind))


# concatenate


def _concatenated(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = np.dtype(params["dtype"]).name if params.get("dtype") is not None else _promoted_items(kinds[0])
    axis = params.get("axis", 0)
    items = items_of(kinds[0])
    if axis is None:
        return Array(dtype, (None,))
    if items is None:
        inner = array_dims(item_of(kinds[0]))
        if inner is None:
            return Array(dtype, None)
        return Array(dtype, tuple(None if k == axis % len(inner) else d for k, d in enumerate(inner)))
    every = [array_dims(k) for k in items]
    dims = joined_dims(every)
    if dims is None:
        return Array(dtype, None)
    along = axis % len(dims)
    lengths = [d[along] if d is not None else None for d in every]
    return Array(dtype, tuple(sum_of(lengths) if k == along else d for k, d in enumerate(dims)))


def length_along(x: Any, axis: int) -> Any:
    """The length of an axis: a number where it is known."""
    dims = dims_of(x.kind)
    if dims is None:
        return np.shape(x)[axis]
    known = dims[axis]
    if isinstance(known, int):
        return known
    return make(P.LENGTH, x) if len(dims) == 1 else make(P.ITEM, x.shape, key=axis % len(dims))


def along(axis: int, part: Any, rank: int | None) -> Any:
    """The subscript that takes a part of one axis."""
    if axis == -1 and rank != 1:
        return (Ellipsis, part)
    if rank is None and axis < 0:
        raise UnknownRank(part)
    return (*(slice(None),) * (axis % rank if rank else axis), part)


def _parts(ct: Any, xs: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The stretch of the cotangent that belongs to each array."""
    known = elements(xs)
    if known is None:
        return split_like(ct, xs, axis=axis)
    result: list[Any] = []
    start: Any = 0
    for k, x in enumerate(known):
        size = x.size if axis is None else length_along(x, axis)
        stop = size if k == 0 else start + size
        last = k == len(known) - 1
        span = slice(None if k == 0 else start, None if last else stop)
        if axis is None:
            result.append(reshaped(ct[span], x))
        else:
            dims = dims_of(ct.kind) or dims_of(x.kind)
            result.append(ct[along(axis, span, None if dims is None else len(dims))])
        start = stop
    return tuple(result)


def _joined_again(ct: Any, x: Any, xs: Any, axis: Any) -> Any:
    """The parts laid end to end, as the function did that joined them: along an axis of theirs or a new one."""
    inner, outer = rank(item_of(xs.kind)), rank(x.kind)
    if axis is None or (inner is not None and inner == outer):
        return call(np.concatenate, ct, axis=axis)
    if inner is None or outer is None:
        raise UnknownRank(xs)
    return call(np.dstack if outer == 3 else np.hstack if outer == 1 else (np.vstack, np.column_stack)[axis], ct)


split_like = helper(runtime.split_like, lambda ks, p: ks[1], result="view")
linear(primitive_of(runtime.split_like), (_joined_again, None))
linear(np.concatenate, _parts, _concatenated, operands=("arrays",))


# stack and its kin


def _stacked(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype, items = _promoted_items(kinds[0]), items_of(kinds[0])
    if params.get("dtype") is not None:
        dtype = np.dtype(params["dtype"]).name
    dims = joined_dims([array_dims(k) for k in items]) if items else array_dims(item_of(kinds[0]))
    if isinstance(kinds[0], Array):
        dims = kinds[0].dims[1:] if kinds[0].dims else None
    if dims is None:
        return Array(dtype, None)
    axis = params.get("axis", 0) % (len(dims) + 1)
    return Array(dtype, (*dims[:axis], len(items) if items is not None else None, *dims[axis:]))


def _unstacked(ct: Any, xs: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The slice of the cotangent that belongs to each array."""
    known = elements(xs)
    if known is None:
        return list_of_rows(ct if axis == 0 else np.moveaxis(ct, axis, 0))
    dims = dims_of(ct.kind)
    return tuple(ct[along(axis, k, None if dims is None else len(dims))] for k in range(len(known)))


linear(np.stack, _unstacked, _stacked, operands=("arrays",))


def _as_columns(fn: Any, at_least: Any, axis: Any) -> Any:
    """How vstack, hstack, dstack and column_stack are a concatenation of widened arrays."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        items = items_of(kinds[0])
        given = {"dtype": params["dtype"]} if params.get("dtype") is not None else {}
        if items is None:
            items = (item_of(kinds[0]),)
            wide = [at_least(k) for k in items]
            return _concatenated((List(wide[0]),), {"axis": axis(wide), **given})
        wide = [at_least(k) for k in items]
        return _concatenated((Tuple(tuple(wide)),), {"axis": axis(wide), **given})

    def transpose(ct: Any, xs: Any, dtype: Any = None) -> Any:
        known = elements(xs)
        if known is None:
            place = axis([at_least(item_of(xs.kind))])
            return split_like(ct, xs, axis=place)
        wide = [at_least(x.kind) for x in known]
        place = axis(wide)
        result: list[Any] = []
        start = 0
        for x, k in zip(known, wide, strict=True):
            dims = dims_of(k)
            if dims is None:
                raise UnknownRank(x)
            size = dims[place]
            if not isinstance(size, int):
                size = x.size if rank(x.kind) == 1 else length_along(x, place)
            span = slice(start, start + size)
            result.append(reshaped(ct[along(place, span, len(dims))], x))
            start = start + size
        return tuple(result)

    linear(fn, transpose, kind, operands=("tup",))


def _wide(rank: int, column: bool = False) -> Any:
    def widen(kind: Kind) -> Kind:
        dims: Dims = array_dims(kind)
        if dims is None:
            return Array(name_of(kind), None)
        if rank == 3 and len(dims) < 3:
            dims = ((1, 1, 1), (1, *dims, 1), (*dims, 1))[len(dims)]
        elif column and len(dims) < 2:
            dims = (*dims, 1) if dims else (1, 1)
        return Array(name_of(kind), (1,) * (rank - len(dims)) + dims)

    return widen


def _hstack_axis(wide: Sequence[Kind]) -> int:
    return 0 if len(dims_of(wide[0]) or (1, 1)) == 1 else 1


_as_columns(np.vstack, _wide(2), lambda wide: 0)
_as_columns(np.hstack, _wide(1), _hstack_axis)
_as_columns(np.dstack, _wide(3), lambda wide: 2)
_as_columns(np.column_stack, _wide(2, column=True), lambda wide: 1)


# append, and the splits


def _appended(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return _concatenated((Tuple(kinds[:2]),), {"axis": params.get("axis")})


def _append_parts(which: int) -> Any:
    return lambda ct, x, values, axis=None: _parts(ct, make(P.MAKE_TUPLE, x, values), axis)[which]


linear(np.append, (_append_parts(0), _append_parts(1)), _appended, operands=("arr", "values"))


def _split_kind(name: str) -> Any:
    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        dims = array_dims(kinds[0])
        sections = params["indices_or_sections"]
        number = sections if isinstance(sections, int) else len(sections) + 1
        if dims is None:
            return List(Array(name_of(kinds[0]), None))
        axis = {"vsplit": 0, "hsplit": 0 if len(dims) == 1 else 1, "dsplit": 2}.get(name, params.get("axis", 0))
        length = dims[axis]
        new = (
            length // number if isinstance(length, int) and isinstance(sections, int) and length % number == 0 else None
        )
        axis %= len(dims)
        return List(Array(name_of(kinds[0]), tuple(new if k == axis else d for k, d in enumerate(dims))))

    return kind


def _split_axis(name: str, x: Any, axis: int) -> int:
    return {"vsplit": 0, "dsplit": 2}.get(name, axis) if name != "hsplit" else 0 if x.ndim == 1 else 1


for _name in ("split", "array_split", "vsplit", "hsplit", "dsplit"):

    def _rejoined(ct: Any, x: Any, indices_or_sections: Any, axis: Any = 0, _name: Any = _name) -> Any:
        return call(np.concatenate, ct, axis=_split_axis(_name, x, axis))

    linear(
        getattr(np, _name),
        _rejoined,
        _split_kind(_name),
        operands=("ary",),
        written=("*", "indices_or_sections"),
        result="view",
    )
if hasattr(np, "unstack"):

    def _unstack_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        dims = array_dims(kinds[0])
        axis = params.get("axis", 0)
        if dims is None or not isinstance(dims[axis], int):
            inner = None if dims is None else tuple(d for k, d in enumerate(dims) if k != axis % len(dims))
            return List(Array(name_of(kinds[0]), inner))
        rest = tuple(d for k, d in enumerate(dims) if k != axis % len(dims))
        return Tuple((Array(name_of(kinds[0]), rest),) * dims[axis])

    linear(
        np.unstack,
        lambda ct, x, axis=0: call(np.stack, ct, axis=axis),
        _unstack_kind,
        operands=("x",),
        result="view",
    )
