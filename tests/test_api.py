"""The public functions: how arguments are named and passed, what comes back, and what wrong use is told."""

import linecache
import math
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections import namedtuple
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pytest

import ast_ad
from ast_ad import grad, jvp, stop_gradient, value_and_grad, vjp

# What is differentiated.  Those of the tests of errors stand alone in lines of their own: their places are told.


def power(x, y=2.0, *, z=1.0):
    return x * y * z + x


def affine(w, b, x):
    return np.sum((x @ w + b) ** 2)


@grad
def decorated(x, k=3.0):
    """A cubic."""
    return k * x * x * x


@value_and_grad(argnums=("k", "x"))
def decorated_with_arguments(x, k=3.0):
    return k * x * x


Pair = namedtuple("Pair", "first second")


def nested(params, pairs):
    total = params["w"] @ params["w"] * params["inner"][0]
    for pair in pairs:
        total = total + pair[0] * pair[1]
    return total


def named(pair):
    return pair.first * pair.second


def with_aux(x):
    y = x * x
    return y, {"square": y, "label": "aux"}


def unused(x, y):
    return x * 2.0


class Model:
    def __init__(self, rate):
        self.rate = rate

    @grad
    def slope(self, x):
        return x * x * 2.0

    def loss(self, x):
        return x * x * 3.0


# Arguments


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 7.0),
        (1, 6.0),
        (-2, 6.0),
        ("x", 7.0),
        ("y", 6.0),
        ("z", 4.0),
        ((0,), (7.0,)),
        ((1, 0), (6.0, 7.0)),
        ([0, 1], (7.0, 6.0)),
        (("z", 0), (4.0, 7.0)),
        ((-3, -2), (7.0, 6.0)),
    ],
)
def test_argnums_are_numbers_names_or_sequences_of_them(argnums, expected):
    assert grad(power, argnums)(2.0, 2.0, z=3.0) == (expected)
    value, gradient = value_and_grad(power, argnums)(2.0, z=3.0)
    assert value == 14.0
    assert gradient == expected


def test_arguments_pass_as_the_function_would_take_them():
    assert grad(power)(2.0) == 3.0
    assert grad(power)(x=2.0) == 3.0
    assert grad(power)(2.0, z=5.0, y=1.0) == 6.0
    assert grad(power, "y")(y=1.0, x=4.0) == 4.0


def test_ints_and_numpy_scalars_are_numbers_too():
    assert grad(power)(2) == 3.0
    assert type(grad(power)(2)) is float
    assert grad(power)(np.float32(2)).dtype == np.float32
    assert np.asarray(grad(power)(np.array(2.0))).dtype == np.float64


def test_an_unused_argument_gets_zeros_of_its_shape():
    x_bar, y_bar = grad(unused, (0, 1))(1.0, {"a": np.ones((2, 1)), "b": [1, 2.0]})
    assert x_bar == 2.0
    assert np.array_equal(y_bar["a"], np.zeros((2, 1)))
    assert y_bar["b"] == [0.0, 0.0]


def test_structures_nest_and_gradients_have_their_structure():
    params = {"w": np.array([1.0, 2.0]), "inner": (3.0, [4.0])}
    pairs = [(1.0, 2.0), (3.0, 4.0)]
    params_bar, pairs_bar = grad(nested, (0, 1))(params, pairs)
    assert np.array_equal(params_bar["w"], [6.0, 12.0])
    assert params_bar["inner"] == (5.0, [0.0])
    assert pairs_bar == [(2.0, 1.0), (4.0, 3.0)]


def test_a_named_tuple_stays_one():
    gradient = grad(named)(Pair(2.0, 3.0))
    assert gradient == Pair(3.0, 2.0)
    assert type(gradient) is Pair


def test_aux_is_handed_on():
    assert grad(with_aux, has_aux=True)(3.0) == (6.0, {"square": 9.0, "label": "aux"})
    (value, aux), gradient = value_and_grad(with_aux, has_aux=True)(3.0)
    assert (value, aux["label"], gradient) == (9.0, "aux", 6.0)
    out, dot, aux = jvp(with_aux, (3.0,), (1.0,), has_aux=True)
    assert (out, dot, aux["square"]) == (9.0, 6.0, 9.0)
    out, pull, aux = vjp(with_aux, 3.0, has_aux=True)
    assert (out, pull(2.0), aux["label"]) == (9.0, (12.0,), "aux")


def test_a_pullback_can_be_called_again():
    out, pull = vjp(lambda x: np.array([x[0] * x[1], x[0]]), np.array([2.0, 3.0]))
    assert np.array_equal(out, [6.0, 2.0])
    for _ in range(2):
        assert np.array_equal(pull(np.array([1.0, 0.0]))[0], [3.0, 2.0])
    assert np.array_equal(pull(np.array([0.0, 1.0]))[0], [1.0, 0.0])


def test_stop_gradient_makes_a_constant():
    x = np.arange(4.0)
    assert np.array_equal(grad(lambda x: (stop_gradient(x * x) * x).sum())(x), x * x)
    assert jvp(lambda x: stop_gradient(x) * x, (3.0,), (1.0,)) == (9.0, 3.0)
    assert grad(lambda p: p["a"] * stop_gradient(p)["a"])({"a": 2.0}) == {"a": 2.0}


# Names


class Settings:
    k = 3.0


SETTINGS = Settings()


def scaled(x, k):
    return x * k * SETTINGS.k


def with_tangent(x, x_dot):
    return x * x_dot


def defined(name, text, **names):
    """A function of a module of its own."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), names)
    return names[text.split("(")[0].removeprefix("def ")]


def test_names_of_parameters_and_captures_may_meet():
    assert grad(scaled)(1.0, 2.0) == 6.0
    assert jvp(with_tangent, (1.0, 2.0), (1.0, 1.0)) == (2.0, 3.0)
    inner = defined("<first>", "def inner(x):\n    y = scale * x\n    z = y * x\n    return z * y\n", scale=2.0)
    outer = defined("<second>", "def outer(x):\n    return scale * inner(x)\n", scale=3.0, inner=inner)
    assert grad(outer)(1.0) == 36.0


# Decorators


def test_decorators_work_with_and_without_arguments():
    assert decorated(2.0) == 36.0
    assert decorated.primal(2.0) == 24.0
    assert decorated.__name__ == "decorated"
    assert decorated.__doc__ == "A cubic."
    assert repr(decorated) == "<grad of decorated>"
    assert decorated_with_arguments(2.0) == (12.0, (4.0, 12.0))


def test_a_decorated_method_binds():
    assert Model(2.0).slope(3.0) == 12.0
    assert grad(Model(2.0).loss)(3.0) == 18.0


def test_the_source_is_what_runs():
    derivative = grad(affine, ("w", "b"))
    derivative(np.ones(3), 1.0, np.ones((2, 3)))
    function = derivative.compiled((np.ones(3), 1.0, np.ones((2, 3))), {}).functions[0]
    shown = linecache.getlines(function.__code__.co_filename)
    assert "".join(shown) == derivative.source
    assert derivative.source == derivative.source_for(np.ones(3), 1.0, np.ones((5, 3)))
    assert "def affine_grad(w, b, x):" in derivative.source


def test_before_any_call_the_source_is_for_what_annotations_and_defaults_say():
    def annotated(x: float, n: int = 2):
        return x**n

    assert "def annotated_grad(x, n=2):" in grad(annotated).source


# Travelling


def test_derivatives_are_pickled():
    for derivative in (decorated, grad(power, "y"), value_and_grad(with_aux, has_aux=True)):
        twin = pickle.loads(pickle.dumps(derivative))
        assert twin(2.0) == derivative(2.0)
    assert pickle.loads(pickle.dumps(decorated)) is decorated


TRAVELLERS = """
import numpy as np

from ast_ad import grad, value_and_grad


@grad
def decorated(x, k=3.0):
    return k * x * x * x


def plain(x):
    return np.sum(x * x)
"""


@pytest.fixture
def travellers(tmp_path, monkeypatch):
    """A module that another process can import."""
    (tmp_path / "travellers_of_api.py").write_text(TRAVELLERS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    import travellers_of_api

    yield travellers_of_api
    del sys.modules["travellers_of_api"]


def test_pickles_are_read_by_another_process(travellers):
    pickled = pickle.dumps((travellers.decorated, grad(travellers.plain)))
    program = (
        "import pickle, sys\n"
        "first, second = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "import numpy as np\n"
        "print(first(2.0), second(np.ones(2)).tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", program, pickled.hex()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "36.0 [2.0, 2.0]\n"


def test_a_pool_of_processes_calls_derivatives(travellers):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert list(pool.map(travellers.decorated, [1.0, 2.0])) == [9.0, 36.0]
        gradient = pool.submit(grad(travellers.plain), np.ones(2)).result()
    assert np.array_equal(gradient, [2.0, 2.0])


def test_four_threads_compile_at_once():
    functions = []
    for k in range(4):
        text = f"def threaded_{k}(x):\n    y = x\n    for i in range(3):\n        y = y * x + {k}\n    return y\n"
        name = f"<threaded {k}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        namespace = {}
        exec(compile(text, name, "exec"), namespace)
        functions.append(namespace[f"threaded_{k}"])
    gradients = [grad(f) for f in functions]
    barrier = threading.Barrier(4)
    found, errors = [[] for _ in range(4)], []

    def work(number):
        try:
            barrier.wait()
            for k in range(4):  # all functions, from another one on in each thread
                place = (number + k) % 4
                found[number].append((place, gradients[place](2.0)))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    expected = {k: 32.0 + k * 4.0 + k for k in range(4)}  # d/dx (x^4 + k x^2 + k x + k) at 2
    assert [dict(f) for f in found] == [expected] * 4


# Wrong use: each with all that it is told


def returns_nothing(x):
    x = x * x


def returns_nothing_at_times(x):  # noqa: RET503
    if x > 0:
        return x
    x = -x


def returns_none(x):
    return None


def returns_pair(x):
    return x, x * x


def returns_three(x):
    return x, x, x


def returns_list(x):
    return [x]


def returns_string(x):
    return "x"


def returns_truth(x):
    return x > 0


def returns_complex(x):
    return x * 1j


def returns_complex_array(x):
    return np.exp(1j * x)


def returns_array(x):
    return x * 2.0


def number_with_note(x):
    return [x, 1]


def place(function, text):
    """Where a line of a function stands, as errors say it."""
    lines = linecache.getlines(__file__)
    number = function.__code__.co_firstlineno
    while text not in lines[number - 1]:
        number += 1
    return f"{__file__}:{number}:{lines[number - 1].index(text) + 1}"


def told(call, error):
    """What a call is told."""
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


RESULTS = [
    (returns_nothing, "def returns_nothing(x):", "returns_nothing returns None", "Return the number to differentiate."),
    (returns_none, "return None", "returns_none returns None", "Return the number to differentiate."),
    (
        returns_pair,
        "return x, x * x",
        "returns_pair returns a tuple of 2",
        "If only the first is to be differentiated, write grad(..., has_aux=True); for all, see vjp.",
    ),
    (
        returns_three,
        "return x, x, x",
        "returns_three returns a tuple of 3",
        "Return one number, or use vjp, which takes a cotangent for each part.",
    ),
    (
        returns_list,
        "return [x]",
        "returns_list returns a list",
        "Return one number, or use vjp, which takes a cotangent for each part.",
    ),
    (returns_string, 'return "x"', "returns_string returns a string", "Return the number to differentiate."),
    (
        returns_truth,
        "return x > 0",
        "returns_truth returns a bool",
        "A truth value has no derivative: return the number that it is about.",
    ),
    (
        returns_complex,
        "return x * 1j",
        "returns_complex returns a complex number",
        "Return its real part, or abs of it; holomorphic=True asks for the derivative of a holomorphic function.",
    ),
]


@pytest.mark.parametrize(("function", "line", "what", "remedy"), RESULTS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_result_without_a_gradient_is_told_what_came_out_and_where(function, line, what, remedy):
    carets = "^" * len(line)
    assert told(lambda: grad(function)(1.0), TypeError) == (
        f"{place(function, line)}: grad needs a result of one real number, and {what}\n"
        f"    {line}\n"
        f"    {carets}\n"
        f"    {remedy}"
    )


def test_a_complex_array_is_told_as_a_complex_number_is():
    text = told(lambda: grad(returns_complex_array)(np.ones(1)), TypeError)
    assert "returns_complex_array returns a complex array\n" in text
    assert text.endswith("holomorphic=True asks for the derivative of a holomorphic function.")


def test_a_path_that_returns_nothing_is_told():
    assert told(lambda: grad(returns_nothing_at_times)(1.0), TypeError) == (
        f"{place(returns_nothing_at_times, 'return x')}: "
        "grad needs a result, and returns_nothing_at_times returns None where it ends without one\n"
        "    return x\n"
        "    ^^^^^^^^\n"
        "    Return a number on every path."
    )


def test_a_larger_result_is_told_its_shape_at_run_time():
    assert told(lambda: grad(returns_array)(np.ones(3)), TypeError) == (
        "grad needs a result of one element, and returns_array returned an array of shape (3,): "
        "use jacobian for all derivatives, or vjp for a product with weights"
    )
    assert np.array_equal(grad(returns_array)(np.ones((1, 1))), [[2.0]])


def test_has_aux_wants_a_pair():
    assert told(lambda: grad(number_with_note, has_aux=True)(1.0), TypeError) == (
        f"{place(number_with_note, 'return [x, 1]')}: "
        "number_with_note returns a list, and has_aux=True wants a pair (value, aux)\n"
        "    return [x, 1]\n"
        "    ^^^^^^^^^^^^^\n"
        "    Return the value and the rest as a pair, or leave has_aux out."
    )


def test_vjp_and_jvp_take_any_result_of_numbers_but_not_none():
    assert vjp(returns_pair, 2.0)[1]((1.0, 1.0)) == (5.0,)
    assert jvp(returns_three, (2.0,), (1.0,)) == ((2.0, 2.0, 2.0), (1.0, 1.0, 1.0))
    assert told(lambda: jvp(returns_none, (1.0,), (1.0,)), TypeError) == (
        f"{place(returns_none, 'return None')}: jvp needs a result, and returns_none returns None\n"
        "    return None\n"
        "    ^^^^^^^^^^^\n"
        "    Return a number, an array or a structure of them."
    )


@pytest.mark.parametrize(
    ("value", "what", "remedy"),
    [
        (np.ones(3, int), "x, which is an array of int64", "Pass x.astype(float)."),
        (np.ones(3, bool), "x, which is an array of bool", "Pass x.astype(float)."),
        (np.int32(3), "x, which is a NumPy int32", "Pass x.astype(float)."),
        (True, "x, which is a bool", "Pass float(x)."),
        ("abc", "x, which is a str", "Name the parameters to differentiate by: argnums=... takes numbers and names."),
        (None, "x, which is None", "Name the parameters to differentiate by: argnums=... takes numbers and names."),
        ({"a": 1.0, "b": np.arange(2)}, "x['b'], which is an array of int64", "Pass x['b'].astype(float)."),
        ((1.0, [True, False]), "x[1][0], which is a bool", "Pass float(x[1][0])."),
    ],
    ids=["ints", "bools", "int32", "bool", "string", "none", "in a dict", "in a list"],
)
def test_an_argument_without_derivatives_is_told_what_it_is(value, what, remedy):
    assert told(lambda: grad(returns_array)(value), TypeError) == (
        f"returns_array cannot be differentiated by {what}\n    {remedy}"
    )


HAVE = "\n    The parameters of power are: x, y, z."


@pytest.mark.parametrize(
    ("argnums", "text"),
    [
        (3, f"argnums=3 is out of range for power, which has 3 parameters{HAVE}"),
        (-4, f"argnums=-4 is out of range for power, which has 3 parameters{HAVE}"),
        ("q", f"argnums='q' names no parameter of power{HAVE}"),
        (2, f"argnums=2 counts a keyword-only parameter of power by position{HAVE}\n    Write argnums='z'."),
        ((0, "x"), "argnums=(0, 'x') names a parameter twice\n    Name each parameter once."),
        ((), "argnums is empty\n    Name one of the parameters: x, y, z."),
        (1.5, f"argnums must be an int, a parameter's name, or a sequence of them, not 1.5{HAVE}"),
        (True, f"argnums must be an int, a parameter's name, or a sequence of them, not True{HAVE}"),
    ],
)
def test_wrong_argnums_are_told_the_parameters(argnums, text):
    assert told(lambda: grad(power, argnums)(1.0), TypeError) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: grad(3), "grad expects a function first, not 3\n    Write grad(f, 3) or @grad(argnums=3)."),
        (lambda: grad(np.ones(2)), "grad expects a function, not ndarray\n    Write grad(f), where f is a function."),
        (lambda: vjp(3, 1.0), "vjp expects a function first, not int"),
        (
            lambda: jvp(power, 1.0, 1.0),
            "jvp takes primals as a tuple or list, not float\n    Write jvp(f, (x,), (x_dot,)).",
        ),
        (lambda: grad(power)(1.0, 2.0, 3.0), "power(): too many positional arguments"),
        (lambda: grad(power)(), "power(): missing a required argument: 'x'"),
        (lambda: grad(power)(1.0, q=1), "power(): got an unexpected keyword argument 'q'"),
    ],
)
def test_wrong_calls_are_type_errors(call, text):
    assert told(call, TypeError) == text


ONES = np.ones(3)


def double(x):
    return x * 2.0


def doubles(x):
    return {"a": x * 2.0, "b": (x, x)}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: jvp(double, (ONES,), (ONES, ONES)),
            "tangents is a tuple of 2, but primals is a tuple of 1\n    Give a tuple of as many.",
        ),
        (
            lambda: jvp(double, (ONES,), (np.ones(2),)),
            (
                "tangents[0] is float64 of shape (2,), but primals[0] is float64 of shape (3,)\n"
                "    Give numbers of the same shape."
            ),
        ),
        (
            lambda: jvp(double, (ONES.astype(np.float32),), (ONES,)),
            (
                "tangents[0] is float64 of shape (3,), but primals[0] is float32 of shape (3,)\n"
                "    Give numbers of the same dtype (see astype)."
            ),
        ),
        (
            lambda: vjp(double, ONES)[1](1.0),
            "the cotangent is a float, but the result is float64 of shape (3,)\n    Give numbers of the same shape.",
        ),
        (
            lambda: vjp(double, ONES)[1](ONES * 1j),
            (
                "the cotangent is complex128 of shape (3,), but the result is float64 of shape (3,)\n"
                "    Give numbers of the same dtype (see astype)."
            ),
        ),
        (
            lambda: vjp(double, ONES)[1](np.ones(3, int)),
            (
                "the cotangent is int64 of shape (3,), but the result is float64 of shape (3,)\n"
                "    Give numbers of the same dtype (see astype)."
            ),
        ),
        (
            lambda: vjp(doubles, ONES)[1]({"a": ONES}),
            (
                "the cotangent is a dict with keys ['a'], but the result is a dict with keys ['a', 'b']\n"
                "    Give a dict with the same keys."
            ),
        ),
        (
            lambda: vjp(doubles, ONES)[1]({"a": ONES, "b": [ONES, ONES]}),
            "the cotangent['b'] is a list of 2, but the result['b'] is a tuple of 2\n    Give a tuple of as many.",
        ),
        (
            lambda: vjp(doubles, ONES)[1]({"a": (ONES,), "b": (ONES, ONES)}),
            "the cotangent['a'] is a tuple of 1, but the result['a'] is float64 of shape (3,)\n    Give a number.",
        ),
    ],
)
def test_tangents_and_cotangents_that_do_not_fit_are_told_both(call, text):
    assert told(call, ValueError) == text


def test_a_function_without_source_is_told_what_can_be_done():
    namespace = {}
    exec("def g(x): return x * x", namespace)
    assert told(lambda: grad(namespace["g"])(1.0), TypeError) == (
        "the source of g cannot be had\n"
        "    It was compiled from '<string>', which is no file that can be read here\n"
        "    (a string given to exec or eval, or a prompt that keeps no lines).\n"
        "    Put the function in a file or in a notebook cell."
    )
    assert told(lambda: grad(len)([1.0]), TypeError) == (
        "builtins.len is not written in Python, so it has no source to read\n"
        "    Call it in a function of your own, for instance a lambda."
    )
    assert told(lambda: grad(int)(1.0), TypeError) == (
        "int is a class, so there is no function to differentiate\n"
        "    Write a function that makes the object and returns a number."
    )


def test_functions_of_numpy_and_math_are_differentiated_as_they_are():
    assert grad(math.sin)(1.0) == math.cos(1.0)
    assert "math.cos(x)" in grad(math.sin).source_for(1.0)
    assert grad(grad(math.exp))(1.0) == math.e
    np.testing.assert_allclose(ast_ad.elementwise_grad(np.tanh)(np.array([0.0, 0.5])), [1, 1 / np.cosh(0.5) ** 2])
    np.testing.assert_array_equal(grad(np.sum)(np.ones(3)), np.ones(3))
    np.testing.assert_allclose(grad(np.linalg.det)(np.diag([2.0, 3.0])), np.diag([3.0, 2.0]))
    np.testing.assert_array_equal(ast_ad.jacobian(np.exp)(np.zeros(2)), np.eye(2))
    value, gradients = value_and_grad(np.dot, argnums=(0, 1))(np.ones(2), np.arange(2.0))
    assert value == 1
    np.testing.assert_array_equal(gradients[0], [0, 1])
    assert jvp(np.hypot, (3.0, 4.0), (1.0, 0.0))[1] == pytest.approx(0.6)
    assert pickle.loads(pickle.dumps(grad(np.tanh)))(0.0) == 1
    assert repr(grad(np.tanh)) == "<grad of tanh>"
    assert grad(lambda x: x * grad(np.sin)(x))(0.0) == 1


def powered(x, k=1.0, *, power=2.0):
    return np.sum(x**power) * k


def test_partial_functions_have_the_parameters_that_they_leave():
    np.testing.assert_array_equal(grad(partial(powered, k=3.0))(np.ones(2)), [6, 6])
    by_power = grad(partial(powered, power=3.0))
    np.testing.assert_array_equal(by_power(np.ones(2)), [3, 3])
    np.testing.assert_array_equal(by_power(np.ones(2), 2.0), [6, 6])
    by_factor = grad(partial(powered, 2 * np.ones(2)))
    assert by_factor(1.0) == pickle.loads(pickle.dumps(by_factor))(1.0) == 8


def test_importing_the_package_does_not_import_the_compiler():
    program = "import sys, ast_ad; print(*sorted(m for m in sys.modules if m.startswith(('ast_ad.', 'gast', 'astor'))))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules = done.stdout.split()
    assert "ast_ad.api" in modules
    heavy = ("gast", "astor", "ast_ad.pipeline", "ast_ad.rules", "ast_ad.frontend", "ast_ad.backend")
    assert [m for m in modules if m.startswith(heavy)] == []
    assert set(ast_ad.__all__) <= set(dir(ast_ad))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.where(x > 0, x * x, x),
        lambda x: np.where(x > 0, x, 0.0) + np.where(x > 1, x, 0.0),
        lambda x: np.select([x > 0], [x], 0.0),
        lambda x: np.squeeze(np.atleast_1d(np.asarray(x))),
        lambda x: np.nan_to_num(np.clip(x, 0.0, 1.0)),
    ],
)
def test_the_gradient_by_a_number_is_a_number(function):
    assert isinstance(grad(function)(0.5), float)
    assert isinstance(vjp(function, 0.5)[1](np.float64(1.0))[0], float)


def test_an_empty_subscript_of_a_number_has_a_tangent():
    assert jvp(lambda x: np.abs(x)[()] * 2.0, (-0.5,), (1.0,))[1] == -2.0
