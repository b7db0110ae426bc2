"""Lower `with` and `try ... finally`: what is done at the end of a block on every way out of it.

Where the block raises, the function has no result and what it wrote is forgotten: nothing is to be done then.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import gast
import numpy as np

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, lowers
from ast_ad.frontend.control import lower_statements, truth
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import holds
from ast_ad.frontend.objects import special
from ast_ad.frontend.targets import assign
from ast_ad.frontend.values import NONE, Static, Value, describe
from ast_ad.wrappers import no_grad


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
    value, leave = _entered(lo, item.context_expr)
    lo.statement = lo.node = stmt
    if item.optional_vars is not None:
        assign(lo, item.optional_vars, value)
    with lo.computing_constants(lo.constant or leave is _constants_end):
        at_the_end(lo, lambda: _enter(lo, stmt, k + 1), leave, stmt)


def _entered(lo: Lowering, node: Any) -> tuple[Value, Callable[[], None]]:
    """What a manager gives, and how it is left."""
    if isinstance(node, gast.Call) and not any(isinstance(a, gast.Starred) for a in node.args):
        called = lo.expr(node.func)
        if isinstance(called, Static) and called.obj is no_grad and not node.args and not node.keywords:
            return NONE, _constants_end
        if isinstance(called, Static) and called.obj in (nullcontext, np.errstate):
            named = {n.arg or "": lo.expr(n.value) for n in node.keywords}
            if called.obj is np.errstate:
                _set_errors(lo, {n: constant_of(lo, v, "a setting of np.errstate") for n, v in named.items()})
                return NONE, _nothing
            given = [lo.expr(a) for a in node.args] or list(named.values())
            return given[0] if given else NONE, _nothing
    manager = lo.expr(node)
    lo.node = node
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
        answer = call_value(lo, leave, [NONE, NONE, NONE], {})
        if truth(lo, answer) is not False:
            raise lo.error(
                UnsupportedSyntax,
                "a context manager that keeps exceptions to itself",
                reason="Which statements of its block took effect is not known when the function is run backward.",
                remedy="Let __exit__ return None or False.",
            )

    return call_value(lo, enter, [], {}), leaves


def _nothing() -> None:
    """Nothing is done where the block ends."""


def _constants_end() -> None:
    """What is computed after the block is no constant as such."""


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
    """`try ... finally`: the fence lets no handlers through."""
    if any(holds(stmt.finalbody, form) for form in (gast.Return, gast.Break, gast.Continue)):
        raise lo.error(
            UnsupportedSyntax,
            "a way out of `finally`",
            reason="It would hide an exception of the block.",
            remedy="Leave after the statement.",
        )
    at_the_end(lo, lambda: lower_statements(lo, stmt.body), lambda: lower_statements(lo, stmt.finalbody), stmt)


def at_the_end(lo: Lowering, block: Callable[[], None], end: Callable[[], None], stmt: Any) -> None:
    """Run a block, and something at its end, also where the block has been left."""
    block()
    lo.statement = lo.node = stmt
    if lo.state.dead:
        return
    left, lo.state.left = lo.state.left, False
    end()
    lo.state.left = left
