"""Strides of arrays as products of lengths: whether an array lies without gaps, and how its views lie.

Three answers are given: True, False, and None where it depends on lengths that are known at run time only.  Of empty
arrays nothing is said: they have no memory to share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from ast_ad.frontend.values import kind_of
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Call, Lit, Var
from ast_ad.ir.kinds import Dim, Sym, dims_of
from ast_ad.ir.primitives import HOLE, Primitive, Span


@dataclass(frozen=True, slots=True)
class Stride:
    """A step along an axis, counted in elements: `number` times lengths of axes, which are no less than 1."""

    number: int
    lengths: frozenset[tuple[Hashable, int]] = frozenset()

    def times(self, length: Hashable) -> Stride:
        """The stride of the axis outside of one of this stride and this length."""
        if isinstance(length, int):
            return replace(self, number=self.number * length)
        return replace(self, lengths=frozenset((Counter(dict(self.lengths)) + Counter([length])).items()))


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its length is a number or what stands for one, and `not_one` where it is known not to be 1."""

    length: Hashable
    not_one: bool
    stride: Stride


@dataclass(frozen=True, slots=True)
class Layout:
    """The axes of an array, None where they are not known; whether it is in the orders "C" and "F" if that is known."""

    axes: tuple[Axis, ...] | None
    rows: bool | None = None
    columns: bool | None = None


#: nothing is known
ANY = Layout(None)


def dense(var: Var, order: str) -> Layout:
    """The layout of an array without gaps in an order."""
    dims = dims_of(kind_of(var))
    if dims is None:
        return Layout(None, order == "C" or None, order == "F" or None)
    places = list(enumerate(dims))
    axes: dict[int, Axis] = {}
    stride = Stride(1)
    for k, dim in reversed(places) if order == "C" else places:
        axes[k] = _axis(var, k, dim, stride)
        stride = stride.times(axes[k].length)
    return Layout(tuple(axes[k] for k, _ in places))


def _axis(var: Var, place: int, dim: Dim, stride: Stride) -> Axis:
    if isinstance(dim, int):
        return Axis(dim, dim != 1, stride)
    if isinstance(dim, Sym):
        return Axis(dim, dim.not_one, stride)
    return Axis((var, place), False, stride)


def only_dense(var: Var, layouts: Iterable[Layout]) -> Layout:
    """The layout of an array that has one of these: what they have in common."""
    found = list(layouts)
    return next((dense(var, order) for order in "CF" if all(is_dense(layout, order) for layout in found)), ANY)


def is_dense(layout: Layout, order: str) -> bool | None:
    """Whether an array lies without gaps in an order."""
    known = layout.rows if order == "C" else layout.columns if order == "F" else False
    if known is not None or layout.axes is None:
        return known
    expected, answers = Stride(1), []
    for axis in reversed(layout.axes) if order == "C" else layout.axes:
        answers.append(_has_stride(axis, expected))
        expected = expected.times(axis.length)
    return _all(answers)


def is_even(layout: Layout, order: str) -> bool | None:
    """Whether the elements of an array, in an order, all have the same distance: then it has a view of any shape."""
    if layout.axes is None:
        return is_dense(layout, order) or None
    axes = [axis for axis in layout.axes if axis.length != 1]
    pairs = pairwise(axes if order == "C" else axes[::-1])
    return _all([_has_stride(outer, inner.stride.times(inner.length), inner.not_one) for outer, inner in pairs])


def _has_stride(axis: Axis, expected: Stride, surely: bool = True) -> bool | None:
    """Whether an axis has a stride, or is of length 1 and has any; `surely` where the answer may be False."""
    if axis.length == 1 or axis.stride == expected:
        return True
    return False if surely and axis.not_one and _differ(axis.stride, expected) else None


def _all(answers: Sequence[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def runs_down(layout: Layout) -> bool:
    """Whether each axis of an array is known to take no smaller steps than those after it."""
    if layout.axes is None:
        return bool(layout.rows)
    axes = [axis for axis in layout.axes if axis.length != 1]
    return all(_no_less(one.stride, two.stride) for one, two in pairwise(axes))


def _no_less(one: Stride, two: Stride) -> bool:
    """Whether steps of one stride are no shorter than those of the other."""
    more, less = _apart(one, two)
    return not less and abs(one.number) * _least(more) >= abs(two.number) > 0


def _differ(one: Stride, two: Stride) -> bool:
    """Whether two strides cannot be the same."""
    if (one.number > 0) != (two.number > 0):
        return True
    more, less = _apart(one, two)
    if not more and not less:
        return one.number != two.number
    long, short = (two, one) if less else (one, two)
    return not (more and less) and abs(long.number) * _least(more or less) > abs(short.number)


def _apart(one: Stride, two: Stride) -> tuple[Counter[Hashable], Counter[Hashable]]:
    """The lengths in one stride and in the other, but for those that both have."""
    first, second = Counter(dict(one.lengths)), Counter(dict(two.lengths))
    return first - second, second - first


def _least(lengths: Counter[Hashable]) -> int:
    """A number that a product of lengths is no less than."""
    return 1 << sum(n for length, n in lengths.items() if isinstance(length, Sym) and length.not_one)


def of_view(var: Var, call: Call, base: Layout) -> Layout:
    """The layout of a view that a call makes of an array."""
    if isinstance(call.fn, Primitive) and call.fn.name == "np.ravel":
        return dense(var, "C")
    if not isinstance(call.fn, Primitive):
        return ANY
    params = dict(call.params)
    if call.fn is P.STOP_GRADIENT:
        return base
    if call.fn.name == "np.reshape":
        order = params.get("order", "C")
        return dense(var, order) if is_dense(base, order) else ANY
    if base.axes is None:
        return ANY
    if call.fn is P.GETITEM:
        return _of_part(var, params["index"], dims_of(kind_of(var)), base.axes)
    if call.fn.name in ("np.real", "np.imag"):
        twice = [replace(a, stride=Stride(2 * a.stride.number, a.stride.lengths)) for a in base.axes]
        return Layout(tuple(twice))
    if any(not isinstance(a, Lit) for a in call.args[1:]) or call.fn.name not in _PERMUTING:
        return ANY
    return _permuted(call, base.axes)


def _of_part(var: Var, index: Any, dims: tuple[Dim, ...] | None, axes: tuple[Axis, ...]) -> Layout:
    """Of a basic subscript."""
    used = sum(part is not None and part is not Ellipsis for part in index)
    if dims is None or used > len(axes):
        return ANY
    whole = index if any(part is Ellipsis for part in index) else (*index, Ellipsis)
    left, made = list(axes), []
    for part in whole:
        if part is None:
            made.append(Axis(1, False, Stride(0)))
        elif part is Ellipsis:
            rest = len(axes) - used
            made += left[:rest]
            del left[:rest]
        elif isinstance(part, Span):
            axis, step = left.pop(0), 1 if part.step is None else part.step
            if step is HOLE or len(made) >= len(dims):
                return ANY
            stride = replace(axis.stride, number=axis.stride.number * step)
            if (part.start, part.stop) == (None, None) and abs(step) == 1:
                made.append(replace(axis, stride=stride))
            else:
                made.append(_axis(var, len(made), dims[len(made)], stride))
        else:
            left.pop(0)
    return Layout(tuple(made)) if len(made) == len(dims) else ANY


#: what puts the axes in another order, reverses them, and adds and takes away axes of length 1
_PERMUTING = frozenset(
    f"np.{name}"
    for name in (
        *(
            "atleast_1d",
            "atleast_2d",
            "atleast_3d",
            "expand_dims",
            "flip",
            "fliplr",
            "flipud",
            "linalg.matrix_transpose",
        ),
        *("matrix_transpose", "moveaxis", "rot90", "squeeze", "swapaxes", "transpose"),
    )
)


def _permuted(call: Call, axes: tuple[Axis, ...]) -> Layout:
    """Where the axes of an array go is seen from one whose strides all differ."""
    if call.fn.name == "np.squeeze" and any(a.length != 1 and not a.not_one for a in axes):
        return ANY
    model = np.empty([1 if axis.length == 1 else k + 2 for k, axis in enumerate(axes)])
    assert isinstance(call.fn, Primitive)
    result = call.fn.call(model, *(a.value for a in call.args[1:] if isinstance(a, Lit)), **dict(call.params))
    by_stride = {s: axis for n, s, axis in zip(model.shape, model.strides, axes, strict=True) if n != 1}
    made = []
    for length, step in zip(result.shape, result.strides, strict=True):
        if length == 1:
            made.append(Axis(1, False, Stride(0)))
            continue
        axis = by_stride[abs(step)]
        sign = 1 if step > 0 else -1
        made.append(replace(axis, stride=replace(axis.stride, number=sign * axis.stride.number)))
    return Layout(tuple(made))
