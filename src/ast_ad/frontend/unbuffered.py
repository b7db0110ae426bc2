"""`np.add.at(a, index, values)` and the `at` of other ufuncs: each occurrence of a place counts, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import NoDerivative, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.library import as_array
from ast_ad.frontend.outputs import target_of
from ast_ad.frontend.trips import for_each
from ast_ad.frontend.values import NONE, Run, Static, Value, is_bottom, is_cell, kind_of
from ast_ad.frontend.versions import as_before, check_cast, is_whole, place_of, store, write_version
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Var
from ast_ad.ir.kinds import FLOAT, Array, dims_of, not_one, rank, same_shape
from ast_ad.ir.primitives import HOLE
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.table import path_of, primitive_of


def call_at(lo: Lowering, ufunc: np.ufunc, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """`ufunc.at(a, index, values)`; None, and `a` has a new version."""
    title = f"{path_of(ufunc)}.at"
    if kwargs or len(args) != 1 + ufunc.nin or primitive_of(ufunc) is None or ufunc.nout != 1:
        raise lo.error(WrongArgument, f"{title} of these arguments", remedy=f"Call it as {title}(a, index, values).")
    target = target_of(lo, args[0], title)
    values = [_as_numpy_takes_it(lo, target, v) for v in args[2:]]
    if is_cell(target) and is_whole(args[1]):
        changed = _apply(lo, ufunc, lo.read(target), values)
        check_cast(lo, kind_of(target), kind_of(changed))
        store(lo, target, changed)
        return NONE
    array, template, holes = place_of(lo, target, args[1])
    if any(map(is_bottom, (array, *values, *holes))):
        return NONE
    if rank(kind_of(array)) is None:
        raise lo.error(NoDerivative, f"{title} of an array whose rank is not known", remedy="Call it with an array.")
    _check_values(lo, title, array, template, holes, values)
    kind = kind_of(array)
    part = P.getitem_kind((kind, *map(kind_of, holes)), {"index": template})
    check_cast(lo, kind, elementwise_kind(ufunc, [part, *map(kind_of, values)]))
    inexact = isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind in "fc"
    if ufunc in (np.add, np.subtract) and inexact:
        added = values[0] if ufunc is np.add else lo.emit(P.NEG, values[0])  # a - v is a + (-v), to the bit
        new = lo.emit(P.INDEX_ADD, lo.read(array), added, *holes, name=array.name, index=template)
        write_version(lo, array, new)
    elif _names_each_place_once(template, holes):
        old = lo.emit(P.GETITEM, lo.read(array), *holes, index=template)
        changed = _apply(lo, ufunc, old, values)
        write_version(
            lo, array, lo.emit(P.INDEX_UPDATE, lo.read(array), changed, *holes, name=array.name, index=template)
        )
    elif template == (HOLE,) and rank(kind_of(holes[0])) == 1:
        _by_rounds(lo, ufunc, array, holes[0], values)
    else:
        _by_flat_places(lo, ufunc, array, template, holes, values)
    return NONE


def _as_numpy_takes_it(lo: Lowering, target: Var, value: Value) -> Atom:
    """A value as `at` takes it: a Python number is an array of doubles, also where the target is of singles."""
    atom, double = as_array(lo, value), getattr(kind_of(target), "dtype", None) in ("float64", "complex128")
    return atom if double or kind_of(atom) != FLOAT else _numpy(lo, np.asarray, atom)


def _check_values(
    lo: Lowering, title: str, array: Var, template: Any, holes: Sequence[Atom], values: Sequence[Atom]
) -> None:
    """NumPy's shortcut for one index array over one axis goes through a list of values without broadcasting it."""
    ranks = [rank(kind_of(atom)) for atom in (array, *holes, *values)]
    if template == (HOLE,) and ranks[0] == 1 and ranks[1] not in (0, 1) and ranks[2:] in ([1], [None]):
        raise lo.error(
            NoDerivative,
            f"{title} with an index of more than one axis, and values of one",
            reason="NumPy 2 reads beyond the end of such values.",
            remedy="Broadcast them first: np.broadcast_to(values, index.shape).",
        )


def _numpy(lo: Lowering, function: Any, *args: Value) -> Atom:
    return lo.atom(call_value(lo, Static(function, f"np.{function.__name__}"), args, {}))


def _apply(lo: Lowering, ufunc: np.ufunc, old: Atom, values: Sequence[Atom]) -> Atom:
    return lo.atom(call_value(lo, Static(ufunc, path_of(ufunc)), [old, *values], {}))


def _names_each_place_once(template: Any, holes: Sequence[Atom]) -> bool:
    kinds = tuple(map(kind_of, holes))
    arrays = [k for _, k in P.hole_kinds(template, kinds) if isinstance(k, Array) and k.dims]
    return P.is_basic(template, kinds) or all(k.dtype == "bool" for k in arrays)


def _by_rounds(lo: Lowering, ufunc: np.ufunc, array: Var, places: Atom, values: Sequence[Atom]) -> None:
    """Occurrences of one place in different rounds, which follow each other; a round names no place twice."""
    rounds = primitive_of(_rounds())
    assert rounds is not None
    parts = [_along(lo, array, places, value) for value in values]
    source = lo.new_ref(Run(lo.emit(rounds, places, lo.emit(P.LENGTH, lo.read(array)), name="groups")), "groups")

    def take(element: Value) -> None:
        k = lo.atom(element)
        at = lo.emit(P.GETITEM, places, k, index=(HOLE,))
        now = [v if not moves else lo.emit(P.GETITEM, v, k, index=(HOLE,)) for v, moves in parts]
        old = lo.emit(P.GETITEM, lo.read(array), at, index=(HOLE,))
        changed = _apply(lo, ufunc, old, now)
        write_version(lo, array, lo.emit(P.INDEX_UPDATE, lo.read(array), changed, at, name=array.name, index=(HOLE,)))

    for_each(lo, source, take)


def _rounds() -> Any:
    from ast_ad import runtime

    return runtime.rounds


def _along(lo: Lowering, array: Var, places: Atom, value: Atom) -> tuple[Atom, bool]:
    """A value beside the places, and whether it has an axis that goes with them."""
    part = P.getitem_kind((kind_of(array), kind_of(places)), {"index": (HOLE,)})
    have = dims_of(kind_of(value))
    if have is None or len(have) < len(dims_of(part) or ()):
        return value, False
    if not (not_one(have[0]) or same_shape(kind_of(value), part)):
        value = lo.emit(P.BROADCAST_LIKE, value, lo.emit(P.GETITEM, lo.read(array), places, index=(HOLE,)))
    return value, True


def _by_flat_places(
    lo: Lowering, ufunc: np.ufunc, array: Var, template: Any, holes: Sequence[Atom], values: Sequence[Atom]
) -> None:
    """Any other subscript: as places in the flattened array."""
    old = lo.read(array)
    shape = lo.emit(P.SHAPE, old)
    numbers = _numpy(lo, np.reshape, _numpy(lo, np.arange, _numpy(lo, np.size, old)), shape)
    places = lo.emit(P.GETITEM, numbers, *holes, index=template)
    wide = [v if rank(kind_of(v)) == 0 else lo.emit(P.BROADCAST_LIKE, v, places) for v in values]
    flat = lo.emit(P.COPY, _numpy(lo, np.ravel, old))
    lists = [v if rank(kind_of(v)) == 0 else _numpy(lo, np.ravel, v) for v in wide]
    _by_rounds(lo, ufunc, flat, _numpy(lo, np.ravel, places), lists)
    write_version(lo, array, as_before(lo, old, lo.read(flat), array.name, shape))
