"""Lists of numbers and arrays: sums, orders, and the way between a list and an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.runtime.cotangents import add, unbroadcast, zeros_like


def list_of(x_bar: Any, xs: Any) -> list[Any]:
    """A list as long as `xs`, each element `x_bar` summed to the shape of its partner: the transpose of a sum."""
    return [unbroadcast(x_bar, x) for x in xs]


def list_of_rows(x: Any) -> list[Any]:
    """The elements of the first axis: the transpose of making an array of a list."""
    return x.tolist() if np.ndim(x) == 1 and x.dtype == np.float64 else list(x)


def list_of_lists(x: Any) -> list[Any]:
    """The elements of the first two axes: the transpose of making an array of a list of lists."""
    return [list_of_rows(row) for row in x]


def array_of_floats(values: list[Any]) -> Any:
    """The array of what a function gave that `np.vectorize` calls: the first value decides its type.

    >>> array_of_floats([1.5, 2])
    array([1.5, 2. ])
    """
    if not values:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    if not isinstance(values[0], float):
        raise TypeError(
            f"the first number that the vectorized function gave is {values[0]!r}, which makes an array of "
            f"{type(values[0]).__name__}: name the type, as in np.vectorize(function, otypes=[float])"
        )
    return np.array(values)


def sum_of_list(xs: Any) -> Any:
    """The sum of a list; 0.0 of an empty one."""
    return sum(xs[1:], xs[0]) if len(xs) else 0.0


def sum_of_rounds(x_bar: list[Any], xs: Any) -> list[Any]:
    """For each element of `xs` the sum over `xs * n`: the transpose of repeating a list.

    >>> sum_of_rounds([1.0, 2.0, 3.0, 4.0], [0.5, 0.7])
    [4.0, 6.0]
    """
    found = [zeros_like(x) for x in xs]
    for k, part in enumerate(x_bar):
        found[k % len(xs)] = add(found[k % len(xs)], part)
    return found


def in_rounds(x_bar: list[Any], ys: Any) -> list[Any]:
    """The elements again and again, as many as `ys` has: the transpose of `sum_of_rounds`."""
    return [x_bar[k % len(x_bar)] for k in range(len(ys))]


def sorting_order(xs: Any, reverse: bool = False) -> list[int]:
    """Where `sorted` takes its elements from."""
    return sorted(range(len(xs)), key=xs.__getitem__, reverse=reverse)


def in_order(xs: Any, order: list[int]) -> list[Any]:
    """The elements in an order."""
    return [xs[k] for k in order]


def out_of_order(xs: Any, order: list[int]) -> list[Any]:
    """The elements back from an order."""
    found = list(xs)
    for place, k in enumerate(order):
        found[k] = xs[place]
    return found


def split_like(x_bar: Any, xs: Any, axis: int | None) -> list[Any]:
    """An array split into stretches as long as the arrays of a list: the transpose of joining them.

    >>> [part.shape for part in split_like(np.zeros(5), [np.zeros(2), np.zeros(3)], 0)]
    [(2,), (3,)]
    """
    parts: list[Any] = []
    start = 0
    for x in xs:
        length = np.size(x) if axis is None else np.shape(x)[axis] if np.ndim(x) == np.ndim(x_bar) else 1
        part = np.moveaxis(x_bar, axis or 0, 0)[start : start + length]
        parts.append(np.reshape(np.moveaxis(part, 0, axis or 0), np.shape(x)))
        start += length
    return parts


def check_unpacked(found: int, wanted: int) -> int:
    """The length of what is unpacked; raises what `a, b = xs` raises where there are not as many names.

    >>> check_unpacked(2, 2)
    2
    """
    if found < wanted:
        raise ValueError(f"not enough values to unpack (expected {wanted}, got {found})")
    if found > wanted:
        raise ValueError(f"too many values to unpack (expected {wanted})")
    return found
