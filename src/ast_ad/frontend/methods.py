"""Attributes and methods, by what they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.array_methods import ARRAY_METHODS, ATTRIBUTES, NUMPY_METHODS, as_function
from ast_ad.frontend.captures import attribute_from_outside
from ast_ad.frontend.container_methods import DICT_METHODS, LIST_METHODS
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.values import Entries, Method, Ref, Static, TupleOf, Value, describe, is_bottom
from ast_ad.ir.core import Lit, Var

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def attribute(lo: Lowering, owner: Value, name: str, wish: str = "") -> Value:
    """`owner.name`."""
    if isinstance(owner, Static):
        return _of_static(lo, owner, name)
    if is_bottom(owner):
        return owner
    if isinstance(owner, (Var, Lit)) and name in ATTRIBUTES:
        return ATTRIBUTES[name](lo, owner, wish)
    if isinstance(owner, TupleOf) and owner.type is not None:
        fields = getattr(owner.type, "_fields", ())
        if name in fields:
            return owner.items[fields.index(name)]
    if name in _methods_of(lo, owner):
        return Method(owner, name)
    raise lo.error(
        UnsupportedSyntax,
        f"the attribute {name!r} of {describe(owner)} is not supported",
        remedy="Use a function of NumPy, or compute it outside.",
    )


def _of_static(lo: Lowering, owner: Static, name: str) -> Value:
    if not hasattr(owner.obj, name):
        what = owner.name or type(owner.obj).__name__
        raise lo.error(WrongArgument, f"{what} has no attribute {name!r}", remedy="Check its spelling.")
    return attribute_from_outside(lo, owner, name, getattr(owner.obj, name))


def _methods_of(lo: Lowering, owner: Value) -> Any:
    if isinstance(owner, Var):
        return ARRAY_METHODS | NUMPY_METHODS
    if isinstance(owner, Ref):
        return DICT_METHODS if isinstance(lo.contents(owner), Entries) else LIST_METHODS
    if isinstance(owner, Lit):
        return dir(owner.value)
    return ("index", "count", "_replace", "_asdict") if isinstance(owner, TupleOf) else ()


def call_method(lo: Lowering, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], wish: str) -> Value:
    """`owner.name(*args, **kwargs)`."""
    if isinstance(owner, Var):
        special = ARRAY_METHODS.get(name)
        if special is not None:
            return special(lo, owner, args, kwargs, wish)
        return as_function(lo, owner, name, args, kwargs, wish)
    if isinstance(owner, Ref):
        table = DICT_METHODS if isinstance(lo.contents(owner), Entries) else LIST_METHODS
        return table[name](lo, owner, args, kwargs)
    if isinstance(owner, Lit):
        return _of_constant(lo, owner, name, args, kwargs)
    if isinstance(owner, TupleOf) and name == "_replace" and owner.type is not None:
        fields = owner.type._fields  # type: ignore[attr-defined]
        return TupleOf(tuple(kwargs.get(f, v) for f, v in zip(fields, owner.items, strict=True)), owner.type)
    raise lo.error(
        UnsupportedSyntax, f"the method {name!r} of {describe(owner)} is not supported", remedy="Use an operator."
    )


def _of_constant(lo: Lowering, owner: Lit, name: str, args: Args, kwargs: Kwargs) -> Value:
    constants = [constant_of(lo, a, f"what {name} is given") for a in args]
    named = {k: constant_of(lo, v, f"what {name} is given") for k, v in kwargs.items()}
    return static(getattr(owner.value, name)(*constants, **named))
