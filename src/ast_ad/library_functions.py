"""What has no source, a function of a library or a `functools.partial`: a function of one line stands for it."""

from __future__ import annotations

import inspect
import linecache
import re
import sys
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

_DISPATCHED = type(np.sum)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_made: dict[int, tuple[Any, Any]] = {}


def in_python(function: Any) -> Any:
    """A function of Python that calls `function`; `function` itself if it is of Python.

    That for a function of a library has its required parameters, that for a partial function those that it leaves.

    >>> float(in_python(np.hypot)(3.0, 4.0))
    5.0
    >>> in_python(in_python) is in_python
    True
    """
    if isinstance(function, partial):
        return _of_partial(function)
    if not isinstance(function, (np.ufunc, BuiltinFunctionType, _DISPATCHED)):
        return function
    if id(function) not in _made:
        words = _words(function)
        _made[id(function)] = function, function if words is None else _written(function, *words)
    return _made[id(function)][1]


def _of_partial(function: Any) -> Any:
    """`def f(x): return called(x)`, where `called` is the partial function."""
    title = getattr(function.func, "__name__", "")
    try:
        parameters = [p for p in inspect.signature(function).parameters.values() if p.kind in _POSITIONAL]
        arguments = [p.name for p in parameters]
    except (TypeError, ValueError):
        words = _words(function.func) if hasattr(function.func, "__name__") else None
        if words is None:
            return function
        parameters = []
        arguments = [name for name in words[2][len(function.args) :] if name not in function.keywords]
    name = title if title.isidentifier() else "partial"
    if "called" in (name, *arguments):
        return function
    made = _compiled(
        name, f"def {name}({', '.join(arguments)}):\n    return called({', '.join(arguments)})\n", function
    )
    made.__globals__["called"] = function
    made.__defaults__ = tuple(p.default for p in parameters if p.default is not p.empty) or None
    return made


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
        return _documented(home, function)
    return home, name, [p.name for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]


def _documented(home: ModuleType, function: Any) -> tuple[ModuleType, str, list[str]] | None:
    """The same by the signature that the documentation of a function of C begins with, `dot(a, b, out=None)`."""
    found = re.match(rf"\s*{function.__name__}\((\w+(?:, \w+)*)(?:, \w+=|, /|, \*|\))", function.__doc__ or "")
    return None if found is None else (home, function.__name__, found[1].split(", "))


def _written(function: Any, home: ModuleType, name: str, arguments: list[str]) -> FunctionType:
    alias = "np" if home is np else home.__name__
    text = f"def {name}({', '.join(arguments)}):\n    return {alias}.{name}({', '.join(arguments)})\n"
    made = _compiled(name, text, function)
    root = alias.partition(".")[0]
    made.__globals__[root] = np if home is np else sys.modules[root]
    return made


def _compiled(name: str, text: str, function: Any) -> FunctionType:
    """The function that a text defines, which stands for `function`."""
    file = f"<ast_ad: {text.splitlines()[-1].strip()}>"
    names: dict[str, Any] = {"__name__": getattr(function, "__module__", None) or "builtins"}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    made: FunctionType = names[name]
    made.__ast_ad_library__ = function  # type: ignore[attr-defined]
    return made
