import ast
import linecache
import sys
import textwrap

import gast
import pytest

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend import fence
from ast_ad.frontend.source import source_of


@pytest.fixture
def function(monkeypatch):
    """Make the function f of a text that stands in the file user.py."""

    def make(text):
        text = textwrap.dedent(text).strip() + "\n"
        lines = text.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, "user.py", (len(text), None, lines, "user.py"))
        namespace = {}
        exec(compile(text, "user.py", "exec"), namespace)
        return source_of(namespace["f"])

    return make


def leaves(base):
    """The node types of this Python below a base, without the deprecated aliases of Constant and of Slice."""
    kinds = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, base)]
    return {
        kind.__name__
        for kind in kinds
        if kind is not base and not issubclass(kind, ast.Constant) and kind.__module__ == "ast"
        if kind.__doc__ is None or "Deprecated" not in kind.__doc__
    } | ({"Constant"} if base is ast.expr else set())


@pytest.mark.parametrize("base", [ast.stmt, ast.expr, ast.pattern, ast.excepthandler])
def test_every_node_type_of_this_python_has_a_row(base):
    assert leaves(base) - set(fence.TABLE) == set()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python has type parameters since 3.12")
def test_every_type_parameter_has_a_row():
    assert leaves(ast.type_param) - set(fence.TABLE) == set()


def test_every_row_is_a_node_type_of_gast():
    for name in fence.TABLE:
        assert issubclass(getattr(gast, name), gast.AST)


def test_rows_stand_in_the_order_of_the_alphabet():
    names = list(fence.TABLE)
    statements = [name for name in names if issubclass(getattr(gast, name), gast.stmt)]
    expressions = [n for n in names if issubclass(getattr(gast, n), gast.expr | gast.slice)]
    parts = [name for name in names if name not in {*statements, *expressions}]
    assert names == sorted(statements) + sorted(expressions) + sorted(parts)


WAITS = """\
A derivative runs forward and backward in one go: it cannot wait for something else in between.
Await the data first, and differentiate a plain function of it."""
FAILURE = """\
Which of its statements took effect is not known when the function is run backward.
Test for the case with if, or catch the exception where the function is called."""
DEFINES = """\
It makes another class or type at each call.
Define it outside the function."""

REFUSED = {
    # what the function holds: (construct, what the caret underlines, reason and remedy)
    "class A: pass": ("class", "class A: pass", DEFINES),
    "async def g(): pass": ("async def", "async def g(): pass", WAITS),
}
if sys.version_info >= (3, 11):
    REFUSED["try:\n    pass\nexcept* E:\n    pass"] = ("try with except*", "try:", FAILURE)
if sys.version_info >= (3, 12):
    REFUSED["type T = int"] = ("type", "type T = int", DEFINES)


@pytest.mark.parametrize("text", REFUSED)
def test_a_refused_construct_is_shown_with_what_to_do(function, text):
    construct, underlined, why = REFUSED[text]
    source = function("def f(x):\n" + textwrap.indent(text, "    "))
    with pytest.raises(UnsupportedSyntax) as caught:
        fence.check(source.node, source)
    number, line = next((n, t) for n, t in enumerate(text.splitlines(), 2) if underlined in t)
    column = line.index(underlined)
    assert str(caught.value) == (
        f"user.py:{number}:{column + 5}: {construct} cannot be used in a function that is differentiated\n"
        f"    {line}\n"
        f"    {' ' * column}{'^' * len(underlined)}\n" + textwrap.indent(why, "    ")
    )


ASYNC = {
    "return await x": ("await", "await x"),
    "async for y in x: pass": ("async for", "async for y in x: pass"),
    "async with x: pass": ("async with", "async with x: pass"),
    "return [y async for y in x]": ("async for", "[y async for y in x]"),
}


@pytest.mark.parametrize("text", ASYNC)
def test_an_async_construct_is_shown_with_what_to_do(function, text):
    construct, underlined = ASYNC[text]
    source = function(f"async def f(x):\n    {text}")
    with pytest.raises(UnsupportedSyntax) as caught:
        fence.check(source.node, source)
    assert str(caught.value).startswith("user.py:1:1: async def cannot be used in a function")

    tree = source.node
    plain = gast.FunctionDef(**dict(gast.iter_fields(tree)))
    with pytest.raises(UnsupportedSyntax) as caught:
        fence.check(gast.copy_location(plain, tree), source)
    column = text.index(underlined)
    assert str(caught.value) == (
        f"user.py:2:{column + 5}: {construct} cannot be used in a function that is differentiated\n"
        f"    {text}\n"
        f"    {' ' * column}{'^' * len(underlined)}\n" + textwrap.indent(WAITS, "    ")
    )


def test_every_refused_row_is_shown_here():
    shown = {construct for construct, *_ in [*REFUSED.values(), *ASYNC.values()]}
    refused = {row.construct.replace("`", "") for row in fence.TABLE.values() if row.refusal}
    newer = set()
    if sys.version_info < (3, 11):
        newer.add("try with except*")
    if sys.version_info < (3, 12):
        newer.add("type")
    assert shown == refused - newer


def test_the_first_in_the_text_is_shown(function):
    source = function("""
        def f(x):
            class A: pass
            async def g(): pass
        """)
    with pytest.raises(UnsupportedSyntax, match=r"\Auser.py:2:5: class"):
        fence.check(source.node, source)


def test_what_the_language_offers_otherwise_is_accepted(function):
    source = function("""
        def make(a): return lambda f: f

        @make((yield_ for yield_ in "x"))
        def f(x: "int", /, a=lambda: 1, *b, c: float = 2.0, **d) -> (yield_ := 1):
            '''Text.'''
            first, *rest = x
            y: int = +first @ 2 ** ~a() // 3 % -1 << 4
            y += x[1:2, ..., None] if not a else f"{y!r:>{c}} {d}"
            for i, j in enumerate(b):
                while (z := i < j <= 3) and x.T or 1:
                    break
                else:
                    continue
            assert y, "text"
            def g(u, *v): pass
            if rest: raise ValueError(y) from None
            return {**d, "k": {1}}, [i for i in b if i], {i: {i for i in b} for i in b}, g(*b, **d)
        """)
    fence.check(source.node, source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python has type parameters since 3.12")
def test_type_parameters_are_accepted(function):
    source = function("def f[T, *Ts, **P](x: T) -> T:\n    def g[S](y: S): return y\n    return g(x)")
    fence.check(source.node, source)


def test_a_lambda_is_checked_too(function, monkeypatch):
    source = function("f = lambda x: [x, -x]")
    monkeypatch.setitem(fence.TABLE, "UnaryOp", fence.Row("sign", fence.RUNS_TEXT))
    with pytest.raises(UnsupportedSyntax, match=r"\Auser.py:1:19: sign"):
        fence.check(source.node, source)


def test_a_node_that_the_table_does_not_know_is_refused(function, monkeypatch):
    source = function("def f(x): return x")
    monkeypatch.delitem(fence.TABLE, "Return")
    with pytest.raises(UnsupportedSyntax) as caught:
        fence.check(source.node, source)
    assert str(caught.value) == (
        "user.py:1:11: the construct Return cannot be used in a function that is differentiated\n"
        "    def f(x): return x\n"
        "              ^^^^^^^^\n"
        "    It is newer than this version of ast_ad.\n"
        "    Write it in the older way."
    )


def test_the_table_prints_a_row_for_each_construct():
    rows = fence.table().splitlines()
    assert len(rows) == 2 + len(fence.TABLE) + len(fence.MEANINGS)
    assert "| `while` | accepted |  |" in rows
    assert (
        "| `class` | refused | It makes another class or type at each call. Define it outside the function. |"
    ) in rows
