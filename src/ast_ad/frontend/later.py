"""Rules that are read when a transform asks for them: they call what has such a rule too, and so on without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ast_ad.frontend.calls import new_frame
from ast_ad.frontend.context import Lowering, Unit
from ast_ad.frontend.custom import Body, Record, free_name, sweeps_of, tangent_of
from ast_ad.frontend.lifted import Lifted
from ast_ad.frontend.prune import prune
from ast_ad.frontend.values import Static, Value
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Block, Custom, Function, Program
from ast_ad.ir.walk import with_blocks


def lower_alone(lo: Lowering, record: Record, key: Any, function: Static, order: tuple[str, ...]) -> None:
    """Lower the function without its rule, which computes what has a rule too, and so on without end."""
    work = Body(lo, record, record.source, record.name)
    value = work.call(record.source, [work.given[arg] for arg in order])
    primal = work.finish([work.lo.atom(value)])
    record.kind = kind_of(primal.block.results[0])
    lo.unit.records[key] = record
    lifted = tuple(part for value in record.fixed.values() for part in _lifted_in(value))
    custom = Custom(
        "later", tuple(f.name_in(lo) for f in lifted), record.by, _Maker(record, key, function, order, lifted)
    )
    lo.unit.functions[record.name] = replace(primal, custom=custom)


def _lifted_in(value: Value) -> tuple[Lifted, ...]:
    """The functions of the program that a constant argument is, or holds."""
    obj = value.obj if isinstance(value, Static) else None
    return (obj,) if isinstance(obj, Lifted) else tuple(getattr(obj, "functions_held", ()))


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """Writes the rule of a function for one mode."""

    record: Record
    key: Any
    function: Static
    order: tuple[str, ...]
    lifted: tuple[Lifted, ...]

    def make(self, program: Program, function: Function, mode: str) -> dict[str, Function]:
        """The functions of the rule, and the function with a rule of this mode."""
        assert function.custom is not None
        unit = Unit()
        unit.names |= set(program.functions)
        unit.functions |= program.functions
        lo = Lowering(unit)
        new_frame(lo, self.record.source.node, self.record.source, None, function.name, _At(function.origin))
        for lifted, name in zip(self.lifted, function.custom.rules, strict=True):
            lifted.names[id(unit)] = unit, name
        record = unit.records[self.key] = replace(self.record, name=function.name)
        fwd, bwd, push = self.function.obj.rules
        made: Sequence[Function]
        if mode == "vjp":
            names = [free_name(lo, rule.__name__) for rule in (fwd, bwd)]
            first, second = sweeps_of(lo, record, (fwd, bwd), names, self.order)
            made = (first, replace(second, block=_unread_may_go(second.block)))
        else:
            names = [free_name(lo, push.__name__)]
            made = tangent_of(lo, record, self.function, names, self.order, push)
        custom = Custom(mode, tuple(names), function.custom.by)
        found = {**unit.functions, **{f.name: f for f in made}, function.name: replace(function, custom=custom)}
        return {name: prune(f) if name not in program.functions else f for name, f in found.items()}


def _unread_may_go(block: Block) -> Block:
    """The statements of a reverse sweep: those whose results nobody wants need not run, even if they may raise."""

    def inside(inner: Block) -> Block:
        stmts = (
            with_blocks(replace(s, origin=s.origin and replace(s.origin, again=True)), inside) for s in inner.stmts
        )
        return replace(inner, stmts=tuple(stmts))

    return inside(block)


class _At:
    """Stands for a caller at a place."""

    def __init__(self, place: Any) -> None:
        self.place = place

    def origin(self) -> Any:
        """The place."""
        return self.place
