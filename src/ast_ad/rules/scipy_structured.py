"""Rules of `scipy.linalg` for matrices of a structure, and of what is made of other functions there."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from ast_ad.ir.kinds import Array, Kind, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.modes import elements
from ast_ad.rules.results import array_dims, inexact, name_of, promoted
from ast_ad.rules.table import composite, custom
from ast_ad.rules.terms import call


def _square(kinds: Kinds, params: Any) -> Kind:
    return Array(inexact(name_of(kinds[0])), array_dims(kinds[0]))


def _like_right_side(kinds: Kinds, params: Any) -> Kind:
    parts = kinds[0].items if isinstance(kinds[0], Tuple) else (kinds[0],)
    return Array(inexact(promoted([*parts, kinds[1]])), array_dims(kinds[1]))


def _matrix(c_or_cr: Any) -> Any:
    """The Toeplitz matrix of a column, or of a column and a row."""
    parts = elements(c_or_cr) if isinstance(c_or_cr.kind, Tuple) else [c_or_cr]
    return call(sl.toeplitz, *(parts or ()))


composite(
    sl.solve_toeplitz,
    lambda c_or_cr, b, check_finite=True: np.linalg.solve(_matrix(c_or_cr), b),
    _like_right_side,
    operands=("c_or_cr", "b"),
)
composite(
    sl.solve_circulant,
    lambda c, b: np.linalg.solve(call(sl.circulant, c), b),
    _like_right_side,
    operands=("c", "b"),
)


def _hankel(c: Any, r: Any = None) -> Any:
    """The rows of a Toeplitz matrix in reverse."""
    rest = np.zeros_like(c[1:]) if r is None else r[1:]
    return np.flip(call(sl.toeplitz, np.flip(c), np.concatenate((c[-1:], rest))), axis=0)


composite(
    sl.hankel,
    _hankel,
    lambda ks, p: Array(promoted(ks), (*(array_dims(ks[0]) or (None,)), *(array_dims(ks[-1]) or (None,)))),
    operands=("c", "r"),
)
composite(
    sl.companion,
    lambda a: np.concatenate(((-a[1:] / a[0])[None, :], call(np.eye, a.size - 2, a.size - 1))),
    lambda ks, p: Array(inexact(name_of(ks[0])), (None, None)),
    operands=("a",),
)

# Functions of a matrix by its exponential, and its polar decomposition

composite(sl.sinhm, lambda A: 0.5 * (call(sl.expm, A) - call(sl.expm, -A)), _square, operands=("A",))
composite(sl.coshm, lambda A: 0.5 * (call(sl.expm, A) + call(sl.expm, -A)), _square, operands=("A",))


def _polar(a: Any, side: str = "right") -> Any:
    if side != "right":
        raise UnsupportedArgument(f"scipy.linalg.polar with side={side!r} has no derivative rule")
    parts = call(np.linalg.svd, a, full_matrices=False)
    u, s, vh = parts[0], parts[1], parts[2]
    return u @ vh, (vh.T * s) @ vh


def _polar_kind(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0]) or (None, None)
    dtype = inexact(name_of(kinds[0]))
    return Tuple((Array(dtype, dims), Array(dtype, (dims[1], dims[1]))))


composite(sl.polar, _polar, _polar_kind, operands=("a",))

# a x a^T - x + q = 0


def _discrete_tangent(ans: Any, t: Any, a: Any, q: Any) -> Any:
    change = t[1]
    if t[0] is not None:
        part = t[0] @ ans @ a.T
        part = part + a @ ans @ t[0].T
        change = part if change is None else change + part
    return call(sl.solve_discrete_lyapunov, a, change)


def _discrete_by_matrix(ct: Any, ans: Any, a: Any, q: Any) -> Any:
    s = call(sl.solve_discrete_lyapunov, a.T, ct)
    return s @ a @ ans.T + s.T @ a @ ans


custom(
    sl.solve_discrete_lyapunov,
    _discrete_tangent,
    (_discrete_by_matrix, lambda ct, ans, a, q: call(sl.solve_discrete_lyapunov, a.T, ct)),
    lambda ks, p: Array(inexact(promoted(ks)), array_dims(ks[1])),
    operands=("a", "q"),
)
