"""Rules of the scans along an axis, and of differences and integrals of sampled functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import FLOAT, Array, Tuple, broadcast_dims, rank
from ast_ad.ir.primitives import Span
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.composite import kind_of_formula
from ast_ad.rules.joining import along, length_along
from ast_ad.rules.results import array_dims, in_dtype, inexact, less, name_of, promoted, scan
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.structures import zeros
from ast_ad.rules.table import composite, custom, helper, linear, nondifferentiable, primitive_of
from ast_ad.rules.terms import Term, make

# Sums


def _reversed_sum(ct: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None or x.ndim == 0:
        return reshaped(np.flip(np.cumsum(np.flip(ct))), x)
    return np.flip(np.cumsum(np.flip(ct, axis=axis), axis=axis), axis=axis)


linear(np.cumsum, _reversed_sum, scan(np.cumsum), operands=("a",))


def _counted(value: Any, x: Any) -> Any:
    return np.where(np.isnan(x), 0, value)


custom(
    np.nancumsum,
    lambda ans, t, x, axis=None, dtype=None: np.cumsum(_counted(t[0], x), axis=axis),
    lambda ct, ans, x, axis=None, dtype=None: _counted(_reversed_sum(ct, x, axis), x),
    scan(np.nancumsum),
    operands=("a",),
)

# Products, exact where elements are zero: by the recurrence y[k] = x[k] y[k-1]

_like_first = lambda ks, p: Array(name_of(ks[0]), array_dims(ks[0]))  # noqa: E731
_like_both = lambda ks, p: Array(  # noqa: E731
    name_of(elementwise_kind(np.multiply, ks)), broadcast_dims([Array(None, array_dims(k)) for k in ks])
)
delay = helper(runtime.delay, _like_first)
recurrence = helper(runtime.recurrence, _like_both)

custom(
    primitive_of(runtime.delay),
    lambda ans, t, x, axis, by=1, first=0: delay(t[0], axis=axis, by=by),
    lambda ct, ans, x, axis, by=1, first=0: delay(ct, axis=axis, by=-by),
)


def _recurrence_tangent(ans: Any, tangents: Any, a: Any, b: Any, axis: Any, reverse: Any = False) -> Any:
    da, db = tangents
    change = db
    if da is not None:
        part = delay(da * ans, axis=axis, by=-1) if reverse else da * delay(ans, axis=axis)
        change = part if db is None else db + part
    return recurrence(a, change, axis=axis, reverse=reverse)


def _recurrence_by_factor(ct: Any, ans: Any, a: Any, b: Any, axis: Any, reverse: Any = False) -> Any:
    s = recurrence(a, ct, axis=axis, reverse=not reverse)
    return ans * delay(s, axis=axis) if reverse else s * delay(ans, axis=axis)


custom(
    primitive_of(runtime.recurrence),
    _recurrence_tangent,
    (
        _recurrence_by_factor,
        lambda ct, ans, a, b, axis, reverse=False: recurrence(a, ct, axis=axis, reverse=not reverse),
    ),
    unbroadcast=True,
)


def _cumprod_tangent(ans: Any, t: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None or x.ndim == 0:
        return recurrence(np.ravel(x), np.ravel(t[0]) * delay(ans, axis=0, first=1), axis=0)
    return recurrence(x, t[0] * delay(ans, axis=axis, first=1), axis=axis)


def _cumprod_cotangent(ct: Any, ans: Any, x: Any, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None or x.ndim == 0:
        back = recurrence(np.ravel(x), ct, axis=0, reverse=True) * delay(ans, axis=0, first=1)
        return reshaped(back, x)
    return recurrence(x, ct, axis=axis, reverse=True) * delay(ans, axis=axis, first=1)


custom(np.cumprod, _cumprod_tangent, _cumprod_cotangent, scan(np.cumprod), operands=("a",))
composite(
    np.nancumprod,
    lambda a, axis=None, dtype=None: np.cumprod(np.where(np.isnan(a), 1, a), axis=axis),
    scan(np.nancumprod),
    operands=("a",),
)


def _with_initial(scanned: Any) -> Any:
    """A scan with what it starts from in front; that does not depend on anything, and a zero stands for it."""

    def formula(x: Any, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
        place = 0 if axis is None else axis
        found = scanned(x, axis=place)
        if include_initial:
            from ast_ad.rules.repeating import zero_padded

            found = zero_padded(found, tuple((int(k == place % x.ndim), 0) for k in range(x.ndim)))
        return found

    return formula


if hasattr(np, "cumulative_sum"):
    for _function, _formula in (
        (np.cumulative_sum, _with_initial(np.cumsum)),
        (np.cumulative_prod, _with_initial(np.cumprod)),
    ):
        composite(_function, _formula, in_dtype(kind_of_formula(_formula)), operands=("x",))

# Differences


def _diff_kind(kinds: Any, params: Any) -> Any:
    dims = array_dims(kinds[0])
    if dims is not None and params.get("n", 1):
        axis = params.get("axis", -1) % len(dims)
        length = dims[axis]
        known = len(kinds) == 1 and params.get("n", 1) <= 2
        new = less(length, params.get("n", 1)) if known else None
        dims = tuple(new if k == axis else d for k, d in enumerate(dims))
    ends = [Array("float64", ()) if kind == FLOAT else kind for kind in kinds[1:]]  # NumPy makes arrays of them
    return Array(promoted([kinds[0], *ends]) if ends else name_of(kinds[0]), dims)


def _lengthened(ct: Any, n: int, axis: int) -> Any:
    """The transpose of differences: differences with zeros at both ends."""
    for _ in range(n):
        if ct.dtype_name == "float64":
            ct = -np.diff(ct, axis=axis, prepend=0, append=0)
        else:  # zeros of NumPy's would make it one of doubles
            widths = tuple((1, 1) if k == axis % ct.ndim else (0, 0) for k in range(ct.ndim))
            ct = -np.diff(np.pad(ct, widths), axis=axis)
    return ct


def _end(ct: Any, x: Any, end: Any, axis: int, size: Any, first: bool) -> Any:
    """The part of a cotangent that belongs to what was put in front or behind."""
    span = slice(0, size) if first else slice(-size, None)
    part = ct[along(axis, span, x.ndim)]
    return np.sum(part) if rank(end.kind) == 0 else part


def _ends(x: Any, prepend: Any, append: Any, axis: int) -> tuple[Any, Any]:
    sizes = [0 if e is None else 1 if rank(e.kind) == 0 else length_along(e, axis) for e in (prepend, append)]
    return sizes[0], sizes[1]


def _diff_cotangent(ct: Any, x: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    if n == 1 and prepend is None and append is None and rank(x.kind) is not None:
        front = (Span(),) * (axis % x.ndim)
        later = make(P.INDEX_UPDATE, zeros(x), ct, index=(*front, Span(1)))
        return make(P.INDEX_ADD, later, -ct, index=(*front, Span(None, -1)))
    whole = _lengthened(ct, n, axis)
    if prepend is None and append is None and n <= 2:
        return whole
    if n == 0:
        return ct
    front, _ = _ends(x, prepend, append, axis)
    return whole[along(axis, slice(front, front + length_along(x, axis)), x.ndim)]


def _diff_front(ct: Any, x: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    if n == 0:  # the array comes back as it is
        return None
    return _end(_lengthened(ct, n, axis), x, prepend, axis, _ends(x, prepend, append, axis)[0], True)


def _diff_back(ct: Any, x: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    if n == 0:  # the array comes back as it is
        return None
    return _end(_lengthened(ct, n, axis), x, append, axis, _ends(x, prepend, append, axis)[1], False)


linear(
    np.diff,
    {0: _diff_cotangent, "prepend": _diff_front, "append": _diff_back},
    _diff_kind,
    operands=("a", "prepend", "append"),
    result="layout",
)
composite(
    np.ediff1d,
    lambda ary, to_end=None, to_begin=None: _joined(
        None if to_begin is None else np.ravel(to_begin),
        np.diff(np.ravel(ary)),
        None if to_end is None else np.ravel(to_end),
    ),
    lambda ks, p: Array(name_of(ks[0]), (None,)),
    operands=("ary", "to_end", "to_begin"),
)


def _joined(*parts: Any) -> Any:
    known = tuple(p for p in parts if p is not None)
    return known[0] if len(known) == 1 else np.concatenate(known)


def _slope_along(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    """Differences in the middle, one-sided at the ends; `h` is a step or the coordinates along the axis."""

    def at(part: Any) -> Any:
        return f[along(axis, part, f.ndim)]

    even = rank(h.kind) == 0 if isinstance(h, Term) else True
    shape = tuple(slice(None) if k == axis else None for k in range(axis, f.ndim))
    if even:
        inner = (at(slice(2, None)) - at(slice(None, -2))) / (2.0 * h)
        first, last = h, h
        first_two, last_two = (h, h), (h, h)
    else:
        d = np.diff(h)
        a, b = (d[:-1], d[1:]) if f.ndim == 1 else (d[:-1][shape], d[1:][shape])
        inner = (
            at(slice(None, -2)) * (-b / (a * (a + b)))
            + at(slice(1, -1)) * ((b - a) / (a * b))
            + at(slice(2, None)) * (a / (b * (a + b)))
        )
        first, last = d[0], d[-1]
        first_two, last_two = (d[0], d[1]), (d[-2], d[-1])
    if edge_order == 1:
        start = (at(slice(1, 2)) - at(slice(0, 1))) / first
        end = (at(slice(-1, None)) - at(slice(-2, -1))) / last
    else:
        one, two = first_two
        start = (
            at(slice(0, 1)) * (-(2.0 * one + two) / (one * (one + two)))
            + at(slice(1, 2)) * ((one + two) / (one * two))
            - at(slice(2, 3)) * (one / (two * (one + two)))
        )
        one, two = last_two
        end = (
            at(slice(-3, -2)) * (two / (one * (one + two)))
            - at(slice(-2, -1)) * ((one + two) / (one * two))
            + at(slice(-1, None)) * ((2.0 * two + one) / (two * (one + two)))
        )
    return np.concatenate((start, inner, end), axis=axis)


def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes = tuple(range(f.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    steps = spacing if len(spacing) == len(axes) else spacing * len(axes) if spacing else (1.0,) * len(axes)
    found = tuple(_slope_along(f, h, k % f.ndim, edge_order) for k, h in zip(axes, steps, strict=True))
    return found[0] if len(found) == 1 else found


def _gradient_kind(kinds: Any, params: Any) -> Any:
    """Of singles where the function is, whatever the places are."""
    dtype = inexact(name_of(kinds[0]))
    found = kind_of_formula(_gradient)(kinds, params)
    parts = found.items if isinstance(found, Tuple) else (found,)
    own = tuple(Array(dtype, part.dims if isinstance(part, Array) else None) for part in parts)
    return Tuple(own) if isinstance(found, Tuple) else own[0]


composite(np.gradient, _gradient, _gradient_kind, operands=("f", "varargs"))

# Integrals


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    middle = y[along(axis, slice(1, None), y.ndim)] + y[along(axis, slice(None, -1), y.ndim)]
    if x is None or (isinstance(x, Term) and x.is_lit):
        return 0.5 * dx * np.sum(middle, axis=axis)
    if x.ndim == 1:
        d = np.diff(x)
        place = axis % y.ndim
        d = d[(slice(None), *(None,) * (y.ndim - 1 - place))] if place != y.ndim - 1 else d
    else:
        d = np.diff(x, axis=axis)
    return 0.5 * np.sum(d * middle, axis=axis)


composite(
    tuple(f for f in (getattr(np, "trapezoid", None) or getattr(np, "trapz", None),) if f),
    _trapezoid,
    operands=("y", "x", "dx"),
)


# Where running extremes are found, and sums of stretches

running_places = helper(runtime.running_places, lambda ks, p: Array("int64", array_dims(ks[0])))
nondifferentiable(primitive_of(runtime.running_places))


def _stretch_kind(kinds: Any, params: Any) -> Any:
    dims = array_dims(kinds[0])
    if dims is not None:
        places = array_dims(kinds[1]) or (None,)
        dims = tuple(places[0] if k == params["axis"] % len(dims) else d for k, d in enumerate(dims))
    return Array(name_of(kinds[0]), dims)


stretch_sums = helper(runtime.stretch_sums, _stretch_kind, total=lambda ks, p: False)
spread_stretches = helper(
    runtime.spread_stretches, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[2])), total=lambda ks, p: False
)
linear(
    primitive_of(runtime.stretch_sums),
    (lambda ct, x, indices, axis: spread_stretches(ct, indices, x, axis=axis), None),
)
linear(
    primitive_of(runtime.spread_stretches),
    (lambda ct, y, indices, x, axis: stretch_sums(ct, indices, axis=axis), None, None),
)
