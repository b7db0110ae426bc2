"""Arrays that the reverse sweep takes back, step by step, to what they were.

    for i in range(n):
        x[i] = (b[i] - A[i, :i] @ x[:i]) / A[i, i]      # each trip reads much of x and overwrites one element

What is read of `x` need not be recorded.  The forward sweep records what is overwritten, the reverse sweep puts it
back, and so finds in `x` what each trip began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Origin, Var
from ast_ad.ir.kinds import Array, List, rank
from ast_ad.transforms.accesses import loops_of
from ast_ad.transforms.lasting import is_read_back
from ast_ad.transforms.regions import READ, RECALL, RECORD, RESTORE, Cycle, Node, Region, Tape

_WRITES = (P.INDEX_UPDATE, P.INDEX_ADD)


@dataclass(slots=True, eq=False)
class Restored:
    """An array that a loop carries, and that only this loop writes to.

    region  the body of the loop
    before  the array as a trip finds it
    writes  the statements that overwrite parts of it, in order
    last    the array after all loops around, and the region where it then is
    memory  the array in the reverse sweep; `olds` the tapes of what was overwritten, once they are asked for
    """

    region: Region
    before: Var
    writes: list[Call]
    last: tuple[Var, Region]
    memory: Tape
    olds: list[Tape] = field(default_factory=list)


def restorable(version: Atom, home: Mapping[Var, Region], maker: Mapping[Var, Node]) -> Restored | None:
    """How an array that a trip of a loop finds can be taken back to what it was; None where it cannot."""
    if not isinstance(version, Var) or not isinstance(kind_of(version), Array) or version in maker:
        return None
    region = home[version]
    cycle = region.inside
    if not isinstance(cycle, Cycle) or all(version is not p for p in cycle.carried):
        return None
    place = next(n for n, p in enumerate(cycle.carried) if p is version)
    writes: list[Call] = []
    result = region.results[1 + place]
    while result is not version:
        write = maker.get(result) if isinstance(result, Var) else None
        if (
            not isinstance(write, Call)
            or write.fn not in (P.INDEX_UPDATE, P.INDEX_ADD)
            or home[write.outs[0]] is not region
        ):
            return None
        index = dict(write.params)["index"]
        if not P.is_basic(index, tuple(map(kind_of, write.args[2:]))) or Ellipsis in index or None in index:
            return None
        writes.insert(0, write)
        result = write.args[0]
    last = outermost(cycle, place)
    return Restored(region, version, writes, last, Tape.of_memory(version)) if writes and last is not None else None


def outermost(cycle: Cycle, place: int) -> tuple[Var, Region] | None:
    """What a loop carries at a place, after the loops around it, if they do nothing else with it."""
    while True:
        around = cycle.body.parent
        assert around is not None
        out, inner = cycle.outs[place], cycle.inits[place]
        outer = around.inside
        if not isinstance(outer, Cycle):
            return (out, around) if all(not isinstance(r.inside, Cycle) for r in around.ancestors()) else None
        places = [n for n, p in enumerate(outer.carried) if p is inner]
        if len(places) != 1 or around.results[1 + places[0]] is not out:
            return None
        cycle, place = outer, places[0]


def rank_of_part(write: Call) -> int | None:
    """The rank of what a write overwrites."""
    kinds = (kind_of(write.args[0]), *map(kind_of, write.args[2:]))
    return rank(P.getitem_kind(kinds, dict(write.params)))


class Restoring:
    """The part of the storage of residuals that is about arrays which are restored."""

    if TYPE_CHECKING:
        home: dict[Var, Region]
        maker: dict[Var, Node]
        order: dict[Var, int]
        undoing: dict[Region, Region]
        found: dict[Var, Atom]
        taped: dict[Region, list[tuple[Var, Var, Tape]]]
        again: dict[Region, list[tuple[int, Call]]]
        restored: dict[Var, Restored | None]
        reads_after: dict[Region, list[Call]]

        def want(self, atoms: Iterable[Atom], region: Region) -> None: ...
        def is_fixed(self, var: Var) -> bool: ...
        def is_ready(self, atoms: Iterable[Atom], var: Var) -> bool: ...
        def are_fixed(self, atoms: Iterable[Atom]) -> bool: ...
        def rewritten(self, origin: Origin | None) -> Origin | None: ...

    def all_restored(self) -> list[Restored]:
        """The arrays that are restored."""
        return [found for found in self.restored.values() if found is not None and found.olds]

    def restore(self, var: Var, back: Region) -> bool:
        """Read a part of an array again after taking the array back to what it was, where that records less."""
        maker = self.maker.get(var)
        if not isinstance(maker, Call) or maker.fn is not P.GETITEM:
            return False
        found = self.restored_of(maker.args[0])
        if found is None or not (found.olds or self.is_worth_it(var, found)) or not self.is_ready(maker.args[1:], var):
            return False
        if not found.olds:
            self.begin_to_restore(found)
        kind = P.getitem_kind(tuple(map(kind_of, maker.args)), dict(maker.params))
        fresh = Var(var.name, kind, var.origin)
        index = dict(maker.params)["index"]
        call = Call(
            (fresh,), READ, maker.args[1:], (("tape", found.memory), ("index", index)), self.rewritten(var.origin)
        )
        self.again.setdefault(back, []).append((self.order[var], call))
        self.want(maker.args[1:], back)
        self.found[var] = fresh
        return True

    def restored_of(self, version: Atom) -> Restored | None:
        """How the array that is read can be restored."""
        if not isinstance(version, Var):
            return None
        if version not in self.restored:
            found = restorable(version, self.home, self.maker)
            if found is not None and (
                found.region not in self.undoing or not all(self.are_fixed(w.args[2:]) for w in found.writes)
            ):
                found = None
            self.restored[version] = found
        return self.restored[version]

    def is_worth_it(self, var: Var, found: Restored) -> bool:
        """Whether a read takes more than the writes of a trip overwrite: a slice, or an element in a loop inside."""
        written = [rank_of_part(write) for write in found.writes]
        mine = rank(kind_of(var))
        if mine is None or None in written:
            return False
        inside = next(loops_of(self.home[var])) is not found.region.inside
        return all(mine > r or (inside and mine == r) for r in written if r is not None)

    def begin_to_restore(self, found: Restored) -> None:
        """Let the forward sweep record what it overwrites."""
        back = self.undoing[found.region]
        for write in found.writes:
            kind = P.getitem_kind(tuple(map(kind_of, (write.args[0], *write.args[2:]))), dict(write.params))
            found.olds.append(Tape("", kind))
            self.want(write.args[2:], back)
        last = found.writes[-1]
        for var, fresh, tape in list(self.taped.get(found.region, ())):
            if var is last.args[1] and is_read_back(last):  # what was written is there, before it is taken back
                self.taped[found.region].remove((var, fresh, tape))
                params = (("tape", found.memory), *last.params)
                self.reads_after.setdefault(back, []).append(Call((fresh,), READ, last.args[2:], params, last.origin))

    def put_back(self, found: Restored) -> list[Node]:
        """Record what is overwritten; the statements that put it back."""
        undone: list[Node] = []
        for write, tape in zip(found.writes, found.olds, strict=True):
            origin = self.rewritten(write.origin)
            assert isinstance(tape.kind, List)
            old, back = Var("", tape.kind.item, write.origin), Var("", tape.kind.item, write.origin)
            read = Call((old,), P.GETITEM, (write.args[0], *write.args[2:]), write.params, origin)
            place = found.region.stmts.index(write)
            found.region.stmts[place:place] = [read, Call((), RECORD, (old,), (("tape", tape),), origin)]
            params = (("tape", found.memory), *write.params)
            undone[:0] = [
                Call((back,), RECALL, (), (("tape", tape),), origin),
                Call((), RESTORE, (back, *write.args[2:]), params, origin),
            ]
        return undone
