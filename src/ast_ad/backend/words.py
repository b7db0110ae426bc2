"""Write the call of a primitive as an expression: what is not written by its name has a row in the table."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from ast_ad import runtime
from ast_ad.analyses.updates import fills_an_array
from ast_ad.backend.expressions import (
    BINARY,
    RUNTIME_NAMES,
    Expr,
    Outside,
    attribute,
    binary,
    called,
    copy_of,
    element_of,
    index_expression,
    index_value,
    name,
    subscript,
    without_minus,
)
from ast_ad.ir.build import kind_of, stated_kind
from ast_ad.ir.core import Call
from ast_ad.ir.kinds import Array, Dict, Kind, List, Map, Scalar, dtype_of, is_complex
from ast_ad.ir.operators import is_sparse_kind
from ast_ad.ir.primitives import HOLE

Row: TypeAlias = Callable[[Outside, Call, Sequence[Expr]], Expr]
_LOAD = ast.Load()
_COMPARE: dict[str, ast.cmpop] = {
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
    "not in": ast.NotIn(),
}
_UNARY: dict[str, ast.unaryop] = {"neg": ast.USub(), "pos": ast.UAdd(), "~": ast.Invert(), "not": ast.Not()}


def write_call(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    """The expression that computes a call of a primitive."""
    identifier = call.fn.name
    row = _TABLE.get(identifier)
    if row is not None:
        return row(outside, call, args)
    if getattr(call.fn, "method", False):
        return _library_call(attribute(args[0], identifier.rpartition(".")[2]), call, args[1:], outside)
    if "." in identifier:
        return _library_call(outside.path(identifier), call, args, outside)
    if identifier not in RUNTIME_NAMES and not hasattr(runtime, identifier) and hasattr(builtins, identifier):
        return _library_call(outside.builtin(identifier), call, args, outside)
    return _library_call(outside.helper(RUNTIME_NAMES.get(identifier, identifier)), call, args, outside)


def _library_call(function: Expr, call: Call, args: Sequence[Expr], outside: Outside) -> Expr:
    """A call with its constants by keyword, or by position where the primitive says so."""
    held = [key for key, value in call.params if value is HOLE]
    split = len(args) - len(held)
    keywords = {key: outside.constant(value) for key, value in call.params if value is not HOLE}
    keywords.update(zip(held, args[split:], strict=True))
    keywords = {key: keywords[key] for key, _ in call.params if not _goes_without_saying(call, key)}
    positional = list(args[:split])
    written = getattr(call.fn, "written", ())
    if written:
        positional = []
        for key in written:
            if key == "*":
                positional += args[:split]
            elif key in keywords:
                positional.append(keywords.pop(key))
            else:
                break
    return called(function, *positional, **keywords)


def _goes_without_saying(call: Call, key: str) -> bool:
    """Whether a keyword says that an array of zeros, of ones or of nothing holds floats."""
    if key != "dtype" or call.fn.name not in ("np.zeros", "np.ones", "np.empty"):
        return False
    dtype = dict(call.params)["dtype"]
    return dtype is not HOLE and dtype is not None and np.dtype(dtype) == np.float64


def _zeros_like(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    found = _zeros(outside, stated_kind(call.args[0]), args[0])
    return called(outside.helper("zeros_like"), args[0]) if found is None else found


def _zeros(outside: Outside, kind: Kind, value: Expr, names: Sequence[str] = ("row", "item")) -> Expr | None:
    """The zero cotangent of a value of this kind; None where its structure must be looked at.

    `names` are those of the elements of lists, from outside in.
    """
    zero = {"float": 0.0, "int": 0.0, "bool": 0.0, "complex": 0j}
    if isinstance(kind, Scalar):
        return outside.constant(zero[kind.type])
    if isinstance(kind, Map) and isinstance(kind.item, Scalar):
        return called(attribute(outside.builtin("dict"), "fromkeys"), value, outside.constant(zero[kind.item.type]))
    if isinstance(kind, List) and not isinstance(kind, Map):
        if isinstance(kind.item, Scalar) or kind.item == Array("float64", (), False):
            zeros = ast.List(elts=[outside.constant(zero[getattr(kind.item, "type", "float")])], ctx=_LOAD)
            return binary(zeros, "*", called(outside.builtin("len"), value))
        item = _zeros(outside, kind.item, name(names[0]), names[1:]) if names else None
        if item is None:
            return None
        each = ast.comprehension(target=ast.Name(id=names[0], ctx=ast.Store()), iter=value, ifs=[], is_async=0)
        return ast.ListComp(elt=item, generators=[each])
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind in "fc":
        return called(outside.path("np.zeros_like"), value)
    if isinstance(kind, Array) and kind.dtype is not None and kind.dims:
        return called(outside.path("np.zeros"), attribute(value, "shape"))
    return None


def _broadcast_like(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    if fills_an_array(call):
        if isinstance(args[0], ast.Constant) and args[0].value in (0, 1):
            return called(outside.path("np.ones_like" if args[0].value else "np.zeros_like"), args[1])
        return called(outside.path("np.full_like"), args[1], args[0])
    kind = kind_of(call.args[1])
    if isinstance(kind, Array) and kind.dims and isinstance(call.outs[0].kind, Array):
        return called(outside.path("np.broadcast_to"), args[0], attribute(args[1], "shape"))
    return called(outside.helper("broadcast_like"), *args)


def _cast_like(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    value, like = kind_of(call.args[0]), kind_of(call.args[1])
    dtypes = dtype_of(value), dtype_of(like)
    if all(d is not None and np.dtype(d).kind == "f" for d in dtypes) and isinstance(value, Array) and value.dims:
        return called(attribute(args[0], "astype"), attribute(args[1], "dtype"))
    return called(outside.helper("cast_like"), *args)


def _shape(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    kind = kind_of(call.args[0])
    if isinstance(kind, Array) and kind.dims:
        return attribute(args[0], "shape")
    return called(outside.path("np.shape"), args[0])


def _transpose(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    kind = kind_of(call.args[0])
    if len(args) == 1 and not call.params and (is_sparse_kind(kind) or (isinstance(kind, Array) and kind.dims)):
        return attribute(args[0], "T")
    return _library_call(outside.path("np.transpose"), call, args, outside)


def _part(identifier: str) -> Row:
    """`z.real` and `z.imag` of what is complex."""

    def row(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
        if is_complex(kind_of(call.args[0])):
            return attribute(args[0], identifier)
        return _library_call(outside.path(f"np.{identifier}"), call, args, outside)

    return row


def _make_dict(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    params = dict(call.params)
    if params.get("type") is None:
        return ast.Dict(keys=[outside.constant(k) for k in params["keys"]], values=list(args))
    cls, named = outside.constant(params["type"]), dict(zip(params["keys"], args, strict=True))
    return (
        called(cls, *args) if issubclass(params["type"], tuple) else called(outside.helper("make_object"), cls, **named)
    )


def _make_map(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    return ast.Dict(keys=[outside.constant(k) for k in dict(call.params)["keys"]], values=list(args))


def _item(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    whole, key = kind_of(call.args[0]), dict(call.params)["key"]
    if isinstance(whole, Dict) and whole.type is not None:
        return attribute(args[0], key)
    return subscript(args[0], outside.constant(key))


def _getitem(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    return subscript(args[0], index_expression(outside, dict(call.params)["index"], args[1:]))


def _last_written(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    where = index_value(outside, dict(call.params)["index"], args[1:])
    return called(outside.helper("last_written"), args[0], where)


def _call_opaque(call: Call, args: Sequence[Expr]) -> Expr:
    names = dict(call.params).get("keywords", ())
    split = len(args) - len(names)
    return called(args[0], *args[1:split], **dict(zip(names, args[split:], strict=True)))


def _spline_at(call: Call, args: Sequence[Expr]) -> Expr:
    nu = dict(call.params).get("nu", 0)
    return called(args[0], args[1], *([ast.Constant(value=nu)] if nu else []))


def _spline_through(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    params = dict(call.params)
    maker, derived, nu = params.pop("maker"), params.pop("derived", ()), params.pop("nu", 0)
    words = {word: outside.constant(value) for word, value in params.items()}
    spline = called(outside.path(f"scipy.interpolate.{maker}"), *args[:2], **words)
    for order in derived:
        spline = called(attribute(spline, "derivative"), *([ast.Constant(value=order)] if order != 1 else []))
    return called(spline, args[2], *([ast.Constant(value=nu)] if nu else []))


def _sparse_of(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    """`csr_matrix((entries, (rows, columns)), shape=...)`, `diags(parts, offsets)`."""
    params = {word: value for word, value in call.params if value is not None}
    maker = params.pop("maker")
    return called(outside.path(f"scipy.sparse.{maker}"), *args, **{w: outside.constant(v) for w, v in params.items()})


def _format(call: Call, args: Sequence[Expr]) -> Expr:
    """An f-string."""
    left = iter(args)
    values: list[Expr] = []
    for part in dict(call.params)["parts"]:
        if isinstance(part, str):
            values.append(ast.Constant(value=part))
            continue
        conversion, specification = part
        written = ast.JoinedStr(values=[ast.Constant(value=specification)]) if specification else None
        values.append(ast.FormattedValue(value=next(left), conversion=conversion, format_spec=written))
    return ast.JoinedStr(values=values)


def _infix(call: Call, left: Expr, symbol: str, right: Expr) -> Expr:
    """`left symbol right`; in a derivative `a - -2 * x` is `a + 2 * x`, which is the same number."""
    if symbol in ("+", "-") and call.origin is not None and call.origin.sweep:
        turned = without_minus(right)
        if turned is not None:
            symbol, right = "-" if symbol == "+" else "+", turned
    return binary(left, symbol, right)


def _operator_row(symbol: str) -> Row:
    if symbol in BINARY:
        return lambda outside, call, args: _infix(call, args[0], symbol, args[1])
    if symbol in _COMPARE:
        return lambda outside, call, args: ast.Compare(left=args[0], ops=[_COMPARE[symbol]], comparators=[args[1]])
    return lambda outside, call, args: ast.UnaryOp(op=_UNARY[symbol], operand=args[0])


def _extreme(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    """`min(a, b, c)` for `min(min(a, b), c)`."""
    function = outside.builtin(call.fn.name)
    first = args[0]
    if isinstance(first, ast.Call) and ast.dump(first.func) == ast.dump(function):
        return called(function, *first.args, *args[1:])
    return called(function, *args)


_TABLE: dict[str, Row] = {
    **{symbol: _operator_row(symbol) for symbol in (*BINARY, *_COMPARE, *_UNARY)},
    "broadcast_like": _broadcast_like,
    "cast_like": _cast_like,
    "conjugate": lambda outside, call, args: called(attribute(args[0], "conjugate")),
    "copy": lambda outside, call, args: copy_of(outside, args[0], stated_kind(call.args[0])),
    "getitem": _getitem,
    "is_empty": lambda outside, call, args: ast.UnaryOp(op=ast.Not(), operand=args[0]),
    "item": _item,
    "keys": lambda outside, call, args: called(outside.builtin("list"), args[0]),
    "last_written": _last_written,
    "max": _extreme,
    "min": _extreme,
    "length": lambda outside, call, args: called(outside.builtin("len"), args[0]),
    "call_opaque": lambda outside, call, args: _call_opaque(call, args),
    "format": lambda outside, call, args: _format(call, args),
    "list_concat": lambda outside, call, args: binary(args[0], "+", args[1]),
    "list_repeat": lambda outside, call, args: binary(args[0], "*", args[1]),
    "list_slice": lambda outside, call, args: _getitem(outside, call, args),
    "list_get": lambda outside, call, args: element_of(outside, args[0], args[1:], dict(call.params).get("index")),
    "make_dict": _make_dict,
    "make_fixed": lambda outside, call, args: ast.List(elts=list(args), ctx=_LOAD),
    "make_map": _make_map,
    "make_list": lambda outside, call, args: ast.List(elts=list(args), ctx=_LOAD),
    "make_tuple": lambda outside, call, args: ast.Tuple(elts=list(args), ctx=_LOAD),
    "A sparse matrix": _sparse_of,
    "sparse_diagonals": _sparse_of,
    "sparse_identity": _sparse_of,
    "np.imag": _part("imag"),
    "np.real": _part("real"),
    "np.transpose": _transpose,
    "rename": lambda outside, call, args: ast.Tuple(elts=list(args), ctx=_LOAD),
    "select": lambda outside, call, args: ast.IfExp(test=args[0], body=args[1], orelse=args[2]),
    "shape": _shape,
    "spline_at": lambda outside, call, args: _spline_at(call, args),
    "spline_through": _spline_through,
    "value_of_cell": lambda outside, call, args: subscript(args[0], ast.Tuple(elts=[], ctx=_LOAD)),
    "zeros_like": _zeros_like,
}
