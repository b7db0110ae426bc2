"""Where calculus leaves a choice, the value of the derivative, and where a call is wrong, the error: in both modes."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import scipy.special

from ast_ad import custom_vjp, grad, jacobian, jvp, vjp

INF, NAN = math.inf, math.nan
#: the points that a number stands for: of a function of Python, of one of NumPy
OF_PYTHON: tuple[Callable[[float], Any], ...] = (float, np.float64)
ANY: tuple[Callable[[float], Any], ...] = (float, np.float64, np.array, lambda v: np.array([v]))
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
SYMMETRIC = np.array([[4.0, 2.0], [2.0, 3.0]])
BY_CHOLESKY = [[-0.125, 0.25], [0.25, 0.0]]  # of a01 / sqrt(a00), half of it to each of the equal entries
BY_EIGENVALUE = np.outer(*2 * [np.linalg.eigh(SYMMETRIC)[1][:, 1]])


def kink(row: str, function: Any, at: Any, expected: Any, forms: tuple[Callable[[float], Any], ...] = ANY) -> Any:
    """A row of the conventions: a number is tried in several forms, an array as it is."""
    points = [form(at) for form in forms] if isinstance(at, float) else [at]
    return pytest.param(function, points, expected, id=row)


def of_python(row: str, function: Any, at: float, expected: float) -> Any:
    return kink(row, function, at, expected, OF_PYTHON)


def branches(x: float) -> float:
    if x == 1:
        return 1.0 + 0 * x
    return x * x


def assigned_twice(v: Any) -> Any:
    z = np.zeros(2)
    z[[0, 0]] = v
    return z @ np.array([3.0, 5.0])


def added_buffered(v: Any) -> Any:
    z = np.zeros(2)
    z[[0, 0]] += v
    return z


def added_at(v: Any) -> Any:
    z = np.zeros(2)
    np.add.at(z, [0, 0], v)
    return z


def looked_up(x: Any) -> Any:
    return [1.0, 4.0, 9.0][int(x)] * 1.0


def rectified(x: Any) -> Any:
    return np.maximum(x, 0)


KINKS = [
    kink("abs(x) at 0", lambda x: abs(x), 0.0, 0),
    kink("abs(x) at -0.", lambda x: abs(x), -0.0, 0),
    kink("np.abs(x) at 0", lambda x: np.abs(x), 0.0, 0),
    kink("np.fabs(x) at 0", lambda x: np.fabs(x), 0.0, 0),
    of_python("math.fabs(x) at 0", lambda x: math.fabs(x), 0.0, 0),
    kink("sign at 0", lambda x: np.sign(x), 0.0, 0),
    kink("floor at 1", lambda x: np.floor(x), 1.0, 0),
    kink("ceil at 1", lambda x: np.ceil(x), 1.0, 0),
    kink("round at 1", lambda x: np.round(x), 1.0, 0),
    kink("trunc at 1", lambda x: np.trunc(x), 1.0, 0),
    of_python("round, floor, ceil, trunc of Python at 1", lambda x: round(x) + math.floor(x) * math.ceil(x), 1.0, 0),
    kink("np.sqrt(x) at 0", lambda x: np.sqrt(x), 0.0, INF),
    of_python("math.sqrt(x) at 0", lambda x: math.sqrt(x), 0.0, INF),
    kink("sqrt(x * x) at 0", lambda x: np.sqrt(x * x), 0.0, NAN),
    kink("sqrt(x) ** 2 at 0", lambda x: np.sqrt(x) ** 2, 0.0, NAN),
    of_python("math.sqrt(x * x) at 0", lambda x: math.sqrt(x * x), 0.0, NAN),
    kink("cbrt(x) at 0", lambda x: np.cbrt(x), 0.0, INF),
    kink("linalg.norm([x, 0]) at 0", lambda x: np.linalg.norm(x), np.zeros(2), [0, 0]),
    kink("linalg.norm([x, 0]) of numbers at 0", lambda x: np.linalg.norm(np.array([x, 0.0])), 0.0, 0, OF_PYTHON),
    kink("norm(x, 1) at 0", lambda x: np.linalg.norm(x, 1), np.zeros(2), [0, 0]),
    kink("norm(x, 3) at 0", lambda x: np.linalg.norm(x, 3), np.zeros(2), [0, 0]),
    kink("norm(x, 3) at [0, 2]", lambda x: np.linalg.norm(x, 3), np.array([0.0, 2.0]), [0, 1]),
    kink("norm(x, axis=0) at 0", lambda x: np.linalg.norm(x, axis=0), np.zeros((2, 1)), [[0], [0]]),
    kink("norm([x, y], inf) at [1, 1]", lambda x: np.linalg.norm(x, np.inf), np.ones(2), [0.5, 0.5]),
    kink("hypot(x, 0) at 0", lambda x: np.hypot(x, 0.0), 0.0, 0),
    of_python("math.hypot(x, 0) at 0", lambda x: math.hypot(x, 0.0), 0.0, 0),
    of_python("math.dist((x, 1), (0, 1)) at 0", lambda x: math.dist((x, 1.0), (0.0, 1.0)), 0.0, 0),
    kink("std([x, 1]) at 1", lambda x: np.std(x), np.ones(2), [0, 0]),
    kink(
        "std(axis=0, ddof=1) at zero variance", lambda x: np.std(x, axis=0, ddof=1), np.ones((2, 2)), np.zeros((2, 2))
    ),
    kink("nanstd at zero variance", lambda x: np.nanstd(x), np.ones(2), [0, 0]),
    kink("maximum(x, 0) at 0", lambda x: np.maximum(x, 0), 0.0, 0.5),
    kink("minimum(x, 0) at 0", lambda x: np.minimum(x, 0), 0.0, 0.5),
    kink("fmax(x, 0) at 0", lambda x: np.fmax(x, 0), 0.0, 0.5),
    kink("maximum(x, x)", lambda x: np.maximum(x, x), 0.0, 1),
    kink("maximum(x, 0) + minimum(x, 0) at 0", lambda x: np.maximum(x, 0) + np.minimum(x, 0), 0.0, 1),
    kink("relu(x) - relu(-x) at 0", lambda x: rectified(x) - rectified(-x), 0.0, 1),
    kink("clip(x, 0, 1) at 0", lambda x: np.clip(x, 0, 1), 0.0, 0.5),
    kink("clip(x, 0, 1) at 1", lambda x: np.clip(x, 0, 1), 1.0, 0.5),
    kink("clip(x, 0, 1) is minimum(maximum(x, 0), 1)", lambda x: np.minimum(np.maximum(x, 0), 1), 1.0, 0.5),
    kink("max([x, 1, 1]) at 1", lambda x: np.max(x), np.ones(3), [1 / 3, 1 / 3, 1 / 3]),
    kink("max along an axis", lambda x: x.max(1), np.array([[1.0, 1.0], [0.0, 2.0]]), [[0.5, 0.5], [0, 1]]),
    of_python("max(x, y) of Python at x == y", lambda x: max(x, 1.0), 1.0, 1),
    of_python("max(y, x) of Python at x == y", lambda x: max(1.0, x), 1.0, 0),
    of_python("min(x, y) of Python at x == y", lambda x: min(x, 1.0), 1.0, 1),
    kink("sort([x, 1])[-1] at 1", lambda x: np.sort(x)[-1], np.ones(2), [0, 1]),
    kink("where(x > 0, sqrt(x), 0) at 0", lambda x: np.where(x > 0, np.sqrt(x), 0), 0.0, 0),
    kink("where(x != 0, 1 / x, 0) at 0", lambda x: np.where(x != 0, np.divide(1.0, x), 0), 0.0, 0, ANY[1:]),
    kink("(x > 0) * log(x) at 0", lambda x: (x > 0) * np.log(x), 0.0, NAN),
    kink("x ** 0 at 0", lambda x: x**0, 0.0, 0),
    kink("power(x, 0.0) at 0", lambda x: np.power(x, 0.0), 0.0, 0),
    kink("x ** 2 at 0", lambda x: x**2, 0.0, 0),
    kink("x ** 2.0 at 0", lambda x: x**2.0, 0.0, 0),
    kink("x ** 1.0 at 0", lambda x: x**1.0, 0.0, 1),
    kink("x ** 0.5 at 0", lambda x: x**0.5, 0.0, INF),
    kink("x ** 1 at 1e200", lambda x: operator.pow(x, 1), 1e200, 1),
    kink("power(x, 3.0) at -2", lambda x: np.power(x, 3.0), -2.0, 12),
    kink("power(-2, y) by y at 2", lambda y: np.power(-2.0, y), 2.0, NAN),
    of_python("math.pow(-2, y) by y at 2", lambda y: math.pow(-2.0, y), 2.0, NAN),
    kink("power(0, y) by y at 0", lambda y: np.power(0.0, y), 0.0, 0),
    kink("power(0, y) by y at 2", lambda y: np.power(0.0, y), 2.0, 0),
    kink("log(x) at 0", lambda x: np.log(x), 0.0, INF),
    kink("x * log(x) at 0", lambda x: x * np.log(x), 0.0, NAN),
    kink("arctan2(x, 0) at 0", lambda x: np.arctan2(x, 0.0), 0.0, 0),
    of_python("math.atan2(x, 0) at 0", lambda x: math.atan2(x, 0.0), 0.0, 0),
    kink("arcsin at 1", lambda x: np.arcsin(x), 1.0, INF),
    of_python("math.asin at 1", lambda x: math.asin(x), 1.0, INF),
    kink("arccos at -1", lambda x: np.arccos(x), -1.0, -INF),
    kink("arccosh at 1", lambda x: np.arccosh(x), 1.0, INF),
    of_python("math.acosh at 1", lambda x: math.acosh(x), 1.0, INF),
    kink("math.atan at 1e200", lambda x: math.atan(x), 1e200, 0, (float,)),
    kink("xlogy(x, 2) at 0", lambda x: scipy.special.xlogy(x, 2.0), 0.0, math.log(2)),
    kink("xlogy(x, 0) at 0", lambda x: scipy.special.xlogy(x, 0.0), 0.0, 0),
    kink("xlogy(0, y) at 0", lambda y: scipy.special.xlogy(0.0, y), 0.0, 0),
    kink("xlog1py(x, 1) at 0", lambda x: scipy.special.xlog1py(x, 1.0), 0.0, math.log(2)),
    kink("xlog1py(x, -1) at 0", lambda x: scipy.special.xlog1py(x, -1.0), 0.0, 0),
    kink("sinc at 0", lambda x: np.sinc(x), 0.0, 0),
    kink("sin(x) / x at 0", lambda x: np.sin(x) / x, 0.0, NAN, ANY[1:]),
    kink("mod(x, 2) at 2", lambda x: np.mod(x, 2), 2.0, 1),
    kink("mod(5, x) at 2", lambda x: np.mod(5, x), 2.0, -2),
    of_python("x % 2 of Python at 2", lambda x: x % 2, 2.0, 1),
    of_python("5 % x of Python at 2", lambda x: 5 % x, 2.0, -2),
    kink("x // 2", lambda x: x // 2, 2.0, 0),
    kink("prod([x, 0, 3]) at 0", lambda x: np.prod(x), np.array([0.0, 0.0, 3.0]), [0, 0, 0]),
    kink("prod([x, 2, 3]) at 0", lambda x: np.prod(x), np.array([0.0, 2.0, 3.0]), [6, 0, 0]),
    kink("cumprod([x, 2])[-1] at 0", lambda x: np.cumprod(x)[-1], np.array([0.0, 2.0]), [2, 0]),
    kink("logaddexp(x, 0) at 0", lambda x: np.logaddexp(x, 0.0), 0.0, 0.5),
    kink("logaddexp at (-inf, -inf)", lambda x: np.logaddexp(x, -INF), -INF, NAN),
    kink("logaddexp2(x, 0) at 0", lambda x: np.logaddexp2(x, 0.0), 0.0, 0.5),
    kink("det of a singular matrix", lambda a: np.linalg.det(a), SINGULAR, [[4, -2], [-2, 1]]),
    kink("eigh(I) eigenvalues", lambda a: np.linalg.eigh(a)[0][0], np.eye(2), [[1, 0], [0, 0]]),
    kink("eigh(I) one eigenvector entry", lambda a: np.linalg.eigh(a)[1][0, 0], np.eye(2), np.full((2, 2), NAN)),
    kink("gradient of cholesky by a symmetric argument", lambda a: np.linalg.cholesky(a)[1, 0], SYMMETRIC, BY_CHOLESKY),
    kink("gradient of eigvalsh by a symmetric argument", lambda a: np.linalg.eigvalsh(a)[1], SYMMETRIC, BY_EIGENVALUE),
    kink("gradient of eigh by a symmetric argument", lambda a: np.linalg.eigh(a)[0][1], SYMMETRIC, BY_EIGENVALUE),
    kink("abs(x + 0j) at 0", lambda x: np.abs(x + 0j), 0.0, 0),
    kink("angle(x + 0j) at 0", lambda x: np.angle(x + 0j), 0.0, 0),
    kink("abs(z) at 0", lambda z: np.abs(z), np.zeros(1, complex), [0]),
    kink("angle(z) at 0", lambda z: np.angle(z), np.zeros(1, complex), [0]),
    kink("x[[0, 0, 2]].sum()", lambda x: x[[0, 0, 2]].sum(), np.ones(3), [2, 0, 1]),
    kink("z[[0, 0]] = v; z @ w", assigned_twice, np.ones(2), [0, 3]),
    kink("x[idx] += v with repeated idx", added_buffered, np.ones(2), [0, 1]),
    kink("np.add.at with repeated idx", added_at, np.ones(2), [1, 1]),
    of_python("if x == 1: return 1. + 0 * x; else x * x at 1", branches, 1.0, 0),
    of_python("t[int(x)]", looked_up, 1.0, 0),
    kink("nan_to_num of nan and inf", lambda x: np.nan_to_num(x), np.array([NAN, INF, 1.0]), [0, 0, 1]),
    kink("copysign(x, 1) at 0", lambda x: np.copysign(x, 1.0), 0.0, 0),
]


@pytest.mark.parametrize(("function", "points", "expected"), KINKS)
def test_the_choice_is_the_one_of_the_conventions(function: Any, points: list[Any], expected: Any) -> None:
    for x in points:
        with quiet_where(function, x, expected):
            out, pull = vjp(function, x)
            (x_bar,) = pull(np.ones_like(out) if isinstance(out, np.ndarray) else 1.0)
        agree(np.broadcast_to(expected, np.shape(x)), x_bar)
        assert np.shape(x_bar) == np.shape(x)
        assert isinstance(
            x_bar, np.ndarray if np.ndim(x) else (float, np.ndarray) if isinstance(x, np.ndarray) else float
        )
        for direction, value in directions(x, np.broadcast_to(expected, np.shape(x))):
            with quiet_where(function, x, expected):
                moved = jvp(function, (x,), (direction,))[1]
            agree(value, np.sum(moved))


def directions(x: Any, gradient: Any) -> Iterator[tuple[Any, Any]]:
    """Tangents, and what the sum of the result moves by: of what is infinite along all coordinates at once."""
    if not isinstance(x, np.ndarray):
        yield 1.0, float(gradient)
        return
    yield np.ones_like(x), np.sum(gradient)
    if np.all(np.isfinite(gradient)):
        for k, unit in enumerate(np.eye(x.size, dtype=x.dtype)):
            yield unit.reshape(x.shape), gradient.ravel()[k]


def agree(expected: Any, found: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@contextmanager
def quiet_where(function: Any, x: Any, expected: Any) -> Iterator[None]:
    """Make a warning an error, unless the function itself warns or its mathematics has no derivative."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        function(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if told or np.any(np.isnan(expected)) else "error")
        yield


def squares(x: Any) -> Any:
    return x * x


def pair(x: Any) -> Any:
    return x, x


def power(x: Any, *, exponent: float = 2.0) -> Any:
    return x**exponent


def without_result(x: Any) -> None:
    print(end="")


def unknown(x: Any) -> Any:
    return np.histogram_bin_edges(x)[0]


def unsupported(x: Any) -> Any:
    async def later() -> Any:
        return x

    return later


@custom_vjp
def of_wrong_number(x: Any) -> Any:
    return x * x


@custom_vjp
def of_wrong_shape(x: Any) -> Any:
    return x * x


of_wrong_number.defvjp(lambda x: (x * x, x), lambda x, ct: (ct, ct))
of_wrong_shape.defvjp(lambda x: (x * x, x), lambda x, ct: (ct[1:],))
SOURCELESS: dict[str, Any] = {}
exec("def made(x): return x * x", SOURCELESS)
ONES = np.ones(3)


def along(function: Any, x: Any, x_dot: Any = None) -> Any:
    return lambda: jvp(function, (x,), (x if x_dot is None else x_dot,))


def mistake(row: str, error: type[Exception], words: str, *calls: Any) -> Any:
    return pytest.param(error, words, calls, id=row)


MISTAKES = [
    mistake(
        "integer array differentiated",
        TypeError,
        r"int64\n +Pass x.astype\(float\)",
        lambda: grad(squares)(np.arange(3)),
        lambda: vjp(squares, np.arange(3)),
        lambda: jacobian(squares)(np.arange(3)),
        along(squares, np.arange(3)),
    ),
    mistake(
        "bool array differentiated",
        TypeError,
        r"bool\n +Pass x.astype\(float\)",
        lambda: grad(squares)(ONES > 0),
        along(squares, ONES > 0),
    ),
    mistake(
        "output larger than one element",
        TypeError,
        r"shape \(3,\): use jacobian for all derivatives, or vjp",
        lambda: grad(squares)(ONES),
    ),
    mistake(
        "output None",
        TypeError,
        "without_result returns None",
        lambda: grad(without_result)(1.0),
        along(without_result, 1.0),
    ),
    mistake("output a pair", TypeError, "has_aux=True", lambda: grad(pair)(1.0)),
    mistake("output a string", TypeError, "returns a string", lambda: grad(lambda x: "text")(1.0)),
    mistake("complex output", TypeError, "holomorphic=True", lambda: grad(lambda x: x * 1j)(1.0)),
    mistake(
        "argnums out of range",
        TypeError,
        "argnums=3 is out of range(?s:.*)The parameters of squares are: x",
        lambda: grad(squares, 3)(1.0),
    ),
    mistake(
        "argnums of an unknown name",
        TypeError,
        "names no parameter(?s:.*)The parameters of squares are: x",
        lambda: grad(squares, "y")(1.0),
    ),
    mistake(
        "a keyword-only argument by position",
        TypeError,
        "keyword-only(?s:.*)The parameters of power are: x, exponent",
        lambda: grad(power, 1)(1.0),
    ),
    mistake(
        "tangent or cotangent of another structure",
        ValueError,
        "a tuple of .* a tuple of|a tuple of .* float64",
        lambda: vjp(squares, ONES)[1]((ONES, ONES)),
        lambda: jvp(squares, (ONES,), (ONES, ONES)),
    ),
    mistake(
        "tangent or cotangent of another shape",
        ValueError,
        r"shape \(2,\), but .* shape \(3,\)",
        lambda: vjp(squares, ONES)[1](ONES[:2]),
        along(squares, ONES, ONES[:2]),
    ),
    mistake(
        "tangent or cotangent of another dtype",
        ValueError,
        "float32 .* float64",
        lambda: vjp(squares, ONES)[1](ONES.astype("float32")),
        along(squares, ONES, ONES.astype("float32")),
    ),
    mistake(
        "no source (exec)",
        TypeError,
        "the source of made cannot be had(?s:.*)Put the function in a file",
        lambda: grad(SOURCELESS["made"])(1.0),
        along(SOURCELESS["made"], 1.0),
    ),
    mistake(
        "no source (C function without a rule)",
        TypeError,
        "packbits is not known here(?s:.*)Call a function of NumPy, of math, or one of your own",
        lambda: grad(np.packbits)(1.0),
        along(np.packbits, 1.0),
    ),
    mistake(
        "unsupported syntax",
        SyntaxError,
        r"(?s)test_conventions.py:\d+:\d+: .*\n    async def later.*\n    \^+",
        lambda: grad(unsupported)(1.0),
        along(unsupported, 1.0),
    ),
    mistake(
        "an unknown active call",
        TypeError,
        r"(?s)test_conventions.py:\d+:\d+: np.histogram_bin_edges .*\n    return np.hist.*\n +\^+\n    ",
        lambda: grad(unknown)(ONES),
        along(unknown, ONES),
    ),
    mistake(
        "a custom rule that returns the wrong number",
        TypeError,
        "a rule of of_wrong_number",
        lambda: grad(lambda x: np.sum(of_wrong_number(x)))(ONES),
    ),
    mistake(
        "a custom rule that returns the wrong shape",
        ValueError,
        "a rule of of_wrong_shape",
        lambda: grad(lambda x: np.sum(of_wrong_shape(x)))(ONES),
    ),
]


@pytest.mark.parametrize(("error", "words", "calls"), MISTAKES)
def test_a_mistake_is_told_by_the_error_of_the_conventions(error: Any, words: str, calls: tuple[Any, ...]) -> None:
    for call in calls:
        with pytest.raises(error, match=words):
            call()
