"""Random draws: what they are by, what is refused, and that they happen once, in their place."""

import random

import numpy as np
import pytest

from ast_ad import AstAdError, checkpoint, grad, hessian, jacobian, jvp, value_and_grad, vjp

GLOBAL = np.random.default_rng(0)
HELD = {"one": np.random.default_rng(1), "more": [random.Random(2)]}


def gamma(x, rng):
    return rng.gamma(x, 2.0)


def student(x, rng):
    return x * rng.standard_t(x)


def covariance(x, rng):
    return np.sum(rng.multivariate_normal([0.0, 0.0], [[x, 0.0], [0.0, x]]))


def into(x, rng):
    z = np.empty(3)
    rng.standard_normal(out=z)
    return x * z[0]


def permuted(x, rng):
    return np.sum(rng.permuted(np.array([x, 2.0])))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (gamma, "np.random.Generator.gamma has no derivative by its parameter 'shape'"),
        (student, "np.random.Generator.standard_t has no derivative by its parameter 'df'"),
        (covariance, "np.random.Generator.multivariate_normal has no derivative by its parameter 'cov'"),
        (into, "np.random.Generator.standard_normal with 'out' is not supported"),
        (permuted, "the attribute 'permuted' of a np.random.Generator is not supported"),
    ],
)
def test_what_has_no_derivative_is_a_located_error(program, words):
    with pytest.raises(AstAdError, match=words.replace("(", "[(]")) as error:
        grad(program)(2.0, np.random.default_rng(0))
    assert error.value.line == program.__code__.co_firstlineno + (2 if program is into else 1)


def noisy(x, rng):
    return x * rng.normal(size=3) @ np.array([1.0, 2.0, 3.0]) + rng.normal(x, 0.1)


@pytest.mark.parametrize("operator", [grad, hessian, jacobian])
def test_a_generator_moves_on_as_the_function_moves_it(operator):
    own, other = np.random.default_rng(3), np.random.default_rng(3)
    noisy(0.5, own)
    operator(noisy)(0.5, other)
    assert own.bit_generator.state == other.bit_generator.state


def test_the_products_use_what_was_drawn():
    out, pull = vjp(lambda x: noisy(x, np.random.default_rng(3)), 0.5)
    assert out == noisy(0.5, np.random.default_rng(3))
    assert pull(1.0) == pull(1.0)
    _, move = jvp(lambda x: noisy(x, np.random.default_rng(3)), (0.5,), (1.0,))
    assert np.isclose(pull(1.0)[0], move)


def from_outside(x):
    return x * GLOBAL.normal() + x * HELD["one"].normal() + x * x * HELD["more"][0].random()


def test_generators_from_outside_are_fetched_at_each_call():
    derivative = value_and_grad(from_outside)
    first, _ = derivative(0.5)
    second, _ = derivative(0.5)
    assert first != second
    assert len(derivative._table) == 1


class Walk:
    """What holds a generator."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)


def test_another_generator_is_served_by_the_same_derivative():
    derivative = grad(lambda x, held, walk: x * held["rng"].normal() + x * walk.rng.normal())
    given = [derivative(1.0, {"rng": np.random.default_rng(seed)}, Walk(seed)) for seed in range(3)]
    assert given == [2 * np.random.default_rng(seed).normal() for seed in range(3)]
    assert len(derivative._table) == 1


def test_where_the_scale_is_zero_the_derivative_by_it_is_not_known():
    loc, scale = grad(lambda m, s: np.random.default_rng(0).normal(m, s), (0, 1))(1.0, 0.0)
    assert loc == 1.0
    assert np.isnan(scale)


def test_what_draws_cannot_be_run_again_from_a_checkpoint():
    with pytest.raises(AstAdError, match=r"calls np.random.Generator.normal"):
        grad(checkpoint(lambda x, rng: np.sin(x * rng.normal())))(1.0, np.random.default_rng(0))


def test_strings_are_chosen_and_shuffled():
    def named(x, seed):
        random.seed(seed)
        names = ["a", "b", "c"]
        random.shuffle(names)
        weights = {"a": 1.0, "b": 2.0, "c": 3.0}
        scale = 2.0 if random.choice(["up", "down"]) == "up" else 3.0
        return scale * sum(weights[name] * x**k for k, name in enumerate(names))

    for seed in range(4):
        value, slope = value_and_grad(named)(0.5, seed)
        assert value == named(0.5, seed)
        assert np.isclose(slope, (named(0.5 + 1e-6, seed) - named(0.5 - 1e-6, seed)) / 2e-6)


def test_only_a_permutation_of_numbers_names_each_place_once():
    def written(v, rng):
        a = np.zeros(2)
        a[rng.permutation([0, 0, 1])] = v
        return a @ np.array([1.0, 10.0])

    v = np.array([1.0, 2.0, 3.0])
    for seed in range(6):
        slope = grad(written)(v, np.random.default_rng(seed))
        places = np.random.default_rng(seed).permutation([0, 0, 1])
        expected = np.zeros(3)
        for place in (0, 1):
            expected[np.flatnonzero(places == place)[-1]] = (1.0, 10.0)[place]
        assert slope.tolist() == expected.tolist()
