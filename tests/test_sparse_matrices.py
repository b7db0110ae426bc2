"""Sparse matrices that a program makes: what is refused, and what the derivative looks like."""

import warnings

import numpy as np
import pytest

pytest.importorskip("scipy")
import scipy.sparse as ss
import scipy.sparse.linalg as ssl

from ast_ad import AstAdError, grad, jvp

R, C = np.array([0, 1, 2]), np.array([1, 0, 2])
X = np.array([1.0, 2.0, 3.0])


def product(x, y):
    A = ss.csr_matrix((x, (R, C)), shape=(3, 3))
    return np.sum((A @ y) ** 2)


def test_the_text_is_that_of_a_person():
    text = grad(product, (0, 1)).source_for(X, X)
    assert "matrix = scipy.sparse.csr_matrix((x, (R, C)), shape=(3, 3))" in text
    assert "matrix.T @ " in text
    assert "[R] * y[C]" in text
    assert "add.at" not in text


def written_after(x):
    A = ss.coo_matrix((x, (R, C)), shape=(3, 3))
    x[0] = 5.0
    return A.sum()


def returned(x):
    return ss.csr_matrix((x, (R, C)), shape=(3, 3))


def subscripted(x):
    return ss.csr_matrix((x, (R, C)), shape=(3, 3))[0, 1]


def its_data(x):
    return np.sum(ss.csr_matrix((x, (R, C)), shape=(3, 3)).data)


def in_another_dtype(x):
    return ss.csr_matrix((x, (R, C)), shape=(3, 3), dtype=np.float32).sum()


def over_an_axis(x):
    return np.sum(ss.csr_matrix((x, (R, C)), shape=(3, 3)).sum(axis=0))


def with_a_number_added(x):
    return (ss.csr_matrix((x, (R, C)), shape=(3, 3)) + 0.5).sum()


def divided(x):
    return (ss.csr_matrix((x, (R, C)), shape=(3, 3)) / np.ones((3, 3))).sum()


def solved_with_settings(x):
    return np.sum(ssl.spsolve(ss.csc_matrix((x, (R, C))), X, permc_spec="NATURAL"))


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (written_after, "x may not be written to here"),
        (returned, "sparse_matrix is used as one value"),
        (subscripted, "cannot be subscripted"),
        (its_data, "attribute 'data'"),
        (in_another_dtype, "unexpected keyword argument 'dtype'"),
        (over_an_axis, "unexpected keyword argument 'axis'"),
        (with_a_number_added, "+ of a sparse matrix"),
        (divided, "/ of a sparse matrix"),
        (solved_with_settings, "unexpected keyword argument 'permc_spec'"),
    ],
)
def test_what_is_not_followed_is_a_located_error(function, sentence):
    for call in (lambda: grad(function)(X), lambda: jvp(function, (X,), (X,))):
        with pytest.raises(AstAdError) as told:
            call()
        assert sentence in str(told.value)
        assert "test_sparse_matrices.py" in str(told.value)


def test_empty_matrices_and_single_precision():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda x: ss.csr_matrix((x, (R[:0], C[:0])), shape=(3, 3)).sum())(X[:0]).shape == (0,)
        found = grad(product)(X.astype(np.float32), X.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, grad(product)(X, X), rtol=1e-6)


def test_entries_at_one_place_count_each():
    twice = np.array([0, 0])
    found = grad(lambda x: ss.csr_matrix((x, (twice, twice)), shape=(2, 2)).toarray()[0, 0] ** 2)(X[:2])
    np.testing.assert_allclose(found, [6.0, 6.0])
