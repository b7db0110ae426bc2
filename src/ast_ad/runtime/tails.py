"""Derivatives of incomplete gamma and beta functions, and of Student's distribution, by their shapes.

There is no closed form.  The density is exp(l), so its derivatives by a shape are the density times polynomials in
those of l, and over the whole line they integrate to 0: the integral up to a place is minus that beyond, and the
smaller one is computed, by the trapezoidal rule after a substitution for which its error falls exponentially with the
number of nodes: Takahasi and Mori, "Double exponential formulas for numerical integration" (1974).  Twice the nodes
change the result by some 1e-15 of it; its errors are the rounding of log(density), 1e-12 for shapes up to 1000.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_STEP = 1 / 8
_FIRST, _LAST = -30, 88


def _integral_beyond(density: Any, scale: Any) -> Any:
    """The integral over v > 0 of a density that falls exponentially, in `scale` or up to 1000 times that."""
    total = np.zeros_like(scale)
    for k in range(_FIRST, _LAST):
        falls = np.exp(-_STEP * k)
        v = np.exp(_STEP * k - falls)
        total = total + _STEP * (1 + falls) * scale * v * density(scale * v)
    return total


def derivative_of_exponential(part: Any, m: int, n: int = 0) -> Any:
    """The derivative of exp(l) by two shapes, m and n times, over exp(l): `part(j, k)` is that of l.

    >>> derivative_of_exponential(lambda j, k: 3.0 if j + k == 1 else 0.0, 2)
    9.0
    """
    if m == n == 0:
        return 1.0
    if m == 0:
        return derivative_of_exponential(lambda j, k: part(k, j), n, 0)
    total = 0.0
    for j in range(m):
        for k in range(n + 1):
            inner = derivative_of_exponential(part, m - 1 - j, n - k)
            total = total + math.comb(m - 1, j) * math.comb(n, k) * part(j + 1, k) * inner
    return total


def log_slope_of_student(k: int, df: Any, whole: Any, log: Any) -> Any:
    """The k-th derivative by df of df / 2 log(df) - (df + 1) / 2 log(whole), where whole = df + t * t.

    `log` is half the logarithm of df / whole.
    """
    if k == 1:
        return 0.5 + log - 0.5 * (df + 1) / whole
    first = math.factorial(k - 2) * (df ** (1 - k) - k * whole ** (1 - k))
    return 0.5 * (-1) ** k * (first + math.factorial(k - 1) * (df + 1) * whole**-k)


def _within(x: Any, low: float, high: float, *shapes: Any) -> Any:
    """Whether the derivatives by the shapes are not zero or nan, and arguments that are put where they are."""
    every = np.broadcast_arrays(x, *shapes)
    inside = (every[0] > low) & (every[0] < high)
    for shape in every[1:]:
        inside = inside & (shape > 0) & (shape < np.inf)
    unknown = np.where((every[0] >= low) & (every[0] <= high), 0.0, np.nan)
    for shape in every[1:]:
        unknown = np.where(shape > 0, unknown, np.nan)
    middle = 0.5 * (low + high) if np.isfinite(low + high) else 1.0
    defaults = (middle, *(1.0 for _ in shapes))
    places = [np.where(inside, value, d).astype(float) for value, d in zip(every, defaults, strict=True)]
    return inside, unknown, places


def gammainc_by_shape(a: Any, x: Any, order: int = 1) -> Any:
    """The derivative of `scipy.special.gammainc(a, x)` by a, `order` times.

    >>> float(gammainc_by_shape(1.0, 0.0))
    0.0
    """
    from scipy.special import gammaln, polygamma

    inside, unknown, (x, a) = _within(x, 0.0, np.inf, a)
    slopes = [-polygamma(k, a) for k in range(order)]
    below = x < np.maximum(a, 1.0)
    log_gamma = gammaln(a)

    def density(log_t: Any, t: Any) -> Any:
        change = derivative_of_exponential(lambda j, k: slopes[j - 1] + (log_t if j == 1 else 0.0), order)
        return np.exp(a * log_t - t - log_gamma) * change

    def of_logarithm(v: Any) -> Any:
        return density(np.log(x) - v, x * np.exp(-v))

    def of_sum(v: Any) -> Any:
        return -density(np.log(x + v), x + v) / (x + v)

    with np.errstate(all="ignore"):
        rate = 1 + np.abs(a - x) + np.sqrt(x)
        found = np.where(below, _integral_beyond(of_logarithm, 1 / rate), _integral_beyond(of_sum, (1 + x) / rate))
    return np.where(inside, found, unknown)[()]


def betainc_by_shapes(a: Any, b: Any, x: Any, of_a: int = 1, of_b: int = 0) -> Any:
    """The derivative of `scipy.special.betainc(a, b, x)`, `of_a` times by a and `of_b` times by b.

    >>> float(betainc_by_shapes(2.0, 2.0, 1.0))
    0.0
    """
    from scipy.special import betaln, polygamma

    inside, unknown, (x, a, b) = _within(x, 0.0, 1.0, a, b)
    orders = range(max(of_a, of_b, of_a + of_b))
    slopes = [[polygamma(k, shape) for k in orders] for shape in (a, b, a + b)]
    below = x * np.maximum(b, 1.0) < (1 - x) * np.maximum(a, 1.0)
    sign = np.where(below, -1.0, 1.0)
    start = np.log(x) - np.log1p(-x)
    log_beta = betaln(a, b)

    def part(j: int, k: int, log_t: Any, log_rest: Any) -> Any:
        total = slopes[2][j + k - 1]
        if k == 0:
            total = total - slopes[0][j - 1] + (log_t if j == 1 else 0.0)
        if j == 0:
            total = total - slopes[1][k - 1] + (log_rest if k == 1 else 0.0)
        return total

    def density(v: Any) -> Any:
        w = start + sign * v
        log_t, log_rest = -np.logaddexp(0.0, -w), -np.logaddexp(0.0, w)
        change = derivative_of_exponential(lambda j, k: part(j, k, log_t, log_rest), of_a, of_b)
        return np.exp(a * log_t + b * log_rest - log_beta) * change

    with np.errstate(all="ignore"):
        rate = 1 + np.abs(a - (a + b) * x) + np.sqrt((a + b) * x * (1 - x))
        found = -sign * _integral_beyond(density, 1 / rate)
    return np.where(inside, found, unknown)[()]


def stdtr_by_df(df: Any, t: Any, order: int = 1) -> Any:
    """The derivative of `scipy.special.stdtr(df, t)` by df, `order` times.

    >>> float(stdtr_by_df(3.0, 0.0)) == 0.0
    True
    """
    from scipy.special import gammaln, polygamma

    inside, unknown, (t, df) = _within(t, -np.inf, np.inf, df)
    slopes = [0.5 ** (k + 1) * (polygamma(k, 0.5 * df + 0.5) - polygamma(k, 0.5 * df)) for k in range(order)]
    start = np.arcsinh(np.abs(t) / np.sqrt(df))
    log_factor = gammaln(0.5 * df + 0.5) - gammaln(0.5 * df) - 0.5 * np.log(np.pi)

    def part(k: int, log_cosh: Any) -> Any:
        return slopes[k - 1] + log_slope_of_student(k, df, df * np.exp(2 * log_cosh), -log_cosh)

    def density(v: Any) -> Any:
        log_cosh = np.logaddexp(start + v, -start - v) - np.log(2)
        change = derivative_of_exponential(lambda j, k: part(j, log_cosh), order)
        return np.exp(log_factor - df * log_cosh) * change

    with np.errstate(all="ignore"):
        rate = 1 + df * np.tanh(start) + np.sqrt(df) / np.cosh(start)
        found = -np.sign(t) * _integral_beyond(density, 1 / rate)
    return np.where(inside, found, unknown)[()]
