"""Walk the IR: what a statement reads and defines, substitution, rewriting of nested blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Program, Stmt, Var
from ast_ad.ir.primitives import CLOSURE, MAKE_TUPLE


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks nested in a statement."""
    if isinstance(stmt, If):
        return (stmt.then, stmt.orelse)
    if isinstance(stmt, Loop):
        return (stmt.body,)
    return ()


def operands(stmt: Stmt) -> tuple[Atom, ...]:
    """The atoms that a statement itself reads, without what its blocks read."""
    if isinstance(stmt, Call):
        return stmt.args
    if isinstance(stmt, If):
        return (stmt.test,)
    return (*(stmt.range or ()), *stmt.inits)


def reads(stmt: Stmt) -> set[Var]:
    """The variables from outside that a statement reads, its blocks included."""
    found = {a for a in operands(stmt) if isinstance(a, Var)}
    for block in blocks_of(stmt):
        found |= free_variables(block)
    return found


def free_variables(block: Block) -> set[Var]:
    """The variables that a block reads and does not define."""
    found = {a for a in block.results if isinstance(a, Var)}
    for stmt in reversed(block.stmts):
        found -= set(stmt.outs)
        found |= reads(stmt)
    return found - set(block.params)


def statements(block: Block) -> Iterator[Stmt]:
    """All statements of a block and of the blocks in it, outer before inner."""
    for stmt in block.stmts:
        yield stmt
        for inner in blocks_of(stmt):
            yield from statements(inner)


def definitions(block: Block) -> Iterator[Var]:
    """All variables that a block and the blocks in it define."""
    yield from block.params
    for stmt in block.stmts:
        yield from stmt.outs
        for inner in blocks_of(stmt):
            yield from definitions(inner)


def reads_of(function: Function) -> Counter[Atom]:
    """How often each atom is read: by statements, as the result of a block, and as a result of the function."""
    reads: Counter[Atom] = Counter(function.block.results)
    for stmt in statements(function.block):
        reads.update(operands(stmt))
        for inner in blocks_of(stmt):
            reads.update(inner.results)
    return reads


def calls_by_result(function: Function) -> dict[Atom, Call]:
    """The call that gives each variable that a call gives."""
    return {out: stmt for stmt in statements(function.block) if isinstance(stmt, Call) for out in stmt.outs}


def may_raise(stmt: Stmt) -> bool:
    """Whether a statement, or one inside it, may raise.  What a transform wrote does not where the primal did not."""
    if isinstance(stmt, Call):
        if isinstance(stmt.fn, Callee):
            return True
        if stmt.origin is None or stmt.origin.sweep:
            return False
        return stmt.fn.effect or not stmt.fn.total(tuple(map(kind_of, stmt.args)), dict(stmt.params))
    return any(map(may_raise, (inner for block in blocks_of(stmt) for inner in block.stmts)))


def with_operands(stmt: Stmt, change: Callable[[Atom], Atom]) -> Stmt:
    """The statement with each atom it reads itself changed; the same object where nothing changes."""
    old = operands(stmt)
    new = tuple(map(change, old))
    if all(a is b for a, b in zip(old, new, strict=True)):
        return stmt
    if isinstance(stmt, Call):
        return replace(stmt, args=new)
    if isinstance(stmt, If):
        return replace(stmt, test=new[0])
    if stmt.range is None:
        return replace(stmt, inits=new)
    return replace(stmt, range=(new[0], new[1], new[2]), inits=new[3:])


def with_blocks(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """The statement with each nested block changed; the same object where nothing changes."""
    if isinstance(stmt, If):
        then, orelse = change(stmt.then), change(stmt.orelse)
        if then is stmt.then and orelse is stmt.orelse:
            return stmt
        return replace(stmt, then=then, orelse=orelse)
    if isinstance(stmt, Loop):
        body = change(stmt.body)
        return stmt if body is stmt.body else replace(stmt, body=body)
    return stmt


def substitute(block: Block, mapping: Mapping[Var, Atom]) -> Block:
    """The block with free variables replaced."""
    if not mapping:
        return block

    def change(atom: Atom) -> Atom:
        return mapping.get(atom, atom) if isinstance(atom, Var) else atom

    def inside(inner: Block) -> Block:
        stmts = tuple(with_blocks(with_operands(s, change), inside) for s in inner.stmts)
        results = tuple(map(change, inner.results))
        same = all(a is b for a, b in zip(stmts, inner.stmts, strict=True)) and all(
            a is b for a, b in zip(results, inner.results, strict=True)
        )
        return inner if same else replace(inner, stmts=stmts, results=results)

    return inside(block)


def map_functions(program: Program, change: Callable[[Function], Function]) -> Program:
    """The program with each function changed; the same object where nothing changes."""
    new = {name: change(fn) for name, fn in program.functions.items()}
    if all(new[name] is fn for name, fn in program.functions.items()):
        return program
    return replace(program, functions=new)


def count_statements(blocks: Iterable[Block]) -> int:
    """How many statements there are, nested ones included."""
    return sum(1 for block in blocks for _ in statements(block))


def unpacked(function: Function) -> Function:
    """A function that returns a tuple which it makes at its end, with as many results instead."""
    *stmts, last = function.block.stmts
    assert isinstance(last, Call)
    assert last.fn is MAKE_TUPLE
    assert function.block.results == last.outs
    return replace(function, block=replace(function.block, stmts=tuple(stmts), results=last.args))


def needed_by(function: Function) -> Iterator[str]:
    """The functions that a function calls, and those of its own rule."""
    yield from _called_by(function)
    if function.custom is not None:
        yield from function.custom.rules


def _called_by(function: Function) -> Iterator[str]:
    for stmt in statements(function.block):
        callee = callee_of(stmt)
        if callee is not None:
            yield callee.name


def callee_of(stmt: Stmt) -> Callee | None:
    """The function of the program that a statement calls, or hands to somebody who will."""
    if not isinstance(stmt, Call):
        return None
    if stmt.fn is CLOSURE:
        found: Callee = dict(stmt.params)["function"]
        return found
    return stmt.fn if isinstance(stmt.fn, Callee) else None


def with_callee(stmt: Call, name: str) -> Call:
    """The statement with another function in the place of the one that `callee_of` tells."""
    if stmt.fn is CLOSURE:
        return replace(stmt, params=(("function", Callee(name)), *stmt.params[1:]))
    return replace(stmt, fn=Callee(name))


def called_from(program: Program, names: Iterable[str]) -> Program:
    """The program without functions that none of these calls: the rules of others."""
    waiting = list(names)
    found = set(waiting)
    while waiting:
        for name in _called_by(program.functions[waiting.pop()]):
            if name not in found:
                found.add(name)
                waiting.append(name)
    if len(found) == len(program.functions):
        return program
    return Program(program.entry, {name: f for name, f in program.functions.items() if name in found})


def gathered(functions: Mapping[str, Function], *names: str) -> dict[str, Function]:
    """The functions of these names and all that they need, callees before callers where there is no recursion."""
    found: dict[str, Function] = {}

    def reach(name: str) -> None:
        if name not in found:
            found[name] = functions[name]
            for needed in needed_by(functions[name]):
                reach(needed)

    for name in names:
        reach(name)
    return dict(reversed(list(found.items())))
