"""Elements of a list that change places: whose they are afterwards."""

from __future__ import annotations

import pytest
from programs import exchanges, waves

import ast_ad
from ast_ad.errors import MayAlias


def test_two_rows_that_change_places_change_them_back_in_the_reverse_sweep():
    text = ast_ad.grad(exchanges.rows_by_place).source_for(0.7, 4, 0, 1)
    assert "    t[i], t[j] = t[j], t[i]\n" in text
    assert "    t_bar[i], t_bar[j] = t_bar[j], t_bar[i]" in text


def test_a_place_that_is_not_there_raises_what_python_raises():
    with pytest.raises(IndexError, match="list index out of range"):
        ast_ad.grad(exchanges.rows_by_place)(0.7, 4, 0, 9)


def test_many_rows_of_a_jacobian_at_once():
    def rows(x):
        t = [x * (k + 1.0) for k in range(3)]
        t[0], t[1] = t[1], t[0]
        t[0][1:] *= t[1][:-1]
        return t[0] * t[2]

    x = waves(3)
    assert ast_ad.jacobian(rows)(x) == pytest.approx(ast_ad.jacfwd(rows)(x))


def held(x, n):
    t = [[x * k + m for m in range(3)] for k in range(n)]
    r = t[0]
    t[0], t[1] = t[1], t[0]
    t[0][0] *= 2.0
    return r[0]


def one_row_twice(x, n):
    row = [x, 1.0]
    t = [row for _ in range(n)]
    t[0], t[1] = t[1], t[0]
    t[0][0] *= 3.0
    return t[1][0]


@pytest.mark.parametrize("program", [held, one_row_twice])
def test_what_may_have_another_name_is_not_written_to(program):
    with pytest.raises(MayAlias):
        ast_ad.grad(program)(0.7, 3)
