"""What a `Call` can call: a primitive says how to compute itself, what kind comes out, and what it shares with its arguments.

Here are the primitives of the language (operators, tuples, lists, subscripts, the words of the reverse sweep).  Those of
NumPy, `math` and SciPy are made in `rules/`, one beside its rule.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import (
    BOOL,
    FLOAT,
    INT,
    NUMBER,
    OPAQUE,
    STATIC,
    UNDEFINED,
    Array,
    Dict,
    Dim,
    Fixed,
    Kind,
    List,
    Maybe,
    Scalar,
    Sym,
    Tuple,
    broadcasts,
    cotangent_kind,
    dims_of,
    elementwise_kind,
    is_number,
    join,
    same_shape,
)

Kinds: TypeAlias = tuple[Kind, ...]
KindRule: TypeAlias = Callable[[Kinds, Mapping[str, Any]], Any]


def never(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """A primitive that may raise, whatever it is called with."""
    return False


def always(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """A primitive that never raises on arguments of the right kinds."""
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A function that the IR can call.

    name      how it is written: a dotted path ("np.sin") prints as a call of that path, any other name has a row in `emit`
    call      computes it on concrete values: `call(*args, **params)`
    kinds     the kind of the result (a tuple of kinds where `outs` is not 1) from the kinds of `args` and from `params`
    result    "fresh" (new storage), "view" (shares memory with its first argument), "same" (its first argument, written to),
              "layout" (a view or a copy, by memory layout), "element" (holds its arguments, or is held by the first)
    effect    runs once, in its place, also when nobody reads it (print, assert, a random draw)
    total     whether it cannot raise, given kinds and params: only then may an unread call of the primal be dropped
    cost      0: recomputed rather than recorded (views, integers, comparisons); 1: an arithmetic operation; 2: more
    operands  the names of the run-time arguments in the user's signature, where calls are bound by keyword
    written   constant parameters that are written by position, "*" standing for the arguments:
              ("subscripts", "*") writes np.einsum("ij,j", a, b); all others are written by keyword

    A run-time argument that the user's signature takes by keyword comes last in `args`, and its parameter is `HOLE`:
    `np.sum(x, axis=0, where=m)` has args (x, m) and params axis=0, where=HOLE.
    """

    name: str
    call: Callable[..., Any]
    kinds: KindRule
    result: str = "fresh"
    outs: int = 1
    effect: bool = False
    total: Callable[[Kinds, Mapping[str, Any]], bool] = never
    cost: int = 2
    operands: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self.name


# Subscripts.  An index is a template: a tuple of HOLE (the next run-time argument: an int or an index array), int, None
# (newaxis), Ellipsis, or Span (a slice whose ends are HOLE, int or None).


class Hole:
    """The next run-time argument of a subscript."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "_"


HOLE = Hole()


@dataclass(frozen=True, slots=True)
class Span:
    """A slice in an index template."""

    start: Any = None
    stop: Any = None
    step: Any = None


Index: TypeAlias = tuple[Any, ...]


def fill(index: Index, holes: Sequence[Any]) -> Any:
    """The subscript that a template stands for, with its holes filled.

    >>> fill((HOLE, Span(None, HOLE)), [3, 5])
    (3, slice(None, 5, None))
    """
    left = iter(holes)

    def fill_one(part: Any) -> Any:
        if part is HOLE:
            return next(left)
        if isinstance(part, Span):
            return slice(fill_one(part.start), fill_one(part.stop), fill_one(part.step))
        return part

    filled = tuple(map(fill_one, index))
    return filled[0] if len(filled) == 1 else filled


def count_holes(index: Index) -> int:
    """How many run-time arguments a template takes."""
    return sum(
        (part is HOLE)
        + (sum(end is HOLE for end in (part.start, part.stop, part.step)) if isinstance(part, Span) else 0)
        for part in index
    )


def hole_kinds(index: Index, kinds: Sequence[Kind]) -> list[tuple[Any, Kind | None]]:
    """Each part of a template beside the kind of the argument that fills it (None for a part that is no bare hole)."""
    left = iter(kinds)
    pairs: list[tuple[Any, Kind | None]] = []
    for part in index:
        if part is HOLE:
            pairs.append((part, next(left)))
        else:
            if isinstance(part, Span):
                for end in (part.start, part.stop, part.step):
                    if end is HOLE:
                        next(left)
            pairs.append((part, None))
    return pairs


def is_basic(index: Index, kinds: Sequence[Kind]) -> bool:
    """Whether a subscript is basic (ints, slices, newaxis, Ellipsis): reading it gives a view or an element."""
    return all(kind is None or _is_int(kind) for _, kind in hole_kinds(index, kinds)) and not any(
        isinstance(part, bool) for part in index
    )


def _is_int(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.type == "int"
    if isinstance(kind, Array) and kind.dims == ():
        return kind.dtype is None or np.dtype(kind.dtype).kind in "iu"
    return False


def _span_dim(span: Span, dim: Dim) -> Dim:
    """The length of a slice of an axis."""
    start, stop, step = span.start, span.stop, span.step
    if step not in (None, 1, -1) or any(not isinstance(e, (int, type(None))) for e in (start, stop)):
        return None
    if isinstance(dim, int):
        return len(range(*slice(start, stop, step).indices(dim)))
    if step == -1:
        return dim if start is None and stop is None else None
    if (start is None or start == 0) and stop is None:
        return dim
    if not isinstance(dim, Sym) or (start is not None and start < 0) or (stop is not None and stop >= 0):
        return None
    return Sym(dim.name, dim.minus + (start or 0) - (stop or 0))


def getitem_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of `x[index]`."""
    x, index = kinds[0], params["index"]
    if not isinstance(x, Array):
        return NUMBER if isinstance(x, Scalar) else OPAQUE
    if x.dims is None:
        return Array(x.dtype, None)
    pairs = hole_kinds(index, kinds[1:])
    arrays = [k for _, k in pairs if k is not None and not _is_int(k)]
    if any(not isinstance(k, Array) or k.dims is None or k.dtype is None for k in arrays):
        return Array(x.dtype, None)
    used = sum(
        0
        if part is None or part is Ellipsis
        else len(kind.dims or ())
        if isinstance(kind, Array) and kind.dtype == "bool"
        else 1
        for part, kind in pairs
    )
    if used > len(x.dims):
        return Array(x.dtype, None)
    advanced: list[Kind] = []
    out: list[Dim] = []
    place: int | None = None
    split = False
    axes = list(x.dims)
    for part, kind in [*pairs, *([] if Ellipsis in index else [(Ellipsis, None)])]:
        if part is None:
            out.append(1)
        elif part is Ellipsis:
            rest = len(x.dims) - used
            out += axes[:rest]
            del axes[:rest]
        elif isinstance(part, Span):
            out.append(_span_dim(part, axes.pop(0)))
        elif arrays:  # an int beside index arrays counts as one of them
            if place is None:
                place = len(out)
            elif place != len(out):
                split = True
            if isinstance(kind, Array) and kind.dtype == "bool":
                del axes[: len(kind.dims or ())]
                advanced.append(Array("int64", (None,)))
            else:
                axes.pop(0)
                advanced.append(kind if kind is not None else INT)
        else:
            axes.pop(0)
    if arrays:
        from ast_ad.ir.kinds import broadcast_dims

        wide = list(broadcast_dims(advanced) or ())
        at = 0 if split else place or 0
        out[at:at] = wide
    return Array(x.dtype, tuple(out))


def getitem_is_view(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Whether reading the subscript gives a view: basic, and not an element."""
    return is_basic(params["index"], kinds[1:])


def _getitem(x: Any, *holes: Any, index: Index) -> Any:
    return x[fill(index, holes)]


def _index_update(x: Any, value: Any, *holes: Any, index: Index) -> Any:
    new = np.array(x)
    new[fill(index, holes)] = value
    return new


def _index_add(x: Any, value: Any, *holes: Any, index: Index) -> Any:
    new = np.array(x)
    np.add.at(new, fill(index, holes), value)
    return new


def _last_written(x: Any, *holes: Any, index: Index) -> Any:
    return runtime.last_written(x, fill(index, holes))


def _first(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return kinds[0]


GETITEM = Primitive("getitem", _getitem, getitem_kind, result="view", cost=0)
#: `a1 = index_update(a0, value, *holes, index=...)`: a0 with `a0[index] = value`
INDEX_UPDATE = Primitive("index_update", _index_update, _first, result="same", cost=2)
#: `x[index]`, with 0 where a later entry of the index names the same place
LAST_WRITTEN = Primitive("last_written", _last_written, getitem_kind, total=always, cost=2)
#: `a1 = index_add(a0, value, *holes, index=...)`: a0 with value added at each index, repeated ones as often as they occur
INDEX_ADD = Primitive("index_add", _index_add, _first, result="same", cost=2)


# Structures


def _item_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    whole, key = kinds[0], params["key"]
    if isinstance(whole, (Tuple, Fixed)):
        return whole.items[key]
    if isinstance(whole, Dict):
        return whole.items[whole.keys.index(key)]
    if isinstance(whole, List):
        return whole.item
    return NUMBER


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


def _element(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    whole = kinds[0]
    if isinstance(whole, List):
        return whole.item.kind if isinstance(whole.item, Maybe) else whole.item
    if isinstance(whole, Tuple) and whole.items:
        item = whole.items[0]
        for other in whole.items[1:]:
            item = join(item, other)
        return item
    return NUMBER


def _shape_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = dims_of(kinds[0])
    return OPAQUE if dims is None else Tuple((INT,) * len(dims))


def _replace_in_list(xs: list[Any], value: Any, i: int) -> list[Any]:
    new = list(xs)
    new[i] = value
    return new


def _add_in_list(xs: list[Any], value: Any, i: int) -> list[Any]:
    new = list(xs)
    new[i] = runtime.add(new[i], value)
    return new


def _raise(error: Any, *words: Any) -> None:
    raise error(*words)


def _format(*values: Any, parts: tuple[Any, ...]) -> str:
    convert: dict[int, Callable[[Any], Any]] = {-1: lambda v: v, 115: str, 114: repr, 97: ascii}
    left = iter(values)
    return "".join(
        part if isinstance(part, str) else format(convert[part[0]](next(left)), part[1]) for part in parts
    )


def _call_opaque(fn: Callable[..., Any], *args: Any, keywords: tuple[str, ...] = ()) -> Any:
    split = len(args) - len(keywords)
    return fn(*args[:split], **dict(zip(keywords, args[split:], strict=True)))


MAKE_TUPLE = Primitive(
    "make_tuple", lambda *xs: xs, lambda ks, p: Tuple(ks), result="element", total=always, cost=0
)
#: a run-time list, all of one kind
MAKE_LIST = Primitive("make_list", lambda *xs: list(xs), _list_kind, result="element", total=always, cost=1)
#: a list of known length, each element with its own kind
MAKE_FIXED = Primitive(
    "make_fixed", lambda *xs: list(xs), lambda ks, p: Fixed(ks), result="element", total=always, cost=1
)
#: with a `type` an object of this class
MAKE_DICT = Primitive(
    "make_dict",
    lambda *xs, keys, type=None: make_object(type, **dict(zip(keys, xs, strict=True))),
    lambda ks, p: Dict(p["keys"], ks, p.get("type")),
    result="element",
    total=always,
    cost=1,
)
#: reads a structure at a constant key, an object at an attribute
ITEM = Primitive("item", _item, _item_kind, result="element", total=always, cost=0)
APPEND = Primitive("append", lambda xs, v: [*xs, v], _appended, result="same", total=always, cost=1)
POP = Primitive(
    "pop", lambda xs: (list(xs[:-1]), xs[-1]), lambda ks, p: (ks[0], _element(ks, p)), result="same", outs=2
)
#: reads a run-time list (or a tuple) at a run-time index
LIST_GET = Primitive("list_get", lambda xs, i: xs[i], _element, result="element", cost=0)
LIST_SET = Primitive("list_set", _replace_in_list, _first, result="same", cost=1)
LIST_ADD = Primitive("list_add", _add_in_list, _first, result="same", cost=1)
#: xs[start:stop:step], by an index template of one `Span`
LIST_SLICE = Primitive("list_slice", lambda xs, *holes, index: xs[fill(index, holes)], _first, cost=1)
LIST_CONCAT = Primitive("list_concat", operator.add, lambda ks, p: join(ks[0], ks[1]), cost=1)
LIST_REPEAT = Primitive("list_repeat", operator.mul, _first, cost=1)
LENGTH = Primitive("length", len, lambda ks, p: INT, total=always, cost=0)
IS_EMPTY = Primitive("is_empty", lambda xs: not xs, lambda ks, p: BOOL, total=always, cost=0)
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
        return FLOAT if dims == () and isinstance(value, Scalar) else Array(dtype, dims)
    return value


def _cast_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    value, like = kinds[0], cotangent_kind(kinds[1])
    if isinstance(like, Array) and is_number(value):
        return Array(like.dtype, dims_of(value))
    return value


#: the zero cotangent of a value: its structure and shape
ZEROS_LIKE = Primitive("zeros_like", runtime.zeros_like, _zeros_kind, total=always, cost=1)
#: the cotangent of a value summed over the axes that broadcasting gave it
UNBROADCAST = Primitive("unbroadcast", runtime.unbroadcast, _like_kind, total=always, cost=1)
#: a value stretched to the shape of another (read-only)
BROADCAST_LIKE = Primitive("broadcast_like", runtime.broadcast_like, _like_kind, result="view", total=always, cost=1)
#: a cotangent in the dtype of the value it belongs to; the real part where that value is real
CAST_LIKE = Primitive("cast_like", runtime.cast_like, _cast_kind, total=always, cost=1)
#: the sum of two cotangents of one structure (lists, tuples, dicts)
ADD_STRUCTURES = Primitive("add_structures", runtime.add, _first, total=always, cost=1)
#: a list with values added to the elements of a slice
ADD_TO_SLICE = Primitive("add_to_slice", runtime.add_to_slice, _first, total=always, cost=1)
#: the sum of two cotangents of a value that may not be bound: None is zero
ADD_MAYBE = Primitive("add_maybe", runtime.add, lambda ks, p: Maybe(ks[1] if ks[0] == STATIC else ks[0]), total=always, cost=1)
#: a cotangent of a value that is bound here, from one that is None where nobody contributed
OR_ZEROS = Primitive("or_zeros", runtime.or_zeros, lambda ks, p: cotangent_kind(ks[1]), total=always, cost=1)
#: a / b as IEEE has it: inf or nan where b is 0, also for Python floats, and no warning
DIVIDE = Primitive(
    "divide", runtime.divide, lambda ks, p: elementwise_kind(operator.truediv, ks), total=always, cost=1
)
#: a / b with 0 / 0 = 0
DIVIDE_OR_ZERO = Primitive(
    "divide_or_zero",
    runtime.divide_or_zero,
    lambda ks, p: elementwise_kind(operator.truediv, ks),
    total=always,
    cost=1,
)
#: the first argument, and 0 where the second, the cotangent that it was made from, is 0
KEEP_ZEROS = Primitive("keep_zeros", runtime.keep_zeros, _first, total=always, cost=1)
#: a copy that shares nothing with its argument
COPY = Primitive("copy", runtime.copy, _first, total=always, cost=1)

#: the cotangent of a result of one element; a TypeError that names the function for a larger one
SEED = Primitive("seed", runtime.seed, lambda ks, p: cotangent_kind(ks[0]), cost=1)

ASSERT = Primitive("assert", runtime.check, lambda ks, p: (), outs=0, effect=True)
#: print(*args, **params)
PRINT = Primitive("print", print, lambda ks, p: (), outs=0, effect=True)
#: `raise error(*words)`; ends the path it stands on
RAISE = Primitive("raise", _raise, lambda ks, p: (), outs=0, effect=True)
#: an f-string: `parts` are its texts, and (conversion, specification) for each argument
FORMAT = Primitive("format", _format, lambda ks, p: OPAQUE, cost=1)
#: `fn(*args)` of a callable nobody knows: runs once, in its place; the last arguments are passed by `keywords`
CALL_OPAQUE = Primitive("call_opaque", _call_opaque, lambda ks, p: NUMBER, effect=True)


# Operators


def _no_overflow(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """`+ - *`, comparisons: never raise on scalars, nor on arrays that are proven to fit."""
    return all(map(is_number, kinds)) and broadcasts(kinds)


def _total_division(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Division and power raise on Python numbers only."""
    return any(isinstance(k, Array) and k.dtype is not None for k in kinds) and _no_overflow(kinds, params)


def _operator(name: str, fn: Callable[..., Any], total: Any = _no_overflow, cost: int = 1) -> Primitive:
    return Primitive(name, fn, lambda ks, p: elementwise_kind(fn, ks), total=total, cost=cost)


def _comparison(name: str, fn: Callable[..., Any]) -> Primitive:
    def kinds(ks: Kinds, p: Mapping[str, Any]) -> Kind:
        return elementwise_kind(fn, ks) if all(map(is_number, ks)) else BOOL

    return Primitive(name, fn, kinds, total=_no_overflow, cost=0)


def matmul_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of `a @ b`."""
    a, b = dims_of(kinds[0]), dims_of(kinds[1])
    element = elementwise_kind(operator.mul, [k if isinstance(k, Scalar) else Array(k.dtype, ()) for k in kinds if isinstance(k, (Scalar, Array))])
    dtype = element.dtype if isinstance(element, Array) else None
    if a is None or b is None or not a or not b:
        return Array(dtype, None)
    rows, columns = a[:-1][-1:], b[-1:] if len(b) > 1 else ()
    batch = (Array(None, a[:-2]), Array(None, b[:-2]))
    from ast_ad.ir.kinds import broadcast_dims

    return Array(dtype, (*(broadcast_dims(batch) or ()), *rows, *columns))


ADD = _operator("+", operator.add)
SUB = _operator("-", operator.sub)
MUL = _operator("*", operator.mul)
TRUEDIV = _operator("/", operator.truediv, _total_division)
FLOORDIV = _operator("//", operator.floordiv, _total_division)
MOD = _operator("%", operator.mod, _total_division)
POW = _operator("**", operator.pow, _total_division)
MATMUL = Primitive("@", operator.matmul, matmul_kind, cost=2)
NEG = _operator("neg", operator.neg)
POS = _operator("pos", operator.pos)
ABS = _operator("abs", operator.abs)
INVERT = _operator("~", operator.invert)
LSHIFT = _operator("<<", operator.lshift, never)
RSHIFT = _operator(">>", operator.rshift, never)
BITAND = _operator("&", operator.and_)
BITOR = _operator("|", operator.or_)
BITXOR = _operator("^", operator.xor)
LT, LE = _comparison("<", operator.lt), _comparison("<=", operator.le)
GT, GE = _comparison(">", operator.gt), _comparison(">=", operator.ge)
EQ, NE = _comparison("==", operator.eq), _comparison("!=", operator.ne)
IS = Primitive("is", operator.is_, lambda ks, p: BOOL, total=always, cost=0)
IS_NOT = Primitive("is not", operator.is_not, lambda ks, p: BOOL, total=always, cost=0)
IN = Primitive("in", lambda x, xs: x in xs, lambda ks, p: BOOL, cost=0)
NOT_IN = Primitive("not in", lambda x, xs: x not in xs, lambda ks, p: BOOL, cost=0)
NOT = Primitive("not", operator.not_, lambda ks, p: BOOL, cost=0)
TO_FLOAT = Primitive("float", float, lambda ks, p: FLOAT, cost=0)
TO_INT = Primitive("int", int, lambda ks, p: INT, cost=0)
TO_BOOL = Primitive("bool", bool, lambda ks, p: BOOL, cost=0)

#: the operators that are written between or before their operands, by the symbol
OPERATORS: dict[str, Primitive] = {
    p.name: p
    for p in (
        *(ADD, SUB, MUL, TRUEDIV, FLOORDIV, MOD, POW, MATMUL, LSHIFT, RSHIFT, BITAND, BITOR, BITXOR),
        *(LT, LE, GT, GE, EQ, NE, IS, IS_NOT, IN, NOT_IN),
    )
}
