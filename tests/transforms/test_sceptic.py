"""Small programs that a sceptic found to be wrong once; each test says what is true now."""

from __future__ import annotations

import math

import numpy as np
import oracle
import pytest

import ast_ad
from ast_ad.errors import AstAdError

X = np.array([0.3, -0.7, 0.9])
V = np.array([0.5, 1.5, -1.0, 0.25])


def hold(function, *args):
    wrt = tuple(range(len(args)))
    gradient = ast_ad.grad(function, wrt)
    oracle.assert_gradient(function, args, wrt, gradient(*args))
    oracle.assert_modes_agree(function, args)
    oracle.assert_second_order_modes_agree(gradient, args)


def test_of_values_assigned_to_one_place_the_last_alone_has_a_cotangent():
    def scatter(v):
        z = np.zeros(3)
        z[[0, 0, 1, 0]] = v
        return np.sum(z**2 * np.array([1.0, 2.0, 3.0]))

    hold(scatter, V)
    assert ast_ad.grad(scatter)(V)[0] == 0


def test_an_augmented_assignment_with_repeated_indices_is_buffered():
    def buffered(x, v):
        y = x.copy()
        idx = np.array([0, 2, 2, 0])
        y[idx] += v
        y[[1, 1]] *= v[:2]
        return np.sum(y**2)

    hold(buffered, X, V)


def test_repeated_places_among_slices_and_several_index_arrays_keep_the_last():
    def scattered(a, v):
        b = a.copy()
        b[:, [0, 1, 0], [1, 0, 1]] = v[:3]
        b[[0, -2], :, 1] = v[:2]
        b[1, [1, 1]] *= v[2]
        return np.sum(b**2 * np.arange(b.size).reshape(b.shape))

    hold(scattered, np.sin(np.arange(8.0)).reshape(2, 2, 2), V)


def test_indices_that_cannot_repeat_need_no_helper():
    def places(x, v):
        y = np.zeros(3)
        y[[2, 0]] = v[:2]
        y[np.argsort(x)] += x
        y[x > 0] *= 2
        return np.sum(y**3)

    hold(places, X, V)
    assert "last_written" not in ast_ad.grad(places).source_for(X, V)


def test_columns_picked_by_a_list_are_added_to():
    def swapped(a):
        a = a.copy()
        a[:, [0, 1]] = a[:, [1, 0]]
        return np.sum(a**2 * np.arange(6.0).reshape(2, 3))

    hold(swapped, np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("x", [-1.0, 0.9])
def test_a_gradient_that_is_a_whole_number_is_a_float(x):
    def early(x):
        if x < 0:
            return -x
        return 2 * x

    assert type(ast_ad.grad(early)(x)) is float


def test_a_function_that_writes_and_calls_itself_is_a_located_error():
    def fill(t, x, n):
        t[n] = x if n < 2 else fill(t, x, n - 1) * x
        return t[n]

    def table(x, n):
        return fill(np.zeros(n + 1), x, n)

    with pytest.raises(AstAdError) as caught:
        ast_ad.grad(table)(0.7, 4)
    assert caught.value.line is not None


def test_a_test_of_several_conditions_in_a_conditional_expression_keeps_its_names():
    def choice(x):
        return x * 2 if x > 0 and math.sin(x) > 0 else x

    assert ast_ad.grad(choice)(0.7) == 2.0


def test_the_product_of_conjugates_has_the_gradient_that_differences_see():
    def energy(x):
        z = np.fft.fft(x)
        return np.real(np.vdot(z, z * (1 + 2j)))

    hold(energy, np.sin(np.arange(5.0)))


@pytest.mark.parametrize(
    "function",
    [
        lambda xs: np.sum(xs),
        lambda xs: np.mean(xs),
        lambda xs: np.max(xs),
        lambda xs: np.sum(np.sin(xs)),
        lambda xs: np.dot(xs, xs),
        lambda xs: np.linalg.norm(xs),
        lambda xs: np.sum(np.maximum(xs, 0.2)),
        lambda xs: np.polyval(xs, 0.3),
        lambda xs: np.sum(np.concatenate([xs, xs]) ** 2),
        lambda xs: np.sum(xs * np.arange(3.0)),
        lambda xs: np.mean([v * v for v in xs]),
        lambda xs: np.interp(0.5, [0, 1, 2], xs),
    ],
)
@pytest.mark.parametrize("xs", [[0.1, 0.5, 0.2], (0.1, 0.5, 0.2)])
def test_a_list_of_numbers_given_to_numpy_has_a_list_as_its_gradient(function, xs):
    hold(function, xs)


def test_lists_that_are_joined_have_cotangents():
    def joined(xs):
        ys = xs[1:] + xs[:1]
        ys.insert(0, 2.0 * xs[0])
        ys.extend([ys[-1] ** 2])
        return sum([a * b for a, b in zip(ys, xs, strict=False)])

    hold(joined, [1.0, 2.0, 3.0])


def test_the_trace_by_einsum_has_a_diagonal_gradient():
    assert np.array_equal(ast_ad.grad(lambda a: np.einsum("ii", a))(np.ones((3, 3))), np.eye(3))
