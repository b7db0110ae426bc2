"""The rules as a table, and one of them as it is written."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from ast_ad.ir.primitives import Primitive
from ast_ad.report.tables import table
from ast_ad.rules.modes import Rule
from ast_ad.rules.table import load_all


def rules_by_name() -> dict[str, tuple[Primitive, Rule]]:
    """Every rule by the name that its function is written with."""
    found = {primitive.name: (primitive, rule) for primitive, rule in load_all(scipy=True).items()}
    return dict(sorted(found.items(), key=lambda pair: (pair[0].lower(), pair[0])))


def list_of_rules() -> str:
    """All rules: the function, its kind of rule, and where that is written."""
    rows = []
    for name, (_, rule) in rules_by_name().items():
        file, line = _place(rule)
        rows.append((name, word_of(rule), f"rules/{os.path.basename(file)}:{line}" if file else ""))
    return table(("function", "rule", "written in"), rows)


def rule_as_written(name: str) -> str | None:
    """The text of a rule under its function's name and kind; None where there is none of that name."""
    found = rules_by_name()
    names = [name] if name in found else [n for n in found if n.rpartition(".")[2] == name]
    parts = []
    for one in names:
        _, rule = found[one]
        file, line = _place(rule)
        parts.append(f"# {one}: {word_of(rule)}\n{_statement(file, line) if file else ''}".rstrip())
    return "\n\n".join(parts) + "\n" if parts else None


def word_of(rule: Rule) -> str:
    """The word that a rule is entered with."""
    return type(rule).__name__.lower()


def _functions(value: Any) -> Iterator[FunctionType]:
    if isinstance(value, FunctionType):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _functions(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _functions(item)


def _place(rule: Rule) -> tuple[str, int]:
    """The file and the line of the first lambda of a rule; ("", 0) where it has none."""
    for name in rule.__dataclass_fields__:
        for function in _functions(getattr(rule, name)):
            code: CodeType = function.__code__
            return code.co_filename, code.co_firstlineno
    return "", 0


def _statement(file: str, line: int) -> str:
    """The statement of a module that a line belongs to; of a function, with the lines that name it."""
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    body = ast.parse(text).body
    found = next(s for s in body if s.lineno <= line <= (s.end_lineno or s.lineno))
    shown: list[ast.stmt] = [found]
    if isinstance(found, ast.FunctionDef):
        shown += [s for s in body if isinstance(s, ast.Expr) and _names(s, found.name)]
    return "\n\n".join(ast.get_source_segment(text, stmt) or "" for stmt in shown)


def _names(stmt: ast.stmt, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(stmt))
