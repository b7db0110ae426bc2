"""Take elements out of lists and put others in, anywhere: `pop(i)`, `insert`, slices that are assigned, `del`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gast

from ast_ad.errors import UnsupportedSyntax, WrongArgument, WrongStructure
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.dicts import has_run_time_keys, take_out as take_out_of_dict
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.subscripts import list_element, to_run
from ast_ad.frontend.values import Entries, Fields, Items, Ref, Run, Slice, Value, describe, is_none
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit


def take_out(lo: Lowering, owner: Ref, at: Value) -> Value:
    """`owner.pop(at)`."""
    contents = lo.contents(owner)
    if isinstance(contents, Items) and isinstance(at, Lit):
        values = list(contents.values)
        if not -len(values) <= at.value < len(values):
            raise lo.error(WrongStructure, "pop from a list that is too short", remedy="Test its length first.")
        found = values.pop(at.value)
        lo.set_contents(owner, Items(tuple(values)))
        return found
    lo.check_writable(owner.location, owner.location.name)
    whole = to_run(lo, owner).atom
    place = _from_the_front(lo, whole, lo.atom(at))
    value = list_element(lo, whole, lo.atom(at))
    after = Lit(place.value + 1) if isinstance(place, Lit) else lo.emit(P.ADD, place, Lit(1))
    if isinstance(place, Lit) and place.value == -1:
        after = lo.emit(P.LENGTH, whole)
    _replace(lo, owner, whole, place, [], after)
    return value


def put_in(lo: Lowering, owner: Ref, at: Value, value: Value) -> None:
    """`owner.insert(at, value)`."""
    contents = lo.contents(owner)
    if isinstance(contents, Items) and isinstance(at, Lit):
        values = list(contents.values)
        values.insert(at.value, value)
        lo.set_contents(owner, Items(tuple(values)))
        return
    lo.check_writable(owner.location, owner.location.name)
    whole, place = to_run(lo, owner).atom, lo.atom(at)
    lo.put(value, owner.location)
    _replace(lo, owner, whole, place, [lo.emit(P.MAKE_LIST, lo.atom(value))], place)


def put_slice(lo: Lowering, owner: Ref, index: Slice, value: Value | None) -> None:
    """`owner[a:b] = value`, where the length of the list is known at run time only; None deletes."""
    start = Lit(0) if is_none(index.start) else lo.atom(index.start)
    ends = (start, index.stop, index.step)
    signs = [isinstance(e, Lit) and type(e.value) is int and e.value >= 0 for e in (start, index.stop)]
    open_ended = is_none(index.stop)
    in_order = open_ended or (all(signs) and start.value <= index.stop.value)  # type: ignore[union-attr]
    if not is_none(index.step) or not in_order:
        raise lo.error(
            UnsupportedSyntax,
            f"this slice of a list is {'deleted' if value is None else 'assigned'}",
            reason="Only slices between two constants, and those up to the end, are followed.",
            remedy="Join slices of the list, or use an array.",
        )
    lo.check_writable(owner.location, owner.location.name)
    whole = to_run(lo, owner).atom
    new: list[Atom] = []
    if value is not None:
        new = [_as_run(lo, value)]
    after = lo.emit(P.LENGTH, whole) if open_ended else lo.atom(ends[1])
    _replace(lo, owner, whole, start, new, after)


def _as_run(lo: Lowering, value: Value) -> Atom:
    from ast_ad.frontend.iterable_calls import lower_list

    made = lower_list(lo, [value], {}, "")
    assert isinstance(made, Ref)
    return lo.run_list(lo.contents(made))


def _from_the_front(lo: Lowering, whole: Atom, at: Atom) -> Atom:
    """An index that is counted from the front, unless it is a constant, where both ways are clear."""
    return at if isinstance(at, Lit) else lo.emit(P.MOD, at, lo.emit(P.LENGTH, whole))


def _replace(lo: Lowering, owner: Ref, whole: Atom, start: Atom, new: list[Atom], stop: Atom) -> None:
    """`owner[start:stop] = new`."""
    name = owner.location.name
    at_front = isinstance(start, Lit) and type(start.value) is int and start.value == 0
    parts = [*([] if at_front else [_part(lo, whole, Lit(None), start)]), *new, _part(lo, whole, stop, Lit(None))]
    joined = parts[0]
    for part in parts[1:]:
        joined = lo.emit(P.LIST_CONCAT, joined, part, name=name)
    lo.set_contents(owner, Run(joined))


def _part(lo: Lowering, whole: Atom, start: Atom, stop: Atom) -> Atom:
    holes = [a for a in (start, stop) if not isinstance(a, Lit)]
    ends = [a.value if isinstance(a, Lit) else P.HOLE for a in (start, stop)]
    return lo.emit(P.LIST_SLICE, whole, *holes, index=(P.Span(ends[0], ends[1], None),))


def delete(lo: Lowering, target: Any) -> None:
    """`del target`."""
    if isinstance(target, (gast.Tuple, gast.List)):
        for part in target.elts:
            delete(lo, part)
        return
    if isinstance(target, gast.Name):
        from ast_ad.frontend.expressions import look_up

        lo.node = target
        look_up(lo, target.id)
        lo.names.pop(target.id, None)
        return
    from ast_ad.frontend.calls import call_value
    from ast_ad.frontend.objects import special

    owner = lo.expr(target.value)
    key: Any = target.attr if isinstance(target, gast.Attribute) else lo.expr(target.slice)
    lo.node = target
    method = None if isinstance(key, str) else special(lo, owner, "__delitem__")
    if method is not None:
        call_value(lo, method, [key], {})
        return
    if isinstance(owner, Ref) and not isinstance(key, str) and has_run_time_keys(lo, owner, key):
        take_out_of_dict(lo, owner, key)
        return
    contents = lo.contents(owner) if isinstance(owner, Ref) else None
    of_object = isinstance(contents, Fields)
    if isinstance(owner, Ref) and isinstance(contents, Entries) and of_object == isinstance(key, str):
        _delete_key(lo, owner, contents, key)
    elif isinstance(owner, Ref) and isinstance(contents, (Items, Run)) and not isinstance(key, str):
        if owner.location in lo.iterated:
            raise lo.error(
                UnsupportedSyntax, "a list that a loop runs over changes its length", remedy="Loop over a copy."
            )
        if isinstance(key, Slice) and isinstance(contents, Items):
            values = list(contents.values)
            del values[constant_of(lo, key, "which elements are deleted")]
            lo.set_contents(owner, Items(tuple(values)))
        elif isinstance(key, Slice):
            put_slice(lo, owner, key, None)
        else:
            take_out(lo, owner, key)
    else:
        what = describe(contents or owner)
        raise lo.error(UnsupportedSyntax, f"`del` of a part of {what}", remedy="Make a new one of what is to stay.")


def _delete_key(lo: Lowering, owner: Ref, contents: Entries, key: Any) -> None:
    known = key if isinstance(key, str) else constant_of(lo, key, "which key is deleted")
    if known not in contents.keys:
        raise lo.error(WrongArgument, f"there is no {known!r} to delete", remedy="Test for it first.")
    k = contents.keys.index(known)
    keys, parts = list(contents.keys), list(contents.values)
    del keys[k], parts[k]
    lo.set_contents(owner, replace(contents, keys=tuple(keys), values=tuple(parts)))
