"""Programs of tutorials: small transformers, embeddings, quantum circuits, trusses, arms of robots."""

import math

import numpy as np

from . import Program, waves


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def skip_gram(words, contexts, pairs, negatives):
    loss = 0.0
    for (centre, context), others in zip(pairs, negatives):
        v = words[centre]
        loss -= np.log(sigmoid(v @ contexts[context]))
        for other in others:
            loss -= np.log(sigmoid(-(v @ contexts[other])))
    return loss / len(pairs)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def layer_norm(x, g, b, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return g * (x - mean) / np.sqrt(variance + eps) + b


def linear(x, w, b):
    return x @ w + b


def softmax(x):
    exp_x = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return exp_x / np.sum(exp_x, axis=-1, keepdims=True)


def attention(q, k, v, mask):
    return softmax(q @ k.T / np.sqrt(q.shape[-1]) + mask) @ v


def heads(x, attn, proj, n_head):
    parts = np.split(linear(x, **attn), 3, axis=-1)
    by_head = list(map(lambda part: np.split(part, n_head, axis=-1), parts))
    mask = (1 - np.tri(x.shape[0], dtype=x.dtype)) * -1e10
    return linear(np.hstack([attention(q, k, v, mask) for q, k, v in zip(*by_head)]), **proj)


def language_model(params, inputs, n_head):
    x = params["wte"][inputs] + params["wpe"][range(len(inputs))]
    for block in params["blocks"]:
        x = x + heads(layer_norm(x, **block["ln"]), block["attn"], block["proj"], n_head)
        x = x + linear(gelu(linear(x, **block["up"])), **block["down"])
    p = softmax(x @ params["wte"].T)
    return -np.mean(np.log(p[range(len(inputs) - 1), inputs[1:]]))


def _linear(n, m, phase):
    return {"w": 0.4 * waves(n, m, phase=phase), "b": 0.1 * waves(m, phase=phase)}


_BLOCK = {
    "ln": {"g": 1 + 0.1 * waves(4), "b": 0.1 * waves(4, phase=1.0)},
    "attn": _linear(4, 12, 0.0),
    "proj": _linear(4, 4, 1.0),
    "up": _linear(4, 6, 2.0),
    "down": _linear(6, 4, 3.0),
}
_MODEL = {"wte": waves(5, 4), "wpe": 0.5 * waves(6, 4, phase=2.0), "blocks": [_BLOCK]}


def ising_chain_by_trotter(coupling, field, time, n, steps):
    state = np.zeros([2] * n, dtype=complex)
    state[(0,) * n] = 1
    dt = time / steps
    zz = np.exp(-1j * coupling * dt * np.array([[1, -1], [-1, 1]]))
    c, s = np.cos(field * dt), -1j * np.sin(field * dt)
    flip = np.array([[c, s], [s, c]])
    for _ in range(steps):
        for i in range(n - 1):
            shape = [1] * n
            shape[i] = 2
            shape[i + 1] = 2
            state = state * zz.reshape(shape)
        for i in range(n):
            state = np.moveaxis(np.tensordot(flip, state, axes=([1], [i])), 0, i)
    p = np.abs(state) ** 2
    return p[0].sum() - p[1].sum()


def rod_by_elements(stiffness, load, n):
    nodes = np.linspace(0, 1, n + 1)
    K = np.zeros((n + 1, n + 1))
    F = np.zeros(n + 1)
    for e in range(n):
        length = nodes[e + 1] - nodes[e]
        dofs = [e, e + 1]
        K[np.ix_(dofs, dofs)] += stiffness[e] / length * np.array([[1, -1], [-1, 1]])
        F[dofs] += load * length / 2 * np.ones(2)
    free = np.arange(1, n + 1)
    u = np.zeros(n + 1)
    u[free] = np.linalg.solve(K[np.ix_(free, free)], F[free])
    return F @ u


def joint(angle, offset, length, twist):
    ct, st, ca, sa = np.cos(angle), np.sin(angle), np.cos(twist), np.sin(twist)
    return np.array(
        [[ct, -st * ca, st * sa, length * ct], [st, ct * ca, -ct * sa, length * st], [0, sa, ca, offset], [0, 0, 0, 1]]
    )


def reach(angles, joints, target):
    T = np.eye(4)
    for angle, (offset, length, twist) in zip(angles, joints):
        T = T @ joint(angle, offset, length, twist)
    return np.linalg.norm(T[:3, 3] - target) ** 2 + 0.1 * np.trace(T)


class Quaternion:
    __slots__ = ("w", "x", "y", "z")

    def __init__(self, w, x, y, z):
        self.w, self.x, self.y, self.z = w, x, y, z

    def __mul__(self, other):
        if not isinstance(other, Quaternion):
            return Quaternion(self.w * other, self.x * other, self.y * other, self.z * other)
        return Quaternion(
            self.w * other.w - self.x * other.x - self.y * other.y - self.z * other.z,
            self.w * other.x + self.x * other.w + self.y * other.z - self.z * other.y,
            self.w * other.y - self.x * other.z + self.y * other.w + self.z * other.x,
            self.w * other.z + self.x * other.y - self.y * other.x + self.z * other.w,
        )

    def conjugate(self):
        return Quaternion(self.w, -self.x, -self.y, -self.z)

    def __abs__(self):
        return math.sqrt(self.w**2 + self.x**2 + self.y**2 + self.z**2)

    @property
    def unit(self):
        return self * (1 / abs(self))

    @classmethod
    def about(cls, axis, angle):
        s = math.sin(angle / 2)
        return cls(math.cos(angle / 2), *(s * a for a in axis))


def turned(axis, angle, v):
    q = Quaternion.about(axis, angle).unit
    p = q * Quaternion(0, *v) * q.conjugate()
    return p.x + 2 * p.y * p.z


PROGRAMS = [
    Program(
        skip_gram,
        [(waves(6, 3), waves(6, 3, phase=1.0), [(0, 2), (1, 3), (4, 5)], [[1, 4], [0, 0], [2, 3]])],
        (0, 1),
    ),
    Program(language_model, [(_MODEL, [0, 2, 1, 4], 2)]),
    Program(ising_chain_by_trotter, [(1.0, 0.7, 1.0, 3, 2)], (0, 1, 2)),
    Program(rod_by_elements, [(np.array([1.0, 2.0, 3.0, 1.5]), 2.0, 4)], (0, 1)),
    Program(
        reach,
        [([0.3, -0.5, 0.8], [(0.1, 0.5, 1.6), (0.0, 0.4, 0.0), (0.0, 0.3, -1.6)], np.array([0.3, 0.2, 0.1]))],
    ),
    Program(turned, [([0.6, 0.0, 0.8], 0.7, (1.0, 2.0, 3.0))], (0, 1, 2)),
]
