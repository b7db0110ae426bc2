"""The words that programs with sparse matrices are read as.

A matrix at run time is a constant (`Opaque` with a dtype).  Products and solves get its entries beside it, by which
they have derivatives; in the text they are `A @ x` and `spsolve(A, b)` (`optimize.constants`).
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import INT, Array, Kind, Opaque, Scalar, Tuple, not_one
from ast_ad.ir.primitives import HOLE, Kinds, Primitive, always
from ast_ad.rules.binding import HONOURED
from ast_ad.rules.results import array_dims, inexact, promoted
from ast_ad.rules.structures import zeros
from ast_ad.rules.table import RULES, custom, helper, primitive_of, register
from ast_ad.rules.terms import make


def _dtype(kind: Kind) -> str | None:
    of_number = {"int": "int64", "bool": "bool"}.get(kind.type, "float64") if isinstance(kind, Scalar) else None
    return of_number or getattr(kind, "dtype", None)


def _sparse(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """A sparse matrix whose entries are computed from these."""
    known = [Array(_dtype(k), ()) for k in kinds if isinstance(k, (Opaque, Array, Scalar))]
    kind = next((k.type for k in kinds if isinstance(k, Opaque)), "")
    return Opaque(kind, promoted(known) or "float64")


def _word(name: str, function: Any, kinds: Any = _sparse, words: Sequence[str] = (), **how: Any) -> Primitive:
    """A function of matrices at run time, which count as constants."""

    def stand_in(*args: Any, **params: Any) -> Any:
        return function(*args, **params)

    primitive = Primitive(name, function, kinds, method=name.startswith("."), **how)
    HONOURED[primitive] = frozenset(words)
    _functions[primitive] = stand_in
    register(stand_in, primitive)
    return primitive


_functions: dict[Primitive, Any] = {}


def _made(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    entries = kinds[0].items[0] if isinstance(kinds[0], Tuple) else kinds[0]
    return Opaque(params["maker"], _dtype(entries) or "float64")


def _make(arg1: Any, maker: str, shape: Any = None) -> Any:
    import scipy.sparse

    return getattr(scipy.sparse, maker)(arg1, shape=shape)


def _make_diagonals(parts: Any, maker: str, **settings: Any) -> Any:
    import scipy.sparse

    return getattr(scipy.sparse, maker)(parts, **settings)


def _of_diagonals(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    parts = kinds[0].items if hasattr(kinds[0], "items") else (kinds[0].item,)  # type: ignore[attr-defined]
    return Opaque("dia_matrix", promoted([Array(_dtype(p), ()) for p in parts]) or "float64")


def _make_identity(*sizes: Any, maker: str, **settings: Any) -> Any:
    import scipy.sparse

    return getattr(scipy.sparse, maker)(*sizes, **settings)


def _kron(one: Any, other: Any, **settings: Any) -> Any:
    import scipy.sparse

    return scipy.sparse.kron(one, other, **settings)


def _factors(matrix: Any) -> Any:
    from scipy.sparse.linalg import splu

    return splu(matrix)


_total = Array("float64", ())
_places = Array("int64", (None,))
sparse_product = _functions[_word("A sparse matrix", _make, _made, ("maker", "shape"), result="element")]
with_diagonals = _functions[
    _word("sparse_diagonals", _make_diagonals, _of_diagonals, ("maker", "offsets", "shape", "format"))
]
transpose_of = _functions[_word("np.transpose", np.transpose, total=always, cost=0)]
negative_of = _functions[_word("neg", operator.neg, total=always)]
scaled_by = _functions[_word("*", operator.mul)]
quotient_of = _functions[_word("/", operator.truediv)]
sum_of = _functions[_word("+", operator.add)]
difference_of = _functions[_word("-", operator.sub)]
product_of = _functions[_word("@", operator.matmul)]
to_csr, to_csc, to_coo = (
    _functions[_word(f".{name}", operator.methodcaller(name), total=always)] for name in ("tocsr", "tocsc", "tocoo")
)
diagonal_of = _functions[
    _word(".diagonal", lambda matrix: matrix.diagonal(), lambda ks, p: Array(_dtype(ks[0]), (None,)), total=always)
]
multiplied = _functions[_word(".multiply", lambda matrix, other: matrix.multiply(other))]
kronecker = _functions[_word("scipy.sparse.kron", _kron, words=("format",))]
total_of = _functions[_word(".sum", lambda matrix: matrix.sum(), lambda ks, p: _total, total=always)]
shape_of = _functions[_word("np.shape", np.shape, lambda ks, p: Tuple((INT, INT)), total=always, cost=0)]
identity_of = _functions[
    _word("sparse_identity", _make_identity, lambda ks, p: Opaque("dia_matrix", "float64"), ("maker", "format", "k"))
]
factors_of = _functions[_word("scipy.sparse.linalg.splu", _factors, lambda ks, p: Opaque("SuperLU", "float64"))]
entries_of = _functions[
    _word("stored_entries", runtime.stored_entries, lambda ks, p: Array(_dtype(ks[0]), (None,)), total=always)
]
rows_of = _functions[_word("stored_rows", runtime.stored_rows, lambda ks, p: _places, total=always)]
columns_of = _functions[_word("stored_columns", runtime.stored_columns, lambda ks, p: _places, total=always)]
diagonal_rows = _functions[
    _word("diagonal_rows", runtime.diagonal_rows, lambda ks, p: _places, ("offset",), total=always)
]
matches = _functions[
    _word("matching_places", runtime.matching_places, lambda ks, p: Tuple((_places, _places)), total=always)
]

#: `np.concatenate` of entries, which cannot fail
_concatenate = primitive_of(np.concatenate)
assert _concatenate is not None
JOIN = Primitive("np.concatenate", np.concatenate, _concatenate.kinds, total=always)
RULES[JOIN] = RULES[_concatenate]

#: the value of the first, with the derivative of the second
INSTEAD = Primitive("instead", lambda value, twin: value, lambda ks, p: ks[0], result="view", total=always, cost=0)
custom(INSTEAD, lambda ans, t, value, twin: t[1], (None, lambda ct, ans, value, twin: ct))


# Sums over entries


def _product_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    matrix, x = kinds[0], kinds[-1]
    dims = array_dims(x)
    dtype = inexact(promoted([Array(_dtype(matrix), ()), x]))
    return Array(dtype, None if dims is None else (None, *dims[1:]))


def _like_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(inexact(promoted([kinds[0], kinds[3]])), array_dims(kinds[4]))


entries_product = helper(runtime.entries_product, _like_kind)
linear_in_both = primitive_of(runtime.entries_product)


def _by_entries(ct: Any, rows: Any, columns: Any, x: Any) -> Any:
    """What each entry of a matrix gets from a product with x."""
    found = ct[rows] * x[columns]
    return found if x.ndim == 1 else np.sum(found, axis=1)


def _entries_tangent(ans: Any, t: Any, entries: Any, rows: Any, columns: Any, x: Any, like: Any) -> Any:
    total: Any = None
    for entry, place in ((t[0], x), (entries, t[3])):
        if entry is not None and place is not None:
            part = entries_product(entry, rows, columns, place, like)
            total = part if total is None else total + part
    return total


custom(
    linear_in_both,
    _entries_tangent,
    {
        0: lambda ct, ans, entries, rows, columns, x, like: _by_entries(ct, rows, columns, x),
        3: lambda ct, ans, entries, rows, columns, x, like: entries_product(entries, columns, rows, ct, x),
    },
)

#: `A @ x`
MATMUL = Primitive("sparse_matmul", lambda A, entries, rows, columns, x: A @ x, _product_kind, cost=3)


def _matmul_tangent(ans: Any, t: Any, A: Any, entries: Any, rows: Any, columns: Any, x: Any) -> Any:
    total = None if t[4] is None else make(MATMUL, A, entries, rows, columns, t[4])
    if t[1] is not None:
        part = entries_product(t[1], rows, columns, x, ans)
        total = part if total is None else total + part
    return total


custom(
    MATMUL,
    _matmul_tangent,
    {
        1: lambda ct, ans, A, entries, rows, columns, x: _by_entries(ct, rows, columns, x),
        4: lambda ct, ans, A, entries, rows, columns, x: make(MATMUL, np.transpose(A), entries, columns, rows, ct),
    },
)

#: `A.toarray()`
DENSE = Primitive(
    "sparse_dense",
    lambda A, entries, rows, columns: A.toarray(),
    lambda ks, p: Array(_dtype(ks[0]), (None, None)),
    total=always,
)
custom(
    DENSE,
    lambda ans, t, A, entries, rows, columns: make(P.INDEX_ADD, zeros(ans), t[1], rows, columns, index=(HOLE, HOLE)),
    {1: lambda ct, ans, A, entries, rows, columns: ct[rows, columns]},
)


# Solves


def _solve(A: Any, entries: Any, rows: Any, columns: Any, b: Any) -> Any:
    from scipy.sparse.linalg import spsolve

    return spsolve(A, b)


def solved_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of `spsolve(A, b)`: a vector also where b is a single column."""
    dims = array_dims(kinds[-1])
    if dims is not None and len(dims) == 2:
        dims = dims[:1] if dims[1] == 1 else dims if not_one(dims[1]) else None
    return Array(inexact(promoted([Array(_dtype(kinds[0]), ()), kinds[-1]])), dims)


#: `scipy.sparse.linalg.spsolve(A, b)`
SOLVE = Primitive("sparse_solve", _solve, solved_kind, cost=5)
#: `factors.solve(b, trans)`, of those that `splu` gives
SOLVE_WITH = Primitive(
    "sparse_solve_with",
    lambda factors, entries, rows, columns, b, trans="N": factors.solve(b, trans),
    lambda ks, p: Array("float64", array_dims(ks[-1])),
    cost=4,
)


def shaped(x: Any, ans: Any, b: Any) -> Any:
    """What has the shape of a solution in that of the right side, which may be a single column."""
    return x if array_dims(b.kind) == array_dims(ans.kind) else np.reshape(x, np.shape(b))


def _solve_rule(word: Primitive, transposed: Any) -> None:
    def tangent(ans: Any, t: Any, A: Any, entries: Any, rows: Any, columns: Any, b: Any, **how: Any) -> Any:
        move = t[4]
        if t[1] is not None:
            part = entries_product(t[1], rows, columns, ans, ans)
            move = -part if move is None else np.reshape(move, np.shape(ans)) - part
        return make(word, A, entries, rows, columns, move, **how)

    def by_entries(ct: Any, ans: Any, A: Any, entries: Any, rows: Any, columns: Any, b: Any, **how: Any) -> Any:
        found = transposed(A, entries, rows, columns, ct, **how)
        return -_by_entries(shaped(found, ans, b), rows, columns, shaped(ans, ans, b))

    def by_b(ct: Any, ans: Any, A: Any, entries: Any, rows: Any, columns: Any, b: Any, **how: Any) -> Any:
        return shaped(transposed(A, entries, rows, columns, ct, **how), ans, b)

    custom(word, tangent, {1: by_entries, 4: by_b}, keywords=("trans",))


def _of_transpose(A: Any, entries: Any, rows: Any, columns: Any, ct: Any) -> Any:
    return make(SOLVE, np.transpose(A), entries, columns, rows, ct)


def _with_transpose(A: Any, entries: Any, rows: Any, columns: Any, ct: Any, trans: str = "N") -> Any:
    other = {"N": "T", "T": "N"}[trans]
    return make(SOLVE_WITH, A, entries, columns, rows, ct, **({"trans": other} if other != "N" else {}))


_solve_rule(SOLVE, _of_transpose)
_solve_rule(SOLVE_WITH, _with_transpose)


# The functions that stand for the words where `frontend.sparse_matrices` is read


def instead(value: Any, twin: Any) -> Any:
    """The value of the first, with the derivative of the second."""


def joined(parts: Any) -> Any:
    """`np.concatenate(parts)`."""


def sparse_matmul(A: Any, entries: Any, rows: Any, columns: Any, x: Any) -> Any:
    """`A @ x`."""


def sparse_dense(A: Any, entries: Any, rows: Any, columns: Any) -> Any:
    """`A.toarray()`."""


def solved_by(A: Any, entries: Any, rows: Any, columns: Any, b: Any) -> Any:
    """`spsolve(A, b)`."""


def solved_with(factors: Any, entries: Any, rows: Any, columns: Any, b: Any, trans: str = "N") -> Any:
    """`factors.solve(b, trans)`."""


for _function, _primitive in (
    (instead, INSTEAD),
    (joined, JOIN),
    (sparse_matmul, MATMUL),
    (sparse_dense, DENSE),
    (solved_by, SOLVE),
    (solved_with, SOLVE_WITH),
):
    register(_function, _primitive)
#: what the words are written as when all derivatives are taken: the primitive, and which of the operands
WRITTEN: dict[Primitive, tuple[Primitive, tuple[int, ...]]] = {
    MATMUL: (P.MATMUL, (0, 4)),
    DENSE: (Primitive(".toarray", lambda A: A.toarray(), DENSE.kinds, total=always, method=True), (0,)),
    SOLVE: (
        Primitive("scipy.sparse.linalg.spsolve", lambda A, b: _solve(A, None, None, None, b), solved_kind, cost=5),
        (0, 4),
    ),
    SOLVE_WITH: (
        Primitive(".solve", lambda f, b, trans="N": f.solve(b, trans), SOLVE_WITH.kinds, cost=4, method=True),
        (0, 4),
    ),
    INSTEAD: (INSTEAD, (0,)),
}
