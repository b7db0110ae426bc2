"""Derivatives of one order are one number, however forward and reverse mode are put one over the other.

`pushed(f, t)` is the derivative of f along t by `jvp`, `pulled(f, t)` the same by `grad`: both are functions that are
differentiated again, so each level takes its derivatives inside of a function.
"""

import concurrent.futures
import contextlib
import copy
import io
import itertools
import multiprocessing
import pickle

import numpy as np
import oracle
import pytest
from programs import every_program

from ast_ad import checkpoint, elementwise_grad, grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, value_and_grad, vjp


def pushed(f, ts):
    def along(*xs):
        return jvp(f, xs, ts)[1]

    return along


def pulled(f, ts):
    places = tuple(range(len(ts)))

    def along(*xs):
        found = grad(f, places)(*xs)
        total = 0.0
        for k in places:
            total = total + np.sum(found[k] * ts[k])
        return total

    return along


def is_plain(value):
    """Whether a value is a float or an array of doubles."""
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype == np.float64)


PROGRAMS = [p for p in every_program() if all(is_plain(p.inputs[0][k]) for k in p.wrt)]
#: a program of each kind, for the eight ways to an order of three
THIRD = [p for p in PROGRAMS if p.name.partition(".")[0] in ("checkpoints", "control", "recursion", "loops")][::3]


def along_all_ways(program, order):
    """The derivative of an order along fixed directions, in every way."""
    args = copy.deepcopy(program.inputs[0])
    function = oracle.restricted(program.function, args, program.wrt)
    xs = tuple(args[k] for k in program.wrt)
    draws = np.random.default_rng(order)
    directions = [
        tuple(draws.normal(size=x.shape) if isinstance(x, np.ndarray) else float(draws.normal()) for x in xs)
        for _ in range(order)
    ]
    found = []
    for ways in itertools.product((pushed, pulled), repeat=order):
        derivative = function
        for way, direction in zip(ways, directions, strict=True):
            derivative = way(derivative, direction)
        with contextlib.redirect_stdout(io.StringIO()):
            found.append(float(derivative(*copy.deepcopy(xs))))
    return np.array(found)


@pytest.mark.parametrize("program", PROGRAMS, ids=[p.name for p in PROGRAMS])
def test_the_four_ways_to_an_order_of_two_agree(program):
    found = along_all_ways(program, 2)
    np.testing.assert_allclose(found, found[0], rtol=1e-9, atol=1e-9 * abs(found).max())


@pytest.mark.parametrize("program", THIRD, ids=[p.name for p in THIRD])
def test_the_eight_ways_to_an_order_of_three_agree(program):
    found = along_all_ways(program, 3)
    np.testing.assert_allclose(found, found[0], rtol=1e-8, atol=1e-8 * abs(found).max())


# Perturbation confusion: levels that read each other's variables, by hand beside


def third_of_a_cube(x):
    return np.sum(x * x * x * x[::-1])


def test_jacobians_of_jacobians_of_gradients():
    x = np.array([1.0, 2.0, 3.0])
    expected = jacrev(hessian(third_of_a_cube))(x)
    for outer, inner in itertools.product((jacfwd, jacrev, jacobian), repeat=2):
        np.testing.assert_allclose(outer(inner(grad(third_of_a_cube)))(x), expected, rtol=1e-12)


def hessian_in_a_loop(x):
    total = 0.0
    for k in range(3):
        if k == 1:
            total = total + np.sum(hessian(lambda y: np.sum(x * y**3) * total)(x * k))  # noqa: B023
        else:
            total = total + np.sum(hvp(lambda y: np.sum(x * y**3), (x,), (x + k,)))
    return total


def by_hand(x):
    total = np.sum(6 * x * x * x)
    total = total + np.sum(6 * x * x * total)
    return total + np.sum(6 * x * x * (x + 2))


def test_a_hessian_in_a_loop_reads_what_the_loop_changes():
    x = np.array([0.5, 1.5])
    assert hessian_in_a_loop(x) == pytest.approx(by_hand(x), rel=1e-14)
    np.testing.assert_allclose(grad(hessian_in_a_loop)(x), grad(by_hand)(x), rtol=1e-13)
    np.testing.assert_allclose(hessian(hessian_in_a_loop)(x), hessian(by_hand)(x), rtol=1e-13)


def all_inside(x):
    value, slope = value_and_grad(lambda y: y * y * x)(x)
    _, pull = vjp(lambda y: y * x * slope, x)
    dot = jvp(lambda y: y * y * value, (x,), (x,))[1]
    wide = jacobian(lambda y: np.array([y * x, y * y, x]))(x)
    return value + pull(x)[0] + dot + np.sum(wide) + elementwise_grad(lambda y: y**3 * x)(x)


def test_every_operator_reads_active_values_from_around():
    # value = x^3, slope = 2x^2, pull = 2x^4, dot = 2x^5, wide = x + 2x, last = 3x^3
    x = 1.3
    expected = 1.3**3 + 2 * x**4 + 2 * x**5 + 3 * x + 3 * x**3
    assert all_inside(x) == pytest.approx(expected, rel=1e-14)
    assert grad(all_inside)(x) == pytest.approx(12 * x**2 + 8 * x**3 + 10 * x**4 + 3, rel=1e-13)
    assert grad(grad(all_inside))(x) == pytest.approx(24 * x + 24 * x**2 + 40 * x**3, rel=1e-13)
    assert jvp(grad(grad(all_inside)), (x,), (1.0,))[1] == pytest.approx(24 + 48 * x + 120 * x**2, rel=1e-13)


# Objects that travel


def energy(x, k=2.0):
    return np.sum(k * x**4) + x[0] * x[1]


def curve(x):
    return np.concatenate([x * x[0], np.sin(x), x])


X = np.array([0.5, -1.5])
KINDS = {
    "grad": grad(energy),
    "value_and_grad": value_and_grad(energy, "x"),
    "jacfwd": jacfwd(curve),
    "jacrev": jacrev(curve),
    "jacobian": jacobian(curve),
    "hessian": hessian(energy),
    "elementwise_grad": elementwise_grad(curve),
    "grad of checkpoint": grad(checkpoint(energy)),
    "jacobian of grad": jacobian(grad(energy)),
    "checkpoint": checkpoint(energy),
}


def numbers(value):
    return np.concatenate([np.ravel(part) for part in value]) if isinstance(value, tuple) else np.ravel(value)


def called(derivative):
    """What a derivative gives, in another process."""
    return numbers(derivative(X))


@pytest.mark.parametrize("name", KINDS)
def test_derivatives_pickle(name):
    again = pickle.loads(pickle.dumps(KINDS[name]))
    np.testing.assert_array_equal(numbers(again(X)), numbers(KINDS[name](X)))


def test_derivatives_travel_to_other_processes():
    expected = [called(derivative) for derivative in KINDS.values()]
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(called, KINDS.values()))
    for one, two in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, two)


def test_threads_compile_and_call_at_once():
    def heavy(x):
        for _ in range(3):
            x = np.sin(x) * x
        return np.sum(x)

    makers = [grad, hessian, lambda f: grad(checkpoint(f)), lambda f: lambda x: hvp(f, (x,), (x,))]
    work = [(maker, n) for n in (2, 3, 4) for maker in makers] * 3

    def run(job):
        maker, n = job
        return maker(heavy)(np.linspace(0.1, 1.0, n))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(run, work))
    for job, result in zip(work, found, strict=True):
        np.testing.assert_array_equal(result, run(job))


def test_single_precision_stays():
    x = X.astype(np.float32)
    for name in ("grad", "jacfwd", "jacrev", "jacobian", "hessian", "elementwise_grad", "jacobian of grad"):
        assert KINDS[name](x).dtype == np.float32
    assert hvp(energy)(x, x).dtype == np.float32
    assert jacfwd(jacrev(grad(energy)))(x).dtype == np.float32
