"""Which variables are still read, at each point of a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ast_ad.ir.core import Atom, Block, Call, Function, If, Stmt, Try, Var
from ast_ad.ir.walk import blocks_of, definitions, may_raise, operands


class Liveness:
    """Sets of variables as bit masks: variable `variables[k]` is bit `1 << k`.

    after      by statement: what is read after it (its own outs among them, where they are read)
    entry      by block: what is live when it begins, its parameters included
    through    by block: what is live when it has ended and its results have been taken; in the body of a loop that is
               what the next trip and the code after the loop read, the carried values aside
    """

    __slots__ = ("_caught", "_free", "after", "entry", "index", "through", "variables")

    def __init__(self, function: Function) -> None:
        self.variables = list(definitions(function.block))
        self.index = {var: k for k, var in enumerate(self.variables)}
        self.after: dict[Stmt, int] = {}
        self.entry: dict[Block, int] = {}
        self.through: dict[Block, int] = {}
        self._free: dict[Block, int] = {}
        self._caught = 0
        self._block(function.block, 0)

    def mask(self, atoms: Iterable[Atom]) -> int:
        """The set of the variables among some atoms."""
        found = 0
        index = self.index
        for atom in atoms:
            if isinstance(atom, Var):
                found |= 1 << index[atom]
        return found

    def members(self, mask: int) -> Iterator[Var]:
        """The variables in a set, in the order of their definitions."""
        for k in bits(mask):
            yield self.variables[k]

    def live_after(self, stmt: Stmt) -> set[Var]:
        """What is read after a statement."""
        return set(self.members(self.after[stmt]))

    def is_live_after(self, var: Var, stmt: Stmt) -> bool:
        """Whether a variable is read after a statement."""
        return bool(self.after[stmt] >> self.index[var] & 1)

    def free(self, block: Block) -> int:
        """What a block reads and does not define."""
        if block not in self._free:
            live = self.mask(block.results)
            for stmt in reversed(block.stmts):
                live &= ~self.mask(stmt.outs)
                live |= self.mask(operands(stmt))
                for inner in blocks_of(stmt):
                    live |= self.free(inner)
            self._free[block] = live & ~self.mask(block.params)
        return self._free[block]

    def _block(self, block: Block, through: int) -> int:
        self.through[block] = through
        live = through | self.mask(block.results)
        for stmt in reversed(block.stmts):
            self.after[stmt] = live
            live &= ~self.mask(stmt.outs)
            if self._caught and may_raise(stmt):
                live |= self._caught
            if isinstance(stmt, Call):
                live |= self.mask(stmt.args)
            elif isinstance(stmt, Try):
                live = self._try(stmt, live)
            elif isinstance(stmt, If):
                live = self._block(stmt.then, live) | self._block(stmt.orelse, live) | self.mask((stmt.test,))
            else:
                live |= self.free(stmt.body)
                self._block(stmt.body, live)
                live |= self.mask(operands(stmt))
        self.entry[block] = live
        return live & ~self.mask(block.params)

    def _try(self, stmt: Try, live: int) -> int:
        """What the handler reads is live in the body as long as something may still raise."""
        handler = self._block(stmt.orelse, live)
        outer, self._caught = self._caught, self._caught | handler
        live = self._block(stmt.then, live)
        self._caught = outer
        return live | handler


def bits(mask: int) -> Iterator[int]:
    """The places of the ones in a mask, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@lru_cache(maxsize=256)
def liveness(function: Function) -> Liveness:
    """The live variables of a function at each of its statements."""
    return Liveness(function)
