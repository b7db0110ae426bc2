"""The hand-written derivatives of single functions are right, and their benchmark runs from end to end."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import oracle
import pytest

BENCH = Path(__file__).parent.parent.parent / "tools" / "bench"


def functions():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import function_cases as module

        del sys.modules["function_cases"]
        return module.FUNCTIONS


@pytest.mark.parametrize("case", functions(), ids=lambda case: case.primal.__name__)
def test_a_hand_written_derivative_is_right(case):
    x = case.make(9 if case.primal.__name__ != "take" else 8)
    oracle.assert_gradient(case.primal, (x,), (0,), (np.asarray(case.by_hand(x)),))


def test_there_are_thirty_and_more():
    assert len({case.primal.__name__ for case in functions()}) >= 30


def test_the_benchmark_prints_a_row_for_each_function_and_size():
    finished = subprocess.run(
        [sys.executable, str(BENCH / "functions.py"), "sort", "softmax", "--sizes", "10", "20", "--seconds", "0.001"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    first = [line.split("|")[1].strip() for line in finished.stdout.splitlines() if line.startswith("|")]
    assert [name for name in first if not name.startswith("-")] == [
        "10 elements",
        "sort",
        "softmax",
        "20 elements",
        "sort",
        "softmax",
    ]
