"""Scripts as they are found: filters, options, games, small networks and interpreters."""

import math
from dataclasses import dataclass

import numpy as np

from . import Program, waves


class Scalar:
    def __init__(self, data, children=(), op=""):
        self.data = data
        self.grad = 0.0
        self._prev = children
        self._op = op

    def __add__(self, o):
        o = o if isinstance(o, Scalar) else Scalar(o)
        return Scalar(self.data + o.data, (self, o), "+")

    def __mul__(self, o):
        o = o if isinstance(o, Scalar) else Scalar(o)
        return Scalar(self.data * o.data, (self, o), "*")

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        return Scalar(math.tanh(self.data), (self,), "tanh")


def micrograd(a, b):
    x, w = (Scalar(a), Scalar(b))
    y = (x * w + 2 * x).tanh() * w + 1
    return y.data


def lstm_cell(params, xs):
    Wf, Wi, Wc, Wo, b = params
    h = np.zeros(3)
    c = np.zeros(3)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    for x in xs:
        z = np.concatenate([h, x])
        f, i, o = (sigmoid(W @ z + b[k]) for k, W in enumerate((Wf, Wi, Wo)))
        c = f * c + i * np.tanh(Wc @ z + b[3])
        h = o * np.tanh(c)
    return np.sum(h**2)


def hidden_markov_forward(pi, A, B, obs):
    alpha = pi * B[:, obs[0]]
    ll = 0.0
    for o in obs[1:]:
        s = alpha.sum()
        ll += np.log(s)
        alpha = alpha / s
        alpha = alpha @ A * B[:, o]
    return ll + np.log(alpha.sum())


class Kalman:
    def __init__(self, q, r):
        self.F = np.array([[1.0, 1.0], [0.0, 1.0]])
        self.H = np.array([[1.0, 0.0]])
        self.Q = q * np.eye(2)
        self.R = np.array([[r]])
        self.x = np.zeros(2)
        self.P = np.eye(2) * 10
        self.loglik = 0.0

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q

    def update(self, z):
        y = z - self.H @ self.x
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        self.x = self.x + K @ y
        self.P = (np.eye(2) - K @ self.H) @ self.P
        self.loglik += -0.5 * (np.log(np.linalg.det(2 * np.pi * S)) + y @ np.linalg.solve(S, y))


def kalman_filter_class(q, r, zs):
    kf = Kalman(q, r)
    for z in zs:
        kf.predict()
        kf.update(z)
    return kf.loglik


DRAWS = 1.5 * waves(50)


def black_scholes_by_fixed_draws(s0, k, r, sigma, t):
    st = s0 * np.exp((r - 0.5 * sigma**2) * t + sigma * np.sqrt(t) * DRAWS)
    return np.exp(-r * t) * np.mean(np.maximum(st - k, 0.0))


def american_put_on_a_binomial_tree(S, K, r, sigma, T, N=6):
    dt = T / N
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(r * dt) - d) / (u - d)
    prices = [max(K - S * u**j * d ** (N - j), 0.0) for j in range(N + 1)]
    for i in range(N - 1, -1, -1):
        for j in range(i + 1):
            hold = math.exp(-r * dt) * (p * prices[j + 1] + (1 - p) * prices[j])
            prices[j] = max(hold, K - S * u**j * d ** (i - j))
    return prices[0]


class Controller:
    def __init__(self, kp, ki, kd, limit=10.0):
        self.kp, self.ki, self.kd = (kp, ki, kd)
        self.limit = limit
        self.integral = 0.0
        self.last = None

    def __call__(self, error, dt):
        self.integral += error * dt
        d = 0.0 if self.last is None else (error - self.last) / dt
        self.last = error
        out = self.kp * error + self.ki * self.integral + self.kd * d
        return max(-self.limit, min(self.limit, out))


def pid_controller_class(kp, ki, kd):
    c = Controller(kp, ki, kd)
    x = v = 0.0
    cost = 0.0
    dt = 0.1
    for _ in range(20):
        u = c(1.0 - x, dt)
        v += (u - 0.5 * v) * dt
        x += v * dt
        cost += (1.0 - x) ** 2 * dt
    return cost


@dataclass
class Num:
    v: float


@dataclass
class Name:
    name: str


@dataclass
class Binary:
    op: str
    left: object
    right: object


def ev(e, env):
    match e:
        case Num(v):
            return v
        case Name(name):
            return env[name]
        case Binary("+", l, r):
            return ev(l, env) + ev(r, env)
        case Binary("*", l, r):
            return ev(l, env) * ev(r, env)
        case Binary(op, _, _):  # no input reaches this
            raise ValueError(f"bad op {op}")  # no input reaches this


def expression_tree_by_match(x, y):
    e = Binary("+", Binary("*", Name("x"), Name("y")), Binary("*", Num(2.0), Name("x")))
    return ev(e, {"x": x, "y": y})


OPS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}


def calculator_with_a_stack(x, y, text="x y * 2 + x /"):
    st = []
    for tok in text.split():
        if tok in OPS:
            b, a = (st.pop(), st.pop())
            st.append(OPS[tok](a, b))
        elif tok == "x":
            st.append(x)
        elif tok == "y":
            st.append(y)
        else:
            st.append(float(tok))
    return st[-1]


def expectation_maximisation(mu, xs):
    mu = np.array(mu)
    pi = np.ones(2) / 2
    for _ in range(3):
        d = np.exp(-0.5 * (xs[:, None] - mu[None, :]) ** 2) * pi
        r = d / d.sum(axis=1, keepdims=True)
        n = r.sum(axis=0)
        mu = (r * xs[:, None]).sum(axis=0) / n
        pi = n / len(xs)
    return np.sum(mu**2 * pi)


def gaussian_process_likelihood(theta, X, y):
    length, s, n = np.exp(theta)
    d2 = (X[:, None] - X[None, :]) ** 2
    K = s * np.exp(-0.5 * d2 / length**2) + n * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.log(np.diag(L)).sum() + 0.5 * len(X) * np.log(2 * np.pi)


def levenberg_marquardt(p0, ts, ys):
    p = np.array(p0)
    lam = 0.01

    def resid(p):
        return p[0] * np.exp(-p[1] * ts) - ys

    for _ in range(4):
        r = resid(p)
        J = np.stack([np.exp(-p[1] * ts), -p[0] * ts * np.exp(-p[1] * ts)], axis=1)
        step = np.linalg.solve(J.T @ J + lam * np.eye(2), -J.T @ r)
        if np.sum(resid(p + step) ** 2) < np.sum(r**2):
            p = p + step
            lam /= 10
        else:
            lam *= 10  # no input reaches this
    return np.sum(resid(p) ** 2) + p[1]


def natural_cubic_spline(xs, ys, x):
    n = len(xs)
    h = [xs[i + 1] - xs[i] for i in range(n - 1)]
    alpha = [0.0] * n
    for i in range(1, n - 1):
        alpha[i] = 3 / h[i] * (ys[i + 1] - ys[i]) - 3 / h[i - 1] * (ys[i] - ys[i - 1])
    low = [1.0] + [0.0] * (n - 1)
    mu = [0.0] * n
    z = [0.0] * n
    for i in range(1, n - 1):
        low[i] = 2 * (xs[i + 1] - xs[i - 1]) - h[i - 1] * mu[i - 1]
        mu[i] = h[i] / low[i]
        z[i] = (alpha[i] - h[i - 1] * z[i - 1]) / low[i]
    c = [0.0] * n
    b = [0.0] * (n - 1)
    d = [0.0] * (n - 1)
    for j in reversed(range(n - 1)):
        c[j] = z[j] - mu[j] * c[j + 1]
        b[j] = (ys[j + 1] - ys[j]) / h[j] - h[j] * (c[j + 1] + 2 * c[j]) / 3
        d[j] = (c[j + 1] - c[j]) / (3 * h[j])
    j = 0
    while j < n - 2 and x > xs[j + 1]:
        j += 1
    t = x - xs[j]
    return ys[j] + b[j] * t + c[j] * t**2 + d[j] * t**3


def beam_search(scores, k=2):
    beams = [(0.0, [])]
    for row in scores:
        cand = [(s + v * (1 + 0.1 * len(path)), path + [j]) for s, path in beams for j, v in enumerate(row)]
        cand.sort(key=lambda c: c[0], reverse=True)
        beams = cand[:k]
    return beams[0][0]


class Layer:
    def __init__(self, w, b, act):
        self.w, self.b, self.act = (w, b, act)

    def __call__(self, x):
        return self.act(x @ self.w + self.b)


class Network:
    def __init__(self, sizes, flat):
        self.layers = []
        k = 0
        for i, (m, n) in enumerate(zip(sizes[:-1], sizes[1:])):
            w = flat[k : k + m * n].reshape(m, n)
            k += m * n
            b = flat[k : k + n]
            k += n
            self.layers.append(Layer(w, b, np.tanh if i < len(sizes) - 2 else lambda z: z))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def perceptron_of_layers(flat, x):
    return np.sum(Network([2, 3, 1], flat).forward(x) ** 2)


def internal_rate_of_return(cfs, guess=0.1):
    r = guess
    for _ in range(50):
        npv = sum((cf / (1 + r) ** t for t, cf in enumerate(cfs)))
        dn = sum((-t * cf / (1 + r) ** (t + 1) for t, cf in enumerate(cfs)))
        try:
            step = npv / dn
        except ZeroDivisionError:  # no input reaches this
            return float("nan")  # no input reaches this
        r -= step
        if abs(step) < 1e-12:
            break
    return r


def volatility_by_moving_average(prices, lam=0.94):
    rets = [math.log(b / a) for a, b in zip(prices, prices[1:])]
    var = rets[0] ** 2
    for r in rets[1:]:
        var = lam * var + (1 - lam) * r * r
    return math.sqrt(var * 252)


def knapsack_table(vals, wts, cap):
    best = [0.0] * (cap + 1)
    for v, w in zip(vals, wts):
        for c in range(cap, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v)
    return best[cap]


def rk4(f, y, t, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def pendulum_by_runge_kutta(L, th0):
    g = 9.81
    y = np.array([th0, 0.0])
    for i in range(10):
        y = rk4(lambda t, s: np.array([s[1], -g / L * np.sin(s[0])]), y, i * 0.05, 0.05)
    return y[0] ** 2


PROGRAMS = [
    Program(micrograd, [(0.5, 1.5)], (0, 1)),
    Program(lstm_cell, [(tuple(waves(3, 5) * 0.5 for _ in range(4)) + (waves(4, 3),), waves(4, 2))], (0, 1)),
    Program(
        hidden_markov_forward,
        [
            (
                np.array([0.6, 0.4]),
                np.array([[0.7, 0.3], [0.4, 0.6]]),
                np.array([[0.1, 0.4, 0.5], [0.6, 0.3, 0.1]]),
                [0, 1, 2, 1],
            )
        ],
        (0, 1, 2),
    ),
    Program(kalman_filter_class, [(0.1, 0.5, np.array([1.0, 2.1, 2.9, 4.2]))], (0, 1)),
    Program(black_scholes_by_fixed_draws, [(100.0, 101.0, 0.05, 0.2, 1.0)], (0, 1, 2, 3, 4)),
    Program(american_put_on_a_binomial_tree, [(100.0, 105.0, 0.05, 0.2, 1.0)], (0, 1, 2, 3, 4)),
    Program(pid_controller_class, [(2.0, 0.5, 0.3)], (0, 1, 2)),
    Program(expression_tree_by_match, [(1.5, 2.0)], (0, 1)),
    Program(calculator_with_a_stack, [(1.5, 2.0)], (0, 1)),
    Program(expectation_maximisation, [([0.1, 1.0], waves(8))], (0, 1)),
    Program(gaussian_process_likelihood, [(np.array([0.1, 0.2, -1.0]), np.linspace(0, 1, 5), waves(5))]),
    Program(
        levenberg_marquardt,
        [([1.0, 0.5], np.linspace(0, 2, 6), 2 * np.exp(-np.linspace(0, 2, 6)) + 0.1 * waves(6))],
        (2,),
    ),
    Program(natural_cubic_spline, [([0.0, 1.0, 2.0, 3.5], [1.0, 2.0, 0.5, 1.0], 2.3)], (1, 2)),
    Program(beam_search, [([[0.1, 0.5, 0.2], [0.3, 0.1, 0.9]],)]),
    Program(perceptron_of_layers, [(waves(13), waves(4, 2))]),
    Program(internal_rate_of_return, [([-100.0, 60.0, 60.0],)]),
    Program(volatility_by_moving_average, [([100.0, 101.0, 99.5, 102.0],)]),
    Program(knapsack_table, [([6.0, 10.0, 12.0], [1, 2, 3], 5)]),
    Program(pendulum_by_runge_kutta, [(1.2, 0.4)], (0, 1)),
]
