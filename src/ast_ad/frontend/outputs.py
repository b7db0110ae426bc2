"""Calls that put their result into an array: `out=`, and `where=` beside it.  The result is that array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from ast_ad.errors import NoDerivative, WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.library import as_array
from ast_ad.frontend.values import Static, TupleOf, Value, describe, is_bottom, is_none, kind_of
from ast_ad.frontend.versions import check_cast, store, write_version
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Kind, rank
from ast_ad.rules.binding import signature_of
from ast_ad.rules.table import path_of, primitive_of

Call = tuple[list[Value], dict[str, Value]]
#: functions that join arrays convert each of them; those that sum compute in the dtype of the output
_CONVERTING = (np.concatenate, np.stack, np.clip, np.take, np.compress, np.choose)


def call_that_writes(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Value | None:
    """The result of `ufunc.at(...)` or of a call with `out=`; None for any other call."""
    obj = function.obj
    owner = getattr(obj, "__self__", None) if isinstance(obj, BuiltinFunctionType) else None
    if isinstance(owner, np.ufunc) and obj.__name__ == "at":
        from ast_ad.frontend.unbuffered import call_at

        return call_at(lo, owner, args, kwargs)
    return call_into(lo, function, args, kwargs, name) if primitive_of(obj) is not None else None


def call_into(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Value | None:
    """The result of a call that writes to an array; None for any other call."""
    obj = function.obj
    call, outs = _without_out(obj, list(args), dict(kwargs))
    mask = call[1].pop("where", None) if isinstance(obj, np.ufunc) else None
    if isinstance(mask, Lit) and mask.value is True:
        mask = None
    if outs is None and mask is None:
        return None if len(call[1]) == len(kwargs) else call_value(lo, function, *call, name)
    if outs is None or any(map(is_none, outs)):
        return _without_array(lo, function, call, outs, mask, name)
    casting = call[1].pop("casting", None) if isinstance(obj, np.ufunc) else None
    rule = casting.value if isinstance(casting, Lit) else "same_kind"
    targets = [target_of(lo, out, path_of(obj)) for out in outs]
    if mask is not None:
        _write_masked(lo, function, call, targets, mask, rule)
    else:
        result = call_value(lo, function, *call, name)
        parts = result.items if isinstance(result, TupleOf) else (result,)
        for target, part in zip(targets, parts, strict=True):
            _write(lo, obj, target, as_array(lo, part), rule)
    return targets[0] if len(targets) == 1 else TupleOf(tuple(targets))


def _without_out(obj: Any, args: list[Value], kwargs: dict[str, Value]) -> tuple[Call, Sequence[Value] | None]:
    """The call without its outputs, and the outputs; None where there are none."""
    out: Value | None = None
    if "out" in kwargs:
        out = kwargs.pop("out")
    elif isinstance(obj, np.ufunc):
        if len(args) > obj.nin:
            return (args[: obj.nin], kwargs), args[obj.nin :]
    else:
        signature = signature_of(obj) if len(args) > 1 else None
        if signature is None or "out" not in signature.parameters:
            return (args, kwargs), None
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:  # the call itself says what is wrong with it
            return (args, kwargs), None
        out = bound.arguments.pop("out", None)
        args, kwargs = list(bound.args), dict(bound.kwargs)
    if out is None or is_none(out):
        return (args, kwargs), None
    return (args, kwargs), out.items if isinstance(out, TupleOf) else [out]


def _without_array(
    lo: Lowering, function: Static, call: Call, outs: Sequence[Value] | None, mask: Value | None, name: str
) -> Value:
    """A call whose outputs are None, some of them or all."""
    title = path_of(function.obj)
    if mask is not None:
        raise lo.error(
            NoDerivative,
            f"{title} with 'where' and without 'out'",
            reason="Where the condition is False the result holds whatever the memory held before.",
            remedy=f"Say what is there: {title}(..., where=test, out=np.zeros_like(x)), or np.where(test, ..., 0).",
        )
    assert outs is not None
    if not all(map(is_none, outs)):
        raise lo.error(
            NoDerivative, f"{title} with an array for one of its results only", remedy="Give each result an array."
        )
    return call_value(lo, function, *call, name)


def target_of(lo: Lowering, out: Value, title: str) -> Var:
    """The array that a function writes to."""
    if isinstance(out, Var) and (is_bottom(out) or isinstance(kind_of(out), Array)):
        return lo.constant_views.get(out, out)
    raise lo.error(
        WrongArgument, f"{title} cannot write to {describe(out)}", remedy="Pass an array as out, such as np.empty(n)."
    )


def _write(lo: Lowering, obj: Any, target: Var, value: Atom, casting: str) -> None:
    if is_bottom(target):
        return
    kind, new, title = kind_of(target), kind_of(value), path_of(obj)
    elementwise = isinstance(obj, np.ufunc) and obj.signature is None
    have, want = rank(new), rank(kind)
    if have is not None and want is not None and (have > want if elementwise else have != want):
        raise lo.error(
            WrongArgument,
            f"{title} gives {have} axes, and the array that takes them has {want}",
            remedy="Make that array in the shape of the result.",
        )
    if not isinstance(obj, np.ufunc) and obj not in _CONVERTING and _dtype(kind) != _dtype(new):
        raise lo.error(
            NoDerivative,
            f"{title} of {_dtype(new)} into an array of {_dtype(kind)}",
            reason="NumPy computes it in the dtype of that array.",
            remedy="Make that array in the dtype of the result.",
        )
    check_cast(lo, kind, new, casting)
    store(lo, target, value)


def _dtype(kind: Kind) -> str | None:
    return kind.dtype if isinstance(kind, Array) else None


def _write_masked(
    lo: Lowering, function: Static, call: Call, targets: Sequence[Var], mask: Value, casting: str
) -> None:
    """`ufunc(*operands, out=target, where=mask)`: the target keeps its values where the mask is False."""
    (args, kwargs), obj = call, function.obj
    primitive, title = primitive_of(obj), path_of(obj)
    if primitive is None or kwargs or len(targets) != 1 or casting != "same_kind" or obj.signature is not None:
        extra = ", ".join(map(repr, kwargs)) or ("'casting'" if casting != "same_kind" else "these arguments")
        raise lo.error(
            NoDerivative, f"{title} with 'where' and {extra}", remedy="Leave them out, or use np.where(test, ..., a)."
        )
    target, test = targets[0], as_array(lo, mask)
    operands = [as_array(lo, a) for a in args]
    if is_bottom(target) or any(map(is_bottom, (test, *operands))):
        return
    if _dtype(kind_of(test)) not in (None, "bool"):
        raise lo.error(WrongArgument, f"'where' of {describe(test)}", remedy="Pass a condition, such as x > 0.")
    check_cast(lo, kind_of(target), primitive.kinds(tuple(map(kind_of, operands)), {}))
    new = lo.emit(P.MASKED, lo.read(target), test, *operands, name=target.name, ufunc=obj)
    write_version(lo, target, new)
