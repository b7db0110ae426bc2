"""Which arguments of a call share memory: a function that writes to one must not be given it under two names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.runtime import fields_of


def overlapping(
    args: Sequence[Any], kwargs: Mapping[str, Any], written: Sequence[int | str]
) -> tuple[int | str, int | str] | None:
    """A written argument and another one, by place or by name, that share memory; twice the same one if it does inside.

    >>> x = np.zeros(3)
    >>> overlapping((x, x[1:]), {}, [0]), overlapping((x[:1], x[1:]), {}, [0]), overlapping((x, x), {}, [])
    ((0, 1), None, None)
    """
    held: dict[int | str, list[Any]] = {n: list(_memory(value, set())) for n, value in enumerate(args)}
    held |= {name: list(_memory(value, set())) for name, value in kwargs.items()}
    for place in written:
        mine = held[place]
        for k, part in enumerate(mine):
            if any(_share(part, other) for other in mine[:k]):
                return (place, place)
            for other, parts in held.items():
                if other != place and any(_share(part, one) for one in parts):
                    return (place, other)
    return None


def _memory(value: Any, around: set[int]) -> Iterator[Any]:
    """The arrays, lists, dicts and objects that a value holds; all but objects as often as they are held."""
    if isinstance(value, np.ndarray):
        yield value
        return
    if id(value) in around:
        return
    if isinstance(value, (list, dict)):
        yield value
    elif fields_of(value) is not None:  # whether it is held twice is part of the pattern of a call
        around.add(id(value))
        yield value
    for part in _parts(value):
        yield from _memory(part, around)


def _parts(value: Any) -> Iterable[Any]:
    """What a structure holds, numbers aside."""
    if isinstance(value, dict):
        found: Iterable[Any] = value.values()
    elif isinstance(value, (list, tuple)):
        found = value
    else:
        found = (fields_of(value) or {}).values()
    return [part for part in found if not isinstance(part, (int, float, complex, str))]


def _share(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return np.shares_memory(one, two)
    return one is two
