"""Models of sequences and mixtures, whose parts are gathered in lists and joined, with parameters under any keys."""

import itertools

import numpy as np
from scipy.special import logsumexp

from . import Program, waves


def mixture(params, data):
    """The negative log-likelihood of a mixture of normals with precision factors."""
    weights = params["log weights"] - logsumexp(params["log weights"])
    terms = []
    for weight, centre, factor in zip(weights, params["centres"], params["precision factors"], strict=True):
        gap = (data - centre) @ factor
        terms.append(weight + np.linalg.slogdet(factor)[1] - 0.5 * np.sum(gap**2, axis=1))
    return -np.sum(logsumexp(np.vstack(terms), axis=0))


def joined_in_all_ways(x, scales):
    """Rows that a loop makes, joined as rows, end to end, as columns and in depth."""
    rows = []
    for scale in scales:
        rows.append(np.sin(scale * x))
    total = np.sum(np.vstack(rows) ** 3) + np.sum(np.hstack(rows) ** 2)
    return total + np.sum(np.column_stack(rows) ** 3) * np.sum(np.dstack(rows) ** 2)


def gate(weights, x, state):
    return 1 / (1 + np.exp(-(np.hstack((x, state, 1.0)) @ weights)))


def recurrent(params, inputs):
    """A gated recurrent cell; its parameters have spaces, digits and keywords for keys."""
    state = params["first state"]
    states = []
    for x in inputs:
        keep = gate(params["2 keep"], x, state)
        reset = gate(params["lambda"], x, state)
        state = keep * state + (1 - keep) * np.tanh(np.hstack((x, reset * state, 1.0)) @ params["new-state"])
        states.append(state)
    return np.sum(np.array(states) ** 2)


def forward_algorithm(starts, moves, emissions, seen):
    """The log-likelihood of a hidden Markov model."""
    alpha = starts - logsumexp(starts) + emissions[:, seen[0]]
    moves = moves - logsumexp(moves, axis=1, keepdims=True)
    for k in seen[1:]:
        alpha = logsumexp(alpha[:, None] + moves, axis=0) + emissions[:, k]
    return logsumexp(alpha)


def smoother(level_noise, seen_noise, ys):
    """A local-level model: Kalman's filter, and the smoother that runs back over its lists."""
    m, p = ys[0], seen_noise
    filtered, predicted = [(m, p)], []
    score = 0.0
    for y in ys[1:]:
        ahead = p + level_noise
        spread = ahead + seen_noise
        score -= 0.5 * (np.log(spread) + (y - m) ** 2 / spread)
        gain = ahead / spread
        predicted.append((m, ahead))
        m, p = m + gain * (y - m), (1 - gain) * ahead
        filtered.append((m, p))
    smooth = [filtered[-1]]
    for (m, p), (m_ahead, p_ahead) in zip(reversed(filtered[:-1]), reversed(predicted), strict=True):
        back = p / p_ahead
        later_m, later_p = smooth[0]
        smooth.insert(0, (m + back * (later_m - m_ahead), p + back**2 * (later_p - p_ahead)))
    return score + sum(m * m + p for m, p in smooth)


def polynomials(a, b, x):
    """The sum and the product of two polynomials of other degrees, by their coefficients."""
    total = [p + q for p, q in itertools.zip_longest(a, b, fillvalue=0.0)]
    product = [0.0] * (len(a) + len(b) - 1)
    for (i, p), (j, q) in itertools.product(enumerate(a), enumerate(b)):
        product[i + j] += p * q
    value = 0.0
    for high, low in itertools.zip_longest(reversed(product), reversed(total)):
        value = value * x + (high if low is None else high * low)
    return value


_MIXTURE = {
    "log weights": waves(2),
    "centres": waves(2, 2, phase=0.3),
    "precision factors": np.eye(2) + 0.2 * waves(2, 2, 2, phase=0.7),
}
_RECURRENT = {
    "first state": waves(3),
    "2 keep": waves(6, 3, phase=0.1),
    "lambda": waves(6, 3, phase=0.2),
    "new-state": waves(6, 3, phase=0.3),
}
PROGRAMS = [
    Program(mixture, [(_MIXTURE, waves(5, 2))], (0, 1)),
    Program(joined_in_all_ways, [(waves(3), waves(2, phase=0.4))], (0, 1)),
    Program(recurrent, [(_RECURRENT, waves(4, 2))], (0, 1)),
    Program(forward_algorithm, [(waves(3), waves(3, 3), waves(3, 4, phase=0.2), [0, 3, 1, 1, 2])], (0, 1, 2)),
    Program(polynomials, [([0.5, 1.2, -0.7], [0.3, 2.0], 0.8), ([1.1], [0.3, 2.0, 0.4], -0.6)], (0, 1, 2)),
    Program(smoother, [(0.3, 0.8, waves(6))], (0, 1, 2)),
]
