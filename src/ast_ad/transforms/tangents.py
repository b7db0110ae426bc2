"""Tangents of the words that make and read structures: tuples, dicts, lists, subscripts.

`tangent(writer, call, dots)` names the tangents of the results; `dots` are those of the operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Call
from ast_ad.ir.kinds import Dict, bound_kind
from ast_ad.rules.terms import Term, make
from ast_ad.transforms.contributions import complex_where_complex
from ast_ad.transforms.trees import Tree, dense, element, flatten, structure, unflatten

if TYPE_CHECKING:
    from ast_ad.transforms.forward import Writer


def _make(writer: Writer, call: Call, dots: tuple[Tree, ...]) -> None:
    writer.set(call.outs[0], tuple(dots))


def _item(writer: Writer, call: Call, dots: tuple[Tree, ...]) -> None:
    whole = call.args[0]
    kind = kind_of(whole)
    kind = bound_kind(kind)
    items, key = structure(kind), dict(call.params)["key"]
    if items is None:
        writer.set(call.outs[0], make(P.ITEM, dots[0], key=key))
        return
    place = kind.keys.index(key) if isinstance(kind, Dict) else key % len(items)
    tree = dots[0]
    writer.set(call.outs[0], tree[place] if isinstance(tree, tuple) else element(tree, kind, place))


def _along(writer: Writer, call: Call, dots: tuple[Tree, ...]) -> None:
    """Linear words: the same word on tangents, zeros written out; positions as they are."""
    values = _VALUES[call.fn]  # type: ignore[index]
    args = [dense(dots[k], Term(a)) if k < values else Term(a) for k, a in enumerate(call.args)]
    if call.fn in (P.INDEX_UPDATE, P.INDEX_ADD) and dots[0] is None:
        args[0] = make(P.ZEROS_LIKE, Term(call.args[0]))  # written to, also where it has no axes
    args[0] = complex_where_complex(args[0], kind_of(call.args[0]))
    made = make(call.fn, *args, **dict(call.params))  # type: ignore[arg-type]
    writer.set(call.outs[0], made)


def _pop(writer: Writer, call: Call, dots: tuple[Tree, ...]) -> None:
    whole = writer.pen.write(dense(dots[0], Term(call.args[0])))
    assert isinstance(call.fn, P.Primitive)
    names = tuple(f"{o.name}_dot" if o.name else "" for o in call.outs)
    rest, last = writer.pen.call(call.fn, whole, *call.args[1:], names=names)
    writer.dots[call.outs[0]] = Term(rest)
    writer.dots[call.outs[1]] = unflatten(iter(flatten(Term(last), last.kind)), call.outs[1].kind)


_VALUES: dict[P.Primitive, int] = {
    P.MAKE_LIST: 1 << 30,
    P.MAKE_MAP: 1 << 30,
    P.APPEND: 2,
    P.LIST_CONCAT: 2,
    P.LIST_SLICE: 1,
    P.ADD_TO_SLICE: 2,
    P.LIST_GET: 1,
    P.EXCHANGE: 1,
    P.LIST_SET: 2,
    P.LIST_ADD: 2,
    P.GETITEM: 1,
    P.INDEX_UPDATE: 2,
    P.INDEX_ADD: 2,
}
STRUCTURAL: dict[P.Primitive, Any] = {
    P.MAKE_TUPLE: _make,
    P.MAKE_FIXED: _make,
    P.MAKE_DICT: _make,
    P.ITEM: _item,
    P.POP: _pop,
    P.TAKE_OUT: _pop,
    **dict.fromkeys(_VALUES, _along),
}
