"""Plain NumPy programs, written as people write them, that every mode of the compiler must get right.

The modules here hold functions and their inputs and nothing else.  Each ends with a table `PROGRAMS`; `every_program`
reads the tables.  What is demanded of the programs stands in `tests/test_programs.py`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np


class Program(NamedTuple):
    """A function, argument tuples that take its different paths, and the (adjacent) arguments to differentiate by."""

    function: Callable[..., Any]
    inputs: list[tuple[Any, ...]]
    wrt: tuple[int, ...] = (0,)

    @property
    def name(self) -> str:
        """The module and the function, such as `loops.settle`."""
        module = self.function.__module__.rpartition(".")[2]
        return f"{module}.{self.function.__name__}"


def waves(*shape: int, phase: float = 0.0) -> np.ndarray:
    """An array of this shape whose entries lie in (-1, 1), are all different and never change."""
    count = int(np.prod(shape))
    return np.sin(1.0 + phase + 1.7 * np.arange(count)).reshape(shape)


def every_program() -> Iterator[Program]:
    """All programs of all modules, in the order of the modules' names."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        yield from importlib.import_module(f"{__name__}.{module}").PROGRAMS
