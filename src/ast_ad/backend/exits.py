"""How a loop is left: what its body yields on each path, and which paths are a `return` of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ast_ad.backend.tree import Node
from ast_ad.ir.core import Atom, Block, Call, If, Lit, Loop, Stmt, Var
from ast_ad.ir.walk import free_variables


def yielded(arm: Block, outs: Sequence[Var], results: Sequence[Atom]) -> list[Atom]:
    """What `results` are when the branch with these outs has taken an arm."""
    known: dict[Atom, Atom] = dict(zip(outs, arm.results, strict=True))
    return [known.get(r, r) for r in results]


def paths(block: Block, results: Sequence[Atom]) -> list[Sequence[Atom]]:
    """What the body of a loop yields on each path that its flag to stop distinguishes."""
    last = block.stmts[-1] if block.stmts else None
    if last is None or results[0] not in last.outs or isinstance(last, Call):
        return [results]
    if isinstance(last, Loop):
        return [decided(results, True), decided(results, False)]
    arms = (last.then, last.orelse)
    return [path for arm in arms for path in paths(arm, yielded(arm, last.outs, results))]


def decided(results: Sequence[Atom], stop: bool) -> list[Atom]:
    """What `results` are where the first of them, a flag that a loop inside has left, is known."""
    return [Lit(stop) if r is results[0] else r for r in results]


def is_literal(atom: Atom, value: Any) -> bool:
    """Whether an atom is this constant, of this type."""
    return isinstance(atom, Lit) and type(atom.value) is type(value) and atom.value == value


def constants_until_exit(loop: Loop) -> frozenset[int]:
    """The places of carried values that keep their initial constant until the loop is left."""
    params = loop.body.params[len(loop.body.params) - len(loop.inits) :]
    staying = [p for p in paths(loop.body, loop.body.results) if not is_literal(p[0], True)]
    found = set()
    for k, (param, init) in enumerate(zip(params, loop.inits, strict=True)):
        if not isinstance(init, Lit):
            continue
        if all(p[k + 1] in (param, init) or is_literal(p[k + 1], init.value) for p in staying):
            found.add(k)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Returning:
    """A loop whose flag, where it is set, makes what follows return: those paths return at once.

    flag     the place of the flag among the carried values
    after    what is read after the loop where it has not returned
    results  what is returned, in terms of the outs
    end      writes the return
    """

    loop: Loop
    flag: int
    after: frozenset[Atom]
    results: tuple[Atom, ...]
    end: Callable[[Sequence[Atom]], list[Node]]

    def takes(self, path: Sequence[Atom]) -> bool:
        """Whether a path of the body is one that returns."""
        return is_literal(path[0], True) and is_literal(path[self.flag + 1], True)

    def nodes(self, path: Sequence[Atom]) -> list[Node]:
        """The return of a path."""
        known: dict[Atom, Atom] = dict(zip(self.loop.outs, path[1:], strict=True))
        return self.end([known.get(r, r) for r in self.results])


def returning(
    stmts: Sequence[Stmt], results: Sequence[Atom], end: Callable[[Sequence[Atom]], list[Node]]
) -> Returning | None:
    """The exits of a loop followed by `if returned: return value`, where `results` are what is returned then."""
    if stmts and isinstance(stmts[-1], Loop) and results and results[0] in stmts[-1].outs:
        loop, then, after = stmts[-1], decided(results, True), set(decided(results, False))
        test: Atom = results[0]
    elif len(stmts) > 1 and isinstance(stmts[-2], Loop) and isinstance(branch := stmts[-1], If):
        loop, test, then = stmts[-2], branch.test, yielded(branch.then, branch.outs, results)
        if branch.then.stmts or test not in loop.outs:
            return None
        after = {*free_variables(branch.orelse), *yielded(branch.orelse, branch.outs, results)}
    else:
        return None
    flag = [*loop.outs].index(test)  # type: ignore[arg-type]
    if flag not in constants_until_exit(loop) or not is_literal(loop.inits[flag], False):
        return None
    for path in paths(loop.body, loop.body.results):
        if (
            is_literal(path[0], True)
            and not isinstance(path[flag + 1], Lit)
            and not _is_param(loop, path[flag + 1], flag)
        ):
            return None
    return Returning(loop, flag, frozenset(after), tuple(then), end)


def _is_param(loop: Loop, atom: Atom, k: int) -> bool:
    return loop.body.params[len(loop.body.params) - len(loop.inits) :][k] is atom
