"""Where the reverse sweep finds what it needs of the forward sweep.

Before: the reverse sweep reads variables of the forward sweep as if all were visible everywhere.  Afterwards
  - a variable outside loops is simply the local variable, brought out of the arm that defined it;
  - a loop index is the index of the loop that undoes it;
  - a view, an integer, a comparison, or a scalar function of what is at hand is computed again;
  - an element of an array that nobody overwrites is read there again;
  - anything else is recorded on a tape where the mirrored region reads it, and recalled there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import UNDEFINED, Atom, Call, Callee, Lit, Origin, Var
from ast_ad.ir.kinds import Kind, Maybe, Scalar, bound_kind, rank
from ast_ad.transforms.adjoint import Sweep
from ast_ad.transforms.again import Again, loop_of
from ast_ad.transforms.invariant import is_invariant, last_value
from ast_ad.transforms.lasting import Lasting
from ast_ad.transforms.regions import (
    RECALL,
    Branch,
    Cycle,
    Node,
    Region,
    Tape,
    fresh_list,
    is_tried,
    nodes,
    substitute,
    tail,
    tapes_in,
    thread,
)
from ast_ad.transforms.restoring import Restoring
from ast_ad.transforms.shapes import with_nearest_shape
from ast_ad.transforms.trips import run_until_empty


def place_residuals(sweep: Sweep, apart: bool = False) -> None:
    """Make every variable that the reverse sweep reads available where it reads it.

    `apart`: the sweeps become two functions, so that a number which an arm leaves unbound is handed on as 0.
    """
    _Storage(sweep, apart).run()


class _Storage(Restoring, Again):
    def __init__(self, sweep: Sweep, apart: bool) -> None:
        super().__init__()
        self.sweep = sweep
        self.apart = apart
        self.forward, self.backward = sweep.forward, sweep.backward
        self.undoing = {fwd: back for back, fwd in sweep.mirror.items()}
        self.home: dict[Var, Region] = {}
        self.maker: dict[Var, Node] = {}
        self.order: dict[Var, int] = {}
        self.wanted: dict[Var, list[Region]] = {}
        self.found: dict[Var, Atom] = dict(sweep.renamed)
        self.taped: dict[Region, list[tuple[Var, Var, Tape]]] = {}
        self.again: dict[Region, list[tuple[int, Call]]] = {}
        self.read_indices: set[Var] = set()
        self.homes_of(self.forward)
        self.lasting = Lasting(self.forward, self.home, self.maker)
        self.restored = {}
        self.reads_after = {}

    def run(self) -> None:
        self.collect()
        while True:
            todo = [v for v in self.wanted if v not in self.found]
            if not todo:
                break
            self.place(max(todo, key=self.order.__getitem__))
        self.name_twins()
        self.write()
        self.drain()
        substitute(self.forward, self.twins)
        substitute(self.backward, self.found)
        self.thread_tapes()

    # What is where

    def homes_of(self, region: Region) -> None:
        self.define(region.params, region, None)
        for node in region.stmts:
            if not isinstance(node, Call):
                for inner in node.regions:
                    self.homes_of(inner)
            self.define(node.outs, region, node)

    def define(self, variables: Iterable[Var], region: Region, node: Node | None) -> None:
        for var in variables:
            self.home[var] = region
            self.order[var] = len(self.order)
            if node is not None:
                self.maker[var] = node

    def call_that_made(self, var: Var) -> Call | None:
        maker = self.maker.get(var)
        return maker if isinstance(maker, Call) else None

    def collect(self) -> None:
        for region, node in list(nodes(self.backward)):
            if isinstance(node, Call):
                nearest = with_nearest_shape(node, self.call_that_made)
                if nearest is not node:
                    region.stmts[region.stmts.index(node)] = nearest
        self.want(self.backward.results, self.backward)
        for region, node in nodes(self.backward):
            if isinstance(node, Call):
                self.want_operands(node, region)
            elif isinstance(node, Branch):
                self.want((node.test,), region)
                for arm in node.regions:
                    self.want(arm.results, arm)
            else:
                self.want((*(node.range or ()), *node.inits), region)
                self.want(node.body.results, node.body)
        self.want_shapes()

    def want(self, atoms: Iterable[Atom], region: Region) -> None:
        for atom in atoms:
            if isinstance(atom, Var) and atom in self.home:
                self.wanted.setdefault(atom, []).append(region)

    # Decisions

    def place(self, var: Var) -> None:
        home = self.home[var]
        if loop_of(home) is None:
            self.found[var] = self.exported(var, home)
            return
        at = self.meeting(var)
        back = self.undoing[at]
        if self.counted(var):
            return
        if self.is_kept(var):
            self.found[var] = self.exported(*last_value(var, home))
            return
        shape = self.shape_again(var)
        if shape is not None:
            self.compute_again(var, shape, back)
            return
        maker = self.maker.get(var)
        lasting = self.lasting_read(var)
        if isinstance(maker, Call) and self.recomputable(maker, 0) and (lasting is None or maker.fn.cost == 0):  # type: ignore[union-attr]
            self.mark(maker, home)
            self.compute_again(var, maker, back)
            return
        if lasting is not None:
            if isinstance(maker, Call) and maker.fn in (P.GETITEM, P.LIST_GET):
                self.mark(maker, home)
            self.compute_again(var, lasting, back)
            return
        if self.restore(var, back) or self.is_twin(var):
            return
        if isinstance(maker, Call) and self.is_list_of_places(maker):
            self.compute_again(var, maker, back)
            return
        kind = bound_kind(var.kind)
        tape = Tape(f"{var.name}s" if var.name else "", kind)
        fresh = Var(var.name, kind, var.origin)
        self.found[var] = fresh
        self.taped.setdefault(at, []).append((var, fresh, tape))

    def compute_again(self, var: Var, call: Call, back: Region) -> None:
        """Let a region of the reverse sweep begin with a call that gives a variable its value again."""
        kind = (
            var.kind if call.fn is not P.GETITEM else P.getitem_kind(tuple(map(kind_of, call.args)), dict(call.params))
        )
        fresh = Var(var.name, kind, var.origin)
        again = Call((fresh,), call.fn, call.args, call.params, self.rewritten(call.origin))
        self.again.setdefault(back, []).append((self.order[var], again))
        for arg in call.args:
            if isinstance(arg, Var) and arg in self.found and not self.is_fixed(arg):
                raise AssertionError("a value is wanted again after it was placed")
        self.want(call.args, back)
        self.found[var] = fresh

    def is_fixed(self, var: Var) -> bool:
        """Whether the reverse sweep finds a variable in the same place, whoever asks for it."""
        return var not in self.home or var in self.sweep.renamed or loop_of(self.home[var]) is None

    def lasting_read(self, var: Var) -> Call | None:
        """A call that reads the value of a variable where the forward sweep left it, if its subscripts are at hand."""
        call = self.lasting.read_again(var)
        if call is None:
            return None
        return call if self.is_ready(call.args, var) else None

    def is_ready(self, atoms: Iterable[Atom], var: Var) -> bool:
        variables = [a for a in atoms if isinstance(a, Var)]
        return all(self.is_fixed(a) or (self.order[a] < self.order[var] and self.at_hand(a, 1)) for a in variables)

    def are_fixed(self, atoms: Iterable[Atom]) -> bool:
        return all(self.is_fixed(a) for a in atoms if isinstance(a, Var))

    def rewritten(self, origin: Origin | None) -> Origin | None:
        """The origin of a statement of the forward sweep that the reverse sweep computes again."""
        return None if origin is None else replace(origin, sweep=self.sweep.pen.sweep, again=False)

    def mark(self, call: Call, region: Region) -> None:
        """Note that the reverse sweep computes a statement again, so that the forward sweep need not for its errors."""
        if call.origin is not None and not is_tried(region):
            marked = Call(call.outs, call.fn, call.args, call.params, replace(call.origin, again=True))
            region.stmts[region.stmts.index(call)] = marked
            self.maker.update((out, marked) for out in call.outs)

    def meeting(self, var: Var) -> Region:
        """The innermost forward region, in the loop of the variable, whose undoing holds all who want it."""
        loop = loop_of(self.home[var])
        regions = [self.mirrored(r) for r in self.wanted[var]]
        common = list(regions[0].ancestors())
        for region in regions[1:]:
            outer = set(region.ancestors())
            common = [r for r in common if r in outer]
        return next(r for r in common if loop_of(r) is loop and r in self.undoing)

    def mirrored(self, region: Region) -> Region:
        for here in region.ancestors():
            if here in self.sweep.mirror:
                return self.sweep.mirror[here]
        raise AssertionError("a region of the reverse sweep undoes nothing")

    def is_kept(self, atom: Atom) -> bool:
        """Whether a value is the same in each trip, and more than an arithmetic operation on numbers."""
        maker = self.maker.get(atom) if isinstance(atom, Var) else None
        if not isinstance(maker, Call) or (getattr(maker.fn, "cost", 0) < 2 and _is_scalar(kind_of(atom))):
            return False
        return is_invariant(maker.outs[0], self.home, self.maker)

    def recomputable(self, call: Call, depth: int) -> bool:
        """Whether a value is computed again rather than recorded."""
        fn = call.fn
        if isinstance(fn, Callee) or fn.effect or fn.outs != 1 or depth > 8:
            return False
        if fn.cost > 0 and not all(_is_scalar(kind_of(a)) for a in (*call.args, *call.outs)):
            return False
        return all(self.at_hand(arg, depth) for arg in call.args)

    def at_hand(self, atom: Atom, depth: int) -> bool:
        """Whether the reverse sweep has a value without recording it for this purpose."""
        if isinstance(atom, Lit) or atom in self.sweep.renamed:
            return True
        if atom in self.wanted or loop_of(self.home[atom]) is None:
            return True
        if self.is_kept(atom):
            return True
        maker = self.maker.get(atom)
        if isinstance(maker, Call) and self.recomputable(maker, depth + 1):
            return True
        return depth < 8 and self.lasting_read(atom) is not None

    def exported(self, var: Var, home: Region) -> Var:
        """A variable brought out of the arms of branches to the level of the function."""
        while home.parent is not None:
            branch = home.inside
            assert isinstance(branch, Branch)
            held = [n for n, r in enumerate(home.results) if r is var]
            other = branch.orelse if home is branch.then else branch.then
            if held:
                var = branch.outs[held[0]]
            else:
                filler = self.filler(var.kind)
                kind = Maybe(bound_kind(var.kind)) if filler is UNDEFINED else bound_kind(var.kind)
                then, orelse = (var, filler) if home is branch.then else (filler, var)
                var = branch.add_out(var.name, then, orelse, kind)
            home = other.parent  # type: ignore[assignment]
        return var

    def filler(self, kind: Kind) -> Atom:
        """What stands for a value where the arm that makes it is not taken."""
        inner = bound_kind(kind)
        if not self.apart or not _is_scalar(inner):
            return UNDEFINED
        return Lit({"bool": False, "int": 0}.get(inner.type, 0.0) if isinstance(inner, Scalar) else 0.0)

    # Writing it down

    def write(self) -> None:
        for region, records in self.taped.items():
            for var, _, tape in sorted(records, key=lambda r: self.order[r[0]]):
                place = self.after(var, region)
                region.stmts[place:place] = self.record(var, tape)
        restored = self.all_restored()
        regions = [*(self.undoing[r] for r in self.taped), *self.again, *(self.undoing[f.region] for f in restored)]
        for back in dict.fromkeys(regions):
            recalls = [
                Call((fresh,), RECALL, (), (("tape", tape),), self.sweep.pen.builder.origin)
                for var, fresh, tape in sorted(
                    self.taped.get(self.sweep.mirror[back], []), key=lambda r: self.order[r[0]]
                )
            ]
            again = [call for _, call in sorted(self.again.get(back, []), key=lambda pair: pair[0])]
            undone = [n for found in restored if self.undoing[found.region] is back for n in self.put_back(found)]
            back.stmts[:0] = [*recalls, *self.reads_after.get(back, []), *undone, *again]

    def after(self, var: Var, region: Region) -> int:
        """Where a region records a variable: after its definition, or at the start; of what is tried, at the end."""
        if isinstance(region.inside, Branch) and region.inside.errors and region.inside.then is region:
            return len(region.stmts) - (tail(region) is not None)
        if self.home[var] is not region:
            return 0
        for n, node in enumerate(region.stmts):
            if any(out is var for out in node.outs):
                return n + 1
        return 0

    def drain(self) -> None:
        """A counted loop that recalls one tape each trip, from an empty start, runs until the tape is empty."""
        for back, loop in self.sweep.counted.items():
            if loop_of(self.region_of(loop)) is not None:
                continue
            tapes = [dict(n.params)["tape"] for n in back.body.stmts if isinstance(n, Call) and n.fn is RECALL]
            if not tapes or self._index_read(back.body.params[0]):
                continue
            run_until_empty(back, tapes[0])

    def _index_read(self, index: Var) -> bool:
        forward = [f for f, b in self.sweep.renamed.items() if b is index]
        return index in self.read_indices or any(f in self.wanted for f in forward)

    def region_of(self, cycle: Cycle) -> Region:
        assert cycle.body.parent is not None
        return cycle.body.parent

    def thread_tapes(self) -> None:
        """Make the tapes before the statements that first record on them, and thread them through both sweeps."""
        state: dict[Tape, Atom] = {}
        stmts: list[Node] = []
        for node in self.forward.stmts:
            for tape in tapes_in(node):
                if tape not in state:
                    made = fresh_list(tape)
                    state[tape] = made.outs[0]
                    stmts.append(made)
            stmts.append(node)
        self.forward.stmts[:] = stmts
        memories = [(found.memory, self.exported(*found.last)) for found in self.all_restored()]
        thread(self.forward, state)
        state.update(memories)
        thread(self.backward, state)


def _is_scalar(kind: Kind) -> bool:
    return isinstance(kind, Scalar) or rank(kind) == 0
