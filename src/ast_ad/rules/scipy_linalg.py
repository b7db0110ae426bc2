"""Rules of `scipy.linalg`, by those of `numpy.linalg` where the function is the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import BOOL, FLOAT, Array, Kind, Tuple, is_complex, known_equal, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.factorisations import (
    _eigh_cotangent,
    _eigh_tangent,
    _eigvalsh_cotangent,
    _eigvalsh_tangent,
    _lstsq_by_matrix,
    _lstsq_by_right_side,
    _lstsq_kind,
    _lstsq_tangent,
    _qr_cotangent,
    _qr_kind,
    _qr_tangent,
    _svd_cotangent,
    _svd_kind,
    _svd_tangent,
    adjoint,
)
from ast_ad.rules.joining import length_along
from ast_ad.rules.linalg import _norm_kind, _solve_kind
from ast_ad.rules.modes import elements
from ast_ad.rules.products import transposed
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, real, sum_of
from ast_ad.rules.structures import real_as
from ast_ad.rules.table import composite, custom, helper, nondifferentiable, primitive_of, serves_complex
from ast_ad.rules.terms import call, make


def _square(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


# The same as in NumPy

composite(sl.inv, lambda a: np.linalg.inv(a), _square, operands=("a",))
composite(
    sl.det,
    lambda a: np.linalg.det(a),
    lambda ks, p: Array(inexact(name_of(ks[0])), (array_dims(ks[0]) or (None, None))[:-2]),
    operands=("a",),
)


def _norm_of_scipy(kinds: Kinds, params: Any) -> Kind:
    """A Python number where BLAS or LAPACK computes it."""
    found = _norm_kind(kinds, params)
    compiled = (None, 2) if rank(kinds[0]) == 1 else (1, np.inf)
    whole = params.get("axis") is None and not params.get("keepdims")
    return FLOAT if whole and params.get("ord") in compiled else found


composite(
    sl.norm,
    lambda a, ord=None, axis=None, keepdims=False, check_finite=True: call(  # noqa: A006
        np.linalg.norm, a, ord, axis=axis, keepdims=keepdims
    ),
    _norm_of_scipy,
    operands=("a",),
)
composite(
    sl.pinv,
    lambda a, check_finite=True: call(np.linalg.pinv, a),
    lambda ks, p: Array(inexact(name_of(ks[0])), (array_dims(ks[0]) or (None, None))[::-1]),
    operands=("a",),
)


#: what `assume_a` may say of a matrix that is read as a whole, or is symmetric
_WHOLE = (None, "gen", "general", "sym", "symmetric", "her", "hermitian", "pos", "positive definite")


def _solve(
    a: Any, b: Any, lower: bool = False, assume_a: Any = None, transposed: bool = False, check_finite: bool = True
) -> Any:
    if assume_a not in _WHOLE:
        raise UnsupportedArgument(f"scipy.linalg.solve with assume_a={assume_a!r} has no derivative rule")
    return np.linalg.solve(a.T if transposed else a, b)


composite(sl.solve, _solve, _solve_kind, operands=("a", "b"))


def _cholesky(a: Any, lower: bool = False, check_finite: bool = True) -> Any:
    found = np.linalg.cholesky(a)
    return found if lower else adjoint(found)


composite(sl.cholesky, _cholesky, _square, operands=("a",))
composite(
    sl.cho_factor,
    lambda a, lower=False, check_finite=True: (_cholesky(a, lower), make(P.TO_BOOL, int(lower))),
    lambda ks, p: Tuple((_square(ks, p), BOOL)),
    operands=("a",),
)


def _cho_solve(c_and_lower: Any, b: Any, check_finite: bool = True) -> Any:
    parts = elements(c_and_lower)
    assert parts is not None
    c, lower = parts
    triangle = np.where(lower, np.tril(c), adjoint(np.triu(c)))
    return np.linalg.solve(adjoint(triangle), np.linalg.solve(triangle, b))


composite(
    sl.cho_solve,
    _cho_solve,
    lambda ks, p: Array(inexact(promoted([ks[0].items[0], ks[1]])), array_dims(ks[1])),  # type: ignore[attr-defined]
    operands=("c_and_lower", "b"),
)
custom(
    sl.lstsq,
    lambda ans, t, a, b, cond=None, check_finite=True: _lstsq_tangent(ans, t, a, b, cond),
    (
        lambda ct, ans, a, b, cond=None, check_finite=True: _lstsq_by_matrix(ct, ans, a, b, cond),
        lambda ct, ans, a, b, cond=None, check_finite=True: _lstsq_by_right_side(ct, ans, a, b, cond),
    ),
    lambda ks, p: Tuple((_lstsq_kind(ks, p).items[0], Array(None, None), P.NUMBER, _lstsq_kind(ks, p).items[3])),  # type: ignore[attr-defined]
    operands=("a", "b"),
)


def _eigh_kind(kinds: Kinds, params: Any) -> Kind:
    dims, dtype = array_dims(kinds[0]), inexact(name_of(kinds[0]))
    values = Array(real(dtype), None if dims is None else dims[:-1])
    return values if params.get("eigvals_only") else Tuple((values, Array(dtype, dims)))


custom(
    sl.eigh,
    lambda ans, t, a, lower=True, eigvals_only=False, check_finite=True: (
        _eigvalsh_tangent(ans, t, a) if eigvals_only else _eigh_tangent(ans, t, a)
    ),
    lambda ct, ans, a, lower=True, eigvals_only=False, check_finite=True: (
        _eigvalsh_cotangent(ct, ans, a) if eigvals_only else _eigh_cotangent(ct, ans, a)
    ),
    _eigh_kind,
    operands=("a",),
)
custom(
    sl.eigvalsh,
    lambda ans, t, a, lower=True, check_finite=True: _eigvalsh_tangent(ans, t, a),
    lambda ct, ans, a, lower=True, check_finite=True: _eigvalsh_cotangent(ct, ans, a),
    lambda ks, p: _eigh_kind(ks, {"eigvals_only": True}),
    operands=("a",),
)
custom(
    sl.svd,
    lambda ans, t, a, full_matrices=True, compute_uv=True, check_finite=True: _svd_tangent(
        ans, t, a, full_matrices, compute_uv
    ),
    lambda ct, ans, a, full_matrices=True, compute_uv=True, check_finite=True: _svd_cotangent(
        ct, ans, a, full_matrices, compute_uv
    ),
    _svd_kind,
    operands=("a",),
)
custom(
    sl.svdvals,
    lambda ans, t, a, check_finite=True: _svd_tangent(ans, t, a, compute_uv=False),
    lambda ct, ans, a, check_finite=True: _svd_cotangent(ct, ans, a, compute_uv=False),
    lambda ks, p: _svd_kind(ks, {"compute_uv": False}),
    operands=("a",),
)
_MODES = {"full": "complete", "economic": "reduced"}


def _numpy_mode(mode: str) -> str:
    if mode not in _MODES:
        raise UnsupportedArgument(f"scipy.linalg.qr with mode={mode!r} has no derivative rule")
    return _MODES[mode]


custom(
    sl.qr,
    lambda ans, t, a, mode="full", check_finite=True: _qr_tangent(ans, t, a, _numpy_mode(mode)),
    lambda ct, ans, a, mode="full", check_finite=True: _qr_cotangent(ct, ans, a, _numpy_mode(mode)),
    lambda ks, p: (
        Tuple((_qr_kind(ks, {"mode": "r"}),))
        if p.get("mode") == "r"
        else _qr_kind(ks, {"mode": _MODES.get(p.get("mode", "full"), "complete")})
    ),
    operands=("a",),
)

# Triangular systems


def _triangle(x: Any, lower: bool, unit: bool) -> Any:
    return np.tril(x, -1 if unit else 0) if lower else np.triu(x, 1 if unit else 0)


def _turned(trans: Any) -> Any:
    return 1 if trans in (0, "N") else 0


def _triangular_tangent(
    ans: Any,
    t: Any,
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> Any:
    _check_transposed(trans)
    change = t[1]
    if t[0] is not None:
        move = _triangle(t[0], lower, unit_diagonal)
        part = (move if trans in (0, "N") else transposed(move)) @ ans
        change = -part if change is None else change - part
    return call(sl.solve_triangular, a, change, trans=trans, lower=lower, unit_diagonal=unit_diagonal)


def _product(x: Any, y: Any) -> Any:
    return np.outer(x, y) if rank(x.kind) == 1 else x @ y.T


def _check_transposed(trans: Any) -> None:
    if trans in (2, "C"):
        raise UnsupportedArgument(f"scipy.linalg.solve_triangular with trans={trans!r} has no derivative rule")


def _triangular_by_right_side(
    ct: Any,
    ans: Any,
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> Any:
    _check_transposed(trans)
    return call(sl.solve_triangular, a, ct, trans=_turned(trans), lower=lower, unit_diagonal=unit_diagonal)


def _triangular_by_matrix(
    ct: Any,
    ans: Any,
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> Any:
    b_bar = _triangular_by_right_side(ct, ans, a, b, trans, lower, unit_diagonal)
    product = _product(b_bar, ans) if trans in (0, "N") else _product(ans, b_bar)
    return -_triangle(product, lower, unit_diagonal)


custom(
    sl.solve_triangular,
    _triangular_tangent,
    (_triangular_by_matrix, _triangular_by_right_side),
    _solve_kind,
    operands=("a", "b"),
)

# Sylvester's and Lyapunov's equations


def _sylvester_tangent(ans: Any, t: Any, a: Any, b: Any, q: Any) -> Any:
    change = t[2]
    for part in (None if t[0] is None else t[0] @ ans, None if t[1] is None else ans @ t[1]):
        if part is not None:
            change = -part if change is None else change - part
    return call(sl.solve_sylvester, a, b, change)


def _sylvester_back(ct: Any, a: Any, b: Any) -> Any:
    return call(sl.solve_sylvester, a.T, b.T, ct)


custom(
    sl.solve_sylvester,
    _sylvester_tangent,
    (
        lambda ct, ans, a, b, q: -(_sylvester_back(ct, a, b) @ ans.T),
        lambda ct, ans, a, b, q: -(ans.T @ _sylvester_back(ct, a, b)),
        lambda ct, ans, a, b, q: _sylvester_back(ct, a, b),
    ),
    lambda ks, p: Array(inexact(promoted(ks)), array_dims(ks[2])),
    operands=("a", "b", "q"),
)
composite(
    sl.solve_continuous_lyapunov,
    lambda a, q: call(sl.solve_sylvester, a, adjoint(a), q),
    lambda ks, p: Array(inexact(promoted(ks)), array_dims(ks[1])),
    operands=("a", "q"),
)

# Functions of matrices.  Of a block triangle [[a, e], [0, a]] the corner is the derivative at a along e:
# Mathias, "A chain rule for matrix functions and applications" (1996)


def _corner(function: Any, a: Any, e: Any) -> Any:
    if len(array_dims(a.kind) or (None, None)) != 2:
        raise UnsupportedArgument(f"scipy.linalg.{function.__name__} has a derivative rule for one square matrix only")
    n = length_along(a, -1)
    top = np.concatenate((a, e), axis=1)
    bottom = np.concatenate((np.zeros_like(a), a), axis=1)
    return call(function, np.concatenate((top, bottom)))[:n, n:]


def _corner_rule(function: Any, kind: Any, checked: Any) -> None:
    custom(
        function,
        lambda ans, t, A: checked(_corner(function, A, t[0]), A),
        lambda ct, ans, A: checked(_corner(function, A.T, ct), A),
        kind,
        operands=("A",),
    )


def _checked(x: Any, a: Any) -> Any:
    """A result that is real for most real matrices, and an error where it is not."""
    return x if is_complex(x.kind) else real_as(x, a)


def _complex_or_unknown(kinds: Kinds, params: Any) -> Kind:
    return Array(name_of(kinds[0]) if is_complex(kinds[0]) else None, array_dims(kinds[0]))


_corner_rule(sl.expm, _square, lambda x, a: x)
_corner_rule(sl.logm, _complex_or_unknown, _checked)
custom(
    sl.sqrtm,
    lambda ans, t, A: call(sl.solve_sylvester, _checked(ans, A), ans, t[0]),
    lambda ct, ans, A: call(sl.solve_sylvester, _checked(ans, A).T, ans.T, ct),
    _complex_or_unknown,
    operands=("A",),
)

# LU


def _only_square(name: str, a: Any) -> None:
    """A rule for one square matrix; a stack of them, or one of other shape, is refused where the kinds tell it."""
    dims = array_dims(a.kind)
    if dims is not None and (len(dims) != 2 or not (None in dims or known_equal(*dims))):
        raise UnsupportedArgument(f"{name} has a derivative rule for one square matrix only")


def _lu_parts(lu: Any) -> tuple[Any, Any]:
    return np.tril(lu, -1) + call(np.eye, length_along(lu, -1)), np.triu(lu)


def _inner_lu(lower: Any, upper: Any, move: Any) -> Any:
    left = np.linalg.solve(lower, move)
    return np.linalg.solve(upper.T, left.T).T


def _lu_tangents(lower: Any, upper: Any, move: Any) -> tuple[Any, Any]:
    inner = _inner_lu(lower, upper, move)
    return lower @ np.tril(inner, -1), np.triu(inner) @ upper


def _lu_back(lower: Any, upper: Any, lower_bar: Any, upper_bar: Any) -> Any:
    """The cotangent of the permuted matrix."""
    inner: Any = None
    if lower_bar is not None:
        inner = np.tril(lower.T @ lower_bar, -1)
    if upper_bar is not None:
        part = np.triu(upper_bar @ upper.T)
        inner = part if inner is None else inner + part
    return np.linalg.solve(upper, np.linalg.solve(lower.T, inner).T).T


pivot_order = helper(runtime.pivot_order, lambda ks, p: Array("int64", array_dims(ks[0])))
nondifferentiable(primitive_of(runtime.pivot_order))


def _lu_factor_tangent(ans: Any, t: Any, a: Any, check_finite: bool = True) -> Any:
    lower, upper = _lu_parts(ans[0])
    lower_move, upper_move = _lu_tangents(lower, upper, t[0][pivot_order(ans[1])])
    return lower_move + upper_move, None


def _lu_factor_cotangent(ct: Any, ans: Any, a: Any, check_finite: bool = True) -> Any:
    lower, upper = _lu_parts(ans[0])
    back = _lu_back(lower, upper, np.tril(ct[0], -1), np.triu(ct[0]))
    return np.take(back, np.argsort(pivot_order(ans[1])), axis=0)


custom(
    sl.lu_factor,
    _lu_factor_tangent,
    _lu_factor_cotangent,
    lambda ks, p: Tuple((_square(ks, p), Array(None, (array_dims(ks[0]) or (None, None))[:1]))),
    operands=("a",),
)


def _lu_solve(lu_and_piv: Any, b: Any, trans: int = 0, check_finite: bool = True) -> Any:
    parts = elements(lu_and_piv)
    assert parts is not None
    lu, piv = parts
    lower, upper = _lu_parts(lu)
    order = pivot_order(piv)
    if trans:
        inner = np.linalg.solve(lower.T, np.linalg.solve(upper.T, b))
        return np.take(inner, np.argsort(order), axis=0)
    return np.linalg.solve(upper, np.linalg.solve(lower, np.take(b, order, axis=0)))


composite(
    sl.lu_solve,
    _lu_solve,
    lambda ks, p: Array(inexact(promoted([ks[0].items[0], ks[1]])), array_dims(ks[1])),  # type: ignore[attr-defined]
    operands=("lu_and_piv", "b"),
)


def _lu_tangent(ans: Any, t: Any, a: Any, permute_l: bool = False, check_finite: bool = True) -> Any:
    p, lower, upper = _of_lu(ans, a, permute_l)
    moves = _lu_tangents(lower, upper, p.T @ t[0])
    return None, *moves


def _of_lu(ans: Any, a: Any, permute_l: bool) -> tuple[Any, Any, Any]:
    _only_square("scipy.linalg.lu", a)
    if permute_l:
        raise UnsupportedArgument("scipy.linalg.lu with permute_l=True has no derivative rule")
    return ans[0], ans[1], ans[2]


def _lu_cotangent(ct: Any, ans: Any, a: Any, permute_l: bool = False, check_finite: bool = True) -> Any:
    p, lower, upper = _of_lu(ans, a, permute_l)
    return p @ _lu_back(lower, upper, ct[1], ct[2])


custom(
    sl.lu,
    _lu_tangent,
    _lu_cotangent,
    lambda ks, p: Tuple((_square(ks, p),) * (2 if p.get("permute_l") else 3)),
    operands=("a",),
)

# Matrices made of their parts


def _toeplitz(c: Any, r: Any = None) -> Any:
    row = np.conj(c) if r is None else r
    m, n = c.size, row.size
    values = np.concatenate((np.flip(c), row[1:]))
    return np.take(values, (m - 1) - call(np.arange, m)[:, None] + call(np.arange, n))


composite(
    sl.toeplitz,
    _toeplitz,
    lambda ks, p: Array(promoted(ks), (*(array_dims(ks[0]) or (None,)), *(array_dims(ks[-1]) or (None,)))),
    operands=("c", "r"),
)
composite(
    sl.circulant,
    lambda c: np.take(c, (call(np.arange, c.size)[:, None] - call(np.arange, c.size)) % c.size),
    lambda ks, p: Array(name_of(ks[0]), (array_dims(ks[0]) or (None,)) * 2),
    operands=("c",),
)


def _blocks_kind(kinds: Kinds, params: Any) -> Kind:
    dims = [(1, 1) if not array_dims(k) else (1, *(array_dims(k) or ()))[-2:] for k in kinds]
    return Array(promoted(kinds), (sum_of([d[0] for d in dims]), sum_of([d[1] for d in dims])))


def _block_tangent(ans: Any, tangents: Any, *arrs: Any) -> Any:
    return call(sl.block_diag, *(np.zeros_like(x) if t is None else t for t, x in zip(tangents, arrs, strict=True)))


def _one_block(ct: Any, ans: Any, *arrs: Any, i: int) -> Any:
    row: Any = 0
    column: Any = 0
    for k, x in enumerate(arrs):
        height = length_along(x, 0) if rank(x.kind) == 2 else 1
        width = length_along(x, -1) if rank(x.kind) else 1
        if k == i:
            part = ct[row : row + height, column : column + width]
            return part if rank(x.kind) == 2 else part[0] if rank(x.kind) else part[0, 0]
        row, column = row + height, column + width
    return None


custom(sl.block_diag, _block_tangent, {"*": _one_block}, _blocks_kind, operands=("arrs",))

serves_complex(sl.inv, sl.det, sl.norm, sl.pinv, sl.solve, sl.cholesky, sl.lstsq, sl.eigh, sl.eigvalsh)
serves_complex(sl.svd, sl.svdvals, sl.qr, sl.solve_triangular, sl.solve_sylvester, sl.solve_continuous_lyapunov)
serves_complex(sl.expm, sl.logm, sl.sqrtm, sl.toeplitz, sl.circulant, sl.block_diag)
