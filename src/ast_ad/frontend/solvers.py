"""Functions of SciPy that take a function: roots, minima, integrals, and solutions of differential equations.

What SciPy is given is the function as this program has it, so that it computes what it always did, bit for bit; the
derivative follows from what the result satisfies (`ast_ad.implicit`, `ast_ad.integrals`).
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from ast_ad.errors import NoDerivative, WrongArgument
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.custom import call_custom
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.lifted import Lifted, lift
from ast_ad.frontend.methods import attribute
from ast_ad.frontend.solver_table import SETTINGS, Args, Entry, Given
from ast_ad.frontend.values import Product, Ref, Static, TupleOf, Value, describe
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Lit, Var
from ast_ad.ir.kinds import is_complex, is_number
from ast_ad.ir.primitives import HOLE, Primitive
from ast_ad.rules.table import holes_filled

#: an argument of a function of SciPy that is a function too
Other = tuple[str, Lifted]


class Solver:
    """A function of SciPy with the arguments that are known; it is called as `solve(f, *held)`.

    Of what is held the first values are those of `f`, then come those of other functions that SciPy is given, and then
    its own arguments, under `words`.
    """

    __call__ = print  # callable like the function it stands for; nobody calls it

    def __init__(self, primitive: Primitive, known: Given, words: Sequence[str], others: Sequence[Other]) -> None:
        self.primitive = primitive
        self.known = known
        self.words = tuple(words)
        self.others = others
        self.functions_held = tuple(lifted for _, lifted in others)
        self.__name__ = primitive.name

    def __ast_ad_call__(self, lo: Lowering, args: Sequence[Value], name: str) -> Value:
        """Emit the call."""
        function, *held = args
        assert isinstance(function, Static)
        assert isinstance(function.obj, Lifted)
        given = self.known | dict(zip(self.words, held[len(held) - len(self.words) :], strict=True))
        place = function.obj.count - function.obj.free
        for word, other in self.others:
            end = place + other.count - other.free
            given[word] = other.closure(lo, held[place:end])
            place = end
        operands = self.primitive.operands
        first = list(takewhile(given.__contains__, operands))
        later = [w for w in operands if w in given and w not in first]
        atoms = [lo.atom(given[w]) for w in (*first, *later)]
        made = lo.emit(self.primitive, function.obj.closure(lo, held), *atoms, name=name, **dict.fromkeys(later, HOLE))
        return lo.value_of(made, name)


class Again:
    """A function of SciPy with the settings of a call, for another function: `again(function, ...)`."""

    __call__ = print  # callable like the function it stands for; nobody calls it

    def __init__(self, solve: Callable[[Lowering, Given, Args], Value], known: Given) -> None:
        self.solve = solve
        self.known = known
        self.__name__ = "again"

    def __ast_ad_call__(self, lo: Lowering, args: Args, name: str) -> Value:
        """What SciPy finds for the function that comes first."""
        return self.solve(lo, self.known, args)


class RuledLater:
    """A function with rules for both modes, which are read when a transform asks for them."""

    __call__ = print  # callable like the function it stands for; nobody calls it
    each = False

    def __init__(self, fun: Any, *rules: Any) -> None:
        self.fun = fun
        self.rules = rules
        self.__name__ = fun.__name__
        self.__ast_ad_custom__ = "later", fun, rules, (0, 1, 2, 3, 4)

    def __ast_ad_call__(self, lo: Lowering, args: Args, name: str) -> Value:
        """The function with its rule."""
        return call_custom(lo, Static(self, self.__name__), args, {}, name)


def call_solver(
    lo: Lowering, function: Any, path: str, entry: Entry, args: Args, kwargs: Mapping[str, Value], name: str
) -> Value:
    """The result of a function of SciPy that takes a function."""
    words, given, entry = _bound(lo, function, path, entry, args, kwargs)
    called = given.pop(words[0])
    free = entry.free(lo, given)
    own = _own_arguments(lo, given.pop("args", TupleOf(())))
    lifted, varying, constant = lift(lo, called, free, own, path)
    others, held = [], list[Value](constant)
    for word in [w for w in given if w in _FUNCTIONS and not isinstance(given[w], Lit)]:
        other, *atoms = lift(lo, given.pop(word), free, own, path)
        others.append((word, other))
        held += [lo.stopped(atom) for atom in (*atoms[0], *atoms[1])]
    moving = {w: given.pop(w) for w in entry.moving}
    for word in sorted(SETTINGS & given.keys()) if entry.again is not None else ():
        given[word] = static(constant_of(lo, given[word], f"{word!r} of {path}"))
    known: Given = {w: made for w, v in given.items() if (made := _constant(lo, v)) is not None}
    rest = {w: lo.stopped(lo.atom(v)) for w, v in given.items() if w not in known}
    held += rest.values()
    value = kind_of(lo.unit.functions[lifted.entry].block.results[0])
    kind = entry.kind({**given, **moving}, value)
    call = holes_filled(function, words[1:])
    primitive = Primitive(path, call, lambda ks, p: kind, operands=tuple(words[1:]))
    solve = Solver(primitive, known, (*rest, *entry.words), others)
    constants: list[Value] = [static_of(lifted), static_of(solve), TupleOf(tuple(held))]
    if entry.again is not None:
        constants.insert(2, static_of(Again(entry.again, known)))
    if moving:
        constants.append(Lit(" ".join(w for w, v in moving.items() if not _is_constant(lo, v))))
    if varying or moving:
        _only_real(lo, path, entry, (*varying, *(lo.atom(v) for v in moving.values())))
        rule = Static(rule_named(entry.rule), entry.rule)
        found = call_custom(lo, rule, [*constants, *moving.values(), TupleOf(tuple(varying))], {}, name)
    else:
        found = solve.__ast_ad_call__(lo, [static_of(lifted), *held], name)
    if not entry.parts:
        return found
    if isinstance(found, Ref):  # of the very object that SciPy made
        found = TupleOf(tuple(attribute(lo, found, part) for part in entry.parts))
    assert isinstance(found, TupleOf)
    return Product(_not_called, path, dict(zip(entry.parts, found.items, strict=True)))


def _bound(
    lo: Lowering, function: Any, path: str, entry: Entry, args: Args, kwargs: Mapping[str, Value]
) -> tuple[list[str], Given, Entry]:
    """The parameters of a function of SciPy, the arguments by name, and the row for them."""
    signature = inspect.signature(function)
    try:
        given: Given = dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise lo.error(WrongArgument, f"{path}: {error}", remedy="Call it as its documentation says.") from None
    if any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        options: Any = given.pop("options", {})
        given |= options
    if entry.choose is not None:
        entry = entry.choose(given)
    for word, value in entry.fixed.items():
        known = _constant(lo, given[word]) if word in given else None
        if word in given and not (isinstance(known, Lit) and known.value == value):
            raise lo.error(NoDerivative, f"{path} with {word!r} is not supported", remedy="Leave it out.")
        given.pop(word, None)
    return [*signature.parameters, *(w for w in given if w not in signature.parameters)], given, entry


def _is_constant(lo: Lowering, value: Value, depth: int = 8) -> bool:
    """Whether a value is made of constants alone."""
    made = lo.definitions.get(value) if isinstance(value, Var) else None
    if made is None:
        return isinstance(value, Lit)
    if made.fn is P.STOP_GRADIENT:
        return True
    return depth > 0 and all(_is_constant(lo, arg, depth - 1) for arg in made.args)


def _only_real(lo: Lowering, path: str, entry: Entry, atoms: Sequence[Atom]) -> None:
    """Rules for both modes put all values into one vector of real numbers."""
    for atom in atoms if entry.again is not None else ():
        kind = kind_of(atom)
        if not is_number(kind) or is_complex(kind):
            raise lo.error(
                NoDerivative,
                f"{path} of a function that reads {describe(atom)}",
                remedy="Let it read real numbers and arrays of them.",
            )


_FUNCTIONS = ("fprime", "fprime2", "jac", "hess", "Dfun")


def _not_called(lo: Lowering, args: Args, kwargs: Mapping[str, Value], name: str) -> Value:
    raise lo.error(WrongArgument, "what a solver gives is no function", remedy="Read its attributes.")


def _constant(lo: Lowering, value: Value) -> Lit | Static | None:
    """A value that is known here, also in lists, tuples and dicts; None for all others."""
    if isinstance(value, (Lit, Static)):
        return value
    inside = lo.contents(value) if isinstance(value, Ref) else value
    parts = inside.items if isinstance(inside, TupleOf) else getattr(inside, "values", None)
    if not isinstance(parts, tuple) or any(_constant(lo, part) is None for part in parts):
        return None
    return Lit(constant_of(lo, value, "an argument"))


def static_of(obj: Any) -> Static:
    """An object that is called in the program by its `__ast_ad_call__`."""
    return Static(obj, obj.__name__)


def _own_arguments(lo: Lowering, value: Value) -> list[Atom]:
    """The atoms of `args=`."""
    values = value.items if isinstance(value, TupleOf) else [value]
    return [lo.atom(v) for v in values]


#: the rules, by what a result satisfies: programs of their own, which are read when the first of them is asked for
RULES: dict[str, Any] = {}
_HOMES = ("ast_ad.implicit", "ast_ad.integrals")


def rule_named(word: str) -> Any:
    """The rule for what satisfies something."""
    if not RULES:
        for home in _HOMES:
            importlib.import_module(home)
    return RULES[word]
