"""Programs of the IR, written by hand, as the transforms write them: forward sweep, tapes, reverse sweep."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder
from ast_ad.ir.core import Atom, Block, Function, If, Lit, Loop, Origin, Param, Program, Var
from ast_ad.ir.kinds import (
    FLOAT,
    INT,
    Array,
    Kind,
    List,
    Sym,
    join,
)
from ast_ad.ir.promotion import elementwise_kind

N = Sym("n", not_one=True)
VECTOR = Array("float64", (N,))
MATRIX = Array("float64", (N, Sym("m", not_one=True)))


def elementwise(name: str, fn: Any) -> P.Primitive:
    """A primitive as the tables of rules make it."""
    return P.Primitive(name, fn, lambda ks, p: elementwise_kind(fn, ks))


SIN = elementwise("math.sin", math.sin)
COS = elementwise("math.cos", math.cos)
NP_SIN = elementwise("np.sin", np.sin)
SUM = P.Primitive("np.sum", np.sum, lambda ks, p: Array(getattr(ks[0], "dtype", "float64"), ()))


class Writing(Builder):
    """A builder with operators by their symbol and nested blocks as functions."""

    def op(self, symbol: str, *args: Any, name: str = "", **how: Any) -> Var:
        """A call of an operator, or of a primitive, with plain numbers as literals."""
        primitive = {"neg": P.NEG, "not": P.NOT, "abs": P.ABS}.get(symbol) or P.OPERATORS[symbol]
        return self.do(primitive, *args, name=name, **how)

    def do(self, primitive: P.Primitive, *args: Any, name: str = "", **how: Any) -> Var:
        """A call of a primitive with one result."""
        return self.call(primitive, *map(atom, args), name=name, **how)

    def at(self, text: str, sweep: int = 0, line: int = 1) -> Writing:
        """Let what follows come from a statement of the user."""
        self.origin = Origin("model.py", line, 0, line, len(text), text, sweep) if text else None
        return self

    def inner(self) -> Writing:
        """A builder for a block inside, with the same origin."""
        return Writing(self.origin)

    def pop(self, tape: Var, name: str = "", item: str = "") -> tuple[Var, Var]:
        """The tape without its last element, and that element."""
        rest, value = self.call_all(P.POP, tape, names=(name, item))
        return rest, value

    def branch(self, test: Atom, then: Block, orelse: Block, *names: str) -> tuple[Var, ...]:
        """An If; its outs have the joined kinds of what the arms yield."""
        outs = tuple(
            Var(name, join_kinds(a, b), self.origin)
            for name, a, b in zip(names, then.results, orelse.results, strict=True)
        )
        self.add(If(outs, test, then, orelse, self.origin))
        return outs

    def loop(
        self, range_: Any, inits: tuple[Any, ...], params: tuple[Var, ...], body: Block, reverse: bool = False
    ) -> tuple[Var, ...]:
        """A Loop; its outs are named after the parameters that they leave."""
        carried = params[1:] if range_ is not None else params
        outs = tuple(Var(p.name, p.kind, self.origin) for p in carried)
        bounds = None if range_ is None else tuple(map(atom, range_))
        self.add(Loop(outs, bounds, tuple(map(atom, inits)), body, self.origin, reverse))
        return outs


def atom(value: Any) -> Atom:
    """A literal for what is no atom."""
    return value if isinstance(value, (Var, Lit)) else Lit(value)


def join_kinds(a: Atom, b: Atom) -> Kind:
    """The kind of a value that is one or the other."""
    from ast_ad.ir.build import kind_of

    one, two = kind_of(a), kind_of(b)
    if repr(a) == "undefined":
        return two
    return one if repr(b) == "undefined" else join(one, two)


def block(builder: Writing, results: tuple[Any, ...], params: tuple[Var, ...] = ()) -> Block:
    """What a builder has collected, as a block."""
    return builder.block(tuple(map(atom, results)), params)


def function(name: str, params: tuple[Var, ...], builder: Writing, *results: Any, **how: Any) -> Function:
    """A function with plain parameters."""
    return Function(name, tuple(map(Param, params)), block(builder, results, params), **how)


def program(*functions: Function) -> Program:
    """A program whose entry is the last function."""
    return Program(functions[-1].name, {f.name: f for f in functions})


def f_gradient() -> Program:
    """The gradient of `(x + y) * math.sin(x)`."""
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    b.at("return (x + y) * math.sin(x)")
    s = b.op("+", x, y)
    t = b.do(SIN, x)
    b.at("return (x + y) * math.sin(x)", 1)
    slope = b.op("*", s, b.do(COS, x))
    x_bar = b.op("+", t, slope, name="x_bar")
    return program(function("f_grad", (x, y), b, x_bar, t))


def settle_gradient() -> Program:
    """The gradient of a Newton-like iteration with an early exit."""
    x, k = Var("x", FLOAT), Var("k", FLOAT)
    b = Writing()
    tape = b.at("xs", 1).do(P.MAKE_LIST)
    xs0, x0, n0 = Var("", List(FLOAT)), Var("x", FLOAT), Var("n", INT)
    body = b.at("while abs(x) > 0.1:").inner()
    test = body.op(">", body.op("abs", x0), 0.1)
    inner = body.inner().at("if n == 20:")
    full = inner.op("==", n0, 20)
    on = inner.inner().at("x = x - k * math.sin(x)", 0, 4)
    xs1 = on.at("x = x - k * math.sin(x)", 1, 4).do(P.APPEND, xs0, x0)
    on.at("x = x - k * math.sin(x)", 0, 4)
    x1 = on.op("-", x0, on.op("*", k, on.do(SIN, x0)), name="x")
    n1 = on.at("n += 1", 0, 5).op("+", n0, 1, name="n")
    stop, xs2, x2, n2 = inner.branch(
        full, block(inner.inner(), (True, xs0, x0, n0)), block(on, (False, xs1, x1, n1)), "", "", "x", "n"
    )
    stop3, xs3, x3, n3 = body.branch(
        test, block(inner, (stop, xs2, x2, n2)), block(body.inner(), (True, xs0, x0, n0)), "", "", "x", "n"
    )
    params = (xs0, x0, n0)
    xs4, x4, _ = b.loop(None, (tape, x, 0), params, block(body, (stop3, xs3, x3, n3), params))
    b.at("return x * x", 1, 6)
    x_bar = b.op("*", 2.0, x4, name="x_bar")
    xs5, x_bar0, k_bar0 = Var("", List(FLOAT)), Var("x_bar", FLOAT), Var("k_bar", FLOAT)
    body = b.at("while abs(x) > 0.1:", 1, 2).inner()
    empty = body.do(P.IS_EMPTY, xs5)
    back = body.inner().at("x = x - k * math.sin(x)", 1, 4)
    xs6, x5 = back.pop(xs5, item="x")
    k_bar1 = back.op("-", k_bar0, back.op("*", x_bar0, back.do(SIN, x5)), name="k_bar")
    slope = back.op("*", back.op("*", x_bar0, k), back.do(COS, x5))
    x_bar1 = back.op("-", x_bar0, slope, name="x_bar")
    params = (xs5, x_bar0, k_bar0)
    outs = body.branch(
        empty, block(body.inner(), (True, *params)), block(back, (False, xs6, x_bar1, k_bar1)), *[""] * 4
    )
    _, x_bar2, k_bar2 = b.loop(None, (xs4, x_bar, 0.0), params, block(body, outs, params))
    return program(function("settle_grad", (x, k), b, x_bar2, k_bar2))


def span(start: Any = None, stop: Any = None, step: Any = None) -> tuple[P.Span]:
    """The template of one slice."""
    return (P.Span(start, stop, step),)


def diffuse_gradient() -> Program:
    """The gradient of an explicit heat equation."""
    u, alpha, steps = Var("u", VECTOR), Var("alpha", FLOAT), Var("steps", INT)
    b = Writing()
    u0 = b.at("u = u.copy()").do(P.COPY, u, name="u")
    tape = b.at("laps", 1).do(P.MAKE_LIST)
    t, u1, laps = Var("t", INT), Var("u", VECTOR), Var("", List(Array("float64", (Sym("n", 2),))))
    text = "u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])"
    body = b.at("for t in range(steps):").inner().at(text, 0, 4)
    twice = body.op(
        "-", body.do(P.GETITEM, u1, index=span(2)), body.op("*", 2, body.do(P.GETITEM, u1, index=span(1, -1)))
    )
    lap = body.op("+", twice, body.do(P.GETITEM, u1, index=span(None, -2)), name="lap")
    laps1 = body.at(text, 1, 4).do(P.APPEND, laps, lap)
    u2 = body.at(text, 0, 4).do(P.INDEX_ADD, u1, body.op("*", alpha, lap), name="u", index=span(1, -1))
    outs = b.loop((0, steps, 1), (tape, u0), (t, laps, u1), block(body, (False, laps1, u2), (t, laps, u1)))
    b.at("return np.sum(u ** 2)", 1, 5)
    u_bar = b.op("*", 2, outs[1], name="u_bar")
    t, laps, u_bar1 = Var("t", INT), Var("", laps.kind), Var("u_bar", VECTOR)
    alpha_bar = Var("alpha_bar", Array("float64", ()))
    body = b.at("for t in range(steps):", 1, 3).inner().at(text, 1, 4)
    laps2, lap = body.pop(laps, item="lap")
    middle = body.do(P.GETITEM, u_bar1, index=span(1, -1))
    alpha_bar1 = body.op("+", alpha_bar, body.do(SUM, body.op("*", middle, lap)), name="alpha_bar")
    lap_bar = body.op("*", alpha, middle, name="lap_bar")
    u_bar2 = body.do(P.INDEX_ADD, u_bar1, lap_bar, name="u_bar", index=span(2))
    down = body.op("neg", body.op("*", 2, lap_bar))
    u_bar3 = body.do(P.INDEX_ADD, u_bar2, down, name="u_bar", index=span(1, -1))
    u_bar4 = body.do(P.INDEX_ADD, u_bar3, lap_bar, name="u_bar", index=span(None, -2))
    params = (t, laps, u_bar1, alpha_bar)
    inner = block(body, (False, laps2, u_bar4, alpha_bar1), params)
    _, u_bar5, alpha_bar2 = b.loop((0, steps, 1), (outs[0], u_bar, 0.0), params, inner, reverse=True)
    return program(function("diffuse_grad", (u, alpha, steps), b, u_bar5, alpha_bar2))
