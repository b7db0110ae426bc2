import ast
import functools
import importlib.util
import linecache
import math
import re
import subprocess
import sys
import textwrap

import gast
import numpy as np
import pytest

from ast_ad.errors import NoSource
from ast_ad.frontend import source as source_module
from ast_ad.frontend.source import Resolved, fingerprint, resolve_name, source_of

scale = 2.0


@pytest.fixture
def load(tmp_path, request):
    """Import a text as a module of its own file, as a user's module is imported: pytest rewrites nothing in it."""
    count = iter(range(100))

    def load(text):
        name = f"{request.node.name.partition('[')[0]}_{next(count)}"
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def text_of(function):
    found = source_of(function)
    return found.segment(found.node)


def test_a_function_is_found_at_its_own_lines(load):
    module = load("""
        # a comment

        def f(x):
            return x * x
        """)
    found = source_of(module.f)
    assert found.function is module.f
    assert found.receiver is None
    assert found.file == module.__file__
    assert isinstance(found.node, gast.FunctionDef)
    assert found.segment(found.node) == "def f(x):\n    return x * x"
    product = found.node.body[0].value
    assert found.place(product) == (module.__file__, 5, 11, 5, 16)
    assert found.lines[4] == "    return x * x\n"


def test_columns_count_bytes_and_segments_are_whole_characters(load):
    found = source_of(load("def f(π, 数):\n    return π + 数 * π\n").f)
    sum_ = found.node.body[0].value
    assert found.segment(sum_.right) == "数 * π"
    assert found.place(sum_.right).col == len("    return π + ".encode())


@pytest.mark.parametrize(
    "decorators",
    [
        "@keep",
        "@keep\n@keep",
        "@make(\n    1,\n    lambda x: 0)",
        "@(\n    keep\n)",
        "@keep\n# between\n\n@make(1, 2)",
    ],
)
def test_decorators_do_not_hide_a_function(load, decorators):
    module = load(f"def keep(f): return f\ndef make(*args): return keep\n\n{decorators}\ndef f(x):\n    return -x\n")
    assert text_of(module.f) == "def f(x):\n    return -x"


def test_of_functions_of_one_name_the_right_one_is_found(load):
    module = load("""
        fs = []
        for sign in (1, -1):
            if sign > 0:
                def f(x): return x
            else:
                def f(x): return -x
            fs.append(f)
        """)
    assert [text_of(f) for f in module.fs] == ["def f(x): return x", "def f(x): return -x"]


def test_nested_functions_and_methods(load):
    module = load("""
        def outer(a):
            b = 2
            def inner(x):
                def innermost(y):
                    return a * b * x * y
                return innermost
            return inner

        class Model:
            class Part:
                def cost(self, x): return x
            def cost(self, x): return 2 * x
            @classmethod
            def make(cls, x): return 3 * x
            @staticmethod
            def free(x): return 4 * x
            def __call__(self, x): return 5 * x
        """)
    assert text_of(module.outer(1)).startswith("def inner(x):")
    assert text_of(module.outer(1)(2)).startswith("def innermost(y):")
    model = module.Model()
    for function, text, receiver in [
        (model.cost, "2 * x", model),
        (module.Model.cost, "2 * x", None),
        (module.Model.Part().cost, "return x", ...),
        (model.make, "3 * x", module.Model),
        (vars(module.Model)["make"], "3 * x", None),
        (model.free, "4 * x", None),
        (vars(module.Model)["free"], "4 * x", None),
        (model, "5 * x", model),
    ]:
        found = source_of(function)
        assert found.segment(found.node).endswith(text)
        if receiver is not ...:
            assert found.receiver is receiver


LAMBDAS = """
    def keep(*fs, **named):
        return [*fs, *named.values()]

    two = [lambda x: x + 1, lambda x: x + 2]
    f = lambda x: x; g = lambda x: -x
    nested = lambda x: lambda y: x * y
    twice = [nested, nested(3)]
    call = keep(lambda x: x - 1, 5,
                lambda x: x - 2, key=lambda x: (
                    x - 3))
    defaults = lambda x, f=lambda x: 2 * x, g=lambda x: 3 * x: f(g(x))
    def has_default(x, f=lambda x: 4 * x, *, g=lambda x: 5 * x): return f(x), g(x)
    @(lambda f: [f, lambda x: 6 * x])
    def decorated(x): return 7 * x
    class Model:
        fs = [lambda self: self.__w, lambda self: self.__v]
        table = {k: lambda x, k=k: k * x for k in "ab"}
    def closures(a, b):
        return [lambda x: a * x, lambda x: b * x]
    def outer(a):
        try:
            pass
        finally:
            fs = [lambda: a, lambda: -a]
        return fs
    formatted = [f"{(lambda x: 1)}", lambda x: 1]
    """


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("two", ["lambda x: x + 1", "lambda x: x + 2"]),
        ("[f, g]", ["lambda x: x", "lambda x: -x"]),
        ("twice", ["lambda x: lambda y: x * y", "lambda y: x * y"]),
        (
            "[call[0], call[2], call[3]]",
            ["lambda x: x - 1", "lambda x: x - 2", "lambda x: (\n{x - 3)"],
        ),
        ("defaults.__defaults__", ["lambda x: 2 * x", "lambda x: 3 * x"]),
        ("[defaults]", ["lambda x, f=lambda x: 2 * x, g=lambda x: 3 * x: f(g(x))"]),
        ("has_default.__defaults__", ["lambda x: 4 * x"]),
        ("has_default.__kwdefaults__.values()", ["lambda x: 5 * x"]),
        ("decorated", ["def decorated(x): return 7 * x", "lambda x: 6 * x"]),
        ("Model.fs", ["lambda self: self.__w", "lambda self: self.__v"]),
        ("Model.table.values()", ["lambda x, k=k: k * x"] * 2),
        ("closures(1, 2)", ["lambda x: a * x", "lambda x: b * x"]),
        ("outer(1)", ["lambda: a", "lambda: -a"]),
        ("formatted[1:]", ["lambda x: 1"]),
    ],
)
def test_every_lambda_is_found_among_its_neighbours(load, expression, texts):
    functions = eval(expression, vars(load(LAMBDAS)))
    found = [re.sub(r"\n *", "\n{", text_of(function)) for function in functions]
    assert found == texts


def test_lambdas_that_differ_in_text_but_not_in_code(load):
    first, second = load("fs = [lambda x: 6 * x, lambda x: 2 * 3 * x]").fs
    if sys.version_info >= (3, 11):
        assert text_of(first) == "lambda x: 6 * x"
        assert text_of(second) == "lambda x: 2 * 3 * x"
    else:
        with pytest.raises(NoSource) as caught:
            source_of(second)
        assert str(caught.value) == (
            f"{first.__code__.co_filename}:1:7: this lambda cannot be told from the one at column 24\n"
            "    fs = [lambda x: 6 * x, lambda x: 2 * 3 * x]\n"
            "          ^^^^^^^^^^^^^^^\n"
            "    They are different texts on one line that compile to the same code.\n"
            "    Give each of them a line of its own."
        )


def test_lambdas_of_one_text_are_not_mistaken_for_an_error(load):
    assert [text_of(f) for f in load("fs = [lambda x: x, lambda x: x]").fs] == ["lambda x: x"] * 2


def test_private_names_are_spelt_as_their_class_spells_them(load):
    module = load("""
        class _Model:
            def cost(self, __x):
                def __part(v): return v
                try:
                    return self.__w * __x + __part(self.__init__) + g(__key=__import__)
                except E as __e:
                    raise
        """)
    node = source_of(module._Model.cost).node
    names = {n.id for n in gast.walk(node) if isinstance(n, gast.Name)}
    assert names >= {"_Model__x", "_Model__part", "_Model__e", "__import__", "self", "g"}
    attributes = {n.attr for n in gast.walk(node) if isinstance(n, gast.Attribute)}
    assert attributes == {"_Model__w", "__init__"}
    assert [n.arg for n in gast.walk(node) if isinstance(n, gast.keyword)] == ["__key"]


def test_every_node_has_a_place(load):
    module = load("""
        def f(a, /, b: int = 1, *c, d=2, **e):
            try:
                return [x for x in a if x], f"{b!r:>{d}}", a[1:2, ...], lambda: (y := 1)
            except (A, B) as error:
                raise error
        """)
    found = source_of(module.f)
    for node in gast.walk(found.node):
        if "lineno" in node._attributes:
            assert 0 < node.lineno <= node.end_lineno
            assert found.place(node).col >= 0


def test_a_wrapper_is_read_as_itself(load):
    module = load("""
        import functools

        def twice(f):
            @functools.wraps(f)
            def wrapper(x):
                return f(f(x))
            return wrapper

        @twice
        def f(x):
            return x + 1
        """)
    assert text_of(module.f).endswith("def wrapper(x):\n        return f(f(x))")


def test_a_wrapper_of_our_own_stands_for_its_function():
    class Own:
        def __init__(self, function):
            self.__ast_ad_function__ = function

        __ast_ad_function__ = None

        def __call__(self, x):
            raise AssertionError

    def f(x):
        return x

    assert source_of(Own(f)).function is f

    @functools.wraps(Own(f))
    def g(x):
        return -x

    assert source_of(g).function is g


def test_asserts_that_pytest_rewrote_are_read_as_they_were_written():
    def f(x):
        assert x > 0, "positive"
        assert (lambda y: y + 1)(x) > 1
        return [lambda y: y, lambda y: -y]

    found = source_of(f)
    assert [type(node) for node in found.node.body] == [gast.Assert, gast.Assert, gast.Return]
    assert [text_of(g) for g in f(1)] == ["lambda y: y", "lambda y: -y"]


def test_what_a_module_imports_is_part_of_how_its_functions_are_compiled(load):
    module = load("""
        import numpy as np
        try:
            import math
        except ImportError:
            pass

        def f(x): return np.sum(x) + math.sin(2.0)
        fs = [lambda x: np.sum(x), lambda x: math.sin(x)]
        def g(h):
            import cmath
            return h(cmath.sin(np.sum(1)))
        """)
    assert text_of(module.f) == "def f(x): return np.sum(x) + math.sin(2.0)"
    assert [text_of(f) for f in module.fs] == ["lambda x: np.sum(x)", "lambda x: math.sin(x)"]
    assert text_of(module.g).startswith("def g(h):")


def test_a_function_with_future_annotations(load):
    module = load("""
        from __future__ import annotations

        def f(x: Undefined) -> Undefined:
            def g(y: Undefined): return y
            return x
        """)
    assert text_of(module.f).startswith("def f(x: Undefined)")


CELL = """\
import math
await pause
f = lambda x: math.sin(x) if x else -x
def g(x):
    return math.cos(x)
"""


@pytest.mark.parametrize("by_statement", [False, True])
def test_lines_that_only_linecache_knows_are_enough(monkeypatch, by_statement):
    """Notebooks keep the text of their cells there, and compile a cell one statement at a time."""
    name = "<cell 7>"
    monkeypatch.setitem(linecache.cache, name, (len(CELL), None, CELL.splitlines(True), name))
    body = ast.parse(CELL.replace("await pause", "pause = 0")).body
    namespace = {}
    for part in [[statement] for statement in body] if by_statement else [body]:
        exec(compile(ast.Module(part, []), name, "exec"), namespace)
    assert text_of(namespace["g"]) == "def g(x):\n    return math.cos(x)"
    assert text_of(namespace["f"]) == "lambda x: math.sin(x) if x else -x"


def test_a_doctest_can_define_functions():
    import doctest

    def example():
        """
        >>> from ast_ad.frontend.source import source_of
        >>> f = lambda x: x + 1
        >>> found = source_of(f)
        >>> found.segment(found.node)
        'lambda x: x + 1'
        """

    test = doctest.DocTestFinder().find(example, "example", globs={})[0]
    result = doctest.DocTestRunner(verbose=False).run(test, clear_globs=False)
    assert result == doctest.TestResults(failed=0, attempted=4)


def test_code_without_columns_is_compared_by_line(tmp_path):
    (tmp_path / "plain.py").write_text("fs = [lambda x: x + 1, lambda x: x + 2]\n")
    program = (
        "import plain; from ast_ad.frontend.source import source_of\n"
        "print(*(source_of(f).segment(source_of(f).node) for f in plain.fs), sep='; ')"
    )
    run = [sys.executable, "-X", "no_debug_ranges", "-c", program]
    path = {"PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"}
    done = subprocess.run(run, capture_output=True, text=True, env=path, check=False)
    assert (done.stdout, done.stderr) == ("lambda x: x + 1; lambda x: x + 2\n", "")


EDITS = {
    "another operator": "def f(x):\n    return x + 2\n",
    "another constant of the same value": "def f(x):\n    return x * 2.0\n",
    "another name": "def f(y):\n    return y * 2\n",
    "a line above": "\ndef f(x):\n    return x * 2\n",
    "no function": "f = 1\n",
    "no Python": "def f(x:\n",
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_file_that_was_edited_after_import_is_an_error(load, edit):
    module = load("def f(x):\n    return x * 2\n")
    with open(module.__file__, "w") as file:
        file.write(EDITS[edit])
    with pytest.raises(NoSource) as caught:
        source_of(module.f)
    name, file = f"{module.__name__}.f", module.__file__
    assert str(caught.value) == (
        f"the source of {name} is not the text that it was compiled from\n"
        f"    Line 1 of {file} holds something else now: the file was edited after\n"
        "    it was imported, or an import hook rewrites what it loads.\n"
        "    Import the file again (importlib.reload, or a new process)."
    )


def test_lines_that_were_read_before_an_edit_are_still_the_right_ones(load):
    module = load("def f(x):\n    return x * 2\n")
    linecache.getlines(module.__file__)
    with open(module.__file__, "w") as file:
        file.write("# nothing is left\n")
    assert text_of(module.f) == "def f(x):\n    return x * 2"


def test_a_module_that_was_edited_and_reloaded_has_its_new_source(load):
    module = load("def f(x):\n    return x * 2\n")
    old = module.f
    assert text_of(old) == "def f(x):\n    return x * 2"
    text = "# longer\ndef f(x):\n    return 3 * x\n"
    with open(module.__file__, "w") as file:
        file.write(text)
    exec(compile(text, module.__file__, "exec"), vars(module))
    assert text_of(module.f) == "def f(x):\n    return 3 * x"
    assert text_of(old) == "def f(x):\n    return x * 2"


@pytest.mark.parametrize("other", [None, "def f(x):\n    return -x\n"])
def test_a_function_made_by_exec_has_no_source(monkeypatch, other):
    """Python 3.13 keeps the text of `python -c` under the name that exec gives to every text."""
    monkeypatch.delitem(linecache.cache, "<string>", raising=False)
    if other:
        lines = other.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, "<string>", (len(other), None, lines, "<string>"))
    namespace = {"__name__": "made"}
    exec("def f(x):\n    return x\n", namespace)
    with pytest.raises(NoSource) as caught:
        source_of(namespace["f"])
    assert str(caught.value) == (
        "the source of made.f cannot be had\n"
        "    It was compiled from '<string>', which is no file that can be read here\n"
        "    (a string given to exec or eval, or a prompt that keeps no lines).\n"
        "    Put the function in a file or in a notebook cell."
    )


@functools.lru_cache
def cached(x):
    return x


NOT_WRITTEN = """\
{} is not written in Python, so it has no source to read
    Call it in a function of your own, for instance a lambda."""
WRAPPED = """\
{0} is wrapped in a _lru_cache_wrapper, which is not written in Python
    Pass the function in it: {0}.__wrapped__."""
CLASS = """\
{} is a class, so there is no function to read
    Write a function that makes the object and returns a number."""
NO_FUNCTION = """\
{} cannot be called, so there is no function to read
    Pass a function, a method or a lambda."""
NOT_PYTHON = [
    (math.sin, NOT_WRITTEN.format("math.sin")),
    (functools.partial(cached, 1), NOT_WRITTEN.format("a partial")),
    (cached, WRAPPED.format(f"{__name__}.cached")),
    (dict, CLASS.format("builtins.dict")),
    (3.5, NO_FUNCTION.format("3.5")),
]


@pytest.mark.parametrize(("thing", "text"), NOT_PYTHON, ids=[repr(t)[:20] for t, _ in NOT_PYTHON])
def test_what_is_not_written_in_python_is_named(thing, text):
    with pytest.raises(NoSource) as caught:
        source_of(thing)
    assert str(caught.value) == text


def test_a_ufunc_is_not_written_in_python():
    with pytest.raises(NoSource, match=r"\Asin is not written|numpy.*sin is not written"):
        source_of(np.sin)


def test_the_tree_is_made_once_for_a_code_object_and_forgotten_with_it(load):
    module = load("def outer(a):\n    return lambda x: a * x\n")
    f, g = module.outer(1), module.outer(2)
    assert source_of(f).node is source_of(g).node
    assert source_of(g).function is g
    key = id(f.__code__)
    assert key in source_module._found
    linecache.checkcache()
    vars(module).clear()
    del f, g, module
    assert key not in source_module._found


def test_the_tree_is_what_the_file_says(load):
    text = "def f(x, *, y=1):\n    z = x if y else -x\n    return {'a': z[1:2]}\n"
    node = gast.gast_to_ast(source_of(load(text).f).node)
    assert ast.dump(node) == ast.dump(ast.parse(text).body[0])


# Names


def test_a_name_is_resolved_where_the_function_would_find_it():
    factor = [3.0]

    def f(x):
        return factor, scale, abs, undefined_name, x  # noqa: F821

    assert resolve_name(f, "factor") == Resolved("cell", factor)
    assert resolve_name(f, "factor").value is factor
    assert resolve_name(f, "scale") == Resolved("global", scale)
    assert resolve_name(f, "abs") == Resolved("builtin", abs)
    assert resolve_name(f, "undefined_name") == Resolved("undefined")


def test_a_cell_that_is_still_empty_is_undefined():
    def f(x):
        return later

    assert resolve_name(f, "later") == Resolved("undefined")
    later = 1
    assert resolve_name(f, "later") == Resolved("cell", 1)


def test_a_global_hides_a_builtin_and_none_is_a_value():
    function = eval("lambda: (abs, none)", {"abs": 7, "none": None})
    assert resolve_name(function, "abs") == Resolved("global", 7)
    assert resolve_name(function, "none") == Resolved("global", None)


def test_a_function_with_builtins_of_its_own():
    function = eval("lambda: abs", {"__builtins__": {"abs": 8}})
    assert resolve_name(function, "abs") == Resolved("builtin", 8)
    assert resolve_name(function, "len") == Resolved("undefined")


# Fingerprints


def test_a_fingerprint_is_the_same_in_every_process(tmp_path):
    (tmp_path / "plain.py").write_text("def f(x):\n    return x in {'a', 'b', 'c'}, (1, 'd', -0.0)\n")
    program = "import plain, ast_ad.frontend.source as s; print(s.fingerprint(plain.f))"
    path = f"{tmp_path}:{':'.join(sys.path)}"
    prints = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(prints) == 1


BASE = "def f(x, y=1):\n    # first\n    z = x * 2\n    return z\n"


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("2", "2.0"),
        BASE.replace("* 2", "*  2"),
        BASE.replace("first", "second"),
        BASE.replace("x * 2", "x * x"),
        "\n" + BASE,
        BASE.replace("return z", "return (lambda: z)"),
    ],
)
def test_a_fingerprint_changes_with_the_text(load, text):
    assert fingerprint(load(BASE).f) != fingerprint(load(text).f)


def test_a_fingerprint_does_not_depend_on_the_file_or_on_what_names_are_bound_to(load):
    text = "def outer(a):\n    return lambda x: a * x * b\nb = 1\n"
    module, other = load(text), load(text.replace("b = 1", "b = 2"))
    assert fingerprint(module.outer(1)) == fingerprint(other.outer(2))


def test_a_function_without_source_has_a_fingerprint():
    f, g = eval("[lambda x: x + 1, lambda x: x + 2]")
    assert fingerprint(f) != fingerprint(g)
