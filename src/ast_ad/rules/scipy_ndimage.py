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
from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.ir.primitives import Kinds, never
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, inexact, name_of, unknown
from ast_ad.rules.table import custom, helper, linear, primitive_of
from ast_ad.rules.terms import call


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
