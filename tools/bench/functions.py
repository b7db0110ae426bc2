"""Measure the derivatives of single functions beside those written by hand and autograd's.

    python tools/bench/functions.py                    all, with 10, 1000 and a million elements
    python tools/bench/functions.py sort median        some
    python tools/bench/functions.py --sizes 10 1000    other sizes

One run prints Markdown tables.  Each number is the minimum of several repetitions, taken in turns.  A peer that is not
installed, or has no such derivative, prints `-`.  Every derivative is checked against the hand-written one before it is
timed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from function_cases import FUNCTIONS, Single
from run import check, duration, fastest, ratio, table

import ast_ad


def with_autograd(case: Single, x: Any) -> Callable[..., Any] | None:
    """autograd's derivative of the same text, where it has one."""
    try:
        import autograd
        import autograd.numpy
    except ImportError:
        return None
    names = {**case.primal.__globals__, "np": autograd.numpy}
    found = autograd.grad(types.FunctionType(case.primal.__code__, names))
    try:
        check(f"autograd: {case.primal.__name__}", [found(x)], [case.by_hand(x)])
    except (NotImplementedError, AttributeError, TypeError):
        return None
    return found


class Times(NamedTuple):
    """Seconds of one call: of our derivative, of the one by hand, and of autograd's."""

    ours: float
    by_hand: float
    autograd: float | None


def measured(case: Single, size: int, seconds: float) -> Times:
    """One function on one size."""
    x = case.make(size)
    ours = ast_ad.grad(case.primal)
    check(case.primal.__name__, [ours(x)], [case.by_hand(x)])
    peer = with_autograd(case, x)
    mine, by_hand, theirs = fastest(
        [lambda: ours(x), lambda: case.by_hand(x), (lambda: peer(x)) if peer else None], seconds
    )
    assert mine is not None
    assert by_hand is not None
    return Times(mine, by_hand, theirs)


def row_of(name: str, times: Times) -> list[str]:
    return [name, *map(duration, times), ratio(times.ours, times.by_hand), ratio(times.autograd, times.ours)]


def summary(size: int, found: Sequence[Times]) -> str:
    """What the table says in one line."""
    by_hand = statistics.median(t.ours / t.by_hand for t in found)
    line = f"{size} elements, {len(found)} functions: {by_hand:.3g} times what is written by hand takes (median)"
    quotients = [t.autograd / t.ours for t in found if t.autograd is not None]
    if quotients:
        least, middle = min(quotients), statistics.median(quotients)
        line += f"; autograd takes {least:.3g} (least) to {middle:.3g} times (median) what ours takes"
    return line


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="functions; all if there is none")
    parser.add_argument("--seconds", type=float, default=0.2, help="time for each number (0.2)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 1_000_000], help="numbers of elements")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    for size in options.sizes:
        found: dict[str, Times] = {}
        for case in FUNCTIONS:
            name = case.primal.__name__
            if not options.names or name in options.names:
                print(f"{name} {size} ...", file=sys.stderr, flush=True)
                found[name] = measured(case, size, options.seconds)
        header = [f"{size} elements", "ours", "by hand", "autograd", "ours / by hand", "autograd / ours"]
        print(table(header, [row_of(name, times) for name, times in found.items()]), end="\n\n")
        print(summary(size, list(found.values())), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
