"""Call a derivative inside a function: its program joins the program of its caller, level by level.

An object takes part by a method `__ast_ad_program__(arguments)`, which gives its program as a `Lowered`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, get_args

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend.arguments import spec_of
from ast_ad.frontend.captures import capture_variable, captured_at_run_time, fetch
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.enclosed import Enclosed, Held, NotYetKnown
from ast_ad.frontend.known import OfCaller
from ast_ad.frontend.layouts import orders_of
from ast_ad.frontend.liveness import parameters
from ast_ad.frontend.signature import FORMS, MISSING, Argument
from ast_ad.frontend.source import source_of
from ast_ad.frontend.values import (
    Entries,
    Fields,
    Items,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    describe,
    is_bottom,
    is_numeric,
    kind_of,
)
from ast_ad.ir.core import Atom, Block, Call, Function, If, Lit, Loop, Param, Stmt, Var
from ast_ad.ir.kinds import UNDEFINED
from ast_ad.ir.lengths import outside
from ast_ad.ir.walk import callee_of, with_callee
from ast_ad.runtime import make_object
from ast_ad.wrappers import signature_of


def call_program(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = ""
) -> Value:
    """The result of calling an object that has a program of its own."""
    bound = _receiver(lo, function) | bound_arguments(lo, function.obj, args, kwargs)
    atoms = {key: lo.atom(value) for key, (value, _) in bound.items()}
    asked: list[Atom] = []
    arguments = [argument_for(lo, key, atoms[key], value, form, asked) for key, (value, form) in bound.items()]
    if any(is_bottom(value) for value, _ in bound.values()):
        return Var(name, UNDEFINED)
    key = (function.obj, tuple((spec_of(lo, value), orders_of(lo, value)) for value, _ in bound.values()))
    record = lo.unit.records.get(key)
    if record is None:
        enclosed = enclosed_in(function.obj)
        try:
            with _once(lo, key), enclosed.seen_from(lo) if enclosed is not None else nullcontext():
                lowered = function.obj.__ast_ad_program__(arguments)
        except NotYetKnown:
            return Var(name, UNDEFINED)
        record = join_program(lo, lowered)[0], lowered.shared
        if enclosed is None and not asked:  # what it reads, or relies on, may be another value the next time
            lo.unit.records[key] = record
    made, shared = record
    result = lo.value_of(emit_call(lo, made, atoms, name), name)
    if shared:
        for value in (result, *(value for value, _ in bound.values())):
            lo.freeze(value, f"{describe(function)} may return what it was given.")
    return result


#: the calls whose programs are being made, one in the middle of the other
_BEING_MADE: ContextVar[tuple[Any, ...]] = ContextVar("_BEING_MADE", default=())


@contextmanager
def _once(lo: Lowering, key: Any) -> Iterator[None]:
    """Make the program for a call, unless that is what is going on."""
    outer = _BEING_MADE.get()
    if key in outer:
        raise lo.error(
            UnknownAtCompileTime,
            f"{describe(Static(key[0]))} calls itself, and how often is known at run time only",
            reason="Its program is made for its caller, and would hold itself.",
            remedy="Let a plain function call itself, or write it as a loop.",
        )
    token = _BEING_MADE.set((*outer, key))
    try:
        yield
    finally:
        _BEING_MADE.reset(token)


def _receiver(lo: Lowering, function: Static) -> dict[str, tuple[Value, str]]:
    """The object of a method that was differentiated: an argument that the derivative holds."""
    held = getattr(function.obj, "__ast_ad_receiver__", ())
    if not held:
        return {}
    name = next(parameters(source_of(function.obj).node))
    path = (*(function.path or (function.obj,)), ("attr", "__ast_ad_receiver__"), ("item", 0))
    return {name: (captured_at_run_time(lo, path, held[0], name), "plain")}


def enclosed_in(obj: Any) -> Enclosed | None:
    """The function of the program being read that a derivative is taken of, however often."""
    while not isinstance(obj, Enclosed):
        if not hasattr(type(obj), "__ast_ad_derivative__"):
            return None
        obj = obj.primal
    return obj


def emit_call(lo: Lowering, function: Function, atoms: Mapping[str, Atom], name: str) -> Var:
    """Call a function that joined the program; `atoms` are the values of its parameters but for what it captures."""
    operands = [atoms[p.var.name] if p.form != "capture" else captured_operand(lo, p) for p in function.params]
    out = lo.new(name, outside(kind_of(function.block.results[0])))
    lo.call((out,), function.name, operands)
    return out


def _default(value: Any) -> Value:
    """A default: a value of the program for a function that the program made, else an object."""
    return value if isinstance(value, get_args(Value)) else static(value)


def bound_arguments(
    lo: Lowering, obj: Any, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> dict[str, tuple[Value, str]]:
    """The value and the form of each parameter."""
    signature = signature_of(obj)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise lo.error(WrongArgument, str(error), remedy="Call it as its signature says.") from None
    found: dict[str, tuple[Value, str]] = {}
    for name, parameter in signature.parameters.items():
        form = FORMS[parameter.kind]
        value: Value
        if form == "star":
            value = TupleOf(tuple(bound.arguments.get(name, ())))
        elif form == "kwargs":
            extra = bound.arguments.get(name, {})
            value = lo.new_ref(Entries(tuple(extra), tuple(extra.values())))
        else:
            value = bound.arguments[name] if name in bound.arguments else _default(parameter.default)
        found[name] = value, form
    return found


def argument_for(lo: Lowering, name: str, atom: Atom, value: Value, form: str, asked: list[Atom]) -> Argument:
    """What is known of a parameter; `asked` collects what the program of the function relies on."""
    return Argument(name, kind_of(atom), _known_in(lo, value, asked), form, order=orders_of(lo, value))


def _known_in(lo: Lowering, value: Value, asked: list[Atom]) -> Any:
    """A value with the place to ask for each of its numbers, arrays and lists."""

    def parts(values: Sequence[Value]) -> list[Any]:
        return [_known_in(lo, item, asked) for item in values]

    if isinstance(value, Lit):
        return OfCaller(lo, value, asked) if is_numeric(value) else value.value
    if isinstance(value, Var):
        return OfCaller(lo, value, asked)
    if isinstance(value, Static):
        return value.obj
    if isinstance(value, TupleOf):
        return tuple(parts(value.items)) if value.type is None else value.type(*parts(value.items))
    contents = lo.contents(value) if isinstance(value, Ref) else None
    if isinstance(contents, Run):
        return OfCaller(lo, contents.atom, asked)
    if isinstance(contents, Items):
        return parts(contents.values)
    if isinstance(contents, Fields):
        return make_object(contents.type, **dict(zip(contents.keys, parts(contents.values), strict=True)))
    if isinstance(contents, Entries):
        return dict(zip(contents.keys, parts(contents.values), strict=True))
    return MISSING


def captured_operand(lo: Lowering, param: Param) -> Atom:
    if isinstance(param.path[0], Held):
        return param.path[0].atom
    return capture_variable(lo, param.path, fetch(param.path), param.var.name)


def join_program(lo: Lowering, lowered: Any) -> tuple[Function, dict[str, str]]:
    """Take the functions of another program into this one, under free names: the entry, and all new names."""
    for guard in lowered.guards:
        lo.unit.guards.setdefault((id(guard.path[0]), guard.path[1:]), guard)
    for assumption in lowered.assumptions:
        if not isinstance(assumption.path[0], str):  # of a parameter: the call has the same constant
            lo.unit.assumptions.setdefault((id(assumption.path[0]), assumption.path[1:]), tuple(assumption))
    names: dict[str, str] = {}
    for old in lowered.program.functions:
        new, count = old, 1
        while new in lo.unit.names:
            count += 1
            new = f"{old}_{count}"
        lo.unit.names.add(new)
        names[old] = new
    for old, inner in lowered.program.functions.items():
        lo.unit.functions[names[old]] = under_new_names(inner, names)
    return lo.unit.functions[names[lowered.program.entry]], names


def under_new_names(function: Function, names: Mapping[str, str]) -> Function:
    """A function that calls others, and is called itself, by other names."""
    custom = function.custom and replace(function.custom, rules=tuple(names[rule] for rule in function.custom.rules))
    return replace(function, name=names[function.name], block=renamed(function.block, names), custom=custom)


def renamed(block: Block, names: Mapping[str, str]) -> Block:
    """A block whose callees have other names."""

    def statement(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Call):
            callee = callee_of(stmt)
            return stmt if callee is None else with_callee(stmt, names[callee.name])
        if isinstance(stmt, If):
            return replace(stmt, then=renamed(stmt.then, names), orelse=renamed(stmt.orelse, names))
        assert isinstance(stmt, Loop)
        return replace(stmt, body=renamed(stmt.body, names))

    return replace(block, stmts=tuple(map(statement, block.stmts)))
