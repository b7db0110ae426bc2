"""Selection: which variables have cotangents that a selection may have made zero.

`where`, a mask, `clip`, `max`, an assignment by mask or index array give zero cotangents to what they leave out.  Such
a zero wins over a partial derivative that is infinite there, so singular rules guard it; elsewhere they need not.
"""

from __future__ import annotations

from collections.abc import Sequence

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Stmt, Var
from ast_ad.rules.table import rule_of

#: the subscripts, and where their run-time parts begin; a basic one is no selection: it is part of the program's shape
_HOLES = {P.GETITEM: 1, P.INDEX_UPDATE: 2}


def selected(function: Function, seeds: Sequence[bool]) -> set[Atom]:
    """The variables behind a selection, given for each result whether its cotangent has passed one already."""
    found: set[Atom] = {a for a, s in zip(function.block.results, seeds, strict=True) if s and isinstance(a, Var)}
    _block(function.block, found)
    return found


def selects(call: Call) -> bool:
    """Whether the cotangents of the operands of a call may have zeros where that of its result has none."""
    if isinstance(call.fn, Callee):
        return False
    if call.fn in _HOLES:
        index = dict(call.params)["index"]
        return not P.is_basic(index, tuple(map(kind_of, call.args[_HOLES[call.fn] :])))
    rule = rule_of(call.fn)
    return rule is not None and rule.selects


def _block(block: Block, found: set[Atom]) -> None:
    for stmt in reversed(block.stmts):
        _stmt(stmt, found)


def _stmt(stmt: Stmt, found: set[Atom]) -> None:
    if isinstance(stmt, Call):
        if selects(stmt) or any(o in found for o in stmt.outs):
            found.update(a for a in stmt.args if isinstance(a, Var))
    elif isinstance(stmt, If):
        for arm in (stmt.then, stmt.orelse):
            found.update(a for o, a in zip(stmt.outs, arm.results, strict=True) if o in found and isinstance(a, Var))
            _block(arm, found)
    else:
        _loop(stmt, found)


def _loop(loop: Loop, found: set[Atom]) -> None:
    carried = loop.body.params[loop.range is not None :]
    sources = list(zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True))
    found.update(param for param, _, _, out in sources if out in found)
    while True:
        before = len(found)
        found.update(result for param, _, result, _ in sources if param in found and isinstance(result, Var))
        _block(loop.body, found)
        if len(found) == before:
            break
    found.update(init for param, init, _, _ in sources if param in found and isinstance(init, Var))
