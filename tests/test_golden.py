"""Derivatives that are read by people: their text is as it was, and the file itself is right."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import oracle
import pytest

import ast_ad

ROOT = Path(__file__).resolve().parents[1]


def _tool():
    spec = importlib.util.spec_from_file_location("golden_tool", ROOT / "tools" / "golden.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["golden_tool"] = module
    spec.loader.exec_module(module)
    return module


TOOL = _tool()
PATHS = {path.stem: path for path in TOOL.files()}


@pytest.mark.parametrize("name", PATHS)
def test_the_text_is_what_the_compiler_writes(name):
    path = PATHS[name]
    assert path.read_text() == TOOL.expected(path), "read the new text, and run tools/golden.py if it is better"


@pytest.mark.parametrize("name", PATHS)
def test_the_file_itself_computes_the_gradient(name):
    module = TOOL.module_of(PATHS[name])
    primal, wrt, args = getattr(module, name), module.WRT, module.EXAMPLE
    mode = getattr(module, "MODE", "grad")
    result = getattr(module, f"{name}_{mode}")(*args)
    if mode == "value_and_grad":
        value, result = result
        assert oracle.is_identical(value, primal(*args))
    gradient = result if isinstance(wrt, tuple) else (result,)
    wrt = wrt if isinstance(wrt, tuple) else (wrt,)
    oracle.assert_gradient(primal, args, wrt, gradient)


@pytest.mark.parametrize("name", PATHS)
def test_second_derivatives_agree_in_both_modes(name):
    module = TOOL.module_of(PATHS[name])
    primal, args = getattr(module, name), module.EXAMPLE
    wrt = module.WRT if isinstance(module.WRT, tuple) else (module.WRT,)
    gradient = oracle.restricted(ast_ad.grad(primal, wrt), args, wrt)
    oracle.assert_second_order_modes_agree(gradient, tuple(args[k] for k in wrt))


@pytest.mark.parametrize("name", PATHS)
def test_no_array_is_copied_that_the_function_does_not_copy(name):
    above, _, below = PATHS[name].read_text().partition(TOOL.MARK)
    copies = above.count(".copy()") + getattr(TOOL.module_of(PATHS[name]), "COPIES", 0)
    code = "".join(line.partition("#")[0] for line in below.splitlines())
    assert code.count(".copy()") <= copies


def test_arguments_come_back_unchanged_from_every_file():
    for name, path in PATHS.items():
        module = TOOL.module_of(path)
        before = [a.copy() if isinstance(a, np.ndarray) else a for a in module.EXAMPLE]
        getattr(module, f"{name}_{getattr(module, 'MODE', 'grad')}")(*module.EXAMPLE)
        for a, b in zip(module.EXAMPLE, before, strict=True):
            if isinstance(a, np.ndarray):
                assert np.array_equal(a, b), name
