"""Sparse matrices of SciPy: those from outside count as constants, those that a program makes have entries."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from ast_ad.errors import UnsupportedSyntax
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.methods import attribute
from ast_ad.frontend.objects import overloaded
from ast_ad.frontend.operators import binary
from ast_ad.frontend.stand_ins import is_stand_in
from ast_ad.frontend.values import Entries, Fields, Items, Ref, Static, TupleOf, Value, describe
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import Opaque, rank
from ast_ad.ir.operators import is_sparse_kind

Args = Sequence[Value]
Words = Mapping[str, Value]
_MAKERS = ("coo_array", "coo_matrix", "csc_array", "csc_matrix", "csr_array", "csr_matrix")
_DIAGONALS = ("diags", "diags_array")
_IDENTITIES = ("eye", "eye_array", "identity")


def method_of_sparse(
    lo: Lowering, owner: Var, name: str, args: list[Value], kwargs: dict[str, Value], wish: str
) -> Value:
    """`owner.name(*args, **kwargs)` of a sparse matrix from outside."""
    if name == "dot" and len(args) == 1 and not kwargs:
        return binary(lo, "@", owner, args[0], wish)
    if name == "transpose" and not args and not kwargs:
        return attribute(lo, owner, "T", wish)
    raise lo.error(
        UnsupportedSyntax,
        f"the method {name!r} of a sparse matrix is not supported",
        remedy="Call it outside, and use what it gives here.",
    )


def is_made(lo: Lowering, value: Value) -> bool:
    """Whether a value is a sparse matrix that the program has made."""
    contents = lo.peek(value) if isinstance(value, Ref) else None
    return isinstance(contents, Fields) and is_stand_in(contents.type) and contents.type.__name__ == "sparse_matrix"


def _is_constant(value: Value) -> bool:
    return isinstance(value, Var) and is_sparse_kind(kind_of(value))


def with_entries(lo: Lowering, value: Value) -> Value:
    """A sparse matrix from outside as one that has entries; any other value as it is."""
    if not _is_constant(value):
        return value
    kind = kind_of(value)  # type: ignore[arg-type]
    return _read(lo, "of_constant", [Lit(isinstance(kind, Opaque) and kind.type.endswith("array")), value])


def on_sparse(lo: Lowering, symbol: str, left: Value, right: Value, name: str) -> Value | None:
    """An operator on sparse matrices; None for all others, and for the product of one from outside with an array."""
    made = [is_made(lo, v) for v in (left, right)]
    constant = [_is_constant(v) for v in (left, right)]
    if not any(made) and (not any(constant) or (symbol == "@" and not all(constant))):
        return None
    left, right = with_entries(lo, left), with_entries(lo, right)
    if symbol == "@" or (symbol in ("+", "-") and all(is_made(lo, v) for v in (left, right))):
        return overloaded(lo, symbol, left, right)
    matrix, other = (left, right) if is_made(lo, left) else (right, left)
    contents = lo.contents(matrix)  # type: ignore[arg-type]
    kept = contents.values[contents.keys.index("_is_array")] if isinstance(contents, Entries) else None
    is_array = isinstance(kept, Lit) and kept.value
    axes = 2 if is_made(lo, other) else rank(kind_of(other)) if isinstance(other, (Var, Lit)) else None
    method = {"*": "scaled", "/": "divided" if matrix is left else ""}.get(symbol, "") if axes == 0 else ""
    if symbol == "*" and axes:
        if not is_array:
            return on_sparse(lo, "@", left, right, name)
        method = "multiply"
    if not method:
        raise lo.error(
            UnsupportedSyntax,
            f"{symbol} of a sparse matrix and {describe(other)} is not supported",
            remedy="Write A @ x, A.multiply(x), or a product with a number.",
        )
    return call_value(lo, attribute(lo, matrix, method), [other], {}, name)


def call_of_sparse(lo: Lowering, function: Static, args: Args, kwargs: Words, name: str) -> Value | None:
    """A call of what makes a sparse matrix, or of a solver with one that the program has made; else None."""
    home = sys.modules.get("scipy.sparse")
    module = str(getattr(function.obj, "__module__", ""))
    if home is None or not module.startswith("scipy.sparse"):
        return None
    title = getattr(function.obj, "__name__", "")
    if title in _MAKERS and function.obj is getattr(home, title):
        return _made(lo, title, args, kwargs)
    if title in _DIAGONALS and function.obj is getattr(home, title, None):
        return _diagonals(lo, title, args, kwargs)
    if title in _IDENTITIES and function.obj is getattr(home, title, None):
        from ast_ad.rules.sparse_words import identity_of

        words = {"maker": Lit(title), **kwargs}
        return call_value(lo, Static(identity_of, title), list(args), words, name)
    if title == "kron" and function.obj is home.kron:
        return _read(lo, "kron", [with_entries(lo, a) for a in args], kwargs)
    of_matrix = _SOLVERS.get(title)
    solvers = sys.modules.get("scipy.sparse.linalg")
    if of_matrix is None or function.obj is not getattr(solvers, title):
        return None
    given = [*args, *kwargs.values()]
    return _read(lo, of_matrix, args, kwargs) if any(is_made(lo, a) for a in given) else None


_SOLVERS = {"spsolve": "solve", "splu": "factorised"}


def _read(lo: Lowering, title: str, args: Args, kwargs: Words | None = None) -> Value:
    """A call of a function of `sparse_matrices`, which is read like one of the program."""
    from ast_ad.frontend import sparse_matrices

    return call_value(lo, Static(getattr(sparse_matrices, title), title), list(args), dict(kwargs or {}))


def _made(lo: Lowering, title: str, args: Args, kwargs: Words) -> Value:
    given = dict(zip(("arg1", "shape"), args, strict=False)) | dict(kwargs)
    arg1 = given["arg1"] = with_entries(lo, given["arg1"])
    if is_made(lo, arg1) and len(given) == 1:
        return call_value(lo, attribute(lo, arg1, f"to{title[:3]}"), [], {})
    parts = len(arg1.items) if isinstance(arg1, TupleOf) else 0
    how = {2: "of_entries", 3: "of_rows"}.get(parts, "of_array")
    if isinstance(arg1, TupleOf) and not (parts == 3 or (parts == 2 and not isinstance(arg1.items[1], (Var, Lit)))):
        raise lo.error(
            UnsupportedSyntax,
            f"{title} of a shape is not supported",
            remedy=f"Write {title}((entries, (rows, columns)), shape=...).",
        )
    if "shape" in given:
        given["shape"] = static(constant_of(lo, given["shape"], f"'shape' of {title}"))
    return _read(lo, how, [Lit(title.endswith("array")), Lit(title)], given)


def _diagonals(lo: Lowering, title: str, args: Args, kwargs: Words) -> Value:
    order = ("diagonals", "offsets", "shape", "format")[: 2 if title == "diags_array" else 4]
    given = dict(zip(order, args, strict=False)) | dict(kwargs)
    parts = given.pop("diagonals")
    offsets = constant_of(lo, given.pop("offsets", Lit(0)), f"'offsets' of {title}")
    contents = lo.contents(parts) if isinstance(parts, Ref) else None
    if isinstance(offsets, int):
        several = isinstance(parts, TupleOf) or (isinstance(contents, Items) and not _holds_numbers(contents))
        offsets, parts = (offsets,), parts if several else TupleOf((parts,))
    elif isinstance(contents, Items):
        parts = TupleOf(contents.values)
    if not isinstance(parts, TupleOf) or len(parts.items) != len(tuple(offsets)):
        raise lo.error(
            UnsupportedSyntax,
            f"{title} of diagonals whose number is not known, or is not that of the offsets",
            remedy="Write the diagonals as a list.",
        )
    for word in ("shape", "format"):
        if word in given:
            given[word] = static(constant_of(lo, given[word], f"{word!r} of {title}"))
    return _read(lo, "diagonals", [Lit(title.endswith("array")), Lit(title), parts, static(tuple(offsets))], given)


def _holds_numbers(contents: Items) -> bool:
    return all(isinstance(v, Lit) for v in contents.values)
