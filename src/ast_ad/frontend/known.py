"""Values that must be known while compiling: constants, and numbers of this call, which later calls are checked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ast_ad.errors import AstAdError, NoDerivative, UnknownAtCompileTime
from ast_ad.frontend.captures import Taken
from ast_ad.frontend.context import Lowering, NeedsInlining
from ast_ad.frontend.values import Entries, Items, Ref, Slice, Static, TupleOf, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Dim, Scalar, Sym, carries_derivative
from ast_ad.rules.modes import NonDifferentiable
from ast_ad.rules.table import rule_of


class NeedsConstant(Exception):
    """A function needs the value of one of its arguments (by leaf) to be compiled."""

    def __init__(self, record: Any, leaf: int) -> None:
        super().__init__()
        self.record, self.leaf = record, leaf


class OfCaller:
    """The witness of what a program is given by the one that calls it: an atom there.

    `asked` collects the atoms whose value or size the program relies on.
    """

    __slots__ = ("asked", "atom", "caller")

    def __init__(self, caller: Lowering, atom: Atom, asked: list[Atom]) -> None:
        self.caller, self.atom, self.asked = caller, atom, asked

    def value(self, what: str) -> Any:
        """What the atom is in this call."""
        self.asked.append(self.atom)
        return self.atom.value if isinstance(self.atom, Lit) else _assumed(self.caller, self.atom, what)

    def size(self, fn: P.Primitive) -> Any:
        """The shape or the length of the atom in this call."""
        self.asked.append(self.atom)
        return _size(self.caller, fn, self.atom, "a size")


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
        if isinstance(var.kind, Array) and var.kind.dims != ():
            raise _NoWitness
        raise NeedsConstant(lo.record, lo.record.leaves.index(var))
    value = _compute(lo, var, what)
    if what:
        lo.constants[var] = value
    return value


def _compute(lo: Lowering, var: Var, what: str) -> Any:
    path = path_of(lo, var)
    witness = lo.witness.get(var)
    if path is not None and witness is not None and (isinstance(var.kind, Scalar) or isinstance(witness, np.generic)):
        if what and carries_derivative(var.kind):
            lo.unit.taken.append(Taken(path, _depends(lo, path, what)))
        if isinstance(witness, OfCaller):
            return witness.value(what)
        return _assume(lo, path, witness)
    call = lo.definitions.get(var)
    if call is None or not isinstance(call.fn, P.Primitive) or call.fn.effect or len(call.outs) != 1:
        raise _NoWitness
    if call.fn is P.SHAPE or call.fn is P.LENGTH:
        return _size(lo, call.fn, call.args[0], what)
    if path is not None and var in lo.witness:
        raise _NoWitness
    what = "" if isinstance(rule_of(call.fn), NonDifferentiable) else what
    values = [a.value if isinstance(a, Lit) else _assumed(lo, a, what) for a in call.args]
    return call.fn.call(*values, **dict(call.params))


def _size(lo: Lowering, fn: P.Primitive, source: Any, what: str) -> Any:
    """The shape or the length of a value in this call, with the assumption recorded."""
    path, witness = path_of(lo, source), lo.witness.get(source)
    if isinstance(witness, OfCaller):
        return witness.size(fn)
    if path is not None and source in lo.witness:
        if fn is P.LENGTH:
            return _assume(lo, (*path, ("len",)), len(lo.witness[source]))
        return _assume(lo, (*path, ("attr", "shape")), tuple(getattr(witness, "shape", ())))
    if lo.record is not None and source in lo.record.leaves:  # the caller may know it
        raise NeedsInlining(lo.record, by_arguments=True)
    made = lo.definitions.get(source)
    if made is not None and made.fn in _OF_LISTS:
        return _length_of_list(lo, made, what)
    if made is not None and "indices_or_sections" in dict(made.params):  # np.split and its kin
        parts = dict(made.params)["indices_or_sections"]
        return parts if isinstance(parts, int) else len(parts) + 1
    if fn is P.LENGTH and source in lo.trips:
        return len(range(*(e.value if isinstance(e, Lit) else _assumed(lo, e, what) for e in lo.trips[source])))
    dims = source.kind.dims if isinstance(source.kind, Array) else None
    if dims is not None and None not in dims:
        lengths = tuple(_length(lo, dim, what) for dim in (dims[:1] if fn is P.LENGTH else dims))
        return lengths[0] if fn is P.LENGTH else lengths
    value = _assumed(lo, source, what)
    return len(value) if fn is P.LENGTH else np.shape(value)


#: what makes lists: how long they are does not depend on the numbers in them
_OF_LISTS = (P.APPEND, P.LIST_CONCAT, P.LIST_REPEAT, P.LIST_SET, P.EXCHANGE, P.MAKE_LIST)


def _length_of_list(lo: Lowering, made: Any, what: str) -> int:
    """The length of a new list in this call."""
    if made.fn is P.MAKE_LIST:
        return len(made.args)
    first: int = _size(lo, P.LENGTH, made.args[0], what)
    if made.fn is P.LIST_CONCAT:
        second: int = _size(lo, P.LENGTH, made.args[1], what)
        return first + second
    if made.fn is P.LIST_REPEAT:
        count = made.args[1]
        times: int = count.value if isinstance(count, Lit) else _assumed(lo, count, what)
        return first * max(0, times)
    return first + 1 if made.fn is P.APPEND else first


def _length(lo: Lowering, dim: Dim, what: str) -> int:
    """The length of an axis in this call, told by an argument that is as long or differs by a constant."""
    if not isinstance(dim, Sym):
        assert dim is not None
        return dim
    for var in (*lo.witness, *(lo.record.leaves if lo.record is not None else ())):
        for k, other in enumerate(var.kind.dims or () if isinstance(var.kind, Array) else ()):
            if isinstance(other, Sym) and other.name == dim.name:
                length: int = _size(lo, P.SHAPE, var, what)[k] + other.minus - dim.minus
                return max(0, length)
    raise _NoWitness


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
