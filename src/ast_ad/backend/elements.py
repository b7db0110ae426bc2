"""Loops over the elements of lists and arrays, which the IR has as loops over their indices."""

from __future__ import annotations

from ast_ad.analyses.aliasing import Storage
from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.names import is_of_the_user
from ast_ad.backend.tree import For, Let, Node, defines, lists, operands
from ast_ad.ir.core import Atom, Call, If, Lit, Loop, Stmt, Var
from ast_ad.ir.primitives import HOLE
from ast_ad.ir.walk import statements


def loop_over_elements(
    loop: Loop, node: For, storage: Storage, names: Coalescing, definitions: dict[Var, Stmt]
) -> None:
    """Turn `for i in range(len(xs)): x = xs[i]; ...` into `for x in xs: ...` where nothing else is asked of `i`.

    Where something is, it is `for i, x in enumerate(xs)`, and over the shortest of several `for x, y in zip(xs, ys)`.
    """
    assert loop.range is not None
    index, (start, stop, step) = loop.body.params[0], loop.range
    if not _is_int(start, 0) or not _is_int(step, 1) or not isinstance(stop, Var):
        return
    lists = _lists_of_length(stop, definitions)
    reads = [n for n in node.body if isinstance(n, Let) and _reads_at(n, index)]
    if not lists or len(reads) != len(lists) or {let.call.args[0] for let in reads} != set(lists):
        return
    if any(_touches(names, n, let.call.outs[0]) for let in reads for n in node.body[: node.body.index(let)]):
        return
    calls = [s for s in statements(loop.body) if isinstance(s, Call)]
    updated = [s.outs[0] for s in calls if s in storage.in_place] + [v for s in calls for v in storage.gifts.get(s, ())]
    if any(storage.may_alias(var, whole) for var in updated for whole in lists):
        return
    count = len(reads)
    asked = sum(_mentions(s, index) for s in statements(loop.body)) - count + (index in loop.body.results)
    if asked and (loop.reverse or count > 1 or not is_of_the_user(index) or not reads[0].call.outs[0].name):
        return
    if loop.reverse and count > 1:
        return
    node.each = tuple((let.call.outs[0], let.call.args[0]) for let in reads)
    node.index = index if asked else None
    node.body[:] = [n for n in node.body if n not in reads]


def _touches(names: Coalescing, node: Node, var: Var) -> bool:
    """Whether a statement reads or assigns the variable of the text that `var` is."""
    found = (*operands(node), *defines(node), *(node.call.args[:1] if isinstance(node, Let) else ()))
    inner = (n for part in lists(node) for n in part)
    return any(names.together(var, other) for other in found) or any(_touches(names, n, var) for n in inner)


def _lists_of_length(stop: Var, definitions: dict[Var, Stmt]) -> list[Var]:
    """The lists whose shortest length `stop` is."""
    found = definitions.get(stop)
    if is_of_the_user(stop):
        return []
    if isinstance(found, Call) and found.fn.name == "length":
        return [found.args[0]] if isinstance(found.args[0], Var) else []
    shorter = _operands_of_minimum(found, definitions)
    if shorter is None:
        return []
    one, two = (_lists_of_length(v, definitions) for v in shorter)
    return [*one, *two] if one and two else []


def _operands_of_minimum(found: Stmt | None, definitions: dict[Var, Stmt]) -> tuple[Var, Var] | None:
    """The ints that `a if a < b else b`, or a call of `min`, takes the smaller of."""
    if isinstance(found, Call) and found.fn.name == "min" and len(found.args) == 2:
        a, b = found.args
    elif isinstance(found, If) and not found.then.stmts and not found.orelse.stmts and isinstance(found.test, Var):
        test = definitions.get(found.test)
        if not isinstance(test, Call) or test.fn.name not in ("<", "<=", ">", ">="):
            return None
        place = found.outs.index(next(v for v in found.outs if definitions.get(v) is found))
        a, b = test.args if "<" in test.fn.name else test.args[::-1]
        if len(found.outs) != 1 or (found.then.results[place], found.orelse.results[place]) != (a, b):
            return None
    else:
        return None
    return (a, b) if isinstance(a, Var) and isinstance(b, Var) else None


def _reads_at(node: Let, index: Var) -> bool:
    """Whether a statement reads one element of a list or array at the index."""
    call = node.call
    if node.copied or call.fn.name not in ("list_get", "getitem") or call.args[1:] != (index,):
        return False
    return call.fn.name == "list_get" or dict(call.params)["index"] == (HOLE,)


def _is_int(atom: Atom, value: int) -> bool:
    return isinstance(atom, Lit) and type(atom.value) is int and atom.value == value


def _mentions(stmt: Stmt, var: Var) -> int:
    if isinstance(stmt, Call):
        return var in stmt.args
    if isinstance(stmt, If):
        return var in (stmt.test, *stmt.then.results, *stmt.orelse.results)
    return var in (*(stmt.range or ()), *stmt.inits, *stmt.body.results)
