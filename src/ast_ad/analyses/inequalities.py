"""Systems of linear inequalities over the integers: whether one provably has no solution.

Unknowns are eliminated one by one (Fourier and Motzkin), equations first.  Every inequality is rounded to
integers on the way, so that `2 x >= 1` becomes `x >= 1`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

#: a system that grows beyond this is given up: it may have a solution
_MOST = 300


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of unknowns, each times an integer, and a constant."""

    terms: tuple[tuple[Hashable, int], ...] = ()
    constant: int = 0

    @staticmethod
    def unknown(name: Hashable) -> Linear:
        """One unknown."""
        return Linear(((name, 1),))

    def plus(self, other: Linear, times: int = 1) -> Linear:
        """The sum with a multiple of another."""
        found = dict(self.terms)
        for name, factor in other.terms:
            found[name] = found.get(name, 0) + factor * times
        return _linear(found, self.constant + other.constant * times)

    def times(self, factor: int) -> Linear:
        """A multiple."""
        return Linear().plus(self, factor)

    def factor(self, name: Hashable) -> int:
        """What an unknown is multiplied by."""
        return next((k for n, k in self.terms if n == name), 0)


def _linear(terms: Mapping[Hashable, int], constant: int) -> Linear:
    return Linear(tuple((name, k) for name, k in terms.items() if k), constant)


def no_solution(zeros: Sequence[Linear], at_least_zero: Iterable[Linear]) -> bool:
    """Whether no integers make all of `zeros` 0 and none of `at_least_zero` negative.

    >>> i, j = Linear.unknown("i"), Linear.unknown("j")
    >>> later = j.plus(i, -1).plus(Linear((), -1))      # j >= i + 1
    >>> no_solution([i.plus(j, -1)], [later])
    True
    >>> no_solution([], [later])
    False

    False also where the search is given up.
    """
    equations, inequalities = list(zeros), list(at_least_zero)
    while equations:
        one = equations.pop()
        common = gcd(*(k for _, k in one.terms)) if one.terms else 0
        if not common:
            if one.constant:
                return True
            continue
        if one.constant % common:
            return True
        unit = next(((name, k) for name, k in one.terms if abs(k) == common), None)
        if unit is None:
            inequalities += [one, one.times(-1)]
            continue
        name, sign = unit[0], unit[1] // common
        rest = _linear({n: -sign * k // common for n, k in one.terms if n != name}, -sign * one.constant // common)
        equations = [_without(e, name, rest) for e in equations]
        inequalities = [_without(e, name, rest) for e in inequalities]
    return _contradict(inequalities)


def _without(form: Linear, name: Hashable, value: Linear) -> Linear:
    """A form with a value for an unknown."""
    factor = form.factor(name)
    if not factor:
        return form
    kept = Linear(tuple((n, k) for n, k in form.terms if n != name), form.constant)
    return kept.plus(value, factor)


def _contradict(forms: Iterable[Linear]) -> bool:
    """Whether not all forms can be at least 0."""
    kept = _different(map(_rounded, forms))
    while True:
        if any(not form.terms and form.constant < 0 for form in kept):
            return True
        kept = [form for form in kept if form.terms]
        names = dict.fromkeys(name for form in kept for name, _ in form.terms)
        if not names or len(kept) > _MOST:
            return False
        factors = {name: [form.factor(name) for form in kept] for name in names}
        best = min(names, key=lambda name: sum(k > 0 for k in factors[name]) * sum(k < 0 for k in factors[name]))
        below = [form for form in kept if form.factor(best) > 0]
        above = [form for form in kept if form.factor(best) < 0]
        combined = [one.times(-two.factor(best)).plus(two, one.factor(best)) for one in below for two in above]
        kept = _different([*(form for form in kept if not form.factor(best)), *map(_rounded, combined)])


def _different(forms: Iterable[Linear]) -> list[Linear]:
    return list({(frozenset(form.terms), form.constant): form for form in forms}.values())


def _rounded(form: Linear) -> Linear:
    """The same inequality with factors that have no common divisor."""
    common = gcd(*(k for _, k in form.terms)) if form.terms else 1
    return Linear(tuple((name, k // common) for name, k in form.terms), form.constant // common)
