"""Measure from which shape on the forward mode wins for a Jacobian.

    python tools/bench/jacobians.py

Prints a Markdown table: the time of `jacrev` over that of `jacfwd` for functions of n numbers with m results, so that
forward mode wins where it is above 1.  `jacobian` goes forward where m > n.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad import jacfwd, jacrev

SIZES = (1, 4, 16, 64)
RATIOS = (0.25, 1.0, 2.0, 4.0)


def layer(x, w):
    return np.tanh(w @ np.sin(x))


def steps(x, w):
    y = w @ x
    for _ in range(10):
        y = y + 0.1 * np.sin(y) * np.exp(-y * y)
    return y


def entries(x, w):
    y = np.zeros(len(w))
    for i in range(len(w)):
        y[i] = math.sin(x[i % len(x)]) * x[0] + w[i, 0]
    return y


def best(run: Callable[[], Any], rounds: int = 5) -> float:
    """The least time of a call in seconds."""
    found = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        found = min(found, time.perf_counter() - start)
    return found


def quotient(function: Callable[..., Any], n: int, m: int) -> float:
    """The time in reverse mode over that in forward mode, after both are seen to agree."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=n), rng.normal(size=(m, n))
    forward, reverse = jacfwd(function), jacrev(function)
    np.testing.assert_allclose(forward(x, w), reverse(x, w), atol=1e-9)
    return best(lambda: reverse(x, w)) / best(lambda: forward(x, w))


def main() -> None:
    """Print the table."""
    print("| function | n | " + " | ".join(f"m = {ratio:g} n" for ratio in RATIOS) + " |")
    print("|---|--:|" + "--:|" * len(RATIOS))
    for function in (layer, steps, entries):
        for n in SIZES:
            cells = [f"{quotient(function, n, max(1, round(ratio * n))):.2f}" for ratio in RATIOS]
            print(f"| {function.__name__} | {n} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
