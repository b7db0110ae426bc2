"""Whether two accesses to an array or a list can meet: their subscripts and the bounds of the loops as inequalities."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ast_ad.analyses.inequalities import Linear, no_solution
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import INT, rank
from ast_ad.transforms.regions import Branch, Cycle, Node, Region

_TURNED = {P.LT: P.GE, P.GE: P.LT, P.GT: P.LE, P.LE: P.GT, P.EQ: P.NE, P.NE: P.EQ}
_ONE = Linear((), 1)


@dataclass(frozen=True, slots=True)
class Write:
    """A write that follows an access, in the same trip of the loops `same`, and in a later one of `later`."""

    call: Call
    same: tuple[Cycle, ...]
    later: Cycle | None


@dataclass(frozen=True, slots=True)
class _View:
    """One of the two accesses that are compared: the loops whose trip it shares with the other, and its own side."""

    same: frozenset[Cycle]
    side: int


class Accesses:
    """Compares accesses of a forward sweep, given where its variables are defined and by what."""

    def __init__(self, home: Mapping[Var, Region], maker: Mapping[Var, Node]) -> None:
        self.home = home
        self.maker = maker

    def apart(self, region: Region, index: P.Index, holes: tuple[Atom, ...], write: Write) -> bool:
        """Whether a write that follows an access never meets the elements that it names."""
        call, same = write.call, frozenset(write.same)
        at = self.home[call.outs[0]]
        one, two = _View(same, 1), _View(same, 2)
        zeros: list[Linear] = []
        bounds = [*self.bounds(region, one, zeros), *self.bounds(at, two, zeros)]
        if write.later is not None:
            bounds += self.order(write.later, one, two)
        if call.fn is P.APPEND:  # what is counted from the start of a list stays where it is
            first = holes[0] if index[0] is P.HOLE else Lit(index[0])
            return not _is_negative(first) and self.position(first, 0, one, bounds) is not None
        axes = zip(
            self.axes(index, holes, one, bounds),
            self.axes(subscript_of(call, call.args[2:]), call.args[2:], two, bounds),
            strict=False,
        )
        for axis, (mine, other) in enumerate(axes):
            if mine is None or other is None:
                continue
            place = Linear.unknown(("place", axis))
            for exact, low, high in (mine, other):
                if exact is not None:
                    zeros.append(place.plus(exact, -1))
                bounds += [place.plus(low, -1)] if low is not None else []
                bounds += [high.plus(place, -1)] if high is not None else []
        return no_solution(zeros, bounds)

    def order(self, cycle: Cycle, one: _View, two: _View) -> list[Linear]:
        """That the second trip of a loop comes after the first."""
        if cycle.range is None:
            return []
        step = cycle.range[2]
        if not isinstance(step, Lit):
            return []
        index = cycle.body.params[0]
        distance = self.symbol(index, two).plus(self.symbol(index, one), -1)
        up = (step.value > 0) is not cycle.reverse
        return [(distance if up else distance.times(-1)).plus(_ONE, -1)]

    def bounds(self, region: Region, view: _View, zeros: list[Linear]) -> list[Linear]:
        """What the loops and the branches around a region say; `zeros` gets what steps of more than 1 say."""
        found: list[Linear] = []
        different: list[Linear] = []
        for here in region.ancestors():
            inside = here.inside
            if isinstance(inside, Branch):
                self.guard(inside.test, here is inside.then, view, found, different)
            elif isinstance(inside, Cycle) and inside.range is not None:
                start, stop, step = inside.range
                if not isinstance(step, Lit):
                    continue
                index = self.symbol(inside.body.params[0], view)
                first, end = self.linear(start, view), self.linear(stop, view)
                sign = 1 if step.value > 0 else -1
                found += [index.plus(first, -1).times(sign), end.plus(index, -1).times(sign).plus(_ONE, -1)]
                if abs(step.value) > 1:
                    trip = Linear.unknown(("trip", index.terms))
                    zeros.append(index.plus(first, -1).plus(trip, -step.value))
        for gap in different:  # what is at least 0 and not 0 is at least 1
            for sign in (1, -1):
                if no_solution([], [*found, gap.times(-sign).plus(_ONE, -1)]):
                    found.append(gap.times(sign).plus(_ONE, -1))
        return found

    def guard(self, test: Atom, holds: bool, view: _View, found: list[Linear], different: list[Linear]) -> None:
        """Add what a comparison of two integers says where it holds, or does not."""
        made = self.maker.get(test) if isinstance(test, Var) else None
        if not isinstance(made, Call) or made.fn not in _TURNED or any(kind_of(a) != INT for a in made.args):
            return
        fn = made.fn if holds else _TURNED[made.fn]
        a, b = (self.linear(atom, view) for atom in made.args)
        gap = a.plus(b, -1) if fn in (P.GT, P.GE, P.EQ, P.NE) else b.plus(a, -1)
        if fn is P.NE:
            different.append(gap)
        elif fn is P.EQ:
            found += [gap, gap.times(-1)]
        else:
            found.append(gap.plus(_ONE, -1) if fn in (P.LT, P.GT) else gap)

    def axes(
        self, index: P.Index, holes: tuple[Atom, ...], view: _View, bounds: list[Linear]
    ) -> Iterator[tuple[Linear | None, Linear | None, Linear | None] | None]:
        """Per axis the element, or the first and the last one, that a subscript names; None for any of them."""
        if any(part is None or part is Ellipsis for part in index) or any(rank(kind_of(a)) != 0 for a in holes):
            return
        left = iter(holes)
        for axis, part in enumerate(index):
            if not isinstance(part, P.Span):
                atom = next(left) if part is P.HOLE else Lit(part)
                exact = self.position(atom, axis, view, bounds)
                yield None if exact is None else (exact, None, None)
                continue
            start, stop, step = (
                next(left) if end is P.HOLE else Lit(end) for end in (part.start, part.stop, part.step)
            )
            low: Linear | None = Linear()
            high: Linear | None = None
            if isinstance(step, Lit) and (step.value is None or step.value > 0):
                if not _is_none(start):
                    low = self.position(start, axis, view, bounds) or low
                if not _is_none(stop):
                    end = self.position(stop, axis, view, bounds)
                    high = None if end is None else end.plus(_ONE, -1)
            yield None, low, high

    def position(self, atom: Atom, axis: int, view: _View, bounds: list[Linear]) -> Linear | None:
        """A subscript counted from the start of its axis; None where it may count from the end."""
        if isinstance(atom, Lit):
            if type(atom.value) is not int:
                return None
            known = Linear((), atom.value)
            return known if atom.value >= 0 else known.plus(Linear.unknown(("size", axis)))
        if kind_of(atom) != INT:
            return None
        form = self.linear(atom, view)
        return form if no_solution([], [*bounds, form.times(-1).plus(_ONE, -1)]) else None

    def linear(self, atom: Atom, view: _View, depth: int = 0) -> Linear:
        """An integer as a sum of what is not known of it."""
        if isinstance(atom, Lit) and type(atom.value) is int:
            return Linear((), atom.value)
        made = self.maker.get(atom) if isinstance(atom, Var) else None
        if isinstance(made, Call) and depth < 8 and all(kind_of(a) == INT for a in made.args):
            parts = [self.linear(a, view, depth + 1) for a in made.args]
            if made.fn is P.ADD:
                return parts[0].plus(parts[1])
            if made.fn is P.SUB:
                return parts[0].plus(parts[1], -1)
            if made.fn is P.NEG:
                return parts[0].times(-1)
            if made.fn is P.MUL and not (parts[0].terms and parts[1].terms):
                one, two = parts if parts[1].terms else parts[::-1]
                return two.times(one.constant)
        return self.symbol(atom, view)

    def symbol(self, atom: Atom, view: _View) -> Linear:
        """An unknown; it is the same one for both accesses if its loops are in the same trip."""
        name: Hashable = atom
        if isinstance(atom, Var) and not set(loops_of(self.home[atom])) <= view.same:
            name = (view.side, atom)
        return Linear.unknown(name)


def loops_of(region: Region) -> Iterator[Cycle]:
    """The loops around a region, innermost first."""
    for here in region.ancestors():
        if isinstance(here.inside, Cycle):
            yield here.inside


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Lit) and atom.value is None


def _is_negative(atom: Atom) -> bool:
    return isinstance(atom, Lit) and atom.value < 0


def subscript_of(call: Call, holes: Sequence[Atom]) -> P.Index:
    """The subscript of a read or a write, with a hole for each step of a path through lists."""
    index = dict(call.params).get("index")
    return (*(P.HOLE for _ in P.split_path(holes, index or ())[0]), *(index or ()))
