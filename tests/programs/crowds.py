"""Objects in lists and dicts of run-time length: bodies, particles, accounts that loops and helpers write to."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from . import Program


class Body:
    def __init__(self, mass, pos, vel):
        self.mass = mass
        self.pos = pos
        self.vel = vel

    def energy(self):
        return 0.5 * self.mass * np.sum(self.vel**2)


def three_bodies(x, steps):
    bodies = [
        Body(1.0, np.array([x, 0.0]), np.array([0.0, 0.1])),
        Body(2.0, np.array([-x, 0.5]), np.array([0.1, 0.0])),
        Body(0.5, np.array([0.0, x * x]), np.zeros(2)),
    ]
    for _ in range(steps):
        for i in range(len(bodies)):
            for j in range(i + 1, len(bodies)):
                a, b = bodies[i], bodies[j]
                d = b.pos - a.pos
                r3 = np.sum(d * d) ** 1.5 + 0.1
                a.vel += 0.01 * b.mass * d / r3
                b.vel -= 0.01 * a.mass * d / r3
        for b in bodies:
            b.pos += 0.01 * b.vel
    return sum(b.energy() for b in bodies)


def many_bodies(x, n, steps):
    bodies = [Body(1.0 + k, np.array([x * k, 0.5 * k * x]), np.zeros(2)) for k in range(n)]
    for _ in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                d = bodies[j].pos - bodies[i].pos
                r3 = np.sum(d * d) ** 1.5 + 0.1
                bodies[i].vel += 0.01 * bodies[j].mass * d / r3
                bodies[j].vel -= 0.01 * bodies[i].mass * d / r3
        for b in bodies:
            b.pos = b.pos + 0.01 * b.vel
    return sum(b.energy() for b in bodies)


@dataclass
class Particle:
    x: float
    v: float = 0.0

    def step(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v
        return self


def springs(x, n):
    particles = [Particle(x * (k + 1)) for k in range(n)]
    for _ in range(5):
        for p in particles:
            p.step(0.1)
    return sum(p.x**2 for p in particles)


def attracted(x, n):
    particles = []
    for k in range(n):
        particles.append(Particle(x * (k + 1)))
    for _ in range(3):
        for i in range(n):
            force = 0.0
            for j in range(n):
                if particles[i] is not particles[j]:
                    force += particles[j].x - particles[i].x
            particles[i].v += 0.1 * force
        for p in particles:
            p.x += 0.1 * p.v
    return particles[0].x ** 2 + particles[-1].v


def accounts(x, n):
    accounts = {}
    for k in range(n):
        accounts[k % 3] = Particle(x * k)
    for k in accounts:
        accounts[k].v += accounts[k].x * 2
        accounts[k].step(0.1)
    return sum(a.v * a.x for a in accounts.values())


def made_when_missing(x, n):
    d = defaultdict(lambda: Particle(x))
    for k in range(n):
        d[k % 2].v += x * k
        d[k % 2].step(0.1)
    return d[0].v * d[1].x


def seen_through_names(x, n):
    ps = [Particle(x * k) for k in range(n)]
    p = ps[1]
    ps[1].x += 5 * x
    q = ps[n - 2]
    q.v = q.x + p.x
    return p.x * p.v + ps[1].x + (p is q)


def arrays_of_objects(x, n):
    bodies = [Body(1.0, np.array([x, k * x]), np.zeros(2)) for k in range(n)]
    pos = bodies[1].pos
    bodies[1].pos[0] += x
    pos *= 2
    last = bodies[n - 1].pos
    last[1] = x * x
    return sum(np.sum(b.pos**2) for b in bodies)


def objects_in_objects(x, n):
    ps = [Particle(Particle(x, k), 1.0) for k in range(n)]
    for p in ps:
        p.x.x += p.v * x
        p.v += p.x.x
    return sum(p.x.x * p.v for p in ps)


def taken_and_put_back(x, n):
    ps = [Particle(x * k) for k in range(n)]
    p = ps.pop()
    p.x += x
    ps[0].v = p.x
    ps.append(p)
    q = ps[0].step(0.1)
    q.v += x
    return ps[n - 1].x * ps[0].v


def pushed(particles, i, x):
    particles[i].x += x
    return particles[i].x


def renewed(particle, x):
    particle.v = particle.x * x


def by_helpers(x, n):
    ps = [Particle(x * k) for k in range(n)]
    total = 0.0
    for k in range(n):
        total += pushed(ps, k, x)
        renewed(ps[k], x)
    return total + ps[0].v


def chased(x, n):
    ps = [Particle(x * k + 1) for k in range(n)]
    previous = ps[0]
    for p in ps:
        p.x += previous.x
        previous = p
    best = max(ps, key=lambda p: p.x)
    return previous.x * best.x


PROGRAMS = [
    Program(three_bodies, [(1.2, 3), (1.2, 0)]),
    Program(many_bodies, [(1.2, 4, 2), (1.2, 1, 1)]),
    Program(springs, [(1.2, 4)]),
    Program(attracted, [(1.2, 4)]),
    Program(accounts, [(1.2, 5)]),
    Program(made_when_missing, [(1.2, 4)]),
    Program(seen_through_names, [(1.3, 4), (1.3, 3)]),
    Program(arrays_of_objects, [(1.3, 4)]),
    Program(objects_in_objects, [(1.3, 4)]),
    Program(taken_and_put_back, [(1.3, 4), (1.3, 2)]),
    Program(by_helpers, [(1.3, 4)]),
    Program(chased, [(1.3, 4)]),
]
