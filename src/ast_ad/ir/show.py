"""Print IR as indented text, with kinds.  The same input gives the same text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, If, Lit, Program, Try, Var
from ast_ad.ir.kinds import Array, Dict, Fixed, Kind, List, Map, Maybe, Scalar, Sym, Tuple
from ast_ad.ir.primitives import HOLE, OPERATORS, Primitive, Span


def show_kind(kind: Kind) -> str:
    """A kind in a few characters.

    >>> show_kind(List(Array("float64", (Sym("n", 2), 3, None))))
    'list[float64[n-2, 3, ?]]'
    """
    if isinstance(kind, Scalar):
        return kind.type
    if isinstance(kind, Array):
        dims = "..." if kind.dims is None else ", ".join(map(_show_dim, kind.dims))
        return f"{kind.dtype or 'number'}[{dims}]"
    if isinstance(kind, (Tuple, Fixed)):
        return ("tuple" if isinstance(kind, Tuple) else "fixed") + f"[{', '.join(map(show_kind, kind.items))}]"
    if isinstance(kind, Dict):
        inside = ", ".join(f"{k!r}: {show_kind(v)}" for k, v in zip(kind.keys, kind.items, strict=True))
        return f"{kind.type.__name__ if kind.type else 'dict'}[{inside}]"
    if isinstance(kind, Map):
        return f"dict[{show_kind(kind.key)}, {show_kind(kind.item)}]"
    if isinstance(kind, List):
        return f"list[{show_kind(kind.item)}]"
    if isinstance(kind, Maybe):
        return f"maybe[{show_kind(kind.kind)}]"
    return type(kind).__name__.lower()


def _show_dim(dim: Any) -> str:
    if isinstance(dim, Sym) and "#" not in dim.name:
        return f"{dim.name}-{dim.minus}" if dim.minus else dim.name
    return str(dim) if isinstance(dim, int) else "?"


class _Printer:
    """Gives each variable its name and collects the lines."""

    def __init__(self) -> None:
        self.names: dict[Var, str] = {}
        self.taken: dict[str, int] = {}
        self.lines: list[str] = []

    def name(self, var: Var) -> str:
        if var not in self.names:
            base = var.name or "t"
            count = self.taken.get(base, 0)
            self.taken[base] = count + 1
            self.names[var] = f"%{base}.{count}" if count else f"%{base}"
        return self.names[var]

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Lit):
            return "undefined" if atom is UNDEFINED else repr(atom.value)
        return self.name(atom)

    def atoms(self, atoms: Iterable[Atom]) -> str:
        return ", ".join(map(self.atom, atoms))

    def define(self, outs: Iterable[Var]) -> str:
        return ", ".join(f"{self.name(v)}: {show_kind(v.kind)}" for v in outs)

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def block(self, block: Block, depth: int, end: str) -> None:
        for stmt in block.stmts:
            left = f"{self.define(stmt.outs)} = " if stmt.outs else ""
            if isinstance(stmt, Call):
                self.line(depth, left + self.call(stmt))
            elif isinstance(stmt, If):
                errors = ", ".join(e.__name__ for e in stmt.errors) if isinstance(stmt, Try) else ""
                self.line(depth, f"{left}try" if errors else f"{left}if {self.atom(stmt.test)}")
                self.block(stmt.then, depth + 1, "yield")
                self.line(depth, f"except {errors}" if errors else "else")
                self.block(stmt.orelse, depth + 1, "yield")
            else:
                head = "while" if stmt.range is None else f"for range({self.atoms(stmt.range)})"
                head = head.replace("range", "reversed range") if stmt.reverse else head
                self.line(depth, f"{left}{head} from ({self.atoms(stmt.inits)}) as ({self.define(stmt.body.params)})")
                self.block(stmt.body, depth + 1, "yield")
        self.line(depth, f"{end} {self.atoms(block.results)}".rstrip())

    def call(self, stmt: Call) -> str:
        if isinstance(stmt.fn, Primitive) and stmt.fn.name in OPERATORS and len(stmt.args) == 2:
            return f"{self.atom(stmt.args[0])} {stmt.fn.name} {self.atom(stmt.args[1])}"
        name = f"call {stmt.fn.name}" if isinstance(stmt.fn, Callee) else stmt.fn.name
        params = [f"{k}={_show_param(v)}" for k, v in stmt.params]
        return f"{name}({', '.join([*map(self.atom, stmt.args), *params])})"


def _show_param(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_show_param, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Span):
        return ":".join(
            "" if e is None else _show_param(e) for e in (value.start, value.stop, value.step)
        ).removesuffix(":")
    if value is HOLE:
        return "_"
    return "..." if value is Ellipsis else getattr(value, "__name__", None) or repr(value)


def show(what: Program | Function) -> str:
    """A program or a function as text."""
    if isinstance(what, Program):
        return "\n\n".join(show(fn) for fn in what.functions.values())
    printer = _Printer()
    printer.line(0, f"function {what.name}({printer.define(what.block.params)})")
    printer.block(what.block, 1, "return")
    return "\n".join(printer.lines)
