"""Rules of subscripts, of the words of the sweeps, and of run-time lists.

What is made of parts (tuples, dicts, lists of known length) the transforms take apart themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import INT, Array, Fixed, List, Scalar, Tuple, is_number, join
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.modes import elements
from ast_ad.rules.results import item_of
from ast_ad.rules.table import (
    custom,
    elementwise,
    helper,
    linear,
    nondifferentiable,
    primitive_for,
    primitive_of,
    register,
)
from ast_ad.rules.terms import call, make


def zeros(x: Any) -> Any:
    """The zero cotangent of a value."""
    return make(P.ZEROS_LIKE, x)


def unbroadcast(ct: Any, x: Any) -> Any:
    """A cotangent summed to the shape of `x`."""
    return make(P.UNBROADCAST, ct, x)


# x[index]: reading adds back, writing passes on what was written and cuts off what was overwritten.


def _put_back(ct: Any, x: Any, *holes: Any, index: P.Index) -> Any:
    """Of `x[index]`; of `x[:, None]`, which is all of x, the cotangent without the new axes."""
    if all(part in (None, Ellipsis, P.Span()) for part in index):
        return make(P.GETITEM, ct, index=tuple(0 if part is None else part for part in index))
    return make(P.INDEX_ADD, zeros(x), ct, *holes, index=index)


linear(P.GETITEM, _put_back)
elementwise(P.VALUE_OF_CELL, lambda ans, x: 1)
linear(
    P.INDEX_UPDATE,
    (
        lambda ct, x, value, *holes, index: make(P.INDEX_UPDATE, ct, 0, *holes, index=index),
        lambda ct, x, value, *holes, index: unbroadcast(make(P.LAST_WRITTEN, ct, *holes, index=index), value),
    ),
)
linear(
    P.LAST_WRITTEN,
    lambda ct, x, *holes, index: make(P.INDEX_UPDATE, zeros(x), ct, *holes, index=index),
)
linear(
    P.INDEX_ADD,
    (
        lambda ct, x, value, *holes, index: ct,
        lambda ct, x, value, *holes, index: unbroadcast(make(P.GETITEM, ct, *holes, index=index), value),
    ),
)

# The words of the sweeps.

linear(P.UNBROADCAST, (lambda ct, x_bar, x: make(P.BROADCAST_LIKE, ct, x_bar), None))
linear(P.BROADCAST_LIKE, (lambda ct, x_bar, x: unbroadcast(ct, x_bar), None))
linear(P.CAST_LIKE, (lambda ct, x_bar, x: make(P.CAST_LIKE, ct, x_bar), None))
linear(P.COPY, lambda ct, x: ct)

#: a derivative of what was taken for real, and an error at run time where it was not
real_as = helper(runtime.real_as, lambda ks, p: ks[0], total=P.never, result="view")
linear(primitive_of(runtime.real_as), (lambda ct, x_bar, x: ct, None))
linear(P.ADD_STRUCTURES, (lambda ct, x, y: ct, lambda ct, x, y: ct))
linear(P.ADD_MAYBE, (lambda ct, x, y: ct, lambda ct, x, y: ct))
linear(P.OR_ZEROS, (lambda ct, x_bar, x: ct, None))
nondifferentiable(P.ZEROS_LIKE, P.OUTLINE, P.SHAPE, P.LENGTH, P.IS_EMPTY, P.KEYS, P.ASSERT, P.PRINT)

# Run-time lists.

linear(
    P.LIST_GET,
    lambda ct, xs, *path, **at: make(P.LIST_ADD, zeros(xs), ct, *path, **at),
)


linear(P.EXCHANGE, lambda ct, xs, i, j: make(P.EXCHANGE, ct, i, j))


def _fitted(part: Any, value: Any, at: Any) -> Any:
    return unbroadcast(part, value) if at else part


custom(
    P.LIST_SET,
    lambda ans, t, xs, value, *path, **at: make(
        P.LIST_SET, zeros(xs) if t[0] is None else t[0], zeros(value) if t[1] is None else t[1], *path, **at
    ),
    (
        lambda ct, ans, xs, value, *path, **at: make(P.LIST_SET, ct, 0.0 if at else zeros(value), *path, **at),
        lambda ct, ans, xs, value, *path, **at: _fitted(make(P.LIST_GET, ct, *path, **at), value, at),
    ),
)
custom(
    P.LIST_ADD,
    lambda ans, t, xs, value, *path, **at: (
        t[0] if t[1] is None else make(P.LIST_ADD, zeros(xs) if t[0] is None else t[0], t[1], *path, **at)
    ),
    (
        lambda ct, ans, xs, value, *path, **at: ct,
        lambda ct, ans, xs, value, *path, **at: _fitted(make(P.LIST_GET, ct, *path, **at), value, at),
    ),
)

# What counts as a constant.

nondifferentiable(register(runtime.stop_gradient, P.STOP_GRADIENT))


def _forgotten(ct: Any, x: Any, *holes: Any, index: Any) -> Any:
    return make(P.INDEX_UPDATE, ct, 0.0, *holes, index=index)


custom(
    P.CONSTANT_AT,
    lambda ans, t, x, *holes, index: _forgotten(t[0], x, *holes, index=index),
    (lambda ct, ans, x, *holes, index: _forgotten(ct, x, *holes, index=index),),
)

list_of = helper(runtime.list_of, lambda ks, p: List(ks[0]), result="element")
list_of_rows = helper(runtime.list_of_rows, lambda ks, p: List(_row(ks[0])), result="view")
list_of_lists = helper(runtime.list_of_lists, lambda ks, p: List(List(_row(_row(ks[0])))), result="view")
sum_of_list = helper(runtime.sum_of_list, lambda ks, p: ks[0].item if isinstance(ks[0], List) else ks[0])


def _row(kind: Any) -> Any:
    return Array(kind.dtype, kind.dims[1:] if kind.dims else None) if isinstance(kind, Array) else kind


array_of_floats = helper(runtime.array_of_floats, lambda ks, p: Array("float64", (None,)), total=P.never)
linear(primitive_of(runtime.array_of_floats), lambda ct, xs: list_of_rows(ct))

linear(primitive_of(runtime.list_of), (lambda ct, x, xs: sum_of_list(ct), None))
linear(primitive_of(runtime.list_of_rows), lambda ct, x: call(np.array, ct))
linear(primitive_of(runtime.list_of_lists), lambda ct, x: call(np.array, ct))
linear(primitive_of(runtime.sum_of_list), lambda ct, xs: list_of(ct, xs))


sum_of_rounds = helper(runtime.sum_of_rounds, lambda ks, p: ks[1] if isinstance(ks[1], List) else ks[0])
linear(P.LIST_REPEAT, (lambda ct, xs, n: sum_of_rounds(ct, xs), None))
in_rounds = helper(runtime.in_rounds, lambda ks, p: ks[1] if isinstance(ks[1], List) else ks[0], result="view")
linear(primitive_of(runtime.sum_of_rounds), (lambda ct, x_bar, xs: in_rounds(ct, x_bar), None))
linear(primitive_of(runtime.in_rounds), (lambda ct, x_bar, ys: sum_of_rounds(ct, x_bar), None))


# Python's own functions of lists.


def _summed(kinds: Any, params: Any) -> Any:
    found = item_of(kinds[0])
    start = kinds[1] if len(kinds) > 1 else INT
    if not (is_number(found) and is_number(start)):
        return Array(None, None)
    if isinstance(found, Scalar) and isinstance(start, Scalar):
        return join(found, start)
    return elementwise_kind(np.add, [found, start])


def _to_each(ct: Any, xs: Any, start: Any = None) -> Any:
    if isinstance(xs.kind, Array):
        return make(P.BROADCAST_LIKE, ct, xs)
    known = elements(xs)
    return list_of(ct, xs) if known is None else tuple(unbroadcast(ct, x) for x in known)


linear(
    primitive_for(sum, _summed, name="sum", total=lambda ks, p: isinstance(_summed(ks, p), Scalar)),
    (_to_each, lambda ct, xs, start: unbroadcast(ct, start)),
    zero=lambda x: make(P.ZEROS_LIKE, x) if isinstance(x.kind, (List, Tuple, Fixed)) else 0,
)

sorting_order = helper(runtime.sorting_order, lambda ks, p: List(INT))
in_order = helper(runtime.in_order, lambda ks, p: ks[0], result="element")
out_of_order = helper(runtime.out_of_order, lambda ks, p: ks[0], result="element")
nondifferentiable(primitive_of(runtime.sorting_order))
linear(primitive_of(runtime.in_order), (lambda ct, xs, order: out_of_order(ct, order), None))
linear(primitive_of(runtime.out_of_order), (lambda ct, xs, order: in_order(ct, order), None))
custom(
    primitive_for(sorted, lambda ks, p: List(item_of(ks[0])), name="sorted"),
    lambda ans, t, xs, reverse=False: in_order(t[0], sorting_order(xs, reverse=reverse)),
    lambda ct, ans, xs, reverse=False: out_of_order(ct, sorting_order(xs, reverse=reverse)),
)
check_unpacked = helper(runtime.check_unpacked, lambda ks, p: INT, total=P.never, cost=0)
nondifferentiable(primitive_of(runtime.check_unpacked))
