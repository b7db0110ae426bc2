"""Lower `for`, `while` and comprehensions to a loop, or write them out where the structure is part of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import gast

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Lowering, lowers
from ast_ad.frontend.control import (
    RETURNED,
    VALUE,
    branch,
    broke_of,
    lower_statements,
    nothing,
    test_of,
    truth,
    unless_left,
)
from ast_ad.frontend.counters import ONE, ZERO
from ast_ad.frontend.iteration import Counted, Iteration, Listed, iterated_by, iteration_of, listed
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import bound_names, holds
from ast_ad.frontend.loops import Triple, leave_loop, run_loop
from ast_ad.frontend.targets import assign
from ast_ad.frontend.values import FALSE, TRUE, Entries, Items, Ref, Run, Stream, Value, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var

#: a loop over so few numbers known at compile time is written out where it cannot be lowered as a loop
_SMALL = 32
#: so many trips of a `while` are written out, where each test is known at compile time
_LONG = 256
_E = TypeVar("_E", bound=Entries)


@lowers(gast.For)
def lower_for(lo: Lowering, stmt: Any) -> None:
    """`for target in iterable: body`, with its `else`."""
    source = lo.expr(stmt.iter)
    source = source if isinstance(source, Stream) else iterated_by(lo, source)
    over = listed(()) if isinstance(source, Stream) else iteration_of(lo, source)

    def take(value: Value) -> None:
        lo.statement = lo.node = stmt
        _begin_trip(lo, stmt)
        assign(lo, stmt.target, value)
        lower_statements(lo, stmt.body)

    if isinstance(source, Stream):
        from ast_ad.frontend.streams import for_over_stream

        _with_else(lo, stmt, lambda stop: for_over_stream(lo, source, take, stop))
    elif isinstance(over, Counted):
        _counted_for(lo, stmt, over, take)
    else:
        _with_else(lo, stmt, lambda stop: _write_out(lo, over, take, stop))


def _guarded(lo: Lowering, over: Iteration, take: Callable[[], None]) -> None:
    """Run over lists, which must keep their length meanwhile."""
    lo.iterated.extend(over.lists)
    take()
    del lo.iterated[len(lo.iterated) - len(over.lists) :]


def _counted_for(lo: Lowering, stmt: Any, over: Counted, take: Callable[[Value], None]) -> None:
    triple = over.triple or (ZERO, over.count(), ONE)
    names = lo.frame.names
    assigned = bound_names([stmt.target, *stmt.body])
    is_range = isinstance(stmt.target, gast.Name) and over.triple is not None
    before = saved(lo)

    def run(stop: str) -> None:
        run_loop(
            lo,
            triple,
            lambda i: _guarded(lo, over, lambda: take(over.get(i))),  # type: ignore[arg-type]
            assigned=assigned | _pseudo(lo, stop),
            at_head=names.head[stmt],
            after=names.after[stmt] | names.head[stmt] if stmt.orelse else names.after[stmt],
            stop=stop,
            index=stmt.target.id if is_range else "i",
        )

    few = _is_short(triple)
    try:
        lo.tried += few
        _with_else(lo, stmt, run)
        lo.tried -= few
    except UnknownAtCompileTime as error:
        numbers = _few(lo, triple)
        if numbers is None:
            raise error from None
        restore(lo, before)
        written = Listed(len(numbers), lambda k: over.get(Lit(numbers[k])), over.lists)
        _with_else(lo, stmt, lambda stop: _write_out(lo, written, take, stop))


def _is_short(triple: Triple) -> bool:
    """Whether the text says that a loop has few trips."""
    ends = [t.value for t in triple if isinstance(t, Lit)]
    return len(ends) == 3 and len(range(*ends)) <= _SMALL


def _few(lo: Lowering, triple: Triple) -> range | None:
    """The numbers that a loop runs over, if they are few and known in this call."""
    try:
        start, stop, step = (constant_of(lo, end, "how often a loop runs") for end in triple)
    except UnknownAtCompileTime:
        return None
    numbers = range(start, stop, step)
    return numbers if len(numbers) <= _SMALL else None


def saved(lo: Lowering) -> tuple[Any, ...]:
    """Where lowering is, to come back to."""
    frame, out = lo.frame, lo.out
    lists = (lo.stack, frame.loops, frame.exits, lo.iterated, lo.inlined, lo.attempts, lo.caught, out.stmts)
    return lo.state.fork(), out, lo.passes, lo.tried, lo.statement, lo.node, [(part, list(part)) for part in lists]


def restore(lo: Lowering, before: tuple[Any, ...]) -> None:
    """Go back to where lowering was."""
    lo.state, lo.out, lo.passes, lo.tried, lo.statement, lo.node, lists = before
    for part, held in lists:
        part[:] = held


def _pseudo(lo: Lowering, stop: str) -> set[str]:
    return {RETURNED, VALUE, broke_of(stop)} & ({VALUE} | set(lo.names))


def _begin_trip(lo: Lowering, stmt: Any) -> None:
    """No trip begins where an earlier one has left."""
    for name in (RETURNED, broke_of(lo.frame.loops[-1])):
        if name in lo.names:
            lo.names[name] = FALSE
    if holds(stmt.body, gast.Return):
        lo.names.pop(VALUE, None)


@lowers(gast.While)
def lower_while(lo: Lowering, stmt: Any) -> None:
    """`while test: body`, with its `else`: the test is the last If of the loop's body."""
    names = lo.frame.names
    live = names.head[stmt] | names.after[stmt]

    def trip(index: Any) -> None:
        lo.statement = lo.node = stmt
        _begin_trip(lo, stmt)
        known = test_of(lo, stmt.test)
        stop = lo.frame.loops[-1]

        def leave() -> None:
            lo.names[stop] = TRUE
            lo.state.left = True

        if isinstance(known, bool):
            if known:
                lower_statements(lo, stmt.body)
            else:
                leave()
        else:
            branch(lo, known, lambda: lower_statements(lo, stmt.body), leave, live, stmt.test)

    def run(stop: str) -> None:
        run_loop(
            lo,
            None,
            trip,
            assigned=bound_names([stmt.test, *stmt.body]) | _pseudo(lo, stop),
            at_head=names.head[stmt],
            after=live if stmt.orelse else names.after[stmt],
            stop=stop,
        )

    before = saved(lo)
    try:
        _with_else(lo, stmt, run)
    except UnknownAtCompileTime as error:
        restore(lo, before)
        why = error
        _with_else(lo, stmt, lambda stop: _write_out_while(lo, stmt, stop, why))


def _write_out_while(lo: Lowering, stmt: Any, stop: str, why: UnknownAtCompileTime) -> None:
    """One copy of the body for each trip of a loop whose test is known each time."""
    for _ in range(_LONG):
        lo.names[stop] = FALSE
        lo.statement = lo.node = stmt
        _begin_trip(lo, stmt)
        known = test_of(lo, stmt.test)
        if known is False:
            return
        if known is not True:
            break
        lower_statements(lo, stmt.body)
        ended = lo.names[stop]
        if not isinstance(ended, Lit) or not isinstance(lo.state.left, bool):
            break
        lo.state.left = False
        if ended.value:
            return
    raise why


def _with_else(lo: Lowering, stmt: Any, run: Callable[[str], None]) -> None:
    """Run a loop, then its `else` where no `break` left it, then see who has returned from inside."""
    frame = lo.frame
    stop = f"%stop{len(frame.loops)}"
    broke = broke_of(stop)
    flagged = bool(stmt.orelse) and holds(stmt.body, gast.Break)
    returns = holds(stmt.body, gast.Return)
    if flagged:
        lo.names[broke] = FALSE
    outer_returned = lo.names.get(RETURNED)
    if returns:
        lo.names[RETURNED] = FALSE
    frame.loops.append(stop)
    frame.exits.append(frame.names.head[stmt] | frame.names.after[stmt])
    run(stop)
    frame.exits.pop()
    frame.loops.pop()
    lo.statement = lo.node = stmt
    lo.names.pop(stop, None)
    ended = lo.names.pop(broke, FALSE)
    if returns:
        leave_loop(lo)
        if lo.state.left is False and outer_returned is None:
            lo.names.pop(RETURNED, None)
    if not stmt.orelse:
        return
    orelse = [*stmt.orelse]

    def unless_broken() -> None:
        known = truth(lo, ended)
        if isinstance(known, bool):
            if not known:
                lower_statements(lo, orelse)
        else:
            branch(lo, known, nothing, lambda: lower_statements(lo, orelse), frame.names.after[stmt])

    if lo.state.left is False:
        unless_broken()
    elif lo.state.left is not True:
        unless_left(lo, unless_broken, frame.names.after[stmt])


def _write_out(lo: Lowering, over: Listed, take: Callable[[Value], None], stop: str, first: int = 0) -> None:
    """One copy of the body for each element."""
    lo.names[stop] = FALSE
    for k in range(first, over.count):
        _guarded(lo, over, lambda k=k: take(over.get(k)))  # type: ignore[misc]
        lo.state.left = False
        ended = lo.names[stop]
        if isinstance(ended, Lit):
            if ended.value:
                return
        else:
            assert isinstance(ended, Var)
            if k + 1 < over.count:
                branch(lo, ended, nothing, lambda k=k: _write_out(lo, over, take, stop, k + 1))  # type: ignore[misc]
            return


def made_by(lo: Lowering, result: Ref, trips: Triple | None) -> Ref:
    """A new list, which has an element for each trip of a loop."""
    contents = lo.peek(result)
    if trips is not None and isinstance(contents, Run) and isinstance(contents.atom, Var):
        lo.trips[contents.atom] = trips
    return result


def for_each(lo: Lowering, source: Value, take: Callable[[Value], None]) -> Triple | None:
    """Do something with each element of an iterable: a loop, or one copy for each where the structure is known.

    The range of the loop comes back, if it is one.
    """
    source = iterated_by(lo, source)
    if isinstance(source, Stream):
        from ast_ad.frontend.streams import run_stream

        run_stream(lo, source, take)
        return None
    over = iteration_of(lo, source)
    if not isinstance(over, Counted):
        for k in range(over.count):
            _guarded(lo, over, lambda k=k: take(over.get(k)))  # type: ignore[misc]
        return None
    triple: Triple = over.triple or (ZERO, over.count(), ONE)
    before, few = saved(lo), _is_short(triple)
    try:
        lo.tried += few
        _loop_each(lo, over, triple, take)
        lo.tried -= few
        return triple
    except UnknownAtCompileTime as error:
        numbers = _few(lo, triple)
        if numbers is None:
            raise error from None
        restore(lo, before)
        for k in numbers:
            _guarded(lo, over, lambda k=k: take(over.get(Lit(k))))  # type: ignore[misc]
        return None


def _loop_each(lo: Lowering, over: Counted, triple: Triple, take: Callable[[Value], None]) -> None:
    stop = f"%each{len(lo.frame.loops)}"
    while stop in lo.names:
        stop += "'"
    bound = set(lo.names)

    def trip(index: Any) -> None:
        _guarded(lo, over, lambda: take(over.get(index)))
        for name in [n for n in lo.names if n not in bound and n != stop]:
            del lo.names[name]

    run_loop(lo, triple, trip, assigned=(), at_head=None, after=None, stop=stop, index="i")
    lo.names.pop(stop, None)


def append(lo: Lowering, target: Ref, value: Value) -> None:
    """`target.append(value)`."""
    contents = lo.peek(target)
    if isinstance(contents, Items):
        lo.set_contents(target, Items((*contents.values, value)))
        return
    if not isinstance(contents, Run):
        lo.not_at_run_time(target)
    name = target.location.name
    item = lo.element_atom(value, target.location, kind_of(contents.atom))
    new = lo.emit(P.APPEND, contents.atom, item, name=name)
    lo.set_contents(target, Run(new), owning=True)


def with_entry(contents: _E, key: Any, value: Value) -> _E:
    """The contents of a dict after `d[key] = value`."""
    if key in contents.keys:
        k = contents.keys.index(key)
        return replace(contents, values=(*contents.values[:k], value, *contents.values[k + 1 :]))
    return replace(contents, keys=(*contents.keys, key), values=(*contents.values, value))
