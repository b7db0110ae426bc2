"""Lower `try` with handlers to Try: a body that counts only if it comes to its end, else what the handlers do.

A handler sees the names and the memory as they were before the body.  So what it may read must not be written in the
body before something that may raise: such a write is an error, for it would count in Python.  Statements at the head
of the body that cannot raise are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend.context import Frame, Lowering
from ast_ad.frontend.control import branch, lower_statements, nothing, unless_left, until_dead
from ast_ad.frontend.fence import EARLY_WRITE
from ast_ad.frontend.joins import Join
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import name_of
from ast_ad.frontend.raising import Attempt, Errors
from ast_ad.frontend.state import Side, State
from ast_ad.frontend.trips import restore, saved
from ast_ad.frontend.values import FALSE, NONE, TRUE, Location
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Lit, Try, Var
from ast_ad.ir.kinds import BOOL

_SIMPLE = (gast.Assign, gast.AnnAssign, gast.AugAssign, gast.Expr, gast.Pass)


@dataclass(frozen=True, eq=False)
class Handler:
    """What is done where one of some errors was raised: `run` gets the error, `reads` are the names that count then.

    One that `leaves` always raises again, so that the names of callers do not count.
    """

    errors: Errors
    run: Callable[[Var], None]
    reads: Collection[str]
    leaves: bool = False


def lower_handlers(lo: Lowering, stmt: Any) -> None:
    """`try: body`, `except errors as name: handler`, `else: orelse`."""
    names = lo.frame.names
    reads = names.caught[stmt]
    handlers = [Handler(_errors_of(lo, h), _handler(lo, h), r) for h, r in zip(stmt.handlers, reads, strict=True)]
    every = tuple(dict.fromkeys(error for h in handlers for error in h.errors))
    body = list(stmt.body)
    while body and isinstance(body[0], _SIMPLE) and _cannot_raise(lo, body[0], every):
        del body[0]
    failed = attempt(lo, lambda: lower_statements(lo, body), handlers, names.tried[stmt] | names.after[stmt])
    lo.statement = lo.node = stmt
    if not stmt.orelse:
        return

    def otherwise() -> None:
        if failed is False:
            lower_statements(lo, stmt.orelse)
        elif failed is not True:
            branch(lo, failed, nothing, lambda: lower_statements(lo, stmt.orelse), names.after[stmt])

    if lo.state.left is False:
        otherwise()
    elif lo.state.left is not True:
        unless_left(lo, otherwise, names.after[stmt])


def _cannot_raise(lo: Lowering, stmt: Any, errors: Errors) -> bool:
    """Lower a statement of the body before it, if it raises none of the errors."""
    before = saved(lo)
    trial = Attempt(errors)
    lo.attempts.append(trial)
    lower_statements(lo, [stmt])
    lo.attempts.pop()
    if trial.raised:
        restore(lo, before)
    return not trial.raised


def _errors_of(lo: Lowering, handler: Any) -> Errors:
    """The classes that an `except` catches."""
    if handler.type is None:
        return (BaseException,)
    found = constant_of(lo, lo.expr(handler.type), "what `except` catches")
    errors: Errors = found if isinstance(found, tuple) else (found,)
    if not all(isinstance(e, type) for e in errors):
        raise lo.error(WrongArgument, "`except` of what is no exception", remedy="Name classes of exceptions.")
    return errors


def _handler(lo: Lowering, handler: Any) -> Callable[[Var], None]:
    def run(error: Var) -> None:
        if handler.name is not None:
            lo.names[name_of(handler)] = error
        lower_statements(lo, handler.body)
        lo.names.pop(name_of(handler), None)

    return run


def attempt(
    lo: Lowering, body: Callable[[], None], handlers: Sequence[Handler], live: Collection[str] | None
) -> Var | bool:
    """Run a body, and handlers where it raises; the answer says of who goes on after it whether it raised.

    `live` are the names of this function that are read after it; None stands for all.
    """
    origin, statement, node = lo.origin(), lo.statement, lo.node
    errors = tuple(dict.fromkeys(error for h in handlers for error in h.errors))
    outer, start, before = lo.out, lo.state, lo.clock
    here = Attempt(errors)
    lo.attempts.append(here)
    lo.out, lo.state = Builder(), start.fork()
    until_dead(lo, body)
    lo.attempts.pop()
    one = Side(lo.state, lo.out)
    if not here.raised:
        outer.stmts.extend(one.out.stmts)
        lo.out = outer
        return False
    for handler in handlers:
        _check_changes(lo, here, start, handler)
    lo.statement, lo.node = statement, node
    lo.out, lo.state = Builder(), start.fork()
    error = lo.emit(P.CAUGHT, name=_wish(lo, node))
    lo.caught.append(error)
    until_dead(lo, lambda: _choose_handler(lo, error, list(handlers), live))
    lo.caught.pop()
    lo.statement, lo.node = statement, node
    two = Side(lo.state, lo.out)
    if live is not None and lo.frame.exits and any(side.state.left is not False for side in (one, two)):
        live = frozenset(live) | lo.frame.exits[-1]
    join = Join(lo, one, two, before=before, live=live)
    lo.state = join.run()
    lo.out = outer
    failed = lo.new("failure", BOOL)
    then, orelse = one.out.block((FALSE, *join.lefts)), two.out.block((TRUE, *join.rights))
    lo.out.stmts.append(Try((failed, *join.outs), NONE, then, orelse, origin, errors))
    return one.state.dead or (not two.state.dead and failed)


def _wish(lo: Lowering, stmt: Any) -> str:
    names = [name_of(h) for h in getattr(stmt, "handlers", ())]
    return next((name for name in names if name), "error")


def _choose_handler(lo: Lowering, error: Var, handlers: list[Handler], live: Collection[str] | None) -> None:
    first, *others = handlers
    if not others:
        first.run(error)
        return
    test = lo.emit(P.IS_INSTANCE, error, Lit(first.errors[0] if len(first.errors) == 1 else first.errors))
    branch(lo, test, lambda: first.run(error), lambda: _choose_handler(lo, error, others, live), live)


def raise_again(lo: Lowering) -> None:
    """`raise` of what was caught: the path ends here."""
    lo.emit_all(P.RAISE)
    lo.state.left = True
    lo.state.dead = True


def _check_changes(lo: Lowering, here: Attempt, start: State, handler: Handler) -> None:
    """No write counts where the body raises: what a handler may read is written after all that may raise."""
    early = here.before(handler.errors)
    frames = set(_around(lo)) if handler.leaves else set(start.frames)
    reached = _reached(lo, start, handler.reads, frames) if early else set()
    for change in early:
        what, *key = change.key
        if what == "name":
            frame, name = key
            if frame not in frames or (frame == lo.frame.id and name not in handler.reads):
                continue
        elif key[0] not in reached:
            continue
        else:
            name = key[0].name
        raise lo.error(
            UnknownAtCompileTime,
            f"{repr(name) if name else 'this'} is written in a `try` before something that may raise",
            **EARLY_WRITE._asdict(),
            node=change.node,
        )


def _around(lo: Lowering) -> Iterator[int]:
    """This function and those whose names it sees."""
    frame: Frame | None = lo.frame
    while frame is not None:
        yield frame.id
        frame = None if frame.outer is None else lo.frames[frame.outer]


def _reached(lo: Lowering, state: State, own: Collection[str], frames: set[int]) -> set[Any]:
    """The memory that a handler reaches: from the names that it reads, and from those of the functions around."""
    found: set[Any] = set()

    def visit(value: Any) -> None:
        if isinstance(value, Location):
            if value not in found:
                found.add(value)
                visit(state.heap.get(value) or lo.initial.get(value))
        elif isinstance(value, Var):
            found.add(value)
            found.add(lo.root(value))
        elif isinstance(value, tuple):
            for part in value:
                visit(part)
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, (Lit, type)):
            for name in value.__dataclass_fields__:
                visit(getattr(value, name))

    for frame in frames & set(state.frames):
        for name, value in state.frames[frame].items():
            if frame != lo.frame.id or name in own or name[0] == "%":
                visit(value)
    return found
