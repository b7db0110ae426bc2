"""Shifts: extremes that are subtracted for safety alone, so that what comes out does not depend on them.

In `m = np.max(z); e = np.exp(z - m); p = e / np.sum(e)` the numbers of `p` are the same for every `m`: where m moves
`z - m`, it multiplies `e` and its sum, and the quotient is free of it.  The derivative by such an `m` is zero, and it
counts as a constant, as it does in a derivative written by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Stmt, Var
from ast_ad.ir.kinds import Array, dims_of, rank
from ast_ad.ir.walk import blocks_of, reads
from ast_ad.rules.modes import NonDifferentiable
from ast_ad.rules.table import rule_of

_EXTREMES = ("np.max", "np.min")

#: for each axis, the axis of the array along which the shift changes; None where it is the same all along
Labels: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Dependence:
    """How a value depends on the shift m: it is `v + degree * m`, or, `scaled`, `v * exp(degree * m)`."""

    scaled: bool
    degree: float
    labels: Labels


_Parts: TypeAlias = "list[_Dependence | None]"


class _Lost(Exception):
    """A value depends on the shift in another way."""


def cancelled_shifts(function: Function, seeds: Sequence[bool]) -> set[Var]:
    """The extremes that no result depends on; `seeds` marks the results that matter."""
    results = [a for a, seed in zip(function.block.results, seeds, strict=True) if seed]
    return set(_in_block(function.block, results))


def _in_block(block: Block, results: Iterable[Atom]) -> Iterator[Var]:
    taken = {s.args[1] for s in block.stmts if isinstance(s, Call) and s.fn is P.SUB}
    for k, stmt in enumerate(block.stmts):
        for inner in blocks_of(stmt):
            yield from _in_block(inner, inner.results)
        if _is_extreme(stmt) and (stmt.outs[0] in taken or _is_widened(stmt.outs[0], block, taken)):
            assert isinstance(stmt, Call)
            if _cancels(stmt, block.stmts[k + 1 :], results):
                yield stmt.outs[0]


def _is_extreme(stmt: Stmt) -> bool:
    if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee) or stmt.fn.name not in _EXTREMES:
        return False
    return len(stmt.args) == 1 and rank(kind_of(stmt.args[0])) is not None and bool(rank(kind_of(stmt.args[0])))


def _is_widened(var: Var, block: Block, taken: set[Atom]) -> bool:
    """Whether an extreme is subtracted after a subscript or a call has put its axis back."""
    return any(isinstance(s, Call) and var in s.args[:1] and taken.intersection(s.outs) for s in block.stmts)


def _cancels(extreme: Call, later: Sequence[Stmt], results: Iterable[Atom]) -> bool:
    known = {extreme.outs[0]: _Dependence(False, 1, _labels_of(extreme))}
    try:
        for stmt in later:
            if known.keys().isdisjoint(reads(stmt)):
                continue
            if not isinstance(stmt, Call) or isinstance(stmt.fn, Callee):
                return False
            if stmt.fn in (P.PRINT, P.ASSERT):
                continue
            if len(stmt.outs) != 1 or stmt.fn.effect:
                return False
            found = _depends(stmt, [known.get(a) if isinstance(a, Var) else None for a in stmt.args])
            if found is not None and found.degree:
                known[stmt.outs[0]] = found
    except _Lost:
        return False
    return not any(atom in known for atom in results)


def _labels_of(extreme: Call) -> Labels:
    params = dict(extreme.params)
    wide, axes = range(rank(kind_of(extreme.args[0])) or 0), _axes(params.get("axis"), kind_of(extreme.args[0]))
    if params.get("keepdims"):
        return tuple(None if k in axes else k for k in wide)
    return tuple(k for k in wide if k not in axes)


def _axes(axis: Any, kind: Any) -> set[int]:
    size = rank(kind) or 0
    if axis is None:
        return set(range(size))
    return {k % size for k in (axis if isinstance(axis, tuple) else (axis,))}


def _depends(call: Call, parts: _Parts) -> _Dependence | None:
    """How the result of a call depends on the shift; None where it does not."""
    fn = call.fn
    assert isinstance(fn, P.Primitive)
    rule = _RULES.get(fn.name)
    if rule is not None:
        return rule(call, parts)
    if fn in (P.SHAPE, P.LENGTH, P.STOP_GRADIENT, P.ZEROS_LIKE) or isinstance(rule_of(fn), NonDifferentiable):
        return None
    raise _Lost


def _combined(call: Call, parts: _Parts) -> tuple[bool, Labels]:
    """The way in which the operands depend, which has to be one, and along which axes of the result."""
    found = [part for part in parts if part is not None]
    if len({part.scaled for part in found}) > 1:
        raise _Lost
    wide = rank(call.outs[0].kind)
    if wide is None:
        raise _Lost
    labels = {(None,) * (wide - len(part.labels)) + part.labels for part in found}
    if len(labels) > 1:
        raise _Lost
    return found[0].scaled, labels.pop()


def _sum(sign: int) -> Callable[[Call, _Parts], _Dependence | None]:
    def rule(call: Call, parts: _Parts) -> _Dependence | None:
        scaled, labels = _combined(call, parts)
        degrees = [0.0 if part is None else part.degree for part in parts]
        if not scaled:
            return _Dependence(False, degrees[0] + sign * degrees[1], labels)
        if degrees[0] != degrees[1] and not any(isinstance(a, Lit) and a.value == 0 for a in call.args):
            raise _Lost
        return _Dependence(True, max(degrees, key=abs), labels)

    return rule


def _product(sign: int) -> Callable[[Call, _Parts], _Dependence | None]:
    def rule(call: Call, parts: _Parts) -> _Dependence | None:
        scaled, labels = _combined(call, parts)
        if not scaled:
            return _multiple(call, parts, labels, sign)
        degrees = [0.0 if part is None else part.degree for part in parts]
        return _Dependence(True, degrees[0] + sign * degrees[1], labels)

    return rule


def _multiple(call: Call, parts: _Parts, labels: Labels, sign: int) -> _Dependence:
    """A number times a shifted value, or that divided by a number."""
    for k, part in enumerate(parts):
        factor = call.args[1 - k]
        number = factor.value if isinstance(factor, Lit) and type(factor.value) in (int, float) else 0
        if part is not None and number and (sign == 1 or k == 0):
            return _Dependence(False, part.degree * number**sign, labels)
    raise _Lost


def _negative(call: Call, parts: _Parts) -> _Dependence | None:
    part = parts[0]
    return part if part is None or part.scaled else replace(part, degree=-part.degree)


def _power(call: Call, parts: _Parts) -> _Dependence | None:
    base, exponent = parts[0], call.args[1]
    if base is None or not base.scaled or not isinstance(exponent, Lit) or type(exponent.value) not in (int, float):
        raise _Lost
    return replace(base, degree=base.degree * exponent.value)


def _one(scaled: bool | None, becomes: bool | None = None, times: float = 1) -> Callable[..., _Dependence | None]:
    """A function of one value, which depends as `scaled` says (None: either); the result depends as `becomes` says."""

    def rule(call: Call, parts: _Parts) -> _Dependence | None:
        part = parts[0]
        if len(parts) != 1 or part is None or call.params or (scaled is not None and part.scaled is not scaled):
            raise _Lost
        return _Dependence(part.scaled if becomes is None else becomes, part.degree * times, part.labels)

    return rule


def _reduced(scaled: bool | None) -> Callable[[Call, _Parts], _Dependence | None]:
    """A reduction along axes on which the shift is the same."""

    def rule(call: Call, parts: _Parts) -> _Dependence | None:
        part, params = parts[0], dict(call.params)
        if len(parts) != 1 or part is None or not params.keys() <= {"axis", "keepdims"}:
            raise _Lost
        if scaled is not None and part.scaled is not scaled:
            raise _Lost
        axes = _axes(params.get("axis"), kind_of(call.args[0]))
        if any(part.labels[k] is not None for k in axes):
            raise _Lost
        if params.get("keepdims"):
            return part
        return replace(part, labels=tuple(label for k, label in enumerate(part.labels) if k not in axes))

    return rule


def _chosen(call: Call, parts: _Parts) -> _Dependence | None:
    """`np.where`: both arms depend in one way; zero may be multiplied by anything, infinity may be moved."""
    if len(parts) != 3 or parts[0] is not None:
        raise _Lost
    _, labels = _combined(call, parts)
    arms = [part for part in parts[1:] if part is not None]
    zero = any(isinstance(a, Lit) and type(a.value) in (int, float) and a.value == 0 for a in call.args[1:])
    if len(arms) == 2 and arms[0].degree != arms[1].degree:
        raise _Lost
    if len(arms) == 1 and not (zero if arms[0].scaled else any(map(_is_infinite, call.args[1:]))):
        raise _Lost
    return replace(arms[0], labels=labels)


def _is_infinite(atom: Atom) -> bool:
    return isinstance(atom, Lit) and isinstance(atom.value, float) and math.isinf(atom.value)


def _stretched(call: Call, parts: _Parts) -> _Dependence | None:
    """A value in the shape, or the dtype, of another."""
    if parts[0] is None:
        return None
    scaled, labels = _combined(call, parts[:1])
    return _Dependence(scaled, parts[0].degree, labels)


def _part_of(call: Call, parts: _Parts) -> _Dependence | None:
    """A subscript: any where the shift is one number; else one that leaves the axes whole along which it changes."""
    part = parts[0]
    if part is None:
        return None  # the subscript does not enter the value
    out = rank(call.outs[0].kind)
    if out is None:
        raise _Lost
    if not any(label is not None for label in part.labels):
        return replace(part, labels=(None,) * out)
    index: list[Any] = list(dict(call.params)["index"])
    axes = sum(1 for p in index if p is not None and p is not Ellipsis)
    if Ellipsis in index:
        place = index.index(Ellipsis)
        index[place : place + 1] = [P.Span()] * (len(part.labels) - axes)
    else:
        index += [P.Span()] * (len(part.labels) - axes)
    if any(p is not None and p != P.Span() for p in index):
        raise _Lost
    labels = iter(part.labels)
    return replace(part, labels=tuple(None if p is None else next(labels) for p in index))


def _widened(call: Call, parts: _Parts) -> _Dependence | None:
    """`np.expand_dims`."""
    part, axis, out = parts[0], dict(call.params).get("axis"), rank(call.outs[0].kind)
    if len(parts) != 1 or part is None or type(axis) is not int or out is None:
        raise _Lost
    labels = list(part.labels)
    labels.insert(axis % out, None)
    return replace(part, labels=tuple(labels))


def _matrix_product(call: Call, parts: _Parts) -> _Dependence | None:
    """Sums along the last axis of the first operand and the last but one, or only, axis of the second."""
    own = [rank(kind_of(a)) for a in call.args]
    one, two = parts
    if (one is not None and two is not None) or not all(isinstance(kind_of(a), Array) for a in call.args):
        raise _Lost
    if one is not None and one.scaled and own[0] in (1, 2) and own[1] in (1, 2) and one.labels[-1] is None:
        return replace(one, labels=one.labels[:-1] + (None,) * ((own[1] or 0) - 1))
    if two is not None and two.scaled and own[0] in (1, 2) and own[1] in (1, 2) and two.labels[0] is None:
        return replace(two, labels=(None,) * ((own[0] or 0) - 1) + two.labels[1:])
    raise _Lost


def _moved(call: Call, parts: _Parts) -> _Dependence | None:
    """A change of shape: any where the shift is one number; else a transpose, or one that drops axes of length 1."""
    part, out = parts[0], dims_of(call.outs[0].kind)
    if part is None or out is None or any(p is not None for p in parts[1:]):
        raise _Lost
    if not any(label is not None for label in part.labels):
        return replace(part, labels=(None,) * len(out))
    assert isinstance(call.fn, P.Primitive)
    if call.fn.name == "np.transpose" and not call.params and len(parts) == 1:
        return replace(part, labels=part.labels[::-1])
    changing = tuple(label for label in part.labels if label is not None)
    if call.fn.name == "np.squeeze" and len(out) == len(changing):
        return replace(part, labels=changing)
    raise _Lost


_RULES: dict[str, Callable[[Call, _Parts], _Dependence | None]] = {
    P.ADD.name: _sum(1),
    P.SUB.name: _sum(-1),
    "np.add": _sum(1),
    "np.subtract": _sum(-1),
    P.MUL.name: _product(1),
    "np.multiply": _product(1),
    P.TRUEDIV.name: _product(-1),
    "np.divide": _product(-1),
    P.DIVIDE.name: _product(-1),
    P.DIVIDE_OR_ZERO.name: _product(-1),
    P.POW.name: _power,
    "np.power": _power,
    P.MATMUL.name: _matrix_product,
    "np.matmul": _matrix_product,
    "np.dot": _matrix_product,
    "np.exp": _one(False, True),
    "math.exp": _one(False, True),
    "np.log": _one(True, False),
    "math.log": _one(True, False),
    "np.square": _one(True, times=2),
    "np.sqrt": _one(True, times=0.5),
    "math.sqrt": _one(True, times=0.5),
    P.NEG.name: _negative,
    "np.sum": _reduced(True),
    "np.mean": _reduced(None),
    "np.max": _reduced(None),
    "np.min": _reduced(None),
    "np.where": _chosen,
    **dict.fromkeys((P.BROADCAST_LIKE.name, P.CAST_LIKE.name, P.COPY.name), _stretched),
    P.GETITEM.name: _part_of,
    "np.expand_dims": _widened,
    **dict.fromkeys(("np.transpose", "np.reshape", "np.ravel", "np.squeeze"), _moved),
}
