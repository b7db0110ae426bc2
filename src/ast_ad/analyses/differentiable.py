"""Say what cannot be differentiated: arguments that are no real numbers, results that have no gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gast
import numpy as np

from ast_ad.analyses.disguises import hides
from ast_ad.errors import AstAdError, Location, NoSource, WrongArgument
from ast_ad.frontend.signature import MISSING, Argument
from ast_ad.frontend.source import source_of
from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Function, If, Lit, Loop, Var
from ast_ad.ir.kinds import (
    Array,
    Dict,
    Fixed,
    Kind,
    List,
    Map,
    Maybe,
    Opaque,
    Scalar,
    Static,
    Tuple,
    carries_derivative,
    is_complex,
)
from ast_ad.ir.places import Place, parameter_at
from ast_ad.ir.walk import statements

#: how the modes begin that differentiate holomorphic functions
HOLOMORPHIC = "holomorphic "
_JACOBIANS = ("jacfwd", "jacobian", "jacrev", "hessian")
_ROWS = ("elementwise_grad", "jacobian", "jacrev", "hessian")  # in reverse mode: they seed real cotangents
_GRADIENTS = ("grad", "hvp", "value_and_grad")


def check_arguments(function: Any, arguments: Sequence[Argument], wrt: Sequence[Place], mode: str = "") -> None:
    """Raise WrongArgument where an argument to differentiate by has no derivative by nature."""
    for place in wrt:
        argument = arguments[parameter_at(place)]
        name, kind, value = argument.name, argument.kind, argument.witness
        if isinstance(place, tuple):
            name, kind = f"{name}[{place[1]}]", kind.items[place[1]] if isinstance(kind, Tuple) else kind
            value = value if value is MISSING else value[place[1]]
        _check_objects(function, name, kind, value, {})
        for path, part, found in _leaves(name, kind, value):
            what, remedy = _unfit(part, found, path, inside=path != name)
            if mode in _JACOBIANS and is_complex(part):
                what = f"complex, and {mode} differentiates by real numbers"
                remedy = "holomorphic=True asks for the derivative of a holomorphic function; else see vjp and jvp."
            if mode.startswith(HOLOMORPHIC) and not (what or is_complex(part)):
                what = f"{_described(part, found)}, and holomorphic=True is for complex numbers"
                remedy = f"Pass {path} + 0j, or leave holomorphic out."
            if what:
                raise WrongArgument(
                    f"{_name(function)} cannot be differentiated by {path}, which is {what}", remedy=remedy
                )


def _check_objects(function: Any, path: str, kind: Kind, value: Any, seen: dict[int, str]) -> None:
    """Raise WrongArgument where an object with a derivative is held twice: it would need one gradient in two places."""
    if value is MISSING or not isinstance(kind, (Tuple, Fixed, Dict)) or not carries_derivative(kind):
        return
    of_class = isinstance(kind, Dict) and kind.type is not None
    if of_class and id(value) in seen:
        raise WrongArgument(
            f"{_name(function)} cannot be differentiated by {path}, which is the same object as {seen[id(value)]}",
            remedy="Pass a copy of it in one of the places: copy.copy(...).",
        )
    if of_class and not isinstance(value, tuple):
        seen[id(value)] = path
    keys = kind.keys if isinstance(kind, Dict) else range(len(kind.items))
    for key, item in zip(keys, kind.items, strict=True):
        inside, part = (f"{path}.{key}", getattr(value, key)) if of_class else (f"{path}[{key!r}]", value[key])
        _check_objects(function, inside, item, part, seen)


def _leaves(path: str, kind: Kind, value: Any) -> Iterator[tuple[str, Kind, Any]]:
    """The parts of an argument that are no structures, each with how it is written and its value (or MISSING)."""
    if isinstance(kind, Dict) and kind.type is not None:
        for key, item in zip(kind.keys, kind.items, strict=True):
            if carries_derivative(item):  # other attributes have the gradient None
                part = MISSING if value is MISSING else getattr(value, key)
                yield from _leaves(f"{path}.{key}", item, part)
    elif isinstance(kind, (Tuple, Fixed, Dict)):
        keys = kind.keys if isinstance(kind, Dict) else range(len(kind.items))
        for key, item in zip(keys, kind.items, strict=True):
            yield from _leaves(f"{path}[{key!r}]", item, MISSING if value is MISSING else value[key])
    elif isinstance(kind, List):
        yield f"{path}[0]", kind.item, value[0] if isinstance(value, list) and value else MISSING
    else:
        yield path, kind, value


def _unfit(kind: Kind, value: Any, path: str, *, inside: bool) -> tuple[str, str]:
    """What a value is that has no derivative, and what to do; ("", "") for all others."""
    if isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind in "biu":
        what = f"an array of {kind.dtype}" if kind.dims != () else f"a NumPy {kind.dtype}"
        return what, f"Pass {path}.astype(float)."
    if isinstance(kind, Array) and hides(kind):
        return f"an array of {kind.dtype}", f"Pass {path}.astype(float)."
    if isinstance(kind, Scalar) and kind.type == "bool":
        return "a bool", f"Pass float({path})."
    if isinstance(kind, (Static, Opaque)) and not (inside and value is None):
        known = value is not MISSING
        word = type(value).__name__
        what = f"{'an' if word[0] in 'aeiou' else 'a'} {word}" if known else "no number"
        what = "None" if value is None else what
        if isinstance(value, np.ndarray):
            what = f"an array of {value.dtype}"
        return what, "Name the parameters to differentiate by: argnums=... takes numbers and names."
    return "", ""


def check_result(user: Any, function: Function, mode: str, has_aux: bool) -> None:
    """Raise WrongArgument where the result is not what the mode differentiates: for a gradient, one real number."""
    result = function.block.results[0]
    kind, value = kind_of(result), result.value if isinstance(result, Lit) else MISSING
    name = _name(user)
    if isinstance(result, Var) and isinstance(result.kind, Maybe) and _may_be_none(function, result):
        sentence = f"{mode} needs a result, and {name} returns None where it ends without one"
        raise _wrong(user, sentence, "Return a number on every path.")
    wanted = " of one real number" if mode in _GRADIENTS else " of real numbers" if mode in _ROWS else ""
    if has_aux:
        if not (isinstance(kind, Tuple) and len(kind.items) == 2):
            raise _wrong(
                user,
                f"{name} returns {_described(kind, value)}, and has_aux=True wants a pair (value, aux)",
                "Return the value and the rest as a pair, or leave has_aux out.",
            )
        kind, value = kind.items[0], MISSING
        name = f"the value that {name} returns before aux"
        verb = "is"
    else:
        verb = "returns"
    if mode.startswith(HOLOMORPHIC):
        mode, complex_ = (
            mode.removeprefix(HOLOMORPHIC),
            all(is_complex(part) for _, part, _ in _leaves("", kind, MISSING)),
        )
        structured = mode in _GRADIENTS and isinstance(kind, (Tuple, List, Fixed, Dict))
        remedy = "" if complex_ and not structured else "Leave holomorphic out, or return a complex number."
        wanted = " of one complex number" if mode in _GRADIENTS else " of complex numbers"
    elif mode in _GRADIENTS:
        remedy = _remedy_for_gradient(mode, kind, value)
    elif mode in _ROWS and any(is_complex(part) for _, part, _ in _leaves("", kind, MISSING)):
        remedy = "Return real and imaginary parts" + (", or use jacfwd." if mode in ("jacobian", "jacrev") else ".")
    else:
        remedy = "Return a number, an array or a structure of them." if _is_nothing(kind, value) else ""
    if remedy:
        sentence = f"{mode} needs a result{wanted}, and {name} {verb} {_described(kind, value)}"
        raise _wrong(user, sentence, remedy)


def _may_be_none(function: Function, result: Atom) -> bool:
    """Whether a value is None on some path."""
    makers = {out: (stmt, n) for stmt in statements(function.block) for n, out in enumerate(stmt.outs)}
    waiting, seen = [result], set()
    while waiting:
        atom = waiting.pop()
        if isinstance(atom, Lit):
            if atom.value is None:
                return True
        elif atom in makers and atom not in seen:
            seen.add(atom)
            stmt, n = makers[atom]
            if isinstance(stmt, If):
                test = makers[stmt.test][0] if stmt.test in makers else None
                arms = ((True, stmt.then.results[n]), (False, stmt.orelse.results[n]))
                waiting += [a for holds, a in arms if not _excludes_none(stmt.test, test, a, holds)]
            elif isinstance(stmt, Loop):
                waiting += [stmt.inits[n], stmt.body.results[n + 1]]
    return False


def _excludes_none(test: Atom, made: Any, atom: Atom, holds: bool) -> bool:
    """Whether a test, and the call that makes it, says that a value is not None, as it holds or fails."""
    if test is atom:
        return holds
    if not isinstance(made, Call) or atom not in made.args:
        return False
    if made.fn is P.TO_BOOL:
        return holds
    of_none = any(isinstance(a, Lit) and a.value is None for a in made.args)
    return of_none and ((made.fn is P.IS and not holds) or (made.fn is P.IS_NOT and holds))


def _remedy_for_gradient(mode: str, kind: Kind, value: Any) -> str:
    """What to do about a result that has no gradient; "" for one that may have one."""
    if (isinstance(kind, Scalar) and kind.type == "complex") or _is_complex_array(kind):
        return "Return its real part, or abs of it; holomorphic=True asks for the derivative of a holomorphic function."
    if isinstance(kind, Tuple) and len(kind.items) == 2:
        return f"If only the first is to be differentiated, write {mode}(..., has_aux=True); for all, see vjp."
    if isinstance(kind, (Tuple, List, Fixed, Dict)):
        return "Return one number, or use vjp, which takes a cotangent for each part."
    if isinstance(kind, Scalar) and kind.type == "bool":
        return "A truth value has no derivative: return the number that it is about."
    return "Return the number to differentiate." if _is_nothing(kind, value) else ""


def _is_complex_array(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.dtype is not None and np.dtype(kind.dtype).kind == "c"


def _is_nothing(kind: Kind, value: Any) -> bool:
    return isinstance(kind, (Static, Opaque)) or (isinstance(kind, Array) and hides(kind))


def _described(kind: Kind, value: Any) -> str:
    """A result in words."""
    if value is None:
        return "None"
    if value is not MISSING and isinstance(kind, Static):
        return "a string" if isinstance(value, str) else f"a {type(value).__name__}"
    if isinstance(kind, Scalar):
        return {"bool": "a bool", "complex": "a complex number"}.get(kind.type, f"a Python {kind.type}")
    if isinstance(kind, Array):
        return "a complex array" if _is_complex_array(kind) else f"an array of {kind.dtype or 'numbers'}"
    if isinstance(kind, Tuple):
        return f"a tuple of {len(kind.items)}"
    if isinstance(kind, Map):
        return "a dict"
    if isinstance(kind, (List, Fixed)):
        return "a list"
    if isinstance(kind, Dict):
        return "a dict" if kind.type is None else f"an object of {kind.type.__name__}"
    if isinstance(kind, Opaque) and kind.type:
        return "a string" if kind.type == "str" else f"a {kind.type}"
    return "what is no number"


def _wrong(user: Any, sentence: str, remedy: str) -> AstAdError:
    return WrongArgument(sentence, _place_of_return(user), remedy=remedy)


def _place_of_return(user: Any) -> Location | None:
    """The last `return` of a function, or its `def` where it has none; None for a derivative, which has no text yet."""
    if hasattr(type(user), "__ast_ad_derivative__") or hasattr(type(user), "__ast_ad_lowered__"):
        return None
    try:
        source = source_of(user)
    except NoSource:
        return None
    if isinstance(source.node, gast.Lambda):
        return source.place(source.node.body)
    found = list(_returns(source.node.body))
    return source.place(found[-1] if found else source.node)


def _returns(nodes: Sequence[Any]) -> Iterator[Any]:
    """The `return`s of a function, without those of functions in it."""
    for node in nodes:
        if isinstance(node, gast.Return):
            yield node
        elif not isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef, gast.Lambda)):
            yield from _returns(list(gast.iter_child_nodes(node)))


def _name(function: Any) -> str:
    return getattr(function, "__name__", None) or type(function).__name__
