"""A function on its way to text: statements in the order of their lines, operands still IR atoms.

Nesting takes a `Let` or `Select` out of its list and keeps it beside the tree, in the expression that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ast_ad.ir.core import Atom, Call, Origin, Var


@dataclass(slots=True, eq=False)
class Let:
    """`outs = call`; an `update` is written to the variable of its out.

    `copied` are the places of operands that are copied, -1 for the result.
    """

    call: Call
    update: bool = False
    copied: tuple[int, ...] = ()

    @property
    def origin(self) -> Origin | None:
        """Where the call comes from."""
        return self.call.origin


@dataclass(slots=True, eq=False)
class Select:
    """`out = then if test else orelse`; where an arm is the test itself, `test and then` or `test or orelse`."""

    out: Var
    test: Atom
    then: Atom
    orelse: Atom
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Unpack:
    """`outs = whole`, a tuple of as many."""

    whole: Var
    outs: tuple[Var, ...]
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Moves:
    """Assignments that happen at once: (variable, value, whether the value is copied)."""

    pairs: list[tuple[Var, Atom, bool]]
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Branch:
    """`if test`, or `if not test` where `negated`."""

    test: Atom
    then: list[Node]
    orelse: list[Node]
    negated: bool = False
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Handler:
    """`except errors: body`."""

    errors: tuple[type[BaseException], ...]
    body: list[Node]


@dataclass(slots=True, eq=False)
class Attempt:
    """`try: body`, with its handlers and its `else`.

    `flags` are variables that say afterwards, by True or by False, that the body came to its end.
    """

    body: list[Node]
    handlers: list[Handler]
    flags: dict[Var, bool]
    orelse: list[Node]
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class For:
    """`for index in range(start, stop, step)`, or, with `each`, over the elements of lists or arrays."""

    index: Var | None
    range: tuple[Atom, Atom, Atom]
    body: list[Node]
    reverse: bool = False
    each: tuple[tuple[Var, Atom], ...] = ()
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class While:
    """`while test`, or `while not test`; `while True` where there is no test."""

    body: list[Node]
    test: Atom | None = None
    negated: bool = False
    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Break:
    """Leaves the loop."""

    origin: Origin | None = None


@dataclass(slots=True, eq=False)
class Return:
    """Leaves the function; `copied` are the places of values that are copied."""

    values: tuple[Atom, ...]
    copied: frozenset[int] = frozenset()
    origin: Origin | None = None


Node: TypeAlias = Let | Select | Unpack | Moves | Branch | Attempt | For | While | Break | Return


@dataclass(slots=True)
class Tree:
    """The statements of a function.

    nested    by variable: what is written inside the expression that reads it
    flowing   what a block yields to a variable that is the same one in the text, so that nothing is written
    """

    body: list[Node]
    nested: dict[Var, Let | Select] = field(default_factory=dict)
    flowing: set[Var] = field(default_factory=set)


def operands(node: Node) -> tuple[Atom, ...]:
    """What a statement reads itself, in the order in which Python evaluates it."""
    if isinstance(node, Let):
        args = node.call.args
        if node.update:
            return (*args[2:], args[1]) if node.call.fn.name in ("index_add", "masked") else args[1:]
        return args
    if isinstance(node, Select):
        return (node.test, *(a for a in (node.then, node.orelse) if a is not node.test))
    if isinstance(node, Unpack):
        return (node.whole,)
    if isinstance(node, Moves):
        return tuple(value for _, value, _ in node.pairs)
    if isinstance(node, Return):
        return node.values
    if isinstance(node, For):
        return tuple(whole for _, whole in node.each) or node.range
    return (node.test,) if isinstance(node, (Branch, While)) and node.test is not None else ()


def defines(node: Node) -> tuple[Var, ...]:
    """The variables that a statement itself assigns."""
    if isinstance(node, Let):
        return node.call.outs
    if isinstance(node, Select):
        return (node.out,)
    if isinstance(node, Unpack):
        return node.outs
    if isinstance(node, Moves):
        return tuple(var for var, _, _ in node.pairs)
    if isinstance(node, For):
        return (*((node.index,) if node.index else ()), *(var for var, _ in node.each))
    return ()


def lists(node: Node) -> tuple[list[Node], ...]:
    """The lists of statements inside a statement."""
    if isinstance(node, Branch):
        return (node.then, node.orelse)
    if isinstance(node, Attempt):
        return (node.body, node.orelse, *(handler.body for handler in node.handlers))
    return (node.body,) if isinstance(node, (For, While)) else ()


def read_variables(tree: Tree) -> Iterator[Atom]:
    """What the statements of a tree read, with what they write to in place."""
    for node in (*walk(tree.body), *tree.nested.values()):
        yield from read_by(node)


def read_by(node: Node) -> Iterator[Atom]:
    """What a statement reads itself, with what it writes to in place."""
    yield from operands(node)
    if isinstance(node, Let) and node.update:
        yield node.call.outs[0]


def walk(nodes: list[Node]) -> Iterator[Node]:
    """All statements, outer before inner."""
    for node in nodes:
        yield node
        for inner in lists(node):
            yield from walk(inner)
