"""Programs that write to arrays and lists which are elements of lists, at an index known at run time only."""

import numpy as np

from . import Program, waves


def double_buffer(x, steps):
    buffers = [x.copy(), np.zeros(len(x))]
    for i in range(steps):
        now = buffers[i % 2]
        buffers[(i + 1) % 2][:] = now * now * 0.5 + x
        buffers[(i + 1) % 2][1:-1] += np.sin(now[2:]) * now[:-2]
    return np.sum(buffers[steps % 2] ** 2)


def named_buffers(x, steps):
    buffers = [x.copy(), np.zeros(len(x))]
    for i in range(steps):
        old, new = buffers[i % 2], buffers[(i + 1) % 2]
        new[:] = old * x
        new[1:-1] += old[2:] * old[:-2]
    return np.sum(buffers[steps % 2])


def table_of_lists(x, n):
    """A table of dynamic programming."""
    best = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            best[i][j] += x[i] * x[j]
            if i > 0 and j > 0:
                best[i][j] += best[i - 1][j - 1] ** 2
            elif j > 0:
                best[i][j] *= best[i][j - 1]
    return best[n - 1][n - 1] + best[0][-1]


def two_rows(x, n):
    """Of a table only two rows are kept."""
    rows = [[0.0] * (n + 1), [0.0] * (n + 1)]
    for i in range(n):
        for j in range(n):
            rows[(i + 1) % 2][j + 1] = rows[i % 2][j] + x[i] * x[j]
    return rows[n % 2][n]


def rows_of_arrays(x, n):
    rows = [np.zeros(n) for _ in range(n)]
    for i in range(n):
        rows[i][:] = x[i]
        for j in range(n):
            rows[i][j] *= x[j] ** 2
            rows[-1][j] -= rows[i][0]
    return np.sum(rows[0] * rows[n - 1])


def ragged(x, n):
    rows = [np.zeros(i + 1) for i in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] += x[i] * x[j]
        if i > 0:
            rows[i][:-1] += rows[i - 1]
    return np.sum(rows[n - 1] ** 2)


def rows_in_turn(x, n):
    """A name for a row is the row."""
    rows = [np.zeros(3) for _ in range(n)]
    first, total = rows[0], 0.0
    for i, row in enumerate(rows):
        total += first[1] * x[0]
        row[1:] = x[i]
        row[0] += row[1] ** 2
        rows[0][1] += x[i] ** 3
    return total + np.sum(first) + rows[n - 1][0]


def row_by_a_function(x, n):
    def fill(row, value):
        row[1:] = value
        return row

    rows = [np.zeros(3) for _ in range(n)]
    for i in range(n):
        part = fill(rows[i], x[i] ** 2)[1:]
        rows[i][1] += x[0]
        rows[0][2] += part[0] * x[i]
    return np.sum(rows[0] * rows[n - 1])


def evaluated_before_it_is_written(x, n):
    rows = [np.zeros(2) for _ in range(n)]

    def touch(i):
        rows[i][0] = x[i]
        return 2.0

    return np.sum(rows[0] * touch(0)) + np.sum(rows[1] * touch(0))


def written_on_a_path(x, n):
    rows = [np.zeros(2) for _ in range(n)]
    row = rows[1]
    for i in range(n):
        if x[i] > 0.2:
            rows[i][0] += x[i] ** 2
        if i == 3:
            break
    return row[0] * rows[0][0] + row[0] ** 3


def exchanged(x, n):
    rows = [[0.0] * n for _ in range(n)]
    for i in range(n):
        rows[i][0], rows[i][1] = x[i], x[i] * x[0]
    i = n - 2
    rows[i][1], rows[i + 1][1] = rows[i + 1][1], rows[i][1]
    return rows[i][1] ** 2 + rows[i + 1][1] * rows[0][0]


def longer_row(x, n):
    rows = [[0.0] * n for _ in range(n)]
    rows[n - 1] += [x[0], x[1] ** 2]
    rows[0].append(x[1])
    return rows[n - 1][n + 1] * x[2] + rows[0][n] * len(rows[0])


X = waves(5)
SHORT = [(X, 4), (X, 2)]

PROGRAMS = [
    Program(double_buffer, [(X, 4), (X, 3), (X, 0), (X[:1], 2)]),
    Program(named_buffers, [(X, 3), (X[::-1], 2)]),
    Program(table_of_lists, [(X, 4), (X, 1)]),
    Program(two_rows, SHORT),
    Program(rows_of_arrays, [(X, 3), (X, 1)]),
    Program(ragged, SHORT),
    Program(rows_in_turn, SHORT),
    Program(row_by_a_function, SHORT),
    Program(evaluated_before_it_is_written, SHORT),
    Program(written_on_a_path, [(X, 5), (-X, 5), (X, 2)]),
    Program(exchanged, SHORT),
    Program(longer_row, [(X, 3)]),
]
