"""The rule of `np.divide(x, y, out=a, where=test)`: that of the function where the condition is True.

Where it is False nothing was computed, and nothing may go wrong: the rule of the function reads harmless numbers there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, dtype_of
from ast_ad.rules.modes import Params, Rule, Terms, Tree
from ast_ad.rules.table import RULES, UnsupportedArgument, primitive_of, rule_of
from ast_ad.rules.terms import Term, call, make

#: a number at which no partial derivative is infinite
_HARMLESS: dict[np.ufunc, float] = {np.arccosh: 2.0}


@dataclass(frozen=True, slots=True)
class Masked(Rule):
    """`ufunc(*operands, out=old, where=mask)`; args are (old, mask, *operands)."""

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        kept, _, *moves = tangents
        at = _harmless(ans, args, params["ufunc"])
        moved = None if at is None else at[0].jvp(at[1], at[2], {}, moves)
        if kept is None and moved is None:
            return None
        test = args[1]
        result = call(np.where, test, 0 if moved is None else moved, 0 if kept is None else kept)
        shaped = make(P.BROADCAST_LIKE, result, ans)
        return make(P.CAST_LIKE, shaped, ans) if dtype_of(shaped.kind) != dtype_of(ans.kind) else shaped

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        test: Any = args[1]
        if i == 0:
            kept: Tree = call(np.where, test, 0, ct)
            return kept
        at = _harmless(ans, args, params["ufunc"])
        if at is None or i == 1:
            return None
        rule, result, operands = at
        chosen: Any = call(np.where, test, ct, 0)
        return rule.vjp(result, operands, {}, chosen, i - 2)


def _harmless(ans: Term, args: Terms, ufunc: np.ufunc) -> tuple[Rule, Term, Terms] | None:
    """The rule of the function, its result and its operands, with harmless numbers where the condition is False."""
    _, test, *operands = args
    primitive = primitive_of(ufunc)
    if primitive is None or rule_of(primitive) is None:
        return None
    rule = rule_of(primitive, (ans.kind, *(x.kind for x in operands)))
    if rule is None:
        raise UnsupportedArgument(f"{primitive!r} has no derivative rule for complex numbers")

    def safe(x: Any) -> Any:
        if x.is_lit:
            return x
        whole = isinstance(x.kind, Array) and x.dtype_name is not None and np.dtype(x.dtype_name).kind not in "fc"
        return call(np.where, test, x, 1 if whole else _HARMLESS.get(ufunc, 0.5))

    return rule, safe(ans), tuple(map(safe, operands))


RULES[P.MASKED] = Masked(unbroadcast=True, singular=True, selects=True)
