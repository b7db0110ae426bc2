"""Rules of NumPy's random draws: constants, but for what they are moved and scaled by.

A draw is a function of its parameters and of what the generator is about to give.  Where that function is known
(Devroye, "Non-uniform random variate generation", chapter II: inversion, families of location and scale), that is
differentiated, by the value drawn.  What is drawn by rejection, such as a gamma of some shape,
has no derivative by the parameter that decides what is rejected, and is refused; an integer has the derivative 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad.ir.kinds import FLOAT, INT, OPAQUE, Array, Dim, Kind, List, Opaque, Scalar, Static
from ast_ad.ir.primitives import HOLE, Kinds
from ast_ad.rules.arithmetic import divide
from ast_ad.rules.drawn import Families, Rule, Source
from ast_ad.rules.results import array_dims, broadcast, items_of, name_of
from ast_ad.rules.table import nondifferentiable

GENERATOR, STATE = Opaque("np.random.Generator"), Opaque("np.random.RandomState")


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
FAMILIES: Families = {
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


def _enter(source: Source) -> None:
    """The draws of one class or module."""
    own = source.own
    for name, partials in FAMILIES.items():
        if name in source:
            words = tuple(partials)
            source.moving(name, partials, ("size",), _numbers((*own, *words, "size"), words, "float64"))
    for name, words in COUNTS.items():
        if name in source:
            operands = (*words, "size")
            source.constant(name, operands, _numbers((*own, *operands), words, "int64", name != "integers"))
    vectors: Families = {"dirichlet": {"alpha": None}, "multivariate_normal": {"mean": _moved, "cov": None}}
    for name, partials in vectors.items():
        kinds = _vectors((*own, *partials, "size"), next(iter(partials)), "float64")
        source.moving(name, partials, ("size",), kinds)
    operands = ("n", "pvals", "size")
    source.constant("multinomial", operands, _vectors((*own, *operands), "pvals", "int64"))
    operands = ("a", "size", "p")
    source.constant("choice", operands, _chosen((*own, *operands)))
    source.constant("permutation", ("x",), _ordered)
    for name, parameters, kinds in (
        ("rand", (), _plain_sizes(len(own))),
        ("randn", (), _plain_sizes(len(own))),
        ("seed", ("seed",), lambda ks, p: OPAQUE),
        ("bytes", ("length",), lambda ks, p: OPAQUE),
    ):
        if name in source:
            nondifferentiable(source.enter(name, parameters, kinds))


def _plain_sizes(first: int) -> Any:
    def kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        return Array("float64", (None,) * (len(kinds) - first)) if len(kinds) > first else FLOAT

    return kind


_GENERATOR = Source("np.random.Generator", np.random.Generator)
for _source in (_GENERATOR, Source("np.random.RandomState", np.random.RandomState), Source("np.random", np.random)):
    _enter(_source)

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
_GENERATOR.constant("spawn", ("n_children",), lambda ks, p: List(GENERATOR))
