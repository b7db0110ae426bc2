"""Say in the text which sweep begins, and which line of the primal a line of the reverse sweep reverses."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from ast_ad.backend.render import WIDTH, Comment
from ast_ad.backend.tapes import is_pop
from ast_ad.backend.tree import Let, Moves, Node, Select, Tree, defines, walk
from ast_ad.ir.core import Lit, Origin

_ORDERS = ("", "", ", second order", ", third order")
_LONGEST = 60
_COLUMN = 60


def add_comments(tree: Tree, emit: Callable[[Sequence[Node]], list[ast.stmt]]) -> list[ast.stmt]:
    """The statements of a function, with a line before each sweep and notes beside those of a reverse sweep."""
    sections = _sections(tree.body)
    body: list[ast.stmt] = []
    if sections and sections[0][1] > 0:
        body.append(_comment("forward sweep"))
    places = [0, *(start for _, start in sections), len(tree.body)]
    for k, (start, end) in enumerate(pairwise(places)):
        stmts = emit(tree.body[start:end])
        if k:
            sweep = sections[k - 1][0]
            if sections[0][1] > 0:
                order = _ORDERS[sweep] if sweep < len(_ORDERS) else f", order {sweep}"
                body.append(_comment(f"reverse sweep{order}"))
            _Notes().add(stmts)
        body += stmts
    return body


def _comment(text: str) -> Comment:
    return Comment(f"# {text}")


def _sections(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Where each reverse sweep begins: (sweep, place)."""
    inside = [[inner for inner in walk([node]) if isinstance(inner, (Let, Select)) and inner.origin] for node in nodes]
    sweeps = [[inner.origin.sweep for inner in found if inner.origin] for found in inside]
    sections: list[tuple[int, int]] = []
    for sweep in range(1, 1 + max((s for found in sweeps for s in found), default=0)):
        reversing = [any(_reverses(inner, sweep) for inner in found) for found in inside]
        if True not in reversing:
            continue
        after_others = 1 + max((k for k, found in enumerate(sweeps) if found and min(found) < sweep), default=-1)
        start = min(after_others, reversing.index(True))
        while start and _begins_with_zero(nodes[start - 1]):
            start -= 1
        if not sections or sections[-1][1] < start:
            sections.append((sweep, start))
    return sections


def _reverses(node: Let | Select, sweep: int) -> bool:
    """Whether a statement computes a cotangent of a sweep."""
    return (
        node.origin is not None and node.origin.sweep == sweep and any(v.name.endswith("_bar") for v in defines(node))
    )


def _begins_with_zero(node: Node) -> bool:
    if isinstance(node, Moves):
        return all(var.name.endswith("_bar") for var, _, _ in node.pairs)
    return isinstance(node, Let) and node.call.fn.name == "zeros_like"


class _Notes:
    """Gives the first line of each group of lines that reverse one statement its text as a note."""

    def __init__(self) -> None:
        self.last: Any = None

    def add(self, stmts: Sequence[ast.stmt]) -> None:
        """Put notes beside statements; a value from a tape goes with the statement that follows."""
        first: ast.stmt | None = None
        for stmt in stmts:
            node, origin = stmt.node, stmt.origin  # type: ignore[attr-defined]
            if _comes_from_a_tape(node):
                first = first or stmt
                continue
            if origin is not None and origin.sweep and _deserves_a_note(node) and self.key(origin) != self.last:
                self.last = self.key(origin)
                (first or stmt).note = origin.text  # type: ignore[attr-defined]
            first = None
            for inner in (getattr(stmt, "body", []), getattr(stmt, "orelse", [])):
                self.add([s for s in inner if hasattr(s, "node")])

    def key(self, origin: Origin) -> Any:
        return origin.text if "\n" in origin.text else (origin.line, origin.text)


def _comes_from_a_tape(node: Node) -> bool:
    return is_pop(node)


def _deserves_a_note(node: Node) -> bool:
    """Whether a line does something that the primal's statement explains: no loop head, no zero to begin with."""
    if isinstance(node, Let):
        return node.call.fn.name not in ("zeros_like", "make_list", "length")
    if isinstance(node, Moves):
        return not all(isinstance(value, Lit) for _, value, _ in node.pairs)
    return isinstance(node, Select)


def _shortened(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 4].rstrip()} ..."


def beside(lines: Sequence[str], notes: Sequence[str]) -> list[str]:
    """Lines with their notes beside them as comments, in one column where the lines are not too long for that.

    >>> beside(["a = 1", "bcd = 2"], ["one", "two"])
    ['a = 1    # one', 'bcd = 2  # two']
    """
    column = max(
        (len(line) for line, note in zip(lines, notes, strict=True) if note and len(line) < _COLUMN), default=0
    )
    result = []
    previous = None
    for line, note in zip(lines, notes, strict=True):
        room = WIDTH - max(len(line), column) - 4
        if note and note is not previous and room > 12:
            result.append(f"{line:{column}}  # {_shortened(note, min(room, _LONGEST))}")
        else:
            result.append(line)
        previous = note
    return result
