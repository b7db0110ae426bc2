"""How a call is known: the pattern of its arguments, and what a compiled derivative fetches and checks at each call."""

from __future__ import annotations

from collections.abc import Sequence
from types import CellType
from typing import Any, NamedTuple

import numpy as np

_EXACT = frozenset(
    {bool, int, float, complex, np.float64, np.float32, np.int64, np.bool_, np.complex128}
)


class Compiled(NamedTuple):
    """A derivative for one pattern of arguments.

    `captures` names the keyword arguments that hold globals, cells and attributes, with the paths to them; `checks` are
    the guards and assumptions, each with `holds(function, args)`.
    """

    functions: tuple[Any, ...]
    text: str
    captures: tuple[tuple[str, Any], ...]
    checks: tuple[Any, ...]


def pattern_of(value: Any) -> Any:
    """What compilation depends on in an argument, as a hashable key."""
    cls = type(value)
    if cls in _EXACT:
        return cls
    if cls is np.ndarray:
        shape = value.shape
        return (value.dtype.str, tuple([n == 1 for n in shape]) if 1 in shape else len(shape))
    if cls is tuple or cls is list:
        return (cls, tuple(map(pattern_of, value)))
    if cls is dict:
        return (dict, tuple(value), tuple(map(pattern_of, value.values())))
    if isinstance(value, np.generic):
        return cls
    if isinstance(value, tuple):
        return (cls, tuple(map(pattern_of, value)))
    if isinstance(value, np.ndarray):
        return (cls, value.dtype.str, value.shape)
    if value is None or isinstance(value, str):
        return (cls, value)
    return _Same(value)


class _Same:
    """Equal to another only where both hold one object, which they keep alive."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def pattern_of_call(args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The key of a call whose arguments are complete."""
    key = tuple(map(pattern_of, args))
    return (key, pattern_of(kwargs)) if kwargs else key


def holds(entry: Compiled, function: Any, args: Sequence[Any]) -> bool:
    """Whether everything that a compiled derivative relies on is as it was."""
    return all(check.holds(function, args) for check in entry.checks)


def fetched(entry: Compiled, function: Any) -> dict[str, Any]:
    """The values that a derivative reads from globals, cells and attributes, as they are now."""
    return {name: fetch(path, function) for name, path in entry.captures}


def fetch(path: Sequence[Any], function: Any) -> Any:
    """The object at the end of a path: a root, then names, ("attr", name) and ("item", key)."""
    root, *steps = path
    value = root.cell_contents if isinstance(root, CellType) else root
    for step in steps:
        if isinstance(step, tuple):
            value = getattr(value, step[1]) if step[0] == "attr" else value[step[1]]
        else:
            value = value[step]
    return value
