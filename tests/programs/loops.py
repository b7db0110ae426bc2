"""Loops of every form: what they run over, how they are left, and what they carry."""

import math

import numpy as np

from . import Program, waves


def settle(x, k):
    """Steps towards the nearest multiple of pi, at most twenty of them."""
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        x = x - k * math.sin(x)
        n += 1
    return x * x


def geometric_series(x, n):
    total = 0
    term = 1
    for _ in range(n):
        total += term
        term *= x
    return total


def odd_terms(x, n):
    total = 0.0
    for k in range(1, n):
        if k % 2 == 0:
            continue
        total += math.sin(k * x) / k
    return total


def horner(coefficients, x):
    value = 0.0
    for c in coefficients:
        value = value * x + c
    return value


def horner_from_the_end(coefficients, x):
    value = 0.0
    for c in reversed(coefficients):
        value = value * x + c
    return value


def square_root(a):
    """Newton's iteration until two steps agree."""
    x = a
    while True:
        better = 0.5 * (x + a / x)
        if abs(better - x) < 1e-12 * x:
            return better
        x = better


def count_down(x, n):
    y = x
    for k in range(n, 0, -2):
        y = math.cos(y) + x / k
    return y


def there_and_back(x, n):
    y = x
    for k in range(n):
        y += math.sin(y * k)
    for k in reversed(range(n)):
        y *= 1 + 0.1 * math.cos(y + k)
    return y


def fibonacci_polynomial(x, n):
    a, b = 0.0, 1.0
    for _ in range(n):
        a, b = b, x * b + a
    return b


def weighted_positions(values, scale):
    total = 0.0
    for i, v in enumerate(values):
        total += (i + 1) * math.exp(-scale * v)
    return total


def dot_of_lists(a, b):
    total = 0.0
    for u, v in zip(a, b):
        total += u * v
    return math.sqrt(1 + total**2)


def three_together(a, b, c):
    total = 1.0
    for i, (u, v, w) in enumerate(zip(a, b, c), start=1):
        total = total * u + v * w / i
    return total


def first_above(values, limit):
    """The first value above the limit, squared; the sum of all if there is none."""
    total = 0.0
    for v in values:
        if v > limit:
            return v * v * limit
        total += v
    return total * limit


def search_in_rows(table, limit):
    """Leaves two loops at once."""
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            if table[i, j] > limit:
                return table[i, j] ** 2 * (i + 1) + limit * j
    return limit * table[0, 0]


def sum_until(x, limit):
    """A continue before a break."""
    total = 0.0
    for k in range(50):
        term = x**k / (k + 1)
        if k % 3 == 1:
            continue
        if total > limit:
            break
        total += term
    return total * x


def nested_breaks(x, n):
    total = 0.0
    for i in range(n):
        for j in range(n):
            if j > i:
                break
            total += math.sin(x * i) * math.cos(x * j)
        if total > 1.5:
            break
    return total


def pairs(x):
    """Sum over i < j of the squared differences."""
    total = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            total += (x[i] - x[j]) ** 2 / (1 + j - i)
    return total


def trapezoid(a, b, n):
    """The integral of exp(-t^2) from a to b."""
    h = (b - a) / n
    total = 0.5 * (math.exp(-a * a) + math.exp(-b * b))
    for k in range(1, n):
        t = a + k * h
        total += math.exp(-t * t)
    return total * h


def logistic_map(x, r, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


def bisection(a, target):
    """About the x in [0, 4] with x^3 + a x = target: a bracket, then one step of Newton's from its middle."""
    low, high = 0.0, 4.0
    while high - low > 0.2:
        middle = 0.5 * (low + high)
        if middle**3 + a * middle < target:
            low = middle
        else:
            high = middle
    x = 0.5 * (low + high)
    return x - (x**3 + a * x - target) / (3 * x**2 + a)


def two_conditions(x, y):
    steps = 0
    while x < 10 and not y > 5:
        x *= 1.5
        y += 0.3 * x
        steps += 1
    return x * y + steps * x


def last_item_survives(values, scale):
    for v in values:
        scaled = v * scale
        scale = scale + 0.1 * scaled
    return scaled * v


def running_maximum(values):
    best = values[0]
    for v in values[1:]:
        best = v if v > best else best
    return best**3


def elements_of_an_array(x):
    total = 0.0
    product = 1.0
    for v in x:
        total += v * product
        product *= 1 + v * v
    return total


def indexed_array(x, w):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * math.tanh(w * x[i - 1])
    return total


def matrix_by_indices(a, b):
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total += a[i, j] * b[j] ** (i + 1)
    return total


def rows_of_a_matrix(a, v):
    for row in a:
        v = np.tanh(row * v + np.sum(v))
    return np.sum(v * v)


def zipped_arrays(x, y, w):
    total = 0.0
    for row, target in zip(x, y):
        error = row @ w - target
        total += error * error
    return total / len(y)


def reversed_array(x, decay):
    total = 0.0
    for reward in reversed(x):
        total = reward + decay * total
    return total


def accumulates_vectors(x, steps):
    state = np.zeros(3)
    for t in range(steps):
        state = 0.9 * state + np.sin(x * (t + 1))
    return np.sum(state**2)


def integer_grows_into_float(x, n):
    level = 1
    for k in range(n):
        level = level * 2 if k < 2 else level * x
    return level


def reports_its_progress(x, n):
    for k in range(n):
        x = x - 0.1 * math.sin(x)
        if k % 2 == 0:
            print("step", k, f"x = {x:.6f}")
    print("done")
    return x


def checks_its_invariant(x, n):
    y = x
    for _ in range(n):
        y = y / (1 + y * y)
        assert y > 0, "left the domain"
    return y


def resets_on_the_way(x, limit, n):
    """The carried value is thrown away whenever it grows too large."""
    level = x
    for k in range(n):
        level *= 1 + x / (k + 1)
        if level > limit:
            level = x * 0.5
    return level * x


def while_with_continue(x, n):
    k = 0
    total = x
    while k < n:
        k += 1
        if k % 3 == 0:
            continue
        total = total + math.exp(-k * total)
    return total


def continued_fraction(parts, x):
    value = x
    for k in range(len(parts) - 1, -1, -1):
        value = parts[k] + 1 / value
    return value


def early_return_from_while(x, y):
    while x < 100:
        if y > 2:
            return x * y
        x, y = x + y, y + 0.7 * x
    return x - y


PROGRAMS = [
    Program(settle, [(2.0, 0.9), (0.05, 0.9), (3.0, 0.01)], wrt=(0, 1)),
    Program(geometric_series, [(0.7, 6), (0.7, 1), (0.7, 0)]),
    Program(odd_terms, [(0.4, 8), (0.4, 1)]),
    Program(horner, [([1.0, -2.0, 0.5, 3.0], 0.6), ((2.0, 1.0), -1.5), ([], 1.0)], wrt=(0, 1)),
    Program(horner_from_the_end, [([1.0, -2.0, 0.5, 3.0], 0.6), ((2.0, 1.0), -1.5)], wrt=(0, 1)),
    Program(square_root, [(2.0,), (0.1,), (1e4,)]),
    Program(count_down, [(0.8, 7), (0.8, 0)]),
    Program(there_and_back, [(0.8, 4)]),
    Program(fibonacci_polynomial, [(1.1, 6), (1.1, 0)]),
    Program(weighted_positions, [([0.3, 1.2, -0.4], 0.8), (waves(5), 0.8)], wrt=(0, 1)),
    Program(
        dot_of_lists,
        [([0.3, 1.2], [0.7, -0.5]), (waves(4), waves(4, phase=1.0)), ([0.3, 1.2, 5.0], [0.7, 2.0])],
        wrt=(0, 1),
    ),
    Program(
        three_together,
        [([0.3, 1.2], [0.7, -0.5], [1.1, 0.2]), (waves(3), waves(3, phase=1.0), [1.0, 2.0, 3.0])],
        wrt=(0, 1, 2),
    ),
    Program(
        first_above,
        [([0.1, 0.9, 2.0], 0.5), ([0.1, 0.2], 0.5), (waves(6), 0.9), ([1.0], 0.5)],
        wrt=(0, 1),
    ),
    Program(search_in_rows, [(waves(3, 4), 0.9), (waves(3, 4), 2.0), (waves(2, 2), 0.1)], wrt=(0, 1)),
    Program(sum_until, [(0.6, 1.1), (0.6, 9.0)], wrt=(0, 1)),
    Program(nested_breaks, [(0.5, 2), (0.5, 9)]),
    Program(pairs, [([0.5, -1.0, 2.0],), (waves(4),), ([1.0],)]),
    Program(trapezoid, [(0.1, 1.3, 8), (0.1, 1.3, 1)], wrt=(0, 1)),
    Program(logistic_map, [(0.3, 3.1, 7)], wrt=(0, 1)),
    Program(bisection, [(1.3, 5.1), (0.4, 7.7)], wrt=(0, 1)),
    Program(two_conditions, [(1.0, 0.5), (11.0, 0.5), (1.0, 4.9)], wrt=(0, 1)),
    Program(last_item_survives, [([0.5, -1.0, 2.0], 0.7)], wrt=(0, 1)),
    Program(running_maximum, [([0.5, -1.0, 2.0],), (waves(6),)]),
    Program(elements_of_an_array, [(waves(5),), (waves(0),)]),
    Program(indexed_array, [(waves(5), 0.8), ([0.5, 0.25], 2.0)], wrt=(0, 1)),
    Program(matrix_by_indices, [(waves(3, 2), np.array([0.4, 1.3]))], wrt=(0, 1)),
    Program(rows_of_a_matrix, [(waves(3, 4), waves(4, phase=0.3))], wrt=(0, 1)),
    Program(zipped_arrays, [(waves(4, 3), waves(4), waves(3, phase=2.0))], wrt=(0, 1, 2)),
    Program(reversed_array, [(waves(5), 0.9), ([1.0, 2.0, 0.5], 0.9)], wrt=(0, 1)),
    Program(accumulates_vectors, [(waves(3), 4), (0.4, 3), (waves(3), 0)]),
    Program(integer_grows_into_float, [(1.3, 5), (1.3, 2), (1.3, 0)]),
    Program(reports_its_progress, [(0.7, 4)]),
    Program(checks_its_invariant, [(0.7, 4)]),
    Program(resets_on_the_way, [(0.9, 2.0, 6), (0.9, 50.0, 6)], wrt=(0, 1)),
    Program(while_with_continue, [(0.5, 7), (0.5, 0)]),
    Program(continued_fraction, [([1.0, 2.0, 3.0], 0.7), (waves(3) + 2, 0.7)], wrt=(0, 1)),
    Program(early_return_from_while, [(1.0, 0.1), (1.0, 3.0), (99.0, 1.9)], wrt=(0, 1)),
]
