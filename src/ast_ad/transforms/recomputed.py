"""Functions that a reverse sweep computes again from their arguments: what may be done twice, and how it is marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ast_ad import errors
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Block, Call, Callee, Function, Param, Program, Stmt, Var
from ast_ad.ir.walk import callee_of, statements, with_blocks, with_callee
from ast_ad.transforms.regions import Region, nodes, unused

#: what a second run leaves out, and what it may do: a path that raises was left in the first run
_LEFT_OUT = (P.PRINT, P.ASSERT)
_REPEATABLE = (*_LEFT_OUT, P.RAISE)


def recomputed(program: Program) -> Program:
    """The program, whose entry is computed again where it is reversed."""
    main = replace(program.main, recomputed=True)
    return replace(program, functions={**program.functions, main.name: main})


def calling(program: Program) -> Program:
    """The program whose entry calls that of another, so that it is a function among others."""
    main = program.main
    name = unused(f"{main.name}_primal", program.functions)
    params = tuple(replace(p, var=Var(p.var.name, p.var.kind, p.var.origin)) for p in main.params)
    outs = tuple(Var("out", kind_of(result)) for result in main.block.results)
    call = Call(outs, Callee(name), tuple(p.var for p in params), (), main.origin)
    block = Block(tuple(p.var for p in params), (call,), outs)
    entry = replace(main, params=params, block=block, recomputed=False)
    inner = replace(main, name=name, params=tuple(Param(p.var) for p in main.params))
    others = {key: f for key, f in program.functions.items() if key != main.name}
    return Program(main.name, {**others, name: inner, main.name: entry})


def check_repeatable(program: Program, name: str) -> None:
    """Raise NoDerivative where a second run of a function could differ from the first."""
    call = unrepeatable(program.functions, name)
    if call is not None:
        raise errors.NoDerivative(
            f"{name} is under checkpoint, and calls {title(call)}",
            call.origin,
            reason="The reverse sweep runs it a second time, which may give another result or take effect twice.",
            remedy=f"Call it outside, and pass {name} what it gives.",
        )


def title(call: Call) -> str:
    """What a call calls, in an error."""
    if call.fn is P.CALL_OPAQUE and isinstance(call.args[0], Var):
        return call.args[0].name
    return f"{call.fn!r}"


def _calls_in(program: Program, name: str, seen: set[str]) -> Iterator[Call]:
    seen.add(name)
    for stmt in statements(program.functions[name].block):
        if isinstance(stmt, Call):
            yield stmt
            callee = callee_of(stmt)
            if callee is not None and callee.name not in seen:
                yield from _calls_in(program, callee.name, seen)


def silenced(program: Program) -> tuple[Program, dict[str, str]]:
    """The program with a second version of what its recomputed functions call, and the names of those versions.

    The second versions print and assert nothing; where a function does neither, it is its own second version.
    """
    names: dict[str, str] = {}
    for name, function in program.functions.items():
        if function.recomputed:
            for reached in _reached(program, name):
                if any(call.fn in _LEFT_OUT for call in _calls_in(program, reached, set())):
                    names[reached] = unused(f"{reached}_again", {*program.functions, *names.values()})
    made = {own: _silent(program.functions[name], own, names) for name, own in names.items()}
    return (replace(program, functions={**program.functions, **made}) if made else program), names


def with_silent(functions: Mapping[str, Function], name: str) -> dict[str, Function]:
    """The functions, one of which prints and asserts nothing, nor does what it calls."""
    program = Program(name, dict(functions))
    names: dict[str, str] = {}
    for reached in _reached(program, name):
        if reached != name and any(call.fn in _LEFT_OUT for call in _calls_in(program, reached, set())):
            names[reached] = unused(f"{reached}_again", {*functions, *names.values()})
    made = {own: _silent(functions[other], own, names) for other, own in names.items()}
    return {**functions, **made, name: _silent(functions[name], name, names)}


def unrepeatable(functions: Mapping[str, Function], name: str) -> Call | None:
    """A call in a function, or in what it calls, that may not be done twice."""
    for call in _calls_in(Program(name, dict(functions)), name, set()):
        if isinstance(call.fn, P.Primitive) and call.fn.effect and call.fn not in _REPEATABLE:
            return call
    return None


def _reached(program: Program, name: str) -> list[str]:
    found = {name: None}
    for call in _calls_in(program, name, set()):
        callee = callee_of(call)
        if callee is not None:
            found[callee.name] = None
    return list(found)


def _silent(function: Function, name: str, names: dict[str, str]) -> Function:
    def inside(block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if not isinstance(stmt, Call):
                stmts.append(with_blocks(stmt, inside))
            elif (callee := callee_of(stmt)) is not None and callee.name in names:
                stmts.append(with_callee(stmt, names[callee.name]))
            elif stmt.fn not in _LEFT_OUT:
                stmts.append(stmt)
        return replace(block, stmts=tuple(stmts))

    return replace(function, name=name, block=inside(function.block))


def mark_again(forward: Region) -> None:
    """Note that the statements of a forward sweep are run a second time: what nobody reads of them may go."""
    for region, node in list(nodes(forward)):
        if node.origin is None or node.origin.again:
            continue
        origin = replace(node.origin, again=True)
        if isinstance(node, Call):
            region.stmts[region.stmts.index(node)] = replace(node, origin=origin)
        else:
            node.origin = origin
