"""Values that need no tape of their own: shapes, lists of places, and what was read where it had just been written.

e = A[k + 1:, k]                  # asked for its shape only: any version of `A` has it
A[[k, p]] = A[[p, k]]             # both lists are made of `p` and `k` again
A[k + 1:, k] = f                  # what is read there afterwards is `f`
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ast_ad.ir import primitives as P
from ast_ad.ir.build import kind_of
from ast_ad.ir.core import Atom, Call, Lit, Var
from ast_ad.ir.kinds import INT, Array, dtype_of, is_integer, rank
from ast_ad.transforms.lasting import Lasting, is_read_back
from ast_ad.transforms.regions import RECORD, Cycle, Node, Region, Tape, leaves, result_at
from ast_ad.transforms.shapes import asks_for_shape, shape_of, shape_of_part

if TYPE_CHECKING:
    from ast_ad.transforms.adjoint import Sweep


class Again:
    """The part of the storage of residuals that finds values without recording them."""

    if TYPE_CHECKING:
        home: dict[Var, Region]
        maker: dict[Var, Node]
        lasting: Lasting
        wanted: dict[Var, list[Region]]
        found: dict[Var, Atom]
        order: dict[Var, int]
        undoing: dict[Region, Region]
        again: dict[Region, list[tuple[int, Call]]]
        read_indices: set[Var]
        sweep: Sweep

        def want(self, atoms: Iterable[Atom], region: Region) -> None: ...
        def is_ready(self, atoms: Iterable[Atom], var: Var) -> bool: ...
        def at_hand(self, atom: Atom, depth: int) -> bool: ...
        def mark(self, call: Call, region: Region) -> None: ...
        def call_that_made(self, var: Var) -> Call | None: ...

    def want_operands(self, call: Call, region: Region) -> None:
        """Want what a call of the reverse sweep reads; that it asks for a shape only is remembered."""
        place = asks_for_shape(call)
        self.want((a for k, a in enumerate(call.args) if k != place), region)
        if place is not None and isinstance(asked := call.args[place], Var) and asked in self.home:
            self.shapes.setdefault(asked, []).append(region)

    def __init__(self) -> None:
        #: what is asked for its shape, and where
        self.shapes: dict[Var, list[Region]] = {}
        #: what is the same value as another
        self.twins: dict[Var, Var] = {}

    def want_shapes(self) -> None:
        """Want the shapes; where nobody wants the values, of a part of an array's last version."""
        for var, regions in self.shapes.items():
            for region in regions:
                self.want((var,), region)

    def shape_again(self, var: Var) -> Call | None:
        """The same part of the last version of an array, which has the shape of the part that was read."""
        maker = self.maker.get(var)
        if not self.is_asked_for_shape_only(var):
            return None
        if not isinstance(maker, Call) or maker.fn is not P.GETITEM or not isinstance(maker.args[0], Var):
            return None
        if not isinstance(kind_of(maker.args[0]), Array):
            return None
        found = self.lasting.last_version(self.home[var], maker, maker.args[0])
        if found is None or not self.is_ready(maker.args[1:], var):
            return None
        return Call((), P.GETITEM, (found[0], *maker.args[1:]), maker.params, maker.origin)

    def is_asked_for_shape_only(self, var: Var) -> bool:
        """Whether nobody reads the elements of an array."""
        return len(self.shapes.get(var, ())) == len(self.wanted[var])

    def record(self, var: Var, tape: Tape) -> list[Call]:
        """Put a value on a tape; where nobody reads its elements, what has its shape and takes no memory."""
        kind = kind_of(var)
        put = Call((), RECORD, (var,), (("tape", tape),), var.origin)
        if not self.is_asked_for_shape_only(var) or not isinstance(kind, Array) or rank(kind) == 0:
            return [put]
        shape = Var("", kind, var.origin)
        return [Call((shape,), P.OUTLINE, (var,), (), put.origin), replace(put, args=(shape,))]

    def is_twin(self, var: Var) -> bool:
        """Whether a value was read where another had just been written; that one is wanted instead."""
        read = self.call_that_made(var)
        write = self.call_that_made(read.args[0]) if read is not None and _reads_array(read) else None  # type: ignore[arg-type]
        if read is None or write is None or write.fn is not P.INDEX_UPDATE or write.params != read.params:
            return False
        value = write.args[1]
        same = len(write.args) == len(read.args) + 1 and all(
            a is b for a, b in zip(write.args[2:], read.args[1:], strict=True)
        )
        if not same or not isinstance(value, Var) or self.home.get(value) is not self.home[var]:
            return False
        if not is_read_back(write) and not self.fills(write):
            return False
        for region in self.wanted[var]:
            self.want((value,), region)
        self.mark(read, self.home[var])
        self.twins[var] = value
        self.found[var] = value
        return True

    def fills(self, write: Call) -> bool:
        """Whether the value that a part of an array gets is proven to have its shape and dtype."""
        array, value, *holes = write.args
        if not P.is_basic(dict(write.params)["index"], tuple(map(kind_of, holes))):
            return False
        shape = shape_of(value, self.call_that_made)
        dtype = dtype_of(kind_of(value))
        if shape is None or dtype is None or dtype != dtype_of(kind_of(array)):
            return False
        return shape == shape_of_part(array, dict(write.params)["index"], holes)

    def name_twins(self) -> None:
        """What is the same value as another is found where that one is."""
        for var in self.twins:
            value = self.twins[var]
            while value in self.twins:
                value = self.twins[value]
            self.twins[var] = value
            self.found[var] = self.found.get(value, value)

    def is_list_of_places(self, call: Call) -> bool:
        """Whether a call makes a list of places, or an array of it, of which one number at most is not at hand."""
        if call.fn is P.MAKE_FIXED:
            return all(is_integer(kind_of(a)) for a in call.args) and self.missing(call) <= 1
        made = self.call_that_made(call.args[0]) if call.fn.name == "np.array" and len(call.args) == 1 else None  # type: ignore[arg-type]
        return made is not None and made.fn is P.MAKE_FIXED and not call.params and self.is_list_of_places(made)

    def counted(self, var: Var) -> bool:
        """A carried integer that each trip raises by a constant is computed from the number of the trip."""
        home = self.home[var]
        cycle = home.inside
        if not isinstance(cycle, Cycle) or var.kind != INT or all(var is not p for p in cycle.carried):
            return False
        k = next(n for n, p in enumerate(cycle.carried) if p is var)
        root = next(
            (r for r in self.undoing if loop_of(r) is cycle and isinstance(self.undoing[r].inside, Cycle)), None
        )
        if root is None:
            return False
        back = self.undoing[root].inside
        assert isinstance(back, Cycle)
        if back.range is None or _value(back.range[0]) != 0 or _value(back.range[2]) != 1:
            return False
        steps = {self.step(result_at(leaf, home, 1 + k), var) for leaf in leaves(root)}
        step = steps.pop()
        if steps or step is None:
            return False
        index = back.body.params[0]
        self.read_indices.add(index)
        start, place = cycle.inits[k], self.again.setdefault(self.undoing[root], [])
        value: Atom = index
        for fn, other in ((P.MUL, Lit(step)), (P.ADD, start)):
            if _value(other) != {P.MUL: 1, P.ADD: 0}[fn]:
                made = Var(var.name, INT, var.origin)
                place.append((self.order[var], Call((made,), fn, (value, other), (), var.origin)))
                value = made
        self.want((start,), self.undoing[root])
        self.found[var] = value
        return True

    def step(self, result: Atom, var: Var) -> int | None:
        """The constant that a result adds to a variable."""
        maker = self.maker.get(result) if isinstance(result, Var) else None
        if not isinstance(maker, Call) or maker.fn not in (P.ADD, P.SUB):
            return None
        a, b = maker.args
        if a is var and isinstance(_value(b), int):
            return int(_value(b)) if maker.fn is P.ADD else -int(_value(b))
        return int(_value(a)) if b is var and maker.fn is P.ADD and isinstance(_value(a), int) else None

    def missing(self, call: Call) -> int:
        """How many operands of a call the reverse sweep does not have yet."""
        return len({a for a in call.args if not self.at_hand(a, 1)})


def _reads_array(call: Call) -> bool:
    return call.fn is P.GETITEM and isinstance(call.args[0], Var) and isinstance(kind_of(call.args[0]), Array)


def _value(atom: Atom) -> Any:
    """The value of a constant; None for a variable."""
    return atom.value if isinstance(atom, Lit) else None


def loop_of(region: Region) -> Cycle | None:
    """The innermost loop around a region."""
    for here in region.ancestors():
        if isinstance(here.inside, Cycle):
            return here.inside
    return None
