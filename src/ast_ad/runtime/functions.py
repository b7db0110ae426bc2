"""Functions that NumPy does not have: derivatives of gamma, sinc and Bessel functions, products, cofactors."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ast_ad.runtime.numbers import power


def polygamma(x: float, order: int) -> float:
    """The derivative of order `order + 1` of log(gamma(x)); order 0 is the digamma function.

    Recurrence up to x >= 16 and the asymptotic series there: Abramowitz & Stegun 6.3.5, 6.3.18, 6.4.6, 6.4.11.

    >>> round(polygamma(1.0, 0), 12), round(polygamma(1.0, 1), 12)
    (-0.577215664902, 1.644934066848)
    """
    if not math.isfinite(x):
        return x if order == 0 and x > 0 else 0.0 if x > 0 else math.nan
    if x <= 0 and x == math.floor(x):
        return math.nan
    sign_, factorial = (-1.0) ** (order + 1), math.factorial(order)
    below = 0.0
    if order == 0 and x < -16:
        return polygamma(1 - x, 0) - math.pi / math.tan(math.pi * x)
    while x < 16 + order:
        below += sign_ * factorial * power(x, -order - 1)
        x += 1
    if order == 0:
        total = math.log(x) - 0.5 / x
    else:
        total = sign_ * (factorial / order * x**-order + factorial / 2 * x ** (-order - 1))
    for k, bernoulli in enumerate(_BERNOULLI, 1):
        rising = math.factorial(2 * k + order - 1) / math.factorial(2 * k)
        total += sign_ * bernoulli * rising * x ** (-2 * k - order)
    return total + below


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def sinc_derivative(x: Any, order: int) -> Any:
    """The derivative of an order of sinc(x) = sin(pi x) / (pi x), also at 0.

    From the product rule on pi x sinc(x) = sin(pi x) where |x| is large, from the Taylor series where it is small.

    >>> sinc_derivative(0.0, 2) == -math.pi**2 / 3
    True
    """
    z = np.asarray(x) + 0.0
    near = np.abs(z) < 1 + 0.5 * order
    small = np.where(near, z, 0)
    term, series = 0.0, 0.0
    first = (order + 1) // 2
    for k in range(first, first + 30 + order):
        falling = (-1) ** k * math.pi ** (2 * k) / (2 * k + 1) / math.factorial(2 * k - order)
        term = falling * small ** (2 * k - order)
        series = series + term
    large = np.where(near, 1, z)
    far = np.sin(math.pi * large) / (math.pi * large)
    for n in range(1, order + 1):
        far = (math.pi ** (n - 1) * np.sin(math.pi * large + n * (math.pi / 2)) - n * far) / large
    result = np.where(near, series, far).astype(z.dtype)[()]
    return float(result) if isinstance(x, (int, float)) and not isinstance(x, np.generic) else result


def bessel_i(x: Any, order: int) -> Any:
    """The modified Bessel function of the first kind: Abramowitz & Stegun 9.6.19 by the trapezoidal rule, |x| < 700.

    >>> bool(np.isclose(bessel_i(1.0, 0), np.i0(1.0)))
    True
    """
    z = np.asarray(x) + 0.0
    angles = (np.arange(256) + 0.5) * (math.pi / 256)
    waves = np.exp(z[..., None] * np.cos(angles)) * np.cos(order * angles)
    return waves.mean(-1).astype(z.dtype)[()]


def products_of_others(x: Any, *factors: Any, axis: Any = None) -> Any:
    """For each element along the axes, the product of all others; exact where elements are 0.

    A quotient where that says it; where the product of all overflows, or is too small to have all its digits, the
    others are multiplied.

    With factors c1 ... ck: the sum, over all choices of k others, of the product in which the chosen x are replaced by
    their c.  That is the coefficient of e1 ... ek in the product of the others of x + c1 e1 + ... + ck ek (e * e = 0).

    >>> products_of_others(np.array([2.0, 3.0, 5.0]))
    array([15., 10.,  6.])
    """
    with np.errstate(all="ignore"):
        found = None if factors else _quotients(x, axis)
        return _by_products(x, factors, axis) if found is None else found


def _by_products(x: Any, factors: tuple[Any, ...], axis: Any) -> Any:
    """The products of all others without a division, from those of all before and of all behind."""
    arrays = [np.broadcast_to(a, np.shape(x)) for a in (x, *factors)]
    shape = np.shape(x)
    axes = range(len(shape)) if axis is None else [a % len(shape) for a in np.atleast_1d(axis)]
    first = [k for k in range(len(shape)) if k in axes]
    order = first + [k for k in range(len(shape)) if k not in first]
    moved = [np.transpose(a, order) for a in arrays]
    rest = moved[0].shape[len(first) :]
    flat = [a.reshape((-1, *rest)) for a in moved]
    terms = {0: flat[0], **{1 << k: c for k, c in enumerate(flat[1:])}}
    before = _products_before(terms, len(factors))
    after = _products_before({key: value[::-1] for key, value in terms.items()}, len(factors))
    full = (1 << len(factors)) - 1
    found = sum(before[part] * after[full ^ part][::-1] for part in range(full + 1))
    return np.transpose(np.reshape(found, moved[0].shape), np.argsort(order))[()]


def _quotients(x: Any, axis: Any) -> Any:
    """The products of all others by division; None where they need more than that.  One 0 is the only one left out."""
    whole = np.prod(x, axis=axis, keepdims=True)
    if _has_all_digits(whole):
        return whole / x
    zero = x == 0
    others = np.where(zero, 1, x)
    whole = np.prod(others, axis=axis, keepdims=True)
    if not _has_all_digits(whole):
        return None
    number = np.count_nonzero(zero, axis=axis, keepdims=True)
    return np.where(number == zero, whole / others, 0)[()]  # where no other is 0


def _has_all_digits(x: Any) -> bool:
    """Whether numbers are finite, and too large to be subnormal."""
    least = 1.2e-38 if x.dtype.char in "efF" else 2.3e-308
    if x.size == 1:
        return bool(least <= abs(x.item()) < math.inf)
    size = np.abs(x)
    return bool(np.all((size >= least) & (size < math.inf)))


def _products_before(terms: dict[int, Any], count: int) -> list[Any]:
    """By subset of the e's, their coefficient in the product of all earlier elements; by doubling steps."""
    n = len(terms[0])
    ones = np.ones_like(terms[0])
    zero = np.zeros_like(terms[0])
    parts = [terms.get(key, zero) for key in range(1 << count)]
    parts = [np.concatenate(((zero if key else ones)[:1], part[:-1]))[:n] for key, part in enumerate(parts)]
    step = 1
    while step < n:
        earlier = [np.concatenate(((zero if key else ones)[:step], part[:-step])) for key, part in enumerate(parts)]
        parts = [
            sum(earlier[sub] * parts[key ^ sub] for sub in range(1 << count) if sub & key == sub)
            for key in range(1 << count)
        ]
        step *= 2
    return parts


def cofactors(x: Any) -> Any:
    """The matrix of cofactors: the derivative of the determinant, also of singular matrices.

    From the singular value decomposition x = u s v: det(u v) u c v with c the products of the other singular values
    (Stewart, "On the adjugate matrix", 1998).

    >>> cofactors(np.array([[1.0, 2.0], [2.0, 4.0]])).round(12)
    array([[ 4., -2.],
           [-2.,  1.]])
    """
    return cofactor_change(x)


def cofactor_change(x: Any, *along: Any) -> Any:
    """The derivative of the cofactors of `x` along matrices, one order for each.

    The determinant of u s v is det(u v) prod(s), and its mixed derivatives are those of det(s + sum of e_k u' d_k v'):
    cofactors of a matrix over the numbers with e_k * e_k = 0.
    """
    u, s, vh = np.linalg.svd(np.asarray(x) + 0.0)
    sign_ = np.linalg.det(u) * np.linalg.det(vh)
    u_h, v = np.conj(np.swapaxes(u, -1, -2)), np.conj(np.swapaxes(vh, -1, -2))
    inner = [u_h @ d @ v for d in along]
    core = np.zeros(s.shape + s.shape[-1:], u.dtype) + _cofactors_of_diagonal(s.astype(u.dtype), inner)
    return np.conj(u) @ (sign_[..., None, None] * core) @ np.conj(vh)


def _cofactors_of_diagonal(s: Any, along: list[Any]) -> Any:
    """The mixed derivative along matrices of the cofactors of diag(s), by sums over the choices of rows and columns."""
    n, k = s.shape[-1], len(along)
    if k == 0:
        return np.eye(n, dtype=s.dtype) * products_of_others(s, axis=-1)[..., None, :]
    result = np.zeros((*s.shape, n), s.dtype)
    for rows in itertools.combinations(range(n), k + 1):
        left = np.prod(np.delete(s, rows, -1), -1)
        for place, row in enumerate(rows):
            others = [r for r in rows if r != row]
            for column_place, column in enumerate(rows):
                columns = [c for c in rows if c != column]
                total: Any = 0
                for order in itertools.permutations(range(k)):
                    for choice in itertools.permutations(range(k)):
                        parity = _parity(choice)
                        term = parity
                        for m in range(k):
                            term = term * along[order[m]][..., others[m], columns[choice[m]]]
                        total = total + term
                flip = (-1) ** (place + column_place)
                result[..., row, column] += flip * left * total
    return result


def _parity(order: Any) -> int:
    inversions = sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))
    return -1 if inversions % 2 else 1
