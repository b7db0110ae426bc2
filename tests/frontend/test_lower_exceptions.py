"""`try`, `raise` and managers: what counts of a body that raised, which exceptions come out, and what is refused."""

import contextlib
import math

import numpy as np
import pytest

import ast_ad
from ast_ad.errors import UnknownAtCompileTime


def written_before_it_may_raise(x):
    y = x
    try:
        y = math.sqrt(x)
        z = math.log(y)
    except ValueError:
        z = y
    return z


def written_in_a_loop(xs):
    total = 0.0
    try:
        for x in xs:
            total += math.log(x)
    except ValueError:
        total = total * 2
    return total


def memory_written_before_it_may_raise(x):
    a = np.array([1.0, 2.0]) * x
    try:
        a[0] = x * x
        a[1] = math.log(x)
    except ValueError:
        return np.sum(a)
    return a[0] * a[1]


def list_written_before_it_may_raise(x):
    seen = [x]
    try:
        seen.append(math.sqrt(x))
        seen.append(math.log(x))
    except ValueError:
        seen.append(x)
    return sum(seen)


def object_written_before_it_may_raise(x):
    class_of_state = State(x)
    try:
        class_of_state.advance(x)
    except ValueError:
        return class_of_state.value
    return class_of_state.value * x


class State:
    def __init__(self, value):
        self.value = value

    def advance(self, x):
        self.value = self.value + x
        self.value = self.value * math.log(x)


EARLY = {
    written_before_it_may_raise: "'y' is written in a `try` before something that may raise",
    written_in_a_loop: "'total' is written in a `try` before something that may raise",
    memory_written_before_it_may_raise: "'a' is written in a `try` before something that may raise",
    list_written_before_it_may_raise: "'seen' is written in a `try` before something that may raise",
    object_written_before_it_may_raise: "'class_of_state' is written in a `try` before something that may raise",
}


@pytest.mark.parametrize("function", EARLY, ids=lambda f: f.__name__)
def test_a_write_that_may_or_may_not_count_is_refused(function):
    with pytest.raises(UnknownAtCompileTime) as caught:
        ast_ad.grad(function)([1.5, 2.0] if function is written_in_a_loop else 1.5)
    text = str(caught.value)
    assert EARLY[function] in text
    assert "It is read where the exception is caught, and may have its old value there or the new one." in text
    assert "write after it, or in its `else`" in text


def written_last(x):
    y = x
    with contextlib.suppress(ValueError):
        y = math.sqrt(x) * math.log(x)
    return y * x


def written_before_what_cannot_raise_this(x, k):
    y = x[0]
    try:
        y = x[1] * 2.0
        z = y / k
    except IndexError:
        z = y
    return z * y


def written_for_nobody(x):
    try:
        y = math.sqrt(x)
        z = y * math.log(y)
    except ValueError:
        z = x
    return z


@pytest.mark.parametrize("x", [2.0, -2.0])
def test_a_write_that_no_handler_sees_is_fine(x):
    for function in (written_last, written_for_nobody):
        slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
        assert ast_ad.grad(function)(x) == pytest.approx(slope)


def test_what_a_handler_does_not_catch_does_not_count_as_raising():
    assert ast_ad.grad(written_before_what_cannot_raise_this)(np.array([1.0, 2.0]), 4.0) == pytest.approx([0.0, 4.0])
    with pytest.raises(ZeroDivisionError):
        ast_ad.grad(written_before_what_cannot_raise_this)([1.0, 2.0], 0.0)


def passes_others_on(x):
    try:
        y = math.log(x) / (x - 3.0)
    except ZeroDivisionError:
        y = x
    return y


def explains(x):
    try:
        return math.log(x)
    except ValueError as error:
        raise RuntimeError(f"no logarithm of {x}") from error


def hides(x):
    try:
        return math.log(x)
    except ValueError:
        raise KeyError("hidden") from None


@pytest.mark.parametrize("mode", [ast_ad.grad, ast_ad.value_and_grad])
def test_exceptions_that_are_not_caught_come_out_as_from_the_primal(mode):
    with pytest.raises(ValueError, match="math domain error"):
        mode(passes_others_on)(-1.0)
    with pytest.raises(RuntimeError, match=r"no logarithm of -1\.0") as caught:
        mode(explains)(-1.0)
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(KeyError, match="hidden") as caught:
        mode(hides)(-1.0)
    assert caught.value.__suppress_context__


def says_what_it_does(x):
    try:
        print("try")
        y = math.log(x)
        print("logarithm")
    except ValueError as error:
        print("except", error)
        y = x
    else:
        print("else")
    finally:
        print("finally")
    return y


def says_so_and_raises(x):
    try:
        return math.log(x)
    finally:
        print("finally")


class Noted:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, error, trace):
        print("exit", kind is None)
        return False


def notes(x):
    with Noted():
        y = math.log(x) * x
    return y - x


@pytest.mark.parametrize("x", [2.0, -2.0])
@pytest.mark.parametrize("function", [says_what_it_does, says_so_and_raises, notes], ids=lambda f: f.__name__)
def test_effects_happen_once_and_in_order_also_where_something_raises(capsys, function, x):
    def run(f):
        with contextlib.suppress(ValueError):
            f(x)
        return capsys.readouterr().out

    expected = run(function)
    assert expected
    assert run(ast_ad.grad(function)) == expected
    assert run(lambda value: ast_ad.jvp(function, (value,), (1.0,))) == expected


def test_the_source_has_the_try_of_the_user():
    source = ast_ad.grad(says_what_it_does).source_for(2.0)
    assert source.count("try:") == source.count("finally:") == source.count("else:") == 1
    assert "except ValueError as error:" in source


def nothing_to_catch(x):
    try:
        y = x * 2.0
    except ValueError:
        y = x
    return y * y


def test_a_body_that_cannot_raise_leaves_no_try():
    assert "try" not in ast_ad.grad(nothing_to_catch).source_for(1.5)
    assert ast_ad.grad(nothing_to_catch)(1.5) == 12.0


def tries_in_a_loop(xs):
    total = 0.0
    for x in xs:
        try:
            total += math.sqrt(x) * math.log(x)
        except ValueError:
            total -= x * total
    return total


def test_the_source_does_not_grow_with_the_trips():
    one, many = (ast_ad.grad(tries_in_a_loop).source_for([1.5] * n) for n in (1, 50))
    assert one == many
