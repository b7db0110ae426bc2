"""Bind what an assignment, a `for` or an argument binds: names, nested tuples, starred names; subscripts are writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from ast_ad import runtime
from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax, WrongStructure
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.counted import elements_in_this_call
from ast_ad.frontend.fence import WRITES_OUTSIDE
from ast_ad.frontend.iteration import Counted, elements, iteration_of, row
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.values import (
    NONE,
    Enumerate,
    Flat,
    Generated,
    Items,
    Mapped,
    Once,
    Ref,
    Reversed,
    Run,
    Slice,
    Stream,
    Value,
    Zip,
    describe,
    is_bottom,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var, christen
from ast_ad.ir.kinds import INT, Array, Opaque
from ast_ad.rules.table import primitive_of

_ITERATORS = (Enumerate, Generated, Mapped, Reversed, Stream, Zip)


def assign(lo: Lowering, target: Any, value: Value) -> None:
    """`target = value`."""
    _TARGETS[type(target)](lo, target, value)


def _name(lo: Lowering, target: Any, value: Value) -> None:
    bind_name(lo, target.id, value)


def bind_name(lo: Lowering, name: str, value: Value) -> None:
    """Let a name stand for a value: in the current function, or around it where the name is declared nonlocal."""
    if isinstance(value, Ref) and not value.location.name:
        value.location.name = name
    if isinstance(value, Var) and name.strip("_").isidentifier() and _is_nameless(lo, value):
        christen(value, name)
    if isinstance(value, Var) and not value.name:
        value = _named_extent(lo, value, name)
    if isinstance(value, Flat):
        raise lo.error(
            UnsupportedSyntax,
            "the flat elements of an array under a name",
            reason="What is written to the array would have to be followed through it.",
            remedy="Write a.flat where it is used, or a.ravel() for a copy or a view.",
        )
    if isinstance(value, _ITERATORS):
        value = Once(value, lo.new_ref(Items((Lit(0),)), name).location)
    frame = lo.frame
    if name in frame.names.globals:
        raise lo.error(UnsupportedSyntax, f"the global {name} is written", **WRITES_OUTSIDE._asdict())
    while name in frame.names.outer and frame.outer is not None:
        frame = lo.frames[frame.outer]
    lo.note_change("name", frame.id, name)
    lo.state.frames[frame.id][name] = value


def _is_nameless(lo: Lowering, var: Var) -> bool:
    """Whether nobody named a value: it has no name, or that of an element (`params_0`)."""
    call = lo.definitions.get(var)
    if call is None or call.fn is not P.ITEM:
        return not var.name
    key = dict(call.params)["key"]
    return isinstance(key, int) and isinstance(call.args[0], Var) and var.name == f"{call.args[0].name}_{key}"


def _named_extent(lo: Lowering, value: Var, name: str) -> Var:
    """The extent of an axis under the name that it is given."""
    call = lo.definitions.get(value)
    if call is None or call.fn is not P.ITEM:
        return value
    whole = lo.definitions.get(call.args[0]) if isinstance(call.args[0], Var) else None
    if whole is None or whole.fn is not P.SHAPE:
        return value
    return lo.retyped(lo.emit(P.ITEM, call.args[0], name=name, **dict(call.params)), INT)


def _tuple(lo: Lowering, target: Any, value: Value) -> None:
    targets: Sequence[Any] = target.elts
    starred = [k for k, t in enumerate(targets) if isinstance(t, gast.Starred)]
    if starred and _is_run(lo, value):
        _from_run(lo, targets, starred[0], value)
        return
    values = unpacked(lo, value, None if starred else len(targets), target)
    if not starred:
        if len(values) != len(targets):
            _wrong_length(lo, len(values), len(targets))
        for one, item in zip(targets, values, strict=True):
            assign(lo, one, item)
        return
    k, rest = starred[0], len(targets) - starred[0] - 1
    if len(values) < len(targets) - 1:
        _wrong_length(lo, len(values), len(targets) - 1)
    for one, item in zip(targets[:k], values[:k], strict=True):
        assign(lo, one, item)
    assign(lo, targets[k].value, lo.new_ref(Items(tuple(values[k : len(values) - rest]))))
    for one, item in zip(targets[k + 1 :], values[len(values) - rest :], strict=True):
        assign(lo, one, item)


def _is_run(lo: Lowering, value: Value) -> bool:
    return isinstance(value, Ref) and isinstance(lo.contents(value), Run)


def _from_run(lo: Lowering, targets: Sequence[Any], star: int, value: Value) -> None:
    """`first, *rest = xs` of a run-time list."""
    from ast_ad.frontend.subscripts import read_subscript

    after = len(targets) - star - 1
    for k, target in enumerate(targets):
        if k == star:
            rest = Slice(Lit(k), Lit(-after) if after else NONE, NONE)
            assign(lo, target.value, read_subscript(lo, value, rest))
        else:
            assign(lo, target, read_subscript(lo, value, Lit(k if k < star else k - len(targets))))


def _wrong_length(lo: Lowering, found: int, wanted: int) -> None:
    few = "not enough" if found < wanted else "too many"
    raise lo.error(
        WrongStructure, f"{few} values to unpack: {found} for {wanted} names", remedy="Unpack as many as there are."
    )


def unpacked(lo: Lowering, value: Value, count: int | None, target: Any = None) -> Sequence[Value]:
    """The elements of a value; `count` says how many there must be, where that is known."""
    value = value.source if isinstance(value, Generated) else value
    known = elements(lo, value) if not isinstance(value, Var) or may_be_array(value) else None
    if known is None and count is None:
        known = elements_in_this_call(lo, value, "how many a starred name takes")
    if known is not None:
        return known
    if count is None:
        raise lo.error(
            UnsupportedSyntax,
            "how many elements the star takes here is known at run time only",
            reason=f"It takes them from {describe(value)}.",
            remedy="Use slices, as in first = xs[0]; rest = xs[1:], or pass the list itself.",
        )
    if isinstance(value, Var):
        if is_bottom(value):
            return [value] * count
        call = lo.definitions.get(value)
        if call is not None and call.fn is P.SHAPE:
            return [lo.retyped(lo.emit(P.ITEM, value, key=k), INT) for k in range(count)]
        if isinstance(kind_of(value), Opaque):
            return [lo.emit(P.ITEM, value, key=k) for k in range(count)]
        kind = kind_of(value)
        if may_be_array(value):
            dims = kind.dims if isinstance(kind, Array) else None
            if dims and isinstance(dims[0], int):
                if dims[0] != count:
                    _wrong_length(lo, dims[0], count)
            else:
                _check_length(lo, lo.emit(P.LENGTH, value), count)
            return [row(lo, value, Lit(k), _word(target, k)) for k in range(count)]
    over = iteration_of(lo, value)
    assert isinstance(over, Counted)
    _check_length(lo, over.count(), count)
    found = [over.get(Lit(k)) for k in range(count)]
    for k, one in enumerate(found):
        if isinstance(one, Var) and _word(target, k):
            call = lo.definitions.get(one)
            if call is not None and call.fn is P.LIST_GET:
                christen(one, _word(target, k))
    return found


def _check_length(lo: Lowering, found: Atom, wanted: int) -> None:
    """Unpacking raises where there are not as many elements as names: now, if the call tells their number, or then."""
    try:
        known = constant_of(lo, found, "how many elements are unpacked")
    except UnknownAtCompileTime:
        check = primitive_of(runtime.check_unpacked)
        assert check is not None
        lo.emit(check, found, Lit(wanted))
        return
    if known != wanted:
        _wrong_length(lo, known, wanted)


def _word(target: Any, k: int) -> str:
    """The name that the kth element goes to."""
    part = target.elts[k] if target is not None else None
    return part.id if isinstance(part, gast.Name) else ""


def _subscript(lo: Lowering, target: Any, value: Value) -> None:
    from ast_ad.frontend.writes import write_subscript

    owner = lo.expr(target.value)
    index = lo.expr(target.slice)
    lo.node = target
    write_subscript(lo, owner, index, value)


def _attribute(lo: Lowering, target: Any, value: Value) -> None:
    from ast_ad.frontend.objects import set_attribute

    owner = lo.expr(target.value)
    lo.node = target
    set_attribute(lo, owner, target.attr, value)


def _starred(lo: Lowering, target: Any, value: Value) -> None:
    assign(lo, target.value, value)


_TARGETS: dict[type, Callable[[Lowering, Any, Value], None]] = {
    gast.Name: _name,
    gast.Tuple: _tuple,
    gast.List: _tuple,
    gast.Subscript: _subscript,
    gast.Attribute: _attribute,
    gast.Starred: _starred,
}
