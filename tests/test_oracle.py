"""The judge is judged: it accepts what is right, and rejects each kind of mistake."""

import math

import numpy as np
import oracle
import pytest


def wave(params, x):
    return params["a"] * math.sin(params["b"][0] * x) + np.sum(params["b"][1] ** 2)


PARAMS = {"a": 1.5, "b": [0.7, np.array([1.0, -2.0])]}


def gradient_of_wave(params, x):
    a, (b, c) = params["a"], params["b"]
    return {"a": math.sin(b * x), "b": [a * x * math.cos(b * x), 2 * c]}


def test_a_structure_and_its_vector_are_inverse():
    vector = oracle.flatten(PARAMS)
    assert vector.tolist() == [1.5, 0.7, 1.0, -2.0]
    assert oracle.is_identical(oracle.unflatten(vector, PARAMS), PARAMS)
    assert oracle.places(PARAMS) == ["['a']", "['b'][0]", "['b'][1][0]", "['b'][1][1]"]


def test_an_int_becomes_a_float_and_single_precision_stays_or_widens():
    like = (3, np.float32(0.5), np.ones(2, np.float32), "text", True)
    narrow = oracle.unflatten(np.arange(4.0), like)
    assert oracle.is_identical(narrow, (0.0, np.float32(1), np.array([2, 3], np.float32), "text", True))
    wide = oracle.unflatten(np.arange(4.0), like, double=True)
    assert oracle.is_identical(wide, (0.0, 1.0, np.array([2.0, 3.0]), "text", True))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, np.float64(1.0)),
        (1, 1.0),
        (0.0, -0.0),
        ((1.0,), [1.0]),
        (np.ones(2), np.ones((2, 1))),
        (np.ones(2), np.ones(2, np.float32)),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}),
    ],
)
def test_things_that_are_equal_need_not_be_identical(a, b):
    assert oracle.is_identical(a, a)
    assert not oracle.is_identical(a, b)


def test_a_right_gradient_is_accepted():
    oracle.assert_gradient(wave, (PARAMS, 0.9), 0, gradient_of_wave(PARAMS, 0.9))


def test_differences_are_good_to_ten_digits():
    slope, error = oracle.differentiate_by_steps(lambda h: np.array([math.exp(1 + h), math.log(2 + h)]))
    assert np.all(abs(slope - [math.e, 0.5]) < 1e-10)
    assert np.all(error < 1e-10)


def test_a_gradient_off_by_a_millionth_is_rejected():
    gradient = gradient_of_wave(PARAMS, 0.9)
    gradient["b"][1][1] *= 1 + 2e-6
    with pytest.raises(AssertionError, match=r"\[0\]\['b'\]\[1\]\[1\]: .*differences say"):
        oracle.assert_gradient(wave, (PARAMS, 0.9), 0, gradient)


def test_one_wrong_entry_among_very_many_is_rejected():
    x = np.linspace(1.0, 2.0, 500)
    gradient = 2 * x
    oracle.assert_gradient(lambda v: np.sum(v**2), (x,), (0,), (gradient,))
    gradient[77] += 0.01
    with pytest.raises(AssertionError, match="random direction"):
        oracle.assert_gradient(lambda v: np.sum(v**2), (x,), (0,), (gradient,))


@pytest.mark.parametrize(
    ("gradient", "complaint"),
    [
        (np.ones(2, np.float32), "has dtype float32, not float64"),
        (np.ones((2, 1)), r"has shape \(2, 1\)"),
        (None, "has shape"),
    ],
)
def test_a_gradient_of_another_form_is_rejected(gradient, complaint):
    x = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match=complaint):
        oracle.assert_gradient(np.sum, (x,), 0, gradient)


def test_a_gradient_in_another_container_is_rejected():
    with pytest.raises(AssertionError, match="is a tuple"):
        oracle.assert_gradient(sum, ([1.0, 2.0],), 0, (1.0, 1.0))


@pytest.mark.parametrize("x", [5e-6, -1e-5])
def test_a_point_beside_a_kink_is_called_unsuitable(x):
    with pytest.raises(AssertionError, match="do not settle"):
        oracle.assert_gradient(lambda v: abs(v) + v * v, (x,), 0, 1.0)


def test_products_that_differ_in_the_twelfth_digit_are_rejected():
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    oracle.assert_equal_products(a, b, [11.0], [1.0], 1e-12)
    with pytest.raises(AssertionError, match="differ"):
        oracle.assert_equal_products(a, b, [11.0 + 3e-10], [1.0], 1e-12)
