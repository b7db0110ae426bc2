"""An ODE solver that may return early."""

from __future__ import annotations


def midpoint(y, k, dt, n):
    for i in range(n):
        k1 = -k * y
        k2 = -k * (y + dt / 2 * k1)
        y = y + dt * k2
        if abs(y) < 1e-8:
            return 0.0
    return y


EXAMPLE = (1.0, 0.5, 0.1, 10)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

def midpoint_grad(y, k, dt, n):
    # forward sweep
    ys = []
    returned = False
    for _ in range(n):
        ys.append(y)
        neg_k = -k
        k1 = neg_k * y
        k2 = neg_k * (y + dt / 2 * k1)
        y = y + dt * k2
        if abs(y) < 1e-08:
            returned = True
            break
    # reverse sweep
    y_bar = 0.0 if returned else 1.0  # for i in range(n):
    k_bar = 0.0
    while ys:
        y = ys.pop()                  # k2 = -k * (y + dt / 2 * k1)
        a = dt / 2
        k2_bar = y_bar * dt           # y = y + dt * k2
        b = k2_bar * k                # k2 = -k * (y + dt / 2 * k1)
        y_bar -= b
        c = b * a
        y_bar += c * k                # k1 = -k * y
        k_bar -= k2_bar * (y - a * (k * y)) - c * y
    return y_bar, k_bar
