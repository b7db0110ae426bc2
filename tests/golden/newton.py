"""A loop in a loop, each left when it is done."""

import math


def newton(a, b):
    total = 0.0
    for k in range(1, 4):
        x = 1.0
        for _ in range(30):
            step = (math.exp(x) - a * k - b * x) / (math.exp(x) - b)
            x -= step
            if abs(step) < 1e-10:
                break
        total += x
    return total


EXAMPLE = (2.0, 0.3)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import math


def newton_grad(a, b):
    # forward sweep
    xs = []
    ns = []
    for k in range(1, 4):
        x = 1.0
        n = 0
        for _ in range(30):
            xs.append(x)
            exp_x = math.exp(x)
            step = (exp_x - a * k - b * x) / (exp_x - b)
            x -= step
            n += 1
            if abs(step) < 1e-10:
                break
        ns.append(n)
    # reverse sweep
    a_bar = 0.0
    b_bar = 0.0
    for k in reversed(range(1, 4)):
        n = ns.pop()
        x_bar = 1.0
        for _ in reversed(range(n)):
            x = xs.pop()  # step = (math.exp(x) - a * k - b * x) / (math.exp(x) - b)
            exp_x = math.exp(x)
            c = exp_x - b
            step = (exp_x - a * k - b * x) / c
            d = x_bar / c
            e = step * d
            b_bar -= e
            b_bar += d * x
            x_bar += d * b
            a_bar += d * k
            x_bar += (e - d) * exp_x
    return a_bar, b_bar
