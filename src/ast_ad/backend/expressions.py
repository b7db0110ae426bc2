"""How a value is written: one table from the names of primitives to the expressions that compute them."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, TypeAlias

import numpy as np

from ast_ad import runtime
from ast_ad.analyses.aliasing import fills_an_array
from ast_ad.analyses.sharing import has_storage
from ast_ad.ir.build import kind_of, stated_kind
from ast_ad.ir.core import Call, Undefined
from ast_ad.ir.kinds import Array, Dict, Kind, List, Scalar, bound_kind, dtype_of, is_complex
from ast_ad.ir.primitives import HOLE, Index, Span

Expr: TypeAlias = ast.expr
_LOAD = ast.Load()
_BINARY: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "//": ast.FloorDiv(),
    "%": ast.Mod(),
    "**": ast.Pow(),
    "@": ast.MatMult(),
    "<<": ast.LShift(),
    ">>": ast.RShift(),
    "&": ast.BitAnd(),
    "|": ast.BitOr(),
    "^": ast.BitXor(),
}
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
#: primitives written by the name of another function of the runtime
RUNTIME_NAMES = {"add_maybe": "add", "add_structures": "add", "assert": "check"}


def name(identifier: str) -> Expr:
    """A name, read."""
    return ast.Name(id=identifier, ctx=_LOAD)


def called(function: Expr, *args: Expr, **keywords: Expr) -> Expr:
    """A call."""
    return ast.Call(func=function, args=list(args), keywords=[ast.keyword(arg=k, value=v) for k, v in keywords.items()])


def attribute(value: Expr, *path: str) -> Expr:
    """`value.a.b`."""
    for part in path:
        value = ast.Attribute(value=value, attr=part, ctx=_LOAD)
    return value


def binary(left: Expr, operator: str, right: Expr) -> Expr:
    """`left operator right`."""
    return ast.BinOp(left=left, op=_BINARY[operator], right=right)


def subscript(value: Expr, index: Expr) -> Expr:
    """`value[index]`."""
    return ast.Subscript(value=value, slice=index, ctx=_LOAD)


def name_of_object(value: Any) -> str:
    """The name that an object without a literal has in the text, unless that name is taken."""
    identifier = getattr(value, "__name__", "")
    return identifier if identifier.isidentifier() and not keyword.iskeyword(identifier) else "constant"


class Outside:
    """What a text needs from outside of itself: modules, functions of the runtime, objects that have no literal.

    `aliases` are other names for those that a parameter or a function would hide, `callees` for functions of the text.
    """

    def __init__(
        self, aliases: dict[str, str], callees: dict[str, str] | None = None, reserved: Iterable[str] = ()
    ) -> None:
        self.aliases = aliases
        self.callees = callees or {}
        self.reserved = frozenset((*reserved, *dir(builtins), *runtime.__all__, "np", "math"))
        self.modules: dict[str, str] = {}
        self.runtime: set[str] = set()
        self.builtins: set[str] = set()
        self.objects: dict[str, Any] = {}

    def builtin(self, identifier: str) -> Expr:
        """A builtin function."""
        if identifier in self.aliases:
            self.builtins.add(identifier)
        return name(self.aliases.get(identifier, identifier))

    def helper(self, identifier: str) -> Expr:
        """A function of `ast_ad.runtime`."""
        self.runtime.add(identifier)
        return name(self.aliases.get(identifier, identifier))

    def path(self, dotted: str) -> Expr:
        """A function by its path: `np.linalg.solve`, `math.sin`, `scipy.special.erf`."""
        root, *rest = dotted.split(".")
        module = {"np": "numpy"}.get(root, root)
        for part in rest if module == root else ():
            if f"{module}.{part}" not in sys.modules:
                break  # an object of the module, such as a distribution, or a function
            module = f"{module}.{part}"
        self.modules[module] = root
        return attribute(name(self.aliases.get(root, root)), *rest)

    def constant(self, value: Any) -> Expr:
        """A constant as an expression."""
        if isinstance(value, (bool, str, bytes, type(None), type(Ellipsis))):
            return ast.Constant(value=value)
        if isinstance(value, Undefined):
            return ast.Constant(value=None)
        if type(value) in (int, float, complex):
            return self.number(value)
        if isinstance(value, np.generic):
            return called(self.path(f"np.{value.dtype.name}"), self.constant(value.item()))
        if isinstance(value, tuple) and type(value) is tuple:
            return ast.Tuple(elts=[self.constant(v) for v in value], ctx=_LOAD)
        if isinstance(value, list):
            return ast.List(elts=[self.constant(v) for v in value], ctx=_LOAD)
        if isinstance(value, dict):
            keys: list[Any] = [self.constant(k) for k in value]
            return ast.Dict(keys=keys, values=[self.constant(v) for v in value.values()])
        if isinstance(value, slice):
            ends = [self.constant(e) for e in (value.start, value.stop, value.step)]
            return called(self.builtin("slice"), *(ends[:2] if value.step is None else ends))
        if isinstance(value, np.dtype):
            return called(self.path("np.dtype"), ast.Constant(value=value.str if value.names else value.name))
        identifier = getattr(value, "__name__", "")
        if isinstance(value, type) and vars(builtins).get(identifier) is value:
            return self.builtin(identifier)
        if isinstance(value, (type, np.ufunc)) and vars(np).get(identifier) is value:
            return self.path(f"np.{identifier}")
        if isinstance(value, type) and vars(np.linalg).get(identifier) is value:
            return self.path(f"np.linalg.{identifier}")
        return name(self.object(value))

    def number(self, value: Any) -> Expr:
        """A Python number; negative ones with a minus that precedence can see."""
        if isinstance(value, complex):
            if str(value.real) == "0.0" and 0 < value.imag < math.inf:
                return ast.Constant(value=value)
            if str(value.real) == "-0.0" and -math.inf < value.imag < 0:
                return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
            return called(self.builtin("complex"), self.number(value.real), self.number(value.imag))
        if isinstance(value, float) and not math.isfinite(value):
            special = self.path("math.nan" if value != value else "math.inf")
            return special if value != value or value > 0 else ast.UnaryOp(op=ast.USub(), operand=special)
        if math.copysign(1, value) < 0 if isinstance(value, float) else value < 0:
            return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
        return ast.Constant(value=value)

    def object(self, value: Any) -> str:
        """The name under which an object without a literal is handed to the text."""
        for known, other in self.objects.items():
            if other is value:
                return known
        wish = name_of_object(value)
        identifier = self.aliases.get(wish, wish)
        names = (identifier if k == 1 else f"{identifier}_{k}" for k in count(1))
        identifier = next(n for n in names if n not in self.objects and n not in self.reserved)
        self.objects[identifier] = value
        return identifier


Row: TypeAlias = Callable[[Outside, Call, Sequence[Expr]], Expr]


def write_call(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    """The expression that computes a call of a primitive."""
    identifier = call.fn.name
    row = _TABLE.get(identifier)
    if row is not None:
        return row(outside, call, args)
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
    keywords = {key: keywords[key] for key, _ in call.params}
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


def index_expression(outside: Outside, index: Index, holes: Sequence[Expr]) -> Expr:
    """A subscript from its template."""
    left = iter(holes)

    def part_of(part: Any) -> Any:
        if part is HOLE:
            return next(left)
        if isinstance(part, Span):
            lower, upper, step = (None if e is None else part_of(e) for e in (part.start, part.stop, part.step))
            return ast.Slice(lower=lower, upper=upper, step=step)
        return outside.constant(part)

    parts = [part_of(part) for part in index]
    if len(parts) == 1:
        return parts[0]  # type: ignore[no-any-return]
    return ast.Tuple(elts=parts, ctx=_LOAD)


def index_value(outside: Outside, index: Index, holes: Sequence[Expr]) -> Expr:
    """A subscript as a value, to be handed to a function."""
    found = index_expression(outside, index, holes)
    return subscript(outside.path("np.s_"), found) if any(isinstance(part, Span) for part in index) else found


def copy_of(outside: Outside, value: Expr, kind: Kind) -> Expr:
    """A copy that shares nothing with the value; None of None."""
    if isinstance(bound_kind(kind), Scalar):
        return value
    if (isinstance(kind, Array) and kind.dims) or (isinstance(kind, List) and not has_storage(kind.item)):
        return called(attribute(value, "copy"))
    return called(outside.helper("copy"), value)


def _zeros_like(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    kind, value = stated_kind(call.args[0]), args[0]
    zero = {"float": 0.0, "int": 0.0, "bool": 0.0, "complex": 0j}
    if isinstance(kind, Scalar):
        return outside.constant(zero[kind.type])
    if isinstance(kind, List) and isinstance(kind.item, Scalar):
        zeros = ast.List(elts=[outside.constant(zero[kind.item.type])], ctx=_LOAD)
        return binary(zeros, "*", called(outside.builtin("len"), value))
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind in "fc":
        return called(outside.path("np.zeros_like"), value)
    if isinstance(kind, Array) and kind.dtype is not None and kind.dims:
        return called(outside.path("np.zeros"), attribute(value, "shape"))
    return called(outside.helper("zeros_like"), value)


def _broadcast_like(outside: Outside, call: Call, args: Sequence[Expr]) -> Expr:
    if fills_an_array(call):
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
    if len(args) == 1 and not call.params and isinstance(kind, Array) and kind.dims:
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


def _operator_row(symbol: str) -> Row:
    if symbol in _BINARY:
        return lambda outside, call, args: binary(args[0], symbol, args[1])
    if symbol in _COMPARE:
        return lambda outside, call, args: ast.Compare(left=args[0], ops=[_COMPARE[symbol]], comparators=[args[1]])
    return lambda outside, call, args: ast.UnaryOp(op=_UNARY[symbol], operand=args[0])


_TABLE: dict[str, Row] = {
    **{symbol: _operator_row(symbol) for symbol in (*_BINARY, *_COMPARE, *_UNARY)},
    "broadcast_like": _broadcast_like,
    "cast_like": _cast_like,
    "conjugate": lambda outside, call, args: called(attribute(args[0], "conjugate")),
    "copy": lambda outside, call, args: copy_of(outside, args[0], stated_kind(call.args[0])),
    "getitem": _getitem,
    "is_empty": lambda outside, call, args: ast.UnaryOp(op=ast.Not(), operand=args[0]),
    "item": _item,
    "last_written": _last_written,
    "length": lambda outside, call, args: called(outside.builtin("len"), args[0]),
    "call_opaque": lambda outside, call, args: _call_opaque(call, args),
    "format": lambda outside, call, args: _format(call, args),
    "list_concat": lambda outside, call, args: binary(args[0], "+", args[1]),
    "list_repeat": lambda outside, call, args: binary(args[0], "*", args[1]),
    "list_slice": lambda outside, call, args: _getitem(outside, call, args),
    "list_get": lambda outside, call, args: subscript(args[0], args[1]),
    "make_dict": _make_dict,
    "make_fixed": lambda outside, call, args: ast.List(elts=list(args), ctx=_LOAD),
    "make_list": lambda outside, call, args: ast.List(elts=list(args), ctx=_LOAD),
    "make_tuple": lambda outside, call, args: ast.Tuple(elts=list(args), ctx=_LOAD),
    "np.imag": _part("imag"),
    "np.real": _part("real"),
    "np.transpose": _transpose,
    "shape": _shape,
    "value_of_cell": lambda outside, call, args: subscript(args[0], ast.Tuple(elts=[], ctx=_LOAD)),
    "zeros_like": _zeros_like,
}
