import linecache

import numpy as np
import pytest
from hypothesis import given, strategies as st

from ast_ad.errors import AstAdError
from tests.frontend.agreement import agree
from tests.frontend.random_programs import random_program

START = np.arange(6.0) / 4 - 0.3
OTHER = np.sin(np.arange(6.0))


@pytest.mark.fuzz
@given(st.integers(0, 10**9), st.sampled_from([(0.7, 3), (-0.4, 2), (2.0, 0)]))
def test_a_random_program_is_right_or_a_located_error(seed, numbers):
    program = random_program(seed)
    try:
        with np.errstate(all="ignore"):
            agree(program, START, OTHER, *numbers)
    except AstAdError as error:
        assert error.line is not None  # noqa: PT017
    except OverflowError:
        pass
    finally:
        linecache.cache.pop(program.__code__.co_filename, None)


def test_most_random_programs_have_a_program():
    refused = 0
    for seed in range(60):
        try:
            with np.errstate(all="ignore"):
                agree(random_program(seed), START, OTHER, 0.7, 3)
        except AstAdError:
            refused += 1
    assert refused < 30
