"""NumPy arrays: element by element, reductions, products, shapes, slices and a little linear algebra."""

import numpy as np

from . import Program, waves


def sum_of_squares(x):
    return np.sum(x**2)


def quadratic_form(a, x, b):
    return 0.5 * x @ a @ x - b @ x


def tanh_layer(x, w, b):
    return np.sum(np.tanh(x @ w + b) ** 2)


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def softmax_entropy(scores):
    """The mean entropy of the rows' softmax."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    weights = weights / weights.sum(axis=1, keepdims=True)
    return -np.mean(np.sum(weights * np.log(weights), axis=-1))


def pairwise_energy(points):
    """Inverse distances between all pairs of points, by broadcasting."""
    gaps = points[:, np.newaxis, :] - points[np.newaxis, :, :]
    squares = np.sum(gaps * gaps, axis=2) + np.eye(len(points))
    return 0.5 * np.sum(1 / np.sqrt(squares)) - 0.5 * len(points)


def normalise(x):
    """The vector of length one in the same direction."""
    return x / np.linalg.norm(x)


def cosine_similarity(x, y):
    return np.dot(normalise(x), normalise(y))


def moving_average_energy(x):
    smooth = (x[:-2] + x[1:-1] + x[2:]) / 3
    return np.sum((x[1:-1] - smooth) ** 2)


def bending_energy(u, stiffness):
    curvature = u[2:] - 2 * u[1:-1] + u[:-2]
    return 0.5 * stiffness * np.sum(curvature**2)


def total_variation(image, eps):
    right = image[:, 1:] - image[:, :-1]
    down = image[1:, :] - image[:-1, :]
    return np.sum(np.sqrt(right[:-1] ** 2 + down[:, :-1] ** 2 + eps**2))


def every_second(x):
    evens, odds = x[::2], x[1::2]
    return np.sum(evens[: len(odds)] * odds) + np.sum(x[::-1] * x)


def corners_and_ellipsis(t):
    corner = t[0, -1] * t[-1, 0]
    return np.sum(corner * t[..., 1]) + np.sum(t[1:, ..., :1] ** 2)


def broadcast_column_and_row(column, row):
    """An outer sum of a column and a row; either may have one element only."""
    table = column * row + column
    return np.sum(np.sin(table) * table)


def scalar_meets_array(x, scale, shift):
    return np.mean((x * scale + shift) ** 3)


def reductions_by_axis(x):
    rows = np.sum(x, axis=1)
    columns = x.mean(axis=0, keepdims=True)
    spread = np.std(x, axis=(0, 1)) + np.var(x, axis=1, ddof=1).sum()
    return np.sum((x - columns) ** 2 * rows[:, None]) + spread


def products_and_extremes(x):
    return np.prod(x) + np.max(x, axis=0).sum() * x.min() + np.prod(x, axis=1)[0]


def clipped_and_selected(x, low, high):
    inside = np.clip(x, low, high)
    larger = np.maximum(x, 0.3 * x) - np.minimum(x, low)
    return np.sum(np.where(x > 0, inside * larger, x**2))


def guarded_logarithm(x):
    safe = np.where(x > 0, x, 1.0)
    return np.sum(np.where(x > 0, np.log(safe), -(x**2)))


def unary_functions(x):
    y = np.exp(-x) + np.log1p(x * x) + np.sqrt(1 + x * x) + np.cbrt(2 + x)
    z = np.sin(x) * np.cos(x) + np.tan(0.5 * x) + np.arctan(x) + np.sinh(x) / np.cosh(x)
    w = np.arcsin(0.5 * x) - np.arccos(0.5 * x) + np.arcsinh(x) + np.arctanh(0.5 * x) + np.expm1(x)
    v = np.square(x) + np.reciprocal(2 + x) + np.abs(x) + np.log2(3 + x) + np.log10(3 + x) + np.exp2(x)
    return np.sum(y * z + w * v)


def binary_functions(x, y):
    a = np.add(x, y) * np.subtract(x, y) + np.multiply(x, y) / np.divide(x, 3 + y)
    b = np.power(2 + x, y) + np.hypot(x, y) + np.arctan2(x, 2 + y) + np.logaddexp(x, y)
    c = np.maximum(x, y) - np.minimum(x, y) + np.fmax(x, y) * np.negative(y)
    return np.sum(a * b + c)


def constants_among_the_functions(x):
    """Rounding, signs and comparisons are constant where they have a derivative at all."""
    steps = np.floor(3 * x) + np.sign(x) - np.ceil(x) + np.rint(2 * x)
    return np.sum(steps * x) + np.sum(x > 0) * np.mean(x)


def reshape_and_transpose(x):
    folded = x.reshape(2, 3, 2)
    turned = np.transpose(folded, (2, 0, 1))
    swapped = np.swapaxes(turned, 0, 1).T
    return np.sum(turned[0] @ swapped[:, 0, :]) + np.sum(x.ravel() ** 2 * np.arange(x.size))


def join_and_stack(x, y):
    line = np.concatenate([x, y, x * y])
    layers = np.stack((x, y), axis=1)
    tall = np.vstack([x, y, x - y])
    wide = np.hstack([x, y])
    return np.sum(line**2) + np.sum(layers[:, 0] * layers[:, 1]) + np.sum(tall[2] * tall[0]) + wide[-1] * wide[0]


def axes_come_and_go(x):
    deep = np.expand_dims(x, axis=0)
    flat = np.squeeze(deep * deep, axis=0)
    moved = np.moveaxis(deep, 0, -1)
    return np.sum(flat * moved[..., 0]) + np.sum(np.broadcast_to(x[0], x.shape) * x)


def many_products(a, b, v):
    total = np.sum(a @ b) + v @ (a @ v) + np.dot(a, v) @ v
    total = total + np.sum(np.outer(v, v) * a) + np.inner(v, v)
    return total + np.sum(np.tensordot(a, b, axes=1) * np.matmul(b, a))


def einsum_contractions(a, b, v):
    bilinear = np.einsum("i,ij,j->", v, a, v)
    diagonal = np.einsum("ii->i", a @ b)
    return bilinear + np.sum(diagonal * np.einsum("ij,kj->i", a, b)) + np.einsum("ij,ij", a, b)


def batched_products(x, w):
    """A stack of matrices times one matrix."""
    return np.sum((x @ w) ** 2) + np.sum(np.swapaxes(x, -1, -2) @ x)


def ridge_solution(a, b, damping):
    """The length of the solution of the damped normal equations."""
    gram = a.T @ a + damping * np.eye(a.shape[1])
    w = np.linalg.solve(gram, a.T @ b)
    return w @ w + np.sum((a @ w - b) ** 2)


def determinant_and_inverse(a):
    return np.linalg.det(a) + np.trace(np.linalg.inv(a)) + np.sum(np.linalg.inv(a) ** 2)


def norms(x, a):
    return np.linalg.norm(x) * np.linalg.norm(a) + np.linalg.norm(a, axis=0) @ x[: a.shape[1]]


def methods_only(x):
    y = x.reshape(-1, 2).T
    return (y.sum(axis=1) * y.mean(axis=1)).sum() + y.max() * y.min() + x.dot(x) + y.var() + x.prod()


def shapes_in_arithmetic(x):
    n, d = x.shape
    count = x.size
    return np.sum(x) / n + x.ndim * np.sum(x * x) / (count - d) + len(x) * x[0, 0]


def power_iteration(a, v, steps):
    for _ in range(steps):
        v = a @ v
        v = v / np.sqrt(np.sum(v * v))
    return v @ a @ v


def zero_dimensional(x):
    return x * np.sin(x) + np.sum(x)


def scalar_argument_through_numpy(x):
    return np.exp(np.sin(x)) * np.sqrt(np.abs(x)) + float(np.square(x))


def single_precision(x, w):
    return np.sum(np.tanh(x * w) ** 2) * np.float32(0.5)


def mixed_precision(x, w):
    return np.sum(x * w) + np.mean(x)


def constants_made_inside(x):
    grid = np.linspace(0.0, 1.0, len(x))
    ramp = np.arange(len(x)) / len(x)
    return np.sum(x * grid + np.ones_like(x) * x**2 - np.zeros(len(x)) + np.cos(ramp * x))


def array_from_numbers(x, y):
    v = np.array([x, y, x * y])
    m = np.array([[x, 1.0], [0.5, y]])
    return np.sum(v**2) + np.sum(m @ m)


def matrix_of_one_column(x, w):
    """`x @ w` has one column, its mean over axis 1 changes nothing."""
    prediction = x @ w
    return np.sum((prediction - prediction.mean(axis=0)) ** 2) + np.sum(prediction[:, 0])


def picks_by_comparison(x, limit):
    if np.any(x > limit):
        return np.sum(x[x.shape[0] // 2 :] ** 2)
    if np.all(x < -limit):
        return np.sum(x)
    return np.linalg.norm(x) * limit


def largest_entry_by_position(x):
    k = np.argmax(x)
    return x[k] ** 2 + x[int(np.argmin(x))] * len(x)


MATRIX = waves(3, 3) + 2 * np.eye(3)

PROGRAMS = [
    Program(sum_of_squares, [(waves(4),), (waves(2, 3),), (np.array(1.5),), (waves(0),)]),
    Program(quadratic_form, [(MATRIX, waves(3), waves(3, phase=1.0))], wrt=(0, 1, 2)),
    Program(
        tanh_layer,
        [(waves(4, 3), waves(3, 2), waves(2)), (waves(3), waves(3, 2), 0.5)],
        wrt=(0, 1, 2),
    ),
    Program(log_sum_exp, [(waves(5),), (waves(2, 2) + 30,), (np.array([-750.0, -751.0]),)]),
    Program(softmax_entropy, [(3 * waves(3, 4),), (waves(1, 2),), (waves(3, 1),)]),
    Program(pairwise_energy, [(2 * waves(4, 3),), (waves(1, 2),)]),
    Program(cosine_similarity, [(waves(3), waves(3, phase=1.0))], wrt=(0, 1)),
    Program(moving_average_energy, [(waves(6),), (waves(3),)]),
    Program(bending_energy, [(waves(6), 0.8)], wrt=(0, 1)),
    Program(total_variation, [(waves(4, 5), 0.3)], wrt=(0, 1)),
    Program(every_second, [(waves(7),), (waves(6),), (waves(1),)]),
    Program(corners_and_ellipsis, [(waves(3, 4),), (waves(2, 3, 3),)]),
    Program(
        broadcast_column_and_row,
        [
            (waves(3, 1), waves(4)),
            (waves(1, 1), waves(4)),
            (waves(3, 1), waves(1)),
            (0.7, waves(2, 2)),
        ],
        wrt=(0, 1),
    ),
    Program(
        scalar_meets_array,
        [(waves(3), 1.2, 0.4), (waves(2, 2), 1.2, waves(2)), (waves(3), waves(1), waves(3))],
        wrt=(0, 1, 2),
    ),
    Program(reductions_by_axis, [(waves(3, 4),), (waves(1, 3),)]),
    Program(products_and_extremes, [(waves(2, 3) + 1.5,)]),
    Program(clipped_and_selected, [(2 * waves(6), -0.5, 0.8)], wrt=(0, 1, 2)),
    Program(guarded_logarithm, [(waves(6),)]),
    Program(unary_functions, [(waves(4),)]),
    Program(
        binary_functions,
        [(waves(4), waves(4, phase=1.0)), (waves(3, 1), waves(1, 2, phase=1.0))],
        wrt=(0, 1),
    ),
    Program(constants_among_the_functions, [(1.9 * waves(5),)]),
    Program(reshape_and_transpose, [(waves(12),), (waves(3, 4),)]),
    Program(join_and_stack, [(waves(3), waves(3, phase=1.0))], wrt=(0, 1)),
    Program(axes_come_and_go, [(waves(3),), (waves(2, 3),)]),
    Program(many_products, [(MATRIX, waves(3, 3), waves(3))], wrt=(0, 1, 2)),
    Program(einsum_contractions, [(MATRIX, waves(3, 3), waves(3))], wrt=(0, 1, 2)),
    Program(batched_products, [(waves(2, 3, 2), waves(2, 2))], wrt=(0, 1)),
    Program(ridge_solution, [(waves(5, 3), waves(5, phase=1.0), 0.6)], wrt=(0, 1, 2)),
    Program(determinant_and_inverse, [(MATRIX,), (np.array([[1.0, 2.0], [3.0, -0.5]]),)]),
    Program(norms, [(waves(3), waves(3, 2))], wrt=(0, 1)),
    Program(methods_only, [(waves(6) + 1.2,)]),
    Program(shapes_in_arithmetic, [(waves(3, 2),)]),
    Program(power_iteration, [(MATRIX, waves(3) + 1, 4)], wrt=(0, 1)),
    Program(zero_dimensional, [(np.array(0.7),), (np.float64(0.7),), (0.7,)]),
    Program(scalar_argument_through_numpy, [(0.7,), (np.float64(-0.7),)]),
    Program(single_precision, [(waves(4).astype(np.float32), np.float32(0.8))], wrt=(0, 1)),
    Program(mixed_precision, [(waves(4).astype(np.float32), waves(4, phase=1.0))], wrt=(0, 1)),
    Program(constants_made_inside, [(waves(4),)]),
    Program(array_from_numbers, [(0.7, -1.2)], wrt=(0, 1)),
    Program(matrix_of_one_column, [(waves(4, 2), waves(2, 1)), (waves(1, 2), waves(2, 1))], wrt=(0, 1)),
    Program(picks_by_comparison, [(waves(4), 0.5), (waves(4) - 3, 0.5), (waves(4), 1.5)], wrt=(0, 1)),
    Program(largest_entry_by_position, [(waves(5),)]),
]
