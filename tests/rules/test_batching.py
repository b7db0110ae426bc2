"""A primitive on many values at once gives, row by row, what it gives on each."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from ast_ad.analyses.dependence import OF_SHAPES
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Var
from ast_ad.rules.batching import OneAtATime, Operand, at_once
from ast_ad.rules.rows import rows_kind
from ast_ad.rules.terms import Term
from tests.rules.checking import (
    KNOWLEDGE,
    FixedList,
    Sample,
    evaluate,
    is_active,
    kind_like,
    plain,
    random_like,
)
from tests.rules.samples import SAMPLES

COUNT = 3


def whole(value: Any, moved: Any) -> Any:
    """A structure of numbers, moved a little."""
    if isinstance(value, (tuple, list)):
        made = [whole(v, m) for v, m in zip(value, moved, strict=True)]
        return tuple(made) if isinstance(value, tuple) else FixedList(made) if isinstance(value, FixedList) else made
    return value if moved is None else (np.asarray(value) + 0.01 * moved).astype(np.asarray(moved).dtype)[()]


def stacked(rows: list[Any]) -> Any:
    """Many values of one structure as one, with an axis in front."""
    first = rows[0]
    if isinstance(first, (tuple, list)):
        made = [stacked([row[k] for row in rows]) for k in range(len(first))]
        return tuple(made) if isinstance(first, tuple) else made
    return np.stack([np.asarray(row) for row in rows])


def assert_rows(found: Any, expected: list[Any]) -> None:
    """Row by row the same, in shape too."""
    if isinstance(expected[0], (tuple, list)):
        for k, part in enumerate(found):
            assert_rows(part, [row[k] for row in expected])
        return
    assert np.shape(found) == (len(expected), *np.shape(expected[0]))
    np.testing.assert_allclose(found, np.stack(expected), rtol=1e-12, atol=1e-12)


def ways(s: Sample) -> list[list[bool]]:
    """Which operands are many: each alone, and all of them."""
    if s.primitive in OF_SHAPES:
        return []
    active = [is_active(x) and all(map(is_active, x if isinstance(x, (tuple, list)) else [x])) for x in s.args]
    alone = [[k == n for k in range(len(active))] for n in range(len(active)) if active[n]]
    return [*alone, active] if sum(active) > 1 else alone


def check_many(s: Sample, many: list[bool], knowledge: str) -> bool:
    """Hold a primitive on many values against its calls on each; whether there was something to hold."""
    rng = np.random.default_rng(0)
    dims = KNOWLEDGE[knowledge]
    env: dict[Var, Any] = {}
    operands, rows = [], []
    for k, (x, on) in enumerate(zip(s.args, many, strict=True)):
        kind = kind_like(x, dims, f"x{k}")
        values = [whole(x, random_like(x, rng)) for _ in range(COUNT)] if on else [plain(x)] * COUNT
        var = Var(f"x{k}", rows_kind(kind, None) if on else kind)
        env[var] = stacked([plain(v) for v in values]) if on else plain(x)
        operands.append(Operand(Term(var), kind, on))
        rows.append([plain(v) for v in values])
    try:
        term = at_once(s.primitive, operands, s.params)
    except OneAtATime:
        return False
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = [s.primitive.call(*(column[n] for column in rows), **s.params) for n in range(COUNT)]
        assert_rows(evaluate(term, env), expected)
    return True


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
@pytest.mark.parametrize("s", SAMPLES, ids=repr)
def test_many_at_once_are_each_by_itself(s: Sample, knowledge: str) -> None:
    for many in ways(s):
        check_many(s, many, knowledge)


def test_the_words_of_the_sweeps_are_computed_for_many_at_once() -> None:
    served = {s.primitive for s in SAMPLES for many in ways(s) if check_many(s, many, "exact")}
    words = {P.GETITEM, P.INDEX_ADD, P.INDEX_UPDATE, P.BROADCAST_LIKE, P.UNBROADCAST, P.CAST_LIKE, P.MATMUL, P.MUL}
    assert sorted(word.name for word in words - served) == []
