"""Rules of the distributions of `scipy.stats`: densities and distribution functions, in x and in their parameters.

A distribution is written by the logarithm of its standard density and, where it has a closed form, its distribution
function; location and scale are added here.  Formulas as in the documentation of `scipy.stats`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats as st

from ast_ad.ir.kinds import Array, Kind, broadcast_dims, rank
from ast_ad.ir.primitives import Kinds
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.joining import length_along
from ast_ad.rules.products import transposed
from ast_ad.rules.results import array_dims
from ast_ad.rules.table import composite, elementwise, primitive_for
from ast_ad.rules.terms import call, term

Formula = Callable[..., Any]
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


def _kind(kinds: Kinds, params: Any) -> Kind:
    return Array("float64", broadcast_dims([Array(None, array_dims(k)) for k in kinds]))


def _within(low: float | None, high: float | None, outside: float, formula: Formula) -> Formula:
    """A formula on the support of a standard distribution; beyond it the value `outside`, without a derivative."""
    point = low + 1.0 if high is None and low is not None else 0.5

    def value(z: Any, *shapes: Any) -> Any:
        inside = z >= low if high is None else (z >= low) & (z <= high)
        return np.where(inside, formula(np.where(inside, z, point), *shapes), outside)

    return value


def _positive(formula: Formula) -> Formula:
    return _within(0.0, None, -math.inf, formula)


def _of_unit_interval(formula: Formula) -> Formula:
    return _within(0.0, 1.0, -math.inf, formula)


_LOG_DENSITIES: dict[str, Formula] = {
    "norm": lambda z: -0.5 * (z * z) - HALF_LOG_TWO_PI,
    "t": lambda z, df: (
        sp.gammaln(0.5 * (df + 1))
        - sp.gammaln(0.5 * df)
        - 0.5 * np.log(df * math.pi)
        - 0.5 * (df + 1) * np.log1p(z * z / df)
    ),
    "gamma": _positive(lambda z, a: call(sp.xlogy, a - 1, z) - z - sp.gammaln(a)),
    "beta": _of_unit_interval(
        lambda z, a, b: call(sp.xlog1py, b - 1, -z) + call(sp.xlogy, a - 1, z) - call(sp.betaln, a, b)
    ),
    "chi2": _positive(
        lambda z, df: call(sp.xlogy, 0.5 * df - 1, z) - 0.5 * z - sp.gammaln(0.5 * df) - 0.5 * math.log(2) * df
    ),
    "expon": _positive(lambda z: -z),
    "laplace": lambda z: -np.abs(z) - math.log(2),
    "logistic": lambda z: -z - 2 * np.log1p(np.exp(-z)),
    "lognorm": _positive(lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(s) - np.log(z) - HALF_LOG_TWO_PI),
    "cauchy": lambda z: -math.log(math.pi) - np.log1p(z * z),
    "uniform": _of_unit_interval(lambda z: 0 * z),
    "gumbel_r": lambda z: -(z + np.exp(-z)),
    "halfnorm": _positive(lambda z: -0.5 * (z * z) + 0.5 * math.log(2 / math.pi)),
    "invgamma": _positive(lambda z, a: -(a + 1) * np.log(z) - sp.gammaln(a) - 1 / z),
    "pareto": _within(1.0, None, -math.inf, lambda z, b: np.log(b) - (b + 1) * np.log(z)),
    "rayleigh": _positive(lambda z: np.log(z) - 0.5 * (z * z)),
    "weibull_min": _positive(lambda z, c: np.log(c) + call(sp.xlogy, c - 1, z) - np.power(z, c)),
}
_DISTRIBUTIONS: dict[str, Formula | None] = {
    "norm": lambda z: sp.ndtr(z),
    "expon": _within(0.0, None, 0.0, lambda z: -np.expm1(-z)),
    "laplace": lambda z: np.where(z > 0, 1 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z))),
    "logistic": lambda z: sp.expit(z),
    "cauchy": lambda z: 0.5 + np.arctan(z) / math.pi,
    "uniform": lambda z: np.clip(z, 0, 1),
    "lognorm": _within(0.0, None, 0.0, lambda z, s: sp.ndtr(np.log(z) / s)),
    "gumbel_r": lambda z: np.exp(-np.exp(-z)),
    "halfnorm": _within(0.0, None, 0.0, lambda z: sp.erf(z / math.sqrt(2))),
    "pareto": _within(1.0, None, 0.0, lambda z, b: -np.expm1(-b * np.log(z))),
    "rayleigh": _within(0.0, None, 0.0, lambda z: -np.expm1(-0.5 * (z * z))),
    "weibull_min": _within(0.0, None, 0.0, lambda z, c: -np.expm1(-np.power(z, c))),
}
#: quantile functions of p and q = 1 - p, of which one is exact
_QUANTILES: dict[str, Formula] = {
    "expon": lambda p, q: -np.log(q),
    "laplace": lambda p, q: np.where(p < 0.5, np.log(2 * p), -np.log(2 * q)),
    "logistic": lambda p, q: np.log(p) - np.log(q),
    "cauchy": lambda p, q: np.tan(0.5 * math.pi * (p - q)),
    "uniform": lambda p, q: p,
    "gumbel_r": lambda p, q: -np.log(-np.log(p)),
    "halfnorm": lambda p, q: -sp.ndtri(0.5 * q),
    "pareto": lambda p, q, b: np.power(q, -1 / b),
    "rayleigh": lambda p, q: np.sqrt(-2 * np.log(q)),
    "weibull_min": lambda p, q, c: np.power(-np.log(q), 1 / c),
}
_SHAPES: dict[str, tuple[str, ...]] = {
    "t": ("df",),
    "gamma": ("a",),
    "beta": ("a", "b"),
    "chi2": ("df",),
    "lognorm": ("s",),
    "invgamma": ("a",),
    "pareto": ("b",),
    "weibull_min": ("c",),
}


def _method(name: str, method: str, first: str, shapes: Sequence[str], scaled: bool = True) -> Any:
    """The primitive of `scipy.stats.name.method`, called with its parameters by position."""
    bound = getattr(getattr(st, name), method)
    return primitive_for(
        bound,
        _kind,
        name=f"scipy.stats.{name}.{method}",
        operands=(first, *shapes, "loc", *(("scale",) if scaled else ())),
        call=_caller(bound, first, shapes, scaled),
    )


def _caller(bound: Any, first: str, shapes: Sequence[str], scaled: bool) -> Any:
    """A function with the parameters by name, so that calls can be bound."""
    import inspect

    def called(*args: Any, **kwargs: Any) -> Any:
        from ast_ad.ir.primitives import HOLE

        held = [name for name, value in kwargs.items() if value is HOLE]
        split = len(args) - len(held)
        return bound(*args[:split], **dict(zip(held, args[split:], strict=True)))

    names = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in (first, *shapes)]
    names.append(inspect.Parameter("loc", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=0))
    if scaled:
        names.append(inspect.Parameter("scale", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=1))
    called.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    return called


def _split(count: int, args: Sequence[Any], named: dict[str, Any]) -> tuple[Any, Any, Sequence[Any]]:
    """Location, scale and shapes of a call; None where they are the default."""
    shapes = list(args[:count])
    rest = list(args[count:])
    loc = rest[0] if rest else named.get("loc")
    scale = rest[1] if len(rest) > 1 else named.get("scale")
    return loc, scale, shapes


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    z = x if loc is None else x - loc
    return z if scale is None else z / scale


def _log_density(name: str) -> Formula:
    count, formula = len(_SHAPES.get(name, ())), _LOG_DENSITIES[name]

    def value(x: Any, *args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(count, args, named)
        found = formula(_standard(x, loc, scale), *shapes)
        return found if scale is None else found - np.log(scale)

    return value


def _distribution(name: str, formula: Formula, above: bool, log: bool) -> Formula:
    count = len(_SHAPES.get(name, ()))

    def value(x: Any, *args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(count, args, named)
        z = _standard(x, loc, scale)
        if name == "norm":
            z = -z if above else z
            return sp.log_ndtr(z) if log else sp.ndtr(z)
        if name in ("logistic",) and log:
            return -np.log1p(np.exp(z if above else -z))
        found = formula(z, *shapes)
        found = 1 - found if above else found
        return np.log(found) if log else found

    return value


def _slopes(name: str, sign: int, log: bool) -> list[Formula]:
    """The partials of a distribution function without a closed form: by x, by location and scale."""
    count = len(_SHAPES[name])
    density = _log_density(name)

    def by_x(ans: Any, x: Any, *args: Any, **named: Any) -> Any:
        found = density(x, *args, **named)
        return sign * np.exp(found - ans if log else found)

    def by_loc(ans: Any, x: Any, *args: Any, **named: Any) -> Any:
        return -by_x(ans, x, *args, **named)

    def by_scale(ans: Any, x: Any, *args: Any, **named: Any) -> Any:
        loc, scale, _ = _split(count, args, named)
        return -by_x(ans, x, *args, **named) * _standard(x, loc, scale)

    return [by_x, *_refusals(name, "distribution"), by_loc, by_scale]


def _refusals(name: str, what: str) -> list[Formula]:
    """The partials by shape parameters, for which there is no formula."""

    def refusal(shape: str) -> Formula:
        def by_shape(*_: Any, **__: Any) -> Any:
            raise UnsupportedArgument(
                f"the {what} function of scipy.stats.{name} has no derivative by its shape parameter {shape!r}"
            )

        return by_shape

    return [refusal(shape) for shape in _SHAPES[name]]


def _quantile(name: str, above: bool) -> Formula:
    """`ppf` and `isf` with a closed form."""
    count = len(_SHAPES.get(name, ()))

    def value(p: Any, *args: Any, **named: Any) -> Any:
        loc, scale, shapes = _split(count, args, named)
        if name in ("norm", "lognorm"):
            z = -sp.ndtri(p) if above else sp.ndtri(p)
            z = np.exp(shapes[0] * z) if name == "lognorm" else z
        else:
            z = _QUANTILES[name](1 - p, p, *shapes) if above else _QUANTILES[name](p, 1 - p, *shapes)
        z = z if scale is None else scale * z
        return z if loc is None else loc + z

    return value


def _quantile_slopes(name: str, sign: int) -> list[Formula]:
    """The partials of a quantile function without a closed form: by p, by location and scale."""
    count = len(_SHAPES[name])
    density = _log_density(name)

    def by_p(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        return sign * np.exp(-density(ans, *args, **named))

    def by_loc(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        return 1.0

    def by_scale(ans: Any, p: Any, *args: Any, **named: Any) -> Any:
        return _standard(ans, *_split(count, args, named)[:2])

    return [by_p, *_refusals(name, "quantile"), by_loc, by_scale]


def _enter() -> None:
    for name in _LOG_DENSITIES:
        shapes = _SHAPES.get(name, ())
        log_density = _log_density(name)
        composite(_method(name, "logpdf", "x", shapes), log_density)
        composite(_method(name, "pdf", "x", shapes), _exponential(log_density))
        for method, above, log in (
            ("cdf", False, False),
            ("sf", True, False),
            ("logcdf", False, True),
            ("logsf", True, True),
        ):
            primitive = _method(name, method, "x", shapes)
            formula = _DISTRIBUTIONS.get(name)
            if formula is not None:
                composite(primitive, _distribution(name, formula, above, log))
            else:
                elementwise(primitive, *_slopes(name, -1 if above else 1, log))
        for method, above in (("ppf", False), ("isf", True)):
            primitive = _method(name, method, "q", shapes)
            if name in (*_QUANTILES, "norm", "lognorm"):
                composite(primitive, _quantile(name, above))
            else:
                elementwise(primitive, *_quantile_slopes(name, -1 if above else 1))


def _exponential(log_density: Formula) -> Formula:
    return lambda x, *args, **named: np.exp(log_density(x, *args, **named))


_enter()

# Discrete distributions: in their parameters


def _at(k: Any, loc: Any) -> Any:
    return k if loc is None else k - loc


def _log_of_binomial(n: Any, k: Any) -> Any:
    return sp.gammaln(n + 1) - sp.gammaln(k + 1) - sp.gammaln(n - k + 1)


_LOG_MASSES: dict[str, tuple[tuple[str, ...], Formula]] = {
    "poisson": (("mu",), lambda k, mu: call(sp.xlogy, k, mu) - mu - sp.gammaln(k + 1)),
    "binom": (
        ("n", "p"),
        lambda k, n, p: _log_of_binomial(n, k) + call(sp.xlogy, k, p) + call(sp.xlog1py, n - k, -p),
    ),
    "bernoulli": (("p",), lambda k, p: call(sp.xlogy, k, p) + call(sp.xlog1py, 1 - k, -p)),
    "nbinom": (
        ("n", "p"),
        lambda k, n, p: sp.gammaln(n + k) - sp.gammaln(k + 1) - sp.gammaln(n) + n * np.log(p) + call(sp.xlog1py, k, -p),
    ),
}
_SUMS: dict[str, Formula] = {
    "poisson": lambda k, mu: call(sp.gammaincc, np.floor(k) + 1, mu),
    "binom": lambda k, n, p: call(sp.betainc, n - np.floor(k), np.floor(k) + 1, 1 - p),
    "nbinom": lambda k, n, p: call(sp.betainc, n, np.floor(k) + 1, p),
    "bernoulli": lambda k, p: np.where(k >= 1, 1, np.where(k >= 0, 1 - p, 0 * p)),
}


def _mass(name: str, log: bool) -> Formula:
    shapes, formula = _LOG_MASSES[name]

    def value(k: Any, *args: Any, **named: Any) -> Any:
        loc = args[len(shapes)] if len(args) > len(shapes) else named.get("loc")
        at = _at(k, loc)
        inside = at.equals(np.floor(at)) & (at >= 0)
        if name in ("binom", "bernoulli"):
            inside = inside & (at <= (args[0] if name == "binom" else 1))
        found = np.where(inside, formula(np.where(inside, at, 0), *args[: len(shapes)]), -math.inf)
        return found if log else np.exp(found)

    return value


def _sum(name: str, above: bool, log: bool) -> Formula:
    shapes, formula = _LOG_MASSES[name][0], _SUMS[name]

    def value(k: Any, *args: Any, **named: Any) -> Any:
        loc = args[len(shapes)] if len(args) > len(shapes) else named.get("loc")
        found = formula(_at(k, loc), *args[: len(shapes)])
        found = 1 - found if above else found
        return np.log(found) if log else found

    return value


for _name, (_shapes, _) in _LOG_MASSES.items():
    composite(_method(_name, "logpmf", "k", _shapes, scaled=False), _mass(_name, True))
    composite(_method(_name, "pmf", "k", _shapes, scaled=False), _mass(_name, False))
    if _name in _SUMS:
        for _m, _above, _log in (
            ("cdf", False, False),
            ("sf", True, False),
            ("logcdf", False, True),
            ("logsf", True, True),
        ):
            composite(_method(_name, _m, "k", _shapes, scaled=False), _sum(_name, _above, _log))

# Of vectors


def _mvn(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    cov = term(cov)
    if rank(cov.kind) == 1:
        cov = np.diag(cov)
    elif rank(cov.kind) == 0:
        cov = cov * call(np.eye, length_along(x if rank(x.kind) else mean, -1))
    d = x if mean is None else x - mean
    lower = np.linalg.cholesky(0.5 * (cov + cov.T))
    white = np.linalg.solve(lower, d if rank(d.kind) == 1 else transposed(d))
    squares = np.sum(white * white, axis=0)
    size = np.shape(cov)[0]
    return -0.5 * squares - np.sum(np.log(np.diagonal(lower))) - HALF_LOG_TWO_PI * size


def _vector_kind(kinds: Kinds, params: Any) -> Kind:
    dims = array_dims(kinds[0])
    return Array("float64", None if dims is None else dims[:-1])


def _of_mvn(method: str) -> Any:
    bound = getattr(st.multivariate_normal, method)
    return primitive_for(
        bound,
        _vector_kind,
        name=f"scipy.stats.multivariate_normal.{method}",
        operands=("x", "mean", "cov"),
        call=_mvn_caller(bound),
    )


def _mvn_caller(bound: Any) -> Any:
    from ast_ad.rules.table import holes_filled

    def called(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        return bound(x, mean, cov, allow_singular)

    return holes_filled(called, ("x",))


composite(_of_mvn("logpdf"), _mvn)
composite(
    _of_mvn("pdf"),
    lambda x, mean=None, cov=1, allow_singular=False: np.exp(_mvn(x, mean, cov, allow_singular)),
)


def _dirichlet(x: Any, alpha: Any) -> Any:
    return sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha)) + np.sum(call(sp.xlogy, alpha - 1, x))


for _m in ("logpdf", "pdf"):
    _bound = getattr(st.dirichlet, _m)
    composite(
        primitive_for(
            _bound,
            lambda ks, p: Array("float64", ()),
            name=f"scipy.stats.dirichlet.{_m}",
            operands=("x", "alpha"),
            call=_bound,
        ),
        _dirichlet if _m == "logpdf" else (lambda x, alpha: np.exp(_dirichlet(x, alpha))),
    )
