"""The functions of SciPy that take a function: what they call it with, what they give, and the rule that this obeys."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ast_ad.errors import WrongArgument
from ast_ad.frontend.calls import call_value
from ast_ad.frontend.context import Lowering
from ast_ad.frontend.iteration import elements
from ast_ad.frontend.library import as_array
from ast_ad.frontend.methods import attribute
from ast_ad.frontend.values import Static, TupleOf, Value
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Lit
from ast_ad.ir.kinds import BOOL, FLOAT, INT, Array, Dict, Kind, Tuple, bound_kind, dims_of

Args = Sequence[Value]
Given = dict[str, Value]
#: what is said of a differential equation that holds for its sensitivities too
SETTINGS = frozenset({"atol", "first_step", "max_step", "method", "rtol"})


class Entry(NamedTuple):
    """What a function of SciPy calls its function with, what it gives, and the rule that its result obeys.

    `free` gives the names and kinds of the parameters, and `kind` that of the result, from the arguments and the kind
    of what the function gives; `fixed` are arguments that must have the value said here; `parts` are attributes of a
    result that is an object.  By `moving` arguments the result has derivatives; the rule passes them, or what SciPy
    takes for them, under `words`.  `again` solves for another function, and `choose` is the row for some arguments.
    """

    rule: str
    free: Callable[[Lowering, Given], list[tuple[str, Kind]]]
    kind: Callable[[Given, Kind], Kind]
    fixed: Mapping[str, Any] = {}
    parts: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    again: Callable[[Lowering, Given, Args], Value] | None = None
    choose: Callable[[Given], Any] | None = None


def _like_start(lo: Lowering, given: Given) -> list[tuple[str, Kind]]:
    given["x0"] = start = lo.atom(as_array(lo, given["x0"]))
    kind = kind_of(start)
    return [("u", Array("float64", kind.dims) if isinstance(kind, Array) and kind.dims else FLOAT)]


def _vector(lo: Lowering, given: Given) -> list[tuple[str, Kind]]:
    given["x0"] = lo.atom(as_array(lo, given["x0"]))
    return [("u", _flat(given))]


def _flat(given: Given, value: Kind | None = None) -> Kind:
    kind = kind_of(given["x0"])  # type: ignore[arg-type]
    return Array("float64", kind.dims if isinstance(kind, Array) and len(kind.dims or ()) == 1 else (None,))


def _start_kind(given: Given, value: Kind) -> Kind:
    kind = kind_of(given["x0"])  # type: ignore[arg-type]
    return Array("float64", kind.dims if isinstance(kind, Array) else ())


def _result(cls: str, *parts: str) -> Callable[[Given, Kind], Kind]:
    def kind(given: Given, value: Kind) -> Kind:
        import scipy.optimize

        known = {
            "x": _flat(given) if "x0" in given else Array("float64", ()),
            "root": FLOAT,
            "fun": Array("float64", ()),
            "cost": Array("float64", ()),
        }
        known |= {"success": BOOL, "converged": BOOL}
        return Dict(parts, tuple(known[part] for part in parts), getattr(scipy.optimize, cls))

    return kind


def _scalar(lo: Lowering, given: Given) -> list[tuple[str, Kind]]:
    return [("u", FLOAT)]


def _integrated(lo: Lowering, given: Given, args: Args) -> Value:
    """An integral of a vector, to a tolerance that a derivative deserves."""
    import scipy.integrate

    points = {"points": given["points"]} if "points" in given else {}
    tolerances = {"epsabs": Lit(1e-12), "epsrel": Lit(1e-10)}
    return call_value(lo, Static(scipy.integrate.quad_vec, "scipy.integrate.quad_vec"), args, {**tolerances, **points})


def _integral_kind(given: Given, value: Kind) -> Kind:
    return Tuple((Array("float64", dims_of(value)), FLOAT))


def _of_time(lo: Lowering, given: Given) -> list[tuple[str, Kind]]:
    ends = elements(lo, given.pop("t_span"))
    if ends is None or len(ends) != 2:
        raise lo.error(WrongArgument, "t_span of scipy.integrate.solve_ivp is no pair", remedy="Write (t0, t1).")
    given["t0"], given["t1"] = ends
    if "t_eval" in given:
        given["times"] = as_array(lo, given.pop("t_eval"))
    state = _state(lo, given)
    return [("t", FLOAT), ("y", state)]


def _state(lo: Lowering, given: Given) -> Kind:
    """The vector that is integrated."""
    array = as_array(lo, given["y0"])
    kind = bound_kind(kind_of(array))
    if not (isinstance(kind, Array) and kind.dims is not None and len(kind.dims) == 1):
        array = lo.atom(call_value(lo, Static(np.ravel, "np.ravel"), [array], {}))
        kind = kind_of(array)
    given["y0"] = array
    return Array("float64", dims_of(kind))


def _solution_kind(given: Given, value: Kind) -> Kind:
    import scipy.optimize

    n = (dims_of(kind_of(given["y0"])) or (None,))[0]  # type: ignore[arg-type]
    parts = Array("float64", (None,)), Array("float64", (n, None)), BOOL, INT
    return Dict(_OF_SOLUTION, parts, scipy.optimize.OptimizeResult)


def _solved_again(lo: Lowering, given: Given, args: Args) -> Value:
    """The solution of another differential equation from t0 to t1, at times: an array with a column for each."""
    import scipy.integrate

    function, t0, t1, start, times = args
    settings = {w: v for w, v in given.items() if w in SETTINGS}
    ivp = Static(scipy.integrate.solve_ivp, "scipy.integrate.solve_ivp")
    made = call_value(lo, ivp, [function, TupleOf((t0, t1)), start], {"t_eval": times, **settings})
    return attribute(lo, made, "y")


def _along_path(lo: Lowering, given: Given) -> list[tuple[str, Kind]]:
    given["times"] = as_array(lo, given.pop("t"))
    return [("y", _state(lo, given)), ("t", FLOAT)]


def _path_again(lo: Lowering, given: Given, args: Args) -> Value:
    settings = {w: given.get(w, Lit(1.49012e-8)) for w in ("rtol", "atol")}
    return _solved_again(lo, {**settings, "method": Lit("LSODA")}, args)


def _path_kind(given: Given, value: Kind) -> Kind:
    return Array("float64", (None, (dims_of(kind_of(given["y0"])) or (None,))[0]))  # type: ignore[arg-type]


_OF_SOLUTION = ("t", "y", "success", "status")
_NO_EVENTS = {"dense_output": False, "events": None, "vectorized": False}
_BRACKETED = Entry("root", _scalar, lambda given, value: FLOAT, {"full_output": False})
_ENDS = ("a", "b")
_STEPS = Entry(
    "steps",
    _of_time,
    _solution_kind,
    _NO_EVENTS,
    _OF_SOLUTION,
    ("t0", "t1", "y0"),
    ("t_span", "y0"),
    _solved_again,
)
_SOLUTION = _STEPS._replace(rule="solution", moving=("t0", "t1", "times", "y0"), words=("t_span", "t_eval", "y0"))


def _with_or_without_times(given: Given) -> Entry:
    times = given.get("t_eval")
    if isinstance(times, Lit) and times.value is None:
        times = None
        del given["t_eval"]
    return _STEPS if times is None else _SOLUTION


_SCIPY: dict[str, Entry] = {
    "scipy.integrate.odeint": Entry(
        "path",
        _along_path,
        _path_kind,
        {"full_output": 0, "tfirst": False},
        moving=("y0", "times"),
        words=("y0", "t"),
        again=_path_again,
    ),
    "scipy.integrate.solve_ivp": _STEPS._replace(choose=_with_or_without_times),
    "scipy.integrate.quad": Entry(
        "integral",
        _scalar,
        lambda given, value: Tuple((FLOAT, FLOAT)),
        {"full_output": 0, "weight": None, "complex_func": False},
        moving=_ENDS,
        words=_ENDS,
        again=_integrated,
    ),
    "scipy.integrate.quad_vec": Entry(
        "integral", _scalar, _integral_kind, {"full_output": False}, moving=_ENDS, words=_ENDS, again=_integrated
    ),
    "scipy.optimize.bisect": _BRACKETED,
    "scipy.optimize.brenth": _BRACKETED,
    "scipy.optimize.brentq": _BRACKETED,
    "scipy.optimize.fixed_point": Entry("fixed_point", _like_start, _start_kind),
    "scipy.optimize.fsolve": Entry("system", _vector, _flat, {"full_output": False}),
    "scipy.optimize.least_squares": Entry(
        "least_squares",
        _vector,
        _result("OptimizeResult", "x", "cost", "success"),
        {"bounds": (-np.inf, np.inf), "loss": "linear", "callback": None, "kwargs": {}, "jac_sparsity": None},
        ("x", "cost", "success"),
    ),
    "scipy.optimize.minimize": Entry(
        "minimum",
        _vector,
        _result("OptimizeResult", "x", "fun", "success"),
        {"bounds": None, "constraints": (), "callback": None, "hessp": None},
        ("x", "fun", "success"),
    ),
    "scipy.optimize.minimize_scalar": Entry(
        "scalar_minimum",
        _scalar,
        _result("OptimizeResult", "x", "fun", "success"),
        {"bounds": None},
        ("x", "fun", "success"),
    ),
    "scipy.optimize.newton": Entry("root", _like_start, _start_kind, {"full_output": False}),
    "scipy.optimize.ridder": _BRACKETED,
    "scipy.optimize.root": Entry(
        "found_system", _vector, _result("OptimizeResult", "x", "success"), {"callback": None}, ("x", "success")
    ),
    "scipy.optimize.root_scalar": Entry(
        "found_root", _scalar, _result("RootResults", "root", "converged"), {}, ("root", "converged")
    ),
    "scipy.optimize.toms748": _BRACKETED,
}


def entry_of(obj: Any) -> tuple[str, Entry] | None:
    """The row of a function of SciPy that takes a function."""
    module = str(getattr(obj, "__module__", ""))
    if not module.startswith("scipy."):
        return None
    path = f"{'.'.join(module.split('.')[:2])}.{getattr(obj, '__name__', '')}"
    entry = _SCIPY.get(path)
    if entry is None or getattr(sys.modules[path.rpartition(".")[0]], path.rpartition(".")[2], None) is not obj:
        return None
    return path, entry
