"""Distributions of SciPy with their parameters."""

import numpy as np
import scipy.stats as st
from scipy.stats import norm

from . import Program, waves

PRIOR = st.norm(0.3, scale=1.2)
WIDE = st.gamma(2.0)


def posterior(x, scale):
    likelihood = norm(x, scale=scale)
    return np.sum(likelihood.logpdf(np.array([0.2, 0.7]))) + PRIOR.logpdf(x) + WIDE.logpdf(scale)


def tail_or_centre(x, y):
    normal = norm(np.mean(y), np.std(y))
    if normal.cdf(x) > 0.5:
        return normal.sf(x) * x
    return np.sum(normal.ppf(np.array([0.2, 0.6]))) + x


def log_likelihood_of_counts(x):
    return np.sum(st.poisson(np.exp(x)).logpmf(np.arange(3)))


def of_vectors(x, a):
    return st.multivariate_normal(x, a @ a.T).logpdf(np.ones(2))


PROGRAMS = [
    Program(posterior, [(0.7, 1.3)], (0, 1)),
    Program(tail_or_centre, [(0.7, waves(4)), (-3.0, waves(4))], (0, 1)),
    Program(log_likelihood_of_counts, [(waves(3),)]),
    Program(of_vectors, [(waves(2), np.array([[2.0, 0.3], [0.1, 1.0]]))], (0, 1)),
]
