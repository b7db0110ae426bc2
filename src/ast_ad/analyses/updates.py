"""Which statements are written as writes to memory, and what they write to."""

from __future__ import annotations

from ast_ad.analyses.sharing import ARRAY, INNER, TOP
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Call, Callee, Stmt, Var
from ast_ad.ir.kinds import Array, rank, same_shape
from ast_ad.ir.primitives import HOLE, is_basic, split_path

_WRITES_ARRAYS = ("index_update", "index_add", "masked")
WRITES_LISTS = ("append", "pop", "list_set", "list_add", "take_out", "exchange")
UPDATES = frozenset((*_WRITES_ARRAYS, *WRITES_LISTS))


def is_update(stmt: Stmt) -> bool:
    """Whether a statement is written as a write to its first operand."""
    return isinstance(stmt, Call) and not isinstance(stmt.fn, Callee) and stmt.fn.name in UPDATES


def written(stmt: Call) -> int:
    """What an update writes to: the list itself, a list inside it, or an array."""
    if stmt.fn.name not in WRITES_LISTS or "index" in dict(stmt.params):
        return ARRAY
    return INNER if stmt.fn.name in ("list_set", "list_add") and len(stmt.args) > 3 else TOP


def is_accumulation(stmt: Stmt) -> bool:
    """Whether a statement adds to, or takes from, an array of the result's own shape and dtype."""
    if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn.name not in ("+", "-"):
        return False
    old, new = stmt.args[0], stmt.outs[0]
    if not isinstance(old, Var) or not isinstance(old.kind, Array) or not isinstance(new.kind, Array):
        return False
    return old.kind.dtype is not None and old.kind.dtype == new.kind.dtype and same_shape(old.kind, new.kind)


def makes_a_view(call: Call) -> bool:
    """Whether what a subscript gives may share memory with its base: not an element, not a copy by index arrays."""
    kind, index = call.outs[0].kind, dict(call.params).get("index")
    if index is None:  # of a list: the element itself
        return True
    if isinstance(kind, Array) and kind.dims == () and all(part is HOLE or isinstance(part, int) for part in index):
        return False
    holes = call.args[1:] if call.fn.name == "getitem" else split_path(call.args[1:], index)[1]
    return is_basic(index, [kind_of(a) for a in holes])


def fills_an_array(call: Call) -> bool:
    """Whether a `broadcast_like` stretches a number over an array of its own dtype (`np.full_like` then)."""
    value, like, out = kind_of(call.args[0]), kind_of(call.args[1]), call.outs[0].kind
    return (
        rank(value) == 0
        and isinstance(out, Array)
        and isinstance(like, Array)
        and bool(like.dims)
        and like.dtype is not None
        and like.dtype == out.dtype
    )
