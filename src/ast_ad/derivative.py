"""A derivative as users hold it: called like the function, with `.primal`, `.source` and `.source_for`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from inspect import CO_VARARGS
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from ast_ad.errors import WrongArgument
from ast_ad.ir.places import Place
from ast_ad.library_functions import in_python
from ast_ad.parameters import Parameters, behind_receiver, parameters_of, places_of, receiver_of
from ast_ad.patterns import Compiled, Ready, exact_key, fetched, holds, pattern_of_call, plain_of, ready

_NOTHING: dict[str, Any] = {}

#: what is known of functions, for as long as they live: the code and defaults it was read from, then by how a
#: derivative is taken its parameters, places, compiled derivatives and those that are ready
_KNOWN: WeakKeyDictionary[Any, tuple[Any, Any, dict[Any, Any]]] = WeakKeyDictionary()


def _known_of(function: Any, plain: Any) -> dict[Any, Any]:
    """What derivatives of a function share.  A method is made anew each time it is looked up: nothing is kept of it."""
    code, defaults = getattr(plain, "__code__", None), getattr(plain, "__defaults__", None)
    if not isinstance(function, FunctionType) or function.__kwdefaults__:
        return {}
    held = _KNOWN.get(function)
    if held is None or held[0] is not code or held[1] is not defaults:
        held = _KNOWN[function] = (code, defaults, {})
    return held[2]


def call_with_tangents(function: Any, args: Sequence[Any], dots: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call the text of a derivative that takes tangents: after the arguments, by keyword behind `*args`."""
    code = function.__code__
    if code.co_flags & CO_VARARGS:
        names = code.co_varnames[code.co_argcount : code.co_argcount + len(dots)]
        return function(*args, **dict(zip(names, dots, strict=True)), **kwargs)
    return function(*args, *dots, **kwargs)


class Derivative:
    """The derivative of `primal` in one mode, compiled for each pattern of arguments at the first call with it."""

    def __init__(self, primal: Any, mode: str, argnums: Any = 0, has_aux: bool = False) -> None:
        if not callable(primal):
            raise WrongArgument(
                f"{mode} expects a function, not {type(primal).__name__}",
                remedy=f"Write {mode}(f), where f is a function.",
            )
        self.primal = primal = in_python(primal)
        self._mode = mode
        self._argnums = argnums
        self._has_aux = has_aux
        self._plain = plain_of(primal)
        self._receiver: tuple[Any, ...] = receiver_of(primal)
        self._parameters: Parameters | None = None
        self._wrt: tuple[Place, ...] = ()
        self._one = True
        self._table: dict[Any, list[Compiled]] = {}
        self._latest: Compiled | None = None
        self._ready: dict[Any, Ready] = {}
        for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
            value = getattr(primal, attribute, None)
            if value is not None:
                setattr(self, attribute, value)
        self.__wrapped__ = primal

    def __repr__(self) -> str:
        return f"<{self._mode} of {getattr(self, '__qualname__', self.primal)}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A derivative in a class body binds as a function does."""
        if instance is None:
            return self
        return Derivative(self.primal.__get__(instance, owner), self._mode, self._argnums, self._has_aux)

    def __reduce__(self) -> Any:
        """Found again by name where its name leads to it (a decorated function), else rebuilt from its function."""
        function = getattr(self.primal, "__ast_ad_library__", self.primal)
        holder: Any = sys.modules.get(getattr(self, "__module__", ""))
        name = getattr(self, "__qualname__", "")
        for part in name.split("."):
            holder = getattr(holder, part, None)
        return name if holder is self else (Derivative, (function, self._mode, self._argnums, self._has_aux))

    def prepare(self) -> Parameters:
        """Read the parameters of the function, on the first call."""
        if self._parameters is None:
            known = _known_of(self.primal, self._plain)
            how = (self._mode, repr(self._argnums), self._has_aux)
            found = known.get(how)
            if found is None:
                parameters = parameters_of(self.primal)
                places, self._one = places_of(self._argnums, parameters, self._mode)
                self._wrt = behind_receiver(places, self._receiver, self._plain)
                from ast_ad.dispatch import table_for  # the compiler is read when it is first needed

                found = (parameters, self._wrt, self._one, table_for(self.primal, self._how), self._ready)
                found = known.setdefault(how, found)
            parameters, self._wrt, self._one, self._table, self._ready = found
            self._parameters = parameters
        return self._parameters

    @property
    def __ast_ad_function__(self) -> Any:
        """The function as it was written, which `frontend.source` reads."""
        return self.primal

    @property
    def __ast_ad_derivative__(self) -> tuple[str, tuple[Place, ...], bool, bool]:
        """(mode, wrt, one, has_aux): what a derivative of this derivative is compiled from."""
        self.prepare()
        return self._how

    @property
    def __ast_ad_receiver__(self) -> tuple[Any, ...]:
        """The object of a bound method, in a tuple; () for a plain function."""
        return self._receiver

    @property
    def _how(self) -> tuple[str, tuple[Place, ...], bool, bool]:
        return self._mode, self._wrt, self._one, self._has_aux

    def __ast_ad_program__(self, arguments: Sequence[Any]) -> Any:
        """The derivative as IR, for a program that calls it."""
        from ast_ad.dispatch import program_of

        self.prepare()
        return program_of(self.primal, arguments, self._how)

    def compiled(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Compiled:
        """The compiled derivative for arguments that are complete (`Parameters.complete`), from the receiver on."""
        for entry in self._table.get(pattern_of_call(args, kwargs), ()):
            if not entry.checks or holds(entry, self._plain, args, kwargs):
                return entry
        from ast_ad.dispatch import compiled_for

        return compiled_for(self._table, self.primal, self._how, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            key = exact_key(args)
            found = self._ready.get(key)
            if found is not None:
                for names, name, expected in found.simple:
                    if names.get(name) is not expected:
                        break
                else:
                    if not found.others or all(c.holds(self._plain, args, _NOTHING) for c in found.others):
                        self._latest = found.entry
                        return found.function(*args)
            return self._call(args, kwargs, key)
        return self._call(args, kwargs, None)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any], key: Any) -> Any:
        parameters = self._parameters or self.prepare()
        simple = not kwargs and len(args) == parameters.plain and not self._receiver
        if kwargs or len(args) != parameters.plain:
            args, kwargs = parameters.complete(args, kwargs)
        if self._receiver:
            args = (*self._receiver, *args)
        entry = self._latest = self.compiled(args, kwargs)
        if simple and key is not None:
            self._keep(key, entry)
        if entry.captures:
            kwargs = {**kwargs, **fetched(entry, self._plain)}
        return entry.functions[0](*args, **kwargs)

    def _keep(self, key: Any, entry: Compiled) -> None:
        """Remember a compiled derivative by the exact dtypes and shapes of a call."""
        made = ready(entry, self._plain)
        if made is not None:
            if len(self._ready) > 1000:
                self._ready.clear()
            self._ready[key] = made

    def pushed(self, args: tuple[Any, ...], dots: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Call a derivative that takes tangents, which come after the positional arguments."""
        parameters = self._parameters or self.prepare()
        key = None
        if not kwargs and not self._receiver and len(args) == parameters.plain:
            key = exact_key(args)
            found = self._ready.get(key)
            if (
                found is not None
                and all(names.get(name) is expected for names, name, expected in found.simple)
                and all(check.holds(self._plain, args, _NOTHING) for check in found.others)
            ):
                self._latest = found.entry
                return found.function(*args, *dots)
        entry, args, kwargs = self.entered(args, kwargs)
        if key is not None:
            self._keep(key, entry)
        return call_with_tangents(entry.functions[0], args, dots, kwargs)

    @property
    def source(self) -> str:
        """The derivative as Python: for the latest call's kinds, or before any call for the annotations'."""
        if self._latest is None:
            from ast_ad.dispatch import text_for_annotations

            self.prepare()
            return text_for_annotations(self.primal, self._how)
        return self._latest.text

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The derivative as Python, for the kinds of these arguments."""
        entry, _, _ = self.entered(args, kwargs)
        return entry.text

    def entered(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Compiled, tuple[Any, ...], dict[str, Any]]:
        """The compiled derivative for a call, and the arguments to call it with."""
        args, kwargs = self.prepare().complete(args, kwargs)
        args = (*self._receiver, *args)
        entry = self._latest = self.compiled(args, kwargs)
        return entry, args, {**kwargs, **fetched(entry, self._plain)}
