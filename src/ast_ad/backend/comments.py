"""Say in the text which sweep begins, and which line of the primal a line of the reverse sweep reverses."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.render import WIDTH, Comment
from ast_ad.backend.tree import For, Let, Moves, Node, Return, Select, Tree, While, defines, walk
from ast_ad.ir.core import Lit, Origin

_ORDERS = ("", "", ", second order", ", third order")
_LONGEST = 60
_COLUMN = 60


def add_comments(
    tree: Tree, groups: Coalescing, emit: Callable[[Sequence[Node]], list[ast.stmt]]
) -> list[ast.stmt]:
    """The statements of a function, with a line before each sweep and notes beside those of a reverse sweep."""
    sections = _sections(tree.body, groups)
    body: list[ast.stmt] = []
    if sections and sections[0][1] > 0:
        body.append(_comment("forward sweep"))
    places = [0, *(start for _, start in sections), len(tree.body)]
    for k, (start, end) in enumerate(zip(places, places[1:], strict=False)):
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
    comment = Comment()
    comment.text = text
    return comment


def _sections(nodes: Sequence[Node], groups: Coalescing) -> list[tuple[int, int]]:
    """Where each reverse sweep begins: (sweep, place)."""
    sweeps = [set(_sweeps(node)) for node in nodes]
    highest = max((s for found in sweeps for s in found), default=0)
    sections: list[tuple[int, int]] = []
    for sweep in range(1, highest + 1):
        start = 1 + max((k for k, found in enumerate(sweeps) if found and min(found) < sweep), default=-1)
        reverses = any(
            groups.wish(groups.group[var]).endswith("_bar") for node in walk(list(nodes[start:])) for var in defines(node)
        )
        if reverses and not isinstance(nodes[start], Return) and (not sections or sections[-1][1] < start):
            sections.append((sweep, start))
    return sections


def _sweeps(node: Node) -> Iterable[int]:
    for inner in walk([node]):
        if isinstance(inner, (Let, Select)) and inner.origin is not None:
            yield inner.origin.sweep


class _Notes:
    """Gives the first line of each group of lines that reverse one statement its text as a note."""

    def __init__(self) -> None:
        self.last: Any = None

    def add(self, stmts: Sequence[ast.stmt]) -> None:
        for stmt in stmts:
            node, origin = stmt.node, stmt.origin  # type: ignore[attr-defined]
            if isinstance(stmt, ast.Pass):
                continue
            if origin is not None and origin.sweep and _deserves_a_note(node):
                if self.key(origin) != self.last:
                    self.last = self.key(origin)
                    stmt.note = origin.text  # type: ignore[attr-defined]
            for inner in (getattr(stmt, "body", []), getattr(stmt, "orelse", [])):
                self.add([s for s in inner if hasattr(s, "node")])

    def key(self, origin: Origin) -> Any:
        return origin.text if "\n" in origin.text else (origin.line, origin.text)


def _deserves_a_note(node: Node) -> bool:
    """Whether a line does something that the primal's statement explains: no loop head, no zero to begin with."""
    if isinstance(node, Let):
        return node.call.fn.name not in ("zeros_like", "make_list", "length")
    if isinstance(node, Moves):
        return not all(isinstance(value, Lit) for _, value, _ in node.pairs)
    return isinstance(node, Select) and not isinstance(node, (For, While))


def _shortened(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 4].rstrip()} ..."


def beside(lines: Sequence[str], notes: Sequence[str]) -> list[str]:
    """Lines with their notes beside them as comments, in one column where the lines are not too long for that.

    >>> beside(["a = 1", "bcd = 2"], ["one", "two"])
    ['a = 1    # one', 'bcd = 2  # two']
    """
    column = max((len(line) for line, note in zip(lines, notes, strict=True) if note and len(line) < _COLUMN), default=0)
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
