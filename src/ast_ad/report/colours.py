"""Colour for a terminal: Python, and headings; plain text wherever else it goes."""

from __future__ import annotations

import io
import keyword
import os
import tokenize
from typing import TextIO

_COLOURS = {"keyword": "35", "comment": "32", "string": "33", "number": "36", "name": "1;34"}
_CONSTANTS = ("None", "True", "False")


def is_wanted(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user has not asked for plain text (NO_COLOR, TERM=dumb)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def heading(text: str, wanted: bool) -> str:
    """A line that stands over others."""
    return f"\x1b[1m{text}\x1b[0m" if wanted else text


def python(text: str, wanted: bool) -> str:
    """A text of Python, with its keywords, comments, strings, numbers and the names of its functions marked."""
    if not wanted:
        return text
    lines = text.splitlines(keepends=True)
    parts: list[str] = []
    row, col, after_def = 1, 0, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            parts.append(_between(lines, row, col, *token.start))
            colour = _colour(token, after_def)
            parts.append(f"\x1b[{colour}m{token.string}\x1b[0m" if colour else token.string)
            row, col = token.end
            after_def = token.string in ("def", "class")
    except (tokenize.TokenError, SyntaxError):
        return text
    return "".join(parts)


def _between(lines: list[str], row: int, col: int, end_row: int, end_col: int) -> str:
    """What stands between two places: blanks and indentation."""
    if row > len(lines):
        return ""
    if row == end_row:
        return lines[row - 1][col:end_col]
    last = lines[end_row - 1][:end_col] if end_row <= len(lines) else ""
    return "".join([lines[row - 1][col:], *lines[row : end_row - 1], last])


def _colour(token: tokenize.TokenInfo, after_def: bool) -> str:
    if token.type == tokenize.COMMENT:
        return _COLOURS["comment"]
    if token.type == tokenize.STRING:
        return _COLOURS["string"]
    if token.type == tokenize.NUMBER:
        return _COLOURS["number"]
    if token.type != tokenize.NAME:
        return ""
    if token.string in _CONSTANTS:
        return _COLOURS["number"]
    if keyword.iskeyword(token.string):
        return _COLOURS["keyword"]
    return _COLOURS["name"] if after_def else ""
