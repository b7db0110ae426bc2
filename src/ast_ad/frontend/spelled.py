"""NumPy's functions of functions, as the Python that they stand for: a call of one is read as a call of its text here.

The text computes what NumPy computes, operation by operation, so that values are the same bit for bit.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from ast_ad import runtime
from ast_ad.errors import NoDerivative, WrongArgument
from ast_ad.frontend.calls import bind_arguments, call_value, defaults_of, inline
from ast_ad.frontend.captures import captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.iterable_calls import lower_ndindex
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.library import as_array, call_primitive
from ast_ad.frontend.methods import call_method
from ast_ad.frontend.source import source_of
from ast_ad.frontend.subscripts import read_subscript
from ast_ad.frontend.trips import append, for_each
from ast_ad.frontend.values import Items, Product, Static, TupleOf, Value, Zip, describe, kind_of
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import FLOAT, INT, Array, List, dims_of, dtype_of, rank
from ast_ad.rules.table import primitive_for, primitive_of

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def piecewise(x, conditions, functions, *args, **kw):  # type: ignore[no-untyped-def]
    """`np.piecewise` with a function, or a number, for each condition."""
    y = np.zeros_like(x)
    for condition, function in zip(conditions, functions, strict=True):
        if callable(function):
            if np.any(condition):
                y[condition] = function(x[condition], *args, **kw)
        else:
            y[condition] = function
    return y


def _read(
    lo: Lowering, function: Any, args: Sequence[Value], name: str, kwargs: Kwargs = MappingProxyType({})
) -> Value:
    """A call of one of these functions."""
    source = source_of(function)
    bound = bind_arguments(lo, source.node.args, defaults_of(lo, source), args, kwargs, function.__name__)
    return inline(lo, source.node, source, None, bound, name or function.__name__)


def _bound(lo: Lowering, function: Any, args: Args, kwargs: Kwargs) -> dict[str, Any]:
    """The arguments of a call of NumPy's function by name."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        raise lo.error(
            WrongArgument, f"np.{function.__name__}: {error}", remedy="Call it as its documentation says."
        ) from None
    return dict(bound.arguments)


def _piecewise(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    given = _bound(lo, np.piecewise, args, kwargs)
    x, conditions = given["x"], given["condlist"]
    if not isinstance(x, Var) or rank(kind_of(x)) in (None, 0):
        raise lo.error(
            NoDerivative, f"np.piecewise of {describe(x)}", remedy="Give it an array of one axis or more, or use `if`."
        )
    if isinstance(conditions, Var) and rank(kind_of(conditions)) == rank(kind_of(x)):
        conditions = TupleOf((conditions,))
    tests, functions = (elements(lo, v) for v in (conditions, given["funclist"]))
    if tests is None or functions is None or not len(tests) <= len(functions) <= len(tests) + 1:
        raise lo.error(
            NoDerivative,
            "np.piecewise of conditions and functions that are not written one by one",
            remedy="Write a list of conditions, and a list of as many functions or one more.",
        )
    if len(functions) > len(tests):
        covered = tests[0]
        for test in tests[1:]:
            covered = _numpy(lo, np.logical_or, covered, test)
        tests = [*tests, _numpy(lo, np.logical_not, covered)]
    more: list[Any] = [TupleOf(tuple(tests)), TupleOf(tuple(functions)), *given.get("args", ())]
    return _read(lo, piecewise, [x, *more], name, given.get("kw", {}))


def _along_axis(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`np.apply_along_axis`: what the function makes of each row stands where the row stood."""
    given = _bound(lo, np.apply_along_axis, args, kwargs)
    array, more = as_array(lo, given["arr"]), (given.get("args", ()), given.get("kwargs", {}))
    axis = constant_of(lo, given["axis"], "'axis' of np.apply_along_axis")
    size = rank(kind_of(array))
    if not size:
        raise lo.error(NoDerivative, "np.apply_along_axis of an array of unknown rank", remedy="Write a loop.")
    if axis % size != size - 1:
        array = lo.atom(_numpy(lo, np.moveaxis, array, Lit(axis), Lit(-1)))
    lengths = [read_subscript(lo, _numpy(lo, np.shape, array), Lit(k)) for k in range(size - 1)]
    made = lo.new_ref(Items(()), name)

    def one(at: Value) -> None:
        row = read_subscript(lo, array, at)
        append(lo, made, call_value(lo, given["func1d"], [row, *more[0]], dict(more[1])))

    if size == 1:
        return call_value(lo, given["func1d"], [array, *more[0]], dict(more[1]), name)
    for_each(lo, lower_ndindex(lo, [TupleOf(tuple(lengths))], {}, ""), one)
    rows = call_value(lo, _ARRAY, [made], {})
    inner = (rank(kind_of(lo.atom(rows))) or 1) - 1
    ends = [read_subscript(lo, _numpy(lo, np.shape, rows), Lit(k + 1)) for k in range(inner)]
    whole = rows if size == 2 else _numpy(lo, np.reshape, rows, TupleOf((*lengths, *ends)))
    place = axis % size
    if not inner or place == size - 1:
        return whole
    moved = [TupleOf(tuple(Lit(k + first) for k in range(inner))) for first in (size - 1, place)]
    return _numpy(lo, np.moveaxis, whole, *(moved if inner > 1 else [Lit(-1), Lit(place)]))


def _numpy(lo: Lowering, function: Any, *args: Value) -> Value:
    """A call of a function of NumPy."""
    return call_value(lo, Static(function, f"np.{function.__name__}"), list(args), {})


def _over_axes(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`np.apply_over_axes`: the axes that the function takes away come back with length 1."""
    given = _bound(lo, np.apply_over_axes, args, kwargs)
    axes = constant_of(lo, given["axes"], "'axes' of np.apply_over_axes")
    array: Value = as_array(lo, given["a"])
    size = rank(kind_of(lo.atom(array)))
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        if size is None:
            raise lo.error(NoDerivative, "np.apply_over_axes of an array of unknown rank", remedy="Call the function.")
        place = Lit(axis + size if axis < 0 else axis)
        reduced = call_value(lo, given["func"], [array, place], {})
        if not isinstance(reduced, Var) or rank(kind_of(reduced)) not in (size, size - 1):
            raise lo.error(
                NoDerivative,
                f"np.apply_over_axes of a function that gives {describe(reduced)}",
                remedy="Give it one such as np.sum, which takes an array and an axis.",
            )
        same = rank(kind_of(reduced)) == size
        array = reduced if same else _numpy(lo, np.expand_dims, reduced, place)
    return array


def _from_iterable(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    named = dict(zip(("iter", "dtype", "count"), args, strict=False)) | dict(kwargs)
    unknown = set(named) - {"iter", "dtype", "count"}
    count = constant_of(lo, named["count"], "'count' of np.fromiter") if "count" in named else -1
    if unknown or count != -1:
        raise lo.error(
            NoDerivative,
            f"np.fromiter with {unknown.pop() if unknown else 'count'!r} is not supported",
            remedy="Leave it out, or make a list.",
        )
    values = call_value(lo, Static(list, "list"), [named["iter"]], {})
    return call_value(lo, _ARRAY, [values], {"dtype": named["dtype"]}, name)


_ARRAY = Static(np.array, "np.array")
_ARRAY_OF_FLOATS = primitive_for(runtime.array_of_floats)


def _unstack(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`np.unstack`: where the number of parts is not in the kinds, it is that of this call."""
    given = _bound(lo, np.unstack, args, kwargs)
    x = as_array(lo, given["x"])
    axis = constant_of(lo, given.get("axis", Lit(0)), "'axis' of np.unstack")
    dims = dims_of(kind_of(x))
    if not dims or isinstance(dims[axis], int):
        primitive = primitive_of(np.unstack)
        assert primitive is not None
        return call_primitive(lo, primitive, args, kwargs, name)
    front = x if axis % len(dims) == 0 else _numpy(lo, np.moveaxis, x, Lit(axis), Lit(0))
    count = constant_of(lo, read_subscript(lo, _numpy(lo, np.shape, x), Lit(axis)), "the number of parts of np.unstack")
    return TupleOf(tuple(read_subscript(lo, front, Lit(k)) for k in range(count)))


# np.vectorize: what it makes is called with arrays


def _vectorize(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    given = _bound(lo, np.vectorize, args, kwargs)
    if "pyfunc" not in given:
        return Product(lambda lo, a, k, n: _vectorize(lo, a, {**kwargs, **k}, n), "np.vectorize")
    named = {k: constant_of(lo, v, f"{k!r} of np.vectorize") for k, v in given.items() if k != "pyfunc"}
    return _vectorized(lo, given["pyfunc"], np.vectorize(len, **named))


def _vectorized(lo: Lowering, pyfunc: Value, made: Any) -> Value:
    """The function that np.vectorize makes; `made` has its settings."""
    if made.excluded:
        raise lo.error(NoDerivative, "np.vectorize with 'excluded' is not supported", remedy="Write the loop yourself.")
    if len(made.otypes or "") > 1:
        raise lo.error(
            NoDerivative, "np.vectorize of a function with several results", remedy="Write the loop yourself."
        )
    dtype = np.dtype(made.otypes[0]) if made.otypes else None

    def call(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
        words = tuple(kwargs)
        function = pyfunc
        if words:
            place = len(args)
            function = Product(
                lambda lo, a, k, n: call_value(lo, pyfunc, a[:place], dict(zip(words, a[place:], strict=True)), n), name
            )
        arrays = [as_array(lo, v) for v in (*args, *kwargs.values())]
        if made.signature is not None:
            return _over_cores(lo, function, dtype, made.signature, arrays, name)
        return _over_elements(lo, function, dtype, arrays, name)

    return Product(call, "np.vectorize")


def over_cores(function, shape, arrays, cores):  # type: ignore[no-untyped-def]
    """`np.vectorize` with a signature: the function at each place of the axes in front of those that it takes."""
    wide = [
        np.broadcast_to(a, shape + a.shape[a.ndim - c :]).reshape((-1, *a.shape[a.ndim - c :]))
        for a, c in zip(arrays, cores, strict=True)
    ]
    rows = np.array([function(*row) for row in zip(*wide, strict=True)])
    return rows.reshape(shape + rows.shape[1:])


def _over_cores(lo: Lowering, function: Value, dtype: Any, signature: str, arrays: Sequence[Value], name: str) -> Value:
    """A call with the parts that the signature names; those in front are as many as in the array that has most."""
    taken, _, given = signature.partition("->")
    cores = [len(re.findall(r"\w+", core)) for core in re.findall(r"\(([^()]*)\)", taken)]
    ranks = [rank(kind_of(lo.atom(a))) for a in arrays]
    if given.count("(") != 1 or len(cores) != len(arrays):
        raise lo.error(
            NoDerivative, f"np.vectorize with signature={signature!r} of this call", remedy="Write the loop yourself."
        )
    fronts = [None if r is None else r - c for r, c in zip(ranks, cores, strict=True)]
    known = [front for front in fronts if front is not None and front >= 0]
    if len(known) != len(fronts):
        raise lo.error(
            NoDerivative,
            "np.vectorize with a signature of arrays whose number of axes is not known",
            remedy="Write the loop yourself.",
        )
    first = arrays[known.index(max(known))]
    if 1 in (dims_of(kind_of(lo.atom(first))) or ())[: max(known)] and len([front for front in known if front]) > 1:
        raise lo.error(
            NoDerivative,
            "np.vectorize with a signature of arrays that are stretched to each other",
            remedy="Broadcast them first.",
        )
    shape = _numpy(lo, np.shape, first)
    lengths = TupleOf(tuple(read_subscript(lo, shape, Lit(k)) for k in range(max(known))))
    counts = TupleOf(tuple(map(Lit, cores)))
    made = _read(lo, over_cores, [function, lengths, TupleOf(tuple(arrays)), counts], name)
    return made if dtype is None else call_method(lo, made, "astype", [static(dtype)], {}, name)


_SINGLE = ("float16", "float32", "complex64")


def _over_elements(lo: Lowering, function: Value, dtype: Any, arrays: Sequence[Value], name: str) -> Value:
    """A call with the Python numbers at each place; what they give is an array of the shape that the arrays have."""
    if dtype is None and any(dtype_of(kind_of(lo.atom(a))) in _SINGLE for a in arrays):
        raise lo.error(
            NoDerivative,
            "np.vectorize of a function of numbers of single precision",
            reason="NumPy calls it with one of them to find the type of what it gives.",
            remedy="Name the type: np.vectorize(function, otypes=[float]).",
        )
    if len(arrays) > 1:
        parts = _numpy(lo, np.broadcast_arrays, *arrays)
        assert isinstance(parts, TupleOf)
        arrays = list(parts.items)
    flat = [_numpy(lo, np.ravel, array) for array in arrays]
    made = lo.new_ref(Items(()), name)

    def one(value: Value) -> None:
        numbers = value.items if isinstance(value, TupleOf) else (value,)
        items = [call_method(lo, number, "item", [], {}, "") for number in numbers]
        append(lo, made, call_value(lo, function, items, {}))

    for_each(lo, Zip(tuple(flat)) if len(flat) > 1 else flat[0], one)
    result: Value
    kind = kind_of(made_list := lo.atom(made))
    if dtype is not None or kind == List(INT):
        result = call_value(lo, _ARRAY, [made], {} if dtype is None else {"dtype": static(dtype)})
    elif isinstance(kind, List) and kind.item in (FLOAT, Array("float64", ())):
        result = lo.emit(_ARRAY_OF_FLOATS, made_list)
    else:
        raise lo.error(
            NoDerivative,
            "np.vectorize of a function that gives numbers of several types, or no numbers",
            remedy="Name the type: np.vectorize(function, otypes=[float]).",
        )
    shape = _numpy(lo, np.shape, arrays[0])
    return _numpy(lo, np.reshape, result, shape)


def call_vectorized(lo: Lowering, function: Static, args: Args, kwargs: Kwargs, name: str) -> Value:
    """A call of what np.vectorize has made outside."""
    obj, path = function.obj, function.path
    pyfunc = captured(lo, (*path, ("attr", "pyfunc")), obj.pyfunc, function.name) if path else static(obj.pyfunc)
    return call_value(lo, _vectorized(lo, pyfunc, obj), args, kwargs, name)


SPELLED: list[tuple[Any, Callable[..., Value]]] = [
    (np.apply_along_axis, _along_axis),
    (np.apply_over_axes, _over_axes),
    (np.fromiter, _from_iterable),
    (np.piecewise, _piecewise),
    (np.unstack, _unstack),
    (np.vectorize, _vectorize),
]
