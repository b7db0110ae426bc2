"""What the text of a function says of `yield`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import gast

#: what makes a context manager of a generator function
_MADE_BY = contextmanager(lambda: iter(())).__code__
_SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)


def is_generator(node: Any) -> bool:
    """Whether a function is a generator function."""
    return any(map(_yields, node.body if isinstance(node.body, list) else [node.body]))


def _yields(node: Any) -> bool:
    if isinstance(node, (gast.Yield, gast.YieldFrom)):
        return True
    return not isinstance(node, _SCOPES) and any(map(_yields, gast.iter_child_nodes(node)))


def behind_contextmanager(obj: Any) -> Any:
    """The generator function behind what `contextlib.contextmanager` made; None for anything else."""
    return obj.__wrapped__ if getattr(obj, "__code__", None) is _MADE_BY else None


def is_endless(node: Any) -> bool:
    """Whether a function has a loop that nothing leaves."""
    return any(_never_ends(n) for n in gast.walk(node))


def _never_ends(node: Any) -> bool:
    if not isinstance(node, gast.While) or not isinstance(node.test, gast.Constant) or not node.test.value:
        return False
    return not any(isinstance(n, (gast.Break, gast.Return, gast.Raise)) for n in gast.walk(node))


def write_out_yield_from(node: Any) -> None:
    """`yield from values` as a statement becomes `for item in values: yield item`."""
    blocks: list[Any] = [getattr(n, f, None) for n in gast.walk(node) for f in ("body", "orelse", "finalbody")]
    for block in blocks:
        for k, stmt in enumerate(block if isinstance(block, list) else ()):
            if isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.YieldFrom):
                block[k] = _loop(stmt)


def _loop(stmt: Any) -> Any:
    def placed(made: Any) -> Any:
        return gast.copy_location(made, stmt)

    target, item = (placed(gast.Name("%item", ctx(), None, None)) for ctx in (gast.Store, gast.Load))
    body = [placed(gast.Expr(placed(gast.Yield(item))))]
    return placed(gast.For(target, stmt.value.value, body, [], None))
