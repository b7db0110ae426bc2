"""The adjoint of each statement form.  A `Sweep` walks a function backwards and writes its reverse sweep.

Afterwards the reverse sweep reads variables of the forward sweep as if all of them were visible everywhere;
`storage` makes that true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ast_ad.analyses.selection import Selection
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Callee, Function, Lit, Origin, Stmt, Var
from ast_ad.ir.kinds import INT, Kind, cotangent_kind, may_be_unbound, same_shape
from ast_ad.ir.walk import statements
from ast_ad.rules.modes import Bilinear, guard
from ast_ad.rules.table import UnsupportedArgument, rule_of
from ast_ad.rules.terms import Term, UnknownRank, make
from ast_ad.transforms.contributions import (
    complex_where_complex,
    exchanged,
    first,
    fit,
    is_scatter,
    joined_kind,
    merged,
    place_in_a_list,
    real_where_real,
    scattered_further,
    stretched_over,
    with_their_lists,
)
from ast_ad.transforms.pen import Pen
from ast_ad.transforms.refusals import no_rule, refused
from ast_ad.transforms.regions import (
    Branch,
    Cycle,
    Node,
    Region,
    always_raises,
    nodes,
    thaw,
)
from ast_ad.transforms.shapes import keeps_shape, same_shape_source
from ast_ad.transforms.structural import STRUCTURAL
from ast_ad.transforms.trees import (
    Tree,
    add,
    dense,
    flatten,
    leaf_kinds,
    may_be_none,
    structure,
    unflatten,
    zero,
)
from ast_ad.transforms.trips import Trips, captured_by, count_trips, reversed_trips


class Sweep:
    """The reverse sweep of one function.

    forward   the function's statements; loops get a count and calls become calls of `g_forward` where the sweep asks
    backward  the statements of the reverse sweep
    mirror    for each region of the reverse sweep, the region of the forward sweep whose visits it undoes, one by one
    selected  where a selection may have made cotangents zero
    renamed   forward loop indices and the indices of the loops that undo them
    """

    def __init__(
        self,
        function: Function,
        active: set[Atom],
        selected: Selection,
        sweep: int,
        call_adjoint: Callable[[Sweep, Region, Call], None],
    ) -> None:
        self.function = function
        self.active = active
        self.selected = selected
        self.call_adjoint = call_adjoint
        self.forward = thaw(function.block)
        self.backward = Region()
        self.mirror: dict[Region, Region] = {self.backward: self.forward}
        self.renamed: dict[Var, Atom] = {}
        self.counted: dict[Cycle, Cycle] = {}
        self.pen = Pen(self.backward, sweep, self._known)
        self.cts: dict[Var, Tree] = {}
        self.latest: dict[Var, Origin | None] = {}
        calls = [(r, n) for r, n in nodes(self.forward) if isinstance(n, Call)]
        self.made = {out: n for _, n in calls for out in n.outs}
        self.exchanged = exchanged(function, self.made)
        self.results = {key: (r, n.outs[0]) for r, n in reversed(calls) if (key := _key(n.fn, n.args, dict(n.params)))}

    def run(self, seeds: Iterable[Tree]) -> None:
        """Reverse the function, given the cotangents of its results."""
        for atom, seed in zip(self.forward.results, seeds, strict=True):
            self.contribute(atom, seed)
        self.reverse((self.forward, node) for node in reversed(list(self.forward.stmts)))

    def reverse(self, todo: Iterable[tuple[Region, Node]]) -> None:
        """Write the adjoints of statements that come last first."""
        for region, node in todo:
            _ADJOINTS[type(node)](self, region, node)

    @cached_property
    def defined(self) -> dict[Var, Stmt]:
        """The statement of the function that defines a variable."""
        return {out: stmt for stmt in statements(self.function.block) for out in stmt.outs}

    # Cotangents

    def is_active(self, atom: Atom) -> bool:
        """Whether an atom has a cotangent."""
        return atom in self.active

    def contribute(self, atom: Atom, tree: Tree) -> None:
        """Add to the cotangent of a variable."""
        if tree is None or not isinstance(atom, Var) or atom not in self.active:
            return
        if may_be_unbound(atom.kind):
            tree = dense(tree, Term(atom))
        elif may_be_none(tree):
            tree = make(P.OR_ZEROS, tree, Term(atom))
        if isinstance(tree, Term) and tree.fn is P.BROADCAST_LIKE and isinstance(tree.args[1].atom, Var):
            like = same_shape_source(tree.args[1].atom, self.made.get, exact=False)
            tree = make(P.BROADCAST_LIKE, tree.args[0], Term(like))
        tree = real_where_real(tree, Term(atom))
        place = place_in_a_list(atom, self.made)
        if place is not None and place not in self.exchanged and place.args[0] in self.active and is_scatter(tree):
            self.contribute(place.args[0], scattered_further(tree, place))
            return
        old = self.cts.get(atom)
        self.latest[atom] = self.pen.builder.origin
        tree = first(tree, self.defined) if old is None else merged(old, tree)
        self.cts[atom] = self.pen.settle(tree, f"{atom.name}_bar" if atom.name else "")

    def before(self, call: Call, fn: P.Primitive, args: Sequence[Atom], kind: Kind) -> Var:
        """What a primitive gives in the forward sweep, just before a statement that is being reversed."""
        region = next(r for r in self.mirror[self.pen.region].ancestors() if call in r.stmts)
        out = Var("", kind, call.origin)
        self.made[out] = Call((out,), fn, tuple(args), (), call.origin)
        region.stmts.insert(region.stmts.index(call), self.made[out])
        return out

    def dense(self, tree: Tree, like: Atom) -> Atom:
        """The cotangent of `like` as an atom."""
        return self.pen.write(dense(complex_where_complex(tree, kind_of(like)), Term(like)))

    def dense_leaves(self, tree: Tree, like: Var) -> list[Atom]:
        """The leaves of the cotangent of `like` as atoms, zeros written out."""
        kinds = list(leaf_kinds(like.kind))
        found = flatten(complex_where_complex(tree, like.kind), like.kind)
        if all(leaf is not None for leaf in found):
            return [_float(self.pen.write(leaf)) for leaf in found if leaf is not None]
        zeros = [zero(like)] if structure(like.kind) is None else flatten(make(P.ZEROS_LIKE, Term(like)), like.kind)
        assert len(zeros) == len(kinds)
        return [
            _float(self.pen.write(z if leaf is None else leaf))
            for leaf, z in zip(found, zeros, strict=True)
            if z is not None
        ]

    def dense_seed(self, tree: Tree, like: Var) -> list[Atom]:
        """The leaves of a cotangent with which a loop begins, written about the statement that contributed last."""
        origin = self.pen.builder.origin
        if tree is not None:
            self.pen.builder.origin = self.latest.get(like, origin)
        leaves_ = self.dense_leaves(tree, like)
        self.pen.builder.origin = origin
        return leaves_

    def _known(self, fn: P.Primitive, args: Sequence[Atom], params: Mapping[str, Any]) -> Var | None:
        """The variable of the forward sweep that holds the result of a costly call where the pen is."""
        found, visible = self.results.get(_key(fn, args, params)), self.mirror.get(self.pen.region)
        if found is None or visible is None or found[0] not in visible.ancestors():
            return None
        return found[1]

    # Forms

    def adjoint_of_call(self, region: Region, call: Call) -> None:
        """`out = fn(*args)`: each active operand gets the vector-Jacobian product of the cotangent."""
        if all(self.cts.get(o) is None for o in call.outs):
            return
        self.pen.about(call.origin)
        if isinstance(call.fn, Callee):
            self.call_adjoint(self, region, call)
            return
        structural = STRUCTURAL.get(call.fn)
        if structural is not None:
            structural(self, call)
            return
        ct = self.cts.pop(call.outs[0])
        rule = rule_of(call.fn, map(kind_of, (*call.args, *call.outs)))
        if rule is None:
            raise no_rule(call, self.active)
        plain = call.fn.name.startswith(("math.", "cmath."))
        ans = Term(call.outs[0], plain=plain)
        args = tuple(Term(a, plain=plain) for a in call.args)
        if isinstance(rule, Bilinear) or call.fn is P.MUL:
            args = tuple(map(self.with_its_sign, args))
        params = dict(call.params)
        parts: dict[Var, Tree] = {}
        for i, arg in enumerate(call.args):
            if not isinstance(arg, Var) or arg not in self.active:
                continue
            try:
                tree = rule.vjp(ans, args, params, ct, i)
            except (UnknownRank, UnsupportedArgument) as found:
                raise refused(call, self.active, found) from found
            if isinstance(tree, list):
                tree = tuple(tree)
            if rule.singular and self.selected.wins(call, i) and isinstance(tree, Term):
                tree = guard(tree, ct)
            tree = fit(tree, arg, rule.unbroadcast and not keeps_shape(call, arg, self.made.get))
            parts[arg] = add(parts.get(arg), tree)
        for arg, tree in parts.items():
            self.contribute(arg, tree)

    def with_its_sign(self, factor: Term) -> Term:
        """`-x` as a term, so that the sign comes out of products."""
        made = self.made.get(factor.atom) if isinstance(factor.atom, Var) else None
        return make(P.NEG, Term(made.args[0], plain=factor.plain)) if made is not None and made.fn is P.NEG else factor

    def adjoint_of_branch(self, region: Region, branch: Branch) -> None:
        """`if`: the arm that ran is reversed; an arm that does not touch a cotangent passes it on."""
        seeds = [self.cts.pop(o, None) for o in branch.outs]
        if all(s is None for s in seeds):
            return
        start = self.cts
        undone = []
        for arm in branch.regions:
            back = Region(parent=self.pen.region)
            self.mirror[back] = arm
            self.cts = dict(start)
            with self.pen.inside(back):
                self.pen.about(branch.origin)
                for out, atom, seed in zip(branch.outs, arm.results, seeds, strict=True):
                    self.contribute(atom, stretched_over(seed, out, atom))
                self.reverse((arm, node) for node in reversed(list(arm.stmts)))
            undone.append((back, self.cts))
        self.cts = start
        test = branch.test
        if branch.errors:  # says whether it raised
            test = branch.outs[0]
            undone.reverse()
        (then, one), (orelse, two) = undone
        self.pen.about(branch.origin)
        one_way = [back for back, _ in undone if not always_raises(self.mirror[back])]
        if len(one_way) == 1:
            test = Lit(one_way[0] is then)
        node = Branch(test, then, orelse, self.pen.builder.origin)
        changed = [v for v in {**one, **two} if one.get(v) is not start.get(v) or two.get(v) is not start.get(v)]
        for var in changed:
            leaves_ = []
            for back, cts in undone:
                with self.pen.inside(back):
                    leaves_.append(self.dense_leaves(cts.get(var), var))
            names = _bar(var)
            outs: list[Term | None] = [
                Term(node.add_out(names, a, b, joined_kind(kind, a, b)))
                for a, b, kind in zip(*leaves_, leaf_kinds(var.kind), strict=True)
            ]
            self.cts[var] = unflatten(iter(outs), var.kind)
        if changed:
            self.pen.add(node)

    def adjoint_of_cycle(self, region: Region, cycle: Cycle) -> None:
        """A loop: its trips are undone in reverse order; captured values accumulate their cotangents over them."""
        seeds = [self.cts.pop(o, None) for o in cycle.outs]
        if all(s is None for s in seeds):
            return
        carried = cycle.carried
        moving = [k for k, p in enumerate(carried) if p in self.active]
        trips = reversed_trips(cycle, moving, self._touches_active)
        if trips is None:
            for k in moving:
                self.contribute(cycle.inits[k], seeds[k])
            return
        captured = [v for v in with_their_lists(captured_by(cycle), self.made) if v in self.active]
        outer, self.cts = self.cts, {}
        body = Region(parent=self.pen.region)
        self.mirror[body] = trips.root
        params: dict[Var, list[Var]] = {}
        for var in [*(carried[k] for k in moving), *captured]:
            made = [Var(_bar(var), cotangent_kind(kind)) for kind in leaf_kinds(var.kind)]
            params[var] = made
        heads = {var: unflatten(iter([Term(p) for p in made]), var.kind) for var, made in params.items()}
        self.cts = {v: heads[v] for v in captured}
        with self.pen.inside(body):
            self.pen.about(cycle.origin)
            for k in moving:
                self.contribute(trips.results[k], heads[carried[k]])
            self.reverse(trips.nodes)
            self.pen.about(cycle.origin)
            captured = [v for v in captured if self.cts[v] is not heads[v]]
            yields = [self._next(carried[k], trips.results[k], params[carried[k]]) for k in moving]
            yields += [self.dense_leaves(self.cts[v], v) for v in captured]
        self.cts = outer
        self.pen.about(cycle.origin)
        inits = [self.dense_seed(seeds[k], cycle.outs[k]) for k in moving]
        inits += [self.dense_seed(self.cts.get(v), v) for v in captured]
        back = self._undoing(cycle, trips, body)
        body.results.append(Lit(False))
        results: list[Tree] = []
        variables = [*(carried[k] for k in moving), *captured]
        for var, starts, ends in zip(variables, inits, yields, strict=True):
            outs = []
            for param, start, end in zip(params[var], starts, ends, strict=True):
                back.inits.append(start)
                body.params.append(param)
                body.results.append(end)
                out = Var(param.name, param.kind, back.origin)
                back.outs.append(out)
                outs.append(Term(out))
            results.append(unflatten(iter(outs), var.kind))
        self.pen.add(back)
        for var, tree in zip(captured, results[len(moving) :], strict=True):
            self.cts[var] = tree
        for k, tree in zip(moving, results, strict=False):
            self.contribute(cycle.inits[k], tree)

    def _next(self, var: Var, result: Atom, heads: list[Var]) -> list[Atom]:
        """What the undoing of a trip yields for a carried value; its zeros have the shape of what came in."""
        tree = self.cts.pop(var, None)
        if tree is None and len(heads) == 1 and same_shape(kind_of(result), var.kind):
            return [self.pen.write(zero(heads[0]))]
        return self.dense_leaves(tree, var)

    def _undoing(self, cycle: Cycle, trips: Trips, body: Region) -> Cycle:
        """The loop that undoes the trips, without what it carries."""
        origin = self.pen.builder.origin
        if trips.every:
            assert cycle.range is not None
            span, flipped = cycle.range, not cycle.reverse
        else:
            count = count_trips(cycle, trips.root)
            span, flipped = self._counted_range(cycle, count), True
        index = Var(cycle.body.params[0].name if cycle.range is not None else "", INT, origin)
        body.params.insert(0, index)
        if cycle.range is not None:
            self.renamed[cycle.body.params[0]] = index
        back = Cycle(span, body, origin, flipped)
        if not trips.every:
            self.counted[back] = cycle
        return back

    def _counted_range(self, cycle: Cycle, count: Var) -> tuple[Atom, Atom, Atom]:
        """The first `count` indices of a loop's range."""
        if cycle.range is None:
            return (Lit(0), count, Lit(1))
        start, stop, step = cycle.range
        if cycle.reverse:
            sign = 1 if isinstance(step, Lit) and step.value > 0 else -1
            first = Term(start) + (Term(stop) - Term(start) - sign) // Term(step) * Term(step)
            start, step = self.pen.write(first), self.pen.write(-Term(step))
        end = Term(start) + Term(count) * Term(step)
        return (start, self.pen.write(end), step)

    def _touches_active(self, node: Node) -> bool:
        if isinstance(node, Call):
            return any(o in self.active for o in node.outs)
        return any(o in self.active for o in node.outs) or any(
            o in self.active for inner in node.regions for _, n in nodes(inner) for o in n.outs
        )


def _key(fn: P.Primitive | Callee, args: Sequence[Atom], params: Mapping[str, Any]) -> Any:
    """What tells equal calls of a costly function without effects; None for others."""
    if isinstance(fn, Callee) or fn.effect or fn.cost < 2 or fn.outs != 1 or fn.result != "fresh":
        return None
    key = (fn, tuple(a if isinstance(a, Var) else repr(a.value) for a in args), repr(sorted(params.items())))
    return key if all(isinstance(value, (int, str, tuple, type(None))) for value in params.values()) else None


def _float(atom: Atom) -> Atom:
    """A cotangent that is a number: 1.0, also where a rule says 1."""
    return Lit(float(atom.value)) if isinstance(atom, Lit) and type(atom.value) is int else atom


def _bar(var: Var) -> str:
    return f"{var.name}_bar" if var.name else ""


_ADJOINTS: dict[type, Any] = {
    Call: Sweep.adjoint_of_call,
    Branch: Sweep.adjoint_of_branch,
    Cycle: Sweep.adjoint_of_cycle,
}
