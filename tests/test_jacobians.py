"""Jacobians, Hessians and products with them: shapes, structures, modes over modes, and what wrong use is told."""

import pickle
import threading

import numpy as np
import pytest

import ast_ad
from ast_ad import (
    AstAdError,
    check_grads,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)

BOTH = pytest.mark.parametrize("jac", [jacfwd, jacrev], ids=["jacfwd", "jacrev"])
X = np.array([0.5, 1.5, 2.0])


def curve(t):
    return np.array([t, t * t, np.sin(t)])


def mixing(x):
    return np.sin(x) * x[0] + x @ x


def cubic(x):
    return np.sum(x**3) * x[0]


def of_structures(params, y):
    return {"u": params["a"] * y, "v": (np.sum(y) * params["b"], params["a"])}


def with_aux(x):
    return x * x, {"sum": np.sum(x), "label": "aux"}


def with_keywords(x, y=2.0, *, scale=1.0):
    return x * y * scale


def many(*xs):
    return xs[0] * xs[1] + xs[1]


def recorded(x):
    out = x
    for i in range(3):
        if out[0] > 100.0:
            break
        out = np.sin(out) * x + i
    return out


@jacfwd
def decorated(x):
    """Squares."""
    return x * x


@hessian(argnums=("x", "y"))
def decorated_with_arguments(x, y):
    return x * x * y


def differences(f, x, step=1e-6):
    """The Jacobian of a function of a vector by central differences."""
    columns = []
    for k in range(x.size):
        shift = np.zeros_like(x)
        shift[k] = step
        columns.append((f(x + shift) - f(x - shift)) / (2 * step))
    return np.stack(columns, -1)


@BOTH
@pytest.mark.parametrize("function", [mixing, recorded, decorated.primal], ids=lambda f: f.__name__)
def test_a_jacobian_agrees_with_differences(jac, function):
    np.testing.assert_allclose(jac(function)(X), differences(function, X), rtol=1e-7, atol=1e-7)


@BOTH
def test_numbers_have_jacobians_of_numbers(jac):
    assert jac(lambda x: x * x)(3.0) == 6.0
    assert type(jac(lambda x: x * x)(3)) is float
    np.testing.assert_allclose(jac(curve)(2.0), [1.0, 4.0, np.cos(2.0)])
    np.testing.assert_allclose(jac(cubic)(X), grad(cubic)(X))


@BOTH
def test_shapes_are_those_of_the_result_followed_by_those_of_the_argument(jac):
    assert jac(lambda x: x[:, None, :] * np.ones((1, 4, 1)))(np.ones((2, 3))).shape == (2, 4, 3, 2, 3)
    assert jac(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert jac(lambda x: np.sum(x) * np.ones(2))(np.ones(0)).shape == (2, 0)
    assert jac(lambda x: x * 2.0)(np.ones(1)).shape == (1, 1)


@BOTH
def test_blocks_have_the_structure_of_the_result_and_then_of_the_arguments(jac):
    made = jac(of_structures, (0, "y"))({"a": 2.0, "b": np.ones(2)}, np.arange(3.0))
    params_bar, y_bar = made["u"]
    np.testing.assert_array_equal(params_bar["a"], [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(params_bar["b"], np.zeros((3, 2)))
    np.testing.assert_array_equal(y_bar, 2.0 * np.eye(3))
    (first, of_y), (second, _) = made["v"]
    np.testing.assert_array_equal(first["b"], 3.0 * np.eye(2))
    np.testing.assert_array_equal(of_y, np.ones((2, 3)))
    assert second["a"] == 1.0
    assert isinstance(made, dict)
    assert isinstance(made["v"], tuple)


class Spring:
    """An object with numbers and a name."""

    def __init__(self, stiffness, rest):
        self.stiffness, self.rest, self.name = stiffness, rest, "spring"


def force(spring):
    return spring.stiffness * spring.rest


@pytest.mark.parametrize("operator", [jacfwd, jacrev, jacobian])
def test_objects_have_objects_of_blocks(operator):
    spring = Spring(np.array([0.5, 1.5]), 2.0)
    made = operator(force)(spring)
    assert type(made) is Spring
    np.testing.assert_array_equal(made.stiffness, 2.0 * np.eye(2))
    np.testing.assert_array_equal(made.rest, [0.5, 1.5])
    as_result = operator(lambda x: Spring(2.0 * x, x[0] * x[1]))(X)
    np.testing.assert_array_equal(as_result.stiffness, 2.0 * np.eye(3))
    np.testing.assert_array_equal(as_result.rest, [X[1], X[0], 0.0])
    inside = grad(lambda s: np.sum(operator(force)(s).stiffness ** 2) * np.sum(operator(force)(s).rest))(spring)
    np.testing.assert_allclose(inside.stiffness, [8.0, 8.0])
    assert inside.rest == 16.0


def test_the_hessian_by_an_object_has_objects_twice():
    second = hessian(lambda s: np.sum(s.stiffness**2) * s.rest)(Spring(np.array([0.5, 1.5]), 2.0))
    np.testing.assert_array_equal(second.stiffness.stiffness, 4.0 * np.eye(2))
    np.testing.assert_array_equal(second.stiffness.rest, [1.0, 3.0])
    np.testing.assert_array_equal(second.rest.stiffness, [1.0, 3.0])
    assert second.rest.rest == 0.0


@BOTH
def test_lists_are_lists_of_blocks(jac):
    assert jac(lambda xs: [xs[0] * xs[1], xs[1]])([2.0, 3.0]) == [[3.0, 2.0], [0.0, 1.0]]
    made = jac(lambda xs: xs[0] * 2.0 + xs[1])([np.ones(2), np.ones(2)])
    np.testing.assert_array_equal(made[0], 2.0 * np.eye(2))


@BOTH
def test_arguments_are_named_and_passed_as_in_grad(jac):
    assert jac(with_keywords, "scale")(3.0, scale=5.0) == 6.0
    assert jac(with_keywords, ("y", 0))(3.0) == (3.0, 2.0)
    assert jac(with_keywords)(x=1.0, y=4.0, scale=2.0) == 8.0
    assert jac(many, (0, 1))(2.0, 3.0) == (3.0, 3.0)
    with pytest.raises(TypeError, match="names no parameter"):
        jac(with_keywords, "z")(1.0)


@BOTH
def test_aux_is_handed_on(jac):
    made, aux = jac(with_aux, has_aux=True)(X)
    np.testing.assert_allclose(made, np.diag(2 * X))
    assert aux == {"sum": 4.0, "label": "aux"}
    second, aux = hessian(with_aux, has_aux=True)(X)
    assert second.shape == (3, 3, 3)
    assert aux["label"] == "aux"


@BOTH
def test_single_precision_stays(jac):
    x = X.astype(np.float32)
    assert jac(mixing)(x).dtype == np.float32
    assert hessian(cubic)(x).dtype == np.float32
    assert hvp(cubic, (x,), (x,)).dtype == np.float32
    assert elementwise_grad(decorated.primal)(x).dtype == np.float32


@pytest.mark.parametrize("operator", [jacrev, jacfwd, jacobian])
def test_what_is_printed_is_printed_once(operator, capsys):
    def loud(x):
        print("run")
        return np.concatenate([x * x, x])

    assert np.array_equal(operator(loud)(X), np.concatenate([np.diag(2 * X), np.eye(3)]))
    assert capsys.readouterr().out == "run\n"


@pytest.mark.parametrize("operator", [jacrev, jacfwd, jacobian])
def test_random_numbers_are_drawn_once(operator):
    def noisy(x):
        return x * np.random.normal(0.0, 1.0, 3)

    np.random.seed(1)
    value = noisy(X)
    np.random.seed(1)
    np.testing.assert_allclose(operator(noisy)(X) @ X, value)


def wide_or_tall(x, count):
    return np.concatenate([x * np.sin(x) for _ in range(count)])


def test_the_mode_of_jacobian_follows_the_shapes():
    made = jacobian(wide_or_tall)
    for count in (1, 3):
        np.testing.assert_array_equal(made(X, count), jacrev(wide_or_tall)(X, count))
        np.testing.assert_array_equal(made(X, count), jacfwd(wide_or_tall)(X, count))
    text = made.source
    assert "    if count_entries_x < a:\n" in text
    assert text.index("columns = []") < text.index("rows = []")
    assert "reverse" not in jacobian(lambda t: np.array([t, t * t])).source_for(2.0)
    assert "_jvp" not in jacobian(lambda x: np.sum(x * x)).source_for(X)
    assert jacobian(lambda x: np.outer(x, x), has_aux=False)(np.zeros(0)).shape == (0, 0, 0)
    check_grads(lambda x: np.sum(jacobian(lambda y: np.outer(y, y * x))(x) ** 2), (X,))


@pytest.mark.parametrize("operator", [jacrev, jacfwd, jacobian])
def test_blocks_have_the_structure_of_results_and_arguments(operator):
    def made(p, q, *, k=1.0):
        return {"a": p["u"] * q[0] * k, "b": [np.sum(p["v"]), (q[1],)]}, "aux"

    args = {"u": X, "v": np.ones((2, 2))}, (2.0, X)
    blocks, aux = operator(made, ("p", "q"), has_aux=True)(*args, k=3.0)
    assert aux == "aux"
    assert blocks["a"][0]["u"].tolist() == (6.0 * np.eye(3)).tolist()
    assert blocks["a"][0]["v"].shape == (3, 2, 2)
    assert blocks["a"][1][0].tolist() == (3.0 * X).tolist()
    assert blocks["b"][0][0]["v"].tolist() == np.ones((2, 2)).tolist()
    assert blocks["b"][0][1][0] == 0.0
    assert blocks["b"][1][0][1][1].tolist() == np.eye(3).tolist()
    one, _ = operator(made, 1, has_aux=True)(*args)
    assert one["a"][0].tolist() == X.tolist()


def test_hessians_of_one_and_of_several_arguments():
    made = hessian(cubic)(X)
    np.testing.assert_allclose(made, differences(grad(cubic), X), rtol=1e-7)
    np.testing.assert_allclose(made, made.T)
    assert decorated_with_arguments(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))
    np.testing.assert_allclose(hessian(mixing)(X), differences(lambda x: jacrev(mixing)(x), X), rtol=1e-6, atol=1e-8)


OPERATORS = [jacfwd, jacrev]


@pytest.mark.parametrize("inner", OPERATORS, ids=lambda j: j.__name__)
@pytest.mark.parametrize("outer", OPERATORS, ids=lambda j: j.__name__)
def test_every_order_of_modes_gives_one_answer(inner, outer):
    np.testing.assert_allclose(outer(inner(mixing))(X), hessian(mixing)(X), rtol=1e-12)
    np.testing.assert_allclose(outer(inner(recorded))(X), differences(jacrev(recorded), X), rtol=1e-6, atol=1e-6)
    third = outer(inner(grad(cubic)))(X)
    np.testing.assert_allclose(third, differences(hessian(cubic), X), rtol=1e-6, atol=1e-6)


def test_jacobians_of_structures_nest():
    made = jacfwd(jacrev(of_structures))({"a": 2.0, "b": np.ones(2)}, np.arange(3.0))
    assert made["v"][1]["a"]["b"].shape == (2,)
    assert made["u"]["b"]["a"].shape == (3, 2)


def test_a_product_with_the_hessian_is_the_hessian_times_the_vector():
    v = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(hvp(cubic, (X,), (v,)), hessian(cubic)(X) @ v)
    first, second = hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.5))
    assert (first, second) == (7.0, 6.0)
    with pytest.raises(TypeError, match="takes primals as a tuple"):
        hvp(cubic, X, v)
    with pytest.raises(ValueError, match="tangents"):
        hvp(cubic, (X,), (v[:2],))


def walked(x, w):
    """A loop and a branch with tangents inside; it prints."""
    y = np.tanh(w @ np.sin(x))
    for k in range(3):
        print(k)
        if y[0] > 0.0:
            y = np.sin(y) * y[1]
        if y[0] <= 0.5:
            y = y * np.cos(y[0])
    return y


def test_a_linearized_function_runs_once(capsys):
    draws = np.random.default_rng(0)
    x, w, dx, dw = (draws.normal(size=shape) for shape in (3, (4, 3), 3, (4, 3)))
    out, push = linearize(walked, x, w)
    np.testing.assert_array_equal(out, walked(x, w))
    capsys.readouterr()
    expected = jvp(walked, (x, w), (dx, dw))[1]
    capsys.readouterr()
    x[:], out[:] = 0.0, 0.0  # nobody's business any more
    np.testing.assert_allclose(push(dx, dw), expected, rtol=1e-14)
    np.testing.assert_allclose(push(2.0 * dx, 0.0 * dw) + push(0.0 * dx, dw), push(2.0 * dx, dw), rtol=1e-13)
    assert capsys.readouterr().out == ""
    assert "def walked_tangent(residual, x_dot, w_dot)" in push.source
    assert push.source.count("np.tanh") == 1


def test_linearize_takes_aux_and_structures():
    out, push, aux = linearize(lambda p: (p["a"] * p["b"][0], "aux"), {"a": 3.0, "b": [np.ones(2), 1]}, has_aux=True)
    np.testing.assert_array_equal(out, [3.0, 3.0])
    np.testing.assert_array_equal(push({"a": 1.0, "b": [np.ones(2), 0.0]}), [4.0, 4.0])
    assert aux == "aux"
    with pytest.raises(ValueError, match="takes 1 tangents"):
        push(1.0, 2.0)
    with pytest.raises(ValueError, match="keys"):
        push({"a": 1.0})


def test_linearize_refuses_to_draw_twice():
    def noisy(x):
        for _ in range(2):
            x = x * np.random.normal()
        return x

    with pytest.raises(AstAdError, match=r"calls np\.random\.normal"):
        linearize(noisy, 1.0)


def test_a_linearized_function_is_linear_where_it_was_taken():
    x = X.copy()
    out, push = linearize(mixing, x)
    np.testing.assert_array_equal(out, mixing(X))
    x[:] = 0.0
    for v in np.eye(3):
        np.testing.assert_allclose(push(v), jacrev(mixing)(X) @ v)
    with pytest.raises(ValueError, match="takes 1 tangents"):
        push(X, X)


def test_elementwise_gradients():
    np.testing.assert_allclose(elementwise_grad(lambda x: np.tanh(x))(X), 1 - np.tanh(X) ** 2)
    assert elementwise_grad(lambda x: x**3)(2.0) == 12.0
    by_y = elementwise_grad(lambda x, y: x * y, 1)(X, X)
    np.testing.assert_array_equal(by_y, X)
    twice = elementwise_grad(elementwise_grad(lambda x: x**3))(X)
    np.testing.assert_allclose(twice, 6 * X)


# As functions and decorators, in threads and pickles


def test_they_decorate():
    np.testing.assert_array_equal(decorated(X), np.diag(2 * X))
    assert decorated.__doc__ == "Squares."
    np.testing.assert_array_equal(decorated.primal(X), X * X)
    assert repr(decorated) == "<jacfwd of decorated>"
    assert "def decorated_jacfwd(x):" in decorated.source
    assert "def mixing_jacrev(x):" in jacrev(mixing).source_for(X)
    assert "count_entries" not in jacrev(cubic).source_for(X)


def test_they_are_pickled():
    for derivative in (decorated, jacrev(mixing), hessian(cubic, "x")):
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(derivative))(X), derivative(X))


def test_threads_share_them():
    derivative, found = jacrev(lambda x: np.cos(x) * x), []
    threads = [threading.Thread(target=lambda: found.append(derivative(X))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(made, found[0]) for made in found)


def test_all_are_public():
    for name in ("elementwise_grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "linearize"):
        assert name in ast_ad.__all__


# Wrong use


@BOTH
def test_integer_arrays_and_complex_results_are_refused(jac):
    with pytest.raises(TypeError, match="astype"):
        jac(mixing)(np.arange(3))
    with pytest.raises(TypeError, match="complex"):
        jac(lambda x: x * x)(X * 1j)
    with pytest.raises(AstAdError, match="returns None"):
        jac(lambda x: None)(X)


def test_complex_results_have_jacobians_in_forward_mode():
    np.testing.assert_array_equal(jacfwd(lambda x: x * 1j)(X), 1j * np.eye(3))
    for operator in (jacrev, hessian, elementwise_grad):
        with pytest.raises(TypeError, match=r"real numbers, and .* returns a complex array"):
            operator(lambda x: x * 1j)(X)


def test_the_size_of_a_jacobians_source_does_not_grow_with_the_result():
    small, large = jacrev(mixing).source_for(X), jacrev(mixing).source_for(np.ones(50))
    assert small == large


def test_values_come_with_gradients_of_jacobians():
    value, gradient = value_and_grad(lambda x: np.sum(jacrev(mixing)(x)))(X)
    np.testing.assert_allclose(value, np.sum(jacfwd(mixing)(X)))
    np.testing.assert_allclose(gradient, np.sum(hessian(mixing)(X), axis=(0, 1)))
    _, pull = vjp(jacfwd(mixing), X)
    np.testing.assert_allclose(pull(np.ones((3, 3)))[0], gradient)
    np.testing.assert_allclose(np.sum(jvp(jacrev(mixing), (X,), (np.ones(3),))[1]), np.sum(gradient))
