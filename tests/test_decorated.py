"""Functions that decorators made: what runs is the wrapper, with the parameters that it has itself."""

import functools

import numpy as np
import pytest

from ast_ad import check_grads, grad, hessian, hvp, jvp, value_and_grad, vjp


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return wrapper


def repeated(count):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(x):
            for _ in range(count):
                x = function(x)
            return x

        return wrapper

    return decorate


@doubled
def area(x, y=3.0):
    return x * x * y


@doubled
@repeated(3)
def iterated(x):
    return x + 0.5 * x * x


class Spring:
    def __init__(self, k):
        self.k = k

    @doubled
    def energy(self, x, y=1.0):
        return self.k * x * x * y

    @doubled
    def __call__(self, x):
        return self.k * x**3

    def first_of(*args):
        return args[0].k * args[1] * args[2]


SPRING = Spring(2.0)


def test_a_wrapper_with_star_parameters_is_differentiated_by_its_own():
    assert area(2.0) == 24.0
    assert grad(area)(2.0) == 24.0
    assert grad(area, argnums=(0, 1))(2.0, 5.0) == (40.0, 8.0)
    assert value_and_grad(area)(2.0, y=5.0) == (40.0, 40.0)
    assert hessian(area)(2.0) == 12.0
    with pytest.raises(TypeError, match="names no parameter of area"):
        grad(area, argnums="y")(2.0, 5.0)


def test_wrappers_of_wrappers():
    check_grads(iterated, (0.3,))
    check_grads(lambda x: iterated(x) * area(x), (0.3,))


@pytest.mark.parametrize("method", [SPRING.energy, Spring(2.0).energy])
def test_a_method_that_a_decorator_made_has_its_receiver_among_the_starred(method):
    assert grad(method)(3.0) == 24.0
    assert grad(method, argnums=1)(3.0, 5.0) == 36.0
    assert jvp(method, (3.0,), (1.0,)) == (36.0, 24.0)
    assert vjp(method, 3.0, 5.0)[1](1.0) == (120.0, 36.0)
    assert hvp(method)(3.0, 1.0) == 8.0
    assert jvp(grad(method), (3.0,), (1.0,)) == (24.0, 8.0)
    check_grads(method, (3.0, 2.0))


def test_objects_that_are_called_by_a_wrapper():
    assert grad(SPRING)(3.0) == 108.0
    assert grad(SPRING.first_of, argnums=(0, 1))(3.0, 4.0) == (8.0, 6.0)


def test_a_derivative_inside_of_what_a_decorator_made():
    def slope_times(x):
        return grad(SPRING.energy)(x) * x + grad(area)(x)

    assert grad(slope_times)(3.0) == 8.0 * 3.0 * 2.0 + 12.0
    assert grad(doubled(grad(lambda x: x**3)))(2.0) == 24.0


def test_differences_of_a_function_of_starred_arguments():
    def product(*factors, scale=1.0):
        return scale * np.prod(np.array(factors))

    check_grads(product, (1.5, 0.5, 2.0))
    check_grads(doubled(product), (1.5, 0.5))


@functools.singledispatch
def size_of(x):
    return 2.0 * x


@size_of.register(float)
def _(x):
    return 5.0 * x


@size_of.register(np.ndarray)
def _(x):
    return np.sum(x) * 7.0


@size_of.register(list)
def _(xs):
    return sum(size_of(x) for x in xs)


def test_a_function_that_dispatches_on_a_type_runs_what_python_runs():
    assert grad(size_of)(3.0) == 5.0
    assert grad(size_of)(np.ones(2)).tolist() == [7.0, 7.0]
    assert grad(size_of)([1.0, 2.0]) == [5.0, 5.0]
    assert grad(lambda x: size_of(x) * size_of(3 + 0j).real)(3.0) == 30.0
