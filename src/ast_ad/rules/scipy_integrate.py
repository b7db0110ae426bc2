"""Rules of `scipy.integrate` for sampled functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate as si

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import along
from ast_ad.rules.reductions import kept
from ast_ad.rules.results import array_dims, inexact, less, promoted, reduced_dims, unknown
from ast_ad.rules.scans import _trapezoid
from ast_ad.rules.table import composite, custom, helper, nondifferentiable, primitive_of
from ast_ad.rules.terms import Term


def _reduced(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(promoted(kinds)), reduced_dims(array_dims(kinds[0]), params.get("axis", -1), False))


composite(si.trapezoid, _trapezoid, _reduced, operands=("y", "x", "dx"))


def _running(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0])
    if dims is not None and params.get("initial") is None:
        axis = params.get("axis", -1) % len(dims)
        dims = tuple(less(d, 1) if k == axis else d for k, d in enumerate(dims))
    return Array(inexact(promoted(kinds)), dims)


def _cumulative(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    middle = y[along(axis, slice(1, None), y.ndim)] + y[along(axis, slice(None, -1), y.ndim)]
    steps = dx
    if x is not None and not (isinstance(x, Term) and x.is_lit):
        steps = np.diff(x) if x.ndim == 1 else np.diff(x, axis=axis)
        place = axis % y.ndim
        if x.ndim == 1 and place != y.ndim - 1:
            steps = steps[(slice(None), *(None,) * (y.ndim - 1 - place))]
    found = np.cumsum(0.5 * steps * middle, axis=axis)
    if initial is None:
        return found
    return np.concatenate((0 * y[along(axis, slice(0, 1), y.ndim)] + initial, found), axis=axis)


composite(si.cumulative_trapezoid, _cumulative, _running, operands=("y", "x", "dx"))

#: what each sample counts for in Simpson's rule
simpson_weights = helper(runtime.simpson_weights, lambda ks, p: Array("float64", unknown(rank(ks[0]))))
nondifferentiable(primitive_of(runtime.simpson_weights))


def _simpson_weights(y: Any, x: Any, dx: Any, axis: int) -> Any:
    if x is not None and not (isinstance(x, Term) and x.is_lit):
        return simpson_weights(y, x, axis=axis)
    return dx * simpson_weights(y, axis=axis)


def _simpson_tangent(ans: Any, t: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    if x is not None and t.of("x") is not None:
        _refuse_places()
    total: Any = None
    if t[0] is not None:
        total = np.sum(t[0] * _simpson_weights(y, x, dx, axis), axis=axis)
    if t.of("dx") is not None:
        part = t.of("dx") * ans / dx
        total = part if total is None else total + part
    return total


def _refuse_places(*_: Any, **__: Any) -> Any:
    raise UnsupportedArgument("scipy.integrate.simpson has no derivative rule for the places x of the samples")


custom(
    si.simpson,
    _simpson_tangent,
    {
        0: lambda ct, ans, y, x=None, dx=1.0, axis=-1: kept(ct, y, axis) * _simpson_weights(y, x, dx, axis),
        "x": lambda ct, ans, y, x=None, dx=1.0, axis=-1: _refuse_places(),
        "dx": lambda ct, ans, y, x=None, dx=1.0, axis=-1: np.sum(ct * ans) / dx,
    },
    _reduced,
    operands=("y", "x", "dx"),
)
