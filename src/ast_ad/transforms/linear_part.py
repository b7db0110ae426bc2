"""The tangent of a function as a linear function of its own.

Before: `f_jvp(x, x_dot) -> (out, out_dot)`.  After: `f_recorded(x) -> (out, residual)` computes the function and all
that its tangent reads, once, and `f_tangent(residual, x_dot) -> out_dot` gives the tangent, as often as it is called.
A loop or branch with tangents inside runs in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ast_ad import errors
from ast_ad.analyses.dependence import Dependence
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Block, Call, Function, Param, Program, Stmt, Var
from ast_ad.ir.kinds import Tuple
from ast_ad.ir.places import Place
from ast_ad.ir.walk import free_variables, gathered, reads, substitute, unpacked, with_blocks
from ast_ad.transforms import forward
from ast_ad.transforms.recomputed import title, unrepeatable, with_silent
from ast_ad.transforms.regions import unused


@dataclass(frozen=True)
class Linearised:
    """`recorded(*params) -> (result, residual)` and `tangent(residual, *dots) -> out_dot`, among `functions`."""

    functions: dict[str, Function]
    recorded: str
    tangent: str


def linearised(program: Program, wrt: Sequence[Place], has_aux: bool = False) -> Linearised:
    """The two functions, each with its results apart, and all that they call."""
    main = program.main
    moved = forward.tangent(program, wrt, has_aux, value=False)
    own = {p.var for p in main.params}
    given = [p.var for p in moved.main.params if p.var not in own]
    out_dot = unpacked(moved.main).block.results[0] if has_aux else moved.main.block.results[0]
    depends = Dependence(moved, by_shape=True).varied(moved.main, [p.var not in own for p in moved.main.params])
    originals = {out: stmt for stmt in main.block.stmts for out in stmt.outs}
    first: dict[Stmt, None] = {}
    second: list[Stmt] = []
    for stmt in moved.main.block.stmts:
        if any(out in depends for out in stmt.outs):
            second.append(stmt)
        if depends.isdisjoint(stmt.outs) and depends.isdisjoint(reads(stmt)):
            first[stmt] = None
        else:
            first.update((originals[out], None) for out in stmt.outs if out in originals)
    linear = _again(Block((), tuple(second), (out_dot,)))
    read = free_variables(linear)
    needed = [v for v in (*main.block.params, *(o for s in first for o in s.outs)) if v in read]
    packed, taken = (Var("residual", Tuple(tuple(v.kind for v in needed))) for _ in range(2))
    taken_apart = {v: Var(v.name, v.kind, v.origin) for v in needed}
    items = [Call((out,), P.ITEM, (taken,), (("key", k),)) for k, out in enumerate(taken_apart.values())]
    linear = substitute(linear, taken_apart)
    functions = {**program.functions, **moved.functions}
    names = [unused(f"{main.name}_{word}", functions) for word in ("recorded", "tangent")]
    whole = (*first, Call((packed,), P.MAKE_TUPLE, tuple(needed)))
    recorded = replace(main, name=names[0], block=Block(main.block.params, whole, (*main.block.results, packed)))
    params = (taken, *given)
    block = Block(params, (*items, *linear.stmts), linear.results)
    origin = main.origin and replace(main.origin, sweep=1)
    tangent = Function(names[1], tuple(map(Param, params)), block, "", origin, None, main.ignored)
    functions = with_silent({**functions, names[0]: recorded, names[1]: tangent}, names[1])
    twice = unrepeatable(functions, names[1])
    if twice is not None:
        raise errors.NoDerivative(
            f"{main.name} as a value and a linear tangent, where a loop, a branch or a function calls {title(twice)}",
            twice.origin,
            reason="What has tangents inside runs again with each tangent, and may give another result then.",
            remedy="Call it before and pass what it gives, or use jvp.",
        )
    return Linearised(gathered(functions, *names), names[0], names[1])


def split(program: Program, wrt: Sequence[Place], has_aux: bool = False) -> tuple[Program, str, str]:
    """The program with `f_recorded(...) -> (result, residual)` and `f_tangent(residual, *dots)`, and both names."""
    made = linearised(program, wrt, has_aux)
    recorded = made.functions[made.recorded]
    block = recorded.block
    pair = Var("", Tuple(tuple(map(kind_of, block.results))))
    block = replace(block, stmts=(*block.stmts, Call((pair,), P.MAKE_TUPLE, block.results)), results=(pair,))
    functions = {**made.functions, made.recorded: replace(recorded, block=block)}
    return Program(made.recorded, functions), made.recorded, made.tangent


def _again(block: Block) -> Block:
    """The block, whose statements run a second time: what nobody reads of them may go."""
    stmts = []
    for stmt in block.stmts:
        origin = stmt.origin and replace(stmt.origin, again=True)
        stmts.append(with_blocks(replace(stmt, origin=origin), _again))
    return replace(block, stmts=tuple(stmts))
