"""Rules of `numpy.fft`: all linear, and a discrete Fourier transform is its own transpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import Array, Dim, Kind, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.results import array_dims, dtype_by_trial, name_of
from ast_ad.rules.table import custom, helper, linear, primitive_of, serves_complex
from ast_ad.rules.terms import call

#: an array cut, or filled up with zeros, to the shape of another
resized = helper(runtime.resized, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[1])))
linear(primitive_of(runtime.resized), (lambda ct, x, like: resized(ct, x), None))

#: the half of a spectrum with all but the frequency 0 and the highest of an even number doubled
doubled = helper(runtime.doubled, lambda ks, p: Array(name_of(ks[0]), array_dims(ks[0])))
linear(primitive_of(runtime.doubled), (lambda ct, x, wave, axis: doubled(ct, wave, axis=axis), None))


def _kind(fn: Any, many: bool, half: str = "") -> Any:
    """Kinds of one transform along `axis`, or of many along `axes`; `half`: which side has half of the spectrum."""

    def length(old: Dim, new: Any, last: bool) -> Dim:
        if last and half == "out":
            size = new if new is not None else old
            return size // 2 + 1 if isinstance(size, int) else None
        if last and half == "in":
            return new if new is not None else 2 * (old - 1) if isinstance(old, int) else None
        return new if new is not None else old

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        dims = array_dims(kinds[0])
        trial = {"s": (4, 4), "axes": (0, 1)} if many else {"n": 4}
        dtype = dtype_by_trial(fn, [Array(name_of(kinds[0]), (1, 1))], 2, **trial)
        if dims is None:
            return Array(dtype, None)
        if many:
            default = (-2, -1) if "2" in fn.__name__ else None
            sizes = params.get("s")
            axes = params.get("axes", default)
            if axes is None:
                axes = range(len(dims)) if sizes is None else range(len(dims) - len(sizes), len(dims))
            pairs = list(zip(axes, sizes or (None,) * len(tuple(axes)), strict=True))
        else:
            pairs = [(params.get("axis", -1), params.get("n"))]
        out = list(dims)
        for place, (axis, size) in enumerate(pairs):
            size = None if size == -1 else size
            out[axis % len(dims)] = length(out[axis % len(dims)], size, place == len(pairs) - 1)
        return Array(dtype, tuple(out))

    return kind


def _cut(ct: Any, x: Any, size: Any) -> Any:
    return ct if size is None else resized(ct, x)


# One dimension

_PLAIN: tuple[Any, ...] = (np.fft.fft, np.fft.ifft)
for _fn in _PLAIN:

    def _same(ct: Any, x: Any, n: Any = None, axis: Any = -1, norm: Any = None, _fn: Any = _fn) -> Any:
        return _cut(call(_fn, ct, axis=axis, norm=norm), x, n)

    linear(_fn, _same, _kind(_fn, False), operands=("a",))


def _length(x: Any, n: Any, axis: Any) -> Any:
    return n if n is not None else np.shape(x)[axis]


def _real_to_half(whole: Any) -> Any:
    """The transpose of a transform of real numbers: that of complex ones, filled up with zeros, and its real part."""

    def transpose(ct: Any, x: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
        wide = call(np.swapaxes, ct, axis, -1) if rank(ct.kind) != 1 and axis != -1 else ct
        back = call(whole, filled(wide, _length(x, n, axis)), norm=norm)
        back = call(np.swapaxes, back, axis, -1) if wide is not ct else back
        return _cut(np.real(back), x, n)

    return transpose


#: the last axis cut, or filled up with zeros, to a length
filled = helper(runtime.filled, lambda ks, p: Array(name_of(ks[0]), _but_last(array_dims(ks[0]))))


def _but_last(dims: Any) -> Any:
    return None if dims is None else (*dims[:-1], None)


linear(primitive_of(runtime.filled), (lambda ct, x, n: resized(ct, x), None))
linear(np.fft.rfft, _real_to_half(np.fft.fft), _kind(np.fft.rfft, False, "out"), operands=("a",))
linear(np.fft.ihfft, _real_to_half(np.fft.ifft), _kind(np.fft.ihfft, False, "out"), operands=("a",))


def _half_to_real(half: Any) -> Any:
    """The transpose of a transform that gives real numbers: half of the spectrum, with the mirror images."""

    def transpose(ct: Any, x: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
        return _cut(doubled(call(half, ct, axis=axis, norm=norm), ct, axis=axis), x, n)

    return transpose


linear(np.fft.irfft, _half_to_real(np.fft.ihfft), _kind(np.fft.irfft, False, "in"), operands=("a",))
linear(np.fft.hfft, _half_to_real(np.fft.rfft), _kind(np.fft.hfft, False, "in"), operands=("a",))

# Many dimensions


def _axes(x: Any, s: Any, axes: Any) -> tuple[int, ...]:
    if axes is not None:
        return tuple(axes)
    return tuple(range(x.ndim)) if s is None else tuple(range(x.ndim - len(s), x.ndim))


_MANY: tuple[Any, ...] = (np.fft.fftn, np.fft.ifftn, np.fft.fft2, np.fft.ifft2)
for _fn in _MANY:
    _default = (-2, -1) if "2" in _fn.__name__ else None

    def _same_many(ct: Any, x: Any, s: Any = None, axes: Any = _default, norm: Any = None, _fn: Any = _fn) -> Any:
        return _cut(call(_fn, ct, axes=_axes(x, s, axes), norm=norm), x, s)

    linear(_fn, _same_many, _kind(_fn, True), operands=("a",))

_OF_REAL: tuple[Any, ...] = (np.fft.rfftn, np.fft.rfft2)
for _fn in _OF_REAL:
    _default = (-2, -1) if "2" in _fn.__name__ else None

    def _half_many(ct: Any, x: Any, s: Any = None, axes: Any = _default, norm: Any = None) -> Any:
        *rest, last = _axes(x, s, axes)
        back = call(np.fft.fftn, ct, axes=tuple(rest), norm=norm) if rest else ct
        length = np.shape(x)[last] if s is None or s[-1] in (None, -1) else s[-1]
        wide = np.moveaxis(back, last, -1)
        wide = call(np.fft.fft, filled(wide, length), norm=norm)
        return _cut(np.real(np.moveaxis(wide, -1, last)), x, s)

    linear(_fn, _half_many, _kind(_fn, True, "out"), operands=("a",))

_TO_REAL: tuple[Any, ...] = (np.fft.irfftn, np.fft.irfft2)
for _fn in _TO_REAL:
    _default = (-2, -1) if "2" in _fn.__name__ else None

    def _real_many(ct: Any, x: Any, s: Any = None, axes: Any = _default, norm: Any = None) -> Any:
        *rest, last = _axes(x, s, axes)
        half = doubled(call(np.fft.ihfft, ct, axis=last, norm=norm), ct, axis=last)
        back = call(np.fft.ifftn, half, axes=tuple(rest), norm=norm) if rest else half
        return _cut(back, x, s)

    linear(_fn, _real_many, _kind(_fn, True, "in"), operands=("a",))


def _as_is(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), array_dims(kinds[0]))


linear(np.fft.fftshift, lambda ct, x, axes=None: call(np.fft.ifftshift, ct, axes=axes), _as_is, operands=("x",))
linear(np.fft.ifftshift, lambda ct, x, axes=None: call(np.fft.fftshift, ct, axes=axes), _as_is, operands=("x",))


def frequencies(*functions: Any) -> None:
    """The frequencies that belong to `n` samples at a distance `d`: not element by element, for n says how many."""
    custom(
        functions,
        lambda ans, t, n, d=1.0: -t.of("d") * ans / d,
        {"d": lambda ct, ans, n, d=1.0: -np.sum(ct * ans) / d},
        lambda ks, p: Array("float64", (None,)),
        operands=("n", "d"),
    )


frequencies(np.fft.fftfreq, np.fft.rfftfreq)

serves_complex(*_PLAIN, *_MANY, *_OF_REAL, *_TO_REAL, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft)
serves_complex(np.fft.fftshift, np.fft.ifftshift, runtime.resized, runtime.filled, runtime.doubled)
