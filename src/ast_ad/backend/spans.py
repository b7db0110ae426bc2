"""Where the variables of a text live: from the line that defines one to the last line that reads it.

Two that live nowhere at the same time may have one name: `x_bar_i` in one loop and in the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.tree import Node, Tree, defines, lists, read_by
from ast_ad.ir.core import Atom, Var


class Span(NamedTuple):
    """Statements by their number in the text, from the first to the last that a variable lives in."""

    first: int
    last: int

    def meets(self, other: Span) -> bool:
        """Whether there is a statement in both."""
        return self.first <= other.last and other.first <= self.last


class _Place(NamedTuple):
    """A list of statements, and the statement in it that holds an occurrence; `defines` says whether it assigns."""

    list: int
    first: int
    last: int
    defines: bool


def spans_of(tree: Tree, names: Coalescing) -> dict[int, Span]:
    """The span of each group that is assigned before all that reads it, each time its list of statements runs."""
    walker = _Walker(tree, names)
    walker.walk(tree.body, ())
    return {group: span for group, places in walker.places.items() if (span := _span(places)) is not None}


class _Walker:
    def __init__(self, tree: Tree, names: Coalescing) -> None:
        self.nested = tree.nested
        self.names = names
        self.count = 0
        self.places: dict[int, list[tuple[_Place, ...]]] = {}

    def walk(self, nodes: Sequence[Node], around: tuple[_Place, ...]) -> None:
        for node in nodes:
            self.count += 1
            here = _Place(id(nodes), self.count, self.count + _size(node), False)
            reads: set[int] = set()
            self.read(node, reads)
            for group in reads:
                self.places.setdefault(group, []).append((*around, here))
            for group in {self.names.group[var] for var in defines(node)} - reads:
                self.places.setdefault(group, []).append((*around, here._replace(defines=True)))
            for inner in lists(node):
                self.walk(inner, (*around, here))

    def read(self, node: Node, found: set[int]) -> None:
        """The groups that a statement reads, also in what is nested in it."""
        for atom in read_by(node):
            if isinstance(atom, Var):
                self.read_atom(atom, found)

    def read_atom(self, atom: Atom, found: set[int]) -> None:
        if not isinstance(atom, Var):
            return
        inner = self.nested.get(atom)
        if inner is None:
            found.add(self.names.group[atom])
            return
        for part in read_by(inner):
            self.read_atom(part, found)


def _size(node: Node) -> int:
    """The number of statements inside a statement."""
    return sum(1 + _size(inner) for nodes in lists(node) for inner in nodes)


def _span(places: list[tuple[_Place, ...]]) -> Span | None:
    depth = 0
    while all(len(place) > depth + 1 for place in places) and len({p[depth + 1].list for p in places}) == 1:
        depth += 1
    here = sorted((place[depth] for place in places), key=lambda place: place.first)
    first = [place for place in here if place.first == here[0].first]
    if not all(place.defines for place in first):
        return None
    return Span(here[0].first, max(place.last for place in here))
