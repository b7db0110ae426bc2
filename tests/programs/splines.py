"""Splines of SciPy, made in the program and outside."""

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator, make_interp_spline

from . import Program, waves

PLACES = np.arange(5.0)
MADE = CubicSpline(PLACES, np.sin(PLACES))
CURVES = {"pieces": PchipInterpolator(PLACES, PLACES**2), "basis": make_interp_spline(PLACES, np.cos(PLACES))}


def through_values(y, t):
    curve = CubicSpline(PLACES, y)
    return np.sum(curve(t) ** 2) + curve(t[0]) * curve(1.3, 1)


def natural(y, t):
    spline = CubicSpline(PLACES, y, bc_type="natural")
    slope = spline.derivative()
    return np.sum(np.sin(slope(t)) * t)


def of_basis_functions(y, t):
    spline = make_interp_spline(PLACES, y, k=2)
    total = 0.0
    for k in range(len(t)):
        total += spline(t[k]) * k
    return total


def made_outside(t):
    return np.sum(MADE(t) * CURVES["basis"](t)) + np.sum(CURVES["pieces"](t, 1))


T = np.array([0.3, 1.7, 3.2])
PROGRAMS = [
    Program(through_values, [(waves(5), T), (waves(5), T.reshape(1, 3)[0, ::-1])], (0, 1)),
    Program(natural, [(waves(5), T)], (0, 1)),
    Program(of_basis_functions, [(waves(5), T)], (0, 1)),
    Program(made_outside, [(T,)]),
]
