"""Drop what lowering wrote and nobody reads: outs, carried values, and cheap calls that cannot raise."""

from __future__ import annotations

from dataclasses import replace

from ast_ad.frontend.values import kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Block, Call, Function, If, Loop, Stmt, Try, Var
from ast_ad.ir.walk import operands, substitute

_CHEAP = {P.ITEM, P.LENGTH, P.SHAPE, P.MAKE_TUPLE, P.MAKE_FIXED, P.MAKE_DICT, P.MAKE_LIST, P.COPY, P.GETITEM}


def prune(function: Function) -> Function:
    """The function without what nobody reads."""
    live: set[Var] = {a for a in function.block.results if isinstance(a, Var)}
    return replace(function, block=_block(function.block, live))


def _block(block: Block, live: set[Var]) -> Block:
    """A block whose results count; `live` gets what it reads from outside."""
    kept: list[Stmt] = []
    for stmt in reversed(block.stmts):
        new = _statement(stmt, live)
        if new is not None:
            kept.append(new)
            live.update(a for a in operands(new) if isinstance(a, Var))
    return Block(block.params, tuple(reversed(kept)), block.results)


def _statement(stmt: Stmt, live: set[Var]) -> Stmt | None:
    if isinstance(stmt, Call):
        return None if _is_droppable(stmt) and live.isdisjoint(stmt.outs) else stmt
    return _if(stmt, live) if isinstance(stmt, If) else _loop(stmt, live)


def _is_droppable(stmt: Call) -> bool:
    if stmt.fn not in _CHEAP:
        return False
    if stmt.fn is P.GETITEM:  # what nobody reads of it may still raise: a view of slices alone does not
        index = dict(stmt.params)["index"]
        return all(isinstance(part, P.Span) or part is None or part is Ellipsis for part in index)
    assert isinstance(stmt.fn, P.Primitive)
    return stmt.fn is P.LENGTH or stmt.fn.total(tuple(map(kind_of, stmt.args)), dict(stmt.params))


def _if(stmt: If, live: set[Var]) -> Stmt | None:
    flag = 1 if isinstance(stmt, Try) else 0
    keep = [k for k, out in enumerate(stmt.outs) if out in live or k < flag]
    arms = []
    for arm in (stmt.then, stmt.orelse):
        results = tuple(arm.results[k] for k in keep)
        inner = set(live) | {a for a in results if isinstance(a, Var)}
        arms.append((_block(replace(arm, results=results), inner), inner))
    live.update(arms[0][1], arms[1][1])
    then, orelse = arms[0][0], arms[1][0]
    if len(keep) == flag and live.isdisjoint(stmt.outs) and not then.stmts and not orelse.stmts:
        return None
    return replace(stmt, outs=tuple(stmt.outs[k] for k in keep), then=then, orelse=orelse)


def _loop(stmt: Loop, live: set[Var]) -> Stmt | None:
    first = 0 if stmt.range is None else 1
    params = stmt.body.params[first:]
    keep = {k for k, out in enumerate(stmt.outs) if out in live}
    while True:
        results = (stmt.body.results[0], *(stmt.body.results[1 + k] for k in sorted(keep)))
        inner: set[Var] = {a for a in results if isinstance(a, Var)}
        body = _block(replace(stmt.body, results=results), inner)
        more = {k for k, p in enumerate(params) if p in inner and k not in keep}
        if not more:
            break
        keep |= more
    order = sorted(keep)
    still = [k for k in order if stmt.body.results[1 + k] is params[k]]
    same: dict[Var, Atom] = {params[k]: stmt.inits[k] for k in still}
    if same:  # never changed: what it is before the loop is what it is inside
        order = [k for k in order if k not in still]
        body = replace(body, results=(body.results[0], *(stmt.body.results[1 + k] for k in order)))
        body = substitute(body, same)
        inner |= {a for a in same.values() if isinstance(a, Var)}
        moved = {stmt.outs[k]: stmt.inits[k] for k in still}
        if any(out in live for out in moved):
            order = sorted({*order, *(k for k in still if stmt.outs[k] in live)})
            body = replace(
                body,
                results=(
                    body.results[0],
                    *(params[k] if k in still else substitute_atom(stmt.body.results[1 + k], same) for k in order),
                ),
            )
    new = replace(
        stmt,
        outs=tuple(stmt.outs[k] for k in order),
        inits=tuple(stmt.inits[k] for k in order),
        body=replace(body, params=(*stmt.body.params[:first], *(params[k] for k in order))),
    )
    live.update(inner - set(stmt.body.params))
    if not new.outs and not body.stmts and stmt.range is not None:
        return None
    return new


def substitute_atom(atom: Atom, mapping: dict[Var, Atom]) -> Atom:
    """An atom, replaced where the mapping has it."""
    return mapping.get(atom, atom) if isinstance(atom, Var) else atom
