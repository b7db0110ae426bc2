"""Lower a user's function once for each kind of call, and call it by name with the leaves of its arguments.

Recursion: while a function is being lowered its result is not known; passes over it repeat until what it returns,
what it captures and which arrays of its caller it writes to are stable.  New versions of these come back as results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import FunctionType
from typing import Any

from ast_ad.errors import AstAdError, NoSource, UnknownAtCompileTime
from ast_ad.frontend.arguments import Known, leaves_of, places_of, spec_of, with_constant
from ast_ad.frontend.calls import inline, is_readable, new_frame
from ast_ad.frontend.captures import capture_variable
from ast_ad.frontend.carried import Carried, as_given, carried, made_again
from ast_ad.frontend.context import Lowering, NeedsInlining, named_by
from ast_ad.frontend.control import lower_body, sealed
from ast_ad.frontend.emission import PathEnds
from ast_ad.frontend.known import NeedsConstant
from ast_ad.frontend.layouts import note_order, order_of
from ast_ad.frontend.liveness import reads
from ast_ad.frontend.records import Grows, Record, Target, check_apart, is_run_now, let_grow, note_lent, value_now
from ast_ad.frontend.source import Source, source_of
from ast_ad.frontend.targets import bind_name
from ast_ad.frontend.values import (
    Bound,
    Entries,
    Fields,
    Items,
    Ref,
    Run,
    Static,
    TupleOf,
    Value,
    is_wider,
    kind_of,
    may_be_array,
)
from ast_ad.frontend.versions import write_version
from ast_ad.ir.core import Function, Lit, Param, Var
from ast_ad.ir.kinds import UNDEFINED, Kind
from ast_ad.ir.lengths import Lengths, outside

_PASSES = 10


def call_lowered(lo: Lowering, source: Source, bound: Mapping[str, Value], name: str) -> Value:
    """The result of a call of a function of the program."""
    bound = carried(lo, bound) if calls_itself(source.function) else bound
    return call_target(lo, Target(source, source.node, source.function, source.function.__name__), bound, name)


def call_target(lo: Lowering, target: Target, bound: Mapping[str, Value], name: str) -> Value:
    """The result of a call of a function of the program, which may see names of the functions around it."""

    def inlined() -> Value:
        if target.outer is not None:
            raise _cannot_recur(lo, target)
        return inline(lo, target.node, target.source, None, as_given(bound), target.title)

    while True:
        lengths, key = _key(lo, target, bound)
        if any(s is None for s in key[1]) or key in lo.unit.inline_only or target.key in lo.unit.inline_only:
            return inlined()
        known = set(lo.unit.records)
        try:
            record = lo.unit.records.get(key)
            if record is None:
                record = _lower(lo, target, bound, key, lengths)
            return _emit_call(lo, record, bound, name, lengths)
        except Grows:
            continue
        except NeedsInlining as needs:
            if needs.record is not None and needs.record.key != key:
                raise
            if needs.by_arguments and needs.record.done:
                return inlined()
            for other in [k for k in lo.unit.records if k not in known]:
                forget(lo, other)
            forget(lo, key)
            if target.key not in lo.unit.writers and (target.outer is not None or calls_itself(target.key)):
                lo.unit.writers.add(target.key)
                continue
            if needs.record is not None and is_run_now(lo, needs.record.origins.get(needs.place)):
                continue
            alone = not any(isinstance(v, Carried) for v in bound.values())
            if needs.record is not None and needs.record.recursive and not needs.by_arguments and alone:
                raise _cannot_recur(lo, target) from None
            lo.unit.inline_only.add(key)
        except NeedsConstant as needs:
            if needs.record.key != key:
                raise
            forget(lo, key)
            bound = with_constant(lo, bound, needs.leaf)
            if key == _key(lo, target, bound)[1]:  # it is a part of a list or dict, which says nothing of its numbers
                lo.unit.inline_only.add(key)


def _cannot_recur(lo: Lowering, target: Target) -> AstAdError:
    return lo.error(
        UnknownAtCompileTime,
        f"{target.title} calls itself and writes to, or returns, what it was given",
        reason="What its calls share is not followed through the recursion.",
        remedy="Return new arrays and lists, or write it as a loop.",
    )


def _key(lo: Lowering, target: Target, bound: Mapping[str, Value]) -> tuple[Lengths, Any]:
    lengths = Lengths()
    return lengths, (target.key, tuple(lengths.spec(spec_of(lo, v)) for v in bound.values()))


@cache
def calls_itself(function: Any) -> bool:
    """Whether the names in a function's text lead back to it, through the functions of the user's that they name."""
    seen: set[Any] = set()
    pending = [function]
    while pending:
        here = pending.pop()
        try:
            text = source_of(here)
        except NoSource:
            continue
        named = [text.function.__globals__.get(name) for name in reads(text.node)]
        if any(other is function for other in named):
            return True
        new = [f for f in named if isinstance(f, FunctionType) and is_readable(f) and f not in seen]
        seen.update(new)
        pending += new
    return False


def forget(lo: Lowering, key: Any) -> None:
    """Drop a function that was lowered and is not called."""
    record = lo.unit.records.pop(key, None)
    if record is not None:
        lo.unit.functions.pop(record.name, None)


# Lowering


def _lower(lo: Lowering, target: Target, bound: Mapping[str, Value], key: Any, lengths: Lengths) -> Record:
    title = target.title
    name, count = title if title.isidentifier() else "function", 1
    while name in lo.unit.names:
        count += 1
        name = f"{title}_{count}"
    lo.unit.names.add(name)
    record = Record(name, key, bound, lengths, writes=target.key in lo.unit.writers)
    lo.unit.records[key] = record
    known = set(lo.unit.records)
    try:
        _settle(lo, target, record)
    except Exception:  # who catches it reads this anew
        for other in (set(lo.unit.records) - known) | {key}:
            forget(lo, other)
        raise
    return record


def _settle(lo: Lowering, target: Target, record: Record) -> None:
    """Pass over the body until what is known of the calls inside is what comes out."""
    for _ in range(_PASSES):
        known = set(lo.unit.records)
        before = record.result, list(record.captures), record.written, record.lends, dict(record.grown)
        function, result, captures, written = _pass(lo, target, record)
        record.written = sorted({*record.written, *written})
        same = (captures, record.written, record.lends, record.grown) == before[1:]
        stable = not record.recursive or (_stable(before[0], result) and same)
        record.result, record.captures = result, captures
        if stable:
            break
        for other in set(lo.unit.records) - known:
            forget(lo, other)
    else:
        raise NeedsInlining(record, by_arguments=True)  # what it returns has another structure for each of its calls
    record.done = True
    lo.unit.functions[record.name] = function


def _pass(caller: Lowering, target: Target, record: Record) -> tuple[Function, Any, list[Any], list[int]]:
    """Lower the body once."""
    source = target.source
    lo = Lowering(caller.unit)
    lo.record = record
    record.leaves, record.places, record.origins = [], {}, {}
    lo.frames |= target.frames
    lo.state.frames |= {frame: {} for frame in target.frames}
    new_frame(lo, target.node, source, target.outer, record.name)
    lo.statement = lo.node = target.node
    for frame, word, value in target.functions:
        lo.state.frames[frame][word] = value
    for name, value in record.arguments.items():
        if name in target.enclosed:
            frame, word = target.enclosed[name]
            lo.state.frames[frame][word] = _parameter(caller, lo, value, word)
        else:
            bind_name(lo, name, _parameter(caller, lo, value, name))
    try:
        body = lower_body(lo, lo.frame)
    except PathEnds:
        raise NeedsInlining(record) from None
    if target.nonlocals:
        body = TupleOf((body, *(lo.state.frames[frame][word] for frame, word in target.nonlocals)))
    lo.statement = lo.node = target.node
    record.outs, record.orders = [], {}
    result = _result(lo, body, record, "result")
    now = [value_now(lo, record, k) for k in range(len(record.leaves))]
    written = [k for k, leaf in enumerate(record.leaves) if k in record.written or now[k] is not leaf]
    record.outs += [now[k] for k in written]
    record.grown = {k: outside(kind_of(now[k])) for k in record.places.values() if k in written}
    own = tuple(Param(v) for v in record.leaves)
    captured = tuple(Param(v, "capture", path=lo.unit.paths[k][0]) for k, v in lo.captures.items())
    params = own + captured
    block = lo.out.block(record.outs, tuple(p.var for p in params))
    block = sealed(type(block)(block.params, (*lo.prologue.stmts, *block.stmts), block.results))
    doc = "" if target.outer is not None else source.function.__doc__ or ""
    made = Function(record.name, params, block, doc, lo.origin(target.node), None, frozenset(lo.ignored))
    return made, result, list(lo.captures), written


def _leaf(lo: Lowering, name: str, kind: Kind) -> Var:
    """A parameter of the function in the IR."""
    taken = {leaf.name for leaf in lo.record.leaves}
    free = next(n for n in (name, *(f"{name}_{k}" for k in range(2, len(taken) + 3))) if n not in taken)
    var = lo.new(free, lo.record.lengths.within(kind))
    lo.record.leaves.append(var)
    return var


def _parameter(caller: Lowering, lo: Lowering, value: Value, name: str) -> Value:
    """A parameter with the form of an argument; its leaves are variables of the callee."""
    if isinstance(value, (Var, Lit)):
        if not any(True for _ in leaves_of(caller, value)):
            return Lit(int(value.value)) if isinstance(value, Lit) and isinstance(value.value, Known) else value
        var = _leaf(lo, name, kind_of(value))
        lo.foreign.add(var)
        return var
    if isinstance(value, TupleOf):
        return TupleOf(tuple(_parameter(caller, lo, v, f"{name}_{k}") for k, v in enumerate(value.items)), value.type)
    if isinstance(value, Ref):
        contents = caller.peek(value)
        if isinstance(contents, Run):
            var = _leaf(lo, name, kind_of(contents.atom))
            made = lo.new_ref(Run(var), name)
            lo.record.places[made.location] = len(lo.record.leaves) - 1
        elif isinstance(contents, Entries):
            items = tuple(
                _parameter(caller, lo, v, named_by(k, name))
                for k, v in zip(contents.keys, contents.values, strict=True)
            )
            made = lo.new_ref(replace(contents, values=items), name)
        else:
            assert isinstance(contents, Items)
            parts = tuple(_parameter(caller, lo, v, f"{name}_{k}") for k, v in enumerate(contents.values))
            made = lo.new_ref(Items(parts), name)
        lo.foreign.add(made.location)
        lo.record.origins[made.location] = value.location
        return made
    if isinstance(value, Bound):
        first, *args = (_parameter(caller, lo, v, name) for v in (value.function, *value.args, *value.named))
        split = len(value.args)
        return Bound(first, tuple(args[:split]), value.words, tuple(args[split:]))
    if isinstance(value, Carried):
        return made_again(lo, caller, value, lambda part, word: _parameter(caller, lo, part, word))
    return value


def _result(lo: Lowering, value: Value, record: Record, name: str) -> Any:
    """The form of a result, its leaves put into `record.outs`."""
    if isinstance(value, Var):
        root = lo.root(value)
        if may_be_array(value):
            if value in record.leaves and record.recursive:
                return ("argument", record.leaves.index(value))
            shared = any(isinstance(o, Var) and o is lo.read(value) for o in record.outs)
            theirs = any(p in lo.foreign or p in lo.always_frozen for p in (root, *lo.maybe_shared.get(root, ())))
            if theirs or shared:
                if not record.recursive:
                    raise NeedsInlining(record)
                record.lends = True
        record.orders[len(record.outs)] = order_of(lo, value)
        record.outs.append(lo.read(value))
        return outside(kind_of(value))
    if isinstance(value, (Lit, Static)):
        return value
    if isinstance(value, TupleOf):
        return ("tuple", value.type, [_result(lo, v, record, f"{name}_{k}") for k, v in enumerate(value.items)])
    if isinstance(value, Ref):
        if value.location in lo.foreign or value.location in lo.always_frozen:
            raise NeedsInlining(record)
        contents = lo.contents(value)
        if isinstance(contents, Run):
            record.outs.append(contents.atom)
            return ("list", outside(kind_of(contents.atom)))
        if isinstance(contents, (Items, Entries)):
            keys = contents.keys if isinstance(contents, Entries) else None
            cls = contents.type if isinstance(contents, Fields) else None
            return ("ref", keys, [_result(lo, v, record, name) for v in contents.values], cls)
    raise NeedsInlining(record)


def _stable(old: Any, new: Any) -> bool:
    """Whether a pass returned what the pass before it had assumed."""
    if isinstance(old, Kind) and isinstance(new, Kind):
        return is_wider(old, new)
    if isinstance(old, Lit) and isinstance(new, Lit):
        return bool(old.value == new.value)
    if isinstance(old, Static) and isinstance(new, Static):
        return old.obj is new.obj
    if isinstance(old, (tuple, list)) and isinstance(new, (tuple, list)):
        return len(old) == len(new) and all(map(_stable, old, new))
    return bool(old == new)


def _emit_call(lo: Lowering, record: Record, bound: Mapping[str, Value], name: str, lengths: Lengths) -> Value:
    places = [place for value in bound.values() for place in places_of(lo, value)]
    let_grow(lo, record, places)
    given = [leaf for value in bound.values() for leaf in leaves_of(lo, value)]
    atoms = [lo.read(leaf) if isinstance(leaf, Var) else leaf for leaf in given]
    check_apart(lo, record, places)
    if not record.done:
        record.recursive = True
        if record.result is None:
            var = Var(name, UNDEFINED, lo.origin())
            lo.call((var,), record.name, atoms)
            return var
    for key in record.captures:
        path, value, title = lo.unit.paths[key]
        atoms.append(capture_variable(lo, path, value, title))
    outs: list[Var] = []

    def rebuild(form: Any, word: str) -> Value:
        if isinstance(form, Kind):
            outs.append(lo.new(word, lengths.back(form)))
            if record.done:
                note_order(lo, outs[-1], record.orders.get(len(outs) - 1, ""))
            return outs[-1]
        if isinstance(form, (Lit, Static)):
            return form
        if form[0] == "argument":
            same: Value = given[form[1]]
            return same
        if form[0] == "tuple":
            return TupleOf(tuple(rebuild(f, word and f"{word}_{k}") for k, f in enumerate(form[2])), form[1])
        if form[0] == "list":
            outs.append(lo.new(word, lengths.back(form[1])))
            return lo.new_ref(Run(outs[-1]), word)
        values = tuple(rebuild(f, word and f"{word}_{k}") for k, f in enumerate(form[2]))
        if form[3] is not None:
            return lo.new_ref(Fields(form[1], values, form[3]), word)
        return lo.new_ref(Items(values) if form[1] is None else Entries(form[1], values), word)

    result = rebuild(record.result, name)
    if record.lends or (record.recursive and isinstance(result, Ref)):
        for value in (*outs, result):
            lo.freeze(value, "It comes from a function that calls itself.")
    kinds = {k: lengths.back(kind) for k, kind in record.grown.items()}
    versions = [lo.new(record.leaves[k].name, kinds.get(k) or kind_of(given[k])) for k in record.written]
    lo.call((*outs, *versions), record.name, atoms)
    for k, version in zip(record.written, versions, strict=True):
        target = places[k]
        if isinstance(target, Ref):
            lo.set_contents(target, Run(version))
        else:
            assert isinstance(target, Var)
            write_version(lo, target, version)
    if record.lends:
        note_lent(lo, outs, given)
    return result
