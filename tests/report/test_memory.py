"""`ast-ad dump --memory`: what is recorded, by name, line and size."""

from __future__ import annotations

import numpy as np
import pytest

from ast_ad import cli

MODULE = """
import numpy as np


def diffuse(u, alpha, steps):
    u = u.copy()
    for t in range(steps):
        u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def triangle(x, n):
    s = x
    for i in range(n):
        for j in range(i + 1):
            s = s * s + x
            if s > 1.0:
                s = np.sin(s) * x
    return s


def shortest(d):
    n = len(d)
    s = 1.0
    for i in range(n):
        for j in range(n):
            if d[i, j] > 0.5:
                s = s * s * d[i, j]
    return s


def settle(x: float):
    while abs(x) > 0.1:
        x = x - 0.5 * np.sin(x)
    return x * x


def helped(x, n):
    for _ in range(n):
        x = part(x, 3)
    return np.sum(x)


def part(x, n):
    for k in range(1, n + 1):
        x = np.sin(x) if k % 2 else x[0] * x
    return x
"""


@pytest.fixture
def dump(tmp_path, capsys):
    file = tmp_path / "model.py"
    file.write_text(MODULE)

    def run(name, *options):
        code = cli.main(["dump", "--memory", f"{file}:{name}", *options])
        text = capsys.readouterr()
        return code, text.out + text.err

    return run


def test_the_size_of_a_tape_is_told_in_the_programs_words(dump):
    code, text = dump("diffuse", "--wrt", "u,alpha", "--at", "u=np.arange(10.0), alpha=0.1, steps=3")
    assert code == 0
    assert text.splitlines() == [
        "tape  line  statement                                         how much                      numbers  bytes",
        "----  ----  ------------------------------------------------  ----------------------------  -------  -----",
        "tape  8     u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[ ...  steps x (len(u) - 2) float64       24  192 B",
        "                                                                                                     192 B",
    ]


def test_a_linear_step_records_nothing(dump):
    assert dump("diffuse", "--at", "u=np.arange(10.0), alpha=0.1, steps=3") == (0, "nothing is recorded\n")


def test_loops_that_depend_on_each_other_are_sums(dump):
    code, text = dump("triangle", "--at", "x=0.7, n=4")
    assert code == 0
    (row, total) = text.splitlines()[2:]
    assert row.split()[:2] == ["ss", "15"]
    assert "sum(i + 1 for i in range(n)) float64" in row
    assert row.endswith(" 10   80 B")
    assert total.strip() == "80 B"


def test_what_not_every_trip_records_is_told_as_a_bound(dump):
    code, text = dump("shortest", "--at", "d=np.ones((3, 3))")
    assert code == 0
    assert "at most n x n float64" in text


def test_what_is_not_known_before_a_run_is_counted_with_arguments_only(dump):
    _, plain = dump("settle")
    assert "trips of the while in line 33 float64" in plain
    assert "bytes" not in plain
    _, counted = dump("settle", "--at", "x=2.0")
    assert "numbers  bytes" in counted


def test_a_loop_in_a_function_that_is_called_counts_its_trips(dump):
    _, text = dump("helped", "--at", "x=np.ones(5), n=2")
    assert "n x (4 - 1) x len(x) float64" in text
    assert text.splitlines()[-1].strip() == "240 B"


def test_other_modes_are_refused(dump):
    code, text = dump("diffuse", "--mode", "jvp", "--at", "u=np.arange(10.0), alpha=0.1, steps=3")
    assert code == 2
    assert "--memory is for the modes grad and value_and_grad" in text


def test_counting_changes_no_argument():
    from ast_ad import pipeline
    from ast_ad.frontend.signature import arguments_of
    from ast_ad.report.memory import listing

    def f(x):
        for _ in range(3):
            x[1:] *= x[:-1]
        return np.sum(x)

    x = np.arange(1.0, 5.0)
    work = pipeline.run(pipeline.Request(f, arguments_of(f, (x,), {}), "grad", (0,)))
    assert "3 x (len(x) - 1) float64" in listing(work.program, work.names, ((x,), {}))
    assert x.tolist() == [1.0, 2.0, 3.0, 4.0]
