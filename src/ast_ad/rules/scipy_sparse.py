"""Rules of solves with constant sparse matrices; products are those of `products.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg as ssl

from ast_ad.ir.kinds import Array, Kind, Opaque
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, inexact, promoted
from ast_ad.rules.table import custom
from ast_ad.rules.terms import call


def _solved(kinds: Kinds, params: Any) -> Kind:
    matrix = kinds[0]
    dtype = matrix.dtype if isinstance(matrix, Opaque) else None
    return Array(inexact(promoted([Array(dtype, ()), kinds[1]])), array_dims(kinds[1]))


def _of_constant_matrix(t: Any = None) -> None:
    if t is not None:
        raise UnsupportedArgument("scipy.sparse.linalg.spsolve has no derivative rule for its matrix")


def _tangent(ans: Any, t: Any, A: Any, b: Any) -> Any:
    _of_constant_matrix(t[0])
    return call(ssl.spsolve, A, t[1])


custom(
    ssl.spsolve,
    _tangent,
    (
        lambda ct, ans, A, b: _of_constant_matrix(ct),
        lambda ct, ans, A, b: call(ssl.spsolve, np.transpose(A), ct),
    ),
    _solved,
    operands=("A", "b"),
    name="scipy.sparse.linalg.spsolve",
)
