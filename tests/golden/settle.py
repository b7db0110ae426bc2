"""A while loop with a break."""

import math


def settle(x, k):
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        x = x - k * math.sin(x)
        n += 1
    return x * x


EXAMPLE = (2.0, 0.7)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import math


def settle_grad(x, k):
    # forward sweep
    xs = []
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        xs.append(x)
        x = x - k * math.sin(x)
        n += 1
    # reverse sweep
    x_bar = 2 * x     # return x * x
    k_bar = 0.0
    while xs:
        x = xs.pop()  # x = x - k * math.sin(x)
        k_bar -= x_bar * math.sin(x)
        x_bar -= x_bar * k * math.cos(x)
    return x_bar, k_bar
