"""A regression with a helper and a penalty."""

import numpy as np


def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))


def logistic(w, x, y, penalty):
    p = sigmoid(x @ w)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) + penalty * np.sum(w * w)


EXAMPLE = (np.array([0.3, -0.2]), np.sin(np.arange(10.0)).reshape(5, 2), np.array([0.0, 1.0, 1.0, 0.0, 1.0]), 0.1)
WRT = 0


# The derivative, as ast_ad writes it.

import numpy as np


def logistic_grad(w, x, y, penalty):
    # forward sweep
    a = np.exp(-(x @ w))
    b = 1.0 + a
    p = 1.0 / b
    # reverse sweep
    w_bar = 2 * (penalty * w)           # return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p) ...
    p_bar = (1 - y) / (1 - p) - y / p
    w_bar += x.T @ (p_bar * p / b * a)  # p = sigmoid(x @ w)
    return w_bar
