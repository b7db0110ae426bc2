"""What is promised of SciPy: each of these functions has a rule with samples in each of these arguments."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import scipy.stats as st

from ast_ad import check_grads, grad
from ast_ad.ir.primitives import HOLE
from ast_ad.rules.table import primitive_of, rule_of
from tests.rules.checking import is_active
from tests.rules.samples import SAMPLES
from tests.rules.samples_of_distributions import CONTINUOUS, DISCRETE, QUANTILES, SUMS, WITHOUT_SHAPE

#: the arguments by place or name, after the names of functions
PROMISED = {
    "scipy.special": """
        beta 0 1; betainc 0 1 2; betaincinv 0 1 2; betaln 0 1; boxcox 0 1; boxcox1p 0 1; digamma 0; entr 0; erf 0;
        erfc 0; erfcinv 0; erfcx 0; erfinv 0; expit 0; exprel 0; gamma 0; gammainc 0 1; gammaincc 0 1; gammaincinv 0 1;
        gammaln 0; huber 0 1; i0 0; i0e 0; i1 0; i1e 0; iv 1; ive 1; j0 0; j1 0; jn 1; jv 1; kl_div 0 1; kv 1;
        log_expit 0; log_ndtr 0; log_softmax 0; loggamma 0; logit 0; logsumexp 0 b; multigammaln 0; ndtr 0; ndtri 0;
        polygamma 1; pseudo_huber 0 1; psi 0; rel_entr 0 1; rgamma 0; softmax 0; stdtr 0 1; xlog1py 0 1; xlogy 0 1;
        y0 0; y1 0; yn 1
    """,
    "scipy.linalg": """
        block_diag 0 1; cho_factor 0; cho_solve 0 1; cholesky 0; circulant 0; det 0; eigh 0; expm 0; inv 0; logm 0;
        lstsq 0 1; lu 0; lu_factor 0; lu_solve 0 1; norm 0; pinv 0; qr 0; solve 0 1; solve_banded ab b;
        solve_continuous_lyapunov 0 1; solve_sylvester 0 1 2; solve_triangular 0 1; sqrtm 0; svd 0; toeplitz 0 1
    """,
    "scipy.sparse.linalg": "spsolve 1",
    "scipy.signal": "convolve 0 1; correlate 0 1; fftconvolve 0 1; lfilter 0 1 2",
    "scipy.integrate": "simpson 0; trapezoid 0 x",
    "scipy.ndimage": "convolve 0 1; correlate 0 1; gaussian_filter 0",
    "scipy.spatial.distance": "cdist 0 1; pdist 0",
    "scipy.stats.multivariate_normal": "logpdf 0 1 2; pdf 0 1 2",
    "scipy.stats.dirichlet": "logpdf 0 1; pdf 0 1",
}
#: functions of counts, whose derivative is zero by nature
CONSTANT = {"scipy.special": ("gammasgn",)}


def _rows() -> list[Any]:
    rows = []
    for home, text in PROMISED.items():
        for row in text.split(";"):
            name, *places = row.split()
            rows += [pytest.param(home, name, place, id=f"{home}.{name}-{place}") for place in places]
    return rows


def _found(home: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(home), name)
    except ModuleNotFoundError:
        module, _, owner = home.rpartition(".")
        return getattr(getattr(importlib.import_module(module), owner), name)


def _is_active_at(primitive: Any, place: str) -> bool:
    for s in SAMPLES:
        if s.primitive is primitive:
            holes = [name for name, value in s.params.items() if value is HOLE]
            names = [*map(str, range(len(s.args) - len(holes))), *holes]
            of_name = [primitive.operands.index(place)] if place in primitive.operands else []
            places = [*of_name, *(k for k, name in enumerate(names) if name == place)]
            if any(k < len(s.args) and is_active(s.args[k]) for k in places):
                return True
    return False


@pytest.mark.parametrize(("home", "name", "place"), _rows())
def test_each_promised_argument_has_a_sample(home: str, name: str, place: str) -> None:
    primitive = primitive_of(_found(home, name))
    assert primitive is not None
    assert rule_of(primitive) is not None
    assert _is_active_at(primitive, place)


@pytest.mark.parametrize("method", ["logpmf", "pmf", "cdf", "sf", "logcdf", "logsf"])
@pytest.mark.parametrize("name", DISCRETE)
def test_a_discrete_distribution_has_derivatives_in_its_parameters(name: str, method: str) -> None:
    k, given = DISCRETE[name]
    real = [p for p in given if isinstance(p, float)]
    counts = [p for p in given if not isinstance(p, float)]
    call = getattr(getattr(st, name), method)

    def by_place(values: Any) -> Any:
        return call(k[:-1], *counts, *values)

    def frozen(values: Any) -> Any:
        return getattr(getattr(st, name)(*counts, *values, loc=0), method)(k[:-1])

    check_grads(by_place, (tuple(real),), order=2, rtol=1e-5, atol=1e-6)
    check_grads(frozen, (tuple(real),), order=1, rtol=1e-5, atol=1e-6)


def test_functions_of_counts_have_a_rule() -> None:
    for home, names in CONSTANT.items():
        assert all(rule_of(primitive_of(_found(home, name))) is not None for name in names)


# Distributions, as a user calls them


def _parameters(name: str) -> tuple[tuple[str, ...], dict[str, float]]:
    shapes = tuple((getattr(st, name).shapes or "").replace(" ", "").split(",")) if getattr(st, name).shapes else ()
    given = CONTINUOUS[name][1] if name in CONTINUOUS else DISCRETE[name][1]
    return shapes, dict(zip(shapes, given, strict=True))


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("method", ["logpdf", "pdf", *SUMS, *QUANTILES])
def test_a_distribution_has_derivatives_in_every_parameter_however_it_is_called(name: str, method: str) -> None:
    distribution = getattr(st, name)
    x, _ = CONTINUOUS[name]
    place = np.array([0.2, 0.45, 0.8]) if method in QUANTILES else 0.1 + 1.3 * x
    shapes, given = _parameters(name)
    if name in WITHOUT_SHAPE and method not in ("logpdf", "pdf"):
        given = {}
    fixed = {shape: 1 for shape in shapes if shape not in given}
    values = tuple(given.values())
    call = getattr(distribution, method)

    def by_place(x: Any, values: Any, loc: Any, scale: Any) -> Any:
        return call(x, *values, *fixed.values(), loc, scale)

    def by_word(x: Any, values: Any, loc: Any, scale: Any) -> Any:
        return call(x, scale=scale, loc=loc, **dict(zip(given, values, strict=True)), **fixed)

    def frozen(x: Any, values: Any, loc: Any, scale: Any) -> Any:
        return getattr(distribution(*values, *fixed.values(), scale=scale, loc=loc), method)(x)

    check_grads(by_place, (place, values, 0.1, 1.3), order=1, rtol=1e-5, atol=1e-6)
    expected = grad(lambda *a: np.sum(by_place(*a)), (0, 1, 2, 3))(place, values, 0.1, 1.3)
    for form in (by_word, frozen):
        found = grad(lambda *a, form=form: np.sum(form(*a)), (0, 1, 2, 3))(place, values, 0.1, 1.3)
        for f, e in zip((found[0], *found[1], *found[2:]), (expected[0], *expected[1], *expected[2:]), strict=True):
            np.testing.assert_allclose(f, e, rtol=1e-12, atol=1e-14)
