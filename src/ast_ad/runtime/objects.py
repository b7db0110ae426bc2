"""Objects of the user's classes as structures: their attributes by name, and an object of other attributes."""

import sys
from typing import Any


def fields_of(x: Any) -> dict[str, Any] | None:
    """The attributes of an object of a class written in Python, in the order in which they were set; None for all else.

    >>> from types import SimpleNamespace
    >>> fields_of(SimpleNamespace(a=1.0, b=None)), fields_of([1.0]), fields_of(SimpleNamespace)
    ({'a': 1.0, 'b': None}, None, None)
    """
    cls = type(x)
    if not is_record(cls):
        return None
    slots = [n for c in reversed(cls.__mro__) for n in slots_of(c) if hasattr(x, n)]
    return {n: getattr(x, n) for n in slots} | getattr(x, "__dict__", {})


def slots_of(cls: type) -> list[str]:
    """The names of the slots that a class itself adds."""
    slots = cls.__dict__.get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    hidden = cls.__name__.lstrip("_")
    mangled = [f"_{hidden}{n}" if n.startswith("__") and not n.endswith("__") else n for n in names]
    return [n for n in mangled if n not in ("__dict__", "__weakref__")]


def is_record(cls: type) -> bool:
    """Whether objects of a class are no more than their attributes: it and its bases are of the user, in Python."""
    top = cls.__module__.partition(".")[0]
    if cls.__module__ == "types" and cls.__name__ == "SimpleNamespace":
        return True
    if (
        top in ("builtins", "numpy", "scipy", "ast_ad")
        or top in sys.stdlib_module_names
        or hasattr(cls, "_member_map_")
    ):
        return False
    return all(base.__flags__ & 512 for base in cls.__mro__[:-1])  # 512: made by a class statement


#: the classes of what draws random numbers
GENERATORS = ("np.random.Generator", "np.random.RandomState", "random.Random")


def name_of_generator(cls: type) -> str | None:
    """The name of a class of generators of random numbers; None for all other classes.

    >>> import random
    >>> name_of_generator(random.Random), name_of_generator(int)
    ('random.Random', None)
    """
    if cls.__module__.partition(".")[0] not in ("numpy", "random"):
        return None
    return next((name for name in GENERATORS if cls is class_of_generator(name)), None)


def class_of_generator(name: str) -> Any:
    """The class of that name, if its module has been imported."""
    home, _, title = name.rpartition(".")
    return getattr(sys.modules.get(home.replace("np.", "numpy.")), title, None)


def make_object(cls: Any, **fields: Any) -> Any:
    """An object of a class with these attributes, made without `__init__`, or a named tuple; a dict without a class.

    >>> class Point:
    ...     pass
    >>> vars(make_object(Point, a=1.0))
    {'a': 1.0}
    """
    if cls is None:
        return fields
    if issubclass(cls, tuple):
        return cls(**fields)
    try:
        made = object.__new__(cls)
    except TypeError:  # a class of C with a layout of its own, such as SimpleNamespace
        made = cls.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made
