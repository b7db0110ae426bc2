"""Arithmetic with counters: what is known is computed now, and adding nothing is not written."""

from __future__ import annotations

from collections.abc import Sequence

from ast_ad.frontend.context import Lowering
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var

ZERO, ONE = Lit(0), Lit(1)


def shifted(lo: Lowering, a: Atom, b: Atom) -> Atom:
    """a + b."""
    if isinstance(a, Lit) and isinstance(b, Lit):
        return Lit(a.value + b.value)
    if is_int(a, 0):
        return b
    if is_int(b, 0):
        return a
    if isinstance(b, Lit) and b.value < 0:
        return lo.emit(P.SUB, a, Lit(-b.value))
    return lo.emit(P.ADD, a, b)


def difference(lo: Lowering, a: Atom, b: Atom) -> Atom:
    """a - b."""
    if isinstance(a, Lit) and isinstance(b, Lit):
        return Lit(a.value - b.value)
    return a if is_int(b, 0) else lo.emit(P.SUB, a, b)


def product(lo: Lowering, a: Atom, b: Atom) -> Atom:
    """a * b."""
    if isinstance(a, Lit) and isinstance(b, Lit):
        return Lit(a.value * b.value)
    if is_int(a, 1):
        return b
    return a if is_int(b, 1) else lo.emit(P.MUL, a, b)


def smallest(lo: Lowering, counts: Sequence[Atom]) -> Atom:
    """The least of several lengths."""
    from ast_ad.frontend.control import choose

    least = counts[0]
    for count in counts[1:]:
        low, new = least, count
        test = lo.emit(P.LT, new, low)
        found = choose(lo, test, lambda new=new: new, lambda low=low: low, "count")  # type: ignore[misc]
        assert isinstance(found, (Var, Lit))
        least = found
    return least


def is_int(atom: Atom, number: int) -> bool:
    """Whether an atom is this integer."""
    return isinstance(atom, Lit) and type(atom.value) is int and atom.value == number


def is_same(a: Atom, b: Atom) -> bool:
    """Whether two atoms are known to be equal."""
    return a is b or (isinstance(a, Lit) and isinstance(b, Lit) and a.value == b.value)
