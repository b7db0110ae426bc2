"""Where an argument stands: the place of its parameter, or for what `*args` takes the pair of its place and the argument's."""

from __future__ import annotations

from typing import TypeAlias

Place: TypeAlias = "int | tuple[int, int]"


def parameter_at(place: Place) -> int:
    """The place of the parameter that takes the argument.

    >>> parameter_at(2), parameter_at((1, 3))
    (2, 1)
    """
    return place[0] if isinstance(place, tuple) else place
