"""Lower statements in a row, `if`, and every way out of a block.

A path that has left (break, continue, return, raise) copies nothing of what follows: where one arm of an `if` always
leaves, the rest of the block goes into the other arm; where it leaves on some of its paths, a flag says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import gast

from ast_ad.frontend.context import Frame, Lowering, lowers, torn
from ast_ad.frontend.emission import PathEnds
from ast_ad.frontend.joins import Join
from ast_ad.frontend.liveness import COMPREHENSIONS, always_leaves
from ast_ad.frontend.state import Side
from ast_ad.frontend.values import (
    FALSE,
    NONE,
    TRUE,
    Bound,
    Closure,
    Entries,
    Items,
    Method,
    Ref,
    Run,
    Static,
    Torn,
    TupleOf,
    Value,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Atom, Block, If, Lit, Stmt, Try, Var
from ast_ad.ir.kinds import Maybe

VALUE, RETURNED = "%value", "%returned"


def broke_of(stop: str) -> str:
    """The name that says whether the loop that `stop` ends was left by a `break`: its `else` asks."""
    return stop.replace("%stop", "%broke")


def branch(
    lo: Lowering,
    test: Atom,
    then: Callable[[], None],
    orelse: Callable[[], None],
    live: Collection[str] | None = None,
    node: Any = None,
) -> None:
    """Run two arms from one state, and join them with an If; `live` are the names that count afterwards (None: all)."""
    origin = lo.origin(node)
    outer, start, before = lo.out, lo.state, lo.clock
    sides = []
    for arm in (then, orelse):
        lo.out, lo.state = Builder(), start.fork()
        until_dead(lo, arm)
        sides.append(Side(lo.state, lo.out))
    if live is not None and lo.frame.exits and any(side.state.left is not False for side in sides):
        live = frozenset(live) | lo.frame.exits[-1]
    join = Join(lo, sides[0], sides[1], before=before, live=live)
    lo.state = join.run()
    lo.out = outer
    one, two = sides[0].out.block(join.lefts), sides[1].out.block(join.rights)
    if one.stmts or two.stmts or join.outs:
        lo.out.stmts.append(If(tuple(join.outs), test, one, two, origin))


def until_dead(lo: Lowering, run: Callable[[], None]) -> None:
    """Lower something up to where its path ends, if it does."""
    frame = lo.frame
    lists: list[list[Any]] = [lo.stack, lo.iterated, lo.inlined, lo.attempts, lo.caught, frame.loops, frame.exits]
    lengths, passes, out = [len(part) for part in lists], lo.passes, lo.out
    try:
        run()
    except PathEnds:
        for part, length in zip(lists, lengths, strict=True):
            del part[length:]
        lo.passes, lo.out = passes, out
        lo.state.left = lo.state.dead = True


def ends_here(lo: Lowering, error: type[BaseException], *words: Atom) -> NoReturn:
    """What is being read raises an error at this place."""
    lo.emit_all(P.RAISE, Lit(error), *words)
    raise PathEnds


def nothing() -> None:
    """An arm that does nothing."""


def choose(
    lo: Lowering,
    test: Value,
    then: Callable[[], Value],
    orelse: Callable[[], Value],
    name: str = "",
) -> Value:
    """The value of one of two expressions, of which only one is evaluated."""
    known = truth(lo, test)
    if isinstance(known, bool):
        return then() if known else orelse()
    key = f"%:{name}"
    while key in lo.names:
        key += "'"

    def keep(arm: Callable[[], Value]) -> Callable[[], None]:
        def run() -> None:
            lo.names[key] = arm()

        return run

    branch(lo, known, keep(then), keep(orelse), _read_later(lo))
    if lo.state.dead:
        raise PathEnds
    return lo.names.pop(key)


def _read_later(lo: Lowering) -> Collection[str] | None:
    """The names that may be read once the current expression has its value; None where that is not known."""
    names, statement = lo.frame.names, lo.statement
    if statement not in names.after or lo.node is statement or hasattr(statement, "body"):
        return None
    repeated = (n for n in gast.walk(statement) if isinstance(n, COMPREHENSIONS))
    again = any(n is lo.node for around in repeated for n in gast.walk(around))
    inside = set() if again else {id(n) for n in gast.walk(lo.node)}
    rest = {n.id for n in gast.walk(statement) if isinstance(n, gast.Name) and id(n) not in inside}
    return names.after[statement] | rest


def truth(lo: Lowering, value: Value) -> Atom | bool:
    """What `if value` asks: a bool where it is known, else an atom."""
    if isinstance(value, Lit):
        return bool(value.value)
    if isinstance(value, Var):
        return lo.read(value) if not isinstance(value.kind, Maybe) else _truth_of_maybe(lo, value)
    if isinstance(value, TupleOf):
        return bool(value.items)
    if isinstance(value, (Ref, Static)):
        from ast_ad.frontend.objects import truth_of_object

        answer = truth_of_object(lo, value)
        if answer is not None:
            return truth(lo, answer)
    if isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, (Items, Entries)):
            return bool(contents.values)
        if isinstance(contents, Run):
            return lo.emit(P.NOT, lo.emit(P.IS_EMPTY, contents.atom))
        torn(lo, contents, value.location.name)
    if isinstance(value, Torn):
        torn(lo, value, "")
    if isinstance(value, Static):
        return bool(value.obj)
    if isinstance(value, (Bound, Closure, Method)):
        return True
    return lo.atom(value)


def _truth_of_maybe(lo: Lowering, value: Var) -> Atom:
    return lo.read(value)


# Statements in a row


def lower_statements(lo: Lowering, stmts: Sequence[Any]) -> None:
    """Lower statements until the path has left."""
    for k, stmt in enumerate(stmts):
        if lo.state.left is True:
            return
        if lo.state.left is not False:
            unless_left(lo, lambda k=k: lower_statements(lo, stmts[k:]), lo.frame.names.after[stmts[-1]])  # type: ignore[misc]
            return
        lo.statement = lo.node = stmt
        if isinstance(stmt, gast.If):
            taken: list[bool] = []
            until_dead(lo, lambda k=k, stmt=stmt, taken=taken: taken.append(lower_if(lo, stmt, stmts[k + 1 :])))  # type: ignore[misc]
            if taken == [True]:
                return
        else:
            lower = _handler(lo, stmt)
            until_dead(lo, lambda lower=lower, stmt=stmt: lower(lo, stmt))  # type: ignore[misc]


def _handler(lo: Lowering, stmt: Any) -> Callable[..., None]:
    from ast_ad.errors import UnsupportedSyntax
    from ast_ad.frontend.context import FORMS

    found = FORMS.get(type(stmt))
    if found is None:
        form = type(stmt).__name__
        raise lo.error(UnsupportedSyntax, f"`{form.lower()}` is not supported", remedy="Write it in another way.")
    return found


def unless_left(lo: Lowering, rest: Callable[[], None], live: Collection[str] | None) -> None:
    """Go on only where no path has left before."""
    flag = lo.state.left
    assert isinstance(flag, Var)

    def settle(left: bool) -> None:
        lo.state.left = left
        for name, value in lo.names.items():
            if value is flag:
                lo.names[name] = TRUE if left else FALSE

    def goes_on() -> None:
        settle(False)
        rest()

    branch(lo, flag, lambda: settle(True), goes_on, live)


def lower_if(lo: Lowering, stmt: Any, rest: Sequence[Any]) -> bool:
    """Lower an `if`; the answer is whether the rest of the block went into one of its arms."""
    known = test_of(lo, stmt.test)
    if isinstance(known, bool):
        lower_statements(lo, stmt.body if known else stmt.orelse)
        return False
    then, orelse, taken = list(stmt.body), list(stmt.orelse), False
    live = lo.frame.names.after[stmt]
    if always_leaves(then) or always_leaves(orelse):
        if not always_leaves(then):
            then += rest
        elif not always_leaves(orelse):
            orelse += rest
        taken = True
        if rest:
            live = lo.frame.names.after[rest[-1]]
    branch(
        lo,
        known,
        lambda: lower_statements(lo, then),
        lambda: lower_statements(lo, orelse),
        live,
        stmt.test,
    )
    return taken


def test_of(lo: Lowering, node: Any) -> Atom | bool:
    """The truth of an expression that is asked for nothing else: `a and b` need not keep a."""
    if isinstance(node, gast.BoolOp):
        before, lo.node = lo.node, node
        all_of_them = _test_of_all(lo, isinstance(node.op, gast.And), node.values)
        lo.node = before
        return all_of_them
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        known = test_of(lo, node.operand)
        lo.node = node
        return not known if isinstance(known, bool) else lo.emit(P.NOT, known)
    return truth(lo, lo.expr(node))


def _test_of_all(lo: Lowering, conjunction: bool, nodes: Sequence[Any]) -> Atom | bool:
    first = test_of(lo, nodes[0])
    if len(nodes) == 1:
        return first
    if isinstance(first, bool):
        return _test_of_all(lo, conjunction, nodes[1:]) if first is conjunction else first

    def others() -> Value:
        found = _test_of_all(lo, conjunction, nodes[1:])
        return Lit(found) if isinstance(found, bool) else found

    def settled() -> Value:
        return FALSE if conjunction else TRUE

    arms = (others, settled) if conjunction else (settled, others)
    return truth(lo, choose(lo, first, *arms))


# Ways out


@lowers(gast.Return)
def lower_return(lo: Lowering, stmt: Any) -> None:
    """The value becomes what the function yields; a loop around stops."""
    value = NONE if stmt.value is None else lo.expr(stmt.value)
    frame = lo.frame
    lo.names[VALUE] = value
    if frame.loops:
        lo.names[RETURNED] = TRUE
        lo.names[frame.loops[-1]] = TRUE
    lo.state.left = True


@lowers(gast.Break)
def lower_break(lo: Lowering, stmt: Any) -> None:
    """The loop's body yields `stop`."""
    stop = lo.frame.loops[-1]
    lo.names[stop] = TRUE
    if broke_of(stop) in lo.names:
        lo.names[broke_of(stop)] = TRUE
    lo.state.left = True


@lowers(gast.Continue)
def lower_continue(lo: Lowering, stmt: Any) -> None:
    """The loop's body yields without `stop`."""
    lo.names[lo.frame.loops[-1]] = FALSE
    lo.state.left = True


@lowers(gast.Pass)
def lower_pass(lo: Lowering, stmt: Any) -> None:
    """Nothing."""


def lower_body(lo: Lowering, frame: Frame) -> Value:
    """Lower the body of a function, and return its result; the names are bound already."""
    body = frame.node.body
    if not isinstance(body, list):
        lo.statement = lo.node = body
        return lo.expr(body)
    lower_statements(lo, body)
    if lo.state.dead:
        raise PathEnds
    if lo.state.left is False:
        return NONE
    if lo.state.left is not True:
        unless_left(lo, lambda: _fall_off(lo), ())
    lo.state.left = False
    return lo.names[VALUE]


def _fall_off(lo: Lowering) -> None:
    lo.names[VALUE] = NONE


def sealed(block: Block) -> Block:
    """Where the last statement of a block is the If that leaves it, its outs are exactly the results, and so inside."""
    last = block.stmts[-1] if block.stmts else None
    if not isinstance(last, If) or isinstance(last, Try) or not block.results or block.results[0] not in last.outs:
        return block
    then, orelse = _results(last, last.then, block.results), _results(last, last.orelse, block.results)
    outs: list[Var] = []
    for atom in block.results:
        reuse = atom in last.outs and atom not in outs
        kind = atom if isinstance(atom, Var) else None
        outs.append(atom if reuse else Var(kind.name if kind else "", _kind(atom), last.origin))  # type: ignore[arg-type]
    if_: Stmt = replace(last, outs=tuple(outs), then=sealed(then), orelse=sealed(orelse))
    return replace(block, stmts=(*block.stmts[:-1], if_), results=tuple(outs))


def _results(stmt: If, arm: Block, wanted: Sequence[Atom]) -> Block:
    inside = dict(zip(stmt.outs, arm.results, strict=True))
    return replace(arm, results=tuple(inside.get(a, a) if isinstance(a, Var) else a for a in wanted))


def _kind(atom: Atom) -> Any:
    from ast_ad.frontend.values import kind_of

    return kind_of(atom)
