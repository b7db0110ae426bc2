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


class WildWriter(WideWriter):
    """The same with what hands arrays on: functions that return views, generators, closures, objects, dicts."""

    def statement(self, indent: str, depth: int, in_loop: bool) -> None:
        if self.random.random() < 0.5:
            super().statement(indent, depth, in_loop)
            return
        forms = ("part", "parts", "closure", "object", "dict", "try", "rows", "into", "through", "overlap", "diagonal")
        forms += ("either", "flat", "list_loop", "zip", "dropped")
        getattr(self, f"write_{self.random.choice(forms)}")(indent, depth, in_loop)

    def change(self, name: str) -> str:
        """A statement that writes to an array of two elements or more."""
        r = self.random
        return r.choice(
            [
                f"{name}[{r.choice(['0', '-1', '1'])}] {self.sign()} {self.number()}",
                f"{name} *= {self.number()}",
                f"{name}[::-1] += 0.3 * {name}",
                f"{name}[1:] = {name}[:-1]",
                f"np.multiply({name}, {self.number()}, out={name})",
                f"np.add({name}[:-1], {name}[1:], out={name}[1:])",
                f"{name}[:] = {self.number()}",
            ]
        )

    def write_part(self, indent: str, depth: int, in_loop: bool) -> None:
        r = self.random
        self.add(indent, f"p = part({self.array()}, {r.choice(['0', '1', 'i % 3', '2'])})", self.change("p"))
        self.add(indent, r.choice([self.change(self.array()), f"s = s + 0.1 * {self.array()}[1]", "pass"]))
        self.add(indent, "s = s + 0.1 * np.sum(p)")

    def write_parts(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(indent, f"for p in parts({name}):", "    " + self.change("p"))
        if self.random.random() < 0.5:
            self.add(indent, "    " + self.random.choice([f"s = s + 0.1 * {name}[0]", self.change(self.array())]))

    def write_closure(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(indent, "def put(k, w):", f"    {name}[k] += 0.5 * w", f"    return {name}[k - 1]")
        self.add(indent, f"s = s + 0.1 * put({self.random.choice(_ELEMENTS)}, {self.number()})")

    def write_object(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.array(), self.array()
        self.add(indent, f"box = Box({one}, {two}[{self.random.choice(_SLICES)}])")
        self.add(indent, self.change(self.random.choice(["box.one", "box.two", one, two])))
        if self.random.random() < 0.5:
            self.add(indent, "box.turn()", self.change("box.two"))
        self.add(indent, "s = s + 0.1 * np.sum(box.one) + 0.1 * box.two[0]")

    def write_dict(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.random.sample(_ARRAYS, 2)
        self.add(indent, f"held = {{'u': {one}, 'v': {two}[1:]}}", self.change("held['v']"))
        if self.random.random() < 0.5:
            self.add(indent, "held['u'], held['v'] = held['v'], held['u'][1:]", self.change("held['v']"))
        self.add(indent, self.change(one), "s = s + 0.1 * np.sum(held['u']) + 0.1 * held['v'][0]")

    def write_try(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        first, last = self.change(name), self.change(self.array())
        self.add(indent, f"p = {name}[1:4]", "try:", f"    {first}", "finally:", f"    {last}", "s = s + 0.1 * p[0]")

    def write_into(self, indent: str, depth: int, in_loop: bool) -> None:
        r, one, two = self.random, self.array(), self.array()
        self.add(
            indent,
            r.choice(
                [
                    f"np.copyto({one}, {self.six()})",
                    f"np.copyto({one}[1:], {two}[:-1])",
                    f"np.put({one}, [0, 3, 0], {self.three()})",
                    f"np.cumsum({one}, out={one})",
                    f"{one}.sort()",
                    f"np.add({one}, {two}[::-1], out={one}[::-1])",
                    f"np.multiply({one}, {two}, out={one}, where={two} > 0.1)",
                    f"{one}[1:].fill({self.number()})",
                ]
            ),
        )

    def write_through(self, indent: str, depth: int, in_loop: bool) -> None:
        r, name = self.random, self.array()
        word = r.choice(["add", "subtract"])
        self.add(indent, f"p = {name}[{r.choice(['::-1', '1:', '::-1', '-1::-1'])}]")
        self.add(indent, f"np.{word}.at(p, {r.choice(_FANCY)}, {self.three()})", f"p[p > 0.3] *= {self.number()}")
        self.add(indent, f"s = s + 0.1 * {name}[0] + 0.1 * np.sum(p[1:3])")

    def write_overlap(self, indent: str, depth: int, in_loop: bool) -> None:
        r, name = self.random, self.array()
        self.add(
            indent,
            r.choice(
                [
                    f"{name}[1:] = {name}[:-1] * {self.number()}",
                    f"{name}[::-1] += {name}",
                    f"{name}[:3] *= {name}[3:][::-1]",
                    f"np.add({name}[:-1], {name}[1:], out={name}[1:])",
                    f"{name}.reshape(2, 3)[0] += {name}.reshape(3, 2).T[1]",
                    f"{name}[[0, 1, 0]] = {name}[3:]",
                ]
            ),
        )

    def write_diagonal(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.array(), self.array()
        self.add(indent, f"w = np.outer({one}, {two})", "d = w.diagonal()", f"w[1, 1] = {self.number()}")
        self.add(indent, "w += 0.1 * w.T", f"g = np.broadcast_to({one}, (2, 6))", self.change(one))
        self.add(indent, "s = s + 0.01 * (np.sum(d) + np.sum(g[1]) + w[0, 1])")

    def write_either(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.random.sample(_ARRAYS, 2)
        other = self.random.choice([two, f"{one}.copy()", f"{one}[::-1]"])
        self.add(indent, f"p = {one} if {self.test()} else {other}", self.change("p"), "s = s + 0.1 * p[2]")

    def write_flat(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(
            indent, f"w = {name}.reshape(3, 2)", f"p = w{self.random.choice(['', '.T', '[1:]', '[::-1]'])}.ravel()"
        )
        self.add(indent, self.change("p"), self.change("w"), f"s = s + 0.1 * (p[1] + {name}[3])")

    def write_list_loop(self, indent: str, depth: int, in_loop: bool) -> None:
        name = self.array()
        self.add(indent, "kept = []", "for j in range(3):", f"    kept.append({name}[j : j + 3].copy())")
        self.add(indent, f"    {self.change(name)}", f"kept[1][0] = {self.number()}", "s = s + 0.1 * np.sum(kept[1])")

    def write_zip(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.array(), self.array()
        self.add(indent, f"for p, q in zip({one}.reshape(3, 2), {two}.reshape(3, 2)[::-1]):", "    p += 0.2 * q")
        self.add(indent, "    " + self.random.choice([self.change("q"), "s = s + 0.1 * q[0]"]))

    def write_dropped(self, indent: str, depth: int, in_loop: bool) -> None:
        one, two = self.array(), self.array()
        self.add(indent, f"p = {one}", f"{one} = {self.six()}", self.change("p"), self.change(one))
        self.add(indent, f"s = s + 0.1 * (p[0] + {one}[1] + {two}[2])")


HEAD = "import math\n\nimport numpy as np\n\n\n"
HELPERS = """def smooth(y, k):
    for j in range(1, len(y)):
        y[j] += 0.3 * k * y[j - 1]


def picked(y, k):
    if k > 0.2:
        y[0] *= 0.5
        return y.copy()
    return np.sin(y)


def part(y, k):
    return y[k : k + 3]


def parts(y):
    for k in range(3):
        yield y[2 * k : 2 * k + 2]


class Box:
    def __init__(self, one, two):
        self.one = one
        self.two = two

    def turn(self):
        self.one, self.two = self.two, self.one


def shifted(y, by, k):
    y[by:] = 0.5 * y[: len(y) - by] + 0.1 * k
    return k + 0.2 * y[by]


"""


WRITERS = {"narrow": ArrayWriter, "wide": WideWriter, "wild": WildWriter}


def random_array_program(seed: int, forms: str = "narrow") -> tuple[Callable[..., Any], str]:
    """A function of (a, b, x, n) and its source, in the forms of writing that one of `WRITERS` knows."""
    text = HEAD + (HELPERS if forms != "narrow" else "") + WRITERS[forms](seed).text()
    return compiled(text, f"<random array program {seed} {forms}>"), text
