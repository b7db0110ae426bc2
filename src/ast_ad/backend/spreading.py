"""Write small integers where they are read: `a[i, k + 1:]` rather than a variable for `k + 1`.

Before: `j = k + 1` once, and a variable of the text.  After: a statement of its own before each line that reads it,
which nesting puts into that line.  The same goes for `len(x)` and `x.shape[0]` of arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ast_ad.backend.names import is_of_the_user
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Loop, Stmt, Var
from ast_ad.ir.kinds import INT, Array
from ast_ad.ir.walk import blocks_of, definitions, operands, statements, with_blocks, with_operands

_ARITHMETIC = (P.ADD, P.SUB, P.MUL)
_EXTENTS = (P.SHAPE, P.LENGTH)


def spread(function: Function) -> Function:
    """Compute small integers that nobody named before each statement that reads them."""
    small = _small_integers(function)
    if not small:
        return function
    block = _block(function.block, small)
    return function if block is function.block else replace(function, block=block)


def _small_integers(function: Function) -> dict[Var, Call]:
    """The calls that may be repeated, by what they define."""
    names = [var.name for var in definitions(function.block)]
    steady = {v for v in function.block.params if kind_of(v) == INT and names.count(v.name) == 1}
    yielded: set[Atom] = set(function.block.results)
    found: dict[Var, Call] = {}
    for stmt in statements(function.block):
        if isinstance(stmt, Loop):
            yielded.update(stmt.inits)
            if stmt.range is not None:
                steady.add(stmt.body.params[0])
        elif isinstance(stmt, Call) and len(stmt.outs) == 1 and kind_of(stmt.outs[0]) == INT:
            steady.add(stmt.outs[0])
        for inner in blocks_of(stmt):
            yielded.update(inner.results)
    for stmt in statements(function.block):  # what is unpacked into names stays in one piece
        if isinstance(stmt, Call) and not (stmt.fn is P.ITEM and not is_of_the_user(stmt.outs[0])):
            yielded.update(stmt.args if stmt.fn is P.ITEM else ())
    for stmt in statements(function.block):
        if isinstance(stmt, Call) and yielded.isdisjoint(stmt.outs) and _is_small(stmt, found, steady):
            found[stmt.outs[0]] = stmt
    return found


def _is_small(call: Call, found: dict[Var, Call], steady: set[Var]) -> bool:
    """Whether a call adds two integers that keep their values, or asks for the extent of an array."""
    if isinstance(call.fn, Callee) or len(call.outs) != 1 or is_of_the_user(call.outs[0]):
        return False
    if call.fn in _EXTENTS:
        return isinstance(call.args[0], Var) and isinstance(call.args[0].kind, Array)
    if call.fn is P.ITEM:
        made = found.get(call.args[0]) if isinstance(call.args[0], Var) else None
        return made is not None and made.fn is P.SHAPE
    if call.fn not in _ARITHMETIC or kind_of(call.outs[0]) != INT:
        return False
    return all(_is_steady(a, found, steady) for a in call.args) and any(isinstance(a, Var) for a in call.args)


def _is_steady(atom: Atom, found: dict[Var, Call], steady: set[Var]) -> bool:
    """Whether an operand is short, and has its value wherever it is in sight."""
    if isinstance(atom, Lit):
        return type(atom.value) is int
    made = found.get(atom)
    if made is not None:
        return not any(a in found and found[a].fn in _ARITHMETIC for a in made.args if isinstance(a, Var))
    return atom in steady


def _block(block: Block, small: dict[Var, Call]) -> Block:
    stmts: list[Stmt] = []
    for old in block.stmts:
        if isinstance(old, Call) and old.outs and old.outs[0] in small:
            continue
        stmt = with_blocks(old, lambda inner: _block(inner, small))
        made: dict[Var, Var] = {}
        for atom in operands(stmt):
            if isinstance(atom, Var) and atom in small and atom not in made:
                stmts += _again(atom, small, made)
        stmts.append(with_operands(stmt, lambda atom: made.get(atom, atom) if isinstance(atom, Var) else atom))  # noqa: B023
    if len(stmts) == len(block.stmts) and all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
        return block
    return replace(block, stmts=tuple(stmts))


def _again(var: Var, small: dict[Var, Call], made: dict[Var, Var]) -> Iterator[Stmt]:
    """The statements that compute a small integer once more; `made` gets the new variables."""
    call = small[var]
    args: list[Atom] = []
    for atom in call.args:
        if isinstance(atom, Var) and atom in small:
            own: dict[Var, Var] = {}
            yield from _again(atom, small, own)
            args.append(own[atom])
        else:
            args.append(atom)
    made[var] = Var(var.name, var.kind, var.origin)
    yield replace(call, outs=(made[var],), args=tuple(args))
