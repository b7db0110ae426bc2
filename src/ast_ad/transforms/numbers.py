"""Cotangents of numbers are numbers: what NumPy gives as an array of rank 0 is taken out of it at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Var
from ast_ad.ir.kinds import FLOAT, Array, Kind, Scalar
from ast_ad.rules.modes import Elementwise
from ast_ad.rules.table import rule_of
from ast_ad.rules.terms import Term, make, term
from ast_ad.transforms.trees import Tree

#: what gives a NumPy scalar where the result has no axes, whatever it is called with
_OF_SCALARS = frozenset(
    f"np.{name}" for name in ("dot", "matmul", "max", "mean", "min", "prod", "sum", "trace", "vdot", "linalg.norm")
)

#: what gives an array where the result has no axes
_OF_ARRAYS = frozenset(f"np.{name}" for name in ("where", "select", "reshape"))


def as_number(tree: Tree, kind: Kind, makers: Mapping[Var, Any]) -> Tree:
    """The cotangent of a value of this kind: of a number no array; `makers` tells what defines a variable."""
    if not isinstance(tree, Term) or not isinstance(tree.kind, Array) or tree.kind.dims != ():
        return tree
    if isinstance(kind, Array) and kind.dims == () and kind.cell is False:
        return make(P.VALUE_OF_CELL, tree) if _is_array(tree, makers, 20) else tree
    if kind != FLOAT:
        return tree
    single = tree.kind.dtype not in (None, "float64")
    return make(P.TO_FLOAT, tree) if single or _may_be_array(tree, makers, 20) else tree


def in_dtype(tree: Tree, like: Atom) -> Tree:
    """A tangent or cotangent of an array in the dtype of the array."""
    kind = kind_of(like)
    single = isinstance(kind, Array) and kind.dims == () and kind.dtype in ("float16", "float32")
    if single and (tree is None or (isinstance(tree, Term) and isinstance(tree.kind, Scalar))):
        return make(P.CAST_LIKE, term(0.0) if tree is None else tree, Term(like))
    if not isinstance(tree, Term) or not isinstance(kind, Array) or not isinstance(tree.kind, Array):
        return tree
    known = tree.kind.dtype, kind.dtype
    if None in known or known[0] == known[1] or {np.dtype(dtype).kind for dtype in known} not in ({"f"}, {"c"}):
        return tree
    return make(P.CAST_LIKE, tree, Term(like))


def _is_array(tree: Term, makers: Mapping[Var, Any], depth: int) -> bool:
    """Whether a value without axes is an array, and no NumPy scalar."""
    fn, args = tree.fn, tree.args
    if isinstance(tree.atom, Var):
        made = makers.get(tree.atom)
        if not isinstance(made, Call) or not isinstance(made.fn, P.Primitive):
            return False
        fn, args = made.fn, tuple(map(_term, made.args))
    if fn in (P.ADD, P.SUB):  # which may be written in place
        return depth > 0 and any(_is_of_rank_0(a) and _is_array(a, makers, depth - 1) for a in args)
    return fn is not None and (fn.name in _OF_ARRAYS or fn in (P.ZEROS_LIKE, P.BROADCAST_LIKE))


def _may_be_array(tree: Term, makers: Mapping[Var, Any], depth: int) -> bool:
    """Whether a value without axes may be an array, and no NumPy scalar."""
    fn, args, params = tree.fn, tree.args, tree.params
    if isinstance(tree.atom, Var):
        made = makers.get(tree.atom)
        if not isinstance(made, Call) or not isinstance(made.fn, P.Primitive):
            return True
        fn, args, params = made.fn, tuple(map(_term, made.args)), dict(made.params)
    if fn is None:
        return False
    if fn in (P.ADD, P.SUB):  # which may be written in place
        return not depth or any(_is_of_rank_0(a) and _may_be_array(a, makers, depth - 1) for a in args)
    if fn.name in _OF_SCALARS:
        return bool(params.get("keepdims"))
    return not isinstance(rule_of(fn), Elementwise)


def _term(atom: Atom) -> Term:
    return Term(atom)


def _is_of_rank_0(value: Term) -> bool:
    return isinstance(value.kind, Array)
