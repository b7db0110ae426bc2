"""Lower calls of Python's functions on iterables: `zip`, `list`, `sum`, `any` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ast_ad import runtime
from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, is_map
from ast_ad.frontend.control import branch, choose, nothing, truth
from ast_ad.frontend.counted import elements_in_this_call
from ast_ad.frontend.counters import product
from ast_ad.frontend.dicts import keys_of, update
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.operators import binary
from ast_ad.frontend.trips import append, for_each, made_by, with_entry
from ast_ad.frontend.values import (
    FALSE,
    TRUE,
    Entries,
    Enumerate,
    Fields,
    Generated,
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
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
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


def lower_ndindex(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`np.ndindex(n, m)`: one counter, taken apart."""
    known = elements(lo, args[0]) if len(args) == 1 and not isinstance(args[0], Lit) else args
    if known is None:
        raise lo.error(UnsupportedSyntax, "np.ndindex of a shape of unknown rank", remedy="Name its axes.")
    dims = [lo.atom(d) for d in known]
    total: Atom = Lit(1)
    for dim in dims:
        total = product(lo, total, dim)

    def index(values: Sequence[Value]) -> Value:
        left, found = lo.atom(values[0]), []
        for k, dim in reversed(list(enumerate(dims))):
            found.append(lo.emit(P.MOD, left, dim) if k else left)
            left = lo.emit(P.FLOORDIV, left, dim) if k else left
        return TupleOf(tuple(reversed(found)))

    return Mapped(index, (Range(Lit(0), total, Lit(1)),))  # type: ignore[arg-type]


def lower_ndenumerate(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`np.ndenumerate(a)`: each index with its element."""
    from ast_ad.frontend.methods import attribute
    from ast_ad.frontend.subscripts import read_subscript

    array = args[0]
    places = lower_ndindex(lo, [attribute(lo, array, "shape")], {}, name)
    assert isinstance(places, Mapped)
    index: Any = places.function

    def element(values: Sequence[Value]) -> Value:
        at = index(values)
        return TupleOf((at, read_subscript(lo, array, at)))

    return Mapped(element, places.parts)  # type: ignore[arg-type]


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
    return Generated(result)


def lower_list(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return lo.new_ref(Items(()), name)
    source = args[0]
    if isinstance(source, Ref) and is_map(lo.peek(source)):
        return keys_of(lo, source)
    if isinstance(source, Ref) and isinstance(lo.contents(source), (Items, Run)):
        return lo.new_ref(lo.contents(source), name)
    known = elements(lo, source) if not isinstance(source, (Zip, Enumerate, Mapped, Reversed, Range)) else None
    if known is not None:
        return lo.new_ref(Items(tuple(known)), name)
    result = lo.new_ref(Items(()), name)
    return made_by(lo, result, for_each(lo, source, lambda value: append(lo, result, value)))


def lower_tuple(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if not args:
        return TupleOf(())
    known = elements_in_this_call(lo, args[0], "the length of a tuple")
    if known is None:
        raise lo.error(
            UnsupportedSyntax,
            f"tuple of {describe(args[0])}, whose length is known at run time only",
            remedy="Use a list.",
        )
    return TupleOf(tuple(known))


def lower_dict(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.iteration import iterated_by
    from ast_ad.frontend.writes import write_subscript

    contents = Entries((), ())
    args = [iterated_by(lo, a) for a in args]
    if args and isinstance(args[0], Ref) and is_map(lo.peek(args[0])):
        made = lo.new_ref(lo.contents(args[0]), name)
        for word, value in kwargs.items():
            write_subscript(lo, made, Lit(word), value)
        return made
    if args and isinstance(args[0], Ref) and isinstance(lo.contents(args[0]), Fields):
        raise lo.error(WrongArgument, f"dict of {describe(lo.contents(args[0]))}", remedy="Pass a dict, or pairs.")
    if args and isinstance(args[0], Ref) and isinstance(lo.contents(args[0]), Entries):
        inner = lo.contents(args[0])
        assert isinstance(inner, Entries)
        contents = inner
    elif args:
        made = lo.new_ref(contents, name)
        update(lo, made, args[0])
        for word, value in kwargs.items():
            write_subscript(lo, made, Lit(word), value)
        return made
    for word, value in kwargs.items():
        contents = with_entry(contents, word, value)
    return lo.new_ref(contents, name)


def lower_fromkeys(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`dict.fromkeys(keys, value)`."""
    from ast_ad.frontend.writes import write_subscript

    made = lo.new_ref(Entries((), ()), name)
    value = args[1] if len(args) > 1 else Lit(None)
    for_each(lo, args[0], lambda key: write_subscript(lo, made, key, value))
    return made


def lower_sorted(lo: Lowering, args: Args, kwargs: Kwargs, name: str, in_place: bool = False) -> Value:
    """`sorted(xs)`; `in_place` of a list that has the same elements afterwards, each of them once."""
    known = elements(lo, args[0])
    if known is not None and not kwargs and all(isinstance(v, Lit) for v in known):
        return lo.new_ref(Items(tuple(sorted(known, key=lambda v: v.value))), name)  # type: ignore[union-attr]
    primitive = primitive_of(sorted)
    source = args[0] if in_place or isinstance(args[0], Var) else lower_list(lo, args, {}, "")
    params = {k: constant_of(lo, v, k) for k, v in kwargs.items() if k != "key"}
    key = kwargs.get("key")
    by_key = key is not None and not is_none(key)
    held = lo.peek if in_place else lo.contents
    contents = held(source) if isinstance(source, Ref) else None
    if isinstance(contents, Items) and not all(isinstance(v, (Var, Lit)) for v in contents.values):
        return lo.new_ref(Items(tuple(_in_order(lo, contents.values, key if by_key else None, params))), name)
    atom = lo.run_list(contents) if contents is not None else lo.atom(source)
    if not by_key:
        assert primitive is not None
        return lo.value_of(lo.emit(primitive, atom, name=name, **params), name)
    keys = lower_list(lo, [Mapped(lambda values: call_value(lo, key, values, {}), (args[0],))], {}, "")  # type: ignore[arg-type]
    order = primitive_of(runtime.sorting_order)
    take = primitive_of(runtime.in_order)
    assert order is not None
    assert take is not None
    found = lo.emit(order, lo.run_list(lo.contents(keys)), **params)  # type: ignore[arg-type]
    return lo.value_of(lo.emit(take, atom, found, name=name), name)


def _in_order(lo: Lowering, values: Sequence[Value], key: Value | None, params: Mapping[str, Any]) -> Sequence[Value]:
    """Structures of known number, sorted by exchanging neighbours; equal ones stay in their order."""
    from ast_ad.frontend.operators import compare

    reverse = bool(params.get("reverse", False))
    if len(values) > _FEW:
        raise lo.error(UnsupportedSyntax, f"sorted of {len(values)} structures", remedy="Sort them outside.")
    scores = [v if key is None else call_value(lo, key, [v], {}) for v in values]
    pairs = [TupleOf((s, v)) for s, v in zip(scores, values, strict=True)]
    for last in range(len(pairs) - 1, 0, -1):
        for k in range(last):
            one, two = pairs[k], pairs[k + 1]
            swap = compare(lo, "<" if reverse else ">", one.items[0], two.items[0])
            known = truth(lo, swap)
            if isinstance(known, bool):
                pairs[k : k + 2] = [two, one] if known else [one, two]
                continue
            both = choose(lo, swap, lambda a=one, b=two: TupleOf((b, a)), lambda a=one, b=two: TupleOf((a, b)))  # type: ignore[misc]
            assert isinstance(both, TupleOf)
            pairs[k : k + 2] = both.items  # type: ignore[assignment]
    return [p.items[1] for p in pairs]


#: sorting structures takes the square of their number in comparisons
_FEW = 8


def lower_sum(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """Of a structure an addition for each element; of a run-time list Python's own `sum`."""
    start = kwargs.get("start", args[1] if len(args) > 1 else Lit(0))
    source = args[0]
    if isinstance(source, (Zip, Enumerate, Mapped, Reversed, Range)):
        source = lower_list(lo, [source], {}, "")
    source = TupleOf(source.items) if isinstance(source, TupleOf) and source.type is not None else source
    if isinstance(source, Ref) and isinstance(lo.peek(source), Fields):
        elements(lo, source)
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
    from ast_ad.frontend.counters import ONE as STEP, ZERO
    from ast_ad.frontend.iteration import Counted, iteration_of
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
    from ast_ad.frontend.counters import ONE as STEP, ZERO
    from ast_ad.frontend.iteration import Counted, iteration_of
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
