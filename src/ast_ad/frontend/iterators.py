"""What the functions of `itertools` that end are read as, written in Python."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any


def accumulate(values: Iterable[Any], function: Callable[..., Any] = operator.add, *, initial: Any = None) -> list[Any]:
    totals = []
    if initial is not None:
        total = initial
        totals.append(total)
        for value in values:
            total = function(total, value)
            totals.append(total)
    else:
        values = list(values)
        if len(values) > 0:
            total = values[0]
            totals.append(total)
            for value in values[1:]:
                total = function(total, value)
                totals.append(total)
    return totals


def chain(*parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        yield from part


def chain_of(parts: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for part in parts:
        yield from part


def combinations(values: Iterable[Any], r: int) -> Iterator[Any]:
    values = list(values)
    yield from _combinations(values, r, 0)


def _combinations(values: list[Any], r: int, start: int) -> Iterator[Any]:
    if r == 0:
        yield ()
    else:
        for k in range(start, len(values)):
            for rest in _combinations(values, r - 1, k + 1):
                yield (values[k], *rest)


def compress(values: Iterable[Any], selectors: Iterable[Any]) -> Iterator[Any]:
    for value, selected in zip(values, selectors, strict=False):
        if selected:
            yield value


def dropwhile(function: Callable[..., Any], values: Iterable[Any]) -> Iterator[Any]:
    dropping = True
    for value in values:
        if dropping:
            dropping = function(value)
        if not dropping:
            yield value


def filterfalse(function: Callable[..., Any], values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if not function(value):
            yield value


def islice(values: Iterable[Any], *ends: int | None) -> Iterator[Any]:
    yield from list(values)[slice(*ends)]


def pairwise(values: Iterable[Any]) -> Iterator[Any]:
    values = list(values)
    for k in range(len(values) - 1):
        yield values[k], values[k + 1]


def permutations(values: Iterable[Any], r: int) -> Iterator[Any]:
    values = list(values)
    for places in product(range(len(values)), repeat=r):
        if all(places[j] != places[k] for j in range(r) for k in range(j)):
            yield tuple(values[place] for place in places)


def product(*parts: Iterable[Any], repeat: int = 1) -> Iterator[Any]:
    yield from _product(parts * repeat)


def _product(parts: tuple[Iterable[Any], ...]) -> Iterator[Any]:
    if len(parts) == 0:
        yield ()
    else:
        for value in parts[0]:
            for rest in _product(parts[1:]):
                yield (value, *rest)


def starmap(function: Callable[..., Any], values: Iterable[Any]) -> Iterator[Any]:
    for args in values:
        yield function(*args)


def takewhile(function: Callable[..., Any], values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if not function(value):
            break
        yield value


def zip_longest(*parts: Iterable[Any], fillvalue: Any = None) -> Iterator[Any]:
    rows = [list(part) for part in parts]
    for k in range(max([len(row) for row in rows], default=0)):
        yield tuple([row[k] if k < len(row) else fillvalue for row in rows])
