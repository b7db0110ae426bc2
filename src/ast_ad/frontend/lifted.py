"""A function that is handed to a library, as a function of the program: what it reads from outside comes last.

lambda u: u**3 - s * u          becomes f(u, s), and the text hands over `lambda u: f(u, s)`
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend.bound import closure_of
from ast_ad.frontend.context import Lowering, Unit
from ast_ad.frontend.enclosed import Enclosed
from ast_ad.frontend.nested import captured_operand, enclosed_in, join_program
from ast_ad.frontend.products import lowered_by_runner
from ast_ad.frontend.signature import Argument
from ast_ad.frontend.values import Closure, Static, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Callee, Function, Param, Program, Var
from ast_ad.ir.kinds import Kind, carries_derivative
from ast_ad.ir.lengths import outside
from ast_ad.ir.walk import gathered
from ast_ad.library_functions import in_python


class Lifted:
    """A function with the parameters (*free, *held): the caller has values for those that are held."""

    __call__ = print  # callable like the function it stands for; nobody calls it

    def __init__(self, unit: Unit, function: Function, free: int) -> None:
        self.functions = gathered(unit.functions, function.name)
        self.entry = function.name
        self.free = free
        self.count = len(function.params)
        self.names: dict[int, tuple[Unit, str]] = {id(unit): (unit, function.name)}
        self.__name__ = self.__qualname__ = function.name

    def name_in(self, lo: Lowering) -> str:
        """The name of the function in the program that is being read."""
        from ast_ad.frontend.lower import Lowered

        unit = lo.unit
        if id(unit) not in self.names:
            program = Program(self.entry, self.functions)
            self.names[id(unit)] = unit, join_program(lo, Lowered(program, (), ()))[0].name
        return self.names[id(unit)][1]

    def __ast_ad_call__(self, lo: Lowering, args: Sequence[Value], name: str) -> Value:
        """The result of a call with all arguments; more than there are parameters are of no interest here."""
        entry = lo.unit.functions[self.name_in(lo)]
        out = lo.new(name, outside(kind_of(entry.block.results[0])))
        lo.call((out,), entry.name, [lo.atom(value) for value in args[: self.count]])
        return lo.value_of(out, name)

    def closure(self, lo: Lowering, held: Sequence[Value]) -> Var:
        """The function of the free parameters, for a library to call."""
        atoms = [lo.atom(value) for value in held[: self.count - self.free]]
        return lo.emit(P.CLOSURE, *atoms, function=Callee(self.name_in(lo)), free=self.free)


def lift(lo: Lowering, value: Value, free: Sequence[tuple[str, Kind]], given: Sequence[Atom], title: str) -> Any:
    """The function that a value stands for, and the values that it holds: (lifted, varying, constant).

    It is called with parameters of the kinds `free`, which the library gives, and then `given`.  Of what it holds,
    what carries derivatives comes first.
    """
    function = _object(lo, value, title)
    arguments = _arguments(lo, function, free, given, title)
    enclosed = enclosed_in(function)
    with enclosed.seen_from(lo) if enclosed is not None else nullcontext():
        lowered = lowered_by_runner(function, arguments)
    entry, _ = join_program(lo, lowered)
    count = len(free)
    held: list[tuple[Param, Atom]] = list(zip(entry.params[count:], given, strict=False))
    held += [(p, captured_operand(lo, p)) for p in entry.params[count + len(given) :]]
    held.sort(key=lambda pair: not carries_derivative(pair[0].var.kind))
    params = [Param(p.var) for p in (*entry.params[:count], *(p for p, _ in held))]
    block = replace(entry.block, params=tuple(p.var for p in params))
    made = lo.unit.functions[entry.name] = replace(entry, params=tuple(params), block=block)
    split = sum(carries_derivative(p.var.kind) for p, _ in held)
    atoms = [atom for _, atom in held]
    return Lifted(lo.unit, made, count), atoms[:split], atoms[split:]


def _object(lo: Lowering, value: Value, title: str) -> Any:
    value = closure_of(lo, value)
    if isinstance(value, Closure):
        return Enclosed(value, lo)
    if isinstance(value, Static) and callable(value.obj):
        return in_python(value.obj)
    raise lo.error(WrongArgument, f"{title} of {describe(value)}", remedy="Give it a function.")


def _arguments(
    lo: Lowering, function: Any, free: Sequence[tuple[str, Kind]], given: Sequence[Atom], title: str
) -> list[Argument]:
    """What is known of the parameters of a function that a library calls by position."""
    kinds = [*(kind for _, kind in free), *map(kind_of, given)]
    try:
        signature = inspect.signature(function)
        signature.bind(*kinds)
    except (TypeError, ValueError) as error:
        raise lo.error(
            WrongArgument, f"{title} calls its function with {len(kinds)} arguments: {error}", remedy="Take as many."
        ) from None
    parameters = list(signature.parameters.values())
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if len(parameters) != len(kinds) or any(p.kind not in plain for p in parameters):
        raise lo.error(
            UnknownAtCompileTime,
            f"{title} of a function with other parameters than the {len(kinds)} that it is called with",
            remedy=f"Write a function of {len(kinds)} parameters, or lambda {', '.join(n for n, _ in free)}: ...",
        )
    return [Argument(p.name, kind) for p, kind in zip(parameters, kinds, strict=True)]
