"""A head of attention: each query takes from the values by the softmax of its products with the keys."""

import numpy as np


def attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1])
    weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    weights /= np.sum(weights, axis=1, keepdims=True)
    return np.sum((weights @ v) ** 2)


EXAMPLE = (
    np.sin(np.arange(12.0)).reshape(4, 3),
    np.cos(np.arange(15.0)).reshape(5, 3),
    np.sin(0.7 * np.arange(10.0)).reshape(5, 2),
)
WRT = (0, 1, 2)


# The derivative, as ast_ad writes it.

import numpy as np

from ast_ad.runtime import divide, divide_or_zero


def attention_grad(q, k, v):
    # forward sweep
    a = np.sqrt(q.shape[1])
    scores = q @ k.T / a
    b = np.max(scores, axis=1, keepdims=True)
    weights = np.exp(scores - b)
    c = np.sum(weights, axis=1, keepdims=True)
    weights2 = weights / c
    # reverse sweep
    d = 2 * (weights2 @ v)             # return np.sum((weights @ v) ** 2)
    weights_bar = d @ v.T
    v_bar = weights2.T @ d
    e = np.sum(weights_bar * weights2 / c, axis=1, keepdims=True)  # weights /= np.sum(weights, ...
    weights_bar = weights_bar / c - e
    f = weights_bar * weights          # weights = np.exp(scores - np.max(scores, axis=1, keepdi ...
    g = scores == b
    h = -divide(np.sum(f, axis=1, keepdims=True), np.sum(g, axis=1, keepdims=True))
    scores_bar = f + np.where(g, h, 0)
    j = divide_or_zero(scores_bar, a)  # scores = q @ k.T / np.sqrt(q.shape[1])
    q_bar = j @ k
    k_bar = j.T @ q
    return q_bar, k_bar, v_bar
