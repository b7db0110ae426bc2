"""The gradient of a function, as a number and as Python that you can read.

    python examples/quickstart.py

`loss` is ordinary NumPy.  `grad` compiles its derivative at the first call; `.source` shows what was compiled.
"""

import numpy as np

from ast_ad import check_grads, grad, value_and_grad


@grad
def loss(w, x, y):
    """The mean squared error of one neuron."""
    return np.mean((np.tanh(x @ w) - y) ** 2)


def main():
    x = np.array([[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8], [0.1, 1.1]])
    y = np.array([-0.4, 0.8, -0.1, 0.6])
    w = np.array([0.2, -0.1])

    # A call of the decorated function is the gradient with respect to its first argument.
    print("gradient:", loss(w, x, y))

    # The derivative is a Python function.  This is the text that has just run.
    print("\n" + loss.source)

    # The function itself is still there.  For value and gradient together there is `value_and_grad`.
    value, slope = value_and_grad(loss.primal)(w, x, y)
    assert value == loss.primal(w, x, y)
    assert np.array_equal(slope, loss(w, x, y))

    # Any derivative can be checked against central differences.
    check_grads(loss.primal, (w, x, y), order=1)

    # And it can be put to use.
    for _ in range(200):
        w = w - 0.5 * loss(w, x, y)
    before, after = value, loss.primal(w, x, y)
    assert after < 0.1 * before
    print(f"The loss fell from {before:.4f} to {after:.4f}: the gradient is right.")


if __name__ == "__main__":
    main()
