"""Elements of arrays that the forward sweep writes once: the reverse sweep reads them where they are.

    for i in range(1, n):
        x[i] = x[i] - w[i] * x[i - 1]       # no later trip writes x[i - 1]: it is still there at the end

An element that is read or written at `a[i]` lasts if none of the writes that follow on the same array can meet it. The
writes are found along the versions of the array, up to the last one; that none meets it is shown with the
subscripts and the bounds of the loops as linear inequalities.
"""

from __future__ import annotations

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Var
from ast_ad.ir.kinds import FLOAT, Array, Kind, List, Map, Scalar, rank, same_shape
from ast_ad.transforms.accesses import Accesses, Write, loops_of, subscript_of
from ast_ad.transforms.regions import Branch, Cycle, Node, Region, nodes

_UPDATES = (P.INDEX_UPDATE, P.INDEX_ADD, P.LIST_SET, P.LIST_ADD, P.APPEND)


class Lasting(Accesses):
    """Answers, for the variables of a forward sweep, in which arrays their values last until its end."""

    def __init__(self, forward: Region, home: dict[Var, Region], maker: dict[Var, Node]) -> None:
        super().__init__(home, maker)
        self.answers: dict[Var, Call | None] = {}
        self.stores: dict[Var, list[tuple[Region, Call]]] = {}
        for region, node in nodes(forward):
            if isinstance(node, Call) and node.fn in (P.INDEX_UPDATE, P.LIST_SET) and isinstance(node.args[1], Var):
                self.stores.setdefault(node.args[1], []).append((region, node))

    def read_again(self, var: Var) -> Call | None:
        """A call that reads the value of a variable from the last version of an array; None where none has it."""
        if var not in self.answers:
            self.answers[var] = self.look_for(var)
        return self.answers[var]

    def look_for(self, var: Var) -> Call | None:
        maker = self.maker.get(var)
        if isinstance(maker, Call) and maker.fn in (P.GETITEM, P.LIST_GET):
            found = self.at_the_end(self.home[var], *self.place_of(maker))
            if found is not None:
                return found
        for region, store in self.stores.get(var, ()):
            if region is self.home[var] and is_read_back(store):
                holes = store.args[2:]
                found = self.at_the_end(region, store, store.outs[0], subscript_of(store, holes), holes)
                if found is not None:
                    return found
        return None

    def place_of(self, read: Call) -> tuple[Call, Atom, P.Index, tuple[Atom, ...]]:
        """The call that begins a read of an array or a list, what it reads of, and the subscript of all of it.

        An element of a list that was read of an element of a list is read of the list around them.
        """
        first, holes, index = read, read.args[1:], subscript_of(read, read.args[1:])
        while isinstance(whole := first.args[0], Var):
            outer = self.maker.get(whole)
            if not isinstance(outer, Call) or outer.fn is not P.LIST_GET or outer.params:
                break
            first, holes, index = outer, (*outer.args[1:], *holes), (*subscript_of(outer, outer.args[1:]), *index)
        return first, first.args[0], index, holes

    def at_the_end(
        self, region: Region, access: Call, version: Atom, index: P.Index, holes: tuple[Atom, ...]
    ) -> Call | None:
        """The same subscript of the last version of an array or list, if nothing has overwritten what it names."""
        kind = kind_of(version)
        if not isinstance(version, Var) or not isinstance(kind, (Array, List)) or _has_keys(kind):
            return None
        if not _is_plain(index, holes):
            return None
        found = self.last_version(self.home[access.outs[0]], access, version)
        if found is None:
            return None
        last, writes = found
        if last is not version and not all(self.apart(region, index, holes, write) for write in writes):
            return None
        if isinstance(kind, Array):
            return Call((), P.GETITEM, (last, *holes), (("index", index),), access.origin)
        depth = _depth(kind)
        params = (("index", index[depth:]),) if depth < len(index) else ()
        return Call((), P.LIST_GET, (last, *holes), params, access.origin)

    # The versions of an array

    def last_version(self, region: Region, access: Node, version: Var) -> tuple[Var, list[Write]] | None:
        """The last version outside loops that an access's array becomes, and the writes on the way to it."""
        writes: list[Write] = []
        start = region.stmts.index(access) + 1
        while True:
            same = tuple(loops_of(region))
            for node in region.stmts[start:]:
                step = self.passed(node, version)
                if step is None:
                    return None
                version, calls = step
                writes += [Write(call, same, None) for call in calls]
            if region.inside is None:
                return version, writes
            outer = region.parent
            assert outer is not None
            places = [n for n, result in enumerate(region.results) if result is version]
            inside = region.inside
            start = outer.stmts.index(inside)
            if not places and self.home[version] is not region:
                region = outer  # the statement around the region may still pass the version on
                continue
            if isinstance(inside, Branch):
                if not places:
                    return (version, writes) if not same else None
                version = inside.outs[places[0]]
            else:
                between = self.between(inside.carried[places[0] - 1], version) if places else None
                if between is None:
                    return None
                outside = tuple(loops_of(outer))
                writes += [Write(call, outside, inside) for call in between]
                version = inside.outs[places[0] - 1]
            start, region = start + 1, outer

    def passed(self, node: Node, version: Var) -> tuple[Var, list[Call]] | None:
        """The version after a statement, and the writes in it; None where the array goes ways that are not known."""
        if isinstance(node, Call):
            if node.fn in _UPDATES and node.args[0] is version:
                return node.outs[0], [node]
            return version, []
        if isinstance(node, Cycle):
            places = [n for n, init in enumerate(node.inits) if init is version]
            if not places:
                return version, []
            n = places[0]
            result = node.body.results[1 + n]
            calls = self.between(node.carried[n], result) if isinstance(result, Var) and len(places) == 1 else None
            return None if calls is None else (node.outs[n], calls)
        for out, *results in zip(node.outs, *(arm.results for arm in node.regions), strict=True):
            found = [self.between(version, result) if isinstance(result, Var) else None for result in results]
            one, two = found
            if one is not None and two is not None:
                return out, [*one, *two]
        if any(version is result for arm in node.regions for result in arm.results):
            return None
        return version, []

    def between(self, start: Var, end: Var) -> list[Call] | None:
        """The writes that make one version of another; None where something else may have made it."""
        calls: list[Call] = []
        seen: set[Var] = set()
        todo: list[Atom] = [end]
        while todo:
            var = todo.pop()
            if var is start or var in seen:
                continue
            if not isinstance(var, Var):
                return None
            seen.add(var)
            node = self.maker.get(var)
            if isinstance(node, Call) and node.fn in _UPDATES:
                calls.append(node)
                todo.append(node.args[0])
            elif isinstance(node, Branch):
                n = next(k for k, out in enumerate(node.outs) if out is var)
                todo += [arm.results[n] for arm in node.regions]
            elif isinstance(node, Cycle):
                n = next(k for k, out in enumerate(node.outs) if out is var)
                result = node.body.results[1 + n]
                inner = self.between(node.carried[n], result) if isinstance(result, Var) else None
                if inner is None:
                    return None
                calls += inner
                todo.append(node.inits[n])
            else:
                return None
        return calls


def _has_keys(kind: Kind) -> bool:
    """Whether a structure is, or holds, a dict, whose keys are no places in an order."""
    return isinstance(kind, Map) or (isinstance(kind, List) and _has_keys(kind.item))


def _depth(kind: Kind) -> int:
    """How many lists are inside each other."""
    return 1 + _depth(P.element_kind(kind)) if isinstance(kind, List) else 0


def _is_plain(index: P.Index, holes: tuple[Atom, ...]) -> bool:
    """Whether a subscript consists of integers and slices."""
    kinds = tuple(map(kind_of, holes))
    return P.is_basic(index, kinds) and all(part is not None and part is not Ellipsis for part in index)


def is_read_back(store: Call) -> bool:
    """Whether reading where a value was written gives that value: its shape and dtype are those of the place."""
    value, array = kind_of(store.args[1]), kind_of(store.args[0])
    index, holes = dict(store.params).get("index"), store.args[2:]
    if isinstance(array, List):
        steps, holes = P.split_path(holes, index or ())
        array = P.path_kind((array, *map(kind_of, steps)), {})
        if index is None:
            return isinstance(value, Scalar) and value == array
    if not isinstance(array, Array) or array.dtype is None:
        return False
    assert index is not None
    if not P.is_basic(index, tuple(map(kind_of, holes))):
        return False
    element = P.getitem_kind((array, *map(kind_of, holes)), {"index": index})
    if not isinstance(element, Array) or rank(element) != rank(value):
        return False
    if rank(value) == 0:
        return value == element or (value == FLOAT and array.dtype == "float64")
    return isinstance(value, Array) and value.dtype == element.dtype and same_shape(value, element)
