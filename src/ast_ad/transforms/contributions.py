"""Contributions to cotangents: in the shape and dtype of the operand, and added where a cotangent exists already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ast_ad import runtime
from ast_ad.analyses.liveness import liveness
from ast_ad.analyses.moves import taken_out
from ast_ad.analyses.repetition import may_repeat
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Function, Lit, Program, Stmt, Var
from ast_ad.ir.kinds import (
    Array,
    Kind,
    List,
    Scalar,
    bound_kind,
    carries_derivative,
    cotangent_kind,
    dims_of,
    dtype_of,
    fits,
    is_complex,
    is_number,
    known_equal,
    not_one,
    rank,
)
from ast_ad.ir.walk import statements
from ast_ad.rules.table import primitive_of
from ast_ad.rules.terms import Term, make, real_part, term
from ast_ad.transforms.trees import Tree, add, element, may_be_none, structure

_UPDATES = (P.APPEND, P.POP, P.LIST_SET, P.LIST_ADD, P.INDEX_UPDATE, P.INDEX_ADD)


def fit(tree: Tree, arg: Var, unbroadcast: bool) -> Tree:
    """A contribution in the shape and dtype of the operand it belongs to."""
    kind = bound_kind(kind_of(arg))  # the statement read it
    if not isinstance(tree, Term) or not is_number(kind):
        return tree
    if unbroadcast and not fits(tree.kind, kind):
        tree = summed(tree, arg)
    have, want = dtype_of(tree.kind), dtype_of(kind)
    wrong = have is not None and want is not None and have != want and carries_derivative(kind)
    return make(P.CAST_LIKE, tree, Term(arg)) if wrong and is_complex(tree.kind) == is_complex(kind) else tree


def _is_real(tree: Tree) -> bool:
    return isinstance(tree, Term) and is_number(tree.kind) and not is_complex(tree.kind)


def real_where_real(tree: Tree, like: Term) -> Tree:
    """A cotangent of `like`: the real part of what a complex result gives to a real value."""
    kind = bound_kind(like.kind)
    items = structure(kind)
    if isinstance(tree, tuple) and items is not None:
        return tuple(real_where_real(part, element(like, kind, k)) for k, part in enumerate(tree))
    return real_part(tree, like) if isinstance(tree, Term) else tree


def complex_where_complex(tree: Tree, kind: Kind, numbers: bool = False) -> Tree:
    """A derivative of a value of this kind as what may be written to: complex where that is; `numbers` as well."""
    kind = bound_kind(kind)
    items = structure(kind)
    if isinstance(tree, tuple) and items is not None:
        return tuple(complex_where_complex(part, item, numbers) for part, item in zip(tree, items, strict=True))
    if not _is_real(tree) or not is_complex(kind) or (rank(kind) == 0 and not numbers):
        return tree
    if tree.is_lit:
        return term(complex(tree.value))
    return make(P.TO_COMPLEX, tree) if isinstance(kind, Scalar) else make(P.ADD, tree, term(0j))


def calls_the_unknown(program: Program) -> bool:
    """Whether a program gets numbers of which nothing is known: from a call that nobody can read."""
    every = (s for f in program.functions.values() for s in statements(f.block))
    return any(isinstance(s, Call) and s.fn is P.CALL_OPAQUE for s in every)


def checked(tree: Tree, like: Term) -> Tree:
    """A derivative of unknown dtype, which is complex only where `like` is: else an error at run time."""
    if not (isinstance(tree, Term) and isinstance(tree.kind, Array) and tree.kind.dtype is None):
        return tree
    real_as = primitive_of(runtime.real_as)
    assert real_as is not None
    return make(real_as, tree, like)


def summed(tree: Term, arg: Var) -> Term:
    """A contribution summed over the axes that broadcasting gave it."""
    have, want = dims_of(tree.kind), dims_of(bound_kind(kind_of(arg)))
    total = primitive_of(np.sum)
    assert total is not None
    if want == () and (have is None or have):
        return make(total, tree)
    if have is None or want is None or len(have) < len(want):
        return make(P.UNBROADCAST, tree, Term(arg))
    extra = len(have) - len(want)
    axes: list[int] = []
    for k, dim in enumerate(want):
        wide = have[extra + k]
        if dim == 1:
            if wide != 1:
                axes.append(extra + k)
        elif not (not_one(dim) or known_equal(wide, dim)):
            return make(P.UNBROADCAST, tree, Term(arg))
    if axes and extra:
        return make(P.UNBROADCAST, tree, Term(arg))
    if not axes and not extra:
        return tree
    if axes:
        return make(total, tree, axis=axes[0] if len(axes) == 1 else tuple(axes), keepdims=True)
    return make(total, tree, axis=0 if extra == 1 else tuple(range(extra)))


def is_scatter(tree: Tree) -> bool:
    """Whether a contribution goes to a part of a value only."""
    return isinstance(tree, Term) and tree.fn in (P.INDEX_ADD, P.LIST_ADD) and tree.args[0].fn is P.ZEROS_LIKE


def place_in_a_list(atom: Var, made: Mapping[Var, Call]) -> Call | None:
    """The call that took a variable out of a run-time list."""
    call = made.get(atom)
    if call is None or call.fn is not P.LIST_GET or call.params:
        return None
    return call if isinstance(bound_kind(kind_of(call.args[0])), List) else None


def with_their_lists(variables: Iterable[Var], made: Mapping[Var, Call]) -> Iterable[Var]:
    """Variables, and the lists that they were taken out of."""
    found: dict[Var, None] = {}
    waiting = list(variables)
    while waiting:
        var = waiting.pop(0)
        found[var] = None
        place = place_in_a_list(var, made)
        if place is not None and isinstance(whole := place.args[0], Var) and whole not in found:
            waiting.append(whole)
    return found


def exchanged(function: Function, made: Mapping[Var, Call]) -> set[Call]:
    """The reads of elements that are updated and put back, and the writes that do so, with nothing in between.

    The cotangent of the list then keeps its element until that of the element that was taken comes in its place.
    """
    found: set[Call] = set()
    for take, put in taken_out(function.block, liveness(function)).items():
        atom = put.args[1]
        while isinstance(atom, Var) and atom in made and made[atom].fn in _UPDATES and atom is made[atom].outs[0]:
            atom = made[atom].args[0]
        if atom is take.outs[0]:
            found |= {take, put}
    return found


def scattered_further(tree: Tree, place: Call) -> Term:
    """A contribution to a part of an element of a list, as a contribution to the list."""
    assert isinstance(tree, Term)
    whole, *path = map(Term, place.args)
    return make(P.LIST_ADD, make(P.ZEROS_LIKE, whole), tree.args[1], *path, *tree.args[2:], **tree.params)


def merged(old: Tree, tree: Tree) -> Tree:
    """The sum of a cotangent and a contribution; a scatter goes into the cotangent that exists."""
    if is_scatter(tree) and isinstance(old, Term):
        assert isinstance(tree, Term)
        assert tree.fn is not None
        if may_be_none(old):
            old = make(P.OR_ZEROS, old, tree.args[0].args[0])
        old = complex_where_complex(old, tree.args[0].args[0].kind)
        return make(tree.fn, old, *tree.args[1:], **tree.params)
    return add(old, tree)


def first(tree: Tree, defined: Mapping[Var, Stmt]) -> Tree:
    """The first contribution; distinct elements of zeros are assigned rather than added to."""
    if not is_scatter(tree):
        return tree
    assert isinstance(tree, Term)
    if tree.fn is P.INDEX_ADD and not _may_repeat(tree, defined):
        return make(P.INDEX_UPDATE, *tree.args, **tree.params)
    whole, _, *path = (a.kind for a in tree.args)
    if tree.fn is P.LIST_ADD and isinstance(P.path_kind((whole, *path), tree.params), Scalar):
        return make(P.LIST_SET, *tree.args, **tree.params)
    return tree


def stretched_over(tree: Tree, out: Var, atom: Atom) -> Tree:
    """A cotangent that is not yet stretched to the shape of a branch's out, to that of what the arm gives for it."""
    if isinstance(tree, tuple):
        return tuple(stretched_over(part, out, atom) for part in tree)
    if not isinstance(tree, Term) or tree.atom is not None or not isinstance(atom, Var):
        return tree
    if tree.fn is P.BROADCAST_LIKE and tree.args[1].atom is out:
        return Term(fn=tree.fn, args=(tree.args[0], Term(atom)), params=tree.params)
    if tree.fn is P.NEG:
        inner = stretched_over(tree.args[0], out, atom)
        assert isinstance(inner, Term)
        return Term(fn=tree.fn, args=(inner,), params=tree.params)
    return tree


def _may_repeat(scatter: Term, defined: Mapping[Var, Stmt]) -> bool:
    """Whether two values may be added to one element; the subscript's arrays may be terms."""
    terms: dict[Var, Stmt] = {}
    places: list[Atom] = []
    for place in scatter.args[2:]:
        atom = place.atom
        if atom is None:
            assert place.fn is not None
            atom = Var("", place.kind)
            args = tuple(a.atom if a.atom is not None else Var("", a.kind) for a in place.args)
            terms[atom] = Call((atom,), place.fn, args, tuple(place.params.items()))
        places.append(atom)
    call = Call((), scatter.fn or P.INDEX_ADD, (Lit(0), Lit(0), *places), tuple(scatter.params.items()))
    return may_repeat(call, {**defined, **terms} if terms else defined)


def joined_kind(kind: Kind, a: Atom, b: Atom) -> Kind | None:
    """The kind of a cotangent that comes from either arm."""
    known = [kind_of(x) for x in (a, b) if isinstance(x, Var)]
    if isinstance(kind, (Scalar, Array)):
        for k in known:
            if isinstance(k, Array) or len(known) == 1:
                return cotangent_kind(kind) if rank(k) != rank(kind) else k
    return cotangent_kind(kind)
