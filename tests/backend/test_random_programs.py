import random
import warnings

import pytest
from hypothesis import given, strategies as st

from ast_ad.backend.write import write
from ast_ad.ir.verify import verify
from tests.backend.random_programs import arguments, draw
from tests.backend.running import check


@pytest.mark.fuzz
@given(st.integers(min_value=0))
def test_text_computes_what_the_ir_does(seed):
    programs = [verify(draw(random.Random(1000 * seed + k))) for k in range(10)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in programs:
            check(program, arguments())


@pytest.mark.parametrize("seed", [1076, 1712, 11882, 15243])
def test_programs_that_were_once_wrong(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(draw(random.Random(seed)), arguments())


def test_the_same_program_gives_the_same_text():
    for seed in range(20):
        assert write(draw(random.Random(seed))).text == write(draw(random.Random(seed))).text
