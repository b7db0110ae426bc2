"""Functions that stand for others and say how they are differentiated: `no_grad`, rules of one's own."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from ast_ad.errors import WrongArgument


class Wrapper:
    """A function that stands for `fun`; called, it is `fun`.  In a class body it binds as a function does."""

    word = ""
    __ast_ad_binds__ = True

    def __init__(self, fun: Callable[..., Any]) -> None:
        if not callable(fun):
            raise WrongArgument(f"{self.word} expects a function, not {type(fun).__name__}")
        self.fun = fun
        for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
            value = getattr(fun, attribute, None)
            if value is not None:
                setattr(self, attribute, value)
        self.__wrapped__ = fun

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The function itself, or as a method of an object."""
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{self.word} {getattr(self, '__qualname__', self.fun)}>"

    def __reduce__(self) -> Any:
        """Found again by its name where that leads to it (a decorated function), else made again."""
        holder: Any = sys.modules.get(getattr(self, "__module__", ""))
        name = getattr(self, "__qualname__", "")
        for part in name.split("."):
            holder = getattr(holder, part, None)
        return name if holder is self else self.made_again()

    def made_again(self) -> Any:
        """What pickle needs to make it."""
        return type(self), (self.fun,)

    @property
    def __ast_ad_function__(self) -> Any:
        """The function as it was written."""
        return self.fun


def signature_of(function: Any) -> inspect.Signature:
    """The signature that a function is called by: one that `functools.wraps` made has its own, not what it wraps.

    >>> import functools
    >>> @functools.wraps(max)
    ... def logged(*args): ...
    >>> str(signature_of(logged))
    '(*args)'
    """
    inner: Any = function
    receiver: tuple[Any, ...] = ()
    while isinstance(inner, (MethodType, Wrapper)) or hasattr(type(inner), "__ast_ad_derivative__"):
        if isinstance(inner, MethodType):
            receiver, inner = (inner.__self__,), inner.__func__
        else:
            inner = inner.__wrapped__
    called = getattr(type(inner), "__call__", None)  # noqa: B004 (the function is wanted)
    if not isinstance(inner, FunctionType) and isinstance(called, FunctionType):
        receiver, inner = (inner,), called
    if not isinstance(inner, FunctionType) or not hasattr(inner, "__wrapped__"):
        return inspect.signature(function)
    bound = MethodType(inner, *receiver) if receiver else inner
    return inspect.signature(bound, follow_wrapped=False)


def wrapper_of(function: Any) -> Wrapper | None:
    """The wrapper that a function or a bound method is; None for all others."""
    function = getattr(function, "__func__", function) if isinstance(function, MethodType) else function
    return function if isinstance(function, Wrapper) else None


class Constant(Wrapper):
    """A function whose results count as constants."""

    word = "no_grad"


class no_grad:
    """What is computed inside counts as a constant: a context, `with no_grad():`, and a decorator, `@no_grad`.

    Results of operators, calls and subscripts of arrays have no derivative, nor have the elements of arrays that are
    written inside; other elements keep theirs, and a value that is given another name, or put into a tuple, list or
    dict, stays that value.  Derivatives that are taken inside are computed as ever.  Where nothing is differentiated it
    does nothing.

    >>> from ast_ad import grad
    >>> def f(x):
    ...     with no_grad():
    ...         scale = x * x
    ...     return scale * x
    >>> grad(f)(3.0)
    9.0
    """

    def __new__(cls, fun: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if fun is None else Constant(fun)

    def __enter__(self) -> None:
        """Nothing happens where nothing is differentiated."""

    def __exit__(self, *exception: object) -> None:
        """Exceptions pass."""

    def __call__(self, fun: Callable[..., Any]) -> Constant:
        """As a decorator: `@no_grad()`."""
        return Constant(fun)
