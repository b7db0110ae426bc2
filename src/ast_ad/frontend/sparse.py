"""Methods of sparse matrices, which count as constants: products with arrays, and the transpose."""

from __future__ import annotations

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.methods import attribute
from ast_ad.frontend.operators import binary
from ast_ad.frontend.values import Value
from ast_ad.ir.core import Var


def method_of_sparse(
    lo: Lowering, owner: Var, name: str, args: list[Value], kwargs: dict[str, Value], wish: str
) -> Value:
    """`owner.name(*args, **kwargs)` of a sparse matrix."""
    if name == "dot" and len(args) == 1 and not kwargs:
        return binary(lo, "@", owner, args[0], wish)
    if name == "transpose" and not args and not kwargs:
        return attribute(lo, owner, "T", wish)
    raise lo.error(
        UnsupportedSyntax,
        f"the method {name!r} of a sparse matrix is not supported",
        remedy="Call it outside, and use what it gives here.",
    )
