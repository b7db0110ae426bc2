"""Compile derivatives when calls ask for them, once for each pattern of arguments, and keep them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from ast_ad import pipeline
from ast_ad.frontend.signature import arguments_from_annotations, arguments_of
from ast_ad.patterns import Compiled, holds, pattern_of_call

_LOCK = threading.RLock()

Table = dict[Any, list[Compiled]]

#: compiled derivatives by (code object, mode, options), then by the pattern of the arguments
_COMPILED: dict[Any, Table] = {}


def table_for(function: Any, mode: str, wrt: Sequence[int], one: bool, has_aux: bool) -> Table:
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
    wrt: tuple[int, ...],
    one: bool,
    has_aux: bool,
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> Compiled:
    """Compile a derivative for a call, unless another thread just did."""
    key = pattern_of_call(args, kwargs)
    with _LOCK:
        for entry in table.get(key, ()):
            if holds(entry, function, args):
                return entry
        arguments = arguments_of(function, args, kwargs)
        request = pipeline.Request(function, arguments, mode, wrt, one, has_aux)
        entry = finish(pipeline.run(request))
        table.setdefault(key, []).insert(0, entry)
        return entry


def compile_annotated(function: Any, mode: str, wrt: tuple[int, ...], one: bool, has_aux: bool) -> str:
    """The text of a derivative for the kinds that annotations and defaults give."""
    arguments = arguments_from_annotations(function)
    written = pipeline.run(pipeline.Request(function, arguments, mode, wrt, one, has_aux)).written
    assert written is not None
    return written.text


def finish(work: pipeline.Work) -> Compiled:
    """Load what was compiled and note what each call must fetch and check."""
    assert work.lowered is not None and work.written is not None
    params = work.lowered.program.main.params
    captures = tuple((p.var.name, p.path) for p in params if p.form == "capture")
    checks = (*work.lowered.guards, *work.lowered.assumptions)
    return Compiled(pipeline.load(work), work.written.text, captures, checks)
