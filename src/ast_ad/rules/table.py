"""The words that rules are written with, and the table that they fill.

    elementwise(np.tanh,   lambda ans, x: 1 - ans ** 2)
    linear(np.sum,         lambda ct, x, axis=None, keepdims=False: ..., kinds=...)
    bilinear(np.matmul,    left=lambda ct, x, y: ..., right=lambda ct, x, y: ..., kinds=...)
    selecting(np.maximum,  lambda t, ans, x, y: ..., lambda t, ans, x, y: ...)
    custom(np.linalg.det,  jvp=lambda ans, t, x: ..., vjp=lambda ct, ans, x: ..., kinds=...)
    nondifferentiable(np.argmax, np.floor, np.sign)

A lambda gets terms for the operands (`terms.py`) and the constant parameters by keyword.  From each line come the
forward mode, the reverse mode, what must be recorded, and the kind of the result.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import BuiltinFunctionType, MethodType
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import COMPLEX, FLOAT, Dict, Fixed, Kind, List, Maybe, Tuple, is_complex
from ast_ad.ir.primitives import HOLE, KindRule, Primitive
from ast_ad.ir.promotion import elementwise_kind
from ast_ad.rules.binding import HONOURED, UnsupportedArgument, bind
from ast_ad.rules.composite import Composite, kind_of_formula
from ast_ad.rules.modes import (
    Bilinear,
    Custom,
    Elementwise,
    Linear,
    NonDifferentiable,
    Rule,
    Selecting,
    Tree,
    guard,
)
from ast_ad.rules.results import fits_together
from ast_ad.rules.terms import make

__all__ = [
    "RULES",
    "RULES_OF_COMPLEX",
    "Rule",
    "Tree",
    "UnsupportedArgument",
    "bilinear",
    "bind",
    "composite",
    "custom",
    "elementwise",
    "guard",
    "helper",
    "holds_complex",
    "linear",
    "load_all",
    "nondifferentiable",
    "path_of",
    "primitive_for",
    "primitive_of",
    "register",
    "rule_of",
    "selecting",
    "serves_complex",
]

# The table: primitives by the object that the user's name stands for, rules by primitive.

_PRIMITIVES: dict[int, Primitive] = {}
_OBJECTS: list[Any] = []
_METHODS: dict[tuple[int, str], Primitive] = {}
RULES: dict[Primitive, Rule] = {}
#: the rules for calls in which a number is complex: of what is stated to serve them, and of nothing else
RULES_OF_COMPLEX: dict[Primitive, Rule] = {}

_FILES = (
    *("arithmetic", "structures", "math_functions", "ufuncs", "reductions", "scans", "order_statistics"),
    *("shaping", "joining", "indexing", "repeating", "products", "polynomials", "linalg", "factorisations"),
    *("ufunc_methods", "masked", "constants", "jacobians", "rows"),
)
# Read when a function is met that can be of these packages, so that nobody waits for what nobody calls.
_LATER = {
    "cmath": ("complex_numbers",),
    "numpy.fft": ("fft",),
    "numpy.random": ("random",),
    "random": ("python_random",),
    "scipy": (
        *(
            "special",
            "special_more",
            "special_shapes",
            "scipy_fft",
            "scipy_linalg",
            "scipy_structured",
            "stats",
            "stats_discrete",
            "stats_vectors",
            "stats_arrays",
            "scipy_integrate",
            "scipy_signal",
            "scipy_ndimage",
        ),
        *("scipy_distance", "scipy_sparse", "scipy_banded", "scipy_interpolate"),
    ),
}
_loaded: set[str] = set()


def load_all(scipy: bool = False) -> dict[Primitive, Rule]:
    """Read every file of rules, those of SciPy where asked for, and return the table."""
    _read(_FILES)
    for package, files in _LATER.items():
        if scipy or package != "scipy":
            _read(files)
    return RULES


def _read(files: Sequence[str]) -> None:
    for name in files:
        if name not in _loaded:
            _loaded.add(name)
            try:
                importlib.import_module(f"ast_ad.rules.{name}")
            except ModuleNotFoundError as error:
                if not (error.name or "").startswith(("scipy", "ast_ad.rules.")):
                    raise


def primitive_of(function: Any) -> Primitive | None:
    """The primitive of a NumPy, `math`, `operator` or SciPy function, found by the object and never by its name."""
    if not _loaded:
        _read(_FILES)
    found = _PRIMITIVES.get(id(function))
    if found is None:
        for package, files in _LATER.items():
            if package in sys.modules and _may_be_of(package, function):
                _read(files)
        found = _PRIMITIVES.get(id(function))
    if found is None and isinstance(function, (BuiltinFunctionType, MethodType)):
        found = _METHODS.get((id(function.__self__), function.__name__))
    return found


def rule_of(primitive: Primitive, kinds: Iterable[Kind] = ()) -> Rule | None:
    """The rule of a primitive, for operands and results of these kinds; None where it has none."""
    if not _loaded:
        _read(_FILES)
    rule = RULES.get(primitive)
    if any(map(holds_complex, kinds)):
        _read(_LATER["cmath"])
        constant = rule if isinstance(rule, NonDifferentiable) else None
        return RULES_OF_COMPLEX.get(primitive, constant)
    return rule


def holds_complex(kind: Kind) -> bool:
    """Whether a value is complex, or holds what is.

    >>> holds_complex(COMPLEX), holds_complex(List(FLOAT)), holds_complex(Tuple((FLOAT, COMPLEX)))
    (True, False, True)
    """
    if isinstance(kind, (Tuple, Dict, Fixed)):
        return any(map(holds_complex, kind.items))
    if isinstance(kind, List):
        return holds_complex(kind.item)
    return is_complex(kind.kind if isinstance(kind, Maybe) else kind)


def serves_complex(*functions: Any) -> None:
    """State that the rules of these functions hold for complex numbers as they are written."""
    for function in functions:
        primitive = function if isinstance(function, Primitive) else primitive_of(function)
        assert primitive is not None, f"{function!r} has no primitive"
        RULES_OF_COMPLEX[primitive] = RULES[primitive]


def register(function: Any, primitive: Primitive) -> Primitive:
    """Let `primitive` stand for the object `function`."""
    if isinstance(function, BuiltinFunctionType) and isinstance(function.__self__, np.ufunc):
        _METHODS[id(function.__self__), function.__name__] = primitive
    if isinstance(function, MethodType):  # made anew each time it is looked up
        _METHODS[id(function.__self__), function.__name__] = primitive
        _OBJECTS.append(function.__self__)
        return primitive
    _PRIMITIVES[id(function)] = primitive
    _OBJECTS.append(function)  # kept alive: its id stays its own
    return primitive


def _may_be_of(package: str, function: Any) -> bool:
    """Whether the files of a package can have a rule for a function: reading them takes long."""
    if package == "numpy.random":
        return True
    if package == "random":
        name, homes = getattr(function, "__name__", ""), (sys.modules["random"], sys.modules["random"].Random)
        return any(getattr(home, name, None) is function for home in homes)
    if isinstance(function, np.ufunc):
        return f"{package}.special" in sys.modules
    module = getattr(function, "__module__", None) or type(function).__module__
    return str(module).startswith(package)


_HOMES = {"numpy": "np", "math": "math", "builtins": ""}
_SHORT = {
    "absolute": "abs",
    "true_divide": "divide",
    "amax": "max",
    "amin": "min",
    "conjugate": "conj",
    "remainder": "mod",
}


def path_of(function: Any) -> str:
    """The dotted path that a function is written with.

    >>> import math
    >>> path_of(np.absolute), path_of(math.sin), path_of(np.linalg.solve)
    ('np.abs', 'math.sin', 'np.linalg.solve')
    """
    name = function.__name__
    module = getattr(function, "__module__", None)
    if isinstance(function, np.ufunc):
        module = "numpy" if getattr(np, name, None) is function else "scipy.special"
    if isinstance(function, BuiltinFunctionType) and isinstance(function.__self__, np.ufunc):
        return f"{path_of(function.__self__)}.{name}"
    parts = [part for part in str(module).split(".") if not part.startswith("_")]
    if parts[0] == "numpy":
        parts[0] = "np"
        name = _SHORT.get(name, name) if len(parts) == 1 else name
    return ".".join((*(p for p in parts if p != "builtins"), name))


def primitive_for(
    function: Any,
    kinds: KindRule | None = None,
    *,
    name: str = "",
    operands: Sequence[str] = (),
    written: Sequence[str] = (),
    result: str = "fresh",
    total: Any = P.never,
    cost: int = 2,
    call: Callable[..., Any] | None = None,
    effect: bool = False,
    method: bool = False,
) -> Primitive:
    """The primitive of a library function, made on the first call.

    `operands` names the parameters that hold run-time values; all others are constants, or refused.  A ufunc's operands
    are its inputs.  Those that a call passes by keyword, or behind a constant, become holes of its parameters
    (`binding.bind`).  `written` names constants that are written by position.
    """
    found = _PRIMITIVES.get(id(function))
    if found is not None:
        return found
    infer = kinds if kinds is not None else (lambda ks, p: elementwise_kind(function, ks))
    return register(
        function,
        Primitive(
            name or path_of(function),
            call or holes_filled(function, operands),
            infer,
            result=result,
            total=total,
            cost=cost,
            operands=tuple(operands),
            effect=effect,
            written=tuple(written),
            method=method,
        ),
    )


def holes_filled(function: Any, operands: Sequence[str]) -> Callable[..., Any]:
    """The function, with arguments that stand for keywords put in their places."""
    if not operands:
        return function  # type: ignore[no-any-return]

    def call(*args: Any, **params: Any) -> Any:
        holes = [name for name, value in params.items() if value is HOLE]
        if not holes:
            return function(*args, **params)
        split = len(args) - len(holes)
        return function(*args[:split], **{**params, **dict(zip(holes, args[split:], strict=True))})

    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call


# The words


def _primitives(functions: Any, kinds: KindRule | None, how: dict[str, Any]) -> list[Primitive]:
    every = functions if isinstance(functions, tuple) else (functions,)
    return [f if isinstance(f, Primitive) else primitive_for(f, kinds, **how) for f in every]


def _numbered(lambdas: Any) -> dict[int | str, Callable[..., Any]]:
    """Lambdas by the place or the name of their operand; "*" is every other operand."""
    if isinstance(lambdas, Mapping):
        return dict(lambdas)
    every = lambdas if isinstance(lambdas, (tuple, list)) else (lambdas,)
    return {i: f for i, f in enumerate(every) if f is not None}


def _by_place_and_name(lambdas: Mapping[int | str, Any], primitive: Primitive) -> dict[int | str, Any]:
    """The same for an operand that a call passes by position and for one that it passes by keyword."""
    found = dict(lambdas)
    for place, name in enumerate(primitive.operands):
        for one, other in ((place, name), (name, place)):
            if one in lambdas:
                found.setdefault(other, lambdas[one])
    return found


def _enter(primitive: Primitive, rule: Rule, lambdas: Sequence[Any], keywords: Sequence[str] | None = None) -> None:
    """Put a rule in the table; the keywords that it honours are those that its lambdas have."""
    RULES[primitive] = rule
    names: set[str] = set(keywords or ())
    for function in lambdas:
        code = getattr(function, "__code__", None)
        if code is not None:
            names.update(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    HONOURED[primitive] = frozenset(names)


def elementwise(
    functions: Any,
    *partials: Callable[..., Any] | None,
    cost: int = 2,
    total: Any = None,
    singular: bool = False,
    operands: Sequence[str] = (),
    kinds: KindRule | None = None,
    **how: Any,
) -> None:
    """Functions applied element by element, with a partial derivative per operand: `lambda ans, x, y: ...`.

    Several functions (np.sin, math.sin) share a line.  A function of arrays that NumPy computes is total; those of
    `math` raise outside their domain.  `singular`: a partial can be infinite where the result is finite.
    """
    for function in functions if isinstance(functions, tuple) else (functions,):
        number = _PYTHON.get(getattr(function, "__module__", ""))
        of_math = number is not None
        never_raises = P.never if of_math else fits_together
        infer = (lambda ks, p, number=number: number) if of_math and kinds is None else kinds
        how_one = {"cost": cost, "total": total or never_raises, "operands": operands, **how}
        (primitive,) = _primitives(function, infer, how_one)
        plain = of_math or isinstance(function, Primitive)
        _enter(primitive, Elementwise(True, singular, False, partials, plain, primitive.operands), partials)


#: what the functions of a module of Python give
_PYTHON: dict[str, Kind] = {"math": FLOAT, "cmath": COMPLEX}


def selecting(
    functions: Any,
    *shares: Callable[..., Any] | None,
    kinds: KindRule | None = None,
    total: Any = None,
    **how: Any,
) -> None:
    """Element-wise functions that choose among their operands: `lambda t, ans, x, y: np.where(x > y, t, 0)`.

    The same lambda gives an operand's part of the tangent, from its tangent, and its cotangent, from the result's.
    """
    for primitive in _primitives(functions, kinds, {"total": total or fits_together, **how}):
        _enter(primitive, Selecting(True, False, True, shares), shares)


def linear(
    functions: Any,
    transpose: Any,
    kinds: KindRule | None = None,
    *,
    unbroadcast: bool = False,
    selects: bool = False,
    zero: Any = None,
    keywords: Sequence[str] = (),
    **how: Any,
) -> None:
    """Functions linear in the operands that have a transpose: one, a sequence with None for constants, or by name.

    `transpose(ct, *operands, **params)` may ask its operands for their shapes only, not for their values.
    """
    given = _numbered(transpose)
    for primitive in _primitives(functions, kinds, how):
        transposes = _by_place_and_name(given, primitive)
        rule = Linear(unbroadcast, False, selects, primitive, transposes, zero)
        _enter(primitive, rule, list(transposes.values()), keywords)


def bilinear(functions: Any, left: Any, right: Any, kinds: KindRule | None = None, **how: Any) -> None:
    """Functions linear in each of two operands: `left(ct, x, y, **params)` is the cotangent of x, `right` that of y."""
    for primitive in _primitives(functions, kinds, how):
        _enter(primitive, Bilinear(False, False, False, primitive, left, right), [left, right])


def custom(
    functions: Any,
    jvp: Any,
    vjp: Any,
    kinds: KindRule | None = None,
    *,
    unbroadcast: bool = False,
    singular: bool = False,
    selects: bool = False,
    keywords: Sequence[str] = (),
    **how: Any,
) -> None:
    """Functions with a rule for each mode: `jvp(ans, tangents, *operands, **params)`, `vjp[i](ct, ans, ...)`."""
    given = _numbered(vjp)
    for primitive in _primitives(functions, kinds, how):
        cotangents = _by_place_and_name(given, primitive)
        rule = Custom(unbroadcast, singular, selects, jvp, cotangents, primitive.operands)
        _enter(primitive, rule, [jvp, *cotangents.values()], keywords)


def composite(functions: Any, formula: Any, kinds: KindRule | None = None, **how: Any) -> None:
    """Functions that are a formula of others: `lambda a, weights: np.sum(a * weights) / np.sum(weights)`."""
    for primitive in _primitives(functions, kinds or kind_of_formula(formula), how):
        _enter(primitive, Composite(formula=formula), [formula])


def nondifferentiable(*functions: Any, kinds: KindRule | None = None, **how: Any) -> None:
    """Functions whose derivative is zero by nature."""
    for primitive in _primitives(functions, kinds, how):
        RULES[primitive] = NonDifferentiable()


def helper(
    function: Any, kinds: KindRule | None = None, *, total: Any = P.always, cost: int = 2, **how: Any
) -> Callable[..., Any]:
    """A function of `runtime` as a primitive under its own name, to be called in rules like the function itself."""
    primitive = primitive_for(function, kinds, name=function.__name__, total=total, cost=cost, **how)

    def apply(*args: Any, **params: Any) -> Any:
        return make(primitive, *args, **params)

    return apply
