"""Numerical methods as textbooks and their users write them: in the place of their arrays."""

import math

import numpy as np

from . import Program, waves

SPD = waves(4, 4) @ waves(4, 4).T + 4 * np.eye(4)


def red_black(u, f, omega, sweeps):
    u = u.copy()
    n, m = u.shape
    for _ in range(sweeps):
        for colour in (0, 1):
            for i in range(1, n - 1):
                for j in range(1 + (i + colour) % 2, m - 1, 2):
                    best = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
                    u[i, j] += omega * (best - u[i, j])
    return np.sum(u**2)


def tridiagonal_sweep(d, r):
    n = d.shape[0]
    diag = np.full(n, 1 + 2 * r)
    for i in range(1, n):
        w = -r / diag[i - 1]
        diag[i] += w * r
        d[i] -= w * d[i - 1]
    d[n - 1] /= diag[n - 1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] + r * d[i + 1]) / diag[i]


def alternating_directions(u, r, steps):
    u = u.copy()
    for _ in range(steps):
        tridiagonal_sweep(u, r)
        tridiagonal_sweep(u.T, r)
    return np.sum(u**2)


def householder_qr(a):
    a = a.copy()
    n = a.shape[1]
    for k in range(n):
        v = a[k:, k].copy()
        v[0] += math.copysign(np.sqrt(v @ v), v[0])
        v /= np.sqrt(v @ v)
        a[k:, k:] -= 2.0 * np.outer(v, v @ a[k:, k:])
    return np.sum(np.abs(np.diag(a))) + a[0, n - 1]


def givens_qr(a):
    r = a.copy()
    n = r.shape[1]
    for j in range(n):
        for i in range(r.shape[0] - 1, j, -1):
            x, y = r[i - 1, j], r[i, j]
            h = math.hypot(x, y)
            c, s = x / h, y / h
            top = c * r[i - 1] + s * r[i]
            r[i] = c * r[i] - s * r[i - 1]
            r[i - 1] = top
    return np.sum(r[:n] ** 2 * np.arange(1.0, n + 1))


def jacobi_eigenvalues(a, sweeps):
    a = a.copy()
    n = len(a)
    for _ in range(sweeps):
        for p in range(n - 1):
            for q in range(p + 1, n):
                theta = 0.5 * np.arctan2(2 * a[p, q], a[q, q] - a[p, p])
                c, s = np.cos(theta), np.sin(theta)
                rows = c * a[p] - s * a[q]
                a[q] = s * a[p] + c * a[q]
                a[p] = rows
                columns = c * a[:, p] - s * a[:, q]
                a[:, q] = s * a[:, p] + c * a[:, q]
                a[:, p] = columns
    return np.sum(np.diag(a) ** 3) + a[0, 0]


def divided_differences(x, y, at):
    c = y.copy()
    n = len(x)
    for k in range(1, n):
        c[k:] = (c[k:] - c[k - 1 : -1]) / (x[k:] - x[:-k])
    value = c[n - 1]
    for k in range(n - 2, -1, -1):
        value = value * (at - x[k]) + c[k]
    return value


def prefix_sums(x):
    s = x.copy()
    shift = 1
    while shift < len(s):
        s[shift:] = s[shift:] + s[:-shift]
        shift *= 2
    return np.sum(s**2)


def butterflies(re, im):
    """A Fourier transform of a power of two, radix 2, in place."""
    re, im = re.copy(), im.copy()
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    size = 2
    while size <= n:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * math.pi * k / size
                c, s = math.cos(angle), math.sin(angle)
                a, b = start + k, start + k + half
                tr = c * re[b] - s * im[b]
                ti = s * re[b] + c * im[b]
                re[b], im[b] = re[a] - tr, im[a] - ti
                re[a] += tr
                im[a] += ti
        size *= 2
    return np.sum((re**2 + im**2) ** 2)


def lattice_boltzmann(f, tau, steps):
    """Three velocities on a ring: collide, then stream."""
    f = f.copy()
    weights = np.array([1.0, 4.0, 1.0]) / 6.0
    speeds = np.array([-1.0, 0.0, 1.0])
    for _ in range(steps):
        rho = f.sum(axis=0)
        u = (f[2] - f[0]) / rho
        for k in range(3):
            cu = speeds[k] * u
            f[k] += (weights[k] * rho * (1 + 3 * cu + 4.5 * cu**2 - 1.5 * u**2) - f[k]) / tau
        f[0, :-1], f[0, -1] = f[0, 1:].copy(), f[0, 0]
        f[2, 1:], f[2, 0] = f[2, :-1].copy(), f[2, -1]
    return np.sum(f[2] ** 2 - f[0])


def leapfrog_rings(u, c, steps):
    old, new = u.copy(), u.copy()
    new[1:-1] -= 0.5 * c * (u[2:] - u[:-2])
    for _ in range(steps):
        old[1:-1] -= c * (new[2:] - new[:-2])
        old[0], old[-1] = old[-2], old[1]
        old, new = new, old
    return np.sum(new**2)


def verlet(x, v, stiffness, steps):
    x, v = x.copy(), v.copy()
    dt = 0.1
    force = -stiffness * np.sin(x)
    for _ in range(steps):
        v += 0.5 * dt * force
        x += dt * v
        force[:] = -stiffness * np.sin(x)
        v += 0.5 * dt * force
    return 0.5 * np.sum(v**2) - np.sum(stiffness * np.cos(x))


def pair_forces(x, h):
    n = len(x)
    density = np.zeros(n)
    force = np.zeros_like(x)
    for i in range(n):
        for j in range(i):
            d = x[i] - x[j]
            r2 = d @ d
            if r2 > 4 * h * h:
                continue
            w = math.exp(-r2 / (h * h))
            density[i] += w
            density[j] += w
            f = 2 * w / (h * h) * d
            force[i] += f
            force[j] -= f
    return np.sum(force**2) + np.sum(density**2)


def soft_histogram(x, centres, width):
    bins = np.zeros(len(centres))
    for value in x:
        w = np.exp(-(((value - centres) / width) ** 2))
        bins += w / w.sum()
    bins /= bins.sum()
    return -np.sum(bins * np.log(bins))


def linear_histogram(x, n):
    bins = np.zeros(n + 1)
    for value in x:
        place = (value + 1.0) / 2.0 * n
        k = int(place)
        share = place - k
        bins[k] += 1.0 - share
        bins[k + 1] += share
    return np.sum(bins**2)


def gauss_jordan(a, b):
    a, b = a.copy(), b.copy()
    n = len(b)
    for k in range(n):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[k], b[p] = b[p], b[k]
        b[k] /= a[k, k]
        a[k] /= a[k, k]
        for i in range(n):
            if i != k:
                b[i] -= a[i, k] * b[k]
                a[i] -= a[i, k] * a[k]
    return np.sum(b**2)


def back_substitution(u, b):
    x = np.empty_like(b)
    for i in range(len(b) - 1, -1, -1):
        x[i] = (b[i] - u[i, i + 1 :] @ x[i + 1 :]) / u[i, i]
    return np.sum(np.tanh(x))


def power_iteration(a, x, steps):
    x = x.copy()
    for _ in range(steps):
        x[:] = a @ x
        x /= np.sqrt(x @ x)
    return x @ a @ x


def page_rank(weights, damping, steps):
    n = len(weights)
    share = weights / weights.sum(axis=0)
    rank = np.full(n, 1.0 / n)
    new = np.empty(n)
    for _ in range(steps):
        new.fill((1 - damping) / n)
        for i in range(n):
            for j in range(n):
                new[i] += damping * share[i, j] * rank[j]
        rank, new = new, rank
    return np.sum(rank * np.arange(n))


def kalman(x, p, a, q, r, measured):
    x, p = x.copy(), p.copy()
    loss = 0.0
    for z in measured:
        x[:] = a @ x
        p[:] = a @ p @ a.T
        p[np.diag_indices(2)] += q
        s = p[0, 0] + r
        gain = p[:, 0] / s
        error = z - x[0]
        loss += error**2 / s + np.log(s)
        x += gain * error
        p -= np.outer(gain, p[0])
    return loss


def max_pool(image):
    h, w = image.shape
    out = np.full((h // 2, w // 2), -np.inf)
    for i in range(h // 2 * 2):
        for j in range(w // 2 * 2):
            if image[i, j] > out[i // 2, j // 2]:
                out[i // 2, j // 2] = image[i, j]
    return np.sum(out**2)


def momentum(w, x, y, rate, steps):
    w = w.copy()
    velocity = np.zeros_like(w)
    for _ in range(steps):
        gradient = x.T @ (x @ w - y)
        velocity *= 0.9
        velocity -= rate * gradient
        w += velocity
    return np.sum((x @ w - y) ** 2)


def adam(w, rate, steps):
    w = w.copy()
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = 2 * w + np.cos(w)
        m *= 0.9
        m += 0.1 * g
        v *= 0.99
        v += 0.01 * g**2
        w -= rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return np.sum(w**2)


def pascal(x, n):
    row = np.zeros(n + 1)
    row[0] = 1.0
    for k in range(1, n + 1):
        for i in range(k, 0, -1):
            row[i] += x * row[i - 1]
    return np.sum(row**2)


def median_of_three_filter(x):
    y = x.copy()
    for i in range(1, len(x) - 1):
        window = x[i - 1 : i + 2].copy()
        window.sort()
        y[i] = window[1]
    return np.sum(y * np.arange(len(x)))


PROGRAMS = [
    Program(red_black, [(waves(5, 5), waves(5, 5, phase=1.0), 1.3, 2)], wrt=(0, 1, 2)),
    Program(alternating_directions, [(waves(4, 4), 0.3, 2)], wrt=(0, 1)),
    Program(householder_qr, [(waves(4, 3) + np.eye(4, 3),)]),
    Program(givens_qr, [(waves(4, 3) + np.eye(4, 3),)]),
    Program(jacobi_eigenvalues, [(SPD[:3, :3] + np.diag([1.0, 3.0, 6.0]), 2)]),
    Program(divided_differences, [(np.arange(4.0) + 0.1 * waves(4), waves(4), 1.3)], wrt=(0, 1, 2)),
    Program(prefix_sums, [(waves(7),), (waves(1),), (waves(8),)]),
    Program(butterflies, [(waves(8), waves(8, phase=1.0)), (waves(1), waves(1, phase=1.0))], wrt=(0, 1)),
    Program(lattice_boltzmann, [(1.0 + 0.1 * waves(3, 5), 0.8, 3)], wrt=(0, 1)),
    Program(leapfrog_rings, [(waves(6), 0.3, 4), (waves(6), 0.3, 0)], wrt=(0, 1)),
    Program(verlet, [(waves(3), waves(3, phase=1.0), np.array([1.0, 2.0, 0.5]), 4)], wrt=(0, 1, 2)),
    Program(pair_forces, [(waves(4, 2), 0.7)], wrt=(0, 1)),
    Program(soft_histogram, [(waves(5), np.linspace(-1, 1, 4), 0.5)], wrt=(0, 1, 2)),
    Program(linear_histogram, [(0.8 * waves(5), 6)]),
    Program(gauss_jordan, [(SPD[::-1].copy(), waves(4)), (SPD, waves(4))], wrt=(0, 1)),
    Program(back_substitution, [(np.triu(SPD), waves(4))], wrt=(0, 1)),
    Program(power_iteration, [(SPD, waves(4), 5)], wrt=(0, 1)),
    Program(page_rank, [(abs(waves(4, 4)) + 0.1, 0.85, 3), (abs(waves(3, 3)) + 0.1, 0.85, 0)], wrt=(0, 1)),
    Program(
        kalman,
        [(waves(2), SPD[:2, :2], np.array([[1.0, 0.1], [-0.1, 0.9]]), 0.1, 0.5, waves(4, phase=2.0))],
        wrt=(0, 1, 2, 3, 4, 5),
    ),
    Program(max_pool, [(waves(4, 6),), (waves(5, 3),)]),
    Program(momentum, [(waves(3), waves(5, 3), waves(5, phase=1.0), 0.05, 4)], wrt=(0, 1, 2, 3)),
    Program(adam, [(waves(4), 0.1, 3)], wrt=(0, 1)),
    Program(pascal, [(0.7, 4), (0.7, 0)]),
    Program(median_of_three_filter, [(waves(6),), (waves(2),)]),
]
