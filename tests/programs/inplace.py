"""Programs that write to arrays: factorisations, stencils, tables, sorts, views, masks, swapped buffers."""

import math

import numpy as np

from . import Program, waves

SPD = waves(4, 4) @ waves(4, 4).T + 4 * np.eye(4)


def lu_inplace(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    d = 1.0
    for k in range(n):
        d *= a[k, k]
    return d + np.sum(a**2)


def thomas(lower, diag, upper, rhs):
    n = len(diag)
    c = upper.copy()
    d = rhs.copy()
    c[0] /= diag[0]
    d[0] /= diag[0]
    for i in range(1, n):
        m = diag[i] - lower[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] /= m
        d[i] = (d[i] - lower[i - 1] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return np.sum(d**2)


def gauss_seidel(a, b, sweeps):
    x = np.zeros_like(b)
    n = len(b)
    for _ in range(sweeps):
        for i in range(n):
            s = 0.0
            for j in range(n):
                if j != i:
                    s += a[i, j] * x[j]
            x[i] = (b[i] - s) / a[i, i]
    return np.sum(x)


def cholesky_loops(a):
    n = len(a)
    L = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = math.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return L.sum() + L[-1, -1]


def heat2d(u, k, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += k * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    return np.sum(u**2)


def wave_swapped(u, c, steps):
    prev = u.copy()
    cur = u.copy()
    nxt = np.empty_like(u)
    for _ in range(steps):
        nxt[0] = 0
        nxt[-1] = 0
        nxt[1:-1] = 2 * cur[1:-1] - prev[1:-1] + c**2 * (cur[2:] - 2 * cur[1:-1] + cur[:-2])
        prev, cur, nxt = (cur, nxt, prev)
    return np.sum(cur**2) + prev[1]


def floyd(d):
    d = d.copy()
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return np.sum(d)


def edit_table(cost, a, b):
    m, n = (len(a), len(b))
    t = np.zeros((m + 1, n + 1))
    t[:, 0] = np.arange(m + 1) * cost[0]
    t[0, :] = np.arange(n + 1) * cost[1]
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            sub = 0.0 if a[i - 1] == b[j - 1] else cost[2]
            t[i, j] = min(t[i - 1, j] + cost[0], t[i, j - 1] + cost[1], t[i - 1, j - 1] + sub)
    return t[m, n]


def conv2d_loops(img, ker):
    h, w = img.shape
    kh, kw = ker.shape
    out = np.zeros((h - kh + 1, w - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for p in range(kh):
                for q in range(kw):
                    out[i, j] += img[i + p, j + q] * ker[p, q]
    return np.sum(out**2)


def overlap_forward(x):
    x = x.copy()
    x[1:] = x[:-1] * x[1:]
    x[1:] += x[:-1]
    x[:-1] -= 0.5 * x[1:]
    return np.sum(x**3)


def plus_transpose(a):
    a = a.copy()
    a += a.T
    a *= a.T
    return np.sum(a**2 * np.arange(a.size).reshape(a.shape))


def repeated_index(x, v):
    y = x.copy()
    idx = np.array([0, 2, 2, 0])
    y[idx] += v
    y[[1, 1]] *= v[:2]
    z = np.zeros(3)
    z[[0, 0, 1]] = v[:3]
    return np.sum(y**2) + np.sum(z * np.array([1.0, 2.0, 3.0]))


def masks(x):
    y = x.copy()
    y[y > 0] *= 2
    y[y < -0.5] = 0.25
    m = (y > 0.1) & (x < 0.9)
    y[m] = np.sin(x[m])
    y[~m] += x[~m] ** 2
    return np.sum(y * np.arange(1.0, 1 + len(x)))


def view_scaled(x):
    y = x.copy()
    b = y[1:4]
    b *= 2
    b[0] += y[0]
    c = b[::-1]
    c[0] = y[1] * y[2]
    y[2] = c[1] * 3
    return np.sum(b**2) + np.sum(c * np.arange(3)) + y[2]


def rows_loop(a):
    a = a.copy()
    for row in a:
        row *= row[0]
        row[1:] += 1
    return np.sum(a**2)


def transposed_view(a):
    a = a.copy()
    t = a.T
    t[0] *= 3
    t[:, 1] = t[0, 1] * 2
    a[0, 0] += t[1, 1]
    return np.sum(a**3)


def param_written(x):
    x[0] = x[1] * 2
    x *= x
    return np.sum(x)


def param_scaled(x, k):
    x /= k
    x[1:] -= x[0]
    return np.sum(x**3)


def shift(a, by):
    a += by
    a[0] *= 2


def callee_writes(x):
    y = x.copy()
    shift(y, 2.0)
    shift(y[1:], y[0])
    return np.sum(y**2)


def buffers_in_dict(x):
    s = {"u": x.copy(), "v": np.zeros(len(x))}
    for _ in range(3):
        s["v"][:] = s["u"] * s["u"] - s["v"]
        s["u"], s["v"] = (s["v"], s["u"])
    return np.sum(s["u"]) + s["v"][0]


def upwind(u, c, n):
    un = np.empty_like(u)
    for _ in range(n):
        un[:] = u
        u = un.copy()
        for i in range(1, len(u)):
            u[i] = un[i] - c * un[i] * (un[i] - un[i - 1])
    return np.sum(u * u)


def bubble_sort(x):
    x = x.copy()
    n = len(x)
    for i in range(n):
        swapped = False
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = (x[j + 1], x[j])
                swapped = True
        if not swapped:
            break
    return np.sum(x * np.arange(n) ** 2)


def insertion_sort(x):
    x = x.copy()
    for i in range(1, len(x)):
        key = x[i]
        j = i - 1
        while j >= 0 and x[j] > key:
            x[j + 1] = x[j]
            j -= 1
        x[j + 1] = key
    return np.sum(x**2 * np.arange(len(x)))


def chained(a):
    a = a.copy()
    b = c = a[0] * 1
    b[1] = 5 * a[1, 1]
    a[1:, 0] = a[0, 1:] = c[1]
    return np.sum(a**2) + np.sum(b**2)


def interleave(x, y):
    z = np.empty(2 * len(x))
    z[::2], z[1::2] = (x, y)
    z[::-2] *= z[::2]
    return np.sum(z**3)


def row_swap(a):
    a = a.copy()
    a[[0, 1]] = a[[1, 0]]
    a[0], a[1] = (a[1].copy(), a[0].copy())
    a[:, [0, 1]] = a[:, [1, 0]]
    return np.sum(a * np.arange(a.size).reshape(a.shape))


def row_swap_aliased(a):
    a = a.copy()
    a[0], a[1] = (a[1], a[0])
    return np.sum(a**2 * np.arange(a.size).reshape(a.shape))


def newaxis_write(x):
    y = np.zeros((3, 1, 2))
    y[:, 0, :] = x[:, None]
    y[..., 1] *= x[0]
    y[0, ...] += 2
    y[None, 1] *= 3
    return np.sum(y**2)


def negative_stride_write(x):
    y = x.copy()
    y[::-1] += x * np.arange(len(x))
    y[-1:-3:-1] = x[:2]
    y[4:1:-2] *= 3
    return np.sum(y**2)


def size_one_axis(x):
    y = x * np.ones((3, 1))
    y += x
    y *= x[:1]
    return np.sum(y**2)


def history(x, n):
    traj = np.zeros((n + 1, len(x)))
    traj[0] = x
    for k in range(n):
        p, q = traj[k]
        traj[k + 1, 0] = p + 0.1 * q
        traj[k + 1, 1] = q - 0.1 * np.sin(p)
    return np.sum(traj[-1] ** 2) + np.mean(traj[:, 0])


def while_break_writes(x, tol):
    y = x.copy()
    k = 0
    while True:
        g = 2 * y - 1 + 0.1 * y**3
        if np.max(np.abs(g)) < tol or k >= 7:
            break
        y -= 0.3 * g
        k += 1
    return np.sum(y**2)


def knapsack(values, weights, cap):
    best = np.zeros(cap + 1)
    for v, w in zip(values, weights):
        for c in range(cap, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v)
    return best[cap]


def viterbi(logp, trans):
    T, S = logp.shape
    v = logp[0].copy()
    for t in range(1, T):
        new = np.empty(S)
        for s in range(S):
            new[s] = np.max(v + trans[:, s]) + logp[t, s]
        v = new
    return np.max(v)


def dtw(x, y):
    n, m = (len(x), len(y))
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i, j] = (x[i - 1] - y[j - 1]) ** 2 + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


def aliases(x):
    a = x.copy()
    b = a
    b[0] = 3 * x[1]
    c = b[:]
    c[1] *= a[0]
    a = a + 1
    b[2] = 7 * a[0]
    return np.sum(a * b * c)


def iir(x, b, a):
    y = np.zeros_like(x)
    for n in range(len(x)):
        for k in range(len(b)):
            if n - k >= 0:
                y[n] += b[k] * x[n - k]
        for k in range(1, len(a)):
            if n - k >= 0:
                y[n] -= a[k] * y[n - k]
        y[n] /= a[0]
    return np.sum(y**2)


def nbody(pos, vel, steps):
    pos = pos.copy()
    vel = vel.copy()
    n = len(pos)
    for _ in range(steps):
        acc = np.zeros_like(pos)
        for i in range(n):
            for j in range(n):
                if i == j:
                    continue
                d = pos[j] - pos[i]
                acc[i] += d / (d @ d + 0.1) ** 1.5
        vel += 0.05 * acc
        pos += 0.05 * vel
    return np.sum(pos**2)


PROGRAMS = [
    Program(lu_inplace, [(SPD,)]),
    Program(thomas, [(waves(4), waves(5) + 4, waves(4, phase=1.0), waves(5, phase=2.0))], wrt=(0, 1, 2, 3)),
    Program(gauss_seidel, [(SPD, waves(4), 3)], wrt=(0, 1)),
    Program(cholesky_loops, [(SPD,)]),
    Program(heat2d, [(waves(5, 5), 0.1, 3), (waves(5, 5), 0.1, 0), (waves(2, 2), 0.1, 2)], wrt=(0, 1)),
    Program(wave_swapped, [(waves(7), 0.5, 4), (waves(7), 0.5, 0), (waves(7), 0.5, 1)], wrt=(0, 1)),
    Program(floyd, [(abs(waves(4, 4)),)]),
    Program(
        edit_table, [(np.array([1.0, 1.3, 0.7]), "kitten", "sitting"), (np.array([1.0, 1.3, 0.7]), [1, 2, 3], [2, 3])]
    ),
    Program(conv2d_loops, [(waves(4, 5), waves(2, 2))], wrt=(0, 1)),
    Program(overlap_forward, [(waves(6),), (waves(1),), (waves(0),)]),
    Program(plus_transpose, [(waves(3, 3),), (waves(1, 1),)]),
    Program(repeated_index, [(waves(3), waves(4))], wrt=(0, 1)),
    Program(masks, [(waves(7),)]),
    Program(view_scaled, [(waves(5),)]),
    Program(rows_loop, [(waves(3, 4),), (waves(0, 4),)]),
    Program(transposed_view, [(waves(3, 3),), (np.asfortranarray(waves(3, 3)),)]),
    Program(param_written, [(waves(4),)]),
    Program(param_scaled, [(waves(4), 1.5)], wrt=(0, 1)),
    Program(callee_writes, [(waves(4),)]),
    Program(buffers_in_dict, [(waves(3),)]),
    Program(upwind, [(waves(5), 0.2, 3)], wrt=(0, 1)),
    Program(bubble_sort, [(waves(5),), (np.arange(4.0),)]),
    Program(insertion_sort, [(waves(6),)]),
    Program(chained, [(waves(3, 3),)]),
    Program(interleave, [(waves(3), waves(3, phase=1.0))], wrt=(0, 1)),
    Program(row_swap, [(waves(3, 3),)]),
    Program(row_swap_aliased, [(waves(3, 3),)]),
    Program(newaxis_write, [(waves(3),)]),
    Program(negative_stride_write, [(waves(6),), (waves(6)[::-1],)]),
    Program(size_one_axis, [(waves(1),), (waves(3),)]),
    Program(history, [(waves(2), 5)]),
    Program(while_break_writes, [(waves(3), 0.001), (waves(3), 10.0)]),
    Program(knapsack, [(waves(4) + 2, [1, 2, 3, 2], 5)]),
    Program(viterbi, [(waves(4, 3), waves(3, 3))], wrt=(0, 1)),
    Program(dtw, [(waves(4), waves(3, phase=1.0))], wrt=(0, 1)),
    Program(aliases, [(waves(4),)]),
    Program(iir, [(waves(6), waves(3), np.array([1.2, 0.3, -0.2]))], wrt=(0, 1, 2)),
    Program(nbody, [(waves(3, 2), waves(3, 2, phase=1.0), 3)], wrt=(0, 1)),
]
