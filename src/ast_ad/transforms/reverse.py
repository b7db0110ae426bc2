"""Reverse mode: programs that compute vector-Jacobian products.

`gradient` writes one function with both sweeps; `pullback` writes two, with the residuals handed from one to the other.
A function that is called has a pair `g_forward`, `g_reverse` for each pattern of active parameters and results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ast_ad.analyses.activity import Activity
from ast_ad.analyses.selection import selected
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Origin, Param, Program, Var
from ast_ad.ir.kinds import (
    Array,
    Kind,
    List,
    Residual,
    Scalar,
    Tuple,
    carries_derivative,
    cotangent_kind,
    is_complex,
    rank,
)
from ast_ad.ir.places import Place, parameter_at
from ast_ad.ir.walk import blocks_of, free_variables, gathered, map_functions, operands, statements
from ast_ad.rules.terms import Term, call, make, term
from ast_ad.transforms.adjoint import Sweep
from ast_ad.transforms.contributions import calls_the_unknown, checked, complex_where_complex
from ast_ad.transforms.custom import check_custom, picked, with_rules, without_rules, without_tangents
from ast_ad.transforms.numbers import as_number, in_dtype
from ast_ad.transforms.recomputed import check_repeatable, mark_again, silenced
from ast_ad.transforms.regions import Region, distinct, freeze, nodes, substitute, unused
from ast_ad.transforms.storage import place_residuals
from ast_ad.transforms.trees import Tree, dense, element, structure
from ast_ad.transforms.unbound import mark_unbound


def gradient(
    program: Program,
    wrt: Sequence[Place],
    *,
    value: bool = False,
    has_aux: bool = False,
    one: bool = True,
    of_sum: bool = False,
) -> Program:
    """The program that computes the gradient of the result, or `of_sum` of its elements, by the parameters at `wrt`.

    Its result is the gradient (a tuple of them unless `one`), or with `value` the pair (result, gradient); with
    `has_aux` the function returns (result, aux) and `aux` is handed on: (gradient, aux) or ((result, aux), gradient).
    """
    return _Reverse(program).gradient(wrt, value, has_aux, one, of_sum)


def pullback(program: Program, wrt: Sequence[Place], has_aux: bool = False) -> tuple[Program, str, str]:
    """The program with `f_forward(...) -> (result, residual)` and `f_reverse(residual, result_bar) -> cotangents`.

    Returns the program, whose entry is the first of them, and both names.
    """
    return _Reverse(program).pullback(wrt, has_aux)


Flags: TypeAlias = tuple[bool, ...]


@dataclass(frozen=True)
class Pair:
    """A function split into its sweeps, for one pattern of active parameters and seeded results."""

    forward: str
    reverse: str
    residual: Kind | None


class _Reverse:
    def __init__(self, program: Program) -> None:
        program, self.waiting = with_rules(program, "vjp")
        program, self.silent = silenced(map_functions(program, mark_unbound))
        self.program = program
        self.activity = Activity(program)
        self.functions: dict[str, Function] = {}
        self.unsure = calls_the_unknown(program)
        self.apart = False
        self.pairs: dict[tuple[str, Flags, Flags, Flags], Pair] = {}
        self.whole: dict[tuple[str, Flags, Flags, Flags], tuple[str, list[int]]] = {}
        self.sweep = 1 + max(
            (s.origin.sweep for f in program.functions.values() for s in statements(f.block) if s.origin), default=0
        )

    # The entry

    def gradient(self, wrt: Sequence[Place], value: bool, has_aux: bool, one: bool, of_sum: bool) -> Program:
        main = self.program.main
        result = main.block.results[0]
        sweep = self.sweep_of(main, wrt, [True])
        origin = _last_origin(main)
        sweep.pen.about(origin)
        target = Term(result)
        answer = element(target, target.kind, 0) if has_aux else target
        seed = self.seed(answer, main.name, of_sum)
        sweep.run([(seed, None) if has_aux else seed])
        sweep.pen.about(None)
        grads = [self.cotangent_at(sweep, place) for place in wrt]
        made: Atom = grads[0]
        if not one:
            made = sweep.pen.call(P.MAKE_TUPLE, *grads)[0]
        if value:
            made = sweep.pen.call(P.MAKE_TUPLE, result, made)[0]
        elif has_aux:
            aux = sweep.pen.write(element(target, target.kind, 1))
            made = sweep.pen.call(P.MAKE_TUPLE, made, aux)[0]
        sweep.backward.results = [made]
        place_residuals(sweep)
        block = _joined(sweep)
        name = self.free(f"{main.name}_{'value_and_grad' if value else 'grad'}")
        return self.finish(name, replace(main, name=name, block=block))

    def cotangent_at(self, sweep: Sweep, place: Place) -> Atom:
        """The cotangent of one argument of the entry."""
        var = sweep.function.params[parameter_at(place)].var
        tree = sweep.cts.get(var)
        tree = checked(tree, Term(var)) if self.unsure else tree
        makers = {out: stmt for stmt in sweep.backward.stmts for out in stmt.outs}
        if not isinstance(place, tuple):
            return sweep.dense(as_number(in_dtype(_as_gradient(tree, Term(var)), var), var.kind, makers), var)
        part = (
            tree[place[1]] if isinstance(tree, tuple) else None if tree is None else element(tree, var.kind, place[1])
        )
        like = element(Term(var), var.kind, place[1])
        return sweep.pen.write(dense(as_number(_as_gradient(part, like), like.kind, makers), like))

    def seed(self, answer: Term, name: str, of_sum: bool) -> Term:
        """The cotangent of a result of one element, or of the sum of its elements."""
        if isinstance(answer.kind, Scalar) or rank(answer.kind) == 0:
            return Term(Lit(1.0))
        if of_sum:
            ones: Term = call(np.ones_like, answer)
            return ones
        return make(P.SEED, answer, of=name)

    def pullback(self, wrt: Sequence[Place], has_aux: bool) -> tuple[Program, str, str]:
        self.apart = True
        main = self.program.main
        result = main.block.results[0]
        sweep = self.sweep_of(main, wrt, [True])
        target = Term(result)
        out = sweep.pen.write(element(target, target.kind, 0)) if has_aux else result
        bar = Var("out_bar", cotangent_kind(kind_of(out)))
        seed = Term(bar)
        sweep.run([(seed, None) if has_aux else seed])
        sweep.pen.about(None)
        grads = [self.cotangent_at(sweep, place) for place in wrt]
        sweep.backward.results = [sweep.pen.call(P.MAKE_TUPLE, *grads)[0]]
        place_residuals(sweep, apart=True)
        names = (self.free(f"{main.name}_forward"), self.free(f"{main.name}_reverse"))
        residual = self.split(main, names, sweep, [bar])
        if residual is None:
            forward = self.functions[names[0]]
            empty = Var("residual", Tuple(()))
            stmts = (*forward.block.stmts, Call((empty,), P.MAKE_TUPLE, ()))
            block = replace(forward.block, stmts=stmts, results=(*forward.block.results, empty))
            self.functions[names[0]] = replace(forward, block=block)
            reverse = self.functions[names[1]]
            unused = Var("residual", Tuple(()))
            self.functions[names[1]] = replace(
                reverse,
                params=(Param(unused), *reverse.params),
                block=replace(reverse.block, params=(unused, *reverse.block.params)),
            )
        forward = self.functions.pop(names[0])
        pair = Var("", Tuple(tuple(map(kind_of, forward.block.results))))
        joined = Call((pair,), P.MAKE_TUPLE, forward.block.results)
        block = replace(forward.block, stmts=(*forward.block.stmts, joined), results=(pair,))
        return self.finish(names[0], replace(forward, block=block), names[1]), *names

    def sweep_of(self, main: Function, wrt: Sequence[Place], seeds: Sequence[bool]) -> Sweep:
        places = set(map(parameter_at, wrt))
        pattern = [i in places for i in range(len(main.params))]
        active = self.activity.active(main, pattern, seeds)
        return Sweep(main, active, selected(main, [False], active), self.sweep, self.call_adjoint)

    def finish(self, name: str, entry: Function, also: str = "") -> Program:
        """The program of the entry, another function that callers want, and all that they reach."""
        available = without_rules({**self.program.functions, **self.functions, name: entry}, self.waiting)
        return Program(name, gathered(available, name, *([also] if also else [])))

    # Functions that are called

    def call_adjoint(self, sweep: Sweep, region: Region, call: Call) -> None:
        """The adjoint of a call of a function of the program: its forward part replaces the call."""
        assert isinstance(call.fn, Callee)
        pattern = tuple(a in sweep.active for a in call.args)
        check_custom(self.program, call, pattern, "vjp")
        trees = [sweep.cts.pop(o, None) for o in call.outs]
        seeds = tuple(t is not None for t in trees)
        masked = tuple(o in sweep.selected.behind for o in call.outs)
        bars = [sweep.dense(t, o) for o, t, s in zip(call.outs, trees, seeds, strict=True) if s]
        function = self.program.functions[call.fn.name]
        given: tuple[Atom, ...] = ()
        if function.recomputed:
            back, places = self.recomputing(function, pattern, seeds, masked)
            given = tuple(call.args[k] for k in places)
        else:
            pair = self.pair(call.fn.name, pattern, seeds, masked)
            back = pair.reverse
            if pair.residual is not None:
                given = (Var("residual", pair.residual, call.origin),)
            forward = Call((*call.outs, *given), Callee(pair.forward), call.args, (), call.origin)  # type: ignore[arg-type]
            region.stmts[region.stmts.index(call)] = forward
        actives = [a for a, p in zip(call.args, pattern, strict=True) if p and isinstance(a, Var)]
        outs = [Var(f"{a.name}_bar" if a.name else "", cotangent_kind(kind_of(a))) for a in actives]
        sweep.pen.add(Call(tuple(outs), Callee(back), (*given, *bars), (), sweep.pen.builder.origin))
        for arg, made in zip(actives, outs, strict=True):
            sweep.contribute(arg, Term(made))

    def pair(self, name: str, pattern: Flags, seeds: Flags, masked: Flags) -> Pair:
        """The sweeps of a function for one pattern, written on the first call."""
        key = (name, pattern, seeds, masked)
        if key not in self.pairs:
            function = self.program.functions[name]
            if function.custom is not None:
                self.pairs[key] = self.custom_pair(function, pattern, masked)
                return self.pairs[key]
            function = replace(function, params=tuple(Param(p.var) for p in function.params))
            names = self.names_for(name)
            self.pairs[key] = Pair(*names, Residual(names[0]))
            sweep, bars = self.swept(function, pattern, seeds, masked)
            place_residuals(sweep, apart=True)
            recursive = any(
                isinstance(n, Call) and isinstance(n.fn, Callee) and n.fn.name == names[0]
                for _, n in nodes(sweep.forward)
            )
            residual = self.split(function, names, sweep, bars, keep=recursive)
            self.pairs[key] = Pair(*names, residual)
        return self.pairs[key]

    def swept(self, function: Function, pattern: Flags, seeds: Flags, masked: Flags) -> tuple[Sweep, list[Var]]:
        """The reverse sweep of a function that is called, and the cotangents that it is given."""
        active = self.activity.active(function, pattern, seeds)
        sweep = Sweep(function, active, selected(function, masked, active), self.sweep, self.call_adjoint)
        sweep.pen.about(_last_origin(function))
        trees: list[Tree] = []
        bars: list[Var] = []
        for atom, seeded in zip(function.block.results, seeds, strict=True):
            kind = kind_of(atom)
            wish = atom.name if isinstance(atom, Var) and atom.name else "result"
            made = Var(distinct(f"{wish}_bar", [*function.block.params, *bars]), cotangent_kind(kind))
            bars += [made] if seeded else []
            trees.append(Term(made) if seeded else None)
        sweep.run(trees)
        sweep.pen.about(None)
        params = [v for v, p in zip(function.block.params, pattern, strict=True) if p]
        sweep.backward.results = [sweep.dense(sweep.cts.get(v), v) for v in params]
        return sweep, bars

    def recomputing(self, function: Function, pattern: Flags, seeds: Flags, masked: Flags) -> tuple[str, list[int]]:
        """The function that runs another one again and reverses it, and the places of the arguments that it needs."""
        key = (function.name, pattern, seeds, masked)
        if key not in self.whole:
            check_repeatable(self.program, function.name)
            name = self.free(f"{function.name}_vjp")
            again = self.program.functions[self.silent.get(function.name, function.name)]
            sweep, bars = self.swept(again, pattern, seeds, masked)
            place_residuals(sweep)
            mark_again(sweep.forward)
            block = _joined(sweep)
            read = free_variables(replace(block, params=()))
            places = [k for k, v in enumerate(block.params) if v in read]
            params = (*(block.params[k] for k in places), *bars)
            block = replace(block, params=params)
            self.functions[name] = replace(again, name=name, params=tuple(map(Param, params)), block=block, doc="")
            self.whole[key] = name, places
        return self.whole[key]

    def names_for(self, name: str) -> tuple[str, str]:
        """New names for the sweeps of a function; the version of the entry that calls itself has the entry's name."""
        stem, _, number = name.rpartition("_")
        if stem == self.program.entry and number.isdigit() and not self.apart:
            name = stem
        taken = {n for p in self.pairs.values() for n in (p.forward, p.reverse)} | {
            *self.program.functions,
            *self.functions,
        }
        suffix, count = "", 1
        while {f"{name}_forward{suffix}", f"{name}_reverse{suffix}"} & taken:
            count += 1
            suffix = f"_{count}"
        return f"{name}_forward{suffix}", f"{name}_reverse{suffix}"

    def custom_pair(self, function: Function, pattern: Flags, masked: Flags) -> Pair:
        """The sweeps of a function with a rule of its own: those of the rule, or the transpose of its tangent."""
        assert function.custom is not None
        suffix = f"_{number + 1}" if (number := sum(k[0] == function.name for k in self.pairs)) else ""
        if function.custom.mode == "vjp":
            first, second = (self.program.functions[rule] for rule in function.custom.rules)
            if all(a for a, known in zip(pattern, function.custom.by, strict=True) if known):
                return Pair(first.name, second.name, kind_of(first.block.results[1]))
            name = self.free(f"{second.name}{suffix}")
            self.functions[name] = picked(second, name, pattern, function.custom.by)
            return Pair(first.name, name, kind_of(first.block.results[1]))
        rule = function.custom.rules[0]
        active = tuple(p for p, by in zip(pattern, function.custom.by, strict=True) if by)
        pair = self.pair(rule, (*(False for _ in pattern), *active), (False, True), (*masked, *masked))
        name = self.free(f"{function.name}_forward{suffix}")
        self.functions[name] = without_tangents(function, name, pair.forward, pair.residual)
        return Pair(name, pair.reverse, pair.residual)

    def free(self, name: str) -> str:
        """A name that no function has."""
        taken = {n for p in self.pairs.values() for n in (p.forward, p.reverse)}
        return unused(name, {*self.program.functions, *self.functions, *taken})

    def split(
        self, function: Function, names: tuple[str, str], sweep: Sweep, bars: list[Var], keep: bool = False
    ) -> Kind | None:
        """Write both sweeps as functions of their own; returns the kind of what passes between them."""
        defined = {*sweep.forward.params, *(o for node in sweep.forward.stmts for o in node.outs)}
        needed = [v for v in _free(sweep.backward) if v in defined]
        forward, backward = sweep.forward, sweep.backward
        kind: Kind | None = None
        params = list(bars)
        if needed or keep:
            kind = Tuple(tuple(v.kind for v in needed))
            packed = Var("residual", kind)
            forward.stmts.append(Call((packed,), P.MAKE_TUPLE, tuple(needed)))
            forward.results.append(packed)
            taken = Var("residual", kind)
            own = {v: Var(v.name, v.kind, v.origin) for v in needed}
            backward.stmts[:0] = [Call((own[v],), P.ITEM, (taken,), (("key", k),)) for k, v in enumerate(needed)]
            substitute(backward, own)
            params.insert(0, taken)
        backward.params = params
        self.functions[names[0]] = replace(function, name=names[0], block=freeze(forward))
        self.functions[names[1]] = Function(
            names[1], tuple(map(Param, params)), freeze(backward), "", function.origin, None, function.ignored
        )
        return kind


def _free(region: Region) -> list[Var]:
    """The variables that a region reads and does not define, in the order of first reading."""
    block = freeze(region)
    read: dict[Var, None] = {}
    defined: set[Var] = set()

    def visit(inner: Block) -> None:
        defined.update(inner.params)
        for stmt in inner.stmts:
            read.update((a, None) for a in operands(stmt) if isinstance(a, Var))
            for nested in blocks_of(stmt):
                visit(nested)
            defined.update(stmt.outs)
        read.update((a, None) for a in inner.results if isinstance(a, Var))

    visit(block)
    return [v for v in read if v not in defined]


def _last_origin(function: Function) -> Origin | None:
    return function.block.stmts[-1].origin if function.block.stmts else function.origin


def _joined(sweep: Sweep) -> Block:
    """Both sweeps as one block."""
    both = Region(sweep.forward.params)
    both.stmts = [*sweep.forward.stmts, *sweep.backward.stmts]
    both.results = sweep.backward.results
    return freeze(both)


def _as_gradient(tree: Tree, like: Term) -> Tree:
    """The cotangent of an argument as callers get it: a float for a number, a NumPy scalar for one."""
    kind = like.kind
    if structure(kind) is not None:
        if not isinstance(tree, tuple):
            return tree
        return tuple(_as_gradient(part, element(like, kind, k)) for k, part in enumerate(tree))
    if isinstance(tree, Term) and isinstance(tree.kind, Scalar) and tree.kind.type in ("int", "bool"):
        tree = term(float(tree.value)) if tree.is_lit else make(P.TO_FLOAT, tree)
    tree = complex_where_complex(tree, kind, numbers=True)
    if isinstance(tree, Term) and isinstance(kind, List) and is_complex(kind.item):
        return make(P.CAST_LIKE, tree, like)  # numbers beside complex ones may be real
    if isinstance(kind, Array) and kind.dims == () and carries_derivative(kind):
        value = term(0.0) if tree is None else tree
        return make(P.CAST_LIKE, value, like) if isinstance(value.kind, Scalar) else tree
    return tree
