"""Complex arrays whose real and imaginary parts are written to."""

import numpy as np

from . import Program, waves


def filled_part_by_part(x, n):
    z = np.zeros(len(x), dtype=complex)
    for i in range(n):
        z.real[i] = np.cos(x[i]) * (z.imag[i - 1] + 1)
        z.imag[i] += np.sin(x[i]) * z.real[i]
        z[i] *= 1 + 0.5j
    return np.sum(np.abs(z) ** 4)


def in_all_ways(x):
    z = x * (1 + 2j)
    z.real[[0, 2, 0]] = x[:3] ** 2
    z.imag[x > 0] *= 3.0
    z[1:].real += x[0]
    z[::2].imag = 2.0
    r = z.real
    r[1] -= x[3]
    z.imag[-1] = x[0] * x[1]
    return np.sum((z * z * z).real) + np.sum(z.imag**2 * r)


def of_the_caller(z, x):
    z.real = x
    z.imag[1:] /= 2
    return np.sum(np.abs(z) ** 2 * x)


def of_a_matrix(a):
    z = np.zeros(a.shape, dtype=complex)
    z.real = a
    z.imag = a.T
    z.real[0] = a[1] * 2
    z.imag[:, 1] = z.real[:, 0]
    return np.sum(np.abs(z @ z.conj().T))


def of_real_numbers(x):
    """The real part of a real array is the array."""
    y = x.copy()
    y.real[1:] *= 2
    y.real = y**2 + x
    return np.sum(y**2)


def damped_modes(u, steps):
    """Waves whose high tones are taken away, in their own space."""
    for _ in range(steps):
        modes = np.fft.fft(u)
        modes.real[2:-1] *= 0.5
        modes.imag[2:-1] *= 0.25
        u = np.fft.ifft(modes).real
    return np.sum(u**3)


Z = waves(4) + 1j * waves(4, phase=1.0)

PROGRAMS = [
    Program(filled_part_by_part, [(waves(4), 4), (waves(4), 2)]),
    Program(in_all_ways, [(waves(5),)]),
    Program(of_the_caller, [(Z, waves(4)), (Z.astype(np.complex64), waves(4))], wrt=(0, 1)),
    Program(of_a_matrix, [(waves(3, 3),)]),
    Program(of_real_numbers, [(waves(3),)]),
    Program(damped_modes, [(waves(6), 2)]),
]
