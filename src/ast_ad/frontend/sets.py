"""What `set` is read as where its elements are known at run time only: a class with a dict.

Nothing here is run: the reader follows these methods where a function calls those of a set.  The order of a set is not
that in which elements were added, so a loop over one is an error; `sorted` gives an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class set_:
    """`set`."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._members: dict[Any, Any] = {}
        for value in values:
            self._members[value] = True

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, value: Any) -> bool:
        return value in self._members

    def add(self, value: Any) -> None:
        self._members[value] = True

    def clear(self) -> None:
        self._members.clear()

    def discard(self, value: Any) -> None:
        if value in self._members:
            del self._members[value]

    def remove(self, value: Any) -> None:
        del self._members[value]

    def update(self, *others: Any) -> None:
        for other in others:
            for value in other:
                self._members[value] = True

    def copy(self) -> set_:
        made = set_()
        made._members.update(self._members)
        return made

    def __copy__(self) -> set_:
        made = set_()
        made._members.update(self._members)
        return made
