"""Rules of `scipy.spatial.distance`: each distance is a formula over the last axis of two arrays of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.spatial.distance as sd

from ast_ad.ir.kinds import Array, Kind, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide_or_zero
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.results import array_dims, name_of
from ast_ad.rules.table import composite, custom, nondifferentiable
from ast_ad.rules.terms import call


def _cosine(u: Any, v: Any) -> Any:
    product = np.sum(u * v, axis=-1)
    return 1 - product / (np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1))


def _correlation(u: Any, v: Any) -> Any:
    return _cosine(u - np.mean(u, axis=-1, keepdims=True), v - np.mean(v, axis=-1, keepdims=True))


_METRICS: dict[str, Any] = {
    "euclidean": lambda u, v: np.linalg.norm(u - v, axis=-1),
    "sqeuclidean": lambda u, v: np.sum((u - v) ** 2, axis=-1),
    "cityblock": lambda u, v: np.sum(np.abs(u - v), axis=-1),
    "chebyshev": lambda u, v: np.max(np.abs(u - v), axis=-1),
    "cosine": _cosine,
    "correlation": _correlation,
    "canberra": lambda u, v: np.sum(divide_or_zero(np.abs(u - v), np.abs(u) + np.abs(v)), axis=-1),
    "braycurtis": lambda u, v: np.sum(np.abs(u - v), axis=-1) / np.sum(np.abs(u + v), axis=-1),
}


def _distances(u: Any, v: Any, metric: Any, p: Any) -> Any:
    name = metric.lower() if isinstance(metric, str) else ""
    if name == "minkowski":
        return np.linalg.norm(u - v, 2 if p is None else p, axis=-1)
    if name not in _METRICS or p is not None:
        raise UnsupportedArgument(f"distances of scipy.spatial with metric={metric!r} have no derivative rule")
    return _METRICS[name](u, v)


def _between(XA: Any, XB: Any, metric: Any = "euclidean", p: Any = None) -> Any:
    return _distances(XA[:, None, :], XB[None, :, :], metric, p)


def _cdist(
    XA: Any, XB: Any, metric: Any = "euclidean", *, p: Any = None, w: Any = None, V: Any = None, VI: Any = None
) -> Any:
    """`scipy.spatial.distance.cdist` with its keywords by name."""
    given = {"p": p, "w": w, "V": V, "VI": VI}
    return sd.cdist(XA, XB, metric, **{k: v for k, v in given.items() if v is not None})


def _rows_of_both(kinds: Kinds, params: Any) -> Kind:
    one, two = array_dims(kinds[0]), array_dims(kinds[1])
    return Array("float64", ((one or (None,))[0], (two or (None,))[0]))


composite(sd.cdist, _between, _rows_of_both, operands=("XA", "XB"), call=_cdist)
nondifferentiable(np.triu_indices, operands=("n", "k", "m"), kinds=lambda ks, p: Tuple((Array("int64", (None,)),) * 2))


def _among(X: Any, metric: Any = "euclidean", p: Any = None) -> Any:
    pairs = call(np.triu_indices, length_along(X, 0), 1)
    return _distances(np.take(X, pairs[0], axis=0), np.take(X, pairs[1], axis=0), metric, p)


def _pdist(X: Any, metric: Any = "euclidean", p: Any = None) -> Any:
    """`scipy.spatial.distance.pdist` with the keyword of its metrics by name."""
    return sd.pdist(X, metric) if p is None else sd.pdist(X, metric, p=p)


composite(sd.pdist, _among, lambda ks, p: Array("float64", (None,)), operands=("X",), call=_pdist)

for _name, _formula in _METRICS.items():

    def _one(u: Any, v: Any, _formula: Any = _formula) -> Any:
        return _formula(u, v)

    composite(getattr(sd, _name), _one, lambda ks, p: Array(None, ()), operands=("u", "v"))
composite(
    sd.minkowski,
    lambda u, v, p=2: np.linalg.norm(u - v, p, axis=-1),
    lambda ks, p: Array(None, ()),
    operands=("u", "v"),
)

# A vector of distances as a matrix, and back


def _squareform_kind(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0])
    return Array(name_of(kinds[0]), None if dims is None else (None,) * (3 - len(dims)))


def _squareform_transposed(ct: Any, X: Any) -> Any:
    """Of a vector: both places of a distance count.  Of a matrix: the upper triangle is read."""
    if X.ndim == 1:
        return call(sd.squareform, ct + ct.T - np.diag(2 * np.diagonal(ct)), checks=False)
    return np.triu(call(sd.squareform, ct, checks=False))


custom(
    sd.squareform,
    lambda ans, t, X, force="no", checks=True: call(sd.squareform, t[0], checks=False),
    lambda ct, ans, X, force="no", checks=True: _squareform_transposed(ct, X),
    _squareform_kind,
    operands=("X",),
)
