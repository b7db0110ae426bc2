"""Random programs of the IR: branches, loops with exits, updates, views, tapes, swaps, copies, tuples."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import UNDEFINED, Atom, Block, Call, Callee, Function, Lit, Program, Var
from ast_ad.ir.kinds import BOOL, FLOAT, INT, Array, Kind, List, Sym
from tests.backend.sweeps import NP_SIN, SUM, VECTOR, Writing, block, function, program, span

SHORT = Array("float64", (Sym("n", 1),))
INDICES = Array("int64", (3,))
ELEMENT = Array("float64", ())
FLOATS, ARRAYS = List(FLOAT), List(VECTOR)
TRANSPOSE = P.Primitive("np.transpose", np.transpose, lambda ks, p: ks[0], result="view", cost=0)
FLIP = P.Primitive("np.flip", np.flip, lambda ks, p: ks[0], result="view", cost=0)
KINDS = (FLOAT, INT, VECTOR, SHORT, ELEMENT, FLOATS, ARRAYS)
NAMES = ("", "", "", "", "x", "y", "u", "v", "x_bar", "u_bar", "len", "np")
TEXTS = ("x = x + y", "if x:", "u[1:] += v", "y = a if b else c", "n += 1")


class Generator:
    """Draws one program; `rng` is a `random.Random`, or Hypothesis's stand-in for one."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.left = rng.randint(3, 30)
        self.sweeps = rng.choice(((0,), (0, 0, 1)))
        self.helper: Function | None = None

    def program(self) -> Program:
        """A program of one function, or of two of which one calls the other."""
        if self.rng.random() < 0.2:
            self.helper = self.function("helper")
            self.left = self.rng.randint(3, 20)
        main = self.function("main")
        return program(*([self.helper] if self.helper else []), main)

    def function(self, name: str) -> Function:
        """A function of a number, an int, two arrays and lists of both."""
        params = tuple(
            Var(n, k)
            for n, k in zip(("x", "n", "u", "v", "xs", "us"), (FLOAT, INT, VECTOR, VECTOR, FLOATS, ARRAYS), strict=True)
        )
        b = Writing()
        scope = list(params)
        self.statements(b, scope, 0)
        last = [v for v in scope if v.kind in KINDS][-8:]
        results: list[Atom] = [self.rng.choice(last) for _ in range(self.rng.randint(1, 4))]
        if self.rng.random() < 0.4:
            self.left = 12
            results = self.return_from_loop(b, scope, [v.kind for v in results if isinstance(v, Var)])
        return function(name, params, b, *results)

    def return_from_loop(self, b: Writing, scope: list[Var], kinds: Sequence[Kind]) -> list[Atom]:
        """What a function returns that may do so inside a loop, or inside a loop in a loop."""
        names = ["" for _ in kinds]
        flag, *values = self.searching_loop(b, scope, kinds, self.rng.randint(1, 2))
        inner, known = b.inner(), list(scope)
        self.statements(inner, known, 2)
        arms = block(b.inner(), tuple(values)), block(inner, tuple(self.results(known, kinds)))
        return list(b.branch(flag, *arms, *names))

    def searching_loop(self, b: Writing, scope: list[Var], kinds: Sequence[Kind], depth: int) -> tuple[Var, ...]:
        """A loop that is left with a flag and values where something is found; else the flag is False."""
        index, flag = Var("i", INT), Var("found", BOOL)
        held = [Var(self.wish(), kind) for kind in kinds]
        params = (index, flag, *held)
        inner, known = b.inner(), [*scope, index]
        self.statements(inner, known, 2)
        starts = self.results(scope, kinds)
        if depth > 1:
            found, *values = self.searching_loop(inner, known, kinds, depth - 1)
            body = block(inner, (found, found, *values), params)
        else:
            test = self.test(inner, known)
            leaves, rest = inner.inner(), list(known)
            self.statements(leaves, rest, 2)
            arms = [
                block(leaves, (True, True, *self.results(rest, kinds))),
                block(inner.inner(), (False, False, *starts)),
            ]
            if self.rng.random() < 0.3:
                broken = (True, False, *self.results(known, kinds))
                way_out = inner.inner()
                arms[1] = block(
                    way_out,
                    way_out.branch(inner.op("==", index, 1), block(b.inner(), broken), arms[1], *("" for _ in broken)),
                )
            outs = inner.branch(test, *arms, *("" for _ in params[1:]), "")
            body = block(inner, outs, params)
        return b.loop((0, 3, 1), (False, *starts), params, body)

    def wish(self) -> str:
        return self.rng.choice(NAMES)

    def pick(self, scope: Sequence[Var], kind: Kind, literal: bool = True) -> Atom:
        """A variable of a kind, late ones more often than early ones."""
        found = [v for v in scope if v.kind == kind]
        if literal and kind in (FLOAT, INT) and (not found or self.rng.random() < 0.15):
            return Lit(self.rng.choice((0.5, -1.5, 2.0)) if kind == FLOAT else self.rng.choice((0, 1, 2)))
        if self.rng.random() < 0.6:
            found = found[-3:]
        return self.rng.choice(found) if found else UNDEFINED

    def statements(self, b: Writing, scope: list[Var], depth: int) -> None:
        """Some statements; `scope` gets what they define."""
        for _ in range(self.rng.randint(1, 7)):
            if self.left <= 0:
                return
            self.left -= 1
            b.at(self.rng.choice(TEXTS), self.rng.choice(self.sweeps), self.rng.randint(1, 9))
            if depth < 3 and self.rng.random() < 0.3:
                self.rng.choice((self.branch, self.branch, self.loop))(b, scope, depth)
            else:
                self.rng.choice(self.simple)(self, b, scope)

    # one statement each

    def arithmetic(self, b: Writing, scope: list[Var]) -> None:
        kind = self.rng.choice((FLOAT, FLOAT, INT, VECTOR, VECTOR, SHORT))
        self.add(b, scope, P.OPERATORS[self.rng.choice("+-+-*")], self.pick(scope, kind), self.pick(scope, kind))

    def accumulate(self, b: Writing, scope: list[Var]) -> None:
        old = self.pick(scope, self.rng.choice((FLOAT, VECTOR, SHORT)), False)
        if isinstance(old, Var):
            scope.append(b.op("+", old, self.pick(scope, old.kind), name=old.name))

    def scale(self, b: Writing, scope: list[Var]) -> None:
        kind = self.rng.choice((VECTOR, SHORT))
        self.add(b, scope, P.MUL, self.pick(scope, FLOAT), self.pick(scope, kind))

    def function_of(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, self.rng.choice((NP_SIN, P.NEG)), self.pick(scope, self.rng.choice((VECTOR, SHORT))))

    def total(self, b: Writing, scope: list[Var]) -> None:
        value = b.call(SUM, self.pick(scope, self.rng.choice((VECTOR, SHORT)))) if scope else None
        if value is not None and isinstance(b.stmts[-1].args[0], Var):  # type: ignore[union-attr]
            scope.append(b.call(P.TO_FLOAT, value, name=self.wish()))
        else:
            b.stmts.pop()

    def read(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, P.GETITEM, self.pick(scope, VECTOR), self.index(scope), index=(P.HOLE,))

    def slice_(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, P.GETITEM, self.pick(scope, VECTOR), index=span(*self.rng.choice(((1, None), (None, -1)))))

    def whole_slice(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, P.GETITEM, self.pick(scope, VECTOR), index=span())

    def view(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, self.rng.choice((TRANSPOSE, FLIP)), self.pick(scope, self.rng.choice((VECTOR, SHORT))))

    def copy(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, P.COPY, self.pick(scope, self.rng.choice(KINDS), False))

    def zeros(self, b: Writing, scope: list[Var]) -> None:
        self.add(
            b, scope, P.ZEROS_LIKE, self.pick(scope, self.rng.choice((FLOAT, VECTOR, SHORT, FLOATS, ARRAYS)), False)
        )

    def stretch(self, b: Writing, scope: list[Var]) -> None:
        value = self.pick(scope, self.rng.choice((FLOAT, ELEMENT, VECTOR)))
        like = self.pick(scope, VECTOR)
        if UNDEFINED not in (value, like):
            out = b.call(self.rng.choice((P.BROADCAST_LIKE, P.UNBROADCAST)), value, like, name=self.wish())
            if out.kind == VECTOR:
                scope.append(out)

    def update(self, b: Writing, scope: list[Var]) -> None:
        old, primitive = self.pick(scope, VECTOR), self.rng.choice((P.INDEX_UPDATE, P.INDEX_ADD))
        if not isinstance(old, Var):
            return
        name = old.name if self.rng.random() < 0.7 else self.wish()
        form = self.rng.randint(0, 3)
        if form == 0:
            args, index = (self.pick(scope, FLOAT), self.index(scope)), (P.HOLE,)
        elif form == 1:
            args, index = (self.pick(scope, SHORT),), span(*self.rng.choice(((1, None), (None, -1))))
        elif form == 2:
            args, index = (self.pick(scope, VECTOR),), span()
        else:
            args, index = (self.pick(scope, FLOAT), Lit(self.rng.choice(([0, 0, 1], [2, 3])))), (P.HOLE,)
        if UNDEFINED not in args:
            scope.append(b.call(primitive, old, *args, name=name, index=index))

    def append(self, b: Writing, scope: list[Var]) -> None:
        kind = self.rng.choice((FLOATS, ARRAYS))
        old, value = self.pick(scope, kind), self.pick(scope, kind.item)
        if isinstance(old, Var) and value is not UNDEFINED:
            out = Var(old.name if self.rng.random() < 0.7 else self.wish(), kind, b.origin)
            b.add(Call((out,), P.APPEND, (old, value), (), b.origin))
            scope.append(out)

    def pop(self, b: Writing, scope: list[Var]) -> None:
        """Pop where there is something to pop."""
        old = self.pick(scope, self.rng.choice((FLOATS, ARRAYS)))
        if isinstance(old, Var):
            other = self.pick(scope, old.kind.item)
            empty = b.do(P.IS_EMPTY, old)
            inner = b.inner()
            rest, value = inner.call_all(P.POP, old, names=(old.name, self.wish()))
            if other is not UNDEFINED:
                arms = (block(b.inner(), (old, other)), block(inner, (rest, value)))
                scope += b.branch(empty, *arms, old.name, self.wish())

    def list_get(self, b: Writing, scope: list[Var]) -> None:
        self.add(b, scope, P.LIST_GET, self.pick(scope, self.rng.choice((FLOATS, ARRAYS))), Lit(0))

    def list_change(self, b: Writing, scope: list[Var]) -> None:
        kind = self.rng.choice((FLOATS, ARRAYS))
        old, value = self.pick(scope, kind), self.pick(scope, kind.item)
        if isinstance(old, Var) and value is not UNDEFINED:
            scope.append(b.call(self.rng.choice((P.LIST_SET, P.LIST_ADD)), old, value, Lit(-1), name=old.name))

    def pair(self, b: Writing, scope: list[Var]) -> None:
        one, two = self.pick(scope, VECTOR), self.pick(scope, self.rng.choice((FLOAT, VECTOR)))
        if UNDEFINED not in (one, two):
            both = b.call(P.MAKE_TUPLE, one, two, name=self.wish())
            scope += [both, b.call(P.ITEM, both, key=self.rng.randint(0, 1), name=self.wish())]

    def compare(self, b: Writing, scope: list[Var]) -> None:
        kind = self.rng.choice((FLOAT, INT))
        symbol = self.rng.choice(("<", "<=", ">", "==", "!="))
        self.add(b, scope, P.OPERATORS[symbol], self.pick(scope, kind), self.pick(scope, kind))

    def call(self, b: Writing, scope: list[Var]) -> None:
        if self.helper is not None and b.stmts is not None:
            args = tuple(self.pick(scope, p.var.kind) for p in self.helper.params)
            outs = tuple(Var(self.wish(), kind_of(r), b.origin) for r in self.helper.block.results)
            if UNDEFINED not in args and all(o.kind in KINDS for o in outs):
                b.add(Call(outs, Callee("helper"), args, (), b.origin))
                scope += outs

    simple: Sequence[Callable[..., None]] = (
        *(arithmetic, arithmetic, accumulate, accumulate, scale, function_of, total, read, slice_, slice_, whole_slice),
        *(view, copy, zeros, stretch, update, update, update, update, append, append, pop, pop, list_get, list_change),
        *(pair, compare, call),
    )

    def add(self, b: Writing, scope: list[Var], primitive: P.Primitive, *args: Any, **params: Any) -> None:
        if UNDEFINED not in args:
            out = b.call(primitive, *args, name=self.wish(), **params)
            scope.append(out)

    def index(self, scope: Sequence[Var]) -> Atom:
        return Lit(self.rng.choice((0, 1, -1)))

    # statements with blocks

    def test(self, b: Writing, scope: list[Var]) -> Atom:
        found = [v for v in scope if v.kind == BOOL]
        if found and self.rng.random() < 0.5:
            return self.rng.choice(found)
        return b.op(self.rng.choice(("<", ">")), self.pick(scope, FLOAT), self.pick(scope, FLOAT))

    def results(self, scope: Sequence[Var], kinds: Sequence[Kind]) -> list[Atom]:
        return [self.pick(scope, kind, False) for kind in kinds]

    def branch(self, b: Writing, scope: list[Var], depth: int) -> None:
        test = self.test(b, scope)
        kinds = [v.kind for v in self.rng.sample(scope, min(len(scope), self.rng.randint(1, 3)))]
        arms = []
        for _ in range(2):
            inner, known = b.inner(), list(scope)
            if self.rng.random() < 0.7:
                self.statements(inner, known, depth + 1)
            arms.append(block(inner, tuple(self.results(known, kinds))))
        scope += b.branch(test, arms[0], arms[1], *(self.wish() for _ in kinds))

    def loop(self, b: Writing, scope: list[Var], depth: int) -> None:
        inits = [v for v in self.rng.sample(scope, min(len(scope), self.rng.randint(1, 4))) if v.kind in KINDS]
        counted = self.rng.random() < 0.6
        index = Var(self.rng.choice(("", "i", "n")), INT)
        carried = [Var(v.name if self.rng.random() < 0.6 else self.wish(), v.kind) for v in inits]
        if not counted:
            carried.append(index)
        params = (index, *carried) if counted else tuple(carried)
        inner, known = b.inner(), [*scope, *params]
        result = self.body(inner, known, [v.kind for v in inits], index, counted, depth)
        starts: list[Any] = [*inits, *([] if counted else [0])]
        bounds = self.rng.choice(((0, 3, 1), (2, -1, -1), (0, self.pick(scope, INT), 1))) if counted else None
        body = Block(params, tuple(inner.stmts), tuple(result))
        scope += b.loop(bounds, tuple(starts), params, body, counted and self.rng.random() < 0.3)

    def body(
        self, b: Writing, known: list[Var], kinds: Sequence[Kind], index: Var, counted: bool, depth: int
    ) -> list[Atom]:
        """The statements of a trip and what it yields; it may leave early."""
        exits = self.rng.random() < 0.5 or not counted
        if not exits:
            self.statements(b, known, depth + 1)
            return [Lit(False), *self.results(known, kinds)]
        if self.rng.random() < 0.5:
            self.statements(b, known, depth + 1)
        test = b.op(">=", index, 2) if not counted or self.rng.random() < 0.5 else self.test(b, known)
        early = [Lit(True), *self.results(known, kinds)]
        inner, rest = b.inner(), list(known)
        self.statements(inner, rest, depth + 1)
        late: list[Atom] = [Lit(False), *self.results(rest, kinds)]
        if not counted:
            early.append(index)
            late.append(inner.op("+", index, 1))
        arms = [block(b.inner(), tuple(early)), block(inner, tuple(late))]
        if self.rng.random() < 0.3:
            test = b.op("not", test)
            arms.reverse()
        return list(b.branch(test, arms[0], arms[1], *("" for _ in early)))


def arguments() -> list[Any]:
    """Arguments for the functions that are drawn."""
    u, v = np.array([0.5, -1.0, 2.0, 0.25]), np.array([1.5, 0.125, -0.75, 3.0])
    return [0.75, 2, u, v, [1.0, -2.0], [np.array([1.0, 2.0, -1.0, 0.5]), v[::-1] * 2]]


def draw(rng: random.Random) -> Program:
    """A random program."""
    return Generator(rng).program()
