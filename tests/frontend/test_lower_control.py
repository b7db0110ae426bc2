import math

import numpy as np
import pytest

from ast_ad.errors import UnknownAtCompileTime
from ast_ad.ir.core import If, Lit, Loop
from tests.frontend.agreement import agree, lowered, text_of


def test_what_follows_an_arm_that_leaves_goes_into_the_other_arm():
    def f(x):
        if x > 0:
            return x
        y = x * 2
        return y + 1

    program = agree(f, -1.0).program
    agree(f, 1.0)
    (test, if_) = program.main.block.stmts  # noqa: RUF059
    assert isinstance(if_, If)
    assert program.main.block.results == if_.outs


def test_what_follows_is_never_copied():
    def f(x, n):
        for i in range(n):
            if x > i:
                if i == 2:
                    break
                x = x + 1
            x = math.cos(x)
        return x

    agree(f, 3.0, 5)
    assert text_of(f, 3.0, 5).count("math.cos") == 1


def test_leaving_on_some_paths_only_is_said_by_a_constant_at_each_leaf():
    def f(x, n):
        for i in range(n):
            if x > 3:
                if i == 2:
                    break
                x = x - 1
            x = x + 0.5
        return x

    agree(f, 5.0, 6)
    loop = next(s for s in lowered(f, 5.0, 6).program.main.block.stmts if isinstance(s, Loop))
    last = loop.body.stmts[-1]
    assert isinstance(last, If)
    assert loop.body.results == last.outs
    stops = [last.then.results[0], last.orelse.results[0]]
    assert [s.value for s in stops if isinstance(s, Lit)] == [True, False]


def test_the_test_of_a_while_is_the_last_statement_of_its_body():
    def f(x):
        while x > 1:
            x = x / 2
        return x

    loop = agree(f, 9.0).program.main.block.stmts[0]
    assert isinstance(loop, Loop)
    assert isinstance(loop.body.stmts[-1], If)


def test_a_loop_carries_only_what_counts():
    def f(x, n):
        for i in range(n):
            t = x * i
            u = t + 1
            x = u
        return x

    loop = next(s for s in agree(f, 2.0, 3).program.main.block.stmts if isinstance(s, Loop))
    assert [v.name for v in loop.outs] == ["x"]


def test_else_of_a_loop_runs_where_no_break_left_it():
    def f(n, m):
        for i in range(n):
            if i == m:
                break
        else:
            return -1.0
        return i * 2.0

    agree(f, 3, 2)
    agree(f, 3, 5)
    agree(f, 0, 0)


def test_else_of_a_while():
    def f(x, y):
        while x > 1:
            x = x / 2
            if x < y:
                break
        else:
            x = -x
        return x

    agree(f, 9.0, 2.0)
    agree(f, 9.0, 0.1)


def test_return_from_nested_loops():
    def f(x, n):
        for i in range(n):
            for j in range(n):
                if i * j > x:
                    return i + j * x
                if j > i:
                    break
            else:
                x += 1
        return x

    agree(f, 3.0, 4)
    agree(f, 100.0, 4)
    agree(f, 3.0, 0)


def test_a_while_true_that_returns():
    def f(n):
        a, b = 0, 1
        while True:
            a, b = b, a + b
            if a > n:
                return a

    agree(f, 50)


def test_a_name_that_only_the_loop_binds():
    def f(x):
        total = 0.0
        for i in range(len(x)):
            if i > 0:
                total += x[i] - before  # noqa: F821
            before = x[i]  # noqa: F841
        return total

    agree(f, np.arange(5.0) ** 2)


def test_none_until_something_is_found():
    def f(x, n):
        best = None
        for i in range(n):
            v = math.sin(x * i)
            if best is None or v > best:
                best = v
        return best

    agree(f, 2.0, 5)
    agree(f, 2.0, 0)


def test_a_test_known_at_compile_time_leaves_one_arm():
    def f(x, scale=None):
        if scale is None:
            scale = 2.0
        if isinstance(x, float) and x.__doc__ is not None:
            return x * scale
        return x

    with pytest.raises(Exception, match="__doc__"):
        lowered(f, 1.0)

    def g(x, scale=None):
        if scale is None:
            scale = 2.0
        return x * scale if x.ndim == 1 else x

    assert "if" not in text_of(g, np.ones(3))
    agree(g, np.ones(3))


def test_short_circuits_do_not_evaluate_what_they_skip():
    def f(x, y):
        return (x > 0 and math.log(x) > y) or x == -1.0

    agree(f, 2.0, 0.1)
    agree(f, -2.0, 0.1)
    agree(f, -1.0, 0.1)


def test_and_and_or_give_operands():
    def f(x, y):
        return x and y, x or y, (y or x) * 2

    agree(f, 0.0, 3.0)
    agree(f, 2.0, 0.0)


def test_a_chain_of_comparisons_evaluates_each_operand_once():
    def f(x, y):
        return 0 < x < y < 10

    agree(f, 1.0, 2.0)
    agree(f, -1.0, 2.0)
    agree(f, 1.0, 20.0)


def test_raise_ends_a_path():
    def f(x):
        if x < 0:
            raise ValueError("negative")
        return math.sqrt(x)

    agree(f, 4.0)


def test_walrus():
    def f(x):
        if (y := x * 2) > 3:
            return y
        return y - 1

    agree(f, 1.0)
    agree(f, 2.0)


def test_a_loop_over_a_structure_is_written_out_with_its_exits():
    def f(x, y):
        total = 0.0
        for a, b in ((x, 1.0), (y, 2.0), (x * y, 3.0)):
            if a < 0:
                continue
            total += a * b
            if total > 5:
                break
        return total

    agree(f, 1.0, 2.0)
    agree(f, -1.0, 2.0)
    agree(f, 6.0, 2.0)


def test_a_loop_over_a_list_stays_a_loop():
    def f(xs):
        total = 0.0
        for x in xs:
            total += x
        return total

    assert text_of(f, [1.0] * 3) == text_of(f, [1.0] * 1000)


def test_ranges_of_every_form():
    def f(n, k):
        out = []
        for i in range(n, 0, -2):
            out.append(i)
        for i in reversed(range(1, n, 3)):
            out.append(i)
        for i in reversed(range(n)):
            out.append(i)
        for i, j in zip(range(0, n, 2), reversed(range(k))):  # noqa: B905
            out.append(i * j)
        for i, j in enumerate(range(5, n, 1), start=2):
            out.append(i - j)
        return out

    agree(f, 7, 3)
    agree(f, 0, 0)


def test_an_unbound_name_is_a_located_error():
    def f(x):
        y = z + x  # noqa: F821
        z = y
        return z  # noqa: RET504

    with pytest.raises(UnknownAtCompileTime, match="'z' is read before it is bound"):
        lowered(f, 1.0)


def test_an_unbound_name_in_a_loop_is_a_located_error():
    def f(x):
        for _ in range(3):
            x = x + never  # noqa: F821
        if x > 10:
            never = 1.0  # noqa: F841
        return x

    with pytest.raises(UnknownAtCompileTime, match="'never' is read before it is bound"):
        lowered(f, 1.0)
