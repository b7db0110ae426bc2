"""Losses, likelihoods and layers, with parameters in arrays, dicts and lists."""

import math

import numpy as np

from . import Program, waves


def mean_squared_error(w, b, x, y):
    prediction = x @ w + b
    return np.mean((prediction - y) ** 2)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def logistic_loss(w, x, y):
    """The mean negative log-likelihood of labels in {0, 1}."""
    p = sigmoid(x @ w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def ridge_loss(w, x, y, strength=0.1):
    error = x @ w - y
    return error @ error / len(y) + strength * np.sum(w**2)


def elastic_net(w, x, y, l1, l2):
    error = x @ w - y
    return 0.5 * np.mean(error**2) + l1 * np.sum(np.abs(w)) + 0.5 * l2 * np.sum(w * w)


def hinge_loss(w, x, y):
    margins = y * (x @ w)
    return np.mean(np.maximum(0, 1 - margins)) + 0.05 * w @ w


def huber_loss(w, x, y, delta):
    error = np.abs(x @ w - y)
    return np.sum(np.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta)))


def cross_entropy(params, x, targets):
    """Softmax regression; the targets are rows of a one-hot table."""
    scores = x @ params["w"] + params["b"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.sum(log_p * targets) / x.shape[0]


def relu(z):
    return np.maximum(z, 0)


def two_layer_network(params, x, y):
    hidden = relu(x @ params["W1"] + params["b1"])
    output = hidden @ params["W2"] + params["b2"]
    return np.mean(np.sum((output - y) ** 2, axis=1))


def deep_network(layers, x, y):
    """Any number of layers of any widths, given as pairs."""
    for w, b in layers:
        x = np.tanh(x @ w + b)
    return np.mean((x - y) ** 2)


def recurrent_network(params, inputs, target):
    h = np.zeros(params["U"].shape[0])
    for x in inputs:
        h = np.tanh(params["U"] @ h + params["W"] @ x + params["b"])
    error = params["v"] @ h - target
    return error**2


def gated_unit(params, inputs):
    """A recurrent unit with one gate, over a sequence of vectors."""
    state = params["start"]
    for x in inputs:
        joined = np.concatenate([state, x])
        gate = sigmoid(params["gate"] @ joined)
        candidate = np.tanh(params["candidate"] @ joined)
        state = gate * state + (1 - gate) * candidate
    return np.sum(state**2)


def batch_norm(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def normalised_layer(x, gamma, beta):
    return np.sum(sigmoid(batch_norm(x, gamma, beta)) ** 2)


def attention(q, k, v):
    """Scaled dot-product attention, reduced to a number."""
    scores = q @ k.T / math.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return np.sum((weights @ v) ** 2)


def gelu_mlp(x, w):
    z = x @ w
    return np.sum(0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))))


def gaussian_log_likelihood(mu, log_sigma, x):
    sigma = np.exp(log_sigma)
    z = (x - mu) / sigma
    return -0.5 * np.sum(z**2) - x.size * (log_sigma + 0.5 * math.log(2 * math.pi))


def student_t_log_likelihood(mu, sigma, nu, data):
    """Point by point, over a list."""
    total = 0.0
    constant = math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2) - 0.5 * math.log(nu * math.pi)
    for x in data:
        z = (x - mu) / sigma
        total += constant - math.log(sigma) - (nu + 1) / 2 * math.log1p(z * z / nu)
    return total


def mixture_log_likelihood(weights, means, x):
    """Gaussians of width one; the weights are unnormalised logarithms."""
    log_w = weights - np.log(np.sum(np.exp(weights)))
    log_p = log_w - 0.5 * (x[:, None] - means) ** 2
    top = log_p.max(axis=1, keepdims=True)
    return np.sum(top[:, 0] + np.log(np.sum(np.exp(log_p - top), axis=1)))


def poisson_regression(w, x, counts):
    rate = x @ w
    return np.sum(np.exp(rate) - counts * rate)


def gaussian_process(log_length, noise, x, y):
    """The negative log marginal likelihood with a squared-exponential kernel."""
    gaps = x[:, None] - x[None, :]
    kernel = np.exp(-0.5 * (gaps / np.exp(log_length)) ** 2) + noise**2 * np.eye(len(x))
    alpha = np.linalg.solve(kernel, y)
    return 0.5 * y @ alpha + 0.5 * np.log(np.linalg.det(kernel))


def matrix_factorisation(u, v, ratings, known):
    error = known * (u @ v.T - ratings)
    return np.sum(error**2) + 0.1 * (np.sum(u**2) + np.sum(v**2))


def radial_basis_network(centres, weights, x):
    distances = np.sum((x[:, None, :] - centres[None, :, :]) ** 2, axis=-1)
    return np.sum(np.tanh(np.exp(-distances) @ weights))


def one_epoch(w, x, y, rate):
    """The loss after a pass of stochastic gradient descent with the gradient written out by hand."""
    for row, target in zip(x, y):
        error = row @ w - target
        w = w - rate * 2 * error * row
    return np.mean((x @ w - y) ** 2)


def scalar_perceptron(weights, inputs, bias):
    """A neuron on plain lists, step by step."""
    activation = bias
    for w, x in zip(weights, inputs):
        activation += w * x
    return 1.0 / (1.0 + math.exp(-activation))


X = waves(5, 3)
Y = waves(5, phase=2.0)
W = waves(3, phase=1.0)
LABELS = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
ONE_HOT = np.eye(4)[[0, 2, 1, 3, 2]]
NETWORK = {
    "W1": waves(3, 4),
    "b1": waves(4, phase=0.4),
    "W2": waves(4, 2, phase=0.7),
    "b2": waves(2, phase=1.3),
}
RECURRENT = {
    "U": 0.5 * waves(3, 3),
    "W": waves(3, 2),
    "b": waves(3, phase=0.2),
    "v": waves(3, phase=0.9),
}
GATED = {"start": waves(2), "gate": waves(2, 5), "candidate": waves(2, 5, phase=1.0)}
LAYERS = [(waves(3, 4), waves(4)), (waves(4, 2), waves(2)), (waves(2, 1), waves(1))]

PROGRAMS = [
    Program(mean_squared_error, [(W, 0.3, X, Y)], wrt=(0, 1)),
    Program(logistic_loss, [(W, X, LABELS)], wrt=(0, 1)),
    Program(ridge_loss, [(W, X, Y), (W, X, Y, 0.7)]),
    Program(elastic_net, [(W, X, Y, 0.2, 0.5)]),
    Program(hinge_loss, [(W, 2 * X, 2 * LABELS - 1)]),
    Program(huber_loss, [(W, X, Y, 0.4)]),
    Program(cross_entropy, [({"w": waves(3, 4), "b": waves(4)}, X, ONE_HOT)]),
    Program(two_layer_network, [(NETWORK, X, waves(5, 2))]),
    Program(deep_network, [(LAYERS, X, Y[:, None]), (LAYERS[:1], X, 0.0), ([], X, 0.5)]),
    Program(recurrent_network, [(RECURRENT, waves(4, 2), 0.3), (RECURRENT, waves(0, 2), 0.3)]),
    Program(gated_unit, [(GATED, waves(4, 3))], wrt=(0, 1)),
    Program(normalised_layer, [(X, waves(3) + 1, waves(3))], wrt=(0, 1, 2)),
    Program(attention, [(waves(2, 4), waves(3, 4, phase=0.5), waves(3, 2))], wrt=(0, 1, 2)),
    Program(gelu_mlp, [(X, waves(3, 2))], wrt=(0, 1)),
    Program(gaussian_log_likelihood, [(0.3, -0.2, Y)], wrt=(0, 1, 2)),
    Program(student_t_log_likelihood, [(0.3, 0.8, 4.5, [0.1, 1.7, -3.0])], wrt=(0, 1, 2, 3)),
    Program(mixture_log_likelihood, [(waves(2), np.array([-1.0, 1.5]), 2 * Y)], wrt=(0, 1)),
    Program(poisson_regression, [(W, X, np.array([0, 2, 1, 1, 3]))], wrt=(0, 1)),
    Program(gaussian_process, [(-0.5, 0.4, np.linspace(0, 2, 5), Y)], wrt=(0, 1)),
    Program(
        matrix_factorisation,
        [(waves(4, 2), waves(3, 2), waves(4, 3), 1.0 * (waves(4, 3) > 0))],
        wrt=(0, 1),
    ),
    Program(radial_basis_network, [(waves(4, 3, phase=0.6), waves(4), X)], wrt=(0, 1, 2)),
    Program(one_epoch, [(W, X, Y, 0.1)], wrt=(0, 1, 2, 3)),
    Program(scalar_perceptron, [([2.0, -3.0], [-1.0, -2.0], -3.0), ([0.5], [1.5], 0.1)], wrt=(0, 1, 2)),
]
