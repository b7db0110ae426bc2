import numpy as np
import pytest

from ast_ad import grad
from tests.programs import shifts, waves

SQUARE = waves(3, 3)


def compares_with_the_largest(function, *args):
    """Whether the derivative looks for the place of the largest, as the derivative of a maximum does."""
    return " == " in grad(function).source_for(*args)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (shifts.chosen_share, (waves(4),)),
        (shifts.log_of_sums, (SQUARE,)),
        (shifts.squares_cancel, (waves(4),)),
        (shifts.free_energy, (waves(4), 1.5)),
        (shifts.masked, (SQUARE, SQUARE > -0.5)),
        (shifts.forward_algorithm, (SQUARE, 3)),
        (shifts.weights_of_values, (SQUARE, waves(3, 2))),
    ],
)
def test_a_shift_that_cancels_is_a_constant(function, args):
    assert not compares_with_the_largest(function, *args)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (shifts.without_a_sum, (waves(4),)),
        (shifts.other_rows_sum, (SQUARE,)),
        (shifts.columns_of_shifted_rows, (SQUARE,)),
        (shifts.squares_do_not, (waves(4),)),
        (shifts.largest_is_used_again, (waves(4),)),
        (shifts.mixed_into_a_list, (waves(4),)),
        (shifts.standard_scores, (waves(4),)),
    ],
)
def test_a_shift_that_matters_has_its_derivative(function, args):
    assert compares_with_the_largest(function, *args)


def test_two_largest_share_no_kink_where_nothing_depends_on_them():
    def softmax(z):
        e = np.exp(z - np.max(z))
        return (e / np.sum(e))[0]

    p = np.full(3, 1 / 3)
    np.testing.assert_allclose(grad(softmax)(np.zeros(3)), p[0] * (np.eye(3)[0] - p), rtol=1e-14)


def soft_minimum_of_paths(costs, gamma):
    """Dynamic time warping with a soft minimum; paths from outside cost infinitely much."""
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            z = -np.array([total[i - 1, j], total[i, j - 1], total[i - 1, j - 1]]) / gamma
            top = np.max(z)
            total[i, j] = costs[i - 1, j - 1] - gamma * (np.log(np.sum(np.exp(z - top))) + top)
    return total[rows, columns]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_infinities_that_have_no_share_give_no_nan():
    """A path of infinite cost has the share 0 of the soft minimum, whatever it is multiplied by."""
    costs = np.abs(SQUARE)
    low, high = (soft_minimum_of_paths(costs, gamma) for gamma in (0.5 - 1e-6, 0.5 + 1e-6))
    assert grad(soft_minimum_of_paths, argnums=1)(costs, 0.5) == pytest.approx((high - low) / 2e-6, rel=1e-6)
