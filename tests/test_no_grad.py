"""What is computed inside `no_grad` is a constant: in both modes, at every order, and in memory that is written."""

import pickle

import numpy as np
import pytest

from ast_ad import grad, hessian, jvp, no_grad, value_and_grad, vjp

X = np.array([1.0, 2.0, 3.0, 4.0])


def products(x):
    with no_grad():
        scale = np.tanh(x) + x
    return np.sum(scale * x)


def one_inside_the_other(x):
    with no_grad():
        a = x * 2
        with no_grad():
            b = a * x
        c = b + x
    return np.sum(c * x)


def written_elements(x):
    a = x * 1
    with no_grad():
        a[0] += x[1]
        a[1] = 3 * x[1]
    return np.sum(a * a)


def written_through_a_view(x):
    a = x * 1
    b = a[1:]
    with no_grad():
        b[0] = x[3] * 2
        a[2] *= 3
        c = a[:2]
    a[0] = 7 * x[0]
    return np.sum(a * x) + np.sum(c)


def written_through_a_view_of_inside(x):
    a = x * 2
    with no_grad():
        b = a[1:]
        b[0] = 3 * x[3]
        c = a[2:]
    b[1] = x[0] * x[0]
    return np.sum(a * x) + np.sum(b) + np.sum(c)


def written_rows(x):
    table = np.outer(x, x)
    with no_grad():
        row = table[1]
        row[0] = 5 * x[0]
        table[2][1] += x[1]
        table[3, 3] = 0
    return np.sum(table)


def written_by_a_helper(x):
    def halve(y):
        y[0] = y[0] / 2

    a = x * 1
    with no_grad():
        halve(a)
    return np.sum(a * a)


def masks_and_repeated_places(x):
    a = x * x
    with no_grad():
        a[a > 5] = 0.5
        a[[0, 0]] += 1.0
    return np.sum(a * x)


def a_whole_array(x):
    a = x * 3
    with no_grad():
        a *= x
    a += x
    return np.sum(a)


def in_a_loop(x):
    y = x * 1
    for i in range(3):
        with no_grad():
            y[i] = y[i] / (1 + abs(y[i]))
        y = y * x
    return np.sum(y)


def loops_inside(x):
    with no_grad():
        s = 0.0
        for v in x:
            if v > 2:
                break
            s += v
        while s < 10:
            s = s * 2
    return s * np.sum(x)


def left_from_inside(x):
    with no_grad():
        if x[0] > 0:
            return np.sum(x * x)
    return np.sum(x)


def names_stay(x):
    with no_grad():
        y = x
        pair = (x, x * 2)
        both = {"a": x, "b": x + 1}
        xs = [x]
    return np.sum(y) + np.sum(pair[0]) + np.sum(pair[1]) + np.sum(both["a"]) + np.sum(both["b"]) + np.sum(xs[0])


def decorated(x):
    @no_grad
    def f(y):
        return y * x

    @no_grad()
    def g(y):
        return y + x

    h = no_grad(lambda y: y * y)
    return np.sum(x * f(x) + g(x) + h(x))


def derivatives_inside(x):
    with no_grad():
        g = grad(lambda y: np.sum(y**3))(x)
        _, pull = vjp(lambda y: y * x, x)
        (z,) = pull(x)
    return np.sum(g * x + z * x)


def no_rule_is_needed(x):
    with no_grad():
        places = np.unique(np.round(x))
    return np.sum(places * x)


@no_grad
def squared(x):
    return x * x


class Layer:
    @no_grad
    def scale(self, x):
        return x + self.shift

    def __init__(self, shift):
        self.shift = shift


def of_the_module(x):
    return np.sum(squared(x) * x) + np.sum(Layer(x).scale(x) * x)


# Each program with the gradient by hand and the diagonal of its Hessian.
CASES = [
    (products, np.tanh(X) + X, 0 * X),
    (one_inside_the_other, 2 * X * X + X, 0 * X),
    (written_elements, [0, 0, 6, 8], [0, 0, 2, 2]),
    (written_through_a_view, [14, 8, 9, 8], [14, 0, 0, 2]),
    (written_through_a_view_of_inside, [10, 12, 1, 16], [10, 0, 0, 4]),
    (written_rows, [18, 16, 18, 12], [2, 2, 2, 0]),
    (written_by_a_helper, [0, 4, 6, 8], [0, 2, 2, 2]),
    (masks_and_repeated_places, [2, 12, 0.5, 0.5], [0, 12, 0, 0]),
    (a_whole_array, [1, 1, 1, 1], 0 * X),
    (in_a_loop, [1.5, 3.2, 27 / 28, 256], [3, 1.6, 0, 192]),
    (loops_inside, [12, 12, 12, 12], 0 * X),
    (left_from_inside, 0 * X, 0 * X),
    (names_stay, [4, 4, 4, 4], 0 * X),
    (decorated, X * X, 0 * X),
    (derivatives_inside, 4 * X * X, 0 * X),
    (no_rule_is_needed, X, 0 * X),
    (of_the_module, X * X + 2 * X, 0 * X),
]


@pytest.mark.parametrize(("program", "slope", "curvature"), CASES)
def test_both_modes_and_orders_agree_with_the_gradient_by_hand(program, slope, curvature):
    value, gradient = value_and_grad(program)(X)
    assert value == program(X)
    np.testing.assert_allclose(gradient, slope, rtol=1e-13)
    direction = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(jvp(program, (X,), (direction,))[1], slope @ direction, rtol=1e-13)
    np.testing.assert_allclose(np.diag(hessian(program)(X)), curvature, rtol=1e-13)
    np.testing.assert_allclose(jvp(grad(program), (X,), (np.ones(4),))[1], np.sum(hessian(program)(X), 1), rtol=1e-13)


def test_nothing_of_it_is_written():
    gradient = grad(products)
    gradient(X)
    assert "stop_gradient" not in gradient.source
    assert "no_grad" not in gradient.source


def test_it_does_nothing_where_nothing_is_differentiated():
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
    assert squared(3.0) == 9.0
    assert repr(squared) == "<no_grad squared>"
    assert pickle.loads(pickle.dumps(squared)) is squared
    with pytest.raises(ZeroDivisionError), no_grad():
        assert 1 / 0


def test_an_integer_argument_counts_too():
    def power(a, n):
        with no_grad():
            m = n * 2
        return a * m * n

    assert grad(power, (0, 1))(2.0, 3) == (18.0, 12.0)


def test_a_derivative_of_a_decorated_function_is_zero():
    assert grad(squared)(3.0) == 0.0
    assert jvp(squared, (3.0,), (1.0,)) == (9.0, 0.0)
    assert np.array_equal(grad(Layer(1.0).scale)(np.array(2.0)), 0.0)


def test_it_expects_a_function():
    with pytest.raises(TypeError, match="no_grad expects a function, not int"):
        no_grad(3)
