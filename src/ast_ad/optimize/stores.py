"""Write an element once: what is set to zero and added to later is set then, what is written back is not written.

Before: `x_bar[i] = 0.0`, then `x_bar[i] += h`.  After: `x_bar[i] = h`.  What is set to zero is set so late that what
was there need not be copied.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Stmt, Var
from ast_ad.ir.kinds import rank
from ast_ad.ir.primitive import Primitive
from ast_ad.ir.walk import (
    blocks_of,
    calls_by_result,
    operands,
    reads,
    reads_of,
    statements,
    substitute,
    with_blocks,
    with_operands,
)
from ast_ad.optimize.sharing import key_of


def settle_stores(function: Function) -> Function:
    """Merge the writes of a derivative that go to the same element, and write what would be added to zero."""
    function = _write_first(function)
    if not any(_may_clear(stmt) for stmt in statements(function.block)):
        return function
    block = _Stores(function).block(function.block)
    return function if block is function.block else replace(function, block=block)


def _may_clear(stmt: Stmt) -> bool:
    """Whether a statement writes to a part of a cotangent."""
    return isinstance(stmt, Call) and stmt.fn in _ADDS and stmt.origin is not None and stmt.origin.sweep > 0


def _clears(stmt: Stmt) -> bool:
    """Whether a statement sets a number or a part of an array, in a cotangent, to zero."""
    if not isinstance(stmt, Call) or not _may_clear(stmt):
        return False
    value = stmt.args[1]
    return isinstance(value, Lit) and type(value.value) in (int, float) and value.value == 0 and _is_plain(stmt)


def _write_first(function: Function) -> Function:
    """What is added to an element of zeros that nobody has written to is written: `x_bar[0] = a`, `x_bar[1] = b`."""
    made = {s.outs[0]: s for s in statements(function.block) if isinstance(s, Call) and len(s.outs) == 1}
    plain = {
        id(s): replace(s, fn=P.INDEX_UPDATE)
        for s in made.values()
        if s.fn is P.INDEX_ADD and s.origin is not None and s.origin.sweep and _is_first(s, made)
    }
    if not plain:
        return function

    def block(old: Block) -> Block:
        return replace(old, stmts=tuple(with_blocks(plain.get(id(s), s), block) for s in old.stmts))

    return replace(function, block=block(function.block))


def _is_first(add: Call, made: dict[Var, Call]) -> bool:
    """Whether all writes before, since the array was zeros, went to other elements; places are told by constants."""
    own, value, array = _constant_place(add), kind_of(add.args[1]), kind_of(add.args[0])
    if own is None or getattr(value, "dtype", None) != getattr(array, "dtype", ""):
        return False
    before = made.get(add.args[0]) if isinstance(add.args[0], Var) else None
    while before is not None and before.fn in (P.INDEX_ADD, P.INDEX_UPDATE):
        place = _constant_place(before)
        differ = (
            place is not None
            and len(place) == len(own)
            and any(p != q and (p < 0) == (q < 0) for p, q in zip(place, own, strict=True))
        )
        if not differ:
            return False
        before = made.get(before.args[0]) if isinstance(before.args[0], Var) else None
    return before is not None and before.fn is P.ZEROS_LIKE


def _constant_place(call: Call) -> tuple[int, ...] | None:
    """The integers of a subscript of constants."""
    index = dict(call.params)["index"]
    return index if all(type(part) is int for part in index) else None


def _is_plain(stmt: Call) -> bool:
    if stmt.fn is P.LIST_SET:
        return P.keeps_structure(tuple(map(kind_of, stmt.args)), dict(stmt.params))
    return P.is_basic(dict(stmt.params)["index"], tuple(map(kind_of, stmt.args[2:])))


def place_of(call: Call, first: int) -> Any:
    """Equal for subscripts that name the same part; the run-time values of the subscript begin at place `first`."""
    return tuple(map(key_of, call.args[first:])), repr(dict(call.params).get("index"))


#: what adds to a part, and what reads it, by what writes to it
_ADDS: dict[Primitive | Callee, Primitive] = {P.INDEX_UPDATE: P.INDEX_ADD, P.LIST_SET: P.LIST_ADD}
_READS: dict[Primitive | Callee, Primitive] = {P.INDEX_UPDATE: P.GETITEM, P.LIST_SET: P.LIST_GET}


class _Stores:
    def __init__(self, function: Function) -> None:
        self.renamed: dict[Var, Atom] = {}
        self.reads, self.made = reads_of(function), calls_by_result(function)

    def change(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.renamed:
            atom = self.renamed[atom]
        return atom

    def block(self, block: Block) -> Block:
        stmts = [with_blocks(with_operands(stmt, self.change), self.block) for stmt in block.stmts]
        k = 0
        while k < len(stmts):
            if not self.merge(stmts, k):
                k += 1
        renamed = substitute(replace(block, stmts=tuple(stmts)), {var: self.change(var) for var in self.renamed})
        stmts, results = self.clear_late(list(renamed.stmts)), renamed.results
        same = len(stmts) == len(block.stmts) and all(a is b for a, b in zip(stmts, block.stmts, strict=True))
        if same and all(a is b for a, b in zip(results, block.results, strict=True)):
            return block
        return replace(block, stmts=tuple(stmts), results=results)

    def clear_late(self, stmts: list[Stmt]) -> list[Stmt]:
        """Set to zero after the last line that reads what was there as a slice, so that it is no copy."""
        viewed = {
            s.args[0] for s in stmts if isinstance(s, Call) and s.fn is P.GETITEM and rank(kind_of(s.outs[0])) != 0
        }
        for stmt in [s for s in reversed(stmts) if _clears(s)]:
            assert isinstance(stmt, Call)
            if stmt.args[0] not in viewed:
                continue
            k = stmts.index(stmt)
            place = next((n for n in range(k + 1, len(stmts)) if stmt.outs[0] in reads(stmts[n])), len(stmts))
            stmts.insert(place - 1, stmts.pop(k))
        return stmts

    def merge(self, stmts: list[Stmt], k: int) -> bool:
        """Merge the zero that statement `k` writes with what is added in its place; whether that was possible."""
        clear = stmts[k]
        if not _clears(clear) and not self.clears_all(clear):
            return False
        assert isinstance(clear, Call)
        where, version = place_of(clear, 2), clear.outs[0]
        adds: list[int] = []
        for n in range(k + 1, len(stmts)):
            stmt = stmts[n]
            if version not in operands(stmt) and not blocks_of(stmt):
                continue
            if not isinstance(stmt, Call) or stmt.fn is not _ADDS[clear.fn] or stmt.args[0] is not version:
                break
            if self.reads[version] != 1:
                break
            adds.append(n)
            version = stmt.outs[0]
        fitting = [
            n for n in adds if place_of(self.call_at(stmts, n), 2) == where and self.fills(self.call_at(stmts, n))
        ]
        back = [n for n in fitting if self.is_there(clear.args[0], self.call_at(stmts, n).args[1], clear)]
        if not fitting:
            return False
        n = (back or fitting)[0]
        self.write(stmts, k, n, clear, [self.call_at(stmts, m) for m in adds if m < n])
        return True

    def clears_all(self, stmt: Stmt) -> bool:
        """Whether a statement sets a list or an array in a list, in a cotangent, to zeros that are made for it."""
        if not isinstance(stmt, Call) or not _may_clear(stmt) or stmt.fn is not P.LIST_SET or stmt.params:
            return False
        zeros = self.made.get(stmt.args[1]) if isinstance(stmt.args[1], Var) else None
        return zeros is not None and zeros.fn is P.ZEROS_LIKE and self.reads[zeros.outs[0]] == 1

    def call_at(self, stmts: list[Stmt], n: int) -> Call:
        stmt = stmts[n]
        assert isinstance(stmt, Call)
        return stmt

    def fills(self, call: Call) -> bool:
        """Whether what is added has the dtype of the array, so that it may be written instead."""
        value, array = kind_of(call.args[1]), kind_of(call.args[0])
        if call.fn is P.LIST_ADD:
            array = P.path_kind((array, *map(kind_of, call.args[2:])), dict(call.params))
        return getattr(value, "dtype", None) == getattr(array, "dtype", "") or not hasattr(value, "dtype")

    def write(self, stmts: list[Stmt], k: int, n: int, clear: Call, between: list[Call]) -> None:
        """Write at place `n` what is added there, and after it what was added between."""
        last = stmts[n]
        assert isinstance(last, Call)
        value, old, out = last.args[1], clear.args[0], last.outs[0]
        renewed: list[Stmt] = []
        version: Atom = old
        if not self.is_there(old, value, clear):
            target = Var(out.name, out.kind, out.origin) if between else out
            renewed.append(Call((target,), clear.fn, (old, value, *clear.args[2:]), clear.params, last.origin))
            version = target
        for call in between:
            target = Var(out.name, out.kind, call.origin) if call is not between[-1] else out
            renewed.append(replace(call, outs=(target,), args=(version, *call.args[1:])))
            version = target
        if version is old:
            self.renamed[out] = old
            self.reads[old] += self.reads[out] - 1
        moved = {id(clear), id(last), *map(id, between)}
        stmts[k : n + 1] = [s for s in stmts[k : n + 1] if id(s) not in moved] + renewed

    def is_there(self, array: Atom, value: Atom, clear: Call) -> bool:
        """Whether a value is what the array has in that place."""
        made = self.made.get(value) if isinstance(value, Var) else None
        return (
            made is not None
            and made.fn is _READS[clear.fn]
            and made.args[0] is array
            and place_of(made, 1) == place_of(clear, 2)
        )
