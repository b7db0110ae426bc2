"""Jacobians of structures: blocks in the structure of the result, each in the structure of the arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ast_ad.runtime.objects import fields_of, make_object


def count_entries(x: Any) -> int:
    """How many numbers a structure holds.

    >>> count_entries({"a": np.ones((2, 3)), "b": [1.0, None]})
    7
    """
    return sum(np.size(leaf) for leaf in leaves_of(x) if leaf is not None)


def unit_like(x: Any, i: int) -> Any:
    """The (co)tangent of a structure that is 1 at its ith number and 0 at all others.

    >>> unit_like((2.0, np.zeros(2)), 1)
    (0.0, array([1., 0.]))
    """
    made = []
    for leaf in leaves_of(x):
        here = leaf
        if isinstance(leaf, np.ndarray):
            here = np.zeros(leaf.shape, dtype_of_cotangent(leaf))
            if 0 <= i < leaf.size:
                here.flat[i] = 1
        elif isinstance(leaf, np.generic):
            here = dtype_of_cotangent(leaf).type(i == 0)
        elif leaf is not None:
            here = type(leaf)(i == 0) if isinstance(leaf, complex) else float(i == 0)
        made.append(here)
        i -= 0 if leaf is None else np.size(leaf)
    return rebuilt(x, iter(made))


def jacobian_of_rows(rows: list[Any], out: Any, x: Any) -> Any:
    """The Jacobian from the cotangents of `x`, one for each number of `out`.

    >>> jacobian_of_rows([(1.0, 2.0), (3.0, 4.0)], np.zeros(2), (0.0, 0.0))
    (array([1., 3.]), array([2., 4.]))
    """
    found = [leaves_of(row) for row in rows]
    blocks, place = [], 0
    for value in leaves_of(out):
        size = 0 if value is None else np.size(value)
        part = found[place : place + size]
        place += size
        made = [_block([row[k] for row in part], value, like, 0) for k, like in enumerate(leaves_of(x))]
        blocks.append(rebuilt(x, iter(made)))
    return rebuilt(out, iter(blocks))


def jacobian_of_columns(columns: list[Any], out: Any, x: Any) -> Any:
    """The Jacobian from the tangents of `out`, one for each number of `x`.

    >>> jacobian_of_columns([np.array([1.0, 3.0]), np.array([2.0, 4.0])], np.zeros(2), (0.0, 0.0))
    (array([1., 3.]), array([2., 4.]))
    """
    found = [leaves_of(column) for column in columns]
    blocks = []
    for k, value in enumerate(leaves_of(out)):
        made, place = [], 0
        for like in leaves_of(x):
            size = 0 if like is None else np.size(like)
            made.append(_block([column[k] for column in found[place : place + size]], value, like, -1))
            place += size
        blocks.append(rebuilt(x, iter(made)))
    return rebuilt(out, iter(blocks))


def rows_of_jacobian(jacobian: Any, out: Any, x: Any) -> list[Any]:
    """The rows that `jacobian_of_rows` puts together."""
    blocks = iter(leaves_of(jacobian))
    rows = []
    for value in leaves_of(out):
        wide = [next(blocks) for _ in leaves_of(x)]
        for i in range(0 if value is None else np.size(value)):
            parts = [
                None if like is None else _entry(block, (np.size(value), *np.shape(like)), (i,), like)
                for block, like in zip(wide, leaves_of(x), strict=True)
            ]
            rows.append(rebuilt(x, iter(parts)))
    return rows


def columns_of_jacobian(jacobian: Any, out: Any, x: Any) -> list[Any]:
    """The columns that `jacobian_of_columns` puts together."""
    blocks, values = leaves_of(jacobian), leaves_of(out)
    likes = leaves_of(x)
    columns = []
    for k, like in enumerate(likes):
        for j in range(0 if like is None else np.size(like)):
            parts = [
                None
                if value is None
                else _entry(blocks[n * len(likes) + k], (*np.shape(value), np.size(like)), (..., j), value)
                for n, value in enumerate(values)
            ]
            columns.append(rebuilt(out, iter(parts)))
    return columns


def leaves_of(tree: Any) -> list[Any]:
    """The parts of a structure that are no structures, in order; None for what is no number.

    >>> leaves_of({"a": (1.0, 2.0), "b": ["c"]})
    [1.0, 2.0, None]
    """
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves_of(part)]
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in leaves_of(part)]
    if isinstance(tree, (int, float, complex, np.ndarray, np.generic)):
        return [tree]
    fields = fields_of(tree)
    return [None] if fields is None else leaves_of(fields)


def rebuilt(tree: Any, leaves: Iterator[Any]) -> Any:
    """The structure with other parts, the next of `leaves`."""
    if isinstance(tree, dict):
        return {key: rebuilt(part, leaves) for key, part in tree.items()}
    if isinstance(tree, tuple):
        parts = [rebuilt(part, leaves) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    if isinstance(tree, list):
        return [rebuilt(part, leaves) for part in tree]
    fields = None if isinstance(tree, (int, float, complex, np.ndarray, np.generic)) else fields_of(tree)
    return next(leaves) if fields is None else make_object(type(tree), **rebuilt(fields, leaves))


def _block(parts: list[Any], value: Any, like: Any, axis: int) -> Any:
    """The derivatives of one part of the result by one of the arguments, along an axis of `parts` that is split up."""
    if value is None or like is None:
        return None
    split, kept = (np.shape(value), np.shape(like)) if axis == 0 else (np.shape(like), np.shape(value))
    if not split:
        return parts[0].copy() if isinstance(parts[0], np.ndarray) else parts[0]
    if parts:
        whole = np.stack(parts, axis)
    else:
        whole = np.zeros((*kept, 0) if axis else (0, *kept), dtype_of_cotangent(value if axis else like))
    return whole.reshape((*np.shape(value), *np.shape(like)))


def _entry(block: Any, shape: tuple[int, ...], place: Any, like: Any) -> Any:
    """One row or column of a block, as a (co)tangent of the value `like`."""
    part = np.reshape(block, shape)[place]
    if isinstance(like, (np.ndarray, np.generic)):
        return part.copy() if isinstance(part, np.ndarray) and part.ndim else np.asarray(part)[()]
    return part.item()


def dtype_of_cotangent(x: Any) -> Any:
    """The dtype of a (co)tangent of a number."""
    dtype = np.asarray(x).dtype
    return dtype if dtype.kind in "fc" else np.dtype(float)
