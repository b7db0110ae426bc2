"""Values and flags that only one path has: what the sweeps compute and what their texts assign."""

import numpy as np
import pytest

from ast_ad import grad, hessian, jvp, value_and_grad, vjp


def either(x, limit):
    if np.any(x > limit):
        return np.sum(x**2)
    if np.all(x < -limit):
        return np.sum(x)
    return np.linalg.norm(x) * limit


def bound_on_one_path(x, scale):
    positive = x[0] > 0
    if positive:
        half = x[1:] * scale
    total = np.sum(x)
    if positive:
        total = total + np.sum(np.outer(half, half)) + scale * half[0]
    return total


def returns_from_two_loops(table, limit):
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            if table[i, j] > limit:
                return table[i, j] ** 2 * (i + 1) + limit * j
    return limit * table[0, 0]


def breaks_after_a_search(table, limit):
    found = False
    rows = 0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            if table[i, j] > limit:
                found = True
                break
        rows += 1
        if found:
            break
    return rows * table[0, 0] * limit if found else limit


X = np.array([0.8, 0.4, -0.9, -0.2])
TABLE = np.array([[0.1, 0.2], [0.3, 0.9], [0.8, 0.7]])


def gradient_by_differences(f, x, *rest):
    steps = 1e-6 * np.eye(x.size).reshape(x.size, *x.shape)
    return np.reshape([(f(x + h, *rest) - f(x - h, *rest)) / 2e-6 for h in steps], x.shape)


@pytest.mark.parametrize("limit", [0.5, 1.5])
def test_a_residual_of_an_arm_that_is_not_taken_is_nothing_to_copy(limit):
    out, pull = vjp(either, X, limit)
    assert out == either(X, limit)
    assert np.allclose(pull(1.0)[0], gradient_by_differences(either, X, limit), atol=1e-8)


@pytest.mark.parametrize("limit", [0.5, 1.5])
def test_the_cotangent_of_a_value_bound_on_one_path_has_the_shape_of_the_value(limit):
    second = hessian(either)(X, limit)
    rows = [gradient_by_differences(lambda x, k: grad(either)(x, limit)[k], X, k) for k in range(X.size)]
    assert np.allclose(second, rows, atol=1e-7)


@pytest.mark.parametrize("x", [X, -X])
def test_a_name_bound_on_one_path_has_a_gradient(x):
    value, x_bar = value_and_grad(bound_on_one_path)(x, 1.5)
    assert value == bound_on_one_path(x, 1.5)
    assert np.allclose(x_bar, gradient_by_differences(bound_on_one_path, x, 1.5), atol=1e-8)


@pytest.mark.parametrize("f", [returns_from_two_loops, breaks_after_a_search])
@pytest.mark.parametrize("limit", [0.15, 0.5, 0.85, 2.0])
def test_a_flag_of_an_inner_loop_that_stops_the_outer_one_reaches_what_follows(f, limit):
    out, dot = jvp(f, (TABLE, limit), (np.ones_like(TABLE), 0.0))
    assert out == f(TABLE, limit)
    assert np.isclose(dot, np.sum(gradient_by_differences(f, TABLE, limit)))
    value, gradient = value_and_grad(f)(TABLE, limit)
    assert value == out
    assert np.allclose(gradient, gradient_by_differences(f, TABLE, limit))
