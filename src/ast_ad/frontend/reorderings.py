"""Draws of elements and shuffles, written in Python by the places that are drawn; `source` is a generator or module.

NumPy and `random` draw the same places for the elements of an array or a list as for the numbers below its length.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def choice_of_generator(
    source: Any, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0, shuffle: bool = True
) -> Any:
    """`rng.choice(a, ...)` of an array."""
    a = np.asarray(a)
    places = source.choice(a.shape[axis], size=size, replace=replace, p=p, shuffle=shuffle)
    return a[places] if axis == 0 else np.take(a, places, axis)


def choice_of_state(source: Any, a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
    """`np.random.choice(a, ...)` of a vector."""
    a = np.asarray(a)
    if a.ndim != 1:
        raise ValueError("a must be 1-dimensional")
    return a[source.choice(len(a), size=size, replace=replace, p=p)]


def permutation(source: Any, x: Any, axis: int = 0) -> Any:
    """`rng.permutation(x)` of an array."""
    x = np.asarray(x)
    places = source.permutation(x.shape[axis])
    return x[places] if axis == 0 else np.take(x, places, axis)


def shuffle(source: Any, x: Any, axis: int = 0) -> None:
    """`rng.shuffle(x)`."""
    if isinstance(x, list):
        x[:] = [x[k] for k in source.permutation(len(x))]
    elif axis == 0:
        x[:] = x[source.permutation(len(x))]
    else:
        x[:] = np.take(x, source.permutation(x.shape[axis]), axis)


def element(source: Any, seq: Any) -> Any:
    """`random.choice(seq)`."""
    if len(seq) == 0:
        raise IndexError("Cannot choose from an empty sequence")
    if isinstance(seq, tuple):
        seq = list(seq)
    return seq[source.randrange(len(seq))]


def elements(source: Any, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1) -> list[Any]:
    """`random.choices(population, ...)`."""
    population = list(population) if isinstance(population, tuple) else population
    places = source.choices(range(len(population)), weights, cum_weights=cum_weights, k=k)
    return [population[place] for place in places]


def sample(source: Any, population: Any, k: int) -> list[Any]:
    """`random.sample(population, k)`."""
    population = list(population) if isinstance(population, tuple) else population
    return [population[place] for place in source.sample(range(len(population)), k)]


def swaps(source: Any, x: Any) -> None:
    """`random.shuffle(x)`."""
    for i in reversed(range(1, len(x))):
        j = source.randrange(i + 1)
        x[i], x[j] = x[j], x[i]
