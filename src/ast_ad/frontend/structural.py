"""Operators on tuples, lists, dicts and texts: what they give has a structure of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ast_ad.frontend.context import Lowering
from ast_ad.frontend.elements import are_numbers
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.trips import append, for_each, with_entry
from ast_ad.frontend.values import Entries, Items, Range, Ref, Run, TupleOf, Value, is_bottom, kind_of
from ast_ad.ir import kinds as K, primitives as P
from ast_ad.ir.core import Lit, Var


def _joined_tuples(lo: Lowering, left: TupleOf, right: TupleOf, name: str) -> Value:
    return TupleOf((*left.items, *right.items))


def keeps_apart(symbol: str, left: Value, right: Value) -> bool:
    """Whether an operand is a tuple or list, and the other no array: numbers of NumPy are like one, but for `*`."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (TupleOf, Ref)):
            kind = kind_of(other) if isinstance(other, (Var, Lit)) else K.INT
            of_numpy = isinstance(kind, K.Array) and kind.dims == () and kind.cell is False
            return isinstance(kind, K.Scalar) or (of_numpy and symbol == "*")
    return False


def _counts(value: Var | Lit) -> bool:
    """Whether a tuple or list can be repeated so often."""
    kind = kind_of(value)
    if isinstance(kind, K.Array):
        return kind.dims == () and kind.dtype is not None and np.dtype(kind.dtype).kind in "iu"
    return isinstance(kind, K.Scalar) and kind.type in ("bool", "int")


def _repeated_tuple(lo: Lowering, left: TupleOf, right: Var | Lit, name: str) -> Value | None:
    if not _counts(right):
        return None
    return TupleOf(left.items * constant_of(lo, right, "how often a tuple is repeated"))


def _joined_lists(lo: Lowering, left: Ref, right: Ref, name: str) -> Value:
    one, two = lo.contents(left), lo.contents(right)
    if isinstance(one, Items) and isinstance(two, Items):
        return lo.new_ref(Items((*one.values, *two.values)), name)
    return lo.new_ref(Run(lo.emit(P.LIST_CONCAT, lo.run_list(one), lo.run_list(two), name=name)), name)


def _merged_dicts(lo: Lowering, left: Ref, right: Ref, name: str) -> Value | None:
    one, two = lo.contents(left), lo.contents(right)
    if not isinstance(one, Entries) or not isinstance(two, Entries):
        return None
    for key, value in zip(two.keys, two.values, strict=True):
        one = with_entry(one, key, value)
    return lo.new_ref(one, name)


def _repeated_list(lo: Lowering, left: Ref, right: Var | Lit, name: str) -> Value | None:
    if not is_bottom(right) and not _counts(right):
        return None  # it may be an array times the array of a list
    contents = lo.contents(left)
    if isinstance(contents, Items) and isinstance(right, Lit) and right.value * len(contents.values) <= 32:
        return lo.new_ref(Items(contents.values * right.value), name, repeated=True)
    if not isinstance(contents, Items) or are_numbers(contents.values):
        return lo.new_ref(Run(lo.emit(P.LIST_REPEAT, lo.run_list(contents), lo.atom(right), name=name)), name)
    result = lo.new_ref(Items(()), name)

    def take(_: Value) -> None:
        for value in contents.values:
            append(lo, result, value)

    for_each(lo, Range(Lit(0), right, Lit(1)), take)
    return result


def _flipped(function: Callable[..., Value | None]) -> Callable[..., Value | None]:
    return lambda lo, left, right, name: function(lo, right, left, name)


def _formatted(lo: Lowering, left: Lit, right: Value, name: str) -> Value | None:
    if not isinstance(left.value, str):
        return None
    return Lit(left.value % constant_of(lo, right, "what is put into a text"))


STRUCTURAL: dict[tuple[str, type, type], Callable[..., Value | None]] = {
    ("+", TupleOf, TupleOf): _joined_tuples,
    ("*", TupleOf, Lit): _repeated_tuple,
    ("*", TupleOf, Var): _repeated_tuple,
    ("*", Lit, TupleOf): _flipped(_repeated_tuple),
    ("*", Var, TupleOf): _flipped(_repeated_tuple),
    ("+", Ref, Ref): _joined_lists,
    ("|", Ref, Ref): _merged_dicts,
    ("*", Ref, Lit): _repeated_list,
    ("*", Ref, Var): _repeated_list,
    ("*", Lit, Ref): _flipped(_repeated_list),
    ("*", Var, Ref): _flipped(_repeated_list),
    ("%", Lit, TupleOf): _formatted,
}
