"""Derivatives of the user's own: `custom_vjp` and `custom_jvp`, with JAX's names and semantics."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from ast_ad.errors import WrongArgument
from ast_ad.wrappers import Wrapper, signature_of


class _Custom(Wrapper):
    """A function with a rule that stands for its derivative."""

    mode = ""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        super().__init__(fun)
        self.nondiff_argnums = tuple(nondiff_argnums)
        self.rules: tuple[Any, ...] = ()
        self.each = False
        self.count = len(signature_of(fun).parameters)
        for place in self.nondiff_argnums:
            if not 0 <= place < self.count:
                raise WrongArgument(f"nondiff_argnums={place} is out of range for {fun.__name__}")

    def made_again(self) -> Any:
        """What pickle needs to make it: the function, and its rule as its state."""
        state = {"rules": self.rules, "each": self.each}
        return type(self), (self.fun, self.nondiff_argnums), state

    @property
    def __ast_ad_custom__(self) -> tuple[str, Any, tuple[Any, ...], tuple[int, ...]]:
        """(mode, function, rules, places that the rule has no derivative by), for the compiler."""
        return self.mode, self.fun, self.rules, self.nondiff_argnums

    def _check(self, rule: Any, count: int, what: str) -> None:
        """Raise WrongArgument unless a rule can be called with that many arguments."""
        if not callable(rule):
            raise WrongArgument(f"the rule {what} of {self!r} is no function, but {type(rule).__name__}")
        try:
            inspect.signature(rule).bind(*[None] * count)
        except TypeError:
            name = getattr(rule, "__name__", what)
            raise WrongArgument(
                f"{name}, the rule {what} of {self!r}, cannot be called with {count} arguments",
                remedy=f"Write def {name}({self._signature(what)}).",
            ) from None

    def _signature(self, what: str) -> str:
        names = list(signature_of(self.fun).parameters)
        fixed = [names[place] for place in self.nondiff_argnums]
        words = {"fwd": names, "bwd": [*fixed, "residual", "out_bar"], "jvp": [*fixed, "primals", "tangents"]}
        rest = [name for place, name in enumerate(names) if place not in self.nondiff_argnums]
        return ", ".join(words.get(what, [*fixed, "t", "ans", *rest]))


class custom_vjp(_Custom):
    """A function with a reverse-mode derivative of the user's own: `f.defvjp(fwd, bwd)`.

    `fwd` takes the arguments of `f` and returns (out, residual); `bwd(residual, out_bar)` returns a tuple with a
    cotangent, or None for zeros, for each argument.  Arguments at `nondiff_argnums` are not differentiated by and come
    first in `bwd`.  Both are read like `f` itself, so that derivatives of any order exist; forward mode is an error.

    >>> import math
    >>> @custom_vjp
    ... def safe_sqrt(x):
    ...     return math.sqrt(x)
    >>> def safe_sqrt_fwd(x):
    ...     y = math.sqrt(x)
    ...     return y, y
    >>> def safe_sqrt_bwd(y, y_bar):
    ...     return (y_bar / (2 * y + 1e-3),)
    >>> safe_sqrt.defvjp(safe_sqrt_fwd, safe_sqrt_bwd)
    >>> from ast_ad import grad
    >>> grad(safe_sqrt)(0.0)
    1000.0
    """

    mode, word = "vjp", "custom_vjp"

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Say how the function is differentiated in reverse mode."""
        self._check(fwd, self.count, "fwd")
        self._check(bwd, len(self.nondiff_argnums) + 2, "bwd")
        self.rules = (fwd, bwd)


class custom_jvp(_Custom):
    """A function with a derivative of the user's own for both modes: `f.defjvp(rule)` or `f.defjvps(*rules)`.

    `rule(primals, tangents)` returns (out, tangent of out), linear in the tangents: reverse mode transposes it.
    Arguments at `nondiff_argnums` are not differentiated by and come first.

    >>> import math
    >>> @custom_jvp
    ... def square(x):
    ...     return x * x
    >>> @square.defjvp
    ... def square_jvp(primals, tangents):
    ...     (x,), (x_dot,) = primals, tangents
    ...     return square(x), 2 * x * x_dot
    >>> from ast_ad import grad
    >>> grad(square)(3.0), grad(grad(square))(3.0)
    (6.0, 2.0)
    """

    mode, word = "jvp", "custom_jvp"

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Give the rule; returns it, so that it serves as a decorator."""
        self._check(rule, len(self.nondiff_argnums) + 2, "jvp")
        self.rules, self.each = (rule,), False
        return rule

    def defjvps(self, *rules: Callable[..., Any] | None) -> None:
        """Give a rule for each argument: `rule(t, ans, *primals)` is its share of the tangent; None for none."""
        wanted = self.count - len(self.nondiff_argnums)
        if len(rules) != wanted:
            raise WrongArgument(f"defjvps of {self!r} takes {wanted} rules, one for each argument, not {len(rules)}")
        for place, rule in enumerate(rules):
            if rule is not None:
                self._check(rule, self.count + 2, f"of argument {place}")
        self.rules, self.each = tuple(rules), True
