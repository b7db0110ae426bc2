from ast_ad.analyses.liveness import liveness
from ast_ad.ir.core import If, Loop, Var
from ast_ad.ir.kinds import FLOAT, INT
from ast_ad.ir.walk import statements
from tests.backend.sweeps import Writing, block, function


def names(variables):
    return sorted(v.name for v in variables)


def test_what_is_read_later_is_live():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    a = b.op("+", x, y, name="a")
    c = b.op("*", a, x, name="c")
    live = liveness(function("f", (x, y), b, c))
    first, second = b.stmts
    assert names(live.live_after(first)) == ["a", "x"]
    assert names(live.live_after(second)) == ["c"]
    assert live.is_live_after(a, first)
    assert not live.is_live_after(y, first)


def test_what_a_loop_reads_is_live_through_all_of_its_body():
    x, n, p = Var("x", FLOAT), Var("n", INT), Var("p", FLOAT)
    index = Var("i", INT)
    b = Writing()
    body = b.inner()
    q = body.op("*", p, x, name="q")
    r = body.op("+", q, 1.0, name="r")
    (out,) = b.loop((0, n, 1), (x,), (index, p), block(body, (False, r), (index, p)))
    f = function("f", (x, n), b, out)
    live = liveness(f)
    loop = next(s for s in statements(f.block) if isinstance(s, Loop))
    assert names(live.live_after(body.stmts[-1])) == ["r", "x"]
    assert names(live.members(live.through[loop.body])) == ["x"]
    assert names(live.members(live.entry[loop.body])) == ["p", "x"]


def test_an_arm_keeps_what_is_read_after_the_branch():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    b = Writing()
    test = b.op("<", x, y)
    inner = b.inner()
    square = inner.op("*", x, x, name="square")
    (z,) = b.branch(test, block(inner, (square,)), block(b.inner(), (x,)), "z")
    f = function("f", (x, y), b, b.op("+", z, y))
    live = liveness(f)
    branch = next(s for s in f.block.stmts if isinstance(s, If))
    assert names(live.live_after(inner.stmts[0])) == ["square", "y"]
    assert names(live.members(live.entry[branch.orelse])) == ["x", "y"]


def test_an_analysis_of_one_function_is_made_once():
    x = Var("x", FLOAT)
    f = function("f", (x,), Writing(), x)
    assert liveness(f) is liveness(f)
