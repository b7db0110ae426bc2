"""Kinds: what is known of a value before the program runs.  A lattice, with `UNDEFINED` at the bottom.

Scalar("float")                 a Python number (weak in NumPy's promotion)
Array("float64", (Sym("x0"), 3))  an array or NumPy scalar; an axis is a number, a symbol, or None (nothing known)
Array("complex128", ...)        complex numbers, or real ones where a branch, a loop or an eigenvalue gave these
Array(None, None)               a number of unknown dtype and rank, Python's or NumPy's
Tuple, List, Dict               structures; a List has one kind for all its elements, and any length
Map                             a dict whose keys are known at run time only: one kind for them, one for the values
Static                          no number: a function, a string, None
Opaque                          made at run time and without a derivative: a string, a generator, a file
Maybe(K)                        K, or not bound on some path
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from ast_ad.runtime.objects import GENERATORS


@dataclass(frozen=True, slots=True)
class Kind:
    """The base of all kinds."""


@dataclass(frozen=True, slots=True)
class Sym:
    """The length of an axis: the symbol `name` less `minus`; `not_one` where it is known not to be 1."""

    name: str
    minus: int = 0
    not_one: bool = False


Dim: TypeAlias = int | Sym | None


@dataclass(frozen=True, slots=True)
class Undefined(Kind):
    """Not bound, or not yet known in a loop or a recursion."""


@dataclass(frozen=True, slots=True)
class Scalar(Kind):
    """A Python number; `type` is "bool", "int", "float" or "complex"."""

    type: str


@dataclass(frozen=True, slots=True)
class Array(Kind):
    """An array or a NumPy scalar.  `dtype` is a NumPy name or None; `dims` is None where the rank is unknown.

    `cell` says of rank 0 whether it is an array, which can be written to, or a scalar; None where it may be either.
    """

    dtype: str | None = None
    dims: tuple[Dim, ...] | None = None
    cell: bool | None = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Tuple(Kind):
    """A tuple with a kind for each element."""

    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class List(Kind):
    """A list of any length whose elements all have the kind `item`."""

    item: Kind


@dataclass(frozen=True, slots=True)
class Map(List):
    """A dict with any keys of the kind `key`; each has a value of the kind `item`, as an index of a list has.

    A tangent has the same keys.  A cotangent may have more: what was written to by a key that was new.
    """

    key: Kind


@dataclass(frozen=True, slots=True)
class Dict(Kind):
    """A dict with these keys; with a `type` an object of this class with these attributes, or a named tuple."""

    keys: tuple[Any, ...]
    items: tuple[Kind, ...]
    type: Any = None


@dataclass(frozen=True, slots=True)
class Fixed(Kind):
    """A list of known length whose elements have kinds of their own."""

    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Static(Kind):
    """No number, and the same object at each call."""


@dataclass(frozen=True, slots=True)
class Opaque(Kind):
    """Made at run time, carries no derivative; `type` is the name of its type, or ""; a sparse matrix has a dtype."""

    type: str = ""
    dtype: str | None = None


@dataclass(frozen=True, slots=True)
class Maybe(Kind):
    """`kind`, or not bound."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Residual(Kind):
    """What the function named `forward` leaves for its reverse: a tuple, known by name so that recursion closes."""

    forward: str


UNDEFINED = Undefined()
BOOL, INT, FLOAT, COMPLEX = Scalar("bool"), Scalar("int"), Scalar("float"), Scalar("complex")
NUMBER = Array(None, None)
STATIC = Static()
OPAQUE, EXCEPTION, TYPE = Opaque(), Opaque("exception"), Opaque("type")
_ORDER = ("bool", "int", "float", "complex")


def is_number(kind: Kind) -> bool:
    """Whether values of this kind are numbers or arrays of numbers."""
    return isinstance(kind, (Scalar, Array))


def is_integer(kind: Kind) -> bool:
    """Whether a value is one integer, of Python or of NumPy.

    >>> is_integer(INT), is_integer(Array("int64", ())), is_integer(FLOAT)
    (True, True, False)
    """
    return kind == INT or (isinstance(kind, Array) and kind.dims == () and str(kind.dtype).startswith(("int", "uint")))


def rank(kind: Kind) -> int | None:
    """The number of axes; None where it is not known."""
    if isinstance(kind, Array):
        return None if kind.dims is None else len(kind.dims)
    return 0 if isinstance(kind, Scalar) else None


def dims_of(kind: Kind) -> tuple[Dim, ...] | None:
    """The axes of a number; None where the rank is not known."""
    return kind.dims if isinstance(kind, Array) else ()


def dtype_of(kind: Kind) -> str | None:
    """The dtype of an array kind; None for Python numbers and where it is not known."""
    return kind.dtype if isinstance(kind, Array) else None


def carries_derivative(kind: Kind) -> bool:
    """Whether a value of this kind can have a cotangent that is not zero by nature.  An empty array has no coordinates.

    >>> carries_derivative(FLOAT), carries_derivative(INT), carries_derivative(Array("float64", (0, 3)))
    (True, False, False)
    """
    if isinstance(kind, Scalar):
        return kind.type in ("float", "complex")
    if isinstance(kind, Array):
        return (kind.dtype is None or np.dtype(kind.dtype).kind in "fc") and 0 not in (kind.dims or ())
    if isinstance(kind, (Tuple, Dict, Fixed)):
        return any(map(carries_derivative, kind.items))
    if isinstance(kind, List):
        return carries_derivative(kind.item)
    if isinstance(kind, Maybe):
        return carries_derivative(kind.kind)
    return isinstance(kind, (Undefined, Residual))


def may_be_unbound(kind: Kind) -> bool:
    """Whether a value may not be there and its zero cotangent cannot be written without it: an array or a structure."""
    return isinstance(kind, Maybe) and not (isinstance(kind.kind, Scalar) or rank(kind.kind) == 0)


def bound_kind(kind: Kind) -> Kind:
    """The kind of a value where it is bound."""
    return kind.kind if isinstance(kind, Maybe) else kind


def is_complex(kind: Kind) -> bool:
    """Whether values of this kind are complex: what is real on one path only counts as complex."""
    if isinstance(kind, Scalar):
        return kind.type == "complex"
    return isinstance(kind, Array) and kind.dtype is not None and kind.dtype.startswith("complex")


def cotangent_kind(kind: Kind) -> Kind:
    """The kind of a tangent or cotangent of a value: the same structure; integers have floats."""
    if isinstance(kind, Scalar):
        return kind if kind.type == "complex" else FLOAT
    if isinstance(kind, Array):
        integral = kind.dtype is not None and np.dtype(kind.dtype).kind not in "fc"
        return Array("float64" if integral else kind.dtype, kind.dims)
    if isinstance(kind, Tuple):
        return Tuple(tuple(map(cotangent_kind, kind.items)))
    if isinstance(kind, Fixed):
        return Fixed(tuple(map(cotangent_kind, kind.items)))
    if isinstance(kind, Dict):
        return Dict(kind.keys, tuple(map(cotangent_kind, kind.items)), kind.type)
    if isinstance(kind, List):
        return replace(kind, item=cotangent_kind(kind.item))
    if isinstance(kind, Maybe):
        inner = cotangent_kind(kind.kind)
        return Maybe(inner) if may_be_unbound(kind) else inner
    return kind if isinstance(kind, (Residual, Undefined)) else STATIC


def known_equal(a: Dim, b: Dim) -> bool:
    """Whether two axes are proven to have one length."""
    if isinstance(a, Sym) and isinstance(b, Sym):
        return a.name == b.name and a.minus == b.minus
    return a is not None and a == b


def not_one(dim: Dim) -> bool:
    """Whether an axis is proven not to have the length 1."""
    return dim.not_one if isinstance(dim, Sym) else dim is not None and dim != 1


def broadcast_dim(a: Dim, b: Dim) -> Dim:
    """The axis that two axes broadcast to."""
    if a == 1:
        return b
    if b == 1 or known_equal(a, b) or not_one(a):
        return a
    if not_one(b):
        return b
    return None


def is_generator(kind: Kind) -> bool:
    """Whether values of a kind draw random numbers."""
    return isinstance(kind, Opaque) and kind.type in GENERATORS


def broadcast_dims(kinds: Sequence[Kind]) -> tuple[Dim, ...] | None:
    """The axes of the values broadcast against each other; None where a rank is not known.

    >>> broadcast_dims([Array("float64", (Sym("n"), 1)), Array("float64", (5,)), FLOAT])
    (Sym(name='n', minus=0, not_one=False), 5)
    """
    result: list[Dim] = []
    for kind in kinds:
        dims = dims_of(kind)
        if dims is None:
            return None
        ranks = max(len(result), len(dims))
        padded = [1] * (ranks - len(result)) + result
        other = [1] * (ranks - len(dims)) + list(dims)
        result = [broadcast_dim(a, b) for a, b in zip(padded, other, strict=True)]
    return tuple(result)


def broadcasts(kinds: Sequence[Kind]) -> bool:
    """Whether values are proven to broadcast against each other.

    >>> broadcasts([Array("float64", (Sym("n"), Sym("m"))), Array("float64", (Sym("m"),)), FLOAT])
    True
    """
    axes: list[Dim] = []
    for kind in kinds:
        dims = dims_of(kind)
        if dims is None:
            return False
        for k, dim in enumerate(reversed(dims)):
            if k == len(axes):
                axes.append(dim)
            elif axes[k] == 1:
                axes[k] = dim
            elif dim != 1 and not known_equal(axes[k], dim):
                return False
    return True


def same_shape(a: Kind, b: Kind) -> bool:
    """Whether two values are proven to have the same shape."""
    one, two = dims_of(a), dims_of(b)
    if one is None or two is None:
        return False
    return len(one) == len(two) and all(map(known_equal, one, two))


def fits(wide: Kind, narrow: Kind) -> bool:
    """Whether a value of shape `wide`, broadcast from one of kind `narrow`, is proven to have the shape of that."""
    one, two = dims_of(wide), dims_of(narrow)
    if one is None or two is None:
        return False
    return len(one) == len(two) and all(known_equal(w, n) or not_one(n) for w, n in zip(one, two, strict=True))


def join_dims(a: tuple[Dim, ...] | None, b: tuple[Dim, ...] | None) -> tuple[Dim, ...] | None:
    """What is known of the axes of a value that is one or the other."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if known_equal(x, y) else None for x, y in zip(a, b, strict=True))


def join(a: Kind, b: Kind) -> Kind:
    """The least kind above both; `OPAQUE` where they have nothing in common.

    >>> join(INT, FLOAT), join(FLOAT, Array("float64", ()))
    (Scalar(type='float'), Array(dtype='float64', dims=()))
    >>> join(UNDEFINED, FLOAT)
    Maybe(kind=Scalar(type='float'))
    >>> join(Array("float64", ()), COMPLEX)
    Array(dtype='complex128', dims=())
    """
    if a == b:
        return a
    if isinstance(a, Undefined) or isinstance(b, Undefined):
        other = b if isinstance(a, Undefined) else a
        return other if isinstance(other, Maybe) else Maybe(other)
    if isinstance(a, Maybe) or isinstance(b, Maybe):
        inner = join(a.kind if isinstance(a, Maybe) else a, b.kind if isinstance(b, Maybe) else b)
        return inner if isinstance(inner, Maybe) else Maybe(inner)
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a if _ORDER.index(a.type) > _ORDER.index(b.type) else b
    if isinstance(a, (Scalar, Array)) and isinstance(b, (Scalar, Array)):
        dims = join_dims(dims_of(a), dims_of(b))
        cells = {getattr(a, "cell", False), getattr(b, "cell", False)} if dims == () else {False}
        return Array(_join_dtypes(a, b), dims, cells.pop() if len(cells) == 1 else None)
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items):
        return Tuple(tuple(map(join, a.items, b.items)))
    if isinstance(a, Dict) and isinstance(b, Dict) and a.keys == b.keys and a.type is b.type:
        return Dict(a.keys, tuple(map(join, a.items, b.items)), a.type)
    if isinstance(a, Map) and isinstance(b, Map):
        return Map(*(join_elements(one, two) for one, two in ((a.item, b.item), (a.key, b.key))))
    if isinstance(a, List) and isinstance(b, List) and type(a) is type(b):
        if isinstance(a.item, Undefined) or isinstance(b.item, Undefined):  # an empty list
            return b if isinstance(a.item, Undefined) else a
        return List(join(a.item, b.item))
    if isinstance(a, Residual) or isinstance(b, Residual):
        return a if isinstance(a, Residual) else b
    return OPAQUE


def join_elements(a: Kind, b: Kind) -> Kind:
    """The kind of what is held by an empty list or dict and by another, or by two that hold something."""
    if isinstance(a, Undefined) or isinstance(b, Undefined):
        return b if isinstance(a, Undefined) else a
    return OPAQUE if STATIC in (a, b) else join(a, b)


def _join_dtypes(a: Scalar | Array, b: Scalar | Array) -> str | None:
    one, two = dtype_of(a), dtype_of(b)
    if is_complex(a) or is_complex(b):
        single = {"complex64", "float32"}
        return "complex64" if one in single and two in single else "complex128"
    if isinstance(a, Array) and isinstance(b, Array):
        return one if one == two else None
    scalar, dtype = (a, two) if isinstance(a, Scalar) else (b, one)
    assert isinstance(scalar, Scalar)
    wide = {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"}[scalar.type]
    return dtype if dtype == wide or (dtype == "float64" and scalar.type in ("bool", "int")) else None


def kind_of_value(value: Any) -> Kind:
    """The kind of a constant, with its axes as numbers."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, np.generic):
        return Array(value.dtype.name, ())
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, complex):
        return COMPLEX
    if isinstance(value, np.ndarray):
        return Array(value.dtype.name, value.shape, value.shape == ())
    if isinstance(value, tuple):
        return Tuple(tuple(map(kind_of_value, value)))
    return STATIC
