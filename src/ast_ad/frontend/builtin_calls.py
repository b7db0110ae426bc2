"""Lower calls of Python's own functions: iterables by their structure, conversions, tests of types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, is_map
from ast_ad.frontend.control import branch, choose, nothing, truth
from ast_ad.frontend.iterable_calls import (
    check_count,
    lower_dict,
    lower_enumerate,
    lower_filter,
    lower_fromkeys,
    lower_list,
    lower_map,
    lower_ndenumerate,
    lower_ndindex,
    lower_range,
    lower_reversed,
    lower_sorted,
    lower_sum,
    lower_tuple,
    lower_zip,
    no_keywords,
    quantifier,
)
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import OfCaller, constant_of
from ast_ad.frontend.library import call_primitive
from ast_ad.frontend.objects import special
from ast_ad.frontend.operators import binary, compare
from ast_ad.frontend.stand_ins import stands_for
from ast_ad.frontend.values import (
    NONE,
    Bound,
    Closure,
    Entries,
    Fields,
    Generated,
    Items,
    Range,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    describe,
    is_none,
    is_numeric,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import EXCEPTION, TYPE, Array, Maybe, Opaque, Scalar, rank
from ast_ad.rules.table import primitive_of

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def _len(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    check_count(lo, args, 1, 1, "len")
    value = args[0]
    if isinstance(value, TupleOf):
        return Lit(len(value.items))
    if isinstance(value, Lit) and isinstance(value.value, str):
        return Lit(len(value.value))
    if isinstance(value, Ref):
        contents = lo.peek(value)
        if isinstance(contents, Fields):
            raise lo.error(WrongArgument, f"{describe(contents)} has no len", remedy="Give its class a __len__.")
        if isinstance(contents, (Items, Entries)):
            return Lit(len(contents.values))
        return lo.emit(P.LENGTH, contents.atom if isinstance(contents, Run) else lo.atom(value), name=name)
    if isinstance(value, Range):
        from ast_ad.frontend.iteration import range_length

        found = range_length(lo, value)
        return found if isinstance(found, Lit) else _max_of(lo, [found, Lit(0)])
    if isinstance(value, Static) and hasattr(value.obj, "__len__"):
        return Lit(len(value.obj))
    kind = kind_of(value) if isinstance(value, (Var, Lit)) else None
    if isinstance(kind, Array) and kind.dims and isinstance(kind.dims[0], int):
        return Lit(kind.dims[0])
    if isinstance(kind, Scalar) or rank(kind or Opaque()) == 0:
        raise lo.error(WrongArgument, "a number has no len", remedy="Use an array or a list.")
    return lo.emit(P.LENGTH, lo.atom(value), name=name)


# Numbers


def _extreme(symbol: str, function: Any) -> Callable[..., Value]:
    """max and min: of numbers the first of the greatest, as Python compares them."""

    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        no_keywords(lo, kwargs, "key", "default")
        values: Sequence[Value] | None = args
        if len(args) == 1:
            values = elements(lo, args[0]) if not may_be_array(args[0]) else None
            if values is None:
                return _extreme_of_run(lo, symbol, args[0], kwargs, name)
        assert values is not None
        if not values:
            if "default" in kwargs:
                return kwargs["default"]
            raise lo.error(WrongArgument, f"{function.__name__} of nothing", remedy="Give it a default.")
        best = values[0]
        for value in values[1:]:
            best = _better(lo, symbol, function, best, value, kwargs.get("key"), name)
        return best

    return lower


def _better(lo: Lowering, symbol: str, function: Any, best: Value, value: Value, key: Value | None, name: str) -> Value:
    if key is not None and not is_none(key):
        one, two = call_value(lo, key, [best], {}), call_value(lo, key, [value], {})
        return choose(lo, compare(lo, symbol, two, one), lambda: value, lambda: best, name)
    primitive = primitive_of(function)
    if primitive is not None and is_numeric(best) and is_numeric(value):
        return lo.emit(primitive, lo.atom(best), lo.atom(value), name=name)
    return choose(lo, compare(lo, symbol, value, best), lambda: value, lambda: best, name)


def _max_of(lo: Lowering, values: Args) -> Value:
    return _extreme(">", max)(lo, values, {}, "")


def _extreme_of_run(lo: Lowering, symbol: str, source: Value, kwargs: Kwargs, name: str) -> Value:
    """The greatest of a run-time list: a loop that keeps the first of the best."""
    if "default" in kwargs:
        source = lower_list(lo, [source], {}, "")
        rest = {k: v for k, v in kwargs.items() if k != "default"}
        return choose(
            lo,
            lo.emit(P.GT, lo.emit(P.LENGTH, lo.atom(source)), Lit(0)),
            lambda: _extreme_of_run(lo, symbol, source, rest, name),
            lambda: kwargs["default"],
            name,
        )
    key = kwargs.get("key")
    source = source if isinstance(source, (Var, Ref)) else lower_list(lo, [source], {}, "")
    from ast_ad.frontend.iteration import Counted, iteration_of
    from ast_ad.frontend.loops import run_loop

    over = iteration_of(lo, source)
    assert isinstance(over, Counted)
    best, stop = f"%best{len(lo.names)}", f"%each{len(lo.names)}"
    lo.names[best] = over.get(Lit(0))
    score = best
    if key is not None and not is_none(key):
        score = f"%score{len(lo.names)}"
        lo.names[score] = call_value(lo, key, [lo.names[best]], {})

    def trip(index: Any) -> None:
        value = over.get(index)
        found = value if score == best else call_value(lo, key, [value], {})  # type: ignore[arg-type]
        known = truth(lo, compare(lo, symbol, found, lo.names[score]))

        def keep() -> None:
            lo.names[best] = value
            lo.names[score] = found

        assert not isinstance(known, bool)
        branch(lo, known, keep, nothing)

    run_loop(
        lo,
        (Lit(1), over.count(), Lit(1)),
        trip,
        assigned=(best, score),
        at_head=None,
        after=None,
        stop=stop,
        index="i",
    )
    lo.names.pop(stop, None)
    result = lo.names.pop(best)
    lo.names.pop(score, None)
    return result


def _conversion(primitive: P.Primitive, function: Any) -> Callable[..., Value]:
    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        check_count(lo, args, 0, 1, function.__name__)
        if not args:
            return Lit(function())
        value = args[0]
        if isinstance(value, Lit):
            try:
                return Lit(function(value.value))
            except (ValueError, TypeError, OverflowError) as error:
                raise lo.error(WrongArgument, f"{function.__name__}: {error}", remedy="Convert a number.") from None
        if primitive is P.TO_BOOL:
            found = truth(lo, value)
            if isinstance(found, bool):
                return Lit(found)
        if isinstance(value, Var) and kind_of(value) == Scalar(function.__name__):
            return value
        return lo.emit(primitive, lo.atom(value), name=name)

    return lower


def _complex(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`complex(z)`, `complex(x, y)`, `complex(real=x, imag=y)`."""
    check_count(lo, args, 0, 2, "complex")
    for key in kwargs:
        if key not in ("real", "imag"):
            raise lo.error(WrongArgument, f"complex has no parameter {key!r}", remedy="They are real and imag.")
    values = [*args, *(kwargs[key] for key in ("real", "imag") if key in kwargs)]
    if not args and "imag" in kwargs and "real" not in kwargs:
        values.insert(0, Lit(0.0))
    if all(isinstance(v, Lit) for v in values):
        try:
            return Lit(complex(*(v.value for v in values if isinstance(v, Lit))))
        except (ValueError, TypeError) as error:
            raise lo.error(WrongArgument, f"complex: {error}", remedy="Convert a number.") from None
    if len(values) == 1 and isinstance(values[0], Var) and kind_of(values[0]) == Scalar("complex"):
        return values[0]
    return lo.emit(P.TO_COMPLEX, *map(lo.atom, values), name=name)


def _of_numbers(function: Any) -> Callable[..., Value]:
    """abs, round, divmod, pow: a primitive with a rule."""

    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        if function is pow and len(args) == 2 and not kwargs:
            return binary(lo, "**", args[0], args[1], name)
        primitive = primitive_of(function)
        if primitive is None:
            raise lo.error(
                UnsupportedSyntax, f"{function.__name__} is not supported", remedy="Write it with operators."
            )
        return call_primitive(lo, primitive, args, kwargs, name)

    return lower


def _print(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    no_keywords(lo, kwargs, "sep", "end", "flush")
    params = {k: constant_of(lo, v, f"{k!r} of print") for k, v in kwargs.items()}
    lo.emit_all(P.PRINT, *(lo.atom(a) for a in args), **params)
    return NONE


def _str(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return Lit("")
    if isinstance(args[0], Lit):
        return Lit(str(args[0].value))
    return lo.emit(P.FORMAT, lo.atom(args[0]), name=name, parts=((115, ""),))


# Types


def _isinstance(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    classes = constant_of(lo, args[1], "the class of isinstance")
    if isinstance(args[0], Var) and kind_of(args[0]) == EXCEPTION:
        return lo.emit(P.IS_INSTANCE, args[0], Lit(classes))
    classes = classes if isinstance(classes, tuple) else getattr(classes, "__args__", (classes,))
    found = type_of(lo, args[0])
    return Lit(any(issubclass(found, c) for c in classes))


def _issubclass(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    classes = constant_of(lo, args[1], "the class of issubclass")
    if isinstance(args[0], Var) and kind_of(args[0]) == TYPE:
        return lo.emit(P.IS_SUBCLASS, args[0], Lit(classes))
    return Lit(issubclass(constant_of(lo, args[0], "the first class of issubclass"), classes))


def type_of(lo: Lowering, value: Value) -> type:
    """The class of a value, as far as its kind says."""
    if isinstance(value, (Lit, Static)):
        return type(value.value if isinstance(value, Lit) else value.obj)
    if isinstance(value, TupleOf):
        return value.type or tuple
    if isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, Fields):
            kept: type = stands_for(contents.type)
            return kept
        return dict if isinstance(contents, Entries) or is_map(contents) else list
    if isinstance(value, Closure):
        return FunctionType
    if isinstance(value, Bound):
        return MethodType
    if isinstance(value, Var) and not isinstance(value.kind, Maybe):
        witness = lo.witness.get(value)
        if witness is not None and not isinstance(witness, OfCaller):
            return type(witness)
        kind = kind_of(value)
        if isinstance(kind, Scalar):
            return {"bool": bool, "int": int, "float": float, "complex": complex}[kind.type]
        if isinstance(kind, Array) and kind.dims:
            return np.ndarray
        if isinstance(kind, Array) and kind.dims == () and kind.dtype is not None:
            return np.dtype(kind.dtype).type
    raise lo.error(
        UnsupportedSyntax,
        f"the class of {describe(value)} is not known when the function is compiled",
        remedy="Decide outside of the function.",
    )


def _type(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Static(type_of(lo, args[0]))


def _callable(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    value = args[0]
    return Lit(
        isinstance(value, (Bound, Closure))
        or (isinstance(value, Static) and callable(value.obj))
        or special(lo, value, "__call__") is not None
    )


def _iter(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    check_count(lo, args, 1, 1, "iter")
    return Generated(lower_list(lo, args, {}, name))


def _slice(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.values import Slice

    ends = [NONE, args[0], NONE] if len(args) == 1 else [*args, NONE][:3]
    return Slice(ends[0], ends[1], ends[2])


BUILTINS: dict[Any, Callable[..., Value]] = {
    abs: _of_numbers(abs),
    all: quantifier(True),
    any: quantifier(False),
    bool: _conversion(P.TO_BOOL, bool),
    callable: _callable,
    complex: _complex,
    dict: lower_dict,
    dict.fromkeys: lower_fromkeys,
    divmod: _of_numbers(divmod),
    enumerate: lower_enumerate,
    filter: lower_filter,
    float: _conversion(P.TO_FLOAT, float),
    int: _conversion(P.TO_INT, int),
    isinstance: _isinstance,
    issubclass: _issubclass,
    iter: _iter,
    len: _len,
    list: lower_list,
    map: lower_map,
    max: _extreme(">", max),
    min: _extreme("<", min),
    np.ndenumerate: lower_ndenumerate,
    np.ndindex: lower_ndindex,
    pow: _of_numbers(pow),
    print: _print,
    range: lower_range,
    reversed: lower_reversed,
    round: _of_numbers(round),
    slice: _slice,
    sorted: lower_sorted,
    str: _str,
    sum: lower_sum,
    tuple: lower_tuple,
    type: _type,
    zip: lower_zip,
}
