"""Every function of Python and NumPy in every form of call: right in both modes to order 2, or refused at its place.

The calls are lines of `calls_of_numpy.txt`.  Names that this Python or NumPy does not have are left out.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import linecache
import math
import operator
import pathlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ast_ad import AstAdError, check_grads, grad, stop_gradient

RNG = np.random.default_rng(0)
#: what the letters in a call stand for, and are differentiated by
ARGUMENTS: dict[str, Any] = {
    "s": 0.7,
    "r": 1.3,
    "x": RNG.normal(size=4),
    "y": RNG.normal(size=4) + 0.3,
    "p": RNG.uniform(0.2, 0.8, 4),
    "q": RNG.uniform(1.2, 2.5, 4),
    "m": RNG.normal(size=(3, 4)),
    "n": RNG.normal(size=(3, 4)),
    "a": RNG.normal(size=(3, 3)) + 3 * np.eye(3),
    "b": RNG.normal(size=(3, 3)),
    "c": np.sort(RNG.normal(size=5)),
    "z": RNG.normal(size=4) + 1j * RNG.normal(size=4),
    "t": RNG.normal(size=(2, 3, 4)),
    "o": RNG.normal(size=(4, 2)),
    "e": RNG.normal(size=3),
    "k": RNG.normal(size=5),
    "pm": RNG.uniform(0.2, 0.8, (3, 4)),
    "d0": np.array(0.6),
    "B": RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3),
}
GLOBALS = {
    "np": np,
    "math": math,
    "operator": operator,
    "functools": functools,
    "itertools": itertools,
    "__name__": "calls",
    "reduce": functools.reduce,
    "partial": functools.partial,
    "stop_gradient": stop_gradient,
    "i": np.array([2, 0, 2]),
    "mask": np.array([True, False, True, True]),
}

PYTHON = """
    abs max min sum pow round divmod float int len sorted reversed zip enumerate map filter any all range list tuple
    dict math.acos math.acosh math.asin math.asinh math.atan math.atan2 math.atanh math.cbrt math.ceil math.comb
    math.copysign math.cos math.cosh math.degrees math.dist math.erf math.erfc math.exp math.exp2 math.expm1
    math.fabs math.floor math.fma math.fmod math.frexp math.fsum math.gamma math.hypot math.isclose math.isqrt
    math.ldexp math.lgamma math.log math.log10 math.log1p math.log2 math.modf math.nextafter math.pow math.prod
    math.radians math.remainder math.sin math.sinh math.sqrt math.sumprod math.tan math.tanh math.trunc math.ulp
    operator.add operator.mul operator.truediv operator.pow operator.neg operator.sub partial reduce
"""
NUMPY = """
    abs absolute fabs sign negative positive add subtract multiply divide true_divide floor_divide remainder mod
    fmod divmod power float_power pow sqrt square cbrt reciprocal exp exp2 expm1 log log2 log10 log1p logaddexp
    logaddexp2 sin cos tan arcsin arccos arctan arctan2 hypot sinh cosh tanh arcsinh arccosh arctanh asin acos atan
    atan2 asinh acosh atanh sinc deg2rad rad2deg degrees radians maximum minimum fmax fmin clip where select
    piecewise heaviside copysign nan_to_num floor ceil rint trunc round fix modf frexp ldexp i0 real imag conj
    conjugate angle real_if_close unwrap

    sum mean prod std var max min amax amin ptp median quantile percentile average nansum nanmean nanprod nanmax
    nanmin nanstd nanvar nanmedian nanpercentile nanquantile cumsum cumprod nancumsum nancumprod cumulative_sum
    cumulative_prod diff ediff1d gradient trapezoid trace count_nonzero

    reshape ravel transpose permute_dims matrix_transpose swapaxes moveaxis rollaxis expand_dims squeeze atleast_1d
    atleast_2d atleast_3d broadcast_to broadcast_arrays concatenate concat stack vstack hstack dstack column_stack
    block append split array_split hsplit vsplit dsplit unstack tile repeat roll rot90 flip fliplr flipud pad resize
    insert delete trim_zeros meshgrid array asarray ascontiguousarray copy astype full full_like diag diagonal
    diagflat tril triu vander linspace geomspace logspace r_ c_ fromiter lib.stride_tricks.sliding_window_view
    apply_along_axis vectorize

    take take_along_axis put put_along_axis choose compress extract sort argsort partition argpartition searchsorted
    nonzero argwhere unique ndindex ndenumerate add.at

    dot matmul inner outer kron vdot vecdot matvec vecmat tensordot einsum einsum_path cross convolve correlate cov
    corrcoef interp polyval polyfit roots linalg.multi_dot

    linalg.inv linalg.pinv linalg.det linalg.slogdet linalg.solve linalg.lstsq linalg.cholesky linalg.qr linalg.svd
    linalg.svdvals linalg.eigh linalg.eigvalsh linalg.eig linalg.eigvals linalg.norm linalg.vector_norm
    linalg.matrix_norm linalg.matrix_power linalg.cond linalg.tensorinv linalg.tensorsolve

    fft.fft fft.ifft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft fft.irfft fft.rfft2 fft.irfft2 fft.rfftn
    fft.irfftn fft.hfft fft.ihfft fft.fftshift fft.ifftshift
"""
METHODS = """
    argmax argmin argpartition argsort astype choose clip compress conj conjugate copy cumprod cumsum diagonal dot
    fill flat flatten imag item max mean min nonzero partition prod put ravel real repeat reshape round
    searchsorted sort squeeze std sum swapaxes take tolist trace transpose var mT T
"""


def lines() -> list[str]:
    text = pathlib.Path(__file__).with_name("calls_of_numpy.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def is_here(line: str) -> bool:
    """Whether this Python and NumPy have all that a call names."""
    return all(has(path) for path in re.findall(r"\b(?:np|math)(?:\.\w+)+", line))


def has(path: str) -> bool:
    first, *rest = path.split(".")
    found: Any = GLOBALS.get(first, getattr(builtins, first, None))
    for name in rest:
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True


def made(statements: str) -> tuple[Any, list[Any]]:
    """A function that makes a call, and its arguments."""
    bound = {word.strip() for words in re.findall(r"lambda ([^:]*):", statements) for word in words.split(",")}
    words = set(re.findall(r"\b([a-zA-Z]\w*)\b(?!\s*=[^=])", statements))
    names = sorted((words & set(ARGUMENTS)) - bound)
    *before, last = (part.strip() for part in statements.split(";;"))
    text = f"def called({', '.join(names)}):\n" + "".join(f"    {part}\n" for part in [*before, f"return {last}"])
    file = f"<call {statements}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = dict(GLOBALS)
    exec(compile(text, file, "exec"), namespace)
    return namespace["called"], [ARGUMENTS[name] for name in names]


def cases(refused: bool) -> Iterator[Any]:
    for line in filter(is_here, lines()):
        call, _, sentence = line.partition(" # ")
        order = 1 if call.startswith("1 ") else 2
        if bool(sentence) == refused:
            yield pytest.param(call.removeprefix("1 "), sentence if refused else order, id=call)


@pytest.mark.parametrize(("call", "order"), list(cases(refused=False)))
def test_a_call_agrees_with_differences_in_both_modes(call: str, order: int) -> None:
    function, args = made(call)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_grads(function, args, order=order)


@pytest.mark.parametrize(("call", "sentence"), list(cases(refused=True)))
def test_a_call_without_a_derivative_is_refused_at_its_place(call: str, sentence: str) -> None:
    function, args = made(call)
    for mode in ("fwd", "rev"):
        with pytest.raises(AstAdError) as told:
            check_grads(function, args, order=1, modes=mode)
        assert sentence in str(told.value)
        assert str(told.value).startswith(f"<call {call}>:")
        assert "^" in str(told.value)


def test_every_name_is_called() -> None:
    called = "\n".join(line.partition(" # ")[0] for line in lines() if " # " not in line)

    def missing(names: str, before: str) -> list[str]:
        return [n for n in names.split() if not re.search(rf"{before}{re.escape(n)}\b", called)]

    assert missing(PYTHON, r"(?<![.\w])") == []
    assert missing(NUMPY, r"\bnp\.") == []
    assert missing(METHODS, r"(?<!np)(?<!linalg)(?<!fft)(?<!math)\.") == []


#: the ufuncs of two operands whose result has a derivative, and the methods that are refused, with located errors
UFUNCS = [
    *(
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "float_power",
        "mod",
        "fmod",
        "floor_divide",
        "maximum",
        "minimum",
    ),
    *("fmax", "fmin", "hypot", "arctan2", "logaddexp", "logaddexp2", "copysign", "heaviside"),
]
FORMS = {
    "call": "np.{0}(p, q)",
    "outer": "np.{0}.outer(p, q)",
    "reduce": "np.{0}.reduce(pm, axis=1) + np.{0}.reduce(pm, 1, keepdims=True)",
    "reduce with a start": "np.{0}.reduce(pm, axis=-1, initial=0.3) + np.{0}.reduce(pm, 1, initial=s, where=mask)",
    "accumulate": "np.{0}.accumulate(pm, axis=1)",
    "reduceat": "np.{0}.reduceat(x, [0, 2])",
    "at": "w = p.copy();; np.{0}.at(w, [0, 2, 0], e ** 2);; w",
    "into": "np.{0}(p, q, where=mask, out=np.ones(4)) + np.{0}(p, q, out=np.zeros(4))",
}
SERVED = {
    "reduce": (*UFUNCS[:3], "divide", *UFUNCS[9:14], "logaddexp", "logaddexp2"),
    "reduce with a start": ("add", "multiply", "maximum", "minimum"),
    "accumulate": ("add", "multiply", "maximum", "minimum"),
    "reduceat": ("add",),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", UFUNCS)
def test_a_method_of_a_ufunc_is_right_or_refused(name: str, form: str) -> None:
    function, args = made(FORMS[form].format(name))
    if name in SERVED.get(form, UFUNCS):
        check_grads(function, args)
        return
    with pytest.raises(AstAdError, match=rf":2:\d+: np\.{name}\.{form.split()[0]} (?s:.*)\^"):
        grad(lambda *args: np.sum(function(*args)))(*args)
