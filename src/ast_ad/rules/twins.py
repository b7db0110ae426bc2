"""The functions for Python numbers that stand for NumPy's in the derivative of a function of Python numbers."""

from __future__ import annotations

import cmath
import math
from functools import cache
from typing import Any

import numpy as np

from ast_ad import runtime

_OF_COMPLEX = ("sin", "cos", "tan", "exp", "log", "sqrt", "sinh", "cosh", "tanh")
_OF_REAL = (*_OF_COMPLEX, "floor", "copysign", "ldexp", "expm1", "log1p", "fmod")


@cache
def _twins(of_complex: bool) -> dict[Any, Any]:
    if of_complex:
        twins = {getattr(np, name): getattr(cmath, name) for name in _OF_COMPLEX}
        return {**twins, np.conjugate: complex.conjugate, np.absolute: abs}
    twins = {getattr(np, name): getattr(math, name) for name in _OF_REAL}
    return {**twins, np.sign: runtime.sign, np.where: runtime.select, np.absolute: abs}


def scalar_twin(function: Any, of_complex: bool) -> Any:
    """`math.sin` for `np.sin`, or `cmath.sin` where a number is complex; the function itself where it has no twin."""
    return _twins(of_complex).get(function, function)
