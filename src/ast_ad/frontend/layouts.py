"""How the elements of arrays lie in memory, as far as it is known: it decides what is a view and what is a copy.

An array is in the order "C" if its elements lie without gaps, row after row, and in the order "F" if column after
column; new arrays mostly are in "C".  `reshape`, `ravel` and their kin give a view where the order lets them, and a
copy elsewhere.  What the order of an argument is, this call says; the compiled function then counts on it if anything
is written to, as only a write can tell a view from a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ast_ad.errors import NoDerivative
from ast_ad.frontend.known import path_of
from ast_ad.frontend.strides import ANY, Layout, dense, is_dense, is_even, of_view, only_dense, runs_down
from ast_ad.frontend.values import Ref, TupleOf, Value, describe, kind_of, may_be_array
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Var
from ast_ad.ir.kinds import Array, Scalar, Tuple, rank
from ast_ad.ir.primitives import Primitive

if TYPE_CHECKING:
    from ast_ad.frontend.context import Lowering

#: what gives a new array in the order "C", whatever it is given; by default, where it takes an `order`
_ROWS = frozenset(
    f"np.{name}"
    for name in ("arange", "dot", "empty", "eye", "full", "identity", "linspace", "matmul", "ones", "outer", "zeros")
) | {"@"}
#: what gives a new array in the order "C" if its operands run down in memory as their axes do
_AS_OPERANDS = frozenset(
    f"np.{name}"
    for name in (
        *("array", "asanyarray", "asarray", "astype", "clip", "concatenate", "copy", "cumprod", "cumsum"),
        *("empty_like", "full_like", "hstack", "max", "mean", "min", "ones_like", "prod", "repeat", "roll", "sort"),
        *("stack", "std", "sum", "tile", "var", "vstack", "where", "zeros_like"),
    )
) | {"copy"}
_OPERATORS = frozenset((*P.OPERATORS.values(), P.NEG, P.POS, P.ABS, P.INVERT)) - {P.MATMUL}
#: what leaves the array that it writes to where it is
_SAME = frozenset((P.INDEX_UPDATE, P.INDEX_ADD, P.MASKED, P.CONSTANT_AT, P.STOP_GRADIENT))


def layout_of(lo: Lowering, var: Var) -> Layout:
    """The layout of the array that a name stands for."""
    known = lo.layouts.get(var)
    if known is None:
        known = lo.layouts[var] = _found(lo, var)
    return known


def order_of(lo: Lowering, var: Any) -> str:
    """ "C" or "F" where an array is known to be in this order, else ""."""
    layout = layout_of(lo, var) if isinstance(var, Var) else ANY
    return next((order for order in "CF" if is_dense(layout, order)), "")


def orders_of(lo: Lowering, value: Value) -> Any:
    """The order of an array, and those of the arrays in a tuple."""
    return tuple(orders_of(lo, v) for v in value.items) if isinstance(value, TupleOf) else order_of(lo, value)


def note_orders(lo: Lowering, value: Value, orders: Any) -> None:
    """Note the orders of arrays, of those in a tuple too."""
    if isinstance(value, TupleOf) and isinstance(orders, tuple):
        for item, order in zip(value.items, orders, strict=True):
            note_orders(lo, item, order)
    elif isinstance(value, Var) and orders:
        note_order(lo, value, orders)


def note_order(lo: Lowering, var: Var, order: str) -> None:
    """Note the order in which a new array is."""
    lo.layouts[var] = dense(var, order) if order else ANY


def join_layouts(lo: Lowering, merged: Var, one: Any, two: Any) -> Var:
    """An array that is `one` or `two` (None where a path does not bind it), with its layout noted."""
    found = [layout_of(lo, v) for v in (one, two) if isinstance(v, Var) and isinstance(kind_of(v), Array)]
    orders = [order for order in "CF" if found and all(is_dense(layout, order) for layout in found)]
    lo.layouts[merged] = dense(merged, orders[0]) if orders else ANY
    return merged


def lie_alike(lo: Lowering, renamed: Mapping[Var, Var]) -> None:
    """Let the arrays after a loop lie as those do that it carries."""
    for old, new in renamed.items():
        join_layouts(lo, new, old, None)
        for place in lo.held.get(old, ()):
            hold(lo, renamed.get(place, place), new)


def hold(lo: Lowering, place: Var, version: Atom) -> None:
    """Note that an array holds a version, which then lies as the array does."""
    if isinstance(version, Var):
        lo.held.setdefault(version, set()).add(place)


def _found(lo: Lowering, var: Var) -> Layout:
    view = lo.views.get(var)
    if view is not None:
        return of_view(var, view.call, layout_of(lo, view.base))
    call = lo.definitions.get(var)
    if call is None or call.fn is P.ITEM:
        return _of_argument(lo, var)
    return _of_result(lo, var, call) if isinstance(call.fn, Primitive) else ANY


def _of_version(lo: Lowering, atom: Atom) -> Layout:
    """The layout of the array that a value was read from."""
    if not isinstance(atom, Var):
        return ANY
    found = [layout_of(lo, atom), *(layout_of(lo, place) for place in lo.held.get(atom, ()))]
    return found[0] if all(layout == found[0] for layout in found) else only_dense(atom, found)


def _of_argument(lo: Lowering, var: Var) -> Layout:
    """The layout of an argument in this call, which the compiled function counts on if it writes to arrays."""
    path, witness = path_of(lo, var), lo.witness.get(var)
    if path is None or type(witness) is not np.ndarray:
        return ANY
    for order, flag in (("C", "c_contiguous"), ("F", "f_contiguous")):
        steps = (*path, ("attr", "flags"), ("attr", flag))
        is_so = bool(getattr(witness.flags, flag))
        lo.unit.layouts.setdefault((id(path[0]), steps[1:]), (steps, is_so))
        if is_so:
            return dense(var, order)
    return Layout(None, False, False)


def _of_result(lo: Lowering, var: Var, call: Call) -> Layout:
    fn, kind, params = call.fn, kind_of(var), dict(call.params)
    assert isinstance(fn, Primitive)
    if not isinstance(kind, Array):
        return ANY
    if fn in _SAME:
        return _of_version(lo, call.args[0])
    if fn.result == "view" or fn.name in ("np.ravel", "np.reshape"):
        return of_view(var, call, _of_version(lo, call.args[0])) if call.args else ANY
    if fn.name in ("np.ascontiguousarray", "np.asfortranarray"):
        return dense(var, "C" if fn.name == "np.ascontiguousarray" else "F")
    elementwise = fn in _OPERATORS or (isinstance(fn.call, np.ufunc) and fn.call.signature is None)
    if not elementwise and fn.name not in _ROWS and fn.name not in _AS_OPERANDS:
        return ANY
    order = params.get("order")
    if order in ("C", "F") or (order is None and fn.name in _ROWS) or rank(kind) in (0, 1):
        return dense(var, order if isinstance(order, str) and order in "CF" else "C")
    operands = _arrays(lo, call.args)
    wide = [layout for a, layout in operands if rank(kind_of(a)) not in (0, 1)]
    whole = [layout for a, layout in operands if rank(kind_of(a)) == rank(kind)]
    leads = (elementwise or fn.name == "np.where") and any(map(_leads, whole))
    if leads or all(map(runs_down, wide)):
        return dense(var, "C")
    alone = len(wide) == 1 and (elementwise or fn.name in ("copy", "np.copy", "np.array", "np.astype"))
    return dense(var, "F") if alone and is_dense(wide[0], "F") and _has_no_short_axis(wide[0]) else ANY


def _leads(layout: Layout) -> bool:
    """Whether an operand without gaps and of the result's shape makes an element-by-element result lie as it does."""
    return bool(is_dense(layout, "C")) and _has_no_short_axis(layout)


def _has_no_short_axis(layout: Layout) -> bool:
    return layout.axes is not None and all(axis.not_one for axis in layout.axes)


def _arrays(lo: Lowering, args: Sequence[Atom]) -> list[tuple[Atom, Layout]]:
    """The operands that have axes, those in lists and tuples too."""
    found: list[tuple[Atom, Layout]] = []
    for atom in args:
        call = lo.definitions.get(atom) if isinstance(atom, Var) else None
        if call is not None and call.fn in (P.MAKE_TUPLE, P.MAKE_LIST, P.MAKE_FIXED):
            found += _arrays(lo, call.args)
        elif isinstance(kind_of(atom), Array):
            found.append((atom, _of_version(lo, atom)))
    return found


def order_meant(lo: Lowering, base: Any, order: Any) -> Any:
    """The order of elements that "A" or "K" stands for: it depends on how the array lies."""
    if order not in ("A", "K") or not isinstance(base, Var) or rank(kind_of(base)) in (0, 1):
        return "C" if order in ("A", "K") else order
    layout = layout_of(lo, base)
    columns = is_dense(layout, "F")
    if is_dense(layout, "C") or (runs_down(layout) if order == "K" else columns is False):
        return "C"
    if columns:
        return "F"
    raise lo.error(
        NoDerivative,
        f"the order {order!r} of the elements of {describe(base)}",
        reason="It depends on how the array lies in memory, which is not known here.",
        remedy="Name the order: 'C' or 'F'.",
    )


# What shares memory


def result_of(lo: Lowering, fn: Primitive, base: Var, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
    """What a call with an array as its first operand gives.

    "same" is that array, "view" one of its memory, "fresh" a new one; "layout" a view or a copy, which is not known.
    """
    kind = kind_of(base)
    if fn.result == "same":
        return "layout" if params else "same"
    if not isinstance(kind, Array) or kind.dtype is None:
        return fn.result
    decide = _DECIDED.get(fn.name)
    found = fn.result if decide is None else decide(lo, base, kind, rest, params)
    if kind.dims is None and found == "view":  # it may be a scalar, which has no memory
        return "layout"
    return "fresh" if found in ("view", "layout") and fn.result == "layout" and lo.is_let_go(base) else found


def share_perhaps(lo: Lowering, result: Value, operands: Sequence[Value]) -> None:
    """What is a view or a copy: after a write to one of an array and an operand the other may not be read."""
    if isinstance(result, TupleOf):
        for item in result.items:
            share_perhaps(lo, item, operands)
    elif isinstance(result, Var) and may_be_array(result):
        for root in {lo.root(v) for v in operands if isinstance(v, Var) and may_be_array(v)}:
            for other in (root, *lo.maybe_shared.get(root, ())):
                lo.may_share_by_layout(result, other)
    elif isinstance(result, Ref):
        for value in (result, *operands):
            lo.freeze(value, "A list holds views of it.")


def _named(answer: bool | None, shared: str = "view") -> str:
    return "layout" if answer is None else shared if answer else "fresh"


def _reshaped(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
    if params.get("copy") is not None:
        return _named(not params["copy"])
    if kind.dims is not None and len(kind.dims) < 2:
        return "view"
    even = is_even(layout_of(lo, base), params.get("order", "C"))
    shape = kind_of(rest[0]) if rest else None
    flat = isinstance(shape, Scalar) or (isinstance(shape, Tuple) and len(shape.items) == 1)
    return _named(even if even or flat else None)


def _raveled(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
    return _named(is_dense(layout_of(lo, base), params.get("order", "C")))


def _converted(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
    """`np.asarray(x, dtype, order)` and its kin."""
    order, dtype = params.get("order"), params.get("dtype")
    if params.get("copy") or (dtype is not None and np.dtype(dtype) != np.dtype(kind.dtype)):
        return "fresh"
    return "same" if order in (None, "K", "A") else _named(is_dense(layout_of(lo, base), order), "same")


def _in_order(order: str) -> Any:
    def decide(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
        return _converted(lo, base, kind, rest, {**params, "order": order}) if rank(kind) else "layout"

    return decide


def _of_rank(least: int) -> Any:
    def decide(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
        return "same" if not rest and kind.dims is not None and len(kind.dims) >= least else "view"

    return decide


def _contracted(lo: Lowering, base: Var, kind: Array, rest: Sequence[Atom], params: Mapping[str, Any]) -> str:
    """`np.einsum`: a view of a single operand of which nothing is summed."""
    if rest:
        return "fresh"
    letters, arrow, kept = params["subscripts"].replace(" ", "").partition("->")
    if params.get("optimize"):
        return "layout"
    summed = set(letters) - set(kept) if arrow else {c for c in letters if c != "." and letters.count(c) > 1}
    return _named(not summed)


def _is_complex(kind: Array) -> bool:
    return np.dtype(kind.dtype).kind == "c"


_DECIDED: dict[str, Callable[..., str]] = {
    **dict.fromkeys(("np.asarray", "np.asanyarray", "np.asarray_chkfinite"), _converted),
    **{f"np.atleast_{least}d": _of_rank(least) for least in (1, 2, 3)},
    "np.ascontiguousarray": _in_order("C"),
    "np.asfortranarray": _in_order("F"),
    "np.astype": lambda lo, base, kind, rest, params: _converted(
        lo, base, kind, rest, {"order": "K", **params, "copy": params.get("copy", True)}
    ),
    "np.diag": lambda lo, base, kind, rest, params: _named(None if kind.dims is None else len(kind.dims) == 2),
    "np.diff": lambda lo, base, kind, rest, params: _named(params.get("n", 1) == 0, "same"),
    "np.einsum": _contracted,
    "np.imag": lambda lo, base, kind, rest, params: _named(_is_complex(kind)),
    "np.linalg.matrix_power": lambda lo, base, kind, rest, params: _named(params.get("n") == 1, "same"),
    "np.ravel": _raveled,
    "np.real": lambda lo, base, kind, rest, params: "view" if _is_complex(kind) else "same",
    "np.real_if_close": lambda lo, base, kind, rest, params: "layout" if _is_complex(kind) else "same",
    "np.reshape": _reshaped,
}
