"""Rules of `scipy.fft`: Fourier transforms are those of NumPy; cosine and sine transforms are linear.

Cosine and sine transforms of type 1 and 4 are symmetric, type 3 is the transpose of type 2, but for the elements at the
ends, which count half (documentation of `scipy.fft.dct` and `dst`).  With norm="ortho" all are orthogonal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft as sf

from ast_ad import runtime
from ast_ad.ir.kinds import INT, Array, Kind
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.fft import _kind, frequencies, resized
from ast_ad.rules.results import array_dims, inexact, name_of
from ast_ad.rules.table import composite, helper, linear, nondifferentiable, primitive_of, serves_complex
from ast_ad.rules.terms import call

# Fourier transforms; the number of workers changes no value

_HALVES = {"rfft": "out", "ihfft": "out", "irfft": "in", "hfft": "in"}
_ALONG = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
_MANY = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
for _name in _ALONG:
    _of_numpy = getattr(np.fft, _name)

    def _along(
        x: Any,
        n: Any = None,
        axis: int = -1,
        norm: Any = None,
        workers: Any = None,
        _twin: Any = _of_numpy,
    ) -> Any:
        return call(_twin, x, n=n, axis=axis, norm=norm)

    _function = getattr(sf, _name)
    composite(_function, _along, _kind(_function, False, _HALVES.get(_name, "")), operands=("x",))
    serves_complex(_function)
for _name in _MANY:
    _of_numpy = getattr(np.fft, _name)
    _default = (-2, -1) if "2" in _name else None

    def _over(
        x: Any,
        s: Any = None,
        axes: Any = _default,
        norm: Any = None,
        workers: Any = None,
        _twin: Any = _of_numpy,
    ) -> Any:
        return call(_twin, x, s=s, axes=axes, norm=norm)

    _function = getattr(sf, _name)
    composite(_function, _over, _kind(_function, True, _HALVES.get(_name.rstrip("2n"), "")), operands=("x",))
    serves_complex(_function)

# Cosine and sine transforms


def _as_real(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0])
    if dims is not None and params.get("n") is not None:
        axis = params.get("axis", -1) % len(dims)
        dims = tuple(params["n"] if k == axis else d for k, d in enumerate(dims))
    return Array(inexact(name_of(kinds[0])), dims)


#: the first and the last element along an axis times a factor
ends_scaled = helper(runtime.ends_scaled, lambda ks, p: ks[0])
linear(
    primitive_of(runtime.ends_scaled),
    lambda ct, x, first=1.0, last=1.0, axis=-1: ends_scaled(ct, first=first, last=last, axis=axis),
)


def _transposed(function: Any, ct: Any, kind: int, axis: int, norm: Any, of_sines: bool, inverse: bool) -> Any:
    """The transpose of a transform of this type that is normalised like the transform itself."""
    if kind == 4 or (kind == 1 and of_sines):
        return call(function, ct, type=kind, axis=axis, norm=norm)
    if kind == 1:
        found = call(function, ends_scaled(ct, first=2.0, last=2.0, axis=axis), type=1, axis=axis, norm=norm)
        return ends_scaled(found, first=0.5, last=0.5, axis=axis)
    ends = {"last": 2.0} if of_sines else {"first": 2.0}
    if (kind == 2) != inverse:
        return call(function, ends_scaled(ct, axis=axis, **ends), type=5 - kind, axis=axis, norm=norm)
    half = dict.fromkeys(ends, 0.5)
    return ends_scaled(call(function, ct, type=5 - kind, axis=axis, norm=norm), axis=axis, **half)


def _transform(name: str) -> None:
    function, inverse_name = getattr(sf, name), name[1:] if name.startswith("i") else f"i{name}"

    def transpose(
        ct: Any,
        x: Any,
        type: int = 2,  # noqa: A002
        n: Any = None,
        axis: int = -1,
        norm: Any = None,
        workers: Any = None,
        orthogonalize: Any = None,
    ) -> Any:
        if orthogonalize is not None and orthogonalize != (norm == "ortho"):
            raise UnsupportedArgument(f"scipy.fft.{name} with orthogonalize={orthogonalize} has no derivative rule")
        if norm == "ortho":
            found = call(getattr(sf, inverse_name), ct, type=type, axis=axis, norm=norm)
        else:
            found = _transposed(function, ct, type, axis, norm, name.endswith("st"), name.startswith("i"))
        return found if n is None else resized(found, x)

    linear(function, transpose, _as_real, operands=("x",))


for _name in ("dct", "idct", "dst", "idst"):
    _transform(_name)

for _name in ("dctn", "idctn", "dstn", "idstn"):
    _of_one_axis = getattr(sf, _name[:-1])

    def _one_by_one(
        x: Any,
        type: int = 2,  # noqa: A002
        s: Any = None,
        axes: Any = None,
        norm: Any = None,
        workers: Any = None,
        _each: Any = _of_one_axis,
    ) -> Any:
        if s is not None:
            raise UnsupportedArgument("a cosine or sine transform of several axes with 's' has no derivative rule")
        every = range(x.ndim) if axes is None else axes if isinstance(axes, tuple) else (axes,)
        for axis in every:
            x = call(_each, x, type=type, axis=axis, norm=norm)
        return x

    composite(getattr(sf, _name), _one_by_one, _kind(getattr(sf, _name), True), operands=("x",))

if sf.fftshift is not np.fft.fftshift:
    composite(sf.fftshift, lambda x, axes=None: call(np.fft.fftshift, x, axes=axes), operands=("x",))
    composite(sf.ifftshift, lambda x, axes=None: call(np.fft.ifftshift, x, axes=axes), operands=("x",))
    serves_complex(sf.fftshift, sf.ifftshift)

frequencies(sf.fftfreq, sf.rfftfreq)
nondifferentiable(sf.next_fast_len, kinds=lambda ks, p: INT)
