"""What a function's parameters are, and which of them `argnums` means."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from ast_ad.errors import NoSource, WrongArgument
from ast_ad.ir.places import Place
from ast_ad.wrappers import Wrapper, signature_of


@dataclass(frozen=True)
class Parameters:
    """The signature of a function; `plain` is the number of its parameters where all are positional, else -1."""

    title: str
    names: tuple[str, ...]
    signature: inspect.Signature
    plain: int

    def complete(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments as the function would bind them, defaults included; raises TypeError as the function would."""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.title}(): {error}") from None
        bound.apply_defaults()
        return bound.args, bound.kwargs


def receiver_of(function: Any) -> tuple[Any, ...]:
    """The object that a bound method or a callable object passes as its first argument; () for a plain function."""
    if isinstance(function, MethodType):
        return (function.__self__,)
    if hasattr(type(function), "__ast_ad_derivative__"):
        return receiver_of(function.primal)
    if hasattr(type(function), "__ast_ad_lowered__") or isinstance(function, Wrapper):
        return ()
    known = (FunctionType, BuiltinFunctionType, type)
    is_object = not isinstance(function, known) and isinstance(type(function).__call__, FunctionType)
    return (function,) if is_object else ()


def parameters_of(function: Any) -> Parameters:
    """The parameters of a function, method or callable object."""
    if isinstance(function, type):
        raise NoSource(
            f"{function.__name__} is a class, so there is no function to differentiate",
            remedy="Write a function that makes the object and returns a number.",
        )
    try:
        signature = signature_of(function)
    except (TypeError, ValueError):
        raise NoSource(
            f"{function!r} has no signature that Python can show",
            reason="It is not written in Python, so there is no source to differentiate.",
            remedy="Wrap it in a Python function whose derivative is known.",
        ) from None
    kinds = [p.kind for p in signature.parameters.values()]
    positional = all(k in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for k in kinds)
    title = getattr(function, "__name__", "the function")
    return Parameters(title, tuple(signature.parameters), signature, len(kinds) if positional else -1)


def places_of(argnums: Any, parameters: Parameters, mode: str) -> tuple[tuple[Place, ...], bool]:
    """The places that `argnums` means (an int, a name, or a sequence of them), and whether it was a single one.

    A place is that of a parameter; for an argument that `*args` takes, the pair of its place and the argument's there.
    """
    if mode in ("vjp", "jvp", "linearize", "checkpoint"):
        return tuple(_place(n, parameters) for n in argnums), False
    one = isinstance(argnums, (int, str))
    wanted = list(argnums) if isinstance(argnums, (tuple, list)) else [argnums]
    places = tuple(_place(w, parameters) for w in wanted)
    if not places:
        raise WrongArgument("argnums is empty", remedy=f"Name one of the parameters: {', '.join(parameters.names)}.")
    if len(set(places)) < len(places):
        raise WrongArgument(f"argnums={argnums!r} names a parameter twice", remedy="Name each parameter once.")
    return places, one


def _place(wanted: Any, parameters: Parameters) -> Place:
    name = parameters.title
    have = f"The parameters of {name} are: {', '.join(parameters.names) or 'none'}."
    if isinstance(wanted, str):
        if wanted not in parameters.names:
            raise WrongArgument(f"argnums={wanted!r} names no parameter of {name}", reason=have)
        return parameters.names.index(wanted)
    if isinstance(wanted, bool) or not isinstance(wanted, int):
        raise WrongArgument(
            f"argnums must be an int, a parameter's name, or a sequence of them, not {wanted!r}", reason=have
        )
    count = len(parameters.names)
    kinds = [p.kind for p in parameters.signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds and wanted >= kinds.index(inspect.Parameter.VAR_POSITIONAL):
        star = kinds.index(inspect.Parameter.VAR_POSITIONAL)
        return (star, wanted - star)
    if not -count <= wanted < count:
        raise WrongArgument(f"argnums={wanted} is out of range for {name}, which has {count} parameters", reason=have)
    place = wanted % count
    by_keyword = list(parameters.signature.parameters.values())[place]
    if by_keyword.kind is by_keyword.KEYWORD_ONLY:
        raise WrongArgument(
            f"argnums={wanted} counts a keyword-only parameter of {name} by position",
            reason=have,
            remedy=f"Write argnums={by_keyword.name!r}.",
        )
    return place


def behind_receiver(places: Sequence[Place], receiver: Sequence[Any], plain: Any) -> tuple[Place, ...]:
    """The places counted from the receiver on, which a method takes as a parameter or in `*args`."""
    if not receiver:
        return tuple(places)
    in_star = isinstance(plain, FunctionType) and plain.__code__.co_argcount == 0
    if in_star:
        return tuple((p[0], p[1] + 1) if isinstance(p, tuple) else p for p in places)
    return tuple((p[0] + 1, p[1]) if isinstance(p, tuple) else p + 1 for p in places)
