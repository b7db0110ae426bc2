import math

import numpy as np
import pytest

from ast_ad.errors import UnknownAtCompileTime, WrongArgument
from ast_ad.frontend.lower import arguments_from_annotations, fetch, guard_holds, lower
from ast_ad.ir.interpret import interpret
from tests.frontend.agreement import agree, lowered, text_of

SCALE = 3.0
TABLE = [1.0, 2.0, 3.0]
SETTINGS = {"rate": 0.1, "f": math.sin, "w": [1, 2.5]}
X = np.arange(4.0) + 0.5


def weighted(f, x, *args, k=2, **more):
    return f(x, *args) * k + sum(more.values())


def looped(x, n):
    total = x
    for i in range(n):
        total = total * 0.5 + i
    return total


def sum_along(x, axis):
    y = x * 2
    return np.sum(y, axis=axis)


def add_to(a, i, v):
    a[i] += v


def fill(a, n):
    for i in range(n):
        a[i] = i
    return a


def factorial(n):
    return 1.0 if n <= 1 else n * factorial(n - 1)


def is_even(n):
    if n == 0:
        return True
    return is_odd(n - 1)


def is_odd(n):
    if n == 0:
        return False
    return is_even(n - 1)


def test_a_function_is_lowered_once_for_each_kind_of_call():
    def f(x, y):
        return looped(x, 3) + looped(y, 4) + looped(2, 3)

    program = agree(f, 1.0, 2.0).program
    assert list(program.functions) == ["looped", "looped_2", "f"]


def test_every_form_of_argument():
    def f(x):
        more = {"z": 1.5}
        return weighted(lambda a, b: a * b, x, *(3.0,), k=x, **more)

    agree(f, 2.0)


def test_wrong_calls_are_located_errors():
    def too_many(x):
        return looped(x, 1, 2)

    def too_few(x):
        return looped(x)

    def unexpected(x):
        return looped(x, m=3)

    for function, words in (
        (too_many, "takes 2 positional arguments, not 3"),
        (too_few, "misses the argument 'n'"),
        (unexpected, "unexpected keyword argument 'm'"),
    ):
        with pytest.raises(WrongArgument, match=words):
            lowered(function, 1.0)


def test_recursion():
    def f(n):
        return factorial(n) + factorial(n + 1)

    agree(f, 5)


def test_mutual_recursion():
    def f(n):
        return is_even(n)

    agree(f, 5)
    agree(f, 4)


def test_a_callee_that_writes_to_its_argument():
    def f(x):
        add_to(x, 0, 5.0)
        y = fill(x, 2)
        y[0] = 7.0
        return x

    agree(f, X)


def test_a_number_that_decides_a_rank_is_part_of_the_call():
    def f(x):
        return sum_along(x, 0), sum_along(x, 1)

    agree(f, np.ones((2, 3)))


def test_an_argument_that_decides_a_rank_is_an_assumption():
    def f(x, axis):
        return sum_along(x, axis)

    (assumption,) = agree(f, np.ones((2, 3)), 1).assumptions
    assert assumption == (("axis",), 1)


def test_closures_see_the_latest_value():
    def f(x):
        total = 0.0

        def add(v):
            return total + v

        total = x
        return add(2) + (lambda h: h(h(x)))(lambda v: v * total)

    agree(f, 1.5)


def test_functions_in_a_list():
    def f(x):
        total = 0.0
        for g in [math.sin, math.cos, lambda t: t * t]:
            total += g(x)
        return total

    agree(f, 0.5)


def test_globals_are_read_at_each_call():
    def f(x):
        total = x * SCALE
        for v in TABLE:
            total += v * x
        return total * SETTINGS["rate"] + SETTINGS["f"](x) + SETTINGS["w"][1]

    result = agree(f, 2.0)
    captures = {p.path[1:]: fetch(p.path) for p in result.program.main.params if p.form == "capture"}
    assert captures[("SCALE",)] == 3.0
    assert captures[("SETTINGS", ("item", "rate"))] == 0.1


def test_captures_of_a_callee_are_passed_along():
    scale = 2.0

    def f(x):
        return outer_helper(x) * scale

    agree(f, 1.0)


def outer_helper(x):
    total = 0.0
    for v in TABLE:
        total += v * x * SCALE
    return total


def test_a_function_that_is_bound_anew_is_noticed():
    names = {"np": np, "__builtins__": __builtins__, "g": looped}
    result = lower(_with_globals(_caller, names), _arguments(1.0))
    assert all(map(guard_holds, result.guards))
    names["g"] = factorial
    assert not all(map(guard_holds, result.guards))


def test_a_builtin_that_is_shadowed_later_is_noticed():
    names = {"__builtins__": __builtins__}
    result = lower(_with_globals(_absolute, names), _arguments(1.0))
    assert all(map(guard_holds, result.guards))
    names["abs"] = math.sin
    assert not all(map(guard_holds, result.guards))


def _caller(x):
    return g(x, 2)  # noqa: F821


def _absolute(x):
    return abs(x)


def _with_globals(function, names):
    return type(function)(function.__code__, names)


def _arguments(x):
    from ast_ad.frontend.lower import arguments_of

    return arguments_of(_absolute, (x,), {})


def test_a_local_name_hides_a_builtin():
    def f(x):
        sum = x * 2  # noqa: A001
        return sum  # noqa: RET504

    agree(f, X)


def test_functions_are_found_by_the_object_and_not_by_the_name():
    sine = np.sin

    def f(x):
        return sine(x) + renamed(x)

    agree(f, X)


renamed = np.cos


def test_an_undefined_name_is_a_located_error():
    def f(x):
        return x + nowhere  # noqa: F821

    with pytest.raises(UnknownAtCompileTime, match="'nowhere' is not defined"):
        lowered(f, 1.0)


def test_kinds_from_annotations():
    def f(x: float, n: int, xs: list[float], free, scale=2.0):
        total = free * 1.0
        for k in range(n):
            total = total + xs[k] * x * scale
        return total

    result = lower(f, arguments_from_annotations(f))
    (found,) = interpret(result.program, [2.0, 2, [1.0, 3.0], np.ones(2), 2.0])
    assert np.array_equal(found, f(2.0, 2, [1.0, 3.0], np.ones(2)))


def test_methods_and_attributes_of_arrays():
    def f(a):
        m, n = a.shape
        return (
            a.reshape(n, m).sum(axis=0),
            a.T[0],
            a.ndim + a.size + len(a),
            a.shape,
            a.mean(),
            a.astype("float32"),
            a.copy().ravel(),
            a.flatten(),
            a[0].dot(a[1]),
            a.max(axis=1, keepdims=True),
            a[0, 1].item(),
        )

    agree(f, np.arange(6.0).reshape(2, 3))


def test_builtins_on_iterables():
    def f(x, xs):
        return (
            max(x),
            min(x),
            min(xs, key=lambda v: -v),
            any(v > 1 for v in x),
            all(v > 0 for v in x),
            [v * v for v in xs if v > 1],
            list(zip(xs, range(3))),  # noqa: B905
            list(map(lambda v: v + 1, xs)),  # noqa: C417
            list(filter(lambda v: v > 1.5, xs)),
            list(enumerate(xs, 2)),
            [(i, j) for i in range(3) for j in range(i)],
            dict(zip("ab", (1.0, 2.0))),  # noqa: B905
            tuple(v + 1 for v in (1.0, 2.0)),
            divmod(7.5, 2.0),
            round(x[0]),
        )

    agree(f, X, [3.0, 1.0, 2.0])


def test_an_f_string_is_formatted_at_run_time():
    def f(x):
        return f"{x:.3f} and {x!r} and {1 + 1}"

    agree(f, 2.0)


def test_a_text_has_no_uncertainty_in_it():
    def f(x):
        return weighted(lambda a: a, x) + looped(x, 2)

    assert text_of(f, 1.0) == text_of(f, 2.0)


class _Doubled:
    """An object with a program of its own: that of a function called twice."""

    def __init__(self, function):
        self.function = function
        self.__wrapped__ = function

    def __ast_ad_program__(self, arguments):
        return lower(self.function, arguments)

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def test_an_object_with_a_program_of_its_own_joins_the_program():
    inner = _Doubled(looped)

    def f(x):
        return inner(x, 3) + looped(x, n=2) + inner(n=4, x=x)

    assert list(agree(f, 1.5).program.functions) == ["looped", "looped_2", "f"]
