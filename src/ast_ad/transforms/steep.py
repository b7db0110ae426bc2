"""Slopes that are infinite where the function is finite: a tangent that is zero by selection stays zero there."""

from __future__ import annotations

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Call, Lit
from ast_ad.rules.modes import guard
from ast_ad.rules.terms import Term, make
from ast_ad.transforms.trees import Tree

#: functions of one number that are finite where their slopes are not
_STEEP = frozenset(
    (
        *("np.sqrt", "math.sqrt", "np.cbrt", "math.cbrt", "np.arcsin", "math.asin", "np.arccos", "math.acos"),
        *("np.arccosh", "math.acosh"),
    )
)


def is_steep(call: Call) -> bool:
    """Whether the slope by the first operand can be infinite where the result is finite."""
    assert isinstance(call.fn, P.Primitive)
    if call.fn is P.POW or call.fn.name == "np.power":
        power = call.args[1]
        return isinstance(power, Lit) and 0 < power.value < 1
    return call.fn.name in _STEEP


def guarded(tree: Tree, dot: Tree) -> Tree:
    """A tangent that is zero where the one that it is made from is."""
    if not isinstance(tree, Term) or not isinstance(dot, Term):
        return tree
    if tree.fn is P.BROADCAST_LIKE:
        return make(P.BROADCAST_LIKE, guard(tree.args[0], dot), tree.args[1])
    return guard(tree, dot)
