"""Programs whose functions call themselves and write to the arrays they are given: tables, searches, sorts."""

import numpy as np

from . import Program, waves


def fill(table, i, x):
    if i >= len(table):
        return
    table[i] = table[i - 1] * x[i] + 1
    fill(table, i + 1, x)


def filled_table(x):
    table = np.zeros(len(x))
    table[0] = x[0]
    fill(table, 1, x)
    table[2] *= 2
    fill(table, 3, x)
    rows = np.zeros((2, len(x)))
    rows[:, 0] = x[1]
    fill(rows[0], 1, x)
    fill(rows.T[:, 1], 2, x * 2)
    return np.sum(table**2) + np.sum(rows**3)


def fibonacci(n, memo, x):
    if memo[n] != 0:
        return memo[n]
    memo[n] = fibonacci(n - 1, memo, x) * x[0] + fibonacci(n - 2, memo, x) * x[1]
    return memo[n]


def memo_in_an_array(x, n):
    memo = np.zeros(n + 1)
    memo[0], memo[1] = x[2], x[3]
    return fibonacci(n, memo, x) + np.sum(memo**2)


def partition(a, low, high):
    pivot, i = a[high], low
    for j in range(low, high):
        if a[j] < pivot:
            a[i], a[j] = a[j], a[i]
            i += 1
    a[i], a[high] = a[high], a[i]
    return i


def quicksort(a, low, high):
    if low >= high:
        return
    middle = partition(a, low, high)
    quicksort(a, low, middle - 1)
    quicksort(a, middle + 1, high)


def sorted_by_hand(x):
    quicksort(x, 0, len(x) - 1)
    return np.sum(x**2 * np.arange(len(x)))


def flood(grid, i, j, v):
    if i >= grid.shape[0] or j >= grid.shape[1] or grid[i, j] != 0:
        return
    grid[i, j] = v
    flood(grid, i + 1, j, v * 0.5)
    flood(grid, i, j + 1, v * v)


def flooded(x, n):
    grid = np.zeros((n, n))
    grid[1, 1] = x[1]
    flood(grid, 0, 0, x[0])
    return np.sum(grid**2)


def given_back(table, i, x):
    if i == len(table):
        return table
    table[i] = x[i] ** 2
    return given_back(table, i + 1, x)


def result_is_the_table(x):
    table = np.empty(len(x))
    same = given_back(table, 0, x)
    same[0] = 3.0
    table[1] *= x[0]
    return np.sum(same**2) + np.sum(table)


def ping_pong(a, b, n):
    if n == 0:
        return a.sum()
    a[0] += b[0] * n
    b[1] *= a[0]
    return ping_pong(b, a, n - 1)


def two_tables(x, n):
    a, b = x[:2].copy(), x[2:4].copy()
    return ping_pong(a, b, n) + a[0] * b[1] + ping_pong(a, a, 2)


def either(a, b, n):
    """What comes back is one of the two, and which one is known at run time only."""
    if n == 0:
        return a
    if n == 1:
        return b
    a[0] *= 2
    return either(b, a, n - 2)


def one_of_two(x, n):
    a, b = x[:2].copy(), x[2:4].copy()
    return np.sum(either(a, b, n) ** 2) + np.sum(a * b)


def doubled(a, i):
    if i < len(a):
        a[i] *= 2
        tripled(a, i + 1)


def tripled(a, i):
    if i < len(a):
        a[i] *= 3
        doubled(a, i + 1)


def in_turns(x):
    a = x.copy()
    doubled(a, 0)
    tripled(a[1:], 0)
    return np.sum(a**2)


class Heap:
    """A binary tree in an array."""

    def __init__(self, n):
        self.nodes = np.zeros(n)

    def grow(self, i, x):
        if i >= len(self.nodes):
            return
        self.nodes[i] = x
        self.grow(2 * i + 1, x * 0.5)
        self.grow(2 * i + 2, x * x)


def tree_in_an_array(x):
    heap = Heap(7)
    heap.grow(0, x)
    return np.sum(heap.nodes**2)


def scaled(a, n, x):
    for i in range(len(a)):
        a[i] = a[i] * x[i] + n
    if n > 0:
        scaled(a, n - 1, x)
    a *= 2
    while n > 0:
        n -= 1
        if a[n] > 50:
            break
        a[n] += x[n]


def loops_that_call(x, n):
    a = x.copy()
    scaled(a, n, x)
    return np.sum(a**2)


def pair(table, n):
    if n == 0:
        return table, table.sum()
    table[n] += table[n - 1]
    same, total = pair(table, n - 1)
    same[0] *= total
    return same, total + same[1]


def table_and_number(x):
    table = x * 1
    same, total = pair(table, 3)
    same[1] = total
    return np.sum(table**2)


def halved(total, n, x):
    if n == 0:
        return
    total += x * n
    halved(total, n - 1, x * x)


def cell(x):
    total = np.array(0.0)
    halved(total, 3, x)
    return total * total


def same(a, n):
    return a if n == 0 else same(a, n - 1)


def written_after(x):
    a = x.copy()
    b = same(a, 3)
    a[0] = 7.0
    return np.sum(b**2)


X = waves(5)

PROGRAMS = [
    Program(filled_table, [(X,)]),
    Program(memo_in_an_array, [(X + 1, 6), (X + 1, 1)]),
    Program(sorted_by_hand, [(X,), (X[:1],), (X[:0],)]),
    Program(flooded, [(X, 3)]),
    Program(result_is_the_table, [(X,)]),
    Program(two_tables, [(X, 3), (X, 0)]),
    Program(one_of_two, [(X, 3), (X, 4)]),
    Program(in_turns, [(X,)]),
    Program(tree_in_an_array, [(1.3,)]),
    Program(loops_that_call, [(X, 3), (X + 8, 2), (X, 0)]),
    Program(table_and_number, [(X,)]),
    Program(cell, [(1.3,)]),
    Program(written_after, [(X,)]),
]
