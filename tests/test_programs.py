"""Every program of `tests/programs`, on each of its inputs, held against the definition of a derivative.

A case of the suite is a program with one input.  `oracle` is the judge; it knows nothing of how derivatives are made.
"""

import contextlib
import copy
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import oracle
import pytest
from programs import Program, every_program

import ast_ad

HERE = Path(__file__).parent
PROGRAMS = list(every_program())


def cases() -> list[Any]:
    """One parameter set a case, named after module, function and the number of the input."""
    seen: dict[str, int] = {}
    found = []
    for program in PROGRAMS:
        for args in program.inputs:
            number = seen[program.name] = seen.get(program.name, -1) + 1
            found.append(pytest.param((program, args), id=f"{program.name}[{number}]"))
    return found


@pytest.fixture(params=cases())
def case(request: pytest.FixtureRequest) -> tuple[Program, tuple[Any, ...]]:
    """A program and arguments of its own, which a test may ruin."""
    program, args = request.param
    return program, copy.deepcopy(args)


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """What the programs print is not for the tests' reader."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def printed_by(function: Any, args: tuple[Any, ...]) -> tuple[Any, str]:
    """The result of a call, and what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        result = function(*args)
    return result, text.getvalue()


def gradient_and_point(program: Program, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The gradient as a function of the differentiated arguments alone, and these."""
    gradient = ast_ad.grad(program.function, argnums=program.wrt)
    return oracle.restricted(gradient, args, program.wrt), tuple(args[k] for k in program.wrt)


def test_the_value_is_bit_for_bit_the_primals(case):
    program, args = case
    expected, expected_text = printed_by(program.function, copy.deepcopy(args))
    (value, _), text = printed_by(ast_ad.value_and_grad(program.function, program.wrt), args)
    assert oracle.is_identical(value, expected), f"{value!r}, but the primal returns {expected!r}"
    assert text == expected_text


def test_arguments_come_back_unchanged(case):
    program, args = case
    before = copy.deepcopy(args)
    ast_ad.value_and_grad(program.function, program.wrt)(*args)
    assert oracle.is_identical(args, before)


def test_the_gradient_agrees_with_central_differences(case):
    program, args = case
    gradient = ast_ad.grad(program.function, program.wrt)(*args)
    oracle.assert_gradient(program.function, args, program.wrt, gradient)


def test_one_argument_by_itself_has_the_gradient_it_has_among_others(case):
    program, args = case
    together = ast_ad.grad(program.function, program.wrt)(*args)
    alone = ast_ad.grad(program.function, program.wrt[-1])(*args)
    difference = oracle.flatten(alone) - oracle.flatten(together[-1])
    scale = abs(oracle.flatten(together)).max(initial=0.0)  # a gradient by one argument may be rounding alone
    tolerance = 1e-13 if oracle.is_double(together) else 1e-5
    assert abs(difference).max(initial=0.0) <= tolerance * scale


def test_both_modes_agree_in_the_dot_product(case):
    program, args = case
    function = oracle.restricted(program.function, args, program.wrt)
    oracle.assert_modes_agree(function, tuple(args[k] for k in program.wrt))


def test_hessian_products_agree_with_differences_of_the_gradient(case):
    oracle.assert_hessian_product(*gradient_and_point(*case))


def test_reverse_over_reverse_equals_forward_over_reverse(case):
    oracle.assert_second_order_modes_agree(*gradient_and_point(*case))


PRINT_SOURCES = """
import contextlib, io, json
from programs import every_program
import ast_ad

texts = []
with contextlib.redirect_stdout(io.StringIO()):
    for program in every_program():
        for args in program.inputs:
            derivative = ast_ad.value_and_grad(program.function, program.wrt)
            texts.append(derivative.source_for(*args))
print(json.dumps(texts))
"""


def sources_in_a_fresh_process(hash_seed: str) -> list[str]:
    """The derivatives' texts, in the order of `cases`, compiled with nothing cached."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONHASHSEED": hash_seed,
        "AST_AD_CACHE_DIR": "",
    }
    command = [sys.executable, "-c", PRINT_SOURCES]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_same_input_gives_the_same_text_in_every_process():
    first, second = sources_in_a_fresh_process("1"), sources_in_a_fresh_process("2")
    names = [case.id for case in cases()]
    assert len(first) == len(names)
    assert [n for n, a, b in zip(names, first, second, strict=True) if a != b] == []


def test_the_inputs_reach_every_line_of_the_programs():
    """A line that no input reaches is a line whose derivative nobody has checked."""
    files = {str(path): path for path in sorted((HERE / "programs").glob("[!_]*.py"))}
    reached: set[tuple[str, int]] = set()

    def watch(frame: Any, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return watch

    previous = sys.gettrace()
    sys.settrace(watch)
    try:
        for name, path in files.items():
            module = {"__name__": f"programs.{path.stem}", "__package__": "programs"}
            exec(compile(path.read_text(encoding="utf-8"), name, "exec"), module)
            for program in module["PROGRAMS"]:
                for args in program.inputs:
                    program.function(*args)
    finally:
        sys.settrace(previous)
    lines = [
        (name, line)
        for name, path in files.items()
        for line in lines_of_functions(path)
        if not is_out_of_reach(path.read_text(encoding="utf-8").splitlines()[line - 1])
    ]
    assert " ".join(f"{files[name].name}:{line}" for name, line in lines if (name, line) not in reached) == ""


def is_out_of_reach(line: str) -> bool:
    """Whether a line says that no input reaches it, or raises: an error has no derivative."""
    return line.strip().startswith("raise ") or line.endswith("# no input reaches this")


def lines_of_functions(path: Path) -> list[int]:
    """The numbers of the lines that the functions of a module execute."""
    module = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    pending = [part for part in module.co_consts if isinstance(part, CodeType)]
    found: set[int] = set()
    while pending:
        code = pending.pop()
        pending += [part for part in code.co_consts if isinstance(part, CodeType)]
        found |= {line for _, _, line in code.co_lines() if line and line > code.co_firstlineno}
    return sorted(found)
