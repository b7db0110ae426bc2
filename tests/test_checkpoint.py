"""Functions that are computed again in the reverse sweep: less is kept, and nothing else changes."""

import pickle
import time
import tracemalloc

import numpy as np
import pytest

from ast_ad import AstAdError, checkpoint, grad, jvp, value_and_grad, vjp

X = np.array([1.0, 2.0, 3.0])


def step(x):
    """One step that reads ten arrays of the size of its argument."""
    for _ in range(5):
        x = np.sin(x) * np.exp(-x)
    return x


kept = checkpoint(step)


def all_steps(x):
    for _ in range(40):
        x = step(x)
    return np.sum(x)


def all_steps_again(x):
    for _ in range(40):
        x = kept(x)
    return np.sum(x)


def peak_of(function, *args):
    """The most memory that is in use during a call."""
    function(*args)
    tracemalloc.start()
    function(*args)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("order", [1, 2])
def test_less_is_kept(order):
    def derivative(f):
        g = grad(f)
        return g if order == 1 else grad(lambda x: np.sum(g(x) * x))

    x = np.linspace(0.1, 1.0, 10_000)
    plain, again = derivative(all_steps), derivative(all_steps_again)
    np.testing.assert_allclose(plain(x), again(x), rtol=1e-12)
    assert peak_of(again, x) < 0.35 * peak_of(plain, x)


def test_the_pull_back_holds_the_arguments_only():
    x = np.linspace(0.1, 1.0, 100_000)
    vjp(kept, x), vjp(step, x)
    tracemalloc.start()
    _, pull = vjp(kept, x)
    assert tracemalloc.get_traced_memory()[0] < 3 * x.nbytes
    tracemalloc.stop()
    assert np.array_equal(pull(np.ones_like(x))[0], vjp(step, x)[1](np.ones_like(x))[0])


def test_it_is_the_function():
    assert np.array_equal(kept(X), step(X))
    assert kept.primal is step
    assert kept.__name__ == "step"
    assert pickle.loads(pickle.dumps(kept))(X).tolist() == step(X).tolist()
    with pytest.raises(TypeError, match="checkpoint expects a function, not int"):
        checkpoint(3)


def test_what_it_prints_is_printed_once(capsys):
    def talks(x):
        print("once")
        return loud(x) * 2

    def loud(x):
        print("twice", x)
        return x * x

    def f(x):
        return checkpoint(talks)(x) * x

    assert value_and_grad(f)(3.0) == (54.0, 54.0)
    assert capsys.readouterr().out == "once\ntwice 3.0\n"
    assert grad(grad(f))(3.0) == 36.0
    assert capsys.readouterr().out == "once\ntwice 3.0\n"


@checkpoint
def checked(x):
    if x[0] < 0:
        raise ValueError("negative")
    assert x[1] > 0, "the second"
    return np.sum(np.sqrt(x))


def test_it_raises_what_the_function_raises():
    gradient = grad(lambda x: 2 * checked(x))
    np.testing.assert_allclose(gradient(X), 1 / np.sqrt(X))
    with pytest.raises(ValueError, match="negative"):
        gradient(-X)
    with pytest.raises(AssertionError, match="the second"):
        gradient(X * [1, -1, 1])


def test_its_result_may_be_its_argument():
    @checkpoint
    def same(x):
        return x

    assert grad(lambda x: np.sum(same(x * 2) * x))(X).tolist() == (4 * X).tolist()

    def written(x):
        y = x * 1
        z = same(y)
        z[0] = 3.0
        return np.sum(z)

    with pytest.raises(AstAdError, match=r"may not be written to(.|\n)*same may return what it was given"):
        grad(written)(X)


def test_arguments_by_star_and_keyword():
    @checkpoint
    def product(*args, **named):
        return args[0] * args[1] * named["k"]

    assert grad(lambda x: product(x, 2.0, k=x))(3.0) == 12.0
    assert grad(product)(3.0, 2.0, k=5.0) == 10.0


@checkpoint
def writes(x):
    x[0] = 1.0
    return np.sum(x)


def test_it_may_not_write_to_what_it_is_given():
    with pytest.raises(AstAdError, match=r"x may not be written to here(.|\n)*computed again from it"):
        grad(lambda x: writes(x * 2))(X)
    with pytest.raises(AstAdError, match="x may not be written to here"):
        jvp(lambda x: writes(x * 2), (X,), (X,))


@checkpoint
def draws(x):
    return np.sum(x * np.random.normal(0.0, 1.0, 3))


@checkpoint
def asks_the_clock(x):
    return helper(x) + np.sum(x)


def helper(x):
    for _ in range(2):
        time.time()
    return np.sum(x * x)


def test_a_second_run_that_could_differ_is_refused():
    with pytest.raises(AstAdError, match=r"draws is under checkpoint, and calls np.random.normal") as error:
        grad(lambda x: draws(x * 2))(X)
    assert "np.random.normal(0.0, 1.0, 3)" in str(error.value)
    assert str(error.value).endswith("Call it outside, and pass draws what it gives.")
    with pytest.raises(AstAdError, match=r"asks_the_clock is under checkpoint, and calls time"):
        grad(lambda x: asks_the_clock(x * 2))(X)


def test_forward_mode_runs_it_once():
    np.random.seed(0)
    value, slope = jvp(lambda x: draws(x * 2), (X,), (X,))
    assert value == slope
    np.random.seed(0)
    assert value == draws(X * 2)


@checkpoint
def calls_itself(x, n):
    if n == 0:
        return x
    return calls_itself(x * x, n - 1)


def test_a_function_that_calls_itself_through_it_is_refused():
    with pytest.raises(AstAdError, match="calls_itself calls itself, and how often is known at run time only"):
        grad(calls_itself)(1.0, 3)
