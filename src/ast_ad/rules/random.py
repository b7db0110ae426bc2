"""Rules of random draws: constants, but for what they are moved and scaled by (reparametrisation)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.ir.kinds import Array, Scalar, broadcast_dims
from ast_ad.rules.arithmetic import divide_or_zero
from ast_ad.rules.results import array_dims, items_of
from ast_ad.rules.table import elementwise, nondifferentiable, primitive_for


def _kind(has_self: bool) -> Any:
    def kind(kinds: Any, params: Any) -> Any:
        numbers = list(kinds[1:] if has_self else kinds)
        if "size" in params or len(numbers) > 2:
            size = numbers.pop() if len(numbers) > 2 else None
            items = None if size is None else items_of(size)
            length = len(items) if items is not None else 1 if isinstance(size, Scalar) else None
            return Array("float64", None if length is None else (None,) * length)
        dims = broadcast_dims([Array(None, array_dims(k)) for k in numbers])
        return Scalar("float") if dims == () else Array("float64", dims)

    return kind


def _moved(ans: Any, *args: Any) -> Any:
    return 1


def _scaled(ans: Any, self: Any, loc: Any, scale: Any, size: Any = None) -> Any:
    return divide_or_zero(ans - loc, scale)


def _only_scaled(ans: Any, self: Any, scale: Any, size: Any = None) -> Any:
    return divide_or_zero(ans, scale)


def _low(ans: Any, self: Any, low: Any, high: Any, size: Any = None) -> Any:
    return divide_or_zero(high - ans, high - low)


def _high(ans: Any, self: Any, low: Any, high: Any, size: Any = None) -> Any:
    return divide_or_zero(ans - low, high - low)


_BY_LOCATION = (_moved, _scaled)
_DRAWS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(["normal", "laplace", "logistic", "gumbel"], _BY_LOCATION),
    **dict.fromkeys(["exponential", "rayleigh"], (_only_scaled,)),
    "uniform": (_low, _high),
    "lognormal": (
        lambda ans, self, mean, sigma, size=None: ans,
        lambda ans, self, mean, sigma, size=None: ans * divide_or_zero(np.log(ans) - mean, sigma),
    ),
}
_CONSTANT = [
    "standard_normal",
    "standard_exponential",
    "standard_cauchy",
    "random",
    "integers",
    "choice",
    "permutation",
    "binomial",
    "poisson",
]

for _name, _partials in _DRAWS.items():
    _method = getattr(np.random.Generator, _name)
    elementwise(
        primitive_for(_method, _kind(True), name=f"np.random.Generator.{_name}", effect=True),
        None,
        *_partials,
        None,
    )

    def _without_self(partial: Any) -> Any:
        return lambda ans, *args: partial(ans, None, *args)

    elementwise(
        primitive_for(getattr(np.random, _name), _kind(False), name=f"np.random.{_name}", effect=True),
        *map(_without_self, _partials),
        None,
    )
for _name in _CONSTANT:
    nondifferentiable(
        getattr(np.random.Generator, _name),
        name=f"np.random.Generator.{_name}",
        effect=True,
        kinds=lambda ks, p: Array(None, None),
    )
    if hasattr(np.random, _name):
        nondifferentiable(
            getattr(np.random, _name), name=f"np.random.{_name}", effect=True, kinds=lambda ks, p: Array(None, None)
        )
nondifferentiable(
    np.random.rand,
    np.random.randn,
    np.random.randint,
    np.random.seed,
    effect=True,
    kinds=lambda ks, p: Array(None, None),
)
