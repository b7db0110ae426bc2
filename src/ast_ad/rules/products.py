"""Rules of the products of vectors, matrices and tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import OPAQUE, Array, Dim, Kind, Tuple, broadcast_dims, dims_of, is_complex, rank
from ast_ad.ir.operators import is_sparse_kind
from ast_ad.ir.primitives import Kinds, fits_matmul, matmul_kind
from ast_ad.rules.binding import BINDERS, HONOURED, UnsupportedArgument
from ast_ad.rules.modes import Rule, Tree
from ast_ad.rules.results import Dims, array_dims, dtype_by_trial, flat, name_of, promoted
from ast_ad.rules.shaping import reshaped
from ast_ad.rules.structures import unbroadcast
from ast_ad.rules.table import RULES, bilinear, composite, custom, nondifferentiable, primitive_for
from ast_ad.rules.terms import Term, call, make


def transposed(x: Any) -> Any:
    """The matrices of `x` transposed."""
    return x.T if rank(x.kind) == 2 else np.swapaxes(x, -1, -2)


def outer(x: Any, y: Any) -> Any:
    """The outer product of two vectors."""
    return np.outer(x, y)


# matmul


def stretched_number(ct: Any) -> Any:
    """The number that a cotangent holds everywhere, as that of a sum does; None for any other."""
    return ct.args[0] if ct.fn is P.BROADCAST_LIKE and rank(ct.args[0].kind) == 0 else None


def matmul_left(ct: Any, x: Any, y: Any) -> Any:
    """The cotangent of x in x @ y."""
    if is_sparse_kind(y.kind):
        return ct @ y.T
    number = stretched_number(ct)
    if number is not None and x.ndim in (1, 2) and y.ndim in (1, 2):  # a sum of the product
        row = number * (y if y.ndim == 1 else np.sum(y, axis=1))
        return row if x.ndim == 1 else make(P.BROADCAST_LIKE, row, x)
    if y.ndim == 1:
        if x.ndim == 1:
            return ct * y
        return outer(ct, y) if x.ndim == 2 else ct[..., None] * y
    if x.ndim == 1:
        return y @ ct if y.ndim == 2 else np.tensordot(ct, transposed(y), ct.ndim)
    product = ct @ transposed(y)
    return product if x.ndim == y.ndim == 2 else unbroadcast(product, x)


def matmul_right(ct: Any, x: Any, y: Any) -> Any:
    """The cotangent of y in x @ y."""
    if is_sparse_kind(x.kind):
        return x.T @ ct
    number = stretched_number(ct)
    if number is not None and x.ndim in (1, 2) and y.ndim in (1, 2):
        column = number * (x if x.ndim == 1 else np.sum(x, axis=0))
        return column if y.ndim == 1 else make(P.BROADCAST_LIKE, column[:, None], y)
    if x.ndim == 1:
        if y.ndim == 1:
            return ct * x
        return outer(x, ct) if y.ndim == 2 else x[:, None] * ct[..., None, :]
    if y.ndim == 1:
        return transposed(x) @ ct if x.ndim == 2 else np.tensordot(ct, x, ct.ndim)
    product = transposed(x) @ ct
    return product if x.ndim == y.ndim == 2 else unbroadcast(product, y)


bilinear((P.MATMUL, np.matmul), matmul_left, matmul_right, matmul_kind)
if hasattr(np.linalg, "matmul"):
    bilinear(np.linalg.matmul, matmul_left, matmul_right, matmul_kind, operands=("x1", "x2"))


# dot, inner, outer


def _dtype(kinds: Kinds) -> str | None:
    """That of products of arrays; a Python number is made one."""
    both = [Array(name_of(kind), (1,)) for kind in kinds[:2]]
    return dtype_by_trial(np.multiply, both) if all(map(name_of, kinds[:2])) else None


def _dot_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    a, b = array_dims(kinds[0]), array_dims(kinds[1])
    dtype = _dtype(kinds)
    if a is None or b is None:
        return Array(dtype, None)
    if not a or not b:
        return Array(dtype, a or b)
    return Array(dtype, a[:-1] + (b[:-2] + b[-1:] if len(b) > 1 else ()))


def _dot_left(ct: Any, x: Any, y: Any) -> Any:
    if x.ndim == 0:
        return np.sum(ct * y)
    if y.ndim == 0:
        return ct * y
    if x.ndim == 1 and y.ndim > 2:
        return np.tensordot(ct, np.moveaxis(y, -2, -1), (tuple(range(ct.ndim)), _all_but(y.ndim, y.ndim - 1)))
    if y.ndim <= 2:
        return matmul_left(ct, x, y)
    axes = tuple(range(x.ndim - 1, ct.ndim))
    return np.tensordot(ct, y, (axes, _all_but(y.ndim, y.ndim - 2)))


def _dot_right(ct: Any, x: Any, y: Any) -> Any:
    if y.ndim == 0:
        return np.sum(ct * x)
    if x.ndim == 0:
        return ct * x
    if x.ndim <= 2 and y.ndim <= 2:
        return matmul_right(ct, x, y)
    front = tuple(range(x.ndim - 1))
    product = np.tensordot(x, ct, (front, front))
    return product if y.ndim <= 2 else np.moveaxis(product, 0, -2)


def _all_but(ndim: int, axis: int) -> tuple[int, ...]:
    return tuple(k for k in range(ndim) if k != axis)


bilinear(np.dot, _dot_left, _dot_right, _dot_kind, operands=("a", "b"), total=fits_matmul)


def _inner_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    a, b = array_dims(kinds[0]), array_dims(kinds[1])
    if a is None or b is None:
        return Array(_dtype(kinds), None)
    return Array(_dtype(kinds), a[:-1] + b[:-1] if a and b else a or b)


def _inner_left(ct: Any, x: Any, y: Any) -> Any:
    if x.ndim == 0:
        return np.sum(ct * y)
    if y.ndim < 2:
        return ct * y if y.ndim == 0 or x.ndim == 1 else ct[..., None] * y
    return ct @ y if y.ndim == 2 else np.tensordot(ct, y, y.ndim - 1)


def _inner_right(ct: Any, x: Any, y: Any) -> Any:
    if y.ndim == 0:
        return np.sum(ct * x)
    if x.ndim < 2:
        return ct * x if x.ndim == 0 or y.ndim == 1 else ct[..., None] * x
    if x.ndim == y.ndim == 2:
        return ct.T @ x
    front = tuple(range(x.ndim - 1))
    return np.tensordot(ct, x, (front, front))


bilinear(np.inner, _inner_left, _inner_right, _inner_kind, operands=("a", "b"))


def _outer_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(_dtype(kinds), (*(flat(array_dims(kinds[0])) or (None,)), *(flat(array_dims(kinds[1])) or (None,))))


def _flattened(x: Any) -> Any:
    return x if rank(x.kind) == 1 else np.ravel(x)


def _of_vectors(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    return not params and all(rank(k) == 1 and name_of(k) is not None for k in kinds)


def _outer_part(ct: Any, other: Any, part: Any, x: Any) -> Any:
    number = stretched_number(ct)
    return reshaped(part, x) if number is None else make(P.BROADCAST_LIKE, number * np.sum(other), x)


_outers = tuple(f for f in (np.outer, getattr(np.linalg, "outer", None)) if f)
for _function, _names in zip(_outers, (("a", "b"), ("x1", "x2")), strict=False):
    bilinear(
        _function,
        lambda ct, x, y: _outer_part(ct, y, ct @ _flattened(y), x),
        lambda ct, x, y: _outer_part(ct, x, _flattened(x) @ ct, y),
        _outer_kind,
        operands=_names,
        total=_of_vectors,
    )


def _vdot_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(_dtype(kinds), ())


def _conj(x: Any) -> Any:
    return np.conj(x) if is_complex(x.kind) else x


def _vdot_tangent(ans: Any, tangents: Any, x: Any, y: Any) -> Any:
    dx, dy = tangents
    parts = [np.vdot(a, b) for a, b in ((dx, y), (x, dy)) if a is not None and b is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


custom(
    np.vdot,
    _vdot_tangent,
    (
        lambda ct, ans, x, y: reshaped(_conj(ct * y), x),
        lambda ct, ans, x, y: reshaped(ct * _conj(x), y),
    ),
    _vdot_kind,
    operands=("a", "b"),
)


# vecdot, matvec, vecmat: products over named axes, broadcast in the others


def _vecdot_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    dims = broadcast_dims([Array(None, array_dims(k)) for k in kinds])
    axis = params.get("axis", -1)
    if dims is not None:
        dims = tuple(d for k, d in enumerate(dims) if k != axis % len(dims))
    return Array(_dtype(kinds), dims)


def _vecdot_tangent(ans: Any, tangents: Any, x: Any, y: Any, axis: int = -1) -> Any:
    dx, dy = tangents
    parts = [call(np.vecdot, a, b, axis=axis) for a, b in ((dx, y), (x, dy)) if a is not None and b is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _widened(ct: Any, x: Any, y: Any, axis: int) -> Any:
    """The cotangent with the axis that was summed over, which is counted in each operand by itself."""
    if axis != -1 and x.ndim != y.ndim:
        raise UnsupportedArgument("np.vecdot along another axis than the last, of different ranks, has no rule")
    return np.expand_dims(ct, axis)


if hasattr(np, "vecdot"):
    custom(
        np.vecdot,
        _vecdot_tangent,
        (
            lambda ct, ans, x, y, axis=-1: unbroadcast(_conj(_widened(ct, x, y, axis) * y), x),
            lambda ct, ans, x, y, axis=-1: unbroadcast(_widened(ct, x, y, axis) * _conj(x), y),
        ),
        _vecdot_kind,
    )
    composite(
        np.linalg.vecdot,
        lambda x1, x2, axis=-1: call(np.vecdot, x1, x2, axis=axis),
        _vecdot_kind,
        operands=("x1", "x2"),
    )
if hasattr(np, "matvec"):

    def _matvec_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        a, b = array_dims(kinds[0]), array_dims(kinds[1])
        if not a or not b:
            return Array(_dtype(kinds), None)
        batch = broadcast_dims([Array(None, a[:-2]), Array(None, b[:-1])]) or ()
        return Array(_dtype(kinds), (*batch, a[-2]))

    def _vecmat_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
        a, b = array_dims(kinds[0]), array_dims(kinds[1])
        if not a or not b:
            return Array(_dtype(kinds), None)
        batch = broadcast_dims([Array(None, a[:-1]), Array(None, b[:-2])]) or ()
        return Array(_dtype(kinds), (*batch, b[-1]))

    bilinear(
        np.matvec,
        lambda ct, x, y: unbroadcast(ct[..., None] * y[..., None, :], x),
        lambda ct, x, y: unbroadcast(np.matvec(transposed(x), ct), y),
        _matvec_kind,
    )

    def _vecmat_tangent(ans: Any, tangents: Any, x: Any, y: Any) -> Any:
        dx, dy = tangents
        parts = [np.vecmat(a, b) for a, b in ((dx, y), (x, dy)) if a is not None and b is not None]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    custom(
        np.vecmat,
        _vecmat_tangent,
        (
            lambda ct, ans, x, y: unbroadcast(_conj(np.matvec(y, ct)), x),
            lambda ct, ans, x, y: unbroadcast(_conj(x)[..., None] * ct[..., None, :], y),
        ),
        _vecmat_kind,
    )


# tensordot


def _contracted(a: int, b: int, axes: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of each operand that np.tensordot sums over."""
    if isinstance(axes, int):
        return tuple(range(a - axes, a)), tuple(range(axes))
    one, two = ((x,) if isinstance(x, int) else tuple(x) for x in axes)
    return tuple(k % a for k in one), tuple(k % b for k in two)


def _tensordot_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    a, b = array_dims(kinds[0]), array_dims(kinds[1])
    if a is None or b is None:
        return Array(_dtype(kinds), None)
    one, two = _contracted(len(a), len(b), params.get("axes", 2))
    dims = [d for k, d in enumerate(a) if k not in one] + [d for k, d in enumerate(b) if k not in two]
    return Array(_dtype(kinds), tuple(dims))


def _tensordot(ct: Any, other: Any, mine: Sequence[int], others: Sequence[int], first: bool) -> Any:
    """The cotangent of an operand: contract the free axes of the other, and put the axes in order."""
    free = [k for k in range(other.ndim) if k not in others]
    kept = ct.ndim - len(free)
    ct_axes = tuple(range(kept, ct.ndim)) if first else tuple(range(len(free)))
    wanted = [k for k in range(kept + len(mine)) if k not in mine]
    summed = sorted(range(len(mine)), key=lambda j: others[j])
    if first:
        product = np.tensordot(ct, other, (ct_axes, tuple(free)))
        order = wanted + [mine[j] for j in summed]
    else:
        product = np.tensordot(other, ct, (tuple(free), ct_axes))
        order = [mine[j] for j in summed] + wanted
    back = tuple(int(k) for k in np.argsort(order))
    return product if back == tuple(range(len(back))) else np.transpose(product, axes=back)


def _tensordot_left(ct: Any, x: Any, y: Any, axes: Any = 2) -> Any:
    one, two = _contracted(x.ndim, y.ndim, axes)
    return _tensordot(ct, y, one, two, first=True)


def _tensordot_right(ct: Any, x: Any, y: Any, axes: Any = 2) -> Any:
    one, two = _contracted(x.ndim, y.ndim, axes)
    return _tensordot(ct, x, two, one, first=False)


bilinear(np.tensordot, _tensordot_left, _tensordot_right, _tensordot_kind, operands=("a", "b"))
if hasattr(np.linalg, "tensordot"):
    bilinear(np.linalg.tensordot, _tensordot_left, _tensordot_right, _tensordot_kind, operands=("x1", "x2"))


# einsum


def parse(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The letters of each operand and of the result; an ellipsis becomes capital letters that the text does not use.

    >>> parse("ij,jk", [2, 2])
    (['ij', 'jk'], 'ik')
    >>> parse("...i,i", [2, 1])
    (['Zi', 'i'], 'Z')
    """
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    unused = [c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in text]
    named = [r - len(t.replace("...", "")) if "..." in t else 0 for t, r in zip(terms, ranks, strict=True)]
    batch = "".join(unused[: max(named, default=0)])[::-1]
    terms = [t.replace("...", batch[len(batch) - n :]) for t, n in zip(terms, named, strict=True)]
    if arrow:
        return terms, right.replace("...", batch)
    letters = "".join(terms)
    once = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in batch)
    return terms, batch + "".join(once)


def _einsum_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    every = [array_dims(k) for k in kinds]
    dtype = promoted([k if isinstance(k, Array) else Array(name_of(k), ()) for k in kinds])
    if any(d is None for d in every):
        return Array(dtype, None)
    terms, out = parse(params["subscripts"], [len(d or ()) for d in every])
    known: dict[str, Dim] = {}
    for letters, dims in zip(terms, every, strict=True):
        for letter, dim in zip(letters, dims or (), strict=True):
            found = known.get(letter, 1)
            known[letter] = dim if found == 1 or found is None else found
    return Array(dtype, tuple(known[c] for c in out))


class _Einsum(Rule):
    """Linear in each operand: the cotangent of one is the einsum of the result's with all the others."""

    __slots__ = ()

    def jvp(self, ans: Any, args: tuple[Term, ...], params: dict[str, Any], tangents: Sequence[Tree]) -> Tree:
        total: Any = None
        for i, t in enumerate(tangents):
            if t is not None:
                part = make(_EINSUM, *args[:i], t, *args[i + 1 :], **params)
                total = part if total is None else total + part
        result: Tree = total
        return result

    def vjp(self, ans: Any, args: tuple[Term, ...], params: dict[str, Any], ct: Any, i: int) -> Tree:
        terms, out = parse(params["subscripts"], [a.ndim for a in args])
        mine = terms[i]
        others = [args[j] for j in range(len(args)) if j != i]
        letters = [terms[j] for j in range(len(args)) if j != i]
        seen = set(out).union(*letters)
        wanted = "".join(dict.fromkeys(c for c in mine if c in seen))
        text = ",".join([out, *letters]) + "->" + wanted
        result: Any = make(_EINSUM, ct, *others, subscripts=text) if others or text != f"{out}->{out}" else ct
        if wanted != mine:
            result = _spread(result, wanted, mine, args[i])
        else:
            if any(d is None or d == 1 for d in dims_of(args[i].kind) or (None,)):
                result = unbroadcast(result, args[i])
            if any(_may_be_stretched(c, out, letters, others) for c in mine):
                result = make(P.BROADCAST_LIKE, result, args[i])
        cotangent: Tree = result
        return cotangent


def _may_be_stretched(letter: str, out: str, letters: Sequence[str], others: Sequence[Term]) -> bool:
    """Whether an axis that is summed may have length 1 in every other operand."""
    if letter in out:
        return False
    dims = [
        (dims_of(other.kind) or (None,) * len(text))[k]
        for text, other in zip(letters, others, strict=True)
        for k, c in enumerate(text)
        if c == letter
    ]
    return all(d is None or d == 1 for d in dims)


def _spread(ct: Any, letters: str, mine: str, x: Any) -> Any:
    """A cotangent over the letters of an operand, in its shape: summed axes stretched, repeats on the diagonal."""
    distinct = "".join(dict.fromkeys(mine))
    index = tuple(slice(None) if c in letters else None for c in distinct)
    order = "".join(c for c in distinct if c in letters)
    assert order == letters
    if ct.is_lit and None in index:
        ct = call(np.array, ct)
    wide = ct if all(part is not None for part in index) else ct[index]
    if distinct == mine:
        return make(P.BROADCAST_LIKE, wide, x)
    core = make(_EINSUM, x, subscripts=f"{mine}->{distinct}")
    value = make(P.BROADCAST_LIKE, wide, core)
    for k, letter in enumerate(mine):
        if letter in mine[:k]:
            value = _with_diagonal(value, distinct[:k], mine[: k + 1], letter, x, k)
            distinct = distinct[:k] + letter + distinct[k:]
    return value


def _with_diagonal(value: Any, before: str, upto: str, letter: str, x: Any, k: int) -> Any:
    """`value` with an axis k added that is equal to an earlier axis of the same letter."""
    first = upto.index(letter)
    length = np.shape(x)[k]
    wide = np.expand_dims(value, k)
    eye_shape = tuple(slice(None) if j in (first, k) else None for j in range(wide.ndim))
    return wide * call(np.eye, length)[eye_shape]


def _bind_einsum(args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    for name in kwargs:
        if name != "optimize":
            raise UnsupportedArgument(f"np.einsum with {name!r} is not supported")
    params: dict[str, Any] = {"optimize": kwargs["optimize"]} if kwargs.get("optimize") else {}
    if isinstance(args[0], str):
        return list(args[1:]), {"subscripts": args[0], **params}
    pairs = list(zip(args[::2], args[1::2], strict=False))
    names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def text(axes: Any) -> str:
        return "".join("..." if a is Ellipsis else names[a] for a in axes)

    subscripts = ",".join(text(axes) for _, axes in pairs)
    if len(args) % 2:
        subscripts += "->" + text(args[-1])
    return [x for x, _ in pairs], {"subscripts": subscripts, **params}


_EINSUM = primitive_for(
    np.einsum,
    _einsum_kind,
    call=lambda *operands, subscripts, optimize=False: np.einsum(subscripts, *operands, optimize=optimize),
    operands=("operands",),
    written=("subscripts", "*"),
    result="layout",
)
BINDERS[_EINSUM] = _bind_einsum
HONOURED[_EINSUM] = frozenset({"subscripts", "optimize"})
RULES[_EINSUM] = _Einsum()


nondifferentiable(np.einsum_path, operands=("operands",), kinds=lambda ks, p: Tuple((OPAQUE, OPAQUE)))

# kron, cross


def _kron_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    a, b = array_dims(kinds[0]), array_dims(kinds[1])
    if a is None or b is None:
        return Array(_dtype(kinds), None)
    size = max(len(a), len(b))
    one, two = (1,) * (size - len(a)) + a, (1,) * (size - len(b)) + b
    dims: Dims = tuple(
        y if x == 1 else x if y == 1 else x * y if isinstance(x, int) and isinstance(y, int) else None
        for x, y in zip(one, two, strict=True)
    )
    return Array(_dtype(kinds), dims)


def _interleaved(ct: Any, x: Any, y: Any) -> tuple[Any, tuple[int, ...], tuple[int, ...]]:
    """The cotangent of a Kronecker product with the axes of both operands apart, and which are whose."""
    size = max(x.ndim, y.ndim)
    shape: list[Any] = []
    for k in range(size):
        for operand in (x, y):
            axis = k - size + operand.ndim
            shape.append(np.shape(operand)[axis] if axis >= 0 else 1)
    apart = np.reshape(ct, tuple(shape))
    return apart, tuple(range(0, 2 * size, 2)), tuple(range(1, 2 * size, 2))


def _kron_left(ct: Any, x: Any, y: Any) -> Any:
    if not x.ndim or not y.ndim:
        return reshaped(np.sum(ct * y) if not x.ndim else ct * y, x)
    apart, _, theirs = _interleaved(ct, x, y)
    last = theirs[len(theirs) - y.ndim :]
    product = np.tensordot(apart, y, (last, tuple(range(y.ndim))))
    return reshaped(product, x)


def _kron_right(ct: Any, x: Any, y: Any) -> Any:
    if not x.ndim or not y.ndim:
        return reshaped(np.sum(ct * x) if not y.ndim else ct * x, y)
    apart, mine, _ = _interleaved(ct, x, y)
    last = mine[len(mine) - x.ndim :]
    product = np.tensordot(apart, x, (last, tuple(range(x.ndim))))
    return reshaped(product, y)


bilinear(np.kron, _kron_left, _kron_right, _kron_kind, operands=("a", "b"))


def _cross_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    every = [array_dims(k) for k in kinds]
    if any(d is None for d in every):
        return Array(_dtype(kinds), None)
    if any(name in params for name in ("axisa", "axisb", "axisc", "axis")):
        return Array(_dtype(kinds), (None,) * max(len(d or ()) for d in every))
    return Array(_dtype(kinds), broadcast_dims([Array(None, d) for d in every]))


def _cross_axes(x: Any, y: Any, axisa: Any, axisb: Any, axisc: Any, axis: Any) -> tuple[Any, Any, Any]:
    if x.ndim != y.ndim and (axisa, axisb, axisc, axis) != (-1, -1, -1, None):
        raise UnsupportedArgument("np.cross along other axes than the last, of different ranks, has no derivative rule")
    return (axisa, axisb, axisc) if axis is None else (axis, axis, axis)


def _cross_left(ct: Any, x: Any, y: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    a, b, c = _cross_axes(x, y, axisa, axisb, axisc, axis)
    return unbroadcast(np.cross(y, ct, axisa=b, axisb=c, axisc=a), x)


def _cross_right(ct: Any, x: Any, y: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    a, b, c = _cross_axes(x, y, axisa, axisb, axisc, axis)
    return unbroadcast(np.cross(ct, x, axisa=c, axisb=a, axisc=b), y)


bilinear(np.cross, _cross_left, _cross_right, _cross_kind, operands=("a", "b"))
if hasattr(np.linalg, "cross"):
    bilinear(
        np.linalg.cross,
        lambda ct, x, y, axis=-1: _cross_left(ct, x, y, axis=axis),
        lambda ct, x, y, axis=-1: _cross_right(ct, x, y, axis=axis),
        _cross_kind,
        operands=("x1", "x2"),
    )
