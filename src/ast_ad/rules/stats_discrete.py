"""Rules of the discrete distributions of `scipy.stats`: in their parameters; they do not move with their place k."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sp

from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.distributions import Formula
from ast_ad.rules.special_shapes import beta_density, betainc_by_shapes
from ast_ad.rules.stats import method_of
from ast_ad.rules.table import composite, elementwise, nondifferentiable
from ast_ad.rules.terms import call


class Discrete(NamedTuple):
    """The logarithm of the mass at k, from the place `first` to `last`, and the derivatives of the sum up to k.

    The slopes are by the parameters; None for one that counts something and has no derivative there.
    """

    log_mass: Formula
    parameters: tuple[str, ...]
    slopes: tuple[Formula | None, ...]
    mean: Formula
    variance: Formula
    first: int = 0
    last: Formula | None = None


def _log_of_binomial(n: Any, k: Any) -> Any:
    return sp.gammaln(n + 1) - sp.gammaln(k + 1) - sp.gammaln(n - k + 1)


def _log_poisson_mass(k: Any, mu: Any) -> Any:
    return call(sp.xlogy, k, mu) - mu - sp.gammaln(k + 1)


_DISTRIBUTIONS: dict[str, Discrete] = {
    "poisson": Discrete(
        _log_poisson_mass,
        ("mu",),
        (lambda k, mu: -np.exp(_log_poisson_mass(k, mu)),),
        mean=lambda mu: mu,
        variance=lambda mu: mu,
    ),
    "binom": Discrete(
        lambda k, n, p: _log_of_binomial(n, k) + call(sp.xlogy, k, p) + call(sp.xlog1py, n - k, -p),
        ("n", "p"),
        (None, lambda k, n, p: -beta_density(k + 1, n - k, p)),
        mean=lambda n, p: n * p,
        variance=lambda n, p: n * p * (1 - p),
        last=lambda n, p: n,
    ),
    "bernoulli": Discrete(
        lambda k, p: call(sp.xlogy, k, p) + call(sp.xlog1py, 1 - k, -p),
        ("p",),
        (lambda k, p: np.where(k >= 1, 0, -1),),
        mean=lambda p: p,
        variance=lambda p: p * (1 - p),
        last=lambda p: 1,
    ),
    "nbinom": Discrete(
        lambda k, n, p: sp.gammaln(n + k) - sp.gammaln(k + 1) - sp.gammaln(n) + n * np.log(p) + call(sp.xlog1py, k, -p),
        ("n", "p"),
        (lambda k, n, p: betainc_by_shapes(n, k + 1, p), lambda k, n, p: beta_density(n, k + 1, p)),
        mean=lambda n, p: n * (1 - p) / p,
        variance=lambda n, p: n * (1 - p) / (p * p),
    ),
    "geom": Discrete(
        lambda k, p: np.log(p) + call(sp.xlog1py, k - 1, -p),
        ("p",),
        (lambda k, p: k * np.power(1 - p, k - 1),),
        mean=lambda p: 1 / p,
        variance=lambda p: (1 - p) / (p * p),
        first=1,
    ),
}


def _split(d: Discrete, args: Sequence[Any], named: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The location, None where it is 0, and the parameters of a call."""
    count = len(d.parameters)
    loc = args[count] if len(args) > count else named.get("loc")
    return loc, [*args[:count], *(named[name] for name in d.parameters[len(args) :])]


def _mass(d: Discrete, log: bool) -> Formula:
    def value(k: Any, *args: Any, **named: Any) -> Any:
        loc, parameters = _split(d, args, named)
        at = k if loc is None else k - loc
        inside = at.equals(np.floor(at)) & (at >= d.first)
        if d.last is not None:
            inside = inside & (at <= d.last(*parameters))
        found = np.where(inside, d.log_mass(np.where(inside, at, d.first), *parameters), -math.inf)
        return found if log else np.exp(found)

    return value


def _slopes(name: str, d: Discrete, sign: int, log: bool) -> list[Formula | None]:
    """The partials of the sum of the masses up to k, or beyond."""

    def by(slope: Formula | None, parameter: str) -> Formula:
        def partial(ans: Any, k: Any, *args: Any, **named: Any) -> Any:
            if slope is None:
                sentence = f"scipy.stats.{name} has no derivative by {parameter!r}, which is a number of trials"
                raise UnsupportedArgument(sentence)
            loc, parameters = _split(d, args, named)
            at = np.floor(k if loc is None else k - loc)
            inside = at >= d.first
            if d.last is not None:
                inside = inside & (at < d.last(*parameters))
            found = sign * slope(np.where(inside, at, d.first), *parameters)
            return np.where(inside, found * np.exp(-ans) if log else found, 0)

        return partial

    return [None, *(by(s, p) for s, p in zip(d.slopes, d.parameters, strict=True)), None]


def _moment(d: Discrete, formula: Formula, moved: bool) -> Formula:
    def value(*args: Any, **named: Any) -> Any:
        loc, parameters = _split(d, args, named)
        found = formula(*parameters)
        return found if loc is None or not moved else loc + found

    return value


def _deviation(variance: Formula) -> Formula:
    return lambda *parameters: np.sqrt(variance(*parameters))


def _enter(name: str, d: Discrete) -> None:
    def method(word: str, first: str) -> Any:
        return method_of(name, word, first, d.parameters, scaled=False)

    composite(method("logpmf", "k"), _mass(d, True))
    composite(method("pmf", "k"), _mass(d, False))
    for word, sign, log in (("cdf", 1, False), ("sf", -1, False), ("logcdf", 1, True), ("logsf", -1, True)):
        elementwise(method(word, "k"), *_slopes(name, d, sign, log))
    nondifferentiable(method("ppf", "q"), method("isf", "q"))
    composite(method("mean", ""), _moment(d, d.mean, True))
    composite(method("var", ""), _moment(d, d.variance, False))
    composite(method("std", ""), _moment(d, _deviation(d.variance), False))


for _name, _distribution in _DISTRIBUTIONS.items():
    _enter(_name, _distribution)
