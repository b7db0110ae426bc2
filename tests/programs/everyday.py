"""Scripts of finance, physics and statistics as people write them: classes, dataclasses, dicts, logging, assertions."""

import logging
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from . import Program

logger = logging.getLogger(__name__)


def norm_cdf(x: float) -> float:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@dataclass(frozen=True)
class Option:
    strike: float
    expiry: float
    kind: str = "call"

    @property
    def is_call(self) -> bool:
        return self.kind == "call"

    def price(self, spot: float, vol: float, rate: float = 0.02) -> float:
        d1 = (math.log(spot / self.strike) + (rate + 0.5 * vol**2) * self.expiry) / (vol * math.sqrt(self.expiry))
        d2 = d1 - vol * math.sqrt(self.expiry)
        df = math.exp(-rate * self.expiry)
        if self.is_call:
            return spot * norm_cdf(d1) - self.strike * df * norm_cdf(d2)
        return self.strike * df * norm_cdf(-d2) - spot * norm_cdf(-d1)


def book(spot, vol):
    book: dict[str, list[Option]] = defaultdict(list)
    for k in (90.0, 100.0, 110.0):
        book["calls"].append(Option(k, 1.0))
        book["puts"].append(Option(k, 0.5, kind="put"))
    total = 0.0
    for name, options in book.items():
        value = sum(o.price(spot, vol) for o in options)
        logger.debug("%s: %f", name, value)
        total += value if name == "calls" else -value
    return total


def bootstrap(rates, maturities=(1, 2, 3, 4, 5)):
    curve: dict[int, float] = {}
    for t, r in zip(maturities, rates):
        annuity = sum(curve[s] for s in curve)
        curve[t] = (1.0 - r * annuity) / (1.0 + r)
    zero = {t: -math.log(df) / t for t, df in curve.items()}
    assert all(df > 0 for df in curve.values()), f"negative discount factor in {curve}"
    return sum(z * t for t, z in zero.items())


def bond_ytm(price_shift, coupon=0.05, n=10):
    price = 95.0 + price_shift

    def pv(y):
        return sum(coupon * 100 / (1 + y) ** k for k in range(1, n + 1)) + 100 / (1 + y) ** n

    def dpv(y):
        return sum(-k * coupon * 100 / (1 + y) ** (k + 1) for k in range(1, n + 1)) - n * 100 / (1 + y) ** (n + 1)

    y = coupon
    for it in range(50):
        step = (pv(y) - price) / dpv(y)
        y -= step
        if abs(step) < 1e-12:
            logger.info("converged after %d", it)
            break
    else:
        raise RuntimeError(f"no convergence: {y}")
    return y * 100


def crr(S, K=100.0, r=0.03, sigma=0.2, T=1.0, n=20, american=True):
    dt = T / n
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(r * dt) - d) / (u - d)
    disc = math.exp(-r * dt)
    values = [max(K - S * u**j * d ** (n - j), 0.0) for j in range(n + 1)]
    for i in reversed(range(n)):
        for j in range(i + 1):
            hold = disc * (p * values[j + 1] + (1 - p) * values[j])
            exercise = K - S * u**j * d ** (i - j)
            values[j] = max(hold, exercise) if american else hold
    return values[0]


def crr_dict(S, n=8):
    tree = {(0, 0): S}
    for i in range(1, n + 1):
        for j in range(i + 1):
            tree[i, j] = tree[i - 1, j] * 0.9 if j < i else tree[i - 1, j - 1] * 1.1
    value = {(n, j): max(tree[n, j] - 100.0, 0.0) for j in range(n + 1)}
    for i in range(n - 1, -1, -1):
        for j in range(i + 1):
            value[i, j] = 0.5 * (value[i + 1, j] + value[i + 1, j + 1])
    return value[0, 0]


def double_pendulum(theta, steps=20, dt=0.01):
    g, L = 9.81, 1.0

    def deriv(state):
        t1, w1, t2, w2 = state
        delta = t2 - t1
        den = 2 - math.cos(delta) ** 2
        a1 = (
            w1**2 * math.sin(delta) * math.cos(delta)
            + g * math.sin(t2) * math.cos(delta)
            + w2**2 * math.sin(delta)
            - 2 * g * math.sin(t1)
        ) / (L * den)
        a2 = (
            -(w2**2) * math.sin(delta) * math.cos(delta)
            + 2 * (g * math.sin(t1) * math.cos(delta) - w1**2 * math.sin(delta) - g * math.sin(t2))
        ) / (L * den)
        return [w1, a1, w2, a2]

    def rk4(state):
        k1 = deriv(state)
        k2 = deriv([s + 0.5 * dt * k for s, k in zip(state, k1)])
        k3 = deriv([s + 0.5 * dt * k for s, k in zip(state, k2)])
        k4 = deriv([s + dt * k for s, k in zip(state, k3)])
        return [s + dt / 6 * (a + 2 * b + 2 * c + d) for s, a, b, c, d in zip(state, k1, k2, k3, k4)]

    state = [theta, 0.0, theta / 2, 0.0]
    trajectory = [state]
    for _ in range(steps):
        state = rk4(state)
        trajectory.append(state)
    return trajectory[-1][0] + sum(s[2] for s in trajectory) / len(trajectory)


@dataclass
class Node:
    x: float
    v: float = 0.0
    fixed: bool = False
    force: float = 0.0


@dataclass
class Spring:
    a: int
    b: int
    k: float = 10.0
    rest: float = 1.0


class Mesh:
    def __init__(self, nodes: list[Node], springs: list[Spring]):
        self.nodes = nodes
        self.springs = springs
        self.time = 0.0

    def apply_forces(self):
        for node in self.nodes:
            node.force = -0.1 * node.v
        for s in self.springs:
            na, nb = self.nodes[s.a], self.nodes[s.b]
            f = s.k * (nb.x - na.x - s.rest)
            na.force += f
            nb.force -= f

    def step(self, dt):
        self.apply_forces()
        for node in self.nodes:
            if node.fixed:
                continue
            node.v += dt * node.force
            node.x += dt * node.v
        self.time += dt

    @property
    def energy(self):
        return sum(0.5 * n.v**2 for n in self.nodes) + sum(
            0.5 * s.k * (self.nodes[s.b].x - self.nodes[s.a].x - s.rest) ** 2 for s in self.springs
        )


def chain_of_springs(pull, n=5, steps=10):
    nodes = [Node(float(i), fixed=(i == 0)) for i in range(n)]
    nodes[-1].x += pull
    mesh = Mesh(nodes, [Spring(i, i + 1) for i in range(n - 1)])
    while mesh.time < steps * 0.01 - 1e-9:
        mesh.step(0.01)
    return mesh.energy + mesh.nodes[-1].x


def em_mixture(shift, iters=4):
    data = [0.1, 0.5, 2.2, 2.5, 0.3, 1.9]
    comps = [{"mu": shift, "sigma": 1.0, "w": 0.5}, {"mu": 2.0 + shift, "sigma": 1.0, "w": 0.5}]

    def pdf(x, c):
        z = (x - c["mu"]) / c["sigma"]
        return c["w"] * math.exp(-0.5 * z * z) / (c["sigma"] * math.sqrt(2 * math.pi))

    ll = 0.0
    for _it in range(iters):
        resp = []
        ll = 0.0
        for x in data:
            ps = [pdf(x, c) for c in comps]
            tot = sum(ps)
            ll += math.log(tot)
            resp.append([p / tot for p in ps])
        for k, c in enumerate(comps):
            nk = sum(r[k] for r in resp)
            c["mu"] = sum(r[k] * x for r, x in zip(resp, data)) / nk
            var = sum(r[k] * (x - c["mu"]) ** 2 for r, x in zip(resp, data)) / nk
            c["sigma"] = math.sqrt(var) + 0.1
            c["w"] = nk / len(data)
    return ll


def hmm_forward(p, obs=("walk", "shop", "clean", "walk")):
    states = ("rainy", "sunny")
    start = {"rainy": 0.6, "sunny": 0.4}
    trans = {"rainy": {"rainy": p, "sunny": 1 - p}, "sunny": {"rainy": 0.4, "sunny": 0.6}}
    emit = {"rainy": {"walk": 0.1, "shop": 0.4, "clean": 0.5}, "sunny": {"walk": 0.6, "shop": 0.3, "clean": 0.1}}
    alpha = {s: start[s] * emit[s][obs[0]] for s in states}
    for o in obs[1:]:
        alpha = {s: sum(alpha[q] * trans[q][s] for q in states) * emit[s][o] for s in states}
    return math.log(sum(alpha.values()))


def viterbi(p, obs=("walk", "shop", "clean", "walk")):
    states = ("rainy", "sunny")
    trans = {("rainy", "rainy"): p, ("rainy", "sunny"): 1 - p, ("sunny", "rainy"): 0.4, ("sunny", "sunny"): 0.6}
    emit = {"rainy": {"walk": 0.1, "shop": 0.4, "clean": 0.5}, "sunny": {"walk": 0.6, "shop": 0.3, "clean": 0.1}}
    V = [{s: math.log(0.5 * emit[s][obs[0]]) for s in states}]
    path = {s: [s] for s in states}
    for t in range(1, len(obs)):
        V.append({})
        newpath = {}
        for s in states:
            prob, prev = max((V[t - 1][q] + math.log(trans[q, s]) + math.log(emit[s][obs[t]]), q) for q in states)
            V[t][s] = prob
            newpath[s] = path[prev] + [s]
        path = newpath
    best, _last = max((V[-1][s], s) for s in states)
    return best


class KalmanFilter:
    def __init__(self, F, H, Q, R, x0, P0):
        self.F, self.H, self.Q, self.R = F, H, Q, R
        self.x, self.P = x0, P0
        self.loglik = 0.0

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q
        return self

    def update(self, z):
        y = z - self.H @ self.x
        S = self.H @ self.P @ self.H.T + self.R
        try:
            Sinv = np.linalg.inv(S)
        except np.linalg.LinAlgError as e:  # no input reaches this
            raise ValueError(f"singular innovation at {z}") from e
        K = self.P @ self.H.T @ Sinv
        self.x = self.x + K @ y
        self.P = (np.eye(len(self.x)) - K @ self.H) @ self.P
        self.loglik += -0.5 * float(y @ Sinv @ y + np.log(np.linalg.det(S)))
        return self


def kalman(q, zs=(0.9, 2.1, 2.9, 4.2)):
    kf = KalmanFilter(
        np.array([[1.0, 1.0], [0.0, 1.0]]),
        np.array([[1.0, 0.0]]),
        q * np.eye(2),
        np.array([[0.5]]),
        np.zeros(2),
        np.eye(2),
    )
    for z in zs:
        kf.predict().update(np.array([z]))
    return kf.loglik


def cox(beta):
    times = [5, 3, 8, 1, 4]
    events = [1, 0, 1, 1, 1]
    xs = [0.5, 1.5, -0.3, 2.0, 0.1]
    order = sorted(range(len(times)), key=lambda i: times[i])
    ll = 0.0
    for pos, i in enumerate(order):
        if not events[i]:
            continue
        risk = sum(math.exp(beta * xs[j]) for j in order[pos:])
        ll += beta * xs[i] - math.log(risk)
    return -ll


PROGRAMS = [
    Program(book, [(100.0, 0.2)], wrt=(0, 1)),
    Program(bootstrap, [([0.02, 0.025, 0.03, 0.032, 0.034],)]),
    Program(bond_ytm, [(1.0,)]),
    Program(crr, [(101.0,), (97.0, 100.0, 0.03, 0.2, 1.0, 6, False)]),
    Program(crr_dict, [(103.0,)]),
    Program(double_pendulum, [(1.0, 4)]),
    Program(chain_of_springs, [(0.3, 4, 3), (0.3, 2, 1)]),
    Program(em_mixture, [(0.2, 2)]),
    Program(hmm_forward, [(0.7,)]),
    Program(viterbi, [(0.7,)]),
    Program(kalman, [(0.3,)]),
    Program(cox, [(0.4,)]),
]
