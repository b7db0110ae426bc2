"""Growth and capacity of a population fitted to measurements, through an implicit solver.

    python examples/ode_fit.py

Each step of the model solves a nonlinear equation by Newton's method, in a `while` loop that a `break` leaves.  The fit
is Newton's method again, this time with exact first and second derivatives of the whole simulation.
"""

import numpy as np

from ast_ad import grad, jvp

STEP = 0.25


def next_population(p, rate, capacity):
    """One implicit step of p' = rate p (1 - p / capacity)."""
    guess = p
    trips = 0
    while trips < 50:
        residual = guess - p - STEP * rate * guess * (1 - guess / capacity)
        if abs(residual) < 1e-13 * capacity:
            break
        slope = 1 - STEP * rate * (1 - 2 * guess / capacity)
        guess -= residual / slope
        trips += 1
    return guess


def simulate(theta, start, steps):
    """The population after that many steps."""
    p = start
    for _ in range(steps):
        p = next_population(p, theta[0], theta[1])
    return p


def misfit(theta, start, measured):
    """Half the sum of squared errors; a measurement is (number of steps since the last one, population)."""
    p = start
    total = 0.0
    for steps, observed in measured:
        p = simulate(theta, p, steps)
        total += 0.5 * (p - observed) ** 2
    return total


slope_of = grad(misfit)


def curvature_of(theta, start, measured):
    """The Hessian, a column a pass: forward mode over the gradient."""
    columns = [jvp(lambda t: slope_of(t, start, measured), (theta,), (unit,))[1] for unit in np.eye(len(theta))]
    return np.column_stack(columns)


def fit(theta, start, measured):
    """Newton's method; a step that does not lower the misfit is halved."""
    value = misfit(theta, start, measured)
    for k in range(50):
        slope = slope_of(theta, start, measured)
        print(f"{k:2d}  rate {theta[0]:.6f}  capacity {theta[1]:.6f}  misfit {value:.3e}")
        if np.linalg.norm(slope) < 1e-10:
            break
        step = np.linalg.solve(curvature_of(theta, start, measured), slope)
        if step @ slope <= 0:  # not convex here: go downhill
            step = slope / np.linalg.norm(slope)
        while misfit(theta - step, start, measured) > value and np.linalg.norm(step) > 1e-12:
            step = step / 2
        theta = theta - step
        value = misfit(theta, start, measured)
    return theta


def main():
    truth = np.array([0.9, 12.0])
    start = 1.5
    measured = []
    p = start
    for steps in (2, 3, 3, 4, 6):
        p = simulate(truth, p, steps)
        measured.append((steps, p))

    found = fit(np.array([0.5, 9.0]), start, measured)

    assert np.allclose(found, truth, rtol=1e-8), found
    print(f"The fit returns the rate {found[0]:.6f} and the capacity {found[1]:.6f} of the data.")


if __name__ == "__main__":
    main()
