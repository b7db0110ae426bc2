"""Rules of the functions that pick elements out of arrays, and of those that put them there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Kind, List, Scalar, Tuple, broadcast_dims, dims_of, is_number, known_equal, rank
from ast_ad.ir.primitives import HOLE, Kinds, Span
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.modes import elements
from ast_ad.rules.results import array_dims, in_dtype, item_of, items_of, name_of, promoted, unknown
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.structures import unbroadcast, zeros
from ast_ad.rules.table import custom, helper, linear, nondifferentiable, primitive_of
from ast_ad.rules.terms import call, make

# where, select, choose


def _where_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    if len(kinds) == 1:
        return Tuple((Array("int64", (None,)),) * (rank(kinds[0]) or 1))
    dims = broadcast_dims([Array(None, array_dims(k)) for k in kinds])
    pair = [k if isinstance(k, Scalar) else Array(name_of(k), ()) for k in kinds[1:]]
    from ast_ad.ir.promotion import elementwise_kind

    if any(isinstance(k, Scalar) for k in pair) and not all(isinstance(k, Scalar) for k in pair):
        found = elementwise_kind(_either, pair)
        return Array(name_of(found), dims)
    return Array(promoted(pair), dims)


def _either(a: Any, b: Any) -> Any:
    return np.where(True, a, b)


linear(
    np.where,
    (None, lambda ct, test, a, b: np.where(test, ct, 0), lambda ct, test, a, b: np.where(test, 0, ct)),
    _where_kind,
    operands=("condition", "x", "y"),
    unbroadcast=True,
    selects=True,
    zero=lambda x: 0,
    total=lambda ks, p: len(ks) == 3 and P.no_overflow(ks, p),
    cost=1,
)


def _select_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    every = [k for whole in kinds[:2] for k in items_of(whole) or (item_of(whole),)]
    dims = broadcast_dims([Array(None, array_dims(k)) for k in every])
    return Array(promoted(items_of(kinds[1]) or (item_of(kinds[1]),)), dims)


def _select_tangent(ans: Any, tangents: Any, tests: Any, choices: Any, default: Any = None) -> Any:
    t = tangents[1]
    return call(
        np.select,
        tests,
        tuple(0 if x is None else x for x in t) if isinstance(t, tuple) else t,
        0.0 if len(tangents) < 3 or tangents[2] is None else tangents[2],
    )


def _select_cotangents(ct: Any, ans: Any, tests: Any, choices: Any, default: Any = None) -> Any:
    known, values = elements(tests), elements(choices)
    if known is None or values is None:
        raise UnsupportedArgument("np.select has a derivative for a known number of choices")
    result: list[Any] = []
    rest = ct
    for test, value in zip(known, values, strict=True):
        result.append(unbroadcast(np.where(test, rest, 0), value))
        rest = np.where(test, 0, rest)
    return tuple(result)


def _select_default(ct: Any, ans: Any, tests: Any, choices: Any, default: Any) -> Any:
    rest = ct
    for test in elements(tests) or ():
        rest = np.where(test, 0, rest)
    return unbroadcast(rest, default)


custom(
    np.select,
    _select_tangent,
    (None, _select_cotangents, _select_default),
    _select_kind,
    operands=("condlist", "choicelist", "default"),
    selects=True,
)


def _choose_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    every = [kinds[0], *(items_of(kinds[1]) or (item_of(kinds[1]),))]
    return Array(promoted(every[1:]), broadcast_dims([Array(None, array_dims(k)) for k in every]))


def _choose_cotangents(ct: Any, which: Any, choices: Any, mode: Any = "raise") -> Any:
    known = elements(choices)
    if known is None:
        raise UnsupportedArgument("np.choose has a derivative for a known number of choices")
    number = len(known)
    which = which if isinstance(which.kind, Array) else call(np.array, which)
    which = which % number if mode == "wrap" else np.clip(which, 0, number - 1) if mode == "clip" else which
    return tuple(unbroadcast(np.where(which.equals(k), ct, 0), x) for k, x in enumerate(known))


linear(np.choose, (None, _choose_cotangents), _choose_kind, operands=("a", "choices"), selects=True)

# take, and others that are a subscript


def _take_index(x: Any, indices: Any, axis: Any, mode: Any) -> tuple[Any, Any]:
    """The subscript that np.take stands for."""
    if mode != "raise":
        length = x.size if axis is None else np.shape(x)[axis]
        indices = indices % length if mode == "wrap" else np.clip(indices, 0, length - 1)
    if axis is None:
        return (HOLE,), indices
    place = axis if axis >= 0 else axis % x.ndim
    return (*(Span(),) * place, HOLE), indices


def _take_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims, index = array_dims(kinds[0]), array_dims(kinds[1])
    axis = params.get("axis")
    if axis is None:
        return Array(name_of(kinds[0]), index)
    if dims is None or index is None:
        return Array(name_of(kinds[0]), None)
    axis %= len(dims)
    return Array(name_of(kinds[0]), dims[:axis] + index + dims[axis + 1 :])


def _as_indices(indices: Any) -> Any:
    return indices if is_number(indices.kind) else call(np.array, indices)


def _take_transpose(ct: Any, x: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
    index, at = _take_index(x, _as_indices(indices), axis, mode)
    if axis is None and rank(x.kind) != 1:
        return reshaped(make(P.INDEX_ADD, np.zeros_like(np.ravel(x)), ct, at, index=index), x)
    return make(P.INDEX_ADD, zeros(x), ct, at, index=index)


linear(np.take, (_take_transpose, None), _take_kind, operands=("a", "indices"))


def _like_indices(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    own, places, axis = array_dims(kinds[0]), array_dims(kinds[1]), params.get("axis", -1)
    if axis is not None and own is not None and places is not None and len(own) == len(places):
        along = axis % len(own)
        dims = (
            p if k == along or known_equal(d, p) else None for k, (d, p) in enumerate(zip(own, places, strict=True))
        )
        return Array(name_of(kinds[0]), tuple(dims))
    return Array(name_of(kinds[0]), unknown(rank(kinds[1]) if params.get("axis", -1) is not None else 1))


add_along_axis = helper(runtime.add_along_axis, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[0])), total=P.never)
linear(
    primitive_of(runtime.add_along_axis),
    (
        lambda ct, x, indices, values, axis: ct,
        None,
        lambda ct, x, indices, values, axis: np.take_along_axis(ct, indices, axis),
    ),
)
linear(
    np.take_along_axis,
    (lambda ct, x, indices, axis=-1: add_along_axis(zeros(x), indices, ct, axis=axis), None),
    _like_indices,
    operands=("arr", "indices"),
)


def _masked_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[1]), (None,))


def _compressed_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims, axis = array_dims(kinds[1]), params.get("axis")
    if axis is None or dims is None:
        return Array(name_of(kinds[1]), (None,) if axis is None else None)
    return Array(name_of(kinds[1]), tuple(None if k == axis % len(dims) else d for k, d in enumerate(dims)))


linear(
    np.extract,
    (None, lambda ct, test, x: make(P.INDEX_ADD, zeros(x), ct, reshaped_mask(test, x), index=(HOLE,))),
    _masked_kind,
    operands=("condition", "arr"),
)


def reshaped_mask(test: Any, x: Any) -> Any:
    """A condition in the shape of the array that it picks from."""
    return np.reshape(test, x.shape)


def _compress_transpose(ct: Any, test: Any, x: Any, axis: Any = None) -> Any:
    at = call(np.flatnonzero, test)
    if axis is None:
        return reshaped(make(P.INDEX_ADD, np.zeros_like(np.ravel(x)), ct, at, index=(HOLE,)), x)
    return make(P.INDEX_ADD, zeros(x), ct, at, index=(*(Span(),) * (axis % x.ndim), HOLE))


linear(np.compress, (None, _compress_transpose), _compressed_kind, operands=("condition", "a"))

# Diagonals


def _diagonal_dims(dims: Any, offset: Any, one: int, two: int) -> Any:
    if dims is None:
        return None
    one, two = one % len(dims), two % len(dims)
    rows, columns = dims[one], dims[two]
    length = None
    if isinstance(rows, int) and isinstance(columns, int) and isinstance(offset, int):
        length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    elif rows == columns and offset == 0:
        length = rows
    return (*(d for k, d in enumerate(dims) if k not in (one, two)), length)


def _diagonal_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    one, two = params.get("axis1", 0), params.get("axis2", 1)
    return Array(name_of(kinds[0]), _diagonal_dims(array_dims(kinds[0]), params.get("offset", 0), one, two))


def _on_diagonal(ct: Any, x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    dims = dims_of(x.kind)
    if dims is not None and len(dims) == 2 and offset == 0 and known_equal(*dims):
        return call(np.diag, ct)
    return diagonal_like(ct, x, offset=offset, axis1=axis1, axis2=axis2)


#: the transpose of np.diagonal: zeros with a diagonal
diagonal_like = helper(runtime.diagonal_like, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[1])))
linear(
    primitive_of(runtime.diagonal_like),
    (
        lambda ct, d, x, offset, axis1, axis2: np.diagonal(ct, offset=offset, axis1=axis1, axis2=axis2),
        None,
    ),
)
linear(np.diagonal, _on_diagonal, _diagonal_kind, operands=("a",), result="view", cost=0)
linear(
    np.linalg.diagonal if hasattr(np.linalg, "diagonal") else (),
    lambda ct, x, offset=0: _on_diagonal(ct, x, offset, -2, -1),
    lambda ks, p: Array(name_of(ks[0]), _diagonal_dims(array_dims(ks[0]), p.get("offset", 0), -2, -1)),
    operands=("x",),
    result="view",
    cost=0,
)


def _trace_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = dims_of(_diagonal_kind(kinds, params))
    return Array(name_of(kinds[0]) if name_of(kinds[0]) != "bool" else "int64", None if dims is None else dims[:-1])


def _trace_transpose(ct: Any, x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None) -> Any:
    dims = dims_of(x.kind)
    if dims is not None and len(dims) == 2 and offset == 0 and known_equal(*dims):
        return ct * call(np.eye, length_along(x, 0))
    diagonal = np.diagonal(x, offset=offset, axis1=axis1, axis2=axis2)
    wide = ct if rank(ct.kind) == 0 else ct[..., None]
    return _on_diagonal(make(P.BROADCAST_LIKE, wide, diagonal), x, offset, axis1, axis2)


def _is_of_matrix(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    return not params and len(array_dims(kinds[0]) or ()) >= 2 and name_of(kinds[0]) is not None


linear(np.trace, _trace_transpose, in_dtype(_trace_kind), operands=("a",), total=_is_of_matrix)
if hasattr(np.linalg, "trace"):
    linear(
        np.linalg.trace,
        lambda ct, x, offset=0, dtype=None: _trace_transpose(ct, x, offset, -2, -1),
        in_dtype(lambda ks, p: _trace_kind(ks, {"offset": p.get("offset", 0), "axis1": -2, "axis2": -1})),
        operands=("x",),
    )


def _diag_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    if dims is None:
        return Array(name_of(kinds[0]), None)
    if len(dims) == 2:
        return Array(name_of(kinds[0]), _diagonal_dims(dims, params.get("k", 0), 0, 1))
    k = params.get("k", 0)
    length = dims[0] if k == 0 else dims[0] + abs(k) if isinstance(dims[0], int) else None
    return Array(name_of(kinds[0]), (length, length))


linear(
    np.diag,
    lambda ct, x, k=0: np.diagonal(ct, offset=k) if x.ndim == 1 else _on_diagonal(ct, x, k),
    _diag_kind,
    operands=("v",),
    result="layout",
)
linear(
    np.diagflat,
    lambda ct, x, k=0: reshaped(np.diagonal(ct, offset=k), x),
    lambda ks, p: Array(name_of(ks[0]), (None, None)),
    operands=("v",),
)

#: the places in a list of indices whose index occurs there for the first time, for the second time, and so on
rounds = helper(runtime.rounds, lambda ks, p: List(Array("int64", (None,))), total=P.never)
nondifferentiable(primitive_of(runtime.rounds))

# Constants: where something is, and how many

nondifferentiable(
    np.nonzero,
    operands=("a",),
    kinds=lambda ks, p: Tuple((Array("int64", (None,)),) * (rank(ks[0]) or 1)),
)
nondifferentiable(np.flatnonzero, operands=("a",), kinds=lambda ks, p: Array("int64", (None,)))
nondifferentiable(np.argwhere, operands=("a",), kinds=lambda ks, p: Array("int64", (None, rank(ks[0]))))
nondifferentiable(np.searchsorted, operands=("a", "v", "sorter"), kinds=lambda ks, p: Array("int64", array_dims(ks[1])))
nondifferentiable(np.digitize, operands=("x", "bins"), kinds=lambda ks, p: Array("int64", array_dims(ks[0])))


def _order_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The places of a single number are an array of one."""
    dims = array_dims(kinds[0]) if params.get("axis", -1) is not None else (None,)
    return Array("int64", np.argsort(1.0).shape if dims == () else dims)


nondifferentiable(np.argsort, np.argpartition, operands=("a", "kth"), kinds=_order_kind)
nondifferentiable(np.lexsort, operands=("keys",), kinds=lambda ks, p: Array("int64", (None,)))
linear(
    np.bincount,
    (None, lambda ct, x, weights=None, minlength=0: call(np.take, ct, x)),
    lambda ks, p: Array("int64" if len(ks) == 1 else "float64", (None,)),
    operands=("x", "weights"),
)
nondifferentiable(np.isin, operands=("element", "test_elements"), kinds=lambda ks, p: Array("bool", array_dims(ks[0])))
