"""Many at once: a function that computes for many values of some parameters what it computed for one.

Before: `f_reverse(residual, out_bar)`, the cotangents for one row.  After: `f_reverse_rows(residual, out_bar)` for many
rows, along the first axis of `out_bar` and of each result.  What does not depend on the rows is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ast_ad.analyses.dependence import Dependence
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, If, Lit, Loop, Program, Stmt, Try, Var
from ast_ad.ir.kinds import (
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Maybe,
    Opaque,
    Scalar,
    Static,
    Tuple,
    bound_kind,
    is_number,
    may_be_unbound,
)
from ast_ad.ir.lengths import new_length
from ast_ad.rules.batching import OneAtATime, Operand, at_once, is_elementwise
from ast_ad.rules.rows import REPEAT_ROWS, ZERO_ROWS, rows_kind
from ast_ad.rules.terms import Term, make
from ast_ad.transforms.pen import Pen
from ast_ad.transforms.regions import Region, unused

#: how many operands of a word are many where one is: they are held, or written to, together
_TOGETHER = {
    **dict.fromkeys((P.MAKE_LIST, P.MAKE_TUPLE, P.MAKE_FIXED, P.MAKE_DICT), 1 << 30),
    **dict.fromkeys((P.APPEND, P.LIST_CONCAT, P.LIST_SET, P.LIST_ADD, P.ADD_STRUCTURES, P.ADD_TO_SLICE), 2),
    **dict.fromkeys((P.INDEX_UPDATE, P.INDEX_ADD, P.LIST_GET, P.LIST_SLICE, P.POP, P.EXCHANGE), 1),
}
_LISTS = {P.APPEND, P.LIST_CONCAT, P.LIST_SET, P.LIST_ADD, P.ADD_TO_SLICE, P.LIST_GET, P.LIST_SLICE}


class Batching:
    """Writes functions of a program for many values of some of their parameters; `functions` holds what it wrote."""

    def __init__(self, functions: Mapping[str, Function], word: str) -> None:
        self.given = functions
        self.word = word
        self.dependence = Dependence(Program("", dict(functions)))
        self.functions: dict[str, Function] = {}
        self.names: dict[tuple[str, tuple[bool, ...]], str] = {}
        self.met: dict[str, list[Var]] = {}

    def results(self, name: str, pattern: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which results are many."""
        return self.dependence.varied_results(name, pattern)

    def function(self, name: str, pattern: tuple[bool, ...], every: bool = False) -> str:
        """The name of a function for many values of the marked parameters; with `every` all its results are many."""
        key = (name, pattern)
        if key not in self.names:
            taken = {*self.given, *self.names.values()}
            own = self.names[key] = unused(f"{name}_{self.word}", taken)
            function = self.given[name]
            if function.custom is not None:
                raise OneAtATime(f"{name}, which has a rule of its own")
            many = self.dependence.varied(function, pattern)
            flags = (True,) * len(function.block.results) if every else self.results(name, pattern)
            writer = _Rows(self, function, many, pattern)
            block = writer.whole(flags)
            params = tuple(replace(p, var=v) for p, v in zip(function.params, block.params, strict=True))
            self.functions[own] = replace(function, name=own, params=params, block=block)
            self.met[own] = list(writer.met)
        return self.names[key]


class _Rows:
    """Writes one function; `made` holds what stands for its variables, `many` those that differ from row to row."""

    def __init__(self, batching: Batching, function: Function, many: set[Atom], pattern: Sequence[bool]) -> None:
        self.batching = batching
        self.function = function
        self.many = many
        self.count = new_length()
        self.made: dict[Atom, Atom] = {}
        self.makers: dict[Var, Call] = {}
        self.met: dict[Var, None] = {}
        self.pen = Pen(Region(), 1)
        self.pattern = pattern

    def whole(self, flags: Sequence[bool]) -> Block:
        params = [self.fresh(v) for v in self.function.block.params]
        self.rows = next(v for v, p in zip(params, self.pattern, strict=True) if p)
        self.stmts(self.function.block.stmts)
        self.pen.about(self.function.origin)
        results = [
            self.as_rows(a) if f else self.one(a) for a, f in zip(self.function.block.results, flags, strict=True)
        ]
        return Block(tuple(params), tuple(self.pen.builder.stmts), tuple(results))

    def fresh(self, var: Var) -> Var:
        """The variable that stands for another."""
        kind = self.rows_kind(var.kind) if var in self.many else var.kind
        made = self.made[var] = Var(var.name, kind, var.origin)
        return made

    def rows_kind(self, kind: Kind) -> Kind:
        if may_be_unbound(kind):
            raise OneAtATime("a value that may not be bound")
        _check_known(kind)
        return rows_kind(kind.kind if isinstance(kind, Maybe) else kind, self.count)

    def now(self, atom: Atom) -> Atom:
        return self.made.get(atom, atom) if isinstance(atom, Var) else atom

    def one(self, atom: Atom) -> Atom:
        """What stands for an atom that is the same for all rows."""
        if atom in self.many:
            raise OneAtATime("a choice that differs from row to row")
        return self.now(atom)

    def as_rows(self, atom: Atom) -> Atom:
        """What stands for an atom, once for each row."""
        if atom in self.many or atom is UNDEFINED:
            return self.now(atom)
        kind = kind_of(atom)
        if isinstance(kind, (Static, Opaque)):
            return self.now(atom)
        maker = self.makers.get(atom) if isinstance(atom, Var) else None
        self.rows_kind(kind)
        rows = Term(self.rows)
        if maker is not None and maker.fn is P.MAKE_LIST and not maker.args:
            return self.now(atom)
        if maker is not None and maker.fn is P.ZEROS_LIKE:
            return self.pen.write(make(ZERO_ROWS, Term(self.now(maker.args[0])), rows))
        if isinstance(atom, Lit) and atom.value == 0:
            return self.pen.write(make(ZERO_ROWS, Term(atom), rows))
        return self.pen.write(make(REPEAT_ROWS, Term(self.now(atom)), rows))

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        for stmt in stmts:
            self.pen.builder.origin = stmt.origin
            if isinstance(stmt, Call):
                self.call(stmt)
            elif isinstance(stmt, If):
                self.branch(stmt)
            else:
                self.loop(stmt)

    def call(self, call: Call) -> None:
        for out in call.outs:
            self.makers[out] = call
        if not any(a in self.many for a in call.args):
            outs = tuple(map(self.fresh, call.outs))
            self.pen.builder.stmts.append(replace(call, outs=outs, args=tuple(map(self.now, call.args))))
            return
        if isinstance(call.fn, Callee):
            pattern = tuple(a in self.many for a in call.args)
            name = self.batching.function(call.fn.name, pattern)
            outs = tuple(map(self.fresh, call.outs))
            args = tuple(map(self.now, call.args))
            self.pen.builder.stmts.append(replace(call, fn=Callee(name), outs=outs, args=args))
            return
        if call.fn.effect or (call.fn.outs != 1 and call.fn is not P.POP):
            raise OneAtATime(call.fn.name)
        together = _TOGETHER.get(call.fn, 0)
        if call.fn in _LISTS and isinstance(kind_of(call.args[0]), Array):
            raise OneAtATime("elements of what is no list")
        args = tuple(self.as_rows(a) if k < together else self.now(a) for k, a in enumerate(call.args))
        if (
            together
            and any(a in self.many for a in call.args[together:])
            and call.fn not in (P.INDEX_UPDATE, P.INDEX_ADD)
        ):
            raise OneAtATime("a place that differs from row to row")
        if call.fn is P.POP:
            outs = tuple(map(self.fresh, call.outs))
            self.pen.builder.stmts.append(replace(call, outs=outs, args=args))
            return
        operands = [
            Operand(Term(now), kind_of(old), old in self.many or k < together)
            for k, (old, now) in enumerate(zip(call.args, args, strict=True))
        ]
        self.meet(call)
        term = at_once(call.fn, operands, dict(call.params))
        (out,) = call.outs
        made = self.pen.write(term, out.name)
        if out in self.many and is_number(out.kind):
            if isinstance(made, Lit):
                made = self.pen.write(make(REPEAT_ROWS, Term(made), Term(self.rows)))
            assert isinstance(made, Var)
            object.__setattr__(made, "kind", self.settled(made.kind, out.kind))
        self.made[out] = made

    def settled(self, found: Kind, old: Kind) -> Kind:
        """What is known of the kind of many rows: by how they are computed, and by the kind of one."""
        wanted = self.rows_kind(old)
        if not isinstance(found, Array) or found.dims is None:
            return wanted
        assert isinstance(wanted, Array)
        if wanted.dims is None or len(wanted.dims) != len(found.dims):
            raise OneAtATime("rows of another number of axes")
        return Array(found.dtype or wanted.dtype, wanted.dims)

    def meet(self, call: Call) -> None:
        """Note the arrays in whose shape many rows are computed."""
        assert isinstance(call.fn, P.Primitive)
        if call.fn in (P.ZEROS_LIKE, P.BROADCAST_LIKE, P.UNBROADCAST) or is_elementwise(call.fn):
            for atom in call.args:
                if isinstance(atom, Var) and atom not in self.many and isinstance(kind_of(atom), Array):
                    self.met[atom] = None

    def branch(self, stmt: If) -> None:
        outs = {out: k for k, out in enumerate(stmt.outs)}
        errors = isinstance(stmt, Try)
        test = stmt.test if errors else self.one(stmt.test)
        arms = []
        for arm in (stmt.then, stmt.orelse):
            region = Region()
            with self.pen.inside(region):
                self.stmts(arm.stmts)
                self.pen.builder.origin = stmt.origin
                results = tuple(
                    self.as_rows(arm.results[k]) if out in self.many else self.one(arm.results[k])
                    for out, k in outs.items()
                )
            arms.append(Block((), tuple(region.stmts), results))  # type: ignore[arg-type]
        made = tuple(map(self.fresh, stmt.outs))
        self.pen.builder.stmts.append(replace(stmt, outs=made, test=test, then=arms[0], orelse=arms[1]))

    def loop(self, stmt: Loop) -> None:
        skip = stmt.range is not None
        span = (
            None if stmt.range is None else (self.one(stmt.range[0]), self.one(stmt.range[1]), self.one(stmt.range[2]))
        )
        carried = stmt.body.params[skip:]
        inits = tuple(
            self.as_rows(init) if p in self.many else self.one(init)
            for p, init in zip(carried, stmt.inits, strict=True)
        )
        params = tuple(map(self.fresh, stmt.body.params))
        region = Region()
        with self.pen.inside(region):
            self.stmts(stmt.body.stmts)
            self.pen.builder.origin = stmt.origin
            stop, *results = stmt.body.results
            yields = tuple(
                self.as_rows(r) if p in self.many else self.one(r) for p, r in zip(carried, results, strict=True)
            )
            leaves = self.one(stop)
        body = Block(params, tuple(region.stmts), (leaves, *yields))  # type: ignore[arg-type]
        outs = tuple(map(self.fresh, stmt.outs))
        self.pen.builder.stmts.append(replace(stmt, outs=outs, range=span, inits=inits, body=body))


def _check_known(kind: Kind) -> None:
    """Raise unless the structure and the number of axes of a value are known."""
    kind = bound_kind(kind)
    if isinstance(kind, (Tuple, Fixed, Dict)):
        for item in kind.items:
            _check_known(item)
    elif isinstance(kind, List):
        _check_known(kind.item)
    elif not isinstance(kind, (Scalar, Array, Static, Opaque)) or (isinstance(kind, Array) and kind.dims is None):
        raise OneAtATime("a value of unknown shape")
