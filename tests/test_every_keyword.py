"""Every parameter of every function of NumPy and `math` that has a rule: honoured by both modes, or a located error."""

from __future__ import annotations

import linecache
import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ast_ad import AstAdError, check_grads
from ast_ad.ir.primitives import HOLE, Primitive
from ast_ad.rules.binding import signature_of
from ast_ad.rules.modes import NonDifferentiable
from ast_ad.rules.table import rule_of
from tests.rules.checking import FixedList, Sample, plain
from tests.rules.samples import SAMPLES
from tests.rules.test_keywords import VALUES

#: values of the parameters that the samples leave alone; none of those that are no keywords
MORE: dict[str, tuple[Any, ...]] = {
    "_ufunc": (),
    "args": (),
    "arrays": (),
    "axes": ((0, 1), (1, 0), [(-1,), (-1,), ()], [(-2, -1), (-2, -1), (-2, -1)], [(-2, -1), (-1,), (-1,)]),
    "casting": ("same_kind", "unsafe"),
    "constant_values": (0.4, ((0.4, 0.2),)),
    "cov": (True,),
    "d": (0.5,),
    "default": (0.4,),
    "device": ("cpu",),
    "discont": (5.0,),
    "dtype": (np.float64, np.float32, int),
    "end_values": (0.4,),
    "equal_nan": (False,),
    "full": (True,),
    "hermitian": (True,),
    "kwargs": (),
    "like": (np.ones(2),),
    "m": (2,),
    "max": (2.0,),
    "min": (-2.0,),
    "minlength": (6,),
    "ndmax": (1,),
    "neginf": (0.2,),
    "order": ("F", "A", "C", "K"),
    "overwrite_input": (True,),
    "period": (4.3,),
    "reflect_type": ("odd",),
    "shape": ((2, 2),),
    "signature": ("d->d", "dd->d", "d->dd", "d->di", "di->d", "dd->dd"),
    "size": (4,),
    "sorted": (False,),
    "start": (1.3, 1),
    "stat_length": (2,),
    "step": (0.5,),
    "stop": (3.0,),
    "subok": (True, False),
    "tol": (10.0,),
    "trim": ("f", "b"),
    "varargs": (),
    "w": (np.array([1.0, 2, 1, 1]), np.array([1.0, 2, 1, 1, 3])),
    "weights": (np.array([1.0, 2, 1, 1]), np.array([0.4, 0.6, 0.2])),
    "where": (np.array(True), np.array([True, False, True, True])),
    "writeable": (True,),
    "x": (np.array([0.0, 0.5, 0.7, 2.0]),),
    "y": (np.array([0.0, 0.5, -0.7, 2.0]),),
}
TRIED = {**VALUES, **MORE}
#: parameters that read one triangle of a matrix: what the derivative is there is in the samples of symmetric matrices
OF_SYMMETRIC = {"UPLO", "hermitian", "upper"}


def samples() -> Iterator[Sample]:
    """Plain samples of each function that differences serve."""
    for s in SAMPLES:
        name = s.primitive.name
        if name.startswith(("np.", "math.")) and not name.startswith("np.random") and s.smooth:
            if isinstance(rule_of(s.primitive), NonDifferentiable) or signature_of(s.primitive.call) is None:
                continue
            if HOLE not in s.params.values() and not any(getattr(x, "dtype", None) == np.float32 for x in s.args):
                yield s


def by_function() -> dict[Primitive, list[Sample]]:
    found: dict[Primitive, list[Sample]] = {}
    for s in samples():
        found.setdefault(s.primitive, []).append(s)
    return found


#: parameters that no call of the samples takes: of arrays with fields, of other ranks or types
NEVER: dict[str, set[str]] = {
    "np.astype": {"copy", "device"},
    "np.clip": {"max", "min"},
    "np.divide.reduce": {"where"},
    "np.fmax.reduce": {"where"},
    "np.fmin.reduce": {"where"},
    "np.frexp": {"dtype"},
    "np.matmul": {"axis", "keepdims"},
    "np.matvec": {"axis", "keepdims"},
    "np.partition": {"kind", "order"},
    "np.sort": {"order"},
    "np.subtract.reduce": {"where"},
    "np.vecmat": {"axes", "axis", "keepdims"},
}
FUNCTIONS = by_function()


def sampled(s: Sample) -> set[str]:
    """The parameters that a sample gives."""
    signature = signature_of(s.primitive.call)
    assert signature is not None
    places = [n for n, p in signature.parameters.items() if p.kind is not p.KEYWORD_ONLY]
    return {*places[: len(s.args)], *s.params}


def made(s: Sample, more: dict[str, Any]) -> tuple[Any, list[Any]]:
    """A function that makes the call of a sample with more keywords, and the arguments to differentiate it by."""
    names: dict[str, Any] = {"np": np, "math": math, "__name__": "calls"}
    words, args = [], []
    for k, x in enumerate(s.args):
        words.append(f"x{k}" if is_active(x) else f"c{k}")
        if is_active(x):
            args.append(plain(x) if isinstance(x, FixedList) else x)
        else:
            names[f"c{k}"] = x
    for name, value in {**s.params, **more}.items():
        names[f"given_{name}"] = value
        words.append(f"{name}=given_{name}")
    params = [word for word in words if word.startswith("x") and "=" not in word]
    text = f"def called({', '.join(params)}):\n    return {s.primitive.name}({', '.join(words)})\n"
    file = f"<keywords {s} {more}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), names)
    return names["called"], args


def is_active(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(is_active, x))
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def as_numbers(values: tuple[Any, ...]) -> list[Any]:
    """Other ways to write truth values."""
    return [kind(value) for value in values if isinstance(value, bool) for kind in (int, np.bool_)]


def outcome(s: Sample, more: dict[str, Any]) -> str:
    """What becomes of a call: "right", "refused", or "" where the function does not take it."""
    function, args = made(s, more)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            function(*args)
        except Exception:  # whatever the function says of it
            return ""
        try:
            check_grads(function, args, order=1)
        except AstAdError as error:
            located = error.line == 2 and "^" in str(error)
            return "refused" if located else f"refused without a place: {error}"
    return "right"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda p: p.name)
def test_every_parameter_is_honoured_or_refused(function: Primitive) -> None:
    signature = signature_of(function.call)
    assert signature is not None
    every = FUNCTIONS[function]
    given = set().union(*(sampled(s) for s in SAMPLES if s.primitive is function))
    for name in signature.parameters:
        if name == "out" or name in OF_SYMMETRIC or name in NEVER.get(function.name, ()):
            continue
        found = []
        for s in every[:2]:
            if name not in sampled(s):
                found += [outcome(s, {name: value}) for value in (*TRIED[name], *as_numbers(TRIED[name]))]
        assert set(found) <= {"", "right", "refused"}
        assert name in given or any(found) or not TRIED[name], f"no call with {name}"
