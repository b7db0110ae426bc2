"""`a.flat`: the elements of an array in the order of C, to be read, written and run over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ast_ad.errors import WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.fillers import flat_places, repeated, write_flat
from ast_ad.frontend.library import as_array
from ast_ad.frontend.subscripts import template_of
from ast_ad.frontend.values import Flat, Static, Value, is_bottom, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, rank
from ast_ad.ir.primitives import HOLE


def flattened(lo: Lowering, owner: Var) -> Atom:
    """A copy of the elements as they are now."""
    if rank(kind_of(owner)) == 1:
        return lo.read(owner)
    return lo.atom(call_value(lo, Static(np.ravel, "np.ravel"), [lo.read(owner)], {}))


def read_flat(lo: Lowering, flat: Flat, index: Value, name: str) -> Value:
    """`a.flat[index]`: a number, or a copy."""
    template, holes = template_of(lo, index)
    old = lo.read(flat.owner)
    places = flat_places(lo, old, template, holes)
    if places is not None:
        return lo.emit(P.GETITEM, old, *places, name=name, index=(HOLE,) * len(places))
    return lo.emit(P.GETITEM, flattened(lo, flat.owner), *holes, name=name, index=template)


def assign_flat(lo: Lowering, flat: Flat, index: Value, value: Value) -> None:
    """`a.flat[index] = value`; what is too short is repeated."""
    atom = as_array(lo, value)
    if is_bottom(flat.owner) or is_bottom(atom):
        return
    template, holes = template_of(lo, index)
    if rank(kind_of(atom)) != 0:
        part = lo.emit(P.GETITEM, flattened(lo, flat.owner), *holes, index=template)
        if rank(kind_of(part)) == 0:
            raise lo.error(WrongArgument, "an element is assigned an array", remedy="Assign a number.")
        atom = repeated(lo, atom, lambda: lo.emit(P.LENGTH, part), kind_of(part))
    write_flat(lo, flat.owner, template, holes, atom)


def ends_of_flat(lo: Lowering, flat: Flat) -> tuple[Callable[[], Atom], Callable[[Atom], Value]]:
    """The number of elements, and what gives the nth as it is when it is reached."""

    def count() -> Atom:
        kind = kind_of(flat.owner)
        dims = kind.dims if isinstance(kind, Array) else None
        if dims is not None and len(dims) == 1:
            return Lit(dims[0]) if isinstance(dims[0], int) else lo.emit(P.LENGTH, lo.read(flat.owner))
        return lo.atom(call_value(lo, Static(np.size, "np.size"), [flat.owner], {}))

    return count, lambda index: read_flat(lo, flat, index, "")
