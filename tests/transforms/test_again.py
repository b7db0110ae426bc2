"""Shapes, lists of places and what was read where it had just been written need no tape of their own."""

from __future__ import annotations

import numpy as np
import pytest
from programs import dense_kernels, eliminations, waves

import ast_ad

SQUARE = eliminations.SQUARE
X = waves(4)

TAPES = [
    (eliminations.log_determinant, (SQUARE,), 4),  # the pivot's place, the pivot, a column and a row
    (eliminations.solved_with_pivots, (SQUARE, waves(4)), 5),
    (eliminations.fluxes, (waves(3, 5), waves(3), 2), 0),
]


@pytest.mark.parametrize(("function", "args", "tapes"), TAPES, ids=lambda v: getattr(v, "__name__", None))
def test_what_is_recorded_is_what_partials_read(function, args, tapes):
    text = ast_ad.grad(function).source_for(*args)
    assert text.count(".append(") == tapes
    assert "unbroadcast" not in text


def test_places_that_are_spelled_out_are_written_as_they_were():
    text = ast_ad.grad(eliminations.log_determinant).source_for(SQUARE)
    assert "a[[k, p]] = a[[p, k]]" in text


def test_an_exchange_of_rows_is_no_selection():
    text = ast_ad.grad(eliminations.log_determinant).source_for(SQUARE)
    assert "or_zero" not in text
    assert "keep_zeros" not in text


def test_a_choice_of_places_is_a_selection():
    def chosen(x, places):
        return np.sum(np.sqrt(x)[places])

    x = np.array([0.0, 1.0, 4.0])
    assert np.array_equal(ast_ad.grad(chosen)(x, np.array([1, 2])), [0.0, 0.5, 0.25])


def test_what_is_asked_for_its_shape_only_takes_no_memory():
    text = ast_ad.grad(dense_kernels.covariances).source_for(waves(5, 3), 3)
    assert text.count(".append(") == text.count(".append(outline(") == 1


def test_sums_over_rows_and_columns_are_sums():
    text = ast_ad.grad(dense_kernels.shortest_ways).source_for(SQUARE)
    assert "d_bar[k, :] += np.sum(" in text
    assert "unbroadcast" not in text


def test_two_new_arrays_that_are_written_to_are_two():
    def swapped(x, n):
        a, b = np.empty(len(x)), np.empty(len(x))
        a[:] = x
        for _ in range(n):
            b[:] = a * a
            a, b = b, a
        return np.sum(a)

    text = ast_ad.grad(swapped).source_for(X, 2)
    assert text.count("np.empty(") == 2
