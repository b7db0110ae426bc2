"""Kinks and a selection."""

import numpy as np


def rectifier(x, w):
    h = np.maximum(x @ w, 0)
    return np.sum(np.where(h > 1, np.sqrt(h), h))


EXAMPLE = (np.sin(np.arange(12.0)).reshape(3, 4), np.cos(np.arange(8.0)).reshape(4, 2))
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np

from ast_ad.runtime import divide_or_zero


def rectifier_grad(x, w):
    # forward sweep
    a = x @ w
    h = np.maximum(a, 0)
    b = h > 1
    # reverse sweep
    h_bar = np.where(b, 0, 1.0) + divide_or_zero(np.where(b, 0.5, 0), np.sqrt(h))  # return np.s ...
    c = np.where(a > 0, h_bar, np.where(a == 0, 0.5 * h_bar, 0))  # h = np.maximum(x @ w, 0)
    x_bar = c @ w.T
    w_bar = x.T @ c
    return x_bar, w_bar
