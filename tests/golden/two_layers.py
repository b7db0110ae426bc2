"""The loss of a two-layer network, with its parameters in a dict."""

import numpy as np


def two_layers(params, x, y):
    hidden = np.tanh(x @ params["W1"] + params["b1"])
    return np.mean((hidden @ params["W2"] + params["b2"] - y) ** 2)


def _waves(*shape):
    return np.sin(1.0 + 1.7 * np.arange(np.prod(shape))).reshape(shape)



EXAMPLE = (
    {"W1": _waves(3, 5), "b1": _waves(5), "W2": _waves(5, 2), "b2": _waves(2)},
    _waves(7, 3),
    _waves(7, 2),
)
WRT = 0
MODE = "value_and_grad"


# The derivative, as ast_ad writes it.

import numpy as np


def two_layers_value_and_grad(params, x, y):
    # forward sweep
    W2 = params["W2"]
    hidden = np.tanh(x @ params["W1"] + params["b1"])
    a = hidden @ W2
    b = a + params["b2"] - y
    # reverse sweep
    c = 2.0 / np.size(a) * b                # return np.mean((hidden @ params["W2"] + params["b2 ...
    b2_bar = np.sum(c, axis=0)
    hidden_bar = c @ W2.T
    W2_bar = hidden.T @ c
    d = hidden_bar * (1 - hidden * hidden)  # hidden = np.tanh(x @ params["W1"] + params["b1"])
    b1_bar = np.sum(d, axis=0)
    W1_bar = x.T @ d
    e = {"W1": W1_bar, "b1": b1_bar, "W2": W2_bar, "b2": b2_bar}
    return np.mean(b ** 2), e
