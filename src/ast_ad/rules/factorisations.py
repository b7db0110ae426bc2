"""Rules of the factorisations: Cholesky, eigenvalues, singular values, QR, and least squares.

Where eigenvalues or singular values coincide, the vectors have no derivative: it is nan, and the values' is right.
Complex vectors are known up to their phases: those of eigenvectors stay (v* dv is real), and u takes those of u s v*.
What depends on the phases that LAPACK happens to choose has no derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import OPAQUE, Array, Kind, Tuple, is_complex, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide_or_zero
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.fft import filled, resized
from ast_ad.rules.joining import length_along
from ast_ad.rules.linalg import _no_cut_off
from ast_ad.rules.products import transposed
from ast_ad.rules.results import array_dims, inexact, name_of, promoted, real
from ast_ad.rules.table import custom
from ast_ad.rules.terms import call, make


def conj(x: Any) -> Any:
    """The complex conjugate where there is one."""
    return np.conj(x) if is_complex(x.kind) else x


def adjoint(x: Any) -> Any:
    """The conjugate transpose of matrices."""
    return transposed(conj(x))


def symmetric(x: Any) -> Any:
    """The symmetric (Hermitian) part."""
    return 0.5 * (x + adjoint(x))


def per_column(x: Any) -> Any:
    """A vector beside a matrix, one number for each column."""
    return x if rank(x.kind) == 1 else x[..., None, :]


def per_row(x: Any) -> Any:
    """A vector beside a matrix, one number for each row."""
    return x[:, None] if rank(x.kind) == 1 else x[..., None]


def inverse_gaps(s: Any) -> Any:
    """1 / (s_j - s_i) at row i and column j, and 0 on the diagonal."""
    off_diagonal = 1 - call(np.eye, length_along(s, -1))
    return divide_or_zero(off_diagonal, per_column(s) - per_row(s))


def diagonal_matrix(d: Any, like: Any) -> Any:
    """`d` on the diagonal of a square matrix."""
    return call(np.eye, length_along(like, -1)) * per_column(d)


def _square(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


def _no_axis(kind: Kind) -> Any:
    dims = array_dims(kind)
    return None if dims is None else dims[:-1]


# Cholesky: Murray, "Differentiation of the Cholesky decomposition" (2016)


def _half_lower(x: Any) -> Any:
    """The lower triangle, with half of the diagonal."""
    return 0.5 * (np.tril(x) + np.tril(x, -1))


def _cholesky_tangent(ans: Any, t: Any, a: Any, upper: bool = False) -> Any:
    lower = adjoint(ans) if upper else ans
    inner = np.linalg.solve(lower, adjoint(np.linalg.solve(lower, symmetric(t[0]))))
    move = lower @ _half_lower(inner)
    return adjoint(move) if upper else move


def _cholesky_cotangent(ct: Any, ans: Any, a: Any, upper: bool = False) -> Any:
    lower, ct = (adjoint(ans), adjoint(ct)) if upper else (ans, ct)
    inner = _half_lower(transposed(lower) @ ct)
    left = np.linalg.solve(transposed(lower), inner)
    return symmetric(transposed(np.linalg.solve(adjoint(lower), transposed(left))))


custom(np.linalg.cholesky, _cholesky_tangent, _cholesky_cotangent, _square, operands=("a",))

# Eigenvalues


def _eigh_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = inexact(name_of(kinds[0]))
    return Tuple((Array(real(dtype), _no_axis(kinds[0])), Array(dtype, array_dims(kinds[0]))))


def _eigh_tangent(ans: Any, t: Any, a: Any, UPLO: str = "L") -> Any:
    w, v = ans[0], ans[1]
    inner = adjoint(v) @ symmetric(t[0]) @ v
    return np.real(np.diagonal(inner, axis1=-2, axis2=-1)), v @ (inverse_gaps(w) * inner)


def _eigh_cotangent(ct: Any, ans: Any, a: Any, UPLO: str = "L") -> Any:
    w, v = ans[0], ans[1]
    w_bar, v_bar = _given(ct)
    if v_bar is None:
        return (conj(v) * per_column(w_bar)) @ transposed(v)
    inner = inverse_gaps(w) * (transposed(v) @ v_bar)
    inner = inner if w_bar is None else inner + diagonal_matrix(w_bar, a)
    return symmetric(conj(v) @ inner @ transposed(v))


def _given(ct: Any) -> list[Any]:
    """The cotangents of several results, None for a zero."""
    if isinstance(ct, tuple):
        return list(ct)
    if ct.fn is P.MAKE_TUPLE:
        return [None if part.fn is P.ZEROS_LIKE else part for part in ct.args]
    return [ct[k] for k in range(len(ct.kind.items))]


custom(np.linalg.eigh, _eigh_tangent, _eigh_cotangent, _eigh_kind, operands=("a",))


def _eigvalsh_tangent(ans: Any, t: Any, a: Any, UPLO: str = "L") -> Any:
    v = call(np.linalg.eigh, a, UPLO=UPLO)[1]
    return np.real(np.diagonal(adjoint(v) @ symmetric(t[0]) @ v, axis1=-2, axis2=-1))


def _eigvalsh_cotangent(ct: Any, ans: Any, a: Any, UPLO: str = "L") -> Any:
    v = call(np.linalg.eigh, a, UPLO=UPLO)[1]
    return (conj(v) * per_column(ct)) @ transposed(v)


custom(
    np.linalg.eigvalsh,
    _eigvalsh_tangent,
    _eigvalsh_cotangent,
    lambda ks, p: Array(real(inexact(name_of(ks[0]))), _no_axis(ks[0])),
    operands=("a",),
)


def complex_dtype(kind: Kind) -> str:
    """The dtype of what may be complex for real numbers too."""
    return "complex64" if name_of(kind) in ("float32", "complex64") else "complex128"


def _eig_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """Of real matrices too: the values may be complex."""
    dtype = complex_dtype(kinds[0])
    return Tuple((Array(dtype, _no_axis(kinds[0])), Array(dtype, array_dims(kinds[0]))))


def _eig_tangent(ans: Any, t: Any, a: Any) -> Any:
    w, v = ans[0], ans[1]
    inner = np.linalg.solve(v, t[0] @ v)
    move = v @ (inverse_gaps(w) * inner)
    along = np.real(np.sum(np.conj(v) * move, axis=-2))
    return np.diagonal(inner, axis1=-2, axis2=-1), move - v * per_column(along)


def _eig_cotangent(ct: Any, ans: Any, a: Any) -> Any:
    """The vectors keep the norm 1."""
    w, v = ans[0], ans[1]
    w_bar, v_bar = _given(ct)
    inner: Any = None
    if v_bar is not None:
        v_bar = v_bar - np.conj(v) * per_column(np.real(np.sum(v * v_bar, axis=-2)))
        inner = inverse_gaps(w) * (transposed(v) @ v_bar)
    if w_bar is not None:
        values = diagonal_matrix(w_bar, a)
        inner = values if inner is None else inner + values
    return np.linalg.solve(transposed(v), inner @ transposed(v))


custom(np.linalg.eig, _eig_tangent, _eig_cotangent, _eig_kind, operands=("a",))


def _eigvals_parts(a: Any) -> Any:
    return call(np.linalg.eig, a)[1]


custom(
    np.linalg.eigvals,
    lambda ans, t, a: np.diagonal(np.linalg.solve(_eigvals_parts(a), t[0] @ _eigvals_parts(a)), axis1=-2, axis2=-1),
    lambda ct, ans, a: _back_through(_eigvals_parts(a), ct),
    lambda ks, p: Array(complex_dtype(ks[0]), _no_axis(ks[0])),
    operands=("a",),
)


def _back_through(v: Any, ct: Any) -> Any:
    return np.linalg.solve(transposed(v), per_row(ct) * transposed(v))


# Singular values: Giles 2008; Townsend, "Differentiating the singular value decomposition" (2016)


def _svd_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype, dims = inexact(name_of(kinds[0])), array_dims(kinds[0])
    vectors = params.get("compute_uv", True)
    if dims is None:
        values = Array(real(dtype), None)
        return Tuple((Array(dtype, None), values, Array(dtype, None))) if vectors else values
    batch, m, n = dims[:-2], dims[-2], dims[-1]
    k = min(m, n) if isinstance(m, int) and isinstance(n, int) else m if m == n else None
    values = Array(real(dtype), (*batch, k))
    if not vectors:
        return values
    full = params.get("full_matrices", True)
    return Tuple((Array(dtype, (*batch, m, m if full else k)), values, Array(dtype, (*batch, n if full else k, n))))


def _svd_tangent(
    ans: Any, t: Any, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    if not compute_uv:
        parts = call(np.linalg.svd, a, full_matrices=False)
        u, vh = parts[0], parts[2]
        return _real(np.sum(conj(u) * (t[0] @ adjoint(vh)), axis=-2))
    u, s, v = ans[0], ans[1], adjoint(ans[2])
    if full_matrices:
        return _full_svd_tangent(u, s, v, t[0], a)
    inner = adjoint(u) @ t[0] @ v
    gaps = inverse_gaps(s * s)
    row, column = per_row(s), per_column(s)
    u_move = u @ _with_phases(gaps * (inner * column + row * adjoint(inner)), inner, column)
    v_move = v @ (gaps * (row * inner + adjoint(inner) * column))
    image = t[0] @ v
    coimage = adjoint(t[0]) @ u
    u_move = u_move + divide_or_zero(image - u @ (adjoint(u) @ image), column)
    v_move = v_move + divide_or_zero(coimage - v @ (adjoint(v) @ coimage), column)
    return u_move, _real(np.diagonal(inner, axis1=-2, axis2=-1)), adjoint(v_move)


def _real(x: Any) -> Any:
    return np.real(x) if is_complex(x.kind) else x


def _phases(x: Any) -> Any:
    """The imaginary part of the diagonal of a matrix, on the diagonal."""
    return 1j * np.imag(np.triu(np.tril(x)))


def _with_phases(core: Any, inner: Any, column: Any) -> Any:
    """What turns the columns of u; their phases turn with the diagonal of u* da v."""
    return core if not is_complex(inner.kind) else core + divide_or_zero(_phases(inner), column)


def _svd_cotangent(
    ct: Any, ans: Any, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """The adjoint of the tangent for the product re(tr(x* y)), between conjugates."""
    if not compute_uv:
        parts = call(np.linalg.svd, a, full_matrices=False)
        return conj((parts[0] * per_column(ct)) @ parts[2])
    u_bar, s_bar, vh_bar = _given(ct)
    u, s, vh = ans[0], ans[1], ans[2]
    if full_matrices and (u_bar is not None or vh_bar is not None):
        return _full_svd_cotangent(u_bar, s_bar, vh_bar, u, s, vh, a)
    if full_matrices:
        k = length_along(s, -1)
        u, vh = u[..., :k], vh[..., :k, :]
    if u_bar is None and vh_bar is None:
        return conj((u * per_column(s_bar)) @ vh)
    v = adjoint(vh)
    gaps = inverse_gaps(s * s)
    row, column = per_row(s), per_column(s)
    total: Any = None if s_bar is None else (u * per_column(s_bar)) @ vh
    if u_bar is not None:
        u_bar = conj(u_bar)
        twist = adjoint(u) @ u_bar
        part = u @ _turned_back(gaps, twist, column) @ vh
        part = part + divide_or_zero(u_bar - u @ twist, column) @ vh
        total = part if total is None else total + part
    if vh_bar is not None:
        v_bar = transposed(vh_bar)
        twist = adjoint(v) @ v_bar
        part = u @ (row * (gaps * (twist - adjoint(twist)))) @ vh
        part = part + u @ adjoint(divide_or_zero(v_bar - v @ twist, column))
        total = part if total is None else total + part
    return conj(total)


def _turned_back(gaps: Any, twist: Any, column: Any) -> Any:
    """What the columns of u give to u* da v."""
    core = (gaps * (twist - adjoint(twist))) * column
    return core if not is_complex(twist.kind) else core + divide_or_zero(_phases(twist), column)


def _ranges(u: Any, v: Any, s: Any) -> tuple[Any, Any]:
    k = length_along(s, -1)
    return u[..., k:], v[..., k:]


def _full_svd_tangent(u: Any, s: Any, v: Any, t: Any, a: Any) -> Any:
    """The extra columns turn with the others and not among themselves."""
    k = length_along(s, -1)
    thin_u, thin_v = u[..., :k], v[..., :k]
    u_rest, v_rest = _ranges(u, v, s)
    gaps = inverse_gaps(s * s)
    row, column = per_row(s), per_column(s)
    inner = adjoint(thin_u) @ t @ thin_v
    u_core = thin_u @ _with_phases(gaps * (inner * column + row * adjoint(inner)), inner, column)
    v_core = thin_v @ (gaps * (row * inner + adjoint(inner) * column))
    u_turn = divide_or_zero(adjoint(u_rest) @ t @ thin_v, column)
    v_turn = divide_or_zero(adjoint(v_rest) @ adjoint(t) @ thin_u, column)
    u_move = np.concatenate((u_core + u_rest @ u_turn, -(thin_u @ adjoint(u_turn))), axis=-1)
    v_move = np.concatenate((v_core + v_rest @ v_turn, -(thin_v @ adjoint(v_turn))), axis=-1)
    return u_move, _real(np.diagonal(inner, axis1=-2, axis2=-1)), adjoint(v_move)


def _full_svd_cotangent(u_bar: Any, s_bar: Any, vh_bar: Any, u: Any, s: Any, vh: Any, a: Any) -> Any:
    k = length_along(s, -1)
    v = adjoint(vh)
    thin_u, thin_v = u[..., :k], v[..., :k]
    u_rest, v_rest = _ranges(u, v, s)
    gaps = inverse_gaps(s * s)
    row, column = per_row(s), per_column(s)
    total: Any = None if s_bar is None else (thin_u * per_column(s_bar)) @ adjoint(thin_v)
    if u_bar is not None:
        u_bar = conj(u_bar)
        bar, rest_bar = u_bar[..., :k], u_bar[..., k:]
        twist = adjoint(thin_u) @ bar
        part = thin_u @ _turned_back(gaps, twist, column) @ adjoint(thin_v)
        turn = adjoint(u_rest) @ bar - adjoint(adjoint(thin_u) @ rest_bar)
        part = part + u_rest @ divide_or_zero(turn, column) @ adjoint(thin_v)
        total = part if total is None else total + part
    if vh_bar is not None:
        v_bar = transposed(vh_bar)
        bar, rest_bar = v_bar[..., :k], v_bar[..., k:]
        twist = adjoint(thin_v) @ bar
        part = thin_u @ (row * (gaps * (twist - adjoint(twist)))) @ adjoint(thin_v)
        turn = adjoint(v_rest) @ bar - adjoint(adjoint(thin_v) @ rest_bar)
        part = part + thin_u @ adjoint(v_rest @ divide_or_zero(turn, column))
        total = part if total is None else total + part
    return conj(total)


custom(np.linalg.svd, _svd_tangent, _svd_cotangent, _svd_kind, operands=("a",))
if hasattr(np.linalg, "svdvals"):
    custom(
        np.linalg.svdvals,
        lambda ans, t, x: _svd_tangent(ans, t, x, compute_uv=False),
        lambda ct, ans, x: _svd_cotangent(ct, ans, x, compute_uv=False),
        lambda ks, p: _svd_kind(ks, {"compute_uv": False}),
        operands=("x",),
    )

# QR


def _qr_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype, dims = inexact(name_of(kinds[0])), array_dims(kinds[0])
    mode = params.get("mode", "reduced")
    if mode not in ("reduced", "complete", "r"):  # the old names, which have no rule
        return OPAQUE
    if dims is None:
        return Array(dtype, None) if mode == "r" else Tuple((Array(dtype, None), Array(dtype, None)))
    batch, m, n = dims[:-2], dims[-2], dims[-1]
    k = min(m, n) if isinstance(m, int) and isinstance(n, int) else m if m == n else None
    inner = m if mode == "complete" else k
    r = Array(dtype, (*batch, inner, n))
    return r if mode == "r" else Tuple((Array(dtype, (*batch, m, inner)), r))


def _qr_parts(ans: Any, a: Any, mode: str) -> tuple[Any, Any]:
    if mode not in ("reduced", "complete", "r"):
        raise UnsupportedArgument(f"np.linalg.qr with mode={mode!r} has no derivative rule")
    if mode == "r":
        parts = call(np.linalg.qr, a)
        return parts[0], parts[1]
    return ans[0], ans[1]


def _qr_tangent(ans: Any, t: Any, a: Any, mode: str = "reduced") -> Any:
    """With q* da = w r + dr, w antihermitian: its lower triangle is that of q* da r^-1, and dr has a real diagonal."""
    q, r = _qr_parts(ans, a, mode)
    m, n = np.shape(a)[-2], np.shape(a)[-1]
    k = np.minimum(m, n)
    first, move = r[..., :k, :k], t[0][..., :k]
    image = transposed(np.linalg.solve(transposed(first), transposed(move)))
    twist = _strictly_lower(adjoint(q) @ image, q)
    twist = twist - adjoint(twist)
    r_move = np.triu(adjoint(q) @ t[0] - twist @ r)
    if mode == "r":
        return r_move
    q_move = q @ twist
    if mode == "reduced":
        q_move = q_move + (image - q @ (adjoint(q) @ image))
    return q_move, r_move


def _strictly_lower(x: Any, q: Any) -> Any:
    """The strictly lower triangle, with half of the phases of the diagonal, in a square matrix as wide as q."""
    lower = np.tril(x, -1) if not is_complex(x.kind) else np.tril(x, -1) + 0.5 * _phases(x)
    return resized(lower, adjoint(q) @ q)


def _qr_cotangent(ct: Any, ans: Any, a: Any, mode: str = "reduced") -> Any:
    """The adjoint of the tangent for the product re(tr(x* y)), between conjugates."""
    q, r = _qr_parts(ans, a, mode)
    q_bar, r_bar = (None, ct) if mode == "r" else _given(ct)
    m, n = np.shape(a)[-2], np.shape(a)[-1]
    k = np.minimum(m, n)
    first = r[..., :k, :k]
    total: Any = None
    inner: Any = None
    if q_bar is not None:
        q_bar = conj(q_bar)
        inner = adjoint(q) @ q_bar
    if r_bar is not None:
        r_bar = np.triu(conj(r_bar))
        total = q @ r_bar
        part = r_bar @ adjoint(r)
        inner = -part if inner is None else inner - part
    turned = inner - adjoint(inner)
    twist = np.tril(turned, -1)
    twist = (twist if not is_complex(turned.kind) else twist + 0.5 * _phases(turned))[..., :k]
    back = q @ twist
    if q_bar is not None and mode == "reduced":
        back = back + (q_bar - q @ (adjoint(q) @ q_bar))[..., :k]
    image = transposed(np.linalg.solve(conj(first), transposed(back)))
    wide = make(P.INDEX_ADD, make(P.ZEROS_LIKE, a), image, k, index=(Ellipsis, P.Span(None, P.HOLE)))
    return conj(wide if total is None else total + wide)


# Least squares: Golub & Pereyra 1973


def _lstsq_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dtype = inexact(promoted([Array(name_of(k), ()) for k in kinds]))
    a, b = array_dims(kinds[0]), array_dims(kinds[1])
    x = None if a is None or b is None else (a[-1], *b[1:])
    return Tuple((Array(dtype, x), Array(real(dtype), (None,)), Array(None, ()), Array(real(dtype), (None,))))


def _lstsq_tangent(ans: Any, tangents: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    _no_cut_off("np.linalg.lstsq", None if rcond == -1 else rcond)
    da, db = tangents
    x, p = ans[0], call(np.linalg.pinv, a)
    residual = b - a @ x
    change = db if da is None else -(da @ x) if db is None else db - da @ x
    move = p @ change
    if da is not None:
        turn = adjoint(da) @ (adjoint(p) @ x)
        move = move + p @ (adjoint(p) @ (adjoint(da) @ residual)) + (turn - p @ (a @ turn))
    squares = 2 * np.real(np.sum(conj(residual) * change, axis=0))
    values = None if da is None else _svd_tangent(ans, (da,), a, compute_uv=False)
    wide = np.atleast_1d(squares)
    rest = (
        resized(wide, ans[1]) if rank(ans[1].kind) == 1 else np.reshape(resized(wide, np.ravel(ans[1])), ans[1].shape)
    )
    return move, rest, None, values


def _outer(x: Any, y: Any) -> Any:
    return np.outer(x, y) if rank(x.kind) == 1 else x @ transposed(y)


def _from_squares(ct: Any, a: Any, b: Any, x: Any) -> Any:
    """What the residuals' squares give to the residuals; they are empty where the matrix has not full rank."""
    weight = filled(np.ravel(ct), 1) if rank(b.kind) == 1 else filled(ct, length_along(b, 1))
    return 2 * weight * conj(b - a @ x)


def _lstsq_by_matrix(ct: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    _no_cut_off("np.linalg.lstsq", None if rcond == -1 else rcond)
    x_bar, squares_bar, _, values_bar = _given(ct)
    x, p = ans[0], call(np.linalg.pinv, a)
    total: Any = None if values_bar is None else _svd_cotangent(values_bar, ans, a, compute_uv=False)
    if x_bar is not None:
        y = transposed(p) @ x_bar
        turned = x_bar - transposed(a) @ y
        part = _outer(conj(b - a @ x), p @ conj(y)) - _outer(y, x) + _outer(transposed(p) @ conj(x), conj(turned))
        total = part if total is None else total + part
    if squares_bar is not None:
        part = _outer(_from_squares(squares_bar, a, b, x), x)
        total = -part if total is None else total - part
    return total


def _lstsq_by_right_side(ct: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    _no_cut_off("np.linalg.lstsq", None if rcond == -1 else rcond)
    x_bar, squares_bar, *_ = _given(ct)
    total: Any = None if x_bar is None else transposed(call(np.linalg.pinv, a)) @ x_bar
    if squares_bar is not None:
        part = _from_squares(squares_bar, a, b, ans[0])
        total = part if total is None else total + part
    return total


custom(
    np.linalg.lstsq,
    _lstsq_tangent,
    (_lstsq_by_matrix, _lstsq_by_right_side),
    _lstsq_kind,
    operands=("a", "b"),
)

custom(np.linalg.qr, _qr_tangent, _qr_cotangent, _qr_kind, operands=("a",))
