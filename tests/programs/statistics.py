"""Estimators, tests and filters."""

import math

import numpy as np

from . import Program, waves


def normalise(x):
    """The z-scores: mean 0, standard deviation 1."""
    return (x - np.mean(x)) / np.std(x)


def mean_and_spread(values):
    """In one pass over a list, by Welford's method."""
    mean = 0.0
    m2 = 0.0
    for n, v in enumerate(values):
        gap = v - mean
        mean += gap / (n + 1)
        m2 += gap * (v - mean)
    return mean + math.sqrt(m2 / (len(values) - 1))


def skewness(x):
    z = normalise(x)
    return np.mean(z**3) + 0.1 * np.mean(z**4)


def correlation(x, y):
    x = x - x.mean()
    y = y - y.mean()
    return np.sum(x * y) / np.sqrt(np.sum(x**2) * np.sum(y**2))


def partial_correlation(x, y, z):
    xy, xz, yz = correlation(x, y), correlation(x, z), correlation(y, z)
    return (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))


def welch_t(a, b):
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    return (np.mean(a) - np.mean(b)) / np.sqrt(va + vb)


def line_fit_residual(x, y):
    """The residual of a straight line fitted by least squares in closed form."""
    mx, my = np.mean(x), np.mean(y)
    slope = np.sum((x - mx) * (y - my)) / np.sum((x - mx) ** 2)
    intercept = my - slope * mx
    return np.sum((y - intercept - slope * x) ** 2)


def exponential_smoothing(values, alpha):
    level = values[0]
    error = 0.0
    for v in values[1:]:
        error += (v - level) ** 2
        level = alpha * v + (1 - alpha) * level
    return error


def holt_forecast(series, alpha, beta, horizon):
    """Double exponential smoothing."""
    level, trend = series[0], series[1] - series[0]
    for t in range(1, len(series)):
        previous = level
        level = alpha * series[t] + (1 - alpha) * (level + trend)
        trend = beta * (level - previous) + (1 - beta) * trend
    return level + horizon * trend


def kalman_filter(observations, process_noise, measurement_noise):
    """Negative log-likelihood of a random walk seen through noise; missing values are nan."""
    mean, variance = 0.0, 1.0
    total = 0.0
    for z in observations:
        variance += process_noise
        if math.isnan(z):
            continue
        innovation = z - mean
        s = variance + measurement_noise
        total += 0.5 * (math.log(2 * math.pi * s) + innovation**2 / s)
        gain = variance / s
        mean += gain * innovation
        variance *= 1 - gain
    return total


def kalman_matrix(f, q, x, observations):
    """Two states, of which the first is observed."""
    h = np.array([1.0, 0.0])
    p = np.eye(2)
    total = 0.0
    for z in observations:
        x = f @ x
        p = f @ p @ f.T + q * np.eye(2)
        s = h @ p @ h + 0.5
        gain = p @ h / s
        error = z - h @ x
        x = x + gain * error
        p = p - np.outer(gain, h @ p)
        total += error**2 / s + np.log(s)
    return total


def autoregression(coefficients, series):
    """Squared prediction errors of an autoregressive model of any order."""
    order = len(coefficients)
    total = 0.0
    for t in range(order, len(series)):
        prediction = 0.0
        for k, c in enumerate(coefficients):
            prediction += c * series[t - 1 - k]
        total += (series[t] - prediction) ** 2
    return total


def hidden_markov(log_transition, log_emission, symbols):
    """The log-likelihood of a sequence of symbols, by the forward algorithm in logarithms."""
    alpha = log_emission[:, symbols[0]]
    for s in symbols[1:]:
        joint = alpha[:, None] + log_transition
        top = np.max(joint, axis=0)
        alpha = top + np.log(np.sum(np.exp(joint - top), axis=0)) + log_emission[:, s]
    top = np.max(alpha)
    return top + np.log(np.sum(np.exp(alpha - top)))


def trimmed_loss(errors, limit):
    """Squares up to a limit, then constant; too many outliers end the sum."""
    total = 0.0
    outliers = 0
    for e in errors:
        if abs(e) > limit:
            outliers += 1
            if outliers > 2:
                break
            total += limit * limit
            continue
        total += e * e
    return total


def kernel_density(x, data, bandwidth):
    z = (x - data) / bandwidth
    return np.log(np.mean(np.exp(-0.5 * z**2)) / (bandwidth * math.sqrt(2 * math.pi)))


def multivariate_normal(x, mean, covariance):
    gap = x - mean
    quadratic = gap @ np.linalg.solve(covariance, gap)
    return -0.5 * (quadratic + np.log(np.linalg.det(covariance)) + len(x) * math.log(2 * math.pi))


def maximum_likelihood_by_newton(data, start):
    """The shape of a Gumbel distribution with scale one: a root found by Newton's method."""
    location = start
    while True:
        weights = np.exp(-(data - location))
        score = len(data) - np.sum(weights)
        step = score / np.sum(weights)
        location = location + step
        if abs(step) < 1e-13:
            break
    return location


def kolmogorov_smoothed(x, sharpness):
    """Soft ranks by pairwise logistic comparisons."""
    gaps = x[:, None] - x[None, :]
    ranks = np.sum(1 / (1 + np.exp(-sharpness * gaps)), axis=1)
    return np.sum(ranks * x) / x.size


def box_cox(values, power):
    """The log-likelihood of the transform of Box and Cox; the logarithm where the power is 0."""
    total = 0.0
    logs = 0.0
    for v in values:
        y = math.log(v) if power == 0 else (v**power - 1) / power
        total += y * y
        logs += math.log(v)
    return logs * (power - 1) - 0.5 * len(values) * math.log(total)


PROGRAMS = [
    Program(mean_and_spread, [([0.5, 1.7, -0.4, 2.2],), (waves(5),)]),
    Program(skewness, [(waves(6),)]),
    Program(correlation, [(waves(5), waves(5, phase=1.0))], wrt=(0, 1)),
    Program(
        partial_correlation,
        [(waves(5), waves(5, phase=1.0), waves(5, phase=0.4) ** 2)],
        wrt=(0, 1, 2),
    ),
    Program(welch_t, [(waves(4), 2 * waves(6, phase=1.0))], wrt=(0, 1)),
    Program(line_fit_residual, [(waves(5), waves(5, phase=1.0))], wrt=(0, 1)),
    Program(
        exponential_smoothing,
        [([0.5, 1.7, -0.4, 2.2], 0.3), (waves(5), 0.3), ([1.0], 0.3)],
        wrt=(0, 1),
    ),
    Program(holt_forecast, [([0.5, 1.7, 0.4, 2.2], 0.3, 0.6, 3), (waves(6), 0.3, 0.6, 1)], wrt=(0, 1, 2)),
    Program(
        kalman_filter,
        [(np.array([0.5, math.nan, -0.4, 1.2]), 0.2, 0.4), ([0.1, 0.3], 0.2, 0.4)],
        wrt=(1, 2),
    ),
    Program(
        kalman_matrix,
        [(np.array([[1.0, 0.3], [-0.1, 0.9]]), 0.2, waves(2), waves(4))],
        wrt=(0, 1, 2, 3),
    ),
    Program(autoregression, [([0.6, -0.2], waves(6)), ([0.4], [1.0, 2.0, 0.5])], wrt=(0, 1)),
    Program(
        hidden_markov,
        [(waves(2, 2), waves(2, 3), [0, 2, 1, 1]), (waves(2, 2), waves(2, 3), [1])],
        wrt=(0, 1),
    ),
    Program(
        trimmed_loss,
        [([0.5, -0.7, 0.2], 1.0), ([0.5, 3.0, -0.7], 1.0), ([2.0, 0.5, 3.0, -4.0, 0.1], 1.0)],
        wrt=(0, 1),
    ),
    Program(kernel_density, [(0.3, waves(5), 0.7)], wrt=(0, 1, 2)),
    Program(
        multivariate_normal,
        [(waves(2), waves(2, phase=1.0), np.array([[2.0, 0.3], [0.3, 1.0]]))],
        wrt=(0, 1, 2),
    ),
    Program(maximum_likelihood_by_newton, [(waves(5), 0.1)], wrt=(0, 1)),
    Program(kolmogorov_smoothed, [(waves(4), 2.5)], wrt=(0, 1)),
    Program(box_cox, [([0.5, 1.7, 2.2], 0.4)], wrt=(0, 1)),
    Program(box_cox, [([0.5, 1.7, 2.2], 0.0)], wrt=(0,)),
]
