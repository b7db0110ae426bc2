"""Programs on grids with Fourier transforms: spectra, filters, split steps, phase retrieval."""

import numpy as np

from . import Program, waves
from .complex_numbers import phasors


def power_spectrum_loss(signal, target):
    """The distance of a power spectrum from a wanted one."""
    spectrum = np.fft.rfft(signal)
    power = np.abs(spectrum) ** 2 / len(signal)
    return np.sum((power - target) ** 2)


def spectral_filter(signal, cutoff):
    """A smooth low-pass in the frequency domain, back in time."""
    spectrum = np.fft.fft(signal)
    frequencies = np.fft.fftfreq(len(signal))
    gain = 1 / (1 + (frequencies / cutoff) ** 4)
    return np.sum(np.fft.ifft(spectrum * gain).real ** 3)


def log_spectral_distance(x, y):
    """Two spectra compared in decibels, with windows."""
    window = np.hanning(len(x))
    one = np.abs(np.fft.rfft(window * x))
    two = np.abs(np.fft.rfft(window * y))
    return np.sqrt(np.mean((20 * np.log10(one / two)) ** 2))


def split_step(psi, potential, dt, steps):
    """Schroedinger's equation by the split-step Fourier method; the energy at the end."""
    k = 2 * np.pi * np.fft.fftfreq(len(psi), d=0.5)
    half = np.exp(-0.5j * dt * potential)
    kinetic = np.exp(-0.5j * dt * k**2)
    for _ in range(steps):
        psi = half * psi
        psi = np.fft.ifft(kinetic * np.fft.fft(psi))
        psi = half * psi
    waves_ = np.fft.fft(psi, norm="ortho")
    return np.sum(potential * np.abs(psi) ** 2) + 0.5 * np.sum(k**2 * np.abs(waves_) ** 2)


def phase_retrieval(image, amplitudes, rounds):
    """Gerchberg and Saxton's iteration, and how well it fits."""
    field = image.astype(complex)
    for _ in range(rounds):
        far = np.fft.fft2(field)
        far = amplitudes * np.exp(1j * np.angle(far))
        field = np.fft.ifft2(far)
        field = np.abs(image) * np.exp(1j * np.angle(field))
    return np.sum((np.abs(np.fft.fft2(field)) - amplitudes) ** 2)


def hilbert_envelope(signal):
    """The envelope of a real signal from its analytic one, written in place."""
    n = len(signal)
    spectrum = np.fft.fft(signal)
    spectrum[1 : n // 2] *= 2
    spectrum[n // 2 + 1 :] = 0
    analytic = np.fft.ifft(spectrum)
    envelope = np.abs(analytic)
    frequency = np.diff(np.unwrap(np.angle(analytic)))
    return np.sum(envelope**2) + np.sum(frequency**2)


def fast_convolution(signal, kernel):
    """A convolution by transforms of padded length."""
    n = len(signal) + len(kernel) - 1
    product = np.fft.irfft(np.fft.rfft(signal, n) * np.fft.rfft(kernel, n), n)
    return np.sum(np.tanh(product))


def poisson_energy(density):
    """A periodic Poisson equation in two dimensions, solved in the frequency domain."""
    kx = np.fft.fftfreq(density.shape[0])[:, None]
    ky = np.fft.rfftfreq(density.shape[1])[None, :]
    k2 = kx**2 + ky**2
    k2[0, 0] = 1.0
    potential = np.fft.rfft2(density) / k2
    potential[0, 0] = 0
    field = np.fft.irfft2(potential, s=density.shape)
    return 0.5 * np.sum(field * density)


def goertzel(signal, omega):
    """One line of a spectrum by a recurrence."""
    coefficient = 2 * np.cos(omega)
    before, now = 0.0, 0.0
    for x in signal:
        before, now = now, x + coefficient * now - before
    line = now - np.exp(-1j * omega) * before
    return np.abs(line) ** 2


def recursive_fft(x):
    """Cooley and Tukey's transform as they teach it."""
    n = len(x)
    if n == 1:
        return x
    even, odd = recursive_fft(x[::2]), recursive_fft(x[1::2])
    factor = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + factor, even - factor])


def energy_of_transform(x):
    """A transform by recursion, weighted."""
    return np.sum(np.arange(len(x)) * np.abs(recursive_fft(x)) ** 2)


def ofdm_link(symbols, taps, noise):
    """Symbols through a channel with an equaliser per carrier; the mean squared error."""
    time = np.fft.ifft(symbols)
    received = np.convolve(np.concatenate([time[-2:], time]), taps)[2 : 2 + len(time)] + noise
    channel = np.fft.fft(taps, len(symbols))
    equalised = np.fft.fft(received) * np.conj(channel) / (np.abs(channel) ** 2 + 0.1)
    return np.mean(np.abs(equalised - symbols) ** 2)


def short_time_transform(signal, width):
    """A spectrogram, frame by frame, written into an array; its centre of mass."""
    hop = width // 2
    frames = (len(signal) - width) // hop + 1
    spectrogram = np.zeros((frames, width // 2 + 1))
    for t in range(frames):
        frame = signal[t * hop : t * hop + width] * np.hamming(width)
        spectrogram[t] = np.abs(np.fft.rfft(frame)) ** 2
    bins = np.arange(width // 2 + 1)
    return np.sum(spectrogram @ bins) / np.sum(spectrogram)


def cross_spectrum(x, y):
    """Coherence and phase between two signals, with shifted axes."""
    product = np.fft.fftshift(np.fft.fft(x) * np.conj(np.fft.fft(y)))
    return np.abs(np.sum(product * np.linspace(0, 1, len(x)))) + np.angle(product[len(x) // 2 + 1])


def gabor_atom(signal, center, width, frequency):
    """The inner product of a signal with a complex Gaussian atom."""
    t = np.arange(len(signal))
    atom = np.exp(-0.5 * ((t - center) / width) ** 2 + 1j * frequency * t)
    return np.abs(np.sum(signal * np.conj(atom))) ** 2 / np.sum(np.abs(atom) ** 2)


PROGRAMS = [
    Program(power_spectrum_loss, [(waves(8), np.full(5, 0.3)), (waves(7), np.full(4, 0.3))], wrt=(0, 1)),
    Program(spectral_filter, [(waves(6), 0.2)], wrt=(0, 1)),
    Program(log_spectral_distance, [(waves(8), waves(8, phase=1.0))], wrt=(0, 1)),
    Program(split_step, [(phasors(8), waves(8) ** 2, 0.1, 3), (phasors(4), waves(4), 0.1, 0)], wrt=(0, 1, 2)),
    Program(phase_retrieval, [(phasors(2, 3), 1 + waves(2, 3, phase=0.4) ** 2, 2)], wrt=(0, 1)),
    Program(hilbert_envelope, [(waves(8),)]),
    Program(fast_convolution, [(waves(6), waves(3, phase=0.7))], wrt=(0, 1)),
    Program(poisson_energy, [(waves(4, 4),), (waves(3, 5),)]),
    Program(goertzel, [(waves(6), 0.8)], wrt=(0, 1)),
    Program(energy_of_transform, [(waves(8),), (phasors(4),), (waves(1),)]),
    Program(
        ofdm_link,
        [(np.array([1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j]), np.array([0.9, 0.3 - 0.2j]), 0.05 * phasors(4))],
        wrt=(0, 1, 2),
    ),
    Program(short_time_transform, [(waves(12), 4)]),
    Program(cross_spectrum, [(waves(5), waves(5, phase=0.9))], wrt=(0, 1)),
    Program(gabor_atom, [(waves(7), 3.2, 1.4, 0.9)], wrt=(0, 1, 2, 3)),
]
