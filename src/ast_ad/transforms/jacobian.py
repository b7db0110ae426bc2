"""Whole Jacobians: programs that call a product with the Jacobian once for each row or each column.

`by_rows` runs the forward sweep once and the reverse sweep for each number of the result; `by_columns` runs the
function with its tangent for each number of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Call, Callee, Function, Lit, Loop, Param, Program, Var
from ast_ad.ir.kinds import INT, Kind, List, Scalar, Tuple, join, rank
from ast_ad.ir.places import Place
from ast_ad.ir.walk import unpacked
from ast_ad.rules.jacobians import COUNT_ENTRIES, JACOBIAN_OF_COLUMNS, JACOBIAN_OF_ROWS, UNIT_LIKE
from ast_ad.transforms import forward, reverse
from ast_ad.transforms.regions import unused


def by_rows(program: Program, wrt: Sequence[Place], has_aux: bool, one: bool, word: str = "jacrev") -> Program:
    """The program that computes the Jacobian of the result by the parameters at `wrt`, in reverse mode.

    Its name is that of the function, without what a gradient adds to it, and `word`.
    """
    main = program.main
    kind = _result_kind(main, has_aux)
    name = unused(f"{main.name.removesuffix('_grad') if word == 'hessian' else main.name}_{word}", program.functions)
    if isinstance(kind, Scalar) or rank(kind) == 0:
        return _named(reverse.gradient(program, wrt, has_aux=has_aux, one=one), name)
    pulled, first, second = reverse.pullback(program, wrt, has_aux)
    functions = {**pulled.functions, **{n: unpacked(pulled.functions[n]) for n in (first, second)}}
    params = _fresh(main.params)
    writer = _Writer(main)
    result, residual = writer.call(functions[first], [p.var for p in params], ("out", "residual"))
    out, aux = (writer.item(result, 0, "out"), writer.item(result, 1, "aux")) if has_aux else (result, None)
    count = writer.builder.call(COUNT_ENTRIES, out)

    def row(inner: _Writer, i: Var) -> Atom:
        seed = inner.builder.call(UNIT_LIKE, out, i)
        bars = inner.call(functions[second], [residual, seed])
        return bars[0] if one else inner.builder.call(P.MAKE_TUPLE, *bars)

    rows = writer.collected("rows", (), (Lit(0), count), row)
    made = writer.builder.call(JACOBIAN_OF_ROWS, rows, out, writer.arguments(params, wrt, one))
    return writer.program(functions, name, params, made, aux)


def by_columns(program: Program, wrt: Sequence[Place], has_aux: bool, one: bool) -> Program:
    """The same in forward mode."""
    main = program.main
    moved = forward.tangent(program, wrt, has_aux)
    pushed = unpacked(moved.main)
    params = _fresh(main.params)
    writer = _Writer(main)
    x = writer.arguments(params, wrt, one)
    own: dict[Var, Atom] = {p.var: fresh.var for p, fresh in zip(main.params, params, strict=True)}
    dots = [p.var for p in pushed.params if p.var not in own]

    def column(inner: _Writer, j: Atom) -> tuple[Atom, ...]:
        unit = inner.builder.call(UNIT_LIKE, x, j)
        units = [unit] if one else [inner.item(unit, k, "unit") for k in range(len(wrt))]
        given = {**own, **dict(zip(dots, units, strict=True))}
        args = [given[p.var] for p in pushed.params]
        if not has_aux:
            return inner.call(pushed, args, ("out", "out_dot"))
        pair, aux = inner.call(pushed, args, ("", "aux"))
        return inner.item(pair, 0, "out"), inner.item(pair, 1, "out_dot"), aux

    out, start, *aux = column(writer, Lit(0))
    count = writer.builder.call(COUNT_ENTRIES, x)
    columns = writer.collected("columns", (start,), (Lit(1), count), lambda inner, j: column(inner, j)[1])
    made = writer.builder.call(JACOBIAN_OF_COLUMNS, columns, out, x)
    functions = {**moved.functions, pushed.name: pushed}
    return writer.program(functions, unused(f"{main.name}_jacfwd", functions), params, made, aux[0] if aux else None)


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


def _result_kind(main: Function, has_aux: bool) -> Kind:
    kind = kind_of(main.block.results[0])
    if has_aux:
        assert isinstance(kind, Tuple)
        kind = kind.items[0]
    return kind
