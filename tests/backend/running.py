"""Run the text of a program beside its IR."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ast_ad.backend.write import write
from ast_ad.ir.core import Program
from ast_ad.ir.interpret import interpret
from ast_ad.ir.walk import statements


def run_text(program: Program, args: Sequence[Any], standalone: bool = False) -> Any:
    """What the text of a program returns."""
    written = write(program, standalone=standalone)
    namespace: dict[str, Any] = dict(written.namespace)
    exec(compile(written.text, "<text>", "exec"), namespace)
    return namespace[written.name](*args)


def check(program: Program, args: Sequence[Any]) -> str:
    """Compare the text with the IR, bit for bit; arguments stay as they are and share nothing with results.

    Returns the text.
    """
    text = write(program).text
    given = copy.deepcopy(list(args))
    expected = outcome(interpret, program, copy.deepcopy(list(args)))
    found = outcome(run_text, program, given)
    if isinstance(found, Exception):
        assert type(found) is type(expected), f"{text}\nraises {found!r}"
        return text
    if isinstance(expected, Exception):
        assert has_derivatives(program), f"{text}\ndoes not raise {expected!r}"
        return text
    results = (found,) if len(program.main.block.results) == 1 else found
    assert same(tuple(results), tuple(expected)), f"{text}\nreturned {results}\nand not  {expected}"
    assert same(given, list(args)), f"{text}\nchanged its arguments"
    seen = list(arrays(given))
    for result in results:
        own = list(arrays(result))
        for array in own:
            shared = any(np.shares_memory(array, other) for other in seen)
            assert not shared, f"{text}\nreturns memory that it shares"
        seen += own
    return text


def outcome(run: Callable[..., Any], program: Program, args: list[Any]) -> Any:
    """What a run returns, or the exception that it raises."""
    try:
        return run(program, args)
    except (ArithmeticError, ValueError, IndexError) as error:
        return error


def has_derivatives(program: Program) -> bool:
    """Whether statements are marked as written by a transform, which never raise and may be left out."""
    stmts = [s for f in program.functions.values() for s in statements(f.block)]
    return any(s.origin is not None and s.origin.sweep for s in stmts)


def arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """All arrays in a structure."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays(item)


def same(a: Any, b: Any) -> bool:
    """Whether two structures hold the same bits."""
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if np.shape(a) != np.shape(b):
        return False
    return np.asarray(a).tobytes() == np.asarray(b).tobytes() or bool(np.array_equal(a, b, equal_nan=True))
