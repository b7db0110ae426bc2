"""The benchmark's hand-written adjoints are right, and it runs from end to end.  No time is judged."""

import os
import subprocess
import sys
from pathlib import Path

import oracle
import pytest

BENCH = Path(__file__).parent.parent.parent / "tools" / "bench"


@pytest.fixture(scope="module")
def cases():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import cases as module

        yield {case.name: case for case in module.CASES}
        del sys.modules["cases"]


@pytest.mark.parametrize("size", [2, 9])
@pytest.mark.parametrize("name", ["scalar loop", "log-likelihood", "network 64 x", "indexing loop"])
def test_a_hand_written_adjoint_is_right(cases, name, size):
    case = cases[name]
    args = case.arguments(size)
    oracle.assert_gradient(case.primal, args, case.wrt, case.adjoint(*args))


def test_every_adjoint_is_checked(cases):
    assert list(cases) == ["scalar loop", "log-likelihood", "network 64 x", "indexing loop"]


def run(*arguments):
    finished = subprocess.run(
        [sys.executable, str(BENCH / "run.py"), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_the_benchmark_prints_a_row_for_every_case_and_cost():
    lines = run("--largest", "6", "--seconds", "0.01", "--repeats", "1")
    first = [line.split("|")[1].strip() for line in lines if line.startswith("|")]
    assert first[0] == "case"
    assert first.index("cost") == 2 + 6
    assert len(first) == 2 + 6 + 2 + 3 + 5
    assert all(line.count("|") == lines[0].count("|") for line in lines[: 2 + 6])


def test_names_choose_what_is_run():
    lines = run("scalar", "--largest", "6", "--seconds", "0.01")
    assert [line.split("|")[1].strip() for line in lines[2:] if line] == ["scalar loop 6"]


def test_the_table_of_orders_has_a_row_for_every_case():
    finished = subprocess.run(
        [sys.executable, str(BENCH / "orders.py"), "--seconds", "0.001"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert len(lines) == 2 + 7
    assert all(line.count("|") == 8 for line in lines)
