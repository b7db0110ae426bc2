"""Convolutions and filters: what SciPy's functions cut off and put around, and sums of products with delays."""

from __future__ import annotations

from typing import Any

import numpy as np


def _stretch(x: Any, y: Any, mode: str) -> tuple[slice, ...]:
    """Where the result of `scipy.signal.convolve` in a mode lies in the full one."""
    sizes = zip(np.shape(x), np.shape(y), strict=True)
    if mode == "same":
        return tuple(slice((n - 1) // 2, (n - 1) // 2 + m) for m, n in sizes)
    return tuple(slice(min(m, n) - 1, max(m, n)) for m, n in sizes)


def uncut_to_full(c: Any, x: Any, y: Any, mode: str) -> Any:
    """A convolution of x and y that was cut by its mode, among zeros in its full size.

    >>> uncut_to_full(np.ones(2), np.ones(3), np.ones(2), "valid")
    array([0., 1., 1., 0.])
    """
    whole = np.zeros([m + n - 1 for m, n in zip(np.shape(x), np.shape(y), strict=True)], np.asarray(c).dtype)
    whole[_stretch(x, y, mode)] = c
    return whole


def cut_from_full(c: Any, x: Any, y: Any, mode: str) -> Any:
    """The part of a full convolution of x and y that a mode leaves."""
    return c[_stretch(x, y, mode)]


def lagged_products(y: Any, u: Any, c: Any, axis: int) -> Any:
    """For each coefficient k of `c` the sum of y[n] u[n - k] over all n along the axis and all other axes.

    >>> lagged_products(np.array([1.0, 2.0]), np.array([3.0, 5.0]), np.zeros(2), 0)
    array([13.,  6.])
    """
    y, u = np.moveaxis(y, axis, 0), np.moveaxis(u, axis, 0)
    sums = [np.sum(y[k:] * u[: len(u) - k]) for k in range(min(np.size(c), len(y)))]
    return np.reshape(np.array(sums + [0.0] * (np.size(c) - len(sums))), np.shape(c))


def _padding(mode: str) -> Any:
    """The mode of `np.pad` that puts around an array what a mode of `scipy.ndimage` does."""
    names = {
        "reflect": "symmetric",
        "grid-mirror": "symmetric",
        "constant": "constant",
        "grid-constant": "constant",
        "nearest": "edge",
        "mirror": "reflect",
        "wrap": "wrap",
        "grid-wrap": "wrap",
    }
    return names[mode]


def _widths(w: Any, origin: Any, turned: bool) -> list[tuple[int, int]]:
    """How wide the frame is that a filter with these weights sees; `turned` for a convolution."""
    found = []
    origins = origin if isinstance(origin, (tuple, list)) else [origin] * np.ndim(w)
    for size, shift in zip(np.shape(w), origins, strict=True):
        before = size // 2 + (shift if not turned else -shift - (1 - size % 2))
        found.append((before, size - 1 - before))
    return found


def in_frame(x: Any, w: Any, mode: str = "reflect", origin: Any = 0, turned: bool = False) -> Any:
    """An array in the frame that a filter of `scipy.ndimage` sees around it.

    >>> in_frame(np.array([1.0, 2.0]), np.zeros(3), "reflect", 0, False)
    array([1., 1., 2., 2.])
    """
    return np.pad(x, _widths(w, origin, turned), mode=_padding(mode))


def out_of_frame(c: Any, x: Any, w: Any, mode: str = "reflect", origin: Any = 0, turned: bool = False) -> Any:
    """The transpose of `in_frame`: each element of the frame is added where it came from.

    >>> out_of_frame(np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(2), np.zeros(3), "reflect", 0, False)
    array([3., 7.])
    """
    widths = _widths(w, origin, turned)
    return np.array(_folded(c, np.shape(x), widths, mode))


def _folded(c: Any, shape: tuple[int, ...], widths: list[tuple[int, int]], mode: str) -> Any:
    for axis, (length, width) in enumerate(zip(shape, widths, strict=True)):
        if width == (0, 0):
            continue
        rows = np.moveaxis(c, axis, 0)
        if _padding(mode) == "constant":
            c = np.moveaxis(rows[width[0] : width[0] + length], 0, axis)
            continue
        folded = np.zeros((length, *rows.shape[1:]), rows.dtype)
        np.add.at(folded, np.pad(np.arange(length), width, mode=_padding(mode)), rows)
        c = np.moveaxis(folded, 0, axis)
    return c


def gaussian_filter_back(c: Any, sigma: Any, order: Any, mode: Any, truncate: float) -> Any:
    """The transpose of `scipy.ndimage.gaussian_filter`: the filter without its mode, and the frame folded back."""
    from scipy.ndimage import gaussian_filter1d

    def each(value: Any) -> list[Any]:
        return list(value) if isinstance(value, (tuple, list)) else [value] * np.ndim(c)

    for axis, (s, k, m) in reversed(list(enumerate(zip(each(sigma), each(order), each(mode), strict=True)))):
        if s <= 1e-15:
            continue
        radius = int(truncate * float(s) + 0.5)
        widths = [(radius, radius) if j == axis else (0, 0) for j in range(np.ndim(c))]
        wide = gaussian_filter1d(np.pad(c, widths), s, axis, k, mode="constant", truncate=truncate)
        c = _folded((-1) ** k * wide, np.shape(c), widths, m)
    return np.array(c)


def simpson_weights(y: Any, x: Any = None, axis: int = -1) -> Any:
    """What each sample along an axis counts for in `scipy.integrate.simpson`, in a shape that goes with `y`.

    With an even number of samples the last interval is integrated by the parabola through the last three: Cartwright,
    "Simpson's rule cumulative integration with MS Excel and irregularly-spaced data" (2017).

    >>> simpson_weights(np.zeros(3)) * 3
    array([1., 4., 1.])
    """
    count = np.shape(y)[axis]
    steps = np.ones(count - 1) if x is None else np.diff(np.moveaxis(x, axis, -1) if np.ndim(x) > 1 else x, axis=-1)
    weights = np.zeros((*steps.shape[:-1], count))
    if count == 2:
        weights += 0.5 * steps
    elif count > 2:
        paired = steps[..., : 2 * ((count - 1) // 2)]
        one, two = paired[..., 0::2], paired[..., 1::2]
        both = one + two
        end = weights.shape[-1] if count % 2 else count - 1
        weights[..., 0 : end - 2 : 2] += both / 6 * (2 - two / one)
        weights[..., 1 : end - 1 : 2] += both / 6 * (both * both / (one * two))
        weights[..., 2:end:2] += both / 6 * (2 - one / two)
        if count % 2 == 0:
            h0, h1 = steps[..., -2], steps[..., -1]
            weights[..., -1] += (2 * h1**2 + 3 * h0 * h1) / (6 * (h1 + h0))
            weights[..., -2] += (h1**2 + 3 * h1 * h0) / (6 * h0)
            weights[..., -3] -= h1**3 / (6 * h0 * (h0 + h1))
    if weights.ndim > 1:
        return np.moveaxis(weights, -1, axis)
    return weights[tuple(slice(None) if k == axis % np.ndim(y) else None for k in range(np.ndim(y)))]


def ends_scaled(x: Any, first: float = 1.0, last: float = 1.0, axis: int = -1) -> Any:
    """An array whose first and last elements along an axis are multiplied; a single one is both.

    >>> ends_scaled(np.ones(3), 2.0, 0.5)
    array([2. , 1. , 0.5])
    """
    new = np.array(x)
    rows = np.moveaxis(new, axis, 0)
    rows[:1] *= first
    rows[-1:] *= last
    return new


def savgol_filter_back(
    c: Any, window_length: int, polyorder: int, deriv: int = 0, delta: float = 1.0, axis: int = -1
) -> Any:
    """The transpose of `scipy.signal.savgol_filter`: a convolution, and at either end the fit of a polynomial."""
    from scipy.ndimage import correlate1d
    from scipy.signal import savgol_coeffs, savgol_filter

    half = window_length // 2
    inner = np.array(np.moveaxis(c, axis, 0), dtype=float)
    first, last = inner[:half].copy(), inner[len(inner) - half :].copy()
    inner[:half] = 0
    inner[len(inner) - half :] = 0
    weights = savgol_coeffs(window_length, polyorder, deriv=deriv, delta=delta)
    back = correlate1d(inner, weights, axis=0, mode="constant")
    fits = savgol_filter(np.eye(window_length), window_length, polyorder, deriv, delta, axis=0)
    back[:window_length] += np.tensordot(fits[:half].T, first, 1)
    back[len(back) - window_length :] += np.tensordot(fits[window_length - half :].T, last, 1)
    return np.moveaxis(back, 0, axis)
