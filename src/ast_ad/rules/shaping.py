"""Rules of the functions that change an array's shape and keep its elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import (
    OPAQUE,
    Array,
    Dim,
    Kind,
    List,
    Opaque,
    Scalar,
    Static,
    Tuple,
    broadcast_dims,
    dims_of,
    known_equal,
)
from ast_ad.ir.operators import is_sparse_kind
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.results import array_dims, as_array, axes_of, flat, items_of, length_of, name_of, promoted, unknown
from ast_ad.rules.structures import unbroadcast
from ast_ad.rules.table import custom, linear, nondifferentiable
from ast_ad.rules.terms import Term, make


def reshaped(ct: Any, x: Any, **params: Any) -> Any:
    """A cotangent in the shape of `x`."""
    dims = dims_of(x.kind)
    found = dims_of(ct.kind) if isinstance(ct, Term) else None
    alike = dims is not None and found is not None and len(dims) == len(found)
    if alike and (len(dims or ()) < 2 or all(map(known_equal, dims or (), found or ()))):
        return ct
    if isinstance(x.kind, Scalar):
        return np.sum(ct)
    return np.ravel(ct, **params) if len(dims or ()) == 1 else np.reshape(ct, told_shape(dims) or x.shape, **params)


def told_shape(dims: tuple[Dim, ...] | None) -> tuple[int, ...] | None:
    """A shape as `np.reshape` takes it, where no more than one of its lengths is known at run time only."""
    if not dims or 0 in dims or sum(not isinstance(d, int) for d in dims) > 1:
        return None
    return tuple(d if isinstance(d, int) else -1 for d in dims)


def _shape_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    rank: int | None = None
    if len(kinds) > 1:
        shape = kinds[1]
        items = items_of(shape)
        rank = len(items) if items is not None else 1 if isinstance(shape, Scalar) else None
    return Array(name_of(kinds[0]), unknown(rank))


linear(
    np.reshape,
    lambda ct, x, shape=None, newshape=None, order="C", copy=None: reshaped(ct, x, order=order),
    _shape_kind,
    operands=("a", "shape", "newshape"),
    result="layout",
    cost=0,
)
linear(
    np.ravel,
    lambda ct, x, order="C": reshaped(ct, x, order=order),
    lambda ks, p: Array(name_of(ks[0]), flat(array_dims(ks[0]))),
    operands=("a",),
    result="layout",
    total=P.always,
    cost=0,
)


def _transposed(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    if is_sparse_kind(kinds[0]):
        return kinds[0]
    dims, axes = array_dims(kinds[0]), params.get("axes")
    if dims is not None:
        dims = dims[::-1] if axes is None else tuple(dims[k] for k in axes)
    return Array(name_of(kinds[0]), dims)


def _inverse(axes: Any) -> Any:
    return None if axes is None else tuple(int(k) for k in np.argsort([a % len(axes) for a in axes]))


linear(
    np.transpose,
    lambda ct, x, axes=None: np.transpose(ct, axes=_inverse(axes)),
    _transposed,
    operands=("a",),
    result="view",
    total=lambda kinds, params: isinstance(kinds[0], Array) and not params,
    cost=0,
)


def _swapped(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    if dims is not None:
        axes = list(dims)
        i, j = params["axis1"], params["axis2"]
        axes[i], axes[j] = axes[j], axes[i]
        dims = tuple(axes)
    return Array(name_of(kinds[0]), dims)


linear(
    np.swapaxes,
    lambda ct, x, axis1, axis2: np.swapaxes(ct, axis1, axis2),
    _swapped,
    operands=("a",),
    written=("*", "axis1", "axis2"),
    result="view",
    cost=0,
)
linear(
    tuple(f for f in (getattr(np, "matrix_transpose", None), getattr(np.linalg, "matrix_transpose", None)) if f),
    lambda ct, x: np.swapaxes(ct, -1, -2),
    lambda ks, p: _swapped(ks, {"axis1": -1, "axis2": -2}),
    operands=("x",),
    result="view",
    cost=0,
)


def _moved(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    if dims is not None:
        source = axes_of(params["source"], len(dims))
        target = axes_of(params["destination"], len(dims))
        rest = [k for k in range(len(dims)) if k not in source]
        for place, axis in sorted(zip(target, source, strict=True)):
            rest.insert(place, axis)
        dims = tuple(dims[k] for k in rest)
    return Array(name_of(kinds[0]), dims)


linear(
    np.moveaxis,
    lambda ct, x, source, destination: np.moveaxis(ct, destination, source),
    _moved,
    operands=("a",),
    written=("*", "source", "destination"),
    result="view",
    cost=0,
)


def _rolled_from_to(x_rank: int, axis: int, start: int) -> tuple[int, int]:
    axis %= x_rank
    start = start + x_rank if start < 0 else start
    return axis, start - 1 if axis < start else start


linear(
    np.rollaxis,
    lambda ct, x, axis, start=0: np.moveaxis(ct, *_rolled_from_to(x.ndim, axis, start)[::-1]),
    lambda ks, p: _moved(
        ks,
        dict(
            zip(
                ("source", "destination"),
                _rolled_from_to(len(array_dims(ks[0]) or (1,)), p["axis"], p.get("start", 0)),
                strict=True,
            )
        ),
    ),
    operands=("a",),
    written=("*", "axis"),
    result="view",
    cost=0,
)


def _expanded(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims, axis = array_dims(kinds[0]), params["axis"]
    if dims is not None:
        axes = axis if isinstance(axis, (tuple, list)) else (axis,)
        rank = len(dims) + len(axes)
        new = {a % rank for a in axes}
        old = iter(dims)
        dims = tuple(1 if k in new else next(old) for k in range(rank))
    return Array(name_of(kinds[0]), dims)


linear(
    np.expand_dims,
    lambda ct, x, axis: reshaped(ct, x),
    _expanded,
    operands=("a",),
    written=("*", "axis"),
    result="view",
    cost=0,
)


def _squeezed(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims, axis = array_dims(kinds[0]), params.get("axis")
    if dims is not None:
        if axis is not None:
            gone = axes_of(axis, len(dims))
            dims = tuple(d for k, d in enumerate(dims) if k not in gone)
        elif all(isinstance(d, int) or (d is not None and d.not_one) for d in dims):
            dims = tuple(d for d in dims if d != 1)
        else:
            dims = None
    return Array(name_of(kinds[0]), dims)


linear(
    np.squeeze,
    lambda ct, x, axis=None: reshaped(ct, x) if axis is None else np.expand_dims(ct, axis),
    _squeezed,
    operands=("a",),
    result="view",
    cost=0,
)


def _at_least(rank: int) -> Any:
    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        def one(k: Kind) -> Kind:
            dims = array_dims(k)
            if dims is None:
                return Array(name_of(k), None)
            if rank == 3 and len(dims) < 3:
                dims = ((1, 1, 1), (1, *dims, 1), (*dims, 1))[len(dims)]
            return Array(name_of(k), (1,) * (rank - len(dims)) + dims)

        return one(kinds[0]) if len(kinds) == 1 else Tuple(tuple(map(one, kinds)))

    return kind


def _each_back(ct: Any, *xs: Any, i: int) -> Any:
    return reshaped(ct if len(xs) == 1 else ct[i], xs[i])


for _rank, _function in enumerate((np.atleast_1d, np.atleast_2d, np.atleast_3d), 1):

    def _tangent(ans: Any, tangents: Any, *xs: Any, _function: Any = _function) -> Any:
        parts = tuple(None if t is None else _function(t) for t in tangents)
        return parts[0] if len(parts) == 1 else parts

    custom(
        _function,
        _tangent,
        {"*": lambda ct, ans, *xs, i: None if len(xs) > 1 and ct[i] is None else _each_back(ct, *xs, i=i)},
        _at_least(_rank),
        operands=("arys",),
        result="view",
        cost=0,
    )

# Broadcasting


def _broadcast_to_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    found = _shape_kind(kinds, params)
    dims, old = dims_of(found), array_dims(kinds[0])
    if dims is not None and old is not None and len(old) <= len(dims):
        extra = len(dims) - len(old)
        known: list[Dim] = [None] * extra + [d if d is not None and d != 1 and length_of(d) else None for d in old]
        return Array(name_of(kinds[0]), tuple(known))
    return found


linear(
    np.broadcast_to,
    (lambda ct, x, shape, subok=False: unbroadcast(ct, x), None),
    _broadcast_to_kind,
    operands=("array", "shape"),
    result="view",
    cost=1,
)


def _broadcast_arrays_tangent(ans: Any, tangents: Any, *xs: Any) -> Any:
    return tuple(None if t is None else make(P.BROADCAST_LIKE, t, ans[k]) for k, t in enumerate(tangents))


custom(
    np.broadcast_arrays,
    _broadcast_arrays_tangent,
    {"*": lambda ct, ans, *xs, i: None if ct[i] is None else unbroadcast(ct[i], xs[i])},
    lambda ks, p: Tuple(tuple(Array(name_of(k), broadcast_dims([Array(None, array_dims(o)) for o in ks])) for k in ks)),
    operands=("args",),
    result="view",
)
nondifferentiable(np.broadcast_shapes, operands=("args",), kinds=lambda ks, p: OPAQUE)

# Copies and casts


def _cast_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = params.get("dtype")
    structures = [k for k in kinds[:1] if not isinstance(k, (Array, Scalar))]
    name = np.dtype(dtype).name if dtype is not None else promoted(structures or kinds[:1])
    if any(map(_holds_no_number, structures)) if dtype is None else np.dtype(dtype).kind == "V":
        name = "object"
    dims = array_dims(kinds[0])
    ndmin = params.get("ndmin", 0)
    if dims is not None and ndmin > len(dims):
        dims = (1,) * (ndmin - len(dims)) + dims
    return Array(name, dims)


def _holds_no_number(kind: Kind) -> bool:
    """Whether a structure has texts, None or other objects among its elements."""
    items = getattr(kind, "items", None) or (getattr(kind, "item", None),)
    return isinstance(kind, (Opaque, Static)) or any(isinstance(k, Kind) and _holds_no_number(k) for k in items)


def rows(ct: Any, xs: Any) -> Any:
    """The cotangents of the elements of a structure that an array was made of."""
    from ast_ad.rules.modes import elements
    from ast_ad.rules.structures import list_of_lists, list_of_rows

    if isinstance(xs.kind, (Array, Scalar)):
        return reshaped(ct, xs)
    known = elements(xs)
    if known is None:
        nested = isinstance(xs.kind, List) and isinstance(xs.kind.item, List)
        return list_of_lists(ct) if nested else list_of_rows(ct)
    return tuple(rows(ct[k], x) for k, x in enumerate(known))


def _elements_of(ct: Any, xs: Any, dtype: Any = None, order: str = "K", ndmin: int = 0) -> Any:
    dims = array_dims(xs.kind)
    added = 0 if dims is None or isinstance(xs.kind, (Array, Scalar)) else ndmin - len(dims)
    return rows(ct[(0,) * added] if added > 0 else ct, xs)


linear(
    np.array,
    _elements_of,
    _cast_kind,
    operands=("object",),
)
linear(np.asarray, lambda ct, xs, dtype=None, order=None: rows(ct, xs), _cast_kind, operands=("a",), result="layout")
linear(
    (np.ascontiguousarray, np.asfortranarray),
    lambda ct, x, dtype=None: reshaped(ct, x),
    lambda ks, p: _cast_kind(ks, {**p, "ndmin": 1}),
    operands=("a",),
    result="layout",
)
linear(
    (np.asanyarray, np.asarray_chkfinite),
    lambda ct, xs, dtype=None, order=None: rows(ct, xs),
    _cast_kind,
    operands=("a",),
    result="layout",
)
linear(np.copy, lambda ct, x, order="K": ct, as_array, operands=("a",), total=P.always)
if hasattr(np, "astype"):
    linear(
        np.astype,
        (lambda ct, x, dtype, copy=True: ct, None),
        lambda ks, p: Array(np.dtype(p["dtype"]).name, dims_of(ks[0])),
        operands=("x",),
        written=("*", "dtype"),
        call=lambda x, dtype, copy=True: np.astype(x, dtype, copy=copy),
    )

# Flips and rotations


def _same_rank(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), array_dims(kinds[0]))


linear(np.flip, lambda ct, x, axis=None: np.flip(ct, axis=axis), _same_rank, operands=("m",), result="view", cost=0)
linear(np.fliplr, lambda ct, x: np.fliplr(ct), _same_rank, operands=("m",), result="view", cost=0)
linear(np.flipud, lambda ct, x: np.flipud(ct), _same_rank, operands=("m",), result="view", cost=0)


def _rotated(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    if params.get("k", 1) % 2 == 0:
        return _same_rank(kinds, params)
    one, two = params.get("axes", (0, 1))
    return _swapped(kinds, {"axis1": one, "axis2": two})


linear(
    np.rot90,
    lambda ct, x, k=1, axes=(0, 1): np.rot90(ct, k=-k, axes=axes),
    _rotated,
    operands=("m",),
    result="view",
    cost=0,
)


def _negated(shift: Any) -> Any:
    if isinstance(shift, Term) and not shift.is_lit and isinstance(shift.kind, Tuple):
        return tuple(-shift[k] for k in range(len(shift.kind.items)))
    value = shift.value if isinstance(shift, Term) and shift.is_lit else shift
    return tuple(-s for s in value) if isinstance(value, tuple) else -value


linear(
    np.roll,
    (lambda ct, x, shift, axis=None: np.roll(ct, _negated(shift), axis=axis), None),
    _same_rank,
    operands=("a", "shift"),
)

# Triangles and diagonals


def _at_least_a_matrix(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    return Array(name_of(kinds[0]), dims * 2 if dims is not None and len(dims) == 1 else dims)


for _triangle in (np.tril, np.triu):

    def _on_triangle(ct: Any, x: Any, k: Any = 0, _triangle: Any = _triangle) -> Any:
        """A vector stands for a matrix of which it is each row."""
        return np.sum(_triangle(ct, k), axis=0) if x.ndim == 1 else _triangle(ct, k)

    linear(_triangle, (_on_triangle, None), _at_least_a_matrix, operands=("m", "k"))
