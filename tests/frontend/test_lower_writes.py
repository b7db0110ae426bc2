"""Functions that write to an array they are given: what is refused, and in which words."""

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import NoDerivative, WrongArgument
from tests.frontend.agreement import agree

X = np.arange(5.0) / 3 + 0.1
A = np.arange(12.0).reshape(3, 4) / 5


def refused(f, *args):
    """The error that a function's derivative is refused with, without the caret's lines."""
    with pytest.raises(ast_ad.AstAdError) as caught:
        ast_ad.grad(f)(*args)
    return caught.value


def test_a_condition_without_an_output_leaves_values_open():
    error = refused(lambda x: np.sum(np.log(x, where=x > 0)), X)
    assert isinstance(error, NoDerivative)
    assert "np.log with 'where' and without 'out'" in str(error)
    assert "holds whatever the memory held before" in str(error)
    assert "out=np.zeros_like(x)" in str(error)


def test_a_condition_that_is_true_needs_no_output():
    agree(lambda x: np.sin(x, where=True, out=None), X)


def test_an_output_must_take_the_dtype_of_the_result():
    def f(x):
        counts = np.zeros(5, int)
        np.multiply(x, 2, out=counts)
        return np.sum(counts * x)

    with pytest.raises(TypeError, match="int64"):
        f(X)
    assert "an array of int64 cannot take the float64 result" in str(refused(f, X))


def test_a_cast_that_is_asked_for_is_made():
    def f(x):
        counts = np.zeros(5, int)
        np.multiply(x, 4, out=counts, casting="unsafe")
        return np.sum(counts * x)

    agree(f, X)


def test_a_sum_is_computed_in_the_dtype_of_its_output():
    def f(x):
        total = np.zeros(4, np.float32)
        np.sum(x, axis=0, out=total)
        return np.sum(total)

    assert "np.sum of float64 into an array of float32" in str(refused(f, A))


def test_an_output_has_the_axes_of_the_result():
    def f(x):
        total = np.zeros(3)
        np.sum(x, out=total)
        return np.sum(total)

    assert "np.sum gives 0 axes, and the array that takes them has 1" in str(refused(f, A))

    def g(x):
        np.add(x, 1, out=x[0])
        return np.sum(x)

    assert "np.add gives 2 axes, and the array that takes them has 1" in str(refused(g, A))


def test_an_output_is_an_array():
    error = refused(lambda x: np.sum(np.add(x, 1, out=[0.0] * 5)), X)
    assert isinstance(error, WrongArgument)
    assert "np.add cannot write to a list or dict" in str(error)


def test_an_array_for_one_result_of_two():
    error = refused(lambda x: np.sum(np.divmod(x, 2.0, out=(np.zeros(5), None))[1]), X)
    assert "an array for one of its results only" in str(error)


def test_a_condition_beside_other_words():
    def f(x):
        np.add(x, 1.0, out=x, where=x > 0, dtype=float)
        return np.sum(x)

    assert "np.add with 'where' and 'dtype'" in str(refused(f, X))

    def g(x):
        np.add(x, 1.0, out=x, where=np.arange(5))
        return np.sum(x)

    assert "'where' of int64" in str(refused(g, X))


def test_unbuffered_operations_ask_for_their_arguments():
    def f(x):
        np.add.at(x, [0, 1])
        return np.sum(x)

    assert "Call it as np.add.at(a, index, values)." in str(refused(f, X))


def test_values_that_numpy_reads_beyond_the_end_of():
    places = np.array([[0, 1], [1, 1]])

    def f(x):
        bins = np.zeros(3)
        np.add.at(bins, places, x[:2])
        return np.sum(bins)

    assert "np.add.at with an index of more than one axis, and values of one" in str(refused(f, X))

    def g(x):
        bins = np.zeros(3)
        np.add.at(bins, places, np.broadcast_to(x[:2], places.shape))
        np.multiply.at(bins, places, x[None, :2])
        return bins

    agree(g, X)


def test_integers_and_truth_values_are_counted():
    def f(x):
        counts = np.zeros(4, int)
        np.add.at(counts, [0, 0, 3], 1)
        np.subtract.at(counts, [0], [5])
        small = np.zeros(3, np.uint8)
        np.subtract.at(small, [0, 0, 1], np.array([1, 2, 3], np.uint8))
        seen = np.zeros(3, bool)
        np.logical_or.at(seen, [1, 1], True)
        return x[counts % 5], small, seen

    agree(f, X)


def test_an_index_out_of_range_raises_as_numpy_does():
    def f(x):
        np.multiply.at(x, np.array([0, 7]), x[:2])
        return np.sum(x)

    with pytest.raises(IndexError):
        f(X.copy())
    with pytest.raises(IndexError):
        ast_ad.grad(f)(X)


def test_np_copyto_casts_as_numpy_does():
    def f(x):
        counts = np.zeros(5, int)
        np.copyto(counts, x)
        return np.sum(counts * x)

    with pytest.raises(TypeError):
        f(X)
    assert "cannot take the float64 result" in str(refused(f, X))
    agree(lambda x: [c := np.zeros(5, int), np.copyto(c, x, casting="unsafe"), c][2], X)


def test_calls_that_do_not_fit_name_the_function():
    def f(x):
        np.copyto(x)
        return np.sum(x)

    assert "np.copyto: missing a required argument: 'src'" in str(refused(f, X))

    def g(x):
        x.fill(value=2.0)
        return np.sum(x)

    assert "fill:" in str(refused(g, X))


def test_nditer_names_a_way_around():
    def f(x):
        total = 0.0
        for v in np.nditer(x):
            total = total + v
        return total

    assert "Loop over the indices: np.ndindex." in str(refused(f, X))


def test_a_diagonal_that_wraps_is_refused():
    def f(x):
        np.fill_diagonal(x, 1.0, wrap=True)
        return np.sum(x)

    assert "np.fill_diagonal with 'wrap'" in str(refused(f, A))


def test_a_view_in_another_dtype_is_refused():
    assert "a view in another dtype" in str(refused(lambda x: np.sum(x.view(int)), X))


@pytest.mark.parametrize("grid", [lambda n: np.mgrid[0:1:0.1], lambda n: np.mgrid[0:n, ...], lambda n: np.r_["r", n]])
def test_grids_that_are_refused(grid):
    assert isinstance(refused(lambda x, n: np.sum(x) * np.sum(grid(n)), X, 3), NoDerivative)


def test_grids_are_numpys_to_the_bit():
    def f(x, n):
        return (
            np.mgrid[0:1:7j],
            np.mgrid[1:n, 0:2],
            np.mgrid[0 : x[1] : 5j, 0:n],
            np.ogrid[0:n, 1:2:3j],
            np.r_[1:n, 0:1:3j, x, 2.0, [1, 2]],
            np.r_[x.astype(np.float32), 1.0],
            np.c_[x, x * 2, np.arange(5)],
            np.c_[A[:, :2], x[:3]],
            np.c_[1.0, 2],
            np.s_[1:n, ...][1] is ...,
            x[np.s_[1:n]],
            A[np.index_exp[..., 0]],
        )

    agree(f, X, 4)


def test_the_places_of_triangles_and_diagonals():
    def f(a):
        b = a.copy()
        b[np.diag_indices(3)] = a[0, :3]
        b[np.triu_indices(3, 1)] *= 2
        b[np.tril_indices_from(b, -1)] = 0.0
        b[np.unravel_index([0, 5], b.shape)] += 1.0
        i, j = np.triu_indices_from(b[:, :3])
        return b, a[i, j], a.ravel()[np.ravel_multi_index((i, j), a.shape)], b[np.diag_indices_from(b[:, :3])]

    agree(f, A)


def test_an_array_of_rank_0_is_memory():
    def f(x):
        a = np.zeros(())
        b = a
        b += x[0]
        c = a[()]
        a += x[1]
        return a, b, c, a[None], b[...], np.array(c)

    agree(f, X)


def test_a_number_is_not_assigned_to():
    def f(x):
        y = np.float64(2.0)
        y[()] = x[0]
        return y

    with pytest.raises(TypeError):
        f(X)
    assert "a number is assigned to" in str(refused(f, X))


def test_subscripts_of_an_array_of_rank_0_that_are_refused():
    def f(x):
        t = np.array(1.0)
        t[t > 0] = x[0]
        return t

    assert "Write x[()] = v of an array" in str(refused(f, X))

    def g(x):
        t = np.array(1.0)
        return t[t > 0][0] * x[0]

    assert "Read the number in it: x[()]." in str(refused(g, X))

    def h(x):
        t = np.array(1.0)
        t[...] = x
        return t

    assert "an array of rank 0 takes one number" in str(refused(h, X))


def test_what_may_be_a_cell_or_a_number_is_not_written_under_two_names():
    def f(x):
        t = np.array(x[0])
        if x[1] > 0:
            t = t * 2
        u = t
        u += 1
        return t * u

    error = refused(f, X)
    assert "may be an array or a number, and another name holds it too" in str(error)


def test_a_write_to_rank_0_is_written_as_one():
    def f(x):
        t = np.array(0.0)
        for v in x:
            t += v**2
        return t

    assert "t = np.array(t + v ** 2)" in ast_ad.value_and_grad(f).source_for(X)


def choose(a, b, n):
    return a if n == 0 else choose(b, a, n - 1)


def test_what_a_recursion_hands_back_may_be_written_to_under_another_name():
    def f(x, n):
        a, b = x[:2].copy(), x[2:4].copy()
        c = choose(a, b, n)
        a[0] = 1.0
        return np.sum(c**2)

    assert "It comes from a function that calls itself" in str(refused(f, X, 3))

    def g(x, n):
        c = choose(x[:2].copy(), x[2:4].copy(), n)
        c[0] = 1.0
        return np.sum(c**2)

    assert "It comes from a function that calls itself." in str(refused(g, X, 3))


TABLE = np.zeros(3)


def count_down(n):
    if n > 0:
        TABLE[0] += n
        count_down(n - 1)


def test_a_recursion_that_writes_to_the_module():
    def f(x, n):
        count_down(n)
        return x[0] * n

    assert "the write would outlive the call" in str(refused(f, X, 3))


def test_flat_elements_are_subscripted_like_a_matrix():
    def f(a, k):
        a.flat[k] = a.flat[k - 1] * 2
        return np.sum(a)

    text = ast_ad.grad(f).source_for(A, 3)
    assert "ravel" not in text
    assert "// " in text

    def g(a, k):
        a.flat[k] += 1
        return a

    for k in (0, 11, -1, -12):
        agree(g, A, k)
    for k in (12, -13):
        with pytest.raises(IndexError):
            ast_ad.grad(f)(A, k)


def test_flat_elements_are_not_followed_through_names():
    def f(a):
        elements = a.flat
        return elements[0]

    assert "a.flat where it is used" in str(refused(f, A))

    def g(a):
        b = np.array(a.flat)
        a[0, 0] = 1.0
        return np.sum(b)

    assert "NumPy gives a view of the array or a copy" in str(refused(g, A))

    def h(a):
        a.flat[0] = [1.0, 2.0]
        return np.sum(a)

    assert "an element is assigned an array" in str(refused(h, A))
