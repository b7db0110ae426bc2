"""Repetition: whether a subscript may name an element twice, so that of two values written there one is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Callee, Lit, Stmt, Var
from ast_ad.ir.kinds import Array, Scalar, dims_of, known_equal, rank

_DISTINCT = (
    "np.arange",
    "np.argsort",
    "stable_argsort",
    "np.argpartition",
    "np.flatnonzero",
    "np.lexsort",
)
_DISTINCT_TOGETHER = ("np.nonzero", "np.where", "np.tril_indices", "np.triu_indices", "np.diag_indices")


def may_repeat(call: Call, defined: Mapping[Var, Stmt]) -> bool:
    """Whether the subscript of an index_update may name one element more than once; `defined` has all statements."""
    index = dict(call.params)["index"]
    holes = call.args[2:]
    if P.is_basic(index, [kind_of(a) for a in holes]):
        return False
    if any(not isinstance(kind_of(a), (Array, Scalar)) for a in holes):  # a list of places
        return True
    arrays = [a for a in holes if isinstance(kind_of(a), Array) and rank(kind_of(a)) != 0]
    arrays = [a for a in arrays if not _is_mask(a)]
    if not arrays:
        return False
    sources = [defined.get(a) if isinstance(a, Var) else None for a in arrays]
    if _is_tuple_of_one_call(sources, defined):
        return False
    if any(rank(kind_of(a)) != 1 for a in arrays):
        return True
    return not any(_is_distinct(s, defined) and _is_longest(a, arrays) for s, a in zip(sources, arrays, strict=True))


def _is_longest(one: Atom, arrays: Sequence[Atom]) -> bool:
    """Whether places are not repeated to go with others: all others have as many, or one."""
    own, *others = ((dims_of(kind_of(a)) or (None,))[0] for a in (one, *arrays))
    return len(arrays) == 1 or all(other == 1 or known_equal(own, other) for other in others)


def _is_mask(atom: object) -> bool:
    kind = kind_of(atom)  # type: ignore[arg-type]
    return isinstance(kind, Array) and kind.dtype == "bool"


def _is_distinct(source: Stmt | None, defined: Mapping[Var, Stmt]) -> bool:
    """Whether a statement makes an array of places that are all different."""
    if not isinstance(source, Call) or isinstance(source.fn, Callee):
        return False
    if source.fn.name.endswith(".permutation"):  # of the numbers below one, or of an array, which may hold one twice
        return isinstance(kind_of(source.args[-1]), Scalar)
    if source.fn.name in _DISTINCT:
        return source.fn.name != "np.arange" or len(source.args) < 2 or _is_upward(source)
    if source.fn.name != "np.array" or not isinstance(source.args[0], Var):
        return False
    made = defined.get(source.args[0])
    if not isinstance(made, Call) or made.fn not in (P.MAKE_FIXED, P.MAKE_LIST, P.MAKE_TUPLE):
        return False
    places = [a.value for a in made.args if isinstance(a, Lit)]
    signs = {v < 0 for v in places}
    return len(places) == len(made.args) == len(set(places)) and len(signs) <= 1


def _is_upward(source: Call) -> bool:
    """Whether a range counts from a place that is not negative, so that no two entries name one element."""
    return isinstance(source.args[0], Lit) and source.args[0].value >= 0 and len(source.args) == 2


def _is_tuple_of_one_call(sources: list[Stmt | None], defined: Mapping[Var, Stmt]) -> bool:
    """Whether the arrays are all the items of one tuple of places, such as `np.nonzero` returns."""
    calls = set()
    keys = []
    for source in sources:
        if not isinstance(source, Call) or source.fn is not P.ITEM or not isinstance(source.args[0], Var):
            return False
        made = defined.get(source.args[0])
        if not isinstance(made, Call) or isinstance(made.fn, Callee) or made.fn.name not in _DISTINCT_TOGETHER:
            return False
        calls.add(made)
        keys.append(dict(source.params)["key"])
    whole = len(getattr(kind_of(next(iter(calls)).outs[0]), "items", ()))
    return len(calls) == 1 and sorted(keys) == list(range(whole))
