"""Values that must be known while compiling: constants, and numbers of this call, which later calls are checked for."""

from __future__ import annotations

from typing import Any

from ast_ad.errors import AstAdError, NoDerivative, UnknownAtCompileTime
from ast_ad.frontend.captures import Taken
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.values import Entries, Items, Ref, Slice, Static, TupleOf, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Scalar, carries_derivative
from ast_ad.rules.modes import NonDifferentiable
from ast_ad.rules.table import rule_of


class NeedsConstant(Exception):
    """A function needs the value of one of its arguments (by leaf) to be compiled."""

    def __init__(self, record: Any, leaf: int) -> None:
        super().__init__()
        self.record, self.leaf = record, leaf


class _NoWitness(Exception):
    """The value of a variable in this call is not at hand."""


def constant_of(lo: Lowering, value: Value, what: str) -> Any:
    """The Python object that a value is; a number of this call becomes an assumption of the compiled function."""
    if isinstance(value, Lit):
        return value.value
    if isinstance(value, Static):
        return value.obj
    if isinstance(value, TupleOf):
        return tuple(constant_of(lo, item, what) for item in value.items)
    if isinstance(value, Slice):
        return slice(*(constant_of(lo, end, what) for end in (value.start, value.stop, value.step)))
    if isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, Items):
            return [constant_of(lo, item, what) for item in contents.values]
        if isinstance(contents, Entries):
            return {k: constant_of(lo, v, what) for k, v in zip(contents.keys, contents.values, strict=True)}
    if isinstance(value, Var):
        try:
            return _assumed(lo, value, what)
        except _NoWitness:
            pass
    raise lo.error(
        UnknownAtCompileTime,
        f"{what} must be known when the function is compiled",
        reason=f"Here it is {describe(value)}, known at run time only.",
        remedy="Write a constant, or pass it as an argument of the function that is differentiated.",
    )


def _assumed(lo: Lowering, var: Var, what: str) -> Any:
    """The value of a variable in this call, with the assumption recorded on what it is computed from.

    `what` is it for; "" where the derivative by it is zero by nature.
    """
    if what and var in lo.constants:
        return lo.constants[var]
    if lo.record is not None and var in lo.record.leaves:
        raise NeedsConstant(lo.record, lo.record.leaves.index(var))
    value = _compute(lo, var, what)
    if what:
        lo.constants[var] = value
    return value


def _compute(lo: Lowering, var: Var, what: str) -> Any:
    path = path_of(lo, var)
    if path is not None and var in lo.witness and isinstance(var.kind, Scalar):
        if what and carries_derivative(var.kind):
            lo.unit.taken.append(Taken(path, _depends(lo, path, what)))
        return _assume(lo, path, lo.witness[var])
    call = lo.definitions.get(var)
    if call is None or not isinstance(call.fn, P.Primitive) or call.fn.effect or len(call.outs) != 1:
        raise _NoWitness
    if call.fn is P.SHAPE or call.fn is P.LENGTH:
        source = call.args[0]
        path = path_of(lo, source) if isinstance(source, Var) else None
        if path is not None and source in lo.witness:
            shape = lo.witness[source]
            if call.fn is P.LENGTH:
                return _assume(lo, (*path, ("len",)), len(shape))
            return _assume(lo, (*path, ("attr", "shape")), tuple(getattr(shape, "shape", ())))
        raise _NoWitness
    if path is not None and var in lo.witness:
        raise _NoWitness
    what = "" if isinstance(rule_of(call.fn), NonDifferentiable) else what
    values = [a.value if isinstance(a, Lit) else _assumed(lo, a, what) for a in call.args]
    return call.fn.call(*values, **dict(call.params))


def _depends(lo: Lowering, path: tuple[Any, ...], what: str) -> AstAdError:
    who = str(path[0]) + "".join(f"[{step[1]!r}]" for step in path[1:])
    return lo.error(
        NoDerivative,
        f"{what} has no derivative, and {who} is differentiated",
        reason="It must be a constant when the function is compiled.",
        remedy=f"If {who} should count as constant here, write ast_ad.stop_gradient({who}).",
    )


def _assume(lo: Lowering, path: tuple[Any, ...], value: Any) -> Any:
    lo.unit.assumptions.setdefault((id(path[0]), path[1:]), (path, value))
    return value


def path_of(lo: Lowering, var: Any) -> tuple[Any, ...] | None:
    """How a caller reads a variable: from a parameter, by its name, or from a captured root."""
    if var in lo.paths:
        return lo.paths[var]
    call = lo.definitions.get(var)
    if call is not None and call.fn is P.ITEM:
        whole = path_of(lo, call.args[0])
        if whole is not None:
            return (*whole, ("item", dict(call.params)["key"]))
    return None
