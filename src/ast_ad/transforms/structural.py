"""Adjoints of the words that make and read structures: tuples, dicts, lists, subscripts.

`adjoint(sweep, call)` contributes to the cotangents of the operands and takes those of the results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ast_ad.analyses.repetition import may_repeat
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import Array, Dict, Map, bound_kind, rank, same_shape
from ast_ad.rules.terms import Term, make, term
from ast_ad.transforms.contributions import fit
from ast_ad.transforms.shapes import shape_of, shape_of_part
from ast_ad.transforms.trees import Tree, dense, element, structure, zero

if TYPE_CHECKING:
    from ast_ad.transforms.adjoint import Sweep


def adjoint_of_make(sweep: Sweep, call: Call) -> None:
    """`t = (a, b)`: each element gets its part."""
    out = call.outs[0]
    tree = sweep.cts.pop(out)
    for k, arg in enumerate(call.args):
        sweep.contribute(arg, _part(tree, out, k))


def _part(tree: Tree, whole: Var, k: int) -> Tree:
    return tree[k] if isinstance(tree, tuple) else None if tree is None else element(tree, whole.kind, k)


def adjoint_of_make_list(sweep: Sweep, call: Call) -> None:
    """`xs = [a, b]`: each element gets its part."""
    tree = sweep.cts.pop(call.outs[0])
    for k, arg in enumerate(call.args):
        sweep.contribute(arg, make(P.LIST_GET, tree, k))


def adjoint_of_make_map(sweep: Sweep, call: Call) -> None:
    """`d = {k: a, l: b}`: each value gets its part."""
    tree = sweep.cts.pop(call.outs[0])
    for key, arg in zip(dict(call.params)["keys"], call.args, strict=True):
        sweep.contribute(arg, make(P.LIST_GET, tree, key))


def adjoint_of_take_out(sweep: Sweep, call: Call) -> None:
    """`rest, v = d without key, d[key]`: their cotangents, joined."""
    rest, v = call.outs
    d, key = call.args
    ct = dense(sweep.cts.pop(rest, None), Term(rest))
    last = dense(sweep.cts.pop(v, None), Term(v))
    sweep.contribute(d, make(P.LIST_SET, ct, last, Term(key)))


def adjoint_of_item(sweep: Sweep, call: Call) -> None:
    """`x = t[key]`: the part of `t` gets the cotangent."""
    whole = call.args[0]
    tree = sweep.cts.pop(call.outs[0])
    assert isinstance(whole, Var)
    kind = bound_kind(whole.kind)
    items = structure(kind)
    key = dict(call.params)["key"]
    if items is None:
        sweep.contribute(whole, make(P.LIST_ADD, make(P.ZEROS_LIKE, Term(whole)), tree, key))
        return
    place = kind.keys.index(key) if isinstance(kind, Dict) else key % len(items)
    sweep.contribute(whole, tuple(tree if k == place else None for k in range(len(items))))


def adjoint_of_append(sweep: Sweep, call: Call) -> None:
    """`ys = [*xs, v]`: the last element is that of v."""
    ct = sweep.pen.write(sweep.cts.pop(call.outs[0]))
    xs, v = call.args
    rest, last = sweep.pen.call(P.POP, ct, names=(_bar(xs), _bar(v)))
    sweep.contribute(xs, Term(rest))
    sweep.contribute(v, Term(last))


def adjoint_of_pop(sweep: Sweep, call: Call) -> None:
    """`ys, v = xs[:-1], xs[-1]`: their cotangents, joined."""
    ys, v = call.outs
    rest = dense(sweep.cts.pop(ys, None), Term(ys))
    last = dense(sweep.cts.pop(v, None), Term(v))
    sweep.contribute(call.args[0], make(P.APPEND, rest, last))


def adjoint_of_list_get(sweep: Sweep, call: Call) -> None:
    """`x = xs[i]`: adds at i."""
    xs, *path = call.args
    ct = dense(sweep.cts.pop(call.outs[0]), Term(call.outs[0]))
    if call in sweep.exchanged:
        assert isinstance(xs, Var)
        sweep.contribute(xs, make(P.LIST_SET, sweep.cts.pop(xs), ct, *map(Term, path)))
        return
    sweep.contribute(xs, make(P.LIST_ADD, make(P.ZEROS_LIKE, Term(xs)), ct, *map(Term, path), **dict(call.params)))


def adjoint_of_list_set(sweep: Sweep, call: Call) -> None:
    """`ys = xs` with `ys[i] = v`: v gets the element, which is zero in what remains."""
    xs, v, *rest = call.args
    path, at = tuple(map(Term, rest)), dict(call.params)
    ct = sweep.cts.pop(call.outs[0])
    part = make(P.LIST_GET, ct, *path, **at)
    _contribute_part(sweep, v, part, at)
    if call in sweep.exchanged:
        sweep.contribute(xs, ct)  # the element that was taken will be put there
        return
    old = P.path_kind((kind_of(xs), *map(kind_of, rest)), at)
    if at or rank(old) == 0:
        nothing = term(0.0) if at else zero(v)
    elif isinstance(kind_of(xs), Map) or (isinstance(old, Array) and same_shape(old, kind_of(v))):
        nothing = make(P.ZEROS_LIKE, part)
    else:
        nothing = make(P.ZEROS_LIKE, Term(sweep.before(call, P.LIST_GET, (xs, *rest), old)))
    sweep.contribute(xs, make(P.LIST_SET, ct, nothing, *path, **at))


def adjoint_of_list_add(sweep: Sweep, call: Call) -> None:
    """`ys = xs` with `ys[i] += v`."""
    xs, v, *path = call.args
    ct, at = sweep.cts.pop(call.outs[0]), dict(call.params)
    _contribute_part(sweep, v, make(P.LIST_GET, ct, *map(Term, path), **at), at)
    sweep.contribute(xs, ct)


def _contribute_part(sweep: Sweep, v: Atom, part: Term, at: Mapping[str, Any]) -> None:
    """The cotangent of what was written to an element, or stretched over a part of an array."""
    sweep.contribute(v, fit(part, v, True) if at and isinstance(v, Var) else part)


def _ends(call: Call, holes: tuple[Any, ...]) -> tuple[Any, ...]:
    """The start, stop and step of a slice of a list."""
    left = iter(holes)
    (span,) = dict(call.params)["index"]
    return tuple(Term(next(left)) if end is P.HOLE else end for end in (span.start, span.stop, span.step))


def adjoint_of_exchange(sweep: Sweep, call: Call) -> None:
    """`xs[i], xs[j] = xs[j], xs[i]`: the cotangents change places."""
    xs, *places = call.args
    sweep.contribute(xs, make(P.EXCHANGE, dense(sweep.cts.pop(call.outs[0]), Term(call.outs[0])), *map(Term, places)))


def adjoint_of_list_slice(sweep: Sweep, call: Call) -> None:
    """`ys = xs[start:stop:step]`: adds at the slice."""
    xs, *holes = call.args
    ct = sweep.cts.pop(call.outs[0])
    zeros = make(P.ZEROS_LIKE, Term(xs)) if sweep.cts.get(xs) is None else sweep.cts.pop(xs)  # type: ignore[arg-type]
    sweep.contribute(xs, make(P.ADD_TO_SLICE, zeros, ct, *_ends(call, tuple(holes))))


def adjoint_of_list_concat(sweep: Sweep, call: Call) -> None:
    """`zs = xs + ys`: each gets its stretch."""
    xs, ys = call.args
    ct = sweep.cts.pop(call.outs[0])
    middle = make(P.LENGTH, Term(xs))
    sweep.contribute(xs, make(P.LIST_SLICE, ct, middle, index=(P.Span(None, P.HOLE, None),)))
    sweep.contribute(ys, make(P.LIST_SLICE, ct, middle, index=(P.Span(P.HOLE, None, None),)))


def adjoint_of_add_to_slice(sweep: Sweep, call: Call) -> None:
    """`ys = xs` with values added at a slice."""
    xs, values, *given = call.args
    start, stop, step = [*given, Lit(None), Lit(None), Lit(None)][:3]
    ct = sweep.cts.pop(call.outs[0])
    holes = [end for end in (start, stop, step) if isinstance(end, Var)]
    index = (P.Span(*(P.HOLE if isinstance(e, Var) else e.value for e in (start, stop, step))),)
    sweep.contribute(values, make(P.LIST_SLICE, ct, *map(Term, holes), index=index))
    sweep.contribute(xs, ct)


def adjoint_of_getitem(sweep: Sweep, call: Call) -> None:
    """`y = x[index]`: adds at the index."""
    x, *holes = call.args
    ct = sweep.cts.pop(call.outs[0])
    index: P.Index = dict(call.params)["index"]
    if not call.args[1:] and all(part in (None, Ellipsis, P.Span()) for part in index):  # `x[:, None]` is all of x
        sweep.contribute(x, make(P.GETITEM, ct, index=tuple(0 if part is None else part for part in index)))
        return
    zeros = make(P.ZEROS_LIKE, Term(x))
    sweep.contribute(x, make(P.INDEX_ADD, zeros, ct, *map(Term, holes), index=index))


def adjoint_of_index_update(sweep: Sweep, call: Call) -> None:
    """`y = x` with `y[index] = v`: v gets what is there, which is zero in what remains."""
    x, v, *rest = call.args
    index: Any = dict(call.params)["index"]
    holes = tuple(map(Term, rest))
    ct = sweep.cts.pop(call.outs[0])
    if index == (Ellipsis,) and rank(kind_of(x)) != 0:  # all of x is overwritten
        sweep.contribute(v, fit(ct, v, True) if isinstance(v, Var) else None)
        return
    if isinstance(v, Var) and sweep.is_active(v):
        read = P.LAST_WRITTEN if may_repeat(call, sweep.defined) else P.GETITEM
        sweep.contribute(v, fit(make(read, ct, *holes, index=index), v, not _fills(sweep, x, v, rest, index)))
    if sweep.is_active(x):
        sweep.contribute(x, make(P.INDEX_UPDATE, ct, 0.0, *holes, index=index))


def adjoint_of_index_add(sweep: Sweep, call: Call) -> None:
    """`y = x` with `y[index] += v`."""
    x, v, *rest = call.args
    ct = sweep.cts.pop(call.outs[0])
    if isinstance(v, Var) and sweep.is_active(v):
        index = dict(call.params)["index"]
        part = make(P.GETITEM, ct, *map(Term, rest), index=index)
        sweep.contribute(v, fit(part, v, not _fills(sweep, x, v, rest, index)))
    sweep.contribute(x, ct)


def _fills(sweep: Sweep, x: Atom, v: Atom, holes: Sequence[Atom], index: P.Index) -> bool:
    """Whether a value that is written to a part of an array is proven to have the shape of that part."""
    shape = shape_of(v, sweep.made.get)
    return shape is not None and shape == shape_of_part(x, index, holes)


def _bar(atom: Any) -> str:
    return f"{atom.name}_bar" if isinstance(atom, Var) and atom.name else ""


STRUCTURAL: dict[P.Primitive, Callable[[Sweep, Call], None]] = {
    P.MAKE_TUPLE: adjoint_of_make,
    P.MAKE_FIXED: adjoint_of_make,
    P.MAKE_DICT: adjoint_of_make,
    P.MAKE_LIST: adjoint_of_make_list,
    P.MAKE_MAP: adjoint_of_make_map,
    P.ITEM: adjoint_of_item,
    P.APPEND: adjoint_of_append,
    P.POP: adjoint_of_pop,
    P.TAKE_OUT: adjoint_of_take_out,
    P.LIST_CONCAT: adjoint_of_list_concat,
    P.LIST_SLICE: adjoint_of_list_slice,
    P.ADD_TO_SLICE: adjoint_of_add_to_slice,
    P.LIST_GET: adjoint_of_list_get,
    P.EXCHANGE: adjoint_of_exchange,
    P.LIST_SET: adjoint_of_list_set,
    P.LIST_ADD: adjoint_of_list_add,
    P.GETITEM: adjoint_of_getitem,
    P.INDEX_UPDATE: adjoint_of_index_update,
    P.INDEX_ADD: adjoint_of_index_add,
}
