"""Elements of arrays that the forward sweep writes once: the reverse sweep reads them where they are.

    for i in range(1, n):
        x[i] = x[i] - w[i] * x[i - 1]       # no later trip writes x[i - 1]: it is still there at the end

An element that is read or written at `a[i]` lasts if none of the writes that follow on the same array can meet it. The
writes are found along the versions of the array, up to the last one; that none meets it is shown with the
subscripts and the bounds of the loops as linear inequalities.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from ast_ad.analyses.inequalities import Linear, no_solution
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import FLOAT, INT, Array, rank, same_shape
from ast_ad.transforms.regions import Branch, Cycle, Node, Region, nodes

_UPDATES = (P.INDEX_UPDATE, P.INDEX_ADD)
_TURNED = {P.LT: P.GE, P.GE: P.LT, P.GT: P.LE, P.LE: P.GT, P.EQ: P.NE, P.NE: P.EQ}


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that follows an access, in the same trip of the loops `same`, and in a later one of `later`."""

    call: Call
    same: tuple[Cycle, ...]
    later: Cycle | None


@dataclass(frozen=True, slots=True)
class _View:
    """One of the two accesses that are compared: the loops whose trip it shares with the other, and its own side."""

    same: frozenset[Cycle]
    side: int


class Lasting:
    """Answers, for the variables of a forward sweep, in which arrays their values last until its end."""

    def __init__(self, forward: Region, home: dict[Var, Region], maker: dict[Var, Node]) -> None:
        self.home = home
        self.maker = maker
        self.answers: dict[Var, Call | None] = {}
        self.stores: dict[Var, list[tuple[Region, Call]]] = {}
        for region, node in nodes(forward):
            if isinstance(node, Call) and node.fn is P.INDEX_UPDATE and isinstance(node.args[1], Var):
                self.stores.setdefault(node.args[1], []).append((region, node))

    def read_again(self, var: Var) -> Call | None:
        """A call that reads the value of a variable from the last version of an array; None where none has it."""
        if var not in self.answers:
            self.answers[var] = self.look_for(var)
        return self.answers[var]

    def look_for(self, var: Var) -> Call | None:
        maker = self.maker.get(var)
        if isinstance(maker, Call) and maker.fn is P.GETITEM:
            found = self.at_the_end(self.home[var], maker, maker.args[0], maker.args[1:])
            if found is not None:
                return found
        for region, store in self.stores.get(var, ()):
            if region is self.home[var] and _is_read_back(store):
                found = self.at_the_end(region, store, store.outs[0], store.args[2:])
                if found is not None:
                    return found
        return None

    def at_the_end(self, region: Region, access: Call, version: Atom, holes: tuple[Atom, ...]) -> Call | None:
        """The same subscript of the last version of an array, if nothing has overwritten what it names."""
        index = dict(access.params)["index"]
        if not isinstance(version, Var) or not _is_plain(index, holes):
            return None
        found = self.last_version(region, access, version)
        if found is None:
            return None
        last, writes = found
        if last is version or all(self.apart(region, access, holes, write) for write in writes):
            return Call((), P.GETITEM, (last, *holes), access.params, access.origin)
        return None

    # The versions of an array

    def last_version(self, region: Region, access: Node, version: Var) -> tuple[Var, list[_Write]] | None:
        """The last version outside loops that an access's array becomes, and the writes on the way to it."""
        writes: list[_Write] = []
        start = region.stmts.index(access) + 1
        while True:
            same = tuple(loops_of(region))
            for node in region.stmts[start:]:
                step = self.passed(node, version)
                if step is None:
                    return None
                version, calls = step
                writes += [_Write(call, same, None) for call in calls]
            if region.inside is None:
                return version, writes
            outer = region.parent
            assert outer is not None
            places = [n for n, result in enumerate(region.results) if result is version]
            inside = region.inside
            start = outer.stmts.index(inside)
            if not places and self.home[version] is not region:
                region = outer  # the statement around the region may still pass the version on
                continue
            if isinstance(inside, Branch):
                if not places:
                    return (version, writes) if not same else None
                version = inside.outs[places[0]]
            else:
                between = self.between(inside.carried[places[0] - 1], version) if places else None
                if between is None:
                    return None
                outside = tuple(loops_of(outer))
                writes += [_Write(call, outside, inside) for call in between]
                version = inside.outs[places[0] - 1]
            start, region = start + 1, outer

    def passed(self, node: Node, version: Var) -> tuple[Var, list[Call]] | None:
        """The version after a statement, and the writes in it; None where the array goes ways that are not known."""
        if isinstance(node, Call):
            if node.fn in _UPDATES and node.args[0] is version:
                return node.outs[0], [node]
            return version, []
        if isinstance(node, Cycle):
            places = [n for n, init in enumerate(node.inits) if init is version]
            if not places:
                return version, []
            n = places[0]
            result = node.body.results[1 + n]
            calls = self.between(node.carried[n], result) if isinstance(result, Var) and len(places) == 1 else None
            return None if calls is None else (node.outs[n], calls)
        for out, *results in zip(node.outs, *(arm.results for arm in node.regions), strict=True):
            found = [self.between(version, result) if isinstance(result, Var) else None for result in results]
            one, two = found
            if one is not None and two is not None:
                return out, [*one, *two]
        if any(version is result for arm in node.regions for result in arm.results):
            return None
        return version, []

    def between(self, start: Var, end: Var) -> list[Call] | None:
        """The writes that make one version of another; None where something else may have made it."""
        calls: list[Call] = []
        seen: set[Var] = set()
        todo: list[Atom] = [end]
        while todo:
            var = todo.pop()
            if var is start or var in seen:
                continue
            if not isinstance(var, Var):
                return None
            seen.add(var)
            node = self.maker.get(var)
            if isinstance(node, Call) and node.fn in _UPDATES:
                calls.append(node)
                todo.append(node.args[0])
            elif isinstance(node, Branch):
                n = next(k for k, out in enumerate(node.outs) if out is var)
                todo += [arm.results[n] for arm in node.regions]
            elif isinstance(node, Cycle):
                n = next(k for k, out in enumerate(node.outs) if out is var)
                result = node.body.results[1 + n]
                inner = self.between(node.carried[n], result) if isinstance(result, Var) else None
                if inner is None:
                    return None
                calls += inner
                todo.append(node.inits[n])
            else:
                return None
        return calls

    # Whether two accesses can meet

    def apart(self, region: Region, access: Call, holes: tuple[Atom, ...], write: _Write) -> bool:
        """Whether a write that follows an access never meets the elements that it names."""
        call, same = write.call, frozenset(write.same)
        at = self.home[call.outs[0]]
        one, two = _View(same, 1), _View(same, 2)
        zeros: list[Linear] = []
        bounds = [*self.bounds(region, one, zeros), *self.bounds(at, two, zeros)]
        if write.later is not None:
            bounds += self.order(write.later, one, two)
        axes = zip(
            self.axes(dict(access.params)["index"], holes, one, bounds),
            self.axes(dict(call.params)["index"], call.args[2:], two, bounds),
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


_ONE = Linear((), 1)


def loops_of(region: Region) -> Iterator[Cycle]:
    """The loops around a region, innermost first."""
    for here in region.ancestors():
        if isinstance(here.inside, Cycle):
            yield here.inside


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Lit) and atom.value is None


def _is_plain(index: P.Index, holes: tuple[Atom, ...]) -> bool:
    """Whether a subscript consists of integers and slices."""
    kinds = tuple(map(kind_of, holes))
    return P.is_basic(index, kinds) and all(part is not None and part is not Ellipsis for part in index)


def _is_read_back(store: Call) -> bool:
    """Whether reading where a value was written gives that value: its shape and dtype are those of the place."""
    index = dict(store.params)["index"]
    value, array = kind_of(store.args[1]), kind_of(store.args[0])
    if not isinstance(array, Array) or array.dtype is None:
        return False
    if not P.is_basic(index, tuple(map(kind_of, store.args[2:]))):
        return False
    element = P.getitem_kind((array, *map(kind_of, store.args[2:])), dict(store.params))
    if not isinstance(element, Array) or rank(element) != rank(value):
        return False
    if rank(value) == 0:
        return value == element or (value == FLOAT and array.dtype == "float64")
    return isinstance(value, Array) and value.dtype == element.dtype and same_shape(value, element)
