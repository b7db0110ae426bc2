"""What sparse matrices of `scipy.sparse` are read as: a matrix at run time, and its entries with their places.

SciPy's matrix gives every value; derivatives go through the entries, each of which counts, also where it is 0.  Entries
at one place are summed.  Nothing here is run: the reader follows these methods where a function makes a matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.rules.sparse_words import (
    columns_of,
    diagonal_of,
    diagonal_rows,
    difference_of,
    entries_of,
    factors_of,
    instead,
    joined,
    kronecker,
    matches,
    multiplied,
    negative_of,
    product_of,
    quotient_of,
    rows_of,
    scaled_by,
    shape_of,
    solved_by,
    solved_with,
    sparse_dense,
    sparse_matmul,
    sparse_product,
    sum_of,
    to_coo,
    to_csc,
    to_csr,
    total_of,
    transpose_of,
    with_diagonals,
)


class sparse_matrix:
    """A matrix at run time, and `entries[k]` at `rows[k]`, `columns[k]`; `is_array` says what `*` does."""

    def __init__(self, is_array: bool, matrix: Any, entries: Any, rows: Any, columns: Any) -> None:
        self._is_array = is_array
        self._matrix = matrix
        self._entries = entries
        self._rows = rows
        self._columns = columns

    def _like(self, matrix: Any, entries: Any) -> Any:
        return sparse_matrix(self._is_array, matrix, entries, self._rows, self._columns)

    @property
    def T(self) -> Any:
        return sparse_matrix(self._is_array, transpose_of(self._matrix), self._entries, self._columns, self._rows)

    @property
    def shape(self) -> Any:
        return shape_of(self._matrix)

    def transpose(self) -> Any:
        return self.T

    def copy(self) -> Any:
        return self

    def __matmul__(self, other: Any) -> Any:
        if isinstance(other, sparse_matrix):
            left, right = matches(self._columns, other._rows)
            return sparse_matrix(
                self._is_array,
                product_of(self._matrix, other._matrix),
                self._entries[left] * other._entries[right],
                self._rows[left],
                other._columns[right],
            )
        return sparse_matmul(self._matrix, self._entries, self._rows, self._columns, other)

    def __rmatmul__(self, other: Any) -> Any:
        return (self.T @ np.transpose(other)).T

    def dot(self, other: Any) -> Any:
        return self @ other

    def multiply(self, other: Any) -> Any:
        if isinstance(other, sparse_matrix):
            width = shape_of(self._matrix)[1]
            left, right = matches(self._rows * width + self._columns, other._rows * width + other._columns)
            return sparse_matrix(
                self._is_array,
                multiplied(self._matrix, other._matrix),
                self._entries[left] * other._entries[right],
                self._rows[left],
                self._columns[left],
            )
        whole = np.broadcast_to(other, shape_of(self._matrix))
        return self._like(multiplied(self._matrix, other), self._entries * whole[self._rows, self._columns])

    def __neg__(self) -> Any:
        return self._like(negative_of(self._matrix), -self._entries)

    def scaled(self, factor: Any) -> Any:
        return self._like(scaled_by(self._matrix, factor), self._entries * factor)

    def divided(self, divisor: Any) -> Any:
        return self._like(quotient_of(self._matrix, divisor), self._entries / divisor)

    def __add__(self, other: Any) -> Any:
        return sparse_matrix(
            self._is_array,
            sum_of(self._matrix, other._matrix),
            joined((self._entries, other._entries)),
            joined((self._rows, other._rows)),
            joined((self._columns, other._columns)),
        )

    def __sub__(self, other: Any) -> Any:
        return sparse_matrix(
            self._is_array,
            difference_of(self._matrix, other._matrix),
            joined((self._entries, -other._entries)),
            joined((self._rows, other._rows)),
            joined((self._columns, other._columns)),
        )

    def toarray(self) -> Any:
        return sparse_dense(self._matrix, self._entries, self._rows, self._columns)

    def diagonal(self) -> Any:
        return instead(diagonal_of(self._matrix), np.diagonal(self.toarray()))

    def sum(self) -> Any:
        return instead(total_of(self._matrix), np.sum(self._entries))

    def tocsr(self) -> Any:
        return self._like(to_csr(self._matrix), self._entries)

    def tocsc(self) -> Any:
        return self._like(to_csc(self._matrix), self._entries)

    def tocoo(self) -> Any:
        return self._like(to_coo(self._matrix), self._entries)


class sparse_factors:
    """What `splu` makes of a matrix."""

    def __init__(self, factors: Any, matrix: Any) -> None:
        self._factors = factors
        self._of = matrix

    def solve(self, rhs: Any, trans: str = "N") -> Any:
        entries, rows, columns = self._of._entries, self._of._rows, self._of._columns
        if trans == "N":
            return solved_with(self._factors, entries, rows, columns, rhs)
        return solved_with(self._factors, entries, columns, rows, rhs, trans="T")


def of_constant(is_array: bool, matrix: Any) -> Any:
    """A matrix from outside, with the entries that it stores."""
    return sparse_matrix(is_array, matrix, entries_of(matrix), rows_of(matrix), columns_of(matrix))


def of_entries(is_array: bool, name: str, arg1: Any, shape: Any = None) -> Any:
    """`csr_matrix((entries, (rows, columns)), shape)`, and the like."""
    entries, (rows, columns) = arg1
    entries, rows, columns = np.asarray(entries), np.asarray(rows), np.asarray(columns)
    matrix = sparse_product((entries, (rows, columns)), maker=name, shape=shape)
    return sparse_matrix(is_array, matrix, entries, rows, columns)


def of_rows(is_array: bool, name: str, arg1: Any, shape: Any = None) -> Any:
    """`csr_matrix((entries, indices, indptr), shape)`."""
    entries, indices, indptr = arg1
    entries, indices, indptr = np.asarray(entries), np.asarray(indices), np.asarray(indptr)
    starts = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    matrix = sparse_product((entries, indices, indptr), maker=name, shape=shape)
    if name == "csc_matrix" or name == "csc_array":
        return sparse_matrix(is_array, matrix, entries, indices, starts)
    return sparse_matrix(is_array, matrix, entries, starts, indices)


def of_array(is_array: bool, name: str, arg1: Any) -> Any:
    """`csr_matrix(dense)`: every element counts, also where it is 0."""
    dense = np.asarray(arg1)
    places = np.arange(np.size(dense))
    rows, columns = places // dense.shape[1], places % dense.shape[1]
    return sparse_matrix(is_array, sparse_product(dense, maker=name), np.ravel(dense), rows, columns)


def diagonals(is_array: bool, name: str, parts: Any, offsets: Any, shape: Any = None, format: Any = None) -> Any:  # noqa: A002
    """`diags(parts, offsets, shape, format)`."""
    matrix = with_diagonals(parts, maker=name, offsets=offsets, shape=shape, format=format)
    entries, rows, columns = [], [], []
    for part, offset in zip(parts, offsets):  # noqa: B905
        places = diagonal_rows(matrix, offset=offset)
        entries.append(np.broadcast_to(part, places.shape))
        rows.append(places)
        columns.append(places + offset)
    return sparse_matrix(is_array, matrix, joined(entries), joined(rows), joined(columns))


def kron(one: Any, other: Any, format: Any = None) -> Any:  # noqa: A002
    """`kron(one, other, format)`."""
    height, width = shape_of(other._matrix)
    return sparse_matrix(
        one._is_array,
        kronecker(one._matrix, other._matrix, format=format),
        np.ravel(np.outer(one._entries, other._entries)),
        np.ravel(height * one._rows[:, None] + other._rows),
        np.ravel(width * one._columns[:, None] + other._columns),
    )


def solve(A: Any, b: Any) -> Any:
    """`spsolve(A, b)`."""
    return solved_by(A._matrix, A._entries, A._rows, A._columns, b)


def factorised(A: Any) -> Any:
    """`splu(A)`."""
    return sparse_factors(factors_of(A._matrix), A)
