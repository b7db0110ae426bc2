"""The wave equation in three buffers that change places each step."""

import numpy as np


def wave(u, c, steps):
    before = u.copy()
    now = u.copy()
    after = np.zeros_like(u)
    for _ in range(steps):
        after[1:-1] = 2 * now[1:-1] - before[1:-1] + c * (now[2:] - 2 * now[1:-1] + now[:-2])
        before, now, after = now, after, before
    return np.sum(now**2)


EXAMPLE = (np.sin(np.arange(8.0)), 0.3, 5)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def wave_grad(u, c, steps):
    # forward sweep
    before = u.copy()
    now = u.copy()
    after = np.zeros_like(u)
    tape = []
    for _ in range(steps):
        a = 2 * now[1:-1]
        b = now[2:] - a + now[:-2]
        tape.append(b)
        after[1:-1] = a - before[1:-1] + c * b
        before, now, after = now, after, before
    # reverse sweep
    now_bar = 2 * now             # return np.sum(now**2)
    before_bar = np.zeros_like(before)
    after_bar = np.zeros_like(after)
    c_bar = 0.0
    for _ in reversed(range(steps)):
        now_bar, after_bar, before_bar = before_bar, now_bar, after_bar
        b = tape.pop()            # after[1:-1] = 2 * now[1:-1] - before[1:-1] + c * (now[2: ...
        d = after_bar[1:-1]
        c_bar += d @ b
        e = d * c
        now_bar[:-2] += e
        now_bar[2:] += e
        f = d - e
        before_bar[1:-1] -= d
        now_bar[1:-1] += 2 * f
        after_bar[1:-1] = 0.0
    u_bar = now_bar + before_bar  # before = u.copy()
    return u_bar, c_bar
