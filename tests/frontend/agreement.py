"""What lowering promises: the program computes what the function does, bit for bit, and changes no argument."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ast_ad.frontend.lower import Lowered, arguments_of, fetch, lower
from ast_ad.ir.interpret import interpret
from ast_ad.ir.show import show
from ast_ad.ir.verify import verify


def lowered(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Lowered:
    """The program of a call."""
    return lower(function, arguments_of(function, args, kwargs))


def text_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The program of a call, as text."""
    return show(lowered(function, *args, **kwargs).program)


def agree(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Lowered:
    """Assert that the program of a call gives what the call gives, twice, and from the same text."""
    result = lowered(function, *args, **kwargs)
    verify(result.program)
    assert show(result.program) == text_of(function, *args, **kwargs)
    values = [a.witness for a in arguments_of(function, args, kwargs)]
    values += [fetch(p.path) for p in result.program.main.params if p.form == "capture"]
    wanted = function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    for _ in range(2):
        (found,) = interpret(result.program, values)
        assert same(found, wanted), f"{found!r} is not {wanted!r}\n{show(result.program)}"
    return result


def same(a: Any, b: Any) -> bool:
    """Whether two results are equal bit for bit, structure included."""
    if isinstance(b, (list, tuple)):
        return isinstance(a, type(b)) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, dict):
        return isinstance(a, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in b)
    if isinstance(b, (int, float, complex, np.ndarray, np.generic)):
        if isinstance(a, (list, tuple, dict)):
            return False
        one, two = np.asarray(a), np.asarray(b)
        return one.dtype == two.dtype and one.shape == two.shape and np.array_equal(one, two, equal_nan=True)
    return bool(a == b)
