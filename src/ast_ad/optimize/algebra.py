"""Simplify what the transforms wrote, once loops have shown which carried values are constants.

Before: `x_bar = 1.0 * math.cos(x)` in the reverse sweep.  After: `x_bar = math.cos(x)`.  The primal is left as it is.
"""

from __future__ import annotations

from dataclasses import replace

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Stmt, Var
from ast_ad.ir.walk import statements, with_blocks, with_operands
from ast_ad.rules.algebra import simplify
from ast_ad.rules.terms import Term, emit

_WORDS = frozenset({P.ADD, P.SUB, P.MUL, P.TRUEDIV, P.NEG})


def simplify_derivatives(function: Function) -> Function:
    """Apply the algebra of the rules to arithmetic with constants in what the last transform wrote."""
    latest = max((s.origin.sweep for s in statements(function.block) if s.origin is not None), default=0)
    block = _block(function.block, {}, latest) if latest else function.block
    return function if block is function.block else replace(function, block=block)


def _block(block: Block, renamed: dict[Var, Atom], latest: int) -> Block:
    stmts: list[Stmt] = []

    def change(atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in renamed:
            atom = renamed[atom]
        return atom

    for old in block.stmts:
        stmt = with_operands(old, change)
        if isinstance(stmt, Call):
            stmts += _call(stmt, renamed, latest)
        else:
            stmts.append(with_blocks(stmt, lambda inner: _block(inner, renamed, latest)))
    results = tuple(map(change, block.results))
    pairs = (*zip(stmts, block.stmts, strict=False), *zip(results, block.results, strict=True))
    if len(stmts) == len(block.stmts) and all(a is b for a, b in pairs):
        return block
    return replace(block, stmts=tuple(stmts), results=results)


def _call(call: Call, renamed: dict[Var, Atom], latest: int) -> list[Stmt]:
    """What stands for a call: nothing where its result is known by another name."""
    if isinstance(call.fn, Callee) or call.fn not in _WORDS or call.origin is None or call.origin.sweep < latest:
        return [call]
    if not any(isinstance(a, Lit) for a in call.args):
        return [call]
    simpler = simplify(call.fn, tuple(map(Term, call.args)), {})
    if simpler is None or (simpler.fn is call.fn and len(simpler.args) == len(call.args)):
        return [call]
    builder = Builder(call.origin)
    renamed[call.outs[0]] = emit(simpler, builder, {}, call.outs[0].name)
    return list(builder.stmts)
