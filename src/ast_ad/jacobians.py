"""Derivatives of functions of many results, and products with them: argument handling.  Names and shapes are JAX's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ast_ad.api import check_like, derivative_of, for_primals
from ast_ad.derivative import Derivative
from ast_ad.errors import WrongArgument, WrongStructure
from ast_ad.runtime import copy, zeros_like


def jacrev(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The Jacobian of a function, in reverse mode: a forward sweep, and reverse sweeps for the numbers of the result.

    The result has the structure of what `fun` returns, and in place of each of its arrays, of shape `s`, that of
    the argument with an array of shape `s + shape` for each of its own.  `argnums`, `has_aux`, `holomorphic` and use as
    a decorator are those of `grad`.

    Raises TypeError for integer arrays and complex results, `AstAdError` for what cannot be differentiated.

    >>> jacrev(lambda x: np.array([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    return derivative_of("jacrev", fun, argnums, has_aux, holomorphic)


def jacfwd(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The Jacobian of a function, in forward mode: the function runs once, its tangent for the numbers of the argument.

    Cheaper than `jacrev` where the argument has fewer numbers than the result; the rest is as there.  A function that
    prints, draws random numbers or calls what is not known runs once: then the Jacobian is computed as by `jacrev`.

    >>> jacfwd(lambda t: np.array([t, t * t]))(3.0)
    array([1., 6.])
    """
    return derivative_of("jacfwd", fun, argnums, has_aux, holomorphic)


def jacobian(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The Jacobian of a function: forward where the result has more numbers than the argument, else in reverse.

    All else is as in `jacrev` and `jacfwd`.

    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0], x[1], 1.0, x[1]]))(np.array([2.0, 3.0]))[:2]
    array([[3., 2.],
           [1., 0.]])
    """
    return derivative_of("jacobian", fun, argnums, has_aux, holomorphic)


def hessian(
    fun: Any = None,
    argnums: int | str | Sequence[int | str] = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Any:
    """The second derivatives of a function: `jacrev` of `jacrev`, compiled as one: the gradient is computed once.

    With several `argnums` the result is a tuple of tuples; structures nest as in `jacrev`, twice.

    >>> hessian(lambda x: x[0] * x[0] * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return derivative_of("hessian", fun, argnums, has_aux, holomorphic)


def elementwise_grad(fun: Any = None, argnums: int | str | Sequence[int | str] = 0, *, has_aux: bool = False) -> Any:
    """The derivative of a function that works element by element: the gradient of the sum of its results.

    >>> elementwise_grad(lambda x: x * x)(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return derivative_of("elementwise_grad", fun, argnums, has_aux)


class HessianProduct(Derivative):
    """The Hessian of a function by its first parameter, times a vector: called as (x, v, other arguments)."""

    __ast_ad_product__ = True

    def __init__(self, fun: Callable[..., Any]) -> None:
        super().__init__(fun, "hvp", 0)

    def __call__(self, x: Any, v: Any, /, *args: Any, **kwargs: Any) -> Any:
        v = _real(v, x)
        check_like(v, x, "the vector", "the argument")
        return self.pushed((x, *args), (v,), kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """In a class body it binds as a function does."""
        return self if instance is None else HessianProduct(self.primal.__get__(instance, owner))

    def __reduce__(self) -> Any:
        """Found again by name where its name leads to it, else made again."""
        found = super().__reduce__()
        return found if isinstance(found, str) else (HessianProduct, (self.primal,))


def hvp(fun: Any, primals: Sequence[Any] | None = None, tangents: Sequence[Any] | None = None) -> Any:
    """The Hessian of a function of one result times a vector, forward over reverse: about the cost of two gradients.

    `primals` are the positional arguments and `tangents` the vector, both as tuples.  The product for one argument has
    its structure; for several arguments it is a tuple.  `hvp(fun)` is a function of (x, v, other arguments), the
    product by the first parameter: `minimize(fun, x0, args, hessp=hvp(fun))`.

    >>> hvp(lambda x: x[0] * x[0] * x[1], (np.array([2.0, 3.0]),), (np.array([1.0, 0.0]),))
    array([6., 4.])
    >>> hvp(lambda x, a: a * x**3)(2.0, 1.0, 0.5)
    6.0
    """
    if primals is None and tangents is None:
        return HessianProduct(fun)
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        name, given = ("tangents", tangents) if isinstance(primals, (tuple, list)) else ("primals", primals)
        raise WrongArgument(
            f"hvp takes {name} as a tuple or list, not {type(given).__name__}", remedy="Write hvp(f, (x,), (v,))."
        )
    argnums: Any = 0 if len(primals) == 1 else tuple(range(len(primals)))
    if len(tangents) == len(primals):
        tangents = [_real(v, x) for v, x in zip(tangents, primals, strict=True)]
    check_like(tuple(tangents), tuple(primals), "tangents", "primals")
    return Derivative(fun, "hvp", argnums).pushed(tuple(primals), tangents, {})


def _real(v: Any, x: Any) -> Any:
    """A vector of integers in the dtype of the argument that it belongs to: SciPy tries products with such."""
    if isinstance(v, np.ndarray) and isinstance(x, np.ndarray) and v.dtype.kind in "biu" and x.dtype.kind in "fc":
        return v.astype(x.dtype)
    return v


def linearize(fun: Any, *primals: Any, has_aux: bool = False) -> Any:
    """The value of a function and its derivative there as a linear function: (out, jvp_fun), or with `has_aux` and aux.

    The function runs once.  `jvp_fun(*tangents)` takes one tangent per primal and returns the tangent of `out`; it may
    be called any number of times, and computes what depends on the tangents alone.  A loop, a branch or a function that
    has such parts runs again in each call; it prints nothing then.  `jvp_fun.source` is the text of both.

    >>> out, push = linearize(lambda x, y: x * y, 3.0, 2.0)
    >>> out, push(1.0, 0.0), push(0.0, 1.0)
    (6.0, 2.0, 3.0)
    """
    entry, args, kwargs = for_primals(fun, "linearize", len(primals), has_aux).entered(copy(primals), {})
    recorded, tangent = entry.functions
    result, residual = recorded(*args, **kwargs)
    out, aux = result if has_aux else (result, None)
    likes = zeros_like(primals)

    def jvp_fun(*tangents: Any) -> Any:
        """The tangent of the result for tangents of the primals."""
        if len(tangents) != len(likes):
            raise WrongStructure(f"jvp_fun takes {len(likes)} tangents, one per primal, not {len(tangents)}")
        check_like(tangents, likes, "tangents", "primals")
        return tangent(residual, *tangents)

    jvp_fun.source = entry.text  # type: ignore[attr-defined]
    return (out, jvp_fun, aux) if has_aux else (out, jvp_fun)
