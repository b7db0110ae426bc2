"""The hand-written adjoints of the kernels that write in place are right, and their benchmark runs from end to end."""

import os
import subprocess
import sys
from pathlib import Path

import oracle
import pytest

BENCH = Path(__file__).parent.parent.parent / "tools" / "bench"
NAMES = ["heat", "wave", "gauss_seidel", "lu", "cholesky", "thomas", "floyd", "edit_distance", "convolve"]
NAMES += ["triangle", "ridge"]


@pytest.fixture(scope="module")
def kernels():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import in_place_cases as module

        yield module
        del sys.modules["in_place_cases"]


@pytest.mark.parametrize("name", NAMES)
def test_a_hand_written_adjoint_is_right(kernels, name):
    kernel = next(k for k in kernels.KERNELS if k.name == name)
    args, wrt = kernel.arguments(5), kernel.module.WRT
    gradient = kernel.adjoint(*args)
    places, gradient = (wrt, gradient) if isinstance(wrt, tuple) else ((wrt,), (gradient,))
    oracle.assert_gradient(getattr(kernel.module, name), args, places, gradient)


def test_every_kernel_is_checked(kernels):
    assert [kernel.name for kernel in kernels.KERNELS] == NAMES
    x = kernels.normal(6)
    oracle.assert_gradient(kernels.fill, (x,), (0,), (kernels.fill_adjoint(x),))


def test_the_benchmark_prints_a_row_for_each_kernel_that_is_named():
    finished = subprocess.run(
        [sys.executable, str(BENCH / "in_place.py"), "lu", "--seconds", "0.01"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    rows = [line.split("|")[1].strip() for line in finished.stdout.splitlines() if line.startswith("|")]
    assert rows[0] == "kernel"
    assert rows[2:] == ["lu 32"]
