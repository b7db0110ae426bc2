"""Put values that are read once back into the expression that reads them.

Statements are taken in their order.  A value that may move waits; a statement that reads waiting
values takes them in, if the expression evaluates them in the order in which they stood, and if the
line stays readable.  Before a statement writes what a waiting value reads, that value stays behind as
a statement of its own, and so does every value that may raise when something that may raise, or has
an effect, would come before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ast_ad.analyses.aliasing import Storage
from ast_ad.analyses.updates import makes_a_view
from ast_ad.backend.coalescing import Coalescing, adds_to_a_name
from ast_ad.backend.names import is_of_the_user
from ast_ad.backend.tree import (
    Attempt,
    Branch,
    For,
    Let,
    Moves,
    Node,
    Select,
    Tree,
    While,
    defines,
    lists,
    operands,
    walk,
)
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Callee, Lit, Var
from ast_ad.ir.kinds import Scalar
from ast_ad.ir.primitives import HOLE, OPERATORS, Span

WIDTH = 88
INDENT = 4
#: what a call adds to the width of its operands, for those that are not written with their name
_EXTRA = {"getitem": 2, "list_get": 2, "item": 3, "neg": 1, "length": 5, "shape": 6, "index_update": 5, "index_add": 6}


@dataclass(slots=True, eq=False)
class _Waiting:
    """A value that may move: what it reads, whether it may raise, how wide it is, and how often it is read."""

    var: Var
    node: Let | Select
    variables: set[int]
    classes: set[int]
    raises: bool
    width: int
    readers: int = 1


def nest(tree: Tree, names: Coalescing, storage: Storage) -> None:
    """Nest what can be nested, in all lists of statements."""
    nesting = _Nesting(tree, names, storage)
    nesting.statements(tree.body, 1)


class _Nesting:
    def __init__(self, tree: Tree, names: Coalescing, storage: Storage) -> None:
        self.nested = tree.nested
        self.names = names
        self.storage = storage
        self.uses: Counter[Atom] = Counter()
        for node in (*walk(tree.body), *tree.nested.values()):
            self.uses.update(operands(node))
            if isinstance(node, Let) and node.update:
                self.uses[node.call.args[0]] += 3
        read = {names.group[a] for a in self.uses if isinstance(a, Var)}
        self.uses.update({var: 3 for var in tree.flowing if names.group[var] in read})
        self.uses.update(dict.fromkeys(tree.flowing, 0))
        self.unread: set[Node] = set()
        self.forget_unread(tree.body)
        self.moved = {
            value
            for node in walk(tree.body)
            if isinstance(node, Moves)
            for var, value, _ in node.pairs
            if isinstance(value, Var) and value.name == var.name
        }
        self.first_terms = {
            node.call.args[0] for node in walk(tree.body) if isinstance(node, Let) and _adds_a_contribution(node.call)
        }

    def statements(self, nodes: list[Node], depth: int) -> None:
        """Nest in one list of statements and in those inside it."""
        waiting: list[_Waiting] = []
        room = WIDTH - INDENT * depth
        for node in nodes:
            for inner in lists(node):
                self.statements(inner, depth + 1)
            if node in self.unread:
                continue
            taken = self.take(node, waiting, room)
            if isinstance(node, (Let, Select)) and self.may_wait(node):
                item = self.wait(node, taken)
                group = self.names.group[item.var]  # if it will be assigned after all, then here
                self.leave([other for other in waiting if group in other.variables], waiting)
                waiting.append(item)
            else:
                self.pass_by(node, waiting, taken)
        self.leave(waiting, waiting)
        nodes[:] = [n for n in nodes if not self.vanishes(n)]

    def forget_unread(self, nodes: list[Node]) -> None:
        """Do not count what is read only to compute what nothing reads."""
        for node in reversed(nodes):
            for inner in lists(node):
                self.forget_unread(inner)
            if self.vanishes(node):
                self.unread.add(node)
                self.uses.subtract(operands(node))

    def vanishes(self, node: Node) -> bool:
        """Whether a statement is written elsewhere, or is not needed."""
        if node in self.unread:
            return True
        if isinstance(node, Select):
            return node.out in self.nested or (not self.uses[node.out] and not self.may_raise(node))
        if not isinstance(node, Let):
            return False
        outs = node.call.outs
        if len(outs) != 1 or node.update:
            return False
        return outs[0] in self.nested or (not self.uses[outs[0]] and not self.may_raise(node))

    # what a value is

    def may_wait(self, node: Let | Select) -> bool:
        var = defines(node)[0] if len(defines(node)) == 1 else None
        named = var is not None and is_of_the_user(var)
        if var is None or (named and not self.goes_into_its_name(node, var)):
            return False
        if isinstance(node, Let) and (
            node.update
            or node.call.fn.name == "caught"
            or (not isinstance(node.call.fn, Callee) and node.call.fn.effect)
        ):
            return False
        if self.uses[var] == 1 or not isinstance(node, Let):
            return self.uses[var] == 1
        return (self.uses[var] == 2 and _is_short_view(node)) or (self.uses[var] > 0 and self.is_transpose(node))

    def is_transpose(self, node: Let) -> bool:
        """Whether a statement is `A.T` of something with a name."""
        call = node.call
        return (
            call.fn.name == "np.transpose" and not call.params and not node.copied and call.args[0] not in self.nested
        )

    def goes_into_its_name(self, node: Let | Select, var: Var) -> bool:
        """Whether a value that the user named is read only to make what has the same name."""
        if var in self.moved:
            return True
        if var not in self.first_terms or not isinstance(node, Let) or adds_to_a_name(node.call):
            return False
        return not _adds_a_contribution(node.call)

    def may_raise(self, node: Let | Select) -> bool:
        """Whether a statement may raise or has an effect.

        What a transform wrote never raises where the primal did not.
        """
        if isinstance(node, Select):
            inner = [self.nested[a] for a in operands(node) if isinstance(a, Var) and a in self.nested]
            return any(map(self.may_raise, inner))
        call = node.call
        if isinstance(call.fn, Callee):
            return True
        if (call.origin and call.origin.sweep) or _is_short_view(node):
            return False
        inner = [self.nested[a] for a in call.args if isinstance(a, Var) and a in self.nested]
        total = call.fn.total(tuple(map(kind_of, call.args)), dict(call.params))
        return call.fn.effect or not total or any(map(self.may_raise, inner))

    def wait(self, node: Let | Select, taken: list[_Waiting]) -> _Waiting:
        var = defines(node)[0]
        variables, classes = self.reads(node)
        for item in taken:
            variables |= item.variables
            classes |= item.classes
        readers = self.uses[var]
        if readers > 1:
            variables.add(self.names.group[var])
        return _Waiting(var, node, variables, classes, self.may_raise(node), self.width(node), readers)

    def reads(self, node: Node) -> tuple[set[int], set[int]]:
        """The variables of the text that a statement reads, and the buffer classes whose contents it reads."""
        variables: set[int] = set()
        classes: set[int] = set()
        for atom in operands(node):
            if not isinstance(atom, Var):
                continue
            if atom in self.nested:
                inner = self.reads(self.nested[atom])
                variables |= inner[0]
                classes |= inner[1]
            else:
                variables.add(self.names.group[atom])
            if not isinstance(atom.kind, Scalar):
                classes.add(self.storage.classes[atom])
        return variables, classes

    def width(self, node: Node) -> int:
        """About how many characters a statement or expression takes."""
        inner = sum(map(self.atom_width, operands(node)))
        if isinstance(node, Let):
            extra = _call_width(node.call) + (0 if -1 not in node.copied else 7)
            return inner + extra + (len(self.names.wish(self.names.group[node.call.outs[0]])) if node.update else 0)
        return inner + (10 if isinstance(node, Select) else 8 + 2 * len(operands(node)))

    def atom_width(self, atom: Atom) -> int:
        if isinstance(atom, Lit):
            return len(repr(atom.value))
        if atom in self.nested:
            return self.width(self.nested[atom])
        return len(self.names.wish(self.names.group[atom])) or 2

    # what a statement does to the values that wait

    def take(self, node: Node, waiting: list[_Waiting], room: int) -> list[_Waiting]:
        """Nest in `node` the waiting values that it reads."""
        if not waiting:
            return []
        by_var = {item.var: item for item in waiting}
        taken = [by_var[a] for a in operands(node) if isinstance(a, Var) and a in by_var]
        if not taken:
            return []
        if isinstance(node, Select):  # its arms are evaluated on demand
            self.leave([item for item in taken if item.raises and item.var is not node.test], waiting)
        elif isinstance(node, Moves) and sum(item.raises for item in taken) > 1:
            self.leave([item for item in waiting if item.raises], waiting)
        self.keep_order([item for item in taken if item in waiting], waiting)
        self.keep_width(node, taken, waiting, room)
        kept = [item for item in taken if item in waiting]
        for item in kept:
            self.nested[item.var] = item.node
            item.readers -= 1
        waiting[:] = [item for item in waiting if item.readers]
        return kept

    def keep_order(self, taken: list[_Waiting], waiting: list[_Waiting]) -> None:
        """What may raise is taken only if it is evaluated in the order in which it stood."""
        raising = [item for item in taken if item.raises]
        stack = [item for item in waiting if item.raises]
        if raising and [id(i) for i in raising] != [id(i) for i in stack[len(stack) - len(raising) :]]:
            self.leave(stack, waiting)

    def keep_width(self, node: Node, taken: list[_Waiting], waiting: list[_Waiting], room: int) -> None:
        here = [item for item in taken if item in waiting]
        total = self.width(node) + sum(item.width - 2 for item in here)
        while here and total > room:
            self.leave([max(here, key=lambda item: item.width)], waiting)
            here = [item for item in taken if item in waiting]
            total = self.width(node) + sum(item.width - 2 for item in here)

    def leave(self, items: Iterable[_Waiting], waiting: list[_Waiting]) -> None:
        """Let values be statements of their own; with one that may raise, those that may raise before it."""
        for item in list(items):
            if item not in waiting:
                continue
            before = waiting[: waiting.index(item)] if item.raises else []
            for gone in [*(other for other in before if other.raises), item]:
                waiting.remove(gone)
                self.nested.pop(gone.var, None)

    def handed(self, node: Node) -> tuple[Var, ...]:
        """What a statement hands over to a function that may write to it."""
        return self.storage.gifts.get(node.call, ()) if isinstance(node, Let) else ()

    def pass_by(self, node: Node, waiting: list[_Waiting], taken: list[_Waiting]) -> None:
        """Leave behind the values that may not move past a statement."""
        if not waiting:
            return
        if isinstance(node, (Attempt, Branch, For, While)):
            self.leave(waiting, waiting)
            return
        assigned = {self.names.group[v] for v in defines(node)}
        written = {self.storage.classes[node.call.outs[0]]} if isinstance(node, Let) and node.update else set()
        if isinstance(node, Let) and node.call in self.storage.in_place:
            written = {self.storage.classes[node.call.outs[0]]}
        written |= {self.storage.classes[arg] for item in (node, *(w.node for w in taken)) for arg in self.handed(item)}
        event = any(item.raises for item in taken) or (isinstance(node, Let) and self.may_raise(node))
        for item in list(waiting):
            if (
                item.var in self.first_terms
                or item.variables & assigned
                or item.classes & written
                or (event and item.raises)
            ):
                self.leave([item], waiting)


def _adds_a_contribution(call: Call) -> bool:
    """Whether a call is `x_bar = x_bar + e` for the same statement of the user that its first term is for."""
    if (
        call.fn.name not in ("+", "-", "neg")
        or call.origin is None
        or not call.origin.sweep
        or isinstance(call.fn, Callee)
    ):
        return False
    old, new = call.args[0], call.outs[0]
    if not isinstance(old, Var) or not new.name or old.name != new.name or old.origin is None:
        return False
    return call.fn.name == "neg" or (old.origin.line, old.origin.text) == (call.origin.line, call.origin.text)


def _is_short_view(node: Let) -> bool:
    """Whether a statement is a slice with constant ends, which cannot raise and costs next to nothing."""
    call = node.call
    if call.fn.name != "getitem" or node.copied or isinstance(call.fn, Callee):
        return False
    index = dict(call.params)["index"]
    kind = kind_of(call.args[0])
    return (
        all(isinstance(part, Span) or part in (None, Ellipsis) for part in index)
        and len(call.args) == 1
        and len(index) <= len(getattr(kind, "dims", None) or ())
        and makes_a_view(call)
    )


def _call_width(call: Call) -> int:
    name = call.fn.name
    if isinstance(call.fn, Callee) or name not in OPERATORS:
        extra = _EXTRA.get(name, len(name) + 2 * len(call.args))
    else:
        extra = len(name) + 3
    for key, value in call.params:
        extra += len(key) + len(repr(value)) + 3 if key != "index" else _index_width(value)
    return extra


def _index_width(index: tuple[object, ...]) -> int:
    total = 2 * len(index)
    for part in index:
        if isinstance(part, Span):
            total += 1 + sum(
                len(repr(e)) for e in (part.start, part.stop, part.step) if e is not None and e is not HOLE
            )
        elif part is not HOLE:
            total += len(repr(part))
    return total
