"""Lower `with` and `try ... finally`: what is done at the end of a block on every way out of it.

Where the block raises, the function has no result and what it wrote is forgotten.  So nothing is to be done then,
unless it is seen from outside, or the exception is caught.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.attempts import Handler, attempt, lower_handlers, raise_again
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, lowers
from ast_ad.frontend.control import branch, lower_statements, nothing, truth
from ast_ad.frontend.fence import HIDES
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import holds, reads
from ast_ad.frontend.objects import special
from ast_ad.frontend.source import source_of
from ast_ad.frontend.streams import run_stream
from ast_ad.frontend.targets import assign
from ast_ad.frontend.trips import restore, saved
from ast_ad.frontend.values import FALSE, NONE, Bound, Static, Stream, TupleOf, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Call, Callee, Lit, Stmt, Var
from ast_ad.ir.walk import blocks_of
from ast_ad.wrappers import no_grad


@dataclass(frozen=True, eq=False)
class Manager:
    """A context manager, by how a block runs in it, which is given what `as` names."""

    around: Callable[[Callable[[Value], None]], None]


@lowers(gast.With)
def lower_with(lo: Lowering, stmt: Any) -> None:
    """`with manager as name: body`."""
    _enter(lo, stmt, 0)


def _enter(lo: Lowering, stmt: Any, k: int) -> None:
    """Enter the managers from the kth on, run the body, and leave them in reverse."""
    if k == len(stmt.items):
        lower_statements(lo, stmt.body)
        return
    item = stmt.items[k]
    manager = _manager(lo, stmt, item.context_expr)

    def block(value: Value) -> None:
        lo.statement = lo.node = stmt
        if item.optional_vars is not None:
            assign(lo, item.optional_vars, value)
        _enter(lo, stmt, k + 1)

    manager.around(block)


def _manager(lo: Lowering, stmt: Any, node: Any) -> Manager:
    if isinstance(node, gast.Call) and not any(isinstance(a, gast.Starred) for a in node.args):
        called = lo.expr(node.func)
        if isinstance(called, Static) and called.obj is no_grad and not node.args and not node.keywords:
            return Manager(lambda block: _with_constants(lo, lambda: block(NONE)))
        if isinstance(called, Static) and called.obj in (nullcontext, np.errstate, suppress):
            given = [lo.expr(a) for a in node.args]
            named = {n.arg or "": lo.expr(n.value) for n in node.keywords}
            return _known_manager(lo, stmt, called.obj, given, named)
    manager = lo.expr(node)
    lo.node = node
    if isinstance(manager, Stream):
        return Manager(lambda block: _around_yield(lo, manager, block))
    enter, leave = special(lo, manager, "__enter__"), special(lo, manager, "__exit__")
    if enter is None or leave is None:
        raise lo.error(
            UnsupportedSyntax,
            f"`with` {describe(manager)}",
            reason="What it does when it is entered and left is not written in a class that can be read.",
            remedy="Enter the context where the function is called.",
        )

    def leaves() -> None:
        lo.node = node
        call_value(lo, leave, [NONE, NONE, NONE], {})

    def sees(error: Var) -> None:
        lo.node = node
        answer = truth(lo, call_value(lo, leave, [lo.emit(P.TYPE_OF, error), error, NONE], {}))
        if answer is False:
            raise_again(lo)
        elif answer is not True:
            branch(lo, answer, nothing, lambda: raise_again(lo), lo.frame.names.after[stmt])

    value = call_value(lo, enter, [], {})

    def around(block: Callable[[Value], None]) -> None:
        held = "%manager"
        while held in lo.names:
            held += "'"
        lo.names[held] = manager
        if _swallows(leave):
            on_every_way_out(lo, lambda: block(value), leaves, sees, stmt, True)
        else:
            at_the_end(lo, lambda: block(value), leaves, sees, stmt)
        lo.names.pop(held, None)

    return Manager(around)


def _around_yield(lo: Lowering, manager: Stream, block: Callable[[Value], None]) -> None:
    """`with` of a generator function: the block runs where that yields, and then what follows there."""
    user, key = lo.frame.id, "%left"
    while key in lo.names:
        key += "'"

    def consume(value: Value) -> None:
        block(value)
        left = lo.state.left
        lo.names[key] = left if isinstance(left, Var) else Lit(left)
        lo.state.left = lo.state.dead

    run_stream(lo, manager, consume, throws=True)
    held = lo.state.frames[user].pop(key, FALSE)
    if not lo.state.dead:
        lo.state.left = held if isinstance(held, Var) else isinstance(held, Lit) and bool(held.value)


def _known_manager(lo: Lowering, stmt: Any, manager: Any, given: list[Value], named: dict[str, Value]) -> Manager:
    """A manager of the standard library or of NumPy."""
    if manager is np.errstate:
        _set_errors(lo, {n: constant_of(lo, v, "a setting of np.errstate") for n, v in named.items()})
    if manager is not suppress:
        values = [] if manager is np.errstate else [*given, *named.values()]
        return Manager(lambda block: block(values[0] if values else NONE))
    errors = constant_of(lo, TupleOf(tuple(given)), "what is suppressed")
    after = lo.frame.names.after[stmt]
    handler = Handler(errors, lambda error: None, after)
    return Manager(lambda block: _discard(attempt(lo, lambda: block(NONE), [handler], after)))


def _discard(answer: Any) -> None:
    """Nobody asks."""


def _swallows(leave: Value) -> bool:
    """Whether an `__exit__` may return what is true, and so keep an exception to itself."""
    function = leave.function if isinstance(leave, Bound) else leave
    source = source_of(function.obj) if isinstance(function, Static) else None
    if source is None:
        return True
    returned = [n.value for n in gast.walk(source.node) if isinstance(n, gast.Return) and n.value is not None]
    return any(not isinstance(v, gast.Constant) or bool(v.value) for v in returned)


def _with_constants(lo: Lowering, block: Callable[[], None]) -> None:
    """Run a block of which all that is computed is constant."""
    with lo.computing_constants(True):
        block()


def _set_errors(lo: Lowering, settings: dict[str, Any]) -> None:
    """Let the function run with these settings of NumPy; its derivative is computed with them too."""
    for name, value in settings.items():
        if name not in ("all", "divide", "invalid", "over", "under") or value not in ("ignore", "warn"):
            raise lo.error(
                UnsupportedSyntax,
                f"np.errstate with {name}={value!r}",
                reason="Where it raises or calls would differ in the derivative.",
                remedy='Use "ignore", or enter it where the function is called.',
            )
        if value == "ignore":
            lo.ignored |= {"divide", "invalid", "over", "under"} if name == "all" else {name}


@lowers(gast.Try)
def lower_try(lo: Lowering, stmt: Any) -> None:
    """`try`, with its handlers, `else` and `finally`."""
    if any(holds(stmt.finalbody, form) for form in (gast.Return, gast.Break, gast.Continue)):
        raise lo.error(UnsupportedSyntax, "a way out of `finally`", **HIDES._asdict())

    def block() -> None:
        if stmt.handlers:
            lower_handlers(lo, stmt)
        else:
            lower_statements(lo, stmt.body)

    def end() -> None:
        lower_statements(lo, stmt.finalbody)

    def again(error: Var) -> None:
        end()
        if not lo.state.dead:
            raise_again(lo)

    if stmt.finalbody:
        at_the_end(lo, block, end, again, stmt)
    else:
        block()


def at_the_end(
    lo: Lowering, block: Callable[[], None], end: Callable[[], None], again: Callable[[Var], None], stmt: Any
) -> None:
    """Run a block, and something at its end, also where the block has been left, or has raised and that is seen."""
    before = saved(lo)
    block()
    lo.statement = lo.node = stmt
    left, lo.state.left = lo.state.left, False
    place, changes = len(lo.out.stmts), [len(a.changes) for a in lo.attempts]
    if not lo.state.dead:
        end()
        lo.state.left = left
        changed = any(len(a.changes) > n for a, n in zip(lo.attempts, changes, strict=True))
        if not changed and not any(map(_is_seen, lo.out.stmts[place:])):
            return
    restore(lo, before)
    on_every_way_out(lo, block, end, again, stmt)


def _is_seen(stmt: Stmt) -> bool:
    """Whether a statement does what is seen although the function raises."""
    if isinstance(stmt, Call):
        if isinstance(stmt.fn, Callee):
            return True
        return stmt.fn.effect and stmt.fn not in (P.ASSERT, P.RAISE)
    return any(_is_seen(inner) for part in blocks_of(stmt) for inner in part.stmts)


def on_every_way_out(
    lo: Lowering,
    block: Callable[[], None],
    end: Callable[[], None],
    again: Callable[[Var], None],
    stmt: Any,
    swallows: bool = False,
) -> None:
    """`try: block`, `except BaseException: again`, `else: end`; if `again` swallows what is raised, all goes on."""
    after = lo.frame.names.after[stmt]
    at_end = frozenset[str]().union(*map(reads, getattr(stmt, "finalbody", ())))
    handler = Handler((BaseException,), again, after if swallows else at_end, not swallows)
    failure = attempt(lo, block, [handler], after | at_end)
    lo.statement = lo.node = stmt
    if lo.state.dead:
        return
    left, lo.state.left = lo.state.left, False
    if failure is False:
        end()
    elif failure is not True:
        branch(lo, failure, nothing, end)
    lo.state.left = left
