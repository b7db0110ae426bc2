"""Find the syntax node that a code object was compiled from.

The text is compiled again and the results are compared with the code object itself, so that the answer is never a
guess: text that was edited since, or that an import hook rewrote, gives no node at all.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import copy
import functools
import sys
import threading
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_FUTURE_FLAGS = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
_warnings_lock = threading.Lock()


class Match(NamedTuple):
    """A node that compiles to the code object, and the class whose private names it can spell (`__x`)."""

    node: FunctionNode
    class_name: str | None


class _Candidate(NamedTuple):
    node: FunctionNode
    class_name: str | None
    above: tuple[ast.Lambda, ...]  # the lambdas whose body this node is in


def parse(text: str) -> ast.Module | None:
    """The tree of a text, or None where it is no Python."""
    with _without_warnings():
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return None


def matches(code: CodeType, tree: ast.Module, text: str) -> list[Match]:
    """All nodes that compile to `code`: none where the text is not its source, several only where they are twins."""
    # What a module imports decides how its functions call it, so the module is compiled as a whole; but notebooks
    # compile a cell statement by statement, and pytest rewrites the asserts of a test module.
    return (
        _matches_in(tree, code)
        or [match for alone in _statements(tree) for match in _matches_in(alone, code)]
        or _matches_under_pytest(tree, text, code)
    )


def _matches_in(tree: ast.Module, code: CodeType) -> list[Match]:
    is_lambda = code.co_name == "<lambda>"
    candidates = [
        candidate
        for statement in tree.body
        if _covers(statement, code.co_firstlineno)
        for candidate in _functions(statement, None, ())
        if isinstance(candidate.node, ast.Lambda) == is_lambda and _first_line(candidate.node) == code.co_firstlineno
    ]
    return [
        Match(candidate.node, candidate.class_name)
        for candidate in candidates
        if _compiles_to(_with_only(candidate, candidates, tree), code, depth=len(candidate.above))
    ]


def _with_only(candidate: _Candidate, candidates: list[_Candidate], tree: ast.Module) -> ast.Module:
    """The tree with the bodies of the other candidates emptied, but for those around this one and inside it."""
    if not isinstance(candidate.node, ast.Lambda):
        return tree
    inside = set(ast.walk(candidate.node.body))
    others = [
        other.node
        for other in candidates
        if other is not candidate and other.node not in candidate.above and other.node not in inside
    ]
    if not others:
        return tree
    # What deepcopy finds in its memo it takes for copied, and puts in the node's place.
    memo: dict[int, Any] = {}
    for node in others:
        assert isinstance(node, ast.Lambda)
        memo[id(node.body)] = ast.copy_location(ast.Constant(None), node.body)
    return ast.Module(
        [
            copy.deepcopy(statement, memo) if _covers(statement, others[0].lineno) else statement
            for statement in tree.body
        ],
        [],
    )


def _statements(tree: ast.Module) -> list[ast.Module]:
    return [ast.Module([statement], []) for statement in tree.body if len(tree.body) > 1]


def _covers(statement: ast.stmt, line: int) -> bool:
    return _first_line(statement) <= line <= (statement.end_lineno or 0)


def _functions(node: ast.AST, class_name: str | None, above: tuple[ast.Lambda, ...]) -> Iterator[_Candidate]:
    """The functions in a tree, outer before inner."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield _Candidate(node, class_name, above)
    for field, value in ast.iter_fields(node):
        inner_class, inner_above = class_name, above
        if isinstance(node, ast.ClassDef) and field == "body":
            inner_class = node.name
        if isinstance(node, ast.Lambda) and field == "body":
            inner_above = (*above, node)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _functions(child, inner_class, inner_above)


def _first_line(node: ast.stmt | ast.expr) -> int:
    """The line that code objects call the first: that of the first decorator, where there is one."""
    decorators = getattr(node, "decorator_list", None)
    return (decorators[0] if decorators else node).lineno


def _compiles_to(tree: ast.Module, code: CodeType, depth: int) -> bool:
    """Whether the code is among what a tree compiles to, within this many lambdas that begin on its line."""
    # The flag for `await` at top level is what notebooks compile with; functions do not see it.
    flags = (code.co_flags & _FUTURE_FLAGS) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    compiled = _compiled(tree, code.co_filename, flags)
    return compiled is not None and any(
        at == depth and _is_same(code, twin) for at, twin in _nested(compiled, code.co_firstlineno)
    )


@functools.lru_cache(maxsize=8)
def _compiled(tree: ast.Module, file: str, flags: int) -> CodeType | None:
    with _without_warnings():
        try:
            compiled: CodeType = compile(tree, file, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return None
    return compiled


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    """Whatever there is to warn of in a text was said when it was compiled first."""
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _nested(code: CodeType, line: int, depth: int = 0) -> Iterator[tuple[int, CodeType]]:
    """The code objects within one, each with the number of lambdas around it that begin on this line."""
    for inner in constants_of_code(code):
        yield depth, inner
        is_lambda_here = inner.co_name == "<lambda>" and inner.co_firstlineno == line
        yield from _nested(inner, line, depth + is_lambda_here)


def constants_of_code(code: CodeType) -> list[CodeType]:
    """The code objects that a code object makes functions and comprehensions of."""
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _is_same(code: CodeType, twin: CodeType) -> bool:
    """Whether two code objects do the same at the same places of the text."""
    return (
        code == twin
        and _places(code, twin) == _places(twin, code)
        and all(map(_is_same, constants_of_code(code), constants_of_code(twin)))
    )


def _places(code: CodeType, twin: CodeType) -> list[tuple[int | None, ...]]:
    """Where each instruction comes from: with columns where both have them, else by line."""
    if sys.version_info >= (3, 11):
        positions = list(code.co_positions())
        if _has_columns(code) and _has_columns(twin):
            return list(positions)
    return list(code.co_lines())


def _has_columns(code: CodeType) -> bool:
    """Whether a code object was compiled with columns (`python -X no_debug_ranges` leaves them out)."""
    return sys.version_info >= (3, 11) and any(column is not None for _, _, column, _ in code.co_positions())


def _matches_under_pytest(tree: ast.Module, text: str, code: CodeType) -> list[Match]:
    """The nodes that compile to the code after pytest has rewritten the asserts of the text."""
    module = sys.modules.get("_pytest.assertion.rewrite")
    if module is None:
        return []
    copies: dict[int, Any] = {}
    rewritten = copy.deepcopy(tree, copies)
    originals: dict[ast.AST, FunctionNode] = {
        copies[id(node)]: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    }
    with contextlib.suppress(Exception):  # how pytest does it is its own affair: then nothing matches
        module.rewrite_asserts(rewritten, text.encode(), code.co_filename)
    return [
        match._replace(node=originals[match.node]) for match in _matches_in(rewritten, code) if match.node in originals
    ]
