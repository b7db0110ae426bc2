"""Memory for time: functions that are computed again in the reverse sweep."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

from ast_ad.derivative import Derivative


class Checkpointed(Derivative):
    """A function of which the reverse sweep keeps the arguments only; called, it is the function."""

    __ast_ad_binds__ = True

    def __init__(self, fun: Callable[..., Any]) -> None:
        super().__init__(fun, "checkpoint", ())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.primal(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The function itself, or as a method of an object."""
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> Any:
        """Found again by its name where that leads to it, else made again."""
        found = super().__reduce__()
        return found if isinstance(found, str) else (Checkpointed, (self.primal,))


def checkpoint(fun: Callable[..., Any]) -> Checkpointed:
    """The function, computed again in the reverse sweep from its arguments: memory is traded for time.

    Of `checkpoint(f)(x)`, or of a function under `@checkpoint`, what is kept is what it was given and what it
    returned, instead of all that its derivative reads: in a loop over layers, the state between two of them.  Values
    and derivatives stay the same.  It serves all modes and orders, may be nested, and prints once what it prints.

    Raises an error with the place in the source where the second run could differ from the first: where the function
    writes to what it was given, and in reverse mode where it draws random numbers or calls what is not known.

    >>> from ast_ad import grad
    >>> @checkpoint
    ... def layer(x):
    ...     return x * x * x
    >>> grad(lambda x: layer(layer(x)))(1.0)
    9.0
    """
    return Checkpointed(fun)
