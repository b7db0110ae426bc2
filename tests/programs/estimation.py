"""Models as SciPy's tutorials fit them: likelihoods of distributions, Gaussian processes, filters, equations."""

import numpy as np
import scipy.linalg as sl
import scipy.sparse as ss
import scipy.sparse.linalg as ssl
import scipy.spatial.distance as sd
import scipy.special as sp
import scipy.stats as st

from . import Program, waves

X = np.linspace(0.0, 5.0, 7)
TIMES = 1.0 + np.abs(waves(9))


def gaussian_process(theta, y):
    length, size, noise = np.exp(theta)
    squares = sd.cdist(X[:, None] / length, X[:, None] / length, "sqeuclidean")
    K = size**2 * np.exp(-0.5 * squares) + noise**2 * np.eye(len(X))
    L = sl.cholesky(K, lower=True)
    return 0.5 * y @ sl.cho_solve((L, True), y) + np.sum(np.log(np.diag(L)))


def heavy_tails(theta, x):
    return -np.sum(st.t.logpdf(x, df=np.exp(theta[0]), loc=theta[1], scale=np.exp(theta[2])))


def censored(theta, x):
    lifetime = st.weibull_min(np.exp(theta[0]), scale=np.exp(theta[1]))
    return -np.sum(np.where(x < 1.6, lifetime.logpdf(x), lifetime.logsf(1.6)))


def truncated(theta, x):
    low, high = (0 - theta[0]) / np.exp(theta[1]), (3 - theta[0]) / np.exp(theta[1])
    return -np.sum(st.truncnorm.logpdf(x, low, high, loc=theta[0], scale=np.exp(theta[1])))


def power_of_a_test(theta):
    return st.f.sf(theta[0], theta[1], theta[2]) + st.t.sf(theta[0], theta[2]) + st.chi2.sf(theta[0], theta[1])


def quantiles(theta):
    a, b, df = theta[0], theta[1], theta[2]
    return st.gamma.ppf(0.9, a, scale=b) + st.t.ppf(0.975, df) + st.beta.ppf(0.3, a, b)


def mixture(theta, x):
    weights = sp.log_softmax(theta[:2])
    parts = [weights[k] + st.norm.logpdf(x, theta[2 + k], np.exp(theta[4 + k])) for k in range(2)]
    return -np.sum(sp.logsumexp(np.stack(parts), axis=0))


def of_several_distributions(theta, x):
    total = 0.0
    for distribution in (st.norm, st.cauchy, st.logistic):
        total -= np.sum(distribution.logpdf(x, theta[0], np.exp(theta[1])))
    return total


def tracked(log_noise, ys):
    mean, P = np.zeros(2), np.eye(2)
    F, H = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    total = 0.0
    for y in ys:
        mean, P = F @ mean, F @ P @ F.T + np.exp(log_noise[0]) * np.eye(2)
        S = H @ P @ H.T + np.exp(log_noise[1]) * np.eye(1)
        c = sl.cho_factor(S, lower=True)
        K = sl.cho_solve(c, H @ P).T
        v = y - H @ mean
        total += 0.5 * v @ sl.cho_solve(c, v) + np.sum(np.log(np.diag(c[0])))
        mean, P = mean + K @ v, P - K @ S @ K.T
    return total


def poisson_equation(k, f):
    A = ss.diags([-k[1:-1], k[:-1] + k[1:], -k[1:-1]], [-1, 0, 1], format="csc")
    return np.sum(ssl.spsolve(A, f) ** 2)


PROGRAMS = [
    Program(gaussian_process, [(np.array([0.1, 0.2, -1.0]), np.sin(X))], (0, 1)),
    Program(heavy_tails, [(np.array([1.2, 0.3, 0.1]), waves(6))], (0, 1)),
    Program(censored, [(np.array([0.3, 0.4]), TIMES)]),
    Program(truncated, [(np.array([1.2, 0.1]), TIMES)], (0, 1)),
    Program(power_of_a_test, [(np.array([1.3, 4.2, 6.1]),)]),
    Program(quantiles, [(np.array([1.3, 2.2, 5.1]),)]),
    Program(mixture, [(np.array([0.1, 0.2, -0.5, 0.5, 0.1, 0.2]), waves(6))], (0, 1)),
    Program(of_several_distributions, [(np.array([0.1, 0.2]), waves(5))], (0, 1)),
    Program(tracked, [(np.array([-1.0, 0.2]), waves(5))], (0, 1)),
    Program(poisson_equation, [(2.0 + waves(6), waves(5))], (0, 1)),
]
