"""Random draws: methods of generators that come from outside, from the call, or are made in the program."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend import reorderings
from ast_ad.frontend.captures import capture_variable
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.values import Items, Range, Ref, Run, Static, TupleOf, Value, kind_of
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Array, Scalar, bound_kind, rank
from ast_ad.rules.table import primitive_of
from ast_ad.runtime import class_of_generator, name_of_generator

#: by kind of generator, the methods that are read as functions of Python where they meet elements that are no constants
_GENERATOR = {
    "choice": reorderings.choice_of_generator,
    "permutation": reorderings.permutation,
    "shuffle": reorderings.shuffle,
}
_STATE = {**_GENERATOR, "choice": reorderings.choice_of_state}
_PYTHON = {
    "choice": reorderings.element,
    "choices": reorderings.elements,
    "sample": reorderings.sample,
    "shuffle": reorderings.swaps,
}
_READ: dict[str, dict[str, Any]] = {
    "np.random.Generator": _GENERATOR,
    "np.random.RandomState": _STATE,
    "random.Random": _PYTHON,
}


def draws(owner: Var, name: str) -> bool:
    """Whether a generator has a method that can be called here."""
    home = bound_kind(owner.kind).type  # type: ignore[attr-defined]
    return name in _READ[home] or primitive_of(getattr(class_of_generator(home), name, None)) is not None


def call_draw(lo: Lowering, owner: Var, name: str, args: list[Value], kwargs: dict[str, Value], wish: str) -> Value:
    """`owner.name(*args, **kwargs)` of a generator."""
    home = bound_kind(owner.kind).type  # type: ignore[attr-defined]
    method = Static(getattr(class_of_generator(home), name), f"{home}.{name}")
    return _drawn(lo, home, owner, method, [owner, *args], kwargs, wish)


def call_that_draws(
    lo: Lowering, function: Static, args: list[Value], kwargs: dict[str, Value], name: str
) -> Value | None:
    """A call of a method of a generator that is known; None for all other functions.

    The functions of `np.random` and `random` are methods too, of a generator that the module hides.
    """
    owner = getattr(function.obj, "__self__", None)
    home = name_of_generator(type(owner)) if owner is not None else None
    if home is None:
        return None
    method = function.obj.__name__
    module = sys.modules[type(owner).__module__ if home == "random.Random" else "numpy.random"]
    if getattr(module, method, None) == function.obj:
        return _drawn(lo, home, Static(module, home.rpartition(".")[0]), function, args, kwargs, name)
    if not function.path:
        return None
    ends = function.path[-1] == ("attr", method)
    path = function.path[:-1] if ends else (*function.path, ("attr", "__self__"))
    title = re.sub(r"\W+", "_", function.name.rpartition(".")[0].rpartition(".")[2]).strip("_")
    source = capture_variable(lo, path, owner, title or "rng")
    return call_draw(lo, source, method, args, kwargs, name)


def _drawn(
    lo: Lowering, home: str, source: Value, method: Static, args: list[Value], kwargs: dict[str, Value], wish: str
) -> Value:
    from ast_ad.frontend.calls import call_value
    from ast_ad.frontend.library import call_primitive

    title = method.name.rpartition(".")[2]
    read = _READ[home].get(title)
    given = [*args[isinstance(source, Var) :], *kwargs.values()]
    if read is not None and given and (title == "shuffle" or _holds_elements(lo, given[0])):
        rest = args[1:] if isinstance(source, Var) else args
        return call_value(lo, Static(read, title), [source, *rest], kwargs, wish)
    primitive = primitive_of(method.obj)
    if primitive is None:
        raise lo.error(
            UnsupportedSyntax,
            f"{method.name} is not supported",
            remedy="Draw with another method, or outside of the function.",
        )
    args = [call_value(lo, Static(list, "list"), [a], {}) if isinstance(a, Range) else a for a in args]
    return call_primitive(lo, primitive, args, kwargs, wish)


def _holds_elements(lo: Lowering, value: Value) -> bool:
    """Whether elements are drawn from a value that may vary: not from the numbers below one, nor from constants."""
    if isinstance(value, (Range, Lit)):
        return False
    if isinstance(value, Ref):
        contents = lo.contents(value)
        return isinstance(contents, Run) or (
            isinstance(contents, Items) and any(_holds_elements(lo, v) or _is_number(v) for v in contents.values)
        )
    if isinstance(value, TupleOf):
        return any(_holds_elements(lo, v) or _is_number(v) for v in value.items)
    kind = kind_of(value) if isinstance(value, Var) else None
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind not in "fc":
        return False
    return isinstance(kind, Array) and rank(kind) != 0


def _is_number(value: Value) -> bool:
    return isinstance(value, (Var, Lit)) and isinstance(kind_of(value), (Scalar, Array))
