"""Rules of the words that put Jacobians together; each is linear, and the transpose of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import (
    INT,
    STATIC,
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Scalar,
    Tuple,
    bound_kind,
    cotangent_kind,
    dims_of,
    is_number,
)
from ast_ad.rules.table import helper, linear, nondifferentiable, primitive_of

Kinds = tuple[Kind, ...]


def jacobian_kind(out: Kind, x: Kind, dtype_of: str) -> Kind:
    """The kind of the Jacobian of `out` by `x`, with the dtypes of the one or the other.

    >>> jacobian_kind(Array("float64", (3,)), Tuple((Array("float32", (2,)), Scalar("float"))), "x")
    Tuple(items=(Array(dtype='float32', dims=(3, 2)), Array(dtype='float64', dims=(3,))))
    """
    return _mapped(out, lambda o: _mapped(x, lambda i: _block(o, i, dtype_of)))


def _mapped(kind: Kind, change: Any) -> Kind:
    kind = bound_kind(kind)
    if isinstance(kind, (Tuple, Fixed)):
        return type(kind)(tuple(_mapped(item, change) for item in kind.items))
    if isinstance(kind, Dict):
        return Dict(kind.keys, tuple(_mapped(item, change) for item in kind.items), kind.type)
    if isinstance(kind, List):
        return replace(kind, item=_mapped(kind.item, change))
    result: Kind = change(kind)
    return result


def _block(out: Kind, x: Kind, dtype_of: str) -> Kind:
    if not (is_number(out) and is_number(x)):
        return STATIC
    source = cotangent_kind(x if dtype_of == "x" else out)
    rows, columns = dims_of(out), dims_of(x)
    dims = None if rows is None or columns is None else (*rows, *columns)
    if isinstance(source, Scalar):
        plain = dims == () and isinstance(out, Scalar) and isinstance(x, Scalar)
        split = rows if dtype_of == "x" else columns
        dtype = "complex128" if source.type == "complex" else "float64"
        return source if plain or split == () else Array(dtype, dims)
    assert isinstance(source, Array)
    return Array(source.dtype, dims)


def _numbers_of_x(kinds: Kinds, params: Any) -> Kind:
    return List(cotangent_kind(kinds[2]))


def _numbers_of_out(kinds: Kinds, params: Any) -> Kind:
    return List(cotangent_kind(kinds[1]))


count_entries = helper(runtime.count_entries, lambda ks, p: INT, cost=1)
unit_like = helper(runtime.unit_like, lambda ks, p: cotangent_kind(ks[0]), total=P.never)
jacobian_of_rows = helper(runtime.jacobian_of_rows, lambda ks, p: jacobian_kind(ks[1], ks[2], "x"))
jacobian_of_columns = helper(runtime.jacobian_of_columns, lambda ks, p: jacobian_kind(ks[1], ks[2], "out"))
rows_of_jacobian = helper(runtime.rows_of_jacobian, _numbers_of_x)
columns_of_jacobian = helper(runtime.columns_of_jacobian, _numbers_of_out)


def _primitive(function: Any) -> P.Primitive:
    found = primitive_of(function)
    assert found is not None
    return found


COUNT_ENTRIES = _primitive(runtime.count_entries)
UNIT_LIKE = _primitive(runtime.unit_like)
JACOBIAN_OF_ROWS = _primitive(runtime.jacobian_of_rows)
JACOBIAN_OF_COLUMNS = _primitive(runtime.jacobian_of_columns)

nondifferentiable(COUNT_ENTRIES, UNIT_LIKE)
linear(JACOBIAN_OF_ROWS, (lambda ct, rows, out, x: rows_of_jacobian(ct, out, x), None, None))
linear(JACOBIAN_OF_COLUMNS, (lambda ct, columns, out, x: columns_of_jacobian(ct, out, x), None, None))
linear(_primitive(runtime.rows_of_jacobian), (lambda ct, whole, out, x: jacobian_of_rows(ct, out, x), None, None))
linear(_primitive(runtime.columns_of_jacobian), (lambda ct, whole, out, x: jacobian_of_columns(ct, out, x), None, None))
