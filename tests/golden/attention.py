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


def attention_grad(q, k, v):
    # forward sweep
    a = np.sqrt(q.shape[1])
    scores = q @ k.T / a
    weights = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    weights = weights / np.sum(weights, axis=1, keepdims=True)
    # reverse sweep
    b = 2 * (weights @ v)  # return np.sum((weights @ v) ** 2)
    weights_bar = b @ v.T
    v_bar = weights.T @ b
    c = (weights_bar - np.sum(weights_bar * weights, axis=1, keepdims=True)) * weights
    d = c / a              # scores = q @ k.T / np.sqrt(q.shape[1])
    q_bar = d @ k
    k_bar = d.T @ q
    return q_bar, k_bar, v_bar
