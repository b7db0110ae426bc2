"""Whole Jacobians: programs that call a product with the Jacobian once for each row or each column.

`by_rows` runs the forward sweep once and the reverse sweep for each number of the result; `by_columns` runs the
function with its tangent for each number of the arguments; `by_either` does what costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from ast_ad import errors
from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Call, Callee, Function, If, Lit, Loop, Param, Program, Var
from ast_ad.ir.kinds import INT, Kind, List, Scalar, Tuple, is_complex, join, rank
from ast_ad.ir.places import Place
from ast_ad.ir.walk import statements, unpacked
from ast_ad.rules.jacobians import COUNT_ENTRIES, JACOBIAN_OF_COLUMNS, JACOBIAN_OF_ROWS, UNIT_LIKE
from ast_ad.transforms import forward, reverse
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
    rows = _Rows(program, wrt, has_aux, one)
    params = _fresh(main.params)
    writer = _Writer(main)
    out, residual, aux = rows.start(writer, params)
    made = rows.collected(writer, out, residual, writer.arguments(params, wrt, one))
    return writer.program(rows.functions, name, params, made, aux)


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
    columns = _Columns(program, wrt, has_aux, one)
    params = _fresh(main.params)
    writer = _Writer(main)
    x = writer.arguments(params, wrt, one)
    out, start, aux = columns.column(writer, params, x, Lit(0))
    made = columns.collected(writer, params, x, out, [start])
    return writer.program(columns.functions, unused(f"{main.name}_{word}", columns.functions), params, made, aux)


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
    first = columns.collected(tall, params, x, out, [])
    second = rows.collected(wide, out, residual, x)
    made = Var("jacobian", join(first.kind, second.kind), writer.builder.origin)
    arms = tall.builder.block((first,)), wide.builder.block((second,))
    writer.builder.add(If((made,), test, *arms, writer.builder.origin))
    functions = {**columns.functions, **rows.functions}
    return writer.program(functions, unused(f"{main.name}_jacobian", functions), params, made, aux)


def has_effects(program: Program) -> bool:
    """Whether a program prints, draws random numbers, or calls what is not known."""
    calls = (s for f in program.functions.values() for s in statements(f.block) if isinstance(s, Call))
    return any(isinstance(c.fn, P.Primitive) and c.fn.effect and c.fn not in (P.ASSERT, P.RAISE) for c in calls)


class _Rows:
    """The sweeps of a function, and the loop that calls the reverse sweep for each number of its result."""

    def __init__(self, program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> None:
        self.has_aux, self.one = has_aux, one
        pulled, *names = reverse.pullback(program, wrt, has_aux)
        self.forward, self.reverse = (unpacked(pulled.functions[name]) for name in names)
        own = {function.name: function for function in (self.forward, self.reverse)}
        self.functions: dict[str, Function] = {**pulled.functions, **own}

    def start(self, writer: _Writer, params: Sequence[Param]) -> tuple[Atom, Atom, Atom | None]:
        """Run the forward sweep: the result, the residual, and what comes beside the result."""
        result, residual = writer.call(self.forward, [p.var for p in params], ("out", "residual"))
        if not self.has_aux:
            return result, residual, None
        return writer.item(result, 0, "out"), residual, writer.item(result, 1, "aux")

    def collected(self, writer: _Writer, out: Atom, residual: Atom, x: Atom) -> Var:
        """The Jacobian from its rows."""

        def row(inner: _Writer, i: Var) -> Atom:
            seed = inner.builder.call(UNIT_LIKE, out, i)
            bars = inner.call(self.reverse, [residual, seed])
            return bars[0] if self.one else inner.builder.call(P.MAKE_TUPLE, *bars)

        rows = writer.collected("rows", (), (Lit(0), writer.builder.call(COUNT_ENTRIES, out)), row)
        return writer.builder.call(JACOBIAN_OF_ROWS, rows, out, x)


class _Columns:
    """A function with its tangent, and the loop that calls it for each number of its arguments."""

    def __init__(self, program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> None:
        self.wrt, self.has_aux, self.one = wrt, has_aux, one
        moved = forward.tangent(program, wrt, has_aux)
        self.pushed = unpacked(moved.main)
        self.own = [p.var for p in program.main.params]
        self.dots = [p.var for p in self.pushed.params if p.var not in self.own]
        self.functions: dict[str, Function] = {**moved.functions, self.pushed.name: self.pushed}

    def column(self, writer: _Writer, params: Sequence[Param], x: Atom, j: Atom) -> tuple[Atom, Atom, Atom | None]:
        """The result, its tangent for a tangent of 1 of the jth number, and what comes beside the result."""
        unit = writer.builder.call(UNIT_LIKE, x, j)
        units: list[Atom] = [unit] if self.one else [writer.item(unit, k, "unit") for k in range(len(self.wrt))]
        given: dict[Var, Atom] = dict(zip(self.own, (p.var for p in params), strict=True))
        given |= dict(zip(self.dots, units, strict=True))
        args = [given[p.var] for p in self.pushed.params]
        if not self.has_aux:
            out, dot = writer.call(self.pushed, args, ("out", "out_dot"))
            return out, dot, None
        pair, aux = writer.call(self.pushed, args, ("", "aux"))
        return writer.item(pair, 0, "out"), writer.item(pair, 1, "out_dot"), aux

    def collected(self, writer: _Writer, params: Sequence[Param], x: Atom, out: Atom, start: Sequence[Atom]) -> Var:
        """The Jacobian from its columns, after those that are known."""
        span = Lit(len(start)), writer.builder.call(COUNT_ENTRIES, x)
        columns = writer.collected("columns", start, span, lambda inner, j: self.column(inner, params, x, j)[1])
        return writer.builder.call(JACOBIAN_OF_COLUMNS, columns, out, x)


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

    def collected(
        self, name: str, start: Sequence[Atom], span: tuple[Atom, Atom], each: Callable[[_Writer, Var], Atom]
    ) -> Var:
        """The list of what `each(writer, index)` computes for each index, after what it starts with."""
        inner = _Writer(self.main)
        index = Var("i", INT)
        made = each(inner, index)
        kind = List(reduce(join, map(kind_of, start), kind_of(made)))
        empty, held, longer, out = (Var(name, kind, self.builder.origin) for _ in range(4))
        self.builder.add(Call((empty,), P.MAKE_LIST, tuple(start), (), self.builder.origin))
        inner.builder.add(Call((longer,), P.APPEND, (held, made), (), self.builder.origin))
        body = inner.builder.block((Lit(False), longer), (index, held))
        self.builder.add(Loop((out,), (*span, Lit(1)), (empty,), body, self.builder.origin))
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
