"""Measure derivatives against hand-written adjoints and autograd, and the compiler's own costs.

    python tools/bench/run.py                     everything
    python tools/bench/run.py loop compiler       cases by a word in their names; `call` and `compiler` are the rest

One run prints Markdown tables.  Each number is the minimum of several repetitions, taken in turns.  A peer that is not
installed prints `-`.  Every derivative is checked against the hand-written one before it is timed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cases import CASES, Case, log_likelihood

import ast_ad.runtime

PROBE = Path(__file__).with_name("probe.py")
Timed = Callable[[], Any]


# --- measuring ---


def repetitions(run: Timed, at_least: float, clock: Callable[[], float]) -> int:
    """How many calls take about that many seconds."""
    start = clock()
    run()
    once = clock() - start
    return max(1, math.ceil(at_least / max(once, 1e-7)))


def fastest(
    contenders: Sequence[Timed | None], seconds: float, clock: Callable[[], float] = time.perf_counter
) -> list[float | None]:
    """The least time of one call of each, by rounds that give every contender its turn."""
    counts = [run and repetitions(run, seconds / 20, clock) for run in contenders]
    best: list[float | None] = [run and math.inf for run in contenders]
    end = clock() + seconds * sum(run is not None for run in contenders)
    for rounds in range(1000):
        if rounds >= 3 and clock() > end:
            break
        for k, (run, count) in enumerate(zip(contenders, counts, strict=True)):
            if run is None:
                continue
            start = clock()
            for _ in range(count):
                run()
            best[k] = min(best[k], (clock() - start) / count)
    return best


# --- the contenders ---


def with_autograd(case: Case) -> Callable[..., Any] | None:
    """autograd's derivative of the same text, read with its own NumPy under the names `np` and `math`."""
    try:
        import autograd
        import autograd.numpy
    except ImportError:
        return None
    mathematics = types.SimpleNamespace(sin=autograd.numpy.sin, log=np.log, pi=math.pi)
    names = {**case.primal.__globals__, "np": autograd.numpy, "math": mathematics}
    return autograd.grad(types.FunctionType(case.primal.__code__, names), case.wrt)


def check(name: str, got: Sequence[Any], expected: Sequence[Any]) -> None:
    for ours, by_hand in zip(got, expected, strict=True):
        if not np.allclose(ours, by_hand, rtol=1e-8, atol=1e-10):
            raise SystemExit(f"{name}: the derivatives disagree: {ours} and {by_hand}")


def row_of(case: Case, size: int, seconds: float) -> list[str]:
    """Ours, the hand-written adjoint and autograd on one size, and how they compare."""
    name = f"{case.name} {size}"
    args = case.arguments(size)
    ours, peer = ast_ad.grad(case.primal, argnums=case.wrt), with_autograd(case)
    expected = case.adjoint(*args)
    check(name, ours(*args), expected)
    if peer:
        check(name, peer(*args), expected)
    times = fastest(
        [
            lambda: ours(*args),
            lambda: case.adjoint(*args),
            (lambda: peer(*args)) if peer else None,
            lambda: case.primal(*args),
        ],
        seconds,
    )
    mine, by_hand, theirs, primal = times
    return [
        name,
        *(duration(t) for t in times[:3]),
        ratio(mine, by_hand),
        ratio(theirs, mine),
        ratio(mine, primal),
    ]


# --- the compiler's own costs ---


def direct(derivative: Any, args: tuple[Any, ...]) -> Callable[..., Any]:
    """The generated function itself: its text, executed, without the wrapper that chooses by the arguments' kinds."""
    file = "<derivative>"
    names: dict[str, Any] = {**vars(ast_ad.runtime), "np": np, "math": math}
    exec(compile(derivative.source_for(*args), file, "exec"), names)
    functions = [value for value in names.values() if isinstance(value, types.FunctionType)]
    return [function for function in functions if function.__code__.co_filename == file][-1]


def call_rows(seconds: float) -> list[list[str]]:
    """What the wrapper adds to a call with three arguments."""
    args = (0.3, -0.2, np.ones(10))
    derivative = ast_ad.grad(log_likelihood, argnums=(0, 1))
    derivative(*args)
    bare = direct(derivative, args)
    wrapped_time, bare_time = fastest([lambda: derivative(*args), lambda: bare(*args)], seconds)
    assert wrapped_time is not None
    assert bare_time is not None
    return [
        ["generated function, called directly", duration(bare_time)],
        ["the same through grad", duration(wrapped_time)],
        ["overhead of a call, three arguments", duration(wrapped_time - bare_time)],
    ]


def probe(cache: str, bytecode: str) -> dict[str, float]:
    """What `probe.py` prints; the first run leaves the bytecode that an installed package has."""
    environment = {**os.environ, "AST_AD_CACHE_DIR": cache, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    run = subprocess.run([sys.executable, str(PROBE)], env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def compiler_rows(repeats: int) -> list[list[str]]:
    """Import, first compile and reload, each the least of several fresh processes."""
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as bytecode:
        probe(cache, bytecode)
        cold = [probe("", bytecode) for _ in range(repeats)]
        warm = [probe(cache, bytecode) for _ in range(repeats)]

    def least(runs: list[dict[str, float]], key: str) -> str:
        return duration(min(run[key] for run in runs))

    return [
        ["import ast_ad, beyond numpy", least(cold, "import")],
        ["first compile of a process, 20 lines", least(cold, "first")],
        ["second compile, 20 lines", least(cold, "second")],
        ["first load from the disk cache", least(warm, "first")],
        ["second load from the disk cache", least(warm, "second")],
    ]


# --- printing ---


def duration(seconds: float | None) -> str:
    """Three digits and a unit.

    >>> duration(0.00123), duration(None)
    ('1.23 ms', '-')
    """
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def ratio(a: float | None, b: float | None) -> str:
    return "-" if a is None or b is None else f"{a / b:.3g}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up in a terminal; numbers are set right."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join([first, *others])} |"

    rule = ["-" * width if k == 0 else "-" * (width - 1) + ":" for k, width in enumerate(widths)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="words; a case with one of them is run")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each number (1)")
    parser.add_argument("--repeats", type=int, default=7, help="fresh processes for the compiler's costs (7)")
    parser.add_argument("--largest", type=int, default=None, help="cap for the sizes of the cases")
    options = parser.parse_args(arguments)

    def wanted(name: str) -> bool:
        return not options.names or any(word in name for word in options.names)

    rows = []
    for case in CASES:
        for size in case.sizes:
            if wanted(f"{case.name} {size}"):
                print(f"{case.name} {size} ...", file=sys.stderr, flush=True)
                rows.append(row_of(case, min(size, options.largest or size), options.seconds))
    if rows:
        header = [
            "case",
            "ours",
            "by hand",
            "autograd",
            "ours / by hand",
            "autograd / ours",
            "ours / primal",
        ]
        print(table(header, rows), end="\n\n")
    costs = call_rows(options.seconds) if wanted("call") else []
    costs += compiler_rows(options.repeats) if wanted("compiler") else []
    if costs:
        print(table(["cost", "time"], costs))


if __name__ == "__main__":
    main()
