"""Random functions that write where `reshape` and its kin give a view or a copy, by the layout of an array."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from random_programs import compiled

_ARRAYS = (
    *("A", "A.T", "B", "A[:, ::-1]", "A[::2]", "A[:, 1:3]", "A[1]", "A[:, 1]", "np.asfortranarray(A)", "np.copy(A.T)"),
    *("A.T.copy()", "np.outer(x, y)", "np.zeros((3, 4))", "np.zeros((4, 3), order='F') + s", "np.full((3, 4), s)", "x"),
    *("x[::-1]", "x[::2]", "A[None]", "A[:, None]", "A.reshape(2, 6)", "A.ravel()", "A.T.ravel()", "L.T", "L", "S"),
    *("A.reshape(4, 3, order='F')", "np.arange(12.0).reshape(3, 4)", "np.ones((2, 3, 2)) * s", "C", "C.T", "C[:, 0]"),
    *("C.transpose(1, 0, 2)", "C.swapaxes(1, 2)", "C[..., 0]", "C[1]", "np.squeeze(A[:, :1])", "np.moveaxis(C, 0, 1)"),
    *("np.broadcast_to(x, (2, 12))", "A[-2:]", "A[:1]", "A[:, :1]", "np.rot90(A)", "np.flip(A)", "np.diagonal(A)"),
    *("np.diag(x[:3])", "np.diag(A)", "np.atleast_2d(x)", "S.T", "A[[0, 2]]", "A[:, [0, 2]]"),
)
_CALLS = (
    *(
        "{0} * 2.0",
        "np.sin({0})",
        "{0} + {1}",
        "{0} * {1}",
        "np.where({0} > 0.1, {0}, {1})",
        "{0}",
        "{0}",
        "{0}",
        "-{0}",
    ),
    *("np.concatenate([{0}, {0}])", "np.cumsum({0}, axis=0)", "{0}.copy()", "np.copy({0})", "np.array({0})"),
    *("{0}.astype(float)", "np.zeros_like({0}) + s", "np.tile({0}, 2)", "np.sort({0})", "np.sum({0}, axis=0)"),
    *("{0} @ {1}", "np.stack([{0}, {0}])", "np.roll({0}, 1)", "np.repeat({0}, 2, axis=0)", "np.clip({0}, -0.5, 0.5)"),
    *("np.maximum({0}, {1})", "np.array([{0}, {0}])", "np.mean({0}, axis=-1)", "np.hstack([{0}, {0}])"),
    *("np.vstack([{0}, {0}])", "np.multiply.outer({0}, x[:2])", "np.matmul({0}, {1})", "np.dot({0}, {1})"),
    *("np.full_like({0}, s)", "np.empty_like({0}) * 0 + s", "np.cumprod({0}, axis=-1)", "np.std({0}, axis=0)"),
    "np.max({0}, axis=0, keepdims=True)",
)
_SHAPED = (
    *("{0}.reshape(-1)", "{0}.ravel()", "{0}.reshape(-1, 1)", "{0}.ravel(order='F')", "np.reshape({0}, -1, order='F')"),
    *(
        "{0}.reshape(2, -1)",
        "{0}.T.ravel()",
        "{0}.T.reshape(-1)",
        "np.ascontiguousarray({0})",
        "np.asfortranarray({0})",
    ),
    *("{0}.flatten()", "{0}.ravel(order='K')", "{0}.reshape(-1, order='A')", "{0}.flatten('A')", "{0}[::-1].ravel()"),
    *("np.asarray({0}, order='F')", "{0}.squeeze().ravel()", "{0}[..., None].ravel()", "{0}.reshape({0}.shape)"),
    *("{0}.reshape(2, 3, -1)", "{0}[1:].reshape(-1)"),
)
_WRITES = ("v[0] = 3.0 * s", "v[-1] *= s", "m[0] = s", "v *= s", "m *= s", "v += x[0]")
_RESULT = " + ".join(
    (
        "np.sum(np.cos(np.ravel(m)))",
        "np.sum(np.ravel(v) * np.arange(1.0, 1.0 + v.size))",
        "np.sum(np.ravel(m) * np.arange(1.0, 1.0 + m.size))",
    )
)


def random_layout_program(seed: int) -> tuple[Callable[..., Any], str]:
    """A function of `layout_arguments()` and its source; some of them raise."""
    r = random.Random(seed)

    def called(array: str) -> str:
        return r.choice(_CALLS).format(array, r.choice(_ARRAYS))

    made = called(r.choice(_ARRAYS))
    lines = [f"m = {called(f'({made})') if r.random() < 0.3 else made}"]
    if r.random() < 0.2:
        lines += ["if s > 0.1:", f"    m = {r.choice(_CALLS).format('m', 'm')}"]
    if r.random() < 0.2:
        lines += ["for k in range(2):", f"    m = {r.choice(_CALLS).format('m', 'm')}"]
    if r.random() < 0.3:
        lines.append(r.choice(["m *= 1.5", "m[...] = m * m", "m += m[::-1]", "m[0] = s"]))
    lines.append(f"v = {r.choice(_SHAPED).format('m')}")
    if r.random() < 0.2:
        lines.append(f"v = {r.choice(_SHAPED).format('v')}")
    body = [*lines, r.choice(_WRITES), f"return {_RESULT}"]
    text = "import numpy as np\n\n\ndef program(x, A, B, C, L, S, y, s):\n" + "".join(f"    {line}\n" for line in body)
    return compiled(text, f"<random layout program {seed}>"), text


def layout_arguments() -> tuple[Any, ...]:
    """Arrays in the orders of C and F, with an axis of length 1, and with gaps; a vector and a number."""
    rng = np.random.default_rng(3)
    gaps = rng.normal(size=(6, 8))[::2, ::2]
    square = rng.normal(size=(3, 4))
    return (
        *(rng.normal(size=12), square, np.asfortranarray(rng.normal(size=(3, 4))), rng.normal(size=(2, 3, 2))),
        *(rng.normal(size=(1, 4)), gaps, rng.normal(size=12), 0.7),
    )
