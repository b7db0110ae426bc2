"""Simplify what the transforms wrote, once loops have shown which carried values are constants.

Before: `x_bar = 1.0 * math.cos(x)` in the reverse sweep.  After: `x_bar = math.cos(x)`.  And `np.sum(z / sigma)` for a
number sigma is `np.sum(z) / sigma`.  The primal is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ast_ad.ir import primitives as P
from ast_ad.ir.build import Builder, kind_of
from ast_ad.ir.core import Atom, Block, Call, Callee, Function, Lit, Stmt, Var
from ast_ad.ir.kinds import dtype_of, rank, same_shape
from ast_ad.ir.walk import blocks_of, operands, statements, with_blocks, with_operands
from ast_ad.rules.algebra import begins_negative, simplify
from ast_ad.rules.terms import Term, apply, emit, make, term
from ast_ad.transforms.shapes import shape_of

_FACTORS = frozenset({P.MUL, P.TRUEDIV, P.NEG})
_CONJUGATES, _DISTANCES = ("np.conj", "conjugate"), ("np.abs", "abs")
_WORDS = frozenset({P.ADD, P.SUB, P.MUL, P.TRUEDIV, P.NEG})


def simplify_derivatives(function: Function) -> Function:
    """Apply the algebra of the rules to arithmetic with constants in what the last transform wrote."""
    latest = max((s.origin.sweep for s in statements(function.block) if s.origin is not None), default=0)
    block = _Simplifier(function, latest).block(function.block) if latest else function.block
    return function if block is function.block else replace(function, block=block)


class _Simplifier:
    def __init__(self, function: Function, latest: int) -> None:
        self.latest = latest
        self.renamed: dict[Var, Atom] = {}
        self.made: dict[Var, Call] = {}
        self.here: set[Var] = set()  # what the block at hand computes
        self.quotients: dict[tuple[Atom, Atom], Var] = {}  # that are there already
        self.divisors: frozenset[Atom] = frozenset()  # by which the function has divided: it has raised, or warned
        calls = (s for s in statements(function.block) if isinstance(s, Call))
        self.defined: dict[Atom, Call] = {out: call for call in calls for out in call.outs}
        self.reads = Counter(a for stmt in statements(function.block) for a in operands(stmt) if isinstance(a, Var))
        for stmt in statements(function.block):
            for inner in blocks_of(stmt):
                self.reads.update(a for a in inner.results if isinstance(a, Var))
        self.reads.update(a for a in function.block.results if isinstance(a, Var))

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        around, self.here, known, divisors = self.here, set(), dict(self.quotients), self.divisors
        for old in block.stmts:
            stmt = with_operands(old, self.change)
            if isinstance(stmt, Call):
                stmts += self.call(stmt)
            else:
                stmts.append(with_blocks(stmt, self.block))
        self.here, self.quotients, self.divisors = around, known, divisors
        results = tuple(map(self.change, block.results))
        pairs = (*zip(stmts, block.stmts, strict=False), *zip(results, block.results, strict=True))
        if len(stmts) == len(block.stmts) and all(a is b for a, b in pairs):
            return block
        return replace(block, stmts=tuple(stmts), results=results)

    def change(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.renamed:
            atom = self.renamed[atom]
        return atom

    def call(self, call: Call) -> list[Stmt]:
        """What stands for a call: nothing where its result is known by another name."""
        if call.fn is P.TRUEDIV:
            if rank(call.outs[0].kind) != 0 or not self.is_older(call):
                self.quotients[call.args[0], call.args[1]] = call.outs[0]
            if call.origin is not None and call.origin.sweep == 0:
                self.divisors = self.divisors | {call.args[1]}
        if isinstance(call.fn, Callee) or self.is_older(call):
            return [call]
        like = self.defined.get(call.args[0]) if call.fn is P.ZEROS_LIKE else None
        if like is not None and like.fn is P.ZEROS_LIKE:
            return [replace(call, args=(self.change(like.args[0]),))]
        if call.fn is P.DIVIDE and call.args[1] in self.divisors:
            call = replace(call, fn=P.TRUEDIV)
        if len(call.outs) == 1:
            self.made[call.outs[0]] = call
            self.here.add(call.outs[0])
        simpler = self.simpler(call)
        if simpler is None:
            return [call]
        builder = Builder(call.origin)
        found = emit(simpler, builder, {}, call.outs[0].name)
        for new in builder.stmts:
            assert isinstance(new, Call)
            self.made[new.outs[0]] = self.defined[new.outs[0]] = new
            self.reads[new.outs[0]] = 1
            self.here.add(new.outs[0])
        if isinstance(found, Var):
            self.reads[found] = self.reads[call.outs[0]]
        self.renamed[call.outs[0]] = found
        return list(builder.stmts)

    def is_older(self, call: Call) -> bool:
        """Whether the last transform did not write a call.  The sign of a result has no place in the function."""
        return call.fn is not P.NEG if call.origin is None else call.origin.sweep < self.latest

    def simpler(self, call: Call) -> Term | None:
        """A simpler term for a call of the last transform, or None."""
        found = self.selected(call)
        found = self.quotient(call) if found is None else found
        if found is not None:
            return found
        if call.fn in _WORDS:
            found = self.arithmetic(call)
            return self.without_distance(call) if found is None and call.fn is P.MUL else found
        if call.fn is P.MATMUL:
            return self.without_identity(call)
        if call.fn is P.GETITEM and len(call.args) == 1:
            return simplify(call.fn, (self.total(call.args[0]),), dict(call.params))
        if call.fn.name == "np.transpose":
            return simplify(call.fn, (self.product(call.args[0]),), dict(call.params))  # type: ignore[arg-type]
        return self.sum_of(call) if call.fn.name == "np.sum" else None

    def arithmetic(self, call: Call) -> Term | None:
        """With a constant, of equal operands, with a sign: also of what was computed for this call alone."""
        assert isinstance(call.fn, P.Primitive)
        constant = any(isinstance(a, Lit) for a in call.args)
        if constant or call.args[0] is call.args[-1]:
            found = simplify(call.fn, tuple(map(Term, call.args)), {})
            if found is not None and not (found.fn is call.fn and len(found.args) == len(call.args)):
                return found
        parts = tuple(map(self.opened, call.args))
        if (
            not constant
            and call.fn is not P.NEG
            and not any(part.fn is P.NEG or begins_negative(part) for part in parts)
        ):
            return None
        found = simplify(call.fn, parts, {})
        most = sum(map(_size, parts)) if found is None or found.fn is not P.NEG else sum(map(_size, parts)) + 1
        return found if found is not None and _size(found) <= most else None

    def sum_of(self, call: Call) -> Term | None:
        """A sum without the factors that come out of it; of a product of vectors, their inner product."""
        assert isinstance(call.fn, P.Primitive)
        summand = self.opened(call.args[0])
        found = simplify(call.fn, (summand,), dict(call.params)) if summand.fn is not None else None
        if found is None and summand.fn is P.MUL and not call.params and self.are_alike(*summand.args):
            return make(P.MATMUL, *summand.args)
        return found

    def selected(self, call: Call) -> Term | None:
        """`np.where(c, u, 0) * x` is `np.where(c, u * x, 0)`; `np.where(c, u, 0) + np.where(c, 0, v)` is one choice."""
        choices = [self.choice(a) for a in call.args]
        found: Term | None = None
        if call.fn is P.MUL and (choices[0] is None) != (choices[1] is None):
            k = 0 if choices[0] is not None else 1
            test, *arms = choices[k] or ()
            if same_shape(kind_of(call.args[k]), kind_of(call.outs[0])) and sum(map(_is_zero, arms)) == 1:
                other = Term(call.args[1 - k])
                pairs = ((Term(arm), other) if k == 0 else (other, Term(arm)) for arm in arms)
                products = [
                    term(0) if _is_zero(arm) else make(P.MUL, *pair) for arm, pair in zip(arms, pairs, strict=True)
                ]
                found = apply(np.where, (Term(test), *products), {})
        elif call.fn is P.ADD and choices[0] is not None and choices[1] is not None:
            (test, a, b), (other_test, c, d) = choices[0], choices[1]
            if test is other_test and _is_zero(b) and _is_zero(c):
                found = apply(np.where, (Term(test), Term(a), Term(d)), {})
            elif test is other_test and _is_zero(a) and _is_zero(d):
                found = apply(np.where, (Term(test), Term(c), Term(b)), {})
        return found if found is not None and found.kind == kind_of(call.outs[0]) else None

    def choice(self, atom: Atom) -> tuple[Atom, ...] | None:
        """The condition and the arms of a `np.where` of the last transform for this alone."""
        made = self.alone(atom)
        return tuple(map(self.change, made.args)) if made is not None and made.fn.name == "np.where" else None

    def alone(self, atom: Atom) -> Call | None:
        """The call of the last transform that makes an operand, in the same block and for it alone."""
        made = self.made.get(atom) if isinstance(atom, Var) and atom in self.here else None
        if made is None or self.reads[made.outs[0]] > 1 or (made.origin is not None and made.origin.again):
            return None
        return made

    def quotient(self, call: Call) -> Term | None:
        """`x / s - y / s` is `(x - y) / s`, and `x / s * e` is `x * p` where the function has computed `p = e / s`.

        So is `x * e / s`.
        """
        if call.fn is P.TRUEDIV:
            return self.quotient_of_product(call)
        if call.fn not in (P.ADD, P.SUB, P.MUL):
            return None
        made = [self.alone(a) for a in call.args]
        one, two = (None if m is None or m.fn is not P.TRUEDIV else tuple(map(self.change, m.args)) for m in made)
        found: Term | None = None
        if call.fn in (P.ADD, P.SUB) and one is not None and two is not None and one[1] is two[1]:
            found = make(P.TRUEDIV, make(call.fn, Term(one[0]), Term(two[0])), Term(one[1]))
        elif call.fn is P.MUL:
            for parts, other in ((one, call.args[1]), (two, call.args[0])):
                known = None if parts is None else self.quotients.get((other, parts[1]))
                if parts is not None and known is not None:
                    found = make(P.MUL, Term(parts[0]), Term(self.change(known)))
        return found if found is not None and found.kind == kind_of(call.outs[0]) else None

    def quotient_of_product(self, call: Call) -> Term | None:
        """`x * e / s` is `p * x` where the last transform has computed `p = e / s`, for both operands."""
        product = self.opened(call.args[0])
        for (dividend, divisor), known in self.quotients.items():
            if divisor is not call.args[1] or isinstance(dividend, Lit) or self.is_older(self.defined[known]):
                continue
            rest = _without(product, dividend, (P.MUL, P.NEG))
            found = make(P.MUL, Term(self.change(known)), rest) if rest is not None and rest.value != 1 else None
            if found is not None and found.kind == kind_of(call.outs[0]):
                return found
        return None

    def without_distance(self, call: Call) -> Term | None:
        """`2 * abs_z * (conj_z / abs_z)`, of `abs(z) ** 2`, is `2 * conj_z`."""
        factor, direction = call.args
        quotient = self.made.get(direction) if isinstance(direction, Var) else None
        if quotient is None or quotient.fn is not P.DIVIDE_OR_ZERO:
            return None
        above, below = (self.defined.get(a) for a in quotient.args)
        if above is None or below is None or above.fn.name not in _CONJUGATES or below.fn.name not in _DISTANCES:
            return None
        if above.args[0] is not below.args[0]:
            return None
        rest = _without(self.opened(factor), quotient.args[1])
        return None if rest is None else make(P.MUL, rest, Term(self.change(above.outs[0])))

    def without_identity(self, call: Call) -> Term | None:
        """A product with a multiple of the identity is a multiple of the other factor."""
        for k, arg in enumerate(call.args):
            factor, other = self.multiple_of_identity(arg), Term(call.args[1 - k])
            found = None if factor is None else make(P.MUL, factor, other)
            out = kind_of(call.outs[0])
            if (
                found is not None
                and rank(found.kind) == rank(out)
                and dtype_of(found.kind) == dtype_of(out) is not None
            ):
                return found
        return None

    def multiple_of_identity(self, atom: Atom) -> Term | None:
        """The factor, where the last transform made a multiple of `np.eye(n)`, or its transpose."""
        made = self.made.get(atom) if isinstance(atom, Var) else None
        if made is None or isinstance(made.fn, Callee) or made.params:
            return None
        if made.fn.name == "np.transpose":
            return self.multiple_of_identity(self.change(made.args[0]))
        if made.fn.name == "np.eye" and len(made.args) == 1:
            return term(1)
        inner = self.multiple_of_identity(self.change(made.args[-1])) if made.fn is P.MUL else None
        return make(P.MUL, Term(self.change(made.args[0])), inner) if inner is not None else None

    def total(self, atom: Atom) -> Term:
        """What a subscript reads, as a term: a sum of the last transform for it alone."""
        made = self.defined.get(atom) if atom in self.made else None
        if made is None or isinstance(made.fn, Callee) or made.fn.name != "np.sum" or self.reads[made.outs[0]] > 1:
            return Term(atom)
        return Term(fn=made.fn, args=tuple(map(Term, made.args)), params=dict(made.params))

    def product(self, atom: Atom) -> Term:
        """What is transposed, as a term: a transpose, or a product of matrices of the last transform for it alone."""
        made = self.defined.get(atom)
        if made is None or isinstance(made.fn, Callee) or made.params:
            return Term(atom)
        if made.fn.name == "np.transpose":
            return Term(fn=made.fn, args=(Term(self.change(made.args[0])),))
        if atom not in self.made or self.reads[made.outs[0]] > 1:
            return Term(atom)
        if made.fn.name == "np.outer":
            return Term(fn=made.fn, args=tuple(map(Term, map(self.change, made.args))))
        if made.fn is not P.MATMUL:
            return Term(atom)
        return Term(fn=made.fn, args=tuple(map(self.product, map(self.change, made.args))))

    def are_alike(self, one: Term, two: Term) -> bool:
        """Whether two vectors are proven to have one length and one dtype."""
        if rank(one.kind) != 1 or rank(two.kind) != 1 or one.atom is None or two.atom is None:
            return False
        shape = shape_of(one.atom, self.defined.get)
        return (
            shape is not None
            and shape == shape_of(two.atom, self.defined.get)
            and dtype_of(one.kind) == dtype_of(two.kind) is not None
        )

    def opened(self, atom: Atom) -> Term:
        """What the last transform computed for one operand alone, as a term: the factors of a product are in sight."""
        made = self.alone(atom)
        if made is None or made.fn not in _FACTORS:
            return Term(atom)
        assert isinstance(made.fn, P.Primitive)
        return Term(fn=made.fn, args=tuple(self.opened(self.change(a)) for a in made.args))


def _size(tree: Term) -> int:
    """How many operations a term has."""
    return 0 if tree.fn is None else 1 + sum(map(_size, tree.args))


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Lit) and type(atom.value) in (int, float) and not atom.value


def _without(product: Term, factor: Atom, within: Collection[Callee | P.Primitive] = _FACTORS) -> Term | None:
    """A product without one of its factors; None where it is not among them, through the words `within`."""
    if product.atom is factor:
        return term(1)
    if product.fn is None or product.fn not in within:
        return None
    for k, arg in enumerate(product.args[:1] if product.fn is P.TRUEDIV else product.args):
        rest = _without(arg, factor, within)
        if rest is not None:
            return make(product.fn, *product.args[:k], rest, *product.args[k + 1 :])
    return None
