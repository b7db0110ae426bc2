"""A user's call of a library function, split into run-time operands and constant parameters as its rule wants them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from ast_ad.ir.primitives import HOLE, Primitive

Bound: TypeAlias = tuple[list[Any], dict[str, Any]]
Binder: TypeAlias = Callable[[Sequence[Any], dict[str, Any]], Bound]

#: primitives whose calls are bound by a function of their own
BINDERS: dict[Primitive, Binder] = {}
#: by primitive, the constant parameters that its rule honours; None for all that the function has
HONOURED: dict[Primitive, frozenset[str] | None] = {}
_SIMPLE = (bool, int, float, str, tuple)
#: what NumPy's signatures have where an argument is left out
NO_VALUE: Any = vars(np)["_NoValue"]


class UnsupportedArgument(TypeError):
    """A call passes something that its rule does not honour; the message names it."""


@cache
def signature_of(function: Any) -> inspect.Signature | None:
    """The signature, where Python can tell it."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        while function not in _SIGNATURES and hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        told = _SIGNATURES.get(function)
        return None if told is None else inspect.signature(told)


#: the signatures of functions in C that older versions of NumPy do not tell
_SIGNATURES: dict[Any, Callable[..., Any]] = {
    np.array: lambda object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, like=None: None,  # noqa: A006
    np.asarray: lambda a, dtype=None, order=None, *, device=None, copy=None, like=None: None,
    np.asanyarray: lambda a, dtype=None, order=None, *, device=None, copy=None, like=None: None,
    np.ascontiguousarray: lambda a, dtype=None, *, like=None: None,
    np.asfortranarray: lambda a, dtype=None, *, like=None: None,
    np.concatenate: lambda arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind": None,
    np.zeros: lambda shape, dtype=float, order="C", *, device=None, like=None: None,
    np.ndarray: lambda shape, dtype=float, *, order="C": None,
    np.empty: lambda shape, dtype=float, order="C", *, device=None, like=None: None,
    np.empty_like: lambda prototype, /, dtype=None, order="K", subok=True, shape=None, *, device=None: None,
    np.dot: lambda a, b, out=None: None,
    np.inner: lambda a, b, /: None,
    np.vdot: lambda a, b, /: None,
    np.where: lambda condition, x=None, y=None, /: None,
    np.lexsort: lambda keys, axis=-1: None,
    np.bincount: lambda x, /, weights=None, minlength=0: None,
    np.result_type: lambda *arrays_and_dtypes: None,
    np.shares_memory: lambda a, b, /, max_work=None: None,
    np.may_share_memory: lambda a, b, /, max_work=None: None,
}


def bind(primitive: Primitive, args: Sequence[Any], kwargs: dict[str, Any]) -> Bound:
    """A user's call as (arguments, constant parameters), bound as the function itself binds it.

    Parameters that are named in `primitive.operands` hold run-time values.  Those in front are arguments by
    position; the others come after them, and `params` has `HOLE` at their names, in the same order.  What is left
    are constants; those that equal their default are left out.  Raises TypeError as the function would, and
    `UnsupportedArgument` for a keyword that the rule does not honour.

    >>> from ast_ad.rules.table import primitive_of
    >>> bind(primitive_of(np.sum), ["x", 0], {"keepdims": True, "where": "m"})
    (['x', 'm'], {'axis': 0, 'keepdims': True, 'where': _})
    >>> bind(primitive_of(np.sum), ["x", None], {})
    (['x'], {})
    """
    special = BINDERS.get(primitive)
    if special is not None:
        return special(args, kwargs)
    if not primitive.operands:
        return _bind_positional(primitive, args, kwargs)
    signature = signature_of(primitive.call)
    if signature is None:
        return _bind_by_operands(primitive, args, kwargs)
    bound = signature.bind(*args, **kwargs)
    return bind_arguments(primitive, signature, bound.arguments)


def bind_arguments(primitive: Primitive, signature: inspect.Signature, arguments: dict[str, Any]) -> Bound:
    """The arguments of a call by name, in the order of the signature, split into operands and constants."""
    operands: list[Any] = []
    held: dict[str, Any] = {}
    params: dict[str, Any] = {}
    honoured = HONOURED.get(primitive)
    in_front = True
    for name, parameter in signature.parameters.items():
        if name not in arguments:
            in_front = False
            continue
        value = arguments[name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            operands.extend(value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            for extra in value:
                raise UnsupportedArgument(f"{primitive.name} with {extra!r} is not supported")
        elif name in primitive.operands:
            in_front = in_front and parameter.kind is not parameter.KEYWORD_ONLY
            if in_front:
                operands.append(value)
            elif not is_default(value, parameter.default):
                held[name] = value
                params[name] = HOLE
        else:
            in_front = False
            value = _as_meant(value, parameter)
            if is_default(value, parameter.default):
                continue
            if name == "out" or (honoured is not None and name not in honoured):
                raise UnsupportedArgument(f"{primitive.name} with {name!r} is not supported")
            params[name] = value
    while len(operands) > 1 and _may_drop(operands, signature):
        operands.pop()
    return operands + list(held.values()), params


def _as_meant(value: Any, parameter: inspect.Parameter) -> Any:
    """A constant, as a truth value where it stands for one: `keepdims=1`."""
    is_flag = parameter.name == "keepdims" or isinstance(parameter.default, bool)
    return bool(value) if is_flag and isinstance(value, (int, np.bool_)) else value


def constants_meant(primitive: Primitive, params: dict[str, Any]) -> dict[str, Any]:
    """The constant parameters of a call, truth values as such and defaults left out."""
    signature = signature_of(primitive.call) if params and isinstance(primitive.call, Hashable) else None
    if signature is None:
        return params
    found = {}
    for name, value in params.items():
        parameter = signature.parameters.get(name)
        meant = value if parameter is None or value is HOLE else _as_meant(value, parameter)
        if parameter is None or value is HOLE or not is_default(meant, parameter.default):
            found[name] = meant
    return found


def _may_drop(operands: list[Any], signature: inspect.Signature) -> bool:
    """Whether the last positional operand is its own default and no later argument needs it in its place."""
    parameters = list(signature.parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return False
    default = parameters[len(operands) - 1].default
    return default is not NO_VALUE and is_default(operands[-1], default)


def is_default(value: Any, default: Any) -> bool:
    """Whether a constant is the default of its parameter.  Values that are not constants are not."""
    if value is default or (default is NO_VALUE and (value is None or value is False)):
        return True
    return type(value) in _SIMPLE and type(value) is type(default) and bool(value == default)


def _bind_positional(primitive: Primitive, args: Sequence[Any], kwargs: dict[str, Any]) -> Bound:
    """Ufuncs and functions of `math` and `operator`: all arguments are operands."""
    ufunc = primitive.call
    if isinstance(ufunc, np.ufunc) and len(args) != ufunc.nin:
        raise TypeError(f"{primitive.name} takes {ufunc.nin} operands, not {len(args)}")
    honoured = HONOURED.get(primitive) or ()
    for name in kwargs:
        if name not in honoured:
            raise UnsupportedArgument(f"{primitive.name} with {name!r} is not supported")
    return list(args), dict(kwargs)


def _bind_by_operands(primitive: Primitive, args: Sequence[Any], kwargs: dict[str, Any]) -> Bound:
    """Functions whose signature Python cannot tell: `operands` are all the parameters there are."""
    if len(args) > len(primitive.operands):
        raise TypeError(f"{primitive.name} takes {len(primitive.operands)} arguments, not {len(args)}")
    operands = list(args)
    for name in primitive.operands[len(args) :]:
        if name not in kwargs:
            break
        operands.append(kwargs.pop(name))
    for name in kwargs:
        raise UnsupportedArgument(f"{primitive.name} with {name!r} is not supported")
    return operands, {}
