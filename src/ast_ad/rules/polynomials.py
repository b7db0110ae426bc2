"""Rules of convolutions, interpolation and polynomials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Kind, is_complex, rank
from ast_ad.ir.primitives import Kinds, never
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, real, reduced_dims
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.table import bilinear, composite, custom, helper, linear, primitive_of
from ast_ad.rules.terms import call

# Convolutions


def _convolved(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    a, v = array_dims(kinds[0]), array_dims(kinds[1])
    mode = params.get("mode", "full" if params.get("full", True) else "valid")
    length = None
    if a and v and isinstance(a[0], int) and isinstance(v[0], int):
        m, n = max(a[0], v[0]), min(a[0], v[0])
        length = {"full": m + n - 1, "same": m, "valid": m - n + 1}[mode]
    return Array(promoted(kinds), (length,))


def _conj(x: Any) -> Any:
    return np.conj(x) if is_complex(x.kind) else x


def _any_length(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), (None,))


#: a convolution that was cut by its mode, back among zeros in its full length
uncut = helper(runtime.uncut, _any_length, total=never)
cut = helper(runtime.cut, _any_length, total=never, result="view")
linear(primitive_of(runtime.uncut), (lambda ct, c, a, v, mode: cut(ct, a, v, mode=mode), None, None))
linear(primitive_of(runtime.cut), (lambda ct, c, a, v, mode: uncut(ct, a, v, mode=mode), None, None))


def _row(x: Any) -> Any:
    """An array of one axis, which a number is made too."""
    return np.reshape(x, (1,)) if rank(x.kind) == 0 else x


def _by_the_other(ct: Any, own: Any, other: Any, a: Any, v: Any, mode: str) -> Any:
    whole = ct if mode == "full" else uncut(ct, _row(a), _row(v), mode=mode)
    return reshaped(call(np.correlate, whole, _conj(_row(other)), "valid"), own)


bilinear(
    np.convolve,
    lambda ct, a, v, mode="full": _by_the_other(ct, a, v, a, v, mode),
    lambda ct, a, v, mode="full": _by_the_other(ct, v, a, a, v, mode),
    _convolved,
    operands=("a", "v"),
)
composite(
    np.correlate,
    lambda a, v, mode="valid": correlated(a, v, mode),
    lambda ks, p: _convolved(ks, {"mode": p.get("mode", "valid")}),
    operands=("a", "v"),
)


def correlated(a: Any, v: Any, mode: str) -> Any:
    """A correlation as a convolution; of the modes, only "same" depends on which is the longer one."""
    turned = np.flip(_conj(v))
    if mode != "same":
        return call(np.convolve, a, turned, mode)
    return cut_correlation(call(np.convolve, a, turned), a, v)


cut_correlation = helper(runtime.cut_correlation, _any_length, total=never, result="view")
uncut_correlation = helper(runtime.uncut_correlation, _any_length, total=never)
linear(primitive_of(runtime.cut_correlation), (lambda ct, c, a, v: uncut_correlation(ct, a, v), None, None))
linear(primitive_of(runtime.uncut_correlation), (lambda ct, c, a, v: cut_correlation(ct, a, v), None, None))

# Interpolation


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = np.take(xp, order), np.take(fp, order)
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
        left = right = None
    last = length_along(xp, 0) - 1
    place = np.clip(call(np.searchsorted, xp, x, side="right") - 1, 0, last - 1)
    x0, f0 = np.take(xp, place), np.take(fp, place)
    slope = (np.take(fp, place + 1) - f0) / (np.take(xp, place + 1) - x0)
    inside = f0 + slope * (x - x0)
    below = fp[0] if left is None else left
    above = fp[last] if right is None else right
    return np.where(x < xp[0], below, np.where(x > xp[last], above, inside))


composite(
    np.interp,
    _interp,
    lambda ks, p: Array("complex128" if "complex" in str(name_of(ks[2])) else "float64", array_dims(ks[0])),
    operands=("x", "xp", "fp", "left", "right"),
)

# Polynomials


def _value_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(promoted(kinds), array_dims(kinds[1]))


def _slope(p: Any) -> Any:
    return call(np.polyder, p)


def _polyval_tangent(ans: Any, tangents: Any, p: Any, x: Any) -> Any:
    dp, dx = tangents
    total: Any = None if dp is None else call(np.polyval, dp, x)
    if dx is not None:
        part = call(np.polyval, _slope(p), x) * dx
        total = part if total is None else total + part
    return total


custom(
    np.polyval,
    _polyval_tangent,
    (
        lambda ct, ans, p, x: np.ravel(ct) @ call(np.vander, np.ravel(x), length_along(p, 0)),
        lambda ct, ans, p, x: ct * call(np.polyval, _slope(p), x),
    ),
    _value_kind,
    operands=("p", "x"),
)


def _polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * call(np.arange, length_along(p, 0) - 1, 0, -1)
    return p


composite(
    np.polyder,
    _polyder,
    lambda ks, p: Array(promoted([ks[0], Array("int64", ())]) if p.get("m", 1) else name_of(ks[0]), (None,)),
    operands=("p",),
)


def _polyfit(x: Any, y: Any, deg: int, w: Any = None) -> Any:
    left, right = call(np.vander, x, deg + 1), y
    if w is not None:
        left = left * w[:, None]
        right = y * (w[:, None] if y.ndim == 2 else w)
    return call(np.linalg.lstsq, left, right, rcond=None)[0]


composite(
    np.polyfit,
    _polyfit,
    lambda ks, p: Array(inexact(promoted(ks)), (p["deg"] + 1, *(array_dims(ks[1]) or (None,))[1:])),
    operands=("x", "y", "w"),
    written=("*", "deg"),
)
custom(
    np.roots,
    lambda ans, t, p: -call(np.polyval, t[0], ans) / call(np.polyval, _slope(p), ans),
    lambda ct, ans, p: -(ct / call(np.polyval, _slope(p), ans)) @ call(np.vander, ans, length_along(p, 0)),
    lambda ks, p: Array("complex64" if name_of(ks[0]) in ("float32", "complex64") else "complex128", (None,)),
    operands=("p",),
)

# What is a product of several


def _multi_dot(arrays: Any) -> Any:
    from ast_ad.rules.modes import elements

    known = elements(arrays)
    if known is None:
        raise UnsupportedArgument("np.linalg.multi_dot of a list whose length is not known has no derivative rule")
    product = known[0]
    for factor in known[1:]:
        product = product @ factor
    return product


composite(np.linalg.multi_dot, _multi_dot, operands=("arrays",))


def _cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        s = call(np.linalg.svd, x, compute_uv=False)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    axis = (-2, -1)
    return call(np.linalg.norm, x, p, axis=axis) * call(np.linalg.norm, np.linalg.inv(x), p, axis=axis)


composite(
    np.linalg.cond,
    _cond,
    lambda ks, p: Array(real(inexact(name_of(ks[0]))), reduced_dims(array_dims(ks[0]), (-2, -1), False)),
    operands=("x",),
)


def _flat_size(shape: list[Any]) -> Any:
    total: Any = 1
    for n in shape:
        total = total * n
    return total


def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = [np.shape(a)[k] for k in range(a.ndim)]
    matrix = np.reshape(a, (_flat_size(shape[:ind]), -1))
    return np.reshape(np.linalg.inv(matrix), (*shape[ind:], *shape[:ind]))


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        order = [k for k in range(a.ndim) if k not in axes] + list(axes)
        a = np.transpose(a, axes=tuple(order))
    unknowns = [np.shape(a)[k] for k in range(b.ndim, a.ndim)]
    matrix = np.reshape(a, (-1, _flat_size(unknowns)))
    return np.reshape(np.linalg.solve(matrix, np.ravel(b)), tuple(unknowns))


composite(np.linalg.tensorinv, _tensorinv, operands=("a",))
composite(np.linalg.tensorsolve, _tensorsolve, operands=("a", "b"))
