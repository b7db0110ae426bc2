"""Programs that hand an array to a function to write to: `out=`, `where=`, `ufunc.at`, `np.copyto` and their kin."""

import numpy as np

from . import Program, waves

PLACES = np.array([0, 2, 2, -1, 2])


def histogram(values, weights, places):
    """Repeated places: each of them counts."""
    bins = np.zeros(4)
    np.add.at(bins, places, weights * values)
    np.subtract.at(bins, [0, 0], values[:2])
    np.add.at(bins, 1, weights[0])
    np.add.at(bins, slice(2, None), values[0])
    np.add.at(bins, [], values[:0])
    return np.sum(bins**2)


def assembly(stiffness, nodes):
    """Finite elements: a small matrix for each element goes into the rows and columns of its nodes."""
    total = np.zeros((4, 4))
    for k, pair in enumerate(nodes):
        np.add.at(total, np.ix_(pair, pair), stiffness[k] * np.array([[1.0, -1.0], [-1.0, 1.0]]))
    np.add.at(total[0], [0, 0, 1], stiffness[0])
    return np.sum(total**2)


def unbuffered(x, factors, places):
    a = x.copy()
    np.multiply.at(a, places, factors)
    np.maximum.at(a, [1, 1, 3], factors[:3])
    np.divide.at(a, places, factors)
    np.minimum.at(a, (places[:3],), factors[1])
    np.negative.at(a, [0, 0, 1])
    np.multiply.at(a, a > 0.5, 2.0)
    np.multiply.at(a, np.array([], int), factors[:0])
    return np.sum(a**2)


def unbuffered_rows(m, x):
    a = m.copy()
    np.multiply.at(a, ([0, 1, 0], [1, 1, 1]), x[:3])
    np.multiply.at(a, (slice(None), [1, 1]), x[:2])
    np.maximum.at(a, [0, 0, 2], x)
    np.multiply.at(a[:, 2], [0, 0], x[:2])
    return np.sum(a**2)


def time_stepping(u, k, steps):
    """No array is made inside the loop."""
    u = u.copy()
    flux = np.empty(len(u) - 1)
    for _ in range(steps):
        np.subtract(u[1:], u[:-1], out=flux)
        np.multiply(flux, k, flux)
        np.add(u[:-1], flux, out=u[:-1])
        u[1:] -= flux
    return np.sum(u**2)


def overlapping_output(x):
    """NumPy buffers an output that overlaps with the operands."""
    a = x * 1.0
    np.add(a[:-1], a[1:], out=a[1:])
    np.multiply(a[::-1], a, out=a)
    np.subtract(a[2:], a[:-2], out=a[1:-1])
    return np.sum(a**3)


def result_is_the_output(x):
    a = np.zeros_like(x)
    b = np.sin(x, out=(a,))
    b *= 2
    c = np.add(a, 1, out=a)
    c[0] = 7.0
    a[1:] += b[:-1]
    return np.sum(c**2)


def output_of_more_axes(m, x):
    a = np.empty((3, 4))
    np.add(x, 1.0, out=a)
    np.multiply(m, a, a)
    np.subtract(a[0], a[1], a[2])
    np.exp(a.T[1], out=a.T[1])
    return np.sum(a**2)


def products_into(m, x):
    a, b = np.empty(3), np.empty((3, 3))
    np.matmul(m, x, out=a)
    np.outer(a, a, out=b)
    np.dot(m, x, out=b[0])
    m.T.dot(a, x := np.empty(4))
    return np.sum(b**2) + np.sum(x**2)


def sums_into(m):
    a, b = np.zeros(4), np.zeros((2, 4))
    np.sum(m, axis=0, out=a)
    m.mean(0, None, b[0])
    np.max(m, axis=0, out=b[1])
    np.cumsum(a, out=a)
    np.add.accumulate(b, axis=1, out=b)
    return np.sum(a**2) + np.sum(b**3)


def joined_into(x, y):
    a, b, c = np.zeros(2 * len(x)), np.zeros((2, len(x))), np.zeros(3)
    np.concatenate([x, y], out=a)
    np.stack((x, y), out=b)
    np.take(x, [1, 2, 2], out=c, mode="clip")
    x.clip(-0.5, 0.5, out=b[1])
    return np.sum(a**2) + np.sum(b**3) + np.sum(c**2)


def safe_quotient(x, y):
    """What the condition leaves out is never computed, and nothing goes wrong there."""
    q = np.divide(x, y - y, out=np.ones_like(x), where=abs(y) > 100)
    r = np.divide(x, y, out=np.zeros_like(x), where=y > 0)
    return np.sum(q * x) + np.sum(r**2)


def functions_where_defined(x, y):
    a = y.copy()
    np.log(x, out=a, where=x > 0)
    b = np.sqrt(x, out=np.zeros_like(x), where=x > 0)
    c = np.arccosh(x + 1, where=x > 0, out=y.copy())
    np.arcsin(x, out=b[1:-1][::-1], where=abs(x) < 1) if len(x) == len(b) - 2 else np.square(x, b, where=True)
    np.maximum(a, c, out=c, where=c > 0)
    return np.sum(a * b + c)


def broadcast_where(m, x):
    a = m.copy()
    np.multiply(a, x, out=a, where=x > 0)
    np.add(x, 1.0, out=a[1:], where=np.array([[True], [False]]))
    return np.sum(a**2)


def single_precision(x, y):
    a, b = np.zeros(len(x)), np.zeros_like(x)
    np.multiply(x, 2, out=a)
    np.multiply(a, y, out=b)
    b += y
    return np.sum(a**2) + np.sum(b)


def copied(x, y):
    a = np.empty_like(x)
    np.copyto(a, x)
    np.copyto(a, y, where=x > 0)
    np.copyto(a[:2], x[1])
    a[2:].fill(y[0])
    np.nan_to_num(a, copy=False)
    return np.sum(a**2)


def put_into(m, x):
    a = m.copy()
    np.put(a, [0, 5, 5, -1], x)
    a.put([1, 2], x[0])
    a.put([3, 4, 6, 7], x[1:3])
    np.put(a, 9, x)
    np.put(a, [13, 14], m[1, :2], mode="wrap")
    np.put(a, 13, m[0, 0], mode="clip")
    a[0].put([0, 2], x[::-1])
    return np.sum(a**2)


def placed(x, y):
    a = x.copy()
    np.place(a, x > 0, y[:2])
    np.putmask(a, a < 0, y)
    np.putmask(a, x > 0.5, y[:2])
    np.place(a, np.array([1, 0, 0, 0, 1]), [2.0])
    return np.sum(a**2)


def diagonals(m, x):
    a = m.copy()
    np.fill_diagonal(a, x[0])
    np.fill_diagonal(a[:, 1:], x[:3])
    np.fill_diagonal(a[1:, :2], x[:1])
    return np.sum(a**2)


def put_along(m, x):
    a = m.copy()
    np.put_along_axis(a, np.argmax(m, axis=1)[:, None], x[:3, None], axis=1)
    np.put_along_axis(a, np.array([[0, 1, 2, 0]]), 2 * x, 0)
    np.put_along_axis(a[0], np.array([1, 1]), x[:2], -1)
    np.put_along_axis(a, np.array([3, 4]), x[:2], None)
    return np.sum(a**2)


def sorted_in_place(m):
    a = m * np.array([1.0, -1.0, 1.0, -1.0])
    a.sort(axis=0)
    b = a.copy()
    b.sort()
    b[0].sort()
    b.T[1].sort()
    c = m[0] * 1
    c.partition(2)
    return np.sum(a**2 * np.arange(12.0).reshape(3, 4)) + b[0, 0] ** 2 + b[1, 1] + c[2] ** 3


def selected_rows(c, x, k):
    """Index arrays beside a slice in a row that is a view."""
    a = c.copy()
    row = a[k]
    row[:, [0, 2, 1]] = row * x
    row[[0, 1], :] *= 2
    a[0][:, [1, 0]] += x[:2]
    np.add.at(a[2], (slice(None), [0, 0, 1]), x)
    return np.sum(a**2 * np.arange(27.0).reshape(3, 3, 3))


def flat_elements(m, x, n):
    """The elements of a matrix by one number, whatever its layout."""
    a = m.copy()
    a.flat[3] = a.flat[2] * 2
    a.flat[::2] *= 3
    a.flat[[1, -3]] = 7.0
    a.T.flat[1:3] = x[:2]
    a[1:].flat[-1] += x[0]
    a.flat[a.flat[:] > 6] = x[1]
    for k in range(n):
        a.flat[k * k % 12] += m.flat[-k] ** 2
    for k, v in enumerate(a.flat):
        a.flat[k] = v * x[k % 2]
    b = np.zeros((2, 3))
    b.flat = x
    b.flat[4:] = [1.0]
    return np.sum(a**2) + sum(v**3 for v in b.flat) + np.sum(x.flat) + len(a.flat) * max(m.flat)


def meshes(x, n):
    """Subscripts that NumPy makes of ranges and lists."""
    a = np.c_[x, np.r_[1.0, x[1:], 2.0][: len(x)]]
    i, j = np.mgrid[0:n, 0:2]
    b = a[i, j] * (i - 1) + np.mgrid[0:1:2j]
    b[np.ix_([0, -1], [True, False])] *= 3
    b[np.diag_indices(2)] = x[:2]
    b[np.tril_indices(2, -1)] += x[2]
    k, m = np.ogrid[0:n, 0:2]
    return np.sum(b * k * m) + np.sum(b**2) + np.sum(x * np.r_[0 : len(x)])


def handed_back(x):
    """What is the same array, and what is a copy."""
    a = x.copy()
    b = np.asarray(a, dtype=float)
    b[0] = 5.0
    c = a.astype(float, copy=False)
    c[1] *= 2
    d = a.conj()
    d[2] = x[0]
    e = np.atleast_2d(a)
    e[0, 1] += 1.0
    np.moveaxis(e, 0, 1)[2] *= 3
    np.conjugate(a)[0] = 100.0
    return np.sum(a**2) + np.sum(b**3)


M, X, Y = waves(3, 4), waves(5), waves(5, phase=1.0)

PROGRAMS = [
    Program(histogram, [(X, Y, PLACES), (X[:2], Y[:2], PLACES[:2])], wrt=(0, 1)),
    Program(assembly, [(waves(3), [[0, 1], [1, 2], [2, 3]])]),
    Program(unbuffered, [(X, Y + 2, PLACES)], wrt=(0, 1)),
    Program(unbuffered_rows, [(M, waves(4, phase=3.0))], wrt=(0, 1)),
    Program(time_stepping, [(X, 0.3, 3), (X, 0.3, 0), (X[:1], 0.3, 2)], wrt=(0, 1)),
    Program(overlapping_output, [(X,), (X[::-1],), (X[:2],)]),
    Program(result_is_the_output, [(X,)]),
    Program(output_of_more_axes, [(M, waves(4))], wrt=(0, 1)),
    Program(products_into, [(M, waves(4))], wrt=(0, 1)),
    Program(sums_into, [(M,)]),
    Program(joined_into, [(waves(3), waves(3, phase=2.0))], wrt=(0, 1)),
    Program(safe_quotient, [(X, Y), (X[:0], Y[:0]), (X[:1], Y[:1])], wrt=(0, 1)),
    Program(functions_where_defined, [(X, Y)], wrt=(0, 1)),
    Program(broadcast_where, [(M, waves(4))], wrt=(0, 1)),
    Program(single_precision, [(X.astype(np.float32), Y.astype(np.float32))], wrt=(0, 1)),
    Program(copied, [(X, Y), (X[:2], Y[:2])], wrt=(0, 1)),
    Program(put_into, [(M, waves(4)), (np.asfortranarray(M), waves(4))], wrt=(0, 1)),
    Program(placed, [(X, Y)], wrt=(0, 1)),
    Program(diagonals, [(M, waves(4))], wrt=(0, 1)),
    Program(put_along, [(M, waves(4))], wrt=(0, 1)),
    Program(sorted_in_place, [(M,)]),
    Program(selected_rows, [(waves(3, 3, 3), waves(3), 1)], wrt=(0, 1)),
    Program(flat_elements, [(M, waves(4), 3), (np.asfortranarray(M), waves(4), 0)], wrt=(0, 1)),
    Program(meshes, [(X, 3), (X[:3], 2)]),
    Program(handed_back, [(X,)]),
]
