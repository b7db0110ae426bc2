"""The list of stages of each mode, and the one runner that times, verifies and records them.

    source - fence - desugar - lower - IR - prepare - differentiate - simplify - write - load - function

A mode is a sum of tuples of stages, so that the difference between two modes is what you see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from ast_ad.analyses.differentiable import HOLOMORPHIC, check_arguments, check_result
from ast_ad.backend.load import load_module
from ast_ad.backend.write import Written, write
from ast_ad.frontend.lower import Lowered, lower
from ast_ad.frontend.products import products_by
from ast_ad.frontend.signature import Argument
from ast_ad.ir.core import Function, Program
from ast_ad.ir.places import Place, parameter_at
from ast_ad.ir.verify import verify
from ast_ad.ir.walk import called_from, map_functions
from ast_ad.optimize.algebra import simplify_derivatives
from ast_ad.optimize.constants import forget_constants
from ast_ad.optimize.dead_code import drop_dead_code
from ast_ad.optimize.folding import fold
from ast_ad.optimize.paths import write_along_paths
from ast_ad.optimize.sharing import share
from ast_ad.optimize.sinking import sink
from ast_ad.optimize.stores import settle_stores
from ast_ad.optimize.versions import ask_the_first
from ast_ad.transforms import forward, jacobian, linear_part, reverse
from ast_ad.transforms.recomputed import calling, recomputed


@dataclass(frozen=True)
class Request:
    """What to compile: `mode` is a key of MODES, `wrt` the places of the parameters to differentiate by.

    `one` says that a single parameter was asked for as such, and its gradient comes without a tuple around it.
    """

    function: Any
    arguments: Sequence[Argument]
    mode: str
    wrt: tuple[Place, ...]
    one: bool = True
    has_aux: bool = False
    standalone: bool = False


@dataclass(frozen=True)
class Work:
    """What the stages hand on."""

    request: Request
    lowered: Lowered | None = None
    program: Program = field(default_factory=lambda: Program(""))
    names: tuple[str, ...] = ()
    written: Written | None = None


class Stage(NamedTuple):
    """A step on the way; what it returns is what the next one gets."""

    name: str
    run: Callable[[Work], Work]


class Record(NamedTuple):
    """What a stage did: its name, the time it took in seconds, and the work after it."""

    stage: str
    seconds: float
    work: Work


def _read(work: Work) -> Work:
    function = work.request.function
    if hasattr(type(function), "__ast_ad_lowered__"):
        lowered = function.__ast_ad_lowered__(work.request.arguments, work.request.mode == "checkpoint")
        return replace(work, lowered=lowered, program=lowered.program, names=(lowered.program.entry,))
    if hasattr(type(function), "__ast_ad_derivative__"):
        mode, wrt, one, has_aux = function.__ast_ad_derivative__
        inner = run(Request(function.primal, work.request.arguments, mode, wrt, one, has_aux), upto="write")
        program = calling(inner.program) if mode == "checkpoint" else inner.program
        return replace(work, lowered=inner.lowered, program=program, names=(program.entry, *inner.names[1:]))
    lowered = lower(function, work.request.arguments, work.request.mode == "checkpoint")
    return replace(work, lowered=lowered, program=lowered.program, names=(lowered.program.entry,))


def _check_arguments(work: Work) -> Work:
    check_arguments(work.request.function, work.request.arguments, work.request.wrt, work.request.mode)
    return work


def _check_constants(work: Work) -> Work:
    assert work.lowered is not None
    wrt = {work.request.arguments[parameter_at(place)].name for place in work.request.wrt}
    for taken in work.lowered.taken:
        if isinstance(taken.path[0], str) and taken.path[0] in wrt:
            raise taken.error
    return work


def _check_result(work: Work) -> Work:
    check_result(work.request.function, work.program.main, work.request.mode, work.request.has_aux)
    return work


def _each(change: Callable[[Function], Function]) -> Callable[[Work], Work]:
    def run(work: Work) -> Work:
        return replace(work, program=map_functions(work.program, change))

    return run


def _gradient(value: bool, of_sum: bool = False) -> Callable[[Work], Work]:
    def run(work: Work) -> Work:
        request = work.request
        program = reverse.gradient(
            work.program, request.wrt, value=value, has_aux=request.has_aux, one=request.one, of_sum=of_sum
        )
        return replace(work, program=program, names=(program.entry,))

    return run


def _pullback(work: Work) -> Work:
    program, *names = reverse.pullback(work.program, work.request.wrt, work.request.has_aux)
    return replace(work, program=program, names=tuple(names))


def _tangent(value: bool) -> Callable[[Work], Work]:
    def run(work: Work) -> Work:
        program = forward.tangent(work.program, work.request.wrt, work.request.has_aux, value)
        return replace(work, program=program, names=(program.entry,))

    return run


def _linear_part(work: Work) -> Work:
    program, *names = linear_part.split(work.program, work.request.wrt, work.request.has_aux)
    return replace(work, program=program, names=tuple(names))


def _jacobian(make: Callable[..., Program]) -> Callable[[Work], Work]:
    def run(work: Work) -> Work:
        request = work.request
        program = make(work.program, request.wrt, request.has_aux, request.one)
        return replace(work, program=program, names=(program.entry,))

    return run


def _recomputed(work: Work) -> Work:
    return replace(work, program=recomputed(work.program))


def _write(work: Work) -> Work:
    program = map_functions(called_from(work.program, work.names), forget_constants)
    return replace(work, written=write(program, standalone=work.request.standalone, public=work.names))


READ = (Stage("lower", _read),)
PREPARE = (
    Stage("fold", _each(fold)),
    Stage("ask the first version for shapes", _each(ask_the_first)),
    Stage("share", _each(share)),
    Stage("write along paths", _each(write_along_paths)),
    Stage("drop dead code", _each(drop_dead_code)),
)
CHECKED = (
    Stage("check the arguments", _check_arguments),
    *READ,
    Stage("check the constants", _check_constants),
    *PREPARE,
    Stage("check the result", _check_result),
)
SIMPLIFY = (
    Stage("fold", _each(fold)),
    Stage("simplify derivatives", _each(simplify_derivatives)),
    Stage("share", _each(share)),
    Stage("drop dead code", _each(drop_dead_code)),
    Stage("sink into branches", _each(sink)),
    Stage("settle stores", _each(settle_stores)),
    Stage("drop what stores left", _each(drop_dead_code)),
)
WRITE = (Stage("write", _write),)

GRADIENT = (Stage("differentiate in reverse", _gradient(False)),)
VALUE_AND_GRADIENT = (Stage("differentiate in reverse", _gradient(True)),)
GRADIENT_OF_SUM = (Stage("differentiate in reverse", _gradient(False, of_sum=True)),)
PULLBACK = (Stage("differentiate in reverse", _pullback),)
TANGENT = (Stage("differentiate forward", _tangent(True)),)
TANGENT_ALONE = (Stage("differentiate forward", _tangent(False)),)
LINEARISED = (Stage("differentiate forward, apart", _linear_part),)
BY_ROWS = (Stage("differentiate by rows", _jacobian(jacobian.by_rows)),)
FIRST_BY_ROWS = (Stage("differentiate by rows", _jacobian(partial(jacobian.by_rows, word="grad"))),)
AGAIN_BY_ROWS = (Stage("differentiate by rows", _jacobian(partial(jacobian.by_rows, word="hessian"))),)
BY_COLUMNS = (Stage("differentiate by columns", _jacobian(jacobian.by_columns)),)
BY_EITHER = (Stage("differentiate by rows or columns", _jacobian(jacobian.by_either)),)

MODES: dict[str, tuple[Stage, ...]] = {
    "primal": READ + PREPARE + WRITE,
    "checkpoint": READ + PREPARE + (Stage("recompute", _recomputed),) + WRITE,
    "grad": CHECKED + GRADIENT + SIMPLIFY + WRITE,
    "value_and_grad": CHECKED + VALUE_AND_GRADIENT + SIMPLIFY + WRITE,
    "vjp": CHECKED + PULLBACK + SIMPLIFY + WRITE,
    "jvp": CHECKED + TANGENT + SIMPLIFY + WRITE,
    "linearize": CHECKED + LINEARISED + SIMPLIFY + WRITE,
    "elementwise_grad": CHECKED + GRADIENT_OF_SUM + SIMPLIFY + WRITE,
    "jacobian": CHECKED + BY_EITHER + SIMPLIFY + WRITE,
    "jacrev": CHECKED + BY_ROWS + SIMPLIFY + WRITE,
    "jacfwd": CHECKED + BY_COLUMNS + SIMPLIFY + WRITE,
    "hvp": CHECKED + GRADIENT + SIMPLIFY + TANGENT_ALONE + SIMPLIFY + WRITE,
    "hessian": CHECKED + FIRST_BY_ROWS + SIMPLIFY + AGAIN_BY_ROWS + SIMPLIFY + WRITE,
}

# By complex numbers the stages are the same, and what they accept is not.
_BY_COMPLEX_NUMBERS = ("grad", "value_and_grad", "jacobian", "jacrev", "jacfwd", "hessian")
MODES |= {f"{HOLOMORPHIC}{mode}": MODES[mode] for mode in _BY_COMPLEX_NUMBERS}

#: run the verifier after every stage (the tests do)
VERIFY = False


def run(request: Request, records: list[Record] | None = None, upto: str = "") -> Work:
    """Send a request through the stages of its mode, up to the one named `upto`; `records` gets what each did."""
    work = Work(request)
    for stage in MODES[request.mode]:
        if stage.name == upto:
            break
        start = time.perf_counter()
        work = stage.run(work)
        if records is not None:
            records.append(Record(stage.name, time.perf_counter() - start, work))
        if VERIFY and work.program.functions:
            verify(work.program)
    return work


def load(work: Work) -> tuple[Any, ...]:
    """The functions that a finished work asked for, in the order of `work.names`."""
    assert work.written is not None
    module = load_module(work.written.text, work.names[0], work.written.namespace)
    return tuple(module[name] for name in work.names)


def _for_callers(
    function: Any, arguments: Sequence[Argument], mode: str, wrt: Sequence[Place], has_aux: bool
) -> tuple[Lowered, tuple[str, ...]]:
    """The program of a derivative that another function calls, and the names of its functions."""
    one = mode == "hvp" and len(wrt) == 1
    work = run(Request(function, arguments, mode, tuple(wrt), one, has_aux), upto="write")
    assert work.lowered is not None
    return replace(work.lowered, program=work.program), work.names


products_by(_for_callers)
