"""What a primitive is on many values at once: the same for each row, written as one call.

An operand is a row or many rows: an array of many has one more axis, the first.  `at_once` answers with a term for many
results, and raises `OneAtATime` where nothing is stated for a primitive, or for these operands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Fixed, Kind, List, Scalar, Tuple, bound_kind, dtype_of, is_number, rank
from ast_ad.ir.primitives import Primitive
from ast_ad.rules.modes import Elementwise, Selecting
from ast_ad.rules.results import axes_of
from ast_ad.rules.rows import aligned, broadcast_rows, reshape_rows, unbroadcast_rows
from ast_ad.rules.table import RULES, primitive_of
from ast_ad.rules.terms import call, make


class OneAtATime(Exception):
    """What cannot be computed for many rows at once; the message says what."""


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand as a term; `kind` is that of one row, `many` says whether the term holds many."""

    term: Any
    kind: Kind
    many: bool

    @property
    def ndim(self) -> int:
        """The number of axes of a row."""
        found = rank(bound_kind(self.kind))
        if found is None:
            raise OneAtATime("the number of axes is not known")
        return found


Rule = Callable[..., Any]


def at_once(fn: Primitive, operands: list[Operand], params: Mapping[str, Any]) -> Any:
    """A primitive applied to operands of which some are many."""
    if any(value is P.HOLE for value in params.values()):
        raise OneAtATime(f"{fn.name} with keywords that are known at run time only")
    if any(o.many and isinstance(bound_kind(o.kind), Scalar) for o in operands) and any(map(_is_single, operands)):
        raise OneAtATime("Python's numbers beside arrays of single precision")
    rule = _RULES.get(fn) or _BY_NAME.get(fn.name)
    if rule is not None:
        return rule(*operands, **params)
    if is_elementwise(fn) and all(is_number(o.kind) for o in operands):
        return _elementwise(fn, operands, params)
    raise OneAtATime(fn.name)


def _is_single(operand: Operand) -> bool:
    """Whether numbers that are many, and so are no Python numbers, would change the dtype of what is computed."""
    kind = bound_kind(operand.kind)
    return isinstance(kind, Array) and kind.dtype not in ("float64", "complex128")


def is_elementwise(fn: Primitive) -> bool:
    """Whether a primitive works element by element on arrays and broadcasts its operands."""
    if fn in _ELEMENTWISE:
        return True
    of_arrays = fn in P.OPERATORS.values() or fn in (P.NEG, P.POS) or isinstance(fn.call, np.ufunc)
    return of_arrays and isinstance(RULES.get(fn), (Elementwise, Selecting))


def _elementwise(fn: Primitive, operands: list[Operand], params: Mapping[str, Any]) -> Any:
    axes = max(o.ndim for o in operands)
    if fn is P.POW and any(o.many and isinstance(bound_kind(o.kind), Scalar) for o in operands):
        raise OneAtATime("a power of Python's numbers, which may be complex or raise")
    return make(fn, *(aligned(o.term, axes) if o.many else o.term for o in operands), **params)


def _as_it_is(fn: Primitive, *allowed: str) -> Rule:
    """A word that acts on each leaf, or on the list that holds them, with these parameters: all operands are many."""

    def rule(*operands: Operand, **params: Any) -> Any:
        if not all(o.many for o in operands) or not params.keys() <= set(allowed):
            raise OneAtATime("a list of what is many and what is not")
        return make(fn, *(o.term for o in operands), **params)

    return rule


def _only(*operands: Operand, many: int) -> None:
    """Raise unless the operand at this place alone is many."""
    if any(o.many != (k == many) for k, o in enumerate(operands)):
        raise OneAtATime("operands that differ from row to row")


def _behind(axis: Any, ndim: int) -> Any:
    """The axes of a row, behind the first: from the end where there is one."""
    if axis is None:
        return -1 if ndim == 1 else tuple(range(1, ndim + 1))
    if isinstance(axis, (tuple, list)):
        return tuple(a % ndim + 1 for a in axis)
    return axis if axis < 0 else axis + 1


# Reductions and scans


def _reduction(fn: Any) -> Rule:
    def rule(x: Operand, axis: Any = None, **params: Any) -> Any:
        if x.ndim == 0:
            return x.term
        return fn(x.term, axis=_behind(axis, x.ndim), **params)

    return rule


def _along(fn: Any, default: int | None = None) -> Rule:
    """A function along one axis, or of all elements in a row where none is given and there is no default."""

    def rule(x: Operand, axis: Any = default, **params: Any) -> Any:
        if axis is None and x.ndim != 1:
            raise OneAtATime(f"{fn.__name__} of all elements")
        return fn(x.term, axis=_behind(-1 if axis is None else axis, x.ndim), **params)

    return rule


def _flip(x: Operand, axis: Any = None) -> Any:
    return np.flip(x.term, axis=_behind(axis, x.ndim))


def _roll(x: Operand, shift: Operand | None = None, axis: Any = None, **params: Any) -> Any:
    by: Any = params["shift"] if shift is None else shift.term
    if (axis is None and x.ndim != 1) or (shift is not None and shift.many):
        raise OneAtATime("np.roll of all elements")
    return np.roll(x.term, by, axis=_behind(-1 if axis is None else axis, x.ndim))


# Shapes


def _reshape(x: Operand, shape: Operand | None = None, order: str = "C", **params: Any) -> Any:
    if order != "C" or (shape is not None and shape.many):
        raise OneAtATime(f"np.reshape in order {order!r}")
    return reshape_rows(x.term, params["shape"] if shape is None else shape.term)


def _ravel(x: Operand, order: str = "C") -> Any:
    if order != "C":
        raise OneAtATime(f"np.ravel in order {order!r}")
    return x.term if x.ndim == 1 else reshape_rows(x.term, -1)


def _transpose(x: Operand, axes: Any = None) -> Any:
    axes = tuple(range(x.ndim))[::-1] if axes is None else tuple(a % x.ndim for a in axes)
    if axes == tuple(range(x.ndim)):
        return x.term
    if x.ndim == 2:
        return np.swapaxes(x.term, -1, -2)
    return np.transpose(x.term, (0, *(a + 1 for a in axes)))


def _swapaxes(x: Operand, axis1: int, axis2: int) -> Any:
    return np.swapaxes(x.term, _behind(axis1, x.ndim), _behind(axis2, x.ndim))


def _moveaxis(x: Operand, source: Any, destination: Any) -> Any:
    return np.moveaxis(x.term, _behind(source, x.ndim), _behind(destination, x.ndim))


def _expand_dims(x: Operand, axis: Any) -> Any:
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    whole = x.ndim + len(axes)
    return np.expand_dims(x.term, tuple(a % whole + 1 for a in axes))


def _squeeze(x: Operand, axis: Any = None) -> Any:
    if axis is None:
        raise OneAtATime("np.squeeze of whatever has the length 1")
    return np.squeeze(x.term, tuple(a + 1 for a in axes_of(axis, x.ndim)))


def _broadcast_like(x: Operand, like: Operand) -> Any:
    if not x.many:
        raise OneAtATime("a value stretched to the shape of many")
    wide = aligned(x.term, like.ndim)
    return make(P.BROADCAST_LIKE, wide, like.term) if like.many else broadcast_rows(wide, like.term)


def _unbroadcast(x: Operand, like: Operand) -> Any:
    if not x.many:
        raise OneAtATime("a sum in the shape of many")
    if like.many:
        raise OneAtATime("a sum in the shape of what differs from row to row")
    if x.ndim < like.ndim:
        return broadcast_rows(aligned(x.term, like.ndim), like.term)
    return x.term if x.ndim == like.ndim == 0 else unbroadcast_rows(x.term, like.term)


def _cast_like(x: Operand, like: Operand) -> Any:
    if not x.many:
        raise OneAtATime("a cast to the dtype of many")
    return make(P.CAST_LIKE, x.term, like.term)


def _joined(fn: Any, adds_axis: bool) -> Rule:
    def rule(parts: Operand, axis: Any = 0, **params: Any) -> Any:
        items = parts.kind.items if isinstance(parts.kind, (Tuple, Fixed)) else ()
        axes = {rank(item) for item in items}
        if axis is None or len(axes) != 1 or None in axes:
            raise OneAtATime(f"{fn.__name__} of what has no known number of axes")
        ndim = axes.pop() or 0
        return call(fn, parts.term, axis=_behind(axis, ndim + adds_axis), **params)

    return rule


def _as_array(x: Operand, dtype: Any = None, **params: Any) -> Any:
    if is_number(x.kind):
        return x.term if dtype is None and not params else _refused("np.array with options")
    if dtype is not None or params:
        raise OneAtATime("np.array with options")
    return _array_of_list(x) if isinstance(x.kind, List) else _joined(np.stack, True)(x)


def _array_of_list(xs: Operand) -> Any:
    """An array of a run-time list of numbers."""
    if not isinstance(xs.kind, List) or rank(bound_kind(xs.kind.item)) != 0:
        raise OneAtATime("an array of a list of arrays")
    return call(np.array, xs.term).T


def _list_of_rows(x: Operand) -> Any:
    """The list of the elements of an array."""
    return call(runtime.list_of_rows, x.term.T if x.ndim == 1 else np.moveaxis(x.term, 1, 0))


def _refused(what: str) -> Any:
    raise OneAtATime(what)


def _triangle(fn: Any) -> Rule:
    def rule(x: Operand, k: Any = 0) -> Any:
        if isinstance(k, Operand):
            k = k.term if not k.many else _refused("a diagonal that differs from row to row")
        return fn(x.term, k) if x.ndim > 1 else _refused(f"{fn.__name__} of a vector")

    return rule


def _diagonal(fn: Any) -> Rule:
    def rule(x: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        return fn(x.term, offset, _behind(axis1, x.ndim), _behind(axis2, x.ndim))

    return rule


# Subscripts


def _index_behind(x: Operand, index: Any, holes: tuple[Operand, ...]) -> Any:
    """The subscript of many rows: the whole first axis, then what is read of each."""
    if any(h.many for h in holes):
        raise OneAtATime("a subscript that differs from row to row")
    if not isinstance(x.kind, Array) or x.kind.dims is None:
        raise OneAtATime("the number of axes is not known")
    parts = P.hole_kinds(index, [h.kind for h in holes])
    if not P.is_basic(index, [h.kind for h in holes]):
        chosen = [not (part is None or part is Ellipsis or isinstance(part, P.Span)) for part, _ in parts]
        first, last = chosen.index(True), len(chosen) - chosen[::-1].index(True)
        if not all(chosen[first:last]):
            raise OneAtATime("index arrays with a slice between them")
    return (P.Span(), *index)


def _read(fn: Primitive) -> Rule:
    def rule(x: Operand, *holes: Operand, index: Any) -> Any:
        if not x.many:
            raise OneAtATime("a subscript that differs from row to row")
        return make(fn, x.term, *(h.term for h in holes), index=_index_behind(x, index, holes))

    return rule


def _take_along_axis(x: Operand, indices: Operand, axis: Any = -1) -> Any:
    _only(x, indices, many=0)
    if axis is None:
        raise OneAtATime("np.take_along_axis of all elements")
    return np.take_along_axis(x.term, indices.term[None], _behind(axis, x.ndim))


def _stored(value: Operand, x: Operand, index: Any, holes: tuple[Operand, ...]) -> Any:
    """A value that is written to a part of each row, with as many axes as that part."""
    axes = rank(P.getitem_kind((x.kind, *(h.kind for h in holes)), {"index": index}))
    if axes is None:
        raise OneAtATime("the number of axes is not known")
    if value.many and value.ndim > axes:
        raise OneAtATime("a value with more axes than the place it is written to")
    return aligned(value.term, axes) if value.many else value.term


def _along_path(fn: Primitive, values: int) -> Rule:
    """`xs[i][j, :]`, read or written: the subscripts of lists are as they are, that of an array is behind."""

    def rule(*operands: Operand, index: Any = None) -> Any:
        xs, path = operands[0], operands[values:]
        if not xs.many or any(o.many for o in path):
            raise OneAtATime("a place that differs from row to row, or a list that is not yet one for each row")
        if index is None:
            if not all(o.many for o in operands[:values]):
                raise OneAtATime("a list of what is many and what is not")
            return make(fn, *(o.term for o in operands))
        steps, holes = P.split_path(path, index)
        kind = xs.kind
        for _ in steps:
            kind = P.element_kind(bound_kind(kind))
        part = Operand(None, bound_kind(kind), True)
        stored = [_stored(value, part, index, holes) for value in operands[1:values]]
        behind = _index_behind(part, index, holes)
        return make(fn, xs.term, *stored, *(o.term for o in path), index=behind)

    return rule


def _of_slice(fn: Primitive, values: int, *allowed: str) -> Rule:
    """A slice of a list: its ends are as they are."""

    def rule(*operands: Operand, **params: Any) -> Any:
        if any(o.many != (k < values) for k, o in enumerate(operands)) or not params.keys() <= set(allowed):
            raise OneAtATime("a slice of a list that is not many, or with ends that differ from row to row")
        return make(fn, *(o.term for o in operands), **params)

    return rule


def _written(fn: Primitive) -> Rule:
    def rule(x: Operand, value: Operand, *holes: Operand, index: Any) -> Any:
        if not x.many:
            raise OneAtATime("an array that is not yet one for each row")
        stored = _stored(value, x, index, holes)
        return make(fn, x.term, stored, *(h.term for h in holes), index=_index_behind(x, index, holes))

    return rule


def _conjugate(x: Operand) -> Any:
    return np.conj(x.term)


def _einsum(*operands: Operand, subscripts: str, **params: Any) -> Any:
    from ast_ad.rules.products import parse

    terms, out = parse(subscripts, [o.ndim for o in operands])
    row = next(c for c in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in "".join(terms))
    text = ",".join(row + t if o.many else t for o, t in zip(operands, terms, strict=True))
    fn = primitive_of(np.einsum)
    assert fn is not None
    return make(fn, *(o.term for o in operands), subscripts=f"{text}->{row}{out}", **params)


def _fourier(name: str) -> Rule:
    def rule(x: Operand, axis: int = -1, **params: Any) -> Any:
        fn = getattr(np.fft, name)
        return call(fn, x.term, axis=_behind(axis, x.ndim), **params)

    return rule


def _value_of_cell(x: Operand) -> Any:
    return x.term


def _select(test: Operand, a: Operand, b: Operand) -> Any:
    if test.many:
        raise OneAtATime("a choice that differs from row to row")
    return np.where(test.term, a.term, b.term)


def _to_float(x: Operand) -> Any:
    if dtype_of(x.term.kind) != "float64":
        raise OneAtATime("float()")
    return x.term


# Products


def _matmul(x: Operand, y: Operand) -> Any:
    if x.many and y.many:
        if x.ndim == y.ndim == 1:
            return np.sum(x.term * y.term, axis=-1)
        if min(x.ndim, y.ndim) < 2:
            raise OneAtATime("a product of vectors and matrices that both differ from row to row")
        axes = max(x.ndim, y.ndim)
        return aligned(x.term, axes) @ aligned(y.term, axes)
    if x.many:
        if y.ndim <= 2:
            return x.term @ y.term
        if x.ndim == 1:
            raise OneAtATime("a vector times a stack of matrices")
        return aligned(x.term, y.ndim) @ y.term
    if y.ndim == 1:
        if x.ndim == 1:
            return y.term @ x.term
        return y.term @ x.term.T if x.ndim == 2 else _refused("a stack of matrices times a vector")
    return x.term @ (aligned(y.term, x.ndim) if x.ndim > 2 else y.term)


def _dot(x: Operand, y: Operand) -> Any:
    if 0 in (x.ndim, y.ndim):
        return _elementwise(P.MUL, [x, y], {})
    return _matmul(x, y) if x.ndim <= 2 and y.ndim <= 2 else _refused("np.dot of stacks")


def _inner(x: Operand, y: Operand) -> Any:
    if 0 in (x.ndim, y.ndim):
        return _elementwise(P.MUL, [x, y], {})
    return _matmul(x, y) if x.ndim == y.ndim == 1 else _refused("np.inner of matrices")


def _outer(x: Operand, y: Operand) -> Any:
    if x.ndim != 1 or y.ndim != 1:
        raise OneAtATime("np.outer of matrices")
    left = x.term[:, :, None] if x.many else x.term[:, None]
    return left * (y.term[:, None, :] if y.many else y.term)


def _solve(a: Operand, b: Operand) -> Any:
    _only(a, b, many=1)
    if a.ndim != 2:
        raise OneAtATime("np.linalg.solve of stacks")
    if b.ndim == 1:
        return np.linalg.solve(a.term, b.term.T).T
    return np.linalg.solve(a.term, b.term)


def _of_list(function: Any) -> Rule:
    """The sum of a list of many, element by element of the list."""

    def rule(xs: Operand, *start: Operand) -> Any:
        kind = bound_kind(xs.kind)
        if start or not isinstance(kind, List) or not is_number(kind.item):
            raise OneAtATime("a sum of what is no list of numbers")
        return call(function, xs.term)

    return rule


# Structures and shapes


def _shape(x: Operand) -> Any:
    if isinstance(bound_kind(x.kind), Scalar):
        return make(P.MAKE_TUPLE)
    whole = make(P.SHAPE, x.term)
    return make(P.MAKE_TUPLE, *(make(P.ITEM, whole, key=k + 1) for k in range(x.ndim)))


def _length(x: Operand) -> Any:
    if isinstance(bound_kind(x.kind), List):
        return make(P.LENGTH, x.term)
    if not x.ndim:
        raise OneAtATime("the length of what has none")
    return make(P.ITEM, make(P.SHAPE, x.term), key=1)


_ELEMENTWISE: set[Primitive] = {
    *(P.LT, P.LE, P.GT, P.GE, P.EQ, P.NE, P.BITAND, P.BITOR, P.BITXOR, P.INVERT, P.ABS, P.STOP_GRADIENT),
    *(P.DIVIDE, P.DIVIDE_OR_ZERO, P.KEEP_ZEROS),
}
_RULES: dict[Primitive, Rule] = {
    P.VALUE_OF_CELL: _value_of_cell,
    P.TO_FLOAT: _to_float,
    P.GETITEM: _read(P.GETITEM),
    P.LAST_WRITTEN: _read(P.LAST_WRITTEN),
    P.CONJUGATE: _conjugate,
    P.INDEX_UPDATE: _written(P.INDEX_UPDATE),
    P.INDEX_ADD: _written(P.INDEX_ADD),
    P.BROADCAST_LIKE: _broadcast_like,
    P.UNBROADCAST: _unbroadcast,
    P.CAST_LIKE: _cast_like,
    P.MATMUL: _matmul,
    P.SHAPE: _shape,
    P.LENGTH: _length,
    P.ITEM: _as_it_is(P.ITEM, "key"),
    P.MAKE_DICT: _as_it_is(P.MAKE_DICT, "keys", "type"),
    **{fn: _as_it_is(fn) for fn in (P.ZEROS_LIKE, P.OUTLINE, P.COPY, P.MAKE_TUPLE, P.MAKE_FIXED, P.MAKE_LIST)},
    **{fn: _as_it_is(fn) for fn in (P.APPEND, P.LIST_CONCAT, P.ADD_STRUCTURES, P.IS_EMPTY)},
    P.LIST_GET: _along_path(P.LIST_GET, 1),
    P.EXCHANGE: _along_path(P.EXCHANGE, 1),
    P.LIST_SET: _along_path(P.LIST_SET, 2),
    P.LIST_ADD: _along_path(P.LIST_ADD, 2),
    P.LIST_SLICE: _of_slice(P.LIST_SLICE, 1, "index"),
    P.ADD_TO_SLICE: _of_slice(P.ADD_TO_SLICE, 2),
}
#: of packages that are read when they are met
_BY_NAME = {f"np.fft.{name}": _fourier(name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")}


def _state(rule: Callable[[Any], Rule] | Rule, *functions: Any, of: bool = True) -> None:
    for function in functions:
        primitive = function if isinstance(function, Primitive) else primitive_of(function)
        if primitive is not None:
            _RULES[primitive] = rule(function) if of else rule


_state(_reduction, np.sum, np.mean)
_state(_along(np.cumsum), np.cumsum, of=False)
_state(_along(np.diff, -1), np.diff, of=False)
_state(_flip, np.flip, of=False)
_state(_roll, np.roll, of=False)
_state(_reshape, np.reshape, of=False)
_state(_ravel, np.ravel, of=False)
_state(_transpose, np.transpose, of=False)
_state(_swapaxes, np.swapaxes, of=False)
_state(_moveaxis, np.moveaxis, of=False)
_state(_expand_dims, np.expand_dims, of=False)
_state(_squeeze, np.squeeze, of=False)
_state(_joined(np.concatenate, False), np.concatenate, of=False)
_state(_joined(np.stack, True), np.stack, of=False)
_state(_as_array, np.array, np.asarray, of=False)
_state(_diagonal, np.diagonal, np.trace)
_state(_einsum, np.einsum, of=False)
_state(_take_along_axis, np.take_along_axis, of=False)
_state(_of_list, sum, runtime.sum_of_list)
_state(_array_of_list, runtime.array_of_floats, of=False)
_state(_list_of_rows, runtime.list_of_rows, of=False)
_state(_select, runtime.select, of=False)
_state(_matmul, np.matmul, of=False)
_state(_dot, np.dot, of=False)
_state(_inner, np.inner, of=False)
_state(_outer, np.outer, of=False)
_state(_solve, np.linalg.solve, of=False)
for _function in (np.real, np.imag, np.conj, np.where, np.clip, np.ones_like, np.copy):
    _found = primitive_of(_function)
    if _found is not None:
        _ELEMENTWISE.add(_found)
_state(_triangle, np.triu, np.tril)
