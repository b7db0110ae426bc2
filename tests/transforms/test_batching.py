"""Jacobians by many rows or columns at once: what one product with the Jacobian at a time gives."""

import contextlib
import copy
import io
import math

import numpy as np
import oracle
import pytest
from programs import every_program

from ast_ad import check_grads, grad, hessian, jacfwd, jacobian, jacrev, vjp

BOTH = pytest.mark.parametrize("operator", [jacrev, jacfwd, jacobian])


def is_plain(value):
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype == np.float64)


PROGRAMS = [p for p in every_program() if all(is_plain(p.inputs[0][k]) for k in p.wrt)]
PROGRAMS = [p for p in PROGRAMS if sum(np.size(p.inputs[0][k]) for k in p.wrt) <= 40][::8]


def by_rows(function, xs):
    """The Jacobian of a function of arrays with arrays as results: `vjp` of one unit vector after the other."""
    out, pull = vjp(function, *copy.deepcopy(xs))
    sizes = [np.size(part) for part in out]
    rows = []
    for unit in np.eye(sum(sizes)):
        seeds, place = [], 0
        for part, size in zip(out, sizes, strict=True):
            seed = unit[place : place + size].reshape(np.shape(part))
            seeds.append(seed if isinstance(part, np.ndarray) else float(seed))
            place += size
        rows.append(oracle.flatten(pull(tuple(seeds))))
    return np.array(rows)


@BOTH
@pytest.mark.parametrize("program", PROGRAMS, ids=[p.name for p in PROGRAMS])
def test_second_derivatives_are_those_of_single_rows(program, operator):
    args = copy.deepcopy(program.inputs[0])
    xs = tuple(args[k] for k in program.wrt)
    places = tuple(range(len(xs)))
    slope = grad(oracle.restricted(program.function, args, program.wrt), places)
    with contextlib.redirect_stdout(io.StringIO()):
        expected = by_rows(slope, xs)
        found = operator(slope, places)(*copy.deepcopy(xs))
    whole = np.concatenate(
        [
            np.concatenate([np.reshape(b, (np.size(x), np.size(y))) for b, y in zip(row, xs, strict=True)], 1)
            for row, x in zip(found, xs, strict=True)
        ]
    )
    np.testing.assert_allclose(whole, expected, rtol=1e-9, atol=1e-9 * abs(expected).max(initial=0.0))


def bells(p, t):
    height, width = p[:3], p[3:]
    return np.sum(height * np.exp(-((t[:, None] / width) ** 2)), axis=1)


P = np.array([1.0, 0.5, 2.0, 0.3, 0.7, 1.5])
T = np.linspace(-1.0, 1.0, 7)


def differences(function, x, step=1e-6):
    """The Jacobian by central differences."""
    moved = [(function(x + step * unit) - function(x - step * unit)) / (2 * step) for unit in np.eye(x.size)]
    return np.stack(moved, -1)


@BOTH
def test_many_rows_are_computed_at_once(operator):
    made = operator(bells)
    np.testing.assert_allclose(made(P, T), differences(lambda p: bells(p, T), P), rtol=1e-6, atol=1e-8)
    assert "unit_rows" in made.source
    assert "unit_like" not in made.source


def test_the_function_itself_runs_once_for_all_columns():
    text = jacfwd(bells).source_for(P, T)
    assert text.count("np.exp") == 1
    assert text.index("np.exp") < text.index("def bells_tangent_columns")


@BOTH
def test_rows_that_do_not_fit_at_once_come_in_blocks(operator, monkeypatch):
    expected = operator(bells)(P, T)
    monkeypatch.setattr("ast_ad.runtime.rows._AT_ONCE", 64)
    np.testing.assert_allclose(operator(bells)(P, T), expected, rtol=1e-14)


@BOTH
def test_what_is_not_stated_for_many_is_computed_row_by_row(operator):
    def kernel(x):
        return np.kron(x, x)

    made = operator(kernel)
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(made(x), differences(kernel, x), atol=1e-7)
    assert "unit_like" in made.source


def written_in_a_loop(x):
    y = np.zeros(len(x))
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            total += x[i] * y[i - 1]
        y[i] = math.sin(x[i]) * total + x[0]
        if i == 3:
            break
    y[1:3] *= x[:2]
    return y


def lists_of_rows(x):
    rows = []
    for i in range(3):
        rows.append(x * float(i) + (rows[-1] if rows else 0.0))
    out = np.zeros(len(x))
    while rows:
        out = out * x + rows.pop()
    return out


def products(x):
    m = x.reshape(2, -1)
    w = np.arange(6.0).reshape(3, 2)
    return (w @ m @ m.T).ravel() + np.sum(np.linalg.solve(np.eye(2) + m @ m.T, m), axis=1)[:1]


def chosen(x):
    picked = x[[0, 2, 2]] * x[x > 0.5][0]
    return np.concatenate([np.where(picked > 1.0, picked**2, picked), np.maximum(x, 0.8), np.sort(x)[:2]])


def rows_of_a_list(x):
    rows = [np.zeros(6) for _ in range(3)]
    for i in range(3):
        rows[i][1:] = x[i] * x[:5]
        rows[i % 2][0] += rows[i][2] ** 2
        rows[2] += rows[i]
    return rows[0] * rows[2] + rows[1]


def table_of_numbers(x):
    table = [[0.0 for _ in range(2)] for _ in range(3)]
    for i in range(3):
        for j in range(2):
            table[i][j] += x[2 * i + j] * (table[i - 1][j] + 1.0)
    return np.array([value * x[0] for row in table for value in row])


@BOTH
@pytest.mark.parametrize(
    "function",
    [written_in_a_loop, lists_of_rows, rows_of_a_list, table_of_numbers, products, chosen],
    ids=lambda f: f.__name__,
)
def test_loops_lists_products_and_choices(operator, function):
    x = np.array([0.9, -0.4, 1.3, 0.6, 0.2, -1.1])
    np.testing.assert_allclose(operator(function)(x), differences(function, x), rtol=1e-6, atol=1e-7)
    check_grads(lambda x: np.sum(operator(function)(x) ** 2), (x,), order=1)


@BOTH
def test_single_precision_is_kept(operator):
    made = operator(lambda x: np.sin(x) * 2.0 + np.sum(x) / 3)(np.ones(3, np.float32))
    assert made.dtype == np.float32
    assert operator(lambda x: np.sum(x) * 2.0 * x[:2])(np.ones(3, np.float32)).dtype == np.float32


@BOTH
def test_blocks_share_no_memory(operator):
    found = operator(lambda x, y: (x + y, x), (0, 1))(np.ones(2), np.ones(2))
    blocks = [block for row in found for block in row]
    for k, one in enumerate(blocks):
        one[0, 0] = 7.0
        assert all(other[0, 0] != 7.0 for other in blocks[k + 1 :])


@BOTH
def test_empty_arguments_and_results(operator):
    assert operator(lambda x: x * 2.0)(np.zeros(0)).shape == (0, 0)
    assert operator(lambda x: np.sum(x) * np.ones(3))(np.zeros((0, 2))).shape == (3, 0, 2)
    assert operator(lambda x: x[:0])(np.ones(2)).shape == (0, 2)


def test_a_hessian_whose_loop_carries_numbers():
    def rosenbrock(x):
        total = 0.0
        for i in range(len(x) - 1):
            total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        return total

    made = hessian(rosenbrock)
    np.testing.assert_allclose(made(P), differences(grad(rosenbrock), P), rtol=1e-6, atol=1e-5)
    assert "unit_rows" in made.source


def test_what_only_a_shape_is_asked_of_is_recorded_without_tangents():
    def slopes(x):
        y = x
        for k in range(2):
            y = grad(lambda z: np.sum(z**3 * x) * x[k])(y)  # noqa: B023
        return y

    def weighted(x):
        return np.sum(slopes(x) ** 2 * np.arange(1.0, len(slopes(x)) + 1))

    x = np.array([0.9, -0.4, 1.3])
    expected = differences(grad(weighted), x)
    for second in (jacfwd(jacfwd(weighted)), jacfwd(grad(weighted)), jacrev(jacfwd(weighted))):
        np.testing.assert_allclose(second(x), expected, rtol=1e-5, atol=1e-5)
