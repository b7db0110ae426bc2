"""Zeros that a selection made win over infinite slopes, of cotangents and of tangents: both modes agree."""

import math

import numpy as np
import pytest

from ast_ad import grad, hessian, hvp, jacfwd, jacrev, jvp

V = np.array([-1.0, 4.0])


def by_maximum(v):
    return np.sum(np.sqrt(np.maximum(v, 0.0)) * v)


def by_where_in_a_function(v):
    return np.sum(root(np.where(v > 0, v, 0.0)))


def root(r):
    return np.sqrt(r)


def by_mask(v):
    r = v.copy()
    r[v < 0] = 0.0
    return np.sum(r**0.5)


def in_a_loop(v):
    r = v
    for _ in range(3):
        r = np.clip(r, 0.0, 10.0)
        r = r * np.sqrt(r)
    return np.sum(r)


def beside_constants(v):
    r = np.zeros(4)
    r[1:3] = v * v
    return np.sum(np.sqrt(np.concatenate([r, np.zeros(1)]))) + np.sum(np.sqrt(np.array([v[1], 0.0])))


def at_the_edge_of_an_arc(v):
    return np.sum(np.arccos(np.clip(v, -0.5, 1.0)) * v)


@pytest.mark.parametrize(
    "function",
    [by_maximum, by_where_in_a_function, by_mask, in_a_loop, beside_constants, at_the_edge_of_an_arc],
    ids=lambda f: f.__name__,
)
def test_both_modes_agree_at_two_orders(function):
    gradient = grad(function)(V)
    assert np.all(np.isfinite(gradient))
    with np.errstate(all="ignore"):
        assert jvp(function, (V,), (V,))[1] == pytest.approx(gradient @ V)
        np.testing.assert_allclose(jacfwd(function)(V), gradient)
        second = jacrev(grad(function))(V)
        assert np.all(np.isfinite(second))
        np.testing.assert_allclose(hessian(function)(V), second)
        np.testing.assert_allclose(hvp(function)(V, V), second @ V)


def kept(v):
    r = v if v > 0 else 0.0
    return math.sqrt(r) + v


def clipped(v):
    return math.sqrt(max(v, 0.0)) * v


@pytest.mark.parametrize(("function", "slope"), [(kept, 1.0), (clipped, 0.0)])
def test_a_constant_that_a_branch_chose_has_no_tangent_behind_a_root(function, slope):
    assert grad(function)(-1.0) == jvp(function, (-1.0,), (1.0,))[1] == slope
    assert hessian(function)(-1.0) == 0.0


def test_a_product_that_happens_to_be_zero_is_no_selection():
    assert math.isnan(grad(lambda x: math.sqrt(x * x))(0.0))
    assert math.isnan(jvp(lambda x: math.sqrt(x * x), (0.0,), (1.0,))[1])
    assert jvp(lambda x: math.sqrt(x), (0.0,), (1.0,))[1] == math.inf
