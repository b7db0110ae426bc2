"""What `collections.deque` is read as: a class with a list, whose methods are read as those of a class of the user's.

Nothing here is run: the reader follows these methods where a function calls those of a deque.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Any


class deque:
    """`collections.deque`, which keeps its elements in a list."""

    def __init__(self, iterable: Iterable[Any] = (), maxlen: int | None = None) -> None:
        if maxlen is not None and maxlen < 0:
            raise ValueError("maxlen must be non-negative")
        self._maxlen = maxlen
        elements: list[Any] = []
        self._elements = elements
        self.extend(iterable)

    @property
    def maxlen(self) -> int | None:
        return self._maxlen

    def append(self, value: Any) -> None:
        self._elements.append(value)
        if self._maxlen is not None and len(self._elements) > self._maxlen:
            del self._elements[:1]

    def appendleft(self, value: Any) -> None:
        self._elements.insert(0, value)
        if self._maxlen is not None and len(self._elements) > self._maxlen:
            self._elements.pop()

    def extend(self, values: Iterable[Any]) -> None:
        if self._maxlen is None:
            self._elements.extend(list(values))
        else:
            for value in list(values):
                self.append(value)

    def extendleft(self, values: Iterable[Any]) -> None:
        for value in list(values):
            self.appendleft(value)

    def insert(self, index: int, value: Any) -> None:
        if self._maxlen is not None and len(self._elements) >= self._maxlen:
            raise IndexError("deque already at its maximum size")
        self._elements.insert(index, value)

    def pop(self) -> Any:
        return self._elements.pop()

    def popleft(self) -> Any:
        return self._elements.pop(0)

    def remove(self, value: Any) -> None:
        self._elements.remove(value)

    def index(self, value: Any) -> int:
        return self._elements.index(value)

    def count(self, value: Any) -> int:
        return self._elements.count(value)

    def clear(self) -> None:
        self._elements.clear()

    def reverse(self) -> None:
        self._elements.reverse()

    def rotate(self, n: int = 1) -> None:
        if self._elements:
            first = -n % len(self._elements)
            turned = self._elements[first:] + self._elements[:first]
            self._elements.clear()
            self._elements.extend(turned)

    def copy(self) -> deque:
        return deque(self._elements, self._maxlen)

    def __copy__(self) -> deque:
        return deque(self._elements, self._maxlen)

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Any:
        return self._elements

    def __reversed__(self) -> Any:
        return reversed(self._elements)

    def __contains__(self, value: Any) -> bool:
        return value in self._elements

    def __getitem__(self, index: int) -> Any:
        if isinstance(index, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        return self._elements[index]

    def __setitem__(self, index: int, value: Any) -> None:
        if isinstance(index, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        self._elements[index] = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, collections.deque) or len(self) != len(other):
            return False
        return all(self[k] == other[k] for k in range(len(self)))

    def __iadd__(self, values: Any) -> deque:
        self.extend(values)
        return self

    def __add__(self, other: Any) -> deque:
        made = self.copy()
        made.extend(other)
        return made
