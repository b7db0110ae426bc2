"""Objects of the user's classes: attributes found as Python finds them, methods, operators by their special methods.

An object is `Fields` at a location where it came as an argument or was made here, and `Static` where it was found
outside: then its attributes are read again at each call, and it may not be written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

from ast_ad.errors import MayAlias, UnsupportedSyntax, WrongArgument
from ast_ad.frontend.captures import Guard, captured
from ast_ad.frontend.context import Lowering, static
from ast_ad.frontend.sets import set_
from ast_ad.frontend.stand_ins import is_stand_in, stands_for
from ast_ad.frontend.trips import with_entry
from ast_ad.frontend.values import (
    Bound,
    Fields,
    Flat,
    Generated,
    Method,
    Ref,
    Static,
    TupleOf,
    Value,
    describe,
    may_be_array,
)
from ast_ad.ir.core import Lit, Var
from ast_ad.runtime import fields_of, is_record

_BINARY = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
    "<<": "lshift",
    ">>": "rshift",
    "&": "and",
    "|": "or",
    "^": "xor",
}
_COMPARED = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_MIRRORED = {"<": "gt", "<=": "ge", ">": "lt", ">=": "le", "==": "eq", "!=": "ne"}
UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}
_OUTSIDE = "It belongs to the module or the function around, so the write would outlive the call."


# Attributes


def class_of(lo: Lowering, value: Any) -> type | None:
    """The class of an object of the user's; None for all other values."""
    if isinstance(value, Ref):
        contents = lo.state.heap.get(value.location)
        return contents.type if isinstance(contents, Fields) else None
    if isinstance(value, TupleOf):
        return value.type
    if isinstance(value, Static) and not isinstance(value.obj, type) and is_record(type(value.obj)):
        return type(value.obj)
    return None


def lookup(cls: type, name: str) -> tuple[type, Any] | None:
    """The class among the bases of one that has an attribute, and what it holds there."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base, base.__dict__[name]
    return None


def attribute_of_object(lo: Lowering, owner: Value, cls: type, name: str) -> Value | None:
    """`owner.name` as Python finds it: properties of the class, attributes of the object, then those of the class."""
    if name == "__class__":
        return Static(stands_for(cls), cls.__name__)
    if name == "__dict__":
        made = lo.new_ref(_named(lo, owner), name)
        lo.freeze(made, "It is the dict of an object.")
        return made
    found = lookup(cls, name)
    if found is not None and isinstance(found[1], property):
        return of_class(lo, owner, cls, *found, name)
    field = field_of(lo, owner, name)
    if field is not None:
        return field
    if isinstance(owner, TupleOf) and name in ("_replace", "_asdict", "index", "count"):
        return Method(owner, name)
    if found is not None and found[0] is not object:
        return of_class(lo, owner, cls, *found, name)
    fallback = special(lo, owner, "__getattr__")
    return None if fallback is None else call(lo, fallback, [Lit(name)])


def field_of(lo: Lowering, owner: Value, name: str) -> Value | None:
    """What an object itself holds under a name."""
    if isinstance(owner, Static):
        fields = fields_of(owner.obj) or {}
        if name not in fields:
            return None
        words = f"{owner.name}.{name}" if owner.name else name
        if owner.path:
            return captured(lo, (*owner.path, ("attr", name)), fields[name], words)
        return static(fields[name], words)
    if isinstance(owner, TupleOf):
        names = getattr(owner.type, "_fields", ())
        return owner.items[names.index(name)] if name in names else None
    assert isinstance(owner, Ref)
    contents = lo.contents(owner)
    assert isinstance(contents, Fields)
    return contents.values[contents.keys.index(name)] if name in contents.keys else None


def _named(lo: Lowering, owner: Value) -> Any:
    from ast_ad.frontend.values import Entries

    if isinstance(owner, Static):
        names = tuple(fields_of(owner.obj) or ())
        return Entries(names, tuple(field_of(lo, owner, n) for n in names))  # type: ignore[misc]
    contents = lo.contents(owner)  # type: ignore[arg-type]
    return Entries(contents.keys, contents.values)  # type: ignore[union-attr]


def of_class(lo: Lowering, owner: Value | None, cls: type, holder: type, raw: Any, name: str) -> Value:
    """An attribute that a class holds, seen through an object of it (or, without one, through the class)."""
    path: tuple[Any, ...] = (holder, ("attr", name))
    words = f"{holder.__name__}.{name}"
    if isinstance(raw, classmethod):
        path = (*path, ("attr", "__func__"))
        return Bound(_function(lo, path, raw.__func__, words), (Static(cls, cls.__name__),))
    if isinstance(raw, staticmethod):
        return _function(lo, path, raw.__func__, words)
    if isinstance(raw, property):
        if owner is None:
            return Static(raw, words)
        lo.unit.guards.setdefault((id(holder), path[1:]), Guard(path, raw))
        return call(lo, Bound(Static(raw.fget, words, (*path, ("attr", "fget"))), (owner,)), [])
    if isinstance(raw, cached_property) and owner is not None:
        value = call(lo, Bound(_function(lo, (*path, ("attr", "func")), raw.func, words), (owner,)), [])
        if isinstance(owner, Ref):
            set_field(lo, owner, name, value)
        return value
    if isinstance(raw, FunctionType) or hasattr(type(raw), "__ast_ad_binds__"):
        function = _function(lo, path, raw, words)
        return function if owner is None else Bound(function, (owner,))
    return captured(lo, path, getattr(cls, name), words)


def _function(lo: Lowering, path: tuple[Any, ...], value: Any, words: str) -> Static:
    lo.unit.guards.setdefault((id(path[0]), path[1:]), Guard(path, value))
    return Static(value, words, path)


def call(lo: Lowering, function: Value, args: Sequence[Value], kwargs: Mapping[str, Value] | None = None) -> Value:
    """Call a value from here."""
    from ast_ad.frontend.calls import call_value

    return call_value(lo, function, args, kwargs or {})


def special(lo: Lowering, owner: Value, name: str) -> Bound | None:
    """A special method that the class of an object has in Python."""
    cls = class_of(lo, owner)
    found = lookup(cls, name) if cls is not None else None
    if cls is None or found is None or not isinstance(found[1], FunctionType):
        return None
    if found[1].__code__.co_filename.startswith("<") and is_dataclass(found[0]):
        return None  # written by `dataclass`
    method = of_class(lo, owner, cls, *found, name)
    return method if isinstance(method, Bound) else None


# Writing


def set_attribute(lo: Lowering, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value`."""
    cls = class_of(lo, owner)
    if isinstance(owner, Var) and name == "flat":
        from ast_ad.frontend.flat import assign_flat

        assign_flat(lo, Flat(owner), Lit(Ellipsis), value)
        return
    if isinstance(owner, Var) and name in ("real", "imag") and may_be_array(owner):
        from ast_ad.frontend.methods import attribute
        from ast_ad.frontend.writes import write_subscript

        write_subscript(lo, attribute(lo, owner, name), Lit(Ellipsis), value)
        return
    if cls is None or isinstance(owner, TupleOf):
        raise lo.error(
            UnsupportedSyntax,
            f"assignment to the attribute {name!r} of {describe(owner)}",
            reason="Only objects of classes written in Python have attributes that are followed.",
            remedy="Keep the value in a local variable.",
        )
    if isinstance(owner, Static):
        raise lo.error(
            MayAlias,
            f"{owner.name or 'this object'} may not be written to here",
            reason=_OUTSIDE,
            remedy="Pass the object as an argument, or return the new value.",
        )
    if is_stand_in(cls) and lo.frame.seen_at is None and name not in vars(cls):
        raise lo.error(WrongArgument, f"{cls.__name__} has no attribute {name!r}", remedy="Use a class of your own.")
    found = lookup(cls, name)
    setter = found[1].fset if found is not None and isinstance(found[1], property) else None
    if setter is not None and found is not None:
        path = (found[0], ("attr", name), ("attr", "fset"))
        call(lo, Bound(_function(lo, path, setter, f"{cls.__name__}.{name}"), (owner,)), [value])
        return
    custom = lookup(cls, "__setattr__")
    if custom is not None and custom[0] is not object:
        frozen = is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
        raise lo.error(
            WrongArgument if frozen else UnsupportedSyntax,
            f"assignment to the attribute {name!r} of a {'frozen ' if frozen else ''}{cls.__name__}",
            reason="" if frozen else f"{cls.__name__} has a __setattr__ of its own, which is not followed.",
            remedy="Make a new object: dataclasses.replace(...)." if frozen else "Call a method that sets it.",
        )
    if found is not None and isinstance(found[1], property):
        raise lo.error(WrongArgument, f"the property {name!r} has no setter", remedy="Set what it is computed from.")
    set_field(lo, owner, name, value)


def has_setter(lo: Lowering, owner: Value, name: str) -> bool:
    """Whether assigning to an attribute calls something of the user's."""
    cls = class_of(lo, owner)
    found = None if cls is None else lookup(cls, name)
    return found is not None and isinstance(found[1], property)


def set_field(lo: Lowering, owner: Value, name: str, value: Value) -> None:
    """Write to an object itself, past properties and `__setattr__`."""
    assert isinstance(owner, Ref)
    contents = lo.contents(owner)
    assert isinstance(contents, Fields)
    lo.set_contents(owner, with_entry(contents, name, value))


# Operators


def overloaded(lo: Lowering, symbol: str, left: Value, right: Value) -> Value | None:
    """`left symbol right` by the special methods of an object; None where neither has one."""
    one, two = class_of(lo, left), class_of(lo, right)
    if one is None and two is None:
        return None
    if symbol in _COMPARED:
        attempts = [(left, f"__{_COMPARED[symbol]}__", right), (right, f"__{_MIRRORED[symbol]}__", left)]
    else:
        attempts = [(left, f"__{_BINARY[symbol]}__", right), (right, f"__r{_BINARY[symbol]}__", left)]
        if one is two and one is not None:
            attempts.pop()
    if one is not None and two is not None and one is not two and issubclass(two, one):
        attempts.reverse()
    for owner, name, other in attempts:
        method = special(lo, owner, name)
        if method is not None:
            result = call(lo, method, [other])
            if not (isinstance(result, Static) and result.obj is NotImplemented):
                return result
    return None


def equal_objects(lo: Lowering, left: Value, right: Value) -> bool | Value | None:
    """`==` of objects whose class does not define it: a dataclass's compares attributes, all others identity."""
    from ast_ad.frontend.operators import compare

    one, two = class_of(lo, left), class_of(lo, right)
    if (one is None and two is None) or isinstance(left, TupleOf) or isinstance(right, TupleOf):
        return None
    if one is two and one is not None and is_dataclass(one) and one.__dataclass_params__.eq:  # type: ignore[attr-defined]
        names = [n for n, f in one.__dataclass_fields__.items() if f.compare]
        fields = [TupleOf(tuple(field_of(lo, v, n) for n in names)) for v in (left, right)]  # type: ignore[misc]
        return compare(lo, "==", fields[0], fields[1])
    if isinstance(left, Ref) and isinstance(right, Ref):
        from ast_ad.frontend.identity import same_object

        return same_object(lo, left, right)
    return isinstance(left, Static) and isinstance(right, Static) and left.obj is right.obj


def in_place(lo: Lowering, symbol: str, old: Value, value: Value) -> Value | None:
    """`old symbol= value` by the method of an object for it."""
    method = special(lo, old, f"__i{_BINARY[symbol]}__")
    return None if method is None else call(lo, method, [value])


#: functions of Python that ask an object by a special method
_ASKED = {
    abs: "__abs__",
    len: "__len__",
    float: "__float__",
    int: "__int__",
    complex: "__complex__",
    bool: "__bool__",
    round: "__round__",
    reversed: "__reversed__",
    iter: "__iter__",
    divmod: "__divmod__",
}


def asked(lo: Lowering, function: Any, args: Sequence[Value]) -> Value | None:
    """`abs(x)`, `len(x)` ... of an object."""
    name = _ASKED.get(function) if args and isinstance(args[0], (Ref, Static, TupleOf)) else None
    method = None if name is None else special(lo, args[0], name)
    if method is None:
        return None
    made = call(lo, method, args[1:])
    if function is iter and is_stand_in(class_of(lo, args[0])):
        from ast_ad.frontend.iterable_calls import lower_list

        return Generated(lower_list(lo, [made], {}, ""))
    return made


_ITERATING = (all, any, enumerate, filter, list, map, max, min, set, sorted, sum, tuple, zip)


def iterated(lo: Lowering, function: Any, args: Sequence[Value]) -> list[Value]:
    """The arguments of a function that iterates over them, with what `__iter__` gives for objects that have it."""
    if function not in _ITERATING:
        return list(args)
    from ast_ad.frontend.iteration import iterated_by
    from ast_ad.frontend.streams import collected

    if function in (all, any, len, max, min, sorted):  # whatever the order
        args = [field_of(lo, a, "_members") or a if class_of(lo, a) is set_ else a for a in args]
    made = [collected(lo, iterated_by(lo, a)) for a in args]
    return [a.source if isinstance(a, Generated) else a for a in made]


def truth_of_object(lo: Lowering, value: Value) -> Value | None:
    """What `if value` asks of an object; None for other values."""
    cls = class_of(lo, value)
    if cls is None or isinstance(value, TupleOf):
        return None
    method = special(lo, value, "__bool__") or special(lo, value, "__len__")
    return Lit(True) if method is None else call(lo, method, [])
