"""Random functions of Python: nested loops, branches, breaks, continues and early returns around smooth arithmetic."""

from __future__ import annotations

import linecache
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np


class Writer:
    """Writes one random function of `x, y, n` (two floats and a small int) from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.names = ["x", "y"]
        self.counters = 0

    def pick(self) -> str:
        return self.random.choice(self.names)

    def expression(self, depth: int = 2) -> str:
        r = self.random
        if depth == 0 or r.random() < 0.2:
            return self.pick() if r.random() < 0.8 else str(round(r.uniform(-1.5, 1.5), 2))
        form = r.choice(
            [
                "{a} + {b}",
                "{a} - {b}",
                "{a} * {b}",
                "math.sin({a})",
                "math.tanh({a})",
                "math.exp(-abs({a}))",
                "0.5 * ({a})",
                "({a}) / (1.5 + ({b}) ** 2)",
                "max({a}, {b})",
                "({a} if {t} else {b})",
                "bump({a}, {b})",
            ]
        )
        return form.format(a=f"({self.expression(depth - 1)})", b=f"({self.expression(depth - 1)})", t=self.test())

    def test(self) -> str:
        r = self.random
        return f"{self.pick()} {r.choice(['<', '>'])} {round(r.uniform(-0.7, 0.7), 3)}"

    def statement(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        kind = r.choice(
            ["assign"] * 5
            + ["augment"] * 2
            + (["if", "if", "for", "while", "ifelse"] if depth else [])
            + (["break", "continue"] if in_loop else [])
            + (["return"] if in_loop or depth < 3 else [])
        )
        getattr(self, f"write_{kind}")(indent, depth, in_loop)

    def target(self) -> str:
        if len(self.names) < 5 and self.random.random() < 0.3:
            name = "uvw"[len(self.names) - 2]
            self.names.append(name)
            self.lines.insert(1, f"    {name} = {round(self.random.uniform(-1, 1), 2)}")
            return name
        return self.pick()

    def write_assign(self, indent: str, depth: int, in_loop: bool) -> None:
        value = self.expression()
        self.lines.append(f"{indent}{self.target()} = math.tanh({value}) + 0.1 * {self.pick()}")

    def write_augment(self, indent: str, depth: int, in_loop: bool) -> None:
        self.lines.append(f"{indent}{self.pick()} {self.random.choice(['+=', '-='])} 0.2 * ({self.expression()})")

    def block(self, indent: str, depth: int, in_loop: bool) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.statement(indent + "    ", depth - 1, in_loop)

    def write_if(self, indent: str, depth: int, in_loop: bool) -> None:
        self.lines.append(f"{indent}if {self.test()}:")
        self.block(indent, depth, in_loop)

    def write_ifelse(self, indent: str, depth: int, in_loop: bool) -> None:
        self.write_if(indent, depth, in_loop)
        self.lines.append(f"{indent}else:")
        self.block(indent, depth, in_loop)

    def write_for(self, indent: str, depth: int, in_loop: bool) -> None:
        self.counters += 1
        bounds = self.random.choice(["n", "1, n + 1", "n, 0, -1", "0, 2 * n, 2", "3"])
        index = f"i{self.counters}"
        self.lines.append(f"{indent}for {index} in range({bounds}):")
        if self.random.random() < 0.4:
            self.lines.append(f"{indent}    {self.pick()} += 0.1 * {index} * {self.pick()}")
        self.block(indent, depth, True)

    def write_while(self, indent: str, depth: int, in_loop: bool) -> None:
        self.counters += 1
        count = f"k{self.counters}"
        self.lines.append(f"{indent}{count} = 0")
        self.lines.append(f"{indent}while {count} < 4 and {self.test()}:")
        self.lines.append(f"{indent}    {count} += 1")
        self.block(indent, depth, True)

    def write_break(self, indent: str, depth: int, in_loop: bool) -> None:
        self.lines.append(f"{indent}if {self.test()}:")
        self.lines.append(f"{indent}    {self.target()} = {self.expression()}")
        self.lines.append(f"{indent}    break")

    def write_continue(self, indent: str, depth: int, in_loop: bool) -> None:
        self.lines.append(f"{indent}if {self.test()}:")
        self.lines.append(f"{indent}    continue")

    def write_return(self, indent: str, depth: int, in_loop: bool) -> None:
        self.lines.append(f"{indent}if {self.test()}:")
        self.lines.append(f"{indent}    return {self.expression()}")

    def text(self) -> str:
        """The source of the function."""
        self.lines = ["def program(x, y, n):"]
        for _ in range(self.random.randint(3, 6)):
            self.statement("    ", 3, False)
        self.lines.append(f"    return {' + '.join(self.names)}")
        return "\n".join(self.lines) + "\n"


HELPERS = """\
import math


def bump(a, b):
    if a > b:
        return a * math.cos(b)
    c = a - b
    return c / (1.0 + c * c)


"""


def random_program(seed: int) -> tuple[Callable[..., Any], str]:
    """A function of (x, y, n) and its source."""
    text = HELPERS + Writer(seed).text()
    return compiled(text, f"<random program {seed}>"), text


def compiled(text: str, name: str) -> Callable[..., Any]:
    """The function `program` of a text, whose source `linecache` knows."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"math": math, "np": np, "__name__": name}
    exec(compile(text, name, "exec"), namespace)
    result: Callable[..., Any] = namespace["program"]
    return result
