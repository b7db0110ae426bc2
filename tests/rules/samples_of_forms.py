"""Samples of calls in forms that are less often met: other names of keywords, and keywords of newer versions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.special as sp

from ast_ad import runtime
from tests.rules.checking import Sample, sample

RNG = np.random.default_rng(17)
V = RNG.normal(size=5)
M = RNG.normal(size=(3, 4))
Q = np.array([0.08, 0.13, 0.57, 0.93])
MASK = M > -0.5


def of_reductions() -> Iterator[Sample]:
    """Means that are given, first values, and reductions of ufuncs."""
    mean = np.mean(M, axis=1, keepdims=True) + 0.1
    for function in (np.var, np.std, np.nanvar, np.nanstd):
        yield sample(function, M, axis=1, mean=mean)
        yield sample(function, M, axis=1, mean=mean, correction=1, keepdims=True)
        yield sample(function, M, mean=np.array([[0.3]]), where=MASK)
    for function in (np.nansum, np.nanprod):
        yield sample(function, M, axis=0, where=MASK, initial=0.7)
        yield sample(function, M, initial=0.7)
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum):
        yield sample(ufunc.reduce, M, axis=1, initial=0.4, where=MASK)
    for ufunc in (np.subtract, np.true_divide):
        yield sample(ufunc.reduce, M)
        yield sample(ufunc.reduce, M, axis=-1, keepdims=True)
    for method in ("inverted_cdf", "averaged_inverted_cdf", "closest_observation"):
        yield sample(np.quantile, V, Q, method=method)
        yield sample(np.quantile, M, Q, axis=1, method=method, keepdims=True)
        yield sample(np.nanquantile, M, 0.4, axis=0, method=method)
    yield sample(sp.logsumexp, M, axis=1, b=np.array([1.0, -2.0, 1.5, 0.3]), return_sign=True, quiet=False)
    yield sample(sp.logsumexp, M, return_sign=True, keepdims=True)


def of_shapes() -> Iterator[Sample]:
    """Bounds, frames, products."""
    yield sample(np.clip, V, min=-0.2)
    yield sample(np.clip, V, max=V[::-1] + 0.1)
    yield sample(np.clip, M, min=M[0] - 0.1, max=0.9)
    for mode in ("reflect", "symmetric"):
        yield sample(np.pad, M, ((1, 2), (0, 2)), mode=mode, reflect_type="odd")
    yield sample(np.pad, M, 2, constant_values=1.3)
    yield sample(np.pad, M, ((1, 0), (2, 1)), constant_values=np.array([[1.0, 2.0], [3.0, 4.0]]))
    yield sample(np.pad, V, 1, constant_values=(1.0, 2.0))
    yield sample(np.reshape, M, (4, 3), copy=True)
    yield sample(np.interp, V * 4, np.array([0.1, 1.2, 1.9, 3.3]), V[:4], period=5.0)
    yield sample(np.linalg.matmul, M, M.T)
    yield sample(np.linalg.vecdot, M, M[::-1], axis=0)
    yield sample(np.einsum_path, "ij,kj->ik", M, M)
    yield sample(np.fft.fftfreq, 4)
    yield sample(np.fft.rfftfreq, 4, 0.5)
    yield sample(runtime.array_of_floats, [0.5, 1.5])
    yield sample(runtime.list_of_lists, np.ones((2, 3, 4)) * V[:4])


def forms() -> list[Sample]:
    """All samples of this file."""
    return [*of_reductions(), *of_shapes()]
