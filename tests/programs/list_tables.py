"""Tables that are lists of lists, or of arrays: filled element by element, grown row by row, read across rows."""

import numpy as np

from . import Program, waves


def edit_distance(x, y):
    d = [[0.0] * (len(y) + 1) for _ in range(len(x) + 1)]
    for i in range(1, len(x) + 1):
        d[i][0] = d[i - 1][0] + abs(x[i - 1])
    for j in range(1, len(y) + 1):
        d[0][j] = d[0][j - 1] + abs(y[j - 1])
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            d[i][j] = min(d[i - 1][j] + 0.7, d[i][j - 1] + 0.6, d[i - 1][j - 1] + cost)
    return d[len(x)][len(y)]


def longest_common(x, y):
    n, m = len(x), len(y)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n):
        for j in range(m):
            if abs(x[i] - y[j]) < 0.4:
                best[i + 1][j + 1] = best[i][j] + x[i] * y[j]
            else:
                best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j])
    return best[-1][-1] ** 2


def knapsack(values, weights, room):
    n = len(values)
    best = [[0.0] * (room + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for c in range(room + 1):
            best[i][c] = best[i - 1][c]
            if c >= weights[i - 1]:
                best[i][c] = max(best[i][c], best[i - 1][c - weights[i - 1]] + values[i - 1] ** 2)
    return best[n][room]


def pascal(x, n):
    rows = [[1.0]]
    for i in range(1, n):
        row = [1.0] * (i + 1)
        for j in range(1, i):
            row[j] = rows[i - 1][j - 1] * x + rows[i - 1][j]
        rows.append(row)
    return rows[n - 1][n // 2] + sum(rows[n - 2])


def grown_from_nothing(x, n):
    rows = []
    for i in range(n):
        rows.append([x] * (i + 2))
        for j in range(1, i + 2):
            if i > 0:
                rows[i][j] = rows[i - 1][j - 1] * rows[i][j - 1]
        rows[-1][0] *= x
    return rows[-1][-1] + rows[0][1]


def all_pairs(w):
    n = len(w)
    d = [[w[i, j] for j in range(n)] for i in range(n)]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = d[i][k] + d[k][j]
                if through < d[i][j]:
                    d[i][j] = through
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += d[i][j] * (i + 1)
    return total


def all_pairs_of_lists(w):
    n = len(w)
    d = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            d[i][j] = w[i][j]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d[i][j] = min(d[i][j], d[i][k] + d[k][j])
    return sum(sum(row) for row in d)


def rows_of_known_length(x, n):
    points = [[0.0] * 3 for _ in range(n)]
    for i in range(n):
        for j in range(3):
            points[i][j] = x[j] * (i + 1)
            points[i][j] *= points[i][j]
        points[i][1] += points[i - 1][2]
    return sum(points[n - 1]) + points[0][1]


def cubes(x, n):
    t = [[[0.0] * n for _ in range(n)] for _ in range(2)]
    for i in range(n):
        for j in range(n):
            t[0][i][j] = x[i] * x[j]
    for i in range(1, n):
        plane = t[1]
        row = plane[i]
        for j in range(n):
            row[j] = t[0][i - 1][j] * t[0][i][j]
            plane[0][j] += row[j] * t[1][i][0]
    return sum(t[1][0]) * t[1][n - 1][1]


def arrays_in_a_list(x, n):
    rows = [np.zeros(4) for _ in range(n)]
    rows[0][:] = x
    for i in range(1, n):
        for j in range(4):
            rows[i][j] = rows[i - 1][j] * x[j] + 0.1 * j
        rows[i][1:3] *= x[0]
        rows[i][::-1] += rows[i - 1]
        rows[i] += rows[i - 1]
        rows[i][-1] = x[1]
    return np.sum(rows[n - 1] ** 2)


def matrices_in_a_list(weights, x):
    layers = [w * 1.0 for w in weights]
    for k in range(len(layers)):
        for i in range(3):
            layers[k][i, i] += x[i]
            layers[k][i, :2] = layers[k - 1][:2, i] * x[0]
        x = np.tanh(layers[k] @ x)
    return np.sum(x) + layers[0][0, 1]


def rows_that_are_replaced(x, n):
    t = [[x[i] * (j + 1) for j in range(3)] for i in range(n)]
    for i in range(n - 1):
        if t[i][0] < t[i + 1][0]:
            t[i] = [v * 2 for v in t[i]]
        t[i][1] *= t[i + 1][2]
    t[0] = [x[1], x[0], x[1] * x[0]]
    t[0][2] += t[n - 1][1]
    return t[0][2] * t[1][1]


def until_one_is_large(x, n):
    t = [[0.0] * n for _ in range(n)]
    found = 0
    for i in range(n):
        for j in range(n):
            t[i][j] = x[i] * x[j] + t[i - 1][j]
            if t[i][j] > 2:
                break
            found += 1
        if found > 5:
            t[0][0] = t[i][0] * x[0]
            break
    return t[0][0] + sum(t[-1]) * found


def smooth_row(row, k):
    for j in range(1, len(row)):
        row[j] += k * row[j - 1]


def rows_given_to_a_function(x, n):
    t = [[x[i]] * 4 for i in range(n)]
    for i in range(n):
        smooth_row(t[i], x[0])
        t[i][0] = t[i - 1][3]
    return t[n - 1][3] * t[0][2]


def rows_of_numpy_numbers(x, n):
    """The elements are NumPy's numbers, whose cotangents may be arrays of rank 0."""
    t = [[1.0] * n for _ in range(3)]
    w = [np.zeros(3) for _ in range(3)]
    for _ in range(2):
        for k in range(3):
            t[1][k] += x + 0.3 * w[k][-1]
            t[(1 + k) % 3] = t[-1][:]
    t[2][1] = np.tanh(sum(t[1]))
    return sum(t[2]) + sum(t[1])


def rows_of_other_lengths(x, n):
    """A row is replaced by a longer one, and the old one had grown."""
    t = [[x * (i + 1)] * 1 for i in range(n)]
    for i in range(n):
        t[i].append(x * x)
        t[i - 1][-1] *= t[i][1]
        t[i].append(t[i][0] * t[i - 1][0])
        last = t[i][2]
        t[i] = [last, x, 2.0, 1.0, last * t[i][1]]
        t[i].append(x)
        t[i].pop()
    return sum(t[0]) * sum(t[n - 1])


def one_list(x, n):
    f = [0.0] * (n + 1)
    f[0] = x
    for i in range(1, n + 1):
        f[i] = f[i - 1] * x + f[max(i - 2, 0)]
        f[-1] += f[i] * 0.5
    return f[n]


def visits(t, x, n):
    t = [row[:] for row in t]
    for i in range(n):
        for j in range(n):
            t[i][j] += t[i - 1][j] * x
    return t[n - 1][n - 1]


def sieve(x, n):
    """Rows as lists of what each number divides by, with weights."""
    weights = [[] for _ in range(n)]
    for d in range(1, n):
        for k in range(d, n, d):
            weights[k].append(x / d)
    total = 0.0
    for k in range(n):
        for w in weights[k]:
            total += w * w * k
    return total


_SQUARE = 0.5 + waves(4, 4) ** 2
PROGRAMS = [
    Program(edit_distance, [(waves(4), waves(3, phase=1.0)), (waves(2), waves(0))], (0, 1)),
    Program(longest_common, [(waves(5), waves(4, phase=0.3))], (0, 1)),
    Program(knapsack, [(1 + waves(4) ** 2, [1, 2, 1, 3], 4), (1 + waves(2) ** 2, [3, 1], 2)]),
    Program(pascal, [(1.3, 7), (0.7, 2)]),
    Program(grown_from_nothing, [(1.1, 5), (0.8, 1)]),
    Program(all_pairs, [(_SQUARE,)]),
    Program(all_pairs_of_lists, [(_SQUARE.tolist(),)]),
    Program(rows_of_known_length, [(waves(3), 4)]),
    Program(cubes, [(waves(3), 3)]),
    Program(arrays_in_a_list, [(waves(4), 4), (waves(4), 1)]),
    Program(matrices_in_a_list, [([waves(3, 3), waves(3, 3, phase=2.0)], waves(3))], (0, 1)),
    Program(rows_that_are_replaced, [(waves(4), 4)]),
    Program(until_one_is_large, [(1 + waves(4) ** 2, 4), (waves(4) / 3, 4), (waves(1), 1)]),
    Program(rows_given_to_a_function, [(waves(3), 3)]),
    Program(rows_of_numpy_numbers, [(0.3, 3)]),
    Program(rows_of_other_lengths, [(0.8, 3), (1.1, 1)]),
    Program(one_list, [(0.8, 5), (1.1, 1)]),
    Program(visits, [([[0.3, 0.2], [0.1, 0.5]], 1.2, 2)], (0, 1)),
    Program(sieve, [(0.7, 7), (1.2, 1)]),
]
