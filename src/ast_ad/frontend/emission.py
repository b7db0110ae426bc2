"""Write statements of the IR, each with its place in the user's text, and raise errors that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ast_ad.errors import AstAdError, UnknownAtCompileTime
from ast_ad.frontend.extents import with_extents
from ast_ad.frontend.liveness import Names
from ast_ad.frontend.raising import Attempt, raised_by
from ast_ad.frontend.source import Source
from ast_ad.frontend.state import State
from ast_ad.frontend.values import Contents, Location, Value, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Atom, Call, Callee, Function, Lit, Origin, Var
from ast_ad.ir.kinds import (
    BOOL,
    UNDEFINED as NO_KIND,
    Array,
    Kind,
    List,
    Opaque,
    Static,
    Sym,
    bound_kind,
    carries_derivative,
)
from ast_ad.ir.primitives import Primitive

_F = TypeVar("_F", bound=Callable[..., Any])
Handler = Callable[..., Any]

#: what puts values into structures and takes them out, and computes nothing
_OF_STRUCTURES = frozenset(
    (
        *(P.MAKE_TUPLE, P.MAKE_LIST, P.MAKE_FIXED, P.MAKE_DICT, P.MAKE_MAP, P.KEYS, P.TAKE_OUT, P.ITEM),
        *(P.APPEND, P.POP, P.LIST_GET, P.LIST_SET, P.EXCHANGE),
        *(P.LIST_CONCAT, P.LIST_SLICE, P.ADD_TO_SLICE, P.LENGTH, P.SHAPE, P.IS_EMPTY, P.STOP_GRADIENT, P.CONSTANT_AT),
    )
)

#: what writes to a part of its first operand and leaves the rest as it is
_WRITES = (P.INDEX_UPDATE, P.INDEX_ADD, P.MASKED)

#: what makes a run-time list, or puts into one
_FILLS_LIST = (P.MAKE_LIST, P.MAKE_MAP, P.APPEND, P.LIST_SET, P.LIST_CONCAT)

#: what lowers a form of syntax, by the type of its node
FORMS: dict[type, Handler] = {}


def lowers(*forms: type) -> Callable[[_F], _F]:
    """Register what lowers these forms: `(lo, node, name)` for an expression, `(lo, node)` for a statement."""

    def register(function: _F) -> _F:
        FORMS.update(dict.fromkeys(forms, function))
        return function

    return register


class PathEnds(Exception):
    """What is being read raises at this place, whatever comes: nothing of it is left to be lowered."""


@dataclass(slots=True, eq=False)
class Frame:
    """One activation of a function: whose names these are, and the loops it is in.

    `seen_at` is the place that all of it is shown at, where it is no function of the user's.
    `loops` are the names that say that a loop stops, `exits` what may be read where the body of a loop is left.
    """

    id: int
    source: Source
    node: Any
    names: Names
    outer: int | None = None
    title: str = ""
    consumer: Callable[[Value], None] | None = None
    seen_at: Origin | None = None
    loops: list[str] = field(default_factory=list)
    exits: list[frozenset[str]] = field(default_factory=list)


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
    copies: dict[Any, int] = field(default_factory=dict)
    writers: set[Any] = field(default_factory=set)
    guards: dict[Any, Any] = field(default_factory=dict)
    assumptions: dict[Any, Any] = field(default_factory=dict)
    layouts: dict[Any, Any] = field(default_factory=dict)
    writes: bool = False
    taken: list[Any] = field(default_factory=list)
    paths: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    written: dict[str, Origin] = field(default_factory=dict)
    frames: int = 0


class Emission:
    """The block being written and where in the user's text it comes from; what else it holds, `Lowering` explains."""

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
        self.objects: dict[int, Value] = {}
        self.layouts: dict[Var, Any] = {}
        self.held: dict[Var, set[Var]] = {}
        self.maybe_shared: dict[Var, dict[Var, str]] = {}
        self.owned: set[Location] = set()
        self.uncertain: set[Location] = set()
        self.elements: dict[Any, Any] = {}
        self.members: dict[Any, Any] = {}
        self.read_now: dict[Any, tuple[Any, Var]] = {}
        self.objects_now: dict[Location, tuple[Atom, Location]] = {}
        self.repeated: set[Any] = set()
        self.paths: dict[Var, tuple[Any, ...]] = {}
        self.constants: dict[Var, Any] = {}
        self.extents: dict[Var, Sym] = {}
        self.trips: dict[Var, tuple[Atom, Atom, Atom]] = {}
        self.always_frozen: dict[Any, str] = {}
        self.unbound: dict[str, Any] = {}
        self.passes = 0
        self.tried = 0
        self.keys_of: dict[Location, set[Var]] = {}
        self.iterated: list[Location] = []
        self.inlined: list[Any] = []
        self.ignored: set[str] = set()
        self.constant = False
        self.constant_views: dict[Var, Var] = {}
        self.owners: dict[Any, str] = {}
        self.attempts: list[Attempt] = []
        self.caught: list[Var] = []

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
        if self.frame.seen_at is not None:
            return self.frame.seen_at
        node = self.node if node is None else node
        source = self.frame.source
        text = statement_text(source, self.statement if self.statement is not None else node)
        place = source.place(node)
        return Origin(place.file, place.line, place.col, place.end_line, place.end_col, text)

    def error(
        self,
        error: type[AstAdError],
        sentence: str,
        *,
        reason: str = "",
        remedy: str = "",
        node: Any = None,
    ) -> AstAdError:
        """An error that shows the place of a node, or of the expression being read."""
        return error(sentence, self.origin(node), reason=reason, remedy=remedy)

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
        """Call a primitive on atoms, and return what it defines: constants, where all that is computed is constant."""
        if not self.constant or fn in _OF_STRUCTURES:
            return self._emitted(fn, args, names, params)
        if fn in _WRITES:
            written = self._emitted(fn, (args[0], *map(self.stopped, args[1:])), names, params)
            return self._emitted(P.CONSTANT_AT, (*written, *args[2:]), names, params) if fn is P.INDEX_ADD else written
        outs = self._emitted(fn, args, names, params)
        return tuple(self.stopped(out) for out in outs)

    def stopped(self, atom: Atom) -> Any:
        """An atom as a constant."""
        if isinstance(atom, Lit) or not _may_vary(atom.kind):
            return atom
        made = self.definitions.get(atom)
        if made is not None and made.fn is P.STOP_GRADIENT:
            return atom
        return self._emitted(P.STOP_GRADIENT, (atom,), (atom.name,), {})[0]

    @contextmanager
    def computing_constants(self, inside: bool) -> Iterator[None]:
        """Whether all that is computed counts as a constant, for a while."""
        before, self.constant = self.constant, inside
        try:
            yield
        finally:
            self.constant = before

    def call(self, outs: tuple[Var, ...], name: str, args: Sequence[Atom]) -> None:
        """Call a function of the program."""
        for attempt in self.attempts:
            attempt.note_call()
        made = outs
        if self.constant:
            made = tuple(Var(out.name, out.kind, out.origin) for out in outs)
        origin = self.origin()
        self.out.stmts.append(Call(made, Callee(name), tuple(args), (), origin))
        for out, var in zip(outs, made, strict=True):
            if out is not var:
                self.out.stmts.append(Call((out,), P.STOP_GRADIENT, (var,), (), origin))

    def _check_one_kind(self, made: Kind, args: tuple[Atom, ...]) -> None:
        """A list of numbers and other things would lose the derivatives of the numbers."""
        inside = made.item if isinstance(made, List) else made
        held = [k.item if isinstance(k, List) else k for k in (kind_of(a) for a in args if isinstance(a, Var))]
        if isinstance(inside, Opaque) and any(carries_derivative(bound_kind(k)) for k in held):
            raise self.error(
                UnknownAtCompileTime,
                "a list or dict holds numbers and what is no number, and which is where is known at run time only",
                remedy="Keep the numbers in a list of their own.",
            )

    def _emitted(
        self, fn: Primitive, args: tuple[Atom, ...], names: tuple[str, ...], params: Mapping[str, Any]
    ) -> tuple[Var, ...]:
        kinds = tuple(map(kind_of, args))
        if NO_KIND in kinds:
            found: Any = (NO_KIND,) * fn.outs
        else:
            found = fn.kinds(kinds, params)
            found = (_celled(fn, with_extents(self, fn, args, params, found)),) if fn.outs == 1 else found
        if fn in _FILLS_LIST:
            self._check_one_kind(found[0], args)
        for attempt in self.attempts:
            attempt.note_call(raised_by(fn, kinds, params))
        names = names or ("",) * fn.outs
        outs = tuple(map(self.new, names, found))
        call = Call(outs, fn, args, tuple(params.items()), outs[0].origin if outs else self.origin())
        self.out.stmts.append(call)
        for var in outs:
            self.definitions[var] = call
        return outs

    def note_change(self, *key: Any) -> None:
        """Note a write, of a name or of memory, for each `try` around; and which argument is written to."""
        if key[0] == "memory" and key[1] in self.owners:
            self.unit.written.setdefault(self.owners[key[1]], self.origin())
        for attempt in self.attempts:
            attempt.note_change(key, self.node)

    def emit(self, fn: Primitive, *args: Atom, name: str = "", **params: Any) -> Var:
        """Call a primitive with one result on atoms."""
        return self.emit_all(fn, *args, names=(name,), **params)[0]

    def retyped(self, var: Var, kind: Kind) -> Var:
        """The variable just defined, with a better kind."""
        call = self.out.stmts.pop()
        assert isinstance(call, Call)
        assert call.outs == (var,)
        better = self.new(var.name, kind)
        renewed = Call((better,), call.fn, call.args, call.params, call.origin)
        self.out.stmts.append(renewed)
        self.definitions[better] = renewed
        return better


def _may_vary(kind: Kind) -> bool:
    return kind != BOOL and not isinstance(kind, (Opaque, Static))


#: what gives an array also where it has no axes, and not the number in it
_MAKERS = frozenset(
    f"np.{name}"
    for name in (
        *("array", "asarray", "asanyarray", "asarray_chkfinite", "ascontiguousarray", "block", "broadcast_to", "copy"),
        *("cov", "empty", "empty_like", "expand_dims", "full", "full_like", "i0", "isin", "ones", "ones_like", "pad"),
        *("real_if_close", "reshape", "resize", "roll", "select", "squeeze", "tile", "transpose", "where", "zeros"),
        "zeros_like",
    )
)


def _celled(fn: Primitive, kind: Any) -> Any:
    """The kind of a result; of rank 0 it says whether that is an array."""
    if isinstance(kind, Array) and kind.dims == () and fn.name in _MAKERS:
        return Array(kind.dtype, (), True)
    return kind


_TEXTS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def statement_text(source: Source, node: Any) -> str:
    """A statement on one line; of a compound one, its header."""
    known = _TEXTS.get(node)
    if known is None:
        body = getattr(node, "body", None) or [case.pattern for case in getattr(node, "cases", ())]
        if isinstance(body, list) and body:
            lines = source.lines[node.lineno - 1 : body[0].lineno]
            end = body[0].col_offset
            lines = (*lines[:-1], lines[-1].encode()[:end].decode()) if lines else ()
            text = "".join(lines).encode()[node.col_offset :].decode()
        else:
            text = source.segment(node)
        known = " ".join(text.split()).removesuffix(" case")
        _TEXTS[node] = known
    return known
