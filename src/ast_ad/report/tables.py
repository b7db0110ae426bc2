"""Tables and numbers as aligned plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_WIDEST = 44


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows under their heads, columns two blanks apart; the columns numbered in `right` end at one edge.

    >>> print(table(("name", "value"), [("x", "2"), ("y", "10")], right=(1,)))
    name  value
    ----  -----
    x         2
    y        10
    """
    lines = [tuple(heads), tuple("-" * len(head) for head in heads), *map(tuple, rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    lines[1] = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def shown(value: Any) -> str:
    """A value in few characters: six digits of a number, the ends of an array, the shape of a large one.

    >>> shown(1 / 3), shown(np.arange(3.0)), shown(None)
    ('0.333333', '[0, 1, 2]', '')
    >>> shown(np.zeros((64, 256)))
    'float64 array (64, 256)'
    """
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        text = _array(value)
        return text if len(text) <= _WIDEST else f"{value.dtype} array {value.shape}".replace(",)", ")")
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key!r}: {shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        text = f"[{', '.join(map(shown, value[:20]))}]"
    elif isinstance(value, tuple):
        text = f"({', '.join(map(shown, value[:20]))})"
    else:
        text = repr(value)
    return (
        text
        if len(text) <= _WIDEST
        else f"{type(value).__name__} of {len(value)}"
        if isinstance(value, (dict, list, tuple))
        else text[: _WIDEST - 3] + "..."
    )


def _array(value: np.ndarray[Any, Any]) -> str:
    if value.size > 64:
        return " " * (_WIDEST + 1)
    return str(shown(value[()])) if value.ndim == 0 else f"[{', '.join(map(shown, value))}]"
