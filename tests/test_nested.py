"""Derivatives inside the functions that are differentiated: the levels never mix."""

import numpy as np
import pytest

from ast_ad import (
    AstAdError,
    check_grads,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)

A = np.array([2.0, 3.0])
SCALE = 2.0


def cube(x):
    return x * x * x


cube_grad = grad(cube)


# Each function with the function that it is, and the point.


def siskind_pearlmutter(x):
    return x * grad(lambda y: x + y)(1.0)


def with_captured(x):
    def h(y):
        return x * y * y

    return grad(h)(x)


def three_levels(x):
    return x * grad(lambda y: grad(lambda z: x * y * z)(y) * y)(x)


def twice_inside(x):
    def h(y):
        return x * y * y * y

    return grad(grad(h))(x)


def in_a_loop(x):
    total = 0.0
    for i in range(3):
        total += grad(lambda y: x * y**2 + total * y)(x + i)  # noqa: B023
    return total


def in_a_branch(x):
    if x > 1.0:
        return grad(lambda y: y * y * x)(x)
    return grad(lambda y: y * x)(x)


def of_a_decorated(x):
    return cube_grad(x) * x


def of_helpers(x):
    def square(y):
        return y * y * x

    def both(y):
        return square(y) + square(2.0 * y)

    return grad(both)(x)


def with_a_global(x):
    return grad(lambda y: SCALE * y * y * x)(x)


def value_too(x):
    value, slope = value_and_grad(lambda y: y * y * x)(x)
    return value * slope


def pulled(x):
    out, pull = vjp(cube, x)
    return out * pull(1.0)[0]


def pulled_twice(x):
    _, pull = vjp(lambda y: y * x * y, x)
    total = 0.0
    for i in range(2):
        total += pull(float(i + 1))[0]
    return total


def pushed(x):
    return jvp(lambda y: y * y * x, (x,), (x,))[1]


def pushed_in_pushed(x):
    return jvp(lambda y: jvp(lambda z: z * y * x * z, (y,), (1.0,))[1], (x,), (1.0,))[1]


def hessian_product(x):
    return hvp(lambda y: y * y * y * x, (x,), (1.0,))


def linearized(x):
    out, push = linearize(lambda y: y * x * y, x)
    return push(x) * out


def with_aux(x):
    slope, aux = grad(lambda y: (y * y * x, y + x), has_aux=True)(x)
    return slope * aux


def of_structures(x):
    made = grad(lambda p: p["a"] * p["b"][0] * x)({"a": x, "b": (x, 1.0)})
    return made["a"] + made["b"][0]


NUMBERS = [
    (siskind_pearlmutter, lambda x: x),
    (with_captured, lambda x: 2 * x**2),
    (three_levels, lambda x: 2 * x**3),
    (twice_inside, lambda x: 6 * x**2),
    (in_a_loop, lambda x: 14 * x**2 + 8 * x),
    (in_a_branch, lambda x: 2 * x**2),
    (of_a_decorated, lambda x: 3 * x**3),
    (of_helpers, lambda x: 10 * x**2),
    (with_a_global, lambda x: 4 * x**2),
    (value_too, lambda x: 2 * x**5),
    (pulled, lambda x: 3 * x**5),
    (pulled_twice, lambda x: 6 * x**2),
    (pushed, lambda x: 2 * x**3),
    (pushed_in_pushed, lambda x: 4 * x**2),
    (hessian_product, lambda x: 6 * x**2),
    (linearized, lambda x: 2 * x**6),
    (with_aux, lambda x: 4 * x**3),
    (of_structures, lambda x: 2 * x**2),
]
ORDERS = {
    "grad": grad,
    "jvp": lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
    "grad of grad": lambda f: grad(grad(f)),
    "jvp of grad": lambda f: lambda x: jvp(grad(f), (x,), (1.0,))[1],
    "jacfwd of jacfwd": lambda f: jacfwd(jacfwd(f)),
    "grad of jacfwd": lambda f: grad(jacfwd(f)),
    "grad of grad of grad": lambda f: grad(grad(grad(f))),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("function", "formula"), NUMBERS, ids=lambda f: f.__name__ if callable(f) else "")
def test_the_levels_do_not_mix(function, formula, order):
    assert ORDERS[order](function)(2.0) == pytest.approx(ORDERS[order](formula)(2.0), rel=1e-13)


def test_the_function_itself_runs_too():
    for function, formula in NUMBERS:
        assert function(2.0) == pytest.approx(formula(2.0))


def arrays_in_closures(a):
    s = [a[0], a * 2]
    return grad(lambda b: np.sum(b * s[1]) * s[0])(a) @ a


def jacobian_inside(a):
    return np.sum(jacrev(lambda b: b * a**2)(a)) + np.sum(jacfwd(lambda b: b * a)(a))


def hessian_inside(a):
    return np.sum(hessian(lambda b: np.sum(b**3 * a))(a))


def elementwise_inside(a):
    return np.sum(elementwise_grad(lambda b: np.sin(b) * a)(a))


def pullback_inside(a):
    out, pull = vjp(lambda b: np.sin(b * a), a)
    return np.sum(pull(out)[0])


def inner_optimisation(a):
    w = a * 0.1
    for _ in range(4):
        w = w - 0.1 * grad(lambda v: np.sum((v * a - 1.0) ** 2))(w)
    return np.sum(w**2)


def energy(q, k):
    return k * np.sum(q**4)


def leapfrog(k):
    q, p = np.array([1.0, -0.5]), np.zeros(2)
    for _ in range(3):
        p = p - 0.05 * grad(energy)(q, k)
        q = q + 0.1 * p
        p = p - 0.05 * grad(energy)(q, k)
    return q @ q


@pytest.mark.parametrize(
    "function",
    [arrays_in_closures, jacobian_inside, hessian_inside, elementwise_inside, pullback_inside, inner_optimisation],
    ids=lambda f: f.__name__,
)
def test_closures_over_arrays_are_differentiated(function):
    check_grads(function, (A,), order=2)


def test_an_integrator_that_takes_forces_is_differentiated():
    check_grads(leapfrog, (0.7,), order=2)


def test_a_closure_that_writes_to_what_it_is_not_given_is_refused():
    def writes(a):
        b = a * 2.0

        def h(y):
            b[0] = y
            return np.sum(b)

        return grad(h)(a[0])

    with pytest.raises(AstAdError, match="function around"):
        grad(writes)(A)


def test_cotangents_inside_must_have_the_shape_of_the_result():
    def number(a):
        _, pull = vjp(lambda b: b * a, a)
        return np.sum(pull(1.0)[0])

    def longer(a, ct):
        _, pull = vjp(lambda b: b * a, a)
        return np.sum(pull(ct)[0])

    def missing(x):
        return jvp(cube, (x,), ())[1]

    with pytest.raises(ValueError, match="the cotangent is float"):
        grad(number)(A)
    with pytest.raises(ValueError, match="must have the shape of the result"):
        grad(longer)(A, np.ones(3))
    with pytest.raises(ValueError, match="tangents is a tuple of 0"):
        grad(missing)(2.0)


def weighted(x, n):
    return np.sum(x**2 * np.linspace(0, 1, n))


weighted_grad = grad(weighted)


def test_a_derivative_inside_may_need_the_value_of_a_number_of_this_call():
    def by_name(x, n):
        return weighted_grad(x, n) * weighted_grad(x, n + 1)

    def through_a_helper(x, n):
        return by_name(x, n) + by_name(x, 2 * n)

    def of_a_closure(x, n):
        k = n + 1
        return grad(lambda z: weighted(z, k))(x) * jvp(lambda z: weighted(z, n), (x,), (1.0,))[1]

    for function in (by_name, through_a_helper, of_a_closure):
        for n in (3, 5, 3):
            step = 1e-6
            expected = (function(1.3 + step, n) - function(1.3 - step, n)) / (2 * step)
            assert grad(function)(1.3, n) == pytest.approx(expected, rel=1e-8)
            assert grad(lambda x, n=n, function=function: function(x, n))(1.3) == pytest.approx(expected, rel=1e-8)


def test_a_value_that_a_derivative_inside_needs_is_not_differentiated():
    def by_order(z, p):
        return np.linalg.norm(z * A, ord=p)

    def outer(p):
        return grad(by_order)(2.0, p)

    with pytest.raises(NotImplementedError, match=r"'ord' of np\.linalg\.norm has no derivative"):
        grad(outer)(3.0)
    assert grad(by_order)(2.0, 3.0) == pytest.approx(np.linalg.norm(A, ord=3.0))


def pairs(x, table):
    return sum(v**2 * i + v**j for v, (i, j) in zip(x, table, strict=False))


def test_the_length_of_an_array_is_known_in_a_function_that_is_called():
    table = [(2, 3), (1, 4)]
    held = [table]
    expected = [4.0 * 2.0 + 3 * 2.0**2, 2 * 3.0 + 4 * 3.0**3]
    assert list(grad(lambda x: pairs(x, held[0]))(A)) == pytest.approx(expected)
    assert list(grad(lambda x: pairs(x, held[0]))(np.array([2.0, 3.0, 4.0]))) == pytest.approx([*expected, 0.0])
