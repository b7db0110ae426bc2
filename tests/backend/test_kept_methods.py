"""A derivative that is kept on disk for one bound method never serves another."""

import numpy as np
import pytest
import scipy.stats as st

from ast_ad import grad


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AST_AD_CACHE_DIR", str(tmp_path / "cache"))


def slope_of(method, x):
    return grad(lambda x: method(x))(x)


def test_methods_of_two_distributions():
    assert slope_of(st.norm.logpdf, 0.5) == pytest.approx(-0.5)
    assert slope_of(st.expon.logpdf, 0.5) == pytest.approx(-1.0)
    assert slope_of(st.cauchy.logpdf, 0.5) == pytest.approx(-0.8)


def test_methods_of_two_ufuncs():
    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(slope_of(np.add.reduce, x), [1.0, 1.0])
    np.testing.assert_allclose(slope_of(np.multiply.reduce, x), [3.0, 2.0])


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def of(self, x):
        return self.factor * x


def test_methods_of_two_objects():
    assert slope_of(Scale(2.0).of, 1.0) == 2.0
    assert slope_of(Scale(3.0).of, 1.0) == 3.0


def test_a_method_of_a_distribution_is_an_argument():
    def sloped(x, density=st.norm.logpdf):
        return density(x)

    assert grad(sloped)(0.5) == pytest.approx(-0.5)
    assert grad(sloped)(0.5, st.cauchy.logpdf) == pytest.approx(-0.8)
