import contextlib
import io

import pytest

from tests.frontend.agreement import agree
from tests.programs import every_program

CASES = [(p.function, args) for p in every_program() for args in p.inputs]


@pytest.mark.parametrize(("function", "args"), CASES, ids=[f"{f.__module__}.{f.__name__}" for f, _ in CASES])
def test_a_program_computes_what_its_function_does(function, args):
    with contextlib.redirect_stdout(io.StringIO()):
        agree(function, *args)
