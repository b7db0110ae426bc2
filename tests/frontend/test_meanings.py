"""What no node shows by its type: each row of the table of meanings has a program that meets it."""

import math

import pytest

import ast_ad
from ast_ad.errors import AstAdError
from ast_ad.frontend import fence

COUNT = 1.5


def reads_a_global(x):
    global COUNT
    return x * COUNT


def writes_a_global(x):
    global COUNT
    COUNT = x
    return x * COUNT


def outlives():
    total = 0.0

    def adds(x):
        nonlocal total
        total += x
        return total

    return adds


def writes_early(x):
    y = x
    try:
        y = math.sqrt(x)
        z = math.log(y)
    except ValueError:
        z = y
    return z


def leaves_in_finally(x):
    for _ in range(2):
        try:
            x = math.log(x)
        finally:
            break  # noqa: B012
    return x


def _endless(x):
    while True:
        x = x * 0.5
        yield x


def collects_without_end(x):
    return sum(v * k for v, k in zip(_endless(x), [1.0, 2.0], strict=False))


def _tries(x):
    try:
        yield x
    except ValueError:
        yield -x


def raises_where_a_generator_tries(x):
    return sum(math.log(v) for v in _tries(x))


def runs_a_text(x):
    return eval("x * 2")


MET = {
    "a `global` that is written": (writes_a_global, "the global COUNT is written"),
    "`nonlocal` of a name that outlives the function": (outlives(), "nonlocal total, which outlives the function"),
    "a write in a `try`, before something that may raise, that a handler reads": (writes_early, "'y' is written in a"),
    "a way out of `finally`": (leaves_in_finally, "a way out of `finally`"),
    "a generator without end that is asked for all its values": (collects_without_end, "_endless is asked for all"),
    "a `yield` in a `try`, to a consumer that may raise what it catches": (
        raises_where_a_generator_tries,
        "a `yield` in a `try`, to what may raise",
    ),
    "`exec`, `eval`": (runs_a_text, "eval of a text"),
}


def test_every_meaning_is_met_here():
    assert list(MET) == [row.construct for row in fence.MEANINGS]


@pytest.mark.parametrize("row", fence.MEANINGS, ids=lambda row: row.construct)
def test_a_meaning_that_is_refused_is_shown_with_what_to_do(row):
    function, sentence = MET[row.construct]
    with pytest.raises(AstAdError) as caught:
        ast_ad.grad(function)(1.5)
    text = str(caught.value)
    assert sentence in text
    assert row.refusal.reason in text
    assert row.refusal.remedy in text
    assert "^" in text


def test_a_global_may_be_read():
    assert ast_ad.grad(reads_a_global)(2.0) == 1.5


def missing_key(d):
    return d["a"] * d["b"]


def missing_index(pair):
    return pair[0] * pair[2]


def fails(x):
    raise ValueError(f"no {x}")


def fails_on_one_path(x):
    if x > 0:
        return x * x
    return fails(x) * 2


def fails_in_one_arm(x, d):
    return x * (d["gain"] if x > 0 else d["loss"])


def missing_key_is_caught(x, d):
    try:
        return x * d["loss"]
    except KeyError:
        return x * x


def test_what_python_raises_is_raised_when_the_function_runs():
    with pytest.raises(KeyError, match="b"):
        ast_ad.grad(missing_key)({"a": 1.0})
    with pytest.raises(IndexError):
        ast_ad.grad(missing_index)((1.0, 2.0))
    with pytest.raises(ValueError, match=r"no 1\.5"):
        ast_ad.grad(fails)(1.5)
    assert ast_ad.grad(fails_on_one_path)(1.5) == 3.0
    with pytest.raises(ValueError, match=r"no -1\.5"):
        ast_ad.grad(fails_on_one_path)(-1.5)
    assert ast_ad.grad(fails_in_one_arm)(1.5, {"gain": 2.0}) == 2.0
    with pytest.raises(KeyError, match="loss"):
        ast_ad.grad(fails_in_one_arm)(-1.5, {"gain": 2.0})
    assert ast_ad.grad(missing_key_is_caught)(1.5, {"gain": 2.0}) == 3.0
