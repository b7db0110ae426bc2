"""Call functions that say how they are differentiated: under `no_grad`, or with a rule of the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MethodType

from ast_ad.frontend.calls import call_value
from ast_ad.frontend.captures import Guard, captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.custom import call_custom
from ast_ad.frontend.values import Bound, Product, Static, Value
from ast_ad.ir.core import Lit
from ast_ad.wrappers import Constant, no_grad, wrapper_of


def call_wrapped(
    lo: Lowering, function: Static, args: Sequence[Value], kwargs: Mapping[str, Value], name: str
) -> Value:
    """The result of calling a wrapper, or a method that is one."""
    if isinstance(function.obj, MethodType):
        method, path = function.obj, function.path
        receiver = (
            captured(lo, (*path, ("attr", "__self__")), method.__self__, "self") if path else static(method.__self__)
        )
        plain = Static(method.__func__, function.name, (*path, ("attr", "__func__")) if path else ())
        return call_value(lo, Bound(plain, (receiver,)), args, kwargs, name)
    wrapper = wrapper_of(function.obj)
    if not isinstance(wrapper, Constant):
        return call_custom(lo, function, args, kwargs, name)
    path = (*(function.path or (wrapper,)), ("attr", "fun"))
    lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, wrapper.fun))
    with lo.computing_constants(True):
        return call_value(lo, Static(wrapper.fun, function.name, path), args, kwargs, name)


def make_constant(lo: Lowering, args: Sequence[Value], kwargs: Mapping[str, Value], name: str) -> Value:
    """`no_grad(f)`, a function of the program whose results are constants."""
    if not args or kwargs or isinstance(args[0], Lit):
        return Static(no_grad)  # `no_grad()` as a decorator
    fun = args[0]

    def call(lo: Lowering, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
        with lo.computing_constants(True):
            return call_value(lo, fun, args, kwargs, name)

    return Product(call, "that no_grad gives")
