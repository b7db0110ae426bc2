"""Methods of lists that look for an element, written in Python; they are read where a list's own are called.

An element is found as `in` finds it: if it is the value itself (a NaN), or equal to it.
"""

from __future__ import annotations

from typing import Any


def remove(xs: list[Any], value: Any) -> None:
    """`xs.remove(value)`."""
    for k in range(len(xs)):
        if value in (xs[k],):
            del xs[k]
            return
    raise ValueError("list.remove(x): x not in list")


def index(xs: list[Any], value: Any) -> int:
    """`xs.index(value)`."""
    for k in range(len(xs)):
        if value in (xs[k],):
            return k
    raise ValueError("list.index(x): x not in list")


def count(xs: list[Any], value: Any) -> int:
    """`xs.count(value)`."""
    found = 0
    for k in range(len(xs)):
        if value in (xs[k],):
            found += 1
    return found
