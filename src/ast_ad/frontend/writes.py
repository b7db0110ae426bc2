"""Lower writes: `x[i] = v`, `x[i] += v`, `x *= 2`.  Memory is written by giving its location a new version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from ast_ad.errors import MayAlias, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, is_map
from ast_ad.frontend.dicts import has_run_time_keys, update, write as write_entry
from ast_ad.frontend.flat import assign_flat
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.list_parts import put_slice
from ast_ad.frontend.methods import attribute
from ast_ad.frontend.objects import has_setter, in_place as in_place_of_object, set_attribute, special
from ast_ad.frontend.operators import binary
from ast_ad.frontend.subscripts import element_of_part, read_subscript, to_run
from ast_ad.frontend.targets import assign, unpacked
from ast_ad.frontend.trips import append, with_entry
from ast_ad.frontend.values import (
    Entries,
    Flat,
    Items,
    Method,
    Ref,
    Run,
    Slice,
    TupleOf,
    Value,
    describe,
    is_bottom,
    is_cell,
    kind_of,
    may_be_array,
)
from ast_ad.frontend.versions import check_cast, is_whole, place_of, store, with_part, write_version
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Kind, Scalar, broadcast_dims, known_equal, rank


def augment(lo: Lowering, target: Any, symbol: str, node: Any) -> None:
    """`target symbol= value`; what the target is a part of is evaluated once."""
    stmt = lo.node
    if isinstance(target, gast.Name):
        from ast_ad.frontend.expressions import look_up

        lo.node = target
        old = look_up(lo, target.id)
        value = lo.expr(node)
        lo.node = stmt
        assign(lo, target, in_place(lo, symbol, old, value, target.id))
        return
    owner = lo.expr(target.value)
    if isinstance(target, gast.Attribute):
        lo.node = target
        old = attribute(lo, owner, target.attr)
        value = lo.expr(node)
        lo.node = stmt
        new = in_place(lo, symbol, old, value, target.attr)
        if new is not old or not _stays(lo, old) or has_setter(lo, owner, target.attr):
            set_attribute(lo, owner, target.attr, new)
        return
    index = lo.expr(target.slice)
    if isinstance(owner, Var) and not is_bottom(owner):
        lo.node = stmt
        _augment_array(lo, owner, index, symbol, lambda: lo.expr(node))
        return
    lo.node = target
    old = read_subscript(lo, owner, index)
    value = lo.expr(node)
    lo.node = stmt
    new = in_place(lo, symbol, old, value)
    if new is not old or not _stays(lo, old):
        write_subscript(lo, owner, index, new)


def _stays(lo: Lowering, old: Value) -> bool:
    """Whether what was written to is a part of what holds it still."""
    return lo.follows(old.location if isinstance(old, Ref) else old)


def in_place(lo: Lowering, symbol: str, old: Value, value: Value, name: str = "") -> Value:
    """`old symbol= value`: the object that was written to, or the new number."""
    found = in_place_of_object(lo, symbol, old, value)
    if found is not None:
        return found
    if isinstance(old, Ref) and symbol == "|" and isinstance(lo.peek(old), Entries):
        call_value(lo, Method(old, "update"), [value], {})
        return old
    if isinstance(old, Ref) and symbol == "|" and is_map(lo.peek(old)):
        update(lo, old, value)
        return old
    if isinstance(old, Ref) and symbol == "+" and not isinstance(lo.peek(old), Entries):
        extend(lo, old, value)
        return old
    if may_be_array(old):
        assert isinstance(old, Var)
        if rank(kind_of(old)) is not None and getattr(kind_of(old), "cell", False) is not None:
            write_whole(lo, old, symbol, value)
            return old
        if _shared(lo, old):
            raise lo.error(
                MayAlias,
                f"{name or 'this'} may be an array or a number, and another name holds it too",
                reason="Of an array the statement changes both, of a number one.",
                remedy=f"Write {name or 'x'} = {name or 'x'} {symbol} ..., which changes one.",
            )
    return binary(lo, symbol, old, value, name)


def _shared(lo: Lowering, var: Var) -> bool:
    root = lo.root(var)
    holders = [
        value
        for names in lo.state.frames.values()
        for key, value in names.items()
        if isinstance(value, Var) and key[0] != "%" and lo.root(value) is root
    ]
    return len(holders) > 1 or root in lo.maybe_shared


# Arrays


def write_whole(lo: Lowering, old: Var, symbol: str, value: Value) -> None:
    """`x *= value` of an array: its memory is written, in its dtype."""
    from ast_ad.frontend.library import as_array

    operand = as_array(lo, value)
    if symbol in "+-" and _may_be_stretched(kind_of(old), kind_of(operand)):
        _augment_array(lo, old, Lit(Ellipsis), symbol, lambda: operand)
        return
    new = lo.emit(P.OPERATORS[symbol], lo.read(old), operand, name="" if is_cell(old) else old.name)
    check_cast(lo, kind_of(old), kind_of(new))
    store(lo, old, new, symbol != "@" and rank(kind_of(operand)) == 0)


def _may_be_stretched(base: Kind, value: Kind) -> bool:
    """Whether an array with axes is as it is after an addition, but nothing proves that a value fits into it."""
    if not isinstance(base, Array) or not base.dims or not isinstance(value, Array) or value.dims == ():
        return False
    dims = broadcast_dims([base, value])
    return dims is None or len(dims) != len(base.dims) or not all(map(known_equal, dims, base.dims))


def _augment_array(lo: Lowering, owner: Var, index: Value, symbol: str, value_of: Callable[[], Value]) -> None:
    """`a[i] op= v`: an addition where it is one, else a read and a write."""
    from ast_ad.frontend.library import as_array

    node = lo.node
    if is_cell(owner) and is_whole(index):
        write_whole(lo, owner, symbol, value_of())
        return
    lo.node = node.target
    _check_has_axes(lo, owner)
    array, template, holes = place_of(lo, owner, index)
    kinds = tuple(map(kind_of, holes))
    basic = P.is_basic(template, kinds)
    base = kind_of(array)
    adds = symbol in "+-" and basic and isinstance(base, Array) and base.dtype in ("float64", "complex128")
    adds = adds and part_of(lo, array) is None
    before = lo.read(array)
    old = None if adds else element_of_part(lo, array, template, holes)
    if old is None and not adds:
        old = lo.emit(P.GETITEM, before, *holes, index=template)
    value = as_array(lo, value_of())
    lo.node = node
    now = lo.read(array)
    if adds and symbol == "-" and not _has_a_negative(kind_of(value)):
        adds, old = False, lo.emit(P.GETITEM, before, *holes, index=template)
    if adds:
        added = value if symbol == "+" else lo.emit(P.NEG, value)  # a - v is a + (-v), to the bit
        new = lo.emit(P.INDEX_ADD, now, added, *holes, name=array.name, index=template)
    else:
        assert old is not None
        changed = lo.emit(P.OPERATORS[symbol], old, value)
        if may_be_array(old):
            check_cast(lo, base, kind_of(changed))
        if _write_part(lo, array, changed, template, holes):
            return
        new = lo.emit(P.INDEX_UPDATE, now, changed, *holes, name=array.name, index=template)
    write_version(lo, array, new)


def _has_a_negative(kind: Kind) -> bool:
    """Whether `-v` is what subtracting v adds: for signed numbers, not for truth values and unsigned integers."""
    if isinstance(kind, Array):
        return kind.dtype is not None and np.dtype(kind.dtype).kind in "ifc"
    return isinstance(kind, Scalar) and kind.type != "bool"


def write_subscript(lo: Lowering, owner: Value, index: Value, value: Value) -> None:
    """`owner[index] = value`."""
    method = special(lo, owner, "__setitem__")
    if method is not None:
        call_value(lo, method, [index, value], {})
        return
    write = _WRITERS.get(type(owner))
    if write is None:
        raise lo.error(
            WrongArgument, f"{describe(owner)} cannot be assigned to", remedy="Assign to an array, a list or a dict."
        )
    write(lo, owner, index, value)


def _array(lo: Lowering, owner: Var, index: Value, value: Value) -> None:
    from ast_ad.frontend.library import as_array

    if is_bottom(owner):
        return
    if not isinstance(kind_of(owner), Array):
        raise lo.error(
            WrongArgument, f"{describe(owner)} cannot be assigned to", remedy="Assign to an array, a list or a dict."
        )
    if is_cell(owner) and is_whole(index):
        store(lo, owner, as_array(lo, value))
        return
    _check_has_axes(lo, owner)
    array, template, holes = place_of(lo, owner, index)
    atom = as_array(lo, value)
    if _write_part(lo, array, atom, template, holes):
        return
    write_version(lo, array, lo.emit(P.INDEX_UPDATE, lo.read(array), atom, *holes, name=array.name, index=template))


def part_of(lo: Lowering, array: Var) -> str | None:
    """The name of the function, where an array is the real or the imaginary part of a complex one."""
    view = lo.views.get(lo.constant_views.get(array, array))
    return view.call.fn.name if view is not None and view.call.fn.name in ("np.real", "np.imag") else None


def _write_part(lo: Lowering, array: Var, value: Atom, template: P.Index, holes: Sequence[Atom]) -> bool:
    """`z.real[i] = x` is `z[i] = x + 1j * z[i].imag`; False where the array is no part of a complex one."""
    part = part_of(lo, array)
    if part is None or array in lo.constant_views:
        return False
    base = lo.views[array].base
    whole = lo.read(base)
    cell = lo.emit(P.GETITEM, whole, *holes, index=template)
    new = with_part(lo, part, cell, value)
    write_version(lo, base, lo.emit(P.INDEX_UPDATE, whole, new, *holes, name=base.name, index=template))
    return True


def _check_has_axes(lo: Lowering, owner: Var) -> None:
    if rank(kind_of(owner)) == 0:
        what = "an array of rank 0 is assigned by this subscript" if may_be_array(owner) else "a number is assigned to"
        raise lo.error(WrongArgument, what, remedy="Write x[()] = v of an array, and x = v of a number.")


def _ref(lo: Lowering, owner: Ref, index: Value, value: Value) -> None:
    contents = lo.contents(owner) if isinstance(index, Slice) else lo.peek(owner)
    if has_run_time_keys(lo, owner, index):
        write_entry(lo, owner, index, value)
    elif isinstance(contents, Entries):
        key = constant_of(lo, index, "which key of a dict is assigned")
        lo.set_contents(owner, with_entry(contents, key, value))
    elif isinstance(contents, Items) and isinstance(index, (Lit, Slice)):
        values = list(contents.values)
        if isinstance(index, Slice):
            values[constant_of(lo, index, "the ends of this slice")] = unpacked(lo, value, None)
        elif not -len(values) <= index.value < len(values):
            raise lo.error(
                WrongArgument, f"index {index.value} of {len(values)} elements", remedy="Use an index that exists."
            )
        else:
            values[index.value] = value
        lo.set_contents(owner, Items(tuple(values)))
    elif isinstance(index, Slice):
        put_slice(lo, owner, index, value)
    else:
        lo.check_writable(owner.location, owner.location.name)
        run = to_run(lo, owner)
        item = lo.element_atom(value, owner.location, kind_of(run.atom))
        new = lo.emit(P.LIST_SET, run.atom, item, lo.atom(index), name=owner.location.name)
        lo.set_contents(owner, Run(lo.widened(new, kind_of(item))), owning=True)


def _tuple(lo: Lowering, owner: TupleOf, index: Value, value: Value) -> None:
    raise lo.error(WrongArgument, "a tuple cannot be assigned to", remedy="Make a new tuple, or use a list.")


_WRITERS: dict[type, Callable[..., None]] = {Var: _array, Ref: _ref, TupleOf: _tuple, Flat: assign_flat}


def extend(lo: Lowering, target: Ref, value: Value) -> None:
    """`target.extend(value)`."""
    from ast_ad.frontend.trips import for_each

    contents = lo.contents(target)
    known: Sequence[Value] | None = None
    if isinstance(value, Ref):
        other = lo.contents(value)
        if isinstance(other, Items):
            known = other.values
        elif isinstance(other, Run) and isinstance(contents, (Items, Run)):
            joined = lo.emit(P.LIST_CONCAT, lo.run_list(contents), other.atom, name=target.location.name)
            lo.set_contents(target, Run(joined))
            return
    if known is None:
        for_each(lo, value, lambda item: append(lo, target, item))
        return
    for item in known:
        append(lo, target, item)
