"""Lower calls of `itertools` and `heapq`: what never ends is a range as long as ranges can be, all else is Python."""

from __future__ import annotations

import heapq
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend import heaps, iterators
from ast_ad.frontend.calls import call_function
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.iterable_calls import lower_list
from ast_ad.frontend.values import Mapped, Range, Static, Value, is_numeric
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit

Args = Sequence[Value]
Kwargs = Mapping[str, Value]

#: how long what never ends is taken to be
ENDLESS = Lit(sys.maxsize)


def _read_as(function: Callable[..., Any]) -> Callable[..., Value]:
    def lower(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        return call_function(lo, Static(function, function.__name__), list(args), dict(kwargs), name)

    return lower


def _count(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    given = dict(zip(("start", "step"), args, strict=False)) | dict(kwargs)
    start, step = given.get("start", Lit(0)), given.get("step", Lit(1))
    if not all(isinstance(v, Lit) and type(v.value) is int for v in (start, step)) or step.value < 1:  # type: ignore[union-attr]
        raise lo.error(
            UnsupportedSyntax,
            "itertools.count from or by what is no constant",
            remedy="Count from 0, and compute start + k * step.",
        )
    return Range(lo.atom(start), ENDLESS, lo.atom(step))


def _repeat(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    times = args[1] if len(args) > 1 else kwargs.get("times", ENDLESS)
    return Mapped(lambda found: args[0], (Range(Lit(0), lo.atom(times), Lit(1)),))  # type: ignore[arg-type]


def _cycle(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.builtin_calls import BUILTINS
    from ast_ad.frontend.subscripts import read_subscript

    values = lower_list(lo, args, {}, name)
    length = lo.atom(BUILTINS[len](lo, [values], {}, ""))

    def element(found: Sequence[Value]) -> Value:
        assert is_numeric(found[0])
        return read_subscript(lo, values, lo.emit(P.MOD, lo.atom(found[0]), length))

    return Mapped(element, (Range(Lit(0), ENDLESS, Lit(1)),))  # type: ignore[arg-type]


#: by the function that is called
ITERTOOLS: dict[Any, Callable[..., Value]] = {
    heapq.heapify: _read_as(heaps.heapify),
    heapq.heappop: _read_as(heaps.heappop),
    heapq.heappush: _read_as(heaps.heappush),
    heapq.heappushpop: _read_as(heaps.heappushpop),
    heapq.heapreplace: _read_as(heaps.heapreplace),
    heapq.nlargest: _read_as(heaps.nlargest),
    heapq.nsmallest: _read_as(heaps.nsmallest),
    itertools.accumulate: _read_as(iterators.accumulate),
    itertools.chain: _read_as(iterators.chain),
    itertools.chain.from_iterable: _read_as(iterators.chain_of),
    itertools.combinations: _read_as(iterators.combinations),
    itertools.compress: _read_as(iterators.compress),
    itertools.count: _count,
    itertools.cycle: _cycle,
    itertools.dropwhile: _read_as(iterators.dropwhile),
    itertools.filterfalse: _read_as(iterators.filterfalse),
    itertools.islice: _read_as(iterators.islice),
    itertools.pairwise: _read_as(iterators.pairwise),
    itertools.permutations: _read_as(iterators.permutations),
    itertools.product: _read_as(iterators.product),
    itertools.repeat: _repeat,
    itertools.starmap: _read_as(iterators.starmap),
    itertools.takewhile: _read_as(iterators.takewhile),
    itertools.zip_longest: _read_as(iterators.zip_longest),
}
