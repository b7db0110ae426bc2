"""The largest is taken away for safety: sometimes nothing depends on it, sometimes something does after all."""

import math

import numpy as np

from . import Program, waves


def softmax(z):
    """Of all elements; what is largest does not matter."""
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def chosen_share(z):
    return softmax(z)[1] + softmax(2.0 * z) @ np.arange(len(z))


def log_of_sums(z):
    """One logarithm for each row, in two spellings of the rows' largest."""
    m = np.max(z, axis=1)
    one = m + np.log(np.sum(np.exp(z - m[:, None]), axis=1))
    top = z.max(axis=0, keepdims=True)
    two = np.log(np.exp(z - top).sum(axis=0)) + np.squeeze(top)
    return np.sum(one**2) - np.mean(two)


def without_a_sum(z):
    """Nothing takes the factor out again."""
    return np.sum(np.exp(z - np.max(z)) ** 2)


def other_rows_sum(z):
    """Rows are divided by the sum of another row, as the axes fall."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=1)) ** 2)


def columns_of_shifted_rows(z):
    """Each row moves by its own largest; the sums go down the columns."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=0)) ** 2)


def squares_cancel(z):
    e = np.exp(z - z.max())
    return np.sum(e * np.exp(z - z.max())) / np.sum(e) ** 2


def squares_do_not(z):
    e = np.exp(z - z.max())
    return np.sum(e**2) / np.sum(e)


def largest_is_used_again(z):
    m = np.max(z)
    e = np.exp(z - m)
    return m * np.log(np.sum(e)) + np.mean(e / np.sum(e))


def masked(z, keep):
    """Attention to some; the scores of the others are minus infinity."""
    scores = np.where(keep, z, -np.inf)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    shifted = np.where(keep, z - np.max(z, axis=1, keepdims=True), -np.inf)
    w = np.exp(shifted)
    return np.sum(p**2) + np.sum((w / w.sum(axis=1, keepdims=True)) ** 3)


def free_energy(z, temperature):
    """By the smallest, scaled, with a root and a mean."""
    low = np.min(z)
    weights = np.sqrt(np.exp(-2.0 * (z - low) / 3.0))
    return (low / 3.0 - np.log(np.mean(weights))) * temperature


def forward_algorithm(logs, steps):
    """In a loop, one shift in each trip."""
    belief = logs[0]
    for _ in range(steps):
        step = belief[:, None] + logs
        top = np.max(step, axis=0)
        belief = top + np.log(np.sum(np.exp(step - top), axis=0))
    if steps > 1:
        m = np.max(belief)
        return m + np.log(np.exp(belief - m).sum())
    return belief[0]


def mixed_into_a_list(z):
    m = np.max(z)
    e = np.exp(z - m)
    kept = [e, z - m]
    return np.sum(kept[0] ** 2 / np.sum(e)) + kept[1][0] ** 2


def weights_of_values(z, v):
    """Products with matrices on both sides."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    read = (e @ v) / np.sum(e, axis=1, keepdims=True)
    f = np.exp(z - np.max(z))
    return np.sum(read**2) + np.sum((v.T @ f) / np.sum(f)) + math.log(np.sum(f)) + np.max(z)


def standard_scores(z):
    """What is not an exponential."""
    d = z - np.max(z)
    return np.sum(d / np.sum(d)) + np.sum(d**3)


SQUARE = waves(3, 3, phase=0.4)

PROGRAMS = [
    Program(chosen_share, [(waves(4),)]),
    Program(log_of_sums, [(waves(3, 4),), (SQUARE,)]),
    Program(without_a_sum, [(waves(4),)]),
    Program(other_rows_sum, [(SQUARE,)]),
    Program(columns_of_shifted_rows, [(SQUARE,), (waves(2, 3),)]),
    Program(squares_cancel, [(waves(5),)]),
    Program(squares_do_not, [(waves(5),)]),
    Program(largest_is_used_again, [(waves(4),)]),
    Program(masked, [(SQUARE, np.array([[True, False, True], [True, True, True], [False, False, True]]))]),
    Program(free_energy, [(waves(4), 1.5)], wrt=(0, 1)),
    Program(forward_algorithm, [(SQUARE, 3), (SQUARE, 1)]),
    Program(mixed_into_a_list, [(waves(4),)]),
    Program(weights_of_values, [(SQUARE, waves(3, 2))], wrt=(0, 1)),
    Program(standard_scores, [(waves(4),)]),
]
