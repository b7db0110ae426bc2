"""What generated code may call.  Imports NumPy only; each function is total: no exception, no warning of its own."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np


def zeros_like(x: Any) -> Any:
    """The zero cotangent of a value: 0.0 for a number, zeros for an array, the same structure for a structure.

    >>> zeros_like([1.0, {"a": (2, None)}])
    [0.0, {'a': (0.0, None)}]
    """
    if isinstance(x, (np.ndarray, np.generic)):
        if x.dtype.kind in "fc":
            return np.zeros_like(x)
        return np.zeros(x.shape) if x.dtype.kind in "biu" else None
    if isinstance(x, complex):
        return 0j
    if isinstance(x, (int, float)):
        return 0.0
    if isinstance(x, tuple):
        items = map(zeros_like, x)
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, list):
        return list(map(zeros_like, x))
    if isinstance(x, dict):
        return {key: zeros_like(value) for key, value in x.items()}
    return None


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents of one structure; None is the zero of what carries no derivative or is not bound.

    >>> add([1.0, (2.0,)], [0.5, (1.0,)])
    [1.5, (3.0,)]
    """
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple):
        items = map(add, a, b)
        return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
    if isinstance(a, list):
        return list(map(add, a, b))
    if isinstance(a, dict):
        return {key: add(value, b[key]) for key, value in a.items()}
    return a + b


def add_to_slice(xs: list[Any], values: list[Any], start: Any = None, stop: Any = None, step: Any = None) -> list[Any]:
    """A new list with values added to a slice of its elements.

    >>> add_to_slice([1.0, 2.0, 3.0], [0.5, 0.5], 1)
    [1.0, 2.5, 3.5]
    """
    new = list(xs)
    for place, value in zip(range(len(xs))[start:stop:step], values, strict=True):
        new[place] = add(new[place], value)
    return new


def or_zeros(x_bar: Any, x: Any) -> Any:
    """`x_bar`, or the zero cotangent of `x` where it is None."""
    return zeros_like(x) if x_bar is None else x_bar


def copy(x: Any) -> Any:
    """A copy that shares no array, list or dict with its argument."""
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, tuple):
        items = map(copy, x)
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, list):
        return list(map(copy, x))
    if isinstance(x, dict):
        return {key: copy(value) for key, value in x.items()}
    return x


def unbroadcast(x_bar: Any, x: Any) -> Any:
    """The cotangent of `x` from that of `x` broadcast: summed over the axes that broadcasting added or stretched.

    >>> unbroadcast(np.ones((3, 2)), np.zeros((1, 2)))
    array([[3., 3.]])
    """
    shape = np.shape(x)
    found = np.shape(x_bar)
    if found == shape:
        return x_bar
    extra = len(found) - len(shape)
    if extra < 0:
        return np.broadcast_to(x_bar, shape)
    axes = tuple(range(extra)) + tuple(
        extra + k for k, length in enumerate(shape) if length == 1 and found[extra + k] != 1
    )
    if not shape:
        return np.sum(x_bar)
    total = np.sum(x_bar, axis=axes, keepdims=True) if axes else x_bar
    total = np.reshape(total, np.shape(total)[extra:])
    return total if np.shape(total) == shape else np.broadcast_to(total, shape)


def broadcast_like(x_bar: Any, x: Any) -> Any:
    """`x_bar` stretched to the shape of `x`, read-only where it is stretched."""
    shape = np.shape(x)
    return x_bar if np.shape(x_bar) == shape else np.broadcast_to(x_bar, shape)


def cast_like(x_bar: Any, x: Any) -> Any:
    """A cotangent in the dtype of the value it belongs to; the real part where that value is real."""
    if isinstance(x_bar, (complex, np.complexfloating)) or (isinstance(x_bar, np.ndarray) and x_bar.dtype.kind == "c"):
        of_complex = isinstance(x, complex) or getattr(getattr(x, "dtype", None), "kind", "") == "c"
        x_bar = x_bar if of_complex else x_bar.real
    dtype = getattr(x, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or getattr(x_bar, "dtype", None) == dtype:
        return x_bar
    return np.asarray(x_bar).astype(dtype)[()]


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
    with np.errstate(all="ignore"):
        return np.divide(a, b)


def divide_or_zero(a: Any, b: Any) -> Any:
    """a / b with 0 / 0 = 0: the partial of a norm at its kink, and a cotangent that a selection has made zero.

    >>> divide_or_zero(0.0, 0.0), divide_or_zero(1.0, 0.0)
    (0.0, inf)
    """
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return divide(a, b) if a or b else 0.0
    with np.errstate(all="ignore"):
        quotient = np.divide(a, b)
    if np.all(b):
        return quotient
    return np.where(np.equal(a, 0) & np.equal(b, 0), 0, quotient)[()]


def keep_zeros(x_bar: Any, y_bar: Any) -> Any:
    """`x_bar`, and 0 where the cotangent `y_bar` that it was made from is 0: a selection wins over a singular partial.

    >>> keep_zeros(np.array([np.nan, 2.0]), np.array([0.0, 1.0]))
    array([0., 2.])
    """
    if isinstance(y_bar, (int, float)):
        return x_bar if y_bar else x_bar * 0.0 if np.ndim(x_bar) else 0.0
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


def power_slope(x: Any, y: Any) -> Any:
    """The derivative of x ** y by x: y * x ** (y - 1), and 0 where y is 0.

    >>> power_slope(3.0, 2), power_slope(0.0, 0), power_slope(0.0, 0.5)
    (6.0, 0.0, inf)
    """
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return y * power(x, y - 1) if y else 0.0
    with np.errstate(all="ignore"):
        return np.where(np.equal(y, 0), 0, y * power(x, np.subtract(y, 1)))[()]


def log_or_zero(x: Any) -> Any:
    """log(x), nan where x is negative, and 0 where x is 0: there x ** y does not depend on y.

    >>> log_or_zero(1.0), log_or_zero(0.0)
    (0.0, 0.0)
    """
    if isinstance(x, (int, float)):
        return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan
    with np.errstate(all="ignore"):
        return np.where(np.equal(x, 0), 0, np.log(x))[()]


def seed(out: Any, of: str) -> Any:
    """The cotangent 1 of a result of one element; a TypeError for a larger one."""
    if np.size(out) != 1:
        raise TypeError(
            f"grad needs a result of one element, and {of} returned an array of shape {np.shape(out)}: "
            "use jacobian for all derivatives, or vjp for a product with weights"
        )
    return np.ones_like(out)


def list_of(x_bar: Any, xs: Any) -> list[Any]:
    """A list as long as `xs`, each element `x_bar` summed to the shape of its partner: the transpose of a sum."""
    return [unbroadcast(x_bar, x) for x in xs]


def list_of_rows(x: Any) -> list[Any]:
    """The elements of the first axis: the transpose of making an array of a list."""
    return x.tolist() if np.ndim(x) == 1 and x.dtype == np.float64 else list(x)


def sum_of_list(xs: Any) -> Any:
    """The sum of a list; 0.0 of an empty one."""
    return sum(xs[1:], xs[0]) if len(xs) else 0.0


def sorting_order(xs: Any, reverse: bool = False) -> list[int]:
    """Where `sorted` takes its elements from."""
    return sorted(range(len(xs)), key=xs.__getitem__, reverse=reverse)


def in_order(xs: Any, order: list[int]) -> list[Any]:
    """The elements in an order."""
    return [xs[k] for k in order]


def out_of_order(xs: Any, order: list[int]) -> list[Any]:
    """The elements back from an order."""
    found = list(xs)
    for place, k in enumerate(order):
        found[k] = xs[place]
    return found


def pivot_order(pivots: Any) -> Any:
    """The order of the rows that LAPACK's list of exchanges gives."""
    order = np.arange(len(pivots))
    for k, p in enumerate(pivots):
        order[[k, p]] = order[[p, k]]
    return order


def split_like(x_bar: Any, xs: Any, axis: int | None) -> list[Any]:
    """An array split into stretches as long as the arrays of a list: the transpose of joining them.

    >>> [part.shape for part in split_like(np.zeros(5), [np.zeros(2), np.zeros(3)], 0)]
    [(2,), (3,)]
    """
    parts: list[Any] = []
    start = 0
    for x in xs:
        length = np.size(x) if axis is None else np.shape(x)[axis] if np.ndim(x) == np.ndim(x_bar) else 1
        part = np.moveaxis(x_bar, axis or 0, 0)[start : start + length]
        parts.append(np.reshape(np.moveaxis(part, 0, axis or 0), np.shape(x)))
        start += length
    return parts


def add_along_axis(x: Any, indices: Any, values: Any, axis: int | None) -> Any:
    """`x` with values added where `np.take_along_axis` would read, repeated indices as often as they occur.

    >>> add_along_axis(np.zeros(3), np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), 0)
    array([4., 0., 2.])
    """
    new = np.array(x)
    target = new.reshape(-1) if axis is None else np.moveaxis(new, axis, -1)
    moved = indices if axis is None else np.moveaxis(indices, axis, -1)
    shape = (*np.broadcast_shapes(target.shape[:-1], moved.shape[:-1]), moved.shape[-1])
    others = np.indices(shape[:-1], sparse=True)
    moved = np.broadcast_to(moved, shape)
    value = values if axis is None else np.moveaxis(values, axis, -1)
    at = tuple(np.where(n == 1, 0, o)[..., None] for n, o in zip(target.shape[:-1], others, strict=True))
    np.add.at(target, (*at, moved), value)
    return new


def diagonal_like(d: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros of the shape of `x` with the diagonal `d`: the transpose of `np.diagonal`.

    >>> diagonal_like(np.array([1.0, 2.0]), np.zeros((2, 2)))
    array([[1., 0.],
           [0., 2.]])
    """
    new = np.zeros(np.shape(x), np.asarray(d).dtype)
    view = np.moveaxis(new, (axis1, axis2), (-2, -1))
    rows, columns = np.arange(np.shape(d)[-1]), np.arange(np.shape(d)[-1])
    view[..., rows - min(offset, 0), columns + max(offset, 0)] = d
    return new


def resized(x: Any, like: Any) -> Any:
    """`x` cut at the end, or filled up with zeros, to the shape of `like`.

    >>> resized(np.ones(2), np.zeros(3)), resized(np.ones(2), np.zeros(1))
    (array([1., 1., 0.]), array([1.]))
    """
    shape = np.shape(like)
    batch = np.ndim(x) - len(shape)
    common = (*(slice(None),) * batch, *(slice(min(a, b)) for a, b in zip(np.shape(x)[batch:], shape, strict=True)))
    new = np.zeros((*np.shape(x)[:batch], *shape), x.dtype)
    new[common] = x[common]
    return new


def filled(x: Any, n: int) -> Any:
    """`x` with its last axis cut, or filled up with zeros, to the length n."""
    new = np.zeros((*x.shape[:-1], n), x.dtype)
    new[..., : min(n, x.shape[-1])] = x[..., :n]
    return new


def doubled(x: Any, wave: Any, axis: int) -> Any:
    """Half of the spectrum of `wave` with each frequency doubled that stands for two: all but 0 and n / 2."""
    weights = np.full(x.shape[axis], 2, x.real.dtype)
    weights[0] = 1
    n = wave.shape[axis]
    if n % 2 == 0 and n // 2 < len(weights):
        weights[n // 2] = 1
    return x * np.reshape(weights, (-1, *(1,) * (x.ndim - 1 - axis % x.ndim)))


def delay(x: Any, axis: int, by: int = 1, first: float = 0) -> Any:
    """`x` moved along an axis by one place up (1) or down (-1), with `first` at the place that becomes free.

    >>> delay(np.array([1.0, 2.0, 3.0]), 0), delay(np.array([1.0, 2.0, 3.0]), 0, -1)
    (array([0., 1., 2.]), array([2., 3., 0.]))
    """
    new = np.full_like(x, first)
    source, target = np.moveaxis(x, axis, 0), np.moveaxis(new, axis, 0)
    if by > 0:
        target[1:] = source[:-1]
    else:
        target[:-1] = source[1:]
    return new


def recurrence(a: Any, b: Any, axis: int, reverse: bool = False) -> Any:
    """r[k] = b[k] + a[k] * r[k - 1] along an axis; reversed, its transpose r[k] = b[k] + a[k + 1] * r[k + 1].

    >>> recurrence(np.array([9.0, 2.0, 3.0]), np.ones(3), 0)
    array([ 1.,  3., 10.])
    """
    factors, steps = np.broadcast_arrays(a, b)
    new = np.array(steps, np.result_type(a, b))
    r, f = np.moveaxis(new, axis, 0), np.moveaxis(factors, axis, 0)
    if reverse:
        for k in range(len(r) - 2, -1, -1):
            r[k] += f[k + 1] * r[k + 1]
    else:
        for k in range(1, len(r)):
            r[k] += f[k] * r[k - 1]
    return new


def unique_places(x: Any) -> Any:
    """Where `np.unique` takes its values from, in the flattened array."""
    return np.unique(x, return_index=True)[1]


def running_places(x: Any, axis: int, largest: bool) -> Any:
    """The place, along an axis, of the first largest (or smallest) element so far.

    >>> running_places(np.array([1.0, 3.0, 2.0, 3.0]), 0, True)
    array([0, 1, 1, 1])
    """
    best = (np.maximum if largest else np.minimum).accumulate(x, axis=axis)
    moved = np.moveaxis(best, axis, 0)
    fresh = np.ones(moved.shape, bool)
    fresh[1:] = moved[1:] != moved[:-1]
    numbers = np.arange(len(moved)).reshape((-1, *(1,) * (moved.ndim - 1)))
    return np.moveaxis(np.maximum.accumulate(np.where(fresh, numbers, 0), axis=0), 0, axis)


def stretch_sums(x: Any, indices: Any, axis: int) -> Any:
    """`np.add.reduceat`."""
    return np.add.reduceat(x, indices, axis=axis)


def spread_stretches(y: Any, indices: Any, x: Any, axis: int) -> Any:
    """Each sum of a stretch given to the elements that it is made of: the transpose of `np.add.reduceat`."""
    new = np.zeros(np.shape(x), np.asarray(y).dtype)
    target, source = np.moveaxis(new, axis, 0), np.moveaxis(y, axis, 0)
    stops = [*indices[1:], len(target)]
    for k, (start, stop) in enumerate(zip(indices, stops, strict=True)):
        target[start : max(stop, start + 1)] += source[k]
    return new


def _stretch_of_mode(a: Any, v: Any, mode: str) -> slice:
    m, n = max(len(a), len(v)), min(len(a), len(v))
    if mode == "full":
        return slice(0, m + n - 1)
    return slice((n - 1) // 2, (n - 1) // 2 + m) if mode == "same" else slice(n - 1, m)


def cut(c: Any, a: Any, v: Any, mode: str) -> Any:
    """The stretch of a full convolution of `a` and `v` that a mode keeps."""
    return c[_stretch_of_mode(a, v, mode)]


def uncut(c: Any, a: Any, v: Any, mode: str) -> Any:
    """The result of a convolution in a mode, among zeros in the full length."""
    new = np.zeros(len(a) + len(v) - 1, c.dtype)
    new[_stretch_of_mode(a, v, mode)] = c
    return new


def _stretch_of_correlation(a: Any, v: Any) -> slice:
    m, n = max(len(a), len(v)), min(len(a), len(v))
    start = (n - 1) // 2 if len(a) >= len(v) else n - 1 - (n - 1) // 2
    return slice(start, start + m)


def cut_correlation(c: Any, a: Any, v: Any) -> Any:
    """The stretch of a full correlation that the mode "same" keeps."""
    return c[_stretch_of_correlation(a, v)]


def uncut_correlation(c: Any, a: Any, v: Any) -> Any:
    """The result of a correlation in the mode "same", among zeros in the full length."""
    new = np.zeros(len(a) + len(v) - 1, c.dtype)
    new[_stretch_of_correlation(a, v)] = c
    return new


def check(test: Any, message: Any = None) -> None:
    """`assert test, message`."""
    if not test:
        raise AssertionError(*(() if message is None else (message,)))


# Functions that NumPy does not have


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
    """For each element along the axes, the product of all others, without a division: exact where elements are 0.

    With factors c1 ... ck: the sum, over all choices of k others, of the product in which the chosen x are replaced by
    their c.  That is the coefficient of e1 ... ek in the product of the others of x + c1 e1 + ... + ck ek (e * e = 0).

    >>> products_of_others(np.array([2.0, 3.0, 5.0]))
    array([15., 10.,  6.])
    """
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


def stop_gradient(x: Any) -> Any:
    """`x` itself, which counts as a constant in derivatives: a number, an array, or a structure of them.

    >>> stop_gradient(3.0)
    3.0
    """
    return x


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
