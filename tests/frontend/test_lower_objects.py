"""Objects, context managers and functions as values: what is read again at each call, and what is refused."""

import contextlib
import functools
import math
from dataclasses import dataclass

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import AstAdError


class Model:
    gain = 2.0

    def __init__(self, w):
        self.w = w

    def value(self, x):
        return self.gain * self.w * x * x

    def __call__(self, x):
        return self.value(x)


MODEL = Model(3.0)


def through_a_global(x):
    return MODEL.value(x)


def test_attributes_of_an_object_outside_are_read_again_at_each_call(monkeypatch):
    gradient = ast_ad.grad(through_a_global)
    assert gradient(1.0) == 12.0
    monkeypatch.setattr(MODEL, "w", 5.0)
    assert gradient(1.0) == 20.0


def test_attributes_of_a_class_are_read_again_at_each_call(monkeypatch):
    gradient = ast_ad.grad(through_a_global)
    assert gradient(1.0) == 12.0
    monkeypatch.setattr(Model, "gain", 1.0)
    assert gradient(1.0) == 6.0


def test_a_method_that_is_defined_anew_is_compiled_anew(monkeypatch):
    gradient = ast_ad.grad(through_a_global)
    assert gradient(1.0) == 12.0
    monkeypatch.setattr(Model, "value", lambda self, x: self.w * x)
    assert gradient(1.0) == 3.0


def test_a_bound_method_and_a_callable_object_are_differentiated():
    assert ast_ad.grad(MODEL.value)(1.0) == 12.0
    assert ast_ad.grad(MODEL)(1.0) == 12.0
    assert ast_ad.grad(ast_ad.grad(MODEL.value))(1.0) == 12.0


def test_the_gradient_by_an_object_is_an_object_of_its_class():
    gradient = ast_ad.grad(lambda model, x: model(x))(Model(3.0), 2.0)
    assert type(gradient) is Model
    assert vars(gradient) == {"w": 8.0}


def test_objects_of_one_form_share_what_was_compiled():
    gradient = ast_ad.grad(lambda model, x: model(x), argnums=1)
    assert gradient(Model(3.0), 1.0) == 12.0
    first = gradient._latest
    assert gradient(Model(4.0), 1.0) == 16.0
    assert gradient._latest is first


def test_a_method_is_an_argument():
    def twice(f, x):
        return f(f(x))

    assert ast_ad.grad(twice, argnums=1)(MODEL.value, 1.0) == pytest.approx(2 * 6 * 6 * 6 * 2)


class Node:
    def __init__(self, value):
        self.value = value
        self.parent = None
        self.children = []

    def total(self):
        return self.value**2 + sum([child.total() for child in self.children])


def test_an_object_may_be_part_of_itself():
    root, child = Node(2.0), Node(3.0)
    child.parent = root
    root.children.append(child)
    gradient = ast_ad.grad(lambda node: node.total())(root)
    assert (gradient.value, gradient.children[0].value, gradient.children[0].parent) == (4.0, 6.0, None)


def test_an_object_that_is_held_twice_is_one_object():
    shared = Node(2.0)

    def f(x, pair):
        pair.children[0].value = pair.children[0].value * x
        return pair.children[1].value ** 2

    root = Node(1.0)
    root.children = [shared, shared]
    assert ast_ad.value_and_grad(f)(3.0, root) == (36.0, 24.0)
    assert shared.value == 2.0


def scaled(factor):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(x):
            return factor * function(x)

        return wrapper

    return decorate


@scaled(3.0)
def decorated(x):
    return x * x


def test_a_decorated_function_is_its_decorator():
    assert ast_ad.grad(decorated)(1.0) == 6.0


def test_ignored_errors_of_numpy_are_ignored_in_the_derivative():
    def f(x):
        with np.errstate(all="ignore"):
            return np.sum(np.where(x > 0, np.log(x), 0.0))

    with np.errstate(all="raise"):
        assert ast_ad.grad(f)(np.array([0.0, 2.0])).tolist() == [0.0, 0.5]


@dataclass(frozen=True)
class Frozen:
    x: float


def writes_outside(x):
    MODEL.w = x
    return x


def writes_to_a_frozen_one(x):
    f = Frozen(x)
    f.x = 2.0 * x
    return f.x


def unknown_manager(x):
    with open("file") as f:
        f.write("x")
    return x


def leaves_finally(x):
    try:
        x = x * x
    finally:
        return x  # noqa: B012


def raising_errors(x):
    with np.errstate(divide="raise"):
        return 1.0 / x


def generator_used_twice(x):
    squares = (x * k for k in range(3))
    return sum(squares) + sum(squares)


def pairs_in_a_loop(x):
    pairs = zip([x, 2.0], [1.0, x], strict=True)
    total = 0.0
    for _ in range(2):
        for a, b in pairs:
            total += a * b
    return total


def no_such_attribute(x):
    return MODEL.missing * x


def nonlocal_outside():
    total = 0.0

    def f(x):
        nonlocal total
        total += x
        return total

    return f


REFUSED = {
    writes_outside: ("MODEL may not be written to here", "Pass the object as an argument, or return the new value."),
    writes_to_a_frozen_one: (
        "assignment to the attribute 'x' of a frozen Frozen",
        "Make a new object: dataclasses.replace(...).",
    ),
    unknown_manager: ("`with` ", "Enter the context where the function is called."),
    leaves_finally: ("a way out of `finally`", "Leave after the statement."),
    raising_errors: ("np.errstate with divide='raise'", 'Use "ignore", or enter it where the function is called.'),
    generator_used_twice: (
        "the iterator 'squares' is used more than once",
        "Make a list of it first: squares = list(...).",
    ),
    pairs_in_a_loop: ("the iterator 'pairs' is used more than once", "Make a list of it first: pairs = list(...)."),
    no_such_attribute: ("Model has no attribute 'missing'", "Check its spelling."),
    nonlocal_outside(): (
        "nonlocal total, which outlives the function",
        "Pass the value as an argument, and return the new one.",
    ),
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__qualname__)
def test_what_is_not_followed_is_shown_with_what_to_do(function):
    sentence, remedy = REFUSED[function]
    with pytest.raises(AstAdError) as caught:
        ast_ad.grad(function)(1.5)
    text = str(caught.value)
    assert sentence in text
    assert text.endswith(remedy)
    assert "^" in text


def test_a_manager_that_does_nothing_is_entered():
    def f(x):
        with contextlib.nullcontext(x) as y:
            return math.sin(y)

    assert ast_ad.grad(f)(0.0) == 1.0
