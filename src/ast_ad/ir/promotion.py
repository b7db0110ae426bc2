"""The kind of what a function of NumPy or an operator gives, applied element by element."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ast_ad.ir.kinds import Array, Kind, Scalar, broadcast_dims, dtype_of, is_complex, is_number


@lru_cache(maxsize=4096)
def _dtype_of_result(fn: Any, kinds: tuple[Any, ...], out: int) -> Any:
    one = {"a bool": True, "a int": 1, "a float": 1.0, "a complex": 1j}  # Python's own, which are no NumPy scalars
    values = [one[k] if k in one else np.ones((), k)[()] for k in kinds]
    with np.errstate(all="ignore"):
        result = fn(*values)
    result = result[out] if isinstance(result, tuple) else result
    python = type(result) in (bool, int, float, complex)
    return f"a {type(result).__name__}" if python else np.asarray(result).dtype.name


def _is_known(kind: Kind) -> bool:
    return isinstance(kind, Scalar) or dtype_of(kind) is not None


def elementwise_kind(fn: Any, kinds: Sequence[Kind], out: int = 0) -> Kind:
    """The kind of `fn` applied element by element: axes by broadcasting, dtype by NumPy's own promotion.

    >>> import operator
    >>> from ast_ad.ir.kinds import FLOAT, INT
    >>> elementwise_kind(operator.truediv, [INT, INT]), elementwise_kind(np.sin, [FLOAT])
    (Scalar(type='float'), Array(dtype='float64', dims=()))
    >>> elementwise_kind(operator.mul, [Array("float32", (3,)), FLOAT])
    Array(dtype='float32', dims=(3,))
    """
    dims = broadcast_dims(kinds)
    if any(not is_number(k) or (isinstance(k, Array) and k.dtype is None) for k in kinds):
        if not any(map(is_complex, kinds)):
            return Array(None, dims)
        guess = elementwise_kind(fn, [k if _is_known(k) else Array("float64", ()) for k in kinds], out)
        return Array("complex128" if is_complex(guess) else None, dims)
    names = tuple(f"a {k.type}" if isinstance(k, Scalar) else k.dtype for k in kinds)  # type: ignore[attr-defined]
    try:
        name = _dtype_of_result(fn, names, out)
    except (TypeError, ValueError, ArithmeticError):
        return Array(None, dims)
    if name.startswith("a ") and all(isinstance(k, Scalar) for k in kinds):
        return Scalar(name[2:])
    numpy = {"a bool": "bool", "a int": "int64", "a float": "float64", "a complex": "complex128"}
    return Array(numpy.get(name, name), dims)
