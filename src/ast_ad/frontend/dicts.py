"""Dicts whose keys are known at run time only: read, written, asked and iterated over as Python does.

Such a dict is `Run` contents whose atom has a `Map` kind, which serves as a list does: a key is where a list has an
index, so that elements are followed, and loops and calls carry it, by the same rules.  A dict with known keys becomes
one where a key comes up that is known at run time only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax
from ast_ad.frontend.context import Lowering, is_map, is_uniform, static
from ast_ad.frontend.control import branch, choose, ends_here, nothing
from ast_ad.frontend.stand_ins import is_stand_in
from ast_ad.frontend.values import (
    NONE,
    Entries,
    Fields,
    Mapped,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    describe,
    is_bottom,
    kind_of,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Map, Undefined, carries_derivative

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def is_known(key: Value) -> bool:
    """Whether a key is a constant of the program."""
    if isinstance(key, TupleOf):
        return all(map(is_known, key.items))
    return isinstance(key, (Lit, Static))


def has_run_time_keys(lo: Lowering, owner: Ref, key: Value | None = None) -> bool:
    """Whether a dict is one whose keys are known at run time only, or has to be for this key to be looked up."""
    contents = lo.peek(owner)
    if is_map(contents):
        return True
    if not isinstance(contents, Entries) or isinstance(contents, Fields) or key is None or is_known(key):
        return False
    if lo.tried and contents.values:
        raise lo.error(
            UnknownAtCompileTime,
            "which key of a dict this is must be known when the function is compiled",
            reason="The loop around is written out first, where it can be.",
        )
    return is_uniform(lo, contents)


def to_map(lo: Lowering, owner: Ref) -> Run:
    """Let a dict be one whose keys are known at run time only, from here on."""
    contents = lo.peek(owner)
    if not isinstance(contents, Run):
        contents = Run(lo.run_list(contents, name=owner.location.name, place=owner.location))
        lo.state.heap[owner.location] = contents
    return contents


def has_known_keys(lo: Lowering, owner: Ref) -> bool:
    """Whether all keys of a dict are known."""
    return isinstance(lo.peek(owner), Entries)


def read(lo: Lowering, owner: Ref, key: Value, name: str = "") -> Value:
    """`owner[key]`, of a key that is there."""
    from ast_ad.frontend.subscripts import list_element

    return list_element(lo, to_map(lo, owner).atom, key_atom(lo, key), name, owner)


def write(lo: Lowering, owner: Ref, key: Value, value: Value) -> None:
    """`owner[key] = value`."""
    lo.check_writable(owner.location, owner.location.name)
    at = key_atom(lo, key)
    if owner.location in lo.iterated and not _comes_from(lo, at, owner):
        _changes_while_iterated(lo)
    whole = to_map(lo, owner).atom
    item = lo.element_atom(value, owner.location, kind_of(whole))
    new = lo.emit(P.LIST_SET, whole, item, at, name=owner.location.name)
    new = lo.retyped(new, kind_of(whole)) if is_bottom(new) else new
    lo.set_contents(owner, Run(lo.widened(new, kind_of(item), kind_of(at))), owning=True)


def contains(lo: Lowering, owner: Ref, key: Value) -> Value:
    """`key in owner`."""
    return lo.emit(P.IN, key_atom(lo, key), to_map(lo, owner).atom)


def take_out(lo: Lowering, owner: Ref, key: Value) -> Value:
    """`owner.pop(key)`, of a key that is there."""
    if owner.location in lo.iterated:
        _changes_while_iterated(lo)
    lo.check_writable(owner.location, owner.location.name)
    whole = to_map(lo, owner).atom
    rest, found = lo.emit_all(P.TAKE_OUT, whole, key_atom(lo, key), names=(owner.location.name, ""))
    lo.set_contents(owner, Run(rest))
    value = lo.value_of(found, "")
    lo.freeze(value, "It was a value of a dict whose keys are known at run time only.")
    return value


def keys_of(lo: Lowering, owner: Ref) -> Ref:
    """The list of the keys, as they are now."""
    atom = to_map(lo, owner).atom
    kind = kind_of(atom)
    if isinstance(kind, Map) and carries_derivative(kind.key) and not isinstance(kind.key, Undefined):
        raise lo.error(
            UnknownAtCompileTime,
            "the keys of this dict are floats that are known at run time only, and they are read",
            reason="A derivative by a key is not followed.",
            remedy="Keep the numbers in a list of their own, or as values.",
        )
    keys = lo.emit(P.KEYS, atom)
    lo.keys_of.setdefault(owner.location, set()).add(keys)
    return lo.new_ref(Run(keys))


def key_atom(lo: Lowering, key: Value) -> Atom:
    """A key as one atom."""
    if isinstance(key, TupleOf) and key.type is None and all(isinstance(v, Lit) for v in key.items):
        return Lit(tuple(v.value for v in key.items if isinstance(v, Lit)))
    return lo.atom(key)


def _comes_from(lo: Lowering, key: Atom, owner: Ref) -> bool:
    """Whether a key is one that a loop over this dict gives."""
    found = lo.definitions.get(key) if isinstance(key, Var) else None
    keys = lo.definitions.get(found.args[0]) if found is not None and found.fn is P.LIST_GET else None  # type: ignore[arg-type]
    if keys is None or keys.fn is not P.KEYS or not isinstance(keys.args[0], Var):
        return False
    return keys.outs[0] in lo.keys_of.get(owner.location, ())


def _changes_while_iterated(lo: Lowering) -> None:
    raise lo.error(
        UnsupportedSyntax,
        "a dict that a loop runs over may change its size",
        remedy="Loop over a list of its keys: for k in list(d).",
    )


# Methods


def _get(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    default = args[1] if len(args) > 1 else NONE
    return choose(lo, contains(lo, owner, args[0]), lambda: read(lo, owner, args[0]), lambda: default)


def _pop(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    if len(args) == 1:
        return take_out(lo, owner, args[0])
    return choose(lo, contains(lo, owner, args[0]), lambda: take_out(lo, owner, args[0]), lambda: args[1])


def _setdefault(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    default = args[1] if len(args) > 1 else NONE
    known = contains(lo, owner, args[0])
    assert isinstance(known, Var)
    branch(lo, known, nothing, lambda: write(lo, owner, args[0], default))
    return read(lo, owner, args[0])


def _popitem(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    def nothing_left() -> None:
        ends_here(lo, KeyError, Lit("popitem(): dictionary is empty"))

    branch(lo, lo.emit(P.IS_EMPTY, to_map(lo, owner).atom), nothing_left, nothing)
    from ast_ad.frontend.subscripts import list_element

    keys = lo.peek(keys_of(lo, owner))
    assert isinstance(keys, Run)
    last = list_element(lo, keys.atom, Lit(-1))
    return TupleOf((last, take_out(lo, owner, last)))


def _pairs(lo: Lowering, owner: Ref) -> Callable[[Sequence[Value]], Value]:
    return lambda found: TupleOf((found[0], read(lo, owner, found[0])))


def _items(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return Mapped(_pairs(lo, owner), (owner,))  # type: ignore[arg-type]


def _values(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return Mapped(lambda found: read(lo, owner, found[0]), (owner,))  # type: ignore[arg-type]


def _keys(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return Mapped(lambda found: found[0], (owner,))  # type: ignore[arg-type]


def update(lo: Lowering, owner: Ref, other: Value) -> None:
    """`owner.update(other)`."""
    from ast_ad.frontend.iteration import iterated_by
    from ast_ad.frontend.objects import class_of
    from ast_ad.frontend.trips import for_each
    from ast_ad.frontend.writes import write_subscript

    if is_stand_in(class_of(lo, other)):
        other = iterated_by(lo, other)
    held = lo.contents(other) if isinstance(other, Ref) else None
    if isinstance(held, Fields):
        raise lo.error(UnsupportedSyntax, f"update with {describe(held)}", remedy="Pass a dict or keywords.")
    if isinstance(held, Entries):
        for key, value in zip(held.keys, held.values, strict=True):
            write_subscript(lo, owner, static(key), value)
    elif isinstance(other, Ref) and is_map(held):
        for_each(lo, other, lambda key: write_subscript(lo, owner, key, read(lo, other, key)))
    else:
        from ast_ad.frontend.targets import unpacked

        def put(pair: Value) -> None:
            key, value = unpacked(lo, pair, 2)
            write_subscript(lo, owner, key, value)

        for_each(lo, other, put)


def _update(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    from ast_ad.frontend.writes import write_subscript

    for other in args:
        update(lo, owner, other)
    for word, value in kwargs.items():
        write_subscript(lo, owner, Lit(word), value)
    return NONE


def _clear(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    if owner.location in lo.iterated:
        _changes_while_iterated(lo)
    lo.set_contents(owner, Entries((), ()))
    return NONE


def _copy(lo: Lowering, owner: Ref, args: Args, kwargs: Kwargs) -> Value:
    return lo.new_ref(lo.contents(owner))


#: methods of a dict whose keys are known at run time only
MAP_METHODS: dict[str, Callable[..., Value]] = {
    "clear": _clear,
    "copy": _copy,
    "get": _get,
    "items": _items,
    "keys": _keys,
    "pop": _pop,
    "popitem": _popitem,
    "setdefault": _setdefault,
    "update": _update,
    "values": _values,
}


def needs_run_time_keys(lo: Lowering, owner: Ref, name: str, args: Args) -> bool:
    """Whether a method of a dict is one of a dict whose keys are known at run time only, for these arguments."""
    if name in ("get", "pop", "setdefault") and args and not is_bottom(args[0]):
        return has_run_time_keys(lo, owner, args[0])
    if name == "update" and args:
        held = lo.peek(args[0]) if isinstance(args[0], Ref) else None
        return not (type(held) is Entries and has_known_keys(lo, owner))
    return has_run_time_keys(lo, owner)
