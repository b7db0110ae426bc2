"""The table of the edit distance of two words, with costs that are learned."""

import numpy as np


def edit_distance(cost, gap, a, b):
    m, n = len(a), len(b)
    t = np.zeros((m + 1, n + 1))
    for i in range(1, m + 1):
        t[i, 0] = t[i - 1, 0] + gap
    for j in range(1, n + 1):
        t[0, j] = t[0, j - 1] + gap
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            change = t[i - 1, j - 1] + cost[a[i - 1], b[j - 1]]
            t[i, j] = min(change, t[i - 1, j] + gap, t[i, j - 1] + gap)
    return t[m, n]


EXAMPLE = (1 + np.sin(np.arange(9.0)).reshape(3, 3) ** 2, 0.7, np.array([0, 1, 2, 1]), np.array([1, 2, 0, 2, 1]))
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def edit_distance_grad(cost, gap, a, b):
    # forward sweep
    m = len(a)
    n = len(b)
    t = np.zeros((m + 1, n + 1))
    for i in range(1, m + 1):
        t[i, 0] = t[i - 1, 0] + gap
    for j in range(1, n + 1):
        t[0, j] = t[0, j - 1] + gap
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            change = t[i - 1, j - 1] + cost[a[i - 1], b[j - 1]]
            t[i, j] = min(change, t[i - 1, j] + gap, t[i, j - 1] + gap)
    # reverse sweep
    t_bar = np.zeros_like(t)
    t_bar[m, n] = 1.0                            # return t[m, n]
    cost_bar = np.zeros_like(cost)
    gap_bar = 0.0
    for i in reversed(range(1, m + 1)):
        for j in reversed(range(1, n + 1)):
            c = a[i - 1]                         # change = t[i - 1, j - 1] + cost[a[i - 1], b[j ...
            d = b[j - 1]
            change = t[i - 1, j - 1] + cost[c, d]
            e = t[i - 1, j] + gap                # t[i, j] = min(change, t[i - 1, j] + gap, t[i, ...
            t_bar_i_j = t_bar[i, j]
            t_bar[i, j] = 0.0
            if min(change, e) <= t[i, j - 1] + gap:
                if change <= e:
                    cost_bar[c, d] += t_bar_i_j  # change = t[i - 1, j - 1] + cost[a[i - 1], b[j ...
                    t_bar[i - 1, j - 1] += t_bar_i_j
                else:
                    gap_bar += t_bar_i_j         # t[i, j] = min(change, t[i - 1, j] + gap, t[i, ...
                    t_bar[i - 1, j] += t_bar_i_j
            else:
                gap_bar += t_bar_i_j
                t_bar[i, j - 1] += t_bar_i_j
    for j in reversed(range(1, n + 1)):
        t_bar_0_j = t_bar[0, j]                  # t[0, j] = t[0, j - 1] + gap
        t_bar[0, j] = 0.0
        gap_bar += t_bar_0_j
        t_bar[0, j - 1] += t_bar_0_j
    for i in reversed(range(1, m + 1)):
        t_bar_i_0 = t_bar[i, 0]                  # t[i, 0] = t[i - 1, 0] + gap
        t_bar[i, 0] = 0.0
        gap_bar += t_bar_i_0
        t_bar[i - 1, 0] += t_bar_i_0
    return cost_bar, gap_bar
