"""Lower `match`: the cases are asked in turn, what a pattern says of the structure is answered while compiling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax, WrongArgument
from ast_ad.frontend.builtin_calls import type_of
from ast_ad.frontend.context import Lowering, lowers, static
from ast_ad.frontend.control import branch, choose, lower_statements, truth
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.methods import attribute, has_attribute
from ast_ad.frontend.operators import compare
from ast_ad.frontend.stand_ins import is_stand_in, stands_for
from ast_ad.frontend.subscripts import read_subscript
from ast_ad.frontend.targets import bind_name
from ast_ad.frontend.values import (
    FALSE,
    NONE,
    TRUE,
    Entries,
    Fields,
    Items,
    Ref,
    Run,
    Slice,
    TupleOf,
    Value,
    describe,
    is_numeric,
)
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit

#: a name that a pattern binds, and how to get its value
Bindings = list[tuple[str, Callable[[], Value]]]
_SELF_MATCHING = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


@lowers(gast.Match)
def lower_match(lo: Lowering, stmt: Any) -> None:
    """The body of the first case whose pattern and guard hold."""
    _cases(lo, stmt, lo.expr(stmt.subject), 0)


def _cases(lo: Lowering, stmt: Any, subject: Value, k: int) -> None:
    if k == len(stmt.cases):
        return
    case = stmt.cases[k]
    lo.statement, lo.node = stmt, case.pattern
    bindings: Bindings = []
    fits = _holds(lo, case.pattern, lambda: subject, bindings)

    def bind() -> None:
        for name, get in bindings:
            bind_name(lo, name, get())

    def guarded() -> Value:
        bind()
        lo.node = case.guard
        return lo.expr(case.guard)

    def body() -> None:
        bind()
        lower_statements(lo, case.body)

    test = fits if case.guard is None else choose(lo, fits, guarded, lambda: FALSE)
    lo.node = case.pattern
    known = truth(lo, test)
    if isinstance(known, bool):
        if known:
            body()
        else:
            _cases(lo, stmt, subject, k + 1)
        return
    branch(lo, known, body, lambda: _cases(lo, stmt, subject, k + 1), lo.frame.names.after[stmt], stmt.subject)


def _holds(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    """Whether a pattern fits a value; `get` reads it where it is there."""
    result: Value = _PATTERNS[type(pattern)](lo, pattern, get, bindings)
    return result


def _all(lo: Lowering, tests: Sequence[Callable[[], Value]]) -> Value:
    """Whether all tests hold; a later one is asked where the earlier ones do."""
    if not tests:
        return TRUE
    first = tests[0]()
    if len(tests) == 1:
        return first
    return choose(lo, first, lambda: _all(lo, tests[1:]), lambda: FALSE)


def _value(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    subject, wanted = get(), lo.expr(pattern.value)
    if isinstance(subject, (TupleOf, Ref)) and isinstance(wanted, Lit) and not _is_object(lo, subject):
        return FALSE
    if isinstance(wanted, Lit) and isinstance(wanted.value, str) and is_numeric(subject):
        return FALSE
    return compare(lo, "==", subject, wanted)


def _is_object(lo: Lowering, value: Value) -> bool:
    return isinstance(value, Ref) and isinstance(lo.contents(value), Fields)


def _singleton(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    return compare(lo, "is", get(), Lit(pattern.value))


def _as(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    fits = TRUE if pattern.pattern is None else _holds(lo, pattern.pattern, get, bindings)
    if pattern.name is not None:
        bindings.append((pattern.name, get))
    return fits


def _or(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    result: Value = FALSE
    for part in reversed(pattern.patterns):
        own: Bindings = []
        fits = _holds(lo, part, get, own)
        known = truth(lo, fits)
        if known is True:
            result, bindings[:] = TRUE, [*bindings, *own]
        elif known is not False:
            if own:
                raise lo.error(
                    UnknownAtCompileTime,
                    "alternatives that bind names, of which one fits at run time only",
                    remedy="Write a case for each alternative.",
                )
            if result is FALSE:
                result = fits
                continue
            rest = result
            result = choose(lo, fits, lambda: TRUE, lambda rest=rest: rest)  # type: ignore[misc]
    return result


def _sequence(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    subject = get()
    contents = lo.contents(subject) if isinstance(subject, Ref) else None
    parts = pattern.patterns
    stars = [k for k, p in enumerate(parts) if isinstance(p, gast.MatchStar)]
    least = len(parts) - len(stars)
    if isinstance(contents, Fields) and is_stand_in(contents.type):
        raise lo.error(
            UnsupportedSyntax,
            f"a {stands_for(contents.type).__name__} is matched with a sequence",
            remedy="Match the list of its elements: list(d).",
        )
    if isinstance(contents, Run):
        return _run(lo, parts, stars, least, get, bindings)
    if not isinstance(subject, TupleOf) and not isinstance(contents, Items):
        return FALSE
    values = list(elements(lo, subject) or ())
    if len(values) < least or (not stars and len(values) > least):
        return FALSE
    if stars:
        star, rest = stars[0], least - stars[0]
        middle = values[star : len(values) - rest]
        name = parts[star].name
        if name is not None:
            bindings.append((name, lambda: lo.new_ref(Items(tuple(middle)), name)))
        parts = [*parts[:star], *parts[star + 1 :]]
        values = [*values[:star], *values[len(values) - rest :]]
    pairs = zip(parts, values, strict=True)
    return _all(lo, [lambda p=p, v=v: _holds(lo, p, lambda: v, bindings) for p, v in pairs])  # type: ignore[misc]


def _run(lo: Lowering, parts: Any, stars: list[int], least: int, get: Callable[[], Value], bindings: Bindings) -> Value:
    """A list whose length is known at run time."""

    def long_enough() -> Value:
        return compare(lo, ">=" if stars else "==", lo.emit(P.LENGTH, lo.atom(get())), Lit(least))

    tests: list[Callable[[], Value]] = [long_enough]
    for k, part in enumerate(parts):
        at = k if not stars or k <= stars[0] else k - len(parts)
        if stars and k == stars[0]:
            after = len(parts) - k - 1
            rest = Slice(Lit(k), Lit(-after) if after else NONE, NONE)
            if part.name is not None:
                bindings.append((part.name, lambda rest=rest: read_subscript(lo, get(), rest)))  # type: ignore[misc]
            continue

        def element(at: int = at) -> Value:
            return read_subscript(lo, get(), Lit(at))

        tests.append(lambda part=part, element=element: _holds(lo, part, element, bindings))  # type: ignore[misc]
    return _all(lo, tests)


def _mapping(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    subject = get()
    contents = lo.contents(subject) if isinstance(subject, Ref) else None
    if not isinstance(contents, Entries) or isinstance(contents, Fields):
        return FALSE
    keys = [constant_of(lo, lo.expr(key), "a key of a pattern") for key in pattern.keys]
    if any(key not in contents.keys for key in keys):
        return FALSE
    if pattern.rest is not None:
        held = [(k, v) for k, v in zip(contents.keys, contents.values, strict=True) if k not in keys]
        rest = Entries(tuple(k for k, _ in held), tuple(v for _, v in held))
        bindings.append((pattern.rest, lambda: lo.new_ref(rest, pattern.rest)))
    values = [contents.values[contents.keys.index(key)] for key in keys]
    pairs = zip(pattern.patterns, values, strict=True)
    return _all(lo, [lambda p=p, v=v: _holds(lo, p, lambda: v, bindings) for p, v in pairs])  # type: ignore[misc]


def _class(lo: Lowering, pattern: Any, get: Callable[[], Value], bindings: Bindings) -> Value:
    subject, cls = get(), constant_of(lo, lo.expr(pattern.cls), "the class of a pattern")
    if not isinstance(cls, type):
        raise lo.error(WrongArgument, f"{describe(static(cls))} is no class", remedy="Name a class in the pattern.")
    if not issubclass(type_of(lo, subject), cls):
        return FALSE
    tests: list[Callable[[], Value]] = []
    names: Sequence[str] = getattr(cls, "__match_args__", ())
    if pattern.patterns and cls in _SELF_MATCHING:
        tests.append(lambda: _holds(lo, pattern.patterns[0], get, bindings))
    elif len(pattern.patterns) > len(names):
        raise lo.error(
            WrongArgument, f"{cls.__name__} has {len(names)} attributes for patterns by position", remedy="Name them."
        )
    else:
        names = [*names[: len(pattern.patterns)], *pattern.kwd_attrs]
        for name, part in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True):
            if not has_attribute(lo, subject, name):
                return FALSE

            def field(name: str = name) -> Value:
                return attribute(lo, get(), name)

            tests.append(lambda part=part, field=field: _holds(lo, part, field, bindings))  # type: ignore[misc]
    return _all(lo, tests)


_PATTERNS: dict[type, Callable[..., Value]] = {
    gast.MatchAs: _as,
    gast.MatchClass: _class,
    gast.MatchMapping: _mapping,
    gast.MatchOr: _or,
    gast.MatchSequence: _sequence,
    gast.MatchSingleton: _singleton,
    gast.MatchValue: _value,
}
