"""Write to elements of elements: `rows[i][j] = v` takes a row, updates it and puts it back, which is one write.

Before: `row = list_get(rows, i)`, `new = list_set(row, v, j)`, `rows1 = list_set(rows, new, i)`.
After: `rows1 = list_set(rows, v, i, j)`.
"""

from __future__ import annotations

from dataclasses import replace

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Function, Lit, Stmt, Var
from ast_ad.ir.walk import calls_by_result, reads_of, statements, with_blocks

_LISTS = {P.LIST_SET: P.LIST_SET, P.LIST_ADD: P.LIST_ADD}
_ARRAYS = {P.INDEX_UPDATE: P.LIST_SET, P.INDEX_ADD: P.LIST_ADD}


def write_along_paths(function: Function) -> Function:
    """Make one write of each element that is taken out of a list, updated and put back."""
    if not any(_puts_back(stmt) for stmt in statements(function.block)):
        return function
    block = _Paths(function).block(function.block)
    return function if block is function.block else replace(function, block=block)


def _puts_back(stmt: Stmt) -> bool:
    return isinstance(stmt, Call) and stmt.fn is P.LIST_SET and not stmt.params


class _Paths:
    def __init__(self, function: Function) -> None:
        self.reads, self.made = reads_of(function), calls_by_result(function)

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            new = with_blocks(stmt, self.block)
            if isinstance(new, Call) and _puts_back(new):
                update = self.made.get(new.args[1])
                if update in stmts and self.is_of_the_element(update, new):
                    assert update is not None
                    stmts.remove(update)
                    take = self.made[update.args[0]]
                    if take in stmts and self.reads[take.outs[0]] == 1 and _in_one_statement(take, new):
                        stmts.remove(take)
                    new = self.joined(update, new)
            stmts.append(new)
        if len(stmts) == len(block.stmts) and all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
            return block
        return replace(block, stmts=tuple(stmts))

    def is_of_the_element(self, update: Call | None, put: Call) -> bool:
        """Whether a statement updates the element that another puts back into its place."""
        if update is None or self.reads[update.outs[0]] != 1:
            return False
        if update.fn in _ARRAYS:
            if not P.is_basic(dict(update.params)["index"], tuple(map(kind_of, update.args[2:]))):
                return False
        elif update.fn not in _LISTS:
            return False
        take = self.made.get(update.args[0])
        if take is None or take.fn is not P.LIST_GET or take.params:
            return False
        return all(map(_same, (put.args[0], *put.args[2:]), take.args)) and len(take.args) == len(put.args) - 1

    def joined(self, update: Call, put: Call) -> Call:
        """The two as one write to the list."""
        fn = {**_LISTS, **_ARRAYS}[update.fn]  # type: ignore[index]
        args = (put.args[0], update.args[1], *put.args[2:], *update.args[2:])
        call = Call(put.outs, fn, args, update.params, put.origin)
        self.made.update((out, call) for out in put.outs)
        return call


def _in_one_statement(a: Call, b: Call) -> bool:
    """Whether the user wrote two calls in one statement, which raises what they raise."""
    return a.origin is not None and b.origin is not None and a.origin.text == b.origin.text


def _same(a: Atom, b: Atom) -> bool:
    if isinstance(a, Lit) and isinstance(b, Lit):
        return type(a.value) is type(b.value) and bool(a.value == b.value)
    return isinstance(a, Var) and a is b
