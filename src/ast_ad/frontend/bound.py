"""Methods, partial functions and objects that are called, as functions of the program that derivatives are taken of."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from types import FunctionType

import gast

from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.emission import Frame
from ast_ad.frontend.liveness import names_of
from ast_ad.frontend.values import Bound, Closure, Ref, Static, TupleOf, Value
from ast_ad.library_functions import in_python
from ast_ad.wrappers import signature_of

_CALLED = "called"


def closure_of(lo: Lowering, value: Value) -> Value:
    """`lambda x: called(x)` for a method of an object made here and its like; any other value as it is."""
    from ast_ad.frontend.objects import special

    bound = special(lo, value, "__call__") if isinstance(value, (Ref, TupleOf)) else value
    while isinstance(bound, Bound) and isinstance(bound.function, Bound):
        inner = bound.function
        args, words, named = (*inner.args, *bound.args), (*inner.words, *bound.words), (*inner.named, *bound.named)
        bound = Bound(inner.function, args, words, named)
    plain = isinstance(bound, Bound) and isinstance(bound.function, Static)
    function = in_python(bound.function.obj) if plain else None  # type: ignore[union-attr]
    if not isinstance(bound, Bound) or not isinstance(function, FunctionType):
        return value
    parameters = signature_of(function).parameters.values()
    taken = [p for k, p in enumerate(parameters) if k < len(bound.args) and p.kind is not p.VAR_POSITIONAL]
    left = [p for p in parameters if p not in taken and p.name not in bound.words]
    if _CALLED in {p.name for p in left}:
        return value
    own = ", ".join(_in_signature(left))
    node = _node(f"lambda {own}: {_CALLED}({', '.join(map(_in_call, left))})", lo.node)
    lo.unit.frames += 1
    around = _node(f"lambda {_CALLED}: 0", lo.node)
    lo.frames[lo.unit.frames] = Frame(lo.unit.frames, lo.frame.source, around, names_of(around))
    lo.state.frames[lo.unit.frames] = {_CALLED: bound}
    defaults = {p.name: static(p.default) for p in left if p.default is not p.empty}
    return Closure(node, lo.unit.frames, defaults, function.__name__)


def _in_signature(parameters: Sequence[inspect.Parameter]) -> Iterator[str]:
    """Parameters without their defaults."""
    kinds = [p.kind for p in parameters]
    for k, p in enumerate(parameters):
        if p.kind is p.KEYWORD_ONLY and p.VAR_POSITIONAL not in kinds and p.KEYWORD_ONLY not in kinds[:k]:
            yield "*"
        yield _starred(p)


def _in_call(parameter: inspect.Parameter) -> str:
    """A parameter as the argument of the function that has it too."""
    name = parameter.name
    return f"{name}={name}" if parameter.kind is parameter.KEYWORD_ONLY else _starred(parameter)


def _starred(parameter: inspect.Parameter) -> str:
    stars = (
        "*" if parameter.kind is parameter.VAR_POSITIONAL else "**" if parameter.kind is parameter.VAR_KEYWORD else ""
    )
    return stars + parameter.name


def _node(text: str, place: ast.AST) -> gast.AST:
    """The tree of an expression, in the place of another."""
    node = gast.parse(text, mode="eval").body
    for part in gast.walk(node):
        gast.copy_location(part, place)
    return node
