"""Rules of the linear filters of `scipy.ndimage`.

A filter is a correlation of the array in a frame: what lies beyond its edges, by the filter's mode.  Its transpose
spreads the cotangent over the frame, and folds the frame back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.ndimage as nd
import scipy.signal as sg

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.ir.primitives import Kinds, never
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, inexact, name_of, unknown
from ast_ad.rules.table import composite, custom, helper, linear, primitive_of
from ast_ad.rules.terms import call, make


def _as_input(kinds: Kinds, params: Any) -> Kind:
    return Array(name_of(kinds[0]), array_dims(kinds[0]))


def _framed_kind(kinds: Kinds, params: Any) -> Kind:
    return Array(name_of(kinds[0]), unknown(rank(kinds[0])))


in_frame = helper(runtime.in_frame, _framed_kind, total=never)
out_of_frame = helper(runtime.out_of_frame, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[1])), total=never)


def _fold(ct: Any, x: Any, w: Any, mode: Any = "reflect", origin: Any = 0, turned: bool = False) -> Any:
    return out_of_frame(ct, x, w, mode=mode, origin=origin, turned=turned)


def _unfold(ct: Any, c: Any, x: Any, w: Any, mode: Any = "reflect", origin: Any = 0, turned: bool = False) -> Any:
    return in_frame(ct, w, mode=mode, origin=origin, turned=turned)


linear(primitive_of(runtime.in_frame), (_fold, None))
linear(primitive_of(runtime.out_of_frame), (_unfold, None, None))

for _function, _turned in ((nd.correlate, False), (nd.convolve, True)):

    def _tangent(
        ans: Any,
        t: Any,
        x: Any,
        w: Any,
        mode: str = "reflect",
        cval: Any = 0.0,
        origin: int = 0,
        _function: Any = _function,
    ) -> Any:
        _of_zero(cval)
        parts = [
            call(_function, a, b, mode=mode, origin=origin)
            for a, b in ((t[0], w), (x, t[1]))
            if a is not None and b is not None
        ]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    def _by_input(
        ct: Any,
        ans: Any,
        x: Any,
        w: Any,
        mode: str = "reflect",
        cval: Any = 0.0,
        origin: int = 0,
        _turned: bool = _turned,
    ) -> Any:
        _of_zero(cval)
        spread = call(sg.convolve, ct, np.flip(w) if _turned else w)
        return out_of_frame(spread, x, w, mode=mode, origin=origin, turned=_turned)

    def _by_weights(
        ct: Any,
        ans: Any,
        x: Any,
        w: Any,
        mode: str = "reflect",
        cval: Any = 0.0,
        origin: int = 0,
        _turned: bool = _turned,
    ) -> Any:
        _of_zero(cval)
        found = call(sg.convolve, in_frame(x, w, mode=mode, origin=origin, turned=_turned), np.flip(ct), mode="valid")
        return np.flip(found) if _turned else found

    custom(_function, _tangent, (_by_input, _by_weights), _as_input, operands=("input", "weights"))


def _of_zero(cval: Any) -> None:
    if cval != 0:
        raise UnsupportedArgument("a filter of scipy.ndimage with 'cval' has no derivative rule")


gaussian_filter_back = helper(runtime.gaussian_filter_back, _as_input, total=never)


def _gaussian_tangent(
    ans: Any,
    t: Any,
    x: Any,
    sigma: Any,
    order: Any = 0,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
) -> Any:
    return call(nd.gaussian_filter, t[0], sigma, order=order, mode=mode, truncate=truncate)


custom(
    nd.gaussian_filter,
    _gaussian_tangent,
    lambda ct, ans, x, sigma, order=0, mode="reflect", cval=0.0, truncate=4.0: gaussian_filter_back(
        ct, sigma=sigma, order=order, mode=mode, truncate=truncate
    ),
    lambda ks, p: Array(inexact(name_of(ks[0])), array_dims(ks[0])),
    operands=("input",),
    written=("*", "sigma"),
)
linear(
    primitive_of(runtime.gaussian_filter_back),
    lambda ct, x, sigma, order, mode, truncate: call(
        nd.gaussian_filter, ct, sigma, order=order, mode=mode, truncate=truncate
    ),
)

# Filters along one axis, and those that are made of them


def _across(w: Any, x: Any, axis: int) -> Any:
    """Weights along one axis, as those of a filter of all axes."""
    place = axis % x.ndim
    return w if x.ndim == 1 else w[tuple(slice(None) if k == place else None for k in range(x.ndim))]


def _origins(x: Any, axis: int, origin: int) -> Any:
    return origin if origin == 0 or x.ndim == 1 else tuple(origin if k == axis % x.ndim else 0 for k in range(x.ndim))


for _one, _many in ((nd.correlate1d, nd.correlate), (nd.convolve1d, nd.convolve)):

    def _along_one(
        input: Any,  # noqa: A002
        weights: Any,
        axis: int = -1,
        mode: str = "reflect",
        cval: Any = 0.0,
        origin: int = 0,
        _many: Any = _many,
    ) -> Any:
        _of_zero(cval)
        how = {"mode": mode, "origin": _origins(input, axis, origin)}
        return call(_many, input, _across(weights, input, axis), **how)

    composite(_one, _along_one, _as_input, operands=("input", "weights"))


def _as_float(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


def _gaussian_along_one(
    input: Any,  # noqa: A002
    sigma: Any,
    axis: int = -1,
    order: int = 0,
    mode: str = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
) -> Any:
    _of_zero(cval)
    sigmas, orders = ([value if k == axis % input.ndim else 0 for k in range(input.ndim)] for value in (sigma, order))
    return call(nd.gaussian_filter, input, tuple(sigmas), order=tuple(orders), mode=mode, truncate=truncate)


composite(nd.gaussian_filter1d, _gaussian_along_one, _as_float, operands=("input",), written=("*", "sigma"))


def _means(x: Any, size: int, axis: int, mode: str, origin: int) -> Any:
    return call(nd.correlate1d, x, call(np.ones, size), axis=axis, mode=mode, origin=origin) / size


def _uniform_along_one(
    input: Any,  # noqa: A002
    size: int,
    axis: int = -1,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
) -> Any:
    _of_zero(cval)
    return _means(input, size, axis, mode, origin)


def _uniform(
    input: Any,  # noqa: A002
    size: Any = 3,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
) -> Any:
    _of_zero(cval)
    for axis in range(input.ndim):
        one, edge, shift = (v[axis] if isinstance(v, (tuple, list)) else v for v in (size, mode, origin))
        if one > 1:
            input = _means(input, one, axis, edge, shift)  # noqa: A001
    return input


composite(nd.uniform_filter1d, _uniform_along_one, _as_input, operands=("input",), written=("*", "size"))
composite(nd.uniform_filter, _uniform, _as_input, operands=("input",), written=("*", "size"))


def _constants(*values: float) -> Any:
    return call(np.array, make(P.MAKE_FIXED, *values))


def _by_differences(smooth: tuple[float, ...]) -> Any:
    """Differences along one axis, smoothed along all others."""

    def formula(input: Any, axis: int = -1, mode: Any = "reflect", cval: Any = 0.0) -> Any:  # noqa: A002
        _of_zero(cval)
        for k in range(input.ndim):
            weights = (-1.0, 0.0, 1.0) if k == axis % input.ndim else smooth
            edge = mode[k] if isinstance(mode, (tuple, list)) else mode
            input = call(nd.correlate1d, input, _constants(*weights), axis=k, mode=edge)  # noqa: A001
        return input

    return formula


composite(nd.sobel, _by_differences((1.0, 2.0, 1.0)), _as_input, operands=("input",))
composite(nd.prewitt, _by_differences((1.0, 1.0, 1.0)), _as_input, operands=("input",))


def _laplace(input: Any, mode: Any = "reflect", cval: Any = 0.0) -> Any:  # noqa: A002
    _of_zero(cval)
    weights = _constants(1.0, -2.0, 1.0)
    total: Any = None
    for k in range(input.ndim):
        edge = mode[k] if isinstance(mode, (tuple, list)) else mode
        part = call(nd.correlate1d, input, weights, axis=k, mode=edge)
        total = part if total is None else total + part
    return total


composite(nd.laplace, _laplace, _as_input, operands=("input",))


def _gaussian_laplace(input: Any, sigma: Any, mode: Any = "reflect", cval: Any = 0.0) -> Any:  # noqa: A002
    _of_zero(cval)
    total: Any = None
    for k in range(input.ndim):
        order = tuple(2 if j == k else 0 for j in range(input.ndim))
        part = call(nd.gaussian_filter, input, sigma, order=order, mode=mode)
        total = part if total is None else total + part
    return total


composite(nd.gaussian_laplace, _gaussian_laplace, _as_float, operands=("input",), written=("*", "sigma"))
