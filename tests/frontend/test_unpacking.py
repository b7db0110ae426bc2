"""Unpacking raises where there are not as many elements as names."""

import numpy as np
import oracle
import pytest

from ast_ad import grad, value_and_grad


def of_an_argument(xs):
    a, b = xs
    return a * b


def of_what_is_computed(xs):
    a, b = [x * x for x in xs]
    return a * b


def of_a_list_that_a_test_fills(xs):
    kept = []
    for x in xs:
        if x > 0:
            kept.append(x * x)
    a, b = kept
    return a * b


@pytest.mark.parametrize("function", [of_an_argument, of_what_is_computed, of_a_list_that_a_test_fills])
@pytest.mark.parametrize("kind", [list, np.array])
@pytest.mark.parametrize(("count", "words"), [(1, "not enough values to unpack"), (3, "too many values to unpack")])
def test_another_number_of_elements_is_an_error(function, kind, count, words):
    xs = kind([1.0, 2.0, 3.0][:count])
    with pytest.raises(ValueError, match=words):
        function(xs)
    with pytest.raises(ValueError, match=words):
        grad(function)(xs)


@pytest.mark.parametrize("function", [of_an_argument, of_what_is_computed, of_a_list_that_a_test_fills])
def test_the_same_function_takes_the_right_number_afterwards(function):
    derivative = value_and_grad(function)
    with pytest.raises(ValueError, match="too many"):
        derivative([1.0, 2.0, 3.0])
    value, gradient = derivative([2.0, 3.0])
    assert value == function([2.0, 3.0])
    oracle.assert_gradient(function, ([2.0, 3.0],), (0,), (gradient,))


def test_what_is_checked_at_run_time_is_seen_in_the_text():
    assert "check_unpacked(len(kept), 2)" in grad(of_a_list_that_a_test_fills).source_for([1.0, 2.0])
