"""Call functions that the program makes and that call themselves: as functions of their own, which get what they see.

Each name of the functions around that such a function reads is one more argument; a name that it binds by `nonlocal`
is one more result.  Lists and dicts that it writes to come back as those that are passed do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gast

from ast_ad.errors import AstAdError, UnknownAtCompileTime
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.functions import call_target, forget
from ast_ad.frontend.liveness import reads
from ast_ad.frontend.records import Target
from ast_ad.frontend.values import Closure, Static, TupleOf, Value
from ast_ad.ir.core import Lit


def calls_itself(lo: Lowering, function: Closure) -> bool:
    """Whether a function that the program made reads a name that leads back to it."""
    return any(value.node is function.node for _, _, value in _functions(_seen(lo, function)))


def _seen(lo: Lowering, function: Closure) -> dict[tuple[int, str], Value]:
    """What a function, and those that it calls, see of the functions around: frame and name, with the value."""
    found: dict[tuple[int, str], Value] = {}
    pending, done = [function], set()
    while pending:
        here = pending.pop()
        if (here.node, here.frame) in done:
            continue
        done.add((here.node, here.frame))
        for name in sorted(reads(here.node) | _bound_around(here.node)):
            frame: int | None = here.frame
            while frame is not None and name not in lo.state.frames.get(frame, ()):
                frame = None if name in lo.frames[frame].names.own else lo.frames[frame].outer
            if frame is None:
                continue
            value = lo.state.frames[frame][name]
            found[frame, name] = value
            if isinstance(value, Closure):
                pending.append(value)
    return found


def _functions(seen: Mapping[tuple[int, str], Value]) -> list[tuple[int, str, Closure]]:
    return [(frame, name, value) for (frame, name), value in seen.items() if isinstance(value, Closure)]


def _bound_around(node: Any) -> set[str]:
    """The names that a function declares nonlocal."""
    return {name for n in gast.walk(node) if isinstance(n, gast.Nonlocal) for name in n.names}


def call_local(lo: Lowering, function: Closure, bound: Mapping[str, Value], name: str) -> Value:
    """The result of a call of a function that calls itself, with its names bound to these arguments."""
    seen = _seen(lo, function)
    functions = _functions(seen)
    if _has_defaults(functions):
        raise _refused(lo, function)
    written = set().union(*(_bound_around(c.node) for c in (function, *(c for _, _, c in functions))))
    values, enclosed = dict(bound), {}
    for (frame, word), value in seen.items():
        if isinstance(value, Closure):
            continue
        key = word
        while key in values:
            key += "'"
        values[key], enclosed[key] = value, (frame, word)
    nonlocals = tuple(place for place in seen if place[1] in written)
    frames: dict[int, Any] = {}
    pending: list[int | None] = [function.frame, *(c.frame for _, _, c in functions), *(frame for frame, _ in seen)]
    while pending:
        number = pending.pop()
        if number is not None and number not in frames:
            frames[number] = lo.frames[number]
            pending.append(lo.frames[number].outer)
    key_of = (function.node, function.frame, tuple((frame, word, c.node) for frame, word, c in functions))
    target = Target(
        lo.frames[function.frame].source,
        function.node,
        key_of,
        function.name if function.name.isidentifier() else "function",
        function.frame,
        frames,
        enclosed,
        tuple(functions),
        nonlocals,
    )
    found = call_target(lo, target, values, name)
    if not nonlocals:
        return found
    parts = found.items if isinstance(found, TupleOf) else (found,) * (len(nonlocals) + 1)
    for (frame, word), value in zip(nonlocals, parts[1:], strict=True):
        lo.note_change("name", frame, word)
        lo.state.frames[frame][word] = value
    return parts[0]


def called_by_itself(lo: Lowering, function: Closure, bound: Mapping[str, Value], name: str) -> Value | None:
    """The result of a call of a function that calls itself; None where it can only be read where it is called."""
    from ast_ad.frontend.trips import restore, saved

    if not calls_itself(lo, function):
        return None
    before, known = saved(lo), set(lo.unit.records)
    try:
        return call_local(lo, function, bound, name)
    except AstAdError:
        begun = [key[0] for key, record in lo.unit.records.items() if not record.done]
        if any(isinstance(key, tuple) and key[0] is function.node for key in begun):
            raise
        restore(lo, before)
        for key in set(lo.unit.records) - known:
            forget(lo, key)
        return None


def _has_defaults(functions: list[tuple[int, str, Closure]]) -> bool:
    """Whether a function that is seen has defaults that are no constants."""
    return any(not isinstance(v, (Lit, Static)) for _, _, c in functions for v in c.defaults.values())


def _refused(lo: Lowering, function: Closure) -> UnknownAtCompileTime:
    return lo.error(  # type: ignore[return-value]
        UnknownAtCompileTime,
        f"{function.name} calls itself, and how often is known at run time only",
        remedy="Define it outside of the function that uses it.",
    )
