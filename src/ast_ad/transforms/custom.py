"""Functions with rules of the user's own: what stands for their sweeps and for their tangents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ast_ad import errors
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Custom, Function, Param, Program, Var
from ast_ad.ir.kinds import Kind, cotangent_kind


def check_custom(program: Program, call: Call, pattern: Sequence[bool], mode: str) -> None:
    """Raise NoDerivative where the rule of the function that is called does not say what is asked."""
    assert isinstance(call.fn, Callee)
    function = program.functions[call.fn.name]
    custom = function.custom
    if custom is None:
        return
    if mode == "jvp" and custom.mode == "vjp":
        raise errors.NoDerivative(
            f"{function.name} has a rule for reverse mode only (custom_vjp), and forward mode asks for its tangent",
            call.origin,
            remedy="Use grad, vjp or jacrev, or give the rule with custom_jvp, which serves both modes.",
        )
    for param, active, known in zip(function.params, pattern, custom.by, strict=True):
        if active and not known:
            raise errors.NoDerivative(
                f"the rule of {function.name} has no derivative by {param.var.name}",
                call.origin,
                reason=f"{param.var.name} is active here: it depends on what is differentiated.",
                remedy="Take it out of nondiff_argnums, pass it as an argument, or stop its gradient (stop_gradient).",
            )


def with_rules(program: Program, mode: str) -> tuple[Program, dict[str, Custom]]:
    """The program with rules for a mode where they are written when asked for, and what said so before."""
    waiting = {n: f.custom for n, f in program.functions.items() if f.custom is not None and f.custom.mode == "later"}
    for name, custom in waiting.items():
        program = replace(program, functions=custom.maker.make(program, program.functions[name], mode))
    return program, waiting


def without_rules(functions: Mapping[str, Function], waiting: Mapping[str, Custom]) -> dict[str, Function]:
    """Functions whose rules are to be written again when they are asked for."""
    return {n: replace(f, custom=waiting[n]) if n in waiting else f for n, f in functions.items()}


def picked(backward: Function, name: str, pattern: Sequence[bool], by: Sequence[bool]) -> Function:
    """The reverse sweep of a `custom_vjp` function for those of its parameters that are active."""
    results = iter(backward.block.results)
    found = [next(results) if known else None for known in by]
    wanted = tuple(atom for atom, active in zip(found, pattern, strict=True) if active and atom is not None)
    return replace(backward, name=name, block=replace(backward.block, results=wanted))


def with_tangents(function: Function, name: str, pattern: Sequence[bool]) -> Function:
    """The tangent of a `custom_jvp` function for active parameters: (params, their tangents) -> (out, out_dot)."""
    assert function.custom is not None
    params = _fresh(function)
    dots = {k: Var(f"{p.name}_dot", cotangent_kind(p.kind)) for k, p in enumerate(params) if pattern[k]}
    builder = Builder(function.origin)
    given = _tangents(function, params, dots, builder)
    out = kind_of(function.block.results[0])
    outs = (Var("out", out), Var("out_dot", cotangent_kind(out)))
    builder.add(Call(outs, Callee(function.custom.rules[0]), (*params, *given), (), function.origin))
    return _function(function, name, (*params, *dots.values()), builder, outs)


def without_tangents(function: Function, name: str, forward: str, residual: Kind | None) -> Function:
    """The forward sweep of a `custom_jvp` function: that of its rule, linear in tangents that are zero here."""
    params = _fresh(function)
    builder = Builder(function.origin)
    given = _tangents(function, params, {}, builder)
    out = kind_of(function.block.results[0])
    outs = [Var("out", out), Var("out_dot", cotangent_kind(out))]
    outs += [] if residual is None else [Var("residual", residual)]
    builder.add(Call(tuple(outs), Callee(forward), (*params, *given), (), function.origin))
    return _function(function, name, params, builder, (outs[0], *outs[2:]))


def _fresh(function: Function) -> tuple[Var, ...]:
    return tuple(Var(p.var.name, p.var.kind, p.var.origin) for p in function.params)


def _tangents(function: Function, params: Sequence[Var], dots: dict[int, Var], builder: Builder) -> list[Atom]:
    """The tangent of each parameter that the rule has a derivative by, zeros written out."""
    assert function.custom is not None
    known = [k for k, by in enumerate(function.custom.by) if by]
    return [dots[k] if k in dots else builder.call(P.ZEROS_LIKE, params[k]) for k in known]


def _function(like: Function, name: str, params: Sequence[Var], builder: Builder, results: Sequence[Atom]) -> Function:
    block = Block(tuple(params), tuple(builder.stmts), tuple(results))
    return Function(name, tuple(map(Param, params)), block, "", like.origin)
