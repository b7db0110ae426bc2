"""Give the variables of the text their names.

The user's names win; a name is a wish of the IR, or says what the value is (`a_i`, `sin_x`), or is a
letter.  Tapes are plurals of what they hold.  No name is a keyword, what the text needs from outside,
or a builtin that the user did not use.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import count

from ast_ad.backend.coalescing import Coalescing, same_sort
from ast_ad.backend.spans import spans_of
from ast_ad.backend.tree import Let, Node, Tree, defines, walk
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Call, Callee, Function, Lit, Var
from ast_ad.ir.kinds import BOOL, Array
from ast_ad.ir.primitives import HOLE, split_path
from ast_ad.ir.walk import statements

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_LONGEST = 16


def name_variables(function: Function, tree: Tree, groups: Coalescing, needed: Iterable[str]) -> dict[int, str]:
    """The name of each variable that the text of a function has, by its group; `needed` may not be hidden."""
    return _Namer(function, tree, groups, needed).names


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


@lru_cache(maxsize=256)
def words_of(function: Function) -> frozenset[str]:
    """The words of the user's statements of a function."""
    stmts = statements(function.block)
    return frozenset().union(*(_words(text) for text in {s.origin.text for s in stmts if s.origin}))


def is_of_the_user(var: Var) -> bool:
    """Whether the user gave a value its name.

    Then the name, or that of what it is the cotangent of, is in the text of its statement.
    """
    if not var.name or var.origin is None:
        return bool(var.name)
    name = var.name
    while name.endswith(("_bar", "_dot")):
        name = name[:-4]
    return name in _words(var.origin.text)


class _Namer:
    def __init__(self, function: Function, tree: Tree, groups: Coalescing, needed: Iterable[str]) -> None:
        self.groups = groups
        self.names: dict[int, str] = {groups.group[p.var]: p.var.name for p in function.params}
        self.taken = {*self.names.values(), *needed, *keyword.kwlist}
        nodes = list(walk(tree.body))
        defined = self.defined(nodes)
        self.nested = tree.nested
        self.spans = spans_of(tree, groups)
        self.shared: dict[str, list[int]] = {}
        self.first = {
            group: next(v for v in defines(node) if groups.group[v] == group) for group, node in defined.items()
        }
        for group in defined:
            wish = groups.wish(group)
            if wish.isidentifier() and group not in self.names:
                self.give(group, wish)
        self.taken.update(dir(builtins))
        tapes = self.tapes(nodes)
        stored = self.stored(nodes)
        for group, node in defined.items():
            if group not in self.names and group not in tapes and isinstance(node, Let):
                described = self.describe(node.call) or stored.get(group, "")
                if described:
                    self.describe_as(group, described)
        letters = self.letters(words_of(function))
        for group in defined:
            if group not in self.names and group not in tapes:
                self.names[group] = next(letters)
        for group, held in tapes.items():
            if group not in self.names:
                self.give(group, self.plural(held))

    def stored(self, nodes: list[Node]) -> dict[int, str]:
        """What the values are that go into elements, by their groups: `x_i` for what `x[i]` will be."""
        found: dict[int, str] = {}
        for node in nodes:
            if isinstance(node, Let) and node.update and node.call.fn.name in ("index_update", "list_set"):
                call, value = node.call, node.call.args[1]
                wish = self.groups.wish(self.groups.group[call.outs[0]])
                parts = [wish, *self.subscripts(replace(call, args=(call.args[0], *call.args[2:])))]
                described = "_".join(parts)
                if isinstance(value, Var) and all(parts) and len(described) <= _LONGEST:
                    found.setdefault(self.groups.group[value], described)
        return found

    def defined(self, nodes: list[Node]) -> dict[int, Node]:
        """The groups that are assigned, in order, each with the statement that assigns it first."""
        found: dict[int, Node] = {}
        for node in nodes:
            for var in defines(node):
                found.setdefault(self.groups.group[var], node)
        return found

    def tapes(self, nodes: list[Node]) -> dict[int, Var | Lit]:
        """The lists that are appended to, each with what it first holds."""
        found: dict[int, Var | Lit] = {}
        for node in nodes:
            if isinstance(node, Let) and node.update and node.call.fn.name == "append":
                found.setdefault(self.groups.group[node.call.outs[0]], node.call.args[1])
        return found

    def give(self, group: int, wish: str) -> None:
        """Name a group as wished, with a number where the name is taken."""
        name = wish
        if name in self.taken:
            joint = "_" if wish[-1].isdigit() or keyword.iskeyword(wish) else ""
            name = next(n for n in (f"{wish}{joint}{k}" for k in count(2)) if n not in self.taken)
        self.taken.add(name)
        self.names[group] = name

    def describe_as(self, group: int, wish: str) -> None:
        """Name a group by what it is: as another that is the same elsewhere in the text, if both live apart."""
        others = self.shared.setdefault(wish, [])
        span, kind = self.spans.get(group), kind_of(self.first[group])
        if (
            others
            and span is not None
            and all(
                not span.meets(self.spans[other]) and same_sort(kind, kind_of(self.first[other])) for other in others
            )
        ):
            self.names[group] = self.names[others[0]]
            others.append(group)
            return
        self.give(group, wish)
        if span is not None and not others:
            others.append(group)

    def letters(self, words: frozenset[str]) -> Iterator[str]:
        """Letters, then letters with a number; none that the user's statements have."""
        for round_ in count(1):
            for letter in _LETTERS:
                name = letter if round_ == 1 else f"{letter}{round_}"
                if name not in self.taken and name not in words:
                    self.taken.add(name)
                    yield name

    def plural(self, held: Var | Lit) -> str:
        name = self.names.get(self.groups.group[held], "") if isinstance(held, Var) else ""
        inner = self.nested.get(held) if isinstance(held, Var) and not name else None
        if isinstance(inner, Let):
            name = self.describe(inner.call)
        if len(name) < 2 and (not name or not isinstance(held, Var) or not self.groups.wish(self.groups.group[held])):
            return "tape"
        plural = f"{name}es" if name.endswith("s") else f"{name}s"
        return f"{name}_tape" if keyword.iskeyword(plural) or hasattr(builtins, plural) else plural

    def describe(self, call: Call) -> str:
        """What a value is, in a few letters: `a_i` for `a[i]`, `sin_x` for `np.sin(x)`."""
        if isinstance(call.fn, Callee) or not call.args or len(call.outs) != 1:
            return ""
        first, name = call.args[0], call.fn.name
        if kind_of(call.outs[0]) in (BOOL, Array("bool", ())):
            return "test"
        wish = self.groups.wish(self.groups.group[first]) if isinstance(first, Var) else ""
        if not wish:
            return ""
        described = ""
        if name in ("getitem", "list_get", "item"):
            parts = [wish, *self.subscripts(call)]
            described = "_".join(parts) if len(parts) > 1 and all(parts) else ""
        elif name == "length":
            described = f"{wish}_length"
        elif len(call.args) == 1 and not call.params:
            last = name.rpartition(".")[2]
            described = f"{last}_{wish}" if last.isidentifier() and name != "zeros_like" else ""
        return described if len(described) <= _LONGEST else ""

    def subscripts(self, call: Call) -> list[str]:
        """The subscripts of a read, as parts of a name; "" for what cannot be one."""
        if call.fn.name == "item":
            return [str(dict(call.params)["key"]) if str(dict(call.params)["key"]).isalnum() else ""]
        index = dict(call.params).get("index", ())
        if call.fn.name.startswith("list"):
            index = (*(HOLE for _ in split_path(call.args[1:], index)[0]), *index)
        holes = iter(call.args[1:])
        parts = []
        for part in index:
            atom = next(holes, None) if part is HOLE else Lit(part)
            if isinstance(atom, Var):
                parts.append(self.groups.wish(self.groups.group[atom]))
            else:
                parts.append(str(atom.value) if isinstance(atom, Lit) and isinstance(atom.value, int) else "")
        return [part if part.replace("_", "").isalnum() else "" for part in parts]
