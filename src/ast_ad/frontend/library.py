"""Lower calls of what `rules` knows: NumPy, math, SciPy, operator.  It is found by the object that is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import numpy as np

from ast_ad.errors import MayAlias, NoDerivative, WrongArgument
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.counted import elements_in_this_call
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.layouts import order_meant, result_of, share_perhaps
from ast_ad.frontend.values import Closure, Flat, Items, Range, Ref, Run, Static, TupleOf, Value, kind_of, may_be_array
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import Array, Kind, List, Opaque, Scalar
from ast_ad.ir.primitives import HOLE, Primitive
from ast_ad.rules.binding import UnsupportedArgument, bind, constants_meant
from ast_ad.rules.table import primitive_of


def call_primitive(
    lo: Lowering, primitive: Primitive, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = ""
) -> Value:
    """A call of a function with a rule; constants are parameters, everything else an operand."""
    args = _axes_known(lo, args) if primitive.name == "np.einsum" and not isinstance(args[0], Lit) else args
    try:
        operands, params = bind(primitive, [_raw(a) for a in args], {k: _raw(v) for k, v in kwargs.items()})
    except UnsupportedArgument as error:
        remedy = "Leave it out, or write it with other functions of NumPy."
        raise lo.error(NoDerivative, str(error), remedy=remedy) from None
    except TypeError as error:
        raise lo.error(
            WrongArgument, f"{primitive.name}: {error}", remedy="Call it as its documentation says."
        ) from None
    known = {
        key: HOLE if value is HOLE else constant_of(lo, _value(value), f"{key!r} of {primitive.name}")
        for key, value in params.items()
    }
    known = constants_meant(primitive, known)
    values = [_operand(lo, primitive, k, _value(v)) for k, v in enumerate(operands)]
    if any(isinstance(v, Flat) for v in values) and (primitive.result != "fresh" or primitive.name == "np.array"):
        raise lo.error(
            MayAlias,
            f"{primitive.name} of the flat elements of an array",
            reason="NumPy gives a view of the array or a copy, by its layout.",
            remedy="Write a.flatten() for a copy, or a.ravel().",
        )
    if any(isinstance(v, Closure) for v in values):
        raise lo.error(
            NoDerivative, f"{primitive.name} of a function", remedy="Call the function, and pass what it gives."
        )
    base = values[0] if values else None
    if primitive.name in ("np.ravel", "np.reshape") and "order" in known:
        known["order"] = order_meant(lo, base, known["order"])
    rest = [lo.atom(v) for v in values[1:]]
    shares = "fresh"
    if isinstance(base, Var) and may_be_array(base):
        shares = result_of(lo, primitive, base, rest, known)
        if shares == "same":
            return base
    if primitive.outs != 1:
        return TupleOf(lo.emit_all(primitive, *(lo.atom(v) for v in values), **known))
    if isinstance(base, Var) and shares == "view":
        result = lo.emit_view(primitive, base, *rest, name=name, **known)
    else:
        first = [lo.atom(base)] if base is not None else []
        result = lo.emit(primitive, *first, *rest, name=name, **known)
    made = _structured(lo, result, name)
    if shares == "layout" or known.get("copy") is False or (primitive.result in ("view", "layout") and made != result):
        share_perhaps(lo, made, values)
    if primitive.result == "element":
        for value in values:
            lo.freeze(value, f"{primitive.name} holds it.")
    return made


def _axes_known(lo: Lowering, args: Sequence[Value]) -> list[Value]:
    """`np.einsum(a, [0, 1], b, [1, 2], [0, 2])`: the lists of axes as constants."""
    last = len(args) - 1 if len(args) % 2 else None
    return [
        static(constant_of(lo, a, "a list of axes of np.einsum")) if k % 2 or k == last else a
        for k, a in enumerate(args)
    ]


def _structured(lo: Lowering, result: Var, name: str) -> Value:
    """A tuple that a function gives, element by element."""
    found = lo.value_of(result, name) if not isinstance(kind_of(result), Opaque) else result
    call = lo.definitions.get(result)
    if isinstance(found, TupleOf) and call is not None and isinstance(call.fn, Primitive) and call.fn.name in _NAMED:
        return replace(found, type=_NAMED[call.fn.name]())
    return found


#: functions whose result is a named tuple; its class is found by calling them
_NAMED: dict[str, Callable[[], type]] = {
    f"np.linalg.{function.__name__}": cache(lambda function=function: type(function(np.eye(1))))
    for function in (np.linalg.eig, np.linalg.eigh, np.linalg.qr, np.linalg.slogdet, np.linalg.svd)
}


def _raw(value: Value) -> Any:
    """A constant as the object that it is; `bind` compares it with defaults."""
    if isinstance(value, Lit):
        return value.value
    return value.obj if isinstance(value, Static) else value


def _value(raw: Any) -> Value:
    if isinstance(raw, _ABSTRACT):
        return raw  # type: ignore[return-value]
    if type(raw) is tuple:
        return TupleOf(tuple(map(_value, raw)))
    return static(raw)


_ABSTRACT: tuple[type, ...] = get_args(Value)


def as_array(lo: Lowering, value: Value) -> Atom:
    """An operand that NumPy takes as a number or an array: structures become arrays."""
    if isinstance(value, Range):
        start, step = value.start, value.step
        counts = isinstance(start, Lit) and isinstance(step, Lit) and (start.value, step.value) == (0, 1)
        arange = primitive_of(np.arange)
        assert arange is not None
        return lo.emit(arange, *([value.stop] if counts else [start, value.stop, step]))
    if (isinstance(value, Ref) and isinstance(lo.contents(value), (Items, Run))) or isinstance(value, TupleOf):
        primitive = primitive_of(np.array)
        assert primitive is not None
        made = call_primitive(lo, primitive, [value], {})
        return lo.atom(made)
    return lo.atom(value)


#: operands that are lists or tuples by nature; those of other functions NumPy turns into arrays
_JOINED = frozenset(
    f"np.{name}"
    for name in (
        "concatenate",
        "stack",
        "hstack",
        "vstack",
        "dstack",
        "column_stack",
        "block",
        "select",
        "choose",
        "lexsort",
    )
)
_OF_STRUCTURES = _JOINED | {
    *("np.array", "np.asarray", "np.asanyarray", "np.ascontiguousarray", "np.linalg.multi_dot"),
    *("scipy.linalg.cho_solve", "scipy.linalg.lu_solve", "scipy.linalg.solve_toeplitz"),
}
_ABSCISSAE = frozenset({"x", "xp", "fp", "y", "b", "v", "weights"})
_SHAPES = frozenset({"shape", "newshape", "reps", "axes", "size"})


def _operand(lo: Lowering, primitive: Primitive, k: int, value: Value) -> Value:
    """An operand of a function of NumPy or SciPy, which takes a list or tuple of numbers as the array of them."""
    if isinstance(value, (Var, Lit)) or not primitive.name.startswith(("np.", "scipy.")):
        return value
    if primitive.name == "np.trim_zeros":
        raise lo.error(NoDerivative, "np.trim_zeros of a list gives a list", remedy="Pass it np.array(xs).")
    if primitive.name in _JOINED and k == 0:
        return _joined(lo, primitive, value)
    name = primitive.operands[k] if k < len(primitive.operands) else ""
    if isinstance(value, Range):
        return as_array(lo, value)
    if name in ("shape", "newshape"):
        return _with_known_length(lo, value)
    ints = k == 0 or name in _ABSCISSAE
    if primitive.name in _OF_STRUCTURES or name in _SHAPES or not _holds_numbers(lo, value, ints):
        return value
    return as_array(lo, value)


def _with_known_length(lo: Lowering, shape: Value) -> Value:
    """A shape as a tuple, which says how many axes there are, if this call can tell."""
    if not isinstance(shape, Ref) or not isinstance(lo.contents(shape), Run):
        return shape
    known = elements_in_this_call(lo, shape, "the number of axes")
    return shape if known is None else TupleOf(tuple(known))


def _joined(lo: Lowering, primitive: Primitive, value: Value) -> Value:
    """What is joined: lists of numbers among the parts are arrays."""
    parts = value.items if isinstance(value, TupleOf) else None
    if isinstance(value, Ref):
        contents = lo.contents(value)
        parts = contents.values if isinstance(contents, Items) else None
    if parts is None or primitive.name == "np.block" or not any(_holds_numbers(lo, p, True) for p in parts):
        return value
    return TupleOf(tuple(as_array(lo, p) if _holds_numbers(lo, p, True) else p for p in parts))


def _holds_numbers(lo: Lowering, value: Value, ints: bool) -> bool:
    """Whether a value is a list or tuple of numbers; `ints`: also of integers only."""
    if isinstance(value, TupleOf):
        parts: Sequence[Value] = value.items
    elif isinstance(value, Ref):
        contents = lo.contents(value)
        if isinstance(contents, Run):
            kind = kind_of(contents.atom)
            return isinstance(kind, List) and _is_number(kind.item, ints)
        if not isinstance(contents, Items):
            return False
        parts = contents.values
    else:
        return False
    leaves = [p if isinstance(p, (Var, Lit)) else _holds_numbers(lo, p, ints) for p in parts]
    found = [p if isinstance(p, bool) else _is_number(kind_of(p), ints) for p in leaves]
    return any(found)


def _is_number(kind: Kind, ints: bool) -> bool:
    if isinstance(kind, List):
        return _is_number(kind.item, ints)
    if isinstance(kind, Scalar):
        return kind.type in ("float", "complex") or (ints and kind.type == "int")
    return isinstance(kind, Array) and (ints or kind.dtype is None or np.dtype(kind.dtype).kind in "fc")


_FOLDED = (np.finfo, np.iinfo, np.dtype)


def fold_call(lo: Lowering, obj: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """Calls that describe types are answered now; a dtype that is called converts."""
    if obj in _FOLDED:
        constants = [constant_of(lo, a, "the argument") for a in args]
        return static(obj(*constants, **{k: constant_of(lo, v, "the argument") for k, v in kwargs.items()}))
    if isinstance(obj, type) and issubclass(obj, np.generic) and len(args) == 1 and not kwargs:
        primitive = primitive_of(np.array)
        if primitive is not None:
            return lo.retyped(_plain(lo, primitive, args[0], obj), Array(np.dtype(obj).name, _dims(args[0])))
    return None


def _plain(lo: Lowering, primitive: Primitive, value: Value, obj: type) -> Var:
    return lo.emit(primitive, lo.atom(value), dtype=obj)


def _dims(value: Value) -> Any:
    kind = kind_of(value) if isinstance(value, (Var, Lit)) else None
    return kind.dims if isinstance(kind, Array) else ()
