"""Numbers in texts and arrays of objects: the derivative that would be lost is an error, not zero."""

import numpy as np
import pytest

from ast_ad import grad, jvp, stop_gradient, value_and_grad
from ast_ad.errors import NoDerivative, WrongArgument


def through_a_text(x):
    return float(str(x))


def rounded_by_a_format(x):
    return float(f"{x:.3f}") * x


def read_from_a_list_of_texts(x):
    return np.array(list(map(str, [x]))).astype(float)[0]


def summed_objects(x):
    return np.full(2, x, dtype=object).sum()


def element_of_objects(x):
    return np.array([x, None])[0] * 2.0


def filled_objects(x):
    a = np.zeros(2, object)
    a[:] = x
    return a.sum()


def kept_in_a_loop(x):
    name = ""
    for _ in range(3):
        name = f"{x}"
    return float(name)


def field_of_a_record(x):
    return np.array([(x, 1)], dtype=[("a", float), ("b", int)])["a"].sum()


LOST = [
    through_a_text,
    rounded_by_a_format,
    read_from_a_list_of_texts,
    summed_objects,
    element_of_objects,
    filled_objects,
    kept_in_a_loop,
    field_of_a_record,
]


@pytest.mark.parametrize("function", LOST, ids=lambda f: f.__name__)
def test_a_number_that_is_made_from_one_in_disguise_is_refused_in_both_modes(function):
    assert function(1.5) > 0
    with pytest.raises(NoDerivative, match="a number is made from"):
        grad(function)(1.5)
    with pytest.raises(NoDerivative, match="a number is made from"):
        jvp(function, (1.5,), (1.0,))


def test_the_error_names_the_place_and_a_way_out():
    with pytest.raises(NoDerivative) as caught:
        grad(through_a_text)(1.5)
    assert str(caught.value).splitlines() == [
        f"{__file__}:11:12: a number is made from a text that depends on what is differentiated",
        "    return float(str(x))",
        "           ^^^^^^^^^^^^^",
        "    Texts and objects have no derivative, so that of the number would be lost.",
        "    Compute with the number itself; if it should count as constant, begin with ast_ad.stop_gradient of it.",
    ]


@pytest.mark.parametrize(
    "function", [lambda x: np.array([x], dtype=object)[0], lambda x: f"{x}", lambda x: np.array([x, "a"])]
)
def test_a_result_in_disguise_is_refused(function):
    with pytest.raises(WrongArgument, match="needs a result of one real number"):
        grad(function)(1.5)


def told(x):
    name = f"{x:.1f}"
    names = [name, "b"]
    print(name, names[0] == "A")
    return x * len(name) + (x if name == "1.5" else 2 * x), names


def test_texts_that_only_tell_or_decide_are_no_loss(capsys):
    (value, aux), slope = value_and_grad(told, has_aux=True)(1.5)
    assert (value, slope, aux) == (6.0, 4.0, ["1.5", "b"])
    assert capsys.readouterr().out == "1.5 False\n"


def test_a_constant_may_pass_through_a_text():
    assert grad(lambda x: x * float(f"{stop_gradient(x):.1f}"))(1.54) == 1.5
    assert grad(lambda x, scale: x * float(scale))(1.5, "2.5") == 2.5


def test_classes_of_arrays_with_other_operators_are_refused():
    def square(x):
        return np.sum(x * x)

    with pytest.raises(WrongArgument, match="x is a matrix, whose operators are not those of an array"):
        grad(square)(np.ones((2, 2)).view(np.matrix))
    with pytest.raises(WrongArgument, match="x is a MaskedArray"):
        grad(square)(np.ma.masked_array([1.0, 2.0], mask=[0, 1]))

    class Plain(np.ndarray):
        pass

    assert grad(square)(np.ones(2).view(Plain)).tolist() == [2.0, 2.0]


def test_arrays_that_hold_no_numbers_are_no_arguments():
    with pytest.raises(WrongArgument, match="x, which is an array of object"):
        grad(lambda x: np.sum(x))(np.array([1.0, None]))
