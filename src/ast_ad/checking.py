"""Hold derivatives against their definition: central differences, and the dot-product test between the two modes.

    jvp    df(x; t) = (f(x + h t) - f(x - h t)) / 2h           for a random direction t in each argument
    vjp    <ct, df(x; t)> = <vjp(ct), t>                        for a random cotangent ct of the result

The derivative of order n + 1 that is checked is that of the gradient of a weighted sum of what order n returned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ast_ad.derivative import Derivative, call_with_tangents
from ast_ad.errors import WrongArgument
from ast_ad.vectors import entries_of, flatten, leaves, unflatten
from ast_ad.wrappers import signature_of

_MODES = ("fwd", "rev")
_COORDINATES = 1000  # that are tried to find the entry to blame
_CANCELLED = 100  # roundings that a sum may be off by
_SMALLEST = 0.1  # a coordinate is moved by the step times its size, or times this


class Tolerance(NamedTuple):
    """What a precision allows: the step and the tolerances of differences, and that of exact products."""

    step: float
    difference: float
    product: float


_TOLERANCES = {
    "float64": Tolerance(6e-6, 1e-6, 1e-10),
    "float32": Tolerance(5e-3, 1e-2, 1e-4),
    "float16": Tolerance(1e-1, 1e-1, 3e-2),
}


class Comparison(NamedTuple):
    """One derivative beside what it should be, at the entries where they differ most.

    `entry` is the place in the argument and `result` that in the result; "" where there is one only, or where the
    comparison holds and no entry is to blame.
    """

    order: int
    mode: str
    argument: str
    entry: str
    result: str
    derivative: float | complex
    reference: float | complex
    difference: float
    allowed: float
    step: float | None

    @property
    def holds(self) -> bool:
        """Whether the two agree; nan never does, unless both are."""
        return self.difference == 0 or self.difference <= self.allowed


def check_grads(
    fun: Any,
    args: Sequence[Any],
    order: int = 2,
    modes: str | Sequence[str] = _MODES,
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
) -> None:
    """Raise AssertionError unless the derivatives of `fun` at `args`, up to an order, are what differences say.

    `modes` names what is checked: "fwd" (jvp), "rev" (vjp) or both.  `atol` and `rtol` are the tolerances and `eps` is
    the step of the differences; by default they follow the precision of the arguments and results.  The directions
    are random and the same in each call.  The error names the argument, entry, mode and order.

    >>> import ast_ad
    >>> def cube(x):
    ...     return x**3
    >>> ast_ad.check_grads(cube, (2.0,))
    """
    for one in comparisons(fun, args, order=order, modes=modes, atol=atol, rtol=rtol, eps=eps):
        if not one.holds:
            raise AssertionError(report(one, getattr(fun, "__name__", repr(fun))))


def report(one: Comparison, name: str) -> str:
    """What is wrong, in words."""
    way = {"fwd": "forward", "rev": "reverse"}[one.mode]
    entry = f", entry {one.entry}" if one.entry else ""
    result = f" of entry {one.result} of the result" if one.result else ""
    here, there = ("jvp", "central differences") if one.mode == "fwd" else ("vjp", "jvp")
    if one.mode == "rev" and one.step is not None:
        there = "central differences"
    step = f" The step was {one.step:.2g}." if one.step is not None else ""
    return (
        f"the derivative of {name} is wrong: {way} mode, order {one.order}, argument {one.argument!r}{entry}\n"
        f"    {here}{result} gives {one.derivative:.8g}, {there} {one.reference:.8g}.\n"
        f"    They differ by {one.difference:.3g}; {one.allowed:.3g} is allowed.{step}"
    )


def comparisons(
    fun: Any,
    args: Sequence[Any],
    *,
    kwargs: Mapping[str, Any] | None = None,
    wrt: Sequence[int] | None = None,
    order: int = 2,
    modes: str | Sequence[str] = _MODES,
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
) -> Iterator[Comparison]:
    """The comparisons that `check_grads` makes, by order, mode and argument; `wrt` are the places of those to check."""
    if not isinstance(args, (tuple, list)):
        raise WrongArgument(
            f"check_grads takes the arguments as a tuple or list, not {type(args).__name__}",
            remedy="Write check_grads(f, (x,)).",
        )
    wanted: tuple[str, ...] = (modes,) if isinstance(modes, str) else tuple(modes)
    if not wanted or not set(wanted) <= set(_MODES):
        raise WrongArgument(f"check_grads has no modes {modes!r}", remedy='They are "fwd", "rev" or both of them.')
    if order < 1:
        raise WrongArgument(f"check_grads takes an order from 1 up, not {order!r}")
    places = tuple(range(len(args))) if wrt is None else tuple(wrt)
    return _comparisons(fun, (tuple(args), dict(kwargs or {})), places, order, wanted, (atol, rtol, eps))


def _comparisons(
    fun: Any,
    call: tuple[tuple[Any, ...], dict[str, Any]],
    places: tuple[int, ...],
    order: int,
    modes: tuple[str, ...],
    chosen: tuple[float | None, float | None, float | None],
) -> Iterator[Comparison]:
    for level in range(1, order + 1):
        point = _Point(fun, call, places, level, chosen)
        for mode in modes:
            for place in places:
                yield point.forward(place) if mode == "fwd" else point.reverse(place, "fwd" in modes)
        if level < order:
            fun = Derivative(_weighted(fun, call, point.value, level), "grad", places)
            call = (call[0], {})


class _Point:
    """A function, the arguments where it is checked, and what is allowed there."""

    def __init__(
        self,
        fun: Any,
        call: tuple[tuple[Any, ...], dict[str, Any]],
        places: tuple[int, ...],
        order: int,
        chosen: tuple[float | None, float | None, float | None],
    ) -> None:
        self.fun, self.places, self.order = fun, places, order
        self.args, self.kwargs = args, kwargs = call
        self.value = fun(*args, **kwargs)
        dtypes = [np.asarray(leaf).dtype for _, leaf in (*leaves(args, ""), *leaves(self.value, ""))]
        widest = min((_precision(d) for d in dtypes), default="float64", key=lambda d: int(d[5:]))
        self.tolerance = _TOLERANCES[widest]
        atol, rtol, eps = chosen
        self.atol = self.tolerance.difference if atol is None else atol
        self.rtol = self.tolerance.difference if rtol is None else rtol
        self.step = self.tolerance.step if eps is None else eps
        self.resolution = float(np.finfo(widest).eps)
        self.given = None if atol is None and rtol is None else (atol or 0.0, rtol or 0.0)
        self.draws = np.random.default_rng(order)
        self.names = _names(fun, len(args))
        self._products: Any = None
        self._pulled: Any = None
        self.ct = self.draw(self.value) if flatten(self.value).size > 1 else unflatten(np.ones(1), self.value)
        # of a product with the cotangent, where terms as large as the value cancel
        finite = np.nan_to_num(abs(flatten(self.value)), posinf=0.0)
        self.rounding = _CANCELLED * self.resolution * float(np.sum(abs(flatten(self.ct)))) * np.max(finite, initial=0)

    def draw(self, like: Any) -> Any:
        """Random numbers in the structure of a value."""
        flat = flatten(like)
        found = self.draws.normal(size=flat.size).astype(flat.dtype)
        if flat.dtype.kind == "c":
            found = found + 1j * self.draws.normal(size=flat.size)
        return unflatten(found, like)

    def direction(self, place: int) -> Any:
        """A random direction of one argument, in proportion to its entries."""
        arg = self.args[place]
        flat = flatten(arg)
        sizes = np.where(np.isfinite(flat), abs(flat), 0)
        return unflatten(flatten(self.draw(arg)) * np.maximum(sizes, _SMALLEST), arg)

    def along(self, place: int, direction: Any) -> Any:
        """The directional derivative by jvp, as a vector."""
        zeros = [unflatten(0 * flatten(self.args[k]), self.args[k]) for k in self.places]
        zeros[self.places.index(place)] = direction
        if self._products is None:
            self._products = Derivative(self.fun, "jvp", self.places).entered(self.args, self.kwargs)
        entry, args, kwargs = self._products
        moved = call_with_tangents(entry.functions[0], args, zeros, kwargs)[1]
        here = {path for path, _ in leaves(self.value, "")}  # and not what integers move by
        return flatten([leaf for path, leaf in leaves(moved, "") if path in here])

    def differences(self, place: int, direction: Any) -> tuple[Any, float]:
        """The directional derivative by central differences, and the part of it that is rounding."""
        arg, flat = self.args[place], flatten(direction)

        def moved(h: float) -> Any:
            there = unflatten(flatten(arg) + h * flat, arg)
            args = (*self.args[:place], there, *self.args[place + 1 :])
            return flatten(self.fun(*args, **self.kwargs))

        above, below = moved(self.step), moved(-self.step)
        if not flat.size:
            return np.zeros_like(above), 0.0
        size = float(np.max(abs(above), initial=0.0))
        return (above - below) / (2 * self.step), 10 * self.resolution * size / self.step

    def pulled(self, place: int) -> Any:
        """The cotangent of an argument by vjp, as a vector."""
        if self._pulled is None:
            entry, args, kwargs = Derivative(self.fun, "vjp", self.places).entered(self.args, self.kwargs)
            forward, back = entry.functions
            _, residual = forward(*args, **kwargs)
            self._pulled = back(residual, self.ct)
        return flatten(self._pulled[self.places.index(place)])

    def forward(self, place: int) -> Comparison:
        """jvp against differences."""
        one = self.compare_along(place, self.direction(place))
        if one.holds:
            return one
        found = (self.compare_along(place, unit, entry) for entry, unit in self.units(place))
        return max(found, key=_excess, default=one)

    def compare_along(self, place: int, direction: Any, entry: str = "") -> Comparison:
        """jvp against differences along one direction, at the entry of the result where they differ most."""
        got = self.along(place, direction)
        expected, rounding = self.differences(place, direction)
        if got.shape != expected.shape:
            raise AssertionError(f"jvp of {_name(self.fun)} gives {got.size} numbers for a result of {expected.size}")
        difference = _differences(got, expected)
        allowed = np.nan_to_num(self.atol + self.rtol * abs(expected) + rounding, nan=self.atol)
        k = int(np.argmax(difference - allowed)) if difference.size else 0
        places = [p for p, _ in entries_of(self.value)]
        result = places[k] if len(places) > 1 else ""
        if not difference.size:
            return self.comparison("fwd", place, entry, "", 0.0, 0.0, 0.0, self.atol, self.step)
        return self.comparison("fwd", place, entry, result, got[k], expected[k], difference[k], allowed[k], self.step)

    def reverse(self, place: int, exact: bool) -> Comparison:
        """vjp against jvp in the dot-product test, or against differences where jvp is not to be trusted."""
        one = self.compare_products(place, self.direction(place), exact)
        if one.holds:
            return one
        found = (self.compare_products(place, unit, exact, entry) for entry, unit in self.units(place))
        return max(found, key=_excess, default=one)

    def compare_products(self, place: int, direction: Any, exact: bool, entry: str = "") -> Comparison:
        """Both sides of <ct, J t> = <J^T ct, t>."""
        rounding = 0.0
        if exact:
            dot = self.along(place, direction)
        else:
            dot, rounding = self.differences(place, direction)
        ct, bar, t = flatten(self.ct), self.pulled(place), flatten(direction)
        if bar.shape != t.shape:
            raise AssertionError(
                f"vjp of {_name(self.fun)} gives {bar.size} numbers for argument {self.names[place]!r} of {t.size}"
            )
        got, expected = float(np.sum(bar * t).real), float(np.sum(ct * dot).real)
        size = float(np.sum(abs(ct * dot)) + np.sum(abs(bar * t)))
        if exact:
            allowed = self.tolerance.product * size + self.rounding
            if self.given is not None:
                allowed = max(allowed, self.given[0] + self.given[1] * abs(expected))
        else:
            allowed = self.atol + self.rtol * size + rounding * float(np.sum(abs(ct)))
        difference = float(_differences(np.array(got), np.array(expected)))
        step = None if exact else self.step
        return self.comparison("rev", place, entry, "", got, expected, difference, allowed, step)

    def units(self, place: int) -> Iterator[tuple[str, Any]]:
        """Each coordinate of an argument by itself, as far as it is worth while; both parts of complex numbers."""
        arg = self.args[place]
        flat = flatten(arg)
        for k, (entry, leaf) in enumerate(entries_of(arg)):
            if k == _COORDINATES:
                return
            for part in (1, 1j) if flat.dtype.kind == "c" and np.iscomplexobj(leaf) else (1,):
                unit = 0 * flat
                unit[k] = part
                yield entry, unflatten(unit, arg)

    def comparison(
        self,
        mode: str,
        place: int,
        entry: str,
        result: str,
        got: Any,
        expected: Any,
        difference: float,
        allowed: float,
        step: float | None,
    ) -> Comparison:
        """The comparison of two numbers, by name."""
        return Comparison(
            self.order,
            mode,
            self.names[place],
            entry,
            result,
            got.item() if isinstance(got, np.generic) else got,
            expected.item() if isinstance(expected, np.generic) else expected,
            float(difference),
            float(allowed),
            step,
        )


def _excess(one: Comparison) -> float:
    return math.inf if math.isnan(one.difference) else one.difference - one.allowed


def _differences(got: Any, expected: Any) -> Any:
    """How far apart numbers are: 0 where both are nan or the same infinity."""
    with np.errstate(invalid="ignore"):
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        return np.where(same, 0.0, np.where(np.isnan(got) | np.isnan(expected), np.inf, abs(got - expected)))


def _weighted(fun: Any, call: tuple[tuple[Any, ...], dict[str, Any]], value: Any, level: int) -> Callable[..., Any]:
    """The sum of all numbers that a function returns, times fixed weights: as a text, for it is differentiated."""
    args, kwargs = call
    one = not isinstance(value, (dict, list, tuple)) and np.size(value) == 1
    if not kwargs and one and not np.iscomplexobj(value):
        return fun  # type: ignore[no-any-return]
    from ast_ad.backend.load import load

    draws = np.random.default_rng(len(args))
    names = [f"x{k}" for k in range(len(args))]
    namespace: dict[str, Any] = {"np": np, "fun": fun}
    given = [*names, *(f"{name}={name}_" for name in kwargs)]
    namespace.update((f"{name}_", value) for name, value in kwargs.items())
    terms = []
    for k, (path, leaf) in enumerate(leaves(value, "out")):
        weight = f"w{level}_{k}"
        namespace[weight] = draws.normal(size=np.shape(leaf)).astype(np.asarray(leaf).dtype)[()]
        product = f"{weight} * {path}"
        terms.append(f"np.sum(np.real({product}))" if np.iscomplexobj(leaf) else f"np.sum({product})")
    lines = [
        f"def weighted({', '.join(names)}):",
        f"    out = fun({', '.join(given)})",
        f"    return {' + '.join(terms) or '0.0'}",
        "",
    ]
    return load("\n".join(lines), "weighted", namespace)


def is_differentiable(value: Any) -> bool:
    """Whether a value holds a float or a complex number, as other arguments of a program do not."""
    return any(not isinstance(leaf, int) for _, leaf in leaves(value, ""))


def _precision(dtype: Any) -> str:
    """The name of the real dtype with the precision of a dtype."""
    if dtype.kind not in "fc":
        return "float64"
    name = np.finfo(dtype).dtype.name
    return name if name in _TOLERANCES else "float64"


def _name(fun: Any) -> str:
    return getattr(fun, "__name__", None) or repr(fun)


def _names(fun: Any, count: int) -> list[str]:
    """The names of the parameters that positional arguments are for."""

    try:
        parameters = list(signature_of(fun).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL][:count]
    star = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "args")
    return [*names, *(f"{star}[{k}]" for k in range(count - len(names)))]
