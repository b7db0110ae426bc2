"""Lower expressions: names, constants, structures, operators, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend.captures import name_from_outside
from ast_ad.frontend.context import Lowering, lowers, torn
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.targets import assign, unpacked
from ast_ad.frontend.trips import with_entry
from ast_ad.frontend.values import (
    NONE,
    Closure,
    Entries,
    Fields,
    Items,
    Once,
    Ref,
    Slice,
    Torn,
    TupleOf,
    Value,
    describe,
)
from ast_ad.ir import kinds as K, primitives as P
from ast_ad.ir.core import Lit, Var

# Leaves


@lowers(gast.Constant)
def lower_constant(lo: Lowering, node: Any, name: str) -> Value:
    """A constant stays one."""
    return Lit(node.value)


@lowers(gast.Name)
def lower_name(lo: Lowering, node: Any, name: str) -> Value:
    """What a name stands for here."""
    return look_up(lo, node.id)


def look_up(lo: Lowering, name: str) -> Value:
    """A name of the current function, of the functions around it, of its module, or a builtin."""
    frame = lo.frame
    while True:
        if name in frame.names.globals:
            return name_from_outside(lo, frame.source.function, name)
        if name in frame.names.own or name in lo.state.frames[frame.id]:
            value = lo.state.frames[frame.id].get(name)
            if value is None:
                return _unbound(lo, name)
            if isinstance(value, Torn):
                torn(lo, value, repr(name))
            return _used(lo, name, value) if isinstance(value, Once) else value
        if frame.outer is None:
            return name_from_outside(lo, frame.source.function, name)
        frame = lo.frames[frame.outer]


def _used(lo: Lowering, name: str, value: Once) -> Value:
    """The iterator that a name holds, which has nothing left afterwards."""
    contents = lo.state.heap.get(value.location)
    if not isinstance(contents, Items) or not contents.values:
        raise lo.error(
            UnknownAtCompileTime,
            f"the iterator {name!r} is used more than once",
            reason="Where it stands is not followed: the first use may have left something for the next.",
            remedy=f"Make a list of it first: {name} = list(...).",
        )
    lo.state.heap[value.location] = Items(())
    return value.iterator


def _unbound(lo: Lowering, name: str) -> Value:
    if lo.passes:  # perhaps a later statement of the loop binds it
        lo.unbound.setdefault(name, lo.node)
        return Var(name, K.UNDEFINED)
    raise lo.error(
        UnknownAtCompileTime,
        f"{name!r} is read before it is bound",
        reason="No path to this place gives it a value.",
        remedy="Give it a value first.",
    )


# Structures


@lowers(gast.Tuple)
def lower_tuple(lo: Lowering, node: Any, name: str) -> Value:
    """A tuple, element by element."""
    return TupleOf(_elements(lo, node.elts))


@lowers(gast.List)
def lower_list(lo: Lowering, node: Any, name: str) -> Value:
    """A new list."""
    return lo.new_ref(Items(_elements(lo, node.elts)), name)


@lowers(gast.Set)
def lower_set(lo: Lowering, node: Any, name: str) -> Value:
    """A set of constants, for `in`."""
    return TupleOf(tuple(Lit(constant_of(lo, v, "an element of a set")) for v in _elements(lo, node.elts)))


def _elements(lo: Lowering, nodes: Sequence[Any]) -> tuple[Value, ...]:
    values: list[Value] = []
    for node in nodes:
        if isinstance(node, gast.Starred):
            values += unpacked(lo, lo.expr(node.value), None)
        else:
            values.append(lo.expr(node))
    return tuple(values)


@lowers(gast.Dict)
def lower_dict(lo: Lowering, node: Any, name: str) -> Value:
    """A dict whose keys are known."""
    contents = Entries((), ())
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            other = lo.expr(value)
            inner = lo.contents(other) if isinstance(other, Ref) else None
            if not isinstance(inner, Entries) or isinstance(inner, Fields):
                raise lo.error(WrongArgument, f"`**` of {describe(other)}", remedy="Unpack a dict.")
            for k, v in zip(inner.keys, inner.values, strict=True):
                contents = with_entry(contents, k, v)
        else:
            known = constant_of(lo, lo.expr(key), "a key of a dict")
            contents = with_entry(contents, known, lo.expr(value, known if isinstance(known, str) else ""))
    return lo.new_ref(contents, name)


@lowers(gast.Slice)
def lower_slice(lo: Lowering, node: Any, name: str) -> Value:
    """A slice in a subscript."""
    ends = [NONE if e is None else lo.expr(e) for e in (node.lower, node.upper, node.step)]
    return Slice(ends[0], ends[1], ends[2])


@lowers(gast.Lambda)
def lower_lambda(lo: Lowering, node: Any, name: str) -> Value:
    """A function that sees the names of this one."""
    return Closure(node, lo.frame.id, default_values(lo, node.args), name or "<lambda>")


def default_values(lo: Lowering, args: Any) -> dict[str, Value]:
    """The defaults of a function made here, evaluated now."""
    positional = [*args.posonlyargs, *args.args]
    named = dict(zip(reversed(positional), reversed(args.defaults), strict=False))
    named |= {a: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
    return {a.id: lo.expr(d) for a, d in named.items()}


@lowers(gast.NamedExpr)
def lower_named(lo: Lowering, node: Any, name: str) -> Value:
    """`name := value`."""
    value = lo.expr(node.value, node.target.id)
    assign(lo, node.target, value)
    return value


@lowers(gast.JoinedStr)
def lower_fstring(lo: Lowering, node: Any, name: str) -> Value:
    """An f-string: a constant where all of it is known, else formatted at run time."""
    parts: list[Any] = []
    atoms = []
    for part in node.values:
        if isinstance(part, gast.Constant):
            parts.append(part.value)
            continue
        spec = "" if part.format_spec is None else lo.expr(part.format_spec)
        if part.format_spec is not None:
            spec = constant_of(lo, spec, "a format specification")  # type: ignore[arg-type]
        atoms.append(lo.atom(lo.expr(part.value)))
        parts.append((part.conversion, spec))
    if not atoms:
        return Lit("".join(parts))
    return lo.emit(P.FORMAT, *atoms, name=name or "text", parts=tuple(parts))


@lowers(gast.Attribute)
def lower_attribute(lo: Lowering, node: Any, name: str) -> Value:
    """`x.attr`."""
    from ast_ad.frontend.methods import attribute

    owner = lo.expr(node.value)
    lo.node = node
    return attribute(lo, owner, node.attr, name)


@lowers(gast.Subscript)
def lower_subscript(lo: Lowering, node: Any, name: str) -> Value:
    """`x[index]`."""
    from ast_ad.frontend.subscripts import read_subscript

    owner = lo.expr(node.value)
    index = lo.expr(node.slice)
    lo.node = node
    return read_subscript(lo, owner, index, name)


@lowers(gast.Starred)
def lower_starred(lo: Lowering, node: Any, name: str) -> Value:
    """`*x` outside of what can take it."""
    raise lo.error(UnknownAtCompileTime, "`*` cannot be used here", remedy="Unpack into a call, a list or a tuple.")
