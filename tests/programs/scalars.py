"""Plain numbers: arithmetic, comparisons, branches, tuples and the functions of `math`."""

import math

from . import Program


def product_with_sine(x, y):
    return (x + y) * math.sin(x)


def nested_exponential(x):
    return math.sin(math.exp(x**2 + math.log(x)))


def rational(x):
    numerator = 3 * x**2 - 2 * x + 1
    denominator = x**2 + 2
    return numerator / denominator


def stable_sigmoid(x):
    """The logistic function, without overflow on either side."""
    if x >= 0:
        z = math.exp(-x)
        return 1 / (1 + z)
    z = math.exp(x)
    return z / (1 + z)


def softplus(x):
    if x > 30:
        return x
    elif x < -30:
        return math.exp(x)
    else:
        return math.log1p(math.exp(x))


def huber(residual, delta):
    size = abs(residual)
    if size <= delta:
        return 0.5 * residual**2
    return delta * (size - 0.5 * delta)


def leaky_relu(x, slope):
    return x if x > 0 else slope * x


def sign_by_ternaries(x, y):
    label = 1 if x > y else -1 if x < -y else 0
    return label * x * y + y


def smoothstep(x):
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    return x * x * (3 - 2 * x)


def triangle_area(a, b, c):
    """Heron's formula; 0 where the sides make no triangle."""
    if a + b <= c or b + c <= a or c + a <= b:
        return 0.0
    s = (a + b + c) / 2
    return math.sqrt(s * (s - a) * (s - b) * (s - c))


def great_circle(lat1, lon1, lat2, lon2):
    """Distance in km between two places given in degrees, by the haversine formula."""
    lat1, lon1 = math.radians(lat1), math.radians(lon1)
    lat2, lon2 = math.radians(lat2), math.radians(lon2)
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def region(x, y, weight):
    if (x > 0 and y > 0) or weight > 2:
        return weight * x * y
    if not x > -1 and not y > -1:
        return x - y * weight
    return x**2 + weight * y**2


def sort_three(a, b, c):
    """A weighted sum of the sorted numbers."""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    return a + 10 * b**2 + 100 * c**3


def head_and_tail(x, y, z):
    first, *rest = x * y, y * z, z * x
    *front, last = rest[0] + first, rest[1], first
    return front[0] * last + front[1]


def nested_unpacking(x, y):
    (a, b), c = (x + y, x * y), x - y
    d = e = a * c
    return d * b + math.sin(e)


def to_polar_and_back(x, y, turn):
    r, angle = math.hypot(x, y), math.atan2(y, x)
    angle += turn
    x, y = r * math.cos(angle), r * math.sin(angle)
    return x**2 - 3 * y


def larger_root(a, b, c):
    """The larger root of a x^2 + b x + c, computed without cancellation; the vertex if there is none."""
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return -b / (2 * a)
    root = math.sqrt(discriminant)
    q = -0.5 * (b + root) if b > 0 else -0.5 * (b - root)
    first, second = q / a, c / q
    return first if first > second else second


def powers_of_each_other(x, y):
    return x**y - y**x + 2**x + x**3 + y**0.5 + x**-2


def wrap_around(x, period):
    phase = x % period
    turns = x // period
    return phase**2 + turns * x


def hyperbolic_mix(x, y):
    u = math.sinh(x) * math.cosh(y) - math.tanh(x * y)
    v = math.asinh(u) + math.acosh(2 + y * y) + math.atanh(0.3 * math.tanh(x))
    return u * v


def circular_mix(x, y):
    u = math.tan(0.3 * x) + math.asin(0.4 * y) - math.acos(0.2 * x)
    v = math.atan(u) + math.atan2(x, 1 + y * y)
    return math.degrees(0.01 * u) + math.cos(v) * math.sin(u)


def special_functions(x, y):
    total = math.erf(x) * math.erfc(y) + math.lgamma(x + 2)
    total += math.gamma(y + 1.5) - math.expm1(-x) + math.log1p(y)
    return total


def logarithms(x, base):
    return math.log(x, base) + math.log2(x) * math.log10(x) - math.fabs(x - 10)


def rounded_weights(x, y):
    whole = math.floor(x) + math.ceil(y) - math.trunc(x * y)
    return whole * x + math.copysign(y, x) * int(y)


def every_augmented_assignment(x, y):
    t = x
    t += y
    t *= x
    t -= 2
    t /= 3
    t **= 2
    t %= 7
    s = t * y
    s //= 2
    return t * x + s * y


def counted_in_integers(x, n):
    half = n // 2
    odd = n % 2 == 1
    scale = (half + 1) / n
    return x**half * scale + (x if odd else -x) / n


def truth_of_numbers(x, n):
    """Numbers as conditions: zero is false."""
    if not n:
        return x
    return x * n if x else 1.0


def unused_argument(x, y):
    return x * x


def no_argument_matters(x):
    return 3.0


def returns_its_argument(x):
    return x


def two_kinds_of_result(x):
    """The branches return an int and a float."""
    if x > 1:
        return 1
    return x


def magnitude_with_signs(x, y):
    return -abs(x) + +y * abs(x * y) - (-y)


def documented(x: float, rate: float = 0.5) -> float:
    """A docstring, annotations, an annotated name and a message for the impossible case."""
    assert rate > 0, "the rate must be positive"
    level: float = math.exp(-rate * x)
    return 1.0 - level


def smallest_and_largest(x, y, z):
    return max(x, y) * min(y, z) + max(x, y, z) ** 2


PROGRAMS = [
    Program(product_with_sine, [(1.1, 0.4)], wrt=(0, 1)),
    Program(nested_exponential, [(0.7,), (1.2,)]),
    Program(rational, [(0.3,), (-2.5,), (2,)]),
    Program(stable_sigmoid, [(1.5,), (-1.5,)]),
    Program(softplus, [(0.5,), (31.0,), (-31.0,)]),
    Program(huber, [(0.3, 1.0), (2.0, 1.0), (-2.0, 0.7)], wrt=(0, 1)),
    Program(leaky_relu, [(0.8, 0.1), (-0.8, 0.1)], wrt=(0, 1)),
    Program(sign_by_ternaries, [(2.0, 0.5), (-2.0, 0.5), (0.2, 0.5)], wrt=(0, 1)),
    Program(smoothstep, [(0.3,), (-0.5,), (1.5,)]),
    Program(triangle_area, [(3.0, 4.0, 5.5), (1.0, 1.0, 3.0)], wrt=(0, 1, 2)),
    Program(great_circle, [(47.4, 8.5, 52.5, 13.4)], wrt=(0, 1, 2, 3)),
    Program(
        region,
        [(0.5, 0.7, 1.0), (-2.0, 0.7, 3.0), (-2.0, -1.5, 1.0), (0.5, -0.7, 1.5)],
        wrt=(0, 1, 2),
    ),
    Program(
        sort_three,
        [(0.1, 0.2, 0.3), (0.3, 0.2, 0.1), (0.2, 0.1, 0.3), (0.2, 0.3, 0.1)],
        wrt=(0, 1, 2),
    ),
    Program(head_and_tail, [(0.5, -1.5, 2.0)], wrt=(0, 1, 2)),
    Program(nested_unpacking, [(0.5, -1.5)], wrt=(0, 1)),
    Program(to_polar_and_back, [(0.6, 1.2, 0.3), (-0.6, 0.5, -0.3)], wrt=(0, 1, 2)),
    Program(
        larger_root,
        [(1.0, -3.0, 1.0), (1.0, 3.0, 1.0), (-2.0, 3.0, 1.0), (1.0, 1.0, 2.0)],
        wrt=(0, 1, 2),
    ),
    Program(powers_of_each_other, [(1.3, 0.8), (0.4, 2.5)], wrt=(0, 1)),
    Program(wrap_around, [(7.3, 2.0), (-1.1, 0.75)], wrt=(0, 1)),
    Program(hyperbolic_mix, [(0.7, -0.4)], wrt=(0, 1)),
    Program(circular_mix, [(0.7, -0.4)], wrt=(0, 1)),
    Program(special_functions, [(0.7, 0.4), (-0.6, 1.4)], wrt=(0, 1)),
    Program(logarithms, [(3.0, 2.5), (20.0, 7.0)], wrt=(0, 1)),
    Program(rounded_weights, [(1.7, 2.4), (-1.7, 0.4)], wrt=(0, 1)),
    Program(every_augmented_assignment, [(1.5, 2.2), (0.4, -0.8)], wrt=(0, 1)),
    Program(counted_in_integers, [(1.2, 5), (1.2, 4)]),
    Program(truth_of_numbers, [(1.2, 3), (1.2, 0)]),
    Program(unused_argument, [(1.5, 2.5)], wrt=(0, 1)),
    Program(no_argument_matters, [(1.5,)]),
    Program(returns_its_argument, [(1.5,), (2,)]),
    Program(two_kinds_of_result, [(1.5,), (0.5,)]),
    Program(magnitude_with_signs, [(1.5, -0.5), (-1.5, 0.5)], wrt=(0, 1)),
    Program(documented, [(1.5,), (1.5, 0.2)]),
    Program(smallest_and_largest, [(0.3, 0.1, 0.2), (0.1, 0.3, 0.2)], wrt=(0, 1, 2)),
]
