"""Rules of sorting, of medians, quantiles and weighted means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Kind, is_complex, is_number, not_one, rank
from ast_ad.ir.primitives import HOLE, Kinds, Primitive
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.results import array_dims, axes_of, in_dtype, inexact, name_of, promoted, reduced_dims
from ast_ad.rules.table import composite, helper, holes_filled, nondifferentiable, path_of
from ast_ad.rules.terms import call, make


def _sorted_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    return Array(name_of(kinds[0]), dims if params.get("axis", -1) is not None else (None,))


stable_argsort = helper(
    runtime.stable_argsort,
    lambda ks, p: Array("int64", array_dims(ks[0]) if p.get("axis", -1) is not None else (None,)),
)
nondifferentiable(runtime.stable_argsort)


def _cannot_raise(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Sorting numbers along an axis that is there."""
    dims, axis = array_dims(kinds[0]), params.get("axis", -1)
    if dims is None or not isinstance(kinds[0], Array) or len(kinds) > 1 or not set(params) <= {"axis"}:
        return False
    known = name_of(kinds[0]) not in (None, "object")
    return known and bool(dims) and (axis is None or -len(dims) <= axis < len(dims))


def _in_order(a: Any, order: Any, axis: Any) -> Any:
    """The elements along an axis in another order."""
    if axis is None:
        return np.ravel(a)[order]
    return a[order] if a.ndim == 1 else np.take_along_axis(a, order, axis)


def _order_of(a: Any, axis: Any) -> Any:
    return stable_argsort(a) if axis in (0, -1) and a.ndim == 1 else stable_argsort(a, axis=axis)


composite(
    np.sort,
    lambda a, axis=-1, kind=None, stable=None: _in_order(a, _order_of(a, axis), axis),
    _sorted_kind,
    operands=("a",),
    total=_cannot_raise,
)
composite(
    np.partition,
    lambda a, kth, axis=-1, kind="introselect": _in_order(a, call(np.argpartition, a, kth, axis=axis), axis),
    _sorted_kind,
    operands=("a", "kth"),
)

# Quantiles.  Hyndman & Fan, "Sample quantiles in statistical packages" (1996): at n q + m - 1 among the sorted

_PLACES: dict[str, tuple[float, float]] = {
    "linear": (1, 1),
    "lower": (1, 1),
    "higher": (1, 1),
    "midpoint": (1, 1),
    "nearest": (1, 1),
    "hazen": (0.5, 0.5),
    "weibull": (0, 0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
    "interpolated_inverted_cdf": (0, 1),
    "inverted_cdf": (0, 1),
    "averaged_inverted_cdf": (0, 1),
    "closest_observation": (-0.5, 1.5),
}
_DISCRETE = frozenset({"inverted_cdf", "averaged_inverted_cdf", "closest_observation"})


def _in_front(a: Any, axis: Any) -> Any:
    """The array with the axes that are reduced made one, the first."""
    if axis is None:
        return a if a.ndim == 1 else np.ravel(a)
    if isinstance(axis, tuple):
        gone = axes_of(axis, a.ndim)
        front = np.moveaxis(a, gone, tuple(range(len(gone))))
        rest = [np.shape(a)[k] for k in range(a.ndim) if k not in gone]
        return np.reshape(front, (-1, *rest))
    return np.moveaxis(a, axis, 0) if axis % a.ndim else a


def _quantile(
    a: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False, nans: bool = False
) -> Any:
    """Between the neighbours of the place that the quantile has among the sorted."""
    if method == "linear" and not nans and rank(q.kind) == 0:
        return _linear_quantile(a, q, axis, keepdims)
    alpha, beta = _PLACES[method]
    values = _in_front(a, axis)
    s = np.sort(values, axis=0)
    wide = q
    if nans:
        number = np.sum(~np.isnan(values), axis=0)
        wide = q if rank(q.kind) == 0 else np.reshape(q, (-1, *(1,) * (values.ndim - 1)))
    else:
        number = length_along(values, 0)
    place = number * wide + (alpha + wide * (1 - alpha - beta)) - 1
    discrete = method in _DISCRETE
    if not discrete:
        place = np.clip(place, 0, number - 1)
    floor = np.floor(place)
    below = call(np.array, np.clip(floor, 0, number - 1) if discrete else floor, dtype=np.int64)
    above = np.clip(call(np.array, floor, dtype=np.int64) + 1, 0, number - 1)
    part = place - floor
    low, high = _picked(s, below, q, nans), _picked(s, above, q, nans)
    part = _beside(part, s, q, nans)
    if method == "lower":
        return _restored(low, a, q, axis, keepdims)
    if method == "higher":
        return _restored(np.where(part > 0, high, low), a, q, axis, keepdims)
    if discrete:
        exact = part.equals(0)
        if method == "closest_observation":
            exact = exact & _beside(floor % 2, s, q, nans).equals(1)
        at_place = 0.5 * (low + high) if method == "averaged_inverted_cdf" else low
        return _restored(np.where(exact, at_place, high), a, q, axis, keepdims)
    if method == "nearest":
        even = _beside(below % 2, s, q, nans).equals(0)
        up = (part > 0.5) | (part.equals(0.5) & ~even)
        return _restored(np.where(up, high, low), a, q, axis, keepdims)
    if method == "midpoint":
        return _restored(np.where(part > 0, 0.5 * (low + high), low), a, q, axis, keepdims)
    return _restored(low + part * (high - low), a, q, axis, keepdims)


def _linear_quantile(a: Any, q: Any, axis: Any, keepdims: bool) -> Any:
    """Between the two that are next to the place q (n - 1); the median is the mean of one or two."""
    values = _in_front(a, axis)
    n = length_along(values, 0)
    if q.value == 0.5:
        low, high = (n - 1) // 2, n // 2
        order = call(np.argpartition, values, make(P.MAKE_TUPLE, low, high), axis=0)
        middle = np.sum(_in_order(values, order[low : high + 1], 0), axis=0)
        return _restored(middle * (0.5 + 0.5 * (n % 2)), a, q, axis, keepdims)
    s = _in_order(values, _order_of(values, 0), 0)
    place = q * (n - 1)
    below = call(math.floor, place)
    part = place - below
    return _restored(s[below] * (1 - part) + s[call(min, below + 1, n - 1)] * part, a, q, axis, keepdims)


def _picked(s: Any, at: Any, q: Any, nans: bool) -> Any:
    if not nans:
        return np.take(s, at, axis=0)
    return call(np.take_along_axis, s, at if rank(q.kind) else at[None], 0) if s.ndim > 1 else np.take(s, at)


def _beside(x: Any, s: Any, q: Any, nans: bool) -> Any:
    """One number for each quantile, beside the rows of the sorted."""
    if nans or rank(q.kind) == 0:
        return x
    return np.reshape(x, (*(np.shape(q)[k] for k in range(q.ndim)), *(1,) * (s.ndim - 1)))


def _restored(found: Any, a: Any, q: Any, axis: Any, keepdims: bool) -> Any:
    """The result in NumPy's shape: the quantiles' axes in front, then those that are left."""
    dims = array_dims(a.kind)
    left = len(reduced_dims(dims, axis, keepdims) or ())
    lengths: list[Any] = [np.shape(q)[k] for k in range(q.ndim)]
    gone = axes_of(axis, a.ndim)
    for k in range(a.ndim):
        if k not in gone:
            lengths.append(np.shape(a)[k])
        elif keepdims is True:
            lengths.append(1)
    if found.ndim == q.ndim + left and keepdims is not True:
        return found
    return np.reshape(found, tuple(lengths))


def _quantile_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    q, dims = array_dims(kinds[1]), array_dims(kinds[0])
    rest = reduced_dims(dims, params.get("axis"), params.get("keepdims"))
    dtype = inexact(promoted([kinds[0]]))
    if dtype != "float64" and isinstance(kinds[1], Array):
        dtype = promoted([Array(dtype, ()), kinds[1]])
    return Array(dtype, None if q is None or rest is None else q + rest)


#: weighted quantiles that rules compare with, by the function that computes them
AS_NUMBERS: dict[Any, Primitive] = {}


def _of(function: Any, nans: bool, percent: bool) -> Any:
    operands = ("a", "q", "weights")
    itself = Primitive(path_of(function), holes_filled(function, operands), _quantile_kind, operands=operands)
    AS_NUMBERS[function] = itself
    nondifferentiable(itself)

    def formula(
        a: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: Any = False, weights: Any = None
    ) -> Any:
        q = q if is_number(q.kind) else call(np.array, q)
        if weights is not None:
            found = make(itself, a, q, weights, axis=axis, method=method, weights=HOLE)
            return _restored(_the_one_that_is(found, a, q, axis), a, q, axis, keepdims is True)
        return _quantile(a, q / 100.0 if percent else q, axis, method, keepdims is True, nans)

    return formula


def _the_one_that_is(found: Any, a: Any, q: Any, axis: Any) -> Any:
    """The first element that equals a weighted quantile, which is one of the elements."""
    if rank(q.kind) != 0:
        raise UnsupportedArgument("a weighted quantile has a derivative rule for one q only")
    values = _in_front(a, axis)
    places = call(np.argmax, values.equals(found), axis=0)
    return values[places] if values.ndim == 1 else call(np.take_along_axis, values, places[None], 0)[0]


composite(np.quantile, _of(np.quantile, False, False), _quantile_kind, operands=("a", "q", "weights"))
composite(np.percentile, _of(np.percentile, False, True), _quantile_kind, operands=("a", "q", "weights"))
composite(np.nanquantile, _of(np.nanquantile, True, False), _quantile_kind, operands=("a", "q", "weights"))
composite(np.nanpercentile, _of(np.nanpercentile, True, True), _quantile_kind, operands=("a", "q", "weights"))


def _median_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = reduced_dims(array_dims(kinds[0]), params.get("axis"), params.get("keepdims"))
    return Array(inexact(name_of(kinds[0])), dims)


def _median_of(nans: bool) -> Any:
    from ast_ad.rules.terms import term

    return lambda a, axis=None, keepdims=False: _quantile(a, term(0.5), axis, "linear", keepdims is True, nans)


def _median_is_there(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """The median of no number is nan, with a warning."""
    given = {name: value for name, value in params.items() if name != "keepdims"}
    return type(given.get("axis")) in (int, type(None)) and _cannot_raise(kinds, {"axis": None, **given})


composite(np.median, _median_of(False), _median_kind, operands=("a",), total=_median_is_there)
composite(np.nanmedian, _median_of(True), _median_kind, operands=("a",))


# Weighted means


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: Any = False) -> Any:
    keep = keepdims is True
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keep)
        if returned:
            raise UnsupportedArgument("np.average with returned=True needs weights")
        return mean
    wide = weights
    if weights.ndim != a.ndim and axis is not None:
        places = axes_of(axis, a.ndim)
        wide = np.reshape(weights, tuple(np.shape(a)[k] if k in places else 1 for k in range(a.ndim)))
    total = np.sum(wide, axis=None if axis is None else axis, keepdims=keep)
    mean = np.sum(a * wide, axis=axis, keepdims=keep) / total
    return (mean, total * (mean * 0 + 1)) if returned else mean


def _average_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    from ast_ad.ir.kinds import Tuple

    dims = reduced_dims(array_dims(kinds[0]), params.get("axis"), params.get("keepdims"))
    found = Array(inexact(promoted(kinds)), dims)
    return Tuple((found, found)) if params.get("returned") else found


composite(np.average, _average, _average_kind, operands=("a", "weights"))

# Covariances


def _observations(m: Any, y: Any, rowvar: Any) -> Any:
    m = np.reshape(m, (1,)) if m.ndim == 0 else m
    rows = m if m.ndim == 2 else m[None, :]
    rows = rows.T if rowvar is False and m.ndim == 2 and not _stays_a_row(m, _A_ROW_STAYS) else rows
    if y is not None:
        y = np.reshape(y, (1,)) if y.ndim == 0 else y
        others = y if y.ndim == 2 else y[None, :]
        others = others.T if rowvar is False and y.ndim == 2 and not _stays_a_row(y, True) else others
        rows = np.concatenate((rows, others))
    return rows


#: whether a single row is not turned with rowvar=False, as it was before NumPy 2.2
_A_ROW_STAYS = tuple(map(int, np.__version__.split(".")[:2])) < (2, 2)


def _stays_a_row(x: Any, may_stay: bool) -> bool:
    """Whether NumPy leaves an array of one row as it is; an error where its length is not known."""
    if not may_stay:
        return False
    dims = array_dims(x.kind)
    length = None if dims is None else dims[0]
    if length != 1 and not not_one(length):
        raise UnsupportedArgument("np.cov with rowvar=False of what may be a single row has no derivative rule")
    return length == 1


def _adjoint(x: Any) -> Any:
    return np.conj(x.T) if is_complex(x.kind) else x.T


def _cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    dtype: Any = None,
) -> Any:
    x = _observations(m, y, rowvar)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = fweights
    if aweights is not None:
        weights = aweights if fweights is None else fweights * aweights
    if weights is None:
        d = x - np.mean(x, axis=1, keepdims=True)
        result = (d @ _adjoint(d)) / (length_along(x, 1) - ddof)
    else:
        total = np.sum(weights)
        d = x - np.sum(x * weights, axis=1, keepdims=True) / total
        lost = ddof if aweights is None else ddof * np.sum(weights * aweights) / total
        result = (d * weights) @ _adjoint(d) / (total - lost)
    return np.squeeze(result) if y is None and _variables(m.kind, rowvar) == 1 else result


def _variables(kind: Kind, rowvar: Any) -> Any:
    """How many variables an array has, as far as it is known: NumPy gives the variance of a single one as a number."""
    dims = array_dims(kind)
    if dims is None:
        return None
    return 1 if len(dims) < 2 else dims[1] if rowvar is False and (dims[0] != 1 or not _A_ROW_STAYS) else dims[0]


def _cov_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    alone = len(kinds) == 1 + sum(value is HOLE for value in params.values())
    variables = _variables(kinds[0], params.get("rowvar", True)) if alone else 2
    dims = () if variables == 1 else (None, None) if isinstance(variables, int) or not_one(variables) else None
    return Array(inexact(promoted([*kinds, Array("float64", ())])), dims)


composite(np.cov, _cov, in_dtype(_cov_kind), operands=("m", "y", "fweights", "aweights"))


def _corrcoef(x: Any, y: Any = None, rowvar: Any = True, dtype: Any = None) -> Any:
    c = _cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    spread = np.sqrt(np.real(np.diagonal(c)) if is_complex(c.kind) else np.diagonal(c))
    return c / spread[:, None] / spread[None, :]


composite(np.corrcoef, _corrcoef, in_dtype(_cov_kind), operands=("x", "y"))
