"""Symbols of lengths where a value crosses from one function to another.

Symbols are a function's own.  Two calls whose arguments have equal lengths at equal places share a function: its
parameters have canonical symbols (`$0`, `$1`), which `Lengths` gives and takes back.  The length of an array that is
made of a number (`#0`) means nothing outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from ast_ad.ir.kinds import Array, Dict, Dim, Fixed, Kind, List, Maybe, Sym, Tuple

_numbers = count()


def new_length() -> Sym:
    """A symbol that no other array has."""
    return Sym(f"#{next(_numbers)}")


def outside(kind: Kind) -> Kind:
    """A kind without the lengths that only the function knows that made the value."""
    return map_dims(kind, lambda dim: None if isinstance(dim, Sym) and "#" in dim.name else dim)


def map_dims(kind: Kind, change: Callable[[Dim], Dim]) -> Kind:
    """The kind with each axis changed."""
    if isinstance(kind, Array):
        return kind if not kind.dims else replace(kind, dims=tuple(map(change, kind.dims)))
    if isinstance(kind, (Tuple, Fixed, Dict)):
        return replace(kind, items=tuple(map_dims(item, change) for item in kind.items))
    if isinstance(kind, List):
        return replace(kind, item=map_dims(kind.item, change))
    if isinstance(kind, Maybe):
        return Maybe(map_dims(kind.kind, change))
    return kind


class Lengths:
    """The canonical symbols of one call, given in the order in which the arguments' symbols are met."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def within(self, kind: Kind) -> Kind:
        """A kind of the caller, as the function that is called sees it."""
        return map_dims(kind, self._given)

    def _given(self, dim: Dim) -> Dim:
        if not isinstance(dim, Sym):
            return dim
        return replace(dim, name=self.names.setdefault(dim.name, f"${len(self.names)}"))

    def back(self, kind: Kind) -> Kind:
        """A kind of the function that is called, as the caller sees it."""
        known = {given: name for name, given in self.names.items()}

        def taken(dim: Dim) -> Dim:
            if not isinstance(dim, Sym) or "$" not in dim.name:
                return dim
            return replace(dim, name=known[dim.name]) if dim.name in known else None

        return map_dims(kind, taken)

    def spec(self, spec: Any) -> Any:
        """What must be equal for two calls to share a function, in canonical symbols."""
        if isinstance(spec, Kind):
            return self.within(spec)
        return tuple(map(self.spec, spec)) if isinstance(spec, tuple) else spec
