"""The kernels of tests/golden that write to arrays and lists, each with the adjoint a numerical programmer would write.

An adjoint returns what `grad` returns.  `KERNELS` is the table.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"


class Kernel(NamedTuple):
    """A golden function, its hand-written adjoint, arguments of a given size, and the size that is doubled."""

    name: str
    adjoint: Callable[..., Any]
    arguments: Callable[[int], tuple[Any, ...]]
    size: int

    @property
    def module(self) -> Any:
        """The golden file as a module."""
        path = GOLDEN / f"{self.name}.py"
        spec = importlib.util.spec_from_file_location(f"golden_{self.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


# --- stencils ---


def heat_adjoint(u, alpha, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    u_bar = 2 * u
    for _ in range(steps):
        flux = alpha * u_bar[1:-1]
        u_bar[2:] += flux
        u_bar[:-2] += flux
        u_bar[1:-1] -= 2 * flux
    return u_bar


def wave_adjoint(u, c, steps):
    before, now, after = u.copy(), u.copy(), np.zeros_like(u)
    curvatures = []
    for _ in range(steps):
        curvature = now[2:] - 2 * now[1:-1] + now[:-2]
        curvatures.append(curvature)
        after[1:-1] = 2 * now[1:-1] - before[1:-1] + c * curvature
        before, now, after = now, after, before
    before_bar, now_bar, after_bar = np.zeros_like(u), 2 * now, np.zeros_like(u)
    c_bar = 0.0
    for curvature in reversed(curvatures):
        before_bar, now_bar, after_bar = after_bar, before_bar, now_bar
        force = after_bar[1:-1]
        c_bar += force @ curvature
        before_bar[1:-1] -= force
        now_bar[1:-1] += 2 * force
        force = c * force
        now_bar[2:] += force
        now_bar[1:-1] -= 2 * force
        now_bar[:-2] += force
        after_bar[1:-1] = 0
    return before_bar + now_bar, c_bar


# --- linear systems ---


def gauss_seidel_adjoint(a, b, sweeps):
    n = len(b)
    x = np.zeros(n)
    overwritten = []
    for _ in range(sweeps):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            overwritten.append(x[i])
            x[i] = s / a[i, i]
    x_bar = 2 * x
    a_bar, b_bar = np.zeros_like(a), np.zeros_like(b)
    for _ in range(sweeps):
        for i in reversed(range(n)):
            s_bar = x_bar[i] / a[i, i]
            a_bar[i, i] -= s_bar * x[i]
            x_bar[i] = 0.0
            x[i] = overwritten.pop()
            for j in range(n):
                if j != i:
                    a_bar[i, j] -= s_bar * x[j]
                    x_bar[j] -= s_bar * a[i, j]
            b_bar[i] += s_bar
    return a_bar, b_bar


def lu_adjoint(a):
    a = a.copy()
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    a_bar = 2 * a
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            row = a_bar[i, k + 1 :]
            a_bar[i, k] = (a_bar[i, k] - row @ a[k, k + 1 :]) / a[k, k]
            a_bar[k, k + 1 :] -= a[i, k] * row
            a_bar[k, k] -= a_bar[i, k] * a[i, k]
    return a_bar


def cholesky_adjoint(a):
    n = len(a)
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            low[i, j] = math.sqrt(s) if i == j else s / low[j, j]
    low_bar, a_bar = 2 * low, np.zeros_like(a)
    for i in reversed(range(n)):
        for j in reversed(range(i + 1)):
            if i == j:
                s_bar = 0.5 * low_bar[i, i] / low[i, i]
            else:
                s_bar = low_bar[i, j] / low[j, j]
                low_bar[j, j] -= s_bar * low[i, j]
            for k in range(j):
                low_bar[i, k] -= s_bar * low[j, k]
                low_bar[j, k] -= s_bar * low[i, k]
            a_bar[i, j] = s_bar
    return a_bar


def thomas_adjoint(lower, diag, upper, rhs):
    n = len(rhs)
    diag, x = diag.copy(), rhs.copy()
    for i in range(1, n):
        w = lower[i] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        x[i] -= w * x[i - 1]
    eliminated = x.copy()
    x[-1] /= diag[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / diag[i]
    x_bar = 2 * x
    lower_bar, diag_bar, upper_bar = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n - 1):
        x_bar[i] /= diag[i]
        diag_bar[i] -= x_bar[i] * x[i]
        upper_bar[i] -= x_bar[i] * x[i + 1]
        x_bar[i + 1] -= x_bar[i] * upper[i]
    x_bar[-1] /= diag[-1]
    diag_bar[-1] -= x_bar[-1] * x[-1]
    for i in reversed(range(1, n)):
        w = lower[i] / diag[i - 1]
        w_bar = -x_bar[i] * eliminated[i - 1] - diag_bar[i] * upper[i - 1]
        x_bar[i - 1] -= w * x_bar[i]
        upper_bar[i - 1] -= w * diag_bar[i]
        lower_bar[i] = w_bar / diag[i - 1]
        diag_bar[i - 1] -= lower_bar[i] * w
    return lower_bar, diag_bar, upper_bar, x_bar


# --- tables ---


def floyd_adjoint(d):
    d = d.copy()
    n = len(d)
    shorter = []
    for k in range(n):
        for i in range(n):
            for j in range(n):
                way = d[i, k] + d[k, j]
                shorter.append(way < d[i, j])
                if shorter[-1]:
                    d[i, j] = way
    d_bar = np.ones_like(d)
    for k in reversed(range(n)):
        for i in reversed(range(n)):
            for j in reversed(range(n)):
                if shorter.pop():
                    way_bar = d_bar[i, j]
                    d_bar[i, j] = 0.0
                    d_bar[i, k] += way_bar
                    d_bar[k, j] += way_bar
    return d_bar


def edit_distance_adjoint(cost, gap, a, b):
    m, n = len(a), len(b)
    t = np.zeros((m + 1, n + 1))
    for i in range(1, m + 1):
        t[i, 0] = t[i - 1, 0] + gap
    for j in range(1, n + 1):
        t[0, j] = t[0, j - 1] + gap
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            change = t[i - 1, j - 1] + cost[a[i - 1], b[j - 1]]
            t[i, j] = min(change, t[i - 1, j] + gap, t[i, j - 1] + gap)
    t_bar, cost_bar, gap_bar = np.zeros_like(t), np.zeros_like(cost), 0.0
    t_bar[m, n] = 1.0
    for i in reversed(range(1, m + 1)):
        for j in reversed(range(1, n + 1)):
            best, best_bar = t[i, j], t_bar[i, j]
            if best == t[i - 1, j - 1] + cost[a[i - 1], b[j - 1]]:
                t_bar[i - 1, j - 1] += best_bar
                cost_bar[a[i - 1], b[j - 1]] += best_bar
            elif best == t[i - 1, j] + gap:
                t_bar[i - 1, j] += best_bar
                gap_bar += best_bar
            else:
                t_bar[i, j - 1] += best_bar
                gap_bar += best_bar
    for j in reversed(range(1, n + 1)):
        t_bar[0, j - 1] += t_bar[0, j]
        gap_bar += t_bar[0, j]
    for i in reversed(range(1, m + 1)):
        t_bar[i - 1, 0] += t_bar[i, 0]
        gap_bar += t_bar[i, 0]
    return cost_bar, gap_bar


def convolve_adjoint(image, kernel):
    h, w = image.shape
    p, q = kernel.shape
    out = np.zeros((h - p + 1, w - q + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(p):
                for m in range(q):
                    out[i, j] += image[i + k, j + m] * kernel[k, m]
    out_bar = 2 * out
    image_bar, kernel_bar = np.zeros_like(image), np.zeros_like(kernel)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(p):
                for m in range(q):
                    image_bar[i + k, j + m] += out_bar[i, j] * kernel[k, m]
                    kernel_bar[k, m] += out_bar[i, j] * image[i + k, j + m]
    return image_bar, kernel_bar


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


def word(n):
    return np.random.default_rng(1).integers(0, 4, size=n)


#: the size of a kernel is the number of elements in a row, or of steps: what doubling does to the work is told by the
#: primal
# --- lists that grow, and recursion ---


def triangle_adjoint(x, n):
    rows = [[1.0]]
    for i in range(1, n):
        row = [1.0] * (i + 1)
        for j in range(1, i):
            row[j] = rows[i - 1][j - 1] * x + rows[i - 1][j]
        rows.append(row)
    rows_bar = [[0.0] * len(row) for row in rows]
    rows_bar[n - 1][n // 2] = 1.0
    x_bar = 0.0
    for i in reversed(range(1, n)):
        for j in reversed(range(1, i)):
            element_bar = rows_bar[i][j]
            rows_bar[i - 1][j] += element_bar
            x_bar += element_bar * rows[i - 1][j - 1]
            rows_bar[i - 1][j - 1] += element_bar * x
    return x_bar


def displace_adjoint(heights, heights_bar, left, right, roughness):
    if right - left < 2:
        return 0.0
    middle = (left + right) // 2
    roughness_bar = 0.5 * displace_adjoint(heights, heights_bar, middle, right, 0.5 * roughness)
    roughness_bar += 0.5 * displace_adjoint(heights, heights_bar, left, middle, 0.5 * roughness)
    middle_bar = heights_bar[middle]
    heights_bar[left] += (0.5 + roughness) * middle_bar
    heights_bar[right] += 0.5 * middle_bar
    return roughness_bar + middle_bar * heights[left]


def ridge_adjoint(ends, roughness, levels):
    def displace(left, right, roughness):
        if right - left < 2:
            return
        middle = (left + right) // 2
        heights[middle] = 0.5 * (heights[left] + heights[right]) + roughness * heights[left]
        displace(left, middle, 0.5 * roughness)
        displace(middle, right, 0.5 * roughness)

    n = 2**levels
    heights = np.zeros(n + 1)
    heights[0], heights[n] = ends
    displace(0, n, roughness)
    heights_bar = 2 * heights
    roughness_bar = displace_adjoint(heights, heights_bar, 0, n, roughness)
    return np.array([heights_bar[0], heights_bar[n]]), roughness_bar


KERNELS = (
    Kernel("heat", heat_adjoint, lambda n: (normal(1000), 0.2, n), 200),
    Kernel("wave", wave_adjoint, lambda n: (normal(1000), 0.3, n), 200),
    Kernel("gauss_seidel", gauss_seidel_adjoint, lambda n: (normal(n, n) + 2 * n * np.eye(n), normal(n), 3), 32),
    Kernel("lu", lu_adjoint, lambda n: (normal(n, n) + 2 * n * np.eye(n),), 32),
    Kernel("cholesky", cholesky_adjoint, lambda n: (normal(n, n) @ normal(n, n).T + n * np.eye(n),), 24),
    Kernel("thomas", thomas_adjoint, lambda n: (normal(n), 8 + normal(n), normal(n), normal(n)), 1000),
    Kernel("floyd", floyd_adjoint, lambda n: (np.abs(normal(n, n)),), 16),
    Kernel("edit_distance", edit_distance_adjoint, lambda n: (1 + normal(4, 4) ** 2, 0.7, word(n), word(n)), 32),
    Kernel("convolve", convolve_adjoint, lambda n: (normal(n, n), normal(3, 3)), 24),
    Kernel("triangle", triangle_adjoint, lambda n: (0.5, n), 64),
    Kernel("ridge", ridge_adjoint, lambda n: (normal(2), 0.3, n.bit_length() - 1), 512),
)


# --- an array that a loop fills, one element after the other ---


def fill(x):
    """Each element is made of the one before it."""
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] * y[i - 1] + x[i]
    return np.sum(y)


def fill_adjoint(x):
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] * y[i - 1] + x[i]
    y_bar = np.ones_like(y)
    for i in reversed(range(1, len(x))):
        y_bar[i - 1] += y_bar[i] * y[i - 1]
    return y_bar


def fill_with_jax():
    """The gradient of the same loop in JAX, compiled, with `.at[i].set`; None where JAX is not installed."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def filled(x):
        def step(i, y):
            return y.at[i].set(0.5 * y[i - 1] * y[i - 1] + x[i])

        y = jax.lax.fori_loop(1, len(x), step, jnp.zeros(len(x)).at[0].set(x[0]))
        return jnp.sum(y)

    gradient = jax.jit(jax.grad(filled))
    return lambda x: gradient(x).block_until_ready()
