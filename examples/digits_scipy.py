"""The network of `digits.py` trained by SciPy: `value_and_grad` is what `minimize(..., jac=True)` expects.

    python examples/digits_scipy.py

Needs SciPy, and what `digits.py` needs.
"""

import numpy as np
from digits import HIDDEN, accuracy, initial_parameters, load, loss
from scipy.optimize import minimize

from ast_ad import value_and_grad

W1_END = 64 * HIDDEN
B1_END = W1_END + HIDDEN
W2_END = B1_END + HIDDEN * 10


def unpack(flat):
    """The parameters out of the one vector that SciPy knows."""
    return {
        "W1": flat[:W1_END].reshape(64, HIDDEN),
        "b1": flat[W1_END:B1_END],
        "W2": flat[B1_END:W2_END].reshape(HIDDEN, 10),
        "b2": flat[W2_END:],
    }


def flat_loss(flat, images, targets):
    return loss(unpack(flat), images, targets)


def main():
    (images, labels), test = load()
    params = initial_parameters()
    start = np.concatenate([params[name].ravel() for name in ("W1", "b1", "W2", "b2")])

    result = minimize(
        value_and_grad(flat_loss),
        start,
        args=(images, np.eye(10)[labels]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 60},
    )

    score = accuracy(unpack(result.x), *test)
    print(f"L-BFGS: {result.nit} iterations, {result.nfev} gradients, loss {result.fun:.4f}")
    assert score >= 0.95, f"only {score:.1%} of the test digits were read correctly"
    print(f"{score:.1%} of the {len(test[1])} test digits are read correctly.")


if __name__ == "__main__":
    main()
