"""Distributions of `scipy.stats` with their parameters: `norm(loc, s).logpdf(x)` is `norm.logpdf(x, loc, s)`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ast_ad.errors import NoDerivative
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.captures import captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.signature import is_distribution
from ast_ad.frontend.values import Product, Static, Value

_METHODS = (
    *("cdf", "entropy", "isf", "logcdf", "logpdf", "logpmf", "logsf", "mean"),
    *("pdf", "pmf", "ppf", "sf", "std", "var"),
)


def frozen(lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Product:
    """The distribution with these parameters; its methods are those of the distribution itself."""
    distribution = function.obj

    def method(name: str) -> Product:
        bound = Static(getattr(distribution, name), f"{function.name}.{name}", (*function.path, ("attr", name)))

        def call(lo: Lowering, own: list[Value], words: dict[str, Value], wish: str) -> Value:
            return call_value(lo, bound, [*own, *args], {**words, **kwargs}, wish)

        return Product(call, bound.name)

    def again(lo: Lowering, own: list[Value], words: dict[str, Value], wish: str) -> Value:
        raise lo.error(NoDerivative, "a distribution with its parameters is no function", remedy="Call its methods.")

    known = [name for name in _METHODS if hasattr(distribution, name)]
    return Product(again, function.name, {name: method(name) for name in known})


def is_method_of_frozen(obj: Any) -> bool:
    """Whether this is a method of a distribution that was given its parameters outside."""
    stats = sys.modules.get("scipy.stats")
    owner = getattr(obj, "__self__", None)
    if stats is None or not isinstance(owner, type(stats.norm())) or obj.__name__ not in _METHODS:
        return False
    return is_distribution(getattr(stats, owner.dist.name, None))


def call_method_of_frozen(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Value:
    """Call it with the parameters, which are read again at each call."""
    import scipy.stats

    owner, path = function.obj.__self__, function.path[:-1]
    bound = getattr(getattr(scipy.stats, owner.dist.name), function.obj.__name__)

    def part(value: Any, *steps: Any) -> Value:
        word = steps[-1][1]
        title = word if isinstance(word, str) else "parameter"
        return captured(lo, (*path, *steps), value, title) if path else static(value)

    given = [part(v, ("attr", "args"), ("item", k)) for k, v in enumerate(owner.args)]
    words = {k: part(v, ("attr", "kwds"), ("item", k)) for k, v in owner.kwds.items()}
    return call_value(lo, Static(bound, function.name), [*args, *given], {**kwargs, **words}, name)
