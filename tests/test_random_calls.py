"""Calls of NumPy chosen at random, with keywords, shapes, layouts and dtypes: right in both modes, or refused."""

import linecache
import os
import warnings

import numpy as np
import oracle
import pytest

import ast_ad

EXAMPLES = int(os.environ.get("AST_AD_FUZZ", "0")) or 60
SHAPES = [(), (1,), (4,), (3, 4), (1, 4), (3, 1), (2, 3, 4), (1, 1)]
ONE = [
    *("abs", "sqrt", "square", "cbrt", "reciprocal", "exp", "expm1", "log", "log1p", "sin", "cos", "tan"),
    *("arcsin", "arctan", "tanh", "sinc", "deg2rad", "floor", "conj"),
]
TWO = [
    *("add", "subtract", "multiply", "divide", "fmod", "power", "logaddexp", "arctan2", "hypot"),
    *("maximum", "minimum", "fmin", "copysign"),
]
REDUCED = [
    *("sum", "mean", "prod", "std", "var", "max", "min", "ptp", "median"),
    *("nansum", "nanmean", "nanmax", "nanstd"),
]
WITH_START = ("sum", "prod", "max", "min", "nansum")
WITH_MASK = ("sum", "prod", "mean", "std", "var")
SHAPED = [
    "np.ravel(x, order='F')",
    "np.tile(x, (2, 1, 2))",
    "np.repeat(x, 2, axis={axis})",
    "np.roll(x, 1, axis={axis})",
    "np.flip(x, axis={axis})",
    "np.diff(x, axis={axis})",
    "np.diff(x, axis={axis}, prepend=0.2)",
    "np.cumsum(x, axis={axis})",
    "np.cumprod(x, axis={axis})",
    "np.sort(x, axis={axis})",
    "np.moveaxis(x, {axis}, 0)",
    "np.take(x, [0, 0], axis={axis})",
    "np.insert(x, 0, 0.5, axis={axis})",
    "np.pad(x, 1, mode='edge')",
    "np.where(np.abs(x) > 0.5, x, np.sum(x))",
    "np.quantile(x, 0.3, axis={axis}, keepdims=True)",
    "np.apply_along_axis(np.cumsum, {axis}, x)",
    "np.stack([x, 2 * x], axis={axis})",
    "np.cov(x, rowvar=False) if x.ndim == 2 else x",
    "np.linalg.norm(x, axis={axis})",
    "x[::-1] * x[0]",
]


class Call:
    """A call and its arguments, by the number of the example."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = np.random.default_rng(seed)
        shape = SHAPES[rng.integers(len(SHAPES))]
        dtype = str(rng.choice(["float64", "float64", "float32"]))
        self.args = [self.array(shape, dtype)]
        kind = rng.integers(4)
        if kind == 0:
            self.text = f"np.{rng.choice(ONE)}(x)"
        elif kind == 1:
            other = tuple(1 if rng.random() < 0.3 else n for n in shape)[int(rng.random() < 0.2) :]
            self.args.append(self.array(other, dtype))
            self.text = f"np.{rng.choice(TWO)}(x, y)"
        elif kind == 2 or not shape:
            self.text = self.reduction(len(shape))
        else:
            axis = int(rng.integers(-len(shape), len(shape)))
            self.text = SHAPED[rng.integers(len(SHAPED))].format(axis=axis)

    def array(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """Numbers away from kinks, in one of several layouts."""
        made = self.rng.uniform(0.2, 0.9, size=shape).astype(dtype)
        layout = self.rng.integers(4)
        if layout == 1:
            return np.asfortranarray(made)
        if layout == 2 and shape:
            return made[(slice(None, None, -1),) * len(shape)]
        if layout == 3 and shape:
            return np.repeat(made, 2, axis=0)[::2]
        return made

    def reduction(self, rank: int) -> str:
        """A reduction with some of its keywords."""
        name, words = str(self.rng.choice(REDUCED)), []
        if rank:
            axes = [None, int(self.rng.integers(-rank, rank)), *([(0, -1)] if rank > 1 else [])]
            words.append(f"axis={axes[self.rng.integers(len(axes))]}")
        if self.rng.random() < 0.4:
            words.append("keepdims=True")
        if name in WITH_START and self.rng.random() < 0.4:
            words.append("initial=0.3")
        if name in WITH_MASK and self.rng.random() < 0.4:
            words.append("where=np.abs(x) > 0.4")
        if name in ("std", "var") and self.rng.random() < 0.4:
            words.append("ddof=1")
        return f"np.{name}({', '.join(['x', *words])})"

    def function(self):
        """The call as a function that can be read."""
        text = f"def called({', '.join('xy'[: len(self.args)])}):\n    return {self.text}\n"
        file = f"<random call {self.text} {len(self.args)}>"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        names = {"np": np, "__name__": "random_calls"}
        exec(compile(text, file, "exec"), names)
        return names["called"]


def check(call: Call) -> bool:
    """Whether a call has a derivative, which is then the right one."""
    function, args, rng = call.function(), call.args, call.rng
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            expected = function(*args)
        except (ValueError, IndexError, TypeError):
            return False
        before = [a.copy() for a in args]
        moves = tuple(np.asarray(rng.normal(size=a.shape), a.dtype) for a in args)
        try:
            out, pull = ast_ad.vjp(function, *args)
            value, moved = ast_ad.jvp(function, tuple(args), moves)
        except ast_ad.AstAdError:
            return False
        ct = np.asarray(rng.normal(size=np.shape(out)), np.asarray(out).dtype)
        bars = pull(ct if isinstance(out, np.ndarray) else ct[()])
    assert oracle.is_identical(out, expected)
    assert oracle.is_identical(value, expected)
    assert all(np.array_equal(a, b) for a, b in zip(args, before, strict=True))
    assert [(np.shape(b), np.asarray(b).dtype) for b in bars] == [(a.shape, a.dtype) for a in args]
    assert (np.shape(moved), np.asarray(moved).dtype) == (np.shape(out), out.dtype)
    pairs = [(ct, moved)], list(zip(bars, moves, strict=True))
    one, two = (sum(float(np.sum(np.float64(a) * b)) for a, b in pair) for pair in pairs)
    if not np.isfinite(one):
        return False
    single = any(np.asarray(v).dtype == np.float32 for v in (*args, out))
    assert abs(one - two) <= (2e-3 if single else 1e-9) * (1 + np.sum(np.abs(ct * moved)))
    return True


@pytest.mark.fuzz
def test_calls_chosen_at_random_agree_in_both_modes():
    agreed = 0
    for seed in range(EXAMPLES):
        call = Call(seed)
        try:
            agreed += check(call)
        except Exception as error:
            shown = ", ".join(f"{a.dtype}{list(a.shape)}" for a in call.args)
            raise AssertionError(f"example {seed}: {call.text} of {shown}: {error}") from error
    assert agreed > EXAMPLES // 2
