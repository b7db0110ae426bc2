"""Which errors an operation may raise, and what a `try` notes of its body while it is lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ast_ad.ir.kinds import Kind, Scalar
from ast_ad.ir.primitives import Primitive

Errors = tuple[type[BaseException], ...]

_LOOKED_UP = (LookupError, ValueError, TypeError)
_ANYTHING = (BaseException,)
#: by name of a primitive, the errors that it raises; any other that is not total may raise anything
_RAISED: dict[str, Errors] = {
    **dict.fromkeys(("+", "-", "*", "/", "//", "%", "**"), (ArithmeticError, ValueError)),
    **dict.fromkeys(
        ("getitem", "list_get", "item", "pop", "index_update", "index_add", "list_set", "exchange"), _LOOKED_UP
    ),
}


def raised_by(fn: Primitive, kinds: Sequence[Kind], params: Mapping[str, Any]) -> Errors:
    """The errors that a primitive may raise."""
    if not fn.effect and fn.total(tuple(kinds), params):
        return ()
    if fn.name in ("/", "//", "%", "**") and all(isinstance(kind, Scalar) for kind in kinds):
        return (ArithmeticError,)  # only shapes that do not broadcast are a ValueError
    return _RAISED.get(fn.name, _ANYTHING)


def meet(raised: Errors, caught: Errors) -> bool:
    """Whether what is raised may be what is caught."""
    return any(issubclass(r, c) or issubclass(c, r) for r in raised for c in caught)


class Change(NamedTuple):
    """A write in the body of a `try`.

    key   ("name", frame, name), or ("memory", location)
    at    how many operations before it may raise, or before the outermost loop around it
    node  the statement that writes
    """

    key: tuple[Any, ...]
    at: int
    node: Any


@dataclass(slots=True, eq=False)
class Attempt:
    """The body of a `try` for these errors while it is lowered.

    raised   what each operation so far may raise, those without any of the errors left out
    changes  what has been written so far
    marks    how many operations there were at the heads of the loops of the body around this place
    """

    errors: Errors
    raised: list[Errors] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def note_call(self, raised: Errors = _ANYTHING) -> None:
        """Note what an operation may raise."""
        if meet(raised, self.errors):
            self.raised.append(raised)

    def note_change(self, key: tuple[Any, ...], node: Any) -> None:
        """Note a write."""
        self.changes.append(Change(key, self.marks[0] if self.marks else len(self.raised), node))

    def before(self, errors: Errors) -> list[Change]:
        """The writes that come before something that may raise one of these errors."""
        last = max((k for k, raised in enumerate(self.raised) if meet(raised, errors)), default=-1)
        return [change for change in self.changes if change.at <= last]
