"""Lower loops.  A pass over the body is repeated until the kinds and the grouping of memory at its head are stable.

Afterwards a loop is one `Loop`, and what it carries are the names that its body changes and that count at the head or
after the loop, and the memory that it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.control import RETURNED, sealed, until_dead
from ast_ad.frontend.fitting import DoesNotFit, Fit, Head
from ast_ad.frontend.joins import Join
from ast_ad.frontend.layouts import join_layouts, lie_alike
from ast_ad.frontend.state import Side, State, variables_in, wish_of
from ast_ad.frontend.values import (
    FALSE,
    Location,
    TupleOf,
    Value,
    is_numeric,
    kind_of,
    may_be_array,
)
from ast_ad.ir.build import Builder
from ast_ad.ir.core import UNDEFINED, Atom, Lit, Loop, Var
from ast_ad.ir.kinds import INT, rank

_PASSES = 16
Triple: TypeAlias = tuple[Atom, Atom, Atom]


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
    for attempt in lo.attempts:
        attempt.marks.append(len(attempt.raised))
    for _ in range(_PASSES):
        lo.state, lo.out = head.state.fork(), Builder()
        lo.passes += 1
        if lo.passes == 1:
            lo.unbound.clear()
        counter = None if triple is None else lo.new(index, INT)
        until_dead(lo, partial(body, counter))
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
        raise lo.error(
            UnknownAtCompileTime,
            "the kinds of what this loop carries do not settle",
            reason="Each pass over its body gives its variables another form.",
            remedy="Give the variables the form before the loop that they have at its end.",
        )
    if not lo.passes and lo.unbound:
        name, at = next(iter(lo.unbound.items()))
        raise lo.error(
            UnknownAtCompileTime,
            f"{name!r} is read before it is bound",
            reason="No path to this place gives it a value.",
            remedy="Give it a value first.",
            node=at,
        )
    for attempt in lo.attempts:
        attempt.marks.pop()
    outer.stmts.extend(start.out.stmts)
    params = ((counter,) if counter is not None else ()) + tuple(head.params)
    block = sealed(end.out.block((result, *nexts), params))
    lo.out = outer
    outs = {p: lo.new(p.name, p.kind) for p in head.params}
    lo.foreign |= {outs[p] for p in head.params if p in lo.foreign}
    lo.share_alike(outs)
    lie_alike(lo, outs)
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
    assigned = [n for n in names if n in assigned]
    views = [v for v in variables_in(entry) if v in lo.views]
    others = {lo.root(v) for v in (*views, *variables_in(entry, but=(lo.frame.id, assigned))) if may_be_array(v)}

    def parameter(value: Value, name: str) -> Value:
        if isinstance(value, TupleOf):
            return replace(
                value, atom=None, items=tuple(parameter(v, f"{name}_{k}") for k, v in enumerate(value.items))
            )
        if not is_numeric(value) or value is UNDEFINED:
            return value
        if value in lo.views and rank(kind_of(value)):  # `row += 1` leaves it the view that it is
            return value
        if isinstance(value, Var) and lo.root(value) in others:  # and `a += 1` the array that another name sees
            return value
        key = lo.root(value) if isinstance(value, Var) and may_be_array(value) else (name, value)
        if key not in known:
            assert isinstance(value, (Var, Lit))
            kind = value.kind if isinstance(value, Var) else kind_of(value)
            known[key] = lo.new(wish_of(name), kind)
            join_layouts(lo, known[key], value, None)
            head.params.append(known[key])
        return known[key]

    for name in assigned:
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
    used = variables_in(state)
    params = [p for p in (*head.params, *join.outs) if p in used]
    return Head(state, params)


def after_loop(state: State, outs: dict[Var, Var]) -> State:
    """The state of the head with the loop's results in place of its parameters."""

    def renamed(value: Any) -> Any:
        if isinstance(value, Var):
            return outs.get(value, value)
        if isinstance(value, tuple):
            new = tuple(map(renamed, value))
            return value if all(a is b for a, b in zip(new, value, strict=True)) else new
        if isinstance(value, (Lit, Location, type)) or not hasattr(value, "__dataclass_fields__"):
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
