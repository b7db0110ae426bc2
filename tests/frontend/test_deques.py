"""What deques and searched lists raise and refuse; what they compute is in `tests/programs/deques.py`."""

import copy
from collections import deque

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import AstAdError


def returned(x):
    return deque([x])


def printed(x):
    d = deque([x])
    print(d)
    return x


def summed_by_numpy(x):
    return np.sum(deque([x, x]))


def grown_while_iterated(x):
    d = deque([x, x])
    for v in d:
        d.append(v)
    return x


def shrunk_while_searched(x):
    xs = [x, 2.0]
    for v in xs:
        xs.remove(v)
    return x


def sliced(x):
    return sum(deque([x, x])[0:1])


def matched(x):
    match deque([x, x]):
        case [one, two]:
            return one * two
    return x


def without_such_an_attribute(x):
    return deque([x]).first


def length_assigned(x):
    d = deque([x], maxlen=2)
    d.maxlen = 3
    return x


def iterator_read_twice(x):
    values = iter(deque([x, x]))
    first = next(values)
    return first + sum(values)


class Copied:
    def __init__(self, x):
        self.x = x

    def __copy__(self):
        return Copied(self.x * 2)


def copied_in_a_way_of_its_own(x):
    return copy.copy(Copied(x)).x


def attribute_of_its_own(x):
    d = deque([x])
    d.first = x
    return x


class Pair:
    def __init__(self, x):
        self.a, self.b = x, 2.0


def dict_of_an_object(x):
    return dict(Pair(x))["a"]


def object_as_a_mapping(x):
    return {**Pair(x)}["a"]


def update_with_an_object(x):
    d = {}
    d.update(Pair(x))
    return d["a"]


def length_of_an_object(x):
    return len(Pair(x)) * x


REFUSED = {
    attribute_of_its_own: ("deque has no attribute 'first'", "Use a class of your own."),
    dict_of_an_object: ("dict of an object of Pair", "Pass a dict, or pairs."),
    object_as_a_mapping: ("`**` of", "Unpack a dict."),
    update_with_an_object: ("update with", "Pass a dict or keywords."),
    length_of_an_object: ("an object of Pair has no len", "Give its class a __len__."),
    returned: ("a deque is used as one value", "Take its elements: list(d)."),
    printed: ("a deque is used as one value", "Take its elements: list(d)."),
    summed_by_numpy: ("a deque is used as one value", "Take its elements: list(d)."),
    grown_while_iterated: ("a list that a loop runs over changes its length", "for v in list(xs)."),
    shrunk_while_searched: ("a list that a loop runs over changes its length", "for v in list(xs)."),
    sliced: ("the class of a slice is not known", "Decide outside of the function."),
    matched: ("a deque is matched with a sequence", "Match the list of its elements: list(d)."),
    without_such_an_attribute: ("deque has no attribute 'first'", "Check its spelling."),
    length_assigned: ("the property 'maxlen' has no setter", "Set what it is computed from."),
    iterator_read_twice: ("the iterator 'values' is used more than once", "Make a list of it first"),
    copied_in_a_way_of_its_own: ("a class with a copy method of its own", "Call it by its name."),
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_what_is_not_followed_is_shown_at_the_users_line(function):
    sentence, remedy = REFUSED[function]
    with pytest.raises(AstAdError) as caught:
        ast_ad.grad(function)(1.5)
    text = str(caught.value)
    assert sentence in text
    assert remedy in text
    assert __file__ in text


def empty_queue(x, n):
    d = deque([x] * n)
    d.popleft()
    return x


def full_window(x, n):
    d = deque([x] * n, maxlen=2)
    d.insert(0, x)
    return x


def negative_length(x, n):
    return deque([x], maxlen=n - 5)[0]


def missing_element(x, n):
    xs = [x * k for k in range(n)]
    xs.remove(100.0)
    return x


def missing_place(x, n):
    return x * [x * k for k in range(n)].index(100.0)


@pytest.mark.parametrize(
    ("function", "n", "error"),
    [
        (empty_queue, 0, IndexError),
        (full_window, 3, IndexError),
        (negative_length, 3, ValueError),
        (missing_element, 3, ValueError),
        (missing_place, 3, ValueError),
    ],
    ids=lambda p: getattr(p, "__name__", str(p)),
)
def test_what_the_function_raises_is_raised(function, n, error):
    for run in (function, ast_ad.grad(function), ast_ad.value_and_grad(function)):
        with pytest.raises(error):
            run(1.5, n)


def window(x, n):
    recent = deque(maxlen=3)
    total = 0.0
    for k in range(n):
        recent.append(x * k)
        total += recent[0] ** 2
    return total


def test_the_elements_of_a_deque_have_its_name_and_no_other_line_than_the_users_is_shown():
    gradient = ast_ad.grad(window)
    gradient(1.5, 4)
    assert "recent.append(x * k)" in gradient.source
    assert "_elements" not in gradient.source
    assert "self" not in gradient.source


def counted_nan(x, n):
    xs = [float("nan")] + [x * k for k in range(n)]
    return x * xs.count(xs[0]) + xs.index(xs[0])


def test_a_nan_is_found_where_it_is_the_object_that_is_looked_for():
    assert counted_nan(1.5, 3) == 1.5
    assert ast_ad.value_and_grad(counted_nan)(1.5, 3) == (1.5, 1.0)
