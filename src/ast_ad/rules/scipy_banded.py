"""Rules of solves with matrices that are given by their diagonals: `a x = b` moves as `a x_dot = b_dot - a_dot x`."""

from __future__ import annotations

from typing import Any

import scipy.linalg as sl

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Kind
from ast_ad.ir.primitives import Kinds, never
from ast_ad.rules.results import array_dims, inexact, name_of, promoted
from ast_ad.rules.table import bilinear, custom, helper, linear, primitive_of
from ast_ad.rules.terms import call


def _like_second(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(promoted(kinds[:2])), array_dims(kinds[1]))


def _bands(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[1])
    return Array(promoted(kinds[:2]), (params["lower"] + params["upper"] + 1, dims[0] if dims else None))


band_product = helper(runtime.band_product, _like_second, total=never)
band_outer = helper(runtime.band_outer, _bands, total=never)
band_transposed = helper(runtime.band_transposed, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[0])), total=never)
half_product = helper(runtime.half_product, _like_second, total=never)
half_outer = helper(runtime.half_outer, lambda ks, p: Array(promoted(ks[:2]), array_dims(ks[2])), total=never)

linear(
    primitive_of(runtime.band_transposed),
    lambda ct, ab, lower, upper: band_transposed(ct, lower=upper, upper=lower),
)
bilinear(
    primitive_of(runtime.band_product),
    lambda ct, ab, x, lower, upper: band_outer(ct, x, lower=lower, upper=upper),
    lambda ct, ab, x, lower, upper: _transposed_product(ab, ct, lower, upper),
)
bilinear(
    primitive_of(runtime.band_outer),
    lambda ct, y, x, lower, upper: band_product(ct, x, lower=lower, upper=upper),
    lambda ct, y, x, lower, upper: _transposed_product(ct, y, lower, upper),
)
bilinear(
    primitive_of(runtime.half_product),
    lambda ct, ab, x, lower=False: half_outer(ct, x, ab, lower=lower),
    lambda ct, ab, x, lower=False: half_product(ab, ct, lower=lower),
)


def _transposed_product(ab: Any, x: Any, lower: int, upper: int) -> Any:
    return band_product(band_transposed(ab, lower=lower, upper=upper), x, lower=upper, upper=lower)


def _half_outer_tangent(ans: Any, t: Any, y: Any, x: Any, ab: Any, lower: bool = False) -> Any:
    parts = [half_outer(a, b, ab, lower=lower) for a, b in ((t[0], x), (y, t[1])) if a is not None and b is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1] if parts else None


custom(
    primitive_of(runtime.half_outer),
    _half_outer_tangent,
    (
        lambda ct, ans, y, x, ab, lower=False: half_product(ct, x, lower=lower),
        lambda ct, ans, y, x, ab, lower=False: half_product(ct, y, lower=lower),
        lambda ct, ans, y, x, ab, lower=False: None,
    ),
)


def _solved(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(promoted(kinds)), array_dims(kinds[1]))


def _changed(change: Any, moved: Any) -> Any:
    return change if moved is None else -moved if change is None else change - moved


def _banded_tangent(ans: Any, t: Any, ab: Any, b: Any, l_and_u: Any, check_finite: bool = True) -> Any:
    lower, upper = l_and_u
    moved = None if t[0] is None else band_product(t[0], ans, lower=lower, upper=upper)
    return call(sl.solve_banded, l_and_u, ab, _changed(t[1], moved))


def _banded_back(ct: Any, ab: Any, l_and_u: Any) -> Any:
    lower, upper = l_and_u
    return call(sl.solve_banded, (upper, lower), band_transposed(ab, lower=lower, upper=upper), ct)


custom(
    sl.solve_banded,
    _banded_tangent,
    (
        lambda ct, ans, ab, b, l_and_u, check_finite=True: (
            -band_outer(_banded_back(ct, ab, l_and_u), ans, lower=l_and_u[0], upper=l_and_u[1])
        ),
        lambda ct, ans, ab, b, l_and_u, check_finite=True: _banded_back(ct, ab, l_and_u),
    ),
    _solved,
    operands=("ab", "b"),
    written=("l_and_u", "*"),
)


def _half_tangent(ans: Any, t: Any, ab: Any, b: Any, lower: bool = False, check_finite: bool = True) -> Any:
    moved = None if t[0] is None else half_product(t[0], ans, lower=lower)
    return call(sl.solveh_banded, ab, _changed(t[1], moved), lower=lower)


custom(
    sl.solveh_banded,
    _half_tangent,
    (
        lambda ct, ans, ab, b, lower=False, check_finite=True: (
            -half_outer(call(sl.solveh_banded, ab, ct, lower=lower), ans, ab, lower=lower)
        ),
        lambda ct, ans, ab, b, lower=False, check_finite=True: call(sl.solveh_banded, ab, ct, lower=lower),
    ),
    _solved,
    operands=("ab", "b"),
)
