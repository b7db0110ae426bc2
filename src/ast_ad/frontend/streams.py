"""Generator functions: their body runs where they are consumed, and each `yield` runs what the consumer does.

So the loop around a `for` over a generator is the loop that yields, and effects come in Python's order.  What asks for
all values at once gets a list of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gast

from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax
from ast_ad.frontend.calls import inline
from ast_ad.frontend.context import Frame, Lowering, lowers
from ast_ad.frontend.control import RETURNED, VALUE, branch, nothing
from ast_ad.frontend.fence import ENDLESS, SEES
from ast_ad.frontend.source import source_of
from ast_ad.frontend.trips import append
from ast_ad.frontend.values import FALSE, NONE, TRUE, Items, Stream, Value
from ast_ad.frontend.yields import is_endless
from ast_ad.ir.core import Lit, Var


def _values_of(iterator: Any) -> Iterator[Any]:
    while True:
        try:
            value = iterator.__next__()
        except StopIteration:
            return
        yield value


def of_iterator(iterator: Value) -> Stream:
    """The values of an object whose class has `__next__`."""
    source = source_of(_values_of)
    return Stream(source.node, source, None, {"iterator": iterator}, "this iterator")


def run_stream(lo: Lowering, value: Stream, consume: Callable[[Value], None], throws: bool = False) -> None:
    """Run the body of a generator function, and `consume` at each `yield`, in the function that consumes.

    What the consumer raises is not seen by handlers of the generator, unless it `throws` that in, as `with` does.
    """
    user, outer, at = lo.frame, len(lo.attempts), (lo.statement, lo.node)

    def consumer(item: Value) -> None:
        statement, node = lo.statement, lo.node
        raised = [len(attempt.raised) for attempt in lo.attempts[outer:]]
        lo.stack.append(user)
        lo.statement, lo.node = at
        consume(item)
        lo.stack.pop()
        lo.statement, lo.node = statement, node
        if not throws and raised != [len(attempt.raised) for attempt in lo.attempts[outer:]]:
            raise lo.error(UnsupportedSyntax, "a `yield` in a `try`, to what may raise", **SEES._asdict())

    inline(lo, value.node, value.source, value.outer, value.bound, value.title, consumer)


def for_over_stream(lo: Lowering, value: Stream, take: Callable[[Value], None], stop: str) -> None:
    """`for target in generator(): body`: where the body leaves the loop, the generator ends."""
    lo.names[stop] = FALSE

    def consume(item: Value) -> None:
        take(item)
        lo.state.left = False
        ended, generator = lo.names[stop], lo.stack[-2]
        if isinstance(ended, Lit):
            if ended.value:
                _leave(lo, generator)
            return
        assert isinstance(ended, Var)
        lo.stack.append(generator)
        branch(lo, ended, lambda: _leave(lo, generator), nothing)
        lo.stack.pop()

    run_stream(lo, value, consume)


def _leave(lo: Lowering, frame: Frame) -> None:
    """`return` in a generator function."""
    names = lo.state.frames[frame.id]
    names[VALUE] = NONE
    if frame.loops:
        names[RETURNED] = TRUE
        names[frame.loops[-1]] = TRUE
    lo.state.left = True


def collected(lo: Lowering, value: Value) -> Value:
    """A list of what a generator yields; any other value as it is."""
    if not isinstance(value, Stream):
        return value
    if is_endless(value.node):
        raise lo.error(
            UnknownAtCompileTime,
            f"{value.title} is asked for all its values, and may yield without end",
            **ENDLESS._asdict(),
        )
    result = lo.new_ref(Items(()), "values")

    def add(item: Value) -> None:
        append(lo, result, item)

    run_stream(lo, value, add)
    return result


@lowers(gast.Yield)
def lower_yield(lo: Lowering, node: Any, name: str) -> Value:
    """`yield value`: what the consumer does with it."""
    consumer = lo.frame.consumer
    if consumer is None:
        raise lo.error(
            UnsupportedSyntax,
            "a generator that is differentiated",
            reason="It has no result, only values one after the other.",
            remedy="Differentiate a function that consumes it.",
        )
    consumer(NONE if node.value is None else lo.expr(node.value))
    return NONE


@lowers(gast.YieldFrom)
def lower_yield_from(lo: Lowering, node: Any, name: str) -> Value:
    """`yield from` where its value is asked for; as a statement it has become a `for`."""
    raise lo.error(
        UnsupportedSyntax,
        "the value of `yield from`",
        reason="What a generator returns is not followed.",
        remedy="Compute the value outside of the generator.",
    )
