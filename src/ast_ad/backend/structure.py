"""From structured SSA to statements: what blocks yield becomes assignments, exits become `break` and `return`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ast_ad.analyses.aliasing import Storage
from ast_ad.analyses.liveness import Liveness
from ast_ad.analyses.updates import is_update
from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.elements import loop_over_elements
from ast_ad.backend.exits import Returning, constants_until_exit, decided, is_literal, returning, yielded
from ast_ad.backend.names import is_of_the_user, words_of
from ast_ad.backend.tree import Attempt, Branch, Break, For, Handler, Let, Moves, Node, Return, Select, Tree, While
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, If, Lit, Loop, Stmt, Try, Var
from ast_ad.ir.walk import blocks_of, statements

#: writes what a block yields, after its statements
_FLAGS = ((True, False), (False, True))
End: TypeAlias = Callable[[Sequence[Atom]], list[Node]]


def conditional_values(function: Function) -> frozenset[If]:
    """The branches that are expressions: `a if test else b`, `a and b`, `a or b`."""
    stmts = list(statements(function.block))
    stops = {s.body.results[0] for s in stmts if isinstance(s, Loop)}
    values: set[If] = set()
    for stmt in stmts:
        if isinstance(stmt, If) and stops.intersection(stmt.outs):
            flags = [r for arm in (stmt.then, stmt.orelse) for r in arm.results]
            if any(isinstance(flag, Lit) and isinstance(flag.value, bool) for flag in flags):
                stops.update(flags)
                continue
        if isinstance(stmt, If) and _reads_as_value(stmt, words_of(function)):
            values.add(stmt)
    for stmt in reversed(stmts):  # inner ones first: what holds a branch that is none is none
        if isinstance(stmt, If) and not all(_is_expression(arm, values) for arm in blocks_of(stmt)):
            values.discard(stmt)
    return frozenset(values)


def _reads_as_value(stmt: If, words: frozenset[str]) -> bool:
    if len(stmt.outs) != 1 or isinstance(stmt, Try):
        return False
    results = (stmt.then.results[0], stmt.orelse.results[0])
    if UNDEFINED in results:
        return False
    text = stmt.origin.text.lstrip() if stmt.origin else ""
    named = stmt.outs[0].name in words
    if text.startswith(("if ", "if(", "elif ")) or (named and not text):
        return stmt.test in results and not named
    return True


def _is_expression(block: Block, values: set[If]) -> bool:
    """Whether a block computes one value, each step used once and in the order in which an expression evaluates it."""
    if len(block.stmts) > 3 or len(block.results) != 1:
        return False
    stack: list[Atom] = []
    own: set[Atom] = set()
    for stmt in block.stmts:
        if len(stmt.outs) != 1 or is_of_the_user(stmt.outs[0]) or is_update(stmt) or isinstance(stmt, Loop):
            return False
        if isinstance(stmt, If) and stmt not in values:
            return False
        if isinstance(stmt, Call) and not isinstance(stmt.fn, Callee) and stmt.fn.effect:
            return False
        taken = [a for a in (stmt.args if isinstance(stmt, Call) else (stmt.test,)) if a in own]
        if taken != stack[len(stack) - len(taken) :]:
            return False
        del stack[len(stack) - len(taken) :]
        stack.append(stmt.outs[0])
        own.add(stmt.outs[0])
    result = block.results[0]
    return stack == ([result] if result in own else [])


def structured(
    function: Function,
    live: Liveness,
    storage: Storage,
    names: Coalescing,
    values: frozenset[If],
    copies: bool,
) -> Tree:
    """The statements of a function, with nothing nested but conditional expressions.

    `copies`: results that share with arguments are copied when they are returned.
    """
    builder = _Structure(function, live, storage, names, values)
    builder.copied = storage.copied | storage.parts if copies else storage.copied
    returned = storage.returned if copies else frozenset()
    block = function.block
    builder.tree.body = builder.block(block, block.results, lambda rs: [Return(tuple(rs), returned)], True)
    return builder.tree


def _escaping(function: Function, names: Coalescing) -> set[Var]:
    """The variables that are kept, or assigned to others, also on a path where they have no value."""
    sources: dict[Var, list[Atom]] = {}
    waiting: list[Atom] = []
    for stmt in statements(function.block):
        if isinstance(stmt, If):
            for out, *arms in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                sources[out] = arms
        elif isinstance(stmt, Loop):
            params = stmt.body.params[len(stmt.body.params) - len(stmt.inits) :]
            for out, param, *trips in zip(stmt.outs, params, stmt.inits, stmt.body.results[1:], strict=True):
                sources[out], sources[param] = [param], trips
        elif (stmt.origin is None or stmt.origin.sweep) and _keeps(stmt):
            waiting += stmt.args
    for target, values in sources.items():
        waiting += [value for value in values if isinstance(value, Var) and not names.together(target, value)]
    found: set[Var] = set()
    while waiting:
        atom = waiting.pop()
        if isinstance(atom, Var) and atom not in found:
            found.add(atom)
            waiting += sources.get(atom, ())
    return found


def _keeps(call: Call) -> bool:
    return isinstance(call.fn, Callee) or call.fn.result == "element" or call.fn.name == "append"


class _Structure:
    def __init__(
        self, function: Function, live: Liveness, storage: Storage, names: Coalescing, values: frozenset[If]
    ) -> None:
        self.live = live
        self.storage = storage
        self.copied = storage.copied
        self.names = names
        self.values = values
        self.tree = Tree([])
        self.definitions = {v: s for s in statements(function.block) for v in s.outs}
        self.escaping = _escaping(function, names)
        self.words = words_of(function)
        self.returning: dict[Loop, Returning] = {}
        self.loops: list[Loop] = []

    def block(self, block: Block, results: Sequence[Atom], end: End, leaves: bool) -> list[Node]:
        """The statements of a block and then its end.

        If `leaves`, a branch at the end of the block may take the end into its arms.
        """
        stmts = block.stmts
        exits = self.returns_from_loop(stmts, results, end) if leaves else None
        takes = leaves and stmts and self.takes_the_end(stmts[-1], results)
        tail = stmts[-1] if takes or (exits and exits.loop is not stmts[-1]) else None
        nodes: list[Node] = []
        for stmt in stmts[:-1] if tail else stmts:
            nodes += self.stmt(stmt)
        if not isinstance(tail, If):
            return nodes + end(decided(results, False) if exits else results)
        if exits:
            return nodes + self.block(tail.orelse, yielded(tail.orelse, tail.outs, results), end, True)
        arms = [self.block(arm, yielded(arm, tail.outs, results), end, True) for arm in (tail.then, tail.orelse)]
        return [*nodes, _conditional(tail, arms[0], arms[1])]

    def returns_from_loop(self, stmts: Sequence[Stmt], results: Sequence[Atom], end: End) -> Returning | None:
        """The exits of a loop at the end of a block that may be written as `return`, if there are such."""
        found = returning(stmts, results, end)
        if found is None or (found.loop is stmts[-1] and not self.loops):
            return None
        around = self.returning.get(self.loops[-1]) if self.loops else None
        if self.loops and not (around and around.takes(found.results)):
            return None
        self.returning[found.loop] = found
        return found

    def takes_the_end(self, stmt: Stmt, results: Sequence[Atom]) -> bool:
        """Whether a branch decides how its block is left: a flag to stop a loop, or values only to be returned."""
        if not isinstance(stmt, If) or stmt in self.values:
            return False
        if self.loops:
            return results[0] in stmt.outs
        return bool(stmt.outs) and not any(var.name in self.words for var in stmt.outs)

    def stmt(self, stmt: Stmt) -> list[Node]:
        if isinstance(stmt, Call):
            return self.call(stmt)
        if isinstance(stmt, If):
            return self.branch(stmt)
        return self.loop(stmt)

    def call(self, stmt: Call) -> list[Node]:
        copied = tuple(k for k in range(-1, len(stmt.args)) if (stmt, k) in self.copied)
        if not is_update(stmt):
            return [Let(stmt, copied=copied)]
        nodes: list[Node] = []
        if 0 in copied or not self.names.together(stmt.args[0], stmt.outs[0]):
            nodes.append(Moves([(stmt.outs[0], stmt.args[0], 0 in copied)], stmt.origin))
        if stmt in self.storage.put_back:
            return nodes
        return [*nodes, Let(stmt, True, tuple(k for k in copied if k != 0))]

    def branch(self, stmt: If) -> list[Node]:
        if stmt in self.values:
            for arm in (stmt.then, stmt.orelse):
                for node in self.block(arm, arm.results, lambda rs: [], False):
                    assert isinstance(node, (Let, Select))
                    self.tree.nested[node.out if isinstance(node, Select) else node.call.outs[0]] = node
            return [Select(stmt.outs[0], stmt.test, stmt.then.results[0], stmt.orelse.results[0], stmt.origin)]
        arms = []
        for arm in (stmt.then, stmt.orelse):
            end = self.assign(stmt.outs, [self.live.is_live_after(v, stmt) for v in stmt.outs])
            arms.append(self.block(arm, arm.results, end, False))
        return [_conditional(stmt, arms[0], arms[1])]

    def assign(self, targets: Sequence[Var], wanted: Sequence[bool], loop: Loop | None = None) -> End:
        """An end that assigns what a block yields; with `loop`, the initial values of that loop."""

        def end(results: Sequence[Atom]) -> list[Node]:
            pairs: list[tuple[Var, Atom, bool]] = []
            for k, (var, value, want) in enumerate(zip(targets, results, wanted, strict=True)):
                copied = loop is not None and (loop, k) in self.copied
                if value is UNDEFINED and want and var in self.escaping:
                    pairs.append((var, Lit(None), False))
                if not want or value is UNDEFINED:
                    continue
                if copied or not self.names.together(var, value):
                    pairs.append((var, value, copied))
                elif isinstance(value, Var):
                    self.tree.flowing.add(value)
            return [Moves(pairs)] if pairs else []

        return end

    def loop(self, stmt: Loop) -> list[Node]:
        body = stmt.body
        carried = body.params[len(body.params) - len(stmt.inits) :]
        exits = self.returning.get(stmt)
        out_live = [v in exits.after if exits else self.live.is_live_after(v, stmt) for v in stmt.outs]
        entry = self.live.entry[body]
        wanted = [o or bool(entry >> self.live.index[p] & 1) for p, o in zip(carried, out_live, strict=True)]
        fixed = constants_until_exit(stmt)
        changing = [want and k not in fixed for k, want in enumerate(wanted)]

        def end(results: Sequence[Atom]) -> list[Node]:
            stop, leaves = results[0], is_literal(results[0], True)
            if isinstance(stop, Var) and (exits or changing != wanted):  # what is yielded depends on the flag
                return [Branch(stop, end(decided(results, True)), end(decided(results, False)))]
            if exits and exits.takes(results):
                return exits.nodes(results)
            nodes = self.assign(carried, wanted if leaves else changing)(results[1:])
            if isinstance(stop, Lit):
                return [*nodes, Break()] if stop.value else nodes
            return [*nodes, Branch(stop, [Break()], [])]

        nodes = self.assign(carried, wanted, stmt)(stmt.inits)
        self.loops.append(stmt)
        inside = self.block(body, body.results, end, True)
        self.loops.pop()
        if stmt.range is None:
            nodes.append(While(inside, origin=stmt.origin))
        else:
            node = For(body.params[0], stmt.range, inside, stmt.reverse, origin=stmt.origin)
            loop_over_elements(stmt, node, self.storage, self.names, self.definitions)
            nodes.append(node)
        return nodes + self.assign(stmt.outs, out_live)(carried)


def _conditional(stmt: If, then: list[Node], orelse: list[Node]) -> Node:
    if not isinstance(stmt, Try):
        return Branch(stmt.test, then, orelse, origin=stmt.origin)
    ends = zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
    flags = {out: (one.value, two.value) for out, one, two in ends if isinstance(one, Lit) and isinstance(two, Lit)}
    known = {out: bool(flag[0]) for out, flag in flags.items() if flag in _FLAGS}
    return Attempt(then, [Handler(stmt.errors, orelse)], known, [], stmt.origin)
