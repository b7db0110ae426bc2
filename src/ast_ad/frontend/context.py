"""What every part of lowering works with: the builder, the state, the current function, and how to read and write memory.

`Lowering` serves one function of the program and whatever is inlined into it; `Unit` is shared by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from ast_ad.errors import AstAdError, MayAlias, UnknownAtCompileTime
from ast_ad.frontend.liveness import Names
from ast_ad.frontend.source import Source
from ast_ad.frontend.state import State
from ast_ad.frontend.values import (
    NONE,
    Contents,
    Entries,
    Items,
    Location,
    Ref,
    Run,
    Static,
    Torn,
    TupleOf,
    Value,
    describe,
    is_bottom,
    join_kinds,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import UNDEFINED, Atom, Call, Function, Lit, Origin, Var
from ast_ad.ir.kinds import UNDEFINED as NO_KIND
from ast_ad.ir.kinds import Array, Dict, Fixed, Kind, List, Scalar, Tuple
from ast_ad.ir.primitives import Primitive

_F = TypeVar("_F", bound=Callable[..., Any])
Handler = Callable[..., Any]

#: the function that lowers a form of syntax, by the type of its node
FORMS: dict[type, Handler] = {}


def lowers(*forms: type) -> Callable[[_F], _F]:
    """Register the function that lowers these forms: `(lo, node, name)` for expressions, `(lo, node)` for statements."""

    def register(function: _F) -> _F:
        FORMS.update(dict.fromkeys(forms, function))
        return function

    return register


@dataclass(slots=True, eq=False)
class Frame:
    """One activation of a function: whose names these are, and how it is left."""

    id: int
    source: Source
    node: Any
    names: Names
    outer: int | None = None
    title: str = ""
    loops: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class View:
    """An array that shares memory: made by `call` from `base`, when its version was `call.args[0]`."""

    base: Var
    call: Call


@dataclass(slots=True, eq=False)
class Unit:
    """What all functions of a program share."""

    functions: dict[str, Function] = field(default_factory=dict)
    records: dict[Any, Any] = field(default_factory=dict)
    inline_only: set[Any] = field(default_factory=set)
    guards: dict[Any, Any] = field(default_factory=dict)
    assumptions: dict[Any, Any] = field(default_factory=dict)
    paths: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    frames: int = 0


class Lowering:
    """Lowers one function of the program."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.out = Builder()
        self.prologue = Builder()
        self.state = State()
        self.frames: dict[int, Frame] = {}
        self.stack: list[Frame] = []
        self.statement: Any = None
        self.node: Any = None
        self.views: dict[Var, View] = {}
        self.definitions: dict[Var, Call] = {}
        self.born: dict[Any, int] = {}
        self.clock = 0
        self.captures: dict[Any, Var] = {}
        self.captured: dict[Any, Value] = {}
        self.initial: dict[Location, Contents] = {}
        self.foreign: set[Any] = set()
        self.record: Any = None
        self.witness: dict[Var, Any] = {}
        self.by_layout: dict[Var, list[Var]] = {}
        self.paths: dict[Var, tuple[Any, ...]] = {}
        self.constants: dict[Var, Any] = {}
        self.always_frozen: dict[Any, str] = {}
        self.unbound: dict[str, Any] = {}
        self.passes = 0
        self.iterated: list[Location] = []
        self.inlined: list[Any] = []

    # Where we are

    @property
    def frame(self) -> Frame:
        """The function being read."""
        return self.stack[-1]

    @property
    def names(self) -> dict[str, Value]:
        """The names of the function being read."""
        return self.state.frames[self.frame.id]

    def origin(self, node: Any = None) -> Origin:
        """The place of a node in the user's text."""
        node = self.node if node is None else node
        source = self.frame.source
        text = statement_text(source, self.statement if self.statement is not None else node)
        place = source.place(node)
        return Origin(place.file, place.line, place.col, place.end_line, place.end_col, text)

    def fail(
        self,
        error: type[AstAdError],
        sentence: str,
        *,
        reason: str = "",
        remedy: str = "",
        node: Any = None,
    ) -> NoReturn:
        """Raise a located error."""
        raise error(sentence, self.origin(node), reason=reason, remedy=remedy)

    def expr(self, node: Any, name: str = "") -> Value:
        """The value of an expression; `name` is what the user calls it."""
        before, self.node = self.node, node
        value: Value = FORMS[type(node)](self, node, name)
        self.node = before
        return value

    @contextmanager
    def inside(self, state: State, out: Builder) -> Iterator[None]:
        """Emit into another block, in its state."""
        before = self.state, self.out
        self.state, self.out = state, out
        yield
        self.state, self.out = before

    # Emission

    def new(self, name: str, kind: Kind) -> Var:
        """A variable born here."""
        var = Var(name, kind, self.origin())
        self.clock += 1
        self.born[var] = self.clock
        return var

    def emit_all(self, fn: Primitive, *args: Atom, names: tuple[str, ...] = (), **params: Any) -> tuple[Var, ...]:
        """Call a primitive on atoms, and return what it defines."""
        kinds = tuple(map(kind_of, args))
        if NO_KIND in kinds:
            found: Any = (NO_KIND,) * fn.outs
        else:
            found = fn.kinds(kinds, params)
            found = (found,) if fn.outs == 1 else found
        names = names or ("",) * fn.outs
        outs = tuple(map(self.new, names, found))
        call = Call(outs, fn, args, tuple(params.items()), outs[0].origin if outs else self.origin())
        self.out.stmts.append(call)
        for var in outs:
            self.definitions[var] = call
        return outs

    def emit(self, fn: Primitive, *args: Atom, name: str = "", **params: Any) -> Var:
        """Call a primitive with one result on atoms."""
        return self.emit_all(fn, *args, names=(name,), **params)[0]

    def emit_view(self, fn: Primitive, base: Var, *args: Atom, name: str = "", **params: Any) -> Var:
        """Call a primitive whose result shares memory with an array."""
        var = self.emit(fn, self.read(base), *args, name=name, **params)
        if may_be_array(var) and may_be_array(base):
            self.views[var] = View(base, self.definitions[var])
        return var

    # Memory

    def read(self, var: Var) -> Atom:
        """The current version of an array; any other variable is its own."""
        view = self.views.get(var)
        if var in self.state.stale:
            self.fail(
                MayAlias,
                f"{var.name or 'this'} may have been written to through another name",
                reason=self.state.stale[var],
                remedy="Copy it where it is made.",
            )
        if view is None:
            found: Atom = self.state.heap.get(var, var)
            return found
        version = self.read(view.base)
        if version is view.call.args[0]:
            return var
        known = self.state.heap.get(var)
        if known is not None and known[0] is version:
            return known[1]  # type: ignore[no-any-return]
        assert isinstance(view.call.fn, Primitive)
        again = self.emit(view.call.fn, version, *view.call.args[1:], name=var.name, **dict(view.call.params))
        self.state.heap[var] = (version, again)
        return again

    def root(self, var: Var) -> Var:
        """The location of an array: the variable that first held its memory."""
        while var in self.views:
            var = self.views[var].base
        return var

    def contents(self, ref: Ref) -> Contents:
        """What a list or dict holds now."""
        found: Contents | None = self.state.heap.get(ref.location)
        return self.initial[ref.location] if found is None else found

    def check_writable(self, place: Any, name: str) -> None:
        """Writing here is an error if the memory may be shared, and a reason to inline if it is the caller's."""
        reason = self.state.frozen.get(place) or self.always_frozen.get(place)
        if reason is not None:
            self.fail(MayAlias, f"{name or 'this'} may not be written to here", reason=reason, remedy="Write to a copy of it.")
        if place in self.foreign:
            raise NeedsInlining(self.record)

    def note_written(self, root: Var) -> None:
        """What may or may not share memory with an array must not be read after that array is written."""
        for other in self.by_layout.get(root, ()):
            self.state.stale.setdefault(
                other, f"It shares memory with {root.name or 'another array'!r} or not, by the layout of that array."
            )

    def set_contents(self, ref: Ref, contents: Contents) -> None:
        """Write to a list or dict."""
        self.check_writable(ref.location, ref.location.name)
        self.state.heap[ref.location] = contents

    def new_ref(self, contents: Contents, name: str = "") -> Ref:
        """A new list or dict."""
        location = Location(name)
        self.clock += 1
        self.born[location] = self.clock
        self.state.heap[location] = contents
        return Ref(location)

    def freeze(self, value: Value, reason: str) -> None:
        """Forbid writing to the memory of a value from now on."""
        if isinstance(value, Var):
            if may_be_array(value):
                self.state.frozen.setdefault(self.root(value), reason)
        elif isinstance(value, TupleOf):
            for item in value.items:
                self.freeze(item, reason)
        elif isinstance(value, Ref):
            self.state.frozen.setdefault(value.location, reason)
            contents = self.contents(value)
            if isinstance(contents, (Items, Entries)):
                for item in contents.values:
                    self.freeze(item, reason)

    # Between values and atoms

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
        self.fail(
            UnknownAtCompileTime,
            f"{describe(value)} cannot be used as a number here",
            reason="It exists only while the function is compiled.",
            remedy="Pass numbers, arrays, or tuples, lists and dicts of them.",
        )

    def value_of(self, atom: Atom, name: str, witness: Any = None) -> Value:
        """An atom as a value: structures are unpacked, one `item` for each element."""
        if isinstance(atom, Lit):
            return atom
        if witness is not None:
            self.witness[atom] = witness
        kind = kind_of(atom)
        if isinstance(kind, (Tuple, Fixed)):
            items = tuple(self._item(atom, k, f"{name}_{k}", witness) for k in range(len(kind.items)))
            cls = type(witness) if isinstance(witness, tuple) and type(witness) is not tuple else None
            return TupleOf(items, cls, atom) if isinstance(kind, Tuple) else self.new_ref(Items(items), name)
        if isinstance(kind, Dict):
            values = tuple(self._item(atom, k, k if isinstance(k, str) else f"{name}_{k}", witness) for k in kind.keys)
            return self.new_ref(Entries(kind.keys, values), name)
        if isinstance(kind, List):
            return self.new_ref(Run(atom), name)
        return atom

    def _item(self, whole: Var, key: Any, name: str, witness: Any) -> Value:
        part = None if witness is None else witness[key]
        kind = kind_of(whole)
        assert isinstance(kind, (Tuple, Fixed, Dict))
        item = kind.items[kind.keys.index(key) if isinstance(kind, Dict) else key]
        if not isinstance(item, (Scalar, Array, Tuple, Fixed, Dict, List)) and witness is not None:
            return static(part)
        return self.value_of(self.emit(P.ITEM, whole, name=name, key=key), name, part)

    def run_list(self, contents: Contents, kind: Kind | None = None, name: str = "") -> Atom:
        """The contents of a list as one run-time list, all of one kind."""
        if isinstance(contents, Run):
            return contents.atom
        if not isinstance(contents, Items):
            self.not_at_run_time(contents)  # type: ignore[arg-type]
        for item in contents.values:
            self.freeze(item, "It was put into a list whose length is known at run time only.")
        atoms = [self.atom(v) for v in contents.values]
        out = self.emit(P.MAKE_LIST, *atoms, name=name)
        if isinstance(kind, List) and not atoms:
            return self.retyped(out, kind)
        return out

    def retyped(self, var: Var, kind: Kind) -> Var:
        """The variable just defined, with a better kind."""
        call = self.out.stmts.pop()
        assert isinstance(call, Call) and call.outs == (var,)
        better = self.new(var.name, kind)
        renewed = Call((better,), call.fn, call.args, call.params, call.origin)
        self.out.stmts.append(renewed)
        self.definitions[better] = renewed
        return better


class NeedsInlining(Exception):
    """A function writes to what its caller owns, so it is inlined."""

    def __init__(self, record: Any) -> None:
        super().__init__()
        self.record = record


def _pack_tuple(lo: Lowering, value: TupleOf, name: str) -> Atom:
    if value.atom is not None:
        return value.atom
    atoms = [lo.atom(item) for item in value.items]
    return lo.emit(P.MAKE_TUPLE, *atoms, name=name)


def _pack_ref(lo: Lowering, value: Ref, name: str) -> Atom:
    contents = lo.contents(value)
    if isinstance(contents, Run):
        return contents.atom
    if isinstance(contents, Items):
        atoms = [lo.atom(item) for item in contents.values]
        return lo.emit(P.MAKE_FIXED, *atoms, name=name)
    if isinstance(contents, Entries):
        atoms = [lo.atom(item) for item in contents.values]
        return lo.emit(P.MAKE_DICT, *atoms, name=name, keys=contents.keys)
    return torn(lo, contents, value.location.name)


def _pack_static(lo: Lowering, value: Static, name: str) -> Atom:
    return Lit(value.obj)


def _pack_torn(lo: Lowering, value: Torn, name: str) -> Atom:
    return torn(lo, value, name)


def torn(lo: Lowering, value: Torn, name: str) -> NoReturn:
    """The error for reading what two paths left in two forms."""
    lo.fail(
        UnknownAtCompileTime,
        f"{name or 'this'} is {value.one} on one path and {value.two} on another",
        reason="The two have no common form, so it is not known what to compute from here on.",
        remedy="Give it the same form on both paths.",
    )


_PACKERS: dict[type, Callable[..., Atom]] = {
    TupleOf: _pack_tuple,
    Ref: _pack_ref,
    Static: _pack_static,
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


def list_kind(lo: Lowering, contents: Contents) -> Kind:
    """The kind of a list as a run-time list."""
    if isinstance(contents, Run):
        return kind_of(contents.atom)
    item: Kind = NO_KIND
    if isinstance(contents, Items):
        for value in contents.values:
            item = join_kinds(item, kind_of(value) if isinstance(value, (Var, Lit)) else None)
    return List(item)


def statement_text(source: Source, node: Any) -> str:
    """A statement on one line; of a compound one, its header."""
    known = _TEXTS.get(node)
    if known is None:
        body = getattr(node, "body", None)
        if isinstance(body, list) and body:
            lines = source.lines[node.lineno - 1 : body[0].lineno]
            end = body[0].col_offset
            lines = (*lines[:-1], lines[-1].encode()[:end].decode()) if lines else ()
            text = "".join(lines).encode()[node.col_offset :].decode()
        else:
            text = source.segment(node)
        known = " ".join(text.split())
        _TEXTS[node] = known
    return known


_TEXTS: Any = __import__("weakref").WeakKeyDictionary()

__all__ = ["FORMS", "UNDEFINED", "Frame", "Lowering", "Unit", "View", "is_bottom", "lowers", "static"]
