"""Samples of products and of linear algebra."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from tests.rules.checking import Sample, sample

RNG = np.random.default_rng(11)


def draw(*shape: int) -> np.ndarray:
    """Normal numbers."""
    return RNG.normal(size=shape)


def positive(*shape: int) -> np.ndarray:
    """Well-conditioned symmetric positive definite matrices."""
    x = draw(*shape)
    return x @ np.swapaxes(x, -1, -2) + shape[-1] * np.eye(shape[-1])


A, B, C = draw(3, 3) + 2 * np.eye(3), draw(3, 4), draw(2, 3, 3) + 2 * np.eye(3)
Z = A + 1j * draw(3, 3)


def of_products() -> Iterator[Sample]:
    """Products of vectors, matrices, tensors."""
    shapes = [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 4)),
        ((2, 2, 3), (3,)),
        ((3,), (2, 3, 4)),
        ((2, 2, 3), (2, 3, 4)),
        ((1, 2, 3), (2, 3, 4)),
        ((2, 3), (2, 3, 1)),
        ((5, 1, 2, 3), (2, 3, 4)),
    ]
    for a, b in shapes:
        for function in (np.matmul, P.MATMUL):
            yield sample(function, draw(*a), draw(*b))
    for a, b in [
        *shapes[:6],
        ((), ()),
        ((), (3,)),
        ((2, 3), ()),
        ((2, 2, 3), (4, 3, 2)),
        ((2, 3), (4, 3, 2)),
        ((2, 2, 3), (3, 2)),
    ]:
        yield sample(np.dot, draw(*a), draw(*b))
    yield sample(np.dot, 0.3, draw(3))
    yield sample(np.matmul, draw(2, 3).astype(np.float32), draw(3, 2).astype(np.float32))
    yield sample(np.matmul, Z, draw(3, 2))
    yield sample(np.matmul, np.array([[1, 2, 3]]), draw(3, 2))
    for a, b in [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (2, 3)),
        ((2, 3), (4, 3)),
        ((2, 2, 3), (4, 3)),
        ((2, 3), (2, 4, 3)),
        ((), (3,)),
        ((2, 2, 3), ()),
    ]:
        yield sample(np.inner, draw(*a), draw(*b))
    for a, b in [((3,), (4,)), ((2, 3), (4,)), ((3,), (2, 2)), ((), (3,))]:
        yield sample(np.outer, draw(*a), draw(*b))
    yield sample(np.outer, 0.3, draw(3))
    yield sample(np.vdot, draw(3), draw(3))
    yield sample(np.vdot, draw(2, 3), draw(6))
    for axes in (0, 1, 2, ((1, 0), (0, 1)), ((0,), (1,)), (0, 1), ((-1, 0), (0, -1))):
        yield sample(np.tensordot, draw(3, 3, 3), draw(3, 3, 2) if axes == 2 else draw(3, 3), axes=axes)
    yield sample(np.tensordot, draw(2, 3, 4, 5), draw(5, 3, 2), axes=((1, 3), (1, 0)))
    if hasattr(np, "vecdot"):
        yield sample(np.vecdot, draw(2, 3), draw(3))
        yield sample(np.vecdot, draw(2, 1, 3), draw(4, 3))
    if hasattr(np, "matvec"):
        yield sample(np.matvec, draw(2, 3), draw(4, 3))
        yield sample(np.vecmat, draw(4, 2), draw(2, 3))
    for text, sizes in {
        "ij,jk->ik": ((2, 3), (3, 4)),
        "ij,jk": ((2, 3), (3, 4)),
        "i,i": ((3,), (3,)),
        "ij->ji": ((2, 3),),
        "ij->i": ((2, 3),),
        "ij->": ((2, 3),),
        "ii": ((3, 3),),
        "ii->i": ((3, 3),),
        "iij->j": ((3, 3, 2),),
        "iij,j->i": ((3, 3, 2), (2,)),
        "i,j,k->kij": ((2,), (3,), (4,)),
        "...ij,...jk->...ik": ((2, 3, 4), (4, 5)),
        "i...->...": ((3, 2),),
        "bij,bjk,k->b": ((2, 3, 4), (2, 4, 5), (5,)),
        "ij,ij->": ((2, 3), (2, 3)),
        "ij,j->i": ((2, 3), (1,)),
        "ij,kj->": ((2, 3), (4, 3)),
    }.items():
        yield sample(np.einsum, text, *(draw(*size) for size in sizes))
    yield sample(np.einsum, draw(2, 3), [0, 1], draw(3), [1], [0])
    yield sample(np.einsum, "ij,jk,kl->il", draw(2, 3), draw(3, 2), draw(2, 2), optimize=True)
    for a, b in [((2,), (3,)), ((2, 2), (2, 3)), ((2,), (2, 3)), ((2, 3), (2,)), ((), (3,))]:
        yield sample(np.kron, draw(*a), draw(*b))
    for a, b in [((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3))]:
        yield sample(np.cross, draw(*a), draw(*b))
    yield sample(np.cross, draw(3, 2), draw(3, 2), axis=0)
    yield sample(np.cross, draw(3, 2), draw(2, 3), axisa=0, axisc=0)
    if hasattr(np.linalg, "cross"):
        yield sample(np.linalg.cross, draw(2, 3), draw(2, 3))
        yield sample(np.linalg.outer, draw(2), draw(3))
        yield sample(np.linalg.tensordot, draw(2, 3), draw(3, 2), axes=1)
        yield sample(np.linalg.matrix_transpose, C)


def of_linalg() -> Iterator[Sample]:
    """Norms, inverses, determinants."""
    norm = np.linalg.norm
    for order in (None, 1, 2, 3, 0.5, np.inf, -np.inf, -1, 0):
        yield sample(norm, draw(4), order)
        yield sample(norm, B, order, axis=1)
        yield sample(norm, B, order, axis=0, keepdims=True)
        yield sample(norm, np.array([1 + 2j, 3j, -0.4]), order)
    for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        yield sample(norm, B, order, tolerance=1e-5)
        yield sample(norm, draw(2, 3, 4), order, axis=(1, 2))
        yield sample(norm, draw(3, 2, 4), order, axis=(2, 0), keepdims=True)
    yield sample(norm, draw(2, 3, 4))
    yield sample(norm, B, keepdims=True)
    yield sample(norm, B.astype(np.float32))
    if hasattr(np.linalg, "vector_norm"):
        for order in (2, 1, 3, np.inf):
            yield sample(np.linalg.vector_norm, B, ord=order)
            yield sample(np.linalg.vector_norm, B, ord=order, axis=0)
            yield sample(np.linalg.vector_norm, C, ord=order, axis=(0, 1), keepdims=True)
        for order in ("fro", "nuc", 2, 1):
            yield sample(np.linalg.matrix_norm, C, ord=order)
    for x in (A, C, Z, A.astype(np.float32), np.array([[2.0]])):
        yield sample(np.linalg.inv, x)
        yield sample(np.linalg.det, x)
        yield sample(np.linalg.slogdet, x)
        yield sample(np.linalg.pinv, x, tolerance=1e-5)
        for n in (0, 1, 2, 3, -1, -2):
            yield sample(np.linalg.matrix_power, x, n, tolerance=1e-5)
    yield sample(np.linalg.pinv, B, tolerance=1e-5)
    yield sample(np.linalg.pinv, B.T, tolerance=1e-5)
    yield sample(np.linalg.pinv, B + 1j * draw(3, 4), tolerance=1e-5)
    yield sample(np.linalg.det, np.array([[1.0, 2.0], [2.0, 4.0]]))
    yield sample(np.linalg.det, np.zeros((3, 3)))
    yield sample(runtime.cofactors, A)
    yield sample(runtime.cofactor_change, A, B[:, :3])
    for a, b in [
        (A, draw(3)),
        (A, draw(3, 2)),
        (C, draw(2, 3, 2)),
        (C, draw(3, 2)),
        (A, draw(2, 3, 2)),
        (Z, draw(3)),
        (C, draw(2, 3, 1)),
    ]:
        yield sample(np.linalg.solve, a, b)
    yield sample(np.linalg.matrix_rank, A)


def of_factorisations() -> Iterator[Sample]:
    """Cholesky, eigenvalues, singular values, QR, least squares."""
    for x in (positive(3, 3), positive(2, 3, 3)):
        yield sample(np.linalg.cholesky, x, symmetric=True)
        yield sample(np.linalg.eigh, x, symmetric=True, tolerance=1e-5)
        yield sample(np.linalg.eigvalsh, x, symmetric=True, tolerance=1e-5)
    hermitian = np.array([[3.0, 1 + 1j, 0.2j], [1 - 1j, 4.0, 0.5], [-0.2j, 0.5, 6.0]])
    yield sample(np.linalg.cholesky, hermitian, symmetric=True)
    yield sample(np.linalg.eigvalsh, hermitian, symmetric=True)
    if "upper" in str(np.linalg.cholesky.__doc__):
        yield sample(np.linalg.cholesky, positive(3, 3), upper=True, symmetric=True)
    yield sample(np.linalg.eigh, positive(3, 3), UPLO="U", symmetric=True)
    simple = np.diag([1.0, 2.5, 4.0]) + 0.2 * draw(3, 3)
    yield sample(np.linalg.eig, simple, orders=1)
    yield sample(np.linalg.eigvals, simple, orders=1)
    yield sample(np.linalg.eigvals, np.array([[1.0, 2.0], [-1.5, 0.5]]), orders=1)
    for x in (draw(3, 3), draw(4, 3), draw(3, 4), draw(2, 4, 3)):
        yield sample(np.linalg.svd, x, full_matrices=False, tolerance=1e-5)
        yield sample(np.linalg.svd, x, tolerance=1e-5, orders=1)
        yield sample(np.linalg.svd, x, compute_uv=False, tolerance=1e-5)
        yield sample(np.linalg.qr, x, tolerance=1e-5)
        yield sample(np.linalg.qr, x, mode="r", tolerance=1e-5)
        yield sample(np.linalg.qr, x, mode="complete", tolerance=1e-5)
        if hasattr(np.linalg, "svdvals"):
            yield sample(np.linalg.svdvals, x, tolerance=1e-5)
    yield sample(np.linalg.svd, Z, compute_uv=False, orders=1)
    for a, b in [(draw(4, 2), draw(4)), (draw(4, 2), draw(4, 3)), (draw(2, 4), draw(2))]:
        yield sample(np.linalg.lstsq, a, b, rcond=None, tolerance=1e-5)


def of_fft() -> Iterator[Sample]:
    """The discrete Fourier transforms."""
    complex_ = draw(4, 6) + 1j * draw(4, 6)
    for norm in (None, "ortho", "forward"):
        for n in (None, 3, 5, 8):
            for axis in (-1, 0):
                for function in (np.fft.fft, np.fft.ifft):
                    yield sample(function, complex_, n=n, axis=axis, norm=norm)
                for function in (np.fft.rfft, np.fft.ihfft):
                    yield sample(function, draw(4, 5), n=n, axis=axis, norm=norm)
                for function in (np.fft.irfft, np.fft.hfft):
                    yield sample(function, complex_, n=n, axis=axis, norm=norm)
        for function in (np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn, np.fft.irfft2, np.fft.irfftn):
            yield sample(function, complex_, norm=norm)
            yield sample(function, complex_, s=(3, 7), axes=(0, 1), norm=norm)
        for function in (np.fft.rfft2, np.fft.rfftn):
            yield sample(function, draw(4, 5), norm=norm)
            yield sample(function, draw(2, 4, 5), s=(3, 7), axes=(1, 2), norm=norm)
            yield sample(function, draw(2, 4, 5), axes=(2, 0), norm=norm)
    yield sample(np.fft.fft, draw(5))
    yield sample(np.fft.rfft, draw(6))
    for function in (np.fft.fftfreq, np.fft.rfftfreq):
        yield sample(function, 5)
        yield sample(function, 6, 0.3)
    yield sample(np.fft.fftshift, draw(4, 5))
    yield sample(np.fft.ifftshift, draw(4, 5), axes=1)
    yield sample(runtime.resized, draw(3, 4), draw(2, 6))
    yield sample(runtime.filled, draw(2, 3), 5)
    yield sample(runtime.doubled, draw(2, 3), draw(2, 4), axis=1)


def of_polynomials() -> Iterator[Sample]:
    """Convolutions, interpolation, polynomials, and compositions of linear algebra."""
    for a, v in [((5,), (3,)), ((3,), (5,)), ((4,), (4,)), ((5,), (2,)), ((2,), (5,))]:
        for mode in ("full", "same", "valid"):
            yield sample(np.convolve, draw(*a), draw(*v), mode=mode)
            yield sample(np.correlate, draw(*a), draw(*v), mode=mode)
    yield sample(np.convolve, draw(4) + 1j * draw(4), draw(3) + 1j * draw(3))
    for function in (runtime.cut, runtime.uncut):
        size = 7 if function is runtime.cut else 5
        yield sample(function, draw(size), draw(5), draw(3), mode="same")
    yield sample(runtime.cut_correlation, draw(7), draw(3), draw(5))
    yield sample(runtime.uncut_correlation, draw(5), draw(3), draw(5))
    knots, heights = np.array([0.0, 0.7, 1.0, 2.0]), draw(4)
    yield sample(np.interp, np.array([-1.0, 0.3, 0.8, 1.9, 3.0]), knots, heights)
    yield sample(np.interp, 0.3, knots, heights)
    yield sample(np.interp, np.array([-1.0, 0.3, 3.0]), knots, heights, left=0.2, right=0.4)
    yield sample(np.polyval, draw(4), draw(3))
    yield sample(np.polyval, draw(4), 0.3)
    yield sample(np.polyval, draw(4), draw(2, 3))
    yield sample(np.polyder, draw(4))
    yield sample(np.polyder, draw(4), 2)
    yield sample(np.polyfit, draw(6), draw(6), 2, tolerance=1e-4)
    yield sample(np.polyfit, draw(6), draw(6, 2), 1, w=np.abs(draw(6)) + 1, tolerance=1e-4)
    yield sample(np.roots, np.array([1.0, -6.0, 11.0, -5.0]), tolerance=1e-5)
    yield sample(np.roots, np.array([1.0, 1.0, 2.0]), orders=1)
    yield sample(np.linalg.multi_dot, (draw(2, 3), draw(3, 4), draw(4)))
    for p in (None, 2, -2, 1, "fro", np.inf):
        yield sample(np.linalg.cond, A, p, tolerance=1e-5)
    yield sample(np.linalg.tensorinv, draw(6, 2, 3), 1, tolerance=1e-5)
    yield sample(np.linalg.tensorsolve, draw(2, 3, 6), draw(2, 3), tolerance=1e-5)
    yield sample(np.linalg.tensorsolve, draw(6, 2, 3), draw(2, 3), axes=(0,), tolerance=1e-5)


def algebra() -> list[Sample]:
    """All samples of this file."""
    return [*of_products(), *of_linalg(), *of_factorisations(), *of_fft(), *of_polynomials()]
