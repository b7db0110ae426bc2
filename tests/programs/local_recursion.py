"""Functions that call themselves: local ones that see active names, helpers that fill the lists they are given."""

import numpy as np

from . import Program


def power(x, n):
    def f(k):
        return 1.0 if k == 0 else x * f(k - 1) + k

    return f(n)


def memoised(x, n):
    memo = {}

    def f(k):
        if k in memo:
            return memo[k]
        if k < 2:
            return x + k
        memo[k] = f(k - 1) * 0.5 + f(k - 2) * x
        return memo[k]

    return f(n) + len(memo)


def counted_walk(x, n):
    count = 0
    total = 0.0

    def walk(k, y):
        nonlocal count, total
        count += 1
        total += y * y
        if k > 0:
            walk(k - 1, y * x)
            if k % 2:
                walk(k - 2, y + x)

    walk(n, x)
    return total / count


def one_after_the_other(x, n):
    out = []

    def even(k, y):
        out.append(y)
        return y if k <= 0 else odd(k - 1, y * x)

    def odd(k, y):
        return -y if k <= 0 else even(k - 1, y + x)

    last = even(n, 1.0)
    return last + sum(out)


def alignment(xs, ys):
    """The cost of dynamic time warping, by plain recursion."""

    def cost(i, j):
        if i < 0 or j < 0:
            return 0.0 if i == j else 1e3
        return abs(xs[i] - ys[j]) + min(cost(i - 1, j), cost(i, j - 1), cost(i - 1, j - 1))

    return cost(len(xs) - 1, len(ys) - 1)


def tree(x, nodes):
    def value(node):
        if isinstance(node, tuple):
            a, b = node
            return value(a) * x + value(b)
        return node * x

    return value(nodes)


def filled_table(x, n):
    table = np.zeros(n + 1)

    def f(k):
        if k == 0:
            return x
        if table[k] == 0.0:
            table[k] = x * f(k - 1) + 1
        return table[k]

    return f(n) * f(n - 1)


def depth_first(x, start):
    graph = {0: [1, 2], 1: [3], 2: [3], 3: []}
    order = []

    def visit(node, d):
        order.append(d)
        for other in graph[node]:
            visit(other, d * x)

    visit(start, x)
    return sum(order) * order[-1]


def adaptive_simpson(x, eps):
    def f(t):
        return np.exp(-t * x) * t

    def adapt(a, b, fa, fm, fb, whole, eps):
        m = (a + b) / 2
        lm, rm = f((a + m) / 2), f((m + b) / 2)
        left = (m - a) / 6 * (fa + 4 * lm + fm)
        right = (b - m) / 6 * (fm + 4 * rm + fb)
        if abs(left + right - whole) < 15 * eps:
            return left + right + (left + right - whole) / 15
        return adapt(a, m, fa, lm, fm, left, eps / 2) + adapt(m, b, fm, rm, fb, right, eps / 2)

    fa, fm, fb = f(0.0), f(1.0), f(2.0)
    return adapt(0.0, 2.0, fa, fm, fb, (fa + 4 * fm + fb) / 3, eps)


def fibonacci(n, x, memo):
    if n in memo:
        return memo[n]
    if n < 2:
        return x + n
    memo[n] = fibonacci(n - 1, x, memo) * 0.5 + fibonacci(n - 2, x, memo) * x
    return memo[n]


def memo_of_a_helper(x, n):
    return fibonacci(n, x, {})


def memo_with_an_entry(x, n):
    memo = {0: x}
    found = fibonacci(n, x, memo)
    return found + len(memo) * memo[n]


def collect(n, x, out):
    if n > 0:
        out.append(x * n)
        collect(n - 1, x * x, out)
        if n % 2:
            collect(n - 2, x + 1, out)


def collected(x, n):
    out = []
    collect(n, x, out)
    return sum(v * v for v in out) / len(out)


def quicksort(xs, low, high):
    if low < high:
        pivot, i = xs[high], low
        for j in range(low, high):
            if xs[j] < pivot:
                xs[i], xs[j] = xs[j], xs[i]
                i += 1
        xs[i], xs[high] = xs[high], xs[i]
        quicksort(xs, low, i - 1)
        quicksort(xs, i + 1, high)


def sorted_in_place(x, n):
    xs = [x * ((k * 7) % 5) + k for k in range(n)]
    quicksort(xs, 0, n - 1)
    return sum(v * k for k, v in enumerate(xs))


def subsets(x, n):
    """Backtracking: a list that grows and shrinks, and is read at the leaves."""
    chosen = [1.0]
    totals = []

    def extend(k):
        if k == n:
            totals.append(sum(chosen) ** 2)
            return
        extend(k + 1)
        chosen.append(x * (k + 1))
        extend(k + 1)
        chosen.pop()

    extend(0)
    return sum(totals) / len(totals)


def two_lists_filled(x, n):
    def fill(a, b, k):
        if k == 0:
            return
        a.append(x * k)
        b.append(x * x)
        fill(a, b, k - 1)

    p = []
    q = []
    fill(p, q, n)
    fill(p, p, 1)
    return sum(p) * 2 + sum(q)


def best_leaf(x, n):
    best = [0.0]

    def go(k, v):
        if k == n:
            if v > best[0]:
                best[0] = v
            return
        go(k + 1, v + x * (k % 2))
        go(k + 1, v * 1.1 + 0.1)

    go(0, 1.0)
    return best[0]


def paths_through_a_grid(x, n):
    memo = {}

    def f(i, j):
        key = (i, j)
        if key not in memo:
            memo[key] = x if i * j == 0 else f(i - 1, j) + f(i, j - 1) * x
        return memo[key]

    return f(n, n) / len(memo)


PROGRAMS = [
    Program(power, [(1.2, 12), (1.2, 0)]),
    Program(memoised, [(1.2, 9), (1.2, 1)]),
    Program(counted_walk, [(1.1, 5)]),
    Program(one_after_the_other, [(1.1, 5), (1.1, 0)]),
    Program(alignment, [([1.0, 2.5, 0.5], [0.75, 2.25, 1.0])]),
    Program(tree, [(1.2, ((1.0, 2.0), 3.0))]),
    Program(filled_table, [(1.2, 4)]),
    Program(depth_first, [(1.2, 0), (1.2, 3)]),
    Program(adaptive_simpson, [(1.2, 1e-4)]),
    Program(memo_of_a_helper, [(1.2, 8), (1.2, 1)]),
    Program(memo_with_an_entry, [(1.2, 8)]),
    Program(collected, [(1.1, 5)]),
    Program(sorted_in_place, [(1.2, 5)]),
    Program(subsets, [(1.2, 3)]),
    Program(two_lists_filled, [(1.3, 3)]),
    Program(best_leaf, [(1.3, 3)]),
    Program(paths_through_a_grid, [(1.3, 3)]),
]
