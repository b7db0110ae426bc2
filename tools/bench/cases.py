"""What is measured: functions as their authors write them, each with the adjoint a numerical programmer would write.

`CASES` is the table.  A case with several sizes shows how the cost grows.  The adjoints return what `grad` returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A function, its hand-written adjoint, and how to make arguments of a given size."""

    name: str
    primal: Callable[..., Any]
    adjoint: Callable[..., Any]
    wrt: tuple[int, ...]
    arguments: Callable[[int], tuple[Any, ...]]
    sizes: tuple[int, ...]


# --- a loop over numbers ---


def swing(theta, omega, damping, steps):
    """The angle of a damped pendulum after some steps."""
    dt = 0.01
    for _ in range(steps):
        omega = omega - dt * (damping * omega + 9.81 * math.sin(theta))
        theta = theta + dt * omega
    return theta


def swing_adjoint(theta, omega, damping, steps):
    dt = 0.01
    before = []
    for _ in range(steps):
        before.append((theta, omega))
        omega = omega - dt * (damping * omega + 9.81 * math.sin(theta))
        theta = theta + dt * omega
    theta_bar, omega_bar, damping_bar = 1.0, 0.0, 0.0
    for theta, omega in reversed(before):
        omega_bar += dt * theta_bar
        damping_bar -= dt * omega_bar * omega
        theta_bar -= dt * 9.81 * omega_bar * math.cos(theta)
        omega_bar *= 1.0 - dt * damping
    return theta_bar, omega_bar, damping_bar


# --- a log-likelihood ---


def log_likelihood(mu, log_sigma, x):
    """Independent normal observations."""
    sigma = np.exp(log_sigma)
    z = (x - mu) / sigma
    return -0.5 * np.sum(z**2) - x.size * (log_sigma + 0.5 * math.log(2 * math.pi))


def log_likelihood_adjoint(mu, log_sigma, x):
    sigma = np.exp(log_sigma)
    z = (x - mu) / sigma
    return np.sum(z) / sigma, z @ z - x.size


# --- a two-layer network ---


def network(w1, b1, w2, b2, x, targets):
    """The mean cross-entropy of a batch; one hidden layer, one-hot targets."""
    hidden = np.tanh(x @ w1 + b1)
    scores = hidden @ w2 + b2
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(targets * log_p) / x.shape[0]


def network_adjoint(w1, b1, w2, b2, x, targets):
    hidden = np.tanh(x @ w1 + b1)
    scores = hidden @ w2 + b2
    p = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    p -= targets
    p /= x.shape[0]
    hidden_bar = p @ w2.T
    hidden_bar *= 1.0 - hidden * hidden
    return x.T @ hidden_bar, hidden_bar.sum(axis=0), hidden.T @ p, p.sum(axis=0)


def network_arguments(width):
    draws = np.random.default_rng(0)
    images = draws.uniform(size=(64, 64))
    targets = np.eye(10)[draws.integers(0, 10, size=64)]
    return (
        draws.normal(size=(64, width)) / 8,
        np.zeros(width),
        draws.normal(size=(width, 10)) / math.sqrt(width),
        np.zeros(10),
        images,
        targets,
    )


# --- a loop over elements ---


def weighted_sum(x, w):
    """Neighbours in a loop, as in a first version of any program."""
    total = 0.0
    for i in range(1, len(x)):
        total += x[i] * x[i - 1] * w
    return total


def weighted_sum_adjoint(x, w):
    x_bar = np.zeros_like(x)
    w_bar = 0.0
    for i in range(1, len(x)):
        a, b = x[i], x[i - 1]
        w_bar += a * b
        x_bar[i] += b * w
        x_bar[i - 1] += a * w
    return x_bar, w_bar


def normal(n):
    return np.random.default_rng(0).normal(size=n)


CASES = (
    Case("scalar loop", swing, swing_adjoint, (0, 1, 2), lambda n: (0.5, 0.1, 0.3, n), (1000,)),
    Case(
        "log-likelihood",
        log_likelihood,
        log_likelihood_adjoint,
        (0, 1),
        lambda n: (0.3, -0.2, normal(n)),
        (10, 100_000),
    ),
    Case("network 64 x", network, network_adjoint, (0, 1, 2, 3), network_arguments, (256,)),
    Case(
        "indexing loop",
        weighted_sum,
        weighted_sum_adjoint,
        (0, 1),
        lambda n: (normal(n), 0.7),
        (100, 10_000),
    ),
)
