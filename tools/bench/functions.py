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
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

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


def row_of(case: Single, size: int, seconds: float) -> list[str]:
    """One function on one size."""
    x = case.make(size)
    ours = ast_ad.grad(case.primal)
    check(case.primal.__name__, [ours(x)], [case.by_hand(x)])
    peer = with_autograd(case, x)
    mine, by_hand, theirs = fastest(
        [lambda: ours(x), lambda: case.by_hand(x), (lambda: peer(x)) if peer else None], seconds
    )
    return [
        case.primal.__name__,
        *map(duration, (mine, by_hand, theirs)),
        ratio(mine, by_hand),
        ratio(theirs, mine),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="functions; all if there is none")
    parser.add_argument("--seconds", type=float, default=0.2, help="time for each number (0.2)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 1_000_000], help="numbers of elements")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    for size in options.sizes:
        rows = []
        for case in FUNCTIONS:
            if not options.names or case.primal.__name__ in options.names:
                print(f"{case.primal.__name__} {size} ...", file=sys.stderr, flush=True)
                rows.append(row_of(case, size, options.seconds))
        header = [f"{size} elements", "ours", "by hand", "autograd", "ours / by hand", "autograd / ours"]
        print(table(header, rows), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
