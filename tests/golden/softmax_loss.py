"""Cross entropy of a softmax, made safe against overflow."""

import numpy as np


def softmax_loss(W, x, y):
    z = x @ W
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * logp, axis=1))


EXAMPLE = (np.sin(np.arange(12.0)).reshape(4, 3), np.cos(np.arange(20.0)).reshape(5, 4), np.eye(3)[[0, 2, 1, 1, 0]])
WRT = 0


# The derivative, as ast_ad writes it.

import numpy as np


def softmax_loss_grad(W, x, y):
    # forward sweep
    z = x @ W
    z = z - np.max(z, axis=1, keepdims=True)
    exp_z = np.exp(z)
    # reverse sweep
    logp_bar = -1 / len(y) * y  # return -np.mean(np.sum(y * logp, axis=1))
    a = np.sum(logp_bar, axis=1, keepdims=True) / np.sum(exp_z, axis=1, keepdims=True) * exp_z
    z_bar = logp_bar - a
    W_bar = x.T @ z_bar         # z = x @ W
    return W_bar
