"""Functions of functions: `functools.partial`, `reduce`, `wraps`, caches, and the getters of `operator`."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import WrongArgument, WrongStructure
from ast_ad.frontend.calls import call_opaque, call_value
from ast_ad.frontend.captures import Guard, captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.frozen import call_method_of_frozen, frozen, is_method_of_frozen
from ast_ad.frontend.interpolants import call_spline, is_spline, make_spline, makes_splines
from ast_ad.frontend.iteration import Counted, elements, iteration_of, zero_based
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.loops import run_loop
from ast_ad.frontend.signature import is_distribution
from ast_ad.frontend.solver_table import entry_of
from ast_ad.frontend.solvers import call_solver
from ast_ad.frontend.spelled import SPELLED, call_vectorized
from ast_ad.frontend.values import Bound, Closure, Static, TupleOf, Value
from ast_ad.ir.core import Lit
from ast_ad.wrappers import no_grad

Args = Sequence[Value]
Kwargs = Mapping[str, Value]
_CACHED = type(functools.lru_cache(int))
_DISPATCH = functools.singledispatch(abs).dispatch.__code__
_GETTERS = (operator.itemgetter, operator.attrgetter)


def call_made_function(lo: Lowering, function: Static, args: Args, kwargs: Kwargs, name: str) -> Value | None:
    """A call of what a function of functions has made outside, or of one of SciPy's; None for all other objects."""
    obj = function.obj
    if hasattr(type(obj), "__ast_ad_call__"):
        called: Value = obj.__ast_ad_call__(lo, args, name)
        return called
    entry = entry_of(obj)
    if entry is not None:
        return call_solver(lo, obj, *entry, args, kwargs, name)
    if makes_splines(obj):
        return make_spline(lo, function, args, kwargs)
    if is_spline(obj) and function.path:
        return call_spline(lo, function, args, kwargs, name)
    if is_distribution(obj):
        return frozen(lo, function, args, kwargs)
    if is_method_of_frozen(obj):
        return call_method_of_frozen(lo, function, args, kwargs, name)
    if isinstance(obj, functools.partial):
        return call_value(lo, _partial_from_outside(lo, function), args, kwargs, name)
    if isinstance(obj, _CACHED):
        if all(isinstance(v, (Lit, Static)) for v in (*args, *kwargs.values())) and function.path:
            return call_opaque(lo, function, list(args), dict(kwargs), name)  # its cache is what makes it quick
        path = (*function.path, ("attr", "__wrapped__")) if function.path else ()
        return call_value(lo, Static(obj.__wrapped__, function.name, path), args, kwargs, name)
    if getattr(obj, "__code__", None) is _DISPATCH:
        return static(obj(constant_of(lo, args[0], "the type of the first argument")))
    if isinstance(obj, _GETTERS):
        return _get(lo, obj, args, name)
    if isinstance(obj, np.vectorize):
        return call_vectorized(lo, function, args, kwargs, name)
    return None


def _partial_from_outside(lo: Lowering, function: Static) -> Bound:
    obj, path = function.obj, function.path

    def part(value: Any, *steps: Any) -> Value:
        name = str(steps[-1][1])
        name = name if name.isidentifier() else function.name
        return captured(lo, (*path, *steps), value, name) if path else static(value)

    if path:
        lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, obj))
    args = tuple(part(v, ("attr", "args"), ("item", k)) for k, v in enumerate(obj.args))
    named = tuple(part(v, ("attr", "keywords"), ("item", k)) for k, v in obj.keywords.items())
    return Bound(part(obj.func, ("attr", "func")), args, tuple(obj.keywords), named)


def _get(lo: Lowering, getter: Any, args: Args, name: str) -> Value:
    from ast_ad.frontend.methods import attribute
    from ast_ad.frontend.subscripts import read_subscript

    def one(key: Any) -> Value:
        if isinstance(getter, operator.itemgetter):
            return read_subscript(lo, args[0], static(key), name)
        value = args[0]
        for part in key.split("."):
            value = attribute(lo, value, part, name)
        return value

    keys = getter.__reduce__()[1]
    return one(keys[0]) if len(keys) == 1 else TupleOf(tuple(map(one, keys)))


def _partial(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Bound(args[0], tuple(args[1:]), tuple(kwargs), tuple(kwargs.values()))


def _reduce(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """A call for each element where they are known, else a loop."""
    function, source = args[0], args[1]
    known = elements(lo, source)
    if known is not None:
        values = [*args[2:], *known]
        if not values:
            raise lo.error(WrongStructure, "reduce of nothing", remedy="Give it a first value.")
        result = values[0]
        for value in values[1:]:
            result = call_value(lo, function, [result, value], {}, name)
        return result
    over = iteration_of(lo, source)
    assert isinstance(over, Counted)
    over = zero_based(lo, over)
    key, stop = f"%reduced{len(lo.names)}", f"%each{len(lo.names)}"
    lo.names[key] = args[2] if len(args) > 2 else over.get(Lit(0))

    def trip(index: Any) -> None:
        lo.names[key] = call_value(lo, function, [lo.names[key], over.get(index)], {}, name)

    first = Lit(0 if len(args) > 2 else 1)
    triple = (first, over.count(), Lit(1))
    run_loop(lo, triple, trip, assigned=(key,), at_head=None, after=None, stop=stop, index="i")
    lo.names.pop(stop, None)
    return lo.names.pop(key)


def same(function: Any) -> Any:
    """What decorators come down to that change what a function is called and how fast it is."""
    return function


def _decorator(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`wraps(f)`, `lru_cache(maxsize=None)`: a decorator that leaves the function as it is."""
    return Static(same, "decorator")


def _cache(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return args[0] if args and isinstance(args[0], (Closure, Bound)) else Static(same, "decorator")


def _same(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return args[0]


def _getter(kind: Any) -> Callable[..., Value]:
    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        if not args:
            raise lo.error(WrongArgument, f"{kind.__name__} of nothing", remedy="Name what to get.")
        return Static(kind(*(constant_of(lo, a, "what is to be got") for a in args)))

    return lower


def _constant(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.wrapped import make_constant

    return make_constant(lo, args, kwargs, name)


HIGHER_ORDER: list[tuple[Any, Callable[..., Value]]] = [
    (no_grad, _constant),
    (functools.cache, _cache),
    (functools.lru_cache, _cache),
    (functools.partial, _partial),
    (functools.reduce, _reduce),
    (functools.wraps, _decorator),
    (operator.attrgetter, _getter(operator.attrgetter)),
    (operator.itemgetter, _getter(operator.itemgetter)),
    (same, _same),
    *SPELLED,
]
