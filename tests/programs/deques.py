"""Queues, windows and lists that are searched: `collections.deque`, and `remove`, `index` and `count` of lists."""

import copy
from collections import deque

import numpy as np

from . import Program


def moving_average(xs, width):
    window = deque(maxlen=width)
    total = 0.0
    for x in xs:
        window.append(x * x)
        total += sum(window) / len(window)
    return total


def breadth_first(x, n):
    queue = deque([x])
    total, made = 0.0, 0
    while queue:
        v = queue.popleft()
        total += v * v
        if made < n:
            queue.append(v * 0.5)
            queue.append(v * 0.25)
            made += 1
    return total


def delayed_feedback(x, n):
    """A recurrence on arrays that remembers its last four states."""
    history = deque([np.zeros(3)] * 2, 4)
    for _ in range(n):
        history.append(np.sin(history[-1] + 0.5 * history[-2] + x * np.arange(3.0)))
    return np.sum(history[0] * history[-1]) + len(history)


def rotated(x, n):
    ring = deque([x, x**2, x**3, 1.0])
    total = 0.0
    for k in range(n):
        ring.rotate(1)
        ring[0] = ring[0] * ring[1]
        total += ring[0] * k
        for v in ring:
            total += v * 0.1
    ring.rotate(-2)
    ring.reverse()
    return total + ring[0] + ring[-1] * 2 + len(ring)


def both_ends(x, n):
    d = deque()
    for k in range(n):
        if k % 2:
            d.appendleft(x * k)
        else:
            d.append(x * x * k)
    last, first = d.pop(), d.popleft()
    d.extend([last, x])
    d.extendleft([first, 3.0])
    d.insert(1, x * 7)
    one, two = d.copy(), copy.copy(d)
    two.append(100 * x)
    one[0] = 0.0
    joined = one + two
    joined += [x]
    weighted = sum(v * k for k, v in enumerate(joined))
    return last * first + weighted + d[1] + max(d) + np.sum(list(d)) + two[-1] * len(two) + sum(reversed(d))


def bounded_on_the_left(x, n):
    d = deque([1.0, 2.0, 3.0], maxlen=2)
    total = d[0]
    for k in range(n):
        d.appendleft(x * (k + 1))
        total = total * 0.5 + d[1]
    return total + d[0] + d.maxlen


def holds_nothing(x):
    d = deque([x], maxlen=0)
    d.append(x)
    d.extend([x, x])
    return x * (len(d) + 2) + (3.0 if d else x * x)


def one_of_two(x, n):
    d = deque([x], maxlen=2) if n > 2 else deque([x * 2, x], maxlen=2)
    for k in range(n):
        if k == 2:
            continue
        d.append(d[0] * 1.1 + k)
        if k == 4:
            break
    same = d == deque([1.0])
    return d[0] * d[-1] + (x if same or d != d.copy() else x * x)


class Smoother:
    def __init__(self, width):
        self.window = deque(maxlen=width)

    def push(self, value):
        self.window.append(value)
        return sum(self.window) / len(self.window)


def smoothed(x):
    smoother = Smoother(2)
    first = smoother.push(x)
    alias = smoother.window
    alias.append(x * x)
    return first * smoother.push(3 * x) + alias[0] + isinstance(alias, deque) + (type(alias) is deque)


def shared_with_a_helper(x, n):
    d = deque([x, x * 2])
    total = 0.0
    for k in range(n):
        total += _exchanged(d, total + k * x)
    return total + (x if x in d else 0.0)


def _exchanged(d, value):
    d.append(value)
    taken = d.popleft()
    return taken * value + d[0]


def removed_by_value(x, n):
    xs = [x, 2.0, x * x, 2.0]
    xs.remove(2.0)
    many = [x * k for k in range(n + 2)]
    many.remove(x * 2)
    found = deque(many)
    found.remove(x)
    return xs[1] + 10 * xs[2] * x + xs.index(2.0) + xs.count(2.0) + sum(many) * many[1] + found[0] + found[-1] * x


PROGRAMS = [
    Program(moving_average, [([1.0, 2.0, 0.5, 3.0, 1.5], 3), ([1.0], 3)]),
    Program(breadth_first, [(1.5, 4), (1.5, 0)]),
    Program(delayed_feedback, [(0.4, 5), (0.4, 1)]),
    Program(rotated, [(1.2, 5), (1.2, 0)]),
    Program(both_ends, [(1.3, 5)]),
    Program(bounded_on_the_left, [(1.3, 3), (1.3, 0)]),
    Program(holds_nothing, [(1.3,)]),
    Program(one_of_two, [(1.3, 2), (1.3, 6)]),
    Program(smoothed, [(1.3,)]),
    Program(shared_with_a_helper, [(1.3, 3)]),
    Program(removed_by_value, [(1.3, 3)]),
]
