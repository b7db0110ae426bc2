"""Values that are the same in each trip of the loops around them: the last one stays for the reverse sweep."""

from __future__ import annotations

from collections.abc import Mapping

from ast_ad.ir import primitives as P
from ast_ad.ir.core import UNDEFINED, Atom, Call, Callee, Lit, Var
from ast_ad.ir.kinds import Maybe, bound_kind
from ast_ad.transforms.regions import Branch, Cycle, Node, Region


def is_invariant(var: Var, home: Mapping[Var, Region], maker: Mapping[Var, Node], depth: int = 0) -> bool:
    """Whether a value is computed from what is outside all loops, by functions without effects."""
    call = maker.get(var)
    if not isinstance(call, Call) or isinstance(call.fn, Callee) or call.fn.effect or depth > 8:
        return False
    if call.fn.cost == 0 or call.fn.outs != 1 or call.fn is P.CALL_OPAQUE:
        return False
    return all(
        isinstance(a, Lit) or (a in home and not loops_around(home[a])) or is_invariant(a, home, maker, depth + 1)
        for a in call.args
    )


def loops_around(region: Region) -> list[Cycle]:
    """The loops around a region, outermost first."""
    return [r.inside for r in region.ancestors() if isinstance(r.inside, Cycle)][::-1]


def last_value(var: Var, home: Region) -> tuple[Var, Region]:
    """A variable carried out of all loops, with the region where it then is; a trip that does not make it keeps it."""
    kind = Maybe(bound_kind(var.kind))
    loops = loops_around(home)
    before: Atom = UNDEFINED
    kept: list[tuple[Var, Var]] = []
    for loop in loops:
        kept.append(loop.add_carried(var.name, before, kind))
        before = kept[-1][0]
    value, region = var, home
    for loop, (param, out) in zip(reversed(loops), reversed(kept), strict=True):
        while region is not loop.body:
            branch = region.inside
            assert isinstance(branch, Branch)
            then, orelse = (value, param) if region is branch.then else (param, value)
            value = branch.add_out(var.name, then, orelse, kind)
            assert region.parent is not None
            region = region.parent
        region.results.append(value)
        value = out
        assert region.parent is not None
        region = region.parent
    return value, region
