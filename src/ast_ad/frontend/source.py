"""The source of functions: the syntax tree a function was compiled from, with the file's own line and column numbers.

    source_of(f)            what `f` was written as, checked against what it was compiled to
    fingerprint(f)          a key for that text, without parsing it
    resolve_name(f, "np")   what a free name means to `f`

A function is read as it is: `functools.wraps` does not make a wrapper the function that it wraps.
"""

from __future__ import annotations

import ast
import linecache
import weakref
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import Any, Literal, NamedTuple

import gast

from ast_ad.errors import NoSource
from ast_ad.frontend import codes

_KEPT_FILES = 8
_NAMES_OF_ANY_TEXT = ("<string>", "<stdin>", "<unknown>")


class Place(NamedTuple):
    """A stretch of source.  Lines count from 1 and columns, in bytes of UTF-8, from 0, as in `ast`."""

    file: str
    line: int
    col: int
    end_line: int
    end_col: int


@dataclass(frozen=True, slots=True)
class Source:
    """A function as it was written.

    `node` is a gast FunctionDef, AsyncFunctionDef or Lambda.  Names such as `__w` in it are spelt as the class they
    stand in makes them (`_Model__w`).  `lines` are all lines of the file, so that line n is `lines[n - 1]`.
    `receiver` is the object that a bound method passes first, and None for a plain function.
    """

    function: FunctionType
    node: Any
    file: str
    lines: tuple[str, ...]
    receiver: Any = None

    def place(self, node: Any) -> Place:
        """Where a node of the tree stands."""
        return Place(self.file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def segment(self, node: Any) -> str:
        """The text of a node of the tree, as it was written."""
        lines = list(self.lines[node.lineno - 1 : node.end_lineno])
        lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()
        lines[0] = lines[0].encode()[node.col_offset :].decode()
        return "".join(lines)


class Resolved(NamedTuple):
    """What a name means to a function; an empty closure cell is undefined, as is a name that nobody bound."""

    where: Literal["cell", "global", "builtin", "undefined"]
    value: Any = None


class _File(NamedTuple):
    lines: list[str]
    all_lines: tuple[str, ...]
    tree: ast.Module | None


class _Found(NamedTuple):
    node: Any
    all_lines: tuple[str, ...]


# By the identity of the code object: equal code objects can come from different files, or from different columns.
_found: dict[int, tuple[weakref.ref[CodeType], _Found]] = {}
_files: dict[str, _File] = {}


def source_of(function: Any) -> Source:
    """The source of a function, a method or a lambda.  Raises NoSource where it cannot be had, or cannot be trusted."""
    plain, receiver = _function_of(function)
    code = plain.__code__
    known = _found.get(id(code))
    if known is None:
        found = _find(plain)
        key, forget = id(code), _found.pop  # by a name of its own: at the interpreter's end modules' names are gone
        _found[key] = weakref.ref(code, lambda _: forget(key, None)), found
    else:
        _, found = known
    return Source(plain, found.node, code.co_filename, found.all_lines, receiver)


def fingerprint(function: Any) -> str:
    """A key that changes whenever the text, the code or the line of a function does.

    It neither parses nor compiles, and needs no source.  Names are in it, what they are bound to is not.
    """
    import hashlib

    plain, _ = _function_of(function)
    code = plain.__code__
    lines = linecache.getlines(code.co_filename, plain.__globals__)
    text = lines[code.co_firstlineno - 1 : _last_line(code)]
    return hashlib.sha256(repr((_contents(code), text)).encode(errors="replace")).hexdigest()


def resolve_name(function: FunctionType, name: str) -> Resolved:
    """What a name that a function reads but does not bind means to it at this moment.

    >>> scale = 2
    >>> resolve_name(eval("lambda x: scale * abs(x)", {"scale": scale}), "scale")
    Resolved(where='global', value=2)
    """
    free = function.__code__.co_freevars
    if name in free:
        cell = (function.__closure__ or ())[free.index(name)]
        try:
            return Resolved("cell", cell.cell_contents)
        except ValueError:
            return Resolved("undefined")
    if name in function.__globals__:
        return Resolved("global", function.__globals__[name])
    builtins: dict[str, Any] = getattr(function, "__builtins__", {})
    if name in builtins:
        return Resolved("builtin", builtins[name])
    return Resolved("undefined")


def _function_of(function: Any) -> tuple[FunctionType, Any]:
    """The plain function in a method or in a wrapper of our own, and the object that it is bound to.

    A wrapper of our own is an object whose class has an attribute `__ast_ad_function__`, the function that it wraps.
    """
    receiver = None
    while not isinstance(function, FunctionType):
        kind = type(function)
        if isinstance(function, MethodType):
            receiver, function = function.__self__, function.__func__
        elif isinstance(function, staticmethod | classmethod):
            function = function.__func__
        elif hasattr(kind, "__ast_ad_function__"):
            function = function.__ast_ad_function__
        elif isinstance(getattr(kind, "__call__", None), FunctionType):  # noqa: B004 (the function is wanted)
            receiver, function = function, kind.__call__
        else:
            raise _not_python(function)
    return function, receiver


def _not_python(function: Any) -> NoSource:
    """The error for what is no function, or a function that was not written in Python."""
    name = _name_of(function)
    if isinstance(function, type):
        return NoSource(
            f"{name} is a class, so there is no function to read",
            remedy="Write a function that makes the object and returns a number.",
        )
    if not callable(function):
        return NoSource(
            f"{name} cannot be called, so there is no function to read",
            remedy="Pass a function, a method or a lambda.",
        )
    if hasattr(function, "__wrapped__"):
        return NoSource(
            f"{name} is wrapped in a {type(function).__qualname__}, which is not written in Python",
            remedy=f"Pass the function in it: {name}.__wrapped__.",
        )
    return NoSource(
        f"{name} is not written in Python, so it has no source to read",
        remedy="Call it in a function of your own, for instance a lambda.",
    )


def _find(function: FunctionType) -> _Found:
    """The node and the file of a function, or the error that says why there is none."""
    code = function.__code__
    file = _file_of(function)
    found = _matches(file, code)
    if not found:
        # A module that was edited and reloaded: what linecache holds is older than the code.
        linecache.checkcache(code.co_filename)
        file = _file_of(function)
        found = _matches(file, code)
    if not found:
        raise _no_match(function, file)
    if len({ast.dump(match.node) for match in found}) > 1:
        raise _twins(code, [match.node for match in found])
    match = found[0]
    return _Found(_as_gast(match.node, match.class_name), file.all_lines)


def _file_of(function: FunctionType) -> _File:
    """The lines and the tree of the file that a function says it is from."""
    name = function.__code__.co_filename
    lines = linecache.getlines(name, function.__globals__)
    file = _files.get(name)
    if file is None or file.lines != lines:
        file = _File(list(lines), tuple(lines), codes.parse("".join(lines)))
        while len(_files) >= _KEPT_FILES:
            _files.pop(next(iter(_files), ""), None)
        _files[name] = file
    return file


def _matches(file: _File, code: CodeType) -> list[codes.Match]:
    return codes.matches(code, file.tree, "".join(file.lines)) if file.tree else []


def _no_match(function: FunctionType, file: _File) -> NoSource:
    code, name = function.__code__, _name_of(function)
    if not file.lines or code.co_filename in _NAMES_OF_ANY_TEXT:
        return NoSource(
            f"the source of {name} cannot be had",
            reason=f"It was compiled from {code.co_filename!r}, which is no file that can be read here\n"
            "(a string given to exec or eval, or a prompt that keeps no lines).",
            remedy="Put the function in a file or in a notebook cell.",
        )
    return NoSource(
        f"the source of {name} is not the text that it was compiled from",
        reason=f"Line {code.co_firstlineno} of {code.co_filename} holds something else now: the file was edited after\n"
        "it was imported, or an import hook rewrites what it loads.",
        remedy="Import the file again (importlib.reload, or a new process).",
    )


def _twins(code: CodeType, nodes: list[Any]) -> NoSource:
    first, second = (Place(code.co_filename, n.lineno, n.col_offset, n.end_lineno, n.end_col_offset) for n in nodes[:2])
    return NoSource(
        f"this lambda cannot be told from the one at column {second.col + 1}",
        first,
        reason="They are different texts on one line that compile to the same code.",
        remedy="Give each of them a line of its own.",
    )


def _name_of(function: Any) -> str:
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if name is None:
        return repr(function) if not callable(function) else f"a {type(function).__qualname__}"
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if module else str(name)


def _as_gast(node: codes.FunctionNode, class_name: str | None) -> Any:
    """The tree in gast's form, every node of it with a place, and private names as the class spells them."""
    tree = gast.ast_to_gast(node)
    for handler in gast.walk(tree):
        if isinstance(handler, gast.ExceptHandler) and handler.name is not None:
            gast.copy_location(handler.name, handler)
    prefix = (class_name or "").lstrip("_")
    if prefix:
        _mangle(tree, f"_{prefix}")
    return tree


def _mangle(tree: Any, prefix: str) -> None:
    """Spell the private names of a tree as their class does; a class inside has its own."""

    def spelt(name: Any) -> Any:
        is_private = isinstance(name, str) and name.startswith("__") and not name.endswith("__")
        return prefix + name if is_private and "." not in name else name

    for field in ("id", "attr", "name"):  # but not the keyword of a call, which stays as it is
        if hasattr(tree, field):
            setattr(tree, field, spelt(getattr(tree, field)))
    if isinstance(tree, gast.Global | gast.Nonlocal):
        tree.names = [spelt(name) for name in tree.names]
    for child in gast.iter_child_nodes(tree):
        if not isinstance(child, gast.ClassDef):
            _mangle(child, prefix)


def _last_line(code: CodeType) -> int:
    lines = [line for _, _, line in code.co_lines() if line is not None]
    inner = [_last_line(constant) for constant in codes.constants_of_code(code)]
    return max([code.co_firstlineno, *lines, *inner])


def _contents(code: CodeType) -> tuple[Any, ...]:
    """What a code object is, as values whose repr is the same in every process."""
    return (
        code.co_name,
        code.co_firstlineno,
        code.co_linetable,
        code.co_flags,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
        code.co_code,
        [_content(constant) for constant in code.co_consts],
    )


def _content(constant: Any) -> Any:
    if isinstance(constant, CodeType):
        return _contents(constant)
    if isinstance(constant, frozenset):
        return "frozenset", sorted(map(repr, constant))
    if isinstance(constant, tuple):
        return tuple(map(_content, constant))
    return constant
