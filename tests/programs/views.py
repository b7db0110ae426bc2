"""Programs that write through `reshape`, `ravel` and their kin: views or copies, by the layout of an array."""

import numpy as np

from . import Program, waves


def filled_through_a_flat_view(x, y, n):
    table = np.zeros((2, 3))
    flat = table.ravel()
    for i in range(6):
        flat[i] = flat[i - 1] * y[i] + x[i]
    return np.sum(table**2)


def rows_of_a_vector(x, y, n):
    a = x.copy()
    m = a.reshape(2, 3)
    for i in range(2):
        m[i, 0] *= y[i]
    m[0] = m[1] * y[:3]
    return np.sum(a**2)


def an_argument_by_rows(x, y, n):
    w = x.reshape(2, 3)
    w[0, 1] = y[0] ** 2
    w.T[2] *= y[3]
    return np.sum(x**2)


def an_argument_raveled(x, y, n):
    w = x.ravel()
    w[1] = y[0] ** 2
    return np.sum(x**2)


def by_columns(x, y, n):
    table = np.zeros((2, 3), order="F")
    v = table.reshape(6, order="F")
    v[:] = x
    w = table.reshape(6)
    w[0] = 7.0
    return np.sum(table**2 * np.arange(6.0).reshape(2, 3)) + np.sum(w * y)


def of_a_transpose_it_is_a_copy(x, y, n):
    table = np.zeros((2, 3))
    v = table.T.reshape(6)
    v[0] = 5 * x[0]
    w = table.T.ravel("F")
    w[1] = x[1]
    table[1] += x[3:]
    return np.sum(table**2) + np.sum(v * y)


def of_rows_it_is_a_view(x, y, n):
    table = np.outer(x, y)
    v = table[1:3].ravel()
    v[0] = 3 * x[0]
    r = table[2].ravel()
    r[:2] = x[:2]
    c = table[:, 3].reshape(2, 3)
    c[0] = x[3:]
    t = table[:, ::2].T.ravel()
    t[0] = 9.0
    return np.sum(table**2) + np.sum(t)


def in_the_order_of_operands(x, y, n):
    table = np.outer(x, y)
    turned = table.T * 2
    v = turned.reshape(36)
    v[3] = y[0]
    mixed = table.T * 2 + table
    w = mixed.reshape(36)
    w[5] = x[0]
    return np.sum(turned**2) + np.sum(v) + np.sum(mixed**2)


def carried_by_a_loop(x, y, n):
    table = np.outer(x, y)
    for i in range(n):
        v = table.ravel()
        v[i] = x[i]
        table = table.T.copy()
    return np.sum(table**2 * np.arange(36.0).reshape(6, 6))


def converted(x, y, n):
    table = np.outer(x, y)
    same = np.ascontiguousarray(table)
    same[0, 0] = 3 * x[1]
    columns = np.asfortranarray(table)
    columns[1, 1] = 7 * x[0]
    rows = np.ascontiguousarray(table.T)
    rows[2, 2] = x[3]
    return np.sum(table**2) + np.sum(same * columns * rows)


def with_axes_of_one(x, y, n):
    a = x.copy()
    b = a[None, :, None]
    c = b.ravel()
    c[0] = y[0] * 2
    d = b.squeeze()
    d[1:] *= y[1]
    e = np.expand_dims(a, 0).T.reshape(3, 2)
    e[2] += x[0]
    return np.sum(a**3)


def reversed_first(x, y, n):
    a = x.copy()
    b = a[::-1].reshape(2, 3)
    b[0] *= y[0]
    c = a[::-1].ravel()
    c[0] = 4.0
    return np.sum(a**3) + np.sum(c)


def by_rows(v):
    total = 0.0
    for k in range(3):
        total += v[k]
    return v.reshape(2, 3)


def from_a_function(x, y, n):
    a = x.copy()
    v = by_rows(a)
    a[0] = 5.0 * y[0]
    v[1, 1] *= y[1]
    return np.sum(v**2) + a[4]


def filled(v, by):
    w = v.reshape(-1)
    for k in range(len(w)):
        w[k] *= by


def by_a_function(x, y, n):
    table = np.outer(x, y)
    filled(table, y[0])
    filled(table[0], y[1])
    return np.sum(table**2)


def chained(x, y, n):
    a = x.copy()
    for _ in range(n):
        a = a * 1.5
    v = a.reshape(2, 3)
    w = v.reshape(6)
    w[0] = 5 * y[0]
    return np.sum(a**2)


def of_either_path(x, y, n):
    table = np.outer(x, y) if n > 1 else np.zeros((6, 6))
    v = table.ravel()
    v[3] = y[0] * 2
    return np.sum(table**2)


def in_any_order(x, y, n):
    table = np.asfortranarray(np.outer(x, y))
    weights = np.arange(36.0)
    first = np.sum(table.flatten("K") * weights) + np.sum(table.T.ravel("A") * np.sqrt(weights))
    return first + np.sum(table.ravel("K")[::2]) + np.reshape(np.outer(x, y).T, 36, order="A")[1]


def a_diagonal_follows(x, y, n):
    table = np.outer(x, y)
    d = np.diag(table)
    table[0, 0] = 3.0 * x[1]
    e = np.einsum("ii->i", table)
    f = np.einsum("ij->j", table)
    table[1, 1] = 2.0
    return np.sum(d**2) + np.sum(e) + np.sum(f**2)


def as_it_is(x, y, n):
    a = x.copy()
    one = np.diff(a, n=0)
    one[0] = y[0]
    two = np.linalg.matrix_power(np.outer(a, y), 1)
    two[0, 1] = x[3]
    three = np.real_if_close(a)
    three[1] *= y[1]
    return np.sum(a**2) + np.sum(two)


def a_number_with_an_axis(x, y, n):
    m = np.sum(x * y)
    v = m[..., None].ravel()
    w = np.cumsum(m, axis=0)
    m *= y[0]
    return m + v[0] ** 2 + w[0]


def triangles_of_a_vector(x, y, n):
    return np.sum(np.tril(x) * np.outer(y, y)) + np.sum(np.triu(y, 1)[0] * x)


POINTS = [(waves(6), waves(6, phase=0.7), n) for n in (3, 1)]
PROGRAMS = [
    *(
        Program(function, POINTS[:1], wrt=(0, 1))
        for function in (
            *(filled_through_a_flat_view, rows_of_a_vector, an_argument_by_rows, an_argument_raveled, by_columns),
            *(of_a_transpose_it_is_a_copy, of_rows_it_is_a_view, in_the_order_of_operands, converted),
            *(with_axes_of_one, reversed_first, from_a_function, by_a_function, in_any_order, a_diagonal_follows),
            *(as_it_is, a_number_with_an_axis, triangles_of_a_vector),
        )
    ),
    *(Program(function, POINTS, wrt=(0, 1)) for function in (carried_by_a_loop, chained, of_either_path)),
]
