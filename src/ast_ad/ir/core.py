"""The IR: structured SSA.  Frozen, slotted, without behaviour; identity of a `Var` is equality.

    Atom = Var | Lit            Stmt = Call | If | Try | Loop
    Block(params, stmts, results)        block parameters and results, where a textbook has phi
    Function(name, params, block)        parameters are the parameters of its block
    Program(entry, functions)            functions call each other by name (`Callee`), so recursion needs no cycle

A `Loop` serves `for` and `while`.  It means

    carried = inits
    for index in range(*range):              # or `while True` where `range` is None (no index then)
        stop, *carried = body(index, *carried)
        if stop: break
    outs = carried

and with `reverse` it runs over `reversed(range(*range))`.

Writing to memory is functional: `a[i] = v` is `a1 = index_update(a0, v, i)`, `xs.append(v)` is `xs1 = append(xs0, v)`,
`xs.pop()` is `xs1, v = pop(xs0)`.  A tape is a list with `append` in the forward sweep and `pop` in the reverse sweep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ast_ad.ir.kinds import Kind
from ast_ad.ir.primitives import Primitive


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a statement comes from: the user's expression, and the text of the user's statement.

    Lines count from 1 and columns from 0, as in `ast`.  `sweep` is 0 for what the user wrote and n for what the nth
    transform wrote about it.  `again` marks a statement that the reverse sweep computes again, and so may raise there.
    """

    file: str
    line: int
    col: int
    end_line: int
    end_col: int
    text: str
    sweep: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """One definition.  `name` is a wish (the user's name, or what the value is); the backend makes names unique."""

    name: str
    kind: Kind
    origin: Origin | None = None

    def __repr__(self) -> str:
        return f"<{self.name}>"


def christen(var: Var, name: str) -> None:
    """Give a variable the name that the user has for it; it stays the same variable."""
    object.__setattr__(var, "name", name)


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """A constant: a Python number, None, Ellipsis, a string, a dtype, or `UNDEFINED`."""

    value: Any

    def __repr__(self) -> str:
        return repr(self.value)


Atom: TypeAlias = Var | Lit


class Undefined:
    """The value of a name that this path has not bound.  It is never read; as a result of a block it prints nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Lit(Undefined())


@dataclass(frozen=True, slots=True)
class Callee:
    """A function of the same `Program`, by name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`outs = fn(*args, **params)`; `args` are run-time values, `params` constants in the order of the signature."""

    outs: tuple[Var, ...]
    fn: Primitive | Callee
    args: tuple[Atom, ...]
    params: tuple[tuple[str, Any], ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Statements between what enters (`params`) and what leaves (`results`)."""

    params: tuple[Var, ...]
    stmts: tuple[Stmt, ...]
    results: tuple[Atom, ...]


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """Both arms have no parameters and as many results as there are outs."""

    outs: tuple[Var, ...]
    test: Atom
    then: Block
    orelse: Block
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Try(If):
    """An If that is decided while it runs: `then` is tried, and where it raises one of `errors`, `orelse` runs instead.

    The first out says whether it raised; there is no test.  What `then` did before it raised does not count.
    """

    errors: tuple[type[BaseException], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """`body.params` = (index, *carried) or, without a range, (*carried); `body.results` = (stop, *carried)."""

    outs: tuple[Var, ...]
    range: tuple[Atom, Atom, Atom] | None
    inits: tuple[Atom, ...]
    body: Block
    origin: Origin | None = None
    reverse: bool = False


Stmt: TypeAlias = Call | If | Loop


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter as the user's signature has it.

    `form` is "plain", "star" (`*args`, a tuple), "keyword" (keyword-only), "kwargs" (`**kwargs`, a dict) or "capture"
    (a global, cell or attribute that the caller fetches by `path` and passes by keyword).
    """

    var: Var
    form: str = "plain"
    default: Atom | None = None
    path: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Custom:
    """A derivative of the user's own: in mode "vjp" the functions for the sweeps, in mode "jvp" the one with tangents.

    `by` says for each parameter whether the rule has its derivative.  In mode "later" `maker` writes the functions for
    either mode when a transform asks for them, and `rules` are functions that it needs.
    """

    mode: str
    rules: tuple[str, ...]
    by: tuple[bool, ...]
    maker: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the program.  `block.params` are the variables of `params`, in order.

    `ignored` are the floating-point errors that NumPy keeps quiet about while it runs.  Of a function that is
    `recomputed` a reverse sweep keeps the arguments, and computes again what it reads.
    """

    name: str
    params: tuple[Param, ...]
    block: Block
    doc: str = ""
    origin: Origin | None = None
    custom: Custom | None = None
    ignored: frozenset[str] = frozenset()
    recomputed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The function `entry` and all that it reaches, callees before callers where there is no recursion."""

    entry: str
    functions: Mapping[str, Function] = field(default_factory=dict)

    @property
    def main(self) -> Function:
        """The entry function."""
        return self.functions[self.entry]
