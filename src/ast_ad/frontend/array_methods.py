"""Attributes and methods of arrays and numbers, most of them by one table of NumPy functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.layouts import note_order
from ast_ad.frontend.trips import append
from ast_ad.frontend.values import Flat, Items, Static, TupleOf, Value, describe, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Array, Kind, Scalar, dims_of, is_complex, rank

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def _shape(lo: Lowering, owner: Any, name: str) -> Value:
    dims = dims_of(kind_of(owner))
    if dims is None:
        return lo.emit(P.SHAPE, lo.atom(owner), name=name)
    if all(isinstance(d, int) for d in dims):
        return TupleOf(tuple(Lit(d) for d in dims))
    whole = lo.emit(P.SHAPE, lo.atom(owner))
    return TupleOf(
        tuple(Lit(d) if isinstance(d, int) else lo.emit(P.ITEM, whole, key=k) for k, d in enumerate(dims)), None, whole
    )


def _ndim(lo: Lowering, owner: Any, name: str) -> Value:
    known = rank(kind_of(owner))
    return Lit(known) if known is not None else lo.emit(P.LENGTH, lo.emit(P.SHAPE, lo.atom(owner)), name=name)


def _size(lo: Lowering, owner: Any, name: str) -> Value:
    dims = dims_of(kind_of(owner))
    if dims is not None and all(isinstance(d, int) for d in dims):
        return Lit(math.prod(d for d in dims if isinstance(d, int)))
    if dims is not None and len(dims) == 1:
        return lo.emit(P.LENGTH, lo.atom(owner), name=name)
    return _call(lo, np.size, [owner], {}, name)


def _dtype(lo: Lowering, owner: Any, name: str) -> Value:
    kind = kind_of(owner)
    if isinstance(kind, Array) and kind.dtype is not None:
        return Static(np.dtype(kind.dtype), kind.dtype)
    raise lo.error(
        UnsupportedSyntax, f"the dtype of {describe(owner)} is not known", remedy="Name the dtype, such as float."
    )


def _real(lo: Lowering, owner: Any, name: str) -> Value:
    kind = kind_of(owner)
    real_already = isinstance(kind, Scalar) and not is_complex(kind)
    real: Value = owner if real_already else _call(lo, np.real, [owner], {}, name)
    return real


def _function_attribute(function: Any) -> Callable[..., Value]:
    return lambda lo, owner, name: _call(lo, function, [owner], {}, name)


ATTRIBUTES: dict[str, Callable[[Lowering, Any, str], Value]] = {
    "flat": lambda lo, owner, name: Flat(owner),
    "shape": _shape,
    "ndim": _ndim,
    "size": _size,
    "dtype": _dtype,
    "T": _function_attribute(np.transpose),
    **({"mT": _function_attribute(np.matrix_transpose)} if hasattr(np, "matrix_transpose") else {}),
    "real": _real,
    "imag": _function_attribute(np.imag),
}

#: methods that are a function of NumPy with the array as its first argument
NUMPY_METHODS: dict[str, Any] = {
    name: getattr(np, name)
    for name in (
        *("all", "any", "argmax", "argmin", "argpartition", "argsort", "choose", "clip"),
        *("cumprod", "cumsum", "diagonal", "dot", "max", "mean", "min", "nonzero", "prod"),
        *("ravel", "repeat", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes", "take", "trace"),
        "var",
    )
}


def _call(lo: Lowering, function: Any, args: Args, kwargs: Kwargs, name: str = "") -> Value:
    from ast_ad.frontend.calls import call_value

    return call_value(lo, Static(function, f"np.{function.__name__}"), args, kwargs, name)


def as_function(lo: Lowering, owner: Var, name: str, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, NUMPY_METHODS[name], [owner, *args], kwargs, wish)


def _packed(args: Args) -> list[Value]:
    """`x.reshape(2, 3)` for `np.reshape(x, (2, 3))`."""
    return [TupleOf(tuple(args))] if len(args) > 1 else list(args)


def _reshape(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.reshape, [owner, *_packed(args)], kwargs, wish)


def _transpose(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.transpose, [owner, *_packed(args)], kwargs, wish)


def _compress(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    """The function has the condition first, and the array second."""
    named = dict(zip(("condition", "axis"), args, strict=False)) | dict(kwargs)
    return _call(lo, np.compress, [], {"a": owner, **named}, wish)


def _copy(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    copy = lo.emit(P.COPY, lo.read(owner), name=wish)
    asked = [constant_of(lo, v, "the order of a copy") for v in (*args, *kwargs.values())]
    if asked in ([], ["C"], ["F"]):
        note_order(lo, copy, asked[0] if asked else "C")
    return copy


def _flatten(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.ravel, [lo.emit(P.COPY, lo.read(owner)), *args], kwargs, wish)


def _astype(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    if hasattr(np, "astype"):
        return _call(lo, np.astype, [owner, *args], kwargs, wish)
    return _call(lo, np.array, [owner, *args], kwargs, wish)


def _conj(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    """The method gives a real array back as it is, and the function a copy."""
    kind = kind_of(owner)
    if isinstance(kind, Scalar):
        return lo.emit(P.CONJUGATE, owner, name=wish) if is_complex(kind) else owner
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind != "c" and not (args or kwargs):
        return owner
    return _call(lo, np.conjugate, [owner, *args], kwargs, wish)


def _view(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    if args or kwargs:
        raise lo.error(UnsupportedSyntax, "a view in another dtype", remedy="Convert it: x.astype(dtype).")
    return owner


def _item(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    kind = kind_of(owner)
    name = kind.dtype or "float64" if isinstance(kind, Array) else "float64"
    if args:
        from ast_ad.frontend.subscripts import read_subscript

        index = args[0] if len(args) == 1 else TupleOf(tuple(args))
        if not isinstance(index, TupleOf) and rank(kind) != 1:  # a number of the flattened array
            owner = _call(lo, np.ravel, [owner], {})  # type: ignore[assignment]
        owner = read_subscript(lo, owner, index)  # type: ignore[assignment]
    python = {"i": P.TO_INT, "u": P.TO_INT, "b": P.TO_BOOL, "c": P.TO_COMPLEX}.get(np.dtype(name).kind, P.TO_FLOAT)
    return lo.emit(python, lo.read(owner), name=wish)


def _tolist(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    from ast_ad.frontend.trips import for_each

    kind: Kind = kind_of(owner)
    if not rank(kind):
        raise lo.error(UnsupportedSyntax, "tolist of an array of this rank", remedy="Use the array itself.")
    result = lo.new_ref(Items(()), wish)
    part = _item if rank(kind) == 1 else _tolist
    for_each(lo, owner, lambda v: append(lo, result, part(lo, v, (), {}, "")))  # type: ignore[arg-type]
    return result


ARRAY_METHODS: dict[str, Callable[..., Value]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "conj": _conj,
    "conjugate": _conj,
    "compress": _compress,
    "copy": _copy,
    "flatten": _flatten,
    "astype": _astype,
    "item": _item,
    "tolist": _tolist,
    "view": _view,
}
