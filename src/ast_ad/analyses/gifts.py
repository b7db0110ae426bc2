"""Which arguments are handed over when functions of a program call each other, so that they may be written to in place.

    def fill(a, i):                     a call whose caller does not look at `a` afterwards hands it over;
        a[i] = a[i - 1] * x             what it gets back instead is the array, written to
        a = fill(a, i + 1)
        return a

A function gets an argument so if it writes to it, and if no call of it would have to copy it first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ast_ad.analyses.aliasing import Storage, storage_of
from ast_ad.analyses.sharing import has_storage
from ast_ad.analyses.updates import is_update
from ast_ad.ir.core import Call, Callee, Function, Var
from ast_ad.ir.primitives import CLOSURE
from ast_ad.ir.walk import statements


def storages_of(functions: Mapping[str, Function], private: Collection[str]) -> dict[str, Storage]:
    """The storage of each function of a program; only those that are `private` are called by the program alone."""
    return _Gifts(functions, private).run()


class _Gifts:
    def __init__(self, functions: Mapping[str, Function], private: Collection[str]) -> None:
        self.functions = functions
        self.calls = {name: _calls(function) for name, function in functions.items()}
        self.lent: dict[str, frozenset[tuple[int, int]]] = dict.fromkeys(functions, frozenset())
        self.given: dict[str, frozenset[int]] = dict.fromkeys(functions, frozenset())
        free = set(private) - _taken(functions)
        for name, function in functions.items():
            if name in free:
                params = enumerate(function.params)
                self.given[name] = frozenset(k for k, p in params if p.form == "plain" and has_storage(p.var.kind))

    def run(self) -> dict[str, Storage]:
        if any(self.given.values()):
            self.given = self.written_to(self.settled())
        while True:
            storages = self.settled()
            kept = {name: places - self.copied_for(name, storages) for name, places in self.given.items()}
            if kept == self.given:
                return storages
            self.given = kept

    def settled(self) -> dict[str, Storage]:
        """The storage of each function, once what functions lend is known."""
        while True:
            before = dict(self.lent)
            storages = {name: self.storage(name) for name in self.functions}
            self.lent = {name: self.lent[name] | storage.lent for name, storage in storages.items()}
            if self.lent == before:
                return storages

    def storage(self, name: str) -> Storage:
        """The storage of a function, asked with what concerns it."""
        known = sorted({name, *(call.fn.name for call in self.calls[name])} & self.functions.keys())
        lent = tuple((other, self.lent[other]) for other in known)
        given = tuple((other, self.given[other]) for other in known if self.given[other])
        return storage_of(self.functions[name], lent, given)

    def written_to(self, storages: Mapping[str, Storage]) -> dict[str, frozenset[int]]:
        """The arguments that may be given to each function and that it writes to, or gives to one that does."""
        found: dict[str, frozenset[int]] = dict.fromkeys(self.functions, frozenset())
        while True:
            before = dict(found)
            for name, function in self.functions.items():
                classes, changed = storages[name].classes, [c.args[0] for c in storages[name].in_place if is_update(c)]
                for call in self.calls[name]:
                    changed += [call.args[k] for k in found.get(call.fn.name, ())]
                written = {classes[atom] for atom in changed if isinstance(atom, Var)}
                found[name] = frozenset(k for k in self.given[name] if classes[function.params[k].var] in written)
            if found == before:
                return found

    def copied_for(self, name: str, storages: Mapping[str, Storage]) -> set[int]:
        """The arguments of a function that some call copies before it hands them over."""
        calls = [(caller, call) for caller in self.functions for call in self.calls[caller] if call.fn.name == name]
        return {k for caller, call in calls for k in self.given[name] if (call, k) in storages[caller].copied}


def _calls(function: Function) -> list[Call]:
    """The calls of functions of the program."""
    return [s for s in statements(function.block) if isinstance(s, Call) and isinstance(s.fn, Callee)]


def _taken(functions: Mapping[str, Function]) -> set[str]:
    """The functions that are values, which anybody may call."""
    every = (s for function in functions.values() for s in statements(function.block))
    return {dict(s.params)["function"].name for s in every if isinstance(s, Call) and s.fn is CLOSURE}
