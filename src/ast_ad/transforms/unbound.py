"""Mark what a path may leave unbound: afterwards the kind of such an array or structure is `Maybe`.

Its zero cotangent cannot be written as zeros of its shape, for there may be none to ask; it is None.
"""

from __future__ import annotations

from dataclasses import replace

from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import Maybe, may_be_unbound
from ast_ad.ir.walk import statements, substitute, with_blocks


def mark_unbound(function: Function) -> Function:
    """Give `Maybe` to the variables that `undefined` flows to; the same object where there are none."""
    flows = [(source, out) for stmt in statements(function.block) for source, out in _flows(stmt)]
    found: set[Atom] = {UNDEFINED}
    while new := {out for source, out in flows if source in found} - found:
        found |= new
    marked = {v: Var(v.name, Maybe(v.kind), v.origin) for v in found if isinstance(v, Var)}
    marked = {v: new for v, new in marked.items() if may_be_unbound(new.kind) and not isinstance(v.kind, Maybe)}
    if not marked:
        return function
    return replace(function, block=_defining(substitute(function.block, marked), marked))


def _flows(stmt: Stmt) -> list[tuple[Atom, Var]]:
    """What becomes what without a computation."""
    if isinstance(stmt, If):
        return [*zip(stmt.then.results, stmt.outs, strict=True), *zip(stmt.orelse.results, stmt.outs, strict=True)]
    if isinstance(stmt, Loop):
        carried = stmt.body.params[stmt.range is not None :]
        into = [*zip(stmt.inits, carried, strict=True), *zip(stmt.body.results[1:], carried, strict=True)]
        return [*into, *zip(carried, stmt.outs, strict=True)]
    return []


def _defining(block: Block, marked: dict[Var, Var]) -> Block:
    """The block with other variables where it defines them."""
    stmts = []
    for stmt in block.stmts:
        if not isinstance(stmt, Call):
            stmt = with_blocks(stmt, lambda inner: _defining(inner, marked))
            stmt = replace(stmt, outs=tuple(marked.get(o, o) for o in stmt.outs))
        stmts.append(stmt)
    return replace(block, params=tuple(marked.get(p, p) for p in block.params), stmts=tuple(stmts))
