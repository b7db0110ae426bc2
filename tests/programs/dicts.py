"""Dicts whose keys are known at run time only: tables of results, counts, groups, graphs."""

import math
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from . import Program


def recurrence(x, n):
    memo = {0: x, 1: 1.0}
    for i in range(2, n):
        memo[i] = memo[i - 1] * x + memo[i - 2]
    return memo[n - 1]


def weights_of_words(x, words):
    counts = {}
    for w in words:
        counts[w] = counts.get(w, 0.0) + x * len(w)
    total = sum(counts.values())
    entropy = 0.0
    for w, c in counts.items():
        p = c / (total + len(w))
        entropy -= p * math.log(p)
    return entropy


def ways_through_a_grid(x, n):
    table = {}
    for i in range(n):
        for j in range(n):
            if i == 0 or j == 0:
                table[i, j] = x * (i + j + 1)
            else:
                table[(i, j)] = 0.1 * table[i - 1, j] * table[i, j - 1] + table[(i - 1, j - 1)]
    del table[0, 0]
    return sum(table.values()) + table.pop((1, 1)) * len(table)


def groups_by_label(xs, labels):
    groups = {}
    for x, label in zip(xs, labels):
        if label not in groups:
            groups[label] = []
        groups[label].append(x * x)
    total = 0.0
    for label in groups:
        total += sum(groups[label]) / len(groups[label]) * (label + 1)
    return total


def means_of_groups(xs, labels):
    groups = defaultdict(list)
    for k, label in enumerate(labels):
        groups[label].append(math.sin(xs[k]))
    means = {label: sum(group) / len(group) for label, group in groups.items()}
    return sum((xs[k] - means[label]) ** 2 for k, label in enumerate(labels))


def concentration(xs, labels):
    shares = defaultdict(float)
    for k, label in enumerate(labels):
        shares[label] += xs[k]
    total = sum(shares.values())
    return sum((share / total) ** 2 * label for label, share in shares.items())


def sums_of_vectors(x, labels):
    sums = defaultdict(lambda: np.zeros(2))
    for i, label in enumerate(labels):
        sums[label] += np.array([x, i * x * x])
    return sum(np.sum(s**2) for s in sums.values())


def counted(x, words):
    counts = Counter(words)
    counts[7] += 2
    total = 0.0
    for word, n in counts.items():
        total += n * x**word
    return total / sum(counts.values()) + counts[99]


def numbered(x, words):
    vocabulary = {}
    for word in words:
        if word not in vocabulary:
            vocabulary[word] = len(vocabulary)
    return sum(x ** vocabulary[word] for word in words)


def recently_used(x, n):
    cache = OrderedDict()
    for i in range(n):
        cache[i % 4] = x * i
        if len(cache) > 2:
            cache.popitem(last=False)
        cache.move_to_end(i % 4)
    return sum(v * (k + x) for k, v in cache.items())


def parameters_and_more(x, n):
    params = {"a": x, "b": x * x}
    for _ in range(n):
        params["a"] = params["a"] * 1.1 + params["b"]
    params[n] = params["a"]
    return params[n] * params["b"]


def looked_up(table, keys):
    total = 0.0
    for key in keys:
        total += table[key] ** 2
    return total * table["c"]


def missing(x, n):
    d = {}
    for i in range(n):
        d[i] = x * x * i
    try:
        return d[n // 2 + 3] * 2
    except KeyError:
        return d[n - 1] * 3


def emptied(x, n):
    d = {i: x**i for i in range(n)}
    total = 0.0
    while len(d) > 1:
        _, v = d.popitem()
        total += v * d.pop(0, x * 3)
    return total + d.setdefault(5, x * 7) + d.setdefault(1, 2.0)


def merged(x, n):
    a, b = {}, {}
    for i in range(n):
        a[i] = x * i
        b[i + 2] = x * x * i
    a.update(b)
    c = {0: x, 1: x}
    a |= {100: x}
    c.update(a)
    other = dict(a)
    other.clear()
    other[n] = 1.0
    return sum(c.values()) + len(other) * a[100] + c.get(n, 1.0) * a.get(3 * n, x)


def arrays_by_key(x, n):
    d = {}
    for i in range(n):
        d[i] = np.ones(i + 1) * x
        d[i] += i
        d[i][0] *= 2
    return sum(float(np.sum(v**2)) for v in d.values())


def edges(x, n):
    graph = defaultdict(dict)
    for i in range(n):
        graph[i % 2][i] = x * i
    total = 0.0
    for a in graph:
        for b in graph[a]:
            total += graph[a][b] ** 2 * (a + 1)
    return total


def ranked(x, n):
    d = {i: x * ((i * 7) % 5) for i in range(n)}
    total = 0.0
    for rank, (k, v) in enumerate(sorted(d.items(), key=lambda pair: pair[1], reverse=True)):
        total += rank * v + k * v
    best = max(d, key=d.get)
    for k in sorted(d):
        total = total * 0.5 + d[k]
    return total + d[best] ** 2


def until_seen(x, n):
    seen = {}
    y = x
    for _ in range(n):
        key = int(y * 10) % 7
        if key in seen:
            y += seen[key] * 0.5
            break
        seen[key] = y
        y = y * 1.3 + 0.1
    else:
        y = -y
    return y * sum(seen.values())


def every_other(x, n):
    d = {i: x * i for i in range(n)}
    for k in list(d):
        if k % 2:
            del d[k]
    for k in d:
        d[k] *= x
    return sum(d.values()) * len(d)


def by_two_names(x, n):
    d = {}
    e = d
    for i in range(n):
        e[i] = x * i
    d[0] = x
    return e[0] * e[1]


def keys_by_branch(x):
    d = {}
    if x > 1:
        d["a"] = x
    else:
        d["b"] = 2 * x
    return d.get("a", 0.0) + d.get("b", 5.0 * x) * len(d)


def pairs_by_key(x, n):
    d = {}
    for i in range(n):
        d[i] = (x * i, i)
    total = 0.0
    for a, b in d.values():
        total += a * b
    return total * x


def zipped(xs, names):
    d = dict(zip(names, xs))
    e = dict.fromkeys(names, 1.0)
    for name in names:
        e[name] *= d[name]
    return e[names[0]] * d[names[-1]]


def pagerank(weights, links, steps):
    """The adjacency lists are a constant; the weight of an edge is differentiated."""
    rank = {page: 1.0 / len(links) for page in links}
    for _ in range(steps):
        new = {page: 0.15 / len(links) for page in links}
        for page, targets in links.items():
            for k, target in enumerate(targets):
                new[target] += 0.85 * rank[page] * weights[k] / len(targets)
        rank = new
    return rank["a"] + 2.0 * rank["c"] ** 2


def copies_apart(x, n):
    d = {i: x * i for i in range(n)}
    c = d.copy()
    f = dict(d)
    c[0] = 100 * x
    d[1] = 50 * x
    return c[1] + d[0] + f[1] * c[0] + len(c)


def keys_that_are_equal(x, n):
    d = {1: x}
    k = n > 0
    d[k] = d[k] * 3
    d[n / n] = d[1] + x
    return d[1] * len(d)


def put_back_last(x, n):
    d = {}
    for i in range(n):
        d[i] = x * i
    v = d.pop(1)
    d[1] = v + x
    t = 0.0
    for k, v in d.items():
        t = t * 0.5 + v * k
    return t


def left_and_deleted(x, n):
    d = {i: x + i for i in range(n)}
    hit = None
    for k, v in d.items():
        if v > x + 2.5:
            hit = k
            break
    if hit is not None:
        del d[hit]
    return sum(d.values()) * x


def missing_is_made(x, n):
    d = {}
    for i in range(n):
        try:
            d[i] = d[i - 2] * x
        except KeyError:
            d[i] = x + i
    return d[n - 1]


def asking_inserts(x, n):
    d = defaultdict(float)
    for i in range(n):
        if d[i] == 0.0 and i + 1 not in d:
            d[i + 1] += x
    return len(d) * x + sum(d.values())


WORDS = ["to", "be", "or", "not", "to", "be"]
LABELS = [3, 1, 3, 2, 1]
XS = [0.5, 1.2, 0.8, 2.0, 1.1]
LINKS = {"a": ["b", "c"], "b": ["c"], "c": ["a"]}

PROGRAMS = [
    Program(recurrence, [(1.2, 7), (1.2, 2)]),
    Program(weights_of_words, [(1.3, WORDS)]),
    Program(ways_through_a_grid, [(1.1, 3)]),
    Program(groups_by_label, [(XS, LABELS)]),
    Program(means_of_groups, [(XS, LABELS), ([0.3], [0])]),
    Program(concentration, [(XS, LABELS)]),
    Program(sums_of_vectors, [(1.2, LABELS)]),
    Program(counted, [(1.2, LABELS)]),
    Program(numbered, [(1.2, WORDS)]),
    Program(recently_used, [(1.2, 6)]),
    Program(parameters_and_more, [(1.2, 4), (1.2, 0)]),
    Program(looked_up, [({"a": 1.5, "b": 2.0, "c": 3.0}, ["a", "c", "a"])]),
    Program(missing, [(1.3, 4), (1.3, 8)]),
    Program(emptied, [(1.2, 5)]),
    Program(merged, [(1.2, 4)]),
    Program(arrays_by_key, [(1.2, 4)]),
    Program(edges, [(1.2, 5)]),
    Program(ranked, [(1.2, 5)]),
    Program(until_seen, [(1.2, 9), (1.2, 2)]),
    Program(every_other, [(1.2, 5)]),
    Program(by_two_names, [(1.2, 4)]),
    Program(keys_by_branch, [(1.2,), (0.3,)]),
    Program(pairs_by_key, [(1.2, 4)]),
    Program(zipped, [(XS, WORDS[:5])]),
    Program(copies_apart, [(1.3, 5)]),
    Program(keys_that_are_equal, [(1.3, 5)]),
    Program(put_back_last, [(1.3, 5)]),
    Program(left_and_deleted, [(1.3, 5)]),
    Program(missing_is_made, [(1.3, 5)]),
    Program(asking_inserts, [(1.3, 5)]),
    Program(pagerank, [([0.9, 0.7], LINKS, 4)]),
]
