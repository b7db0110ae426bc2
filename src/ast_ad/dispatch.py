"""Compile derivatives when calls ask for them, once for each pattern of arguments, and keep them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

from ast_ad import persistence, pipeline
from ast_ad.backend import cache as disk
from ast_ad.backend.load import load_module
from ast_ad.frontend.lower import Lowered
from ast_ad.frontend.signature import Argument, arguments_from_annotations, arguments_of
from ast_ad.ir.core import Param
from ast_ad.ir.places import Place
from ast_ad.patterns import (
    ARGUMENTS,
    GLOBALS,
    Check,
    Compiled,
    fetch,
    holds,
    pattern_of,
    pattern_of_call,
    plain_of,
)

_LOCK = threading.RLock()

Table = dict[Any, list[Compiled]]

#: compiled derivatives by (code object, mode, options), then by the pattern of the arguments
_COMPILED: dict[Any, Table] = {}


def table_for(function: Any, mode: str, wrt: Sequence[Place], one: bool, has_aux: bool) -> Table:
    """The compiled derivatives of a function: shared by all functions of one code object."""
    key = (code_of(function), mode, tuple(wrt), one, has_aux)
    with _LOCK:
        return _COMPILED.setdefault(key, {})


def code_of(function: Any) -> Any:
    """What identifies the text of a function: its code object; for a derivative, that of its function and how it was taken."""
    if hasattr(type(function), "__ast_ad_derivative__"):
        return (code_of(function.primal), function.__ast_ad_derivative__)
    inner = getattr(function, "__func__", function)
    inner = inner if hasattr(inner, "__code__") else getattr(type(inner), "__call__", inner)
    return getattr(inner, "__code__", inner)


def compiled_for(
    table: Table,
    function: Any,
    mode: str,
    wrt: tuple[Place, ...],
    one: bool,
    has_aux: bool,
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> Compiled:
    """Compile a derivative for a call, unless another thread just did."""
    key = pattern_of_call(args, kwargs)
    plain = plain_of(function)
    with _LOCK:
        for entry in table.get(key, ()):
            if holds(entry, plain, args, kwargs):
                return entry
        entry = kept_or_compiled(function, plain, (mode, wrt, one, has_aux), args, kwargs, key)
        table.setdefault(key, []).insert(0, entry)
        return entry


def kept_or_compiled(
    function: Any, plain: Any, how: tuple[str, tuple[Place, ...], bool, bool], args: Any, kwargs: Any, pattern: Any
) -> Compiled:
    """A derivative from disk, or a new one that is kept there."""
    key = ""
    if disk.directory() is not None and hasattr(plain, "__code__"):
        with contextlib.suppress(persistence.Unnamed, OSError):
            key = persistence.key_for(plain, (code_words(function), how), pattern)
    found = persistence.recall(key, plain, args, kwargs) if key else None
    if found is not None:
        text, names, captures, checks = found
        module = load_module(text, names[0], {})
        return Compiled(tuple(module[name] for name in names), text, captures, checks)
    arguments = arguments_of(plain if hasattr(plain, "__code__") else function, args, kwargs)
    work = pipeline.run(pipeline.Request(function, arguments, *how))
    entry = finish(work, plain)
    if key:
        persistence.remember(key, entry, work.names, plain)
    return entry


def code_words(function: Any) -> Any:
    """How a derivative was taken of its function; () for a plain function."""
    if hasattr(type(function), "__ast_ad_derivative__"):
        return (code_words(function.primal), function.__ast_ad_derivative__)
    return ()


def program_of(function: Any, arguments: Sequence[Argument], how: tuple[str, tuple[Place, ...], bool, bool]) -> Lowered:
    """A derivative as IR, with what it relies on."""
    work = pipeline.run(pipeline.Request(function, arguments, *how), upto="write")
    assert work.lowered is not None
    return Lowered(work.program, work.lowered.guards, work.lowered.assumptions)


def compile_annotated(function: Any, mode: str, wrt: tuple[Place, ...], one: bool, has_aux: bool) -> str:
    """The text of a derivative for the kinds that annotations and defaults give."""
    arguments = arguments_from_annotations(function)
    written = pipeline.run(pipeline.Request(function, arguments, mode, wrt, one, has_aux)).written
    assert written is not None
    return written.text


def finish(work: pipeline.Work, plain: Any) -> Compiled:
    """Load what was compiled and note what each call must fetch and check."""
    assert work.lowered is not None
    assert work.written is not None
    lowered, params = work.lowered, work.lowered.program.main.params
    captures = tuple((p.var.name, relative(p.path, plain, params)) for p in params if p.form == "capture")
    checks = [Check(relative(g.path, plain, params), g.value, "is") for g in lowered.guards]
    checks += [Check(relative(a.path, plain, params), a.value, "equals") for a in lowered.assumptions]
    checks += [Check(path, pattern_of(fetch(path, plain)), "pattern") for _, path in captures]
    return Compiled(pipeline.load(work), work.written.text, captures, tuple(checks))


def relative(path: tuple[Any, ...], plain: Any, params: Sequence[Param]) -> tuple[Any, ...]:
    """A path that begins with what belongs to the function called, for another function of the same code has its own."""
    root, *steps = path
    if isinstance(root, str):
        places = [n for n, p in enumerate(params) if p.var.name == root and p.form == "plain"]
        return (ARGUMENTS, places[0] if places else root, *steps)
    if root is plain.__globals__:
        return (GLOBALS, *steps)
    for n, cell in enumerate(plain.__closure__ or ()):
        if cell is root:
            return (n, *steps)
    return path
