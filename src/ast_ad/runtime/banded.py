"""Products with matrices that are given by their diagonals, as `scipy.linalg` does: `ab[u + i - j, j] == a[i, j]`."""

from __future__ import annotations

from typing import Any

import numpy as np


def _overlap(n: int, offset: int) -> tuple[slice, slice]:
    """The rows and the columns of a diagonal with `column - row == offset`."""
    return slice(max(0, -offset), min(n, n - offset)), slice(max(0, offset), min(n, n + offset))


def _times(diagonal: Any, x: Any) -> Any:
    return diagonal * x if np.ndim(x) == 1 else diagonal[:, None] * x


def _dots(y: Any, x: Any) -> Any:
    return y * x if np.ndim(x) == 1 else np.sum(y * x, axis=1)


def band_product(ab: Any, x: Any, lower: int, upper: int) -> Any:
    """The product of a band matrix with a vector, or with a matrix.

    >>> band_product(np.array([[0.0, 5.0], [1.0, 2.0]]), np.array([1.0, 10.0]), 0, 1)
    array([51., 20.])
    """
    n = len(x)
    made = np.zeros(np.shape(x), np.result_type(ab, x))
    for k in range(lower + upper + 1):
        rows, columns = _overlap(n, upper - k)
        made[rows] += _times(ab[k, columns], x[columns])
    return made


def band_outer(y: Any, x: Any, lower: int, upper: int) -> Any:
    """The diagonals of `y x.T`.

    >>> band_outer(np.array([1.0, 2.0]), np.array([3.0, 5.0]), 0, 1)
    array([[ 0.,  5.],
           [ 3., 10.]])
    """
    n = len(x)
    made = np.zeros((lower + upper + 1, n), np.result_type(y, x))
    for k in range(lower + upper + 1):
        rows, columns = _overlap(n, upper - k)
        made[k, columns] = _dots(y[rows], x[columns])
    return made


def band_transposed(ab: Any, lower: int, upper: int) -> Any:
    """The diagonals of the transpose of a band matrix; what is outside of it is 0.

    >>> band_transposed(np.array([[0.0, 5.0], [1.0, 2.0]]), 0, 1)
    array([[1., 2.],
           [5., 0.]])
    """
    n = np.shape(ab)[1]
    made = np.zeros_like(ab)
    for k in range(lower + upper + 1):
        rows, columns = _overlap(n, upper - k)
        made[lower + upper - k, rows] = ab[k, columns]
    return made


def half_product(ab: Any, x: Any, lower: bool = False) -> Any:
    """The product with a symmetric band matrix, of which one half is given.

    >>> half_product(np.array([[0.0, 5.0], [1.0, 2.0]]), np.array([1.0, 10.0]))
    array([51., 25.])
    """
    bands, n = np.shape(ab)
    made = np.zeros(np.shape(x), np.result_type(ab, x))
    for k in range(bands):
        offset = -k if lower else bands - 1 - k
        rows, columns = _overlap(n, offset)
        made[rows] += _times(ab[k, columns], x[columns])
        if offset:
            made[columns] += _times(ab[k, columns], x[rows])
    return made


def half_outer(y: Any, x: Any, ab: Any, lower: bool = False) -> Any:
    """The transpose of `half_product` by the matrix, in the form of `ab`.

    >>> half_outer(np.array([1.0, 2.0]), np.array([3.0, 5.0]), np.zeros((2, 2)))
    array([[ 0., 11.],
           [ 3., 10.]])
    """
    bands, n = np.shape(ab)
    made = np.zeros((bands, n), np.result_type(y, x))
    for k in range(bands):
        offset = -k if lower else bands - 1 - k
        rows, columns = _overlap(n, offset)
        made[k, columns] = _dots(y[rows], x[columns])
        if offset:
            made[k, columns] += _dots(y[columns], x[rows])
    return made
