"""Rules of the functions of `scipy.stats` that describe samples: each is a formula of means along an axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.stats as st

from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, reduced_dims
from ast_ad.rules.table import composite
from ast_ad.rules.terms import Term, call


def _reduced(kinds: Kinds, params: Any) -> Kind:
    dims = reduced_dims(array_dims(kinds[0]), params.get("axis", 0), params.get("keepdims", False))
    return Array(inexact(promoted(kinds[:1])), dims)


def _of_all(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


def _central(a: Any, axis: Any, order: int) -> Any:
    """The mean of a power of what deviates from the mean, as a number for each row that is kept."""
    deviation = a - np.mean(a, axis=axis, keepdims=True)
    power = deviation * deviation
    for _ in range(order - 2):
        power = power * deviation
    return np.mean(power, axis=axis)


def _count(a: Any, axis: Any) -> Any:
    if axis is None:
        return np.size(a)
    first, *others = axis if isinstance(axis, tuple) else (axis,)
    found = np.shape(a)[first]
    for other in others:
        found = found * np.shape(a)[other]
    return found


def _skew(a: Any, axis: Any = 0, bias: bool = True) -> Any:
    variance = _central(a, axis, 2)
    found = _central(a, axis, 3) / (variance * np.sqrt(variance))
    if bias:
        return found
    n = _count(a, axis)
    return found * np.sqrt(n * (n - 1.0)) / (n - 2.0)


def _kurtosis(a: Any, axis: Any = 0, fisher: bool = True, bias: bool = True) -> Any:
    variance = _central(a, axis, 2)
    found = _central(a, axis, 4) / (variance * variance)
    if not bias:
        n = _count(a, axis)
        found = ((n * n - 1.0) * found - 3.0 * (n - 1.0) ** 2) / ((n - 2.0) * (n - 3.0)) + 3.0
    return found - 3.0 if fisher else found


def _is_given(value: Any) -> bool:
    return value is not None and not (isinstance(value, Term) and value.is_lit and value.value is None)


def _weighted(a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    if not _is_given(weights):
        return np.mean(a, axis=axis, keepdims=keepdims)
    if rank(weights.kind) != rank(a.kind):
        raise UnsupportedArgument("a mean of scipy.stats with weights of another number of axes has no derivative rule")
    whole = call(np.broadcast_to, weights, np.shape(a))
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / np.sum(whole, axis=axis, keepdims=keepdims)


composite(
    st.zscore,
    lambda a, axis=0, ddof=0: (
        (a - np.mean(a, axis=axis, keepdims=True)) / np.std(a, axis=axis, ddof=ddof, keepdims=True)
    ),
    _of_all,
    operands=("a",),
)
composite(
    st.gmean,
    lambda a, axis=0, weights=None, keepdims=False: np.exp(_weighted(np.log(a), axis, weights, keepdims)),
    _reduced,
    operands=("a", "weights"),
)
composite(
    st.hmean,
    lambda a, axis=0, weights=None, keepdims=False: 1 / _weighted(1 / a, axis, weights, keepdims),
    _reduced,
    operands=("a", "weights"),
)
composite(
    st.sem,
    lambda a, axis=0, ddof=1, keepdims=False: (
        np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / np.sqrt(1.0 * _count(a, axis))
    ),
    _reduced,
    operands=("a",),
)
composite(
    st.variation,
    lambda a, axis=0, ddof=0, keepdims=False: (
        np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / np.mean(a, axis=axis, keepdims=keepdims)
    ),
    _reduced,
    operands=("a",),
)
composite(st.skew, _skew, _reduced, operands=("a",))
composite(st.kurtosis, _kurtosis, _reduced, operands=("a",))


def _entropy(pk: Any, qk: Any = None, base: Any = None, axis: Any = 0) -> Any:
    import scipy.special as sp

    p = pk / np.sum(pk, axis=axis, keepdims=True)
    q = qk / np.sum(qk, axis=axis, keepdims=True) if _is_given(qk) else None
    terms = sp.entr(p) if q is None else call(sp.rel_entr, p, q)
    found = np.sum(terms, axis=axis)
    return found if base is None else found / math.log(base)


composite(st.entropy, _entropy, _reduced, operands=("pk", "qk"))
