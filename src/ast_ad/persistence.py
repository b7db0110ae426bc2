"""Derivatives on disk: what a compiled derivative needs besides its text, as JSON, and the key it is found by.

A derivative can be kept if everything that it relies on can be named: functions, classes and modules that are reached
from the function's own globals, from a module, or from one of its closure's cells.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from ast_ad.backend import cache as disk
from ast_ad.frontend.source import fingerprint
from ast_ad.patterns import ARGUMENTS, GLOBALS, Check, Compiled, fetch

_PLAIN = (bool, int, float, str, type(None))


class Unnamed(Exception):
    """Something that a derivative relies on has no name outside this process."""


@cache
def compiler_fingerprint() -> str:
    """Changes whenever the compiler, Python or NumPy does."""
    import hashlib
    import os

    digest = hashlib.sha256(repr((sys.version_info[:3], np.__version__)).encode())
    folder = os.path.dirname(os.path.abspath(__file__))
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith(".py"):
                status = os.stat(os.path.join(place, name))
                digest.update(f"{name} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def key_for(plain: Any, mode: Any, pattern: Any) -> str:
    """The key of a derivative: of the function's text, how it is differentiated, and the pattern of the arguments."""
    import hashlib

    words = (compiler_fingerprint(), plain.__module__, plain.__qualname__, fingerprint(plain), mode, _words(pattern))
    return hashlib.sha256(repr(words).encode()).hexdigest()


def _words(pattern: Any) -> Any:
    if isinstance(pattern, tuple):
        return tuple(map(_words, pattern))
    if isinstance(pattern, type):
        return f"{pattern.__module__}.{pattern.__qualname__}"
    if isinstance(pattern, _PLAIN):
        return pattern
    raise Unnamed


def recall(key: str, plain: Any, args: Any, kwargs: Any) -> tuple[str, tuple[str, ...], Any, Any] | None:
    """What was kept under a key, as (text, names, captures, checks), if what it relies on is the same here."""
    entry = disk.read(key)
    if entry is None:
        return None
    try:
        names = tuple(entry.metadata["names"])
        captures = tuple((name, _path_here(path)) for name, path in entry.metadata["captures"])
        checks = tuple(
            _check_here(_path_here(path), how, expected, plain) for path, how, expected in entry.metadata["checks"]
        )
    except (Unnamed, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
    if not all(check.holds(plain, args, kwargs) for check in checks if check.how != "is"):
        return None
    return entry.text, names, captures, checks


def remember(key: str, compiled: Compiled, names: tuple[str, ...], plain: Any) -> None:
    """Keep a derivative, if everything that it relies on can be named."""
    try:
        metadata = {
            "names": list(names),
            "captures": [[name, _path_words(path)] for name, path in compiled.captures],
            "checks": [[_path_words(c.path), c.how, _expected_words(c)] for c in compiled.checks],
        }
    except Unnamed:
        return
    disk.write(key, compiled.text, metadata)


def _path_words(path: tuple[Any, ...]) -> list[Any]:
    root, *steps = path
    if root not in (GLOBALS, ARGUMENTS) if isinstance(root, str) else not isinstance(root, int):
        module = root.get("__name__") if isinstance(root, dict) else None
        if module not in sys.modules or vars(sys.modules[module]) is not root:
            raise Unnamed
        root = ["module", module]
    words = [list(step) if isinstance(step, tuple) else step for step in steps]
    if any(not isinstance(x, (*_PLAIN, list)) for x in words) or any(
        not isinstance(y, _PLAIN) for x in words if isinstance(x, list) for y in x
    ):
        raise Unnamed
    return [root, *words]


def _path_here(words: list[Any]) -> tuple[Any, ...]:
    root, *steps = words
    if isinstance(root, list):
        root = vars(sys.modules[root[1]])
    root = {GLOBALS: GLOBALS, ARGUMENTS: ARGUMENTS}.get(root, root) if isinstance(root, str) else root
    return (root, *(tuple(step) if isinstance(step, list) else step for step in steps))


def _expected_words(check: Check) -> Any:
    if check.how == "is":
        return _fingerprint_of(check.expected)
    if check.how == "pattern":
        return repr(_words(check.expected))
    return _value_words(check.expected)


def _value_words(value: Any) -> Any:
    if isinstance(value, tuple):
        return ["tuple", *map(_value_words, value)]
    if type(value) in _PLAIN:
        return value
    raise Unnamed


def _value_here(words: Any) -> Any:
    return tuple(map(_value_here, words[1:])) if isinstance(words, list) else words


def _fingerprint_of(value: Any) -> str:
    """Names an object so that another process can tell whether it has the same."""
    owner = getattr(value, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):  # a method is one only with what it is bound to
        return f"{type(value).__name__} {value.__name__} of {_fingerprint_of(owner)}"
    code = getattr(value, "__code__", None)
    if code is not None:
        return f"function {value.__module__}.{value.__qualname__} {fingerprint(value)}"
    if hasattr(type(value), "__ast_ad_function__"):
        how = getattr(value, "__ast_ad_derivative__", "")
        return f"{type(value).__name__} {how} of {_fingerprint_of(value.__ast_ad_function__)}"
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if isinstance(value, (str, int, float, type(None))):
        return f"value {value!r}"
    module = getattr(value, "__module__", None)
    if not isinstance(name, str) or (isinstance(value, type) and module not in ("builtins", "numpy")):
        raise Unnamed
    return f"{type(value).__name__} {module}.{name}"


def _check_here(path: tuple[Any, ...], how: str, expected: Any, plain: Any) -> Check:
    if how == "is":
        found = fetch(path, plain)
        if _fingerprint_of(found) != expected:
            raise Unnamed
        return Check(path, found, how)
    if how == "pattern":
        from ast_ad.patterns import pattern_of

        pattern = pattern_of(fetch(path, plain))
        if repr(_words(pattern)) != expected:
            raise Unnamed
        return Check(path, pattern, how)
    return Check(path, _value_here(expected), how)
