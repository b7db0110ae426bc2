"""Methods, partial functions and objects that are called, as functions of the program that derivatives are taken of."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType

import gast

from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.emission import Frame
from ast_ad.frontend.liveness import names_of
from ast_ad.frontend.values import Bound, Closure, Ref, Static, TupleOf, Value
from ast_ad.library_functions import in_python

_CALLED = "called"
_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


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
    parameters = list(inspect.signature(function).parameters.values())[len(bound.args) :]
    left = [p for p in parameters if p.name not in bound.words]
    if any(p.kind not in _PLAIN for p in left) or _CALLED in {p.name for p in left}:
        return value
    names = ", ".join(p.name for p in left)
    node = _node(f"lambda {names}: {_CALLED}({names})", lo.node)
    lo.unit.frames += 1
    around = _node(f"lambda {_CALLED}: 0", lo.node)
    lo.frames[lo.unit.frames] = Frame(lo.unit.frames, lo.frame.source, around, names_of(around))
    lo.state.frames[lo.unit.frames] = {_CALLED: bound}
    defaults = {p.name: static(p.default) for p in left if p.default is not p.empty}
    return Closure(node, lo.unit.frames, defaults, function.__name__)


def _node(text: str, place: ast.AST) -> gast.AST:
    """The tree of an expression, in the place of another."""
    node = gast.parse(text, mode="eval").body
    for part in gast.walk(node):
        gast.copy_location(part, place)
    return node
