"""A function made by the program being read, as an object that derivatives can be taken of.

Its program has a parameter for each value that it reads from the functions around it, so that the levels of nested
derivatives are functions of their own and never mix.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Frame, Lowering, Unit
from ast_ad.frontend.known import OfCaller
from ast_ad.frontend.liveness import reads
from ast_ad.frontend.signature import Argument
from ast_ad.frontend.values import (
    Bound,
    Closure,
    Entries,
    Items,
    Range,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    describe,
    is_bottom,
    kind_of,
)
from ast_ad.ir.core import Atom, Lit, Param, Var

_SHARED = "It belongs to the function around the one that is differentiated."


class NotYetKnown(Exception):
    """A loop is read for the first time, and what a function reads is not bound yet."""


class Held:
    """The root of the path to a value of the function around: an atom of that function."""

    __slots__ = ("atom",)

    def __init__(self, atom: Atom) -> None:
        self.atom = atom


class Enclosed:
    """A `Closure` with the signature of a function."""

    def __init__(self, closure: Closure, lo: Lowering) -> None:
        self.closure = closure
        self.caller = lo
        self.__name__ = closure.name if closure.name.isidentifier() else "function"
        self.__qualname__ = closure.name
        self.__signature__ = _signature_of(closure)

    __call__ = print  # callable like the function it stands for; nobody calls it

    @contextmanager
    def seen_from(self, lo: Lowering) -> Iterator[None]:
        """Read the names of the functions around as they are at this place."""
        before, self.caller = self.caller, lo
        try:
            yield
        finally:
            self.caller = before

    def __ast_ad_lowered__(self, arguments: Sequence[Argument], lent: bool = False) -> Any:
        """The program of the function for these arguments; where they are `lent` it may not write to them."""
        from ast_ad.frontend.liveness import names_of
        from ast_ad.frontend.lower import lower_entry

        unit = Unit()
        unit.frames = self.caller.unit.frames + 1
        unit.names.add(self.__name__)
        lo = Lowering(unit)
        lo.clock = 1
        node, outer = self.closure.node, self.closure.frame
        frame = Frame(unit.frames, self.caller.frames[outer].source, node, names_of(node), outer, self.__name__)
        lo.frames[frame.id] = frame
        lo.stack.append(frame)
        lo.state.frames[frame.id] = {}
        lo.statement = lo.node = node
        around = _Around(self.caller, lo, frame)
        around.bring_names(outer, node)
        return lower_entry(lo, arguments, "", around.params, None, lent)


def _signature_of(closure: Closure) -> inspect.Signature:
    args = closure.node.args
    kinds = inspect.Parameter
    found = []
    for names, kind in (
        (args.posonlyargs, kinds.POSITIONAL_ONLY),
        (args.args, kinds.POSITIONAL_OR_KEYWORD),
        ([args.vararg] if args.vararg else [], kinds.VAR_POSITIONAL),
        (args.kwonlyargs, kinds.KEYWORD_ONLY),
        ([args.kwarg] if args.kwarg else [], kinds.VAR_KEYWORD),
    ):
        found += [kinds(n.id, kind, default=closure.defaults.get(n.id, kinds.empty)) for n in names]
    return inspect.Signature(found)


class _Around:
    """Brings values of the functions around into a program of its own: numbers become parameters."""

    def __init__(self, caller: Lowering, lo: Lowering, frame: Frame) -> None:
        self.caller = caller
        self.lo = lo
        self.params: list[Param] = []
        self.known: dict[Any, Any] = {}
        args = frame.node.args
        own = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
        self.taken = {n.id for n in own if n is not None}

    def bring_names(self, number: int, node: Any) -> None:
        """Bind what a function reads of the function around it, and of those around that."""
        from ast_ad.frontend.liveness import names_of

        here: int | None = number
        chain = []
        while here is not None:
            chain.append(here)
            self.lo.frames[here] = self.caller.frames[here]
            self.lo.state.frames.setdefault(here, {})
            here = self.caller.frames[here].outer
        for name in sorted(reads(node) - names_of(node).own):
            for frame in chain:
                held, bound = self.caller.state.frames[frame], self.lo.state.frames[frame]
                if name in held or name in self.caller.frames[frame].names.own:
                    if name in held and name not in bound:
                        bound[name] = held[name]  # for functions that call themselves
                        bound[name] = self.bring(held[name], name)
                    break

    def bring(self, value: Value, name: str) -> Value:
        """A value as the function inside sees it."""
        if isinstance(value, (Lit, Static)):
            return value
        if isinstance(value, Var):
            return self.number(value, name)
        if isinstance(value, Closure):
            if value not in self.known:
                self.known[value] = value
                self.bring_names(value.frame, value.node)
                defaults = {key: self.bring(default, key) for key, default in value.defaults.items()}
                self.known[value] = Closure(value.node, value.frame, defaults, value.name)
            return self.known[value]  # type: ignore[no-any-return]
        if isinstance(value, TupleOf):
            return TupleOf(tuple(self.bring(v, f"{name}_{k}") for k, v in enumerate(value.items)), value.type)
        if isinstance(value, Ref):
            return self.reference(value, name)
        if isinstance(value, Bound):
            first, *rest = (self.bring(v, name) for v in (value.function, *value.args, *value.named))
            return Bound(first, tuple(rest[: len(value.args)]), value.words, tuple(rest[len(value.args) :]))
        if isinstance(value, Range):
            return Range(*(self.atom(a, name) for a in (value.start, value.stop, value.step)))
        raise self.caller.error(
            UnknownAtCompileTime,
            f"{describe(value)} cannot be read by a function that is differentiated inside of another",
            remedy="Pass numbers, arrays, or tuples, lists and dicts of them.",
        )

    def reference(self, value: Ref, name: str) -> Value:
        """A list or dict, which stays one object."""
        if value.location not in self.known:
            contents: Any = self.caller.contents(value)
            if isinstance(contents, Run):
                made: Any = Run(self.atom(contents.atom, name))
            elif isinstance(contents, Items):
                made = Items(tuple(self.bring(v, f"{name}_{k}") for k, v in enumerate(contents.values)))
            elif isinstance(contents, Entries):
                parts = zip(contents.keys, contents.values, strict=True)
                made = replace(contents, values=tuple(self.bring(v, f"{name}_{k}") for k, v in parts))
            else:
                raise self.caller.error(
                    UnknownAtCompileTime,
                    f"{name!r} cannot be read by a function that is differentiated inside of another",
                    remedy="Pass numbers, arrays, or tuples, lists and dicts of them.",
                )
            place = self.lo.new_ref(made, name)
            self.lo.always_frozen[place.location] = _SHARED
            self.known[value.location] = place
        return self.known[value.location]  # type: ignore[no-any-return]

    def number(self, value: Var, name: str) -> Value:
        """A number or an array."""
        if is_bottom(value):
            raise NotYetKnown
        return self.atom(self.caller.read(value), name)

    def atom(self, atom: Atom, name: str) -> Atom:
        """A parameter for an atom of the function around."""
        if isinstance(atom, Lit):
            return atom
        if atom not in self.known:
            wish = atom.name or name
            free, number = wish, 1
            while free in self.taken:
                number += 1
                free = f"{wish}_{number}"
            self.taken.add(free)
            var = self.lo.new(free, kind_of(atom))
            self.lo.born[var] = 0
            self.lo.always_frozen[var] = _SHARED
            self.lo.witness[var] = OfCaller(self.caller, atom, [])
            self.lo.paths[var] = (var,)
            self.known[atom] = var
            self.params.append(Param(var, "capture", path=(Held(atom), free)))
        return self.known[atom]  # type: ignore[no-any-return]
