"""Transposes of NumPy's functions that NumPy itself does not have."""

from __future__ import annotations

from typing import Any

import numpy as np


def pivot_order(pivots: Any) -> Any:
    """The order of the rows that LAPACK's list of exchanges gives."""
    order = np.arange(len(pivots))
    for k, p in enumerate(pivots):
        order[[k, p]] = order[[p, k]]
    return order


def stable_argsort(x: Any, axis: int | None = -1) -> Any:
    """`np.argsort(x, axis, kind="stable")`; NumPy's quickest sort will do where no two elements are equal.

    >>> stable_argsort(np.array([2.0, 1.0, 2.0]))
    array([1, 0, 2])
    """
    if x.size > 1000:
        order = np.argsort(x, axis=axis)
        found = np.moveaxis(np.take_along_axis(x, order, axis), -1 if axis is None else axis, 0)
        if np.all(found[1:] > found[:-1]):
            return order
    return np.argsort(x, axis=axis, kind="stable")


def add_along_axis(x: Any, indices: Any, values: Any, axis: int | None) -> Any:
    """`x` with values added where `np.take_along_axis` would read, repeated indices as often as they occur.

    >>> add_along_axis(np.zeros(3), np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), 0)
    array([4., 0., 2.])
    """
    new = np.array(x)
    target = new.reshape(-1) if axis is None else np.moveaxis(new, axis, -1)
    moved = indices if axis is None else np.moveaxis(indices, axis, -1)
    shape = (*np.broadcast_shapes(target.shape[:-1], moved.shape[:-1]), moved.shape[-1])
    others = np.indices(shape[:-1], sparse=True)
    moved = np.broadcast_to(moved, shape)
    value = values if axis is None else np.moveaxis(values, axis, -1)
    at = tuple(np.where(n == 1, 0, o)[..., None] for n, o in zip(target.shape[:-1], others, strict=True))
    np.add.at(target, (*at, moved), value)
    return new


def with_real(z: Any, x: Any) -> Any:
    """`z` with another real part.

    >>> with_real(np.array([1j, 2.0 + 1j]), 3.0)
    array([3.+1.j, 3.+1.j])
    """
    return _with_part(z, x, "real")


def with_imag(z: Any, y: Any) -> Any:
    """`z` with another imaginary part.

    >>> with_imag(np.array([1.0, 2.0 + 1j]), np.array([3.0, 4.0]))
    array([1.+3.j, 2.+4.j])
    """
    return _with_part(z, y, "imag")


def _with_part(z: Any, value: Any, part: str) -> Any:
    new = np.array(z, dtype=np.result_type(np.asarray(z).dtype, np.complex64))
    setattr(new, part, value)
    return new if isinstance(z, np.ndarray) else new[()]


def last_written(x: Any, index: Any) -> Any:
    """`x[index]`, with 0 wherever a later entry of the index names the same place: `y[index] = v` keeps the last.

    >>> last_written(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 0]))
    array([0., 3., 1.])
    """
    part = x[index]
    axis, place = 0, 0
    places: list[int] = []  # of the arrays among the parts of the index
    keys: list[Any] = []
    parts = index if isinstance(index, tuple) else (index,)
    taken = sum(0 if i is None or i is Ellipsis else np.ndim(i) if np.asarray(i).dtype == bool else 1 for i in parts)
    for i in parts:
        if i is Ellipsis:
            axis, place = axis + x.ndim - taken, place + x.ndim - taken
        elif i is None or isinstance(i, slice):
            axis, place = axis + (i is not None), place + 1
        else:
            for k in np.nonzero(i) if np.asarray(i).dtype == bool else (np.asarray(i),):
                places.append(place)
                keys.append((k % max(x.shape[axis], 1), x.shape[axis]))
                axis += 1
    key = np.zeros((), int)
    for k, length in keys:
        key = key * length + k
    _, last = np.unique(key.ravel()[::-1], return_index=True)
    if last.size == key.size:
        return part
    kept = np.zeros(key.size, bool)
    kept[key.size - 1 - last] = True
    first = places[0] if len(set(places)) == 1 else 0  # NumPy puts the axes of scattered index arrays in front
    kept = kept.reshape(key.shape + (1,) * (part.ndim - first - key.ndim))
    return np.where(kept, part, 0)


def rounds(indices: Any, length: int) -> list[Any]:
    """Where each index occurs for the first time, where for the second time, and so on; the axis has `length` places.

    >>> rounds(np.array([3, 0, 3, -1]), 4)
    [array([0, 1]), array([2]), array([3])]
    """
    places = np.where(indices < 0, indices + length, indices)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    occurrence = np.empty(len(places), int)
    occurrence[order] = np.arange(len(places)) - np.repeat(starts, np.diff(starts, append=len(places)))
    by_round = np.argsort(occurrence, kind="stable")
    counts = np.bincount(occurrence)
    return np.split(by_round, np.cumsum(counts)[:-1]) if len(places) else []


def diagonal_like(d: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros of the shape of `x` with the diagonal `d`: the transpose of `np.diagonal`.

    >>> diagonal_like(np.array([1.0, 2.0]), np.zeros((2, 2)))
    array([[1., 0.],
           [0., 2.]])
    """
    new = np.zeros(np.shape(x), np.asarray(d).dtype)
    view = np.moveaxis(new, (axis1, axis2), (-2, -1))
    rows, columns = np.arange(np.shape(d)[-1]), np.arange(np.shape(d)[-1])
    view[..., rows - min(offset, 0), columns + max(offset, 0)] = d
    return new


def resized(x: Any, like: Any) -> Any:
    """`x` cut at the end, or filled up with zeros, to the shape of `like`.

    >>> resized(np.ones(2), np.zeros(3)), resized(np.ones(2), np.zeros(1))
    (array([1., 1., 0.]), array([1.]))
    """
    shape = np.shape(like)
    batch = np.ndim(x) - len(shape)
    common = (*(slice(None),) * batch, *(slice(min(a, b)) for a, b in zip(np.shape(x)[batch:], shape, strict=True)))
    new = np.zeros((*np.shape(x)[:batch], *shape), x.dtype)
    new[common] = x[common]
    return new


def filled(x: Any, n: int) -> Any:
    """`x` with its last axis cut, or filled up with zeros, to the length n."""
    new = np.zeros((*x.shape[:-1], n), x.dtype)
    new[..., : min(n, x.shape[-1])] = x[..., :n]
    return new


def doubled(x: Any, wave: Any, axis: int) -> Any:
    """Half of the spectrum of `wave` with each frequency doubled that stands for two: all but 0 and n / 2."""
    weights = np.full(x.shape[axis], 2, x.real.dtype)
    weights[0] = 1
    n = wave.shape[axis]
    if n % 2 == 0 and n // 2 < len(weights):
        weights[n // 2] = 1
    return x * np.reshape(weights, (-1, *(1,) * (x.ndim - 1 - axis % x.ndim)))


def delay(x: Any, axis: int, by: int = 1, first: float = 0) -> Any:
    """`x` moved along an axis by one place up (1) or down (-1), with `first` at the place that becomes free.

    >>> delay(np.array([1.0, 2.0, 3.0]), 0), delay(np.array([1.0, 2.0, 3.0]), 0, -1)
    (array([0., 1., 2.]), array([2., 3., 0.]))
    """
    new = np.full_like(x, first)
    source, target = np.moveaxis(x, axis, 0), np.moveaxis(new, axis, 0)
    if by > 0:
        target[1:] = source[:-1]
    else:
        target[:-1] = source[1:]
    return new


def recurrence(a: Any, b: Any, axis: int, reverse: bool = False) -> Any:
    """r[k] = b[k] + a[k] * r[k - 1] along an axis; reversed, its transpose r[k] = b[k] + a[k + 1] * r[k + 1].

    >>> recurrence(np.array([9.0, 2.0, 3.0]), np.ones(3), 0)
    array([ 1.,  3., 10.])
    """
    factors, steps = np.broadcast_arrays(a, b)
    new = np.array(steps, np.result_type(a, b))
    r, f = np.moveaxis(new, axis, 0), np.moveaxis(factors, axis, 0)
    if reverse:
        for k in range(len(r) - 2, -1, -1):
            r[k] += f[k + 1] * r[k + 1]
    else:
        for k in range(1, len(r)):
            r[k] += f[k] * r[k - 1]
    return new


def unique_places(x: Any) -> Any:
    """Where `np.unique` takes its values from, in the flattened array."""
    return np.unique(x, return_index=True)[1]


def running_places(x: Any, axis: int, largest: bool) -> Any:
    """The place, along an axis, of the first largest (or smallest) element so far.

    >>> running_places(np.array([1.0, 3.0, 2.0, 3.0]), 0, True)
    array([0, 1, 1, 1])
    """
    best = (np.maximum if largest else np.minimum).accumulate(x, axis=axis)
    moved = np.moveaxis(best, axis, 0)
    fresh = np.ones(moved.shape, bool)
    fresh[1:] = moved[1:] != moved[:-1]
    numbers = np.arange(len(moved)).reshape((-1, *(1,) * (moved.ndim - 1)))
    return np.moveaxis(np.maximum.accumulate(np.where(fresh, numbers, 0), axis=0), 0, axis)


def stretch_sums(x: Any, indices: Any, axis: int) -> Any:
    """`np.add.reduceat`."""
    return np.add.reduceat(x, indices, axis=axis)


def spread_stretches(y: Any, indices: Any, x: Any, axis: int) -> Any:
    """Each sum of a stretch given to the elements that it is made of: the transpose of `np.add.reduceat`."""
    new = np.zeros(np.shape(x), np.asarray(y).dtype)
    target, source = np.moveaxis(new, axis, 0), np.moveaxis(y, axis, 0)
    stops = [*indices[1:], len(target)]
    for k, (start, stop) in enumerate(zip(indices, stops, strict=True)):
        target[start : max(stop, start + 1)] += source[k]
    return new


def _stretch_of_mode(a: Any, v: Any, mode: str) -> slice:
    m, n = max(len(a), len(v)), min(len(a), len(v))
    if mode == "full":
        return slice(0, m + n - 1)
    return slice((n - 1) // 2, (n - 1) // 2 + m) if mode == "same" else slice(n - 1, m)


def cut(c: Any, a: Any, v: Any, mode: str) -> Any:
    """The stretch of a full convolution of `a` and `v` that a mode keeps."""
    return c[_stretch_of_mode(a, v, mode)]


def uncut(c: Any, a: Any, v: Any, mode: str) -> Any:
    """The result of a convolution in a mode, among zeros in the full length."""
    new = np.zeros(len(a) + len(v) - 1, c.dtype)
    new[_stretch_of_mode(a, v, mode)] = c
    return new


def _stretch_of_correlation(a: Any, v: Any) -> slice:
    m, n = max(len(a), len(v)), min(len(a), len(v))
    start = (n - 1) // 2 if len(a) >= len(v) else n - 1 - (n - 1) // 2
    return slice(start, start + m)


def cut_correlation(c: Any, a: Any, v: Any) -> Any:
    """The stretch of a full correlation that the mode "same" keeps."""
    return c[_stretch_of_correlation(a, v)]


def uncut_correlation(c: Any, a: Any, v: Any) -> Any:
    """The result of a correlation in the mode "same", among zeros in the full length."""
    new = np.zeros(len(a) + len(v) - 1, c.dtype)
    new[_stretch_of_correlation(a, v)] = c
    return new
