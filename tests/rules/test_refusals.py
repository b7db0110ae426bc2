"""What a rule does not honour is an error at the call, never left out in silence."""

import re

import numpy as np
import pytest

pytest.importorskip("scipy")
from scipy import integrate, linalg as dense_linalg, signal, sparse
from scipy.sparse import linalg

from ast_ad import errors, grad, jacfwd, jvp, stop_gradient

RECTANGLE = np.arange(1.0, 13.0).reshape(3, 4) ** 0.5
MATRIX = sparse.csr_matrix(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 5.0]]))


def padded(x, v):
    return np.sum(np.resize(x, int(v)) ** 2) + np.sum(np.full_like(x, 2.0) * np.roll(x, 1) ** v)


def weighted_quantiles(x):
    return np.sum(np.quantile(x, [0.4, 0.5], weights=np.ones(3), method="inverted_cdf"))


def far_reflection(x):
    return np.sum(np.pad(x, 9, mode="reflect", reflect_type="odd") ** 2)


def a_mode_of_ones_own(x):
    return np.sum(np.pad(x, 2, mode="empty") ** 2)


def several_with_a_signature(x):
    return np.sum(np.vectorize(lambda v: (v, v), signature="(n)->(n),(n)")(x)[0])


def stretched_to_each_other(x):
    return np.sum(np.vectorize(lambda v, u: v @ u, signature="(n),(n)->()")(x[None, None, :], np.outer(x, x)))


def mixed(x):
    return np.sum(np.vectorize(lambda v: v * v if v > 0 else 0)(x))


def of_several(x):
    return np.sum(np.vectorize(lambda v: (v, v))(x))


def counted(x):
    return np.sum(np.fromiter(x, float, count=2))


def uneven(x):
    return np.sum(np.piecewise(x, [x < 0, x > 1], [1.0]))


REFUSED = [
    (weighted_quantiles, errors.NoDerivative, "a weighted quantile has a derivative rule for one q only"),
    (a_mode_of_ones_own, errors.NoDerivative, "np.pad with mode='empty' has no derivative rule"),
    (several_with_a_signature, errors.NoDerivative, "np.vectorize with signature='(n)->(n),(n)' of this call"),
    (stretched_to_each_other, errors.NoDerivative, "np.vectorize with a signature of arrays that are stretched"),
    (of_several, errors.NoDerivative, "np.vectorize of a function that gives numbers of several types, or no numbers"),
    (counted, errors.NoDerivative, "np.fromiter with 'count' is not supported"),
    (uneven, errors.NoDerivative, "np.piecewise of conditions and functions that are not written one by one"),
]


@pytest.mark.parametrize(("function", "kind", "sentence"), REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_what_is_not_honoured_is_said_at_the_call(function, kind, sentence):
    with pytest.raises(kind) as raised:
        grad(function)(np.array([0.5, -1.5, 2.0]))
    assert sentence in str(raised.value)
    assert f"{__file__}:{function.__code__.co_firstlineno + 1}:" in str(raised.value)


def spaced(x, h):
    return np.sum(np.nan_to_num(x, nan=h) ** 2)


def spaced_by_a_constant(x, h):
    return np.sum(np.nan_to_num(x, nan=stop_gradient(h)) ** 2) * h


def test_a_number_that_must_be_constant_may_not_be_differentiated():
    x = np.array([1.0, np.nan])
    np.testing.assert_array_equal(grad(spaced)(x, 0.5), [2.0, 0.0])
    with pytest.raises(errors.NoDerivative) as raised:
        grad(spaced, 1)(x, 0.5)
    assert str(raised.value).partition(": ")[2] == (
        "'nan' of np.nan_to_num has no derivative, and h is differentiated\n"
        "    return np.sum(np.nan_to_num(x, nan=h) ** 2)\n"
        "                  ^^^^^^^^^^^^^^^^^^^^^^^\n"
        "    It must be a constant when the function is compiled.\n"
        "    If h should count as constant here, write ast_ad.stop_gradient(h)."
    )
    assert grad(spaced_by_a_constant, 1)(x, 0.5) == 1.25


def test_an_integer_made_of_a_number_is_no_derivative_by_it():
    x = np.array([1.0, 2.0])
    assert grad(padded, 1)(x, 2.5) == pytest.approx(2 * np.sum(x[::-1] ** 2.5 * np.log(x[::-1])))


def test_the_first_number_decides_the_type_of_what_a_vectorized_function_gives():
    np.testing.assert_array_equal(grad(mixed)(np.array([0.5, -1.5, 2.0])), [1.0, 0.0, 4.0])
    with pytest.raises(TypeError, match=r"name the type, as in np.vectorize\(function, otypes=\[float\]\)"):
        grad(mixed)(np.array([-0.5, 1.5]))
    with pytest.raises(ValueError, match="cannot call `vectorize` on size 0 inputs unless `otypes` is set"):
        grad(mixed)(np.zeros(0))


def imaginary(x):
    return np.sum(signal.hilbert(x).imag ** 2)


def angles(x):
    return np.sum(np.angle(signal.hilbert(x)))


def median_filter(x):
    return np.sum(signal.medfilt(x, 3))


def by_places(x):
    return integrate.simpson(np.sin(x), x)


def of_a_stack(x):
    return np.sum(dense_linalg.expm(np.outer(x, x)[None]))


def of_a_rectangle(x):
    return np.sum(dense_linalg.lu(RECTANGLE * x[:, None])[2])


OF_SCIPY = [
    (imaginary, ("the imaginary part of a number whose type is not known", "hilbert")),
    (angles, ("the imaginary part of a number whose type is not known", "hilbert")),
    (median_filter, ("medfilt", "medfilt")),
    (by_places, ("scipy.integrate.simpson has no derivative rule for the places x of the samples",) * 2),
    (of_a_stack, ("scipy.linalg.expm has a derivative rule for one square matrix only",) * 2),
    (of_a_rectangle, ("scipy.linalg.lu has a derivative rule for one square matrix only",) * 2),
]


@pytest.mark.parametrize(("function", "sentences"), OF_SCIPY, ids=lambda v: getattr(v, "__name__", ""))
def test_what_scipy_computes_without_a_rule_is_no_zero(function, sentences):
    """The reverse mode meets the last call without a rule, the forward mode the first."""
    x = np.array([0.5, 1.5, 2.0])
    for differentiate, sentence in zip((grad(function), lambda x: jvp(function, (x,), (x,))), sentences, strict=True):
        with pytest.raises(errors.NoDerivative, match=re.escape(sentence)):
            differentiate(x)


def test_a_sparse_matrix_multiplies_and_solves():
    def f(x, matrix):
        return np.sum(np.sin(matrix @ x) * (x @ matrix)) + matrix.T.dot(x) @ linalg.spsolve(matrix, x)

    def dense(x, matrix):
        return np.sum(np.sin(matrix @ x) * (x @ matrix)) + (matrix.T @ x) @ np.linalg.solve(matrix, x)

    x = np.array([0.5, 1.5, 2.0])
    for matrix in (MATRIX, sparse.csc_array(MATRIX), sparse.coo_matrix(MATRIX).tocsc()):
        np.testing.assert_allclose(grad(f)(x, matrix), grad(dense)(x, MATRIX.toarray()))
        hessians = jacfwd(grad(f))(x, matrix), jacfwd(grad(dense))(x, MATRIX.toarray())
        np.testing.assert_allclose(*hessians)


def test_what_a_factorisation_gives_is_solved_with():
    def f(a, b):
        positive = a @ a.T + np.eye(3)
        one = dense_linalg.cho_solve(dense_linalg.cho_factor(positive), b)
        two = dense_linalg.cho_solve((np.linalg.cholesky(positive), True), b)
        return np.sum(one * two) + np.sum(dense_linalg.lu_solve(dense_linalg.lu_factor(a), b, trans=1))

    def dense(a, b):
        solution = np.linalg.solve(a @ a.T + np.eye(3), b)
        return np.sum(solution * solution) + np.sum(np.linalg.solve(a.T, b))

    a, b = MATRIX.toarray() + 0.3, np.array([0.5, 1.5, 2.0])
    for found, expected in zip(grad(f, (0, 1))(a, b), grad(dense, (0, 1))(a, b), strict=True):
        np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(jacfwd(grad(f))(a, b), jacfwd(grad(dense))(a, b), atol=1e-12)
