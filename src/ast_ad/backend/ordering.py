"""Compute the new version of a value after the last line that reads the old one, so that both are one variable."""

from __future__ import annotations

from dataclasses import replace

from ast_ad.analyses.updates import is_update
from ast_ad.ir.core import Block, Call, Callee, Function, Stmt, Var
from ast_ad.ir.walk import blocks_of, reads, statements, with_blocks

_CHOICES = ("min", "max")


def put_choices_first(function: Function) -> Function:
    """Move the `min` of two values up to the last one of them, so that `min(a, b, c)` is one expression."""
    if not any(isinstance(s, Call) and s.fn.name in _CHOICES for s in statements(function.block)):
        return function
    block = _with_choices_first(function.block)
    return function if block is function.block else replace(function, block=block)


def _with_choices_first(block: Block) -> Block:
    stmts: list[Stmt] = []
    for old in block.stmts:
        stmt = with_blocks(old, _with_choices_first)
        place = len(stmts)
        if isinstance(stmt, Call) and stmt.fn.name in _CHOICES and not isinstance(stmt.fn, Callee):
            while place and isinstance(stmts[place - 1], Call) and not set(stmts[place - 1].outs) & set(stmt.args):
                place -= 1
            place = place if place and set(stmts[place - 1].outs) & set(stmt.args) else len(stmts)
        stmts.insert(place, stmt)
    if all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
        return block
    return replace(block, stmts=tuple(stmts))


def put_new_versions_last(function: Function) -> Function:
    """Move `x_bar1 = x_bar0 * y` of a sweep that a transform wrote below the last line that reads `x_bar0`."""
    block = _block(function.block)
    return function if block is function.block else replace(function, block=block)


def _block(block: Block) -> Block:
    stmts = [with_blocks(stmt, _block) for stmt in block.stmts]
    for k in range(len(stmts) - 2, -1, -1):
        old = _old_version(stmts[k])
        if old is None or old in block.results:
            continue
        place = _new_place(stmts, k, old)
        if place is not None:
            stmts.insert(place, stmts.pop(k))
    if all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
        return block
    return replace(block, stmts=tuple(stmts))


def _old_version(stmt: Stmt) -> Var | None:
    """The operand of a movable statement that has the name of its result."""
    if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn.effect or len(stmt.outs) != 1:
        return None
    if is_update(stmt) or stmt.origin is None or not stmt.origin.sweep or not stmt.outs[0].name:
        return None
    same = [a for a in stmt.args if isinstance(a, Var) and a.name == stmt.outs[0].name]
    return same[0] if same else None


def _new_place(stmts: list[Stmt], k: int, old: Var) -> int | None:
    """Where statement `k` may move so that all that read `old` come before it: late, before what reads its result."""
    moving = stmts[k]
    assert isinstance(moving, Call)
    last = None
    for place in range(k + 1, len(stmts)):
        stmt = stmts[place]
        read = reads(stmt)
        if moving.outs[0] in read or blocks_of(stmt) or _consumes(stmt, moving):
            done = not any(old in reads(later) for later in stmts[place:])
            return place - 1 if last is not None and done else None
        if old in read:
            last = place
    return len(stmts) - 1 if last is not None else None


def _consumes(stmt: Stmt, moving: Call) -> bool:
    """Whether a statement updates what the moving one reads."""
    return isinstance(stmt, Call) and is_update(stmt) and stmt.args[0] in moving.args
