"""A `Pen` writes terms as statements into one region after another; a term that is met twice is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Atom, Origin, Var
from ast_ad.ir.kinds import rank
from ast_ad.rules.terms import Term, emit
from ast_ad.transforms.regions import Node, Region
from ast_ad.transforms.trees import Tree

#: cheap words that stay at the front of a term, where the next product or sum may take them away
_LAZY = (P.NEG, P.BROADCAST_LIKE)


#: finds the variable that holds the result of a call already, seen from a region
Known = Callable[[P.Primitive, Sequence[Atom], Mapping[str, Any]], Var | None]


class _Writer(Builder):
    """A builder that does not write what is known."""

    __slots__ = ("known",)

    def __init__(self, region: Region, known: Known, origin: Origin | None = None) -> None:
        super().__init__(origin)
        self.known = known
        self.stmts = region.stmts  # type: ignore[assignment]

    def call_all(self, fn: P.Primitive, *args: Atom, names: Sequence[str] = (), **params: Any) -> tuple[Var, ...]:
        known = self.known(fn, args, params)
        return super().call_all(fn, *args, names=names, **params) if known is None else (known,)


class Pen:
    """Writes into `region`.  Statements get the origin set by `about`, marked with the number of the sweep."""

    def __init__(self, region: Region, sweep: int, known: Known = lambda fn, args, params: None) -> None:
        self.region = region
        self.sweep = sweep
        self.known = known
        self.memo: dict[int, Any] = {}
        self.builder: Builder = _Writer(region, known)

    def about(self, origin: Origin | None) -> None:
        """What follows is written about the statement at `origin`."""
        self.builder.origin = None if origin is None else replace(origin, sweep=self.sweep)

    @contextmanager
    def inside(self, region: Region) -> Iterator[Region]:
        """Write into an inner region for a while."""
        saved = (self.region, self.memo, self.builder)
        origin = self.builder.origin
        self.region, self.memo, self.builder = region, dict(self.memo), _Writer(region, self.known, origin)
        try:
            yield region
        finally:
            self.region, self.memo, self.builder = saved

    def write(self, value: Term, name: str = "") -> Atom:
        """A term as an atom."""
        return emit(value, self.builder, self.memo, name)

    def settle(self, tree: Tree, name: str = "") -> Tree:
        """A tree whose terms are atoms, but for a minus, a broadcast or a constant over a number in front."""
        if tree is None:
            return None
        if isinstance(tree, tuple):
            return tuple(self.settle(t, name) for t in tree)
        if tree.atom is not None:
            return tree
        if tree.fn is P.TRUEDIV and tree.args[0].is_lit and rank(tree.kind) == 0:
            return Term(fn=tree.fn, args=(tree.args[0], self.settle(tree.args[1])))
        if tree.fn in _LAZY:
            first, *rest = tree.args
            inner = self.settle(first, name if tree.fn is not P.NEG else "")  # what has the name has the sign
            return tree if inner is first else Term(fn=tree.fn, args=(inner, *rest), params=tree.params)
        return Term(self.write(tree, name))

    def call(self, fn: P.Primitive, *args: Atom, names: tuple[str, ...] = (), **params: Any) -> tuple[Var, ...]:
        """Write one call and return its outs."""
        return self.builder.call_all(fn, *args, names=names, **params)

    def add(self, node: Node) -> None:
        """Write a finished statement."""
        self.region.stmts.append(node)
