"""Lower `x[index]`: of an array by a template, of a list to `list_get`, of tuples and dicts to what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend import dicts
from ast_ad.frontend.context import Lowering, is_map, is_of_numbers, torn
from ast_ad.frontend.control import ends_here
from ast_ad.frontend.elements import BORROWED, Element
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.layouts import share_perhaps
from ast_ad.frontend.stand_ins import stands_for
from ast_ad.frontend.values import (
    Entries,
    Fields,
    Flat,
    Items,
    Range,
    Ref,
    Run,
    Slice,
    Static,
    TupleOf,
    Value,
    describe,
    is_bottom,
    is_cell,
    is_none,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import INT, Array, Opaque, Scalar, rank
from ast_ad.ir.primitives import HOLE, Index, Span


def read_subscript(lo: Lowering, owner: Value, index: Value, name: str = "") -> Value:
    """`owner[index]`."""
    from ast_ad.frontend.calls import call_value
    from ast_ad.frontend.objects import special

    method = special(lo, owner, "__getitem__")
    if method is not None:
        return call_value(lo, method, [index], {}, name)
    read = _READERS.get(type(owner))
    if read is None:
        raise lo.error(
            WrongArgument, f"{describe(owner)} cannot be subscripted", remedy="Subscript an array, a list or a dict."
        )
    result: Value = read(lo, owner, index, name)
    return result


def element_of_part(lo: Lowering, owner: Var, template: P.Index, holes: Sequence[Atom], name: str = "") -> Var | None:
    """`z.real[i]` as `z[i].real`, which reads one element; None where the array is no part of a complex one."""
    view = lo.views.get(owner)
    if view is None or view.call.fn.name not in ("np.real", "np.imag") or owner in lo.constant_views:
        return None
    assert isinstance(view.call.fn, P.Primitive)
    cell = lo.emit(P.GETITEM, lo.read(view.base), *holes, index=template)
    return lo.emit(view.call.fn, cell, name=name)


def _array(lo: Lowering, owner: Var, index: Value, name: str) -> Value:
    kind = kind_of(owner)
    if is_bottom(owner):
        return lo.emit(P.GETITEM, owner, index=(0,))
    call = lo.definitions.get(owner)
    if call is not None and call.fn is P.SHAPE and isinstance(index, Lit):
        return lo.retyped(lo.emit(P.ITEM, owner, key=index.value), INT)
    if isinstance(kind, Opaque):
        return lo.emit(P.ITEM, owner, key=constant_of(lo, index, "this subscript"))
    if isinstance(kind, Scalar):
        raise lo.error(
            WrongArgument, f"a Python {kind.type} cannot be subscripted", remedy="Subscript an array or a list."
        )
    if is_cell(owner):
        return _of_cell(lo, owner, index, name)
    template, holes = template_of(lo, index)
    kinds = tuple(kind_of(h) for h in holes)
    if P.is_basic(template, kinds) and (rank(kind) is None and all(part in (None, Ellipsis) for part in template)):
        result = lo.emit(P.GETITEM, lo.read(owner), name=name, index=template)  # of a scalar it is new
        share_perhaps(lo, result, [owner])
        return result
    if P.is_basic(template, kinds):
        if rank(P.getitem_kind((kind, *kinds), {"index": template})) == 0:
            found = element_of_part(lo, owner, template, holes, name)
            if found is not None:
                return found
        return lo.emit_view(P.GETITEM, owner, *holes, name=name, index=template)
    result = lo.emit(P.GETITEM, lo.read(owner), *holes, name=name, index=template)
    if may_be_array(result) and any(isinstance(k, Array) and k.dims is None for k in kinds):
        lo.freeze(result, "It is not known whether it is a view.")
        lo.freeze(owner, "It is not known whether a part of it that was read is a view.")
    return result


def _of_cell(lo: Lowering, owner: Var, index: Value, name: str) -> Value:
    """`t[()]` is the number in an array of rank 0, `t[...]` the array, `t[None]` a view of it with an axis."""
    from ast_ad.rules.table import primitive_of

    parts = index.items if isinstance(index, TupleOf) else (index,)
    words = [part.value if isinstance(part, Lit) else part for part in parts]
    if not words:
        return lo.emit(P.VALUE_OF_CELL, lo.read(owner), name=name)
    if all(word is Ellipsis for word in words):
        return owner
    expand = primitive_of(np.expand_dims)
    assert expand is not None
    if not all(word is None or word is Ellipsis for word in words):
        raise lo.error(WrongArgument, "this subscript of an array of rank 0", remedy="Read the number in it: x[()].")
    axes = tuple(range(sum(word is None for word in words)))
    return lo.emit_view(expand, owner, name=name, axis=axes[0] if len(axes) == 1 else axes)


def template_of(lo: Lowering, index: Value) -> tuple[Index, tuple[Atom, ...]]:
    """A subscript as a template and the run-time values that fill its holes."""
    parts = index.items if isinstance(index, TupleOf) else (index,)
    template: list[Any] = []
    holes: list[Atom] = []
    for part in parts:
        if isinstance(part, Slice):
            template.append(Span(*(_end(lo, e, holes) for e in (part.start, part.stop, part.step))))
        elif isinstance(part, Lit) and (part.value is None or part.value is Ellipsis or type(part.value) is int):
            template.append(part.value)
        elif isinstance(part, Static) and isinstance(part.obj, slice):
            template.append(Span(part.obj.start, part.obj.stop, part.obj.step))
        else:
            template.append(HOLE)
            holes.append(places(lo, part))
    return tuple(template), tuple(holes)


def _end(lo: Lowering, end: Value, holes: list[Atom]) -> Any:
    if isinstance(end, Lit):
        return end.value
    holes.append(lo.atom(end))
    return HOLE


def places(lo: Lowering, part: Value) -> Atom:
    """An index, or an array of indices; an empty list is one of integers."""
    if isinstance(part, (Range, Ref, TupleOf)):
        from ast_ad.frontend.library import as_array

        found = as_array(lo, part)
        kind = kind_of(found)
        if isinstance(kind, Array) and kind.dims == (0,) and isinstance(found, Var):
            call = lo.definitions[found]
            return lo.emit(call.fn, *call.args, dtype=int)  # type: ignore[arg-type]
        return found
    return lo.atom(part)


def _tuple(lo: Lowering, owner: TupleOf, index: Value, name: str) -> Value:
    if isinstance(index, Slice):
        return TupleOf(owner.items[constant_of(lo, index, "the ends of this slice")])
    if isinstance(index, Var) and not is_bottom(index):
        kinds = {kind_of(v) for v in owner.items if isinstance(v, (Var, Lit))}
        if len(kinds) == 1 and isinstance(next(iter(kinds)), Scalar) and index not in lo.constants:
            whole = owner.atom or lo.emit(P.MAKE_LIST, *map(lo.atom, owner.items))
            return lo.emit(P.LIST_GET, whole, lo.read(index), name=name)
    position = constant_of(lo, index, "which element of a tuple is read")
    if not -len(owner.items) <= position < len(owner.items):
        ends_here(lo, IndexError, Lit("tuple index out of range"))
    found: Value = owner.items[position]
    return found


def _ref(lo: Lowering, owner: Ref, index: Value, name: str) -> Value:
    contents = lo.contents(owner) if isinstance(index, Slice) else lo.peek(owner)
    read = _CONTENTS.get(type(contents))
    if isinstance(contents, Fields):
        title = stands_for(contents.type).__name__
        raise lo.error(
            WrongArgument, f"an object of {title} cannot be subscripted", remedy="Give its class a __getitem__."
        )
    if read is None:
        torn(lo, contents, owner.location.name)  # type: ignore[arg-type]
    result: Value = read(lo, owner, contents, index, name)
    return result


def _fixed_list(lo: Lowering, owner: Ref, contents: Items, index: Value, name: str) -> Value:
    if isinstance(index, Slice) and _is_known(index):
        return lo.new_ref(Items(contents.values[constant_of(lo, index, "")]), name)
    if isinstance(index, Lit):
        if not -len(contents.values) <= index.value < len(contents.values):
            ends_here(lo, IndexError, Lit("list index out of range"))
        found: Value = contents.values[index.value]
        return found
    if (contents.values or owner.location not in lo.foreign) and (
        all(isinstance(v, (Var, Lit)) for v in contents.values)
        or is_of_numbers(contents)
        or all(isinstance(v, Ref) and lo.to_row(v) for v in contents.values)
    ):
        run = to_run(lo, owner)
        return _run_list(lo, owner, run, index, name)
    return _tuple(lo, TupleOf(contents.values), index, name)


def list_element(lo: Lowering, whole: Atom, index: Atom, name: str = "", owner: Ref | None = None) -> Value:
    """An element of a run-time list; of `owner`, which goes on to hold it, where that is given."""
    atom = lo.emit(P.LIST_GET, whole, index, name=name)
    value = lo.value_of(atom, name)
    borrowed = owner is not None and owner.location in lo.foreign
    lo.freeze(value, BORROWED if borrowed else lo.why_shared(owner))
    if isinstance(value, Ref):
        lo.uncertain.add(value.location)
    if owner is not None:
        lo.follow(value, Element(owner, whole, index, atom))
    return value


def to_run(lo: Lowering, owner: Ref) -> Run:
    """Let a list be one run-time list from here on."""
    contents = lo.peek(owner)
    if not isinstance(contents, Run):
        contents = Run(lo.run_list(contents, name=owner.location.name, place=owner.location))
        lo.state.heap[owner.location] = contents
    return contents


def _is_known(index: Slice) -> bool:
    return all(isinstance(e, Lit) for e in (index.start, index.stop, index.step))


def _run_list(lo: Lowering, owner: Ref, contents: Run, index: Value, name: str) -> Value:
    if is_map(contents):
        return dicts.read(lo, owner, index, name)
    if isinstance(index, Slice):
        template, holes = template_of(lo, index)
        return lo.new_ref(Run(lo.emit(P.LIST_SLICE, contents.atom, *holes, name=name, index=template)), name)
    return list_element(lo, contents.atom, lo.atom(index), name, owner)


def _dict(lo: Lowering, owner: Ref, contents: Entries, index: Value, name: str) -> Value:
    if dicts.has_run_time_keys(lo, owner, index):
        return dicts.read(lo, owner, index, name)
    key = constant_of(lo, index, "which key of a dict is read")
    if key not in contents.keys:
        ends_here(lo, KeyError, lo.atom(index))
    return contents.values[contents.keys.index(key)]


def _constant(lo: Lowering, owner: Lit, index: Value, name: str) -> Value:
    if isinstance(owner.value, str):
        return Lit(owner.value[constant_of(lo, index, "a subscript of a text")])
    what = "None" if is_none(owner) else repr(owner.value)
    raise lo.error(WrongArgument, f"{what} cannot be subscripted", remedy="Subscript an array, a list or a dict.")


def _static(lo: Lowering, owner: Static, index: Value, name: str) -> Value:
    from ast_ad.frontend.captures import captured
    from ast_ad.frontend.context import static
    from ast_ad.frontend.meshes import SUBSCRIPTED

    subscripted = next((lower for known, lower in SUBSCRIPTED if known is owner.obj), None)
    if subscripted is not None:
        return subscripted(lo, index)
    key = constant_of(lo, index, "which element is read")
    value = owner.obj[key]
    if owner.path:
        return captured(lo, (*owner.path, ("item", key)), value, f"{owner.name}[{key!r}]")
    return static(value)


def _range(lo: Lowering, owner: Range, index: Value, name: str) -> Value:
    from ast_ad.frontend.counters import product, shifted

    ends = (owner.start, owner.stop, owner.step)
    if isinstance(index, Slice) and _is_known(index) and all(isinstance(e, Lit) for e in ends):
        part = range(*(e.value for e in ends if isinstance(e, Lit)))[constant_of(lo, index, "")]
        return Range(Lit(part.start), Lit(part.stop), Lit(part.step))
    if isinstance(index, Slice):
        raise lo.error(UnknownAtCompileTime, "a slice of a range", remedy="Give range its own ends.")
    return shifted(lo, owner.start, product(lo, lo.atom(index), owner.step))


def _flat(lo: Lowering, owner: Flat, index: Value, name: str) -> Value:
    from ast_ad.frontend.flat import read_flat

    return read_flat(lo, owner, index, name)


_READERS: dict[type, Callable[..., Value]] = {
    Var: _array,
    TupleOf: _tuple,
    Ref: _ref,
    Lit: _constant,
    Static: _static,
    Range: _range,
    Flat: _flat,
}
_CONTENTS: dict[type, Callable[..., Value]] = {Items: _fixed_list, Run: _run_list, Entries: _dict}
