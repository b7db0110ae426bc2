"""Transforms, filters of images, interpolation and descriptions of samples, as SciPy's tutorials use them."""

import numpy as np
import scipy.fft as sf
import scipy.ndimage as nd
import scipy.stats as st
from scipy.interpolate import BSpline, interp1d
from scipy.spatial.distance import pdist, squareform

from . import Program, waves

KNOTS = np.array([0.0, 0, 0, 0, 2, 3, 5, 5, 5, 5])
PLACES = np.arange(6.0)


def compressed(x, threshold):
    spectrum = sf.dct(x, norm="ortho")
    kept = spectrum * (1 / (1 + np.exp(-(spectrum**2 - threshold))))
    return np.sum((sf.idct(kept, norm="ortho") - x) ** 2)


def low_passed(x, width):
    frequencies = sf.rfftfreq(len(x))
    return np.sum(sf.irfft(sf.rfft(x) * np.exp(-((frequencies / width) ** 2)), n=len(x)) ** 3)


def power(m):
    return np.sum(np.abs(sf.fft2(m, workers=1)) ** 2 * np.arange(m.shape[1])) + np.sum(sf.dctn(m)[0] ** 2)


def edges(image):
    smooth = nd.uniform_filter(nd.gaussian_filter1d(image, 0.8, axis=0), 3, mode="nearest")
    return np.sum(np.hypot(nd.sobel(smooth, axis=0), nd.sobel(smooth, axis=1))) + np.sum(nd.laplace(image) ** 2)


def sharpened(image, weights):
    return np.sum(nd.correlate1d(image, weights, axis=0, mode="mirror", origin=1) ** 2)


def calibrated(y, t):
    return np.sum(interp1d(PLACES, y)(t) ** 2) + np.sum(interp1d(PLACES, y, kind="cubic")(t))


def of_control_points(c, t):
    curve = BSpline(KNOTS, c, 3)
    return np.sum(curve(t) * t) + curve.derivative()(t[0])


def shape_of_a_sample(x):
    return st.skew(x) + st.kurtosis(x) + st.sem(x) + np.sum(st.zscore(x)[:2] ** 3) + st.gmean(np.exp(x))


def stress(points):
    distances = squareform(pdist(points))
    return np.sum((distances - 1.0) ** 2) + st.entropy(np.abs(points[0]) + 0.1)


def spectrum_by_width(x, width):
    return np.sum(np.real(np.fft.rfft(x) * np.exp(np.fft.rfftfreq(len(x)) * width) / np.fft.rfftfreq(len(x), width)[1]))


PROGRAMS = [
    Program(spectrum_by_width, [(waves(5), 0.4)], (0, 1)),
    Program(compressed, [(waves(6), 0.3)], (0, 1)),
    Program(low_passed, [(waves(7), 0.2), (waves(8), 0.3)], (0, 1)),
    Program(power, [(waves(3, 4),)]),
    Program(edges, [(waves(5, 4),)]),
    Program(sharpened, [(waves(5, 4), waves(3))], (0, 1)),
    Program(calibrated, [(waves(6), np.array([0.3, 2.2, 4.9]))], (0, 1)),
    Program(of_control_points, [(waves(6), np.array([0.3, 2.2, 4.9]))], (0, 1)),
    Program(shape_of_a_sample, [(waves(6),)]),
    Program(stress, [(waves(4, 3),)]),
]
