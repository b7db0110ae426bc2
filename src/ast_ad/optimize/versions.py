"""Ask a version of an array or a list for its shape: all have the same one.

The first version is asked while the program is prepared, so that a shape is known wherever the array is.  The newest
one is asked in the text, so that asking keeps no older version alive.
"""

from __future__ import annotations

from dataclasses import replace

from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, If, Loop, Stmt, Var
from ast_ad.ir.kinds import Array, List
from ast_ad.ir.primitives import keeps_structure
from ast_ad.ir.walk import statements

#: what reads no more than the shape and dtype of an operand, and of which
SHAPE_READS: dict[str, int] = {
    "zeros_like": 0,
    "length": 0,
    "shape": 0,
    "unbroadcast": 1,
    "broadcast_like": 1,
    "cast_like": 1,
    "broadcast_rows": 1,
    "unbroadcast_rows": 1,
    "zero_rows": 0,
    "np.zeros_like": 0,
    "np.ones_like": 0,
    "np.empty_like": 0,
    "np.full_like": 0,
    "np.shape": 0,
    "np.ndim": 0,
    "np.size": 0,
}
_SIZES = dict.fromkeys(("length", "shape", "np.shape", "np.ndim", "np.size"), 0)
_KEEP_SHAPE = ("index_update", "index_add", "masked", "list_set", "list_add")


def ask_the_latest(function: Function) -> Function:
    """Let `zeros_like(a0)` read `a1` once there is `a1 = index_update(a0, ...)`."""
    names = {s.fn.name for s in statements(function.block) if isinstance(s, Call)}
    if names.isdisjoint(_KEEP_SHAPE) or names.isdisjoint(SHAPE_READS):
        return function
    block = _Versions(SHAPE_READS, newest=True).block(function.block, {})
    return function if block is function.block else replace(function, block=block)


def ask_the_first(function: Function) -> Function:
    """Let `a1.shape` read `a0` where there was `a1 = index_update(a0, ...)`."""
    names = {s.fn.name for s in statements(function.block) if isinstance(s, Call)}
    if names.isdisjoint(_KEEP_SHAPE) or names.isdisjoint(_SIZES):
        return function
    block = _Versions(_SIZES, newest=False).block(function.block, {})
    return function if block is function.block else replace(function, block=block)


def _is_whole(var: Var) -> bool:
    return isinstance(var.kind, (Array, List))


def _keeps_shape(call: Call) -> bool:
    """Whether an update leaves the shape of an array, or of a list and all that it holds, as it is."""
    if call.fn.name in ("list_set", "list_add"):
        return keeps_structure(tuple(map(kind_of, call.args)), dict(call.params))
    return call.fn.name in _KEEP_SHAPE


class _Versions:
    """`root` leads each version of an array to its first; `latest`, which is passed on, leads a root to its newest."""

    def __init__(self, asking: dict[str, int], newest: bool) -> None:
        self.asking = asking
        self.newest = newest
        self.root: dict[Var, Var] = {}

    def root_of(self, atom: Atom) -> Atom:
        return self.root.get(atom, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block, latest: dict[Var, Var]) -> Block:
        stmts = [self.stmt(stmt, latest) for stmt in block.stmts]
        if all(a is b for a, b in zip(stmts, block.stmts, strict=True)):
            return block
        return replace(block, stmts=tuple(stmts))

    def stmt(self, stmt: Stmt, latest: dict[Var, Var]) -> Stmt:
        if isinstance(stmt, Call):
            return self.call(stmt, latest)
        if isinstance(stmt, If):
            return self.branch(stmt, latest)
        return self.loop(stmt, latest)

    def call(self, stmt: Call, latest: dict[Var, Var]) -> Call:
        if isinstance(stmt.fn, Callee):
            return stmt
        place = self.asking.get(stmt.fn.name)
        if place is not None and isinstance(old := stmt.args[place], Var) and _is_whole(old):
            root = self.root.get(old, old)
            asked = latest.get(root, old) if self.newest else root
            if asked is not old:
                return replace(stmt, args=(*stmt.args[:place], asked, *stmt.args[place + 1 :]))
        elif _keeps_shape(stmt) and isinstance(first := self.root_of(stmt.args[0]), Var):
            self.root[stmt.outs[0]] = first
            latest[first] = stmt.outs[0]
        return stmt

    def branch(self, stmt: If, latest: dict[Var, Var]) -> If:
        then, orelse = self.block(stmt.then, dict(latest)), self.block(stmt.orelse, dict(latest))
        for out, one, two in zip(stmt.outs, then.results, orelse.results, strict=True):
            root = self.root_of(one)
            if isinstance(root, Var) and root is self.root_of(two):
                self.root[out] = root
                latest[root] = out
        return stmt if then is stmt.then and orelse is stmt.orelse else replace(stmt, then=then, orelse=orelse)

    def loop(self, stmt: Loop, latest: dict[Var, Var]) -> Loop:
        params = stmt.body.params[len(stmt.body.params) - len(stmt.inits) :]
        roots = dict(zip(params, map(self.root_of, stmt.inits), strict=True))
        while True:
            inside = dict(latest)
            for param, root in roots.items():
                self.root.pop(param, None)
                if isinstance(root, Var) and root is not param:
                    self.root[param] = root
                    inside[root] = param
            body = self.block(stmt.body, inside)
            broken = [
                p
                for p, result in zip(params, stmt.body.results[1:], strict=True)
                if roots[p] is not p and self.root_of(result) is not roots[p]
            ]
            if not broken:
                break
            roots.update((p, p) for p in broken)
        for param, out in zip(params, stmt.outs, strict=True):
            root = roots[param]
            if isinstance(root, Var) and root is not param:
                self.root[out] = root
                latest[root] = out
        return stmt if body is stmt.body else replace(stmt, body=body)
