"""Random functions of Python that write to arrays: elements, slices, views, swaps and copies of three buffers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from random_programs import compiled

_ARRAYS = ("a", "b", "c")
_ELEMENTS = ("0", "1", "2", "-1", "i", "(i + 2) % 6", "5 - i")
_SLICES = ("1:4", "::2", "2:5", ":3", "::-2", "-3:", "4:1:-1")
_FANCY = ("[0, 2, 2]", "[3, 1, 3]", "idx")
_SMOOTH = ("np.tanh({})", "np.sin({})", "0.5 * {}", "{} * {}", "{} + {}", "{} - 0.3 * {}", "np.maximum({}, {})")


class ArrayWriter:
    """Writes one random function of `a, b, x, n` (two arrays of six, a float, a small int) from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.loops = 0

    def text(self) -> str:
        """The source of the function."""
        r = self.random
        self.lines = ["def program(a, b, x, n):"]
        if r.random() < 0.6:
            self.lines.append("    a = a.copy()")
        self.lines.append(f"    c = {r.choice(['np.zeros(6)', 'a.copy()', 'a * b', 'np.empty(6)'])}")
        if "empty" in self.lines[-1]:
            self.lines.append("    c[:] = x")
        self.lines += ["    idx = np.array([1, 4, 1])", "    s, i = x, 0", "    v = a[1:4]"]
        for _ in range(r.randint(3, 7)):
            self.statement("    ", 2, False)
        self.lines.append("    " + self.result())
        return "\n".join(self.lines) + "\n"

    def result(self) -> str:
        r = self.random
        weights = [f"{round(r.uniform(0.3, 1.5), 2)} * np.sum({name} * np.arange(1.0, 7.0))" for name in _ARRAYS]
        return f"return {' + '.join(weights)} + s + np.sum(v ** 2)"

    def array(self) -> str:
        return self.random.choice(_ARRAYS)

    def number(self) -> str:
        """An expression that is a number."""
        r = self.random
        leaf = r.choice(
            [f"{self.array()}[{r.choice(_ELEMENTS)}]"] * 3
            + ["s", "x", "0.7", f"np.sum({self.array()})", f"np.mean({self.array()}[{r.choice(_SLICES)}])", "v[0]"]
        )
        form = r.choice(["{}", "{}", "math.sin({})", "0.4 * {}", "math.tanh({}) + 0.1 * x"])
        return form.format(leaf)

    def three(self) -> str:
        """An expression that is an array of three."""
        r = self.random
        three = [f"{self.array()}[{r.choice(_SLICES)}]" for _ in range(3)] + ["v", f"{self.array()}[idx]"]
        picked = [r.choice(three) for _ in range(2)]
        form = r.choice(_SMOOTH)
        return form.format(*picked[: form.count("{}")])

    def six(self) -> str:
        """An expression that is a new array of six."""
        r = self.random
        picked = [self.array() + r.choice(["", "", "[::-1]"]) for _ in range(2)]
        form = r.choice(
            (*_SMOOTH, "np.tanh({}) * x", "{}.copy()", "np.where({} > 0.2, {}, 0.1)", "np.cumsum({}) * 0.2")
        )
        return form.format(*picked[: form.count("{}")])

    def statement(self, indent: str, depth: int, in_loop: bool) -> None:
        forms = ["element"] * 3 + ["slice"] * 3 + ["whole", "view", "swap", "copy", "number", "fancy", "mask", "rows"]
        forms += ["if", "for", "for", "while"] if depth else []
        forms += ["exit"] if in_loop else ["back"] if depth == 1 else []
        getattr(self, f"write_{self.random.choice(forms)}")(indent, depth, in_loop)

    def add(self, indent: str, *lines: str) -> None:
        self.lines += [indent + line for line in lines]

    def sign(self) -> str:
        return self.random.choice(["=", "=", "+=", "-=", "*="])

    def write_element(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"{self.array()}[{self.random.choice(_ELEMENTS)}] {self.sign()} {self.number()}")

    def write_slice(self, indent: str, depth: int, in_loop: bool) -> None:
        value = self.three() if self.random.random() < 0.7 else self.number()
        self.add(indent, f"{self.array()}[{self.random.choice(_SLICES)}] {self.sign()} {value}")

    def write_whole(self, indent: str, depth: int, in_loop: bool) -> None:
        target = self.random.choice(["{}[:] = {}", "{} *= {}", "{} += {}", "{} -= {}", "{}[...] = {}"])
        value = self.six() if self.random.random() < 0.7 else self.number()
        self.add(indent, target.format(self.array(), f"0.5 * ({value})"))

    def write_view(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        name = self.array()
        if r.random() < 0.4:
            self.add(indent, f"v = {name}[{r.choice(_SLICES)}]")
        self.add(
            indent,
            r.choice(
                [
                    f"v[{r.randint(-3, 2)}] {self.sign()} {self.number()}",
                    f"v *= {self.number()}",
                    f"v += {self.three()}",
                ]
            ),
        )

    def write_swap(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.random.sample(_ARRAYS, 2)
        i, j = self.random.sample(_ELEMENTS[:4], 2)
        self.add(
            indent,
            self.random.choice([f"{one}, {two} = {two}, {one}", f"{one}[{i}], {one}[{j}] = {one}[{j}], {one}[{i}]"]),
        )

    def write_copy(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"{self.array()} = {self.six()}")

    def write_number(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"s = math.tanh(s) {self.random.choice('+-*')} {self.number()}")

    def write_fancy(self, indent: str, depth: int, in_loop: bool) -> None:
        value = self.three() if self.random.random() < 0.7 else self.number()
        self.add(indent, f"{self.array()}[{self.random.choice(_FANCY)}] {self.sign()} {value}")

    def write_mask(self, indent: str, depth: int, in_loop: bool) -> None:
        name, other = self.array(), self.array()
        test = self.random.choice([f"{other} > 0.25", f"{name} < -0.2", f"({other} > 0) & ({name} < 0.9)"])
        self.add(indent, f"{name}[{test}] {self.sign()} {self.number()}")

    def write_rows(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(
            indent,
            f"m = {name}.copy().reshape(2, 3)",
            f"m[0] {self.sign()} {self.three()}",
            f"m[:, 1] *= {self.number()}",
        )
        self.add(indent, f"{name} = m.ravel()" if self.random.random() < 0.5 else f"{name}[:3] = m.T[1:, 0].sum()")

    def block(self, indent: str, depth: int, in_loop: bool) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.statement(indent + "    ", depth - 1, in_loop)

    def test(self) -> str:
        r = self.random
        return r.choice(["s > 0.3", "x > 0", "a[0] > b[1]", "i % 2 == 0", "c[2] < 0.15", "np.sum(v) > 0.4"])

    def write_if(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"if {self.test()}:")
        self.block(indent, depth, in_loop)
        if self.random.random() < 0.5:
            self.add(indent, "else:")
            self.block(indent, depth, in_loop)

    def write_for(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"for i in range({self.random.choice(['n', '3', '1, n + 1', 'n, 0, -1'])}):")
        self.block(indent, depth, True)

    def write_while(self, indent: str, depth: int, in_loop: bool) -> None:
        self.loops += 1
        count = f"k{self.loops}"
        self.add(indent, f"{count} = 0", f"while {count} < 3 and {self.test()}:", f"    {count} += 1")
        self.block(indent, depth, True)

    def write_exit(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"if {self.test()}:", "    " + self.random.choice(["break", "continue", self.result()]))

    def write_back(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"if {self.test()}:", "    " + self.result())


class WideWriter(ArrayWriter):
    """The same with more ways to reach an array: helpers that write, matrices, rows, lists of buffers, `out=`."""

    def statement(self, indent: str, depth: int, in_loop: bool) -> None:
        if self.random.random() < 0.6:
            super().statement(indent, depth, in_loop)
            return
        forms = ("helper", "matrix", "row_loop", "buffers", "chain", "halves", "out", "at", "view_of_view", "minimum")
        getattr(self, f"write_{self.random.choice(forms)}")(indent, depth, in_loop)

    def write_helper(self, indent: str, depth: int, in_loop: bool) -> None:
        r, name = self.random, self.array()
        self.add(
            indent,
            r.choice(
                [
                    f"smooth({name}, {self.number()})",
                    f"smooth({name}[{r.choice(_SLICES)}], {self.number()})",
                    f"smooth({name}[::-1], s)",
                    f"{self.array()} = picked({name}, x)",
                    f"s = shifted({name}, {self.random.randint(0, 2)}, s)",
                ]
            ),
        )

    def write_matrix(self, indent: str, depth: int, in_loop: bool) -> None:
        r, name = self.random, self.array()
        shape = r.choice(["2, 3", "3, 2"])
        rows, columns = map(int, shape.split(","))
        value = f"{self.number()}"
        self.add(indent, f"w = {name}.reshape({shape})")
        for _ in range(r.randint(1, 2)):
            self.add(
                indent,
                r.choice(
                    [
                        f"w[{r.randrange(rows)}, {r.randrange(columns)}] {self.sign()} {value}",
                        f"w.T[{r.randrange(columns)}] {self.sign()} {value}",
                        f"w[:, ::-1][{r.randrange(rows)}] {self.sign()} {value}",
                        f"w[{r.randrange(rows)}:] *= {value}",
                        f"w += 0.1 * w[::-1, ::-1] * {value}",
                        f"w[[0, {rows - 1}]] = w[[{rows - 1}, 0]]",
                        "w[w > 0.4] *= 0.5",
                        f"w.ravel()[{r.randrange(6)}] = {value}",
                    ]
                ),
            )
        self.add(indent, "s = s + 0.1 * np.sum(w[0])")

    def write_row_loop(self, indent: str, depth: int, in_loop: bool) -> None:
        self.add(indent, f"for row in {self.array()}.reshape(3, 2):", f"    row[0] {self.sign()} {self.number()}")
        self.add(indent, self.random.choice([f"    row *= {self.number()}", "    s = s + 0.1 * row[1]"]))

    def write_buffers(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        one, two = r.sample(_ARRAYS, 2)
        self.add(indent, f"both = [{one}, {two}]", f"both[{r.randrange(2)}][{r.choice(_ELEMENTS)}] += {self.number()}")
        if r.random() < 0.5:
            self.add(indent, "both[0], both[1] = both[1], both[0]", f"both[0] *= {self.number()}")
        self.add(indent, "s = s + 0.1 * both[1][0]")

    def write_chain(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        one, two = self.array(), self.array()
        i, j = r.sample(_ELEMENTS[:4], 2)
        self.add(
            indent,
            r.choice(
                [
                    f"{one}[{i}] = {two}[{j}] = {self.number()}",
                    f"{one}[1:4] = {two}[:3] = {self.three()}",
                    f"{one}[::2], {one}[1::2] = {self.three()}, {self.number()}",
                ]
            ),
        )

    def write_halves(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(indent, f"{name}[:3], {name}[3:] = {name}[3:].copy(), {name}[:3].copy()")

    def write_out(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two, out = self.array(), self.array(), self.array()
        word = self.random.choice(["multiply", "add", "subtract", "maximum"])
        self.add(indent, f"np.{word}({one}, 0.5 * {two}, out={out})")

    def write_at(self, indent: str, depth: int, in_loop: bool) -> None:
        word = self.random.choice(["add", "subtract"])
        self.add(indent, f"np.{word}.at({self.array()}, {self.random.choice(_FANCY)}, {self.three()})")

    def write_view_of_view(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        self.add(indent, f"u = {self.array()}[::-1][{r.choice(_SLICES)}][1:]", f"u[-1] {self.sign()} {self.number()}")
        self.add(indent, r.choice([f"u *= {self.number()}", "u[...] = u[::-1] * 0.7", "s = s + 0.1 * np.sum(u)"]))

    def write_minimum(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(indent, f"{name}[i % 6] = min({self.number()}, {name}[(i + 1) % 6], {self.number()})")


HEAD = "import math\n\nimport numpy as np\n\n\n"
HELPERS = """def smooth(y, k):
    for j in range(1, len(y)):
        y[j] += 0.3 * k * y[j - 1]


def picked(y, k):
    if k > 0.2:
        y[0] *= 0.5
        return y.copy()
    return np.sin(y)


def shifted(y, by, k):
    y[by:] = 0.5 * y[: len(y) - by] + 0.1 * k
    return k + 0.2 * y[by]


"""


def random_array_program(seed: int, wide: bool = False) -> tuple[Callable[..., Any], str]:
    """A function of (a, b, x, n) and its source; with `wide` in all forms of writing."""
    text = HEAD + HELPERS + WideWriter(seed).text() if wide else HEAD + ArrayWriter(seed).text()
    return compiled(text, f"<random array program {seed}{' wide' if wide else ''}>"), text
