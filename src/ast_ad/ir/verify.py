"""Check that IR is well formed.  Run between all stages in the tests."""

from __future__ import annotations

from ast_ad.ir.core import Block, Call, Callee, Function, If, Lit, Loop, Program, Try, Var
from ast_ad.ir.walk import operands


class MalformedIR(AssertionError):
    """A stage wrote IR that breaks a rule; the message says which."""


def verify(program: Program) -> Program:
    """Each variable is defined once and before it is read, arities agree, callees exist.  Returns its argument."""
    for function in program.functions.values():
        _Checker(program, function).run()
    return program


def _says_whether_it_raised(stmt: Try) -> bool:
    ends = [arm.results[0] for arm in (stmt.then, stmt.orelse) if arm.results]
    return [e.value for e in ends if isinstance(e, Lit)] == [False, True]


class _Checker:
    def __init__(self, program: Program, function: Function) -> None:
        self.program = program
        self.function = function
        self.defined: set[Var] = set()

    def fail(self, text: str) -> None:
        raise MalformedIR(f"{self.function.name}: {text}")

    def run(self) -> None:
        params = tuple(p.var for p in self.function.params)
        if params != self.function.block.params:
            self.fail("the parameters are not those of the block")
        self.block(self.function.block, set())

    def define(self, variables: tuple[Var, ...], scope: set[Var]) -> None:
        for var in variables:
            if var in self.defined:
                self.fail(f"{var!r} is defined twice")
            self.defined.add(var)
            scope.add(var)

    def read(self, atoms: tuple[object, ...], scope: set[Var], where: str) -> None:
        for atom in atoms:
            if isinstance(atom, Var) and atom not in scope:
                self.fail(f"{where} reads {atom!r}, which is not defined there")

    def block(self, block: Block, outer: set[Var]) -> None:
        scope = set(outer)
        self.define(block.params, scope)
        for stmt in block.stmts:
            self.read(operands(stmt), scope, type(stmt).__name__)
            if isinstance(stmt, Call):
                self.call(stmt)
            elif isinstance(stmt, If):
                for arm in (stmt.then, stmt.orelse):
                    if arm.params or len(arm.results) != len(stmt.outs):
                        self.fail("an arm of an If has parameters, or not a result for each out")
                    self.block(arm, scope)
                if isinstance(stmt, Try) and not _says_whether_it_raised(stmt):
                    self.fail("the first out of a Try does not say whether it raised")
            elif isinstance(stmt, Loop):
                self.loop(stmt, scope)
            self.define(stmt.outs, scope)
        self.read(block.results, scope, "a block's results")

    def loop(self, stmt: Loop, scope: set[Var]) -> None:
        carried = len(stmt.inits)
        params = carried + (stmt.range is not None)
        if len(stmt.outs) != carried or len(stmt.body.params) != params:
            self.fail("a Loop has not an out and a parameter for each init")
        if len(stmt.body.results) != carried + 1:
            self.fail("the body of a Loop does not yield (stop, *carried)")
        self.block(stmt.body, scope)

    def call(self, stmt: Call) -> None:
        if not isinstance(stmt.fn, Callee):
            if len(stmt.outs) != stmt.fn.outs:
                self.fail(f"{stmt.fn.name} has {stmt.fn.outs} results, {len(stmt.outs)} are taken")
            return
        callee = self.program.functions.get(stmt.fn.name)
        if callee is None:
            self.fail(f"calls {stmt.fn.name}, which the program does not have")
        elif len(stmt.args) != len(callee.params) or len(stmt.outs) != len(callee.block.results):
            self.fail(f"calls {stmt.fn.name} with another number of arguments or results")
