"""Rows and objects of a list that change places, and are written to afterwards."""

import numpy as np

from . import Program, waves


def determinant_of_rows(a):
    """Gauss's elimination as it is written without NumPy."""
    n = len(a)
    m = [[a[i][j] for j in range(n)] for i in range(n)]
    d = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(m[i][k]) > abs(m[p][k]):
                p = i
        if p != k:
            m[k], m[p] = m[p], m[k]
            d = -d
        d *= m[k][k]
        for i in range(k + 1, n):
            f = m[i][k] / m[k][k]
            for j in range(k, n):
                m[i][j] -= f * m[k][j]
    return d


def rows_by_place(x, n, i, j):
    """The places may be one, or count from the end."""
    t = [[x * k + m for m in range(3)] for k in range(n)]
    t[i], t[j] = t[j], t[i]
    t[i][0] *= t[j][1]
    t[j][2] += t[i][0] ** 2
    return sum(t[k][0] * t[k][2] * (k + 1) for k in range(n))


def arrays_by_places(x, places):
    t = [x * (k + 1.0) for k in range(len(places))]
    for k in range(len(places)):
        t[k], t[places[k]] = t[places[k]], t[k]
        if k % 2:
            t[k] *= np.sin(t[places[k]])
        else:
            t[places[k]][0] += t[k][1]
        if np.sum(t[0]) > 12:
            break
    return np.sum(t[0] * t[1])


def layers(x, n):
    """Lists in lists in a list: rows of one layer, then layers."""
    t = [[[x * (k + i + j) for j in range(2)] for i in range(3)] for k in range(n)]
    for k in range(n):
        t[k][0], t[k][2] = t[k][2], t[k][0]
        t[k][0][1] *= t[k][2][0] + 1
    t[0], t[n - 1] = t[n - 1], t[0]
    return sum(r[0][1] * r[2][1] for r in t)


def three_arrays(x):
    """As many as the program says; which of them is known at run time."""
    t = [x * 1.0, x * 2.0, x * 3.0]
    for k in range(3):
        p = int(np.argmax([r[0] for r in t]))
        t[k], t[p] = t[p], t[k]
        t[k][0] *= t[p][1]
    return np.sum(t[0] * t[1])


class Table:
    """Rows that belong to an object."""

    def __init__(self, x, n):
        self.rows = [[x * (k + j) for j in range(2)] for k in range(n)]

    def exchange(self, i, j):
        """Let two rows change places."""
        self.rows[i], self.rows[j] = self.rows[j], self.rows[i]


def rows_of_an_object(x, n):
    table = Table(x, n)
    table.exchange(0, 2)
    table.rows[0][1] *= table.rows[1][1]
    table.exchange(1, 0)
    return table.rows[0][1] * table.rows[1][1] + table.rows[2][1]


class Body:
    """A body with a place and a mass."""

    def __init__(self, place, mass):
        self.place = place
        self.mass = mass


def heavier_first(x, n):
    bodies = [Body(x * (i + 1.0), i + 1.0) for i in range(n)]
    for i in range(n - 1):
        if bodies[i].mass < bodies[i + 1].mass:
            bodies[i], bodies[i + 1] = bodies[i + 1], bodies[i]
        bodies[i].place = bodies[i].place + bodies[i + 1].place
        bodies[i].mass *= 1.5
    return np.sum(bodies[0].place ** 2) * bodies[2].mass


PROGRAMS = [
    Program(determinant_of_rows, [(np.exp(waves(3, 3)),), ([[0.5, 2.0], [1.5, 0.25]],)]),
    Program(rows_by_place, [(0.7, 4, 0, 1), (0.7, 4, 1, 1), (0.7, 4, -1, 0)]),
    Program(arrays_by_places, [(waves(3), [2, 0, 1, 1]), (waves(3) + 3, [2, 0, 1, 1])]),
    Program(layers, [(0.7, 3)]),
    Program(three_arrays, [(waves(3),)]),
    Program(rows_of_an_object, [(0.7, 3)]),
    Program(heavier_first, [(waves(3), 4)]),
]
