"""What the rules of random draws share: entering the methods of a class of generators, or the functions of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ast_ad.ir.primitives import Primitive
from ast_ad.rules.binding import UnsupportedArgument
from ast_ad.rules.table import elementwise, nondifferentiable, primitive_for

Rule = Callable[..., Any]
#: by name, the parameters of a draw and the partial derivatives by them; None where it is drawn by rejection
Families = Mapping[str, Mapping[str, Rule | None]]
#: what parameters are that a call leaves out
_DEFAULTS = {
    **dict.fromkeys(("loc", "mean", "low", "mu"), 0.0),
    **dict.fromkeys(("scale", "sigma", "high", "lam", "lambd"), 1.0),
}


class Source:
    """A class of generators or a module with draws, by the path that it is written with.

    `own` are the operands that come before a draw's parameters: a method has the generator there.
    """

    def __init__(self, path: str, home: Any) -> None:
        self.path, self.home = path, home
        self.is_class = isinstance(home, type)
        self.own = ("self",) if self.is_class else ()

    def __contains__(self, name: str) -> bool:
        return hasattr(self.home, name)

    def enter(self, name: str, parameters: tuple[str, ...], kinds: Any) -> Primitive:
        """The primitive of a draw, which happens once and in its place."""
        return primitive_for(
            getattr(self.home, name),
            kinds,
            name=f"{self.path}.{name}",
            operands=(*self.own, *parameters),
            effect=True,
            method=self.is_class,
        )

    def constant(self, name: str, parameters: tuple[str, ...], kinds: Any) -> None:
        """A draw whose derivative is zero: of integers, or without parameters."""
        nondifferentiable(self.enter(name, parameters, kinds))

    def moving(self, name: str, partials: Mapping[str, Rule | None], more: tuple[str, ...], kinds: Any) -> None:
        """A draw with a partial derivative for each parameter; `more` are operands behind these."""
        words = tuple(partials)
        primitive = self.enter(name, (*words, *more), kinds)
        if not words:
            nondifferentiable(primitive)
            return
        known = [partial or _refusal(primitive, word) for word, partial in partials.items()]
        whole = [_with_defaults(partial, words, len(self.own)) for partial in known]
        elementwise(primitive, *(None for _ in self.own), *whole, *(None for _ in more))


def _refusal(primitive: Primitive, which: str) -> Rule:
    """The partial derivative by a parameter that decides which draws are rejected."""

    def refuse(*_: Any) -> Any:
        raise UnsupportedArgument(f"{primitive.name} has no derivative by its parameter {which!r}")

    return refuse


def _with_defaults(partial: Rule, names: tuple[str, ...], first: int) -> Rule:
    """A partial derivative for a call that leaves parameters out, behind `first` operands that are no parameters.

    `size`, `dtype` and `method` say how many are drawn, in which dtype and how, which changes no derivative.
    """

    def whole(ans: Any, *operands: Any, size: Any = None, dtype: Any = None, method: Any = None, **held: Any) -> Any:
        given = dict(zip(names, operands[first:], strict=False)) | held
        return partial(ans, *(given.get(name, _DEFAULTS.get(name)) for name in names))

    return whole
