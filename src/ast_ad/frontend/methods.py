"""Attributes and methods, by what they belong to."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MemberDescriptorType
from typing import Any

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.array_methods import ARRAY_METHODS, ATTRIBUTES, NUMPY_METHODS, as_function
from ast_ad.frontend.captures import attribute_from_outside
from ast_ad.frontend.container_methods import DICT_METHODS, LIST_METHODS
from ast_ad.frontend.context import Lowering, describe_in, is_map, static, torn
from ast_ad.frontend.dicts import MAP_METHODS, needs_run_time_keys
from ast_ad.frontend.instances import attribute_of_super, makes_objects
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.objects import attribute_of_object, class_of, field_of, lookup, of_class
from ast_ad.frontend.stand_ins import stands_for
from ast_ad.frontend.values import (
    Bound,
    Entries,
    Items,
    Method,
    Product,
    Ref,
    Static,
    Super,
    Torn,
    TupleOf,
    Value,
    describe,
    is_bottom,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import bound_kind, is_generator
from ast_ad.ir.operators import is_sparse_kind

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def attribute(lo: Lowering, owner: Value, name: str, wish: str = "") -> Value:
    """`owner.name`."""
    cls = class_of(lo, owner)
    if cls is not None:
        found = attribute_of_object(lo, owner, cls, name)
        if isinstance(found, Torn):
            torn(lo, found, repr(name))
        if found is not None:
            return found
        raise lo.error(
            WrongArgument, f"{stands_for(cls).__name__} has no attribute {name!r}", remedy="Check its spelling."
        )
    if isinstance(owner, Super):
        return attribute_of_super(lo, owner, name)
    if isinstance(owner, Bound):
        return _of_bound(lo, owner, name)
    if isinstance(owner, Static):
        return _of_static(lo, owner, name)
    if is_bottom(owner):
        return owner
    if isinstance(owner, Product) and name in owner.fields:
        return owner.fields[name]
    if isinstance(owner, (Var, Lit)) and name in ATTRIBUTES:
        return ATTRIBUTES[name](lo, owner, wish)
    if name in _methods_of(lo, owner) or _draws(owner, name):
        return Method(owner, name)
    if name == "__class__":
        from ast_ad.frontend.builtin_calls import type_of

        return Static(type_of(lo, owner), name)
    made = lo.definitions.get(owner) if isinstance(owner, Var) else None
    what = "what a function without source gives" if made is not None and made.fn is P.CALL_OPAQUE else None
    raise lo.error(
        UnsupportedSyntax,
        f"the attribute {name!r} of {what or describe_in(lo, owner)} is not supported",
        remedy="Use a function of NumPy, or compute it outside.",
    )


def has_attribute(lo: Lowering, owner: Value, name: str) -> bool:
    """`hasattr(owner, name)`."""
    cls = class_of(lo, owner)
    if cls is not None:
        return lookup(cls, name) is not None or field_of(lo, owner, name) is not None
    if isinstance(owner, Static):
        return hasattr(owner.obj, name)
    from ast_ad.frontend.builtin_calls import type_of

    return hasattr(type_of(lo, owner), name)


def _of_bound(lo: Lowering, owner: Bound, name: str) -> Value:
    """`method.__self__`, `partial.func` and the like."""
    found = {"__func__": owner.function, "func": owner.function, "args": TupleOf(owner.args), "__self__": owner.args[0]}
    if name in found:
        return found[name]
    return attribute(lo, owner.function, name)


def _of_static(lo: Lowering, owner: Static, name: str) -> Value:
    if isinstance(owner.obj, type) and makes_objects(owner.obj):
        found = lookup(owner.obj, name)
        if found is not None and found[0] is not object and not isinstance(found[1], MemberDescriptorType):
            return of_class(lo, None, owner.obj, *found, name)
    if not hasattr(owner.obj, name):
        what = owner.name or type(owner.obj).__name__
        close = difflib.get_close_matches(name, dir(owner.obj), 1)
        remedy = f"Did you mean {what}.{close[0]}?" if close else "Check its spelling."
        raise lo.error(WrongArgument, f"{what} has no attribute {name!r}", remedy=remedy)
    return attribute_from_outside(lo, owner, name, getattr(owner.obj, name))


def _methods_of(lo: Lowering, owner: Value) -> Any:
    if isinstance(owner, Var):
        return ARRAY_METHODS | NUMPY_METHODS | _writing()
    if isinstance(owner, Ref):
        contents = lo.peek(owner)
        return DICT_METHODS if isinstance(contents, Entries) else MAP_METHODS if is_map(contents) else LIST_METHODS
    if isinstance(owner, Lit):
        return dir(owner.value)
    return ("index", "count") if isinstance(owner, TupleOf) else ()


def _draws(owner: Value, name: str) -> bool:
    from ast_ad.frontend.draws import draws

    return isinstance(owner, Var) and is_generator(bound_kind(owner.kind)) and draws(owner, name)


def _writing() -> Any:
    from ast_ad.frontend.fillers import WRITING_METHODS

    return WRITING_METHODS


def call_method(lo: Lowering, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], wish: str) -> Value:
    """`owner.name(*args, **kwargs)`."""
    from ast_ad.frontend.draws import call_draw
    from ast_ad.frontend.sparse import method_of_sparse

    if isinstance(owner, Var) and is_sparse_kind(bound_kind(owner.kind)):
        return method_of_sparse(lo, owner, name, args, kwargs, wish)
    if isinstance(owner, Var) and _draws(owner, name):
        return call_draw(lo, owner, name, args, kwargs, wish)
    if isinstance(owner, Var):
        special = ARRAY_METHODS.get(name) or _writing().get(name)
        if special is not None:
            return special(lo, owner, args, kwargs, wish)
        return as_function(lo, owner, name, args, kwargs, wish)
    if isinstance(owner, Ref):
        table = _methods_of(lo, owner)
        if table is DICT_METHODS and needs_run_time_keys(lo, owner, name, args):
            table = MAP_METHODS
        return table[name](lo, owner, args, kwargs)  # type: ignore[no-any-return]
    if isinstance(owner, Lit):
        return _of_constant(lo, owner, name, args, kwargs)
    if isinstance(owner, TupleOf) and name == "_replace":
        fields = owner.type._fields  # type: ignore[union-attr]
        return TupleOf(tuple(kwargs.get(f, v) for f, v in zip(fields, owner.items, strict=True)), owner.type)
    if isinstance(owner, TupleOf) and name == "_asdict":
        return lo.new_ref(Entries(owner.type._fields, owner.items), wish)  # type: ignore[union-attr]
    raise lo.error(
        UnsupportedSyntax, f"the method {name!r} of {describe(owner)} is not supported", remedy="Use an operator."
    )


def _of_constant(lo: Lowering, owner: Lit, name: str, args: Args, kwargs: Kwargs) -> Value:
    constants = [constant_of(lo, a, f"what {name} is given") for a in args]
    named = {k: constant_of(lo, v, f"what {name} is given") for k, v in kwargs.items()}
    found = getattr(owner.value, name)(*constants, **named)
    return lo.new_ref(Items(tuple(map(static, found)))) if isinstance(found, list) else static(found)
