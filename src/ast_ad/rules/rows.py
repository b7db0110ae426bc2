"""Rules of the words for many cotangents or tangents at once; each is linear in the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import (
    INT,
    Array,
    Dict,
    Dim,
    Fixed,
    Kind,
    List,
    Maybe,
    Scalar,
    Tuple,
    bound_kind,
    cotangent_kind,
    dims_of,
    rank,
)
from ast_ad.ir.primitives import Kinds, Primitive
from ast_ad.rules.jacobians import jacobian_kind
from ast_ad.rules.table import helper, linear, nondifferentiable, primitive_of
from ast_ad.rules.terms import make


def rows_kind(kind: Kind, count: Dim) -> Kind:
    """The kind of many values of one kind: with an axis in front for the numbers in it.

    >>> rows_kind(Tuple((Scalar("float"), Array("float32", (3,)))), None)
    Tuple(items=(Array(dtype='float64', dims=(None,)), Array(dtype='float32', dims=(None, 3))))
    """
    if isinstance(kind, Scalar):
        return Array({"complex": "complex128", "bool": "bool"}.get(kind.type, "float64"), (count,))
    if isinstance(kind, Array):
        return Array(kind.dtype, None if kind.dims is None else (count, *kind.dims))
    if isinstance(kind, (Tuple, Fixed)):
        return type(kind)(tuple(rows_kind(item, count) for item in kind.items))
    if isinstance(kind, Dict):
        return Dict(kind.keys, tuple(rows_kind(item, count) for item in kind.items), kind.type)
    if isinstance(kind, List):
        return List(rows_kind(kind.item, count))
    return Maybe(rows_kind(kind.kind, count)) if isinstance(kind, Maybe) else kind


def one_kind(kind: Kind) -> Kind:
    """The kind of a row."""
    kind = bound_kind(kind)
    if isinstance(kind, (Tuple, Fixed)):
        return type(kind)(tuple(map(one_kind, kind.items)))
    if isinstance(kind, Dict):
        return Dict(kind.keys, tuple(map(one_kind, kind.items)), kind.type)
    if isinstance(kind, List):
        return List(one_kind(kind.item))
    return Array(kind.dtype, kind.dims[1:] if kind.dims else None) if isinstance(kind, Array) else kind


def count_of(kind: Kind) -> Dim:
    """How many rows there are."""
    kind = bound_kind(kind)
    if isinstance(kind, (Tuple, Fixed, Dict)):
        return next((found for found in map(count_of, kind.items) if found is not None), None)
    if isinstance(kind, List):
        return count_of(kind.item)
    return (dims_of(kind) or (None,))[0] if isinstance(kind, Array) else None


def _like(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The rows of the first argument, in the shape of the second."""
    rows = kinds[0]
    assert isinstance(rows, Array)
    dims = dims_of(kinds[1])
    return Array(rows.dtype, None if dims is None else (count_of(rows), *dims))


def _reshaped(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    rows, shape = kinds
    assert isinstance(rows, Array)
    length = 1 if isinstance(shape, Scalar) else len(shape.items) if isinstance(shape, Tuple) else None
    return Array(rows.dtype, None if length is None else (count_of(rows), *(None,) * length))


rows_at_once = helper(runtime.rows_at_once, lambda ks, p: INT, cost=1)
unit_rows = helper(runtime.unit_rows, lambda ks, p: rows_kind(cotangent_kind(ks[0]), None))
zero_rows = helper(runtime.zero_rows, lambda ks, p: rows_kind(cotangent_kind(ks[0]), count_of(ks[1])), cost=1)
repeat_rows = helper(runtime.repeat_rows, lambda ks, p: rows_kind(cotangent_kind(ks[0]), count_of(ks[1])), cost=1)
sum_rows = helper(runtime.sum_rows, lambda ks, p: cotangent_kind(ks[1]))
broadcast_rows = helper(runtime.broadcast_rows, _like, cost=1, result="view")
unbroadcast_rows = helper(runtime.unbroadcast_rows, _like, cost=1)
reshape_rows = helper(runtime.reshape_rows, _reshaped, cost=0, result="layout", total=P.never)
jacobian_of_row_blocks = helper(runtime.jacobian_of_row_blocks, lambda ks, p: jacobian_kind(ks[1], ks[2], "x"))
jacobian_of_column_blocks = helper(runtime.jacobian_of_column_blocks, lambda ks, p: jacobian_kind(ks[1], ks[2], "out"))
row_blocks_of_jacobian = helper(runtime.row_blocks_of_jacobian, lambda ks, p: ks[1])
column_blocks_of_jacobian = helper(runtime.column_blocks_of_jacobian, lambda ks, p: ks[1])


def _primitive(function: Any) -> Primitive:
    found = primitive_of(function)
    assert found is not None
    return found


ROWS_AT_ONCE = _primitive(runtime.rows_at_once)
UNIT_ROWS = _primitive(runtime.unit_rows)
ZERO_ROWS = _primitive(runtime.zero_rows)
REPEAT_ROWS = _primitive(runtime.repeat_rows)
SUM_ROWS = _primitive(runtime.sum_rows)
BROADCAST_ROWS = _primitive(runtime.broadcast_rows)
UNBROADCAST_ROWS = _primitive(runtime.unbroadcast_rows)
RESHAPE_ROWS = _primitive(runtime.reshape_rows)
JACOBIAN_OF_ROW_BLOCKS = _primitive(runtime.jacobian_of_row_blocks)
JACOBIAN_OF_COLUMN_BLOCKS = _primitive(runtime.jacobian_of_column_blocks)


def aligned(rows: Any, axes: int) -> Any:
    """Rows with axes of length 1 put behind the first, so that each has as many as asked for."""
    missing = axes + 1 - rows.ndim
    return rows[(slice(None), *(None,) * missing)] if missing > 0 else rows


def _back_to_wide(ct: Any, rows: Any, x: Any) -> Any:
    return make(P.BROADCAST_LIKE, aligned(ct, (rank(rows.kind) or 1) - 1), rows)


nondifferentiable(ROWS_AT_ONCE, UNIT_ROWS, ZERO_ROWS)
linear(REPEAT_ROWS, (lambda ct, x, like: sum_rows(ct, x), None))
linear(SUM_ROWS, (lambda ct, rows, x: repeat_rows(ct, rows), None))
linear(BROADCAST_ROWS, (lambda ct, rows, x: make(P.UNBROADCAST, ct, rows), None))
linear(UNBROADCAST_ROWS, (_back_to_wide, None))
linear(RESHAPE_ROWS, (lambda ct, rows, shape: np.reshape(ct, rows.shape), None))
linear(JACOBIAN_OF_ROW_BLOCKS, (lambda ct, rows, out, x: row_blocks_of_jacobian(ct, rows, out, x), None, None))
linear(JACOBIAN_OF_COLUMN_BLOCKS, (lambda ct, rows, out, x: column_blocks_of_jacobian(ct, rows, out, x), None, None))
linear(
    _primitive(runtime.row_blocks_of_jacobian),
    (lambda ct, whole, rows, out, x: jacobian_of_row_blocks(ct, out, x), None, None, None),
)
linear(
    _primitive(runtime.column_blocks_of_jacobian),
    (lambda ct, whole, rows, out, x: jacobian_of_column_blocks(ct, out, x), None, None, None),
)
