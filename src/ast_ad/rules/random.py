"""Rules of NumPy's random draws: constants, but for what they are moved and scaled by.

A draw is a function of its parameters and of what the generator is about to give.  Where that function is known
(Devroye, "Non-uniform random variate generation", chapter II: inversion, families of location and scale), that is
differentiated, by the value drawn.  What is drawn by rejection, such as a gamma of some shape,
has no derivative by the parameter that decides what is rejected, and is refused; an integer has the derivative 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ast_ad.ir.kinds import FLOAT, INT, OPAQUE, Array, Dim, Kind, List, Opaque, Scalar, Static
from ast_ad.ir.primitives import HOLE, Kinds
from ast_ad.rules.arithmetic import divide
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.results import array_dims, broadcast, items_of, name_of
from ast_ad.rules.table import elementwise, nondifferentiable, primitive_for

Rule = Callable[..., Any]
GENERATOR, STATE = Opaque("np.random.Generator"), Opaque("np.random.RandomState")
_SOURCES: dict[str, Any] = {
    "np.random.Generator": np.random.Generator,
    "np.random.RandomState": np.random.RandomState,
    "np.random": np.random,
}


# Kinds


def shape_drawn(size: Kind | None) -> tuple[Dim, ...] | None:
    """The axes that the argument `size` asks for."""
    items = None if size is None else items_of(size)
    return (None,) * len(items) if items is not None else (None,) if isinstance(size, Scalar) else None


def _by_name(operands: tuple[str, ...], kinds: Kinds, params: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds of operands by the names of the parameters that they are passed for."""
    held = [name for name, value in params.items() if value is HOLE]
    split = len(kinds) - len(held)
    found = dict(zip(operands, kinds[:split], strict=False)) | dict(zip(held, kinds[split:], strict=True))
    return {name: kind for name, kind in found.items() if not isinstance(kind, Static)}


def _numbers(operands: tuple[str, ...], parameters: tuple[str, ...], dtype: str, python: bool = True) -> Any:
    """The kind of what is drawn number by number: one of Python where neither `size` nor a parameter has axes."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        found = _by_name(operands, kinds, params)
        asked = params.get("dtype")
        name = dtype if asked is None else np.dtype(asked).name
        if "size" in found:
            dims = shape_drawn(found["size"])
            return Array(name, dims, None if dims in ((), None) else False)
        dims = broadcast([found[p] for p in parameters if p in found])
        if dims == ():
            return FLOAT if dtype == "float64" else INT if python else Array(name, ())
        return Array(name, dims)

    return kind


def _vectors(operands: tuple[str, ...], parameter: str, dtype: str) -> Any:
    """The kind of vectors that are drawn: as long as a parameter, `size` of them."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        found = _by_name(operands, kinds, params)
        inner = array_dims(found[parameter])
        outer = shape_drawn(found["size"]) if "size" in found else ()
        return Array(dtype, None if outer is None or inner is None else (*outer, *inner[-1:]))

    return kind


def _chosen(operands: tuple[str, ...]) -> Any:
    """The kind of elements that are chosen from an array, or from the numbers below an integer."""

    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        found = _by_name(operands, kinds, params)
        source = found["a"]
        if isinstance(source, Opaque):
            return OPAQUE
        of_number = isinstance(source, Scalar)
        name = "int64" if of_number else name_of(source)
        rows = array_dims(source)
        outer = shape_drawn(found["size"]) if "size" in found else ()
        if of_number:
            return INT if outer == () else Array("int64", outer)
        if outer is None or not rows or params.get("axis"):
            return Array(name, None)
        return Array(name, (*outer, *rows[1:]))

    return kind


def _ordered(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of a permutation: of an array, or of the numbers below an integer."""
    source = kinds[-1]
    if isinstance(source, Opaque):
        return OPAQUE
    return Array("int64", (None,)) if isinstance(source, Scalar) else Array(name_of(source), array_dims(source))


# Partial derivatives


def refuse(name: str, which: str) -> Rule:
    """The partial derivative by a parameter that decides which draws are rejected."""

    def raises(*_: Any, **__: Any) -> Any:
        raise UnsupportedArgument(f"{name} has no derivative by its parameter {which!r}")

    return raises


def _moved(ans: Any, *parameters: Any) -> Any:
    return 1


def _scaled(ans: Any, loc: Any, scale: Any) -> Any:
    return divide(ans - loc, scale)


def _left(ans: Any, left: Any, mode: Any, right: Any) -> Any:
    below = 1 - (ans - left) / 2 * (divide(1, right - left) + divide(1, mode - left))
    return np.where(ans <= mode, below, divide((right - ans) / 2, right - left))


def _mode(ans: Any, left: Any, mode: Any, right: Any) -> Any:
    return np.where(ans <= mode, divide((ans - left) / 2, mode - left), divide((right - ans) / 2, right - mode))


def _right(ans: Any, left: Any, mode: Any, right: Any) -> Any:
    above = 1 - (right - ans) / 2 * (divide(1, right - left) + divide(1, right - mode))
    return np.where(ans <= mode, divide((ans - left) / 2, right - left), above)


_BY_LOCATION: dict[str, Rule | None] = {"loc": _moved, "scale": _scaled}
_BY_SCALE: dict[str, Rule | None] = {"scale": lambda ans, scale: divide(ans, scale)}
#: by name, the parameters of a draw and the partial derivatives by them; None where it is drawn by rejection
FAMILIES: dict[str, dict[str, Rule | None]] = {
    **dict.fromkeys(("normal", "laplace", "logistic", "gumbel"), _BY_LOCATION),
    "lognormal": {
        "mean": lambda ans, mean, sigma: ans,
        "sigma": lambda ans, mean, sigma: ans * divide(np.log(ans) - mean, sigma),
    },
    "uniform": {
        "low": lambda ans, low, high: divide(high - ans, high - low),
        "high": lambda ans, low, high: divide(ans - low, high - low),
    },
    **dict.fromkeys(("exponential", "rayleigh"), _BY_SCALE),
    "gamma": {"shape": None, "scale": lambda ans, shape, scale: divide(ans, scale)},
    "weibull": {"a": lambda ans, a: -divide(ans * np.log(ans), a)},
    "pareto": {"a": lambda ans, a: -divide((ans + 1) * np.log1p(ans), a)},
    "power": {"a": lambda ans, a: -divide(ans * np.log(ans), a)},
    "triangular": {"left": _left, "mode": _mode, "right": _right},
    "vonmises": {"mu": _moved, "kappa": None},
    "beta": {"a": None, "b": None},
    "chisquare": {"df": None},
    "f": {"dfnum": None, "dfden": None},
    "noncentral_chisquare": {"df": None, "nonc": None},
    "noncentral_f": {"dfnum": None, "dfden": None, "nonc": None},
    "standard_gamma": {"shape": None},
    "standard_t": {"df": None},
    "wald": {"mean": None, "scale": None},
    "standard_cauchy": {},
    "standard_exponential": {},
    "standard_normal": {},
    "random": {},
    "random_sample": {},
}
#: by name, the parameters of a draw of integers
COUNTS: dict[str, tuple[str, ...]] = {
    "binomial": ("n", "p"),
    "negative_binomial": ("n", "p"),
    "poisson": ("lam",),
    "geometric": ("p",),
    "hypergeometric": ("ngood", "nbad", "nsample"),
    "logseries": ("p",),
    "zipf": ("a",),
    "integers": ("low", "high"),
    "randint": ("low", "high"),
}
#: what defaults are where a call leaves a parameter out
_DEFAULTS = {"loc": 0.0, "scale": 1.0, "mean": 0.0, "sigma": 1.0, "low": 0.0, "high": 1.0, "lam": 1.0}


def _with_defaults(partial: Rule, names: tuple[str, ...], first: int) -> Rule:
    """A partial derivative for a call that leaves parameters out, behind `first` operands that are no parameters."""

    def whole(ans: Any, *operands: Any, size: Any = None, dtype: Any = None, method: Any = None, **held: Any) -> Any:
        given = dict(zip(names, operands[first:], strict=False)) | held
        return partial(ans, *(given.get(name, _DEFAULTS.get(name)) for name in names))

    return whole


def _enter(home: str, source: Any) -> None:
    """The draws of one class or module."""
    of_class = isinstance(source, type)
    own = ("self",) if of_class else ()

    def entered(name: str, operands: tuple[str, ...], kinds: Any) -> Any:
        path = f"{home}.{name}"
        return primitive_for(getattr(source, name), kinds, name=path, operands=operands, effect=True, method=of_class)

    for name, parameters in FAMILIES.items():
        if hasattr(source, name):
            operands = (*own, *parameters, "size")
            primitive = entered(name, operands, _numbers(operands, tuple(parameters), "float64"))
            if not parameters:
                nondifferentiable(primitive)
                continue
            known = [partial or refuse(f"{home}.{name}", word) for word, partial in parameters.items()]
            partials = [_with_defaults(partial, tuple(parameters), len(own)) for partial in known]
            elementwise(primitive, *(None for _ in own), *partials, None)
    for name, words in COUNTS.items():
        if hasattr(source, name):
            operands = (*own, *words, "size")
            nondifferentiable(entered(name, operands, _numbers(operands, words, "int64", name != "integers")))
    for name, parameter, dtype in (("multinomial", "pvals", "int64"), ("dirichlet", "alpha", "float64")):
        operands = (*own, *(["n"] if name == "multinomial" else []), parameter, "size")
        primitive = entered(name, operands, _vectors(operands, parameter, dtype))
        if dtype == "int64":
            nondifferentiable(primitive)
        else:
            elementwise(primitive, *(None for _ in own), refuse(f"{home}.{name}", parameter), None)
    operands = (*own, "mean", "cov", "size")
    primitive = entered("multivariate_normal", operands, _vectors(operands, "mean", "float64"))
    partials = [_with_defaults(_moved, ("mean",), len(own)), refuse(f"{home}.multivariate_normal", "cov")]
    elementwise(primitive, *(None for _ in own), *partials, None)
    operands = (*own, "a", "size", "p")
    nondifferentiable(entered("choice", operands, _chosen(operands)))
    nondifferentiable(entered("permutation", (*own, "x"), _ordered))
    for name in ("rand", "randn"):
        if hasattr(source, name):
            nondifferentiable(entered(name, (), _plain_sizes(len(own))))
    for name in ("seed", "bytes"):
        if hasattr(source, name):
            nondifferentiable(entered(name, (*own, "seed" if name == "seed" else "length"), lambda ks, p: OPAQUE))


def _plain_sizes(first: int) -> Any:
    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        return Array("float64", (None,) * (len(kinds) - first)) if len(kinds) > first else FLOAT

    return kind


for _home, _source in _SOURCES.items():
    _enter(_home, _source)

# Generators

nondifferentiable(
    np.random.default_rng, operands=("seed",), effect=True, kinds=lambda ks, p: GENERATOR, name="np.random.default_rng"
)
nondifferentiable(
    np.random.Generator,
    operands=("bit_generator",),
    effect=True,
    kinds=lambda ks, p: GENERATOR,
    name="np.random.Generator",
)
nondifferentiable(
    np.random.RandomState, operands=("seed",), effect=True, kinds=lambda ks, p: STATE, name="np.random.RandomState"
)
for _name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "SeedSequence"):
    nondifferentiable(
        getattr(np.random, _name),
        operands=("entropy" if _name == "SeedSequence" else "seed",),
        effect=True,
        kinds=lambda ks, p: OPAQUE,
        name=f"np.random.{_name}",
    )
nondifferentiable(
    primitive_for(
        np.random.Generator.spawn,
        lambda ks, p: List(GENERATOR),
        name="np.random.Generator.spawn",
        operands=("self", "n_children"),
        effect=True,
        method=True,
    )
)
