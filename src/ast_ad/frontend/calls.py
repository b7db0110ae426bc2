"""Lower calls: find out what is called, bind the arguments as Python does, and inline or call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import gast

from ast_ad.errors import NoSource, UnknownAtCompileTime, UnsupportedSyntax, WrongArgument
from ast_ad.frontend.captures import captured
from ast_ad.frontend.context import Frame, Lowering, lowers, static
from ast_ad.frontend.control import VALUE, lower_body
from ast_ad.frontend.copies import check_copies
from ast_ad.frontend.fence import RUNS_TEXT
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import names_of, reads
from ast_ad.frontend.source import Source, source_of
from ast_ad.frontend.stand_ins import of_stand_in, stand_in_of
from ast_ad.frontend.targets import bind_name, unpacked
from ast_ad.frontend.values import (
    Bound,
    Closure,
    Entries,
    Fields,
    Generated,
    Method,
    Product,
    Ref,
    Static,
    Stream,
    TupleOf,
    Value,
    describe,
    is_bottom,
)
from ast_ad.frontend.yields import behind_contextmanager, is_generator
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.wrappers import wrapper_of

Arguments = tuple[list[Value], dict[str, Value]]


@lowers(gast.Call)
def lower_call(lo: Lowering, node: Any, name: str) -> Value:
    """`function(*args, **kwargs)`."""
    function = lo.expr(node.func)
    args: list[Value] = []
    for arg in node.args:
        if isinstance(arg, gast.Starred):
            args += unpacked(lo, lo.expr(arg.value), None)
        else:
            args.append(lo.expr(arg))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = lo.expr(keyword.value)
        for key, item in ({keyword.arg: value} if keyword.arg is not None else double_star(lo, value)).items():
            if key in kwargs:
                raise lo.error(
                    WrongArgument, f"multiple values for the keyword argument {key!r}", remedy="Pass it once."
                )
            kwargs[key] = item
    lo.node = node
    return call_value(lo, function, args, kwargs, name)


def double_star(lo: Lowering, value: Value) -> dict[str, Value]:
    """The keyword arguments that `**value` stands for."""
    contents = lo.contents(value) if isinstance(value, Ref) else None
    if not isinstance(contents, Entries) or isinstance(contents, Fields):
        raise lo.error(WrongArgument, f"`**` of {describe(value)}", remedy="Unpack a dict with names as keys.")
    return dict(zip(contents.keys, contents.values, strict=True))


def call_value(
    lo: Lowering, function: Value, args: Sequence[Value], kwargs: Mapping[str, Value], name: str = ""
) -> Value:
    """The result of calling a value; of one that is not known yet nothing is known either."""
    call = _CALLS.get(type(function))
    if call is None and is_bottom(function):
        return function
    if call is None:
        raise lo.error(WrongArgument, f"{describe(function)} cannot be called", remedy="Call a function.")
    return call(lo, function, list(args), dict(kwargs), name)


def _closure(lo: Lowering, function: Closure, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    from ast_ad.frontend.local_calls import called_by_itself

    frame = lo.frames[function.frame]
    bound = bind_arguments(lo, function.node.args, function.defaults, args, kwargs, function.name)
    if is_generator(function.node):
        return Stream(function.node, frame.source, function.frame, bound, function.name)
    found = called_by_itself(lo, function, bound, name)
    return found or inline(lo, function.node, frame.source, function.frame, bound, function.name)


def _method(lo: Lowering, function: Method, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    from ast_ad.frontend.methods import call_method

    return call_method(lo, function.owner, function.name, args, kwargs, name)


def _bound(lo: Lowering, function: Bound, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    named = dict(zip(function.words, function.named, strict=True))
    return call_value(lo, function.function, [*function.args, *args], {**named, **kwargs}, name)


def _object(lo: Lowering, function: Value, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    from ast_ad.frontend.objects import special

    method = special(lo, function, "__call__")
    if method is None:
        raise lo.error(WrongArgument, f"{describe(function)} cannot be called", remedy="Call a function.")
    return call_value(lo, method, args, kwargs, name)


def _static(lo: Lowering, function: Static, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    from ast_ad.frontend.bound import closure_of
    from ast_ad.frontend.builtin_calls import BUILTINS
    from ast_ad.frontend.draws import call_that_draws
    from ast_ad.frontend.enclosed import Enclosed
    from ast_ad.frontend.endless import ITERTOOLS
    from ast_ad.frontend.fillers import FILLERS
    from ast_ad.frontend.higher_order import HIGHER_ORDER, call_made_function
    from ast_ad.frontend.instances import OBJECT_CALLS, construct, construct_stand_in, makes_objects
    from ast_ad.frontend.library import call_primitive, fold_call
    from ast_ad.frontend.meshes import MESHES
    from ast_ad.frontend.nested import call_program
    from ast_ad.frontend.objects import asked, class_of, iterated
    from ast_ad.frontend.outputs import call_that_writes
    from ast_ad.frontend.products import PRODUCTS, hessian_product
    from ast_ad.frontend.sparse import call_of_sparse
    from ast_ad.frontend.streams import collected
    from ast_ad.frontend.wrapped import call_wrapped
    from ast_ad.rules.table import primitive_of

    obj = function.obj
    if isinstance(obj, (type, BuiltinFunctionType)):
        args = [collected(lo, a) for a in args]
    args = [a.source if isinstance(a, Generated) else a for a in args] if is_consumer(obj) else args
    answer = asked(lo, obj, args) if isinstance(obj, (type, BuiltinFunctionType)) else None
    if answer is not None:
        return answer
    builtin = (BUILTINS.get(obj) or ITERTOOLS.get(obj)) if isinstance(obj, (type, BuiltinFunctionType)) else None
    if builtin is not None:
        return builtin(lo, iterated(lo, obj, args), kwargs, name)
    special_call = next(
        (lower for known, lower in (*OBJECT_CALLS, *HIGHER_ORDER, *FILLERS, *MESHES) if known is obj), None
    )
    if special_call is not None:
        return special_call(lo, args, kwargs, name)
    for special_kind in (call_that_draws, call_that_writes, call_of_sparse):
        found = special_kind(lo, function, args, kwargs, name)
        if found is not None:
            return found
    if obj is exec or obj is eval:
        raise lo.error(UnsupportedSyntax, f"{obj.__name__} of a text", **RUNS_TEXT._asdict())
    primitive = primitive_of(obj)
    if primitive is not None:
        return call_primitive(lo, primitive, args, kwargs, name)
    made = call_made_function(lo, function, args, kwargs, name)
    if made is not None:
        return made
    if makes_objects(obj):
        return construct(lo, obj, args, kwargs, name)
    stand_in = stand_in_of(obj)
    if stand_in is not None:
        return construct_stand_in(lo, stand_in, args, kwargs, name)
    if class_of(lo, function) is not None:
        return _object(lo, function, args, kwargs, name)
    if wrapper_of(obj) is not None:
        return call_wrapped(lo, function, args, kwargs, name)
    if hasattr(type(obj), "__ast_ad_product__"):
        return hessian_product(lo, obj.primal, args, kwargs, name)
    if hasattr(type(obj), "__ast_ad_program__"):
        return call_program(lo, function, args, kwargs, name)
    if _is_ours(obj) and obj.__name__ in PRODUCTS:
        return PRODUCTS[obj.__name__](lo, args, kwargs, name)
    if _is_ours(obj) and args:
        args[0] = closure_of(lo, args[0])
    if _is_ours(obj) and args and isinstance(args[0], Closure):
        args[0] = Static(Enclosed(args[0], lo), args[0].name)
    if _is_ours(obj) and all(isinstance(v, (Lit, Static)) for v in [*args, *kwargs.values()][:1]):
        title = f"an argument of {obj.__name__}"
        constants = [constant_of(lo, v, title) for v in args]
        return static(obj(*constants, **{k: constant_of(lo, v, title) for k, v in kwargs.items()}))
    if isinstance(obj, (FunctionType, MethodType)):
        return call_function(lo, function, args, kwargs, name)
    folded = fold_call(lo, obj, args, kwargs)
    if folded is not None:
        return folded
    return call_opaque(lo, function, args, kwargs, name)


_CALLS: dict[type, Callable[..., Value]] = {
    Bound: _bound,
    Closure: _closure,
    Method: _method,
    Product: lambda lo, function, args, kwargs, name: function.call(lo, args, kwargs, name),
    Ref: _object,
    Static: _static,
    TupleOf: _object,
}


def is_consumer(obj: Any) -> bool:
    """Whether a function uses up the iterators that it is given."""
    return isinstance(obj, (type, BuiltinFunctionType)) and obj not in (enumerate, filter, iter, map, reversed, zip)


def call_function(lo: Lowering, function: Static, args: list[Value], kwargs: dict[str, Value], name: str = "") -> Value:
    """A call of a function written in Python: inlined where it is one expression, else a call of its own function."""
    from ast_ad.frontend.fence import check
    from ast_ad.frontend.functions import call_lowered

    managed = behind_contextmanager(function.obj)
    if managed is not None:
        function = Static(managed, function.name, (*function.path, ("attr", "__wrapped__")) if function.path else ())
    try:
        source = source_of(function.obj)
    except NoSource:
        return call_opaque(lo, function, args, kwargs, name)
    if not is_readable(function.obj):
        return call_opaque(lo, function, args, kwargs, name)
    check(source.node, source)
    if source.receiver is not None:
        receiver = (
            captured(lo, (*function.path, ("attr", "__self__")), source.receiver, "self")
            if function.path
            else static(source.receiver, "self")
        )
        args = [receiver, *args]
    title = source.function.__name__
    bound = bind_arguments(lo, source.node.args, defaults_of(lo, source), args, kwargs, title)
    if is_generator(source.node):
        return Stream(source.node, source, None, bound, title)
    if any(is_bottom(v) for v in bound.values()):
        return Var(name, next(v for v in bound.values() if is_bottom(v)).kind)  # type: ignore[union-attr]
    if of_stand_in(source.function) or (_is_expression(source) and source.function not in lo.inlined):
        return inline(lo, source.node, source, None, bound, title)
    return call_lowered(lo, source, bound, name)


def _is_ours(obj: Any) -> bool:
    """Whether this is `grad` or one of its kin, which are called while compiling."""
    ours = isinstance(obj, FunctionType) and (obj.__module__ or "").partition(".")[0] == "ast_ad"
    return ours and not of_stand_in(obj)


def is_readable(obj: Any) -> bool:
    """Whether a function is the user's: what NumPy, SciPy and the standard library hold is not read."""
    module = getattr(obj, "__module__", None) or ""
    top = module.partition(".")[0]
    import sys

    return of_stand_in(obj) or (top not in ("numpy", "scipy", "ast_ad") and top not in sys.stdlib_module_names)


def defaults_of(lo: Lowering, source: Source) -> dict[str, Value]:
    """The defaults of a function: constants, or values that the function object holds."""
    function, args = source.function, source.node.args
    positional = [a.id for a in (*args.posonlyargs, *args.args)]
    held = function.__defaults__ or ()
    found: dict[str, Value] = {}
    first = len(positional) - len(held)
    for k, value in enumerate(held):
        found[positional[first + k]] = _default(lo, (held, ("item", k)), value, positional[first + k])
    for key, value in (function.__kwdefaults__ or {}).items():
        found[key] = _default(lo, (function.__kwdefaults__, key), value, key)
    return found


def _default(lo: Lowering, path: tuple[Any, ...], value: Any, name: str) -> Value:
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return Lit(value)
    return captured(lo, path, value, name)


def _is_expression(source: Source) -> bool:
    """Whether a function is one expression, and does not call itself."""
    node = source.node
    if not isinstance(node.body, list):
        return True
    body = [s for s in node.body if not (isinstance(s, gast.Expr) and isinstance(s.value, gast.Constant))]
    one = len(body) == 1 and isinstance(body[0], gast.Return) and body[0].value is not None
    return one and source.function.__name__ not in reads(node)


def bind_arguments(
    lo: Lowering,
    signature: Any,
    defaults: Mapping[str, Value],
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    title: str,
) -> dict[str, Value]:
    """The parameters' values, bound as Python binds them."""
    plain = [a.id for a in (*signature.posonlyargs, *signature.args)]
    only = {a.id for a in signature.posonlyargs}
    bound: dict[str, Value] = dict(zip(plain, args, strict=False))
    if len(args) > len(plain) and signature.vararg is None:
        wrong_call(lo, f"{title} takes {len(plain)} positional arguments, not {len(args)}")
    if signature.vararg is not None:
        bound[signature.vararg.id] = TupleOf(tuple(args[len(plain) :]))
    extra: dict[str, Value] = {}
    named = {a.id for a in signature.kwonlyargs} | (set(plain) - only)
    for key, value in kwargs.items():
        if key in named:
            if key in bound:
                wrong_call(lo, f"{title} got multiple values for argument {key!r}")
            bound[key] = value
        elif signature.kwarg is not None:
            extra[key] = value
        else:
            wrong_call(lo, f"{title} got an unexpected keyword argument {key!r}")
    for arg in (*plain, *(a.id for a in signature.kwonlyargs)):
        if arg not in bound:
            if arg not in defaults:
                wrong_call(lo, f"{title} misses the argument {arg!r}")
            bound[arg] = defaults[arg]
    if signature.kwarg is not None:
        bound[signature.kwarg.id] = lo.new_ref(Entries(tuple(extra), tuple(extra.values())), signature.kwarg.id)
    return bound


def wrong_call(lo: Lowering, sentence: str) -> None:
    """The error for arguments that do not fit."""
    raise lo.error(WrongArgument, sentence, remedy="Call it as its signature says.")


# Inlining


def inline(
    lo: Lowering,
    node: Any,
    source: Source,
    outer: int | None,
    bound: Mapping[str, Value],
    title: str,
    consumer: Callable[[Value], None] | None = None,
) -> Value:
    """The result of a function whose body is read here, in the middle of its caller; `consumer` gets what it yields."""
    key = node if outer is not None else source.function
    check_copies(lo, key, outer is not None, title)
    frame = new_frame(lo, node, source, outer, title)
    frame.consumer = consumer
    for name, value in bound.items():
        bind_name(lo, name, value)
    saved = lo.statement, lo.node
    lo.inlined.append(key)
    left, lo.state.left = lo.state.left, False
    result = lower_body(lo, frame)
    lo.state.left = left
    lo.inlined.pop()
    lo.statement, lo.node = saved
    lo.stack.pop()
    if not frame.names.captured:
        del lo.state.frames[frame.id]
    else:
        lo.state.frames[frame.id].pop(VALUE, None)
    return result


def new_frame(lo: Lowering, node: Any, source: Source, outer: int | None, title: str, caller: Any = None) -> Frame:
    """Enter a function; what stands for one of a library is seen where `caller` calls it."""
    lo.unit.frames += 1
    frame = Frame(lo.unit.frames, source, node, names_of(node), outer, title)
    if of_stand_in(source.function):
        frame.seen_at = (caller or lo).origin()
    lo.frames[frame.id] = frame
    lo.stack.append(frame)
    lo.state.frames[frame.id] = {}
    return frame


# Calls of what nobody knows


def call_opaque(lo: Lowering, function: Static, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    """A call that runs once, in its place, of a callable that is fetched at each call."""
    from ast_ad.frontend.captures import capture_variable
    from ast_ad.frontend.layouts import share_perhaps

    title = function.name or getattr(function.obj, "__name__", "this")
    if not function.path:
        reason = "It is no function that can be read, and there is no rule for it."
        remedy = "Call a function of NumPy, of math, or one of your own."
        raise lo.error(UnknownAtCompileTime, f"{title} is not known here", reason=reason, remedy=remedy)
    fn = capture_variable(lo, function.path, function.obj, title.rpartition(".")[2])
    keywords = {"keywords": tuple(kwargs)} if kwargs else {}
    atoms = map(lo.atom, (*args, *kwargs.values()))
    result = lo.emit(P.CALL_OPAQUE, fn, *atoms, name=name or title.rpartition(".")[2], **keywords)
    share_perhaps(lo, result, [*args, *kwargs.values()])
    return result
