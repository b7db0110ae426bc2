"""Scripts of control, learning, games and graphs as people write them: layers, parsers, stack machines, heaps, sets."""

import heapq
import itertools
import math
import operator
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Optional

import numpy as np

from . import Program


class PID:
    def __init__(self, kp, ki=0.0, kd=0.0, limits=(None, None)):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.lo, self.hi = limits
        self.integral = 0.0
        self.last_error = None

    def __call__(self, error, dt):
        self.integral += error * dt
        derivative = 0.0 if self.last_error is None else (error - self.last_error) / dt
        self.last_error = error
        out = self.kp * error + self.ki * self.integral + self.kd * derivative
        if self.lo is not None and out < self.lo:
            return self.lo  # no input reaches this
        if self.hi is not None and out > self.hi:
            return self.hi  # no input reaches this
        return out


def pid_cost(kp, ki=0.5):
    ctrl = PID(kp, ki, 0.05, limits=(-2.0, 2.0))
    x, v, cost = 0.0, 0.0, 0.0
    dt = 0.1
    for _step in range(30):
        u = ctrl(1.0 - x, dt)
        v += dt * (u - 0.5 * v)
        x += dt * v
        cost += (1.0 - x) ** 2 * dt
    return cost


def lqr_cost(q, horizon=5):
    A = np.array([[1.0, 0.1], [0.0, 1.0]])
    B = np.array([[0.0], [0.1]])
    Q = np.diag([q, 1.0])
    R = np.array([[0.1]])
    P = Q
    gains = []
    for _ in range(horizon):
        K = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
        P = Q + A.T @ P @ (A - B @ K)
        gains.append(K)
    gains.reverse()
    x = np.array([1.0, 0.0])
    cost = 0.0
    for K in gains:
        u = -K @ x
        cost += x @ Q @ x + u @ R @ u
        x = A @ x + B @ u
    return cost + x @ P @ x


def mpc(u, x0=(0.0, 0.0)):
    state = {"pos": x0[0], "vel": x0[1]}
    cost = 0.0
    history = []
    for _k, uk in enumerate(u):
        state = {**state, "vel": state["vel"] + 0.1 * uk, "pos": state["pos"] + 0.1 * state["vel"]}
        history.append(state)
        cost += (state["pos"] - 1) ** 2 + 0.01 * uk**2
    smooth = sum((b - a) ** 2 for a, b in zip(u, u[1:]))
    return cost + 0.1 * smooth + history[-1]["vel"] ** 2


class Layer(ABC):
    @abstractmethod
    def forward(self, x): ...
    def __call__(self, x):
        return self.forward(x)


class Dense(Layer):
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        return x @ self.W + self.b


class Tanh(Layer):
    def forward(self, x):
        return np.tanh(x)


class Sequential(Layer):
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        return self.layers[i]


def mlp(s):
    W1 = np.linspace(-1, 1, 6).reshape(2, 3) * s
    W2 = np.ones((3, 1)) * s
    net = Sequential(Dense(W1, np.zeros(3)), Tanh(), Dense(W2, np.zeros(1)))
    X = np.array([[0.0, 1.0], [1.0, 0.5], [0.3, -0.7]])
    y = np.array([[1.0], [0.0], [0.5]])
    out = net(X)
    reg = sum(np.sum(layer.W**2) for layer in net.layers if isinstance(layer, Dense))
    return np.mean((out - y) ** 2) + 0.01 * reg / len(net) + net[0].b.sum()


class LSTMCell:
    def __init__(self, n_in, n_h, scale):
        weights = scale * np.sin(np.arange(1.0, 1 + (n_in + n_h) * n_h)).reshape(n_in + n_h, n_h)
        self.params = {g: (weights * (k + 1), np.zeros(n_h)) for k, g in enumerate("ifoc")}
        self.n_h = n_h

    def __call__(self, x, state):
        h, c = state
        z = np.concatenate([x, h])
        gates = {g: z @ W + b for g, (W, b) in self.params.items()}
        sig = lambda a: 1 / (1 + np.exp(-a))
        i, f, o = (sig(gates[k]) for k in "ifo")
        c = f * c + i * np.tanh(gates["c"])
        return o * np.tanh(c), c


def lstm(scale):
    cell = LSTMCell(2, 3, scale)
    state = (np.zeros(3), np.zeros(3))
    outs = []
    for x in np.array([[0.1, 0.2], [0.5, -0.3], [1.0, 0.0]]):
        h, c = state = cell(x, state)
        outs.append(h)
    return np.sum(np.stack(outs) ** 2) + c[0]


def attention(s):
    Q = s * np.arange(6.0).reshape(2, 3) / 6
    K = np.ones((4, 3)) * np.arange(4.0)[:, None] * 0.1
    V = s * np.eye(4)[:, :2]

    def softmax(a, axis=-1):
        e = np.exp(a - a.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    heads = [softmax((h * Q) @ K.T / np.sqrt(Q.shape[-1])) @ V for h in (1.0, 2.0)]
    return np.concatenate(heads, axis=-1).sum() ** 2


class BatchNorm:
    def __init__(self, momentum=0.9, eps=1e-5):
        self.momentum, self.eps = momentum, eps
        self.running = None

    def __call__(self, x, training=True):
        if training:
            mu, var = x.mean(axis=0), x.var(axis=0)
            if self.running is None:
                self.running = {"mean": mu, "var": var}
            else:
                for k, v in (("mean", mu), ("var", var)):
                    self.running[k] = self.momentum * self.running[k] + (1 - self.momentum) * v
        else:
            mu, var = self.running["mean"], self.running["var"]
        return (x - mu) / np.sqrt(var + self.eps)


def batchnorm(s):
    bn = BatchNorm()
    x = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]])
    for k in range(3):
        y = bn(np.sin(s * x + k))
    return np.sum(bn(s * x, training=False) ** 2) + y[0, 0]


@dataclass
class TreeNode:
    feature: int = -1
    threshold: float = 0.0
    left: Optional["TreeNode"] = None
    right: Optional["TreeNode"] = None
    value: float = 0.0


def soft_tree(t):
    root = TreeNode(0, t, TreeNode(1, 0.5 * t, TreeNode(value=1.0), TreeNode(value=2.0)), TreeNode(value=t * t))

    def predict(node, x, beta=3.0):
        if node.left is None:
            return node.value
        g = 1 / (1 + math.exp(-beta * (x[node.feature] - node.threshold)))
        return (1 - g) * predict(node.left, x) + g * predict(node.right, x)

    data = [((0.1, 0.9), 1.0), ((0.8, 0.2), 0.5)]
    return sum((predict(root, x) - y) ** 2 for x, y in data)


OPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": lambda a, b: a**b}


def rpn(x, expr="x 2 * x 3 ^ + 4 /"):
    stack = []
    for tok in expr.split():
        if tok in OPS:
            b = stack.pop()
            a = stack.pop()
            stack.append(OPS[tok](a, b))
        elif tok == "x":
            stack.append(x)
        else:
            stack.append(float(tok))
    if len(stack) != 1:
        raise ValueError(f"malformed expression {expr!r}")
    return stack[0]


class Token(Enum):
    NUM = auto()
    VAR = auto()
    OP = auto()
    LP = auto()
    RP = auto()


def tokenize(s):
    tokens = []
    i = 0
    while i < len(s):
        c = s[i]
        if c.isspace():
            i += 1
        elif c.isdigit():
            j = i
            while j < len(s) and (s[j].isdigit() or s[j] == "."):
                j += 1
            tokens.append((Token.NUM, float(s[i:j])))
            i = j
        elif c.isalpha():
            tokens.append((Token.VAR, c))
            i += 1
        elif c in "+-*/":
            tokens.append((Token.OP, c))
            i += 1
        else:
            tokens.append((Token.LP if c == "(" else Token.RP, c))
            i += 1
    return tokens


class Parser:
    def __init__(self, tokens, env):
        self.tokens, self.pos, self.env = tokens, 0, env

    def peek(self):
        return self.tokens[self.pos] if self.pos < len(self.tokens) else (None, None)

    def next(self):
        t = self.peek()
        self.pos += 1
        return t

    def expr(self):
        v = self.term()
        while self.peek()[1] in ("+", "-"):
            op = self.next()[1]
            r = self.term()
            v = v + r if op == "+" else v - r
        return v

    def term(self):
        v = self.factor()
        while self.peek()[1] in ("*", "/"):
            op = self.next()[1]
            r = self.factor()
            v = v * r if op == "*" else v / r
        return v

    def factor(self):
        kind, val = self.next()
        if kind is Token.NUM:
            return val
        if kind is Token.VAR:
            return self.env[val]
        if kind is Token.LP:
            v = self.expr()
            self.next()
            return v
        raise SyntaxError(val)


def evaluate(x):
    return Parser(tokenize("3*(x + 2)*x - x/4"), {"x": x}).expr()


def machine(x):
    program = [
        ("push", "x"),
        ("push", 2.0),
        ("mul", None),
        ("dup", None),
        ("mul", None),
        ("store", "a"),
        ("load", "a"),
        ("load", "a"),
        ("add", None),
        ("halt", None),
    ]
    stack, memory, pc = [], {"x": x}, 0
    while True:
        op, arg = program[pc]
        pc += 1
        match op:
            case "push":
                stack.append(memory[arg] if isinstance(arg, str) else arg)
            case "dup":
                stack.append(stack[-1])
            case "mul" | "add":
                b, a = stack.pop(), stack.pop()
                stack.append(a * b if op == "mul" else a + b)
            case "store":
                memory[arg] = stack.pop()
            case "load":
                stack.append(memory[arg])
            case "halt":
                break
            case _:  # no input reaches this
                raise RuntimeError(f"bad op {op}")
    return stack[-1]


def dijkstra(w):
    graph = {"a": [("b", w), ("c", 4.0)], "b": [("c", 1.5), ("d", 7 * w)], "c": [("d", 2.0)], "d": []}
    dist = {"a": 0.0}
    heap = [(0.0, "a")]
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist.get(u, math.inf):
            continue
        for v, c in graph[u]:
            nd = d + c
            if nd < dist.get(v, math.inf):
                dist[v] = nd
                heapq.heappush(heap, (nd, v))
    return dist["d"] ** 2


def bellman(w):
    edges = [(0, 1, w), (1, 2, 2.0), (0, 2, 5.0 * w), (2, 3, w * w)]
    dist = [0.0] + [float("inf")] * 3
    for _ in range(3):
        for u, v, c in edges:
            if dist[u] + c < dist[v]:
                dist[v] = dist[u] + c
    return dist[3]


def dtw(s):
    a = [0.1 * s, 1.0, 2.0 * s]
    b = [0.0, 1.1 * s, 1.9, 2.2]
    D = defaultdict(lambda: float("inf"))
    D[-1, -1] = 0.0
    for i, j in itertools.product(range(len(a)), range(len(b))):
        D[i, j] = (a[i] - b[j]) ** 2 + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[len(a) - 1, len(b) - 1]


def pagerank(d):
    links = {"a": {"b", "c"}, "b": {"c"}, "c": {"a"}}
    n = len(links)
    rank = dict.fromkeys(links, 1 / n)
    for _ in range(20):
        rank = {p: (1 - d) / n + d * sum(rank[q] / len(out) for q, out in links.items() if p in out) for p in links}
    return rank["a"]


def tfidf(x):
    docs = ["the cat sat", "the dog sat on the cat", "birds fly"]
    tf = [Counter(d.split()) for d in docs]
    df = Counter(w for d in docs for w in set(d.split()))
    score = 0.0
    for counts in tf:
        for w, c in counts.items():
            score += (1 + x * math.log(c)) * math.log(len(docs) / df[w] + x)
    return score


def logistic(w):
    X = np.array([[1.0, 0.5], [1.0, -1.5], [1.0, 2.0]])
    y = np.array([1, 0, 1])
    beta = np.array([w, w**2])
    p = 1 / (1 + np.exp(-(X @ beta)))
    return -np.mean(np.where(y == 1, np.log(p), np.log1p(-p))) + 0.1 * np.linalg.norm(beta)


def cachef(x):
    @lru_cache(maxsize=None)
    def fact(n):
        return 1.0 if n <= 1 else n * x * fact(n - 1)

    return fact(6) + fact(3)


def bfs(x, n):
    adj = {k: [2 * k + 1, 2 * k + 2] if 2 * k + 2 < n else [] for k in range(n)}
    seen = set()
    stack = [0]
    t = 0.0
    w = x
    while stack:
        u = stack.pop()
        if u in seen:
            continue  # no input reaches this
        seen.add(u)
        t += w * u
        w = w * x
        for v in adj[u]:
            if v not in seen:
                stack.append(v)
    return t + len(seen) * x + max(seen)


def events(x, n):
    heap = [(0.0, 0)]
    t = 0.0
    while heap:
        d, u = heapq.heappop(heap)
        t += d
        if u < n:
            heapq.heappush(heap, (d + x, u + 1))
            heapq.heappush(heap, (d + x * x, u + 2))
    return t


def smallest_two(x, n):
    heap = [3.0 * x, 1.0, 2.0 * x]
    heapq.heapify(heap)
    return heapq.heappop(heap) + 10 * heapq.heappop(heap)


def iterators_of_structures(x, n):
    s = 0.0
    for a, b in itertools.product([1.0, 2.0], [x, 3.0]):
        s += a * b
    for a, b in itertools.combinations([x, 2.0, x * x], 2):
        s += a * b
    for a, b in itertools.pairwise([x, 2.0, x * x]):
        s += (b - a) ** 2
    for v in itertools.chain([x], [x * 2, 3.0]):
        s += v
    for v in itertools.accumulate([x, 2.0, x]):
        s += v
    for v in itertools.islice([x, x * 2, x * 3], 2):
        s += v
    for a, c in zip([x, 2.0, x * x], itertools.cycle([1.0, -1.0])):
        s += a * c
    for v in itertools.starmap(lambda a, b: a * b, [(x, 2), (x, x)]):
        s += v
    return s


def iterators_of_lists(xs, n):
    s = 0.0
    for a, b in itertools.product(xs, xs):
        s += a * b
    for a, b in itertools.combinations(xs, 2):
        s += a * b
    for a, b in itertools.pairwise(xs):
        s += (b - a) ** 2
    for v in itertools.chain(xs, xs[1:]):
        s += v
    for v in itertools.accumulate(xs):
        s += v
    for v in itertools.islice(xs, 1, 3):
        s += v
    for a, c in zip(xs, itertools.cycle([1.0, -1.0])):
        s += a * c
    for v in map(lambda a, b: a * b, xs, xs):
        s += v
    for k, v in zip(itertools.count(1), xs):
        s += k * v
    for v in itertools.chain.from_iterable([xs, xs]):
        s += v * v
    for v in itertools.takewhile(lambda v: v < 1.5, xs):
        s += v
    for a, b in itertools.permutations(xs, 2):
        s += a * b * b
    for v, w in zip(itertools.repeat(2.0), xs):
        s += v * w
    return s


PROGRAMS = [
    Program(pid_cost, [(1.5, 0.5)], wrt=(0, 1)),
    Program(lqr_cost, [(2.0, 3)]),
    Program(mpc, [([0.5, -0.2, 0.3],)]),
    Program(mlp, [(0.7,)]),
    Program(lstm, [(0.5,)]),
    Program(attention, [(0.8,)]),
    Program(batchnorm, [(0.9,)]),
    Program(soft_tree, [(0.4,)]),
    Program(rpn, [(1.3,)]),
    Program(evaluate, [(1.3,)]),
    Program(machine, [(1.3,)]),
    Program(dijkstra, [(1.1,), (0.3,)]),
    Program(bellman, [(1.1,)]),
    Program(dtw, [(1.2,)]),
    Program(pagerank, [(0.85,)]),
    Program(tfidf, [(0.5,)]),
    Program(logistic, [(0.5,)]),
    Program(cachef, [(1.2,)]),
    Program(bfs, [(1.2, 9)]),
    Program(events, [(1.2, 4)]),
    Program(smallest_two, [(1.2, 4)]),
    Program(iterators_of_structures, [(1.2, 3)]),
    Program(iterators_of_lists, [([1.2, 0.7, 2.1], 3)]),
]
