"""Rules of the draws of Python's `random`: constants, but for what they are moved and scaled by (see `random.py`)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad.ir.kinds import FLOAT, INT, OPAQUE, Array, Fixed, Kind, List, Opaque, Scalar, Tuple
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.arithmetic import divide
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import item_of
from ast_ad.rules.table import elementwise, nondifferentiable, primitive_for

Rule = Callable[..., Any]


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


def _refuse(name: str, which: str) -> Rule:
    def raises(*_: Any, **__: Any) -> Any:
        raise UnsupportedArgument(f"random.{name} has no derivative by its parameter {which!r}")

    return raises


_NORMAL: dict[str, Rule | None] = {
    "mu": lambda ans, mu, sigma: 1,
    "sigma": lambda ans, mu, sigma: divide(ans - mu, sigma),
}
#: by name, the parameters of a draw and the partial derivatives by them; None where it is drawn by rejection
FAMILIES: dict[str, dict[str, Rule | None]] = {
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
_DEFAULTS = {"mu": 0.0, "sigma": 1.0, "lambd": 1.0}


def _with_defaults(partial: Rule, names: tuple[str, ...], first: int) -> Rule:
    def whole(ans: Any, *operands: Any, **held: Any) -> Any:
        given = dict(zip(names, operands[first:], strict=False)) | held
        return partial(ans, *(given.get(name, _DEFAULTS.get(name)) for name in names))

    return whole


def _enter(home: str, source: Any) -> None:
    of_class = isinstance(source, type)
    own = ("self",) if of_class else ()

    def entered(name: str, operands: tuple[str, ...], kinds: Any) -> Any:
        path = f"{home}.{name}"
        return primitive_for(getattr(source, name), kinds, name=path, operands=operands, effect=True, method=of_class)

    for name, parameters in FAMILIES.items():
        operands = (*own, *parameters)
        if not parameters:
            nondifferentiable(entered(name, operands, _float(len(own))))
            continue
        known = [partial or _refuse(name, word) for word, partial in parameters.items()]
        partials = [_with_defaults(partial, tuple(parameters), len(own)) for partial in known]
        elementwise(entered(name, operands, _float(len(own))), *(None for _ in own), *partials)
    for name, words in _COUNTS.items():
        if hasattr(source, name):
            nondifferentiable(entered(name, (*own, *words), lambda ks, p: INT))
    nondifferentiable(entered("choice", (*own, "seq"), lambda ks, p: OPAQUE))
    nondifferentiable(entered("choices", (*own, "population", "weights", "cum_weights", "k"), _elements(len(own))))
    nondifferentiable(entered("sample", (*own, "population", "k"), _elements(len(own))))
    nondifferentiable(entered("seed", (*own, "a"), lambda ks, p: OPAQUE))


_enter("random.Random", random.Random)
_enter("random", random)
nondifferentiable(
    random.Random, operands=("x",), effect=True, kinds=lambda ks, p: Opaque("random.Random"), name="random.Random"
)
