"""Measure Jacobians, Hessians and products with them, beside autograd and JAX.

    python tools/bench/orders.py                   everything
    python tools/bench/orders.py --seconds 0.1     as long for each contender
    python tools/bench/orders.py --packages DIR    a folder of packages, where a peer is installed that is not here

One run prints a Markdown table.  Each number is the least of several, taken in turns, in the processor's time.  A peer
that is not installed prints `-`; JAX runs compiled (`jit`), on one device, in double precision.  What peers give is
checked against ours before it is timed.
"""

from __future__ import annotations

import argparse
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from run import duration, fastest, ratio, table

from ast_ad import grad, hessian, hvp, jacfwd, jacrev

Peer = Callable[[Callable[..., Any]], Callable[..., Any]]


def rosenbrock(x):
    """Rosenbrock's function as a loop over elements."""
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def smooth_rosenbrock(x):
    """The same over arrays."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def logistic(w, x, y):
    """The negative log-likelihood of a logistic regression."""
    z = x @ w
    return np.sum(np.logaddexp(0.0, z) - y * z) + 0.5 * (w @ w)


def residuals(p, t, y):
    """A sum of twenty bells, less the data: sixty parameters."""
    height, place, width = p[:20], p[20:40], p[40:]
    return np.sum(height * np.exp(-(((t[:, None] - place) / width) ** 2)), axis=1) - y


def curvature(module: Any) -> Peer:
    """The product with the Hessian as a user of autograd or JAX writes it: the gradient of the slope along v."""

    def of(function: Callable[..., Any]) -> Callable[..., Any]:
        if hasattr(module, "jvp"):
            return lambda x, v, *rest: module.jvp(lambda z: module.grad(function)(z, *rest), (x,), (v,))[1]
        return lambda x, v, *rest: module.hessian_vector_product(function)(x, *rest, v)

    return of


def peers() -> dict[str, tuple[Any, Any, Callable[[Any], Any]]]:
    """The peers that are installed: each with its NumPy, and what compiles a function."""
    found: dict[str, tuple[Any, Any, Callable[[Any], Any]]] = {}
    try:
        import autograd
        import autograd.numpy

        found["autograd"] = autograd, autograd.numpy, lambda function: function
    except ImportError:
        pass
    try:
        import jax

        jax.config.update("jax_enable_x64", True)
        found["JAX"] = jax, jax.numpy, lambda function: jax.jit(function)
    except ImportError:
        pass
    return found


def rows(rng: np.random.Generator) -> list[tuple[str, Callable[..., Any], tuple[Any, ...], Any, str]]:
    """What is measured: its name, the function, the arguments, our operator, and what it is called elsewhere."""
    x, v = rng.normal(size=10_000), rng.normal(size=10_000)
    data, labels = rng.normal(size=(1000, 20)), (rng.random(1000) < 0.5) * 1.0
    w = rng.normal(size=20)
    w50, data50 = rng.normal(size=50), rng.normal(size=(1000, 50))
    t = np.linspace(0.0, 1.0, 500)
    p = np.concatenate([rng.uniform(0.5, 1.0, 20), np.linspace(0.0, 1.0, 20), np.full(20, 0.1)])
    y = rng.normal(size=500)
    return [
        ("Hessian, Rosenbrock loop 100", rosenbrock, (x[:100],), hessian, "hessian"),
        ("Hessian, Rosenbrock 100", smooth_rosenbrock, (x[:100],), hessian, "hessian"),
        ("Hessian, logistic 1000 x 50", logistic, (w50, data50, labels), hessian, "hessian"),
        ("product, Rosenbrock 10000", smooth_rosenbrock, (x, v), hvp, "hvp"),
        ("product, logistic 1000 x 20", logistic, (w, w + 1.0, data, labels), hvp, "hvp"),
        ("Jacobian in reverse, 500 x 60", residuals, (p, t, y), jacrev, "jacrev"),
        ("Jacobian forward, 500 x 60", residuals, (p, t, y), jacfwd, "jacfwd"),
    ]


def elsewhere(name: str, function: Callable[..., Any], how: str) -> Callable[..., Any] | None:
    """The same derivative by a peer; None where it is not installed."""
    found = peers().get(name)
    if found is None:
        return None
    module, numpy, compiled = found
    other = types.FunctionType(function.__code__, {**function.__globals__, "np": numpy})
    if how == "hvp":
        return compiled(curvature(module)(other))
    if name == "autograd":
        return module.hessian(other) if how == "hessian" else module.jacobian(other)
    return compiled(getattr(module, how)(other))


def measured(seconds: float) -> list[list[str]]:
    """A row for each of `rows`."""
    made = []
    for name, function, args, ours, how in rows(np.random.default_rng(0)):
        own = ours(function)
        contenders: list[Callable[[], Any] | None] = [lambda own=own, args=args: own(*args)]
        for peer in ("autograd", "JAX"):
            other = elsewhere(peer, function, how)
            if other is not None:
                np.testing.assert_allclose(np.asarray(other(*args)), own(*args), rtol=1e-7, atol=1e-7)
            contenders.append(other and (lambda other=other, args=args: np.asarray(other(*args))))
        slope = grad(function)
        primals = (args[0], *args[2:]) if how == "hvp" else args
        scalar = how in ("hvp", "hessian")
        contenders.append((lambda slope=slope, primals=primals: slope(*primals)) if scalar else None)
        mine, first, second, gradient = fastest(contenders, seconds, time.process_time)
        times = [duration(mine), duration(first), duration(second)]
        made.append([name, *times, ratio(first, mine), ratio(second, mine), ratio(mine, gradient)])
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="for each contender (default: 0.5)")
    parser.add_argument("--packages", default=None, help="a folder of packages to look for peers in as well")
    options = parser.parse_args(arguments)
    if options.packages is not None:
        sys.path.append(options.packages)
    header = ["case", "ours", "autograd", "JAX", "autograd / ours", "JAX / ours", "ours / gradient"]
    print(table(header, measured(options.seconds)))


if __name__ == "__main__":
    main()
