"""Take a value off its tape where it is read: `x[i] = xs.pop()`, and `if tests.pop():`.

Only where the value is all that a statement writes or tests, and nothing before that statement touches the tape.
"""

from __future__ import annotations

from collections import Counter

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.tree import Branch, Let, Moves, Node, Tree, defines, lists, operands, read_by, read_variables, walk
from ast_ad.ir.core import Atom, Var


def take_off_where_read(tree: Tree, names: Coalescing) -> None:
    """Nest `xs.pop()` in the statement that reads what it gives."""
    uses = Counter(read_variables(tree))
    for nodes in (tree.body, *(inner for node in walk(tree.body) for inner in lists(node))):
        for k in range(len(nodes) - 1, -1, -1):
            node = nodes[k]
            if isinstance(node, Let) and is_pop(node) and not node.copied and uses[node.call.outs[1]] == 1:
                reader = _reader(nodes[k + 1 :], node, names)
                if reader is not None:
                    tree.nested[node.call.outs[1]] = node
                    del nodes[k]


def is_pop(node: Node) -> bool:
    """Whether a statement takes the last element off a list."""
    return isinstance(node, Let) and node.update and node.call.fn.name == "pop"


def _reader(nodes: list[Node], pop: Let, names: Coalescing) -> Node | None:
    """The statement that may have a `pop` inside it; None where there is none, or something stands between."""
    tape, value = pop.call.outs
    for node in nodes:
        if any(atom is value for atom in operands(node)):
            return node if _takes_it_whole(node, value) else None
        if lists(node) or not isinstance(node, (Let, Moves)):
            return None
        touched: tuple[Atom, ...] = (*read_by(node), *defines(node))
        if any(names.together(atom, tape) or names.together(atom, value) for atom in touched):
            return None
    return None


def _takes_it_whole(node: Node, value: Var) -> bool:
    if isinstance(node, Branch):
        return node.test is value
    return isinstance(node, Let) and node.update and node.call.fn.name in ("index_update", "list_set")
