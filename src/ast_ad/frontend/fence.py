"""Say which constructs of the language can be differentiated: one table, a row for each type of syntax node.

After `check`, a function holds accepted nodes only, and what comes after need not ask again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import gast

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.source import Source


class Refusal(NamedTuple):
    """Why a construct is refused, and what to write in its place."""

    reason: str
    remedy: str


class Row(NamedTuple):
    """The verdict on a type of node: accepted, where there is no refusal."""

    construct: str
    refusal: Refusal | None = None


WAITS = Refusal(
    "A derivative runs forward and backward in one go: it cannot wait for something else in between.",
    "Await the data first, and differentiate a plain function of it.",
)
WRITES_OUTSIDE = Refusal(
    "A variable outside the function would change behind the back of its derivative.",
    "Pass the value as an argument, and return the new one.",
)
BRANCHES_ON_FAILURE = Refusal(
    "Which of its statements took effect is not known when the function is run backward.",
    "Test for the case with if, or catch the exception where the function is called.",
)
EARLY_WRITE = Refusal(
    "It is read where the exception is caught, and may have its old value there or the new one.",
    "Compute in the `try` what may raise, and write after it, or in its `else`.",
)
HIDES = Refusal("It would hide an exception of the block.", "Leave after the statement.")
ENDLESS = Refusal(
    "What a generator yields here is collected in a list first.", "Loop over it with for and break, or let it end."
)
SEES = Refusal(
    "The generator's handlers would see what its consumer raises, which they do not in Python.",
    "Yield after the `try`, or in its `else`.",
)
RUNS_TEXT = Refusal("What it does is not known before it runs.", "Write the statements themselves, or a function.")
DEFINES = Refusal(
    "It makes another class or type at each call.",
    "Define it outside the function.",
)

TABLE: dict[str, Row] = {
    # Statements
    "AnnAssign": Row("annotated assignment"),
    "Assert": Row("`assert`"),
    "Assign": Row("assignment"),
    "AsyncFor": Row("`async for`", WAITS),
    "AsyncFunctionDef": Row("`async def`", WAITS),
    "AsyncWith": Row("`async with`", WAITS),
    "AugAssign": Row("augmented assignment"),
    "Break": Row("`break`"),
    "ClassDef": Row("`class`", DEFINES),
    "Continue": Row("`continue`"),
    "Delete": Row("`del`"),
    "Expr": Row("expression as a statement"),
    "For": Row("`for`"),
    "FunctionDef": Row("`def`"),
    "Global": Row("`global`"),
    "If": Row("`if`"),
    "Import": Row("`import`"),
    "ImportFrom": Row("`from` ... `import`"),
    "Match": Row("`match`"),
    "Nonlocal": Row("`nonlocal`"),
    "Pass": Row("`pass`"),
    "Raise": Row("`raise`"),
    "Return": Row("`return`"),
    "Try": Row("`try`"),
    "TryStar": Row("`try` with `except*`", BRANCHES_ON_FAILURE),
    "TypeAlias": Row("`type`", DEFINES),
    "While": Row("`while`"),
    "With": Row("`with`"),
    # Expressions
    "Attribute": Row("attribute"),
    "Await": Row("`await`", WAITS),
    "BinOp": Row("arithmetic"),
    "BoolOp": Row("`and`, `or`"),
    "Call": Row("call"),
    "Compare": Row("comparison"),
    "Constant": Row("constant"),
    "Dict": Row("dict"),
    "DictComp": Row("dict comprehension"),
    "FormattedValue": Row("value in an f-string"),
    "GeneratorExp": Row("generator expression"),
    "IfExp": Row("conditional expression"),
    "JoinedStr": Row("f-string"),
    "Lambda": Row("`lambda`"),
    "List": Row("list"),
    "ListComp": Row("list comprehension"),
    "Name": Row("name"),
    "NamedExpr": Row("`:=`"),
    "Set": Row("set"),
    "SetComp": Row("set comprehension"),
    "Slice": Row("slice"),
    "Starred": Row("starred value or target"),
    "Subscript": Row("subscript"),
    "Tuple": Row("tuple"),
    "UnaryOp": Row("sign, `~`, `not`"),
    "Yield": Row("`yield`"),
    "YieldFrom": Row("`yield from`"),
    # Parts of statements and expressions
    "ExceptHandler": Row("`except`"),
    "MatchAs": Row("pattern: name or wildcard"),
    "MatchClass": Row("pattern: class"),
    "MatchMapping": Row("pattern: mapping"),
    "MatchOr": Row("pattern: alternatives"),
    "MatchSequence": Row("pattern: sequence"),
    "MatchSingleton": Row("pattern: `None`, `True`, `False`"),
    "MatchStar": Row("pattern: starred"),
    "MatchValue": Row("pattern: value"),
    "ParamSpec": Row("type parameter `**P`"),
    "TypeVar": Row("type parameter `T`"),
    "TypeVarTuple": Row("type parameter `*Ts`"),
    "alias": Row("imported name"),
    "arguments": Row("parameters"),
    "comprehension": Row("`for` in a comprehension"),
    "keyword": Row("keyword argument"),
    "match_case": Row("`case`"),
    "withitem": Row("context manager"),
}

#: what no node shows by its type: refused where it is met
MEANINGS: tuple[Row, ...] = (
    Row("a `global` that is written", WRITES_OUTSIDE),
    Row("`nonlocal` of a name that outlives the function", WRITES_OUTSIDE),
    Row("a write in a `try`, before something that may raise, that a handler reads", EARLY_WRITE),
    Row("a way out of `finally`", HIDES),
    Row("a generator without end that is asked for all its values", ENDLESS),
    Row("a `yield` in a `try`, to a consumer that may raise what it catches", SEES),
    Row("`exec`, `eval`", RUNS_TEXT),
)

# They say how a node is meant, and are as good as the node.
_MARKS = (gast.expr_context, gast.boolop, gast.operator, gast.unaryop, gast.cmpop)


def check(tree: Any, source: Source) -> None:
    """Raise UnsupportedSyntax at the first node of a function, in the order of the text, that is refused.

    Decorators, defaults and annotations of the function itself are not looked at: they are not part of what it does.
    """
    body = tree.body if isinstance(tree.body, list) else [tree.body]
    refused = [] if _verdict(tree).refusal is None else [(tree, _verdict(tree))]
    for node in body:
        refused.extend(_refused(node, node))
    if refused:
        node, row = min(refused, key=lambda found: (found[0].lineno, found[0].col_offset))
        assert row.refusal is not None
        raise UnsupportedSyntax(
            f"{row.construct.replace('`', '')} cannot be used in a function that is differentiated",
            source.place(node),
            reason=row.refusal.reason,
            remedy=row.refusal.remedy,
        )


def table() -> str:
    """The table as Markdown.

    >>> print(table()[:70])
    | construct | verdict | why, and what to write instead |
    |---|---|---|
    """
    rows = ["| construct | verdict | why, and what to write instead |", "|---|---|---|"]
    for row in (*TABLE.values(), *MEANINGS):
        verdict = "accepted" if row.refusal is None else "refused"
        rows.append(f"| {row.construct} | {verdict} | {' '.join(row.refusal or ())} |")
    return "\n".join(rows)


def _verdict(node: Any) -> Row:
    if isinstance(node, gast.comprehension) and node.is_async:
        return TABLE["AsyncFor"]
    name = type(node).__name__
    unknown = Refusal("It is newer than this version of ast_ad.", "Write it in the older way.")
    return TABLE.get(name, Row(f"the construct {name}", unknown))


def _refused(node: Any, placed: Any) -> Iterator[tuple[Any, Row]]:
    """The refused nodes in a tree, each as the innermost node around it that has a place."""
    if hasattr(node, "lineno"):
        placed = node
    row = _verdict(node)
    if row.refusal is not None:
        yield placed, row
    for field, value in gast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, gast.AST) and not isinstance(child, _MARKS):
                yield from _refused(child, placed)
