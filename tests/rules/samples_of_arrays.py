"""Samples of reductions, shapes, joins and subscripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.primitives import HOLE, Span
from tests.rules.checking import FixedList, Sample, sample

RNG = np.random.default_rng(7)
V = RNG.normal(size=4)
W = RNG.normal(size=3)
M = RNG.normal(size=(3, 4))
T = RNG.normal(size=(2, 3, 4))
ONE = RNG.normal(size=(1, 4))
MASK = np.array([[True, False, True, True], [True, True, False, True], [True, True, True, False]])


def forms() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Arrays and the axes to reduce."""
    yield V, {}
    yield M, {}
    yield M, {"axis": 0}
    yield M, {"axis": 1}
    yield M, {"axis": -1, "keepdims": True}
    yield M, {"axis": (0, 1)}
    yield M, {"keepdims": True}
    yield T, {"axis": 1}
    yield T, {"axis": (0, 2)}
    yield T, {"axis": (-1, 1)}
    yield T, {"axis": (0, -1), "keepdims": True}
    yield ONE, {"axis": 0}
    yield ONE, {"axis": 1}
    yield T[:, ::-1, ::2], {"axis": 2}
    yield M.astype(np.float32), {"axis": 1}
    yield V[1], {}
    yield 1.5, {}
    yield np.array(0.3), {}


def of_reductions() -> Iterator[Sample]:
    """Sums, means, extremes, products."""
    every = (np.sum, np.mean, np.var, np.std, np.max, np.min, np.prod, np.ptp)
    nans = (np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nanprod)
    for function in (*every, *nans):
        for x, params in forms():
            if function in (np.std, np.nanstd) and (np.size(x) == 1 or (x is ONE and params["axis"] == 0)):
                yield sample(function, x, **params, smooth=False)
            else:
                yield sample(function, x, **params)
    for function in (np.sum, np.mean, np.var, np.std, np.prod, np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanprod):
        yield sample(function, M, where=MASK)
        yield sample(function, M, axis=0, where=MASK)
        yield sample(function, M, axis=1, keepdims=True, where=MASK)
        yield sample(function, M, axis=1, where=MASK[0])
    for function in (np.var, np.std, np.nanvar, np.nanstd):
        yield sample(function, M, ddof=1)
        yield sample(function, M, axis=0, ddof=0.5, keepdims=True)
    for function in (np.max, np.min, np.nanmax, np.nanmin):
        start = -9.0 if "max" in function.__name__ else 9.0
        yield sample(function, M, axis=0, where=MASK, initial=start)
        yield sample(function, M, initial=0.0)
    for function in nans:
        holed = M.copy()
        holed[1, 2] = np.nan
        yield sample(function, holed, smooth=False)
        yield sample(function, holed, axis=0, smooth=False)
    yield sample(np.sum, M, initial=2.0)
    yield sample(np.prod, M, initial=2.0)
    yield sample(np.sum, M.astype(np.float32), dtype=np.float64)
    yield sample(np.sum, np.array([1 + 2j, 3j]))
    yield sample(np.mean, np.array([1 + 2j, 3j]))
    yield sample(np.var, np.array([1 + 2j, 3j, 1.0]))
    yield sample(np.std, np.array([1 + 2j, 3j, 1.0]))
    yield sample(np.sum, np.zeros((0, 3)), axis=0)
    yield sample(np.prod, np.array([2.0, 0.0, 3.0]))
    yield sample(np.prod, np.array([2.0, 0.0, 0.0, 3.0]))
    yield sample(np.prod, np.array([[2.0, 0.0], [0.0, 3.0]]), axis=1)
    yield sample(runtime.products_of_others, M, axis=1)
    yield sample(runtime.products_of_others, V, V[::-1])
    yield sample(runtime.products_of_others, M, M[::-1], M * 0.5, axis=0)
    for function in (np.any, np.all, np.argmax, np.argmin, np.count_nonzero, np.nanargmax, np.nanargmin):
        yield sample(function, M)
        yield sample(function, M, axis=1)
    for function in (np.size, np.shape, np.ndim):
        yield sample(function, M)


def of_shapes() -> Iterator[Sample]:
    """Functions that change the shape only."""
    for x in (M, ONE, T, V, M.T, M[::-1, ::2], M.astype(np.float32)):
        yield sample(np.reshape, x, (-1,))
        yield sample(np.reshape, x, -1)
        yield sample(np.ravel, x)
        yield sample(np.transpose, x)
        yield sample(np.flip, x)
        yield sample(np.copy, x)
        yield sample(np.array, x)
        yield sample(np.asarray, x)
        yield sample(np.expand_dims, x, 0)
        yield sample(np.expand_dims, x, (0, -1))
        yield sample(np.atleast_1d, x)
        yield sample(np.atleast_2d, x)
        yield sample(np.atleast_3d, x)
        yield sample(np.roll, x, 1)
        yield sample(np.roll, x, -2, axis=0)
    yield sample(np.reshape, M, (2, 6), order="F")
    yield sample(np.ravel, M, order="F")
    yield sample(np.transpose, T, (2, 0, 1))
    yield sample(np.transpose, T, axes=(-1, 0, 1))
    yield sample(np.swapaxes, T, 0, -1)
    yield sample(np.moveaxis, T, 0, -1)
    yield sample(np.moveaxis, T, (0, 1), (-1, 0))
    yield sample(np.rollaxis, T, 2)
    yield sample(np.rollaxis, T, 0, 2)
    yield sample(np.rollaxis, T, 1, 3)
    yield sample(np.squeeze, ONE)
    yield sample(np.squeeze, ONE, axis=0)
    yield sample(np.squeeze, T[:, :1], axis=(1,))
    yield sample(np.atleast_1d, 0.3)
    yield sample(np.atleast_2d, 0.3)
    yield sample(np.atleast_2d, V, 0.3)
    yield sample(np.broadcast_to, W[:, None], (2, 3, 4))
    yield sample(np.broadcast_to, 0.3, (2,))
    yield sample(np.broadcast_arrays, W[:, None], V, 0.3)
    yield sample(np.flip, T, axis=1)
    yield sample(np.flip, T, axis=(0, -1))
    yield sample(np.fliplr, M)
    yield sample(np.flipud, M)
    for k in (-1, 0, 1, 2):
        yield sample(np.rot90, M, k=k)
    yield sample(np.rot90, T, axes=(1, 2))
    yield sample(np.roll, T, (1, 2), axis=(0, 1))
    for k in (-1, 0, 1):
        yield sample(np.tril, M, k)
        yield sample(np.triu, T, k=k)
    yield sample(np.array, [1.0, 2.0, 3.0])
    yield sample(np.array, (1.0, 2.0, 3))
    yield sample(np.array, ((1.0, 2.0), (3.0, 4.0)))
    yield sample(np.array, (V, V[::-1]))
    yield sample(np.array, [V, V[::-1]])
    yield sample(np.asarray, (1.0, 2.0))
    yield sample(np.array, V, dtype=np.float32, smooth=False)
    yield sample(np.array, V, ndmin=2)
    yield sample(np.ascontiguousarray, M.T)
    for function in (np.asanyarray, np.asarray_chkfinite, np.asfortranarray):
        yield sample(function, M)
    if hasattr(np, "matrix_transpose"):
        yield sample(np.matrix_transpose, T)
    if hasattr(np, "astype"):
        yield sample(np.astype, V, np.float32, smooth=False)


def of_joins() -> Iterator[Sample]:
    """Joining and splitting."""
    for pair in ((M, M[:2]), [M, M[::-1]], (M, ONE, M[1:])):
        yield sample(np.concatenate, pair)
        yield sample(np.vstack, pair)
    for pair in ((M, M[:, :2]), [M, M[:, ::-1]]):
        yield sample(np.concatenate, pair, axis=1)
        yield sample(np.concatenate, pair, axis=-1)
        yield sample(np.concatenate, pair, axis=None)
        yield sample(np.hstack, pair)
    for pair in ((V, V[::-1]), [V, V[::-1], V]):
        for function in (np.stack, np.vstack, np.hstack, np.dstack, np.column_stack, np.concatenate):
            yield sample(function, pair)
        yield sample(np.stack, pair, axis=-1)
    for pair in ((M, M[::-1]), [M, M[::-1]]):
        for function in (np.stack, np.dstack, np.column_stack):
            yield sample(function, pair)
        yield sample(np.stack, pair, axis=1)
    yield sample(np.column_stack, (V, V[::-1, None]))
    yield sample(np.vstack, (V, M))
    yield sample(np.hstack, (0.3, V))
    yield sample(np.stack, (1.0, 2.0))
    yield sample(np.concatenate, (V, np.array([1, 2])))
    yield sample(np.append, V, 0.3)
    yield sample(np.append, V, W)
    yield sample(np.append, M, ONE, axis=0)
    yield sample(np.append, M, ONE)
    yield sample(np.split, V, 2)
    yield sample(np.split, M, 2, axis=1)
    yield sample(np.split, V, (1, 3))
    yield sample(np.array_split, V, 3)
    yield sample(np.vsplit, M, (1,))
    yield sample(np.hsplit, M, 2)
    yield sample(np.hsplit, V, 2)
    yield sample(np.dsplit, T, 2)
    if hasattr(np, "unstack"):
        yield sample(np.unstack, M)
        yield sample(np.unstack, M, axis=1)
    yield sample(runtime.split_like, V, [V[:1], V[1:]], axis=0)
    yield sample(runtime.sum_of_rounds, [V, 2 * V, V * V, V], [V, V])
    yield sample(runtime.in_rounds, [V, 2 * V], [V, V, V, V])
    yield sample(runtime.list_of, V, [V, V])
    yield sample(runtime.list_of_rows, M)
    yield sample(runtime.sum_of_list, [V, V])
    yield sample(runtime.count_entries, V, smooth=False)
    yield sample(runtime.unit_like, V, 1, smooth=False)
    two = np.array([1.0, 2.0])
    yield sample(runtime.jacobian_of_rows, [V, V], two, V)
    yield sample(runtime.rows_of_jacobian, np.ones((2, V.size)), two, V)
    yield sample(runtime.jacobian_of_columns, [two, two, two], two, np.ones(3))
    yield sample(runtime.columns_of_jacobian, np.ones((2, 3)), two, np.ones(3))
    yield sample(runtime.rows_at_once, V, M, smooth=False)
    yield sample(runtime.unit_rows, V, 1, 2, smooth=False)
    yield sample(runtime.zero_rows, V, M, smooth=False)
    yield sample(runtime.repeat_rows, V, M)
    yield sample(runtime.repeat_rows, 0.3, M)
    yield sample(runtime.sum_rows, M, M[0])
    yield sample(runtime.broadcast_rows, M[:, None, :], np.ones((2, M.shape[1])))
    yield sample(runtime.broadcast_rows, M[:, :1], np.ones(5))
    yield sample(runtime.unbroadcast_rows, M, V[:1])
    yield sample(runtime.unbroadcast_rows, M, 0.3)
    yield sample(runtime.unbroadcast_rows, np.ones((3, 2, 4)), np.ones(4))
    yield sample(runtime.unbroadcast_rows, np.ones((3, 2, 4)), np.ones((2, 1)))
    yield sample(runtime.reshape_rows, np.ones((3, 2, 4)), (4, -1))
    yield sample(runtime.reshape_rows, np.ones((3, 4)), 4)
    blocks = [np.ones((2, 3)), np.ones((1, 3))]
    yield sample(runtime.jacobian_of_row_blocks, blocks, np.ones(3), np.ones(3))
    yield sample(runtime.row_blocks_of_jacobian, np.ones((3, 3)), blocks, np.ones(3), np.ones(3))
    yield sample(runtime.jacobian_of_column_blocks, blocks, np.ones(3), np.ones(3))
    yield sample(runtime.column_blocks_of_jacobian, np.ones((3, 3)), blocks, np.ones(3), np.ones(3))


def of_subscripts() -> Iterator[Sample]:
    """Subscripts read, written and added to; functions that are subscripts."""
    i, rows = np.array([0, 2, 0]), np.array([True, False, True])
    templates: list[tuple[Any, tuple[Any, ...]]] = [
        ((1,), ()),
        ((HOLE,), (2,)),
        ((Span(1, None),), ()),
        ((Span(None, -1),), ()),
        ((Span(None, None, -1),), ()),
        ((Span(None, HOLE), HOLE), (2, 1)),
        ((Ellipsis, 0), ()),
        ((None, Span(), 1), ()),
        ((HOLE,), (i,)),
        ((Span(), HOLE), (i,)),
        ((HOLE, HOLE), (i, i)),
        ((HOLE, None, HOLE), (i, i)),
        ((HOLE, 1), (i,)),
        ((HOLE,), (rows,)),
        ((HOLE,), (MASK,)),
        ((Span(0, 2), Span(None, None, 2)), ()),
    ]
    for index, holes in templates:
        yield sample(P.GETITEM, M, *holes, index=index)
        value = M[P.fill(index, holes)]
        repeated = len(holes) and np.array_equal(holes[0], i)
        if not repeated:
            yield sample(P.INDEX_UPDATE, M, np.asarray(value) * 0.5, *holes, index=index)
            yield sample(P.INDEX_UPDATE, M, 0.3, *holes, index=index)
        yield sample(P.INDEX_ADD, M, np.asarray(value) * 0.5, *holes, index=index)
        yield sample(P.INDEX_ADD, M, 0.3, *holes, index=index)
    yield sample(P.VALUE_OF_CELL, np.array(0.7))
    yield sample(P.VALUE_OF_CELL, np.array(0.7, np.float32), tolerance=1e-2)
    yield sample(P.LAST_WRITTEN, M, np.array([1, 0, 1]), index=(P.HOLE,))
    for test in (M > 0, V[: M.shape[1]] > 0, np.array(False), True):
        yield sample(P.MASKED, M, test, 2 * M, ufunc=np.sin)
        yield sample(P.MASKED, M, test, M + 0.3, 2.0, ufunc=np.multiply)
        yield sample(P.MASKED, M, test, M[0], np.cos(M), ufunc=np.divide)
    yield sample(P.MASKED, M, M > 1, M - 1, ufunc=np.sqrt)
    yield sample(P.MASKED, M, M > 1, M, ufunc=np.arccosh)
    yield sample(P.MASKED, M, M > 0, np.array(1), M, ufunc=np.maximum)
    yield sample(P.MASKED, M, M > 0, M, ufunc=np.sign)
    yield sample(P.MASKED, M.astype(np.float32), M > 0, M, M, ufunc=np.multiply, tolerance=1e-2)
    for places in (np.triu_indices, np.tril_indices):
        yield sample(places, 3)
        yield sample(places, 3, 1, 2)
    for places in (np.triu_indices_from, np.tril_indices_from):
        yield sample(places, M, -1)
    yield sample(np.diag_indices, 3)
    yield sample(np.diag_indices, 2, ndim=3)
    yield sample(np.diag_indices_from, np.eye(2))
    yield sample(np.unravel_index, np.array([0, 5]), (2, 3))
    yield sample(np.ravel_multi_index, (np.array([0, 1]), np.array([2, 2])), (2, 3))
    yield sample(runtime.rounds, np.array([3, 0, 3, -1]), 4)
    yield sample(P.LAST_WRITTEN, M, np.array([2, 2]), index=(P.Span(), P.HOLE))
    for axis in (0, 1, -1, None):
        yield sample(np.take, M, np.array([0, 2, 0]), axis=axis)
        yield sample(np.take, M, 1, axis=axis)
    yield sample(np.take, V, np.array([[0, 3], [1, 1]]))
    yield sample(np.take, V, np.array([-7, 9]), mode="clip")
    yield sample(np.take, V, np.array([-7, 9]), mode="wrap")
    yield sample(np.take, M, (0, 2, 0), axis=1)
    yield sample(np.take_along_axis, M, np.argsort(M, axis=1), 1)
    yield sample(np.take_along_axis, M, np.argmax(M, axis=0)[None], axis=0)
    yield sample(np.take_along_axis, M, np.array([0, 3, 3]), axis=None)
    yield sample(runtime.add_along_axis, M, np.argsort(M, axis=1), M, axis=1)
    yield sample(np.extract, MASK, M)
    yield sample(np.compress, np.array([True, False, True]), M, axis=0)
    yield sample(np.compress, np.array([True, False, True]), M)
    for k in (-1, 0, 1):
        yield sample(np.diag, V, k=k)
        yield sample(np.diag, M, k=k)
        yield sample(np.diagonal, T, offset=k)
        yield sample(np.diagonal, T, offset=k, axis1=2, axis2=1)
        yield sample(np.trace, M, offset=k)
        yield sample(np.trace, T, offset=k, axis1=1, axis2=2)
        yield sample(np.diagflat, M, k=k)
    yield sample(runtime.diagonal_like, W, M, offset=0, axis1=0, axis2=1)
    if hasattr(np.linalg, "diagonal"):
        yield sample(np.linalg.diagonal, T)
        yield sample(np.linalg.trace, T)
    yield sample(np.where, MASK, M, V)
    yield sample(np.where, MASK, M, 0.0)
    yield sample(np.where, MASK, 0, M)
    yield sample(np.where, MASK[0], W[:, None], 1.5)
    yield sample(np.where, True, 1.5, V)
    yield sample(np.where, MASK, M.astype(np.float32), 0)
    yield sample(np.select, (M > 0.5, M < 0), (M, 2 * M), 0.3)
    yield sample(np.select, (M > 0.5, M < 0), (V, 1.5))
    yield sample(np.choose, np.array([0, 1, 1, 0]), (V, 2 * V))
    yield sample(np.choose, np.array([0, 5, -1, 0]), (V, 0.3), mode="clip")
    yield sample(runtime.stable_argsort, V)
    yield sample(runtime.check_unpacked, 2, 2)
    yield sample(runtime.stable_argsort, M, axis=0)
    for function in (np.argsort, np.nonzero, np.flatnonzero, np.argwhere):
        yield sample(function, M)
    yield sample(np.searchsorted, np.sort(V), W)
    yield sample(np.digitize, V, np.sort(W))
    yield sample(np.bincount, np.array([0, 2, 2]))
    yield sample(np.bincount, np.array([0, 2, 2, 5]), V)
    yield sample(np.bincount, np.array([1, 1, 1, 1]), weights=V, minlength=4)
    yield sample(np.isin, V, W)
    yield sample(np.lexsort, (V, V))
    yield sample(np.argpartition, V, 2)


def of_words() -> Iterator[Sample]:
    """The words of the sweeps, and lists."""
    yield sample(P.UNBROADCAST, M, ONE)
    yield sample(P.BROADCAST_LIKE, ONE, M)
    yield sample(P.BROADCAST_LIKE, 0.3, M)
    yield sample(P.CAST_LIKE, V, V.astype(np.float32), smooth=False)
    yield sample(P.COPY, V)
    yield sample(P.ADD_STRUCTURES, V, V[::-1])
    yield sample(P.ADD_MAYBE, V, V[::-1])
    yield sample(P.OR_ZEROS, V, V[::-1])
    yield sample(P.ZEROS_LIKE, V)
    yield sample(P.LIST_GET, [V, V], 1)
    yield sample(P.LIST_REPEAT, [0.5, 1.5], 3)
    yield sample(P.LIST_SET, [1.0, 2.0], 3.0, 1)
    yield sample(P.EXCHANGE, [1.0, 2.0, 3.0], 0, 2)
    yield sample(P.OUTLINE, V, smooth=False)
    yield sample(P.OUTLINE, M.T, smooth=False)
    yield sample(P.EXCHANGE, [V, V + 1], -1, 0)
    yield sample(P.LIST_ADD, [1.0, 2.0], 3.0, 1)


def of_scans() -> Iterator[Sample]:
    """Scans, differences and integrals."""
    zeros = np.array([[2.0, 0.0, 3.0], [0.0, 1.5, 0.0]])
    for x in (V, M, T, zeros, M[::-1, ::2]):
        for function in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod):
            yield sample(function, x)
            yield sample(function, x, axis=0)
            yield sample(function, x, axis=-1)
    if hasattr(np, "cumulative_sum"):
        for function in (np.cumulative_sum, np.cumulative_prod):
            yield sample(function, V)
            yield sample(function, M, axis=0, include_initial=True)
    yield sample(np.nancumsum, np.array([1.0, np.nan, 2.0]), smooth=False)
    for reverse in (False, True):
        yield sample(runtime.recurrence, M, M[::-1], axis=1, reverse=reverse)
    yield sample(runtime.delay, M, axis=0, by=-1)
    yield sample(runtime.delay, M, axis=1, first=1)
    for n in (0, 1, 2):
        yield sample(np.diff, M, n=n)
        yield sample(np.diff, M, n=n, axis=0)
    yield sample(np.diff, V, prepend=0.3)
    yield sample(np.diff, V, prepend=W, append=W[:2])
    yield sample(np.diff, M, axis=0, append=ONE)
    yield sample(np.ediff1d, V)
    yield sample(np.ediff1d, M, to_begin=0.3, to_end=W)
    for edge_order in (1, 2):
        yield sample(np.gradient, V, edge_order=edge_order)
        yield sample(np.gradient, V, 0.5, edge_order=edge_order)
        yield sample(np.gradient, V, np.array([0.0, 0.4, 1.5, 1.9]), edge_order=edge_order)
        yield sample(np.gradient, M, edge_order=edge_order)
        yield sample(np.gradient, M, 0.5, 2.0, edge_order=edge_order)
        yield sample(np.gradient, M, axis=1, edge_order=edge_order)
    yield sample(np.gradient, M, np.array([0.0, 0.3, 1.0]), 0.5)
    trapezoid = getattr(np, "trapezoid", None) or np.trapz
    yield sample(trapezoid, V)
    yield sample(trapezoid, V, dx=0.3)
    yield sample(trapezoid, M, axis=0)
    yield sample(trapezoid, M, np.array([0.0, 0.4, 1.5, 1.9]))
    yield sample(trapezoid, M, np.array([0.0, 0.4, 1.5]), axis=0)
    yield sample(trapezoid, M, np.cumsum(np.abs(M), axis=1))


def of_order() -> Iterator[Sample]:
    """Sorting, quantiles, weighted means, covariances."""
    for x in (V, M, T, M.astype(np.float32)):
        for axis in (0, -1, None):
            yield sample(np.sort, x, axis=axis)
            yield sample(np.median, x, axis=axis)
            yield sample(np.nanmedian, x, axis=axis)
            yield sample(np.partition, x, 1, axis=axis)
    yield sample(np.median, T, axis=(0, 2), keepdims=True)
    yield sample(np.median, T, axis=1, keepdims=True)
    methods = (
        "linear lower higher nearest midpoint hazen weibull median_unbiased normal_unbiased interpolated_inverted_cdf"
    )
    from ast_ad.rules.order_statistics import AS_NUMBERS

    for function, scale in ((np.quantile, 1), (np.percentile, 100), (np.nanquantile, 1), (np.nanpercentile, 100)):
        for method in methods.split():
            yield sample(function, V, 0.37 * scale, method=method)
            yield sample(function, M, np.array([0.23, 0.37]) * scale, axis=1, method=method)
        yield sample(function, T, 0.3 * scale, axis=(0, 1))
        yield sample(function, T, np.array([0.3, 0.7]) * scale, axis=1, keepdims=True)
        yield sample(function, M, np.array([[0.3, 0.6]]) * scale, axis=0)
        weights = {"method": "inverted_cdf", "weights": np.array([1.0, 2.0, 0.5, 1.0])}
        yield sample(function, V, 0.4 * scale, **weights)
        if function in (np.quantile, np.percentile):  # NumPy fails at nans along an axis
            yield sample(function, M, 0.4 * scale, axis=1, **weights)
        given = {"method": "inverted_cdf", "weights": HOLE}
        yield sample(AS_NUMBERS[function], V, 0.4 * scale, weights["weights"], **given, smooth=False)
    holed = np.array([[1.0, np.nan, 3.0, 0.5], [2.0, 0.1, np.nan, np.nan]])
    yield sample(np.nanmedian, holed, axis=1, smooth=False)
    yield sample(np.nanquantile, holed, np.array([0.2, 0.6]), axis=1, smooth=False)
    yield sample(np.average, M)
    yield sample(np.average, V, weights=np.abs(V))
    yield sample(np.average, M, axis=0, weights=np.abs(W))
    yield sample(np.average, M, axis=1, weights=np.abs(M), keepdims=True)
    yield sample(np.average, M, axis=1, weights=np.abs(M), returned=True)
    yield sample(np.cov, M)
    yield sample(np.cov, V)
    yield sample(np.cov, M, rowvar=False, bias=True)
    yield sample(np.cov, V, V[::-1] ** 2, ddof=0)
    yield sample(np.cov, M, aweights=np.abs(V))
    yield sample(np.cov, M, fweights=np.array([1, 2, 1, 3]), aweights=np.abs(V))
    yield sample(np.corrcoef, M)
    yield sample(np.corrcoef, V, V**2)


def of_repeats() -> Iterator[Sample]:
    """Repeating, padding, inserting, windows, grids."""
    for x in (V, M, T, ONE):
        for reps in (2, (2, 3), (1,), (2, 1, 1, 3)):
            yield sample(np.tile, x, reps)
        yield sample(np.repeat, x, 3)
        for axis in range(-1, x.ndim):
            yield sample(np.repeat, x, 2, axis=axis)
            yield sample(np.repeat, x, np.arange(x.shape[axis]), axis=axis)
            yield sample(np.insert, x, 1, 0.3, axis=axis)
            yield sample(np.delete, x, 0, axis=axis)
        yield sample(np.resize, x, (5, 2))
        for mode in (
            "constant",
            "edge",
            "reflect",
            "symmetric",
            "wrap",
            "mean",
            "maximum",
            "minimum",
            "median",
            "linear_ramp",
        ):
            if not (x is ONE and mode == "reflect"):
                yield sample(np.pad, x, 1, mode=mode)
    yield sample(np.tile, 0.3, 3)
    yield sample(np.repeat, V, np.array([0, 2, 1, 3]))
    yield sample(np.pad, M, ((0, 1), (2, 0)), constant_values=0.4)
    yield sample(np.pad, M, ((0, 1), (2, 0)), mode="linear_ramp", end_values=0.4)
    yield sample(np.pad, M, ((0, 1), (2, 0)), mode="mean", stat_length=2)
    yield sample(np.insert, V, (1, 3), W[:2])
    yield sample(np.insert, M, (2, 0), M[:2], axis=0)
    yield sample(np.insert, M, 1, W, axis=1)
    yield sample(np.insert, M, 1, 0.3)
    yield sample(np.delete, V, (0, 2))
    yield sample(np.delete, M, slice(1, 3), axis=1)
    yield sample(np.trim_zeros, np.array([0.0, 1.0, 0.0, 2.0, 0.0]), smooth=False)
    yield sample(np.trim_zeros, np.pad(M, ((1, 0), (0, 2))), smooth=False)
    yield sample(np.trim_zeros, np.pad(M, ((1, 0), (0, 2))), trim="b", axis=-1, smooth=False)
    yield sample(np.trim_zeros, np.zeros(3), smooth=False)
    yield sample(np.array, ((1.0, 2.0), (3.0, 4.0)), ndmin=3)
    yield sample(np.array, [1.0, 2.0], ndmin=3)
    from ast_ad.rules.repeating import ZERO_PADDED

    yield sample(ZERO_PADDED, M, pad_width=((1, 0), (0, 2)))
    yield sample(ZERO_PADDED, V, pad_width=2)
    yield sample(np.unique, np.array([2.0, 1.0, 2.0, 3.0]), smooth=False)
    yield sample(np.unique, np.array([2.0, 1.0, 3.0]))
    yield sample(runtime.unique_places, V)
    window = np.lib.stride_tricks.sliding_window_view
    yield sample(window, V, 2)
    yield sample(window, M, (2, 2))
    yield sample(window, M, 2, axis=1)
    yield sample(np.meshgrid, V, W)
    yield sample(np.meshgrid, V, W, W[:2], indexing="ij")
    yield sample(np.meshgrid, V, W, sparse=True)
    yield sample(np.block, FixedList((FixedList((M, W[:, None])), FixedList((ONE, np.ones((1, 1)))))))
    yield sample(np.block, FixedList((V, 0.3)))
    yield sample(np.array, FixedList((V, V[::-1])))
    yield sample(np.vander, V)
    yield sample(np.vander, V, 3, increasing=True)
    yield sample(np.linspace, 0.3, 1.2, 5)
    yield sample(np.linspace, V, 1.2, 5, endpoint=False)
    yield sample(np.linspace, V, W[:, None], 5, axis=-1)
    yield sample(np.logspace, 0.3, 1.2, 5)
    yield sample(np.logspace, V, 1.2, 4, base=2.0)
    yield sample(np.geomspace, 0.3, 1.2, 5)
    yield sample(np.geomspace, np.abs(V), 1.2, 5)
    yield sample(np.arange, 0.3, 2.1, 0.5, smooth=False)
    yield sample(np.arange, 0.3, 2.1, smooth=False)
    yield sample(np.arange, 5)
    yield sample(np.full, (2, 3), 0.3)
    yield sample(np.full, (2, 3), W)
    yield sample(np.full_like, M, 0.3, smooth=False)
    for function in (np.zeros, np.ones, np.empty, np.ndarray):
        yield sample(function, 3)
        yield sample(function, (2, 3))
    for function in (np.zeros_like, np.ones_like, np.empty_like, np.iscomplexobj, np.isrealobj):
        yield sample(function, M, smooth=False)
    for function in (np.eye, np.identity, np.tri, np.bartlett, np.blackman, np.hamming, np.hanning):
        yield sample(function, 3)
    yield sample(np.indices, (2, 3))
    for function in (np.allclose, np.isclose, np.array_equal, np.array_equiv, np.shares_memory, np.may_share_memory):
        yield sample(function, V, V)
    yield sample(np.isscalar, 0.3)
    yield sample(np.result_type, V, W)
    yield sample(np.broadcast_shapes, (2, 1), (3,))


def of_ufunc_methods() -> Iterator[Sample]:
    """Reductions, scans and outer products by ufuncs."""
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot):
        yield sample(ufunc.reduce, V)
        yield sample(ufunc.reduce, M)
        yield sample(ufunc.reduce, M, axis=1, keepdims=True)
        if ufunc in (np.add, np.multiply, np.maximum, np.minimum):
            yield sample(ufunc.reduce, M, axis=None)
            yield sample(ufunc.accumulate, M)
            yield sample(ufunc.accumulate, M, axis=1)
        if ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.hypot, np.logaddexp, np.fmax, np.fmin):
            yield sample(ufunc.outer, V, W)
            yield sample(ufunc.outer, M, W)
    for ufunc in (np.subtract, np.true_divide, np.arctan2, np.remainder, np.fmod, np.copysign):
        yield sample(ufunc.outer, V, W)
        yield sample(ufunc.outer, V, 0.3)
    for ufunc in (np.power, np.float_power, np.logaddexp2, np.floor_divide, np.heaviside):
        yield sample(ufunc.outer, np.abs(V) + 0.5, W)
    yield sample(np.add.reduceat, V, np.array([0, 2, 1]))
    yield sample(np.add.reduceat, M, np.array([0, 2]), axis=1)
    yield sample(runtime.running_places, M, axis=1, largest=True)
    yield sample(runtime.stretch_sums, M, np.array([0, 2]), axis=1)
    yield sample(runtime.spread_stretches, M[:, :2], np.array([0, 2]), M, axis=1)


def arrays() -> list[Sample]:
    """All samples of this file."""
    return [
        *of_reductions(),
        *of_shapes(),
        *of_joins(),
        *of_subscripts(),
        *of_words(),
        *of_scans(),
        *of_order(),
        *of_repeats(),
        *of_ufunc_methods(),
    ]
