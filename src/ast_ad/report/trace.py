"""Evaluation traces: a row for each step of a function with its value and tangent, then the adjoints, last to first.

    step  name  expression     value  tangent
    ----  ----  ----------  --------  -------
       1  x     argument           2        1
       2  v1    x ** 2             4        4
       3  v2    math.exp(v1)  54.5982  218.393

The rows are what the derivative computes: its program is run statement by statement, with its values marked (`notes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ast_ad import pipeline, runtime
from ast_ad.analyses.activity import Activity, can_vary
from ast_ad.errors import WrongArgument
from ast_ad.frontend.signature import Argument, arguments_of
from ast_ad.ir.core import Block, Call, Function, Loop, Program, Var
from ast_ad.ir.interpret import Interpreter
from ast_ad.ir.kinds import is_number
from ast_ad.ir.places import Place, parameter_at
from ast_ad.ir.walk import statements
from ast_ad.parameters import parameters_of, places_of, receiver_of
from ast_ad.patterns import fetch, plain_of
from ast_ad.report.notes import (
    NOTE,
    NOTE_ADJOINT,
    NOTE_TANGENT,
    Step,
    adjoint_expression,
    carried_by_loops,
    makers_of,
    marks_have_a_rule,
    with_notes,
)
from ast_ad.report.tables import shown, table
from ast_ad.transforms import forward, reverse

_FIRST, _LAST = 40, 10  # rows of a long sweep that are printed


class Row(NamedTuple):
    """One executed statement.

    `tangent` is None in reverse mode, and where nothing that is returned depends on the value.  An adjoint is a row
    whose name ends in `_bar`.  `trips` are the trips of the loops around it, outermost first, counted from 1;
    `function` is empty in the traced function itself.
    """

    step: int
    name: str
    expression: str
    value: Any
    tangent: Any = None
    trips: tuple[int, ...] = ()
    function: str = ""
    line: int = 0


class Trace:
    """The rows of a forward sweep, and in reverse mode those of the reverse sweep; prints as a table.

    `value` is what the function returned; `derivative` its tangent, or a tuple of gradients.
    """

    def __init__(self, mode: str, rows: Sequence[Row], adjoints: int, value: Any, derivative: Any) -> None:
        self.mode = mode
        self.rows = tuple(rows)
        self.value = value
        self.derivative = derivative
        self._adjoints = adjoints

    @property
    def forward_rows(self) -> tuple[Row, ...]:
        """The rows of the forward sweep."""
        return self.rows[: len(self.rows) - self._adjoints]

    @property
    def adjoint_rows(self) -> tuple[Row, ...]:
        """The rows of the reverse sweep, last step first."""
        return self.rows[len(self.rows) - self._adjoints :]

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def text(self, most: int | None = None) -> str:
        """The table; of a sweep with more than `most` rows, the first and the last."""
        first, last = (_FIRST, _LAST) if most is None else (most - most // 4, most // 4)
        if self.mode == "forward":
            return _section(self.forward_rows, first, last, tangents=True)
        sweeps = (self.forward_rows, self.adjoint_rows)
        return "\n\n".join(_section(rows, first, last, tangents=False) for rows in sweeps)


def _section(rows: Sequence[Row], first: int, last: int, *, tangents: bool) -> str:
    places = [_place(row) for row in rows]
    columns = ["step", "in" if any(places) else "", "name", "expression", "value"]
    columns += ["tangent"] if tangents else []
    lines = [
        [str(row.step), place, row.name, row.expression, shown(row.value)] + ([shown(row.tangent)] if tangents else [])
        for row, place in zip(rows, places, strict=True)
    ]
    kept = [k for k, head in enumerate(columns) if head]
    more = len(lines) - first - last
    if more > 0:
        gap = [""] * len(columns)
        gap[2:4] = ["...", f"... {more} rows more"]
        lines = [*lines[:first], gap, *lines[len(lines) - last :]]
    numbers = [n for n, k in enumerate(kept) if columns[k] in ("step", "value", "tangent")]
    return table([columns[k] for k in kept], [[line[k] for k in kept] for line in lines], numbers)


def _place(row: Row) -> str:
    trips = f"trip {'.'.join(map(str, row.trips))}" if row.trips else ""
    return ", ".join(filter(None, (row.function, trips)))


def trace_of(
    fun: Any,
    args: Sequence[Any],
    mode: str = "forward",
    wrt: Any = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Trace:
    """The trace of a call."""
    if mode not in ("forward", "reverse"):
        raise WrongArgument(f"trace has no mode {mode!r}", remedy='Write mode="forward" or mode="reverse".')
    arguments = arguments_of(fun, args, kwargs or {})
    places = _places(fun, arguments, mode, wrt)
    how, last = ("jvp", "differentiate forward") if mode == "forward" else ("grad", "differentiate in reverse")
    work = pipeline.run(pipeline.Request(fun, arguments, how, places, one=False), upto=last)
    main = work.program.main
    program, steps = with_notes(work.program)
    sweep = 1 + max(
        (s.origin.sweep for f in program.functions.values() for s in statements(f.block) if s.origin),
        default=0,
    )
    own = [p.var for p in main.params if p.form != "capture"]
    known = dict(zip(own, (a.witness for a in arguments), strict=True))
    known.update((p.var, fetch(p.path, plain_of(fun))) for p in main.params if p.form == "capture")
    follow = _forward if mode == "forward" else _reverse
    with marks_have_a_rule():
        return follow(program, steps, known, places, sweep)


def _places(fun: Any, arguments: Sequence[Argument], mode: str, wrt: Any) -> tuple[Place, ...]:
    """The places of the parameters to differentiate by: unless they are named, the first in forward mode, else all."""
    if wrt is not None:
        hidden = len(receiver_of(fun))
        places = places_of(wrt, parameters_of(fun), "trace")[0]
        return tuple((hidden + p[0], p[1]) if isinstance(p, tuple) else hidden + p for p in places)
    found = tuple(k for k, argument in enumerate(arguments) if can_vary(argument.kind))
    if not found:
        raise WrongArgument("no argument is a number, so there is nothing to differentiate by")
    return found[:1] if mode == "forward" else found


def _forward(
    program: Program, steps: Sequence[Step], known: dict[Var, Any], places: Sequence[Place], sweep: int
) -> Trace:
    main = program.main
    seeds = [_ones_like(_value_at(main, known, place)) for place in places]
    moving: dict[Var, Any] = {}
    for place, seed in zip(places, seeds, strict=True):
        var = main.params[parameter_at(place)].var
        if isinstance(place, tuple):
            rest = moving.get(var, runtime.zeros_like(known[var]))
            seed = (*rest[: place[1]], seed, *rest[place[1] + 1 :])
        moving[var] = seed
    tangent = _simplified(forward.tangent(program, places))
    left = iter(seeds)
    args = [known[p.var] if p.var in known else next(left) for p in tangent.main.params]
    recorder = _Recorder(tangent, steps, sweep)
    recorder.constant = _constants(program, places)
    for param in main.params:
        if param.form != "capture":
            value = known[param.var]
            dot = moving.get(param.var, runtime.zeros_like(value))
            recorder.rows.append(_Seen(Step(param.var.name, "argument", "", 0), value, dot))
    ((value, dot),) = recorder.run(tangent.main, args)
    return Trace("forward", _numbered(recorder.rows), 0, value, dot)


def _reverse(
    program: Program, steps: Sequence[Step], known: dict[Var, Any], places: Sequence[Place], sweep: int
) -> Trace:
    main = program.main
    gradient = _simplified(reverse.gradient(program, places, value=True, one=False))
    recorder = _Recorder(gradient, steps, sweep)
    for param in main.params:
        if param.form != "capture":
            step = Step(param.var.name, "argument", "", 0)
            recorder.rows.append(_Seen(step, known[param.var], None))
    args = [known[p.var] for p in gradient.main.params]
    ((value, bars),) = recorder.run(gradient.main, args)
    told = {seen.step.name for seen in recorder.adjoints if seen.step.expression == "argument"}
    for place, bar in zip(places, bars, strict=True):
        var = main.params[parameter_at(place)].var
        name = f"{var.name}[{place[1]}]" if isinstance(place, tuple) else var.name
        if name not in told:
            words = "0" if is_number(var.kind) else "sum of its parts"
            step = Step(name, "argument", "", 0)
            recorder.adjoints.append(_Seen(step, bar, None, expression=words))
    rows = _numbered([*recorder.rows, *recorder.adjoints], len(recorder.rows))
    return Trace("reverse", rows, len(recorder.adjoints), value, bars)


def _value_at(main: Function, known: Mapping[Var, Any], place: Place) -> Any:
    """The argument at a place."""
    value = known[main.params[parameter_at(place)].var]
    return value[place[1]] if isinstance(place, tuple) else value


def _simplified(program: Program) -> Program:
    """The program after the stages that simplify derivatives."""
    work = pipeline.Work(pipeline.Request(None, (), "primal", ()), program=program)
    for stage in pipeline.SIMPLIFY:
        work = stage.run(work)
    return work.program


def _constants(program: Program, places: Sequence[Place]) -> set[int]:
    """The steps whose values do not depend on the parameters at `places`."""
    activity, found, moving = Activity(program), set(), set(map(parameter_at, places))
    for function in program.functions.values():
        is_main = function is program.main
        pattern = [k in moving if is_main else True for k in range(len(function.params))]
        varied = activity.varied(function, pattern)
        for stmt in statements(function.block):
            if isinstance(stmt, Call) and stmt.fn is NOTE and stmt.args[0] not in varied:
                found.add(dict(stmt.params)["step"])
    return found


def _ones_like(value: Any) -> Any:
    """The tangent 1 of each number in a value."""
    zeros = runtime.zeros_like(value)

    def one(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: one(item) for key, item in part.items()}
        if isinstance(part, tuple):
            items = map(one, part)
            return type(part)(*items) if hasattr(part, "_fields") else tuple(items)
        if isinstance(part, list):
            return list(map(one, part))
        return None if part is None else part + 1

    return one(zeros)


class _Visit:
    """One run of a loop: `trip` is the number of the trip at hand, `total` that of all trips when it has ended."""

    def __init__(self, body: Block, backward: bool) -> None:
        self.body = body
        self.backward = backward
        self.trip = 0
        self.total = 0

    def number(self, trip: int) -> int:
        """The number of a trip as the primal counts them: the loops of the reverse sweep undo the last one first."""
        return self.total - trip + 1 if self.backward else trip


class _Seen:
    """What was reported, with the trips of the loops around it, which have numbers once these have ended."""

    def __init__(
        self,
        step: Step,
        value: Any,
        tangent: Any,
        trips: tuple[tuple[_Visit, int], ...] = (),
        expression: str | None = None,
    ) -> None:
        self.step = step
        self.value = value
        self.tangent = tangent
        self.trips = trips
        self.expression = expression


def _numbered(seen: Sequence[_Seen], adjoints_from: int | None = None) -> list[Row]:
    rows = []
    for k, one in enumerate(seen):
        is_adjoint = adjoints_from is not None and k >= adjoints_from
        rows.append(
            Row(
                step=k + 1,
                name=f"{one.step.name}_bar" if is_adjoint else one.step.name,
                expression=one.step.expression if one.expression is None else one.expression,
                value=one.value,
                tangent=one.tangent,
                trips=tuple(visit.number(trip) for visit, trip in one.trips),
                function=one.step.function,
                line=one.step.line,
            )
        )
    return rows


class _Recorder(Interpreter):
    """Runs a program with notes and collects what they report."""

    def __init__(self, program: Program, steps: Sequence[Step], sweep: int) -> None:
        super().__init__(program)
        self.steps = steps
        self.sweep = sweep
        self.makers = makers_of(program)
        self.carried = carried_by_loops(program)
        self.rows: list[_Seen] = []
        self.adjoints: list[_Seen] = []
        self.tangents: dict[int, Any] = {}
        self.visits: list[_Visit] = []
        self.words: dict[Call, str] = {}
        self.constant: set[int] = set()

    def call(self, stmt: Call, args: list[Any]) -> tuple[Any, ...]:
        """The results of one call; a note reports its argument."""
        if stmt.fn in (NOTE, NOTE_TANGENT, NOTE_ADJOINT):
            number = dict(stmt.params)["step"]
            trips = tuple((visit, visit.trip) for visit in self.visits)
            step, value = self.steps[number], args[0]
            if stmt.fn is NOTE_TANGENT:
                self.tangents[number] = value
            elif stmt.fn is NOTE:
                zero = runtime.zeros_like(value) if number in self.constant else None
                tangent = None if isinstance(value, bool) else self.tangents.pop(number, zero)
                self.rows.append(_Seen(step, value, tangent, trips))
            else:
                self.adjoints.append(_Seen(step, value, None, trips, self.words_of(stmt)))
        return super().call(stmt, args)

    def words_of(self, stmt: Call) -> str:
        """The expression of an adjoint."""
        if stmt not in self.words:
            self.words[stmt] = adjoint_expression(stmt.args[0], self.makers, self.carried, self.sweep)
        return self.words[stmt]

    def loop(self, stmt: Loop, env: dict[Var, Any]) -> tuple[Any, ...]:
        """The carried values when a loop ends."""
        backward = stmt.origin is not None and stmt.origin.sweep >= self.sweep
        visit = _Visit(stmt.body, backward)
        self.visits.append(visit)
        try:
            return super().loop(stmt, env)
        finally:
            visit.total = visit.trip - (backward and stmt.range is None)
            self.visits.pop()

    def block(self, block: Block, args: Sequence[Any], env: dict[Var, Any]) -> tuple[Any, ...]:
        """The results of a block; the body of a loop is one more trip."""
        if self.visits and block is self.visits[-1].body:
            self.visits[-1].trip += 1
        return super().block(block, args, env)
