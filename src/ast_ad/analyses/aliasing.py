"""Which values may share storage, and which updates may therefore happen in place.

In the IR every value is a value.  In the text an update writes to storage that others may see, so
it needs a proof that nobody looks afterwards.  The proof walks a function once (loops until nothing
changes) and keeps, for each variable, the others whose storage it may share while both are alive:
views share with their base, a list with what it holds, the result of a branch or of a loop with what
the branches and trips yield.  Two members stand for storage that is never ours to write (arguments,
captures, constants, read-only views): `ARRAYS` for arrays and `LISTS` for lists.

Where the proof fails, the cheapest copy that mends it is chosen, and the walk begins again: the view
or the element that still is read, the operand that a list keeps, the value that enters the outermost
loop, and at last the array that is updated.  So a slice is a view in the text only if nothing writes
to its base nor to it while it lives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from ast_ad.analyses.liveness import Liveness, liveness
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import Array, Dict, Fixed, Kind, List, Maybe, Scalar, Static, Tuple, rank, same_shape
from ast_ad.ir.primitives import HOLE, is_basic

ARRAYS, LISTS = -1, -2
#: a copy that can be asked for: of an operand or init of a statement (its place), or of what a call returns (-1)
Remedy: TypeAlias = tuple[Stmt, int]
Lent: TypeAlias = tuple[tuple[str, frozenset[int]], ...]
_WRITES_ARRAYS = ("index_update", "index_add")
_WRITES_LISTS = ("append", "pop", "list_set", "list_add")
#: what may return an operand, or a list that holds parts of it, by the places of those operands
_PASS_ON: dict[str, tuple[int, ...]] = {
    "cast_like": (0,),
    "keep_zeros": (0,),
    "list_concat": (0, 1),
    "list_of": (0,),
    "list_of_rows": (0,),
    "list_repeat": (0,),
    "list_slice": (0,),
    "select": (1, 2),
    "split_like": (0,),
    "sum_of_list": (0,),
    "unbroadcast": (0,),
}
_REPEATS = ("list_of", "list_repeat")
_READ_ONLY = ("broadcast_like", "unbroadcast", "np.broadcast_to", "np.diagonal", "np.broadcast_arrays")


@dataclass(frozen=True, slots=True)
class Storage:
    """The answer: what the text of a function copies, and what it may write to.

    in_place  the updates whose old version is dead and ours; also sums `x_bar + e` of arrays that may be written `+=`
    copied    operands (statement, place), inits (loop, place) and results of calls (call, -1) that are copied
    returned  the places of the function's results that share with arguments or with results before them: a function
              that others than the program call copies these when it returns
    classes   by variable: the number of its buffer class; what shares storage at any time is in one class
    """

    in_place: frozenset[Call]
    copied: frozenset[Remedy]
    returned: frozenset[int]
    classes: dict[Var, int] = field(repr=False)

    def may_alias(self, a: Var, b: Var) -> bool:
        """Whether writing to one may be seen through the other."""
        return self.classes[a] == self.classes[b]


def has_storage(kind: Kind) -> bool:
    """Whether values of this kind can be written to or hold what can."""
    if isinstance(kind, (Scalar, Static)):
        return False
    if isinstance(kind, (Tuple, Dict)):
        return any(map(has_storage, kind.items))
    return has_storage(kind.kind) if isinstance(kind, Maybe) else True


def holds_lists(kind: Kind) -> bool:
    """Whether a value of this kind can be a list or hold one."""
    if isinstance(kind, (Scalar, Static, Array)):
        return False
    if isinstance(kind, (Tuple, Dict)):
        return any(map(holds_lists, kind.items))
    return holds_lists(kind.kind) if isinstance(kind, Maybe) else True


def holds_arrays(kind: Kind) -> bool:
    """Whether a value of this kind can be an array or hold one."""
    if isinstance(kind, (Tuple, Dict, Fixed)):
        return any(map(holds_arrays, kind.items))
    if isinstance(kind, List):
        return holds_arrays(kind.item)
    return holds_arrays(kind.kind) if isinstance(kind, Maybe) else not isinstance(kind, (Scalar, Static))


def is_update(stmt: Stmt) -> bool:
    """Whether a statement is written as a write to its first operand."""
    return isinstance(stmt, Call) and not isinstance(stmt.fn, Callee) and stmt.fn.name in _UPDATES


_UPDATES = frozenset((*_WRITES_ARRAYS, *_WRITES_LISTS))


def is_accumulation(stmt: Stmt) -> bool:
    """Whether a statement adds to, or takes from, an array of the result's own shape and dtype."""
    if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn.name not in ("+", "-"):
        return False
    old, new = stmt.args[0], stmt.outs[0]
    if not isinstance(old, Var) or not isinstance(old.kind, Array) or not isinstance(new.kind, Array):
        return False
    return old.kind.dtype is not None and old.kind.dtype == new.kind.dtype and same_shape(old.kind, new.kind)


def makes_a_view(call: Call) -> bool:
    """Whether what a subscript gives may share memory with its base: not an element, not a copy by index arrays."""
    kind, index = call.outs[0].kind, dict(call.params)["index"]
    if isinstance(kind, Array) and kind.dims == () and all(part is HOLE or isinstance(part, int) for part in index):
        return False
    return is_basic(index, [kind_of(a) for a in call.args[1:]])


def fills_an_array(call: Call) -> bool:
    """Whether a `broadcast_like` stretches a number over an array of its own dtype (`np.full_like` then)."""
    value, like, out = kind_of(call.args[0]), kind_of(call.args[1]), call.outs[0].kind
    return (
        rank(value) == 0
        and isinstance(out, Array)
        and isinstance(like, Array)
        and bool(like.dims)
        and like.dtype is not None
        and like.dtype == out.dtype
    )


class _Walk:
    """One walk under the copies chosen so far; `wanted` collects the copies that are missing."""

    def __init__(self, function: Function, live: Liveness, copied: set[Remedy], lent: Lent) -> None:
        self.lent = dict(lent)
        self.live = live
        self.index = live.index
        self.copied = copied
        self.shares: list[dict[int, Any]] = [{} for _ in live.variables]
        self.parent = list(range(len(live.variables)))
        self.in_place: set[Call] = set()
        self.spoiled: set[Call] = set()
        self.wanted: dict[Remedy, None] = {}
        self.has = [has_storage(v.kind) for v in live.variables]
        for var in function.block.params:
            if self.has[self.index[var]]:
                self.link_foreign(self.index[var], None)
        self.block(function.block)

    # pairs

    def link(self, a: int, b: int, why: Remedy | None) -> None:
        self.shares[a].setdefault(b, why)
        self.shares[b].setdefault(a, why)

    def link_foreign(self, var: int, why: Remedy | None, sorts: Iterable[int] = (ARRAYS, LISTS)) -> None:
        kind = self.live.variables[var].kind
        for sort in sorts:
            if holds_arrays(kind) if sort == ARRAYS else holds_lists(kind):
                self.shares[var].setdefault(sort, why)

    def derive(self, new: int, atom: Atom, why: Remedy | None, live: int) -> None:
        """`new` may share what `atom` shares with those in `live`, and with `atom` itself."""
        if atom is UNDEFINED or not self.has[new]:
            return
        if not isinstance(atom, Var):
            if not isinstance(atom.value, (int, float, complex, str, bytes, type(None))):
                self.link_foreign(new, why)
            return
        old = self.index[atom]
        self.parent[self.root(new)] = self.root(old)
        for other, reason in list(self.shares[old].items()):
            if other == old:
                self.link(new, new, reason)
            elif other < 0:
                self.link_foreign(new, reason or why, (other,))
            elif other != new and live >> other & 1:
                self.link(new, other, reason or why)
        if live >> old & 1 and old != new:
            self.link(new, old, why)

    def root(self, k: int) -> int:
        while self.parent[k] != k:
            self.parent[k] = k = self.parent[self.parent[k]]
        return k

    def are_shared(self, a: Atom, b: Atom) -> bool:
        if not isinstance(a, Var) or not isinstance(b, Var):
            return False
        one, two = self.index[a], self.index[b]
        return self.has[one] and (one == two or two in self.shares[one])

    # statements

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                self.call(stmt)
            elif isinstance(stmt, If):
                self.branch(stmt)
            else:
                self.loop(stmt)

    def call(self, stmt: Call) -> None:
        if isinstance(stmt.fn, Callee):
            self.call_of_function(stmt, stmt.fn)
            return
        if not stmt.outs:
            return
        live, name, result = self.live.after[stmt], stmt.fn.name, stmt.fn.result
        out = self.index[stmt.outs[0]]
        if name in _UPDATES:
            self.update(stmt, out, live)
        elif name in ("+", "-"):
            if is_accumulation(stmt) and self.may_write(stmt, live, optional=True):
                self.derive(out, stmt.args[0], None, live)
        elif (stmt, -1) in self.copied or not stmt.args:
            return
        elif name == "getitem":
            if makes_a_view(stmt):
                self.derive(out, stmt.args[0], (stmt, -1), live)
        elif name == "broadcast_like" and fills_an_array(stmt):
            return
        elif result == "element" and name not in ("item", "list_get"):
            self.collect(stmt, out, range(len(stmt.args)), live)
        elif result != "fresh" or name in _PASS_ON:
            passed = tuple(stmt.args[k] for k in _PASS_ON.get(name, (0,)))
            live |= self.live.mask(passed)
            for var in stmt.outs:
                for atom in passed:
                    self.derive(self.index[var], atom, (stmt, -1), live)
                if name in _REPEATS or (len(passed) > 1 and self.are_shared(*passed)):
                    self.link(self.index[var], self.index[var], None)
                if name in _READ_ONLY:
                    self.link_foreign(self.index[var], (stmt, -1))

    def call_of_function(self, stmt: Call, fn: Callee) -> None:
        """What a function lends may be any of its arguments, and what another of its results is."""
        if (stmt, -1) in self.copied:
            return
        live = self.live.after[stmt] | self.live.mask(stmt.args)
        outs = [self.index[v] for v in stmt.outs]
        for k in self.lent.get(fn.name, range(len(outs))):
            for arg in stmt.args:
                self.derive(outs[k], arg, (stmt, -1), live)
            for other in outs:
                if other != outs[k] and self.has[other] and self.has[outs[k]]:
                    self.link(outs[k], other, (stmt, -1))

    def collect(self, stmt: Call, out: int, places: Any, live: int) -> None:
        """A list, tuple or dict takes operands in."""
        held: list[Atom] = [] if stmt.fn.name.startswith("make") else [stmt.args[0]]
        for k in places:
            if (stmt, k) in self.copied:
                continue
            if any(self.are_shared(stmt.args[k], other) for other in held):
                self.link(out, out, None)
            self.derive(out, stmt.args[k], (stmt, k), live)
            held.append(stmt.args[k])

    def update(self, stmt: Call, out: int, live: int) -> None:
        old = stmt.args[0]
        if self.may_write(stmt, live):
            self.derive(out, old, None, live)
        if stmt.fn.name == "pop" and (stmt, -1) not in self.copied:
            element = self.index[stmt.outs[1]]
            distinct = isinstance(old, Var) and self.index[old] not in self.shares[self.index[old]]
            self.derive(element, old, (stmt, -1), live & ~(1 << out) if distinct else live)
            if not distinct:
                self.link(element, out, (stmt, -1))
        elif stmt.fn.name in ("append", "list_set"):
            self.collect(stmt, out, (1,), live)

    def may_write(self, stmt: Call, live: int, optional: bool = False) -> bool:
        """Whether the first operand of an update is dead afterwards and ours.

        If not, the copy that it takes is asked for.
        """
        if (stmt, 0) in self.copied or stmt in self.spoiled:
            return False
        old = stmt.args[0]
        reasons = self.conflicts(stmt, old, live) if isinstance(old, Var) else [None]
        reasons = [None if why in self.copied else why for why in reasons]
        if not reasons:
            self.in_place.add(stmt)
            return True
        self.in_place.discard(stmt)
        if optional:
            self.spoiled.add(stmt)
        elif None in reasons:
            self.copied.add((stmt, 0))
        else:
            self.wanted.update(dict.fromkeys(r for r in reasons if r is not None))
        return False

    def conflicts(self, stmt: Call, old: Var, live: int) -> list[Remedy | None]:
        """Why others would see the write: for each of them the copy that would part it from `old`."""
        where = self.index[old]
        if live >> where & 1:
            return [None]
        live &= ~self.live.mask(stmt.outs)
        affected = holds_lists if not isinstance(stmt.fn, Callee) and stmt.fn.name in _WRITES_LISTS else holds_arrays
        shares = self.shares[where]
        foreign = LISTS if affected is holds_lists else ARRAYS
        if foreign in shares:  # the copy that this takes may well end all sharing
            return [shares[foreign]]
        seen = [k for k in shares if k >= 0 and k != where and live >> k & 1]
        return [shares[k] for k in seen if affected(self.live.variables[k].kind)]

    def join(self, new: list[tuple[int, Atom]], live: int, why: Any) -> None:
        """What several paths yield: `new` pairs each merged variable with what one path yields for it."""
        for k, (var, atom) in enumerate(new):
            if why is not None and (why, k) in self.copied:
                continue
            reason = None if why is None else (why, k)
            self.derive(var, atom, reason, live)
            for j, (other, atom2) in enumerate(new[:k]):
                if (why is None or (why, j) not in self.copied) and self.are_shared(atom, atom2):
                    self.link(var, other, reason)

    def branch(self, stmt: If) -> None:
        live = self.live.after[stmt] & ~self.live.mask(stmt.outs)
        outs = [self.index[v] for v in stmt.outs]
        for arm in (stmt.then, stmt.orelse):
            self.block(arm)
            self.join(list(zip(outs, arm.results, strict=True)), live, None)

    def loop(self, stmt: Loop) -> None:
        body = stmt.body
        params = [self.index[v] for v in body.params[len(body.params) - len(stmt.inits) :]]
        outs = [self.index[v] for v in stmt.outs]
        around = self.live.through[body]
        self.join(list(zip(params, stmt.inits, strict=True)), around, stmt)
        before = -1
        while before != (before := sum(len(self.shares[p]) for p in params)):
            self.block(body)
            self.join(list(zip(params, body.results[1:], strict=True)), around, None)
        live = self.live.after[stmt] & ~self.live.mask(stmt.outs)
        self.join([(o, v) for o, v in zip(outs, body.params[-len(outs) :] if outs else (), strict=True)], live, None)

    def results(self, results: tuple[Atom, ...]) -> frozenset[int]:
        """The places of results that share with arguments or with results before them."""
        copied: set[int] = set()
        for k, atom in enumerate(results):
            if not isinstance(atom, Var) or not self.has[self.index[atom]]:
                continue
            kept = [r for j, r in enumerate(results[:k]) if j not in copied]
            foreign = {ARRAYS, LISTS} & self.shares[self.index[atom]].keys()
            if foreign or any(self.are_shared(atom, r) for r in kept):
                copied.add(k)
        return frozenset(copied)


@lru_cache(maxsize=256)
def storage_of(function: Function, lent: Lent = ()) -> Storage:
    """Which updates of a function may happen in place, and which values are copied so that they may.

    `lent` says, by name of a function that it calls, which results of that one may share with its arguments or with
    each other; without an entry all of them may.
    """
    live = liveness(function)
    copied: set[Remedy] = set()
    while True:
        walk = _Walk(function, live, copied, lent)
        if not walk.wanted:
            break
        copied |= set(walk.wanted)
    classes = {var: walk.root(k) for k, var in enumerate(live.variables)}
    return Storage(frozenset(walk.in_place), frozenset(copied), walk.results(function.block.results), classes)
