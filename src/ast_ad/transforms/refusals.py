"""The errors for what has no derivative, with the place in the user's source."""

from __future__ import annotations

from ast_ad import errors
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Atom, Call, Callee, Var
from ast_ad.rules.table import rule_of
from ast_ad.rules.terms import UnknownRank


def no_rule(call: Call, active: set[Atom]) -> errors.AstAdError:
    """The error for a primitive that has no rule and meets an active value."""
    if isinstance(call.fn, Callee):
        return _refusal(call, active, f"{call.fn.name} is unknown")
    if call.fn is P.CALL_OPAQUE and isinstance(call.args[0], Var):
        return _refusal(call, active, f"{call.args[0].name} has no derivative rule, and its source cannot be read")
    numbers = " for complex numbers" if rule_of(call.fn) is not None else ""
    return _refusal(call, active, f"{call.fn!r} has no derivative rule{numbers}")


def refused(call: Call, active: set[Atom], found: Exception) -> errors.AstAdError:
    """The error for a rule that does not serve a call: it needs a rank, or does not honour an argument."""
    return rank_needed(call) if isinstance(found, UnknownRank) else _refusal(call, active, str(found))


def _refusal(call: Call, active: set[Atom], sentence: str) -> errors.AstAdError:
    names = [a.name for a in call.args if isinstance(a, Var) and a in active and a.name]
    who = names[0] if names else "an argument"
    return errors.NoDerivative(
        sentence,
        call.origin,
        reason=f"{who} is active here: it depends on what is differentiated.",
        remedy=f"If {who} should count as constant, write ast_ad.stop_gradient({who}).",
    )


def rank_needed(call: Call) -> errors.AstAdError:
    """The error for a derivative whose form depends on a rank that is not known."""
    return errors.UnknownAtCompileTime(
        f"the derivative of {call.fn!r} depends on the number of axes of its argument, which is not known here",
        call.origin,
        reason="No actual arguments and no annotation say what the argument is.",
        remedy="Call the function with its arguments first, or give an example (ast-ad dump --at).",
    )
