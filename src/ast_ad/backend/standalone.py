"""The source of functions of the runtime, for a text that runs with NumPy alone."""

from __future__ import annotations

import inspect
import io
import tokenize
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from types import FunctionType, ModuleType
from typing import Any

from ast_ad import runtime


def sources_of(
    names: Iterable[str], aliases: Mapping[str, str], taken: Iterable[str] = ()
) -> list[tuple[str, dict[str, str]]]:
    """The sources of functions of the runtime and of what they read, each with the modules it needs, by name.

    `aliases` are names that the text has for what they define and read; other names that are `taken` get an underscore.
    """
    found: dict[str, tuple[str, dict[str, str]]] = {}
    waiting = [(name, getattr(runtime, name)) for name in sorted(names, reverse=True)]
    while waiting:
        name, value = waiting.pop()
        if name not in found:
            source, reads = _source_of(name, value)
            values = [(r, value.__globals__[r]) for r in reads]
            found[name] = source, {v.__name__: r for r, v in values if isinstance(v, ModuleType)}
            waiting += [(r, v) for r, v in values if not isinstance(v, ModuleType)]
    modules = {name for _, needs in found.values() for name in needs.values()}
    others = {name: f"{name}_of_runtime" for name in {*found, *modules}.intersection(taken)}
    others |= {name: alias for name, alias in aliases.items() if name in found or name in modules}
    ordered = [found[name] for name in sorted(found, key=lambda n: (n.startswith("_"), n))]
    return [(_renamed(source, others), {m: others.get(r, r) for m, r in needs.items()}) for source, needs in ordered]


def _renamed(source: str, others: Mapping[str, str]) -> str:
    """A source with other names for what it defines and reads; attributes keep theirs."""
    if not others:
        return source
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for before, token in reversed([*pairwise(tokens)]):
        if token.type == tokenize.NAME and token.string in others and before.string != ".":
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = lines[row - 1][:start] + others[token.string] + lines[row - 1][end:]
    return "".join(lines)


@cache
def _source_of(name: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """The source of one name of the runtime, and the global names that it reads."""
    if not isinstance(value, FunctionType):
        return f"{name} = {_literal(value)}", ()
    return inspect.getsource(value), tuple(sorted(_globals_of(value.__code__, value.__globals__)))


def _literal(value: Any) -> str:
    """A constant of the runtime as it is written: Python's own types by their names."""
    if isinstance(value, tuple):
        return f"({''.join(f'{_literal(item)}, ' for item in value)})"
    return value.__name__ if isinstance(value, type) else repr(value)


def _globals_of(code: Any, names: dict[str, Any]) -> set[str]:
    found = {name for name in code.co_names if names.get(name) is not None and not isinstance(names[name], type)}
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= _globals_of(constant, names)
    return found
