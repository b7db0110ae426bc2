"""What `collections.defaultdict`, `Counter` and `OrderedDict` are read as: classes with a dict.

Nothing here is run: the reader follows these methods where a function calls those of a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Mapping:
    """What the three have in common."""

    _entries: dict[Any, Any]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Any:
        return self._entries

    def __contains__(self, key: Any) -> bool:
        return key in self._entries

    def __getitem__(self, key: Any) -> Any:
        return self._entries[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._entries[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._entries[key]

    def clear(self) -> None:
        self._entries.clear()

    def get(self, key: Any, default: Any = None) -> Any:
        return self._entries.get(key, default)

    def items(self) -> Any:
        return self._entries.items()

    def keys(self) -> Any:
        return self._entries.keys()

    def pop(self, key: Any, *default: Any) -> Any:
        return self._entries.pop(key, *default)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        return self._entries.setdefault(key, default)

    def update(self, *others: Any, **more: Any) -> None:
        self._entries.update(*others, **more)

    def values(self) -> Any:
        return self._entries.values()


class defaultdict(Mapping):
    """`collections.defaultdict`."""

    def __init__(self, default_factory: Callable[[], Any] | None = None, *entries: Any, **more: Any) -> None:
        self.default_factory = default_factory
        self._entries = dict(*entries, **more)

    def __getitem__(self, key: Any) -> Any:
        if self.default_factory is not None and key not in self._entries:
            self._entries[key] = self.default_factory()
        return self._entries[key]

    def copy(self) -> defaultdict:
        return defaultdict(self.default_factory, self._entries)

    def __copy__(self) -> defaultdict:
        return defaultdict(self.default_factory, self._entries)


class OrderedDict(Mapping):
    """`collections.OrderedDict`."""

    def __init__(self, *entries: Any, **more: Any) -> None:
        self._entries = dict(*entries, **more)

    def copy(self) -> OrderedDict:
        return OrderedDict(self._entries)

    def __copy__(self) -> OrderedDict:
        return OrderedDict(self._entries)

    def move_to_end(self, key: Any, last: bool = True) -> None:
        value = self._entries.pop(key)
        if last:
            self._entries[key] = value
        else:
            others = self._entries.copy()
            self._entries.clear()
            self._entries[key] = value
            self._entries.update(others)

    def popitem(self, last: bool = True) -> Any:
        if not self._entries:
            raise KeyError("dictionary is empty")
        key = list(self._entries)[-1 if last else 0]
        return key, self._entries.pop(key)


class Counter(Mapping):
    """`collections.Counter`."""

    def __init__(self, counted: Any = None, **more: int) -> None:
        self._entries = {}
        self.update(counted, **more)

    def __getitem__(self, key: Any) -> Any:
        return self._entries.get(key, 0)

    def __delitem__(self, key: Any) -> None:
        if key in self._entries:
            del self._entries[key]

    def update(self, counted: Any = None, **more: int) -> None:
        if counted is not None:
            if isinstance(counted, dict):
                for key, count in counted.items():
                    self._entries[key] = self._entries.get(key, 0) + count
            else:
                for key in counted:
                    self._entries[key] = self._entries.get(key, 0) + 1
        for key, count in more.items():
            self._entries[key] = self._entries.get(key, 0) + count

    def subtract(self, counted: Any) -> None:
        if isinstance(counted, dict):
            for key, count in counted.items():
                self._entries[key] = self._entries.get(key, 0) - count
        else:
            for key in counted:
                self._entries[key] = self._entries.get(key, 0) - 1

    def copy(self) -> Counter:
        return Counter(self._entries)

    def __copy__(self) -> Counter:
        return Counter(self._entries)

    def most_common(self, n: int | None = None) -> Iterable[Any]:
        found = sorted(self._entries.items(), key=lambda pair: pair[1], reverse=True)
        return found if n is None else found[:n]

    def total(self) -> Any:
        return sum(self._entries.values())
