"""Classes and methods of the standard library that are read as ours, written in Python, which stand for them."""

from __future__ import annotations

import collections
from typing import Any

from ast_ad.frontend import deques, heaps, iterators, mappings, reorderings, searches, sets

#: the class that is read, by that of the standard library
_STAND_INS: dict[type, type] = {
    collections.Counter: mappings.Counter,
    collections.OrderedDict: mappings.OrderedDict,
    collections.defaultdict: mappings.defaultdict,
    collections.deque: deques.deque,
    set: sets.set_,
}
#: the modules of functions that are read for others, and of rules
_READ = (deques, heaps, iterators, mappings, reorderings, searches, sets)
_SPARSE = "ast_ad.frontend.sparse_matrices"  # read when a program makes a sparse matrix
_OF_STAND_INS = (*(module.__name__ for module in _READ), "ast_ad.implicit", "ast_ad.integrals", _SPARSE)
_FOR = {ours: theirs for theirs, ours in _STAND_INS.items()}


def stand_in_of(cls: Any) -> type | None:
    """The class of ours that is read for a class, if there is one; of a stand-in itself."""
    if not isinstance(cls, type):
        return None
    return cls if is_stand_in(cls) else _STAND_INS.get(cls)


def stands_for(cls: Any) -> Any:
    """The class that a program sees: of a stand-in the one that it stands for, of any other class itself.

    >>> stands_for(deques.deque), stands_for(list)
    (<class 'collections.deque'>, <class 'list'>)
    """
    return _FOR.get(cls, cls)


def is_stand_in(cls: Any) -> bool:
    """Whether a class stands for one of the standard library, or for a sparse matrix."""
    return cls in _FOR or getattr(cls, "__module__", None) == _SPARSE


def of_stand_in(function: Any) -> bool:
    """Whether a function is one of ours that is read for one of the standard library."""
    return getattr(function, "__module__", None) in _OF_STAND_INS
