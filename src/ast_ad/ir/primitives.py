"""The primitives of the language: operators, tuples, lists, subscripts, the words of the reverse sweep.

Those of NumPy, `math` and SciPy are made in `rules/`, one beside its rule.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import (
    BOOL,
    EXCEPTION,
    FLOAT,
    INT,
    NUMBER,
    OPAQUE,
    STATIC,
    TYPE,
    UNDEFINED,
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Map,
    Maybe,
    Scalar,
    Tuple,
    cotangent_kind,
    dims_of,
    is_complex,
    is_number,
    join,
    join_elements,
    kind_of_value,
)
from ast_ad.ir.operators import (
    ABS as ABS,
    ADD as ADD,
    BITAND as BITAND,
    BITOR as BITOR,
    BITXOR as BITXOR,
    CONJUGATE as CONJUGATE,
    EQ as EQ,
    FLOORDIV as FLOORDIV,
    GE as GE,
    GT as GT,
    IN as IN,
    INVERT as INVERT,
    IS as IS,
    IS_NOT as IS_NOT,
    LE as LE,
    LSHIFT as LSHIFT,
    LT as LT,
    MATMUL as MATMUL,
    MOD as MOD,
    MUL as MUL,
    NE as NE,
    NEG as NEG,
    NOT as NOT,
    NOT_IN as NOT_IN,
    OPERATORS as OPERATORS,
    POS as POS,
    POW as POW,
    RSHIFT as RSHIFT,
    SUB as SUB,
    TO_BOOL as TO_BOOL,
    TO_COMPLEX as TO_COMPLEX,
    TO_FLOAT as TO_FLOAT,
    TO_INT as TO_INT,
    TRUEDIV as TRUEDIV,
    fits_matmul as fits_matmul,
    matmul_kind as matmul_kind,
    no_overflow as no_overflow,
)
from ast_ad.ir.paths import (
    EXCHANGE as EXCHANGE,
    LIST_ADD as LIST_ADD,
    LIST_GET as LIST_GET,
    LIST_SET as LIST_SET,
    element_kind as element_kind,
    keeps_structure as keeps_structure,
    path_kind as path_kind,
    split_path as split_path,
)
from ast_ad.ir.primitive import (
    KindRule as KindRule,
    Kinds as Kinds,
    Primitive as Primitive,
    always as always,
    first_kind as first_kind,
    never as never,
)
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.ir.subscripts import (
    GETITEM as GETITEM,
    HOLE as HOLE,
    INDEX_ADD as INDEX_ADD,
    INDEX_UPDATE as INDEX_UPDATE,
    LAST_WRITTEN as LAST_WRITTEN,
    VALUE_OF_CELL as VALUE_OF_CELL,
    Hole as Hole,
    Index as Index,
    Span as Span,
    count_holes as count_holes,
    fill as fill,
    getitem_is_view as getitem_is_view,
    getitem_kind as getitem_kind,
    hole_kinds as hole_kinds,
    is_basic as is_basic,
)

# Structures


def _item_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    whole, key = kinds[0], params["key"]
    if isinstance(whole, (Tuple, Fixed, Dict)):
        items: tuple[Kind, ...] = whole.items
        return items[whole.keys.index(key) if isinstance(whole, Dict) else key]
    if isinstance(whole, List):
        return whole.item
    return NUMBER


def _make_dict(*values: Any, keys: tuple[Any, ...], **options: Any) -> Any:
    named = dict(zip(keys, values, strict=True))
    return runtime.make_object(options["type"], **named) if options.get("type") else named


def _item(x: Any, key: Any) -> Any:
    return x[key] if isinstance(x, (list, dict)) or (isinstance(x, tuple) and type(key) is int) else getattr(x, key)


def _list_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    item: Kind = UNDEFINED
    for kind in kinds:
        item = kind if isinstance(item, type(UNDEFINED)) else join(item, kind)
    return List(item)


def _appended(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    whole, new = kinds[0], kinds[-1]
    if isinstance(whole, List):
        item = whole.item
        return List(new if item == UNDEFINED else join(item, new))
    return OPAQUE


def _shape_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = dims_of(kinds[0])
    return OPAQUE if dims is None else Tuple((INT,) * len(dims))


def _taken_out(d: Any, key: Any) -> Any:
    new = d.copy()
    value = new.pop(key)
    return new, value


_NOTHING: Kind = UNDEFINED


def _map_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    made = [reduce(join_elements, ks, _NOTHING) for ks in (kinds, map(key_kind, params["keys"]))]
    return Map(*made)


def key_kind(key: Any) -> Kind:
    """The kind of a constant as a key of a dict whose keys are known at run time only."""
    kind = kind_of_value(key)
    return OPAQUE if kind == STATIC else kind


def _keys_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return List(kinds[0].key if isinstance(kinds[0], Map) else OPAQUE)


def _closure(*held: Any, function: Any, free: int) -> Any:
    raise TypeError(f"{function.name} is called by the program that it is part of")


def _itself(x: Any, *holes: Any, index: Index) -> Any:
    return x


def _raise(*words: Any, cause: bool = False) -> None:
    if not words:
        words = (sys.exc_info()[1],)  # what has been caught
    *words, because = words if cause else (*words, None)  # type: ignore[assignment]
    error = words[0] if isinstance(words[0], BaseException) else words[0](*words[1:])
    if cause:
        raise error from because
    raise error


def _format(*values: Any, parts: tuple[Any, ...]) -> str:
    convert: dict[int, Callable[[Any], Any]] = {-1: lambda v: v, 115: str, 114: repr, 97: ascii}
    left = iter(values)
    return "".join(part if isinstance(part, str) else format(convert[part[0]](next(left)), part[1]) for part in parts)


def _call_opaque(fn: Callable[..., Any], *args: Any, keywords: tuple[str, ...] = ()) -> Any:
    split = len(args) - len(keywords)
    return fn(*args[:split], **dict(zip(keywords, args[split:], strict=True)))


def _masked(old: Any, mask: Any, *operands: Any, ufunc: np.ufunc) -> Any:
    new = np.array(old)
    ufunc(*operands, out=new, where=mask)
    return new


MAKE_TUPLE = Primitive("make_tuple", lambda *xs: xs, lambda ks, p: Tuple(ks), result="element", total=always, cost=0)
#: a run-time list, all of one kind
MAKE_LIST = Primitive("make_list", lambda *xs: list(xs), _list_kind, result="element", total=always, cost=1)
#: a list of known length, each element with its own kind
MAKE_FIXED = Primitive(
    "make_fixed", lambda *xs: list(xs), lambda ks, p: Fixed(ks), result="element", total=always, cost=1
)
#: with a `type` an object of this class
MAKE_DICT = Primitive(
    "make_dict",
    _make_dict,
    lambda ks, p: Dict(p["keys"], ks, p.get("type")),
    result="element",
    total=always,
    cost=1,
)
#: reads a structure at a constant key, an object at an attribute
ITEM = Primitive("item", _item, _item_kind, result="element", total=always, cost=0)
APPEND = Primitive("append", lambda xs, v: [*xs, v], _appended, result="same", total=always, cost=1)
POP = Primitive(
    "pop", lambda xs: (list(xs[:-1]), xs[-1]), lambda ks, p: (ks[0], element_kind(ks[0])), result="same", outs=2
)
#: a dict whose keys are known at run time only, which begins with these; `list_get` and its kin read and write it
MAKE_MAP = Primitive(
    "make_map",
    lambda *xs, keys: dict(zip(keys, xs, strict=True)),
    _map_kind,
    result="element",
    total=always,
    cost=1,
)
#: the keys of such a dict, as a list
KEYS = Primitive("keys", list, _keys_kind, total=always, cost=1)
#: `value = d.pop(key)`
TAKE_OUT = Primitive("take_out", _taken_out, lambda ks, p: (ks[0], element_kind(ks[0])), result="same", outs=2)
#: xs[start:stop:step], by an index template of one `Span`
LIST_SLICE = Primitive("list_slice", lambda xs, *holes, index: xs[fill(index, holes)], first_kind, cost=1)
LIST_CONCAT = Primitive("list_concat", operator.add, lambda ks, p: join(ks[0], ks[1]), cost=1)
LIST_REPEAT = Primitive("list_repeat", operator.mul, first_kind, cost=1)
#: other names for its arguments, all at once
RENAME = Primitive("rename", lambda *xs: xs, lambda ks, p: ks, result="same", total=always, cost=0)
LENGTH = Primitive("length", len, lambda ks, p: INT, total=always, cost=0)
IS_EMPTY = Primitive("is_empty", lambda xs: not xs, lambda ks, p: BOOL, total=always, cost=0)
#: `ufunc(*operands, out=old, where=mask)`: the old array with a function's values where the mask is True
MASKED = Primitive("masked", _masked, first_kind, result="same", cost=2)
SHAPE = Primitive("shape", np.shape, _shape_kind, total=always, cost=0)


# The words of the sweeps


def _zeros_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return cotangent_kind(kinds[0])


def _like_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    value, like = kinds[0], kinds[1]
    if isinstance(like, Array) or isinstance(value, Array):
        dtype = value.dtype if isinstance(value, Array) else None
        if isinstance(value, Scalar):
            dtype = "complex128" if value.type == "complex" else "float64"
        dims = dims_of(like)
        return value if dims == () and isinstance(value, Scalar) else Array(dtype, dims)
    return value


def _cast_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    value, like = kinds[0], cotangent_kind(kinds[1])
    if isinstance(like, Array) and is_number(value):
        return Array(like.dtype, dims_of(value))
    if is_complex(value) and isinstance(like, Scalar) and not is_complex(like):
        return FLOAT if isinstance(value, Scalar) else Array("float64", dims_of(value))
    return value


#: the zero cotangent of a value: its structure and shape
ZEROS_LIKE = Primitive("zeros_like", runtime.zeros_like, _zeros_kind, total=always, cost=1)
#: the cotangent of a value summed over the axes that broadcasting gave it
UNBROADCAST = Primitive("unbroadcast", runtime.unbroadcast, _like_kind, total=always, cost=1)
#: what has the shape and dtype of an array, and takes no memory
OUTLINE = Primitive("outline", runtime.outline, first_kind, total=always, cost=1)
#: a value stretched to the shape of another (read-only)
BROADCAST_LIKE = Primitive("broadcast_like", runtime.broadcast_like, _like_kind, result="view", total=always, cost=1)
#: a cotangent in the dtype of the value it belongs to; the real part where that value is real
CAST_LIKE = Primitive("cast_like", runtime.cast_like, _cast_kind, total=always, cost=1)
#: the sum of two cotangents of one structure (lists, tuples, dicts)
ADD_STRUCTURES = Primitive("add_structures", runtime.add, first_kind, total=always, cost=1)
#: a list with values added to the elements of a slice
ADD_TO_SLICE = Primitive("add_to_slice", runtime.add_to_slice, first_kind, total=always, cost=1)
#: the sum of two cotangents of a value that may not be bound: None is zero
ADD_MAYBE = Primitive(
    "add_maybe", runtime.add, lambda ks, p: Maybe(ks[1] if ks[0] == STATIC else ks[0]), total=always, cost=1
)
#: a cotangent of a value that is bound here, from one that is None where nobody contributed
OR_ZEROS = Primitive(
    "or_zeros", runtime.or_zeros, lambda ks, p: cotangent_kind(ks[1]), result="view", total=always, cost=1
)
#: a / b as IEEE has it: inf or nan where b is 0, also for Python floats, and no warning
DIVIDE = Primitive("divide", runtime.divide, lambda ks, p: elementwise_kind(operator.truediv, ks), total=always, cost=1)
#: a / b with 0 / 0 = 0
DIVIDE_OR_ZERO = Primitive(
    "divide_or_zero",
    runtime.divide_or_zero,
    lambda ks, p: elementwise_kind(operator.truediv, ks),
    total=always,
    cost=1,
)
#: the first argument, and 0 where the second, the cotangent that it was made from, is 0
KEEP_ZEROS = Primitive("keep_zeros", runtime.keep_zeros, first_kind, total=always, cost=1)
#: a copy that shares nothing with its argument
COPY = Primitive("copy", runtime.copy, first_kind, total=always, cost=1)

#: the cotangent of a result of one element; a TypeError that names the function for a larger one
SEED = Primitive("seed", runtime.seed, lambda ks, p: cotangent_kind(ks[0]), cost=1)

#: the value itself, which counts as a constant in derivatives
STOP_GRADIENT = Primitive("stop_gradient", runtime.stop_gradient, first_kind, result="view", total=always, cost=0)
#: the array itself, whose part at the subscript counts as a constant
CONSTANT_AT = Primitive("constant_at", _itself, first_kind, result="same", total=always, cost=0)

ASSERT = Primitive("assert", runtime.check, lambda ks, p: (), outs=0, effect=True)
#: print(*args, **params)
PRINT = Primitive("print", print, lambda ks, p: (), outs=0, effect=True)
#: `raise error(*words)`, with `cause` from the last of them; without words `raise`; ends the path it stands on
RAISE = Primitive("raise", _raise, lambda ks, p: (), outs=0, effect=True)
#: the exception that an `except` has caught
CAUGHT = Primitive("caught", lambda: sys.exc_info()[1], lambda ks, p: EXCEPTION, total=always)
#: isinstance(error, classes)
IS_INSTANCE = Primitive("isinstance", isinstance, lambda ks, p: BOOL, total=always)
#: issubclass(type(error), classes)
IS_SUBCLASS = Primitive("issubclass", issubclass, lambda ks, p: BOOL, total=always)
#: the class of an exception that was caught
TYPE_OF = Primitive("type", type, lambda ks, p: TYPE, total=always)
#: an f-string: `parts` are its texts, and (conversion, specification) for each argument
FORMAT = Primitive("format", _format, lambda ks, p: OPAQUE, cost=1)
#: `fn(*args)` of a callable nobody knows: runs once, in its place; the last arguments are passed by `keywords`
CALL_OPAQUE = Primitive("call_opaque", _call_opaque, lambda ks, p: NUMBER, effect=True)

#: a function of the program with its last arguments given: what a library calls back with the `free` first ones
CLOSURE = Primitive("closure", _closure, lambda ks, p: OPAQUE, total=always, cost=0)
