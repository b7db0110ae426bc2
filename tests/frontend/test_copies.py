"""A function that is read anew for each of its calls has an end."""

import pytest

import ast_ad
from ast_ad.errors import UnsupportedSyntax


class Node:
    def __init__(self, value, parts):
        self.value = value
        self.parts = parts

    def total(self):
        return self.value + sum(part.total() for part in self.parts)


def tree(x, depth):
    return Node(x * depth, [tree(x, depth - 1), tree(x, depth - 1)] if depth else [])


def test_a_tree_of_objects_is_followed():
    assert ast_ad.grad(lambda x: tree(x, 2).total())(1.5) == 4.0


def test_a_large_one_is_refused_in_time():
    with pytest.raises(UnsupportedSyntax, match="tree calls itself more than 128 times here") as caught:
        ast_ad.grad(lambda x: tree(x, 9).total())(1.5)
    assert str(caught.value).endswith("Give it numbers and arrays, and let it return new ones, or write it as a loop.")
