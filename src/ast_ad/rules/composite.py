"""Rules of functions that are a formula of others: the formula is differentiated when the derivative is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Var
from ast_ad.ir.kinds import Array, Fixed, Kind, List, Scalar, Tuple
from ast_ad.rules.modes import Params, Rule, Terms, Tree, fill_params
from ast_ad.rules.results import name_of
from ast_ad.rules.terms import Term, make, real_part, term

_MADE = (P.MAKE_TUPLE, P.MAKE_FIXED)


@dataclass(frozen=True, slots=True)
class Composite(Rule):
    """`formula(*operands, **params)` is a term with the function's value; its parts have rules of their own."""

    formula: Callable[..., Any] | None = None

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        moves = {id(arg): t for arg, t in zip(args, tangents, strict=True)}
        found: Tree = tangent_of(self._value(args, params), moves, {})
        return (
            make(P.BROADCAST_LIKE, found, ans) if isinstance(found, Term) and isinstance(found.kind, Array) else found
        )

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        found: Tree = cotangent_of(self._value(args, params), ct, args[i])
        return found

    def _value(self, args: Terms, params: Params) -> Any:
        assert self.formula is not None
        args, named = fill_params(args, params)
        value = self.formula(*args, **named)
        return make(P.MAKE_TUPLE, *value) if isinstance(value, tuple) else value


def kind_of_formula(formula: Callable[..., Any]) -> Callable[[Any, Any], Kind]:
    """The kind of a composite function's result: that of its formula; numbers come out as NumPy has them."""

    def kind(kinds: tuple[Kind, ...], params: Any) -> Kind:
        args, named = fill_params(tuple(Term(Var("", k)) for k in kinds), params)
        value = formula(*args, **named)
        found = [term(v).kind for v in (value if isinstance(value, tuple) else (value,))]
        known = tuple(Array(name_of(k), ()) if isinstance(k, Scalar) else k for k in found)
        return Tuple(known) if isinstance(value, tuple) else known[0]

    return kind


def _rule(value: Term) -> Rule:
    from ast_ad.rules.table import UnsupportedArgument, rule_of

    assert value.fn is not None
    found = rule_of(value.fn, (value.kind, *(arg.kind for arg in value.args)))
    if found is None:
        raise UnsupportedArgument(f"{value.fn!r} has no derivative rule for complex numbers")
    return found


def tangent_of(value: Term, moves: dict[int, Any], memo: dict[int, Any]) -> Any:
    """The tangent of a term from those of its leaves, by identity."""
    if id(value) in moves:
        return moves[id(value)]
    if value.fn is None:
        return None
    if id(value) not in memo:
        parts = [tangent_of(arg, moves, memo) for arg in value.args]
        if all(part is None for part in parts):
            found: Any = None
        elif value.fn in _MADE:
            found = tuple(parts)
        elif value.fn is P.ITEM:
            whole, key = parts[0], value.params["key"]
            found = whole[key] if isinstance(whole, tuple) else make(P.ITEM, whole, key=key)
        else:
            found = _rule(value).jvp(value, value.args, value.params, parts)
        memo[id(value)] = found
    return memo[id(value)]


def cotangent_of(value: Term, ct: Any, leaf: Term) -> Any:
    """The cotangent of one leaf of a term from the term's own."""
    order: list[Term] = []
    reached: dict[int, bool] = {id(leaf): True}

    def visit(node: Term) -> bool:
        if id(node) not in reached:
            found = list(map(visit, node.args))
            reached[id(node)] = any(found)
            if reached[id(node)]:
                order.append(node)
        return reached[id(node)]

    if not visit(value):
        return None
    cotangents: dict[int, Any] = {id(value): ct}
    for node in reversed(order):
        node_ct = cotangents.get(id(node))
        if node_ct is None or node is leaf:
            continue
        assert node.fn is not None
        for k, arg in enumerate(node.args):
            if reached[id(arg)]:
                _add(cotangents, arg, _back(node, node_ct, k))
    return cotangents.get(id(leaf))


def _back(node: Term, ct: Any, k: int) -> Any:
    """What argument k of a node gets."""
    if node.fn in _MADE:
        return ct[k]
    if node.fn is P.ITEM:
        kind = node.args[0].kind
        if isinstance(kind, List):
            return make(P.LIST_ADD, make(P.ZEROS_LIKE, node.args[0]), ct, node.params["key"])
        assert isinstance(kind, (Tuple, Fixed))
        return tuple(ct if j == node.params["key"] else None for j in range(len(kind.items)))
    assert node.fn is not None
    rule = _rule(node)
    if isinstance(ct, tuple):
        ct = dense(ct, node)
    found = rule.vjp(node, node.args, node.params, ct, k)
    if not isinstance(found, Term) or isinstance(node.args[k].kind, List):
        return found
    return real_part(make(P.UNBROADCAST, found, node.args[k]) if rule.unbroadcast else found, node.args[k])


def dense(ct: tuple[Any, ...], like: Term) -> Term:
    """A tuple of cotangents as one term, its zeros written out."""
    items = [
        make(P.ZEROS_LIKE, make(P.ITEM, like, key=k))
        if c is None
        else dense(c, make(P.ITEM, like, key=k))
        if isinstance(c, tuple)
        else c
        for k, c in enumerate(ct)
    ]
    return make(P.MAKE_TUPLE, *items)


def _add(cotangents: dict[int, Any], node: Term, part: Any) -> None:
    if part is None:
        return
    found = cotangents.get(id(node))
    cotangents[id(node)] = part if found is None else _sum(found, part, node)


def _sum(a: Any, b: Any, node: Term) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple) and isinstance(b, tuple):
        return tuple(_sum(x, y, make(P.ITEM, node, key=k)) for k, (x, y) in enumerate(zip(a, b, strict=True)))
    a = dense(a, node) if isinstance(a, tuple) else a
    b = dense(b, node) if isinstance(b, tuple) else b
    for one, other in ((a, b), (b, a)):
        if one.fn is P.INDEX_ADD and one.args[0].fn is P.ZEROS_LIKE:  # added where it belongs
            return make(P.INDEX_ADD, other, *one.args[1:], **one.params)
    return make(P.ADD_STRUCTURES if isinstance(node.kind, (Tuple, List, Fixed)) else P.ADD, a, b)
