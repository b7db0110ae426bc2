"""Decide what is known: a branch on a constant is its arm, a value that a loop does not change is no carried value."""

from __future__ import annotations

import operator
from dataclasses import replace

from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Function, If, Lit, Loop, Stmt, Try, Var
from ast_ad.ir.walk import may_raise, with_blocks, with_operands
from ast_ad.optimize.sharing import key_of


def fold(function: Function) -> Function:
    """Take branches on constants, and let loops carry only what changes."""
    block = _block(function.block, {})
    return function if block is function.block else replace(function, block=block)


def _block(block: Block, renamed: dict[Var, Atom]) -> Block:
    stmts: list[Stmt] = []

    def change(atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in renamed:
            atom = renamed[atom]
        return atom

    for old in block.stmts:
        stmt = with_operands(old, change)
        if isinstance(stmt, Call):
            stmts.append(stmt)
        elif isinstance(stmt, If):
            if isinstance(stmt, Try):
                if any(map(may_raise, stmt.then.stmts)):
                    stmts.append(with_blocks(stmt, lambda inner: _block(inner, renamed)))
                else:
                    body = _block(stmt.then, renamed)
                    stmts += body.stmts
                    renamed.update(zip(stmt.outs, body.results, strict=True))
            elif isinstance(stmt.test, Lit):
                arm = _block(stmt.then if stmt.test.value else stmt.orelse, renamed)
                stmts += arm.stmts
                renamed.update(zip(stmt.outs, arm.results, strict=True))
            else:
                stmts.append(with_blocks(stmt, lambda inner: _block(inner, renamed)))
        else:
            loop = _unchanged(stmt, renamed)
            _settle(loop, renamed)
            stmts.append(with_blocks(loop, lambda inner: _block(inner, renamed)))
    results = tuple(map(change, block.results))
    before, after = (*block.stmts, *block.results), (*stmts, *results)
    if len(before) == len(after) and all(map(operator.is_, before, after)):
        return block
    return replace(block, stmts=tuple(stmts), results=results)


def _unchanged(loop: Loop, renamed: dict[Var, Atom]) -> Loop:
    """A carried value that every trip yields as it came is its initial value."""
    skip = loop.range is not None
    carried = loop.body.params[skip:]
    fixed = [
        n
        for n, (param, init, result) in enumerate(zip(carried, loop.inits, loop.body.results[1:], strict=True))
        if all(value is param or key_of(value) == key_of(init) for value in _values(loop.body, result))
    ]
    if not fixed:
        return loop
    for n in fixed:
        renamed[carried[n]] = loop.inits[n]
        renamed[loop.outs[n]] = loop.inits[n]
    keep = [n for n in range(len(carried)) if n not in fixed]
    body = replace(
        loop.body,
        params=(*loop.body.params[:skip], *(carried[n] for n in keep)),
        results=(loop.body.results[0], *(loop.body.results[n + 1] for n in keep)),
    )
    return replace(
        loop,
        outs=tuple(loop.outs[n] for n in keep),
        inits=tuple(loop.inits[n] for n in keep),
        body=body,
    )


def _settle(loop: Loop, renamed: dict[Var, Atom]) -> None:
    """What a loop without a range yields as a constant on every trip that leaves is known after it."""
    if loop.range is not None:
        return
    for n, out in enumerate(loop.outs):
        ends = [
            value
            for stop, value in _ends(loop.body, loop.body.results[0], loop.body.results[n + 1])
            if stop is not False
        ]
        keys = {key_of(value) for value in ends}
        if len(keys) == 1 and isinstance(ends[0], Lit) and ends[0] is not UNDEFINED:
            renamed[out] = ends[0]


def _ends(block: Block, stop: Atom, value: Atom) -> list[tuple[bool | None, Atom]]:
    """Whether each trip stops (None where that is not known) and what it yields, looked up through the tail."""
    last = block.stmts[-1] if block.stmts else None
    if isinstance(last, If) and any(stop is out for out in last.outs):
        k = next(n for n, out in enumerate(last.outs) if out is stop)
        places = [n for n, out in enumerate(last.outs) if out is value]
        return [
            end
            for arm in (last.then, last.orelse)
            for end in _ends(arm, arm.results[k], arm.results[places[0]] if places else value)
        ]
    return [(bool(stop.value) if isinstance(stop, Lit) else None, value)]


def _values(block: Block, atom: Atom) -> list[Atom]:
    """What an atom can be, looked up through the branches at the level of a block."""
    for stmt in block.stmts:
        if isinstance(stmt, If):
            for n, out in enumerate(stmt.outs):
                if out is atom:
                    return [
                        *_values(stmt.then, stmt.then.results[n]),
                        *_values(stmt.orelse, stmt.orelse.results[n]),
                    ]
    return [atom]
