"""Lower loops.  A pass over the body is repeated until the kinds and the grouping of memory at its head are stable.

Afterwards a loop is one `Loop`, and what it carries are the names that its body changes and that count at the head or
after the loop, and the memory that it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Lowering, list_kind
from ast_ad.frontend.control import RETURNED, sealed
from ast_ad.frontend.joins import BOTH, Join, Side, audience_of, is_wider
from ast_ad.frontend.state import State
from ast_ad.frontend.values import (
    FALSE,
    Entries,
    Items,
    Location,
    Ref,
    Run,
    TupleOf,
    Value,
    is_none,
    is_numeric,
    kind_of,
    may_be_array,
    same_constant,
)
from ast_ad.ir.build import Builder
from ast_ad.ir.core import UNDEFINED, Atom, Lit, Loop, Var
from ast_ad.ir.kinds import INT, Maybe, Undefined

_PASSES = 16
Triple = tuple[Atom, Atom, Atom]


class DoesNotFit(Exception):
    """The state at the end of a pass is not what its head assumed."""


@dataclass(slots=True, eq=False)
class Head:
    """What is assumed where the body begins: a state, and which of its variables are the loop's parameters."""

    state: State
    params: list[Var] = field(default_factory=list)


def run_loop(
    lo: Lowering,
    triple: Triple | None,
    body: Callable[[Var | None], None],
    *,
    assigned: Collection[str],
    at_head: Collection[str] | None,
    after: Collection[str] | None,
    stop: str,
    index: str = "",
) -> None:
    """Lower a loop whose trip is `body(index)`; `stop` is the name that says whether a trip was the last one."""
    origin = lo.origin()
    statement, node = lo.statement, lo.node
    entry, outer = lo.state, lo.out
    own = lo.frame.id
    entry.frames[own][stop] = FALSE
    live = None if at_head is None or after is None else frozenset(at_head) | frozenset(after)
    before = lo.clock
    head = generalised(lo, entry, {n for n in assigned if live is None or n in live or n[0] == "%"})
    for _ in range(_PASSES):
        lo.state, lo.out = head.state.fork(), Builder()
        lo.passes += 1
        if lo.passes == 1:
            lo.unbound.clear()
        counter = None if triple is None else lo.new(index, INT)
        body(counter)
        lo.passes -= 1
        lo.statement, lo.node = statement, node
        lo.state.left = False
        end = Side(lo.state, lo.out)
        result = end.state.frames[own].pop(stop)
        assert isinstance(result, (Var, Lit))
        start = Side(entry.fork(), Builder())
        start.state.frames[own].pop(stop)
        head.state.frames[own].pop(stop, None)
        try:
            inits = Fit(lo, head, start, live, before).run()
            nexts = Fit(lo, head, end, live, before).run()
        except DoesNotFit:
            head = widened(lo, head, end, live, before)
            head.state.frames[own][stop] = FALSE
            continue
        break
    else:
        lo.fail(
            UnknownAtCompileTime,
            "the kinds of what this loop carries do not settle",
            reason="Each pass over its body gives its variables another form.",
            remedy="Give the variables the form before the loop that they have at its end.",
        )
    if not lo.passes and lo.unbound:
        name, at = next(iter(lo.unbound.items()))
        lo.fail(
            UnknownAtCompileTime,
            f"{name!r} is read before it is bound",
            reason="No path to this place gives it a value.",
            remedy="Give it a value first.",
            node=at,
        )
    outer.stmts.extend(start.out.stmts)
    params = ((counter,) if counter is not None else ()) + tuple(head.params)
    block = sealed(end.out.block((result, *nexts), params))  # type: ignore[arg-type]
    lo.out = outer
    outs = {p: lo.new(p.name, p.kind) for p in head.params}
    outer.stmts.append(Loop(tuple(outs.values()), triple, tuple(inits), block, origin))
    lo.state = after_loop(head.state, outs)
    if after is not None:
        names = lo.names
        for name in [n for n in names if n in assigned and n not in after and n[0] != "%"]:
            del names[name]


def generalised(lo: Lowering, entry: State, assigned: Collection[str]) -> Head:
    """The state at entry with a parameter for each number that the body assigns."""
    head = Head(entry.fork())
    known: dict[Any, Var] = {}
    names = head.state.frames[lo.frame.id]

    def parameter(value: Value, name: str) -> Value:
        if isinstance(value, TupleOf):
            return replace(value, atom=None, items=tuple(parameter(v, f"{name}_{k}") for k, v in enumerate(value.items)))
        if not is_numeric(value) or value is UNDEFINED:
            return value
        key = lo.root(value) if isinstance(value, Var) and may_be_array(value) else (name, value)
        if key not in known:
            assert isinstance(value, (Var, Lit))
            kind = value.kind if isinstance(value, Var) else kind_of(value)
            known[key] = lo.new(name.lstrip("%"), kind)
            head.params.append(known[key])
        return known[key]

    for name in [n for n in names if n in assigned]:
        names[name] = parameter(names[name], name)
    return head


def widened(lo: Lowering, head: Head, end: Side, live: Collection[str] | None, before: int) -> Head:
    """A head that also covers the end of a pass."""
    join = Join(lo, Side(head.state, Builder()), end, before=before, live=live, skip=head.params)
    state = join.run()
    state.left = False
    state.dead = False
    state.frozen = {**head.state.frozen, **state.frozen}
    state.stale = {k: v for k, v in state.stale.items() if lo.born.get(k, 0) <= before}
    state.heap = {k: v for k, v in state.heap.items() if not isinstance(v, tuple)}
    used = _variables(state)
    params = [p for p in (*head.params, *join.outs) if p in used]
    return Head(state, params)


def _variables(state: State) -> set[Var]:
    """All variables that a state holds directly or in structures."""
    found: set[Var] = set()
    seen: set[int] = set()

    def visit(value: Any) -> None:
        if isinstance(value, Var):
            found.add(value)
        elif isinstance(value, tuple):
            for part in value:
                visit(part)
        elif hasattr(value, "__dataclass_fields__") and id(value) not in seen:
            seen.add(id(value))
            for name in value.__dataclass_fields__:
                visit(getattr(value, name))

    for names in state.frames.values():
        for value in names.values():
            visit(value)
    for value in state.heap.values():
        visit(value)
    return found


class Fit:
    """Match a state with a head: `run()` is one atom for each parameter of the head, or `DoesNotFit` is raised."""

    def __init__(self, lo: Lowering, head: Head, side: Side, live: Collection[str] | None, before: int) -> None:
        self.lo, self.head, self.side, self.live, self.before = lo, head, side, live, before
        self.params = set(head.params)
        self.found: dict[Var, Any] = {}
        self.places: dict[Any, Any] = {}
        self.groups: dict[tuple[Any, str], set[Any]] = {}
        self.audience = BOTH

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
                    self.fit(names.get(name), there.get(name))
        if any(k not in head.stale and self.lo.born.get(k, 0) <= self.before for k in state.stale):
            raise DoesNotFit
        self.audience = BOTH
        self.heap()
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
                self.contents(head.get(key), state.get(key))

    def check_groups(self) -> None:
        """One location here that the head holds for two is fine as long as nobody writes to it."""
        for places in self.groups.values():
            if len(places) > 1:
                thawed = [p for p in places if p not in self.head.state.frozen]
                for place in thawed:
                    reason = "It may share memory with another name: they do on one trip of the loop, and not on another."
                    self.head.state.frozen[place] = reason
                if thawed:
                    raise DoesNotFit

    def note(self, here: Any, there: Any) -> None:
        """A location here is this one at the head."""
        for reader in self.audience:
            self.groups.setdefault((here, reader), set()).add(there)

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
        elif isinstance(want, Lit) and isinstance(have, Lit) and same_constant(want, have):
            return
        elif have is None and want is not None and not isinstance(want, (Var, Lit)):
            return
        elif type(want).__name__ == "Torn":
            return
        elif type(want) is type(have) and hasattr(want, "obj") and want.obj is have.obj:
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
            if have in self.lo.views and want not in self.head.state.frozen:
                self.head.state.frozen[want] = "It shares memory with another array on one trip of the loop."
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
                here = self.lo.contents(have)
        self.contents(self.head.state.heap.get(want.location), here)

    def contents(self, want: Any, have: Any) -> None:
        """What a list or dict of the head holds."""
        if want is have or want is None:
            if want is not None:
                for item in getattr(want, "values", ()):
                    self.fit(item, item)
                if isinstance(want, Run) and want.atom in self.params:
                    self.atom(want.atom, want.atom)
            return
        if isinstance(want, Run) and (have is None or isinstance(have, (Items, Run))):
            if have is None:
                self.found.setdefault(want.atom, UNDEFINED)  # type: ignore[arg-type]
                return
            if not is_wider(kind_of(want.atom), list_kind(self.lo, have)):
                raise DoesNotFit
            with self.lo.inside(self.side.state, self.side.out):
                self.atom(want.atom, self.lo.run_list(have, kind_of(want.atom), getattr(want.atom, "name", "")))
        elif isinstance(want, (Items, Entries)) and have is None:
            for one in want.values:
                self.fit(one, None)
        elif isinstance(want, Items) and isinstance(have, Items) and len(want.values) == len(have.values):
            for one, two in zip(want.values, have.values, strict=True):
                self.fit(one, two)
        elif isinstance(want, Entries) and isinstance(have, Entries) and want.keys == have.keys:
            for one, two in zip(want.values, have.values, strict=True):
                self.fit(one, two)
        elif type(want).__name__ != "Torn":
            raise DoesNotFit


def after_loop(state: State, outs: dict[Var, Var]) -> State:
    """The state of the head with the loop's results in place of its parameters."""

    def renamed(value: Any) -> Any:
        if isinstance(value, Var):
            return outs.get(value, value)
        if isinstance(value, tuple):
            new = tuple(map(renamed, value))
            return value if all(a is b for a, b in zip(new, value, strict=True)) else new
        if isinstance(value, (Lit, Location)) or not hasattr(value, "__dataclass_fields__"):
            return value
        changed = {}
        for name in value.__dataclass_fields__:
            old = getattr(value, name)
            new = renamed(old)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value

    frames = {key: {n: renamed(v) for n, v in names.items()} for key, names in state.frames.items()}
    heap = {renamed(k): renamed(v) for k, v in state.heap.items()}
    frozen = {renamed(k): v for k, v in state.frozen.items()}
    return State(frames, heap, frozen, dict(state.stale))


def leave_loop(lo: Lowering) -> None:
    """A loop that may have returned: what follows runs only where it has not."""
    flag = lo.names.get(RETURNED)
    if isinstance(flag, Var):
        lo.state.left = flag
        if lo.frame.loops:
            lo.names[lo.frame.loops[-1]] = flag
    elif isinstance(flag, Lit) and flag.value is True:
        lo.state.left = True
