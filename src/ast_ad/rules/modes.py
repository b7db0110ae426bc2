"""What a rule is: how a primitive's tangents and cotangents are written, in both modes, as terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import Array, Fixed, Kind, List, Scalar, Tuple
from ast_ad.ir.primitives import HOLE, Primitive
from ast_ad.rules.algebra import scale
from ast_ad.rules.terms import Term, make

#: a tangent or cotangent: None is the zero that costs nothing; a tuple for an operand that is a structure
Tree: TypeAlias = "Term | tuple[Any, ...] | None"
Lambda: TypeAlias = Callable[..., Any]
Terms: TypeAlias = tuple[Term, ...]
Params: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a primitive differentiates.  `jvp` and `vjp` answer in terms; None is a structural zero.

    `unbroadcast`: whether the cotangents that `vjp` gives have the shape of the result and not of the operand.
    `singular`: whether a partial can be infinite where the result is finite: see `guard`.
    `selects`: whether the cotangents have passed a selection, so that their zeros win over singular partials.
    """

    unbroadcast: bool = False
    singular: bool = False
    selects: bool = False

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        """The tangent of the result, of its shape."""
        raise NotImplementedError

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        """The cotangent of argument i from that of the result."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Elementwise(Rule):
    """One partial derivative per operand, None where it is zero.  `plain`: a function of Python numbers.

    `names` are the operands' names in the signature, where some can be passed by keyword.
    """

    partials: tuple[Lambda | None, ...] = ()
    plain: bool = False
    names: tuple[str, ...] = ()

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        total: Term | None = None
        partials = self._per_argument(args, params)
        args, named = _over_plain_numbers(self.plain, *fill_params(args, params))
        for partial, tangent in zip(partials, tangents, strict=False):
            if partial is not None and isinstance(tangent, Term):
                part = _scaled(tangent, partial(ans, *args, **named), ans)
                if part is None:
                    continue
                total = part if total is None else make(P.ADD, total, part)
        return None if total is None else make(P.BROADCAST_LIKE, total, ans)

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        partials = self._per_argument(args, params)
        partial = partials[i] if i < len(partials) else None
        args, named = _over_plain_numbers(self.plain, *fill_params(args, params))
        return None if partial is None else _scaled(ct, partial(ans, *args, **named), ans)

    def _per_argument(self, args: Terms, params: Params) -> tuple[Lambda | None, ...]:
        holes = [name for name, value in params.items() if value is HOLE]
        if not holes:
            return self.partials
        return (*self.partials[: len(args) - len(holes)], *(self.partials[self.names.index(h)] for h in holes))


@dataclass(frozen=True, slots=True)
class Selecting(Rule):
    """Element by element, and each operand's share of a tangent is chosen by `np.where`, never by a product.

    `shares[i](t, ans, *operands)` is that share: of the operand's tangent, and of the result's cotangent.
    """

    shares: tuple[Lambda | None, ...] = ()

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        total: Term | None = None
        args, named = fill_params(args, params)
        for share, tangent in zip(self.shares, tangents, strict=False):
            if share is not None and isinstance(tangent, Term):
                part = share(tangent, ans, *args, **named)
                total = part if total is None else make(P.ADD, total, part)
        return None if total is None else make(P.BROADCAST_LIKE, total, ans)

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        share = self.shares[i] if i < len(self.shares) else None
        args, named = fill_params(args, params)
        result: Tree = None if share is None else share(ct, ans, *args, **named)
        return result


@dataclass(frozen=True, slots=True)
class Linear(Rule):
    """Linear in the operands that have a transpose, jointly: the tangent is the function of the tangents."""

    fn: Primitive | None = None
    transposes: Mapping[int | str, Lambda] = field(default_factory=dict)
    zero: Lambda | None = None

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        assert self.fn is not None
        if all(t is None for t in tangents):
            return None
        operands = [
            arg
            if transpose is None
            else _dense(tangent, arg)
            if self.zero is None or tangent is not None
            else self.zero(arg)
            for arg, tangent, transpose in zip(args, tangents, self._per_argument(args, params), strict=True)
        ]
        result = make(self.fn, *operands, **params)
        return make(P.BROADCAST_LIKE, result, ans) if self.unbroadcast else result

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        transpose = self._per_argument(args, params)[i]
        if transpose is None:
            return None
        args, named = fill_params(args, params)
        result: Tree = transpose(ct, *args, **named)
        return result

    def _per_argument(self, args: Terms, params: Params) -> list[Lambda | None]:
        holes = [name for name, value in params.items() if value is HOLE]
        places: list[int | str] = [*range(len(args) - len(holes)), *holes]
        every = self.transposes.get("*")
        return [self.transposes.get(place, every) for place in places]


@dataclass(frozen=True, slots=True)
class Bilinear(Rule):
    """Linear in each of two operands: `left` and `right` transpose it."""

    fn: Primitive | None = None
    left: Lambda | None = None
    right: Lambda | None = None

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        assert self.fn is not None
        x, y = args
        dx, dy = tangents
        parts = [make(self.fn, a, b, **params) for a, b in ((dx, y), (x, dy)) if a is not None and b is not None]
        return None if not parts else parts[0] if len(parts) == 1 else make(P.ADD, *parts)

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        transpose = self.left if i == 0 else self.right
        assert transpose is not None
        result: Tree = transpose(ct, *args, **params)
        return result


class Tangents(tuple["Term | tuple[Any, ...] | None", ...]):
    """The tangents of the arguments by position; `of(name)` is that of the operand of this name.

    `names` are those that the call passes by keyword, `operands` those of all operands.
    """

    names: tuple[str, ...]
    operands: tuple[str, ...] = ()

    def of(self, name: str) -> Any:
        """The tangent of the operand `name`; None where the call does not pass it."""
        by_place = len(self) - len(self.names)
        if name in self.names:
            return self[by_place + self.names.index(name)]
        place = self.operands.index(name) if name in self.operands else by_place
        return self[place] if place < by_place else None


@dataclass(frozen=True, slots=True)
class Custom(Rule):
    """`tangent(ans, tangents, *args, **params)` and one `cotangents[i](ct, ans, *args, **params)` per operand.

    The function at "*" serves all other operands, and is told the operand's number as `i`.
    """

    tangent: Lambda | None = None
    cotangents: Mapping[int | str, Lambda] = field(default_factory=dict)
    operands: tuple[str, ...] = ()

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        assert self.tangent is not None
        if all(t is None for t in tangents):
            return None
        moves = Tangents(tangents)
        moves.names = tuple(name for name, value in params.items() if value is HOLE)
        moves.operands = self.operands
        args, named = fill_params(args, params)
        result: Tree = self.tangent(ans, moves, *args, **named)
        return result

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        holes = [name for name, value in params.items() if value is HOLE]
        place: int | str = i if i < len(args) - len(holes) else holes[i - len(args) + len(holes)]
        back = self.cotangents.get(place)
        args, named = fill_params(args, params)
        if back is None:
            every = self.cotangents.get("*")
            return None if every is None else every(ct, ans, *args, i=i, **named)
        result: Tree = back(ct, ans, *args, **named)
        return result


@dataclass(frozen=True, slots=True)
class NonDifferentiable(Rule):
    """The derivative is zero by nature."""

    def jvp(self, ans: Term, args: Terms, params: Params, tangents: Sequence[Tree]) -> Tree:
        return None

    def vjp(self, ans: Term, args: Terms, params: Params, ct: Term, i: int) -> Tree:
        return None


def guard(x_bar: Term, y_bar: Term) -> Term:
    """The cotangent `x_bar` that a `singular` rule made from `y_bar`, zero where a selection has made `y_bar` zero.

    Where `x_bar` is a quotient whose numerator is `y_bar` times a constant, 0 / 0 is the only case to catch.
    """
    if x_bar.fn in (P.TRUEDIV, P.DIVIDE):
        above, below = x_bar.args
        bare = above.args[0] if above.fn is P.NEG else above.args[1] if _is_multiple(above) else above
        if bare is y_bar:
            return make(P.DIVIDE_OR_ZERO, above, below)
    if x_bar.fn is P.NEG:
        return make(P.NEG, guard(x_bar.args[0], y_bar))
    return x_bar if x_bar.fn is P.DIVIDE_OR_ZERO else make(P.KEEP_ZEROS, x_bar, y_bar)


def _scaled(factor: Term, partial: Any, ans: Term) -> Term | None:
    """The factor times the partial of the result `ans`; None where that is zero for all values."""
    number = partial.value if isinstance(partial, Term) else partial
    if type(number) in (int, float) and number == 0:
        return None
    return _as_numpy_divides(scale(factor, partial)) if isinstance(ans.kind, Array) else scale(factor, partial)


def _as_numpy_divides(value: Term) -> Term:
    """A quotient of Python numbers, by what does not raise where they are 0: a function of NumPy does not either."""
    if value.fn is P.NEG:
        return make(P.NEG, _as_numpy_divides(value.args[0]))
    if value.fn is not P.TRUEDIV or not all(isinstance(a.kind, Scalar) for a in value.args) or value.args[1].value:
        return value
    return make(P.DIVIDE, *value.args)


def _is_multiple(value: Term) -> bool:
    return value.fn is P.MUL and type(value.args[0].value) in (int, float)


def fill_params(args: Terms, params: Mapping[str, Any]) -> tuple[Terms, Params]:
    """The positional arguments, and the parameters with their holes filled by the last arguments."""
    holes = [name for name, value in params.items() if value is HOLE]
    if not holes:
        return args, dict(params)
    split = len(args) - len(holes)
    return args[:split], {**params, **dict(zip(holes, args[split:], strict=True))}


def _over_plain_numbers(plain: bool, args: Terms, named: Params) -> tuple[Terms, Params]:
    """Marks the operands of functions of Python numbers, so that the derivative is written with `math` too."""
    if not plain or not all(isinstance(a.kind, Scalar) for a in args):
        return args, named
    return tuple(_plainly(a) for a in args), named


def _plainly(value: Term) -> Term:
    if value.plain or value.is_lit:
        return value
    return Term(value.atom, value.fn, value.args, value.params, value.kind, plain=True)


def _dense(tangent: Tree, like: Term) -> Term:
    """A tangent as one term, its zeros written out."""
    if isinstance(tangent, Term):
        return tangent
    if tangent is None:
        return make(P.ZEROS_LIKE, like)
    items = [_dense(t, make(P.ITEM, like, key=k)) for k, t in enumerate(tangent)]
    return make(P.MAKE_TUPLE, *items)


def elements(value: Term) -> Sequence[Any] | None:
    """The elements of a structure whose length is known; None for a run-time list."""
    kind: Kind = value.kind
    if isinstance(kind, (Tuple, Fixed)):
        return [make(P.ITEM, value, key=k) for k in range(len(kind.items))]
    assert isinstance(kind, List)
    return None
