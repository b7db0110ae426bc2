"""Simulations: time stepping, orbits, circuits, optics and equations of state."""

import math

import numpy as np

from . import Program, waves

GRAVITY = 9.81
GAS_CONSTANT = 8.314
BOUNDARY = np.array([1.0, 0.25])


def energy(mass, velocity, height):
    """Kinetic and potential energy."""
    return 0.5 * mass * velocity**2 + mass * GRAVITY * height


def pendulum(theta, omega, length, steps):
    """The angle after some steps of semi-implicit Euler."""
    dt = 0.05
    for _ in range(steps):
        omega -= dt * GRAVITY / length * math.sin(theta)
        theta += dt * omega
    return theta


def projectile_range(speed, angle, drag):
    """How far a ball flies: steps until it is below the ground, then back along the last one."""
    x, y = 0.0, 0.0
    vx, vy = speed * math.cos(angle), speed * math.sin(angle)
    dt = 0.05
    while True:
        v = math.sqrt(vx * vx + vy * vy)
        vx -= dt * drag * v * vx
        vy -= dt * (GRAVITY + drag * v * vy)
        new_x, new_y = x + dt * vx, y + dt * vy
        if new_y < 0:
            break
        x, y = new_x, new_y
    part = y / (y - new_y)
    return x + part * (new_x - x)


def bouncing_ball(height, restitution, steps):
    y, v = height, 0.0
    dt = 0.02
    for _ in range(steps):
        v -= GRAVITY * dt
        y += v * dt
        if y < 0:
            y = -y
            v = -restitution * v
    return y


def runge_kutta(f, y, t, dt):
    """One step of the classical fourth-order method."""
    k1 = f(t, y)
    k2 = f(t + dt / 2, y + dt / 2 * k1)
    k3 = f(t + dt / 2, y + dt / 2 * k2)
    k4 = f(t + dt, y + dt * k3)
    return y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def cooling(t, y):
    return -0.7 * (y - 20.0) + math.sin(t)


def cooled(y, n):
    t = 0.0
    for _ in range(n):
        y = runge_kutta(cooling, y, t, 0.1)
        t += 0.1
    return y


def lorenz(state, sigma, rho, beta):
    x, y, z = state
    return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])


def lorenz_distance(state, sigma, rho, beta, steps):
    for _ in range(steps):
        middle = state + 0.005 * lorenz(state, sigma, rho, beta)
        state = state + 0.01 * lorenz(middle, sigma, rho, beta)
    return np.sum(state**2)


def kepler(mean_anomaly, eccentricity):
    """The eccentric anomaly, by Newton's method."""
    e = mean_anomaly
    for _ in range(20):
        step = (e - eccentricity * math.sin(e) - mean_anomaly) / (1 - eccentricity * math.cos(e))
        e -= step
        if abs(step) < 1e-14:
            break
    return e


def orbit_energy(position, velocity, dt, steps):
    """Leapfrog around a mass at the origin."""
    for _ in range(steps):
        velocity = velocity - 0.5 * dt * position / np.linalg.norm(position) ** 3
        position = position + dt * velocity
        velocity = velocity - 0.5 * dt * position / np.linalg.norm(position) ** 3
    return 0.5 * velocity @ velocity - 1 / np.sqrt(position @ position)


def heat_rod(u, alpha, steps):
    """Explicit heat equation between two ends held at fixed temperatures."""
    for _ in range(steps):
        inner = u[1:-1] + alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate([BOUNDARY[:1], inner, BOUNDARY[1:]])
    return np.mean(u**2)


def wave_string(u, speed, steps):
    """Three time levels that trade places; both ends are tied together."""
    before = u
    for _ in range(steps):
        left = np.concatenate([u[-1:], u[:-1]])
        right = np.concatenate([u[1:], u[:1]])
        after = 2 * u - before + speed**2 * (left - 2 * u + right)
        before, u = u, after
    return np.sum((u - before) ** 2)


def van_der_waals(volume, temperature, a, b):
    """Pressure of a mole of gas; the ideal law where the volume is large."""
    ideal = GAS_CONSTANT * temperature / volume
    if volume > 50 * b:
        return ideal
    return GAS_CONSTANT * temperature / (volume - b) - a / volume**2


def lens_stack(height, angle, lenses):
    """A ray through thin lenses given as (focal length, distance to the next)."""
    for focal, distance in lenses:
        angle = angle - height / focal
        height = height + distance * angle
    return height**2 + angle**2


def rc_circuit(resistance, capacitance, voltages, dt):
    """Charge of a capacitor behind a resistor, sampled; stops when it is full."""
    u = 0.0
    for source in voltages:
        u += dt * (source - u) / (resistance * capacitance)
        if u > 4.0:
            return 4.0 * resistance
    return u**2 * capacitance


def lennard_jones(positions, eps, sigma):
    total = 0.0
    n = len(positions)
    for i in range(n):
        for j in range(i):
            r = positions[i] - positions[j]
            s = sigma**2 / np.sum(r * r)
            total += 4 * eps * (s**6 - s**3)
    return total


def ising_mean_field(coupling, temperature, field):
    """Fixed point of m = tanh((J m + h) / T)."""
    m = 0.5
    change = 1.0
    count = 0
    while change > 1e-13 and count < 500:
        new = math.tanh((coupling * m + field) / temperature)
        change = abs(new - m)
        m = new
        count += 1
    return m


def relativistic_sum(u, v):
    """Velocities as fractions of that of light."""
    assert abs(u) < 1 and abs(v) < 1
    w = (u + v) / (1 + u * v)
    gamma = 1 / math.sqrt(1 - w**2)
    return gamma * w


def implicit_decay(y, rate, dt, steps):
    """Backward Euler for y' = -rate y^3; each step solved by Newton's method."""
    for _ in range(steps):
        guess = y
        while True:
            residual = guess - y + dt * rate * guess**3
            if abs(residual) < 1e-13:
                break
            guess -= residual / (1 + 3 * dt * rate * guess**2)
        y = guess
    return y


def planets(bodies):
    """Potential energy of point masses given as a list of dicts."""
    total = 0.0
    for i in range(len(bodies)):
        for j in range(i):
            gap = bodies[i]["at"] - bodies[j]["at"]
            total -= bodies[i]["mass"] * bodies[j]["mass"] / np.sqrt(gap @ gap)
    return total


PROGRAMS = [
    Program(energy, [(2.0, 3.0, 1.5)], wrt=(0, 1, 2)),
    Program(pendulum, [(0.6, 0.2, 1.1, 12), (0.6, 0.2, 1.1, 0)], wrt=(0, 1, 2)),
    Program(projectile_range, [(6.0, 0.7, 0.05), (3.0, 1.2, 0.0)], wrt=(0, 1, 2)),
    Program(bouncing_ball, [(0.4, 0.8, 20), (0.4, 0.8, 50)], wrt=(0, 1)),
    Program(cooled, [(80.0, 5)]),
    Program(lorenz_distance, [(np.array([1.0, 0.5, 2.0]), 10.0, 28.0, 8 / 3, 5)], wrt=(0, 1, 2, 3)),
    Program(kepler, [(1.2, 0.3), (0.4, 0.7)], wrt=(0, 1)),
    Program(orbit_energy, [(np.array([1.0, 0.2]), np.array([-0.1, 0.9]), 0.1, 4)], wrt=(0, 1, 2)),
    Program(heat_rod, [(waves(6), 0.3, 4), (waves(6), 0.3, 0), (waves(3), 0.3, 3)], wrt=(0, 1)),
    Program(wave_string, [(waves(5), 0.6, 4)], wrt=(0, 1)),
    Program(van_der_waals, [(0.9, 300.0, 2.3, 0.03), (5.0, 300.0, 2.3, 0.03)], wrt=(0, 1, 2, 3)),
    Program(
        lens_stack,
        [(0.5, 0.1, [(2.0, 0.7), (-1.5, 0.4)]), (0.5, 0.1, [(2.0, 0.7)]), (0.5, 0.1, [])],
        wrt=(0, 1, 2),
    ),
    Program(
        rc_circuit,
        [(1.3, 0.8, [5.0, 4.0, 3.0, 6.0], 0.2), (1.3, 0.8, [20.0, 20.0, 20.0], 0.2)],
        wrt=(0, 1, 2),
    ),
    Program(lennard_jones, [(1.5 * waves(3, 3), 0.7, 1.1)], wrt=(0, 1, 2)),
    Program(ising_mean_field, [(1.5, 1.2, 0.1), (0.5, 1.2, 0.3)], wrt=(0, 1, 2)),
    Program(relativistic_sum, [(0.4, 0.5)], wrt=(0, 1)),
    Program(implicit_decay, [(1.4, 0.9, 0.2, 3)], wrt=(0, 1, 2)),
    Program(
        planets,
        [
            (
                [
                    {"mass": 1.0, "at": np.array([0.0, 0.5])},
                    {"mass": 2.5, "at": np.array([1.5, 0.1])},
                    {"mass": 0.3, "at": np.array([-1.0, 2.0])},
                ],
            ),
            ([{"mass": 1.0, "at": np.array([0.0, 0.5])}],),
        ],
    ),
]
