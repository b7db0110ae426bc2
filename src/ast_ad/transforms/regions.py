"""The IR while a transform is at work on it: a mutable tree, and the way from and to the immutable one.

A `Region` is a block in the making that knows where it stands, so that values can be exported from an arm, columns
added to what a loop carries, and tapes threaded through everything that records or recalls.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, If, Lit, Loop, Origin, Stmt, Try, Var
from ast_ad.ir.kinds import BOOL, Kind, List, join


class Region:
    """A block in the making.  `inside` is the statement that holds it, `parent` the region of that statement."""

    __slots__ = ("inside", "params", "parent", "results", "stmts")

    def __init__(self, params: Sequence[Var] = (), parent: Region | None = None) -> None:
        self.params: list[Var] = list(params)
        self.stmts: list[Node] = []
        self.results: list[Atom] = []
        self.parent = parent
        self.inside: Branch | Cycle | None = None

    def ancestors(self) -> Iterator[Region]:
        """The region itself, then outward."""
        here: Region | None = self
        while here is not None:
            yield here
            here = here.parent


class Branch:
    """An `If` in the making; a `Try` where it has `errors`."""

    __slots__ = ("errors", "orelse", "origin", "outs", "test", "then")

    def __init__(
        self,
        test: Atom,
        then: Region,
        orelse: Region,
        origin: Origin | None,
        errors: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.outs: list[Var] = []
        self.errors = errors
        self.test = test
        self.then = then
        self.orelse = orelse
        self.origin = origin
        then.inside = orelse.inside = self

    @property
    def regions(self) -> tuple[Region, ...]:
        """The arms."""
        return (self.then, self.orelse)

    def add_out(self, name: str, then: Atom, orelse: Atom, kind: Kind | None = None) -> Var:
        """A new out with its result in each arm."""
        if kind is None:
            known = [kind_of(a) for a in (then, orelse) if a is not UNDEFINED]
            kind = known[0] if len(known) == 1 else join(*known)
        out = Var(name, kind, self.origin)
        self.outs.append(out)
        self.then.results.append(then)
        self.orelse.results.append(orelse)
        return out


class Cycle:
    """A `Loop` in the making."""

    __slots__ = ("body", "inits", "origin", "outs", "range", "reverse")

    def __init__(
        self, span: tuple[Atom, Atom, Atom] | None, body: Region, origin: Origin | None, reverse: bool = False
    ) -> None:
        self.outs: list[Var] = []
        self.range = span
        self.inits: list[Atom] = []
        self.body = body
        self.origin = origin
        self.reverse = reverse
        body.inside = self

    @property
    def regions(self) -> tuple[Region, ...]:
        """The body."""
        return (self.body,)

    @property
    def carried(self) -> list[Var]:
        """The parameters of the body without the index."""
        return self.body.params[self.range is not None :]

    def add_carried(self, name: str, init: Atom, kind: Kind) -> tuple[Var, Var]:
        """A new carried value: its parameter and its out.  The caller gives `body.results` its yield."""
        param, out = Var(name, kind, self.origin), Var(name, kind, self.origin)
        self.inits.append(init)
        self.body.params.append(param)
        self.outs.append(out)
        return param, out


Node: TypeAlias = Call | Branch | Cycle


def thaw(block: Block, parent: Region | None = None) -> Region:
    """A block as a region."""
    region = Region(block.params, parent)
    for stmt in block.stmts:
        region.stmts.append(_thaw_stmt(stmt, region))
    region.results = list(block.results)
    return region


def _thaw_stmt(stmt: Stmt, region: Region) -> Node:
    if isinstance(stmt, Call):
        return stmt
    if isinstance(stmt, If):
        errors = stmt.errors if isinstance(stmt, Try) else ()
        branch = Branch(stmt.test, thaw(stmt.then, region), thaw(stmt.orelse, region), stmt.origin, errors)
        branch.outs = list(stmt.outs)
        return branch
    cycle = Cycle(stmt.range, thaw(stmt.body, region), stmt.origin, stmt.reverse)
    cycle.outs, cycle.inits = list(stmt.outs), list(stmt.inits)
    return cycle


def freeze(region: Region) -> Block:
    """A region as a block."""
    return Block(tuple(region.params), tuple(map(_freeze_stmt, region.stmts)), tuple(region.results))


def _freeze_stmt(node: Node) -> Stmt:
    if isinstance(node, Call):
        return node
    if isinstance(node, Branch):
        parts = (tuple(node.outs), node.test, freeze(node.then), freeze(node.orelse), node.origin)
        return Try(*parts, node.errors) if node.errors else If(*parts)
    return Loop(tuple(node.outs), node.range, tuple(node.inits), freeze(node.body), node.origin, node.reverse)


def nodes(region: Region) -> Iterator[tuple[Region, Node]]:
    """All statements with their regions, outer before inner."""
    for node in region.stmts:
        yield region, node
        if not isinstance(node, Call):
            for inner in node.regions:
                yield from nodes(inner)


def always_raises(region: Region) -> bool:
    """Whether no path through a region reaches its end."""
    last = region.stmts[-1] if region.stmts else None
    if isinstance(last, Branch):
        return all(map(always_raises, last.regions))
    return isinstance(last, Call) and last.fn is P.RAISE


def tail(region: Region) -> Branch | None:
    """The branch at the end of a loop's body, or of an arm of such a branch, that decides whether the loop stops."""
    if region.stmts and region.results and isinstance(region.stmts[-1], Branch):
        last = region.stmts[-1]
        if not last.errors and any(region.results[0] is out for out in last.outs):
            return last
    return None


def leaves(body: Region) -> list[Region]:
    """The regions where a trip of a loop ends."""
    branch = tail(body)
    return [body] if branch is None else [leaf for arm in branch.regions for leaf in leaves(arm)]


def result_at(leaf: Region, body: Region, k: int) -> Atom:
    """The kth result of a loop's body for trips that end in `leaf`."""
    chain = []
    here = leaf
    while here is not body:
        assert here.parent is not None
        chain.append(here)
        here = here.parent
    atom = body.results[k]
    for arm in reversed(chain):
        assert isinstance(arm.inside, Branch)
        branch = arm.inside
        places = [n for n, out in enumerate(branch.outs) if out is atom]
        if not places:
            return atom
        atom = arm.results[places[0]]
    return atom


def add_column(cycle: Cycle, name: str, init: Atom, kind: Kind, value: Callable[[Region, Var], Atom]) -> Var:
    """Let a loop carry one more value, which each leaf of its body yields as `value(leaf, param)`; returns the out."""
    param, out = cycle.add_carried(name, init, kind)

    def yielded(region: Region) -> Atom:
        branch = tail(region)
        if branch is None:
            return value(region, param)
        then, orelse = yielded(branch.then), yielded(branch.orelse)
        if then is orelse:
            return then
        return branch.add_out(name, then, orelse, kind)

    cycle.body.results.append(yielded(cycle.body))
    return out


def substitute(region: Region, found: Mapping[Var, Atom]) -> None:
    """Replace variables in a region and those inside it."""

    def change(atom: Atom) -> Atom:
        return found.get(atom, atom) if isinstance(atom, Var) else atom

    region.results[:] = map(change, region.results)
    for n, node in enumerate(region.stmts):
        if isinstance(node, Call):
            args = tuple(map(change, node.args))
            if any(a is not b for a, b in zip(args, node.args, strict=True)):
                region.stmts[n] = Call(node.outs, node.fn, args, node.params, node.origin)
        elif isinstance(node, Branch):
            node.test = change(node.test)
        else:
            if node.range is not None:
                one, two, three = map(change, node.range)
                node.range = (one, two, three)
            node.inits[:] = map(change, node.inits)
        if not isinstance(node, Call):
            for inner in node.regions:
                substitute(inner, found)


# Tapes: mutable while the transform works, threaded through the regions as SSA values at its end.


class Tape:
    """A list that a forward region records on and a reverse region recalls from."""

    __slots__ = ("kind", "name")

    def __init__(self, name: str, item: Kind) -> None:
        self.name = name
        self.kind: Kind = List(item)

    @classmethod
    def of_memory(cls, var: Var) -> Tape:
        """What stands for an array that the reverse sweep writes to, in the same way."""
        made = cls(var.name, var.kind)
        made.kind = var.kind
        return made

    def __repr__(self) -> str:
        return f"<tape {self.name}>"


RECORD = P.Primitive("record", lambda v, tape: None, lambda ks, p: (), outs=0, effect=True)
RECALL = P.Primitive("recall", lambda tape: None, lambda ks, p: p["tape"].kind.item, effect=True)
DRAINED = P.Primitive("drained", lambda tape: None, lambda ks, p: BOOL, effect=True)
#: of an array that the reverse sweep takes back to what it was: `a[index] = old`, and reading `a[index]`
RESTORE = P.Primitive("restore", lambda old, *holes, tape, index: None, lambda ks, p: (), outs=0, effect=True)
READ = P.Primitive("read", lambda *holes, tape, index: None, lambda ks, p: p["tape"].kind, effect=True)
_TAPE_WORDS = (RECORD, RECALL, DRAINED, RESTORE, READ)


def thread(region: Region, state: dict[Tape, Atom]) -> None:
    """Turn `record`, `recall` and `drained` on tapes into `append`, `pop` and `is_empty` on threaded values."""
    stmts, region.stmts = region.stmts, []
    for node in stmts:
        if isinstance(node, Call):
            region.stmts.append(_thread_call(node, state))
        elif isinstance(node, Branch):
            _thread_branch(node, state)
            region.stmts.append(node)
        else:
            _thread_cycle(node, state)
            region.stmts.append(node)


def _thread_call(call: Call, state: dict[Tape, Atom]) -> Call:
    if call.fn not in _TAPE_WORDS:
        return call
    tape: Tape = dict(call.params)["tape"]
    old = state[tape]
    if call.fn is DRAINED:
        return Call(call.outs, P.IS_EMPTY, (old,), (), call.origin)
    if call.fn is READ:
        return Call(call.outs, P.GETITEM, (old, *call.args), (("index", dict(call.params)["index"]),), call.origin)
    new = Var(tape.name, tape.kind, call.origin)
    state[tape] = new
    if call.fn is RESTORE:
        index = (("index", dict(call.params)["index"]),)
        return Call((new,), P.INDEX_UPDATE, (old, *call.args), index, call.origin)
    if call.fn is RECORD:
        return Call((new,), P.APPEND, (old, *call.args), (), call.origin)
    return Call((new, *call.outs), P.POP, (old,), (), call.origin)


def _changed_tapes(region: Region) -> list[Tape]:
    found: dict[Tape, None] = {}
    for _, node in nodes(region):
        if isinstance(node, Call) and node.fn in (RECORD, RECALL, RESTORE):
            found[dict(node.params)["tape"]] = None
    return list(found)


def _thread_branch(branch: Branch, state: dict[Tape, Atom]) -> None:
    tapes = list(dict.fromkeys([*_changed_tapes(branch.then), *_changed_tapes(branch.orelse)]))
    one, two = dict(state), dict(state)
    thread(branch.then, one)
    thread(branch.orelse, two)
    for tape in tapes:
        state[tape] = branch.add_out(tape.name, one[tape], two[tape], tape.kind)


def _thread_cycle(cycle: Cycle, state: dict[Tape, Atom]) -> None:
    inner = dict(state)
    outs = {}
    tapes = _changed_tapes(cycle.body)
    for tape in tapes:
        inner[tape], outs[tape] = cycle.add_carried(tape.name, state[tape], tape.kind)
    thread(cycle.body, inner)
    cycle.body.results.extend(inner[tape] for tape in tapes)
    state.update(outs)


def fresh_list(tape: Tape) -> Call:
    """The statement that makes an empty tape."""
    return Call((Var(tape.name, tape.kind),), P.MAKE_LIST, ())


def is_tried(region: Region) -> bool:
    """Whether an exception in a region may be caught: then it must be raised there."""
    return any(isinstance(r.inside, Branch) and r.inside.errors and r.inside.then is r for r in region.ancestors())


def tapes_in(node: Node) -> list[Tape]:
    """The tapes that a statement records on."""
    if isinstance(node, Call):
        return [dict(node.params)["tape"]] if node.fn is RECORD else []
    return [
        dict(n.params)["tape"]
        for inner in node.regions
        for _, n in nodes(inner)
        if isinstance(n, Call) and n.fn is RECORD
    ]


FALSE, TRUE = Lit(False), Lit(True)


def unused(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def distinct(name: str, taken: Sequence[Var]) -> str:
    """A name that none of these variables has."""
    return unused(name, {v.name for v in taken})
