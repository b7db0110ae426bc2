"""Functions of NumPy, SciPy and math have no source: a function of one line, which calls it, stands for each."""

from __future__ import annotations

import inspect
import linecache
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

_DISPATCHED = type(np.sum)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_made: dict[int, tuple[Any, Any]] = {}


def in_python(function: Any) -> Any:
    """A function of Python that calls `function` with its required arguments; `function` itself if it is of Python.

    >>> in_python(np.hypot)(3.0, 4.0)
    5.0
    >>> in_python(in_python) is in_python
    True
    """
    if not isinstance(function, (np.ufunc, BuiltinFunctionType, _DISPATCHED)):
        return function
    if id(function) not in _made:
        words = _words(function)
        _made[id(function)] = function, function if words is None else _written(function, *words)
    return _made[id(function)][1]


def _words(function: Any) -> tuple[ModuleType, str, list[str]] | None:
    """Where a function is found, under which name, and the names of its required arguments."""
    name = function.__name__
    homes = ("numpy", "math", "scipy.special", getattr(function, "__module__", None) or "")
    home = next((m for h in homes if (m := sys.modules.get(h)) and getattr(m, name, None) is function), None)
    if home is None or home.__name__ == "builtins":
        return None
    if isinstance(function, np.ufunc):
        return home, name, ["x"] if function.nin == 1 else ["x", "y", "z", "w"][: function.nin]
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return home, name, [p.name for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]


def _written(function: Any, home: ModuleType, name: str, arguments: list[str]) -> FunctionType:
    alias = "np" if home is np else home.__name__
    text = f"def {name}({', '.join(arguments)}):\n    return {alias}.{name}({', '.join(arguments)})\n"
    file = f"<{home.__name__}.{name}>"
    root = alias.partition(".")[0]
    names: dict[str, Any] = {root: np if home is np else sys.modules[root], "__name__": home.__name__}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    made: FunctionType = names[name]
    made.__ast_ad_library__ = function  # type: ignore[attr-defined]
    return made
