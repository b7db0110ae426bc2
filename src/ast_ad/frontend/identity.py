"""`is` and `in`: known while compiling, asked of numbers at run time, or of where a list holds two objects."""

from __future__ import annotations

from collections.abc import Sequence

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, NeedsInlining, is_map
from ast_ad.frontend.control import choose
from ast_ad.frontend.dicts import contains, has_run_time_keys
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.objects import class_of, special
from ast_ad.frontend.values import (
    FALSE,
    TRUE,
    Entries,
    Generated,
    Items,
    Ref,
    Static,
    TupleOf,
    Value,
    is_none,
    kind_of,
    same_constant,
)
from ast_ad.ir import kinds as K, primitives as P
from ast_ad.ir.core import Atom, Lit, Var


def identical(lo: Lowering, left: Value, right: Value) -> bool | Value | None:
    """`is`."""
    if isinstance(left, Lit) and isinstance(right, Lit):
        return left.value is right.value or (same_constant(left, right) and not isinstance(left.value, float))
    if is_none(left) or is_none(right):
        other = right if is_none(left) else left
        if not isinstance(other, Var):
            return False
        maybe = isinstance(other.kind, (K.Maybe, K.Opaque, K.Undefined))
        return None if maybe else False
    if isinstance(left, Ref) or isinstance(right, Ref):
        return same_object(lo, left, right) if isinstance(left, Ref) and isinstance(right, Ref) else False
    if isinstance(left, Static) and isinstance(right, Static):
        return left.obj is right.obj
    if isinstance(left, Static) or isinstance(right, Static):
        return None if is_opaque(left) or is_opaque(right) else False
    if isinstance(left, Var) and left is right:
        return True
    return None


def is_opaque(value: Value) -> bool:
    """Whether a value may be any object at run time."""
    return isinstance(value, Var) and isinstance(kind_of(value), K.Opaque)


def is_in(lo: Lowering, left: Value, right: Value) -> bool | Value | None:
    """`in`."""
    right = right.source if isinstance(right, Generated) else right
    method = special(lo, right, "__contains__")
    if method is not None:
        return call_value(lo, method, [left], {})
    if isinstance(right, Ref) and has_run_time_keys(lo, right, left):
        return contains(lo, right, left)
    held = lo.contents(right) if isinstance(right, Ref) else None
    if isinstance(held, Entries):
        return constant_of(lo, left, "a key of a dict") in held.keys
    right = TupleOf(held.values) if isinstance(held, Items) else right
    if not isinstance(right, TupleOf):
        return bool(left.value in right.value) if isinstance(right, Lit) and isinstance(left, Lit) else None
    if isinstance(left, (Lit, Static)) and all(isinstance(v, (Lit, Static)) for v in right.items):
        return constant_of(lo, left, "") in [constant_of(lo, v, "") for v in right.items]
    if any(class_of(lo, v) is not None and isinstance(v, Ref) for v in (left, *right.items)):
        return _among(lo, left, right.items)
    return lo.emit(P.IN, lo.atom(left), lo.atom(right))


def _among(lo: Lowering, left: Value, items: Sequence[Value]) -> Value:
    """Whether an object is one of some, or equal to one."""
    if not items:
        return FALSE
    same = identical(lo, left, items[0]) if isinstance(left, Ref) and isinstance(items[0], Ref) else False
    from ast_ad.frontend.operators import compare

    found = compare(lo, "==", left, items[0]) if same is False else Lit(same) if isinstance(same, bool) else same
    return choose(lo, found or FALSE, lambda: TRUE, lambda: _among(lo, left, items[1:]))


def same_object(lo: Lowering, left: Ref, right: Ref) -> bool | Value:
    """`left is right`."""
    if left.location is right.location:
        return True
    one, two = lo.elements.get(left.location), lo.elements.get(right.location)
    if one is not None and two is not None and lo.follows(left.location) and lo.follows(right.location):
        if one.owner.location is not two.owner.location or one.path != two.path:
            return False
        return lo.emit(P.EQ, _place(lo, one.owner, one.index), _place(lo, two.owner, two.index))
    if left.location in lo.foreign and right.location in lo.foreign and lo.record is not None:
        raise NeedsInlining(lo.record)
    if left.location in lo.uncertain or right.location in lo.uncertain:
        raise lo.error(
            UnknownAtCompileTime,
            "whether these are one object is known at run time only",
            reason="One of them is an element of a list of any length, or another one on each path.",
            remedy="Compare their places in the list, or an attribute that tells them apart.",
        )
    return False


def _place(lo: Lowering, owner: Ref, index: Atom) -> Atom:
    """Where an element is, counted from the front."""
    contents = lo.peek(owner)
    return index if is_map(contents) else lo.emit(P.MOD, index, lo.emit(P.LENGTH, contents.atom))  # type: ignore[union-attr]
