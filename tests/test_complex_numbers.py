"""Complex numbers as users meet them: the convention, `holomorphic=True`, types, kinks, orders, and what is refused."""

import cmath
import pickle

import numpy as np
import oracle
import pytest

import ast_ad
from ast_ad import AstAdError, grad, hessian, jacfwd, jacrev, jvp, value_and_grad, vjp

Z = 0.6 - 0.8j
ARRAY = np.array([1.0 + 2.0j, -0.5j, 0.7])


def same(a, b, tolerance=1e-12):
    return np.allclose(a, b, rtol=tolerance, atol=tolerance)


# The convention: f_x - i f_y


def distance(z):
    return abs(z)


def square_of_distance(z):
    return z.real**2 + z.imag**2


def test_the_gradient_of_a_real_function_is_f_x_minus_i_f_y():
    assert same(grad(square_of_distance)(3 + 4j), 6 - 8j)
    assert same(grad(distance)(3 + 4j), 0.6 - 0.8j)
    assert same(grad(lambda z: z.real)(Z), 1)
    assert same(grad(lambda z: z.imag)(Z), -1j)
    assert same(grad(lambda z: np.angle(z))(2j), -0.5)


def test_descent_goes_along_the_conjugate():
    z, target = 2.0 + 1.0j, -1.0 + 3.0j
    for _ in range(60):
        z = z - 0.2 * np.conj(grad(lambda w: abs(w - target) ** 2)(z))
    assert same(z, target, 1e-9)


def modulus_of_turned(x, z):
    return abs(x * z + 1j * x**2)


def test_a_real_argument_has_a_real_gradient():
    by_x, by_z = grad(modulus_of_turned, (0, 1))(1.5, Z)
    assert isinstance(by_x, float)
    assert isinstance(by_z, complex)
    by_array, _ = grad(lambda x, z: np.sum(np.abs(x * z)), (0, 1))(np.ones(3), ARRAY)
    assert by_array.dtype == float
    narrow = grad(lambda x: np.sum(np.abs(np.exp(1j * x) + x)))(np.ones(3, np.float32))
    assert narrow.dtype == np.float32


@pytest.mark.parametrize("value", [Z, np.complex128(Z), np.complex64(Z), ARRAY, ARRAY.astype(np.complex64)])
def test_a_gradient_has_the_type_of_its_complex_argument(value):
    for function in (
        lambda z: np.sum(np.real(z)),
        lambda z: np.sum(np.abs(z) ** 2),
        lambda z: np.sum(np.exp(z).imag),
        lambda z: 2.0,
    ):
        oracle.assert_gradient_fits(grad(function)(value), value)


def test_lists_of_real_and_complex_numbers_have_gradients_of_both():
    found = grad(lambda xs: abs(xs[0] * xs[1] + xs[2]))([1.0, 2j, 0.5])
    assert [isinstance(x, complex) for x in found] == [False, True, False]


def test_parts_of_polar_coordinates_are_differentiated_alone():
    assert same(grad(lambda z: cmath.polar(z)[0])(Z), Z.conjugate())
    assert same(grad(lambda z: cmath.polar(z)[1])(Z), -1j / Z)
    assert same(grad(lambda x: cmath.polar(x)[0])(-2.0), -1)


def of_python_numbers(z):
    w = cmath.exp(z) * z.conjugate() + complex(z.imag, 2.0)
    r, phi = cmath.polar(w)
    return r * cmath.phase(z) + phi


def test_values_are_the_primals_own():
    for function, args in ((of_python_numbers, (Z,)), (modulus_of_turned, (1.5, Z)), (distance, (ARRAY[0],))):
        value, _ = value_and_grad(function)(*args)
        assert oracle.is_identical(value, function(*args))
    out, _ = jvp(lambda z: z.conjugate(), (Z,), (1j,))
    assert type(out) is complex


# Complex results


def cubed(z):
    return z**3 * np.exp(z)


def test_holomorphic_gives_the_complex_derivative_to_any_order():
    first = grad(cubed, holomorphic=True)
    second = grad(first, holomorphic=True)
    third = grad(second, holomorphic=True)
    assert same(first(Z), (3 * Z**2 + Z**3) * np.exp(Z))
    assert same(second(Z), (6 * Z + 6 * Z**2 + Z**3) * np.exp(Z))
    assert same(third(Z), (6 + 18 * Z + 9 * Z**2 + Z**3) * np.exp(Z))


def pair(z):
    return np.array([z[0] * z[1], np.exp(z[0])])


def test_holomorphic_jacobians_agree_and_a_hessian_is_symmetric():
    z = ARRAY[:2]
    wanted = np.array([[z[1], z[0]], [np.exp(z[0]), 0]])
    assert same(jacfwd(pair, holomorphic=True)(z), wanted)
    assert same(jacrev(pair, holomorphic=True)(z), wanted)
    found = hessian(lambda w: w[0] ** 2 * w[1], holomorphic=True)(z)
    assert same(found, [[2 * z[1], 2 * z[0]], [2 * z[0], 0]])


@grad(holomorphic=True)
def decorated(z):
    return z * z


def test_holomorphic_decorates_pickles_and_has_a_value():
    assert decorated(1 + 2j) == 2 + 4j
    assert pickle.loads(pickle.dumps(decorated))(1j) == 2j
    value, slope = value_and_grad(cubed, holomorphic=True)(Z)
    assert same(value, cubed(Z))
    assert same(slope, decorated(Z) * 0 + (3 * Z**2 + Z**3) * np.exp(Z))
    (slope, aux) = grad(lambda z: (z**2, "aux"), has_aux=True, holomorphic=True)(1j)
    assert (slope, aux) == (2j, "aux")


def newton(z):
    for _ in range(4):
        z = z - (z**3 - 1) / grad(lambda w: w**3 - 1, holomorphic=True)(z)
    return abs(z - 0.5) ** 2


def test_a_holomorphic_derivative_inside_a_function_is_differentiated():
    oracle.assert_gradient(newton, (0.4 + 0.9j,), 0, grad(newton)(0.4 + 0.9j))


def test_products_with_complex_results():
    out, pull = vjp(lambda z: z * z, Z)
    assert out == Z * Z
    assert same(pull(1j)[0], 2j * Z)
    assert same(jvp(lambda x: np.exp(1j * x), (0.3,), (2.0,))[1], 2j * np.exp(0.3j))
    assert same(jacfwd(lambda t: np.exp(1j * t * np.arange(3)))(0.4), 1j * np.arange(3) * np.exp(0.4j * np.arange(3)))


# Points that are singular, and branch cuts


def test_at_the_kinks_the_gradient_is_zero():
    assert grad(lambda z: abs(z))(0j) == 0
    assert grad(lambda z: np.angle(z))(0j) == 0
    assert grad(lambda z: cmath.phase(z))(0j) == 0
    assert same(grad(lambda z: np.linalg.norm(z))(np.zeros(2, complex)), 0)
    assert grad(lambda z: abs(z) ** 2)(0j) == 0


def test_the_square_of_a_modulus_has_its_second_derivative_at_zero():
    found = jvp(grad(lambda z: np.sum(np.abs(z) ** 2)), (np.zeros(2, complex),), (np.array([1.0, 1j]),))[1]
    assert same(found, [2, -2j])


@pytest.mark.parametrize("function", [np.arcsin, np.arccos, np.arcsinh, np.arccosh, np.arctanh, np.sqrt, np.log])
@pytest.mark.parametrize(
    "z", [2.0 + 0.5j, -2.0 + 0.5j, 2.0 - 0.5j, -2.0 - 0.5j, 0.3 + 2j, -0.3 - 2j, 1.5 + 0j, -1.5 + 0j]
)
def test_derivatives_follow_the_branch_that_numpy_takes(function, z):
    def along(t):
        return np.real(function(t + z) * (1 - 2j))

    step = 1e-6  # along the real axis: a cut there is not crossed
    expected = (along(step) - along(-step)) / (2 * step)
    assert same(grad(along)(0.0), expected, 1e-7)


def test_powers_of_negative_numbers_with_complex_exponents():
    def power(x, y):
        return abs((-x) ** (1 + 1j * y)) + np.real(np.power(-x, 2 - 1j * y))

    oracle.assert_gradient(power, (0.7, 0.4), (0, 1), grad(power, (0, 1))(0.7, 0.4))


# Higher orders, by all ways


def chain(z):
    w = np.exp(1j * z) / (2 + z.conjugate())
    return abs(w) ** 3 + np.angle(w)


def test_order_three_agrees_with_differences_of_order_two():
    def second(z):
        return jvp(grad(chain), (z,), (0.5 - 1j,))[1]

    _, third = jvp(second, (Z,), (1 + 2j,))
    step = 1e-5
    expected = (second(Z + step * (1 + 2j)) - second(Z - step * (1 + 2j))) / (2 * step)
    assert same(third, expected, 1e-8)
    _, pull = vjp(second, Z)
    ct = 0.3 + 0.7j
    assert same((pull(ct)[0] * (1 + 2j)).real, (ct * third).real)


def test_check_grads_serves_complex_numbers():
    ast_ad.check_grads(cubed, (Z,), order=3)
    ast_ad.check_grads(chain, (Z,), order=2)
    ast_ad.check_grads(lambda d: np.fft.fft(d["z"]) * d["x"], ({"z": ARRAY, "x": 2.0},))
    ast_ad.check_grads(cubed, (np.complex64(Z),))


def test_check_grads_finds_a_missing_conjugate():
    @ast_ad.custom_vjp
    def conjugated_by_mistake(z):
        return np.sum(np.abs(z) ** 2)

    conjugated_by_mistake.defvjp(lambda z: (np.sum(np.abs(z) ** 2), z), lambda z, ct: (2 * ct * z,))
    with pytest.raises(AssertionError, match=r"argument 'z', entry \[0\]"):
        ast_ad.check_grads(conjugated_by_mistake, (ARRAY,), order=1, modes="rev")


# What is refused


def median_of(z):
    return abs(np.median(z * z))


def test_a_rule_that_was_not_checked_with_complex_numbers_is_refused_with_its_place():
    for way in (lambda: grad(median_of)(ARRAY), lambda: jvp(median_of, (ARRAY,), (ARRAY,))):
        with pytest.raises(AstAdError) as told:
            way()
        assert "np.median has no derivative rule for complex numbers\n" in str(told.value)
        assert "return abs(np.median(z * z))\n               ^^^^^^^^^^^^^^^^" in str(told.value)


def test_the_same_rule_serves_what_is_real_beside_complex_numbers():
    found = grad(lambda x: np.median(x) * abs(np.exp(1j * x[0])))(np.array([1.0, 3.0, 2.0]))
    assert same(found, [0, 0, 1])


def test_real_if_close_is_refused():
    with pytest.raises(AstAdError, match="real_if_close has no derivative rule for complex numbers"):
        grad(lambda z: np.sum(np.real_if_close(z)).real)(ARRAY)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grad(cubed)(Z), "grad needs a result of one real number, and cubed returns a complex array"),
        (lambda: grad(cubed, holomorphic=True)(0.3), "z, which is a Python float, and holomorphic=True is for complex"),
        (lambda: grad(cubed, holomorphic=True)(np.ones(3)), "z, which is an array of float64, and holomorphic=True"),
        (lambda: grad(distance, holomorphic=True)(Z), "needs a result of one complex number, and distance returns a"),
        (lambda: jacrev(pair)(ARRAY[:2]), "z, which is complex, and jacrev differentiates by real numbers"),
        (lambda: grad(pair, holomorphic=True)(ARRAY[:2]), "grad needs a result of one element"),
    ],
)
def test_wrong_use_is_told(call, message):
    with pytest.raises(TypeError) as told:
        call()
    assert message in str(told.value)


def written_into_real(z):
    a = np.zeros(2)
    a[0] = z * z
    return a[0]


def compared(z):
    return z if z > 1 else 2 * z


@pytest.mark.parametrize("function", [written_into_real, compared])
def test_what_python_refuses_raises_as_in_the_primal(function):
    with pytest.raises(TypeError) as expected:
        function(Z)
    with pytest.raises(TypeError) as found:
        grad(function)(Z)
    assert str(found.value).splitlines()[0] == str(expected.value) or isinstance(found.value, AstAdError)


BYTES = pickle.dumps(np.array([1j, 2.0]))


def with_numbers_from_nowhere(x):
    w = pickle.loads(BYTES)
    return np.sum(np.abs(x * w))


def test_complex_numbers_that_nobody_could_foresee_are_an_error_and_no_wrong_gradient():
    with pytest.raises(TypeError, match="complex numbers came up where the derivative was written for real ones"):
        grad(with_numbers_from_nowhere)(np.array([1.0, 2.0]))
    known = grad(lambda x: np.sum(np.abs(x * np.asarray(pickle.loads(BYTES), complex))))
    assert same(known(np.array([1.0, 2.0])), [1, 2])


# Texts


def test_the_text_of_a_power_spectrum_reads_as_one_writes_it():
    text = grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2)).source_for(np.ones(4))
    assert "np.fft.fft(2 * np.conj(np.fft.fft(x))).real" in text.replace("\n", "")


def test_real_programs_know_nothing_of_complex_numbers():
    def real(x):
        return np.sum(np.abs(x) * np.linalg.norm(x) + np.linalg.svd(np.outer(x, x))[1])

    text = grad(real).source_for(np.ones(3))
    assert "conj" not in text
    assert ".real" not in text
