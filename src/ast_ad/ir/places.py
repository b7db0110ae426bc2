"""Where an argument stands: the place of its parameter; the pair of that and its own in what `*args` takes."""

from __future__ import annotations

from typing import TypeAlias

Place: TypeAlias = "int | tuple[int, int]"


def parameter_at(place: Place) -> int:
    """The place of the parameter that takes the argument.

    >>> parameter_at(2), parameter_at((1, 3))
    (2, 1)
    """
    return place[0] if isinstance(place, tuple) else place
