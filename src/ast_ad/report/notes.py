"""Mark the values of a program, so that a derivative of it reports each value, tangent and adjoint as it computes it.

A statement `v = f(x)` becomes

    v' = f(x);  v = mark(v');  note(v)

`mark` is the identity.  Its rule writes `note_tangent` beside it in forward mode and, in the reverse sweep,
`note_adjoint`, at the very place where the adjoint of `v` is complete.  Nothing here differentiates: the transforms do.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

from ast_ad.backend.expressions import Outside
from ast_ad.backend.words import write_call
from ast_ad.ir import primitives as P
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, If, Lit, Loop, Program, Stmt, Var
from ast_ad.ir.kinds import Kind, is_number
from ast_ad.ir.primitives import Primitive
from ast_ad.ir.walk import statements, with_blocks, with_operands
from ast_ad.rules.modes import Custom
from ast_ad.rules.table import RULES, RULES_OF_COMPLEX
from ast_ad.rules.terms import Term, make

_WIDEST = 60
_DEEPEST = 6
_LONGEST_NAME = 16
_UPDATES = (P.INDEX_UPDATE, P.INDEX_ADD)


def _first(kinds: tuple[Kind, ...], params: Mapping[str, Any]) -> Kind:
    return kinds[0]


def _identity(x: Any, step: int) -> Any:
    return x


MARK = Primitive("mark", _identity, _first, total=P.always, cost=0)
NOTE = Primitive("note", lambda x, step: None, lambda ks, p: (), outs=0, effect=True)
NOTE_TANGENT = Primitive("note_tangent", _identity, _first, effect=True, total=P.always, cost=0)
NOTE_ADJOINT = Primitive("note_adjoint", _identity, _first, effect=True, total=P.always, cost=0)


def _tangent(ans: Term, tangents: tuple[Any, ...], x: Term, step: int) -> Term:
    return make(NOTE_TANGENT, tangents[0], step=step)


def _adjoint(ct: Term, ans: Term, x: Term, step: int) -> Term:
    return make(NOTE_ADJOINT, ct, step=step)


_RULE = Custom(tangent=_tangent, cotangents={0: _adjoint})
_LOCK = threading.RLock()


@contextmanager
def marks_have_a_rule() -> Iterator[None]:
    """The rule of `mark` is in the table for as long as a program with notes is differentiated, and no longer."""
    with _LOCK:
        RULES[MARK] = RULES_OF_COMPLEX[MARK] = _RULE
        try:
            yield
        finally:
            RULES.pop(MARK, None)
            RULES_OF_COMPLEX.pop(MARK, None)


class Step(NamedTuple):
    """A statement of the function that is traced: the name of its value, the expression, and where it stands."""

    name: str
    expression: str
    function: str
    line: int


def with_notes(program: Program) -> tuple[Program, tuple[Step, ...]]:
    """The program with its values marked, and the steps that the marks count.

    Values without a name are called v1, v2 ...
    """
    marker = _Marker(program)
    functions = {name: marker.function(function) for name, function in program.functions.items()}
    return Program(program.entry, functions), tuple(marker.steps)


class _Marker:
    def __init__(self, program: Program) -> None:
        self.entry = program.entry
        self.steps: list[Step] = []
        self.name = ""
        self.makers: dict[Var, Stmt] = {}
        self.taken = {
            var.name
            for function in program.functions.values()
            for var in (*function.block.params, *_defined(function.block))
        }
        self.numbered = (f"v{n}" for n in count(1))

    def function(self, function: Function) -> Function:
        self.name = "" if function.name == self.entry else function.name
        stmts: list[Stmt] = []
        renamed: dict[Var, Atom] = {}
        if not self.name:
            for param in function.params:
                if param.form != "capture" and is_number(param.var.kind):
                    step = Step(param.var.name, "argument", "", 0)
                    stmts.append(self.mark(param.var, step, renamed))
        block = self.block(function.block, renamed)
        return replace(function, block=replace(block, stmts=(*stmts, *block.stmts)))

    def mark(self, var: Var, step: Step, renamed: dict[Var, Atom]) -> Call:
        marked = Var(step.name, var.kind, var.origin)
        renamed[var] = marked
        self.steps.append(step)
        return Call((marked,), MARK, (var,), (("step", len(self.steps) - 1),), var.origin)

    def block(self, block: Block, renamed: dict[Var, Atom]) -> Block:
        def change(atom: Atom) -> Atom:
            return renamed.get(atom, atom) if isinstance(atom, Var) else atom

        params = tuple(self.named(p, renamed) for p in block.params)
        stmts: list[Stmt] = []
        for old in block.stmts:
            stmt = with_operands(old, change)
            stmt = with_blocks(stmt, lambda inner: self.block(inner, renamed))
            wish = described(stmt) if isinstance(stmt, Call) else ""
            outs = tuple(self.named(o, renamed, wish) if is_number(o.kind) else o for o in stmt.outs)
            if any(a is not b for a, b in zip(outs, stmt.outs, strict=True)):
                stmt = replace(stmt, outs=outs)
            self.makers.update((o, stmt) for o in stmt.outs)
            stmts.append(stmt)
            if isinstance(stmt, Call):
                line = stmt.origin.line if stmt.origin else 0
                for before, out in zip(old.outs, stmt.outs, strict=True):
                    if is_number(out.kind):
                        words = expression_of(stmt, self.makers)
                        call = self.mark(out, Step(out.name, words, self.name, line), renamed)
                        renamed[before] = call.outs[0]
                        note = Call((), NOTE, call.outs, call.params, stmt.origin)
                        stmts += [call, note]
        return Block(params, tuple(stmts), tuple(map(change, block.results)))

    def named(self, var: Var, renamed: dict[Var, Atom], wish: str = "") -> Var:
        """The variable, with a name of its own where it has none."""
        if var.name:
            return var
        wished = (wish if n == 1 else f"{wish}_{n}" for n in count(1)) if wish else self.numbered
        name = next(n for n in wished if n not in self.taken)
        self.taken.add(name)
        new = Var(name, var.kind, var.origin)
        renamed[var] = new
        return new


def described(call: Call) -> str:
    """What a value is, in a few letters, as the generated source has it: `sin_x` for `np.sin(x)`, `w_0` for `w[0]`."""
    first = call.args[0] if call.args else None
    if isinstance(call.fn, Callee) or not isinstance(first, Var) or not first.name:
        return ""
    params = dict(call.params)
    last = call.fn.name.rpartition(".")[2]
    if call.fn is P.GETITEM and len(params["index"]) == 1 and len(call.args) < 3:
        key = call.args[1] if len(call.args) == 2 else Lit(params["index"][0])
        last = key.name if isinstance(key, Var) else str(key.value) if isinstance(key.value, int) else ""
        words = f"{first.name}_{last}" if last else ""
    else:
        words = f"{last}_{first.name}" if len(call.args) == 1 and not params and last.isidentifier() else ""
    return words if words.isidentifier() and len(words) <= _LONGEST_NAME else ""


def _defined(block: Block) -> list[Var]:
    return [out for stmt in statements(block) for out in stmt.outs]


# Expressions


def makers_of(program: Program) -> dict[Var, Stmt]:
    """Which statement defines a variable."""
    return {
        out: stmt for function in program.functions.values() for stmt in statements(function.block) for out in stmt.outs
    }


def carried_by_loops(program: Program) -> set[Var]:
    """The variables that loops hand from trip to trip."""
    return {
        param
        for function in program.functions.values()
        for stmt in statements(function.block)
        if isinstance(stmt, Loop)
        for param in stmt.body.params
    }


def expression_of(call: Call, makers: Mapping[Var, Stmt], sweep: int = 1 << 30) -> str:
    """A call as Python writes it; what has no name, or was written by the transform `sweep`, is nested in it."""
    text = _Writer(makers, sweep).statement(call)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def adjoint_expression(atom: Atom, makers: Mapping[Var, Stmt], carried: set[Var], sweep: int) -> str:
    """What an adjoint is the sum of, or where it comes from as a whole."""
    if isinstance(atom, Lit):
        return ast.unparse(_Writer(makers, sweep).atom(atom))
    stmt = makers.get(atom)
    if isinstance(stmt, If):
        return "from the branch"
    if isinstance(stmt, Loop):
        return "from the loop"
    if stmt is None:
        return "from the next trip" if atom in carried else "from the caller"
    if isinstance(stmt.fn, Callee):
        return f"from {stmt.fn.name}"
    if stmt.fn is NOTE_ADJOINT:
        return atom.name
    return "from the list" if stmt.fn is P.POP else expression_of(stmt, makers, sweep)


class _Writer:
    def __init__(self, makers: Mapping[Var, Stmt], sweep: int) -> None:
        self.makers = makers
        self.sweep = sweep
        self.outside = Outside({})

    def statement(self, call: Call) -> str:
        if call.fn in _UPDATES:
            base = call.args[0]
            before = self.makers.get(base) if isinstance(base, Var) else None
            start = ""
            if (
                isinstance(base, Var)
                and isinstance(before, Call)
                and before.fn in _UPDATES
                and self.is_nested(base, before)
            ):
                start = f"{self.statement(before)}; "
            target = Call(call.outs, P.GETITEM, (call.args[0], *call.args[2:]), call.params)
            sign = "=" if call.fn is P.INDEX_UPDATE else "+="
            return f"{start}{self.unparsed(target)} {sign} {ast.unparse(self.atom(call.args[1]))}"
        return self.unparsed(call)

    def unparsed(self, call: Call) -> str:
        return ast.unparse(self.call(call, 0))

    def call(self, call: Call, depth: int) -> ast.expr:
        args = [self.atom(a, depth + 1) for a in call.args]
        if isinstance(call.fn, Callee):
            return ast.Call(func=ast.Name(id=call.fn.name), args=args, keywords=[])
        return write_call(self.outside, call, args)

    def atom(self, atom: Atom, depth: int = 0) -> ast.expr:
        if isinstance(atom, Lit):
            return ast.Name(id="undefined") if atom is UNDEFINED else self.outside.constant(atom.value)
        stmt = self.makers.get(atom)
        is_update = isinstance(stmt, Call) and stmt.fn in _UPDATES and atom.name
        if isinstance(stmt, Call) and depth < _DEEPEST and not is_update and self.is_nested(atom, stmt):
            return self.call(stmt, depth)
        return ast.Name(id=atom.name or "_")

    def is_nested(self, var: Var, stmt: Call) -> bool:
        fn = stmt.fn
        if isinstance(fn, Callee) or fn.outs != 1 or fn in (MARK, NOTE_ADJOINT, NOTE_TANGENT):
            return not var.name
        written = stmt.origin is None or stmt.origin.sweep >= self.sweep
        return not var.name or (written and fn is not P.ITEM)
