"""Which variables may share storage while both are alive: pairs, kept apart by what it is that they share.

A variable has up to three regions: the list that it is (`TOP`), the lists that are inside it (`INNER`),
and the arrays that it is or holds (`ARRAY`).  So two lists that hold one array do not share the list
that `append` writes to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ast_ad.analyses.liveness import Liveness
from ast_ad.ir.core import UNDEFINED, Atom, Stmt, Var
from ast_ad.ir.kinds import Array, Dict, Fixed, Kind, List, Maybe, Scalar, Static, Tuple

TOP, INNER, ARRAY = 0, 1, 2
#: in the place of another region: storage of captures, constants and read-only views; of parameter k, `FOREIGN - 1 - k`
FOREIGN = -1
#: a copy that would end a sharing: of an operand or init of a statement (its place), or of what a call returns (-1)
Remedy: TypeAlias = tuple[Stmt, int]
_IMMUTABLE = (int, float, complex, str, bytes, type(None))


def has_storage(kind: Kind) -> bool:
    """Whether values of this kind can be written to or hold what can."""
    return any(regions(kind))


def regions(kind: Kind) -> tuple[bool, bool, bool]:
    """Whether a value of this kind can be a list, hold lists, and be or hold arrays."""
    if isinstance(kind, (Scalar, Static)):
        return (False, False, False)
    if isinstance(kind, Array):
        return (False, False, True)
    if isinstance(kind, (Tuple, Dict, Fixed, List)):
        inside = [regions(k) for k in ((kind.item,) if isinstance(kind, List) else kind.items)]
        lists = any(top or inner for top, inner, _ in inside)
        return (isinstance(kind, (List, Fixed)), lists, any(array for _, _, array in inside))
    return regions(kind.kind) if isinstance(kind, Maybe) else (True, True, True)


class Sharing:
    """The pairs of regions that may share, each with the copy that would part them, where one would.

    Regions are numbers: `3 * k + TOP` for variable `k` of the liveness, and so on.  `shares[r][r]` says
    that the things that are held in `r` may share with each other.
    """

    __slots__ = ("has", "index", "parent", "shares", "variables")

    def __init__(self, live: Liveness) -> None:
        self.variables = live.variables
        self.index = live.index
        self.has = [flag for var in live.variables for flag in regions(var.kind)]
        self.shares: list[dict[int, Remedy | None]] = [{} for _ in self.has]
        self.parent = list(range(len(live.variables)))

    def region(self, var: Var, level: int) -> int:
        """A region of a variable."""
        return 3 * self.index[var] + level

    def link(self, a: int, b: int, why: Remedy | None) -> None:
        """Say that two regions may share."""
        if self.has[a] and self.has[b]:
            self.shares[a].setdefault(b, why)
            self.shares[b].setdefault(a, why)

    def link_foreign(self, var: Var, why: Remedy | None = None, whose: int = FOREIGN) -> None:
        """Say that what a variable holds is not ours."""
        for level in (TOP, INNER, ARRAY):
            if self.has[self.region(var, level)]:
                self.shares[self.region(var, level)].setdefault(whose, why)

    def flow(self, new: int, old: int, why: Remedy | None, live: int) -> None:
        """`new` may be what `old` is: it shares what that shares with those in `live`, and with itself."""
        if not self.has[new] or not self.has[old]:
            return
        for other, reason in list(self.shares[old].items()):
            if other < 0:
                self.shares[new].setdefault(other, reason or why)
            elif other == old:
                self.link(new, new, reason)
            elif other != new and live >> other // 3 & 1:
                self.link(new, other, reason or why)
        if live >> old // 3 & 1 and old != new:
            self.link(new, old, why)

    def alias(self, new: Var, atom: Atom, why: Remedy | None, live: int) -> None:
        """`new` may be the same thing as `atom`, or a view of it."""
        self._flow(new, atom, why, live, ((TOP, TOP), (INNER, INNER), (ARRAY, ARRAY)))

    def hold(self, new: Var, atom: Atom, why: Remedy | None, live: int) -> None:
        """`new` may hold `atom`."""
        self._flow(new, atom, why, live, ((INNER, TOP), (INNER, INNER), (ARRAY, ARRAY)))

    def take(self, new: Var, atom: Atom, why: Remedy | None, live: int) -> None:
        """`new` may be what `atom` holds."""
        self._flow(new, atom, why, live, ((TOP, INNER), (INNER, INNER), (ARRAY, ARRAY)))

    def _flow(self, new: Var, atom: Atom, why: Remedy | None, live: int, levels: Iterable[tuple[int, int]]) -> None:
        if not isinstance(atom, Var):
            if atom is not UNDEFINED and not isinstance(atom.value, _IMMUTABLE):
                self.link_foreign(new, why)
            return
        if not any(self.has[self.region(new, level)] for level in (TOP, INNER, ARRAY)):
            return
        self.parent[self.class_of(new)] = self.class_of(atom)
        for one, two in levels:
            self.flow(self.region(new, one), self.region(atom, two), why, live)

    def class_of(self, var: Var) -> int:
        """The number of the class of variables that ever share something."""
        k = self.index[var]
        while self.parent[k] != k:
            self.parent[k] = k = self.parent[self.parent[k]]
        return k

    def shared_levels(self, a: Atom, b: Atom) -> list[tuple[int, int]]:
        """The levels at which two atoms may share; all where they are one variable."""
        if not isinstance(a, Var) or not isinstance(b, Var):
            return []
        if a is b:
            return [(level, level) for level in (TOP, INNER, ARRAY) if self.has[self.region(a, level)]]
        one, two = self.region(a, 0), self.region(b, 0)
        return [(i, j) for i in (0, 1, 2) for j in (0, 1, 2) if two + j in self.shares[one + i]]

    def owners(self, var: Var) -> set[int]:
        """Whose storage, other than ours, something that a variable is or holds may be: FOREIGN, or parameters."""
        return {other for level in (TOP, INNER, ARRAY) for other in self.shares[self.region(var, level)] if other < 0}

    def size_of(self, variables: Iterable[Var]) -> int:
        """How many pairs there are of some variables, to see whether another walk found more."""
        return sum(len(self.shares[self.region(v, level)]) for v in variables for level in (TOP, INNER, ARRAY))
