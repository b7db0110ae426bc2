"""Rules of what SciPy finds for a function: roots and minima, by the implicit function theorem.

    f(x, v) = 0          gives  x_dot = -(df/dv v_dot) / (df/dx)
    f(x, v) -> min       is     df/dx (x, v) = 0

They are read like rules of the user's own (`custom_jvp`).  `f` is the function with its own arguments after the
unknown, `solve` the call of SciPy; `values` are what `f` reads that carries derivatives, and `held` what does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.api import grad, jvp
from ast_ad.custom import custom_jvp
from ast_ad.frontend.solvers import RULES
from ast_ad.jacobians import hessian, jacobian
from ast_ad.runtime import divide

# What the unknown does when the values move


def moved_root(f: Any, x: Any, held: Any, values: Any, values_dot: Any) -> Any:
    """Of a number, or of an array of numbers each of which solves its own equation."""
    _, slope = jvp(lambda u: f(u, *values, *held), (x,), (np.ones_like(x),))
    _, change = jvp(lambda *v: f(x, *v, *held), values, values_dot)
    return divide(-change, slope)


def moved_system(f: Any, x: Any, held: Any, values: Any, values_dot: Any) -> Any:
    """Of a vector that solves as many equations."""
    slope = jacobian(lambda u: np.asarray(f(u, *values, *held)))(x)
    _, change = jvp(lambda *v: np.asarray(f(x, *v, *held)), values, values_dot)
    return -np.linalg.solve(slope, change)


def moved_scalar_minimum(f: Any, x: Any, held: Any, values: Any, values_dot: Any) -> Any:
    """Of a number at which a function is least."""
    _, curvature = jvp(lambda u: grad(lambda w: f(w, *values, *held))(u), (x,), (1.0,))
    _, change = jvp(lambda *v: grad(lambda w: f(w, *v, *held))(x), values, values_dot)
    return divide(-change, curvature)


def moved_minimum(f: Any, x: Any, held: Any, values: Any, values_dot: Any) -> Any:
    """Of a vector at which a function is least."""
    curvature = hessian(lambda u: f(u, *values, *held))(x)
    _, change = jvp(lambda *v: grad(lambda u: f(u, *v, *held))(x), values, values_dot)
    return -np.linalg.solve(curvature, change)


# Each with its rule


def root(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """f(x) = 0."""
    return solve(f, *values, *held)


def root_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `root`."""
    x = _root(f, solve, held, *primals)
    return x, moved_root(f, x, held, *primals, *tangents)


def found_root(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """f(x) = 0, with what SciPy says of it."""
    result = solve(f, *values, *held)
    return result.root, result.converged


def found_root_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `found_root`."""
    x, converged = _found_root(f, solve, held, *primals)
    return (x, converged), (moved_root(f, x, held, *primals, *tangents), 0.0)


def fixed_point(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """f(x) = x."""
    return solve(f, *values, *held)


def fixed_point_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `fixed_point`."""
    x = _fixed_point(f, solve, held, *primals)
    return x, moved_root(lambda u, *v: f(u, *v) - u, x, held, *primals, *tangents)


def system(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """f(x) = 0 for vectors."""
    return solve(f, *values, *held)


def system_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `system`."""
    x = _system(f, solve, held, *primals)
    return x, moved_system(f, x, held, *primals, *tangents)


def found_system(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """f(x) = 0 for vectors, with what SciPy says of it."""
    result = solve(f, *values, *held)
    return result.x, result.success


def found_system_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `found_system`."""
    x, success = _found_system(f, solve, held, *primals)
    return (x, success), (moved_system(f, x, held, *primals, *tangents), 0.0)


def minimum(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """Where f is least, and its value there."""
    result = solve(f, *values, *held)
    return result.x, result.fun, result.success


def scalar_minimum_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of a minimum of a function of a number: its value moves with the values, whatever x does."""
    (values,), (values_dot,) = primals, tangents
    x, least, success = _scalar_minimum(f, solve, held, values)
    x_dot = moved_scalar_minimum(f, x, held, values, values_dot)
    _, least_dot = jvp(lambda u, *v: f(u, *v, *held), (x, *values), (x_dot, *values_dot))
    return (x, least, success), (x_dot, least_dot, 0.0)


def minimum_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of a minimum of a function of a vector."""
    (values,), (values_dot,) = primals, tangents
    x, least, success = _minimum(f, solve, held, values)
    x_dot = moved_minimum(f, x, held, values, values_dot)
    _, least_dot = jvp(lambda u, *v: f(u, *v, *held), (x, *values), (x_dot, *values_dot))
    return (x, least, success), (x_dot, least_dot, 0.0)


def least_squares(f: Any, solve: Any, held: Any, values: Any) -> Any:
    """Where the sum of the squares of f is least, and half of it."""
    result = solve(f, *values, *held)
    return result.x, result.cost, result.success


def least_squares_jvp(f: Any, solve: Any, held: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of a minimum of a sum of squares."""
    (values,), (values_dot,) = primals, tangents
    x, cost, success = _least_squares(f, solve, held, values)
    x_dot = moved_minimum(lambda u, *v: 0.5 * np.sum(np.asarray(f(u, *v)) ** 2), x, held, values, values_dot)
    _, cost_dot = jvp(lambda *v: 0.5 * np.sum(np.asarray(f(x, *v, *held)) ** 2), values, values_dot)
    return (x, cost, success), (x_dot, cost_dot, 0.0)


def _ruled(function: Any, rule: Any) -> Any:
    made = custom_jvp(function, nondiff_argnums=(0, 1, 2))
    made.defjvp(rule)
    return made


_root = _ruled(root, root_jvp)
_found_root = _ruled(found_root, found_root_jvp)
_fixed_point = _ruled(fixed_point, fixed_point_jvp)
_system = _ruled(system, system_jvp)
_found_system = _ruled(found_system, found_system_jvp)
_least_squares = _ruled(least_squares, least_squares_jvp)
_minimum = _ruled(minimum, minimum_jvp)
_scalar_minimum = _ruled(minimum, scalar_minimum_jvp)

RULES.update(
    root=_root,
    found_root=_found_root,
    fixed_point=_fixed_point,
    system=_system,
    found_system=_found_system,
    least_squares=_least_squares,
    minimum=_minimum,
    scalar_minimum=_scalar_minimum,
)
