"""Many cotangents or tangents at once: each array has one more axis, the first, along which they are counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.runtime.jacobians import dtype_of_cotangent, leaves_of, rebuilt

#: how many numbers an array of many cotangents should have at most, so that it stays in the processor's cache
_AT_ONCE = 1 << 14


def rows_at_once(*values: Any) -> int:
    """How many (co)tangents to compute at once where arrays like these meet them.

    >>> rows_at_once(np.zeros(1000), [2.0]), rows_at_once(np.zeros((1000, 1000)))
    (16, 1)
    """
    sizes = [np.size(leaf) for leaf in leaves_of(list(values)) if leaf is not None]
    return max(1, _AT_ONCE // max([*sizes, 1]))


def unit_rows(x: Any, start: int, count: int) -> Any:
    """Up to `count` (co)tangents of a structure: that at place k is 1 at number `start + k` and 0 at all others.

    >>> unit_rows((2.0, np.zeros(2)), 1, 5)
    (array([0., 0.]), array([[1., 0.],
           [0., 1.]]))
    """
    leaves = leaves_of(x)
    sizes = [0 if leaf is None else np.size(leaf) for leaf in leaves]
    count = min(count, sum(sizes) - start)
    made, place = [], -start
    for leaf, size in zip(leaves, sizes, strict=True):
        here = leaf
        if leaf is not None:
            here = np.zeros((count, size), dtype_of_cotangent(leaf))
            first, last = max(0, place), min(count, place + size)
            rows = np.arange(first, last)
            here[rows, rows - place] = 1
            here = here.reshape((count, *np.shape(leaf)))
        made.append(here)
        place += size
    return rebuilt(x, iter(made))


def count_rows(rows: Any) -> int:
    """How many (co)tangents there are."""
    return next((len(leaf) for leaf in leaves_of(rows) if leaf is not None), 0)


def zero_rows(x: Any, like: Any) -> Any:
    """The zero cotangent of `x` as many times as `like` has rows.

    >>> zero_rows([2.0, np.ones(2)], np.ones((3, 5)))
    [array([0., 0., 0.]), array([[0., 0.],
           [0., 0.],
           [0., 0.]])]
    """
    count = count_rows(like)
    made = [
        leaf if leaf is None else np.zeros((count, *np.shape(leaf)), dtype_of_cotangent(leaf)) for leaf in leaves_of(x)
    ]
    return rebuilt(x, iter(made))


def repeat_rows(x: Any, like: Any) -> Any:
    """`x` as many times as `like` has rows.

    >>> repeat_rows(np.array([1.0, 2.0]), np.ones((2, 5)))
    array([[1., 2.],
           [1., 2.]])
    """
    count = count_rows(like)
    made = [
        leaf if leaf is None else np.broadcast_to(leaf, (count, *np.shape(leaf))).astype(dtype_of_cotangent(leaf))
        for leaf in leaves_of(x)
    ]
    return rebuilt(x, iter(made))


def sum_rows(rows: Any, x: Any) -> Any:
    """The sum of (co)tangents of `x`.

    >>> sum_rows((np.ones(3), np.ones((3, 2))), (1.0, np.zeros(2)))
    (np.float64(3.0), array([3., 3.]))
    """
    made = [None if leaf is None else np.sum(leaf, axis=0) for leaf in leaves_of(rows)]
    return rebuilt(x, iter(made))


def broadcast_rows(rows: Any, x: Any) -> Any:
    """Each row stretched to the shape of `x`; rows have as many axes.

    >>> broadcast_rows(np.array([[1.0], [2.0]]), np.zeros(3))
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    shape = (len(rows), *np.shape(x))
    return rows if rows.shape == shape else np.broadcast_to(rows, shape)


def unbroadcast_rows(rows: Any, x: Any) -> Any:
    """Each row summed to the shape of `x`, over the axes that broadcasting added or stretched.

    >>> unbroadcast_rows(np.ones((2, 3, 2)), np.zeros((1, 2)))
    array([[[3., 3.]],
    <BLANKLINE>
           [[3., 3.]]])
    """
    shape = np.shape(x)
    found = rows.shape[1:]
    if found == shape:
        return rows
    extra = len(found) - len(shape)
    stretched = tuple(1 + extra + k for k, length in enumerate(shape) if length == 1 and found[extra + k] != 1)
    total = np.sum(rows, axis=(*range(1, 1 + extra), *stretched), keepdims=True)
    total = total.reshape((len(rows), *total.shape[1 + extra :]))
    return total if total.shape[1:] == shape else np.broadcast_to(total, (len(rows), *shape))


def reshape_rows(rows: Any, shape: Any) -> Any:
    """Each row in another shape.

    >>> reshape_rows(np.zeros((5, 2, 3)), (3, -1)).shape
    (5, 3, 2)
    """
    shape = shape if isinstance(shape, tuple) else tuple(shape) if isinstance(shape, list) else (shape,)
    if -1 in shape:
        known = -int(np.prod(shape))
        size = int(np.prod(rows.shape[1:]))
        shape = tuple((size // known if known else 0) if length == -1 else length for length in shape)
    return np.reshape(rows, (len(rows), *shape))


def jacobian_of_row_blocks(blocks: list[Any], out: Any, x: Any) -> Any:
    """The Jacobian from the cotangents of `x`, one for each number of `out`, many in each block.

    >>> jacobian_of_row_blocks([(np.array([1.0, 3.0]), np.array([2.0, 4.0]))], np.zeros(2), (0.0, 0.0))
    (array([1., 3.]), array([2., 4.]))
    """
    likes = leaves_of(x)
    whole = [_joined([leaves_of(block)[k] for block in blocks], like) for k, like in enumerate(likes)]
    made, place = [], 0
    for value in leaves_of(out):
        size = 0 if value is None else np.size(value)
        parts = [
            None
            if value is None or like is None
            else _block(rows[place : place + size], value, like, (*np.shape(value), *np.shape(like)))
            for rows, like in zip(whole, likes, strict=True)
        ]
        place += size
        made.append(rebuilt(x, iter(parts)))
    return rebuilt(out, iter(made))


def jacobian_of_column_blocks(blocks: list[Any], out: Any, x: Any) -> Any:
    """The Jacobian from the tangents of `out`, one for each number of `x`, many in each block.

    >>> jacobian_of_column_blocks([(np.array([1.0, 3.0]), np.array([2.0, 4.0]))], (0.0, 0.0), np.zeros(2))
    (array([1., 3.]), array([2., 4.]))
    """
    likes = leaves_of(x)
    made = []
    for k, value in enumerate(leaves_of(out)):
        columns = _joined([leaves_of(block)[k] for block in blocks], value)
        parts, place = [], 0
        for like in likes:
            size = 0 if like is None else np.size(like)
            shape = (*np.shape(value), *np.shape(like))
            parts.append(
                None
                if value is None or like is None
                else _block(np.moveaxis(columns[place : place + size], 0, -1), like, value, shape)
            )
            place += size
        made.append(rebuilt(x, iter(parts)))
    return rebuilt(out, iter(made))


def row_blocks_of_jacobian(jacobian: Any, blocks: list[Any], out: Any, x: Any) -> list[Any]:
    """The blocks that `jacobian_of_row_blocks` puts together, as many and as long as `blocks`."""
    parts, values, likes = leaves_of(jacobian), leaves_of(out), leaves_of(x)
    whole = []
    for k, like in enumerate(likes):
        found = [
            np.reshape(parts[n * len(likes) + k], (np.size(value), *np.shape(like)))
            for n, value in enumerate(values)
            if value is not None and like is not None
        ]
        whole.append(np.concatenate(found) if found else None)
    return _split(whole, blocks, x)


def column_blocks_of_jacobian(jacobian: Any, blocks: list[Any], out: Any, x: Any) -> list[Any]:
    """The blocks that `jacobian_of_column_blocks` puts together, as many and as long as `blocks`."""
    parts, values, likes = leaves_of(jacobian), leaves_of(out), leaves_of(x)
    whole = []
    for n, value in enumerate(values):
        found = [
            np.moveaxis(np.reshape(parts[n * len(likes) + k], (*np.shape(value), np.size(like))), -1, 0)
            for k, like in enumerate(likes)
            if value is not None and like is not None
        ]
        whole.append(np.concatenate(found) if found else None)
    return _split(whole, blocks, out)


def _joined(parts: list[Any], like: Any) -> Any:
    """All rows of one leaf."""
    if like is None:
        return None
    return np.concatenate(parts) if parts else np.zeros((0, *np.shape(like)), dtype_of_cotangent(like))


def _block(rows: Any, split: Any, like: Any, shape: tuple[int, ...]) -> Any:
    """Rows as the derivative by, or of, one number or array: with its own dtype; a number where both are."""
    if not shape and not isinstance(split, (np.ndarray, np.generic)) and not isinstance(like, (np.ndarray, np.generic)):
        return rows.reshape(-1)[0].item()
    whole = np.reshape(rows, shape).astype(dtype_of_cotangent(like), copy=False)
    return whole if shape else whole[()]


def _split(whole: list[Any], blocks: list[Any], like: Any) -> list[Any]:
    """Rows in blocks as long as others."""
    made, place = [], 0
    for block in blocks:
        count = count_rows(block)
        made.append(rebuilt(like, iter([None if rows is None else rows[place : place + count] for rows in whole])))
        place += count
    return made
