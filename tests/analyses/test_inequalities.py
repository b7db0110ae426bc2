"""Systems of linear inequalities: what has a solution is never said to have none."""

from __future__ import annotations

import random
from itertools import product

import pytest

from ast_ad.analyses.inequalities import Linear, no_solution

RANGE = range(-4, 5)


def form(factors, constant):
    return Linear(tuple((name, k) for name, k in zip("xyz", factors, strict=True) if k), constant)


def value(one, point):
    return one.constant + sum(k * point[name] for name, k in one.terms)


def has_solution(zeros, others):
    points = (dict(zip("xyz", point, strict=True)) for point in product(RANGE, repeat=3))
    return any(all(value(z, p) == 0 for z in zeros) and all(value(o, p) >= 0 for o in others) for p in points)


@pytest.mark.parametrize("seed", range(300))
def test_a_system_that_a_search_solves_is_not_said_to_have_no_solution(seed):
    draw = random.Random(seed)

    def one():
        return form([draw.randint(-3, 3) for _ in "xyz"], draw.randint(-5, 5))

    zeros, others = [one() for _ in range(draw.randint(0, 2))], [one() for _ in range(draw.randint(1, 5))]
    box = [form([s * (k == axis) for k in range(3)], 4) for axis in range(3) for s in (1, -1)]
    if no_solution(zeros, [*others, *box]):
        assert not has_solution(zeros, others)


@pytest.mark.parametrize(
    ("zeros", "others"),
    [
        ([form([2, 0, 0], 1)], []),  # 2 x = -1
        ([form([2, 4, 0], 3)], []),  # 2 x + 4 y = -3
        ([], [form([2, 0, 0], -1), form([-2, 0, 0], 1)]),  # 1 <= 2 x <= 1
        ([form([1, -1, 0], 0)], [form([1, -1, 0], -1)]),  # x = y, x > y
        ([form([1, 0, -1], 0)], [form([1, -1, 0], 0), form([0, 1, -1], -1)]),  # x = z, x >= y > z
    ],
)
def test_a_contradiction_is_seen(zeros, others):
    assert no_solution(zeros, others)


def test_no_inequality_at_all_has_a_solution():
    assert not no_solution([], [])
    assert not no_solution([Linear()], [Linear((), 0)])
    assert no_solution([Linear((), 1)], [])
