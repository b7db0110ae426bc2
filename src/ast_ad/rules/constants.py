"""Functions whose result is constant by nature, and those that make arrays of a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import BOOL, OPAQUE, Array, Dim, Kind, Scalar, Tuple, dims_of, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.results import array_dims, items_of, name_of, promoted, unknown
from ast_ad.rules.structures import unbroadcast
from ast_ad.rules.table import custom, linear, nondifferentiable
from ast_ad.rules.terms import make


def _shaped(kind: Kind) -> tuple[Dim, ...] | None:
    """The axes of an array of a shape that is such a value."""
    items = items_of(kind)
    return (None,) * len(items) if items is not None else (None,) if isinstance(kind, Scalar) else None


def _filled(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(np.dtype(params.get("dtype") or float).name, _shaped(kinds[0]))


def _filled_like(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype, shape = params.get("dtype"), params.get("shape")
    dims = array_dims(kinds[0]) if shape is None else None
    return Array(name_of(kinds[0]) if dtype is None else np.dtype(dtype).name, dims)


nondifferentiable(np.zeros, np.ones, np.empty, np.ndarray, operands=("shape",), kinds=_filled)
nondifferentiable(
    np.zeros_like, np.ones_like, np.empty_like, operands=("a", "prototype"), kinds=_filled_like, total=P.always, cost=1
)


def _full_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = params.get("dtype")
    return Array(name_of(kinds[1]) if dtype is None else np.dtype(dtype).name, _shaped(kinds[0]))


linear(
    np.full,
    (None, lambda ct, shape, value, dtype=None, order="C": unbroadcast(ct, value)),
    _full_kind,
    operands=("shape", "fill_value"),
)
linear(
    np.full_like,
    (None, lambda ct, a, value, dtype=None, order="K", subok=True: unbroadcast(ct, value)),
    _filled_like,
    operands=("a", "fill_value"),
)

# Ranges


def _range_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = params.get("dtype")
    return Array(promoted(kinds) if dtype is None else np.dtype(dtype).name, (None,))


def _arange_tangent(ans: Any, tangents: Any, start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """start + k * step, element by element; `stop` only says how many there are."""
    total: Any = None
    if stop is not None and tangents[0] is not None:
        total = tangents[0]
    if step is not None and len(tangents) > 2 and tangents[2] is not None:
        part = tangents[2] * _count_up(ans)
        total = part if total is None else total + part
    return None if total is None else make(P.BROADCAST_LIKE, total, ans)


custom(
    np.arange,
    _arange_tangent,
    (
        lambda ct, ans, start, stop=None, step=None, dtype=None: None if stop is None else np.sum(ct),
        None,
        lambda ct, ans, start, stop, step, dtype=None: np.sum(ct * _count_up(ans)),
    ),
    _range_kind,
    operands=("start", "stop", "step"),
    call=lambda start, stop=None, step=None, dtype=None: np.arange(
        *(start,) if stop is None else (start, stop) if step is None else (start, stop, step), dtype=dtype
    ),
)


def _count_up(ans: Any) -> Any:
    """0.0, 1.0, 2.0 ... as many as the result has."""
    from ast_ad.rules.terms import call

    return call(np.arange, ans.size)


def _fractions(ans: Any, num: Any, endpoint: Any, axis: Any) -> Any:
    """Where on the way from start to stop each element of np.linspace is, along its axis."""
    from ast_ad.rules.terms import call

    number = num if isinstance(num, int) else 50
    weights = call(np.linspace, 0.0, 1.0, number, endpoint=endpoint)
    rank = len(dims_of(ans.kind) or (None,))
    at = axis % rank
    return weights if at == rank - 1 else weights[(slice(None), *(None,) * (rank - 1 - at))]


def _linspace_dims(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    from ast_ad.ir.kinds import broadcast_dims
    from ast_ad.rules.results import inexact

    ends = broadcast_dims([Array(None, array_dims(k)) for k in kinds[:2]])
    dtype = params.get("dtype")
    name = inexact(promoted(kinds[:2])) if dtype is None else np.dtype(dtype).name
    if ends is None:
        return Array(name, None)
    at = params.get("axis", 0) % (len(ends) + 1)
    return Array(name, (*ends[:at], params.get("num", 50), *ends[at:]))


def _linspace_tangent(
    ans: Any,
    tangents: Any,
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    weights = _fractions(ans, num, endpoint, axis)
    total: Any = None
    for t, weight in zip(tangents, (1 - weights, weights), strict=True):
        if t is not None:
            part = (np.expand_dims(t, axis) if t.ndim else t) * weight
            total = part if total is None else total + part
    return make(P.BROADCAST_LIKE, total, ans)


def _linspace_back(ct: Any, weights: Any, end: Any, axis: Any) -> Any:
    return unbroadcast(np.sum(ct * weights, axis=axis), end)


custom(
    np.linspace,
    _linspace_tangent,
    (
        lambda ct, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0: _linspace_back(
            ct, 1 - _fractions(ans, num, endpoint, axis), start, axis
        ),
        lambda ct, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0: _linspace_back(
            ct, _fractions(ans, num, endpoint, axis), stop, axis
        ),
    ),
    _linspace_dims,
    operands=("start", "stop"),
)

# What is about types and shapes


def _matrix(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(np.dtype(params.get("dtype") or float).name, (None, None))


nondifferentiable(np.eye, np.tri, operands=("N", "M", "k"), kinds=_matrix)
nondifferentiable(np.identity, operands=("n",), kinds=_matrix)
nondifferentiable(
    *(np.bartlett, np.blackman, np.hamming, np.hanning), operands=("M",), kinds=lambda ks, p: Array("float64", (None,))
)
nondifferentiable(np.indices, operands=("dimensions",), kinds=lambda ks, p: Array("int64", None))
_PLACES = Array("int64", (None,))
nondifferentiable(
    *(np.triu_indices, np.tril_indices),
    operands=("n", "k", "m"),
    kinds=lambda ks, p: Tuple((_PLACES, _PLACES)),
)
nondifferentiable(
    *(np.triu_indices_from, np.tril_indices_from),
    operands=("arr", "k"),
    kinds=lambda ks, p: Tuple((_PLACES, _PLACES)),
)
nondifferentiable(np.diag_indices, operands=("n",), kinds=lambda ks, p: Tuple((_PLACES,) * p.get("ndim", 2)), cost=1)
nondifferentiable(
    np.diag_indices_from, operands=("arr",), kinds=lambda ks, p: Tuple((_PLACES,) * (rank(ks[0]) or 2)), cost=1
)


def _unravelled(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    axes = items_of(kinds[1])
    where = Array("int64", array_dims(kinds[0]))
    return OPAQUE if axes is None else Tuple((where,) * len(axes))


nondifferentiable(np.unravel_index, operands=("indices", "shape"), kinds=_unravelled)
nondifferentiable(
    np.ravel_multi_index,
    operands=("multi_index", "dims"),
    kinds=lambda ks, p: Array("int64", array_dims((items_of(ks[0]) or (ks[0],))[0])),
)
nondifferentiable(
    *(np.allclose, np.array_equal, np.array_equiv),
    operands=("a", "b", "a1", "a2"),
    kinds=lambda ks, p: BOOL,
)
nondifferentiable(
    np.isclose,
    operands=("a", "b"),
    kinds=lambda ks, p: Array(
        "bool", unknown(None if any(array_dims(k) is None for k in ks) else max(len(array_dims(k) or ()) for k in ks))
    ),
)
nondifferentiable(np.iscomplexobj, np.isrealobj, operands=("x",), kinds=lambda ks, p: BOOL)
nondifferentiable(np.isscalar, operands=("element",), kinds=lambda ks, p: BOOL)
nondifferentiable(np.result_type, operands=("arrays_and_dtypes",), kinds=lambda ks, p: OPAQUE)
nondifferentiable(np.shares_memory, np.may_share_memory, operands=("a", "b"), kinds=lambda ks, p: BOOL)
