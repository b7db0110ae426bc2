"""Dicts, lists and tuples as arguments, nested, looped over, and handed on."""

import math

import numpy as np

from . import Program, waves


def dict_of_numbers(p):
    return p["amplitude"] * math.sin(p["frequency"] * 0.7 + p["phase"])


def dict_of_arrays(params, x):
    return np.sum(np.tanh(params["w"] @ x + params["b"]))


def unused_entries(params, x):
    """Entries that do not matter get zeros of their own shape."""
    return params["used"] * x


def nested_dicts(config):
    inner = config["model"]["inner"]
    return inner["scale"] * np.sum(config["model"]["w"] ** 2) + config["offset"] ** 2 * inner["scale"]


def tuple_of_pairs(segments):
    """The length of a polygon given by pairs."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(segments[:-1], segments[1:]):
        total += math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
    return total


def list_of_lists(matrix, vector):
    total = 0.0
    for row, v in zip(matrix, vector):
        for a in row:
            total += a * v * a
    return total


def determinant_of_lists(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def mixed_structure(state):
    """A dict that holds a tuple, a list and an array."""
    mass, velocity = state["body"]
    impulse = mass * velocity
    for force in state["forces"]:
        impulse += 0.1 * force
    return impulse**2 / mass + np.dot(state["extra"], state["extra"])


def list_of_dicts(springs, x):
    energy = 0.0
    for spring in springs:
        stretch = x - spring["rest"]
        if stretch > 0:
            energy += 0.5 * spring["k"] * stretch**2
        else:
            energy += 0.25 * spring["k"] * stretch**2
    return energy


def builds_a_tuple(x, y):
    point = (x + y, x * y)
    mirrored = point[1], point[0]
    return mirrored[0] ** 2 - mirrored[1] + point[-1]


def builds_a_list(x, y):
    terms = [x, y, x * y, 1.0]
    total = 0.0
    for t in terms:
        total += t * t
    return total + len(terms) * terms[0] + terms[-2]


def builds_a_dict(x, y):
    params = {"w": x * y, "b": x - y}
    return linear(params, 1.5) + linear({"w": y, "b": x}, x)


def linear(params, x):
    return params["w"] * x + params["b"]


def returns_a_pair(x, y):
    return x * y, math.sin(x - y)


def uses_a_pair(x, y):
    product, wave = returns_a_pair(x, y)
    again = returns_a_pair(wave, product)
    return again[0] * product + again[1]


def coordinates_of_points(points):
    """The signed area of a polygon, by the shoelace formula."""
    n = len(points)
    area = 0.0
    for k in range(n):
        x1, y1 = points[k]
        x2, y2 = points[(k + 1) % n]
        area += x1 * y2 - x2 * y1
    return 0.5 * area


def star_unpacking_of_arguments(values):
    first, second, *others = values
    total = first * second
    for v in others:
        total += v**2 * first
    return total


def arrays_in_a_list(arrays, weights):
    """All arrays have one shape."""
    total = 0.0
    for a, w in zip(arrays, weights):
        total += w * np.sum(a * a)
    return total


def arrays_of_many_shapes(arrays):
    total = 0.0
    for a in arrays:
        total += np.sum(a**2) * a.ndim
    return total


def integers_beside_floats(settings, x):
    """A differentiated dict may hold Python ints: they count, and have float gradients."""
    return settings["n"] * x**2 + settings["scale"] * x


def same_list_twice(values):
    return pair_up(values, values)


def pair_up(a, b):
    total = 0.0
    for u, v in zip(a, reversed(b)):
        total += u * v
    return total


def lookup_by_key(table, order):
    """The keys come from another argument."""
    total = 1.0
    for key in order:
        total = total * 0.5 + table[key] ** 2
    return total


def membership(table, x):
    if "bias" in table:
        x = x + table["bias"]
    return x**2 * table["w"]


def tuple_grows_by_addition(x):
    powers = (x,) + (x**2, x**3)
    return powers[0] + 2 * powers[1] + 3 * powers[2]


PROGRAMS = [
    Program(dict_of_numbers, [({"amplitude": 1.5, "frequency": 2.0, "phase": 0.3},)]),
    Program(dict_of_arrays, [({"w": waves(2, 3), "b": waves(2)}, waves(3))], wrt=(0, 1)),
    Program(unused_entries, [({"used": 1.5, "idle": waves(2), "more": [1.0, (2.0,)]}, 0.7)]),
    Program(
        nested_dicts,
        [({"model": {"inner": {"scale": 0.5}, "w": waves(3)}, "offset": 2.0},)],
    ),
    Program(
        tuple_of_pairs,
        [(((0.0, 0.1), (1.0, 0.5), (2.5, -0.3)),), ([(0.0, 0.1), (1.0, 0.5)],)],
    ),
    Program(list_of_lists, [([[1.0, 2.0], [0.5, -1.0], [0.1, 0.3]], [0.7, 1.1, 0.2])], wrt=(0, 1)),
    Program(
        determinant_of_lists,
        [
            ([[2.0, 0.5, 1.0], [0.3, 1.5, -0.2], [0.1, 0.4, 1.2]],),
            (((2.0, 0.5, 1.0), (0.3, 1.5, -0.2), (0.1, 0.4, 1.2)),),
        ],
    ),
    Program(mixed_structure, [({"body": (2.0, 1.5), "forces": [0.5, -1.0, 3.0], "extra": waves(3)},)]),
    Program(
        list_of_dicts,
        [([{"k": 2.0, "rest": 0.4}, {"k": 3.0, "rest": 1.5}, {"k": 0.5, "rest": -1.0}], 0.9)],
        wrt=(0, 1),
    ),
    Program(builds_a_tuple, [(0.7, -1.2)], wrt=(0, 1)),
    Program(builds_a_list, [(0.7, -1.2)], wrt=(0, 1)),
    Program(builds_a_dict, [(0.7, -1.2)], wrt=(0, 1)),
    Program(uses_a_pair, [(0.7, -1.2)], wrt=(0, 1)),
    Program(
        coordinates_of_points,
        [([(0.0, 0.0), (2.0, 0.3), (1.7, 1.9), (0.2, 1.4)],), (waves(5, 2),)],
    ),
    Program(star_unpacking_of_arguments, [([0.5, 1.5, -2.0, 3.0],), ((0.5, 1.5),)]),
    Program(arrays_in_a_list, [([waves(3), waves(3, phase=1.0)], [0.5, 2.0])], wrt=(0, 1)),
    Program(arrays_of_many_shapes, [([waves(3), waves(2, 2), waves(1, 2, 1)],), ((waves(3),),)]),
    Program(integers_beside_floats, [({"n": 3, "scale": 0.5}, 1.2)], wrt=(0, 1)),
    Program(same_list_twice, [([0.5, 1.5, -2.0],)]),
    Program(lookup_by_key, [({"a": 0.5, "b": 1.5}, ("b", "a", "b")), ({"a": 0.5, "b": 1.5}, ("a",))]),
    Program(membership, [({"w": 0.5, "bias": 1.5}, 0.7), ({"w": 0.5}, 0.7)], wrt=(0, 1)),
    Program(tuple_grows_by_addition, [(0.7,)]),
]
