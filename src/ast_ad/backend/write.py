"""Write a program as the text of a Python module."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ast_ad import runtime
from ast_ad.analyses.aliasing import Storage
from ast_ad.analyses.gifts import storages_of
from ast_ad.analyses.liveness import liveness
from ast_ad.backend.attempts import join_attempts
from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.comments import add_comments, beside
from ast_ad.backend.emit import Emitter, signature_of
from ast_ad.backend.expressions import RUNTIME_NAMES, Outside, called, name_of_object
from ast_ad.backend.names import name_variables
from ast_ad.backend.nesting import nest
from ast_ad.backend.ordering import put_choices_first, put_new_versions_last
from ast_ad.backend.readable import drop_unread_moves, make_readable
from ast_ad.backend.recording import Recorded, recorded_in
from ast_ad.backend.render import render
from ast_ad.backend.rotation import rotate
from ast_ad.backend.spreading import spread
from ast_ad.backend.standalone import sources_of
from ast_ad.backend.structure import conditional_values, structured
from ast_ad.backend.tapes import take_off_where_read
from ast_ad.backend.unpacking import unpack
from ast_ad.ir.core import Call, Function, Lit, Origin, Program, Try
from ast_ad.ir.walk import callee_of, statements
from ast_ad.optimize.versions import ask_the_latest

_STRUCTURE = frozenset(
    ("zip", "min", "max", "range", "reversed", "enumerate", "len", "print", "float", "int", "bool", "abs")
)


@dataclass(frozen=True)
class Written:
    """The text of a module.

    name       its entry function
    lines      for each line of the text, where it comes from in the user's source, or None
    namespace  the objects without a literal that the text reads from its globals
    """

    text: str
    name: str
    lines: tuple[Origin | None, ...]
    namespace: Mapping[str, Any] = field(default_factory=dict)


def write(
    program: Program,
    *,
    standalone: bool = False,
    recorded: list[Recorded] | None = None,
    public: Sequence[str] = (),
) -> Written:
    """The text of a program.  With `standalone` it carries the functions of the runtime and runs with NumPy alone.

    `recorded` gets what the text records for its reverse sweeps.  The functions `public` are called by others too.
    """
    aliases, callees = _aliases(program)
    outside = Outside(aliases, callees, program.functions)
    lines: list[tuple[str, Origin | None]] = []
    prepared = {
        name: rotate(put_new_versions_last(ask_the_latest(spread(put_choices_first(function)))))
        for name, function in program.functions.items()
    }
    private = _called(program) - {program.entry, *public}
    storages = storages_of(prepared, private)
    for name, function in prepared.items():
        written = _write_function(program, function, storages[name], outside, name in private, recorded)
        lines += [("", None), ("", None), *written]
    for identifier, alias in callees.items():
        lines += [("", None), ("", None), (f"{alias} = {identifier}", None)]
    head = [(line, None) for line in _imports(outside, standalone, program.functions)]
    if not head:
        del lines[:2]
    lines = [*head, *lines]
    text = "".join(f"{line}\n" for line, _ in lines)
    return Written(text, program.entry, tuple(origin for _, origin in lines), dict(outside.objects))


def _called(program: Program) -> set[str]:
    """The functions that functions of the program call."""
    stmts = (s for f in program.functions.values() for s in statements(f.block))
    return {callee.name for s in stmts if (callee := callee_of(s)) is not None}


def _write_function(
    program: Program,
    function: Function,
    storage: Storage,
    outside: Outside,
    private: bool,
    recorded: list[Recorded] | None,
) -> list[tuple[str, Origin | None]]:
    live, values = liveness(function), conditional_values(function)
    groups = Coalescing(function, live, values)
    tree = structured(function, live, storage, groups, values, not private)
    join_attempts(tree, groups)
    drop_unread_moves(tree, groups)
    unpack(tree, groups)
    nest(tree, groups, storage)
    take_off_where_read(tree, groups)
    make_readable(tree)
    names = name_variables(function, tree, groups, {*_needed(function), *program.functions})
    emitter = Emitter(program, tree, groups, names, outside, storage)
    body = add_comments(tree, emitter.statements)
    if recorded is not None:
        recorded += recorded_in(
            function.name,
            tree.body,
            lambda var: names[groups.group[var]],
            lambda loop: emitter.loop(replace(loop, body=[])),
        )
    if function.doc:
        body.insert(0, ast.Expr(value=ast.Constant(value=function.doc)))
    if function.ignored:
        settings = {k: ast.Constant(value="ignore") for k in sorted(function.ignored)}
        quiet = called(outside.path("np.errstate"), **settings)
        body = [ast.With(items=[ast.withitem(context_expr=quiet)], body=body)]
    definition = ast.FunctionDef(
        name=function.name,
        args=signature_of(function, outside),
        body=body or [ast.Pass()],
        decorator_list=[],
    )
    definition.origin = function.origin  # type: ignore[attr-defined]
    lines = render([definition])
    texts = beside([line for line, _ in lines], [getattr(stmt, "note", "") for _, stmt in lines])
    return [(text, getattr(stmt, "origin", None)) for text, (_, stmt) in zip(texts, lines, strict=True)]


@lru_cache(maxsize=256)
def _needed(function: Function) -> frozenset[str]:
    """The names from outside that the text of a function reads, other functions of the program aside."""
    needed = {*_STRUCTURE, "np", "math"}
    for stmt in statements(function.block):
        if isinstance(stmt, Call):
            needed.add(RUNTIME_NAMES.get(stmt.fn.name, stmt.fn.name).split(".")[0])
            objects = [a.value for a in stmt.args if isinstance(a, Lit)]
            objects = [part for value in objects for part in (value if isinstance(value, tuple) else (value,))]
            needed.update(name_of_object(value) for value in objects if hasattr(value, "__name__"))
            if stmt.fn.name == "list_add":
                needed.add("add")
        elif isinstance(stmt, Try):
            needed.update(map(name_of_object, stmt.errors))
    return frozenset(needed)


def _aliases(program: Program) -> tuple[dict[str, str], dict[str, str]]:
    """Other names for what a parameter or a function of the program hides, and for functions that a parameter hides."""
    functions = set(program.functions)
    params = {p.var.name for f in program.functions.values() for p in f.params}
    needed = frozenset[str]().union(*map(_needed, program.functions.values()))
    taken = params | functions | needed | {v.name for f in program.functions.values() for v in liveness(f).variables}

    def others(hidden: Iterable[str]) -> dict[str, str]:
        found = {}
        for identifier in sorted(hidden):
            alias = f"{identifier}_"
            while alias in taken:
                alias += "_"
            taken.add(alias)
            found[identifier] = alias
        return found

    return others((params | functions) & needed), others(params & functions)


def _imports(outside: Outside, standalone: bool, functions: Iterable[str]) -> Iterable[str]:
    """The lines before the functions."""
    aliases = outside.aliases
    copied = sources_of(outside.runtime, aliases, functions) if standalone else []
    modules = dict(outside.modules)
    for _, needs in copied:
        modules.update(needs)
    lines = ["from __future__ import annotations", ""] if copied else []
    for module, root in sorted(modules.items(), key=lambda item: (item[0] != "math", item[0])):
        alias = aliases.get(root, root)
        if "." in module and root in aliases:
            lines.append(f"import {module}")
            module = root
        lines.append(f"import {module}" if alias == module.split(".")[0] else f"import {module} as {alias}")
    for identifier in sorted(outside.builtins):
        lines.append(f"from builtins import {identifier} as {aliases[identifier]}")
    if copied:
        for source, _ in copied:
            lines += ["", "", *source.rstrip().split("\n")]
    elif outside.runtime:
        parts = [i if i not in aliases else f"{i} as {aliases[i]}" for i in sorted(outside.runtime)]
        lines += ["", f"from {runtime.__name__} import {', '.join(parts)}"]
    return lines
