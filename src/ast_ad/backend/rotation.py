"""Give buffers that a loop rotates their new names at the start of a trip: `u_bar, v_bar = v_bar, u_bar`.

A reverse sweep undoes `u, v = v, u` first: what enters a trip as the cotangent of `u` is that of `v` in it.
"""

from __future__ import annotations

from dataclasses import replace

from ast_ad.analyses.updates import is_update
from ast_ad.ir.core import Block, Call, Function, Loop, Stmt, Var
from ast_ad.ir.kinds import Array
from ast_ad.ir.primitives import RENAME
from ast_ad.ir.walk import statements, substitute, with_blocks


def rotate(function: Function) -> Function:
    """Rename the carried buffers of loops that go by each other's names in the body."""
    if not any(isinstance(stmt, Loop) for stmt in statements(function.block)):
        return function
    block = _block(function.block)
    return function if block is function.block else replace(function, block=block)


def _block(block: Block) -> Block:
    stmts = tuple(_stmt(stmt) for stmt in block.stmts)
    return block if all(a is b for a, b in zip(stmts, block.stmts, strict=True)) else replace(block, stmts=stmts)


def _stmt(stmt: Stmt) -> Stmt:
    stmt = with_blocks(stmt, _block)
    return _rotated(stmt) if isinstance(stmt, Loop) else stmt


def _rotated(loop: Loop) -> Loop:
    body = loop.body
    carried = body.params[len(body.params) - len(loop.inits) :]
    wishes = {p: wish for p in carried if isinstance(p.kind, Array) and (wish := _name_inside(p, loop))}
    turned = [p for p in carried if wishes.get(p, p.name) != p.name]
    if len(turned) < 2 or sorted(p.name for p in turned) != sorted(wishes[p] for p in turned):
        return loop
    inside = tuple(Var(wishes[p], p.kind) for p in turned)
    renamed = Call(inside, RENAME, tuple(turned))
    changed = substitute(body, dict(zip(turned, inside, strict=True)))
    return replace(loop, body=replace(changed, stmts=(renamed, *changed.stmts)))


def _name_inside(param: Var, loop: Loop) -> str:
    """The name of what a trip first makes of a carried buffer."""
    for stmt in loop.body.stmts:
        if isinstance(stmt, Call) and is_update(stmt) and stmt.args[0] is param:
            return stmt.outs[0].name
        if isinstance(stmt, Loop) and param in stmt.inits:
            return stmt.outs[stmt.inits.index(param)].name
    carried = loop.body.params[len(loop.body.params) - len(loop.inits) :]
    places = [k for k, result in enumerate(loop.body.results[1:]) if result is param]
    return carried[places[0]].name if places else ""
