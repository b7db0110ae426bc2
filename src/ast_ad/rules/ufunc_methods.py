"""Rules of `np.add.reduce`, `.accumulate`, `.outer` and the like, each by the function that does the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.ir.kinds import Array
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.arithmetic import log_of_number
from ast_ad.rules.binding import NO_VALUE, UnsupportedArgument
from ast_ad.rules.joining import along
from ast_ad.rules.results import array_dims, dtype_by_trial, in_dtype, name_of, promoted, reduced_dims
from ast_ad.rules.table import composite, holes_filled
from ast_ad.rules.terms import call

# Reductions: the axis is 0 where none is given


def _logsumexp(x: Any, axis: Any, keepdims: Any) -> Any:
    top = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


def _first_and_rest(x: Any, axis: Any) -> tuple[Any, Any]:
    if axis is None or isinstance(axis, tuple):
        raise UnsupportedArgument("a reduction over several axes by an operation that does not commute")
    return x[along(axis, slice(0, 1), x.ndim)], x[along(axis, slice(1, None), x.ndim)]


def _less_the_rest(x: Any, axis: Any, keepdims: Any) -> Any:
    first, rest = _first_and_rest(x, axis)
    return np.sum(first, axis=axis, keepdims=keepdims) - np.sum(rest, axis=axis, keepdims=keepdims)


def _by_the_rest(x: Any, axis: Any, keepdims: Any) -> Any:
    first, rest = _first_and_rest(x, axis)
    return np.sum(first, axis=axis, keepdims=keepdims) / np.prod(rest, axis=axis, keepdims=keepdims)


_REDUCTIONS: dict[Any, Any] = {
    np.add: lambda x, axis, keepdims, **of: np.sum(x, axis=axis, keepdims=keepdims, **of),
    np.multiply: lambda x, axis, keepdims, **of: np.prod(x, axis=axis, keepdims=keepdims, **of),
    np.maximum: lambda x, axis, keepdims, **of: np.max(x, axis=axis, keepdims=keepdims, **of),
    np.minimum: lambda x, axis, keepdims, **of: np.min(x, axis=axis, keepdims=keepdims, **of),
    np.subtract: _less_the_rest,
    np.true_divide: _by_the_rest,
    np.fmax: lambda x, axis, keepdims: call(np.nanmax, x, axis=axis, keepdims=keepdims),
    np.fmin: lambda x, axis, keepdims: call(np.nanmin, x, axis=axis, keepdims=keepdims),
    np.logaddexp: _logsumexp,
    np.logaddexp2: lambda x, axis, keepdims: _logsumexp(x * log_of_number(2), axis, keepdims) / log_of_number(2),
    np.hypot: lambda x, axis, keepdims: np.linalg.norm(x, axis=axis, keepdims=keepdims),
}

for _ufunc, _formula in _REDUCTIONS.items():

    def _reduced(
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        keepdims: Any = False,
        initial: Any = None,
        where: Any = None,
        _formula: Any = _formula,
        _ufunc: Any = _ufunc,
    ) -> Any:
        given = {k: v for k, v in {"initial": initial, "where": where}.items() if v is not None}
        if given and _ufunc not in (np.add, np.multiply, np.maximum, np.minimum):
            raise UnsupportedArgument(f"np.{_ufunc.__name__}.reduce with {next(iter(given))!r} has no derivative rule")
        return _formula(array, axis, keepdims, **given)

    def _reduce(
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        keepdims: Any = False,
        initial: Any = NO_VALUE,
        where: Any = True,
        _ufunc: Any = _ufunc,
    ) -> Any:
        return _ufunc.reduce(array, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)

    def _reduced_kind(kinds: Any, params: Any, _ufunc: Any = _ufunc) -> Any:
        given = {"dtype": params["dtype"]} if params.get("dtype") is not None else {}
        dtype = dtype_by_trial(_ufunc.reduce, [Array(name_of(kinds[0]), (1,))], **given)
        return Array(dtype, reduced_dims(array_dims(kinds[0]), params.get("axis", 0), params.get("keepdims")))

    composite(
        _ufunc.reduce,
        _reduced,
        _reduced_kind,
        operands=("array", "initial", "where"),
        call=holes_filled(_reduce, ("array", "initial", "where")),
    )

# Scans


def _running(which: Any) -> Any:
    """The running maximum or minimum: each value is taken from where it is first found."""

    def formula(x: Any, axis: int) -> Any:
        from ast_ad.rules.scans import running_places

        return np.take_along_axis(x, running_places(x, axis=axis, largest=which), axis)

    return formula


_SCANS: dict[Any, Any] = {
    np.add: lambda x, axis: np.cumsum(x, axis=axis),
    np.multiply: lambda x, axis: np.cumprod(x, axis=axis),
    np.maximum: _running(True),
    np.minimum: _running(False),
}

for _ufunc, _formula in _SCANS.items():

    def _scanned(array: Any, axis: int = 0, dtype: Any = None, _formula: Any = _formula) -> Any:
        return _formula(array, axis)

    def _accumulate(array: Any, axis: int = 0, dtype: Any = None, _ufunc: Any = _ufunc) -> Any:
        return _ufunc.accumulate(array, axis=axis, dtype=dtype)

    def _scanned_kind(kinds: Any, params: Any, _ufunc: Any = _ufunc) -> Any:
        given = {"dtype": params["dtype"]} if params.get("dtype") is not None else {}
        return Array(dtype_by_trial(_ufunc.accumulate, [Array(name_of(kinds[0]), (1,))], **given), array_dims(kinds[0]))

    composite(_ufunc.accumulate, _scanned, _scanned_kind, operands=("array",), call=_accumulate)

# Outer products

for _ufunc in (
    *(np.add, np.subtract, np.multiply, np.true_divide, np.power, np.maximum, np.minimum),
    *(np.hypot, np.arctan2, np.logaddexp, np.logaddexp2, np.remainder, np.fmod, np.copysign, np.fmax, np.fmin),
    *(np.float_power, np.floor_divide, np.heaviside),
):

    def _outer(A: Any, B: Any, _ufunc: Any = _ufunc) -> Any:
        wide = A[(*(slice(None),) * A.ndim, *(None,) * B.ndim)] if A.ndim and B.ndim else A
        return _ufunc(wide, B)

    def _outer_kind(kinds: Any, params: Any, _ufunc: Any = _ufunc) -> Any:
        a, b = array_dims(kinds[0]), array_dims(kinds[1])
        found = elementwise_kind(_ufunc, [Array(name_of(k), (1,)) for k in kinds])
        dtype = found.dtype if isinstance(found, Array) else promoted(kinds)
        return Array(dtype, None if a is None or b is None else a + b)

    def _call(A: Any, B: Any, _ufunc: Any = _ufunc) -> Any:
        return _ufunc.outer(A, B)

    composite(_ufunc.outer, _outer, _outer_kind, operands=("A", "B"), call=_call)

# Sums of stretches


def _stretches(array: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    from ast_ad.rules.scans import stretch_sums

    return stretch_sums(array, indices, axis=axis)


composite(
    np.add.reduceat,
    _stretches,
    in_dtype(
        lambda ks, p: Array(
            name_of(ks[0]),
            None
            if array_dims(ks[0]) is None
            else tuple(
                (array_dims(ks[1]) or (None,))[0] if k == p.get("axis", 0) % len(array_dims(ks[0]) or ()) else d
                for k, d in enumerate(array_dims(ks[0]) or ())
            ),
        )
    ),
    operands=("array", "indices"),
    call=lambda array, indices, axis=0, dtype=None: np.add.reduceat(array, indices, axis=axis, dtype=dtype),
)
