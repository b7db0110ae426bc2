"""Read a shape from the variable that is nearest at hand.

`zeros_like(b)`, `b.size` or `broadcast_to(c, b.shape)` ask for the shape of b and not for its values; where b was computed
element by element from an x of the same shape, x serves as well, and b need not be kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Callee, Var
from ast_ad.ir.kinds import Array, cotangent_kind, same_shape
from ast_ad.rules.modes import Elementwise, Selecting
from ast_ad.rules.table import primitive_of, rule_of

#: the operand of which a word asks for the shape only (and for `zeros_like` the dtype)
_ASKED = {P.SHAPE: 0, P.ZEROS_LIKE: 0, P.UNBROADCAST: 1, P.BROADCAST_LIKE: 1}


def asks_for_shape(call: Call) -> int | None:
    """The place of the operand of which a call asks for the shape only; None where it reads values."""
    if isinstance(call.fn, Callee):
        return None
    return 0 if call.fn is primitive_of(np.size) else _ASKED.get(call.fn)


def same_shape_source(var: Var, maker_of: Callable[[Var], Call | None], exact: bool) -> Var:
    """The earliest variable that is proven to have the shape of another; with `exact` also its dtype."""
    while True:
        maker = maker_of(var)
        if maker is None or isinstance(maker.fn, Callee) or not isinstance(rule_of(maker.fn), (Elementwise, Selecting)):
            return var
        same = [a for a in maker.args if isinstance(a, Var) and _serves(a, var, exact)]
        if not same:
            return var
        var = same[0]


def _serves(one: Var, other: Var, exact: bool) -> bool:
    if not isinstance(one.kind, Array) or not one.kind.dims or not same_shape(one.kind, other.kind):
        return False
    return not exact or (one.kind.dtype is not None and cotangent_kind(one.kind) == cotangent_kind(other.kind))


def with_nearest_shape(call: Call, maker_of: Callable[[Var], Call | None]) -> Call:
    """The call with the operand whose shape it asks for replaced by the earliest that has it."""
    place = asks_for_shape(call)
    if place is None or not isinstance(call.args[place], Var):
        return call
    old = call.args[place]
    assert isinstance(old, Var)
    new = same_shape_source(old, maker_of, call.fn is P.ZEROS_LIKE)
    if new is old:
        return call
    args: tuple[Atom, ...] = (*call.args[:place], new, *call.args[place + 1 :])
    return Call(call.outs, call.fn, args, call.params, call.origin)
