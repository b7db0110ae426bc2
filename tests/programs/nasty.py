"""What is easy to get wrong: index arrays, odd strides, lists given to NumPy, exits, closures, recursive structures."""

import math

import numpy as np
from ast_ad import grad

from . import Program, waves


def adaptive_euler(y, tol):
    t, h = (0.0, 0.2)
    steps = 0
    while t < 1.0 and steps < 50:
        if t + h > 1.0:
            h = 1.0 - t
        a = y + h * (-y * y)
        mid = y + h / 2 * (-y * y)
        b = mid + h / 2 * (-mid * mid)
        if abs(a - b) > tol:
            h *= 0.5
            continue
        y = b
        t += h
        steps += 1
        if abs(a - b) < tol / 10:
            h *= 2
    return y


def softmax_ce(W, X, y):
    z = X @ W
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


def rnn(params, xs, h0):
    h = h0
    outs = []
    for x in xs:
        h = np.tanh(params["Wh"] @ h + params["Wx"] @ x + params["b"])
        outs.append(h)
    outs = np.array(outs)
    return np.sum(outs[-1] ** 2) + np.mean(outs)


def mixture_ll(w, mu, s, x):
    tot = 0.0
    for xi in x:
        p = 0.0
        for wk, mk, sk in zip(w, mu, s):
            p += wk * np.exp(-0.5 * ((xi - mk) / sk) ** 2) / sk
        tot += np.log(p)
    return -tot


def complicated_while(x, y):
    n = 0
    while (x > 0.1 and (not (y > 3 or n >= 8))) or n < 2:
        x, y = (x * 0.7 - 0.01 * y, y + x * 0.3)
        n += 1
    return x * y + n


def nested_break(a, t):
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > t:
                break
            total += a[i, j] ** 2
        else:
            total *= 1.5
            continue
        if total > 3:
            break  # no input reaches this
    return total


def early(x):
    if x < 0:
        return -x
    for i in range(5):
        if x * i > 2:
            return x * i
        if i == 3 and x < 0.1:
            return 0.0
    return x**2


def walrus(x):
    s = 0.0
    while (x := (x * 0.5)) > 0.1:
        s += x * x
    return s


def lam_map(x):
    f = lambda t: t * t + 1
    g = lambda f, t: f(f(t))
    return g(f, x) + sum(map(f, [x, 2 * x]))


def tuple_state(x, n):
    state = (x, 1.0)
    for _ in range(n):
        a, b = state
        state = (a * b, b + 0.1 * a)
    return state[0] + state[1]


def dict_accum(x):
    acc = {}
    for i in range(4):
        k = "even" if i % 2 == 0 else "odd"
        acc[k] = acc.get(k, 0.0) + x**i
    return acc["even"] * acc["odd"]


def slicing_list(xs):
    ys = xs[1:] + xs[:1]
    ys[0] = ys[0] * 2
    ys.append(ys[-1])
    ys.insert(0, 1.0)
    last = ys.pop()
    ys.extend([last, last**2])
    return sum((a * b for a, b in zip(xs, ys))) + len(ys)


def mixed_adv(a):
    return np.sum(a[[0, 2], :, 1] * 2) + np.sum(a[:, [0, 1], [1, 0]] ** 2) + np.sum(a[0, [1, 1]] ** 3)


def mixed_write(a):
    b = a.copy()
    b[[0, 2], :, 1] = a[[1, 1], :, 0]
    b[:, [0, 1, 0], [1, 0, 1]] += a[:, [1, 1, 0], [0, 0, 1]]
    b[1, [1, 1]] *= a[0, [0, 1]]
    return np.sum(b**2 * np.arange(b.size).reshape(b.shape))


def bool_row(a):
    return np.sum(a[np.array([True, False, True])] ** 2) + np.sum(a[:, np.array([False, True, True, False])])


def where_idx(x):
    i = np.where(x > 0)[0]
    y = np.zeros_like(x)
    y[i] = x[i] ** 2
    y[np.nonzero(x < 0)] = x[x < 0] ** 3
    return np.sum(y * np.arange(len(x)))


def argsort_idx(x):
    o = np.argsort(x)
    y = np.empty_like(x)
    y[o] = np.arange(len(x)) * x[o]
    return np.sum(y**2) + x[o[-1]] ** 2


def neg_stride_in(x):
    x[0] = x[-1] * 2
    return np.sum(x[::-1] * np.arange(x.size).reshape(x.shape))


def strided(x):
    y = np.zeros(10)
    y[1:8:3] = x
    y[8:1:-3] *= 2
    return np.sum(y * np.arange(10.0)) + y[::4].sum() ** 2


def norms(a):
    return (
        np.linalg.norm(a)
        + np.linalg.norm(a, axis=0).sum()
        + np.linalg.norm(a, 2)
        + np.linalg.norm(a[0], 1)
        + np.linalg.norm(a[0], np.inf)
        + np.linalg.norm(a, "nuc")
    )


def cplx_arr(x):
    z = np.fft.fft(x) * np.exp(0.3j)
    return np.sum(np.abs(z[1:]) ** 2) + np.real(np.vdot(z, z))


def arr_of_list(xs):
    return (
        np.dot(np.array(xs), np.asarray([v**2 for v in xs]))
        + np.array([xs[0], 1.0, xs[1]]).sum()
        + np.mean(xs)
        + np.max(xs)
    )


def shared_rows(x):
    g = [[0.0] * 2] * 2
    g[0][0] = x
    return g[1][0] * x + sum(map(sum, g))


def dict_update(x):
    d = {"a": x}
    e = d
    e["b"] = 2 * x
    d.update({"c": x**2})
    d["a"] += 1
    s = 0.0
    for k in d:
        s += d[k]
    for v in e.values():
        s += v * v
    return s + ("a" in d) + len(d)


def nested_fn(x):

    def f(a, b=x):
        return a * b

    def g(h, v):
        return h(v) + h(v, 2.0)

    return g(f, x) + (lambda *a: a[0] * a[-1])(x, 1.0, x)


def even(n, x):
    return x if n == 0 else odd(n - 1, x * x)


def odd(n, x):
    return 1.0 if n == 0 else even(n - 1, x + 1)


def mutual(x):
    return even(4, x) + odd(3, x)


def tree(t):
    return t["v"] ** 2 + sum(tree(c) for c in t["kids"])


def treerun(v):
    return tree({"v": v, "kids": [{"v": v * 2, "kids": []}, {"v": v + 1, "kids": [{"v": v**2, "kids": []}]}]})


def newton_inner(a):
    x = a
    g = lambda t: t**3 - a
    for _ in range(4):
        x = x - g(x) / grad(g)(x)
    return x


def accumulate_list(x, n):
    h = [x]
    while len(h) < n:
        h.append(h[-1] * 0.9 + h[len(h) // 2] * 0.1)
    return h[-1] * h[n // 2] + np.sum(np.array(h) ** 2)


def for_list_mod(xs):
    out = []
    for x in xs:
        if x < 0:
            continue
        out.append(x * x)
        if len(out) == 2:
            break
    else:
        out.append(10 * xs[0])
    return sum(out)


def halved_or_bent(y, k):
    if k > 0.2:
        y[0] *= 0.5
        return y.copy()
    return np.sin(y)


def stretched_over_what_one_arm_returns(a, b, x):
    c = a.copy()
    for i in range(3):
        np.multiply(a, 0.5 * a, out=b)
        b = halved_or_bent(b, x)
        c[i % 6] = min(math.sin(np.sum(b)), c[(i + 1) % 6], 0.4 * a[0])
    return np.sum(b * np.arange(6.0)) + np.sum(c) + x


PROGRAMS = [
    Program(adaptive_euler, [(1.3, 0.003)]),
    Program(softmax_ce, [(waves(3, 4), waves(5, 3), np.array([0, 1, 3, 2, 1]))]),
    Program(rnn, [({"Wh": waves(2, 2), "Wx": waves(2, 3), "b": waves(2)}, waves(4, 3), waves(2))]),
    Program(
        mixture_ll,
        [
            ([0.3, 0.7], [0.0, 1.0], [1.0, 0.5], waves(3)),
            (np.array([0.3, 0.7]), np.array([0.0, 1.0]), np.array([1.0, 0.5]), waves(3)),
        ],
        wrt=(0, 1, 2),
    ),
    Program(complicated_while, [(1.0, 0.2), (0.05, 4.0)], wrt=(0, 1)),
    Program(nested_break, [(waves(3, 4), 0.9), (waves(3, 4), 0.5), (waves(3, 4), 2.0)]),
    Program(early, [(-1.0,), (0.9,), (0.05,), (0.3,)]),
    Program(walrus, [(1.0,), (0.1,)]),
    Program(lam_map, [(0.7,)]),
    Program(tuple_state, [(0.7, 3)]),
    Program(dict_accum, [(0.7,)]),
    Program(slicing_list, [([1.0, 2.0, 3.0],)]),
    Program(mixed_adv, [(waves(3, 2, 2),)]),
    Program(mixed_write, [(waves(3, 2, 2),)]),
    Program(bool_row, [(waves(3, 4),)]),
    Program(where_idx, [(waves(6),)]),
    Program(argsort_idx, [(waves(5),)]),
    Program(neg_stride_in, [(waves(5),), (waves(5)[::-1],), (waves(10)[::2],)]),
    Program(strided, [(waves(3),)]),
    Program(norms, [(waves(3, 2),)]),
    Program(cplx_arr, [(waves(5),)]),
    Program(arr_of_list, [([0.1, 0.5, 0.2],)]),
    Program(shared_rows, [(0.7,)]),
    Program(dict_update, [(0.7,)]),
    Program(nested_fn, [(0.7,)]),
    Program(mutual, [(0.7,)]),
    Program(treerun, [(0.7,)]),
    Program(newton_inner, [(2.0,)]),
    Program(accumulate_list, [(0.7, 6)]),
    Program(for_list_mod, [([1.0, -1.0, 2.0, 3.0],), ([1.0, -1.0],)]),
    Program(
        stretched_over_what_one_arm_returns,
        [(waves(6), waves(6, phase=1.0), 0.4), (waves(6), waves(6, phase=1.0), -0.4)],
        wrt=(0, 1, 2),
    ),
]
