"""Whole Jacobians: programs that call a product with the Jacobian, for many rows or columns at once.

`by_rows` runs the forward sweep once and the reverse sweep for the numbers of the result; `by_columns` runs the
function once and its tangent for the numbers of the arguments; `by_either` does what costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ast_ad import errors
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Call, Callee, Function, If, Lit, Loop, Param, Program, Stmt, Var
from ast_ad.ir.kinds import INT, Dict, Fixed, Kind, List, Scalar, Tuple, is_complex, is_number, join, rank, same_shape
from ast_ad.ir.lengths import outside
from ast_ad.ir.places import Place
from ast_ad.ir.walk import operands, statements, unpacked
from ast_ad.rules.batching import OneAtATime, is_elementwise
from ast_ad.rules.jacobians import COUNT_ENTRIES, JACOBIAN_OF_COLUMNS, JACOBIAN_OF_ROWS, UNIT_LIKE
from ast_ad.rules.rows import JACOBIAN_OF_COLUMN_BLOCKS, JACOBIAN_OF_ROW_BLOCKS, ROWS_AT_ONCE, UNIT_ROWS
from ast_ad.transforms import reverse
from ast_ad.transforms.batching import Batching
from ast_ad.transforms.linear_part import linearised
from ast_ad.transforms.regions import unused
from ast_ad.transforms.trees import leaf_kinds


def by_rows(program: Program, wrt: Sequence[Place], has_aux: bool, one: bool, word: str = "jacrev") -> Program:
    """The program that computes the Jacobian of the result by the parameters at `wrt`, in reverse mode.

    Its name is that of the function, without what a gradient adds to it, and `word`.
    """
    main = program.main
    name = unused(f"{main.name.removesuffix('_grad') if word == 'hessian' else main.name}_{word}", program.functions)
    if _is_number(_result_kind(main, has_aux)):
        return _named(reverse.gradient(program, wrt, has_aux=has_aux, one=one), name)
    return _whole(_Rows(program, wrt, has_aux, one), main, wrt, one, name)


def by_columns(program: Program, wrt: Sequence[Place], has_aux: bool, one: bool, word: str = "jacfwd") -> Program:
    """The same in forward mode; where the function does more than compute, by rows, so that it does it once."""
    main = program.main
    if has_effects(program):
        if any(map(is_complex, leaf_kinds(_result_kind(main, has_aux)))):
            raise errors.NoDerivative(
                f"jacfwd of {main.name}, which has complex results and does more than compute",
                main.origin,
                reason="It would print, draw or call what is not known once for each number of its arguments.",
                remedy="Return real and imaginary parts, or use jvp.",
            )
        return by_rows(program, wrt, has_aux, one, word)
    return _whole(_Columns(program, wrt, has_aux, one), main, wrt, one, f"{main.name}_{word}")


def _whole(products: _Rows | _Columns, main: Function, wrt: Sequence[Place], one: bool, name: str) -> Program:
    """The program that collects the products."""
    params = _fresh(main.params)
    writer = _Writer(main)
    out, residual, aux = products.start(writer, params)
    made = products.collected(writer, residual, out, writer.arguments(params, wrt, one))
    return writer.program(products.functions, unused(name, products.functions), params, made, aux)


def by_either(program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> Program:
    """The same by columns where the result has more numbers than the arguments, else by rows.

    A column runs the function with its tangent, a row the reverse sweep alone: the two cost about the same.
    """
    main = program.main
    by = _kind_at(main, wrt[0])
    if has_effects(program) or _is_number(_result_kind(main, has_aux)):
        return by_rows(program, wrt, has_aux, one, "jacobian")
    if len(wrt) == 1 and _is_number(by):
        return by_columns(program, wrt, has_aux, one, "jacobian")
    rows, columns = _Rows(program, wrt, has_aux, one), _Columns(program, wrt, has_aux, one)
    params = _fresh(main.params)
    writer, wide, tall = _Writer(main), _Writer(main), _Writer(main)
    out, residual, aux = rows.start(writer, params)
    x = writer.arguments(params, wrt, one)
    test = writer.builder.call(P.LT, writer.builder.call(COUNT_ENTRIES, x), writer.builder.call(COUNT_ENTRIES, out))
    _, own, _ = columns.start(tall, params)
    first = columns.collected(tall, own, out, x)
    second = rows.collected(wide, residual, out, x)
    made = Var("jacobian", join(first.kind, second.kind), writer.builder.origin)
    arms = tall.builder.block((first,)), wide.builder.block((second,))
    writer.builder.add(If((made,), test, *arms, writer.builder.origin))
    functions = {**columns.functions, **rows.functions}
    return writer.program(functions, unused(f"{main.name}_jacobian", functions), params, made, aux)


def has_effects(program: Program) -> bool:
    """Whether a program prints, draws random numbers, or calls what is not known."""
    calls = (s for f in program.functions.values() for s in statements(f.block) if isinstance(s, Call))
    return any(isinstance(c.fn, P.Primitive) and c.fn.effect and c.fn not in (P.ASSERT, P.RAISE) for c in calls)


class _Products:
    """A function and its product with the Jacobian, and the loop that collects the products with unit vectors.

    `first(*params) -> (result, residual)` runs once, `product(residual, *seeds)` for each number, or for many at once
    where that can be written (`transforms/batching.py`).
    """

    word: str
    of_blocks: P.Primitive
    of_single: P.Primitive

    def __init__(self, functions: Mapping[str, Function], first: str, product: str, has_aux: bool) -> None:
        self.functions = dict(functions)
        self.first, self.product = functions[first], functions[product]
        self.has_aux = has_aux
        self.wide: list[int] | None = None
        with suppress(OneAtATime):
            batching = Batching(functions, self.word)
            pattern = (False, *(True for _ in self.product.params[1:]))
            name = batching.function(product, pattern, every=True)
            self.wide = residuals_met(self.first, self.product, batching.met[name])
            self.product = batching.functions[name]
            self.functions |= batching.functions

    def start(self, writer: _Writer, params: Sequence[Param]) -> tuple[Atom, Atom, Atom | None]:
        """Run the function: the result, the residual, and what comes beside the result."""
        result, residual = writer.call(self.first, [p.var for p in params], ("out", "residual"))
        if not self.has_aux:
            return result, residual, None
        return writer.item(result, 0, "out"), residual, writer.item(result, 1, "aux")

    def seeds(self, writer: _Writer, seed: Atom) -> list[Atom]:
        """What the product takes, from unit vectors."""
        return [seed]

    def taken(self, writer: _Writer, results: Sequence[Atom]) -> Atom:
        """What is collected, from what the product gives."""
        return results[0]

    def collect(self, writer: _Writer, of: Atom, residual: Atom, out: Atom, x: Atom) -> Var:
        """The Jacobian, from a product for each number in `of`."""
        count = writer.builder.call(COUNT_ENTRIES, of)
        step: Atom = Lit(1)
        if self.wide is not None:
            parts = [writer.item(residual, k, "") for k in self.wide]
            step = writer.builder.call(ROWS_AT_ONCE, *distinct_sizes([out, x, *parts]), name="step")

        def each(inner: _Writer, i: Var) -> Atom:
            given = (of, i) if self.wide is None else (of, i, step)
            seed = inner.builder.call(UNIT_LIKE if self.wide is None else UNIT_ROWS, *given)
            return self.taken(inner, inner.call(self.product, [residual, *self.seeds(inner, seed)]))

        found = writer.collected(self.word, (Lit(0), count, step), each)
        return writer.builder.call(self.of_single if self.wide is None else self.of_blocks, found, out, x)


class _Rows(_Products):
    """The sweeps of a function: the reverse sweep runs for the numbers of the result."""

    word, of_blocks, of_single = "rows", JACOBIAN_OF_ROW_BLOCKS, JACOBIAN_OF_ROWS

    def __init__(self, program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> None:
        self.one = one
        pulled, *names = reverse.pullback(program, wrt, has_aux)
        apart = {name: unpacked(pulled.functions[name]) for name in names}
        super().__init__({**pulled.functions, **apart}, names[0], names[1], has_aux)

    def taken(self, writer: _Writer, results: Sequence[Atom]) -> Atom:
        return results[0] if self.one else writer.builder.call(P.MAKE_TUPLE, *results)

    def collected(self, writer: _Writer, residual: Atom, out: Atom, x: Atom) -> Var:
        """The Jacobian from its rows."""
        return self.collect(writer, out, residual, out, x)


class _Columns(_Products):
    """A function and its tangent, which runs for the numbers of the arguments."""

    word, of_blocks, of_single = "columns", JACOBIAN_OF_COLUMN_BLOCKS, JACOBIAN_OF_COLUMNS

    def __init__(self, program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> None:
        self.wrt, self.one = wrt, one
        parts = linearised(program, wrt, has_aux)
        super().__init__(parts.functions, parts.recorded, parts.tangent, has_aux)

    def seeds(self, writer: _Writer, seed: Atom) -> list[Atom]:
        return [seed] if self.one else [writer.item(seed, k, "unit") for k in range(len(self.wrt))]

    def collected(self, writer: _Writer, residual: Atom, out: Atom, x: Atom) -> Var:
        """The Jacobian from its columns."""
        return self.collect(writer, x, residual, out, x)


def residuals_met(first: Function, product: Function, met: Sequence[Var]) -> list[int]:
    """The places in the residual of what is computed with to give these values, but for what others are larger than.

    `first` packs the residual at its end, and `product` takes it as its first parameter.
    """
    residual = product.block.params[0]
    found: set[int] = set()
    for maker in _made_from(product, met, lambda stmt: True):
        if isinstance(maker, Call) and maker.fn is P.ITEM and maker.args[0] is residual:
            found.add(dict(maker.params)["key"])
    packed = {stmt.outs: stmt for stmt in first.block.stmts if isinstance(stmt, Call)}
    parts = packed[(first.block.results[-1],)].args  # type: ignore[index]
    for k in sorted(found):
        wide = _made_from(first, [parts[k]], _keeps_size)
        smaller = {a for stmt in wide for a in operands(stmt)}
        found -= {j for j in found if j != k and parts[j] in smaller}
    return sorted(found)


def _made_from(function: Function, atoms: Sequence[Atom], follow: Callable[[Stmt], bool]) -> Iterator[Stmt]:
    """The statements that values come from, as far as they are followed."""
    makers = {out: stmt for stmt in statements(function.block) for out in stmt.outs}
    waiting, seen = list(atoms), set(atoms)
    while waiting:
        atom = waiting.pop()
        stmt = makers.get(atom) if isinstance(atom, Var) else None
        if stmt is not None and follow(stmt):
            yield stmt
            fresh = [a for a in operands(stmt) if a not in seen]
            waiting += fresh
            seen.update(fresh)


def _keeps_size(stmt: Stmt) -> bool:
    """Whether a result has at least as many numbers as each operand."""
    return isinstance(stmt, Call) and isinstance(stmt.fn, P.Primitive) and is_elementwise(stmt.fn)


def distinct_sizes(values: Sequence[Atom]) -> list[Atom]:
    """The values that may be the largest: without numbers, and without what is as large as one before."""
    kept: list[Atom] = []
    for value in values:
        kind = kind_of(value)
        if is_number(kind) and (rank(kind) == 0 or any(same_shape(kind, kind_of(other)) for other in kept)):
            continue
        if is_number(kind) or isinstance(kind, (List, Tuple, Dict, Fixed)):
            kept.append(value)
    return kept


class _Writer:
    """Writes the statements of the function that calls the products."""

    def __init__(self, main: Function) -> None:
        self.main = main
        self.builder = Builder(main.origin and replace(main.origin, sweep=1))

    def call(self, function: Function, args: Sequence[Atom], names: Sequence[str] = ()) -> tuple[Var, ...]:
        """Call a function of the program."""
        results = function.block.results
        named = zip(names or [""] * len(results), results, strict=True)
        outs = tuple(Var(name, kind_of(result), self.builder.origin) for name, result in named)
        self.builder.add(Call(outs, Callee(function.name), tuple(args), (), self.builder.origin))
        return outs

    def item(self, whole: Atom, k: int, name: str) -> Var:
        """An element of a tuple."""
        return self.builder.call(P.ITEM, whole, name=name, key=k)

    def arguments(self, params: Sequence[Param], wrt: Sequence[Place], one: bool) -> Atom:
        """What is differentiated by: one argument, or a tuple of them."""
        found: list[Atom] = []
        for place in wrt:
            var = params[place[0] if isinstance(place, tuple) else place].var
            found.append(self.item(var, place[1], "") if isinstance(place, tuple) else var)
        return found[0] if one else self.builder.call(P.MAKE_TUPLE, *found)

    def collected(self, name: str, span: tuple[Atom, Atom, Atom], each: Callable[[_Writer, Var], Atom]) -> Var:
        """The list of what `each(writer, index)` computes for each index of a range."""
        inner = _Writer(self.main)
        index = Var("i", INT)
        made = each(inner, index)
        kind = List(outside(kind_of(made)))
        empty, held, longer, out = (Var(name, kind, self.builder.origin) for _ in range(4))
        self.builder.add(Call((empty,), P.MAKE_LIST, (), (), self.builder.origin))
        inner.builder.add(Call((longer,), P.APPEND, (held, made), (), self.builder.origin))
        body = inner.builder.block((Lit(False), longer), (index, held))
        self.builder.add(Loop((out,), span, (empty,), body, self.builder.origin))
        return out

    def program(
        self, functions: Mapping[str, Function], name: str, params: tuple[Param, ...], made: Var, aux: Atom | None
    ) -> Program:
        """The program whose entry is what was written; all others are called with their parameters by position."""
        result = made if aux is None else self.builder.call(P.MAKE_TUPLE, made, aux)
        block = self.builder.block((result,), [p.var for p in params])
        entry = replace(self.main, name=name, params=params, block=block)
        others = {n: replace(f, params=tuple(Param(p.var) for p in f.params)) for n, f in functions.items()}
        return Program(name, {**others, name: entry})


def _fresh(params: Sequence[Param]) -> tuple[Param, ...]:
    """The parameters with variables of their own."""
    return tuple(replace(p, var=Var(p.var.name, p.var.kind, p.var.origin)) for p in params)


def _named(program: Program, name: str) -> Program:
    """The program under another name."""
    functions = {k: f for k, f in program.functions.items() if k != program.entry}
    return Program(name, {**functions, name: replace(program.main, name=name)})


def _is_number(kind: Kind) -> bool:
    return isinstance(kind, Scalar) or rank(kind) == 0


def _kind_at(main: Function, place: Place) -> Kind:
    """The kind of a parameter, or of one of the arguments that `*args` takes."""
    if not isinstance(place, tuple):
        return main.params[place].var.kind
    kind = main.params[place[0]].var.kind
    assert isinstance(kind, Tuple)
    return kind.items[place[1]]


def _result_kind(main: Function, has_aux: bool) -> Kind:
    kind = kind_of(main.block.results[0])
    if has_aux:
        assert isinstance(kind, Tuple)
        kind = kind.items[0]
    return kind
