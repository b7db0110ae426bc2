"""Steps on grids: fields that leapfrog, directions that alternate, pressures, cycles over coarser grids, filters."""

import numpy as np

from . import Program, waves


def leapfrogging_fields(ex, ey, hz, source):
    for t in range(len(source)):
        ey[0] = source[t]
        ey[1:] -= 0.5 * (hz[1:] - hz[:-1])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(hz**2) + np.sum(ex)


def alternating_directions(u, n, steps):
    """Implicit in one direction, then in the other; `n` is a number of its own."""
    half = np.zeros(u.shape, dtype=u.dtype)
    p, q = np.empty(u.shape), np.empty(u.shape)
    a, b = -0.4, 1.8
    for _ in range(steps):
        for v, w in ((half, u), (u, half)):
            p[1 : n - 1, 0] = 0.0
            q[1 : n - 1, 0] = 1.0
            for j in range(1, n - 1):
                below = a * p[1 : n - 1, j - 1] + b
                p[1 : n - 1, j] = -a / below
                right = 0.3 * w[j, 0 : n - 2] + 0.4 * w[j, 1 : n - 1] + 0.3 * w[j, 2:n]
                q[1 : n - 1, j] = (right - a * q[1 : n - 1, j - 1]) / below
            v[n - 1, 1 : n - 1] = 1.0
            for j in range(n - 2, 0, -1):
                v[j, 1 : n - 1] = p[1 : n - 1, j] * v[j + 1, 1 : n - 1] + q[1 : n - 1, j]
    return np.sum(u**2)


def source_of_pressure(b, u, v, dx):
    b[1:-1, 1:-1] = (u[1:-1, 2:] - u[1:-1, :-2] + v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dx)


def relax_pressure(p, b, sweeps):
    for _ in range(sweeps):
        old = p.copy()
        p[1:-1, 1:-1] = 0.25 * (old[1:-1, 2:] + old[1:-1, :-2] + old[2:, 1:-1] + old[:-2, 1:-1] - b[1:-1, 1:-1])
        p[:, -1] = p[:, -2]
        p[:, 0] = p[:, 1]
        p[0] = p[1]
        p[-1] = 0


def driven_cavity(u, v, p, nu, steps):
    """A lid drives the flow in a box; the pressure keeps it free of sources."""
    dt, dx = 0.05, 0.5
    b = np.zeros_like(p)
    for _ in range(steps):
        un, vn = u.copy(), v.copy()
        source_of_pressure(b, u, v, dx)
        relax_pressure(p, b, 2)
        for f, fn in ((u, un), (v, vn)):
            centre = fn[1:-1, 1:-1]
            f[1:-1, 1:-1] = (
                centre
                - un[1:-1, 1:-1] * dt / dx * (centre - fn[1:-1, :-2])
                - vn[1:-1, 1:-1] * dt / dx * (centre - fn[:-2, 1:-1])
                + nu * dt / dx**2 * (fn[1:-1, 2:] + fn[1:-1, :-2] + fn[2:, 1:-1] + fn[:-2, 1:-1] - 4 * centre)
            )
        u[1:-1, 1:-1] -= dt / (2 * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
        v[1:-1, 1:-1] -= dt / (2 * dx) * (p[2:, 1:-1] - p[:-2, 1:-1])
        u[0] = u[:, 0] = u[:, -1] = 0
        u[-1] = 1
        v[0] = v[-1] = v[:, 0] = v[:, -1] = 0
    return np.sum(u * u) + np.sum(p * v)


def smooth(u, f, h):
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * (u[i - 1] + u[i + 1] + h * h * f[i])


def cycle(u, f, h):
    """One cycle over coarser and coarser grids, which improves `u` where it is."""
    smooth(u, f, h)
    if len(u) > 3:
        r = np.zeros_like(u)
        r[1:-1] = f[1:-1] + (u[2:] - 2 * u[1:-1] + u[:-2]) / (h * h)
        coarse = r[::2].copy()
        coarse[1:-1] = 0.5 * coarse[1:-1] + 0.25 * (r[1:-2:2] + r[3::2])
        e = np.zeros_like(coarse)
        cycle(e, coarse, 2 * h)
        u[::2] += e
        u[1::2] += 0.5 * (e[:-1] + e[1:])
    smooth(u, f, h)


def multigrid(f, cycles):
    u = np.zeros_like(f)
    for _ in range(cycles):
        cycle(u, f, 1.0 / (len(f) - 1))
    return np.sum(u**2)


def recursive_filter(image, alpha):
    """A smoothing filter that runs to the right and to the left and adds both."""
    a, b = 1.0 - np.exp(-alpha), np.exp(-alpha)
    there, back = np.empty_like(image), np.empty_like(image)
    there[:, 0] = a * image[:, 0]
    for j in range(1, image.shape[1]):
        there[:, j] = a * image[:, j] + b * there[:, j - 1]
    back[:, -1] = 0.0
    for j in range(image.shape[1] - 2, -1, -1):
        back[:, j] = a * image[:, j + 1] + b * back[:, j + 1]
    image[:] = there + back
    return np.sum(image**2)


def convolved_with_bias(x, weights, bias):
    k = weights.shape[0]
    out = np.empty((x.shape[0], x.shape[1] - k + 1, x.shape[2] - k + 1, weights.shape[3]))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = np.sum(x[:, i : i + k, j : j + k, :, None] * weights[None], axis=(1, 2, 3))
    return np.sum((out + bias) ** 2)


def pooled(x, k):
    out = np.zeros((x.shape[0] // k, x.shape[1] // k))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            best = -np.inf
            for p in range(k):
                for q in range(k):
                    if x[i * k + p, j * k + q] > best:
                        best = x[i * k + p, j * k + q]
            out[i, j] = best
    return np.sum(out**2)


def escape(c, limit, steps):
    """Points that have left are left alone."""
    z = np.zeros_like(c)
    for _ in range(steps):
        inside = np.abs(z) < limit
        z[inside] = z[inside] ** 2 + c[inside]
    return np.sum(z**2)


FIELD = waves(4, 5)

PROGRAMS = [
    Program(
        leapfrogging_fields,
        [(FIELD.copy(), waves(4, 5, phase=1.0), waves(4, 5, phase=2.0), waves(3))],
        wrt=(0, 1, 2, 3),
    ),
    Program(alternating_directions, [(waves(5, 5), 5, 2)]),
    Program(
        driven_cavity,
        [(0.1 * FIELD, 0.1 * waves(4, 5, phase=1.0), 0.1 * waves(4, 5, phase=2.0), 0.1, 2)],
        wrt=(0, 1, 2, 3),
    ),
    Program(multigrid, [(waves(9), 2), (waves(3), 1)]),
    Program(recursive_filter, [(FIELD, 0.25), (waves(2, 1), 0.25)], wrt=(0, 1)),
    Program(convolved_with_bias, [(waves(2, 3, 4, 2), waves(2, 2, 2, 3), waves(3))], wrt=(0, 1, 2)),
    Program(pooled, [(waves(4, 6), 2)]),
    Program(escape, [(waves(6), 0.9, 4)]),
]
