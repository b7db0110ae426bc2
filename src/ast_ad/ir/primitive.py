"""What a `Call` can call: a primitive says how it computes, what kind comes out, what it shares with the arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ast_ad.ir.kinds import Kind

Kinds: TypeAlias = tuple[Kind, ...]
KindRule: TypeAlias = Callable[[Kinds, Mapping[str, Any]], Any]


def never(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """A primitive that may raise, whatever it is called with."""
    return False


def always(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """A primitive that never raises on arguments of the right kinds."""
    return True


def first_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    """The kind of the first argument."""
    return kinds[0]


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A function that the IR can call.

    name      how it is written: a dotted path ("np.sin") prints as a call of that path, any other has a row in `emit`
    call      computes it on concrete values: `call(*args, **params)`
    kinds     the kind of the result (a tuple of kinds where `outs` is not 1) from the kinds of `args` and from `params`
    result    "fresh" (new storage), "view" (shares memory with the first argument), "same" (the first one, written to),
              "layout" (a view or a copy, by memory layout), "element" (holds its arguments, or is held by the first)
    effect    runs once, in its place, also when nobody reads it (print, assert, a random draw)
    total     whether it cannot raise, given kinds and params: only then may an unread call of the primal be dropped
    cost      0: recomputed rather than recorded (views, integers, comparisons); 1: an arithmetic operation; 2: more
    operands  the names of the run-time arguments in the user's signature, where calls are bound by keyword
    written   constant parameters that are written by position, "*" standing for the arguments:
              ("subscripts", "*") writes np.einsum("ij,j", a, b); all others are written by keyword
    method    whether it is written as a method of its first argument

    A run-time argument that the user's signature takes by keyword comes last in `args`, and its parameter is `HOLE`:
    `np.sum(x, axis=0, where=m)` has args (x, m) and params axis=0, where=HOLE.
    """

    name: str
    call: Callable[..., Any]
    kinds: KindRule
    result: str = "fresh"
    outs: int = 1
    effect: bool = False
    total: Callable[[Kinds, Mapping[str, Any]], bool] = never
    cost: int = 2
    operands: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    method: bool = False

    def __repr__(self) -> str:
        return self.name
