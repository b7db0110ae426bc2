"""What a function's text says of its names: which are its own, which are read later, which statements always leave.

All of it is syntactic and errs on the side of saying that a name is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import gast

from ast_ad.frontend.yields import write_out_yield_from

_EMPTY: frozenset[str] = frozenset()
_FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


class Names:
    """The names of one function: see the attributes.

    own         names that the function binds (parameters included)
    outer       names declared nonlocal or global, the latter in `globals` too
    captured    names that functions made inside read: they count as read everywhere
    after       statement -> names that may be read after it
    head        loop -> names that may be read when its body begins or when it ends
    tried       `try` -> names that may be read when its body has come to its end
    caught      `try` -> for each of its handlers, the names that may be read when it has caught an exception
    bound_in    statement -> names that it binds, nested statements included
    """

    def __init__(self, node: Any) -> None:
        self.outer: set[str] = set()
        self.globals: set[str] = set()
        self.captured: set[str] = set()
        self.after: dict[Any, frozenset[str]] = {}
        self.head: dict[Any, frozenset[str]] = {}
        self.tried: dict[Any, frozenset[str]] = {}
        self.caught: dict[Any, list[frozenset[str]]] = {}
        self._breaks: list[frozenset[str]] = []
        self._continues: list[frozenset[str]] = []
        body = node.body if isinstance(node.body, list) else []
        self._collect(body if body else [node.body])
        self.own = (set(parameters(node)) | bound_names(body or [node.body])) - self.outer
        self._block(body, frozenset(self.captured))

    def _collect(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            if isinstance(node, (gast.Nonlocal, gast.Global)):
                self.outer |= set(node.names)
                self.globals |= set(node.names) if isinstance(node, gast.Global) else set()
            elif isinstance(node, _FUNCTIONS):
                inside = [n for n in gast.walk(node) if isinstance(n, gast.Nonlocal)]
                self.captured |= reads(node).union(*(n.names for n in inside))
            else:
                self._collect(gast.iter_child_nodes(node))

    def _block(self, stmts: Sequence[Any], after: frozenset[str]) -> frozenset[str]:
        for stmt in reversed(stmts):
            self.after[stmt] = after
            after = self._statement(stmt, after) | self.captured
        return after

    def _statement(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        handler = _LIVE.get(type(stmt))
        if handler is not None:
            live: frozenset[str] = handler(self, stmt, after)
            return live
        return (after - _plain_targets(stmt)) | reads(stmt)

    def _if(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._block(stmt.body, after) | self._block(stmt.orelse, after) | reads(stmt.test)

    def _for(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._loop(stmt, after, _EMPTY, bound_names([stmt.target])) | reads(stmt.iter)

    def _while(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._loop(stmt, after, reads(stmt.test), set())

    def _loop(self, stmt: Any, after: frozenset[str], test: frozenset[str], target: set[str]) -> frozenset[str]:
        leave = self._block(stmt.orelse, after)
        head = leave | test | after
        while True:
            self._breaks.append(after)
            self._continues.append(head)
            entered = (self._block(stmt.body, head) - target) | reads(getattr(stmt, "target", None))
            self._breaks.pop()
            self._continues.pop()
            if entered <= head:
                self.head[stmt] = head
                return head
            head |= entered

    def _return(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return reads(stmt.value)

    def _break(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._breaks[-1]

    def _continue(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._continues[-1]

    def _try(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        last = self._block(stmt.finalbody, after)
        handlers = [self._block(h.body, last) - {name_of(h)} for h in stmt.handlers]
        self.caught[stmt] = handlers
        self.tried[stmt] = self._block(stmt.orelse, last)
        inside = self._block(stmt.body, self.tried[stmt])
        asked = [*(h.type for h in stmt.handlers), *stmt.finalbody]
        return inside.union(*handlers, *map(reads, asked))

    def _with(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return self._block(stmt.body, after) | reads(stmt)

    def _match(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        cases = [self._block(case.body, after) for case in stmt.cases]
        return after.union(*cases, reads(stmt))

    def _function(self, stmt: Any, after: frozenset[str]) -> frozenset[str]:
        return after - {stmt.name}


def names_of(node: Any) -> Names:
    """What the text of a function says of its names."""
    known: Names | None = _NAMES.get(node)
    if known is None:
        write_out_yield_from(node)
        known = _NAMES[node] = Names(node)
    return known


_NAMES: WeakKeyDictionary[Any, Names] = WeakKeyDictionary()
_LIVE: dict[type, Any] = {
    gast.If: Names._if,
    gast.For: Names._for,
    gast.While: Names._while,
    gast.Return: Names._return,
    gast.Break: Names._break,
    gast.Continue: Names._continue,
    gast.Try: Names._try,
    gast.Match: Names._match,
    gast.With: Names._with,
    gast.FunctionDef: Names._function,
}


def parameters(node: Any) -> Iterator[str]:
    """The names of a function's parameters."""
    a = node.args
    for arg in (*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg):
        if arg is not None:
            yield arg.id


def reads(node: Any) -> frozenset[str]:
    """The names read anywhere in a tree, without those that functions and comprehensions in it bind for themselves."""
    if node is None:
        return _EMPTY
    found: set[str] = set()
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, gast.Name):
            found |= {part.id} if isinstance(part.ctx, (gast.Load, gast.Del)) else set()
        elif isinstance(part, COMPREHENSIONS):
            own = bound_names([g.target for g in part.generators])
            inside = [child for child in gast.iter_child_nodes(part) if child is not part.generators[0]]
            first = part.generators[0]
            found |= frozenset().union(*map(reads, (first.target, *first.ifs, *inside))) - own
            todo.append(first.iter)
        elif isinstance(part, _FUNCTIONS):
            body = part.body if isinstance(part.body, list) else [part.body]
            outer = {n for d in _declared(body) for n in d.names}
            own = (set(parameters(part)) | bound_names(body)) - outer
            found |= (frozenset().union(*map(reads, body)) - own) | outer
            todo += [*part.args.defaults, *filter(None, part.args.kw_defaults), *getattr(part, "decorator_list", ())]
        else:
            if isinstance(part, gast.AugAssign) and isinstance(part.target, gast.Name):
                found.add(part.target.id)
            todo.extend(gast.iter_child_nodes(part))
    return frozenset(found)


def _declared(nodes: Iterable[Any]) -> Iterator[Any]:
    """The statements `nonlocal` and `global` of a function, without those of functions inside."""
    for node in nodes:
        if isinstance(node, (gast.Nonlocal, gast.Global)):
            yield node
        elif not isinstance(node, _FUNCTIONS):
            yield from _declared(gast.iter_child_nodes(node))


def bound_names(nodes: Iterable[Any]) -> set[str]:
    """The names that statements bind in their own function: not those of functions and comprehensions inside."""
    found: set[str] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, gast.Name):
            if isinstance(node.ctx, gast.Store):
                found.add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, gast.Lambda):
            continue
        elif isinstance(node, (gast.MatchAs, gast.MatchStar, gast.MatchMapping)):
            name = node.rest if isinstance(node, gast.MatchMapping) else node.name
            found |= {name} if name is not None else set()
            todo.extend(gast.iter_child_nodes(node))
        elif isinstance(node, COMPREHENSIONS):
            found |= {
                n.target.id
                for n in gast.walk(node)
                if isinstance(n, gast.NamedExpr) and isinstance(n.target, gast.Name)
            }
        else:
            if isinstance(node, (gast.Import, gast.ImportFrom)):
                found |= {a.asname or a.name.partition(".")[0] for a in node.names}
            todo.extend(gast.iter_child_nodes(node))
    return found


def _plain_targets(stmt: Any) -> frozenset[str]:
    """The names that a statement binds whatever happens."""
    targets = stmt.targets if isinstance(stmt, gast.Assign) else [getattr(stmt, "target", None)]
    return frozenset().union(*(bound_names([t]) for t in targets if t is not None))


def always_leaves(stmts: Sequence[Any]) -> bool:
    """Whether no path reaches the end of these statements."""
    return any(_leaves(stmt) for stmt in stmts)


def _leaves(stmt: Any) -> bool:
    if isinstance(stmt, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
        return True
    if isinstance(stmt, gast.If):
        return always_leaves(stmt.body) and always_leaves(stmt.orelse)
    if isinstance(stmt, gast.Try):
        ends = always_leaves([*stmt.body, *stmt.orelse]) and all(always_leaves(h.body) for h in stmt.handlers)
        return ends or always_leaves(stmt.finalbody)
    if isinstance(stmt, gast.While):
        endless = isinstance(stmt.test, gast.Constant) and bool(stmt.test.value)
        return endless and not holds(stmt.body, gast.Break)
    return False


def name_of(handler: Any) -> str:
    """The name that an `except` gives to the exception; "" where it gives none."""
    return handler.name.id if isinstance(handler.name, gast.Name) else handler.name or ""


def holds(stmts: Sequence[Any], form: type) -> bool:
    """Whether a `break` or `continue` that belongs to the loop around, or a `return`, is among these statements."""
    for stmt in stmts:
        if isinstance(stmt, form):
            return True
        if isinstance(stmt, _FUNCTIONS):
            continue
        inner: list[Sequence[Any]] = []
        if isinstance(stmt, (gast.For, gast.While)):
            inner = [stmt.orelse] if form is not gast.Return else [stmt.body, stmt.orelse]
        else:
            inner = [getattr(stmt, f, None) or [] for f in ("body", "orelse", "finalbody")]
            inner += [h.body for h in (*getattr(stmt, "handlers", ()), *getattr(stmt, "cases", ()))]
        if any(holds(block, form) for block in inner):
            return True
    return False
