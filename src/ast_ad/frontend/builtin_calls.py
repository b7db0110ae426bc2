"""Lower calls of Python's own functions: iterables by their structure, conversions, tests of types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.control import branch, choose, nothing, truth
from ast_ad.frontend.expressions import binary, compare
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.library import call_primitive
from ast_ad.frontend.trips import append, for_each, with_entry
from ast_ad.frontend.values import (
    FALSE,
    NONE,
    TRUE,
    Closure,
    Entries,
    Enumerate,
    Items,
    Mapped,
    Range,
    Ref,
    Reversed,
    Run,
    Static,
    TupleOf,
    Value,
    Var,
    Zip,
    describe,
    is_none,
    is_numeric,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit
from ast_ad.ir.kinds import Array, Maybe, Opaque, Scalar, rank
from ast_ad.rules.table import primitive_of

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def _no_keywords(lo: Lowering, kwargs: Kwargs, *known: str) -> None:
    for key in kwargs:
        if key not in known:
            lo.fail(UnsupportedSyntax, f"the keyword {key!r} is not supported here", remedy="Leave it out.")


def _count(lo: Lowering, args: Args, low: int, high: int, title: str) -> None:
    if not low <= len(args) <= high:
        lo.fail(WrongArgument, f"{title} does not take {len(args)} arguments", remedy="Call it as its signature says.")


# Iterables


def _range(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    _count(lo, args, 1, 3, "range")
    _no_keywords(lo, kwargs)
    atoms = [lo.atom(a) for a in args]
    for atom in atoms:
        kind = kind_of(atom)
        if isinstance(kind, Scalar) and kind.type in ("float", "complex"):
            lo.fail(WrongArgument, "range of a float", remedy="Convert it first: range(int(n)).")
    start, stop = (Lit(0), atoms[0]) if len(atoms) == 1 else (atoms[0], atoms[1])
    return Range(start, stop, atoms[2] if len(atoms) == 3 else Lit(1))


def _zip(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    _no_keywords(lo, kwargs, "strict")
    return Zip(tuple(args))


def _enumerate(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    _no_keywords(lo, kwargs, "start")
    start = kwargs.get("start", args[1] if len(args) > 1 else Lit(0))
    return Enumerate(args[0], lo.atom(start))


def _reversed(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Reversed(args[0])


def _map(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    function = args[0]
    return Mapped(lambda values: call_value(lo, function, values, {}), tuple(args[1:]))  # type: ignore[arg-type]


def _filter(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    result = lo.new_ref(Items(()), name)

    def take(value: Value) -> None:
        kept = value if is_none(args[0]) else call_value(lo, args[0], [value], {})
        known = truth(lo, kept)
        if not isinstance(known, bool):
            branch(lo, known, lambda: append(lo, result, value), nothing)
        elif known:
            append(lo, result, value)

    for_each(lo, args[1], take)
    return result


def _list(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return lo.new_ref(Items(()), name)
    source = args[0]
    if isinstance(source, Ref) and isinstance(lo.contents(source), (Items, Run)):
        return lo.new_ref(lo.contents(source), name)
    known = elements(lo, source) if not isinstance(source, (Zip, Enumerate, Mapped, Reversed, Range)) else None
    if known is not None:
        return lo.new_ref(Items(tuple(known)), name)
    result = lo.new_ref(Items(()), name)
    for_each(lo, source, lambda value: append(lo, result, value))
    return result


def _tuple(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return TupleOf(())
    known = elements(lo, args[0])
    if known is None:
        lo.fail(
            UnsupportedSyntax,
            f"tuple of {describe(args[0])}, whose length is known at run time only",
            remedy="Use a list.",
        )
    return TupleOf(tuple(known))


def _dict(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    contents = Entries((), ())
    if args and isinstance(args[0], Ref) and isinstance(lo.contents(args[0]), Entries):
        inner = lo.contents(args[0])
        assert isinstance(inner, Entries)
        contents = inner
    elif args:
        for pair in elements(lo, args[0]) or ():
            key, value = elements(lo, pair) or ()
            contents = with_entry(contents, constant_of(lo, key, "a key of a dict"), value)
    for key, value in kwargs.items():
        contents = with_entry(contents, key, value)
    return lo.new_ref(contents, name)


def _sorted(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    known = elements(lo, args[0])
    if known is not None and not kwargs and all(isinstance(v, Lit) for v in known):
        return lo.new_ref(Items(tuple(sorted(known, key=lambda v: v.value))), name)  # type: ignore[union-attr]
    primitive = primitive_of(sorted)
    if primitive is None or "key" in kwargs:
        lo.fail(UnsupportedSyntax, "sorted of these values", remedy="Use np.sort of an array.")
    source = args[0] if isinstance(args[0], Var) else _list(lo, args, {}, "")
    atom = lo.atom(source) if isinstance(source, Var) else lo.run_list(lo.contents(source))  # type: ignore[arg-type]
    params = {k: constant_of(lo, v, k) for k, v in kwargs.items()}
    return lo.value_of(lo.emit(primitive, atom, name=name, **params), name)


def _len(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    _count(lo, args, 1, 1, "len")
    value = args[0]
    if isinstance(value, TupleOf):
        return Lit(len(value.items))
    if isinstance(value, Lit) and isinstance(value.value, str):
        return Lit(len(value.value))
    if isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, (Items, Entries)):
            return Lit(len(contents.values))
        return lo.emit(P.LENGTH, lo.atom(value), name=name)
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
        lo.fail(WrongArgument, "a number has no len", remedy="Use an array or a list.")
    return lo.emit(P.LENGTH, lo.atom(value), name=name)


# Numbers


def _extreme(symbol: str, function: Any) -> Callable[..., Value]:
    """max and min: of numbers the first of the greatest, as Python compares them."""

    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        _no_keywords(lo, kwargs, "key", "default")
        values: Sequence[Value] | None = args
        if len(args) == 1:
            values = elements(lo, args[0]) if not may_be_array(args[0]) else None
            if values is None:
                return _extreme_of_run(lo, symbol, args[0], kwargs, name)
        assert values is not None
        if not values:
            if "default" in kwargs:
                return kwargs["default"]
            lo.fail(WrongArgument, f"{function.__name__} of nothing", remedy="Give it a default.")
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
        lo.fail(UnsupportedSyntax, "a default for a list of unknown length", remedy="Test its length first.")
    key = kwargs.get("key")
    source = source if isinstance(source, (Var, Ref)) else _list(lo, [source], {}, "")
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


def _sum(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """Of a structure an addition for each element; of a run-time list Python's own `sum`."""
    start = kwargs.get("start", args[1] if len(args) > 1 else Lit(0))
    source = args[0]
    if isinstance(source, (Zip, Enumerate, Mapped, Reversed, Range)):
        source = _list(lo, [source], {}, "")
    if isinstance(source, Ref) and isinstance(lo.contents(source), Items):
        kinds = [kind_of(v) for v in lo.contents(source).values if isinstance(v, (Var, Lit))]  # type: ignore[union-attr]
        plain = all(isinstance(k, Scalar) for k in kinds)
    else:
        plain = False
    primitive = primitive_of(sum)
    structure = isinstance(source, TupleOf) or (isinstance(source, Ref) and isinstance(lo.contents(source), Items))
    if structure and not (plain and primitive is not None):
        values = elements(lo, source) or ()
        if not any(isinstance(v, (Var, Lit)) and kind_of(v) == _FLOAT for v in values) or primitive is None:
            total: Value = start
            for value in values:
                total = binary(lo, "+", total, value, name)
            return total
    if primitive is not None:
        atoms = [lo.atom(source)] + ([lo.atom(start)] if not (isinstance(start, Lit) and start.value == 0) else [])
        return lo.emit(primitive, *atoms, name=name)
    return _fold(lo, source, start, name)


_FLOAT = Scalar("float")


def _fold(lo: Lowering, source: Value, start: Value, name: str) -> Value:
    from ast_ad.frontend.iteration import ZERO, Counted, iteration_of
    from ast_ad.frontend.iteration import ONE as STEP
    from ast_ad.frontend.loops import run_loop

    over = iteration_of(lo, source)
    assert isinstance(over, Counted)
    key, stop = f"%total{len(lo.names)}", f"%each{len(lo.names)}"
    lo.names[key] = start

    def trip(index: Any) -> None:
        lo.names[key] = binary(lo, "+", lo.names[key], over.get(index), name)

    triple = over.triple or (ZERO, over.count(), STEP)
    run_loop(lo, triple, trip, assigned=(key,), at_head=None, after=None, stop=stop, index="i")
    lo.names.pop(stop, None)
    return lo.names.pop(key)


def _quantifier(conjunction: bool) -> Callable[..., Value]:
    """any and all; an element after the one that decides is evaluated only where the structure is not known."""

    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        source = args[0]
        known = elements(lo, source) if not may_be_array(source) else None
        if known is None:
            return _quantified_run(lo, conjunction, source, name)
        result: Value = TRUE if conjunction else FALSE
        for value in reversed(known):
            after = result

            def keep(after: Value = after) -> Value:
                return after

            settled = FALSE if conjunction else TRUE
            arms = (keep, lambda s=settled: s) if conjunction else (lambda s=settled: s, keep)
            result = choose(lo, value, *arms, name)  # type: ignore[arg-type]
        found = truth(lo, result)
        return Lit(found) if isinstance(found, bool) else result

    return lower


def _quantified_run(lo: Lowering, conjunction: bool, source: Value, name: str) -> Value:
    from ast_ad.frontend.iteration import ZERO, Counted, iteration_of
    from ast_ad.frontend.iteration import ONE as STEP
    from ast_ad.frontend.loops import run_loop

    over = iteration_of(lo, source)
    assert isinstance(over, Counted)
    key, stop = f"%found{len(lo.names)}", f"%each{len(lo.names)}"
    lo.names[key] = TRUE if conjunction else FALSE

    def trip(index: Any) -> None:
        known = truth(lo, over.get(index))

        def decide() -> None:
            lo.names[key] = FALSE if conjunction else TRUE
            lo.names[stop] = TRUE

        assert not isinstance(known, bool)
        branch(lo, known, *((nothing, decide) if conjunction else (decide, nothing)))

    triple = over.triple or (ZERO, over.count(), STEP)
    run_loop(lo, triple, trip, assigned=(key,), at_head=None, after=None, stop=stop, index="i")
    lo.names.pop(stop, None)
    return lo.names.pop(key)


def _conversion(primitive: P.Primitive, function: Any) -> Callable[..., Value]:
    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        _count(lo, args, 0, 1, function.__name__)
        if not args:
            return Lit(function())
        value = args[0]
        if isinstance(value, Lit):
            try:
                return Lit(function(value.value))
            except (ValueError, TypeError, OverflowError) as error:
                lo.fail(WrongArgument, f"{function.__name__}: {error}", remedy="Convert a number.")
        if primitive is P.TO_BOOL:
            found = truth(lo, value)
            if isinstance(found, bool):
                return Lit(found)
        if isinstance(value, Var) and kind_of(value) == Scalar(function.__name__):
            return value
        return lo.emit(primitive, lo.atom(value), name=name)

    return lower


def _of_numbers(function: Any) -> Callable[..., Value]:
    """abs, round, divmod, pow: a primitive with a rule."""

    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        if function is pow and len(args) == 2 and not kwargs:
            return binary(lo, "**", args[0], args[1], name)
        primitive = primitive_of(function)
        if primitive is None:
            lo.fail(UnsupportedSyntax, f"{function.__name__} is not supported", remedy="Write it with operators.")
        return call_primitive(lo, primitive, args, kwargs, name)

    return lower


def _print(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    _no_keywords(lo, kwargs, "sep", "end", "flush")
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
    classes = classes if isinstance(classes, tuple) else (classes,)
    type_of = _type_of(lo, args[0])
    return Lit(any(issubclass(type_of, c) for c in classes))


def _type_of(lo: Lowering, value: Value) -> type:
    """The class of a value, as far as its kind says."""
    if isinstance(value, (Lit, Static)):
        return type(value.value if isinstance(value, Lit) else value.obj)
    if isinstance(value, TupleOf):
        return value.type or tuple
    if isinstance(value, Ref):
        return dict if isinstance(lo.contents(value), Entries) else list
    if isinstance(value, Closure):
        return type(_type_of)
    if isinstance(value, Var) and not isinstance(value.kind, Maybe):
        witness = lo.witness.get(value)
        if witness is not None:
            return type(witness)
        kind = kind_of(value)
        if isinstance(kind, Scalar):
            return {"bool": bool, "int": int, "float": float, "complex": complex}[kind.type]
        if isinstance(kind, Array) and kind.dims:
            return np.ndarray
        if isinstance(kind, Array) and kind.dims == () and kind.dtype is not None:
            return np.dtype(kind.dtype).type
    lo.fail(
        UnsupportedSyntax,
        f"the class of {describe(value)} is not known when the function is compiled",
        remedy="Decide outside of the function.",
    )


def _type(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Static(_type_of(lo, args[0]))


def _callable(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    value = args[0]
    return Lit(isinstance(value, Closure) or (isinstance(value, Static) and callable(value.obj)))


def _slice(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.values import Slice

    ends = [NONE, args[0], NONE] if len(args) == 1 else [*args, NONE][:3]
    return Slice(ends[0], ends[1], ends[2])


def _hasattr(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Lit(hasattr(_type_of(lo, args[0]), constant_of(lo, args[1], "the name of an attribute")))


BUILTINS: dict[Any, Callable[..., Value]] = {
    abs: _of_numbers(abs),
    all: _quantifier(True),
    any: _quantifier(False),
    bool: _conversion(P.TO_BOOL, bool),
    callable: _callable,
    dict: _dict,
    divmod: _of_numbers(divmod),
    enumerate: _enumerate,
    filter: _filter,
    float: _conversion(P.TO_FLOAT, float),
    hasattr: _hasattr,
    int: _conversion(P.TO_INT, int),
    isinstance: _isinstance,
    len: _len,
    list: _list,
    map: _map,
    max: _extreme(">", max),
    min: _extreme("<", min),
    pow: _of_numbers(pow),
    print: _print,
    range: _range,
    reversed: _reversed,
    round: _of_numbers(round),
    slice: _slice,
    sorted: _sorted,
    str: _str,
    sum: _sum,
    tuple: _tuple,
    type: _type,
    zip: _zip,
}
