"""What a derivative is, by definition: central differences, dot products, and differences of gradients.

Everything here works on nested lists, tuples and dicts of numbers and arrays.  Such a structure is a vector to the
checks (`flatten`, `unflatten`); `places` names its coordinates in messages.  A complex number has two coordinates, its
parts.  A cotangent acts on a tangent by the real part of their product: as a vector it is its conjugate (`covector`).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import ast_ad

STEPS = 2.0 ** -np.arange(8, 14)  # of each coordinate's own size: from 4e-3 to 1e-4
FEW = 24  # coordinates that are checked one by one; of more, so many random directions


# --- structures ---


def is_number(leaf: Any) -> bool:
    """Whether a leaf has coordinates: a number or an array, but no bool, string or function."""
    return isinstance(leaf, (int, float, complex, np.number, np.ndarray)) and not isinstance(leaf, bool)


def children(tree: Any) -> list[tuple[str, Any]] | None:
    """The parts of a container, each with how it is reached; None for a leaf."""
    if isinstance(tree, dict):
        return [(f"[{key!r}]", value) for key, value in tree.items()]
    if isinstance(tree, (list, tuple)):
        return [(f"[{k}]", value) for k, value in enumerate(tree)]
    if is_object(tree):
        return [(f".{name}", value) for name, value in fields(tree).items()]
    return None


def is_object(tree: Any) -> bool:
    """Whether a value is an object of a class of the programs."""
    return type(tree).__module__.startswith("programs") and not isinstance(tree, (tuple, type))


def fields(tree: Any) -> dict[str, Any]:
    """The attributes of an object that lead to numbers; its other attributes have no gradient."""
    slots = {n: getattr(tree, n) for n in getattr(tree, "__slots__", ())}
    return {n: v for n, v in {**slots, **getattr(tree, "__dict__", {})}.items() if any(leaves(v))}


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves that are numbers, each with its path."""
    parts = children(tree)
    if parts is None:
        if is_number(tree):
            yield path, tree
        return
    for step, part in parts:
        yield from leaves(part, path + step)


def flatten(tree: Any) -> np.ndarray:
    """All numbers of a structure as one vector of doubles, two for a complex number."""
    parts = [coordinates(leaf) for _, leaf in leaves(tree)]
    return np.concatenate([np.zeros(0), *parts])


def coordinates(leaf: Any) -> np.ndarray:
    """The numbers of a leaf; of complex ones the parts, one after the other."""
    flat = np.ravel(leaf)
    return flat.astype(complex).view(float) if np.iscomplexobj(leaf) else flat.astype(float)


def covector(tree: Any) -> np.ndarray:
    """What a cotangent is as a vector: `covector(ct) @ flatten(t)` is the real part of the sum of `ct * t`."""
    parts = [coordinates(np.conj(leaf)) for _, leaf in leaves(tree)]
    return np.concatenate([np.zeros(0), *parts])


def places(tree: Any) -> list[str]:
    """The name of each coordinate of `flatten(tree)`."""
    return [
        path + (str(list(index)) if index else "") + part
        for path, leaf in leaves(tree)
        for index in np.ndindex(np.shape(leaf))
        for part in ([".real", ".imag"] if np.iscomplexobj(leaf) else [""])
    ]


def unflatten(vector: np.ndarray, like: Any, *, double: bool = False) -> Any:
    """The inverse of `flatten`: leaves have the types of `like`, and a float where `like` has an int.

    With `double` they are doubles also where `like` has fewer digits.
    """
    numbers = iter(np.asarray(vector, dtype=float))

    def rebuild(tree: Any) -> Any:
        parts = children(tree)
        if parts is not None:
            rebuilt = [rebuild(part) for _, part in parts]
            if is_object(tree):
                made = copy.copy(tree)
                for (step, _), part in zip(parts, rebuilt, strict=True):
                    object.__setattr__(made, step[1:], part)
                return made
            if isinstance(tree, dict):
                return dict(zip(tree, rebuilt, strict=True))
            if hasattr(tree, "_fields"):
                return type(tree)(*rebuilt)
            return type(tree)(rebuilt)
        if not is_number(tree):
            return tree
        if isinstance(tree, np.ndarray):
            entries = [following(tree) for _ in range(tree.size)]
            wide = complex if np.iscomplexobj(tree) else float
            return np.array(entries, dtype=wide if double else tree.dtype).reshape(tree.shape)
        if isinstance(tree, np.inexact) and not double:
            return type(tree)(following(tree))
        return following(tree)

    def following(like: Any) -> float | complex:
        return complex(next(numbers), next(numbers)) if np.iscomplexobj(like) else float(next(numbers))

    return rebuild(like)


def random_like(tree: Any, seed: int) -> Any:
    """Normal draws in the structure of `tree`, the same for the same seed."""
    return unflatten(np.random.default_rng(seed).normal(size=flatten(tree).size), tree)


def inner(a: Any, b: Any) -> float:
    """What a cotangent gives for a tangent, or the other way round."""
    return float(flatten(a) @ covector(b))


def is_identical(a: Any, b: Any) -> bool:
    """Whether two structures are the same in every type, key, shape, dtype and bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(is_identical(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(is_identical, a, b))
    if is_object(a):
        return is_identical(fields(a), fields(b))
    if isinstance(a, (np.ndarray, np.generic)):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a.hex() == b.hex()
    return bool(a == b)


def is_same_number(a: Any, b: Any) -> bool:
    """Whether two gradients are the same but for the order in which sums are taken: BLAS goes by strides."""
    x, y = flatten(a), flatten(b)
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-12, atol=1e-12 * np.max(np.abs(x), initial=0.0)))


def assert_gradient_fits(gradient: Any, argument: Any, path: str = "gradient") -> None:
    """A gradient has its argument's structure, shapes and dtypes; a Python number's is a float."""
    parts = children(argument)
    if parts is not None:
        assert type(gradient) is type(argument), f"{path} is a {type(gradient).__name__}"
        got = children(gradient)
        assert got is not None
        assert [step for step, _ in got] == [step for step, _ in parts], f"{path} has other parts"
        for (step, inner_gradient), (_, inner_argument) in zip(got, parts, strict=True):
            assert_gradient_fits(inner_gradient, inner_argument, path + step)
    elif isinstance(argument, (np.ndarray, np.generic)):
        assert np.shape(gradient) == argument.shape, f"{path} has shape {np.shape(gradient)}"
        dtype = np.asarray(gradient).dtype
        assert dtype == argument.dtype, f"{path} has dtype {dtype}, not {argument.dtype}"
    elif is_number(argument):
        wanted = complex if isinstance(argument, complex) else float
        assert isinstance(gradient, wanted), f"{path} is {gradient!r}, not a {wanted.__name__}"


def is_double(tree: Any) -> bool:
    """Whether no number of a structure has fewer digits than a double."""
    few = (np.float32, np.float16, np.complex64)
    return all(np.asarray(leaf).dtype not in few for _, leaf in leaves(tree))


# --- first derivatives by differences ---


def differentiate_by_steps(f: Callable[[float], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The derivative at 0 of a curve of vectors, and an estimate of its error, entry by entry.

    Central differences at halving steps are extrapolated to step 0 (Ridders 1982); of all the estimates in the table,
    each entry takes that which disagrees least with its two predecessors.
    """
    best = error = np.array(math.nan)
    row: list[np.ndarray] = []
    for k, h in enumerate(STEPS):
        previous, row = row, [(f(h) - f(-h)) / (2 * h)]
        if k == 0:
            best, error = row[0], np.full(row[0].shape, math.inf)
        for j, older in enumerate(previous):
            row.append(row[j] + (row[j] - older) / (4.0 ** (j + 1) - 1))
            disagreement = np.maximum(abs(row[j + 1] - row[j]), abs(row[j + 1] - older))
            error, best = (
                np.where(disagreement < error, disagreement, error),
                np.where(disagreement < error, row[j + 1], best),
            )
    return best, error


def restricted(function: Callable[..., Any], args: Sequence[Any], wrt: Sequence[int]) -> Any:
    """The function of the arguments `wrt` (adjacent ones) alone, the others held fixed."""
    first, last = wrt[0], wrt[-1] + 1
    assert list(wrt) == list(range(first, last)), "the arguments to differentiate by must be adjacent"
    if len(wrt) == len(args):
        return function
    before, after = tuple(args[:first]), tuple(args[last:])
    return lambda *active: function(*before, *active, *after)


def derivative_along(f: Callable[..., Any], point: Sequence[Any], direction: np.ndarray) -> np.ndarray:
    """The derivative of `flatten(f(*point))` along a direction, by differences.

    Where the differences do not settle (a kink, a jump or a singularity lies near) an AssertionError says that the
    point is unsuitable: nothing may pass for want of a reference.
    """
    start = flatten(tuple(point))
    value, error = differentiate_by_steps(
        lambda h: flatten(f(*unflatten(start + h * direction, tuple(point), double=True)))
    )
    size = max(1.0, float(np.max(abs(value), initial=0.0)))
    assert np.all(error <= 1e-7 * size), f"the differences do not settle: {value} +- {error}"
    return value


def sizes(point: Sequence[Any]) -> np.ndarray:
    """By how much each coordinate may be moved: its own magnitude, or 0.1 for small ones."""
    return np.maximum(abs(flatten(tuple(point))), 0.1)


def directions(point: Sequence[Any], seed: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """Each coordinate by itself if they are few, else random directions through all of them."""
    scale = sizes(point)
    if scale.size <= FEW:
        yield from zip(places(tuple(point)), np.diag(scale), strict=True)
        return
    draws = np.random.default_rng(seed)
    for k in range(FEW):
        yield f"random direction {k}", draws.normal(size=scale.size) * scale / math.sqrt(scale.size)


def assert_gradient(
    f: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int],
    gradient: Any,
    *,
    rtol: float = 1e-6,
) -> None:
    """`gradient` is that of the scalar function `f` at `args`, as differences see it, in `argnums`' form."""
    wrt = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    gradients = (gradient,) if isinstance(argnums, int) else gradient
    point = tuple(args[k] for k in wrt)
    assert_gradient_fits(gradients, point)
    if not is_double(gradients):
        rtol = max(rtol, 1e-4)
    wide = [unflatten(flatten(arg), arg, double=True) if not is_double(arg) else arg for arg in args]
    function = restricted(f, wide, wrt)
    flat = covector(gradients)
    checked = []
    for place, direction in directions(point):
        expected = float(derivative_along(function, point, direction)[0])
        checked.append((place, float(flat @ direction), expected))
    largest = max((abs(expected) for _, _, expected in checked), default=0.0)
    for place, got, expected in checked:
        allowed = rtol * abs(expected) + 0.01 * rtol * largest + 1e-10
        assert abs(got - expected) <= allowed, f"{place}: {got!r}, differences say {expected!r}"


# --- the two modes against each other ---


def assert_equal_products(a: Any, b: Any, c: Any, d: Any, rtol: float) -> None:
    """`<a, b> = <c, d>`, relative to the sizes of the products' terms."""
    left, right = inner(a, b), inner(c, d)
    size = np.sum(abs(flatten(a) * flatten(b))) + np.sum(abs(flatten(c) * flatten(d)))
    assert abs(left - right) <= rtol * size, f"{left!r} and {right!r} differ, of terms of size {size!r}"


def assert_modes_agree(f: Callable[..., Any], point: Sequence[Any], *, seed: int = 1, rtol: float = 1e-12) -> None:
    """The dot-product test: `<ct, J t> = <J^T ct, t>`, and both modes return the value of `f`."""
    tangents = random_like(tuple(point), seed)
    value = f(*copy.deepcopy(tuple(point)))  # a function may write to its arguments
    cotangent = random_like(value, seed + 1)
    out, out_dot = ast_ad.jvp(f, tuple(point), tangents)
    again, pull_back = ast_ad.vjp(f, *point)
    assert is_identical(out, value), f"jvp returns {out!r}, the function {value!r}"
    assert is_identical(again, value), f"vjp returns {again!r}, the function {value!r}"
    cotangents = pull_back(cotangent)
    assert_gradient_fits(cotangents, tuple(point), "cotangents")
    if not is_double((value, tuple(point))):
        rtol = max(rtol, 1e-5)
    assert_equal_products(cotangent, out_dot, cotangents, tangents, rtol)
    assert is_identical(pull_back(cotangent), cotangents), "a second pull-back differs"


# --- second derivatives ---


def assert_hessian_product(
    gradient: Callable[..., Any], point: Sequence[Any], *, seed: int = 2, rtol: float = 1e-6
) -> None:
    """`jvp` of a gradient function is the derivative of that function along the tangents, by differences."""
    direction = np.random.default_rng(seed).normal(size=flatten(tuple(point)).size) * sizes(point)
    tangents = unflatten(direction, tuple(point))
    value, product = ast_ad.jvp(gradient, tuple(point), tangents)
    assert is_same_number(value, gradient(*point)), "jvp of the gradient returns another gradient"
    if not is_double(tuple(point)):
        return
    expected = derivative_along(gradient, point, direction)
    got = flatten(product)
    assert got.shape == expected.shape
    allowed = rtol * abs(expected) + 0.01 * rtol * np.max(abs(expected), initial=0.0) + 1e-10
    for place, g, e, tolerance in zip(places(value), got, expected, allowed, strict=True):
        assert abs(g - e) <= tolerance, f"{place}: {g!r}, differences of the gradient say {e!r}"


def assert_second_order_modes_agree(
    gradient: Callable[..., Any], point: Sequence[Any], *, seed: int = 3, rtol: float = 1e-10
) -> None:
    """A Hessian is symmetric: reverse over reverse equals forward over reverse."""
    tangents = random_like(tuple(point), seed)
    _, forward = ast_ad.jvp(gradient, tuple(point), tangents)
    _, pull_back = ast_ad.vjp(gradient, *point)
    reverse = pull_back(tangents)
    assert_gradient_fits(reverse, tuple(point), "second cotangents")
    a, b = flatten(forward), flatten(reverse)
    if not is_double(tuple(point)):
        rtol = max(rtol, 1e-4)
    allowed = rtol * max(float(np.max(abs(a), initial=0.0)), float(np.max(abs(b), initial=0.0)))
    for place, u, v in zip(places(tuple(point)), a, b, strict=True):
        assert abs(u - v) <= allowed, f"{place}: forward over reverse {u!r}, reverse over reverse {v!r}"
