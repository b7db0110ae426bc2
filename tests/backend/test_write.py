import math

import numpy as np

from ast_ad.backend.write import write
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Call, Callee, Function, If, Lit, Param, Var
from ast_ad.ir.kinds import FLOAT, INT, STATIC, Array, Dict, List, Tuple
from ast_ad.ir.verify import verify
from tests.backend.running import check, run_text
from tests.backend.sweeps import (
    MATRIX,
    NP_SIN,
    SIN,
    SUM,
    VECTOR,
    Writing,
    block,
    diffuse_gradient,
    f_gradient,
    function,
    program,
    settle_gradient,
    span,
)

U = np.array([0.5, -1.0, 2.0, 0.25, 3.0])


def body_of(text):
    """The lines of the last function, without its signature, indented by nothing."""
    lines = text.rsplit("def ", 1)[1].split("\n")[1:]
    return [line[4:] for line in lines if line.strip()]


def lines_of(b, params, *results):
    return body_of(write(verify(program(function("f", params, b, *results)))).text)


def test_the_gradient_of_an_expression():
    assert (
        write(f_gradient()).text
        == """\
import math


def f_grad(x, y):
    # forward sweep
    sin_x = math.sin(x)
    # reverse sweep
    x_bar = sin_x + (x + y) * math.cos(x)  # return (x + y) * math.sin(x)
    return x_bar, sin_x
"""
    )
    check(f_gradient(), (0.5, 0.25))


def test_the_gradient_of_a_loop_with_an_exit():
    assert (
        write(settle_gradient()).text
        == """\
import math


def settle_grad(x, k):
    # forward sweep
    xs = []
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        xs.append(x)
        x = x - k * math.sin(x)
        n += 1
    # reverse sweep
    x_bar = 2.0 * x   # return x * x
    k_bar = 0.0
    while xs:
        x = xs.pop()  # x = x - k * math.sin(x)
        k_bar -= x_bar * math.sin(x)
        x_bar -= x_bar * k * math.cos(x)
    return x_bar, k_bar
"""
    )
    for x, k in ((0.8, 1.0), (0.05, 1.0), (3.0, 1e-3)):
        check(settle_gradient(), (x, k))


def test_the_gradient_of_array_updates():
    assert (
        write(diffuse_gradient()).text
        == """\
import numpy as np


def diffuse_grad(u, alpha, steps):
    # forward sweep
    u = u.copy()
    laps = []
    for _ in range(steps):
        lap = u[2:] - 2 * u[1:-1] + u[:-2]
        laps.append(lap)
        u[1:-1] += alpha * lap
    # reverse sweep
    u_bar = 2 * u         # return np.sum(u ** 2)
    alpha_bar = 0.0
    for _ in reversed(range(steps)):
        lap = laps.pop()  # u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
        alpha_bar += np.sum(u_bar[1:-1] * lap)
        lap_bar = alpha * u_bar[1:-1]
        u_bar[2:] += lap_bar
        u_bar[1:-1] -= 2 * lap_bar
        u_bar[:-2] += lap_bar
    return u_bar, alpha_bar
"""
    )
    check(diffuse_gradient(), (U, 0.1, 4))


def test_every_line_knows_where_it_comes_from():
    written = write(settle_gradient())
    lines = written.text.split("\n")[:-1]
    assert len(lines) == len(written.lines)
    origins = dict(zip(lines, written.lines, strict=True))
    assert origins["        x = xs.pop()  # x = x - k * math.sin(x)"].line == 4
    assert origins["        n += 1"].text == "n += 1"
    assert origins["    # reverse sweep"] is None


# in place, by proof


def test_zeros_and_what_goes_into_them_are_two_lines():
    u, x = Var("u", VECTOR), Var("x", FLOAT)
    b = Writing()
    bar = b.do(P.INDEX_UPDATE, b.do(P.ZEROS_LIKE, u), x, name="u_bar", index=(0,))
    assert lines_of(b, (u, x), bar) == ["u_bar = np.zeros_like(u)", "u_bar[0] = x", "return u_bar"]


def test_the_first_update_of_a_parameter_copies():
    u, xs = Var("u", VECTOR), Var("xs", List(FLOAT))
    b = Writing()
    u1 = b.do(P.INDEX_UPDATE, u, 1.0, name="u", index=(0,))
    u2 = b.do(P.INDEX_ADD, u1, 2.0, name="u", index=(1,))
    xs1 = b.do(P.APPEND, xs, 3.0, name="xs")
    assert lines_of(b, (u, xs), u2, xs1) == [
        "u = u.copy()",
        "u[0] = 1.0",
        "u[1] += 2.0",
        "xs = xs.copy()",
        "xs.append(3.0)",
        "return u, xs",
    ]


def test_two_versions_of_an_array_that_are_both_read_are_two_arrays():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u, name="v")
    v1 = b.do(P.INDEX_UPDATE, v, 1.0, name="v", index=(0,))
    assert lines_of(b, (u,), v, v1) == ["v = 2.0 * u", "v2 = v.copy()", "v2[0] = 1.0", "return v, v2"]


def test_asking_for_a_shape_keeps_no_version_alive():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u, name="v")
    v1 = b.do(P.INDEX_UPDATE, v, 1.0, name="v", index=(0,))
    bar = b.do(P.INDEX_ADD, b.do(P.ZEROS_LIKE, v), 1.0, name="v_bar", index=(0,))
    assert lines_of(b, (u,), v1, bar) == [
        "v = 2.0 * u",
        "v[0] = 1.0",
        "v_bar = np.zeros_like(v)",
        "v_bar[0] += 1.0",
        "return v, v_bar",
    ]


def test_a_view_of_a_base_that_is_written_is_a_copy():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u, name="v")
    part = b.do(P.GETITEM, v, name="part", index=span(1))
    v1 = b.do(P.INDEX_UPDATE, v, 1.0, name="v", index=(0,))
    total = b.do(SUM, b.op("*", part, 2.0))
    lines = lines_of(b, (u,), total, v1)
    assert lines[1] == "part = v[1:].copy()"
    check(program(function("f", (u,), b, total, v1)), (U,))


def test_a_view_that_is_written_leaves_its_base_alone():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u, name="v")
    part = b.do(P.GETITEM, v, name="part", index=span(1))
    part1 = b.do(P.INDEX_UPDATE, part, 1.0, name="part", index=(0,))
    assert lines_of(b, (u,), v, part1)[1] == "part = v[1:].copy()"


def test_swapped_buffers_are_swapped_names():
    u, n, i = Var("u", VECTOR), Var("n", INT), Var("i", INT)
    a, c = Var("a", VECTOR), Var("c", VECTOR)
    b = Writing()
    one, two = b.op("*", 1.0, u, name="a"), b.op("*", 2.0, u, name="c")
    body = b.inner()
    value = body.do(P.GETITEM, a, i, index=(P.HOLE,))
    c1 = body.do(P.INDEX_UPDATE, c, body.op("*", 0.5, value), i, name="c", index=(P.HOLE,))
    outs = b.loop((0, n, 1), (one, two), (i, a, c), block(body, (False, c1, a), (i, a, c)))
    assert lines_of(b, (u, n), *outs) == [
        "a = 1.0 * u",
        "c = 2.0 * u",
        "for i in range(n):",
        "    c[i] = 0.5 * a[i]",
        "    a, c = c, a",
        "return a, c",
    ]
    check(program(function("f", (u, n), b, *outs)), (U, 4))


def test_repeated_indices_are_added_one_by_one():
    u, where = Var("u", VECTOR), Var("where", Array("int64", (3,)))
    b = Writing()
    bar = b.do(P.INDEX_ADD, b.do(P.ZEROS_LIKE, u), 1.0, where, name="u_bar", index=(P.HOLE,))
    assert lines_of(b, (u, where), bar)[1] == "np.add.at(u_bar, where, 1.0)"
    check(program(function("f", (u, where), b, bar)), (U, np.array([0, 0, 2])))


def test_a_whole_array_is_accumulated_in_place_only_if_nobody_else_reads_it():
    u = Var("u", VECTOR)
    b = Writing().at("y = u", 1)
    one = b.op("*", 2.0, u, name="u_bar")
    two = b.at("z = u", 1).op("+", one, u, name="u_bar")
    assert lines_of(b, (u,), two) == ["u_bar = 2.0 * u  # y = u", "u_bar += u       # z = u", "return u_bar"]
    assert lines_of(b, (u,), two, one)[1] == "u_bar2 = u_bar + u  # z = u"


def test_what_is_returned_shares_no_memory():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u)
    assert lines_of(b, (u,), v, v, u) == ["a = 2.0 * u", "return a, a.copy(), u.copy()"]


# nesting


def test_values_are_nested_in_the_order_in_which_they_may_raise():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    one, two = b.do(SIN, x), b.op("/", 1.0, y)
    assert lines_of(b, (x, y), b.op("+", one, two)) == ["return math.sin(x) + 1.0 / y"]
    b = Writing()
    one, two = b.do(SIN, x), b.op("/", 1.0, y)
    assert lines_of(b, (x, y), b.op("+", two, one)) == [
        "sin_x = math.sin(x)",
        "a = 1.0 / y",
        "return a + sin_x",
    ]


def test_a_value_does_not_move_past_a_write_to_what_it_reads():
    u = Var("u", VECTOR)
    b = Writing()
    v = b.op("*", 2.0, u, name="v")
    first = b.do(P.GETITEM, v, index=(0,))
    v1 = b.do(P.INDEX_UPDATE, v, 1.0, name="v", index=(0,))
    assert lines_of(b, (u,), b.op("+", first, 1.0), v1) == [
        "v = 2.0 * u",
        "v_0 = v[0]",
        "v[0] = 1.0",
        "return v_0 + 1.0, v",
    ]


def test_long_expressions_are_cut_into_lines():
    names = [f"parameter_{k}" for k in range(12)]
    params = tuple(Var(n, FLOAT) for n in names)
    b = Writing()
    total = params[0]
    for k, param in enumerate(params[1:]):
        total = b.op("*", b.op("+", total, float(k)), param)
    lines = lines_of(b, params, total)
    assert len(lines) > 2
    assert max(map(len, lines)) <= 96


# control flow


def test_a_choice_between_values_is_an_expression():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    inner = b.inner()
    arm = block(inner, (inner.op("neg", x),))
    (out,) = b.branch(b.op("<", x, 0.0), arm, block(b.inner(), (y,)), "")
    assert lines_of(b, (x, y), b.op("*", 2.0, out)) == ["return 2.0 * (-x if x < 0.0 else y)"]


def test_short_circuits_are_and_and_or():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    for word in ("and", "or"):
        b = Writing()
        first = b.op("<", x, 0.0)
        inner = b.inner()
        second = block(inner, (inner.op(">", inner.op("/", 1.0, x), y),))
        arms = (second, block(b.inner(), (first,)))
        (out,) = b.branch(first, *(arms if word == "and" else arms[::-1]), "")
        assert lines_of(b, (x, y), out) == [f"return x < 0.0 {word} 1.0 / x > y"]
        check(program(function("f", (x, y), b, out)), (-1.0, -2.0))


def test_one_empty_arm_is_not_written_and_comparisons_of_floats_are_not_turned():
    x, n = Var("x", FLOAT), Var("n", INT)
    for number, turned in ((x, "not x < 1"), (n, "n >= 1")):
        b = Writing().at("if c: x = x * 2.0")
        inner = b.inner()
        arm = block(inner, (inner.op("*", x, 2.0, name="x"),))
        (out,) = b.branch(b.op("<", number, 1), block(b.inner(), (x,)), arm, "x")
        assert lines_of(b, (x, n), out) == [f"if {turned}:", "    x = x * 2.0", "return x"]


def test_a_loop_over_a_list():
    xs, total, i = Var("xs", List(FLOAT)), Var("total", FLOAT), Var("", INT)
    b = Writing()
    body = b.inner()
    x = body.do(P.LIST_GET, xs, i, name="x")
    new = body.at("total += x").op("+", total, x, name="total")
    loop = block(body, (False, new), (i, total))
    (out,) = b.loop((0, b.do(P.LENGTH, xs), 1), (0.0,), (i, total), loop)
    assert lines_of(b, (xs,), out) == ["total = 0.0", "for x in xs:", "    total += x", "return total"]


def test_a_return_inside_a_loop():
    xs, i = Var("xs", List(FLOAT)), Var("", INT)
    flag, value = Var("returned", P.IS_EMPTY.kinds((), {})), Var("value", FLOAT)
    b = Writing()
    body = b.inner()
    x = body.do(P.LIST_GET, xs, i, name="x")
    test = body.op(">", x, 2.0)
    inner = body.inner()
    found = inner.op("*", x, x)
    leaves = block(inner, (True, True, found))
    stays = block(body.inner(), (False, False, 0.0))
    outs = body.branch(test, leaves, stays, "", "returned", "value")
    params = (i, flag, value)
    one, two = b.loop((0, b.do(P.LENGTH, xs), 1), (False, 0.0), params, block(body, outs, params))
    (out,) = b.branch(one, block(b.inner(), (two,)), block(b.inner(), (-1.0,)), "")
    assert lines_of(b, (xs,), out) == [
        "for x in xs:",
        "    if x > 2.0:",
        "        return x * x",
        "return -1.0",
    ]
    check(program(function("f", (xs,), b, out)), ([1.0, 3.0],))
    check(program(function("f", (xs,), b, out)), ([1.0],))


def test_an_error_that_is_raised_ends_its_path():
    x = Var("x", FLOAT)
    b = Writing()
    inner = b.inner()
    inner.call_all(P.RAISE, Lit(ValueError), Lit("too small"))
    (out,) = b.branch(b.op("<", x, 0.0), block(inner, (x,)), block(b.inner(), (x,)), "x")
    assert lines_of(b, (x,), out) == ["if x < 0.0:", '    raise ValueError("too small")', "return x"]


# names


def test_names_do_not_hide_what_the_text_needs():
    xs, np_ = Var("xs", VECTOR), Var("np", FLOAT)
    b = Writing()
    length = b.do(P.LENGTH, xs, name="len")
    scaled = b.op("*", np_, b.do(NP_SIN, xs), name="as")
    text = check(program(function("f", (xs, np_), b, scaled, length, scaled)), (U, 2.0))
    assert "import numpy as np_" in text
    assert "len2 = len(xs)" in text
    assert "as_2 = np * np_.sin(xs)" in text


def test_a_tape_of_what_has_no_name_has_a_name():
    x, n, tape, i, y = Var("x", FLOAT), Var("n", INT), Var("", List(FLOAT)), Var("i", INT), Var("y", FLOAT)
    b = Writing()
    empty = b.do(P.MAKE_LIST)
    body = b.inner()
    tape1 = body.do(P.APPEND, tape, body.op("*", y, y))
    params = (i, tape, y)
    outs = b.loop((0, n, 1), (empty, x), params, block(body, (False, tape1, body.op("+", y, 1.0, name="y")), params))
    assert lines_of(b, (x, n), *outs)[0] == "tape = []"


# functions


def test_functions_call_each_other_as_their_signatures_ask():
    a, rest, scale, k = Var("a", FLOAT), Var("rest", Tuple((FLOAT,))), Var("scale", FLOAT), Var("K", FLOAT)
    b = Writing()
    out = b.op("*", b.op("+", a, b.do(P.ITEM, rest, key=0)), b.op("*", scale, k))
    forms = ("plain", "star", "keyword", "capture")
    params = tuple(Param(v, f) for v, f in zip((a, rest, scale, k), forms, strict=True))
    callee = Function("g", params, block(b, (out,), (a, rest, scale, k)))
    x, y, c = Var("x", FLOAT), Var("y", FLOAT), Var("K", FLOAT)
    b = Writing()
    pair = b.do(P.MAKE_TUPLE, y)
    result = Var("", FLOAT)
    b.add(Call((result,), Callee("g"), (x, pair, Lit(2.0), c)))
    caller = function("f", (x, y, c), b, result)
    text = check(program(callee, caller), (1.0, 2.0, 3.0))
    assert "def g(a, *rest, scale, K):" in text
    assert "return g(x, y, scale=2.0, K=K)" in text


def test_recursion():
    x, n, result = Var("x", FLOAT), Var("n", INT), Var("", FLOAT)
    b = Writing().at("if n == 0:")
    inner = b.inner().at("return x * power(x, n - 1)")
    inner.add(Call((result,), Callee("power"), (x, inner.op("-", n, 1))))
    outs = (Var("", FLOAT),)
    arms = block(b.inner(), (1.0,)), block(inner, (inner.op("*", x, result),))
    b.add(If(outs, b.op("==", n, 0), *arms, b.origin))
    recursive = program(function("power", (x, n), b, *outs))
    assert body_of(check(recursive, (3.0, 4))) == [
        "if n == 0:",
        "    return 1.0",
        "return x * power(x, n - 1)",
    ]


def test_a_function_that_only_the_program_calls_may_return_its_argument():
    u = Var("u", VECTOR)
    inner = function("same", (u,), Writing(), u)
    v, out = Var("v", VECTOR), Var("w", VECTOR)
    b = Writing()
    b.add(Call((out,), Callee("same"), (v,)))
    new = b.do(P.INDEX_UPDATE, out, 1.0, name="w", index=(0,))
    text = check(program(inner, function("f", (v,), b, new)), (U,))
    assert "    return u\n" in text


def test_a_standalone_text_needs_numpy_alone():
    x, y = Var("x", VECTOR), Var("y", FLOAT)
    b = Writing()
    quotient = b.do(P.DIVIDE_OR_ZERO, x, y, name="q")
    whole = program(function("f", (x, y), b, b.do(P.UNBROADCAST, quotient, y), quotient))
    text = write(whole, standalone=True).text
    assert "import ast_ad" not in text
    assert "from ast_ad" not in text
    assert "def divide(" in text
    one, two = run_text(whole, (U, 2.0), standalone=True), run_text(whole, (U, 2.0))
    assert all(map(np.array_equal, one, two))


# how values are written


def test_operators_have_the_parentheses_that_they_need():
    x, y, n = Var("x", FLOAT), Var("y", FLOAT), Var("n", INT)
    for expected, value in {
        "x - (y - x)": lambda b: b.op("-", x, b.op("-", y, x)),
        "(-x) ** 2": lambda b: b.op("**", b.op("neg", x), 2),
        "-x ** 2": lambda b: b.op("neg", b.op("**", x, 2)),
        "(-1.5) ** n": lambda b: b.op("**", -1.5, n),
        "-x * y": lambda b: b.op("*", b.op("neg", x), y),
        "x - -0.0": lambda b: b.op("-", x, -0.0),
        "x / (y * x)": lambda b: b.op("/", x, b.op("*", y, x)),
        "not x < y": lambda b: b.op("not", b.op("<", x, y)),
        "x + math.inf": lambda b: b.op("+", x, math.inf),
        "x * 1e-05": lambda b: b.op("*", x, 1e-05),
    }.items():
        b = Writing()
        assert lines_of(b, (x, y, n), value(b)) == [f"return {expected}"]
        check(program(function("f", (x, y, n), b, b.stmts[-1].outs[0])), (0.5, 0.25, 3))


def test_subscripts():
    m, i, k = Var("m", MATRIX), Var("i", INT), Var("k", INT)
    b = Writing()
    values = [
        b.do(P.GETITEM, m, i, index=(P.Span(1, -1), P.HOLE, None)),
        b.do(P.GETITEM, m, index=(Ellipsis, P.Span(None, None, 2))),
        b.do(P.GETITEM, m, i, k, index=(P.Span(P.HOLE, P.HOLE),)),
        b.do(P.ITEM, b.do(P.SHAPE, m), key=0),
        b.do(P.LENGTH, m),
    ]
    assert lines_of(b, (m, i, k), *values)[-1] == (
        "return m[1:-1, i, None].copy(), m[..., ::2].copy(), m[i:k].copy(), m.shape[0], len(m)"
    )


def test_zeros_take_the_form_of_what_they_are_for():
    xs, u, d = Var("xs", List(FLOAT)), Var("u", Array("int64", (3,))), Var("d", Dict(("a",), (FLOAT,)))
    b = Writing()
    values = [b.do(P.ZEROS_LIKE, v) for v in (xs, u, d)]
    assert lines_of(b, (xs, u, d), *values) == ["return [0.0] * len(xs), np.zeros(u.shape), zeros_like(d)"]


def test_objects_without_a_literal_come_with_the_text():
    def mystery(x, scale):
        return x * scale

    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    out = b.do(P.CALL_OPAQUE, Lit(mystery), x, y, keywords=("scale",))
    whole = program(function("f", (x, y), b, out))
    assert "mystery(x, scale=y)" in write(whole).text
    assert write(whole).namespace == {"mystery": mystery}
    assert run_text(whole, (3.0, 2.0)) == 6.0


def test_f_strings():
    x = Var("x", FLOAT)
    b = Writing()
    text = b.do(P.FORMAT, x, b.op("+", x, 1.0), parts=("{x} = ", (-1, ".3f"), " 'or' ", (114, "")))
    whole = program(function("f", (x,), b, text))
    assert body_of(check(whole, (0.5,))) == ["""return f"{{x}} = {x:.3f} 'or' {x + 1.0!r}\""""]


def test_a_static_parameter_is_passed_on():
    x, mode = Var("x", FLOAT), Var("mode", STATIC)
    b = Writing()
    assert lines_of(b, (x, mode), b.op("is", mode, None)) == ["return mode is None"]
