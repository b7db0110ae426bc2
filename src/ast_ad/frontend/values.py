"""Abstract values: what a name stands for while a function is read.

    Var, Lit       a value at run time (or a constant): a number, an array, a string
    Static         an object that is the same at each call: a function, a class, a module, a dtype
    TupleOf        a tuple, element by element
    Ref            a list, dict or object: a location of the heap; its contents are `Items`, `Run`, `Entries`, `Fields`
    Range, Zip ..  iterables by their structure
    Bound          a function with some of its arguments: a method of an object, a `partial`
    Closure        a function or lambda made in the program, and the frame it was made in
    Torn           a name that two paths bound to things that have nothing in common; reading it is an error

A name that is not bound has no value at all (None in the code here).  An array needs no `Ref`: the variable that first
held it is its location, and the heap knows the current version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ast_ad.ir.core import UNDEFINED, Atom, Lit, Var
from ast_ad.ir.kinds import (
    OPAQUE,
    UNDEFINED as NO_KIND,
    Array,
    Kind,
    Maybe,
    Opaque,
    Scalar,
    Static as StaticKind,
    Undefined,
    is_number,
    join,
    kind_of_value,
)


@dataclass(frozen=True, slots=True, eq=False)
class Static:
    """An object that is the same at each call, and the words that name it; `path` leads to it from a captured root."""

    obj: Any
    name: str = ""
    path: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TupleOf:
    """A tuple; `type` is the class of a named one, `atom` the tuple at run time where there is one."""

    items: tuple[Value, ...]
    type: type | None = None
    atom: Atom | None = None


class Location:
    """Where a list or dict lives.  Two references are to one object if and only if their location is the same."""

    __slots__ = ("name",)

    def __init__(self, name: str = "") -> None:
        self.name = name


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """A reference to a list or dict."""

    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Contents: a list of known length."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Contents: a list whose length, or a dict whose keys, are known at run time only; `atom` has a `List` kind."""

    atom: Atom


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Contents: a dict with these keys."""

    keys: tuple[Any, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fields(Entries):
    """Contents: an object of this class with these attributes."""

    type: type


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A slice object; each end is a value."""

    start: Value
    stop: Value
    step: Value


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """`range(start, stop, step)`."""

    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, slots=True, eq=False)
class Zip:
    """`zip(*parts)`."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Enumerate:
    """`enumerate(part, start)`."""

    part: Value
    start: Atom


@dataclass(frozen=True, slots=True, eq=False)
class Reversed:
    """`reversed(part)`."""

    part: Value


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """`map(function, *parts)`."""

    function: Value
    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """`owner.flat`, where it is used."""

    owner: Var


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """What a generator expression, `filter` or `iter` gives: its elements, once."""

    source: Value


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A generator: its function, the frame whose names that sees (None: only its own), and its arguments by name."""

    node: Any
    source: Any
    outer: int | None
    bound: dict[str, Value]
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Once:
    """An iterator that a name holds: what it is, and where it is noted that it has been used."""

    iterator: Value
    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function made by the program: its tree, the frame whose names it sees, and its defaults."""

    node: Any
    frame: int
    defaults: dict[str, Value]
    name: str = "<lambda>"


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of an array, a list, a dict or a string, bound to its owner."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with its first arguments: a method of an object, or what `functools.partial` makes."""

    function: Value
    args: tuple[Value, ...]
    words: tuple[str, ...] = ()
    named: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """`super()`: an object, seen from the bases of a class."""

    cls: type
    owner: Value


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """The function that `vjp` gives, or its like: `call(lo, args, kwargs, name)`; what a solver gives has `fields`."""

    call: Any
    name: str
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Torn:
    """What a name is where two paths meet that bound it to things with nothing in common."""

    one: str
    two: str


Contents: TypeAlias = Items | Run | Entries | Torn
Value: TypeAlias = (
    Var
    | Lit
    | Static
    | TupleOf
    | Ref
    | Slice
    | Range
    | Zip
    | Flat
    | Enumerate
    | Reversed
    | Mapped
    | Generated
    | Stream
    | Once
    | Closure
    | Method
    | Product
    | Bound
    | Super
    | Torn
)

NONE = Lit(None)
TRUE, FALSE = Lit(True), Lit(False)


def bare(kind: Kind) -> Kind:
    """A kind without its Maybe: what a value is when it is read."""
    return kind.kind if isinstance(kind, Maybe) else kind


def kind_of(atom: Atom) -> Kind:
    """The kind of an atom that is read; `UNDEFINED` is the bottom."""
    if isinstance(atom, Var):
        return bare(atom.kind)
    return NO_KIND if atom is UNDEFINED else kind_of_value(atom.value)


def is_bottom(value: Any) -> bool:
    """Whether nothing is known yet of a value, in a loop or a recursion whose kinds are still being found."""
    return isinstance(value, Var) and isinstance(bare(value.kind), Undefined)


def is_none(value: Any) -> bool:
    """Whether a value is None."""
    return isinstance(value, Lit) and value.value is None


def may_be_array(value: Any) -> bool:
    """Whether a value may be memory that can be written to and shared."""
    if not isinstance(value, Var):
        return False
    kind = bare(value.kind)
    return isinstance(kind, Array) and (kind.dims != () or kind.cell is not False)


def is_cell(value: Any) -> bool:
    """Whether a value is an array of rank 0."""
    kind = bare(value.kind) if isinstance(value, Var) else None
    return isinstance(kind, Array) and kind.dims == () and kind.cell is True


def is_numeric(value: Any) -> bool:
    """Whether a value is a number or an array at run time, or a constant number."""
    return isinstance(value, (Var, Lit)) and isinstance(kind_of(value), (Scalar, Array, Undefined))


def same_constant(a: Lit, b: Lit) -> bool:
    """Whether two constants cannot be told apart (0.0 and -0.0, 1 and True can).

    >>> same_constant(Lit(1), Lit(True)), same_constant(Lit(0.5), Lit(0.5))
    (False, True)
    """
    if a is b or a.value is b.value:
        return True
    return type(a.value) is type(b.value) and repr(a.value) == repr(b.value)


def join_kinds(one: Kind | None, two: Kind | None, none_on_one_side: bool = False) -> Kind:
    """The kind of a value that has one kind or the other; None stands for a path that does not bind it."""
    known = [k for k in (one, two) if k is not None and not isinstance(k, Undefined)]
    if not known:
        return NO_KIND
    kind = known[0] if len(known) == 1 else join(known[0], known[1])
    return Maybe(kind) if none_on_one_side and not isinstance(kind, Maybe) else kind


def kind_of_join(one: Atom, two: Atom) -> Kind:
    """The kind of what is one atom or the other."""
    if one is UNDEFINED or two is UNDEFINED:
        kind = join_kinds(None if one is UNDEFINED else kind_of(one), None if two is UNDEFINED else kind_of(two))
        return OPAQUE if isinstance(kind, StaticKind) else kind
    maybe = is_none(one) or is_none(two)
    if is_none(one) and is_none(two):
        return OPAQUE
    first = None if is_none(one) else _plain(kind_of(one))
    second = None if is_none(two) else _plain(kind_of(two))
    declared = [a.kind for a in (one, two) if isinstance(a, Var)]
    maybe = maybe or any(isinstance(k, Maybe) for k in declared)
    return join_kinds(first, second, maybe)


def _plain(kind: Kind) -> Kind:
    return OPAQUE if isinstance(kind, StaticKind) else kind


def is_wider(wide: Kind, narrow: Kind) -> bool:
    """Whether a variable of one kind may hold a value of the other.

    >>> from ast_ad.ir.kinds import FLOAT, INT
    >>> is_wider(FLOAT, INT), is_wider(INT, FLOAT)
    (True, False)
    """
    if wide == narrow or (isinstance(wide, Opaque) and not is_number(narrow)):
        return True
    return join_kinds(wide, narrow) == wide or join(wide, narrow) == wide


def describe(value: Any) -> str:
    """A value in words, for errors."""
    if isinstance(value, Lit):
        return "undefined" if value is UNDEFINED else repr(value.value)
    if isinstance(value, Var):
        from ast_ad.ir.show import show_kind

        kind = bare(value.kind)
        return f"a {kind.type}" if isinstance(kind, Opaque) and kind.type else show_kind(kind)
    if isinstance(value, Static):
        return value.name or getattr(value.obj, "__name__", repr(value.obj))
    if isinstance(value, TupleOf):
        return f"a tuple of {len(value.items)}"
    if isinstance(value, Product) and value.fields:
        return f"the result of {value.name}"
    if isinstance(value, (Closure, Product)):
        return f"the function {value.name}"
    if isinstance(value, Fields):
        return f"an object of {value.type.__name__}"
    words = {
        Ref: "a list or dict",
        Items: "a list",
        Run: "a list",
        Entries: "a dict",
        type(None): "not bound",
    }
    return words.get(type(value), f"a {type(value).__name__.lower()}")


def same_keys(a: Any, b: Any) -> bool:
    """Whether two dicts or objects have the same keys, and the objects one class."""
    return type(a) is type(b) and a.keys == b.keys and getattr(a, "type", None) is getattr(b, "type", None)


def same_closure(a: Closure, b: Closure) -> bool:
    """Whether two functions were made by one definition, with the same defaults, in one call."""
    return a.node is b.node and a.frame == b.frame and a.defaults == b.defaults
