"""A step of a Kalman filter: predict, and correct by a measurement."""

import numpy as np


def kalman_step(x, p, a, q, h, r, z):
    x = a @ x
    p = a @ p @ a.T + q
    innovation = z - h @ x
    s = h @ p @ h.T + r
    gain = np.linalg.solve(s, h @ p).T
    x = x + gain @ innovation
    return x @ x + np.log(np.linalg.det(s))


EXAMPLE = (
    np.array([0.3, 0.7]),
    np.array([[1.0, 0.2], [0.2, 0.8]]),
    np.array([[1.0, 0.1], [-0.2, 0.9]]),
    0.1 * np.eye(2),
    np.array([[1.0, 0.5]]),
    np.array([[0.3]]),
    np.array([0.4]),
)
WRT = (0, 1, 2)


# The derivative, as ast_ad writes it.

import numpy as np

from ast_ad.runtime import cofactors


def kalman_step_grad(x, p, a, q, h, r, z):
    # forward sweep
    x2 = a @ x
    b = a @ p
    p2 = b @ a.T + q
    innovation = z - h @ x2
    c = h @ p2
    s = c @ h.T + r
    d = np.linalg.solve(s, c)
    gain = d.T
    x2 = x2 + gain @ innovation
    # reverse sweep
    s_bar = cofactors(s) / np.linalg.det(s)                # return x @ x + np.log(np.linalg.det(s))
    x_bar = 2 * x2
    innovation_bar = d @ x_bar                             # x = x + gain @ innovation
    e = np.linalg.solve(s.T, np.outer(innovation, x_bar))  # gain = np.linalg.solve(s, h @ p).T
    s_bar -= e @ gain
    p_bar = h.T @ (e + s_bar @ h)                          # s = h @ p @ h.T + r
    x_bar -= h.T @ innovation_bar                          # innovation = z - h @ x
    f = p_bar @ a                                          # p = a @ p @ a.T + q
    a_bar = p_bar.T @ b + f @ p.T
    p_bar = a.T @ f
    a_bar += np.outer(x_bar, x)                            # x = a @ x
    x_bar = a.T @ x_bar
    return x_bar, p_bar, a_bar
