"""Lengths of new arrays: `np.zeros(len(x))` is as long as `x`, and two arrays of one number `n` are equally long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Dim, Kind, Scalar, dims_of
from ast_ad.ir.lengths import new_length
from ast_ad.rules.results import less

if TYPE_CHECKING:
    from ast_ad.frontend.emission import Emission

#: where a function that makes an array is told its shape
_SHAPES = {
    **dict.fromkeys(("np.zeros", "np.ones", "np.empty", "np.ndarray", "np.full"), 0),
    **dict.fromkeys(("np.reshape", "np.broadcast_to"), 1),
}
_LONG = ("np.fft.fftfreq", "np.bartlett", "np.blackman", "np.hamming", "np.hanning")
_SQUARE = ("np.eye", "np.identity")


def with_extents(lo: Emission, fn: P.Primitive, args: Sequence[Atom], params: Mapping[str, Any], kind: Kind) -> Kind:
    """The kind of a new array with what its size arguments tell of its axes."""
    if not isinstance(kind, Array) or kind.dims is None or None not in kind.dims:
        return kind
    told = _drawn(lo, fn, args, params) if fn.effect else _told(lo, fn.name, args, params)
    if told is None or len(told) > len(kind.dims):
        return kind
    told += kind.dims[len(told) :]
    return replace(kind, dims=tuple(b if a is None else a for a, b in zip(kind.dims, told, strict=True)))


def _told(lo: Emission, name: str, args: Sequence[Atom], params: Mapping[str, Any]) -> tuple[Dim, ...] | None:
    if name in _SHAPES and len(args) > _SHAPES[name]:
        return _shape(lo, args[_SHAPES[name]])
    if (name == "np.arange" and len(args) == 1) or name in _LONG:
        return (extent(lo, args[0]),)
    if name in _SQUARE and len(args) <= 2 and not {"M", "N"} & set(params):
        return (extent(lo, args[0]), extent(lo, args[-1]))
    return None


def _drawn(lo: Emission, fn: P.Primitive, args: Sequence[Atom], params: Mapping[str, Any]) -> tuple[Dim, ...] | None:
    """The axes of an array of random numbers, or the first of them."""
    if fn.name.endswith((".rand", ".randn")):
        return tuple(extent(lo, a) for a in args[fn.method :])
    if fn.name.endswith(".permutation"):
        return (extent(lo, args[-1]),) if isinstance(kind_of(args[-1]), Scalar) else None
    if "size" not in fn.operands:
        return None
    held = [name for name, value in params.items() if value is P.HOLE]
    passed = dict(zip(fn.operands, args[: len(args) - len(held)], strict=False))
    passed |= dict(zip(held, args[len(args) - len(held) :], strict=True))
    return _shape(lo, passed["size"]) if "size" in passed else None


def _shape(lo: Emission, atom: Atom) -> tuple[Dim, ...] | None:
    """The axes of an array of a shape."""
    if isinstance(kind_of(atom), Scalar):
        return (extent(lo, atom),)
    call = lo.definitions.get(atom) if isinstance(atom, Var) else None
    if call is None:
        return None
    if call.fn is P.SHAPE:
        return dims_of(kind_of(call.args[0]))
    if call.fn in (P.MAKE_TUPLE, P.MAKE_FIXED):
        return tuple(extent(lo, a) for a in call.args)
    return None


def extent(lo: Emission, atom: Atom) -> Dim:
    """The length that a whole number stands for: that of an axis, less a constant, or one of its own."""
    if isinstance(atom, Lit):
        return atom.value if type(atom.value) is int and atom.value >= 0 else None
    if kind_of(atom) != Scalar("int"):
        return None
    call = lo.definitions.get(atom)
    if call is not None:
        found = None
        if call.fn is P.LENGTH:
            found = (dims_of(kind_of(call.args[0])) or (None,))[0]
        elif call.fn is P.ITEM and isinstance(call.args[0], Var):
            found = _item_of_shape(lo, call.args[0], dict(call.params)["key"])
        elif call.fn in (P.ADD, P.SUB) and isinstance(call.args[1], Lit) and type(call.args[1].value) is int:
            found = _less(extent(lo, call.args[0]), call.args[1].value * (1 if call.fn is P.SUB else -1))
        if found is not None:
            return found
    return lo.extents.setdefault(atom, new_length())


def _less(dim: Dim, by: int) -> Dim:
    """A number less a constant; more than a difference of lengths, which is never negative, is not known."""
    return None if by < 0 < getattr(dim, "minus", 0) else less(dim, by)


def _item_of_shape(lo: Emission, whole: Var, key: int) -> Dim:
    call = lo.definitions.get(whole)
    dims = dims_of(kind_of(call.args[0])) if call is not None and call.fn is P.SHAPE else None
    return dims[key] if dims is not None else None
