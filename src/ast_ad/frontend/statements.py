"""Lower simple statements: assignments, assertions, definitions of functions."""

from __future__ import annotations

from typing import Any

import gast

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.attempts import raise_again
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, lowers
from ast_ad.frontend.control import test_of
from ast_ad.frontend.exchanges import exchange
from ast_ad.frontend.expressions import default_values
from ast_ad.frontend.fence import WRITES_OUTSIDE
from ast_ad.frontend.list_parts import delete
from ast_ad.frontend.operators import SYMBOLS
from ast_ad.frontend.targets import assign, bind_name
from ast_ad.frontend.values import Closure, Static, TupleOf, Value, kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Opaque


@lowers(gast.Assign)
def lower_assign(lo: Lowering, stmt: Any) -> None:
    """`a = b = value`, also by tuples, which keep the names for what they hold."""
    if len(stmt.targets) == 1 and exchange(lo, stmt.targets[0], stmt.value):
        return
    value = _named_value(lo, stmt.targets[0], stmt.value)
    for target in stmt.targets:
        lo.node = stmt
        assign(lo, target, value)


def _named_value(lo: Lowering, target: Any, node: Any) -> Value:
    if isinstance(target, gast.Name):
        return lo.expr(node, target.id)
    if _is_paired(target, node):
        return TupleOf(tuple(_named_value(lo, t, n) for t, n in zip(target.elts, node.elts, strict=True)))
    return lo.expr(node)


def _is_paired(target: Any, node: Any) -> bool:
    """`a, b = x, y`."""
    if not (isinstance(target, gast.Tuple) and isinstance(node, gast.Tuple) and len(target.elts) == len(node.elts)):
        return False
    return not any(isinstance(e, gast.Starred) for e in (*target.elts, *node.elts))


@lowers(gast.AnnAssign)
def lower_annotated(lo: Lowering, stmt: Any) -> None:
    """`name: kind = value`."""
    if stmt.value is not None:
        assign(lo, stmt.target, _named_value(lo, stmt.target, stmt.value))


@lowers(gast.AugAssign)
def lower_augmented(lo: Lowering, stmt: Any) -> None:
    """`target op= value`: arrays and lists are written to, numbers are replaced."""
    from ast_ad.frontend.writes import augment

    augment(lo, stmt.target, SYMBOLS[type(stmt.op)], stmt.value)


@lowers(gast.Expr)
def lower_expression_statement(lo: Lowering, stmt: Any) -> None:
    """An expression for its effect; a docstring for none."""
    if not isinstance(stmt.value, gast.Constant):
        lo.expr(stmt.value)


@lowers(gast.Assert)
def lower_assert(lo: Lowering, stmt: Any) -> None:
    """`assert test, message`."""
    known = test_of(lo, stmt.test)
    if known is True:
        return
    lo.node = stmt.test
    test = Lit(known) if isinstance(known, bool) else known
    message = [] if stmt.msg is None else [lo.atom(lo.expr(stmt.msg))]
    lo.emit_all(P.ASSERT, test, *message)


@lowers(gast.Raise)
def lower_raise(lo: Lowering, stmt: Any) -> None:
    """`raise Error(message) from cause`: the path ends here."""
    error = stmt.exc
    if error is None:
        if not lo.caught:
            raise lo.error(UnsupportedSyntax, "`raise` of nothing", remedy="Raise an exception class, with a message.")
        raise_again(lo)
        return
    call = isinstance(error, gast.Call)
    what = lo.expr(error.func if call else error)
    if isinstance(what, Var) and not call and isinstance(kind_of(what), Opaque):
        words: list[Atom] = [what]
    elif isinstance(what, Static) and isinstance(what.obj, type) and issubclass(what.obj, BaseException):
        if call and error.keywords:
            raise lo.error(UnsupportedSyntax, "`raise` with keyword arguments", remedy="Pass the message by position.")
        words = [Lit(what.obj), *(lo.atom(lo.expr(a)) for a in (error.args if call else ()))]
    else:
        raise lo.error(UnsupportedSyntax, "`raise` of this", remedy="Raise an exception class, with a message.")
    named: dict[str, Any] = {}
    if stmt.cause is not None:
        words.append(lo.atom(lo.expr(stmt.cause)))
        named = {"cause": True}
    lo.node = stmt
    lo.emit_all(P.RAISE, *words, **named)
    lo.state.left = True
    lo.state.dead = True


@lowers(gast.FunctionDef)
def lower_function_definition(lo: Lowering, stmt: Any) -> None:
    """A function inside a function."""
    decorators = [lo.expr(d) for d in stmt.decorator_list]
    made: Value = Closure(stmt, lo.frame.id, default_values(lo, stmt.args), stmt.name)
    for decorator in reversed(decorators):
        made = call_value(lo, decorator, [made], {})
    bind_name(lo, stmt.name, made)


@lowers(gast.Delete)
def lower_delete(lo: Lowering, stmt: Any) -> None:
    """`del name`, `del xs[i]`, `del object.attribute`."""
    for target in stmt.targets:
        delete(lo, target)


@lowers(gast.Global, gast.Nonlocal)
def lower_declaration(lo: Lowering, stmt: Any) -> None:
    """Says which names are not this function's own; `Names` has read it.  They must be those of a function here."""
    for name in stmt.names if isinstance(stmt, gast.Nonlocal) else ():
        frame = lo.frame
        while name in frame.names.outer and frame.outer is not None:
            frame = lo.frames[frame.outer]
        if name in frame.names.outer:
            raise lo.error(
                UnsupportedSyntax,
                f"nonlocal {name}, which outlives the function that is differentiated",
                reason=WRITES_OUTSIDE.reason,
                remedy=WRITES_OUTSIDE.remedy,
            )
