"""Lower a Python function to a program of the IR, specialised to the kinds of its arguments.

Afterwards every operand is an atom, control flow is If and Loop, and memory is values: `a[i] = v` has become
`a1 = index_update(a0, v, i)`.  What the result depends on besides the arguments is listed: captured values are
parameters, resolved objects are guards, and numbers of this call that were needed are assumptions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ast_ad.errors import AstAdError, UnknownAtCompileTime, UnsupportedSyntax
from ast_ad.frontend.calls import call_value, double_star, new_frame
from ast_ad.frontend.captures import Assumption, Guard, Taken, fetch, guard_holds
from ast_ad.frontend.context import Lowering, Unit, static
from ast_ad.frontend.control import lower_body, sealed
from ast_ad.frontend.emission import PathEnds
from ast_ad.frontend.fence import check
from ast_ad.frontend.layouts import note_orders
from ast_ad.frontend.nested import under_new_names
from ast_ad.frontend.prune import prune
from ast_ad.frontend.signature import MISSING, Argument, arguments_from_annotations, arguments_of
from ast_ad.frontend.source import source_of
from ast_ad.frontend.targets import bind_name, unpacked
from ast_ad.frontend.values import Entries, Items, Ref, Static, TupleOf, Value, may_be_array
from ast_ad.ir.core import Atom, Block, Function, Lit, Origin, Param, Program, Var
from ast_ad.ir.kinds import Static as StaticKind
from ast_ad.ir.walk import needed_by
from ast_ad.wrappers import Wrapper, wrapper_of

_LENT = "It belongs to the caller, and the function is computed again from it."


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """A program, the objects that it was resolved to, and the numbers of this call that it counts on.

    `shared`: what it returns may share memory with its arguments, or parts of it with each other.
    `written`: the arguments that it writes to, and where it does.
    """

    program: Program
    guards: tuple[Guard, ...]
    assumptions: tuple[Assumption, ...]
    shared: bool = False
    written: tuple[tuple[str, Origin], ...] = ()
    taken: tuple[Taken, ...] = ()


def lower(function: Any, arguments: Sequence[Argument], lent: bool = False) -> Lowered:
    """The program of a function for these arguments; where they are `lent` it may not write to them."""
    source = source_of(function)
    check(source.node, source)
    unit = Unit()
    lo = Lowering(unit)
    name = source.function.__name__
    name = name if name.isidentifier() else "function"
    unit.names.add(name)
    new_frame(lo, source.node, source, None, name)
    wrapper = wrapper_of(function)
    body_of = None if wrapper is None else partial(_called, wrapper)
    return lower_entry(lo, arguments, source.function.__doc__ or "", (), body_of, lent)


def _called(wrapper: Wrapper, lo: Lowering) -> Value:
    """The result of a function that says how it is differentiated."""
    own = lo.state.frames[lo.frame.id]
    args = lo.frame.node.args
    given = [own[a.id] for a in (*args.posonlyargs, *args.args)]
    given += unpacked(lo, own[args.vararg.id], None) if args.vararg else []
    by_name = {a.id: own[a.id] for a in args.kwonlyargs}
    by_name |= double_star(lo, own[args.kwarg.id]) if args.kwarg else {}
    return call_value(lo, Static(wrapper), given, by_name, "")


def lower_entry(
    lo: Lowering,
    arguments: Sequence[Argument],
    doc: str,
    enclosed: Sequence[Param] = (),
    body_of: Callable[[Lowering], Value] | None = None,
    lent: bool = False,
) -> Lowered:
    """The program whose entry is the function just entered; `enclosed` are its parameters for other values.

    `body_of` gives the result where it is not that of the function's own text.  Arguments that are `lent` belong to the
    caller: it may not write to them.
    """
    node, name, unit = lo.frame.node, lo.frame.title, lo.unit
    lo.statement = lo.node = node
    params = []
    for argument in arguments:
        params.append(_parameter(lo, argument))
        for place in (params[-1].var, *lo.state.heap, *lo.definitions):
            lo.owners.setdefault(place, argument.name)
    if lent:
        lo.always_frozen |= dict.fromkeys(lo.owners, _LENT)
    try:
        body = lower_body(lo, lo.frame) if body_of is None else body_of(lo)
    except PathEnds:  # it always raises
        body = Lit(0.0)
    except RecursionError:
        raise _too_deep(lo) from None
    lo.statement = lo.node = node
    shared = lent and _is_shared(lo, body, set())
    result = lo.atom(body)
    params += enclosed
    params += [Param(v, "capture", path=unit.paths[k][0]) for k, v in lo.captures.items()]
    block = lo.out.block((result,), [p.var for p in params])
    block = sealed(Block(block.params, (*lo.prologue.stmts, *block.stmts), block.results))
    main = Function(name, tuple(params), block, doc, lo.origin(node), None, frozenset(lo.ignored))
    program = _program(main, unit)
    assumed = unit.assumptions | unit.layouts if unit.writes else unit.assumptions
    assumptions = tuple(Assumption(*a) for a in assumed.values())
    written = tuple(unit.written.items())
    return Lowered(program, tuple(unit.guards.values()), assumptions, shared, written, tuple(unit.taken))


def _is_shared(lo: Lowering, value: Value, seen: set[Any]) -> bool:
    """Whether a value is, or holds, memory of somebody else, or one array or list twice."""
    if isinstance(value, TupleOf):
        return any(_is_shared(lo, item, seen) for item in value.items)
    if isinstance(value, Var):
        if not may_be_array(value):
            return False
        place: Any = lo.root(value)
    elif isinstance(value, Ref):
        place = value.location
        contents = lo.contents(value)
        if isinstance(contents, (Items, Entries)) and any(_is_shared(lo, item, seen) for item in contents.values):
            return True
    else:
        return False
    known = place in seen
    seen.add(place)
    return known or lo.frozen_by(lo.state, place) is not None


def _too_deep(lo: Lowering) -> AstAdError:
    """What stands for the RecursionError of a function that is read in its own middle without end."""
    if lo.inlined:
        return lo.error(
            UnknownAtCompileTime,
            "a function calls itself here, and how often is known at run time only",
            reason="It is given arrays or lists that it may write to, or functions, and is read anew for each call.",
            remedy="Return new arrays and lists, or write it as a loop.",
            node=lo.statement,
        )
    return lo.error(
        UnsupportedSyntax,
        "this is nested too deeply to be read",
        remedy="Give parts of it names, or raise sys.setrecursionlimit.",
        node=lo.statement,
    )


def _parameter(lo: Lowering, argument: Argument) -> Param:
    """Bind a parameter of the user's function."""
    var = lo.new(argument.name, argument.kind)
    lo.paths[var] = (argument.name,)
    value: Value
    witness = None if argument.witness is MISSING else argument.witness
    if isinstance(argument.kind, StaticKind):
        value = static(witness, argument.name)
        lo.unit.assumptions[(id(argument.name), ())] = ((argument.name,), witness)
    else:
        value = lo.value_of(var, argument.name, witness)
        note_orders(lo, value, argument.order)
        lo.objects.clear()
    bind_name(lo, argument.name, value)
    default: Atom | None = None
    if argument.default is not MISSING and isinstance(argument.default, (bool, int, float, complex, str, type(None))):
        default = Lit(argument.default)
    return Param(var, argument.form, default)


def _program(main: Function, unit: Unit) -> Program:
    """The entry and what it reaches, callees first."""
    functions: dict[str, Function] = {}
    begun: set[str] = set()

    def visit(function: Function) -> None:
        begun.add(function.name)
        pruned = prune(function)
        for name in needed_by(pruned):
            if name not in begun:
                visit(unit.functions[name])
        functions[function.name] = pruned

    visit(main)
    return _renamed(Program(main.name, functions))


def _renamed(program: Program) -> Program:
    """Number functions of one name without gaps: what was tried and dropped leaves no trace."""
    names: dict[str, str] = {program.entry: program.entry}
    taken = {program.entry}
    for name in program.functions:
        if name in names:
            continue
        base, _, number = name.rpartition("_")
        base = base if number.isdigit() and base else name
        new, count = base, 1
        while new in taken:
            count += 1
            new = f"{base}_{count}"
        names[name] = new
        taken.add(new)
    if all(old == new for old, new in names.items()):
        return program

    changed = {names[n]: under_new_names(f, names) for n, f in program.functions.items()}
    return Program(program.entry, changed)


__all__ = [
    "Argument",
    "Assumption",
    "Guard",
    "Lowered",
    "arguments_from_annotations",
    "arguments_of",
    "fetch",
    "guard_holds",
    "lower",
]
_FORMS = (
    *("blocks", "builtin_calls", "calls", "comprehensions", "expressions", "imports", "loops", "matching"),
    *("operators", "statements", "trips"),
)
for _form in _FORMS:  # for what they register
    importlib.import_module(f"ast_ad.frontend.{_form}")
