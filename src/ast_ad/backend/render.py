"""Turn a syntax tree into text, with astor; comments beside lines, long lines broken at brackets."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from typing import Any

with warnings.catch_warnings():  # astor asks for names that Python 3.12 deprecates
    warnings.simplefilter("ignore", DeprecationWarning)
    from astor.code_gen import SourceGenerator, set_precedence
    from astor.op_util import Precedence
    from astor.string_repr import pretty_string

WIDTH = 100
_OPENING, _CLOSING = "([{", ")]}"


class Comment(ast.stmt):
    """A line of its own that says something to the reader."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Generator(SourceGenerator):  # type: ignore[misc]
    """astor's generator, which also remembers where each statement begins."""

    def __init__(self) -> None:
        super().__init__("    ", False, pretty_string)
        self.starts: list[tuple[int, int, Any]] = []

    def newline(self, node: Any = None, extra: int = 0) -> None:
        """Begin a line for a statement; without one it is an `else`."""
        self.new_lines = 1
        self.starts.append((len(self.result), self.indentation, node))

    def visit_Comment(self, node: Any) -> None:
        """Write a whole-line comment."""
        self.statement(node, node.text)

    def visit_JoinedStr(self, node: Any) -> None:
        """Write an f-string."""
        inner = [self.formatted(v) if isinstance(v, ast.FormattedValue) else None for v in node.values]
        code = "".join(part for part in inner if part)
        quote = next((q for q in ('"', "'", '"""') if q not in code), "'''")
        text = ""
        for value, part in zip(node.values, inner, strict=True):
            if part is not None:
                text += part
            else:
                escaped = repr(value.value)[1:-1].replace("\\'", "'").replace(quote, "\\" + quote)
                text += escaped.replace("{", "{{").replace("}", "}}")
        self.write(f"f{quote}{text}{quote}")

    def formatted(self, node: ast.FormattedValue) -> str:
        """A replacement field."""
        fragment = _Generator()
        set_precedence(0, node.value)
        fragment.visit(node.value)
        code = "".join(fragment.result)
        conversion = "" if node.conversion == -1 else f"!{chr(node.conversion)}"
        specification = node.format_spec
        spec = f":{specification.values[0].value}" if isinstance(specification, ast.JoinedStr) else ""  # type: ignore[attr-defined]
        return f"{{{' ' if code.startswith('{') else ''}{code}{conversion}{spec}}}"

    def visit_Expr(self, node: Any) -> None:
        """Write an expression as a statement; a docstring of one line in three double quotes."""
        text = node.value.value if isinstance(node.value, ast.Constant) else None
        if (
            isinstance(text, str)
            and not {"\n", "\\"} & set(text)
            and '"' not in (text[-1:], text[:1])
            and '"""' not in text
        ):
            self.statement(node, f'"""{text}"""')
        else:
            super().visit_Expr(node)

    def visit_Constant(self, node: Any) -> None:
        """Write a constant; a string of one line in double quotes."""
        value = node.value
        if isinstance(value, str) and "\n" not in value:
            quoted = repr(value)
            if quoted[0] == "'" and '"' not in value:
                quoted = f'"{quoted[1:-1]}"'.replace("\\'", "'")
            self.write(quoted)
        elif isinstance(value, complex):
            self.write(repr(value))
        else:
            super().visit_Constant(node)

    def visit_Dict(self, node: Any) -> None:
        """Write a dict without parentheses around keys that are numbers."""
        set_precedence(Precedence.Comma, *filter(None, node.keys))
        super().visit_Dict(node)

    def visit_ListComp(self, node: Any) -> None:
        """Write a list comprehension without parentheses around its element."""
        set_precedence(Precedence.Comma, node.elt)
        super().visit_ListComp(node)

    def visit_Return(self, node: Any) -> None:
        """Write a return without parentheses around a tuple."""
        if node.value is None:
            self.statement(node, "return")
        else:
            set_precedence(0, node.value)
            self.statement(node, "return ", node.value)

    def visit_Break(self, node: Any) -> None:
        """Write a break."""
        self.statement(node, "break")


def render(stmts: Sequence[ast.stmt]) -> list[tuple[str, Any]]:
    """The lines of some statements, each with the statement that it belongs to."""
    generator = _Generator()
    for stmt in stmts:
        generator.visit(stmt)
    pieces = generator.result
    lines: list[tuple[str, Any]] = []
    ends = [start for start, _, _ in generator.starts[1:]] + [len(pieces)]
    for (start, depth, node), end in zip(generator.starts, ends, strict=True):
        text = "".join(pieces[start:end]).strip("\n")
        if text.strip():
            lines.extend((line, node) for line in break_line(text, depth))
    return lines


def break_line(line: str, depth: int, width: int = WIDTH) -> list[str]:
    """A line as several that fit, broken inside its outermost brackets.

    >>> break_line("x = f(alpha, beta)", 0, width=14)
    ['x = f(', '    alpha,', '    beta,', ')']
    """
    if len(line) <= width or "\n" in line or line.lstrip().startswith(("#", '"', "'")):
        return line.split("\n")
    pair = _outermost_brackets(line)
    if pair is None:
        return [line]
    opening, closing = pair
    inner = line[opening + 1 : closing]
    indent = " " * (4 * depth)
    parts = _split(inner, ",")
    if len(parts) > 1 or line[opening - 1 : opening].isalnum():
        bodies = [f"{part.strip()}," for part in parts if part.strip()]
    else:
        terms = _split_terms(inner)
        if len(terms) < 2:
            return [line]
        bodies = [term.strip() for term in terms]
    if len(bodies) == 1 and inner.lstrip().startswith("*"):
        return [line]
    broken = [line[: opening + 1]]
    for body in bodies:
        broken += break_line(f"{indent}    {body}", depth + 1, width)
    return [*broken, *break_line(indent + line[closing:], depth, width)]


def _outermost_brackets(line: str) -> tuple[int, int] | None:
    """The widest pair of brackets that is inside no other."""
    best: tuple[int, int] | None = None
    stack: list[int] = []
    for k in _outside_strings(line):
        if line[k] in _OPENING:
            stack.append(k)
        elif line[k] in _CLOSING and stack:
            start = stack.pop()
            if not stack and (best is None or k - start > best[1] - best[0]):
                best = (start, k)
    return best if best and best[1] - best[0] > 8 else None


def _outside_strings(line: str) -> list[int]:
    places = []
    quote = ""
    skip = False
    for k, char in enumerate(line):
        if skip:
            skip = False
        elif quote:
            skip = char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        else:
            places.append(k)
    return places


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that are in no brackets."""
    parts, begin, depth = [], 0, 0
    for k in _outside_strings(text):
        depth += (text[k] in _OPENING) - (text[k] in _CLOSING)
        if not depth and text[k] == separator:
            parts.append(text[begin:k])
            begin = k + 1
    return [*parts, text[begin:]]


def _split_terms(text: str) -> list[str]:
    """The terms of a sum, each with the sign before it."""
    parts, begin, depth = [], 0, 0
    for k in _outside_strings(text):
        depth += (text[k] in _OPENING) - (text[k] in _CLOSING)
        if not depth and k and text[k - 1 : k + 2] in (" + ", " - "):
            parts.append(text[begin:k])
            begin = k
    return [*parts, text[begin:]]
