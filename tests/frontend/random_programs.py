"""Random programs that alias, write, swap and leave: buffers, views, lists, branches, loops and early exits."""

import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np

_ARRAYS = ("a", "b", "c", "d")
_ELEMENTS = ("0", "1", "2", "i", "-1")
_PARTS = ("2:4", "::2", "1:3", ":")
_TESTS = ("s > x", "i % 2 == 0", "x > 0", "a[0] > b[1]")


class Writer:
    """Writes one program, line by line."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def program(self) -> str:
        """The text of a function `program(a, b, x, n)`."""
        pick = self.random.choice
        self.lines = ["def program(a, b, x, n):"]
        self.write(1, "c = a.copy()", pick(["d = b", "d = np.ones(6)", "d = a[::-1]"]), "s, i = 0.5, 1")
        self.write(1, pick(["xs = [x]", "xs = [x, 1.0]"]), pick(["ys = xs", "ys = [2.0]"]))
        self.write(1, "v = a[1:3]", "w = c[1:3]")
        for _ in range(self.random.randint(3, 9)):
            self.statement(0, 1, in_loop=False)
        self.write(1, "return a, b, c, d, s, xs, ys")
        return "\n".join(self.lines) + "\n"

    def write(self, indent: int, *lines: str) -> None:
        """Add lines."""
        self.lines += ["    " * indent + line for line in lines]

    def array(self) -> str:
        """The name of an array."""
        return self.random.choice(_ARRAYS)

    def number(self) -> str:
        """An expression that is a number."""
        element = f"{self.array()}[{self.random.choice(_ELEMENTS)}]"
        return self.random.choice([element, "s", "x", f"{self.array()}.sum()", "1.5", "float(i)"])

    def new_array(self) -> str:
        """An expression that is an array, new or not."""
        one, two = self.array(), self.array()
        choices = [
            f"{one} * {self.number()}",
            f"{one} + {two}[::-1]",
            f"{one}.copy()",
            "np.zeros(6)",
            one,
            f"{one}[::-1]",
        ]
        return self.random.choice(choices)

    def block(self, depth: int, indent: int, in_loop: bool) -> None:
        """A few statements."""
        for _ in range(self.random.randint(1, 4)):
            self.statement(depth, indent, in_loop)

    def statement(self, depth: int, indent: int, in_loop: bool) -> None:
        """One statement."""
        forms = [self.binding, self.swap, self.element, self.part, self.whole, self.view, self.list_, self.number_]
        if depth < 3:
            forms += [self.branch, self.branch]
        if depth < 2:
            forms += [self.loop]
        if in_loop:
            forms += [self.exit]
        self.random.choice(forms)(depth, indent, in_loop)

    def binding(self, depth: int, indent: int, in_loop: bool) -> None:
        self.write(indent, f"{self.array()} = {self.new_array()}")

    def swap(self, depth: int, indent: int, in_loop: bool) -> None:
        one, two = self.array(), self.array()
        self.write(indent, f"{one}, {two} = {two}, {one}")

    def element(self, depth: int, indent: int, in_loop: bool) -> None:
        sign = self.random.choice(["=", "+=", "*=", "-="])
        self.write(indent, f"{self.array()}[{self.random.choice(_ELEMENTS)}] {sign} {self.number()}")

    def part(self, depth: int, indent: int, in_loop: bool) -> None:
        sign = self.random.choice(["=", "+=", "*="])
        self.write(indent, f"{self.array()}[{self.random.choice(_PARTS)}] {sign} {self.number()}")

    def whole(self, depth: int, indent: int, in_loop: bool) -> None:
        value = self.random.choice([self.number(), self.array()])
        self.write(indent, f"{self.array()} {self.random.choice(['+=', '*='])} {value}")

    def view(self, depth: int, indent: int, in_loop: bool) -> None:
        name = self.random.choice("vw")
        self.write(indent, f"{name} = {self.array()}[{self.random.choice(['1:4', '::2', '2:5'])}]")
        self.write(indent, f"{name}[{self.random.choice(['0', '1', '-1'])}] += {self.number()}")

    def list_(self, depth: int, indent: int, in_loop: bool) -> None:
        lines = [f"xs.append({self.number()})", "s += xs[-1]", f"xs[0] = {self.number()}", "ys = xs", "ys = list(xs)"]
        self.write(indent, self.random.choice([*lines, "ys = [s, x]", "ys.append(s)"]))

    def number_(self, depth: int, indent: int, in_loop: bool) -> None:
        self.write(indent, f"s = s {self.random.choice('+*-')} {self.number()}")

    def branch(self, depth: int, indent: int, in_loop: bool) -> None:
        self.write(indent, f"if {self.random.choice(_TESTS)}:")
        self.block(depth + 1, indent + 1, in_loop)
        if self.random.random() < 0.5:
            self.write(indent, "else:")
            self.block(depth + 1, indent + 1, in_loop)

    def loop(self, depth: int, indent: int, in_loop: bool) -> None:
        self.write(indent, f"for i in range({self.random.choice(['n', '3', '2'])}):")
        self.block(depth + 1, indent + 1, in_loop=True)

    def exit(self, depth: int, indent: int, in_loop: bool) -> None:
        self.write(indent, f"if {self.random.choice(['s > 3', 'i == 1', 'x > 1'])}:")
        self.write(indent + 1, self.random.choice(["break", "continue", "return a, b, c, d, s, xs, ys"]))


def random_program(seed: int) -> Callable[..., Any]:
    """The program of this seed, with a source that can be read."""
    text, file = Writer(seed).program(), f"<random program {seed}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names: dict[str, Any] = {"np": np}
    exec(compile(text, file, "exec"), names)
    program: Callable[..., Any] = names["program"]
    return program
