"""Classes as people write them: slots, properties with setters, enumerations, NamedTuple, abstract bases, generics."""

import abc
import enum
import math
from typing import NamedTuple, Protocol

from . import Program


class Slotted:
    __slots__ = ("a", "b")
    count = 3

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def total(self):
        return self.a * self.b * self.count


def slots(x):
    return Slotted(x, 2.0).total()


class Temperature:
    unit = 2.0

    def __init__(self, celsius):
        self._celsius = celsius

    @property
    def fahrenheit(self):
        return self._celsius * 1.8 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self._celsius = (value - 32) / 1.8

    @classmethod
    def of(cls, value):
        made = cls(0.0)
        made.fahrenheit = value
        return made

    @staticmethod
    def kelvin(x):
        return x + 273.15


def property_with_a_setter(x):
    t = Temperature(x)
    t.fahrenheit = t.fahrenheit * x
    return t._celsius * Temperature.of(x)._celsius + Temperature.kelvin(x) * t.unit


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


def enumerations(x, color):
    if color is Color.RED:
        return x * x * Level.HIGH
    if color == Color.BLUE:
        return x**3 + color.value * Level.LOW.value * x
    return -x


class Point(NamedTuple):
    x: float
    y: float = 2.0

    def norm(self):
        return math.hypot(self.x, self.y)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


def named_tuples_with_methods(x):
    p = Point(x) + Point(x * x, x)
    a, b = p
    return p.norm() * a + p._replace(x=b).norm() * p[1]


def named_tuple_as_argument(p):
    return p.x * p.y**2


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self):
        """The area."""

    def twice(self):
        return 2 * self.area()


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


class HasArea(Protocol):
    def area(self) -> float: ...


def abstract_base(x):
    shape: HasArea = Square(x)
    return shape.twice() * shape.area() * isinstance(shape, Shape)


class Base:
    factor = 2.0

    def scaled(self, x):
        return x * self.factor


class Derived(Base):
    factor = 3.0

    def scaled(self, x):
        return super().scaled(x) + self.extra(x)

    def extra(self, x):
        return x**2


def inherited_class_attributes(x):
    return Derived().scaled(x) * Base.scaled(Derived(), x)


def keys_that_are_tuples(x):
    weights = {("a", 1): x, ("b", 2): x * x}
    return sum(weights[key] * n for key, n in [(("a", 1), 2.0), (("b", 2), 3.0)])


PROGRAMS = [
    Program(slots, [(1.5,)]),
    Program(property_with_a_setter, [(1.5,)]),
    Program(enumerations, [(1.5, Color.RED), (1.5, Color.BLUE), (1.5, None)]),
    Program(named_tuples_with_methods, [(1.5,)]),
    Program(named_tuple_as_argument, [(Point(1.5, 2.0),)]),
    Program(abstract_base, [(1.5,)]),
    Program(inherited_class_attributes, [(1.5,)]),
    Program(keys_that_are_tuples, [(1.5,)]),
]
