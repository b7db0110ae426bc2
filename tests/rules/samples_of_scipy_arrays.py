"""Samples of SciPy's functions of signals, images, samples and points, and of sparse matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.fft as sf
import scipy.integrate as si
import scipy.interpolate as sip
import scipy.ndimage as nd
import scipy.signal as sg
import scipy.sparse as ss
import scipy.sparse.linalg as ssl
import scipy.spatial.distance as sd
import scipy.stats as st

from ast_ad import runtime
from ast_ad.rules.table import load_all
from tests.rules.checking import Sample, sample

RNG = np.random.default_rng(23)
V, W = RNG.normal(size=6), RNG.normal(size=3)
M, K = RNG.normal(size=(5, 4)), RNG.normal(size=(3, 2))
POINTS, OTHERS = RNG.uniform(0.3, 1.7, size=(3, 2)), RNG.uniform(0.3, 1.7, size=(4, 2))
PLACES = np.array([0.0, 1.0, 2.5, 3.0, 4.5, 6.0])
MODES = ("reflect", "constant", "nearest", "mirror", "wrap")
METRICS = ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "cosine", "canberra", "braycurtis", "minkowski")


def of_signals() -> Iterator[Sample]:
    """Convolutions and filters."""
    for mode in ("full", "same", "valid"):
        for function in (sg.convolve, sg.fftconvolve, sg.oaconvolve):
            yield sample(function, V, W, mode=mode)
            yield sample(function, M, K, mode=mode)
        yield sample(sg.convolve2d, M, K, mode=mode)
        yield sample(sg.convolve, W, V, mode=mode)
    for mode in ("full", "valid"):
        yield sample(sg.correlate, M, K, mode=mode)
        yield sample(sg.correlate2d, M, K, mode=mode)
    yield sample(sg.correlate, V, W, mode="same")
    yield sample(sg.convolve, V, W, method="direct")
    yield sample(sg.convolve, V.astype(np.float32), W.astype(np.float32))
    a = np.array([1.3, -0.4, 0.2])
    yield sample(sg.lfilter, W, a, V)
    yield sample(sg.lfilter, W, 2.0, V)
    yield sample(sg.lfilter, 0.5, a, M, axis=0)
    yield sample(sg.lfilter, W, a, M)
    for kind in ("linear", "constant"):
        yield sample(sg.detrend, M, type=kind)
        yield sample(sg.detrend, M, axis=0, type=kind)
    long, wide = RNG.normal(size=11), RNG.normal(size=(9, 4))
    for width, order in ((5, 2), (4, 1), (7, 3)):
        yield sample(sg.savgol_filter, long, width, order)
        yield sample(sg.savgol_filter, wide, width, order, deriv=1, delta=0.3, axis=0)
        yield sample(runtime.savgol_filter_back, long, window_length=width, polyorder=order)
    yield sample(runtime.lagged_products, V, V[::-1], W, axis=0)
    yield sample(runtime.lagged_products, M, M[::-1], W, axis=1)
    yield sample(runtime.uncut_to_full, np.ones(4) * 0.3, V, W, mode="valid")
    yield sample(runtime.cut_from_full, np.arange(8.0), V, W, mode="same")


def of_images() -> Iterator[Sample]:
    """Filters with all that can lie beyond an edge."""
    for mode in MODES:
        for function in (nd.correlate, nd.convolve):
            yield sample(function, V, W, mode=mode)
            yield sample(function, M, K, mode=mode)
        yield sample(nd.gaussian_filter, M, 0.8, mode=mode)
        yield sample(runtime.gaussian_filter_back, M, sigma=0.8, order=1, mode=mode, truncate=4.0)
        yield sample(runtime.in_frame, M, K, mode=mode)
        yield sample(runtime.out_of_frame, RNG.normal(size=(7, 5)), M, K, mode=mode)
    yield sample(nd.correlate, V, W, origin=1)
    yield sample(nd.convolve, V, W, origin=-1)
    yield sample(nd.convolve, V, W[:2], origin=-1)
    yield sample(nd.gaussian_filter, M, (0.8, 0.0), order=(1, 0), truncate=2.0)


def of_filters_along_axes() -> Iterator[Sample]:
    """Filters along one axis, and what is made of them."""
    for mode in MODES:
        for function in (nd.correlate1d, nd.convolve1d):
            yield sample(function, V, W, mode=mode)
            yield sample(function, M, W, axis=0, mode=mode)
            yield sample(function, M, W[:2], mode=mode, origin=-1)
        yield sample(nd.gaussian_filter1d, M, 0.8, axis=0, order=1, mode=mode)
        yield sample(nd.uniform_filter, M, (2, 3), mode=mode)
        yield sample(nd.uniform_filter1d, M, 3, axis=0, mode=mode)
        yield sample(nd.gaussian_laplace, M, 0.7, mode=mode)
        for function in (nd.sobel, nd.prewitt, nd.laplace):
            yield sample(function, M, mode=mode)
    yield sample(nd.sobel, V)
    yield sample(nd.prewitt, M, axis=0)


def of_transforms() -> Iterator[Sample]:
    """Cosine, sine and Fourier transforms."""
    for function in (sf.dct, sf.idct, sf.dst, sf.idst):
        for kind in (1, 2, 3, 4):
            for norm in (None, "ortho", "forward"):
                yield sample(function, V, type=kind, norm=norm)
            yield sample(function, M, type=kind, axis=0)
        yield sample(function, V, n=9)
        yield sample(function, V, n=4)
        yield sample(function, V[:1])
    for function in (sf.dctn, sf.idctn, sf.dstn, sf.idstn):
        yield sample(function, M)
        yield sample(function, M, norm="ortho", axes=(0,))
    wave = V + 1j * V[::-1]
    for function in (sf.fft, sf.ifft, sf.rfft, sf.ihfft, sf.irfft, sf.hfft):
        x = wave if function in (sf.irfft, sf.hfft) else V
        yield sample(function, x)
        yield sample(function, x, n=4, norm="ortho")
    for function in (sf.fft2, sf.ifft2, sf.rfft2, sf.fftn, sf.ifftn, sf.rfftn):
        yield sample(function, M)
        yield sample(function, M, norm="ortho")
    for function in (sf.irfft2, sf.irfftn):
        yield sample(function, M + 1j * M[::-1])
    for function in (sf.fftshift, sf.ifftshift):
        yield sample(function, V)
        yield sample(function, wave)
    for function in (sf.fftfreq, sf.rfftfreq):
        yield sample(function, 6, 0.3)
    yield sample(sf.next_fast_len, 13)
    yield sample(runtime.ends_scaled, M, first=2.0, last=0.5, axis=0)


def of_descriptions() -> Iterator[Sample]:
    """What describes samples."""
    high = M + 3.0
    for function in (st.zscore, st.sem, st.variation, st.skew, st.kurtosis, st.gmean, st.hmean, st.entropy):
        yield sample(function, high, tolerance=1e-5)
        yield sample(function, high, axis=1, tolerance=1e-5)
        yield sample(function, np.abs(V) + 0.2, tolerance=1e-5)
    for function in (st.gmean, st.hmean):
        yield sample(function, high[0], weights=np.array([1.0, 2.0, 0.5, 1.5]), tolerance=1e-5)
        yield sample(function, high, axis=None, keepdims=True, tolerance=1e-5)
    yield sample(st.zscore, V, ddof=1)
    yield sample(st.skew, V, bias=False)
    yield sample(st.kurtosis, V, fisher=False, bias=False, tolerance=1e-5)
    yield sample(st.entropy, high[0], high[1], base=2)


def of_samples() -> Iterator[Sample]:
    """Integrals."""
    for function in (si.trapezoid, si.cumulative_trapezoid, si.simpson):
        yield sample(function, V)
        yield sample(function, M)
        yield sample(function, M, axis=0)
        yield sample(function, V, dx=0.4)
    for function in (si.trapezoid, si.cumulative_trapezoid):
        yield sample(function, V, PLACES)
        yield sample(function, V, x=PLACES)
        yield sample(function, M, x=PLACES[:5], axis=0)
    yield sample(si.simpson, V, x=np.arange(6))
    yield sample(si.simpson, V[:5], x=np.array([0, 1, 3, 4, 9]))
    yield sample(si.simpson, M, x=np.arange(20).reshape(5, 4))
    yield sample(si.cumulative_trapezoid, M, initial=0)
    yield sample(runtime.simpson_weights, M)


def of_points() -> Iterator[Sample]:
    """Distances."""
    for metric in METRICS:
        yield sample(sd.cdist, POINTS, OTHERS, metric)
        yield sample(sd.pdist, OTHERS, metric)
        yield sample(getattr(sd, metric), POINTS[0], OTHERS[1])
    points = RNG.normal(size=(3, 4))
    yield sample(sd.cdist, points, points + 0.3, "correlation")
    yield sample(sd.pdist, points, metric="correlation")
    yield sample(sd.correlation, points[0], points[1])
    yield sample(sd.cdist, POINTS, OTHERS, "minkowski", p=3.0)
    yield sample(sd.minkowski, POINTS[0], OTHERS[1], 3)
    yield sample(np.triu_indices, 3, 1)
    yield sample(sd.squareform, V)
    yield sample(sd.squareform, sd.squareform(V), checks=False)


def of_sparse_matrices() -> Iterator[Sample]:
    """Products and solves with constant matrices, and with the entries of a matrix."""
    dense = np.array([[1.0, 0, 2], [0, 3, 0], [4, 0, 5]])
    for matrix in (ss.csc_matrix(dense), ss.csr_array(dense)):
        yield sample(ssl.spsolve, matrix, W)
        yield sample(ssl.spsolve, matrix, RNG.normal(size=(3, 2)))
        yield sample(ssl.spsolve, matrix, W[:, None])
    from ast_ad.rules import sparse_words as words

    places = np.array([0, 1, 2, 1]), np.array([0, 2, 2, 0])
    # what these words compute is that of the matrix, which does not move with its entries here
    with_matrix = (ss.csc_matrix((np.ones(4), places), shape=(3, 3)) + ss.eye(3)).tocsc()
    entries = np.ones(4) + np.arange(4)
    for x in (W, RNG.normal(size=(3, 2))):
        yield sample(runtime.entries_product, entries, *places, x, np.zeros_like(x))
        yield sample(words.MATMUL, with_matrix, entries, *places, x, smooth=False)
        yield sample(words.SOLVE, with_matrix, entries, *places, x, smooth=False)
        yield sample(words.SOLVE_WITH, ssl.splu(with_matrix), entries, *places, x, smooth=False)
        yield sample(words.SOLVE_WITH, ssl.splu(with_matrix), entries, *places, x, trans="T", smooth=False)
    yield sample(words.DENSE, with_matrix, entries, *places, smooth=False)
    yield sample(words.INSTEAD, W, 2.0 * W, smooth=False)
    yield sample(words.JOIN, (V, W))


def of_splines() -> Iterator[Sample]:
    """scipy.interpolate."""
    load_all(scipy=True)
    from ast_ad.rules.scipy_interpolate import SPLINE_AT, SPLINE_THROUGH

    x, y, t = np.arange(6), V, np.array([0.3, 1.7, 3.2])
    spline = sip.CubicSpline(x, y)
    for place in (t, t[:, None], 1.4):
        yield sample(SPLINE_AT, spline, place)
        yield sample(SPLINE_AT, spline, place, nu=1)
        yield sample(SPLINE_THROUGH, x, y, place, maker="CubicSpline")
        yield sample(SPLINE_THROUGH, x, y, place, maker="CubicSpline", bc_type="natural", nu=1)
    yield sample(SPLINE_THROUGH, x, y, t, maker="make_interp_spline", k=3, derived=(1,))
    for kind in ("linear", "quadratic", "cubic", "nearest"):
        yield sample(SPLINE_THROUGH, x, y, t, maker="interp1d", kind=kind)
    yield sample(SPLINE_THROUGH, np.array([0, 0, 0, 0, 2, 3, 5, 5, 5, 5]), y, t, maker="BSpline", k=3)


def scipy_array_samples() -> list[Sample]:
    """All samples of this file."""
    return [
        *of_signals(),
        *of_images(),
        *of_filters_along_axes(),
        *of_transforms(),
        *of_descriptions(),
        *of_samples(),
        *of_points(),
        *of_sparse_matrices(),
        *of_splines(),
    ]
