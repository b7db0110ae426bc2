"""Check one rule on one sample by definition, without the transforms: terms are evaluated as they stand."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Var
from ast_ad.ir.kinds import (
    Array,
    Fixed,
    Kind,
    List,
    Scalar,
    Sym,
    Tuple,
    carries_derivative,
    cotangent_kind,
    is_complex,
    kind_of_value,
)
from ast_ad.ir.primitives import HOLE, Primitive
from ast_ad.rules.table import bind, primitive_of, rule_of
from ast_ad.rules.terms import Term, make


@dataclass(frozen=True)
class Sample:
    """A call to differentiate.  `smooth`: differences make sense there; `orders`: how many are checked."""

    primitive: Primitive
    args: tuple[Any, ...]
    params: dict[str, Any]
    smooth: bool = True
    orders: int = 2
    tolerance: float = 1e-6
    quiet: bool = True
    symmetric: bool = False

    def __repr__(self) -> str:
        shown = ", ".join([*map(_short, self.args), *(f"{k}={v!r}" for k, v in self.params.items())])
        return f"{self.primitive.name}({shown})"


def _short(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return f"{x.dtype.name}{list(x.shape)}"
    if isinstance(x, (tuple, list)):
        inner = ", ".join(map(_short, x))
        return f"({inner})" if isinstance(x, tuple) else f"[{inner}]"
    if " at 0x" in repr(x) or repr(x).startswith(("Generator(", "RandomState(")):
        return type(x).__name__
    return repr(x)


def sample(
    function: Any,
    *args: Any,
    smooth: bool = True,
    orders: int = 2,
    tolerance: float = 1e-6,
    quiet: bool = True,
    symmetric: bool = False,
    **kwargs: Any,
) -> Sample:
    """A sample call of a function, or of a primitive itself."""
    if isinstance(function, Primitive):
        primitive, operands, params = function, list(args), kwargs
    else:
        found = primitive_of(function)
        assert found is not None, f"{function} has no primitive"
        primitive = found
        of_runtime = str(getattr(function, "__module__", "")).startswith(runtime.__name__)
        operands, params = (list(args), kwargs) if of_runtime else bind(primitive, args, kwargs)
    return Sample(primitive, tuple(operands), params, smooth, orders, tolerance, quiet, symmetric)


class FixedList(list[Any]):
    """A list of known length, each element with a kind of its own."""


def plain(value: Any) -> Any:
    """The value with plain lists."""
    return [plain(v) for v in value] if isinstance(value, FixedList) else value


# Kinds, from exact to nearly nothing


def kind_like(value: Any, dims: Callable[[int, int], Any], name: str) -> Kind:
    """The kind of a value; `dims(length, k)` says what is known of an axis."""
    if isinstance(value, np.ndarray):
        return Array(value.dtype.name, tuple(dims(n, k) for k, n in enumerate(value.shape)))
    if isinstance(value, tuple):
        return Tuple(tuple(kind_like(v, dims, f"{name}{k}") for k, v in enumerate(value)))
    if isinstance(value, FixedList):
        return Fixed(tuple(kind_like(v, dims, f"{name}{k}") for k, v in enumerate(value)))
    if isinstance(value, list):
        kinds = [kind_like(v, dims, name) for v in value]
        found = kinds[0]
        for other in kinds[1:]:
            from ast_ad.ir.kinds import join

            found = join(found, other)
        return List(found)
    return kind_of_value(value)


KNOWLEDGE: dict[str, Any] = {
    "exact": lambda n, k: n,
    "signature": lambda n, k: 1 if n == 1 else Sym(f"n{n}", 0, True),
    "rank": lambda n, k: None,
}


# Evaluation


def evaluate(value: Any, env: dict[Var, Any], memo: dict[int, Any] | None = None) -> Any:
    """The value of a term or of a tuple of terms."""
    memo = {} if memo is None else memo
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(evaluate(v, env, memo) for v in value)
    if value.atom is not None:
        return env[value.atom] if isinstance(value.atom, Var) else value.atom.value
    if id(value) not in memo:
        memo[id(value)] = value.fn.call(*(evaluate(a, env, memo) for a in value.args), **value.params)
    return memo[id(value)]


def primitives_in(value: Any) -> set[Primitive]:
    """All primitives of a term."""
    if value is None:
        return set()
    if isinstance(value, tuple):
        return set().union(*map(primitives_in, value)) if value else set()
    if value.fn is None:
        return set()
    return {value.fn}.union(*map(primitives_in, value.args))


def tangent(value: Term, known: dict[Any, Any], memo: dict[int, Any]) -> Any:
    """The tangent of a term by the rules of its primitives: forward mode over terms."""
    if value.atom is not None:
        return known.get(value.atom)
    if id(value) in memo:
        return memo[id(value)][0]
    assert value.fn is not None
    parts = [tangent(a, known, memo) for a in value.args]
    if all(p is None for p in parts):
        result = None
    elif value.fn in (P.MAKE_TUPLE, P.MAKE_FIXED):
        result = tuple(parts)
    elif value.fn is P.ITEM:
        whole, key = parts[0], value.params["key"]
        result = whole[key] if isinstance(whole, tuple) else make(P.ITEM, whole, key=key)
    else:
        rule = rule_of(value.fn, (value.kind, *(a.kind for a in value.args)))
        assert rule is not None, f"{value.fn} has no rule"
        result = rule.jvp(value, value.args, value.params, parts)
    memo[id(value)] = (result, value)
    return result


# Values


def is_active(value: Any) -> bool:
    """Whether a value is, or holds, floating-point numbers."""
    if isinstance(value, (tuple, list)):
        return any(map(is_active, value))
    return isinstance(value, (float, complex)) or (
        isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc"
    )


def random_like(value: Any, rng: np.random.Generator) -> Any:
    """A random tangent of a value."""
    if isinstance(value, (tuple, FixedList)):
        return tuple(random_like(v, rng) if is_active(v) else None for v in value)
    if isinstance(value, list):
        return [random_like(v, rng) for v in value]
    shape = np.shape(value)
    draw = rng.normal(size=shape)
    if np.iscomplexobj(value):
        draw = draw + 1j * rng.normal(size=shape)
        return (
            complex(draw) if isinstance(value, complex) and not isinstance(value, np.generic) else np.asarray(draw)[()]
        )
    if isinstance(value, (np.ndarray, np.generic)):
        return (
            np.asarray(draw).astype(value.dtype)[()]
            if not isinstance(value, np.ndarray)
            else np.asarray(draw).astype(value.dtype)
        )
    return float(draw)


def made_symmetric(t: Any) -> Any:
    """The symmetric part of the matrices of a tangent."""
    return 0.5 * (t + np.conj(np.swapaxes(t, -1, -2)))


def moved(value: Any, t: Any, h: float) -> Any:
    """value + h * t in a structure."""
    if t is None:
        return value
    if isinstance(value, tuple):
        return tuple(moved(v, d, h) for v, d in zip(value, t, strict=True))
    if isinstance(value, FixedList):
        return plain(FixedList(moved(v, d, h) for v, d in zip(value, t, strict=True)))
    if isinstance(value, list):
        return [moved(v, d, h) for v, d in zip(value, t, strict=True)]
    return value + h * t


def dot(a: Any, b: Any) -> float:
    """The real part of the sum of a * b over a structure: how a cotangent acts on a tangent."""
    if a is None or b is None:
        return 0.0
    if isinstance(a, (tuple, list)):
        return sum(dot(x, y) for x, y in zip(a, b, strict=True))
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, f"shapes {a.shape} and {b.shape}"
    return float(np.real(np.sum(a.astype(np.result_type(a, np.float64)) * b)))


def difference(plus: Any, minus: Any, h: float) -> Any:
    """(plus - minus) / 2h in a structure; None for integers."""
    if isinstance(plus, (tuple, list)):
        return tuple(difference(p, m, h) for p, m in zip(plus, minus, strict=True))
    if not is_active(plus):
        return None
    return (np.asarray(plus) - np.asarray(minus)) / (2 * h)


def variables(value: Any, kind: Kind, name: str, env: dict[Var, Any]) -> Any:
    """A term (or tuple tree, with None) of variables for a tangent or cotangent."""
    if value is None:
        return None
    if isinstance(value, tuple) and not isinstance(kind, List):
        items = kind.items  # type: ignore[attr-defined]
        return tuple(variables(v, k, f"{name}{i}", env) for i, (v, k) in enumerate(zip(value, items, strict=True)))
    var = Var(name, kind)
    env[var] = value
    return Term(var)


def accumulated(x_bar: Any, x: Term, whole: bool) -> Any:
    """A cotangent in the shape and dtype of its operand, as the transforms have it."""
    if x_bar is None:
        return None
    if isinstance(x_bar, tuple):
        return tuple(accumulated(c, make(P.ITEM, x, key=k), whole) for k, c in enumerate(x_bar))
    if not isinstance(x_bar, Term):
        x_bar = make(P.COPY, x_bar)
    if isinstance(x.kind, List):
        return x_bar
    x_bar = make(P.UNBROADCAST, x_bar, x) if whole else x_bar
    return make(P.CAST_LIKE, x_bar, x)


class Differentiated:
    """Both modes of a sample's rule as terms, and the values to evaluate them with."""

    def __init__(self, s: Sample, knowledge: str, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.sample = s
        dims = KNOWLEDGE[knowledge]
        self.env: dict[Var, Any] = {}
        self.vars = [Var(f"x{k}", kind_like(x, dims, f"x{k}")) for k, x in enumerate(s.args)]
        self.env.update(zip(self.vars, map(plain, s.args), strict=True))
        self.args = tuple(
            Term(v) if not _is_constant(x) else _literal(x) for v, x in zip(self.vars, s.args, strict=True)
        )
        self.kind = s.primitive.kinds(tuple(a.kind for a in self.args), s.params)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            self.out = s.primitive.call(*map(plain, s.args), **s.params)
        self.ans = Var("ans", self.kind)
        self.env[self.ans] = self.out
        rule = rule_of(s.primitive, (self.kind, *(a.kind for a in self.args)))
        assert rule is not None, "refused for complex numbers"
        self.rule = rule
        self.active = [is_active(x) and carries_derivative(v.kind) for x, v in zip(s.args, self.vars, strict=True)]
        self.tangent_values = [random_like(x, rng) if on else None for x, on in zip(s.args, self.active, strict=True)]
        if s.symmetric:
            self.tangent_values = [made_symmetric(t) for t in self.tangent_values]
        self.tangents = [
            variables(t, cotangent_kind(v.kind), f"t{k}", self.env)
            for k, (t, v) in enumerate(zip(self.tangent_values, self.vars, strict=True))
        ]
        self.ct_value = random_like(self.out, rng) if is_active(self.out) else None
        self.ct = None if self.ct_value is None else variables(self.ct_value, cotangent_kind(self.kind), "ct", self.env)
        if isinstance(self.ct, tuple):
            self.ct = make(
                P.MAKE_TUPLE,
                *(
                    c if c is not None else make(P.ZEROS_LIKE, make(P.ITEM, Term(self.ans), key=k))
                    for k, c in enumerate(self.ct)
                ),
            )

    def jvp(self, only: int | None = None) -> Any:
        """The tangent of the result."""
        tangents = [t if only in (None, k) else None for k, t in enumerate(self.tangents)]
        if all(t is None for t in tangents):
            return None
        return self.rule.jvp(Term(self.ans), self.args, self.sample.params, tangents)

    def vjp(self, i: int) -> Any:
        """The cotangent of an operand."""
        if self.ct is None:
            return None
        x_bar = self.rule.vjp(Term(self.ans), self.args, self.sample.params, self.ct, i)
        return accumulated(x_bar, self.args[i], self.rule.unbroadcast)


def _is_constant(x: Any) -> bool:
    return x is None or isinstance(x, str) or type(x) is int


def _literal(x: Any) -> Term:
    from ast_ad.ir.core import Lit

    return Term(Lit(x))


def check(s: Sample, knowledge: str = "signature") -> None:
    """All that a rule promises, on one sample; differences and order two with what a signature tells."""
    d = Differentiated(s, knowledge)
    check_kind(d.kind, d.out)
    exact = 1e-12 if not _single((*s.args, d.out)) else 1e-4
    with warnings.catch_warnings():
        warnings.simplefilter("error" if s.quiet else "ignore")
        with np.errstate(all="raise" if s.quiet else "ignore", under="ignore"):
            moves = d.jvp()
            found = evaluate(moves, d.env)
            backs = [d.vjp(i) if on else None for i, on in enumerate(d.active)]
            cotangents = [evaluate(b, d.env) for b in backs]
    for x, b in zip(s.args, cotangents, strict=True):
        check_cotangent(b, x)
    forward = dot(d.ct_value, found) if found is not None else 0.0
    backward = sum(dot(b, t) for b, t in zip(cotangents, d.tangent_values, strict=True))
    scale = 1 + abs(forward) + sum(abs(dot(b, t)) for b, t in zip(cotangents, d.tangent_values, strict=True))
    assert abs(forward - backward) <= exact * scale or (np.isnan(forward) and np.isnan(backward)), (
        f"forward {forward} is not backward {backward}"
    )
    for term in (moves, *backs):
        for primitive in primitives_in(term):
            assert rule_of(primitive) is not None or primitive in (P.MAKE_TUPLE, P.ITEM, P.MAKE_FIXED), (
                f"{primitive} has no rule"
            )
    if s.smooth and any(d.active) and knowledge == "signature":
        check_differences(d, found)
        if s.orders > 1:
            check_second_order(d, moves, backs)


def _single(args: Any) -> bool:
    if isinstance(args, (tuple, list)):
        return any(map(_single, args))
    return getattr(args, "dtype", None) in (np.float32, np.complex64)


def check_kind(kind: Kind, value: Any) -> None:
    """The predicted kind says nothing that is not so."""
    if isinstance(kind, Scalar):
        assert type(value) in (bool, int, float, complex), f"predicted {kind}, got {type(value)}"
        assert type(value).__name__ == kind.type, f"predicted {kind}, got {type(value)}"
    elif isinstance(kind, Array):
        found = np.asarray(value)
        assert is_complex(kind) or found.dtype.kind != "c", f"predicted {kind}, got {found.dtype}"
        if kind.dtype is not None and not (is_complex(kind) and found.dtype.kind == "f"):
            assert isinstance(value, (np.ndarray, np.generic)), f"predicted {kind}, got {type(value)}"
            assert found.dtype.name == kind.dtype, f"predicted {kind}, got {found.dtype}"
        if kind.dims is not None:
            assert found.ndim == len(kind.dims), f"predicted {kind}, got shape {found.shape}"
            for dim, length in zip(kind.dims, found.shape, strict=True):
                assert dim is None or length == _length(dim), f"predicted {kind}, got shape {found.shape}"
    elif isinstance(kind, (Tuple, Fixed)):
        assert len(value) == len(kind.items), f"predicted {kind}, got {value}"
        for k, v in zip(kind.items, value, strict=True):
            check_kind(k, v)
    elif isinstance(kind, List):
        for v in value:
            check_kind(kind.item, v)


def _length(dim: Any) -> int:
    """The length that a symbol stands for: `n3` is 3, and `(n3+2)` the sum."""
    return dim if isinstance(dim, int) else int(eval(dim.name.replace("n", ""))) - dim.minus


def check_cotangent(x_bar: Any, x: Any) -> None:
    """A cotangent has the structure, shape and dtype of its operand."""
    if x_bar is None:
        return
    if isinstance(x, (tuple, list)):
        for b, v in zip(x_bar, x, strict=True):
            check_cotangent(b, v)
        return
    assert np.shape(x_bar) == np.shape(x), f"cotangent of shape {np.shape(x_bar)} for {np.shape(x)}"
    if isinstance(x, np.ndarray) and x.dtype.kind in "fc":
        assert np.asarray(x_bar).dtype == x.dtype, f"cotangent {np.asarray(x_bar).dtype} for {x.dtype}"


def _wide(x: Any) -> Any:
    """The value in double precision."""
    if isinstance(x, (tuple, list)):
        return type(x)(_wide(v) for v in x)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype == np.float32:
        return x.astype(np.float64)
    return x


def check_differences(d: Differentiated, found: Any) -> None:
    """The tangent agrees with central differences."""
    s, h = d.sample, 1e-5
    args = [_wide(a) for a in s.args]
    tangents = [_wide(t) for t in d.tangent_values]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        one = s.primitive.call(*(moved(x, t, h) for x, t in zip(args, tangents, strict=True)), **s.params)
        two = s.primitive.call(*(moved(x, t, -h) for x, t in zip(args, tangents, strict=True)), **s.params)
    close(found, difference(one, two, h), s.tolerance if not _single(s.args) else 1e-3, "tangent", s.args)


def close(found: Any, expected: Any, tolerance: float, what: str, at: Any) -> None:
    """Two structures agree, relative to their size; None is zero."""
    if expected is None:
        return
    if isinstance(expected, (tuple, list)):
        for k, e in enumerate(expected):
            close(None if found is None else found[k], e, tolerance, what, at)
        return
    f = np.zeros_like(expected) if found is None else np.asarray(found)
    assert f.shape == np.shape(expected), f"{what} of shape {f.shape}, not {np.shape(expected)}"
    size = 1 + np.max(np.abs(expected), initial=0)
    error = np.max(np.abs(f - expected), initial=0)
    assert error <= tolerance * size, f"{what} {f} is not {expected}"


def check_second_order(d: Differentiated, moves: Any, backs: list[Any]) -> None:
    """The terms of both modes, differentiated by their own rules, agree with their central differences."""
    s = d.sample
    if _single(s.args):
        return
    rng = np.random.default_rng(1)
    outs = [m for m in (moves if isinstance(moves, tuple) else (moves,)) if isinstance(m, Term)]
    for b in backs:
        outs += _leaves(b)
    env: dict[Var, Any] = dict(d.env)
    known: dict[Any, Any] = {}
    steps: dict[Var, Any] = {}
    for k, (var, on) in enumerate(zip(d.vars, d.active, strict=True)):
        if on:
            value = random_like(s.args[k], rng)
            value = made_symmetric(value) if s.symmetric else value
            steps[var] = value
            known[var] = variables(value, cotangent_kind(var.kind), f"s{k}", env)
    moved_args = [known.get(v) for v in d.vars]
    known[d.ans] = d.rule.jvp(Term(d.ans), d.args, s.params, moved_args)
    h = 1e-5

    def at(sign: float) -> dict[Var, Any]:
        new = dict(d.env)
        for var, step in steps.items():
            new[var] = moved(s.args[d.vars.index(var)], step, sign * h)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            new[d.ans] = s.primitive.call(*(new[v] for v in d.vars), **s.params)
        return new

    with np.errstate(all="ignore"):
        plus, minus = at(1), at(-1)
        memo: dict[int, Any] = {}
        for out in outs:
            moves_again = tangent(out, known, memo)
            found = evaluate(moves_again, env)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = difference(evaluate(out, plus), evaluate(out, minus), h)
            close(found, expected, max(s.tolerance, 1e-6) * 10, "second order", s.args)


def _leaves(tree: Any) -> list[Term]:
    if tree is None:
        return []
    if isinstance(tree, tuple):
        return [leaf for item in tree for leaf in _leaves(item)]
    return [tree]


def check_result_shares_as_stated(s: Sample) -> None:
    """`result` of the primitive is what np.shares_memory finds."""
    if not s.args or not isinstance(s.args[0], np.ndarray) or s.args[0].size == 0:
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        out = s.primitive.call(*s.args, **s.params)
    outs = out if isinstance(out, (tuple, list)) else (out,)
    shares = any(
        isinstance(o, np.ndarray) and np.shares_memory(o, a) for o in outs for a in s.args if isinstance(a, np.ndarray)
    )
    if s.primitive.result == "fresh":
        assert not shares, "stated fresh, shares memory"
    if s.primitive.result == "view" and s.primitive is not P.GETITEM and isinstance(out, np.ndarray) and out.size:
        assert shares, "stated view, shares no memory"


__all__ = ["HOLE", "KNOWLEDGE", "Sample", "check", "check_result_shares_as_stated", "runtime", "sample"]
