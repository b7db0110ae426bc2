"""Terms: what a rule's lambda computes with.

A term is an expression over IR atoms that becomes statements when emitted.

NumPy functions and operators on terms make terms, so that one lambda serves the compiler and plain arrays:

    >>> import numpy as np
    >>> partial = lambda ans, x: 1 - ans ** 2
    >>> partial(0.5, None)
    0.75
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Lit
from ast_ad.ir.kinds import Array, Kind, Scalar, Tuple, bound_kind, dtype_of, is_complex, is_number, rank
from ast_ad.ir.primitives import Primitive


class Term:
    """An atom, or a primitive applied to terms.  Immutable; identity is equality.

    `plain` marks terms over Python numbers in the derivative of a `math` function: NumPy's functions on them are
    written with `math`.
    """

    __slots__ = ("args", "atom", "fn", "kind", "params", "plain")
    __array_priority__ = 1000.0

    def __init__(
        self,
        atom: Atom | None = None,
        fn: Primitive | None = None,
        args: tuple[Term, ...] = (),
        params: dict[str, Any] | None = None,
        kind: Kind | None = None,
        plain: bool = False,
    ) -> None:
        self.atom = atom
        self.fn = fn
        self.args = args
        self.params = params or {}
        self.plain = plain
        if kind is not None:
            self.kind = kind
        elif atom is not None:
            self.kind = kind_of(atom)
        else:
            assert fn is not None
            self.kind = fn.kinds(tuple(a.kind for a in args), self.params)

    # What a rule may ask: answers known when the derivative is written.

    @property
    def is_lit(self) -> bool:
        """Whether the term is a constant."""
        return isinstance(self.atom, Lit)

    @property
    def value(self) -> Any:
        """The value of a constant; None for any other term."""
        return self.atom.value if isinstance(self.atom, Lit) else None

    @property
    def ndim(self) -> int:
        """The rank; `UnknownRank` where the kinds do not say."""
        found = rank(self.kind)
        if found is None:
            raise UnknownRank(self)
        return found

    @property
    def shape(self) -> Term:
        """The shape, a tuple at run time."""
        return make(P.SHAPE, self)

    @property
    def size(self) -> Any:
        """The number of elements."""
        if rank(self.kind) == 0:
            return term(1)
        if rank(self.kind) == 1:
            return make(P.LENGTH, self)
        return np.size(self)  # type: ignore[arg-type]

    @property
    def dtype_name(self) -> str | None:
        """The dtype as far as it is known."""
        return self.kind.dtype if isinstance(self.kind, Array) else None

    @property
    def T(self) -> Any:
        """The transpose."""
        return np.transpose(self)  # type: ignore[call-overload]

    # Operators

    def __getitem__(self, key: Any) -> Term:
        if isinstance(self.kind, Tuple):
            return make(P.ITEM, self, key=key)
        parts = key if isinstance(key, tuple) else (key,)
        holes: list[Term] = []

        def hole(end: Any) -> Any:
            if isinstance(end, Term):
                holes.append(end)
                return P.HOLE
            return end

        index = tuple(
            P.Span(hole(p.start), hole(p.stop), hole(p.step)) if isinstance(p, slice) else hole(p) for p in parts
        )
        return make(P.GETITEM, self, *holes, index=index)

    def __iter__(self) -> Any:
        raise TypeError("a rule cannot iterate over a term: its length is not known")

    def __bool__(self) -> bool:
        raise TypeError("a rule cannot branch on a term: its value is not known when the derivative is written")

    def __add__(self, other: Any) -> Term:
        return make(P.ADD, self, other)

    def __radd__(self, other: Any) -> Term:
        return make(P.ADD, other, self)

    def __sub__(self, other: Any) -> Term:
        return make(P.SUB, self, other)

    def __rsub__(self, other: Any) -> Term:
        return make(P.SUB, other, self)

    def __mul__(self, other: Any) -> Term:
        return make(P.MUL, self, other)

    def __rmul__(self, other: Any) -> Term:
        return make(P.MUL, other, self)

    def __truediv__(self, other: Any) -> Term:
        return make(P.TRUEDIV, self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return make(P.TRUEDIV, other, self)

    def __floordiv__(self, other: Any) -> Term:
        return make(P.FLOORDIV, self, other)

    def __rfloordiv__(self, other: Any) -> Term:
        return make(P.FLOORDIV, other, self)

    def __mod__(self, other: Any) -> Term:
        return make(P.MOD, self, other)

    def __pow__(self, other: Any) -> Term:
        return make(P.POW, self, other)

    def __rpow__(self, other: Any) -> Term:
        return make(P.POW, other, self)

    def __matmul__(self, other: Any) -> Term:
        return make(P.MATMUL, self, other)

    def __rmatmul__(self, other: Any) -> Term:
        return make(P.MATMUL, other, self)

    def __neg__(self) -> Term:
        return make(P.NEG, self)

    def __abs__(self) -> Term:
        return make(P.ABS, self)

    def __invert__(self) -> Term:
        return make(P.INVERT, self)

    def __and__(self, other: Any) -> Term:
        return make(P.BITAND, self, other)

    def __or__(self, other: Any) -> Term:
        return make(P.BITOR, self, other)

    def __lt__(self, other: Any) -> Term:
        return make(P.LT, self, other)

    def __le__(self, other: Any) -> Term:
        return make(P.LE, self, other)

    def __gt__(self, other: Any) -> Term:
        return make(P.GT, self, other)

    def __ge__(self, other: Any) -> Term:
        return make(P.GE, self, other)

    def equals(self, other: Any) -> Term:
        """`self == other`, element by element (`==` itself is identity)."""
        return make(P.EQ, self, other)

    # NumPy's protocols: np.sin(term), np.sum(term, axis=0)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            return NotImplemented
        infix = _INFIX.get(ufunc)
        return make(infix, *inputs) if infix is not None else apply(ufunc, inputs, {})

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return apply(func, args, kwargs)


class UnknownRank(Exception):
    """A rule needs the rank of a value whose kind does not say it."""

    def __init__(self, value: Term) -> None:
        super().__init__("the rank of a value is not known")
        self.value = value


_INFIX = {
    np.add: P.ADD,
    np.subtract: P.SUB,
    np.multiply: P.MUL,
    np.true_divide: P.TRUEDIV,
    np.power: P.POW,
    np.matmul: P.MATMUL,
    np.negative: P.NEG,
    np.less: P.LT,
    np.less_equal: P.LE,
    np.greater: P.GT,
    np.greater_equal: P.GE,
    np.equal: P.EQ,
    np.not_equal: P.NE,
    np.floor_divide: P.FLOORDIV,
    np.remainder: P.MOD,
    np.bitwise_and: P.BITAND,
    np.bitwise_or: P.BITOR,
    np.invert: P.INVERT,
}


def term(value: Any) -> Term:
    """A term from a term, an atom's constant or a tuple of terms."""
    if isinstance(value, Term):
        return value
    if isinstance(value, (tuple, list)) and any(isinstance(v, (Term, tuple, list)) for v in value):
        return make(P.MAKE_TUPLE, *value)
    return Term(Lit(value))


def make(fn: Primitive, *args: Any, **params: Any) -> Term:
    """`fn` applied to terms, simplified."""
    from ast_ad.rules.algebra import simplify

    terms = tuple(map(term, args))
    simpler = simplify(fn, terms, params)
    if simpler is not None:
        return simpler
    return Term(fn=fn, args=terms, params=params, plain=any(t.plain for t in terms))


def apply(function: Any, args: Any, kwargs: Any) -> Term:
    """A NumPy function applied to terms, bound as NumPy binds it."""
    from ast_ad.rules.table import bind, primitive_of
    from ast_ad.rules.twins import scalar_twin

    if any(isinstance(a, Term) and a.plain for a in args) and all(
        not isinstance(a, Term) or isinstance(a.kind, Scalar) for a in args
    ):
        function = scalar_twin(function, any(isinstance(a, Term) and is_complex(a.kind) for a in args))
    primitive = primitive_of(function)
    if primitive is None:
        raise TypeError(f"a rule calls {function!r}, which has no primitive")
    operands, params = bind(primitive, args, kwargs)
    for name, value in params.items():
        if isinstance(value, Term):
            raise TypeError(f"a rule gives {primitive.name} a term for the constant {name!r}")
    return make(primitive, *operands, **params)


def call(function: Any, *args: Any, **kwargs: Any) -> Any:
    """A function applied to terms: for those that NumPy does not hand over by its protocols, and for `math`."""
    return apply(function, args, kwargs)


def real_part(x_bar: Term, x: Term) -> Term:
    """A cotangent of `x`, or its real part where it is complex and `x` is a real number."""
    kind = bound_kind(x.kind)
    if not is_complex(x_bar.kind) or not is_number(kind) or is_complex(kind):
        return x_bar
    twin = {"complex128": "float64", "complex64": "float32"}.get(x_bar.dtype_name or "")
    if isinstance(kind, Scalar) or (twin is not None and twin == dtype_of(kind)):
        return apply(np.real, (x_bar,), {})
    return make(P.CAST_LIKE, x_bar, x)


def emit(value: Term, builder: Builder, memo: dict[int, Atom], name: str = "") -> Atom:
    """Write a term as statements; equal subterms (the same object) once.  `memo` belongs to one block."""
    if value.atom is not None:
        return value.atom
    found = memo.get(id(value))
    if found is None:
        assert value.fn is not None
        args = [emit(a, builder, memo) for a in value.args]
        found = memo[id(value)] = builder.call(value.fn, *args, name=name, **value.params)
        memo[-id(value)] = value  # type: ignore[assignment]  # keeps the term alive: its id stays its own
    return found


def rewrite_leaves(value: Term, change: Callable[[Atom], Term]) -> Term:
    """The term with its atoms replaced."""
    if value.atom is not None:
        return change(value.atom)
    assert value.fn is not None
    return make(value.fn, *(rewrite_leaves(a, change) for a in value.args), **value.params)
