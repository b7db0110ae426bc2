"""The first example of every introduction."""

import math


def product(x, y):
    return (x + y) * math.sin(x)


EXAMPLE = (1.5, 1.0)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import math


def product_grad(x, y):
    # forward sweep
    sin_x = math.sin(x)
    # reverse sweep
    x_bar = (x + y) * math.cos(x) + sin_x  # return (x + y) * math.sin(x)
    return x_bar, sin_x
