"""Lower calls of Python's functions on iterables: `zip`, `list`, `sum`, `any` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.control import branch, choose, nothing, truth
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.operators import binary
from ast_ad.frontend.trips import append, for_each, with_entry
from ast_ad.frontend.values import (
    FALSE,
    TRUE,
    Entries,
    Enumerate,
    Items,
    Mapped,
    Range,
    Ref,
    Reversed,
    Run,
    TupleOf,
    Value,
    Zip,
    describe,
    is_none,
    kind_of,
    may_be_array,
)
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Scalar
from ast_ad.rules.table import primitive_of

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def no_keywords(lo: Lowering, kwargs: Kwargs, *known: str) -> None:
    for key in kwargs:
        if key not in known:
            raise lo.error(UnsupportedSyntax, f"the keyword {key!r} is not supported here", remedy="Leave it out.")


def check_count(lo: Lowering, args: Args, low: int, high: int, title: str) -> None:
    if not low <= len(args) <= high:
        raise lo.error(
            WrongArgument, f"{title} does not take {len(args)} arguments", remedy="Call it as its signature says."
        )


def lower_range(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    check_count(lo, args, 1, 3, "range")
    no_keywords(lo, kwargs)
    atoms = [lo.atom(a) for a in args]
    for atom in atoms:
        kind = kind_of(atom)
        if isinstance(kind, Scalar) and kind.type in ("float", "complex"):
            raise lo.error(WrongArgument, "range of a float", remedy="Convert it first: range(int(n)).")
    start, stop = (Lit(0), atoms[0]) if len(atoms) == 1 else (atoms[0], atoms[1])
    return Range(start, stop, atoms[2] if len(atoms) == 3 else Lit(1))


def lower_zip(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    no_keywords(lo, kwargs, "strict")
    return Zip(tuple(args))


def lower_enumerate(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    no_keywords(lo, kwargs, "start")
    start = kwargs.get("start", args[1] if len(args) > 1 else Lit(0))
    return Enumerate(args[0], lo.atom(start))


def lower_reversed(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return Reversed(args[0])


def lower_map(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    function = args[0]
    return Mapped(lambda values: call_value(lo, function, values, {}), tuple(args[1:]))  # type: ignore[arg-type]


def lower_filter(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
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


def lower_list(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
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


def lower_tuple(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return TupleOf(())
    known = elements(lo, args[0])
    if known is None:
        raise lo.error(
            UnsupportedSyntax,
            f"tuple of {describe(args[0])}, whose length is known at run time only",
            remedy="Use a list.",
        )
    return TupleOf(tuple(known))


def lower_dict(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    contents = Entries((), ())
    if args and isinstance(args[0], Ref) and isinstance(lo.contents(args[0]), Entries):
        inner = lo.contents(args[0])
        assert isinstance(inner, Entries)
        contents = inner
    elif args:
        for pair in elements(lo, args[0]) or ():
            key, value = elements(lo, pair) or ()
            contents = with_entry(contents, constant_of(lo, key, "a key of a dict"), value)
    for word, value in kwargs.items():
        contents = with_entry(contents, word, value)
    return lo.new_ref(contents, name)


def lower_sorted(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    known = elements(lo, args[0])
    if known is not None and not kwargs and all(isinstance(v, Lit) for v in known):
        return lo.new_ref(Items(tuple(sorted(known, key=lambda v: v.value))), name)  # type: ignore[union-attr]
    primitive = primitive_of(sorted)
    if primitive is None or "key" in kwargs:
        raise lo.error(UnsupportedSyntax, "sorted of these values", remedy="Use np.sort of an array.")
    source = args[0] if isinstance(args[0], Var) else lower_list(lo, args, {}, "")
    atom = lo.atom(source) if isinstance(source, Var) else lo.run_list(lo.contents(source))  # type: ignore[arg-type]
    params = {k: constant_of(lo, v, k) for k, v in kwargs.items()}
    return lo.value_of(lo.emit(primitive, atom, name=name, **params), name)


def lower_sum(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """Of a structure an addition for each element; of a run-time list Python's own `sum`."""
    start = kwargs.get("start", args[1] if len(args) > 1 else Lit(0))
    source = args[0]
    if isinstance(source, (Zip, Enumerate, Mapped, Reversed, Range)):
        source = lower_list(lo, [source], {}, "")
    if isinstance(source, Ref) and isinstance(lo.contents(source), Items):
        kinds = [kind_of(v) for v in lo.contents(source).values if isinstance(v, (Var, Lit))]  # type: ignore[union-attr]
        plain = len(kinds) == len(lo.contents(source).values) and all(isinstance(k, Scalar) for k in kinds)  # type: ignore[union-attr]
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
    from ast_ad.frontend.iteration import ONE as STEP, ZERO, Counted, iteration_of
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


def quantifier(conjunction: bool) -> Callable[..., Value]:
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

            then, orelse = (keep, lambda: FALSE) if conjunction else (lambda: TRUE, keep)
            result = choose(lo, value, then, orelse, name)
        found = truth(lo, result)
        return Lit(found) if isinstance(found, bool) else result

    return lower


def _quantified_run(lo: Lowering, conjunction: bool, source: Value, name: str) -> Value:
    from ast_ad.frontend.iteration import ONE as STEP, ZERO, Counted, iteration_of
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
