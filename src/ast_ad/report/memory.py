"""What a derivative records for its reverse sweep, line by line, and how large it is in the program's sizes."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.backend.load import load_module
from ast_ad.backend.recording import Recorded
from ast_ad.backend.write import Written, write
from ast_ad.ir.core import Program
from ast_ad.ir.kinds import Array, Dim, Kind, Scalar, Sym, rank
from ast_ad.ir.walk import called_from
from ast_ad.report.tables import table

_WIDEST = 48


def listing(program: Program, names: Sequence[str], call: tuple[Sequence[Any], Mapping[str, Any]] | None) -> str:
    """What the functions `names` of a derivative record; `call` are the arguments to count the bytes for."""
    recorded: list[Recorded] = []
    written = write(called_from(program, names), recorded=recorded)
    if not recorded:
        return "nothing is recorded"
    counts = None if call is None else _counted(written, recorded, *call)
    ranks = {p.var.name: rank(p.var.kind) or 0 for p in program.functions[names[0]].params}
    rows: list[tuple[str, ...]] = []
    total = 0
    for one in recorded:
        row = [one.name, _where(one), _statement(one), size_of(one, ranks)]
        if counts is not None:
            values, size = counts.get((one.function, one.name), (0, 0))
            total += size
            row += [str(values), bytes_in_words(size)]
        rows.append(tuple(row))
    heads = ["tape", "line", "statement", "how much"]
    if counts is None:
        return table(heads, rows)
    rows.append(("", "", "", "", "", bytes_in_words(total)))
    return table([*heads, "numbers", "bytes"], rows, right=(4, 5))


def _where(one: Recorded) -> str:
    return "" if one.origin is None else str(one.origin.line)


def _statement(one: Recorded) -> str:
    text = "" if one.origin is None else " ".join(one.origin.text.split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 4].rstrip()} ..."


def size_of(one: Recorded, ranks: Mapping[str, int]) -> str:
    """How much a tape holds in the end: `steps x (len(u) - 2) float64`."""
    factors: list[str] = []
    for loop in reversed(one.loops):
        inner = factors[0] if len(factors) == 1 else " * ".join(map(_bracketed, factors)) or "1"
        if loop.index and re.search(rf"\b{re.escape(loop.index)}\b", inner):
            factors = [f"sum({inner} for {loop.index} in {loop.over})"]
        else:
            factors.insert(0, loop.count)
    factors += _axes(one.kind, ranks)
    amount = " x ".join(map(_bracketed, factors))
    return f"{'at most ' if one.maybe else ''}{amount} {_item(one.kind)}".strip()


def _bracketed(factor: str) -> str:
    return factor if re.fullmatch(r"[\w.\[\]?]+|\w+\([^()]*(\([^()]*\)[^()]*)*\)|trips .*", factor) else f"({factor})"


def _axes(kind: Kind, ranks: Mapping[str, int]) -> list[str]:
    if not isinstance(kind, Array):
        return []
    return ["elements"] if kind.dims is None else [_axis(dim, ranks) for dim in kind.dims]


def _axis(dim: Dim, ranks: Mapping[str, int]) -> str:
    """The length of an axis in the program's words."""
    if not isinstance(dim, Sym):
        return "?" if dim is None else str(dim)
    found = re.fullmatch(r"(.*?)(\d+)", dim.name)
    if found is None or found[1] not in ranks:
        return "?"
    extent = f"len({found[1]})" if found[2] == "0" else f"{found[1]}.shape[{found[2]}]"
    return f"{extent} - {dim.minus}" if dim.minus > 0 else f"{extent} + {-dim.minus}" if dim.minus else extent


def _item(kind: Kind) -> str:
    if isinstance(kind, Array):
        return kind.dtype or "numbers"
    return kind.type if isinstance(kind, Scalar) else "structures"


def bytes_in_words(size: int) -> str:
    """A number of bytes with a unit.

    >>> bytes_in_words(96), bytes_in_words(8_000_000)
    ('96 B', '8 MB')
    """
    for unit, many in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= many:
            return f"{size / many:.3g} {unit}"
    return f"{size} B"


# Counting: the text itself is run, with each `append` to a tape noted


class _Noting(ast.NodeTransformer):
    def __init__(self, tapes: frozenset[tuple[str, str]]) -> None:
        self.tapes = tapes
        self.function = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.function = node.name
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and isinstance(node.func.value, ast.Name)
        ):
            place = (self.function, node.func.value.id)
            if place in self.tapes:
                names = [ast.Constant(value=part) for part in place]
                node.args = [ast.Call(ast.Name("note_recorded", ast.Load()), [*names, *node.args], [])]
        return node


def _counted(
    written: Written, recorded: Sequence[Recorded], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[tuple[str, str], tuple[int, int]]:
    """How many numbers and bytes each tape gets in one call."""
    found: dict[tuple[str, str], tuple[int, int]] = {}

    def note(function: str, name: str, value: Any) -> Any:
        numbers, size = found.get((function, name), (0, 0))
        more = list(_leaves(value))
        found[function, name] = numbers + sum(np.size(v) for v in more), size + sum(np.asarray(v).nbytes for v in more)
        return value

    tapes = frozenset((one.function, one.name) for one in recorded)
    tree = ast.fix_missing_locations(_Noting(tapes).visit(ast.parse(written.text)))
    module = load_module(ast.unparse(tree), written.name, {**written.namespace, "note_recorded": note})
    module[written.name](*args, **kwargs)
    return found


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in _leaves(part)]
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    return [value] if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)) else []
