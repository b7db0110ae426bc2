"""Integrals and differential equations of SciPy have derivatives: to the tolerance that they are computed with."""

import math

import numpy as np
import pytest

pytest.importorskip("scipy")
import scipy.integrate
from scipy.integrate import odeint, quad, quad_vec, solve_ivp
from scipy.optimize import least_squares

from ast_ad import AstAdError, check_grads, grad, hessian, jvp, value_and_grad

FINE = {"rtol": 1e-11, "atol": 1e-12}
P, Q = 0.7, 1.3
WAVES = np.array([0.3, -0.8, 0.5])


def with_moving_ends(p, q):
    return quad(lambda u: math.exp(-p * u * u), q, p + q)[0] * q


def of_everything(p, q):
    return quad(lambda u, a: np.exp(-a * u * u) * q, -np.inf, np.inf, args=(p,))[0]


def singular_at_its_end(p, q):
    return quad(lambda u: q / math.sqrt(u) * math.cos(p * u), 0.0, 1.0)[0]


def with_a_corner(p, q):
    return quad(lambda u: abs(u - 0.3) * p * q, 0.0, 1.0, points=[0.3])[0]


def of_a_vector(x, b):
    parts, _ = quad_vec(lambda u: np.sin(x * u) * u, 0.0, b)
    return np.sum(parts * x)


def of_an_integral(p, q):
    def inner(v):
        return quad(lambda u: math.sin(p * u * v), 0.0, v)[0]

    return scipy.integrate.quad(inner, 0.0, q)[0]


def of_several_captures(x, p):
    weights = np.exp(x)
    return quad(lambda u: np.sum(weights * np.cos(x * u)) ** p, 0.0, 1.0)[0]


@pytest.mark.parametrize(
    ("integral", "args"),
    [
        (with_moving_ends, (P, Q)),
        (of_everything, (P, Q)),
        (singular_at_its_end, (P, Q)),
        (with_a_corner, (P, Q)),
        (of_a_vector, (WAVES, 1.2)),
        (of_an_integral, (P, Q)),
        (of_several_captures, (WAVES, 2.0)),
    ],
)
def test_integrals_have_derivatives_of_two_orders_in_both_modes(integral, args):
    check_grads(integral, args, order=2, rtol=1e-5, atol=1e-7)
    assert value_and_grad(integral)(*args)[0] == integral(*args)


def decay(t, y, k):
    return -k * y


def end_of_a_decay(k, y0):
    return np.sum(solve_ivp(decay, (0.0, 1.0), y0, args=(k,), **FINE).y[:, -1] ** 2)


def pendulum(theta, g):
    def motion(t, y):
        return [y[1], -g * math.sin(y[0])]

    found = solve_ivp(motion, (0.0, 1.0), [theta, 0.0], t_eval=[0.3, 1.0], method="DOP853", **FINE)
    assert found.success
    return found.y[0, 0] * found.y[1, 1]


def ends_that_move(k, end):
    found = solve_ivp(lambda t, y: -k * y * t, (0.1 * end, end), np.ones(2), **FINE)
    return np.sum(found.y[:, -1]) * found.t[-1]


def times_that_move(k, t):
    found = solve_ivp(lambda s, y: [y[1] * k, -y[0] * s], (0.0, 2.0), [1.0, 0.0], t_eval=t, **FINE)
    return np.sum(np.sin(found.y) * found.t)


def stiff(k, y0):
    def slope(t, y):
        return np.array([-20.0 * k * y[0] + y[1], -y[1]])

    def jacobian(t, y):
        return np.array([[-20.0 * k, 1.0], [0.0, -1.0]])

    return np.sum(
        solve_ivp(slope, (0.0, 1.0), y0, "Radau", t_eval=[0.5, 1.0], jac=jacobian, rtol=1e-9, atol=1e-9).y ** 2
    )


def orbit(w, y0):
    path = odeint(lambda y, t, w: [y[1], -w * y[0]], y0, np.linspace(0.0, 1.0, 4), args=(w,), **FINE)
    return np.sum(path[1:, 0] * path[:-1, 1])


def growth_from_a_number(w, t):
    return odeint(lambda y, s: w * y * (1 - y), 0.1 * w, np.array([0.0, t]), **FINE)[-1, 0]


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (end_of_a_decay, (P, WAVES)),
        (pendulum, (0.4, 2.0)),
        (ends_that_move, (P, Q)),
        (times_that_move, (P, np.array([0.1, 0.4, 1.1]))),
        (stiff, (P, np.array([1.0, 0.5]))),
        (orbit, (P, np.array([1.0, 0.3]))),
        (growth_from_a_number, (P, Q)),
    ],
)
def test_differential_equations_have_sensitivities_of_two_orders_in_both_modes(program, args):
    tolerances = {"rtol": 1e-6, "atol": 1e-7}
    for mode in ("fwd", "rev"):
        check_grads(program, args, order=1, modes=mode, **tolerances)
    gradient = grad(program)
    check_grads(gradient, args, order=1, modes="fwd", **tolerances)
    assert value_and_grad(program)(*args)[0] == program(*args)


def test_what_a_solver_says_besides_is_no_derivative():
    def first_error(p):
        return quad(lambda u: math.exp(-p * u * u), 0.0, 1.0)[1]

    assert grad(first_error)(0.7) == 0.0


def test_an_unknown_that_nobody_moves_has_no_tangent():
    def constant(p):
        return quad(lambda u: u * u, 0.0, 1.0)[0] + p

    assert jvp(constant, (2.0,), (1.0,))[1] == 1.0


def with_events(p):
    return solve_ivp(lambda t, y: -p * y, (0.0, 1.0), [1.0], events=lambda t, y: y[0] - 0.5).y[0, -1]


def with_a_weight(p):
    return quad(lambda u: p * u, 0.0, 1.0, weight="cos", wvar=2.0)[0]


def with_an_interpolant(p):
    return solve_ivp(lambda t, y: -p * y, (0.0, 1.0), [1.0], dense_output=True).sol(0.5)[0]


def of_a_list(p):
    factors = [p, p * p]
    factors.append(1.0)
    return quad(lambda u: sum(v * u for v in factors), 0.0, 1.0)[0]


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (with_events, "scipy.integrate.solve_ivp with 'events' is not supported"),
        (with_a_weight, "scipy.integrate.quad with 'weight' is not supported"),
        (with_an_interpolant, "scipy.integrate.solve_ivp with 'dense_output' is not supported"),
    ],
)
def test_what_is_not_honoured_is_said(program, sentence):
    with pytest.raises(AstAdError) as caught:
        grad(program)(0.7)
    assert sentence in str(caught.value)
    assert "test_solvers.py" in str(caught.value)


def test_a_list_around_is_read():
    check_grads(of_a_list, (0.7,), order=1, rtol=1e-5)


TIMES = np.linspace(0.0, 4.0, 9)
EXACT = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def fitted_decay(y, weight):
    fit = least_squares(lambda p, t: weight * (p[0] * np.exp(-p[1] * t) - y), np.ones(2), args=(TIMES,), **EXACT)
    return fit.x[0] - 2.0 * fit.x[1] + fit.cost


def test_a_fit_by_least_squares_moves_with_the_data():
    y = 2.0 * np.exp(-1.3 * TIMES) + 0.05 * np.sin(7.0 * TIMES)
    moves = [fitted_decay(y + 1e-4 * e, 1.2) - fitted_decay(y - 1e-4 * e, 1.2) for e in np.eye(9)]
    np.testing.assert_allclose(grad(fitted_decay)(y, 1.2), np.array(moves) / 2e-4, atol=1e-4)
    slope = grad(fitted_decay)
    turns = [slope(y + 1e-4 * e, 1.2) - slope(y - 1e-4 * e, 1.2) for e in np.eye(9)]
    np.testing.assert_allclose(hessian(fitted_decay)(y, 1.2), np.array(turns) / 2e-4, atol=1e-3)
    assert value_and_grad(fitted_decay)(y, 1.2)[0] == fitted_decay(y, 1.2)


def robustly(y):
    return least_squares(lambda p: p - y, np.ones(2), loss="soft_l1").x[0]


def within_bounds(y):
    return least_squares(lambda p: p - y, np.ones(2), bounds=(0.0, 3.0)).x[0]


@pytest.mark.parametrize(("function", "word"), [(robustly, "loss"), (within_bounds, "bounds")])
def test_a_fit_with_another_loss_or_bounds_is_refused(function, word):
    with pytest.raises(AstAdError, match=f"least_squares with '{word}' is not supported"):
        grad(function)(np.ones(2))
