"""Sample calls of random draws, by generators and by the functions of `np.random` and `random`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.rules.checking import Sample, sample

#: sources of NumPy: what has the methods, and the generator that goes first
NUMPY: list[tuple[Any, tuple[Any, ...]]] = [
    (np.random.Generator, (np.random.default_rng(0),)),
    (np.random.RandomState, (np.random.RandomState(0),)),
    (np.random, ()),
]
PYTHON: list[tuple[Any, tuple[Any, ...]]] = [(random.Random, (random.Random(0),)), (random, ())]
#: parameters of what is drawn number by number
PARAMETERS: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(("normal", "laplace", "logistic", "gumbel", "uniform", "lognormal"), (0.3, 1.2)),
    **dict.fromkeys(("exponential", "rayleigh", "weibull", "pareto", "power"), (1.2,)),
    "gamma": (2.0, 1.2),
    "triangular": (0.1, 0.4, 1.3),
    "vonmises": (0.3, 2.0),
    **dict.fromkeys(("chisquare", "standard_t", "standard_gamma"), (3.0,)),
    **dict.fromkeys(("beta", "f", "noncentral_chisquare", "wald"), (2.0, 3.0)),
    "noncentral_f": (2.0, 3.0, 0.4),
    **dict.fromkeys(("standard_cauchy", "standard_exponential", "standard_normal", "random", "random_sample"), ()),
    "binomial": (3, 0.4),
    "negative_binomial": (3, 0.4),
    "poisson": (2.0,),
    "geometric": (0.4,),
    "hypergeometric": (3, 4, 2),
    "logseries": (0.4,),
    "zipf": (2.0,),
    **dict.fromkeys(("integers", "randint"), (3,)),
}
#: those parameters that have no derivative, by their places
REJECTED = {
    "gamma": (0,),
    "vonmises": (1,),
    **dict.fromkeys(("chisquare", "standard_t", "standard_gamma"), (0,)),
    **dict.fromkeys(("beta", "f", "noncentral_chisquare", "wald"), (0, 1)),
    "noncentral_f": (0, 1, 2),
}
OF_PYTHON: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("uniform", "gauss", "normalvariate", "lognormvariate", "weibullvariate"), (0.3, 1.2)),
    **dict.fromkeys(("expovariate", "paretovariate"), (1.2,)),
    "gammavariate": (2, 1.2),
    "vonmisesvariate": (1, 2),
    "betavariate": (1, 2),
    "triangular": (0, 2, 1),
    "random": (),
    "randint": (1, 3),
    "randrange": (3,),
    "getrandbits": (3,),
    "binomialvariate": (3, 0.4),
    "choice": (("up", "down"),),
    "choices": ([1, 2, 3],),
    "sample": ([1, 2, 3], 2),
    "seed": (3,),
}


def of_numpy() -> Iterator[Sample]:
    """Draws of NumPy: number by number, then vectors and elements."""
    for source, first in NUMPY:
        for name, parameters in PARAMETERS.items():
            if not hasattr(source, name):
                continue
            method, rejected = getattr(source, name), REJECTED.get(name, ())
            plain = tuple(int(p) if k in rejected else p for k, p in enumerate(parameters))
            yield sample(method, *first, *plain, smooth=False)
            yield sample(method, *first, *plain, size=(3,), smooth=False)
            if parameters and not rejected and isinstance(parameters[0], float):
                yield sample(method, *first, parameters[0] * np.array([1.0, 1.1]), *parameters[1:], smooth=False)
        yield sample(source.multivariate_normal, *first, np.array([0.3, 0.4]), np.eye(2, dtype=int), smooth=False)
        yield sample(
            source.multivariate_normal, *first, np.array([0.3, 0.4]), np.eye(2, dtype=int), (2, 3), smooth=False
        )
        yield sample(source.multinomial, *first, 3, (0.5, 0.5), smooth=False)
        yield sample(source.dirichlet, *first, (1, 2), smooth=False)
        yield sample(source.choice, *first, 4, smooth=False)
        yield sample(source.choice, *first, np.arange(3), 2, smooth=False)
        yield sample(source.permutation, *first, 4, smooth=False)
        yield sample(source.permutation, *first, np.arange(6).reshape(3, 2), smooth=False)
        yield sample(source.bytes, *first, 2, smooth=False)
        for name in ("rand", "randn"):
            if hasattr(source, name):
                yield sample(getattr(source, name), *first, 3, smooth=False)
                yield sample(getattr(source, name), *first, smooth=False)
        if hasattr(source, "seed"):
            yield sample(source.seed, *first, 3, smooth=False)
    yield sample(np.random.Generator.random, *NUMPY[0][1], 3, dtype=np.float32, smooth=False)
    yield sample(np.random.Generator.spawn, *NUMPY[0][1], 2, smooth=False)
    for maker in ("default_rng", "RandomState", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "SeedSequence"):
        yield sample(getattr(np.random, maker), 3, smooth=False)
    yield sample(np.random.Generator, np.random.PCG64(3), smooth=False)


def of_python() -> Iterator[Sample]:
    """Draws of Python's `random`."""
    for source, first in PYTHON:
        for name, parameters in OF_PYTHON.items():
            if hasattr(source, name):
                yield sample(getattr(source, name), *first, *parameters, smooth=False)
    yield sample(random.Random, 3, smooth=False)


def draws() -> list[Sample]:
    """All samples of this file."""
    return [*of_numpy(), *of_python()]
