"""Forget what counts as a constant, once all derivatives are taken: `stop_gradient(x)` is written as `x`."""

from __future__ import annotations

from dataclasses import replace

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Function, Stmt, Var
from ast_ad.ir.walk import statements, with_blocks, with_operands

_MARKS = (P.STOP_GRADIENT, P.CONSTANT_AT)


def forget_constants(function: Function) -> Function:
    """Let the marks of constants be what they mark."""
    if not any(isinstance(s, Call) and s.fn in _MARKS for s in statements(function.block)):
        return function
    return replace(function, block=_block(function.block, {}))


def _block(block: Block, meant: dict[Var, Atom]) -> Block:
    def change(atom: Atom) -> Atom:
        return meant.get(atom, atom) if isinstance(atom, Var) else atom

    stmts: list[Stmt] = []
    for old in block.stmts:
        stmt = with_operands(old, change)
        if isinstance(stmt, Call) and stmt.fn in _MARKS and kind_of(stmt.args[0]) == stmt.outs[0].kind:
            meant[stmt.outs[0]] = stmt.args[0]
        else:
            stmts.append(with_blocks(stmt, lambda inner: _block(inner, meant)))
    return replace(block, stmts=tuple(stmts), results=tuple(map(change, block.results)))
