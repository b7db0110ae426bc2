"""Arguments that share memory: what is written under one name is not seen under another, so it is refused."""

import copy

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import MayAlias, WrongArgument
from ast_ad.overlaps import overlapping


def writes_to_the_first(a, b):
    a[0] = b[1] * 2
    return np.sum(a * b)


def appends(xs, ys):
    xs.append(ys[0])
    return xs[0] * xs[-1]


class Cell:
    def __init__(self, value):
        self.value = value


class Pair:
    def __init__(self, one, two):
        self.one = one
        self.two = two


def writes_to_a_cell(a, b):
    a.value = a.value * 3
    return a.value * b.value


X = np.array([1.0, 2.0, 3.0])
LISTED = [1.0, 2.0]
CELL = Cell(2.0)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (writes_to_the_first, (X, X)),
        (writes_to_the_first, (X, X[::-1])),
        (writes_to_the_first, (X[:2], X[1:])),
        (appends, (LISTED, LISTED)),
        (writes_to_a_cell, (CELL, CELL)),
    ],
)
def test_what_is_written_and_held_twice_is_refused_with_the_place(function, args):
    with pytest.raises(MayAlias) as caught:
        ast_ad.grad(function)(*args)
    text = str(caught.value)
    assert "is written to here, and" in text
    assert "shares memory with it in this call" in text
    assert "Pass a copy of one of them." in text


def test_it_is_asked_at_each_call():
    gradient = ast_ad.grad(writes_to_the_first, (0, 1))
    y = X * 2
    expected = gradient(X, y)
    with pytest.raises(MayAlias):
        gradient(X, X)
    again = gradient(X, X.copy())
    assert [g.tolist() for g in gradient(X, y)] == [g.tolist() for g in expected]
    assert again[0].tolist() == [0.0, 2.0, 3.0]


def test_parts_that_do_not_overlap_may_be_written():
    whole = np.arange(4.0)
    assert ast_ad.grad(writes_to_the_first)(whole[:2], whole[2:]).tolist() == [0.0, 3.0]


def test_what_is_only_read_may_be_held_twice():
    def product(a, b):
        return np.sum(a * b)

    one, two = ast_ad.grad(product, (0, 1))(X, X)
    assert one.tolist() == two.tolist() == X.tolist()


def weighted(pair):
    return pair.one.value * 2 + pair.two.value * 3


def test_an_object_in_two_places_of_what_is_differentiated_is_refused():
    with pytest.raises(WrongArgument, match=r"by pair\.two, which is the same object as pair\.one") as caught:
        ast_ad.grad(weighted)(Pair(CELL, CELL))
    assert "copy.copy" in str(caught.value)
    gradient = ast_ad.grad(weighted)(Pair(CELL, copy.copy(CELL)))
    assert (gradient.one.value, gradient.two.value) == (2.0, 3.0)


def test_structures_are_looked_through():
    inner = [X]
    assert overlapping(({"a": inner}, (inner,)), {}, [0]) == (0, 1)
    assert overlapping(([X, X[1:]],), {}, [0]) == (0, 0)
    assert overlapping((X,), {"b": Cell(X)}, ["b"]) == ("b", 0)
    assert overlapping((1.0, "a", None), {}, [0]) is None
