"""Numbers in disguise: texts and objects that hold what is differentiated, and through which no derivative passes.

`float(str(x))` and `np.array([x], dtype=object)[0]` depend on `x`: the derivative that gets lost is not zero.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from ast_ad.errors import NoDerivative
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import Array, Kind, Opaque, bound_kind
from ast_ad.ir.show import show_kind
from ast_ad.ir.walk import statements

if TYPE_CHECKING:
    from collections.abc import Callable

#: what takes a part out of a structure: it hides a number where the part does
_PARTS = (P.ITEM, P.LIST_GET, P.POP, P.TAKE_OUT, P.STOP_GRADIENT)


def hides(kind: Kind) -> bool:
    """Whether a value of this kind may be a number, or hold numbers, in a form that has no derivative."""
    kind = bound_kind(kind)
    if isinstance(kind, Opaque):
        return kind.dtype is None
    if isinstance(kind, Array):
        return kind.dtype is not None and np.dtype(kind.dtype).kind not in "biufcmM"
    items = getattr(kind, "items", None) or (getattr(kind, "item", None),)
    return any(isinstance(item, Kind) and hides(item) for item in items)


def check_disguises(
    function: Function, varied: Collection[Atom], useful: Collection[Atom], passing: Callable[[Call], tuple[Atom, ...]]
) -> None:
    """Raise NoDerivative where a number that the result depends on is made from one in disguise."""
    if not any(hides(out.kind) for stmt in statements(function.block) for out in stmt.outs):
        return
    hidden: set[Atom] = set()
    before = -1
    while len(hidden) > before:
        before = len(hidden)
        _block(function.block, varied, hidden)
    for stmt in statements(function.block):
        if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn in _PARTS:
            continue
        if not any(out in useful and not hides(out.kind) for out in stmt.outs):
            continue
        for arg in passing(stmt):
            if isinstance(arg, Var) and arg in hidden:
                raise _refusal(stmt, arg)


def _block(block: Block, varied: Collection[Atom], hidden: set[Atom]) -> None:
    for stmt in block.stmts:
        _stmt(stmt, varied, hidden)


def _stmt(stmt: Stmt, varied: Collection[Atom], hidden: set[Atom]) -> None:
    if isinstance(stmt, Call):
        if stmt.fn is not P.STOP_GRADIENT and any(a in varied or a in hidden for a in stmt.args):
            hidden.update(out for out in stmt.outs if hides(out.kind))
    elif isinstance(stmt, If):
        for arm in (stmt.then, stmt.orelse):
            _block(arm, varied, hidden)
            hidden.update(out for out, result in zip(stmt.outs, arm.results, strict=True) if result in hidden)
    else:
        _loop(stmt, varied, hidden)


def _loop(loop: Loop, varied: Collection[Atom], hidden: set[Atom]) -> None:
    carried = loop.body.params[loop.range is not None :]
    for param, init, result, out in zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True):
        if init in hidden or result in hidden:
            hidden.update((param, out))
    _block(loop.body, varied, hidden)


def _refusal(call: Call, arg: Var) -> NoDerivative:
    kind = bound_kind(kind_of(arg))
    text = isinstance(kind, Opaque) and kind.type in ("", "str")
    what = "a text" if text else f"an array of {kind.dtype}" if isinstance(kind, Array) else show_kind(kind)
    return NoDerivative(
        f"a number is made from {what} that depends on what is differentiated",
        call.origin,
        reason="Texts and objects have no derivative, so that of the number would be lost.",
        remedy="Compute with the number itself; if it should count as constant, begin with ast_ad.stop_gradient of it.",
    )
