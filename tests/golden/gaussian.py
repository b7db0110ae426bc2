"""The log-likelihood of a Gaussian sample."""

import numpy as np


def gaussian(mu, sigma, x):
    return -0.5 * np.sum(((x - mu) / sigma) ** 2) - x.size * np.log(sigma)


EXAMPLE = (0.1, 1.2, np.sin(np.arange(10.0)))
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def gaussian_grad(mu, sigma, x):
    # forward sweep
    a = (x - mu) / sigma
    # reverse sweep
    sigma_bar = (a @ a - len(x)) / sigma  # return -0.5 * np.sum(((x - mu) / sigma) ** 2) - x.si ...
    mu_bar = np.sum(a) / sigma
    return mu_bar, sigma_bar
