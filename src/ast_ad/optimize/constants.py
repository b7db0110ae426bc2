"""Forget what counts as a constant, once all derivatives are taken: `stop_gradient(x)` is written as `x`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Function, Stmt, Var
from ast_ad.ir.walk import statements, with_blocks, with_operands

_MARKS = (P.STOP_GRADIENT, P.CONSTANT_AT)
_SPARSE = "ast_ad.rules.sparse_words"


def forget_constants(function: Function) -> Function:
    """Let the marks of constants be what they mark."""
    written = _written()
    if not any(isinstance(s, Call) and (s.fn in _MARKS or s.fn in written) for s in statements(function.block)):
        return function
    return replace(function, block=_block(function.block, {}, written))


def _written() -> Mapping[Any, Any]:
    """What the words of sparse matrices are written as, if a program has met one."""
    words = sys.modules.get(_SPARSE)
    return {} if words is None else words.WRITTEN


def _block(block: Block, meant: dict[Var, Atom], written: Mapping[Any, Any]) -> Block:
    def change(atom: Atom) -> Atom:
        return meant.get(atom, atom) if isinstance(atom, Var) else atom

    stmts: list[Stmt] = []
    for old in block.stmts:
        stmt = with_operands(old, change)
        if isinstance(stmt, Call) and stmt.fn in _MARKS and kind_of(stmt.args[0]) == stmt.outs[0].kind:
            meant[stmt.outs[0]] = stmt.args[0]
            continue
        if isinstance(stmt, Call) and stmt.fn in written:
            fn, places = written[stmt.fn]
            if fn is stmt.fn:
                meant[stmt.outs[0]] = stmt.args[0]
                continue
            stmt = replace(stmt, fn=fn, args=tuple(stmt.args[k] for k in places))
        stmts.append(with_blocks(stmt, lambda inner: _block(inner, meant, written)))
    return replace(block, stmts=tuple(stmts), results=tuple(map(change, block.results)))
