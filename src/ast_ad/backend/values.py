"""Write values as expressions, where they are read: names, constants, and what is nested there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.expressions import Expr, Outside, attribute, called, copy_of, name
from ast_ad.backend.tree import Let, Select, Tree
from ast_ad.backend.words import write_call
from ast_ad.ir.build import kind_of, stated_kind
from ast_ad.ir.core import Atom, Call, Callee, Lit, Program, Var
from ast_ad.ir.kinds import BOOL, INT, Scalar
from ast_ad.ir.primitives import CLOSURE

_FLIPPED = {"==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in", "not in": "in"}
_FLIPPED_INTS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Values:
    """Writes the values of one function of a program; `names` are those of its variables, by group."""

    def __init__(
        self,
        program: Program,
        tree: Tree,
        groups: Coalescing,
        names: dict[int, str],
        outside: Outside,
    ) -> None:
        self.program = program
        self.nested = tree.nested
        self.groups = groups
        self.names = names
        self.outside = outside

    def atom(self, atom: Atom) -> Expr:
        """A value where it is read: a constant, a name, or the expression that is nested there."""
        if isinstance(atom, Lit):
            return self.outside.constant(atom.value)
        node = self.nested.get(atom)
        if node is not None:
            return self.value(node)
        return name(self.names[self.groups.group[atom]])

    def value(self, node: Let | Select) -> Expr:
        """What a statement with one result computes."""
        if isinstance(node, Select):
            return self.choice(node)
        call = node.call
        if node.update:
            return called(attribute(name(self.names[self.groups.group[call.outs[0]]]), "pop"))
        args = [self.atom(a) for a in call.args]
        for k in node.copied:
            if k >= 0:
                args[k] = copy_of(self.outside, args[k], stated_kind(call.args[k]))
        if isinstance(call.fn, Callee):
            made = self.call_of_function(call.fn, args)
            return called(self.outside.helper("copy"), made) if -1 in node.copied else made
        if call.fn is CLOSURE:
            return self.closure(call, args)
        result = write_call(self.outside, call, args)
        return copy_of(self.outside, result, call.outs[0].kind) if -1 in node.copied else result

    def choice(self, node: Select) -> Expr:
        test = node.test
        both_bool = kind_of(test) == BOOL
        if node.orelse is test or (both_bool and isinstance(node.orelse, Lit) and node.orelse.value is False):
            return _bool_op(ast.And(), self.atom(test), self.atom(node.then))
        if node.then is test or (both_bool and isinstance(node.then, Lit) and node.then.value is True):
            return _bool_op(ast.Or(), self.atom(test), self.atom(node.orelse))
        extreme = self.extreme(node)
        if extreme:
            return called(self.outside.builtin(extreme), self.atom(node.then), self.atom(node.orelse))
        return ast.IfExp(test=self.test(test, False), body=self.atom(node.then), orelse=self.atom(node.orelse))

    def extreme(self, node: Select) -> str:
        """ "min" or "max" where a choice between two ints is one."""
        test = self.nested.get(node.test) if isinstance(node.test, Var) else None
        if not isinstance(test, Let) or kind_of(node.then) != INT or kind_of(node.orelse) != INT:
            return ""
        smaller = {"<": "min", "<=": "min", ">": "max", ">=": "max"}.get(test.call.fn.name, "")
        args = test.call.args
        if any(isinstance(a, Var) and a in self.nested for a in args):
            return ""
        if args == (node.then, node.orelse):
            return smaller
        return {"min": "max", "max": "min"}.get(smaller, "") if args == (node.orelse, node.then) else ""

    def test(self, atom: Atom, negated: bool) -> Expr:
        """A condition; negated exactly, also for nan."""
        node = self.nested.get(atom) if isinstance(atom, Var) else None
        if not isinstance(node, Let) or isinstance(node.call.fn, Callee):
            found = self.atom(atom)
            return ast.UnaryOp(op=ast.Not(), operand=found) if negated else found
        call, symbol = node.call, node.call.fn.name
        if symbol == "not":
            return self.test(call.args[0], not negated)
        if symbol == "is_empty":
            found = self.atom(call.args[0])
            return found if negated else ast.UnaryOp(op=ast.Not(), operand=found)
        found = self.value(node)
        if not negated:
            return found
        if isinstance(found, ast.Compare):
            kinds = [kind_of(a) for a in call.args]
            scalars = all(isinstance(k, Scalar) for k in kinds)
            ints = scalars and all(k.type in ("int", "bool") for k in kinds)  # type: ignore[attr-defined]
            flipped = _FLIPPED.get(symbol) if scalars or "=" not in symbol else None
            flipped = flipped or (_FLIPPED_INTS.get(symbol) if ints else None)
            if flipped:
                turned = ast.parse(f"a {flipped} b", mode="eval").body
                assert isinstance(turned, ast.Compare)
                return ast.Compare(left=found.left, ops=turned.ops, comparators=found.comparators)
        return ast.UnaryOp(op=ast.Not(), operand=found)

    def closure(self, call: Call, held: Sequence[Expr]) -> Expr:
        """`lambda u: f(u, a, b)`: a function with its last arguments given."""
        params = dict(call.params)
        callee = self.program.functions[params["function"].name]
        taken = {node.id for value in held for node in ast.walk(value) if isinstance(node, ast.Name)}
        taken |= {callee.name, self.outside.callees.get(callee.name, callee.name)}
        free: list[str] = []
        for param in callee.params[: params["free"]]:
            wish = param.var.name or "x"
            while wish in taken:
                wish += "_"
            taken.add(wish)
            free.append(wish)
        body = self.call_of_function(params["function"], [*map(name, free), *held])
        args = ast.arguments(
            posonlyargs=[], args=[ast.arg(arg=a) for a in free], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        return ast.Lambda(args=args, body=body)

    def call_of_function(self, fn: Callee, args: Sequence[Expr]) -> Expr:
        callee = self.program.functions[fn.name]
        positional: list[Expr] = []
        keywords: list[ast.keyword] = []
        for param, value in zip(callee.params, args, strict=True):
            if param.form == "plain":
                positional.append(value)
            elif param.form == "star":
                elements = value.elts if isinstance(value, ast.Tuple) else [ast.Starred(value=value, ctx=ast.Load())]
                positional += elements
            else:
                keywords.append(ast.keyword(arg=None if param.form == "kwargs" else param.var.name, value=value))
        target = name(self.outside.callees.get(fn.name, fn.name))
        return ast.Call(func=target, args=positional, keywords=keywords)


def _bool_op(op: ast.boolop, left: Expr, right: Expr) -> Expr:
    values = [*(left.values if isinstance(left, ast.BoolOp) and type(left.op) is type(op) else [left]), right]
    return ast.BoolOp(op=op, values=values)
