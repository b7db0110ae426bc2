"""`import` inside a function: names mean what Python makes them mean, and a missing module is told."""

import math
import sys
import types

import numpy as np
import pytest

from ast_ad import grad
from ast_ad.errors import UnknownAtCompileTime


def modules(x):
    import math
    import os.path

    import numpy.linalg as la

    return math.sin(x) * la.norm(np.array([x, 2.0])) * len(os.path.sep)


def names(x, n):
    from math import cos as c, pi

    y = x
    for _ in range(n):
        from math import sin

        y = sin(y) + c(x)
    return y * pi


def test_modules_and_their_names():
    assert grad(modules)(0.5) == pytest.approx(
        math.cos(0.5) * math.hypot(0.5, 2) + math.sin(0.5) * 0.5 / math.hypot(0.5, 2)
    )
    step = 1e-6
    assert grad(names)(0.5, 2) == pytest.approx((names(0.5 + step, 2) - names(0.5 - step, 2)) / (2 * step))
    assert grad(names)(0.5, 0) == math.pi


def test_a_number_is_read_again_and_a_function_is_guarded(monkeypatch):
    module = types.ModuleType("rates_of_the_test")
    module.rate, module.shape = 3.0, math.sin
    monkeypatch.setitem(sys.modules, "rates_of_the_test", module)

    def f(x):
        from rates_of_the_test import rate, shape

        return rate * shape(x)

    g = grad(f)
    assert g(0.5) == 3 * math.cos(0.5)
    module.rate = 5.0
    assert g(0.5) == 5 * math.cos(0.5)
    module.shape = math.exp
    assert g(0.5) == 5 * math.exp(0.5)


def test_what_cannot_be_imported_is_told_with_its_place():
    def f(x):
        import a_module_that_nobody_has

        return a_module_that_nobody_has.g(x)

    with pytest.raises(UnknownAtCompileTime) as caught:
        grad(f)(1.0)
    text = str(caught.value)
    assert "a_module_that_nobody_has cannot be imported: No module named 'a_module_that_nobody_has'" in text
    assert (
        "        import a_module_that_nobody_has\n        ^^^^^^^" in text
        or "    import a_module_that_nobody_has\n    ^^^^^^^" in text
    )

    def g(x):
        from math import sinn

        return sinn(x)

    with pytest.raises(UnknownAtCompileTime, match=r"math\.sinn cannot be imported"):
        grad(g)(1.0)
