"""Call `vjp`, `jvp`, `hvp` and `linearize` inside a function: products with a Jacobian join the program.

The program of such a function is made by the pipeline, which hands its runner to `products_by`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from ast_ad.errors import UnknownAtCompileTime, WrongArgument, WrongStructure
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.control import branch, nothing
from ast_ad.frontend.enclosed import Enclosed, NotYetKnown
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.nested import argument_for, bound_arguments, captured_operand, enclosed_in, join_program
from ast_ad.frontend.targets import unpacked as elements_of
from ast_ad.frontend.values import Closure, Product, Static, TupleOf, Value, describe, is_bottom
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Function, Lit, Var
from ast_ad.ir.kinds import UNDEFINED, Array, Dict, Fixed, Kind, List, Scalar, Tuple, is_number, rank, same_shape
from ast_ad.ir.lengths import outside
from ast_ad.ir.places import Place
from ast_ad.ir.show import show_kind
from ast_ad.ir.walk import unpacked

#: (function, arguments, mode, wrt, has_aux) -> the program, and the names of the functions asked for
Runner = Callable[[Any, Sequence[Any], str, Sequence[Place], bool], tuple[Any, Sequence[str]]]
_runner: list[Runner] = []


def products_by(runner: Runner) -> None:
    """Say who differentiates."""
    _runner[:] = [runner]


def lowered_by_runner(function: Any, arguments: Sequence[Any]) -> Any:
    """The program of a function itself."""
    return _runner[0](function, arguments, "primal", (), False)[0]


class _Joined:
    """A product with the Jacobian of `fn` at `primals`, its functions part of this program."""

    def __init__(
        self,
        lo: Lowering,
        fn: Any,
        mode: str,
        primals: Sequence[Value],
        has_aux: bool = False,
        others: Sequence[Value] = (),
        named: Mapping[str, Value] | None = None,
    ) -> None:
        bound = bound_arguments(lo, fn, [*primals, *others], named or {})
        if any(is_bottom(value) for value, _ in bound.values()):
            raise NotYetKnown
        self.atoms: dict[str, Atom] = {key: lo.atom(value) for key, (value, _) in bound.items()}
        arguments = [argument_for(lo, key, self.atoms[key], *of, []) for key, of in bound.items()]
        enclosed = enclosed_in(fn)
        with enclosed.seen_from(lo) if enclosed is not None else nullcontext():
            lowered, wanted = _runner[0](fn, arguments, mode, _places(bound, len(primals)), has_aux)
        entry, names = join_program(lo, lowered)
        self.functions = [lo.unit.functions[names[name]] for name in wanted]
        if mode != "hvp":
            alone = self.functions[1:] if mode == "linearize" else []
            self.functions = [f if f in alone else unpacked(f) for f in self.functions]
            lo.unit.functions |= {function.name: function for function in self.functions}
        self.dots = [p.var for p in entry.params if p.form != "capture" and p.var.name not in self.atoms]

    def push(self, lo: Lowering, primals: Sequence[Value], tangents: Sequence[Value]) -> None:
        """Take the tangents of the primals."""
        if len(primals) != len(tangents):
            raise lo.error(
                WrongStructure,
                f"tangents is a tuple of {len(tangents)}, but primals is a tuple of {len(primals)}",
                remedy="Give one tangent for each of primals.",
            )
        for dot, tangent, primal in zip(self.dots, tangents, primals, strict=True):
            self.atoms[dot.name] = _like(lo, tangent, dot.kind, lo.atom(primal), "the tangent", "the primal")

    def call(self, lo: Lowering, name: str, *names: str) -> tuple[Var, ...]:
        """Call the first of the functions with the arguments."""
        function = self.functions[0]
        operands = [captured_operand(lo, p) if p.form == "capture" else self.atoms[p.var.name] for p in function.params]
        return _emit(lo, function, operands, (name, *names))


def _places(bound: Mapping[str, tuple[Value, str]], count: int) -> list[Place]:
    """Where the primals stand: they come by position."""
    found: list[Place] = []
    for place, (value, form) in enumerate(bound.values()):
        if form == "star":
            assert isinstance(value, TupleOf)
            found += [(place, k) for k in range(len(value.items))]
        else:
            found.append(place)
    return found[:count]


def _emit(lo: Lowering, function: Function, operands: Sequence[Atom], names: Sequence[str]) -> tuple[Var, ...]:
    results = function.block.results
    names = [*names, *[""] * len(results)][: len(results)]
    outs = tuple(lo.new(name, outside(kind_of(result))) for name, result in zip(names, results, strict=True))
    lo.call(outs, function.name, operands)
    return outs


def _function(lo: Lowering, value: Value, word: str) -> Any:
    if isinstance(value, Closure):
        return Enclosed(value, lo)
    if isinstance(value, Static) and callable(value.obj):
        return value.obj
    raise lo.error(
        UnknownAtCompileTime, f"{word} takes a function first, not {describe(value)}", remedy=f"Write {word}(f, ...)."
    )


def _parts(lo: Lowering, value: Value, what: str) -> list[Value]:
    from ast_ad.frontend.values import Ref

    if not isinstance(value, (TupleOf, Ref)):
        raise lo.error(WrongArgument, f"{what} must be a tuple or list, not {describe(value)}", remedy="Write (x,).")
    return list(elements_of(lo, value, None))


def _aux(lo: Lowering, kwargs: dict[str, Value], word: str) -> bool:
    has_aux = kwargs.pop("has_aux", Lit(False))
    if kwargs:
        raise lo.error(WrongArgument, f"{word} has no parameter {next(iter(kwargs))!r}")
    return bool(constant_of(lo, has_aux, "has_aux"))


def _vjp(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    has_aux = _aux(lo, kwargs, "vjp")
    fn = _function(lo, args[0], "vjp")
    try:
        joined = _Joined(lo, fn, "vjp", args[1:], has_aux)
    except NotYetKnown:
        return Var(name, UNDEFINED)
    result, residual = joined.call(lo, "out", "residual")
    value = lo.value_of(result, "out")
    out, aux = elements_of(lo, value, 2) if has_aux else (value, None)
    reverse = joined.functions[1]

    def pull(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
        if len(args) != 1 or kwargs:
            raise lo.error(WrongArgument, "the function that vjp gives takes one cotangent", remedy="Pass one.")
        ct = _like(lo, args[0], reverse.params[1].var.kind, lo.atom(out), "the cotangent", "the result")
        return TupleOf(tuple(lo.value_of(o, name) for o in _emit(lo, reverse, (residual, ct), ())))

    product = Product(pull, "that vjp gives")
    return TupleOf((out, product)) if aux is None else TupleOf((out, product, aux))


def _jvp(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    named = dict(zip(("fun", "primals", "tangents", "has_aux"), args, strict=False)) | kwargs
    fn = _function(lo, named.pop("fun"), "jvp")
    primals = _parts(lo, named.pop("primals"), "primals of jvp")
    tangents = _parts(lo, named.pop("tangents"), "tangents of jvp")
    return _pushed(lo, fn, primals, tangents, _aux(lo, named, "jvp"))


def _pushed(lo: Lowering, fn: Any, primals: list[Value], tangents: list[Value], has_aux: bool) -> Value:
    try:
        joined = _Joined(lo, fn, "jvp", primals, has_aux)
    except NotYetKnown:
        return Var("", UNDEFINED)
    joined.push(lo, primals, tangents)
    first, second = joined.call(lo, "out", "aux" if has_aux else "out_dot")
    if has_aux:
        return TupleOf((*elements_of(lo, lo.value_of(first, "out"), 2), lo.value_of(second, "aux")))
    return TupleOf((lo.value_of(first, "out"), lo.value_of(second, "out_dot")))


def _hvp(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    named = dict(zip(("fun", "primals", "tangents"), args, strict=False)) | kwargs
    fn = _function(lo, named["fun"], "hvp")
    if len(named) == 1:
        return Product(lambda lo, args, kwargs, name: hessian_product(lo, fn, args, kwargs, name), "that hvp gives")
    primals = _parts(lo, named["primals"], "primals of hvp")
    return _curved(lo, fn, primals, _parts(lo, named["tangents"], "tangents of hvp"), (), {}, name)


def hessian_product(lo: Lowering, fn: Any, args: Sequence[Value], kwargs: Mapping[str, Value], name: str) -> Value:
    """What `hvp(fn)(x, v, *others)` gives."""
    if len(args) < 2:
        raise lo.error(WrongArgument, "the function that hvp gives takes x and v", remedy="Pass both by position.")
    return _curved(lo, fn, [args[0]], [args[1]], args[2:], kwargs, name)


def _curved(
    lo: Lowering,
    fn: Any,
    primals: list[Value],
    tangents: list[Value],
    others: Sequence[Value],
    named: Mapping[str, Value],
    name: str,
) -> Value:
    try:
        joined = _Joined(lo, fn, "hvp", primals, False, others, named)
    except NotYetKnown:
        return Var(name, UNDEFINED)
    joined.push(lo, primals, tangents)
    (found,) = joined.call(lo, name)
    return lo.value_of(found, name)


def _linearize(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    has_aux = _aux(lo, kwargs, "linearize")
    fn, primals = _function(lo, args[0], "linearize"), args[1:]
    try:
        joined = _Joined(lo, fn, "linearize", primals, has_aux)
    except NotYetKnown:
        return Var(name, UNDEFINED)
    atoms = [lo.atom(value) for value in primals]
    result, residual = joined.call(lo, "out", "residual")
    value = lo.value_of(result, "out")
    out, aux = elements_of(lo, value, 2) if has_aux else (value, None)
    tangent = joined.functions[1]

    def push(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
        if len(args) != len(atoms) or kwargs:
            raise lo.error(
                WrongStructure,
                f"the function that linearize gives takes {len(atoms)} tangents, one per primal, not {len(args)}",
                remedy="Pass as many, by position.",
            )
        given = [
            _like(lo, dot, param.var.kind, atom, "the tangent", "the primal")
            for dot, param, atom in zip(args, tangent.params[1:], atoms, strict=True)
        ]
        return lo.value_of(_emit(lo, tangent, (residual, *given), (name,))[0], name)

    product = Product(push, "that linearize gives")
    return TupleOf((out, product)) if aux is None else TupleOf((out, product, aux))


#: by the name in `ast_ad`
PRODUCTS: dict[str, Callable[[Lowering, list[Value], dict[str, Value], str], Value]] = {
    "hvp": _hvp,
    "jvp": _jvp,
    "linearize": _linearize,
    "vjp": _vjp,
}


# Tangents and cotangents


def _like(lo: Lowering, value: Value, kind: Kind, of: Atom, what: str, whose: str) -> Atom:
    """A tangent or cotangent as an atom, which must have the structure and the shape of what it belongs to."""
    atom = lo.atom(value)
    if isinstance(atom, Lit) and type(atom.value) is int:
        atom = Lit(float(atom.value))
    given = kind_of(atom)
    if not fits(given, kind):
        raise lo.error(
            WrongStructure,
            f"{what} is {show_kind(given)}, but {whose} is {show_kind(kind_of(of))}",
            remedy="Give numbers of the same structure and shape.",
        )
    same_shape_or_raise(lo, atom, of, f"{what} must have the shape of {whose}")
    return atom


def same_shape_or_raise(lo: Lowering, atom: Atom, of: Atom, sentence: str) -> None:
    """Raise ValueError at run time where two numbers have different shapes, unless it is known that they have not."""
    one, two = kind_of(atom), kind_of(of)
    if not (is_number(one) and is_number(two)) or rank(two) == 0 or same_shape(one, two):
        return

    def refuse() -> None:
        lo.emit_all(P.RAISE, Lit(ValueError), Lit(sentence))
        lo.state.left = lo.state.dead = True

    test = lo.emit(P.NE, lo.emit(P.SHAPE, atom), lo.emit(P.SHAPE, of))
    branch(lo, test, refuse, nothing)


def fits(given: Kind, wanted: Kind) -> bool:
    if is_number(given) and is_number(wanted):
        known = rank(given), rank(wanted)
        return None in known or known[0] == known[1]
    if isinstance(wanted, (Tuple, Fixed)) and isinstance(given, (Tuple, Fixed)):
        return len(given.items) == len(wanted.items) and all(map(fits, given.items, wanted.items))
    if isinstance(wanted, Dict) and isinstance(given, Dict):
        return given.keys == wanted.keys and all(map(fits, given.items, wanted.items))
    if isinstance(wanted, List) and isinstance(given, List):
        return fits(given.item, wanted.item)
    return not isinstance(wanted, (Scalar, Array, Tuple, Fixed, Dict, List)) and not is_number(given)
