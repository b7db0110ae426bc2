"""A two-layer network that learns to read handwritten digits, in plain NumPy.

    python examples/digits.py

The loss is a NumPy function of a dict of parameters; its gradient is a dict of the same form.  Needs scikit-learn for
the data and tqdm for the progress bar.
"""

import numpy as np
from sklearn.datasets import load_digits
from tqdm import trange

from ast_ad import value_and_grad

HIDDEN = 64
EPOCHS = 40
BATCH = 32
RATE = 0.2
DECAY = 1e-4


def scores_of(params, images):
    """One row of ten scores an image."""
    hidden = np.tanh(images @ params["W1"] + params["b1"])
    return hidden @ params["W2"] + params["b2"]


def loss(params, images, targets):
    """The mean cross-entropy of softmax, and a little weight decay.  `targets` are one-hot rows."""
    scores = scores_of(params, images)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    weights = np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2)
    return -np.mean(np.sum(targets * log_p, axis=1)) + DECAY * weights


loss_and_grad = value_and_grad(loss)


def load():
    """The digits, split into 1437 to learn from and 360 to be tested on."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    images, labels = digits.data[order] / 16.0, digits.target[order]
    return (images[:1437], labels[:1437]), (images[1437:], labels[1437:])


def initial_parameters(seed=0):
    draws = np.random.default_rng(seed)
    return {
        "W1": draws.normal(0, 1 / 8, (64, HIDDEN)),
        "b1": np.zeros(HIDDEN),
        "W2": draws.normal(0, 1 / 8, (HIDDEN, 10)),
        "b2": np.zeros(10),
    }


def accuracy(params, images, labels):
    return np.mean(np.argmax(scores_of(params, images), axis=1) == labels)


def train(params, images, labels, epochs=EPOCHS, seed=0):
    """Stochastic gradient descent over mini-batches."""
    draws = np.random.default_rng(seed)
    targets = np.eye(10)[labels]
    progress = trange(epochs, desc="training", unit="epoch")
    for _ in progress:
        order = draws.permutation(len(labels))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            value, slopes = loss_and_grad(params, images[batch], targets[batch])
            params = {name: params[name] - RATE * slopes[name] for name in params}
        progress.set_postfix(loss=f"{value:.4f}")
    return params


def main():
    learn, test = load()
    params = train(initial_parameters(), *learn)
    score = accuracy(params, *test)
    assert score >= 0.95, f"only {score:.1%} of the test digits were read correctly"
    print(f"{score:.1%} of the {len(test[1])} test digits are read correctly.")


if __name__ == "__main__":
    main()
