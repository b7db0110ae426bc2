"""Give an array a new version: the array itself, the array that a view is a view of, or the whole in its own dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.errors import MayAlias, UnsupportedSyntax, WrongArgument
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.layouts import hold
from ast_ad.frontend.subscripts import template_of
from ast_ad.frontend.values import TupleOf, Value, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Kind, dims_of, rank, same_shape
from ast_ad.ir.primitives import Index
from ast_ad.rules.results import name_of
from ast_ad.rules.shaping import told_shape


def store(lo: Lowering, target: Var, value: Atom, keeps_shape: bool = False) -> None:
    """`target[...] = value`: a new version of the whole, converted and broadcast where that is needed."""
    kind, new = kind_of(target), kind_of(value)
    same = isinstance(kind, Array) and isinstance(new, Array) and kind.dtype is not None and kind.dtype == new.dtype
    target = lo.constant_views.get(target, target)
    view = lo.views.get(target)
    if view is None and rank(kind) == 0:
        write_version(lo, target, cell_of(lo, kind, value, target.name))
    elif same and (keeps_shape or same_shape(kind, new)):
        write_version(lo, target, value)
    elif view is not None and view.call.fn is P.GETITEM:
        index, holes = dict(view.call.params)["index"], view.call.args[1:]
        base = lo.read(view.base)
        write_version(lo, view.base, lo.emit(P.INDEX_UPDATE, base, value, *holes, name=view.base.name, index=index))
    else:
        whole = lo.emit(P.INDEX_UPDATE, lo.read(target), value, name=target.name, index=(Ellipsis,))
        write_version(lo, target, whole)


def cell_of(lo: Lowering, kind: Kind, value: Atom, name: str) -> Atom:
    """An array of rank 0 that holds a number, in the dtype of `kind`."""
    from ast_ad.rules.table import primitive_of

    array, new = primitive_of(np.array), kind_of(value)
    assert array is not None
    if rank(new) is None:
        value = as_before(lo, Lit(0.0), value, name, Lit(()))
        new = kind_of(value)
    if rank(new) != 0:
        raise lo.error(
            WrongArgument, "an array of rank 0 takes one number", remedy="Write the element that is meant: x[0]."
        )
    dtype = kind.dtype if isinstance(kind, Array) else None
    converted = dtype is not None and name_of(new) != dtype
    return lo.emit(array, value, name=name, **({"dtype": np.dtype(dtype).type} if converted else {}))


def is_whole(index: Value) -> bool:
    """Whether a subscript of an array of rank 0 stands for all of it, and not for a mask or a new axis."""
    parts = index.items if isinstance(index, TupleOf) else (index,)
    return all(isinstance(part, Lit) and part.value is Ellipsis for part in parts)


def check_cast(lo: Lowering, kind: Kind, result: Kind, casting: str = "same_kind") -> None:
    """The error for a result that NumPy would not write to an array of another dtype."""
    if not isinstance(kind, Array) or not isinstance(result, Array) or not kind.dtype or not result.dtype:
        return
    if not np.can_cast(result.dtype, kind.dtype, casting):  # type: ignore[arg-type]
        raise lo.error(
            WrongArgument,
            f"an array of {kind.dtype} cannot take the {result.dtype} result of this statement",
            remedy="Convert it first: x = x.astype(float).",
        )


def write_version(lo: Lowering, var: Var, new: Atom) -> None:
    """Give an array a new version; through a view, the array it is a view of."""
    lo.unit.writes = True
    hold(lo, var, new)
    view = lo.views.get(var)
    if view is None:
        lo.check_writable(var, var.name)
        if var in lo.elements:
            lo.put_back(var, new)
            return
        lo.note_written(var)
        lo.note_change("memory", var)
        lo.state.heap[var] = new
        return
    if var in lo.constant_views:
        raise lo.error(
            MayAlias,
            f"{var.name or 'this'} may not be written to",
            reason="It was made inside no_grad and shares memory with an array that is no constant.",
            remedy="Make it before `with no_grad()`, or write to the array itself.",
        )
    base = lo.read(view.base)
    with lo.computing_constants(False):
        whole = _through(lo, view.call, base, new, view.base)
    write_version(lo, view.base, whole)
    lo.state.heap[var] = (lo.read(view.base), new)


def _through(lo: Lowering, call: Any, base: Atom, new: Atom, base_var: Var) -> Atom:
    """The base of a view after the whole view was written."""
    name, params = base_var.name, dict(call.params)
    if rank(kind_of(base)) == 0:
        return as_before(lo, base, new, name)
    if call.fn is P.GETITEM:
        return lo.emit(P.INDEX_UPDATE, base, new, *call.args[1:], name=name, index=params["index"])
    inverse = _INVERSES.get(call.fn.name)
    if inverse is None:
        raise lo.error(
            UnsupportedSyntax,
            f"a write through {call.fn.name}",
            reason="The memory that it shares cannot be followed back.",
            remedy="Write to the array itself, or to a copy.",
        )
    return inverse(lo, base, new, params, name)


def as_before(
    lo: Lowering, base: Atom, new: Atom, name: str, shape: Atom | None = None, order: str | None = None
) -> Atom:
    """The elements of `new` in the shape of `base`."""
    from ast_ad.rules.table import primitive_of

    reshape, ravel = primitive_of(np.reshape), primitive_of(np.ravel)
    assert reshape is not None
    assert ravel is not None
    known, dims = {} if order is None else {"order": order}, dims_of(kind_of(base))
    if shape is None and dims is not None and len(dims) == 1:
        return lo.retyped(lo.emit(ravel, new, name=name, **known), kind_of(base))
    if shape is None:
        told = told_shape(dims)
        shape = lo.emit(P.SHAPE, base) if told is None else lo.emit(P.MAKE_TUPLE, *map(Lit, told))
    out = lo.emit(reshape, new, shape, name=name, **known)
    return lo.retyped(out, kind_of(base))


def _transposed_back(lo: Lowering, base: Atom, new: Atom, params: dict[str, Any], name: str) -> Atom:
    from ast_ad.rules.table import primitive_of

    transpose = primitive_of(np.transpose)
    assert transpose is not None
    axes = params.get("axes")
    back = {} if axes is None else {"axes": tuple(int(k) for k in np.argsort(axes))}
    return lo.emit(transpose, new, name=name, **back)


def _moved_back(lo: Lowering, base: Atom, new: Atom, params: dict[str, Any], name: str) -> Atom:
    return _again(np.moveaxis)(lo, base, new, {"source": params["destination"], "destination": params["source"]}, name)


def _turned_back(lo: Lowering, base: Atom, new: Atom, params: dict[str, Any], name: str) -> Atom:
    return _again(np.rot90)(lo, base, new, {**params, "k": -params.get("k", 1)}, name)


def _again(function: Any) -> Callable[..., Atom]:
    def inverse(lo: Lowering, base: Atom, new: Atom, params: dict[str, Any], name: str) -> Atom:
        from ast_ad.rules.table import primitive_of

        primitive = primitive_of(function)
        assert primitive is not None
        return lo.emit(primitive, new, name=name, **params)

    return inverse


def with_part(lo: Lowering, part: str, whole: Atom, new: Atom, name: str = "") -> Atom:
    """A complex number with another real or imaginary part; `part` is the name of the function that takes it."""
    from ast_ad.rules.table import primitive_of

    fn = primitive_of({"np.real": runtime.with_real, "np.imag": runtime.with_imag}[part])
    assert fn is not None
    return lo.emit(fn, whole, new, name=name)


def _part_back(part: str) -> Callable[..., Atom]:
    def inverse(lo: Lowering, base: Atom, new: Atom, params: dict[str, Any], name: str) -> Atom:
        return with_part(lo, part, base, new, name)

    return inverse


_INVERSES: dict[str, Callable[..., Atom]] = {
    "np.real": _part_back("np.real"),
    "np.imag": _part_back("np.imag"),
    "np.transpose": _transposed_back,
    "np.swapaxes": _again(np.swapaxes),
    "np.flip": _again(np.flip),
    "np.fliplr": _again(np.fliplr),
    "np.flipud": _again(np.flipud),
    "np.reshape": lambda lo, base, new, params, name: as_before(lo, base, new, name, order=params.get("order")),
    "np.ravel": lambda lo, base, new, params, name: as_before(lo, base, new, name, order=params.get("order")),
    "np.matrix_transpose": _again(getattr(np, "matrix_transpose", None)),
    "np.linalg.matrix_transpose": _again(getattr(np, "matrix_transpose", None)),
    "np.moveaxis": _moved_back,
    "np.rot90": _turned_back,
    "np.atleast_1d": lambda lo, base, new, params, name: as_before(lo, base, new, name),
    "np.atleast_2d": lambda lo, base, new, params, name: as_before(lo, base, new, name),
    "np.atleast_3d": lambda lo, base, new, params, name: as_before(lo, base, new, name),
    "np.squeeze": lambda lo, base, new, params, name: as_before(lo, base, new, name),
    "np.expand_dims": lambda lo, base, new, params, name: as_before(lo, base, new, name),
}


def place_of(lo: Lowering, owner: Var, index: Value) -> tuple[Var, Index, tuple[Atom, ...]]:
    """The array and the subscript of an element or part, by way of rows: `row = B[i]; row[0]` is `B[i, 0]`."""
    template, holes = template_of(lo, index)
    owner = lo.constant_views.get(owner, owner)
    view = lo.views.get(owner)
    basic = P.is_basic(template, tuple(map(kind_of, holes)))
    if not basic and (template[0] is None or template[0] is Ellipsis or isinstance(template[0], P.Span)):
        return owner, template, holes  # beside more index arrays the axes would come in another order
    while view is not None and view.call.fn is P.GETITEM:
        outer: Index = dict(view.call.params)["index"]
        if not all(part is P.HOLE or type(part) is int for part in outer):
            break
        owner, template, holes = view.base, (*outer, *template), (*view.call.args[1:], *holes)
        view = lo.views.get(owner)
    return owner, template, holes
