"""Rules of the continuous distributions of `scipy.stats`: in x or the probability, and in every parameter.

`distributions.py` has them in their standard form; location and scale are added here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.stats as st

from ast_ad.ir.kinds import Array, Kind
from ast_ad.ir.primitives import HOLE, Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.distributions import DISTRIBUTIONS, Distribution, Formula
from ast_ad.rules.results import broadcast
from ast_ad.rules.table import composite, elementwise, primitive_for


def _kind(kinds: Kinds, params: Any) -> Kind:
    return Array("float64", broadcast(kinds))


def method_of(name: str, method: str, first: str, shapes: Sequence[str], scaled: bool = True) -> Any:
    """The primitive of `scipy.stats.name.method`, called with its parameters by position."""
    bound = getattr(getattr(st, name), method)
    own = (first,) if first else ()
    return primitive_for(
        bound,
        _kind,
        name=f"scipy.stats.{name}.{method}",
        operands=(*own, *shapes, "loc", *(("scale",) if scaled else ())),
        call=_caller(bound, (*own, *shapes), scaled),
    )


def _caller(bound: Any, names: Sequence[str], scaled: bool) -> Any:
    """A function with the parameters by name, so that calls can be bound."""

    def called(*args: Any, **kwargs: Any) -> Any:
        held = [name for name, value in kwargs.items() if value is HOLE]
        split = len(args) - len(held)
        return bound(*args[:split], **dict(zip(held, args[split:], strict=True)))

    parameters = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names]
    parameters.append(inspect.Parameter("loc", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=0))
    if scaled:
        parameters.append(inspect.Parameter("scale", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=1))
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return called


def _split(d: Distribution, args: Sequence[Any], named: dict[str, Any]) -> tuple[Any, Any, Sequence[Any]]:
    """Location, scale and shapes of a call; None where they are the default."""
    count = len(d.shapes)
    rest = list(args[count:])
    loc = rest[0] if rest else named.get("loc")
    scale = rest[1] if len(rest) > 1 else named.get("scale")
    return loc, scale, [*args[:count], *(named[shape] for shape in d.shapes[len(args) :])]


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    z = x if loc is None else x - loc
    return z if scale is None else z / scale


def _supported(d: Distribution, z: Any, shapes: Sequence[Any], outside: float, formula: Formula) -> Any:
    """A formula of z on the support; beyond it the value `outside`, without a derivative."""
    if d.beyond is None:
        return formula(z)
    beyond = d.beyond(z, *shapes)
    point = d.point(*shapes) if callable(d.point) else d.point
    return np.where(beyond, outside, formula(np.where(beyond, point, z)))


def _log_density(d: Distribution) -> Formula:
    def value(x: Any, *args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(d, args, named)
        z = _standard(x, loc, scale)
        found = _supported(d, z, shapes, -math.inf, lambda z: d.log_density(z, *shapes))
        return found if scale is None else found - np.log(scale)

    return value


def _exponential(log_density: Formula) -> Formula:
    return lambda x, *args, **named: np.exp(log_density(x, *args, **named))


def _slopes(name: str, d: Distribution, sign: int, log: bool) -> list[Formula]:
    """The partials of a distribution function, of its complement, or of the logarithm of one."""

    def by(factor: Any, of_scale: bool) -> Formula:
        """The density, over that of the result where this is a logarithm, times a factor of z and the shapes."""

        def partial(ans: Any, x: Any, *args: Any, **named: Any) -> Any:
            loc, scale, shapes = _split(d, args, named)

            def at(z: Any) -> Any:
                density = d.log_density(z, *shapes)
                return sign * factor(z, *shapes) * np.exp(density - ans if log else density)

            found = _supported(d, _standard(x, loc, scale), shapes, 0, at)
            return found / scale if of_scale and scale is not None else found

        return partial

    def by_slope(slope: Formula) -> Formula:
        def partial(ans: Any, x: Any, *args: Any, **named: Any) -> Any:
            loc, scale, shapes = _split(d, args, named)

            def at(z: Any) -> Any:
                found = sign * slope(z, *shapes)
                return found * np.exp(-ans) if log else found

            return _supported(d, _standard(x, loc, scale), shapes, 0, at)

        return partial

    def by_shape(k: int) -> Formula:
        if d.flows:
            return by(lambda z, *shapes: -d.flows[k](z, *shapes), False)
        return by_slope(d.slopes[k]) if d.slopes else _refusal(name, d.shapes[k], "distribution")

    return [
        by(lambda z, *shapes: 1, True),
        *(by_shape(k) for k in range(len(d.shapes))),
        by(lambda z, *shapes: -1, True),
        by(lambda z, *shapes: -z, True),
    ]


def _refusal(name: str, shape: str, what: str) -> Formula:
    """The partial by a shape for which there is no formula."""

    def by_shape(*_: Any, **__: Any) -> Any:
        raise UnsupportedArgument(
            f"the {what} function of scipy.stats.{name} has no derivative by its shape parameter {shape!r}"
        )

    return by_shape


def _flow(d: Distribution, k: int, z: Any, shapes: Sequence[Any]) -> Any:
    """How far z goes with the k-th shape at the same probability."""
    if d.flows:
        return d.flows[k](z, *shapes)
    return -d.slopes[k](z, *shapes) * np.exp(-d.log_density(z, *shapes))


def _quantile_slopes(name: str, d: Distribution, sign: int) -> list[Formula]:
    """The partials of a quantile function: the density is that of the result."""

    def by_p(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(d, args, named)
        found = sign * np.exp(-d.log_density(_standard(ans, loc, scale), *shapes))
        return found if scale is None else scale * found

    def by_shape(k: int) -> Formula:
        if not d.flows and not d.slopes:
            return _refusal(name, d.shapes[k], "quantile")

        def partial(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
            loc, scale, shapes = _split(d, args, named)
            found = _flow(d, k, _standard(ans, loc, scale), shapes)
            return found if scale is None else scale * found

        return partial

    def by_loc(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        return 1.0

    def by_scale(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        return _standard(ans, *_split(d, args, named)[:2])

    return [by_p, *(by_shape(k) for k in range(len(d.shapes))), by_loc, by_scale]


def _moment(d: Distribution, formula: Formula, degree: int, moved: bool) -> Formula:
    """A moment, which grows with a power of the scale, and goes with the location where it is `moved`."""

    def value(*args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(d, args, named)
        found = formula(*shapes)
        if scale is not None:
            found = found + np.log(scale) if degree == 0 else found * scale**degree
        return found if loc is None or not moved else loc + found

    return value


def _deviation(variance: Formula) -> Formula:
    return lambda *shapes: np.sqrt(variance(*shapes))


def _enter(name: str, d: Distribution) -> None:
    log_density = _log_density(d)
    composite(method_of(name, "logpdf", "x", d.shapes), log_density)
    composite(method_of(name, "pdf", "x", d.shapes), _exponential(log_density))
    for method, sign, log in (("cdf", 1, False), ("sf", -1, False), ("logcdf", 1, True), ("logsf", -1, True)):
        elementwise(method_of(name, method, "x", d.shapes), *_slopes(name, d, sign, log))
    for method, sign in (("ppf", 1), ("isf", -1)):
        elementwise(method_of(name, method, "q", d.shapes), *_quantile_slopes(name, d, sign))
    if d.mean is not None:
        composite(method_of(name, "mean", "", d.shapes), _moment(d, d.mean, 1, True))
    if d.variance is not None:
        composite(method_of(name, "var", "", d.shapes), _moment(d, d.variance, 2, False))
        composite(method_of(name, "std", "", d.shapes), _moment(d, _deviation(d.variance), 1, False))
    if d.entropy is not None:
        composite(method_of(name, "entropy", "", d.shapes), _moment(d, d.entropy, 0, False))


for _name, _distribution in DISTRIBUTIONS.items():
    _enter(_name, _distribution)
