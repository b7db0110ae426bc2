"""Compute equal things once: equal calls in scope, equal outs of a branch, equal values that a loop carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Lit, Loop, Stmt, Var
from ast_ad.ir.kinds import Array, rank
from ast_ad.ir.walk import statements, substitute, with_blocks, with_operands

_MADE = {P.MAKE_TUPLE, P.MAKE_FIXED, P.MAKE_LIST}
_FRESH = {P.MAKE_LIST, P.MAKE_MAP, P.ZEROS_LIKE, P.COPY, P.POP, P.TAKE_OUT}


def share(function: Function) -> Function:
    """Remove calls that compute what a variable in scope holds already."""
    sharer = _Sharer(function)
    block = sharer.block(function.block, {}, {})
    return function if block is function.block else replace(function, block=block)


def _written(function: Function) -> set[Atom]:
    """The variables whose storage a later statement writes to, also in the trips of a loop that they go into."""
    stmts = list(statements(function.block))
    found: set[Atom] = {
        s.args[0]
        for s in stmts
        if isinstance(s, Call) and isinstance(s.fn, P.Primitive) and s.fn.result == "same" and s.args
    }
    for loop in reversed([s for s in stmts if isinstance(s, Loop)]):  # inner ones first
        carried = loop.body.params[len(loop.body.params) - len(loop.inits) :]
        found.update(init for param, init in zip(carried, loop.inits, strict=True) if param in found)
    return found


def key_of(atom: Atom) -> Any:
    """Equal for atoms that are the same value."""
    if isinstance(atom, Lit):
        return (type(atom.value).__name__, repr(atom.value)) if _plain(atom.value) else id(atom)
    return atom


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, complex, str))


class _Sharer:
    def __init__(self, function: Function) -> None:
        #: variables whose storage a later statement writes to: they keep one life each
        self.written = _written(function)
        made = [s for s in statements(function.block) if isinstance(s, Call) and s.fn in _MADE]
        self.empty = {s.outs[0] for s in made if s.fn is P.MAKE_LIST and not s.args}
        #: the items of tuples and lists
        self.items: dict[Atom, tuple[Atom, ...]] = {s.outs[0]: s.args for s in made}

    def block(self, block: Block, known: dict[Any, Var], renamed: dict[Var, Atom]) -> Block:
        known = dict(known)
        stmts: list[Stmt] = []

        def change(atom: Atom) -> Atom:
            while isinstance(atom, Var) and atom in renamed:
                atom = renamed[atom]
            return atom

        for old in block.stmts:
            stmt = with_operands(old, change)
            if isinstance(stmt, Call):
                if stmt.fn is P.ITEM and stmt.args[0] in self.items:
                    renamed[stmt.outs[0]] = change(self.items[stmt.args[0]][dict(stmt.params)["key"]])
                    continue
                key = self.key(stmt)
                if key is not None:
                    if key in known:
                        renamed[stmt.outs[0]] = known[key]
                        continue
                    known[key] = stmt.outs[0]
                if stmt.fn is P.POP and self.popped_before(stmt, known, renamed):
                    continue
                self.note_element(stmt, known)
            else:
                stmt = with_blocks(stmt, lambda inner: self.block(inner, known, renamed))
                if isinstance(stmt, If):
                    stmt = _merge_outs(stmt, renamed)
                elif isinstance(stmt, Loop):
                    stmt = self.merge_carried(stmt, known, renamed)
            stmts.append(stmt)
        results = tuple(map(change, block.results))
        if _same(stmts, block.stmts) and _same(results, block.results):
            return block
        return replace(block, stmts=tuple(stmts), results=results)

    def popped_before(self, call: Call, known: dict[Any, Var], renamed: dict[Var, Atom]) -> bool:
        """Whether the same list was popped in scope: where two lists were carried that are one."""
        keys = [(P.POP, key_of(call.args[0]), n) for n in range(2)]
        again = keys[0] in known
        for key, out in zip(keys, call.outs, strict=True):
            if again:
                renamed[out] = known[key]
            else:
                known[key] = out
        return again

    def note_element(self, call: Call, known: dict[Any, Var]) -> None:
        """An element that was just written need not be read: `a[i] = v` makes v, if it has a name, what `a[i]` is."""
        if call.fn is not P.INDEX_UPDATE or not isinstance(call.args[1], Var) or not call.args[1].name:
            return
        array, value = kind_of(call.args[0]), kind_of(call.args[1])
        if not isinstance(array, Array) or value != Array(array.dtype, ()) or array.dims is None:
            return
        index = dict(call.params)["index"]
        numbers = len(index) == len(array.dims) and all(part is P.HOLE or type(part) is int for part in index)
        if numbers and P.is_basic(index, tuple(map(kind_of, call.args[2:]))):
            read = Call((), P.GETITEM, (call.outs[0], *call.args[2:]), call.params)
            known[(P.GETITEM, tuple(map(key_of, read.args)), repr(read.params))] = call.args[1]

    def key(self, call: Call) -> Any:
        fn = call.fn
        if isinstance(fn, Callee) or fn.effect or fn in _FRESH or fn.outs != 1:
            return None
        out = call.outs[0]
        if fn is not P.APPEND:
            if fn.result == "same" or out in self.written:
                return None
            if fn.result != "fresh" and rank(kind_of(out)) != 0 and call.args and call.args[0] in self.written:
                return None
        return (fn, tuple(map(key_of, call.args)), repr(call.params))

    def merge_carried(self, loop: Loop, known: dict[Any, Var], renamed: dict[Var, Atom]) -> Loop:
        """Carried values that begin alike and stay alike are one."""
        skip = loop.range is not None
        carried = loop.body.params[skip:]
        first: dict[Any, list[int]] = {}
        for n, init in enumerate(loop.inits):
            key = "[]" if init in self.empty else key_of(init)
            first.setdefault((key, carried[n].kind, _next_of(loop, n)), []).append(n)
        for group in first.values():
            for n in group[1:]:
                merged = self.try_merge(loop, group[0], n, known)
                if merged is not None:
                    renamed[loop.outs[n]] = loop.outs[group[0]]
                    return self.merge_carried(merged, known, renamed)
        return loop

    def try_merge(self, loop: Loop, a: int, b: int, known: dict[Any, Var]) -> Loop | None:
        skip = loop.range is not None
        params = loop.body.params
        kept = tuple(p for p in params if p is not params[b + skip])
        one = substitute(replace(loop.body, params=kept), {params[b + skip]: params[a + skip]})
        one = self.block(one, known, {})
        if one.results[a + 1] is not one.results[b + 1]:
            return None
        return replace(
            loop,
            outs=_without(loop.outs, b),
            inits=_without(loop.inits, b),
            body=replace(one, results=_without(one.results, b + 1)),
        )


def _next_of(loop: Loop, n: int) -> Any:
    """How a loop makes the next value of a list that it carries, but for that list; None for all else."""
    param, result = loop.body.params[n + (loop.range is not None)], loop.body.results[n + 1]
    for stmt in loop.body.stmts:
        if isinstance(stmt, Call) and stmt.fn in (P.APPEND, P.POP) and stmt.outs[0] is result:
            return (stmt.fn, *map(key_of, stmt.args[1:])) if stmt.args[0] is param else None
    return None


def _without(items: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    return (*items[:n], *items[n + 1 :])


def _merge_outs(stmt: If, renamed: dict[Var, Atom]) -> If:
    """Outs whose results are equal in both arms are one; an out that is the same in both arms is that value."""
    seen: dict[Any, Var] = {}
    keep: list[int] = []
    inside = {v for arm in (stmt.then, stmt.orelse) for s in arm.stmts for v in s.outs}
    for n, out in enumerate(stmt.outs):
        one, two = stmt.then.results[n], stmt.orelse.results[n]
        key = (key_of(one), key_of(two))
        if key[0] == key[1] and one not in inside:
            renamed[out] = one
        elif key in seen:
            renamed[out] = seen[key]
        else:
            seen[key] = out
            keep.append(n)
    if len(keep) == len(stmt.outs):
        return stmt

    def cut(arm: Block) -> Block:
        return replace(arm, results=tuple(arm.results[n] for n in keep))

    return replace(stmt, outs=tuple(stmt.outs[n] for n in keep), then=cut(stmt.then), orelse=cut(stmt.orelse))


def _same(a: Iterable[Any], b: Iterable[Any]) -> bool:
    one, two = list(a), list(b)
    return len(one) == len(two) and all(x is y for x, y in zip(one, two, strict=True))
