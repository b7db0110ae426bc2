"""Call a function that has a derivative of the user's own: the function and those of its rule join the program.

The object says what it is by `__ast_ad_custom__`: (mode, function, rules, places of what is not differentiated by).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ast_ad.errors import UnknownAtCompileTime, WrongArgument, WrongStructure
from ast_ad.frontend.arguments import spec_of
from ast_ad.frontend.calls import bind_arguments, call_value, defaults_of, inline, new_frame
from ast_ad.frontend.captures import Guard, capture_variable
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.control import sealed
from ast_ad.frontend.products import fits, same_shape_or_raise
from ast_ad.frontend.source import Source, source_of
from ast_ad.frontend.values import (
    Items,
    Ref,
    Static,
    TupleOf,
    Value,
    describe,
    is_bottom,
    is_none,
    is_numeric,
    may_be_array,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Custom, Function, Lit, Param, Var
from ast_ad.ir.kinds import UNDEFINED, Kind, Tuple, cotangent_kind
from ast_ad.ir.lengths import outside
from ast_ad.ir.show import show_kind

_PASSES = 5
_GIVEN = "It belongs to the caller of a function with a rule of its own."


@dataclass(slots=True, eq=False)
class Record:
    """One such function for one kind of call; `fixed` are arguments known here, `captures` what all of it reads."""

    source: Source
    name: str
    kinds: dict[str, Kind]
    fixed: dict[str, Value]
    by: tuple[bool, ...]
    kind: Kind = UNDEFINED
    shared: bool = False
    captures: list[Any] = field(default_factory=list)


def call_custom(lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str) -> Value:
    """The result of calling a `custom_vjp` or `custom_jvp` function."""
    mode, primal, rules, places = function.obj.__ast_ad_custom__
    source = source_of(primal)
    title = source.function.__name__
    if not rules:
        raise lo.error(
            WrongArgument,
            f"{title} is a custom_{mode} function without a rule",
            remedy=f"Give it one with {title}.def{mode}.",
        )
    path = (function.obj, ("attr", "rules"))
    lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, rules))
    bound = bind_arguments(lo, source.node.args, defaults_of(lo, source), args, kwargs, title)
    if source.node.args.vararg or source.node.args.kwarg:
        raise lo.error(WrongArgument, f"{title} takes * or **", remedy="Name the parameters of a function with a rule.")
    if any(map(is_bottom, bound.values())):
        return Var(name, UNDEFINED)
    fixed = {
        key: value for place, (key, value) in enumerate(bound.items()) if place in places and not _is_run_time(value)
    }
    atoms = {key: lo.atom(value) for key, value in bound.items() if key not in fixed}
    specs = tuple(spec_of(lo, value) for value in bound.values())
    key = (function.obj, specs)
    record = lo.unit.records.get(key) if None not in specs else None
    if record is None:
        kinds = {arg: kind_of(atom) for arg, atom in atoms.items()}
        by = tuple(arg not in fixed and place not in places for place, arg in enumerate(bound))
        by = tuple(known for known, arg in zip(by, bound, strict=True) if arg not in fixed)
        record = Record(source, free_name(lo, title), kinds, fixed, by)
        _lower(lo, record, key, function, mode, rules, tuple(bound))
    operands = [*atoms.values(), *(capture_variable(lo, *lo.unit.paths[k]) for k in record.captures)]
    out = lo.new(name, outside(record.kind))
    lo.call((out,), record.name, operands)
    result = lo.value_of(out, name)
    if record.shared:
        lo.freeze(result, f"It may be what {title} was given.")
    return result


def _is_run_time(value: Value) -> bool:
    if isinstance(value, TupleOf):
        return bool(value.items)
    return is_numeric(value) or isinstance(value, (Ref, Var))


def free_name(lo: Lowering, title: str) -> str:
    title = title if title.isidentifier() else "function"
    name, count = title, 1
    while name in lo.unit.names:
        count += 1
        name = f"{title}_{count}"
    lo.unit.names.add(name)
    return name


def _lower(
    lo: Lowering, record: Record, key: Any, function: Static, mode: str, rules: tuple[Any, ...], order: tuple[str, ...]
) -> None:
    """Lower the function, then its rule, which may call it; again while they find more to read from outside."""
    from ast_ad.frontend.later import lower_alone

    title = record.source.function.__name__
    if mode == "later":
        lower_alone(lo, record, key, function, order)
        return
    named = [rule for rule in rules if rule is not None] if mode == "vjp" else []
    names = [free_name(lo, getattr(rule, "__name__", title)) for rule in named] or [free_name(lo, f"{title}_jvp")]
    for _ in range(_PASSES):
        before = list(record.captures)
        work = Body(lo, record, record.source, record.name)
        value = work.call(record.source, [work.given[arg] for arg in order])
        record.shared = work.is_shared(value)
        primal = work.finish([work.lo.atom(value)])
        record.kind = kind_of(primal.block.results[0])
        lo.unit.records[key] = record
        made = sweeps_of(lo, record, rules, names, order) if named else tangent_of(lo, record, function, names, order)
        if record.captures == before:
            break
    else:
        raise lo.error(UnknownAtCompileTime, f"what {title} reads from outside does not settle")
    by = (*record.by, *(False for _ in record.captures))
    for one in (replace(primal, custom=Custom(mode, tuple(names), by)), *made):
        lo.unit.functions[one.name] = one


class Body:
    """A function of the program whose body is read from the call of a rule."""

    def __init__(
        self, caller: Any, record: Record, source: Source, name: str, kinds: Mapping[str, Kind] | None = None
    ) -> None:
        self.record = record
        self.name = name
        self.source = source
        self.lo = lo = Lowering(caller.unit)
        new_frame(lo, source.node, source, None, name, caller)
        lo.statement = lo.node = source.node
        self.params: list[Var] = []
        self.given: dict[str, Value] = dict(record.fixed)
        for arg, kind in (record.kinds if kinds is None else kinds).items():
            self.given[arg] = self.parameter(arg, kind)

    @property
    def title(self) -> str:
        """What it is, in words."""
        return f"{self.source.function.__name__}, a rule of {self.record.source.function.__name__},"

    def parameter(self, name: str, kind: Kind) -> Value:
        """A new parameter, which nobody may write to."""
        lo = self.lo
        var = lo.new(name, kind)
        before = set(lo.state.heap)
        value = lo.value_of(var, name)
        lo.always_frozen[var] = _GIVEN
        for place in set(lo.state.heap) - before:
            lo.always_frozen[place] = _GIVEN
        self.params.append(var)
        return value

    def call(self, source: Source, args: Sequence[Value]) -> Value:
        """Read a user's function here."""
        from ast_ad.frontend.fence import check

        check(source.node, source)
        title = source.function.__name__
        bound = bind_arguments(self.lo, source.node.args, defaults_of(self.lo, source), args, {}, title)
        self.lo.node = source.node
        return inline(self.lo, source.node, source, None, bound, title)

    def is_shared(self, value: Value) -> bool:
        """Whether a value is, or holds, what the function was given."""
        lo = self.lo
        if isinstance(value, Var):
            return may_be_array(value) and (lo.root(value) in lo.always_frozen)
        if isinstance(value, TupleOf):
            return any(map(self.is_shared, value.items))
        return isinstance(value, Ref) and value.location in lo.always_frozen

    def finish(self, results: Sequence[Atom], extra: Sequence[Var] = ()) -> Function:
        """The function; what it reads from outside is added to what all of them get."""
        lo, record = self.lo, self.record
        record.captures += [key for key in lo.captures if key not in record.captures]
        read = [capture_variable(lo, *lo.unit.paths[key]) for key in record.captures]
        paths = [lo.unit.paths[key][0] for key in record.captures]
        params = [*map(Param, self.params), *(Param(v, "capture", path=p) for v, p in zip(read, paths, strict=True))]
        params += map(Param, extra)
        block = lo.out.block(tuple(results), tuple(p.var for p in params))
        block = sealed(Block(block.params, (*lo.prologue.stmts, *block.stmts), block.results))
        return Function(
            self.name, tuple(params), block, self.source.function.__doc__ or "", lo.origin(self.source.node)
        )


# custom_vjp


def sweeps_of(
    lo: Lowering, record: Record, rules: tuple[Any, ...], names: Sequence[str], order: tuple[str, ...]
) -> tuple[Function, Function]:
    """`fwd` and `bwd` of a rule, with a tuple that passes between them."""
    fwd, bwd = map(source_of, rules)
    work = Body(lo, record, fwd, names[0])
    pair = _pair(work, work.call(fwd, [work.given[arg] for arg in order]), "(out, residual)")
    out = work.lo.atom(pair[0])
    _check_out(work, kind_of(out), record)
    residual: list[Atom] = []
    form = _apart(work.lo, pair[1], residual)
    undo = Body(lo, record, bwd, names[1], {})
    held = [undo.lo.new(a.name if isinstance(a, Var) else "", kind_of(a)) for a in residual]
    for var in held:
        undo.lo.always_frozen[var] = _GIVEN
    likes = {arg: undo.lo.new(arg, kind) for arg, kind in record.kinds.items()}
    given = [
        record.fixed.get(arg) or undo.lo.value_of(likes[arg], arg)
        for arg in order
        if arg in record.fixed or not _by(record, arg)
    ]
    ct = undo.lo.new("out_bar", cotangent_kind(record.kind))
    undo.lo.always_frozen[ct] = _GIVEN
    found = undo.call(
        bwd, [*given, _together(form, iter(undo.lo.value_of(v, v.name) for v in held)), undo.lo.value_of(ct, "out_bar")]
    )
    wanted = [arg for arg in record.kinds if _by(record, arg)]
    bars = _elements(undo, found)
    if bars is None or len(bars) != len(wanted):
        count = "no tuple" if bars is None else f"{len(bars)}"
        raise undo.lo.error(
            WrongArgument,
            f"{undo.title} returns {count} for {len(wanted)} arguments",
            remedy="Return a tuple with one cotangent for each argument that is differentiated by.",
        )
    results = [_bar(undo, bar, arg, likes[arg], record) for bar, arg in zip(bars, wanted, strict=True)]
    backward = undo.finish(results)
    # What `bwd` reads besides comes from the forward sweep too.
    reads = [p.var for p in backward.params]
    inner = [*held, *likes.values(), *reads]
    forward_params = work.finish([out])
    outer = [*residual, *(p.var for p in forward_params.params)]
    used = _used(backward.block)
    passed = [(a, v) for a, v in zip(outer, inner, strict=True) if v in used]
    packed = Var("residual", Tuple(tuple(kind_of(a) for a, _ in passed)))
    block = forward_params.block
    make = Call((packed,), P.MAKE_TUPLE, tuple(a for a, _ in passed))
    forward = Function(
        names[0],
        forward_params.params,
        Block(block.params, (*block.stmts, make), (*block.results, packed)),
        forward_params.doc,
        forward_params.origin,
    )
    taken = Var("residual", packed.kind)
    items = tuple(Call((v,), P.ITEM, (taken,), (("key", k),)) for k, (_, v) in enumerate(passed))
    block = Block((taken, ct), (*items, *backward.block.stmts), backward.block.results)
    return forward, Function(names[1], (Param(taken), Param(ct)), block, backward.doc, backward.origin)


def _by(record: Record, arg: str) -> bool:
    return record.by[list(record.kinds).index(arg)]


def _used(block: Block) -> set[Var]:
    from ast_ad.ir.walk import free_variables

    return free_variables(Block((), block.stmts, block.results))


def _bar(work: Body, bar: Value, arg: str, like: Var, record: Record) -> Atom:
    """One cotangent that a rule returned; None stands for zeros."""
    lo = work.lo
    if is_none(bar):
        return lo.emit(P.ZEROS_LIKE, like)
    return _checked(work, lo.atom(bar), like, f"cotangent of {arg}", record)


def _checked(work: Body, atom: Atom, like: Atom, what: str, record: Record) -> Atom:
    lo, wanted = work.lo, cotangent_kind(kind_of(like))
    if isinstance(atom, Lit) and type(atom.value) is int:
        atom = Lit(float(atom.value))
    if not fits(kind_of(atom), wanted):
        raise lo.error(
            WrongStructure,
            f"{work.title} returns {show_kind(kind_of(atom))} as the {what}, which is {show_kind(wanted)}",
            remedy="Return numbers of the same structure and shape.",
        )
    same_shape_or_raise(lo, atom, like, f"{work.title} returns a {what} of another shape")
    return atom


def _check_out(work: Body, kind: Kind, record: Record) -> None:
    if not (fits(kind, record.kind) and fits(record.kind, kind)):
        raise work.lo.error(
            WrongStructure,
            f"{work.title} returns {show_kind(kind)} as the result, which is {show_kind(record.kind)}",
            remedy="Return what the function itself returns.",
        )


def _elements(work: Body, value: Value) -> Sequence[Value] | None:
    if isinstance(value, TupleOf):
        return value.items
    contents = work.lo.contents(value) if isinstance(value, Ref) else None
    return contents.values if isinstance(contents, Items) else None


def _pair(work: Body, value: Value, what: str) -> Sequence[Value]:
    found = _elements(work, value)
    if found is None or len(found) != 2:
        raise work.lo.error(
            WrongArgument,
            f"{work.title} returns {describe(value)}",
            remedy=f"Return a pair {what}.",
        )
    return found


def _apart(lo: Lowering, value: Value, leaves: list[Atom]) -> Any:
    """A value as its form, with what is known at run time put into `leaves`."""
    if isinstance(value, TupleOf):
        return TupleOf(tuple(_apart(lo, item, leaves) for item in value.items), value.type)
    if isinstance(value, (Var, Ref)) or is_numeric(value):
        leaves.append(lo.atom(value))
        return None
    return value


def _together(form: Any, values: Any) -> Any:
    if form is None:
        return next(values)
    if isinstance(form, TupleOf):
        return TupleOf(tuple(_together(item, values) for item in form.items), form.type)
    return form


# custom_jvp


def tangent_of(
    lo: Lowering, record: Record, function: Static, names: Sequence[str], order: tuple[str, ...], rule: Any = None
) -> tuple[Function]:
    """A rule as the function (args, tangents) -> (out, out_dot)."""
    _, _, rules, places = function.obj.__ast_ad_custom__
    each = function.obj.each
    source = record.source if each else source_of(rule or rules[0])
    work = Body(lo, record, source, names[0])
    wanted = [arg for arg in record.kinds if _by(record, arg)]
    dots = {arg: work.lo.new(f"{arg}_dot", cotangent_kind(record.kinds[arg])) for arg in wanted}
    for var in dots.values():
        work.lo.always_frozen[var] = _GIVEN
    tangents = [work.lo.value_of(var, var.name) for var in dots.values()]
    primals = [work.given[arg] for arg in wanted]
    rest = [work.given[arg] for place, arg in enumerate(order) if place in places]
    dot: Value | None
    if each:
        out = call_custom(work.lo, function, [work.given[arg] for arg in order], {}, "ans")
        dot = _summed(work, rules, tangents, out, primals, rest)
    else:
        found = work.call(source, [*rest, TupleOf(tuple(primals)), TupleOf(tuple(tangents))])
        out, dot = _pair(work, found, "(out, tangent of out)")
    made = work.lo.atom(out)
    _check_out(work, kind_of(made), record)
    made_dot = (
        work.lo.emit(P.ZEROS_LIKE, made)
        if dot is None or is_none(dot)
        else _checked(work, work.lo.atom(dot), made, "tangent of the result", record)
    )
    return (work.finish([made, made_dot], tuple(dots.values())),)


def _summed(
    work: Body,
    rules: Sequence[Any],
    tangents: Sequence[Value],
    out: Value,
    primals: Sequence[Value],
    rest: Sequence[Value],
) -> Value | None:
    """The sum of what the rules of the arguments give; None where none gives anything."""
    total: Value | None = None
    for rule, tangent in zip(rules, tangents, strict=True):
        if rule is not None:
            part = call_value(work.lo, Static(rule), [*rest, tangent, out, *primals], {})
            total = part if total is None else work.lo.emit(P.ADD, work.lo.atom(total), work.lo.atom(part))
    return total
