"""Run by `run.py` in a process of its own: what a first import and a first call cost, printed as JSON in seconds."""

import json
import math
import time

import numpy as np

start = time.perf_counter()
import ast_ad  # noqa: E402

imported = time.perf_counter() - start


def twenty_lines(x, w, limit):
    """Twenty lines of ordinary code: the measure of a first compile."""
    n = len(x)
    mean = np.sum(x) / n
    spread = np.sqrt(np.sum((x - mean) ** 2) / n)
    z = (x - mean) / spread
    total = 0.0
    scale = w
    for i in range(n):
        if z[i] > limit:
            scale = scale * 0.9
            continue
        total += scale * z[i] * math.exp(-total)
        if total > 10.0:
            break
    smooth = (z[:-2] + z[1:-1] + z[2:]) / 3
    rough = z[1:-1] - smooth
    penalty = np.sum(rough**2)
    gate = np.tanh(w * smooth)
    energy = np.sum(gate * rough) + penalty
    result = total * energy + np.log(spread)
    return result - 0.1 * w**2


def another(x, w, limit):
    """Compiled second, when all of the compiler has been imported."""
    n = len(x)
    top = np.max(x)
    shifted = np.exp(x - top)
    share = shifted / np.sum(shifted)
    entropy = -np.sum(share * np.log(share))
    level = w
    count = 0
    while level < limit:
        level = level * 1.5 + 0.1
        count += 1
        if count > 20:
            break
    left, right = x[: n // 2], x[n // 2 :]
    balance = np.sum(left) - np.sum(right)
    shape = 1 / (1 + math.exp(-balance))
    penalty = 0.0
    for i in range(1, n):
        step = x[i] - x[i - 1]
        penalty += step * step
    result = entropy * level + shape
    return result - 0.01 * penalty


def first_call(function, args):
    """Seconds that the first call needs beyond the second."""
    derivative = ast_ad.grad(function, argnums=(0, 1))
    start = time.perf_counter()
    derivative(*args)
    middle = time.perf_counter()
    derivative(*args)
    return 2 * middle - start - time.perf_counter()


ARGUMENTS = (np.linspace(-1.0, 2.0, 8) ** 2, 0.7, 1.5)

first, second = first_call(twenty_lines, ARGUMENTS), first_call(another, ARGUMENTS)
print(json.dumps({"import": imported, "first": first, "second": second}))
