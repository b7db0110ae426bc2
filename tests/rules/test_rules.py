"""Every rule on its samples: both modes, differences, second order, kinds, memory, warnings."""

from __future__ import annotations

import pytest

from ast_ad.rules.table import load_all
from tests.rules.checking import KNOWLEDGE, Sample, check, check_result_shares_as_stated
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


#: words that have no value of their own, or that the transforms take apart
BY_HAND = {"print", "assert", "length", "is_empty", "shape", "stop_gradient", "constant_at"}
