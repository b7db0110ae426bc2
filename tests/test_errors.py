import copy
import linecache
import pickle
import traceback
from typing import NamedTuple

import pytest

from ast_ad import errors


class Place(NamedTuple):
    file: str
    line: int
    col: int
    end_line: int
    end_col: int


LEAVES = {
    errors.UnsupportedSyntax: SyntaxError,
    errors.NoDerivative: NotImplementedError,
    errors.MayAlias: NotImplementedError,
    errors.UnknownAtCompileTime: TypeError,
    errors.NoSource: TypeError,
    errors.WrongArgument: TypeError,
    errors.WrongStructure: ValueError,
    errors.CompilerBug: AssertionError,
}


@pytest.fixture
def source(monkeypatch):
    """Make a text known to linecache as the file model.py."""

    def give(text):
        lines = text.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, "model.py", (len(text), None, lines, "model.py"))

    return give


def test_an_error_has_place_sentence_caret_reason_and_remedy(source):
    source('def f(x, k):\n    y = np.convolve(x, k, "valid")\n')
    error = errors.NoDerivative(
        "np.convolve has no derivative rule for mode='valid' with an active second argument",
        Place("model.py", 2, 8, 2, 34),
        reason="k is active here: it comes from parameter 'k'.",
        remedy="If k should count as constant, write ast_ad.stop_gradient(k).\nTo give a rule, see custom_vjp.",
    )
    assert str(error) == (
        "model.py:2:9: np.convolve has no derivative rule for mode='valid' with an active second argument\n"
        '    y = np.convolve(x, k, "valid")\n'
        "        ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "    k is active here: it comes from parameter 'k'.\n"
        "    If k should count as constant, write ast_ad.stop_gradient(k).\n"
        "    To give a rule, see custom_vjp."
    )
    assert (error.file, error.line, error.column) == ("model.py", 2, 9)


def test_an_expression_over_several_lines_is_underlined_to_the_end_of_its_first(source):
    source("y = f(a,\n      b)\n")
    error = errors.NoDerivative("f has no derivative rule", Place("model.py", 1, 4, 2, 8))
    assert str(error) == "model.py:1:5: f has no derivative rule\n    y = f(a,\n        ^^^^"


def test_columns_count_bytes_in_ast_and_characters_on_the_screen(source):
    source("π, 数 = 1, ñ(数)\n")
    error = errors.NoDerivative("ñ has no derivative rule", Place("model.py", 1, 13, 1, 20))
    assert str(error) == (
        "model.py:1:11: ñ has no derivative rule\n"
        "    π, 数 = 1, ñ(数)\n"
        "               ^^^^^"
    )  # fmt: skip


def test_a_tab_in_front_of_the_caret_stays_a_tab(source):
    source("\tif x:\treturn g\n")
    error = errors.NoDerivative("g", Place("model.py", 1, 14, 1, 15))
    assert str(error) == "model.py:1:15: g\n    if x:\treturn g\n         \t       ^"


def test_an_empty_stretch_gets_one_caret(source):
    source("f()\n")
    assert str(errors.NoDerivative("f", Place("model.py", 1, 2, 1, 2))).endswith("\n      ^")


def test_without_source_the_place_is_still_named():
    error = errors.UnsupportedSyntax("no", Place("gone.py", 3, 0, 3, 5), remedy="Do.")
    assert str(error) == "gone.py:3:1: no\n    Do."


def test_without_a_place_there_is_no_caret():
    error = errors.WrongArgument("grad expects a function, not 3", remedy="Write grad(f).")
    assert str(error) == "grad expects a function, not 3\n    Write grad(f)."
    assert (error.file, error.line, error.column) == (None, None, None)


def test_every_leaf_is_listed_here():
    assert set(LEAVES) == set(errors.AstAdError.__subclasses__())


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_is_what_its_reader_would_catch(leaf):
    with pytest.raises(LEAVES[leaf], match="sentence"):
        raise leaf("sentence")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_survives_pickling_without_its_source(source, leaf, clone):
    source("return y\n")
    error = leaf("sentence", Place("model.py", 1, 7, 1, 8), reason="because", remedy="instead")
    linecache.cache.pop("model.py")
    twin = clone(error)
    assert type(twin) is leaf
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_traceback_ends_with_the_text_and_nothing_else(source, leaf):
    source("return y\n")
    error = leaf("sentence", Place("model.py", 1, 7, 1, 8))
    printed = "".join(traceback.format_exception_only(leaf, error))
    assert printed == f"ast_ad.errors.{leaf.__name__}: {error}\n"
