"""Write IR: a `Builder` collects statements and infers the kinds of what they define."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ast_ad.ir.core import Atom, Block, Call, Lit, Origin, Stmt, Var
from ast_ad.ir.kinds import Kind, bound_kind, kind_of_value
from ast_ad.ir.primitives import Primitive


def kind_of(atom: Atom) -> Kind:
    """The kind of an atom where it is bound."""
    return bound_kind(atom.kind) if isinstance(atom, Var) else kind_of_value(atom.value)


def stated_kind(atom: Atom) -> Kind:
    """The kind of an atom, which is `Maybe` where a path may not have bound it."""
    return atom.kind if isinstance(atom, Var) else kind_of_value(atom.value)


class Builder:
    """A list of statements in the making; `origin` is given to each statement that has none."""

    __slots__ = ("origin", "stmts")

    def __init__(self, origin: Origin | None = None) -> None:
        self.stmts: list[Stmt] = []
        self.origin = origin

    def call_all(self, fn: Primitive, *args: Atom, names: Sequence[str] = (), **params: Any) -> tuple[Var, ...]:
        """Add a call and return its outs, however many."""
        kinds = fn.kinds(tuple(map(kind_of, args)), params)
        kinds = kinds if fn.outs != 1 else (kinds,)
        names = names or ("",) * fn.outs
        outs = tuple(Var(name, kind, self.origin) for name, kind in zip(names, kinds, strict=True))
        self.stmts.append(Call(outs, fn, args, tuple(params.items()), self.origin))
        return outs

    def call(self, fn: Primitive, *args: Atom, name: str = "", **params: Any) -> Var:
        """Add a call of a primitive with one result and return the variable that holds it."""
        return self.call_all(fn, *args, names=(name,), **params)[0]

    def add(self, stmt: Stmt) -> Stmt:
        """Add a finished statement."""
        self.stmts.append(stmt)
        return stmt

    def block(self, results: Sequence[Atom], params: Sequence[Var] = ()) -> Block:
        """The statements as a block."""
        return Block(tuple(params), tuple(self.stmts), tuple(results))


def literal(value: Any) -> Lit:
    """A constant."""
    return Lit(value)
