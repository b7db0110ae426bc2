"""Give `try` the form in which a person writes it: `else` after it, and an `except` for each class of errors."""

from __future__ import annotations

import ast

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.tree import Attempt, Branch, Handler, Let, Moves, Node, Return, Select, Tree, lists, read_by, walk
from ast_ad.ir.core import Lit, Var


def join_attempts(tree: Tree, names: Coalescing) -> None:
    """`try: a` with a flag, and then `if flag: b, else: c`, is `try: a, except: c, else: b`."""
    _join(tree.body, names)


def _join(nodes: list[Node], names: Coalescing) -> None:
    k = 0
    while k < len(nodes):
        node = nodes[k]
        after = nodes[k + 1] if k + 1 < len(nodes) else None
        if isinstance(node, Attempt) and isinstance(after, Branch) and after.test in node.flags:
            succeeded = node.flags[after.test] is not after.negated
            node.orelse += after.then if succeeded else after.orelse
            node.handlers[0].body += after.orelse if succeeded else after.then
            _drop_before_leaving(node.handlers[0].body, names)
            del nodes[k + 1]
            continue
        for inner in lists(node):
            _join(inner, names)
        k += 1


def _drop_before_leaving(nodes: list[Node], names: Coalescing) -> None:
    """Remove what is assigned for those who come later, where a list of statements ends by returning."""
    if not nodes or not isinstance(nodes[-1], Return):
        return
    read: set[int] = set()
    for node in reversed(nodes):
        if isinstance(node, Moves):
            node.pairs = [pair for pair in node.pairs if names.group[pair[0]] in read]
        read |= {names.group[a] for n in walk([node]) for a in read_by(n) if isinstance(a, Var)}


def split_handlers(node: Attempt, nested: dict[Var, Let | Select]) -> None:
    """`except (A, B) as error: if isinstance(error, A): ...` is an `except` for A and one for B."""
    last = node.handlers[-1]
    while last.body and isinstance(choice := last.body[-1], Branch):
        before = last.body[:-1]
        test = nested.get(choice.test) if isinstance(choice.test, Var) else None
        if not isinstance(test, Let) or test.call.fn.name != "isinstance" or choice.negated:
            return
        if any(not isinstance(n, Let) or n.call.fn.name != "caught" for n in before):
            return
        classes = test.call.args[1]
        assert isinstance(classes, Lit)
        errors = classes.value if isinstance(classes.value, tuple) else (classes.value,)
        remaining = tuple(e for e in last.errors if e not in errors)
        node.handlers[-1] = Handler(errors, [*before, *choice.then])
        last = Handler(remaining, [*before, *choice.orelse])
        node.handlers.append(last)


def in_finally(stmts: list[ast.stmt]) -> list[ast.stmt]:
    """`try: a, except BaseException: b; raise` and then `b` is `try: a, finally: b`."""
    result: list[ast.stmt] = []
    k = 0
    while k < len(stmts):
        stmt = stmts[k]
        end = _end_on_every_way(stmt)
        k += 1
        if end and list(map(ast.dump, end)) == list(map(ast.dump, stmts[k : k + len(end)])):
            assert isinstance(stmt, ast.Try)
            stmt.handlers, stmt.finalbody = [], stmts[k : k + len(end)]
            k += len(end)
            if len(stmt.body) == 1 and isinstance(stmt.body[0], ast.Try) and not stmt.body[0].finalbody:
                inner = stmt.body[0]
                stmt.body, stmt.handlers, stmt.orelse = inner.body, inner.handlers, inner.orelse
        result.append(stmt)
    return result


def _end_on_every_way(stmt: ast.stmt) -> list[ast.stmt]:
    if not isinstance(stmt, ast.Try) or stmt.orelse or len(stmt.handlers) != 1:
        return []
    handler = stmt.handlers[0]
    everything = isinstance(handler.type, ast.Name) and handler.type.id == "BaseException" and handler.name is None
    *end, last = handler.body
    return end if everything and isinstance(last, ast.Raise) and last.exc is None else []
