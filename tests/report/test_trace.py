"""Traces show what is computed: the tables of textbooks, and the same for loops, branches, calls and arrays."""

import math

import numpy as np
import pytest

import ast_ad
from ast_ad.report.tables import shown, table
from ast_ad.report.trace import Row


def product_with_sine(x, y):
    return (x + y) * math.sin(x)


def bell(x):
    return math.exp(x**2)


def logarithm_product_sine(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def test_the_forward_table_of_a_product_with_a_sine():
    trace = ast_ad.trace(product_with_sine, math.pi / 2, 1.0)
    assert str(trace) == (
        "step  name   expression    value      tangent\n"
        "----  -----  -----------  ------  -----------\n"
        "   1  x      argument     1.5708            1\n"
        "   2  y      argument          1            0\n"
        "   3  v1     x + y        2.5708            1\n"
        "   4  sin_x  math.sin(x)       1  6.12323e-17\n"
        "   5  v2     v1 * sin_x   2.5708            1"
    )
    assert trace.value == product_with_sine(math.pi / 2, 1.0)
    assert trace.rows[3][:5] == (4, "sin_x", "math.sin(x)", 1.0, math.cos(math.pi / 2))


def test_the_reverse_table_of_a_product_with_a_sine():
    trace = ast_ad.trace(product_with_sine, math.pi / 2, 1.0, mode="reverse")
    assert str(trace) == (
        "step  name   expression    value\n"
        "----  -----  -----------  ------\n"
        "   1  x      argument     1.5708\n"
        "   2  y      argument          1\n"
        "   3  v1     x + y        2.5708\n"
        "   4  sin_x  math.sin(x)       1\n"
        "   5  v2     v1 * sin_x   2.5708\n"
        "\n"
        "step  name       expression                         value\n"
        "----  ---------  --------------------------------  ------\n"
        "   6  v2_bar     1.0                                    1\n"
        "   7  sin_x_bar  v2_bar * v1                       2.5708\n"
        "   8  v1_bar     v2_bar * sin_x                         1\n"
        "   9  y_bar      v1_bar                                 1\n"
        "  10  x_bar      sin_x_bar * math.cos(x) + v1_bar       1"
    )
    assert trace.derivative == ast_ad.grad(product_with_sine, (0, 1))(math.pi / 2, 1.0)


def test_the_forward_table_of_a_bell():
    trace = ast_ad.trace(bell, 2.0)
    assert [(row.name, row.expression) for row in trace.rows] == [
        ("x", "argument"),
        ("v1", "x ** 2"),
        ("exp_v1", "math.exp(v1)"),
    ]
    assert [row.tangent for row in trace.rows] == [1.0, 4.0, 4 * math.exp(4)]


def test_the_tables_of_a_logarithm_a_product_and_a_sine_at_python_ints():
    forward = ast_ad.trace(logarithm_product_sine, 2, 5)
    assert [row.expression for row in forward.rows[2:]] == [
        "math.log(x1)",
        "x1 * x2",
        "log_x1 + v1",
        "math.sin(x2)",
        "v2 - sin_x2",
    ]
    assert np.allclose([row.tangent for row in forward.rows], [1, 0, 0.5, 5, 5.5, 0, 5.5])
    reverse = ast_ad.trace(logarithm_product_sine, 2, 5, mode="reverse")
    assert np.allclose([row.value for row in reverse.adjoint_rows[:-2]], [1, -1, 1, 1, 1])
    bars = {row.name: row.value for row in reverse.adjoint_rows}
    assert math.isclose(bars["x1_bar"], 5.5)
    assert math.isclose(bars["x2_bar"], 2 - math.cos(5))


def test_wrt_chooses_the_direction_and_the_adjoints():
    forward = ast_ad.trace(product_with_sine, 0.5, 1.0, wrt="y")
    assert [row.tangent for row in forward.rows[:2]] == [0.0, 1.0]
    reverse = ast_ad.trace(product_with_sine, 0.5, 1.0, mode="reverse", wrt=1)
    assert [row.name for row in reverse.adjoint_rows] == ["v2_bar", "v1_bar", "y_bar"]


def settle(x, k):
    n = 0
    while abs(x) > 0.1:
        if n == 20:
            break
        x = x - k * math.sin(x)
        n += 1
    return x * x


def test_a_loop_has_a_row_for_each_statement_of_each_trip():
    trace = ast_ad.trace(settle, 1.0, 0.7, mode="reverse")
    values = [row for row in trace.forward_rows if row.expression == "x - v3"]
    assert [row.trips for row in values] == [(1,), (2,), (3,)]
    x = 1.0
    for row in values:
        x = x - 0.7 * math.sin(x)
        assert row.value == x
    adjoints = [row for row in trace.adjoint_rows if row.name == "x_bar" and row.trips]
    assert [row.trips for row in adjoints] == [(3,), (2,), (1,)]
    assert trace.derivative == ast_ad.grad(settle, ("x", "k"))(1.0, 0.7)
    assert trace.adjoint_rows[-1].value == trace.derivative[0]


def test_a_value_that_nothing_returned_depends_on_has_no_tangent_and_a_constant_has_0():
    trace = ast_ad.trace(settle, 0.5, 0.7)
    found = {row.expression: row.tangent for row in trace.rows}
    assert found["abs(x)"] is None
    assert found["n + 1"] == 0.0
    assert found["n == 20"] is None


def nested(x):
    for i in range(2):
        for _ in range(i + 1):
            x = x * 2.0
    return x


def test_nested_loops_count_their_own_trips():
    trace = ast_ad.trace(nested, 1.0, mode="reverse")
    rows = [row for row in trace.forward_rows if row.expression == "x * 2.0"]
    assert [row.trips for row in rows] == [(1, 1), (2, 1), (2, 2)]
    rows = [row for row in trace.adjoint_rows if row.name == "x_bar" and len(row.trips) == 2]
    assert [row.trips for row in rows] == [(2, 2), (2, 1), (1, 1)]


def helper(a, b):
    t = a * b
    u = t + 1
    return t * u


def calls(x):
    y = helper(x, 3.0)
    return y * x


def test_the_steps_of_a_called_function_name_it():
    trace = ast_ad.trace(calls, 2.0, mode="reverse")
    assert [row.name for row in trace.forward_rows if row.function == "helper"][:2] == ["t", "u"]
    assert "helper" in str(trace)
    assert trace.derivative == (ast_ad.grad(calls)(2.0),)


def arrays(w, p):
    u = w * p["k"]
    u[0] = 5.0
    return np.sum(u * u)


def test_arrays_and_structures_have_rows_too():
    w, p = np.array([1.0, 2.0]), {"k": 3.0, "unused": 1.0}
    trace = ast_ad.trace(arrays, w, p, mode="reverse")
    w_bar, p_bar = trace.derivative
    assert np.array_equal(w_bar, [0.0, 36.0])
    assert p_bar == {"k": 24.0, "unused": 0.0}
    assert trace.adjoint_rows[-1].name == "p_bar"
    assert trace.adjoint_rows[-1].expression == "sum of its parts"
    assert np.array_equal(w, [1.0, 2.0])


def many(x):
    for _ in range(200):
        x = x * 1.001
    return x


def test_a_long_trace_is_printed_in_part_and_says_so():
    trace = ast_ad.trace(many, 1.0)
    assert len(trace.rows) == 201
    lines = str(trace).splitlines()
    assert len(lines) == 2 + 40 + 1 + 10
    assert lines[42].split() == ["...", "...", "151", "rows", "more"]
    assert len(trace.text(8).splitlines()) == 2 + 6 + 1 + 2


def test_what_is_shown_is_bit_for_bit_what_the_derivative_computes():
    rng = np.random.default_rng(0)

    def loss(w, x):
        return np.sum(np.tanh(x @ w) ** 2)

    w, x = rng.normal(size=3), rng.normal(size=(5, 3))
    trace = ast_ad.trace(loss, w, x, mode="reverse")
    value, gradients = ast_ad.value_and_grad(loss, (0, 1))(w, x)
    assert trace.value == value
    assert all(np.array_equal(a, b) for a, b in zip(trace.derivative, gradients, strict=True))


def test_an_unknown_mode_and_nothing_to_differentiate_are_errors():
    with pytest.raises(TypeError) as caught:
        ast_ad.trace(bell, 1.0, mode="sideways")
    assert str(caught.value) == ('trace has no mode \'sideways\'\n    Write mode="forward" or mode="reverse".')
    with pytest.raises(TypeError) as caught:
        ast_ad.trace(bell, True)
    assert str(caught.value) == "no argument is a number, so there is nothing to differentiate by"


def test_a_row_is_a_tuple_with_names():
    assert Row._fields == (
        "step",
        "name",
        "expression",
        "value",
        "tangent",
        "trips",
        "function",
        "line",
    )


def test_values_are_shown_in_few_characters():
    assert shown({"a": np.ones(2), "b": (1, 2.5, True)}) == "{'a': [1, 1], 'b': (1, 2.5, True)}"
    assert shown(list(range(50))) == "list of 50"
    assert shown(1.5 + 2j) == "1.5+2j"
    assert shown(np.array(2.0)) == "2"
    assert shown("x" * 100).endswith("...")
    assert table(("a", "b"), [("1", "22")], right=(1,)) == "a   b\n-  --\n1  22"
