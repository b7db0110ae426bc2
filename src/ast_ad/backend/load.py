"""Turn the text of a module into functions whose lines tracebacks, pdb and `inspect` can show."""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Mapping
from types import FunctionType
from typing import Any

__all__ = ["file_name", "load", "load_module"]


def load(text: str, name: str, namespace: Mapping[str, Any]) -> FunctionType:
    """Run a text in a namespace of its own that starts as a copy of `namespace`, and return the function `name` of it.

    >>> double = load("def double(x):\\n    return two * x\\n", "double", {"two": 2})
    >>> double(21)
    42
    >>> import inspect
    >>> print(inspect.getsource(double), end="")
    def double(x):
        return two * x
    """
    function = load_module(text, name, namespace)[name]
    assert isinstance(function, FunctionType)
    return function


def load_module(text: str, label: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Run a text in a namespace of its own that starts as a copy of `namespace`, and return what it is then.

    The text gets a file name of its own, made from the label and the text, under which `linecache` knows its lines
    for as long as the process lives.
    """
    name = file_name(text, label)
    code = compile(text, name, "exec", dont_inherit=True)
    # An entry without a time of change is what linecache.checkcache leaves alone.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = {"__name__": "ast_ad.generated", "__builtins__": builtins, **namespace}
    exec(code, module)
    return module


def file_name(text: str, label: str) -> str:
    """The name of the file that a text would be in; the same text with the same label has the same one.

    >>> file_name("def f(x): return x", "f")
    '<ast_ad:f:c4c1088ea5f7>'
    """
    import hashlib

    return f"<ast_ad:{label}:{hashlib.sha256(text.encode()).hexdigest()[:12]}>"
