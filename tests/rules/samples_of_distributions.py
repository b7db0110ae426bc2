"""Samples of `scipy.stats`' distributions in every parameter, and of the functions of `scipy.special` behind them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.special as sp
import scipy.stats as st

from ast_ad import runtime
from ast_ad.rules.table import primitive_of
from tests.rules.checking import Sample, sample
from tests.rules.samples_of_algebra import draw, positive

POINTS = np.array([0.4, 1.3, 2.6])
REAL = np.array([-1.4, 0.3, 2.1])
UNIT = np.array([0.2, 0.45, 0.8])

#: places in the support, and shapes
CONTINUOUS = {
    "beta": (UNIT, (2.3, 1.7)),
    "cauchy": (REAL, ()),
    "chi": (POINTS, (3.2,)),
    "chi2": (POINTS, (3.2,)),
    "expon": (POINTS, ()),
    "f": (POINTS, (3.3, 5.2)),
    "fisk": (POINTS, (2.6,)),
    "gamma": (POINTS, (2.3,)),
    "gumbel_l": (REAL, ()),
    "gumbel_r": (REAL, ()),
    "halfcauchy": (POINTS, ()),
    "halfnorm": (POINTS, ()),
    "hypsecant": (REAL, ()),
    "invgamma": (POINTS, (2.3,)),
    "invgauss": (POINTS, (1.4,)),
    "laplace": (REAL, ()),
    "logistic": (REAL, ()),
    "lognorm": (POINTS, (0.7,)),
    "loguniform": (POINTS, (0.2, 2.9)),
    "lomax": (POINTS, (1.7,)),
    "maxwell": (POINTS, ()),
    "moyal": (REAL, ()),
    "norm": (REAL, ()),
    "pareto": (POINTS + 1.1, (1.7,)),
    "powerlaw": (UNIT, (1.8,)),
    "rayleigh": (POINTS, ()),
    "skewnorm": (REAL, (1.2,)),
    "t": (REAL, (3.2,)),
    "truncnorm": (REAL, (-1.6, 2.4)),
    "uniform": (UNIT, ()),
    "vonmises": (REAL, (1.3,)),
    "weibull_min": (POINTS, (1.6,)),
}
#: places, and parameters; whole numbers are counts
DISCRETE = {
    "bernoulli": (np.array([0, 1]), (0.4,)),
    "binom": (np.array([0, 1, 3, 7]), (7, 0.4)),
    "geom": (np.array([1, 2, 5]), (0.3,)),
    "nbinom": (np.array([0, 1, 3]), (4.2, 0.4)),
    "poisson": (np.array([0, 1, 3]), (2.3,)),
}
DENSITIES = ("logpdf", "pdf")
SUMS = ("cdf", "sf", "logcdf", "logsf")
QUANTILES = ("ppf", "isf")
MOMENTS = ("mean", "var", "std", "entropy")
#: the distribution function of this one is a series that nobody differentiates by its shape
WITHOUT_SHAPE = ("vonmises",)


def continuous() -> Iterator[Sample]:
    """Densities, distribution functions, quantiles and moments."""
    for name, (x, shapes) in CONTINUOUS.items():
        distribution = getattr(st, name)
        moved = 0.1 + 1.3 * x
        for method in (*DENSITIES, *SUMS, *QUANTILES):
            function = getattr(distribution, method)
            given = (1,) if name in WITHOUT_SHAPE and method not in DENSITIES else shapes
            if name == "vonmises" and method in QUANTILES:
                given = (2,)
            standard, place = (UNIT, UNIT) if method in QUANTILES else (x, moved)
            yield sample(function, standard, *given, tolerance=1e-5)
            yield sample(function, place, *given, 0.1, 1.3, tolerance=1e-5)
            yield sample(function, place[:, None], *given, scale=np.array([1.3, 1.25]), tolerance=1e-5)
            yield sample(function, float(place[1]), *given, loc=0.1, tolerance=1e-5)
        for method in MOMENTS:
            function = getattr(distribution, method)
            if primitive_of(function) is not None:
                yield sample(function, *shapes, 0.1, 1.3, tolerance=1e-5)
                yield sample(function, *shapes, scale=1.3, tolerance=1e-5)
                if shapes:
                    yield sample(function, *(s * np.array([1.0, 1.1]) for s in shapes), tolerance=1e-5)


def discrete() -> Iterator[Sample]:
    """Masses, their sums, and moments."""
    for name, (k, parameters) in DISCRETE.items():
        distribution = getattr(st, name)
        for method in ("logpmf", "pmf", *SUMS):
            function = getattr(distribution, method)
            places = k[:-1] if method == "logsf" else k  # minus infinity at the last one
            yield sample(function, places, *parameters, tolerance=1e-5)
            yield sample(function, places + 2, *parameters, 2, tolerance=1e-5)
            yield sample(function, int(k[0]), *parameters, tolerance=1e-5)
        for method in QUANTILES:
            yield sample(getattr(distribution, method), UNIT, *parameters)
        for method in ("mean", "var", "std"):
            yield sample(getattr(distribution, method), *parameters, tolerance=1e-5)
            yield sample(getattr(distribution, method), *parameters, loc=2, tolerance=1e-5)


def of_vectors() -> Iterator[Sample]:
    """Distributions of vectors."""
    for method in DENSITIES:
        function = getattr(st.multivariate_normal, method)
        yield sample(function, draw(3), draw(3), positive(3, 3), tolerance=1e-5, smooth=False)
        yield sample(function, draw(4, 3), draw(3), positive(3, 3), tolerance=1e-5, smooth=False)
        yield sample(function, draw(4, 3), draw(3), 1.7, tolerance=1e-5)
        yield sample(function, draw(3), draw(3), np.array([1.2, 0.7, 2.0]), tolerance=1e-5)
        yield sample(getattr(st.dirichlet, method), np.array([0.2, 0.3, 0.5]), POINTS, tolerance=1e-5, smooth=False)


def of_shapes() -> Iterator[Sample]:
    """Incomplete functions in all their arguments."""
    a, b = np.array([0.6, 2.3, 7.0]), np.array([1.7, 0.8, 3.1])
    of_two = (sp.gammainc, sp.gammaincc, sp.stdtr, sp.chdtr, sp.chdtrc)
    for function in of_two:
        yield sample(function, a, 2 * POINTS, tolerance=1e-5)
        yield sample(function, a[:, None], POINTS[:2], tolerance=1e-5)
        yield sample(function, 2.3, 1.4, tolerance=1e-5)
    for function in (sp.gammaincinv, sp.gammainccinv, sp.stdtrit, sp.chdtri):
        yield sample(function, a, UNIT, tolerance=1e-5)
    for name in ("betainc", "betaincc", "betaincinv", "betainccinv"):
        if hasattr(sp, name):
            yield sample(getattr(sp, name), a, b, UNIT, tolerance=1e-5)
            yield sample(getattr(sp, name), 2, 3.4, 0.7, tolerance=1e-5)
    for function in (sp.fdtr, sp.fdtrc):
        yield sample(function, a, b, POINTS, tolerance=1e-5)
    for function in (sp.pdtr, sp.pdtrc):
        yield sample(function, np.array([1, 2, 3]), POINTS, tolerance=1e-5)
    for function in (sp.bdtr, sp.bdtrc, sp.nbdtr, sp.nbdtrc):
        yield sample(function, np.array([1, 2, 3]), 5, UNIT, tolerance=1e-5)
    for order in (1, 2):
        yield sample(runtime.gammainc_by_shape, a, POINTS, order=order, tolerance=1e-5)
        yield sample(runtime.stdtr_by_df, a, REAL, order=order, tolerance=1e-5)
        yield sample(runtime.betainc_by_shapes, a, b, UNIT, of_a=order, of_b=1, tolerance=1e-5)
    yield sample(runtime.betainc_by_shapes, a, b, UNIT, of_a=0, of_b=2, tolerance=1e-5)


def distribution_samples() -> list[Sample]:
    """All samples of this file."""
    return [*continuous(), *discrete(), *of_vectors(), *of_shapes()]
