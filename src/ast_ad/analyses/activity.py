"""Activity: which variables depend on what is differentiated (varied) and influence the result (useful).

Only variables that are both have tangents and cotangents.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from ast_ad.analyses.disguises import check_disguises
from ast_ad.analyses.shifts import cancelled_shifts
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Program, Stmt, Var
from ast_ad.ir.kinds import Array, Kind, Scalar, carries_derivative
from ast_ad.rules.modes import Custom, Elementwise, Linear, NonDifferentiable, Rule, Selecting
from ast_ad.rules.table import rule_of

_CONSTANT = {
    P.LENGTH,
    P.IS_EMPTY,
    P.SHAPE,
    P.IS,
    P.IS_NOT,
    P.IN,
    P.NOT_IN,
    P.NOT,
    P.TO_INT,
    P.TO_BOOL,
    P.ZEROS_LIKE,
    P.SEED,
}
#: operands that choose and do not enter the value: a subscript, a position in a list
_CHOOSERS = {
    P.GETITEM: 1,
    P.INDEX_UPDATE: 2,
    P.INDEX_ADD: 2,
    P.LIST_SLICE: 1,
    P.ADD_TO_SLICE: 2,
    P.LIST_GET: 1,
    P.EXCHANGE: 1,
    P.LIST_SET: 2,
    P.LIST_ADD: 2,
    P.TAKE_OUT: 1,
}
_SHAPE_ONLY = {P.UNBROADCAST, P.BROADCAST_LIKE, P.CAST_LIKE, P.OR_ZEROS}


def can_vary(kind: Kind) -> bool:
    """Whether a value of this kind can have a derivative: not truth values, integer arrays, what is no number."""
    if isinstance(kind, Scalar):
        return kind.type != "bool"
    if isinstance(kind, Array):
        return carries_derivative(kind)
    return carries_derivative(kind) or not kind_is_settled(kind)


def kind_is_settled(kind: Kind) -> bool:
    """Whether a structure is known not to hold a Python integer (which may have a cotangent)."""
    items = getattr(kind, "items", None)
    if items is not None:
        return not any(map(can_vary, items))
    item = getattr(kind, "item", None) or getattr(kind, "kind", None)
    return not can_vary(item) if isinstance(item, Kind) else True


def passing_operands(call: Call) -> tuple[Atom, ...]:
    """The operands of a primitive call through which a derivative passes to its results."""
    fn = call.fn
    assert isinstance(fn, P.Primitive)
    if fn in _CONSTANT:
        return ()
    if fn in _CHOOSERS:
        return call.args[: _CHOOSERS[fn]]
    if fn in _SHAPE_ONLY:
        return call.args[:1]
    rule = rule_of(fn, map(kind_of, (*call.args, *call.outs)))
    return call.args if rule is None else tuple(a for a, p in zip(call.args, _passes(rule, call), strict=True) if p)


def _passes(rule: Rule, call: Call) -> list[bool]:
    """For each operand, whether a derivative passes through it."""
    count = len(call.args)
    if isinstance(rule, NonDifferentiable):
        return [False] * count
    if isinstance(rule, (Elementwise, Selecting)):
        shares: tuple[object, ...] = rule.partials if isinstance(rule, Elementwise) else rule.shares
        return [i < len(shares) and shares[i] is not None for i in range(count)]
    if isinstance(rule, (Linear, Custom)):
        holes = [name for name, value in call.params if value is P.HOLE]
        places: list[int | str] = [*range(count - len(holes)), *holes]
        table = rule.transposes if isinstance(rule, Linear) else rule.cotangents
        return [place in table or "*" in table for place in places]
    return [True] * count


@dataclass
class Activity:
    """The activity of one program; answers are kept for each function and pattern of varied parameters."""

    program: Program
    results: dict[tuple[str, tuple[bool, ...]], tuple[bool, ...]] = field(default_factory=dict)
    changed: bool = False

    def varied_results(self, name: str, pattern: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which results of a function vary when these parameters do."""
        key = (name, pattern)
        if key not in self.results:
            function = self.program.functions[name]
            if function.custom is not None:
                self.results[key] = (any(pattern),) * len(function.block.results)
                return self.results[key]
            self.results[key] = (False,) * len(function.block.results)
            while True:
                varied = self.varied(function, pattern)
                found = tuple(a in varied for a in function.block.results)
                if found == self.results[key]:
                    break
                self.results[key] = found
        return self.results[key]

    def varied(self, function: Function, pattern: Sequence[bool], constant: Set[Var] = frozenset()) -> set[Atom]:
        """The variables of a function that depend on the parameters marked in `pattern`, not through a `constant`."""
        varied: set[Atom] = {v for v, p in zip(function.block.params, pattern, strict=True) if p and can_vary(v.kind)}
        self._vary_block(function.block, varied, constant)
        return varied

    def _vary_block(self, block: Block, varied: set[Atom], constant: Set[Var]) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                if constant.isdisjoint(stmt.outs):
                    self._vary_call(stmt, varied)
            elif isinstance(stmt, If):
                for arm in (stmt.then, stmt.orelse):
                    self._vary_block(arm, varied, constant)
                    varied.update(o for o, a in zip(stmt.outs, arm.results, strict=True) if a in varied)
            else:
                self._vary_loop(stmt, varied, constant)

    def _vary_call(self, call: Call, varied: set[Atom]) -> None:
        if isinstance(call.fn, Callee):
            pattern = tuple(a in varied for a in call.args)
            if any(pattern):
                found = self.varied_results(call.fn.name, pattern)
                varied.update(o for o, v in zip(call.outs, found, strict=True) if v and can_vary(o.kind))
        elif any(a in varied for a in passing_operands(call)):
            varied.update(o for o in call.outs if can_vary(o.kind))

    def _vary_loop(self, loop: Loop, varied: set[Atom], constant: Set[Var]) -> None:
        carried = loop.body.params[loop.range is not None :]
        sources = list(zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True))
        while True:
            before = len(varied)
            varied.update(p for p, init, result, _ in sources if init in varied or result in varied)
            self._vary_block(loop.body, varied, constant)
            if len(varied) == before:
                break
        varied.update(out for param, _, _, out in sources if param in varied)

    def active(self, function: Function, pattern: Sequence[bool], seeds: Sequence[bool]) -> set[Atom]:
        """The variables that vary with the marked parameters and influence the marked results."""
        varied = self.varied(function, pattern)
        shifts = cancelled_shifts(function, seeds)
        if not shifts.isdisjoint(varied):
            varied = self.varied(function, pattern, shifts)
        useful: set[Atom] = {a for a, s in zip(function.block.results, seeds, strict=True) if s}
        _use_block(function.block, useful)
        check_disguises(function, varied, useful, passing_operands)
        return varied & useful


def _use_block(block: Block, useful: set[Atom]) -> None:
    for stmt in reversed(block.stmts):
        _use_stmt(stmt, useful)


def _use_stmt(stmt: Stmt, useful: set[Atom]) -> None:
    if isinstance(stmt, Call):
        if any(o in useful for o in stmt.outs):
            args = stmt.args if isinstance(stmt.fn, Callee) else passing_operands(stmt)
            useful.update(a for a in args if isinstance(a, Var))
    elif isinstance(stmt, If):
        for arm in (stmt.then, stmt.orelse):
            useful.update(a for o, a in zip(stmt.outs, arm.results, strict=True) if o in useful and isinstance(a, Var))
            _use_block(arm, useful)
    else:
        _use_loop(stmt, useful)


def _use_loop(loop: Loop, useful: set[Atom]) -> None:
    carried = loop.body.params[loop.range is not None :]
    sources = list(zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True))
    useful.update(param for param, _, _, out in sources if out in useful)
    while True:
        before = len(useful)
        useful.update(result for param, _, result, _ in sources if param in useful and isinstance(result, Var))
        _use_block(loop.body, useful)
        if len(useful) == before:
            break
    useful.update(init for param, init, _, _ in sources if param in useful and isinstance(init, Var))
