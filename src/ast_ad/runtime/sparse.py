"""Sparse matrices by their entries: values with their rows and columns; those at one place count together."""

from __future__ import annotations

from typing import Any

import numpy as np


def stored_entries(matrix: Any) -> Any:
    """The entries that a sparse matrix stores, in the order of `stored_rows` and `stored_columns`."""
    return matrix.tocoo().data


def stored_rows(matrix: Any) -> Any:
    """The rows of the entries that a sparse matrix stores."""
    return matrix.tocoo().row


def stored_columns(matrix: Any) -> Any:
    """The columns of the entries that a sparse matrix stores."""
    return matrix.tocoo().col


def diagonal_rows(matrix: Any, offset: int) -> Any:
    """The rows of a diagonal of a matrix.

    >>> diagonal_rows(np.zeros((2, 3)), -1)
    array([1])
    """
    rows, columns = matrix.shape
    start = max(-offset, 0)
    return np.arange(start, start + min(rows - start, columns - max(offset, 0)))


def matching_places(one: Any, other: Any) -> Any:
    """All pairs of places, in one and the other, with equal numbers.

    >>> matching_places(np.array([5, 7, 5]), np.array([7, 5]))
    (array([0, 1, 2]), array([1, 0, 1]))
    """
    order = np.argsort(other, kind="stable")
    first = np.searchsorted(other, one, "left", sorter=order)
    counts = np.searchsorted(other, one, "right", sorter=order) - first
    left = np.repeat(np.arange(len(one)), counts)
    within = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[np.repeat(first, counts) + within]


def entries_product(entries: Any, rows: Any, columns: Any, x: Any, like: Any) -> Any:
    """The product of a matrix with these entries and x, in the shape of `like`.

    >>> entries_product(np.array([2.0, 3.0]), np.array([0, 0]), np.array([1, 0]), np.array([1.0, 10.0]), np.zeros(2))
    array([23.,  0.])
    """
    total = np.zeros(np.shape(like), np.result_type(entries, x))
    values = x[columns]
    np.add.at(total, rows, entries * values if values.ndim == 1 else entries[:, None] * values)
    return total
