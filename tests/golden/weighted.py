"""Elements read in a loop."""

import math

import numpy as np


def weighted(x, n):
    total = 0.0
    for i in range(n):
        total += x[i] * x[i] * math.sin(i)
    return total


EXAMPLE = (np.sin(np.arange(10.0)), 10)
WRT = 0


# The derivative, as ast_ad writes it.

import math
import numpy as np


def weighted_grad(x, n):
    x_bar = np.zeros_like(x)
    for i in reversed(range(n)):
        x_bar[i] += 2 * (math.sin(i) * x[i])  # total += x[i] * x[i] * math.sin(i)
    return x_bar
