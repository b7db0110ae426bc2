"""How often a function that is read anew for each of its calls may call itself."""

from __future__ import annotations

from typing import Any

from ast_ad.errors import UnknownAtCompileTime, UnsupportedSyntax
from ast_ad.frontend.context import Lowering

#: how deep such a function may call itself, a local one too, and how often in all
_DEEPEST, _DEEPEST_INSIDE, _MOST = 60, 8, 128


def check_copies(lo: Lowering, key: Any, inside: bool, title: str) -> None:
    """Raise an error for a function, here to be read once more, that calls itself too often; `inside`: a local one."""
    deep = lo.inlined.count(key)
    if deep > _DEEPEST or (inside and deep > _DEEPEST_INSIDE):
        raise lo.error(
            UnknownAtCompileTime,
            f"{title} calls itself, and how often is known at run time only",
            remedy="Define it outside of the function that uses it.",
        )
    lo.unit.copies[key] = lo.unit.copies.get(key, 0) + 1 if deep else 0
    if lo.unit.copies[key] > _MOST:
        raise lo.error(
            UnsupportedSyntax,
            f"{title} calls itself more than {_MOST} times here, and is read anew for each call",
            reason="It is given what it may write to, or takes an object apart, so that its calls share no text.",
            remedy="Give it numbers and arrays, and let it return new ones, or write it as a loop.",
        )
