"""What is known of a function of the program, and what a call of it does to what its caller owns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ast_ad.frontend.context import Frame, Lowering, NeedsInlining, is_of_numbers, is_uniform
from ast_ad.frontend.source import Source
from ast_ad.frontend.values import Entries, Items, Location, Ref, Run, Value, kind_of, may_be_array
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Var
from ast_ad.ir.kinds import Kind
from ast_ad.ir.lengths import Lengths


@dataclass(slots=True, eq=False)
class Record:
    """One function for one kind of call.

    writes   whether it may write to arrays, lists and dicts of its caller; `written` says to which of its leaves
    places   the lists and dicts among its leaves; `grown` the kinds of those that it writes to, when it returns
    origins  lists and dicts of its caller, by what it knows them as
    orders   how the arrays lie that it returns, by their place
    lends    whether an array that it returns may share memory with those that it is given
    """

    name: str
    key: Any
    arguments: Mapping[str, Value]
    lengths: Lengths
    leaves: list[Var] = field(default_factory=list)
    captures: list[Any] = field(default_factory=list)
    result: Any = None
    outs: list[Atom] = field(default_factory=list)
    done: bool = False
    recursive: bool = False
    writes: bool = False
    written: list[int] = field(default_factory=list)
    places: dict[Location, int] = field(default_factory=dict)
    origins: dict[Location, Location] = field(default_factory=dict)
    grown: dict[int, Kind] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)
    lends: bool = False

    def may_write(self, place: Any) -> bool:
        """Whether new versions of what the caller owns come back as results."""
        return self.writes and (place in self.leaves or place in self.places)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A function of the user's that is called.

    key       what tells it from others
    outer     the frame whose names it sees, `frames` these frames by number; None: only those of its module
    enclosed  arguments that are names of the functions around: their frame and name
    functions the functions that such names stand for
    nonlocals the names around that it binds: their values come back behind its result
    """

    source: Source
    node: Any
    key: Any
    title: str
    outer: int | None = None
    frames: Mapping[int, Frame] = field(default_factory=dict)
    enclosed: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    functions: tuple[tuple[int, str, Value], ...] = ()
    nonlocals: tuple[tuple[int, str], ...] = ()


class Grows(Exception):
    """An empty list or dict that is given to a function gets elements there, of a kind that is known now."""


def is_run_now(lo: Lowering, place: Location | None) -> bool:
    """Let a list or dict be one of run-time length or keys, so that a function may write to it."""
    contents = None if place is None else lo.state.heap.get(place)
    uniform = isinstance(contents, Items) and is_of_numbers(contents)
    if place is None or not (uniform or (type(contents) is Entries and is_uniform(lo, contents))):
        return False
    lo.state.heap[place] = Run(lo.run_list(contents, name=place.name, place=place))  # type: ignore[arg-type]
    return True


def value_now(lo: Lowering, record: Record, k: int) -> Atom:
    """What a leaf is when the function returns."""
    place = next((p for p, number in record.places.items() if number == k), None)
    if place is None:
        return lo.read(record.leaves[k])
    contents = lo.peek(Ref(place))
    return lo.run_list(contents, record.grown.get(k, kind_of(record.leaves[k])))


def let_grow(lo: Lowering, record: Record, places: Sequence[Atom | Ref]) -> None:
    """Give an empty list or dict the kind that it has when it comes back, so that one function serves all calls."""
    for k, kind in record.grown.items():
        place = places[k]
        held = lo.peek(place) if isinstance(place, Ref) else None
        made = lo.definitions.get(held.atom) if isinstance(held, Run) else None  # type: ignore[arg-type]
        if not record.done or made is None or made.args or made.fn not in (P.MAKE_LIST, P.MAKE_MAP):
            continue
        if isinstance(place, Ref) and made.outs[0].kind != kind:
            name = place.location.name
            again = lo.emit(made.fn, name=name, **dict(made.params))
            lo.state.heap[place.location] = Run(lo.retyped(again, kind))
            raise Grows


def check_apart(lo: Lowering, record: Record, given: Sequence[Atom | Ref]) -> None:
    """What is written to must not be another argument too: the function was read as if they were two."""
    roots: list[Any] = [
        leaf.location if isinstance(leaf, Ref) else lo.root(leaf) if may_be_array(leaf) else None  # type: ignore[arg-type]
        for leaf in given
    ]
    if any(roots.count(roots[k]) > 1 for k in record.written):
        raise NeedsInlining(record, by_arguments=True)


def note_lent(lo: Lowering, outs: Sequence[Var], given: Sequence[Atom]) -> None:
    """After a write to an argument a result that may share its memory must not be read, nor the other way round."""
    for out in filter(may_be_array, outs):
        for leaf in given:
            if isinstance(leaf, Var) and may_be_array(leaf):
                lo.may_share_by_layout(out, lo.root(leaf))
