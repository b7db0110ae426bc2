"""How the source of a derivative grows with its order.

    python tools/sizes.py

Prints a Markdown table: lines and characters of a few functions and of their first three derivatives by the first
argument.  The derivative of a loop is a loop, so trip counts do not appear; what grows is the text of the formulas.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad import grad

ORDERS = (1, 2, 3)


def product(x, y):
    return (x + y) * math.sin(x)


def swelling(x):
    return math.sin(math.exp(x**2 + math.log(x)))


def sigmoid(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    z = math.exp(x)
    return z / (1 + z)


def settle(x, k):
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        x = x - k * math.sin(x)
        n += 1
    return x * x


def horner(x, coefficients):
    value = 0.0
    for c in coefficients:
        value = value * x + c
    return value


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def spread(scale, x):
    z = np.tanh(scale * x)
    return np.sum((z - np.mean(z)) ** 2)


FUNCTIONS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (product, (1.1, 0.4)),
    (swelling, (0.7,)),
    (sigmoid, (0.7,)),
    (settle, (2.0, 0.9)),
    (horner, (0.6, [1.0, -2.0, 0.5])),
    (power, (1.3, 5)),
    (spread, (0.8, np.linspace(-1.0, 2.0, 5))),
]


def size(text: str) -> str:
    """Lines that are not blank, and characters."""
    lines = [line for line in text.splitlines() if line.strip()]
    return f"{len(lines)} / {sum(map(len, lines))}"


def row_of(function: Callable[..., Any], args: tuple[Any, ...]) -> list[str]:
    """The name, the size of the function, and that of each derivative."""
    cells = [function.__name__, size(inspect.getsource(function))]
    derivative: Any = function
    for _ in ORDERS:
        derivative = grad(derivative)
        derivative(*args)
        cells.append(size(derivative.source))
    return cells


def table(count: int | None = None) -> str:
    """The table of the first functions."""
    header = ["lines / characters", "function", *(f"order {order}" for order in ORDERS)]
    rows = [header, *(row_of(function, args) for function, args in FUNCTIONS[:count])]
    first, *others = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([first, "|---" + "|---:" * (len(header) - 1) + "|", *others])


def main() -> None:
    print(table())


if __name__ == "__main__":
    main()
