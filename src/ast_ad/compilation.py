"""Compile a derivative for a call: run the pipeline, load the text, note what each call must fetch and check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ast_ad import pipeline
from ast_ad.errors import MayAlias
from ast_ad.frontend.lower import Lowered
from ast_ad.frontend.signature import Argument, arguments_from_annotations, arguments_of
from ast_ad.ir.core import Origin, Param
from ast_ad.overlaps import overlapping
from ast_ad.patterns import ARGUMENTS, GLOBALS, Check, Compiled, How, fetch, pattern_of


def compile_for(function: Any, plain: Any, how: How, args: Any, kwargs: Any) -> tuple[Compiled, tuple[str, ...] | None]:
    """The derivative for a call, and the names of its functions; None where the text needs objects of this process."""
    written = plain if hasattr(plain, "__code__") else function  # args begin with the receiver of a method
    work = pipeline.run(pipeline.Request(function, arguments_of(written, args, kwargs), *how))
    assert work.lowered is not None
    assert work.written is not None
    lowered, params = work.lowered, work.lowered.program.main.params
    captures = tuple((p.var.name, relative(p.path, plain, params)) for p in params if p.form == "capture")
    checks = [Check(relative(g.path, plain, params), g.value, "is") for g in lowered.guards]
    checks += [Check(relative(a.path, plain, params), a.value, "equals") for a in lowered.assumptions]
    checks += [Check(path, pattern_of(fetch(path, plain)), "pattern") for _, path in captures]
    places = {p.var.name: n for n, p in enumerate(params) if p.form == "plain"}
    written = [(places.get(name, name), origin) for name, origin in lowered.written]
    written = [(place, origin) for place, origin in written if place in kwargs or isinstance(place, int)]
    for place, origin in written:
        _check_apart(args, kwargs, place, origin, [p.var.name for p in params])
    if written:
        checks.append(Check((ARGUMENTS,), tuple(place for place, _ in written), "apart"))
    return Compiled(
        pipeline.load(work), work.written.text, captures, tuple(checks)
    ), None if work.written.namespace else work.names


def _check_apart(args: Any, kwargs: Any, place: Any, origin: Origin, names: Sequence[str]) -> None:
    """What a function writes to must not share memory with another of its arguments."""
    found = overlapping(args, kwargs, [place])
    if found is None:
        return
    one, two = (names[n] if isinstance(n, int) else n for n in found)
    inside = f"and {one!r} holds it twice" if one == two else f"and {two!r} shares memory with it in this call"
    raise MayAlias(
        f"{one!r} is written to here, {inside}",
        origin,
        reason="What is written would be seen under another name, which the derivative does not follow.",
        remedy="Pass a copy of one of them.",
    )


def program_of(function: Any, arguments: Sequence[Argument], how: How) -> Lowered:
    """A derivative as IR, with what it relies on."""
    work = pipeline.run(pipeline.Request(function, arguments, *how), upto="write")
    assert work.lowered is not None
    return replace(work.lowered, program=work.program)


def text_for_annotations(function: Any, how: How) -> str:
    """The text of a derivative for the kinds that annotations and defaults give."""
    written = pipeline.run(pipeline.Request(function, arguments_from_annotations(function), *how)).written
    assert written is not None
    return written.text


def relative(path: tuple[Any, ...], plain: Any, params: Sequence[Param]) -> tuple[Any, ...]:
    """A path that begins with what belongs to the function called: another function of the same code has its own."""
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
