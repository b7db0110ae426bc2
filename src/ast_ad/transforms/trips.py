"""Which trips of a loop have something to reverse, and which part of the body they share.

A body ends in a tree of branches that decide whether the loop stops (`regions.tail`).  A trip that leaves and passes
every active value on as it came has nothing to reverse; the other trips are reversed alike, from one region on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import BOOL, INT
from ast_ad.transforms.regions import (
    DRAINED,
    TRUE,
    Branch,
    Cycle,
    Node,
    Region,
    Tape,
    add_column,
    leaves,
    nodes,
    result_at,
    tail,
)


@dataclass(frozen=True)
class Trips:
    """The trips that are reversed.

    root      the region that exactly these trips reach
    chain     the regions from the body to `root`
    nodes     the statements to reverse, last first
    results   what these trips yield for each carried value (a Lit or variable visible at `root`)
    every     whether these are all trips of the loop, and their number is that of its range
    """

    root: Region
    chain: tuple[Region, ...]
    nodes: tuple[tuple[Region, Node], ...]
    results: tuple[Atom, ...]
    every: bool


def never_stops(body: Region) -> bool:
    """Whether no trip leaves the loop early."""
    return all(_stop(leaf, body) is False for leaf in leaves(body))


def _stop(leaf: Region, body: Region) -> bool | None:
    stop = result_at(leaf, body, 0)
    return bool(stop.value) if isinstance(stop, Lit) else None


def _chain(body: Region, region: Region) -> tuple[Region, ...]:
    found = []
    for here in region.ancestors():
        found.append(here)
        if here is body:
            break
    return tuple(reversed(found))


def reversed_trips(cycle: Cycle, active: Sequence[int], is_active: Callable[[Node], bool]) -> Trips | None:
    """The trips to reverse, given the places of the active carried values; None where there is nothing to reverse."""
    body, carried = cycle.body, cycle.carried

    def passes(leaf: Region) -> bool:
        return _stop(leaf, body) is True and all(result_at(leaf, body, 1 + k) is carried[k] for k in active)

    kept = [leaf for leaf in leaves(body) if not passes(leaf)]
    if not kept:
        return None
    chains = [_chain(body, leaf) for leaf in kept]
    depth = 1
    while all(len(c) > depth and c[depth] is chains[0][depth] for c in chains):
        depth += 1
    chain = chains[0][:depth]
    for n, region in enumerate(chain[:-1]):
        before_tail = region.stmts[:-1]
        if any(not isinstance(node, Call) and is_active(node) for node in before_tail):
            chain = chain[: n + 1]
            break
    root = chain[-1]
    under = leaves(root)
    alike = all(
        result_at(leaf, body, 1 + k) is result_at(under[0], body, 1 + k) for leaf in under for k in active
    ) and all(leaf in kept for leaf in under)
    visible = all(_visible(result_at(under[0], body, 1 + k), root) for k in active)
    last = tail(root)
    todo: list[tuple[Region, Node]] = []
    for region in chain:
        stmts = region.stmts[:-1] if region is not root or (alike and visible and last is not None) else region.stmts
        todo += [(region, node) for node in stmts]
    whole = alike and visible
    results = tuple(result_at(under[0] if whole else root, body, 1 + k) for k in range(len(carried)))
    every = never_stops(body) and cycle.range is not None
    return Trips(root, chain, tuple(reversed(todo)), results, every)


def _visible(atom: Atom, region: Region) -> bool:
    """Whether a variable is defined in a region or around it."""
    if not isinstance(atom, Var):
        return True
    for here in region.ancestors():
        if any(atom is p for p in here.params) or any(atom is o for node in here.stmts for o in node.outs):
            return True
    return False


def captured_by(cycle: Cycle) -> list[Var]:
    """The variables that the body of a loop reads and does not define, in the order of first reading."""
    defined: set[Var] = set(cycle.body.params)
    read: dict[Var, None] = {}
    for region, node in [(cycle.body, None), *nodes(cycle.body)]:
        atoms: list[Atom] = []
        if node is None:
            atoms += region.results
        elif isinstance(node, Call):
            atoms += node.args
        elif isinstance(node, Branch):
            atoms += [node.test, *node.then.results, *node.orelse.results]
        else:
            atoms += [*(node.range or ()), *node.inits, *node.body.results]
            defined.update(node.body.params)
        if node is not None:
            defined.update(node.outs)
        read.update((a, None) for a in atoms if isinstance(a, Var))
    return [v for v in read if v not in defined]


def count_trips(cycle: Cycle, root: Region) -> Var:
    """Let a loop carry the number of its trips that reach `root`; returns the out."""
    reached = set(leaves(root))
    made: list[Var] = []

    def value(leaf: Region, param: Var) -> Atom:
        if leaf not in reached:
            return param
        if not made:
            made.append(Var("n", INT, cycle.origin))
            step = Call((made[0],), P.ADD, (param, Lit(1)), (), cycle.origin)
            at = len(root.stmts) - (tail(root) is not None)
            root.stmts.insert(at, step)
        return made[0]

    return add_column(cycle, "n", Lit(0), INT, value)


def run_until_empty(back: Cycle, tape: Tape) -> None:
    """Turn a counted loop that recalls a tape each trip into one that runs until the tape is empty."""
    body = back.body
    params = body.params[1:]
    inner = Region(parent=body)
    inner.stmts, inner.results = body.stmts, body.results
    for node in inner.stmts:
        if not isinstance(node, Call):
            for region in node.regions:
                region.parent = inner
    leave = Region(parent=body)
    leave.results = [TRUE, *params]
    empty = Var("", BOOL, back.origin)
    choice = Branch(empty, leave, inner, back.origin)
    choice.outs = [Var("", BOOL, back.origin), *(Var(p.name, p.kind, p.origin) for p in params)]
    body.params[:] = params
    body.stmts = [Call((empty,), DRAINED, (), (("tape", tape),), back.origin), choice]
    body.results = list(choice.outs)
    back.range, back.reverse = None, False
