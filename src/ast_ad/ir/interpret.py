"""Run IR on concrete values, statement by statement: what every stage must preserve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Lit, Loop, Program, Try, Var
from ast_ad.ir.primitives import CLOSURE


class Interpreter:
    """Runs the functions of one program; `interpret(program, args)` is the usual way in."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def run(self, function: Function, args: Sequence[Any]) -> tuple[Any, ...]:
        """The results of a function on the values of its parameters."""
        return self.block(function.block, args, {})

    def block(self, block: Block, args: Sequence[Any], env: dict[Var, Any]) -> tuple[Any, ...]:
        """The results of a block; `env` holds the enclosing definitions."""
        env.update(zip(block.params, args, strict=True))
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                values = self.call(stmt, [self.value(a, env) for a in stmt.args])
            elif isinstance(stmt, Try):
                try:
                    values = self.block(stmt.then, (), env)
                except stmt.errors:
                    values = self.block(stmt.orelse, (), env)
            elif isinstance(stmt, If):
                arm = stmt.then if self.value(stmt.test, env) else stmt.orelse
                values = self.block(arm, (), env)
            else:
                values = self.loop(stmt, env)
            env.update(zip(stmt.outs, values, strict=True))
        return tuple(self.value(a, env) for a in block.results)

    def call(self, stmt: Call, args: list[Any]) -> tuple[Any, ...]:
        """The results of one call."""
        if isinstance(stmt.fn, Callee):
            return self.run(self.program.functions[stmt.fn.name], args)
        if stmt.fn is CLOSURE:
            function = self.program.functions[dict(stmt.params)["function"].name]
            return (lambda *free: self.run(function, (*free, *args))[0],)
        out = stmt.fn.call(*args, **dict(stmt.params))
        return (out,) if stmt.fn.outs == 1 else tuple(out or ())

    def loop(self, stmt: Loop, env: dict[Var, Any]) -> tuple[Any, ...]:
        """The carried values when a loop ends."""
        carried = tuple(self.value(a, env) for a in stmt.inits)
        indices = iter(self.indices(stmt, env))
        while True:
            if stmt.range is None:
                stop, *rest = self.block(stmt.body, carried, env)
            else:
                index = next(indices, None)
                if index is None:
                    return carried
                stop, *rest = self.block(stmt.body, (index, *carried), env)
            carried = tuple(rest)
            if stop:
                return carried

    def indices(self, stmt: Loop, env: dict[Var, Any]) -> Iterable[int]:
        """The indices that a loop runs over; none where it has no range."""
        if stmt.range is None:
            return ()
        forward = range(*(self.value(a, env) for a in stmt.range))
        return reversed(forward) if stmt.reverse else forward

    def value(self, atom: Atom, env: dict[Var, Any]) -> Any:
        """The value of an atom."""
        return atom.value if isinstance(atom, Lit) else env[atom]


def interpret(program: Program, args: Sequence[Any]) -> tuple[Any, ...]:
    """The results of the entry function on the values of all its parameters, captures included."""
    return Interpreter(program).run(program.main, args)
