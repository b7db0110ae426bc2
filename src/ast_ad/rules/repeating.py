"""Rules of the functions that repeat, pad, insert, delete and window elements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Kind, Scalar, Tuple, rank
from ast_ad.ir.primitives import HOLE, Kinds, Primitive, Span
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.composite import kind_of_formula
from ast_ad.rules.joining import along, length_along
from ast_ad.rules.modes import elements
from ast_ad.rules.results import array_dims, in_dtype, name_of, promoted, sum_of, times, unknown
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.structures import unbroadcast, zeros
from ast_ad.rules.table import composite, custom, helper, holes_filled, linear, nondifferentiable, primitive_of
from ast_ad.rules.terms import Term, call, make, term

# tile, repeat


def _reps(reps: Any, ndim: int) -> tuple[int, ...]:
    found = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    return (1,) * (ndim - len(found)) + found


def _tile_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    if dims is None:
        return Array(name_of(kinds[0]), None)
    reps = _reps(params["reps"], len(dims))
    wide = (1,) * (len(reps) - len(dims)) + dims
    return Array(name_of(kinds[0]), tuple(map(times, wide, reps)))


def _tile_transpose(ct: Any, x: Any, reps: Any) -> Any:
    times = _reps(reps, x.ndim)
    extra = len(times) - x.ndim
    shape: list[Any] = []
    summed: list[int] = []
    for k, r in enumerate(times):
        if r != 1:
            summed.append(len(shape))
            shape.append(r)
        if k >= extra:
            shape.append(np.shape(x)[k - extra])
    if not summed:
        return reshaped(ct, x)
    if not shape or len(shape) == len(summed):
        return np.sum(ct)
    return np.sum(np.reshape(ct, tuple(shape)), axis=tuple(summed) if len(summed) > 1 else summed[0])


linear(np.tile, _tile_transpose, _tile_kind, operands=("A",), written=("*", "reps"))


def _repeat_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims, axis = array_dims(kinds[0]), params.get("axis")
    if axis is None:
        return Array(name_of(kinds[0]), (None,))
    if dims is None:
        return Array(name_of(kinds[0]), None)
    return Array(name_of(kinds[0]), tuple(None if k == axis % len(dims) else d for k, d in enumerate(dims)))


def _repeat_transpose(ct: Any, x: Any, repeats: Any, axis: Any = None) -> Any:
    if isinstance(repeats.kind, Scalar):
        place = 0 if axis is None else axis % x.ndim
        if axis is None:
            return reshaped(np.sum(np.reshape(ct, (-1, repeats)), axis=1), x)
        shape = [np.shape(x)[k] for k in range(x.ndim)]
        shape.insert(place + 1, repeats)
        return np.sum(np.reshape(ct, tuple(shape)), axis=place + 1)
    count = x.size if axis is None else length_along(x, axis)
    source = call(np.repeat, call(np.arange, count), repeats)
    if axis is None:
        return reshaped(make(P.INDEX_ADD, np.zeros_like(np.ravel(x)), ct, source, index=(HOLE,)), x)
    return make(P.INDEX_ADD, zeros(x), ct, source, index=(*(Span(),) * (axis % x.ndim), HOLE))


linear(np.repeat, (_repeat_transpose, None), _repeat_kind, operands=("a", "repeats"))

# Elements taken from numbered places: windows, and pads that repeat elements


def _numbers(x: Any) -> Any:
    """The place of each element in the flattened array, in the array's shape."""
    return np.reshape(call(np.arange, x.size), x.shape)


def _window_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    window = params["window_shape"]
    extra = len(window) if isinstance(window, tuple) else 1
    return Array(name_of(kinds[0]), unknown(None if dims is None else len(dims) + extra))


def _windows(x: Any, window_shape: Any, axis: Any = None) -> Any:
    places = call(np.lib.stride_tricks.sliding_window_view, _numbers(x), window_shape, axis=axis)
    return np.take(x, places)


composite(
    np.lib.stride_tricks.sliding_window_view,
    _windows,
    _window_kind,
    operands=("x",),
    written=("*", "window_shape"),
    result="view",
)


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, Mapping):
        found = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            found[axis] = (width, width) if isinstance(width, int) else tuple(width)
        return found
    return [(int(a), int(b)) for a, b in np.broadcast_to(pad_width, (ndim, 2))]


def _pad_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = array_dims(kinds[0])
    if dims is None:
        return Array(name_of(kinds[0]), None)
    widths = _widths(params["pad_width"], len(dims))
    return Array(
        name_of(kinds[0]),
        tuple(d if w == (0, 0) else sum_of([d, *w]) for d, w in zip(dims, widths, strict=True)),
    )


_STATISTICS: dict[str, Any] = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}


def _pair(given: Any, axis: int, ndim: int, default: Any) -> tuple[Any, Any]:
    return (default, default) if given is None else tuple(np.broadcast_to(given, (ndim, 2))[axis].tolist())


def _padded(
    x: Any,
    pad_width: Any,
    mode: str = "constant",
    constant_values: Any = 0,
    end_values: Any = 0,
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    if mode in ("reflect", "symmetric") and reflect_type == "odd":
        return _reflected_oddly(x, _widths(pad_width, x.ndim), mode)
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return np.take(x, call(np.pad, _numbers(x), pad_width, mode=mode))
    if mode == "constant" and (not isinstance(constant_values, Term) or constant_values.is_lit):
        return zero_padded(x, pad_width)
    if mode not in ("constant", "linear_ramp", *_STATISTICS):
        raise UnsupportedArgument(f"np.pad with mode={mode!r} has no derivative rule")
    for axis, (before, after) in enumerate(_widths(pad_width, x.ndim)):
        parts = [x]
        for first, width in ((True, before), (False, after)):
            if width:
                edge = _edge(x, axis, first, width, mode, constant_values, end_values, stat_length)
                parts = [edge, *parts] if first else [*parts, edge]
        if len(parts) > 1:
            x = np.concatenate(tuple(parts), axis=axis)
    return x


def _pad_transpose(ct: Any, array: Any, pad_width: Any) -> Any:
    widths = _widths(pad_width, array.ndim)
    return ct[tuple(slice(before or None, -after or None) for before, after in widths)]


#: np.pad with zeros
ZERO_PADDED = Primitive(
    "np.pad", lambda array, pad_width: np.pad(array, pad_width), _pad_kind, written=("*", "pad_width"), cost=2
)
linear(ZERO_PADDED, _pad_transpose)


def zero_padded(x: Any, pad_width: Any) -> Any:
    """np.pad(x, pad_width)"""
    return make(ZERO_PADDED, x, pad_width=pad_width)


def _edge(x: Any, axis: int, first: bool, width: int, mode: str, constants: Any, ends: Any, lengths: Any) -> Any:
    """What is put in front of or behind an axis."""
    at_end = x[along(axis, slice(0, 1) if first else slice(-1, None), x.ndim)]
    column = (slice(None), *(None,) * (x.ndim - 1 - axis))
    if mode == "constant":
        value = term(constants)
        if rank(value.kind) != 0:
            value = np.broadcast_to(call(np.array, value), (x.ndim, 2))[axis, 0 if first else 1]
        return 0 * call(np.repeat, at_end, width, axis=axis) + value
    if mode == "linear_ramp":
        value = _pair(ends, axis, x.ndim, 0)[0 if first else 1]
        weights = call(np.linspace, 0.0, 1.0, width, endpoint=False)
        weights = (weights if first else np.flip(weights))[column]
        return value + (at_end - value) * weights
    length = _pair(lengths, axis, x.ndim, None)[0 if first else 1]
    part = x
    if length is not None:
        part = x[along(axis, slice(0, length) if first else slice(-length, None), x.ndim)]
    return call(np.repeat, _STATISTICS[mode](part, axis=axis, keepdims=True), width, axis=axis)


def _reflected_oddly(x: Any, widths: list[tuple[int, int]], mode: str) -> Any:
    """Twice the element at the end less the reflected one, axis by axis, as far as one reflection goes."""
    skipped = 1 if mode == "reflect" else 0
    for axis, (before, after) in enumerate(widths):
        length = array_dims(x.kind)
        own = None if length is None else length[axis]
        if isinstance(own, int) and max(before, after) > own - skipped:
            raise UnsupportedArgument("np.pad with reflect_type='odd' wider than the array has no derivative rule")
        parts = [x]
        for first, width in ((True, before), (False, after)):
            if width:
                ends = slice(0, 1) if first else slice(-1, None)
                near = slice(skipped, skipped + width) if first else slice(-width - skipped, -skipped or None)
                turned = np.flip(x[along(axis, near, x.ndim)], axis=axis)
                edge = 2 * x[along(axis, ends, x.ndim)] - turned
                parts = [edge, *parts] if first else [*parts, edge]
        x = np.concatenate(tuple(parts), axis=axis) if len(parts) > 1 else x
    return x


def _padding(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    constant_values: Any = None,
    end_values: Any = None,
    stat_length: Any = None,
    reflect_type: Any = None,
) -> Any:
    """np.pad with its keywords by name, so that calls of it can be bound."""
    given = {
        "constant_values": constant_values,
        "end_values": end_values,
        "stat_length": stat_length,
        "reflect_type": reflect_type,
    }
    return np.pad(array, pad_width, mode=mode, **{k: v for k, v in given.items() if v is not None})


composite(
    np.pad,
    _padded,
    _pad_kind,
    operands=("array", "constant_values"),
    written=("*", "pad_width"),
    call=holes_filled(_padding, ("array", "constant_values")),
)

# insert, delete, resize, trim_zeros


def _insert_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    axis = params.get("axis")
    dims = array_dims(kinds[0])
    if axis is None:
        return Array(name_of(kinds[0]), (None,))
    return Array(
        name_of(kinds[0]),
        None if dims is None else tuple(None if k == axis % len(dims) else d for k, d in enumerate(dims)),
    )


def _order(ct: Any, x: Any, obj: Any, axis: Any) -> tuple[Any, Any]:
    """Where the array's own elements went, and where the inserted ones, by their numbers."""
    own = x.size if axis is None else length_along(x, axis)
    all_ = ct.size if axis is None else np.shape(ct)[axis]
    new = all_ - own
    marks = call(np.insert, call(np.arange, own), obj, -1 - call(np.arange, new))
    order = np.argsort(marks)
    return order[new:], order[:new][::-1]


def _insert_transpose(ct: Any, x: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    own, _ = _order(ct, x, obj, axis)
    return reshaped(np.take(ct, own, axis=axis), x)


def _insert_values(ct: Any, x: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    _, new = _order(ct, x, obj, axis)
    part = np.take(ct, new, axis=axis)
    if isinstance(obj, int) and axis is not None:
        part = np.moveaxis(part, axis, 0)
    return unbroadcast(part, values)


linear(np.insert, {0: _insert_transpose, "values": _insert_values}, _insert_kind, operands=("arr", "values"))


def _delete_transpose(ct: Any, x: Any, obj: Any, axis: Any = None) -> Any:
    count = x.size if axis is None else length_along(x, axis)
    kept = call(np.delete, call(np.arange, count), obj)
    if axis is None:
        return reshaped(make(P.INDEX_ADD, np.zeros_like(np.ravel(x)), ct, kept, index=(HOLE,)), x)
    return make(P.INDEX_ADD, zeros(x), ct, kept, index=(*(Span(),) * (axis % x.ndim), HOLE))


linear(np.delete, _delete_transpose, _insert_kind, operands=("arr",), written=("*", "obj"))


def _resized(a: Any, new_shape: Any) -> Any:
    shape = new_shape if isinstance(new_shape, tuple) else (new_shape,)
    return np.reshape(np.take(a, call(np.arange, math.prod(shape)) % a.size), shape)


composite(
    np.resize,
    _resized,
    lambda ks, p: Array(name_of(ks[0]), p["new_shape"] if isinstance(p["new_shape"], tuple) else (p["new_shape"],)),
    operands=("a",),
    written=("*", "new_shape"),
)


def _kept(x: Any, like: Any, trim: str, axis: Any) -> tuple[Any, ...]:
    """Where `like`, the array without its outer zeros, stands in the array."""
    axes = range(x.ndim) if axis is None else [a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    index: list[Any] = []
    for k in range(x.ndim):
        start: Any = 0
        if k in axes and "f" in trim.lower():
            given = {} if x.ndim == 1 else {"axis": k}
            start = length_along(x, k) - length_along(call(np.trim_zeros, x, trim="f", **given), k)
        index.append(slice(start, start + length_along(like, k)) if k in axes else slice(None))
    return tuple(index)


def _put_back(ct: Any, part: Any) -> Any:
    """The cotangent of the array that a part was taken from."""
    if part.fn is not P.GETITEM:
        return ct
    x, *holes = part.args
    return make(P.INDEX_UPDATE, zeros(x), ct, *holes, **part.params)


def _trimmed_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), unknown(rank(kinds[0])))


custom(
    np.trim_zeros,
    lambda ans, t, filt, trim="fb", axis=None: t[0][_kept(filt, ans, trim, axis)],
    lambda ct, ans, filt, trim="fb", axis=None: _put_back(ct, filt[_kept(filt, ct, trim, axis)]),
    _trimmed_kind,
    operands=("filt",),
    result="view",
)
unique_places = helper(runtime.unique_places, lambda ks, p: Array("int64", (None,)), total=P.never)
nondifferentiable(primitive_of(runtime.unique_places))


def _unique_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    flags = sum(bool(params.get(name)) for name in ("return_index", "return_inverse", "return_counts"))
    values = Array(name_of(kinds[0]), (None,))
    return Tuple((values, *(Array("int64", None),) * flags)) if flags else values


def _unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    values = np.take(ar, unique_places(ar))
    flags = return_index + return_inverse + return_counts
    return (values, *(unique_places(ar),) * flags) if flags else values


composite(np.unique, _unique, _unique_kind, operands=("ar",))

# Grids and blocks


def _meshgrid(*xi: Any, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> Any:
    order = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        order[:2] = [1, 0]
    shape = tuple(xi[k].size for k in order)
    found = []
    for k, x in enumerate(xi):
        place = order.index(k)
        wide = np.reshape(x, tuple(-1 if j == place else 1 for j in range(len(xi))))
        found.append(wide if sparse else np.broadcast_to(wide, shape))
    return tuple(found)


composite(np.meshgrid, _meshgrid, operands=("xi",))


def _block(arrays: Any) -> Any:
    depth, ndim = _depth(arrays)
    return _joined_blocks(arrays, depth, max(depth, ndim))


def _depth(value: Any) -> tuple[int, int]:
    if isinstance(value.kind, (Array, Scalar)):
        return 0, value.ndim
    known = elements(value)
    if known is None:
        raise UnsupportedArgument("np.block of a list whose length is not known has no derivative rule")
    parts = [_depth(v) for v in known]
    return 1 + parts[0][0], max(n for _, n in parts)


def _joined_blocks(value: Any, depth: int, ndim: int) -> Any:
    if depth == 0 and isinstance(value.kind, Scalar):
        return np.reshape(value, (1,) * ndim)
    if depth == 0:
        return value[(*(None,) * (ndim - value.ndim), Ellipsis)] if value.ndim < ndim else value
    parts = tuple(_joined_blocks(v, depth - 1, ndim) for v in elements(value) or ())
    return np.concatenate(parts, axis=-depth)


composite(np.block, _block, operands=("arrays",))


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    powers = call(np.arange, x.size if N is None else N)
    return x[:, None] ** (powers if increasing else powers[::-1])


composite(
    np.vander,
    _vander,
    lambda ks, p: Array(promoted([ks[0], Array("int64", ())]), ((array_dims(ks[0]) or (None,))[0], None)),
    operands=("x", "N"),
)


def _logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    return np.power(base, call(np.linspace, start, stop, num, endpoint=endpoint, axis=axis))


def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    weights = call(np.linspace, 0.0, 1.0, num, endpoint=endpoint)
    size = max(rank(start.kind) or 0, rank(stop.kind) or 0)
    if size:
        place = axis % (size + 1)
        weights = weights[(slice(None), *(None,) * (size - place))]
        start = np.expand_dims(start, axis) if start.ndim else start
        stop = np.expand_dims(stop, axis) if stop.ndim else stop
    return start * np.power(stop / start, weights)


composite(np.logspace, _logspace, in_dtype(kind_of_formula(_logspace)), operands=("start", "stop", "base"))
composite(np.geomspace, _geomspace, in_dtype(kind_of_formula(_geomspace)), operands=("start", "stop"))
