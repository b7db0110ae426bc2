"""Lists, dicts and sets as they are built, changed, shared and taken apart."""

import math

import numpy as np

from . import Program


def lists_of_known_length(x, y):
    xs = [x, y]
    xs.insert(1, x * y)
    xs += [x + y, 2.0]
    last = xs.pop()
    first = xs.pop(0)
    xs[1:3] = [last * x, y, y]
    del xs[0]
    xs.extend((first, x))
    xs.reverse()
    return sum(xs) * xs[1] + xs[0] * xs[-1] + len(xs)


def lists_that_grow(x, n):
    xs = []
    for k in range(n):
        xs.append(x * k)
        if k % 3 == 2:
            xs.insert(0, x)
    xs.extend([x, x * x])
    xs += [1.0]
    while len(xs) > 4:
        xs.pop(0)
    xs[0] += x
    xs[-2] = xs[1] * x
    return sum(xs) + xs[1] * xs[2]


def middle_of_a_growing_list(x, n):
    xs = [x * k for k in range(n)]
    middle = xs.pop(n // 2)
    xs.insert(1, middle * 2.0)
    del xs[2]
    xs[1:2] = [x, x * x]
    return sum([k * v for k, v in enumerate(xs)])


def stack_machine(x):
    stack = [(x, 0)]
    total = 0.0
    while stack:
        value, depth = stack.pop()
        total += value
        if depth < 3:
            stack.append((value * 0.5, depth + 1))
            stack.append((math.sin(value), depth + 2))
    return total


def aliases(x):
    a = [x, 2.0 * x]
    b = a
    b.append(x * x)
    c = list(a)
    c[0] = 7.0
    a[1] = b[2] * x
    table = {"a": a}
    table["a"][0] = 3.0 * x
    return sum(b) * c[1]


def dicts(x, y):
    d = {"a": x, "b": y}
    d["c"] = d["a"] * d["b"]
    d.update(a=x + y, e=2.0)
    d.setdefault("f", x)
    d.setdefault("a", 100.0)
    d["b"] **= 2
    gone = d.pop("e") + d.pop("missing", x)
    del d["f"]
    total = gone * len(d)
    for key, value in sorted(d.items()):
        total += value * (2.0 if key == "c" else 1.0)
    for value in d.values():
        total *= 1.0 + 0.1 * value
    merged = {**d, "g": total} | {"a": y}
    return merged["g"] + merged["a"] + (d.get("zzz") or d.get("a", 0.0)) + ("a" in d)


def dict_of_lists(x, n):
    groups = {"even": [], "odd": []}
    for k in range(n):
        if k % 2 == 0:
            groups["even"].append(x * k)
        else:
            groups["odd"].append(x * k * k)
    groups["odd"].append(x)
    return sum(groups["even"]) * 2.0 + sum(groups["odd"])


def dict_in_a_loop(x, n):
    state = {"position": x, "speed": 0.0}
    for _ in range(n):
        state["speed"] -= 0.1 * state["position"]
        state["position"] += 0.1 * state["speed"]
    return state["position"] * state["speed"]


KNOWN = {"exp", "sin"}


def sets_of_constants(x, name):
    if name in KNOWN or name in {"cos", "tan"}:
        x = x * 2.0
    return x**2


def sorting(xs, pairs):
    smallest, *_, largest = sorted(xs)
    by_second = sorted(pairs, key=lambda p: p[1])
    down = sorted(xs, reverse=True)
    return smallest * largest + by_second[0][0] * 2.0 + by_second[-1][0] + down[1]


def sorting_by_key(xs, x):
    by_distance = sorted(xs, key=lambda v: abs(v - x), reverse=True)
    copy = list(xs)
    copy.sort()
    return by_distance[0] * x + copy[0] ** 2 + copy[-1]


def extremes(xs, x):
    nearest = min(xs, key=lambda v: abs(v - x))
    far = max([(abs(v), v) for v in xs[:3]])
    return nearest * x + far[1] + max(x, 2.0, xs[0]) * min(xs) + max([], default=x)


def quantifiers(xs, x):
    if all(v > 0 for v in xs) and any(v > x for v in xs):
        return sum(xs) * x
    return x if any(xs) else -x


def matrix_as_lists(x):
    m = [[x, 1.0], [0.5, x * x]]
    t = [[m[j][i] for j in range(2)] for i in range(2)]
    m[0][1] += t[1][0] * 2.0
    flat = [v for row in m for v in row]
    return sum(flat) + t[0][1] * flat[1]


def repeated_lists(x, n):
    zeros = [0.0] * n
    for k in range(n):
        zeros[k] = zeros[k - 1] + x * k
    return sum(zeros) + sum([x] * 3)


def memo(x, n):
    """Dynamic programming on a list that is an argument of the inner function."""
    table = [x, x * x]
    while len(table) < n:
        table.append(table[-1] * 0.5 + table[-2])
    return table[n - 1]


def repeated_as_often_as_told(x, n):
    shape = (2,) * n
    corner = np.zeros(shape)
    corner[(0,) * n] = x
    values = [x, x * x] * n
    return corner.sum() * sum(values) + sum((x, 2.0) * n) + sum(n * [x])


def weighed_pairs(values, pairs):
    total = 0.0
    for value, (weight, power) in zip(values, pairs):
        total += value * weight + value**power
    return total


def repeated_beside_pairs(x, pairs):
    return sum(weighed_pairs([x] * (k + 1), pairs) for k in range(2)) + weighed_pairs([x] + [x * x] * 2, pairs)


PROGRAMS = [
    Program(lists_of_known_length, [(1.5, 0.5)], (0, 1)),
    Program(lists_that_grow, [(1.5, 7)]),
    Program(middle_of_a_growing_list, [(1.5, 7)]),
    Program(stack_machine, [(1.5,)]),
    Program(aliases, [(1.5,)]),
    Program(dicts, [(1.5, 0.5)], (0, 1)),
    Program(dict_of_lists, [(1.5, 4), (1.5, 3)]),
    Program(dict_in_a_loop, [(1.5, 5)]),
    Program(sets_of_constants, [(1.5, "sin"), (1.5, "tan"), (1.5, "x")]),
    Program(sorting, [([3.0, 1.0, 2.0], [(1.0, 3.0), (2.0, 1.0)])], (0, 1)),
    Program(sorting_by_key, [([3.0, 1.0, 2.0], 2.2)], (0, 1)),
    Program(extremes, [([3.0, -4.0, 2.0], 1.5)], (0, 1)),
    Program(quantifiers, [([3.0, 1.0], 1.5), ([-3.0, 1.0], 1.5)], (0, 1)),
    Program(matrix_as_lists, [(1.5,)]),
    Program(repeated_lists, [(1.5, 5)]),
    Program(memo, [(1.5, 6)]),
    Program(repeated_as_often_as_told, [(1.5, 3), (1.5, 1)]),
    Program(repeated_beside_pairs, [(1.3, [(1.0, 2.0), (3.0, 1.0), (2.0, 2.0)])]),
]
