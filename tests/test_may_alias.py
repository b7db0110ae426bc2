"""References that are one array on some paths only: what is exact compiles, what is not says so."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from numpy.lib.stride_tricks import as_strided

import ast_ad
from ast_ad.errors import MayAlias

X, Y = np.sin(1.0 + 1.7 * np.arange(6.0)), np.cos(0.4 * np.arange(6.0))


def a_view_that_grows_in_a_loop(x, y, n):
    x = x.copy()
    inner = x[1:-1]
    for _ in range(n):
        inner *= y[1:-1]
        inner += 0.1 * x[:-2]
    return np.sum(x * x) + inner[0]


def a_row_at_a_time(x, y, n):
    table = np.outer(x, y)
    for i in range(n):
        row = table[i]
        for j in range(1, 6):
            row[j] += row[j - 1] * y[j]
            row *= 0.9
    return np.sum(table**2)


def copied_on_one_path(x, y, n):
    work = x.copy() if n > 2 else x
    work[0] = y[0] * y[1]
    work *= 0.5
    return np.sum(work**2)


def written_where_the_partner_is_dead(x, y, n):
    x = x.copy()
    v = x[1:4]
    for i in range(n):
        s = v[0] * y[i]
        x = x * 0.5
        x[0] = s
    x[1] = y[0]
    return np.sum(x * x)


def looked_at_only(x, y, n):
    best = x
    for i in range(n):
        if y[i] > 0.5:
            best = y
    return np.sum(best * x) + best[0] * y[1]


def rebound_before_each_write(x, y, n):
    v = np.zeros(3)
    y = y.copy()
    for i in range(n):
        v = y[i : i + 3]
        v *= 0.5 + x[i]
    return np.sum(y * y)


def a_buffer_of_one_of_two(x, y, n):
    a, b = x.copy(), y.copy()
    out = a if n % 2 else b
    for i in range(n):
        out[i] = out[i - 1] * 0.5 + x[i]
    return np.sum(out**2)


def swapped_by_chance(x, y, n):
    a, b = x.copy(), y.copy()
    for i in range(n):
        if y[i] > 0.3:
            a, b = b, a
        a[i] += b[i - 1] * b[i]
    return np.sum(a * np.arange(6.0)) + np.sum(b * b)


def one_augmented_under_a_view(x, y, n):
    x = x.copy()
    v = x[1:4]
    for i in range(n):
        x *= 0.5 + y[i]
        v += x[0]
    return np.sum(x * x) + v[1]


def views_of_two_rows_at_once(x, y, n):
    table = np.outer(x[:3], y)
    for row, other in zip(table, table[::-1], strict=True):
        row += 0.1 * other
    return np.sum(table**2)


EXACT = [
    a_view_that_grows_in_a_loop,
    a_row_at_a_time,
    copied_on_one_path,
    written_where_the_partner_is_dead,
    looked_at_only,
    rebound_before_each_write,
    a_buffer_of_one_of_two,
    swapped_by_chance,
    one_augmented_under_a_view,
    views_of_two_rows_at_once,
]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("program", EXACT)
def test_what_is_exact_is_differentiated(program, n):
    args = (X, Y, n)
    oracle.assert_gradient(program, args, (0, 1), ast_ad.grad(program, (0, 1))(*args))
    function = oracle.restricted(program, args, (0, 1))
    oracle.assert_modes_agree(function, args[:2])
    gradient = oracle.restricted(ast_ad.grad(program, (0, 1)), args, (0, 1))
    oracle.assert_second_order_modes_agree(gradient, args[:2])
    oracle.assert_hessian_product(gradient, args[:2])


def one_path(x, y, n):
    b = x if n else x.copy()
    b[0] = 1.0
    return np.sum(b) + np.sum(x)


def a_view_of_either(x, y, n):
    v = x[1:3] if n else y[1:3]
    v[0] = 1.0
    return np.sum(v) + np.sum(y)


def the_base_of_a_view(x, y, n):
    v = x[1:3] if n else y[1:3]
    x[1] = 1.0
    return v[0] + np.sum(y)


def one_trip(x, y, n):
    v = x[1:4]
    for _ in range(n):
        x, y = y, x
        x[0] *= 2.0
    return np.sum(x) + np.sum(v)


def a_copy_after_one_trip(x, y, n):
    v = x[1:4]
    for _ in range(n):
        x[1] *= y[0]
        x = x * 2.0
    return np.sum(x) + np.sum(v)


def put_away_on_one_path(x, y, n):
    kept = [x, y]
    if n:
        kept[0] = y
    y[0] = 3.0
    return np.sum(kept[0] * x)


REFUSED = [
    (one_path, "x may have been written to through another name", "'x' may share memory with 'b'", "b[0] = 1.0"),
    (a_view_of_either, "y may have been", "'y' may share memory with 'v'", "v[0] = 1.0"),
    (the_base_of_a_view, "v may have been", "'v' may share memory with 'x'", "x[1] = 1.0"),
    (one_trip, "v may have been", "'v' may share memory with", "x[0] *= 2.0"),
    (a_copy_after_one_trip, "v may have been", "'v' may share memory with 'x'", "x[1] *= y[0]"),
    (put_away_on_one_path, "kept_0 may have been", "'kept_0' may share memory with 'y'", "y[0] = 3.0"),
]


@pytest.mark.parametrize(("program", "sentence", "both", "write"), REFUSED, ids=[case[0].__name__ for case in REFUSED])
def test_what_is_not_is_refused_with_both_names_and_the_write(program, sentence, both, write):
    with pytest.raises(MayAlias) as caught:
        ast_ad.grad(program, (0, 1))(X, Y, 2)
    place, text, caret, reason, remedy = str(caught.value).splitlines()
    first = program.__code__.co_firstlineno
    assert place.startswith(f"{__file__}:")
    assert sentence in place
    assert set(caret.strip()) == {"^"}
    assert both in reason
    assert "and not on" in reason
    line = int(reason.partition("Line ")[2].split()[0])
    assert reason.endswith(f"Line {line} writes: {write}")
    assert first < line < int(place.split(":")[1])
    assert remedy.strip() == "Copy it where it is made."
    assert text.strip()


def held_by_a_list(x, y, n):
    kept = []
    for _ in range(n):
        kept.append(x)
    x[0] = 1.0
    return np.sum(kept[0])


def held_on_one_path(x, y, n):
    kept = []
    b = x if n > 1 else x.copy()
    for _ in range(n):
        kept.append(b)
    x[0] = 1.0
    return np.sum(kept[0])


def an_element_that_two_lists_hold(x, y, n):
    rows = [x * k for k in range(n)]
    others = rows[1:]
    rows[1][0] = 2.0
    return np.sum(others[0])


def an_element_written_to(x, y, n):
    rows = [x * k for k in range(n)]
    b = x * y
    rows.append(b)
    rows[n][0] = 2.0
    return np.sum(b)


def parts_of_an_array(x, y, n):
    x = x.copy()
    parts = np.split(x, 2)
    x[0] = 1.0
    return np.sum(parts[0])


def given_a_shape_and_held(x, y, n):
    kept = []
    for _ in range(n):
        kept.append(x.reshape(2, 3))
    x[0] = 1.0
    return np.sum(kept[0])


def an_unknown_function_may_keep_it(x, y, n):
    x = x.copy()
    w = as_strided(x, (3, 2), (16, 8))
    w[1] = y[:2]
    return np.sum(x**2)


HELD = [
    (held_by_a_list, "x may not be written to here", "It is an element of 'kept' since line ", "for _ in range(n):"),
    (held_on_one_path, "x may not be written to here", "It is an element of 'kept' since line ", "for _ in range(n):"),
    (
        *(an_element_that_two_lists_hold, "this may not be written to here"),
        *("It is an element of 'rows', and another name or list may hold elements of it since line ", "rows[1:]"),
    ),
    (
        *(an_element_written_to, "b may have been written to through another name"),
        *("It may be an element of 'rows', and one of these is written to in line ", "rows[n][0] = 2.0"),
    ),
    (parts_of_an_array, "x may not be written to here", "A list holds views of it.", ""),
    (
        given_a_shape_and_held,
        "x may not be written to here",
        "It is an element of 'kept' since line ",
        "for _ in range(n):",
    ),
    (an_unknown_function_may_keep_it, "x may have been written to", "'x' shares memory with 'w' or not", "= y[:2]"),
]


@pytest.mark.parametrize(("program", "sentence", "holder", "text"), HELD, ids=[case[0].__name__ for case in HELD])
def test_what_a_list_or_a_function_may_hold_is_refused_with_its_name_and_the_line(program, sentence, holder, text):
    with pytest.raises(MayAlias) as caught:
        ast_ad.grad(program, (0, 1))(X, Y, 3)
    place, _, _, reason, _ = str(caught.value).splitlines()
    assert sentence in place
    assert holder in reason
    assert text in reason


def with_reshaped(a):
    total = 0.0
    for k in range(2):
        total += a[k]
    return a.reshape(2, 3)


def with_rows(a):
    rows = a.reshape(2, 3)
    rows[1] *= 2.0
    return rows


def a_view_that_a_function_returns(x, y, n):
    x = x.copy()
    v = with_reshaped(x)
    w = with_rows(x)
    x[0] = 5.0
    w[0, 1] *= y[0]
    return np.sum(v**2) + np.sum(w**2) + np.sum(x**3)


@pytest.mark.parametrize("program", [a_view_that_a_function_returns])
def test_a_view_that_a_function_returns_follows_its_array(program):
    args = (X, Y, 3)
    oracle.assert_gradient(program, args, (0, 1), ast_ad.grad(program, (0, 1))(*args))


@pytest.mark.parametrize(
    "made",
    [
        lambda x, y: np.meshgrid(x, y, copy=False)[0],
        lambda x, y: np.atleast_2d(x, y)[0],
        lambda x, y: np.broadcast_arrays(x, y[:, None])[0],
        lambda x, y: np.broadcast_arrays(2.0, x)[1],
    ],
)
def test_views_in_tuples_are_not_read_after_a_write(made):
    def program(x, y):
        x = x.copy()
        view = made(x, y)
        x[0] = y[1]
        return np.sum(view**2)

    with pytest.raises(MayAlias, match="may have been written to through another name"):
        ast_ad.grad(program, (0, 1))(X, Y)


def test_what_is_an_array_after_no_trip_and_a_number_after_one():
    def grown(x):
        t = np.array(2.0)
        first = t
        for v in x:
            t = t * v
        t += 1  # after no trip `first` changes too
        return t + first

    with pytest.raises(MayAlias, match="t may be an array or a number, and another name holds it too"):
        ast_ad.grad(grown)(np.ones(2))
