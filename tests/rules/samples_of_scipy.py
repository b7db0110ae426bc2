"""Samples of SciPy's functions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.special as sp

from tests.rules.checking import Sample, sample

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
    **dict.fromkeys(["erfinv", "erfcinv", "ndtri", "logit", "log1p"], UNIT),
}
_BINARY = {
    **dict.fromkeys(
        ["beta", "betaln", "poch", "xlogy", "xlog1py", "rel_entr", "kl_div", "pseudo_huber", "boxcox", "boxcox1p"],
        (POINTS, POINTS[::-1] + 0.2),
    ),
    "binom": (POINTS + 3, POINTS),
    "huber": (POINTS, REAL),
}
_ORDERED = ["gammainc", "gammaincc", "jv", "yv", "iv", "ive", "kv", "kve"]


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
    yield sample(sp.yn, np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    yield sample(sp.kn, np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    yield sample(sp.gammaincinv, 2, UNIT, tolerance=1e-5)
    yield sample(sp.betainc, 2, 3, UNIT, tolerance=1e-5)
    if hasattr(sp, "betaincc"):
        yield sample(sp.betaincc, 2, 3, UNIT, tolerance=1e-5)
    yield sample(sp.betaincinv, 2, 3, UNIT, tolerance=1e-5)
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


def scipy_samples() -> list[Sample]:
    """All samples of this file."""
    return [*special()]
