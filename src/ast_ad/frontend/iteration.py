"""What a `for` runs over: elements where the structure is known, else a count and a way to get the nth."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Lowering, is_map, static, torn
from ast_ad.frontend.counters import difference, is_int, is_same, product, shifted, smallest
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.sets import set_
from ast_ad.frontend.values import (
    Entries,
    Enumerate,
    Fields,
    Flat,
    Generated,
    Items,
    Location,
    Mapped,
    Range,
    Ref,
    Reversed,
    Run,
    Static,
    Torn,
    TupleOf,
    Value,
    Zip,
    describe,
    is_bottom,
    kind_of,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Scalar

#: a tuple longer than this, all of numbers of one kind, is looped over and not written out
WRITTEN_OUT = 32


@dataclass(slots=True, eq=False)
class Counted:
    """An iterable by its length and its nth element; `triple` where its own counter is not 0, 1, 2 ..."""

    count: Callable[[], Atom]
    get: Callable[[Atom], Value]
    triple: tuple[Atom, Atom, Atom] | None = None
    lists: tuple[Location, ...] = ()


@dataclass(slots=True, eq=False)
class Listed:
    """An iterable of known length; `get(k)` is the kth element at the moment it is reached."""

    count: int
    get: Callable[[int], Value]
    lists: tuple[Location, ...] = ()

    def values(self) -> list[Value]:
        """All elements, now."""
        return [self.get(k) for k in range(self.count)]


Iteration = Listed | Counted


def listed(values: Sequence[Value]) -> Listed:
    """These elements."""
    return Listed(len(values), lambda k: values[k])


def iteration_of(lo: Lowering, value: Value) -> Iteration:
    """How to run over a value."""
    from ast_ad.frontend.streams import collected

    value = iterated_by(lo, value.source if isinstance(value, Generated) else value)
    value = collected(lo, value.source if isinstance(value, Generated) else value)
    handler = _ITERATIONS.get(type(value))
    if handler is None:
        raise lo.error(
            UnknownAtCompileTime,
            f"{describe(value)} cannot be iterated over here",
            remedy="Iterate over a range, an array, a list or a tuple.",
        )
    found: Iteration = handler(lo, value)
    return found


def iterated_by(lo: Lowering, value: Value) -> Value:
    """What `iter(value)` gives where the class of an object says it; any other value as it is."""
    from ast_ad.frontend.calls import call_value
    from ast_ad.frontend.objects import class_of, special
    from ast_ad.frontend.streams import of_iterator

    if class_of(lo, value) is set_:
        return _members(lo, value)
    method = special(lo, value, "__iter__")
    if method is None:
        return value
    made = call_value(lo, method, [], {})
    return of_iterator(made) if special(lo, made, "__next__") is not None else iterated_by(lo, made)


def _members(lo: Lowering, value: Value) -> Value:
    """The members of a set in its own order, where they are known."""
    from ast_ad.frontend.objects import field_of

    members = field_of(lo, value, "_members")
    held = lo.peek(members) if isinstance(members, Ref) else None
    if isinstance(held, Entries):
        return TupleOf(tuple(static(key) for key in set(held.keys)))
    raise lo.error(
        UnknownAtCompileTime,
        "a set is iterated over whose elements are known at run time only",
        reason="Its order is not that in which they were added.",
        remedy="Give it an order: sorted(s).",
    )


def elements(lo: Lowering, value: Value) -> Sequence[Value] | None:
    """The elements of an iterable of known length; None where the length is known at run time only."""
    from ast_ad.frontend.streams import collected

    value = collected(lo, value.source if isinstance(value, Generated) else value)
    if not isinstance(value, (TupleOf, Ref, Range, Zip, Flat, Enumerate, Reversed, Static, Lit, Var, Mapped)):
        return None
    found = iteration_of(lo, value)
    if isinstance(found, Listed):
        return found.values()
    count = found.count()
    if not isinstance(count, Lit) or count.value > WRITTEN_OUT:
        return None
    if found.triple is not None:
        numbers = range(*(t.value for t in found.triple if isinstance(t, Lit)))
        return [found.get(Lit(k)) for k in numbers]
    return [found.get(Lit(k)) for k in range(max(0, count.value))]


def _tuple(lo: Lowering, value: TupleOf) -> Iteration:
    kinds = {kind_of(v) for v in value.items if isinstance(v, (Var, Lit))}
    numeric = len(kinds) == 1 and isinstance(next(iter(kinds)), Scalar)
    if len(value.items) <= WRITTEN_OUT or not numeric or not all(isinstance(v, (Var, Lit)) for v in value.items):
        return listed(value.items)
    return _counted(lo, value.items)


def _ref(lo: Lowering, value: Ref) -> Iteration:
    contents = lo.peek(value)
    place = value.location
    if is_map(contents):
        from ast_ad.frontend.dicts import keys_of

        over = _ref(lo, keys_of(lo, value))
        return replace(over, lists=(place,))
    if isinstance(contents, Fields):
        raise _not_iterable(lo, value)
    if isinstance(contents, Entries):
        keys = contents.keys
        return Listed(len(keys), lambda k: Lit(keys[k]), (place,))
    if isinstance(contents, Torn):
        torn(lo, contents, place.name)
    if isinstance(contents, Items) and len(contents.values) <= WRITTEN_OUT:
        return Listed(len(contents.values), lambda k: _now(lo, value, Lit(k)), (place,))
    if isinstance(contents, Items):
        over = _tuple(lo, TupleOf(contents.values))
        if isinstance(over, Listed):
            return Listed(over.count, lambda k: _now(lo, value, Lit(k)), (place,))
        contents = Run(lo.run_list(contents, name=place.name, place=place))
        lo.state.heap[place] = contents
    return Counted(lambda: _length(lo, value), lambda i: _now(lo, value, i), None, (place,))


def _now(lo: Lowering, value: Ref, index: Atom) -> Value:
    """An element of a list as it is when the loop reaches it."""
    from ast_ad.frontend.subscripts import list_element, to_run

    contents = lo.peek(value)
    if isinstance(contents, Items) and isinstance(index, Lit):
        found: Value = contents.values[index.value]
        return found
    return list_element(lo, to_run(lo, value).atom, index, singular(value.location.name), value)


def _length(lo: Lowering, value: Ref) -> Atom:
    contents = lo.peek(value)
    assert isinstance(contents, Run)
    return lo.emit(P.LENGTH, contents.atom)


def _var(lo: Lowering, value: Var) -> Iteration:
    kind = kind_of(value)
    if is_bottom(value):
        return Counted(lambda: lo.emit(P.LENGTH, value), lambda i: lo.emit(P.LIST_GET, value, i))
    if not may_be_array(value):
        raise _not_iterable(lo, value)
    dims = kind.dims if isinstance(kind, Array) else None
    first = dims[0] if dims else None

    def count() -> Atom:
        return Lit(first) if isinstance(first, int) else lo.emit(P.LENGTH, lo.read(value))

    def get(index: Atom) -> Value:
        return row(lo, value, index)

    return Counted(count, get)


def row(lo: Lowering, value: Var, index: Atom, name: str = "") -> Var:
    """`value[index]` for one index."""
    if isinstance(index, Lit):
        return lo.emit_view(P.GETITEM, value, name=name, index=(index.value,))
    return lo.emit_view(P.GETITEM, value, index, name=name, index=(P.HOLE,))


def _range(lo: Lowering, value: Range) -> Iteration:
    def get(index: Atom) -> Value:
        return index

    return Counted(lambda: range_length(lo, value), get, (value.start, value.stop, value.step))


def _zip(lo: Lowering, value: Zip) -> Iteration:
    parts = _of_one_form(lo, value.parts)
    places = tuple(place for part in parts for place in part.lists)
    known = [part.count for part in parts if isinstance(part, Listed)]
    if known:
        columns = [_as_listed(lo, part, min(known)) for part in parts]
        return Listed(min(c.count for c in columns), lambda k: TupleOf(tuple(c.get(k) for c in columns)), places)
    counted = [zero_based(lo, part) for part in parts if isinstance(part, Counted)]

    def count() -> Atom:
        counts: list[Atom] = []
        for part in counted:
            new = part.count()
            if isinstance(new, Lit) and new.value >= sys.maxsize:  # what never ends
                continue
            if not any(is_same(new, old) for old in counts):
                counts.append(new)
        if not counts:
            return Lit(sys.maxsize)
        return counts[0] if len(counts) == 1 else smallest(lo, counts)

    return Counted(count, lambda i: TupleOf(tuple(p.get(i) for p in counted)), None, places)


def _of_one_form(lo: Lowering, values: Sequence[Value]) -> list[Iteration]:
    """What is zipped; constants beside a list whose length is known at run time only are a run-time list too."""
    parts = [iteration_of(lo, value) for value in values]
    if not any(isinstance(part, Counted) and _known_count(lo, part) is None for part in parts):
        return parts
    structures = [part for part, value in zip(parts, values, strict=True) if isinstance(value, (TupleOf, Ref))]
    constants = [p for p in structures if isinstance(p, Listed) and all(isinstance(v, Lit) for v in p.values())]
    return [_counted(lo, part.values()) if part in constants else part for part in parts]


def _counted(lo: Lowering, values: Sequence[Value]) -> Counted:
    """These elements, as a run-time list."""
    whole = lo.emit(P.MAKE_LIST, *map(lo.atom, values))
    return Counted(lambda: Lit(len(values)), lambda i: lo.emit(P.LIST_GET, whole, i))


def _known_count(lo: Lowering, part: Counted) -> int | None:
    try:
        return int(constant_of(lo, part.count(), "how long this is"))
    except UnknownAtCompileTime:
        return None


def _as_listed(lo: Lowering, part: Iteration, count: int) -> Listed:
    """The first elements of an iterable beside one of known length."""
    if isinstance(part, Listed):
        return part
    length = constant_of(lo, part.count(), "the length of what is zipped with a structure of known length")
    based = zero_based(lo, part)
    return Listed(max(0, min(count, length)), lambda k: based.get(Lit(k)), part.lists)


def _enumerate(lo: Lowering, value: Enumerate) -> Iteration:
    part = iteration_of(lo, value.part)
    if isinstance(part, Listed):
        return Listed(part.count, lambda k: TupleOf((shifted(lo, Lit(k), value.start), part.get(k))), part.lists)
    based = zero_based(lo, part)
    return Counted(based.count, lambda i: TupleOf((shifted(lo, i, value.start), based.get(i))), None, part.lists)


def _reversed(lo: Lowering, value: Reversed) -> Iteration:
    if isinstance(value.part, Range):
        r = value.part
        if isinstance(r.step, Lit) and r.step.value in (1, -1):
            step = r.step.value
            start, stop = shifted(lo, r.stop, Lit(-step)), shifted(lo, r.start, Lit(-step))
            return _range(lo, Range(start, stop, Lit(-step)))
        last = shifted(lo, range_length(lo, r), Lit(-1))
        start = shifted(lo, r.start, product(lo, last, r.step))
        stop = shifted(lo, r.start, product(lo, Lit(-1), r.step))
        return _range(lo, Range(start, stop, product(lo, Lit(-1), r.step)))
    part = iteration_of(lo, value.part)
    if isinstance(part, Listed):
        return Listed(part.count, lambda k: part.get(part.count - 1 - k), part.lists)
    based = zero_based(lo, part)
    last = shifted(lo, based.count(), Lit(-1))
    return Counted(based.count, based.get, (last, Lit(-1), Lit(-1)), part.lists)


def _mapped(lo: Lowering, value: Mapped) -> Iteration:
    part = iteration_of(lo, value.parts[0] if len(value.parts) == 1 else Zip(value.parts))
    apply: Any = value.function

    def call(element: Value) -> Value:
        result: Value = apply(element.items if len(value.parts) > 1 else (element,))  # type: ignore[union-attr]
        return result

    if isinstance(part, Listed):
        return Listed(part.count, lambda k: call(part.get(k)), part.lists)
    return Counted(part.count, lambda i: call(part.get(i)), part.triple, part.lists)


def _static(lo: Lowering, value: Static) -> Iteration:
    raise _not_iterable(lo, value)


def _lit(lo: Lowering, value: Lit) -> Iteration:
    if isinstance(value.value, str):
        return listed([Lit(c) for c in value.value])
    raise _not_iterable(lo, value)


def _not_iterable(lo: Lowering, value: Value) -> Exception:
    return lo.error(
        UnknownAtCompileTime,
        f"{describe(value)} cannot be iterated over",
        remedy="Iterate over a range, an array, a list or a tuple.",
    )


def _flat(lo: Lowering, value: Flat) -> Iteration:
    from ast_ad.frontend.flat import ends_of_flat

    return Counted(*ends_of_flat(lo, value))


_ITERATIONS: dict[type, Callable[..., Iteration]] = {
    TupleOf: _tuple,
    Ref: _ref,
    Var: _var,
    Range: _range,
    Flat: _flat,
    Zip: _zip,
    Enumerate: _enumerate,
    Reversed: _reversed,
    Mapped: _mapped,
    Static: _static,
    Lit: _lit,
}


# Arithmetic with counters


def zero_based(lo: Lowering, part: Counted) -> Counted:
    """The same elements, counted from 0."""
    if part.triple is None or (is_int(part.triple[0], 0) and is_int(part.triple[2], 1)):
        return part
    start, _, step = part.triple
    return Counted(part.count, lambda i: part.get(shifted(lo, product(lo, i, step), start)), None, part.lists)


def range_length(lo: Lowering, r: Range) -> Atom:
    """The length of a range; negative where it is empty, which ranges over it do not mind."""
    ends = (r.start, r.stop, r.step)
    if all(isinstance(e, Lit) for e in ends):
        return Lit(len(range(*(e.value for e in ends if isinstance(e, Lit)))))
    if is_int(r.step, 1):
        return difference(lo, r.stop, r.start)
    if is_int(r.step, -1):
        return difference(lo, r.start, r.stop)
    return lo.emit(P.NEG, lo.emit(P.FLOORDIV, difference(lo, r.start, r.stop), r.step))


def singular(name: str) -> str:
    """A name for one of several: `values` -> `value`.

    >>> singular("values"), singular("x"), singular("boxes")
    ('value', 'x_i', 'box')
    """
    if name.endswith(("xes", "ches", "sses")):
        return name[:-2]
    if len(name) > 2 and name.endswith("s") and not name.endswith("ss"):
        return name[:-1]
    return f"{name}_i" if name else ""
