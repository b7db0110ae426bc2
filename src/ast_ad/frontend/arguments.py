"""What a call of a function looks like: what two calls must have alike to share it, and the numbers that it passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ast_ad.frontend.carried import Carried
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.values import (
    Bound,
    Entries,
    Fields,
    Items,
    Location,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    is_numeric,
    kind_of,
)
from ast_ad.ir.core import Atom, Lit, Var


def spec_of(lo: Lowering, value: Value, around: tuple[Location, ...] = ()) -> Any:
    """What must be equal for two calls to share a function; None for what only inlining can pass."""
    if isinstance(value, (Var, Lit)):
        if is_numeric(value) and not (isinstance(value, Lit) and isinstance(value.value, (bool, Known))):
            return kind_of(value)
        return ("var", kind_of(value)) if isinstance(value, Var) else ("constant", type(value.value), value.value)
    if isinstance(value, Static):
        return ("static", id(value.obj))
    if isinstance(value, TupleOf):
        parts = tuple(spec_of(lo, v, around) for v in value.items)
        return None if None in parts else ("tuple", value.type, parts)
    if isinstance(value, Ref):
        if value.location in around:  # it is a part of itself
            return None
        contents = lo.peek(value)
        if isinstance(contents, Run):
            return ("list", kind_of(contents.atom))
        if isinstance(contents, (Items, Entries)):
            parts = tuple(spec_of(lo, v, (*around, value.location)) for v in contents.values)
            keys = contents.keys if isinstance(contents, Entries) else ()
            cls = contents.type if isinstance(contents, Fields) else type(contents)
            return None if None in parts else (cls, keys, parts)
    if isinstance(value, Bound):
        parts = tuple(spec_of(lo, v, around) for v in (value.function, *value.args, *value.named))
        return None if None in parts else ("bound", value.words, parts)
    if isinstance(value, Carried):
        parts = tuple(spec_of(lo, v, around) for v in value.values)
        return None if None in parts else ("closure", value.closure.node, value.names, parts)
    return None


def places_of(lo: Lowering, value: Value) -> Iterator[Atom | Ref]:
    """The leaves of a value, of a run-time list or dict the reference to it."""
    contents = lo.peek(value) if isinstance(value, Ref) else None
    if isinstance(value, Ref) and isinstance(contents, Run):
        yield value
    elif isinstance(value, (TupleOf, Bound, Carried)) or isinstance(contents, (Items, Entries)):
        for item in _parts(value, contents):
            yield from places_of(lo, item)
    else:
        yield from leaves_of(lo, value)


def _parts(value: Value, contents: Any) -> tuple[Value, ...]:
    if isinstance(value, Bound):
        return (value.function, *value.args, *value.named)
    if isinstance(value, Carried):
        return value.values
    return value.items if isinstance(value, TupleOf) else contents.values


class Known(int):
    """An integer whose value is part of the signature."""


def leaves_of(lo: Lowering, value: Value) -> Iterator[Atom]:
    """The run-time numbers of a value, in order; of an array the variable that first held it."""
    if isinstance(value, Var):
        yield value
    elif isinstance(value, Lit):
        if is_numeric(value) and not isinstance(value.value, (bool, Known)):
            yield value
    elif isinstance(value, TupleOf):
        for item in value.items:
            yield from leaves_of(lo, item)
    elif isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, Run):
            yield contents.atom
        elif isinstance(contents, (Items, Entries)):
            for item in contents.values:
                yield from leaves_of(lo, item)
    elif isinstance(value, Bound):
        for item in (value.function, *value.args, *value.named):
            yield from leaves_of(lo, item)
    elif isinstance(value, Carried):
        for item in value.values:
            yield from leaves_of(lo, item)


def with_constant(lo: Lowering, bound: Mapping[str, Value], leaf: int) -> Mapping[str, Value]:
    """The arguments with the nth leaf as a constant."""
    count = 0

    def visit(value: Value) -> Value:
        nonlocal count
        if isinstance(value, Var) or (isinstance(value, Lit) and any(True for _ in leaves_of(lo, value))):
            here, count = count, count + 1
            if here == leaf:
                known = constant_of(lo, value, "an argument that decides how the function is compiled")
                return Lit(Known(known) if type(known) is int else known)
            return value
        if isinstance(value, TupleOf):
            return TupleOf(tuple(map(visit, value.items)), value.type)
        if isinstance(value, Carried):
            return replace(value, values=tuple(map(visit, value.values)))
        return value

    return {name: visit(value) for name, value in bound.items()}
