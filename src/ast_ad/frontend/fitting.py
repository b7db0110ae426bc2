"""Match a state with the head of a loop: what each parameter is there, or that the head assumes too much."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ast_ad.frontend.context import Lowering, list_kind
from ast_ad.frontend.layouts import order_of
from ast_ad.frontend.state import BOTH, Side, State, audience_of, in_words
from ast_ad.frontend.values import (
    Entries,
    Items,
    Ref,
    Run,
    Torn,
    TupleOf,
    is_none,
    is_wider,
    kind_of,
    may_be_array,
    same_constant,
)
from ast_ad.ir.core import UNDEFINED, Atom, Lit, Var
from ast_ad.ir.kinds import Maybe, Undefined


class DoesNotFit(Exception):
    """The state at the end of a pass is not what its head assumed."""


@dataclass(slots=True, eq=False)
class Head:
    """What is assumed where the body begins: a state, and which of its variables are the loop's parameters."""

    state: State
    params: list[Var] = field(default_factory=list)


class Fit:
    """Match a state with a head: `run()` is one atom for each parameter of the head, or `DoesNotFit` is raised."""

    def __init__(self, lo: Lowering, head: Head, side: Side, live: Collection[str] | None, before: int) -> None:
        self.lo, self.head, self.side, self.live, self.before = lo, head, side, live, before
        self.params = set(head.params)
        self.found: dict[Var, Any] = {}
        self.places: dict[Any, Any] = {}
        self.groups: dict[tuple[Any, str], dict[Any, None]] = {}
        self.audience = BOTH
        self.name = ""
        self.names: dict[tuple[Any, Any], str] = {}

    def run(self) -> list[Atom]:
        """The atoms."""
        head, state = self.head.state, self.side.state
        if state.dead:
            return [UNDEFINED for _ in self.head.params]
        for key, names in head.frames.items():
            own = key == self.lo.frame.id
            live = self.live if own else None
            there = state.frames[key]
            for name in {**names, **there}:
                self.audience = audience_of(name, own)
                if live is None or name in live or name[0] == "%":
                    self.name = name
                    self.fit(names.get(name), there.get(name))
        self.audience = BOTH
        self.heap()
        if any(k not in head.stale and self.lo.born.get(k, 0) <= self.before for k in state.stale):
            raise DoesNotFit
        self.check_groups()
        return [self.found.get(p, UNDEFINED) for p in self.head.params]

    def heap(self) -> None:
        """What the head says of memory that was there before the loop."""
        head, state = self.head.state.heap, self.side.state.heap
        for key in {**head, **state}:
            if key in self.params or key in self.places or isinstance(head.get(key), tuple):
                continue
            if isinstance(state.get(key), tuple) or self.lo.born.get(key, 0) > self.before:
                continue
            if isinstance(key, Var):
                self.atom(head.get(key, key), state.get(key, key))
            else:
                self.contents(head.get(key), state.get(key), key)

    def check_arrays(self) -> None:
        """Arrays that share memory here and not at the head, or perhaps, are noted as such at the head."""
        news = False
        for reader in BOTH:
            pairs = [(here, there) for (here, who), places in self.groups.items() if who == reader for there in places]
            for k, (here, there) in enumerate(pairs):
                for other, its in pairs[:k]:
                    if there is its or not isinstance(there, Var) or not isinstance(its, Var):
                        continue
                    if here is other or self.lo.is_maybe_shared(here, other):
                        one, two = (in_words(self.names[pair]) for pair in ((here, there), (other, its)))
                        news |= self.lo.may_share(there, its, one, two, "trip of the loop")
        if news:
            raise DoesNotFit

    def check_groups(self) -> None:
        """One list here that the head holds for two is fine as long as nobody writes to it."""
        self.check_arrays()
        for places in self.groups.values():
            if len(places) > 1:
                thawed = [p for p in places if p not in self.head.state.frozen and not isinstance(p, Var)]
                for place in thawed:
                    reason = (
                        "It may share memory with another name: they do on one trip of the loop, and not on another."
                    )
                    self.head.state.frozen[place] = reason
                if thawed:
                    raise DoesNotFit

    def note(self, here: Any, there: Any) -> None:
        """A location here is this one at the head."""
        self.names.setdefault((here, there), self.name)
        for reader in self.audience:
            self.groups.setdefault((here, reader), {})[there] = None
        if here in self.lo.foreign:
            self.lo.foreign.add(there)
        reason = self.lo.frozen_by(self.side.state, here)
        if reason is not None and self.lo.frozen_by(self.head.state, there) is None:
            self.head.state.frozen[there] = reason
            raise DoesNotFit

    def fit(self, want: Any, have: Any) -> None:
        """One value."""
        if isinstance(want, Var) and want in self.params:
            self.parameter(want, have)
        elif want is have:
            self.same(want)
        elif isinstance(want, TupleOf) and have is None:
            for item in want.items:
                self.fit(item, None)
        elif isinstance(want, TupleOf) and isinstance(have, TupleOf) and len(want.items) == len(have.items):
            for one, two in zip(want.items, have.items, strict=True):
                self.fit(one, two)
        elif isinstance(want, Ref) and (have is None or isinstance(have, Ref)):
            self.ref(want, have)
        elif (
            (isinstance(want, Lit) and isinstance(have, Lit) and same_constant(want, have))
            or (have is None and want is not None and not isinstance(want, (Var, Lit)))
            or isinstance(want, Torn)
            or (type(want) is type(have) and hasattr(want, "obj") and want.obj is have.obj)
        ):
            return
        else:
            raise DoesNotFit

    def same(self, value: Any) -> None:
        """A value that the loop leaves alone."""
        if isinstance(value, Var) and may_be_array(value):
            root = self.lo.root(value)
            self.note(root, root)
        elif isinstance(value, TupleOf):
            for item in value.items:
                self.same(item)
        elif isinstance(value, Ref):
            self.note(value.location, value.location)

    def parameter(self, want: Var, have: Any) -> None:
        """What a parameter is on this side."""
        if have is None:
            self.found.setdefault(want, UNDEFINED)
            return
        if not isinstance(have, (Var, Lit)):
            raise DoesNotFit
        if isinstance(have, Var) and may_be_array(have):
            self.note(self.lo.root(have), want)
            if order_of(self.lo, want) not in ("", order_of(self.lo, have)):
                raise DoesNotFit
        self.atom(want, have)

    def atom(self, want: Atom, have: Any) -> None:
        """What an atom of the head is on this side."""
        if want is have and want not in self.params:
            return
        if not isinstance(want, Var) or want not in self.params:
            raise DoesNotFit
        if is_none(have):
            if not isinstance(want.kind, Maybe):
                raise DoesNotFit
        elif have is not UNDEFINED:
            kind = have.kind if isinstance(have, Var) else kind_of(have)
            if not isinstance(kind, Undefined) and not is_wider(want.kind, kind):
                raise DoesNotFit
            if isinstance(have, Var):
                with self.lo.inside(self.side.state, self.side.out):
                    have = self.lo.read(have)
        known = self.found.get(want)
        if known is not None and known is not have:
            raise DoesNotFit
        self.found[want] = have

    def ref(self, want: Ref, have: Ref | None) -> None:
        """A list or dict of the head."""
        place = None if have is None else have.location
        known = self.places.get(want.location)
        if known is not None:
            if known[0] is not place:
                raise DoesNotFit
            return
        self.places[want.location] = (place,)
        if place is not None:
            self.note(place, want.location)
        if place is not want.location and self.lo.born.get(want.location, 0) <= self.before:
            raise DoesNotFit
        here = None
        if have is not None:
            with self.lo.inside(self.side.state, self.side.out):
                here = self.lo.peek(have) if place is want.location else self.lo.contents(have)
        self.contents(self.head.state.heap.get(want.location), here, place)

    def contents(self, want: Any, have: Any, place: Any) -> None:
        """What a list or dict of the head holds."""
        if want is have or want is None:
            if want is not None:
                for item in getattr(want, "values", ()):
                    self.fit(item, item)
                if isinstance(want, Run) and want.atom in self.params:
                    self.atom(want.atom, want.atom)
            return
        if isinstance(want, Run) and (have is None or isinstance(have, (Items, Run)) or type(have) is Entries):
            if have is None:
                self.found.setdefault(want.atom, UNDEFINED)  # type: ignore[arg-type]
                return
            if not is_wider(kind_of(want.atom), list_kind(self.lo, have)):
                raise DoesNotFit
            with self.lo.inside(self.side.state, self.side.out):
                name = getattr(want.atom, "name", "")
                self.atom(want.atom, self.lo.run_list(have, kind_of(want.atom), name, place))
        elif isinstance(want, (Items, Entries)) and have is None:
            for one in want.values:
                self.fit(one, None)
        elif (isinstance(want, Items) and isinstance(have, Items) and len(want.values) == len(have.values)) or (
            isinstance(want, Entries) and isinstance(have, Entries) and want.keys == have.keys
        ):
            for one, two in zip(want.values, have.values, strict=True):
                self.fit(one, two)
        elif not isinstance(want, Torn):
            raise DoesNotFit
