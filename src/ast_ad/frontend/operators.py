"""Lower operators: arithmetic and comparisons to primitives, on structures by their structure, conditions to If."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

import gast

from ast_ad.errors import WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, describe_in, lowers
from ast_ad.frontend.control import choose, test_of, truth
from ast_ad.frontend.identity import identical, is_in, is_opaque
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.objects import UNARY, equal_objects, overloaded, special
from ast_ad.frontend.structural import STRUCTURAL, keeps_apart
from ast_ad.frontend.values import (
    FALSE,
    TRUE,
    Closure,
    Ref,
    Static,
    TupleOf,
    Value,
    describe,
    is_none,
    is_numeric,
    kind_of,
)
from ast_ad.ir import kinds as K, primitives as P
from ast_ad.ir.core import Lit, Var

SYMBOLS: dict[type, str] = {
    gast.UAdd: "+",
    gast.USub: "-",
    gast.Invert: "~",
    gast.Add: "+",
    gast.Sub: "-",
    gast.Mult: "*",
    gast.Div: "/",
    gast.FloorDiv: "//",
    gast.Mod: "%",
    gast.Pow: "**",
    gast.MatMult: "@",
    gast.LShift: "<<",
    gast.RShift: ">>",
    gast.BitAnd: "&",
    gast.BitOr: "|",
    gast.BitXor: "^",
    gast.Lt: "<",
    gast.LtE: "<=",
    gast.Gt: ">",
    gast.GtE: ">=",
    gast.Eq: "==",
    gast.NotEq: "!=",
    gast.Is: "is",
    gast.IsNot: "is not",
    gast.In: "in",
    gast.NotIn: "not in",
}


@lowers(gast.BinOp)
def lower_binary(lo: Lowering, node: Any, name: str) -> Value:
    """Arithmetic."""
    left = lo.expr(node.left)
    right = lo.expr(node.right)
    lo.node = node
    return binary(lo, SYMBOLS[type(node.op)], left, right, name)


def binary(lo: Lowering, symbol: str, left: Value, right: Value, name: str = "") -> Value:
    """`left symbol right`: on numbers a primitive, on tuples, lists and strings structural."""
    if "scipy.sparse" in sys.modules:
        from ast_ad.frontend.sparse import on_sparse

        sparse = on_sparse(lo, symbol, left, right, name)
        if sparse is not None:
            return sparse
    if (isinstance(left, Var) and isinstance(right, (Var, Lit))) or (isinstance(left, Lit) and isinstance(right, Var)):
        return lo.emit(P.OPERATORS[symbol], lo.atom(left), lo.atom(right), name=name)
    if isinstance(left, Lit) and isinstance(right, Lit):
        return _on_constants(lo, symbol, left, right, name)
    found = overloaded(lo, symbol, left, right)
    if found is not None:
        return found
    structural = STRUCTURAL.get((symbol, type(left), type(right)))
    if structural is not None:
        result: Value | None = structural(lo, left, right, name)
        if result is not None:
            return result
    if (is_numeric(left) or is_numeric(right)) and not keeps_apart(symbol, left, right):
        from ast_ad.frontend.library import as_array

        return lo.emit(P.OPERATORS[symbol], as_array(lo, left), as_array(lo, right), name=name)
    raise lo.error(
        WrongArgument,
        f"unsupported operands of {symbol}: {describe_in(lo, left)} and {describe_in(lo, right)}",
        remedy="Make an array of a list or tuple first, with np.array."
        if isinstance(left, (Ref, TupleOf)) or isinstance(right, (Ref, TupleOf))
        else "Use numbers or arrays.",
    )


_FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _on_constants(lo: Lowering, symbol: str, left: Lit, right: Lit, name: str) -> Value:
    """Integers, bools and strings are computed now; floats stay as the user wrote them."""
    small = all(isinstance(a.value, (bool, int, str)) and _short(a.value) for a in (left, right))
    if symbol in _FOLD and (small or symbol in ("==", "!=", "<", "<=", ">", ">=")):
        try:
            result = _FOLD[symbol](left.value, right.value)
        except (ArithmeticError, ValueError, TypeError):
            result = None
        if isinstance(result, (bool, int, str)):
            return Lit(result)
    if is_numeric(left) and is_numeric(right):
        return lo.emit(P.OPERATORS[symbol], left, right, name=name)
    raise lo.error(
        WrongArgument,
        f"unsupported operands of {symbol}: {left.value!r} and {right.value!r}",
        remedy="Use numbers or arrays.",
    )


def _short(value: Any) -> bool:
    return not isinstance(value, int) or -(2**31) < value < 2**31


@lowers(gast.UnaryOp)
def lower_unary(lo: Lowering, node: Any, name: str) -> Value:
    """`-x`, `+x`, `~x`, `not x`."""
    if isinstance(node.op, gast.Not):
        known = test_of(lo, node.operand)
        lo.node = node
        return Lit(not known) if isinstance(known, bool) else lo.emit(P.NOT, known, name=name)
    value = lo.expr(node.operand)
    lo.node = node
    if isinstance(value, Lit) and isinstance(value.value, (int, float, complex)):
        return Lit(_UNARY[type(node.op)][1](value.value))
    method = special(lo, value, UNARY[SYMBOLS[type(node.op)]])
    if method is not None:
        return call_value(lo, method, [], {}, name)
    if not isinstance(value, Var):
        raise lo.error(WrongArgument, f"unsupported operand: {describe(value)}", remedy="Use numbers or arrays.")
    return lo.emit(_UNARY[type(node.op)][0], lo.atom(value), name=name)


_UNARY: dict[type, tuple[P.Primitive, Callable[[Any], Any]]] = {
    gast.USub: (P.NEG, operator.neg),
    gast.UAdd: (P.POS, operator.pos),
    gast.Invert: (P.INVERT, operator.invert),
}


# Conditions


@lowers(gast.IfExp)
def lower_conditional(lo: Lowering, node: Any, name: str) -> Value:
    """`a if test else b`."""
    known = test_of(lo, node.test)
    lo.node = node
    test = Lit(known) if isinstance(known, bool) else known
    return choose(lo, test, lambda: lo.expr(node.body, name), lambda: lo.expr(node.orelse, name), name)


@lowers(gast.BoolOp)
def lower_boolean(lo: Lowering, node: Any, name: str) -> Value:
    """`a and b`, `a or b`: one of the operands, the later ones evaluated only where the earlier do not decide."""
    return _boolean(lo, isinstance(node.op, gast.And), node.values, name)


def _boolean(lo: Lowering, conjunction: bool, nodes: Sequence[Any], name: str) -> Value:
    first = lo.expr(nodes[0])
    if len(nodes) == 1:
        return first
    known = truth(lo, first)
    if isinstance(known, bool):
        return _boolean(lo, conjunction, nodes[1:], name) if known is conjunction else first
    is_bool = isinstance(first, Var) and kind_of(first) == K.BOOL
    settled: Value = (FALSE if conjunction else TRUE) if is_bool else first

    def others() -> Value:
        return _boolean(lo, conjunction, nodes[1:], name)

    arms = (others, lambda: settled) if conjunction else (lambda: settled, others)
    return choose(lo, known, *arms, name)


@lowers(gast.Compare)
def lower_compare(lo: Lowering, node: Any, name: str) -> Value:
    """`a < b < c` evaluates b once, and c only where a < b."""
    return _compare(lo, node, lo.expr(node.left), 0, name)


def _compare(lo: Lowering, node: Any, left: Value, k: int, name: str) -> Value:
    right = lo.expr(node.comparators[k])
    lo.node = node
    first = compare(lo, SYMBOLS[type(node.ops[k])], left, right, name)
    if k + 1 == len(node.ops):
        return first
    return choose(lo, first, lambda: _compare(lo, node, right, k + 1, name), lambda: FALSE, name)


_ORDER = ("<", "<=", ">", ">=", "==", "!=")


def compare(lo: Lowering, symbol: str, left: Value, right: Value, name: str = "") -> Value:
    """One comparison."""
    found: Value | bool | None = overloaded(lo, symbol, left, right) if symbol in _ORDER else None
    if found is None and symbol in _COMPARISONS:
        found = _COMPARISONS[symbol](lo, left, right)
    if isinstance(found, bool):
        return Lit(found)
    if found is not None:
        return found
    if symbol in ("not in", "is not", "!="):
        positive = {"not in": "in", "is not": "is", "!=": "=="}[symbol]
        found = overloaded(lo, "==", left, right) if symbol == "!=" else None
        found = _COMPARISONS[positive](lo, left, right) if found is None else found
        if isinstance(found, bool):
            return Lit(not found)
        if symbol == "not in" and isinstance(found, Var) and _was_asked(lo, found):
            return lo.emit(P.NOT_IN, *lo.definitions[found].args, name=name)
        if found is not None:
            known = truth(lo, found)
            return Lit(not known) if isinstance(known, bool) else lo.emit(P.NOT, known, name=name)
    if symbol in ("<", "<=", ">", ">=") and isinstance(left, TupleOf) and isinstance(right, TupleOf):
        return _ordered(lo, symbol, left.items, right.items)
    if symbol in ("is", "is not", "in", "not in"):
        return lo.emit(P.OPERATORS[symbol], lo.atom(left), lo.atom(right), name=name)
    return binary(lo, symbol, left, right, name)


def _was_asked(lo: Lowering, found: Var) -> bool:
    """Take back an `in` that was the last thing to be written; whether it was."""
    call = lo.definitions.get(found)
    last = lo.out.stmts[-1:] == [call] and call is not None and call.fn is P.IN
    if last:
        lo.out.stmts.pop()
    return last


def _ordered(lo: Lowering, symbol: str, left: Sequence[Value], right: Sequence[Value]) -> Value:
    """`left < right` of tuples: decided by the first elements that differ."""
    if not left or not right:
        return Lit(_FOLD[symbol](len(left), len(right)))

    def rest() -> Value:
        return _ordered(lo, symbol, left[1:], right[1:])

    return choose(lo, compare(lo, "==", left[0], right[0]), rest, lambda: compare(lo, symbol, left[0], right[0]))


def _equal(lo: Lowering, left: Value, right: Value) -> bool | Value | None:
    """`==` of what is not two numbers."""
    found = equal_objects(lo, left, right)
    if found is not None:
        return found
    if isinstance(left, TupleOf) and isinstance(right, TupleOf):
        if len(left.items) != len(right.items):
            return False
        result: Value = TRUE
        for one, two in reversed(list(zip(left.items, right.items, strict=True))):
            rest = result

            def keep(rest: Value = rest) -> Value:
                return rest

            result = choose(lo, compare(lo, "==", one, two), keep, lambda: FALSE)
        return result
    if isinstance(left, Static) and isinstance(right, Static):
        return bool(left.obj == right.obj)
    if isinstance(left, (Static, Lit)) and isinstance(right, (Static, Lit)):
        return bool(constant_of(lo, left, "") == constant_of(lo, right, ""))
    if is_opaque(left) or is_opaque(right):
        return None
    odd = [v for v in (left, right) if isinstance(v, (Static, Closure)) or is_none(v)]
    return False if odd else None


_COMPARISONS: dict[str, Callable[..., bool | Value | None]] = {"is": identical, "in": is_in, "==": _equal}
