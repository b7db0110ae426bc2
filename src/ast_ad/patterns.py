"""How a call is known: the pattern of its arguments, and what a compiled derivative fetches and checks at each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import CellType, MethodType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ast_ad.ir.places import Place
from ast_ad.overlaps import overlapping
from ast_ad.runtime import fields_of, is_record, name_of_generator

#: how a derivative is taken of a function: (mode, wrt, one, has_aux)
How: TypeAlias = tuple[str, tuple[Place, ...], bool, bool]

_NUMBERS = {bool, int, float, complex}
_NOTHING: Mapping[str, Any] = {}
_EXACT = frozenset({bool, int, float, complex, np.float64, np.float32, np.int64, np.bool_, np.complex128})


class Compiled(NamedTuple):
    """A derivative for one pattern of arguments.

    `captures` names the keyword arguments that hold globals, cells and attributes, with the paths to them; `checks` are
    what must hold for it to serve.
    """

    functions: tuple[Any, ...]
    text: str
    captures: tuple[tuple[str, Any], ...]
    checks: tuple[Check, ...]


def pattern_of(value: Any, lengths: dict[int, int] | None = None) -> Any:
    """What compilation depends on in an argument, as a hashable key.

    `lengths` numbers the lengths of axes in the order in which they occur: which axes are equally long is part of the
    pattern of a call, how long they are is not.
    """
    cls = type(value)
    if cls in _EXACT:
        return cls
    lengths = {} if lengths is None else lengths
    if cls is np.ndarray:
        return (value.dtype.str, *[n if n < 2 else ~lengths.setdefault(n, len(lengths)) for n in value.shape])
    if cls is tuple:
        return (cls, tuple([pattern_of(v, lengths) for v in value]))
    if cls is list:
        return _pattern_of_list(value, lengths)
    if cls is dict:
        return (dict, tuple(value), tuple([pattern_of(v, lengths) for v in value.values()]))
    if isinstance(value, np.generic):
        return cls
    if isinstance(value, tuple):
        return (cls, tuple([pattern_of(v, lengths) for v in value]))
    if isinstance(value, np.ndarray):
        return (cls, value.dtype.str, value.shape)
    if value is None or isinstance(value, str):
        return (cls, value)
    if cls is MethodType:
        return (cls, value.__func__, pattern_of(value.__self__, lengths))
    if name_of_generator(cls) is not None:
        return cls
    fields = fields_of(value) if cls in _RECORDS or _is_new_record(cls) else None
    return _Same(value) if fields is None else _pattern_of_object(value, fields, lengths)


#: classes that were seen to be no more than their attributes
_RECORDS: set[type] = set()


def _is_new_record(cls: type) -> bool:
    if is_record(cls):
        _RECORDS.add(cls)
        return True
    return False


def _pattern_of_object(value: Any, fields: dict[str, Any], lengths: dict[int, int]) -> Any:
    """An object by its class and attributes; one that occurred before in this call by its number (~id is no length)."""
    known = lengths.get(~id(value))
    if known is not None:
        return (type(value), known)
    lengths[~id(value)] = len(lengths)
    return (type(value), tuple(fields), tuple([pattern_of(v, lengths) for v in fields.values()]))


def _pattern_of_list(value: list[Any], lengths: dict[int, int]) -> Any:
    """A list of numbers, or of arrays of one dtype and rank, is one pattern at any length; else by elements."""
    types = set(map(type, value))
    if types and types <= _NUMBERS:
        return (list, next(t.__name__ for t in (complex, float, int, bool) if t in types))
    if types == {np.ndarray} and len({(v.dtype.str, v.ndim) for v in value}) == 1:
        return (list, value[0].dtype.str, value[0].ndim)
    return (list, tuple([pattern_of(v, lengths) for v in value]))


class _Same:
    """Equal to another only where both hold one object, which they keep alive."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def pattern_of_call(args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The key of a call whose arguments are complete."""
    lengths: dict[int, int] = {}
    key = tuple([pattern_of(a, lengths) for a in args])
    return (key, pattern_of(kwargs, lengths)) if kwargs else key


def exact_key(args: Sequence[Any]) -> tuple[Any, ...] | None:
    """A key that is made faster than the pattern: dtypes and whole shapes; None where an argument is a structure."""
    key: list[Any] = []
    for value in args:
        cls = value.__class__
        if cls is np.ndarray:
            key += (value.dtype, value.shape)
        elif cls in _EXACT:
            key.append(cls)
        else:
            return None
    return tuple(key)


# What is read again at each call.  A path begins with GLOBALS (of the function called), an int (one of its closure's
# cells), ARGUMENTS, or an object that is always the same one (the globals of another module, a cell); names in a dict,
# ("attr", name), ("item", key) and ("len",) follow.

GLOBALS = "globals"
ARGUMENTS = "arguments"


def plain_of(function: Any) -> Any:
    """The function of Python behind a derivative, a method or a callable object."""
    while True:
        if hasattr(type(function), "__ast_ad_function__"):
            function = function.__ast_ad_function__
        elif isinstance(function, MethodType):
            function = function.__func__
        else:
            break
    return function if hasattr(function, "__code__") else type(function).__call__


def fetch(path: Sequence[Any], function: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] = _NOTHING) -> Any:
    """The object at the end of a path; `function` is a plain one."""
    value, *steps = path
    if value is GLOBALS:
        value = function.__globals__
    elif value is ARGUMENTS:
        value = kwargs if isinstance(steps[0], str) else args
    elif isinstance(value, int):
        value = function.__closure__[value]
    if isinstance(value, CellType):
        value = value.cell_contents
    for step in steps:
        if not isinstance(step, tuple):
            value = _named(value, step)
        elif step[0] == "attr":
            value = getattr(value, step[1])
        else:
            value = len(value) if step[0] == "len" else value[step[1]]
    return value


def _named(value: Any, name: Any) -> Any:
    """An entry of globals (or of the builtins that show through them), or an argument."""
    if isinstance(value, dict) and name not in value and "__builtins__" in value:
        names = value["__builtins__"]
        return names[name] if isinstance(names, dict) else getattr(names, name)
    return value[name]


class Check(NamedTuple):
    """What must still be so for a compiled derivative to serve: `how` is "is", "equals", "pattern" or "apart".

    The last says that the `expected` arguments share no memory with others.
    """

    path: tuple[Any, ...]
    expected: Any
    how: str

    def holds(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """Whether it is so for this call."""
        if self.how == "apart":
            return overlapping(args, kwargs, self.expected) is None
        try:
            found = fetch(self.path, function, args, kwargs)
        except (KeyError, AttributeError, IndexError, ValueError, TypeError):
            return False
        if self.how == "is":
            return found is self.expected
        if self.how == "pattern":
            return bool(pattern_of(found) == self.expected)
        return type(found) is type(self.expected) and bool(found == self.expected)


def holds(entry: Compiled, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether everything that a compiled derivative relies on is as it was."""
    return all(check.holds(function, args, kwargs) for check in entry.checks)


class Ready(NamedTuple):
    """A compiled derivative as one function calls it: `simple` are the checks of its own globals, `others` the rest."""

    entry: Compiled
    function: Any
    simple: tuple[tuple[dict[str, Any], str, Any], ...]
    others: tuple[Check, ...]


def ready(entry: Compiled, function: Any) -> Ready | None:
    """A compiled derivative that needs no captures, made ready for calls of a function."""
    if entry.captures:
        return None
    simple, others = [], []
    for check in entry.checks:
        names = function.__globals__
        if check.how == "is" and check.path[0] is GLOBALS and len(check.path) == 2 and check.path[1] in names:
            simple.append((names, check.path[1], check.expected))
        else:
            others.append(check)
    return Ready(entry, entry.functions[0], tuple(simple), tuple(others))


def fetched(entry: Compiled, function: Any) -> dict[str, Any]:
    """The values that a derivative reads from globals, cells and attributes, as they are now."""
    return {name: fetch(path, function) for name, path in entry.captures}
