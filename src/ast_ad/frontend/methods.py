"""Attributes and methods: of arrays by one table of NumPy functions, of lists and dicts by what they do to their contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import UnsupportedSyntax, WrongArgument, WrongStructure
from ast_ad.frontend.captures import attribute_from_outside
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.library import call_primitive
from ast_ad.frontend.subscripts import to_run
from ast_ad.frontend.trips import append, with_entry
from ast_ad.frontend.values import (
    NONE,
    Entries,
    Items,
    Method,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    Var,
    describe,
    is_bottom,
    kind_of,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit
from ast_ad.ir.kinds import FLOAT, INT, Array, Kind, List, Scalar, dims_of, rank

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def attribute(lo: Lowering, owner: Value, name: str, wish: str = "") -> Value:
    """`owner.name`."""
    if isinstance(owner, Static):
        return _of_static(lo, owner, name)
    if is_bottom(owner):
        return owner
    if isinstance(owner, (Var, Lit)) and name in _ATTRIBUTES:
        return _ATTRIBUTES[name](lo, owner, wish)
    if isinstance(owner, TupleOf) and owner.type is not None:
        fields = getattr(owner.type, "_fields", ())
        if name in fields:
            return owner.items[fields.index(name)]
    if name in _methods_of(lo, owner):
        return Method(owner, name)
    lo.fail(
        UnsupportedSyntax,
        f"the attribute {name!r} of {describe(owner)} is not supported",
        remedy="Use a function of NumPy, or compute it outside.",
    )


def _of_static(lo: Lowering, owner: Static, name: str) -> Value:
    if not hasattr(owner.obj, name):
        what = owner.name or type(owner.obj).__name__
        lo.fail(WrongArgument, f"{what} has no attribute {name!r}", remedy="Check its spelling.")
    return attribute_from_outside(lo, owner, name, getattr(owner.obj, name))


def _methods_of(lo: Lowering, owner: Value) -> Any:
    if isinstance(owner, Var):
        return _ARRAY_METHODS | _NUMPY
    if isinstance(owner, Ref):
        return _DICT_METHODS if isinstance(lo.contents(owner), Entries) else _LIST_METHODS
    if isinstance(owner, Lit):
        return dir(owner.value)
    return ("index", "count", "_replace", "_asdict") if isinstance(owner, TupleOf) else ()


def call_method(lo: Lowering, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], wish: str) -> Value:
    """`owner.name(*args, **kwargs)`."""
    if isinstance(owner, Var):
        special = _ARRAY_METHODS.get(name)
        if special is not None:
            return special(lo, owner, args, kwargs, wish)
        return _as_function(lo, owner, name, args, kwargs, wish)
    if isinstance(owner, Ref):
        table = _DICT_METHODS if isinstance(lo.contents(owner), Entries) else _LIST_METHODS
        return table[name](lo, owner, args, kwargs)
    if isinstance(owner, Lit):
        return _of_constant(lo, owner, name, args, kwargs)
    if isinstance(owner, TupleOf) and name == "_replace" and owner.type is not None:
        fields = owner.type._fields  # type: ignore[attr-defined]
        return TupleOf(tuple(kwargs.get(f, v) for f, v in zip(fields, owner.items, strict=True)), owner.type)
    lo.fail(UnsupportedSyntax, f"the method {name!r} of {describe(owner)} is not supported", remedy="Use an operator.")


def _of_constant(lo: Lowering, owner: Lit, name: str, args: Args, kwargs: Kwargs) -> Value:
    constants = [constant_of(lo, a, f"what {name} is given") for a in args]
    named = {k: constant_of(lo, v, f"what {name} is given") for k, v in kwargs.items()}
    return static(getattr(owner.value, name)(*constants, **named))


# Arrays


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
        return Lit(int(np.prod(dims)))
    if dims is not None and len(dims) == 1:
        return lo.emit(P.LENGTH, lo.atom(owner), name=name)
    return _call(lo, np.size, [owner], {}, name)


def _dtype(lo: Lowering, owner: Any, name: str) -> Value:
    kind = kind_of(owner)
    if isinstance(kind, Array) and kind.dtype is not None:
        return Static(np.dtype(kind.dtype), kind.dtype)
    lo.fail(UnsupportedSyntax, f"the dtype of {describe(owner)} is not known", remedy="Name the dtype, such as float.")


def _real(lo: Lowering, owner: Any, name: str) -> Value:
    return owner if isinstance(kind_of(owner), Scalar) else _call(lo, np.real, [owner], {}, name)  # type: ignore[no-any-return]


def _function_attribute(function: Any) -> Callable[..., Value]:
    return lambda lo, owner, name: _call(lo, function, [owner], {}, name)


_ATTRIBUTES: dict[str, Callable[[Lowering, Any, str], Value]] = {
    "shape": _shape,
    "ndim": _ndim,
    "size": _size,
    "dtype": _dtype,
    "T": _function_attribute(np.transpose),
    "real": _function_attribute(np.real),
    "imag": _function_attribute(np.imag),
}

#: methods that are a function of NumPy with the array as its first argument
_NUMPY: dict[str, Any] = {
    name: getattr(np, name)
    for name in (
        *("all", "any", "argmax", "argmin", "argpartition", "argsort", "choose", "clip", "compress", "conj"),
        *("conjugate", "cumprod", "cumsum", "diagonal", "dot", "max", "mean", "min", "nonzero", "prod"),
        *("ravel", "repeat", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes", "take", "trace"),
        "var",
    )
}


def _call(lo: Lowering, function: Any, args: Args, kwargs: Kwargs, name: str = "") -> Value:
    from ast_ad.frontend.calls import call_value

    return call_value(lo, Static(function, f"np.{function.__name__}"), args, kwargs, name)


def _as_function(lo: Lowering, owner: Var, name: str, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, _NUMPY[name], [owner, *args], kwargs, wish)


def _packed(args: Args) -> list[Value]:
    """`x.reshape(2, 3)` for `np.reshape(x, (2, 3))`."""
    return [TupleOf(tuple(args))] if len(args) > 1 else list(args)


def _reshape(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.reshape, [owner, *_packed(args)], kwargs, wish)


def _transpose(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.transpose, [owner, *_packed(args)], kwargs, wish)


def _copy(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return lo.emit(P.COPY, lo.read(owner), name=wish)


def _flatten(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    return _call(lo, np.ravel, [lo.emit(P.COPY, lo.read(owner)), *args], kwargs, wish)


def _astype(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    if hasattr(np, "astype"):
        return _call(lo, np.astype, [owner, *args], kwargs, wish)
    return _call(lo, np.array, [owner, *args], kwargs, wish)


def _item(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    kind = kind_of(owner)
    name = kind.dtype or "float64" if isinstance(kind, Array) else "float64"
    if args:
        from ast_ad.frontend.subscripts import read_subscript

        index = args[0] if len(args) == 1 else TupleOf(tuple(args))
        owner = read_subscript(lo, owner, index)  # type: ignore[assignment]
    return lo.emit(P.TO_INT if np.dtype(name).kind in "iu" else P.TO_FLOAT, lo.read(owner), name=wish)


def _tolist(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    from ast_ad.frontend.trips import for_each

    kind: Kind = kind_of(owner)
    if rank(kind) != 1:
        lo.fail(UnsupportedSyntax, "tolist of an array of this rank", remedy="Use the array itself.")
    result = lo.new_ref(Items(()), wish)
    for_each(lo, owner, lambda v: append(lo, result, _item(lo, v, (), {}, "")))  # type: ignore[arg-type]
    return result


def _fill(lo: Lowering, owner: Var, args: Args, kwargs: Kwargs, wish: str) -> Value:
    from ast_ad.frontend.writes import write_subscript

    write_subscript(lo, owner, Lit(Ellipsis), args[0])
    return NONE


_ARRAY_METHODS: dict[str, Callable[..., Value]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "copy": _copy,
    "flatten": _flatten,
    "astype": _astype,
    "item": _item,
    "tolist": _tolist,
    "fill": _fill,
}


# Lists


def _check_not_iterated(lo: Lowering, owner: Ref) -> None:
    if owner.location in lo.iterated:
        lo.fail(
            UnsupportedSyntax,
            "a list that a loop runs over changes its length",
            remedy="Loop over a copy: for v in list(xs).",
        )


def _append(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    append(lo, owner, args[0])
    return NONE


def _extend(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    from ast_ad.frontend.writes import extend

    _check_not_iterated(lo, owner)
    extend(lo, owner, args[0])
    return NONE


def _pop(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    contents = lo.contents(owner)
    if isinstance(contents, Items):
        at = constant_of(lo, args[0], "the index of pop") if args else -1
        values = list(contents.values)
        if not -len(values) <= at < len(values):
            lo.fail(WrongStructure, "pop from a list that is too short", remedy="Test its length first.")
        found = values.pop(at)
        lo.set_contents(owner, Items(tuple(values)))
        return found
    if args and not (isinstance(args[0], Lit) and args[0].value == -1):
        lo.fail(UnsupportedSyntax, "pop from the middle of a list", remedy="Pop from its end, or use slices.")
    assert isinstance(contents, Run)
    rest, found = lo.emit_all(P.POP, contents.atom, names=(owner.location.name, ""))
    lo.set_contents(owner, Run(rest))
    value = lo.value_of(found, "")
    lo.freeze(value, "It was an element of a list whose length is known at run time only.")
    return value


def _insert(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    contents = lo.contents(owner)
    at = constant_of(lo, args[0], "the index of insert")
    if isinstance(contents, Items):
        values = list(contents.values)
        values.insert(at, args[1])
        lo.set_contents(owner, Items(tuple(values)))
        return NONE
    if at != 0:
        lo.fail(UnsupportedSyntax, "insert in the middle of a list", remedy="Join slices of the list.")
    front = lo.emit(P.MAKE_LIST, lo.atom(args[1]))
    lo.freeze(args[1], "It was put into a list.")
    joined = lo.emit(P.LIST_CONCAT, front, lo.run_list(contents), name=owner.location.name)
    lo.set_contents(owner, Run(joined))
    return NONE


def _list_copy(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return lo.new_ref(lo.contents(owner))


def _reverse(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = lo.contents(owner)
    if isinstance(contents, Items):
        lo.set_contents(owner, Items(contents.values[::-1]))
    else:
        run = to_run(lo, owner)
        back = (P.Span(None, None, -1),)
        lo.set_contents(owner, Run(lo.emit(P.LIST_SLICE, run.atom, name=owner.location.name, index=back)))
    return NONE


def _clear(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    lo.set_contents(owner, Items(()))
    return NONE


_LIST_METHODS: dict[str, Callable[..., Value]] = {
    "append": _append,
    "extend": _extend,
    "pop": _pop,
    "insert": _insert,
    "copy": _list_copy,
    "reverse": _reverse,
    "clear": _clear,
}


# Dicts


def _entries(lo: Lowering, owner: Ref) -> Entries:
    contents = lo.contents(owner)
    assert isinstance(contents, Entries)
    return contents


def _get(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    key = constant_of(lo, args[0], "which key of a dict is read")
    if key in contents.keys:
        return contents.values[contents.keys.index(key)]
    return args[1] if len(args) > 1 else NONE


def _items(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    pairs = zip(contents.keys, contents.values, strict=True)
    return TupleOf(tuple(TupleOf((static(k), v)) for k, v in pairs))


def _values(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return TupleOf(_entries(lo, owner).values)


def _keys(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return TupleOf(tuple(map(static, _entries(lo, owner).keys)))


def _update(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    for other in args:
        inner = lo.contents(other) if isinstance(other, Ref) else None
        if not isinstance(inner, Entries):
            lo.fail(UnsupportedSyntax, f"update with {describe(other)}", remedy="Pass a dict or keywords.")
        for k, v in zip(inner.keys, inner.values, strict=True):
            contents = with_entry(contents, k, v)
    for k, v in kwargs.items():
        contents = with_entry(contents, k, v)
    lo.set_contents(owner, contents)
    return NONE


def _dict_pop(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    key = constant_of(lo, args[0], "which key of a dict is removed")
    if key not in contents.keys:
        if len(args) > 1:
            return args[1]
        lo.fail(WrongStructure, f"the dict has no key {key!r}", remedy="Give pop a default.")
    k = contents.keys.index(key)
    lo.set_contents(
        owner, Entries(contents.keys[:k] + contents.keys[k + 1 :], contents.values[:k] + contents.values[k + 1 :])
    )
    return contents.values[k]


def _setdefault(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    key = constant_of(lo, args[0], "which key of a dict is read")
    if key not in contents.keys:
        lo.set_contents(owner, with_entry(contents, key, args[1] if len(args) > 1 else NONE))
    return _get(lo, owner, args, kwargs)


_DICT_METHODS: dict[str, Callable[..., Value]] = {
    "get": _get,
    "items": _items,
    "values": _values,
    "keys": _keys,
    "update": _update,
    "copy": _list_copy,
    "pop": _dict_pop,
    "setdefault": _setdefault,
}

__all__ = ["FLOAT", "INT", "List", "attribute", "call_method", "call_primitive"]
