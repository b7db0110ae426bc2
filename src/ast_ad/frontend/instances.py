"""Make objects while a function is read: `Cls(...)`, `super()`, `dataclasses.replace`, `copy.copy`."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, SimpleNamespace
from typing import Any

from ast_ad.errors import UnsupportedSyntax, WrongArgument
from ast_ad.frontend.calls import bind_arguments, call_value, defaults_of, inline, wrong_call
from ast_ad.frontend.captures import captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.fence import check
from ast_ad.frontend.known import constant_of
from ast_ad.frontend.liveness import parameters
from ast_ad.frontend.objects import (
    attribute_of_object,
    class_of,
    field_of,
    lookup,
    of_class,
    set_attribute,
    set_field,
    special,
)
from ast_ad.frontend.source import source_of
from ast_ad.frontend.stand_ins import is_stand_in
from ast_ad.frontend.values import NONE, Entries, Fields, Items, Ref, Run, Static, Super, TupleOf, Value, describe
from ast_ad.ir.core import Lit
from ast_ad.runtime import is_record

Args = Sequence[Value]
Kwargs = Mapping[str, Value]


def makes_objects(obj: Any) -> bool:
    """Whether a class is one whose objects are followed."""
    return isinstance(obj, type) and (is_record(obj) or (issubclass(obj, tuple) and hasattr(obj, "_fields")))


def construct(lo: Lowering, cls: type, args: list[Value], kwargs: dict[str, Value], name: str = "") -> Value:
    """`Cls(*args, **kwargs)`."""
    if issubclass(cls, tuple):
        return _named_tuple(lo, cls, args, kwargs)
    new = lookup(cls, "__new__")
    if (new is not None and new[0] is not object and cls is not SimpleNamespace) or type(
        cls
    ).__call__ is not type.__call__:
        raise lo.error(
            UnsupportedSyntax,
            f"{cls.__name__} makes its objects in a way of its own",
            reason="It has a __new__ or a metaclass, which is not followed.",
            remedy="Make the object outside, and pass it as an argument.",
        )
    made = lo.new_ref(Fields((), (), cls), name)
    if cls is SimpleNamespace:
        lo.set_contents(made, Fields(tuple(kwargs), tuple(kwargs.values()), cls))
        return made
    found = lookup(cls, "__init__")
    assert found is not None
    holder, init = found
    if holder is object:
        if args or kwargs:
            wrong_call(lo, f"{cls.__name__} takes no arguments")
    elif (
        isinstance(init, FunctionType)
        and init.__code__.co_filename.startswith("<")
        and dataclasses.is_dataclass(holder)
    ):
        _initialise(lo, holder, made, args, kwargs)
    else:
        function = of_class(lo, None, cls, holder, init, "__init__")
        source = source_of(function.obj) if isinstance(function, Static) else None
        assert source is not None
        check(source.node, source)
        bound = bind_arguments(
            lo, source.node.args, defaults_of(lo, source), [made, *args], kwargs, f"{cls.__name__}.__init__"
        )
        inline(lo, source.node, source, None, bound, f"{cls.__name__}.__init__")
    return made


def construct_stand_in(lo: Lowering, cls: type, args: list[Value], kwargs: dict[str, Value], name: str) -> Value:
    """`deque(...)`: its list of elements has the name of the whole."""
    made = construct(lo, cls, args, kwargs, name)
    for part in lo.contents(made).values if isinstance(made, Ref) and name else ():  # type: ignore[union-attr]
        if isinstance(part, Ref):
            part.location.name = name
    return made


def _initialise(lo: Lowering, cls: type, made: Ref, args: list[Value], kwargs: dict[str, Value]) -> None:
    """What the `__init__` of a dataclass does."""
    fields = dataclasses.fields(cls)
    if len(fields) != len([f for f in cls.__dataclass_fields__.values() if "ClassVar" not in repr(f._field_type)]):  # type: ignore[attr-defined]
        raise lo.error(UnsupportedSyntax, "a dataclass with InitVar", remedy="Make the object outside.")
    positional = [f.name for f in fields if f.init and not f.kw_only]
    if len(args) > len(positional):
        wrong_call(lo, f"{cls.__name__} takes {len(positional)} positional arguments, not {len(args)}")
    given = dict(zip(positional, args, strict=False))
    for key, value in kwargs.items():
        if key in given or key not in {f.name for f in fields if f.init}:
            wrong_call(lo, f"{cls.__name__} got an unexpected keyword argument {key!r}")
        given[key] = value
    for f in fields:
        field_value = given.get(f.name) or _default(lo, cls, f)
        if field_value is None:
            if f.init:
                wrong_call(lo, f"{cls.__name__} misses the argument {f.name!r}")
            continue
        set_field(lo, made, f.name, field_value)
    after = special(lo, made, "__post_init__")
    if after is not None:
        call_value(lo, after, [], {})


def _default(lo: Lowering, cls: type, f: Any) -> Value | None:
    if f.default_factory is not dataclasses.MISSING:
        return call_value(lo, Static(f.default_factory), [], {})
    if f.default is dataclasses.MISSING:
        return None
    if isinstance(f.default, (bool, int, float, complex, str, type(None), tuple)):
        return static(f.default)
    path = (cls.__dataclass_fields__, ("item", f.name), ("attr", "default"))  # type: ignore[attr-defined]
    return captured(lo, path, f.default, f.name)


def _named_tuple(lo: Lowering, cls: Any, args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = lookup(cls, "__new__")
    code = getattr(inspect.unwrap(getattr(found[1], "__func__", found[1])), "__code__", None) if found else None
    if code is not None and not code.co_filename.startswith("<"):
        raise lo.error(UnsupportedSyntax, f"{cls.__name__} has a __new__ of its own", remedy="Make the object outside.")
    given = dict(zip(cls._fields, args, strict=False))
    if len(args) > len(cls._fields) or any(k in given or k not in cls._fields for k in kwargs):
        wrong_call(lo, f"{cls.__name__} takes {', '.join(cls._fields)}")
    given |= kwargs
    for key in cls._fields:
        if key not in given:
            if key not in cls._field_defaults:
                wrong_call(lo, f"{cls.__name__} misses the argument {key!r}")
            given[key] = static(cls._field_defaults[key])
    return TupleOf(tuple(given[k] for k in cls._fields), cls)


# super


def lower_super(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    """`super()`: the methods of the bases."""
    if args:
        cls, owner = constant_of(lo, args[0], "the class of super"), args[1]
        return Super(cls, owner)
    frame = lo.frame
    while frame.outer is not None:
        frame = lo.frames[frame.outer]
    function = frame.source.function
    first = next(iter(parameters(frame.node)), None)
    if "__class__" not in function.__code__.co_freevars or first is None:
        raise lo.error(WrongArgument, "super() outside of a method", remedy="Name the class and the object.")
    cell = (function.__closure__ or ())[function.__code__.co_freevars.index("__class__")]
    return Super(cell.cell_contents, lo.state.frames[frame.id][first])


def attribute_of_super(lo: Lowering, owner: Super, name: str) -> Value:
    """`super().name`: found in the classes after the one that the method is in."""
    receiver = owner.owner
    own = receiver.obj if isinstance(receiver, Static) and isinstance(receiver.obj, type) else class_of(lo, receiver)
    assert own is not None
    after = own.__mro__[own.__mro__.index(owner.cls) + 1 :]
    for base in after:
        if name in base.__dict__:
            if base is object:
                return Static(getattr(object, name), name)
            return of_class(lo, receiver, own, base, base.__dict__[name], name)
    raise lo.error(WrongArgument, f"super() has no attribute {name!r}", remedy="Check its spelling.")


# Functions that make, read and copy objects


def _replace(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    cls = class_of(lo, args[0])
    if cls is None or not dataclasses.is_dataclass(cls):
        raise lo.error(WrongArgument, f"replace of {describe(args[0])}", remedy="Pass a dataclass.")
    fields = [f.name for f in dataclasses.fields(cls) if f.init]
    given = {n: kwargs.get(n) or field_of(lo, args[0], n) for n in fields}
    return construct(lo, cls, [], {**given, **kwargs}, name)  # type: ignore[dict-item]


def _copied(lo: Lowering, value: Value, deep: bool) -> Value:
    from ast_ad.frontend.values import may_be_array
    from ast_ad.ir import primitives as P

    if may_be_array(value):
        return lo.emit(P.COPY, lo.read(value))  # type: ignore[arg-type]
    if isinstance(value, TupleOf):
        return dataclasses.replace(value, items=tuple(_copied(lo, v, deep) for v in value.items)) if deep else value
    own = special(lo, value, "__deepcopy__" if deep else "__copy__")
    if own is not None and is_stand_in(class_of(lo, value)):
        return call_value(lo, own, [], {})
    if own is not None:
        raise lo.error(UnsupportedSyntax, "a class with a copy method of its own", remedy="Call it by its name.")
    if isinstance(value, Ref):
        contents = lo.contents(value)
        if deep and isinstance(contents, (Items, Entries)):
            contents = dataclasses.replace(contents, values=tuple(_copied(lo, v, deep) for v in contents.values))
        if isinstance(contents, (Items, Entries, Run)):
            return lo.new_ref(contents, value.location.name)
    cls = class_of(lo, value)
    if isinstance(value, Static) and cls is not None:
        inside = attribute_of_object(lo, value, cls, "__dict__")
        held = lo.contents(inside)  # type: ignore[arg-type]
        values = tuple(_copied(lo, v, deep) if deep else v for v in held.values)  # type: ignore[union-attr]
        return lo.new_ref(Fields(held.keys, values, cls), value.name)  # type: ignore[union-attr]
    return value


def _getattr(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.methods import attribute, has_attribute

    word = constant_of(lo, args[1], "the name of an attribute")
    if len(args) > 2 and not has_attribute(lo, args[0], word):
        return args[2]
    return attribute(lo, args[0], word, name)


def _setattr(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    set_attribute(lo, args[0], constant_of(lo, args[1], "the name of an attribute"), args[2])
    return NONE


def _set_past_class(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    if class_of(lo, args[0]) is None or not isinstance(args[0], Ref):
        set_attribute(lo, args[0], "", args[2])
    set_field(lo, args[0], constant_of(lo, args[1], "the name of an attribute"), args[2])
    return NONE


def _vars(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.methods import attribute

    return attribute(lo, args[0], "__dict__", name)


def _hasattr(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    from ast_ad.frontend.methods import has_attribute

    return Lit(has_attribute(lo, args[0], constant_of(lo, args[1], "the name of an attribute")))


def _nothing(lo: Lowering, args: Args, kwargs: Kwargs, name: str) -> Value:
    return NONE


#: by the function that is called
OBJECT_CALLS: list[tuple[Any, Callable[..., Value]]] = [
    (copy.copy, lambda lo, args, kwargs, name: _copied(lo, args[0], False)),
    (copy.deepcopy, lambda lo, args, kwargs, name: _copied(lo, args[0], True)),
    (dataclasses.replace, _replace),
    (getattr, _getattr),
    (hasattr, _hasattr),
    (object.__init__, _nothing),
    (object.__setattr__, _set_past_class),
    (setattr, _setattr),
    (super, lower_super),
    (vars, _vars),
]
