"""Out of SSA: which variables of the IR are one variable of the text.

Two can be one if neither is written while the other is still to be read.  They are tried in a fixed
order: update chains, then what a loop yields with its parameter, then branches, then initial values,
then tapes and what comes off them, then equal names.  Variables with different wishes for a name
never become one, so a cotangent never shares a variable with a primal value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ast_ad.analyses.liveness import Liveness
from ast_ad.analyses.updates import is_update
from ast_ad.ir.core import Atom, Block, Call, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import Array, Kind, Scalar
from ast_ad.ir.walk import statements


class Coalescing:
    """The variables of the text, by number: `group[var]`; `wish[group]` is the name that a group asks for, or ""."""

    def __init__(self, function: Function, live: Liveness, values: frozenset[If]) -> None:
        self.live = live
        self.parent = list(range(len(live.variables)))
        self.members = [1 << k for k in self.parent]
        self.wishes = [v.name for v in live.variables]
        self.clashes = [0] * len(self.parent)
        self.values = values
        self.interfere(function.block, function.block.params)
        self.merge_all(function)
        self.group = {var: self.find(k) for k, var in enumerate(live.variables)}

    def wish(self, group: int) -> str:
        """The name that a group asks for; "" where nobody named it."""
        return self.wishes[group]

    def is_alone(self, var: Var) -> bool:
        """Whether a variable of the text is one definition only."""
        return self.members[self.group[var]].bit_count() == 1

    def together(self, a: Atom, b: Atom) -> bool:
        """Whether two variables are one in the text."""
        return isinstance(a, Var) and isinstance(b, Var) and self.group[a] == self.group[b]

    # interference: what may not be overwritten when a variable is defined

    def define(self, var: Var, live: int) -> None:
        k = self.live.index[var]
        self.clashes[k] |= live & ~(1 << k)

    def interfere(self, block: Block, params: tuple[Var, ...]) -> None:
        live = self.live
        entry = live.entry[block]
        for var in params:
            self.define(var, entry | live.mask(params))
        for stmt in block.stmts:
            after = live.after[stmt]
            outs = live.mask(stmt.outs)
            if isinstance(stmt, Call):
                taken = live.mask(stmt.args[1:]) if is_update(stmt) else 0
                for var in stmt.outs:
                    self.define(var, after | outs | taken)
            elif isinstance(stmt, If):
                for var in stmt.outs:
                    if after >> live.index[var] & 1 or stmt in self.values:
                        self.define(var, after)
                self.interfere(stmt.then, ())
                self.interfere(stmt.orelse, ())
            else:
                self.loop(stmt, after)

    def loop(self, stmt: Loop, after: int) -> None:
        live, body = self.live, stmt.body
        entry, around = live.entry[body], live.through[body]
        carried = body.params[len(body.params) - len(stmt.inits) :]
        if stmt.range is not None:
            self.define(body.params[0], entry)
        stop = live.mask(body.results[:1])
        for param, init, out in zip(carried, stmt.inits, stmt.outs, strict=True):
            if not (entry & live.mask((param,)) or after & live.mask((out,))):
                continue
            bounds = live.mask(a for a in stmt.range or () if a is not init)
            self.define(param, around | live.mask(carried) | bounds | stop)
        for out in stmt.outs:
            if after >> live.index[out] & 1:
                self.define(out, after)
        self.interfere(body, ())

    # merging

    def find(self, k: int) -> int:
        while self.parent[k] != k:
            self.parent[k] = k = self.parent[self.parent[k]]
        return k

    def merge(self, a: Atom, b: Atom) -> bool:
        """Make two variables one, if nothing speaks against it."""
        if not isinstance(a, Var) or not isinstance(b, Var):
            return False
        one, two = self.find(self.live.index[a]), self.find(self.live.index[b])
        if one == two:
            return True
        wish, other = self.wishes[one], self.wishes[two]
        if wish and other and wish != other:
            return False
        if self.clashes[one] & self.members[two] or self.clashes[two] & self.members[one]:
            return False
        self.parent[two] = one
        self.members[one] |= self.members[two]
        self.clashes[one] |= self.clashes[two]
        self.wishes[one] = wish or other
        return True

    def merge_all(self, function: Function) -> None:
        stmts = list(statements(function.block))
        for stmt in stmts:
            if isinstance(stmt, Call) and (is_update(stmt) or adds_to_a_name(stmt)):
                self.merge(stmt.args[0], stmt.outs[0])
        loops = [s for s in stmts if isinstance(s, Loop)]
        for loop in loops:
            for param, result, out in _carried(loop):
                self.merge(param, out)
                self.merge(param, result)
        for stmt in stmts:
            if isinstance(stmt, If) and stmt not in self.values:
                for out, one, two in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                    self.merge(out, one)
                    self.merge(out, two)
        for loop in loops:
            for (param, _, _), init in zip(_carried(loop), loop.inits, strict=True):
                self.merge(param, init)
        self.merge_tapes(stmts)
        self.merge_equal_names()

    def merge_tapes(self, stmts: Sequence[Stmt]) -> None:
        """What comes off a tape is what went onto it."""
        held: dict[int, Atom] = {}
        for stmt in stmts:
            if isinstance(stmt, Call) and stmt.fn.name == "append":
                held.setdefault(self.find(self.live.index[stmt.outs[0]]), stmt.args[1])
            elif isinstance(stmt, Call) and stmt.fn.name == "pop":
                value = held.get(self.find(self.live.index[stmt.outs[0]]))
                if isinstance(value, Var) and (not value.name or value.name == stmt.outs[1].name):
                    self.merge(value, stmt.outs[1])

    def merge_equal_names(self) -> None:
        groups: dict[str, list[Var]] = {}
        for var in self.live.variables:
            if not var.name:
                continue
            firsts = groups.setdefault(var.name, [])
            if not any(same_sort(first.kind, var.kind) and self.merge(first, var) for first in firsts):
                firsts.append(var)


def adds_to_a_name(call: Call) -> bool:
    """Whether a call is `x_bar + e` under the same name."""
    if len(call.args) != 2 or call.fn.name not in ("+", "-"):
        return False
    old, name = call.args[0], call.outs[0].name
    return isinstance(old, Var) and name != "" and old.name == name


def same_sort(a: Kind, b: Kind) -> bool:
    """Whether two kinds are one to a compiler of native code: the same type, dtype and rank."""
    if isinstance(a, Array) and isinstance(b, Array):
        one, two = a.dims, b.dims
        return a.dtype == b.dtype and (None if one is None else len(one)) == (None if two is None else len(two))
    return a == b or (type(a) is type(b) and not isinstance(a, Scalar))


def _carried(loop: Loop) -> Iterator[tuple[Var, Atom, Var]]:
    params = loop.body.params[len(loop.body.params) - len(loop.inits) :]
    return zip(params, loop.body.results[1:], loop.outs, strict=True)
