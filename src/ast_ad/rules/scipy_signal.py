"""Rules of `scipy.signal`: convolutions in any number of dimensions, and linear filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as sg

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Kind, is_complex, rank
from ast_ad.ir.primitives import Kinds, never
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, unknown
from ast_ad.rules.table import bilinear, composite, custom, helper, linear, primitive_of
from ast_ad.rules.terms import call

# Convolutions


def _convolved(kinds: Kinds, params: Any) -> Kind:
    return Array(promoted(kinds), unknown(rank(Array(None, array_dims(kinds[0])))))


def _same_rank(kinds: Kinds, params: Any) -> Kind:
    return Array(name_of(kinds[0]), unknown(rank(kinds[0])))


#: a convolution that was cut by its mode, back among zeros in its full size, and the cut of a full one
uncut_to_full = helper(runtime.uncut_to_full, _same_rank, total=never)
cut_from_full = helper(runtime.cut_from_full, _same_rank, total=never, result="view")
linear(primitive_of(runtime.uncut_to_full), (lambda ct, c, x, y, mode: cut_from_full(ct, x, y, mode=mode), None, None))
linear(primitive_of(runtime.cut_from_full), (lambda ct, c, x, y, mode: uncut_to_full(ct, x, y, mode=mode), None, None))


def _conj(x: Any) -> Any:
    return np.conj(x) if is_complex(x.kind) else x


def _against(function: Any, ct: Any, x: Any, y: Any, other: Any, mode: str) -> Any:
    """What one operand of a convolution gets: the whole cotangent, correlated with the other operand."""
    whole = ct if mode == "full" else uncut_to_full(ct, x, y, mode=mode)
    return call(function, whole, np.flip(other), mode="valid")


for _function in (sg.convolve, sg.fftconvolve, sg.oaconvolve):

    def _left(
        ct: Any, x: Any, y: Any, mode: str = "full", method: str = "auto", axes: Any = None, _f: Any = _function
    ) -> Any:
        _no_axes(axes)
        return _against(_f, ct, x, y, y, mode)

    def _right(
        ct: Any, x: Any, y: Any, mode: str = "full", method: str = "auto", axes: Any = None, _f: Any = _function
    ) -> Any:
        _no_axes(axes)
        return _against(_f, ct, x, y, x, mode)

    bilinear(_function, _left, _right, _convolved, operands=("in1", "in2"))


def _no_axes(axes: Any) -> None:
    if axes is not None:
        raise UnsupportedArgument("a convolution of scipy.signal with 'axes' has no derivative rule")


def _of_two_dimensions(ct: Any, x: Any, y: Any, other: Any, mode: str, boundary: str, fillvalue: Any) -> Any:
    if boundary != "fill" or fillvalue != 0:
        raise UnsupportedArgument(f"scipy.signal.convolve2d with boundary={boundary!r} has no derivative rule")
    return _against(sg.convolve2d, ct, x, y, other, mode)


bilinear(
    sg.convolve2d,
    lambda ct, x, y, mode="full", boundary="fill", fillvalue=0: _of_two_dimensions(
        ct, x, y, y, mode, boundary, fillvalue
    ),
    lambda ct, x, y, mode="full", boundary="fill", fillvalue=0: _of_two_dimensions(
        ct, x, y, x, mode, boundary, fillvalue
    ),
    _convolved,
    operands=("in1", "in2"),
)
composite(
    sg.correlate,
    lambda in1, in2, mode="full", method="auto": call(sg.convolve, in1, np.flip(_conj(in2)), mode=mode),
    _convolved,
    operands=("in1", "in2"),
)


def _correlated(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    if mode == "same":
        raise UnsupportedArgument("scipy.signal.correlate2d with mode='same' has no derivative rule")
    turned = np.flip(_conj(in2))
    return call(sg.convolve2d, in1, turned, mode=mode, boundary=boundary, fillvalue=fillvalue)


composite(sg.correlate2d, _correlated, _convolved, operands=("in1", "in2"))

# Linear filters: a[0] y[n] = b[0] x[n] + b[1] x[n - 1] + ... - a[1] y[n - 1] - ...


def _filtered(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(promoted(kinds)), array_dims(kinds[2]))


#: sums of products of two signals, the second of them delayed by 0, 1, ... as many as there are coefficients
lagged_products = helper(runtime.lagged_products, lambda ks, p: Array(inexact(promoted(ks[:2])), array_dims(ks[2])))


def _backwards(ct: Any, b: Any, a: Any, axis: int) -> Any:
    return np.flip(call(sg.lfilter, b, a, np.flip(ct, axis=axis), axis=axis), axis=axis)


def _coefficients(c: Any) -> Any:
    return c if rank(c.kind) == 1 else np.atleast_1d(c)


def _lfilter_tangent(ans: Any, t: Any, b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    parts = []
    if t[0] is not None:
        parts.append(call(sg.lfilter, t[0], a, x, axis=axis))
    if t[1] is not None:
        parts.append(-call(sg.lfilter, t[1], a, ans, axis=axis))
    if t[2] is not None:
        parts.append(call(sg.lfilter, b, a, t[2], axis=axis))
    total: Any = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


custom(
    sg.lfilter,
    _lfilter_tangent,
    (
        lambda ct, ans, b, a, x, axis=-1: lagged_products(ct, call(sg.lfilter, 1.0, a, x, axis=axis), b, axis=axis),
        lambda ct, ans, b, a, x, axis=-1: -lagged_products(ct, call(sg.lfilter, 1.0, a, ans, axis=axis), a, axis=axis),
        lambda ct, ans, b, a, x, axis=-1: _backwards(ct, b, a, axis),
    ),
    _filtered,
    operands=("b", "a", "x"),
)
custom(
    primitive_of(runtime.lagged_products),
    lambda ans, t, y, u, c, axis: _either(
        None if t[0] is None else lagged_products(t[0], u, c, axis=axis),
        None if t[1] is None else lagged_products(y, t[1], c, axis=axis),
    ),
    {
        0: lambda ct, ans, y, u, c, axis: call(sg.lfilter, ct, 1.0, u, axis=axis),
        1: lambda ct, ans, y, u, c, axis: _backwards(y, ct, 1.0, axis),
    },
)


def _either(one: Any, two: Any) -> Any:
    return two if one is None else one if two is None else one + two


def _detrended(data: Any, axis: int = -1, type: str = "linear", bp: Any = 0) -> Any:  # noqa: A002
    if type == "constant" and bp == 0:
        return data - np.mean(data, axis=axis, keepdims=True)
    if bp != 0:
        raise UnsupportedArgument("scipy.signal.detrend with 'bp' has no derivative rule")
    turned = np.moveaxis(data, axis, 0)
    count = np.shape(turned)[0]
    steps = (call(np.arange, count) - (count - 1) / 2)[(slice(None), *(None,) * (data.ndim - 1))]
    level = np.mean(turned, axis=0)
    slope = np.sum(steps * turned, axis=0) / np.sum(steps * steps)
    return np.moveaxis(turned - level - slope * steps, 0, axis)


composite(
    sg.detrend,
    _detrended,
    lambda ks, p: Array(inexact(name_of(ks[0])), array_dims(ks[0])),
    operands=("data",),
)

#: the transpose of `scipy.signal.savgol_filter`, whose ends are fitted
savgol_filter_back = helper(runtime.savgol_filter_back, lambda ks, p: Array("float64", array_dims(ks[0])), total=never)
_SMOOTHED = ("window_length", "polyorder", "deriv", "delta", "axis")


def _smoothed(
    ct: Any,
    x: Any,
    window_length: int,
    polyorder: int,
    deriv: int = 0,
    delta: float = 1.0,
    axis: int = -1,
    mode: str = "interp",
) -> Any:
    if mode != "interp":
        raise UnsupportedArgument(f"scipy.signal.savgol_filter with mode={mode!r} has no derivative rule")
    how = {"deriv": deriv, "delta": delta, "axis": axis}
    return savgol_filter_back(ct, window_length=window_length, polyorder=polyorder, **how)


def _smoothed_again(ct: Any, x: Any, **how: Any) -> Any:
    return call(sg.savgol_filter, ct, **how)


linear(
    sg.savgol_filter,
    _smoothed,
    lambda ks, p: Array("float32" if name_of(ks[0]) == "float32" else "float64", array_dims(ks[0])),
    operands=("x",),
    written=("*", "window_length", "polyorder"),
)
linear(primitive_of(runtime.savgol_filter_back), _smoothed_again, keywords=_SMOOTHED)
