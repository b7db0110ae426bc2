"""Samples with complex numbers: every function that serves them, alone and beside real numbers."""

from __future__ import annotations

import cmath
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.linalg as sl

from ast_ad import runtime
from ast_ad.ir import primitives as P
from tests.rules.checking import FixedList, Sample, sample

DRAWS = np.random.default_rng(7)


def draw(*shape: int) -> Any:
    """Complex numbers around 0."""
    return DRAWS.normal(size=shape) + 1j * DRAWS.normal(size=shape)


Z = np.array([0.4 + 0.3j, -0.7 + 1.1j, 1.2 - 0.8j])
W = np.array([-0.5 + 0.9j, 1.3 + 0.2j, 0.6 - 1.4j])
R = np.array([0.7, -1.2, 1.9])
M, N = draw(3, 3), draw(3, 3)
REAL_MATRIX = np.random.default_rng(8).normal(size=(3, 3))
TALL, WIDE = draw(4, 2), draw(2, 4)
STACK = draw(2, 3, 3)
HERMITIAN = M @ M.conj().T + np.eye(3)

UNARY = (
    *(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.sin, np.cos, np.tan, np.sinh),
    *(np.cosh, np.tanh, np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh, np.square, np.negative),
    *(np.positive, np.reciprocal, np.absolute, np.real, np.imag, np.conjugate, np.angle, np.sign, np.sinc),
    *(np.nan_to_num, P.NEG, P.POS, P.ABS, P.COPY, P.ZEROS_LIKE, runtime.log_or_zero),
)
OF_PYTHON = (
    *(cmath.exp, cmath.log, cmath.log10, cmath.sqrt, cmath.sin, cmath.cos, cmath.tan, cmath.asin, cmath.acos),
    *(cmath.atan, cmath.sinh, cmath.cosh, cmath.tanh, cmath.asinh, cmath.acosh, cmath.atanh, cmath.phase),
    *(cmath.polar, P.ABS, P.NEG, P.CONJUGATE, P.TO_COMPLEX),
)
BINARY = (
    *(np.add, np.subtract, np.multiply, np.true_divide, operator.add, operator.sub, operator.mul, operator.truediv),
    *(P.DIVIDE, P.DIVIDE_OR_ZERO),
)
POWERS = (np.power, np.float_power, operator.pow, runtime.power, runtime.power_slope)


def elements() -> Iterator[Sample]:
    """Element by element."""
    for function in UNARY:
        for z in (Z, Z[1], Z[:1], Z[:0], Z.astype(np.complex64), np.stack([Z, W]).T[::-1]):
            yield sample(function, z)
    for function in OF_PYTHON:
        yield sample(function, 0.4 - 0.7j)
    for function in (cmath.exp, cmath.sin, cmath.sqrt, cmath.phase, cmath.polar, P.TO_COMPLEX):
        yield sample(function, 0.4)
    yield sample(cmath.log, 0.4 + 0.2j, 1.5 - 0.3j)
    yield sample(cmath.rect, 1.2, 0.4)
    yield sample(P.TO_COMPLEX, 0.4, -0.2)
    yield sample(P.TO_COMPLEX, 0.4, 1j)
    for function in (cmath.isfinite, cmath.isinf, cmath.isnan):
        yield sample(function, 1j)
    yield sample(cmath.isclose, 1j, 1.0)
    for function in (*BINARY, *POWERS):
        yield sample(function, Z, W)
        yield sample(function, Z, W[1])
        yield sample(function, np.stack([Z, W]), W[:1])
    for function in BINARY:
        yield sample(function, Z, R)
        yield sample(function, R, Z)
        yield sample(function, 0.3, Z)
        yield sample(function, R, 0.4 + 2j)
        yield sample(function, Z.astype(np.complex64), R.astype(np.float32))
    for function in POWERS:
        yield sample(function, Z, abs(R))
        yield sample(function, abs(R), Z)
        yield sample(function, R, W)
    for exponent in (0, 1, 2, 3, -1, -2, 0.5, 2.5, 1 - 2j):
        for z in (Z, 0.4 - 0.7j, Z[0]):
            yield sample(operator.pow, z, exponent)
    yield sample(operator.pow, 2.0, Z)
    yield sample(operator.pow, -2.0, 0.3 + 1j)
    yield sample(P.KEEP_ZEROS, Z, W)
    yield sample(np.angle, Z, deg=True)
    yield sample(np.where, np.array([True, False, True]), Z, R)
    yield sample(np.where, np.array([True, False, True]), 1.0, Z)
    yield sample(np.select, (R > 0, R < -1), (Z, R), W)
    yield sample(runtime.select, True, 0.3j, 0.4)
    for order in (1, 2):
        yield sample(runtime.sinc_derivative, Z, order=order)


def sums() -> Iterator[Sample]:
    """Sums, products and scans."""
    for function in (np.sum, np.mean, np.prod, np.std, np.var, np.nansum, np.nanmean, np.nanprod, np.nanstd, np.nanvar):
        yield sample(function, Z)
        yield sample(function, M, axis=0)
        yield sample(function, M, axis=-1, keepdims=True)
    for function in (np.max, np.min):
        yield sample(function, Z)
        yield sample(function, M, axis=1)
    for function in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod):
        yield sample(function, Z)
        yield sample(function, M, axis=0)
    for name in ("cumulative_sum", "cumulative_prod"):
        if hasattr(np, name):
            yield sample(getattr(np, name), Z)
            yield sample(getattr(np, name), Z, include_initial=True)
    yield sample(np.average, Z, weights=abs(R))
    yield sample(np.average, R, weights=Z)
    yield sample(np.diff, Z)
    yield sample(np.diff, M, n=2, axis=0)
    yield sample(np.ediff1d, Z)
    yield sample(np.gradient, Z)
    yield sample(np.gradient, M, axis=0)
    yield sample(np.trapezoid if hasattr(np, "trapezoid") else np.trapz, Z, W)
    yield sample(np.trapezoid if hasattr(np, "trapezoid") else np.trapz, Z, dx=0.3)
    yield sample(np.trace, M)
    yield sample(np.sort, Z)
    for ufunc in (np.add, np.multiply):
        yield sample(ufunc.reduce, M, axis=0)
        yield sample(ufunc.accumulate, Z)
        yield sample(ufunc.outer, Z, R)
        yield sample(ufunc.outer, R, Z)
    yield sample(np.subtract.outer, Z, W)
    yield sample(np.divide.outer, Z, W)
    yield sample(np.power.outer, Z, W)
    yield sample(np.add.reduceat, Z, np.array([0, 2]))
    yield sample(runtime.stretch_sums, M, np.array([0, 2]), axis=1)
    yield sample(runtime.spread_stretches, M[:, :2], np.array([0, 2]), M, axis=1)
    yield sample(sum, [0.3j, 1.0 + 2j])
    yield sample(runtime.sum_of_list, [0.3j, 1.0 + 2j])
    yield sample(runtime.list_of, 0.3j, [1.0 + 1j, 2.0])
    yield sample(runtime.list_of_rows, M)
    yield sample(P.ADD_STRUCTURES, (1j, Z), (2.0 + 1j, W))
    yield sample(P.ADD_MAYBE, Z, W)
    yield sample(runtime.products_of_others, Z)
    yield sample(runtime.delay, Z, axis=0)
    yield sample(runtime.recurrence, Z, W, axis=0)


def shapes() -> Iterator[Sample]:
    """Shape and choice."""
    cube = draw(2, 1, 3)
    yield sample(np.reshape, M, (9,))
    yield sample(np.ravel, M)
    yield sample(np.transpose, cube, (2, 0, 1))
    for name in ("matrix_transpose", "linalg.matrix_transpose", "linalg.diagonal", "linalg.trace", "unstack"):
        function = at(name)
        if function is not None:
            yield sample(function, M)
    yield sample(np.swapaxes, cube, 0, 2)
    yield sample(np.moveaxis, cube, 0, -1)
    yield sample(np.rollaxis, cube, 2)
    yield sample(np.expand_dims, Z, 0)
    yield sample(np.squeeze, cube)
    for function in (np.flip, np.fliplr, np.flipud, np.rot90, np.tril, np.triu, np.diag, np.diagonal, np.copy):
        yield sample(function, M)
    for function in (
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
        np.diag,
        np.diagflat,
        np.vander,
        np.array,
        np.asarray,
    ):
        yield sample(function, Z)
    for function in (np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite):
        yield sample(function, Z)
    yield sample(np.array, FixedList([0.3j, 1.0, Z[0]]))
    yield sample(np.array, R, dtype=complex)
    yield sample(np.asarray, R, dtype=complex)
    yield sample(np.astype if hasattr(np, "astype") else np.array, R, np.dtype(complex))
    yield sample(np.broadcast_to, Z, (2, 3))
    yield sample(np.broadcast_arrays, Z, M)
    for function in (np.concatenate, np.hstack, np.stack, np.vstack, np.dstack, np.column_stack):
        yield sample(function, (Z, R, W))
        yield sample(function, FixedList([R, Z]))
    yield sample(np.block, FixedList([Z, R]))
    yield sample(np.append, Z, R)
    yield sample(np.split, M, 3)
    yield sample(np.array_split, Z, 2)
    yield sample(np.hsplit, M, 3)
    yield sample(np.vsplit, M, 3)
    yield sample(np.dsplit, STACK, 3)
    yield sample(np.tile, Z, (2, 2))
    yield sample(np.repeat, Z, 2)
    yield sample(np.roll, Z, 1)
    for mode in ("constant", "reflect", "edge", "wrap", "linear_ramp", "mean"):
        yield sample(np.pad, Z, 2, mode=mode)
    from ast_ad.rules.repeating import ZERO_PADDED

    yield sample(ZERO_PADDED, Z, pad_width=2)
    yield sample(np.resize, Z, (2, 4))
    yield sample(np.insert, Z, 1, 0.3j)
    yield sample(np.delete, Z, 1)
    yield sample(np.meshgrid, Z, R)
    yield sample(np.full, 3, 0.3j)
    yield sample(np.full_like, Z, 0.3j)
    yield sample(np.linspace, 0.3j, 1.0, 5)
    yield sample(np.linspace, 0.0, 1.0 + 2j, 4)
    yield sample(np.take, Z, np.array([0, 0, 2]))
    yield sample(np.take_along_axis, M, np.array([[0, 1, 1]]), axis=0)
    yield sample(np.choose, np.array([0, 1, 0]), (Z, W))
    yield sample(np.compress, np.array([True, False, True]), Z)
    yield sample(np.extract, np.array([True, False, True]), Z)
    yield sample(P.GETITEM, Z, index=(1,))
    yield sample(P.GETITEM, M, index=(P.Span(None, None, -1),))
    for word in (P.INDEX_UPDATE, P.INDEX_ADD):
        yield sample(word, Z, 0.3j, index=(1,))
        yield sample(word, Z, R[:2], index=(P.Span(1, None, None),))
    yield sample(P.LAST_WRITTEN, Z, np.array([0, 0, 2]), index=(P.HOLE,))
    yield sample(P.VALUE_OF_CELL, np.array(0.7 - 2j))
    yield sample(P.MASKED, Z, R > 0, W, ufunc=np.exp)
    yield sample(P.MASKED, Z, R > 0, R, ufunc=np.sin)
    yield sample(P.MASKED, Z, R > 0, W, R, ufunc=np.multiply)
    yield sample(P.MASKED, Z, R > 0, W, ufunc=np.sign)
    yield sample(np.trim_zeros, np.array([0, 1j, 0, 2, 0]), smooth=False)
    yield sample(np.lib.stride_tricks.sliding_window_view, Z, 2)
    yield sample(P.LIST_GET, [1j, 2.0 + 1j], 1)
    yield sample(P.LIST_SET, [1j, 2.0 + 1j], 3j, 1)
    yield sample(P.EXCHANGE, [1j, 2.0 + 1j], 0, 1)
    for function in (runtime.with_real, runtime.with_imag):
        yield sample(function, Z, R)
        yield sample(function, Z, 0.3)
        yield sample(function, Z.astype(np.complex64), R)
    yield sample(P.LIST_ADD, [1j, 2.0 + 1j], 3j, 1)
    yield sample(P.BROADCAST_LIKE, 0.3j, R)
    yield sample(P.UNBROADCAST, M, Z[:1])
    yield sample(P.CAST_LIKE, Z, R)
    yield sample(P.CAST_LIKE, R, Z)
    yield sample(P.OR_ZEROS, Z, W)
    yield sample(runtime.jacobian_of_rows, [Z, W], W[:2], Z)
    yield sample(runtime.rows_of_jacobian, M[:2], W[:2], Z)
    yield sample(runtime.jacobian_of_columns, [W[:2], Z[:2], Z[1:]], W[:2], Z)
    yield sample(runtime.columns_of_jacobian, M[:2], W[:2], Z)
    yield sample(runtime.split_like, Z, [Z[:1], Z[1:]], axis=0)
    yield sample(runtime.diagonal_like, Z, M, offset=0, axis1=0, axis2=1)
    yield sample(runtime.add_along_axis, M, np.array([[0, 1, 1]]), Z[None], axis=0)


def at(name: str) -> Any:
    """A function of NumPy, or None where this version does not have it."""
    place: Any = np
    for part in name.split("."):
        place = getattr(place, part, None)
    return place


def products() -> Iterator[Sample]:
    """Products, polynomials and interpolation."""
    for one, two in ((Z, W), (Z, R), (R, Z), (M, Z), (Z, M), (REAL_MATRIX, Z), (M, REAL_MATRIX), (STACK, M)):
        for function in (np.dot, np.matmul, operator.matmul, np.inner):
            yield sample(function, one, two)
    for function in (np.outer, np.vdot, np.kron, np.cross, np.linalg.outer, np.linalg.cross):
        for one, two in ((Z, W), (Z, R), (R, W)):
            yield sample(function, one, two)
    yield sample(np.vdot, M, REAL_MATRIX)
    yield sample(np.kron, M, WIDE)
    for name, one, two in (("vecdot", M, Z), ("vecdot", R, M), ("matvec", STACK, Z), ("vecmat", Z, STACK)):
        if at(name) is not None:
            yield sample(at(name), one, two)
    for function in (np.tensordot, np.linalg.tensordot):
        yield sample(function, M, TALL[:3], axes=1)
        yield sample(function, M, REAL_MATRIX, axes=((0, 1), (1, 0)))
    for text, operands in (("ij,jk->ik", (M, N)), ("ii->i", (M,)), ("ij,j", (M, R)), ("i,j,ij->", (Z, W, REAL_MATRIX))):
        yield sample(np.einsum, text, *operands)
    for mode in ("full", "same", "valid"):
        for one, two in ((draw(5), Z), (draw(5), R), (R, draw(5))):
            yield sample(np.convolve, one, two, mode)
            yield sample(np.correlate, one, two, mode)
    c = np.convolve(draw(5), Z)
    yield sample(runtime.uncut, c[2:5], draw(5), Z, mode="valid")
    yield sample(runtime.cut, c, draw(5), Z, mode="same")
    yield sample(runtime.cut_correlation, c, draw(5), Z)
    yield sample(runtime.uncut_correlation, c[1:6], draw(5), Z)
    yield sample(np.interp, np.array([0.3, 1.6]), np.array([0.0, 1.0, 2.0]), Z)
    yield sample(np.polyval, Z, W)
    yield sample(np.polyval, R, 0.4 + 1j)
    yield sample(np.polyder, Z)
    yield sample(np.polyfit, np.array([0.5, 1.0, 2.0, 3.0]), draw(4), 1)
    yield sample(np.roots, Z)
    yield sample(np.roots, R)
    yield sample(np.linalg.multi_dot, (M, REAL_MATRIX, N))
    yield sample(np.cov, WIDE)
    yield sample(np.corrcoef, WIDE)


def transforms() -> Iterator[Sample]:
    """Fourier transforms of complex numbers; those of real ones are beside them."""
    z = draw(4, 6)
    for norm in (None, "ortho", "forward"):
        yield sample(np.fft.hfft, draw(5), n=7, norm=norm)
        yield sample(np.fft.irfft2, draw(4, 3), norm=norm)
        yield sample(np.fft.irfftn, draw(4, 3), s=(4, 5), axes=(0, 1), norm=norm)
    for function in (np.fft.fft, np.fft.ifft, np.fft.irfft):
        yield sample(function, z.astype(np.complex64))
    for function in (np.fft.rfft, np.fft.ihfft, np.fft.rfft2, np.fft.rfftn):
        yield sample(function, z.real)
    yield sample(np.fft.fftshift, z)
    yield sample(np.fft.ifftshift, z, axes=0)
    yield sample(runtime.resized, z, np.zeros((3, 7)))
    yield sample(runtime.filled, z, 8)
    yield sample(runtime.doubled, z, np.zeros((4, 10)), axis=1)


def matrices() -> Iterator[Sample]:
    """Linear algebra.  Vectors whose phases LAPACK chooses are held against the other mode alone."""
    for module in (np.linalg, sl):
        for function in (module.inv, module.det, module.pinv, module.norm):
            yield sample(function, M)
        yield sample(module.pinv, TALL)
        yield sample(module.norm, Z)
        for a, b in ((M, Z), (REAL_MATRIX, Z), (M, R), (M, N)):
            yield sample(module.solve, a, b)
        yield sample(module.lstsq, TALL, draw(4), smooth=False, orders=1)
        yield sample(module.cholesky, HERMITIAN, symmetric=True)
        yield sample(module.eigvalsh, HERMITIAN, symmetric=True)
        yield sample(module.eigh, HERMITIAN, symmetric=True, smooth=False)
        for a in (M, TALL, WIDE):
            yield sample(module.svd, a, full_matrices=False, smooth=False)
            yield sample(module.svd, a, smooth=False)
            yield sample(module.svd, a, compute_uv=False)
    yield sample(np.linalg.lstsq, TALL, draw(4, 2), rcond=None, smooth=False)
    yield sample(np.linalg.inv, STACK)
    yield sample(np.linalg.det, STACK)
    yield sample(np.linalg.solve, STACK, M)
    yield sample(np.linalg.slogdet, M)
    for order in (1, 2, 3, np.inf):
        yield sample(np.linalg.norm, Z, order)
    for order in (1, 2, -2, np.inf, "fro", "nuc"):
        yield sample(np.linalg.norm, M, order, tolerance=1e-5)
    yield sample(np.linalg.norm, M, axis=1, keepdims=True)
    for function in (at("linalg.vector_norm"), at("linalg.matrix_norm"), at("linalg.svdvals")):
        if function is not None:
            yield sample(function, M)
    yield sample(np.linalg.matrix_power, M, 3)
    yield sample(np.linalg.matrix_power, M, -2)
    yield sample(np.linalg.cond, M)
    yield sample(np.linalg.eigvals, M)
    yield sample(np.linalg.eigvals, REAL_MATRIX)
    yield sample(np.linalg.eig, M, smooth=False)
    for mode in ("reduced", "complete", "r"):
        yield sample(np.linalg.qr, M, mode)
        yield sample(np.linalg.qr, TALL, mode, smooth=mode != "complete")
        yield sample(np.linalg.qr, WIDE, mode)
    yield sample(sl.qr, M)
    yield sample(np.linalg.tensorinv, draw(4, 2, 2), ind=1)
    yield sample(np.linalg.tensorsolve, draw(3, 3), Z)
    yield sample(runtime.cofactors, M)
    yield sample(runtime.cofactor_change, M, N)
    for lower in (True, False):
        for trans in (0, 1):
            yield sample(sl.solve_triangular, M, Z, trans=trans, lower=lower)
    yield sample(sl.solve_sylvester, M, N, draw(3, 3))
    yield sample(sl.solve_continuous_lyapunov, M, N)
    yield sample(sl.expm, M)
    yield sample(sl.logm, HERMITIAN)
    yield sample(sl.sqrtm, HERMITIAN)
    yield sample(sl.svdvals, M)
    yield sample(sl.toeplitz, Z)
    yield sample(sl.toeplitz, Z, W)
    yield sample(sl.circulant, Z)
    yield sample(sl.block_diag, M, REAL_MATRIX)


def complex_samples() -> list[Sample]:
    """All of them."""
    return [*elements(), *sums(), *shapes(), *products(), *transforms(), *matrices()]
