"""An explicit heat equation, written to in place."""

import numpy as np


def diffuse(u, alpha, steps):
    u = u.copy()
    for t in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


EXAMPLE = (np.arange(6.0) ** 2, 0.1, 3)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

def diffuse_grad(u, alpha, steps):
    # forward sweep
    u = u.copy()
    tape = []
    for _ in range(steps):
        a = u[2:] - 2 * u[1:-1] + u[:-2]
        tape.append(a)
        u[1:-1] += alpha * a
    # reverse sweep
    u_bar = 2 * u       # return np.sum(u**2)
    alpha_bar = 0.0
    for _ in reversed(range(steps)):
        a = tape.pop()  # u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
        alpha_bar += u_bar[1:-1] @ a
        b = u_bar[1:-1] * alpha
        u_bar[:-2] += b
        u_bar[1:-1] -= 2 * b
        u_bar[2:] += b
    return u_bar, alpha_bar
