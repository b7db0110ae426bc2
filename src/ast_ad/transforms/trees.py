"""Cotangents and tangents in the making: a tree of terms with the structure of the value they belong to.

    None                a structural zero, which costs nothing
    Term                of a number, an array or a run-time list
    tuple of trees      of a tuple, a dict (in the order of its keys) or a list of known length
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom
from ast_ad.ir.kinds import Array, Dict, Fixed, Kind, List, Maybe, Scalar, Tuple, is_number
from ast_ad.rules.terms import Term, make, term

Tree: TypeAlias = Any


def structure(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of the elements of a structure; None for what has one term."""
    if isinstance(kind, Maybe):
        return structure(kind.kind)
    return kind.items if isinstance(kind, (Tuple, Dict, Fixed)) else None


def leaf_kinds(kind: Kind) -> Iterator[Kind]:
    """The kinds of the leaves of a structure, in order."""
    items = structure(kind)
    if items is None:
        yield kind
    else:
        for item in items:
            yield from leaf_kinds(item)


def flatten(tree: Tree, kind: Kind) -> list[Term | None]:
    """The leaves of a tree for a value of this kind."""
    items = structure(kind)
    if items is None:
        return [tree]
    if isinstance(tree, Term):
        tree = tuple(element(tree, kind, k) for k in range(len(items)))
    parts = tree if tree is not None else (None,) * len(items)
    return [leaf for part, item in zip(parts, items, strict=True) for leaf in flatten(part, item)]


def unflatten(leaves: Iterator[Term | None], kind: Kind) -> Tree:
    """The tree whose leaves are the next of `leaves`."""
    items = structure(kind)
    if items is None:
        return next(leaves)
    parts = tuple(unflatten(leaves, item) for item in items)
    return None if all(p is None for p in parts) else parts


def element(value: Term, kind: Kind, k: int) -> Term:
    """The kth element of a structure that is one term."""
    return make(P.ITEM, value, key=kind.keys[k] if isinstance(kind, Dict) else k)


def zero(like: Atom) -> Term:
    """The zero cotangent of a value, written out: 0.0 for a number, else zeros of its shape."""
    value = Term(like)
    kind = value.kind
    if isinstance(kind, Scalar):
        return term(0j if kind.type == "complex" else 0.0)
    if isinstance(kind, Array) and kind.dims == ():
        return term(0.0)
    return make(P.ZEROS_LIKE, value)


def dense(tree: Tree, like: Term) -> Term:
    """A tree as one term, its zeros written out; `like` is the value it belongs to."""
    if isinstance(tree, Term):
        return tree
    items = structure(like.kind)
    if items is None or tree is None:
        if items is not None and any(not is_number(k) and not isinstance(k, List) for k in items):
            return make(P.ZEROS_LIKE, like)
        return zero(like.atom) if like.atom is not None else make(P.ZEROS_LIKE, like)
    parts = [dense(t, element(like, like.kind, k)) for k, t in enumerate(tree)]
    return join_parts(parts, like.kind)


def join_parts(parts: list[Term], kind: Kind) -> Term:
    """A structure of this kind made of its parts."""
    kind = kind.kind if isinstance(kind, Maybe) else kind
    if isinstance(kind, Dict):
        return make(P.MAKE_DICT, *parts, keys=kind.keys)
    return make(P.MAKE_FIXED if isinstance(kind, Fixed) else P.MAKE_TUPLE, *parts)


def add(a: Tree, b: Tree) -> Tree:
    """The sum of two trees."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple) or isinstance(b, tuple):
        one = a if isinstance(a, tuple) else (a,) * 0
        if isinstance(a, Term) or isinstance(b, Term):
            whole, parts = (a, b) if isinstance(a, Term) else (b, a)
            one = tuple(element(whole, whole.kind, k) for k in range(len(parts)))
            return tuple(add(x, y) for x, y in zip(one, parts, strict=True))
        return tuple(add(x, y) for x, y in zip(one, b, strict=True))
    return make(P.ADD, a, b) if is_number(a.kind) and is_number(b.kind) else make(P.ADD_STRUCTURES, a, b)
