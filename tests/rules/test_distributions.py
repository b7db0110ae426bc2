"""Derivatives by shapes are as accurate as stated, and far tails lose nothing."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import scipy.stats as st

from ast_ad import grad
from ast_ad.runtime import betainc_by_shapes, gammainc_by_shape, stdtr_by_df
from tests.rules.samples_of_distributions import CONTINUOUS

SHAPES = np.array([0.05, 0.5, 1.0, 2.3, 30.0, 400.0])


def extrapolated(function: Any, a: Any) -> Any:
    """The derivative of a function of positive numbers by Richardson's extrapolation of central differences."""
    rows: list[list[Any]] = []
    for i in range(6):
        h = 0.06 * a / 2**i
        rows.append([(function(a + h) - function(a - h)) / (2 * h)])
        for j in range(1, i + 1):
            rows[i].append(rows[i][j - 1] + (rows[i][j - 1] - rows[i - 1][j - 1]) / (4**j - 1))
    return rows[-1][-1]


def test_the_incomplete_gamma_function_by_its_shape_is_right_to_ten_digits() -> None:
    a, x = SHAPES[:, None], SHAPES[:, None] * np.array([0.01, 0.3, 0.9, 1.0, 1.1, 3.0])
    expected = extrapolated(lambda a: sp.gammainc(a, x), a)
    np.testing.assert_allclose(gammainc_by_shape(a, x), expected, rtol=1e-10, atol=1e-13)
    again = extrapolated(lambda a: gammainc_by_shape(a, x), a)
    np.testing.assert_allclose(gammainc_by_shape(a, x, 2), again, rtol=1e-9, atol=1e-12)


def test_the_incomplete_beta_function_by_its_shapes_is_right_to_ten_digits() -> None:
    a, b, x = SHAPES[:, None, None], SHAPES[:, None], np.array([1e-4, 0.03, 0.4, 0.5, 0.9, 0.999])
    by_a = extrapolated(lambda a: sp.betainc(a, b, x), a)
    by_b = extrapolated(lambda b: sp.betainc(a, b, x), b)
    np.testing.assert_allclose(betainc_by_shapes(a, b, x), by_a, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(betainc_by_shapes(a, b, x, 0, 1), by_b, rtol=1e-9, atol=1e-11)
    both = extrapolated(lambda b: betainc_by_shapes(a, b, x), b)
    np.testing.assert_allclose(betainc_by_shapes(a, b, x, 1, 1), both, rtol=1e-8, atol=1e-10)


def test_the_distribution_of_student_by_its_degrees_of_freedom_is_right_to_ten_digits() -> None:
    df, t = SHAPES[:, None], np.array([-50.0, -2.0, -0.1, 0.0, 0.7, 8.0])
    expected = extrapolated(lambda df: sp.stdtr(df, t), df)
    np.testing.assert_allclose(stdtr_by_df(df, t), expected, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(
        stdtr_by_df(df, t, 3), extrapolated(lambda df: stdtr_by_df(df, t, 2), df), rtol=1e-8, atol=1e-12
    )


def test_at_the_ends_the_shapes_count_for_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gammainc_by_shape(2.0, np.array([0.0, np.inf])).tolist() == [0, 0]
        assert betainc_by_shapes(2.0, 3.0, np.array([0.0, 1.0])).tolist() == [0, 0]
        assert stdtr_by_df(2.0, np.array([-np.inf, 0.0, np.inf])).tolist() == [0, 0, 0]
        assert np.isnan(gammainc_by_shape(np.array([-1.0, 2.0, np.nan]), np.array([1.0, -1.0, 1.0]))).all()
        assert gammainc_by_shape(np.ones(0), np.ones(0)).shape == (0,)


FAR = [
    (st.expon.logsf, 800.0, (), -1.0),
    (st.weibull_min.logsf, 40.0, (1.5,), -1.5 * np.sqrt(40.0)),
    (st.norm.logsf, 1e3, (), -1e3),
    (st.norm.logcdf, -1e3, (), 1e3),
    (st.logistic.logcdf, -800.0, (), 1.0),
    (st.logistic.logpdf, -800.0, (), 1.0),
    (st.pareto.logsf, 1e30, (2.0,), -2e-30),
    (st.gumbel_r.logcdf, -6.0, (), np.exp(6.0)),
]


@pytest.mark.parametrize(("method", "x", "shapes", "slope"), FAR, ids=lambda v: getattr(v, "__name__", None))
def test_logarithms_of_small_probabilities_have_their_derivative(
    method: Any, x: float, shapes: tuple[float, ...], slope: float
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = grad(lambda x: method(x, *shapes))(x)
    np.testing.assert_allclose(found, slope, rtol=1e-5)


@pytest.mark.parametrize("name", ["expon", "gamma", "beta", "lognorm", "uniform", "pareto"])
def test_outside_the_support_nothing_moves(name: str) -> None:
    shapes = tuple(1.5 for _ in (getattr(st, name).shapes or "").split(",") if _)
    for method in ("pdf", "cdf", "sf", "logsf"):
        function = getattr(getattr(st, name), method)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert grad(lambda x, f=function: f(x, *shapes, 0.5, 1.2))(-3.0) == 0


@pytest.mark.parametrize("name", sorted(set(CONTINUOUS) - {"uniform", "vonmises"}))
def test_nan_stays_nan_and_at_infinity_nothing_moves(name: str) -> None:
    shapes = CONTINUOUS[name][1]
    for method in ("cdf", "sf"):
        function = getattr(getattr(st, name), method)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            slope = grad(lambda x, f=function: f(x, *shapes, 0.5, 1.2))
            assert np.isnan(slope(np.nan))
            assert [slope(end) for end in (np.inf, -np.inf)] == [0, 0]
