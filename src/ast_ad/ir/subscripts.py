"""Subscripts of arrays: templates of an index, the kind of what is read, and the primitives that read and write.

A template is a tuple of HOLE (the next run-time argument: an int or an index array), int, None (newaxis), Ellipsis, or
Span (a slice whose ends are HOLE, int or None).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import INT, NUMBER, OPAQUE, Array, Dim, Kind, Scalar, Sym, broadcast_dims
from ast_ad.ir.primitive import Kinds, Primitive, always, first_kind


class Hole:
    """The next run-time argument of a subscript."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "_"


HOLE = Hole()


@dataclass(frozen=True, slots=True)
class Span:
    """A slice in an index template."""

    start: Any = None
    stop: Any = None
    step: Any = None


Index: TypeAlias = tuple[Any, ...]


def fill(index: Index, holes: Sequence[Any]) -> Any:
    """The subscript that a template stands for, with its holes filled.

    >>> fill((HOLE, Span(None, HOLE)), [3, 5])
    (3, slice(None, 5, None))
    """
    left = iter(holes)

    def fill_one(part: Any) -> Any:
        if part is HOLE:
            return next(left)
        if isinstance(part, Span):
            return slice(fill_one(part.start), fill_one(part.stop), fill_one(part.step))
        return part

    filled = tuple(map(fill_one, index))
    return filled[0] if len(filled) == 1 else filled


def count_holes(index: Index) -> int:
    """How many run-time arguments a template takes."""
    return sum(
        (part is HOLE)
        + (sum(end is HOLE for end in (part.start, part.stop, part.step)) if isinstance(part, Span) else 0)
        for part in index
    )


def hole_kinds(index: Index, kinds: Sequence[Kind]) -> list[tuple[Any, Kind | None]]:
    """Each part of a template beside the kind of the argument that fills it (None for a part that is no bare hole)."""
    left = iter(kinds)
    pairs: list[tuple[Any, Kind | None]] = []
    for part in index:
        if part is HOLE:
            pairs.append((part, next(left)))
        else:
            if isinstance(part, Span):
                for end in (part.start, part.stop, part.step):
                    if end is HOLE:
                        next(left)
            pairs.append((part, None))
    return pairs


def is_basic(index: Index, kinds: Sequence[Kind]) -> bool:
    """Whether a subscript is basic (ints, slices, newaxis, Ellipsis): reading it gives a view or an element."""
    return all(kind is None or _is_int(kind) for _, kind in hole_kinds(index, kinds)) and not any(
        isinstance(part, bool) for part in index
    )


def _is_int(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.type == "int"
    if isinstance(kind, Array) and kind.dims == ():
        return kind.dtype is None or np.dtype(kind.dtype).kind in "iu"
    return False


def _span_dim(span: Span, dim: Dim) -> Dim:
    """The length of a slice of an axis."""
    start, stop, step = span.start, span.stop, span.step
    if not isinstance(step, (int, type(None))) or any(not isinstance(e, (int, type(None))) for e in (start, stop)):
        return None
    if isinstance(dim, int):
        return len(range(*slice(start, stop, step).indices(dim)))
    if step is not None and step < 0:
        if start is not None or stop is not None:
            return None
        step = -step
    if (start is None or start == 0) and stop is None and step in (None, 1):
        return dim
    if not isinstance(dim, Sym) or (start is not None and start < 0) or (stop is not None and stop >= 0):
        return None
    minus = dim.minus + (start or 0) - (stop or 0)
    return Sym(dim.name, minus) if step in (None, 1) else Sym(f"({dim.name}-{minus})/{step}")


def getitem_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of `x[index]`."""
    x, index = kinds[0], params["index"]
    if not isinstance(x, Array):
        return NUMBER if isinstance(x, Scalar) else OPAQUE
    if x.dims is None:
        return Array(x.dtype, None)
    pairs = hole_kinds(index, kinds[1:])
    arrays = [k for _, k in pairs if k is not None and not _is_int(k)]
    if any(not isinstance(k, Array) or k.dims is None or k.dtype is None for k in arrays):
        return Array(x.dtype, None)
    used = sum(
        0
        if part is None or part is Ellipsis
        else len(kind.dims or ())
        if isinstance(kind, Array) and kind.dtype == "bool"
        else 1
        for part, kind in pairs
    )
    if used > len(x.dims):
        return Array(x.dtype, None)
    advanced: list[Kind] = []
    out: list[Dim] = []
    place: int | None = None
    split = False
    axes = list(x.dims)
    for part, kind in [*pairs, *([] if Ellipsis in index else [(Ellipsis, None)])]:
        if part is None:
            out.append(1)
        elif part is Ellipsis:
            rest = len(x.dims) - used
            out += axes[:rest]
            del axes[:rest]
        elif isinstance(part, Span):
            out.append(_span_dim(part, axes.pop(0)))
        elif arrays:  # an int beside index arrays counts as one of them
            if place is None:
                place = len(out)
            elif place != len(out):
                split = True
            if isinstance(kind, Array) and kind.dtype == "bool":
                del axes[: len(kind.dims or ())]
                advanced.append(Array("int64", (None,)))
            else:
                axes.pop(0)
                advanced.append(kind if kind is not None else INT)
        else:
            axes.pop(0)
    if arrays:
        wide = list(broadcast_dims(advanced) or ())
        at = 0 if split else place or 0
        out[at:at] = wide
    return Array(x.dtype, tuple(out), not out and not arrays and Ellipsis in index)


def getitem_is_view(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Whether reading the subscript gives a view: basic, and not an element."""
    return is_basic(params["index"], kinds[1:])


def _getitem(x: Any, *holes: Any, index: Index) -> Any:
    return x[fill(index, holes)]


def _value_of_cell(x: Any) -> Any:
    return x[()]


def _index_update(x: Any, value: Any, *holes: Any, index: Index) -> Any:
    new = np.array(x)
    new[fill(index, holes)] = value
    return new


def _index_add(x: Any, value: Any, *holes: Any, index: Index) -> Any:
    new = np.array(x)
    np.add.at(new, fill(index, holes), value)
    return new


def _last_written(x: Any, *holes: Any, index: Index) -> Any:
    return runtime.last_written(x, fill(index, holes))


#: `x[()]`: the number that an array of rank 0 holds
VALUE_OF_CELL = Primitive(
    "value_of_cell", _value_of_cell, lambda ks, p: Array(getattr(ks[0], "dtype", None), ()), total=always, cost=1
)
GETITEM = Primitive("getitem", _getitem, getitem_kind, result="view", cost=0)
#: `a1 = index_update(a0, value, *holes, index=...)`: a0 with `a0[index] = value`
INDEX_UPDATE = Primitive("index_update", _index_update, first_kind, result="same", cost=2)
#: `x[index]`, with 0 where a later entry of the index names the same place
LAST_WRITTEN = Primitive("last_written", _last_written, getitem_kind, total=always, cost=2)
#: `a1 = index_add(a0, value, *holes, index=...)`: a0 with value added at each index, as often as it occurs
INDEX_ADD = Primitive("index_add", _index_add, first_kind, result="same", cost=2)
