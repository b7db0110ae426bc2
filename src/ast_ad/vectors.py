"""Structures of numbers as vectors: tuples, lists and dicts of numbers and arrays, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ast_ad.runtime import fields_of, make_object


def leaves(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The parts of a structure that hold real or complex numbers, each with how it is reached."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from leaves(part, f"{path}[{key!r}]")
    elif isinstance(tree, (tuple, list)):
        for k, part in enumerate(tree):
            yield from leaves(part, f"{path}[{k}]")
    elif isinstance(tree, (np.ndarray, np.generic)):
        if tree.dtype.kind in "fc":
            yield path, tree
    elif isinstance(tree, (int, float, complex)) and not isinstance(tree, bool):
        yield path, tree
    else:
        for name, part in (fields_of(tree) or {}).items():
            yield from leaves(part, f"{path}.{name}")


def entries_of(tree: Any) -> Iterator[tuple[str, Any]]:
    """Each number of a structure with its place in it."""
    for path, leaf in leaves(tree, ""):
        for index in np.ndindex(np.shape(leaf)):
            yield path + (str(list(index)) if index else ""), leaf


def flatten(tree: Any) -> Any:
    """All numbers of a structure as one vector of doubles, or of complex numbers where one is complex.

    >>> flatten({"a": 2, "b": [np.ones(2), "c"]})
    array([2., 1., 1.])
    """
    parts = [np.ravel(leaf) for _, leaf in leaves(tree, "")]
    flat = np.concatenate([np.zeros(0), *parts])
    return flat if flat.dtype.kind == "c" else flat.astype(float)


def unflatten(flat: Any, like: Any) -> Any:
    """The inverse of `flatten`: a structure like another, of other numbers; a float where the other has an int.

    >>> unflatten(np.array([1.0, 2.0]), (7, [7.0]))
    (1.0, [2.0])
    """
    left = iter(flat)

    def rebuilt(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {key: rebuilt(part) for key, part in tree.items()}
        if isinstance(tree, (tuple, list)):
            parts = [rebuilt(part) for part in tree]
            return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
        if isinstance(tree, (np.ndarray, np.generic)) and tree.dtype.kind in "fc":
            entries = [_as_complex_as(next(left), tree) for _ in range(tree.size)]
            return np.array(entries, tree.dtype).reshape(tree.shape)[() if tree.ndim == 0 else ...]
        if isinstance(tree, (int, float, complex)) and not isinstance(tree, (bool, np.generic)):
            return _as_complex_as(next(left), tree).item()
        fields = fields_of(tree)
        return tree if fields is None else make_object(type(tree), **rebuilt(fields))

    return rebuilt(like)


def _as_complex_as(number: Any, like: Any) -> Any:
    """A number of a vector, or its real part for what is real."""
    return number if np.iscomplexobj(like) else number.real
