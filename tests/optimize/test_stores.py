"""An element of a cotangent is written once; a slice that is still read is not a copy."""

from __future__ import annotations

import ast

import numpy as np
import oracle
import pytest

import ast_ad

X = np.sin(1.0 + 1.7 * np.arange(6.0))


def divided(x):
    x = x.copy()
    for i in range(5):
        x[i] = x[i] / (2.0 + x[i + 1] * x[i + 1])
    return np.sum(x * x)


def stencil(x):
    x = x.copy()
    for _ in range(3):
        x[1:-1] = x[1:-1] + 0.3 * (x[2:] - 2 * x[1:-1] + x[:-2])
    return np.sum(x**3)


def written_back(x):
    x = x.copy()
    for i in range(6):
        x[i] = x[i]
        x[i] = 1.0 * x[i]
    return np.sum(x * x)


def the_same_element_by_two_names(x, i, j):
    x = x.copy()
    x[i] = 2.0 * x[j] + 0.5 * x[i] * x[i]
    x[j] = x[i] * x[j]
    return np.sum(x * x)


def slices_that_overlap(x):
    x = x.copy()
    x[1:5] = x[:4] * x[1:5] + x[2:]
    x[::2] = x[1::2] * x[::2]
    return np.sum(x * x)


def backwards(x):
    x = x.copy()
    x[::-1] = x * 2.0 + x[::-1] * x
    x[4:1:-1] += x[1:4]
    return np.sum(x * x)


def repeated(x):
    x = x.copy()
    x[[0, 2, 2]] = 2.0 * x[[0, 2, 2]] + x[[1, 3, 5]]
    x[[1, 1, 3]] += x[[1, 1, 3]] * x[0]
    return np.sum(x * x)


def in_float32(x):
    y = x.astype(np.float32)
    for i in range(5):
        y[i] = y[i] / (2.0 + x[i + 1])
    return np.sum(y * y)


PROGRAMS = [divided, stencil, written_back, slices_that_overlap, backwards, repeated]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_derivative_is_right_in_all_modes_and_orders(program):
    oracle.assert_gradient(program, (X,), (0,), (ast_ad.grad(program)(X),))
    oracle.assert_modes_agree(program, (X,))
    gradient = ast_ad.grad(program, (0,))
    oracle.assert_second_order_modes_agree(gradient, (X,))
    oracle.assert_hessian_product(gradient, (X,))


@pytest.mark.parametrize(("i", "j"), [(1, 2), (2, 1), (3, 3), (-1, 5)])
def test_two_subscripts_may_name_one_element(i, j):
    program = the_same_element_by_two_names
    oracle.assert_gradient(program, (X, i, j), (0,), (ast_ad.grad(program, (0,))(X, i, j)))


def test_an_element_is_set_once():
    reverse = ast_ad.grad(divided).source_for(X).partition("# reverse sweep")[2]
    assert reverse.count("x_bar[i] =") == 1
    assert "x_bar[i] +=" not in reverse


def test_a_step_in_place_copies_nothing():
    source = ast_ad.grad(stencil).source_for(X)
    assert source.count(".copy()") == 1
    assert "= 0.0" not in source


def test_an_array_of_fewer_digits_rounds_as_it_is_written():
    gradient = ast_ad.grad(in_float32)(X)
    step = 1e-2
    for k in range(6):
        one, two = X.copy(), X.copy()
        one[k] += step
        two[k] -= step
        assert abs((in_float32(one) - in_float32(two)) / (2 * step) - gradient[k]) < 1e-3


def chained_and_swapped(a, b, x):
    c = np.full(6, x)
    c[1] = b[2] = c[1]
    b[3] = min(c[-1], b[4], c[5])
    if a[0] > b[1]:
        c[[1, 4, 1]] -= np.sin(a[::2])
        b[:3], b[3:] = b[3:].copy(), b[:3].copy()
    else:
        np.add.at(c, [3, 1, 3], b[:3] - 0.3 * b[::2])
    return np.sum(a * b) + np.sum(c * c * np.arange(6.0))


@pytest.mark.parametrize("turn", [1, -1])
def test_what_is_written_back_before_a_branch_is_read_in_it(turn):
    args = (turn * X, X[::-1].copy() * 0.7, 0.4)
    gradient = ast_ad.grad(chained_and_swapped, (0, 1, 2))
    oracle.assert_gradient(chained_and_swapped, args, (0, 1, 2), gradient(*args))
    oracle.assert_second_order_modes_agree(gradient, args)
    oracle.assert_hessian_product(gradient, args)


def balances(rates, amount):
    accounts = [{"balance": amount, "rate": rate} for rate in rates]
    for _ in range(3):
        for account in accounts:
            account["balance"] *= 1 + account["rate"]
            if account["balance"] > 2.0:
                account["balance"] -= 0.1
    return sum(account["balance"] for account in accounts)


def test_what_is_taken_off_a_tape_is_read():
    derivative = ast_ad.grad(balances, (0, 1))
    rates = np.array([0.1, 0.2, 0.5])
    oracle.assert_gradient(balances, (rates, 1.0), (0, 1), derivative(rates, 1.0))
    nodes = list(ast.walk(ast.parse(derivative.source)))
    taken = {n.targets[0].id for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.value).endswith(".pop()")}
    read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert taken
    assert taken <= read
