"""Quotients, powers and signs as IEEE 754 has them, for Python numbers and arrays alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_PYTHON = (int, float, complex)


def divide(a: Any, b: Any) -> Any:
    """a / b as IEEE 754 has it: inf or nan where b is 0, also for Python floats; no exception, no warning.

    >>> divide(1.0, 0.0), divide(-1.0, 2.0)
    (inf, -0.5)
    """
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        if b:
            return a / b
        if not a or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)
    if isinstance(a, _PYTHON) and isinstance(b, _PYTHON) and b:
        return a / b
    with np.errstate(all="ignore"):
        return np.divide(a, b)


def divide_or_zero(a: Any, b: Any) -> Any:
    """a / b with 0 / 0 = 0: the partial of a norm at its kink, and a cotangent that a selection has made zero.

    >>> divide_or_zero(0.0, 0.0), divide_or_zero(1.0, 0.0)
    (0.0, inf)
    """
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return divide(a, b) if a or b else 0.0
    if isinstance(a, _PYTHON) and isinstance(b, _PYTHON):
        return divide(a, b) if a or b else 0j
    with np.errstate(all="ignore"):
        quotient = np.divide(a, b)
    if b if isinstance(b, float) else np.count_nonzero(b) == np.size(b):
        return quotient
    return np.where(np.equal(a, 0) & np.equal(b, 0), 0, quotient)[()]


def keep_zeros(x_bar: Any, y_bar: Any) -> Any:
    """`x_bar`, and 0 where the cotangent `y_bar` that it was made from is 0: a selection wins over a singular partial.

    >>> keep_zeros(np.array([np.nan, 2.0]), np.array([0.0, 1.0]))
    array([0., 2.])
    """
    if isinstance(y_bar, _PYTHON):
        return x_bar if y_bar else np.zeros_like(x_bar) if np.ndim(x_bar) else 0.0
    return np.where(np.equal(y_bar, 0), 0, x_bar)[()]


def select(test: Any, a: Any, b: Any) -> Any:
    """`a if test else b`, as a value."""
    return a if test else b


def sign(x: Any) -> Any:
    """The sign of a Python number: -1.0, 0.0 or 1.0; nan for nan.

    >>> sign(-3.0), sign(0.0)
    (-1.0, 0.0)
    """
    return math.copysign(1.0, x) if x else 0.0 * x if x == x else math.nan


def power(x: Any, y: Any) -> Any:
    """x ** y as IEEE 754 has it, also for Python numbers: no exception, no warning.

    >>> power(0.0, -0.5), power(2.0, 3)
    (inf, 8.0)
    """
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        try:
            return math.pow(x, y)
        except ValueError:
            return math.inf if x == 0 else math.nan
        except OverflowError:
            return math.inf
    with np.errstate(all="ignore"):
        return np.power(np.asarray(x) + 0.0, y)[()]


def power_slope(x: Any, y: Any, order: int = 1) -> Any:
    """The derivative of x ** y by x: y * x ** (y - 1), and 0 where y is 0; or a higher one.

    >>> power_slope(3.0, 2), power_slope(0.0, 0), power_slope(0.0, 0.5), power_slope(0.0, 1, order=2)
    (6.0, 0.0, inf, 0.0)
    """
    factor = y
    for k in range(1, order):
        factor = factor * (y - k)
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return factor * power(x, y - order) if factor else 0.0
    with np.errstate(all="ignore"):
        return np.where(np.equal(factor, 0), 0, factor * power(x, np.subtract(y, order)))[()]


def log_or_zero(x: Any) -> Any:
    """log(x), nan where x is negative, and 0 where x is 0: there x ** y does not depend on y.

    >>> log_or_zero(1.0), log_or_zero(0.0)
    (0.0, 0.0)
    """
    if isinstance(x, (int, float)):
        return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan
    with np.errstate(all="ignore"):
        return np.where(np.equal(x, 0), 0, np.log(x))[()]
