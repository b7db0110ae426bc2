"""A layer normalisation."""

import numpy as np


def layer_norm(x, gain, bias, eps):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return np.sum((gain * (x - mean) / np.sqrt(variance + eps) + bias) ** 3)


EXAMPLE = (np.sin(np.arange(12.0)).reshape(3, 4), np.arange(1.0, 5.0), np.ones(4), 1e-5)
WRT = (0, 1, 2)


# The derivative, as ast_ad writes it.

import numpy as np


def layer_norm_grad(x, gain, bias, eps):
    # forward sweep
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    a = x - mean
    b = np.sqrt(variance + eps)
    c = gain * a / b
    # reverse sweep
    d = 3 * (c + bias) ** 2  # return np.sum((gain * (x - mean) / np.sqrt(variance + ep ...
    bias_bar = np.sum(d, axis=0)
    e = d / b
    gain_bar = np.sum(e * a, axis=0)
    f = e * gain
    g = np.sum(f, axis=1, keepdims=True)
    x_bar = f - np.sum(d * c, axis=1, keepdims=True) / b / b / x.shape[1] * a  # variance = np.v ...
    x_bar -= g / x.shape[1]  # mean = np.mean(x, axis=-1, keepdims=True)
    return x_bar, gain_bar, bias_bar
