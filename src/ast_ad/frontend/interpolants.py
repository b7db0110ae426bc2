"""Splines of `scipy.interpolate`: `CubicSpline(x, y)` made in the program, and splines made outside."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ast_ad.errors import NoDerivative
from ast_ad.frontend.captures import capture_variable
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.library import as_array
from ast_ad.frontend.values import Product, Static, Value, describe
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Lit
from ast_ad.ir.kinds import rank
from ast_ad.ir.primitives import Primitive
from ast_ad.rules.table import load_all

Args = Sequence[Value]
Words = Mapping[str, Value]
#: the arguments of what makes a spline, and those of them that may be given
_SETTINGS = {
    "BSpline": (("t", "c"), ("k", "extrapolate", "axis"), ("k", "extrapolate")),
    "CubicSpline": (("x", "y"), ("axis", "bc_type", "extrapolate"), ("bc_type", "extrapolate")),
    "interp1d": (
        ("x", "y"),
        ("kind", "axis", "copy", "bounds_error", "fill_value", "assume_sorted"),
        ("kind", "copy", "fill_value", "assume_sorted"),
    ),
    "make_interp_spline": (("x", "y"), ("k", "t", "bc_type"), ("k", "bc_type")),
}


def makes_splines(obj: Any) -> bool:
    """Whether an object of `scipy.interpolate` makes a spline that is linear in its values."""
    module = sys.modules.get("scipy.interpolate")
    return module is not None and any(obj is getattr(module, name) for name in _SETTINGS)


def is_spline(obj: Any) -> bool:
    """Whether an object is a spline of numbers."""
    module = sys.modules.get("scipy.interpolate")
    if module is None or not isinstance(obj, (module.PPoly, module.BSpline)):
        return False
    return bool(obj.c.ndim == (2 if isinstance(obj, module.PPoly) else 1))


def call_spline(lo: Lowering, function: Static, args: Args, kwargs: Words, name: str) -> Value:
    """`spline(t, nu)` of a spline made outside."""
    title = re.sub(r"\W+", "_", function.name.rpartition(".")[2]).strip("_")
    spline = capture_variable(lo, function.path, function.obj, title or "spline")
    t, order = _place(lo, args, kwargs, function.name)
    return lo.emit(_primitive("SPLINE_AT"), spline, t, name=name, **({"nu": order} if order else {}))


def make_spline(lo: Lowering, function: Static, args: Args, kwargs: Words) -> Product:
    """A spline through values, as a function of the program."""
    title = function.obj.__name__
    points, words, honoured = _SETTINGS[title]
    given = dict(zip((*points, *words), args, strict=False)) | dict(kwargs)
    x, y = (lo.atom(as_array(lo, given.pop(word))) for word in points)
    for atom in (x, y):
        lo.freeze(atom, "A spline goes through it.")
    if rank(kind_of(y)) != 1:
        raise lo.error(NoDerivative, f"{title} through {describe(y)}", remedy="Give it a vector of values.")
    settings = {word: constant_of(lo, value, f"{word!r} of {title}") for word, value in given.items()}
    bad = [w for w, v in settings.items() if w not in honoured or not _is_plain(v)]
    if title == "interp1d" and settings.get("fill_value", "extrapolate") != "extrapolate":
        bad = ["fill_value"]
    if bad:
        raise lo.error(NoDerivative, f"{title} with {bad[0]!r} is not supported", remedy="Leave it out.")
    if title == "interp1d":
        return Product(_spline(title, x, y, settings, ()).call, title)
    return _spline(title, x, y, settings, ())


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool, int))


def _spline(title: str, x: Atom, y: Atom, settings: Mapping[str, Any], derived: tuple[int, ...]) -> Product:
    def call(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
        t, order = _place(lo, args, kwargs, title)
        params = {"maker": title, "derived": derived, "nu": order, **settings}
        return lo.emit(_primitive("SPLINE_THROUGH"), x, y, t, name=name, **params)

    def derivative(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
        given = [*args, *kwargs.values()]
        more = constant_of(lo, given[0], "the order of a derivative") if given else 1
        return _spline(title, x, y, settings, (*derived, more))

    return Product(call, title, {"derivative": Product(derivative, "derivative")})


def _primitive(name: str) -> Primitive:
    """One of the primitives of splines, when all rules are read."""
    load_all(scipy=True)
    from ast_ad.rules import scipy_interpolate

    found: Primitive = getattr(scipy_interpolate, name)
    return found


def _place(lo: Lowering, args: Args, kwargs: Words, title: str) -> tuple[Atom, int]:
    """Where a spline is asked for, and for which derivative."""
    given = dict(zip(("x", "nu"), args, strict=False)) | dict(kwargs)
    extra = [word for word in given if word not in ("x", "nu")]
    if extra:
        raise lo.error(NoDerivative, f"{title} called with {extra[0]!r} is not supported", remedy="Leave it out.")
    order = constant_of(lo, given.get("nu", Lit(0)), "'nu' of a spline")
    return lo.atom(as_array(lo, given["x"])), order
