"""Lists of numbers and other things: followed element by element, or refused, but no derivative is lost."""

import pytest

import ast_ad
from ast_ad.errors import UnknownAtCompileTime


def read_at_an_index(x, n):
    return [x, None, 3.0][n - 3] * 2.0


def read_beside_a_text(x, n):
    return [x, "a", 3.0][n - 3] * 2.0


def filled_after_none(x, n):
    xs = [None] * n
    for k in range(n):
        xs[k] = x * k
    return xs[n - 1]


def joined_with_texts(x, n):
    xs = [x for _ in range(n)]
    xs += ["a" for _ in range(n)]
    return xs[0]


def appended_in_turns(x, n):
    xs = []
    for k in range(20 * n):
        if k % 2:
            xs.append("a")
        else:
            xs.append(x)
    return xs[0] * 1.0


def none_removed(x, n):
    xs = [x, None, 3.0]
    xs.remove(None)
    return sum(xs) * n


REFUSED = [read_at_an_index, read_beside_a_text, filled_after_none, joined_with_texts, appended_in_turns, none_removed]


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("derivative", [ast_ad.grad, ast_ad.value_and_grad], ids=lambda d: d.__name__)
def test_a_list_whose_numbers_would_lose_their_derivative_is_refused(function, derivative):
    assert isinstance(function(1.5, 3), float)
    with pytest.raises(UnknownAtCompileTime, match="holds numbers and what is no number") as caught:
        derivative(function)(1.5, 3)
    assert str(caught.value).endswith("Keep the numbers in a list of their own.")


def none_at_first(x, n):
    xs = []
    for k in range(n):
        xs.append(None if k == 0 else x * k)
    return xs[n - 1] * 2.0


def filled_at_known_places(x, n):
    xs = [None] * 3
    for k in range(3):
        xs[k] = x * k
    return xs[n - 1] * 2.0


@pytest.mark.parametrize(("function", "slope"), [(none_at_first, 4.0), (filled_at_known_places, 4.0)])
def test_a_list_that_is_known_element_by_element_is_followed(function, slope):
    value, gradient = ast_ad.value_and_grad(function)(1.5, 3)
    assert value == function(1.5, 3)
    assert gradient == slope
    assert ast_ad.jvp(function, (1.5, 3), (1.0, 0))[1] == slope
