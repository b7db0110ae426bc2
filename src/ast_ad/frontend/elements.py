"""Elements of lists whose length is known at run time only: which may be written to, and what they are afterwards.

A list that the program makes owns its elements as long as each was new when it was put in and nothing but the list has
been made of them: no slice, copy, join or call took the list.  Two elements are then two arrays (or lists), and
`rows[i][j] = v` gives the list a new version with a new element at `i`.  An element that a name holds follows its
list, as a view follows its array.  Whatever else may be an element of some list, as its memory is frozen, must not be
read after such a write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

from ast_ad.errors import MayAlias
from ast_ad.frontend.emission import Emission
from ast_ad.frontend.values import Entries, Items, Location, Ref, Run, TupleOf, Value, kind_of, may_be_array
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import OPAQUE, STATIC, Array, Dict, Kind, List, Map, Scalar, Undefined, join_elements
from ast_ad.ir.primitives import Primitive

BORROWED = "It is an element of a list that belongs to the caller."
#: what may give back an operand
_PASS_ON = ("add_maybe", "cast_like", "or_zeros", "select", "stop_gradient")


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """An element that was read as `atom`: of this list, when it was this version, at this index.

    `path` are the attributes that lead from an object that is the element to a part of it.
    """

    owner: Ref
    version: Atom
    index: Atom
    atom: Atom
    path: tuple[str, ...] = ()


class Elements(Emission):
    """Who owns the elements of lists."""

    if TYPE_CHECKING:

        def peek(self, ref: Ref) -> Any: ...
        def atom(self, value: Value, name: str = "") -> Atom: ...
        def value_of(self, atom: Atom, name: str, witness: Any = None) -> Value: ...
        def run_list(self, contents: Any, kind: Kind | None = None, name: str = "") -> Atom: ...
        def root(self, var: Var) -> Var: ...
        def freeze(self, value: Value, reason: str) -> None: ...
        def note_written(self, root: Var) -> None: ...
        def retyped(self, var: Var, kind: Kind) -> Var: ...
        def check_ours(self, place: Any) -> None: ...

    def check_known(self, place: Any, name: str = "") -> None:
        """Reading is an error where a write to an element of a list may have been a write to this."""
        if place in self.state.stale:
            self.check_ours(place)
            raise self.error(
                MayAlias,
                f"{name or place.name or 'this'} may have been written to through another name",
                reason=self.state.stale[place],
                remedy="Copy it where it is made.",
            )

    def owns(self, place: Location) -> bool:
        """Whether nothing but this list holds its elements, and each of them once."""
        element = self.elements.get(place)
        if element is not None:
            return self.follows(place) and self.owns(element.owner.location)
        return place in self.owned and (place,) not in self.state.stale

    def share_elements(self, place: Location | None) -> None:
        """From now on a list does not own its elements; without a list none does."""
        for one in self.owned if place is None else {place} & self.owned:
            self._note((one,), one, f"another name or list may hold elements of it since {self._here()}")

    def why_shared(self, owner: Ref | None) -> str:
        """Why an element of a list may not be written to."""
        place = None if owner is None else owner.location
        why = self.state.stale.get((place,), "its length is known at run time only")
        return f"It is an element of {_named(place)}, and {why}"

    def _held_by(self, place: Location | None) -> str:
        return f"It is an element of {_named(place)} since {self._here()}"

    def _here(self) -> str:
        origin = self.origin()
        return f"line {origin.line}: {origin.text}"

    def put_all(self, values: Sequence[Value], place: Location | None) -> None:
        """Let a list of known length, which holds some values, be one run-time list."""
        held: set[Any] = set()
        for value in values:
            member = self._place_of(value)
            if place is None or member in held or self.members.get(member) is not place:
                self.put(value, place)
            elif member not in self.state.frozen:
                self.freeze(value, self._held_by(place))
            held.add(member)

    def _holds_rows(self, place: Location | None) -> bool:
        held = None if place is None else self.state.heap.get(place)
        kind = kind_of(held.atom) if isinstance(held, Run) else None
        return isinstance(kind, List) and isinstance(kind.item, List)

    def to_row(self, row: Ref) -> bool:
        """Let a list of known length that holds numbers of one kind be a run-time list; whether it is one now."""
        held = self.state.heap.get(row.location, self.initial.get(row.location))
        if not isinstance(held, Items):
            return isinstance(held, Run)
        name, values = row.location.name, held.values
        if not are_numbers(values) or any(kind_of(v) != kind_of(values[0]) for v in values):
            return False
        first = values[0] if values else None
        if isinstance(first, Lit) and all(isinstance(v, Lit) and repr(v) == repr(first) for v in values) and values[1:]:
            one = self.run_list(Items((first,)))
            self.state.heap[row.location] = Run(self.emit(P.LIST_REPEAT, one, Lit(len(values)), name=name))
        else:
            self.state.heap[row.location] = Run(self.run_list(held, name=name))
        return True

    def _place_of(self, value: Value) -> Any:
        return value.location if isinstance(value, Ref) else self.root(value) if isinstance(value, Var) else None

    def put(self, value: Value, place: Location | None) -> None:
        """Forbid writing to what a list takes in, and see whether the list owns it.

        `[0.0] * 3` was a list of known length so far; in a table it is one like the other rows.
        """
        if isinstance(value, Ref) and (
            value.location in self.repeated or self._holds_rows(place) or not getattr(self.peek(value), "values", True)
        ):
            self.to_row(value)
        if not self.is_new(value):
            root = self.root(value) if isinstance(value, Var) else None
            theirs = root is not None and (root in self.foreign or root in self.always_frozen)
            self.share_elements(place if theirs else None)
        self.freeze(value, self._held_by(place))
        self.members[self._place_of(value)] = place

    def is_new(self, value: Value) -> bool:
        """Whether the memory of a value was made here and is no part of anything."""
        if isinstance(value, TupleOf):
            return not any(may_be_array(v) or not isinstance(v, (Var, Lit)) for v in value.items)
        if isinstance(value, Ref):
            held = self.peek(value)
            if isinstance(held, Entries):
                free = value.location in self.owned and self._is_free(value.location)
                return free and all(map(self.is_new, held.values))
            if not isinstance(held, Run):
                items = getattr(held, "values", ())
                return value.location in self.owned and self._is_free(value.location) and are_numbers(items)
            kind = kind_of(held.atom)
            if not self._is_free(value.location) or value.location in self.elements:
                return False
            return _holds_numbers(kind) or (_holds_numbers(kind, deeply=True) and self.owns(value.location))
        if not may_be_array(value):
            return True
        assert isinstance(value, Var)
        call = self.definitions.get(value)
        new = isinstance(call, Call) and isinstance(call.fn, Primitive) and call.fn.result == "fresh"
        if not new or call is None or call.fn.name in _PASS_ON or value in self.views or not self._is_free(value):
            return False
        return value not in self.maybe_shared

    def _is_free(self, place: Any) -> bool:
        return not (place in self.foreign or place in self.always_frozen or place in self.state.frozen)

    def freeze_place(self, place: Any, reason: str) -> None:
        """Forbid writing; what was frozen before may be an element of any list, and now is a part of something else."""
        if place in self.state.frozen:
            self.share_elements(None)
        self.state.frozen.setdefault(place, reason)

    def follow(self, value: Value, element: Element) -> None:
        """Let an element that was read, or a part of it, stay what the list holds there."""
        if self.constant or not self.owns(element.owner.location):
            return
        if isinstance(value, Ref):
            held = self.state.heap[value.location]
            if isinstance(held, Entries):
                self.elements[value.location] = element
                for key, part in zip(held.keys, held.values, strict=True):
                    self.follow(part, replace(element, path=(*element.path, key)))
            elif isinstance(held, Run) and _holds_numbers(kind_of(held.atom), deeply=True):
                self.elements[value.location] = element
        elif may_be_array(value):
            self.elements[value] = element

    def follows(self, place: Any) -> bool:
        """Whether an element still is at its place in a list that owns it."""
        element = self.elements.get(place)
        return (
            element is not None
            and not self.constant
            and self.owns(element.owner.location)
            and ("moved", place) not in self.state.stale
        )

    def element_now(self, place: Any, before: Atom) -> Atom:
        """What an element is now; it was `before` when it was read."""
        element = self.elements[place]
        if ("moved", place) in self.state.stale:
            if self._is_written(element.owner.location):
                raise self.error(
                    MayAlias,
                    f"{place.name or 'this'} may have been written to through another name",
                    reason=f"It was an element of {_named(element.owner.location)}, which has others since "
                    f"{self.state.stale['moved', place]}",
                    remedy="Read the element again, or copy it.",
                )
            return before
        held = self.peek(element.owner)
        if not isinstance(held, Run) or held.atom is element.version:
            return before
        if not self._is_written(element.owner.location):
            return before
        with self.computing_constants(False):
            key, known = (held.atom, self.out), self.read_now.get(place)
            if known is None or known[0] != key:
                now = self.emit(P.LIST_GET, held.atom, element.index)
                for part in element.path:
                    now = self.emit(P.ITEM, now, name=part, key=part)
                known = self.read_now[place] = (key, now)
            return known[1]

    def object_now(self, place: Location, before: Entries) -> Entries:
        """What an object or a dict that is an element of a list holds; it was `before` when it was read."""
        element = self.elements[place]
        now = self.element_now(place, element.atom)
        if now is element.atom:
            return before
        known, made = self.objects_now.get(place, (None, None))
        if known is not now or made not in self.state.heap:
            held = self.peek(element.owner)
            whole = self.value_of(now, place.name)
            assert isinstance(whole, Ref)
            self.follow(whole, replace(element, version=held.atom, atom=now))
            made = whole.location
            self.objects_now[place] = (now, made)
        fields: Entries = self.state.heap[made]
        return fields

    def put_object_back(self, place: Location, before: Entries, new: Entries) -> None:
        """Give a list a version in which an object has other attributes, or a dict other values."""
        element = self.elements[place]
        kind = getattr(new, "type", None)
        if kind is None and new.keys != before.keys:
            raise self.error(
                MayAlias,
                f"{place.name or 'this'} gets or loses a key here",
                reason=f"It is an element of {_named(element.owner.location)}, whose dicts would have other keys then.",
                remedy="Give all of them the same keys where they are made.",
            )
        for key, value in zip(new.keys, new.values, strict=True):
            if key not in before.keys or value is not before.values[before.keys.index(key)]:
                self.put(value, element.owner.location)
        atoms = [self.atom(value) for value in new.values]
        self.put_back(place, self.emit(P.MAKE_DICT, *atoms, name=place.name, keys=new.keys, type=kind))

    def put_back(self, place: Any, new: Atom) -> None:
        """Give a list a version in which an element that was written to is the new one."""
        element = self.elements[place]
        owner = element.owner
        name = owner.location.name
        whole = self.peek(owner).atom
        if element.path:
            new = self._with_part(self.emit(P.LIST_GET, whole, element.index), element.path, new)
        changed = self.widened(self.emit(P.LIST_SET, whole, new, element.index, name=name), kind_of(new))
        if owner.location in self.elements:
            self.put_back(owner.location, changed)
        else:
            self.note_change("memory", owner.location)
            self.state.heap[owner.location] = Run(changed)
        here = self._here()
        for root in self.maybe_shared:
            if root in self.state.frozen:
                self.note_written(root)
        for other in self.state.frozen:
            if other in self.always_frozen:  # what belongs to nobody here makes a list that holds it share its elements
                continue
            if other not in self.elements or ("moved", other) in self.state.stale:
                self.state.stale.setdefault(
                    other, f"It may be an element of {_named(owner.location)}, and one of these is written to in {here}"
                )
        self._note(("written", owner.location), owner.location, here)

    def _with_part(self, whole: Atom, path: tuple[str, ...], new: Atom) -> Atom:
        """An object with another part."""
        kind = kind_of(whole)
        assert isinstance(kind, Dict)
        parts: list[Atom] = []
        for key in kind.keys:
            part = new if (key,) == path else self.emit(P.ITEM, whole, name=key, key=key)
            parts.append(self._with_part(part, path[1:], new) if key == path[0] and len(path) > 1 else part)
        return self.emit(P.MAKE_DICT, *parts, keys=kind.keys, type=kind.type)

    def widened(self, new: Var, item: Kind, key: Kind | None = None) -> Var:
        """A list or dict that has just taken in an element, with a kind that covers it."""
        kind = kind_of(new)
        if not isinstance(kind, List):
            return new
        better: Kind = replace(kind, item=join_elements(kind.item, item))
        if isinstance(kind, Map) and key is not None:
            better = Map(join_elements(kind.item, item), join_elements(kind.key, OPAQUE if key == STATIC else key))
        return new if better == kind else self.retyped(new, better)

    def _is_written(self, place: Location) -> bool:
        """Whether an element of a list, or of one that holds it, was written to."""
        if ("written", place) in self.state.stale:
            return True
        return place in self.elements and self._is_written(self.elements[place].owner.location)

    def note_moved(self, place: Location) -> None:
        """The elements of a list may be at other places from now on."""
        for element, found in self.elements.items():
            if found.owner.location is place:
                self._note(("moved", element), element, self._here())

    def _note(self, key: tuple[Any, ...], place: Any, reason: str) -> None:
        """Remember something of a place for as long as the place can be seen."""
        self.born[key] = self.born.get(place, 0)
        self.state.stale.setdefault(key, reason)


def _holds_numbers(kind: Kind | None, deeply: bool = False) -> bool:
    """Whether values of a kind are lists of numbers, or `deeply` lists of such lists."""
    if not isinstance(kind, List):
        return False
    return _is_number(kind.item) or isinstance(kind.item, Undefined) or (deeply and _holds_numbers(kind.item, True))


def _is_number(kind: Kind) -> bool:
    """Whether values of a kind are numbers, which nobody can write to."""
    return isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == () and kind.cell is False)


def _named(place: Location | None) -> str:
    return repr(place.name) if place is not None and place.name else "a list"


def are_numbers(values: Sequence[Value]) -> TypeGuard[Sequence[Atom]]:
    """Whether all values are numbers, which nobody can write to."""
    return all(isinstance(v, (Var, Lit)) and _is_number(kind_of(v)) for v in values)
