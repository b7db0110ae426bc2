"""Join two states where paths meet.  Afterwards each live name has one value, and memory one grouping.

What differs becomes an out of the statement that joins the paths, with one atom from each side.  Two references that
are one object on one path and two on the other are frozen: what they share is not known, so writing is an error.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from ast_ad.frontend.context import Lowering, is_map, is_uniform, list_kind
from ast_ad.frontend.layouts import hold, join_layouts
from ast_ad.frontend.state import BOTH, Audience, Side, State, audience_of, in_words, wish_of
from ast_ad.frontend.values import (
    Bound,
    Closure,
    Contents,
    Entries,
    Enumerate,
    Items,
    Location,
    Range,
    Ref,
    Reversed,
    Run,
    Slice,
    Static,
    Torn,
    TupleOf,
    Value,
    Zip,
    describe,
    join_kinds,
    kind_of_join,
    may_be_array,
    same_closure,
    same_constant,
    same_keys,
)
from ast_ad.ir.core import UNDEFINED, Atom, Lit, Var

_STRUCTURAL = (Bound, Range, Slice, Enumerate, Reversed, Zip)
_UNBOUND = object()


class Join:
    """Joins two sides: `run()` is the state after, `outs`, `lefts`, `rights` are what the statement yields."""

    def __init__(
        self,
        lo: Lowering,
        one: Side,
        two: Side,
        *,
        before: int,
        live: Collection[str] | None = None,
        skip: Collection[Any] = (),
    ) -> None:
        self.lo = lo
        self.one, self.two = one, two
        self.before = before
        self.live = live
        self.skip = skip
        self.outs: list[Var] = []
        self.lefts: list[Atom] = []
        self.rights: list[Atom] = []
        self.state = State()
        self.arrays: dict[tuple[Any, Any], Var] = {}
        self.locations: dict[tuple[Any, Any], Location] = {}
        self.groups: list[tuple[Any, Any, Any, str, Audience]] = []
        self.audience: Audience = BOTH
        self.flags: dict[Any, Var] = {}
        self.dead = one.state.dead or two.state.dead

    def run(self) -> State:
        """The state in which both paths go on."""
        one, two, state = self.one.state, self.two.state, self.state
        state.dead = one.dead and two.dead
        for key, names in one.frames.items():
            others = two.frames.get(key)
            state.frames[key] = dict(names) if others is None else self._names(key, names, others)
        for key, names in two.frames.items():
            state.frames.setdefault(key, dict(names))
        state.left = self._left()
        self.audience = BOTH
        self._heap()
        state.frozen |= one.frozen | two.frozen
        state.stale |= one.stale | two.stale
        for reader in BOTH:
            groups = [g for g in self.groups if reader in g[4]]
            self._relate(groups)
            self._freeze(groups)
        return state

    def _names(self, frame: int, one: dict[str, Value], two: dict[str, Value]) -> dict[str, Value]:
        own = frame == self.lo.frame.id
        live = self.live if own else None
        merged: dict[str, Value] = {}
        for name in {**one, **two}:
            self.audience = audience_of(name, own)
            if live is not None and name not in live and name[0] != "%":
                continue
            value = self.value(one.get(name), two.get(name), name)
            if value is not None:
                merged[name] = value
        return merged

    def _left(self) -> bool | Var:
        one, two = self.one.state, self.two.state
        if one.dead:
            return self._only(two.left)
        if two.dead or one.left is two.left:
            return self._only(one.left)
        out = self._atom(_flag(one.left), _flag(two.left), "left")
        assert isinstance(out, Var)
        return out

    def _only(self, left: bool | Var) -> bool | Var:
        out: bool | Var = self.value(left, left, "left") if isinstance(left, Var) else left
        return out

    def _heap(self) -> None:
        one, two, heap = self.one.state.heap, self.two.state.heap, self.state.heap
        for key in {**one, **two}:
            if key in heap or key in self.skip:
                continue
            a, b = one.get(key), two.get(key)
            if isinstance(a, tuple) or isinstance(b, tuple):  # a view, as it was read last
                if a is b and a is not None:
                    heap[key] = a
                continue
            known = self.lo.born.get(key, 0) <= self.before
            if isinstance(key, Var):
                if known:
                    a, b = a or key, b or key
                    heap[key] = a if a is b else self._sides(a, b, key.name)
                    hold(self.lo, key, heap[key])
            elif not known or a is None or b is None:
                here = b if a is None else a
                alone = self.dead and here is (b if self.one.state.dead else a)
                heap[key] = self._passed(here, key.name) if alone else here
            else:
                heap[key] = a if a is b else self._contents(a, b, key.name, key)

    def _sides(self, a: Atom, b: Atom, name: str) -> Any:
        """An atom from each side; the one that counts where the other side has raised."""
        if self.dead:
            return self._passed(a if self.two.state.dead else b, name)
        return self._atom(a, b, name)

    def _passed(self, value: Any, name: str) -> Any:
        """A value that only one side goes on with."""
        if isinstance(value, Var) and self.lo.born.get(value, 0) > self.before:
            return self._atom(value, None, name) if self.two.state.dead else self._atom(None, value, name)
        if isinstance(value, TupleOf):
            return replace(
                value, atom=None, items=tuple(self._passed(v, f"{name}_{k}") for k, v in enumerate(value.items))
            )
        if isinstance(value, Run):
            return Run(self._passed(value.atom, name))
        if isinstance(value, (Items, Entries)):
            return replace(value, values=tuple(self._passed(v, f"{name}_{k}") for k, v in enumerate(value.values)))
        return value

    def _relate(self, groups: list[tuple[Any, Any, Any, str, Audience]]) -> None:
        """Note which arrays are one on one path only: after a write to one of them the other is not read."""
        arrays = [group for group in groups if isinstance(group[2], Var)]
        for k, (a, b, merged, name, _) in enumerate(arrays):
            self.lo.share_alike({old: merged for old in (a, b) if old is not merged})
            for c, d, other, its, _ in arrays[:k]:
                one, two = a is c is not _UNBOUND, b is d is not _UNBOUND
                maybe = self.lo.is_maybe_shared(a, c) or self.lo.is_maybe_shared(b, d)
                if merged is not other and (one or two or maybe):
                    where = "path" if not (one and two) else ""
                    self.lo.may_share(merged, other, in_words(name), in_words(its), where)

    def _freeze(self, groups: list[tuple[Any, Any, Any, str, Audience]]) -> None:
        """Freeze the lists that one path groups in another way than the other does."""
        partners: dict[tuple[int, Any], set[Any]] = {}
        for a, b, *_ in groups:
            partners.setdefault((0, a), set()).add(b)
            partners.setdefault((1, b), set()).add(a)
        for a, b, merged, name, _ in groups:
            clash = (a is not _UNBOUND and len(partners[0, a]) > 1) or (b is not _UNBOUND and len(partners[1, b]) > 1)
            if clash and not isinstance(merged, Var):
                others = sorted({n for x, y, _, n, _ in groups if (x is a) != (y is b) and n != name})
                also = " and ".join(map(in_words, others)) or "another name"
                self.state.frozen.setdefault(
                    merged,
                    f"{in_words(name)} may share memory with {also}: they do on one path, and not on the other.",
                )
            reason = self.lo.frozen_by(self.one.state, a) or self.lo.frozen_by(self.two.state, b)
            if reason is not None:
                self.state.frozen.setdefault(merged, reason)
            if a in self.lo.foreign or b in self.lo.foreign:
                self.lo.foreign.add(merged)

    # Values

    def value(self, a: Value | None, b: Value | None, name: str) -> Any:
        """What a name is after the join."""
        if self.dead:
            here = b if self.one.state.dead else a
            return None if here is None else self._passed(here, name)
        if a is b:
            self._note_same(a, name)
            return a
        if (guess := self.lo.guessed(a, b, self.before)) is not None:
            return guess
        if a is None or b is None:
            return self._half_bound(a, b, name)
        if isinstance(a, (Var, Lit)) and isinstance(b, (Var, Lit)):
            if isinstance(a, Lit) and isinstance(b, Lit) and same_constant(a, b):
                return a
            return self._array(a, b, name) if may_be_array(a) or may_be_array(b) else self._atom(a, b, name)
        if isinstance(a, TupleOf) and isinstance(b, TupleOf) and len(a.items) == len(b.items) and a.type is b.type:
            items = [self.value(x, y, f"{name}_{k}") for k, (x, y) in enumerate(zip(a.items, b.items, strict=True))]
            return TupleOf(tuple(items), a.type)
        if isinstance(a, Ref) and isinstance(b, Ref):
            return self._ref(a, b, name)
        if isinstance(a, Static) and isinstance(b, Static) and (a.obj is b.obj):
            return a
        if isinstance(a, Closure) and isinstance(b, Closure) and same_closure(a, b):
            return a
        if isinstance(a, _STRUCTURAL) and type(a) is type(b):
            return self._structure(a, b, name)
        if isinstance(a, Torn):
            return a
        return b if isinstance(b, Torn) else Torn(describe(a), describe(b))

    def _structure(self, a: Any, b: Any, name: str) -> Value:
        made: dict[str, Any] = {}
        for part in fields(a):
            x, y = getattr(a, part.name), getattr(b, part.name)
            if part.name == "words":
                if x != y:
                    return Torn(describe(a), describe(b))
                made[part.name] = x
            elif isinstance(x, tuple):
                if len(x) != len(y):
                    return Torn(describe(a), describe(b))
                made[part.name] = tuple(self.value(p, q, name) for p, q in zip(x, y, strict=True))
            else:
                made[part.name] = self.value(x, y, name)
        result: Value = type(a)(**made)
        return result

    def _note_same(self, value: Any, name: str) -> None:
        """An unchanged value takes part in the grouping too."""
        if isinstance(value, Var):
            if may_be_array(value):
                root = self.lo.root(value)
                self.groups.append((root, root, root, name, self.audience))
        elif isinstance(value, TupleOf):
            for item in value.items:
                self._note_same(item, name)
        elif isinstance(value, Ref):
            self.groups.append((value.location, value.location, value.location, name, self.audience))

    def _half_bound(self, a: Any, b: Any, name: str) -> Any:
        """A value that only one path binds."""
        here = b if a is None else a
        if isinstance(here, (Var, Lit)):
            if here is UNDEFINED:
                return None
            return self._array(a, b, name) if may_be_array(here) else self._atom(a, b, name)
        if isinstance(here, TupleOf):
            pairs = [(None, v) if a is None else (v, None) for v in here.items]
            return replace(
                here, atom=None, items=tuple(self.value(x, y, f"{name}_{k}") for k, (x, y) in enumerate(pairs))
            )
        if isinstance(here, Ref):
            return self._ref(a, b, name)
        return here

    def _array(self, a: Any, b: Any, name: str) -> Var:
        key = (a, b)
        if key in self.arrays:
            return self.arrays[key]
        out = self._atom(a, b, name)
        assert isinstance(out, Var)
        self.arrays[key] = join_layouts(self.lo, out, a, b)
        one, two = (
            _UNBOUND if v is None else self.lo.root(v) if isinstance(v, Var) and may_be_array(v) else _UNBOUND
            for v in (a, b)
        )
        self.groups.append((one, two, out, name, self.audience))
        return out

    def _atom(self, a: Any, b: Any, name: str) -> Var:
        """A new out that is `a` on one side and `b` on the other; None where a side does not bind it."""
        left, right = self._read(self.one, a), self._read(self.two, b)
        is_flag = name == "left" or name.startswith(("%stop", "%returned"))
        flag = tuple(repr(v.value) if isinstance(v, Lit) else v for v in (left, right)) if is_flag else None
        if flag in self.flags:
            return self.flags[flag]
        out = self.lo.new(wish_of(name), kind_of_join(left, right))
        self.outs.append(out)
        self.lefts.append(left)
        self.rights.append(right)
        if flag is not None:
            self.flags[flag] = out
        return out

    def _read(self, side: Side, value: Any) -> Atom:
        if value is None:
            return UNDEFINED
        if isinstance(value, Lit):
            return value
        with self.lo.inside(side.state, side.out):
            return self.lo.read(value)

    # Memory

    def _ref(self, a: Ref | None, b: Ref | None, name: str) -> Ref:
        one = _UNBOUND if a is None else a.location
        two = _UNBOUND if b is None else b.location
        place = self.locations.get((one, two))
        if place is None:
            if one is two:
                assert a is not None
                place = a.location
            else:
                place = Location(name)
                self.lo.clock += 1
                self.lo.born[place] = self.lo.clock
                if _UNBOUND not in (one, two) or self.lo.uncertain & {one, two}:
                    self.lo.uncertain.add(place)
            self.locations[one, two] = place
            if one is not two:
                first = None if a is None else self._held(self.one, a)
                second = None if b is None else self._held(self.two, b)
                self.state.heap[place] = self._contents(first, second, name)
        self.groups.append((one, two, place, name, self.audience))
        return Ref(place)

    def _held(self, side: Side, ref: Ref) -> Contents:
        with self.lo.inside(side.state, side.out):
            return self.lo.contents(ref)

    def _contents(self, a: Contents | None, b: Contents | None, name: str, place: Location | None = None) -> Contents:
        if self.dead:
            passed: Contents = self._passed(a if self.two.state.dead else b, name)
            return passed
        if isinstance(a, Torn) or isinstance(b, Torn):
            return a if isinstance(a, Torn) else b  # type: ignore[return-value]
        here = a if a is not None else b
        if (is_map(a) or is_map(b)) and all(c is None or is_map(c) or type(c) is Entries for c in (a, b)):
            return Run(self._list(a, b, name))
        if isinstance(here, Entries):
            return self._entries(a, b, name)
        if isinstance(here, Items) and (a is None or b is None or _length(a) == _length(b)):
            pairs = enumerate(zip(_values(a, here), _values(b, here), strict=True))
            return Items(tuple(self.value(x, y, f"{name}_{k}") for k, (x, y) in pairs))
        if isinstance(a, Entries) or isinstance(b, Entries) or is_map(a) is not is_map(b):
            return Torn(describe(a), describe(b))
        return Run(self._list(a, b, name, place))

    def _entries(self, a: Any, b: Any, name: str) -> Contents:
        here = a if a is not None else b
        if (a is not None and b is not None) and not same_keys(a, b):
            if type(a) is type(b) is Entries and self._uniform(self.one, a) and self._uniform(self.two, b):
                return Run(self._list(a, b, name))
            return Torn("a dict with some keys", "one with others")
        pairs = zip(here.keys, _values(a, here), _values(b, here), strict=True)
        joined: Contents = replace(here, values=tuple(self.value(x, y, f"{name}_{k}") for k, x, y in pairs))
        return joined

    def _uniform(self, side: Side, contents: Entries) -> bool:
        with self.lo.inside(side.state, side.out):
            return is_uniform(self.lo, contents)

    def _list(self, a: Contents | None, b: Contents | None, name: str, place: Location | None = None) -> Var:
        kinds = [None if c is None else list_kind(self.lo, c) for c in (a, b)]
        kind = join_kinds(kinds[0], kinds[1])
        atoms: list[Atom] = []
        for side, contents in ((self.one, a), (self.two, b)):
            if contents is None:
                atoms.append(UNDEFINED)
            else:
                with self.lo.inside(side.state, side.out):
                    atoms.append(self.lo.run_list(contents, kind, name, place))
        return self._atom(atoms[0], atoms[1], name)


def _flag(left: bool | Var) -> Atom:
    return left if isinstance(left, Var) else Lit(left)


def _length(contents: Contents | None) -> int | None:
    return len(contents.values) if isinstance(contents, Items) else None


def _values(contents: Contents | None, like: Any) -> tuple[Value | None, ...]:
    if contents is None:
        return (None,) * len(like.values)
    return contents.values  # type: ignore[union-attr]
