"""The log-likelihood of a Gaussian vector by the Cholesky factor of its covariance."""

import numpy as np


def log_likelihood(mean, root, x):
    cov = root @ root.T + np.eye(x.size)
    lower = np.linalg.cholesky(cov)
    white = np.linalg.solve(lower, x - mean)
    return -0.5 * np.sum(white**2) - np.sum(np.log(np.diag(lower)))


EXAMPLE = (np.array([0.1, -0.2]), np.array([[0.9, 0.3], [-0.4, 0.6]]), np.array([0.4, 0.3]))
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def log_likelihood_grad(mean, root, x):
    # forward sweep
    cov = root @ root.T + np.eye(len(x))
    lower = np.linalg.cholesky(cov)
    white = np.linalg.solve(lower, x - mean)
    # reverse sweep
    lower_bar = np.diag(-1 / np.diag(lower))      # return -0.5 * np.sum(white**2) - np.sum(np.l ...
    a = np.linalg.solve(lower.T, -white)          # white = np.linalg.solve(lower, x - mean)
    lower_bar -= np.outer(a, white)
    b = lower.T @ lower_bar                       # lower = np.linalg.cholesky(cov)
    c = 0.5 * (np.tril(b) + np.tril(b, -1))
    d = np.linalg.solve(lower.T, c).T
    e = np.linalg.solve(lower.T, d)
    cov_bar = 0.5 * (e.T + e)
    root_bar = cov_bar @ root + cov_bar.T @ root  # cov = root @ root.T + np.eye(x.size)
    return -a, root_bar
