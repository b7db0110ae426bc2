"""Call a derivative inside a function: its program joins the program of its caller, level by level.

An object takes part by a method `__ast_ad_program__(arguments)`, which gives its program as a `Lowered`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ast_ad.errors import WrongArgument
from ast_ad.frontend.captures import capture_variable, fetch
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.functions import spec_of
from ast_ad.frontend.signature import FORMS, MISSING, Argument
from ast_ad.frontend.values import Entries, Items, Ref, Static, TupleOf, Value, is_numeric, kind_of
from ast_ad.ir.core import Block, Call, Callee, Function, If, Lit, Loop, Param, Stmt, Var


def call_program(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = ""
) -> Value:
    """The result of calling an object that has a program of its own."""
    bound = _bound(lo, function.obj, args, kwargs)
    atoms = {key: lo.atom(value) for key, (value, _) in bound.items()}
    arguments = [
        Argument(key, kind_of(atoms[key]), _constants_in(lo, value), form) for key, (value, form) in bound.items()
    ]
    key = (id(function.obj), tuple(spec_of(lo, value) for value, _ in bound.values()))
    record = lo.unit.records.get(key)
    if record is None:
        record = lo.unit.records[key] = _join(lo, function, arguments)
    operands = [atoms[p.var.name] if p.form != "capture" else _captured(lo, p) for p in record.params]
    kinds = [kind_of(atom) for atom in record.block.results]
    outs = tuple(lo.new(name, kind) for kind in kinds)
    lo.out.stmts.append(Call(outs, Callee(record.name), tuple(operands), (), lo.origin()))
    return lo.value_of(outs[0], name) if len(outs) == 1 else TupleOf(tuple(lo.value_of(o, name) for o in outs))


def _bound(lo: Lowering, obj: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> dict[str, tuple[Value, str]]:
    """The value and the form of each parameter."""
    signature = inspect.signature(obj)
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
            value = bound.arguments[name] if name in bound.arguments else static(parameter.default)
        found[name] = value, form
    return found


def _constants_in(lo: Lowering, value: Value) -> Any:
    """A value with `MISSING` for what is known at run time only; numbers are."""
    if isinstance(value, Lit):
        return MISSING if is_numeric(value) else value.value
    if isinstance(value, Static):
        return value.obj
    if isinstance(value, TupleOf):
        return tuple(_constants_in(lo, item) for item in value.items)
    contents = lo.contents(value) if isinstance(value, Ref) else None
    if isinstance(contents, Items):
        return [_constants_in(lo, item) for item in contents.values]
    if isinstance(contents, Entries):
        return dict(zip(contents.keys, (_constants_in(lo, item) for item in contents.values), strict=True))
    return MISSING


def _captured(lo: Lowering, param: Param) -> Var:
    return capture_variable(lo, param.path, fetch(param.path), param.var.name)


def _join(lo: Lowering, function: Static, arguments: list[Argument]) -> Function:
    """Take the functions of another program into this one, under names that are free here."""
    lowered = function.obj.__ast_ad_program__(arguments)
    for guard in lowered.guards:
        lo.unit.guards.setdefault((id(guard.path[0]), guard.path[1:]), guard)
    names: dict[str, str] = {}
    for old in lowered.program.functions:
        new, count = old, 1
        while new in lo.unit.names:
            count += 1
            new = f"{old}_{count}"
        lo.unit.names.add(new)
        names[old] = new
    for old, inner in lowered.program.functions.items():
        lo.unit.functions[names[old]] = replace(inner, name=names[old], block=renamed(inner.block, names))
    return lo.unit.functions[names[lowered.program.entry]]


def renamed(block: Block, names: Mapping[str, str]) -> Block:
    """A block whose callees have other names."""

    def statement(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Call):
            return replace(stmt, fn=Callee(names[stmt.fn.name])) if isinstance(stmt.fn, Callee) else stmt
        if isinstance(stmt, If):
            return replace(stmt, then=renamed(stmt.then, names), orelse=renamed(stmt.orelse, names))
        assert isinstance(stmt, Loop)
        return replace(stmt, body=renamed(stmt.body, names))

    return replace(block, stmts=tuple(map(statement, block.stmts)))
