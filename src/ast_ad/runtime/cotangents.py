"""Cotangents of values of any structure: their zero, their sum, their shape and dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.runtime.objects import fields_of, make_object


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
    fields = fields_of(x)
    return None if fields is None else make_object(type(x), **zeros_like(fields))


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
        return {key: add(a.get(key), b.get(key)) for key in {**a, **b}}
    if not isinstance(a, (int, float, complex, np.generic, np.ndarray)):
        return make_object(type(a), **add(fields_of(a), fields_of(b)))
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
    fields = fields_of(x)
    return x if fields is None else make_object(type(x), **copy(fields))


def outline(x: Any) -> Any:
    """What has the shape and dtype of an array, and takes no memory: for those who will ask for its shape.

    >>> outline(np.ones((3, 2))).shape, outline(np.ones((3, 2))).strides
    ((3, 2), (0, 0))
    """
    return np.broadcast_to(np.zeros((), np.asarray(x).dtype), np.shape(x))


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
    """A cotangent in the dtype of the value it belongs to; the real part where that value is real.

    >>> cast_like([1j, 1j], [0j, 0.0])
    [1j, 0.0]
    """
    if isinstance(x_bar, dict):
        return {key: cast_like(x_bar.get(key, 0.0), like) for key, like in x.items()}
    if isinstance(x_bar, list):
        return [cast_like(one, like) for one, like in zip(x_bar, x, strict=True)]
    if isinstance(x_bar, (complex, np.complexfloating)) or (isinstance(x_bar, np.ndarray) and x_bar.dtype.kind == "c"):
        of_complex = isinstance(x, complex) or getattr(getattr(x, "dtype", None), "kind", "") == "c"
        x_bar = x_bar if of_complex else x_bar.real + 0.0
    dtype = getattr(x, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or getattr(x_bar, "dtype", None) == dtype:
        return x_bar
    return np.asarray(x_bar).astype(dtype)[()]


def real_as(x_bar: Any, x: Any) -> Any:
    """`x_bar` itself; a TypeError where it is complex and `x` is real, though the compiler took all for real.

    >>> real_as(2.0, 1.0)
    2.0
    """
    if np.iscomplexobj(x_bar) and not np.iscomplexobj(x):
        raise TypeError(
            "complex numbers came up where the derivative was written for real ones: "
            "pass the argument as complex (x + 0j), or name their dtype where they are made (np.asarray(w, complex))"
        )
    return x_bar


def seed(out: Any, of: str) -> Any:
    """The cotangent 1 of a result of one element; a TypeError for a larger one."""
    if np.size(out) != 1:
        raise TypeError(
            f"grad needs a result of one element, and {of} returned an array of shape {np.shape(out)}: "
            "use jacobian for all derivatives, or vjp for a product with weights"
        )
    return np.ones_like(out)


def stop_gradient(x: Any) -> Any:
    """`x` itself, which counts as a constant in derivatives: a number, an array, or a structure of them.

    >>> stop_gradient(3.0)
    3.0
    """
    return x


def check(test: Any, message: Any = None) -> None:
    """`assert test, message`."""
    if not test:
        raise AssertionError(*(() if message is None else (message,)))
