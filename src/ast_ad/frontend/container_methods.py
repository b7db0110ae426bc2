"""Methods of lists and dicts: what they do to the contents of a location."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend import searches
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.control import ends_here
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.list_parts import put_in, take_out
from ast_ad.frontend.subscripts import to_run
from ast_ad.frontend.trips import append, with_entry
from ast_ad.frontend.values import NONE, Entries, Fields, Items, Ref, Run, Static, TupleOf, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit

Args = Sequence[Value]
Kwargs = Mapping[str, Value]

# Lists


def _check_not_iterated(lo: Lowering, owner: Ref) -> None:
    if owner.location in lo.iterated:
        raise lo.error(
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
    at = args[0] if args else Lit(-1)
    if isinstance(lo.peek(owner), Items) or not (isinstance(at, Lit) and at.value == -1):
        return take_out(lo, owner, at)
    owned = lo.owns(owner.location)
    contents = lo.peek(owner)
    assert isinstance(contents, Run)
    rest, found = lo.emit_all(P.POP, contents.atom, names=(owner.location.name, ""))
    lo.set_contents(owner, Run(rest), owning=True)
    value = lo.value_of(found, "")
    if isinstance(value, Ref) and owned:
        lo.owned.add(value.location)
    else:
        lo.freeze(value, lo.why_shared(owner))
    return value


def _insert(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    put_in(lo, owner, args[0], args[1])
    return NONE


def _searching(function: Callable[..., Any]) -> Callable[..., Value]:
    """A method that looks for an element, by the function that says what it does."""

    def method(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
        if function is searches.remove:
            _check_not_iterated(lo, owner)
        return call_value(lo, Static(function, function.__name__), [owner, *args], kwargs)

    return method


def _list_copy(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return lo.new_ref(lo.contents(owner))


def _reverse(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = lo.peek(owner)
    if isinstance(contents, Items):
        lo.set_contents(owner, Items(contents.values[::-1]))
    else:
        run = to_run(lo, owner)
        back = (P.Span(None, None, -1),)
        lo.set_contents(owner, Run(lo.emit(P.LIST_SLICE, run.atom, name=owner.location.name, index=back)), owning=True)
    return NONE


def _clear(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    _check_not_iterated(lo, owner)
    lo.set_contents(owner, Items(()))
    return NONE


def _sort(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    from ast_ad.frontend.iterable_calls import lower_sorted

    made = lower_sorted(lo, [owner], kwargs, owner.location.name, in_place=True)
    assert isinstance(made, Ref)
    lo.set_contents(owner, lo.peek(made), owning=True)
    return NONE


LIST_METHODS: dict[str, Callable[..., Value]] = {
    "append": _append,
    "count": _searching(searches.count),
    "extend": _extend,
    "pop": _pop,
    "index": _searching(searches.index),
    "insert": _insert,
    "copy": _list_copy,
    "remove": _searching(searches.remove),
    "reverse": _reverse,
    "sort": _sort,
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
        if not isinstance(inner, Entries) or isinstance(inner, Fields):
            raise lo.error(UnsupportedSyntax, f"update with {describe(other)}", remedy="Pass a dict or keywords.")
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
        ends_here(lo, KeyError, lo.atom(args[0]))
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


def _popitem(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    contents = _entries(lo, owner)
    if not contents.keys:
        ends_here(lo, KeyError, Lit("popitem(): dictionary is empty"))
    lo.set_contents(owner, Entries(contents.keys[:-1], contents.values[:-1]))
    return TupleOf((static(contents.keys[-1]), contents.values[-1]))


def _dict_clear(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    lo.set_contents(owner, Entries((), ()))
    return NONE


DICT_METHODS: dict[str, Callable[..., Value]] = {
    "get": _get,
    "items": _items,
    "values": _values,
    "keys": _keys,
    "update": _update,
    "copy": _list_copy,
    "clear": _dict_clear,
    "pop": _dict_pop,
    "popitem": _popitem,
    "setdefault": _setdefault,
}
