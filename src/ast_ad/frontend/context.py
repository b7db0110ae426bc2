"""What every part of lowering works with: `Lowering`, for one function of the program and whatever is inlined into it.

out, prologue     the block being written; what goes to the head of the function
state             names and memory at this point; `stack` is the functions being read, `frames` all by number
views             which arrays share memory, and `maybe_shared` which do perhaps
definitions       the call that made a variable
layouts, held     how arrays lie in memory; which arrays have held a version
born              when a variable or location came to be: what is older than a branch can be seen on both sides of it
captures          parameters for what is read from outside; `captured`, `initial` what that holds
foreign           memory of the caller, `always_frozen` memory of nobody here
record            the function of the program being lowered; None for the entry
objects           what objects of this call were read as, by identity
trips             the range of the loop that gave a list an element each trip
witness, paths    values in the call being compiled, and how a caller reads them; `constants` those that were needed
owners            the arguments by the memory that they hold
attempts, caught  the bodies of `try` around this place; the errors that the handlers around it have caught
ignored           floating-point errors that NumPy keeps quiet about in this function
constant          whether what is computed here counts as a constant; `constant_views`: views that were made there, each
                  with the view of the same memory that writes go through
tried             how many loops around are written out where lowering them as loops fails
uncertain         locations that may be one with another
keys_of           the lists of keys that were made of a dict, by its location
passes, unbound   how many loops are being passed over, and the names that were read there and not bound
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from functools import reduce
from types import MethodType
from typing import Any, NoReturn

from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax
from ast_ad.frontend.emission import FORMS, Frame, Unit, View, lowers
from ast_ad.frontend.mappings import Mapping
from ast_ad.frontend.memory import Memory, NeedsInlining
from ast_ad.frontend.signature import MISSING
from ast_ad.frontend.stand_ins import is_stand_in, stands_for
from ast_ad.frontend.values import (
    NONE,
    Bound,
    Contents,
    Entries,
    Fields,
    Flat,
    Items,
    Location,
    Ref,
    Run,
    Static,
    Torn,
    TupleOf,
    Value,
    describe,
    join_kinds,
    kind_of,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import (
    OPAQUE,
    UNDEFINED as NO_KIND,
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Map,
    Opaque,
    Scalar,
    Static as StaticKind,
    Tuple,
    is_generator,
    join_elements,
)


class Lowering(Memory):
    """Lowers one function of the program."""

    def atom(self, value: Value, name: str = "") -> Atom:
        """One atom that holds a value at run time: structures are packed."""
        if isinstance(value, Var):
            return self.read(value)
        if isinstance(value, Lit):
            return value
        pack = _PACKERS.get(type(value))
        if pack is None:
            return self.not_at_run_time(value)
        result: Atom = pack(self, value, name)
        return result

    def not_at_run_time(self, value: Value) -> NoReturn:
        """The error for a value that only exists while compiling."""
        raise self.error(
            UnknownAtCompileTime,
            f"{describe(value)} cannot be used as a number here",
            reason="It exists only while the function is compiled.",
            remedy="Pass numbers, arrays, or tuples, lists and dicts of them.",
        )

    def value_of(self, atom: Atom, name: str, witness: Any = None) -> Value:
        """An atom as a value: structures are unpacked, one `item` for each element."""
        if isinstance(atom, Lit):
            return atom
        if witness is MISSING:
            witness = None
        kind = kind_of(atom)
        if witness is not None and not isinstance(kind, (Tuple, Fixed, Dict)):
            self.witness[atom] = witness
        if isinstance(kind, (Tuple, Fixed)):
            items = tuple(self._item(atom, k, f"{name}_{k}" if name else "", witness) for k in range(len(kind.items)))
            return TupleOf(items, None, atom) if isinstance(kind, Tuple) else self.new_ref(Items(items), name)
        if isinstance(kind, Dict) and kind.type is not None:
            return self.object_of(atom, kind, name, witness)
        if isinstance(kind, Dict):
            values = tuple(self._item(atom, k, named_by(k, name), witness) for k in kind.keys)
            return self.new_ref(Entries(kind.keys, values), name)
        if isinstance(kind, List):
            return self.new_ref(Run(atom), name)
        return atom

    def object_of(self, atom: Var, kind: Dict, name: str, witness: Any) -> Value:
        """An object by its attributes; the same object again is the same location."""
        known = self.objects.get(id(witness)) if witness is not None else None
        if known is not None:
            return known
        ref = self.new_ref(Fields(kind.keys, (), kind.type), name)
        if witness is not None:
            self.objects[id(witness)] = ref
        values = tuple(self._item(atom, k, k.strip("_"), witness) for k in kind.keys)
        if kind.type is MethodType:
            return Bound(values[1], (values[0],))
        if issubclass(kind.type, tuple):
            return TupleOf(values, kind.type)
        self.state.heap[ref.location] = Fields(kind.keys, values, kind.type)
        return ref

    def _item(self, whole: Var, key: Any, name: str, witness: Any) -> Value:
        by_name = isinstance(kind_of(whole), Dict) and kind_of(whole).type is not None  # type: ignore[attr-defined]
        part = None if witness is None else getattr(witness, key) if by_name else witness[key]
        kind = kind_of(whole)
        assert isinstance(kind, (Tuple, Fixed, Dict))
        item = kind.items[kind.keys.index(key) if isinstance(kind, Dict) else key]
        known = isinstance(item, (Scalar, Array, Tuple, Fixed, Dict, List)) or is_generator(item)
        if not known and witness is not None:
            return self.objects.get(id(part)) or static(part, name)
        return self.value_of(self.emit(P.ITEM, whole, name=name, key=key), name, part)

    def element_atom(self, value: Value, place: Location | None, whole: Kind = NO_KIND) -> Atom:
        """One atom for what a run-time list or dict takes in; what is to grow there is a run-time list itself."""
        self.put(value, place)
        return self._member(value, whole)

    def _member(self, value: Value, whole: Kind = NO_KIND) -> Atom:
        held = self.peek(value) if isinstance(value, Ref) else None
        inside = whole.item if isinstance(whole, List) else NO_KIND
        if isinstance(held, Items):
            grows = isinstance(whole, Map) or isinstance(inside, List)
            if not held.values or (grows and is_of_numbers(held)):
                return self.run_list(held)
        if type(held) is Entries and (not held.values or (isinstance(inside, Map) and is_uniform(self, held))):
            return self.run_list(held)
        return self.atom(value)

    def element_kind(self, value: Value) -> Kind | None:
        """The kind that a value has in a run-time list or dict; None for what has none."""
        held = self.peek(value) if isinstance(value, Ref) else None
        if isinstance(held, Run):
            return kind_of(held.atom)
        if isinstance(held, Items) and is_of_numbers(held):
            return list_kind(self, held)
        return kind_of(value) if isinstance(value, (Var, Lit)) else None

    def _ragged(self, contents: Items) -> Kind:
        """The kind of a list of lists of several lengths; nothing is known of other lists."""
        held = [self.peek(v) for v in contents.values if isinstance(v, Ref)]
        lengths = {len(h.values) for h in held if isinstance(h, Items) and is_of_numbers(h)}
        return List(List(NO_KIND)) if len(lengths) > 1 and len(held) == len(contents.values) else NO_KIND

    def run_list(
        self, contents: Contents, kind: Kind | None = None, name: str = "", place: Location | None = None
    ) -> Atom:
        """The contents of a list or dict as one run-time list or dict, all of one kind."""
        if isinstance(contents, Run):
            return contents.atom
        if not isinstance(contents, (Items, Entries)) or isinstance(contents, Fields):
            self.not_at_run_time(contents)  # type: ignore[arg-type]
        if isinstance(kind, List) and isinstance(kind.item, List):
            for value in contents.values:
                if isinstance(value, Ref):
                    self.to_row(value)
        self.put_all(contents.values, place)
        whole = list_kind(self, contents) if isinstance(contents, Entries) else self._ragged(contents)
        atoms = [self._member(v, whole) for v in contents.values]
        if isinstance(contents, Entries):
            out = self.emit(P.MAKE_MAP, *atoms, name=name, keys=contents.keys)
        else:
            out = self.emit(P.MAKE_LIST, *atoms, name=name)
        if isinstance(kind, List) and not atoms:
            return self.retyped(out, kind)
        return out


def _pack_tuple(lo: Lowering, value: TupleOf, name: str) -> Atom:
    if value.atom is not None:
        return value.atom
    atoms = [lo.atom(item) for item in value.items]
    if value.type is not None:
        return lo.emit(P.MAKE_DICT, *atoms, name=name, keys=value.type._fields, type=value.type)  # type: ignore[attr-defined]
    return lo.emit(P.MAKE_TUPLE, *atoms, name=name)


def _pack_ref(lo: Lowering, value: Ref, name: str) -> Atom:
    contents = lo.contents(value)
    if isinstance(contents, Run):
        return contents.atom
    if isinstance(contents, Items):
        atoms = [lo.atom(item) for item in contents.values]
        return lo.emit(P.MAKE_FIXED, *atoms, name=name)
    if isinstance(contents, Entries):
        if isinstance(contents, Fields) and is_stand_in(contents.type):
            raise lo.error(
                UnsupportedSyntax,
                f"a {stands_for(contents.type).__name__} is used as one value",
                reason="It is followed inside of a function, but not returned, printed or given to others.",
                remedy=f"Take its elements: {'dict' if issubclass(contents.type, Mapping) else 'list'}(d).",
            )
        atoms = [lo.atom(item) for item in contents.values]
        named = {"type": contents.type} if isinstance(contents, Fields) else {}
        return lo.emit(P.MAKE_DICT, *atoms, name=name, keys=contents.keys, **named)
    return torn(lo, contents, value.location.name)


def _pack_static(lo: Lowering, value: Static, name: str) -> Atom:
    return Lit(value.obj)


def _pack_flat(lo: Lowering, value: Flat, name: str) -> Atom:
    from ast_ad.frontend.flat import flattened

    return lo.emit(P.COPY, flattened(lo, value.owner), name=name)


def _pack_torn(lo: Lowering, value: Torn, name: str) -> Atom:
    return torn(lo, value, name)


def torn(lo: Lowering, value: Torn, name: str) -> NoReturn:
    """The error for reading what two paths left in two forms."""
    raise lo.error(
        UnknownAtCompileTime,
        f"{name or 'this'} is {value.one} on one path and {value.two} on another",
        reason="The two have no common form, so it is not known what to compute from here on.",
        remedy="Give it the same form on both paths.",
    )


_PACKERS: dict[type, Callable[..., Atom]] = {
    TupleOf: _pack_tuple,
    Ref: _pack_ref,
    Static: _pack_static,
    Flat: _pack_flat,
    Torn: _pack_torn,
}

_CONSTANTS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))


def static(obj: Any, name: str = "") -> Value:
    """An object that is the same at each call."""
    if obj is None:
        return NONE
    if type(obj) in _CONSTANTS:
        return Lit(obj)
    if type(obj) is tuple:
        return TupleOf(tuple(map(static, obj)))
    return Static(obj, name)


_NOTHING: Kind = NO_KIND


def named_by(key: Any, whole: str) -> str:
    """The name of what a dict holds at a key: `init_state` for "init state".

    >>> named_by("init state", "p"), named_by("2nd", "p"), named_by("lambda", "p"), named_by(3, "p")
    ('init_state', 'p_2nd', 'p_lambda', 'p_3')
    """
    words = re.sub(r"\W+", "_", str(key)).strip("_")
    return (
        words
        if isinstance(key, str) and words.isidentifier() and not keyword.iskeyword(words)
        else f"{whole}_{words}".strip("_")
    )


def describe_in(lo: Lowering, value: Value) -> str:
    """A value in words, for errors; of a list or dict, which of the two it is."""
    if not isinstance(value, Ref):
        return describe(value)
    return describe(lo.state.heap.get(value.location) or lo.initial.get(value.location) or value)


def list_kind(lo: Lowering, contents: Contents) -> Kind:
    """The kind of a list or dict as one of run-time length or keys."""
    if isinstance(contents, Run):
        return kind_of(contents.atom)
    item = nothing = _NOTHING
    for value in contents.values if isinstance(contents, (Items, Entries)) else ():
        if isinstance(value, (Var, Lit)):
            item = join_kinds(item, plain_kind(value) or kind_of(value))
        elif isinstance(value, TupleOf):
            item = join_elements(item, plain_kind(value) or OPAQUE)
        elif isinstance(contents, Entries):
            item = join_elements(item, lo.element_kind(value) or OPAQUE)
    if isinstance(contents, Entries):
        return Map(item, reduce(join_elements, map(P.key_kind, contents.keys), nothing))
    if isinstance(contents, Items):
        rows = [lo.state.heap.get(v.location) for v in contents.values if isinstance(v, Ref)]
        lengths = {None if isinstance(row, Run) else len(getattr(row, "values", ())) for row in rows}
        if len(rows) == len(contents.values) and (len(lengths) > 1 or None in lengths):
            for row in rows:
                item = join_kinds(item, None if row is None else list_kind(lo, row))
    return List(item)


def is_map(contents: Any) -> bool:
    """Whether contents are those of a dict whose keys are known at run time only."""
    return isinstance(contents, Run) and isinstance(kind_of(contents.atom), Map)


def is_uniform(lo: Lowering, contents: Entries) -> bool:
    """Whether the values of a dict are of one kind, so that which of them is read may be decided at run time."""
    kinds = [lo.element_kind(v) for v in contents.values]
    if None in kinds or len({type(k) for k in kinds}) > 1:
        return False
    whole = list_kind(lo, contents)
    return isinstance(whole, Map) and not isinstance(whole.item, Opaque)


def is_of_numbers(contents: Items) -> bool:
    """Whether a list holds numbers only, or texts only, or tuples of such of one form."""
    kinds = [plain_kind(v) for v in contents.values]
    return None not in kinds and len(set(map(_form, kinds))) < 2


def _form(kind: Kind | None) -> Any:
    """What a list may hold beside what has this kind."""
    if isinstance(kind, Tuple):
        return tuple(map(_form, kind.items))
    return "number" if isinstance(kind, Scalar) else "text"


def plain_kind(value: Value) -> Kind | None:
    """The kind of a number, a text or a tuple of them; None for all other values."""
    if isinstance(value, (Var, Lit)):
        kind = kind_of(value)
        return kind if isinstance(kind, (Scalar, StaticKind, Opaque)) else None
    parts = [plain_kind(v) for v in value.items] if isinstance(value, TupleOf) and value.type is None else [None]
    return None if None in parts else Tuple(tuple(k for k in parts if k is not None))


__all__ = [
    "FORMS",
    "Frame",
    "Lowering",
    "NeedsInlining",
    "Unit",
    "View",
    "describe_in",
    "is_map",
    "is_of_numbers",
    "is_uniform",
    "list_kind",
    "lowers",
    "static",
    "torn",
]
