"""An explicit step of the heat equation, in place: linear, so that nothing is recorded."""

import numpy as np


def heat(u, alpha, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


EXAMPLE = (np.sin(np.arange(8.0)), 0.2, 5)
WRT = 0


# The derivative, as ast_ad writes it.

def heat_grad(u, alpha, steps):
    # forward sweep
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    # reverse sweep
    u_bar = 2 * u                # return np.sum(u**2)
    for _ in reversed(range(steps)):
        a = u_bar[1:-1] * alpha  # u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_bar[:-2] += a
        u_bar[1:-1] -= 2 * a
        u_bar[2:] += a
    return u_bar
