"""Find derivatives when calls ask for them: in memory, on disk, or by compiling; each pattern of arguments once.

The compiler is imported only when something must be compiled.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ast_ad import persistence
from ast_ad.backend import cache as disk
from ast_ad.backend.load import load_module
from ast_ad.patterns import Compiled, How, holds, pattern_of_call, plain_of
from ast_ad.wrappers import wrapper_of

if TYPE_CHECKING:
    from ast_ad.frontend.lower import Lowered
    from ast_ad.frontend.signature import Argument

_LOCK = threading.RLock()

Table: TypeAlias = dict[Any, list[Compiled]]

#: compiled derivatives by (code object, mode, options), then by the pattern of the arguments
_COMPILED: dict[Any, Table] = {}


def table_for(function: Any, how: How) -> Table:
    """The compiled derivatives of a function: shared by all functions of one code object."""
    with _LOCK:
        return _COMPILED.setdefault((code_of(function), how), {})


def code_of(function: Any) -> Any:
    """What identifies the text of a function: its code object; for a derivative, that of its function, and how."""
    if hasattr(type(function), "__ast_ad_derivative__"):
        return (code_of(function.primal), function.__ast_ad_derivative__)
    wrapper = wrapper_of(function)
    if wrapper is not None:
        return wrapper
    return getattr(plain_of(function), "__code__", function)


def compiled_for(table: Table, function: Any, how: How, args: Sequence[Any], kwargs: dict[str, Any]) -> Compiled:
    """The derivative for a call: from disk or compiled, unless another thread just did."""
    key = pattern_of_call(args, kwargs)
    plain = plain_of(function)
    with _LOCK:
        for entry in table.get(key, ()):
            if holds(entry, plain, args, kwargs):
                return entry
        entry = _kept_or_compiled(function, plain, how, args, kwargs, key)
        table.setdefault(key, []).insert(0, entry)
        return entry


def _kept_or_compiled(function: Any, plain: Any, how: How, args: Any, kwargs: Any, pattern: Any) -> Compiled:
    key = ""
    if disk.directory() is not None and hasattr(plain, "__code__"):
        with contextlib.suppress(persistence.Unnamed, OSError):
            key = persistence.key_for(plain, (_taken(function), how), pattern)
    found = persistence.recall(key, plain, args, kwargs) if key else None
    if found is not None:
        text, functions, captures, checks = found
        module = load_module(text, functions[0], {})
        return Compiled(tuple(module[name] for name in functions), text, captures, checks)
    from ast_ad.compilation import compile_for

    entry, names = compile_for(function, plain, how, args, kwargs)
    if key and names is not None:
        persistence.remember(key, entry, names, plain)
    return entry


def _taken(function: Any) -> Any:
    """How a derivative was taken of its function; () for a plain function."""
    if hasattr(type(function), "__ast_ad_derivative__"):
        return (_taken(function.primal), function.__ast_ad_derivative__)
    wrapper = wrapper_of(function)
    return () if wrapper is None else (wrapper.word,)


def program_of(function: Any, arguments: Sequence[Argument], how: How) -> Lowered:
    """A derivative as IR, with what it relies on, for a program that calls it."""
    from ast_ad import compilation

    return compilation.program_of(function, arguments, how)


def text_for_annotations(function: Any, how: How) -> str:
    """The text of a derivative for the kinds that annotations and defaults give."""
    from ast_ad import compilation

    return compilation.text_for_annotations(function, how)
