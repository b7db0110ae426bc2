"""Parts of expressions: names, calls, subscripts, constants, and what a text takes from outside."""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import sys
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, TypeAlias

import numpy as np

from ast_ad import runtime
from ast_ad.analyses.sharing import has_storage
from ast_ad.ir.core import Undefined
from ast_ad.ir.kinds import Array, Kind, List, Scalar, bound_kind
from ast_ad.ir.primitives import HOLE, Index, Span, split_path

Expr: TypeAlias = ast.expr
_LOAD = ast.Load()
BINARY: dict[str, ast.operator] = {
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
    return ast.BinOp(left=left, op=BINARY[operator], right=right)


def without_minus(value: Expr) -> Expr | None:
    """The value times -1, where that is to leave out a minus."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return value.operand
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div)):
        left = without_minus(value.left)
        return ast.BinOp(left=left, op=value.op, right=value.right) if left is not None else None
    return None


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
            if str(value.real) == "0.0" and 0 <= value.imag < math.inf and str(value.imag) != "-0.0":
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


def index_expression(outside: Outside, index: Index, holes: Sequence[Expr]) -> Expr:
    """A subscript from its template."""
    left = iter(holes)

    def part_of(part: Any) -> Any:
        if part is HOLE:
            return _places(outside, next(left))
        if isinstance(part, Span):
            lower, upper, step = (None if e is None else part_of(e) for e in (part.start, part.stop, part.step))
            return ast.Slice(lower=lower, upper=upper, step=step)
        return outside.constant(part)

    parts = [part_of(part) for part in index]
    if len(parts) == 1:
        return parts[0]  # type: ignore[no-any-return]
    return ast.Tuple(elts=parts, ctx=_LOAD)


def _places(outside: Outside, subscript: Expr) -> Expr:
    """`[i, j]` for `np.array([i, j])`, which means the same as a subscript."""
    if isinstance(subscript, ast.Call) and len(subscript.args) == 1 and not subscript.keywords:
        (places,), maker = subscript.args, ast.dump(outside.path("np.array"))
        if isinstance(places, ast.List) and places.elts and ast.dump(subscript.func) == maker:
            return places
    return subscript


def element_of(outside: Outside, value: Expr, path: Sequence[Expr], index: Index | None) -> Expr:
    """What a path leads to: `value[i][j]`, and an array's subscript at the end where there is a template."""
    steps, holes = split_path(path, index)
    for step in steps:
        value = subscript(value, step)
    return value if index is None else subscript(value, index_expression(outside, index, holes))


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
