"""The source of functions of the runtime, for a text that runs with NumPy alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from ast_ad import runtime

_MODULES = {
    "np": ("numpy", "np"),
    "math": ("math", "math"),
    "sys": ("sys", "sys"),
    "itertools": ("itertools", "itertools"),
}


def sources_of(names: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """The sources of functions of the runtime and of what they read, each with the modules it needs, by name."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    waiting = [(name, getattr(runtime, name)) for name in sorted(names, reverse=True)]
    while waiting:
        name, value = waiting.pop()
        if name not in found:
            source, reads = _source_of(name, value)
            found[name] = source, dict(_MODULES[r] for r in reads if r in _MODULES)
            waiting += [(r, value.__globals__[r]) for r in reads if r not in _MODULES]
    return [found[name] for name in sorted(found, key=lambda n: (n.startswith("_"), n))]


@cache
def _source_of(name: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """The source of one name of the runtime, and the global names that it reads."""
    if not isinstance(value, FunctionType):
        return f"{name} = {value!r}", ()
    return inspect.getsource(value), tuple(sorted(_globals_of(value.__code__, value.__globals__)))


def _globals_of(code: Any, names: dict[str, Any]) -> set[str]:
    found = set()
    for name in code.co_names:
        value = names.get(name)
        if name in _MODULES if isinstance(value, ModuleType) else value is not None and not isinstance(value, type):
            found.add(name)
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= _globals_of(constant, names)
    return found
