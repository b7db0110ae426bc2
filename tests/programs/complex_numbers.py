"""Programs with complex numbers: signals, circuits, quantum mechanics, conformal maps, contours.

Fourier analysis and what lives on grids stands in `complex_waves`.
"""

import cmath
import math
from dataclasses import dataclass

import numpy as np

from . import Program, waves

PAULI_X = np.array([[0, 1], [1, 0]], dtype=complex)
PAULI_Z = np.diag([1.0 + 0j, -1.0])


def phasors(*shape: int, phase: float = 0.0) -> np.ndarray:
    """Complex numbers on all sides of 0, all different and never changing; as matrices of full rank."""
    k = np.arange(int(np.prod(shape)))
    return ((1 + 0.3 * np.sin(2.3 * k)) * np.exp(1j * (phase + 0.3 + 0.9 * k + 0.37 * k * k))).reshape(shape)


def impedance(resistance, inductance, capacitance, frequency):
    """The current's amplitude in a series circuit at one frequency."""
    omega = 2 * math.pi * frequency
    z = resistance + 1j * omega * inductance + 1 / (1j * omega * capacitance)
    current = 10.0 / z
    return abs(current)


def ladder_filter(resistances, capacitances, frequencies):
    """Loss of a ladder of low-pass sections, stage by stage, over several frequencies."""
    loss = 0.0
    for f in frequencies:
        s = 2j * math.pi * f
        load = complex(50.0, 0.0)
        gain = 1.0
        for r, c in zip(resistances[::-1], capacitances[::-1]):
            admittance = s * c + 1 / load
            gain = gain / (1 + r * admittance)
            load = r + 1 / admittance
        loss += 20 * math.log10(abs(gain))
    return loss


def nodal_analysis(conductances, susceptances, source):
    """Dissipated power of a network: Kirchhoff's equations with a complex admittance matrix."""
    y = np.zeros((3, 3), dtype=complex)
    for k, (g, b) in enumerate(zip(conductances, susceptances)):
        i, j = k, (k + 1) % 3
        admittance = g + 1j * b
        y[i, i] += admittance
        y[j, j] += admittance
        y[i, j] -= admittance
        y[j, i] -= admittance
    y[0, 0] += 1.0
    voltages = np.linalg.solve(y, source)
    return 0.5 * np.real(np.vdot(voltages, y @ voltages))


def escape_smoothness(c, limit):
    """Iterate z -> z*z + c until it escapes; the smooth count of steps, or how far it got."""
    z = 0
    for n in range(limit):
        if abs(z) > 4.0:
            return n + 1 - math.log(math.log(abs(z))) / math.log(2)
        z = z * z + c
    return abs(z) ** 2


def julia_potential(z, c):
    """The same for a grid of starting points, masked where they have escaped."""
    alive = np.ones(z.shape, dtype=bool)
    potential = np.zeros(z.shape)
    for n in range(6):
        z = np.where(alive, z**2 + c, z)
        potential += np.where(alive, np.abs(z) / 2.0**n, 0.0)
        alive = alive & (np.abs(z) < 3)
    return np.sum(potential)


def newton_basin(z, steps):
    """Newton's method for z**3 = 1, and the distance to the nearest root."""
    for _ in range(steps):
        z = z - (z**3 - 1) / (3 * z**2)
    roots = [cmath.exp(2j * math.pi * k / 3) for k in range(3)]
    return min(abs(z - r) for r in roots) + (z * z.conjugate()).real


def durand_kerner(coefficients, steps):
    """All roots of a polynomial at once, in place; how well they multiply out."""
    n = len(coefficients)
    roots = (0.4 + 0.9j) ** np.arange(n)
    for _ in range(steps):
        for i in range(n):
            value = 1.0 + 0j
            for a in coefficients:
                value = value * roots[i] + a
            others = 1.0
            for j in range(n):
                if j != i:
                    others = others * (roots[i] - roots[j])
            roots[i] -= value / others
    return np.sum(np.abs(roots) ** 2)


def companion_stability(coefficients):
    """How far the roots of a real polynomial lie from the origin."""
    return np.sum(np.abs(np.roots(coefficients)) ** 2)


def spectral_abscissa(a):
    """A smooth stand-in for the rightmost eigenvalue of a real matrix."""
    w = np.linalg.eigvals(a)
    return np.log(np.sum(np.exp(4 * w.real) * (1 + w.imag**2))) / 4


def frequency_response(b, a, omegas):
    """Squared error of a digital filter against an ideal low-pass."""
    z = np.exp(-1j * omegas)
    h = np.polyval(b[::-1], z) / np.polyval(a[::-1], z)
    wanted = np.where(omegas < 1.0, 1.0, 0.0)
    return np.sum((np.abs(h) - wanted) ** 2)


def least_squares(a, x, b):
    """A complex residual, and its gradient step taken along the conjugate."""
    r = a @ x - b
    step = x - 0.1 * a.conj().T @ r
    return np.linalg.norm(a @ step - b) ** 2 + np.sum(np.abs(x))


def normal_equations(a, b, ridge):
    """The solution of regularised least squares, in closed form."""
    gram = a.conj().T @ a + ridge * np.eye(a.shape[1])
    x = np.linalg.solve(gram, a.conj().T @ b)
    return np.real(np.vdot(x, x)) + np.angle(x[0])


def qubit_evolution(angles, dt):
    """Fidelity of a qubit after pulses: exponentials of Pauli matrices, by cosine and sine."""
    psi = np.array([1.0, 0.0], dtype=complex)
    for k in range(len(angles)):
        generator = PAULI_X if k % 2 == 0 else PAULI_Z
        theta = angles[k] * dt
        u = np.cos(theta) * np.eye(2) - 1j * np.sin(theta) * generator
        psi = u @ psi
    target = np.array([1.0, 1.0j]) / np.sqrt(2)
    return np.abs(np.vdot(target, psi)) ** 2


def crank_nicolson(psi, potential, dt, steps):
    """Schroedinger's equation in a box; the mean position at the end."""
    n = len(psi)
    h = np.diag(potential + 2.0) - np.eye(n, k=1) - np.eye(n, k=-1)
    left = np.eye(n) + 0.5j * dt * h
    right = np.eye(n) - 0.5j * dt * h
    for _ in range(steps):
        psi = np.linalg.solve(left, right @ psi)
    density = np.abs(psi) ** 2
    return np.sum(np.arange(n) * density) / np.sum(density)


def lindblad_step(rho, rate, dt):
    """Decay of a density matrix, and its purity."""
    lower = np.array([[0, 1], [0, 0]], dtype=complex)
    for _ in range(3):
        jump = lower @ rho @ lower.conj().T
        anti = 0.5 * (lower.conj().T @ lower @ rho + rho @ lower.conj().T @ lower)
        rho = rho + dt * (-1j * (PAULI_X @ rho - rho @ PAULI_X) + rate * (jump - anti))
    return np.trace(rho @ rho).real


def ground_state_energy(field, coupling):
    """Lowest levels of a Hermitian Hamiltonian with a complex hopping."""
    h = np.zeros((4, 4), dtype=complex)
    for i in range(4):
        h[i, i] = field * (i - 1.5) ** 2
    for i in range(3):
        h[i, i + 1] = -cmath.exp(1j * coupling * (i + 1))
        h[i + 1, i] = h[i, i + 1].conjugate()
    levels = np.linalg.eigvalsh(h)
    return levels[0] + 0.1 * levels[1] ** 2


def beamforming(weights, angle, noise):
    """Signal to noise of an array of antennas that listens to one direction."""
    elements = np.arange(len(weights))
    steering = np.exp(1j * np.pi * np.sin(angle) * elements)
    signal = abs(np.vdot(weights, steering)) ** 2
    return signal / (noise * np.linalg.norm(weights) ** 2)


def capon_spectrum(snapshots, angles):
    """Capon's spectrum from a sample covariance, with diagonal loading."""
    n = snapshots.shape[0]
    covariance = snapshots @ snapshots.conj().T / snapshots.shape[1] + 0.1 * np.eye(n)
    inverse = np.linalg.inv(covariance)
    total = 0.0
    for angle in angles:
        a = np.exp(1j * np.pi * np.sin(angle) * np.arange(n))
        total += 1 / np.real(a.conj() @ inverse @ a)
    return total


def moebius(z, a, b, c, d):
    """A Moebius map applied twice; the hyperbolic distance to i."""
    for _ in range(2):
        z = (a * z + b) / (c * z + d)
    if z.imag < 0:
        z = z.conjugate()
    return abs((z - 1j) / (z + 1j)) ** 2


def joukowski_lift(center, points):
    """A circle mapped to an aerofoil: its area by the shoelace formula."""
    theta = 2 * np.pi * np.arange(points) / points
    radius = np.abs(1 - center)
    circle = center + radius * np.exp(1j * theta)
    profile = circle + 1 / circle
    x, y = profile.real, profile.imag
    return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))


def contour_integral(pole, radius, n):
    """Cauchy's integral on a circle by the trapezoidal rule."""
    total = 0j
    for k in range(n):
        w = cmath.exp(2j * cmath.pi * k / n)
        z = radius * w
        total += cmath.sin(z) / (z - pole) * z / n
    return total.real + 2 * total.imag


def winding(path):
    """The total turn of a closed path around 0, weighted."""
    steps = path[1:] / path[:-1]
    turns = np.angle(steps)
    return np.sum(turns * np.arange(1, len(turns) + 1)) + np.sum(np.log(np.abs(steps)))


def continued_fraction(z, terms):
    """A continued fraction from the inside out, in Python's numbers."""
    value = 0j
    for a in reversed(terms):
        value = a / (z + value)
    r, phi = cmath.polar(value)
    return r * math.cos(phi) + phi


def zeta_partial_sum(s, n):
    """The modulus of a partial sum of the zeta function: powers with a complex exponent."""
    total = 0
    for k in range(1, n):
        total += k ** (-s)
    return abs(total)


def principal_values(z, w):
    """Logarithms, roots and powers beside their branch cuts."""
    logs = np.log(z) + np.sqrt(z) * w**1.5
    return np.sum(np.abs(logs + z**w)) + np.sum(np.arctan(w).imag)


@dataclass
class Resonator:
    """A damped mode that is driven."""

    amplitude: complex
    detuning: float
    loss: float

    def kick(self, drive: complex, dt: float) -> None:
        """One step in time."""
        self.amplitude += dt * ((1j * self.detuning - self.loss / 2) * self.amplitude + drive)

    @property
    def energy(self) -> float:
        """What it stores."""
        return self.amplitude.real**2 + self.amplitude.imag**2


def coupled_resonators(detuning, loss, drive, steps):
    """Two objects with complex state that exchange energy."""
    one, two = Resonator(0j, detuning, loss), Resonator(0.1 + 0j, -detuning, 2 * loss)
    for _ in range(steps):
        before = one.amplitude
        one.kick(drive - 0.5j * two.amplitude, 0.1)
        two.kick(-0.5j * before, 0.1)
    return one.energy + 2 * two.energy


def phase_locked_loop(samples, gain):
    """A loop that follows the phase of a signal; the error that is left."""
    phase = 0.0
    errors = []
    for s in samples:
        rotated = s * cmath.exp(-1j * phase)
        error = cmath.phase(complex(rotated))
        phase += gain * error
        errors.append(error**2)
    return sum(errors)


def mixed_real_and_complex(x, y):
    """Real numbers that become complex on one path only."""
    z = x
    if y > 0:
        z = z * (1 + 1j * y)
        x = x + y
    values = [z, z * z, 2.0]
    total = 0.0
    for v in values:
        total = total + v
    return abs(total) ** 2 + np.real(z) * x


def givens_rotations(a):
    """Zero a column below the diagonal by complex rotations, in place; what is left on the diagonal."""
    r = a.copy()
    n = len(r)
    for i in range(1, n):
        f, g = r[0, 0], r[i, 0]
        size = np.sqrt(abs(f) ** 2 + abs(g) ** 2)
        c, s = f / size, g / size
        top = np.conj(c) * r[0] + np.conj(s) * r[i]
        r[i] = -s * r[0] + c * r[i]
        r[0] = top
    return np.sum(np.log(np.abs(np.diag(r))))


def low_rank(a, rank):
    """What a matrix keeps of itself in its strongest singular pairs: no phase is left in it."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    kept = (u[:, :rank] * s[:rank]) @ vh[:rank]
    return np.sum(np.abs(kept - 0.5 * a) ** 2) + np.sum(np.real(kept))


def gram_schmidt(a):
    """An orthonormal basis by QR, and a quadratic form in it."""
    q, r = np.linalg.qr(a)
    return np.sum(np.abs(q @ np.arange(1, a.shape[1] + 1)) ** 2 * np.arange(a.shape[0])) + r[0, 0].real


def single_precision(z, x):
    """A program that stays in complex64."""
    return np.sum(np.abs(z * x + np.exp(1j * x)) ** 2)


PROGRAMS = [
    Program(impedance, [(5.0, 0.02, 1e-4, 30.0)], wrt=(0, 1, 2, 3)),
    Program(ladder_filter, [([10.0, 22.0], [1e-3, 2e-3], [3.0, 8.0])], wrt=(0, 1)),
    Program(
        nodal_analysis,
        [(np.array([1.0, 0.5, 2.0]), np.array([0.3, -0.7, 0.2]), np.array([1.0, 0.5j, -1.0]))],
        wrt=(0, 1, 2),
    ),
    Program(escape_smoothness, [(0.4 + 0.9j, 30), (-0.2 + 0.3j, 12), (2.5 + 0j, 9)]),
    Program(julia_potential, [(1.3 * phasors(2, 3), -0.4 + 0.6j)], wrt=(0, 1)),
    Program(newton_basin, [(0.8 + 0.5j, 4), (-0.7 + 0.6j, 3), (0.8 + 0.5j, 0)]),
    Program(durand_kerner, [(np.array([-1.0, 0.5 + 1j, 2.0]), 4)]),
    Program(companion_stability, [(np.array([1.0, 0.3, 2.0, -0.7]),), (np.array([1.0 + 1j, 0.3, 2.0]),)]),
    Program(spectral_abscissa, [(waves(3, 3),), (np.diag([1.0, 2.0, 0.5]) + 0.1 * waves(3, 3),)]),
    Program(
        frequency_response,
        [(np.array([0.2, 0.4, 0.2]), np.array([1.0, -0.5, 0.3]), np.array([0.3, 0.8, 1.6, 2.9]))],
        wrt=(0, 1),
    ),
    Program(least_squares, [(phasors(4, 2), phasors(2, phase=1.0), phasors(4, phase=2.0))], wrt=(0, 1, 2)),
    Program(normal_equations, [(phasors(4, 2), phasors(4, phase=2.0), 0.3)], wrt=(0, 1, 2)),
    Program(qubit_evolution, [(np.array([0.4, 1.1, -0.6]), 0.8)], wrt=(0, 1)),
    Program(crank_nicolson, [(phasors(4), np.array([0.5, 0.0, 0.2, 1.0]), 0.3, 3)], wrt=(0, 1, 2)),
    Program(lindblad_step, [(np.array([[0.7, 0.2 + 0.1j], [0.2 - 0.1j, 0.3]]), 0.4, 0.1)], wrt=(0, 1, 2)),
    Program(ground_state_energy, [(0.7, 0.4)], wrt=(0, 1)),
    Program(beamforming, [(phasors(5), 0.4, 0.3)], wrt=(0, 1, 2)),
    Program(capon_spectrum, [(phasors(3, 5), np.array([-0.5, 0.2]))], wrt=(0, 1)),
    Program(
        moebius,
        [
            (0.3 + 0.8j, 2.0, 0.5, 0.3, 1.0),
            (0.3 + 0.8j, 2.0 + 1j, 0.5, 0.3 - 1j, 1.0),
            (0.3 - 0.8j, 2.0, 0.5, 0.3, 1.0),
        ],
        wrt=(0, 1, 2, 3, 4),
    ),
    Program(joukowski_lift, [(-0.1 + 0.2j, 9)]),
    Program(contour_integral, [(0.3 + 0.2j, 1.1, 8)], wrt=(0, 1)),
    Program(winding, [(np.exp(1j * np.array([0.1, 1.0, 2.2, 4.0])) * np.array([1.0, 1.5, 0.7, 1.1]),)]),
    Program(continued_fraction, [(0.6 + 1.1j, [1.0, 2.0, 0.5]), (0.6 + 1.1j, [1.0 + 1j, 2.0, 0.5])], wrt=(0, 1)),
    Program(zeta_partial_sum, [(0.5 + 14.0j, 6), (1.5 + 0j, 4)]),
    Program(principal_values, [(phasors(3), phasors(3, phase=1.3))], wrt=(0, 1)),
    Program(coupled_resonators, [(0.8, 0.3, 0.4 + 0.1j, 6)], wrt=(0, 1, 2)),
    Program(phase_locked_loop, [(np.exp(1j * np.array([0.2, 0.7, 1.0])), 0.5)], wrt=(0, 1)),
    Program(mixed_real_and_complex, [(1.3, 0.7), (1.3, -0.4)], wrt=(0, 1)),
    Program(givens_rotations, [(phasors(3, 3),)]),
    Program(low_rank, [(phasors(3, 4), 2), (phasors(4, 3), 1)]),
    Program(gram_schmidt, [(phasors(4, 3),)]),
    Program(
        single_precision,
        [(phasors(3).astype(np.complex64), waves(3).astype(np.float32))],
        wrt=(0, 1),
    ),
]
