"""The public functions: argument handling only.  Names, argument order and result shapes are JAX's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ast_ad.derivative import Derivative
from ast_ad.errors import WrongArgument, WrongStructure
from ast_ad.runtime import fields_of, stop_gradient as stop_gradient

_NUMBERS = (np.ndarray, np.generic, int, float, complex)


def derivative_of(mode: str, fun: Any, argnums: Any, has_aux: bool, holomorphic: bool = False) -> Any:
    """The derivative of a function in one mode, or a decorator that takes it."""
    how = f"holomorphic {mode}" if holomorphic else mode
    if fun is None:
        return lambda function: Derivative(function, how, argnums, has_aux)
    if isinstance(fun, (int, str)) or (isinstance(fun, (tuple, list)) and not callable(fun)):
        raise WrongArgument(
            f"{mode} expects a function first, not {fun!r}",
            remedy=f"Write {mode}(f, {fun!r}) or @{mode}(argnums={fun!r}).",
        )
    return Derivative(fun, how, argnums, has_aux)


def grad(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The gradient of a function of one result.

    `fun` returns a number or an array of one element.  `argnums` says by which parameters: an int or a name gives one
    gradient, a sequence a tuple.  A gradient has the structure, shapes and dtypes of its argument; a Python int gets a
    float.  With `has_aux`, `fun` returns (value, aux) and the derivative (gradient, aux).  Also a decorator:
    `@grad` or `@grad(argnums=("w", "b"))`.

    By a complex number x + iy the gradient of a real result f is f_x - i f_y.  With `holomorphic` the arguments and
    the result are complex, and the derivative is that of a holomorphic function, which is taken on trust.

    Raises TypeError for integer arrays, larger or other results, unknown `argnums`; `AstAdError` with the place in the
    source for what cannot be differentiated.

    >>> def square(x):
    ...     return x * x
    >>> grad(square)(3.0)
    6.0
    >>> grad(lambda z: z * z, holomorphic=True)(1 + 2j)
    (2+4j)
    """
    return derivative_of("grad", fun, argnums, has_aux, holomorphic)


def value_and_grad(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The value and the gradient of a function of one result, as (value, gradient); `grad` says the rest.

    >>> def square(x):
    ...     return x * x
    >>> value_and_grad(square)(3.0)
    (9.0, 6.0)
    """
    return derivative_of("value_and_grad", fun, argnums, has_aux, holomorphic)


def vjp(fun: Any, *primals: Any, has_aux: bool = False) -> Any:
    """The value of a function and its vector-Jacobian product: (out, vjp_fun), or with `has_aux` (out, vjp_fun, aux).

    `vjp_fun(ct)` takes a cotangent with the structure and shapes of `out` and returns a tuple, one cotangent per
    primal.  It may be called any number of times; `vjp_fun.source` is the text of both sweeps.

    >>> out, pull = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.ones(2))
    (array([2., 4.]),)
    """
    derivative = for_primals(fun, "vjp", len(primals), has_aux)
    entry, args, kwargs = derivative.entered(primals, {})
    forward, reverse = entry.functions
    result, residual = forward(*args, **kwargs)
    out, aux = result if has_aux else (result, None)

    def vjp_fun(ct: Any) -> tuple[Any, ...]:
        """The cotangents of the primals for a cotangent of the result."""
        check_like(ct, out, "the cotangent", "the result")
        cotangents: tuple[Any, ...] = reverse(residual, _as_number_like(ct, out))
        return cotangents

    vjp_fun.source = entry.text  # type: ignore[attr-defined]
    return (out, vjp_fun, aux) if has_aux else (out, vjp_fun)


def jvp(fun: Any, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The value of a function and its directional derivative: (out, out_dot), or with `has_aux` (out, out_dot, aux).

    `tangents` has the structure and shapes of `primals`, which is a tuple or list of the positional arguments.

    >>> jvp(lambda x, y: x * y, (3.0, 2.0), (1.0, 0.0))
    (6.0, 2.0)
    """
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise WrongArgument(
                f"jvp takes {name} as a tuple or list, not {type(given).__name__}",
                remedy="Write jvp(f, (x,), (x_dot,)).",
            )
    check_like(tuple(tangents), tuple(primals), "tangents", "primals")
    derivative = for_primals(fun, "jvp", len(primals), has_aux)
    given = [_as_number_like(t, x) for t, x in zip(tangents, primals, strict=True)]
    result = derivative.pushed(tuple(primals), given, {})
    if has_aux:
        (out, dot), aux = result
        return out, dot, aux
    return result


def trace(fun: Any, *args: Any, mode: str = "forward", wrt: int | str | Sequence[int | str] | None = None) -> Any:
    """The steps of a call of `fun`, each with its value and derivative: prints as a table, and has `.rows`.

    In mode "forward" each row has the tangent for a tangent 1 of the parameters `wrt` (by default the first); in mode
    "reverse" the adjoints follow, last to first, up to those of `wrt` (by default all numbers).

    >>> print(trace(lambda x, y: x * y + x, 3.0, 2.0, mode="reverse"))
    step  name  expression  value
    ----  ----  ----------  -----
       1  x     argument        3
       2  y     argument        2
       3  v1    x * y           6
       4  v2    v1 + x          9
    <BLANKLINE>
    step  name    expression           value
    ----  ------  -------------------  -----
       5  v2_bar  1.0                      1
       6  v1_bar  v2_bar                   1
       7  y_bar   v1_bar * x               3
       8  x_bar   v2_bar + v1_bar * y      3
    """
    from ast_ad.report.trace import trace_of

    return trace_of(fun, args, mode, wrt)


def for_primals(fun: Any, mode: str, count: int, has_aux: bool) -> Derivative:
    """The derivative of a function by its positional arguments, each with a (co)tangent of its own."""
    if not callable(fun):
        raise WrongArgument(f"{mode} expects a function first, not {type(fun).__name__}")
    return Derivative(fun, mode, tuple(range(count)), has_aux)


def _as_number_like(given: Any, like: Any) -> Any:
    """A number as one of NumPy's where it goes with one of NumPy's."""
    return like.dtype.type(given) if isinstance(like, np.generic) and isinstance(given, (int, float)) else given


def check_like(given: Any, like: Any, name: str, of: str, path: str = "") -> None:
    """Raise `WrongStructure` unless one value has the structure, shapes and dtypes of a (co)tangent of another."""
    remedy = ""
    if isinstance(like, dict) or isinstance(given, dict):
        if isinstance(like, dict) and isinstance(given, dict) and list(like) == list(given):
            for key in like:
                check_like(given[key], like[key], name, of, f"{path}[{key!r}]")
            return
        remedy = "Give a dict with the same keys."
    elif isinstance(like, (tuple, list)) or isinstance(given, (tuple, list)):
        if type(like) is type(given) and len(like) == len(given):
            for k, (one, two) in enumerate(zip(given, like, strict=True)):
                check_like(one, two, name, of, f"{path}[{k}]")
            return
        remedy = f"Give a {type(like).__name__} of as many." if isinstance(like, (tuple, list)) else "Give a number."
    elif isinstance(like, _NUMBERS):
        if not isinstance(given, _NUMBERS) or np.shape(given) != np.shape(like):
            remedy = "Give numbers of the same shape."
        elif _has_other_dtype(given, like):
            remedy = "Give numbers of the same dtype (see astype)."
    elif (parts := fields_of(like)) is not None:
        if type(given) is type(like):
            for key, one in (fields_of(given) or {}).items():
                check_like(one, parts.get(key), name, of, f"{path}.{key}")
            return
        remedy = f"Give a {type(like).__name__}."
    if remedy:
        raise WrongStructure(f"{name}{path} is {_shown(given)}, but {of}{path} is {_shown(like)}", remedy=remedy)


def _has_other_dtype(given: Any, like: Any) -> bool:
    """Whether a (co)tangent has the wrong precision, or is complex where the value is real; Python numbers fit all."""
    if np.iscomplexobj(given) and not np.iscomplexobj(like):
        return True
    arrays = isinstance(given, (np.ndarray, np.generic)) and isinstance(like, (np.ndarray, np.generic))
    return arrays and like.dtype.kind in "fc" and given.dtype != like.dtype


def _shown(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        return f"{value.dtype} of shape {np.shape(value)}"
    if isinstance(value, dict):
        return f"a dict with keys {list(value)}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"
