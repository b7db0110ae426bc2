"""Elements that are taken out of a list, and what becomes of them put back into the same place.

    row = rows[i]
    row.append(v)
    rows[i] = row

As long as nobody looks at the list in between, the element is the list's no longer: writing to it is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from ast_ad.analyses.liveness import Liveness
from ast_ad.ir.core import Atom, Block, Call, Lit, Stmt
from ast_ad.ir.walk import blocks_of, reads


def taken_out(block: Block, live: Liveness) -> dict[Call, Call]:
    """The reads of elements in a block, and those inside it, that are put back: each with the write that does so."""
    return dict(_pairs(block, live))


def _pairs(block: Block, live: Liveness) -> Iterable[tuple[Call, Call]]:
    waiting: dict[Atom, Call] = {}
    for stmt in block.stmts:
        for inner in blocks_of(stmt):
            yield from _pairs(inner, live)
        if isinstance(stmt, Call) and stmt.fn.name == "list_set" and not stmt.params:
            take = waiting.pop(stmt.args[0], None)
            if take is not None and _puts_back(stmt, take) and not live.after[stmt] & live.mask(take.args[:1]):
                yield take, stmt
        for atom in [whole for whole in waiting if whole in reads(stmt)]:
            del waiting[atom]
        if _is_read(stmt):
            assert isinstance(stmt, Call)
            waiting[stmt.args[0]] = stmt


def _is_read(stmt: Stmt) -> bool:
    return isinstance(stmt, Call) and stmt.fn.name == "list_get" and not stmt.params


def _puts_back(put: Call, take: Call) -> bool:
    """Whether two paths are one."""
    places = (put.args[2:], take.args[1:])
    return len(places[0]) == len(places[1]) and all(map(_same, *places))


def _same(a: Atom, b: Atom) -> bool:
    if isinstance(a, Lit) and isinstance(b, Lit):
        return type(a.value) is type(b.value) and bool(a.value == b.value)
    return a is b
