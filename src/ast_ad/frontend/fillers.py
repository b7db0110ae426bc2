"""Functions and methods that write to an array that they are given: `np.copyto`, `np.put`, `a.sort()` and their kin."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.errors import NoDerivative, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.library import as_array, call_primitive
from ast_ad.frontend.outputs import target_of
from ast_ad.frontend.subscripts import places as indices_of
from ast_ad.frontend.values import FALSE, NONE, TRUE, Static, Value, is_bottom, kind_of, may_be_array
from ast_ad.frontend.versions import as_before, check_cast, store, write_version
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Kind, Scalar, dims_of, known_equal, rank, same_shape
from ast_ad.ir.primitives import HOLE
from ast_ad.rules.table import primitive_of

Filler = Callable[..., Value]


def _numpy(lo: Lowering, function: Any, *args: Value, **kwargs: Value) -> Atom:
    return as_array(lo, call_value(lo, Static(function, f"np.{function.__name__}"), args, kwargs))


def _known_rank(lo: Lowering, atom: Atom, title: str) -> int:
    found = rank(kind_of(atom))
    if found is None:
        raise lo.error(
            NoDerivative, f"{title} of an array whose rank is not known", remedy="Call the function with an array."
        )
    return found


def _flat(lo: Lowering, atom: Atom) -> Atom:
    return atom if rank(kind_of(atom)) == 1 else _numpy(lo, np.ravel, atom)


def flat_places(lo: Lowering, array: Atom, index: tuple[Any, ...], holes: Sequence[Atom]) -> list[Atom] | None:
    """The subscripts of places that are counted through all rows, from the end where they are negative.

    Of a matrix with m columns k is `k // m, k % m`.  None where the index is no integer and no array of integers.
    """
    axes = rank(kind_of(array))
    place = holes[0] if index == (HOLE,) else Lit(index[0]) if len(index) == 1 else None
    if axes is None or axes < 2 or place is None or not _counts(place):
        return None
    shape = lo.emit(P.SHAPE, array)
    found: list[Atom] = []
    for k in range(axes - 1, 0, -1):
        length = lo.emit(P.ITEM, shape, key=k)
        found.insert(0, lo.emit(P.MOD, place, length))
        place = lo.emit(P.FLOORDIV, place, length)
    return [place, *found]


def _counts(place: Atom) -> bool:
    kind = kind_of(place)
    if isinstance(kind, Scalar):
        return kind.type == "int"
    return isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind in "iu"


def write_flat(lo: Lowering, target: Var, index: tuple[Any, ...], holes: Sequence[Atom], value: Atom) -> None:
    """`target.flat[index] = value`."""
    old = lo.read(target)
    places = flat_places(lo, old, index, holes)
    if places is not None:
        new = lo.emit(P.INDEX_UPDATE, old, value, *places, name=target.name, index=(HOLE,) * len(places))
        write_version(lo, target, new)
        return
    shape = None if rank(kind_of(old)) == 1 else lo.emit(P.SHAPE, old)
    new = lo.emit(P.INDEX_UPDATE, _flat(lo, old), value, *holes, name=target.name, index=index)
    write_version(lo, target, new if shape is None else as_before(lo, old, new, target.name, shape))


def repeated(lo: Lowering, value: Atom, count: Callable[[], Atom], like: Kind | None = None) -> Atom:
    """The elements of a value, again and again until there are `count`; `like` has as many."""
    if rank(kind_of(value)) == 0:
        return value
    flat = _flat(lo, value)
    have, want = dims_of(kind_of(flat)), None if like is None else dims_of(like)
    if have and want and len(want) == 1 and (have[0] == 1 or known_equal(have[0], want[0])):
        return flat
    places = lo.emit(P.MOD, _numpy(lo, np.arange, count()), lo.emit(P.LENGTH, flat))
    return lo.emit(P.GETITEM, flat, places, index=(HOLE,))


def _copyto(lo: Lowering, dst: Value, src: Value, casting: Value = Lit("same_kind"), where: Value = TRUE) -> None:  # noqa: B008
    target, source = target_of(lo, dst, "np.copyto"), as_array(lo, src)
    if is_bottom(target):
        return
    check_cast(lo, kind_of(target), kind_of(source), constant_of(lo, casting, "'casting' of np.copyto"))
    if not (isinstance(where, Lit) and where.value is True):
        source = _numpy(lo, np.where, where, source, lo.read(target))
    store(lo, target, source)


def _put(lo: Lowering, a: Value, ind: Value, v: Value, mode: Value = Lit("raise")) -> None:  # noqa: B008
    target, places, value = target_of(lo, a, "np.put"), indices_of(lo, ind), as_array(lo, v)
    if is_bottom(target):
        return
    known = constant_of(lo, mode, "'mode' of np.put")
    if known != "raise":
        size = _numpy(lo, np.size, target)
        last = lo.emit(P.SUB, size, Lit(1))
        places = lo.emit(P.MOD, places, size) if known == "wrap" else _numpy(lo, np.clip, places, Lit(0), last)
    if _known_rank(lo, places, "np.put") == 0:
        value = value if rank(kind_of(value)) == 0 else lo.emit(P.GETITEM, _flat(lo, value), index=(0,))
    else:
        places = _flat(lo, places)
        value = repeated(lo, value, lambda: lo.emit(P.LENGTH, places), kind_of(places))
    write_flat(lo, target, (HOLE,), (places,), value)


def _mask(lo: Lowering, mask: Value) -> Atom:
    atom = as_array(lo, mask)
    kind = kind_of(atom)
    return atom if isinstance(kind, Array) and kind.dtype == "bool" else lo.emit(P.NE, atom, Lit(0))


def _place(lo: Lowering, arr: Value, mask: Value, vals: Value) -> None:
    target, test, value = target_of(lo, arr, "np.place"), _mask(lo, mask), as_array(lo, vals)
    if is_bottom(target) or is_bottom(test):
        return
    if rank(kind_of(test)) != rank(kind_of(target)):
        raise lo.error(
            WrongArgument, "np.place with a mask of another rank", remedy="Pass a mask of the array's shape."
        )
    value = repeated(lo, value, lambda: _numpy(lo, np.count_nonzero, test))
    new = lo.emit(P.INDEX_UPDATE, lo.read(target), value, test, name=target.name, index=(HOLE,))
    write_version(lo, target, new)


def _putmask(lo: Lowering, a: Value, mask: Value, values: Value) -> None:
    target, test, value = target_of(lo, a, "np.putmask"), _mask(lo, mask), as_array(lo, values)
    if is_bottom(target):
        return
    old = lo.read(target)
    if rank(kind_of(value)) != 0 and not same_shape(kind_of(value), kind_of(old)):
        value = repeated(lo, value, lambda: _numpy(lo, np.size, old))
        value = _numpy(lo, np.reshape, value, lo.emit(P.SHAPE, old))
    store(lo, target, _numpy(lo, np.where, test, value, old))


def _fill_diagonal(lo: Lowering, a: Value, val: Value, wrap: Value = FALSE) -> None:
    target, value = target_of(lo, a, "np.fill_diagonal"), as_array(lo, val)
    if is_bottom(target):
        return
    old = lo.read(target)
    axes = _known_rank(lo, old, "np.fill_diagonal")
    if axes < 2 or constant_of(lo, wrap, "'wrap' of np.fill_diagonal"):
        what = "'wrap'" if axes >= 2 else f"an array of {axes} axes"
        raise lo.error(NoDerivative, f"np.fill_diagonal with {what}", remedy="Assign to the elements: a[k, k] = v.")
    shape = lo.emit(P.SHAPE, old)
    count = call_value(lo, Static(min, "min"), [lo.value_of(shape, "")], {})
    places = _numpy(lo, np.arange, count)
    value = repeated(lo, value, lambda: lo.atom(count))
    new = lo.emit(P.INDEX_UPDATE, old, value, *(places,) * axes, name=target.name, index=(HOLE,) * axes)
    write_version(lo, target, new)


def _put_along_axis(lo: Lowering, arr: Value, indices: Value, values: Value, axis: Value = Lit(-1)) -> None:  # noqa: B008
    title = "np.put_along_axis"
    target, places, value = target_of(lo, arr, title), as_array(lo, indices), as_array(lo, values)
    if is_bottom(target):
        return
    along = constant_of(lo, axis, f"'axis' of {title}")
    if along is None:
        write_flat(lo, target, (HOLE,), (places,), value)
        return
    old = lo.read(target)
    axes = _known_rank(lo, old, title)
    shape = lo.emit(P.SHAPE, old) if axes > 1 else None
    holes: list[Atom] = []
    for k in range(axes):
        if k == along % axes:
            holes.append(places)
            continue
        assert shape is not None
        counted = _numpy(lo, np.arange, lo.emit(P.ITEM, shape, key=k))
        rest = (P.Span(), *(None,) * (axes - 1 - k))
        holes.append(counted if len(rest) == 1 else lo.emit(P.GETITEM, counted, index=rest))
    new = lo.emit(P.INDEX_UPDATE, old, value, *holes, name=target.name, index=(HOLE,) * axes)
    write_version(lo, target, new)


def _nan_to_num(lo: Lowering, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = "") -> Value:
    """With `copy=False` it writes to the array that it is given, and returns it."""
    words = {**dict(zip(("x", "copy", "nan", "posinf", "neginf"), args, strict=False)), **kwargs}
    copy = words.pop("copy", TRUE)
    primitive = primitive_of(np.nan_to_num)
    assert primitive is not None
    if "x" not in words or constant_of(lo, copy, "'copy' of np.nan_to_num"):
        return call_primitive(lo, primitive, args, kwargs, name)
    x = words.pop("x")
    result = call_primitive(lo, primitive, [x], words, name)
    if not may_be_array(x):
        return result
    target = target_of(lo, x, "np.nan_to_num")
    store(lo, target, lo.atom(result))
    return target


def _no_nditer(lo: Lowering, *args: Value, **kwargs: Value) -> None:
    raise lo.error(
        NoDerivative,
        "np.nditer",
        reason="Its elements are windows into the array, which are not followed.",
        remedy="Loop over the indices: np.ndindex.",
    )


def _checked(filler: Callable[..., None], title: str) -> Filler:
    """A function that returns None, its arguments bound as Python binds them."""
    signature = inspect.signature(filler)

    def call(lo: Lowering, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = "") -> Value:
        try:
            signature.bind(lo, *args, **kwargs)
        except TypeError as error:
            raise lo.error(WrongArgument, f"{title}: {error}", remedy="Call it as its documentation says.") from None
        filler(lo, *args, **kwargs)
        return NONE

    return call


#: functions that write to an array, by identity
FILLERS: tuple[tuple[Any, Filler], ...] = (
    (np.nan_to_num, _nan_to_num),
    *(
        (function, _checked(filler, f"np.{function.__name__}"))
        for function, filler in (
            (np.copyto, _copyto),
            (np.put, _put),
            (np.place, _place),
            (np.putmask, _putmask),
            (np.fill_diagonal, _fill_diagonal),
            (np.put_along_axis, _put_along_axis),
            (np.nditer, _no_nditer),
        )
    ),
)


# Methods


def _put_of(lo: Lowering, owner: Var, indices: Value, values: Value, mode: Value = Lit("raise")) -> None:  # noqa: B008
    _put(lo, owner, indices, values, mode)


def _fill_of(lo: Lowering, owner: Var, value: Value, /) -> None:
    store(lo, target_of(lo, owner, "fill"), as_array(lo, value))


def _in_order(function: Any) -> Callable[..., None]:
    """`a.sort()`: what `np.sort(a)` gives, written to `a`."""

    def method(lo: Lowering, owner: Var, *args: Value, **kwargs: Value) -> None:
        target = target_of(lo, owner, function.__name__)
        if not is_bottom(target):
            store(lo, target, _numpy(lo, function, owner, *args, **kwargs))

    return method


def _as_method(filler: Callable[..., None], title: str) -> Callable[..., Value]:
    call = _checked(filler, title)
    return lambda lo, owner, args, kwargs, wish: call(lo, [owner, *args], kwargs)


WRITING_METHODS: dict[str, Callable[..., Value]] = {
    "fill": _as_method(_fill_of, "fill"),
    "partition": _as_method(_in_order(np.partition), "partition"),
    "put": _as_method(_put_of, "put"),
    "sort": _as_method(_in_order(np.sort), "sort"),
}
