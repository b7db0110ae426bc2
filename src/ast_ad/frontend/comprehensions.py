"""Lower comprehensions and generator expressions: a loop that fills a list or a dict, with names of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from ast_ad.frontend.context import Lowering, lowers
from ast_ad.frontend.control import branch, nothing, test_of
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import bound_names
from ast_ad.frontend.loops import Triple
from ast_ad.frontend.targets import assign
from ast_ad.frontend.trips import append, for_each, made_by
from ast_ad.frontend.values import Entries, Generated, Items, TupleOf, Value
from ast_ad.ir.core import Lit


@lowers(gast.GeneratorExp)
def lower_generator_expression(lo: Lowering, node: Any, name: str) -> Value:
    """The list of what it gives, for one use."""
    return Generated(lower_list_comprehension(lo, node, name))


@lowers(gast.ListComp)
def lower_list_comprehension(lo: Lowering, node: Any, name: str) -> Value:
    """A list."""
    result = lo.new_ref(Items(()), name)

    def add() -> None:
        append(lo, result, lo.expr(node.elt))

    trips = _comprehend(lo, node, add)
    return made_by(lo, result, trips)


@lowers(gast.SetComp)
def lower_set_comprehension(lo: Lowering, node: Any, name: str) -> Value:
    """A set of constants, for `in`."""
    made = lower_list_comprehension(lo, node, name)
    found = dict.fromkeys(constant_of(lo, made, "an element of a set"))
    return TupleOf(tuple(Lit(v) for v in found))


@lowers(gast.DictComp)
def lower_dict_comprehension(lo: Lowering, node: Any, name: str) -> Value:
    """A dict."""
    from ast_ad.frontend.writes import write_subscript

    result = lo.new_ref(Entries((), ()), name)

    def add() -> None:
        key = lo.expr(node.key)
        write_subscript(lo, result, key, lo.expr(node.value))

    _comprehend(lo, node, add)
    return result


def _comprehend(lo: Lowering, node: Any, add: Callable[[], None]) -> Triple | None:
    """Run the clauses of a comprehension; its targets are names of its own.  The trips, if each adds an element."""
    own = bound_names([g.target for g in node.generators])
    hidden = {n: lo.names.pop(n) for n in own if n in lo.names}

    def clause(k: int) -> Triple | None:
        if k == len(node.generators):
            add()
            return None
        generator = node.generators[k]
        source = lo.expr(generator.iter)

        def take(value: Value) -> None:
            assign(lo, generator.target, value)
            condition(0)

        def condition(c: int) -> None:
            if c == len(generator.ifs):
                clause(k + 1)
                return
            known = test_of(lo, generator.ifs[c])
            if isinstance(known, bool):
                if known:
                    condition(c + 1)
            else:
                branch(lo, known, lambda: condition(c + 1), nothing)

        return for_each(lo, source, take)

    trips = clause(0)
    for name in own:
        lo.names.pop(name, None)
    lo.names.update(hidden)
    return trips if len(node.generators) == 1 and not node.generators[0].ifs else None
