"""Rules of splines of `scipy.interpolate`: where they are read by the next derivative, linear in their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as sip

from ast_ad.ir.kinds import Array, Kind
from ast_ad.ir.primitives import Kinds, Primitive
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.results import array_dims
from ast_ad.rules.table import custom, elementwise
from ast_ad.rules.terms import call, make

#: what makes a spline of places and values that is linear in the values
MAKERS = {
    "BSpline": sip.BSpline,
    "CubicSpline": sip.CubicSpline,
    "interp1d": sip.interp1d,
    "make_interp_spline": sip.make_interp_spline,
}
#: the degrees of the splines that `interp1d` makes; all other kinds are constant between the places
_DEGREES = {"linear": 1, "slinear": 1, "quadratic": 2, "cubic": 3}


def _at_kind(kinds: Kinds, params: Any) -> Kind:
    return Array("float64", array_dims(kinds[1]))


def _through_kind(kinds: Kinds, params: Any) -> Kind:
    places, values = array_dims(kinds[2]), array_dims(kinds[1])
    return Array("float64", None if places is None or values is None else (*places, *values[1:]))


def _through(x: Any, y: Any, t: Any, maker: str, derived: tuple[int, ...] = (), nu: int = 0, **settings: Any) -> Any:
    spline = MAKERS[maker](x, y, **settings)
    for order in derived:
        spline = spline.derivative(order)
    return spline(t, nu) if nu else spline(t)


#: `spline(t, nu)`, of a spline made outside
SPLINE_AT = Primitive("spline_at", lambda spline, t, nu=0: spline(t, nu), _at_kind)
#: `CubicSpline(x, y, **settings)(t, nu)`, or one of its derivatives of the orders `derived`
SPLINE_THROUGH = Primitive("spline_through", _through, _through_kind)

elementwise(SPLINE_AT, None, lambda ans, spline, t, nu=0: make(SPLINE_AT, spline, t, nu=nu + 1))


def _slope(x: Any, y: Any, t: Any, nu: int, how: Any) -> Any:
    if how["maker"] != "interp1d":
        return make(SPLINE_THROUGH, x, y, t, nu=nu + 1, **how)
    kind = how.get("kind", "linear")
    degree = kind if isinstance(kind, int) else _DEGREES.get(kind, 0)
    return make(SPLINE_THROUGH, x, y, t, nu=1, maker="make_interp_spline", k=degree) if degree else None


def _tangent(ans: Any, moves: Any, x: Any, y: Any, t: Any, nu: int = 0, **how: Any) -> Any:
    _constant_places(moves[0])
    total = None if moves[1] is None else make(SPLINE_THROUGH, x, moves[1], t, nu=nu, **how)
    slope = None if moves[2] is None else _slope(x, y, t, nu, how)
    if slope is not None:
        part = slope * (moves[2] if _is_vector(y) or array_dims(t.kind) == () else moves[2][..., None])
        total = part if total is None else total + part
    return total


def _by_values(ct: Any, ans: Any, x: Any, y: Any, t: Any, nu: int = 0, **how: Any) -> Any:
    """Each value counts for what the spline through 1 at its place, and 0 at all others, is at t."""
    if not _is_vector(y):
        raise UnsupportedArgument("a spline of scipy.interpolate has a derivative rule for a vector of values only")
    if how["maker"] == "interp1d":
        how = {**how, "axis": 0}
    basis = make(SPLINE_THROUGH, x, call(np.eye, length_along(y, 0)), t, nu=nu, **how)
    return call(np.tensordot, ct, basis, axes=len(array_dims(t.kind) or ()))


def _by_places(ct: Any, ans: Any, x: Any, y: Any, t: Any, nu: int = 0, **how: Any) -> Any:
    slope = _slope(x, y, t, nu, how)
    if slope is None:
        return None
    found = ct * slope
    return found if _is_vector(y) else np.sum(found, axis=-1)


def _constant_places(move: Any = None) -> None:
    if move is not None:
        raise UnsupportedArgument("a spline of scipy.interpolate has no derivative rule for its places x")


def _is_vector(y: Any) -> bool:
    return len(array_dims(y.kind) or (None,)) == 1


custom(
    SPLINE_THROUGH,
    _tangent,
    (lambda ct, ans, x, y, t, nu=0, **how: _constant_places(ct), _by_values, _by_places),
    keywords=("maker", "derived", "bc_type", "extrapolate", "k", "kind", "copy", "fill_value", "assume_sorted", "axis"),
)
