"""Every rule on its samples: both modes, differences, second order, kinds, memory, warnings."""

from __future__ import annotations

from typing import Any

import pytest

from ast_ad.rules.table import RULES_OF_COMPLEX, load_all
from tests.rules.checking import KNOWLEDGE, Differentiated, Sample, check, check_result_shares_as_stated
from tests.rules.samples import SAMPLES


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
@pytest.mark.parametrize("s", SAMPLES, ids=repr)
def test_both_modes_agree_with_the_definition(s: Sample, knowledge: str) -> None:
    check(s, knowledge)


@pytest.mark.parametrize("s", SAMPLES, ids=repr)
def test_memory_is_shared_as_the_primitive_states(s: Sample) -> None:
    check_result_shares_as_stated(s)


def test_every_rule_has_samples() -> None:
    sampled = {s.primitive for s in SAMPLES}
    missing = sorted(p.name for p in load_all(scipy=True) if p not in sampled and p.name not in BY_HAND)
    assert not missing


def test_every_rule_that_serves_complex_numbers_has_samples_with_them() -> None:
    load_all(scipy=True)
    sampled = {s.primitive for s in SAMPLES if any(map(has_complex, (s.args, Differentiated(s, "rank").out)))}
    assert not sorted(p.name for p in RULES_OF_COMPLEX if p not in sampled and p.name not in BY_HAND)


def has_complex(value: Any) -> bool:
    """Whether a value is complex, or holds what is."""
    if isinstance(value, (tuple, list)):
        return any(map(has_complex, value))
    return isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c"


#: words that have no value of their own, or that the transforms take apart
BY_HAND = {"print", "assert", "keys", "length", "is_empty", "shape", "stop_gradient", "constant_at"}
