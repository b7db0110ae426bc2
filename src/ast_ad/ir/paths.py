"""Elements of lists, of lists in lists and of arrays in lists: the primitives that read and write along a path.

`list_get(xs, i, j)` is `xs[i][j]`.  With an `index` template the last subscript is that of an array, and the last
arguments fill its holes: `list_get(xs, i, j, index=(HOLE, Span()))` is `xs[i][j, :]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir.kinds import NUMBER, Kind, List, Map, Maybe, Tuple, join, rank
from ast_ad.ir.primitive import Kinds, Primitive, first_kind
from ast_ad.ir.subscripts import Index, count_holes, fill, getitem_kind


def split_path(holes: Sequence[Any], index: Index | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The subscripts of lists in a path, and what fills the subscript of the array at its end."""
    steps = len(holes) - (0 if index is None else count_holes(index))
    return tuple(holes[:steps]), tuple(holes[steps:])


def element_kind(whole: Kind) -> Kind:
    """The kind of an element of a run-time list, or of a tuple at a run-time index."""
    if isinstance(whole, List):
        return whole.item.kind if isinstance(whole.item, Maybe) else whole.item
    if isinstance(whole, Tuple) and whole.items:
        item = whole.items[0]
        for other in whole.items[1:]:
            item = join(item, other)
        return item
    return NUMBER


def path_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of what a path leads to."""
    index = params.get("index")
    steps, holes = split_path(kinds[1:], index)
    kind = kinds[0]
    for _ in steps:
        kind = element_kind(kind)
    return kind if index is None else getitem_kind((kind, *holes), params)


def keeps_structure(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """Whether what is written at a path is a number, or a part of an array: the structure around it stays as it is.

    The kinds are those of `list_set` and `list_add`: of the list, the value and the path.  A dict may get a new key.
    """
    index, kind = params.get("index"), kinds[0]
    for _ in split_path(kinds[2:], index)[0]:
        if isinstance(kind, Map):
            return False
        kind = element_kind(kind)
    return index is not None or rank(kind) == 0


def _get(xs: Any, *path: Any, index: Index | None = None) -> Any:
    steps, holes = split_path(path, index)
    for step in steps:
        xs = xs[step]
    return xs if index is None else xs[fill(index, holes)]


def _changed(xs: Any, path: Sequence[Any], index: Index | None, change: Callable[[Any], Any]) -> Any:
    steps, holes = split_path(path, index)
    new = xs.copy()
    if len(steps) > 1:
        new[steps[0]] = _changed(new[steps[0]], path[1:], index, change)
    elif index is None:
        new[steps[0]] = change(new.get(steps[0]) if isinstance(new, dict) else new[steps[0]])
    else:
        new[steps[0]] = part = np.array(new[steps[0]])
        part[fill(index, holes)] = change(part[fill(index, holes)])
    return new


def _set(xs: Any, value: Any, *path: Any, index: Index | None = None) -> Any:
    return _changed(xs, path, index, lambda old: value)


def _add(xs: Any, value: Any, *path: Any, index: Index | None = None) -> Any:
    return _changed(xs, path, index, lambda old: runtime.add(old, value))


def _exchanged(xs: Any, i: Any, j: Any) -> Any:
    new = xs.copy()
    new[i], new[j] = new[j], new[i]
    return new


#: a run-time list in which two elements have changed places
EXCHANGE = Primitive("exchange", _exchanged, first_kind, result="same", cost=1)
#: reads a run-time list (or a tuple) at a run-time index
LIST_GET = Primitive("list_get", _get, path_kind, result="element", cost=0)
#: `ys = list_set(xs, value, *path)`: xs with `xs[i][j] = value`
LIST_SET = Primitive("list_set", _set, first_kind, result="same", cost=1)
#: xs with `xs[i][j] += value`, where that is a sum of cotangents; a subscript of an array names no element twice
LIST_ADD = Primitive("list_add", _add, first_kind, result="same", cost=1)
