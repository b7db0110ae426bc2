"""Rules of the draws of Python's `random`: constants, but for what they are moved and scaled by (see `random.py`)."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ast_ad.ir.kinds import FLOAT, INT, OPAQUE, Array, Fixed, Kind, List, Opaque, Scalar, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide
from ast_ad.rules.drawn import Families, Rule, Source
from ast_ad.rules.results import item_of
from ast_ad.rules.table import nondifferentiable


def _float(first: int) -> Any:
    """Python's formulas give a NumPy scalar where a parameter is one; parameters begin at operand `first`."""

    def kind(kinds: Kinds, params: Any) -> Kind:
        return FLOAT if all(isinstance(k, Scalar) for k in kinds[first:]) else Array("float64", ())

    return kind


def _elements(first: int) -> Any:
    """A list of elements of operand `first`: of whole numbers, or of what is no number."""

    def kind(kinds: Kinds, params: Any) -> Kind:
        return List(item_of(kinds[first]) if isinstance(kinds[first], (List, Fixed, Tuple)) else OPAQUE)

    return kind


_NORMAL: dict[str, Rule | None] = {
    "mu": lambda ans, mu, sigma: 1,
    "sigma": lambda ans, mu, sigma: divide(ans - mu, sigma),
}
FAMILIES: Families = {
    "random": {},
    "uniform": {
        "a": lambda ans, a, b: divide(b - ans, b - a),
        "b": lambda ans, a, b: divide(ans - a, b - a),
    },
    "gauss": _NORMAL,
    "normalvariate": _NORMAL,
    "lognormvariate": {
        "mu": lambda ans, mu, sigma: ans,
        "sigma": lambda ans, mu, sigma: ans * divide(np.log(ans) - mu, sigma),
    },
    "expovariate": {"lambd": lambda ans, lambd: -divide(ans, lambd)},
    "gammavariate": {"alpha": None, "beta": lambda ans, alpha, beta: divide(ans, beta)},
    "weibullvariate": {
        "alpha": lambda ans, alpha, beta: divide(ans, alpha),
        "beta": lambda ans, alpha, beta: -divide(ans * np.log(divide(ans, alpha)), beta),
    },
    "paretovariate": {"alpha": lambda ans, alpha: -divide(ans * np.log(ans), alpha)},
    "vonmisesvariate": {"mu": None, "kappa": None},
    "betavariate": {"alpha": None, "beta": None},
    "triangular": {"low": None, "high": None, "mode": None},
}
_COUNTS = {
    "randint": ("a", "b"),
    "randrange": ("start", "stop", "step"),
    "getrandbits": ("k",),
    "binomialvariate": ("n", "p"),
}


def _enter(source: Source) -> None:
    first = len(source.own)
    for name, partials in FAMILIES.items():
        source.moving(name, partials, (), _float(first))
    for name, words in _COUNTS.items():
        if name in source:
            source.constant(name, words, lambda ks, p: INT)
    source.constant("choice", ("seq",), lambda ks, p: OPAQUE)
    source.constant("choices", ("population", "weights", "cum_weights", "k"), _elements(first))
    source.constant("sample", ("population", "k"), _elements(first))
    source.constant("seed", ("a",), lambda ks, p: OPAQUE)


_enter(Source("random.Random", random.Random))
_enter(Source("random", random))
nondifferentiable(
    random.Random, operands=("x",), effect=True, kinds=lambda ks, p: Opaque("random.Random"), name="random.Random"
)
