"""Which updates may happen in place, and which values must be copied so that they may.

In the IR every value is a value.  In the text an update writes to storage that others may see, so
it needs a proof that nobody looks afterwards.  The proof walks a function once (loops until nothing
changes) and keeps the pairs of variables that may share storage while both are alive: views share
with their base, a list with what it holds, the result of a branch or of a loop with what the branches
and trips yield.  Arguments, captures, constants and read-only views are never ours to write.

Where the proof fails, the cheapest copy that mends it is chosen, and the walk begins again: the view
or the element that still is read, the operand that a list keeps, the value that enters the outermost
loop, and at last the array that is updated.  So a slice is a view in the text only if nothing writes
to its base nor to it while it lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from ast_ad.analyses.liveness import Liveness, liveness
from ast_ad.analyses.moves import taken_out
from ast_ad.analyses.sharing import ARRAY, FOREIGN, INNER, TOP, Remedy, Sharing, has_storage
from ast_ad.analyses.updates import UPDATES, fills_an_array, is_accumulation, is_update, makes_a_view, written
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Var
from ast_ad.ir.kinds import Array

#: by name of a function, the pairs of a result and what it may share with: an argument n, FOREIGN, a result `-2 - n`
Lent: TypeAlias = tuple[tuple[str, frozenset[tuple[int, int]]], ...]
#: by name of a function, the arguments that are handed over: it may write to them, and nobody looks at them afterwards
Given: TypeAlias = tuple[tuple[str, frozenset[int]], ...]
#: what may return an operand or share its memory although its primitive does not say so
_PASS_ON: dict[str, tuple[int, ...]] = {
    "add_maybe": (0, 1),
    "add_structures": (0, 1),
    "cast_like": (0,),
    "keep_zeros": (0,),
    "or_zeros": (0,),
    "select": (1, 2),
    "stop_gradient": (0,),
    "sum_of_list": (0,),
    "unbroadcast": (0,),
    "unbroadcast_rows": (0,),
}
#: what makes a list of what its operands hold
_LISTS_OF: dict[str, tuple[int, ...]] = {
    "add_to_slice": (0, 1),
    "list_concat": (0, 1),
    "in_rounds": (0,),
    "list_of": (0,),
    "list_of_rows": (0,),
    "list_repeat": (0,),
    "list_slice": (0,),
    "split_like": (0,),
}
_READ_ONLY = (
    *("broadcast_like", "unbroadcast", "broadcast_rows", "unbroadcast_rows"),
    *("np.broadcast_to", "np.diagonal", "np.broadcast_arrays"),
)


@dataclass(frozen=True, slots=True)
class Storage:
    """The answer: what the text of a function copies, and what it may write to.

    in_place  the updates whose old version is dead and ours; also sums `x_bar + e` of arrays that may be written `+=`
    copied    operands (statement, place), inits (loop, place) and results of calls (call, -1) that are copied
    returned  the places of the function's results that share with arguments or with results before them: a function
              that others than the program call copies these when it returns
    parts     the same for operands of the tuples, lists and dicts that are made to be returned
    put_back  the elements that are put back into lists although they never left, each with its list
    gifts     by call of a function, the arguments that it may write to
    lent      the pairs of a result and what it may share with, as in `Lent`
    classes   by variable: the number of its buffer class; what shares storage at any time is in one class
    """

    in_place: frozenset[Call]
    copied: frozenset[Remedy]
    returned: frozenset[int]
    parts: frozenset[Remedy]
    put_back: frozenset[Call]
    gifts: dict[Call, tuple[Var, ...]]
    lent: frozenset[tuple[int, int]]
    classes: dict[Var, int] = field(repr=False)

    def may_alias(self, a: Var, b: Var) -> bool:
        """Whether writing to one may be seen through the other."""
        return self.classes[a] == self.classes[b]


def _everything(call: Call) -> frozenset[tuple[int, int]]:
    """That each result may share with each argument, and with each other one."""
    results = range(len(call.outs))
    return frozenset((k, n) for k in results for n in (*range(len(call.args)), *(FOREIGN - 1 - j for j in results)))


class _Walk:
    """One walk under the copies chosen so far; `wanted` collects the copies that are missing."""

    def __init__(self, function: Function, live: Liveness, copied: set[Remedy], lent: Lent, given: Given) -> None:
        self.lent, self.given = dict(lent), dict(given)
        self.ours = {FOREIGN - 1 - k for k in self.given.get(function.name, ())}
        self.gifts: dict[Call, tuple[Var, ...]] = {}
        self.live = live
        self.copied = copied
        self.sharing = Sharing(live)
        self.in_place: set[Call] = set()
        self.spoiled: set[Call] = set()
        self.moved = taken_out(function.block, live)
        self.wanted: dict[Remedy, None] = {}
        for k, var in enumerate(function.block.params):
            self.sharing.link_foreign(var, whose=FOREIGN - 1 - k)
        self.block(function.block)

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
        live, name, out = self.live.after[stmt], stmt.fn.name, stmt.outs[0]
        if name in UPDATES:
            self.update(stmt, out, live)
        elif name in ("+", "-"):
            if is_accumulation(stmt) and self.may_write(stmt, live, optional=True):
                self.sharing.alias(out, stmt.args[0], None, live)
        elif name == "rename":
            for new, old in zip(stmt.outs, stmt.args, strict=True):
                self.sharing.alias(new, old, None, live | self.live.mask(stmt.args))
        elif (stmt, -1) in self.copied or not stmt.args:
            return
        elif name in _LISTS_OF:
            self.make_list_of(stmt, out, _LISTS_OF[name], live)
        elif stmt.fn.result == "element" and name not in ("item", "list_get"):
            self.collect(stmt, out, range(len(stmt.args)), live)
        elif stmt.fn.result != "fresh" or name in _PASS_ON:
            self.view(stmt, live)

    def view(self, stmt: Call, live: int) -> None:
        """What is read from the first operand, or is it, or shares its memory."""
        name = stmt.fn.name
        if (name in ("getitem", "list_get") and not makes_a_view(stmt)) or (
            name == "broadcast_like" and fills_an_array(stmt)
        ):
            return
        passed = [stmt.args[k] for k in _PASS_ON.get(name, (0,))]
        live |= self.live.mask(passed)
        if stmt in self.moved and not self.holds_twice(stmt.args[0]):
            live &= ~self.live.mask(passed)
        from_inside = name in ("item", "list_get", "sum_of_list")
        for out in stmt.outs:
            for atom in passed:
                (self.sharing.take if from_inside else self.sharing.alias)(out, atom, (stmt, -1), live)
            if name in _READ_ONLY:
                self.sharing.link_foreign(out, (stmt, -1))

    def holds_twice(self, atom: Atom) -> bool:
        """Whether a list may hold one thing twice."""
        if not isinstance(atom, Var):
            return True
        inside = [self.sharing.region(atom, level) for level in (INNER, ARRAY)]
        return any(region in self.sharing.shares[region] for region in inside)

    def make_list_of(self, stmt: Call, out: Var, places: tuple[int, ...], live: int) -> None:
        """A new list that holds what other lists hold, or parts of an array, perhaps more than once."""
        sharing = self.sharing
        passed = [stmt.args[k] for k in places]
        for atom in passed:
            for one, two in ((INNER, INNER), (ARRAY, ARRAY)):
                if isinstance(atom, Var):
                    why = (stmt, -1)
                    sharing.parent[sharing.class_of(out)] = sharing.class_of(atom)
                    sharing.flow(sharing.region(out, one), sharing.region(atom, two), why, live)
        for level in (INNER, ARRAY):
            sharing.link(sharing.region(out, level), sharing.region(out, level), None)

    def call_of_function(self, stmt: Call, fn: Callee) -> None:
        """What a function lends may be an argument, or what another of its results is."""
        self.give(stmt, self.given.get(fn.name, frozenset()))
        if (stmt, -1) in self.copied:
            return
        sharing, why = self.sharing, (stmt, -1)
        live = self.live.after[stmt] | self.live.mask(stmt.args)
        for k, n in self.lent.get(fn.name, _everything(stmt)):
            out = stmt.outs[k]
            if n == FOREIGN:
                sharing.link_foreign(out, why)
            elif n >= 0:
                for make in (sharing.alias, sharing.hold, sharing.take) if (stmt, n) not in self.copied else ():
                    make(out, stmt.args[n], why, live)
            elif k == FOREIGN - 1 - n:
                for level in (INNER, ARRAY):
                    sharing.link(sharing.region(out, level), sharing.region(out, level), None)
            else:
                other = stmt.outs[FOREIGN - 1 - n]
                for one in (TOP, INNER, ARRAY):
                    for two in (TOP, INNER) if one != ARRAY else (ARRAY,):
                        sharing.link(sharing.region(out, one), sharing.region(other, two), why)

    def give(self, stmt: Call, places: frozenset[int]) -> None:
        """Hand arguments over to a function: what somebody still looks at is copied first."""
        self.gifts[stmt] = tuple(arg for k in sorted(places) if isinstance(arg := stmt.args[k], Var))
        for k in sorted(places):
            arg = stmt.args[k]
            if not isinstance(arg, Var) or (stmt, k) in self.copied:
                continue
            others = self.live.mask(a for n, a in enumerate(stmt.args) if n != k)
            levels = [self.sharing.region(arg, level) for level in (TOP, INNER, ARRAY)]
            reasons = self.who_sees(arg, (self.live.after[stmt] & ~self.live.mask(stmt.outs)) | others, levels)
            reasons = [None if why in self.copied else why for why in reasons]
            if None in reasons:
                self.copied.add((stmt, k))
            else:
                self.wanted.update(dict.fromkeys(r for r in reasons if r is not None))

    def collect(self, stmt: Call, out: Var, places: Any, live: int) -> None:
        """A list, tuple or dict takes operands in."""
        held: list[Atom] = [] if stmt.fn.name.startswith("make") else [stmt.args[0]]
        for k in places:
            if (stmt, k) in self.copied:
                continue
            for other in held:
                for level, _ in self.sharing.shared_levels(stmt.args[k], other):
                    inside = self.sharing.region(out, max(level, INNER))
                    self.sharing.link(inside, inside, None)
            self.sharing.hold(out, stmt.args[k], (stmt, k), live)
            held.append(stmt.args[k])

    def update(self, stmt: Call, out: Var, live: int) -> None:
        old, sharing = stmt.args[0], self.sharing
        if self.may_write(stmt, live):
            sharing.alias(out, old, None, live)
        if stmt.fn.name in ("pop", "take_out") and (stmt, -1) not in self.copied and isinstance(old, Var):
            element, why = stmt.outs[1], (stmt, -1)
            others = live & ~self.live.mask((out,))
            sharing.take(element, old, why, others)
            for level in (INNER, ARRAY):  # where the list may hold one thing twice
                region = sharing.region(old, level)
                if region in sharing.shares[region]:
                    for mine in (TOP, INNER) if level == INNER else (ARRAY,):
                        sharing.link(sharing.region(element, mine), sharing.region(out, level), why)
        elif stmt.fn.name in ("append", "list_set") and "index" not in dict(stmt.params):
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
        return self.who_sees(old, live & ~self.live.mask(stmt.outs), [self.sharing.region(old, written(stmt))])

    def who_sees(self, old: Var, live: int, regions: Sequence[int]) -> list[Remedy | None]:
        """The copies that would part some regions of a variable from those who see what is written to them."""
        if live & self.live.mask((old,)):
            return [None]
        reasons: list[Remedy | None] = []
        for region in regions:
            shares = self.sharing.shares[region]
            foreign = [why for other, why in shares.items() if other < 0 and other not in self.ours]
            if foreign:  # the copy that this takes may well end all sharing
                return foreign
            if region in shares and region % 3 != TOP and not isinstance(old.kind, Array):
                return [shares[region]]  # it may hold twice what is written to
            others = live & ~self.live.mask((old,))
            reasons += [why for other, why in shares.items() if other >= 0 and others >> other // 3 & 1]
        return reasons

    def join(self, new: list[tuple[Var, Atom]], live: int, why: Any) -> None:
        """What several paths yield: `new` pairs each merged variable with what one path yields for it."""
        for k, (var, atom) in enumerate(new):
            if why is not None and (why, k) in self.copied:
                continue
            reason = None if why is None else (why, k)
            self.sharing.alias(var, atom, reason, live)
            for j, (other, atom2) in enumerate(new[:k]):
                if why is None or (why, j) not in self.copied:
                    for one, two in self.sharing.shared_levels(atom, atom2):
                        self.sharing.link(self.sharing.region(var, one), self.sharing.region(other, two), reason)

    def branch(self, stmt: If) -> None:
        live = self.live.after[stmt] & ~self.live.mask(stmt.outs)
        for arm in (stmt.then, stmt.orelse):
            self.block(arm)
            self.join(list(zip(stmt.outs, arm.results, strict=True)), live, None)

    def loop(self, stmt: Loop) -> None:
        body = stmt.body
        params = body.params[len(body.params) - len(stmt.inits) :]
        around = self.live.through[body]
        self.join(list(zip(params, stmt.inits, strict=True)), around, stmt)
        before = -1
        while before != (before := self.sharing.size_of(params)):
            self.block(body)
            self.join(list(zip(params, body.results[1:], strict=True)), around, None)
        live = self.live.after[stmt] & ~self.live.mask(stmt.outs)
        self.join(list(zip(stmt.outs, params, strict=True)), live, None)

    def shared_by_results(self, results: tuple[Atom, ...]) -> frozenset[tuple[int, int]]:
        """The pairs of a result and what it may share with, as in `Lent`, where nothing is copied."""
        found: set[tuple[int, int]] = set()
        for k, atom in enumerate(results):
            if not isinstance(atom, Var):
                continue
            found |= {(k, FOREIGN if who == FOREIGN else FOREIGN - 1 - who) for who in self.sharing.owners(atom)}
            if self.holds_twice(atom):
                found.add((k, FOREIGN - 1 - k))
            found |= {(k, FOREIGN - 1 - j) for j in range(k) if self.sharing.shared_levels(atom, results[j])}
        return frozenset(found)

    def never_left(self, put: Call, take: Call) -> bool:
        """Whether what is put back into a list is the element that was taken, written to in place."""
        made = {stmt.outs[0]: stmt for stmt in self.in_place if is_update(stmt)}
        atom = put.args[1]
        while isinstance(atom, Var) and atom in made:
            atom = made[atom].args[0]
        copied = {(put, 1), (take, -1)} & self.copied
        return atom is take.outs[0] and put in self.in_place and not copied

    def results(self, results: tuple[Atom, ...], made: dict[Var, Call]) -> tuple[frozenset[int], set[Remedy]]:
        """The places of results that share with arguments or with results before them.

        Of tuples and the like that are made to be returned, these are operands instead.
        """
        parts: list[tuple[Remedy | int, Var]] = []

        def collect(atom: Atom, remedy: Remedy | int) -> None:
            if isinstance(atom, Var) and atom in made:
                for k, part in enumerate(made[atom].args):
                    collect(part, (made[atom], k))
            elif isinstance(atom, Var) and has_storage(atom.kind):
                parts.append((remedy, atom))

        for k, atom in enumerate(results):
            collect(atom, k)
        kept: list[Var] = []
        shared: list[Remedy | int] = []
        for remedy, atom in parts:
            if self.sharing.owners(atom) or any(self.sharing.shared_levels(atom, other) for other in kept):
                shared.append(remedy)
            else:
                kept.append(atom)
        places = frozenset(r for r in shared if isinstance(r, int))
        return places, {r for r in shared if not isinstance(r, int)}


@lru_cache(maxsize=256)
def storage_of(function: Function, lent: Lent = (), given: Given = ()) -> Storage:
    """Which updates of a function may happen in place, and which values are copied so that they may.

    `lent` says of the functions that it calls which results may share with what; without an entry all may with all.
    `given` says of them, and of itself, which arguments are handed over.
    """
    live = liveness(function)
    copied: set[Remedy] = set()
    while True:
        walk = _Walk(function, live, copied, lent, given)
        if not walk.wanted:
            break
        copied |= set(walk.wanted)
    made = {s.outs[0]: s for s in function.block.stmts if isinstance(s, Call) and s.fn.name.startswith("make_")}
    returned, parts = walk.results(function.block.results, made)
    classes = {var: walk.sharing.class_of(var) for var in live.variables}
    put_back = frozenset(put for take, put in walk.moved.items() if walk.never_left(put, take))
    shared = walk.shared_by_results(function.block.results)
    whole = frozenset(walk.in_place), frozenset(copied), returned, frozenset(parts), put_back
    return Storage(*whole, walk.gifts, shared, classes)
