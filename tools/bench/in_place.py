"""Measure derivatives of functions that write to arrays: against hand-written adjoints, at n and 2 n, and beside JAX.

    python tools/bench/in_place.py                everything
    python tools/bench/in_place.py lu fill        kernels by a word in their names

Each number is the processor's time, the minimum of several repetitions, taken in turns.  Every derivative is checked
against the hand-written one before it is timed.  JAX is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from in_place_cases import KERNELS, Kernel, fill, fill_adjoint, fill_with_jax
from run import check, duration, fastest, ratio, table

import ast_ad

FILLED = (1000, 2000, 4000, 8000)


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def row_of(kernel: Kernel, seconds: float) -> list[str]:
    """Ours beside the hand-written adjoint, and what twice the size makes of ours and of the primal."""
    module = kernel.module
    primal = getattr(module, kernel.name)
    ours = ast_ad.grad(primal, module.WRT)
    runs: list[Callable[[], Any]] = []
    for size in (kernel.size, 2 * kernel.size):
        args = kernel.arguments(size)
        check(kernel.name, as_tuple(ours(*args)), as_tuple(kernel.adjoint(*args)))
        runs += [lambda a=args: ours(*a), lambda a=args: kernel.adjoint(*a), lambda a=args: primal(*a)]  # type: ignore[misc]
    mine, by_hand, once, mine2, by_hand2, twice = fastest(runs, seconds, time.process_time)
    return [
        f"{kernel.name} {kernel.size}",
        *map(duration, (mine, by_hand)),
        ratio(mine, by_hand),
        ratio(mine2, by_hand2),
        ratio(mine, once),
        ratio(mine2, mine),
        ratio(twice, once),
    ]


def fill_rows(seconds: float) -> list[list[str]]:
    """A loop that fills n elements, for growing n: the time an element takes."""
    ours, peer = ast_ad.grad(fill), fill_with_jax()
    rows = []
    for n in FILLED:
        x = np.random.default_rng(0).normal(size=n) / 10
        expected = (fill_adjoint(x),)
        check("fill", (ours(x),), expected)
        if peer:
            check("fill", (peer(x),), expected)
        runs = [lambda x=x: ours(x), lambda x=x: fill_adjoint(x), (lambda x=x: peer(x)) if peer else None]
        times = fastest(runs, seconds, time.process_time)
        rows.append([f"fill {n}", *map(duration, times), *(duration(t and t / n) for t in (times[0], times[2]))])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="words; a kernel with one of them is run")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each number (1)")
    options = parser.parse_args(arguments)

    def wanted(name: str) -> bool:
        return not options.names or any(word in name for word in options.names)

    rows = []
    for kernel in KERNELS:
        if wanted(kernel.name):
            print(f"{kernel.name} ...", file=sys.stderr, flush=True)
            rows.append(row_of(kernel, options.seconds))
    if rows:
        header = [
            "kernel",
            "ours",
            "by hand",
            "ours / by hand",
            "at 2n",
            "ours / primal",
            "ours, 2n / n",
            "primal, 2n / n",
        ]
        print(table(header, rows), end="\n\n")
    if wanted("fill"):
        header = ["loop", "ours", "by hand", "JAX", "ours, an element", "JAX, an element"]
        if fill_with_jax() is None:
            print("JAX is not installed: `pip install ast_ad[peers]`", file=sys.stderr)
        print(table(header, fill_rows(options.seconds)))


if __name__ == "__main__":
    main()
