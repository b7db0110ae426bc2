"""The errors of the compiler.  Each says where, what, why, and what to write instead.

    model.py:14:13: np.convolve has no derivative rule for mode='valid'       place and sentence
        y = np.convolve(x, k, "valid")
            ^^^^^^^^^^^^^^^^^^^^^^^^^^                                          caret
        k is active here: it comes from parameter 'k'.                         reason
        If k should count as constant, write ast_ad.stop_gradient(k).          remedy

`except AstAdError` catches all of them; each leaf is also the built-in exception that its reader would look for.
"""

from __future__ import annotations

import linecache
from typing import Any, Protocol

__all__ = [
    "AstAdError",
    "CompilerBug",
    "Location",
    "MayAlias",
    "NoDerivative",
    "NoSource",
    "UnknownAtCompileTime",
    "UnsupportedSyntax",
    "WrongArgument",
    "WrongStructure",
]

_INDENT = "    "


class Location(Protocol):
    """A stretch of source.  Lines count from 1 and columns, in bytes of UTF-8, from 0, as in `ast`."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def col(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_col(self) -> int: ...


class AstAdError(Exception):
    """The base of all errors of this package.

    `sentence`, `reason` and `remedy` are the words it was built from; `file`, `line` and `column` are the place,
    counted as editors count (both from 1), or None where no line of source is to blame.

    >>> print(WrongArgument("grad expects a function, not 3", remedy="Write grad(f)."))
    grad expects a function, not 3
        Write grad(f).
    """

    def __init__(self, sentence: str, location: Location | None = None, *, reason: str = "", remedy: str = "") -> None:
        self.sentence = sentence
        self.reason = reason
        self.remedy = remedy
        self.file: str | None = None
        self.line: int | None = None
        self.column: int | None = None
        shown: list[str] = []
        if location is not None:
            source = linecache.getline(location.file, location.line)
            self.file, self.line = location.file, location.line
            self.column = 1 + len(_before(source, location.col) if source else "")
            shown = _underlined(source, location)
            sentence = f"{self.file}:{self.line}:{self.column}: {sentence}"
        words = [*shown, *reason.splitlines(), *remedy.splitlines()]
        super().__init__("\n".join([sentence, *(f"{_INDENT}{line}" for line in words)]))

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), str(self), self.__dict__)


class UnsupportedSyntax(AstAdError, SyntaxError):
    """A construct of the language that has no derivative here."""


class NoDerivative(AstAdError, NotImplementedError):
    """A call, or a way of calling, that no rule covers although a derivative has to pass through it."""


class MayAlias(AstAdError, NotImplementedError):
    """Memory is written while it is unknown whether two names share it."""


class UnknownAtCompileTime(AstAdError, TypeError):
    """A kind, a value or a source of a value that must be known to compile the function is not."""


class NoSource(AstAdError, TypeError):
    """The text of a function cannot be had, or is not the text that the function was compiled from."""


class WrongArgument(AstAdError, TypeError):
    """An argument, or a result, of a type that the interface does not take."""


class WrongStructure(AstAdError, ValueError):
    """An argument of the right type with the wrong structure, shape, dtype or value."""


class CompilerBug(AstAdError, AssertionError):
    """A stage broke a promise that it makes to the next one.  The fault is never the user's."""


def _before(source: str, col: int) -> str:
    """The characters of a line in front of a column that counts bytes.

    >>> _before("é = x", 5)
    'é = '
    """
    return source if source.isascii() and col >= len(source) else source.encode()[:col].decode(errors="ignore")


def _underlined(source: str, location: Location) -> list[str]:
    """The line of source without its indentation, and carets below the stretch; nothing where there is no source."""
    text = source.strip()
    if not text:
        return []
    indent = len(source) - len(source.lstrip())
    start = len(_before(source, location.col))
    ends_here = location.end_line == location.line
    end = len(_before(source, location.end_col)) if ends_here else len(source.rstrip())
    gap = "".join("\t" if char == "\t" else " " * _width(char) for char in source[indent:start])
    carets = "^" * max(1, sum(map(_width, source[start:end])))
    return [text, gap + carets]


def _width(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if char.isascii():
        return 1
    import unicodedata

    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _restore(cls: type[AstAdError], text: str, state: dict[str, Any]) -> AstAdError:
    """Rebuild an unpickled error without its source, which need not exist where it is unpickled."""
    error = cls.__new__(cls)
    super(AstAdError, error).__init__(text)
    error.__dict__.update(state)
    return error
