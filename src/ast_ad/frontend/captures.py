"""What a function reads from outside: numbers and arrays become parameters, functions and modules are guarded.

A path leads from a root that stays the same object (the globals of a module, a closure cell) to the value: names in a
dict, ("attr", name), ("item", key), ("len",).
"""

from __future__ import annotations

import math
import re
from enum import Enum
from types import CellType, FunctionType, ModuleType
from typing import Any, NamedTuple

import gast
import numpy as np

from ast_ad.errors import AstAdError, UnknownAtCompileTime
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.signature import is_sparse, kind_of_argument
from ast_ad.frontend.source import resolve_name
from ast_ad.frontend.state import State
from ast_ad.frontend.values import Entries, Items, Location, Ref, Static, TupleOf, Value
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Dict, Fixed, Kind, List, Tuple, Undefined, is_number

_NUMBERS = (bool, int, float, complex, np.generic, np.ndarray)
_CONSTANT_MODULES = ("numpy", "math", "cmath")
_FROZEN = "It belongs to the module or the function around, so the write would outlive the call."


class Guard(NamedTuple):
    """What a path led to when the function was compiled: another object there means compiling again."""

    path: tuple[Any, ...]
    value: Any


class Assumption(NamedTuple):
    """A number that lowering took from the call at hand: `path` begins with a parameter's name or a captured root."""

    path: tuple[Any, ...]
    value: Any


class Taken(NamedTuple):
    """A float that lowering took for a constant, though a derivative by it may be asked for."""

    path: tuple[Any, ...]
    error: AstAdError


def fetch(path: tuple[Any, ...]) -> Any:
    """The value at the end of a path.

    >>> fetch(({"scale": [1.0, 2.0]}, "scale", ("item", 1)))
    2.0
    """
    value, *steps = path
    if isinstance(value, CellType):
        value = value.cell_contents
    elif steps and isinstance(steps[0], str) and isinstance(value, dict):
        name = steps.pop(0)
        value = value[name] if name in value else _builtin(value, name)
    return follow(value, steps)


def follow(value: Any, steps: Any) -> Any:
    """The value that steps lead to."""
    for step in steps:
        if step[0] == "attr":
            value = getattr(value, step[1])
        elif step[0] == "len":
            value = len(value)
        else:
            value = value[step[1]]
    return value


def guard_holds(guard: Guard) -> bool:
    """Whether a path still leads to the object that it led to."""
    try:
        return fetch(guard.path) is guard.value
    except (KeyError, AttributeError, IndexError, ValueError):
        return False


def _builtin(names: dict[str, Any], name: str) -> Any:
    builtins = names["__builtins__"]
    return builtins[name] if isinstance(builtins, dict) else getattr(builtins, name)


def name_from_outside(lo: Lowering, function: FunctionType, name: str) -> Value:
    """What a free name of a function stands for."""
    found = resolve_name(function, name)
    if found.where == "undefined":
        raise lo.error(
            UnknownAtCompileTime,
            f"the name {name!r} is not defined",
            reason="Neither the function, nor the functions around it, nor its module bind it.",
            remedy="Define it before the function is compiled.",
        )
    path: tuple[Any, ...] = (function.__globals__, name)
    if found.where == "cell":
        cells = function.__closure__ or ()
        path = (cells[function.__code__.co_freevars.index(name)],)
    return captured(lo, path, found.value, name)


def captured(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    """A value from outside."""
    key = (id(path[0]), path[1:])
    known = lo.captured.get(key)
    if known is None:
        known = lo.captured[key] = _capture(lo, path, value, name)
    return known


def captured_at_run_time(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    """A value from outside that is fetched as a whole at each call, whatever it is."""
    key = (id(path[0]), path[1:])
    if key not in lo.captured:
        lo.captured[key] = _at_run_time(lo, path, value, name)
    return lo.captured[key]


def _capture(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    short = re.sub(r"\W+", "_", name.rpartition(".")[2]).strip("_")
    if _is_number(value):
        return _at_run_time(lo, path, value, short)
    if is_sparse(value):
        return _at_run_time(lo, path, value, short)
    if isinstance(value, (tuple, list, dict)):
        if _is_numeric(kind_of_argument(short, value)) and value:
            return _at_run_time(lo, path, value, short)
        return _structure(lo, path, value, name)
    lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, value))
    if isinstance(value, (str, bytes, type(None))):
        return Lit(value)
    return Static(value, name, path)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, _NUMBERS)
        and not isinstance(value, Enum)
        and getattr(value, "dtype", None) != np.dtype(object)
    )


def _is_numeric(kind: Kind) -> bool:
    if isinstance(kind, (Tuple, Fixed, Dict)):
        return all(map(_is_numeric, kind.items))
    if isinstance(kind, List):
        return isinstance(kind.item, Undefined) or _is_numeric(kind.item)
    return is_number(kind)


def _structure(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    """A structure that holds functions or other objects: element by element."""
    keys = tuple(value) if isinstance(value, dict) else tuple(range(len(value)))
    items = tuple(captured(lo, (*path, ("item", k)), value[k], f"{name}[{k!r}]") for k in keys)
    lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, value))
    if isinstance(value, tuple):
        return TupleOf(items, None if type(value) is tuple else type(value))
    place = Location(name)
    lo.initial[place] = Entries(keys, items) if isinstance(value, dict) else Items(items)
    lo.always_frozen[place] = _FROZEN
    return Ref(place)


def _at_run_time(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    """A number, an array or a structure of them: a parameter that the caller fetches."""
    var = capture_variable(lo, path, value, name)
    state, out = lo.state, lo.out
    lo.state, lo.out = State(), lo.prologue
    result = lo.value_of(var, name, value)
    lo.initial.update(lo.state.heap)
    for place in lo.state.heap:
        lo.always_frozen[place] = _FROZEN
    lo.always_frozen[var] = _FROZEN
    lo.state, lo.out = state, out
    return result


def capture_variable(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Var:
    """The parameter that holds what a path leads to."""
    key = (id(path[0]), path[1:])
    var = lo.captures.get(key)
    if var is None:
        name = _free_name(lo, name)
        kind = kind_of_argument(name, value)
        var = lo.captures[key] = Var(name, kind, lo.origin())
        lo.unit.paths[key] = (path, value, name)
        lo.witness[var] = value
        lo.paths[var] = path
        lo.born[var] = 0
    return var


def _free_name(lo: Lowering, name: str) -> str:
    """A name that no parameter and no other captured value has: two modules can use one name."""
    parameters = gast.walk(lo.stack[0].source.node.args)
    taken = {var.name for var in lo.captures.values()} | {n.id for n in parameters if isinstance(n, gast.Name)}
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def attribute_from_outside(lo: Lowering, owner: Static, name: str, value: Any) -> Value:
    """An attribute of an object that was resolved while compiling."""
    module = owner.obj
    words = f"{owner.name}.{name}" if owner.name else name
    if isinstance(module, ModuleType) and module.__name__.partition(".")[0] in _CONSTANT_MODULES:
        return static(value, words)
    if not owner.path:
        return static(value, words)
    if isinstance(value, type(math)) or callable(value):
        path = (*owner.path, ("attr", name))
        if isinstance(owner.obj, ModuleType):
            lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, value))
        return Static(value, words, path)
    return captured(lo, (*owner.path, ("attr", name)), value, words)
