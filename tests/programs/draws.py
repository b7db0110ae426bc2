"""Random numbers: generators made inside, handed in and held by objects; what is drawn is moved, scaled and chosen."""

import math
import random

import numpy as np

from . import Program, waves


def option_price(spot, volatility, seed, paths):
    """A call on a share that follows a geometric Brownian motion, by simulation."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(paths)
    end = spot * np.exp(-0.5 * volatility**2 + volatility * z)
    return np.mean(np.maximum(end - 1.0, 0.0))


def brownian_path(drift, spread, steps):
    rng = np.random.default_rng(7)
    x, total = 0.0, 0.0
    for _ in range(steps):
        x += 0.1 * drift + spread * rng.normal(scale=math.sqrt(0.1))
        if x < -1.0:
            x = -2.0 - x
        total += x * x
    return total


def evidence_bound(mean, log_spread, data):
    """The evidence lower bound of a normal mean, with draws by reparametrisation."""
    rng = np.random.default_rng(3)
    theta = rng.normal(mean, np.exp(log_spread), size=(6, 1))
    return np.mean(-0.5 * np.sum((data - theta) ** 2, axis=1)) + log_spread


def families(loc, scale, shape):
    """What has a derivative by all its parameters."""
    rng = np.random.default_rng(11)
    total = np.sum(rng.normal(loc, scale, 3) ** 2)
    for draw in (rng.laplace, rng.logistic, rng.gumbel, rng.lognormal):
        total += 0.1 * draw(loc, scale)
    total += rng.uniform(loc, loc + scale) * rng.uniform(high=scale) * rng.exponential(scale)
    total += np.sum(rng.rayleigh(scale, size=2)) + rng.gamma(2.0, scale) * rng.vonmises(loc, 2.0)
    total += rng.weibull(shape) + rng.pareto(shape) + rng.power(shape) * rng.standard_cauchy()
    return total + rng.triangular(loc - scale, loc, loc + shape) + rng.triangular(loc, loc + scale, loc + 2 * scale)


def old_families(loc, scale):
    """The same of the functions of `np.random` and of a `RandomState`."""
    np.random.seed(5)
    state = np.random.RandomState(6)
    total = np.random.normal(loc, scale) * state.normal(loc, scale)
    total += np.sum(np.random.randn(2, 2) * scale) + np.random.rand() * loc + state.uniform(loc, 3.0)
    return total * np.random.exponential(scale) + state.randint(4) * loc + np.random.choice(4) * scale


def python_families(mu, sigma):
    random.seed(9)
    own = random.Random(4)
    total = random.gauss(mu, sigma) + own.normalvariate(mu, sigma) * random.uniform(mu, sigma)
    total += random.expovariate(sigma) * own.lognormvariate(mu, sigma) + random.gammavariate(2.0, sigma)
    total += own.weibullvariate(sigma, 1.5 * sigma) + random.paretovariate(2.0 * sigma)
    return total * random.random() + random.randint(1, 6) * mu * own.randrange(3)


def dropout(weights, x, rng_seed, keep):
    rng = np.random.default_rng(rng_seed)
    hidden = np.tanh(x @ weights)
    mask = rng.random(hidden.shape) < keep
    return np.sum((hidden * mask / keep) ** 2)


def stochastic_descent(weights, x, y, seed):
    """Some steps of stochastic gradient descent, in a shuffled order."""
    rng = np.random.default_rng(seed)
    w = np.zeros(len(weights))
    for _ in range(2):
        for i in rng.permutation(len(x)):
            w = w - 0.1 * weights * (x[i] @ w - y[i]) * x[i]
    return np.sum(w * w) + np.sum(weights)


def bootstrap(x, seed, rounds):
    """The spread of the mean of samples with replacement."""
    rng = np.random.default_rng(seed)
    means = [np.mean(rng.choice(x, size=len(x))) for _ in range(rounds)]
    return np.std(means)


def chosen(x, weights):
    """Rows, columns and elements that are drawn."""
    rng = np.random.default_rng(2)
    odds = np.exp(weights) / np.sum(np.exp(weights))
    one = rng.choice(x)
    rows = rng.choice(x, 2, replace=False, p=odds)
    columns = rng.choice(x, 3, axis=1)
    np.random.seed(3)
    old = np.random.choice(x[:, 0], (2, 2)) * np.random.permutation(x[:2, 1])
    return np.sum(one * rows) + np.sum(columns[:, :2] ** 2) + np.sum(old) + weights @ rng.permutation(x)[:, 0]


def shuffled(x, y):
    """Arrays and lists that are shuffled in place."""
    rng = np.random.default_rng(8)
    a, rows, items = x * 1.0, np.outer(x, y), [x[0], y[1], x[2] * y[0], 2.0]
    rng.shuffle(a)
    rng.shuffle(rows, axis=1)
    rng.shuffle(items)
    random.seed(8)
    random.shuffle(items)
    a[1] *= items[0]
    return a @ y[: len(a)] + rows[0, 1] * rows[1, 0] + items[1] * items[2] ** 2


def picked(x):
    """Elements of lists and tuples, by Python's own draws."""
    random.seed(12)
    values = [v * v for v in x]
    total = random.choice(values) * random.choice((x[0], x[1], 3.0))
    for v in random.sample(values, 2):
        total += 2.0 * v
    weights = [k + 1.0 for k in range(len(values))]
    for v in random.choices(values, weights, k=3):
        total *= v + 1.0
    order = random.sample(range(len(x)), len(x))
    return total + sum(x[k] * (n + 1) for n, k in enumerate(order))


class Simulation:
    """A walk that owns its generator."""

    def __init__(self, seed, spread):
        self.rng = np.random.default_rng(seed)
        self.spread = spread
        self.x = 0.0

    def step(self, push):
        self.x += push + self.spread * self.rng.normal()
        return self.x


def owned(push, spread):
    walks = [Simulation(k, spread) for k in range(3)]
    return sum(walk.step(push) * walk.step(0.5) for walk in walks)


def noisy(x, rng, scale):
    """Called with a generator, or what makes one."""
    rng = np.random.default_rng(rng)
    return np.sum(x * rng.normal(0.0, scale, x.shape))


def correlated(mean, x):
    rng = np.random.default_rng(1)
    draws = rng.multivariate_normal(mean, [[2.0, 0.3], [0.3, 1.0]], size=4)
    counts = rng.multinomial(5, [0.2, 0.8]) + rng.poisson(2.0, 2) + rng.integers(0, 3, size=2)
    return np.sum(draws * x) ** 2 + np.sum(counts * mean) + rng.integers(5) * mean[0] + rng.binomial(9, 0.3) * x[0]


def places_drawn(x, v):
    """What is written to places that are drawn, which may be drawn twice."""
    rng = np.random.default_rng(4)
    a = x * 1.0
    a[rng.permutation(len(a))[:3]] = v
    a[rng.integers(0, len(a), 4)] += v[0]
    a[rng.permutation([0, 0, 1])] = v * v
    return a @ np.arange(len(a))


X = waves(5)
PROGRAMS = [
    Program(option_price, [(1.1, 0.3, 0, 20), (0.9, 0.1, 3, 7)], (0, 1)),
    Program(brownian_path, [(0.3, 0.8, 6), (-2.0, 1.3, 9)], (0, 1)),
    Program(evidence_bound, [(0.2, -0.5, waves(4))], (0, 1)),
    Program(families, [(0.3, 1.2, 1.7)], (0, 1, 2)),
    Program(old_families, [(0.3, 1.2)], (0, 1)),
    Program(python_families, [(0.3, 1.2)], (0, 1)),
    Program(dropout, [(waves(3, 4), waves(5, 3), 0, 0.8)]),
    Program(stochastic_descent, [(waves(3), waves(4, 3), waves(4), 5)]),
    Program(bootstrap, [(X, 3, 4)]),
    Program(chosen, [(waves(4, 2), waves(4))], (0, 1)),
    Program(shuffled, [(waves(3), waves(3, phase=0.4))], (0, 1)),
    Program(picked, [(X,)]),
    Program(owned, [(0.3, 0.7)], (0, 1)),
    Program(noisy, [(X, 5, 0.3)]),
    Program(correlated, [(waves(2), waves(2, phase=0.5))], (0, 1)),
    Program(places_drawn, [(X, waves(3))], (0, 1)),
]
