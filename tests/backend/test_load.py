import inspect
import io
import linecache
import pdb
import traceback

import pytest

from ast_ad.backend.load import file_name, load, load_module
from ast_ad.frontend.source import source_of

TEXT = """\
def outer(x):
    return inner(x) + base


def inner(x):
    # the line that divides
    return 1 / x
"""


def test_a_loaded_function_runs_in_a_namespace_of_its_own():
    given = {"base": 10}
    outer = load(TEXT, "outer", given)
    assert outer(2) == 10.5
    assert given == {"base": 10}
    assert outer.__globals__["__name__"] == "ast_ad.generated"
    assert load(TEXT, "outer", {"base": 20})(2) == 20.5
    assert outer(2) == 10.5


def test_all_functions_of_a_text_come_from_one_namespace():
    module = load_module(TEXT, "outer", {"base": 0})
    assert module["outer"].__globals__ is module["inner"].__globals__ is module


def test_a_namespace_can_name_its_module():
    assert load_module("", "nothing", {"__name__": "mine"})["__name__"] == "mine"


def test_the_file_name_is_made_of_the_label_and_the_text():
    outer = load(TEXT, "outer", {})
    assert outer.__code__.co_filename == file_name(TEXT, "outer")
    assert file_name(TEXT, "outer") == file_name(TEXT, "outer")
    assert file_name(TEXT + "\n", "outer") != file_name(TEXT, "outer")
    assert file_name(TEXT, "inner") != file_name(TEXT, "outer")


def test_a_traceback_shows_the_lines():
    outer = load(TEXT, "outer", {})
    linecache.checkcache()
    with pytest.raises(ZeroDivisionError) as caught:
        outer(0)
    shown = "".join(traceback.format_exception(caught.value))
    name = file_name(TEXT, "outer")
    assert f'File "{name}", line 2, in outer\n    return inner(x) + base\n' in shown
    assert f'File "{name}", line 7, in inner\n    return 1 / x\n' in shown


def test_inspect_shows_the_text():
    inner = load(TEXT, "inner", {})
    linecache.checkcache()
    assert inspect.getsource(inner) == "".join(TEXT.splitlines(keepends=True)[4:])


def test_the_debugger_shows_the_lines():
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("step\nstep\nlist\ncontinue\n"), stdout=out, nosigint=True)
    debugger.use_rawinput = False
    outer = load(TEXT, "outer", {"base": 0})
    assert debugger.runcall(outer, 1) == 1.0
    assert "-> return inner(x) + base" in out.getvalue()
    assert "# the line that divides" in out.getvalue()


def test_the_frontend_reads_what_the_backend_wrote():
    inner = load(TEXT, "inner", {})
    found = source_of(inner)
    assert found.segment(found.node).endswith("return 1 / x")
    text = "fs = [lambda x: x, lambda x: -x]\n"
    _, second = load_module(text, "fs", {})["fs"]
    assert source_of(second).segment(source_of(second).node) == "lambda x: -x"


def test_the_text_does_not_inherit_what_this_module_imports_from_the_future():
    with pytest.raises(NameError):
        load_module("def f(x: undefined): return x\n", "f", {})
