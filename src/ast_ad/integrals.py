"""Rules of what SciPy integrates: by Leibniz, and by the sensitivities and the adjoint of a differential equation.

    y = integral of f(u, v) from a to b       y_dot = integral of df/dv v_dot + f(b) b_dot - f(a) a_dot
    dy/dt = f(t, y, v)                        y_dot moves by df/dy y_dot + df/dv v_dot
                                              y_bar moves, back in time, by y_bar df/dy; v_bar gathers y_bar df/dv

They are read like rules of the user's own.  `f` is the function with its own arguments last, `solve` the call of SciPy
and `again` a call with the same settings for another function; `values` are what `f` reads that carries derivatives,
`held` is what does not, and `moving` names the arguments that are no constants.  Chen et al., "Neural ordinary
differential equations" (2018), has the adjoint.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ast_ad.api import jvp, vjp
from ast_ad.frontend.solvers import RULES, RuledLater
from ast_ad.runtime import stop_gradient

# Integrals of functions of a number


def integral(f: Any, solve: Any, again: Any, held: Any, moving: Any, a: Any, b: Any, values: Any) -> Any:
    """The integral and what SciPy thinks it is wrong by."""
    return solve(f, *values, *held, a, b)


def integral_jvp(f: Any, solve: Any, again: Any, held: Any, moving: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `integral`."""
    a, b, values = primals
    a_dot, b_dot, values_dot = tangents
    total, error = RULES["integral"](f, solve, again, held, moving, a, b, values)
    from_, to = _still(a, "a", moving), _still(b, "b", moving)
    moved, _ = again(lambda u: jvp(lambda *v: f(u, *v, *held), values, values_dot)[1], from_, to)
    if "b" in moving and math.isfinite(b):
        moved = moved + f(b, *values, *held) * b_dot
    if "a" in moving and math.isfinite(a):
        moved = moved - f(a, *values, *held) * a_dot
    return (total, error), (moved, 0.0)


def integral_fwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, a: Any, b: Any, values: Any) -> Any:
    """`integral`, and what its cotangents need."""
    return RULES["integral"](f, solve, again, held, moving, a, b, values), (a, b, values)


def integral_bwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, residual: Any, out_bar: Any) -> Any:
    """The cotangents of `integral`: one integral for all values."""
    a, b, values = residual
    total_bar = out_bar[0]
    a_bar, b_bar = 0.0, 0.0
    if "a" in moving and math.isfinite(a):
        a_bar = -np.sum(total_bar * f(a, *values, *held))
    if "b" in moving and math.isfinite(b):
        b_bar = np.sum(total_bar * f(b, *values, *held))

    def slopes(u: Any) -> Any:
        _, pull = vjp(lambda *v: f(u, *v, *held), *values)
        return packed(pull(total_bar))

    gathered, _ = again(slopes, _still(a, "a", moving), _still(b, "b", moving))
    return a_bar, b_bar, unpacked(gathered, values)


def _still(end: Any, name: str, moving: str) -> Any:
    """An argument, as a constant if it is one."""
    return end if name in moving else stop_gradient(end)


def packed(values: Any) -> Any:
    """Numbers and arrays as one vector."""
    return np.concatenate([np.ravel(value) for value in values])


def unpacked(vector: Any, values: Any) -> Any:
    """Parts of a vector in the shapes of some values."""
    parts = []
    start = 0
    for value in values:
        end = start + np.size(value)
        parts.append(np.reshape(vector[start:end], np.shape(value)))
        start = end
    return tuple(parts)


# Differential equations


def solution(
    f: Any, solve: Any, again: Any, held: Any, moving: Any, t0: Any, t1: Any, times: Any, y0: Any, values: Any
) -> Any:
    """The solution of dy/dt = f(t, y) from t0 to t1 that is y0 at t0, at some times."""
    result = solve(f, *values, *held, (t0, t1), times, y0)
    return result.t, result.y, result.success, result.status


def solution_jvp(f: Any, solve: Any, again: Any, held: Any, moving: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `solution`."""
    t0, t1, times, y0, values = primals
    t0_dot, _, times_dot, y0_dot, values_dot = tangents
    t, y, success, status = RULES["solution"](f, solve, again, held, moving, t0, t1, times, y0, values)
    if "t0" in moving:
        y0_dot = y0_dot - t0_dot * np.asarray(f(t0, y0, *values, *held))
    first, last = _still(t0, "t0", moving), _still(t1, "t1", moving)
    y_dot = moved_solution(f, again, held, first, last, _still(t, "times", moving), y0, values, y0_dot, values_dot)
    if "times" in moving:
        y_dot = y_dot + slopes_at(f, held, t, y, values) * times_dot
    return (t, y, success, status), (times_dot, y_dot, 0.0, 0.0)


def solution_fwd(
    f: Any, solve: Any, again: Any, held: Any, moving: Any, t0: Any, t1: Any, times: Any, y0: Any, values: Any
) -> Any:
    """`solution`, and what its cotangents need."""
    out = RULES["solution"](f, solve, again, held, moving, t0, t1, times, y0, values)
    return out, (t0, t1, out[0], out[1], y0, values)


def solution_bwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, residual: Any, out_bar: Any) -> Any:
    """The cotangents of `solution`."""
    t0, _, t, y, y0, values = residual
    times_bar, y_bar, _, _ = out_bar
    y0_bar, values_bar = adjoint(f, again, held, moving, t0, t, y, y_bar, values)
    t0_bar = 0.0
    if "t0" in moving:
        t0_bar = -np.sum(y0_bar * np.asarray(f(t0, y0, *values, *held)))
    if "times" in moving:
        times_bar = times_bar + np.sum(y_bar * slopes_at(f, held, t, y, values), axis=0)
    return t0_bar, 0.0, times_bar, y0_bar, values_bar


def steps(f: Any, solve: Any, again: Any, held: Any, moving: Any, t0: Any, t1: Any, y0: Any, values: Any) -> Any:
    """The same at times that SciPy chooses; of these the last is t1, and the others count as constants."""
    result = solve(f, *values, *held, (t0, t1), y0)
    return result.t, result.y, result.success, result.status


def steps_jvp(f: Any, solve: Any, again: Any, held: Any, moving: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `steps`."""
    t0, t1, y0, values = primals
    t0_dot, t1_dot, y0_dot, values_dot = tangents
    t, y, success, status = RULES["steps"](f, solve, again, held, moving, t0, t1, y0, values)
    if "t0" in moving:
        y0_dot = y0_dot - t0_dot * np.asarray(f(t0, y0, *values, *held))
    first, last = _still(t0, "t0", moving), _still(t1, "t1", moving)
    y_dot = moved_solution(f, again, held, first, last, _still(t, "t", moving), y0, values, y0_dot, values_dot)
    t_dot = np.zeros(np.size(t))
    if "t1" in moving:
        t_dot[-1] = t1_dot
        y_dot[:, -1] += t1_dot * np.asarray(f(t1, y[:, -1], *values, *held))
    if "t0" in moving:
        t_dot[0] = t0_dot
        y_dot[:, 0] += t0_dot * np.asarray(f(t0, y0, *values, *held))
    return (t, y, success, status), (t_dot, y_dot, 0.0, 0.0)


def steps_fwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, t0: Any, t1: Any, y0: Any, values: Any) -> Any:
    """`steps`, and what its cotangents need."""
    out = RULES["steps"](f, solve, again, held, moving, t0, t1, y0, values)
    return out, (t0, t1, out[0], out[1], y0, values)


def steps_bwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, residual: Any, out_bar: Any) -> Any:
    """The cotangents of `steps`."""
    t0, t1, t, y, y0, values = residual
    t_bar, y_bar, _, _ = out_bar
    y0_bar, values_bar = adjoint(f, again, held, moving, t0, t, y, y_bar, values)
    t0_bar, t1_bar = 0.0, 0.0
    if "t0" in moving:
        t0_bar = t_bar[0] + np.sum((y_bar[:, 0] - y0_bar) * np.asarray(f(t0, y0, *values, *held)))
    if "t1" in moving:
        t1_bar = t_bar[-1] + np.sum(y_bar[:, -1] * np.asarray(f(t1, y[:, -1], *values, *held)))
    return t0_bar, t1_bar, y0_bar, values_bar


def path(f: Any, solve: Any, again: Any, held: Any, moving: Any, y0: Any, times: Any, values: Any) -> Any:
    """The solution of dy/dt = f(y, t) that is y0 at the first of some times, one row for each of them."""
    return solve(f, *values, *held, y0, times)


def path_jvp(f: Any, solve: Any, again: Any, held: Any, moving: Any, primals: Any, tangents: Any) -> Any:
    """The tangent of `path`."""
    y0, t, values = primals
    y0_dot, t_dot, values_dot = tangents
    y = RULES["path"](f, solve, again, held, moving, y0, t, values)
    if "times" in moving:
        y0_dot = y0_dot - t_dot[0] * np.asarray(f(y0, t[0], *values, *held))

    def turned(s: Any, u: Any, *v: Any) -> Any:
        return f(u, s, *v)

    s = _still(t, "times", moving)
    y_dot = moved_solution(turned, again, held, s[0], s[-1], s, y0, values, y0_dot, values_dot)
    if "times" in moving:
        y_dot = y_dot + slopes_at(turned, held, t, y.T, values) * t_dot
    return y, y_dot.T


def path_fwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, y0: Any, times: Any, values: Any) -> Any:
    """`path`, and what its cotangents need."""
    y = RULES["path"](f, solve, again, held, moving, y0, times, values)
    return y, (y, y0, times, values)


def path_bwd(f: Any, solve: Any, again: Any, held: Any, moving: Any, residual: Any, out_bar: Any) -> Any:
    """The cotangents of `path`."""
    y, y0, t, values = residual

    def turned(s: Any, u: Any, *v: Any) -> Any:
        return f(u, s, *v)

    y0_bar, values_bar = adjoint(turned, again, held, moving, t[0], t, y.T, out_bar.T, values)
    t_bar = np.zeros(np.size(t))
    if "times" in moving:
        t_bar = np.sum(out_bar.T * slopes_at(turned, held, t, y.T, values), axis=0)
        t_bar[0] -= np.sum(y0_bar * np.asarray(f(y0, t[0], *values, *held)))
    return y0_bar, t_bar, values_bar


def slopes_at(f: Any, held: Any, t: Any, y: Any, values: Any) -> Any:
    """What `f` gives at each of the times, one column for each."""
    slopes = np.zeros_like(y)
    for k in range(len(t)):
        slopes[:, k] = f(t[k], y[:, k], *values, *held)
    return slopes


def moved_solution(
    f: Any, again: Any, held: Any, t0: Any, t1: Any, t: Any, y0: Any, values: Any, y0_dot: Any, values_dot: Any
) -> Any:
    """The tangent of y at the times t, which stay."""
    n = len(y0)

    def both(s: Any, z: Any) -> Any:
        slope, moved = jvp(lambda u, *v: np.asarray(f(s, u, *v, *held)), (z[:n], *values), (z[n:], *values_dot))
        return np.concatenate((slope, moved))

    return again(both, t0, t1, np.concatenate((y0, y0_dot)), t)[n:]


def adjoint(f: Any, again: Any, held: Any, moving: Any, t0: Any, t: Any, y: Any, y_bar: Any, values: Any) -> Any:
    """The cotangents of y0 and the values; y starts anew from what it was at each of the times."""
    n = len(y)

    def backward(s: Any, z: Any) -> Any:
        slope, pull = vjp(lambda u, *v: np.asarray(f(s, u, *v, *held)), z[:n], *values)
        return np.concatenate((slope, -packed(pull(z[n : 2 * n]))))

    bars = np.zeros(n + sum([np.size(value) for value in values]))
    for k in range(len(t) - 1, -1, -1):
        bars[:n] += y_bar[:, k]
        start = _still(t[k - 1] if k else t0, "t", moving)
        if start != t[k]:
            end = _still(t[k], "t", moving)
            bars = again(backward, end, start, np.concatenate((y[:, k], bars)), np.array([start]))[n:, 0]
    return bars[:n], unpacked(bars[n:], values)


RULES["integral"] = RuledLater(integral, integral_fwd, integral_bwd, integral_jvp)
RULES["path"] = RuledLater(path, path_fwd, path_bwd, path_jvp)
RULES["solution"] = RuledLater(solution, solution_fwd, solution_bwd, solution_jvp)
RULES["steps"] = RuledLater(steps, steps_fwd, steps_bwd, steps_jvp)
