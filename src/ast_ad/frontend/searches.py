"""Methods of lists that look for an element, written in Python; they are read where a list's own are called."""

from __future__ import annotations

from typing import Any


def remove(xs: list[Any], value: Any) -> None:
    """`xs.remove(value)`."""
    for k in range(len(xs)):
        if xs[k] == value:
            del xs[k]
            return
    raise ValueError("list.remove(x): x not in list")


def index(xs: list[Any], value: Any) -> int:
    """`xs.index(value)`."""
    for k in range(len(xs)):
        if xs[k] == value:
            return k
    raise ValueError("list.index(x): x not in list")


def count(xs: list[Any], value: Any) -> int:
    """`xs.count(value)`."""
    found = 0
    for k in range(len(xs)):
        if xs[k] == value:
            found += 1
    return found
