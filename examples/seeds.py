"""The worked examples that introductions to automatic differentiation are made of, with the numbers they print.

    python examples/seeds.py

Each section is one function as it stands in a textbook, and checks the derivatives that the textbook states.
"""

import math

import numpy as np

from ast_ad import grad, jvp, stop_gradient, value_and_grad, vjp


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


# --- four ways to a derivative ---


def swelling(x):
    return math.sin(math.exp(x**2 + math.log(x)))


def swelling_by_hand(x):
    """The chain rule, with x exp(x^2) for exp(x^2 + log(x))."""
    inner = x * math.exp(x * x)
    return math.cos(inner) * (1 + 2 * x * x) * math.exp(x * x)


def four_ways():
    heading("sin(exp(x**2 + log(x))): by hand, by differences, automatically")
    x, h = 0.8, 1e-6
    by_hand = swelling_by_hand(x)
    by_differences = (swelling(x + h) - swelling(x - h)) / (2 * h)
    slope = grad(swelling)
    print(f"by hand         {by_hand:.15f}")
    print(f"by differences  {by_differences:.15f}   error {abs(by_differences - by_hand):.0e}")
    print(f"automatically   {slope(x):.15f}   error {abs(slope(x) - by_hand):.0e}")
    print(f"\nthe source of the derivative has {len(slope.source.splitlines())} lines:\n")
    print(slope.source)
    assert math.isclose(slope(x), by_hand, rel_tol=1e-14)
    assert abs(by_differences - by_hand) > 1e-13  # differences lose half of the digits


# --- graphs and traces ---


def product_with_sine(x, y):
    return (x + y) * math.sin(x)


def sum_times_successor(a, b):
    return (a + b) * (b + 1)


def bell(x):
    return math.exp(x**2)


def graphs_and_traces():
    heading("small computational graphs")
    value, (x_bar, y_bar) = value_and_grad(product_with_sine, (0, 1))(math.pi / 2, 1.0)
    print(f"(x + y)*sin(x)    at (pi/2, 1)  {value:.4f}, gradient ({x_bar:.4f}, {y_bar:.4f})")
    assert math.isclose(value, math.pi / 2 + 1)
    assert math.isclose(x_bar, 1.0)
    assert math.isclose(y_bar, 1.0)

    value, slopes = value_and_grad(sum_times_successor, (0, 1))(2, 1)
    print(f"(a + b)*(b + 1)   at (2, 1)     {value}, gradient {slopes}")
    assert value == 6
    assert slopes == (2.0, 5.0)

    value, slope = jvp(bell, (2.0,), (1.0,))
    print(f"exp(x**2)         at 2          {value:.4f}, tangent {slope:.4f}")
    assert math.isclose(slope, 4 * math.exp(4))


# --- numbers as they are typed ---


def sum_times_factor(x, y, z):
    q = x + y
    return q * z


def logarithm_product_sine(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def whole_numbers():
    heading("Python ints as arguments")
    value, slopes = value_and_grad(sum_times_factor, (0, 1, 2))(-2, 5, -4)
    print("q = x + y; q*z at (-2, 5, -4):", value, slopes)
    assert value == -12
    assert isinstance(value, int)  # the function sees the ints; its gradient is made of floats
    assert slopes == (-4.0, -4.0, 3.0)

    value, slopes = value_and_grad(logarithm_product_sine, (0, 1))(2, 5)
    print(f"ln(x1) + x1*x2 - sin(x2) at (2, 5): {value:.3f}, ({slopes[0]:.3f}, {slopes[1]:.3f})")
    assert round(value, 3) == 11.652
    assert np.allclose(slopes, (5.5, 2 - math.cos(5)), rtol=1e-14)


# --- the two modes ---


def three_to_two(x, y, z):
    return np.array([x * y + math.sin(z), x * math.exp(y * z)])


def forward_and_reverse():
    heading("the Jacobian of a function from three numbers to two")
    point = (1.2, 0.5, -0.3)

    # Forward: a pass for each input gives a column.
    columns = [jvp(three_to_two, point, tuple(unit))[1] for unit in np.eye(3)]
    # Reverse: a pass for each output gives a row.
    _, pull_back = vjp(three_to_two, *point)
    rows = [pull_back(unit) for unit in np.eye(2)]

    print(f"{len(columns)} passes forward, {len(rows)} in reverse; both give")
    print(np.array(rows))
    assert np.allclose(np.column_stack(columns), rows, rtol=1e-14)


# --- neurons ---


def neuron(w, x):
    """A sigmoid neuron on plain lists; the last weight is the bias."""
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    return 1.0 / (1 + math.exp(-dot))


def sigmoid_neuron():
    heading("a sigmoid neuron, w = [2, -3, -3], x = [-1, -2]")
    w, x = [2.0, -3.0, -3.0], [-1.0, -2.0]
    f, (w_bar, x_bar) = value_and_grad(neuron, (0, 1))(w, x)
    print(f"f = {f:.4f}")
    print("w_bar =", [round(v, 2) for v in w_bar])
    print("x_bar =", [round(v, 2) for v in x_bar])

    # The staged form: the derivative of the sigmoid is (1 - f) f.
    dot_bar = (1 - f) * f
    assert np.allclose(w_bar, [x[0] * dot_bar, x[1] * dot_bar, dot_bar], rtol=1e-14)
    assert np.allclose(x_bar, [w[0] * dot_bar, w[1] * dot_bar], rtol=1e-14)
    assert [round(v, 2) for v in w_bar + x_bar] == [-0.20, -0.39, 0.20, 0.39, -0.59]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network_loss(W1, b1, W2, b2, x, y):
    a1 = sigmoid(x @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    return 0.5 * np.sum((a2 - y) ** 2)


def network_by_hand(W1, b1, W2, b2, x, y):
    """Back-propagation as it is written on a blackboard."""
    a1 = sigmoid(x @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    delta2 = (a2 - y) * a2 * (1 - a2)
    delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
    return x.T @ delta1, delta1.sum(axis=0), a1.T @ delta2, delta2.sum(axis=0)


def two_layer_network():
    heading("a two-layer network, derived by hand and by the compiler")
    draws = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,), (5, 3), (5, 2)]
    args = [draws.normal(size=shape) for shape in shapes]
    derivative = grad(network_loss, argnums=("W1", "b1", "W2", "b2"))
    for name, ours, by_hand in zip(("W1", "b1", "W2", "b2"), derivative(*args), network_by_hand(*args), strict=True):
        print(f"{name}: largest difference {np.max(np.abs(ours - by_hand)):.0e}")
        assert np.allclose(ours, by_hand, rtol=1e-12, atol=1e-15)
    print("\n" + derivative.source)


# --- small functions of tensors ---


def quadratic(x, y):
    return x**2 + 3 * x * y + y**2


def small_functions():
    heading("gradients of small functions")
    slopes = grad(quadratic, (0, 1))(2.0, 3.0)
    print("x**2 + 3*x*y + y**2 at (2, 3):", slopes)
    assert slopes == (13.0, 12.0)

    x = np.arange(4.0)
    twice_dot = grad(lambda x: 2 * np.dot(x, x))(x)
    print("2*dot(x, x):", twice_dot)
    assert np.array_equal(twice_dot, 4 * x)

    total = grad(lambda x: x.sum())(x)
    print("x.sum():", total)
    assert np.array_equal(total, np.ones(4))


def vector_output():
    heading("a vector has no gradient, but a vector-Jacobian product")
    x = np.arange(4.0)

    def squares(x):
        return x * x

    _, pull_back = vjp(squares, x)
    (x_bar,) = pull_back(np.ones(4))
    print("y = x*x, weights 1:", x_bar)
    assert np.array_equal(x_bar, 2 * x)
    message = ""
    try:
        grad(squares)(x)
    except TypeError as error:
        message = str(error)
    print("grad says:", message.partition("\n")[0])
    assert "vjp" in message


# --- gradients in use ---


def squared_error(w, x, y):
    return np.sum((x @ w - y) ** 2)


def accumulated_gradients():
    heading("gradients of micro-batches add up to that of the batch")
    draws = np.random.default_rng(1)
    x, y, w = draws.normal(size=(12, 3)), draws.normal(size=12), draws.normal(size=3)

    # A gradient is a value: it accumulates where it is added up, and nowhere else.
    total = np.zeros(3)
    for start in range(0, 12, 4):
        part = slice(start, start + 4)
        total = total + grad(squared_error)(w, x[part], y[part])
    whole = grad(squared_error)(w, x, y)
    print("three parts:", total)
    print("at once:    ", whole)
    assert np.allclose(total, whole, rtol=1e-13)


def with_a_constant(x):
    u = stop_gradient(x * x)
    return (u * x).sum()


def detached():
    heading("stop_gradient")
    x = np.arange(4.0)
    slope = grad(with_a_constant)(x)
    print("u = stop_gradient(x*x); (u*x).sum():", slope)
    assert np.array_equal(slope, x * x)


def updated_in_place(x):
    y = x * 2
    y += 1
    return y * y


def doubled_until_large(a):
    """Control flow that depends on the data; linear in `a` wherever it does not switch."""
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    c = 100 * b
    if np.sum(b) > 0:
        c = b
    return np.sum(c)


def control_flow():
    heading("names that change, loops and branches")
    slope = grad(updated_in_place)(3.0)
    print("y = x*2; y += 1; y*y at 3:", slope)
    assert slope == 28.0

    f_grad = grad(doubled_until_large)
    for a in (0.37, -1.2, 900.0):
        print(f"doubled until large at {a}: {f_grad(a)} = f(a)/a")
        assert math.isclose(f_grad(a), doubled_until_large(a) / a)
    a = np.array([0.3, -0.2, 0.5])
    slope = f_grad(a)
    print("and at an array:", slope)
    assert math.isclose(slope @ a, doubled_until_large(a))


def descent():
    heading("the gradient put to use")
    x, y = 2.0, 3.0
    bowl_grad = grad(lambda x, y: x**2 + x * y + y**2 - 3 * x, argnums=(0, 1))
    for _ in range(200):
        x_bar, y_bar = bowl_grad(x, y)
        x, y = x - 0.1 * x_bar, y - 0.1 * y_bar
    print(f"x**2 + x*y + y**2 - 3*x is least at ({x:.6f}, {y:.6f})")
    assert math.isclose(x, 2.0, abs_tol=1e-8)
    assert math.isclose(y, -1.0, abs_tol=1e-8)


SECTIONS = [
    four_ways,
    graphs_and_traces,
    whole_numbers,
    forward_and_reverse,
    sigmoid_neuron,
    two_layer_network,
    small_functions,
    vector_output,
    accumulated_gradients,
    detached,
    control_flow,
    descent,
]


def main():
    for section in SECTIONS:
        section()
    print(f"\nAll {len(SECTIONS)} sections give the textbooks' numbers.")


if __name__ == "__main__":
    main()
