"""Programs that write to arrays of rank 0, which are memory like any other array, and no numbers."""

import numpy as np

from . import Program, waves


def accumulated(x):
    """All forms of a write, and what another name sees of them."""
    t = np.array(0.0)
    for v in x:
        t[()] += v**2
    t += x[0]
    s = t
    s *= 2
    t[...] = t**2
    before = t[()]
    t -= before / 2
    return t * before + s


def one_cell_two_names(x):
    a = np.zeros(())
    b = a
    for v in x:
        b[()] += v**3
    return a * b


def two_cells(x):
    t = np.array(1.0)
    if x[0] > 0:
        t += x[1] ** 2
        u = t
    else:
        u = t.copy()
        t *= x[0]
    return u * t


def element_as_an_array(x):
    """`x[..., 0]` is a view, and `x[0]` a number."""
    a = x.copy()
    first, number = a[..., 0], a[1]
    first += 1
    first *= x[1]
    number += 100.0
    a[..., 2][...] = x[3] * first
    np.squeeze(a[1:2], axis=0)[...] *= 3
    return np.sum(a**2) + number


def cell_of_the_caller(x, k):
    """The caller's array comes back as it was."""
    y = x
    x += k
    y *= x
    z = x + 1
    z += y
    return x * z


def add_square(total, v):
    total += v * v


class Meter:
    """Holds a cell."""

    def __init__(self):
        self.total = np.zeros(())

    def read(self, v):
        self.total += v


def written_in_a_callee(x):
    t = np.array(1.0)
    add_square(t, x[0])
    add_square(t, t)
    meter = Meter()
    kept = {"total": meter.total}
    for v in x:
        meter.read(v * t)
    kept["total"] *= x[1]
    return t**2 + meter.total


def outputs(x):
    t = np.empty(())
    np.sum(x, out=t)
    np.multiply(t, x[0], out=t)
    np.copyto(t, t * t)
    t.fill(t + 1)
    s = np.add(t, 1.0)
    s += t
    np.sqrt(t, out=t, where=True)
    np.add.at(t, (), x[1])
    np.add.at(t, ..., x[2])
    return t * s


def running_maximum(x):
    best = np.array(-np.inf)
    for v in x:
        if v > best:
            best[...] = v
    return best**2


def single(x):
    t = np.zeros((), x.dtype)
    for v in x:
        t += v * v
    t[()] = t * 2.0
    return t


def until(x, k):
    t = np.array(0.0)
    while True:
        t += x[k] ** 2
        k -= 1
        if t > 1 or k < 0:
            break
    row = t[None]
    row[0] *= 2
    grid = t[None, None]
    grid += 1
    return t * row[0]


def a_number_or_a_cell(x):
    t = np.array(2.0)
    first = t.copy()
    for v in x:
        t = t * v
    t += 1
    chosen = np.where(x[0] > 0, x[1], x[2])
    chosen += t
    return chosen * t + first


X = waves(5)

PROGRAMS = [
    Program(accumulated, [(X,), (X[:1],)]),
    Program(one_cell_two_names, [(X,)]),
    Program(two_cells, [(X,), (-X,)]),
    Program(element_as_an_array, [(X,)]),
    Program(cell_of_the_caller, [(np.array(1.5), np.array(0.5)), (np.float64(1.5), np.float64(0.5))], wrt=(0, 1)),
    Program(written_in_a_callee, [(X,)]),
    Program(outputs, [(X + 1,)]),
    Program(running_maximum, [(X,)]),
    Program(single, [(X.astype(np.float32),)]),
    Program(until, [(X, 4), (X, 0)]),
    Program(a_number_or_a_cell, [(X,), (-X,)]),
]
