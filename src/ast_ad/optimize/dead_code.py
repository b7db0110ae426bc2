"""Remove what nobody reads: statements, outs of branches, values that a loop carries only for themselves.

A statement of the primal that may raise stays: the derivative raises what the primal raises.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Lit, Loop, Stmt, Try, Var
from ast_ad.ir.kinds import INT, Map, Scalar, is_complex

_WRITES = (P.INDEX_ADD, P.INDEX_UPDATE, P.LIST_ADD, P.LIST_SET)


def drop_dead_code(function: Function) -> Function:
    """Remove statements whose results nobody reads."""
    marks = _Marks(function)
    block = marks.sweep(function.block, range(len(function.block.results)))
    return function if block is function.block else replace(function, block=block)


def may_go(call: Call) -> bool:
    """Whether an unread call may be removed: it has no effect, and cannot raise or is no part of the primal."""
    if isinstance(call.fn, Callee):
        return _is_derivative(call)
    if call.fn.effect:
        return False
    return _is_derivative(call) or call.fn.total(tuple(map(kind_of, call.args)), dict(call.params)) or _is_easy(call)


#: functions of numbers that fail for none
_NEVER_FAIL = frozenset(
    f"math.{name}"
    for name in ("atan", "atan2", "asinh", "copysign", "degrees", "erf", "erfc", "fabs", "radians", "tanh")
)


def _is_easy(call: Call) -> bool:
    """Arithmetic of numbers with a constant that fails for none but those too large for a float: x**2, x / 3."""
    if not all(isinstance(kind_of(a), Scalar) for a in call.args):
        return False
    if call.fn.name in _NEVER_FAIL:
        return not any(is_complex(kind_of(a)) for a in call.args)
    if len(call.args) != 2:
        return False
    second = call.args[1].value if isinstance(call.args[1], Lit) else None
    if second is None or type(second) not in (int, float):
        return False
    return second >= 0 if call.fn is P.POW else bool(second) and call.fn in (P.TRUEDIV, P.FLOORDIV, P.MOD)


def _is_derivative(stmt: Stmt) -> bool:
    return stmt.origin is None or stmt.origin.sweep > 0 or stmt.origin.again


def _is_part(read: Call) -> bool:
    """Whether a call reads a part of an array by integers and slices, or an element of a list."""
    if read.fn is P.LIST_GET:
        return kind_of(read.args[1]) == INT
    return read.fn is P.GETITEM and P.is_basic(dict(read.params)["index"], tuple(map(kind_of, read.args[1:])))


#: by function, another that raises for the same numbers
_FAILS_ALIKE = {"math.sin": "math.cos", "math.cos": "math.sin"}


def _keeps_shape(update: Call) -> bool:
    """Whether an update leaves the shape of an array, or of a list and all that it holds, as it is."""
    if update.fn in (P.LIST_ADD, P.LIST_SET):
        return P.keeps_structure(tuple(map(kind_of, update.args)), dict(update.params))
    return update.fn in (P.INDEX_ADD, P.INDEX_UPDATE)


class _Marks:
    """Which statements and variables are needed, by following definitions from the results and effects."""

    def __init__(self, function: Function) -> None:
        self.maker: dict[Var, tuple[Stmt, int]] = {}
        self.around: dict[Stmt, Stmt | None] = {}
        self.needed: set[Var] = set()
        self.kept: set[Stmt] = set()
        self.todo: list[Var] = []
        roots: list[Stmt] = []
        self.index(function.block, None, roots)
        self.postponed = self.last_reads(function.block)
        for stmt in roots:
            if stmt not in self.postponed:
                self.keep(stmt)
        for atom in function.block.results:
            self.need(atom)
        self.follow_all()
        for read in self.postponed:
            if not self.fails_again(read):
                self.keep(read)
        self.follow_all()

    def follow_all(self) -> None:
        while self.todo:
            self.follow(self.todo.pop())

    def last_reads(self, block: Block) -> list[Call]:
        """The calls that fail in one way, after which the primal does nothing that can be seen."""
        found: list[Call] = []
        for stmt in reversed(block.stmts):
            if isinstance(stmt, Call) and (may_go(stmt) or self.succeeds(stmt)):
                continue
            if not isinstance(stmt, Call) and _is_derivative(stmt):
                continue
            if not isinstance(stmt, Call) or not (_is_part(stmt) or stmt.fn.name in _FAILS_ALIKE):
                break
            if found and _is_part(found[0]) != _is_part(stmt):
                break
            found.append(stmt)
        return found

    def fails_again(self, call: Call) -> bool:
        """Whether a derivative goes to the same element of an array of the same shape, and raises if there is none."""
        if _is_part(call):
            return self.reads_again(call)
        assert isinstance(call.fn, P.Primitive)
        alike = _FAILS_ALIKE[call.fn.name]
        return any(
            isinstance(stmt, Call)
            and _is_derivative(stmt)
            and stmt.fn.name == alike
            and self.around[stmt] is None
            and stmt.args == call.args
            for stmt in self.kept
        )

    def reads_again(self, read: Call) -> bool:
        whole, path, index = self.place_of(read)
        if isinstance(kind_of(whole), Map):
            return False  # a dict takes any key
        shape = self.first_version(whole)
        return any(
            isinstance(stmt, Call)
            and _is_derivative(stmt)
            and stmt.fn in _WRITES
            and self.around[stmt] is None
            and stmt.args[2 : 2 + len(path)] == path
            and (index is None or dict(stmt.params).get("index") == index)
            and self.first_version(stmt.args[0]) is shape
            for stmt in self.kept
        )

    def place_of(self, read: Call) -> tuple[Atom, tuple[Atom, ...], P.Index | None]:
        """What is read, by way of the lists that it is in: the outermost list or the array, and the path from there."""
        whole, path, index = read.args[0], read.args[1:], dict(read.params).get("index")
        while isinstance(whole, Var) and whole in self.maker:
            maker = self.maker[whole][0]
            if not isinstance(maker, Call) or maker.fn is not P.LIST_GET or maker.params:
                break
            whole, path = maker.args[0], (*maker.args[1:], *path)
        return whole, path, index

    def first_version(self, atom: Atom) -> Atom:
        """The array or list of which another is a version, a loop's result, or the zeros in its shape."""
        while isinstance(atom, Var) and atom in self.maker:
            stmt, n = self.maker[atom]
            if isinstance(stmt, Call) and (stmt.fn is P.ZEROS_LIKE or _keeps_shape(stmt)):
                atom = stmt.args[0]
            elif isinstance(stmt, Loop) and n >= 0 and self.keeps_shape(stmt, n):
                atom = stmt.inits[n]
            else:
                break
        return atom

    def keeps_shape(self, loop: Loop, n: int) -> bool:
        """Whether a loop carries nothing but versions of what it begins with."""
        param = loop.body.params[n + (loop.range is not None)]
        atom = loop.body.results[1 + n]
        while isinstance(atom, Var) and atom is not param and atom in self.maker:
            stmt, k = self.maker[atom]
            if isinstance(stmt, Call) and _keeps_shape(stmt):
                atom = stmt.args[0]
            elif isinstance(stmt, Loop) and k >= 0 and stmt is not loop and self.keeps_shape(stmt, k):
                atom = stmt.inits[k]
            else:
                return False
        return atom is param

    def index(self, block: Block, around: Stmt | None, roots: list[Stmt]) -> None:
        for stmt in block.stmts:
            self.around[stmt] = around
            for n, out in enumerate(stmt.outs):
                self.maker[out] = (stmt, n)
            if isinstance(stmt, Call):
                if not may_go(stmt) and not self.succeeds(stmt):
                    roots.append(stmt)
            elif isinstance(stmt, If):
                self.index(stmt.then, stmt, roots)
                self.index(stmt.orelse, stmt, roots)
            else:
                skip = stmt.range is not None
                for n, param in enumerate(stmt.body.params):
                    self.maker[param] = (stmt, n - skip)
                if stmt.range is None and not _is_derivative(stmt):
                    roots.append(stmt)
                self.index(stmt.body, stmt, roots)

    def succeeds(self, call: Call) -> bool:
        """Whether a call that computes with constants only, or a power with a counter, is seen not to raise."""
        if call.fn is P.POW and self.counts_from_zero(call.args[1]):
            return isinstance(kind_of(call.args[0]), Scalar)
        try:
            self.constant(call)
        except (ArithmeticError, ValueError, TypeError):
            return False
        return True

    def counts_from_zero(self, atom: Atom) -> bool:
        """Whether a number is the counter of a loop that never has it negative."""
        loop, n = self.maker.get(atom, (None, 0)) if isinstance(atom, Var) else (None, 0)
        if not isinstance(loop, Loop) or loop.range is None or n >= 0:
            return False
        start, _, step = (end.value if isinstance(end, Lit) else -1 for end in loop.range)
        return start >= 0 and step > 0

    def constant(self, call: Call) -> Any:
        """The value of a call that computes with constants only; ValueError for any other."""
        if isinstance(call.fn, Callee) or call.fn.effect or call.params or call.fn.outs != 1:
            raise ValueError
        return call.fn.call(*map(self.constant_of, call.args))

    def constant_of(self, atom: Atom) -> Any:
        if isinstance(atom, Lit):
            if not isinstance(atom.value, (int, float)):
                raise ValueError
            return atom.value
        maker = self.maker.get(atom)
        if maker is None or not isinstance(maker[0], Call):
            raise ValueError
        return self.constant(maker[0])

    def need(self, atom: Atom) -> None:
        if isinstance(atom, Var) and atom not in self.needed:
            self.needed.add(atom)
            self.todo.append(atom)

    def keep(self, stmt: Stmt | None) -> None:
        while stmt is not None and stmt not in self.kept:
            self.kept.add(stmt)
            if isinstance(stmt, Call):
                for arg in stmt.args:
                    self.need(arg)
            elif isinstance(stmt, If):
                self.need(stmt.test)
            else:
                for atom in (*(stmt.range or ()), stmt.body.results[0]):
                    self.need(atom)
            stmt = self.around[stmt]

    def follow(self, var: Var) -> None:
        if var not in self.maker:
            return
        stmt, n = self.maker[var]
        self.keep(stmt)
        if isinstance(stmt, If):
            self.need(stmt.then.results[n])
            self.need(stmt.orelse.results[n])
        elif isinstance(stmt, Loop) and n >= 0:
            self.need(stmt.inits[n])
            self.need(stmt.body.results[n + 1])
            self.need(stmt.body.params[n + (stmt.range is not None)])
            self.need(stmt.outs[n])

    def sweep(self, block: Block, kept_results: range | list[int]) -> Block:
        stmts = tuple(new for stmt in block.stmts if (new := self.trim(stmt)) is not None)
        results = tuple(block.results[k] for k in kept_results)
        if len(results) == len(block.results) and _same(stmts, block.stmts):
            return block
        return replace(block, stmts=stmts, results=results)

    def trim(self, stmt: Stmt) -> Stmt | None:
        if stmt not in self.kept:
            return None
        if isinstance(stmt, Call):
            return stmt
        if isinstance(stmt, If):
            keeps = 1 if isinstance(stmt, Try) else 0
            live = [n for n, out in enumerate(stmt.outs) if out in self.needed or n < keeps]
            then, orelse = self.sweep(stmt.then, live), self.sweep(stmt.orelse, live)
            if len(live) == keeps and self.needed.isdisjoint(stmt.outs) and not then.stmts and not orelse.stmts:
                return None
            if then is stmt.then and orelse is stmt.orelse:
                return stmt
            return replace(stmt, outs=tuple(stmt.outs[n] for n in live), then=then, orelse=orelse)
        skip = stmt.range is not None
        carried = stmt.body.params[skip:]
        live = [n for n, p in enumerate(carried) if p in self.needed or stmt.outs[n] in self.needed]
        body = self.sweep(stmt.body, [0, *(n + 1 for n in live)])
        if len(live) == len(carried) and body is stmt.body:
            return stmt
        body = replace(body, params=(*stmt.body.params[:skip], *(carried[n] for n in live)))
        return replace(
            stmt,
            outs=tuple(stmt.outs[n] for n in live),
            inits=tuple(stmt.inits[n] for n in live),
            body=body,
        )


def _same(a: tuple[Stmt, ...], b: tuple[Stmt, ...]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))
