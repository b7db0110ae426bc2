"""Read and write memory: an array is its latest version, a view follows its array, a list is its contents."""

from __future__ import annotations

from typing import Any

from ast_ad.errors import MayAlias
from ast_ad.frontend.elements import BORROWED, Elements
from ast_ad.frontend.emission import View
from ast_ad.frontend.state import State, variables_in
from ast_ad.frontend.values import (
    Contents,
    Entries,
    Items,
    Location,
    Ref,
    Run,
    TupleOf,
    Value,
    is_bottom,
    kind_of,
    may_be_array,
)
from ast_ad.ir.core import Atom, Var
from ast_ad.ir.primitives import Primitive

_THE_OTHER = {"path": "the other", "trip of the loop": "another"}


class NeedsInlining(Exception):
    """A function writes to what its caller owns, so it is inlined; `by_arguments` if these arguments ask for it.

    `place` is what it writes to.
    """

    def __init__(self, record: Any, by_arguments: bool = False, place: Any = None) -> None:
        super().__init__()
        self.record = record
        self.place = place
        self.by_arguments = by_arguments


class Memory(Elements):
    """What locations hold, and who may write to them."""

    def emit_view(self, fn: Primitive, base: Var, *args: Atom, name: str = "", **params: Any) -> Var:
        """Call a primitive whose result shares memory with an array."""
        with self.computing_constants(False):
            var = self.emit(fn, self.read(base), *args, name=name, **params)
        value: Var = self.stopped(var) if self.constant else var
        if may_be_array(var) and may_be_array(base):
            self.views[var] = self.views[value] = View(base, self.definitions[var])
            if value is not var:
                self.constant_views[value] = var
        return value

    def read(self, var: Var, asked: str = "") -> Atom:
        """The current version of an array; any other variable is its own.  `asked` is the name of a view of it."""
        view = self.views.get(var)
        name = asked or var.name
        self.check_known(var, name)
        if var in self.elements:
            return self.element_now(var, var)
        if view is None:
            found: Atom = self.state.heap.get(var, var)
            return found
        version = self.read(view.base, name)
        if version is view.call.args[0]:
            return var
        known = self.state.heap.get(var)
        if known is not None and known[0] is version:
            return known[1]  # type: ignore[no-any-return]
        assert isinstance(view.call.fn, Primitive)
        with self.computing_constants(False):
            again = self.emit(view.call.fn, version, *view.call.args[1:], name=var.name, **dict(view.call.params))
        if var in self.constant_views:
            again = self.stopped(again)
        self.state.heap[var] = (version, again)
        return again

    def guessed(self, a: Any, b: Any, before: int) -> Value | None:
        """Of two values that are joined the known one, an older array, where the other is what a call of the very
        function gives that is read for the first time; None elsewhere.
        """
        first_pass = self.record is not None and self.record.result is None
        if not first_pass or is_bottom(a) == is_bottom(b):
            return None
        known = b if is_bottom(a) else a
        return known if may_be_array(known) and self.born.get(self.root(known), 0) <= before else None

    def root(self, var: Var) -> Var:
        """The location of an array: the variable that first held its memory."""
        while var in self.views:
            var = self.views[var].base
        return var

    def is_let_go(self, var: Var) -> bool:
        """Whether an array is new and nothing else holds its memory: what is made of it is new as well."""
        return self.is_new(var) and not any(self.root(other) is var for other in variables_in(self.state))

    def contents(self, ref: Ref) -> Contents:
        """What a list or dict holds now, for any use: from here on others may hold its elements too."""
        found = self.peek(ref)
        if isinstance(found, Run):
            self.share_elements(ref.location)
        return found

    def peek(self, ref: Ref) -> Contents:
        """What a list or dict holds now, for a use that lets nobody else hold its elements."""
        self.check_known(ref.location)
        found: Contents | None = self.state.heap.get(ref.location)
        found = self.initial[ref.location] if found is None else found
        if ref.location in self.elements and isinstance(found, Run):
            now = self.element_now(ref.location, found.atom)
            return found if now is found.atom else Run(now)
        if ref.location in self.elements and isinstance(found, Entries):
            return self.object_now(ref.location, found)
        return found

    def check_writable(self, place: Any, name: str) -> None:
        """Writing here is an error if the memory may be shared, and a reason to inline if it is the caller's."""
        if self.follows(place):
            self.check_writable(self.elements[place].owner.location, name)
            return
        partners = self.maybe_shared.get(place, ())
        reason = next(filter(None, (self.frozen_by(self.state, p) for p in (place, *partners))), None)
        if reason == BORROWED and self.record is not None:
            raise NeedsInlining(self.record)
        if reason is not None:
            raise self.error(
                MayAlias, f"{name or 'this'} may not be written to here", reason=reason, remedy="Write to a copy of it."
            )
        if place in self.foreign and not (self.record is not None and self.record.may_write(place)):
            raise NeedsInlining(self.record, place=place)
        self.check_ours(place)

    def check_ours(self, place: Any) -> None:
        """A reason to inline if this may share memory with what is the caller's: the caller knows more of it."""
        if any(p in self.foreign for p in self.maybe_shared.get(place, ())):
            raise NeedsInlining(self.record)

    def frozen_by(self, state: State, place: Any) -> str | None:
        """Why memory may not be written to; None where it may."""
        return state.frozen.get(place) or self.always_frozen.get(place)

    def may_share(self, one: Var, two: Var, name: str, other: str, where: str) -> bool:
        """Note that two arrays are one memory on one path and not on another; whether that is news."""
        if two in self.maybe_shared.get(one, ()):
            return False
        for here, there, its, others in ((one, two, other, name), (two, one, name, other)):
            self.maybe_shared.setdefault(here, {})[there] = (
                f"{its} may share memory with {others}: they do on one {where}, and not on {_THE_OTHER[where]}."
                if where
                else f"{its} shares memory with {others}, in another way on each path."
            )
        return True

    def may_share_by_layout(self, one: Var, two: Var) -> None:
        """Note that an array is a view of another or a copy, by how that one lies in memory."""
        for here, there in ((one, two), (two, one)):
            its, others = (repr(v.name) if v.name else "an array" for v in (there, here))
            reason = f"{its} shares memory with {others} or not, which its layout decides."
            self.maybe_shared.setdefault(here, {}).setdefault(there, reason)

    def share_alike(self, renamed: dict[Var, Var]) -> None:
        """Let the arrays after a loop share memory, perhaps, with what those that it carried did."""
        for old, new in renamed.items():
            for other, reason in list(self.maybe_shared.get(old, {}).items()):
                there = renamed.get(other, other)
                if there is new:
                    continue
                self.maybe_shared.setdefault(new, {})[there] = reason
                self.maybe_shared.setdefault(there, {})[new] = self.maybe_shared[other][old]

    def is_maybe_shared(self, one: Any, two: Any) -> bool:
        """Whether it depends on the path if two arrays share memory."""
        return two in self.maybe_shared.get(one, ())

    def note_written(self, root: Var) -> None:
        """What may or may not share memory with an array must not be read after that array is written."""
        for other, reason in self.maybe_shared.get(root, {}).items():
            origin = self.origin()
            self.state.stale.setdefault(other, f"{reason} Line {origin.line} writes: {origin.text}")

    def set_contents(self, ref: Ref, contents: Contents, owning: bool = False) -> None:
        """Write to a list or dict; `owning` where it takes in nothing that `put` has not seen."""
        self.check_writable(ref.location, ref.location.name)
        if ref.location in self.elements:
            if isinstance(contents, Entries):
                before = self.peek(ref)
                assert isinstance(before, Entries)
                self.put_object_back(ref.location, before, contents)
                return
            if not isinstance(contents, Run):
                contents = Run(self.run_list(contents, kind_of(self.state.heap[ref.location].atom)))
            self.put_back(ref.location, contents.atom)
            return
        if isinstance(contents, Run) and not owning:
            self.share_elements(ref.location)
        self.note_moved(ref.location)
        self.note_change("memory", ref.location)
        self.state.heap[ref.location] = contents

    def new_ref(self, contents: Contents, name: str = "", repeated: bool = False) -> Ref:
        """A new list or dict; `repeated` where it is `[x] * n`."""
        location = Location(name)
        self.clock += 1
        self.born[location] = self.clock
        self.state.heap[location] = contents
        if isinstance(contents, (Items, Entries)):
            self.owned.add(location)
        if repeated:
            self.repeated.add(location)
        return Ref(location)

    def freeze(self, value: Value, reason: str) -> None:
        """Forbid writing to the memory of a value from now on."""
        if isinstance(value, Var):
            if may_be_array(value):
                self.freeze_place(self.root(value), reason)
        elif isinstance(value, TupleOf):
            for item in value.items:
                self.freeze(item, reason)
        elif isinstance(value, Ref):
            self.freeze_place(value.location, reason)
            contents = self.peek(value)
            if isinstance(contents, (Items, Entries)):
                for item in contents.values:
                    self.freeze(item, reason)
