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

from ast_ad.runtime import divide


def softmax_loss_grad(W, x, y):
    # forward sweep
    z = x @ W
    a = np.max(z, axis=1, keepdims=True)
    z2 = z - a
    exp_z = np.exp(z2)
    b = np.sum(exp_z, axis=1, keepdims=True)
    logp = z2 - np.log(b)
    # reverse sweep
    logp_bar = -1 / np.size(np.sum(y * logp, axis=1)) * y  # return -np.mean(np.sum(y * logp, ax ...
    z_bar = logp_bar - np.sum(logp_bar, axis=1, keepdims=True) / b * exp_z  # logp = z - np.log( ...
    c = z == a                                             # z = z - np.max(z, axis=1, keepdims= ...
    d = -divide(np.sum(z_bar, axis=1, keepdims=True), np.sum(c, axis=1, keepdims=True))
    z_bar += np.where(c, d, 0)
    W_bar = x.T @ z_bar                                    # z = x @ W
    return W_bar
