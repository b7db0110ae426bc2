"""The elements of an iterable whose number is not part of the program, but known in the call being compiled."""

from __future__ import annotations

from collections.abc import Sequence

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.iteration import WRITTEN_OUT, Counted, elements, iteration_of, zero_based
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.values import Generated, Value, is_bottom
from ast_ad.ir.core import Lit


def elements_in_this_call(lo: Lowering, value: Value, what: str) -> Sequence[Value] | None:
    """The elements of an iterable that `what` must know the number of; None where this call does not tell it."""
    found = elements(lo, value)
    if found is not None or is_bottom(value):
        return found
    over = iteration_of(lo, value.source if isinstance(value, Generated) else value)
    assert isinstance(over, Counted)
    try:
        count = constant_of(lo, over.count(), what)
    except UnknownAtCompileTime:
        return None
    based = zero_based(lo, over)
    return [based.get(Lit(k)) for k in range(count)] if count <= WRITTEN_OUT else None
