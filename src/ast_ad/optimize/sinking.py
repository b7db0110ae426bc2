"""Add in a branch what is zero in the other one.

Before                                  After
    if test:                                if test:
        x_bar = y_bar[i]                        x_bar = y_bar[i]
    else:                                       z_bar[j] += x_bar
        x_bar = 0.0
    z_bar[j] += x_bar

A choice `x_bar if test else 0.0` becomes such a branch, if all that is made of it is added somewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Lit, Stmt, Try, Var
from ast_ad.ir.kinds import rank
from ast_ad.ir.walk import blocks_of, operands, reads, statements, with_blocks


def sink(function: Function) -> Function:
    """Move the additions of what only one arm of a branch makes into that arm."""
    if not any(_may_be_zero(stmt) for stmt in statements(function.block)):
        return function
    block = _Sinking(function).block(function.block)
    return function if block is function.block else replace(function, block=block)


def _is_derivative(stmt: Stmt) -> bool:
    return stmt.origin is not None and stmt.origin.sweep > 0


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Lit) and type(atom.value) in (int, float) and atom.value == 0


def _may_be_zero(stmt: Stmt) -> bool:
    if isinstance(stmt, Try):
        return False
    if isinstance(stmt, If):
        pairs = zip(stmt.then.results, stmt.orelse.results, strict=True)
        return _is_derivative(stmt) and any(_is_zero(a) is not _is_zero(b) for a, b in pairs)
    return _is_choice(stmt)


def _is_choice(stmt: Stmt) -> bool:
    """Whether a statement is `x if test else 0.0` or the other way round, of numbers."""
    if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn.name != "select":
        return False
    return (
        _is_derivative(stmt)
        and _is_zero(stmt.args[1]) is not _is_zero(stmt.args[2])
        and all(rank(kind_of(a)) == 0 for a in stmt.args)
    )


@dataclass(slots=True)
class _Slice:
    """What is made of a value.

    moving  the statements, in order
    added   the versions that the additions make
    aside   what is computed for these statements alone
    """

    moving: list[Call] = field(default_factory=list)
    added: list[Var] = field(default_factory=list)
    aside: list[Var] = field(default_factory=list)


class _Sinking:
    def __init__(self, function: Function) -> None:
        self.reads: Counter[Atom] = Counter(function.block.results)
        self.count(function.block.stmts, 1)

    def count(self, stmts: Sequence[Stmt], times: int) -> None:
        """Count what statements read, or take it back."""
        for stmt in stmts:
            atoms = [*operands(stmt), *(result for inner in blocks_of(stmt) for result in inner.results)]
            for atom in atoms:
                self.reads[atom] += times
            for inner in blocks_of(stmt):
                self.count(inner.stmts, times)

    def block(self, block: Block) -> Block:
        stmts = list(block.stmts)
        k = 0
        while k < len(stmts):
            stmt = stmts[k]
            if not (_may_be_zero(stmt) and self.sink_at(stmts, k)):
                k += 1
        stmts = [with_blocks(stmt, self.block) for stmt in stmts]
        if len(stmts) == len(block.stmts) and all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
            return block
        return replace(block, stmts=tuple(stmts))

    def sink_at(self, stmts: list[Stmt], k: int) -> bool:
        """Sink what statement `k` makes, if it can be; what it makes then is no longer made."""
        stmt = stmts[k]
        if isinstance(stmt, Call):
            return self.sink_choices(stmts, k)
        assert isinstance(stmt, If)
        for n, (one, two) in enumerate(zip(stmt.then.results, stmt.orelse.results, strict=True)):
            if _is_zero(one) is _is_zero(two):
                continue
            found = self.slice_of(stmt.outs[n], stmts[k + 1 :])
            if found is not None:
                moved = set(map(id, found.moving))
                rest = [s for s in stmts[k + 1 :] if id(s) not in moved]
                renewed = self.with_slice(stmt, n, found)
                self.count([stmt, *found.moving], -1)
                self.count([renewed], 1)
                stmts[k:] = [renewed, *rest]
                return True
        return False

    def sink_choices(self, stmts: list[Stmt], k: int) -> bool:
        """Make a branch of the choices by one test, if all that they make sinks into it."""
        first = stmts[k]
        assert isinstance(first, Call)
        choices = [s for s in stmts[k:] if isinstance(s, Call) and _is_choice(s) and s.args[0] is first.args[0]]
        choices = [s for s in choices if self.is_ready(s, stmts[k:])]
        outs = tuple(s.outs[0] for s in choices)
        moved = set(map(id, choices))
        rest = [s for s in stmts[k:] if id(s) not in moved]
        then, orelse = (Block((), (), tuple(s.args[a] for s in choices)) for a in (1, 2))
        branch = If(outs, first.args[0], then, orelse, first.origin)
        before, read = list(stmts), self.reads.copy()
        self.count(choices, -1)
        self.count([branch], 1)
        stmts[k:] = [branch, *rest]
        while _may_be_zero(stmts[k]) and self.sink_at(stmts, k):
            pass
        if set(outs).isdisjoint(stmts[k].outs):
            return True
        stmts[:], self.reads = before, read
        return False

    def is_ready(self, stmt: Call, later: Sequence[Stmt]) -> bool:
        """Whether a statement can stand before the others."""
        made = {out for other in later for out in other.outs}
        return made.isdisjoint(a for a in stmt.args if isinstance(a, Var))

    def slice_of(self, value: Var, later: Sequence[Stmt]) -> _Slice | None:
        """All that is made of a value, if that is nothing but additions of multiples."""
        found = _Slice()
        multiples: set[Atom] = {value}
        made: dict[Atom, Stmt] = {out: stmt for stmt in later for out in stmt.outs}
        uses = 0
        for stmt in later:
            if multiples.isdisjoint(operands(stmt)):
                if any(not multiples.isdisjoint(reads(inner)) for inner in ([stmt] if blocks_of(stmt) else [])):
                    return None
                continue
            if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or not _is_derivative(stmt):
                return None
            role = _role(stmt, multiples)
            others = [a for a in stmt.args if a not in multiples]
            if role == "sum" and stmt.args[0] in made and stmt.args[0] not in found.added:
                return None  # the other arm needs it as well
            if not role or not all(self.comes_along(a, multiples, made, found) for a in others):
                return None
            uses += sum(a in multiples for a in stmt.args)
            found.moving.append(stmt)
            if role == "multiple":
                multiples.add(stmt.outs[0])
            else:
                found.added.append(stmt.outs[0])
        if not found.added or uses != sum(self.reads[m] for m in multiples):
            return None
        read = Counter(a for call in found.moving for a in call.args)
        return found if all(read[out] == self.reads[out] for out in found.aside) else None

    def comes_along(self, atom: Atom, multiples: set[Atom], made: dict[Atom, Stmt], found: _Slice) -> bool:
        """Whether an operand is known before the branch, or is computed for the slice alone and moves with it."""
        if atom not in made or atom in found.added or atom in found.aside:
            return True
        call = made[atom]
        if not isinstance(call, Call) or isinstance(call.fn, Callee) or call.fn.result != "fresh" or call.fn.effect:
            return False
        if not _is_derivative(call) or len(call.outs) != 1 or not multiples.isdisjoint(call.args):
            return False
        if not all(self.comes_along(a, multiples, made, found) for a in call.args):
            return False
        found.moving.append(call)
        found.aside.append(call.outs[0])
        return True

    def with_slice(self, stmt: If, n: int, found: _Slice) -> If:
        """The branch with a slice in the arm that makes its out `n`, which no longer is one."""
        arms = [stmt.then, stmt.orelse]
        zero_arm = 0 if _is_zero(stmt.then.results[n]) else 1
        other_arm = 1 - zero_arm
        known: list[dict[Atom, Atom]] = [dict(zip(stmt.outs, arm.results, strict=True)) for arm in arms]
        moved: list[Stmt] = []
        for call in found.moving:
            args = tuple(known[other_arm].get(a, a) for a in call.args)
            out = call.outs[0]
            fresh = Var(out.name, out.kind, out.origin)
            moved.append(replace(call, outs=(fresh,), args=args))
            known[other_arm][out] = fresh
            if out in found.added:
                base = call.args[0]
                known[zero_arm][out] = known[zero_arm].get(base, base)
        last = [out for out in found.added if not self.is_passed_on(out, found)]
        kept = [m for m, out in enumerate(stmt.outs) if m != n and not self.is_passed_on(out, found)]
        results = []
        for arm, names in zip(arms, known, strict=True):
            results.append((*(arm.results[m] for m in kept), *(names[out] for out in last)))
        then, orelse = (
            Block((), (*arm.stmts, *moved) if a == other_arm else arm.stmts, results[a]) for a, arm in enumerate(arms)
        )
        return If((*(stmt.outs[m] for m in kept), *last), stmt.test, then, orelse, stmt.origin)

    def is_passed_on(self, out: Var, found: _Slice) -> bool:
        """Whether a version is read by the slice alone."""
        inside = sum(a is out for call in found.moving for a in call.args)
        return inside > 0 and inside == self.reads[out]


def _role(call: Call, multiples: set[Atom]) -> str:
    """What a call makes of zero: "multiple" if zero, "sum" if what it is added to, "" if neither."""
    args = call.args
    if call.fn is P.NEG:
        return "multiple"
    if call.fn is P.MUL:
        return "multiple" if (args[0] in multiples) is not (args[1] in multiples) else ""
    if call.fn is P.TRUEDIV:
        return "multiple" if args[0] in multiples and args[1] not in multiples else ""
    if call.fn.name == "select":
        return "multiple" if _is_choice(call) and args[0] not in multiples else ""
    adds = call.fn is P.LIST_ADD and P.keeps_structure(tuple(map(kind_of, args)), dict(call.params))
    if adds or call.fn is P.INDEX_ADD:
        return "sum" if args[1] in multiples and not multiples.intersection((args[0], *args[2:])) else ""
    if call.fn in (P.ADD, P.SUB):
        named = call.outs[0].name and isinstance(args[0], Var) and args[0].name == call.outs[0].name
        return "sum" if named and args[1] in multiples and args[0] not in multiples else ""
    return ""
