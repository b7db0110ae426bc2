"""Kinds of results: what NumPy makes of these operands and parameters, told without computing it.

Dtypes are asked of NumPy itself, once for each combination, on arrays of one element; axes are worked out by formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.ir.kinds import (
    Array,
    Dim,
    Fixed,
    Kind,
    List,
    Scalar,
    Sym,
    Tuple,
    broadcast_dims,
    dims_of,
    is_number,
    join,
    known_equal,
    not_one,
)
from ast_ad.ir.primitives import KindRule, Kinds
from ast_ad.rules.binding import NO_VALUE

Dims = tuple[Dim, ...] | None
_PYTHON = {"bool": True, "int": 1, "float": 1.0, "complex": 1j}


def fits_together(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Whether numbers are proven to broadcast against each other, so that an element-wise function cannot raise."""
    shapes: list[tuple[Dim, ...]] = []
    for kind in kinds:
        dims = dims_of(kind) if is_number(kind) else None
        if dims is None or (isinstance(kind, Array) and kind.dtype is None):
            return False
        if any(not _broadcasts(dims, other) for other in shapes):
            return False
        shapes.append(dims)
    return True


def _broadcasts(a: tuple[Dim, ...], b: tuple[Dim, ...]) -> bool:
    return all(x == 1 or y == 1 or known_equal(x, y) for x, y in zip(reversed(a), reversed(b), strict=False))


# Dtypes


def name_of(kind: Kind) -> str | None:
    """The dtype that NumPy gives an array of such values; None where it is not known.

    >>> from ast_ad.ir.kinds import FLOAT, INT
    >>> name_of(FLOAT), name_of(Array("float32", ())), name_of(INT)
    ('float64', 'float32', 'int64')
    """
    if isinstance(kind, Scalar):
        return {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"}[kind.type]
    if isinstance(kind, Array):
        return kind.dtype
    if isinstance(kind, (Tuple, Fixed)):
        names = [name_of(k) for k in kind.items]
        known = [n for n in names if n is not None]
        return np.result_type(*known).name if known and len(known) == len(names) else None
    return name_of(kind.item) if isinstance(kind, List) else None


_TRIED: dict[Any, str | None] = {}


def dtype_by_trial(fn: Callable[..., Any], kinds: Sequence[Kind], ndim: int = 1, **params: Any) -> str | None:
    """The dtype of `fn` on arrays of one element of these kinds; Python numbers stay Python numbers."""
    names = tuple(f"py {k.type}" if isinstance(k, Scalar) else name_of(k) for k in kinds)
    if None in names:
        return None
    key = (fn, names, ndim, tuple(params.items()))
    if key not in _TRIED:
        values = [_PYTHON[n[3:]] if n.startswith("py ") else np.ones((1,) * ndim, n) for n in names if n is not None]
        try:
            with np.errstate(all="ignore"):
                _TRIED[key] = np.asarray(fn(*values, **params)).dtype.name
        except (TypeError, ValueError, ArithmeticError):
            _TRIED[key] = None
    return _TRIED[key]


def inexact(name: str | None) -> str | None:
    """The dtype of a quotient of such numbers.

    >>> inexact("int64"), inexact("float32")
    ('float64', 'float32')
    """
    return name if name is None or np.dtype(name).kind in "fc" else "float64"


def real(name: str | None) -> str | None:
    """The dtype of the real part."""
    return name if name is None else {"complex128": "float64", "complex64": "float32"}.get(name, name)


def promoted(kinds: Sequence[Kind]) -> str | None:
    """The dtype that NumPy gives these values joined in one array."""
    names = [name_of(k) for k in kinds]
    known = [n for n in names if n is not None]
    return np.result_type(*known).name if known and len(known) == len(names) else None


# Axes


def array_dims(kind: Kind) -> Dims:
    """The axes of the array that NumPy makes of a value: numbers, and structures of numbers.

    >>> from ast_ad.ir.kinds import FLOAT
    >>> array_dims(Tuple((FLOAT, FLOAT))), array_dims(List(Array("float64", (3,))))
    ((2,), (None, 3))
    """
    if is_number(kind):
        return dims_of(kind)
    if isinstance(kind, (Tuple, Fixed)):
        if not kind.items:
            return (0,)
        inner = array_dims(kind.items[0])
        return None if inner is None else (len(kind.items), *inner)
    if isinstance(kind, List):
        inner = array_dims(kind.item)
        return None if inner is None else (None, *inner)
    return None


def items_of(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of the elements of a structure; None for a run-time list."""
    if isinstance(kind, (Tuple, Fixed)):
        return kind.items
    return None


def item_of(kind: Kind) -> Kind:
    """One kind for all elements of a structure, or for the rows of an array."""
    if isinstance(kind, List):
        return kind.item
    if isinstance(kind, (Tuple, Fixed)) and kind.items:
        found = kind.items[0]
        for other in kind.items[1:]:
            found = join(found, other)
        return found
    if isinstance(kind, Array):
        return Array(kind.dtype, kind.dims[1:] if kind.dims else None)
    return Array(None, None)


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """The axes that `axis` names, counted from the front; all of them where it is None.

    >>> axes_of(None, 2), axes_of(-1, 2), axes_of((0, -1), 3)
    ((0, 1), (1,), (0, 2))
    """
    if axis is None:
        return tuple(range(rank))
    return tuple(a % rank if rank else 0 for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def reduced_dims(dims: Dims, axis: Any, keepdims: Any) -> Dims:
    """The axes of a reduction.

    >>> reduced_dims((3, 4), -1, False), reduced_dims((3, 4), None, True)
    ((3,), (1, 1))
    """
    if dims is None:
        return () if axis is None and not keepdims else None
    gone = axes_of(axis, len(dims))
    if keepdims and keepdims is not NO_VALUE:
        return tuple(1 if k in gone else d for k, d in enumerate(dims))
    return tuple(d for k, d in enumerate(dims) if k not in gone)


def joined_dims(every: Sequence[Dims]) -> Dims:
    """The axes of arrays of one shape."""
    found: Dims = None
    for dims in every:
        if dims is None:
            continue
        if found is None:
            found = dims
        elif len(dims) == len(found):
            found = tuple(b if a is None or (isinstance(b, int)) else a for a, b in zip(found, dims, strict=True))
    return found


def _spelt(dim: Dim) -> str:
    if isinstance(dim, Sym):
        return f"{dim.name}-{dim.minus}" if dim.minus else dim.name
    return str(dim)


def sum_of(dims: Sequence[Dim]) -> Dim:
    """The length of axes laid end to end: a number, or a symbol that stands for the sum.

    >>> sum_of([2, 3]), sum_of([Sym("n"), 2]), sum_of([None, 2])
    (5, Sym(name='(n+2)', minus=0, not_one=False), None)
    """
    if any(d is None for d in dims):
        return None
    if all(isinstance(d, int) for d in dims):
        return sum(d for d in dims if isinstance(d, int))
    return Sym(f"({'+'.join(map(_spelt, dims))})")


def times(dim: Dim, count: int) -> Dim:
    """The length of an axis repeated so many times."""
    if count == 1 or dim is None:
        return dim
    return dim * count if isinstance(dim, int) else Sym(f"({_spelt(dim)}*{count})", 0, count != 1)


def less(dim: Dim, by: int) -> Dim:
    """The length of an axis that loses so many elements."""
    if by == 0:
        return dim
    return max(0, dim - by) if isinstance(dim, int) else Sym(dim.name, dim.minus + by) if isinstance(dim, Sym) else None


def unknown(rank: int | None) -> Dims:
    """Axes of which only the number is known."""
    return None if rank is None else (None,) * rank


# Rules of kinds


def as_array(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The first operand as an array."""
    return Array(name_of(kinds[0]), array_dims(kinds[0]))


def reduction(fn: Callable[..., Any]) -> KindRule:
    """A reduction over `axis`, with NumPy's dtype for the sum, the mean, ..."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        given = {"dtype": params["dtype"]} if params.get("dtype") is not None else {}
        dtype = dtype_by_trial(fn, [Array(name_of(kinds[0]), (1,))], **given)
        return Array(dtype, reduced_dims(array_dims(kinds[0]), params.get("axis"), params.get("keepdims")))

    return kind


def scan(fn: Callable[..., Any]) -> KindRule:
    """A scan along `axis`; of the flat array where that is None, or there are no axes."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        given = {"dtype": params["dtype"]} if params.get("dtype") is not None else {}
        dtype = dtype_by_trial(fn, [Array(name_of(kinds[0]), (1,))], **given)
        dims = array_dims(kinds[0])
        return Array(dtype, dims if dims != () and params.get("axis") is not None else flat(dims))

    return kind


def flat(dims: Dims) -> Dims:
    """The axis of the flattened array."""
    if dims is None:
        return (None,)
    if all(isinstance(d, int) for d in dims):
        size = 1
        for d in dims:
            assert isinstance(d, int)
            size *= d
        return (size,)
    others = [d for d in dims if d != 1]
    if len(others) == 1 or any(d is None for d in others):
        return (others[0],) if len(others) == 1 else (None,)
    return (Sym(f"({'*'.join(map(_spelt, others))})", 0, all(map(not_one, others))),)


def in_dtype(rule: KindRule) -> KindRule:
    """The kind that a rule gives, in the dtype that a parameter `dtype` names."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        found, dtype = rule(kinds, params), params.get("dtype")
        if dtype is None:
            return found  # type: ignore[no-any-return]
        return Array(np.dtype(dtype).name, found.dims if isinstance(found, Array) else None)

    return kind


def same_shape_as_first(fn: Callable[..., Any] | None = None) -> KindRule:
    """The axes of the first operand, with the dtype that `fn` gives it."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        first = kinds[0]
        dtype = name_of(first) if fn is None else dtype_by_trial(fn, [Array(name_of(first), (1,))])
        return Array(dtype, array_dims(first))

    return kind


def like_numpy(fn: Callable[..., Any], ndim: int = 2) -> Callable[[Kinds], str | None]:
    """The dtype of `fn` on square arrays of these kinds."""
    return lambda kinds: dtype_by_trial(fn, [Array(name_of(k), (1,) * ndim) for k in kinds], ndim)


def length_of(dim: Dim) -> int | None:
    """The length of an axis where it is a known number."""
    return dim if isinstance(dim, int) else None


def broadcast(kinds: Sequence[Kind]) -> Dims:
    """The axes of these values broadcast against each other."""
    return broadcast_dims([Array(None, array_dims(k)) for k in kinds])
