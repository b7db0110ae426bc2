"""`check_grads` finds a wrong derivative, and says where it is."""

import math

import numpy as np
import pytest

import ast_ad
from ast_ad.checking import comparisons
from ast_ad.ir.primitives import MUL
from ast_ad.rules.table import RULES, primitive_of


def product_with_sine(x, y):
    return (x + y) * math.sin(x)


def layers(w, p):
    return {"a": np.tanh(w @ p["W"]), "b": (p["s"] * w, 2)}


SCALE = 3.0


def repeated(x, *, power=2):
    t = x
    for _ in range(3):
        t = t + SCALE * np.sin(t)
    return np.sum(t**power)


WEIGHTS = {"W": np.arange(6.0).reshape(3, 2) / 10, "s": 2.0}


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (product_with_sine, (1.0, 2.0)),
        (layers, (np.ones(3) * 0.3, WEIGHTS)),
        (repeated, (np.array([0.1, 0.2]),)),
    ],
)
def test_right_derivatives_pass_and_nothing_is_returned(function, args):
    assert ast_ad.check_grads(function, args, order=2) is None
    assert ast_ad.check_grads(function, args, order=1, modes="rev") is None
    assert ast_ad.check_grads(function, list(args), 1, ("fwd",)) is None


def test_the_order_can_be_3():
    ast_ad.check_grads(product_with_sine, (1.0, 2.0), order=3)


def test_every_order_mode_and_argument_is_compared():
    found = [(c.order, c.mode, c.argument) for c in comparisons(product_with_sine, (1.0, 2.0))]
    assert found == [(n, mode, name) for n in (1, 2) for mode in ("fwd", "rev") for name in "xy"]


def test_float32_has_wider_tolerances():
    x = np.linspace(-1, 1, 5, dtype=np.float32)

    def f(x):
        return np.sum(np.exp(x) * x)

    narrow = list(comparisons(f, (x.astype(float),)))
    wide = list(comparisons(f, (x,)))
    assert all(c.holds for c in (*narrow, *wide))
    assert all(a.allowed > 100 * b.allowed for a, b in zip(wide, narrow, strict=True))


def test_keyword_arguments_are_passed_on():
    found = list(comparisons(repeated, (np.ones(2),), kwargs={"power": 3}))
    assert all(c.holds for c in found)


@pytest.fixture
def wrong_tanh(monkeypatch):
    """A rule for tanh that is wrong where x is large, in both modes."""
    primitive = primitive_of(np.tanh)
    rule = type(RULES[primitive])(True, False, False, (lambda ans, x: 1 - ans * x,))
    monkeypatch.setitem(RULES, primitive, rule)


def with_tanh(w, p):
    return np.sum(np.tanh(p["a"]) * w)


def test_the_error_names_argument_entry_mode_and_order(wrong_tanh):
    args = (np.ones(3), {"a": np.array([0.0, 0.0, 2.0]), "b": 1.0})
    with pytest.raises(AssertionError) as caught:
        ast_ad.check_grads(with_tanh, args)
    assert str(caught.value) == (
        "the derivative of with_tanh is wrong: forward mode, order 1, argument 'p', entry ['a'][2]\n"
        "    jvp gives -0.92805516, central differences 0.070650825.\n"
        "    They differ by 0.999; 1.07e-06 is allowed. The step was 6e-06."
    )
    with pytest.raises(AssertionError) as caught:
        ast_ad.check_grads(with_tanh, args, modes="rev", order=1)
    assert "reverse mode, order 1, argument 'p', entry ['a'][2]\n    vjp gives" in str(caught.value)
    assert "central differences" in str(caught.value)


@pytest.fixture
def unlike_modes(monkeypatch):
    """Products whose reverse mode is wrong and whose forward mode is right."""
    rule = RULES[MUL]

    class Wrong(type(rule)):
        def vjp(self, ans, args, params, ct, i):
            return rule.vjp(ans, args, params, ct, 1 - i)

    wrong = Wrong(*(getattr(rule, name) for name in rule.__dataclass_fields__))
    monkeypatch.setitem(RULES, MUL, wrong)


def product(x, y):
    return x * y


def test_the_two_modes_are_held_against_each_other(unlike_modes):
    with pytest.raises(AssertionError) as caught:
        ast_ad.check_grads(product, (2.0, 5.0))
    assert str(caught.value) == (
        "the derivative of product is wrong: reverse mode, order 1, argument 'x'\n"
        "    vjp gives 2, jvp 5.\n"
        "    They differ by 3; 7e-10 is allowed."
    )


def kink(x):
    return np.sum(np.abs(x))


def test_terms_that_cancel_leave_a_rounding_and_no_wrong_derivative():
    ast_ad.check_grads(lambda x: np.logaddexp(x, x), (np.array([0.5, -1.5]),))
    ast_ad.check_grads(lambda x: np.roots(np.array([1.0, 6.0, 3.0]) * x), (1.3,), order=1)


def test_a_kink_within_a_step_is_seen_and_the_step_can_be_chosen():
    x = np.array([1.0, -1e-8])
    with pytest.raises(AssertionError, match=r"argument 'x', entry \[1\]"):
        ast_ad.check_grads(kink, (x,), 1)
    ast_ad.check_grads(kink, (x,), 1, eps=1e-9, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: ast_ad.check_grads(kink, np.ones(2)),
            "check_grads takes the arguments as a tuple or list, not ndarray\n    Write check_grads(f, (x,)).",
        ),
        (
            lambda: ast_ad.check_grads(kink, (1.0,), modes=("fwd", "both")),
            "check_grads has no modes ('fwd', 'both')\n    They are \"fwd\", \"rev\" or both of them.",
        ),
        (
            lambda: ast_ad.check_grads(kink, (1.0,), order=0),
            "check_grads takes an order from 1 up, not 0",
        ),
    ],
)
def test_wrong_use_is_a_type_error(call, text):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == text
