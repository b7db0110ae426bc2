"""`import` in a function: the module is imported while the function is compiled, and its names are resolved there."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import gast

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.captures import captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.emission import lowers
from ast_ad.frontend.targets import bind_name


@lowers(gast.Import)
def lower_import(lo: Lowering, stmt: Any) -> None:
    """`import a.b` binds `a`, `import a.b as c` binds what `a.b` is."""
    for alias in stmt.names:
        module = _module(lo, stmt, alias.name)
        root = alias.name.partition(".")[0]
        if alias.asname:
            bind_name(lo, alias.asname, static(module, alias.asname))
        else:
            bind_name(lo, root, static(sys.modules[root], root))


@lowers(gast.ImportFrom)
def lower_import_from(lo: Lowering, stmt: Any) -> None:
    """`from a import b`: numbers are read again at each call, functions are guarded, as names of the module are."""
    module = _module(lo, stmt, stmt.module or "", stmt.level or 0)
    for alias in stmt.names:
        name = alias.asname or alias.name
        if hasattr(module, alias.name):
            value = captured(lo, (module, ("attr", alias.name)), getattr(module, alias.name), name)
        else:
            value = static(_module(lo, stmt, f"{module.__name__}.{alias.name}"), name)
        bind_name(lo, name, value)


def _module(lo: Lowering, stmt: Any, name: str, level: int = 0) -> Any:
    package = lo.frame.source.function.__globals__.get("__package__")
    try:
        return importlib.import_module("." * level + name, package)
    except Exception as error:
        raise lo.error(
            UnknownAtCompileTime,
            f"{name or 'the package'} cannot be imported: {error}",
            reason="What a name stands for must be known before the function runs.",
            remedy="Install it, or import it where the function does not pass.",
            node=stmt,
        ) from error
