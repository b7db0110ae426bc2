"""The state of a program in the middle of being read: what each name stands for, what memory holds, and who has left.

    frames   frame -> name -> value; names that begin with % are the compiler's own
    heap     a location -> its contents; an array's variable -> its current version; a view -> (base version, value)
    frozen   locations that may be shared in a way nobody knows: reading is fine, writing is an error; -> the reason
    stale    arrays that may or may not have been written to through another name: reading is an error; -> the reason
    left     whether the path has left the block by break, continue or return: False, True, or known at run time

A state is copied where paths part.  What is in it is immutable.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ast_ad.frontend.values import Value
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Var


@dataclass(slots=True, eq=False)
class State:
    """One point of the program, as far as it is known."""

    frames: dict[int, dict[str, Value]] = field(default_factory=dict)
    heap: dict[Any, Any] = field(default_factory=dict)
    frozen: dict[Any, str] = field(default_factory=dict)
    stale: dict[Any, str] = field(default_factory=dict)
    left: bool | Var = False
    dead: bool = False

    def fork(self) -> State:
        """A state that can go its own way."""
        frames = {key: dict(names) for key, names in self.frames.items()}
        return State(frames, dict(self.heap), dict(self.frozen), dict(self.stale), self.left, self.dead)


def variables_in(state: State, but: tuple[int, Collection[str]] = (0, ())) -> set[Var]:
    """All variables that a state holds directly or in structures, `but` for some names of a frame."""
    found: set[Var] = set()
    seen: set[int] = set()

    def visit(value: Any) -> None:
        if isinstance(value, Var):
            found.add(value)
        elif isinstance(value, tuple):
            for part in value:
                visit(part)
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type) and id(value) not in seen:
            seen.add(id(value))
            for name in value.__dataclass_fields__:
                visit(getattr(value, name))

    for frame, names in state.frames.items():
        for name, value in names.items():
            if frame != but[0] or name not in but[1]:
                visit(value)
    for value in state.heap.values():
        visit(value)
    return found


@dataclass(slots=True, eq=False)
class Side:
    """One of the paths: its state at the end, and the block that it wrote."""

    state: State
    out: Builder


def wish_of(name: str) -> str:
    """What a name is called in the text; one of the compiler's own without what keeps it apart."""
    if name.startswith("%:"):
        return name[2:].rstrip("'")
    return name[1:].rstrip("0123456789") if name.startswith("%") else name


def in_words(name: str) -> str:
    """A name in a message."""
    return "the result" if name.startswith("%value") else repr(wish_of(name))


#: who reads a value later: the rest of this function, or the caller of one that has returned
Audience = str
REST, CALLER, BOTH = "r", "c", "rc"


def audience_of(name: str, own: bool) -> Audience:
    """Names of a function count only where it has not returned, its result only where it has."""
    if not own:
        return BOTH
    return CALLER if name == "%value" else REST
