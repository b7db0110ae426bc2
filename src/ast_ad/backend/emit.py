"""Write the statements of a tree as Python's own syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from ast_ad.analyses.aliasing import Storage
from ast_ad.analyses.repetition import may_repeat
from ast_ad.backend.attempts import in_finally
from ast_ad.backend.coalescing import Coalescing
from ast_ad.backend.expressions import (
    Expr,
    Outside,
    attribute,
    binary,
    called,
    copy_of,
    element_of,
    index_expression,
    index_value,
    name,
    subscript,
    without_minus,
)
from ast_ad.backend.names import is_of_the_user
from ast_ad.backend.tree import (
    Attempt,
    Branch,
    For,
    Handler,
    Let,
    Moves,
    Node,
    Return,
    Select,
    Tree,
    Unpack,
    While,
    defines,
    read_variables,
    walk,
)
from ast_ad.backend.values import Values
from ast_ad.ir.build import kind_of, stated_kind
from ast_ad.ir.core import Atom, Call, Callee, Function, Lit, Param, Program, Var
from ast_ad.ir.kinds import Array, Fixed, Kind, Scalar, rank
from ast_ad.ir.primitives import hole_kinds, is_basic, path_kind

_STORE = ast.Store()


class Emitter(Values):
    """Writes the statements of one function; `read` are the groups that something reads."""

    def __init__(
        self,
        program: Program,
        tree: Tree,
        groups: Coalescing,
        names: dict[int, str],
        outside: Outside,
        storage: Storage,
    ) -> None:
        super().__init__(program, tree, groups, names, outside)
        self.storage = storage
        lets = [n.call for n in (*walk(tree.body), *tree.nested.values()) if isinstance(n, Let)]
        self.defined: dict[Var, Call] = {out: call for call in lets for out in call.outs}
        self.read = {groups.group[atom] for atom in read_variables(tree) if isinstance(atom, Var)}

    def target(self, var: Var) -> Expr:
        """A variable that is assigned."""
        return ast.Name(id=self.names[self.groups.group[var]], ctx=_STORE)

    def statements(self, nodes: Sequence[Node]) -> list[ast.stmt]:
        """Statements, each with the `origin` and the `node` that it comes from; `pass` where there are none."""
        found: list[ast.stmt] = []
        for node in nodes:
            for stmt in self.statement(node):
                stmt.origin = node.origin  # type: ignore[attr-defined]
                stmt.node = node  # type: ignore[attr-defined]
                found.append(stmt)
        return in_finally(found)

    def body(self, nodes: Sequence[Node]) -> list[ast.stmt]:
        return self.statements(nodes) or [ast.Pass()]

    def statement(self, node: Node) -> list[ast.stmt]:
        if isinstance(node, Let):
            return [self.update(node) if node.update else self.let(node)]
        if isinstance(node, Select):
            return [ast.Assign(targets=[self.target(node.out)], value=self.choice(node))]
        if isinstance(node, Unpack):
            targets = ast.Tuple(elts=list(map(self.target, node.outs)), ctx=_STORE)
            return [ast.Assign(targets=[targets], value=self.atom(node.whole))]
        if isinstance(node, Moves):
            return self.moves(node)
        if isinstance(node, Branch):
            orelse = self.statements(node.orelse)
            return [ast.If(test=self.test(node.test, node.negated), body=self.body(node.then), orelse=orelse)]
        if isinstance(node, Attempt):
            handlers = [self.handler(h) for h in node.handlers]
            return [ast.Try(self.body(node.body), handlers, self.statements(node.orelse), [])]
        if isinstance(node, For):
            return [self.loop(node)]
        if isinstance(node, While):
            test = ast.Constant(value=True) if node.test is None else self.test(node.test, node.negated)
            return [ast.While(test=test, body=self.body(node.body), orelse=[])]
        if isinstance(node, Return):
            return [self.give_back(node)]
        return [ast.Break()]

    def handler(self, node: Handler) -> ast.ExceptHandler:
        """`except (A, B) as error: body`."""
        classes = [self.outside.constant(error) for error in node.errors]
        body, caught = node.body, None
        if body and isinstance(body[0], Let) and body[0].call.fn.name == "caught":
            caught = body[0].call.outs[0]
            body = body[1:]
        name = self.names[self.groups.group[caught]] if caught is not None and self.is_read(caught) else None
        kind = classes[0] if len(classes) == 1 else ast.Tuple(elts=classes, ctx=ast.Load())
        return ast.ExceptHandler(type=kind, name=name, body=self.body(body))

    def let(self, node: Let) -> ast.stmt:
        call = node.call
        if not call.outs:
            return self.effect(node)
        value = self.value(node)
        if len(call.outs) > 1 or (isinstance(call.fn, Callee) and self.returns_a_tuple(call.fn)):
            targets = [self.target(v) if self.is_read(v) else ast.Name(id="_", ctx=_STORE) for v in call.outs]
            return ast.Assign(targets=[ast.Tuple(elts=targets, ctx=_STORE)], value=value)
        out = call.outs[0]
        if not self.is_read(out):
            return ast.Expr(value=value)
        sign = self.accumulates(call)
        if sign and isinstance(value, ast.BinOp):
            return _augmented(self.target(out), value.op, value.right if sign > 0 else value.left)
        return ast.Assign(targets=[self.target(out)], value=value)

    def returns_a_tuple(self, fn: Callee) -> bool:
        return len(self.program.functions[fn.name].block.results) != 1

    def is_read(self, var: Var) -> bool:
        return self.groups.group[var] in self.read

    def accumulates(self, call: Call) -> int:
        """Whether a sum is written `x += e`: 1 if x is the left operand, -1 if it is the right one, 0 if it is not."""
        if isinstance(call.fn, Callee) or call.fn.name not in ("+", "-", "*", "/"):
            return 0
        out, (left, right) = call.outs[0], call.args
        if call.origin is not None and not call.origin.sweep and is_of_the_user(out):
            wanted = f"{out.name} {call.fn.name}="
            if not out.name or not call.origin.text.startswith((wanted, wanted.replace(" ", ""))):
                return 0
        elif call.fn.name in "*/" and not (isinstance(left, Var) and isinstance(left.kind, Scalar)):
            return 0
        if self.goes_into(call, left, out):
            return 1
        commutes = call.fn.name == "+" and isinstance(out.kind, Scalar)
        return -1 if commutes and self.goes_into(call, right, out) else 0

    def goes_into(self, call: Call, old: Atom, out: Var) -> bool:
        if not isinstance(old, Var) or old in self.nested or not self.groups.together(old, out):
            return False
        return isinstance(old.kind, Scalar) or call in self.storage.in_place

    def update(self, node: Let) -> ast.stmt:
        """An update, written to the variable of its result."""
        call = node.call
        target = name(self.names[self.groups.group[call.outs[0]]])
        args = [target, *(self.atom(a) for a in call.args[1:])]
        for k in node.copied:
            if k > 0:
                args[k] = copy_of(self.outside, args[k], stated_kind(call.args[k]))
        what = call.fn.name
        if what == "append":
            return ast.Expr(value=called(attribute(target, "append"), args[1]))
        if what == "pop":
            popped = called(attribute(target, "pop"))
            if -1 in node.copied:
                popped = copy_of(self.outside, popped, call.outs[1].kind)
            if not self.is_read(call.outs[1]):
                return ast.Expr(value=popped)
            return ast.Assign(targets=[self.target(call.outs[1])], value=popped)
        if what == "take_out":
            if not self.is_read(call.outs[1]):
                return ast.Delete(targets=[_deleted(subscript(target, args[1]))])
            taken = called(attribute(target, "pop"), args[1])
            if -1 in node.copied:
                taken = copy_of(self.outside, taken, call.outs[1].kind)
            return ast.Assign(targets=[self.target(call.outs[1])], value=taken)
        if what == "exchange":
            one, other = (subscript(target, place) for place in args[1:])
            pair = ast.Tuple(elts=[_stored(one), _stored(other)], ctx=_STORE)
            return ast.Assign(targets=[pair], value=ast.Tuple(elts=[other, one], ctx=ast.Load()))
        if what in ("list_set", "list_add"):
            return self.list_update(call, target, args)
        if what == "masked":
            ufunc, operands = self.outside.constant(dict(call.params)["ufunc"]), args[2:]
            return ast.Expr(value=called(ufunc, *operands, out=target, where=args[1]))
        template, kinds = dict(call.params)["index"], [kind_of(a) for a in call.args[2:]]
        index = index_expression(self.outside, template, args[2:])
        value = args[1]
        if what == "index_update":
            element = subscript(target, index)
            if is_basic(template, kinds) and self.changes_itself(call, element, value):
                assert isinstance(value, ast.BinOp)
                return _augmented(_stored(element), value.op, value.right)
            return ast.Assign(targets=[_stored(element)], value=value)
        if not is_basic(template, kinds) and not _is_mask(template, kinds) and may_repeat(call, self.defined):
            index = index_value(self.outside, template, args[2:])
            if isinstance(call.args[1], Var) and self.storage.may_alias(call.args[1], call.outs[0]):
                value = copy_of(self.outside, value, call.args[1].kind)
            return ast.Expr(value=called(self.outside.path("np.add.at"), target, index, value))
        if template == (Ellipsis,) and isinstance(target, ast.Name) and rank(kind_of(call.args[0])):
            return _augmented(ast.Name(id=target.id, ctx=_STORE), ast.Add(), value)
        return _augmented(_stored(subscript(target, index)), ast.Add(), value)

    def changes_itself(self, call: Call, element: Expr, value: Expr) -> bool:
        """Whether `a[i] = a[i] / x` is `a[i] /= x`: the dtypes are the same, and the operator has such a form."""
        if not isinstance(value, ast.BinOp) or not isinstance(value.left, ast.Subscript):
            return False
        new = kind_of(call.args[1])
        if call.fn.name == "list_set":
            same = isinstance(new, Scalar) and isinstance(_place_kind(call), Scalar)
        else:
            array = kind_of(call.args[0])
            same = isinstance(array, Array) and isinstance(new, Array) and array.dtype == new.dtype is not None
        return same and ast.dump(element) == ast.dump(value.left)

    def list_update(self, call: Call, target: Expr, args: Sequence[Expr]) -> ast.stmt:
        element = element_of(self.outside, target, args[2:], dict(call.params).get("index"))
        value = args[1]
        if call.fn.name == "list_set":
            if self.changes_itself(call, element, value):
                assert isinstance(value, ast.BinOp)
                return _augmented(_stored(element), value.op, value.right)
            return ast.Assign(targets=[_stored(element)], value=value)
        item = _place_kind(call)
        if isinstance(item, Scalar) or "index" in dict(call.params):
            return _augmented(_stored(element), ast.Add(), value)
        if isinstance(item, Array) and not isinstance(call.outs[0].kind, Fixed):
            return ast.Assign(targets=[_stored(element)], value=binary(element, "+", value))
        return ast.Assign(targets=[_stored(element)], value=called(self.outside.helper("add"), element, value))

    def effect(self, node: Let) -> ast.stmt:
        call = node.call
        if not isinstance(call.fn, Callee) and call.fn.name == "assert":
            message = self.atom(call.args[1]) if len(call.args) > 1 else None
            if message is None and dict(call.params).get("message") is not None:
                message = self.outside.constant(dict(call.params)["message"])
            return ast.Assert(test=self.test(call.args[0], False), msg=message)
        if not isinstance(call.fn, Callee) and call.fn.name == "raise":
            return self.raised(call)
        return ast.Expr(value=self.value(node))

    def raised(self, call: Call) -> ast.stmt:
        """`raise`, `raise error`, `raise Error(*words)`, and the last two with `from cause`."""
        words = [self.atom(a) for a in call.args]
        cause = words.pop() if dict(call.params).get("cause") else None
        if not words:
            return ast.Raise(exc=None, cause=None)
        made = isinstance(call.args[0], Lit)
        return ast.Raise(exc=called(words[0], *words[1:]) if made else words[0], cause=cause)

    def moves(self, node: Moves) -> list[ast.stmt]:
        """Assignments that happen at once, one after the other where that is the same."""
        left = []
        for var, value, copied in node.pairs:
            expression = self.atom(value)
            read = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)}
            if copied:
                expression = copy_of(self.outside, expression, stated_kind(value))
            left.append((self.target(var), expression, read))
        stmts: list[ast.stmt] = []
        while left:
            for k, (target, expression, _) in enumerate(left):
                if not any(target.id in read for j, (_, _, read) in enumerate(left) if j != k):  # type: ignore[attr-defined]
                    stmts.append(ast.Assign(targets=[target], value=expression))
                    del left[k]
                    break
            else:
                targets = ast.Tuple(elts=[target for target, _, _ in left], ctx=_STORE)
                values = ast.Tuple(elts=[value for _, value, _ in left], ctx=ast.Load())
                stmts.append(ast.Assign(targets=[targets], value=values))
                left = []
        return stmts

    def loop(self, node: For) -> ast.stmt:
        outside = self.outside
        targets = [self.target(v) if self.is_read(v) else ast.Name(id="_", ctx=_STORE) for v in defines(node)]
        target = targets[0] if len(targets) == 1 else ast.Tuple(elts=targets, ctx=_STORE)
        wholes = [self.atom(whole) for _, whole in node.each]
        items = (
            called(outside.builtin("zip"), *wholes) if len(wholes) > 1 else wholes[0] if wholes else self.range(node)
        )
        if node.each and node.index is not None:
            items = called(outside.builtin("enumerate"), items)
        if node.reverse:
            items = called(outside.builtin("reversed"), items)
        return ast.For(target=target, iter=items, body=self.body(node.body), orelse=[])

    def range(self, node: For) -> Expr:
        start, stop, step = node.range
        args = [self.atom(start), self.atom(stop), self.atom(step)]
        if isinstance(step, Lit) and step.value == 1:
            del args[2]
            if isinstance(start, Lit) and start.value == 0:
                del args[0]
        return called(self.outside.builtin("range"), *args)

    def give_back(self, node: Return) -> ast.stmt:
        values = []
        for k, atom in enumerate(node.values):
            value = self.atom(atom)
            values.append(copy_of(self.outside, value, stated_kind(atom)) if k in node.copied else value)
        if not values:
            return ast.Return(value=None)
        return ast.Return(value=values[0] if len(values) == 1 else ast.Tuple(elts=values, ctx=ast.Load()))


def signature_of(function: Function, outside: Outside) -> ast.arguments:
    """The parameters as the user has them, captures last and by keyword."""
    forms: dict[str, list[Param]] = {}
    for param in function.params:
        forms.setdefault("keyword" if param.form == "capture" else param.form, []).append(param)
    plain, keyword = forms.get("plain", []), forms.get("keyword", [])
    star, kwargs = forms.get("star"), forms.get("kwargs")

    def default(param: Param) -> Expr | None:
        return outside.constant(param.default.value) if isinstance(param.default, Lit) else None

    defaults = [default(p) for p in plain]
    while None in defaults:
        defaults = defaults[defaults.index(None) + 1 :]
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(arg=p.var.name) for p in plain],
        vararg=ast.arg(arg=star[0].var.name) if star else None,
        kwonlyargs=[ast.arg(arg=p.var.name) for p in keyword],
        kw_defaults=[default(p) for p in keyword],
        kwarg=ast.arg(arg=kwargs[0].var.name) if kwargs else None,
        defaults=[d for d in defaults if d is not None],
    )


def _place_kind(call: Call) -> Kind:
    """The kind of the element that a list has where it is written to."""
    return path_kind((kind_of(call.args[0]), *map(kind_of, call.args[2:])), dict(call.params))


def _is_mask(template: Any, kinds: Sequence[Kind]) -> bool:
    """Whether the arrays of a subscript are masks, which name no element twice."""
    arrays = [k for _, k in hole_kinds(template, kinds) if isinstance(k, Array) and k.dims]
    return bool(arrays) and all(k.dtype == "bool" for k in arrays)


def _augmented(target: Any, op: ast.operator, value: Expr) -> ast.AugAssign:
    """`target += value`; `target -= x` where the value is `-x` or `-2 * x`, which is the same number."""
    if isinstance(op, (ast.Add, ast.Sub)):
        turned = without_minus(value)
        if turned is not None:
            op, value = ast.Sub() if isinstance(op, ast.Add) else ast.Add(), turned
    return ast.AugAssign(target=target, op=op, value=value)


def _deleted(element: Expr) -> ast.Subscript:
    assert isinstance(element, ast.Subscript)
    return ast.Subscript(value=element.value, slice=element.slice, ctx=ast.Del())


def _stored(element: Expr) -> ast.Subscript:
    assert isinstance(element, ast.Subscript)
    return ast.Subscript(value=element.value, slice=element.slice, ctx=_STORE)
