import numpy as np
import pytest

from ast_ad.analyses.aliasing import storage_of
from ast_ad.analyses.sharing import has_storage, regions
from ast_ad.ir import primitives as P
from ast_ad.ir.core import Lit, Var
from ast_ad.ir.kinds import FLOAT, INT, Array, Dict, List, Static, Tuple
from ast_ad.rules.table import load_all
from tests.backend.sweeps import VECTOR, Writing, block, function, span

FIRST = {"index": (0,)}


def test_an_update_of_a_fresh_array_happens_in_place():
    x = Var("x", VECTOR)
    b = Writing()
    y = b.op("*", 2.0, x)
    z = b.do(P.INDEX_UPDATE, y, 1.0, **FIRST)
    storage = storage_of(function("f", (x,), b, z))
    assert storage.in_place == {b.stmts[-1]}
    assert not storage.copied
    assert not storage.returned


def test_an_update_of_an_argument_copies_it():
    x = Var("x", VECTOR)
    b = Writing()
    z = b.do(P.INDEX_UPDATE, b.do(P.INDEX_UPDATE, x, 1.0, **FIRST), 2.0, **FIRST)
    storage = storage_of(function("f", (x,), b, z))
    assert storage.copied == {(b.stmts[0], 0)}
    assert storage.in_place == {b.stmts[1]}


def test_an_argument_that_a_loop_updates_is_copied_before_the_loop():
    x, n, i, y = Var("x", VECTOR), Var("n", INT), Var("i", INT), Var("x", VECTOR)
    b = Writing()
    body = b.inner()
    y1 = body.do(P.INDEX_ADD, y, 1.0, i, index=(P.HOLE,))
    (out,) = b.loop((0, n, 1), (x,), (i, y), block(body, (False, y1), (i, y)))
    storage = storage_of(function("f", (x, n), b, out))
    assert storage.copied == {(b.stmts[0], 0)}
    assert storage.in_place == {body.stmts[0]}


def test_a_slice_of_an_array_that_is_written_later_is_copied_and_not_the_array():
    x = Var("x", VECTOR)
    b = Writing()
    y = b.op("*", 2.0, x)
    part = b.do(P.GETITEM, y, index=span(1))
    z = b.do(P.INDEX_UPDATE, y, 1.0, **FIRST)
    storage = storage_of(function("f", (x,), b, z, part))
    assert storage.copied == {(b.stmts[1], -1)}
    assert storage.in_place == {b.stmts[2]}


def test_swapped_buffers_are_both_written_in_place():
    x, n, i = Var("x", VECTOR), Var("n", INT), Var("i", INT)
    u, v = Var("u", VECTOR), Var("v", VECTOR)
    b = Writing()
    one, two = b.op("*", 1.0, x), b.op("*", 2.0, x)
    body = b.inner()
    v1 = body.do(P.INDEX_UPDATE, v, body.do(P.GETITEM, u, **FIRST), i, index=(P.HOLE,))
    outs = b.loop((0, n, 1), (one, two), (i, u, v), block(body, (False, v1, u), (i, u, v)))
    storage = storage_of(function("f", (x, n), b, *outs))
    assert not storage.copied
    assert body.stmts[-1] in storage.in_place


def test_a_loop_that_keeps_the_version_before_copies():
    x, n, i = Var("x", VECTOR), Var("n", INT), Var("i", INT)
    u, v = Var("u", VECTOR), Var("v", VECTOR)
    b = Writing()
    one, two = b.op("*", 1.0, x), b.op("*", 2.0, x)
    body = b.inner()
    u1 = body.do(P.INDEX_UPDATE, u, 1.0, **FIRST)
    outs = b.loop((0, n, 1), (one, two), (i, u, v), block(body, (False, u1, u), (i, u, v)))
    storage = storage_of(function("f", (x, n), b, *outs))
    assert storage.copied == {(body.stmts[0], 0)}
    assert not storage.returned


def test_what_a_tape_holds_is_copied_if_it_is_written_later():
    x, n, i = Var("x", VECTOR), Var("n", INT), Var("i", INT)
    u, tape = Var("u", VECTOR), Var("us", List(VECTOR))
    b = Writing()
    start, empty = b.op("*", 1.0, x), b.do(P.MAKE_LIST)
    body = b.inner()
    tape1 = body.do(P.APPEND, tape, u)
    u1 = body.do(P.INDEX_ADD, u, 1.0, **FIRST)
    outs = b.loop((0, n, 1), (start, empty), (i, u, tape), block(body, (False, u1, tape1), (i, u, tape)))
    storage = storage_of(function("f", (x, n), b, *outs))
    assert storage.copied == {(body.stmts[0], 1)}
    assert set(body.stmts) == storage.in_place


def test_two_lists_that_hold_one_array_are_appended_to_in_place():
    x = Var("x", VECTOR)
    b = Writing()
    y = b.op("*", 1.0, x)
    one, two = b.do(P.MAKE_LIST, y), b.do(P.MAKE_LIST, y)
    one, two = b.do(P.APPEND, one, y), b.do(P.APPEND, two, y)
    storage = storage_of(function("f", (x,), b, one, b.do(P.LENGTH, two)))
    assert not storage.copied
    assert len(storage.in_place) == 2


def test_what_comes_off_a_tape_may_be_written():
    x = Var("x", VECTOR)
    b = Writing()
    tape = b.do(P.MAKE_LIST)
    for factor in (2.0, 3.0):
        tape = b.do(P.APPEND, tape, b.op("*", factor, x))
    rest, value = b.pop(tape)
    new = b.do(P.INDEX_ADD, value, 1.0, **FIRST)
    storage = storage_of(function("f", (x,), b, new, b.do(P.LENGTH, rest)))
    assert not storage.copied


def test_what_a_list_holds_twice_is_copied_before_it_is_written():
    x = Var("x", VECTOR)
    b = Writing()
    y = b.op("*", 2.0, x)
    tape = b.do(P.APPEND, b.do(P.MAKE_LIST, y), y)
    rest, value = b.pop(tape)
    new = b.do(P.INDEX_ADD, value, 1.0, **FIRST)
    storage = storage_of(function("f", (x,), b, new, rest))
    assert storage.copied


def test_a_stretched_value_is_copied_before_it_is_written():
    x, y = Var("x", VECTOR), Var("y", Array("float64", (1,)))
    b = Writing()
    wide = b.do(P.BROADCAST_LIKE, y, x)
    new = b.do(P.INDEX_ADD, wide, 1.0, **FIRST)
    storage = storage_of(function("f", (x, y), b, new))
    assert storage.copied == {(b.stmts[0], -1)}


def test_parts_of_a_returned_tuple_are_copied_one_by_one():
    x = Var("x", VECTOR)
    b = Writing()
    fresh = b.op("*", 2.0, x)
    both = b.do(P.MAKE_TUPLE, fresh, x)
    storage = storage_of(function("f", (x,), b, both))
    assert storage.parts == {(b.stmts[-1], 1)}
    assert not storage.returned


def test_regions_of_kinds():
    assert not has_storage(Tuple((FLOAT, Static())))
    assert regions(List(FLOAT)) == (True, False, False)
    assert regions(Tuple((List(VECTOR), FLOAT))) == (False, True, True)
    assert regions(Dict(("a",), (VECTOR,))) == (False, False, True)


SAMPLES = {
    "np.broadcast_to": ((np.ones(3),), {"shape": (2, 3)}),
    "np.diagonal": ((np.ones((3, 3)),), {}),
    "np.expand_dims": ((np.ones(3),), {"axis": 0}),
    "np.flip": ((np.ones(3),), {}),
    "np.fliplr": ((np.ones((2, 2)),), {}),
    "np.flipud": ((np.ones((2, 2)),), {}),
    "np.moveaxis": ((np.ones((2, 3)),), {"source": 0, "destination": 1}),
    "np.swapaxes": ((np.ones((2, 3)),), {"axis1": 0, "axis2": 1}),
    "np.transpose": ((np.ones((2, 3)),), {}),
    "np.sin": ((np.ones(3),), {}),
    "np.exp": ((np.ones(3),), {}),
    "np.cumsum": ((np.ones(3),), {}),
    "np.sort": ((np.ones(3),), {}),
    "np.tile": ((np.ones(3),), {"reps": 2}),
    "np.roll": ((np.ones(3),), {"shift": 1}),
    "np.repeat": ((np.ones(3),), {"repeats": 2}),
    "np.outer": ((np.ones(3), np.ones(3)), {}),
    "np.matmul": ((np.ones((3, 3)), np.ones(3)), {}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_primitive_shares_memory_as_it_says(name):
    primitives = {p.name: p for p in load_all()}
    args, params = SAMPLES[name]
    result = primitives[name].call(*args, **params)
    shares = np.shares_memory(result, args[0])
    assert shares == (primitives[name].result == "view")


def test_language_primitives_share_memory_as_they_say():
    x = np.ones(4)
    assert np.shares_memory(x, P.GETITEM.call(x, index=span(1)))
    assert not np.shares_memory(x, P.GETITEM.call(x, Lit([0, 1]).value, index=(P.HOLE,)))
    assert not np.shares_memory(x, P.COPY.call(x))
    assert not np.shares_memory(x, P.ZEROS_LIKE.call(x))
