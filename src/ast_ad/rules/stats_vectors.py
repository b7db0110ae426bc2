"""Rules of the distributions of vectors of `scipy.stats`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats as st

from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.distributions import HALF_LOG_TWO_PI
from ast_ad.rules.joining import length_along
from ast_ad.rules.products import transposed
from ast_ad.rules.results import array_dims
from ast_ad.rules.table import composite, primitive_for
from ast_ad.rules.terms import call, term


def _mvn(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    cov = term(cov)
    if rank(cov.kind) == 1:
        cov = np.diag(cov)
    elif rank(cov.kind) == 0:
        cov = cov * call(np.eye, length_along(x if rank(x.kind) else mean, -1))
    d = x if mean is None else x - mean
    lower = np.linalg.cholesky(0.5 * (cov + cov.T))
    white = np.linalg.solve(lower, d if rank(d.kind) == 1 else transposed(d))
    squares = np.sum(white * white, axis=0)
    size = np.shape(cov)[0]
    return -0.5 * squares - np.sum(np.log(np.diagonal(lower))) - HALF_LOG_TWO_PI * size


def _vector_kind(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0])
    return Array("float64", None if dims is None else dims[:-1])


def _of_mvn(method: str) -> Any:
    bound = getattr(st.multivariate_normal, method)
    return primitive_for(
        bound,
        _vector_kind,
        name=f"scipy.stats.multivariate_normal.{method}",
        operands=("x", "mean", "cov"),
        call=_mvn_caller(bound),
    )


def _mvn_caller(bound: Any) -> Any:
    from ast_ad.rules.table import holes_filled

    def called(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        return bound(x, mean, cov, allow_singular)

    return holes_filled(called, ("x",))


composite(_of_mvn("logpdf"), _mvn)
composite(
    _of_mvn("pdf"),
    lambda x, mean=None, cov=1, allow_singular=False: np.exp(_mvn(x, mean, cov, allow_singular)),
)


def _dirichlet(x: Any, alpha: Any) -> Any:
    return sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha)) + np.sum(call(sp.xlogy, alpha - 1, x))


for _m in ("logpdf", "pdf"):
    _bound = getattr(st.dirichlet, _m)
    composite(
        primitive_for(
            _bound,
            lambda ks, p: Array("float64", ()),
            name=f"scipy.stats.dirichlet.{_m}",
            operands=("x", "alpha"),
            call=_bound,
        ),
        _dirichlet if _m == "logpdf" else (lambda x, alpha: np.exp(_dirichlet(x, alpha))),
    )
