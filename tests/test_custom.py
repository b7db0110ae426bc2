"""Derivatives of the user's own: used by every mode that they serve, at every order, and checked."""

import math
from functools import partial

import numpy as np
import pytest

from ast_ad import (
    AstAdError,
    check_grads,
    custom_jvp,
    custom_vjp,
    grad,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)

X = np.array([1.0, 2.0])
SCALE = 3.0


# Rules that are ten times too large, so that it shows who was asked.


@custom_vjp
def product(x, y):
    """A product."""
    return x * y * SCALE


def product_fwd(x, y):
    return x * y * SCALE, (x, y)


def product_bwd(residual, out_bar):
    x, y = residual
    return 10 * out_bar * y * SCALE, 10 * out_bar * x * SCALE


product.defvjp(product_fwd, product_bwd)


@custom_jvp
def sine(x):
    return np.sin(x)


@sine.defjvp
def sine_jvp(primals, tangents):
    (x,), (x_dot,) = primals, tangents
    return sine(x), 10 * np.cos(x) * x_dot


@custom_jvp
def scaled(x, y):
    return x * y


scaled.defjvps(lambda t, ans, x, y: 10 * t * y, None)


@partial(custom_vjp, nondiff_argnums=(0, 2))
def applied(fn, x, n):
    return fn(x) * n


applied.defvjp(lambda fn, x, n: (fn(x) * n, x), lambda fn, n, x, out_bar: (10 * out_bar * n,))


@partial(custom_jvp, nondiff_argnums=(0,))
def raised(n, x):
    return x**n


@raised.defjvp
def raised_jvp(n, primals, tangents):
    return primals[0] ** n, 10 * n * primals[0] ** (n - 1) * tangents[0]


@custom_vjp
def of_structures(params):
    return {"sum": params["a"] + params["b"][0], "a": params["a"]}


def of_structures_bwd(_, out_bar):
    return ({"a": 10 * out_bar["sum"], "b": (20 * out_bar["a"],)},)


of_structures.defvjp(lambda params: (of_structures(params), None), of_structures_bwd)


def test_the_function_itself_is_as_it_was():
    assert product(2.0, 3.0) == 18.0
    assert (product.__name__, product.__doc__) == ("product", "A product.")
    assert product(x=1.0, y=1.0) == 3.0
    assert repr(sine) == "<custom_jvp sine>"


def test_a_derivative_of_the_function_asks_its_rule():
    assert grad(product)(2.0, 3.0) == 90.0
    assert grad(product, (0, 1))(2.0, 3.0) == (90.0, 60.0)
    assert grad(product, "y")(y=3.0, x=2.0) == 60.0
    assert value_and_grad(product)(2.0, 3.0) == (18.0, 90.0)
    assert grad(product.fun)(2.0, 3.0) == 9.0
    assert grad(product)(2.0, 3.0) == 90.0


def test_a_program_that_calls_the_function_asks_its_rule():
    gradient = grad(lambda x: np.sum(product(np.sin(x), x)))
    np.testing.assert_allclose(gradient(X), 30 * (np.sin(X) + X * np.cos(X)))
    assert "product_bwd(residual" in gradient.source
    assert "product_fwd(" in gradient.source

    def in_a_loop(x):
        for i in range(3):
            if i != 1:
                x = product(x, 2.0)
        return x

    assert grad(in_a_loop)(1.0) == 3600.0


def test_globals_of_rules_are_read_at_each_call(monkeypatch):
    gradient = grad(lambda x: product(x, x))
    assert gradient(1.0) == 60.0
    monkeypatch.setitem(globals(), "SCALE", 1.0)
    assert gradient(1.0) == 20.0


def test_higher_orders_differentiate_the_rule():
    assert grad(grad(product), 1)(2.0, 3.0) == 30.0
    np.testing.assert_allclose(jacfwd(grad(lambda x: np.sum(product(x, x))))(X), 60 * np.eye(2))
    assert grad(grad(sine))(1.0) == pytest.approx(-10 * math.sin(1.0))
    assert grad(grad(grad(sine)))(1.0) == pytest.approx(-100 * math.cos(1.0) / 10)
    np.testing.assert_allclose(hessian(lambda x: np.sum(sine(x * x)))(X)[0, 1], 0.0)


def test_a_jvp_rule_serves_both_modes():
    np.testing.assert_allclose(jvp(sine, (1.0,), (2.0,)), (math.sin(1.0), 20 * math.cos(1.0)))
    np.testing.assert_allclose(jacrev(sine)(X), np.diag(10 * np.cos(X)))
    np.testing.assert_allclose(jacfwd(sine)(X), np.diag(10 * np.cos(X)))
    np.testing.assert_allclose(grad(lambda x: np.sum(sine(x * x)))(X), 20 * X * np.cos(X * X))
    _, pull = vjp(sine, X)
    np.testing.assert_allclose(pull(np.ones(2))[0], 10 * np.cos(X))


def test_rules_by_argument():
    assert grad(scaled, (0, 1))(2.0, 3.0) == (30.0, 0.0)
    assert jvp(scaled, (2.0, 3.0), (1.0, 1.0)) == (6.0, 30.0)


def test_what_is_not_differentiated_by_comes_first():
    assert grad(lambda x: applied(math.sin, x, 3) * x)(2.0) == pytest.approx(3 * math.sin(2.0) + 60.0)
    assert grad(lambda x: raised(3, x))(2.0) == 120.0
    assert jvp(lambda x: raised(3, x), (2.0,), (1.0,)) == (8.0, 120.0)
    with pytest.raises(AstAdError, match="the rule of raised has no derivative by n"):
        grad(lambda x: raised(x, 2.0))(2.0)


def test_structures_go_in_and_out():
    def loss(params):
        made = of_structures(params)
        return made["sum"] * made["a"]

    made = grad(loss)({"a": 2.0, "b": (3.0,)})
    assert made == {"a": 20.0, "b": (100.0,)}


def test_none_is_a_zero_cotangent():
    @custom_vjp
    def first(x, y):
        return x * y

    first.defvjp(lambda x, y: (x * y, y), lambda y, out_bar: (out_bar * y, None))
    made = grad(lambda x, y: np.sum(first(x, y)), (0, 1))(X, X)
    np.testing.assert_array_equal(made[0], X)
    np.testing.assert_array_equal(made[1], np.zeros(2))


def test_a_right_rule_passes_the_checks():
    @custom_jvp
    def softplus(x):
        return np.log1p(np.exp(x))

    @softplus.defjvp
    def softplus_jvp(primals, tangents):
        return softplus(primals[0]), tangents[0] / (1 + np.exp(-primals[0]))

    check_grads(lambda x: np.sum(softplus(x) * x), (X,), order=2)


def test_a_new_rule_is_taken_up():
    @custom_vjp
    def f(x):
        return x

    gradient = grad(f)
    for factor in (2.0, 5.0):
        f.defvjp(lambda x: (x, None), (lambda k: lambda _, out_bar: (k * out_bar,))(factor))
        assert gradient(1.0) == factor


# Wrong rules


def with_rule(fwd, bwd, fun=lambda x: x * x):
    made = custom_vjp(fun)
    made.defvjp(fwd, bwd)
    return grad(lambda x: np.sum(made(x)))


def keep(x):
    return x * x, x


def two_cotangents(x, out_bar):
    return out_bar, out_bar


def no_tuple(x, out_bar):
    return out_bar * 2


def a_number(x, out_bar):
    return (np.sum(out_bar),)


def too_short(x, out_bar):
    return (out_bar[1:],)


def only_the_value(x):
    return x * x


def another_value(x):
    return np.sum(x), x


@pytest.mark.parametrize(
    ("fwd", "bwd", "error", "words"),
    [
        (keep, two_cotangents, TypeError, "two_cotangents, a rule of .*, returns 2 for 1 arguments"),
        (keep, no_tuple, TypeError, "no_tuple, a rule of .*, returns no tuple for 1 arguments"),
        (keep, a_number, ValueError, "a_number, a rule of .*, returns float64.* as the cotangent of x"),
        (keep, too_short, ValueError, "too_short, a rule of .*, returns a cotangent of x of another shape"),
        (only_the_value, a_number, TypeError, r"only_the_value, a rule of .*, returns (?s:.*)Return a pair"),
        (another_value, a_number, ValueError, "another_value, a rule of .* as the result"),
    ],
)
def test_wrong_results_of_a_rule_name_it(fwd, bwd, error, words):
    with pytest.raises(error, match=words):
        with_rule(fwd, bwd)(X)


def test_rules_that_cannot_be_called_are_refused_where_they_are_given():
    f = custom_vjp(lambda x, y: x * y)
    with pytest.raises(TypeError, match="cannot be called with 2 arguments"):
        f.defvjp(lambda x: (x, x), lambda residual, out_bar: (out_bar,))
    with pytest.raises(TypeError, match="the rule bwd"):
        f.defvjp(lambda x, y: (x, x), lambda out_bar: (out_bar,))
    with pytest.raises(TypeError, match="takes 2 rules"):
        custom_jvp(lambda x, y: x * y).defjvps(None)
    with pytest.raises(TypeError, match="out of range"):
        custom_vjp(lambda x: x, nondiff_argnums=(1,))
    with pytest.raises(TypeError, match="without a rule"):
        grad(f)(1.0, 2.0)


def test_forward_mode_of_a_vjp_rule_is_refused():
    with pytest.raises(NotImplementedError, match="rule for reverse mode only"):
        jvp(lambda x: product(x, x), (1.0,), (1.0,))
