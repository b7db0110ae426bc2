"""Products with Hessians: as a call, as a function of (x, v), inside of functions, and at what cost in work."""

import pickle

import numpy as np
import pytest

import ast_ad
from ast_ad import AstAdError, check_grads, grad, hessian, hvp, pipeline

X = np.array([1.0, 2.0, 3.0])
V = np.array([1.0, -0.5, 2.0])


def weighted(x, a=1.0, *, k=2.0):
    return np.sum(a * x**3 * k) + x[0] * x[1] * x[2]


product = hvp(weighted)


class Energy:
    def __init__(self, w):
        self.w = w

    @hvp
    def times(self, x):
        return np.sum(self.w * x**3)


def test_the_function_takes_other_arguments_as_the_primal_does():
    expected = hessian(weighted)(X) @ V
    np.testing.assert_allclose(product(X, V), expected)
    np.testing.assert_allclose(hvp(weighted, (X,), (V,)), expected)
    np.testing.assert_allclose(product(X, V, 2.0), hessian(weighted)(X, 2.0) @ V)
    np.testing.assert_allclose(product(X, V, a=3.0, k=0.5), hessian(weighted)(X, 3.0, k=0.5) @ V)
    assert product.primal is weighted
    assert "def weighted_hvp(x, a, x_dot, *, k=2.0):" in product.source


def _by(v):
    return hessian(weighted)(X) @ v


def test_a_vector_of_integers_is_a_vector():
    np.testing.assert_allclose(product(X, np.array([1, 0, 2])), _by([1, 0, 2]))


def test_it_pickles_and_binds():
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(product))(X, V), product(X, V))
    np.testing.assert_allclose(Energy(X).times(X, V), 6 * X * X * V)


def test_a_vector_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="the vector is float64 of shape"):
        product(X, V[:2])
    with pytest.raises(TypeError, match="tangents as a tuple"):
        hvp(weighted, (X,), V)


def twice(x):
    by_closure = hvp(lambda y: np.sum(x * y**3))(x, x)
    return np.sum(product(x, V) * x) + np.sum(hvp(lambda y: np.sum(y**4), (x,), (V,))) + np.sum(by_closure)


def test_products_inside_of_functions():
    check_grads(twice, (X,), order=2)


def misused(x):
    return np.sum(product(x))


def test_a_product_inside_of_a_function_needs_its_vector():
    with pytest.raises(AstAdError, match="the function that hvp gives takes x and v"):
        grad(misused)(X)


def test_the_gradient_itself_is_not_computed():
    assert "x_bar =" not in product.source_for(X)


def test_a_second_product_compiles_nothing(monkeypatch):
    def cube(x):
        return np.sum(x**3)

    first = hvp(cube, (X,), (V,))

    def refuse(*args):
        raise AssertionError("compiled again")

    monkeypatch.setattr(pipeline, "run", refuse)
    monkeypatch.setattr(ast_ad.derivative, "parameters_of", refuse)
    np.testing.assert_array_equal(hvp(cube, (X,), (V,)), first)
    np.testing.assert_array_equal(hvp(cube, (2 * X,), (V,)), 2 * first)


def test_new_defaults_are_seen():
    def scaled(x, a=1.0):
        return a * x**3

    assert hvp(scaled, (2.0,), (1.0,)) == 12.0
    scaled.__defaults__ = (2.0,)
    assert hvp(scaled, (2.0,), (1.0,)) == 24.0
    assert grad(scaled)(2.0) == 24.0


def test_new_code_is_seen():
    def cube(x):
        return x**3

    def fourth(x):
        return x**4

    assert hvp(cube, (2.0,), (1.0,)) == 12.0
    cube.__code__ = fourth.__code__
    assert hvp(cube, (2.0,), (1.0,)) == 48.0
