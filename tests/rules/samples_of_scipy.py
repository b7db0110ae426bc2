"""Samples of SciPy's functions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.linalg as sl
import scipy.special as sp

from ast_ad import runtime
from tests.rules.checking import Sample, sample
from tests.rules.samples_of_algebra import draw, positive

POINTS = np.array([0.4, 1.3, 2.6])
REAL = np.array([-1.4, 0.3, 2.1])
UNIT = np.array([0.2, 0.45, 0.8])

_UNARY = {
    **dict.fromkeys(
        [
            "gamma",
            "gammaln",
            "loggamma",
            "rgamma",
            "digamma",
            "entr",
            "exp1",
            "expi",
            "y0",
            "y1",
            "k0",
            "k1",
            "erfc",
            "erfcx",
            "spence",
        ],
        POINTS,
    ),
    **dict.fromkeys(
        [
            "erf",
            "erfi",
            "dawsn",
            "ndtr",
            "log_ndtr",
            "expit",
            "log_expit",
            "exprel",
            "cbrt",
            "exp2",
            "exp10",
            "expm1",
            "cosm1",
        ],
        REAL,
    ),
    **dict.fromkeys(["j0", "j1", "i0", "i1", "i0e", "i1e", "gammasgn"], REAL),
    **dict.fromkeys(["erfinv", "erfcinv", "ndtri", "logit", "log1p", "ellipk", "ellipe", "ellipkm1"], UNIT),
    **dict.fromkeys(["sindg", "cosdg", "tandg", "cotdg"], 20 * POINTS),
    **dict.fromkeys(["fresnel", "sici", "shichi"], POINTS),
    "airy": REAL,
    "ndtri_exp": -POINTS,
}
_BINARY = {
    **dict.fromkeys(
        ["beta", "betaln", "poch", "xlogy", "xlog1py", "rel_entr", "kl_div", "pseudo_huber", "boxcox", "boxcox1p"],
        (POINTS, POINTS[::-1] + 0.2),
    ),
    "binom": (POINTS + 3, POINTS),
    "huber": (POINTS, REAL),
    **dict.fromkeys(["ellipkinc", "ellipeinc"], (REAL, UNIT)),
    **dict.fromkeys(["inv_boxcox", "inv_boxcox1p"], (UNIT, REAL + 0.3)),
    "powm1": (POINTS, REAL + 0.3),
    "owens_t": (REAL, POINTS),
}
_POLYNOMIALS = ["chebyt", "chebyu", "hermite", "hermitenorm", "laguerre", "legendre"]
_ORDERED = [
    "expn",
    "hyp0f1",
    "modstruve",
    "struve",
    "jv",
    "yv",
    "iv",
    "ive",
    "kv",
    "kve",
]


def special() -> Iterator[Sample]:
    """scipy.special."""
    for name, x in _UNARY.items():
        function = getattr(sp, name)
        yield sample(function, x, tolerance=1e-5)
        yield sample(function, x[:, None], tolerance=1e-5)
        yield sample(function, float(x[1]), tolerance=1e-5)
        yield sample(function, x.astype(np.float32))
    for name, (x, y) in _BINARY.items():
        function = getattr(sp, name)
        yield sample(function, x, y, tolerance=1e-5)
        yield sample(function, x[:, None], y, tolerance=1e-5)
        yield sample(function, float(x[1]), y, tolerance=1e-5)
    for name in _ORDERED:
        yield sample(getattr(sp, name), np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    for name in _POLYNOMIALS:
        yield sample(getattr(sp, f"eval_{name}"), np.array([0, 1, 2, 5]), UNIT[0], tolerance=1e-5)
        yield sample(getattr(sp, f"eval_{name}"), 3, UNIT, tolerance=1e-5)
    yield sample(sp.eval_gegenbauer, np.array([0, 1, 4]), 2, 0.3, tolerance=1e-5)
    yield sample(sp.eval_genlaguerre, np.array([0, 1, 4]), 2, 0.3, tolerance=1e-5)
    yield sample(sp.expn, 0, POINTS, tolerance=1e-5)
    yield sample(sp.zeta, 3, POINTS, tolerance=1e-5)
    yield sample(sp.hyp2f1, 1, 2, 3, UNIT, tolerance=1e-5)
    yield sample(sp.hyp1f1, 1, 2, REAL, tolerance=1e-5)
    yield sample(sp.yn, np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    yield sample(sp.kn, np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    yield sample(sp.polygamma, 1, POINTS, tolerance=1e-5)
    yield sample(sp.multigammaln, POINTS + 2, 3, tolerance=1e-5)
    for x in (POINTS, np.stack([POINTS, REAL])):
        for axis in (None, 0, -1):
            yield sample(sp.logsumexp, x, axis=axis)
            yield sample(sp.logsumexp, x, axis=axis, keepdims=True)
            yield sample(sp.softmax, x, axis=axis)
            yield sample(sp.log_softmax, x, axis=axis)
    yield sample(sp.logsumexp, np.stack([POINTS, REAL]), axis=1, b=UNIT)
    yield sample(sp.exprel, np.array([0.0, 0.019, 0.021, -0.01]))


def linalg() -> Iterator[Sample]:
    """scipy.linalg."""
    a, b = draw(3, 3) + 3 * np.eye(3), draw(3, 2)
    for function in (sl.inv, sl.det, sl.pinv, sl.expm, sl.sqrtm, sl.logm, sl.lu_factor, sl.lu, sl.svdvals):
        yield sample(function, positive(3, 3) if function in (sl.sqrtm, sl.logm) else a, tolerance=1e-5)
    yield sample(sl.norm, b)
    yield sample(sl.norm, b, 1, axis=0)
    yield sample(sl.solve, a, b)
    yield sample(sl.solve, a, b[:, 0], transposed=True)
    yield sample(sl.cholesky, positive(3, 3), symmetric=True)
    yield sample(sl.cholesky, positive(3, 3), lower=True, symmetric=True)
    yield sample(sl.cho_factor, positive(3, 3), symmetric=True, smooth=False)
    yield sample(sl.cho_solve, (np.linalg.cholesky(positive(3, 3)), True), b)
    yield sample(sl.cho_solve, (np.linalg.cholesky(positive(3, 3)).T, False), b[:, 0])
    yield sample(sl.lstsq, draw(5, 3), draw(5), tolerance=1e-5)
    steady = np.diag([1.0, 2.0, 4.0]) + 0.1  # whose eigenvectors do not change their signs beside it
    yield sample(sl.eigh, steady, symmetric=True, tolerance=1e-5)
    yield sample(sl.eigh, steady, eigvals_only=True, symmetric=True, tolerance=1e-5)
    yield sample(sl.eigvalsh, positive(3, 3), symmetric=True, tolerance=1e-5)
    yield sample(sl.svd, draw(4, 3), full_matrices=False, tolerance=1e-5)
    yield sample(sl.svd, draw(4, 3), compute_uv=False, tolerance=1e-5)
    yield sample(sl.qr, draw(4, 3), mode="economic", tolerance=1e-5)
    yield sample(sl.qr, draw(3, 4), tolerance=1e-5)
    for trans in (0, 1):
        for lower in (False, True):
            yield sample(sl.solve_triangular, a, b, trans=trans, lower=lower)
            yield sample(sl.solve_triangular, a, b[:, 0], trans=trans, lower=lower, unit_diagonal=True)
        yield sample(sl.lu_solve, sl.lu_factor(a), b, trans=trans)
    yield sample(sl.solve_sylvester, a, draw(2, 2) + 3 * np.eye(2), b)
    yield sample(sl.solve_continuous_lyapunov, a, draw(3, 3))
    yield sample(sl.toeplitz, draw(3))
    yield sample(sl.toeplitz, draw(3), draw(4))
    yield sample(sl.circulant, draw(3))
    yield sample(sl.block_diag, a, b, draw(2))
    bands = draw(4, 5) + 4 * np.array([[0.0], [1], [0], [0]])
    for right in (draw(5), draw(5, 2)):
        yield sample(sl.solve_banded, (2, 1), bands, right)
        yield sample(sl.solve_banded, (0, 1), bands[:2], right)
        yield sample(sl.solveh_banded, bands[:2], right)
        yield sample(sl.solveh_banded, bands[1:3], right, lower=True)
        yield sample(runtime.band_product, bands, right, lower=2, upper=1)
        yield sample(runtime.band_outer, right, draw(*right.shape), lower=2, upper=1)
        for lower in (False, True):
            yield sample(runtime.half_product, bands, right, lower=lower)
            yield sample(runtime.half_outer, right, draw(*right.shape), bands, lower=lower, smooth=False)
    yield sample(runtime.band_transposed, bands, lower=2, upper=1)
    strong = draw(5) + np.array([9.0, 0, 0, 0, 0])
    for right in (draw(5), draw(5, 2)):
        yield sample(sl.solve_toeplitz, strong, right)
        yield sample(sl.solve_toeplitz, (strong, strong + 0.3), right)
        yield sample(sl.solve_circulant, strong, right)
    yield sample(sl.hankel, draw(5))
    yield sample(sl.hankel, draw(5), draw(3))
    yield sample(sl.companion, strong)
    yield sample(sl.sinhm, 0.3 * a, tolerance=1e-5)
    yield sample(sl.coshm, 0.3 * a, tolerance=1e-5)
    yield sample(sl.polar, a, tolerance=1e-5)
    yield sample(sl.polar, draw(4, 3), tolerance=1e-5)
    yield sample(sl.solve_discrete_lyapunov, 0.2 * draw(3, 3), draw(3, 3))
    yield sample(runtime.pivot_order, np.array([2, 1, 2]))


def scipy_samples() -> list[Sample]:
    """All samples of this file."""
    return [*special(), *linalg()]
