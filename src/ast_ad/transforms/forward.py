"""Forward mode: the tangent of each statement is written beside it.

`tangent` gives a program with `f_jvp(params..., tangents...) -> (result, result_dot)`.  A function that is called has a
`g_jvp` for each pattern of active parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ast_ad.analyses.activity import Activity
from ast_ad.analyses.selection import still
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import (
    UNDEFINED,
    Atom,
    Block,
    Call,
    Callee,
    Function,
    If,
    Lit,
    Loop,
    Param,
    Program,
    Stmt,
    Try,
    Var,
)
from ast_ad.ir.kinds import cotangent_kind, may_be_unbound
from ast_ad.ir.places import Place, parameter_at
from ast_ad.ir.walk import gathered, statements
from ast_ad.rules.table import UnsupportedArgument, rule_of
from ast_ad.rules.terms import Term, UnknownRank, make
from ast_ad.transforms.contributions import calls_the_unknown, checked, complex_where_complex
from ast_ad.transforms.custom import check_custom, with_rules, with_tangents, without_rules
from ast_ad.transforms.numbers import in_dtype
from ast_ad.transforms.pen import Pen
from ast_ad.transforms.refusals import no_rule, refused
from ast_ad.transforms.regions import Region, distinct, unused
from ast_ad.transforms.steep import guarded, is_steep
from ast_ad.transforms.tangents import STRUCTURAL
from ast_ad.transforms.trees import (
    Tree,
    dense,
    element,
    flatten,
    leaf_kinds,
    structure,
    unflatten,
    zero,
)


def tangent(program: Program, wrt: Sequence[Place], has_aux: bool = False, value: bool = True) -> Program:
    """The program that computes (result, tangent of the result), or with `has_aux` ((result, tangent), aux).

    Its parameters are those of the entry followed by a tangent for each parameter at `wrt`.  Without `value` the
    tangent alone stands for the pair.
    """
    return _Forward(program).entry(wrt, has_aux, value)


class _Forward:
    def __init__(self, program: Program) -> None:
        program, self.waiting = with_rules(program, "jvp")
        self.program = program
        self.activity = Activity(program)
        self.functions: dict[str, Function] = {}
        self.names: dict[tuple[str, tuple[bool, ...], tuple[bool, ...]], str] = {}
        self.found_still: dict[tuple[str, tuple[bool, ...], tuple[bool, ...]], tuple[bool, ...]] = {}
        self.sweep = 1 + max(
            (s.origin.sweep for f in program.functions.values() for s in statements(f.block) if s.origin), default=0
        )

    def entry(self, wrt: Sequence[Place], has_aux: bool, value: bool) -> Program:
        main = self.program.main
        places = set(map(parameter_at, wrt))
        pattern = tuple(i in places for i in range(len(main.params)))
        active = self.activity.active(main, pattern, [True])
        writer = Writer(self, active, self.still(main, active, [False] * len(pattern)))
        own: list[Param] = []
        taken = {p.var.name for p in main.params}
        for place in wrt:
            var = main.params[parameter_at(place)].var
            if isinstance(place, tuple):
                items = structure(var.kind) or ()
                dot = Var(_free(f"{var.name}_{place[1]}_dot", taken), cotangent_kind(items[place[1]]))
                tree = writer.dots.get(var) or (None,) * len(items)
                writer.dots[var] = (*tree[: place[1]], Term(dot), *tree[place[1] + 1 :])
            else:
                dot = Var(_free(f"{var.name}_dot", taken), cotangent_kind(var.kind))
                writer.dots[var] = Term(dot)
            own.append(Param(dot))
        writer.stmts(main.block.stmts)
        result = main.block.results[0]
        tree = writer.dots.get(result) if isinstance(result, Var) else None
        tree = checked(tree, Term(result)) if calls_the_unknown(self.program) else tree
        pen = writer.pen
        made: Atom
        if has_aux:
            target = Term(result)
            out, aux = pen.write(element(target, target.kind, 0)), pen.write(element(target, target.kind, 1))
            part = tree[0] if isinstance(tree, tuple) else element(tree, target.kind, 0) if tree is not None else None
            part = complex_where_complex(part, kind_of(out), numbers=True)
            moved = pen.write(dense(in_dtype(part, out), Term(out)))
            made = pen.call(P.MAKE_TUPLE, pen.call(P.MAKE_TUPLE, out, moved)[0] if value else moved, aux)[0]
        else:
            made = writer.dense(in_dtype(complex_where_complex(tree, kind_of(result), numbers=True), result), result)
            made = pen.call(P.MAKE_TUPLE, result, made)[0] if value else made
        wish = f"{main.name}_jvp" if value else f"{main.name.removesuffix('_grad')}_hvp"
        name = unused(wish, {*self.program.functions, *self.functions})
        params = _with_tangents(main.params, own)
        block = Block(tuple(p.var for p in params), tuple(writer.pen.builder.stmts), (made,))
        return self.finish(name, replace(main, name=name, params=params, block=block))

    def finish(self, name: str, entry: Function) -> Program:
        """The program of the entry and all that it reaches."""
        available = without_rules({**self.program.functions, **self.functions, name: entry}, self.waiting)
        return Program(name, gathered(available, name))

    def still(self, function: Function, active: set[Atom], seeds: Sequence[bool]) -> set[Atom]:
        """The variables whose tangents may have zeros that win over an infinite partial."""
        return still(function, active, seeds, lambda call, given: self.still_results(call, active, given))

    def still_results(self, call: Call, active: set[Atom], seeds: tuple[bool, ...]) -> tuple[bool, ...]:
        """Whether that is so of the results of a function that is called."""
        assert isinstance(call.fn, Callee)
        key = (call.fn.name, tuple(a in active for a in call.args), seeds)
        if key not in self.found_still:
            self.found_still[key] = (any(seeds),) * len(call.outs)  # while it calls itself
            function = self.program.functions[key[0]]
            if function.custom is None:
                varied = self.activity.varied_results(key[0], key[1])
                inner = self.activity.active(function, key[1], varied)
                found = self.still(function, inner, seeds)
                self.found_still[key] = tuple(r in found for r in function.block.results)
        return self.found_still[key]

    def function(self, name: str, pattern: tuple[bool, ...], seeds: tuple[bool, ...]) -> str:
        """The name of `g_jvp` for one pattern of active parameters, written on the first call.

        `seeds` says of which of them the tangents may have zeros that win.  Its results are those of g, then the leaves
        of the tangents of those that vary.
        """
        key = (name, pattern, seeds)
        if key not in self.names:
            number = sum(k[0] == name for k in self.names)
            wish = f"{name}_jvp" + (f"_{number + 1}" if number else "")
            own = self.names[key] = unused(wish, {*self.program.functions, *self.names.values()})
            function = self.program.functions[name]
            if function.custom is not None:
                self.functions[own] = with_tangents(function, own, pattern)
                return own
            varied = self.activity.varied_results(name, pattern)
            active = self.activity.active(function, pattern, varied)
            writer = Writer(self, active, self.still(function, active, seeds))
            dots: list[Param] = []
            for var, varies in zip(function.block.params, pattern, strict=True):
                if varies:
                    taken = [*function.block.params, *(d.var for d in dots)]
                    made = Var(distinct(f"{var.name}_dot", taken), cotangent_kind(var.kind))
                    dots.append(Param(made))
                    writer.dots[var] = Term(made)
            writer.stmts(function.block.stmts)
            results = list(function.block.results)
            for atom, varies in zip(function.block.results, varied, strict=True):
                if varies:
                    results.append(writer.dense(writer.dots.get(atom), atom))
            params = (*(Param(p.var) for p in function.params), *dots)
            block = Block(tuple(p.var for p in params), tuple(writer.pen.builder.stmts), tuple(results))
            self.functions[own] = replace(function, name=own, params=params, block=block)
        return self.names[key]


def _with_tangents(params: Sequence[Param], dots: Sequence[Param]) -> tuple[Param, ...]:
    """The parameters with the tangents after the positional ones: by position, or after `*args` by keyword."""
    stars = [n for n, p in enumerate(params) if p.form == "star"]
    count = stars[0] + 1 if stars else sum(p.form == "plain" for p in params)
    given = [replace(d, form="keyword") for d in dots] if stars else dots
    return (*params[:count], *given, *params[count:])


def _free(name: str, taken: set[str]) -> str:
    """A name that no parameter has yet."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


class Writer:
    """Writes statements with their tangents; `dots` holds the tangent of each active variable.

    still  the variables whose tangents may have zeros that win over an infinite partial
    """

    def __init__(self, forward: _Forward, active: set[Atom], still: set[Atom]) -> None:
        self.forward = forward
        self.active = active
        self.still = still
        self.dots: dict[Atom, Tree] = {}
        self.empty: set[Atom] = set()
        self.pen = Pen(Region(), forward.sweep)

    def dense(self, tree: Tree, like: Atom) -> Atom:
        """A tangent as an atom."""
        if like is UNDEFINED:
            return UNDEFINED
        return self.pen.write(dense(complex_where_complex(tree, kind_of(like)), Term(like)))

    def dense_leaves(self, like: Atom) -> list[Atom]:
        """The leaves of the tangent of an atom, zeros written out."""
        if like is UNDEFINED:
            return [UNDEFINED]
        tree, kind = self.dots.get(like), kind_of(like)
        found = flatten(tree, kind)
        if isinstance(like, Var) and like in self.empty and found == [None]:
            dot = Var(f"{like.name}_dot" if like.name else "", cotangent_kind(like.kind))
            self.pen.builder.stmts.append(Call((dot,), P.MAKE_LIST, (), (), self.pen.builder.origin))
            return [dot]
        if structure(kind) is None:
            return [self.pen.write(found[0] if found[0] is not None else zero(like))]
        zeros = flatten(make(P.ZEROS_LIKE, Term(like)), kind)
        return [self.pen.write(z if f is None else f) for f, z in zip(found, zeros, strict=True) if z is not None]

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        """Write statements that come in order."""
        for stmt in stmts:
            self.pen.about(stmt.origin)
            _TANGENTS[type(stmt)](self, stmt)

    def set(self, var: Var, tree: Tree) -> None:
        """Name the tangent of a variable."""
        if tree is not None and var in self.active:
            self.dots[var] = self.pen.settle(tree, f"{var.name}_dot" if var.name else "")

    def tangent_of_call(self, call: Call) -> None:
        """`out = fn(*args)`; the tangent goes before it where it does not need the result."""
        dots = tuple(self.dots.get(a) if isinstance(a, Var) else None for a in call.args)
        if isinstance(call.fn, Callee):
            self.tangent_of_callee(call, dots)
            return
        if call.fn is P.MAKE_LIST and not call.args:
            self.empty.add(call.outs[0])
        if all(d is None for d in dots) or not any(o in self.active for o in call.outs):
            self.pen.builder.stmts.append(call)
            return
        if call.fn in STRUCTURAL:
            self.pen.builder.stmts.append(call)
            STRUCTURAL[call.fn](self, call, dots)
            return
        rule = rule_of(call.fn, map(kind_of, (*call.args, *call.outs)))
        if rule is None:
            raise no_rule(call, self.active)
        plain = call.fn.name.startswith(("math.", "cmath."))
        ans = Term(call.outs[0], plain=plain)
        args = tuple(Term(a, plain=plain) for a in call.args)
        try:
            tree = rule.jvp(ans, args, dict(call.params), dots)
            if is_steep(call) and call.args[0] in self.still:
                tree = guarded(tree, dots[0])
        except (UnknownRank, UnsupportedArgument) as found:
            raise refused(call, self.active, found) from found
        if isinstance(tree, list):
            tree = tuple(tree)
        if isinstance(tree, Term) and not _reads(tree, call.outs[0]):
            self.set(call.outs[0], tree)
            self.pen.builder.stmts.append(call)
        else:
            self.pen.builder.stmts.append(call)
            self.set(call.outs[0], tree)

    def tangent_of_callee(self, call: Call, dots: tuple[Tree, ...]) -> None:
        """A call of a function of the program becomes a call of its `g_jvp`."""
        assert isinstance(call.fn, Callee)
        pattern = tuple(d is not None for d in dots)
        varied = self.forward.activity.varied_results(call.fn.name, pattern)
        if not any(varied):
            self.pen.builder.stmts.append(call)
            return
        check_custom(self.forward.program, call, pattern, "jvp")
        name = self.forward.function(call.fn.name, pattern, tuple(a in self.still for a in call.args))
        given = [self.dense(d, a) for a, d, p in zip(call.args, dots, pattern, strict=True) if p]
        made = {
            o: Var(f"{o.name}_dot" if o.name else "", cotangent_kind(o.kind))
            for o, v in zip(call.outs, varied, strict=True)
            if v
        }
        outs = (*call.outs, *made.values())
        self.pen.builder.stmts.append(Call(outs, Callee(name), (*call.args, *given), (), call.origin))
        self.dots.update((out, Term(dot)) for out, dot in made.items())

    def tangent_of_if(self, stmt: If) -> None:
        """Both arms yield the tangents of what varies."""
        moving = [k for k, o in enumerate(stmt.outs) if o in self.active]
        arms = []
        for arm in (stmt.then, stmt.orelse):
            region = Region()
            saved = dict(self.dots)
            with self.pen.inside(region):
                self.stmts(arm.stmts)
                self.pen.about(stmt.origin)
                extra = [leaf for k in moving for leaf in self._leaves(arm.results[k], stmt.outs[k])]
            arms.append(Block((), tuple(region.stmts), (*arm.results, *extra)))  # type: ignore[arg-type]
            self.dots = saved
        outs = self._new(stmt.outs, moving)
        self.pen.about(stmt.origin)
        self.pen.builder.stmts.append(
            replace(stmt, outs=(*stmt.outs, *(v for o in outs for v in o)), then=arms[0], orelse=arms[1])
        )
        self._bind([stmt.outs[k] for k in moving], outs)

    def tangent_of_loop(self, stmt: Loop) -> None:
        """The loop carries the tangents of what it carries and what varies."""
        skip = stmt.range is not None
        carried = stmt.body.params[skip:]
        moving = [k for k, p in enumerate(carried) if p in self.active]
        inits = [leaf for k in moving for leaf in self._leaves(stmt.inits[k], carried[k])]
        params = self._new(carried, moving)
        region = Region()
        saved = dict(self.dots)
        with self.pen.inside(region):
            self._bind([carried[k] for k in moving], params)
            self.stmts(stmt.body.stmts)
            self.pen.about(stmt.origin)
            yields = [leaf for k in moving for leaf in self._leaves(stmt.body.results[1 + k], carried[k])]
        self.dots = saved
        outs = self._new(stmt.outs, moving)
        body = Block(
            (*stmt.body.params, *(v for p in params for v in p)),
            tuple(region.stmts),  # type: ignore[arg-type]
            (*stmt.body.results, *yields),
        )
        every = (*stmt.outs, *(v for o in outs for v in o))
        self.pen.builder.stmts.append(replace(stmt, outs=every, inits=(*stmt.inits, *inits), body=body))
        self._bind([stmt.outs[k] for k in moving], outs)

    def _leaves(self, atom: Atom, out: Var) -> list[Atom]:
        """The leaves of the tangent of what becomes `out`."""
        count = len(list(leaf_kinds(out.kind)))
        if atom is UNDEFINED:
            return [UNDEFINED] * count
        if isinstance(atom, Lit):
            return [self.pen.write(zero(atom))] * count
        if may_be_unbound(out.kind):
            return [self.dense(self.dots.get(atom), atom)]
        leaves = zip(self.dense_leaves(atom), leaf_kinds(out.kind), strict=True)
        return [self.pen.write(complex_where_complex(Term(leaf), kind)) for leaf, kind in leaves]

    def _new(self, variables: Sequence[Var], moving: Sequence[int]) -> list[list[Var]]:
        return [
            [
                Var(f"{variables[k].name}_dot" if variables[k].name else "", cotangent_kind(kind))
                for kind in leaf_kinds(variables[k].kind)
            ]
            for k in moving
        ]

    def _bind(self, variables: Sequence[Var], made: list[list[Var]]) -> None:
        for var, parts in zip(variables, made, strict=True):
            self.dots[var] = unflatten(iter(map(Term, parts)), var.kind)


def _reads(value: Term, var: Var) -> bool:
    return value.atom is var or any(_reads(a, var) for a in value.args)


_TANGENTS: dict[type, Any] = {
    Call: Writer.tangent_of_call,
    If: Writer.tangent_of_if,
    Try: Writer.tangent_of_if,
    Loop: Writer.tangent_of_loop,
}
