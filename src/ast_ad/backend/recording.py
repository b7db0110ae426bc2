"""What the sweeps of a text record: its tapes, with the loops in which they grow."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ast_ad.backend.names import is_of_the_user
from ast_ad.backend.tree import Branch, For, Let, Node, While, lists
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Origin, Var
from ast_ad.ir.kinds import Kind


@dataclass(frozen=True, slots=True)
class Trips:
    """A loop around a statement: how many trips it makes, over what range, and the name of its index."""

    count: str
    over: str
    index: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A tape: the function of the text and the name there, what it holds, and the loops it grows in, outermost first.

    `maybe` says that not every trip records something.
    """

    function: str
    name: str
    kind: Kind
    loops: tuple[Trips, ...]
    maybe: bool
    origin: Origin | None


def recorded_in(
    function: str, nodes: Sequence[Node], name_of: Callable[[Var], str], write: Callable[[For], Any]
) -> list[Recorded]:
    """The tapes of a tree, in the order in which they first grow; `write` gives the line of a loop."""
    found: dict[str, Recorded] = {}

    def visit(inner: Sequence[Node], loops: tuple[Trips, ...], maybe: bool) -> None:
        for node in inner:
            if isinstance(node, Let) and node.update and node.call.fn.name == "append":
                tape, value = node.call.outs[0], node.call.args[1]
                name = name_of(tape)
                if not is_of_the_user(tape) and name not in found:
                    found[name] = Recorded(function, name, kind_of(value), loops, maybe, node.origin)
            around = loops
            if isinstance(node, For):
                around = (*loops, _trips(ast.unparse(write(node).iter), name_of(node.index) if node.index else "_"))
            elif isinstance(node, While):
                line = f" in line {node.origin.line}" if node.origin else ""
                around = (*loops, Trips(f"trips of the while{line}", "", ""))
            for part in lists(node):
                visit(part, around, maybe or isinstance(node, Branch))

    visit(nodes, (), False)
    return list(found.values())


def _trips(over: str, index: str) -> Trips:
    """A `for` loop over this expression.

    >>> _trips("range(1, n + 1)", "i").count, _trips("range(steps)", "_").count, _trips("xs", "x").count
    ('n', 'steps', 'len(xs)')
    """
    tree = ast.parse(over, mode="eval").body
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "reversed":
        tree = tree.args[0]
        over = ast.unparse(tree)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "range":
        ends = [ast.unparse(end) for end in tree.args]
        if len(ends) == 1:
            return Trips(ends[0], over, index)
        if len(ends) == 2:
            count = ends[1].removesuffix(f" + {ends[0]}") if ends[1].endswith(f" + {ends[0]}") else ""
            return Trips(count or f"{ends[1]} - {ends[0] if ends[0].isalnum() else f'({ends[0]})'}", over, index)
    return Trips(f"len({over})", over, index)
