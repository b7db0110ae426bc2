"""Indices that NumPy makes of ranges and lists: `np.ix_`, `np.r_`, `np.c_`, `np.mgrid`, `np.ogrid`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import NoDerivative, UnknownAtCompileTime
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.library import as_array
from ast_ad.frontend.operators import binary
from ast_ad.frontend.subscripts import places
from ast_ad.frontend.values import Slice, Static, TupleOf, Value, is_none, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit
from ast_ad.ir.kinds import Array, Scalar, rank
from ast_ad.rules.results import name_of


def _numpy(lo: Lowering, function: Any, *args: Value, **kwargs: Value) -> Atom:
    return as_array(lo, call_value(lo, Static(function, f"np.{function.__name__}"), args, kwargs))


def _open(lo: Lowering, lists: Sequence[Atom]) -> TupleOf:
    """Each list along an axis of its own."""

    def along(k: int, atom: Atom) -> Atom:
        index = (*(None,) * k, P.Span(), *(None,) * (len(lists) - 1 - k))
        return lo.emit(P.GETITEM, atom, index=index) if len(index) > 1 else atom

    return TupleOf(tuple(along(k, atom) for k, atom in enumerate(lists)))


def open_mesh(lo: Lowering, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = "") -> Value:
    """`np.ix_(rows, columns)`; a mask counts as the places where it is True."""

    def numbers(value: Value) -> Atom:
        atom = places(lo, value)
        kind = kind_of(atom)
        is_mask = isinstance(kind, Array) and kind.dtype == "bool"
        return _numpy(lo, np.flatnonzero, atom) if is_mask else atom

    return _open(lo, list(map(numbers, args)))


# np.r_[...] and its kin: a slice is a range, or as many numbers as its imaginary step says


def _range(lo: Lowering, part: Slice, title: str) -> Atom:
    start = Lit(0) if is_none(part.start) else part.start
    if is_none(part.stop):
        raise lo.error(NoDerivative, f"{title} of a slice without an end", remedy="Write its end.")
    count = _imaginary(part)
    if count is not None:
        return _numpy(lo, np.linspace, start, part.stop, num=Lit(count))
    ends = [start, part.stop] if is_none(part.step) else [start, part.stop, part.step]
    from_zero = len(ends) == 2 and isinstance(start, Lit) and type(start.value) is int and start.value == 0
    return _numpy(lo, np.arange, *(ends[1:] if from_zero else ends))


def _imaginary(part: Slice) -> int | None:
    """How many numbers a slice asks for: 5 in `0:1:5j`."""
    step = part.step.value if isinstance(part.step, Lit) else None
    return int(abs(step)) if isinstance(step, complex) else None


def _grid_range(lo: Lowering, part: Slice, title: str) -> Atom:
    """Of floats, a grid takes the multiples of the step, which are not to the bit what np.arange gives."""
    count, start = _imaginary(part), Lit(0) if is_none(part.start) else part.start
    if count is not None and not is_none(part.stop):
        length = binary(lo, "-", part.stop, start)
        step = binary(lo, "/", length, Lit(float(count - 1))) if count != 1 else Lit(1)
        return as_array(lo, binary(lo, "+", binary(lo, "*", _numpy(lo, np.arange, Lit(count)), step), start))
    found = _range(lo, part, title)
    kind = kind_of(found)
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind == "f":
        raise lo.error(
            NoDerivative, f"{title} with a step that is no integer", remedy="Give the number of points: 0:1:5j."
        )
    return found


def _parts(index: Value) -> Sequence[Value]:
    return index.items if isinstance(index, TupleOf) else (index,)


def _joined(lo: Lowering, index: Value, title: str, columns: bool) -> Value:
    arrays: list[Atom] = []
    numbers: list[int] = []
    for part in _parts(index):
        if isinstance(part, Lit) and isinstance(part.value, str):
            raise lo.error(NoDerivative, f"{title} with a text", remedy="Write np.concatenate or np.stack.")
        atom = _range(lo, part, title) if isinstance(part, Slice) else as_array(lo, part)
        known = rank(kind_of(atom))
        if known is None:
            raise lo.error(
                UnknownAtCompileTime, f"{title} of an array whose rank is not known", remedy="Pass an array."
            )
        if known == 0:
            numbers.append(len(arrays))
        arrays.append(atom)
    for k in numbers:
        arrays[k] = _numpy(lo, np.array, TupleOf((arrays[k],)), **_dtype_beside(arrays, k, numbers))
    if columns and all(rank(kind_of(a)) == 1 for a in arrays):
        return call_value(lo, Static(np.column_stack, "np.column_stack"), [TupleOf(tuple(arrays))], {})
    if columns:
        arrays = [lo.emit(P.GETITEM, a, index=(P.Span(), None)) if rank(kind_of(a)) == 1 else a for a in arrays]
    axis = {"axis": Lit(-1)} if columns else {}
    return call_value(lo, Static(np.concatenate, "np.concatenate"), [TupleOf(tuple(arrays))], axis)


def _dtype_beside(arrays: Sequence[Atom], k: int, numbers: Sequence[int]) -> dict[str, Value]:
    """Python's numbers take the dtype of the arrays that they stand beside."""
    kind = kind_of(arrays[k])
    names = [name_of(kind_of(a)) for j, a in enumerate(arrays) if j not in numbers]
    if not isinstance(kind, Scalar) or not names or None in names:
        return {}
    found = np.result_type(*names, {"bool": True, "int": 1, "float": 1.0, "complex": 1j}[kind.type])
    return {} if found.name == name_of(kind) else {"dtype": Static(found.type, f"np.{found.name}")}


def _ranges(lo: Lowering, index: Value, title: str) -> list[Atom]:
    slices = _parts(index)
    if not all(isinstance(part, Slice) for part in slices):
        raise lo.error(NoDerivative, f"{title} of what is no slice", remedy="Write slices: np.mgrid[0:n, 0:m].")
    ranges = [_grid_range(lo, part, title) for part in slices if isinstance(part, Slice)]
    inexact = [np.dtype(k.dtype).kind == "f" for k in map(kind_of, ranges) if isinstance(k, Array) and k.dtype]
    if any(inexact) and not all(inexact):
        return [_numpy(lo, np.asarray, r, dtype=Static(float, "float")) for r in ranges]
    return ranges


def _dense_mesh(lo: Lowering, index: Value) -> Value:
    ranges = _ranges(lo, index, "np.mgrid")
    if not isinstance(index, TupleOf):
        return ranges[0]
    mesh = call_value(lo, Static(np.meshgrid, "np.meshgrid"), ranges, {"indexing": Lit("ij")})
    return call_value(lo, Static(np.stack, "np.stack"), [mesh], {})


def _open_ranges(lo: Lowering, index: Value) -> Value:
    ranges = _ranges(lo, index, "np.ogrid")
    return _open(lo, ranges) if isinstance(index, TupleOf) else ranges[0]


def _slices(lo: Lowering, index: Value) -> Value:
    return index


#: objects of NumPy that are subscripted to make arrays or subscripts
SUBSCRIPTED: tuple[tuple[Any, Callable[[Lowering, Value], Value]], ...] = (
    (np.c_, lambda lo, index: _joined(lo, index, "np.c_", True)),
    (np.r_, lambda lo, index: _joined(lo, index, "np.r_", False)),
    (np.mgrid, _dense_mesh),
    (np.ogrid, _open_ranges),
    (np.s_, _slices),
    (np.index_exp, lambda lo, index: index if isinstance(index, TupleOf) else TupleOf((index,))),
)
MESHES: tuple[tuple[Any, Callable[..., Value]], ...] = ((np.ix_, open_mesh),)
