"""The command line: `ast-ad dump | trace | check | rules`, also `python -m ast_ad`.

Exit codes: 0 all is well, 1 the check failed or the function cannot be differentiated, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

from ast_ad.errors import AstAdError, WrongArgument
from ast_ad.report import colours

_MODES = ("primal", "grad", "value_and_grad", "vjp", "jvp", "hvp", "jacobian", "jacrev", "jacfwd", "hessian")
_EXAMPLES = """\
examples:
  ast-ad dump model.py:loss                         the gradient by the first parameter, as Python
  ast-ad dump model.py:loss --wrt w,b --at "w=np.ones(3), b=0.0, x=np.ones((5, 3))"
  ast-ad dump model.py:loss --standalone -o loss_grad.py
  ast-ad trace model.py:loss --at "x=2.0" --mode reverse
  ast-ad check package.module:Model.loss --at "self=Model(), x=np.linspace(0, 1, 5)"
  ast-ad rules np.hypot

FUNCTION is FILE.py:NAME or package.module:NAME; NAME may be nested, as in Class.method.
--at is evaluated with np, math and the module's own names; without it, kinds come from annotations and defaults.
"""


class Target(NamedTuple):
    """The function that a command is about, and the module that its arguments are evaluated in."""

    function: Any
    module: ModuleType


class Usage(Exception):
    """What the user typed makes no sense; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        return int(options.run(options))
    except Usage as error:
        print(f"{parser.prog} {options.command}: {error}", file=sys.stderr)
        return 2
    except AstAdError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # of the user's own function: the way to it is what helps
        traceback.print_exc()
        return 1


# Commands


def dump(options: argparse.Namespace) -> int:
    """Print the derivative of a function as Python, or the way to it."""
    from ast_ad import pipeline
    from ast_ad.ir.show import show

    target = load(options.function)
    function, (mode, wrt, one, has_aux) = _how(target, options)
    arguments = _arguments(target, function, options.at)
    request = pipeline.Request(function, arguments, mode, wrt, one, has_aux, options.standalone)
    records: list[pipeline.Record] = []
    work = pipeline.run(request, records)
    assert work.written is not None
    if options.memory:
        from ast_ad.report.memory import listing

        if mode not in ("grad", "value_and_grad"):
            raise Usage("--memory is for the modes grad and value_and_grad")
        call = None if options.at is None else _values(target, function, options.at)
        print(listing(work.program, work.names, call))
        return 0
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(work.written.text)
        return 0
    coloured = colours.is_wanted(sys.stdout)
    if options.stages:
        before = None
        for record in records:
            changed = record.work.program is not before
            before = record.work.program
            title = f"# {record.stage}: {record.seconds * 1e3:.2f} ms"
            is_text = record.work.written is not None
            print(colours.heading(title if changed or is_text else f"{title}, no change", coloured))
            if changed and before.functions:
                print(f"\n{show(before)}\n")
    elif options.ir:
        starts = [k for k, r in enumerate(records) if r.stage.startswith("differentiate")]
        shown = [("as written", records[starts[0] - 1])] if starts else []
        shown.append(("derivative" if starts else "as written", records[-1]))
        for title, record in shown:
            print(colours.heading(f"# {title}", coloured))
            print(f"\n{show(record.work.program)}\n")
        return 0
    print(colours.python(work.written.text, coloured), end="")
    return 0


def trace(options: argparse.Namespace) -> int:
    """Print the evaluation trace of a call."""
    from ast_ad.report.trace import trace_of

    target = load(options.function)
    function = _primal(target.function)
    args, kwargs = _values(target, function, options.at)
    wrt = None if options.wrt is None else _wrt(options.wrt)
    print(trace_of(function, args, options.mode, wrt, kwargs).text(options.rows))
    return 0


def check(options: argparse.Namespace) -> int:
    """Hold the derivatives of a function against differences and against each other."""
    from ast_ad.checking import comparisons, is_differentiable, report
    from ast_ad.parameters import parameters_of, places_of
    from ast_ad.report.tables import table

    target = load(options.function)
    function = _primal(target.function)
    args, kwargs = _values(target, function, options.at)
    wrt = [k for k, value in enumerate(args) if is_differentiable(value)]
    if options.wrt is not None:
        try:
            places = places_of(_wrt(options.wrt), parameters_of(function), "check")[0]
        except WrongArgument as error:
            raise Usage(str(error)) from None
        wrt = [sum(place) if isinstance(place, tuple) else place for place in places]
    if not wrt:
        raise Usage("no argument is a float or an array of floats; see --at and --wrt")
    modes = ("fwd", "rev") if options.mode == "both" else (options.mode,)
    rows, wrong = [], []
    for one in comparisons(
        function, args, wrt=wrt, order=options.order, modes=modes, kwargs=kwargs,
        atol=options.atol, rtol=options.rtol, eps=options.eps,
    ):  # fmt: skip
        step = "" if one.step is None else f"{one.step:.1g}"
        verdict = "ok" if one.holds else "WRONG"
        numbers = (f"{one.difference:.1e}", f"{one.allowed:.1e}", step)
        rows.append((str(one.order), one.mode, one.argument + one.entry, *numbers, verdict))
        wrong += [] if one.holds else [one]
    heads = ("order", "mode", "argument", "difference", "allowed", "step", "")
    print(table(heads, rows, right=(3, 4, 5)))
    for one in wrong:
        print(report(one, options.function.rpartition(":")[2]), file=sys.stderr)
    return 1 if wrong else 0


def rules(options: argparse.Namespace) -> int:
    """List the functions that have derivatives, or show one rule as it is written."""
    from ast_ad.report.rules import list_of_rules, rule_as_written, rules_by_name

    if options.name is None:
        print(list_of_rules())
        return 0
    text = rule_as_written(options.name)
    if text is None:
        import difflib

        near = difflib.get_close_matches(options.name, rules_by_name(), n=3)
        hint = f"; there are {', '.join(near)}" if near else ""
        print(f"there is no rule for {options.name}{hint}", file=sys.stderr)
        return 1
    print(colours.python(text, colours.is_wanted(sys.stdout)), end="")
    return 0


# What the user names


def load(text: str) -> Target:
    """The function FILE.py:NAME or package.module:NAME."""
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise Usage(f"{text!r} is not FILE.py:FUNCTION or package.module:FUNCTION")
    module = _module(where)
    value: Any = module
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            holder = "the module" if value is module else value.__name__
            raise Usage(f"{where} has no {name!r}: {holder} has no name {part!r}") from None
    if not callable(value):
        raise Usage(f"{name} of {where} is a {type(value).__name__}, not a function")
    return Target(value, module)


def _module(where: str) -> ModuleType:
    is_file = where.endswith(".py") or os.sep in where
    if is_file and not os.path.isfile(where):
        raise Usage(f"there is no file {where}")
    sys.path.insert(0, os.path.dirname(os.path.abspath(where)) if is_file else os.getcwd())
    try:
        if not is_file:
            return importlib.import_module(where)
        stem = os.path.splitext(os.path.basename(where))[0]
        name = f"{stem}_" if stem in sys.modules else stem
        spec = importlib.util.spec_from_file_location(name, os.path.abspath(where))
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except Exception as error:
        raise Usage(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error


def _primal(function: Any) -> Any:
    """The function behind a derivative; any other as it is."""
    return getattr(function, "primal", function)


def _how(target: Target, options: argparse.Namespace) -> tuple[Any, tuple[Any, ...]]:
    """The function to read, and how it is differentiated: mode, wrt, one, has_aux."""
    from ast_ad.derivative import Derivative
    from ast_ad.parameters import parameters_of

    function = target.function
    if isinstance(function, Derivative) and options.mode is None and options.wrt is None:
        return function.primal, function.__ast_ad_derivative__
    function = _primal(function)
    mode = options.mode or "grad"
    if mode == "primal":
        return function, (mode, (), True, False)
    wrt: Any = parameters_of(function).names if mode in ("vjp", "jvp") else 0
    if options.wrt is not None:
        wrt = _wrt(options.wrt)
        wrt = (wrt,) if mode in ("vjp", "jvp") and not isinstance(wrt, tuple) else wrt
    try:
        return function, Derivative(function, mode, wrt, options.has_aux).__ast_ad_derivative__
    except WrongArgument as error:
        raise Usage(str(error)) from None


def _wrt(text: str) -> Any:
    """`w,b` as a tuple of names; one name or number by itself."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    wanted = tuple(int(part) if part.lstrip("-").isdigit() else part for part in parts)
    return wanted[0] if len(wanted) == 1 and "," not in text else wanted


def _evaluated(target: Target, at: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What `--at` says, as the arguments of a call."""
    import math

    import numpy as np

    names = {"np": np, "math": math, **vars(target.module)}
    names["_arguments"] = lambda *args, **kwargs: (args, kwargs)
    try:
        found: tuple[tuple[Any, ...], dict[str, Any]] = eval(f"_arguments({at})", names)
    except Exception as error:
        raise Usage(f"--at {at!r} cannot be evaluated: {type(error).__name__}: {error}") from error
    return found


def _values(target: Target, function: Any, at: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The values of all parameters: from `--at` and the defaults."""
    from ast_ad.parameters import parameters_of

    args, kwargs = ((), {}) if at is None else _evaluated(target, at)
    try:
        return parameters_of(function).complete(args, kwargs)
    except TypeError as error:
        raise Usage(f'{error}; give the arguments as in --at "x=2.0, w=np.ones(3)"') from None


def _arguments(target: Target, function: Any, at: str | None) -> Any:
    """What is known of the parameters: from `--at`, or from annotations and defaults."""
    from ast_ad.frontend.signature import arguments_from_annotations, arguments_of

    if at is None:
        return arguments_from_annotations(function)
    return arguments_of(function, *_values(target, function, at))


# The words of the command line


def _parser() -> argparse.ArgumentParser:
    version = vars(sys.modules["ast_ad"])["__version__"]
    parser = argparse.ArgumentParser(
        prog="ast-ad",
        description="Derivatives of NumPy programs, as source.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ast-ad {version}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    one = _command(commands, dump, "print the derivative as Python")
    one.add_argument("--mode", choices=_MODES, help="what to print (default: grad)")
    one.add_argument("--wrt", metavar="NAMES", help="parameters to differentiate by, as in w,b (default: the first)")
    one.add_argument("--has-aux", action="store_true", help="the function returns a pair (value, aux)")
    one.add_argument("--ir", action="store_true", help="the IR, before and after differentiation")
    one.add_argument("--stages", action="store_true", help="each stage with its time and IR, then the text")
    one.add_argument(
        "--memory", action="store_true", help="what is recorded for the reverse sweep, and how large it is"
    )
    one.add_argument("--standalone", action="store_true", help="one file that runs with NumPy alone")
    one.add_argument("-o", "--output", metavar="FILE", help="write the text to a file")

    one = _command(commands, trace, "print each step of a call with its value and derivative")
    one.add_argument("--mode", choices=("forward", "reverse"), default="forward")
    one.add_argument("--wrt", metavar="NAMES", help="parameters to differentiate by")
    one.add_argument("--rows", type=_positive, metavar="N", help="rows of a sweep that are printed (default: 50)")

    one = _command(commands, check, "hold the derivatives against differences")
    one.add_argument("--mode", choices=("fwd", "rev", "both"), default="both")
    one.add_argument("--order", type=_positive, default=2, help="up to which order (default: 2)")
    one.add_argument("--wrt", metavar="NAMES", help="parameters to check (default: all of floats)")
    one.add_argument("--atol", type=float, help="absolute tolerance")
    one.add_argument("--rtol", type=float, help="relative tolerance")
    one.add_argument("--eps", type=float, help="step of the differences")

    one = commands.add_parser("rules", help="list the functions that have derivatives, or show a rule")
    one.add_argument("name", nargs="?", metavar="NAME", help="a function, as in np.hypot")
    one.set_defaults(run=rules)
    return parser


def _command(commands: Any, run: Any, words: str) -> Any:
    """A command about a function."""
    parser = commands.add_parser(
        run.__name__,
        help=words,
        description=run.__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("function", metavar="FUNCTION", help="FILE.py:NAME or package.module:NAME")
    parser.add_argument("--at", metavar="ARGS", help='arguments, as in "w=np.ones(3), x=2.0"')
    parser.set_defaults(run=run)
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value
