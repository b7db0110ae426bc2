"""Cotangents and tangents in the making: a tree of terms with the structure of the value they belong to.

None                a structural zero, which costs nothing
Term                of a number, an array or a run-time list
tuple of trees      of a tuple, a dict (in the order of its keys) or a list of known length
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import (
    Array,
    Dict,
    Fixed,
    Kind,
    Maybe,
    Opaque,
    Scalar,
    Static,
    Tuple,
    bound_kind,
    is_number,
    may_be_unbound,
)
from ast_ad.rules.terms import Term, make, term

Tree: TypeAlias = Any


def structure(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of the elements of a structure; None for what has one term."""
    if isinstance(kind, Maybe):
        return None if may_be_unbound(kind) else structure(kind.kind)
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
    """The zero cotangent of a value, written out: 0.0 for a number, else zeros; None where it may be unbound."""
    value = Term(like)
    kind = value.kind
    if isinstance(like, Var) and may_be_unbound(like.kind):
        return Term(Lit(None))
    if isinstance(kind, Scalar):
        return term(0j if kind.type == "complex" else 0.0)
    if isinstance(kind, Array) and kind.dims == ():
        return term(0.0)
    if isinstance(kind, Dict) and kind.type is not None:
        return dense((None,) * len(kind.items), value)
    if isinstance(kind, (Opaque, Static)):
        return Term(Lit(None))
    return make(P.ZEROS_LIKE, value)


def dense(tree: Tree, like: Term) -> Term:
    """A tree as one term, its zeros written out; `like` is the value it belongs to."""
    if isinstance(tree, Term):
        return tree
    if tree is None and isinstance(like.kind, (Opaque, Static)):
        return Term(Lit(None))
    if tree is None and isinstance(like.kind, Dict) and like.kind.type is not None:
        tree = (None,) * len(like.kind.items)
    if tree is None:
        return zero(like.atom) if like.atom is not None else make(P.ZEROS_LIKE, like)
    parts = [dense(t, element(like, like.kind, k)) for k, t in enumerate(tree)]
    return join_parts(parts, like.kind)


def may_be_none(value: Tree) -> bool:
    """Whether a cotangent is None where nobody contributed: that of a value that may be unbound."""
    if not isinstance(value, Term):
        return False
    return value.atom is not None and (
        may_be_unbound(value.atom.kind) if isinstance(value.atom, Var) else value.atom.value is None
    )


def join_parts(parts: list[Term], kind: Kind) -> Term:
    """A structure of this kind made of its parts."""
    kind = bound_kind(kind)
    if isinstance(kind, Dict):
        named = {} if kind.type is None else {"type": kind.type}
        return make(P.MAKE_DICT, *parts, keys=kind.keys, **named)
    return make(P.MAKE_FIXED if isinstance(kind, Fixed) else P.MAKE_TUPLE, *parts)


def add(a: Tree, b: Tree) -> Tree:
    """The sum of two trees."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple) or isinstance(b, tuple):
        count = len(a) if isinstance(a, tuple) else len(b)
        return tuple(add(_part(a, k), _part(b, k)) for k in range(count))
    if may_be_none(a) or may_be_none(b):
        return make(P.ADD_MAYBE, a, b)
    return make(P.ADD, a, b) if is_number(a.kind) and is_number(b.kind) else make(P.ADD_STRUCTURES, a, b)


def _part(tree: Tree, k: int) -> Tree:
    return tree[k] if isinstance(tree, tuple) else element(tree, tree.kind, k)
