"""The value of each derivative where calculus leaves a choice: the rows of CONVENTIONS.md that are one rule."""

from __future__ import annotations

import math
import operator
import warnings
from typing import Any

import numpy as np
import pytest

from ast_ad.ir.core import Var
from ast_ad.rules.table import rule_of
from ast_ad.rules.terms import Term
from tests.rules.checking import accumulated, evaluate, kind_like, sample

INF, NAN = math.inf, math.nan


def gradient(function: Any, *args: Any, by: int = 0, **params: Any) -> Any:
    """The cotangent of an operand where that of the result is 1, computed under errstate(all="raise")."""
    s = sample(function, *args, **params)
    env: dict[Var, Any] = {}
    terms = []
    for k, x in enumerate(s.args):
        var = Var(f"x{k}", kind_like(x, lambda n, _: n, f"x{k}"))
        env[var] = x
        constant = x is None or type(x) is int or (type(x) is float and k != by)
        terms.append(Term(_literal(x)) if constant else Term(var))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = s.primitive.call(*s.args, **s.params)
    ans, ct = Var("ans", s.primitive.kinds(tuple(t.kind for t in terms), s.params)), None
    env[ans] = out
    ct = Var("ct", ans.kind)
    env[ct] = np.ones_like(out) if isinstance(out, (np.ndarray, np.generic)) else 1.0
    rule = rule_of(s.primitive)
    assert rule is not None
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        x_bar = rule.vjp(Term(ans), tuple(terms), s.params, Term(ct), by)
        if x_bar is None:
            return np.zeros_like(s.args[by], dtype=float)
        return evaluate(accumulated(x_bar, terms[by], rule.unbroadcast), env)


def _literal(x: Any) -> Any:
    from ast_ad.ir.core import Lit

    return Lit(x)


def both(value: float) -> tuple[Any, ...]:
    """A point as a Python float, a NumPy scalar and an array."""
    return value, np.float64(value), np.array([value])


ROWS: list[tuple[Any, tuple[Any, ...], int, Any]] = [
    (abs, (0.0,), 0, 0),
    (abs, (-0.0,), 0, 0),
    (np.abs, (0.0,), 0, 0),
    (math.fabs, (0.0,), 0, 0),
    (math.sqrt, (0.0,), 0, INF),
    (np.sqrt, (0.0,), 0, INF),
    (np.linalg.norm, (np.zeros(2),), 0, [0, 0]),
    (np.linalg.norm, (np.zeros(2), 1), 0, [0, 0]),
    (np.linalg.norm, (np.zeros(2), 3), 0, [0, 0]),
    (np.linalg.norm, (np.array([1.0, 1.0]), np.inf), 0, [0.5, 0.5]),
    (np.linalg.norm, (np.array([0.0, 2.0]), 3), 0, [0, 1]),
    (np.hypot, (0.0, 0.0), 0, 0),
    (math.hypot, (0.0, 0.0), 0, 0),
    (math.dist, ((0.0, 1.0), (0.0, 1.0)), 0, (0, 0)),
    (np.std, (np.array([1.0, 1.0]),), 0, [0, 0]),
    (np.maximum, (0.0, 0.0), 0, 0.5),
    (np.maximum, (np.array([0.0, 1.0, -1.0]), 0.0), 0, [0.5, 1, 0]),
    (np.minimum, (0.0, 0.0), 0, 0.5),
    (np.clip, (np.array([0.0, 0.5, 1.0, 2.0]), 0.0, 1.0), 0, [0.5, 1, 0.5, 0]),
    (np.max, (np.array([1.0, 1.0, 1.0, 0.0]),), 0, [1 / 3, 1 / 3, 1 / 3, 0]),
    (np.max, (np.array([[1.0, 1.0], [0.0, 2.0]]), 1), 0, [[0.5, 0.5], [0, 1]]),
    (max, (1.0, 1.0), 0, 1),
    (max, (1.0, 1.0), 1, 0),
    (min, (1.0, 1.0), 0, 1),
    (operator.pow, (0.0, 0), 0, 0),
    (operator.pow, (0.0, 2), 0, 0),
    (operator.pow, (0.0, 2.0), 0, 0),
    (operator.pow, (0.0, 1.0), 0, 1),
    (operator.pow, (0.0, 0.5), 0, INF),
    (operator.pow, (np.array([0.0]), 0.5), 0, [INF]),
    (operator.pow, (np.array([0.0]), 0.25), 0, [INF]),
    (np.power, (0.0, 0.0), 0, 0),
    (np.power, (np.array([0.0, 0.0, 0.0, -2.0]), np.array([0.0, 2.0, 0.5, 3.0])), 0, [0, 0, INF, 12]),
    (np.power, (np.array([0.0, 0.0, -2.0]), np.array([0.0, 2.0, 2.0])), 1, [0, 0, NAN]),
    (math.pow, (0.0, 0.0), 0, 0),
    (math.pow, (-2.0, 2.0), 1, NAN),
    (operator.pow, (1e200, 1), 0, 1),
    (math.atan, (1e200,), 0, 0),
    (np.arctan2, (0.0, 0.0), 0, 0),
    (math.atan2, (0.0, 0.0), 0, 0),
    (np.arcsin, (1.0,), 0, INF),
    (math.asin, (1.0,), 0, INF),
    (np.arccos, (-1.0,), 0, -INF),
    (np.arccosh, (1.0,), 0, INF),
    (math.acosh, (1.0,), 0, INF),
    (np.cbrt, (0.0,), 0, INF),
    (np.sinc, (0.0,), 0, 0),
    (operator.mod, (2.0, 2.0), 0, 1),
    (operator.mod, (5.0, 2.0), 1, -2),
    (np.mod, (5.0, np.float64(2.0)), 1, -2),
    (operator.floordiv, (5.0, 2.0), 0, 0),
    (np.prod, (np.array([0.0, 0.0, 3.0]),), 0, [0, 0, 0]),
    (np.prod, (np.array([0.0, 2.0, 3.0]),), 0, [6, 0, 0]),
    (np.cumprod, (np.array([0.0, 2.0]),), 0, [3, 0]),
    (np.logaddexp, (0.0, 0.0), 0, 0.5),
    (np.linalg.det, (np.array([[1.0, 2.0], [2.0, 4.0]]),), 0, [[4, -2], [-2, 1]]),
    (np.linalg.eigvalsh, (np.eye(2),), 0, [[1, 0], [0, 1]]),
    (np.abs, (np.complex128(0),), 0, 0),
    (np.angle, (np.complex128(0),), 0, 0),
    (np.sort, (np.array([1.0, 1.0]),), 0, [1, 1]),
    (np.sign, (0.0,), 0, 0),
    (np.floor, (1.0,), 0, 0),
    (np.nan_to_num, (np.array([np.nan, np.inf, 1.0]),), 0, [0, 0, 1]),
    (np.copysign, (0.0, 1.0), 0, 0),
]


@pytest.mark.parametrize(("function", "args", "by", "expected"), ROWS, ids=lambda v: getattr(v, "__name__", repr(v)))
def test_the_choice_is_the_one_of_the_conventions(function: Any, args: Any, by: int, expected: Any) -> None:
    points = both(args[by]) if type(args[by]) is float and not _of_python(function) else (args[by],)
    for point in points:
        at = tuple(point if k == by else x for k, x in enumerate(args))
        found = gradient(function, *at, by=by)
        np.testing.assert_allclose(np.ravel(np.asarray(found)), np.ravel(expected), rtol=1e-12, atol=1e-12)


def _of_python(function: Any) -> bool:
    return getattr(function, "__module__", "") in ("math", "builtins") and function is not abs


def test_the_stable_order_decides_among_equal_elements() -> None:
    from ast_ad.rules.terms import call

    x = Var("x", kind_like(np.ones(2), lambda n, _: n, "x"))
    last = call(np.sort, Term(x))[-1]
    from ast_ad.rules.composite import cotangent_of
    from ast_ad.rules.terms import term

    leaf = Term(x)
    last = call(np.sort, leaf)[-1]
    found = evaluate(cotangent_of(last, term(1.0), leaf), {x: np.ones(2)})
    np.testing.assert_array_equal(found, [0, 1])
