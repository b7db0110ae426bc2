"""Selection: which variables have cotangents, or tangents, that a selection may have made zero.

`where`, a mask, `clip`, `max`, an assignment by mask or index array give zero cotangents to what they leave out.  Such
a zero wins over a partial derivative that is infinite there, so singular rules guard it; elsewhere they need not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from typing import NamedTuple, TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import INT, is_integer
from ast_ad.ir.walk import definitions, statements
from ast_ad.rules.table import rule_of

#: the subscripts, and where their run-time parts begin; a basic one is no selection: it is part of the program's shape
_HOLES = {P.GETITEM: 1, P.INDEX_UPDATE: 2}


class Selection(NamedTuple):
    """The variables behind a selection.

    behind   those behind one that cotangents pass
    shifted  those behind any: the largest that is taken away for safety is a constant that no cotangent passes, but
             it tells that there may be infinities among what it is taken from
    """

    behind: set[Atom]
    shifted: set[Atom]

    def wins(self, call: Call, i: int) -> bool:
        """Whether a zero cotangent of a call wins over its partial derivative by operand i, where that is infinite."""
        return call.outs[0] in self.behind or (i == 1 and call.outs[0] in self.shifted)


def selected(function: Function, seeds: Sequence[bool], active: Set[Atom]) -> Selection:
    """What is behind a selection, given for each result whether its cotangent has passed one already."""
    start: set[Atom] = {a for a, s in zip(function.block.results, seeds, strict=True) if s and isinstance(a, Var)}
    behind, shifted, listed = start & active, set(start), _listed(function)
    _block(function.block, behind, active, listed)
    _block(function.block, shifted, {*function.block.params, *definitions(function.block)}, listed)
    return Selection(behind, shifted)


def selects(call: Call, listed: Set[Atom] = frozenset()) -> bool:
    """Whether the cotangents of the operands of a call may have zeros where that of its result has none.

    `listed` are arrays of places that the program spells out: `a[[k, p]]` is no selection either.
    """
    if isinstance(call.fn, Callee):
        return False
    if call.fn in _HOLES:
        index, holes = dict(call.params)["index"], call.args[_HOLES[call.fn] :]
        return not P.is_basic(index, tuple(INT if a in listed else kind_of(a) for a in holes))
    rule = rule_of(call.fn)
    return rule is not None and rule.selects


def _listed(function: Function) -> set[Atom]:
    """The arrays made of a list of integers that stands in the program."""
    calls = [s for s in statements(function.block) if isinstance(s, Call)]
    spelled = {s.outs[0] for s in calls if s.fn is P.MAKE_FIXED and all(is_integer(kind_of(a)) for a in s.args)}
    return {s.outs[0] for s in calls if s.fn.name == "np.array" and s.args[0] in spelled}


def _block(block: Block, found: set[Atom], active: Set[Atom], listed: Set[Atom]) -> None:
    for stmt in reversed(block.stmts):
        _stmt(stmt, found, active, listed)


def _stmt(stmt: Stmt, found: set[Atom], active: Set[Atom], listed: Set[Atom]) -> None:
    if isinstance(stmt, Call):
        if any(o in found for o in stmt.outs) or (selects(stmt, listed) and not active.isdisjoint(stmt.outs)):
            found.update(a for a in stmt.args if a in active)
    elif isinstance(stmt, If):
        for arm in (stmt.then, stmt.orelse):
            found.update(a for o, a in zip(stmt.outs, arm.results, strict=True) if o in found and isinstance(a, Var))
            _block(arm, found, active, listed)
    else:
        _loop(stmt, found, active, listed)


def _loop(loop: Loop, found: set[Atom], active: Set[Atom], listed: Set[Atom]) -> None:
    carried = loop.body.params[loop.range is not None :]
    sources = list(zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True))
    found.update(param for param, _, _, out in sources if out in found)
    while True:
        before = len(found)
        found.update(result for param, _, result, _ in sources if param in found and isinstance(result, Var))
        _block(loop.body, found, active, listed)
        if len(found) == before:
            break
    found.update(init for param, init, _, _ in sources if param in found and isinstance(init, Var))


# Forward


#: what puts values side by side: beside a constant the tangent has zeros
_JOINS = frozenset(
    f"np.{name}"
    for name in (
        *("append", "array", "asarray", "block", "choose", "column_stack", "concatenate", "dstack", "hstack", "insert"),
        *("kron", "select", "stack", "vstack"),
    )
)
#: what puts zeros around a value
_PADS = frozenset(("np.diag", "np.diagflat", "np.pad", "np.tril", "np.triu"))
_WRITES = (P.INDEX_UPDATE, P.INDEX_ADD)
_STRUCTURES = (P.MAKE_LIST, P.MAKE_FIXED, P.MAKE_TUPLE, P.APPEND)


Results: TypeAlias = Callable[[Call, tuple[bool, ...]], Sequence[bool]]


def still(
    function: Function,
    active: Collection[Atom],
    seeds: Sequence[bool],
    results: Results,
) -> set[Atom]:
    """The variables whose tangents may have zeros because a constant was chosen, joined or written there.

    `seeds` says it of the parameters, `results` of what a function of the program gives.  Such a zero wins over a
    partial derivative that is infinite there, as that of a cotangent does.
    """
    found: set[Atom] = {p for p, s in zip(function.block.params, seeds, strict=True) if s}
    _still_block(function.block, active, found, results)
    return found


def _still_block(
    block: Block, active: Collection[Atom], found: set[Atom], results: Callable[..., Sequence[bool]]
) -> None:
    for stmt in block.stmts:
        if isinstance(stmt, Call):
            _still_call(stmt, active, found, results)
        elif isinstance(stmt, If):
            for arm in (stmt.then, stmt.orelse):
                _still_block(arm, active, found, results)
            for out, one, two in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                if out in active and (one in found or two in found or one not in active or two not in active):
                    found.add(out)
        else:
            _still_loop(stmt, active, found, results)


def _still_call(call: Call, active: Collection[Atom], found: set[Atom], results: Results) -> None:
    if isinstance(call.fn, Callee):
        given = results(call, tuple(a in found for a in call.args))
        found.update(o for o, s in zip(call.outs, given, strict=True) if s and o in active)
        return
    outs = [o for o in call.outs if o in active]
    if not outs:
        return
    rule = rule_of(call.fn)
    written = call.args[:2] if call.fn in _WRITES else call.args
    beside = call.fn in _WRITES or call.fn in _STRUCTURES or call.fn.name in _JOINS
    if (
        any(a in found for a in call.args)
        or (rule is not None and rule.selects)
        or (beside and any(a not in active for a in written))
        or call.fn.name in _PADS
    ):
        found.update(outs)


def _still_loop(loop: Loop, active: Collection[Atom], found: set[Atom], results: Results) -> None:
    carried = loop.body.params[loop.range is not None :]
    sources = list(zip(carried, loop.inits, loop.body.results[1:], loop.outs, strict=True))
    found.update(param for param, init, _, _ in sources if init in found)
    while True:
        before = len(found)
        _still_block(loop.body, active, found, results)
        found.update(param for param, _, result, _ in sources if result in found)
        if len(found) == before:
            break
    found.update(out for param, _, _, out in sources if param in found)
