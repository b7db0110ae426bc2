"""Lower `rows[i], rows[j] = rows[j], rows[i]`: two elements of a list change places, and the list owns them still."""

from __future__ import annotations

from typing import Any

import gast

from ast_ad.frontend.context import Lowering, is_map
from ast_ad.frontend.subscripts import to_run
from ast_ad.frontend.values import Items, Ref, Run, Value, kind_of, may_be_array
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import List, is_number, rank

#: what has the same value each time it is read in one statement
_PLAIN = (gast.Name, gast.Constant, gast.Attribute, gast.Subscript, gast.BinOp, gast.UnaryOp)


def exchange(lo: Lowering, target: Any, value: Any) -> bool:
    """Lower the exchange of two elements of a run-time list that are no numbers; False where it is something else."""
    places = _places(target, value)
    if places is None:
        return False
    whole, i, j = places
    owner = lo.expr(whole)
    held = lo.peek(owner) if isinstance(owner, Ref) else None
    if not isinstance(owner, Ref) or not isinstance(held, (Items, Run)) or is_map(held):
        return False
    if isinstance(held, Items) and (_is_constant(i, j) or not all(map(_has_memory, held.values))):
        return False
    run = to_run(lo, owner)
    kind = kind_of(run.atom)
    if not isinstance(kind, List) or (is_number(kind.item) and not rank(kind.item)) or not lo.owns(owner.location):
        return False
    lo.check_writable(owner.location, owner.location.name)
    at = [lo.atom(lo.expr(place)) for place in (i, j)]
    new = lo.emit(P.EXCHANGE, run.atom, *at, name=owner.location.name)
    lo.set_contents(owner, Run(new), owning=True)
    return True


def _is_constant(*places: Any) -> bool:
    return all(isinstance(place, gast.Constant) for place in places)


def _has_memory(value: Value) -> bool:
    """Whether a value is a list, an object or an array."""
    return isinstance(value, Ref) or may_be_array(value)


def _places(target: Any, value: Any) -> tuple[Any, Any, Any] | None:
    """The list and the two subscripts of `xs[i], xs[j] = xs[j], xs[i]`."""
    if not (isinstance(target, gast.Tuple) and isinstance(value, gast.Tuple)):
        return None
    parts = (*target.elts, *value.elts)
    if len(target.elts) != 2 or len(parts) != 4 or not all(isinstance(part, gast.Subscript) for part in parts):
        return None
    wholes = [gast.dump(part.value) for part in parts]
    one, other, there, here = (gast.dump(part.slice) for part in parts)
    if len(set(wholes)) != 1 or one != here or other != there:
        return None
    whole, i, j = parts[0].value, parts[0].slice, parts[1].slice
    return (whole, i, j) if all(map(_is_plain, (whole, i, j))) else None


def _is_plain(node: Any) -> bool:
    """Whether an expression reads names and numbers and calls nothing."""
    return all(isinstance(part, (*_PLAIN, gast.operator, gast.unaryop, gast.expr_context)) for part in gast.walk(node))
