"""SciPy's optimisers and solvers take derivatives as they stand."""

import numpy as np
import pytest

pytest.importorskip("scipy")
from scipy.integrate import solve_ivp
from scipy.optimize import NonlinearConstraint, least_squares, minimize, root

from ast_ad import grad, hessian, hvp, jacfwd, jacrev, value_and_grad

START = np.array([-1.2, 1.0, 0.8])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def of_distance(x):
    return x @ x


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "SLSQP", "CG"])
def test_gradients_minimise(method):
    found = minimize(rosenbrock, START, jac=grad(rosenbrock), method=method, options={"maxiter": 1000})
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-3)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "SLSQP"])
def test_value_and_grad_serves_as_it_stands(method):
    found = minimize(value_and_grad(rosenbrock), START, jac=True, method=method)
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-exact", "trust-ncg", "trust-krylov", "dogleg", "trust-constr"])
def test_hessians_minimise(method):
    start = START if method != "dogleg" else np.array([1.1, 1.2, 1.3])
    found = minimize(rosenbrock, start, jac=grad(rosenbrock), hess=hessian(rosenbrock), method=method)
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"])
@pytest.mark.parametrize("product", [hvp(rosenbrock), lambda x, v: hvp(rosenbrock, (x,), (v,))])
def test_products_with_hessians_minimise(method, product):
    found = minimize(rosenbrock, START, jac=grad(rosenbrock), hessp=product, method=method)
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-3)


def scaled_rosenbrock(x, scale, offset):
    return scale * rosenbrock(x - offset)


def test_other_arguments_are_passed_on():
    how = {"jac": grad(scaled_rosenbrock), "hessp": hvp(scaled_rosenbrock), "args": (0.1, 2.0)}
    found = minimize(scaled_rosenbrock, START, method="Newton-CG", **how)
    np.testing.assert_allclose(found.x, 3 * np.ones(3), atol=1e-3)


def test_constraints_have_jacobians():
    constraint = {"type": "ineq", "fun": lambda x: 1.0 - of_distance(x), "jac": lambda x: -grad(of_distance)(x)}
    slsqp = minimize(rosenbrock, START * 0.1, jac=grad(rosenbrock), constraints=[constraint], method="SLSQP")
    curvature = hessian(of_distance)
    inside = NonlinearConstraint(
        of_distance, -np.inf, 1.0, jac=grad(of_distance), hess=lambda x, v: v[0] * curvature(x)
    )
    how = {"jac": grad(rosenbrock), "hess": hessian(rosenbrock), "constraints": [inside]}
    trust = minimize(rosenbrock, START * 0.1, method="trust-constr", **how)
    assert of_distance(slsqp.x) == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(slsqp.x, trust.x, atol=1e-3)


def decay(params, t):
    return params[0] * np.exp(-params[1] * t) + params[2]


T = np.linspace(0.0, 4.0, 30)
TRUTH = np.array([2.0, 1.3, 0.5])
DATA = decay(TRUTH, T)


def residuals(params, t, y):
    return decay(params, t) - y


@pytest.mark.parametrize("operator", [jacfwd, jacrev])
def test_least_squares_takes_jacobians(operator):
    found = least_squares(residuals, np.ones(3), jac=operator(residuals), args=(T, DATA))
    np.testing.assert_allclose(found.x, TRUTH, rtol=1e-6)


def circle_and_line(x):
    return np.array([x[0] ** 2 + x[1] ** 2 - 4.0, x[0] - x[1]])


@pytest.mark.parametrize("operator", [jacfwd, jacrev])
@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_roots_take_jacobians(operator, method):
    found = root(circle_and_line, np.array([1.0, 2.0]), jac=operator(circle_and_line), method=method)
    np.testing.assert_allclose(found.x, np.sqrt([2.0, 2.0]), rtol=1e-8)


def lotka_volterra(t, state, rates):
    a, b, c, d = rates[0], rates[1], rates[2], rates[3]
    return np.array([a * state[0] - b * state[0] * state[1], c * state[0] * state[1] - d * state[1]])


RATES = np.array([1.0, 0.4, 0.1, 0.6])


def test_stiff_solvers_take_jacobians():
    by_state = jacfwd(lotka_volterra, 1)
    made = solve_ivp(lotka_volterra, (0.0, 2.0), [5.0, 2.0], "Radau", args=(RATES,), jac=by_state, rtol=1e-8)
    plain = solve_ivp(lotka_volterra, (0.0, 2.0), [5.0, 2.0], args=(RATES,), rtol=1e-8)
    np.testing.assert_allclose(made.y[:, -1], plain.y[:, -1], rtol=1e-5)


def test_sensitivities_of_a_solution_are_those_of_differences():
    by_state, by_rates = jacfwd(lotka_volterra, 1), jacrev(lotka_volterra, 2)

    def augmented(t, z, rates):
        state, s = z[:2], z[2:].reshape(2, 4)
        s_dot = by_state(t, state, rates) @ s + by_rates(t, state, rates)
        return np.concatenate([lotka_volterra(t, state, rates), s_dot.ravel()])

    def final(rates):
        made = solve_ivp(lotka_volterra, (0.0, 2.0), [5.0, 2.0], args=(rates,), rtol=1e-10, atol=1e-10)
        return made.y[:, -1]

    z = solve_ivp(augmented, (0.0, 2.0), [5.0, 2.0, *np.zeros(8)], args=(RATES,), rtol=1e-10, atol=1e-10).y[:, -1]
    step = 1e-5
    numeric = np.stack([(final(RATES + step * e) - final(RATES - step * e)) / (2 * step) for e in np.eye(4)], -1)
    np.testing.assert_allclose(z[2:].reshape(2, 4), numeric, rtol=1e-5)
