"""The source of functions of the runtime, for a text that runs with NumPy alone."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ast_ad import runtime

_MODULES = {"np": ("numpy", "np"), "math": ("math", "math")}


def sources_of(names: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """The sources of functions of the runtime and of what they read, each with the modules it needs, by name."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    waiting = sorted(names, reverse=True)
    while waiting:
        name = waiting.pop()
        if name not in found:
            source, reads = _source_of(name)
            found[name] = source, dict(_MODULES[r] for r in reads if r in _MODULES)
            waiting += [r for r in reads if r not in _MODULES]
    return [found[name] for name in sorted(found, key=lambda n: (n.startswith("_"), n))]


@cache
def _source_of(name: str) -> tuple[str, tuple[str, ...]]:
    """The source of one name of the runtime, and the global names that it reads."""
    value = getattr(runtime, name)
    if not isinstance(value, FunctionType):
        return f"{name} = {value!r}", ()
    return inspect.getsource(value), tuple(sorted(_globals_of(value.__code__)))


def _globals_of(code: Any) -> set[str]:
    found = set()
    for name in code.co_names:
        value = vars(runtime).get(name)
        if value is np or value is math or (value is not None and not isinstance(value, (ModuleType, type))):
            found.add(name)
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= _globals_of(constant)
    return found
