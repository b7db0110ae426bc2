"""Dependence: which values depend on some parameters in any way, or in any way but by their shapes."""

from __future__ import annotations

from ast_ad.analyses.activity import Activity
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Callee, Program

#: words that ask for a shape or a length
OF_SHAPES = {P.SHAPE, P.LENGTH, P.IS_EMPTY}


class Dependence(Activity):
    """As in `Activity`, and truth values, integers and choices count too; shapes only where they are asked for."""

    def __init__(self, program: Program, by_shape: bool = False) -> None:
        super().__init__(program)
        self.by_shape = by_shape

    def _vary_call(self, call: Call, varied: set[Atom]) -> None:
        if isinstance(call.fn, Callee):
            pattern = tuple(a in varied for a in call.args)
            if any(pattern):
                found = self.varied_results(call.fn.name, pattern)
                varied.update(o for o, v in zip(call.outs, found, strict=True) if v)
        elif (self.by_shape or call.fn not in OF_SHAPES) and any(a in varied for a in call.args):
            varied.update(call.outs)
