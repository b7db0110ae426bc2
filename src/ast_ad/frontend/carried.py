"""Functions made by the program, as arguments of functions that call themselves: with what they read beside them.

A closure reads names of the functions around it.  A function that has a text of its own sees none of them, so it gets
their values as further arguments, and makes the closure again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gast

from ast_ad.frontend.context import Frame, Lowering
from ast_ad.frontend.liveness import names_of, reads
from ast_ad.frontend.values import Closure, Value, is_bottom


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """A closure with the values of the names that it reads, and those of its defaults behind them."""

    closure: Closure
    names: tuple[str, ...]
    values: tuple[Value, ...]


def carried(lo: Lowering, bound: Mapping[str, Value]) -> dict[str, Any]:
    """Arguments with what their closures read; a closure that cannot be made elsewhere stays as it is."""
    return {name: _carry(lo, v) or v if isinstance(v, Closure) else v for name, v in bound.items()}


def as_given(bound: Mapping[str, Any]) -> dict[str, Value]:
    """The arguments as they were before `carried`."""
    return {name: v.closure if isinstance(v, Carried) else v for name, v in bound.items()}


def _carry(lo: Lowering, closure: Closure, around: tuple[Any, ...] = ()) -> Carried | None:
    if any(isinstance(n, (gast.Nonlocal, gast.Yield, gast.YieldFrom)) for n in gast.walk(closure.node)):
        return None
    names: list[str] = []
    values: list[Any] = []
    for name in sorted(reads(closure.node) - names_of(closure.node).own):
        number: int | None = closure.frame
        while number is not None:
            held, frame = lo.state.frames.get(number, {}), lo.frames[number]
            if name in held:
                value: Any = held[name]
                if isinstance(value, Closure):
                    inner = (*around, closure.node)
                    value = None if value.node in inner else _carry(lo, value, inner)
                if value is None or is_bottom(value):
                    return None
                names.append(name)
                values.append(value)
                break
            if name in frame.names.own:  # not bound yet
                return None
            number = frame.outer
    return Carried(closure, tuple(names), (*values, *closure.defaults.values()))


def made_again(lo: Lowering, caller: Lowering, value: Carried, part: Callable[[Value, str], Value]) -> Closure:
    """The closure in a function that was given its values; `part` makes a parameter of each."""
    closure, around = value.closure, caller.frames[value.closure.frame]
    words = (*value.names, *closure.defaults)
    parts = [part(v, name) for v, name in zip(value.values, words, strict=True)]
    lo.unit.frames += 1
    number = lo.unit.frames
    lo.frames[number] = Frame(number, around.source, around.node, around.names, None, around.title)
    lo.state.frames[number] = dict(zip(value.names, parts, strict=False))
    defaults = dict(zip(closure.defaults, parts[len(value.names) :], strict=True))
    return Closure(closure.node, number, defaults, closure.name)
