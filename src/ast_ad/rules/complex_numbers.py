"""Which rules serve complex numbers, and those that are for complex numbers alone.

The gradient of a real f(x + iy) is f_x - i f_y: a cotangent acts on a tangent by the real part of their product.  So a
holomorphic function has one partial for both modes, the transpose of a linear one does not conjugate, and what is real
takes the real part of its cotangent.  A function that is not named here is refused where a number is complex.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import BOOL, FLOAT, Tuple, is_complex
from ast_ad.rules.arithmetic import divide_or_zero
from ast_ad.rules.modes import Custom, Elementwise
from ast_ad.rules.repeating import ZERO_PADDED
from ast_ad.rules.table import (
    RULES,
    RULES_OF_COMPLEX,
    custom,
    elementwise,
    nondifferentiable,
    primitive_for,
    primitive_of,
    serves_complex,
)
from ast_ad.rules.terms import call
from ast_ad.rules.ufuncs import angle_cotangent, angle_tangent, square_of_distance

# Python's own functions


def _polar_tangent(ans: Any, tangents: Any, z: Any) -> Any:
    if not is_complex(z.kind):
        return np.sign(z) * tangents[0], None
    turned = tangents[0] * np.conj(z)
    return divide_or_zero(np.real(turned), ans[0]), np.imag(divide_or_zero(turned, square_of_distance(z)))


def _polar_cotangent(ct: Any, ans: Any, z: Any) -> Any:
    along, around = ct[0], ct[1]
    if not is_complex(z.kind):
        return None if along is None else np.sign(z) * along
    turned = None if around is None else -1j * divide_or_zero(around, ans[0])
    total = turned if along is None else along if turned is None else along + turned
    return divide_or_zero(np.conj(z), ans[0]) * total


custom(primitive_for(cmath.phase, lambda ks, p: FLOAT), angle_tangent, angle_cotangent)
custom(primitive_for(cmath.polar, lambda ks, p: Tuple((FLOAT, FLOAT))), _polar_tangent, _polar_cotangent)
elementwise(cmath.rect, lambda ans, r, phi: call(cmath.rect, 1.0, phi), lambda ans, r, phi: 1j * ans)
nondifferentiable(cmath.isfinite, cmath.isinf, cmath.isnan, cmath.isclose, kinds=lambda ks, p: BOOL)

serves_complex(cmath.phase, cmath.polar, cmath.rect, cmath.isfinite, cmath.isinf, cmath.isnan, cmath.isclose)
serves_complex(*(getattr(cmath, name) for name in ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "atan")))
serves_complex(*(getattr(cmath, name) for name in ("sinh", "cosh", "tanh", "atanh")))

# Operators and the words of the sweeps

serves_complex(P.ADD, P.SUB, P.MUL, P.TRUEDIV, P.POW, P.MATMUL, P.NEG, P.POS, P.ABS)
serves_complex(P.TO_COMPLEX, P.CONJUGATE, P.DIVIDE, P.DIVIDE_OR_ZERO, P.KEEP_ZEROS)
serves_complex(P.COPY, P.CAST_LIKE, P.BROADCAST_LIKE, P.UNBROADCAST, P.ZEROS_LIKE, P.OR_ZEROS)
serves_complex(runtime.power, runtime.power_slope, runtime.log_or_zero, runtime.select)
serves_complex(sum, runtime.sum_of_list, runtime.list_of, runtime.list_of_rows, P.ADD_STRUCTURES, P.ADD_MAYBE)
serves_complex(P.GETITEM, P.INDEX_UPDATE, P.INDEX_ADD, P.EXCHANGE, P.LIST_GET, P.LIST_SET, P.LIST_ADD, P.LAST_WRITTEN)
serves_complex(runtime.with_real, runtime.with_imag)
serves_complex(P.MASKED, P.VALUE_OF_CELL, P.CONSTANT_AT)
serves_complex(runtime.jacobian_of_rows, runtime.jacobian_of_columns)
serves_complex(runtime.rows_of_jacobian, runtime.columns_of_jacobian)
serves_complex(runtime.split_like, runtime.diagonal_like, runtime.add_along_axis)

# Element by element


def _np(names: str) -> list[Any]:
    """Functions of NumPy by name; those that this version does not have are left out."""
    found = (_at(name) for name in names.split())
    return [f for f in found if f is not None]


def _at(name: str) -> Any:
    place: Any = np
    for part in name.split("."):
        place = getattr(place, part, None)
    return place


serves_complex(*_np("add subtract multiply divide power float_power negative positive square reciprocal absolute"))
serves_complex(*_np("exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan arctan sinh cosh tanh arctanh sinc"))
serves_complex(runtime.sinc_derivative)
serves_complex(*_np("real imag conjugate angle where select nan_to_num"))


def _partials(functions: tuple[Any, ...], *partials: Callable[..., Any]) -> None:
    """Element-wise functions with other partials than for real numbers."""
    for function in functions:
        primitive = primitive_of(function)
        assert primitive is not None
        rule = RULES[primitive]
        assert isinstance(rule, Elementwise)
        RULES_OF_COMPLEX[primitive] = replace(rule, partials=partials)


# By their own value, which knows the side of the branch cut
_partials((np.arcsin, cmath.asin), lambda ans, x: 1 / np.cos(ans))
_partials((np.arccos, cmath.acos), lambda ans, x: -1 / np.sin(ans))
_partials((np.arcsinh, cmath.asinh), lambda ans, x: 1 / np.cosh(ans))
_partials((np.arccosh, cmath.acosh), lambda ans, x: 1 / np.sinh(ans))


def _sign_tangent(ans: Any, tangents: Any, x: Any) -> Any:
    """Of x / |x|, which moves on the circle."""
    return 1j * ans * divide_or_zero(np.imag(np.conj(ans) * tangents[0]), np.abs(x))


def _sign_cotangent(ct: Any, ans: Any, x: Any) -> Any:
    return 1j * np.conj(ans) * divide_or_zero(np.imag(ct * ans), np.abs(x))


_SIGN = primitive_of(np.sign)
assert _SIGN is not None
RULES_OF_COMPLEX[_SIGN] = Custom(True, tangent=_sign_tangent, cotangents={0: _sign_cotangent})

# Sums, products, scans

serves_complex(*_np("sum mean prod std var average nansum nanmean nanprod nanstd nanvar cumsum cumprod nancumsum"))
serves_complex(*_np("nancumprod cumulative_sum cumulative_prod diff ediff1d gradient trapezoid trace"))
serves_complex(*_np("add.reduce multiply.reduce add.accumulate multiply.accumulate add.reduceat max min sort"))
serves_complex(*_np("add.outer subtract.outer multiply.outer divide.outer power.outer"))
serves_complex(runtime.products_of_others, runtime.delay, runtime.recurrence)
serves_complex(runtime.stretch_sums, runtime.spread_stretches)

# Shape and choice

serves_complex(*_np("reshape ravel transpose matrix_transpose swapaxes moveaxis rollaxis expand_dims squeeze flip"))
serves_complex(*_np("atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays concatenate stack vstack hstack"))
serves_complex(*_np("dstack column_stack block append split array_split hsplit vsplit dsplit tile repeat roll rot90"))
serves_complex(*_np("fliplr flipud pad resize insert delete meshgrid array asarray asanyarray ascontiguousarray"))
serves_complex(*_np("copy astype full full_like diag diagonal diagflat tril triu vander linspace take"))
serves_complex(ZERO_PADDED, *_np("asarray_chkfinite asfortranarray trim_zeros lib.stride_tricks.sliding_window_view"))
serves_complex(*_np("take_along_axis choose compress extract unstack linalg.diagonal linalg.trace"))

# Products

serves_complex(*_np("dot matmul inner outer vdot vecdot matvec vecmat tensordot einsum kron cross convolve correlate"))
serves_complex(*_np("interp polyval polyfit roots linalg.multi_dot linalg.outer linalg.tensordot linalg.cross"))
serves_complex(*_np("cov corrcoef polyder"))
serves_complex(runtime.cut, runtime.uncut, runtime.cut_correlation, runtime.uncut_correlation)

# Matrices

serves_complex(*_np("linalg.inv linalg.solve linalg.det linalg.slogdet linalg.norm linalg.vector_norm"))
serves_complex(*_np("linalg.matrix_norm linalg.pinv linalg.matrix_power linalg.matrix_transpose linalg.cholesky"))
serves_complex(*_np("linalg.eigh linalg.eigvalsh linalg.eig linalg.eigvals linalg.svd linalg.svdvals linalg.qr"))
serves_complex(*_np("linalg.lstsq linalg.tensorinv linalg.tensorsolve linalg.cond"))
serves_complex(runtime.cofactors, runtime.cofactor_change)
