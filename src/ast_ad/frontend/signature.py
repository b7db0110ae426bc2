"""The arguments of a function: one for each parameter of its signature, with its kind and, in a call, its value."""

from __future__ import annotations

import enum
import inspect
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ast_ad.errors import WrongArgument
from ast_ad.ir.kinds import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NUMBER,
    OPAQUE,
    STATIC,
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Opaque,
    Scalar,
    Sym,
    Tuple,
    join,
)
from ast_ad.rules.table import primitive_of
from ast_ad.runtime import fields_of, name_of_generator
from ast_ad.wrappers import signature_of

#: the form of a `Param`, by the kind of a parameter of a signature
FORMS = {
    inspect.Parameter.POSITIONAL_ONLY: "plain",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "plain",
    inspect.Parameter.VAR_POSITIONAL: "star",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}
_STATIC_TYPES = (
    str,
    bytes,
    enum.Enum,
    type(None),
    types.FunctionType,
    types.BuiltinFunctionType,
    type,
    types.ModuleType,
    np.ufunc,
)
_SCALARS: dict[type, Kind] = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX}


class Missing:
    """Stands for a value that is not at hand."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Argument:
    """What is known of one parameter of the user's signature; `witness` is its value in the call being compiled.

    `order` is that of an array's elements in memory, where that is known without a value; a tuple of these for a tuple.
    """

    name: str
    kind: Kind
    witness: Any = MISSING
    form: str = "plain"
    default: Any = MISSING
    order: Any = ""


def arguments_of(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Argument]:
    """The arguments of a call, defaults included.  Raises WrongArgument as Python would raise TypeError."""
    signature = signature_of(_plain(function))
    try:
        bound = signature.bind(*_receiver(function), *args, **kwargs)
    except TypeError as error:
        raise WrongArgument(f"{getattr(function, '__name__', 'the function')}: {error}") from None
    bound.apply_defaults()
    given, symbols = bound.arguments, Symbols()
    return [
        Argument(name, kind_of_argument(name, given[name], symbols), given[name], FORMS[p.kind], _default(p))
        for name, p in signature.parameters.items()
    ]


def arguments_from_annotations(function: Any) -> list[Argument]:
    """The arguments as annotations and defaults have them; an unknown number where neither says anything."""
    plain = _plain(function)
    signature = signature_of(plain)
    try:
        hints = typing.get_type_hints(plain)
    except Exception:  # an annotation may be any expression
        hints = {}
    receiver = _receiver(function)
    result = []
    for k, (name, p) in enumerate(signature.parameters.items()):
        witness: Any = receiver[k] if k < len(receiver) else MISSING
        kind = kind_of_annotation(hints.get(name, p.annotation), name)
        default = _default(p)
        if witness is not MISSING:
            kind = kind_of_argument(name, witness)
        elif kind is None and default is not MISSING:
            kind = kind_of_argument(name, default)
            witness = default if kind == STATIC else MISSING
        if p.kind is p.VAR_POSITIONAL:
            kind, witness = Tuple(()), ()
        elif p.kind is p.VAR_KEYWORD:
            kind, witness = Dict((), ()), {}
        result.append(Argument(name, kind or NUMBER, witness, FORMS[p.kind], default))
    return result


def _plain(function: Any) -> Any:
    from ast_ad.frontend.source import source_of

    return source_of(function).function


def _receiver(function: Any) -> tuple[Any, ...]:
    from ast_ad.frontend.source import source_of

    receiver = source_of(function).receiver
    return () if receiver is None else (receiver,)


def _default(parameter: inspect.Parameter) -> Any:
    return MISSING if parameter.default is parameter.empty else parameter.default


class Symbols(dict[int, str]):
    """The symbols of lengths: axes of one length share that of the first of them, for the whole of a call.

    `around` are the objects that the one being looked at is part of.
    """

    def __init__(self) -> None:
        super().__init__()
        self.around: list[Any] = []


def kind_of_argument(name: str, value: Any, symbols: Symbols | None = None) -> Kind:
    """The kind of an actual value; axes of arrays are symbols named after the parameter that first has the length.

    >>> kind_of_argument("x", np.ones((3, 1)))
    Array(dtype='float64', dims=(Sym(name='x0', minus=0, not_one=True), 1))
    >>> kind_of_argument("x", [1.0, 2.0]), kind_of_argument("x", (1, None))
    (List(item=Scalar(type='float')), Tuple(items=(Scalar(type='int'), Static())))
    """
    known = _SCALARS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray:
            _check_subclass(name, value)
        if value.dtype.kind not in "biufc":
            return Opaque("ndarray")
        known_lengths = Symbols() if symbols is None else symbols
        dims = tuple(
            n if n < 2 else Sym(known_lengths.setdefault(n, f"{name}{axis}"), 0, not_one=True)
            for axis, n in enumerate(value.shape)
        )
        return Array(value.dtype.name, dims, dims == ())
    if isinstance(value, np.generic):
        return Array(value.dtype.name, ()) if value.dtype.kind in "biufc" else OPAQUE
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        kinds = [kind_of_argument(f"{name}_{k}", getattr(value, k), symbols) for k in value._fields]
        return Dict(value._fields, tuple(kinds), type(value))
    if isinstance(value, tuple):
        return Tuple(tuple(kind_of_argument(f"{name}_{k}", v, symbols) for k, v in enumerate(value)))
    if type(value) is list:
        return _kind_of_list(name, value, symbols)
    if type(value) is dict:
        return Dict(tuple(value), tuple(kind_of_argument(str(k), v, symbols) for k, v in value.items()))
    if isinstance(value, _STATIC_TYPES) or _is_of_library(value):
        return STATIC
    if isinstance(value, float):
        return FLOAT
    if is_sparse(value):
        return Opaque(type(value).__name__, value.dtype.name)
    fields = _parts_of(value)
    if fields is None:
        generator = name_of_generator(type(value))
        if generator is not None:
            return Opaque(generator)
        return Opaque(type(value).__name__)
    symbols = Symbols() if symbols is None else symbols
    if any(value is other for other in symbols.around):
        return STATIC
    symbols.around.append(value)
    kinds = [kind_of_argument(key.strip("_"), part, symbols) for key, part in fields.items()]
    symbols.around.pop()
    return Dict(tuple(fields), tuple(kinds), type(value))


#: what a class of arrays must leave as it is; a memmap reads its parts from a file, and they are arrays
_OPERATORS = ("__add__", "__mul__", "__matmul__", "__pow__", "__getitem__", "__array_ufunc__", "__array_function__")


def _check_subclass(name: str, value: Any) -> None:
    """Raise WrongArgument for an array whose class computes otherwise: `*` of two np.matrix is a matrix product."""
    cls = type(value)
    if isinstance(value, np.memmap) or all(getattr(cls, o) is getattr(np.ndarray, o) for o in _OPERATORS):
        return
    masked = isinstance(value, np.ma.MaskedArray)
    raise WrongArgument(
        f"{name} is a {cls.__name__}, whose operators are not those of an array",
        reason="What it computes is not what the rules of NumPy's functions differentiate.",
        remedy=f"Pass {name}.filled(...) and the mask apart." if masked else f"Pass np.asarray({name}).",
    )


def is_distribution(value: Any) -> bool:
    """Whether an object is a distribution of SciPy, which is called to give it its parameters."""
    stats = sys.modules.get("scipy.stats")
    return stats is not None and isinstance(
        value, (stats.rv_continuous, stats.rv_discrete, type(stats.multivariate_normal))
    )


def _is_of_library(value: Any) -> bool:
    """Whether a value is a distribution, or a method of one that has a rule."""
    return is_distribution(value) or (isinstance(value, types.MethodType) and primitive_of(value) is not None)


def is_sparse(value: Any) -> bool:
    """Whether a value is a sparse matrix of SciPy."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(value))


def _parts_of(value: Any) -> dict[str, Any] | None:
    """What an object is made of; a method is its object and its function."""
    if isinstance(value, types.MethodType):
        return {"__self__": value.__self__, "__func__": value.__func__}
    return fields_of(value)


def _kind_of_list(name: str, value: list[Any], symbols: Symbols | None = None) -> Kind:
    """A list of any length where all elements have one kind; else each element has its own."""
    alone = Symbols()
    alone.around = [] if symbols is None else symbols.around
    kinds = [_anonymous(kind_of_argument(name, v, alone)) for v in value]
    if not kinds:
        return Fixed(())
    if all(isinstance(k, Scalar) for k in kinds):
        item = kinds[0]
        for kind in kinds[1:]:
            item = join(item, kind)
        return List(item)
    if all(isinstance(k, Array) and k == kinds[0] for k in kinds):
        return List(kinds[0])
    return Fixed(tuple(kind_of_argument(f"{name}_{k}", v, symbols) for k, v in enumerate(value)))


def _anonymous(kind: Kind) -> Kind:
    if isinstance(kind, Array) and kind.dims is not None:
        return Array(kind.dtype, (None,) * len(kind.dims))
    return kind


def kind_of_annotation(annotation: Any, name: str = "") -> Kind | None:
    """The kind that an annotation promises; None where it promises nothing that helps.

    >>> kind_of_annotation(list[float]), kind_of_annotation(tuple[int, float])
    (List(item=Scalar(type='float')), Tuple(items=(Scalar(type='int'), Scalar(type='float'))))
    """
    if isinstance(annotation, type) and annotation in _SCALARS:
        return _SCALARS[annotation]
    if annotation is np.ndarray:
        return NUMBER
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is np.ndarray:
        return NUMBER
    if origin is list and len(arguments) == 1:
        item = kind_of_annotation(arguments[0])
        return None if item is None else List(item)
    if origin is tuple and arguments and Ellipsis not in arguments:
        items = [kind_of_annotation(a) or NUMBER for a in arguments]
        return Tuple(tuple(items))
    return None
