"""Write `a, b, c = whole` for the reads of all elements of a tuple, one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.tree import Let, Node, Tree, Unpack, defines, lists, operands, walk
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Var
from ast_ad.ir.kinds import Tuple


def unpack(tree: Tree, groups: Coalescing) -> None:
    """Put one unpacking in the place of the first read of an element, where all elements are read in one list."""
    reads = {id(n): operands(n) for n in walk(tree.body)}
    alive = {groups.group[a] for atoms in reads.values() for a in atoms if isinstance(a, Var)}
    alive |= {groups.group[v] for v in tree.flowing}
    _unpack(tree.body, groups, alive)


def _unpack(nodes: list[Node], groups: Coalescing, alive: set[int]) -> None:
    found: dict[Var, list[Let]] = {}
    for node in nodes:
        for inner in lists(node):
            _unpack(inner, groups, alive)
        whole = _whole(node)
        if whole is not None and groups.group[defines(node)[0]] in alive:
            assert isinstance(node, Let)
            found.setdefault(whole, []).append(node)
    for whole, parts in found.items():
        _join(nodes, whole, parts, groups)


def _whole(node: Node) -> Var | None:
    """The tuple of which a statement reads an element."""
    if not isinstance(node, Let) or node.copied or node.call.fn is not P.ITEM:
        return None
    whole = node.call.args[0]
    return whole if isinstance(whole, Var) and isinstance(kind_of(whole), Tuple) else None


def _join(nodes: list[Node], whole: Var, parts: list[Let], groups: Coalescing) -> None:
    kind = kind_of(whole)
    assert isinstance(kind, Tuple)
    outs = {dict(part.call.params)["key"] % len(kind.items): part.call.outs[0] for part in parts if kind.items}
    targets = {groups.group[out] for out in outs.values()}
    if not 2 <= len(outs) == len(kind.items) == len(parts) == len(targets) or groups.group[whole] in targets:
        return
    first, last = nodes.index(parts[0]), nodes.index(parts[-1])
    between = [n for n in nodes[first : last + 1] if n not in parts]
    if any(_touched(node, groups) & targets for node in between):
        return
    nodes[first] = Unpack(whole, tuple(outs[k] for k in range(len(outs))), parts[0].origin)
    for part in parts[1:]:
        nodes.remove(part)


def _touched(node: Node, groups: Coalescing) -> set[int]:
    """The variables of the text that a statement reads or assigns."""

    def of(some: Iterable[object]) -> set[int]:
        return {groups.group[a] for a in some if isinstance(a, Var)}

    found = of(operands(node)) | of(defines(node))
    if isinstance(node, Let) and node.update:
        found |= of(node.call.args[:1])
    return found.union(*(_touched(n, groups) for inner in lists(node) for n in inner))
