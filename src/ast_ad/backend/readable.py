"""Give statements the form in which a person writes them: `while test`, guards first, one arm where one is empty."""

from __future__ import annotations

from ast_ad.backend.attempts import split_handlers
from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.tree import (
    Attempt,
    Branch,
    Break,
    For,
    Let,
    Moves,
    Node,
    Return,
    Tree,
    While,
    lists,
    read_variables,
    walk,
)
from ast_ad.ir.core import Callee, Var


def make_readable(tree: Tree) -> Tree:
    """Rewrite the control flow of a tree, innermost statements first."""
    for node in walk(tree.body):
        if isinstance(node, Attempt):
            split_handlers(node, tree.nested)
    tree.body = _rewrite(tree.body)
    return tree


def drop_unread_moves(tree: Tree, names: Coalescing) -> None:
    """Remove assignments to variables that nothing reads, such as flags whose exits have become `return`."""
    read = {names.group[atom] for atom in read_variables(tree) if isinstance(atom, Var)}
    dropped = 0
    for node in walk(tree.body):
        for nodes in lists(node):
            dropped += _drop_from(nodes, read, names)
    if dropped + _drop_from(tree.body, read, names):
        drop_unread_moves(tree, names)


def _drop_from(nodes: list[Node], read: set[int], names: Coalescing) -> int:
    dropped = 0
    for node in nodes:
        if isinstance(node, Moves):
            kept = [pair for pair in node.pairs if names.group[pair[0]] in read]
            dropped += len(node.pairs) - len(kept)
            node.pairs = kept
    kept_nodes = [node for node in nodes if not _says_nothing(node)]
    dropped += len(nodes) - len(kept_nodes)
    nodes[:] = kept_nodes
    return dropped


def _says_nothing(node: Node) -> bool:
    if isinstance(node, Branch):
        return not node.then and not node.orelse
    return isinstance(node, Moves) and not node.pairs


def _rewrite(nodes: list[Node]) -> list[Node]:
    result: list[Node] = []
    for node in nodes:
        if _leaves(result):
            break
        if isinstance(node, Branch):
            node.then, node.orelse = _rewrite(node.then), _rewrite(node.orelse)
            result += _branch(node)
        elif isinstance(node, Attempt):
            result += _attempt(node)
        elif isinstance(node, While):
            node.body = _rewrite(node.body)
            result.append(_while(node))
        elif isinstance(node, For):
            node.body = _rewrite(node.body)
            result.append(node)
        else:
            result.append(node)
    return result


def _branch(node: Branch) -> list[Node]:
    """A branch with its leaving arm first and what follows un-indented; nothing where both arms are empty."""
    if not node.then and not node.orelse:
        return []
    if not node.then or _leaves_sooner(node.orelse, node.then):
        _turn(node)
    if not _leaves(node.then):
        return [node]
    rest, node.orelse = node.orelse, []
    return [node, *rest]


def _attempt(node: Attempt) -> list[Node]:
    """A `try` whose `else` is un-indented where no handler reaches what follows."""
    node.body, rest = _rewrite(node.body), _rewrite(node.orelse)
    for handler in node.handlers:
        handler.body = _rewrite(handler.body)
    node.orelse = [] if all(_leaves(handler.body) for handler in node.handlers) else rest
    return [node] if node.orelse else [node, *rest]


def _leaves_sooner(one: list[Node], other: list[Node]) -> bool:
    """Whether an arm that leaves is better written first than the other."""
    return _leaves(one) and (not _leaves(other) or _size(one) == 1 < _size(other))


def _turn(node: Branch) -> None:
    node.then, node.orelse, node.negated = node.orelse, node.then, not node.negated


def _leaves(nodes: list[Node]) -> bool:
    """Whether a list of statements always ends by leaving the loop or the function."""
    if not nodes:
        return False
    last = nodes[-1]
    if isinstance(last, Branch):
        return _leaves(last.then) and _leaves(last.orelse)
    if isinstance(last, Attempt):
        return _leaves(last.orelse or last.body) and all(_leaves(handler.body) for handler in last.handlers)
    if isinstance(last, Let):
        return not isinstance(last.call.fn, Callee) and last.call.fn.name == "raise"
    if isinstance(last, While):
        return last.test is None and not _breaks(last.body)
    return isinstance(last, (Break, Return))


def _breaks(nodes: list[Node]) -> bool:
    """Whether a loop with this body is left by a `break`."""
    for node in nodes:
        if isinstance(node, Break):
            return True
        if isinstance(node, (Attempt, Branch)) and any(map(_breaks, lists(node))):
            return True
    return False


def _size(nodes: list[Node]) -> int:
    return sum(1 + sum(map(_size, lists(node))) for node in nodes)


def _while(node: While) -> While:
    """`while True: if not test: break` is `while test`."""
    first = node.body[0] if node.body else None
    if isinstance(first, Branch) and not first.orelse and [type(n) for n in first.then] == [Break]:
        node.test, node.negated = first.test, not first.negated
        del node.body[0]
    return node
