"""Rules of the reductions: sums, means, products, extremes, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.ir import primitives as P
from ast_ad.ir.kinds import INT, Array, Kind, Scalar, dims_of, is_complex, kind_of_value
from ast_ad.ir.primitives import Kinds, Primitive
from ast_ad.rules.arithmetic import divide_or_zero
from ast_ad.rules.binding import BINDERS, bind_arguments, signature_of
from ast_ad.rules.modes import Tangents
from ast_ad.rules.results import array_dims, axes_of, name_of, reduced_dims, reduction
from ast_ad.rules.table import custom, helper, linear, nondifferentiable, primitive_for, primitive_of, register
from ast_ad.rules.terms import call, make


def kept(value: Any, x: Any, axis: Any, keepdims: Any = False) -> Any:
    """The result of a reduction of `x` with its reduced axes put back, of length 1, where broadcasting needs them.

    Axes in front need nothing: they are put back by broadcasting itself.
    """
    if axis is None or keepdims is True:
        return value
    if not (isinstance(x.kind, Array) and x.kind.dims is not None):
        return np.expand_dims(value, axis)
    gone = axes_of(axis, x.ndim)
    rest = [k for k in range(x.ndim) if k not in gone]
    if not rest or not gone or max(gone) < min(rest):
        return value
    if all(k > max(rest) for k in gone) and len(rest) > 1:
        return value[(Ellipsis, *(None,) * len(gone))]
    last = max(gone)
    return value[tuple(None if k in gone else slice(None) for k in range(last + 1))]


def stretched(value: Any, x: Any, axis: Any, keepdims: Any = False) -> Any:
    """The result of a reduction of `x` in the shape of `x`."""
    return make(P.BROADCAST_LIKE, kept(value, x, axis, keepdims), x)


def count(x: Any, axis: Any, where: Any = None) -> Any:
    """How many elements each result of a reduction of `x` is made of."""
    if where is not None:
        return call(np.sum, make(P.BROADCAST_LIKE, where, x), axis=axis)
    if axis is None:
        return x.size
    dims = dims_of(x.kind)
    if dims is not None:
        lengths = [dims[k] for k in axes_of(axis, len(dims))]
        if len(lengths) == 1:
            return np.shape(x)[axes_of(axis, len(dims))[0]]
    return np.size(x, axis=axis) if not isinstance(axis, tuple) else _size_of_axes(x, axis)


def _size_of_axes(x: Any, axis: tuple[int, ...]) -> Any:
    total: Any = 1
    for k in axis:
        total = total * np.size(x, axis=k)
    return total


def _where(where: Any, value: Any, other: Any = 0) -> Any:
    return value if where is None else np.where(where, value, other)


def _total(kinds: Kinds, params: Mapping[str, Any]) -> bool:
    """A reduction cannot raise where its axes are there and it needs no element."""
    dims, axis = array_dims(kinds[0]), params.get("axis")
    if len(kinds) > 1 or name_of(kinds[0]) is None:
        return False
    if axis is None:
        return True
    axes = axis if isinstance(axis, tuple) else (axis,)
    return dims is not None and all(-len(dims) <= k < len(dims) for k in axes)


# Sizes

nondifferentiable(np.size, operands=("a",), kinds=lambda ks, p: INT, total=P.always, cost=0)
nondifferentiable(np.ndim, operands=("a",), kinds=lambda ks, p: INT, total=P.always, cost=0)
register(np.shape, P.SHAPE)

# Sums and means

linear(
    np.sum,
    {
        0: lambda ct, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: _where(
            where, stretched(ct, x, axis, keepdims)
        ),
        "initial": lambda ct, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: np.sum(ct),
    },
    reduction(np.sum),
    operands=("a", "initial", "where"),
    total=_total,
)


def _mean_transpose(
    ct: Any, x: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, where: Any = None
) -> Any:
    return _where(
        where, stretched(ct, x, axis, keepdims) / kept(count(x, axis, where), x, axis if where is not None else None)
    )


linear(np.mean, _mean_transpose, reduction(np.mean), operands=("a", "where"), total=_total)


def _deviations(x: Any, axis: Any, where: Any, mean: Any = None) -> Any:
    """The distances from the mean."""
    if mean is not None:
        return x - mean if where is None else np.where(where, x - mean, 0)
    if where is None:
        return x - (np.mean(x) if axis is None else np.mean(x, axis=axis, keepdims=True))
    mean = np.mean(x, axis=axis, keepdims=True, where=where)
    return np.where(where, x - mean, 0)


def _freedom(x: Any, axis: Any, ddof: Any, where: Any) -> Any:
    number = count(x, axis, where)
    return number if type(ddof) in (int, float) and ddof == 0 else number - ddof


def _var_tangent(
    ans: Any,
    t: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = None,
    mean: Any = None,
) -> Any:
    number = _freedom(x, axis, ddof, where)
    product = _plain_product(_deviations(x, axis, where, mean), _moved(t, x, mean), x)
    total = np.sum(product, axis=axis, keepdims=keepdims)
    if where is not None and keepdims is True:
        number = kept(number, x, axis)
    return 2 * total / number


def _moved(t: Any, x: Any, mean: Any) -> Any:
    """How the distances from the mean change, but for the mean's own change by `x`, which does not count."""
    change = t.of("mean") if mean is not None else None
    if t[0] is None:
        assert change is not None
        return make(P.BROADCAST_LIKE, -change, x)
    return t[0] if change is None else t[0] - change


def _plain_product(deviations: Any, t: Any, x: Any) -> Any:
    """Of complex numbers, what changes their distance: the real part of the conjugate times the tangent."""
    return np.real(np.conj(deviations) * t) if is_complex(x.kind) else deviations * t


def _var_cotangent(
    ct: Any,
    ans: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = None,
    mean: Any = None,
) -> Any:
    number = kept(_freedom(x, axis, ddof, where), x, axis) if where is not None else _freedom(x, axis, ddof, where)
    deviations = _deviations(x, axis, where, mean)
    deviations = np.conj(deviations) if is_complex(x.kind) else deviations
    share = 2 * kept(ct, x, axis, keepdims) / number
    return (share if type(ddof) is int and ddof == 0 else _as_numpy_divides(share)) * deviations


def _as_numpy_divides(share: Any) -> Any:
    """A quotient of Python numbers that does not raise: the variance of one number by ddof=1 is nan."""
    if share.fn is P.BROADCAST_LIKE:
        return make(P.BROADCAST_LIKE, _as_numpy_divides(share.args[0]), *share.args[1:])
    plain = share.fn is P.TRUEDIV and all(isinstance(a.kind, Scalar) for a in share.args)
    return make(P.DIVIDE, *share.args) if plain else share


def _by_mean(rule: Any) -> Any:
    """The cotangent of the mean: what the distances get, with the other sign."""

    def cotangent(ct: Any, ans: Any, x: Any, mean: Any = None, **params: Any) -> Any:
        return make(P.UNBROADCAST, -rule(ct, ans, x, mean=mean, **params), mean)

    return cotangent


_OF_SPREAD: dict[str, Any] = {"operands": ("a", "where", "mean"), "total": _total}
custom(np.var, _var_tangent, {0: _var_cotangent, "mean": _by_mean(_var_cotangent)}, reduction(np.var), **_OF_SPREAD)


def _std_tangent(
    ans: Any,
    t: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = None,
    mean: Any = None,
) -> Any:
    number = _freedom(x, axis, ddof, where)
    if where is not None and keepdims is True:
        number = kept(number, x, axis)
    product = _plain_product(_deviations(x, axis, where, mean), _moved(t, x, mean), x)
    return divide_or_zero(np.sum(product, axis=axis, keepdims=keepdims), number * ans)


def _std_cotangent(
    ct: Any,
    ans: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = None,
    mean: Any = None,
) -> Any:
    number = kept(_freedom(x, axis, ddof, where), x, axis) if where is not None else _freedom(x, axis, ddof, where)
    deviations = _deviations(x, axis, where, mean)
    deviations = np.conj(deviations) if is_complex(x.kind) else deviations
    return divide_or_zero(kept(ct, x, axis, keepdims) * deviations, number * kept(ans, x, axis, keepdims))


custom(np.std, _std_tangent, {0: _std_cotangent, "mean": _by_mean(_std_cotangent)}, reduction(np.std), **_OF_SPREAD)


def _bind_spread(primitive: Primitive) -> Any:
    """`correction` is another name of `ddof`."""
    signature = signature_of(primitive.call)
    assert signature is not None

    def bound(args: Any, kwargs: dict[str, Any]) -> Any:
        if "correction" in kwargs:
            if "ddof" in kwargs:
                raise TypeError("ddof and correction can't be provided simultaneously")
            kwargs = {**{k: v for k, v in kwargs.items() if k != "correction"}, "ddof": kwargs["correction"]}
        return bind_arguments(primitive, signature, signature.bind(*args, **kwargs).arguments)

    return bound


for _spread in (np.var, np.std):
    BINDERS[primitive_for(_spread)] = _bind_spread(primitive_for(_spread))

# The largest and the smallest: equal ones share


def _chosen(ans: Any, x: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> tuple[Any, Any]:
    """Which elements are the result, and among how many it is shared: one where that is nan, which equals none."""
    wide = kept(ans, x, axis, keepdims)
    chosen = x.equals(wide)
    if where is not None:
        chosen = chosen & where
    number = np.sum(chosen) if axis is None else np.sum(chosen, axis=axis, keepdims=True)
    if initial is not None:
        number = number + wide.equals(initial)
    return chosen, np.maximum(number, 1)


def _extreme_tangent(
    ans: Any, t: Any, x: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = None
) -> Any:
    chosen, number = _chosen(ans, x, axis, keepdims, initial, where)
    total: Any = 0
    if t[0] is not None:
        total = np.sum(np.where(chosen, t[0], 0), axis=axis, keepdims=True if axis is not None else keepdims)
    if initial is not None and t.of("initial") is not None:
        total = total + np.where(kept(ans, x, axis, keepdims).equals(initial), t.of("initial"), 0)
    shared = total / number
    return np.squeeze(shared, axis=axis) if axis is not None and keepdims is not True else shared


def _extreme_cotangent(
    ct: Any, ans: Any, x: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = None
) -> Any:
    chosen, number = _chosen(ans, x, axis, keepdims, initial, where)
    return np.where(chosen, kept(ct, x, axis, keepdims) / number, 0)


def _extreme_by_initial(
    ct: Any, ans: Any, x: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = None
) -> Any:
    _, number = _chosen(ans, x, axis, keepdims, initial, where)
    wide = kept(ans, x, axis, keepdims)
    return np.sum(np.where(wide.equals(initial), kept(ct, x, axis, keepdims) / number, 0))


_EXTREME = {0: _extreme_cotangent, "initial": _extreme_by_initial}
custom(
    (np.max, np.min),
    _extreme_tangent,
    _EXTREME,
    reduction(np.max),
    operands=("a", "initial", "where"),
    selects=True,
)
register(np.amax, primitive_for(np.max))
register(np.amin, primitive_for(np.min))


def _ptp_tangent(ans: Any, t: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(x, axis=axis, keepdims=keepdims), np.min(x, axis=axis, keepdims=keepdims)
    return _extreme_tangent(high, t, x, axis, keepdims) - _extreme_tangent(low, t, x, axis, keepdims)


def _ptp_cotangent(ct: Any, ans: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(x, axis=axis, keepdims=keepdims), np.min(x, axis=axis, keepdims=keepdims)
    return _extreme_cotangent(ct, high, x, axis, keepdims) - _extreme_cotangent(ct, low, x, axis, keepdims)


custom(np.ptp, _ptp_tangent, _ptp_cotangent, reduction(np.ptp), operands=("a",), selects=True)

# Products, exact where elements are zero


def _others_kind(kinds: Kinds, params: Mapping[str, Any]) -> Kind:
    return Array(name_of(kinds[0]), array_dims(kinds[0]))


#: element by element, the product of all others; further arguments take the place of one factor each, in all ways
products_of_others = helper(runtime.products_of_others, _others_kind)


def _others_tangent(ans: Any, tangents: Any, x: Any, *factors: Any, axis: Any = None) -> Any:
    total: Any = None
    for i, t in enumerate(tangents):
        if t is not None:
            part = _others_cotangent(t, ans, x, *factors, axis=axis, i=i)
            total = part if total is None else total + part
    return total


def _others_cotangent(ct: Any, ans: Any, x: Any, *factors: Any, i: int, axis: Any = None) -> Any:
    """A form that is symmetric in the factors and the cotangent: it is its own transpose in each."""
    if i == 0:
        return products_of_others(x, *factors, ct, axis=axis)
    return products_of_others(x, *factors[: i - 1], ct, *factors[i:], axis=axis)


custom(primitive_of(runtime.products_of_others), _others_tangent, {"*": _others_cotangent})


def _others(x: Any, axis: Any) -> Any:
    return products_of_others(x) if axis is None else products_of_others(x, axis=axis)


def _prod_tangent(
    ans: Any,
    t: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    change: Any = 0
    if t[0] is not None:
        others = _others(_where(where, x, 1), axis)
        change = np.sum(_where(where, t[0] * others), axis=axis, keepdims=keepdims)
        change = change if initial is None else change * initial
    if initial is not None and t.of("initial") is not None:
        change = change + t.of("initial") * np.prod(_where(where, x, 1), axis=axis, keepdims=keepdims)
    return change


def _prod_cotangent(
    ct: Any,
    ans: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    others = _others(_where(where, x, 1), axis)
    wide = kept(ct if initial is None else ct * initial, x, axis, keepdims)
    return _where(where, wide * others)


def _prod_by_initial(
    ct: Any,
    ans: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    return np.sum(ct * np.prod(_where(where, x, 1), axis=axis, keepdims=keepdims))


custom(
    np.prod,
    _prod_tangent,
    {0: _prod_cotangent, "initial": _prod_by_initial},
    reduction(np.prod),
    operands=("a", "initial", "where"),
    total=_total,
)

# Reductions that leave nan out


def _counted(x: Any, where: Any) -> Any:
    seen = ~np.isnan(x)
    return seen if where is None else seen & where


def _nansum_tangent(
    ans: Any,
    t: Any,
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    change = t.of("initial") if initial is not None else None
    if t[0] is not None:
        part = np.sum(t[0], axis=axis, keepdims=keepdims, where=_counted(x, where))
        change = part if change is None else part + change
    return make(P.BROADCAST_LIKE, change, ans)


custom(
    np.nansum,
    _nansum_tangent,
    {
        0: lambda ct, ans, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: np.where(
            _counted(x, where), kept(ct, x, axis, keepdims), 0
        ),
        "initial": lambda ct, ans, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: np.sum(ct),
    },
    reduction(np.nansum),
    operands=("a", "initial", "where"),
    total=_total,
)
custom(
    primitive_for(np.nanmean, reduction(np.nanmean), operands=("a", "where")),
    lambda ans, t, x, axis=None, dtype=None, keepdims=False, where=None: np.mean(
        t[0], axis=axis, keepdims=keepdims, where=_counted(x, where)
    ),
    lambda ct, ans, x, axis=None, dtype=None, keepdims=False, where=None: _mean_transpose(
        ct, x, axis, None, keepdims, _counted(x, where)
    ),
)
for _name, _of in {"var": (_var_tangent, _var_cotangent), "std": (_std_tangent, _std_cotangent)}.items():
    _function, (_tangent, _cotangent) = getattr(np, f"nan{_name}"), _of

    def _nan_tangent(
        ans: Any,
        t: Any,
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        ddof: Any = 0,
        keepdims: Any = False,
        where: Any = None,
        mean: Any = None,
        _rule: Any = _tangent,
    ) -> Any:
        return _rule(ans, _finite_tangents(t, x), _finite(x, x), axis, dtype, ddof, keepdims, _counted(x, where), mean)

    def _nan_cotangent(
        ct: Any,
        ans: Any,
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        ddof: Any = 0,
        keepdims: Any = False,
        where: Any = None,
        mean: Any = None,
        _rule: Any = _cotangent,
    ) -> Any:
        return _rule(ct, ans, _finite(x, x), axis, dtype, ddof, keepdims, _counted(x, where), mean)

    custom(
        _function,
        _nan_tangent,
        {0: _nan_cotangent, "mean": _by_mean(_nan_cotangent)},
        reduction(_function),
        operands=("a", "where", "mean"),
    )
    BINDERS[primitive_for(_function)] = _bind_spread(primitive_for(_function))


def _finite_tangents(t: Any, x: Any) -> Any:
    found = Tangents((None if t[0] is None else _finite(t[0], x), *t[1:]))
    found.names, found.operands = t.names, t.operands
    return found


def _finite(value: Any, x: Any) -> Any:
    """`value`, with 0 where `x` is nan."""
    return np.where(np.isnan(x), 0, value)


custom(
    (np.nanmax, np.nanmin),
    _extreme_tangent,
    _EXTREME,
    reduction(np.nanmax),
    operands=("a", "initial", "where"),
    selects=True,
)
custom(
    np.nanprod,
    lambda ans, t, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: _prod_tangent(
        ans, t, x, axis, None, keepdims, initial, _counted(x, where)
    ),
    {
        0: lambda ct, ans, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: _prod_cotangent(
            ct, ans, x, axis, None, keepdims, initial, _counted(x, where)
        ),
        "initial": lambda ct, ans, x, axis=None, dtype=None, keepdims=False, initial=None, where=None: _prod_by_initial(
            ct, ans, x, axis, None, keepdims, initial, _counted(x, where)
        ),
    },
    reduction(np.nanprod),
    operands=("a", "initial", "where"),
    total=_total,
)

# Of constants

nondifferentiable(
    np.any,
    np.all,
    operands=("a", "where"),
    kinds=lambda ks, p: Array("bool", reduced_dims(array_dims(ks[0]), p.get("axis"), p.get("keepdims"))),
    total=_total,
)
nondifferentiable(
    *(np.argmax, np.argmin, np.nanargmax, np.nanargmin),
    operands=("a",),
    kinds=lambda ks, p: Array("int64", reduced_dims(array_dims(ks[0]), p.get("axis"), p.get("keepdims"))),
)
_COUNT = kind_of_value(np.count_nonzero([1]))
nondifferentiable(  # without an axis a Python int, or a NumPy integer, by version
    np.count_nonzero,
    operands=("a",),
    kinds=lambda ks, p: (
        Array("int64", reduced_dims(array_dims(ks[0]), p.get("axis"), p.get("keepdims"))) if p else _COUNT
    ),
)
